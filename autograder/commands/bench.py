"""`python3 -m autograder bench`: grading speed side by side with plain nbgrader, and what a student waits for."""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import ROOT, Chapter, Course, CourseError

if TYPE_CHECKING:
    from autograder.grading.demo.simulated_class import Student

SUMMARY = "grading speed side by side with plain nbgrader, and what a student waits for"

WAITS = """
import time
began = time.perf_counter()
import numpy
numpy_there = time.perf_counter()
import autograder
there = time.perf_counter()
def elu(z, alpha=1.0):
    return numpy.where(z > 0, z, alpha * numpy.expm1(numpy.minimum(z, 0)))
from autograder.exercises import catalogue
import contextlib, io
times = []
for _ in range(12):
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        autograder.check(elu, devices="cpu")
    times.append(time.perf_counter() - start)
print([numpy_there - began, there - numpy_there, *times])
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size of the class, and how often it is graded."""
    parser.add_argument("--students", type=int, default=12, help="students of the class (default: %(default)s)")
    parser.add_argument("--plain", type=int, default=2, help="of them for plain nbgrader (default: %(default)s)")
    parser.add_argument("--chapter", default="1_training_problems", help="the chapter (default: %(default)s)")
    parser.add_argument("--notebook", help="this notebook of it alone")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way has its turn (default: %(default)s)")
    parser.add_argument("--growth", type=int, nargs="*", default=[], metavar="STUDENTS", help="classes of these sizes")


def run(arguments: argparse.Namespace) -> int:
    """Grade the same class in every way, in turns, and print a table of each."""
    from autograder.grading.bench.plain_nbgrader import plain_course

    numbers = (arguments.students, arguments.plain, arguments.rounds, *arguments.growth)
    if min(numbers) < 1 or arguments.plain > arguments.students:
        raise CourseError("--students, --plain, --rounds and --growth must be 1 or more, --plain at most --students.")
    ways = [("plain nbgrader", "plain", "none"), ("one worker", "one", "none"), ("all cores", "all", "none")]
    sandboxes = ["none", *_sandbox()]
    ways = ways[:1] + [(f"{name}, {_named(one)}", way, one) for name, way, _ in ways[1:] for one in sandboxes]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name, _, _ in ways}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        course, everybody = _class(Path(name) / "course", arguments, arguments.students)
        plain = plain_course(Path(name) / "plain", course, everybody[: arguments.plain])
        for _ in range(arguments.rounds):
            for way, kind, sandbox in ways:
                found[way].append(_measured(kind, plain if kind == "plain" else course, sandbox))
    print(_table(found))
    print(_parts({way: runs for way, runs in found.items() if way.startswith("one worker")}))
    print(_waits(arguments.rounds))
    if arguments.growth:
        print(_growth(arguments, sandboxes[-1]))
    return 0


def _sandbox() -> list[str]:
    """Return the name of the sandbox of this machine, where it has one."""
    from autograder.grading.scoring.grading_config import confinement_called

    try:
        return [confinement_called("bubblewrap").name]
    except CourseError as reason:
        print(reason, file=sys.stderr)
        return []


def _named(sandbox: str) -> str:
    return "no sandbox" if sandbox == "none" else "sandbox"


def _class(folder: Path, arguments: argparse.Namespace, students: int) -> tuple[Chapter, list[Student]]:
    """Make this course's folder, in which a simulated class has handed in."""
    from autograder.grading.demo.simulated_class import hand_in, scratch_course, simulated_class
    from autograder.grading.gradebook.release import make_release

    chapter = Chapter(scratch_course(folder, Course(ROOT)), arguments.chapter)
    chapter.sections()
    if arguments.notebook:
        if arguments.notebook not in chapter.sections():
            raise CourseError(f"{arguments.chapter} has no notebook {arguments.notebook!r}.")
        for path in (chapter.course.source / chapter.name).glob("*.ipynb"):
            if path.stem != arguments.notebook:
                path.unlink()
    everybody = simulated_class(chapter, students)
    make_release(chapter)
    hand_in(chapter, everybody)
    return chapter, everybody


def _measured(way: str, chapter: Chapter, sandbox: str) -> dict[str, Any]:
    """Grade a class anew, in a process of its own."""
    root = chapter.course.root
    for name in ("autograded", "feedback", *(("verdicts",) if way != "plain" else ())):
        shutil.rmtree(root / name, ignore_errors=True)
    words = [way, str(root), chapter.name, sandbox]
    done = subprocess.run(
        [sys.executable, "-m", "autograder.grading.bench.measured", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CourseError(f"{' '.join(words)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _table(found: dict[str, list[dict[str, Any]]]) -> str:
    """Format a row for each way: medians, and their ratios to plain nbgrader's."""
    rows: list[tuple[str, ...]] = [
        ("", "notebooks a second", "ratio", "CPU seconds a notebook", "ratio", "largest process")
    ]
    first: tuple[float, float] | None = None
    for way, runs in found.items():
        wall, cpu = (statistics.median(run[what] / run["notebooks"] for run in runs) for what in ("wall", "cpu"))
        first = first or (wall, cpu)
        peak = max(run["peak"] for run in runs) / 2**20
        rows.append(
            (way, f"{1 / wall:.3g}", f"{first[0] / wall:.3g}", f"{cpu:.3g}", f"{first[1] / cpu:.3g}", f"{peak:.0f} MB")
        )
    return _aligned(rows)


def _parts(found: dict[str, list[dict[str, Any]]]) -> str:
    """Format the CPU seconds of a notebook by part."""
    names = ("start", "calls", "judge", "record", "feedback")
    rows: list[tuple[str, ...]] = [("CPU seconds a notebook", *names)]
    for way, runs in found.items():
        of_parts = (statistics.median(run["parts"][name] / run["notebooks"] for run in runs) for name in names)
        rows.append((way, *(f"{seconds:.3f}" for seconds in of_parts)))
    return f"\n{_aligned(rows)}"


def _waits(rounds: int) -> str:
    """Measure what a student waits for, in processes of their own."""
    runs = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", WAITS], cwd=ROOT, capture_output=True, text=True, check=True)
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    _, beyond, first = (statistics.median(run[number] for run in runs) for number in range(3))
    following = statistics.median(seconds for run in runs for seconds in run[3:])
    return (
        f"\nA student waits {1000 * beyond:.0f} ms for `import autograder` beyond NumPy, {first:.2f} s for the first "
        f"check, {1000 * following:.0f} ms for a further one (medians)."
    )


def _growth(arguments: argparse.Namespace, sandbox: str) -> str:
    """Grade classes of several sizes with all cores."""
    rows = [("students", "notebooks", "CPU seconds a notebook", "seconds in all", "largest process")]
    for students in arguments.growth:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            chapter, _ = _class(Path(name), arguments, students)
            began = time.perf_counter()
            run = _measured("all", chapter, sandbox)
            seconds = time.perf_counter() - began
        cpu, peak = run["cpu"] / run["notebooks"], run["peak"] / 2**20
        rows.append((f"{students}", f"{run['notebooks']}", f"{cpu:.3g}", f"{seconds:.0f}", f"{peak:.0f} MB"))
    return f"\n{_aligned(rows)}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])] for row in rows)
    return "\n".join("  ".join(line).rstrip() for line in lines)

"""The hostile class: handed in among honest students, graded, and what came of it.

`python3 -m tests.hostile` grades it and prints the table of the README; `--write` puts it there.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Chapter, Course, read, write_atomically
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.pages.feedback import write_all_feedback
from autograder.grading.scoring.results import NotebookResult, Results
from autograder.judge.report import as_text
from autograder.sandbox.bubblewrap import templates
from tests.grading.small_course import (
    ALPHA_FORGOTTEN,
    CHAPTER,
    HIDDEN_WORD,
    UNITS,
    folder_of,
    gradebook,
    hand_in,
    write,
)
from tests.grading.test_confidentiality import numbers_in, secret_numbers, text_of
from tests.hostile.behaviours import BEHAVIOURS, Behaviour, answers_for
from tests.support.one_seed import one_seed_for_all
from tests.support.speed import scaled, wait_until

SECRET = "2718281828459045235360287471352662497757247093699959574966967627"
"""The chapter's secret."""

HOSTILE_FOR_EACH_HONEST = 8
"""An honest student after so many hostile ones."""

HONEST_ANSWERS: tuple[dict[str, str] | None, ...] = (
    {},
    {"elu": ALPHA_FORGOTTEN},
    {"relu": "def relu(z):\n    return z * (z > 0)"},
    None,
    {"double": "def double(n):\n    return n + 2"},
)

"""What the honest students answer, in turn: all right, some wrong, nothing."""

MARK = "A_STUDENT_OF_THE_HOSTILE_CLASS"
"""In the environment of all that is started while the class is graded, and so in every process that is left behind."""


def students() -> Iterator[tuple[str, Behaviour | None]]:
    """The class in the order in which it is graded: (name, row), None for an honest student."""
    honest = 0
    for number, behaviour in enumerate(BEHAVIOURS):
        if number % HOSTILE_FOR_EACH_HONEST == 0:
            yield f"{number:03} a honest student", None
            honest += 1
        yield f"{number:03} b {behaviour.name}", behaviour


HOSTILE = {name: behaviour for name, behaviour in students() if behaviour is not None}
HONEST = [name for name, behaviour in students() if behaviour is None]


def hand_in_honest(course: Course) -> None:
    """The submissions of the honest students."""
    for number, name in enumerate(HONEST):
        hand_in(course, name, HONEST_ANSWERS[number % len(HONEST_ANSWERS)], sections=[UNITS])


def hand_in_hostile(course: Course, rows: dict[str, Behaviour] = HOSTILE) -> None:
    """The submissions of the others."""
    for name, behaviour in rows.items():
        answers = answers_for(behaviour, course.root)
        hand_in(course, name, answers, extra=behaviour.extra, sections=[UNITS])
        path = folder_of(course, name) / f"{UNITS}.ipynb"
        if behaviour.change:
            notebook = read(path)
            behaviour.change(notebook)
            write(path, notebook)
        if behaviour.file:
            behaviour.file(path)


CELL_SECONDS, CALL_SECONDS, MEMORY_BYTES = 4.0, 1.5, 3 * 2**29
"""A class that hangs and hoards on purpose is graded sooner with less patience."""


def limits() -> str:
    """The limits of this class, in the words of nbgrader_config.py."""
    return f"""
c.Limits.cell_seconds = {scaled(CELL_SECONDS)}
c.Limits.call_seconds = {scaled(CALL_SECONDS)}
c.Limits.memory = {MEMORY_BYTES}
"""


def prepare(course: Course) -> None:
    """Give a course the limits of this class, and the chapter the secret that is looked for afterwards."""
    configuration = course.root / "nbgrader_config.py"
    configuration.write_text(configuration.read_text(encoding="utf-8") + limits(), encoding="utf-8")
    folder = course.root / "verdicts" / CHAPTER
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "seed", f"{SECRET}\n", mode=0o600)


@dataclass
class Graded:
    """A class that was graded.

    results: of the notebook 1_units by student. left: processes that it left behind; scratch: files in the folder for
    temporary ones.
    """

    course: Course
    results: dict[str, NotebookResult]
    left: list[str] = field(default_factory=list)
    scratch: list[str] = field(default_factory=list)

    def scores(self, student: str) -> dict[str, float | None]:
        """The judge's scores of a student by test cell."""
        return {name: cell.score for name, cell in self.results[student].cells.items() if name != "why"}


def grade_class(course: Course, jobs: int) -> Graded:
    """Grade a class of the small course with feedback, in the sandbox, and look at what is left behind."""
    with temporary_files() as scratch, marked(), one_seed_for_all():
        grade_chapter(Chapter(course, CHAPTER), jobs=jobs, devices=("cpu",))
        names = sorted(path.name for path in (course.root / "submitted").iterdir())
        problems = [problem for problem in write_all_feedback(Chapter(course, CHAPTER), names, jobs) if problem]
        assert not problems, problems
        templates.end()
        left = left_behind(MARK)
        files = sorted(str(path) for path in scratch.rglob("*"))
    return Graded(course, {name: Results(Chapter(course, CHAPTER)).find(name, UNITS) for name in names}, left, files)


@contextlib.contextmanager
def temporary_files() -> Iterator[Path]:
    """A folder of their own for the temporary files of this process and those it starts."""
    before, folder = os.environ.get("TMPDIR"), Path(tempfile.mkdtemp(prefix="hostile-class-"))
    folder.chmod(0o777)
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
    try:
        yield folder
    finally:
        tempfile.tempdir = None
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def marked() -> Iterator[None]:
    """Mark the children of this process by their environment; those of the sandbox by being descendants of ours."""
    os.environ[MARK] = "1"
    try:
        yield
    finally:
        del os.environ[MARK]


def left_behind(mark: str) -> list[str]:
    """The command lines of processes that a class left behind, those that are just ending not among them."""
    return [] if wait_until(lambda: not processes_with(mark), 5.0) else processes_with(mark)


def processes_with(mark: str) -> list[str]:
    """The command lines of other processes whose environment has a variable, and of those in a sandbox of nobody else.

    A sandbox has an environment of its own. It belongs to whoever started it, and to us where that one has ended.
    """
    found = []
    for process in map(int, (folder.name for folder in Path("/proc").glob("[0-9]*"))):
        command = _read(process, "cmdline").replace(b"\0", b" ").decode("utf-8", "replace")
        if process == os.getpid() or "resource_tracker" in command:
            continue
        if mark.encode() in _read(process, "environ") or (_sandboxed(process) and _of_nobody_else(process)):
            found.append(command)
    return found


def _sandboxed(process: int) -> bool:
    """Whether a process is in a sandbox or makes one."""
    command = _read(process, "cmdline")
    with contextlib.suppress(OSError):
        if os.readlink(f"/proc/{process}/ns/pid") != os.readlink("/proc/self/ns/pid"):
            return True
    return b"/course/sandbox/worker.py" in command or b"bwrap" in command


def _of_nobody_else(process: int) -> bool:
    """Whether the one that started a sandbox is this process, a child of it, or gone."""
    starter = next((one for one in _line_of_parents(process) if not _sandboxed(one)), 1)
    return starter == 1 or os.getpid() in _line_of_parents(starter)


def _line_of_parents(process: int) -> Iterator[int]:
    """A process, its parent, and so on up to the one before the first of the machine."""
    while process > 1:
        yield process
        process = _parent(process)


def _parent(process: int) -> int:
    words = _read(process, "stat").rpartition(b")")[2].split()
    return int(words[1]) if words else 0


def _read(process: int, name: str) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/{name}").read_bytes()
    return b""


# ---------------------------------------------------------------- what came of it


def told_about(result: NotebookResult) -> str:
    """All that an instructor reads about a notebook."""
    parts = [result.set_aside, *result.flags, *(cell.note for cell in result.cells.values())]
    parts += [as_text(verdict) for verdict in result.verdicts]
    for cell in result.notebook.get("cells", []):
        for output in cell.get("outputs", []):
            parts += [*output.get("traceback", []), str(output.get("text", ""))]
    return "\n".join(map(str, parts))


def forged(graded: Graded) -> list[str]:
    """The students who have more points than they deserve."""
    return [name for name, row in HOSTILE.items() if _sum(graded.scores(name)) > _sum(row.deserved or {}) + 1e-9]


def harmed(graded: Graded, alone: Graded) -> list[str]:
    """The honest students whose scores are not those of a class without the others, in the results or the gradebook."""
    books = [
        {key: value for key, value in gradebook(one.course).items() if key[0] in HONEST} for one in (graded, alone)
    ]
    different = {key[0] for key in books[0].keys() | books[1].keys() if books[0].get(key) != books[1].get(key)}
    return sorted(different | {name for name in HONEST if graded.scores(name) != alone.scores(name)})


def leaked(graded: Graded) -> dict[str, set[str]]:
    """Hidden numbers, the secret and the mark scheme in the files that students get, by file."""
    secret = secret_numbers() | {SECRET}
    found = {}
    for path in sorted((graded.course.root / "feedback").rglob("*.html")):
        text = text_of(path)
        values = numbers_in(text) & secret | {word for word in (HIDDEN_WORD,) if word in text}
        if values:
            found[str(path.relative_to(graded.course.root))] = values
    return found


def _sum(scores: dict[str, float | None]) -> float:
    return sum(score or 0.0 for score in scores.values())


def as_markdown(graded: Graded, alone: Graded) -> str:
    """The table of the README."""
    groups = dict.fromkeys(behaviour.group for behaviour in BEHAVIOURS)
    counts = [f"{sum(row.group == group for row in BEHAVIOURS)} {group}" for group in groups]
    rows = [
        ("behaviours tried", f"{len(BEHAVIOURS)} ({', '.join(counts)})"),
        ("forged scores", str(len(forged(graded)))),
        ("hidden values leaked", str(sum(map(len, leaked(graded).values())))),
        (f"honest students harmed, of {len(HONEST)} among them", str(len(harmed(graded, alone)))),
        ("processes and files left behind", str(len(graded.left) + len(graded.scratch))),
    ]
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)])

"""Grades a class in one way and prints what it took, as JSON: `python -m autograder.grading.bench.measured WAY FOLDER
CHAPTER SANDBOX`. Each measurement has a process of its own, so that peaks of memory are its own."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Chapter, Course

KILOBYTE = 1024
STARTS = 10
"""How many starts of a student's process are measured."""


@dataclass
class Measured:
    """What grading took. wall, cpu: seconds for all notebooks, without loading Python's packages. peak: the bytes of
    the largest process. parts: CPU seconds by part, where they are known."""

    notebooks: int
    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    parts: dict[str, float] = field(default_factory=dict)


def one_worker(chapter: Chapter, sandbox: str) -> Measured:
    """Grade in this process, one notebook after the other, then record, then write the feedback."""
    import torch

    from autograder.grading.gradebook.nbgrader_config import configured, limits_in, read_settings
    from autograder.grading.gradebook.record import Recorder, open_gradebook
    from autograder.grading.gradebook.release import register
    from autograder.grading.pages.feedback import write_all_feedback
    from autograder.grading.scoring.grade_notebook import grade
    from autograder.grading.scoring.grading_config import GradingConfig, confinement_called
    from autograder.grading.scoring.result_key import key_of
    from autograder.grading.scoring.results import NotebookResult, Results
    from autograder.grading.scoring.task import Task
    from autograder.sandbox import Limits
    from autograder.sandbox.bubblewrap import templates

    torch.set_num_threads(1)
    settings = read_settings(chapter.course.root)
    chapter = dataclasses.replace(chapter, course=configured(settings))
    confinement = Counting(confinement_called(sandbox))
    kept = Results(chapter)
    config = GradingConfig(chapter.course, kept.secret(), ("cpu",), confinement, limits_in(settings))
    students = sorted(path.name for path in (chapter.course.root / "submitted").iterdir())
    tasks = [Task(chapter, name, section) for name in students for section in chapter.sections()]
    for section in chapter.sections():
        grade(Task(chapter, students[0], section), config)
    templates.end()
    start = _start_seconds(confinement.inner, Limits())
    found = Measured(len(tasks))
    results: dict[str, list[NotebookResult]] = {}
    began = time.perf_counter()
    confinement.starts = 0
    with _cpu(found, "judge"):
        for task in tasks:
            result = grade(dataclasses.replace(task, key=key_of(task, config)), config)
            kept.keep(result)
            results.setdefault(task.student, []).append(result)
        templates.end()
    starts = confinement.starts
    with _cpu(found, "record"), contextlib.closing(open_gradebook(chapter.course.root, settings)) as gradebook:
        register(chapter, settings)
        Recorder(chapter, gradebook, settings).record(results)
    with _cpu(found, "feedback"):
        for problem in write_all_feedback(chapter, students, 1):
            assert not problem, problem
    found.wall = time.perf_counter() - began
    found.parts["start"] = starts * start
    found.parts["calls"] = found.parts.pop("students") - found.parts["start"]
    found.cpu = sum(found.parts.values())
    return found


class Counting:
    """A confinement that counts how often a process is started in it."""

    def __init__(self, inner) -> None:
        self.inner, self.name, self.starts = inner, inner.name, 0

    def start(self, limits):
        """Start a worker."""
        self.starts += 1
        return self.inner.start(limits)


def _start_seconds(confinement, limits) -> float:
    """Measure the CPU seconds that a start of a student's process takes, and its end."""
    from autograder.sandbox import StudentProcess
    from autograder.sandbox.bubblewrap import templates

    def starts(count: int) -> float:
        before = sum(_cpu_seconds())
        for _ in range(count):
            with StudentProcess(confinement, limits) as process:
                process.run("cell", "x = 1")
        templates.end()
        return sum(_cpu_seconds()) - before

    first = starts(1)
    return max(0.0, (starts(1 + STARTS) - first) / STARTS)


@contextlib.contextmanager
def _cpu(found: Measured, part: str) -> Iterator[None]:
    """Note the CPU seconds of a part: of this process, and of its children while judging as "students"."""
    own, children = _cpu_seconds()
    yield
    own_now, children_now = _cpu_seconds()
    found.parts[part] = own_now - own
    if part == "judge":
        found.parts["students"] = children_now - children
    else:
        found.parts[part] += children_now - children


def _cpu_seconds() -> tuple[float, float]:
    """Return the CPU seconds of this process, and of its children that have ended."""
    now = os.times()
    return now.user + now.system, now.children_user + now.children_system


def all_cores(chapter: Chapter, sandbox: str) -> Measured:
    """Grade as `grade` does: with a process for each core and one more, and feedback."""
    from autograder.grading.grade_chapter import grade_chapter
    from autograder.grading.pages.feedback import write_all_feedback
    from autograder.grading.scoring.workers import cores

    before, began = sum(_cpu_seconds()), time.perf_counter()
    summary = grade_chapter(chapter, devices=("cpu",), sandbox=sandbox)
    judged = sum(_cpu_seconds())
    found = Measured(len(summary.students) * len(chapter.sections()))
    for problem in write_all_feedback(summary.chapter, list(summary.students), cores()):
        assert not problem, problem
    found.wall, found.cpu = time.perf_counter() - began, sum(_cpu_seconds()) - before
    found.parts = {"judge and record": judged - before, "feedback": found.cpu - (judged - before)}
    return found


def plain(chapter: Chapter, sandbox: str) -> Measured:
    """Grade with nbgrader alone. sandbox: there is none."""
    from autograder.grading.bench.plain_nbgrader import nbgrader

    students = list((chapter.course.root / "submitted").iterdir())
    before, began = sum(_cpu_seconds()), time.perf_counter()
    nbgrader(chapter.course.root, "autograde", chapter.name, "--force")
    cpu = sum(_cpu_seconds()) - before
    return Measured(len(students) * len(chapter.sections()), time.perf_counter() - began, cpu)


WAYS: dict[str, Callable[[Chapter, str], Measured]] = {"plain": plain, "one": one_worker, "all": all_cores}


def main(way: str, folder: str, chapter: str, sandbox: str) -> None:
    """Measure one way and print it."""
    found = WAYS[way](Chapter(Course(Path(folder)), chapter), sandbox)
    usage = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    found.peak = max(usage) * KILOBYTE
    print(json.dumps(dataclasses.asdict(found)))


if __name__ == "__main__":
    main(*sys.argv[1:])

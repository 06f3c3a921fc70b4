"""Grading a chapter: every submission judged in parallel, recorded by one writer, resumed where it was stopped."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import functools
import os
import stat
from collections.abc import Callable, Generator, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.grading.gradebook.nbgrader_config import limits_in, settings
from autograder.grading.gradebook.record import Recorder, timestamp_of
from autograder.grading.gradebook.release import register
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.scoring.class_references import ClassAnswers, answers_for_class
from autograder.grading.scoring.grade_notebook import Task, grade, handed_in, key_of, set_aside
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.results import NotebookResult, Results
from autograder.grading.scoring.workers import cores, interrupts_held, worker_pool
from autograder.judge.devices import present
from autograder.judge.expectations import remember
from autograder.judge.formatting import UNPRINTABLE, readable
from autograder.sandbox import Confinement, NoSandbox, chosen

TAKEN = ("seed",)
"""Names in verdicts/<chapter>/ that are no student's."""
MOST_NAMED = 10
"""So many files are named that belong to no notebook."""
AHEAD = 2
"""How many notebooks for each worker are given out at a time."""


@dataclass
class Progress:
    """Where a run stands, for whoever shows it. total, done: notebooks. kept: results that were there already."""

    total: int
    done: int = 0
    kept: int = 0


@dataclass
class Summary:
    """What a run did.

    students: each student's results by section; ignored: files that belong to no notebook; passed_over: what cannot be
    graded at all, with the reason.
    """

    chapter: str
    students: dict[str, dict[str, NotebookResult]] = field(default_factory=dict)
    ignored: dict[str, list[str]] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)


Show = Callable[[Progress], None]


def grade_chapter(
    course: Course,
    chapter: str,
    *,
    jobs: int | None = None,
    devices: tuple[str, ...] | None = None,
    student: str | None = None,
    sandbox: str | None = None,
    show: Show = lambda progress: None,
) -> Summary:
    """Judge and record all submissions of a chapter (or one student's).

    jobs: notebooks at a time; one more than there are cores if None, as each waits for a part of its time.
    sandbox: what the students' code runs in, by name; as `autograder.sandbox.chosen` decides if None.

    Stopped at any moment, it has kept what it has judged; run again, it goes on from there, and its result is the same.

    Raises CourseError for a chapter that does not exist, no submissions, no sandbox, or a gradebook that cannot be
    used.
    """
    sections = course.sections(chapter)
    students = submitted(course, chapter, student)
    confinement = confinement_called(sandbox)
    results = Results(course.root, chapter)
    config = GradingConfig(course, results.seed(), devices, confinement, limits_in(settings(course.root)))
    tasks = [_task(course, name, chapter, section) for name in students for section in sections]
    register(course, chapter)
    summary = Summary(chapter, {name: {} for name in students}, passed_over=passed_over(course, chapter))
    progress = Progress(len(tasks))
    show(progress)
    found = _results(tasks, config, results, jobs or cores() + 1)
    with contextlib.closing(found), Recorder(course, chapter) as recorder:
        for result, kept in found:
            of_student = summary.students[result.student]
            of_student[result.section] = result
            progress.done += 1
            progress.kept += kept
            if len(of_student) == len(sections):
                folder = course.root / "submitted" / result.student / chapter
                ordered = [of_student[section] for section in sections]
                _look_at_empty(ordered, results)
                recorder.record(result.student, ordered, timestamp_of(folder))
            show(progress)
    summary.ignored = {name: files for name in students if (files := _ignored(course, name, chapter, sections))}
    return summary


def confinement_called(name: str | None) -> Confinement:
    """What the students' code runs in, tested. Raises CourseError where it cannot be had."""
    try:
        return chosen(name)
    except NoSandbox as reason:
        raise CourseError(str(reason)) from None


def submitted(course: Course, chapter: str, student: str | None = None) -> list[str]:
    """The students who handed in something for a chapter. Raises CourseError where there is nobody."""
    folder = course.root / "submitted"
    found = [name for name, reason in _folders(course, chapter).items() if not reason]
    if not found:
        reasons = "".join(f" {what}: {why}." for what, why in passed_over(course, chapter).items())
        raise CourseError(
            f"There are no submissions for {chapter}: {folder}/<student>/{chapter}/ is where they are looked for "
            f"(nbgrader collect or nbgrader zip_collect puts them there).{reasons}"
        )
    if student is None:
        return found
    if student not in found:
        raise CourseError(f"There is no submission of {student!r} for {chapter} in {folder}.")
    return [student]


def passed_over(course: Course, chapter: str) -> dict[str, str]:
    """The students' folders, as they can be printed, of which nothing is graded, and why."""
    return {readable(name): reason for name, reason in _folders(course, chapter).items() if reason}


def _folders(course: Course, chapter: str) -> dict[str, str]:
    """Every student who handed in something for a chapter, and why it cannot be graded, or ""."""
    folder = course.root / "submitted"
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    found = {name: _obstacle(folder / name, chapter) for name in names if not name.startswith(".")}
    return {name: reason for name, reason in found.items() if reason is not None}


def _obstacle(folder: Path, chapter: str) -> str | None:
    """Why a student's folder cannot be graded; "" where it can be; None where it holds nothing for the chapter."""
    try:
        link = stat.S_ISLNK(folder.lstat().st_mode)
        status = (folder / chapter).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return f"the folder cannot be opened ({error.strerror})"
    if link or stat.S_ISLNK(status.st_mode):
        return "the folder is a link"
    if not stat.S_ISDIR(status.st_mode):
        return None
    if not folder.name.isprintable():
        return "the folder's name has characters that cannot be written: rename it"
    return "no student can have this name here: rename the folder" if folder.name in TAKEN else ""


def _task(course: Course, student: str, chapter: str, section: str) -> Task:
    path = course.root / "submitted" / student / chapter / f"{section}.ipynb"
    return Task(student, chapter, section, path)


def _ignored(course: Course, student: str, chapter: str, sections: list[str]) -> list[str]:
    """What a student handed in beside the notebooks of the chapter, in names that can be printed; the first of many."""
    folder = course.root / "submitted" / student / chapter
    expected = {f"{section}.ipynb" for section in sections} | {"timestamp.txt"}
    try:
        names = sorted(readable(name).replace("\n", UNPRINTABLE) for name in os.listdir(folder) if name not in expected)
    except OSError as error:
        return [f"the folder, which cannot be read ({error.strerror})"]
    more = len(names) - MOST_NAMED
    return [*names[:MOST_NAMED], f"{more:,} more"] if more > 0 else names


def _look_at_empty(of_student: list[NotebookResult], results: Results) -> None:
    """A submission of which no notebook could be found gets no zeros: a person looks at it."""
    if not all(result.missing for result in of_student):
        return
    for result in (result for result in of_student if not result.set_aside):
        result.set_aside = "the submission holds no notebook of this chapter"
        for cell in result.cells.values():
            cell.score = None
        results.keep(result)


def _results(
    tasks: list[Task], config: GradingConfig, results: Results, jobs: int
) -> Iterator[tuple[NotebookResult, bool]]:
    """Every task's result, kept ones first, and whether it was kept."""
    todo = []
    for task in tasks:
        kept = _kept(task, config, results)
        if kept is not None:
            yield kept, True
        else:
            todo.append(task)
    with contextlib.closing(_judged(todo, config, jobs)) as judged:
        for result in judged:
            results.keep(result)
            yield result, False


def _kept(task: Task, config: GradingConfig, results: Results) -> NotebookResult | None:
    """The kept result of a task if nothing that it depends on has changed."""
    kept = results.find(task.student, task.section)
    if kept is None:
        return None
    return kept if kept.key == key_of(task, config, handed_in(task.path)) else None


# ---------------------------------------------------------------- the workers


def _judged(tasks: list[Task], config: GradingConfig, jobs: int) -> Iterator[NotebookResult]:
    """Judge tasks in parallel. A worker that dies costs nobody anything: what was under way is judged one by one."""
    todo = collections.deque(tasks)
    if not todo:
        return
    notebooks = list(dict.fromkeys(task.notebook for task in tasks))
    answers = answers_for_class(config.course, notebooks, config.seed, config.devices)
    until_a_death = functools.partial(_until_a_death, warm_up=functools.partial(_warm_up, answers))
    while todo:
        suspects = collections.deque((yield from until_a_death(todo, config, min(jobs, len(todo)), AHEAD)))
        while suspects:
            for task in (yield from until_a_death(suspects, config, 1, 1)):
                reason = "the process that judged it ended, twice"
                yield set_aside(task, "", master(config.course, task.notebook), reason)


def _until_a_death(
    todo: collections.deque[Task], config: GradingConfig, jobs: int, ahead: int, *, warm_up: Callable[[], None]
) -> Generator[NotebookResult, None, list[Task]]:
    """Judge from the front of `todo` until it is empty or a worker dies. Returns what was under way then.

    ahead: how many tasks for each worker are under way at a time.
    """
    under_way: dict[concurrent.futures.Future, Task] = {}
    with worker_pool(jobs, warm_up) as pool:
        try:
            while todo or under_way:
                while todo and len(under_way) < ahead * jobs:
                    with interrupts_held():
                        under_way[pool.submit(_grade_in_worker, todo[0], config)] = todo[0]
                    todo.popleft()
                done, _ = concurrent.futures.wait(under_way, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    result = future.result()
                    del under_way[future]
                    yield result
        except BrokenProcessPool:
            pass
    return list(under_way.values())


def _warm_up(answers: ClassAnswers) -> None:
    """Load PyTorch in a worker before its first submission; answers: the accelerators', which it need not compute."""
    import torch

    torch.set_num_threads(1)
    present()
    remember(answers)


def _grade_in_worker(task: Task, config: GradingConfig) -> NotebookResult:
    """Grade one notebook; what goes wrong in the judge itself sets it aside and names the reason.

    Asked to end, it has left nothing behind when it does; the executor would catch SystemExit and go on.
    """
    try:
        return grade(task, config)
    except CourseError:
        raise
    except SystemExit:
        os._exit(1)
    except Exception as error:
        reason = f"the judge failed on it ({type(error).__name__}: {str(error)[:200]})"
        return set_aside(task, "", master(config.course, task.notebook), reason)

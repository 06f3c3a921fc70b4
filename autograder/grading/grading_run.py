"""Grading a chapter: every submission judged in parallel, recorded by one writer, resumed where it was stopped."""

from __future__ import annotations

import concurrent.futures
import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field

from autograder.course import Course, CourseError
from autograder.grading.master import master
from autograder.grading.notebook import Conditions, Task, grade, key_of, set_aside
from autograder.grading.recording import Recorder, timestamp_of
from autograder.grading.release import register
from autograder.grading.results import NotebookResult, Results

MOST_TRIES = 2


@dataclass
class Progress:
    """Where a run stands, for whoever shows it. total, done: notebooks. kept: results that were there already."""

    total: int
    done: int = 0
    kept: int = 0


@dataclass
class Summary:
    """What a run did. students: each student's results by section; ignored: files that belong to no notebook."""

    chapter: str
    students: dict[str, dict[str, NotebookResult]] = field(default_factory=dict)
    ignored: dict[str, list[str]] = field(default_factory=dict)


Show = Callable[[Progress], None]


def grade_chapter(
    course: Course,
    chapter: str,
    *,
    jobs: int | None = None,
    devices: tuple[str, ...] | None = None,
    student: str | None = None,
    show: Show = lambda progress: None,
) -> Summary:
    """Judge and record all submissions of a chapter (or one student's). jobs: processes, all cores if None.

    Stopped at any moment, it has kept what it has judged; run again, it goes on from there, and its result is the same.

    Raises CourseError for a chapter that does not exist, no submissions, or a gradebook that cannot be used.
    """
    sections = course.sections(chapter)
    students = submitted(course, chapter, student)
    results = Results(course.root, chapter)
    conditions = Conditions(course, results.seed(), devices)
    tasks = [_task(course, name, chapter, section) for name in students for section in sections]
    register(course, chapter)
    summary = Summary(chapter, {name: {} for name in students})
    progress = Progress(len(tasks))
    show(progress)
    with Recorder(course, chapter) as recorder:
        for result, kept in _results(tasks, conditions, results, jobs or os.cpu_count() or 1):
            of_student = summary.students[result.student]
            of_student[result.section] = result
            progress.done += 1
            progress.kept += kept
            if len(of_student) == len(sections):
                folder = course.root / "submitted" / result.student / chapter
                ordered = [of_student[section] for section in sections]
                recorder.record(result.student, _looked_at(ordered), timestamp_of(folder))
            show(progress)
    summary.ignored = {name: files for name in students if (files := _ignored(course, name, chapter, sections))}
    return summary


def submitted(course: Course, chapter: str, student: str | None = None) -> list[str]:
    """The students who handed in something for a chapter. Raises CourseError where there is nobody."""
    folder = course.root / "submitted"
    found = sorted(path.parent.name for path in folder.glob(f"*/{chapter}") if path.is_dir() and not path.is_symlink())
    found = [name for name in found if not (folder / name).is_symlink() and not name.startswith(".")]
    if not found:
        raise CourseError(
            f"There are no submissions for {chapter}: {folder}/<student>/{chapter}/ is where they are looked for "
            "(nbgrader collect or nbgrader zip_collect puts them there)."
        )
    if student is None:
        return found
    if student not in found:
        raise CourseError(f"There is no submission of {student!r} for {chapter} in {folder}.")
    return [student]


def _task(course: Course, student: str, chapter: str, section: str) -> Task:
    path = course.root / "submitted" / student / chapter / f"{section}.ipynb"
    return Task(student, chapter, section, path)


def _ignored(course: Course, student: str, chapter: str, sections: list[str]) -> list[str]:
    """What a student handed in beside the notebooks of the chapter."""
    folder = course.root / "submitted" / student / chapter
    expected = {f"{section}.ipynb" for section in sections} | {"timestamp.txt"}
    return sorted(path.name for path in folder.iterdir() if path.name not in expected)


def _looked_at(results: list[NotebookResult]) -> list[NotebookResult]:
    """A submission of which no notebook could be found gets no zeros: a person looks at it."""
    if all(result.missing for result in results):
        for result in results:
            result.set_aside = result.set_aside or "the submission holds no notebook of this chapter"
            for cell in result.cells.values():
                cell.score = None
    return results


def _results(
    tasks: list[Task], conditions: Conditions, results: Results, jobs: int
) -> Iterator[tuple[NotebookResult, bool]]:
    """Every task's result, kept ones first, and whether it was kept."""
    todo = []
    for task in tasks:
        kept = _kept(task, conditions, results)
        if kept is not None:
            yield kept, True
        else:
            todo.append(task)
    for result in _judged(todo, conditions, jobs):
        results.keep(result)
        yield result, False


def _kept(task: Task, conditions: Conditions, results: Results) -> NotebookResult | None:
    """The kept result of a task if nothing that it depends on has changed."""
    kept = results.find(task.student, task.section)
    if kept is None:
        return None
    try:
        content = task.path.read_bytes() if task.path.is_file() and not task.path.is_symlink() else None
    except OSError:
        return None
    return kept if kept.key == key_of(task, conditions, content) else None


# ---------------------------------------------------------------- the workers


def _judged(tasks: list[Task], conditions: Conditions, jobs: int) -> Iterator[NotebookResult]:
    """Judge tasks in parallel. A worker that dies costs nobody else anything: what was under way is tried again."""
    tries = dict.fromkeys(tasks, 0)
    while tries:
        with _pool(min(jobs, len(tries))) as pool:
            futures = {pool.submit(_grade_in_worker, task, conditions): task for task in tries}
            try:
                for future in concurrent.futures.as_completed(futures):
                    result = future.result()
                    del tries[futures[future]]
                    yield result
            except BrokenProcessPool:
                yield from _after_death(tries, futures, conditions)


def _after_death(tries: dict[Task, int], futures: dict, conditions: Conditions) -> Iterator[NotebookResult]:
    """Count a try for what was not finished; set aside what has twice been there when a worker died."""
    for future, task in futures.items():
        if task not in tries:
            continue
        if future.done() and not future.cancelled() and future.exception() is None:
            del tries[task]
            yield future.result()
            continue
        tries[task] += 1
        if tries[task] >= MOST_TRIES:
            del tries[task]
            reason = "the process that judged it ended, twice"
            yield set_aside(task, "", master(conditions.course, task.notebook), reason)


@contextlib.contextmanager
def _pool(jobs: int) -> Iterator[concurrent.futures.ProcessPoolExecutor]:
    """Worker processes, each with a judge that stays warm. Left in a hurry, they are ended at once."""
    context = multiprocessing.get_context("spawn")
    pool = concurrent.futures.ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker)
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(timeout=10)
            process.kill()
        raise


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, end with it, and load PyTorch before the first submission."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    end_with_parent(signal.SIGTERM)
    from autograder.judge.devices import present

    import torch

    torch.set_num_threads(1)
    present()


def end_with_parent(number: int) -> None:
    """Ask Linux to send this process a signal when its parent ends; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, number)


def _grade_in_worker(task: Task, conditions: Conditions) -> NotebookResult:
    """Grade one notebook; what goes wrong in the judge itself sets it aside and names the reason."""
    try:
        return grade(task, conditions)
    except CourseError:
        raise
    except Exception as error:
        reason = f"the judge failed on it ({type(error).__name__}: {str(error)[:200]})"
        return set_aside(task, "", master(conditions.course, task.notebook), reason)

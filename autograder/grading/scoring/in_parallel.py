"""Grading notebooks in parallel: worker processes that load PyTorch once, and what to do when one of them dies."""

from __future__ import annotations

import collections
import concurrent.futures
import functools
import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

from nbformat import NotebookNode

from autograder.course import CourseError
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.scoring.class_references import ClassAnswers, answers_for_class
from autograder.grading.scoring.grade_notebook import grade, set_aside
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.results import NotebookResult
from autograder.grading.scoring.task import Task
from autograder.grading.scoring.workers import interrupts_held, worker_pool
from autograder.judge.devices import present
from autograder.judge.expectations import remember
from autograder.judge.formatting import quoted

TASKS_FOR_EACH_WORKER = 2
"""How many notebooks are given out for each worker: the one that it grades, and the next one."""


LONGEST_SILENCE_SECONDS = 5.0
"""How long nothing is told of what is under way."""

Running = Callable[[list[Task]], None]
"""Is told which notebooks are being graded, whenever that changes, and every few seconds."""


def grade_in_parallel(
    tasks: list[Task], config: GradingConfig, jobs: int, running: Running = lambda tasks: None
) -> Generator[NotebookResult, None, None]:
    """Grade notebooks, so many at a time. A worker that dies costs nobody anything: what was under way is graded one by
    one, and a notebook that ends its worker again is set aside."""
    todo = collections.deque(tasks)
    if not todo:
        return
    notebooks = list(dict.fromkeys(task.notebook for task in tasks))
    answers = answers_for_class(config.course, notebooks, config.devices)
    warm_up = functools.partial(_warm_up, answers)
    until_a_death = functools.partial(_until_a_death, warm_up=warm_up, running=running)
    while todo:
        jobs_now = min(jobs, len(todo))
        suspects = collections.deque((yield from until_a_death(todo, config, jobs_now, TASKS_FOR_EACH_WORKER)))
        while suspects:
            for task in (yield from until_a_death(suspects, config, 1, 1)):
                yield _failed(task, config, "the process that judged it ended, twice")


def _until_a_death(
    todo: collections.deque[Task],
    config: GradingConfig,
    jobs: int,
    for_each: int,
    *,
    warm_up: Callable[[], None],
    running: Running,
) -> Generator[NotebookResult, None, list[Task]]:
    """Grade from the front of `todo` until it is empty or a worker dies. Returns the tasks that were under way then.

    for_each: how many tasks are given out for each worker.
    """
    under_way: dict[concurrent.futures.Future, Task] = {}
    with worker_pool(jobs, warm_up) as pool:
        try:
            while todo or under_way:
                while todo and len(under_way) < for_each * jobs:
                    with interrupts_held():
                        under_way[pool.submit(_grade_in_worker, todo[0], config)] = todo[0]
                    todo.popleft()
                running(list(under_way.values())[:jobs])
                done = _next_done(under_way)
                if not done:
                    continue
                for future in done:
                    result = future.result()
                    del under_way[future]
                    yield result
        except BrokenProcessPool:
            pass
    return list(under_way.values())


def _next_done(under_way: Iterable[concurrent.futures.Future]) -> set[concurrent.futures.Future]:
    """Wait for the next results; an empty set where there is none for a while."""
    return concurrent.futures.wait(
        under_way, LONGEST_SILENCE_SECONDS, return_when=concurrent.futures.FIRST_COMPLETED
    ).done


_not_ready: list[str] = []
"""In a worker that could not warm up: why."""


def _warm_up(answers: ClassAnswers) -> None:
    """Load PyTorch in a worker before its first submission; answers: the accelerators', which it need not compute.

    What fails here is told by the first task: an exception would end the worker, and its reason with it.
    """
    try:
        import torch

        torch.set_num_threads(1)
        present()
        remember(answers)
    except Exception as error:
        _not_ready.append(f"{type(error).__name__}: {quoted(str(error), 200)}")


def _grade_in_worker(task: Task, config: GradingConfig) -> NotebookResult:
    """Grade one notebook; an error of the judge itself sets it aside and names the reason.

    A worker that is told to end has left nothing behind when it does; the executor would catch SystemExit and go on.
    Raises CourseError where the worker itself is not ready.
    """
    if _not_ready:
        raise CourseError(f"A process that was to grade cannot load what it needs ({_not_ready[0]}).")
    try:
        return grade(task, config)
    except CourseError:
        raise
    except SystemExit:
        os._exit(1)
    except Exception as error:
        return _failed(task, config, judge_failed(error))


def judge_failed(error: Exception) -> str:
    """Return the reason for setting a notebook aside on which the judge itself raised an error."""
    return f"the judge failed on it ({type(error).__name__}: {quoted(str(error), 200)})"


def _failed(task: Task, config: GradingConfig, reason: str) -> NotebookResult:
    return failed(task, master(config.course, task.notebook), reason)


def failed(task: Task, instructors: NotebookNode, reason: str) -> NotebookResult:
    """Set a notebook aside that the judge failed on. It has no key: the next run grades it again."""
    return set_aside(replace(task, key=""), instructors, reason)

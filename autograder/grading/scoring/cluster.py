"""Grading on a dask.distributed cluster: the same code, on the processes of other machines.

All that a notebook takes travels with its task, so that workers need the package and no file of the course. They run
students' code in sandboxes of their own. Results come back to this process, the only one that writes. A worker that
dies costs nothing: the scheduler gives its notebooks to others, and what is graded twice gives the same result.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import platform
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from autograder.course import ROOT, CourseError
from autograder.exercises import catalogue
from autograder.grading.scoring.class_references import exercises_of
from autograder.grading.scoring.grade_notebook import Material, grade_material, material
from autograder.grading.scoring.grading_config import GradingConfig, confinement_called
from autograder.grading.scoring.in_parallel import LONGEST_SILENCE_SECONDS, Running, failed, judge_failed
from autograder.grading.scoring.result_key import deciding_code
from autograder.grading.scoring.results import NotebookResult
from autograder.grading.scoring.task import Task
from autograder.sandbox import Confinement, Limits

if TYPE_CHECKING:
    from distributed import Client, Future

TASKS_FOR_EACH_WORKER = 3
"""How many notebooks are given out for each worker: so many that it never waits for one to travel."""
CONNECT_SECONDS = 20
MOST_ELSEWHERE = 10
"""How often a notebook is given to another worker where one has no sandbox."""


@dataclass(frozen=True)
class Elsewhere:
    """The confinement of a cluster's workers. name: of what each of them has."""

    name: str

    def start(self, limits: Limits) -> Any:
        """Raise OSError: nothing is started here."""
        raise OSError("students' code runs on the cluster's workers")


@dataclass(frozen=True)
class WorkerReport:
    """What a worker says of itself. sandbox: its name, "" where there is none, with the reason; code, versions: of what
    decides scores."""

    sandbox: str
    reason: str
    code: str
    versions: tuple[str, ...]
    threads: int


@dataclass(frozen=True)
class Unfit:
    """In the place of a result: a worker that came later has no sandbox. reason: a sentence."""

    worker: str
    reason: str


def confinement_of_the_cluster(address: str, sandbox: str | None = None) -> Confinement:
    """Ask every worker of a cluster what it runs students' code in. sandbox: what they shall use, by name.

    Raises CourseError where a worker cannot grade as this process would.
    """
    with _client(address) as client:
        return Elsewhere(_sandbox_of_all(client, sandbox))


def grade_on_cluster(
    tasks: list[Task], config: GradingConfig, address: str, running: Running = lambda tasks: None
) -> Generator[NotebookResult, None, None]:
    """Grade notebooks on the workers of a cluster. config: its confinement is that of the cluster."""
    if not tasks:
        return
    notebooks = sorted({catalogue()[name].notebook for name in exercises_of(config.course, _notebooks(tasks))})
    without_secret = replace(config, secret="")
    with _client(address) as client:
        _sandbox_of_all(client, config.confinement.name, tuple(notebooks))
        todo = collections.deque(tasks)
        under_way: dict[Future, Task] = {}
        elsewhere: collections.Counter[Task] = collections.Counter()

        def submit(task: Task, workers: list[str] | None = None) -> None:
            future = client.submit(grade_on_worker, material(task, config), without_secret, pure=False, workers=workers)
            under_way[future] = task

        try:
            while todo or under_way:
                places = max(1, len(_addresses(client)))
                while todo and len(under_way) < TASKS_FOR_EACH_WORKER * places:
                    submit(todo.popleft())
                running(list(under_way.values())[:places])
                for future in _next_done(client, under_way):
                    task = under_way.pop(future)
                    result = _result_of(future, task, config)
                    if isinstance(result, NotebookResult):
                        yield result
                        continue
                    elsewhere[task] += 1
                    others = [place for place in _addresses(client) if place != result.worker]
                    if elsewhere[task] > MOST_ELSEWHERE or not others:
                        raise CourseError(f"The worker {result.worker} cannot grade: {result.reason}")
                    submit(task, others)
        finally:
            client.cancel(list(under_way))


def grade_on_worker(handed: Material, config: GradingConfig) -> NotebookResult | Unfit:
    """Grade one notebook on a worker, in its own sandbox."""
    import torch
    from distributed import get_worker

    torch.set_num_threads(1)
    try:
        here = replace(config, confinement=confinement_called(config.confinement.name))
    except CourseError as reason:
        return Unfit(get_worker().address, str(reason))
    try:
        return grade_material(handed, here)
    except CourseError:
        raise
    except Exception as error:
        return failed(handed.task, handed.instructors, judge_failed(error))


def report_of_worker(sandbox: str | None, notebooks: tuple[str, ...], dask_worker: Any = None) -> WorkerReport:
    """Say what a worker would grade with. dask_worker: the worker itself, given by dask."""
    import numpy
    import torch

    versions = (platform.python_version(), numpy.__version__, torch.__version__)
    threads = dask_worker.state.nthreads if dask_worker is not None else 1
    code = deciding_code(frozenset(notebooks))
    try:
        return WorkerReport(confinement_called(sandbox).name, "", code, versions, threads)
    except CourseError as reason:
        return WorkerReport("", str(reason), code, versions, threads)


def _sandbox_of_all(client: Client, sandbox: str | None, notebooks: tuple[str, ...] = ()) -> str:
    """Return the name of what all workers run students' code in. Raises CourseError where one cannot grade."""
    reports: dict[str, WorkerReport] = client.run(report_of_worker, sandbox, notebooks)
    if not reports:
        raise CourseError("The cluster has no workers: start some, such as  dask worker ADDRESS --nthreads 1")
    import numpy
    import torch

    code = deciding_code(frozenset(notebooks))
    versions = (platform.python_version(), numpy.__version__, torch.__version__)
    for worker, report in reports.items():
        if not report.sandbox:
            raise CourseError(f"The worker {worker} cannot grade: {report.reason}")
        if report.threads != 1:
            raise CourseError(f"The worker {worker} has {report.threads} threads; start it with --nthreads 1.")
        if report.code != code:
            raise CourseError(f"The worker {worker} has another version of the course's package than this machine.")
        if report.versions[1:] != versions[1:]:
            told = "NumPy {} and PyTorch {}".format(*report.versions[1:])
            here = "NumPy {} and PyTorch {}".format(*versions[1:])
            raise CourseError(f"The worker {worker} has {told}, this machine {here}.")
    names = {report.sandbox for report in reports.values()}
    if len(names) > 1:
        raise CourseError(
            f"The workers have different sandboxes ({', '.join(sorted(names))}): name one with --sandbox."
        )
    return names.pop()


@contextlib.contextmanager
def _client(address: str) -> Generator[Client, None, None]:
    try:
        from distributed import Client
    except ImportError:
        command = f"{sys.executable} -m pip install -e '{ROOT}[cluster]'"
        raise CourseError(
            f"--scheduler needs dask.distributed, which this Python lacks. Install it:  {command}"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CourseError(f"No scheduler of dask answers at {address}: {error}") from None
    with client, _told_when_lost(address):
        yield client


@contextlib.contextmanager
def _told_when_lost(address: str) -> Iterator[None]:
    """Turn the end of the connection to a scheduler into a CourseError."""
    from distributed import CancelledError
    from distributed.comm import CommClosedError

    try:
        yield
    except (CommClosedError, CancelledError, asyncio.CancelledError):
        raise CourseError(
            f"The scheduler at {address} has gone away. What was graded until then is kept: start it again, with its "
            "workers, and repeat the command."
        ) from None


def _addresses(client: Client) -> list[str]:
    return list(client.scheduler_info(n_workers=-1)["workers"])


def _notebooks(tasks: list[Task]) -> list[str]:
    return list(dict.fromkeys(task.notebook for task in tasks))


def _next_done(client: Client, under_way: dict[Future, Task]) -> list[Future]:
    """Wait for the next results; none where there is none for a while."""
    from distributed import wait

    with client.as_current(), contextlib.suppress(TimeoutError):
        wait(list(under_way), timeout=LONGEST_SILENCE_SECONDS, return_when="FIRST_COMPLETED")
    return [future for future in under_way if future.done()]


def _result_of(future: Future, task: Task, config: GradingConfig) -> NotebookResult | Unfit:
    """Return a result. A notebook that ended several workers is set aside, without a key: the next run grades it."""
    from distributed.scheduler import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        instructors = material(task, config).instructors
        return failed(task, instructors, "the processes that judged it ended, several times")

"""Which tests are collected, and how they are divided among processes: what shares expensive work stays together."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support import time_limit
from tests.support.confinement import use_the_sandbox_or_say_that_there_is_none
from tests.support.perturbation import perturb_random_numbers
from tests.support.speed import slowness
from tests.support.thorough import THOROUGH

with contextlib.suppress(ModuleNotFoundError):  # a GPU server may not have it
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "quick",
        max_examples=300,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.register_profile("thorough", settings.get_profile("quick"), max_examples=6_000)
    settings.load_profile("thorough" if THOROUGH else "quick")

BY_EXERCISE, BY_NOTEBOOK = "test_every_exercise.py", "test_every_notebook.py"

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`pytest -m gpu` reads the folder of those tests alone: others need packages that a GPU server may not have."""
    if config.option.markexpr != "gpu" or collection_path == HERE:
        return None
    return True if HERE in collection_path.parents and not collection_path.is_relative_to(HERE / "gpu") else None


# A shell's background ignores Ctrl-C, and so would the commands under test.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SANDBOX, PERTURBATION = pytest.StashKey[str](), pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Find out what students' code runs in, in the tests of this run; the processes it is divided among inherit it."""
    config.stash[PERTURBATION] = perturb_random_numbers()
    if not hasattr(config, "workerinput"):
        config.stash[SANDBOX] = use_the_sandbox_or_say_that_there_is_none()
        slowness()  # measured once: processes that each found another order of the tests could not share them
        if "none" in config.stash[SANDBOX]:
            config.issue_config_time_warning(UserWarning(config.stash[SANDBOX]), 2)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say it, how slow the machine is, and whether random numbers are perturbed."""
    limits = f"limits of time: {slowness():.1f} times those of a quiet machine"
    return [line for line in (config.stash.get(SANDBOX, ""), limits, config.stash[PERTURBATION]) if line]


LONGEST = ("hostile", "grading", "commands", "notebooks", "test_demo.py", "sandbox", "gpu")
"""Begun first, so that no process is still at one of them when the others have nothing left to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in the order in which they are handed out: where time may not do for all, the short ones first."""
    short_first = time_limit.has_a_limit() and slowness() > time_limit.SLOW

    def place(item: pytest.Item) -> int:
        top = item.nodeid.removeprefix("tests/").partition("::")[0].partition("/")[0]
        return LONGEST.index(top) if top in LONGEST else len(LONGEST)

    items.sort(key=place, reverse=short_first)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin no test when the time is up."""
    if time_limit.time_is_up():
        pytest.skip(time_limit.TIME_IS_UP)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the tests that were not begun."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = sum(time_limit.TIME_IS_UP in str(report.longrepr) for report in skipped)
    if left_out:
        terminalreporter.write_line(
            f"TIME WAS UP: {left_out} tests were not begun. This machine takes {slowness():.1f} times as long as "
            "a quiet one: run `python3 -m autograder test` without --minutes, or on another machine."
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A process gets a whole file at a time; of the two longest files the tests of a kernel or a notebook."""
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False

    class Grouped(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Grouped(config, log)


ONE_CLASS = [
    f"tests/grading/test_{name}.py"
    for name in (
        "class_report",
        "export",
        "feedback",
        "grade_chapter",
        "packed",
        "page_limits",
        "record",
        "with_nbgrader",
    )
]
"""Files whose tests look at the same graded class: in one process, it is graded once."""


def group_of(nodeid: str) -> str:
    """What a test is run together with: "tests/exercises/test_every_exercise.py elu", "tests/test_course.py"."""
    file, _, test = nodeid.partition("::")
    if file in ONE_CLASS:
        return "one class"
    parameters = test.partition("[")[2].removesuffix("]")
    return f"{file} {parameters}" if file.endswith((BY_EXERCISE, BY_NOTEBOOK)) else file

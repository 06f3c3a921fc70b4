"""`python3 -m autograder test`: the tests."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

from autograder.bootstrap import wait_for
from autograder.commands import _processors
from autograder.course import ROOT

SUMMARY = "run the tests; further words go to pytest"
PASSES_ON = True
IN_PARALLEL = ["-n", str(min(8, (os.cpu_count() or 1) + 1)), "--dist", "loadscope"]
"""For all the tests at once; with words of one's own pytest gets those alone. One more than there are cores: tests of
deadlines wait a good deal."""
REPORT = ["--durations=40", "--durations-min=1", "-o", "verbosity_subtests=0"]
"""For all the tests at once: which took longest, and no character for each part of a test that passed."""
ALONE, TOGETHER = ["tests/browser"], ["--ignore=tests/browser"]
"""A browser and its notebook server want the machine for themselves."""
BEGIN_UNTIL = "AUTOGRADER_TESTS_BEGIN_UNTIL"
"""The variable with the last moment at which a test may begin, in seconds since 1970: for tests/support/time_limit."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the one option of the command's own, and say what becomes of the other words."""
    parser.usage = "%(prog)s [--processors] [--minutes N] [pytest's options and files ...]"
    parser.add_argument(
        "--processors",
        action="store_true",
        help="run the tests of what the notebooks claim on every processor that this machine can emulate, "
        "and from starting weights that differ in the last digits",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        help="begin no test after so many minutes; those left out are counted at the end (default: no limit)",
    )
    parser.epilog = (
        "Files are named from the repository's root:  test tests/judge -k shape\n"
        "pytest's own options:                        test -- --help"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run pytest in the repository's root, all tests on all cores, and return its status."""
    if arguments.minutes is not None:
        os.environ[BEGIN_UNTIL] = str(time.time() + 60 * arguments.minutes)
    if arguments.processors:
        return _processors.run(arguments.rest or [*_processors.claims(), *IN_PARALLEL])
    if arguments.rest:
        return _pytest(arguments.rest, dict(os.environ))
    alone = _pytest([*ALONE, *REPORT], dict(os.environ))
    if alone == _processors.INTERRUPTED:
        return alone
    # Processes that share the cores, each with a thread for every core, mostly wait for one another.
    return _pytest([*TOGETHER, *REPORT, *IN_PARALLEL], {**_processors.ONE_THREAD, **os.environ}) or alone


def _pytest(words: list[str], environment: dict[str, str]) -> int:
    """One run of pytest; its status. Ctrl-C is pytest's to answer."""
    # The tests start hundreds of processes: each would compile the course again.
    environment = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return wait_for(subprocess.Popen([sys.executable, "-m", "pytest", *words], cwd=ROOT, env=environment))

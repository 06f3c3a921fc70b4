"""How slow this machine is now, so that no limit of time in a test is a limit on the machine.

A limit that honest code has to keep within, or that a test waits for, is multiplied by `slowness()`.
"""

from __future__ import annotations

import functools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from autograder.sandbox import Limits

VARIABLE = "AUTOGRADER_SLOW_MACHINE"
QUIET_SECONDS = 0.25
"""What `_sample` takes on a quiet machine."""
SAMPLES = 3
MEMORY_TOUCHED = "import numpy; numpy.ones(2**24).sum()"

PATIENT = Limits(start_seconds=600.0, cell_seconds=600.0, call_seconds=600.0, submission_seconds=3600.0)
"""Limits that only what has no end runs into."""

T = TypeVar("T")


@functools.cache
def slowness() -> float:
    """The factor on every limit of time in tests, 1 or more: AUTOGRADER_SLOW_MACHINE, or as it is measured.

    Processes that are started afterwards inherit it.
    """
    if VARIABLE not in os.environ:
        typical = statistics.median(_sample() for _ in range(SAMPLES))
        os.environ[VARIABLE] = f"{max(1.0, typical / QUIET_SECONDS):.1f}"
    return max(1.0, float(os.environ[VARIABLE]))


def _sample() -> float:
    """The seconds of a small piece of what the tests do most: start Python, import NumPy, take memory."""
    started = time.monotonic()
    subprocess.run([sys.executable, "-I", "-c", MEMORY_TOUCHED], check=True)
    return time.monotonic() - started


def scaled(seconds: float) -> float:
    """A limit for a quiet machine as it holds here."""
    return seconds * slowness()


def wait_until(condition: Callable[[], T], seconds: float = 60.0) -> T:
    """The first true value of a condition, asked for again and again; the last one where none comes in time."""
    end = time.monotonic() + scaled(seconds)
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return found

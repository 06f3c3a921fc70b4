"""How long a run of the tests may take: `python3 -m autograder test --minutes N`.

No test begins after that. Those that did not are skipped, and the last lines of the run count them: on a machine that
is too slow, or too busy, for all of them it says so instead of never ending.
"""

from __future__ import annotations

import os
import time

from autograder.commands.test import BEGIN_UNTIL

TIME_IS_UP = "not begun: the minutes given to the tests were over"
SLOW = 3.0
"""The slowness of a machine on which the time given may not do: the many short tests come first there."""


def time_is_up() -> bool:
    """Whether no further test may begin."""
    return time.time() > float(os.environ.get(BEGIN_UNTIL) or "inf")


def has_a_limit() -> bool:
    """Whether this run has to end."""
    return bool(os.environ.get(BEGIN_UNTIL))

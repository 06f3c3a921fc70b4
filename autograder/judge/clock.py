"""The clock that budgets of the judge go by."""

from __future__ import annotations

import time
from collections.abc import Callable

computing_seconds: Callable[[], float] = getattr(time, "thread_time", time.perf_counter)
"""Seconds that this thread has computed, from any moment on; in a browser, which does not count them, on the clock."""

"""Threads and pools that a cell left running. Grading calls a function in a copy of its process, in which no other
thread runs: pools are made anew there. What waits for a thread raises the reason, in grading and in a notebook alike.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from autograder.plaindata.stand_ins import NOT_AVAILABLE, Absent

REASON = f"a thread that another cell started {NOT_AVAILABLE}: start it in the function that needs it"
POOLS = {
    ("concurrent.futures.thread", "ThreadPoolExecutor"): "_max_workers",
    ("concurrent.futures.process", "ProcessPoolExecutor"): "_max_workers",
    ("multiprocessing.pool", "Pool"): "_processes",
    ("multiprocessing.pool", "ThreadPool"): "_processes",
}
"""Pools by module and name, and where each has its number of workers."""
WAITING = {
    ("threading", "Thread"),
    ("threading", "Event"),
    ("threading", "Condition"),
    ("queue", "Queue"),
    ("queue", "LifoQueue"),
    ("queue", "PriorityQueue"),
    ("_queue", "SimpleQueue"),
}
"""What a function waits with for a thread."""


class _Renewed:
    """A pool that is made when it is used."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make, self._made = make, None

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)


def threads_run(namespace: Mapping[str, Any]) -> bool:
    """Whether threads run that the code of a notebook started by itself."""
    threading = sys.modules.get("threading")
    threads = threading.enumerate() if threading else []
    return any(getattr(getattr(one, "_target", None), "__globals__", None) is namespace for one in threads)


def renewed_pools(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return, by name, a new pool for each one of a notebook."""
    pools = {name: value for name, value in namespace.items() if _kind(value) in POOLS}
    return {name: _Renewed(partial(_like, pool)) for name, pool in pools.items()}


def _like(pool: Any) -> Any:
    return type(pool)(getattr(pool, POOLS[_kind(pool)]))


def refused(namespace: Mapping[str, Any]) -> dict[str, Absent]:
    """Return, by name, what raises the reason in place of what waits for a thread."""
    return {name: Absent(RuntimeError(REASON)) for name, value in namespace.items() if _kind(value) in WAITING}


def _kind(value: Any) -> tuple[str, str]:
    return type(value).__module__, type(value).__name__

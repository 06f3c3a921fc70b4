"""Computes something that calls a student's functions, for a limited time, and without what they print."""

from __future__ import annotations

import ctypes
import io
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from autograder.lab.students import UnusableResult, function_name

Found = TypeVar("Found")

SECONDS = 10.0
"""For a scene, which takes a function some hundredths of a second."""
POLL_SECONDS = 0.1
"""How often it is looked whether the work has ended: on Windows nobody can interrupt a longer wait."""
ATTEMPTS_TO_END, ATTEMPT_SECONDS = 10, 0.05


class _Ended(BaseException):
    """Raised in work that has to end."""


class _Work(threading.Thread, Generic[Found]):
    """A thread that works once and keeps what it found, or the exception that it ended with."""

    def __init__(self, work: Callable[[], Found]) -> None:
        super().__init__(daemon=True)
        self.work, self.problem = work, None
        self.found: list[Found] = []

    problem: BaseException | None

    def run(self) -> None:
        """Do it. NumPy's warnings are left out."""
        try:
            with np.errstate(all="ignore"):
                self.found.append(self.work())
        except BaseException as problem:
            self.problem = problem

    def end(self) -> None:
        """Raise an exception in it until it ends, if that ends it."""
        for _ in range(ATTEMPTS_TO_END):
            if not self.is_alive():
                break
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident or 0), ctypes.py_object(_Ended))
            self.join(ATTEMPT_SECONDS)


class _SilentIn(io.TextIOBase):
    """A stream that drops what one thread writes, and hands on what others do."""

    def __init__(self, thread: threading.Thread, stream: Any) -> None:
        self.thread, self.stream = thread, stream

    def write(self, text: str) -> int:
        """Drop it, or hand it on."""
        return len(text) if threading.current_thread() is self.thread else self.stream.write(text)

    def flush(self) -> None:
        """Hand it on."""
        self.stream.flush()


def in_time(work: Callable[[], Found], functions: Sequence[Callable[..., Any]], seconds: float | None = None) -> Found:
    """Do some work that calls these functions. Raises what they raise, UnusableResult where there is not enough time.

    What they print is dropped: at every move it would be one output more.
    """
    limit = SECONDS if seconds is None else seconds
    thread = _Work(work)
    stdout = sys.stdout
    sys.stdout = _SilentIn(thread, stdout)
    try:
        thread.start()
        started = time.monotonic()
        while thread.is_alive() and time.monotonic() < started + limit:
            thread.join(min(POLL_SECONDS, limit))
        if thread.is_alive():
            name = _running(thread, functions)
            thread.end()
            raise UnusableResult(f"{name} not done after {limit:g} s, and a picture that moves cannot wait longer.")
    finally:
        sys.stdout = stdout
    if thread.problem is not None:
        raise thread.problem
    return thread.found[0]


def _running(thread: threading.Thread, functions: Sequence[Callable[..., Any]]) -> str:
    """Name the function that a thread is in, of some, with its verb."""
    frame, codes = sys._current_frames().get(thread.ident or 0), set()
    while frame is not None:
        codes.add(frame.f_code)
        frame = frame.f_back
    names = [function_name(function) for function in functions if getattr(function, "__code__", None) in codes]
    return f"Your {names[0]} is" if names else "This picture is"

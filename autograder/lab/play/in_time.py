"""Computes something that calls a student's functions, for a limited time, and without what they print."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, Generic, TypeVar

import numpy as np

from autograder.lab.students import UnusableResult, function_name
from autograder.plaindata.ending import EndingThread, TooLate, done_without_threads, has_threads

Found = TypeVar("Found")

SECONDS = 10.0
"""For a scene, which takes a function some hundredths of a second."""
TOO_LATE = "{} not done after {:g} s, and a picture that moves cannot wait longer."


class _Work(EndingThread, Generic[Found]):
    """A thread that works once and keeps what it found, or the exception that it ended with."""

    def __init__(self, work: Callable[[], Found]) -> None:
        super().__init__()
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
    if not has_threads():
        return _without_threads(work, functions, limit)
    thread = _Work(work)
    stdout = sys.stdout
    sys.stdout = _SilentIn(thread, stdout)
    try:
        thread.start()
        thread.wait(limit)
        if thread.is_alive():
            raise UnusableResult(TOO_LATE.format(_running(thread.frame(), functions), limit))
    finally:
        thread.end()
        sys.stdout = stdout
    if thread.problem is not None:
        raise thread.problem
    return thread.found[0]


def _without_threads(work: Callable[[], Found], functions: Sequence[Callable[..., Any]], seconds: float) -> Found:
    try:
        with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
            return done_without_threads(work, seconds)
    except TooLate as late:
        raise UnusableResult(TOO_LATE.format(_running(late.frame, functions), seconds)) from None


def _running(frame: FrameType | None, functions: Sequence[Callable[..., Any]]) -> str:
    """Name the function of some that a frame is in, with its verb."""
    codes = set()
    while frame is not None:
        codes.add(frame.f_code)
        frame = frame.f_back
    names = [function_name(function) for function in functions if getattr(function, "__code__", None) in codes]
    return f"Your {names[0]} is" if names else "This picture is"

"""A call that has a limited time, whatever the function does: it runs in a thread, which is left alone if need be.

A browser has no threads: there the call ends at the first line of Python that it comes to after its time.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any

from autograder.plaindata.call import Outcome, Problem, call_repeatedly, line_of_frame, nobody_answers

PACKAGES = "site-packages"
POLL_SECONDS = 0.1
"""How often it is looked whether a call has ended: on Windows nobody can interrupt a longer wait."""
NO_ANSWER = "no answer within {:g} s"
ATTEMPTS_TO_END, ATTEMPT_SECONDS = 10, 0.05


class _Ended(BaseException):
    """Raised in a function that has to end."""


class _Call(threading.Thread):
    """A thread that calls a function once."""

    def __init__(self, function: Callable[..., Any], arguments: list) -> None:
        super().__init__(daemon=True)
        self.function, self.arguments = function, arguments
        self.outcome: Outcome | None = None

    def run(self) -> None:
        """Make the call."""
        try:
            self.outcome = call_repeatedly(self.function, self.arguments)
        except KeyboardInterrupt:
            self.outcome = Outcome(problem=Problem("exception", "KeyboardInterrupt"))

    def where(self) -> tuple[int, str]:
        """Return the line of the function's cell that it is at, with its number."""
        return line_of_frame(self.function, sys._current_frames().get(self.ident or 0))

    def end(self) -> None:
        """Raise an exception in the function until it ends, if that ends it."""
        for _ in range(ATTEMPTS_TO_END):
            if not self.is_alive():
                break
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident or 0), ctypes.py_object(_Ended))
            self.join(ATTEMPT_SECONDS)


def call_in_time(function: Callable[..., Any], arguments: list, seconds: float) -> Outcome:
    """Call a function as `call_repeatedly` does, for so many seconds at most, or until somebody interrupts it.

    Where it has not returned by then, the outcome says so, with the line it was in.
    """
    if sys.platform == "emscripten":
        return _call_without_threads(function, arguments, seconds)
    thread = _Call(function, arguments)
    started = time.monotonic()
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stdout), nobody_answers():
        try:
            thread.start()
            while thread.is_alive() and time.monotonic() < started + seconds:
                thread.join(min(POLL_SECONDS, seconds))
            message = NO_ANSWER.format(seconds)
        except KeyboardInterrupt:
            message = f"you stopped it after {time.monotonic() - started:.0f} s"
        if thread.outcome is not None:
            return thread.outcome
        number, line = thread.where()
        thread.end()
    return Outcome(problem=Problem("time", message, line, number))


def _call_without_threads(function: Callable[..., Any], arguments: list, seconds: float) -> Outcome:
    """Call a function as `call_in_time` does, looking at the clock in each line that is no package's."""
    stopped: list[tuple[int, str]] = []
    deadline = time.monotonic() + seconds

    def look(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "call" and PACKAGES in frame.f_code.co_filename:
            return None
        if time.monotonic() > deadline:
            stopped.append(line_of_frame(function, frame))
            raise _Ended
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        outcome = call_repeatedly(function, arguments)
    except _Ended:
        outcome = Outcome()
    finally:
        sys.settrace(before)
    if not stopped:
        return outcome
    number, line = stopped[0]
    return Outcome(problem=Problem("time", NO_ANSWER.format(seconds), line, number))


def is_one_still_running() -> bool:
    """Whether a function that was to end could not be ended."""
    return any(isinstance(thread, _Call) for thread in threading.enumerate())

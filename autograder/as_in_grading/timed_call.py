"""A call that has a limited time, whatever the function does."""

from __future__ import annotations

import contextlib
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

from autograder.plaindata.call import Outcome, Problem, call_repeatedly, line_of_frame, nobody_answers
from autograder.plaindata.ending import EndingThread, TooLate, done_without_threads, has_threads

NO_ANSWER = "no answer within {:g} s"


class _Call(EndingThread):
    """A thread that calls a function once."""

    def __init__(self, function: Callable[..., Any], arguments: list) -> None:
        super().__init__()
        self.function, self.arguments = function, arguments
        self.outcome: Outcome | None = None

    def run(self) -> None:
        """Make the call."""
        try:
            self.outcome = call_repeatedly(self.function, self.arguments)
        except KeyboardInterrupt:
            self.outcome = Outcome(problem=Problem("exception", "KeyboardInterrupt"))


def call_in_time(function: Callable[..., Any], arguments: list, seconds: float) -> Outcome:
    """Call a function as `call_repeatedly` does, for so many seconds at most, or until somebody interrupts it.

    Where it has not returned by then, the outcome says so, with the line it was in.
    """
    if not has_threads():
        return _call_without_threads(function, arguments, seconds)
    thread = _Call(function, arguments)
    started = time.monotonic()
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stdout), nobody_answers():
        try:
            thread.start()
            thread.wait(seconds)
            message = NO_ANSWER.format(seconds)
        except KeyboardInterrupt:
            message = f"you stopped it after {time.monotonic() - started:.0f} s"
        if thread.outcome is not None:
            return thread.outcome
        number, line = line_of_frame(function, thread.frame())
        thread.end()
    return Outcome(problem=Problem("time", message, line, number))


def _call_without_threads(function: Callable[..., Any], arguments: list, seconds: float) -> Outcome:
    try:
        return done_without_threads(lambda: call_repeatedly(function, arguments), seconds)
    except TooLate as late:
        number, line = line_of_frame(function, late.frame)
        return Outcome(problem=Problem("time", NO_ANSWER.format(seconds), line, number))

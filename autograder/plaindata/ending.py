"""Ends what does not end by itself: in a thread that is left alone if need be; where there are no threads, at a line.

A browser has no threads: there work ends at the first line of Python that it comes to after its time.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

Found = TypeVar("Found")

PACKAGES = "site-packages"
POLL_SECONDS = 0.1
"""How often it is looked whether a thread has ended: on Windows nobody can interrupt a longer wait."""
ATTEMPTS_TO_END, ATTEMPT_SECONDS = 10, 0.05


def has_threads() -> bool:
    """Whether Python can start threads here."""
    return sys.platform != "emscripten"


class Ended(BaseException):
    """Raised in work that has to end."""


class EndingThread(threading.Thread):
    """A thread that can be ended, unless it is in a function that runs no line of Python."""

    def __init__(self) -> None:
        super().__init__(daemon=True)

    def wait(self, seconds: float) -> None:
        """Wait until it ends, for so many seconds at most."""
        end = time.monotonic() + seconds
        while self.is_alive() and time.monotonic() < end:
            self.join(min(POLL_SECONDS, seconds))

    def frame(self) -> FrameType | None:
        """Return where it is."""
        return sys._current_frames().get(self.ident or 0)

    def end(self) -> None:
        """Raise an exception in it until it ends, if that ends it."""
        for _ in range(ATTEMPTS_TO_END):
            if not self.is_alive():
                break
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident or 0), ctypes.py_object(Ended))
            self.join(ATTEMPT_SECONDS)


def is_one_still_running() -> bool:
    """Whether a thread that was to end is still running."""
    return any(isinstance(thread, EndingThread) for thread in threading.enumerate())


class TooLate(Exception):
    """Work that was not done in time. frame: where it was."""

    def __init__(self, frame: FrameType) -> None:
        super().__init__()
        self.frame = frame


def done_without_threads(work: Callable[[], Found], seconds: float) -> Found:
    """Do some work, looking at the clock in each line that is no package's. Raises TooLate after so many seconds."""
    stopped: list[FrameType] = []
    deadline = time.monotonic() + seconds

    def look(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "call" and PACKAGES in frame.f_code.co_filename:
            return None
        if time.monotonic() > deadline:
            stopped.append(frame)
            raise Ended
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        found = work()
    except Ended:
        raise TooLate(stopped[0]) from None
    finally:
        sys.settrace(before)
    if stopped:
        raise TooLate(stopped[0])
    return found

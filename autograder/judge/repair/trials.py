"""Calls changed functions: quickly, in silence, and cut short where they do not end."""

from __future__ import annotations

import contextlib
import ctypes
import io
import math
import random
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np

from autograder.judge.clock import computing_seconds
from autograder.judge.repair.bounds import CutShort
from autograder.plaindata.call import nobody_answers

WATCH_SECONDS = 0.05
"""How often it is looked whether a call takes too long."""

MOST_WAITS = 20
MOST_WAITING = 1.5


@contextlib.contextmanager
def in_silence() -> Iterator[None]:
    """While this lasts nothing is printed, warned of or asked; random numbers are as before afterwards."""
    numbers, plain_numbers = np.random.get_state(), random.getstate()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        nobody_answers(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            np.random.set_state(numbers)
            random.setstate(plain_numbers)


class Budget:
    """So many seconds of computing in this thread, and at most `most_waiting` times as many on the clock.

    What is found then depends little on what else the machine does.
    """

    def __init__(self, seconds: float, most_waiting: float = MOST_WAITING) -> None:
        self._computed = computing_seconds() + seconds
        self._passed = time.monotonic() + most_waiting * seconds

    def is_left(self) -> bool:
        """Whether there is time for more."""
        return computing_seconds() < self._computed and time.monotonic() < self._passed


class Watch(threading.Thread):
    """Ends calls that take too long, wherever they are: in a loop of another function of the student's, say.

    As a context manager it watches the thread that enters it. In a browser, which has no other thread, it does not.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._end = math.inf
        self._raised = False
        self._over = threading.Event()
        self._watched = ctypes.c_ulong(threading.get_ident())

    def run(self) -> None:
        """Look now and then whether the call has taken too long, and raise CutShort in it."""
        while not self._over.wait(WATCH_SECONDS):
            if time.monotonic() > self._end:
                self._raised = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(self._watched, ctypes.py_object(CutShort))

    def __enter__(self) -> Watch:
        if sys.platform != "emscripten":
            self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end = math.inf
        self._over.set()
        if self.is_alive():
            self.join()

    def share(self, trial: Callable[[], float], seconds: float) -> float:
        """What a trial returns; 0 where it raises anything, or takes longer than so many seconds."""
        self._raised, self._end = False, time.monotonic() + seconds
        try:
            return trial()
        except KeyboardInterrupt:
            raise
        except CutShort:
            self._raised = False
            return 0.0
        except BaseException:
            return 0.0
        finally:
            self._end = math.inf
            if self._raised:
                self._await_what_was_raised()

    def _await_what_was_raised(self) -> None:
        """CutShort reaches a thread a moment after it was raised there: not in the midst of what follows."""
        with contextlib.suppress(CutShort):
            for _ in range(MOST_WAITS):
                time.sleep(WATCH_SECONDS / MOST_WAITS)

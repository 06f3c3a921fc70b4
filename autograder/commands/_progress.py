"""Shows how far grading has come: a bar in a terminal, elsewhere (a log file, a pipe) a line now and then."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

from autograder.course import listed

if TYPE_CHECKING:
    from autograder.grading.grade_chapter import Progress

SECONDS_BETWEEN_LINES = 10.0
MOST_NAMED = 3
"""How many notebooks are named; of others there is the number alone."""


class ProgressShown:
    """Shows the progress of a run as it is told of it. Use it as a context manager.

    stream: where to, the standard error stream unless it is given.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        from tqdm import tqdm

        self._stream = stream or sys.stderr
        self._last: Progress | None = None
        self._told_of = -1
        self._started = self._told = time.monotonic()
        options = {"desc": "Judging", "unit": " notebooks", "dynamic_ncols": True, "delay": 1, "file": self._stream}
        self._bar = tqdm(**options) if self._stream.isatty() else None

    def __enter__(self) -> ProgressShown:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._bar is not None:
            self._bar.close()
        elif self._last is not None and self._told > self._started and self._last.done > self._told_of:
            self._tell(self._last)

    def show(self, progress: Progress) -> None:
        """Show how far a run has come."""
        self._last = progress
        if self._bar is not None:
            self._bar.total = progress.total
            self._bar.set_postfix_str("; ".join(_besides(progress)), refresh=False)
            self._bar.update(progress.done - self._bar.n)
            self._bar.refresh()
        elif time.monotonic() > self._told + SECONDS_BETWEEN_LINES:
            self._tell(progress)

    def _tell(self, progress: Progress) -> None:
        self._told, self._told_of = time.monotonic(), progress.done
        print(told(progress, self._told - self._started), file=self._stream, flush=True)


def told(progress: Progress, seconds: float) -> str:
    """Say in a line how far a run has come. seconds: since it began."""
    parts = [f"{progress.done:,} of {progress.total:,} notebooks"]
    parts += [f"{progress.kept:,} of them judged before"] if progress.kept else []
    judged = progress.done - progress.kept
    if judged and seconds:
        left = (progress.total - progress.done) * seconds / judged
        parts += [f"{judged / seconds:.3g} a second"]
        parts += [f"{_duration(left)} left"] if progress.done < progress.total else [f"done in {_duration(seconds)}"]
    return f"{time.strftime('%H:%M:%S')} Judging: {', '.join(parts)}{''.join(f'; {one}' for one in _besides(progress))}"


def _besides(progress: Progress) -> list[str]:
    """Say what is under way and what was set aside."""
    at_work = progress.running and progress.done < progress.total
    parts = [f"running: {listed(progress.running[::-1], MOST_NAMED)}"] if at_work else []
    return parts + ([f"set aside: {listed(progress.set_aside[::-1], MOST_NAMED)}"] if progress.set_aside else [])


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"

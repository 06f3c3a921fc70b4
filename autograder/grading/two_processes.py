"""The two processes of one submission: one whose words are shown, and one that sees what is hidden.

Both run the submission's cells. Hidden cases, and the hidden part of an instructor's own tests, go to the second
process alone, and of what comes back nothing but right or wrong is told. So all that a report or a feedback page shows
comes from a process that no hidden input ever entered, whatever a function stores on its way: in a global, a file, a
thread, a pipe.
"""

from __future__ import annotations

from typing import Any

from autograder.call.calling import Outcome
from autograder.sandbox import CellOutcome, Confinement, Limits, StudentProcess


class TwoProcesses:
    """Runs cells in both processes, the hidden one's as late as possible, and calls functions in either.

    Use it as a context manager: leaving it ends both.
    """

    def __init__(self, confinement: Confinement, limits: Limits) -> None:
        self._shown = StudentProcess(confinement, limits)
        self._hidden = StudentProcess(confinement, limits)
        self._to_run: list[tuple[str, str]] = []

    def __enter__(self) -> TwoProcesses:
        return self

    def __exit__(self, *problem: object) -> None:
        try:
            self._shown.close()
        finally:
            self._hidden.close()

    def run(self, name: str, source: str) -> CellOutcome:
        """Run a cell of the student's. A cell that ended one process is left out in the other, too."""
        outcome = self._shown.run(name, source)
        if not outcome.ended:
            self._to_run.append((name, source))
        return outcome

    def run_shown(self, name: str, source: str) -> CellOutcome:
        """Run tests that students may see."""
        return self._shown.run(name, source)

    def run_hidden(self, name: str, source: str) -> CellOutcome:
        """Run tests that students may not see. Show nothing of what they print or raise."""
        self._catch_up()
        return self._hidden.run(name, source)

    def call(self, function: str, arguments: list[Any]) -> Outcome:
        """Call a function with a case that students may see."""
        return self._shown.call(function, arguments)

    def call_hidden(self, function: str, arguments: list[Any]) -> Outcome:
        """Call a function with a hidden case."""
        self._catch_up()
        return self._hidden.call(function, arguments)

    def _catch_up(self) -> None:
        while self._to_run:
            self._hidden.run(*self._to_run.pop(0))

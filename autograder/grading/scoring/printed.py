"""What the cells of a notebook print, bounded for all of them together, before anything of it is kept."""

from __future__ import annotations

from dataclasses import replace

from autograder.grading.visible import visible
from autograder.sandbox import CellOutcome, StudentProcess
from autograder.sandbox.worker import LONGEST_OUTPUT_CHARACTERS

MOST_PRINTED_CHARACTERS = 200_000
MOST_CELLS_WITH_OUTPUT = 500
SHORTEST_ERROR_CHARACTERS = 200
"""What is kept of an error message, however much was printed before."""


class BoundedProcess:
    """A student's process of whose printed text and error messages so much is kept for a notebook, by visible signs.

    Where something is cut, a line in its place says so.
    """

    def __init__(self, process: StudentProcess) -> None:
        self._process = process
        self.call, self.call_apart, self.one_copy = process.call, process.call_apart, process.one_copy
        self.call_all = process.call_all
        self.outcomes = process.outcomes
        self._characters = MOST_PRINTED_CHARACTERS
        self._cells = MOST_CELLS_WITH_OUTPUT

    def run(self, name: str, source: str) -> CellOutcome:
        """Run a cell, as `StudentProcess.run` does."""
        outcome = self._process.run(name, source)
        error = self._kept_of_error(outcome.error) if outcome.error else outcome.error
        return replace(outcome, printed=self._kept(outcome.printed), error=error)

    def _kept(self, printed: str) -> str:
        if not printed:
            return ""
        text = visible(printed)
        if not self._cells:
            return _cut(f"by the first {MOST_CELLS_WITH_OUTPUT} cells that print")
        self._cells -= 1
        kept = text[: self._characters]
        self._characters -= len(kept)
        if len(kept) < len(text):
            return kept + _cut(f"first: {MOST_PRINTED_CHARACTERS:,} characters of a notebook")
        if len(printed) >= LONGEST_OUTPUT_CHARACTERS:
            return kept + _cut(f"first: {LONGEST_OUTPUT_CHARACTERS:,} characters of a cell")
        return kept

    def _kept_of_error(self, error: str) -> str:
        text = visible(error)[: max(self._characters, SHORTEST_ERROR_CHARACTERS)]
        self._characters = max(0, self._characters - len(text))
        return text


def _cut(kept: str) -> str:
    """Say that something was cut. kept: what is not."""
    return f"\n[cut: kept is what was printed {kept}]\n"

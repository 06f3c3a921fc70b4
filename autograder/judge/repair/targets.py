"""Sees quickly how much of an answer is right: what is right here is then compared as the judge does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.exercises.model import Exercise
from autograder.exercises.tolerances import Tolerance, tolerance
from autograder.judge.expectations import Expectation
from autograder.judge.rollout import CannotGoOn, next_arguments
from autograder.plaindata.named_functions import as_function
from autograder.plaindata.values import NotPlain, arrays_in, duplicate, plain, same

WIDER = 1.01
"""The judge decides at the limit of a tolerance; here nothing is to be lost."""
MOST_ERRORS = 64
"""Of how many numbers of an array it is seen how far they are off."""
_PYTHON_NUMBERS = (bool, int, float)
Share = Callable[[Any], float]
"""How much of an answer is right, from 0 to 1."""


class Target:
    """A case with its right answers."""

    def __init__(self, exercise: Exercise, expectation: Expectation) -> None:
        oracle = expectation.oracles[0]
        self._exercise, self._case = exercise, expectation.case
        self._expected = list(
            arrays_in([np.asarray(x) if isinstance(x, (bool, int, float)) else x for x in oracle.expected[:1]])
        )
        self._answers = [_share_of(answer, oracle.computation) for answer in oracle.expected]

    def share(self, function: Callable[..., Any]) -> float:
        """How much is right of what a function returns: 1 for all, with the arguments left alone. Raises what the
        function raises."""
        arguments = self._case.arguments
        for number, share in enumerate(self._answers):
            before = list(arguments.values())
            given = duplicate(before)
            returned = function(*map(as_function, given))
            right = share(returned)
            if right < 1 or not same(before, given):
                return (number + min(right, 0.9)) / len(self._answers)
            if number < len(self._case.then):
                try:
                    arguments = next_arguments(self._exercise, arguments, plain(returned), self._case.then[number])
                except (CannotGoOn, NotPlain):
                    return (number + 0.9) / len(self._answers)
        return 1.0

    def errors(self, function: Callable[..., Any]) -> list[float]:
        """How far the numbers of the first call are off, one after the other; none where the answer has not the form of
        the right one."""
        returned = plain(function(*map(as_function, duplicate(list(self._case.arguments.values())))))
        got, expected = list(arrays_in([returned])), self._expected
        if isinstance(returned, (bool, int, float)):
            got = [np.asarray(returned)]
        if [array.shape for array in got] != [array.shape for array in expected]:
            return []
        return [float(one) for a, b in zip(got, expected, strict=True) for one in np.ravel(a - b)[:MOST_ERRORS]]


def _share_of(expected: Any, computation: str) -> Share:
    if isinstance(expected, dict):
        return _Several({name: _share_of(value, computation) for name, value in expected.items()})
    if isinstance(expected, (tuple, list)):
        return _Several({number: _share_of(value, computation) for number, value in enumerate(expected)})
    return _Numbers.of(np.asarray(expected), computation)


@dataclass
class _Several:
    """A tuple, list or dict of answers, by number or name."""

    parts: dict[Any, Share]

    def __call__(self, got: Any) -> float:
        if type(got) in (tuple, list):
            got = dict(enumerate(got))
        if type(got) is not dict or got.keys() != self.parts.keys():
            return 0.0
        return sum(share(got[name]) for name, share in self.parts.items()) / max(1, len(self.parts)) if got else 1.0


@dataclass
class _Numbers:
    """An array of numbers. low, high: what they may be; nan: which are NaN."""

    dtype: np.dtype
    low: np.ndarray
    high: np.ndarray
    nan: np.ndarray | None

    @classmethod
    def of(cls, expected: np.ndarray, computation: str) -> _Numbers:
        """The numbers that pass for the expected ones."""
        kind = expected.dtype.kind
        limit = tolerance(computation, expected.dtype.name) if kind == "f" else Tolerance(0.0, 0.0)
        exact = expected.astype(np.float64)
        allowed = WIDER * np.where(np.isfinite(exact), limit.atol + limit.rtol * np.abs(exact), 0.0)
        nan = np.isnan(exact)
        return cls(expected.dtype, exact - allowed, exact + allowed, nan if nan.any() else None)

    def __call__(self, got: Any) -> float:
        if isinstance(got, (np.ndarray, np.generic)):
            if got.dtype != self.dtype and not (got.dtype.kind in "iu" and self.dtype.kind in "iu"):
                return 0.0
        elif type(got) is list:
            got = _as_array(got)
        elif type(got) not in _PYTHON_NUMBERS:
            return 0.0
        if got is None or np.shape(got) != self.low.shape:
            return 0.0
        right = (got >= self.low) & (got <= self.high)
        if self.nan is not None:
            right = right | (self.nan & np.isnan(got))
        if right.all():
            return 1.0
        return 0.5 * float(right.mean())


def _as_array(numbers: list) -> np.ndarray | None:
    try:
        array = np.array(numbers)
    except (ValueError, TypeError):
        return None
    return array if array.dtype.kind in "biuf" else None

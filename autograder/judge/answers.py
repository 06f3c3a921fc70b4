"""Lay a function's answers beside other ones, output by output and number by number.

A diagnosis rests on this: where two answers agree, and where that they agree is evidence. NumPy's warnings are the
caller's to silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograder.exercises.cases import Case
from autograder.exercises.tolerances import tolerance
from autograder.judge.findings import Trial
from autograder.plaindata.values import arrays_in, as_array

DTYPES = ("float64", "float32", "float16")
VISIBLE = 8.0
"""How many tolerances two numbers are apart, at least, where that they differ is to be evidence."""
FEWEST_CASES = 2
FEWEST_NUMBERS = 3
"""What agrees is evidence in this many cases, or with this many different numbers: fewer could coincide."""

Path = tuple[str | int, ...]
"""Where a part of an answer stands: the name of its output, then positions or keys."""


def dtype_of(case: Case) -> str:
    """Return the narrowest floating dtype among a case's arrays, whose tolerance applies; else float64."""
    found = {array.dtype.name for array in arrays_in([case.arguments, *case.then])}
    return next((dtype for dtype in reversed(DTYPES) if dtype in found), "float64")


@dataclass(frozen=True)
class Limit:
    """How far apart numbers of a case may be: in the precision of its inputs, whatever an answer's dtype is."""

    rtol: float
    atol: float

    @classmethod
    def of(cls, trial: Trial) -> Limit:
        """Return the limit of a trial."""
        found = tolerance(trial.computation, dtype_of(trial.case))
        return cls(found.rtol, found.atol)

    def allowed(self, wanted: np.ndarray) -> np.ndarray:
        """Return how far a number may be from each of the wanted ones. Infinity is no reason to allow more."""
        room = self.atol + self.rtol * np.abs(wanted)
        return room if np.isfinite(room).all() else np.where(np.isfinite(room), room, self.atol)

    def close(self, got: np.ndarray, wanted: np.ndarray, slack: float = 1.0) -> np.ndarray:
        """Return where numbers are the wanted ones. Infinite ones and NaN pass for each other."""
        near = np.abs(got - wanted) <= slack * self.allowed(wanted)
        return near if near.all() else near | ~(np.isfinite(got) | np.isfinite(wanted))

    def apart(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return where two finite numbers visibly differ."""
        far = np.abs(one - other) > VISIBLE * np.maximum(self.allowed(one), self.allowed(other))
        return far & np.isfinite(one) & np.isfinite(other)


def parts_of(value: Any, like: Any, outputs: tuple[str, ...]) -> dict[Path, np.ndarray | None]:
    """Return the arrays of an answer by their paths, as the answer that it is to be `like` has them.

    None stands for a part that is missing or no array.
    """
    if isinstance(like, tuple) and len(like) == len(outputs) > 1:
        alike = isinstance(value, (tuple, list)) and len(value) == len(like)
        found: dict[Path, np.ndarray | None] = {}
        for number, name in enumerate(outputs):
            found |= dict(_walk(value[number] if alike else None, like[number], (name,)))
        return found
    if isinstance(like, dict):
        return dict(_walk(value, like, ()))
    return dict(_walk(value, like, (outputs[0] if len(outputs) == 1 else "result",)))


def _walk(value: Any, like: Any, path: Path) -> Iterator[tuple[Path, np.ndarray | None]]:
    if isinstance(like, dict):
        for key in like:
            yield from _walk(value.get(key) if isinstance(value, dict) else None, like[key], (*path, key))
    elif isinstance(like, (list, tuple)):
        alike = isinstance(value, (list, tuple)) and len(value) == len(like)
        for number, item in enumerate(like):
            yield from _walk(value[number] if alike else None, item, (*path, number))
    else:
        yield path, None if value is None else as_array(value)[0]


def kind_of(array: np.ndarray) -> np.ndarray:
    """Return which numbers are finite (0), NaN (1), infinite (2) or negative infinite (3)."""
    kinds = np.zeros(array.shape, dtype=np.int8)
    if not np.isfinite(array).all():
        kinds[np.isnan(array)], kinds[array == np.inf], kinds[array == -np.inf] = 1, 2, 3
    return kinds


def numbers(array: np.ndarray) -> np.ndarray:
    """Return an array as float64."""
    return array.astype(np.float64)


def in_shape_of(got: np.ndarray, wanted: np.ndarray) -> np.ndarray | None:
    """Return an array in the shape of another where they differ by axes of length 1 alone; else None."""
    if got.shape == wanted.shape:
        return got
    squeezed = tuple(size for size in wanted.shape if size != 1)
    return got.reshape(wanted.shape) if tuple(size for size in got.shape if size != 1) == squeezed else None


@dataclass
class Evidence:
    """What speaks for an explanation: the cases in which it shows, and the different numbers that agree there."""

    cases: set[int]
    values: set[float]

    @classmethod
    def none(cls) -> Evidence:
        """Return no evidence."""
        return cls(set(), set())

    def add(self, case: int, agreeing: np.ndarray) -> None:
        """Count the numbers of a case that agree and are neither right nor zero."""
        if agreeing.size:
            self.cases.add(case)
            self.values.update(float(f"{value:.9g}") for value in agreeing[:FEWEST_NUMBERS])

    @property
    def suffices(self) -> bool:
        """Whether it cannot well be a coincidence."""
        return len(self.cases) >= FEWEST_CASES or len(self.values) >= FEWEST_NUMBERS


@dataclass(eq=False)
class Observation:
    """One array of one call: what a function gave, and the right one. Both are float64.

    got is None where it cannot be compared. case: the number of its trial. hidden: whether nothing of it may be shown.
    arguments: all of them, `given` or by default. others: the right answers, by their paths. is_truth: whether the
    right ones are True and False.
    """

    case: int
    output: str
    path: Path
    arguments: dict[str, Any]
    given: dict[str, Any]
    got: np.ndarray | None
    expected: np.ndarray
    limit: Limit
    hidden: bool
    others: dict[Path, np.ndarray]
    is_truth: bool

    @cached_property
    def right(self) -> bool:
        """Whether the numbers are right, whatever their shape and dtype."""
        got = None if self.got is None else in_shape_of(self.got, self.expected)
        return got is not None and bool(self.is_right(got).all())

    def is_right(self, got: np.ndarray) -> np.ndarray:
        """Return where numbers are right. Infinite ones and NaN have to be the same."""
        return self.limit.close(got, self.expected) & (kind_of(got) == kind_of(self.expected))


def observations(
    trials: list[Trial], outputs: tuple[str, ...], defaults: dict[str, Any] | None = None
) -> list[Observation]:
    """Return what was seen of each output, call by call; where calls hand something on, up to the first with a wrong
    number."""
    found: list[Observation] = []
    for number, trial in enumerate(trials):
        limit = Limit.of(trial)
        for step, expected in zip(trial.steps, trial.expected, strict=False):
            if not step.gave_numbers:
                break
            arguments = {**step.arguments, **{k: v for k, v in (defaults or {}).items() if k not in step.arguments}}
            due = {path: part for path, part in parts_of(expected, expected, outputs).items() if part is not None}
            right = {path: numbers(part) for path, part in due.items()}
            given = parts_of(step.outcome.returned, expected, outputs)
            of_step = [
                Observation(
                    number,
                    str(path[0]),
                    path,
                    arguments,
                    step.arguments,
                    None if (got := given[path]) is None else numbers(got),
                    array,
                    limit,
                    trial.hidden,
                    right,
                    due[path].dtype.kind == "b",
                )
                for path, array in right.items()
            ]
            found += of_step
            hands_on = any(output in arguments for output in outputs)
            if hands_on and not all(one.right for one in of_step):
                break
    return found

"""Find what wrong numbers have in common: a lost sign, a constant factor, a transposed result, ...

A relation is claimed only if it holds for every number of every case that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.exercises.tolerances import Tolerance
from autograder.judge.findings import Trial
from autograder.judge.rollout import Step
from autograder.judge.verdict import Diagnosis
from autograder.plaindata.values import as_array

SAME = Tolerance(rtol=1e-6, atol=1e-9)
"""How closely numbers must follow a relation: wider than the judge's tolerances, as the relation itself rounds."""
FEWEST_NUMBERS = 3
"""How many numbers, at least, must share a factor or an offset: one or two would mean little."""


def common_relation(failed: list[Trial]) -> Diagnosis | None:
    """Find what the wrong numbers have in common; None where a case has the right ones in the wrong dtype.

    A number is named only if a public case gives it: a function could choose it to carry a hidden input out.
    """
    failed = sorted(failed, key=lambda trial: trial.hidden)
    pairs = [pair for trial in failed if (pair := _pair(trial)) is not None]
    if not pairs or len(pairs) < len(failed) or any(not pair[1].size or _right(*pair) for pair in pairs):
        return None
    for name, text, test in HYPOTHESES:
        found = test(pairs)
        if found is not None and not (found and failed[0].hidden):
            return Diagnosis("hypothesis", name, text.format(found))
    return _unchanged_argument(failed)


def _pair(trial: Trial) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the student's numbers and the right ones; for a repeated case, those of all steps, stacked."""
    if len(trial.steps) != len(trial.expected):
        return None
    answers = zip(trial.steps, trial.expected, strict=True)
    pairs = [pair for step, right in answers if (pair := _pair_of(step, right)) is not None]
    if len(pairs) < len(trial.steps):
        return None
    if len(pairs) == 1:
        return pairs[0]
    got, expected = zip(*pairs, strict=True)
    alike = all(one.shape == other.shape == got[0].shape for one, other in pairs)
    return (np.stack(got), np.stack(expected)) if alike else None


def _pair_of(step: Step, expected: Any) -> tuple[np.ndarray, np.ndarray] | None:
    if isinstance(expected, (tuple, list, dict)):
        return None
    got, _ = as_array(step.outcome.returned)
    expected = np.asarray(expected)
    if got is None or expected.dtype.kind != "f" or got.dtype.kind not in "fiu":
        return None
    return got.astype(np.float64), expected.astype(np.float64)


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=SAME.rtol, atol=SAME.atol))


def _right(got: np.ndarray, expected: np.ndarray) -> bool:
    """Whether the numbers are right, and so something else is wrong, such as the dtype."""
    return got.shape == expected.shape and bool(np.allclose(got, expected, rtol=SAME.rtol, atol=0.0, equal_nan=True))


Pairs = Iterable[tuple[np.ndarray, np.ndarray]]


def _all(transform: Callable[[np.ndarray], np.ndarray]) -> Callable[[Pairs], str | None]:
    """Make a test: does the transform of the right answer give the student's, in every case?"""
    return lambda pairs: "" if all(_close(got, transform(expected)) for got, expected in pairs) else None


def _transposed(pairs: Pairs) -> str | None:
    found = list(pairs)
    return _all(np.transpose)(found) if all(expected.ndim > 1 for _, expected in found) else None


def _zeros(pairs: Pairs) -> str | None:
    return "" if all(got.shape == expected.shape and not got.any() for got, expected in pairs) else None


def _constant(pairs: Pairs, relation: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> str | None:
    """Return the one number that `relation` gives for all entries of the failing cases, as text; None if they differ.

    Infinite and NaN entries must be the right ones, and take no further part.
    """
    found = []
    for got, expected in pairs:
        if got.shape != expected.shape:
            return None
        finite = np.isfinite(got) & np.isfinite(expected)
        if not np.array_equal(got[~finite], expected[~finite], equal_nan=True):
            return None
        found.append(relation(got[finite], expected[finite]))
    values = np.concatenate(found)
    if values.size < FEWEST_NUMBERS or not np.isfinite(values).all():
        return None
    if np.ptp(values) > SAME.rtol * abs(values[0]):
        return None
    return f"{values[0]:.6g}"


def _factor(pairs: Pairs) -> str | None:
    if any(got.shape != expected.shape or (got[expected == 0] != 0).any() for got, expected in pairs):
        return None
    return _constant(pairs, lambda got, expected: got[expected != 0] / expected[expected != 0])


def _offset(pairs: Pairs) -> str | None:
    return _constant(pairs, lambda got, expected: got - expected)


def _shifted(pairs: Pairs) -> str | None:
    ok = all(
        got.shape == expected.shape
        and got.ndim
        and len(got) > 2
        and _close(got[1:], expected[:-1])
        and not _close(expected[1:], expected[:-1])
        for got, expected in pairs
    )
    return "" if ok else None


HYPOTHESES: tuple[tuple[str, str, Callable[[Pairs], str | None]], ...] = (
    ("zeros", "Where your answer is wrong, it consists of zeros.", _zeros),
    ("sign", "Your numbers are the right ones with the opposite sign.", _all(np.negative)),
    ("transposed", "Your answer is the right one, transposed: check which axis is which.", _transposed),
    ("factor", "Where your numbers are wrong, they are exactly {} times the right ones.", _factor),
    ("offset", "Where your answer is wrong, every number is off by the same amount, {}.", _offset),
    ("one step late", "Your answer is the right one, one position late.", _shifted),
)


def _unchanged_argument(failed: list[Trial]) -> Diagnosis | None:
    for name in failed[0].case.arguments:
        if all(_is_argument(trial, name) for trial in failed):
            return Diagnosis(
                "hypothesis", "argument returned", f"Where your answer is wrong, it is `{name}`, unchanged."
            )
    return None


def _is_argument(trial: Trial, name: str) -> bool:
    return all(_returned_argument(step, name) for step in trial.steps)


def _returned_argument(step: Step, name: str) -> bool:
    argument = step.arguments.get(name)
    got, _ = as_array(step.outcome.returned)
    return isinstance(argument, np.ndarray) and got is not None and _close(got, argument.astype(np.float64))

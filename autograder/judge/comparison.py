"""Comparing an answer with the expected one, check by check, each with its own message.

In this order: array-like -> shape -> dtype -> finite where the reference is -> values. Both sides are plain data
(`autograder.plaindata.values`), so no operator or method of the student's takes part.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.exercises.tolerances import Tolerance, tolerance
from autograder.judge.verdict import Difference
from autograder.plaindata.values import as_array

LARGEST_PICTURE = (24, 48)
SMALLEST_PICTURED = 24


class Comparison:
    """The result of one comparison: the first difference, if any, and the largest error as a share of its tolerance.

    share: over 1 where numbers differ; infinite where they cannot be compared at all (another shape, NaN).
    """

    def __init__(self, difference: Difference | None, share: float | None = None) -> None:
        self.difference = difference
        self.share = share if share is not None else np.inf if difference else 0.0


def compare(
    got: Any,
    expected: Any,
    *,
    computation: str,
    device: str = "cpu",
    outputs: tuple[str, ...] = ("result",),
    masks: list[np.ndarray] | None = None,
) -> Comparison:
    """Compare plain data with the expected array or number, or with tuples and dicts of them to any depth.

    masks: for each output, where to compare; everywhere if None.
    """
    return _compare_tree(got, expected, computation, device, "", outputs, masks)


def _compare_tree(
    got: Any,
    expected: Any,
    computation: str,
    device: str,
    name: str,
    names: tuple[str, ...] = (),
    masks: list[np.ndarray] | None = None,
) -> Comparison:
    """Compare arrays, and tuples and dicts of them to any depth. name: what this part is called; names: its parts."""
    if isinstance(expected, dict):
        return _compare_dicts(got, expected, computation, device, name)
    if isinstance(expected, (tuple, list)):
        return _compare_sequences(got, expected, computation, device, name, names, masks)
    return _compare_arrays(got, expected, computation, device, name, masks[0] if masks else None)


def _compare_sequences(
    got: Any,
    expected: tuple | list,
    computation: str,
    device: str,
    name: str,
    names: tuple[str, ...],
    masks: list[np.ndarray] | None,
) -> Comparison:
    if len(names) != len(expected):
        whole = name or (names[0] if len(names) == 1 else "result")
        names = tuple(f"{whole}[{index}]" for index in range(len(expected)))
    if not isinstance(got, (tuple, list)) or len(got) != len(expected):
        things = f"{len(expected)} things, ({', '.join(names)})"
        message = f"{name}: expected {things}, got {describe(got)}" if name else f"your function must return {things}"
        return Comparison(Difference("type", message if name else f"{message}; it returned {describe(got)}", name))
    found = _first(
        _compare_tree(got[i], expected[i], computation, device, names[i], masks=[masks[i]] if masks else None)
        for i in range(len(expected))
    )
    if not name and len(names) > 1 and found.difference and found.difference.kind == "type":
        found.difference.message += f"; your function must return ({', '.join(names)})"
    return found


def _compare_dicts(got: Any, expected: dict[str, Any], computation: str, device: str, name: str) -> Comparison:
    if not isinstance(got, dict) or set(got) != set(expected):
        due = f"a dict with {', '.join(map(repr, expected))}"
        message = f"{name}: expected {due}, got " if name else f"your function must return {due}; it returned "
        return Comparison(Difference("type", message + describe(got), name))
    return _first(_compare_tree(got[key], expected[key], computation, device, key) for key in expected)


def _first(comparisons: Iterable[Comparison]) -> Comparison:
    """The first difference, with the largest share of all."""
    found = list(comparisons)
    differences = (comparison.difference for comparison in found if comparison.difference)
    return Comparison(next(differences, None), max((comparison.share for comparison in found), default=0.0))


def describe(value: Any) -> str:
    """What a piece of plain data is, in a few words: "None", "an array of shape (2, 3)", "a tuple of 2"."""
    if value is None:
        return "None (is the return statement missing?)"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, dict):
        return "an empty dict" if not value else f"a dict with {', '.join(repr(key[:40]) for key in list(value)[:6])}"
    return f"{type(value).__name__} {str(value)[:40]!r}" if isinstance(value, str) else str(value)[:40]


def _compare_arrays(
    value: Any, expected: Any, computation: str, device: str, output: str, mask: np.ndarray | None
) -> Comparison:
    expected = np.asarray(expected)
    named = f"{output}: " if output else ""
    got, has_dtype = as_array(value)
    if got is None:
        message = f"{named}expected an array of shape {expected.shape}, got {describe(value)}"
        return Comparison(Difference("type", message, output))
    if got.size == expected.size == 0 and not has_dtype:
        return Comparison(None)  # [] is all that a list can say of an empty array
    if got.shape != expected.shape:
        message = f"{named}the shape is {got.shape}, expected {expected.shape}"
        return Comparison(Difference("shape", message, output))
    wrong_dtype = _dtype_difference(got, expected, has_dtype, named, output)
    if wrong_dtype:
        return Comparison(wrong_dtype)
    if expected.dtype.kind == "b":
        return _compare_truth(got, expected, named, output)
    if expected.dtype.kind != "f":
        return _compare_values(got, expected, Tolerance(0.0, 0.0), named, output, mask)
    return _compare_values(got, expected, tolerance(computation, expected.dtype.name, device), named, output, mask)


def _dtype_difference(
    got: np.ndarray, expected: np.ndarray, has_dtype: bool, named: str, output: str
) -> Difference | None:
    both_whole = got.dtype.kind in "iu" and expected.dtype.kind in "iu"
    if got.dtype == expected.dtype or both_whole:
        return None
    if not has_dtype and (got.dtype.kind == "b") == (expected.dtype.kind == "b"):
        return None
    message = f"{named}the dtype is {got.dtype.name}, expected {expected.dtype.name}"
    return Difference("dtype", message, output)


def _compare_truth(got: np.ndarray, expected: np.ndarray, named: str, output: str) -> Comparison:
    wrong = got != expected
    count = int(wrong.sum())
    if not count:
        return Comparison(None)
    at = [int(index) for index in np.argwhere(wrong)[0]] if wrong.ndim else []
    message = f"{named}{count} of {wrong.size} entries differ" if wrong.size > 1 else f"{named}the entry differs"
    texts = (str(bool(got[tuple(at)])), str(bool(expected[tuple(at)])))
    return Comparison(
        Difference("values", message, output, at, *texts, wrong=count, total=int(wrong.size), picture=_picture(wrong))
    )


def _compare_values(
    got: np.ndarray, expected: np.ndarray, limit: Tolerance, named: str, output: str, mask: np.ndarray | None
) -> Comparison:
    got, expected = got.astype(np.float64), expected.astype(np.float64)
    with np.errstate(all="ignore"):
        error = np.abs(got - expected)
        allowed = limit.atol + limit.rtol * np.abs(expected)
    equal = (got == expected) | (np.isnan(got) & np.isnan(expected))
    finite = np.isfinite(got) & np.isfinite(expected)
    right = equal | (finite & (error <= allowed))
    if mask is not None:
        right |= ~mask
    with np.errstate(all="ignore"):
        shares = np.where(right & ~finite, 0.0, np.where(finite, error / allowed, np.inf))
    shares = np.where(equal | (mask is not None and ~mask), 0.0, shares)
    share = float(np.max(shares, initial=0.0))
    if right.all():
        return Comparison(None, share)
    return Comparison(_values_difference(got, expected, error, allowed, finite, right, named, output), share)


def _values_difference(got, expected, error, allowed, finite, right, named, output) -> Difference:
    wrong = ~right
    not_finite = wrong & ~np.isfinite(got) & np.isfinite(expected)
    worse = not_finite if not_finite.any() else wrong
    severity = np.where(worse, np.where(finite, error, np.inf), -1.0)
    at = np.unravel_index(int(np.argmax(severity)), severity.shape) if severity.ndim else ()
    count = int(wrong.sum())
    kind = "not finite" if not_finite.any() else "values"
    what = f"{named}{count} of {wrong.size} numbers differ" if wrong.size > 1 else f"{named}the number differs"
    if kind == "not finite":
        how_many = f"{int(not_finite.sum())} of {wrong.size} numbers are" if wrong.size > 1 else "the number is"
        what = f"{named}{how_many} NaN or infinite where a finite one is right"
    return Difference(
        kind,
        what,
        output,
        worst=[int(index) for index in at],
        got=repr(float(got[at])),
        expected=repr(float(expected[at])),
        error=float(error[at]) if np.isfinite(error[at]) else None,
        tolerance=float(allowed[at]) if np.isfinite(allowed[at]) else None,
        wrong=count,
        total=int(wrong.size),
        picture=_picture(wrong),
    )


def _picture(wrong: np.ndarray) -> list[list[int]]:
    """Where entries are wrong, as a small grid: one cell an entry or, for large arrays, a block of them."""
    if wrong.size < SMALLEST_PICTURED:
        return []
    table = wrong.reshape(-1, wrong.shape[-1]) if wrong.ndim > 1 else wrong.reshape(1, -1)
    rows = [block.any(axis=0) for block in np.array_split(table, min(len(table), LARGEST_PICTURE[0]), axis=0)]
    table = np.array(rows)
    columns = min(table.shape[1], LARGEST_PICTURE[1])
    table = np.array([block.any(axis=1) for block in np.array_split(table, columns, axis=1)]).T
    return table.astype(int).tolist()

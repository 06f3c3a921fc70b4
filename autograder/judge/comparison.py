"""Compare an answer with the expected one, check by check, each with its own message.

In this order: array-like -> shape -> dtype -> finite where the reference is -> values. Of an answer in another shape or
dtype it is told whether its numbers are right. Both sides are plain data
(`autograder.plaindata.values`), so no operator or method of the student's takes part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.exercises.tolerances import TOLERANCES, Tolerance, tolerance
from autograder.judge.verdict import Difference, DifferenceKind
from autograder.plaindata.values import as_array, dtype_name

LARGEST_PICTURE = (24, 48)
SMALLEST_PICTURED = 24

EXACT = Tolerance(0.0, 0.0)
"""The tolerance of whole numbers."""


class Comparison:
    """The result of one comparison: the first difference, if any, and the largest error as a share of its tolerance.

    share: over 1 where numbers differ; infinite where they cannot be compared at all (another shape, NaN).
    """

    def __init__(self, difference: Difference | None, share: float | None = None) -> None:
        self.difference = difference
        self.share = share if share is not None else np.inf if difference else 0.0


@dataclass(frozen=True)
class _Context:
    """How one part of an answer is to be compared.

    computation, device: they choose the tolerance.
    output: the name of the part in messages; "" for a whole answer.
    names: the names of its own parts, where it is a tuple. masks: where to compare each of them; everywhere if None.
    dtype: whose tolerance applies, where that is not the expected answer's.
    """

    computation: str
    device: str
    output: str = ""
    names: tuple[str, ...] = ()
    masks: list[np.ndarray] | None = None
    dtype: str = ""

    def part(self, name: str, number: int | None = None) -> _Context:
        """Return the context of a part. number: its position, in a tuple."""
        masks = None if self.masks is None or number is None else [self.masks[number]]
        return _Context(self.computation, self.device, name, masks=masks)

    def has(self, dtype: str) -> bool:
        """Whether the table has a tolerance for a dtype."""
        return dtype in TOLERANCES[self.computation]

    def tolerance(self, dtype: np.dtype) -> Tolerance:
        """Return the tolerance of an array in a dtype."""
        name = self.dtype or dtype_name(dtype)
        return tolerance(self.computation, name, self.device) if dtype.kind == "f" else EXACT

    @property
    def prefix(self) -> str:
        """The beginning of a message about the part."""
        return f"{self.output}: " if self.output else ""


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
    return _compare_tree(got, expected, _Context(computation, device, names=outputs, masks=masks))


def _compare_tree(got: Any, expected: Any, context: _Context) -> Comparison:
    """Compare arrays, and tuples and dicts of them to any depth."""
    if isinstance(expected, dict):
        return _compare_dicts(got, expected, context)
    if isinstance(expected, (tuple, list)):
        return _compare_sequences(got, expected, context)
    return _compare_arrays(got, expected, context)


def _compare_sequences(got: Any, expected: tuple | list, context: _Context) -> Comparison:
    output, names = context.output, _names_of_parts(context, len(expected))
    if not isinstance(got, (tuple, list)) or len(got) != len(expected):
        things = f"{len(expected)} things, ({', '.join(names)})"
        if output:
            message = f"{output}: expected {things}, got {describe(got)}"
        else:
            message = f"your function must return {things}; it returned {describe(got)}"
        return Comparison(Difference("type", message, output))
    found = _first(_compare_tree(got[i], expected[i], context.part(names[i], i)) for i in range(len(expected)))
    if not output and len(names) > 1 and found.difference and found.difference.kind == "type":
        found.difference.message += f"; your function must return ({', '.join(names)})"
    return found


def _names_of_parts(context: _Context, count: int) -> tuple[str, ...]:
    """Return the names of a tuple's parts: their own, or the tuple's with an index."""
    if len(context.names) == count:
        return context.names
    whole = context.output or (context.names[0] if len(context.names) == 1 else "result")
    return tuple(f"{whole}[{index}]" for index in range(count))


def _compare_dicts(got: Any, expected: dict[str, Any], context: _Context) -> Comparison:
    if not isinstance(got, dict) or set(got) != set(expected):
        due, output = f"a dict with {', '.join(map(repr, expected))}", context.output
        message = f"{output}: expected {due}, got " if output else f"your function must return {due}; it returned "
        return Comparison(Difference("type", message + describe(got), output))
    return _first(_compare_tree(got[key], expected[key], context.part(key)) for key in expected)


def _first(comparisons: Iterable[Comparison]) -> Comparison:
    """Return the first difference, with the largest share of all. One of right numbers comes after all others."""
    found = list(comparisons)
    differences = (comparison.difference for comparison in found if comparison.difference)
    first = min(differences, key=lambda difference: difference.right_numbers, default=None)
    return Comparison(first, max((comparison.share for comparison in found), default=0.0))


def describe(value: Any) -> str:
    """Describe a piece of plain data in a few words: "None", "an array of shape (2, 3)", "a tuple of 2"."""
    if value is None:
        return "None (is the return statement missing?)"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, dict):
        return "an empty dict" if not value else f"a dict with {', '.join(repr(key[:40]) for key in list(value)[:6])}"
    return f"{type(value).__name__} {str(value)[:40]!r}" if isinstance(value, str) else str(value)[:40]


def _compare_arrays(value: Any, expected: Any, context: _Context) -> Comparison:
    expected = np.asarray(expected)
    got, has_dtype = as_array(value)
    if got is None:
        message = f"{context.prefix}expected an array of shape {expected.shape}, got {describe(value)}"
        return Comparison(Difference("type", message, context.output))
    if got.size == expected.size == 0 and not has_dtype:
        return Comparison(None)  # [] is all that a list can say of an empty array
    if got.shape != expected.shape:
        return _other_shape(got, expected, has_dtype, context)
    if not _dtype_fits(got.dtype, expected.dtype, has_dtype):
        return _other_dtype(got, expected, context)
    if expected.dtype.kind == "b":
        return _compare_truth(got, expected, context)
    return _compare_numbers(got, expected, context)


def _other_shape(got: np.ndarray, expected: np.ndarray, has_dtype: bool, context: _Context) -> Comparison:
    """Compare with an answer of another shape: are its numbers right, in their order?"""
    if got.size == expected.size > 0:
        reshaped = got.reshape(expected.shape)
        found = _compare_arrays(reshaped if has_dtype else reshaped.astype(expected.dtype), expected, context)
        difference = found.difference
        if difference is None or difference.right_numbers:
            message = f"{context.prefix}your numbers are right; their shape is {got.shape}, asked is {expected.shape}"
            kind: DifferenceKind = "dtype" if difference else "shape"
            return Comparison(Difference(kind, message, context.output, right_numbers=True))
    message = f"{context.prefix}the shape is {got.shape}, expected {expected.shape}"
    return Comparison(Difference("shape", message, context.output))


def _other_dtype(got: np.ndarray, expected: np.ndarray, context: _Context) -> Comparison:
    """Compare with an answer of another dtype: are its numbers right, as far as the coarser of the two can tell?"""
    name, asked = got.dtype.name, expected.dtype.name
    if got.dtype.kind == expected.dtype.kind == "f":
        coarser = min(got.dtype, expected.dtype, key=lambda dtype: dtype.itemsize).name
        found = _compare_numbers(got, expected, replace(context, dtype=coarser if context.has(coarser) else "float32"))
        if found.difference is not None:
            return found
    elif not np.array_equal(got, expected):
        return Comparison(Difference("dtype", f"{context.prefix}the dtype is {name}, expected {asked}", context.output))
    message = f"{context.prefix}your numbers are right; their dtype is {name}, asked is {asked}"
    return Comparison(Difference("dtype", message, context.output, right_numbers=True))


def _dtype_fits(got: np.dtype, expected: np.dtype, has_dtype: bool) -> bool:
    """Whether a dtype is the expected one; whole numbers may have any size, lists of numbers have no dtype."""
    if got == expected or (got.kind in "iu" and expected.kind in "iu"):
        return True
    return not has_dtype and (got.kind == "b") == (expected.kind == "b")


def _compare_truth(got: np.ndarray, expected: np.ndarray, context: _Context) -> Comparison:
    wrong = got != expected
    count = int(wrong.sum())
    if not count:
        return Comparison(None)
    at = [int(index) for index in np.argwhere(wrong)[0]] if wrong.ndim else []
    what = f"{count} of {wrong.size} entries differ" if wrong.size > 1 else "the entry differs"
    return Comparison(
        Difference(
            "values",
            f"{context.prefix}{what}",
            context.output,
            worst=at,
            got=str(bool(got[tuple(at)])),
            expected=str(bool(expected[tuple(at)])),
            wrong=count,
            total=int(wrong.size),
            picture=_picture(wrong),
        )
    )


def _compare_numbers(got: np.ndarray, expected: np.ndarray, context: _Context) -> Comparison:
    numbers = _Numbers(got, expected, context.tolerance(expected.dtype), context.masks[0] if context.masks else None)
    return Comparison(None if numbers.right.all() else _numbers_difference(numbers, context), numbers.share)


class _Numbers:
    """Two arrays of one shape, entry by entry.

    error: how far they are apart; allowed: how far they may be.
    finite: where both are. right: where one passes for the other. share: the largest error in tolerances.
    """

    def __init__(self, got: np.ndarray, expected: np.ndarray, limit: Tolerance, mask: np.ndarray | None) -> None:
        got, expected = got.astype(np.float64, copy=False), expected.astype(np.float64, copy=False)
        self.got, self.expected = got, expected
        with np.errstate(all="ignore"):
            self.error = np.abs(got - expected)
            self.allowed = limit.atol + limit.rtol * np.abs(expected)
            self.right = self.error <= self.allowed
            if self.right.all() and np.isfinite(self.error).all():
                exempt, self.finite = self.error == 0, self.right
            else:
                exempt = (got == expected) | (np.isnan(got) & np.isnan(expected))
                self.finite = np.isfinite(got) & np.isfinite(expected)
            if mask is not None:
                exempt = exempt | ~mask
            self.right = exempt | (self.finite & self.right)
            shares = np.where(exempt, 0.0, np.where(self.finite, self.error / self.allowed, np.inf))
        self.share = float(np.max(shares, initial=0.0))


def _numbers_difference(numbers: _Numbers, context: _Context) -> Difference:
    got, expected, wrong = numbers.got, numbers.expected, ~numbers.right
    not_finite = wrong & ~np.isfinite(got) & np.isfinite(expected)
    shown = not_finite if not_finite.any() else wrong
    severity = np.where(shown, np.where(numbers.finite, numbers.error, np.inf), -1.0)
    at = np.unravel_index(int(np.argmax(severity)), severity.shape) if severity.ndim else ()
    error, allowed = numbers.error[at], numbers.allowed[at]
    return Difference(
        "not finite" if not_finite.any() else "values",
        f"{context.prefix}{_what_differs(int(wrong.sum()), int(not_finite.sum()), wrong.size)}",
        context.output,
        worst=[int(index) for index in at],
        got=repr(float(got[at])),
        expected=repr(float(expected[at])),
        error=float(error) if np.isfinite(error) else None,
        tolerance=float(allowed) if np.isfinite(allowed) else None,
        wrong=int(wrong.sum()),
        total=int(wrong.size),
        picture=_picture(wrong),
    )


def _what_differs(wrong: int, not_finite: int, total: int) -> str:
    if not_finite:
        how_many = f"{not_finite} of {total} numbers are" if total > 1 else "the number is"
        return f"{how_many} NaN or infinite where a finite one is right"
    return f"{wrong} of {total} numbers differ" if total > 1 else "the number differs"


def _picture(wrong: np.ndarray) -> list[list[int]]:
    """Draw where entries are wrong as a small grid. A cell is an entry or, for large arrays, a block of them."""
    if wrong.size < SMALLEST_PICTURED:
        return []
    table = wrong.reshape(-1, wrong.shape[-1]) if wrong.ndim > 1 else wrong.reshape(1, -1)
    rows = [block.any(axis=0) for block in np.array_split(table, min(len(table), LARGEST_PICTURE[0]), axis=0)]
    table = np.array(rows)
    columns = min(table.shape[1], LARGEST_PICTURE[1])
    table = np.array([block.any(axis=1) for block in np.array_split(table, columns, axis=1)]).T
    return table.astype(int).tolist()

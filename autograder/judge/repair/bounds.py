"""Bounds on what a changed function may compute: no number, list or array beyond them is made.

A change can put a power in the place of a product, or make a list twice as long in every turn of a loop. What would
then take minutes or all memory happens inside of one operation, where nobody can interrupt it. So it is not started.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np

MOST_BITS = 4_096
"""The longest whole number."""
MOST_ENTRIES = 1_000_000
"""The most entries of an array, items of a list and letters of a text."""
MOST_TURNS = 5_000
"""How often the loops of a changed function may turn in a case; the catalogue's longest turns some hundred times."""
MOST_ITEMS, DEEPEST = 100_000, 8
"""The most items of a list with all lists in it, and how deep they are nested."""
_SEQUENCES = (list, tuple, str, bytes)


class CutShort(BaseException):
    """A changed function would take too long or too much; no `except Exception` of the student's holds it up."""


def times(one: Any, *, other: Any) -> Any:
    """one * other."""
    _expect_room_for_product(one, other)
    return one * other


def plus(one: Any, *, other: Any) -> Any:
    """one + other."""
    _expect_room_for_sum(one, other)
    return one + other


def power(one: Any, *, other: Any) -> Any:
    """one ** other."""
    _expect_room_for_power(one, other)
    return one**other


def minus(one: Any, *, other: Any) -> Any:
    """one - other."""
    _expect_room_for_arrays(one, other)
    return one - other


def over(one: Any, *, other: Any) -> Any:
    """one / other."""
    _expect_room_for_arrays(one, other)
    return one / other


def matrix_product(one: Any, *, other: Any) -> Any:
    """one @ other."""
    return small(one) @ small(other)


def small(value: Any) -> Any:
    """A value, once it is known that no list in it is too long or too deep, or contains itself: NumPy would read such a
    list for ever."""
    if type(value) not in (list, tuple):
        return value
    todo, seen = [(value, 0)], 0
    while todo:
        items, depth = todo.pop()
        seen += len(items)
        if seen > MOST_ITEMS or depth > DEEPEST:
            raise CutShort
        todo += [(item, depth + 1) for item in items if type(item) in (list, tuple)]
    return value


def called(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """A call of something with arguments that are not too large."""
    for argument in arguments:
        small(argument)
    return function(*arguments, **options)


def shifted(one: Any, *, other: Any) -> Any:
    """one << other."""
    if isinstance(other, int) and other > MOST_BITS:
        raise CutShort
    return one << other


def checked(operation: str, one: Any, other: Any) -> Any:
    """The right side of an operation in place, once it is known that its result has room."""
    rooms: dict[str, Callable[[Any, Any], None]] = {
        "Mult": _expect_room_for_product,
        "Add": _expect_room_for_sum,
        "Pow": _expect_room_for_power,
    }
    if operation in rooms:
        rooms[operation](one, other)
    return small(other)


def sized(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """A call of what takes a size, such as `np.zeros` and `range`."""
    given = [*arguments, *options.values()]
    total = 1
    for size in itertools.chain.from_iterable(one if type(one) in (list, tuple) else [one] for one in given):
        if isinstance(size, (int, np.integer)):
            total *= max(1, abs(int(size)))
        elif isinstance(size, np.ndarray):
            total *= max(1, size.size)
    if total > MOST_ENTRIES:
        raise CutShort
    return function(*arguments, **options)


def counter(seconds: float) -> Callable[[], None]:
    """A function that counts the turns of loops, and cuts them short where they are too many or take too long."""
    turns, end = iter(range(MOST_TURNS)), time.monotonic() + seconds

    def count() -> None:
        if next(turns, None) is None or time.monotonic() > end:
            raise CutShort

    return count


def _expect_room_for_product(one: Any, other: Any) -> None:
    if type(one) is int and type(other) is int:
        if one.bit_length() + other.bit_length() > MOST_BITS:
            raise CutShort
    elif type(one) in _SEQUENCES or type(other) in _SEQUENCES:
        items, count = (one, other) if type(one) in _SEQUENCES else (other, one)
        if not isinstance(count, (int, np.integer)):
            small(items)
        elif len(items) * int(count) > MOST_ENTRIES:
            raise CutShort
    else:
        _expect_room_for_arrays(one, other)


def _expect_room_for_arrays(one: Any, other: Any) -> None:
    """Of two arrays of different shapes the result can be as large as the product of their sizes."""
    small(one), small(other)
    are_arrays = type(one) is np.ndarray and type(other) is np.ndarray
    if are_arrays and one.shape != other.shape and one.size * other.size > MOST_ENTRIES:
        if np.broadcast(one, other).size <= MOST_ENTRIES:
            return
        raise CutShort


def _expect_room_for_sum(one: Any, other: Any) -> None:
    if type(one) in _SEQUENCES and type(other) in _SEQUENCES:
        if len(one) + len(other) > MOST_ENTRIES:
            raise CutShort
    else:
        _expect_room_for_arrays(one, other)


def _expect_room_for_power(base: Any, exponent: Any) -> None:
    if type(base) is int and type(exponent) is int:
        if abs(base) > 1 and base.bit_length() * exponent > MOST_BITS:
            raise CutShort
    else:
        _expect_room_for_arrays(base, exponent)

"""Plain data: what goes into a kernel and what may come out of it.

Plain are None, bool, int, float, str, `numpy.ndarray` itself (no subclass) of a real dtype, and lists, tuples and dicts
of plain data. NumPy's scalars become 0-d arrays. Whatever else a function returns is named, never trusted: no method
that an object can override is called on it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

DTYPES = frozenset(
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]
)
MOST_NUMBERS = 4_000_000
MOST_ITEMS = 100_000
MOST_AXES = 8
DEEPEST_NESTING = 8

_SCALARS = frozenset(np.dtype(name).type for name in DTYPES)


dtype_name = lru_cache(maxsize=64)(operator.attrgetter("name"))
"""Returns the name of a dtype. NumPy makes it anew each time it is asked for."""


class NotPlain(Exception):
    """A value is not plain data. The message completes the sentence "your function returned ..."."""


class _Budget:
    """How much one piece of data may still hold. What it holds twice counts twice: no small value grows large."""

    def __init__(self) -> None:
        self.numbers = MOST_NUMBERS
        self.items = MOST_ITEMS

    def take_array(self, size: int) -> None:
        """Count an array. Raises NotPlain where there are too many numbers."""
        self.numbers -= size
        if self.numbers < 0:
            raise NotPlain(f"an array of {size:,} numbers" if size > MOST_NUMBERS else "arrays of too many numbers")

    def take_items(self, name: str, size: int) -> None:
        """Count a collection. Raises NotPlain where there are too many items."""
        self.items -= size
        if self.items < 0:
            raise NotPlain(f"a {name} of {size:,} items" if size > MOST_ITEMS else f"a {name} of too many items in all")


def plain(value: Any) -> Any:
    """Return a private copy of plain data.

    Raises NotPlain, with a description for the student, for anything else.
    """
    return _plain(value, 0, _Budget())


def _plain(value: Any, depth: int, budget: _Budget) -> Any:
    """Copy one level. Types are compared with `is` only: `==` and `in` would ask the metaclass of a student's class."""
    kind = type(value)
    if value is None or kind is bool or kind is str or kind is float:
        return value
    if kind is int:
        if not -(2**63) <= value < 2**63:
            raise NotPlain("a whole number of more than 64 bits")
        return value
    if kind is np.ndarray:
        budget.take_array(value.size)
        return _plain_array(value)
    if kind is list or kind is tuple or kind is dict:
        return _plain_collection(value, kind, depth, budget)
    if any(kind is scalar for scalar in _SCALARS):
        return np.array(value)
    raise NotPlain(_description(value))


def _plain_array(array: np.ndarray) -> np.ndarray:
    dtype = array.dtype
    if dtype.kind == "O":
        raise NotPlain("an array of Python objects (dtype=object), often made from lists of unequal length")
    if dtype.kind == "c":
        raise NotPlain("complex numbers")
    if dtype_name(dtype) not in DTYPES:
        raise NotPlain(f"an array of dtype {dtype.name[:30]}")
    if array.ndim > MOST_AXES:
        raise NotPlain(f"an array of {array.ndim} axes")
    if not dtype.isnative:
        raise NotPlain(f"an array of dtype {dtype.name} in foreign byte order")
    return np.array(array, copy=True, order="C")


def _plain_collection(value: Any, kind: type, depth: int, budget: _Budget) -> Any:
    if depth >= DEEPEST_NESTING:
        raise NotPlain(f"a {kind.__name__} nested more than {DEEPEST_NESTING} deep")
    budget.take_items(kind.__name__, len(value))
    if kind is dict:
        if not all(type(key) is str for key in value):
            raise NotPlain("a dict whose keys are not all text")
        return {key: _plain(item, depth + 1, budget) for key, item in value.items()}
    return kind([_plain(item, depth + 1, budget) for item in value])


def _description(value: Any) -> str:
    kind = type(value)
    name = name_of(kind)
    module = _module_of(kind)
    if issubclass(kind, np.ndarray):
        return f"a {name}, a special kind of array (return a plain NumPy array)"
    if module.split(".")[0] == "torch":
        return f"a torch {name} (the exercises are in NumPy)"
    if name in ("generator", "function", "builtin_function_or_method", "method", "type", "map", "zip", "filter"):
        return f"a {name}, not numbers (are parentheses missing, or is list(...) needed?)"
    if issubclass(kind, complex):
        return "a complex number"
    if (module, name) == ("autograder.plaindata.stand_ins", "Inert"):
        return "something made for plots, widgets or lab (Inert), which does nothing while grading"
    return f"an object of type {name} (return a NumPy array)"


def name_of(kind: type) -> str:
    """Return the name of a class without calling anything that the class or its metaclass can override."""
    return str.__str__(type.__dict__["__name__"].__get__(kind))[:60]


def _module_of(kind: type) -> str:
    module = type.__dict__["__module__"].__get__(kind)
    return module if type(module) is str else ""


def duplicate(value: Any) -> Any:
    """Copy plain data so that every array keeps its memory order (C, Fortran or strided)."""
    if isinstance(value, np.ndarray):
        return _duplicate_array(value)
    if isinstance(value, dict):
        return {key: duplicate(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(duplicate(item) for item in value)
    return value


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Yield every array in a piece of plain data."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from arrays_in(item)


def as_array(value: Any) -> tuple[np.ndarray | None, bool]:
    """Convert plain data to an array of numbers, or None; also returns whether its dtype is the student's choice.

    A list of Python numbers has no dtype of its own: it becomes float64 (or bool), and nobody is blamed for that.
    """
    if isinstance(value, np.ndarray):
        return value, True
    if not _holds_numbers(value):
        return None, False
    try:
        array = np.array(value)
    except (ValueError, TypeError):
        return None, False
    return (array, _holds_arrays(value)) if array.dtype.kind in "biuf" else (None, False)


def _holds_numbers(value: Any) -> bool:
    """Whether a value holds numbers alone. From texts NumPy would make an array as wide as the longest."""
    if isinstance(value, (list, tuple)):
        return all(map(_holds_numbers, value))
    return isinstance(value, (bool, int, float, np.ndarray))


def _holds_arrays(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_arrays, value))
    return isinstance(value, np.ndarray)


def extent(value: Any) -> int:
    """Count what plain data holds: the numbers of its arrays, the items of its lists, the letters of its texts."""
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, (list, tuple)):
        return len(value) + sum(map(extent, value))
    return len(value) if isinstance(value, str) else 1


def memory_order(array: np.ndarray) -> str:
    """Return "C", "F" or "strided"."""
    if array.flags.c_contiguous:
        return "C"
    return "F" if array.flags.f_contiguous else "strided"


def with_memory_order(array: np.ndarray, order: str) -> np.ndarray:
    """Return a new array with the same numbers in the memory order "C", "F" or "strided"."""
    if order != "strided" or array.ndim == 0:
        return np.array(array, copy=True, order="F" if order == "F" else "C")
    room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    view = room[..., ::2]
    view[...] = array
    return view


def _duplicate_array(array: np.ndarray) -> np.ndarray:
    return with_memory_order(array, memory_order(array))


def same(one: Any, other: Any) -> bool:
    """Whether two pieces of plain data are equal to the last bit, dtype and shape included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)

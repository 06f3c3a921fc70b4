"""Plain data: what goes into a kernel and what may come out of it.

Plain are None, bool, int, float, str, `numpy.ndarray` itself (no subclass) of a real dtype, and lists, tuples and dicts
of plain data. NumPy's scalars become 0-d arrays. Whatever else a function returns is named, never trusted: no method that
an object can override is called on it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

DTYPES = frozenset(
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]
)
LARGEST_ARRAY = 4_000_000
LARGEST_COLLECTION = 100_000
DEEPEST = 8

_SCALARS = frozenset(np.dtype(name).type for name in DTYPES)


class NotPlain(Exception):
    """A value is not plain data. The message completes the sentence "your function returned ..."."""


def plain(value: Any, depth: int = 0) -> Any:
    """A private copy of plain data.

    Raises NotPlain, with a description for the student, for anything else.
    """
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is float:
        return value
    if kind is int:
        if not -(2**63) <= value < 2**63:
            raise NotPlain("a whole number of more than 64 bits")
        return value
    if kind is np.ndarray:
        return _plain_array(value)
    if kind in _SCALARS:
        return np.array(value)
    if kind in (list, tuple, dict):
        return _plain_collection(value, kind, depth)
    raise NotPlain(_description(value))


def _plain_array(array: np.ndarray) -> np.ndarray:
    dtype = array.dtype
    if dtype.kind == "O":
        raise NotPlain("an array of Python objects (dtype=object), often made from lists of unequal length")
    if dtype.kind == "c":
        raise NotPlain("complex numbers")
    if dtype.name not in DTYPES or not dtype.isnative:
        raise NotPlain(f"an array of dtype {dtype.name[:30]}")
    if array.size > LARGEST_ARRAY:
        raise NotPlain(f"an array of {array.size:,} numbers")
    return np.array(array, copy=True, order="C")


def _plain_collection(value: Any, kind: type, depth: int) -> Any:
    if depth >= DEEPEST:
        raise NotPlain(f"a {kind.__name__} nested more than {DEEPEST} deep")
    if len(value) > LARGEST_COLLECTION:
        raise NotPlain(f"a {kind.__name__} of {len(value):,} items")
    if kind is dict:
        if not all(type(key) is str for key in value):
            raise NotPlain("a dict whose keys are not all text")
        return {key: plain(item, depth + 1) for key, item in value.items()}
    return kind([plain(item, depth + 1) for item in value])


def _description(value: Any) -> str:
    kind = type(value)
    name = str(type.__getattribute__(kind, "__name__"))[:60]
    module = str(type.__getattribute__(kind, "__module__"))[:60]
    if issubclass(kind, np.ndarray):
        return f"a {name}, a special kind of array (return a plain NumPy array)"
    if module.split(".")[0] == "torch":
        return f"a torch {name} (the exercises are in NumPy)"
    if name in ("generator", "function", "builtin_function_or_method", "method", "type", "map", "zip", "filter"):
        return f"a {name}, not numbers (are parentheses missing, or is list(...) needed?)"
    if issubclass(kind, complex):
        return "a complex number"
    return f"an object of type {name} (return a NumPy array)"


def duplicate(value: Any) -> Any:
    """A copy of plain data in which every array keeps its memory order (C, Fortran or strided)."""
    if isinstance(value, np.ndarray):
        return _duplicate_array(value)
    if isinstance(value, dict):
        return {key: duplicate(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(duplicate(item) for item in value)
    return value


def memory_order(array: np.ndarray) -> str:
    """ "C", "F" or "strided"."""
    if array.flags.c_contiguous:
        return "C"
    return "F" if array.flags.f_contiguous else "strided"


def with_memory_order(array: np.ndarray, order: str) -> np.ndarray:
    """A fresh array with the same numbers in the memory order "C", "F" or "strided"."""
    if order != "strided" or array.ndim == 0:
        return np.array(array, copy=True, order=order if order == "F" else "C")
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

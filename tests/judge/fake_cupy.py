"""A CuPy without a GPU: its arrays wrap NumPy's and refuse what CuPy's refuse, in CuPy's words.

Written after CuPy's source (14.2 for the Python part: which functions there are, with which parameters; core.pyx,
_kernel.pyx and _routines_indexing.pyx for the protocols and the messages). What it does not know it refuses.
"""

from __future__ import annotations

import importlib.machinery
import inspect
import operator
import types
from typing import Any

import numpy as np

SCALARS = (bool, int, float, complex, np.generic)

ABSENT = frozenset(
    [
        "apply_over_axes",
        "block",
        "broadcast_shapes",
        "einsum_path",
        "frompyfunc",
        "geomspace",
        "geterr",
        "info",
        "insert",
        "isnat",
        "issubdtype",
        "matvec",
        "mintypecode",
        "nanpercentile",
        "nanquantile",
        "promote_types",
        "seterr",
        "spacing",
        "typename",
        "unstack",
        "vecdot",
        "vecmat",
    ]
)
"""What NumPy has and CuPy has not."""

LIMITED = {
    "sum": "a, axis=None, dtype=None, out=None, keepdims=False",
    "prod": "a, axis=None, dtype=None, out=None, keepdims=False",
    "max": "a, axis=None, out=None, keepdims=False",
    "amax": "a, axis=None, out=None, keepdims=False",
    "min": "a, axis=None, out=None, keepdims=False",
    "amin": "a, axis=None, out=None, keepdims=False",
    "mean": "a, axis=None, dtype=None, out=None, keepdims=False",
    "var": "a, axis=None, dtype=None, out=None, ddof=0, keepdims=False",
    "std": "a, axis=None, dtype=None, out=None, ddof=0, keepdims=False",
    "clip": "a, a_min, a_max, out=None",
    "norm": "x, ord=None, axis=None, keepdims=False",
}
"""The parameters of CuPy's functions, where NumPy's have more."""

METHODS = [
    "all",
    "any",
    "argmax",
    "argmin",
    "astype",
    "clip",
    "copy",
    "cumsum",
    "dot",
    "flatten",
    "max",
    "mean",
    "min",
    "nonzero",
    "prod",
    "ravel",
    "repeat",
    "reshape",
    "round",
    "squeeze",
    "std",
    "sum",
    "swapaxes",
    "take",
    "trace",
    "transpose",
    "var",
]

UFUNCS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "power",
    "matmul": "matmul",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "left_shift",
    "rshift": "right_shift",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "eq": "equal",
    "ne": "not_equal",
}
"""Operator -> NumPy's function for it."""


class ndarray:
    """An array "on the GPU"."""

    __module__ = "cupy"

    def __init__(self, inside: Any) -> None:
        self._inside = np.asarray(inside)

    shape = property(lambda self: self._inside.shape)
    dtype = property(lambda self: self._inside.dtype)
    ndim = property(lambda self: self._inside.ndim)
    size = property(lambda self: self._inside.size)
    itemsize = property(lambda self: self._inside.itemsize)
    nbytes = property(lambda self: self._inside.nbytes)
    real = property(lambda self: wrapped(self._inside.real))
    imag = property(lambda self: wrapped(self._inside.imag))
    T = property(lambda self: wrapped(self._inside.T))

    @property
    def __cuda_array_interface__(self) -> dict:
        return {"shape": self.shape, "typestr": self.dtype.str, "version": 3}

    def get(self) -> np.ndarray:
        return self._inside.copy()

    def item(self) -> Any:
        return self._inside.item()

    def tolist(self) -> Any:
        return self._inside.tolist()

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. "
            "Please use `.get()` to construct a NumPy array explicitly."
        )

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__" or ufunc.__name__ in ABSENT:
            return NotImplemented
        if "out" in kwargs:
            (kwargs["out"],) = kwargs["out"]
        return called(ufunc, *inputs, **kwargs)

    def __array_function__(self, func, types, args, kwargs):
        if func.__name__ in ABSENT or func.__module__.split(".")[0] != "numpy":
            return NotImplemented
        if any(kind not in (ndarray, np.ndarray) for kind in types):
            return NotImplemented
        if func.__name__ in LIMITED:
            like = types_of(func.__name__)
            inspect.Signature(like).bind(*args, **kwargs)
        return called(func, *args, **kwargs)

    def __getitem__(self, index):
        return wrapped(self._inside[unwrapped(index)])

    def __setitem__(self, index, value):
        if isinstance(value, np.ndarray) and value.shape:
            raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
        self._inside[unwrapped(index)] = unwrapped(value)

    def __iter__(self):
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self.shape[0]))

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __bool__(self):
        return bool(self._inside)

    def __int__(self):
        return int(self._inside)

    def __float__(self):
        return float(self._inside)

    def __complex__(self):
        return complex(self._inside)

    def __repr__(self):
        return repr(self._inside)

    def __neg__(self):
        return wrapped(-self._inside)

    def __abs__(self):
        return wrapped(abs(self._inside))

    def __invert__(self):
        return wrapped(~self._inside)


def types_of(name: str) -> list[inspect.Parameter]:
    """The parameters of one of CuPy's functions."""
    return list(inspect.signature(eval(f"lambda {LIMITED[name]}: None")).parameters.values())


def wrapped(value: Any) -> Any:
    """What NumPy returned, as CuPy would: reductions give 0-d arrays."""
    if isinstance(value, (np.ndarray, np.generic)):
        return ndarray(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(wrapped, value))
    return value


def unwrapped(value: Any) -> Any:
    if isinstance(value, ndarray):
        return value._inside
    if isinstance(value, (list, tuple)):
        return type(value)(map(unwrapped, value))
    if isinstance(value, dict):
        return {key: unwrapped(item) for key, item in value.items()}
    return value


def called(function: Any, *arguments: Any, **named: Any) -> Any:
    """NumPy's function on what is inside; NumPy's own arrays are refused, as CuPy's kernels do."""
    for value in [*arguments, *named.values()]:
        refuse(value)
    return wrapped(function(*unwrapped(arguments), **unwrapped(named)))


def refuse(value: Any) -> None:
    if isinstance(value, np.ndarray):
        raise TypeError(f"Unsupported type {type(value)}")
    if isinstance(value, (list, tuple)):
        for item in value:
            refuse(item)


def _binary(name: str):
    def method(self, other):
        if isinstance(other, (ndarray, np.ndarray, *SCALARS)):
            return getattr(np, UFUNCS[name])(self, other)
        return NotImplemented

    return method


def _reflected(name: str):
    def method(self, other):
        return getattr(np, UFUNCS[name])(other, self) if isinstance(other, SCALARS) else NotImplemented

    return method


def _in_place(name: str):
    def method(self, other):
        refuse(other)
        self._inside = getattr(operator, f"i{name}")(self._inside, unwrapped(other))
        return self

    return method


def _method(name: str):
    def method(self, *arguments, **named):
        if name in LIMITED and name != "clip":
            inspect.Signature(types_of(name)).bind(self, *arguments, **named)
        refuse(arguments)
        return wrapped(getattr(self._inside, name)(*unwrapped(arguments), **unwrapped(named)))

    return method


for _name in UFUNCS:
    setattr(ndarray, f"__{_name}__", _binary(_name))
    if _name not in ("lt", "le", "gt", "ge", "eq", "ne"):
        setattr(ndarray, f"__r{_name}__", _reflected(_name))
        if _name != "matmul":
            setattr(ndarray, f"__i{_name}__", _in_place(_name))
for _name in METHODS:
    setattr(ndarray, _name, _method(_name))


def module(devices: int = 1) -> types.ModuleType:
    """A module like `cupy`, with some GPUs."""
    made = types.ModuleType("cupy")
    made.__spec__ = importlib.machinery.ModuleSpec("cupy", None)
    made.__version__ = "14.2.0"
    made.ndarray = ndarray
    made.asarray = lambda value: value if isinstance(value, ndarray) else ndarray(np.array(value, order="K"))
    made.cuda = types.SimpleNamespace(
        runtime=types.SimpleNamespace(getDeviceCount=lambda: devices),
        get_current_stream=lambda: types.SimpleNamespace(synchronize=lambda: None),
    )
    return made

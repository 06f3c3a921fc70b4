"""Functions as arguments: a kernel that needs a loss or a gradient function is sent its name and numbers, plain data.

`{"function": "quadratic", "matrix": A, "vector": b}` becomes a callable where the kernel is called: in the notebook,
in the sandbox and, on tensors, in the reference. Each formula is written once, with operations that arrays and tensors
share.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

MARK = "function"


def _exp(x: Any) -> Any:
    return x.exp() if hasattr(x, "exp") else np.exp(x)


def _hyperbolic(name: str, x: Any) -> Any:
    return getattr(x, name)() if hasattr(x, name) else getattr(np, name)(x)


def logistic_curve(x: Any, steepness: float, height: float) -> Any:
    """A curve that rises from 0 to `height`, entry by entry; for |steepness * x| < 80."""
    return height / (1 + _exp(-steepness * x))


def linear(x: Any, weight: Any) -> Any:
    """Σ w x, x of any shape."""
    return (weight * x).sum()


def quadratic(x: Any, matrix: Any, vector: Any) -> Any:
    """A bowl: x·Ax/2 + b·x for a symmetric A. x: (n,)."""
    return (x * (matrix @ x)).sum() / 2 + (vector * x).sum()


def quadratic_gradient(x: Any, matrix: Any, vector: Any) -> Any:
    """The gradient of `quadratic`: Ax + b."""
    return matrix @ x + vector


def cubic(x: Any, weight: Any) -> Any:
    """Σ w x³, x of any shape: a loss whose second derivative changes."""
    return (weight * x**3).sum()


def quartic_gradient(x: Any, weight: Any) -> Any:
    """w x³, entry by entry: the gradient of Σ w x⁴/4, x of any shape."""
    return weight * x**3


def softplus(x: Any, weight: Any) -> Any:
    """Σ w log(1 + eˣ), x of any shape: a smooth loss that is no polynomial."""
    grown = 1 + _exp(x)
    return (weight * (grown.log() if hasattr(grown, "log") else np.log(grown))).sum()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "tanh": functools.partial(_hyperbolic, "tanh"),
    "sigmoid": functools.partial(logistic_curve, steepness=1.0, height=1.0),
    "relu": operator.methodcaller("clip", 0),
    **{
        function.__name__: function
        for function in (linear, quadratic, quadratic_gradient, cubic, quartic_gradient, softplus)
    },
}


def is_function(value: Any) -> bool:
    """Whether a piece of plain data stands for a function."""
    return isinstance(value, dict) and isinstance(value.get(MARK), str) and value[MARK] in FUNCTIONS


def as_function(value: Any) -> Any:
    """Return the callable that a piece of plain data stands for; other data as it is."""
    if not is_function(value):
        return value
    numbers = {name: number for name, number in value.items() if name != MARK}
    return functools.partial(FUNCTIONS[value[MARK]], **numbers)

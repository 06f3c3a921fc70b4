"""Functions as arguments: a kernel that needs a loss or a gradient function is sent its name and numbers, plain data.

`{"function": "quadratic", "matrix": A, "vector": b}` becomes a callable where the kernel is called: in the notebook,
in the sandbox and, on tensors, in the reference. Each formula is written once, with operations that arrays and tensors
share.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

MARK = "function"


def _exp(x: Any) -> Any:
    return x.exp() if hasattr(x, "exp") else np.exp(x)


def tanh(x: Any) -> Any:
    """Hyperbolic tangent, entry by entry."""
    return x.tanh() if hasattr(x, "tanh") else np.tanh(x)


def sigmoid(x: Any) -> Any:
    """Logistic function, entry by entry; for |x| < 80."""
    return 1 / (1 + _exp(-x))


def relu(x: Any) -> Any:
    """max(0, x), entry by entry."""
    return x.clip(0)


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
    function.__name__: function
    for function in (tanh, sigmoid, relu, linear, quadratic, quadratic_gradient, cubic, quartic_gradient, softplus)
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

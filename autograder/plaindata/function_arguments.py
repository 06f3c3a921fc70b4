"""Functions as arguments: a kernel that needs a loss or a gradient function is sent its name and numbers, plain data.

`{"function": "quadratic", "matrix": A, "vector": b}` becomes a callable where the kernel is called. Where the course's
own code is, `named_functions` has the formulas. A student's process has none, as some are the answer to an exercise:
the judge sends those that a call needs along with it, and that call alone knows them.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

MARK, FORMULA = "function", "formula"
FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""The functions that are known here by name."""


def built(formula: str) -> Callable[..., Any]:
    """Make a function of a formula, a `lambda` that may use np, exp and log, on arrays and tensors alike."""
    return eval(formula, {"np": np, "exp": _exp, "log": _log})


def _exp(x: Any) -> Any:
    return x.exp() if hasattr(x, "exp") else np.exp(x)


def _log(x: Any) -> Any:
    return x.log() if hasattr(x, "log") else np.log(x)


def is_function(value: Any) -> bool:
    """Whether a piece of plain data stands for a function."""
    return isinstance(value, dict) and isinstance(value.get(MARK), str) and value[MARK] in FUNCTIONS


def as_function(value: Any) -> Any:
    """Return the callable that a piece of plain data stands for; other data as it is."""
    if not is_function(value):
        return value
    numbers = {name: number for name, number in value.items() if name != MARK}
    return functools.partial(FUNCTIONS[value[MARK]], **numbers)


def with_formulas(arguments: list, formulas: Mapping[str, str]) -> list:
    """Add its formula to each argument that stands for a function."""
    return [{**value, FORMULA: formulas[value[MARK]]} if is_function(value) else value for value in arguments]


@contextlib.contextmanager
def known_from(arguments: list) -> Iterator[list]:
    """Give the arguments of a call without formulas; while this lasts, the functions that these make are known."""
    sent = [value for value in arguments if isinstance(value, dict) and FORMULA in value]
    FUNCTIONS.update({value[MARK]: built(value.pop(FORMULA)) for value in sent})
    try:
        yield arguments
    finally:
        for value in sent:
            FUNCTIONS.pop(value[MARK], None)

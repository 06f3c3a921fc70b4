"""Well-known functions of an argument, number by number, and well-known statistics of all its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np


def _all_functions(x: np.ndarray) -> dict[str, np.ndarray]:
    """Return what is said of each function -> its values, "{}" standing for the name of x.

    In one function, because some of them are answers to exercises: the handout has none that one can call.
    """
    positive, exponential = x > 0, np.exp(x)
    sigmoid, tanh = exponential / (1 + exponential), np.tanh(x)
    sigmoid = np.where(np.isinf(exponential), 1.0, sigmoid)
    return {
        "max({}, 0)": np.where(positive, x, 0),
        "min({}, 0)": np.where(positive, 0, x),
        "1 where {} > 0, else 0": positive * 1.0,
        "the sign of {}": np.sign(x),
        "the absolute value of {}": np.abs(x),
        "the square of {}": np.square(x),
        "the square root of {}": np.sqrt(x),
        "1 / {}": 1 / x,
        "1 - {}": 1 - x,
        "1 - the square of {}": 1 - x**2,
        "exp({})": exponential,
        "exp({}) - 1": np.expm1(x),
        "exp(-{})": 1 / exponential,
        "log({})": np.log(x),
        "log(1 + exp({})), the softplus": np.logaddexp(x, 0),
        "the sigmoid of {}": sigmoid,
        "the slope of the sigmoid at {}": sigmoid * (1 - sigmoid),
        "{} times its sigmoid": sigmoid * x,
        "tanh({})": tanh,
        "the slope of tanh at {}": 1 - tanh**2,
        "1 / cosh({})": 1 / np.cosh(x),
        "sin({})": np.sin(x),
        "cos({})": np.cos(x),
        "tan({})": np.tan(x),
        "arctan({})": np.arctan(x),
    }


Numbers = Callable[[np.ndarray], Any]

STATISTICS: tuple[tuple[str, Numbers], ...] = (
    ("the sum of {}", np.sum),
    ("the mean of {}", np.mean),
    ("the median of {}", np.median),
    ("the product of {}", np.prod),
    ("the largest number in {}", np.max),
    ("the smallest number in {}", np.min),
    ("the largest absolute value in {}", lambda x: np.abs(x).max()),
    ("the smallest absolute value in {}", lambda x: np.abs(x).min()),
    ("the sum of the absolute values in {}", lambda x: np.abs(x).sum()),
    ("the mean absolute value in {}", lambda x: np.abs(x).mean()),
    ("the sum of the squares in {}", lambda x: (x**2).sum()),
    ("the mean square of {}", lambda x: (x**2).mean()),
    ("the root mean square of {}", lambda x: np.sqrt((x**2).mean())),
    ("the square root of the sum of the squares in {}", lambda x: np.sqrt((x**2).sum())),
    ("the square root of the sum of the absolute values in {}", lambda x: np.sqrt(np.abs(x).sum())),
    ("the standard deviation of {}", np.std),
    ("the variance of {}", np.var),
    ("the number of entries of {}", np.size),
)
"""What is said of a statistic -> the statistic."""

OF_NORMS: tuple[tuple[str, Numbers], ...] = (
    ("the largest norm of an array in {}", np.max),
    ("the smallest norm of an array in {}", np.min),
    ("the sum of the norms of the arrays in {}", np.sum),
    ("the mean norm of the arrays in {}", np.mean),
)


def functions_of(arguments: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield functions of arguments, and their products with another argument, each with what is said of it.

    arguments: by name, with an entry for each number of an output.
    """
    for name, values in arguments.items():
        for text, found in _all_functions(values).items():
            told = text.format(f"`{name}`")
            yield told, found
            for other, factor in arguments.items():
                if other != name:
                    yield f"`{other}` times {told}", factor * found


def statistics_of(
    calls: Sequence[dict[str, Any]], shapes: Sequence[tuple[int, ...]]
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield statistics of arguments, each with what is said of it and its numbers, those of all calls in a row.

    calls: the arguments of each call. shapes: those of an output in them: of a number, or of one for each array in a
    list.
    """
    for name in calls[0]:
        values = [_arrays(call.get(name)) for call in calls]
        if not all(values):
            continue
        if all(shape == () for shape in shapes):
            together = [np.concatenate([array.ravel() for array in arrays]) for arrays in values]
            for text, statistic in STATISTICS:
                yield text.format(f"`{name}`"), np.array([statistic(one) for one in together], dtype=float)
            if all(isinstance(call[name], (list, tuple)) for call in calls):
                norms = [np.array([np.linalg.norm(array) for array in arrays]) for arrays in values]
                for text, statistic in OF_NORMS:
                    yield text.format(f"`{name}`"), np.array([statistic(one) for one in norms], dtype=float)
        elif all(shape == (len(arrays),) for shape, arrays in zip(shapes, values, strict=True)):
            for text, statistic in STATISTICS:
                found = [statistic(array) for arrays in values for array in arrays]
                yield text.format(f"each array of `{name}`"), np.array(found, dtype=float)


def _arrays(value: Any) -> list[np.ndarray]:
    """Return the arrays of an argument as float64; none where it is something else, or has an empty one."""
    found = list(value) if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(array, np.ndarray) and array.size and array.dtype.kind in "fiu" for array in found):
        return []
    return [array.astype(np.float64) for array in found]

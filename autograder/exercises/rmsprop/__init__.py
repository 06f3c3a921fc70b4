"""Exercises of `2_faster_optimizers/3_rmsprop`: AdaGrad, the moving average, RMSProp in three forms.

Cases that are not about epsilon have epsilon = 0 and an s well above 0, so that its place changes nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.exercises.cases import Case, case, multistep_case, per_step
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "2_faster_optimizers/3_rmsprop"

ORDER = (
    "adagrad_step",
    "moving_average",
    "rmsprop_step",
    "textbook_rmsprop_step",
    "centered_rmsprop_step",
)


def away_from_zero(sample: Sampler, *shape: int, dtype: str = "float64") -> np.ndarray:
    """Numbers between 0.3 and 3 of either sign."""
    sign = np.where(sample.normal(*shape) < 0, -1.0, 1.0)
    return (sign * np.round(sample.uniform(*shape, low=0.3, high=3.0), 3)).astype(dtype)


def before_a_step(sample: Sampler, *shape: int, dtype: str = "float64") -> dict[str, np.ndarray]:
    """Parameters, a gradient and the squares of earlier ones."""
    return {
        "theta": sample.normal(*shape, scale=2.0, dtype=dtype),
        "gradient": away_from_zero(sample, *shape, dtype=dtype),
        "s": np.round(sample.uniform(*shape, low=0.5, high=4.0), 3).astype(dtype),
    }


def from_the_start(theta: np.ndarray, gradients: list[np.ndarray], state: tuple[str, ...] = ("s",)) -> dict[str, Any]:
    """Arguments of a repeated case whose state begins at zero, with one gradient for each step."""
    zeros = {name: np.zeros_like(theta) for name in state}
    return {"theta": theta, "gradient": per_step(gradients), **zeros}


def by_hand(state: tuple[str, ...] = ("s",)) -> dict[str, Any]:
    """Three steps of one number."""
    return from_the_start(np.array([1.0]), [np.array([number]) for number in (3.0, 4.0, -12.0)], state)


def random_steps(
    sample: Sampler, count: int, shape: tuple[int, ...], state: tuple[str, ...] = ("s",), dtype: str = "float64"
) -> dict[str, Any]:
    """As many steps of parameters of this shape."""
    theta = sample.normal(*shape, dtype=dtype)
    return from_the_start(theta, [away_from_zero(sample, *shape, dtype=dtype) for _ in range(count)], state)


def any_array(sample: Sampler, settings: dict[str, float]) -> Iterator[Case]:
    """Steps of one parameter array and s: float32, whole numbers, other memory orders, none at all, four dimensions."""
    small = {"theta": np.array([1.0, -2.0]), "gradient": np.array([3.0, 0.5]), "s": np.array([4.0, 0.25])}
    yield case("float32", **{name: array.astype("float32") for name, array in small.items()}, **settings)
    whole = {"theta": np.array([[1], [5]]), "gradient": np.array([[2], [-3]]), "s": np.array([[4.0], [9.0]])}
    yield case("whole numbers", **whole, **settings)
    fortran = {name: np.asfortranarray(array) for name, array in before_a_step(sample, 3, 4).items()}
    yield case("Fortran order", **fortran, **settings)
    every_second = {name: strided(array) for name, array in before_a_step(sample, 2, 5).items()}
    yield case("every second entry of a larger array", **every_second, **settings)
    yield case("no parameters", **{name: np.zeros((0, 3)) for name in small}, **settings)
    yield multistep_case("30 steps in float32", **random_steps(sample, 30, (4,), dtype="float32"), **settings)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, largest=5)
        yield case("float32, four dimensions", **before_a_step(sample, *shape, dtype="float32"), **settings)

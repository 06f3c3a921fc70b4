"""Exercises of `2_faster_optimizers/3_rmsprop`: AdaGrad, the moving average, RMSProp in three forms.

Cases that are not about epsilon have a tiny one and steep gradients: neither its place nor a constant such as 1e-8 in
its stead can be seen there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.exercises.cases import Case, multistep_case, per_step
from autograder.exercises.optimizer_states import STEEP, away_from_zero, far_from_zero
from autograder.exercises.sampling import Sampler

NOTEBOOK = "2_faster_optimizers/3_rmsprop"

ORDER = ("adagrad_step", "moving_average", "rmsprop_step", "textbook_rmsprop_step", "centered_rmsprop_step")


def before_a_step(sample: Sampler, *shape: int, size: float = STEEP) -> dict[str, np.ndarray]:
    """Parameters, a gradient of some size and the squares of earlier ones."""
    theta, gradient = away_from_zero(sample, *shape, scale=2.0), size * away_from_zero(sample, *shape)
    return {"theta": theta, "gradient": gradient, "s": size**2 * np.round(sample.uniform(*shape, low=0.5, high=4.0), 3)}


def three_steps(*state: str) -> dict[str, Any]:
    """Of one number, from a state of zeros."""
    zeros = {name: np.zeros(1) for name in state}
    return {"theta": np.array([1.0]), "gradient": per_step(np.array([[3000.0], [4000.0], [-12000.0]])), **zeros}


def random_steps(sample: Sampler, count: int, *state: str, dtype: str = "float64") -> dict[str, Any]:
    """As many steps of parameters of a random shape, from a state of zeros."""
    shape = sample.shape()
    zeros = {name: np.zeros(shape, dtype) for name in state}
    gradients = STEEP * away_from_zero(sample, count, *shape).astype(dtype)
    return {"theta": far_from_zero(sample, *shape).astype(dtype), "gradient": per_step(gradients), **zeros}


def falling_rates(count: int):
    """A learning rate for each step."""
    return per_step([0.5 * 0.97**t for t in range(count)])


def steps_in_float32(sample: Sampler, **settings: float) -> Iterator[Case]:
    """A further case of any dtype."""
    yield multistep_case("30 steps in float32", **random_steps(sample, 30, "s", dtype="float32"), **settings)

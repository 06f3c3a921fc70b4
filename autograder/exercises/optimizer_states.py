"""Parameters, gradients, velocities and averages to begin a step with: inputs that several notebooks share."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.sampling import Sampler, strided


def away_from_zero(sample: Sampler, *shape: int, scale: float = 1.0, dtype: str = "float64") -> np.ndarray:
    """Normal numbers, each moved a quarter away from zero."""
    numbers = sample.normal(*shape, scale=scale)
    return np.round(numbers + np.where(numbers < 0, -0.25, 0.25), 3).astype(dtype)


def some_state(sample: Sampler, *shape: int) -> dict[str, np.ndarray]:
    """Parameters, gradients and both averages in the middle of a training."""
    return {
        "theta": away_from_zero(sample, *shape),
        "gradient": away_from_zero(sample, *shape),
        "m": away_from_zero(sample, *shape, scale=0.5),
        "s": np.round(sample.uniform(*shape, low=0.2, high=2.0), 3),
    }


def at_the_start(theta: np.ndarray, gradient: np.ndarray) -> dict[str, np.ndarray]:
    """Before the first step: both averages are zero."""
    return {"theta": theta, "gradient": gradient, "m": np.zeros_like(theta), "s": np.zeros_like(theta)}


def of_every_kind(sample: Sampler) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Pairs of equal shape: other dtypes, memory orders and shapes."""
    yield "float32", np.array([1.0, -2.0], dtype="float32"), np.array([0.5, 3.0], dtype="float32")
    yield "whole numbers", np.array([[1], [-2]]), np.array([[3], [-1]])
    yield (
        "Fortran order",
        np.asfortranarray(away_from_zero(sample, 2, 3)),
        np.asfortranarray(away_from_zero(sample, 2, 3)),
    )
    pair = strided(away_from_zero(sample, 3, 4)), strided(away_from_zero(sample, 3, 4))
    yield "every second entry of larger arrays", *pair
    yield "an empty array", np.zeros((0, 3)), np.zeros((0, 3))
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, largest=5)
        yield (
            "float32, four dimensions",
            away_from_zero(sample, *shape, dtype="float32"),
            away_from_zero(sample, *shape, dtype="float32"),
        )


def of_any_form(sample: Sampler, how_many: int) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Arrays of one shape, in every form that a kernel must take: a name and `how_many` arrays."""
    yield "float32", [np.array([1.5 + i, -2.0], dtype="float32") for i in range(how_many)]
    yield "whole numbers", [np.array([[4 - i], [-3]]) for i in range(how_many)]
    yield "Fortran order", [np.asfortranarray(sample.normal(3, 4)) for _ in range(how_many)]
    yield "every second entry of a larger array", [strided(sample.normal(2, 5)) for _ in range(how_many)]
    yield "no entries", [np.zeros((0, 3)) for _ in range(how_many)]
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, largest=5)
        yield "float32, four dimensions", [sample.normal(*shape, dtype="float32") for _ in range(how_many)]

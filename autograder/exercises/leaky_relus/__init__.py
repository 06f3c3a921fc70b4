"""Exercises of `1_training_problems/3b_leaky_relus`: a fixed, a random and a learned slope for z < 0."""

from __future__ import annotations

import numpy as np

NOTEBOOK = "1_training_problems/3b_leaky_relus"

ORDER = (
    "leaky_relu",
    "leaky_relu_backward",
    "rrelu",
    "rrelu_backward",
    "prelu",
    "prelu_backward",
)


def without_zeros(array: np.ndarray) -> np.ndarray:
    """The array with 0.5 for every exact zero: what happens at zero has cases of its own."""
    return np.where(array == 0, array.dtype.type(0.5), array)

"""Exercises of `1_training_problems/3a_saturation_and_relu`: sigmoid, tanh, ReLU, their derivatives, and dead units.

`relu` and `relu_backward` are not given whole numbers: `np.maximum(z, 0)` keeps them whole, as PyTorch does.
"""

from __future__ import annotations

import numpy as np

from autograder.exercises.sampling import Sampler

NOTEBOOK = "1_training_problems/3a_saturation_and_relu"

ORDER = (
    "sigmoid",
    "sigmoid_backward",
    "tanh",
    "tanh_backward",
    "relu",
    "relu_backward",
    "dead_units",
)


def far_from_zero(sample: Sampler) -> np.ndarray:
    """Numbers of either sign and of a size between 50 and 1000."""
    rows, columns = sample.shape()
    sign = np.where(sample.uniform(rows, columns) < 0.5, -1.0, 1.0)
    return np.round(sign * sample.uniform(rows, columns, low=50, high=1000), 1)

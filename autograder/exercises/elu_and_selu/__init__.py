"""Exercises of `1_training_problems/3c_elu_and_selu`: the exponential linear units and their derivatives."""

from __future__ import annotations

import numpy as np

NOTEBOOK = "1_training_problems/3c_elu_and_selu"

ORDER = (
    "elu",
    "elu_backward",
    "self_normalizing_constants",
    "selu",
    "selu_backward",
)

RELATIVE = "elementwise, relative"


def nowhere_zero(array: np.ndarray) -> np.ndarray:
    """The array with 0.5 for every exact zero: what happens at zero has cases of its own."""
    return np.where(array == 0, array.dtype.type(0.5), array)

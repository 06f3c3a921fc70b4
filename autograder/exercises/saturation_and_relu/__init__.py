"""Exercises of `1_training_problems/3a_saturation_and_relu`: sigmoid, tanh, ReLU, their derivatives, and dead units.

`relu` and `relu_backward` are not given whole numbers: `np.maximum(z, 0)` keeps them whole, as PyTorch does.
"""

import numpy as np

NOTEBOOK = "1_training_problems/3a_saturation_and_relu"

ORDER = ("sigmoid", "sigmoid_backward", "tanh", "tanh_backward", "relu", "relu_backward", "dead_units")


def random_signs(sample, shape):
    """-1 or 1 in each place."""
    return np.where(sample.uniform(*shape) < 0.5, -1.0, 1.0)


def far_from_zero(sample):
    """Numbers of either sign and of a size between 50 and 1000."""
    shape = sample.shape()
    return np.round(random_signs(sample, shape) * sample.uniform(*shape, low=50, high=1000), 1)

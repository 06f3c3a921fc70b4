"""Exercises of `1_training_problems/2_weight_initialization`: how large the random weights of a layer are at the start.

The randomness comes in as an argument: `noise` holds standard normal numbers, `u` uniform numbers in [0, 1), in the
shape of the weight, (out, in) for a dense layer and (out, in, kh, kw) for a convolution. So every kernel has one right
answer. The references scale the noise by PyTorch's own fans and gains; that this is what `torch.nn.init` draws from the
same seed is shown in tests/notebooks/test_weight_initialization_claims.py.
"""

import math

import numpy as np

from autograder.exercises.cases import case

NOTEBOOK = "1_training_problems/2_weight_initialization"

ORDER = (
    "fan_in_and_fan_out",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "truncated_normal",
)


def random_convolutions(sample, draw):
    """Weights (out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw), drawn by `sample.normal` or `sample.uniform`,
    each with what it is the weight of."""
    for _ in sample.repeat(public=2, hidden=4):
        yield "a random convolution", draw(*sample.shape(4))
    yield "a convolution of sequences", draw(4, 2, 5)
    yield "a convolution of volumes", draw(3, 2, 4, 1, 2)


def zeros(sample):
    """The only whole number in [0, 1)."""
    yield case("whole numbers", u=np.zeros((3, 2), int))


def he_deviation(weight, negative_slope):
    """The standard deviation of `torch.nn.init.kaiming_normal_` (mode fan_in, nonlinearity leaky_relu)."""
    import torch

    fan_in, _ = torch.nn.init._calculate_fan_in_and_fan_out(weight)
    return torch.nn.init.calculate_gain("leaky_relu", float(negative_slope)) / math.sqrt(fan_in)

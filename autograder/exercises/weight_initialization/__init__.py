"""Exercises of `1_training_problems/2_weight_initialization`: how large the random weights of a layer are at the start.

The randomness comes in as an argument: `noise` holds standard normal numbers, `u` uniform numbers in [0, 1), in the
shape of the weight, (out, in) for a dense layer and (out, in, kh, kw) for a convolution. So every kernel has one right
answer. The references scale the noise by PyTorch's own fans and gains; that this is what `torch.nn.init` draws from the
same seed is shown in tests/notebooks/test_weight_initialization_claims.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograder.exercises.sampling import Sampler, strided

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


def random_noise(sample: Sampler, dimensions: int, public: int, hidden: int) -> Iterator[np.ndarray]:
    """Noise for weights with so many axes."""
    for _ in sample.repeat(public, hidden):
        yield sample.normal(*sample.shape(dimensions))


def noise_of_any_kind(sample: Sampler) -> Iterator[tuple[str, np.ndarray]]:
    """Standard normal numbers for dense layers, in every dtype and memory order, the smallest array first."""
    yield "float32", np.array([[2.0, -4.0, 1.0, 8.0]], dtype="float32")
    yield "whole numbers", np.array([[1, -2], [3, 0], [-1, 4]])
    yield "Fortran order", np.asfortranarray(sample.normal(3, 5))
    yield "every second entry of a larger array", strided(sample.normal(4, 6))
    for _ in sample.repeat(public=1, hidden=3):
        yield "random float32 numbers", sample.normal(*sample.shape(), dtype="float32")


def uniform_of_any_kind(sample: Sampler) -> Iterator[tuple[str, np.ndarray]]:
    """Uniform numbers for dense layers, in every dtype and memory order, the smallest array first."""
    yield "float32", np.array([[0.75], [0.25], [0.0]], dtype="float32")
    yield "whole numbers", np.array([[0, 0], [0, 0], [0, 0]])
    yield "Fortran order", np.asfortranarray(sample.uniform(3, 5))
    yield "every second entry of a larger array", strided(sample.uniform(4, 6))
    for _ in sample.repeat(public=1, hidden=3):
        yield "random float32 numbers", sample.uniform(*sample.shape(), dtype="float32")


def he_deviation(weight, negative_slope: float) -> float:
    """The standard deviation of `torch.nn.init.kaiming_normal_` (mode fan_in, nonlinearity leaky_relu)."""
    import torch

    fan_in, _ = torch.nn.init._calculate_fan_in_and_fan_out(weight)
    return torch.nn.init.calculate_gain("leaky_relu", float(negative_slope)) / math.sqrt(fan_in)

"""Exercises of `1_training_problems/4_batch_normalization`: batch normalization forward, backward, and folded away.

Arrays are (N, C), a batch of N samples with C features, or (N, C, H, W), a batch of N images with C channels: axis 1 is
the channel. Each channel has its own mean, variance, gamma and beta, taken over all other axes.

Where eps is not the point, it is tiny and the variances are large: neither its place nor its default in its stead can
be seen there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.cases import Case
from autograder.exercises.sampling import Sampler

NOTEBOOK = "1_training_problems/4_batch_normalization"

ORDER = (
    "normalize_channels",
    "batch_norm_train",
    "batch_norm_evaluate",
    "batch_norm_gradient_steps",
    "batch_norm_backward",
    "fold_batch_norm",
)


TINY = 1e-12
"""An eps that has no effect."""
WIDE = 1000.0
"""A deviation beside which no usual eps counts."""


def scale_and_shift(sample: Sampler, channels: int, dtype: str = "float64") -> dict[str, np.ndarray]:
    """Random gamma and beta. No gamma is near 0."""
    gamma = np.round(sample.uniform(channels, low=0.5, high=2.0), 3)
    gamma[::2] *= -1
    return {"gamma": gamma.astype(dtype), "beta": sample.normal(channels, dtype=dtype)}


def running(sample: Sampler, channels: int, *, deviation: float = WIDE) -> dict[str, np.ndarray]:
    """Random running statistics of data with about this deviation."""
    variance = np.round(sample.uniform(channels, low=0.3, high=3.0), 3)
    return {"running_mean": deviation * sample.normal(channels), "running_var": deviation**2 * variance}


def batch(sample: Sampler, dtype: str = "float64") -> np.ndarray:
    """A random, wide (N, C) array of 4 or more samples, every feature with a mean and a spread of its own."""
    samples, features = sample.shape(2, smallest=4, largest=7)
    x = sample.normal(samples, features) * np.linspace(1.0, 3.0, features) + sample.normal(features)
    return np.round(WIDE * x, 1).astype(dtype)


def pictures(sample: Sampler, dtype: str = "float64") -> np.ndarray:
    """A random, wide (N, C, H, W) array whose sides all differ."""
    shape = sample.shape(4, smallest=2, largest=5)
    x = sample.normal(*shape) + 2 * sample.normal(1, shape[1], 1, 1)
    return np.round(WIDE * x, 1).astype(dtype)


def balanced_batch(sample: Sampler) -> dict:
    """A backward pass in which nothing reaches mean and variance, so that dvar and dmean are 0. x is less wide than
    elsewhere: in float32, too, a sum of products with it is 0."""
    return _balanced(sample.normal(3, 2), WIDE / 10 * sample.normal(3, 2), scale_and_shift(sample, 2)["gamma"])


def whole_numbers(sample: Sampler) -> Iterator[Case]:
    """The same with whole numbers as x."""
    whole = np.array([[100, 700], [200, 900], [600, 800], [300, 300]])
    yield Case("whole numbers", _balanced(sample.normal(4, 2), whole, np.array([2.0, -1.5])))


def _balanced(dout: np.ndarray, x: np.ndarray, gamma: np.ndarray) -> dict:
    """The part of dout whose sum, and whose sum times x, is 0 in every channel of an (N, C) array."""
    centred = x - x.mean(axis=0)
    dout = dout - dout.mean(axis=0)
    dout = dout - centred * (dout * centred).sum(axis=0) / (centred**2).sum(axis=0)
    return {"dout": dout, "x": x, "gamma": gamma, "eps": TINY}

"""dropout_moments: mean and variance over all masks of what the units behind dropout receive."""

from __future__ import annotations

import itertools

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.dropout import UNEQUAL, drawn
from autograder.exercises.model import Exercise
from autograder.exercises.sampling import Sampler, strided

TEXTBOOK = """\
def dropout_moments(x, W, b, p=0.5):
    mean = x @ W.T + b
    variance = p / (1 - p) * (x**2 @ W.T**2)
    return mean, variance
"""

dropout_moments = Exercise(
    TEXTBOOK,
    outputs=("mean", "variance"),
    summary="mean and variance over all masks of what the units behind dropout receive",
    pytorch="torch.nn.functional.linear(torch.nn.functional.dropout(x, p), W, b), averaged over all 2^D masks",
    source="Wager, Wang, Liang 2013, Dropout Training as Adaptive Regularization; Baldi and Sadowski 2013",
    computation="reduction",
)
requirement, wrong = dropout_moments.requirement, dropout_moments.wrong


def layer(sample: Sampler, dtype: str = "float64") -> dict[str, np.ndarray]:
    """A batch x (N, D) and a dense layer W (K, D), b (K), with N, D and K all different."""
    samples, features, units = sample.shape(3, smallest=2, largest=5)
    return {
        "x": sample.normal(samples, features, scale=2.0, dtype=dtype),
        "W": sample.normal(units, features, dtype=dtype),
        "b": sample.normal(units, dtype=dtype),
    }


ONE_UNIT = {"x": np.array([[1.0, 2.0]]), "W": np.array([[3.0, -1.0]]), "b": np.array([0.5])}
"""One sample, two features, one unit: its input is 3 - 2 + 0.5."""


@dropout_moments.pytorch_reference
def reference(x, W, b, p=0.5):
    """Mean and variance over all 2^D masks, each with its probability, of F.linear(F.dropout(x, p), W, b)."""
    import torch
    import torch.nn.functional as F

    features = x.shape[1]
    masks = torch.tensor(list(itertools.product([False, True], repeat=features)), device=x.device)
    kept = masks[:, None, :].expand(-1, len(x), -1)
    chances = torch.full_like(masks, 1 - p, dtype=x.dtype).masked_fill(~masks, p)
    probability = chances.prod(dim=1)[:, None, None]
    with drawn(kept):
        dropped = F.dropout(x.expand(len(masks), -1, -1).contiguous(), p, training=True)
    z = F.linear(dropped, W, b)
    mean = (probability * z).sum(dim=0)
    return mean, (probability * (z - mean) ** 2).sum(dim=0)


@requirement("p = 0.5", points=2)
def half(sample):
    """p = 0.5, where p / (1 - p) is 1."""
    yield case("two features, one unit", **ONE_UNIT, p=0.5)
    yield case("p left out", **{**ONE_UNIT, "b": np.array([-4.0])})
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random layer", **layer(sample), p=0.5)


@requirement("other p", points=2)
def other_p(sample):
    """p other than 0.5, and p = 0, where nothing varies."""
    yield case("p = 0.2", **ONE_UNIT, p=0.2)
    yield case("p = 0.75", **ONE_UNIT, p=0.75)
    yield case("p = 0", **ONE_UNIT, p=0.0)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random layer and p", **layer(sample), p=sample.choice(UNEQUAL))


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32, in any memory order, an empty batch included. p = 0.5."""
    yield case("float32", **{name: array.astype("float32") for name, array in ONE_UNIT.items()}, p=0.5)
    for name, change in (("Fortran order", np.asfortranarray), ("every second entry of a larger array", strided)):
        found = layer(sample)
        yield case(name, x=change(found["x"]), W=change(found["W"]), b=found["b"], p=0.5)
    yield case("empty batch", x=np.zeros((0, 3)), W=sample.normal(2, 3), b=sample.normal(2), p=0.5)
    for _ in sample.repeat(public=1, hidden=3):
        yield case("float32, random", **layer(sample, dtype="float32"), p=0.5)


@wrong()
def mean_scaled_down(x, W, b, p=0.5):
    """Your mean carries a factor 1 - p. That is the mean without scaling; the kept values are divided by 1 - p, so
    that the mean is what it would be without dropout."""
    return (1 - p) * (x @ W.T) + b, p / (1 - p) * (x**2 @ W.T**2)


@wrong()
def variance_without_scaling(x, W, b, p=0.5):
    """p (1 - p) is the variance of a decision that is 0 or 1. Here a kept value counts 1 / (1 - p), and this factor
    enters the variance as its square."""
    return x @ W.T + b, p * (1 - p) * (x**2 @ W.T**2)


@wrong(loses=[other_p])
def factor_forgotten(x, W, b, p=0.5):
    """The variance does not depend on p. For p = 0.5 its factor is 1; for p = 0 nothing varies."""
    return x @ W.T + b, x**2 @ W.T**2


@wrong(loses=[other_p])
def factor_upside_down(x, W, b, p=0.5):
    """The factor in front of your variance is upside down: the more is dropped, the more the result varies."""
    return x @ W.T + b, x**2 @ W.T**2 * ((1 - p) / max(p, 1e-12))


@wrong()
def square_of_the_sum(x, W, b, p=0.5):
    """You square the sum over the inputs. The decisions are independent, so it is the variances of the terms that
    add up: square each term first."""
    return x @ W.T + b, p / (1 - p) * (x @ W.T) ** 2


@wrong()
def weights_not_squared(x, W, b, p=0.5):
    """The inputs are squared in your variance, the weights are not. A factor enters a variance as its square."""
    return x @ W.T + b, p / (1 - p) * (x**2 @ W.T)


@wrong()
def deviation_instead_of_variance(x, W, b, p=0.5):
    """You return the standard deviation. The variance is its square."""
    return x @ W.T + b, np.sqrt(p / (1 - p) * (x**2 @ W.T**2))


@wrong()
def bias_varies_too(x, W, b, p=0.5):
    """The bias is in your variance. It is added after dropout, and a constant does not vary."""
    return x @ W.T + b, p / (1 - p) * (x**2 @ W.T**2 + b**2)


@wrong()
def bias_forgotten(x, W, b, p=0.5):
    """The bias is missing in the mean."""
    return x @ W.T, p / (1 - p) * (x**2 @ W.T**2)


@wrong(loses=[any_array])
def float32_lost(x, W, b, p=0.5):
    """Right numbers, but float32 comes back as float64: np.zeros(shape) is float64 unless told otherwise."""
    mean, variance = np.zeros((len(x), len(W))), np.zeros((len(x), len(W)))
    for k in range(len(W)):
        mean[:, k] = x @ W[k] + b[k]
        variance[:, k] = p / (1 - p) * np.sum((x * W[k]) ** 2, axis=1)
    return mean, variance

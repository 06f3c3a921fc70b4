"""dropout_moments: mean and variance over all masks of what the units behind dropout receive."""

import itertools

import numpy as np

from autograder.exercises.dropout import UNEQUAL, drawn
from autograder.exercises.model import Exercise, case
from autograder.exercises.sampling import Sampler

TEXTBOOK = """\
def dropout_moments(x, W, b, p=0.5):
    mean = x @ W.T + b
    variance = p / (1 - p) * (x**2 @ W.T**2)
    return mean, variance
"""
dropout_moments = Exercise(
    TEXTBOOK,
    outputs=("mean", "variance"),
    takes="x: (N, D); W: (K, D); b: (K,); p: number",
    pytorch="torch.nn.functional.linear(torch.nn.functional.dropout(x, p), W, b), averaged over all 2^D masks",
    source="Wager, Wang, Liang 2013, Dropout Training as Adaptive Regularization; Baldi and Sadowski 2013",
    computation="reduction",
)
requirement, wrong = dropout_moments.requirement, dropout_moments.wrong


def layer(sample: Sampler) -> dict[str, np.ndarray]:
    """A batch x (N, D) and a dense layer W (K, D), b (K), with N, D and K all different."""
    samples, features, units = sample.shape(3, smallest=2, largest=5)
    return {
        "x": sample.normal(samples, features, scale=2.0),
        "W": sample.normal(units, features),
        "b": sample.normal(units),
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


@requirement("nothing varies", points=1)
def nothing_varies(sample):
    """Nothing is dropped, or there is nothing to drop: the variance is 0, and the mean is what the layer gives."""
    yield case("p = 0", **ONE_UNIT, p=0.0)
    yield case("all inputs 0", **{**ONE_UNIT, "x": np.zeros((1, 2))}, p=0.5)
    for _ in sample.repeat(public=1, hidden=3):
        yield case("random layer, p = 0", **layer(sample), p=0.0)


@requirement("other p", points=2)
def other_p(sample):
    yield case("p = 0.2", **ONE_UNIT, p=0.2)
    yield case("p = 0.75", **ONE_UNIT, p=0.75)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random layer and p", **layer(sample), p=sample.choice(UNEQUAL))


@dropout_moments.remark("no samples")
def empty_batch(sample):
    yield case("empty batch", x=np.zeros((0, 3)), W=sample.normal(2, 3), b=sample.normal(2), p=0.5)


@dropout_moments.contract(without=["whole numbers"])
def contract(sample):
    return {"x": sample.normal(4, 2), "W": sample.normal(3, 2), "b": sample.normal(3), "p": 0.0}


@wrong({"x @ W.T + b": "(1 - p) * (x @ W.T) + b"}, keeps=[nothing_varies, contract])
def mean_scaled_down():
    """Your mean carries a factor 1 - p. That is the mean without scaling; the kept values are divided by 1 - p, so
    that the mean is what it would be without dropout."""


@wrong({"p / (1": "p * (1"}, keeps=[nothing_varies, contract])
def variance_without_scaling():
    """p (1 - p) is the variance of a decision that is 0 or 1. Here a kept value counts 1 / (1 - p), and this factor
    enters the variance as its square."""


@wrong({"p / (1 - p) * ": ""}, keeps=[half])
def factor_forgotten():
    """The variance does not depend on p. For p = 0.5 its factor is 1; for p = 0 nothing varies."""


@wrong({"p / (1 - p)": "(1 - p) / max(p, 1e-12)"}, keeps=[half])
def factor_upside_down():
    """The factor in front of your variance is upside down: the more is dropped, the more the result varies."""


@wrong({"(x**2 @ W.T**2)": "(x @ W.T) ** 2"}, keeps=[nothing_varies, contract])
def square_of_the_sum():
    """You square the sum over the inputs. The decisions are independent, so it is the variances of the terms that
    add up: square each term first."""


@wrong({"W.T**2": "W.T"}, keeps=[nothing_varies, contract])
def weights_not_squared():
    """The inputs are squared in your variance, the weights are not. A factor enters a variance as its square."""


@wrong({"mean, variance": "mean, np.sqrt(variance)"}, keeps=[nothing_varies, contract])
def deviation_instead_of_variance():
    """You return the standard deviation. The variance is its square."""


@wrong({"W.T**2)": "W.T**2 + b**2)"}, keeps=[contract])
def bias_varies_too():
    """The bias is in your variance. It is added after dropout, and a constant does not vary."""


@wrong({" + b": ""})
def bias_forgotten():
    """The bias is missing in the mean."""


@wrong({"mean, variance": "mean + np.zeros(mean.shape), variance + np.zeros(mean.shape)"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

"""normalize_channels: every channel shifted to mean 0 and scaled to variance 1 over the batch."""

import numpy as np

from autograder.exercises.batch_normalization import TINY, WIDE, batch, pictures
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def normalize_channels(x, eps=1e-5):
    axes = (0, *range(2, x.ndim))
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps)
"""
normalize_channels = Exercise(
    TEXTBOOK,
    takes="x: (N, C) or (N, C, H, W); eps: number",
    pytorch="torch.nn.functional.batch_norm(x, None, None, training=True, eps=eps)",
    source="Ioffe and Szegedy 2015, Batch Normalization, algorithm 1, and section 3.2 for images",
    computation="reduction",
)
requirement, wrong = normalize_channels.requirement, normalize_channels.wrong


@normalize_channels.pytorch_reference
def reference(x, eps=1e-5):
    import torch.nn.functional as F

    return F.batch_norm(x, None, None, training=True, eps=eps)


@requirement("batches of shape (N, C)", points=2)
def batches(sample):
    """(N, C): the statistics of each column."""
    yield case("two samples, one feature", x=np.array([[1000.0], [3000.0]]), eps=TINY)
    yield case("three samples, two features", x=WIDE * np.array([[1.0, 10.0], [2.0, -20.0], [6.0, 40.0]]), eps=TINY)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers", x=batch(sample), eps=TINY)


@requirement("images of shape (N, C, H, W)", points=2)
def images(sample):
    """(N, C, H, W): the statistics of each channel over all its pixels in all images."""
    yield case("two images of 1 x 2 pixels, one channel", x=np.array([[[[0.0, 100.0]]], [[[400.0, 700.0]]]]), eps=TINY)
    yield case("one image", x=WIDE * np.array([[[[1.0, 2.0], [3.0, 6.0]], [[5.0, 0.0], [1.0, 1.0]]]]), eps=TINY)
    yield case("as wide as it has channels", x=sample.normal(2, 3, 4, 3, scale=2 * WIDE), eps=TINY)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random images", x=pictures(sample), eps=TINY)


@requirement("eps", points=1)
def other_eps(sample):
    """eps that matters; a feature that does not vary; a mean that is far larger than the deviation."""
    yield case("eps left out", x=np.array([[0.01], [0.02], [0.04]]))
    yield case("eps = 3", x=np.array([[1.0], [3.0]]), eps=3.0)
    yield case("a constant feature, eps = 0.01", x=np.array([[5.0, 1.0], [5.0, 2.0], [5.0, 4.0]]), eps=0.01)
    yield case("mean 10000, deviation 1", x=1e4 + sample.normal(5, 4), eps=0.1)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random numbers and eps", x=batch(sample) / WIDE, eps=sample.number(0.1, 2.0))
        yield case("a mean far from zero", x=1e4 + sample.normal(6, 5), eps=0.1)


@normalize_channels.contract()
def contract(sample):
    return {"x": sample.normal(4, 3, scale=3 * WIDE), "eps": TINY}


@wrong({"(0, *range(2, x.ndim))": "0"}, loses=[images])
def over_the_samples_only():
    """For images you take the statistics over the samples alone, so that every pixel has its own. A channel has one
    mean and one variance: average over its pixels, too."""


@wrong({"x.var(axis=axes, keepdims=True)": "x.var(axis=axes, keepdims=True, ddof=1)"})
def unbiased_variance():
    """You divide by the unbiased variance, a sum over n - 1. What normalizes is the plain mean of the squared
    deviations, a sum over n."""


@wrong({"(0, *range(2, x.ndim))": "1"})
def over_the_features():
    """You normalize over axis 1: each sample over its features. That is called layer normalization. Here each
    feature is normalized over the samples."""


@wrong({"(0, *range(2, x.ndim))": "None"})
def over_everything():
    """You take one mean and one variance of the whole array. Every feature (for images, every channel) has its own:
    keep axis 1, average over the others."""


@wrong({"(0, *range(2, x.ndim))": "0 if x.ndim == 2 else (2, 3)"}, loses=[images])
def each_image_by_itself():
    """You normalize every image by itself, which is called instance normalization. The statistics of a channel are
    taken over all images of the batch together."""


@wrong({"np.sqrt(var + eps)": "(var + eps)"})
def divided_by_the_variance():
    """You divide by the variance. To get variance 1 one has to divide by the standard deviation, its root."""


@wrong({" + eps": ""}, loses=[other_eps])
def eps_forgotten():
    """eps is missing. A feature that does not vary has variance 0, and without eps it becomes 0/0."""


@wrong({"np.sqrt(var + eps)": "(np.sqrt(var) + eps)"}, loses=[other_eps])
def eps_outside_the_root():
    """eps stands in the wrong place: it is added to the variance, before the root is taken."""


@wrong(
    {"x.var(axis=axes, keepdims=True)": "np.maximum((x**2.0).mean(axis=axes, keepdims=True) - mean**2, 0)"},
    loses=[other_eps],
)
def digits_lost_in_the_variance():
    """The mean of the squares minus the square of the mean: where the mean is large, these are two huge, nearly
    equal numbers, and their difference loses its digits. Average the squared deviations instead."""


@wrong(
    {
        "    return ": "    out = np.zeros(x.shape)\n    out[:] = ",
        "np.sqrt(var + eps)": "np.sqrt(var + eps)\n    return out",
    },
    loses=[contract],
)
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"    var =": "    x -= mean\n    var =", "(x - mean)": "x"}, loses=[contract])
def in_place():
    """The array `x` that you were given has been changed: something writes into it in place. The caller still needs
    it: make a new one."""

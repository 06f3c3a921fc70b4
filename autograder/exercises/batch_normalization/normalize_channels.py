"""normalize_channels: every channel shifted to mean 0 and scaled to variance 1 over the batch."""

import numpy as np

from autograder.exercises.batch_normalization import batch, pictures
from autograder.exercises.cases import case
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def normalize_channels(x, eps=1e-5):
    axes = (0, *range(2, x.ndim))
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps)
"""

normalize_channels = Exercise(
    TEXTBOOK,
    summary="every channel shifted to mean 0 and scaled to variance 1 over the batch",
    pytorch="torch.nn.functional.batch_norm(x, None, None, training=True, eps=eps)",
    source="Ioffe and Szegedy 2015, Batch Normalization, algorithm 1, and section 3.2 for images",
    computation="reduction",
)
requirement, wrong = normalize_channels.requirement, normalize_channels.wrong


@normalize_channels.pytorch_reference
def reference(x, eps=1e-5):
    """Batch normalization without gamma, beta and running statistics in PyTorch."""
    import torch.nn.functional as F

    return F.batch_norm(x, None, None, training=True, eps=eps)


@requirement("batches of shape (N, C)", points=2)
def batches(sample):
    """(N, C): the statistics of each column."""
    yield case("two samples, one feature", x=np.array([[1.0], [3.0]]), eps=1e-5)
    yield case("three samples, two features", x=np.array([[1.0, 10.0], [2.0, -20.0], [6.0, 40.0]]), eps=1e-5)
    yield case("eps left out", x=np.array([[0.01], [0.02], [0.04]]))
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers", x=batch(sample), eps=1e-5)


@requirement("images of shape (N, C, H, W)", points=1)
def images(sample):
    """(N, C, H, W): the statistics of each channel over all its pixels in all images."""
    yield case("two images of 1 x 2 pixels, one channel", x=np.array([[[[0.0, 1.0]]], [[[4.0, 7.0]]]]), eps=1e-5)
    yield case("one image", x=np.array([[[[1.0, 2.0], [3.0, 6.0]], [[5.0, 0.0], [1.0, 1.0]]]]), eps=1e-5)
    yield case("as wide as it has channels", x=sample.normal(2, 3, 4, 3, scale=2.0), eps=1e-5)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random images", x=pictures(sample), eps=1e-5)


@requirement("other eps", points=1)
def other_eps(sample):
    """eps that matters; a feature that does not vary; a mean that is far larger than the deviation."""
    yield case("eps = 3", x=np.array([[1.0], [3.0]]), eps=3.0)
    yield case("a constant feature, eps = 0.01", x=np.array([[5.0, 1.0], [5.0, 2.0], [5.0, 4.0]]), eps=0.01)
    yield case("mean 10000, deviation 1", x=1e4 + sample.normal(5, 4), eps=0.1)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random numbers and eps", x=batch(sample), eps=sample.number(0.1, 2.0))
        yield case("a mean far from zero", x=1e4 + sample.normal(6, 5), eps=0.1)


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32, whole numbers become float64, in any memory order. (N, C) and eps = 1e-5 throughout."""
    yield case("float32", x=np.array([[1.0], [2.0], [6.0]], dtype="float32"), eps=1e-5)
    yield case("whole numbers", x=np.array([[1, 7], [2, 9], [6, 8]]), eps=1e-5)
    yield case("Fortran order", x=np.asfortranarray(batch(sample)), eps=1e-5)
    yield case("every second entry of a larger array", x=strided(batch(sample)), eps=1e-5)
    for _ in sample.repeat(public=1, hidden=3):
        yield case("float32, random", x=sample.normal(8, 3, dtype="float32"), eps=1e-5)


@wrong(loses=[images])
def over_the_samples_only(x, eps=1e-5):
    """For images you take the statistics over the samples alone, so that every pixel has its own. A channel has one
    mean and one variance: average over its pixels, too."""
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


@wrong(
    {
        "*range(2,": ") if",
        "ndim)": "ndim == 2 else (0, 2, 3",
        "var(axis=axes, keepdims=True": "var(axis=axes, keepdims=True, ddof=1",
    }
)
def unbiased_variance():
    """You divide by the unbiased variance, a sum over n - 1. What normalizes is the plain mean of the squared
    deviations, a sum over n."""


@wrong()
def over_the_features(x, eps=1e-5):
    """You normalize over axis 1: each sample over its features. That is called layer normalization. Here each
    feature is normalized over the samples."""
    mean = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    return (x - mean) / np.sqrt(var + eps)


@wrong()
def over_everything(x, eps=1e-5):
    """You take one mean and one variance of the whole array. Every feature (for images, every channel) has its own:
    keep axis 1, average over the others."""
    return (x - x.mean()) / np.sqrt(x.var() + eps)


@wrong({"(0, *range": "0 if x.ndim == 2 else", "x.ndim)": "3"}, loses=[images])
def each_image_by_itself():
    """You normalize every image by itself, which is called instance normalization. The statistics of a channel are
    taken over all images of the batch together."""


@wrong({"*range(2,": ") if", "ndim)": "ndim == 2 else (0, 2, 3", "np.sqrt": ""})
def divided_by_the_variance():
    """You divide by the variance. To get variance 1 one has to divide by the standard deviation, its root."""


@wrong()
def eps_forgotten(x, eps=1e-5):
    """eps is missing. A feature that does not vary has variance 0, and without eps it becomes 0/0."""
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    return (x - x.mean(axis=axes, keepdims=True)) / x.std(axis=axes, keepdims=True)


@wrong()
def eps_outside_the_root(x, eps=1e-5):
    """eps stands in the wrong place: it is added to the variance, before the root is taken."""
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    return (x - x.mean(axis=axes, keepdims=True)) / (x.std(axis=axes, keepdims=True) + eps)


@wrong(loses=[other_eps])
def digits_lost_in_the_variance(x, eps=1e-5):
    """The mean of the squares minus the square of the mean: where the mean is large, these are two huge, nearly
    equal numbers, and their difference loses its digits. Average the squared deviations instead."""
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    x = x * 1.0
    mean = x.mean(axis=axes, keepdims=True)
    var = (x**2).mean(axis=axes, keepdims=True) - mean**2
    return (x - mean) / np.sqrt(np.maximum(var, 0) + eps)


@wrong(loses=[any_array])
def float32_lost(x, eps=1e-5):
    """Right numbers, but float32 input comes back as float64: np.zeros(shape) is float64 unless told otherwise."""
    out = np.zeros(x.shape)
    for c in range(x.shape[1]):
        channel = x[:, c]
        out[:, c] = (channel - channel.mean()) / np.sqrt(channel.var() + eps)
    return out


@wrong(loses=[any_array, PURITY])
def in_place(x, eps=1e-5):
    """You subtract the mean from x itself. The caller still needs x, for the backward pass for example: make a new
    array."""
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    x -= x.mean(axis=axes, keepdims=True)
    return x / np.sqrt((x**2).mean(axis=axes, keepdims=True) + eps)

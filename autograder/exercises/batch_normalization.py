"""Kernels of `1_training_problems/4_batch_normalization`: batch normalization forward, backward, and folded away.

Arrays are (N, C), a batch of N samples with C features, or (N, C, H, W), a batch of N images with C channels: axis 1 is
the channel. Each channel has its own mean, variance, gamma and beta, taken over all other axes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Derivative, Exercise, Mistake, Requirement, case
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "1_training_problems/4_batch_normalization"

PAPER = "Ioffe and Szegedy 2015, Batch Normalization"

BATCHES = "batches of shape (N, C)"
IMAGES = "images of shape (N, C, H, W)"
OUTPUT = "the output"
MOMENTUM = "momentum is the weight of the new batch"
UNBIASED = "the stored variance is unbiased"
OTHER_EPS = "other eps"
MEAN_PATH = "through the mean alone"
VARIANCE_PATH = "through the variance alone"
BOTH_PATHS = "through both"
SCALE_AND_SHIFT = "dgamma and dbeta, with gamma = 0"
LAYERS = "dense layers"
CONVOLUTIONS = "convolutions"
ORDER_AND_DTYPE = "any memory order and dtype"
ANY_ARRAY = "any shape, memory order and dtype"


def other_axes(array: np.ndarray) -> tuple[int, ...]:
    """All axes but that of the channels."""
    return (0, *range(2, array.ndim))


def settled(x: np.ndarray) -> dict[str, np.ndarray]:
    """Running statistics that are the batch's own, so that an update leaves them where they are."""
    axes = other_axes(x)
    return {"running_mean": x.mean(axis=axes), "running_var": x.var(axis=axes, ddof=1)}


def scale_and_shift(draw: Sampler, channels: int, dtype: str = "float64") -> dict[str, np.ndarray]:
    """Random gamma and beta. No gamma is near 0."""
    gamma = np.round(draw.uniform(channels, low=0.5, high=2.0), 3)
    gamma[::2] *= -1
    return {"gamma": gamma.astype(dtype), "beta": draw.normal(channels, dtype=dtype)}


def running(draw: Sampler, channels: int, dtype: str = "float64") -> dict[str, np.ndarray]:
    """Random running statistics."""
    variance = np.round(draw.uniform(channels, low=0.3, high=3.0), 3)
    return {"running_mean": draw.normal(channels, dtype=dtype), "running_var": variance.astype(dtype)}


def batch(draw: Sampler, dtype: str = "float64") -> np.ndarray:
    """A random (N, C) array of 4 or more samples, every feature with a mean and a spread of its own."""
    samples, features = draw.shape(2, smallest=4, largest=7)
    x = draw.normal(samples, features) * np.linspace(1.0, 3.0, features) + draw.normal(features)
    return np.round(x, 3).astype(dtype)


def pictures(draw: Sampler, dtype: str = "float64") -> np.ndarray:
    """A random (N, C, H, W) array whose sides all differ."""
    shape = draw.shape(4, smallest=2, largest=5)
    x = draw.normal(*shape) + 2 * draw.normal(1, shape[1], 1, 1)
    return np.round(x, 3).astype(dtype)


def balanced(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The part of dout whose sum, and whose sum times x, is 0 in every channel of an (N, C) array."""
    centred = x - x.mean(axis=0)
    dout = dout - dout.mean(axis=0)
    return dout - centred * (dout * centred).sum(axis=0) / (centred**2).sum(axis=0)


# ---------------------------------------------------------------- normalize_channels


def normalize_channels_reference(x, eps=1e-5):
    """Batch normalization without gamma, beta and running statistics in PyTorch."""
    import torch.nn.functional as F

    return F.batch_norm(x, None, None, training=True, eps=eps)


def normalize_channels_batches(draw: Sampler) -> Iterator[Case]:
    """(N, C): the statistics of each column."""
    yield case("two samples, one feature", x=np.array([[1.0], [3.0]]), eps=1e-5)
    yield case("three samples, two features", x=np.array([[1.0, 10.0], [2.0, -20.0], [6.0, 40.0]]), eps=1e-5)
    yield case("eps left out", x=np.array([[0.01], [0.02], [0.04]]))
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random numbers", x=batch(draw), eps=1e-5)


def normalize_channels_images(draw: Sampler) -> Iterator[Case]:
    """(N, C, H, W): the statistics of each channel over all its pixels in all images."""
    yield case("two images of 1 x 2 pixels, one channel", x=np.array([[[[0.0, 1.0]]], [[[4.0, 7.0]]]]), eps=1e-5)
    yield case("one image", x=np.array([[[[1.0, 2.0], [3.0, 6.0]], [[5.0, 0.0], [1.0, 1.0]]]]), eps=1e-5)
    yield case("as wide as it has channels", x=draw.normal(2, 3, 4, 3, scale=2.0), eps=1e-5)
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random images", x=pictures(draw), eps=1e-5)


def normalize_channels_other_eps(draw: Sampler) -> Iterator[Case]:
    """eps that matters; a feature that does not vary; a mean that is far larger than the deviation."""
    yield case("eps = 3", x=np.array([[1.0], [3.0]]), eps=3.0)
    yield case("a constant feature, eps = 0.01", x=np.array([[5.0, 1.0], [5.0, 2.0], [5.0, 4.0]]), eps=0.01)
    yield case("mean 10000, deviation 1", x=1e4 + draw.normal(5, 4), eps=0.1)
    for _ in draw.rounds(public=1, hidden=4):
        yield case("random numbers and eps", x=batch(draw), eps=draw.number(0.1, 2.0))
        yield case("a mean far from zero", x=1e4 + draw.normal(6, 5), eps=0.1)


def normalize_channels_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any memory order. (N, C) and eps = 1e-5 throughout."""
    yield case("float32", x=np.array([[1.0], [2.0], [6.0]], dtype="float32"), eps=1e-5)
    yield case("whole numbers", x=np.array([[1, 7], [2, 9], [6, 8]]), eps=1e-5)
    yield case("Fortran order", x=np.asfortranarray(batch(draw)), eps=1e-5)
    yield case("every second entry of a larger array", x=strided(batch(draw)), eps=1e-5)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32, random", x=draw.normal(8, 3, dtype="float32"), eps=1e-5)


def normalize_channels_unbiased_variance(x, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True, ddof=1)
    return (x - mean) / np.sqrt(var + eps)


def normalize_channels_over_the_features(x, eps=1e-5):
    mean = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    return (x - mean) / np.sqrt(var + eps)


def normalize_channels_over_the_samples_only(x, eps=1e-5):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


def normalize_channels_over_everything(x, eps=1e-5):
    return (x - x.mean()) / np.sqrt(x.var() + eps)


def normalize_channels_each_image_by_itself(x, eps=1e-5):
    axes = 0 if x.ndim == 2 else (2, 3)
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps)


def normalize_channels_divided_by_the_variance(x, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    return (x - mean) / (var + eps)


def normalize_channels_eps_forgotten(x, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    return (x - x.mean(axis=axes, keepdims=True)) / x.std(axis=axes, keepdims=True)


def normalize_channels_eps_outside_the_root(x, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    return (x - x.mean(axis=axes, keepdims=True)) / (x.std(axis=axes, keepdims=True) + eps)


def normalize_channels_digits_lost_in_the_variance(x, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    x = x * 1.0
    mean = x.mean(axis=axes, keepdims=True)
    var = (x**2).mean(axis=axes, keepdims=True) - mean**2
    return (x - mean) / np.sqrt(np.maximum(var, 0) + eps)


def normalize_channels_float32_lost(x, eps=1e-5):
    out = np.zeros(x.shape)
    for c in range(x.shape[1]):
        channel = x[:, c]
        out[:, c] = (channel - channel.mean()) / np.sqrt(channel.var() + eps)
    return out


def normalize_channels_in_place(x, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    x -= x.mean(axis=axes, keepdims=True)
    return x / np.sqrt((x**2).mean(axis=axes, keepdims=True) + eps)


ALL_OF_NORMALIZE = (BATCHES, IMAGES, OTHER_EPS, ORDER_AND_DTYPE)

NORMALIZE_CHANNELS = Exercise(
    name="normalize_channels",
    parameters=("x", "eps"),
    summary="every channel shifted to mean 0 and scaled to variance 1 over the batch",
    pytorch="torch.nn.functional.batch_norm(x, None, None, training=True, eps=eps)",
    source=f"{PAPER}, algorithm 1, and section 3.2 for images",
    reference=normalize_channels_reference,
    computation="reduction",
    requirements=(
        Requirement(BATCHES, 2, normalize_channels_batches),
        Requirement(IMAGES, 1, normalize_channels_images),
        Requirement(OTHER_EPS, 1, normalize_channels_other_eps),
        Requirement(ORDER_AND_DTYPE, 1, normalize_channels_any_array),
    ),
    mistakes=(
        Mistake(
            normalize_channels_over_the_samples_only,
            "For images you take the statistics over the samples alone, so that every pixel has its own. A channel has "
            "one mean and one variance: average over its pixels, too.",
            loses=(IMAGES,),
        ),
        Mistake(
            normalize_channels_unbiased_variance,
            "You divide by the unbiased variance, a sum over n - 1. What normalizes is the plain mean of the squared "
            "deviations, a sum over n.",
            loses=ALL_OF_NORMALIZE,
        ),
        Mistake(
            normalize_channels_over_the_features,
            "You normalize over axis 1: each sample over its features. That is called layer normalization. Here each "
            "feature is normalized over the samples.",
            loses=ALL_OF_NORMALIZE,
        ),
        Mistake(
            normalize_channels_over_everything,
            "You take one mean and one variance of the whole array. Every feature (for images, every channel) has its "
            "own: keep axis 1, average over the others.",
            loses=ALL_OF_NORMALIZE,
        ),
        Mistake(
            normalize_channels_each_image_by_itself,
            "You normalize every image by itself, which is called instance normalization. The statistics of a channel "
            "are taken over all images of the batch together.",
            loses=(IMAGES,),
        ),
        Mistake(
            normalize_channels_divided_by_the_variance,
            "You divide by the variance. To get variance 1 one has to divide by the standard deviation, its root.",
            loses=ALL_OF_NORMALIZE,
        ),
        Mistake(
            normalize_channels_eps_forgotten,
            "eps is missing. A feature that does not vary has variance 0, and without eps it becomes 0/0.",
            loses=ALL_OF_NORMALIZE,
        ),
        Mistake(
            normalize_channels_eps_outside_the_root,
            "eps stands in the wrong place: it is added to the variance, before the root is taken.",
            loses=ALL_OF_NORMALIZE,
        ),
        Mistake(
            normalize_channels_digits_lost_in_the_variance,
            "The mean of the squares minus the square of the mean: where the mean is large, these are two huge, nearly "
            "equal numbers, and their difference loses its digits. Average the squared deviations instead.",
            loses=(OTHER_EPS,),
        ),
        Mistake(
            normalize_channels_float32_lost,
            "Right numbers, but float32 input comes back as float64: np.zeros(shape) is float64 unless told otherwise.",
            loses=(ORDER_AND_DTYPE,),
        ),
        Mistake(
            normalize_channels_in_place,
            "You subtract the mean from x itself. The caller still needs x, for the backward pass for example: "
            "make a new array.",
            loses=(ORDER_AND_DTYPE, PURITY),
        ),
    ),
)

# ---------------------------------------------------------------- batch_norm_train


def batch_norm_train_reference(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    """Batch normalization in training. PyTorch updates the buffers in place, so it gets copies."""
    import torch.nn.functional as F

    mean, var = running_mean.clone(), running_var.clone()
    y = F.batch_norm(x, mean, var, gamma, beta, training=True, momentum=momentum, eps=eps)
    return y, mean, var


def batch_norm_train_output(draw: Sampler) -> Iterator[Case]:
    """The output y. The running statistics are the batch's own and momentum is 0: nothing can go wrong with them."""
    x = np.array([[1.0], [3.0]])
    yield case("one feature", x=x, gamma=np.array([10.0]), beta=np.array([5.0]), **settled(x), momentum=0.0, eps=1e-5)
    x = np.array([[1.0, 10.0], [2.0, -20.0], [6.0, 40.0]])
    gamma, beta = np.array([2.0, -1.0]), np.array([0.5, 3.0])
    yield case("two features", x=x, gamma=gamma, beta=beta, **settled(x), momentum=0.0, eps=1e-5)
    for _ in draw.rounds(public=2, hidden=6):
        x = batch(draw)
        rest = {**scale_and_shift(draw, x.shape[1]), **settled(x)}
        yield case("random numbers", x=x, **rest, momentum=0.0, eps=1e-5)
        yield case("random numbers and eps", x=x, **rest, momentum=0.0, eps=draw.number(0.1, 2.0))


def batch_norm_train_momentum(draw: Sampler) -> Iterator[Case]:
    """The running averages. All samples are equal, so the variance of the batch is 0, biased or not."""
    one = {"gamma": np.array([2.0]), "beta": np.array([5.0])}
    start = {"running_mean": np.array([0.0]), "running_var": np.array([1.0])}
    x = np.array([[3.0], [3.0]])
    yield case("momentum = 0.1", x=x, **one, **start, momentum=0.1, eps=1e-5)
    yield case("momentum and eps left out", x=x, **one, **start)
    yield case("momentum = 0.25", x=x, **one, **start, momentum=0.25, eps=1e-5)
    yield case("momentum = 1: only the new batch counts", x=x, **one, **start, momentum=1.0, eps=1e-5)
    for _ in draw.rounds(public=2, hidden=6):
        samples, features = draw.shape()
        x = np.tile(draw.normal(features, scale=3.0), (samples, 1))
        rest = {**scale_and_shift(draw, features), **running(draw, features)}
        yield case("random numbers and momentum", x=x, **rest, momentum=draw.number(0.02, 0.45), eps=1e-5)


def batch_norm_train_unbiased(draw: Sampler) -> Iterator[Case]:
    """The variance that is stored. With momentum = 0.5 old and new have the same weight. Images have one channel."""
    one = {"gamma": np.array([1.0]), "beta": np.array([0.0])}
    start = {"running_mean": np.array([0.0]), "running_var": np.array([1.0])}
    yield case("two samples", x=np.array([[1.0], [3.0]]), **one, **start, momentum=0.5, eps=1e-5)
    pixels = np.array([[[[0.0, 1.0]]], [[[4.0, 7.0]]]])
    yield case("two images of 1 x 2 pixels", x=pixels, **one, **start, momentum=0.5, eps=1e-5)
    for _ in draw.rounds(public=2, hidden=6):
        for x in (batch(draw), pictures(draw)[:, :1]):
            rest = {**scale_and_shift(draw, x.shape[1]), **running(draw, x.shape[1])}
            yield case("random numbers", x=x, **rest, momentum=0.5, eps=1e-5)


def batch_norm_train_any_array(draw: Sampler) -> Iterator[Case]:
    """Images, dtypes and memory orders. Running statistics and momentum as in `batch_norm_train_output`."""
    single = np.array([[1.0], [2.0], [6.0]], dtype="float32")
    one = {"gamma": np.array([2.0], dtype="float32"), "beta": np.array([1.0], dtype="float32")}
    yield case("float32", x=single, **one, **settled(single), momentum=0.0, eps=1e-5)
    whole = np.array([[1, 7], [2, 9], [6, 8]])
    two = {"gamma": np.array([2.0, -1.5]), "beta": np.array([1.0, 0.5])}
    yield case("whole numbers", x=whole, **two, **settled(whole), momentum=0.0, eps=1e-5)
    small = np.array([[[[1.0, 2.0]], [[0.0, 6.0]]], [[[4.0, 7.0]], [[2.0, 2.0]]]])
    yield case("two images of 1 x 2 pixels, two channels", x=small, **two, **settled(small), momentum=0.0, eps=1e-5)
    wide = draw.normal(2, 3, 4, 3)
    rest = {**scale_and_shift(draw, 3), **settled(wide)}
    yield case("images as wide as they have channels", x=wide, **rest, momentum=0.0, eps=1e-5)
    for name, change in (("Fortran order", np.asfortranarray), ("every second entry of a larger array", strided)):
        x = change(pictures(draw))
        rest = {**scale_and_shift(draw, x.shape[1]), **settled(x)}
        yield case(f"images, {name}", x=x, **rest, momentum=0.0, eps=1e-5)
    for _ in draw.rounds(public=1, hidden=3):
        x = draw.normal(3, 2, 4, 5, dtype="float32")
        rest = {**scale_and_shift(draw, 2, "float32"), **settled(x)}
        yield case("float32 images", x=x, **rest, momentum=0.0, eps=1e-5)


def batch_norm_train_momentum_of_the_old(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    y = gamma.reshape(one) * (x - mean.reshape(one)) / np.sqrt(var.reshape(one) + eps) + beta.reshape(one)
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * x.var(axis=axes, ddof=1)
    return y, running_mean, running_var


def batch_norm_train_biased_variance_stored(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    y = gamma.reshape(one) * (x - mean.reshape(one)) / np.sqrt(var.reshape(one) + eps) + beta.reshape(one)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * var
    return y, running_mean, running_var


def batch_norm_train_unbiased_variance_used(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    mean, var = x.mean(axis=axes), x.var(axis=axes, ddof=1)
    y = gamma.reshape(one) * (x - mean.reshape(one)) / np.sqrt(var.reshape(one) + eps) + beta.reshape(one)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * var
    return y, running_mean, running_var


def batch_norm_train_normalized_by_running_statistics(
    x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5
):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    running_mean = (1 - momentum) * running_mean + momentum * x.mean(axis=axes)
    running_var = (1 - momentum) * running_var + momentum * x.var(axis=axes, ddof=1)
    y = (x - running_mean.reshape(one)) / np.sqrt(running_var.reshape(one) + eps)
    return gamma.reshape(one) * y + beta.reshape(one), running_mean, running_var


def batch_norm_train_running_statistics_not_updated(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    y = gamma.reshape(one) * (x - mean.reshape(one)) / np.sqrt(var.reshape(one) + eps) + beta.reshape(one)
    return y, running_mean, running_var


def batch_norm_train_corrected_by_the_number_of_images(
    x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5
):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    n = len(x)
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    y = gamma.reshape(one) * (x - mean.reshape(one)) / np.sqrt(var.reshape(one) + eps) + beta.reshape(one)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * var * (n / (n - 1))
    return y, running_mean, running_var


def batch_norm_train_gamma_and_beta_swapped(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    y = beta.reshape(one) * (x - mean.reshape(one)) / np.sqrt(var.reshape(one) + eps) + gamma.reshape(one)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * x.var(axis=axes, ddof=1)
    return y, running_mean, running_var


def batch_norm_train_standard_deviation_stored(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    y = gamma.reshape(one) * (x - mean.reshape(one)) / np.sqrt(var.reshape(one) + eps) + beta.reshape(one)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * x.std(axis=axes, ddof=1)
    return y, running_mean, running_var


def batch_norm_train_along_the_last_axis(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    y = gamma * (x - mean) / np.sqrt(var + eps) + beta
    running_mean = (1 - momentum) * running_mean + momentum * mean.ravel()
    running_var = (1 - momentum) * running_var + momentum * x.var(axis=axes, ddof=1)
    return y, running_mean, running_var


def batch_norm_train_buffers_overwritten(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    y = gamma.reshape(one) * (x - mean.reshape(one)) / np.sqrt(var.reshape(one) + eps) + beta.reshape(one)
    running_mean *= 1 - momentum
    running_mean += momentum * mean
    running_var *= 1 - momentum
    running_var += momentum * x.var(axis=axes, ddof=1)
    return y, running_mean, running_var


BATCH_NORM_TRAIN = Exercise(
    name="batch_norm_train",
    parameters=("x", "gamma", "beta", "running_mean", "running_var", "momentum", "eps"),
    summary="batch normalization in training, and the running statistics after this batch",
    pytorch="torch.nn.functional.batch_norm(x, running_mean, running_var, gamma, beta, True, momentum, eps)",
    source=f"{PAPER}, algorithm 1; running statistics as in PyTorch",
    reference=batch_norm_train_reference,
    outputs=("y", "running_mean", "running_var"),
    computation="reduction",
    requirements=(
        Requirement(OUTPUT, 2, batch_norm_train_output),
        Requirement(MOMENTUM, 1, batch_norm_train_momentum),
        Requirement(UNBIASED, 1, batch_norm_train_unbiased),
        Requirement(ANY_ARRAY, 1, batch_norm_train_any_array),
    ),
    mistakes=(
        Mistake(
            batch_norm_train_momentum_of_the_old,
            "momentum is the weight of the new batch, as in PyTorch; you give it to the old average (as Keras does). "
            "With momentum = 0.1 most of the old value stays.",
            loses=(MOMENTUM,),
        ),
        Mistake(
            batch_norm_train_biased_variance_stored,
            "y is right, but the variance that goes into the running average is the unbiased one: the sum of the "
            "squared deviations over n - 1, not over n.",
            loses=(UNBIASED,),
        ),
        Mistake(
            batch_norm_train_unbiased_variance_used,
            "Two variances are needed. The unbiased one (over n - 1) is only stored; you also normalize with it, where "
            "the biased one (over n) belongs.",
            loses=(OUTPUT, UNBIASED, ANY_ARRAY),
        ),
        Mistake(
            batch_norm_train_normalized_by_running_statistics,
            "You normalize with the running statistics. In training the batch's own mean and variance are used; the "
            "running ones are only kept for later.",
            loses=(OUTPUT, MOMENTUM, UNBIASED, ANY_ARRAY),
        ),
        Mistake(
            batch_norm_train_running_statistics_not_updated,
            "y is right, but you return the running statistics as they came. Each batch moves them a little.",
            loses=(MOMENTUM, UNBIASED),
        ),
        Mistake(
            batch_norm_train_corrected_by_the_number_of_images,
            "The factor n / (n - 1) is right for (N, C). For images n is the number of values in a channel: N times H "
            "times W.",
            loses=(UNBIASED,),
        ),
        Mistake(
            batch_norm_train_gamma_and_beta_swapped,
            "gamma and beta have changed places: gamma multiplies the normalized value, beta is added.",
            loses=(OUTPUT, MOMENTUM, UNBIASED, ANY_ARRAY),
        ),
        Mistake(
            batch_norm_train_standard_deviation_stored,
            "The standard deviation goes into your running_var. It is the variance that is averaged; the root is taken "
            "in evaluation.",
            loses=(UNBIASED,),
        ),
        Mistake(
            batch_norm_train_along_the_last_axis,
            "Right for (N, C). In an image, gamma and beta of shape (C,) are matched with the last axis, its width: "
            "give them a shape in which C stands on axis 1.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            batch_norm_train_buffers_overwritten,
            "Right numbers, but you overwrite the running statistics that were given to you. PyTorch does that to its "
            "own buffers; a kernel of this course returns new arrays.",
            loses=(PURITY,),
        ),
    ),
)

# ---------------------------------------------------------------- batch_norm_evaluate


def batch_norm_evaluate_reference(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """Batch normalization in evaluation."""
    import torch.nn.functional as F

    return F.batch_norm(x, running_mean, running_var, gamma, beta, training=False, eps=eps)


def batch_norm_evaluate_batches(draw: Sampler) -> Iterator[Case]:
    """(N, C), a single sample included."""
    one = {"gamma": np.array([2.0]), "beta": np.array([5.0])}
    known = {"running_mean": np.array([1.0]), "running_var": np.array([4.0])}
    yield case("one sample, one feature", x=np.array([[7.0]]), **one, **known, eps=1e-5)
    yield case("eps left out", x=np.array([[7.0], [-1.0]]), **one, **known)
    for _ in draw.rounds(public=2, hidden=6):
        x = batch(draw)
        rest = {**scale_and_shift(draw, x.shape[1]), **running(draw, x.shape[1])}
        yield case("random numbers", x=x, **rest, eps=1e-5)


def batch_norm_evaluate_images(draw: Sampler) -> Iterator[Case]:
    """(N, C, H, W), also where broadcasting along the wrong axis raises no error."""
    two = {"gamma": np.array([1.0, 2.0]), "beta": np.array([0.0, 5.0])}
    known = {"running_mean": np.array([1.0, 3.0]), "running_var": np.array([4.0, 9.0])}
    yield case("one image of 1 x 2 pixels, two channels", x=np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]]), **two, **known)
    rest = {**scale_and_shift(draw, 3), **running(draw, 3)}
    yield case("as wide as it has channels", x=draw.normal(2, 3, 4, 3), **rest, eps=1e-5)
    for _ in draw.rounds(public=1, hidden=5):
        x = pictures(draw)
        rest = {**scale_and_shift(draw, x.shape[1]), **running(draw, x.shape[1])}
        yield case("random images", x=x, **rest, eps=1e-5)


def batch_norm_evaluate_other_eps(draw: Sampler) -> Iterator[Case]:
    """eps that matters, and a running variance of 0."""
    one = {"gamma": np.array([2.0]), "beta": np.array([5.0])}
    known = {"running_mean": np.array([1.0]), "running_var": np.array([4.0])}
    yield case("eps = 5", x=np.array([[7.0]]), **one, **known, eps=5.0)
    known = {"running_mean": np.array([1.0]), "running_var": np.array([0.0])}
    yield case("running_var = 0, eps = 0.01", x=np.array([[1.0], [1.5]]), **one, **known, eps=0.01)
    for _ in draw.rounds(public=2, hidden=5):
        x = batch(draw)
        rest = {**scale_and_shift(draw, x.shape[1]), **running(draw, x.shape[1])}
        yield case("random numbers and eps", x=x, **rest, eps=draw.number(0.1, 2.0))


def batch_norm_evaluate_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any memory order; an empty batch. (N, C) throughout."""
    single = {name: array.astype("float32") for name, array in {**scale_and_shift(draw, 1), **running(draw, 1)}.items()}
    yield case("float32", x=np.array([[1.0], [-2.0]], dtype="float32"), **single, eps=1e-5)
    known = {**scale_and_shift(draw, 3), **running(draw, 3)}
    yield case("whole numbers", x=np.array([[1, 7, 0], [2, -9, 3]]), **known, eps=1e-5)
    yield case("Fortran order", x=np.asfortranarray(draw.normal(5, 3)), **known, eps=1e-5)
    yield case("every second entry of a larger array", x=strided(draw.normal(5, 3)), **known, eps=1e-5)
    yield case("empty batch", x=np.zeros((0, 3)), **known, eps=1e-5)
    for _ in draw.rounds(public=1, hidden=3):
        rest = {**scale_and_shift(draw, 5, "float32"), **running(draw, 5, "float32")}
        yield case("float32, random", x=draw.normal(4, 5, dtype="float32"), **rest, eps=1e-5)


def batch_norm_evaluate_statistics_of_the_batch(x, gamma, beta, running_mean, running_var, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    return gamma.reshape(one) * x_hat + beta.reshape(one)


def batch_norm_evaluate_along_the_last_axis(x, gamma, beta, running_mean, running_var, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta


def batch_norm_evaluate_divided_by_the_variance(x, gamma, beta, running_mean, running_var, eps=1e-5):
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(one)) / (running_var.reshape(one) + eps)
    return gamma.reshape(one) * x_hat + beta.reshape(one)


def batch_norm_evaluate_eps_forgotten(x, gamma, beta, running_mean, running_var, eps=1e-5):
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(one)) / np.sqrt(running_var.reshape(one))
    return gamma.reshape(one) * x_hat + beta.reshape(one)


def batch_norm_evaluate_eps_ignored(x, gamma, beta, running_mean, running_var, eps=1e-5):
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(one)) / np.sqrt(running_var.reshape(one) + 1e-5)
    return gamma.reshape(one) * x_hat + beta.reshape(one)


def batch_norm_evaluate_gamma_and_beta_swapped(x, gamma, beta, running_mean, running_var, eps=1e-5):
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(one)) / np.sqrt(running_var.reshape(one) + eps)
    return beta.reshape(one) * x_hat + gamma.reshape(one)


def batch_norm_evaluate_beta_scaled_too(x, gamma, beta, running_mean, running_var, eps=1e-5):
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(one)) / np.sqrt(running_var.reshape(one) + eps)
    return gamma.reshape(one) * (x_hat + beta.reshape(one))


ALL_OF_EVALUATE = (BATCHES, IMAGES, OTHER_EPS, ORDER_AND_DTYPE)

BATCH_NORM_EVALUATE = Exercise(
    name="batch_norm_evaluate",
    parameters=("x", "gamma", "beta", "running_mean", "running_var", "eps"),
    summary="batch normalization after training, with fixed statistics",
    pytorch="torch.nn.functional.batch_norm(x, running_mean, running_var, gamma, beta, training=False, eps=eps)",
    source=f"{PAPER}, section 3.1, algorithm 2",
    reference=batch_norm_evaluate_reference,
    outputs=("y",),
    computation="reduction",
    requirements=(
        Requirement(BATCHES, 2, batch_norm_evaluate_batches),
        Requirement(IMAGES, 1, batch_norm_evaluate_images),
        Requirement(OTHER_EPS, 1, batch_norm_evaluate_other_eps),
        Requirement(ORDER_AND_DTYPE, 1, batch_norm_evaluate_any_array),
    ),
    mistakes=(
        Mistake(
            batch_norm_evaluate_statistics_of_the_batch,
            "You normalize with the statistics of this batch. After training the running statistics are used, so that "
            "the answer for one sample does not depend on its neighbours.",
            loses=ALL_OF_EVALUATE,
        ),
        Mistake(
            batch_norm_evaluate_along_the_last_axis,
            "An array of shape (C,) is matched with the last axis, which is the width of an image, not its channel. "
            "Give the statistics a shape in which C stands on axis 1.",
            loses=(IMAGES,),
        ),
        Mistake(
            batch_norm_evaluate_divided_by_the_variance,
            "You divide by the variance. It is the standard deviation, its root, that x is divided by.",
            loses=ALL_OF_EVALUATE,
        ),
        Mistake(
            batch_norm_evaluate_eps_forgotten,
            "eps is missing: it is added to the variance here, too, exactly as in training.",
            loses=ALL_OF_EVALUATE,
        ),
        Mistake(
            batch_norm_evaluate_eps_ignored,
            "Your eps is 1e-5 whatever the parameter says. That is only its default.",
            loses=(OTHER_EPS,),
        ),
        Mistake(
            batch_norm_evaluate_gamma_and_beta_swapped,
            "gamma and beta have changed places: gamma multiplies the normalized value, beta is added.",
            loses=ALL_OF_EVALUATE,
        ),
        Mistake(
            batch_norm_evaluate_beta_scaled_too,
            "You add beta before you multiply by gamma, so that beta is scaled, too. It is added last.",
            loses=ALL_OF_EVALUATE,
        ),
    ),
)

# ---------------------------------------------------------------- batch_norm_gradient_steps


def batch_norm_gradient_steps_reference(dout, x, gamma, eps=1e-5):
    """The gradients with respect to every intermediate result, by PyTorch's autograd."""
    import torch

    x = x.detach().requires_grad_(True)
    mean = x.mean(dim=0)
    var = ((x - mean) ** 2).mean(dim=0)
    x_hat = (x - mean) / torch.sqrt(var + eps)
    names = ("dx_hat", "dvar", "dmean", "dx")
    return dict(zip(names, torch.autograd.grad(gamma * x_hat, (x_hat, var, mean, x), dout), strict=True))


def batch_norm_gradient_steps_mean_path(draw: Sampler) -> Iterator[Case]:
    """The same dout for all samples of a feature: nothing reaches the variance, and dvar is 0."""
    yield case(
        "one feature, dout = 3", dout=np.full((2, 1), 3.0), x=np.array([[1.0], [5.0]]), gamma=np.array([2.0]), eps=1e-5
    )
    for _ in draw.rounds(public=2, hidden=6):
        x = batch(draw)
        dout = np.tile(draw.normal(x.shape[1]), (len(x), 1))
        yield case("random", dout=dout, x=x, gamma=scale_and_shift(draw, x.shape[1])["gamma"], eps=1e-5)


def batch_norm_gradient_steps_variance_path(draw: Sampler) -> Iterator[Case]:
    """dout sums to 0 in each feature: nothing reaches the mean, and dmean is 0."""
    yield case(
        "one feature, dout sums to 0",
        dout=np.array([[3.0], [-3.0]]),
        x=np.array([[1.0], [5.0]]),
        gamma=np.array([2.0]),
        eps=1e-5,
    )
    for _ in draw.rounds(public=2, hidden=6):
        x = batch(draw)
        dout = draw.normal(*x.shape)
        dout[-1] -= dout.sum(axis=0)
        yield case("random", dout=dout, x=x, gamma=scale_and_shift(draw, x.shape[1])["gamma"], eps=1e-5)


def batch_norm_gradient_steps_both_paths(draw: Sampler) -> Iterator[Case]:
    """Any dout, and other eps."""
    x, dout = np.array([[1.0], [2.0], [6.0]]), np.array([[1.0], [0.0], [2.0]])
    yield case("one feature", dout=dout, x=x, gamma=np.array([3.0]), eps=1e-5)
    yield case("eps left out", dout=0.1 * dout, x=0.01 * x, gamma=np.array([3.0]))
    for _ in draw.rounds(public=2, hidden=6):
        x = batch(draw)
        rest = {"x": x, "gamma": scale_and_shift(draw, x.shape[1])["gamma"]}
        yield case("random", dout=draw.normal(*x.shape), **rest, eps=1e-5)
        yield case("random numbers and eps", dout=draw.normal(*x.shape), **rest, eps=draw.number(0.1, 2.0))


def batch_norm_gradient_steps_any_array(draw: Sampler) -> Iterator[Case]:
    """Memory orders and dtypes. Nothing reaches mean and variance: dvar and dmean are 0."""
    single = {"x": np.array([[1.0], [2.0], [6.0]]), "gamma": np.array([2.0])}
    single["dout"] = balanced(np.array([[3.0], [0.0], [0.0]]), single["x"])
    single = {name: single[name].astype("float32") for name in ("dout", "x", "gamma")}
    yield case("float32", **single, eps=1e-5)
    gamma, whole = np.array([2.0, -1.5]), np.array([[1, 7], [2, 9], [6, 8], [3, 3]])
    yield case("whole numbers", dout=balanced(draw.normal(4, 2), whole), x=whole, gamma=gamma, eps=1e-5)
    for name, change in (("Fortran order", np.asfortranarray), ("every second entry of a larger array", strided)):
        x = batch(draw)
        dout, gamma = balanced(draw.normal(*x.shape), x), scale_and_shift(draw, x.shape[1])["gamma"]
        yield case(name, dout=change(dout), x=change(x), gamma=gamma, eps=1e-5)
    for _ in draw.rounds(public=1, hidden=3):
        x = draw.normal(8, 3)
        dout, gamma = balanced(draw.normal(8, 3), x), scale_and_shift(draw, 3)["gamma"]
        arrays = {"dout": dout, "x": x, "gamma": gamma}
        yield case("float32, random", **{name: array.astype("float32") for name, array in arrays.items()}, eps=1e-5)


def batch_norm_gradient_steps_statistics_as_constants(dout, x, gamma, eps=1e-5):
    centred = x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inverse**3
    dmean = -np.sum(dx_hat, axis=0) * inverse
    return {"dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx_hat * inverse}


def batch_norm_gradient_steps_variance_path_forgotten(dout, x, gamma, eps=1e-5):
    centred = x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inverse**3
    dmean = -np.sum(dx_hat, axis=0) * inverse
    return {"dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx_hat * inverse + dmean / len(x)}


def batch_norm_gradient_steps_mean_path_forgotten(dout, x, gamma, eps=1e-5):
    centred = x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inverse**3
    dmean = -np.sum(dx_hat, axis=0) * inverse
    return {"dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx_hat * inverse + dvar * 2 * centred / len(x)}


def batch_norm_gradient_steps_gamma_forgotten(dout, x, gamma, eps=1e-5):
    n, centred = len(x), x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dvar = np.sum(dout * centred, axis=0) * -0.5 * inverse**3
    dmean = -np.sum(dout, axis=0) * inverse
    dx = dout * inverse + dvar * 2 * centred / n + dmean / n
    return {"dx_hat": dout, "dvar": dvar, "dmean": dmean, "dx": dx}


def batch_norm_gradient_steps_half_forgotten(dout, x, gamma, eps=1e-5):
    n, centred = len(x), x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = dout * gamma
    dvar = -np.sum(dx_hat * centred, axis=0) * inverse**3
    dmean = -np.sum(dx_hat, axis=0) * inverse
    dx = dx_hat * inverse + dvar * 2 * centred / n + dmean / n
    return {"dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx}


def batch_norm_gradient_steps_power_of_the_root(dout, x, gamma, eps=1e-5):
    n, centred = len(x), x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inverse
    dmean = -np.sum(dx_hat, axis=0) * inverse
    dx = dx_hat * inverse + dvar * 2 * centred / n + dmean / n
    return {"dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx}


def batch_norm_gradient_steps_two_forgotten(dout, x, gamma, eps=1e-5):
    n, centred = len(x), x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inverse**3
    dmean = -np.sum(dx_hat, axis=0) * inverse
    dx = dx_hat * inverse + dvar * centred / n + dmean / n
    return {"dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx}


def batch_norm_gradient_steps_sign_of_dmean(dout, x, gamma, eps=1e-5):
    n, centred = len(x), x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inverse**3
    dmean = np.sum(dx_hat, axis=0) * inverse
    dx = dx_hat * inverse + dvar * 2 * centred / n + dmean / n
    return {"dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx}


def batch_norm_gradient_steps_not_divided_by_n(dout, x, gamma, eps=1e-5):
    centred = x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inverse**3
    dmean = -np.sum(dx_hat, axis=0) * inverse
    dx = dx_hat * inverse + dvar * 2 * centred + dmean
    return {"dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx}


def batch_norm_gradient_steps_in_place(dout, x, gamma, eps=1e-5):
    n, centred = len(x), x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = dout
    dx_hat *= gamma
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inverse**3
    dmean = -np.sum(dx_hat, axis=0) * inverse
    dx = dx_hat * inverse + dvar * 2 * centred / n + dmean / n
    return {"dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx}


BATCH_NORM_GRADIENT_STEPS = Exercise(
    name="batch_norm_gradient_steps",
    parameters=("dout", "x", "gamma", "eps"),
    summary="the gradients with respect to x_hat, variance, mean and x, one after the other",
    pytorch="torch.autograd.grad(gamma * x_hat, (x_hat, var, mean, x), dout)",
    source=f"{PAPER}, section 3",
    reference=batch_norm_gradient_steps_reference,
    outputs=("dx_hat", "dvar", "dmean", "dx"),
    computation="reduction",
    requirements=(
        Requirement(MEAN_PATH, 1, batch_norm_gradient_steps_mean_path),
        Requirement(VARIANCE_PATH, 1, batch_norm_gradient_steps_variance_path),
        Requirement(BOTH_PATHS, 2, batch_norm_gradient_steps_both_paths),
        Requirement(ORDER_AND_DTYPE, 1, batch_norm_gradient_steps_any_array),
    ),
    mistakes=(
        Mistake(
            batch_norm_gradient_steps_statistics_as_constants,
            "Your dx holds the direct path alone, as if mean and variance were constants. They are made of x, too: add "
            "what reaches x through each of them.",
            loses=(MEAN_PATH, VARIANCE_PATH, BOTH_PATHS),
        ),
        Mistake(
            batch_norm_gradient_steps_variance_path_forgotten,
            "dvar is right, but what flows through it never reaches your dx.",
            loses=(VARIANCE_PATH, BOTH_PATHS),
        ),
        Mistake(
            batch_norm_gradient_steps_mean_path_forgotten,
            "dmean is right, but what flows through it never reaches your dx.",
            loses=(MEAN_PATH, BOTH_PATHS),
        ),
        Mistake(
            batch_norm_gradient_steps_gamma_forgotten,
            "The output is gamma * x_hat + beta. On its way to x_hat the gradient is multiplied by gamma.",
            loses=(MEAN_PATH, VARIANCE_PATH, BOTH_PATHS, ORDER_AND_DTYPE),
        ),
        Mistake(
            batch_norm_gradient_steps_half_forgotten,
            "Your dvar is twice too large. Differentiate (var + eps) to the power -1/2 once more: which factor comes "
            "down?",
            loses=(VARIANCE_PATH, BOTH_PATHS),
        ),
        Mistake(
            batch_norm_gradient_steps_power_of_the_root,
            "In your dvar, (var + eps) has the exponent -1/2. Differentiating lowers it by one, to -3/2.",
            loses=(VARIANCE_PATH, BOTH_PATHS),
        ),
        Mistake(
            batch_norm_gradient_steps_two_forgotten,
            "dvar is right, but what it sends on to x is half of what it should be: the derivative of a square brings "
            "down a factor 2.",
            loses=(VARIANCE_PATH, BOTH_PATHS),
        ),
        Mistake(
            batch_norm_gradient_steps_sign_of_dmean,
            "Your dmean has the wrong sign: a larger mean makes every x_hat smaller.",
            loses=(MEAN_PATH, BOTH_PATHS),
        ),
        Mistake(
            batch_norm_gradient_steps_not_divided_by_n,
            "Mean and variance are averages: a single x has a share of 1/n in each of them.",
            loses=(MEAN_PATH, VARIANCE_PATH, BOTH_PATHS),
        ),
        Mistake(
            batch_norm_gradient_steps_in_place,
            "You multiply dout itself by gamma. dx_hat = dout is a second name for the same array, not a copy.",
            loses=(PURITY,),
        ),
    ),
)

# ---------------------------------------------------------------- batch_norm_backward


def batch_norm_backward_reference(dout, x, gamma, eps=1e-5):
    """The gradients of batch normalization in training by PyTorch's autograd."""
    import torch
    import torch.nn.functional as F

    x, gamma = (tensor.detach().requires_grad_(True) for tensor in (x, gamma))
    beta = torch.zeros_like(gamma).requires_grad_(True)
    y = F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    return torch.autograd.grad(y, (x, gamma, beta), dout)


def batch_norm_backward_forward(x, gamma, beta, eps=1e-5):
    """What is differentiated numerically."""
    import torch.nn.functional as F

    return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


def batch_norm_backward_with_beta(x, gamma, eps=1e-5):
    """The arguments of `batch_norm_backward_forward`. The gradients do not depend on beta."""
    return {"x": x, "gamma": gamma, "beta": np.ones(gamma.shape), "eps": eps}


def batch_norm_backward_batches(draw: Sampler) -> Iterator[Case]:
    """(N, C), and other eps."""
    x, dout = np.array([[1.0], [2.0], [6.0]]), np.array([[1.0], [0.0], [2.0]])
    yield case("three samples, one feature", dout=dout, x=x, gamma=np.array([3.0]), eps=1e-5)
    yield case("eps left out", dout=0.1 * dout, x=0.05 * x, gamma=np.array([3.0]))
    yield case("eps = 2", dout=dout, x=x, gamma=np.array([3.0]), eps=2.0)
    for _ in draw.rounds(public=2, hidden=6):
        x = batch(draw)
        gamma = scale_and_shift(draw, x.shape[1])["gamma"]
        yield case("random", dout=draw.normal(*x.shape), x=x, gamma=gamma, eps=1e-5)


def batch_norm_backward_scale_and_shift(draw: Sampler) -> Iterator[Case]:
    """gamma = 0: nothing reaches x, and dgamma and dbeta are what remains to be right."""
    x, dout = np.array([[1.0], [2.0], [6.0]]), np.array([[1.0], [0.0], [2.0]])
    yield case("three samples, one feature", dout=dout, x=x, gamma=np.zeros(1), eps=1e-5)
    for _ in draw.rounds(public=2, hidden=6):
        x = batch(draw)
        yield case("random", dout=draw.normal(*x.shape), x=x, gamma=np.zeros(x.shape[1]), eps=1e-5)


def batch_norm_backward_images(draw: Sampler) -> Iterator[Case]:
    """(N, C, H, W)."""
    x, dout = np.array([[[[0.0, 1.0]]], [[[4.0, 7.0]]]]), np.array([[[[1.0, 0.0]]], [[[0.0, 2.0]]]])
    yield case("two images of 1 x 2 pixels, one channel", dout=dout, x=x, gamma=np.array([3.0]), eps=1e-5)
    x = np.array([[[[0.0, 1.0], [4.0, 7.0]], [[5.0, 2.0], [3.0, 3.0]]]])
    dout = np.array([[[[1.0, 0.0], [0.0, 2.0]], [[0.0, 3.0], [1.0, -1.0]]]])
    yield case("one image of 2 x 2 pixels, two channels", dout=dout, x=x, gamma=np.array([3.0, -1.0]), eps=1e-5)
    x, dout = draw.normal(2, 3, 4, 3), draw.normal(2, 3, 4, 3)
    yield case("as wide as it has channels", dout=dout, x=x, gamma=scale_and_shift(draw, 3)["gamma"], eps=1e-5)
    for _ in draw.rounds(public=1, hidden=5):
        x = pictures(draw)
        gamma = scale_and_shift(draw, x.shape[1])["gamma"]
        yield case("random images", dout=draw.normal(*x.shape), x=x, gamma=gamma, eps=1e-5)


def batch_norm_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """Memory orders and dtypes; dout as in `batch_norm_gradient_steps_any_array`."""
    yield from batch_norm_gradient_steps_any_array(draw)


def batch_norm_backward_statistics_as_constants(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    return dout * gamma.reshape(one) * inverse, np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)


def batch_norm_backward_variance_term_forgotten(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    dx = gamma.reshape(one) * inverse * (dout - dout.mean(axis=axes, keepdims=True))
    return dx, np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)


def batch_norm_backward_mean_term_forgotten(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    dx = gamma.reshape(one) * inverse * (dout - x_hat * (dout * x_hat).mean(axis=axes, keepdims=True))
    return dx, np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)


def batch_norm_backward_dgamma_with_x(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    correction = dout.mean(axis=axes, keepdims=True) + x_hat * (dout * x_hat).mean(axis=axes, keepdims=True)
    return gamma.reshape(one) * inverse * (dout - correction), np.sum(dout * x, axis=axes), np.sum(dout, axis=axes)


def batch_norm_backward_gamma_forgotten(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    correction = dout.mean(axis=axes, keepdims=True) + x_hat * (dout * x_hat).mean(axis=axes, keepdims=True)
    return inverse * (dout - correction), np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)


def batch_norm_backward_gamma_on_dout_only(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    correction = dout.mean(axis=axes, keepdims=True) + x_hat * (dout * x_hat).mean(axis=axes, keepdims=True)
    dx = inverse * (gamma.reshape(one) * dout - correction)
    return dx, np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)


def batch_norm_backward_sums_subtracted(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    dgamma, dbeta = np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)
    dx = gamma.reshape(one) * inverse * (dout - dbeta.reshape(one) - x_hat * dgamma.reshape(one))
    return dx, dgamma, dbeta


def batch_norm_backward_dgamma_and_dbeta_swapped(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    correction = dout.mean(axis=axes, keepdims=True) + x_hat * (dout * x_hat).mean(axis=axes, keepdims=True)
    dx = gamma.reshape(one) * inverse * (dout - correction)
    return dx, np.sum(dout, axis=axes), np.sum(dout * x_hat, axis=axes)


def batch_norm_backward_along_the_last_axis(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    correction = dout.mean(axis=axes, keepdims=True) + x_hat * (dout * x_hat).mean(axis=axes, keepdims=True)
    return gamma * inverse * (dout - correction), np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)


def batch_norm_backward_averaged_over_the_batch(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    dgamma, dbeta = (dout * x_hat).mean(axis=axes), dout.mean(axis=axes)
    dx = gamma.reshape(one) * inverse * (dout - dbeta.reshape(one) - x_hat * dgamma.reshape(one))
    return dx, dgamma, dbeta


def batch_norm_backward_divided_by_the_number_of_images(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    dgamma, dbeta = np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)
    dx = gamma.reshape(one) * inverse * (dout - (dbeta.reshape(one) + x_hat * dgamma.reshape(one)) / len(x))
    return dx, dgamma, dbeta


def batch_norm_backward_eps_forgotten(dout, x, gamma, eps=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / x.std(axis=axes, keepdims=True)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    correction = dout.mean(axis=axes, keepdims=True) + x_hat * (dout * x_hat).mean(axis=axes, keepdims=True)
    dx = gamma.reshape(one) * inverse * (dout - correction)
    return dx, np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)


BATCH_NORM_BACKWARD = Exercise(
    name="batch_norm_backward",
    parameters=("dout", "x", "gamma", "eps"),
    summary="gradients of the loss with respect to x, gamma and beta",
    pytorch="torch.autograd.grad(F.batch_norm(x, None, None, gamma, beta, True, eps=eps), (x, gamma, beta), dout)",
    source=f"{PAPER}, section 3",
    reference=batch_norm_backward_reference,
    outputs=("dx", "dgamma", "dbeta"),
    computation="reduction",
    derivative=Derivative(
        forward=batch_norm_backward_forward,
        upstream="dout",
        with_respect_to=("x", "gamma", "beta"),
        at=batch_norm_backward_with_beta,
    ),
    requirements=(
        Requirement(BATCHES, 2, batch_norm_backward_batches),
        Requirement(SCALE_AND_SHIFT, 1, batch_norm_backward_scale_and_shift),
        Requirement(IMAGES, 1, batch_norm_backward_images),
        Requirement(ORDER_AND_DTYPE, 1, batch_norm_backward_any_array),
    ),
    mistakes=(
        Mistake(
            batch_norm_backward_statistics_as_constants,
            "This dx treats mean and variance as constants, which is right in evaluation only. In training they move "
            "with x: two terms are to be subtracted from dout.",
            loses=(BATCHES, IMAGES),
        ),
        Mistake(
            batch_norm_backward_variance_term_forgotten,
            "The mean path is right. What is missing in dx is what flows through the variance: a multiple of x_hat.",
            loses=(BATCHES, IMAGES),
        ),
        Mistake(
            batch_norm_backward_mean_term_forgotten,
            "The variance path is right. What is missing in dx is what flows through the mean: the same number for all "
            "samples of a channel.",
            loses=(BATCHES, IMAGES),
        ),
        Mistake(
            batch_norm_backward_dgamma_with_x,
            "In your dgamma, dout is multiplied by x. In the forward pass gamma multiplies x_hat.",
            loses=(BATCHES, SCALE_AND_SHIFT, IMAGES),
        ),
        Mistake(
            batch_norm_backward_gamma_forgotten,
            "Your dx does not depend on gamma, but everything on its way to x passes the product with gamma.",
            loses=(BATCHES, SCALE_AND_SHIFT, IMAGES, ORDER_AND_DTYPE),
        ),
        Mistake(
            batch_norm_backward_gamma_on_dout_only,
            "gamma multiplies only the first of the three terms of your dx. It is a factor of all of them.",
            loses=(BATCHES, SCALE_AND_SHIFT, IMAGES),
        ),
        Mistake(
            batch_norm_backward_sums_subtracted,
            "dgamma and dbeta are right. In dx they have to be divided by n: it is their means that are subtracted.",
            loses=(BATCHES, IMAGES),
        ),
        Mistake(
            batch_norm_backward_dgamma_and_dbeta_swapped,
            "dgamma and dbeta have changed places: the order is dx, dgamma, dbeta.",
            loses=(BATCHES, SCALE_AND_SHIFT, IMAGES),
        ),
        Mistake(
            batch_norm_backward_along_the_last_axis,
            "Right for (N, C). In an image, gamma of shape (C,) is matched with the last axis, its width: give it a "
            "shape in which C stands on axis 1.",
            loses=(IMAGES,),
        ),
        Mistake(
            batch_norm_backward_averaged_over_the_batch,
            "dgamma and dbeta are sums over the samples. Your averages are right inside dx, but not as gradients: "
            "whether the loss is a mean is already part of dout.",
            loses=(BATCHES, SCALE_AND_SHIFT, IMAGES),
        ),
        Mistake(
            batch_norm_backward_divided_by_the_number_of_images,
            "Right for (N, C). For images n is the number of values that a mean was taken over: N times H times W.",
            loses=(IMAGES,),
        ),
        Mistake(
            batch_norm_backward_eps_forgotten,
            "eps is missing: the forward pass divided by the root of variance plus eps, and so must the backward pass.",
            loses=(BATCHES, SCALE_AND_SHIFT, IMAGES, ORDER_AND_DTYPE),
        ),
    ),
)

# ---------------------------------------------------------------- fold_batch_norm


def fold_batch_norm_reference(W, b, gamma, beta, mean, var, eps=1e-5):
    """The weights of the fused layer in PyTorch."""
    from torch.nn.utils import fusion

    fuse = fusion.fuse_linear_bn_weights if W.ndim == 2 else fusion.fuse_conv_bn_weights
    return fuse(W, b, mean, var, eps, gamma, beta)


def layer(draw: Sampler, *shape: int) -> dict[str, np.ndarray]:
    """A random layer with weights of this shape, and the batch normalization behind it."""
    statistics = running(draw, shape[0])
    return {
        "W": draw.normal(*shape),
        "b": draw.normal(shape[0]),
        **scale_and_shift(draw, shape[0]),
        "mean": statistics["running_mean"],
        "var": statistics["running_var"],
    }


def plain_layer(draw: Sampler, *shape: int) -> dict[str, np.ndarray]:
    """The same without a bias and with mean 0, so that the new bias is beta."""
    return {**layer(draw, *shape), "b": np.zeros(shape[0]), "mean": np.zeros(shape[0])}


ONE_UNIT = {
    "W": np.array([[1.0, -3.0]]),
    "b": np.array([5.0]),
    "gamma": np.array([4.0]),
    "beta": np.array([1.0]),
    "mean": np.array([2.0]),
    "var": np.array([4.0]),
}


def fold_batch_norm_layers(draw: Sampler) -> Iterator[Case]:
    """W of shape (outputs, inputs)."""
    yield case("one unit with two inputs", **ONE_UNIT, eps=1e-5)
    yield case("eps left out", **ONE_UNIT)
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random layer", **layer(draw, *draw.shape()), eps=1e-5)


def fold_batch_norm_convolutions(draw: Sampler) -> Iterator[Case]:
    """W of shape (outputs, inputs, height, width)."""
    yield case("a convolution of one pixel", **{**ONE_UNIT, "W": np.array([[[[1.0]], [[-3.0]]]])}, eps=1e-5)
    yield case("as high as it has outputs", **layer(draw, 3, 2, 3, 4), eps=1e-5)
    for _ in draw.rounds(public=1, hidden=5):
        yield case("random convolution", **layer(draw, *draw.shape(4, largest=5)), eps=1e-5)


def fold_batch_norm_other_eps(draw: Sampler) -> Iterator[Case]:
    """eps that matters, and a variance of 0."""
    yield case("eps = 5", **ONE_UNIT, eps=5.0)
    yield case("variance 0, eps = 0.01", **{**ONE_UNIT, "var": np.array([0.0])}, eps=0.01)
    for _ in draw.rounds(public=2, hidden=5):
        yield case("random layer and eps", **layer(draw, *draw.shape()), eps=draw.number(0.1, 2.0))


def fold_batch_norm_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any memory order. The bias and the mean are 0."""
    zero = {**ONE_UNIT, "b": np.zeros(1), "mean": np.zeros(1)}
    yield case("float32", **{name: array.astype("float32") for name, array in zero.items()}, eps=1e-5)
    yield case("whole numbers", **{**zero, "W": np.array([[1, -3]])}, eps=1e-5)
    for name, change in (("Fortran order", np.asfortranarray), ("every second entry of a larger array", strided)):
        found = plain_layer(draw, 3, 4)
        yield case(name, **{**found, "W": change(found["W"])}, eps=1e-5)
    for _ in draw.rounds(public=1, hidden=3):
        found = plain_layer(draw, *draw.shape())
        yield case("float32, random", **{name: array.astype("float32") for name, array in found.items()}, eps=1e-5)


def fold_batch_norm_bias_not_scaled(W, b, gamma, beta, mean, var, eps=1e-5):
    k = gamma / np.sqrt(var + eps)
    return k.reshape(-1, *[1] * (W.ndim - 1)) * W, b - mean * k + beta


def fold_batch_norm_bias_forgotten(W, b, gamma, beta, mean, var, eps=1e-5):
    k = gamma / np.sqrt(var + eps)
    return k.reshape(-1, *[1] * (W.ndim - 1)) * W, beta - mean * k


def fold_batch_norm_mean_forgotten(W, b, gamma, beta, mean, var, eps=1e-5):
    k = gamma / np.sqrt(var + eps)
    return k.reshape(-1, *[1] * (W.ndim - 1)) * W, b * k + beta


def fold_batch_norm_beta_scaled_too(W, b, gamma, beta, mean, var, eps=1e-5):
    k = gamma / np.sqrt(var + eps)
    return k.reshape(-1, *[1] * (W.ndim - 1)) * W, (b - mean + beta) * k


def fold_batch_norm_gamma_forgotten(W, b, gamma, beta, mean, var, eps=1e-5):
    k = 1 / np.sqrt(var + eps)
    return k.reshape(-1, *[1] * (W.ndim - 1)) * W, (b - mean) * k + beta


def fold_batch_norm_scaled_along_the_wrong_axis(W, b, gamma, beta, mean, var, eps=1e-5):
    k = gamma / np.sqrt(var + eps)
    return k[:, None] * W, (b - mean) * k + beta


def fold_batch_norm_divided_by_the_variance(W, b, gamma, beta, mean, var, eps=1e-5):
    k = gamma / (var + eps)
    return k.reshape(-1, *[1] * (W.ndim - 1)) * W, (b - mean) * k + beta


def fold_batch_norm_eps_forgotten(W, b, gamma, beta, mean, var, eps=1e-5):
    k = gamma / np.sqrt(var)
    return k.reshape(-1, *[1] * (W.ndim - 1)) * W, (b - mean) * k + beta


def fold_batch_norm_eps_ignored(W, b, gamma, beta, mean, var, eps=1e-5):
    k = gamma / np.sqrt(var + 1e-5)
    return k.reshape(-1, *[1] * (W.ndim - 1)) * W, (b - mean) * k + beta


NEW_BIAS = (LAYERS, CONVOLUTIONS, OTHER_EPS)
ALL_OF_FOLD = (*NEW_BIAS, ORDER_AND_DTYPE)

FOLD_BATCH_NORM = Exercise(
    name="fold_batch_norm",
    parameters=("W", "b", "gamma", "beta", "mean", "var", "eps"),
    summary="weights and bias of one layer that does the work of a layer and the batch normalization behind it",
    pytorch="torch.nn.utils.fusion.fuse_linear_bn_weights(W, b, mean, var, eps, gamma, beta), fuse_conv_bn_weights",
    source=f"{PAPER}, section 3.1; PyTorch, torch.nn.utils.fusion",
    reference=fold_batch_norm_reference,
    outputs=("W", "b"),
    computation="reduction",
    requirements=(
        Requirement(LAYERS, 2, fold_batch_norm_layers),
        Requirement(CONVOLUTIONS, 1, fold_batch_norm_convolutions),
        Requirement(OTHER_EPS, 1, fold_batch_norm_other_eps),
        Requirement(ORDER_AND_DTYPE, 1, fold_batch_norm_any_array),
    ),
    mistakes=(
        Mistake(
            fold_batch_norm_bias_not_scaled,
            "The old bias is added before the normalization, so it is scaled by it, as the weights are.",
            loses=NEW_BIAS,
        ),
        Mistake(
            fold_batch_norm_mean_forgotten,
            "The mean is missing: the normalization subtracts it before it scales.",
            loses=NEW_BIAS,
        ),
        Mistake(
            fold_batch_norm_bias_forgotten,
            "The bias b that the layer had is missing in the new one.",
            loses=NEW_BIAS,
        ),
        Mistake(
            fold_batch_norm_beta_scaled_too,
            "beta is added after the scaling, so it enters the new bias as it is.",
            loses=ALL_OF_FOLD,
        ),
        Mistake(
            fold_batch_norm_gamma_forgotten,
            "gamma is missing: it scales what the normalization has made, and so belongs to k.",
            loses=ALL_OF_FOLD,
        ),
        Mistake(
            fold_batch_norm_scaled_along_the_wrong_axis,
            "Right for (outputs, inputs). In a convolution the outputs are axis 0 of four: the factors need a "
            "shape with three ones behind them.",
            loses=(CONVOLUTIONS,),
        ),
        Mistake(
            fold_batch_norm_divided_by_the_variance,
            "You divide by the variance. The normalization divides by the standard deviation, its root.",
            loses=ALL_OF_FOLD,
        ),
        Mistake(
            fold_batch_norm_eps_forgotten,
            "eps is missing: the normalization divides by the root of variance plus eps, and so must its replacement.",
            loses=ALL_OF_FOLD,
        ),
        Mistake(
            fold_batch_norm_eps_ignored,
            "Your eps is 1e-5 whatever the parameter says. That is only its default.",
            loses=(OTHER_EPS,),
        ),
    ),
)

EXERCISES = (
    NORMALIZE_CHANNELS,
    BATCH_NORM_TRAIN,
    BATCH_NORM_EVALUATE,
    BATCH_NORM_GRADIENT_STEPS,
    BATCH_NORM_BACKWARD,
    FOLD_BATCH_NORM,
)

"""prelu: parametric ReLU: leaky ReLU whose slopes are parameters."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def prelu(z, alpha):
    if z.ndim > 1:
        alpha = alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    return np.where(z > 0, z, alpha * z)
"""

prelu = Exercise(
    TEXTBOOK,
    summary="parametric ReLU: leaky ReLU whose slopes are parameters",
    pytorch="torch.nn.functional.prelu(z, alpha)",
    source="He, Zhang, Ren and Sun 2015, Delving Deep into Rectifiers, eq. 1",
)
requirement, wrong = prelu.requirement, prelu.wrong


@prelu.pytorch_reference
def reference(z, alpha):
    """PReLU in PyTorch."""
    import torch.nn.functional as F

    return F.prelu(z, alpha)


@requirement("one alpha, or one for each feature", points=1)
def vectors_and_batches(sample):
    """(N,) with one alpha; (N, C) with one alpha and with one for each feature."""
    yield case("one negative number", z=np.array([-2.0]), alpha=np.array([0.25]))
    yield case("one alpha for all", z=np.array([-2.0, 3.0, -4.0]), alpha=np.array([0.5]))
    yield case("an alpha for each of two features", z=np.array([[-2.0, -2.0]]), alpha=np.array([0.25, 0.5]))
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        alpha = np.array([sample.number(0.1, 0.9)])
        yield case("a batch (N, C), one alpha", z=sample.normal(*shape, scale=2.0), alpha=alpha)
        alpha = sample.uniform(shape[1], low=0.1, high=0.9)
        yield case("a batch (N, C), an alpha for each feature", z=sample.normal(*shape, scale=2.0), alpha=alpha)


@requirement("images: one alpha for each channel", points=2)
def images(sample):
    """(N, C, H, W) and (N, C, L): the channels are axis 1, also where the last axis is as long."""
    yield case("a 1 x 2 image of two channels", z=-np.ones((1, 2, 1, 2)), alpha=np.array([0.25, 0.5]))
    yield case("sequences (N, C, L)", z=sample.normal(2, 3, 4), alpha=np.array([0.1, 0.4, 0.8]))
    for _ in sample.repeat(public=1, hidden=4):
        n, c, h = sample.shape(3)
        yield case("images with W = C", z=sample.normal(n, c, h, c), alpha=sample.uniform(c, low=0.1, high=0.9))
        shape = sample.shape(4)
        yield case("images", z=sample.normal(*shape), alpha=sample.uniform(shape[1], low=0.1, high=0.9))


@requirement("alpha outside [0, 1], infinite z", points=1)
def any_alpha(sample):
    """A learned alpha may leave [0, 1]; infinite z."""
    yield case("alpha = 1.5", z=np.array([-2.0, 2.0]), alpha=np.array([1.5]))
    yield case("alpha = -0.5", z=np.array([-2.0, 2.0]), alpha=np.array([-0.5]))
    yield case("infinite z", z=np.array([-np.inf, np.inf]), alpha=np.array([0.25]))
    for _ in sample.repeat(public=1, hidden=3):
        alpha = np.array([sample.number(1.1, 3.0)])
        yield case("random numbers, alpha above 1", z=sample.normal(*sample.shape()), alpha=alpha)
        yield case("random numbers, alpha below 0", z=sample.normal(*sample.shape()), alpha=-alpha)


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32; any shape and memory order; whole numbers become float64. One alpha for all."""
    alpha = np.array([0.25])
    yield case("float32", z=np.array([-1.0, 2.0], dtype="float32"), alpha=np.array([0.25], dtype="float32"))
    yield case("whole numbers", z=np.array([-1, 0, 2]), alpha=alpha)
    yield case("Fortran order", z=np.asfortranarray(sample.normal(3, 4)), alpha=alpha)
    yield case("every second entry of a larger array", z=strided(sample.normal(2, 5)), alpha=alpha)
    yield case("empty batch", z=np.zeros((0, 3)), alpha=alpha)
    for _ in sample.repeat(public=1, hidden=3):
        z = sample.normal(*sample.shape(4, largest=5), dtype="float32")
        yield case("float32 images", z=z, alpha=np.array([0.25], dtype="float32"))


@wrong(loses=[images])
def alpha_along_the_last_axis(z, alpha):
    """NumPy lines alpha up with the last axis, which is the channel only for (N, C). For images (N, C, H, W) the
    channel is axis 1: give alpha a shape that says so."""
    return np.where(z > 0, z, alpha * z)


@wrong(loses=[any_alpha])
def maximum_of_both(z, alpha):
    """max(alpha z, z) is right only while alpha is at most 1. A learned alpha may grow beyond that: let the sign of
    z decide."""
    if z.ndim > 1:
        alpha = alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    return np.maximum(alpha * z, z)


@wrong(loses=[vectors_and_batches, images])
def first_alpha_only(z, alpha):
    """All channels use the first entry of alpha. With an alpha of shape (C,) each channel has its own."""
    return np.where(z > 0, z, alpha[0] * z)


@wrong(loses=[vectors_and_batches, images])
def mean_alpha(z, alpha):
    """All channels use the mean of alpha. With an alpha of shape (C,) each channel has its own."""
    return np.where(z > 0, z, alpha.mean() * z)


@wrong(loses=[vectors_and_batches, images])
def alpha_along_axis_0(z, alpha):
    """You line alpha up with axis 0, which counts the examples of the batch. The channels are axis 1."""
    a = alpha.reshape(-1, *[1] * (z.ndim - 1))
    return np.where(z > 0, z, a * z)


@wrong()
def always_four_axes(z, alpha):
    """Your alpha always gets four axes, so smaller inputs come back with axes they never had. How many ones to add
    depends on z.ndim."""
    a = alpha.reshape(1, -1, 1, 1)
    return np.where(z > 0, z, a * z)


@wrong()
def plain_relu(z, alpha):
    """This is plain ReLU: for z < 0 you return 0 and alpha has no effect."""
    return np.maximum(z, 0.0)


@wrong(keeps=[any_array])
def default_alpha_kept(z, alpha):
    """Your slope is 0.25 whatever alpha is. 0.25 is only where learning starts: use the parameter."""
    return np.where(z > 0, z, 0.25 * z)


@wrong({"if": "alpha = np.clip(alpha, 0, 1)\n    if"}, loses=[any_alpha])
def alpha_clipped():
    """You keep alpha within 0 and 1. It is an ordinary parameter: gradient descent may take it anywhere."""


@wrong()
def sides_swapped(z, alpha):
    """The two sides are exchanged: the slope is 1 where z is positive and alpha where it is negative."""
    if z.ndim > 1:
        alpha = alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    return np.where(z > 0, alpha * z, z)


@wrong({"np.where": "", ", z,": ") * z + (z <= 0) *", "z)": "z"}, loses=[any_alpha])
def product_of_masks():
    """A mask times infinity: 0 * inf is NaN. Choose between the two values instead of multiplying both by 0 or 1."""


@wrong(loses=[any_array])
def float32_lost(z, alpha):
    """Right numbers, but float32 comes back as float64: np.zeros(shape) makes a float64 array."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    y = np.zeros(z.shape)
    y[...] = np.where(z > 0, z, a * z)
    return y

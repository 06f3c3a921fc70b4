"""prelu: parametric ReLU: leaky ReLU whose slopes are parameters."""

import numpy as np

from autograder.exercises.activations import both_sides
from autograder.exercises.leaky_relus import leaky_relu, rrelu_backward
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def prelu(z, alpha):
    if z.ndim > 1:
        alpha = alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    return np.where(z > 0, z, alpha * z)
"""
prelu = Exercise(
    TEXTBOOK,
    takes="z: (N,) or (N, C, *); alpha: (1,) or (C,)",
    pytorch="torch.nn.functional.prelu(z, alpha)",
    source="He, Zhang, Ren and Sun 2015, Delving Deep into Rectifiers, eq. 1",
)
requirement, wrong = prelu.requirement, prelu.wrong


@prelu.pytorch_reference
def reference(z, alpha):
    import torch.nn.functional as F

    return F.prelu(z, alpha)


@requirement("one alpha, or one for each feature", points=2)
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


@requirement("alpha outside [0, 1]", points=1)
def any_alpha(sample):
    yield case("alpha = 1.5", z=np.array([-2.0, 2.0]), alpha=np.array([1.5]))
    yield case("alpha = -0.5", z=np.array([-2.0, 2.0]), alpha=np.array([-0.5]))
    for _ in sample.repeat(public=1, hidden=3):
        alpha = np.array([sample.number(1.1, 3.0)])
        yield case("random numbers, alpha above 1", z=sample.normal(*sample.shape()), alpha=alpha)
        yield case("random numbers, alpha below 0", z=sample.normal(*sample.shape()), alpha=-alpha)


@prelu.remark("infinite z")
def infinite(sample):
    yield case("infinite z", z=np.array([-np.inf, np.inf]), alpha=np.array([0.25]))


@prelu.contract(whole=["z"])
def contract(sample, shape):
    return {"z": both_sides(sample, *shape), "alpha": np.array([0.25])}


@wrong({"1, -1, *[1] * (z.ndim - 2)": "*[1] * (z.ndim - 1), -1"}, loses=[images])
def alpha_along_the_last_axis():
    """NumPy lines alpha up with the last axis, which is the channel only for (N, C). For images (N, C, H, W) the
    channel is axis 1: give alpha a shape that says so."""


@wrong({"where(z > 0, z, alpha * z)": "maximum(alpha * z, z)"}, loses=[any_alpha])
def maximum_of_both():
    """For alpha above 1, your negative side is z itself: the larger of alpha z and z. A learned alpha may grow beyond
    1: let the sign of z decide."""


@wrong({"alpha.reshape(1, -1, *[1] * (z.ndim - 2))": "alpha[0]"}, loses=[vectors_and_batches, images])
def first_alpha_only():
    """All channels use the first entry of alpha. With an alpha of shape (C,) each channel has its own."""


@wrong({"alpha * z": "alpha.mean() * z"}, loses=[vectors_and_batches, images])
def mean_alpha():
    """All channels use the mean of alpha. With an alpha of shape (C,) each channel has its own."""


@wrong({"1, -1, *[1] * (z.ndim - 2)": "-1, *[1] * (z.ndim - 1)"}, loses=[vectors_and_batches, images])
def alpha_along_axis_0():
    """You line alpha up with axis 0, which counts the examples of the batch. The channels are axis 1."""


@wrong({"if z.ndim > 1": "if True", "*[1] * (z.ndim - 2)": "1, 1"}, loses=[vectors_and_batches, images])
def always_four_axes():
    """Your alpha always gets four axes, so smaller inputs come back with axes they never had. How many ones to add
    depends on z.ndim."""


@wrong({"where(z > 0, z, alpha * z)": "maximum(z, 0.0)"})
def plain_relu():
    """This is plain ReLU: for z < 0 you return 0 and alpha has no effect."""


@wrong({"alpha * z": "0.25 * z"}, keeps=[contract])
def default_alpha_kept():
    """Your slope is 0.25 whatever alpha is. 0.25 is only where learning starts: use the parameter."""


@wrong({"alpha * z": "np.clip(alpha, 0, 1) * z"}, loses=[any_alpha])
def alpha_clipped():
    """You keep alpha within 0 and 1. It is an ordinary parameter: gradient descent may take it anywhere."""


wrong.like(leaky_relu.sides_swapped, {"z, alpha * z": "alpha * z, z"})
wrong.like(
    leaky_relu.product_of_masks,
    {"np.where(z > 0, z, alpha * z)": "(z > 0) * z + (z <= 0) * alpha * z"},
    loses=[],
)
wrong.like(rrelu_backward.float32_lost, {"return": "return np.zeros(z.shape) +"}, loses=[contract])

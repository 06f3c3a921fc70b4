"""prelu_backward: gradients of the loss with respect to the input and the slopes of PReLU."""

import numpy as np

from autograder.exercises.activations import autograd, both_sides, dout_and_z
from autograder.exercises.leaky_relus import prelu as forward
from autograder.exercises.leaky_relus import with_zeros
from autograder.exercises.model import Derivative, Exercise, case

TEXTBOOK = """\
def prelu_backward(dout, z, alpha):
    slope = alpha.reshape(1, -1, *[1] * (z.ndim - 2)) if z.ndim > 1 else alpha
    dz = np.where(z > 0, dout, slope * dout)
    contribution = np.where(z > 0, 0, dout * z)
    axes = tuple(axis for axis in range(z.ndim) if axis != 1 or alpha.size == 1)
    return dz, contribution.sum(axis=axes).reshape(alpha.shape)
"""
prelu_backward = Exercise(
    TEXTBOOK,
    takes="dout, z: (N,) or (N, C, *); alpha: (1,) or (C,)",
    outputs=("dz", "dalpha"),
    pytorch="torch.autograd.grad(F.prelu(z, alpha), (z, alpha), dout)",
    source="He, Zhang, Ren and Sun 2015, eq. 2 and 3",
    computation="reduction",
)
requirement, wrong = prelu_backward.requirement, prelu_backward.wrong


@prelu_backward.pytorch_reference
def reference(dout, z, alpha):
    return autograd(forward.reference, dout, z, alpha)


prelu_backward.derivative = Derivative(forward.reference, upstream="dout", with_respect_to=("z", "alpha"))


@requirement("one alpha, or one for each feature", points=3)
def vectors_and_batches(sample):
    """(N,) with one alpha; (N, C) with one alpha and with one for each feature."""
    yield case("one negative number", dout=np.array([3.0]), z=np.array([-2.0]), alpha=np.array([0.25]))
    dout, z = np.array([3.0, -1.0, 2.0]), np.array([-2.0, 5.0, -4.0])
    yield case("three numbers share one alpha", dout=dout, z=z, alpha=np.array([0.5]))
    dout, z = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[-1.0, -2.0], [-3.0, 5.0]])
    yield case("two examples, an alpha for each feature", dout=dout, z=z, alpha=np.array([0.25, 0.5]))
    for _ in sample.repeat(public=1, hidden=4):
        yield case("a batch (N, C), one alpha", **dout_and_z(sample), alpha=np.array([sample.number(0.1, 0.9)]))
        numbers = dout_and_z(sample)
        alpha = sample.uniform(numbers["z"].shape[1], low=0.1, high=0.9)
        yield case("a batch (N, C), an alpha for each feature", **numbers, alpha=alpha)


@requirement("images: one alpha for each channel", points=3)
def images(sample):
    """(N, C, H, W) and (N, C, L) with an alpha for each channel, also where the last axis is as long."""
    dout, z = np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]]), np.array([[[[-1.0, -3.0]], [[-2.0, -5.0]]]])
    yield case("a 1 x 2 image of two channels", dout=dout, z=z, alpha=np.array([0.25, 0.5]))
    z = sample.normal(2, 3, 4)
    yield case("sequences (N, C, L)", dout=sample.normal(2, 3, 4), z=z, alpha=np.array([0.1, 0.4, 0.8]))
    for _ in sample.repeat(public=1, hidden=4):
        n, c, h = sample.shape(3)
        for name, shape in (("images with W = C", (n, c, h, c)), ("images", sample.shape(4))):
            z, alpha = sample.normal(*shape), sample.uniform(shape[1], low=0.1, high=0.9)
            yield case(name, dout=sample.normal(*shape), z=z, alpha=alpha)


@requirement("z exactly 0", points=0.5, kind="edges")
def at_zero(sample):
    yield case("z = 0", dout=np.array([4.0, 3.0]), z=np.array([0.0, -2.0]), alpha=np.array([0.25]))
    for _ in sample.repeat(public=1, hidden=3):
        z = with_zeros(sample, sample.integer(4, 9))
        yield case("many zeros", dout=sample.normal(z.size), z=z, alpha=np.array([0.25]))


@prelu_backward.remark("infinite z")
def infinite(sample):
    yield case("infinite z", dout=np.array([4.0, 3.0]), z=np.array([np.inf, -2.0]), alpha=np.array([0.25]))


@prelu_backward.contract(points=0.5, whole=["z"])
def contract(sample, shape):
    return {"dout": sample.normal(*shape), "z": both_sides(sample, *shape), "alpha": np.array([0.25])}


@wrong({"contribution.sum(axis=axes).reshape(alpha.shape)": "contribution"})
def dalpha_not_summed():
    """Your dalpha has one entry for each element of z. Many elements share one alpha: its gradient is the sum of
    what they contribute, and has the shape of alpha."""


@wrong({"sum(axis=axes).reshape(alpha.shape)": "sum()"}, loses=[vectors_and_batches, images])
def dalpha_a_single_number():
    """Your dalpha is one bare number. A gradient has the shape of its parameter: (1,) for a single alpha, (C,) for
    one for each channel."""


@wrong({"axis=axes).reshape(alpha.shape)": "axis=0)"}, loses=[vectors_and_batches, images, contract])
def summed_over_the_batch_only():
    """You sum dalpha over axis 0 alone. Everything that shares an alpha has to be added up: in an image also all
    positions, and with a single alpha all channels too."""


@wrong(
    {"alpha.reshape(1, -1, *[1] * (z.ndim - 2)) if z.ndim > 1 else alpha": "alpha", "axis != 1": "axis != z.ndim - 1"},
    loses=[images],
)
def alpha_along_the_last_axis():
    """You treat the last axis as the channels. For images (N, C, H, W) the channel is axis 1, in dz and in dalpha."""


@wrong({"sum(axis=axes)": "mean(axis=axes)"})
def dalpha_averaged():
    """Your dalpha is the mean of the contributions. The chain rule adds them up; if the loss is a mean, its 1/N is
    in dout already."""


@wrong({"> 0, 0, dout * z": "> 0, dout * z, 0"})
def dalpha_of_the_wrong_side():
    """Your dalpha adds up the positive z. There the output does not contain alpha at all: look at the other side."""


@wrong({"np.where(z > 0, 0, dout * z)": "dout * z"})
def dalpha_of_both_sides():
    """Your dalpha also adds up the positive z. There the output is z, without alpha: their contribution is zero."""


@wrong({"dout * z)": "z).astype(dout.dtype)"})
def upstream_missing_in_dalpha():
    """Your dalpha lacks the upstream gradient: each contribution is weighted by its own dout before they are added
    up."""


@wrong({"dout * z": "dz * z"})
def dz_used_in_dalpha():
    """Your dalpha carries a factor alpha too many: the derivative of alpha z with respect to alpha is z."""


@wrong({"return dz, ": "return ", "(alpha.shape)": "(alpha.shape), dz"})
def order_exchanged():
    """Your gradients are in the wrong order: dz comes first, then dalpha."""


@wrong({"z > 0, dout": "z >= 0, dout"}, loses=[at_zero])
def slope_one_at_zero():
    """At z = 0 your dz has the slope 1. At the kink this course follows PyTorch: zero belongs to the left side."""


@wrong({"np.where(z > 0, 0, dout * z)": "(z <= 0) * z * dout"}, loses=[])
def product_of_masks():
    """A mask times infinity: 0 * inf is NaN, and one NaN spoils the whole sum. Choose the contributions instead of
    multiplying them by 0 or 1."""


@wrong({"(alpha.shape)": "(alpha.shape) + np.zeros(alpha.shape)"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

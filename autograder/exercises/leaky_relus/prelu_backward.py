"""prelu_backward: gradients of the loss with respect to the input and the slopes of PReLU."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.leaky_relus import without_zeros
from autograder.exercises.leaky_relus.prelu import reference as prelu_reference
from autograder.exercises.model import Derivative, Exercise
from autograder.exercises.sampling import strided

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
    outputs=("dz", "dalpha"),
    summary="gradients of the loss with respect to the input and the slopes of PReLU",
    pytorch="torch.autograd.grad(F.prelu(z, alpha), (z, alpha), dout)",
    source="He, Zhang, Ren and Sun 2015, eq. 2 and 3",
    computation="reduction",
)
requirement, wrong = prelu_backward.requirement, prelu_backward.wrong


@prelu_backward.pytorch_reference
def reference(dout, z, alpha):
    """The gradients of PReLU by PyTorch's autograd."""
    import torch
    import torch.nn.functional as F

    z, alpha = z.detach().requires_grad_(True), alpha.detach().requires_grad_(True)
    return torch.autograd.grad(F.prelu(z, alpha), (z, alpha), dout)


prelu_backward.derivative = Derivative(prelu_reference, upstream="dout", with_respect_to=("z", "alpha"))


@requirement("one alpha, or one for each feature", points=2)
def vectors_and_batches(sample):
    """(N,) with one alpha; (N, C) with one alpha and with one for each feature."""
    yield case("one negative number", dout=np.array([3.0]), z=np.array([-2.0]), alpha=np.array([0.25]))
    two, four = np.array([3.0, -1.0, 2.0]), np.array([-2.0, 5.0, -4.0])
    yield case("three numbers share one alpha", dout=two, z=four, alpha=np.array([0.5]))
    dout, z = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[-1.0, -2.0], [-3.0, 5.0]])
    yield case("two examples, an alpha for each feature", dout=dout, z=z, alpha=np.array([0.25, 0.5]))
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        dout, z = sample.normal(*shape), without_zeros(sample.normal(*shape, scale=2.0))
        yield case("a batch (N, C), one alpha", dout=dout, z=z, alpha=np.array([sample.number(0.1, 0.9)]))
        shape = sample.shape()
        dout, z = sample.normal(*shape), without_zeros(sample.normal(*shape, scale=2.0))
        alpha = sample.uniform(shape[1], low=0.1, high=0.9)
        yield case("a batch (N, C), an alpha for each feature", dout=dout, z=z, alpha=alpha)


@requirement("images: one alpha for each channel", points=2)
def images(sample):
    """(N, C, H, W) and (N, C, L) with an alpha for each channel, also where the last axis is as long."""
    dout, z = np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]]), np.array([[[[-1.0, -3.0]], [[-2.0, -5.0]]]])
    yield case("a 1 x 2 image of two channels", dout=dout, z=z, alpha=np.array([0.25, 0.5]))
    z = without_zeros(sample.normal(2, 3, 4))
    yield case("sequences (N, C, L)", dout=sample.normal(2, 3, 4), z=z, alpha=np.array([0.1, 0.4, 0.8]))
    for _ in sample.repeat(public=1, hidden=4):
        n, c, h = sample.shape(3)
        z = without_zeros(sample.normal(n, c, h, c))
        alpha = sample.uniform(c, low=0.1, high=0.9)
        yield case("images with W = C", dout=sample.normal(n, c, h, c), z=z, alpha=alpha)
        shape = sample.shape(4)
        z = without_zeros(sample.normal(*shape))
        alpha = sample.uniform(shape[1], low=0.1, high=0.9)
        yield case("images", dout=sample.normal(*shape), z=z, alpha=alpha)


@requirement("at zero and at infinity", points=1)
def zero_and_infinity(sample):
    """The convention at z = 0, and no NaN from an infinite z on the positive side."""
    yield case("z = 0", dout=np.array([4.0, 3.0]), z=np.array([0.0, -2.0]), alpha=np.array([0.25]))
    yield case("infinite z", dout=np.array([4.0, 3.0]), z=np.array([np.inf, -2.0]), alpha=np.array([0.25]))
    for _ in sample.repeat(public=1, hidden=3):
        n = sample.integer(4, 9)
        z = sample.normal(n)
        z[::2] = 0.0
        yield case("many zeros", dout=sample.normal(n), z=z, alpha=np.array([0.25]))


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32; any shape and memory order; whole numbers are allowed for z. One alpha for all."""
    alpha = np.array([0.25])
    short = np.array([0.25], dtype="float32")
    single = np.array([3.0, -1.0], dtype="float32")
    yield case("float32", dout=single, z=np.array([-2.0, 5.0], dtype="float32"), alpha=short)
    yield case("whole numbers", dout=np.array([3.0, 0.5]), z=np.array([-2, -1]), alpha=alpha)
    fortran = np.asfortranarray(without_zeros(sample.normal(3, 4)))
    yield case("Fortran order", dout=sample.normal(3, 4), z=fortran, alpha=alpha)
    second = strided(without_zeros(sample.normal(2, 5)))
    yield case("every second entry of a larger array", dout=strided(sample.normal(2, 5)), z=second, alpha=alpha)
    yield case("empty batch", dout=np.zeros((0, 3)), z=np.zeros((0, 3)), alpha=alpha)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, largest=5)
        z = without_zeros(sample.normal(*shape, dtype="float32"))
        yield case("float32 images", dout=sample.normal(*shape, dtype="float32"), z=z, alpha=short)


@wrong()
def dalpha_not_summed(dout, z, alpha):
    """Your dalpha has one entry for each element of z. Many elements share one alpha: its gradient is the sum of
    what they contribute, and has the shape of alpha."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    dalpha = np.where(z > 0, 0.0, z * dout)
    return dz, dalpha


@wrong()
def dalpha_a_single_number(dout, z, alpha):
    """Your dalpha is one bare number. A gradient has the shape of its parameter: (1,) for a single alpha, (C,) for
    one for each channel."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    return dz, np.where(z > 0, 0.0, z * dout).sum()


@wrong()
def summed_over_the_batch_only(dout, z, alpha):
    """You sum dalpha over axis 0 alone. Everything that shares an alpha has to be added up: in an image also all
    positions, and with a single alpha all channels too."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    dalpha = np.where(z > 0, 0.0, z * dout).sum(axis=0)
    return dz, dalpha


@wrong(loses=[images])
def alpha_along_the_last_axis(dout, z, alpha):
    """You treat the last axis as the channels, which is right only for (N, C). For images (N, C, H, W) the channel
    is axis 1, in dz and in dalpha."""
    dz = np.where(z > 0, dout, alpha * dout)
    terms = np.where(z > 0, 0.0, z * dout)
    if alpha.size == 1:
        return dz, terms.sum().reshape(1)
    return dz, terms.reshape(-1, terms.shape[-1]).sum(axis=0)


@wrong()
def dalpha_averaged(dout, z, alpha):
    """Your dalpha is the mean of the contributions. The chain rule adds them up; if the loss is a mean, its 1/N is
    in dout already."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, 0.0, z * dout)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    if z.size == 0:
        return dz, np.zeros_like(alpha)
    return dz, terms.mean(axis=axes).reshape(alpha.shape)


@wrong()
def dalpha_of_the_wrong_side(dout, z, alpha):
    """Your dalpha adds up the positive z. There the output does not contain alpha at all: look at the other side."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, z * dout, 0.0)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, terms.sum(axis=axes).reshape(alpha.shape)


@wrong()
def dalpha_of_both_sides(dout, z, alpha):
    """Your dalpha also adds up the positive z. There the output is z, without alpha: their contribution is zero."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, (z * dout).sum(axis=axes).reshape(alpha.shape)


@wrong()
def upstream_missing_in_dalpha(dout, z, alpha):
    """dz is right, but dalpha lacks the upstream gradient: each contribution is weighted by its own dout before they
    are added up."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, 0.0, z).astype(dout.dtype)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, terms.sum(axis=axes).reshape(alpha.shape)


@wrong()
def dz_used_in_dalpha(dout, z, alpha):
    """Your dalpha carries a factor alpha too many: the derivative of alpha z with respect to alpha is z."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, 0.0, z * dz)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, terms.sum(axis=axes).reshape(alpha.shape)


@wrong()
def order_exchanged(dout, z, alpha):
    """Both gradients are right and in the wrong order: dz comes first, then dalpha."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, 0, z * dout)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return terms.sum(axis=axes).reshape(alpha.shape), dz


@wrong(loses=[zero_and_infinity])
def slope_one_at_zero(dout, z, alpha):
    """Everything fits except dz at z = 0, where you take the slope 1. At the kink this course follows PyTorch: zero
    belongs to the left side."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z >= 0, dout, a * dout)
    terms = np.where(z > 0, 0.0, z * dout)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, terms.sum(axis=axes).reshape(alpha.shape)


@wrong(loses=[zero_and_infinity])
def product_of_masks(dout, z, alpha):
    """A mask times infinity: 0 * inf is NaN, and one NaN spoils the whole sum. Choose the contributions instead of
    multiplying them by 0 or 1."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = (z <= 0) * z * dout
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, terms.sum(axis=axes).reshape(alpha.shape)


@wrong(loses=[any_array])
def float32_lost(dout, z, alpha):
    """Right numbers, but for float32 your dalpha is float64: np.zeros(shape) makes a float64 array."""
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, 0.0, z * dout)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    dalpha = np.zeros(alpha.shape)
    dalpha += terms.sum(axis=axes)
    return dz, dalpha

"""relu_backward: gradient of the loss with respect to the input of ReLU."""

from __future__ import annotations

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import PURITY, Derivative, Exercise
from autograder.exercises.sampling import strided
from autograder.exercises.saturation_and_relu.relu import reference as relu_reference

TEXTBOOK = """\
def relu_backward(dout, z):
    return np.where(z > 0, dout, 0)
"""

relu_backward = Exercise(
    TEXTBOOK,
    summary="gradient of the loss with respect to the input of ReLU",
    pytorch="torch.autograd.grad(F.relu(z), z, dout)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.relu.html",
)
requirement, wrong = relu_backward.requirement, relu_backward.wrong


def nowhere_zero(z: np.ndarray) -> np.ndarray:
    """The array with its zeros replaced by 1."""
    return np.where(z == 0, 1.0, z)


@relu_backward.pytorch_reference
def reference(dout, z):
    """The gradient of ReLU by PyTorch's autograd."""
    import torch
    import torch.nn.functional as F

    z = z.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.relu(z), z, dout)
    return gradient


relu_backward.derivative = Derivative(relu_reference, upstream="dout", with_respect_to=("z",))


@requirement("values", points=1)
def values(sample):
    """z away from zero, upstream gradients of both signs."""
    yield case("negative and positive", dout=np.array([3.0, -4.0]), z=np.array([-2.0, 0.5]))
    for _ in sample.repeat(public=3, hidden=7):
        shape = sample.shape()
        yield case("random numbers", dout=sample.normal(*shape), z=nowhere_zero(sample.normal(*shape, scale=2.0)))


@requirement("z exactly 0", points=1)
def at_zero(sample):
    """z exactly zero: PyTorch's choice of the subgradient is 0."""
    yield case("z = 0, z = 2, z = -1", dout=np.array([3.0, -5.0, 4.0]), z=np.array([0.0, 2.0, -1.0]))
    yield case("z = -0.0, z = 1e-300", dout=np.array([2.0, -7.0]), z=np.array([-0.0, 1e-300]))
    for _ in sample.repeat(public=1, hidden=4):
        rows, columns = sample.shape()
        z = sample.normal(rows, columns)
        z[0], z[-1, -1] = 0.0, 0.75
        yield case("random numbers, one row of zeros", dout=sample.normal(rows, columns), z=z)


@requirement("infinite dout", points=1)
def infinite(sample):
    """Infinite or NaN upstream gradients do not pass a closed unit."""
    yield case("infinite dout", dout=np.array([np.inf, -np.inf, np.inf, 2.0]), z=np.array([-1.0, -2.0, 3.0, 4.0]))
    yield case("NaN dout where z is negative", dout=np.array([np.nan, 3.0]), z=np.array([-1.0, 2.0]))
    for _ in sample.repeat(public=1, hidden=3):
        rows, columns = sample.shape()
        dout, z = sample.normal(rows, columns), nowhere_zero(sample.normal(rows, columns))
        dout[0], z[0] = np.inf, -1.5
        dout[-1, -1], z[-1, -1] = -2.5, 0.5
        yield case("random numbers, a row of infinite dout", dout=dout, z=z)


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32; any shape and memory order."""
    dout, z = np.array([2.0, -3.0], dtype="float32"), np.array([-1.0, 0.5], dtype="float32")
    yield case("float32", dout=dout, z=z)
    z = np.asfortranarray(nowhere_zero(sample.normal(3, 4)))
    yield case("Fortran order", dout=np.asfortranarray(sample.normal(3, 4)), z=z)
    z = strided(nowhere_zero(sample.normal(2, 5)))
    yield case("every second entry of a larger array", dout=strided(sample.normal(2, 5)), z=z)
    yield case("empty batch", dout=np.zeros((0, 3)), z=np.zeros((0, 3)))
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, largest=5)
        z = nowhere_zero(sample.normal(*shape)).astype("float32")
        yield case("float32 images", dout=sample.normal(*shape, dtype="float32"), z=z)


@wrong({">": ">="}, loses=[at_zero])
def one_at_zero():
    """Your unit lets the gradient pass at z = 0. The slope there is a matter of convention, and PyTorch's is 0."""


@wrong({", 0": ", np.where(z == 0, dout / 2, 0)"}, loses=[at_zero])
def half_at_zero():
    """At z = 0 you pass half of the gradient on, the mean of the slopes to the left and to the right. PyTorch's
    convention is 0."""


@wrong({"np.where": "dout *", ", dout, 0": ""}, loses=[infinite])
def multiplied_by_the_mask():
    """Your mask multiplies, and 0 times infinity is NaN: one overflow upstream spoils units that were switched off.
    Choose between dout and 0 instead of multiplying."""


@wrong({"np.where": "", ", dout, 0": ").astype(z.dtype"})
def dout_forgotten():
    """`dout` has no effect on your result. This is the slope of ReLU; the chain rule asks for one more factor."""


@wrong({", dout": ", 1"})
def dout_forgotten_whole_numbers():
    """`dout` has no effect on your result. This is the slope of ReLU, in whole numbers; what is asked for is `dout`
    where the slope is 1."""


@wrong({"(z": "(dout"})
def sign_of_dout():
    """You look at the sign of dout. Whether a unit lets the gradient pass was decided in the forward pass, by z."""


@wrong({"where(z > 0": "where((z > 0) & (dout > 0)"})
def positive_gradients_only():
    """You pass only positive gradients on. That is guided backpropagation, a way of drawing pictures; the true
    gradient may have either sign."""


@wrong({", dout": ", dout * z"})
def value_instead_of_slope():
    """Your result is dout times the value of ReLU. The chain rule asks for its slope."""


@wrong({">": "<"})
def wrong_side():
    """You let the gradient pass where the unit is switched off, and stop it where it is on."""


@wrong({"return np.where(z > 0, dout, 0)": "dout[z <= 0] = 0\n    return dout"}, loses=[PURITY])
def writes_into_dout():
    """The result is right, but dout itself has been changed, and whoever handed it to you may still need it. Return
    a new array."""


@wrong({", 0": ", np.zeros(z.shape)"}, loses=[any_array])
def always_float64():
    """The numbers are right, but float32 becomes float64: an array that knows nothing of dout's dtype is mixed in,
    such as np.zeros(shape), np.where(condition, 1, 0) or a mask made float. Let np.where choose between dout and a
    plain Python 0."""

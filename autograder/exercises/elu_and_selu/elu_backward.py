"""elu_backward: gradient of the loss with respect to the input of ELU."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.elu_and_selu import nowhere_zero
from autograder.exercises.elu_and_selu.elu import reference as elu_reference
from autograder.exercises.model import PURITY, Derivative, Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def elu_backward(dout, z, alpha=1.0):
    return dout * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))
"""

elu_backward = Exercise(
    TEXTBOOK,
    summary="gradient of the loss with respect to the input of ELU",
    pytorch="torch.autograd.grad(F.elu(z, alpha), z, dout)",
    source="Clevert, Unterthiner and Hochreiter 2015, Fast and Accurate Deep Network Learning "
    "by Exponential Linear Units, section 3",
)
requirement, wrong = elu_backward.requirement, elu_backward.wrong


@elu_backward.pytorch_reference
def reference(dout, z, alpha=1.0):
    """The gradient of ELU by PyTorch's autograd."""
    import torch
    import torch.nn.functional as F

    z = z.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.elu(z, alpha), z, dout)
    return gradient


elu_backward.derivative = Derivative(elu_reference, upstream="dout", with_respect_to=("z",))


@requirement("alpha = 1", points=2)
def alpha_1(sample):
    """alpha = 1, with an upstream gradient that is not one."""
    yield case("one negative number", dout=np.array([2.0]), z=np.array([-1.0]), alpha=1.0)
    yield case("negative and positive", dout=np.array([-3.0, 0.5]), z=np.array([-2.0, 3.0]), alpha=1.0)
    yield case("alpha left out", dout=np.array([2.0, 3.0]), z=np.array([-1.0, 2.0]))
    for _ in sample.repeat(public=2, hidden=6):
        shape = sample.shape()
        yield case("random numbers", dout=sample.normal(*shape), z=sample.normal(*shape, scale=2.0), alpha=1.0)


@requirement("other alpha", points=1)
def other_alpha(sample):
    """alpha != 1, away from z = 0."""
    yield case("alpha = 0.5, one negative number", dout=np.array([2.0]), z=np.array([-1.0]), alpha=0.5)
    yield case("alpha = 2", dout=np.array([2.0, 3.0]), z=np.array([-0.5, 1.5]), alpha=2.0)
    for _ in sample.repeat(public=2, hidden=6):
        shape, alpha = sample.shape(), sample.number(0.1, 3.0)
        dout, z = sample.normal(*shape), nowhere_zero(sample.normal(*shape, scale=2.0))
        yield case("random numbers and alpha", dout=dout, z=z, alpha=alpha)


@requirement("z exactly 0, and very large |z|", points=1)
def zero_and_far(sample):
    """The kink at z = 0, which alpha != 1 makes visible; no NaN where exp(z) overflows."""
    yield case("alpha = 0.5, z = 0", dout=np.array([2.0, -3.0]), z=np.array([0.0, 0.0]), alpha=0.5)
    yield case("z = 1000 and -1000", dout=np.array([2.0, 3.0]), z=np.array([1000.0, -1000.0]), alpha=1.0)
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        yield case("zeros, random alpha", dout=sample.normal(*shape), z=np.zeros(shape), alpha=sample.number(1.5, 3.0))
        yield case("large numbers", dout=sample.normal(*shape), z=sample.normal(*shape, scale=1e4), alpha=1.0)


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32, whole numbers become float64, in any shape and memory order. alpha = 1 throughout."""
    yield case(
        "float32", dout=np.array([2.0, 3.0], dtype="float32"), z=np.array([-1.0, 2.0], dtype="float32"), alpha=1.0
    )
    yield case("whole numbers", dout=np.array([0.5, 2.0, -3.0]), z=np.array([-1, 2, -2]), alpha=1.0)
    yield case(
        "Fortran order",
        dout=np.asfortranarray(sample.normal(3, 4)),
        z=np.asfortranarray(sample.normal(3, 4)),
        alpha=1.0,
    )
    yield case(
        "every second entry of a larger array",
        dout=strided(sample.normal(2, 5)),
        z=strided(sample.normal(2, 5)),
        alpha=1.0,
    )
    yield case("empty batch", dout=np.zeros((0, 3)), z=np.zeros((0, 3)), alpha=1.0)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, largest=5)
        dout, z = (sample.normal(*shape, dtype="float32") for _ in range(2))
        yield case("float32 images", dout=dout, z=z, alpha=1.0)


@wrong()
def upstream_gradient_forgotten(dout, z, alpha=1.0):
    """This is the derivative alone. The chain rule multiplies it by the gradient that arrives, dout."""
    return np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0))).astype(dout.dtype)


@wrong({"where(z > 0, 1, alpha * np.": "", "))": ")"}, loses=[other_alpha, zero_and_far])
def alpha_forgotten():
    """alpha has no effect on your result, but it is a factor of the negative branch and stays one in its derivative."""


@wrong(
    {"return": "y = alpha * np.expm1(np.minimum(z, 0))\n    return", "alpha * np.exp(np.minimum(z, 0))": "y + 1"},
    loses=[other_alpha, zero_and_far],
)
def output_plus_one():
    """Output plus 1 is the derivative only for alpha = 1. Differentiate alpha * (exp(z) - 1) and write the result
    with the output again: what has to be added?"""


@wrong({">": ">="}, loses=[zero_and_far])
def slope_one_at_zero():
    """Right except where z is exactly 0. There the two sides have different slopes, 1 and alpha, and PyTorch counts
    z = 0 to the negative side."""


@wrong({"where(z > 0, 1, alpha * np.": "", "))": ") / alpha"}, loses=[other_alpha, zero_and_far])
def alpha_inside_the_exponential():
    """This is the derivative of CELU, which divides z by alpha inside the exponential. ELU does not."""


@wrong({"np.where(z > 0, 1,": "", "))": ")"}, loses=[other_alpha])
def positive_side_scaled_too():
    """For z > 0 ELU is z itself, so its slope there is 1, whatever alpha is; you multiply by alpha there too."""


@wrong({"exp": "expm1"})
def value_instead_of_slope():
    """On the negative side you multiply by the value of ELU, not by its derivative: the -1 vanishes when you
    differentiate."""


@wrong({", 1": ", z"})
def value_for_positive_z():
    """The negative side is right. For z > 0 you multiply dout by z, the value of ELU; its slope there is 1."""


@wrong({"alpha * np.exp(np.minimum(z, 0))": "z + alpha"})
def input_instead_of_output():
    """z + alpha is not the slope: the form without an exponential takes the output of ELU plus alpha. You are given
    the input z, so compute the output first, or use alpha * exp(z)."""


@wrong({"np.where": "", ", 1, alpha * np.exp(np.minimum(z, 0))": ""})
def slope_of_relu():
    """This is the gradient of ReLU: nothing passes where z is negative. ELU lets a part of it through there."""


@wrong({"where(z": "where(dout"})
def branch_chosen_by_dout():
    """You choose the branch by the sign of dout. It is the sign of z that says on which side the unit was."""


@wrong(loses=[zero_and_far])
def branches_multiplied_by_masks(dout, z, alpha=1.0):
    """NaN for large z: exp(z) overflows to infinity there, and infinity times False is NaN, not 0. Choose between
    the branches instead, or keep z > 0 out of the exponential."""
    return dout * ((z > 0) + alpha * np.exp(z) * (z <= 0))


@wrong(loses=[any_array])
def slope_as_whole_as_z(dout, z, alpha=1.0):
    """For whole numbers in z your slopes are whole numbers too, and exp(z) is cut down to 0: an array made like z
    takes over its dtype. Make it like dout."""
    slope = np.ones_like(z)
    slope[z <= 0] = alpha * np.exp(z[z <= 0])
    return dout * slope


@wrong(loses=[any_array])
def always_float64(dout, z, alpha=1.0):
    """Your result is float64 whatever the dtype of the inputs: np.ones(shape) is, unless told otherwise."""
    slope = np.ones(z.shape)
    slope[z <= 0] = alpha * np.exp(z[z <= 0])
    return dout * slope


@wrong(loses=[PURITY])
def written_into_dout(dout, z, alpha=1.0):
    """You multiply dout itself. It belongs to the caller, and another layer may still need it: make a new array."""
    dout[z <= 0] *= alpha * np.exp(z[z <= 0])
    return dout


@wrong({"np.minimum(z, 0)": "z"}, loses=[])
def overflow_thrown_away():
    """You take the exponential of every z, and for large positive z it overflows. The negative branch needs no z
    above 0: cap its argument there."""

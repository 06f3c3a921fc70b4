"""selu_backward: gradient of the loss with respect to the input of SELU."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.elu_and_selu import nowhere_zero
from autograder.exercises.elu_and_selu.selu import reference as selu_reference
from autograder.exercises.model import PURITY, Derivative, Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def selu_backward(dout, z):
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return dout * scale * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))
"""

selu_backward = Exercise(
    TEXTBOOK,
    summary="gradient of the loss with respect to the input of SELU",
    pytorch="torch.autograd.grad(F.selu(z), z, dout)",
    source="Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-Normalizing Neural Networks, section 2",
)
requirement, wrong = selu_backward.requirement, selu_backward.wrong


@selu_backward.pytorch_reference
def reference(dout, z):
    """The gradient of SELU by PyTorch's autograd."""
    import torch
    import torch.nn.functional as F

    z = z.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.selu(z), z, dout)
    return gradient


selu_backward.derivative = Derivative(selu_reference, upstream="dout", with_respect_to=("z",))


@requirement("both sides of zero", points=2)
def both_sides(sample):
    """Ordinary numbers, negative and positive, with an upstream gradient that is not one."""
    yield case("one negative number", dout=np.array([2.0]), z=np.array([-1.0]))
    yield case("negative and positive", dout=np.array([-3.0, 0.5]), z=np.array([-2.0, 3.0]))
    for _ in sample.repeat(public=2, hidden=6):
        shape = sample.shape()
        dout, z = sample.normal(*shape), nowhere_zero(sample.normal(*shape, scale=2.0))
        yield case("random numbers", dout=dout, z=z)


@requirement("z exactly 0, and very large |z|", points=1)
def zero_and_far(sample):
    """The kink at z = 0; no NaN where exp(z) overflows."""
    yield case("z = 0", dout=np.array([2.0, -3.0]), z=np.array([0.0, 0.0]))
    yield case("z = 1000 and -1000", dout=np.array([2.0, 3.0]), z=np.array([1000.0, -1000.0]))
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        yield case("zeros", dout=sample.normal(*shape), z=np.zeros(shape))
        yield case("large numbers", dout=sample.normal(*shape), z=sample.normal(*shape, scale=1e4))


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32, whole numbers become float64, in any shape and memory order."""
    yield case("float32", dout=np.array([2.0, 3.0], dtype="float32"), z=np.array([-1.0, 2.0], dtype="float32"))
    yield case("whole numbers", dout=np.array([0.5, 2.0, -3.0]), z=np.array([-1, 2, -2]))
    fortran = np.asfortranarray(sample.normal(3, 4))
    yield case("Fortran order", dout=fortran, z=np.asfortranarray(nowhere_zero(sample.normal(3, 4))))
    second = strided(sample.normal(2, 5))
    yield case("every second entry of a larger array", dout=second, z=strided(nowhere_zero(sample.normal(2, 5))))
    yield case("empty batch", dout=np.zeros((0, 3)), z=np.zeros((0, 3)))
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, largest=5)
        dout, z = sample.normal(*shape, dtype="float32"), nowhere_zero(sample.normal(*shape, dtype="float32"))
        yield case("float32 images", dout=dout, z=z)


@wrong()
def upstream_gradient_forgotten(dout, z):
    """This is the derivative alone. The chain rule multiplies it by the gradient that arrives, dout."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return (scale * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))).astype(dout.dtype)


@wrong({", scale": "", ", 1.0507009873554805": "", "* scale": ""})
def scale_forgotten():
    """lambda is missing: it multiplies the whole function, so it multiplies both slopes."""


@wrong()
def slope_one_for_positive_z(dout, z):
    """The negative side is right. For z > 0 SELU is lambda * z: its slope there is not 1."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * np.where(z > 0, 1, scale * alpha * np.exp(np.minimum(z, 0)))


@wrong()
def output_plus_alpha(dout, z):
    """Output plus alpha is the slope of ELU. SELU's output contains lambda already: what must be added to it to get
    lambda * alpha * exp(z)?"""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    y = scale * alpha * np.expm1(np.minimum(z, 0))
    return dout * np.where(z > 0, scale, y + alpha)


@wrong()
def alpha_forgotten(dout, z):
    """alpha is missing: it is a factor of the negative branch and stays one in its derivative."""
    scale = 1.0507009873554805
    return dout * scale * np.exp(np.minimum(z, 0))


@wrong(loses=[zero_and_far])
def slope_of_the_positive_side_at_zero(dout, z):
    """Right except where z is exactly 0: PyTorch counts z = 0 to the negative side, where the slope is larger."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * scale * np.where(z >= 0, 1, alpha * np.exp(np.minimum(z, 0)))


@wrong()
def value_instead_of_slope(dout, z):
    """On the negative side you multiply by the value of SELU, not by its derivative: the -1 vanishes when you
    differentiate."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * scale * np.where(z > 0, 1, alpha * np.expm1(np.minimum(z, 0)))


@wrong()
def value_for_positive_z(dout, z):
    """The negative side is right. For z > 0 you multiply dout by lambda * z, the value of SELU; its slope there is
    lambda."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * scale * np.where(z > 0, z, alpha * np.exp(np.minimum(z, 0)))


@wrong()
def constants_rounded_to_four_decimals(dout, z):
    """Your constants have four decimals, 1.0507 and 1.6733: copy all the digits from the exercise card."""
    return dout * 1.0507 * np.where(z > 0, 1, 1.6733 * np.exp(np.minimum(z, 0)))


@wrong(loses=[zero_and_far])
def branches_multiplied_by_masks(dout, z):
    """NaN for large z: exp(z) overflows to infinity there, and infinity times False is NaN, not 0. Choose between
    the branches instead, or keep z > 0 out of the exponential."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * scale * ((z > 0) + alpha * np.exp(z) * (z <= 0))


@wrong(loses=[any_array])
def slope_as_whole_as_z(dout, z):
    """For whole numbers in z your slopes are whole numbers too, so their decimals are cut off: an array made like z
    takes over its dtype. Make it like dout."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    slope = np.full_like(z, scale)
    slope[z <= 0] = scale * alpha * np.exp(z[z <= 0])
    return dout * slope


@wrong(loses=[any_array])
def always_float64(dout, z):
    """Your result is float64 whatever the dtype of the inputs: np.full(shape, number) is, unless told otherwise."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    slope = np.full(z.shape, scale)
    slope[z <= 0] = scale * alpha * np.exp(z[z <= 0])
    return dout * slope


@wrong(loses=[PURITY])
def written_into_dout(dout, z):
    """You multiply dout itself. It belongs to the caller, and another layer may still need it: make a new array."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    dout *= scale
    dout[z <= 0] *= alpha * np.exp(z[z <= 0])
    return dout


@wrong(loses=[])
def overflow_thrown_away(dout, z):
    """You take the exponential of every z, and for large positive z it overflows. The negative branch needs no z
    above 0: cap its argument there."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * scale * np.where(z > 0, 1, alpha * np.exp(z))

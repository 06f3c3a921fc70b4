"""Kernels of `1_training_problems/3b_leaky_relus`: a fixed, a random and a learned slope for z < 0."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Derivative, Exercise, Mistake, Requirement, case
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "1_training_problems/3b_leaky_relus"

CONTRACT = "any shape, memory order and dtype"


def without_zeros(array: np.ndarray) -> np.ndarray:
    """The array with 0.5 for every exact zero: what happens at zero has cases of its own."""
    return np.where(array == 0, array.dtype.type(0.5), array)


# ---------------------------------------------------------------- leaky_relu


def leaky_relu_reference(z, alpha=0.01):
    """Leaky ReLU in PyTorch."""
    import torch.nn.functional as F

    return F.leaky_relu(z, alpha)


def leaky_relu_standard_alpha(draw: Sampler) -> Iterator[Case]:
    """alpha = 0.01, given and by default, on both sides of zero."""
    yield case("one negative number", z=np.array([-1.0]), alpha=0.01)
    yield case("negative, zero and positive", z=np.array([-200.0, 0.0, 3.0]), alpha=0.01)
    yield case("alpha left out", z=np.array([-100.0, 2.0]))
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random numbers", z=draw.normal(*draw.shape(), scale=3.0), alpha=0.01)


def leaky_relu_other_alpha(draw: Sampler) -> Iterator[Case]:
    """alpha between 0 and 1, above 1, and below 0."""
    yield case("alpha = 0.3, one negative number", z=np.array([-1.0]), alpha=0.3)
    yield case("alpha = 1.5, negative and positive", z=np.array([-2.0, 2.0]), alpha=1.5)
    yield case("alpha = -0.5, negative and positive", z=np.array([-2.0, 2.0]), alpha=-0.5)
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random numbers and alpha", z=draw.normal(*draw.shape(), scale=3.0), alpha=draw.number(0.1, 3.0))


def leaky_relu_far_and_near(draw: Sampler) -> Iterator[Case]:
    """Large, infinite and tiny z."""
    yield case("z = 1000 and -1000", z=np.array([1000.0, -1000.0]), alpha=0.01)
    yield case("infinite", z=np.array([np.inf, -np.inf]), alpha=0.01)
    yield case("z = -1e-10", z=np.array([-1e-10]), alpha=0.01, computation="elementwise, relative")
    for _ in draw.rounds(public=1, hidden=4):
        tiny = -(10.0 ** -draw.uniform(5, low=6, high=12))
        yield case("tiny negative numbers", z=tiny, alpha=0.01, computation="elementwise, relative")
        yield case("huge numbers", z=draw.normal(2, 3) * 1e300, alpha=0.01)


def leaky_relu_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order; whole numbers become float64."""
    yield case("float32", z=np.array([-1.0, 2.0], dtype="float32"), alpha=0.01)
    yield case("whole numbers", z=np.array([-100, -1, 2]), alpha=0.01)
    yield case("Fortran order", z=np.asfortranarray(draw.normal(3, 4, scale=50.0)), alpha=0.01)
    yield case("every second entry of a larger array", z=strided(draw.normal(2, 5, scale=50.0)), alpha=0.01)
    yield case("empty batch", z=np.zeros((0, 3)), alpha=0.01)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32 images", z=draw.normal(*draw.shape(4, largest=5), dtype="float32"), alpha=0.01)


def leaky_relu_maximum_of_both(z, alpha=0.01):
    return np.maximum(alpha * z, z)


def leaky_relu_plain_relu(z, alpha=0.01):
    return np.maximum(z, 0.0)


def leaky_relu_alpha_ignored(z, alpha=0.01):
    return np.where(z > 0, z, 0.01 * z)


def leaky_relu_default_of_another_library(z, alpha=0.3):
    return np.where(z > 0, z, alpha * z)


def leaky_relu_absolute_value(z, alpha=0.01):
    return np.where(z > 0, z, alpha * np.abs(z))


def leaky_relu_constant_instead_of_slope(z, alpha=0.01):
    return np.where(z > 0, z, -alpha)


def leaky_relu_sides_swapped(z, alpha=0.01):
    return np.where(z > 0, alpha * z, z)


def leaky_relu_divided_by_alpha(z, alpha=0.01):
    return np.where(z > 0, z, z / alpha)


def leaky_relu_product_of_masks(z, alpha=0.01):
    return (z > 0) * z + (z <= 0) * (alpha * z)


def leaky_relu_masks_scaled_first(z, alpha=0.01):
    return (z > 0) * z + (z <= 0) * alpha * z


def leaky_relu_built_from_absolute_value(z, alpha=0.01):
    return 0.5 * (1 + alpha) * z + 0.5 * (1 - alpha) * np.abs(z)


def leaky_relu_float32_lost(z, alpha=0.01):
    slope = np.where(z > 0, 1.0, alpha)
    return slope * z


def leaky_relu_always_float64(z, alpha=0.01):
    y = np.zeros(z.shape)
    y[z > 0] = z[z > 0]
    y[z <= 0] = alpha * z[z <= 0]
    return y


def leaky_relu_truncates_whole_numbers(z, alpha=0.01):
    y = np.zeros_like(z)
    y[z > 0] = z[z > 0]
    y[z <= 0] = alpha * z[z <= 0]
    return y


def leaky_relu_in_place(z, alpha=0.01):
    z[z < 0] *= alpha
    return z


ALL_OF_LEAKY_RELU = (
    "alpha = 0.01",
    "other alpha",
    "large, infinite and tiny z",
    CONTRACT,
)

LEAKY_RELU = Exercise(
    name="leaky_relu",
    parameters=("z", "alpha"),
    summary="leaky rectified linear unit",
    pytorch="torch.nn.functional.leaky_relu(z, alpha)",
    source="Maas, Hannun and Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models, section 2",
    reference=leaky_relu_reference,
    requirements=(
        Requirement("alpha = 0.01", 1, leaky_relu_standard_alpha),
        Requirement("other alpha", 1, leaky_relu_other_alpha),
        Requirement("large, infinite and tiny z", 1, leaky_relu_far_and_near),
        Requirement(CONTRACT, 1, leaky_relu_any_array),
    ),
    mistakes=(
        Mistake(
            leaky_relu_maximum_of_both,
            "max(alpha z, z) is leaky ReLU only while alpha is at most 1. For alpha = 1.5 and z = -2 it picks the "
            "wrong one of the two: let the sign of z decide, not which product is larger.",
            loses=("other alpha",),
        ),
        Mistake(
            leaky_relu_plain_relu,
            "This is plain ReLU: for z < 0 you return 0, but a leaky unit still lets alpha times z through.",
            loses=ALL_OF_LEAKY_RELU,
        ),
        Mistake(
            leaky_relu_alpha_ignored,
            "Your slope for z < 0 is 0.01 whatever alpha is. 0.01 is only the default: use the parameter.",
            loses=("other alpha",),
        ),
        Mistake(
            leaky_relu_default_of_another_library,
            "With alpha given you are right; with alpha left out you use 0.3, the default in Keras. "
            "PyTorch's and this course's default is 0.01.",
            loses=("alpha = 0.01",),
        ),
        Mistake(
            leaky_relu_absolute_value,
            "Your values for z < 0 are positive. The line keeps going down to the left of zero, only less steeply.",
            loses=ALL_OF_LEAKY_RELU,
        ),
        Mistake(
            leaky_relu_constant_instead_of_slope,
            "For z < 0 you return the constant -alpha. alpha is a slope: the value still has to depend on z.",
            loses=ALL_OF_LEAKY_RELU,
        ),
        Mistake(
            leaky_relu_sides_swapped,
            "The two sides are exchanged: the slope is 1 where z is positive and alpha where it is negative.",
            loses=ALL_OF_LEAKY_RELU,
        ),
        Mistake(
            leaky_relu_divided_by_alpha,
            "You divide by alpha for z < 0. In this course, as in PyTorch, alpha is the slope itself; "
            "some papers write z / a with a large a.",
            loses=ALL_OF_LEAKY_RELU,
        ),
        Mistake(
            leaky_relu_product_of_masks,
            "A mask times infinity: 0 * inf is NaN. Choose between the two values instead of multiplying both by 0 or "
            "1.",
            loses=("large, infinite and tiny z",),
        ),
        Mistake(
            leaky_relu_masks_scaled_first,
            "Two things at once: a mask times infinity is NaN (0 * inf), and a boolean mask times a Python number is a "
            "float64 array, so float32 is lost. Choose between the two values instead of multiplying by masks.",
            loses=("large, infinite and tiny z", CONTRACT),
        ),
        Mistake(
            leaky_relu_built_from_absolute_value,
            "Your two terms cancel on the negative side, and for z = -inf they are -inf + inf, which is NaN. "
            "Choose between the two values by the sign of z instead.",
            loses=("large, infinite and tiny z",),
        ),
        Mistake(
            leaky_relu_float32_lost,
            "Right numbers, but float32 input comes back as float64: np.where(condition, 1.0, alpha) with two Python "
            "numbers makes a float64 array, and everything multiplied by it becomes float64 too.",
            loses=(CONTRACT,),
        ),
        Mistake(
            leaky_relu_always_float64,
            "Right numbers, but float32 input comes back as float64: an array made by np.zeros(shape) is, unless told "
            "otherwise.",
            loses=(CONTRACT,),
        ),
        Mistake(
            leaky_relu_truncates_whole_numbers,
            "With whole numbers as input your result is a whole-number array too, so alpha times z is cut off to a "
            "whole number. Make the result array from something that is a float.",
            loses=(CONTRACT,),
        ),
        Mistake(
            leaky_relu_in_place,
            "You write into z itself. The caller still needs z, for the backward pass for example: work on a new "
            "array.",
            loses=(CONTRACT, PURITY),
        ),
    ),
)

# ---------------------------------------------------------------- leaky_relu_backward


def leaky_relu_backward_reference(dout, z, alpha=0.01):
    """The gradient of leaky ReLU by PyTorch's autograd."""
    import torch
    import torch.nn.functional as F

    z = z.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.leaky_relu(z, alpha), z, dout)
    return gradient


def leaky_relu_backward_standard_alpha(draw: Sampler) -> Iterator[Case]:
    """alpha = 0.01, given and by default, with an upstream gradient that is not one."""
    yield case("one negative number", dout=np.array([200.0]), z=np.array([-3.0]), alpha=0.01)
    yield case("both sides", dout=np.array([200.0, -5.0]), z=np.array([-3.0, 4.0]), alpha=0.01)
    yield case("alpha left out", dout=np.array([300.0, 7.0]), z=np.array([-2.0, 1.0]))
    for _ in draw.rounds(public=2, hidden=5):
        shape = draw.shape()
        z = without_zeros(draw.normal(*shape, scale=2.0))
        yield case("random numbers", dout=draw.normal(*shape), z=z, alpha=0.01)


def leaky_relu_backward_other_alpha(draw: Sampler) -> Iterator[Case]:
    """alpha between 0 and 1, above 1, and below 0."""
    yield case("alpha = 0.3, one negative number", dout=np.array([2.0]), z=np.array([-1.0]), alpha=0.3)
    yield case("alpha = 1.5", dout=np.array([2.0, 3.0]), z=np.array([-3.0, 4.0]), alpha=1.5)
    yield case("alpha = -0.5", dout=np.array([2.0, 3.0]), z=np.array([-3.0, 4.0]), alpha=-0.5)
    for _ in draw.rounds(public=2, hidden=5):
        shape = draw.shape()
        z = without_zeros(draw.normal(*shape, scale=2.0))
        yield case("random numbers and alpha", dout=draw.normal(*shape), z=z, alpha=draw.number(0.1, 3.0))


def leaky_relu_backward_zero_and_infinity(draw: Sampler) -> Iterator[Case]:
    """The convention at z = 0; nothing becomes NaN at infinity."""
    yield case("z = 0", dout=np.array([200.0]), z=np.array([0.0]), alpha=0.01)
    yield case("infinite z", dout=np.array([200.0, 3.0]), z=np.array([-np.inf, np.inf]), alpha=0.01)
    yield case("infinite dout", dout=np.array([np.inf, -np.inf, 3.0]), z=np.array([-2.0, 2.0, 1.0]), alpha=0.01)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape()
        z = draw.normal(*shape)
        z[:, ::2] = 0.0
        yield case("many zeros", dout=draw.normal(*shape), z=z, alpha=0.01)


def leaky_relu_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order; whole numbers are allowed for z."""
    single = np.array([200.0, -3.0], dtype="float32")
    yield case("float32", dout=single, z=np.array([-1.0, 2.0], dtype="float32"), alpha=0.01)
    yield case("whole numbers", dout=np.array([200.0, 3.5]), z=np.array([-1, 2]), alpha=0.01)
    fortran = np.asfortranarray(without_zeros(draw.normal(3, 4)))
    yield case("Fortran order", dout=draw.normal(3, 4), z=fortran, alpha=0.01)
    second = strided(without_zeros(draw.normal(2, 5)))
    yield case("every second entry of a larger array", dout=strided(draw.normal(2, 5)), z=second, alpha=0.01)
    yield case("empty batch", dout=np.zeros((0, 3)), z=np.zeros((0, 3)), alpha=0.01)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        z = without_zeros(draw.normal(*shape, dtype="float32"))
        yield case("float32 images", dout=draw.normal(*shape, dtype="float32"), z=z, alpha=0.01)


def leaky_relu_backward_slope_one_at_zero(dout, z, alpha=0.01):
    return np.where(z >= 0, dout, alpha * dout)


def leaky_relu_backward_gradient_of_relu(dout, z, alpha=0.01):
    return np.where(z > 0, dout, 0.0 * dout)


def leaky_relu_backward_value_instead_of_slope(dout, z, alpha=0.01):
    return np.where(z > 0, dout, alpha * z * dout)


def leaky_relu_backward_upstream_gradient_forgotten(dout, z, alpha=0.01):
    return np.where(z > 0, 1.0, alpha)


def leaky_relu_backward_sign_of_dout(dout, z, alpha=0.01):
    return np.where(dout > 0, dout, alpha * dout)


def leaky_relu_backward_negative_slope_negated(dout, z, alpha=0.01):
    return np.where(z > 0, dout, -alpha * dout)


def leaky_relu_backward_alpha_ignored(dout, z, alpha=0.01):
    return np.where(z > 0, dout, 0.01 * dout)


def leaky_relu_backward_compares_the_products(dout, z, alpha=0.01):
    return np.where(z > alpha * z, dout, alpha * dout)


def leaky_relu_backward_activation_of_dout(dout, z, alpha=0.01):
    y = np.where(z > 0, z, alpha * z)
    return y * dout


def leaky_relu_backward_product_of_masks(dout, z, alpha=0.01):
    return (z > 0) * dout + (z <= 0) * (alpha * dout)


def leaky_relu_backward_masks_scaled_first(dout, z, alpha=0.01):
    return (z > 0) * dout + (z <= 0) * alpha * dout


def leaky_relu_backward_output_over_input(dout, z, alpha=0.01):
    y = np.where(z > 0, z, alpha * z)
    return dout * (y / z)


def leaky_relu_backward_slope_as_whole_as_z(dout, z, alpha=0.01):
    slope = np.ones_like(z)
    slope[z <= 0] = alpha
    return dout * slope


def leaky_relu_backward_float32_lost(dout, z, alpha=0.01):
    slope = np.where(z > 0, 1.0, alpha)
    return dout * slope


ALL_OF_LEAKY_RELU_BACKWARD = (
    "alpha = 0.01",
    "other alpha",
    "at zero and at infinity",
    CONTRACT,
)

LEAKY_RELU_BACKWARD = Exercise(
    name="leaky_relu_backward",
    parameters=("dout", "z", "alpha"),
    summary="gradient of the loss with respect to the input of leaky ReLU",
    pytorch="torch.autograd.grad(F.leaky_relu(z, alpha), z, dout)",
    source="Maas, Hannun and Ng 2013, section 2; at z = 0 PyTorch's convention",
    reference=leaky_relu_backward_reference,
    requirements=(
        Requirement("alpha = 0.01", 1, leaky_relu_backward_standard_alpha),
        Requirement("other alpha", 1, leaky_relu_backward_other_alpha),
        Requirement("at zero and at infinity", 1, leaky_relu_backward_zero_and_infinity),
        Requirement(CONTRACT, 1, leaky_relu_backward_any_array),
    ),
    mistakes=(
        Mistake(
            leaky_relu_backward_slope_one_at_zero,
            "Everything fits except z = 0, where you take the slope 1. At the kink this course follows PyTorch: "
            "zero belongs to the left side.",
            loses=("at zero and at infinity",),
        ),
        Mistake(
            leaky_relu_backward_gradient_of_relu,
            "This is the gradient of plain ReLU: nothing flows back for z < 0. The leak is there to let something "
            "through.",
            loses=ALL_OF_LEAKY_RELU_BACKWARD,
        ),
        Mistake(
            leaky_relu_backward_value_instead_of_slope,
            "For z < 0 you use alpha z, the value of the function. The backward pass needs its slope there, "
            "which does not depend on how negative z is.",
            loses=ALL_OF_LEAKY_RELU_BACKWARD,
        ),
        Mistake(
            leaky_relu_backward_activation_of_dout,
            "You multiply dout by the output of the forward pass. The chain rule multiplies it by the derivative.",
            loses=ALL_OF_LEAKY_RELU_BACKWARD,
        ),
        Mistake(
            leaky_relu_backward_upstream_gradient_forgotten,
            "You return the slope phi'(z) alone. The gradient of the loss is that slope times what arrives from above, "
            "dout.",
            loses=ALL_OF_LEAKY_RELU_BACKWARD,
        ),
        Mistake(
            leaky_relu_backward_sign_of_dout,
            "The sign of dout decides which slope you use. It is z, the input of the forward pass, that decides.",
            loses=ALL_OF_LEAKY_RELU_BACKWARD,
        ),
        Mistake(
            leaky_relu_backward_negative_slope_negated,
            "Your gradient for z < 0 has the wrong sign. alpha z rises with z: its slope is +alpha.",
            loses=ALL_OF_LEAKY_RELU_BACKWARD,
        ),
        Mistake(
            leaky_relu_backward_alpha_ignored,
            "Your slope for z < 0 is 0.01 whatever alpha is. 0.01 is only the default: use the parameter.",
            loses=("other alpha",),
        ),
        Mistake(
            leaky_relu_backward_compares_the_products,
            "You compare z with alpha z to find the side. That works only for finite z and alpha below 1: compare z "
            "with 0.",
            loses=("other alpha", "at zero and at infinity"),
        ),
        Mistake(
            leaky_relu_backward_product_of_masks,
            "A mask times infinity: 0 * inf is NaN. Choose between the two gradients instead of multiplying both by 0 "
            "or 1.",
            loses=("at zero and at infinity",),
        ),
        Mistake(
            leaky_relu_backward_masks_scaled_first,
            "Two things at once: a mask times infinity is NaN (0 * inf), and a boolean mask times a Python number is a "
            "float64 array, so float32 is lost. Choose between the two gradients instead of multiplying by masks.",
            loses=("at zero and at infinity", CONTRACT),
        ),
        Mistake(
            leaky_relu_backward_output_over_input,
            "Output divided by input is the slope almost everywhere, but 0 / 0 and inf / inf are NaN. "
            "The sign of z says everything you need.",
            loses=("at zero and at infinity",),
        ),
        Mistake(
            leaky_relu_backward_slope_as_whole_as_z,
            "For whole numbers in z your slopes are whole numbers too, and alpha is cut down to 0: an array made like "
            "z takes over its dtype. Make it like dout.",
            loses=(CONTRACT,),
        ),
        Mistake(
            leaky_relu_backward_float32_lost,
            "Right numbers, but float32 gradients come back as float64: np.where(condition, 1.0, alpha) with two "
            "Python numbers makes a float64 array. Let np.where choose between two arrays made from dout.",
            loses=(CONTRACT,),
        ),
    ),
    derivative=Derivative(leaky_relu_reference, upstream="dout", with_respect_to=("z",)),
)

# ---------------------------------------------------------------- rrelu


def rrelu_reference(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """RReLU in PyTorch: F.rrelu in evaluation; in training its definition, since F.rrelu takes no noise from outside.

    F.rrelu has no kernel for MPS, so that device's evaluation is F.rrelu on the CPU.
    """
    import torch
    import torch.nn.functional as F

    if training:
        slope = torch.where(z <= 0, lower + u * (upper - lower), torch.ones_like(z))
        return slope * z, slope
    slope = torch.where(z <= 0, torch.full_like(z, (lower + upper) / 2), torch.ones_like(z))
    on_device = z.cpu() if z.device.type == "mps" else z
    return F.rrelu(on_device, lower, upper, training=False), slope


def rrelu_training(draw: Sampler) -> Iterator[Case]:
    """A slope of its own for each negative element, from u; the usual bounds and others."""
    yield case("u = 0.2, one negative number", z=np.array([-6.0]), u=np.array([0.2]))
    yield case("three numbers", z=np.array([-2.0, 3.0, -4.0]), u=np.array([0.8, 0.1, 0.4]), lower=0.1, upper=0.6)
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        z = without_zeros(draw.normal(*shape, scale=2.0))
        yield case("random numbers", z=z, u=draw.uniform(*shape))
    for _ in draw.rounds(public=1, hidden=4):
        shape, lower = draw.shape(), draw.number(0.05, 0.5)
        z, upper = without_zeros(draw.normal(*shape, scale=2.0)), lower + draw.number(0.2, 2.0)
        yield case("random numbers and bounds", z=z, u=draw.uniform(*shape), lower=lower, upper=upper, training=True)


def rrelu_evaluation(draw: Sampler) -> Iterator[Case]:
    """training = False: the mean slope, whatever u is."""
    usual = {"lower": 1 / 8, "upper": 1 / 3, "training": False}
    yield case("one negative number", z=np.array([-48.0]), u=np.array([0.9]), **usual)
    other = {"lower": 0.1, "upper": 0.6, "training": False}
    yield case("three numbers", z=np.array([-2.0, 3.0, -4.0]), u=np.array([0.8, 0.1, 0.4]), **other)
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        z = without_zeros(draw.normal(*shape, scale=2.0))
        yield case("random numbers", z=z, u=draw.uniform(*shape), **usual)
    for _ in draw.rounds(public=1, hidden=4):
        shape, lower = draw.shape(), draw.number(0.05, 0.5)
        z, upper = without_zeros(draw.normal(*shape, scale=2.0)), lower + draw.number(0.2, 2.0)
        yield case("random numbers and bounds", z=z, u=draw.uniform(*shape), lower=lower, upper=upper, training=False)


def rrelu_zero_and_infinity(draw: Sampler) -> Iterator[Case]:
    """z = 0 has a drawn slope, and no infinity becomes NaN. u = 0 throughout, so that nothing else is asked for."""
    yield case("z = 0", z=np.array([0.0]), u=np.array([0.0]))
    yield case("infinite z", z=np.array([-np.inf, np.inf]), u=np.zeros(2))
    for _ in draw.rounds(public=1, hidden=3):
        z = draw.normal(*draw.shape())
        z[:, ::2] = 0.0
        yield case("many zeros", z=z, u=np.zeros(z.shape))


def rrelu_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order; whole numbers become float64."""
    single = np.array([0.2, 0.5], dtype="float32")
    yield case("float32", z=np.array([-1.0, 2.0], dtype="float32"), u=single)
    positive = np.array([1.0, 2.0], dtype="float32")
    yield case("float32, evaluation", z=positive, u=single, lower=1 / 8, upper=1 / 3, training=False)
    yield case("whole numbers", z=np.array([-6, 2]), u=np.array([0.2, 0.5]))
    fortran = np.asfortranarray(without_zeros(draw.normal(3, 4)))
    yield case("Fortran order", z=fortran, u=draw.uniform(3, 4))
    second = strided(without_zeros(draw.normal(2, 5)))
    yield case("every second entry of a larger array", z=second, u=strided(draw.uniform(2, 5)))
    yield case("empty batch", z=np.zeros((0, 3)), u=np.zeros((0, 3)))
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        z = without_zeros(draw.normal(*shape, dtype="float32"))
        yield case("float32 images", z=z, u=draw.uniform(*shape, dtype="float32"))


def rrelu_random_on_both_sides(z, u, lower=1 / 8, upper=1 / 3, training=True):
    slope = np.where(z > 0, np.ones_like(u), (lower + upper) / 2)
    if training:
        slope = lower + u * (upper - lower)
    return slope * z, slope


def rrelu_width_forgotten(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = lower + u * upper if training else np.full_like(u, (lower + upper) / 2)
    slope = np.where(z > 0, np.ones_like(u), drawn)
    return slope * z, slope


def rrelu_divisor_drawn_as_in_the_paper(z, u, lower=1 / 8, upper=1 / 3, training=True):
    divisor = 1 / lower + u * (1 / upper - 1 / lower)
    drawn = 1 / divisor if training else np.full_like(u, (lower + upper) / 2)
    slope = np.where(z > 0, np.ones_like(u), drawn)
    return slope * z, slope


def rrelu_mean_divisor_of_the_paper_in_evaluation(z, u, lower=1 / 8, upper=1 / 3, training=True):
    mean = 2 / (1 / lower + 1 / upper)
    drawn = lower + u * (upper - lower) if training else np.full_like(u, mean)
    slope = np.where(z > 0, np.ones_like(u), drawn)
    return slope * z, slope


def rrelu_still_random_in_evaluation(z, u, lower=1 / 8, upper=1 / 3, training=True):
    slope = np.where(z > 0, np.ones_like(u), lower + u * (upper - lower))
    return slope * z, slope


def rrelu_mean_also_in_training(z, u, lower=1 / 8, upper=1 / 3, training=True):
    slope = np.where(z > 0, np.ones_like(u), (lower + upper) / 2)
    return slope * z, slope


def rrelu_training_and_evaluation_exchanged(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = np.full_like(u, (lower + upper) / 2) if training else lower + u * (upper - lower)
    slope = np.where(z > 0, np.ones_like(u), drawn)
    return slope * z, slope


def rrelu_mean_of_the_drawn_slopes_in_evaluation(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = lower + u * (upper - lower)
    if not training:
        drawn = np.full_like(u, drawn.mean())
    slope = np.where(z > 0, np.ones_like(u), drawn)
    return slope * z, slope


def rrelu_upper_bound_in_evaluation(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = lower + u * (upper - lower) if training else np.full_like(u, upper)
    slope = np.where(z > 0, np.ones_like(u), drawn)
    return slope * z, slope


def rrelu_one_slope_for_the_whole_array(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = lower + u.flat[0] * (upper - lower) if training and u.size else (lower + upper) / 2
    slope = np.where(z > 0, np.ones_like(u), drawn).astype(u.dtype)
    return slope * z, slope


def rrelu_slope_zero_where_positive(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = lower + u * (upper - lower) if training else np.full_like(u, (lower + upper) / 2)
    y = np.where(z > 0, z, drawn * z)
    return y, np.where(z > 0, 0.0, drawn)


def rrelu_slope_not_one_where_positive(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = lower + u * (upper - lower) if training else np.full_like(u, (lower + upper) / 2)
    return np.where(z > 0, z, drawn * z), drawn


def rrelu_slope_one_at_zero(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = lower + u * (upper - lower) if training else np.full_like(u, (lower + upper) / 2)
    slope = np.where(z < 0, drawn, np.ones_like(u))
    return slope * z, slope


def rrelu_product_of_masks(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = lower + u * (upper - lower) if training else np.full_like(u, (lower + upper) / 2)
    y = (z > 0) * z + (z <= 0) * drawn * z
    return y, np.where(z > 0, np.ones_like(u), drawn)


def rrelu_float32_lost_in_evaluation(z, u, lower=1 / 8, upper=1 / 3, training=True):
    slope = np.where(z > 0, 1.0, (lower + upper) / 2)
    if training:
        slope = np.where(z > 0, 1.0, lower + u * (upper - lower))
    return slope * z, slope


ALL_OF_RRELU = (
    "training: slopes from u",
    "evaluation: the mean slope",
    "at zero and at infinity",
    CONTRACT,
)

RRELU = Exercise(
    name="rrelu",
    parameters=("z", "u", "lower", "upper", "training"),
    summary="randomized leaky ReLU: the output and the slope of each element",
    pytorch="torch.nn.functional.rrelu(z, lower, upper, training)",
    source="Xu, Wang, Chen and Li 2015, Empirical Evaluation of Rectified Activations, section 2.4, with PyTorch's law",
    reference=rrelu_reference,
    requirements=(
        Requirement("training: slopes from u", 1, rrelu_training),
        Requirement("evaluation: the mean slope", 1, rrelu_evaluation),
        Requirement("at zero and at infinity", 1, rrelu_zero_and_infinity),
        Requirement(CONTRACT, 1, rrelu_any_array),
    ),
    mistakes=(
        Mistake(
            rrelu_random_on_both_sides,
            "In training the random slope also hits the positive elements. Where z > 0 the slope is exactly 1, as in "
            "ReLU.",
            loses=("training: slopes from u", "at zero and at infinity", CONTRACT),
        ),
        Mistake(
            rrelu_width_forgotten,
            "Your slopes run from lower to lower + upper. u in [0, 1) has to be stretched to the width of the interval "
            "and then moved to its lower end.",
            loses=("training: slopes from u", CONTRACT),
        ),
        Mistake(
            rrelu_divisor_drawn_as_in_the_paper,
            "You draw the divisor a uniformly and use the slope 1/a, as the paper does. PyTorch, and this exercise, "
            "draw the slope itself uniformly.",
            loses=("training: slopes from u", CONTRACT),
        ),
        Mistake(
            rrelu_mean_divisor_of_the_paper_in_evaluation,
            "Your slope in evaluation is one over the mean divisor (0.1818 for the usual bounds), the paper's rule. "
            "Here it is the mean of the slopes (0.2292).",
            loses=("evaluation: the mean slope",),
        ),
        Mistake(
            rrelu_still_random_in_evaluation,
            "With training=False your result still depends on u. In evaluation nothing is random.",
            loses=("evaluation: the mean slope",),
        ),
        Mistake(
            rrelu_mean_also_in_training,
            "You use the mean slope in training too, so u has no effect. The mean is for evaluation only.",
            loses=("training: slopes from u", "at zero and at infinity", CONTRACT),
        ),
        Mistake(
            rrelu_training_and_evaluation_exchanged,
            "Training and evaluation are exchanged: the random slopes belong to training=True.",
            loses=ALL_OF_RRELU,
        ),
        Mistake(
            rrelu_mean_of_the_drawn_slopes_in_evaluation,
            "In evaluation you average slopes that were drawn from u, so the result still depends on chance. The mean "
            "slope follows from the two bounds alone.",
            loses=("evaluation: the mean slope",),
        ),
        Mistake(
            rrelu_upper_bound_in_evaluation,
            "In evaluation your slope is the upper bound. It should be what the random slope is on average.",
            loses=("evaluation: the mean slope",),
        ),
        Mistake(
            rrelu_one_slope_for_the_whole_array,
            "All elements share one slope, that of the first u. Each element has its own u and so its own slope.",
            loses=("training: slopes from u", CONTRACT),
        ),
        Mistake(
            rrelu_slope_zero_where_positive,
            "y is right, but the slope you return is 0 where z > 0. There y = 1 * z, and the backward pass will "
            "multiply by what you return.",
            loses=ALL_OF_RRELU,
        ),
        Mistake(
            rrelu_slope_not_one_where_positive,
            "y is right, but the slope you return is the drawn one on both sides. Where z > 0 the slope that was used "
            "is 1, and the backward pass will multiply by what you return.",
            loses=ALL_OF_RRELU,
        ),
        Mistake(
            rrelu_slope_one_at_zero,
            "Everything fits except z = 0, where you return the slope 1. Zero belongs to the left side: "
            "its slope is drawn like that of a negative number.",
            loses=("at zero and at infinity",),
        ),
        Mistake(
            rrelu_product_of_masks,
            "A mask times infinity: 0 * inf is NaN. Find the one slope of each element first, then multiply z by it.",
            loses=("at zero and at infinity",),
        ),
        Mistake(
            rrelu_float32_lost_in_evaluation,
            "Right numbers, but in evaluation float32 input gives float64: np.where with two Python numbers makes a "
            "float64 array. Start from an array that has the dtype of u.",
            loses=(CONTRACT,),
        ),
    ),
    outputs=("y", "slope"),
)

# ---------------------------------------------------------------- rrelu_backward


def rrelu_backward_forward(z, slope):
    """RReLU once its slopes are drawn: the function whose gradient is asked for."""
    return slope * z


def rrelu_backward_reference(dout, slope):
    """The gradient of slope * z by PyTorch's autograd; the slopes are constants."""
    import torch

    z = torch.where(slope == 1, 1.0, -1.0).to(dout.dtype).requires_grad_(True)
    (gradient,) = torch.autograd.grad(rrelu_backward_forward(z, slope), z, dout)
    return gradient


def rrelu_backward_inputs(slope):
    """An input that fits the slopes: positive where the slope is 1."""
    return {"z": np.where(slope == 1, 1.0, -1.0), "slope": slope}


def drawn_slopes(draw: Sampler, *shape: int, lower: float = 1 / 8, upper: float = 1 / 3, dtype: str = "float64"):
    """Slopes as RReLU's forward pass in training leaves them: 1 for about half of the elements."""
    drawn = draw.uniform(*shape, low=lower, high=upper)
    return np.where(draw.uniform(*shape) < 0.5, 1.0, drawn).astype(dtype)


def rrelu_backward_training(draw: Sampler) -> Iterator[Case]:
    """Slopes that differ from element to element."""
    yield case("one slope", dout=np.array([6.0]), slope=np.array([0.3]))
    yield case("three slopes", dout=np.array([6.0, -2.0, -5.0]), slope=np.array([0.3, 1.0, 0.2]))
    for _ in draw.rounds(public=2, hidden=5):
        shape = draw.shape()
        yield case("random slopes", dout=draw.normal(*shape), slope=drawn_slopes(draw, *shape))


def rrelu_backward_evaluation(draw: Sampler) -> Iterator[Case]:
    """The mean slope of the usual bounds, 11/48, wherever z was not positive."""
    yield case("the mean slope", dout=np.array([48.0, -2.0]), slope=np.array([11 / 48, 1.0]))
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape()
        slope = np.where(draw.uniform(*shape) < 0.5, 1.0, 11 / 48)
        yield case("random gradients", dout=draw.normal(*shape), slope=slope)


def rrelu_backward_steep(draw: Sampler) -> Iterator[Case]:
    """Bounds above 1: a slope above 1 is a slope like any other."""
    yield case("slopes of 2 and 1", dout=np.array([3.0, 5.0]), slope=np.array([2.0, 1.0]))
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape()
        slope = drawn_slopes(draw, *shape, lower=1.2, upper=2.0)
        yield case("slopes from 1.2 to 2", dout=draw.normal(*shape), slope=slope)


def rrelu_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order; whole numbers are allowed for dout."""
    single = np.array([6.0, -2.0], dtype="float32")
    yield case("float32", dout=single, slope=np.array([0.25, 1.0], dtype="float32"))
    yield case("whole numbers", dout=np.array([6, -2]), slope=np.array([0.25, 1.0]))
    yield case("Fortran order", dout=np.asfortranarray(draw.normal(3, 4)), slope=drawn_slopes(draw, 3, 4))
    second = strided(drawn_slopes(draw, 2, 5))
    yield case("every second entry of a larger array", dout=strided(draw.normal(2, 5)), slope=second)
    yield case("empty batch", dout=np.zeros((0, 3)), slope=np.zeros((0, 3)))
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        slope = drawn_slopes(draw, *shape, dtype="float32")
        yield case("float32 images", dout=draw.normal(*shape, dtype="float32"), slope=slope)


def rrelu_backward_mean_slope_instead_of_drawn(dout, slope):
    return np.where(slope == 1, dout, (1 / 8 + 1 / 3) / 2 * dout)


def rrelu_backward_upstream_gradient_forgotten(dout, slope):
    return slope.copy()


def rrelu_backward_nothing_for_negative_z(dout, slope):
    return np.where(slope == 1, dout, 0.0 * dout)


def rrelu_backward_sign_of_dout(dout, slope):
    return np.where(dout > 0, dout, slope * dout)


def rrelu_backward_divided_by_slope(dout, slope):
    return dout / slope


def rrelu_backward_slopes_averaged_over_the_batch(dout, slope):
    if len(slope) == 0:
        return dout * slope
    return dout * slope.mean(axis=0)


def rrelu_backward_slopes_above_one_ignored(dout, slope):
    return np.where(slope < 1, slope * dout, dout)


def rrelu_backward_float32_lost(dout, slope):
    dz = np.zeros(dout.shape)
    dz[...] = dout * slope
    return dz


def rrelu_backward_in_place(dout, slope):
    dout *= slope
    return dout


ALL_OF_RRELU_BACKWARD = (
    "training: a slope for each element",
    "evaluation: the mean slope",
    "slopes above 1",
    CONTRACT,
)

RRELU_BACKWARD = Exercise(
    name="rrelu_backward",
    parameters=("dout", "slope"),
    summary="gradient of the loss with respect to the input of RReLU, from the slopes of the forward pass",
    pytorch="torch.autograd.grad(slope * z, z, dout)",
    source="Xu, Wang, Chen and Li 2015, section 2.4; PyTorch keeps the slopes of the forward pass in the same way",
    reference=rrelu_backward_reference,
    requirements=(
        Requirement("training: a slope for each element", 1, rrelu_backward_training),
        Requirement("evaluation: the mean slope", 1, rrelu_backward_evaluation),
        Requirement("slopes above 1", 1, rrelu_backward_steep),
        Requirement(CONTRACT, 1, rrelu_backward_any_array),
    ),
    mistakes=(
        Mistake(
            rrelu_backward_mean_slope_instead_of_drawn,
            "You use the mean slope where z was negative. The gradient belongs to the function that was computed: "
            "use the slopes that the forward pass drew.",
            loses=("training: a slope for each element", "slopes above 1", CONTRACT),
        ),
        Mistake(
            rrelu_backward_upstream_gradient_forgotten,
            "You return the slopes themselves. The gradient of the loss is the slope times what arrives from above, "
            "dout.",
            loses=ALL_OF_RRELU_BACKWARD,
        ),
        Mistake(
            rrelu_backward_nothing_for_negative_z,
            "Nothing flows back where z was negative: that is ReLU. Here the drawn slope lets a part through.",
            loses=ALL_OF_RRELU_BACKWARD,
        ),
        Mistake(
            rrelu_backward_sign_of_dout,
            "You apply the slope only where dout is not positive. Which side an element is on was decided by z in the "
            "forward pass, and is already in `slope`.",
            loses=ALL_OF_RRELU_BACKWARD,
        ),
        Mistake(
            rrelu_backward_divided_by_slope,
            "You divide by the slope, which would undo the forward pass. The chain rule multiplies by the derivative.",
            loses=ALL_OF_RRELU_BACKWARD,
        ),
        Mistake(
            rrelu_backward_slopes_averaged_over_the_batch,
            "You average the slopes over the batch first. Every element was multiplied by its own slope, "
            "so every element's gradient is too.",
            loses=ALL_OF_RRELU_BACKWARD,
        ),
        Mistake(
            rrelu_backward_slopes_above_one_ignored,
            "Slopes above 1 have no effect in your result. Positive elements already carry the slope 1: "
            "there is nothing to tell apart here.",
            loses=("slopes above 1",),
        ),
        Mistake(
            rrelu_backward_float32_lost,
            "Right numbers, but float32 comes back as float64: np.zeros(shape) makes a float64 array.",
            loses=(CONTRACT,),
        ),
        Mistake(
            rrelu_backward_in_place,
            "You write into dout itself. It belongs to the caller, who may still need it: return a new array.",
            loses=(CONTRACT, PURITY),
        ),
    ),
    derivative=Derivative(rrelu_backward_forward, upstream="dout", with_respect_to=("z",), at=rrelu_backward_inputs),
)

# ---------------------------------------------------------------- prelu


def prelu_reference(z, alpha):
    """PReLU in PyTorch."""
    import torch.nn.functional as F

    return F.prelu(z, alpha)


def prelu_vectors_and_batches(draw: Sampler) -> Iterator[Case]:
    """(N,) with one alpha; (N, C) with one alpha and with one for each feature."""
    yield case("one negative number", z=np.array([-2.0]), alpha=np.array([0.25]))
    yield case("one alpha for all", z=np.array([-2.0, 3.0, -4.0]), alpha=np.array([0.5]))
    yield case("an alpha for each of two features", z=np.array([[-2.0, -2.0]]), alpha=np.array([0.25, 0.5]))
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        alpha = np.array([draw.number(0.1, 0.9)])
        yield case("a batch (N, C), one alpha", z=draw.normal(*shape, scale=2.0), alpha=alpha)
        alpha = draw.uniform(shape[1], low=0.1, high=0.9)
        yield case("a batch (N, C), an alpha for each feature", z=draw.normal(*shape, scale=2.0), alpha=alpha)


def prelu_images(draw: Sampler) -> Iterator[Case]:
    """(N, C, H, W) and (N, C, L): the channels are axis 1, also where the last axis is as long."""
    yield case("a 1 x 2 image of two channels", z=-np.ones((1, 2, 1, 2)), alpha=np.array([0.25, 0.5]))
    yield case("sequences (N, C, L)", z=draw.normal(2, 3, 4), alpha=np.array([0.1, 0.4, 0.8]))
    for _ in draw.rounds(public=1, hidden=4):
        n, c, h = draw.shape(3)
        yield case("images with W = C", z=draw.normal(n, c, h, c), alpha=draw.uniform(c, low=0.1, high=0.9))
        shape = draw.shape(4)
        yield case("images", z=draw.normal(*shape), alpha=draw.uniform(shape[1], low=0.1, high=0.9))


def prelu_any_alpha(draw: Sampler) -> Iterator[Case]:
    """A learned alpha may leave [0, 1]; infinite z."""
    yield case("alpha = 1.5", z=np.array([-2.0, 2.0]), alpha=np.array([1.5]))
    yield case("alpha = -0.5", z=np.array([-2.0, 2.0]), alpha=np.array([-0.5]))
    yield case("infinite z", z=np.array([-np.inf, np.inf]), alpha=np.array([0.25]))
    for _ in draw.rounds(public=1, hidden=3):
        alpha = np.array([draw.number(1.1, 3.0)])
        yield case("random numbers, alpha above 1", z=draw.normal(*draw.shape()), alpha=alpha)
        yield case("random numbers, alpha below 0", z=draw.normal(*draw.shape()), alpha=-alpha)


def prelu_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order; whole numbers become float64. One alpha for all."""
    alpha = np.array([0.25])
    yield case("float32", z=np.array([-1.0, 2.0], dtype="float32"), alpha=np.array([0.25], dtype="float32"))
    yield case("whole numbers", z=np.array([-1, 0, 2]), alpha=alpha)
    yield case("Fortran order", z=np.asfortranarray(draw.normal(3, 4)), alpha=alpha)
    yield case("every second entry of a larger array", z=strided(draw.normal(2, 5)), alpha=alpha)
    yield case("empty batch", z=np.zeros((0, 3)), alpha=alpha)
    for _ in draw.rounds(public=1, hidden=3):
        z = draw.normal(*draw.shape(4, largest=5), dtype="float32")
        yield case("float32 images", z=z, alpha=np.array([0.25], dtype="float32"))


def prelu_alpha_along_the_last_axis(z, alpha):
    return np.where(z > 0, z, alpha * z)


def prelu_maximum_of_both(z, alpha):
    if z.ndim > 1:
        alpha = alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    return np.maximum(alpha * z, z)


def prelu_first_alpha_only(z, alpha):
    return np.where(z > 0, z, alpha[0] * z)


def prelu_mean_alpha(z, alpha):
    return np.where(z > 0, z, alpha.mean() * z)


def prelu_alpha_along_axis_0(z, alpha):
    a = alpha.reshape(-1, *[1] * (z.ndim - 1))
    return np.where(z > 0, z, a * z)


def prelu_always_four_axes(z, alpha):
    a = alpha.reshape(1, -1, 1, 1)
    return np.where(z > 0, z, a * z)


def prelu_plain_relu(z, alpha):
    return np.maximum(z, 0.0)


def prelu_default_alpha_kept(z, alpha):
    return np.where(z > 0, z, 0.25 * z)


def prelu_alpha_clipped(z, alpha):
    alpha = np.clip(alpha, 0, 1)
    if z.ndim > 1:
        alpha = alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    return np.where(z > 0, z, alpha * z)


def prelu_sides_swapped(z, alpha):
    if z.ndim > 1:
        alpha = alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    return np.where(z > 0, alpha * z, z)


def prelu_product_of_masks(z, alpha):
    if z.ndim > 1:
        alpha = alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    return (z > 0) * z + (z <= 0) * alpha * z


def prelu_float32_lost(z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    y = np.zeros(z.shape)
    y[...] = np.where(z > 0, z, a * z)
    return y


ALL_OF_PRELU = (
    "one alpha, or one for each feature",
    "images: one alpha for each channel",
    "alpha outside [0, 1], infinite z",
    CONTRACT,
)

PRELU = Exercise(
    name="prelu",
    parameters=("z", "alpha"),
    summary="parametric ReLU: leaky ReLU whose slopes are parameters",
    pytorch="torch.nn.functional.prelu(z, alpha)",
    source="He, Zhang, Ren and Sun 2015, Delving Deep into Rectifiers, eq. 1",
    reference=prelu_reference,
    requirements=(
        Requirement("one alpha, or one for each feature", 1, prelu_vectors_and_batches),
        Requirement("images: one alpha for each channel", 2, prelu_images),
        Requirement("alpha outside [0, 1], infinite z", 1, prelu_any_alpha),
        Requirement(CONTRACT, 1, prelu_any_array),
    ),
    mistakes=(
        Mistake(
            prelu_alpha_along_the_last_axis,
            "NumPy lines alpha up with the last axis, which is the channel only for (N, C). For images (N, C, H, W) "
            "the channel is axis 1: give alpha a shape that says so.",
            loses=("images: one alpha for each channel",),
        ),
        Mistake(
            prelu_maximum_of_both,
            "max(alpha z, z) is right only while alpha is at most 1. A learned alpha may grow beyond that: "
            "let the sign of z decide.",
            loses=("alpha outside [0, 1], infinite z",),
        ),
        Mistake(
            prelu_first_alpha_only,
            "All channels use the first entry of alpha. With an alpha of shape (C,) each channel has its own.",
            loses=("one alpha, or one for each feature", "images: one alpha for each channel"),
        ),
        Mistake(
            prelu_mean_alpha,
            "All channels use the mean of alpha. With an alpha of shape (C,) each channel has its own.",
            loses=("one alpha, or one for each feature", "images: one alpha for each channel"),
        ),
        Mistake(
            prelu_alpha_along_axis_0,
            "You line alpha up with axis 0, which counts the examples of the batch. The channels are axis 1.",
            loses=("one alpha, or one for each feature", "images: one alpha for each channel"),
        ),
        Mistake(
            prelu_always_four_axes,
            "Your alpha always gets four axes, so smaller inputs come back with axes they never had. "
            "How many ones to add depends on z.ndim.",
            loses=ALL_OF_PRELU,
        ),
        Mistake(
            prelu_plain_relu,
            "This is plain ReLU: for z < 0 you return 0 and alpha has no effect.",
            loses=ALL_OF_PRELU,
        ),
        Mistake(
            prelu_default_alpha_kept,
            "Your slope is 0.25 whatever alpha is. 0.25 is only where learning starts: use the parameter.",
            loses=(
                "one alpha, or one for each feature",
                "images: one alpha for each channel",
                "alpha outside [0, 1], infinite z",
            ),
        ),
        Mistake(
            prelu_alpha_clipped,
            "You keep alpha within 0 and 1. It is an ordinary parameter: gradient descent may take it anywhere.",
            loses=("alpha outside [0, 1], infinite z",),
        ),
        Mistake(
            prelu_sides_swapped,
            "The two sides are exchanged: the slope is 1 where z is positive and alpha where it is negative.",
            loses=ALL_OF_PRELU,
        ),
        Mistake(
            prelu_product_of_masks,
            "A mask times infinity: 0 * inf is NaN. Choose between the two values instead of multiplying both by 0 or "
            "1.",
            loses=("alpha outside [0, 1], infinite z",),
        ),
        Mistake(
            prelu_float32_lost,
            "Right numbers, but float32 comes back as float64: np.zeros(shape) makes a float64 array.",
            loses=(CONTRACT,),
        ),
    ),
)

# ---------------------------------------------------------------- prelu_backward


def prelu_backward_reference(dout, z, alpha):
    """The gradients of PReLU by PyTorch's autograd."""
    import torch
    import torch.nn.functional as F

    z, alpha = z.detach().requires_grad_(True), alpha.detach().requires_grad_(True)
    return torch.autograd.grad(F.prelu(z, alpha), (z, alpha), dout)


def prelu_backward_vectors_and_batches(draw: Sampler) -> Iterator[Case]:
    """(N,) with one alpha; (N, C) with one alpha and with one for each feature."""
    yield case("one negative number", dout=np.array([3.0]), z=np.array([-2.0]), alpha=np.array([0.25]))
    two, four = np.array([3.0, -1.0, 2.0]), np.array([-2.0, 5.0, -4.0])
    yield case("three numbers share one alpha", dout=two, z=four, alpha=np.array([0.5]))
    dout, z = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[-1.0, -2.0], [-3.0, 5.0]])
    yield case("two examples, an alpha for each feature", dout=dout, z=z, alpha=np.array([0.25, 0.5]))
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        dout, z = draw.normal(*shape), without_zeros(draw.normal(*shape, scale=2.0))
        yield case("a batch (N, C), one alpha", dout=dout, z=z, alpha=np.array([draw.number(0.1, 0.9)]))
        shape = draw.shape()
        dout, z = draw.normal(*shape), without_zeros(draw.normal(*shape, scale=2.0))
        alpha = draw.uniform(shape[1], low=0.1, high=0.9)
        yield case("a batch (N, C), an alpha for each feature", dout=dout, z=z, alpha=alpha)


def prelu_backward_images(draw: Sampler) -> Iterator[Case]:
    """(N, C, H, W) and (N, C, L) with an alpha for each channel, also where the last axis is as long."""
    dout, z = np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]]), np.array([[[[-1.0, -3.0]], [[-2.0, -5.0]]]])
    yield case("a 1 x 2 image of two channels", dout=dout, z=z, alpha=np.array([0.25, 0.5]))
    z = without_zeros(draw.normal(2, 3, 4))
    yield case("sequences (N, C, L)", dout=draw.normal(2, 3, 4), z=z, alpha=np.array([0.1, 0.4, 0.8]))
    for _ in draw.rounds(public=1, hidden=4):
        n, c, h = draw.shape(3)
        z = without_zeros(draw.normal(n, c, h, c))
        alpha = draw.uniform(c, low=0.1, high=0.9)
        yield case("images with W = C", dout=draw.normal(n, c, h, c), z=z, alpha=alpha)
        shape = draw.shape(4)
        z = without_zeros(draw.normal(*shape))
        alpha = draw.uniform(shape[1], low=0.1, high=0.9)
        yield case("images", dout=draw.normal(*shape), z=z, alpha=alpha)


def prelu_backward_zero_and_infinity(draw: Sampler) -> Iterator[Case]:
    """The convention at z = 0, and no NaN from an infinite z on the positive side."""
    yield case("z = 0", dout=np.array([4.0, 3.0]), z=np.array([0.0, -2.0]), alpha=np.array([0.25]))
    yield case("infinite z", dout=np.array([4.0, 3.0]), z=np.array([np.inf, -2.0]), alpha=np.array([0.25]))
    for _ in draw.rounds(public=1, hidden=3):
        n = draw.integer(4, 9)
        z = draw.normal(n)
        z[::2] = 0.0
        yield case("many zeros", dout=draw.normal(n), z=z, alpha=np.array([0.25]))


def prelu_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order; whole numbers are allowed for z. One alpha for all."""
    alpha = np.array([0.25])
    short = np.array([0.25], dtype="float32")
    single = np.array([3.0, -1.0], dtype="float32")
    yield case("float32", dout=single, z=np.array([-2.0, 5.0], dtype="float32"), alpha=short)
    yield case("whole numbers", dout=np.array([3.0, 0.5]), z=np.array([-2, -1]), alpha=alpha)
    fortran = np.asfortranarray(without_zeros(draw.normal(3, 4)))
    yield case("Fortran order", dout=draw.normal(3, 4), z=fortran, alpha=alpha)
    second = strided(without_zeros(draw.normal(2, 5)))
    yield case("every second entry of a larger array", dout=strided(draw.normal(2, 5)), z=second, alpha=alpha)
    yield case("empty batch", dout=np.zeros((0, 3)), z=np.zeros((0, 3)), alpha=alpha)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        z = without_zeros(draw.normal(*shape, dtype="float32"))
        yield case("float32 images", dout=draw.normal(*shape, dtype="float32"), z=z, alpha=short)


def prelu_backward_dalpha_not_summed(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    dalpha = np.where(z > 0, 0.0, z * dout)
    return dz, dalpha


def prelu_backward_summed_over_the_batch_only(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    dalpha = np.where(z > 0, 0.0, z * dout).sum(axis=0)
    return dz, dalpha


def prelu_backward_alpha_along_the_last_axis(dout, z, alpha):
    dz = np.where(z > 0, dout, alpha * dout)
    terms = np.where(z > 0, 0.0, z * dout)
    if alpha.size == 1:
        return dz, terms.sum().reshape(1)
    return dz, terms.reshape(-1, terms.shape[-1]).sum(axis=0)


def prelu_backward_dalpha_averaged(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, 0.0, z * dout)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    if z.size == 0:
        return dz, np.zeros_like(alpha)
    return dz, terms.mean(axis=axes).reshape(alpha.shape)


def prelu_backward_dalpha_of_the_wrong_side(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, z * dout, 0.0)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, terms.sum(axis=axes).reshape(alpha.shape)


def prelu_backward_dalpha_of_both_sides(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, (z * dout).sum(axis=axes).reshape(alpha.shape)


def prelu_backward_upstream_missing_in_dalpha(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, 0.0, z).astype(dout.dtype)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, terms.sum(axis=axes).reshape(alpha.shape)


def prelu_backward_dz_used_in_dalpha(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, 0.0, z * dz)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, terms.sum(axis=axes).reshape(alpha.shape)


def prelu_backward_dalpha_a_single_number(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    return dz, np.where(z > 0, 0.0, z * dout).sum()


def prelu_backward_order_exchanged(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, 0, z * dout)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return terms.sum(axis=axes).reshape(alpha.shape), dz


def prelu_backward_slope_one_at_zero(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z >= 0, dout, a * dout)
    terms = np.where(z > 0, 0.0, z * dout)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, terms.sum(axis=axes).reshape(alpha.shape)


def prelu_backward_product_of_masks(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = (z <= 0) * z * dout
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    return dz, terms.sum(axis=axes).reshape(alpha.shape)


def prelu_backward_float32_lost(dout, z, alpha):
    a = alpha if z.ndim < 2 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    dz = np.where(z > 0, dout, a * dout)
    terms = np.where(z > 0, 0.0, z * dout)
    axes = tuple(i for i in range(z.ndim) if i != 1 or alpha.size == 1)
    dalpha = np.zeros(alpha.shape)
    dalpha += terms.sum(axis=axes)
    return dz, dalpha


ALL_OF_PRELU_BACKWARD = (
    "one alpha, or one for each feature",
    "images: one alpha for each channel",
    "at zero and at infinity",
    CONTRACT,
)

PRELU_BACKWARD = Exercise(
    name="prelu_backward",
    parameters=("dout", "z", "alpha"),
    summary="gradients of the loss with respect to the input and the slopes of PReLU",
    pytorch="torch.autograd.grad(F.prelu(z, alpha), (z, alpha), dout)",
    source="He, Zhang, Ren and Sun 2015, eq. 2 and 3",
    reference=prelu_backward_reference,
    requirements=(
        Requirement("one alpha, or one for each feature", 2, prelu_backward_vectors_and_batches),
        Requirement("images: one alpha for each channel", 2, prelu_backward_images),
        Requirement("at zero and at infinity", 1, prelu_backward_zero_and_infinity),
        Requirement(CONTRACT, 1, prelu_backward_any_array),
    ),
    mistakes=(
        Mistake(
            prelu_backward_dalpha_not_summed,
            "Your dalpha has one entry for each element of z. Many elements share one alpha: its gradient is the sum "
            "of what they contribute, and has the shape of alpha.",
            loses=ALL_OF_PRELU_BACKWARD,
        ),
        Mistake(
            prelu_backward_dalpha_a_single_number,
            "Your dalpha is one bare number. A gradient has the shape of its parameter: (1,) for a single alpha, "
            "(C,) for one for each channel.",
            loses=ALL_OF_PRELU_BACKWARD,
        ),
        Mistake(
            prelu_backward_summed_over_the_batch_only,
            "You sum dalpha over axis 0 alone. Everything that shares an alpha has to be added up: in an image also "
            "all positions, and with a single alpha all channels too.",
            loses=ALL_OF_PRELU_BACKWARD,
        ),
        Mistake(
            prelu_backward_alpha_along_the_last_axis,
            "You treat the last axis as the channels, which is right only for (N, C). For images (N, C, H, W) the "
            "channel is axis 1, in dz and in dalpha.",
            loses=("images: one alpha for each channel",),
        ),
        Mistake(
            prelu_backward_dalpha_averaged,
            "Your dalpha is the mean of the contributions. The chain rule adds them up; if the loss is a mean, its 1/N "
            "is in dout already.",
            loses=ALL_OF_PRELU_BACKWARD,
        ),
        Mistake(
            prelu_backward_dalpha_of_the_wrong_side,
            "Your dalpha adds up the positive z. There the output does not contain alpha at all: look at the other "
            "side.",
            loses=ALL_OF_PRELU_BACKWARD,
        ),
        Mistake(
            prelu_backward_dalpha_of_both_sides,
            "Your dalpha also adds up the positive z. There the output is z, without alpha: their contribution is "
            "zero.",
            loses=ALL_OF_PRELU_BACKWARD,
        ),
        Mistake(
            prelu_backward_upstream_missing_in_dalpha,
            "dz is right, but dalpha lacks the upstream gradient: each contribution is weighted by its own dout "
            "before they are added up.",
            loses=ALL_OF_PRELU_BACKWARD,
        ),
        Mistake(
            prelu_backward_dz_used_in_dalpha,
            "Your dalpha carries a factor alpha too many: the derivative of alpha z with respect to alpha is z.",
            loses=ALL_OF_PRELU_BACKWARD,
        ),
        Mistake(
            prelu_backward_order_exchanged,
            "Both gradients are right and in the wrong order: dz comes first, then dalpha.",
            loses=ALL_OF_PRELU_BACKWARD,
        ),
        Mistake(
            prelu_backward_slope_one_at_zero,
            "Everything fits except dz at z = 0, where you take the slope 1. At the kink this course follows PyTorch: "
            "zero belongs to the left side.",
            loses=("at zero and at infinity",),
        ),
        Mistake(
            prelu_backward_product_of_masks,
            "A mask times infinity: 0 * inf is NaN, and one NaN spoils the whole sum. Choose the contributions instead "
            "of multiplying them by 0 or 1.",
            loses=("at zero and at infinity",),
        ),
        Mistake(
            prelu_backward_float32_lost,
            "Right numbers, but for float32 your dalpha is float64: np.zeros(shape) makes a float64 array.",
            loses=(CONTRACT,),
        ),
    ),
    outputs=("dz", "dalpha"),
    computation="reduction",
    derivative=Derivative(prelu_reference, upstream="dout", with_respect_to=("z", "alpha")),
)

EXERCISES = (LEAKY_RELU, LEAKY_RELU_BACKWARD, RRELU, RRELU_BACKWARD, PRELU, PRELU_BACKWARD)

"""Kernels of `1_training_problems/3c_elu_and_selu`: the exponential linear units and their derivatives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Derivative, Exercise, Mistake, Requirement, case
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "1_training_problems/3c_elu_and_selu"

ELU_PAPER = (
    "Clevert, Unterthiner and Hochreiter 2015, Fast and Accurate Deep Network Learning by Exponential Linear Units"
)
SELU_PAPER = "Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-Normalizing Neural Networks"

ALPHA_1 = "alpha = 1"
OTHER_ALPHA = "other alpha"
EXTREMES = "very large and very small |z|"
ZERO_AND_FAR = "z exactly 0, and very large |z|"
BOTH_SIDES = "both sides of zero"
ANY_ARRAY = "any shape, memory order and dtype"

RELATIVE = "elementwise, relative"


def nowhere_zero(array: np.ndarray) -> np.ndarray:
    """The array with 0.5 for every exact zero: what happens at zero has cases of its own."""
    return np.where(array == 0, array.dtype.type(0.5), array)


# ---------------------------------------------------------------- elu


def elu_reference(z, alpha=1.0):
    """ELU in PyTorch."""
    import torch.nn.functional as F

    return F.elu(z, alpha)


def elu_alpha_1(draw: Sampler) -> Iterator[Case]:
    """alpha = 1, given and by default, on both sides of zero."""
    yield case("one negative number", z=np.array([-1.0]), alpha=1.0)
    yield case("negative, zero and positive", z=np.array([-2.0, 0.0, 3.0]), alpha=1.0)
    yield case("alpha left out", z=np.array([-1.0, 2.0]))
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random numbers", z=draw.normal(*draw.shape(), scale=2.0), alpha=1.0)


def elu_other_alpha(draw: Sampler) -> Iterator[Case]:
    """alpha != 1: where it is forgotten or misplaced, it shows here."""
    yield case("alpha = 0.5, one negative number", z=np.array([-1.0]), alpha=0.5)
    yield case("alpha = 2, negative, zero and positive", z=np.array([-3.0, 0.0, 1.5]), alpha=2.0)
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random numbers and alpha", z=draw.normal(*draw.shape(), scale=2.0), alpha=draw.number(0.1, 3.0))


def elu_extremes(draw: Sampler) -> Iterator[Case]:
    """Large |z| without NaN, tiny |z| without cancellation. alpha = 1 throughout."""
    yield case("z = 1000 and -1000", z=np.array([1000.0, -1000.0]), alpha=1.0)
    yield case("z = -1e-10", z=np.array([-1e-10]), alpha=1.0, computation=RELATIVE)
    yield case("infinite", z=np.array([np.inf, -np.inf]), alpha=1.0)
    for _ in draw.rounds(public=1, hidden=4):
        tiny = -(10.0 ** -draw.uniform(5, low=6, high=12))
        yield case("tiny negative numbers", z=tiny, alpha=1.0, computation=RELATIVE)
        yield case("large numbers", z=draw.normal(*draw.shape(), scale=1e4), alpha=1.0)


def elu_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any shape and memory order. alpha = 1 throughout."""
    yield case("float32", z=np.array([-1.0, 2.0], dtype="float32"), alpha=1.0)
    yield case("whole numbers", z=np.array([-1, 0, 2]), alpha=1.0)
    yield case("Fortran order", z=np.asfortranarray(draw.normal(3, 4)), alpha=1.0)
    yield case("every second entry of a larger array", z=strided(draw.normal(2, 5)), alpha=1.0)
    yield case("empty batch", z=np.zeros((0, 3)), alpha=1.0)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32 images", z=draw.normal(*draw.shape(4, largest=5), dtype="float32"), alpha=1.0)


def elu_alpha_forgotten(z, alpha=1.0):
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def elu_alpha_forgotten_and_digits_lost(z, alpha=1.0):
    return np.where(z > 0, z, np.exp(z) - 1)


def elu_minus_one_not_scaled(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.exp(z) - 1)


def elu_alpha_inside_the_exponential_too(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0) / alpha))


def elu_positive_side_scaled_too(z, alpha=1.0):
    return alpha * np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def elu_minus_one_forgotten(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.exp(np.minimum(z, 0)))


def elu_digits_lost_near_zero(z, alpha=1.0):
    return np.where(z > 0, z, alpha * (np.exp(z) - 1))


def elu_branches_multiplied_by_masks(z, alpha=1.0):
    return z * (z > 0) + alpha * np.expm1(z) * (z <= 0)


def elu_always_float64(z, alpha=1.0):
    out = np.zeros(z.shape)
    out[z > 0] = z[z > 0]
    out[z <= 0] = alpha * np.expm1(z[z <= 0])
    return out


def elu_whole_numbers_cut_off(z, alpha=1.0):
    out = z.copy()
    out[z < 0] = alpha * np.expm1(z[z < 0])
    return out


def elu_written_into_a_raveled_copy(z, alpha=1.0):
    out = np.array(z, dtype=np.result_type(z, np.float32))
    flat = out.ravel()
    flat[flat < 0] = alpha * np.expm1(flat[flat < 0])
    return out


def elu_written_into_z(z, alpha=1.0):
    z[z < 0] = alpha * np.expm1(z[z < 0])
    return z


def elu_overflow_thrown_away(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.expm1(z))


ELU = Exercise(
    name="elu",
    parameters=("z", "alpha"),
    summary="exponential linear unit",
    pytorch="torch.nn.functional.elu(z, alpha)",
    source=f"{ELU_PAPER}, section 3",
    reference=elu_reference,
    requirements=(
        Requirement(ALPHA_1, 2, elu_alpha_1),
        Requirement(OTHER_ALPHA, 1, elu_other_alpha),
        Requirement(EXTREMES, 1, elu_extremes),
        Requirement(ANY_ARRAY, 1, elu_any_array),
    ),
    mistakes=(
        Mistake(
            elu_digits_lost_near_zero,
            "For tiny |z|, exp(z) is a number next to 1, and subtracting 1 throws away the digits that matter. "
            "NumPy has a function that computes this difference without forming exp(z) first.",
            loses=(EXTREMES,),
        ),
        Mistake(
            elu_alpha_forgotten,
            "alpha has no effect on your result. It scales the whole negative branch: the curve levels off at -alpha.",
            loses=(OTHER_ALPHA,),
        ),
        Mistake(
            elu_alpha_forgotten_and_digits_lost,
            "Two things. alpha has no effect on your result: it scales the negative branch. And for tiny |z| the "
            "subtraction exp(z) - 1 loses digits: look for NumPy's function for exactly this difference.",
            loses=(OTHER_ALPHA, EXTREMES),
        ),
        Mistake(
            elu_minus_one_not_scaled,
            "Your curve jumps at z = 0 unless alpha is 1, and levels off at -1. Look at what alpha multiplies: exp(z) "
            "alone, or the whole difference?",
            loses=(OTHER_ALPHA, EXTREMES),
        ),
        Mistake(
            elu_alpha_inside_the_exponential_too,
            "This is CELU, another function: it divides z by alpha inside the exponential. ELU does not.",
            loses=(OTHER_ALPHA,),
        ),
        Mistake(
            elu_positive_side_scaled_too,
            "You scale both sides by alpha. For z > 0, ELU returns z itself, whatever alpha is.",
            loses=(OTHER_ALPHA,),
        ),
        Mistake(
            elu_minus_one_forgotten,
            "Your negative branch is positive: at z = 0 it gives alpha instead of 0. Something is to be subtracted.",
            loses=(ALPHA_1, OTHER_ALPHA, EXTREMES, ANY_ARRAY),
        ),
        Mistake(
            elu_branches_multiplied_by_masks,
            "NaN for large z: the exponential overflows to infinity there, and infinity times False is NaN, not 0. "
            "Choose between the branches instead of multiplying them by masks, or keep z > 0 out of the exponential.",
            loses=(EXTREMES,),
        ),
        Mistake(
            elu_always_float64,
            "Your result is float64 whatever the dtype of z: an array made by np.zeros(shape) is, unless told "
            "otherwise.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            elu_whole_numbers_cut_off,
            "An array of whole numbers cannot hold -0.632: writing into a copy of z cuts it off to 0. "
            "Make the result an array of floating-point numbers.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            elu_written_into_a_raveled_copy,
            "For some memory orders ravel() returns a copy: what you write into it never reaches your result.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            elu_written_into_z,
            "You write into z itself. It belongs to the caller, who still needs it for the backward pass: make a "
            "new array.",
            loses=(ANY_ARRAY, PURITY),
        ),
        Mistake(
            elu_overflow_thrown_away,
            "You take the exponential of every z, and for large positive z it overflows. The negative branch "
            "needs no z above 0: cap its argument there.",
            loses=(),
        ),
    ),
)

# ---------------------------------------------------------------- elu_backward


def elu_backward_reference(dout, z, alpha=1.0):
    """The gradient of ELU by PyTorch's autograd."""
    import torch
    import torch.nn.functional as F

    z = z.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.elu(z, alpha), z, dout)
    return gradient


def elu_backward_alpha_1(draw: Sampler) -> Iterator[Case]:
    """alpha = 1, with an upstream gradient that is not one."""
    yield case("one negative number", dout=np.array([2.0]), z=np.array([-1.0]), alpha=1.0)
    yield case("negative and positive", dout=np.array([-3.0, 0.5]), z=np.array([-2.0, 3.0]), alpha=1.0)
    yield case("alpha left out", dout=np.array([2.0, 3.0]), z=np.array([-1.0, 2.0]))
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        yield case("random numbers", dout=draw.normal(*shape), z=draw.normal(*shape, scale=2.0), alpha=1.0)


def elu_backward_other_alpha(draw: Sampler) -> Iterator[Case]:
    """alpha != 1, away from z = 0."""
    yield case("alpha = 0.5, one negative number", dout=np.array([2.0]), z=np.array([-1.0]), alpha=0.5)
    yield case("alpha = 2", dout=np.array([2.0, 3.0]), z=np.array([-0.5, 1.5]), alpha=2.0)
    for _ in draw.rounds(public=2, hidden=6):
        shape, alpha = draw.shape(), draw.number(0.1, 3.0)
        dout, z = draw.normal(*shape), nowhere_zero(draw.normal(*shape, scale=2.0))
        yield case("random numbers and alpha", dout=dout, z=z, alpha=alpha)


def elu_backward_zero_and_far(draw: Sampler) -> Iterator[Case]:
    """The kink at z = 0, which alpha != 1 makes visible; no NaN where exp(z) overflows."""
    yield case("alpha = 0.5, z = 0", dout=np.array([2.0, -3.0]), z=np.array([0.0, 0.0]), alpha=0.5)
    yield case("z = 1000 and -1000", dout=np.array([2.0, 3.0]), z=np.array([1000.0, -1000.0]), alpha=1.0)
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        yield case("zeros, random alpha", dout=draw.normal(*shape), z=np.zeros(shape), alpha=draw.number(1.5, 3.0))
        yield case("large numbers", dout=draw.normal(*shape), z=draw.normal(*shape, scale=1e4), alpha=1.0)


def elu_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any shape and memory order. alpha = 1 throughout."""
    yield case(
        "float32", dout=np.array([2.0, 3.0], dtype="float32"), z=np.array([-1.0, 2.0], dtype="float32"), alpha=1.0
    )
    yield case("whole numbers", dout=np.array([0.5, 2.0, -3.0]), z=np.array([-1, 2, -2]), alpha=1.0)
    yield case(
        "Fortran order", dout=np.asfortranarray(draw.normal(3, 4)), z=np.asfortranarray(draw.normal(3, 4)), alpha=1.0
    )
    yield case(
        "every second entry of a larger array", dout=strided(draw.normal(2, 5)), z=strided(draw.normal(2, 5)), alpha=1.0
    )
    yield case("empty batch", dout=np.zeros((0, 3)), z=np.zeros((0, 3)), alpha=1.0)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        dout, z = (draw.normal(*shape, dtype="float32") for _ in range(2))
        yield case("float32 images", dout=dout, z=z, alpha=1.0)


def elu_backward_alpha_forgotten(dout, z, alpha=1.0):
    return dout * np.exp(np.minimum(z, 0))


def elu_backward_output_plus_one(dout, z, alpha=1.0):
    y = alpha * np.expm1(np.minimum(z, 0))
    return dout * np.where(z > 0, 1, y + 1)


def elu_backward_slope_one_at_zero(dout, z, alpha=1.0):
    return dout * np.where(z >= 0, 1, alpha * np.exp(np.minimum(z, 0)))


def elu_backward_alpha_inside_the_exponential(dout, z, alpha=1.0):
    return dout * np.exp(np.minimum(z, 0) / alpha)


def elu_backward_positive_side_scaled_too(dout, z, alpha=1.0):
    return dout * alpha * np.exp(np.minimum(z, 0))


def elu_backward_upstream_gradient_forgotten(dout, z, alpha=1.0):
    return np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0))).astype(dout.dtype)


def elu_backward_value_instead_of_slope(dout, z, alpha=1.0):
    return dout * np.where(z > 0, 1, alpha * np.expm1(np.minimum(z, 0)))


def elu_backward_value_for_positive_z(dout, z, alpha=1.0):
    return dout * np.where(z > 0, z, alpha * np.exp(np.minimum(z, 0)))


def elu_backward_input_instead_of_output(dout, z, alpha=1.0):
    return dout * np.where(z > 0, 1, z + alpha)


def elu_backward_slope_of_relu(dout, z, alpha=1.0):
    return dout * (z > 0)


def elu_backward_branch_chosen_by_dout(dout, z, alpha=1.0):
    return dout * np.where(dout > 0, 1, alpha * np.exp(np.minimum(z, 0)))


def elu_backward_branches_multiplied_by_masks(dout, z, alpha=1.0):
    return dout * ((z > 0) + alpha * np.exp(z) * (z <= 0))


def elu_backward_slope_as_whole_as_z(dout, z, alpha=1.0):
    slope = np.ones_like(z)
    slope[z <= 0] = alpha * np.exp(z[z <= 0])
    return dout * slope


def elu_backward_always_float64(dout, z, alpha=1.0):
    slope = np.ones(z.shape)
    slope[z <= 0] = alpha * np.exp(z[z <= 0])
    return dout * slope


def elu_backward_written_into_dout(dout, z, alpha=1.0):
    dout[z <= 0] *= alpha * np.exp(z[z <= 0])
    return dout


def elu_backward_overflow_thrown_away(dout, z, alpha=1.0):
    return dout * np.where(z > 0, 1, alpha * np.exp(z))


ELU_BACKWARD = Exercise(
    name="elu_backward",
    parameters=("dout", "z", "alpha"),
    summary="gradient of the loss with respect to the input of ELU",
    pytorch="torch.autograd.grad(F.elu(z, alpha), z, dout)",
    source=f"{ELU_PAPER}, section 3",
    reference=elu_backward_reference,
    requirements=(
        Requirement(ALPHA_1, 2, elu_backward_alpha_1),
        Requirement(OTHER_ALPHA, 1, elu_backward_other_alpha),
        Requirement(ZERO_AND_FAR, 1, elu_backward_zero_and_far),
        Requirement(ANY_ARRAY, 1, elu_backward_any_array),
    ),
    mistakes=(
        Mistake(
            elu_backward_upstream_gradient_forgotten,
            "This is the derivative alone. The chain rule multiplies it by the gradient that arrives, dout.",
            loses=(ALPHA_1, OTHER_ALPHA, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            elu_backward_alpha_forgotten,
            "alpha has no effect on your result, but it is a factor of the negative branch and stays one in its "
            "derivative.",
            loses=(OTHER_ALPHA, ZERO_AND_FAR),
        ),
        Mistake(
            elu_backward_output_plus_one,
            "Output plus 1 is the derivative only for alpha = 1. Differentiate alpha * (exp(z) - 1) and write the "
            "result with the output again: what has to be added?",
            loses=(OTHER_ALPHA, ZERO_AND_FAR),
        ),
        Mistake(
            elu_backward_slope_one_at_zero,
            "Right except where z is exactly 0. There the two sides have different slopes, 1 and alpha, and "
            "PyTorch counts z = 0 to the negative side.",
            loses=(ZERO_AND_FAR,),
        ),
        Mistake(
            elu_backward_alpha_inside_the_exponential,
            "This is the derivative of CELU, which divides z by alpha inside the exponential. ELU does not.",
            loses=(OTHER_ALPHA, ZERO_AND_FAR),
        ),
        Mistake(
            elu_backward_positive_side_scaled_too,
            "For z > 0 ELU is z itself, so its slope there is 1, whatever alpha is; you multiply by alpha there too.",
            loses=(OTHER_ALPHA,),
        ),
        Mistake(
            elu_backward_value_instead_of_slope,
            "On the negative side you multiply by the value of ELU, not by its derivative: the -1 vanishes when you "
            "differentiate.",
            loses=(ALPHA_1, OTHER_ALPHA, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            elu_backward_value_for_positive_z,
            "The negative side is right. For z > 0 you multiply dout by z, the value of ELU; its slope there is 1.",
            loses=(ALPHA_1, OTHER_ALPHA, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            elu_backward_input_instead_of_output,
            "z + alpha is not the slope: the form without an exponential takes the output of ELU plus alpha. You are "
            "given the input z, so compute the output first, or use alpha * exp(z).",
            loses=(ALPHA_1, OTHER_ALPHA, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            elu_backward_slope_of_relu,
            "This is the gradient of ReLU: nothing passes where z is negative. ELU lets a part of it through there.",
            loses=(ALPHA_1, OTHER_ALPHA, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            elu_backward_branch_chosen_by_dout,
            "You choose the branch by the sign of dout. It is the sign of z that says on which side the unit was.",
            loses=(ALPHA_1, OTHER_ALPHA, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            elu_backward_branches_multiplied_by_masks,
            "NaN for large z: exp(z) overflows to infinity there, and infinity times False is NaN, not 0. Choose "
            "between the branches instead, or keep z > 0 out of the exponential.",
            loses=(ZERO_AND_FAR,),
        ),
        Mistake(
            elu_backward_slope_as_whole_as_z,
            "For whole numbers in z your slopes are whole numbers too, and exp(z) is cut down to 0: an array made like "
            "z takes over its dtype. Make it like dout.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            elu_backward_always_float64,
            "Your result is float64 whatever the dtype of the inputs: np.ones(shape) is, unless told otherwise.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            elu_backward_written_into_dout,
            "You multiply dout itself. It belongs to the caller, and another layer may still need it: make a new "
            "array.",
            loses=(PURITY,),
        ),
        Mistake(
            elu_backward_overflow_thrown_away,
            "You take the exponential of every z, and for large positive z it overflows. The negative branch "
            "needs no z above 0: cap its argument there.",
            loses=(),
        ),
    ),
    derivative=Derivative(elu_reference, upstream="dout", with_respect_to=("z",)),
)

# ---------------------------------------------------------------- self_normalizing_constants


def self_normalizing_constants_reference(z, probability):
    """alpha from the mean, scale from the mean square, with PyTorch's own functions."""
    import torch.nn.functional as F

    alpha = (probability * F.relu(z)).sum() / (probability * F.relu(-F.elu(z))).sum()
    scale = (probability * F.elu(z, float(alpha)).square()).sum().rsqrt()
    return alpha, scale


def standard_normal(points: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """The standard normal distribution as points and probabilities: Gauss-Legendre on [-12, 0] and on [0, 12]."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    right, weights = 6 * (nodes + 1), 6 * weights * np.exp(-18 * (nodes + 1) ** 2) / np.sqrt(2 * np.pi)
    return np.concatenate([-right[::-1], right]), np.concatenate([weights[::-1], weights])


def both_signs(draw: Sampler, count: int) -> np.ndarray:
    """Random numbers of which at least one is negative and one positive."""
    return np.concatenate([[-1.0, 1.0] * (0.5 + draw.uniform(2)), draw.normal(count - 2, scale=1.5)])


def equally(z: np.ndarray) -> np.ndarray:
    """The same probability for each entry."""
    return np.full(z.shape, 1 / z.size, z.dtype if z.dtype.kind == "f" else np.float64)


def constants_equally_likely(draw: Sampler) -> Iterator[Case]:
    """Every input has the same probability."""
    z = np.array([-np.log(2.0), 2.0])
    yield case("two inputs", z=z, probability=equally(z))
    z = np.array([-1.0, 0.0, -2.0, 3.0])
    yield case("four inputs, one of them 0", z=z, probability=equally(z))
    for _ in draw.rounds(public=2, hidden=6):
        z = both_signs(draw, draw.integer(5, 9))
        yield case("random inputs", z=z, probability=equally(z))


def constants_unequal_probabilities(draw: Sampler) -> Iterator[Case]:
    """Weighted sums; last, the standard normal distribution, which gives SELU's own constants."""
    yield case("1/4 and 3/4", z=np.array([-np.log(2.0), 1.0]), probability=np.array([0.25, 0.75]))
    for _ in draw.rounds(public=2, hidden=6):
        z = both_signs(draw, draw.integer(5, 9))
        weight = draw.uniform(z.size, low=0.1, high=1.0)
        yield case("random inputs and probabilities", z=z, probability=weight / weight.sum())
    z, probability = standard_normal()
    yield case("the standard normal distribution", z=z, probability=probability)


def constants_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any shape and memory order. Equal probabilities."""
    z = np.array([-1.0, 2.0], dtype="float32")
    yield case("float32", z=z, probability=equally(z))
    z = np.array([-1, 0, 2, -3])
    yield case("whole numbers", z=z, probability=equally(z))
    z = np.asfortranarray(both_signs(draw, 6).reshape(2, 3))
    yield case("a table in Fortran order", z=z, probability=np.asfortranarray(equally(z)))
    z = strided(both_signs(draw, 5))
    yield case("every second entry of a larger array", z=z, probability=strided(equally(z)))
    for _ in draw.rounds(public=1, hidden=3):
        z = both_signs(draw, 24).reshape(2, 3, 4).astype("float32")
        yield case("a float32 array with three axes", z=z, probability=equally(z))


def self_normalizing_constants_probabilities_ignored(z, probability):
    alpha = -np.mean(np.maximum(z, 0)) / np.mean(np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sqrt(np.mean(y**2))


def self_normalizing_constants_alpha_negative(z, probability):
    alpha = np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sqrt(np.sum(probability * y**2))


def self_normalizing_constants_left_side_not_cut_off(z, probability):
    left = np.expm1(z)
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * left)
    return alpha, 1 / np.sqrt(np.sum(probability * (np.maximum(z, 0) + alpha * left) ** 2))


def self_normalizing_constants_those_of_selu(z, probability):
    return 1.6732632423543772, 1.0507009873554805


def self_normalizing_constants_root_forgotten(z, probability):
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sum(probability * y**2)


def self_normalizing_constants_scale_upside_down(z, probability):
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, np.sqrt(np.sum(probability * y**2))


def self_normalizing_constants_scale_of_alpha_1(z, probability):
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sqrt(np.sum(probability * y**2))


def self_normalizing_constants_order_exchanged(z, probability):
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return 1 / np.sqrt(np.sum(probability * y**2)), alpha


def self_normalizing_constants_each_side_averaged_alone(z, probability):
    right, left = z > 0, z < 0
    mean_right = np.sum(probability[right] * z[right]) / np.sum(probability[right])
    mean_left = np.sum(probability[left] * np.expm1(z[left])) / np.sum(probability[left])
    alpha = -mean_right / mean_left
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sqrt(np.sum(probability * y**2))


def self_normalizing_constants_always_float64(z, probability):
    z, probability = z.astype(np.float64), probability.astype(np.float64)
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sqrt(np.sum(probability * y**2))


SELF_NORMALIZING_CONSTANTS = Exercise(
    name="self_normalizing_constants",
    parameters=("z", "probability"),
    summary="the alpha and the scale with which scale * elu(z, alpha) has mean 0 and mean square 1",
    pytorch="sums of F.elu; for the standard normal distribution, the two constants inside F.selu",
    source=f"{SELU_PAPER}, section 2: the fixed point (0, 1)",
    reference=self_normalizing_constants_reference,
    requirements=(
        Requirement("equally likely inputs", 2, constants_equally_likely),
        Requirement("unequal probabilities", 1, constants_unequal_probabilities),
        Requirement(ANY_ARRAY, 1, constants_any_array),
    ),
    mistakes=(
        Mistake(
            self_normalizing_constants_probabilities_ignored,
            "You take plain averages: a mean over a distribution weights every input with its probability.",
            loses=("unequal probabilities",),
        ),
        Mistake(
            self_normalizing_constants_alpha_negative,
            "Your alpha is negative. exp(z) - 1 is negative itself for z < 0: solve the equation mean = 0 for "
            "alpha once more and watch the sign.",
            loses=("equally likely inputs", "unequal probabilities", ANY_ARRAY),
        ),
        Mistake(
            self_normalizing_constants_left_side_not_cut_off,
            "Your left side also counts positive z, where it should be 0: it is exp(min(z, 0)) - 1, not exp(z) - 1.",
            loses=("equally likely inputs", "unequal probabilities", ANY_ARRAY),
        ),
        Mistake(
            self_normalizing_constants_those_of_selu,
            "These are SELU's own two numbers, which belong to the standard normal distribution. Compute the constants "
            "of the distribution that you are given.",
            loses=("equally likely inputs", "unequal probabilities", ANY_ARRAY),
        ),
        Mistake(
            self_normalizing_constants_root_forgotten,
            "alpha is right. The scale multiplies the output, so its square multiplies the mean square.",
            loses=("equally likely inputs", "unequal probabilities", ANY_ARRAY),
        ),
        Mistake(
            self_normalizing_constants_scale_upside_down,
            "alpha is right. The scale you return is the size that the outputs have; they are to be brought from "
            "there to 1.",
            loses=("equally likely inputs", "unequal probabilities", ANY_ARRAY),
        ),
        Mistake(
            self_normalizing_constants_scale_of_alpha_1,
            "alpha is right. For the scale you used outputs with alpha = 1: take the alpha that you have just found.",
            loses=("equally likely inputs", "unequal probabilities", ANY_ARRAY),
        ),
        Mistake(
            self_normalizing_constants_order_exchanged,
            "Both numbers are right and in the wrong order: alpha comes first.",
            loses=("equally likely inputs", "unequal probabilities", ANY_ARRAY),
        ),
        Mistake(
            self_normalizing_constants_each_side_averaged_alone,
            "You average over the positive and over the negative inputs separately. The mean is one sum over all "
            "inputs, in which each side counts with its own total probability.",
            loses=("equally likely inputs", "unequal probabilities", ANY_ARRAY),
        ),
        Mistake(
            self_normalizing_constants_always_float64,
            "Your results are float64 whatever the dtype of the inputs. Leave out the conversion.",
            loses=(ANY_ARRAY,),
        ),
    ),
    outputs=("alpha", "scale"),
    computation="reduction",
)

# ---------------------------------------------------------------- selu


def selu_reference(z):
    """SELU in PyTorch."""
    import torch.nn.functional as F

    return F.selu(z)


def selu_both_sides(draw: Sampler) -> Iterator[Case]:
    """Ordinary numbers, negative and positive."""
    yield case("one negative number", z=np.array([-1.0]))
    yield case("negative, zero and positive", z=np.array([-2.0, 0.0, 1.0]))
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random numbers", z=draw.normal(*draw.shape(), scale=2.0))


def selu_extremes(draw: Sampler) -> Iterator[Case]:
    """Large |z| without NaN, tiny |z| without cancellation."""
    yield case("z = 1000 and -1000", z=np.array([1000.0, -1000.0]))
    yield case("z = -1e-10", z=np.array([-1e-10]), computation=RELATIVE)
    yield case("infinite", z=np.array([np.inf, -np.inf]))
    for _ in draw.rounds(public=1, hidden=4):
        yield case("tiny negative numbers", z=-(10.0 ** -draw.uniform(5, low=6, high=12)), computation=RELATIVE)
        yield case("large numbers", z=draw.normal(*draw.shape(), scale=1e4))


def selu_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any shape and memory order."""
    yield case("float32", z=np.array([-1.0, 2.0], dtype="float32"))
    yield case("whole numbers", z=np.array([-1, 0, 2]))
    yield case("Fortran order", z=np.asfortranarray(draw.normal(3, 4)))
    yield case("every second entry of a larger array", z=strided(draw.normal(2, 5)))
    yield case("empty batch", z=np.zeros((0, 3)))
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32 images", z=draw.normal(*draw.shape(4, largest=5), dtype="float32"))


def selu_scale_forgotten(z):
    alpha = 1.6732632423543772
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def selu_scale_on_the_positive_side_only(z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return np.where(z > 0, scale * z, alpha * np.expm1(np.minimum(z, 0)))


def selu_scale_on_the_negative_side_only(z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return np.where(z > 0, z, scale * alpha * np.expm1(np.minimum(z, 0)))


def selu_alpha_forgotten(z):
    scale = 1.0507009873554805
    return scale * np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def selu_constants_exchanged(z):
    alpha, scale = 1.0507009873554805, 1.6732632423543772
    return scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def selu_constants_rounded_to_two_decimals(z):
    return 1.05 * np.where(z > 0, z, 1.67 * np.expm1(np.minimum(z, 0)))


def selu_constants_rounded_to_four_decimals(z):
    return 1.0507 * np.where(z > 0, z, 1.6733 * np.expm1(np.minimum(z, 0)))


def selu_digits_lost_near_zero(z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * np.where(z > 0, z, alpha * (np.exp(z) - 1))


def selu_branches_multiplied_by_masks(z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * (z * (z > 0) + alpha * np.expm1(z) * (z <= 0))


def selu_always_float64(z):
    scale, alpha = np.array([1.0507009873554805, 1.6732632423543772])
    return scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def selu_written_into_z(z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    z[z < 0] = alpha * np.expm1(z[z < 0])
    return scale * z


def selu_overflow_thrown_away(z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * np.where(z > 0, z, alpha * np.expm1(z))


SELU = Exercise(
    name="selu",
    parameters=("z",),
    summary="scaled exponential linear unit",
    pytorch="torch.nn.functional.selu(z)",
    source=f"{SELU_PAPER}, section 2",
    reference=selu_reference,
    requirements=(
        Requirement(BOTH_SIDES, 2, selu_both_sides),
        Requirement(EXTREMES, 1, selu_extremes),
        Requirement(ANY_ARRAY, 1, selu_any_array),
    ),
    mistakes=(
        Mistake(
            selu_scale_on_the_positive_side_only,
            "The positive side is right, the negative one lacks the factor lambda: it multiplies the whole function.",
            loses=(BOTH_SIDES, EXTREMES, ANY_ARRAY),
        ),
        Mistake(
            selu_scale_forgotten,
            "This is ELU with alpha = 1.67. SELU multiplies it, both sides of it, by lambda.",
            loses=(BOTH_SIDES, EXTREMES, ANY_ARRAY),
        ),
        Mistake(
            selu_scale_on_the_negative_side_only,
            "The negative side is right, the positive one lacks the factor lambda: its slope is 1.0507, not 1.",
            loses=(BOTH_SIDES, EXTREMES, ANY_ARRAY),
        ),
        Mistake(
            selu_alpha_forgotten,
            "This is lambda times ELU with alpha = 1: your curve levels off at -1.05. Where does SELU's second "
            "constant go?",
            loses=(BOTH_SIDES, EXTREMES, ANY_ARRAY),
        ),
        Mistake(
            selu_constants_exchanged,
            "The two constants have changed places: the slope for positive z is lambda, 1.05, the smaller one.",
            loses=(BOTH_SIDES, EXTREMES, ANY_ARRAY),
        ),
        Mistake(
            selu_constants_rounded_to_two_decimals,
            "Your constants have two decimals, 1.05 and 1.67: copy all the digits from the exercise card.",
            loses=(BOTH_SIDES, EXTREMES, ANY_ARRAY),
        ),
        Mistake(
            selu_constants_rounded_to_four_decimals,
            "Your constants have four decimals, 1.0507 and 1.6733: copy all the digits from the exercise card.",
            loses=(BOTH_SIDES, EXTREMES, ANY_ARRAY),
        ),
        Mistake(
            selu_digits_lost_near_zero,
            "For tiny |z|, exp(z) is a number next to 1, and the subtraction throws away the digits that matter. "
            "NumPy has a function that computes exp(z) - 1 without forming exp(z) first.",
            loses=(EXTREMES,),
        ),
        Mistake(
            selu_branches_multiplied_by_masks,
            "NaN for large z: the exponential overflows to infinity there, and infinity times False is NaN, not 0. "
            "Choose between the branches instead of multiplying them by masks, or keep z > 0 out of the exponential.",
            loses=(EXTREMES,),
        ),
        Mistake(
            selu_always_float64,
            "Your result is float64 even for float32 input: a constant that is a NumPy float64 number turns all "
            "it touches into float64. Plain Python numbers do not.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            selu_written_into_z,
            "You write into z itself. It belongs to the caller, who still needs it for the backward pass: make a "
            "new array.",
            loses=(ANY_ARRAY, PURITY),
        ),
        Mistake(
            selu_overflow_thrown_away,
            "You take the exponential of every z, and for large positive z it overflows. The negative branch "
            "needs no z above 0: cap its argument there.",
            loses=(),
        ),
    ),
)

# ---------------------------------------------------------------- selu_backward


def selu_backward_reference(dout, z):
    """The gradient of SELU by PyTorch's autograd."""
    import torch
    import torch.nn.functional as F

    z = z.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.selu(z), z, dout)
    return gradient


def selu_backward_both_sides(draw: Sampler) -> Iterator[Case]:
    """Ordinary numbers, negative and positive, with an upstream gradient that is not one."""
    yield case("one negative number", dout=np.array([2.0]), z=np.array([-1.0]))
    yield case("negative and positive", dout=np.array([-3.0, 0.5]), z=np.array([-2.0, 3.0]))
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        dout, z = draw.normal(*shape), nowhere_zero(draw.normal(*shape, scale=2.0))
        yield case("random numbers", dout=dout, z=z)


def selu_backward_zero_and_far(draw: Sampler) -> Iterator[Case]:
    """The kink at z = 0; no NaN where exp(z) overflows."""
    yield case("z = 0", dout=np.array([2.0, -3.0]), z=np.array([0.0, 0.0]))
    yield case("z = 1000 and -1000", dout=np.array([2.0, 3.0]), z=np.array([1000.0, -1000.0]))
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        yield case("zeros", dout=draw.normal(*shape), z=np.zeros(shape))
        yield case("large numbers", dout=draw.normal(*shape), z=draw.normal(*shape, scale=1e4))


def selu_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any shape and memory order."""
    yield case("float32", dout=np.array([2.0, 3.0], dtype="float32"), z=np.array([-1.0, 2.0], dtype="float32"))
    yield case("whole numbers", dout=np.array([0.5, 2.0, -3.0]), z=np.array([-1, 2, -2]))
    fortran = np.asfortranarray(draw.normal(3, 4))
    yield case("Fortran order", dout=fortran, z=np.asfortranarray(nowhere_zero(draw.normal(3, 4))))
    second = strided(draw.normal(2, 5))
    yield case("every second entry of a larger array", dout=second, z=strided(nowhere_zero(draw.normal(2, 5))))
    yield case("empty batch", dout=np.zeros((0, 3)), z=np.zeros((0, 3)))
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        dout, z = draw.normal(*shape, dtype="float32"), nowhere_zero(draw.normal(*shape, dtype="float32"))
        yield case("float32 images", dout=dout, z=z)


def selu_backward_scale_forgotten(dout, z):
    alpha = 1.6732632423543772
    return dout * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))


def selu_backward_output_plus_alpha(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    y = scale * alpha * np.expm1(np.minimum(z, 0))
    return dout * np.where(z > 0, scale, y + alpha)


def selu_backward_slope_one_for_positive_z(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * np.where(z > 0, 1, scale * alpha * np.exp(np.minimum(z, 0)))


def selu_backward_alpha_forgotten(dout, z):
    scale = 1.0507009873554805
    return dout * scale * np.exp(np.minimum(z, 0))


def selu_backward_slope_of_the_positive_side_at_zero(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * scale * np.where(z >= 0, 1, alpha * np.exp(np.minimum(z, 0)))


def selu_backward_upstream_gradient_forgotten(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return (scale * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))).astype(dout.dtype)


def selu_backward_value_instead_of_slope(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * scale * np.where(z > 0, 1, alpha * np.expm1(np.minimum(z, 0)))


def selu_backward_value_for_positive_z(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * scale * np.where(z > 0, z, alpha * np.exp(np.minimum(z, 0)))


def selu_backward_constants_rounded_to_four_decimals(dout, z):
    return dout * 1.0507 * np.where(z > 0, 1, 1.6733 * np.exp(np.minimum(z, 0)))


def selu_backward_branches_multiplied_by_masks(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * scale * ((z > 0) + alpha * np.exp(z) * (z <= 0))


def selu_backward_slope_as_whole_as_z(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    slope = np.full_like(z, scale)
    slope[z <= 0] = scale * alpha * np.exp(z[z <= 0])
    return dout * slope


def selu_backward_always_float64(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    slope = np.full(z.shape, scale)
    slope[z <= 0] = scale * alpha * np.exp(z[z <= 0])
    return dout * slope


def selu_backward_written_into_dout(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    dout *= scale
    dout[z <= 0] *= alpha * np.exp(z[z <= 0])
    return dout


def selu_backward_overflow_thrown_away(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return dout * scale * np.where(z > 0, 1, alpha * np.exp(z))


SELU_BACKWARD = Exercise(
    name="selu_backward",
    parameters=("dout", "z"),
    summary="gradient of the loss with respect to the input of SELU",
    pytorch="torch.autograd.grad(F.selu(z), z, dout)",
    source=f"{SELU_PAPER}, section 2",
    reference=selu_backward_reference,
    requirements=(
        Requirement(BOTH_SIDES, 2, selu_backward_both_sides),
        Requirement(ZERO_AND_FAR, 1, selu_backward_zero_and_far),
        Requirement(ANY_ARRAY, 1, selu_backward_any_array),
    ),
    mistakes=(
        Mistake(
            selu_backward_upstream_gradient_forgotten,
            "This is the derivative alone. The chain rule multiplies it by the gradient that arrives, dout.",
            loses=(BOTH_SIDES, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            selu_backward_scale_forgotten,
            "lambda is missing: it multiplies the whole function, so it multiplies both slopes.",
            loses=(BOTH_SIDES, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            selu_backward_slope_one_for_positive_z,
            "The negative side is right. For z > 0 SELU is lambda * z: its slope there is not 1.",
            loses=(BOTH_SIDES, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            selu_backward_output_plus_alpha,
            "Output plus alpha is the slope of ELU. SELU's output contains lambda already: what must be added to "
            "it to get lambda * alpha * exp(z)?",
            loses=(BOTH_SIDES, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            selu_backward_alpha_forgotten,
            "alpha is missing: it is a factor of the negative branch and stays one in its derivative.",
            loses=(BOTH_SIDES, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            selu_backward_slope_of_the_positive_side_at_zero,
            "Right except where z is exactly 0: PyTorch counts z = 0 to the negative side, where the slope is larger.",
            loses=(ZERO_AND_FAR,),
        ),
        Mistake(
            selu_backward_value_instead_of_slope,
            "On the negative side you multiply by the value of SELU, not by its derivative: the -1 vanishes when you "
            "differentiate.",
            loses=(BOTH_SIDES, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            selu_backward_value_for_positive_z,
            "The negative side is right. For z > 0 you multiply dout by lambda * z, the value of SELU; its slope there "
            "is lambda.",
            loses=(BOTH_SIDES, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            selu_backward_constants_rounded_to_four_decimals,
            "Your constants have four decimals, 1.0507 and 1.6733: copy all the digits from the exercise card.",
            loses=(BOTH_SIDES, ZERO_AND_FAR, ANY_ARRAY),
        ),
        Mistake(
            selu_backward_branches_multiplied_by_masks,
            "NaN for large z: exp(z) overflows to infinity there, and infinity times False is NaN, not 0. Choose "
            "between the branches instead, or keep z > 0 out of the exponential.",
            loses=(ZERO_AND_FAR,),
        ),
        Mistake(
            selu_backward_slope_as_whole_as_z,
            "For whole numbers in z your slopes are whole numbers too, so their decimals are cut off: an array made "
            "like z takes over its dtype. Make it like dout.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            selu_backward_always_float64,
            "Your result is float64 whatever the dtype of the inputs: np.full(shape, number) is, unless told "
            "otherwise.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            selu_backward_written_into_dout,
            "You multiply dout itself. It belongs to the caller, and another layer may still need it: make a new "
            "array.",
            loses=(PURITY,),
        ),
        Mistake(
            selu_backward_overflow_thrown_away,
            "You take the exponential of every z, and for large positive z it overflows. The negative branch "
            "needs no z above 0: cap its argument there.",
            loses=(),
        ),
    ),
    derivative=Derivative(selu_reference, upstream="dout", with_respect_to=("z",)),
)

EXERCISES = (ELU, ELU_BACKWARD, SELF_NORMALIZING_CONSTANTS, SELU, SELU_BACKWARD)

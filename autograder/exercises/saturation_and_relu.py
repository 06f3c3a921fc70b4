"""Kernels of `1_training_problems/3a_saturation_and_relu`: sigmoid, tanh, ReLU, their derivatives, and dead units.

`relu` and `relu_backward` are not given whole numbers: `np.maximum(z, 0)` keeps them whole, as PyTorch does.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Derivative, Exercise, Mistake, Requirement, case
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "1_training_problems/3a_saturation_and_relu"

ANY_ARRAY = "any shape, memory order and dtype"

# ---------------------------------------------------------------- sigmoid


def sigmoid_reference(z):
    """The logistic function in PyTorch."""
    import torch

    return torch.sigmoid(z)


def far_from_zero(draw: Sampler) -> np.ndarray:
    """Numbers of either sign and of a size between 50 and 1000."""
    rows, columns = draw.shape()
    sign = np.where(draw.uniform(rows, columns) < 0.5, -1.0, 1.0)
    return np.round(sign * draw.uniform(rows, columns, low=50, high=1000), 1)


def sigmoid_values(draw: Sampler) -> Iterator[Case]:
    """Moderate z on both sides of zero."""
    yield case("z = 0 and z = 1", z=np.array([0.0, 1.0]))
    yield case("negative, zero and positive", z=np.array([-2.0, 0.0, 3.0]))
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random numbers", z=draw.normal(*draw.shape(), scale=2.0))


def sigmoid_large(draw: Sampler) -> Iterator[Case]:
    """Large |z|: the result levels off at 0 and 1; nothing overflows, nothing is cut off early."""
    yield case("z = 1000 and -1000", z=np.array([1000.0, -1000.0]))
    yield case("z = 40 and -40", z=np.array([40.0, -40.0]))
    yield case("infinite", z=np.array([np.inf, -np.inf]))
    for _ in draw.rounds(public=1, hidden=4):
        yield case("random large numbers", z=far_from_zero(draw))


def sigmoid_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order; whole numbers become float64."""
    yield case("float32", z=np.array([-1.0, 2.0], dtype="float32"))
    yield case("whole numbers", z=np.array([-1, 0, 2]))
    yield case("Fortran order", z=np.asfortranarray(draw.normal(3, 4)))
    yield case("every second entry of a larger array", z=strided(draw.normal(2, 5)))
    yield case("empty batch", z=np.zeros((0, 3)))
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32 images", z=draw.normal(*draw.shape(4, largest=5), dtype="float32"))


def sigmoid_overflow_in_exp(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_both_forms_computed_for_every_z(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


def sigmoid_infinity_over_infinity(z):
    return np.exp(z) / (1 + np.exp(z))


def sigmoid_sign_of_z(z):
    return 1 / (1 + np.exp(z))


def sigmoid_parentheses_missing(z):
    return 1 / 1 + np.exp(-z)


def sigmoid_clips_z_at_20(z):
    return 1 / (1 + np.exp(-np.clip(z, -20, 20)))


def sigmoid_tanh_of_z_not_of_half_z(z):
    return (1 + np.tanh(z)) / 2


def sigmoid_tanh_not_shifted(z):
    return np.tanh(z / 2)


def sigmoid_softmax_instead(z):
    return np.exp(z) / np.sum(np.exp(z))


def sigmoid_always_float64(z):
    e = np.exp(-np.abs(z.astype(float)))
    return np.where(z >= 0, 1, e) / (1 + e)


def sigmoid_result_as_whole_as_z(z):
    s = np.zeros_like(z)
    positive = z >= 0
    s[positive] = 1 / (1 + np.exp(-z[positive]))
    s[~positive] = np.exp(z[~positive]) / (1 + np.exp(z[~positive]))
    return s


SIGMOID = Exercise(
    name="sigmoid",
    parameters=("z",),
    summary="logistic function 1 / (1 + exp(-z))",
    pytorch="torch.sigmoid(z)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.sigmoid.html",
    reference=sigmoid_reference,
    requirements=(
        Requirement("moderate z", 1, sigmoid_values),
        Requirement("large |z|", 2, sigmoid_large),
        Requirement(ANY_ARRAY, 1, sigmoid_any_array),
    ),
    mistakes=(
        Mistake(
            sigmoid_overflow_in_exp,
            "The exponential overflows for very negative z. Dividing by infinity happens to give the right 0, but the "
            "warning hides others that matter. An exponential of a number that is never positive cannot overflow.",
            loses=(),
        ),
        Mistake(
            sigmoid_both_forms_computed_for_every_z,
            "Both forms are right on their side, but np.where computes both for every z and then picks, and the one "
            "that is thrown away overflowed. Give both the one exponential that never overflows, that of -|z|.",
            loses=(),
        ),
        Mistake(
            sigmoid_infinity_over_infinity,
            "For large z both the numerator and the denominator are infinite, and infinity / infinity is NaN. "
            "Which of the two equal forms of the fraction uses only exponentials that stay small there?",
            loses=("large |z|",),
        ),
        Mistake(
            sigmoid_sign_of_z,
            "Your curve falls where it should rise: large positive z must give 1. Look at the sign inside the "
            "exponential.",
            loses=("moderate z", "large |z|", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_parentheses_missing,
            "Your numbers exceed 1: division binds more tightly than addition, so only a part of what should stand "
            "under the fraction bar does.",
            loses=("moderate z", "large |z|", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_clips_z_at_20,
            "Cutting z off at 20 stops the overflow, but the function has not arrived at its limit there: "
            "it stays at 2e-9 for every z below -20.",
            loses=("large |z|",),
        ),
        Mistake(
            sigmoid_tanh_of_z_not_of_half_z,
            "Your curve is twice as steep as it should be. In the identity between the logistic function and tanh, "
            "the two do not have the same argument.",
            loses=("moderate z", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_tanh_not_shifted,
            "Your results lie between -1 and 1. The logistic function has the same form but runs from 0 to 1: "
            "shift it and scale it.",
            loses=("moderate z", "large |z|", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_softmax_instead,
            "Your numbers sum to 1 over the whole array: this is softmax. Each entry of the logistic function depends "
            "on its own z alone.",
            loses=("moderate z", "large |z|", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_always_float64,
            "The numbers are right, but float32 becomes float64: something in your function fixes the dtype. "
            "Python's own numbers keep the array's dtype; astype(float) and np.zeros(shape) do not.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            sigmoid_result_as_whole_as_z,
            "For whole numbers the result is whole too, so 0.73 is cut down to 0: an array made with zeros_like(z) "
            "takes over the dtype of z.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- sigmoid_backward


def sigmoid_backward_reference(dout, s):
    """What PyTorch's autograd calls for the derivative of torch.sigmoid: it too keeps the output, not the input."""
    import torch

    return torch.ops.aten.sigmoid_backward(dout, s)


def sigmoid_backward_values(draw: Sampler) -> Iterator[Case]:
    """Outputs s well inside (0, 1)."""
    yield case("s = 0.5, where the curve is steepest", dout=np.array([2.0]), s=np.array([0.5]))
    yield case("s = 0.2 and 0.9", dout=np.array([3.0, -2.0]), s=np.array([0.2, 0.9]))
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        s = np.round(draw.uniform(*shape, low=0.02, high=0.98), 3)
        yield case("random numbers", dout=draw.normal(*shape), s=s)


def sigmoid_backward_saturated(draw: Sampler) -> Iterator[Case]:
    """s rounded to exactly 0 or 1, and close to them."""
    yield case("s exactly 1, exactly 0, and 0.75", dout=np.array([2.0, -3.0, 4.0]), s=np.array([1.0, 0.0, 0.75]))
    yield case("s = 1e-9 and 1 - 1e-9", dout=np.array([-2.0, 5.0]), s=np.array([1e-9, 1 - 1e-9]))
    for _ in draw.rounds(public=1, hidden=4):
        rows, columns = draw.shape()
        s = 1 / (1 + np.exp(-draw.normal(rows, columns, scale=20.0)))
        s[0, 0], s[-1, -1] = 1.0, 0.0
        yield case("random, most of them saturated", dout=draw.normal(rows, columns), s=s)


def sigmoid_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order; a whole-numbered upstream gradient gives float64."""
    dout, s = np.array([2.0, -3.0], dtype="float32"), np.array([0.25, 0.625], dtype="float32")
    yield case("float32", dout=dout, s=s)
    yield case("whole-numbered dout", dout=np.array([2, -3, 1]), s=np.array([0.25, 0.5, 0.875]))
    fortran = np.asfortranarray(draw.uniform(3, 4, low=0.1, high=0.9))
    yield case("Fortran order", dout=np.asfortranarray(draw.normal(3, 4)), s=fortran)
    yield case(
        "every second entry of a larger array",
        dout=strided(draw.normal(2, 5)),
        s=strided(draw.uniform(2, 5, low=0.1, high=0.9)),
    )
    yield case("empty batch", dout=np.zeros((0, 3)), s=np.zeros((0, 3)))
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        s = draw.uniform(*shape, low=0.1, high=0.9, dtype="float32")
        yield case("float32 images", dout=draw.normal(*shape, dtype="float32"), s=s)


def sigmoid_backward_sigmoid_applied_again(dout, s):
    s = 1 / (1 + np.exp(-s))
    return dout * s * (1 - s)


def sigmoid_backward_dout_forgotten(dout, s):
    return s * (1 - s)


def sigmoid_backward_of_tanh(dout, s):
    return dout * (1 - s**2)


def sigmoid_backward_one_factor_missing(dout, s):
    return dout * (1 - s)


def sigmoid_backward_other_factor_missing(dout, s):
    return dout * s


def sigmoid_backward_order_of_operations(dout, s):
    return dout * s - s**2


def sigmoid_backward_sign(dout, s):
    return dout * s * (s - 1)


def sigmoid_backward_through_the_inverse(dout, s):
    z = np.log(s / (1 - s))
    return dout * np.exp(-z) / (1 + np.exp(-z)) ** 2


def sigmoid_backward_s_clipped(dout, s):
    s = np.clip(s, 1e-7, 1 - 1e-7)
    return dout * s * (1 - s)


def sigmoid_backward_always_float64(dout, s):
    return dout * s * (np.ones(s.shape) - s)


SIGMOID_BACKWARD = Exercise(
    name="sigmoid_backward",
    parameters=("dout", "s"),
    summary="gradient of the loss with respect to the input of the logistic function, from its output",
    pytorch="torch.autograd.grad(s, z, dout), where s = torch.sigmoid(z)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.sigmoid.html",
    reference=sigmoid_backward_reference,
    requirements=(
        Requirement("moderate s", 2, sigmoid_backward_values),
        Requirement("saturated s", 1, sigmoid_backward_saturated),
        Requirement(ANY_ARRAY, 1, sigmoid_backward_any_array),
    ),
    mistakes=(
        Mistake(
            sigmoid_backward_sigmoid_applied_again,
            "`s` is the output of the logistic function already. Your numbers are those of applying it a second time.",
            loses=("moderate s", "saturated s", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_backward_dout_forgotten,
            "`dout` has no effect on your result. This is the derivative of the function; the chain rule asks for one "
            "more factor.",
            loses=("moderate s", "saturated s", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_backward_of_tanh,
            "This is the derivative of tanh, written with its output. For the logistic function try s = 0.5: the "
            "slope there is 1/4, not 3/4.",
            loses=("moderate s", "saturated s", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_backward_one_factor_missing,
            "At s = 0 your slope is 1, but the curve is flat at both ends. A factor is missing that is 0 there.",
            loses=("moderate s", "saturated s", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_backward_other_factor_missing,
            "At s = 1 your slope is 1, but the curve is flat at both ends. A factor is missing that is 0 there.",
            loses=("moderate s", "saturated s", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_backward_order_of_operations,
            "`dout` multiplies only a part of the derivative: mind the parentheses when you multiply out s (1 - s).",
            loses=("moderate s", "saturated s", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_backward_sign,
            "The size is right and the sign is not: the logistic function rises everywhere, so its slope is never "
            "negative.",
            loses=("moderate s", "saturated s", ANY_ARRAY),
        ),
        Mistake(
            sigmoid_backward_through_the_inverse,
            "Where s has been rounded to exactly 0 or 1, its z is infinite, and your way back through z ends in NaN. "
            "The slope can be had from s directly.",
            loses=("saturated s",),
        ),
        Mistake(
            sigmoid_backward_s_clipped,
            "Where s is exactly 0 or 1 the gradient is exactly 0 in PyTorch too; yours is about 1e-7. Keeping s away "
            "from 0 and 1 protects a logarithm, and there is none here.",
            loses=("saturated s",),
        ),
        Mistake(
            sigmoid_backward_always_float64,
            "The numbers are right, but float32 becomes float64: np.ones(shape) makes float64. A plain Python 1 "
            "adapts to the array beside it.",
            loses=(ANY_ARRAY,),
        ),
    ),
    derivative=Derivative(
        sigmoid_reference, upstream="dout", with_respect_to=("z",), at=lambda s: {"z": np.log(s / (1 - s))}
    ),
)

# ---------------------------------------------------------------- tanh


def tanh_reference(z):
    """The hyperbolic tangent in PyTorch."""
    import torch

    return torch.tanh(z)


def tanh_values(draw: Sampler) -> Iterator[Case]:
    """Moderate z on both sides of zero."""
    yield case("z = 0 and z = 1", z=np.array([0.0, 1.0]))
    yield case("negative, zero and positive", z=np.array([-2.0, 0.0, 0.5]))
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random numbers", z=draw.normal(*draw.shape(), scale=1.5))


def tanh_large(draw: Sampler) -> Iterator[Case]:
    """Large |z|: 1 and -1, without overflow."""
    yield case("z = 1000 and -1000", z=np.array([1000.0, -1000.0]))
    yield case("infinite", z=np.array([np.inf, -np.inf]))
    for _ in draw.rounds(public=1, hidden=4):
        yield case("random large numbers", z=far_from_zero(draw))


def tanh_tiny(draw: Sampler) -> Iterator[Case]:
    """Tiny |z|, compared relative to the result. One larger number keeps `return z` from passing."""
    yield case("z = 1e-10, -1e-12 and 0.5", z=np.array([1e-10, -1e-12, 0.5]), computation="elementwise, relative")
    for _ in draw.rounds(public=1, hidden=4):
        rows, columns = draw.shape()
        size = 10.0 ** -draw.uniform(rows, columns, low=9, high=14)
        sign = np.where(draw.uniform(rows, columns) < 0.5, -1.0, 1.0)
        z = sign * size
        z[-1, -1] = 0.5
        yield case("tiny random numbers and 0.5", z=z, computation="elementwise, relative")


def tanh_sinh_over_cosh(z):
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


def tanh_numerator_and_denominator_overflow(z):
    return np.sinh(z) / np.cosh(z)


def tanh_cancellation_near_zero(z):
    return 2 / (1 + np.exp(-2 * z)) - 1


def tanh_cancellation_in_the_other_form(z):
    return 1 - 2 / (1 + np.exp(2 * z))


def tanh_cancellation_after_a_stable_sigmoid(z):
    e = np.exp(-2 * np.abs(z))
    return 2 * (np.where(z >= 0, 1, e) / (1 + e)) - 1


def tanh_argument_not_doubled(z):
    e = np.exp(-np.abs(z))
    return 2 * np.where(z >= 0, 1, e) / (1 + e) - 1


def tanh_sigmoid_not_doubled(z):
    e = np.exp(-2 * np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e) - 1


def tanh_only_sinh(z):
    return (np.exp(z) - np.exp(-z)) / 2


def tanh_straight_and_cut_off(z):
    return np.clip(z, -1.0, 1.0)


def tanh_always_float64(z):
    return np.tanh(np.asarray(z, dtype=float))


TANH = Exercise(
    name="tanh",
    parameters=("z",),
    summary="hyperbolic tangent",
    pytorch="torch.tanh(z)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.tanh.html",
    reference=tanh_reference,
    requirements=(
        Requirement("moderate z", 1, tanh_values),
        Requirement("large |z|", 1, tanh_large),
        Requirement("tiny |z|", 1, tanh_tiny),
        Requirement(ANY_ARRAY, 1, sigmoid_any_array),
    ),
    mistakes=(
        Mistake(
            tanh_sinh_over_cosh,
            "The textbook fraction fails at both ends: for large |z| it is infinity / infinity, and for tiny |z| it "
            "subtracts two numbers that agree in nearly all their digits. NumPy has a function that avoids both.",
            loses=("large |z|", "tiny |z|"),
        ),
        Mistake(
            tanh_numerator_and_denominator_overflow,
            "For large |z| both parts of your fraction are infinite, and infinity / infinity is NaN. NumPy has a "
            "function that avoids this.",
            loses=("large |z|",),
        ),
        Mistake(
            tanh_cancellation_near_zero,
            "The identity is right, the last digits near z = 0 are not: you compute a number close to 1 and take 1 "
            "away, and only its rounding error is left. NumPy has a function that avoids this.",
            loses=("tiny |z|",),
        ),
        Mistake(
            tanh_cancellation_in_the_other_form,
            "The identity is right, the last digits near z = 0 are not: 1 minus a number close to 1 leaves only its "
            "rounding error. NumPy has a function that avoids this.",
            loses=("tiny |z|",),
        ),
        Mistake(
            tanh_cancellation_after_a_stable_sigmoid,
            "Your logistic function is stable, but 2 s - 1 near s = 1/2 is not: the digits of z were rounded away "
            "when it was added to 1. NumPy has a function that avoids this.",
            loses=("tiny |z|",),
        ),
        Mistake(
            tanh_argument_not_doubled,
            "Your curve is half as steep as it should be: at z = 0, tanh has slope 1. What is the argument of the "
            "logistic function in the identity?",
            loses=("moderate z", "tiny |z|", ANY_ARRAY),
        ),
        Mistake(
            tanh_sigmoid_not_doubled,
            "Your results lie between -1 and 0. The logistic function spans a height of 1, tanh one of 2.",
            loses=("moderate z", "large |z|", "tiny |z|", ANY_ARRAY),
        ),
        Mistake(
            tanh_only_sinh,
            "Your results grow without limit: this is the hyperbolic sine. The tangent divides it by the cosine.",
            loses=("moderate z", "large |z|", "tiny |z|", ANY_ARRAY),
        ),
        Mistake(
            tanh_straight_and_cut_off,
            "Your curve is a straight line that is cut off at -1 and 1 (known as hard tanh). tanh bends all the way.",
            loses=("moderate z", "tiny |z|", ANY_ARRAY),
        ),
        Mistake(
            tanh_always_float64,
            "The numbers are right, but float32 becomes float64: something in your function fixes the dtype. "
            "Python's own numbers keep the array's dtype; astype(float) and np.zeros(shape) do not.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- tanh_backward


def tanh_backward_reference(dout, t):
    """What PyTorch's autograd calls for the derivative of torch.tanh: it too keeps the output, not the input."""
    import torch

    return torch.ops.aten.tanh_backward(dout, t)


def tanh_backward_values(draw: Sampler) -> Iterator[Case]:
    """Outputs t well inside (-1, 1), of both signs."""
    yield case("t = 0.5", dout=np.array([2.0]), t=np.array([0.5]))
    yield case("t = -0.6 and 0", dout=np.array([5.0, -2.0]), t=np.array([-0.6, 0.0]))
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        t = np.round(draw.uniform(*shape, low=-0.95, high=0.95), 3)
        yield case("random numbers", dout=draw.normal(*shape), t=t)


def tanh_backward_saturated(draw: Sampler) -> Iterator[Case]:
    """t rounded to exactly -1 or 1, and close to them."""
    yield case("t exactly 1, exactly -1, and -0.5", dout=np.array([2.0, -3.0, 4.0]), t=np.array([1.0, -1.0, -0.5]))
    yield case("t = 1 - 1e-9 and -1 + 1e-9", dout=np.array([-2.0, 5.0]), t=np.array([1 - 1e-9, -1 + 1e-9]))
    for _ in draw.rounds(public=1, hidden=4):
        rows, columns = draw.shape()
        t = np.tanh(draw.normal(rows, columns, scale=10.0))
        t[0, 0], t[-1, -1] = 1.0, -1.0
        yield case("random, most of them saturated", dout=draw.normal(rows, columns), t=t)


def tanh_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order; a whole-numbered upstream gradient gives float64."""
    yield case("float32", dout=np.array([2.0, -3.0], dtype="float32"), t=np.array([-0.25, 0.625], dtype="float32"))
    yield case("whole-numbered dout", dout=np.array([2, -3, 1]), t=np.array([-0.25, 0.5, 0.875]))
    fortran = np.asfortranarray(draw.uniform(3, 4, low=-0.9, high=0.9))
    yield case("Fortran order", dout=np.asfortranarray(draw.normal(3, 4)), t=fortran)
    yield case(
        "every second entry of a larger array",
        dout=strided(draw.normal(2, 5)),
        t=strided(draw.uniform(2, 5, low=-0.9, high=0.9)),
    )
    yield case("empty batch", dout=np.zeros((0, 3)), t=np.zeros((0, 3)))
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        t = draw.uniform(*shape, low=-0.9, high=0.9, dtype="float32")
        yield case("float32 images", dout=draw.normal(*shape, dtype="float32"), t=t)


def tanh_backward_tanh_applied_again(dout, t):
    return dout * (1 - np.tanh(t) ** 2)


def tanh_backward_not_squared(dout, t):
    return dout * (1 - t)


def tanh_backward_difference_squared(dout, t):
    return dout * (1 - t) ** 2


def tanh_backward_of_sigmoid(dout, t):
    return dout * t * (1 - t)


def tanh_backward_dout_forgotten(dout, t):
    return 1 - t**2


def tanh_backward_order_of_operations(dout, t):
    return dout * 1 - t**2


def tanh_backward_sign(dout, t):
    return dout * (t**2 - 1)


def tanh_backward_t_clipped(dout, t):
    t = np.clip(t, -1 + 1e-7, 1 - 1e-7)
    return dout * (1 - t**2)


def tanh_backward_through_the_inverse(dout, t):
    return dout / np.cosh(np.arctanh(t)) ** 2


def tanh_backward_always_float64(dout, t):
    return dout * (np.ones(t.shape) - t**2)


TANH_BACKWARD = Exercise(
    name="tanh_backward",
    parameters=("dout", "t"),
    summary="gradient of the loss with respect to the input of tanh, from its output",
    pytorch="torch.autograd.grad(t, z, dout), where t = torch.tanh(z)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.tanh.html",
    reference=tanh_backward_reference,
    requirements=(
        Requirement("moderate t", 2, tanh_backward_values),
        Requirement("saturated t", 1, tanh_backward_saturated),
        Requirement(ANY_ARRAY, 1, tanh_backward_any_array),
    ),
    mistakes=(
        Mistake(
            tanh_backward_tanh_applied_again,
            "`t` is the output of tanh already. Your numbers are those of applying tanh a second time.",
            loses=("moderate t", "saturated t", ANY_ARRAY),
        ),
        Mistake(
            tanh_backward_not_squared,
            "At t = -1 the curve is flat, but your slope there is 2. The slope must not depend on the sign of t.",
            loses=("moderate t", "saturated t", ANY_ARRAY),
        ),
        Mistake(
            tanh_backward_difference_squared,
            "At t = -1 the curve is flat, but your slope there is 4. Which part of the expression does the square "
            "belong to?",
            loses=("moderate t", "saturated t", ANY_ARRAY),
        ),
        Mistake(
            tanh_backward_of_sigmoid,
            "This is the derivative of the logistic function, written with its output. At t = 0, where tanh is "
            "steepest, it gives 0.",
            loses=("moderate t", "saturated t", ANY_ARRAY),
        ),
        Mistake(
            tanh_backward_dout_forgotten,
            "`dout` has no effect on your result. This is the derivative of the function; the chain rule asks for one "
            "more factor.",
            loses=("moderate t", "saturated t", ANY_ARRAY),
        ),
        Mistake(
            tanh_backward_order_of_operations,
            "`dout` multiplies only the 1, not the whole difference: parentheses are missing.",
            loses=("moderate t", "saturated t", ANY_ARRAY),
        ),
        Mistake(
            tanh_backward_sign,
            "The size is right and the sign is not: tanh rises everywhere, so its slope is never negative.",
            loses=("moderate t", "saturated t", ANY_ARRAY),
        ),
        Mistake(
            tanh_backward_t_clipped,
            "Where t is exactly -1 or 1 the gradient is exactly 0 in PyTorch too; yours is about 2e-7. Nothing here "
            "divides by the slope, so there is nothing to protect.",
            loses=("saturated t",),
        ),
        Mistake(
            tanh_backward_through_the_inverse,
            "The way back through z passes infinity where t is exactly -1 or 1, and it costs two functions where one "
            "multiplication will do: the slope can be had from t directly.",
            loses=(),
        ),
        Mistake(
            tanh_backward_always_float64,
            "The numbers are right, but float32 becomes float64: np.ones(shape) makes float64. A plain Python 1 "
            "adapts to the array beside it.",
            loses=(ANY_ARRAY,),
        ),
    ),
    derivative=Derivative(tanh_reference, upstream="dout", with_respect_to=("z",), at=lambda t: {"z": np.arctanh(t)}),
)

# ---------------------------------------------------------------- relu


def relu_reference(z):
    """ReLU in PyTorch."""
    import torch.nn.functional as F

    return F.relu(z)


def relu_values(draw: Sampler) -> Iterator[Case]:
    """Negative, zero and positive z."""
    yield case("negative, zero and positive", z=np.array([-2.0, 0.0, 3.0]))
    for _ in draw.rounds(public=3, hidden=7):
        yield case("random numbers", z=draw.normal(*draw.shape(), scale=4.0))


def relu_infinite(draw: Sampler) -> Iterator[Case]:
    """Infinite z, and z near the largest number there is."""
    yield case("minus infinity and infinity", z=np.array([-np.inf, np.inf]))
    yield case("z = 1e308 and -1e308", z=np.array([1e308, -1e308]))
    for _ in draw.rounds(public=1, hidden=3):
        rows, columns = draw.shape()
        z = draw.normal(rows, columns)
        z[0, 0], z[0, 1], z[-1, -1] = -np.inf, -2.5, np.inf
        yield case("random numbers, three of them special", z=z)


def relu_nan(draw: Sampler) -> Iterator[Case]:
    """NaN comes out as NaN: a broken number must stay visible."""
    yield case("NaN, negative and positive", z=np.array([np.nan, -1.0, 2.0]))
    for _ in draw.rounds(public=1, hidden=3):
        rows, columns = draw.shape()
        z = draw.normal(rows, columns)
        z[0, 0], z[0, 1], z[-1, -1] = -1.5, np.nan, np.nan
        yield case("random numbers, two of them NaN", z=z)


def relu_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order."""
    yield case("float32", z=np.array([-1.0, 2.0], dtype="float32"))
    yield case("Fortran order", z=np.asfortranarray(draw.normal(3, 4)))
    yield case("every second entry of a larger array", z=strided(draw.normal(2, 5)))
    yield case("empty batch", z=np.zeros((0, 3)))
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32 images", z=draw.normal(*draw.shape(4, largest=5), dtype="float32"))


def relu_multiplied_by_the_mask(z):
    return z * (z > 0)


def relu_nan_becomes_zero(z):
    return np.where(z > 0, z, 0)


def relu_half_of_z_plus_abs(z):
    return (z + np.abs(z)) / 2


def relu_writes_into_its_input(z):
    z[z < 0] = 0
    return z


def relu_maximum_of_the_array(z):
    return np.max(z, 0)


def relu_absolute_value(z):
    return np.abs(z)


def relu_wrong_side(z):
    return np.minimum(z, 0.0)


def relu_step_instead(z):
    return np.where(z > 0, 1.0, 0.0).astype(z.dtype)


def relu_capped_at_6(z):
    return np.minimum(np.maximum(z, 0.0), 6.0)


def relu_always_float64(z):
    return np.maximum(z, np.zeros(z.shape))


RELU = Exercise(
    name="relu",
    parameters=("z",),
    summary="rectified linear unit max(0, z)",
    pytorch="torch.nn.functional.relu(z)",
    source="Nair and Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines",
    reference=relu_reference,
    requirements=(
        Requirement("values", 1, relu_values),
        Requirement("infinite z", 1, relu_infinite),
        Requirement("NaN stays NaN", 1, relu_nan),
        Requirement(ANY_ARRAY, 1, relu_any_array),
    ),
    mistakes=(
        Mistake(
            relu_multiplied_by_the_mask,
            "Your mask multiplies, and 0 times minus infinity is NaN. Choose between z and 0 instead of multiplying.",
            loses=("infinite z",),
        ),
        Mistake(
            relu_nan_becomes_zero,
            "NaN becomes 0: every comparison with NaN is false, so it falls on the side of your zeros. A network that "
            "hides its NaN trains on as if nothing had happened.",
            loses=("NaN stays NaN",),
        ),
        Mistake(
            relu_half_of_z_plus_abs,
            "The formula is right on paper. In floating point, minus infinity plus infinity is NaN, and 1e308 + 1e308 "
            "overflows.",
            loses=("infinite z",),
        ),
        Mistake(
            relu_writes_into_its_input,
            "The result is right, but z itself has been changed: the backward pass, which needs the sign of z, would "
            "find only zeros. Return a new array.",
            loses=(PURITY,),
        ),
        Mistake(
            relu_maximum_of_the_array,
            "np.max(z, 0) is the largest number along axis 0 of z. The function that compares two things entry by "
            "entry has another name.",
            loses=("values", "infinite z", "NaN stays NaN", ANY_ARRAY),
        ),
        Mistake(
            relu_absolute_value,
            "Negative numbers come out positive: this is |z|. They should come out as 0.",
            loses=("values", "infinite z", "NaN stays NaN", ANY_ARRAY),
        ),
        Mistake(
            relu_wrong_side,
            "You keep the negative numbers and remove the positive ones. Which of z and 0 is to win?",
            loses=("values", "infinite z", "NaN stays NaN", ANY_ARRAY),
        ),
        Mistake(
            relu_step_instead,
            "Your result is 1 for every positive z: this is the slope of ReLU. Its value there is z itself.",
            loses=("values", "infinite z", "NaN stays NaN", ANY_ARRAY),
        ),
        Mistake(
            relu_capped_at_6,
            "Your result stops at 6: that is ReLU6, a variant for low-precision hardware. ReLU has no upper limit.",
            loses=("values", "infinite z"),
        ),
        Mistake(
            relu_always_float64,
            "The numbers are right, but float32 becomes float64: an array that knows nothing of z's dtype is mixed in, "
            "such as np.zeros(shape). A plain Python 0 adapts to the array beside it.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- relu_backward


def relu_backward_reference(dout, z):
    """The gradient of ReLU by PyTorch's autograd."""
    import torch
    import torch.nn.functional as F

    z = z.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.relu(z), z, dout)
    return gradient


def nowhere_zero(z: np.ndarray) -> np.ndarray:
    """The array with its zeros replaced by 1."""
    return np.where(z == 0, 1.0, z)


def relu_backward_values(draw: Sampler) -> Iterator[Case]:
    """z away from zero, upstream gradients of both signs."""
    yield case("negative and positive", dout=np.array([3.0, -4.0]), z=np.array([-2.0, 0.5]))
    for _ in draw.rounds(public=3, hidden=7):
        shape = draw.shape()
        yield case("random numbers", dout=draw.normal(*shape), z=nowhere_zero(draw.normal(*shape, scale=2.0)))


def relu_backward_at_zero(draw: Sampler) -> Iterator[Case]:
    """z exactly zero: PyTorch's choice of the subgradient is 0."""
    yield case("z = 0, z = 2, z = -1", dout=np.array([3.0, -5.0, 4.0]), z=np.array([0.0, 2.0, -1.0]))
    yield case("z = -0.0, z = 1e-300", dout=np.array([2.0, -7.0]), z=np.array([-0.0, 1e-300]))
    for _ in draw.rounds(public=1, hidden=4):
        rows, columns = draw.shape()
        z = draw.normal(rows, columns)
        z[0], z[-1, -1] = 0.0, 0.75
        yield case("random numbers, one row of zeros", dout=draw.normal(rows, columns), z=z)


def relu_backward_infinite(draw: Sampler) -> Iterator[Case]:
    """Infinite or NaN upstream gradients do not pass a closed unit."""
    yield case("infinite dout", dout=np.array([np.inf, -np.inf, np.inf, 2.0]), z=np.array([-1.0, -2.0, 3.0, 4.0]))
    yield case("NaN dout where z is negative", dout=np.array([np.nan, 3.0]), z=np.array([-1.0, 2.0]))
    for _ in draw.rounds(public=1, hidden=3):
        rows, columns = draw.shape()
        dout, z = draw.normal(rows, columns), nowhere_zero(draw.normal(rows, columns))
        dout[0], z[0] = np.inf, -1.5
        dout[-1, -1], z[-1, -1] = -2.5, 0.5
        yield case("random numbers, a row of infinite dout", dout=dout, z=z)


def relu_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any shape and memory order."""
    dout, z = np.array([2.0, -3.0], dtype="float32"), np.array([-1.0, 0.5], dtype="float32")
    yield case("float32", dout=dout, z=z)
    z = np.asfortranarray(nowhere_zero(draw.normal(3, 4)))
    yield case("Fortran order", dout=np.asfortranarray(draw.normal(3, 4)), z=z)
    z = strided(nowhere_zero(draw.normal(2, 5)))
    yield case("every second entry of a larger array", dout=strided(draw.normal(2, 5)), z=z)
    yield case("empty batch", dout=np.zeros((0, 3)), z=np.zeros((0, 3)))
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        z = nowhere_zero(draw.normal(*shape)).astype("float32")
        yield case("float32 images", dout=draw.normal(*shape, dtype="float32"), z=z)


def relu_backward_one_at_zero(dout, z):
    return np.where(z >= 0, dout, 0)


def relu_backward_half_at_zero(dout, z):
    return np.where(z > 0, dout, np.where(z == 0, dout / 2, 0))


def relu_backward_multiplied_by_the_mask(dout, z):
    return dout * (z > 0)


def relu_backward_dout_forgotten(dout, z):
    return (z > 0).astype(z.dtype)


def relu_backward_dout_forgotten_whole_numbers(dout, z):
    return np.where(z > 0, 1, 0)


def relu_backward_sign_of_dout(dout, z):
    return np.where(dout > 0, dout, 0)


def relu_backward_positive_gradients_only(dout, z):
    return np.where((z > 0) & (dout > 0), dout, 0)


def relu_backward_value_instead_of_slope(dout, z):
    return np.where(z > 0, dout * z, 0)


def relu_backward_wrong_side(dout, z):
    return np.where(z < 0, dout, 0)


def relu_backward_writes_into_dout(dout, z):
    dout[z <= 0] = 0
    return dout


def relu_backward_always_float64(dout, z):
    return np.where(z > 0, dout, np.zeros(z.shape))


RELU_BACKWARD = Exercise(
    name="relu_backward",
    parameters=("dout", "z"),
    summary="gradient of the loss with respect to the input of ReLU",
    pytorch="torch.autograd.grad(F.relu(z), z, dout)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.relu.html",
    reference=relu_backward_reference,
    requirements=(
        Requirement("values", 1, relu_backward_values),
        Requirement("z exactly 0", 1, relu_backward_at_zero),
        Requirement("infinite dout", 1, relu_backward_infinite),
        Requirement(ANY_ARRAY, 1, relu_backward_any_array),
    ),
    mistakes=(
        Mistake(
            relu_backward_one_at_zero,
            "Your unit lets the gradient pass at z = 0. The slope there is a matter of convention, and PyTorch's is 0.",
            loses=("z exactly 0",),
        ),
        Mistake(
            relu_backward_half_at_zero,
            "At z = 0 you pass half of the gradient on, the mean of the slopes to the left and to the right. PyTorch's "
            "convention is 0.",
            loses=("z exactly 0",),
        ),
        Mistake(
            relu_backward_multiplied_by_the_mask,
            "Your mask multiplies, and 0 times infinity is NaN: one overflow upstream spoils units that were switched "
            "off. Choose between dout and 0 instead of multiplying.",
            loses=("infinite dout",),
        ),
        Mistake(
            relu_backward_dout_forgotten,
            "`dout` has no effect on your result. This is the slope of ReLU; the chain rule asks for one more factor.",
            loses=("values", "z exactly 0", "infinite dout", ANY_ARRAY),
        ),
        Mistake(
            relu_backward_dout_forgotten_whole_numbers,
            "`dout` has no effect on your result. This is the slope of ReLU, in whole numbers; what is asked for is "
            "`dout` where the slope is 1.",
            loses=("values", "z exactly 0", "infinite dout", ANY_ARRAY),
        ),
        Mistake(
            relu_backward_sign_of_dout,
            "You look at the sign of dout. Whether a unit lets the gradient pass was decided in the forward pass, by "
            "z.",
            loses=("values", "z exactly 0", "infinite dout", ANY_ARRAY),
        ),
        Mistake(
            relu_backward_positive_gradients_only,
            "You pass only positive gradients on. That is guided backpropagation, a way of drawing pictures; the true "
            "gradient may have either sign.",
            loses=("values", "z exactly 0", "infinite dout", ANY_ARRAY),
        ),
        Mistake(
            relu_backward_value_instead_of_slope,
            "Your result is dout times the value of ReLU. The chain rule asks for its slope.",
            loses=("values", "z exactly 0", "infinite dout", ANY_ARRAY),
        ),
        Mistake(
            relu_backward_wrong_side,
            "You let the gradient pass where the unit is switched off, and stop it where it is on.",
            loses=("values", "z exactly 0", "infinite dout", ANY_ARRAY),
        ),
        Mistake(
            relu_backward_writes_into_dout,
            "The result is right, but dout itself has been changed, and whoever handed it to you may still need it. "
            "Return a new array.",
            loses=(PURITY,),
        ),
        Mistake(
            relu_backward_always_float64,
            "The numbers are right, but float32 becomes float64: an array that knows nothing of dout's dtype is mixed "
            "in, such as np.zeros(shape), np.where(condition, 1, 0) or a mask made float. Let np.where choose between "
            "dout and a plain Python 0.",
            loses=(ANY_ARRAY,),
        ),
    ),
    derivative=Derivative(relu_reference, upstream="dout", with_respect_to=("z",)),
)

# ---------------------------------------------------------------- dead_units


def dead_units_reference(a):
    """Units whose activation is zero on every sample, in PyTorch."""
    return (a == 0).all(dim=0)


def activations(draw: Sampler, samples: int, units: int) -> np.ndarray:
    """Activations of ReLU, (samples, units): the first unit is alive, the last is dead, the others are either.

    Every unit that is alive rests on some samples, and the last sample is zero throughout.
    """
    a = np.maximum(draw.normal(samples, units), 0.0)
    a[0, :-1] = 1.5
    a[:, 1:-1] *= draw.uniform(units - 2) < 0.5
    a[-1], a[:, -1] = 0.0, 0.0
    return a


def dead_units_values(draw: Sampler) -> Iterator[Case]:
    """Activations of ReLU: some units dead, some resting on many samples."""
    yield case("three samples, two units", a=np.array([[0.0, 0.0], [1.5, 0.0], [0.0, 0.0]]))
    yield case("two samples, three units", a=np.array([[0.0, 2.0, 0.0], [0.5, 0.0, 0.0]]))
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random activations", a=activations(draw, *draw.shape(smallest=3, largest=8)))


def dead_units_below_zero(draw: Sampler) -> Iterator[Case]:
    """Activations below zero, as leaky ReLU has them: such a unit still passes a gradient on."""
    yield case("-1 and 1 in the first unit", a=np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]))
    yield case("only -0.01 in the first unit", a=np.array([[0.0, 0.0], [-0.01, 0.0]]))
    for _ in draw.rounds(public=1, hidden=4):
        a = activations(draw, *draw.shape(smallest=3, largest=8))
        a[:, 0] *= -0.01
        yield case("random activations, a unit below zero", a=a)


def dead_units_one_is_enough(draw: Sampler) -> Iterator[Case]:
    """A unit that wakes on one sample of many, or only a little."""
    yield case("1e-12 in the first unit", a=np.array([[0.0, 0.0], [1e-12, 0.0]]))
    yield case("1e-7 in the second unit", a=np.array([[0.0, 0.0, 0.0], [0.0, 1e-7, 0.0]]))
    for _ in draw.rounds(public=1, hidden=4):
        a = np.zeros((draw.integer(150, 300), 4))
        a[draw.integer(140, 149), 0] = draw.number(0.1, 2.0)
        a[-1, 2] = draw.number(0.1, 2.0)
        yield case("many samples, two units awake on one of them", a=a)


def dead_units_any_array(draw: Sampler) -> Iterator[Case]:
    """float32, whole numbers, any memory order, a single sample, a single unit."""
    yield case("float32", a=np.array([[0.0, 0.5, 0.0], [0.0, 0.0, 2.0]], dtype="float32"))
    yield case("whole numbers", a=np.array([[0, 3], [0, 0], [0, 1]]))
    yield case("one sample", a=np.array([[0.0, 0.5, 0.0]]))
    yield case("one unit", a=np.zeros((3, 1)))
    yield case("Fortran order", a=np.asfortranarray(activations(draw, 6, 4)))
    yield case("every second entry of a larger array", a=strided(activations(draw, 4, 5)))
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32 activations", a=activations(draw, *draw.shape(smallest=3, largest=9)).astype("float32"))


def dead_units_one_zero_is_taken_for_death(a):
    return (a == 0).any(axis=0)


def dead_units_samples_instead_of_units(a):
    return (a == 0).all(axis=1)


def dead_units_share_of_zeros(a):
    return (a == 0).mean(axis=0)


def dead_units_counted(a):
    return (a == 0).all(axis=0).sum()


def dead_units_alive_instead_of_dead(a):
    return (a != 0).any(axis=0)


def dead_units_indices(a):
    return np.flatnonzero((a == 0).all(axis=0))


def dead_units_zeros_and_ones(a):
    return (a == 0).all(axis=0).astype(int)


def dead_units_sum_is_zero(a):
    return a.sum(axis=0) == 0


def dead_units_never_positive(a):
    return (a <= 0).all(axis=0)


def dead_units_nearly_zero(a):
    return (np.abs(a) < 1e-6).all(axis=0)


def dead_units_isclose(a):
    return np.isclose(a, 0).all(axis=0)


def dead_units_first_batch_only(a):
    return (a[:32] == 0).all(axis=0)


DEAD_UNITS = Exercise(
    name="dead_units",
    parameters=("a",),
    summary="which units give 0 on every sample",
    pytorch="(a == 0).all(dim=0)",
    source="Lu, Shin, Su and Karniadakis 2020, Dying ReLU and Initialization: Theory and Numerical Examples",
    reference=dead_units_reference,
    requirements=(
        Requirement("zero on every sample", 2, dead_units_values),
        Requirement("activations below zero", 1, dead_units_below_zero),
        Requirement("one small activation is enough", 1, dead_units_one_is_enough),
        Requirement("any size, memory order and dtype", 1, dead_units_any_array),
    ),
    mistakes=(
        Mistake(
            dead_units_one_zero_is_taken_for_death,
            "You call a unit dead that is 0 on some sample. Every healthy ReLU rests now and then: it is dead if it "
            "is 0 on all.",
            loses=(
                "zero on every sample",
                "activations below zero",
                "one small activation is enough",
                "any size, memory order and dtype",
            ),
        ),
        Mistake(
            dead_units_samples_instead_of_units,
            "Your answer has one entry for each sample. Rows are samples and columns are units: along which axis must "
            "you look?",
            loses=(
                "zero on every sample",
                "activations below zero",
                "one small activation is enough",
                "any size, memory order and dtype",
            ),
        ),
        Mistake(
            dead_units_share_of_zeros,
            "You return how often each unit is 0. The question is yes or no: is it always 0?",
            loses=(
                "zero on every sample",
                "activations below zero",
                "one small activation is enough",
                "any size, memory order and dtype",
            ),
        ),
        Mistake(
            dead_units_counted,
            "You return how many units are dead. The question is which: one True or False for each unit.",
            loses=(
                "zero on every sample",
                "activations below zero",
                "one small activation is enough",
                "any size, memory order and dtype",
            ),
        ),
        Mistake(
            dead_units_alive_instead_of_dead,
            "True and False are exchanged: you mark the units that are alive.",
            loses=(
                "zero on every sample",
                "activations below zero",
                "one small activation is enough",
                "any size, memory order and dtype",
            ),
        ),
        Mistake(
            dead_units_indices,
            "You return the numbers of the dead units. Return one True or False for each unit instead.",
            loses=(
                "zero on every sample",
                "activations below zero",
                "one small activation is enough",
                "any size, memory order and dtype",
            ),
        ),
        Mistake(
            dead_units_zeros_and_ones,
            "Your zeros and ones are right, but they are numbers. A comparison gives True and False by itself, and an "
            "array of those can select units.",
            loses=(
                "zero on every sample",
                "activations below zero",
                "one small activation is enough",
                "any size, memory order and dtype",
            ),
        ),
        Mistake(
            dead_units_sum_is_zero,
            "A sum can be 0 although its parts are not: -1 and 1 cancel. Look at each activation by itself.",
            loses=("activations below zero",),
        ),
        Mistake(
            dead_units_never_positive,
            "An activation below zero counts as dead in your answer. Leaky ReLU has such activations, and a gradient "
            "passes there.",
            loses=("activations below zero",),
        ),
        Mistake(
            dead_units_nearly_zero,
            "You call a unit dead whose activation is merely small. However small, it is not 0, so the gradient "
            "passes: compare exactly.",
            loses=("one small activation is enough",),
        ),
        Mistake(
            dead_units_isclose,
            "np.isclose(a, 0) takes everything up to 1e-8 for 0. ReLU gives exact zeros, so no tolerance is needed.",
            loses=("one small activation is enough",),
        ),
        Mistake(
            dead_units_first_batch_only,
            "You look at the first samples only. A unit that rests on one minibatch may be awake on the next: use "
            "every row.",
            loses=("one small activation is enough",),
        ),
    ),
)

EXERCISES = (SIGMOID, SIGMOID_BACKWARD, TANH, TANH_BACKWARD, RELU, RELU_BACKWARD, DEAD_UNITS)

"""elu: exponential linear unit."""

import numpy as np

from autograder.exercises.activations import both_sides
from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.elu_and_selu import extreme_cases
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def elu(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
"""
elu = Exercise(
    TEXTBOOK,
    takes="z: (*); alpha: number",
    pytorch="torch.nn.functional.elu(z, alpha)",
    source="Clevert, Unterthiner and Hochreiter 2015, Fast and Accurate Deep Network Learning "
    "by Exponential Linear Units, section 3",
)
requirement, wrong = elu.requirement, elu.wrong


@elu.pytorch_reference
def reference(z, alpha=1.0):
    import torch.nn.functional as F

    return F.elu(z, alpha)


@requirement("alpha = 1", points=2)
def alpha_1(sample):
    yield case("one negative number", z=np.array([[-1.0]]), alpha=1.0)
    yield case("negative, zero and positive", z=np.array([[-2.0, 0.0, 3.0]]), alpha=1.0)
    yield case("alpha left out", z=np.array([[-1.0, 2.0]]))
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers", z=sample.normal(*sample.shape(), scale=2.0), alpha=1.0)


@requirement("other alpha", points=1)
def other_alpha(sample):
    yield case("alpha = 0.5, one negative number", z=np.array([[-1.0]]), alpha=0.5)
    yield case("alpha = 2, negative, zero and positive", z=np.array([[-3.0, 0.0, 1.5]]), alpha=2.0)
    for _ in sample.repeat(public=2, hidden=6):
        z = sample.normal(*sample.shape(), scale=2.0)
        yield case("random numbers and alpha", z=z, alpha=sample.number(0.1, 3.0))


@requirement("very large and very small |z|", points=1)
def extremes(sample):
    yield from extreme_cases(sample, alpha=1.0)


@elu.remark("infinite z")
def infinite(sample):
    yield case("infinite", z=np.array([[np.inf, -np.inf]]), alpha=1.0)


def arguments(sample, shape):
    return {"z": both_sides(sample, *shape), "alpha": 1.0}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = elu.contract()(arguments)


@wrong({"np.expm1(np.minimum(z, 0))": "(np.exp(z) - 1)"}, loses=[extremes])
def digits_lost_near_zero():
    """For tiny |z|, exp(z) is a number next to 1, and subtracting 1 throws away the digits that matter. NumPy has a
    function that computes this difference without forming exp(z) first."""


@wrong({"alpha * ": ""}, loses=[other_alpha])
def alpha_forgotten():
    """alpha has no effect on your result. It scales the whole negative branch: the curve levels off at -alpha."""


@wrong({"alpha * np.expm1(np.minimum(z, 0))": "np.exp(z) - 1"}, loses=[other_alpha, extremes])
def alpha_forgotten_and_digits_lost():
    """Two things. alpha has no effect on your result: it scales the negative branch. And for tiny |z| the
    subtraction exp(z) - 1 loses digits: look for NumPy's function for exactly this difference."""


@wrong({"np.expm1(np.minimum(z, 0))": "np.exp(z) - 1"}, loses=[other_alpha, extremes])
def minus_one_not_scaled():
    """Your curve jumps at z = 0 unless alpha is 1, and levels off at -1. Look at what alpha multiplies: exp(z)
    alone, or the whole difference?"""


@wrong({"np.minimum(z, 0)": "np.minimum(z, 0) / alpha"}, loses=[other_alpha])
def alpha_inside_the_exponential_too():
    """This is CELU, another function: it divides z by alpha inside the exponential. ELU does not."""


@wrong({"> 0, z": "> 0, alpha * z"}, loses=[other_alpha])
def positive_side_scaled_too():
    """You scale both sides by alpha. For z > 0, ELU returns z itself, whatever alpha is."""


@wrong({"expm1": "exp"})
def minus_one_forgotten():
    """Your negative branch is positive: at z = 0 it gives alpha instead of 0. Something is to be subtracted."""


@wrong({"np.where(z > 0, z, ": "z * (z > 0) + (z <= 0) * (", "np.minimum(z, 0)": "z"}, loses=[extremes])
def branches_multiplied_by_masks():
    """NaN for large z: the exponential overflows to infinity there, and infinity times False is NaN, not 0. Choose
    between the branches instead of multiplying them by masks, or keep z > 0 out of the exponential."""


@wrong({"return": "return np.zeros(z.shape) +"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"(z, 0)))": "(z, 0))).astype(z.dtype)"}, loses=[contract])
def whole_numbers_cut_off():
    """An array of whole numbers cannot hold -0.632: writing into a copy of z cuts it off to 0. Make the result an
    array of floating-point numbers."""


@wrong(loses=[contract])
def written_into_a_raveled_copy(z, alpha=1.0):
    """For some memory orders ravel() returns a copy: what you write into it never reaches your result."""
    out = np.array(z, dtype=np.result_type(z, np.float32))
    flat = out.ravel()
    flat[flat < 0] = alpha * np.expm1(flat[flat < 0])
    return out


@wrong({"return": "z[...] =", "(z, 0)))": "(z, 0)))\n    return z"}, loses=[contract])
def written_into_z():
    """You write into z itself. It belongs to the caller, who still needs it for the backward pass: make a new array."""


@wrong({"np.minimum(z, 0)": "z"}, loses=[])
def overflow_thrown_away():
    """You take the exponential of every z, and for large positive z it overflows. The negative branch needs no z
    above 0: cap its argument there."""

"""elu_backward: gradient of the loss with respect to the input of ELU."""

import numpy as np

from autograder.exercises.activations import autograd, both_sides, dout_and_z
from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.elu_and_selu import elu as forward
from autograder.exercises.model import Derivative, Exercise, case

TEXTBOOK = """\
def elu_backward(dout, z, alpha=1.0):
    return dout * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))
"""
elu_backward = Exercise(
    TEXTBOOK,
    takes="dout, z: (*); alpha: number",
    pytorch="torch.autograd.grad(F.elu(z, alpha), z, dout)",
    source=forward.elu.source,
)
requirement, wrong = elu_backward.requirement, elu_backward.wrong


@elu_backward.pytorch_reference
def reference(dout, z, alpha=1.0):
    return autograd(lambda z: forward.reference(z, alpha), dout, z)


elu_backward.derivative = Derivative(forward.reference, upstream="dout", with_respect_to=("z",))


@requirement("alpha = 1", points=2)
def alpha_1(sample):
    yield case("one negative number", dout=np.array([[2.0]]), z=np.array([[-1.0]]), alpha=1.0)
    yield case("negative and positive", dout=np.array([[-3.0, 0.5]]), z=np.array([[-2.0, 3.0]]), alpha=1.0)
    yield case("alpha left out", dout=np.array([[2.0, 3.0]]), z=np.array([[-1.0, 2.0]]))
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers", **dout_and_z(sample), alpha=1.0)


@requirement("other alpha", points=1)
def other_alpha(sample):
    yield case("alpha = 0.5, one negative number", dout=np.array([[2.0]]), z=np.array([[-1.0]]), alpha=0.5)
    yield case("alpha = 2", dout=np.array([[2.0, 3.0]]), z=np.array([[-0.5, 1.5]]), alpha=2.0)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers and alpha", **dout_and_z(sample), alpha=sample.number(0.1, 3.0))


@requirement("very large |z|", points=1)
def far(sample):
    """No NaN where exp(z) overflows; one ordinary number beside them."""
    z = np.array([[1000.0, -1000.0, -1.0]])
    yield case("z = 1000, -1000 and -1", dout=np.array([[2.0, 3.0, 4.0]]), z=z, alpha=1.0)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("large numbers", **dout_and_z(sample, scale=1e4), alpha=1.0)


@requirement("z exactly 0", points=0.5, kind="edges")
def at_zero(sample):
    """The kink, which alpha != 1 makes visible."""
    yield case("alpha = 0.5, z = 0", dout=np.array([[2.0, -3.0]]), z=np.array([[0.0, 0.0]]), alpha=0.5)
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        yield case("zeros, random alpha", dout=sample.normal(*shape), z=np.zeros(shape), alpha=sample.number(1.5, 3.0))


def arguments(sample, shape):
    return {"dout": sample.normal(*shape), "z": both_sides(sample, *shape), "alpha": 1.0}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = elu_backward.contract(points=0.5, whole=["z"])(arguments)


@wrong({"dout * ": "", "(z, 0)))": "(z, 0))).astype(dout.dtype)"})
def upstream_gradient_forgotten():
    """This is the derivative alone. The chain rule multiplies it by the gradient that arrives, dout."""


@wrong({"alpha * ": ""}, loses=[other_alpha, at_zero])
def alpha_forgotten():
    """alpha has no effect on your result, but it is a factor of the negative branch and stays one in its derivative."""


@wrong({"np.exp(np.minimum(z, 0))": "np.expm1(np.minimum(z, 0)) + 1"}, loses=[other_alpha, at_zero])
def output_plus_one():
    """Output plus 1 is the derivative only for alpha = 1. Differentiate alpha * (exp(z) - 1) and write the result
    with the output again: what has to be added?"""


@wrong({"z > 0": "z >= 0"}, loses=[at_zero])
def slope_one_at_zero():
    """At z = 0 you take the slope 1. The two sides have different slopes there, 1 and alpha, and PyTorch counts z = 0
    to the negative side."""


@wrong({"alpha * np.exp(np.minimum(z, 0))": "np.exp(np.minimum(z, 0) / alpha)"}, loses=[other_alpha, at_zero])
def alpha_inside_the_exponential():
    """This is the derivative of CELU, which divides z by alpha inside the exponential. ELU does not."""


@wrong({"> 0, 1": "> 0, alpha"}, loses=[other_alpha])
def positive_side_scaled_too():
    """For z > 0 ELU is z itself, so its slope there is 1, whatever alpha is; you multiply by alpha there too."""


@wrong({"exp": "expm1"})
def value_instead_of_slope():
    """On the negative side you multiply by the value of ELU, not by its derivative: the -1 vanishes when you
    differentiate."""


@wrong({"> 0, 1": "> 0, z"}, loses=[alpha_1, other_alpha, far, shapes, contract])
def value_for_positive_z():
    """For z > 0 you multiply dout by z, the value of ELU; its slope there is 1."""


@wrong({"alpha * np.exp(np.minimum(z, 0))": "z + alpha"}, loses=[alpha_1, other_alpha, far, shapes, contract])
def input_instead_of_output():
    """z + alpha is not the slope: the form without an exponential takes the output of ELU plus alpha. You are given
    the input z, so compute the output first, or use alpha * exp(z)."""


@wrong(
    {"np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))": "(z > 0)"},
)
def slope_of_relu():
    """This is the gradient of ReLU: nothing passes where z is negative. ELU lets a part of it through there."""


@wrong({"z > 0": "dout > 0"})
def branch_chosen_by_dout():
    """You choose the branch by the sign of dout. It is the sign of z that says on which side the unit was."""


@wrong(
    {"np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))": "((z > 0) + alpha * np.exp(z) * (z <= 0))"},
    loses=[far],
)
def branches_multiplied_by_masks():
    """NaN for large z: exp(z) overflows to infinity there, and infinity times False is NaN, not 0. Choose between
    the branches instead, or keep z > 0 out of the exponential."""


@wrong({"(z, 0)))": "(z, 0))).astype(z.dtype)"}, loses=[contract])
def slope_as_whole_as_z():
    """For whole numbers in z your slopes are whole numbers too, and exp(z) is cut down to 0: an array made like z
    takes over its dtype. Make it like dout."""


@wrong({"dout * ": "dout * np.ones(z.shape) * "}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"return dout *": "dout *=", "(z, 0)))": "(z, 0)))\n    return dout"}, loses=[contract])
def written_into_dout():
    """You multiply dout itself. It belongs to the caller, and another layer may still need it: make a new array."""


wrong.like(forward.overflow_thrown_away, {"np.minimum(z, 0)": "z"}, loses=[])

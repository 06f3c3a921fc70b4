"""sigmoid_backward: gradient of the loss with respect to the input of the logistic function, from its output."""

import numpy as np

from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.model import Derivative, Exercise, case
from autograder.exercises.saturation_and_relu import sigmoid as forward

TEXTBOOK = """\
def sigmoid_backward(dout, s):
    return dout * s * (1 - s)
"""
sigmoid_backward = Exercise(
    TEXTBOOK,
    takes="dout, s: (*)",
    pytorch="torch.autograd.grad(s, z, dout), where s = torch.sigmoid(z)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.sigmoid.html",
)
requirement, wrong = sigmoid_backward.requirement, sigmoid_backward.wrong


@sigmoid_backward.pytorch_reference
def reference(dout, s):
    """What autograd calls for the derivative of torch.sigmoid: it too keeps the output, not the input."""
    import torch

    return torch.ops.aten.sigmoid_backward(dout, s)


sigmoid_backward.derivative = Derivative(
    forward.reference, upstream="dout", with_respect_to=("z",), at=lambda s: {"z": np.log(s / (1 - s))}
)


@requirement("moderate s", points=2)
def values(sample):
    yield case("s = 0.5, where the curve is steepest", dout=np.array([[2.0]]), s=np.array([[0.5]]))
    yield case("s = 0.2 and 0.9", dout=np.array([[3.0, -2.0]]), s=np.array([[0.2, 0.9]]))
    for _ in sample.repeat(public=2, hidden=6):
        s = np.round(sample.uniform(*sample.shape(), low=0.02, high=0.98), 3)
        yield case("random numbers", dout=sample.normal(*s.shape), s=s)


@requirement("saturated s", points=1)
def saturated(sample):
    """s rounded to exactly 0 or 1, and close to them."""
    yield case("s exactly 1, exactly 0, and 0.75", dout=np.array([[2.0, -3.0, 4.0]]), s=np.array([[1.0, 0.0, 0.75]]))
    yield case("s = 1e-9 and 1 - 1e-9", dout=np.array([[-2.0, 5.0]]), s=np.array([[1e-9, 1 - 1e-9]]))
    for _ in sample.repeat(public=1, hidden=4):
        s = 1 / (1 + np.exp(-sample.normal(*sample.shape(), scale=20.0)))
        s[0, 0], s[-1, -1] = 1.0, 0.0
        yield case("random, most of them saturated", dout=sample.normal(*s.shape), s=s)


def arguments(sample, shape):
    return {"dout": sample.normal(*shape), "s": sample.uniform(*shape, low=0.1, high=0.9)}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = sigmoid_backward.contract(whole=["dout"])(arguments)


@wrong({"return": "s = 1 / (1 + np.exp(-s))\n    return"})
def sigmoid_applied_again():
    """`s` is the output of the logistic function already. Your numbers are those of applying it a second time."""


@wrong({"dout * ": ""})
def dout_forgotten():
    """`dout` has no effect on your result. This is the derivative of the function; the chain rule asks for one more
    factor."""


@wrong({"s * (1 - s)": "(1 - s**2)"})
def of_tanh():
    """This is the derivative of tanh, written with its output. For the logistic function try s = 0.5: the slope
    there is 1/4, not 3/4."""


@wrong({"s * ": ""})
def one_factor_missing():
    """At s = 0 your slope is 1, but the curve is flat at both ends. A factor is missing that is 0 there."""


@wrong({" * (1 - s)": ""})
def other_factor_missing():
    """At s = 1 your slope is 1, but the curve is flat at both ends. A factor is missing that is 0 there."""


@wrong({"* (1 - s)": "- s**2"})
def order_of_operations():
    """`dout` multiplies only a part of the derivative: mind the parentheses when you multiply out s (1 - s)."""


@wrong({"1 - s": "s - 1"})
def sign():
    """The sign is the other way round: the logistic function rises everywhere, so its slope is never negative."""


@wrong(
    {"return dout * s * (1 - s)": "z = np.log(s / (1 - s))\n    return dout * np.exp(-z) / (1 + np.exp(-z)) ** 2"},
    loses=[saturated],
)
def through_the_inverse():
    """Where s has been rounded to exactly 0 or 1, its z is infinite, and your way back through z ends in NaN. The
    slope can be had from s directly."""


@wrong({"return": "s = np.clip(s, 1e-7, 1 - 1e-7)\n    return"}, loses=[saturated])
def s_clipped():
    """Where s is exactly 0 or 1 the gradient is exactly 0 in PyTorch too; yours is about 1e-7. Keeping s away from 0
    and 1 protects a logarithm, and there is none here."""


@wrong({"1 - s": "np.ones(s.shape) - s"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

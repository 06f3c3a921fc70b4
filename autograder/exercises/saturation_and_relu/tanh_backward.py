"""tanh_backward: gradient of the loss with respect to the input of tanh, from its output."""

import numpy as np

from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.model import Derivative, Exercise, case
from autograder.exercises.saturation_and_relu import sigmoid_backward
from autograder.exercises.saturation_and_relu import tanh as forward

TEXTBOOK = """\
def tanh_backward(dout, t):
    return dout * (1 - t**2)
"""
tanh_backward = Exercise(
    TEXTBOOK,
    takes="dout, t: (*)",
    pytorch="torch.autograd.grad(t, z, dout), where t = torch.tanh(z)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.tanh.html",
)
requirement, wrong = tanh_backward.requirement, tanh_backward.wrong


@tanh_backward.pytorch_reference
def reference(dout, t):
    """What autograd calls for the derivative of torch.tanh: it too keeps the output, not the input."""
    import torch

    return torch.ops.aten.tanh_backward(dout, t)


tanh_backward.derivative = Derivative(
    forward.reference, upstream="dout", with_respect_to=("z",), at=lambda t: {"z": np.arctanh(t)}
)


@requirement("moderate t", points=2)
def values(sample):
    yield case("t = 0.5", dout=np.array([[2.0]]), t=np.array([[0.5]]))
    yield case("t = -0.6 and 0", dout=np.array([[5.0, -2.0]]), t=np.array([[-0.6, 0.0]]))
    for _ in sample.repeat(public=2, hidden=6):
        t = np.round(sample.uniform(*sample.shape(), low=-0.95, high=0.95), 3)
        yield case("random numbers", dout=sample.normal(*t.shape), t=t)


@requirement("saturated t", points=1)
def saturated(sample):
    """t rounded to exactly -1 or 1, and close to them."""
    yield case("t exactly 1, exactly -1, and -0.5", dout=np.array([[2.0, -3.0, 4.0]]), t=np.array([[1.0, -1.0, -0.5]]))
    yield case("t = 1 - 1e-9 and -1 + 1e-9", dout=np.array([[-2.0, 5.0]]), t=np.array([[1 - 1e-9, -1 + 1e-9]]))
    for _ in sample.repeat(public=1, hidden=4):
        t = np.tanh(sample.normal(*sample.shape(), scale=10.0))
        t[0, 0], t[-1, -1] = 1.0, -1.0
        yield case("random, most of them saturated", dout=sample.normal(*t.shape), t=t)


def arguments(sample, shape):
    return {"dout": sample.normal(*shape), "t": sample.uniform(*shape, low=-0.9, high=0.9)}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = tanh_backward.contract(whole=["dout"])(arguments)


@wrong({"- t": "- np.tanh(t)"})
def tanh_applied_again():
    """`t` is the output of tanh already. Your numbers are those of applying tanh a second time."""


@wrong({"t**2": "t"})
def not_squared():
    """At t = -1 the curve is flat, but your slope there is 2. The slope must not depend on the sign of t."""


@wrong({"t**2)": "t) ** 2"})
def difference_squared():
    """At t = -1 the curve is flat, but your slope there is 4. Which part of the expression does the square belong
    to?"""


@wrong({"(1 - t**2)": "t * (1 - t)"})
def of_sigmoid():
    """This is the derivative of the logistic function, written with its output. At t = 0, where tanh is steepest, it
    gives 0."""


wrong.like(sigmoid_backward.dout_forgotten, {"dout * ": ""})


@wrong({"(1 - t**2)": "1 - t**2"})
def order_of_operations():
    """`dout` multiplies only the 1, not the whole difference: parentheses are missing."""


@wrong({"1 - t**2": "t**2 - 1"})
def sign():
    """The sign is the other way round: tanh rises everywhere, so its slope is never negative."""


@wrong({"return": "t = np.clip(t, -1 + 1e-7, 1 - 1e-7)\n    return"}, loses=[saturated])
def t_clipped():
    """Where t is exactly -1 or 1 the gradient is exactly 0 in PyTorch too; yours is about 2e-7. Nothing here divides
    by the slope, so there is nothing to protect."""


@wrong({"* (1 - t**2)": "/ np.cosh(np.arctanh(t)) ** 2"}, loses=[])
def through_the_inverse():
    """The way back through z passes infinity where t is exactly -1 or 1, and it costs two functions where one
    multiplication will do: the slope can be had from t directly."""


wrong.like(sigmoid_backward.always_float64, {"1 - t": "np.ones(t.shape) - t"}, loses=[contract])

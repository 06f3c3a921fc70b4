"""rrelu_backward: gradient of the loss with respect to the input of RReLU, from the slopes of the forward pass."""

import numpy as np

from autograder.exercises.activations import autograd
from autograder.exercises.model import Derivative, Exercise, case

TEXTBOOK = """\
def rrelu_backward(dout, slope):
    return dout * slope
"""
rrelu_backward = Exercise(
    TEXTBOOK,
    takes="dout, slope: (*)",
    pytorch="torch.autograd.grad(slope * z, z, dout)",
    source="Xu, Wang, Chen and Li 2015, section 2.4; PyTorch keeps the slopes of the forward pass in the same way",
)
requirement, wrong = rrelu_backward.requirement, rrelu_backward.wrong


def drawn_slopes(sample, *shape, lower=1 / 8, upper=1 / 3):
    """Slopes as RReLU's forward pass in training leaves them: 1 for about half of the elements."""
    drawn = sample.uniform(*shape, low=lower, high=upper)
    return np.where(sample.uniform(*shape) < 0.5, 1.0, drawn)


@rrelu_backward.pytorch_reference
def reference(dout, slope):
    """The slopes are constants; z is positive where they are 1."""
    import torch

    z = torch.where(slope == 1, 1.0, -1.0).to(dout.dtype)
    return autograd(lambda z: slope * z, dout, z)


rrelu_backward.derivative = Derivative(
    lambda z, slope: slope * z,
    upstream="dout",
    with_respect_to=("z",),
    at=lambda slope: {"z": np.where(slope == 1, 1.0, -1.0), "slope": slope},
)


@requirement("training: a slope for each element", points=2)
def in_training(sample):
    yield case("one slope", dout=np.array([[6.0]]), slope=np.array([[0.3]]))
    yield case("three slopes", dout=np.array([[6.0, -2.0, -5.0]]), slope=np.array([[0.3, 1.0, 0.2]]))
    for _ in sample.repeat(public=2, hidden=5):
        shape = sample.shape()
        yield case("random slopes", dout=sample.normal(*shape), slope=drawn_slopes(sample, *shape))


@requirement("evaluation: the mean slope", points=1)
def in_evaluation(sample):
    """The mean slope of the usual bounds, 11/48, wherever z was not positive."""
    yield case("the mean slope", dout=np.array([[48.0, -2.0]]), slope=np.array([[11 / 48, 1.0]]))
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape()
        slope = np.where(sample.uniform(*shape) < 0.5, 1.0, 11 / 48)
        yield case("random gradients", dout=sample.normal(*shape), slope=slope)


@requirement("slopes above 1", points=1)
def steep(sample):
    yield case("slopes of 2 and 1", dout=np.array([[3.0, 5.0]]), slope=np.array([[2.0, 1.0]]))
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape()
        slope = drawn_slopes(sample, *shape, lower=1.2, upper=2.0)
        yield case("slopes from 1.2 to 2", dout=sample.normal(*shape), slope=slope)


@rrelu_backward.contract(whole=["dout"])
def contract(sample, shape):
    return {"dout": sample.normal(*shape), "slope": drawn_slopes(sample, *shape)}


@wrong({"dout * slope": "np.where(slope == 1, dout, (1 / 8 + 1 / 3) / 2 * dout)"}, keeps=[in_evaluation])
def mean_slope_instead_of_drawn():
    """You use the mean slope where z was negative. The gradient belongs to the function that was computed: use the
    slopes that the forward pass drew."""


@wrong({"dout * slope": "slope.copy()"})
def upstream_gradient_forgotten():
    """You return the slopes themselves. The gradient of the loss is the slope times what arrives from above, dout."""


@wrong({"dout * slope": "np.where(slope == 1, dout, 0.0 * dout)"})
def nothing_for_negative_z():
    """Nothing flows back where z was negative: that is ReLU. Here the drawn slope lets a part through."""


@wrong({"dout * slope": "np.where(dout > 0, dout, slope * dout)"})
def sign_of_dout():
    """You apply the slope only where dout is not positive. Which side an element is on was decided by z in the
    forward pass, and is already in `slope`."""


@wrong({"dout * slope": "dout / slope"})
def divided_by_slope():
    """You divide by the slope, which would undo the forward pass. The chain rule multiplies by the derivative."""


@wrong({"dout * slope": "dout * slope.mean(axis=0)"})
def slopes_averaged_over_the_batch():
    """You average the slopes over the batch first. Every element was multiplied by its own slope, so every element's
    gradient is too."""


@wrong({"dout * slope": "np.where(slope < 1, slope * dout, dout)"}, loses=[steep])
def slopes_above_one_ignored():
    """Slopes above 1 have no effect in your result. Positive elements already carry the slope 1: there is nothing to
    tell apart here."""


@wrong({"return": "return np.zeros(dout.shape) +"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"return dout * slope": "dout *= slope\n    return dout"}, loses=[contract])
def in_place():
    """You write into dout itself. It belongs to the caller, who may still need it: return a new array."""

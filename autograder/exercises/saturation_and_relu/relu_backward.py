"""relu_backward: gradient of the loss with respect to the input of ReLU."""

import numpy as np

from autograder.exercises.activations import autograd, both_sides, dout_and_z
from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.model import Derivative, Exercise, case
from autograder.exercises.saturation_and_relu import relu as forward

TEXTBOOK = """\
def relu_backward(dout, z):
    return np.where(z > 0, dout, 0)
"""
relu_backward = Exercise(
    TEXTBOOK,
    takes="dout, z: (*)",
    pytorch="torch.autograd.grad(F.relu(z), z, dout)",
    new_arrays=True,
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.relu.html",
)
requirement, wrong = relu_backward.requirement, relu_backward.wrong


@relu_backward.pytorch_reference
def reference(dout, z):
    return autograd(forward.reference, dout, z)


relu_backward.derivative = Derivative(forward.reference, upstream="dout", with_respect_to=("z",))


@requirement("values", points=3)
def values(sample):
    yield case("negative and positive", dout=np.array([[3.0, -4.0]]), z=np.array([[-2.0, 0.5]]))
    for _ in sample.repeat(public=3, hidden=7):
        yield case("random numbers", **dout_and_z(sample))


@requirement("z exactly 0", points=0.5, kind="edges")
def at_zero(sample):
    yield case("z = 0, z = 2, z = -1", dout=np.array([[3.0, -5.0, 4.0]]), z=np.array([[0.0, 2.0, -1.0]]))
    yield case("z = -0.0, z = 1e-300", dout=np.array([[2.0, -7.0]]), z=np.array([[-0.0, 1e-300]]))
    for _ in sample.repeat(public=1, hidden=4):
        z = sample.normal(*sample.shape())
        z[0], z[-1, -1] = 0.0, 0.75
        yield case("random numbers, one row of zeros", dout=sample.normal(*z.shape), z=z)


@relu_backward.remark("an infinite or broken dout")
def infinite(sample):
    """Infinite or NaN upstream gradients do not pass a closed unit."""
    yield case("infinite dout", dout=np.array([[np.inf, -np.inf, np.inf, 2.0]]), z=np.array([[-1.0, -2.0, 3.0, 4.0]]))
    yield case("NaN dout where z is negative", dout=np.array([[np.nan, 3.0]]), z=np.array([[-1.0, 2.0]]))


def all_open(sample):
    yield case("every unit is open", dout=np.array([[3.0, -4.0]]), z=np.array([[1.0, 2.0]]))


def arguments(sample, shape):
    return {"dout": sample.normal(*shape), "z": both_sides(sample, *shape)}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = relu_backward.contract(points=0.5, without=["whole numbers"], more=all_open)(arguments)


@wrong({"z > 0": "z >= 0"}, loses=[at_zero])
def one_at_zero():
    """Your unit lets the gradient pass at z = 0. The slope there is a matter of convention, and PyTorch's is 0."""


@wrong({", 0": ", np.where(z == 0, dout / 2, 0)"}, loses=[at_zero])
def half_at_zero():
    """At z = 0 you pass half of the gradient on, the mean of the slopes to the left and to the right. PyTorch's
    convention is 0."""


@wrong({"np.where(z > 0, dout, 0)": "dout * (z > 0)"}, loses=[])
def multiplied_by_the_mask():
    """Your mask multiplies, and 0 times infinity is NaN: one overflow upstream spoils units that were switched off.
    Choose between dout and 0 instead of multiplying."""


@wrong({"np.where(z > 0, dout, 0)": "(z > 0).astype(z.dtype)"})
def dout_forgotten():
    """`dout` has no effect on your result. This is the slope of ReLU; the chain rule asks for one more factor."""


@wrong({"dout, 0": "1, 0"})
def dout_forgotten_whole_numbers():
    """`dout` has no effect on your result. This is the slope of ReLU, in whole numbers; what is asked for is `dout`
    where the slope is 1."""


@wrong({"z > 0": "dout > 0"})
def sign_of_dout():
    """You look at the sign of dout. Whether a unit lets the gradient pass was decided in the forward pass, by z."""


@wrong({"z > 0": "(z > 0) & (dout > 0)"})
def positive_gradients_only():
    """You pass only positive gradients on. That is guided backpropagation, a way of drawing pictures; the true
    gradient may have either sign."""


@wrong({"dout, 0": "dout * z, 0"})
def value_instead_of_slope():
    """Your result is dout times the value of ReLU. The chain rule asks for its slope."""


@wrong({"z > 0": "z < 0"})
def wrong_side():
    """You let the gradient pass where the unit is switched off, and stop it where it is on."""


@wrong({"return np.where(z > 0, dout, 0)": "dout[z <= 0] = 0\n    return dout"}, loses=[contract])
def writes_into_dout():
    """The array dout that you were given has been changed, and whoever handed it to you may still need it. Return a
    new array."""


@wrong({", 0": ", np.zeros(z.shape)"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

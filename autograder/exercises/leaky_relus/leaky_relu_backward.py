"""leaky_relu_backward: gradient of the loss with respect to the input of leaky ReLU."""

import numpy as np

from autograder.exercises.activations import autograd, both_sides, dout_and_z
from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.leaky_relus import leaky_relu as forward
from autograder.exercises.leaky_relus import with_zeros
from autograder.exercises.model import Derivative, Exercise, case

TEXTBOOK = """\
def leaky_relu_backward(dout, z, alpha=0.01):
    return np.where(z > 0, dout, alpha * dout)
"""
leaky_relu_backward = Exercise(
    TEXTBOOK,
    takes="dout, z: (*); alpha: number",
    pytorch="torch.autograd.grad(F.leaky_relu(z, alpha), z, dout)",
    source="Maas, Hannun and Ng 2013, section 2; at z = 0 PyTorch's convention",
)
requirement, wrong = leaky_relu_backward.requirement, leaky_relu_backward.wrong


@leaky_relu_backward.pytorch_reference
def reference(dout, z, alpha=0.01):
    return autograd(lambda z: forward.reference(z, alpha), dout, z)


leaky_relu_backward.derivative = Derivative(forward.reference, upstream="dout", with_respect_to=("z",))


@requirement("alpha = 0.01", points=1)
def standard_alpha(sample):
    yield case("one negative number", dout=np.array([[200.0]]), z=np.array([[-3.0]]), alpha=0.01)
    yield case("both sides", dout=np.array([[200.0, -5.0]]), z=np.array([[-3.0, 4.0]]), alpha=0.01)
    yield case("alpha left out", dout=np.array([[300.0, 7.0]]), z=np.array([[-2.0, 1.0]]))
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random numbers", **dout_and_z(sample), alpha=0.01)


@requirement("other alpha", points=2)
def other_alpha(sample):
    yield case("alpha = 0.3, one negative number", dout=np.array([[2.0]]), z=np.array([[-1.0]]), alpha=0.3)
    yield case("alpha = 1.5", dout=np.array([[2.0, 3.0]]), z=np.array([[-3.0, 4.0]]), alpha=1.5)
    yield case("alpha = -0.5", dout=np.array([[2.0, 3.0]]), z=np.array([[-3.0, 4.0]]), alpha=-0.5)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random numbers and alpha", **dout_and_z(sample), alpha=sample.number(0.1, 3.0))


@requirement("z exactly 0", points=0.5, kind="edges")
def at_zero(sample):
    yield case("z = 0", dout=np.array([[200.0]]), z=np.array([[0.0]]), alpha=0.01)
    for _ in sample.repeat(public=1, hidden=3):
        z = with_zeros(sample, *sample.shape())
        yield case("many zeros", dout=sample.normal(*z.shape), z=z, alpha=0.01)


@leaky_relu_backward.remark("an infinite z or dout")
def infinite(sample):
    yield case("infinite z", dout=np.array([[200.0, 3.0]]), z=np.array([[-np.inf, np.inf]]), alpha=0.01)
    yield case("infinite dout", dout=np.array([[np.inf, -np.inf, 3.0]]), z=np.array([[-2.0, 2.0, 1.0]]), alpha=0.01)


def arguments(sample, shape):
    return {"dout": sample.normal(*shape), "z": both_sides(sample, *shape), "alpha": 0.01}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = leaky_relu_backward.contract(points=0.5, whole=["z"])(arguments)


@wrong({"z > 0": "z >= 0"}, loses=[at_zero])
def slope_one_at_zero():
    """At z = 0 you take the slope 1. At the kink this course follows PyTorch: zero belongs to the left side."""


@wrong({"alpha * dout": "0.0 * dout"})
def gradient_of_relu():
    """This is the gradient of plain ReLU: nothing flows back for z < 0. The leak is there to let something through."""


@wrong({"alpha * dout": "alpha * z * dout"})
def value_instead_of_slope():
    """For z < 0 you use alpha z, the value of the function. The backward pass needs its slope there, which does not
    depend on how negative z is."""


@wrong({"dout, alpha * dout)": "z, alpha * z) * dout"})
def activation_of_dout():
    """You multiply dout by the output of the forward pass. The chain rule multiplies it by the derivative."""


@wrong({"dout, alpha * dout": "1.0, alpha"})
def upstream_gradient_forgotten():
    """You return the slope phi'(z) alone. The gradient of the loss is that slope times what arrives from above,
    dout."""


@wrong({"z > 0": "dout > 0"})
def sign_of_dout():
    """The sign of dout decides which slope you use. It is z, the input of the forward pass, that decides."""


@wrong({"alpha * dout": "-alpha * dout"})
def negative_slope_negated():
    """Your gradient for z < 0 has the wrong sign. alpha z rises with z: its slope is +alpha."""


wrong.like(forward.alpha_ignored, {"alpha * dout": "0.01 * dout"}, loses=[other_alpha])


@wrong({"z > 0": "z > alpha * z"}, loses=[other_alpha])
def compares_the_products():
    """You compare z with alpha z to find the side. That works only for finite z and alpha below 1: compare z with 0."""


@wrong({"np.where(z > 0, dout, ": "(z > 0) * dout + (z <= 0) * ("}, loses=[])
def product_of_masks():
    """A mask times infinity: 0 * inf is NaN. Choose between the two gradients instead of multiplying both by 0 or 1."""


@wrong({"dout, alpha * dout)": "z, alpha * z) / z * dout"}, loses=[at_zero])
def output_over_input():
    """Output divided by input is the slope almost everywhere, but 0 / 0 and inf / inf are NaN. The sign of z says
    everything you need."""


@wrong({"dout, alpha * dout)": "1, alpha).astype(z.dtype) * dout"}, loses=[contract])
def slope_as_whole_as_z():
    """For whole numbers in z your slopes are whole numbers too, and alpha is cut down to 0: an array made like z
    takes over its dtype. Make it like dout."""


@wrong({"dout, alpha * dout)": "1.0, alpha) * dout"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

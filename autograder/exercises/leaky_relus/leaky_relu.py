"""leaky_relu: leaky rectified linear unit."""

import numpy as np

from autograder.exercises.activations import RELATIVE, both_sides, tiny_negative
from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def leaky_relu(z, alpha=0.01):
    return np.where(z > 0, z, alpha * z)
"""
leaky_relu = Exercise(
    TEXTBOOK,
    takes="z: (*); alpha: number",
    pytorch="torch.nn.functional.leaky_relu(z, alpha)",
    source="Maas, Hannun and Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models, section 2",
)
requirement, wrong = leaky_relu.requirement, leaky_relu.wrong


@leaky_relu.pytorch_reference
def reference(z, alpha=0.01):
    import torch.nn.functional as F

    return F.leaky_relu(z, alpha)


@requirement("alpha = 0.01", points=1)
def standard_alpha(sample):
    yield case("one negative number", z=np.array([[-1.0]]), alpha=0.01)
    yield case("negative, zero and positive", z=np.array([[-200.0, 0.0, 3.0]]), alpha=0.01)
    yield case("alpha left out", z=np.array([[-100.0, 2.0]]))
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers", z=sample.normal(*sample.shape(), scale=3.0), alpha=0.01)


@requirement("other alpha", points=1)
def other_alpha(sample):
    yield case("alpha = 0.3, one negative number", z=np.array([[-1.0]]), alpha=0.3)
    yield case("alpha = 1.5, negative and positive", z=np.array([[-2.0, 2.0]]), alpha=1.5)
    yield case("alpha = -0.5, negative and positive", z=np.array([[-2.0, 2.0]]), alpha=-0.5)
    for _ in sample.repeat(public=2, hidden=6):
        z = sample.normal(*sample.shape(), scale=3.0)
        yield case("random numbers and alpha", z=z, alpha=sample.number(0.1, 3.0))


@requirement("large and tiny z", points=1)
def far_and_near(sample):
    yield case("z = 1000 and -1000", z=np.array([[1000.0, -1000.0]]), alpha=0.01)
    yield case("z = -1e-10", z=np.array([[-1e-10]]), alpha=0.01, computation=RELATIVE)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("tiny negative numbers", z=tiny_negative(sample), alpha=0.01, computation=RELATIVE)
        yield case("huge numbers", z=sample.normal(2, 3) * 1e300, alpha=0.01)


@leaky_relu.remark("infinite z")
def infinite(sample):
    yield case("infinite", z=np.array([[np.inf, -np.inf]]), alpha=0.01)


def arguments(sample, shape):
    return {"z": both_sides(sample, *shape), "alpha": 0.01}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = leaky_relu.contract()(arguments)


@wrong({"where(z > 0, z, alpha * z)": "maximum(alpha * z, z)"}, loses=[other_alpha])
def maximum_of_both():
    """max(alpha z, z) is leaky ReLU only while alpha is at most 1. For alpha = 1.5 and z = -2 it picks the wrong one
    of the two: let the sign of z decide, not which product is larger."""


@wrong({"where(z > 0, z, alpha * z)": "maximum(z, 0.0)"})
def plain_relu():
    """This is plain ReLU: for z < 0 you return 0, but a leaky unit still lets alpha times z through."""


@wrong({"alpha * z": "0.01 * z"}, loses=[other_alpha])
def alpha_ignored():
    """Your slope for z < 0 is 0.01 whatever alpha is. 0.01 is only the default: use the parameter."""


@wrong({"alpha=0.01": "alpha=0.3"}, loses=[standard_alpha])
def default_of_another_library():
    """With alpha left out you use 0.3, the default in Keras. PyTorch's and this course's default is 0.01."""


@wrong({"alpha * z": "alpha * np.abs(z)"})
def absolute_value():
    """Your values for z < 0 are positive. The line keeps going down to the left of zero, only less steeply."""


@wrong({"alpha * z": "-alpha"})
def constant_instead_of_slope():
    """For z < 0 you return the constant -alpha. alpha is a slope: the value still has to depend on z."""


@wrong({"z, alpha * z": "alpha * z, z"})
def sides_swapped():
    """The two sides are exchanged: the slope is 1 where z is positive and alpha where it is negative."""


@wrong({"alpha * z": "z / alpha"})
def divided_by_alpha():
    """You divide by alpha for z < 0. In this course, as in PyTorch, alpha is the slope itself; some papers write z /
    a with a large a."""


@wrong({"np.where(z > 0, z, ": "(z > 0) * z + (z <= 0) * ("}, loses=[])
def product_of_masks():
    """A mask times infinity: 0 * inf is NaN. Choose between the two values instead of multiplying both by 0 or 1."""


@wrong({"np.where(z > 0, z, alpha * z)": "0.5 * (1 + alpha) * z + 0.5 * (1 - alpha) * np.abs(z)"}, loses=[])
def built_from_absolute_value():
    """Your two terms cancel on the negative side, and for z = -inf they are -inf + inf, which is NaN. Choose between
    the two values by the sign of z instead."""


@wrong({"z, alpha * z)": "1.0, alpha) * z"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"return": "return np.zeros(z.shape) +"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"alpha * z)": "alpha * z).astype(z.dtype)"}, loses=[contract])
def truncates_whole_numbers():
    """With whole numbers as input your result is a whole-number array too, so alpha times z is cut off to a whole
    number. Make the result array from something that is a float."""


@wrong({"return np.where(z > 0, z, alpha * z)": "z[z < 0] *= alpha\n    return z"}, loses=[contract])
def in_place():
    """You write into z itself. The caller still needs z, for the backward pass for example: work on a new array."""

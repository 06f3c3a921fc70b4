"""relu: rectified linear unit max(0, z)."""

import numpy as np

from autograder.exercises.activations import both_sides
from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def relu(z):
    return np.maximum(z, 0)
"""
relu = Exercise(
    TEXTBOOK,
    takes="z: (*)",
    pytorch="torch.nn.functional.relu(z)",
    new_arrays=True,
    source="Nair and Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines",
)
requirement, wrong = relu.requirement, relu.wrong


@relu.pytorch_reference
def reference(z):
    import torch.nn.functional as F

    return F.relu(z)


@requirement("values", points=3)
def values(sample):
    yield case("negative, zero and positive", z=np.array([[-2.0, 0.0, 3.0]]))
    for _ in sample.repeat(public=3, hidden=7):
        yield case("random numbers", z=sample.normal(*sample.shape(), scale=4.0))


@relu.remark("infinite or huge z")
def infinite(sample):
    yield case("minus infinity and infinity", z=np.array([[-np.inf, np.inf]]))
    yield case("z = 1e308 and -1e308", z=np.array([[1e308, -1e308]]))


@relu.remark("NaN")
def nan(sample):
    """NaN comes out as NaN: a broken number must stay visible."""
    yield case("NaN, negative and positive", z=np.array([[np.nan, -1.0, 2.0]]))


def all_positive(sample):
    yield case("nothing to cut off", z=np.array([[1.0, 2.0]]))


def arguments(sample, shape):
    return {"z": both_sides(sample, *shape)}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = relu.contract(without=["whole numbers"], more=all_positive)(arguments)


@wrong({"np.maximum(z, 0)": "z * (z > 0)"}, loses=[])
def multiplied_by_the_mask():
    """Your mask multiplies, and 0 times minus infinity is NaN. Choose between z and 0 instead of multiplying."""


@wrong({"maximum(z": "where(z > 0, z"}, loses=[])
def nan_becomes_zero():
    """NaN becomes 0: every comparison with NaN is false, so it falls on the side of your zeros. A network that hides
    its NaN trains on as if nothing had happened."""


@wrong({"np.maximum(z, 0)": "(z + np.abs(z)) / 2"}, loses=[])
def half_of_z_plus_abs():
    """In floating point, minus infinity plus infinity is NaN, and 1e308 + 1e308 overflows. Choose between z and 0
    instead of adding."""


@wrong({"return np.maximum(z, 0)": "z[z < 0] = 0\n    return z"}, loses=[contract])
def writes_into_its_input():
    """The array z that you were given has been changed: the backward pass, which needs the sign of z, would find only
    zeros. Return a new array."""


@wrong({"np.maximum": "np.max"})
def maximum_of_the_array():
    """np.max(z, 0) is the largest number along axis 0 of z. The function that compares two things entry by entry has
    another name."""


@wrong({"maximum(z, 0)": "abs(z)"})
def absolute_value():
    """Negative numbers come out positive: this is |z|. They should come out as 0."""


@wrong({"maximum(z, 0)": "minimum(z, 0.0)"})
def wrong_side():
    """You keep the negative numbers and remove the positive ones. Which of z and 0 is to win?"""


@wrong({"maximum(z, 0)": "where(z > 0, 1.0, 0.0).astype(z.dtype)"})
def step_instead():
    """Your result is 1 for every positive z: this is the slope of ReLU. Its value there is z itself."""


@wrong({"maximum(z, 0)": "clip(z, 0.0, 6.0)"}, loses=[values])
def capped_at_6():
    """Your result stops at 6: that is ReLU6, a variant for low-precision hardware. ReLU has no upper limit."""


@wrong({", 0": ", np.zeros(z.shape)"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

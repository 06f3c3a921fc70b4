"""sigmoid: logistic function 1 / (1 + exp(-z))."""

import numpy as np

from autograder.exercises.activations import both_sides
from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.model import Exercise, case
from autograder.exercises.saturation_and_relu import far_from_zero

TEXTBOOK = """\
def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)
"""
sigmoid = Exercise(
    TEXTBOOK,
    takes="z: (*)",
    pytorch="torch.sigmoid(z)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.sigmoid.html",
)
requirement, wrong = sigmoid.requirement, sigmoid.wrong


@sigmoid.pytorch_reference
def reference(z):
    import torch

    return torch.sigmoid(z)


@requirement("moderate z", points=1)
def values(sample):
    yield case("z = 0 and z = 1", z=np.array([[0.0, 1.0]]))
    yield case("negative, zero and positive", z=np.array([[-2.0, 0.0, 3.0]]))
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers", z=sample.normal(*sample.shape(), scale=2.0))


@requirement("large |z|", points=2)
def large(sample):
    """Large |z|: the result levels off at 0 and 1; nothing overflows, nothing is cut off early."""
    yield case("z = 1000", z=np.array([[1000.0, 1.0]]))
    yield case("z = 1000 and -1000", z=np.array([[1000.0, -1000.0]]))
    yield case("z = 40 and -40", z=np.array([[40.0, -40.0]]))
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random large numbers", z=far_from_zero(sample))


@sigmoid.remark("infinite z")
def infinite(sample):
    yield case("infinite", z=np.array([[np.inf, -np.inf]]))


def arguments(sample, shape):
    return {"z": both_sides(sample, *shape)}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = sigmoid.contract()(arguments)


@wrong({"-np.abs(z)": "-z", "np.where(z >= 0, 1, e)": "1"}, loses=[])
def overflow_in_exp():
    """The exponential overflows for very negative z. Dividing by infinity happens to give the right 0, but the
    warning hides others that matter. An exponential of a number that is never positive cannot overflow."""


@wrong(loses=[])
def both_forms_computed_for_every_z(z):
    """Both forms are right on their side, but np.where computes both for every z and then picks, and the one that is
    thrown away overflowed. Give both the one exponential that never overflows, that of -|z|."""
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


@wrong({"-np.abs(z)": "z", "np.where(z >= 0, 1, e)": "e"}, loses=[large])
def infinity_over_infinity():
    """For large z both the numerator and the denominator are infinite, and infinity / infinity is NaN. Which of the
    two equal forms of the fraction uses only exponentials that stay small there?"""


@wrong({"-np.abs(z)": "z", "np.where(z >= 0, 1, e)": "1"})
def sign_of_z():
    """Your curve falls where it should rise: large positive z must give 1. Look at the sign inside the exponential."""


@wrong({"-np.abs(z)": "-z", "np.where(z >= 0, 1, e) / (1 + e)": "1 / 1 + e"})
def parentheses_missing():
    """Your numbers exceed 1: division binds more tightly than addition, so only a part of what should stand under
    the fraction bar does."""


@wrong({"np.abs(z)": "np.clip(z, -20, 20)", "np.where(z >= 0, 1, e)": "1"}, loses=[large])
def clips_z_at_20():
    """Cutting z off at 20 stops the overflow, but the function has not arrived at its limit there: it stays at 2e-9
    for every z below -20."""


@wrong()
def tanh_of_z_not_of_half_z(z):
    """Your curve is twice as steep as it should be. In the identity between the logistic function and tanh, the two
    do not have the same argument."""
    return (1 + np.tanh(z)) / 2


@wrong()
def tanh_not_shifted(z):
    """Your results lie between -1 and 1. The logistic function has the same form but runs from 0 to 1: shift it and
    scale it."""
    return np.tanh(z / 2)


@wrong({"-np.abs(z)": "z", "np.where(z >= 0, 1, e) / (1 + e)": "e / np.sum(e)"})
def softmax_instead():
    """Your numbers sum to 1 over the whole array: this is softmax. Each entry of the logistic function depends on
    its own z alone."""


@wrong({"np.abs(z)": "np.abs(z.astype(float))"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"np.where": "(np.where", "(1 + e)": "(1 + e)).astype(z.dtype)"}, loses=[contract])
def result_as_whole_as_z():
    """For whole numbers the result is whole too, so 0.73 is cut down to 0: an array made with zeros_like(z) takes
    over the dtype of z."""

"""tanh: hyperbolic tangent."""

import numpy as np

from autograder.exercises.activations import RELATIVE, both_sides
from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.model import Exercise, case
from autograder.exercises.saturation_and_relu import far_from_zero, random_signs, sigmoid

TEXTBOOK = """\
def tanh(z):
    return np.tanh(z)
"""
tanh = Exercise(
    TEXTBOOK,
    takes="z: (*)",
    pytorch="torch.tanh(z)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.tanh.html",
)
requirement, wrong = tanh.requirement, tanh.wrong


@tanh.pytorch_reference
def reference(z):
    import torch

    return torch.tanh(z)


@requirement("moderate z", points=1)
def values(sample):
    yield case("z = 0 and z = 1", z=np.array([[0.0, 1.0]]))
    yield case("negative, zero and positive", z=np.array([[-2.0, 0.0, 0.5]]))
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers", z=sample.normal(*sample.shape(), scale=1.5))


@requirement("large |z|", points=1)
def large(sample):
    """Large |z|: 1 and -1, without overflow."""
    yield case("z = 1000 and -1000", z=np.array([[1000.0, -1000.0]]))
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random large numbers", z=far_from_zero(sample))


@requirement("tiny |z|", points=1)
def tiny(sample):
    """Tiny |z|, compared relative to the result. One larger number keeps `return z` from passing."""
    yield case("z = 1e-10, -1e-12 and 0.5", z=np.array([[1e-10, -1e-12, 0.5]]), computation=RELATIVE)
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        z = 10.0 ** -sample.uniform(*shape, low=9, high=14) * random_signs(sample, shape)
        z[-1, -1] = 0.5
        yield case("tiny random numbers and 0.5", z=z, computation=RELATIVE)


@tanh.remark("infinite z")
def infinite(sample):
    yield case("infinite", z=np.array([[np.inf, -np.inf]]))


def arguments(sample, shape):
    return {"z": both_sides(sample, *shape)}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = tanh.contract()(arguments)


@wrong({"np.tanh(z)": "(np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))"}, loses=[large, tiny])
def sinh_over_cosh():
    """The textbook fraction fails at both ends: for large |z| it is infinity / infinity, and for tiny |z| it
    subtracts two numbers that agree in nearly all their digits. NumPy has a function that avoids both."""


@wrong({"np.tanh(z)": "np.sinh(z) / np.cosh(z)"}, loses=[large])
def numerator_and_denominator_overflow():
    """For large |z| both parts of your fraction are infinite, and infinity / infinity is NaN. NumPy has a function
    that avoids this."""


@wrong({"np.tanh(z)": "2 / (1 + np.exp(-2 * z)) - 1"}, loses=[tiny])
def cancellation_near_zero():
    """The last digits near z = 0 are lost: a number close to 1, less 1, leaves only its rounding error. NumPy has a
    function that avoids this."""


@wrong({"np.tanh(z)": "1 - 2 / (1 + np.exp(2 * z))"}, loses=[tiny])
def cancellation_in_the_other_form():
    """The last digits near z = 0 are lost: 1 minus a number close to 1 leaves only its rounding error. NumPy has a
    function that avoids this."""


@wrong(
    {"return np.tanh(z)": "e = np.exp(-2 * np.abs(z))\n    return 2 * (np.where(z >= 0, 1, e) / (1 + e)) - 1"},
    loses=[tiny],
)
def cancellation_after_a_stable_sigmoid():
    """The last digits near z = 0 are lost: the digits of z were rounded away when it was added to 1. NumPy has a
    function that avoids this."""


@wrong(
    {"return np.tanh(z)": "e = np.exp(-np.abs(z))\n    return 2 * np.where(z >= 0, 1, e) / (1 + e) - 1"}, keeps=[large]
)
def argument_not_doubled():
    """Your curve is half as steep as it should be: at z = 0, tanh has slope 1. What is the argument of the logistic
    function in the identity?"""


@wrong({"return np.tanh(z)": "e = np.exp(-2 * np.abs(z))\n    return np.where(z >= 0, 1, e) / (1 + e) - 1"})
def sigmoid_not_doubled():
    """Your results lie between -1 and 0. The logistic function spans a height of 1, tanh one of 2."""


@wrong({"np.tanh(z)": "(np.exp(z) - np.exp(-z)) / 2"})
def only_sinh():
    """Your results grow without limit: this is the hyperbolic sine. The tangent divides it by the cosine."""


@wrong({"np.tanh(z)": "np.clip(z, -1.0, 1.0)"}, keeps=[large])
def straight_and_cut_off():
    """Your curve is a straight line that is cut off at -1 and 1 (known as hard tanh). tanh bends all the way."""


wrong.like(sigmoid.always_float64, {"np.tanh(z)": "np.tanh(z.astype(float))"}, loses=[contract])

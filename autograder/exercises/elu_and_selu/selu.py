"""selu: scaled exponential linear unit."""

import numpy as np

from autograder.exercises.activations import both_sides
from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.elu_and_selu import elu, extreme_cases
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def selu(z):
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
"""
selu = Exercise(
    TEXTBOOK,
    takes="z: (*)",
    pytorch="torch.nn.functional.selu(z)",
    source="Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-Normalizing Neural Networks, section 2",
)
requirement, wrong = selu.requirement, selu.wrong


@selu.pytorch_reference
def reference(z):
    import torch.nn.functional as F

    return F.selu(z)


@requirement("both sides of zero", points=2)
def ordinary(sample):
    yield case("one negative number", z=np.array([[-1.0]]))
    yield case("negative, zero and positive", z=np.array([[-2.0, 0.0, 1.0]]))
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers", z=sample.normal(*sample.shape(), scale=2.0))


@requirement("very large and very small |z|", points=1)
def extremes(sample):
    yield from extreme_cases(sample)


@selu.remark("infinite z")
def infinite(sample):
    yield case("infinite", z=np.array([[np.inf, -np.inf]]))


def arguments(sample, shape):
    return {"z": both_sides(sample, *shape)}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = selu.contract()(arguments)


@wrong({"scale * np.where(z > 0, z": "np.where(z > 0, scale * z"})
def scale_on_the_positive_side_only():
    """The negative side lacks the factor lambda: it multiplies the whole function."""


@wrong({"scale * ": ""})
def scale_forgotten():
    """This is ELU with alpha = 1.67. SELU multiplies it, both sides of it, by lambda."""


@wrong({"scale * ": "", "alpha * ": "scale * alpha * "})
def scale_on_the_negative_side_only():
    """The positive side lacks the factor lambda: its slope is 1.0507, not 1."""


@wrong({"alpha * ": ""})
def alpha_forgotten():
    """This is lambda times ELU with alpha = 1: your curve levels off at -1.05. Where does SELU's second constant go?"""


@wrong({"alpha, scale": "scale, alpha"})
def constants_exchanged():
    """The two constants have changed places: the slope for positive z is lambda, 1.05, the smaller one."""


@wrong({"1.6732632423543772, 1.0507009873554805": "1.67, 1.05"})
def constants_rounded_to_two_decimals():
    """Your constants have two decimals, 1.05 and 1.67: copy all the digits from the exercise card."""


@wrong({"1.6732632423543772, 1.0507009873554805": "1.6733, 1.0507"})
def constants_rounded_to_four_decimals():
    """Your constants have four decimals, 1.0507 and 1.6733: copy all the digits from the exercise card."""


@wrong({"np.expm1(np.minimum(z, 0))": "(np.exp(z) - 1)"}, loses=[extremes])
def digits_lost_near_zero():
    """For tiny |z|, exp(z) is a number next to 1, and the subtraction throws away the digits that matter. NumPy has
    a function that computes exp(z) - 1 without forming exp(z) first."""


wrong.like(
    elu.branches_multiplied_by_masks,
    {"np.where(z > 0, z, ": "(z * (z > 0) + (z <= 0) * (", "np.minimum(z, 0)": "z)"},
    loses=[extremes],
)


@wrong(
    {"1.6732632423543772, 1.0507009873554805": "np.array([1.6732632423543772, 1.0507009873554805])"}, loses=[contract]
)
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


wrong.like(
    elu.written_into_z,
    {"return scale * np": "z[...] = np", "(z, 0)))": "(z, 0)))\n    return scale * z"},
    loses=[contract],
)
wrong.like(elu.overflow_thrown_away, {"np.minimum(z, 0)": "z"}, loses=[])

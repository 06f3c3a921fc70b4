"""selu: scaled exponential linear unit."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.elu_and_selu import RELATIVE
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def selu(z):
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
"""

selu = Exercise(
    TEXTBOOK,
    summary="scaled exponential linear unit",
    pytorch="torch.nn.functional.selu(z)",
    source="Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-Normalizing Neural Networks, section 2",
)
requirement, wrong = selu.requirement, selu.wrong


@selu.pytorch_reference
def reference(z):
    """SELU in PyTorch."""
    import torch.nn.functional as F

    return F.selu(z)


@requirement("both sides of zero", points=2)
def both_sides(sample):
    """Ordinary numbers, negative and positive."""
    yield case("one negative number", z=np.array([-1.0]))
    yield case("negative, zero and positive", z=np.array([-2.0, 0.0, 1.0]))
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers", z=sample.normal(*sample.shape(), scale=2.0))


@requirement("very large and very small |z|", points=1)
def extremes(sample):
    """Large |z| without NaN, tiny |z| without cancellation."""
    yield case("z = 1000 and -1000", z=np.array([1000.0, -1000.0]))
    yield case("z = -1e-10", z=np.array([-1e-10]), computation=RELATIVE)
    yield case("infinite", z=np.array([np.inf, -np.inf]))
    for _ in sample.repeat(public=1, hidden=4):
        yield case("tiny negative numbers", z=-(10.0 ** -sample.uniform(5, low=6, high=12)), computation=RELATIVE)
        yield case("large numbers", z=sample.normal(*sample.shape(), scale=1e4))


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32, whole numbers become float64, in any shape and memory order."""
    yield case("float32", z=np.array([-1.0, 2.0], dtype="float32"))
    yield case("whole numbers", z=np.array([-1, 0, 2]))
    yield case("Fortran order", z=np.asfortranarray(sample.normal(3, 4)))
    yield case("every second entry of a larger array", z=strided(sample.normal(2, 5)))
    yield case("empty batch", z=np.zeros((0, 3)))
    for _ in sample.repeat(public=1, hidden=3):
        yield case("float32 images", z=sample.normal(*sample.shape(4, largest=5), dtype="float32"))


@wrong()
def scale_on_the_positive_side_only(z):
    """The positive side is right, the negative one lacks the factor lambda: it multiplies the whole function."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return np.where(z > 0, scale * z, alpha * np.expm1(np.minimum(z, 0)))


@wrong({", scale": "", ", 1.0507009873554805": "", "scale *": ""})
def scale_forgotten():
    """This is ELU with alpha = 1.67. SELU multiplies it, both sides of it, by lambda."""


@wrong()
def scale_on_the_negative_side_only(z):
    """The negative side is right, the positive one lacks the factor lambda: its slope is 1.0507, not 1."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return np.where(z > 0, z, scale * alpha * np.expm1(np.minimum(z, 0)))


@wrong()
def alpha_forgotten(z):
    """This is lambda times ELU with alpha = 1: your curve levels off at -1.05. Where does SELU's second constant go?"""
    scale = 1.0507009873554805
    return scale * np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


@wrong({"1.6732632423543772, 1.0507009873554805": "1.0507009873554805, 1.6732632423543772"})
def constants_exchanged():
    """The two constants have changed places: the slope for positive z is lambda, 1.05, the smaller one."""


@wrong()
def constants_rounded_to_two_decimals(z):
    """Your constants have two decimals, 1.05 and 1.67: copy all the digits from the exercise card."""
    return 1.05 * np.where(z > 0, z, 1.67 * np.expm1(np.minimum(z, 0)))


@wrong()
def constants_rounded_to_four_decimals(z):
    """Your constants have four decimals, 1.0507 and 1.6733: copy all the digits from the exercise card."""
    return 1.0507 * np.where(z > 0, z, 1.6733 * np.expm1(np.minimum(z, 0)))


@wrong(loses=[extremes])
def digits_lost_near_zero(z):
    """For tiny |z|, exp(z) is a number next to 1, and the subtraction throws away the digits that matter. NumPy has
    a function that computes exp(z) - 1 without forming exp(z) first."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * np.where(z > 0, z, alpha * (np.exp(z) - 1))


@wrong(loses=[extremes])
def branches_multiplied_by_masks(z):
    """NaN for large z: the exponential overflows to infinity there, and infinity times False is NaN, not 0. Choose
    between the branches instead of multiplying them by masks, or keep z > 0 out of the exponential."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * (z * (z > 0) + alpha * np.expm1(z) * (z <= 0))


@wrong(loses=[any_array])
def always_float64(z):
    """Your result is float64 even for float32 input: a constant that is a NumPy float64 number turns all it touches
    into float64. Plain Python numbers do not."""
    scale, alpha = np.array([1.0507009873554805, 1.6732632423543772])
    return scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


@wrong(loses=[any_array, PURITY])
def written_into_z(z):
    """You write into z itself. It belongs to the caller, who still needs it for the backward pass: make a new array."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    z[z < 0] = alpha * np.expm1(z[z < 0])
    return scale * z


@wrong(loses=[])
def overflow_thrown_away(z):
    """You take the exponential of every z, and for large positive z it overflows. The negative branch needs no z
    above 0: cap its argument there."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * np.where(z > 0, z, alpha * np.expm1(z))

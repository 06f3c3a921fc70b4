"""rrelu: randomized leaky ReLU: the output and the slope of each element."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.leaky_relus import without_zeros
from autograder.exercises.model import Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def rrelu(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = lower + u * (upper - lower) if training else np.full_like(u, (lower + upper) / 2)
    slope = np.where(z > 0, 1, drawn)
    return slope * z, slope
"""

rrelu = Exercise(
    TEXTBOOK,
    outputs=("y", "slope"),
    summary="randomized leaky ReLU: the output and the slope of each element",
    pytorch="torch.nn.functional.rrelu(z, lower, upper, training)",
    source="Xu, Wang, Chen and Li 2015, Empirical Evaluation of Rectified Activations, section 2.4, with PyTorch's law",
)
requirement, wrong = rrelu.requirement, rrelu.wrong


@rrelu.pytorch_reference
def reference(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """RReLU in PyTorch: F.rrelu in evaluation; in training its definition, since F.rrelu takes no noise from outside.

    F.rrelu has no kernel for MPS, so that device's evaluation is F.rrelu on the CPU.
    """
    import torch
    import torch.nn.functional as F

    if training:
        slope = torch.where(z <= 0, lower + u * (upper - lower), torch.ones_like(z))
        return slope * z, slope
    slope = torch.where(z <= 0, torch.full_like(z, (lower + upper) / 2), torch.ones_like(z))
    on_device = z.cpu() if z.device.type == "mps" else z
    return F.rrelu(on_device, lower, upper, training=False), slope


@requirement("training: slopes from u", points=1)
def training_cases(sample):
    """A slope of its own for each negative element, from u; the usual bounds and others."""
    yield case("u = 0.2, one negative number", z=np.array([-6.0]), u=np.array([0.2]))
    yield case("three numbers", z=np.array([-2.0, 3.0, -4.0]), u=np.array([0.8, 0.1, 0.4]), lower=0.1, upper=0.6)
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        z = without_zeros(sample.normal(*shape, scale=2.0))
        yield case("random numbers", z=z, u=sample.uniform(*shape))
    for _ in sample.repeat(public=1, hidden=4):
        shape, lower = sample.shape(), sample.number(0.05, 0.5)
        z, upper = without_zeros(sample.normal(*shape, scale=2.0)), lower + sample.number(0.2, 2.0)
        yield case("random numbers and bounds", z=z, u=sample.uniform(*shape), lower=lower, upper=upper, training=True)


@requirement("evaluation: the mean slope", points=1)
def evaluation(sample):
    """training = False: the mean slope, whatever u is."""
    usual = {"lower": 1 / 8, "upper": 1 / 3, "training": False}
    yield case("one negative number", z=np.array([-48.0]), u=np.array([0.9]), **usual)
    other = {"lower": 0.1, "upper": 0.6, "training": False}
    yield case("three numbers", z=np.array([-2.0, 3.0, -4.0]), u=np.array([0.8, 0.1, 0.4]), **other)
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        z = without_zeros(sample.normal(*shape, scale=2.0))
        yield case("random numbers", z=z, u=sample.uniform(*shape), **usual)
    for _ in sample.repeat(public=1, hidden=4):
        shape, lower = sample.shape(), sample.number(0.05, 0.5)
        z, upper = without_zeros(sample.normal(*shape, scale=2.0)), lower + sample.number(0.2, 2.0)
        yield case("random numbers and bounds", z=z, u=sample.uniform(*shape), lower=lower, upper=upper, training=False)


@requirement("at zero and at infinity", points=1)
def zero_and_infinity(sample):
    """z = 0 has a drawn slope, and no infinity becomes NaN. u = 0 throughout, so that nothing else is asked for."""
    yield case("z = 0", z=np.array([0.0]), u=np.array([0.0]))
    yield case("infinite z", z=np.array([-np.inf, np.inf]), u=np.zeros(2))
    for _ in sample.repeat(public=1, hidden=3):
        z = sample.normal(*sample.shape())
        z[:, ::2] = 0.0
        yield case("many zeros", z=z, u=np.zeros(z.shape))


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32; any shape and memory order; whole numbers become float64."""
    single = np.array([0.2, 0.5], dtype="float32")
    yield case("float32", z=np.array([-1.0, 2.0], dtype="float32"), u=single)
    positive = np.array([1.0, 2.0], dtype="float32")
    yield case("float32, evaluation", z=positive, u=single, lower=1 / 8, upper=1 / 3, training=False)
    yield case("whole numbers", z=np.array([-6, 2]), u=np.array([0.2, 0.5]))
    fortran = np.asfortranarray(without_zeros(sample.normal(3, 4)))
    yield case("Fortran order", z=fortran, u=sample.uniform(3, 4))
    second = strided(without_zeros(sample.normal(2, 5)))
    yield case("every second entry of a larger array", z=second, u=strided(sample.uniform(2, 5)))
    yield case("empty batch", z=np.zeros((0, 3)), u=np.zeros((0, 3)))
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, largest=5)
        z = without_zeros(sample.normal(*shape, dtype="float32"))
        yield case("float32 images", z=z, u=sample.uniform(*shape, dtype="float32"))


@wrong(keeps=[evaluation])
def random_on_both_sides(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """In training the random slope also hits the positive elements. Where z > 0 the slope is exactly 1, as in ReLU."""
    slope = np.where(z > 0, np.ones_like(u), (lower + upper) / 2)
    if training:
        slope = lower + u * (upper - lower)
    return slope * z, slope


@wrong({"(upper - lower)": "upper", ", 1": ", np.ones_like(u)"}, loses=[training_cases, any_array])
def width_forgotten():
    """Your slopes run from lower to lower + upper. u in [0, 1) has to be stretched to the width of the interval and
    then moved to its lower end."""


@wrong(
    {
        "drawn =": "divisor = 1 /",
        "(upper - lower)": "(1 / upper - 1 / lower)\n    drawn = 1 / divisor",
        ", 1": ", np.ones_like(u)",
    },
    loses=[training_cases, any_array],
)
def divisor_drawn_as_in_the_paper():
    """You draw the divisor a uniformly and use the slope 1/a, as the paper does. PyTorch, and this exercise, draw
    the slope itself uniformly."""


@wrong(
    {
        "drawn =": "mean = 2 / (1 / lower + 1 / upper)\n    drawn =",
        "(lower + upper) / 2": "mean",
        ", 1": ", np.ones_like(u)",
    },
    loses=[evaluation],
)
def mean_divisor_of_the_paper_in_evaluation():
    """Your slope in evaluation is one over the mean divisor (0.1818 for the usual bounds), the paper's rule. Here it
    is the mean of the slopes (0.2292)."""


@wrong(loses=[evaluation])
def still_random_in_evaluation(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """With training=False your result still depends on u. In evaluation nothing is random."""
    slope = np.where(z > 0, np.ones_like(u), lower + u * (upper - lower))
    return slope * z, slope


@wrong(keeps=[evaluation])
def mean_also_in_training(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """You use the mean slope in training too, so u has no effect. The mean is for evaluation only."""
    slope = np.where(z > 0, np.ones_like(u), (lower + upper) / 2)
    return slope * z, slope


@wrong(
    {
        "lower + u * (upper - lower) if training else": "",
        "2)": "2) if training else lower + u * (upper - lower)",
        ", 1": ", np.ones_like(u)",
    }
)
def training_and_evaluation_exchanged():
    """Training and evaluation are exchanged: the random slopes belong to training=True."""


@wrong(loses=[evaluation])
def mean_of_the_drawn_slopes_in_evaluation(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """In evaluation you average slopes that were drawn from u, so the result still depends on chance. The mean slope
    follows from the two bounds alone."""
    drawn = lower + u * (upper - lower)
    if not training:
        drawn = np.full_like(u, drawn.mean())
    slope = np.where(z > 0, np.ones_like(u), drawn)
    return slope * z, slope


@wrong({"(lower + upper) / 2": "upper", ", 1": ", np.ones_like(u)"}, loses=[evaluation])
def upper_bound_in_evaluation():
    """In evaluation your slope is the upper bound. It should be what the random slope is on average."""


@wrong(loses=[training_cases, any_array])
def one_slope_for_the_whole_array(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """All elements share one slope, that of the first u. Each element has its own u and so its own slope."""
    drawn = lower + u.flat[0] * (upper - lower) if training and u.size else (lower + upper) / 2
    slope = np.where(z > 0, np.ones_like(u), drawn).astype(u.dtype)
    return slope * z, slope


@wrong()
def slope_zero_where_positive(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """y is right, but the slope you return is 0 where z > 0. There y = 1 * z, and the backward pass will multiply by
    what you return."""
    drawn = lower + u * (upper - lower) if training else np.full_like(u, (lower + upper) / 2)
    y = np.where(z > 0, z, drawn * z)
    return y, np.where(z > 0, 0.0, drawn)


@wrong()
def slope_not_one_where_positive(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """y is right, but the slope you return is the drawn one on both sides. Where z > 0 the slope that was used is 1,
    and the backward pass will multiply by what you return."""
    drawn = lower + u * (upper - lower) if training else np.full_like(u, (lower + upper) / 2)
    return np.where(z > 0, z, drawn * z), drawn


@wrong({">": "<", "1, drawn": "drawn, np.ones_like(u)"}, loses=[zero_and_infinity])
def slope_one_at_zero():
    """Everything fits except z = 0, where you return the slope 1. Zero belongs to the left side: its slope is drawn
    like that of a negative number."""


@wrong(loses=[zero_and_infinity])
def product_of_masks(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """A mask times infinity: 0 * inf is NaN. Find the one slope of each element first, then multiply z by it."""
    drawn = lower + u * (upper - lower) if training else np.full_like(u, (lower + upper) / 2)
    y = (z > 0) * z + (z <= 0) * drawn * z
    return y, np.where(z > 0, np.ones_like(u), drawn)


@wrong(loses=[any_array])
def float32_lost_in_evaluation(z, u, lower=1 / 8, upper=1 / 3, training=True):
    """Right numbers, but in evaluation float32 input gives float64: np.where with two Python numbers makes a float64
    array. Start from an array that has the dtype of u."""
    slope = np.where(z > 0, 1.0, (lower + upper) / 2)
    if training:
        slope = np.where(z > 0, 1.0, lower + u * (upper - lower))
    return slope * z, slope

"""rrelu: randomized leaky ReLU: the output and the slope of each element."""

import numpy as np

from autograder.exercises.activations import both_sides
from autograder.exercises.leaky_relus import with_zeros
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def rrelu(z, u, lower=1 / 8, upper=1 / 3, training=True):
    drawn = lower + u * (upper - lower) if training else np.full_like(u, (lower + upper) / 2)
    slope = np.where(z > 0, 1, drawn)
    return slope * z, slope
"""
rrelu = Exercise(
    TEXTBOOK,
    takes="z, u: (*); lower, upper: number; training: bool",
    outputs=("y", "slope"),
    pytorch="torch.nn.functional.rrelu(z, lower, upper, training)",
    source="Xu, Wang, Chen and Li 2015, Empirical Evaluation of Rectified Activations, section 2.4, with PyTorch's law",
)
requirement, wrong = rrelu.requirement, rrelu.wrong

EVALUATION = {"lower": 1 / 8, "upper": 1 / 3, "training": False}


def random_numbers(sample, **settings):
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        yield case("random numbers", z=sample.normal(*shape, scale=2.0), u=sample.uniform(*shape), **settings)


def random_bounds(sample, training):
    for _ in sample.repeat(public=1, hidden=4):
        shape, lower = sample.shape(), sample.number(0.05, 0.5)
        z, upper = sample.normal(*shape, scale=2.0), lower + sample.number(0.2, 2.0)
        settings = {"lower": lower, "upper": upper, "training": training}
        yield case("random numbers and bounds", z=z, u=sample.uniform(*shape), **settings)


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


@requirement("training: slopes from u", points=2)
def in_training(sample):
    yield case("u = 0.2, one negative number", z=np.array([[-6.0]]), u=np.array([[0.2]]))
    yield case("three numbers", z=np.array([[-2.0, 3.0, -4.0]]), u=np.array([[0.8, 0.1, 0.4]]), lower=0.1, upper=0.6)
    yield from random_numbers(sample)
    yield from random_bounds(sample, training=True)


@requirement("evaluation: the mean slope", points=2)
def in_evaluation(sample):
    yield case("one negative number", z=np.array([[-48.0]]), u=np.array([[0.9]]), **EVALUATION)
    other = {"lower": 0.1, "upper": 0.6, "training": False}
    yield case("three numbers", z=np.array([[-2.0, 3.0, -4.0]]), u=np.array([[0.8, 0.1, 0.4]]), **other)
    yield from random_numbers(sample, **EVALUATION)
    yield from random_bounds(sample, training=False)


@requirement("z exactly 0", points=0.5, kind="edges")
def at_zero(sample):
    """z = 0 has a drawn slope. u = 0 throughout, so that nothing else is asked for."""
    yield case("z = 0", z=np.array([[0.0]]), u=np.array([[0.0]]))
    for _ in sample.repeat(public=1, hidden=3):
        z = with_zeros(sample, *sample.shape())
        yield case("many zeros", z=z, u=np.zeros(z.shape))


@rrelu.remark("infinite z")
def infinite(sample):
    yield case("infinite z", z=np.array([[-np.inf, np.inf]]), u=np.zeros((1, 2)))


def positive_in_evaluation(sample):
    z, u = np.array([[1.0, 2.0]], dtype="float32"), np.array([[0.2, 0.5]], dtype="float32")
    yield case("float32, evaluation", z=z, u=u, **EVALUATION)


@rrelu.contract(points=0.5, whole=["z"], more=positive_in_evaluation)
def contract(sample, shape):
    return {"z": both_sides(sample, *shape), "u": sample.uniform(*shape)}


@wrong({"np.where(z > 0, 1, drawn)": "drawn if training else np.where(z > 0, 1, drawn)"}, keeps=[in_evaluation])
def random_on_both_sides():
    """In training the random slope also hits the positive elements. Where z > 0 the slope is exactly 1, as in ReLU."""


@wrong({"(upper - lower)": "upper"}, loses=[in_training, contract])
def width_forgotten():
    """Your slopes run from lower to lower + upper. u in [0, 1) has to be stretched to the width of the interval and
    then moved to its lower end."""


@wrong({"lower + u * (upper - lower)": "1 / (1 / lower + u * (1 / upper - 1 / lower))"}, loses=[in_training, contract])
def divisor_drawn_as_in_the_paper():
    """You draw the divisor a uniformly and use the slope 1/a, as the paper does. PyTorch, and this exercise, draw
    the slope itself uniformly."""


@wrong({"(lower + upper) / 2": "2 / (1 / lower + 1 / upper)"}, loses=[in_evaluation])
def mean_divisor_of_the_paper_in_evaluation():
    """Your slope in evaluation is one over the mean divisor (0.1818 for the usual bounds), the paper's rule. Here it
    is the mean of the slopes (0.2292)."""


@wrong({" if training else np.full_like(u, (lower + upper) / 2)": ""}, loses=[in_evaluation])
def still_random_in_evaluation():
    """With training=False your result still depends on u. In evaluation nothing is random."""


@wrong({"lower + u * (upper - lower) if training else ": ""}, keeps=[in_evaluation])
def mean_also_in_training():
    """You use the mean slope in training too, so u has no effect. The mean is for evaluation only."""


@wrong({"if training": "if not training"})
def training_and_evaluation_exchanged():
    """Training and evaluation are exchanged: the random slopes belong to training=True."""


@wrong({"(lower + upper) / 2": "np.mean(lower + u * (upper - lower))"}, loses=[in_evaluation])
def mean_of_the_drawn_slopes_in_evaluation():
    """In evaluation you average slopes that were drawn from u, so the result still depends on chance. The mean slope
    follows from the two bounds alone."""


@wrong({"(lower + upper) / 2": "upper"}, loses=[in_evaluation])
def upper_bound_in_evaluation():
    """In evaluation your slope is the upper bound. It should be what the random slope is on average."""


@wrong({"u * (": "np.resize(u.flat[:1], u.shape) * ("}, loses=[in_training, contract])
def one_slope_for_the_whole_array():
    """All elements share one slope, that of the first u. Each element has its own u and so its own slope."""


@wrong({"slope * z, slope": "slope * z, np.where(z > 0, 0, drawn)"})
def slope_zero_where_positive():
    """The slope you return is 0 where z > 0. There y = 1 * z, and the backward pass will multiply by what you
    return."""


@wrong({"slope * z, slope": "slope * z, drawn"})
def slope_not_one_where_positive():
    """The slope you return is the drawn one on both sides. Where z > 0 the slope that was used is 1, and the backward
    pass will multiply by what you return."""


@wrong({"z > 0": "z >= 0"}, loses=[at_zero])
def slope_one_at_zero():
    """At z = 0 you return the slope 1. Zero belongs to the left side: its slope is drawn like that of a negative
    number."""


@wrong({"slope * z": "(z > 0) * z + (z <= 0) * drawn * z"}, loses=[])
def product_of_masks():
    """A mask times infinity: 0 * inf is NaN. Find the one slope of each element first, then multiply z by it."""


@wrong({"np.full_like(u,": "np.full(u.shape,"}, loses=[contract])
def float32_lost_in_evaluation():
    """In evaluation, float32 becomes float64: something in your function has the dtype float64, and takes the arrays
    with it. NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's
    numbers do not."""

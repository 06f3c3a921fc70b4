"""max_norm: the incoming weights of each unit shortened so that their norm is at most the limit."""

import numpy as np

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def max_norm(weight, limit):
    norm = np.sqrt(np.sum(weight**2, axis=tuple(range(1, weight.ndim)), keepdims=True))
    return np.where(norm > limit, weight * (limit / (norm + 1e-7)), weight)
"""
max_norm = Exercise(
    TEXTBOOK,
    takes="weight: (units, *); limit: number",
    pytorch="torch.renorm(weight, p=2, dim=0, maxnorm=limit)",
    source="Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html",
    computation="reduction",
)
requirement, wrong = max_norm.requirement, max_norm.wrong


@max_norm.pytorch_reference
def reference(weight, limit):
    import torch

    return torch.renorm(weight, p=2, dim=0, maxnorm=limit)


@requirement("units far above the limit", points=1)
def above(sample):
    """Units whose weights are far too long; large numbers, so that the 1e-7 does not show."""
    weight = np.array([[30000.0, 40000.0], [0.0, -90000.0], [6000.0, 8000.0]])
    yield case("norms 50000, 90000 and 10000, limit 1", weight=weight, limit=1.0)
    for _ in sample.repeat(public=2, hidden=5):
        weight = sample.normal(*sample.shape(smallest=3), scale=1e6)
        yield case("random", weight=weight, limit=sample.choice([0.5, 2.0, 3.0]))


@requirement("units within the limit", points=1)
def within(sample):
    """Units within the limit, at it, and of zeros, beside one that is far above."""
    weight = np.array([[0.3, 0.4], [30000.0, 40000.0], [0.0, 0.0]])
    yield case("norms 0.5, 50000 and 0, limit 1", weight=weight, limit=1.0)
    yield case("a norm of exactly the limit", weight=np.array([[3.0, 4.0], [-80000.0, 60000.0]]), limit=5.0)
    for _ in sample.repeat(public=1, hidden=4):
        weight = sample.normal(*sample.shape(smallest=3), scale=0.3)
        weight[0] *= 1e6
        yield case("random, one unit above the limit", weight=weight, limit=sample.number(4.0, 6.0))


@requirement("the 1e-7 in the denominator", points=1)
def near(sample):
    """Ordinary norms above the limit, where the 1e-7 in the denominator shows."""
    yield case("norms 5 and 10, limit 2", weight=np.array([[3.0, 4.0], [6.0, -8.0]]), limit=2.0)
    for _ in sample.repeat(public=2, hidden=4):
        weight = sample.normal(*sample.shape(smallest=3))
        weight[:, 0] = 2.0
        yield case("random", weight=weight, limit=sample.number(0.5, 1.9))


@requirement("convolutions", points=1)
def convolutions(sample):
    """All axes but the first belong to a unit."""
    small = 1e4 * np.array([[[[3.0, 4.0]], [[0.0, 0.0]]], [[[6.0, 0.0]], [[0.0, -8.0]]]])
    yield case("two units, two channels of 1 x 2 pixels", weight=small, limit=1.0)
    for _ in sample.repeat(public=1, hidden=3):
        yield case("random", weight=sample.normal(*sample.shape(4, largest=5), scale=1e5), limit=1.0)


@max_norm.remark("no units")
def no_units(sample):
    yield case("no units", weight=np.zeros((0, 3)), limit=1.0)


@max_norm.contract()
def contract(sample):
    return {"weight": sample.normal(3, 2, scale=1e6), "limit": 1.0}


@wrong({"tuple(range(1, weight.ndim))": "0"})
def norm_of_the_columns():
    """You limit the columns. In PyTorch's layout, (units, inputs), the incoming weights of one unit are a row: sum
    over all axes but the first."""


@wrong({", axis=tuple(range(1, weight.ndim)), keepdims=True": ""})
def norm_of_the_whole_array():
    """You use one norm for the whole array, as in clipping. Here every unit has a norm and a factor of its own."""


@wrong({"np.where(norm > limit, ": "(", ", weight)": ")"}, loses=[within])
def always_rescaled():
    """Units that are within the limit are stretched to it. Only those above it are changed."""


@wrong({"np.where(norm > limit, ": "(", "(norm + 1e-7)), weight)": "np.maximum(norm, limit)))"}, loses=[near])
def textbook_form():
    """Your factor is that of the formula without the 1e-7. torch.renorm divides by norm + 1e-7, which shows from
    about the eighth digit on."""


@wrong(
    {"np.where(norm > limit, ": "(", "(limit / (norm + 1e-7)), weight)": "np.minimum(1, limit / (norm + 1e-7)))"},
    loses=[within],
)
def shortened_at_the_limit():
    """A unit whose norm is exactly the limit is shortened by the 1e-7. torch.renorm asks first whether the norm is
    larger than the limit, and leaves this one alone."""


@wrong({"np.where(norm > limit, weight * (limit / (norm + 1e-7)), weight)": "np.clip(weight, -limit, limit)"})
def every_entry_limited():
    """You limit each weight by itself. Here a unit's weights are multiplied by a common factor, so that their ratios
    stay."""


@wrong({"tuple(range(1, weight.ndim))": "-1"}, loses=[convolutions])
def last_axis_only():
    """A convolution's weights have shape (units, channels, height, width), and all axes but the first belong to one
    unit. You take the last one alone."""


@wrong({"tuple(range(1, weight.ndim))": "1"}, loses=[convolutions])
def axis_1_only():
    """A convolution's weights have shape (units, channels, height, width), and you sum over the channels only: all
    axes but the first belong to one unit."""


@wrong({"np.sqrt(np.sum": "(np.sum"})
def root_forgotten():
    """The sum of squares is the square of the norm. Take its root before you compare it with the limit."""


@wrong(
    {
        "return np.where(norm > limit, weight * (limit": "weight *= np.where(norm > limit, limit",
        "1e-7)), weight)": "1e-7), 1)\n    return weight",
    },
    loses=[contract],
)
def writes_into_the_weight():
    """The array that you were given has been changed, and whole numbers cannot even be. Return a new one."""

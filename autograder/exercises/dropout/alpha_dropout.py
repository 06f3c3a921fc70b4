"""alpha_dropout: dropout for SELU: dropped values go to its floor, and mean 0 and variance 1 are kept."""

import numpy as np

from autograder.exercises.dropout import UNEQUAL, drawn
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def alpha_dropout(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    if p == 1:
        return x * 0.0
    low = -1.0507009873554805 * 1.6732632423543772
    a = ((1 - p) * (1 + p * low**2)) ** -0.5
    return a * np.where(u >= p, x, low) - a * p * low
"""
alpha_dropout = Exercise(
    TEXTBOOK,
    takes="x, u: (*); p: number; training: bool",
    pytorch="torch.nn.functional.alpha_dropout(x, p, training)",
    source="Klambauer, Unterthiner, Mayr, Hochreiter 2017, Self-Normalizing Neural Networks",
)
requirement, wrong = alpha_dropout.requirement, alpha_dropout.wrong


@alpha_dropout.pytorch_reference
def reference(x, u, p=0.5, training=True):
    import torch.nn.functional as F

    with drawn(u >= p):
        return F.alpha_dropout(x, p, training)


@requirement("training", points=3)
def training_cases(sample):
    x, u = np.array([1.0, 0.0, -1.0]), np.array([0.1, 0.6, 0.9])
    yield case("three numbers, p = 0.2", x=x, u=u, p=0.2, training=True)
    yield case("p = 0.5: p and training left out", x=x, u=u)
    for _ in sample.repeat(public=2, hidden=6):
        shape = sample.shape()
        yield case("random", x=sample.normal(*shape), u=sample.uniform(*shape), p=sample.choice(UNEQUAL), training=True)


@requirement("evaluation: nothing is dropped", points=1)
def evaluation(sample):
    x, u = np.array([1.0, -0.5]), np.array([0.0, 0.8])
    yield case("two numbers", x=x, u=u, p=0.2, training=False)
    yield case("in training, all dropped", x=x, u=0.1 * u, p=0.2, training=True)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape()
        found = {"x": sample.normal(*shape), "u": sample.uniform(*shape)}
        yield case("random", **found, p=sample.choice(UNEQUAL), training=False)


@requirement("p = 0, p = 1, u exactly p", points=0.5, kind="edges")
def edges(sample):
    x, u = np.array([1.0, -0.5]), np.array([0.0, 0.8])
    yield case("p = 0, one u is 0", x=x, u=u, p=0.0, training=True)
    yield case("p = 1", x=x, u=u, p=1.0, training=True)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape()
        found = {"x": sample.normal(*shape), "u": sample.uniform(*shape)}
        yield case("random, p = 0", **found, p=0.0, training=True)
        yield case("random, p = 1", **found, p=1.0, training=True)


@alpha_dropout.contract(points=0.5, whole=["x"])
def contract(sample, shape):
    return {"x": sample.normal(*shape), "u": sample.uniform(*shape), "p": 0.5, "training": True}


@wrong(
    {"a * np.where(u >= p, x, low) - a * p * low": "x * (u >= p) / (1 - p)"},
    loses=[training_cases, evaluation, contract],
)
def plain_dropout():
    """This is ordinary dropout. Here a dropped value becomes SELU's floor, not 0, and then all values are scaled and
    shifted."""


@wrong(
    {"a * np.where(u >= p, x, low) - a * p * low": "np.where(u >= p, x, low) * 1.0"},
    loses=[training_cases, evaluation, contract],
)
def not_scaled_and_shifted():
    """The dropped values are at the floor, but mean and variance are not repaired: scale by a and shift by b."""


@wrong({"np.where(u >= p, x, low)": "(x * (u >= p))"}, loses=[training_cases, evaluation, contract])
def dropped_to_zero_first():
    """The dropped values are set to 0 before scaling and shifting. They are to be at the floor."""


@wrong({"-1.0507009873554805 * ": "-"}, loses=[training_cases, evaluation, contract])
def dropped_to_minus_alpha():
    """Your floor is minus alpha. SELU multiplies by its scale, 1.0507..., so its floor is minus scale times alpha."""


@wrong({"1.0507009873554805 * 1.6732632423543772": "1.0507 * 1.6733"}, loses=[training_cases, evaluation, contract])
def constants_rounded():
    """Your constants of SELU are rounded. The card has all of their digits."""


@wrong(
    {
        "p == 1:": "p in (0, 1):",
        "x * 0.0": "x * (1.0 - p)",
        "(1 - p) * (1 + p *": "p * (1 + (1 - p) *",
        "a * p *": "a * (1 - p) *",
    },
    loses=[training_cases, evaluation],
)
def p_and_one_minus_p_exchanged():
    """p and 1 - p are exchanged in a and b. p is the probability of being dropped."""


@wrong({"** -0.5": "** -1"}, loses=[training_cases, evaluation, contract])
def root_forgotten():
    """a is one over the variance. To make the variance 1, divide by the standard deviation, its root."""


@wrong({"    if not training:\n        return x * 1.0\n": ""}, loses=[evaluation])
def still_dropping_in_evaluation():
    """With training=False values are still dropped. In evaluation nothing happens."""


@wrong({"    if p == 1:\n        return x * 0.0\n": ""}, loses=[edges])
def divided_by_zero():
    """With p = 1 the formula for a divides by zero. PyTorch returns zeros then; treat this case by itself."""


@wrong({"((1 - p)": "np.sqrt((1 - p)", "** -0.5": "** -1"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

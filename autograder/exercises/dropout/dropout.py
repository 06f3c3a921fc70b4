"""dropout: some values set to 0 in training, the others scaled so that the mean stays; nothing in evaluation."""

import numpy as np

from autograder.exercises.dropout import UNEQUAL, drawn
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def dropout(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u >= p
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * kept * scale, kept
"""
dropout = Exercise(
    TEXTBOOK,
    outputs=("y", "kept"),
    takes="x, u: (*); p: number; training: bool",
    pytorch="torch.nn.functional.dropout(x, p, training)",
    source="Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout, "
    "section 10 for the scaling in training",
)
requirement, wrong = dropout.requirement, dropout.wrong


@dropout.pytorch_reference
def reference(x, u, p=0.5, training=True):
    import torch
    import torch.nn.functional as F

    kept = u >= p
    with drawn(kept):
        y = F.dropout(x, p, training)
    return y, kept if training else torch.ones_like(kept)


@requirement("training", points=3)
def training_cases(sample):
    x, u = np.array([3.0, 6.0, -9.0, 12.0]), np.array([0.1, 0.6, 0.3, 0.9])
    yield case("four numbers, p = 0.25", x=x, u=u, p=0.25, training=True)
    yield case("p = 0.5: p and training left out", x=x, u=u)
    batch = np.array([[0.1, 0.9, 0.7], [0.8, 0.1, 0.3]])
    yield case("a batch of two", x=np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), u=batch, p=0.2, training=True)
    for _ in sample.repeat(public=2, hidden=6):
        shape = sample.shape()
        yield case("random", x=sample.normal(*shape), u=sample.uniform(*shape), p=sample.choice(UNEQUAL), training=True)


@requirement("evaluation: nothing is dropped", points=2)
def evaluation(sample):
    x, u = np.array([3.0, -6.0, 9.0]), np.array([0.1, 0.6, 0.3])
    yield case("three numbers", x=x, u=u, p=0.4, training=False)
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        p = sample.choice(UNEQUAL)
        yield case("random", x=sample.normal(*shape), u=sample.uniform(*shape, high=p), p=p, training=False)


@requirement("p = 0, p = 1, u exactly p", points=0.5, kind="edges")
def edges(sample):
    """Nothing and everything dropped. Where u equals p, x is 0: the decision alone is seen."""
    x = np.array([2.0, -3.0])
    yield case("p = 0, one u is 0", x=x, u=np.array([0.0, 0.7]), p=0.0, training=True)
    yield case("p = 1", x=x, u=np.array([0.0, 0.999]), p=1.0, training=True)
    yield case("u exactly p", x=np.zeros((1, 3)), u=np.array([[0.25, 0.125, 0.375]]), p=0.25, training=True)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape()
        for p in (0.0, 1.0):
            yield case(f"random, p = {p:g}", x=sample.normal(*shape), u=sample.uniform(*shape), p=p, training=True)


def mixed(sample):
    x, u = np.array([1.0, 2.0, -3.0], dtype="float32"), np.array([0.3, 0.8, 0.6])
    yield case("float32, u float64", x=x, u=u, p=0.5, training=True)


@dropout.contract(points=0.5, whole=["x"], more=mixed)
def contract(sample, shape):
    return {"x": sample.normal(*shape), "u": sample.uniform(*shape), "p": 0.5, "training": True}


@wrong({"* scale": "/ p"}, loses=[training_cases, edges])
def divided_by_p():
    """You divide by p. What has to be made up for is the share that is left, not the share that is gone. (For p =
    0.5 they are the same, which is why this is so easy to overlook.)"""


@wrong({"* scale": "* 1.0"}, loses=[training_cases, contract])
def not_rescaled():
    """The kept values are not scaled. With p = 0.5 the next layer gets half of its input in training and all of it
    in evaluation."""


@wrong({"* scale": "* (1 - p)"}, loses=[training_cases, contract])
def multiplied_instead_of_divided():
    """You multiply by 1 - p. That belongs to the first form of dropout, in evaluation; here the kept values are
    divided by it, in training, to make up for those that are missing."""


@wrong({">=": "<", "* scale": "/ p"}, keeps=[evaluation])
def p_read_as_the_probability_of_keeping():
    """You read p as the probability of keeping a value, as the paper and old versions of TensorFlow do. In PyTorch,
    Keras and here it is the probability of dropping it."""


@wrong({">=": "<"}, keeps=[evaluation])
def kept_and_dropped_exchanged():
    """You keep exactly the values that should be dropped: u is below p with probability p, and p is the probability
    of dropping."""


@wrong({"    if not training:\n        return x * 1.0, np.ones(u.shape, dtype=bool)\n": ""}, loses=[evaluation])
def still_dropping_in_evaluation():
    """With training=False values are still dropped. In evaluation dropout does nothing at all."""


@wrong({"x * 1.0": "x * (1 - p)"}, loses=[evaluation])
def scaled_in_evaluation_too():
    """You scale in training and again in evaluation. One of the two is enough, and here it is done in training."""


@wrong({"np.ones(u.shape, dtype=bool)": "u >= p"}, loses=[evaluation])
def kept_left_as_drawn_in_evaluation():
    """With training=False your `kept` still says that values were dropped. In evaluation it is True everywhere."""


@wrong({"= u >= p": "= np.broadcast_to(u[:1] >= p, u.shape)"}, loses=[training_cases, contract])
def one_mask_for_the_whole_batch():
    """All samples of your batch lose the same values: only the first row of u is used. Every number has a decision
    of its own."""


@wrong({"1 / (1 - p) if p < 1": "1 / float(kept.mean()) if kept.any()"}, loses=[training_cases, contract])
def divided_by_the_share_that_was_kept():
    """You divide by the share that happened to be kept in this array. The factor depends on p alone."""


@wrong({"* scale": "/ np.asarray(1 - p, dtype=(x * 1.0).dtype)"}, loses=[edges])
def zero_over_zero():
    """With p = 1 everything is dropped, and your division becomes 0/0. The result is to be zeros."""


@wrong({">=": ">"}, loses=[edges])
def u_equal_to_p_dropped():
    """Where u equals p the value is to be kept. Otherwise p = 0 would drop a value whose u is exactly 0."""


@wrong({"return x * kept * scale, kept": "y = x * kept * scale\n    return y, y != 0"}, loses=[edges])
def kept_read_off_the_output():
    """You take every 0 in the output for a dropped value. An activation that was 0 before, as many are behind ReLU,
    can be kept as well: `kept` follows from u and p alone."""


@wrong({"kept * scale": "(kept / (1 - p) if p < 1 else kept * 0.0)"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"return x * kept": "x[~kept] = 0\n    return x"}, loses=[contract])
def in_place():
    """The array `x` that you were given has been changed: something writes into it in place. The caller still needs
    it: make a new one."""


@wrong({"= u >= p": "= u[:1] >= p"}, keeps=[evaluation])
def one_mask_with_a_single_row():
    """Your `kept` has a single row: all samples lose the same values. Every number has a decision of its own."""

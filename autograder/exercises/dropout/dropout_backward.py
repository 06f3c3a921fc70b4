"""dropout_backward: the gradient of the loss with respect to the input of dropout."""

import numpy as np

from autograder.exercises.dropout import UNEQUAL, drawn
from autograder.exercises.model import Derivative, Exercise, case
from autograder.exercises.sampling import Sampler

TEXTBOOK = """\
def dropout_backward(dout, kept, p=0.5, training=True):
    if not training:
        return dout * 1.0
    scale = 1 / (1 - p) if p < 1 else 0.0
    return dout * kept * scale
"""
dropout_backward = Exercise(
    TEXTBOOK,
    takes="dout, kept: (*); p: number; training: bool",
    pytorch="torch.autograd.grad(torch.nn.functional.dropout(x, p, training), x, dout)",
    source="Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout, section 5.1",
)
requirement, wrong = dropout_backward.requirement, dropout_backward.wrong


def forward(x, kept, p=0.5, training=True):
    """F.dropout with given decisions: the function whose gradient is asked for."""
    import torch.nn.functional as F

    with drawn(kept):
        return F.dropout(x, p, training)


def inputs(kept, p=0.5, training=True):
    """Some input: dropout is linear in it, so that any will do."""
    return {"x": np.full(kept.shape, 0.75), "kept": kept, "p": p, "training": training}


def decisions(sample: Sampler, *shape: int, p: float = 0.5) -> np.ndarray:
    """Random decisions with both outcomes among them."""
    kept = sample.uniform(*shape) >= p
    if kept.size:
        kept.flat[0], kept.flat[-1] = False, True
    return kept


@dropout_backward.pytorch_reference
def reference(dout, kept, p=0.5, training=True):
    import torch

    x = torch.ones_like(dout, requires_grad=True)
    y = forward(x, kept, p, training)
    return torch.autograd.grad(y, x, dout)[0]


dropout_backward.derivative = Derivative(forward, "dout", ("x",), at=inputs)


@requirement("training", points=3)
def training_cases(sample):
    dout, kept = np.array([3.0, 6.0, -9.0]), np.array([False, True, True])
    yield case("three numbers, p = 0.25", dout=dout, kept=kept, p=0.25, training=True)
    yield case("p = 0.5: p and training left out", dout=dout, kept=kept)
    for _ in sample.repeat(public=2, hidden=6):
        shape, p = sample.shape(), sample.choice(UNEQUAL)
        yield case("random", dout=sample.normal(*shape), kept=decisions(sample, *shape, p=p), p=p, training=True)


@requirement("evaluation: nothing was dropped", points=2)
def evaluation(sample):
    dout = np.array([3.0, -6.0])
    yield case("two numbers", dout=dout, kept=np.array([True, True]), p=0.2, training=False)
    yield case("in training, all dropped", dout=dout, kept=np.array([False, False]), p=0.2, training=True)
    for _ in sample.repeat(public=1, hidden=3):
        shape, p = sample.shape(), sample.choice(UNEQUAL)
        yield case("random", dout=sample.normal(*shape), kept=np.ones(shape, bool), p=p, training=False)


@requirement("p = 0 and p = 1", points=0.5, kind="edges")
def edges(sample):
    dout = np.array([3.0, -6.0])
    yield case("p = 0", dout=dout, kept=np.array([True, True]), p=0.0, training=True)
    yield case("p = 1", dout=dout, kept=np.array([False, False]), p=1.0, training=True)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape()
        for p in (0.0, 1.0):
            kept = np.full(shape, p == 0)
            yield case(f"random, p = {p:g}", dout=sample.normal(*shape), kept=kept, p=p, training=True)


@dropout_backward.contract(points=0.5)
def contract(sample, shape):
    return {"dout": sample.normal(*shape), "kept": decisions(sample, *shape), "p": 0.5, "training": True}


@wrong({"* scale": "* 1.0"}, loses=[training_cases, contract])
def not_scaled():
    """The gradient is not scaled. The kept values were multiplied by a factor on the way forward, and the derivative
    of a multiplication is its factor."""


@wrong({"kept * scale": "1.0"})
def passed_on_unchanged():
    """dout is passed on as it is. A value that was dropped had no influence on the loss, so its gradient is 0."""


@wrong({"* scale": "/ p"}, loses=[training_cases, edges])
def divided_by_p():
    """You divide by p. The factor is the one of the forward pass, one over the share that is kept."""


@wrong({"* scale": "* (1 - p)"}, loses=[training_cases, contract])
def multiplied_instead_of_divided():
    """You multiply by 1 - p, as if the scaling had to be undone on the way back. Backward multiplies by the factor
    of the forward pass."""


@wrong({"* kept": "* ~kept"})
def gradient_of_what_was_dropped():
    """The gradient goes to the values that were dropped, and the kept ones get none: `kept` is True where a value
    stayed."""


@wrong({"    if not training:\n        return dout * 1.0\n": ""}, loses=[evaluation])
def scaled_in_evaluation_too():
    """With training=False dout is still scaled. The forward pass did nothing then, so there is nothing to
    differentiate."""


@wrong({"* scale": "/ np.asarray(1 - p, dtype=(dout * 1.0).dtype)"}, loses=[edges])
def zero_over_zero():
    """With p = 1 everything was dropped, and your division becomes 0/0. The gradient is 0."""


@wrong({"kept * scale": "np.where(kept, scale, 0.0)"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

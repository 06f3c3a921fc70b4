"""dropout_backward: the gradient of the loss with respect to the input of dropout."""

from __future__ import annotations

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.dropout import UNEQUAL, drawn
from autograder.exercises.model import Derivative, Exercise
from autograder.exercises.sampling import Sampler, strided

TEXTBOOK = """\
def dropout_backward(dout, kept, p=0.5, training=True):
    if not training:
        return dout * 1.0
    scale = 1 / (1 - p) if p < 1 else 0.0
    return dout * kept * scale
"""

dropout_backward = Exercise(
    TEXTBOOK,
    summary="the gradient of the loss with respect to the input of dropout",
    pytorch="torch.autograd.grad(torch.nn.functional.dropout(x, p, training), x, dout)",
    source="Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout, section 5.1",
)
requirement, wrong = dropout_backward.requirement, dropout_backward.wrong


def dropout_backward_forward(x, kept, p=0.5, training=True):
    """F.dropout with given decisions: the function whose gradient is asked for."""
    import torch.nn.functional as F

    with drawn(kept):
        return F.dropout(x, p, training)


def dropout_backward_inputs(kept, p=0.5, training=True):
    """Some input: dropout is linear in it, so that any will do."""
    return {"x": np.full(kept.shape, 0.75), "kept": kept, "p": p, "training": training}


def decisions(sample: Sampler, *shape: int, p: float = 0.5) -> np.ndarray:
    """Random decisions with both outcomes among them."""
    kept = sample.uniform(*shape) >= p
    kept.flat[0], kept.flat[-1] = False, True
    return kept


@dropout_backward.pytorch_reference
def reference(dout, kept, p=0.5, training=True):
    """The gradient of F.dropout by PyTorch's autograd."""
    import torch

    x = torch.ones_like(dout, requires_grad=True)
    y = dropout_backward_forward(x, kept, p, training)
    return torch.autograd.grad(y, x, dout)[0]


dropout_backward.derivative = Derivative(
    dropout_backward_forward, upstream="dout", with_respect_to=("x",), at=dropout_backward_inputs
)


@requirement("training", points=2)
def training_cases(sample):
    """Training, p other than 0.5 as a rule."""
    dout, kept = np.array([3.0, 6.0, -9.0]), np.array([False, True, True])
    yield case("three numbers, p = 0.25", dout=dout, kept=kept, p=0.25, training=True)
    yield case("p = 0.5: p and training left out", dout=dout, kept=kept)
    for _ in sample.repeat(public=2, hidden=6):
        shape, p = sample.shape(), sample.choice(UNEQUAL)
        yield case("random", dout=sample.normal(*shape), kept=decisions(sample, *shape, p=p), p=p, training=True)


@requirement("evaluation, p = 0 and p = 1", points=2)
def edges(sample):
    """Evaluation, and training with nothing or everything dropped."""
    dout = np.array([3.0, -6.0])
    everything, nothing = np.array([True, True]), np.array([False, False])
    yield case("evaluation", dout=dout, kept=everything, p=0.2, training=False)
    yield case("p = 0", dout=dout, kept=everything, p=0.0, training=True)
    yield case("p = 1", dout=dout, kept=nothing, p=1.0, training=True)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape()
        for p, training in ((sample.choice(UNEQUAL), False), (0.0, True), (1.0, True)):
            kept = np.full(shape, not training or p == 0)
            name = f"random, p = {p:g}, training = {training}"
            yield case(name, dout=sample.normal(*shape), kept=kept, p=p, training=training)


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32, whole numbers become float64, in any shape and order. p = 0.5 in training."""
    kept = np.array([False, True, True])
    dout = np.array([1.0, 2.0, -3.0], dtype="float32")
    yield case("float32", dout=dout, kept=kept, p=0.5, training=True)
    yield case("whole numbers", dout=np.array([3, 5, -7]), kept=kept, p=0.5, training=True)
    dout = np.asfortranarray(sample.normal(3, 4))
    yield case("Fortran order", dout=dout, kept=decisions(sample, 3, 4), p=0.5, training=True)
    dout = strided(sample.normal(2, 5))
    kept = strided(decisions(sample, 2, 5))
    yield case("every second entry of a larger array", dout=dout, kept=kept, p=0.5, training=True)
    yield case("empty batch", dout=np.zeros((0, 3)), kept=np.zeros((0, 3), dtype=bool), p=0.5, training=True)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, largest=5)
        dout = sample.normal(*shape, dtype="float32")
        yield case("float32 images", dout=dout, kept=decisions(sample, *shape), p=0.5, training=True)


@wrong(keeps=[edges])
def not_scaled(dout, kept, p=0.5, training=True):
    """The gradient is not scaled. The kept values were multiplied by a factor on the way forward, and the derivative
    of a multiplication is its factor."""
    return dout * 1.0 * kept


@wrong()
def passed_on_unchanged(dout, kept, p=0.5, training=True):
    """dout is passed on as it is. A value that was dropped had no influence on the loss, so its gradient is 0."""
    return dout * 1.0


@wrong(keeps=[any_array])
def divided_by_p(dout, kept, p=0.5, training=True):
    """You divide by p. The factor is the one of the forward pass, one over the share that is kept."""
    if not training:
        return dout * 1.0
    return dout * kept / p


@wrong(keeps=[edges])
def multiplied_instead_of_divided(dout, kept, p=0.5, training=True):
    """You multiply by 1 - p, as if the scaling had to be undone on the way back. Backward multiplies by the factor
    of the forward pass."""
    if not training:
        return dout * 1.0
    return dout * kept * (1 - p)


@wrong({"return dout * kept": "return dout * ~kept"})
def gradient_of_what_was_dropped():
    """The gradient goes to the values that were dropped, and the kept ones get none: `kept` is True where a value
    stayed."""


@wrong(loses=[edges])
def scaled_in_evaluation_too(dout, kept, p=0.5, training=True):
    """With training=False dout is still scaled. The forward pass did nothing then, so there is nothing to
    differentiate."""
    scale = 1 / (1 - p) if p < 1 else 0.0
    return dout * kept * scale


@wrong(loses=[edges])
def zero_over_zero(dout, kept, p=0.5, training=True):
    """With p = 1 everything was dropped, and your division becomes 0/0. The gradient is 0."""
    if not training:
        return dout * 1.0
    return dout * kept / np.asarray(1 - p, dtype=(dout * 1.0).dtype)


@wrong(loses=[any_array])
def float32_lost(dout, kept, p=0.5, training=True):
    """Right numbers, but float32 comes back as float64: np.where of two Python numbers makes float64. Multiply dout
    by `kept` itself, then scale."""
    if not training:
        return dout * 1.0
    return dout * np.where(kept, 1 / (1 - p) if p < 1 else 0.0, 0.0)

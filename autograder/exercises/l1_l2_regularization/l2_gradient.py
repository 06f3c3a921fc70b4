"""l2_gradient: the gradient of λ Σw² with respect to each array: 2 λ w."""

import numpy as np

from autograder.exercises.l1_l2_regularization import some_weights
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def l2_gradient(weights, strength):
    return [2 * strength * w for w in weights]
"""
l2_gradient = Exercise(
    TEXTBOOK,
    takes="weights: list of (*); strength: number",
    pytorch="torch.autograd.grad(strength * sum((w**2).sum() for w in weights), weights)",
    source="https://keras.io/api/layers/regularizers/",
    handed_out=True,
)
requirement, wrong = l2_gradient.requirement, l2_gradient.wrong


@l2_gradient.pytorch_reference
def reference(weights, strength):
    import torch

    weights = [weight.requires_grad_() for weight in weights]
    return list(torch.autograd.grad(strength * sum((weight**2).sum() for weight in weights), weights))


@requirement("values", points=2)
def values(sample):
    yield case("positive, negative and zero", weights=[np.array([3.0, -1.0]), np.array([0.0])], strength=0.1)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random weights, strength 0.01", weights=some_weights(sample), strength=0.01)


@requirement("other strengths", points=2)
def other_strengths(sample):
    yield case("strength 2", weights=[np.array([0.25]), np.array([-3.0])], strength=2.0)
    for _ in sample.repeat(public=2, hidden=4):
        yield case("random weights and strength", weights=some_weights(sample), strength=sample.number(0.001, 0.4))


@l2_gradient.contract()
def contract(sample, shape):
    return {"weights": [sample.normal(*shape), np.array([3.0, -1.5])], "strength": 0.25}


@wrong({"2 *": ""})
def factor_2_forgotten():
    """The factor 2 is missing. λw belongs to the penalty ½λw²; the derivative of λw² has a factor 2."""


@wrong({"strength *": ""})
def strength_left_out():
    """2w is the gradient of w². That of λw² is λ times as large: the strength is missing."""


@wrong({"2 * strength * w": "strength * w / np.sqrt(sum(np.sum(v**2) for v in weights))"})
def of_the_norm():
    """λ w/‖w‖ is the gradient of λ‖w‖. The penalty is the square of the norm, λ‖w‖² = λΣw²."""


@wrong({"2 * strength * w": "strength * w**2"})
def squares_instead():
    """You return λw²: what each weight pays, not how this changes with the weight. A negative weight needs a
    negative derivative."""


@wrong({"2 * strength * w": "strength * np.sign(w)"})
def that_of_l1():
    """λ sign(w) is the gradient of λ|w|, the L1 penalty. That of λw² grows with the weight."""


@wrong({"[2": "[-2"})
def pointing_to_zero():
    """You have included the minus of the descent. The gradient points uphill, away from 0; the optimizer subtracts
    it."""


@wrong({"2 * strength * w": "np.multiply(w, 2 * strength, out=w)"}, loses=[contract])
def writes_into_the_weights():
    """The weights that you were given have been changed, and whole numbers cannot even be. Return new arrays."""


@wrong({"w for": "w.astype(float) for"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

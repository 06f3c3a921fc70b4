"""l1_gradient: the (sub)gradient of λ Σ|w| with respect to each array: λ sign(w), and 0 at w = 0."""

import numpy as np

from autograder.exercises.l1_l2_regularization import l2_gradient, some_weights
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def l1_gradient(weights, strength):
    return [strength * np.sign(w) for w in weights]
"""
l1_gradient = Exercise(
    TEXTBOOK,
    takes="weights: list of (*); strength: number",
    pytorch="torch.autograd.grad(strength * sum(w.abs().sum() for w in weights), weights)",
    source="https://keras.io/api/layers/regularizers/",
    handed_out=True,
)
requirement, wrong = l1_gradient.requirement, l1_gradient.wrong


@l1_gradient.pytorch_reference
def reference(weights, strength):
    import torch

    weights = [weight.requires_grad_() for weight in weights]
    return list(torch.autograd.grad(strength * sum(weight.abs().sum() for weight in weights), weights))


@requirement("values", points=2)
def values(sample):
    yield case("positive and negative", weights=[np.array([3.0, -0.25]), np.array([-2.0])], strength=0.1)
    for _ in sample.repeat(public=2, hidden=6):
        weights = [w + 0.5 * np.where(w < 0, -1, 1) for w in some_weights(sample)]
        yield case("random weights and strength", weights=weights, strength=sample.number(0.001, 0.4))


@requirement("weights that are exactly 0", points=0.5, kind="edges")
def at_zero(sample):
    yield case("a weight that is exactly 0", weights=[np.array([0.0, -2.0]), np.array([0.5])], strength=0.1)
    yield case("a dead column", weights=[np.array([[0.0, 1.0], [0.0, -3.0], [0.0, 2.0]])], strength=0.25)
    for _ in sample.repeat(public=1, hidden=3):
        weights = some_weights(sample)
        for weight in weights:
            weight.flat[0], weight.flat[1] = 0.0, -1.0
        yield case("random, a 0 in each array", weights=weights, strength=sample.number(0.001, 0.4))


@requirement("tiny and huge weights", points=2)
def tiny(sample):
    yield case("tiny and huge", weights=[np.array([1e-12, -1e-100]), np.array([1e12])], strength=0.1)
    for _ in sample.repeat(public=1, hidden=3):
        weights = some_weights(sample)
        for weight in weights:
            weight.flat[0], weight.flat[1] = 1e-10, -1e-7
        yield case("random, tiny ones among them", weights=weights, strength=sample.number(0.05, 0.4))


@l1_gradient.contract(points=0.5)
def contract(sample, shape):
    return {"weights": [sample.normal(*shape), np.array([3.0, -1.5])], "strength": 0.25}


@wrong({"np.sign(w)": "np.where(w >= 0, 1.0, -1.0).astype((w * 1.0).dtype)"}, loses=[at_zero])
def zero_counted_as_positive():
    """A weight of exactly 0 gets the gradient +λ and is pushed away from where it should stay. The convention is 0
    there: three cases, not two."""


@wrong({"np.sign(w)": "np.where(w > 0, 1.0, -1.0).astype((w * 1.0).dtype)"}, loses=[at_zero])
def zero_counted_as_negative():
    """A weight of exactly 0 gets the gradient −λ and is pushed away from where it should stay. The convention is 0
    there: three cases, not two."""


@wrong({"strength *": ""})
def strength_left_out():
    """The sign of w is the gradient of |w|. That of λ|w| is λ times as large: the strength is missing."""


@wrong({"strength * np.sign(w)": "2 * strength * w"})
def that_of_l2():
    """2λw is the gradient of λw². That of λ|w| does not depend on how large the weight is."""


@wrong({"sign": "abs"})
def absolute_values_instead():
    """You return λ|w|: what each weight pays, not how this changes with the weight."""


@wrong({"np.sign(w)": "w / np.abs(w)"}, loses=[at_zero])
def zero_over_zero():
    """w/|w| is the sign of w except where it is needed most: at 0 it is 0/0, which is NaN. NumPy has a function for
    the sign."""


@wrong({"np.sign(w)": "w / (np.abs(w) + 1e-8)"})
def smoothed():
    """The pull on tiny weights is weaker with you, as if a small number were added to |w| below the line. Tiny
    weights are the ones that L1 is about. NumPy has a function for the sign."""


wrong.like(l2_gradient.pointing_to_zero, {"[strength": "[-strength"})


@wrong(loses=[contract])
def writes_into_the_weights(weights, strength):
    """The weights that you were given have been changed, and whole numbers lose their fractions. Return new arrays."""
    for w in weights:
        w[...] = strength * np.sign(w)
    return weights


@wrong({"strength * np.sign(w)": "np.where(w > 0, strength, np.where(w < 0, -strength, 0.0))"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

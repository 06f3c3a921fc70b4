"""soft_threshold: every weight moved towards 0 by the threshold, and stopped there: L1 with exact zeros."""

import numpy as np

from autograder.exercises.l1_l2_regularization import l2_gradient, some_weights
from autograder.exercises.model import Exercise, case
from autograder.exercises.optimizer_states import away_from_zero

TEXTBOOK = """\
def soft_threshold(weights, threshold):
    return [np.sign(w) * np.maximum(np.abs(w) - threshold, 0) for w in weights]
"""
soft_threshold = Exercise(
    TEXTBOOK,
    takes="weights: list of (*); threshold: number",
    pytorch="torch.nn.functional.softshrink(weight, threshold)",
    source="Beck and Teboulle 2009, https://doi.org/10.1137/080716542",
)
requirement, wrong = soft_threshold.requirement, soft_threshold.wrong


@soft_threshold.pytorch_reference
def reference(weights, threshold):
    import torch.nn.functional as F

    return [F.softshrink(weight, threshold) for weight in weights]


@requirement("weights above the threshold", points=2)
def far(sample):
    yield case("threshold 0.5", weights=[np.array([2.0, -3.0]), np.array([0.75])], threshold=0.5)
    for _ in sample.repeat(public=2, hidden=5):
        weights = [w + 0.5 * np.where(w < 0, -1, 1) for w in some_weights(sample)]
        yield case("random, all above the threshold", weights=weights, threshold=sample.number(0.01, 0.45))


@requirement("weights at or below the threshold", points=2)
def near(sample):
    yield case("below, at and above", weights=[np.array([0.2, -0.4]), np.array([0.5, -0.75])], threshold=0.5)
    yield case("zero stays zero", weights=[np.array([0.0, 2.0]), np.array([[-0.125]])], threshold=0.25)
    for _ in sample.repeat(public=2, hidden=5):
        weights = some_weights(sample)
        for weight in weights:
            weight.flat[0], weight.flat[1] = 0.01, -3.0
        yield case("random", weights=weights, threshold=sample.number(0.2, 1.5))


@soft_threshold.contract()
def contract(sample, shape):
    return {"weights": [away_from_zero(sample, *shape), np.array([3.0, -1.5])], "threshold": 0.25}


@wrong({"np.sign(w) * np.maximum(np.abs(w) - threshold, 0)": "np.where(np.abs(w) > threshold, w, 0.0)"})
def hard():
    """Small weights become 0, but the others stay as they are: that is the *hard* threshold. The soft one moves
    these, too, towards 0."""


@wrong({"np.sign(w) * np.maximum(np.abs(w) - threshold, 0)": "w - threshold * np.sign(w)"}, loses=[near])
def gradient_step():
    """A weight closer to 0 than the threshold is carried past 0, to the other side. It should stop at 0."""


@wrong({"np.sign(w) * np.maximum(np.abs(w) - threshold, 0)": "np.maximum(w - threshold, 0)"})
def negative_weights_dropped():
    """All negative weights become 0. They move towards 0 by the threshold as the positive ones do, from below."""


@wrong({"np.sign(w) *": ""})
def sign_lost():
    """Negative weights come out positive. Give each its sign back."""


@wrong({"np.sign(w) * np.maximum(np.abs(w) - threshold, 0)": "np.clip(w, -threshold, threshold)"})
def clipped_instead():
    """You clip to the threshold: that is exactly the part to take away from the weight."""


@wrong(
    {"np.maximum(np.abs(w) - threshold, 0)": "np.where(np.abs(w) > threshold, np.abs(w) - threshold, np.abs(w))"},
    loses=[near],
)
def small_ones_kept():
    """Weights within the threshold stay as they are. They are the ones that become 0."""


wrong.like(
    l2_gradient.writes_into_the_weights,
    {"np.sign(w) * np.maximum(np.abs(w) - threshold, 0)": "np.subtract(w, np.clip(w, -threshold, threshold), out=w)"},
    loses=[contract],
)


wrong.like(l2_gradient.always_float64, {"abs(w)": "abs(w.astype(float))"}, loses=[contract])

"""Exercises of `5_capstone/1_train_a_deep_network`: what is still missing for a whole network, a step of it, and
the loop over epochs.

Weights are stored as in torch.nn.Linear, (units, inputs). Labels are whole numbers, one for each sample.
"""

from __future__ import annotations

import numpy as np

from autograder.exercises.cases import Case, case
from autograder.exercises.sampling import Sampler

NOTEBOOK = "5_capstone/1_train_a_deep_network"

ORDER = (
    "dense_forward",
    "dense_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "training_step",
    "forward_backward",
    "train",
)


def linear_case(name: str, sample: Sampler, samples: int, *, backward: bool = False) -> Case:
    """A random dense layer whose sides all differ."""
    units, inputs = sample.shape(2, smallest=2, largest=6)
    x, weight = sample.normal(samples, inputs), sample.normal(units, inputs)
    if backward:
        return case(name, dout=sample.normal(samples, units), x=x, weight=weight)
    return case(name, x=x, weight=weight, bias=sample.normal(units, scale=2.0))


def scored(name: str, sample: Sampler, samples: int, **more: float) -> Case:
    """Random logits and labels; more: arguments that come before them. No class is labelled by all samples."""
    classes = sample.integer(3, 6)
    labels = np.array([sample.integer(0, classes - 1) for _ in range(samples)])
    if samples > 1:
        labels[:2] = 0, classes - 1
    return case(name, **more, logits=sample.normal(samples, classes, scale=1.5), labels=labels)

"""Exercises of `4_avoiding_overfitting/1_l1_l2_regularization`: penalties, their pulls, weight decay and max-norm.

`strength` is the λ of the equations (`lambda` is a word of Python's). The optimizers' cases of the contract have
no decay, so that a mistake about the decay does not cost them.
"""

from __future__ import annotations

import numpy as np

from autograder.exercises.sampling import Sampler

NOTEBOOK = "4_avoiding_overfitting/1_l1_l2_regularization"

ORDER = (
    "lp_penalty",
    "l2_gradient",
    "l1_gradient",
    "soft_threshold",
    "sgd_weight_decay_step",
    "max_norm",
)


def some_weights(sample: Sampler) -> list[np.ndarray]:
    """The weights of three layers: a matrix, a vector (one unit), and a second matrix of another shape."""
    shapes = sample.shape(), sample.shape(1), sample.shape()
    return [sample.normal(*shape) for shape in shapes]

"""Exercises of `4_avoiding_overfitting/1_l1_l2_regularization`: penalties, their pulls, weight decay and max-norm.

`strength` is the λ of the equations (`lambda` is a word of Python's). The optimizers' cases of "any shape, memory
order and dtype" have no decay, so that a mistake about the decay does not cost them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "4_avoiding_overfitting/1_l1_l2_regularization"

ORDER = (
    "lp_penalty",
    "l2_gradient",
    "l1_gradient",
    "soft_threshold",
    "sgd_weight_decay_step",
    "adam_weight_decay_step",
    "max_norm",
)


def some_weights(sample: Sampler, scale: float = 1.0, dtype: str = "float64") -> list[np.ndarray]:
    """The weights of three layers: a matrix, a vector (one unit), and a second matrix of another shape."""
    shapes = sample.shape(), sample.shape(1), sample.shape()
    return [sample.normal(*shape, scale=scale, dtype=dtype) for shape in shapes]


def any_lists(sample: Sampler) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Lists of weights whose dtypes, memory orders and shapes are out of the ordinary, with a name each."""
    yield "float32", [np.array([3.0, -1.5], dtype="float32"), np.array([[0.5]], dtype="float32")]
    yield "whole numbers", [np.array([[2], [-3]]), np.array([4])]
    yield "an empty array among others", [np.zeros((0, 3)), np.array([[3.0, -4.0]])]
    first, second, _ = some_weights(sample)
    yield "Fortran order, and every second entry of a larger array", [np.asfortranarray(first), strided(second)]
    for _ in sample.repeat(public=1, hidden=3):
        shapes = sample.shape(4, largest=5), sample.shape(1), sample.shape(3, largest=5)
        yield "float32, up to four dimensions", [sample.normal(*shape, dtype="float32") for shape in shapes]


def sgd_arrays(sample: Sampler) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """Parameters, gradients and buffers whose dtypes, memory orders and shapes are out of the ordinary."""
    single = {"theta": np.array([2.0, -1.0]), "gradient": np.array([1.0, 3.0]), "m": np.array([-4.0, 2.0])}
    yield "float32", {name: array.astype("float32") for name, array in single.items()}
    whole = {"theta": np.array([[2, -1]]), "gradient": np.array([[1, 3]]), "m": np.zeros((1, 2))}
    yield "whole numbers", whole
    yield "an empty array", {name: np.zeros((0, 3)) for name in single}
    shape = sample.shape()
    yield "Fortran order", {name: np.asfortranarray(sample.normal(*shape)) for name in single}
    yield "every second entry of a larger array", {name: strided(sample.normal(*shape)) for name in single}
    for _ in sample.repeat(public=1, hidden=2):
        shape = sample.shape(4, largest=5)
        yield "float32, four dimensions", {name: sample.normal(*shape, dtype="float32") for name in single}

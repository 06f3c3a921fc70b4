"""Exercises of `1_training_problems/1_vanishing_exploding_gradients`: Jacobians, backpropagation, gradient checks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.exercises.cases import Case, case
from autograder.exercises.sampling import Sampler
from autograder.plaindata.named_functions import as_function

NOTEBOOK = "1_training_problems/1_vanishing_exploding_gradients"

ORDER = (
    "layer_jacobian",
    "backpropagate",
    "layer_norms",
    "mlp_forward",
    "mlp_gradients",
    "numerical_gradient",
    "complex_step_gradient",
)

LARGE_STEP = 1e-3
"""From this step on, a difference quotient and the derivative are told apart."""


def chain(sample: Sampler, widths: tuple[int, ...]) -> list[np.ndarray]:
    """One random matrix (widths[l + 1], widths[l]) for each layer, with entries that keep sums moderate."""
    return [sample.normal(outputs, inputs, scale=0.7) for inputs, outputs in itertools.pairwise(widths)]


def gradient_by_autograd(f, x):
    """The gradient of f at x, in float64."""
    import torch

    x = x.double().requires_grad_(True)
    (gradient,) = torch.autograd.grad(as_function(f)(x), x)
    return gradient


def cubic(weight) -> dict:
    """Plain data for Σ w x³."""
    return {"function": "cubic", "weight": np.asarray(weight, dtype=float)}


def linear(weight) -> dict:
    """Plain data for Σ w x."""
    return {"function": "linear", "weight": np.asarray(weight, dtype=float)}


def bowl(sample: Sampler, size: int) -> dict:
    """Plain data for a random quadratic function in which all entries of x meet."""
    root = sample.normal(size, size)
    return {"function": "quadratic", "matrix": np.round(root @ root.T, 3), "vector": sample.normal(size)}


SMALL_BOWL = {"function": "quadratic", "matrix": np.array([[2.0, 1.0], [1.0, 4.0]]), "vector": np.array([-1.0, 3.0])}


def smooth_functions(sample: Sampler) -> Iterator[Case]:
    """x a vector, h left out."""
    yield case("f = x³ at 2", f=cubic([1.0]), x=np.array([2.0]))
    yield case("f = x₁³ - 2x₂³", f=cubic([1.0, -2.0]), x=np.array([2.0, -1.0]))
    yield case("a quadratic function of two numbers", f=SMALL_BOWL, x=np.array([1.0, -2.0]))
    for _ in sample.repeat(public=1, hidden=4):
        n = sample.integer(3, 6)
        weight = sample.normal(n, scale=2.0)
        yield case("Σ w log(1 + eˣ)", f={"function": "softplus", "weight": weight}, x=sample.normal(n))
        yield case("Σ w x³", f=cubic(weight), x=sample.normal(n, scale=2.0))
        yield case("a quadratic function", f=bowl(sample, n), x=sample.normal(n))

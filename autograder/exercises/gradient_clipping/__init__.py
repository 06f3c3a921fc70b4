"""Exercises of `1_training_problems/5_gradient_clipping`: clipping by value and by norm.

The gradients of a network are a list of arrays of different shapes. PyTorch divides by norm + 1e-6. Cases that are not
about this number have norms far above 1000 or well below the limit, where it changes nothing within the tolerance.
"""

from __future__ import annotations

import numpy as np

from autograder.exercises.sampling import Sampler

NOTEBOOK = "1_training_problems/5_gradient_clipping"

ORDER = ("clip_by_value", "cosine_similarity", "global_norm", "clip_by_global_norm", "clip_each_by_norm")


def of_a_layer(sample: Sampler, scale: float = 1.0, dtype: str = "float64") -> list[np.ndarray]:
    """Gradients of a layer: a matrix, a vector, and a second matrix of another shape."""
    shapes = sample.shape(), sample.shape(1), sample.shape()
    return [sample.normal(*shape, scale=scale, dtype=dtype) for shape in shapes]


def with_gradients(gradients):
    """PyTorch parameters that hold these gradients: what its clipping functions work on."""
    import torch

    parameters = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    return parameters


def exploded(sample: Sampler) -> list[np.ndarray]:
    """Gradients whose arrays all have norms far above 1000."""
    gradients = of_a_layer(sample, scale=1e5)
    for gradient in gradients:
        gradient.flat[0] = 3e4
    return gradients


def exploded_of_any_shape(sample: Sampler, shape: tuple[int, ...]) -> dict:
    """A call with an exploded gradient of that shape beside a vector."""
    gradient = np.abs(sample.normal(*shape, scale=1e5)) + 3e4
    return {"gradients": [gradient, np.array([3e4, -4e4])], "max_norm": 1.0}

"""Inputs and references that the exercises on activation functions share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercises.sampling import Sampler

RELATIVE = "elementwise, relative"
"""The computation of cases whose results are tiny."""


def both_sides(sample: Sampler, *shape: int) -> np.ndarray:
    """Numbers of alternating sign, none of them 0; the first is negative."""
    sizes = np.abs(sample.normal(*shape))
    return np.where(np.arange(sizes.size).reshape(shape) % 2, sizes, -sizes)


def dout_and_z(sample: Sampler, *, scale: float = 2.0) -> dict[str, np.ndarray]:
    """An upstream gradient and an input of the same random shape."""
    shape = sample.shape()
    return {"dout": sample.normal(*shape), "z": sample.normal(*shape, scale=scale)}


def tiny_negative(sample: Sampler) -> np.ndarray:
    """A row of five numbers between -1e-6 and -1e-12."""
    return -(10.0 ** -sample.uniform(1, 5, low=6, high=12))


def autograd(forward: Callable[..., Any], dout: Any, *inputs: Any) -> Any:
    """The gradient of forward(*inputs) by PyTorch's autograd; a tuple where there are several inputs."""
    import torch

    inputs = tuple(tensor.detach().requires_grad_(True) for tensor in inputs)
    gradients = torch.autograd.grad(forward(*inputs), inputs, dout)
    return gradients if len(gradients) > 1 else gradients[0]

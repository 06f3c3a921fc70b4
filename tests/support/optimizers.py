"""What PyTorch's optimizers do to one parameter, for the claims of more than one notebook."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def by_pytorch(optimizer: Any, gradients: Any, theta: float = 0.0, dtype=torch.float64, **settings: Any) -> np.ndarray:
    """The path of one parameter under a PyTorch optimizer that starts by itself: a number for every gradient."""
    parameter = torch.nn.Parameter(torch.tensor([theta], dtype=dtype))
    steps, path = optimizer([parameter], **settings), []
    for gradient in gradients:
        parameter.grad = torch.tensor([gradient], dtype=dtype)
        steps.step()
        path.append(parameter.item())
    return np.array(path)


def some_gradients(steps: int = 50) -> np.ndarray:
    return np.random.default_rng(3).normal(size=steps)

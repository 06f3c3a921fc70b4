"""What the course's own networks and optimizers compute, to train with and to compare with: by PyTorch, arrays in and
arrays out. So no function of `lab` is the answer to an exercise."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

BOUND = -float(np.log(1e-12))
"""The cross-entropy of an image whose label has the probability 1e-12."""


def tensor(array: Any) -> Any:
    """Copy an array, or a number, as a tensor of floats."""
    import torch

    found = np.array(array, order="C")
    return torch.from_numpy(found if found.dtype.kind == "f" else found.astype(float))


@functools.cache
def _aten(name: str) -> Callable[..., Any]:
    import torch

    return getattr(torch.ops.aten, name).default


def operation(name: str, *settings: Any, own_name: str = "") -> Callable[..., np.ndarray]:
    """Make a function on arrays of an operation of `torch.ops.aten`. settings: its arguments after the arrays."""

    def function(*arrays: Any) -> np.ndarray:
        found = _aten(name)(*map(tensor, arrays), *settings).numpy()
        return found if found.ndim else found[()]

    function.__name__ = function.__qualname__ = own_name or name
    return function


# ---------------------------------------------------------------- cross-entropy of softmax, along the last axis


def cross_entropies(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The cross-entropy of every image. z: (..., images, classes); labels: (images,), or (networks, images)."""
    import torch

    targets = torch.from_numpy(np.array(np.broadcast_to(labels, z.shape[:-1]), dtype=np.int64).reshape(-1))
    scores = tensor(z).reshape(-1, z.shape[-1])
    losses = torch.nn.functional.cross_entropy(scores, targets, reduction="none")
    return losses.numpy().reshape(z.shape[:-1])


def total_norm(arrays: Sequence[np.ndarray]) -> float:
    """The norm of several arrays taken together, in float64."""
    import torch

    return float(torch.nn.utils.get_total_norm([tensor(array).double() for array in arrays]))


# ---------------------------------------------------------------- steps of optimizers


def sgd_step(
    theta: np.ndarray,
    gradient: np.ndarray,
    buffer: np.ndarray | None = None,
    *,
    rate: float,
    momentum: float = 0.0,
    nesterov: bool = False,
) -> tuple[np.ndarray, Any]:
    """A step of torch.optim.SGD: the new theta and the new buffer, None without momentum."""
    from torch.optim import sgd

    moved, buffers = tensor(theta), [None if buffer is None else tensor(buffer)]
    settings: dict[str, Any] = {
        "weight_decay": 0.0,
        "dampening": 0.0,
        "nesterov": nesterov,
        "maximize": False,
        "foreach": False,
    }
    sgd.sgd([moved], [tensor(gradient)], buffers, lr=rate, momentum=momentum, **settings)
    return moved.numpy(), None if buffers[0] is None else buffers[0].numpy()


def rmsprop_step(
    theta: np.ndarray, gradient: np.ndarray, s: np.ndarray, *, rate: float, beta: float, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    """A step of torch.optim.RMSprop: the new theta and s."""
    from torch.optim import rmsprop

    moved, squares = tensor(theta), tensor(s)
    settings: dict[str, Any] = {"weight_decay": 0.0, "momentum": 0.0, "centered": False, "foreach": False}
    lists: Any = ([moved], [tensor(gradient)], [squares], [], [], [tensor(0.0)])
    rmsprop.rmsprop(*lists, lr=rate, alpha=beta, eps=epsilon, **settings)
    return moved.numpy(), squares.numpy()


def adam_step(
    theta: np.ndarray,
    gradient: np.ndarray,
    m: np.ndarray,
    s: np.ndarray,
    t: int,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Step t of torch.optim.Adam: the new theta, m and s."""
    from torch.optim import adam

    moved, mean, squares = tensor(theta), tensor(m), tensor(s)
    settings: dict[str, Any] = {"amsgrad": False, "weight_decay": 0.0, "maximize": False, "foreach": False}
    lists: Any = ([moved], [tensor(gradient)], [mean], [squares], [], [tensor(t - 1.0)])
    adam.adam(*lists, lr=learning_rate, beta1=beta1, beta2=beta2, eps=epsilon, **settings)
    return moved.numpy(), mean.numpy(), squares.numpy()

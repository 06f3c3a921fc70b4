"""What the course's own networks and optimizers compute, to train with and to compare with: by PyTorch, arrays in and
arrays out. So no function of `lab` is the answer to an exercise. Where PyTorch is not, `in_numpy` computes it."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.exercises.recorded import pytorch_is_here

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


def nadam_step(
    theta: np.ndarray,
    gradient: np.ndarray,
    m: np.ndarray,
    s: np.ndarray,
    mu_product: float,
    t: int,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    momentum_decay: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Step t of torch.optim.NAdam: the new theta, m, s and product of the momenta, which is 1 before the first step."""
    from torch.optim import nadam

    moved, mean, squares, product = tensor(theta), tensor(m), tensor(s), tensor(float(mu_product))
    settings: dict[str, Any] = {"decoupled_weight_decay": False, "weight_decay": 0.0, "foreach": False}
    lists: Any = ([moved], [tensor(gradient)], [mean], [squares], [product], [tensor(t - 1.0)])
    nadam.nadam(
        *lists, lr=learning_rate, beta1=beta1, beta2=beta2, eps=epsilon, momentum_decay=momentum_decay, **settings
    )
    return moved.numpy(), mean.numpy(), squares.numpy(), float(product)


# ---------------------------------------------------------------- batch normalization, one column a unit


def batch_norm_train(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    momentum: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The normalized batch, and the running statistics after it."""
    import torch

    mean, variance = tensor(running_mean), tensor(running_var)
    y = torch.nn.functional.batch_norm(tensor(x), mean, variance, tensor(gamma), tensor(beta), True, momentum, eps)
    return y.numpy(), mean.numpy(), variance.numpy()


def batch_norm_evaluate(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, running_mean: np.ndarray, running_var: np.ndarray, eps: float
) -> np.ndarray:
    """A batch normalized by running statistics."""
    import torch

    given = (tensor(x), tensor(running_mean), tensor(running_var), tensor(gamma), tensor(beta))
    return torch.nn.functional.batch_norm(*given, False, 0.0, eps).numpy()


def batch_norm_backward(
    dout: np.ndarray, x: np.ndarray, gamma: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of x, gamma and beta in training."""
    import torch

    given = [tensor(array).requires_grad_() for array in (x, gamma, np.zeros_like(gamma))]
    y = torch.nn.functional.batch_norm(given[0], None, None, given[1], given[2], True, 0.0, eps)
    found = torch.autograd.grad(y, given, tensor(dout))
    return found[0].numpy(), found[1].numpy(), found[2].numpy()


# ---------------------------------------------------------------- ELU by its value, and a schedule


def elu_backward(dout: np.ndarray, a: np.ndarray, scale: float, alpha: float) -> np.ndarray:
    """The gradient of scale times ELU, from its value a."""
    import torch

    return torch.ops.aten.elu_backward(tensor(dout), alpha, scale, 1, True, tensor(a)).numpy()


def one_cycle_rates(steps: int, peak: int, largest: float) -> Iterator[float]:
    """The rates of a run: up from a tenth to the largest, down again, and on to nearly nothing."""
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=largest, momentum=0.9)
    options: dict[str, Any] = {"pct_start": (peak + 1) / steps, "anneal_strategy": "linear"}
    options |= {"div_factor": 10.0, "final_div_factor": 1000.0, "three_phase": True}
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, largest, total_steps=steps, **options)
    for step in range(steps):
        yield float(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < steps - 1:
            schedule.step()


# ---------------------------------------------------------------- where PyTorch is not


if not pytorch_is_here() and importlib.util.find_spec("autograder.lab.in_numpy"):
    from autograder.lab import in_numpy

    globals().update({name: value for name, value in vars(in_numpy).items() if name in globals() and callable(value)})

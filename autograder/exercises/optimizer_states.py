"""States of an optimizer to begin a step with, and PyTorch's step from them: what several notebooks share.

Where epsilon is not the point, it is tiny and gradients are steep: neither its place nor a constant such as 1e-8 in its
stead can be seen there.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.exercises.cases import per_step
from autograder.exercises.sampling import Sampler

NO_EPSILON = 1e-15
STEEP = 1000.0
"""The size of gradients beside which no usual epsilon counts."""


def arrays(**lists: list[float]) -> dict[str, np.ndarray]:
    """Arguments that are arrays, from lists of their numbers."""
    return {name: np.array(numbers) for name, numbers in lists.items()}


def usual(**changes: Any) -> dict[str, Any]:
    """The usual settings of Adam, with these changes."""
    return {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON, **changes}


def unusual(sample: Sampler) -> dict[str, Any]:
    """Those settings with a random learning rate and random betas."""
    rate, beta1, beta2 = sample.number(0.001, 0.05), sample.number(0.1, 0.8), sample.number(0.3, 0.95)
    return usual(learning_rate=rate, beta1=beta1, beta2=beta2)


def normals(sample: Sampler, shape: tuple[int, ...], *names: str) -> dict[str, np.ndarray]:
    """Arguments that are arrays of normal numbers, all of one shape."""
    return {name: sample.normal(*shape) for name in names}


def away_from_zero(sample: Sampler, *shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers, each moved a quarter away from zero."""
    numbers = sample.normal(*shape, scale=scale)
    return np.round(numbers + np.where(numbers < 0, -0.25, 0.25), 3)


def far_from_zero(sample: Sampler, *shape: int) -> np.ndarray:
    """Parameters that stay away from zero over many steps, so that rounding does not count."""
    numbers = sample.normal(*shape)
    return np.round(numbers + np.where(numbers < 0, -20.0, 20.0), 3)


def at_rest(theta, gradient) -> dict[str, np.ndarray]:
    """Parameters and gradients before Adam's first step: both averages are zero."""
    theta, gradient = np.array(theta), np.array(gradient)
    return {"theta": theta, "gradient": gradient, "m": np.zeros_like(theta), "s": np.zeros_like(theta)}


def random_start(sample: Sampler, *shape: int, size: float = STEEP) -> dict[str, np.ndarray]:
    """Random parameters and gradients, of some size, before Adam's first step."""
    return at_rest(away_from_zero(sample, *shape), size * away_from_zero(sample, *shape))


def midway(sample: Sampler, *shape: int, size: float = STEEP) -> dict[str, np.ndarray]:
    """Parameters, gradients of some size and both averages in the middle of a training."""
    return {
        "theta": away_from_zero(sample, *shape),
        "gradient": size * away_from_zero(sample, *shape),
        "m": size * away_from_zero(sample, *shape, scale=0.5),
        "s": size**2 * np.round(sample.uniform(*shape, low=0.2, high=2.0), 3),
    }


def three_steps() -> dict[str, Any]:
    """Three steps of one parameter, for a multistep case."""
    gradients = per_step(np.array([[500.0], [500.0], [-2000.0]]))
    return {**at_rest([1.0], [500.0]), "gradient": gradients, "t": per_step([1, 2, 3])}


def trajectory(sample: Sampler) -> dict[str, Any]:
    """Twenty steps of three parameters, for a multistep case: one gradient is zero, the learning rate falls."""
    gradients = STEEP * away_from_zero(sample, 20, 3)
    gradients[10] = 0.0
    rates = [round(0.1 * 0.95**t, 6) for t in range(20)]
    start = {**at_rest(far_from_zero(sample, 3), gradients[0]), "gradient": per_step(gradients)}
    return {**start, "t": per_step(range(1, 21)), **usual(learning_rate=per_step(rates))}


def pytorch_optimizer(kind: str, parameters: Iterable[Any], **settings: Any):
    """Make an optimizer of `torch.optim` whose steps compute what PyTorch's do, without loading PyTorch's compiler.

    The compiler (`torch._dynamo`) takes seconds to load, and nothing here is compiled.
    """
    return _without_compiler(kind)(parameters, **settings)


@functools.cache
def _without_compiler(kind: str) -> type:
    """Derive a class of optimizers from PyTorch's: the same step, without what tells the compiler about it."""
    import torch

    base = getattr(torch.optim, kind)
    step = inspect.unwrap(base.step)

    def add_param_group(self, group: dict[str, Any]) -> None:
        self.param_groups.append({**self.defaults, **group, "params": list(group["params"])})

    members = {"add_param_group": add_param_group, "step": torch.no_grad()(step)}
    return type(kind, (base,), members)


def pytorch_step(kind: str, theta, gradient, state: dict[str, Any], **settings: Any):
    """Put a state into an optimizer of `torch.optim` and take a step.

    Returns the new parameter and the new state. Numbers in the state become tensors of float64, so that comparisons
    are exact.
    """
    import torch

    parameter = theta.detach().clone().requires_grad_()
    parameter.grad = gradient.clone()
    optimizer = pytorch_optimizer(kind, [parameter], **settings)
    optimizer.state[parameter] = {
        name: value.clone() if torch.is_tensor(value) else torch.tensor(value, dtype=torch.float64)
        for name, value in state.items()
    }
    optimizer.step()
    return parameter.detach(), optimizer.state[parameter]


def sgd_step(theta, gradient, buffer=None, **settings: Any):
    """One step of PyTorch's SGD from a momentum buffer: the new parameter and the new buffer, None where PyTorch keeps
    none."""
    state = {} if buffer is None else {"momentum_buffer": buffer}
    theta, state = pytorch_step("SGD", theta, gradient, state, **settings)
    return theta, state.get("momentum_buffer")

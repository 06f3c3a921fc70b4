"""What `in_pytorch` computes, where PyTorch is not: by the course's own solutions.

A class's handout does not have this module. In a browser, the solutions that are needed lie beside it, in a file that
the command `site` writes; elsewhere they are those of the exercises.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercises import catalogue

TEXTS = Path(__file__).with_name("in_numpy.json")
"""Name of an exercise -> the text of its solution."""

OPERATIONS = {
    "relu": "relu",
    "threshold_backward": "relu_backward",
    "leaky_relu": "leaky_relu",
    "leaky_relu_backward": "leaky_relu_backward",
    "elu": "elu",
    "selu": "selu",
    "sigmoid": "sigmoid",
    "sigmoid_backward": "sigmoid_backward",
    "tanh_backward": "tanh_backward",
}
"""Operation of PyTorch's -> the exercise that computes it. Of its settings, an exercise takes the first, alpha."""
WITH_ALPHA = ("leaky_relu", "leaky_relu_backward")
STEPS = ("gradient_descent_step", "sgd_momentum_step", "sgd_nesterov_step", "rmsprop_step", "adam_step")
OTHERS = ("global_norm", "one_cycle_schedule", "batch_norm_train", "batch_norm_evaluate", "batch_norm_backward")
USED = (*OPERATIONS.values(), *STEPS, *OTHERS)
"""The exercises whose solutions are used here."""


@functools.cache
def solution(name: str) -> Callable[..., Any]:
    """The solution of an exercise. Raises KeyError where it is not here."""
    text = _texts()[name] if TEXTS.is_file() else catalogue()[name].textbook
    names: dict[str, Any] = {"np": np}
    exec(compile(text, f"<the solution of {name}>", "exec"), names)
    return names[name]


@functools.cache
def _texts() -> dict[str, str]:
    return json.loads(TEXTS.read_text(encoding="utf-8"))


def floats(array: Any) -> np.ndarray:
    """Copy an array, or a number, as an array of floats."""
    found = np.array(array, order="C")
    return found if found.dtype.kind == "f" else found.astype(float)


def operation(name: str, *settings: Any, own_name: str = "") -> Callable[..., np.ndarray]:
    """Make a function on arrays that computes an operation of PyTorch's."""
    settings = settings[:1] if name in WITH_ALPHA else ()

    def function(*arrays: Any) -> np.ndarray:
        return solution(OPERATIONS[name])(*map(floats, arrays), *settings)[()]

    function.__name__ = function.__qualname__ = own_name or name
    return function


def cross_entropies(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The cross-entropy of every image. z: (..., images, classes); labels: (images,), or (networks, images)."""
    scores = floats(z)
    below = scores - scores.max(axis=-1, keepdims=True)
    log_sums = np.log(np.exp(below).sum(axis=-1))
    chosen = np.broadcast_to(labels, scores.shape[:-1])[..., None].astype(np.int64)
    return log_sums - np.take_along_axis(below, chosen, axis=-1)[..., 0]


def total_norm(arrays: Sequence[np.ndarray]) -> float:
    """The norm of several arrays taken together, in float64."""
    return float(solution("global_norm")([floats(array).astype(np.float64) for array in arrays]))


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
    theta, gradient = floats(theta), floats(gradient)
    if not momentum:
        return solution("gradient_descent_step")(theta, gradient, rate), buffer
    if nesterov:
        buffer = np.zeros_like(theta) if buffer is None else floats(buffer)
        return solution("sgd_nesterov_step")(theta, gradient, buffer, rate, momentum)
    return solution("sgd_momentum_step")(theta, gradient, None if buffer is None else floats(buffer), rate, momentum)


def rmsprop_step(
    theta: np.ndarray, gradient: np.ndarray, s: np.ndarray, *, rate: float, beta: float, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    """A step of torch.optim.RMSprop: the new theta and s."""
    return solution("rmsprop_step")(*map(floats, (theta, gradient, s)), rate, beta, epsilon)


def adam_step(
    theta: np.ndarray, gradient: np.ndarray, m: np.ndarray, s: np.ndarray, t: int, *settings: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Step t of torch.optim.Adam: the new theta, m and s. settings: learning_rate, beta1, beta2, epsilon."""
    return solution("adam_step")(*map(floats, (theta, gradient, m, s)), t, *settings)


def nadam_step(
    theta: np.ndarray,
    gradient: np.ndarray,
    m: np.ndarray,
    s: np.ndarray,
    mu_product: float,
    t: int,
    *settings: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Step t of torch.optim.NAdam: the new theta, m, s and product of momenta.

    settings: learning_rate, beta1, beta2, epsilon, momentum_decay.
    """
    learning_rate, beta1, beta2, epsilon, momentum_decay = settings
    theta, gradient, m, s = map(floats, (theta, gradient, m, s))
    mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay)) for step in (t, t + 1))
    product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = mu_next / (1 - product * mu_next) * m + (1 - mu) / (1 - product) * gradient
    return theta - learning_rate * direction / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s, product


def elu_backward(dout: np.ndarray, a: np.ndarray, scale: float, alpha: float) -> np.ndarray:
    """The gradient of scale times ELU, from its value a."""
    value = floats(a)
    return floats(dout) * np.where(value > 0, scale, value + scale * alpha)


def one_cycle_rates(steps: int, peak: int, largest: float) -> Iterator[float]:
    """The rates of a run: up from a tenth to the largest, down again, and on to nearly nothing."""
    return (float(solution("one_cycle_schedule")(step, steps, peak, largest)[0]) for step in range(steps))


def batch_norm_train(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    *others: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The normalized batch, and the running statistics after it. others: momentum, eps."""
    return solution("batch_norm_train")(*map(floats, (x, gamma, beta, running_mean, running_var)), *others)


def batch_norm_evaluate(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, running_mean: np.ndarray, running_var: np.ndarray, eps: float
) -> np.ndarray:
    """A batch normalized by running statistics."""
    return solution("batch_norm_evaluate")(*map(floats, (x, gamma, beta, running_mean, running_var)), eps)


def batch_norm_backward(
    dout: np.ndarray, x: np.ndarray, gamma: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of x, gamma and beta in training."""
    return solution("batch_norm_backward")(*map(floats, (dout, x, gamma)), eps)

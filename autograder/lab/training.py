"""Training: minibatches, gradient descent with momentum, and what is said and drawn of a run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np

from autograder.lab.experiment import offered

QUICK = "AUTOGRADER_QUICK_LAB"
"""A variable of the environment: where it is set, an epoch ends after QUICK_MINIBATCHES, and experiments only show that
they run. What they claim is tested without it."""
QUICK_MINIBATCHES = 3


def minibatches(rng: np.random.Generator, count: int, batch: int, *, rest: bool = False) -> Iterator[np.ndarray]:
    """The rows of each minibatch of one epoch, in a random order. rest: whether the last one may be smaller."""
    order = rng.permutation(count)
    starts = range(0, count if rest else count - batch + 1, batch)
    return (order[start : start + batch] for start in starts[: QUICK_MINIBATCHES if os.environ.get(QUICK) else None])


@offered
def epochs(images: int, batch: int, count: int, seed: int = 0) -> list[list[np.ndarray]]:
    """The minibatches of some epochs: `count` lists of arrays of row numbers, a new random order in each epoch."""
    rng = np.random.default_rng(seed)
    return [list(minibatches(rng, images, batch)) for _ in range(count)]


def minibatches_by_seed(
    rngs: Sequence[np.random.Generator], count: int, batch: int, *, copies: int = 1
) -> Iterator[np.ndarray]:
    """Minibatches for networks side by side, (networks, rows): an order for each rng, all of them `copies` times."""
    orders = [minibatches(rng, count, batch) for rng in rngs]
    return (np.tile(rows, (copies, 1)) for rows in zip(*orders, strict=True))


class Momentum:
    """Momentum optimization of arrays, in place: m <- beta m - rate g, then theta <- theta + m."""

    def __init__(self, parameters: Sequence[np.ndarray], beta: float | np.ndarray = 0.9) -> None:
        self.parameters, self.beta = parameters, beta
        self.m = [np.zeros_like(parameter) for parameter in parameters]

    def step(self, gradients: Sequence[np.ndarray], rate: float | np.ndarray) -> None:
        """One step. rate and beta: numbers, or arrays (networks, 1, 1) for networks side by side."""
        for parameter, m, gradient in zip(self.parameters, self.m, gradients, strict=True):
            m *= self.beta
            m -= rate * gradient
            parameter += m


def gradient_descent_step(
    parameters: Sequence[np.ndarray], gradients: Sequence[np.ndarray], rate: float | np.ndarray
) -> None:
    """One step of plain gradient descent, in place."""
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter -= rate * gradient


def smooth(values: Sequence[float] | np.ndarray, width: int = 9) -> np.ndarray:
    """A running median, which spikes do not move."""
    padded = np.pad(np.asarray(values, dtype=float), width // 2, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1)

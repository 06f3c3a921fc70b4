"""Exercises of `2_faster_optimizers/4_adam`: the corrected average, Adam's step, its size and its bound, and AdamW.

The references put the state they are given into a real optimizer of PyTorch and take one step. Where epsilon is not
the point, it is too small for its place to be seen, and gradients stay away from zero.
"""

from __future__ import annotations

import numpy as np

from autograder.exercises.cases import per_step
from autograder.exercises.optimizer_states import away_from_zero
from autograder.exercises.sampling import Sampler

NOTEBOOK = "2_faster_optimizers/4_adam"

ORDER = (
    "corrected_average",
    "adam_step",
    "relative_steps",
    "largest_step",
    "adamw_step",
)

NO_EPSILON = 1e-15

ORDINARY = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON}


def one_step_of(optimizer, theta, gradient, m, s, t, learning_rate, beta1, beta2, **settings):
    """Put the state into a PyTorch optimizer of Adam's family, take its step t, and read the state again."""
    import torch

    parameter = torch.nn.Parameter(theta.clone())
    parameter.grad = gradient.clone()
    steps = optimizer([parameter], lr=learning_rate, betas=(beta1, beta2), **settings)
    steps.state[parameter] = {"step": torch.tensor(float(t - 1)), "exp_avg": m.clone(), "exp_avg_sq": s.clone()}
    steps.step()
    state = steps.state[parameter]
    return parameter.detach(), state["exp_avg"], state["exp_avg_sq"]


def trajectory(sample: Sampler, steps: int) -> dict:
    """Three parameters from zero averages; a learning rate that falls, and a zero gradient on the way."""
    gradients = away_from_zero(sample, steps, 3)
    gradients[steps // 2] = 0.0
    rates = [round(0.1 * 0.95**t, 6) for t in range(steps)]
    return {
        "theta": away_from_zero(sample, 3),
        "gradient": per_step(gradients),
        "m": np.zeros(3),
        "s": np.zeros(3),
        "t": per_step(range(1, steps + 1)),
        **ORDINARY,
        "learning_rate": per_step(rates),
    }

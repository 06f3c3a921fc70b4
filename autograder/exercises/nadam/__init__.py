"""Exercises of `2_faster_optimizers/5_nadam`: Nesterov's trick in Adam, its momentum schedule, PyTorch's NAdam, and the
last update of six optimizers.

The references put the state they are given into PyTorch's NAdam and take one step. PyTorch keeps the product of the
schedule in its default dtype, float32; here it is put into the state as float64, so that comparisons are exact.
"""

from __future__ import annotations

import numpy as np

from autograder.exercises.cases import per_step
from autograder.exercises.optimizer_states import away_from_zero
from autograder.exercises.sampling import Sampler

NOTEBOOK = "2_faster_optimizers/5_nadam"

ORDER = (
    "nadam_constant_step",
    "nadam_momentum",
    "nadam_step",
    "last_update",
)

NO_EPSILON = 1e-12

ORDINARY = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON}

DECAY = 0.004
"""PyTorch's default of momentum_decay."""

CONSTANT = 1e6
"""A momentum_decay so large that 0.96**(t * momentum_decay) is 0: mu is beta1 from the first step on."""


def trajectory(sample: Sampler, steps: int) -> dict:
    """Three parameters from zero averages; a learning rate that falls, and a zero gradient on the way."""
    gradients = away_from_zero(sample, steps, 3)
    gradients[steps // 2] = 0.0
    return {
        "theta": away_from_zero(sample, 3),
        "gradient": per_step(gradients),
        "m": np.zeros(3),
        "s": np.zeros(3),
        "t": per_step(range(1, steps + 1)),
        **ORDINARY,
        "learning_rate": per_step([round(0.1 * 0.95**t, 6) for t in range(steps)]),
    }


def one_step_of_nadam(theta, gradient, m, s, product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """Put the state into PyTorch's NAdam, take its step t, and read parameter and state again."""
    import torch

    parameter = torch.nn.Parameter(theta.clone())
    parameter.grad = gradient.clone()
    settings = {"lr": learning_rate, "betas": (beta1, beta2), "eps": epsilon, "momentum_decay": momentum_decay}
    nadam = torch.optim.NAdam([parameter], **settings)
    state = {
        "step": torch.tensor(float(t - 1)),
        "mu_product": torch.tensor(product, dtype=torch.float64),
        "exp_avg": m.clone(),
        "exp_avg_sq": s.clone(),
    }
    nadam.state[parameter] = state
    nadam.step()
    return parameter.detach(), state["exp_avg"], state["exp_avg_sq"], state["mu_product"].item()

"""Exercises of `2_faster_optimizers/5_which_optimizer`: Nadam, six optimizers in one table, their limits, and a fair
comparison."""

from __future__ import annotations

from autograder.exercises.optimizer_states import pytorch_step

NOTEBOOK = "2_faster_optimizers/5_which_optimizer"

ORDER = ("nadam_step", "last_update", "stability_limit", "permutation_test")

CONSTANT = 1e6
"""A momentum_decay so large that 0.96**(t * momentum_decay) is 0: mu is beta1 from the first step on."""


def one_step_of_nadam(theta, gradient, m, s, product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """Put the state into PyTorch's NAdam, take its step t, and read parameter and state again."""
    state = {"step": t - 1.0, "mu_product": product, "exp_avg": m, "exp_avg_sq": s}
    settings = {"lr": learning_rate, "betas": (beta1, beta2), "eps": epsilon, "momentum_decay": momentum_decay}
    theta, state = pytorch_step("NAdam", theta, gradient, state, **settings)
    return theta, state["exp_avg"], state["exp_avg_sq"], state["mu_product"].item()

"""Exercises of `2_faster_optimizers/4_adam`: Adam's step, alone and with state, its size, faults, bound, and AdamW."""

from __future__ import annotations

from autograder.exercises.mistakes import FLOAT32_HINT
from autograder.exercises.optimizer_states import pytorch_step

NOTEBOOK = "2_faster_optimizers/4_adam"

ORDER = ("adam_step", "relative_steps", "adam_fault", "adam_update", "largest_step", "adamw_step")

FLOAT64_IN_THE_FORMULA = FLOAT32_HINT


def adam_family_step(optimizer, theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, **settings):
    """Put the state into Adam or a relative of its, take step t, and read the state again."""
    state = {"step": t - 1.0, "exp_avg": m, "exp_avg_sq": s}
    settings |= {"lr": learning_rate, "betas": (beta1, beta2), "eps": epsilon}
    theta, state = pytorch_step(optimizer, theta, gradient, state, **settings)
    return theta, state["exp_avg"], state["exp_avg_sq"]

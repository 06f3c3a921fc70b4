"""Exercises of `3_learning_rate_scheduling/1_learning_rate_schedules`: learning rates that change in training.

`step` counts the steps already taken: 0 for the first one, as PyTorch's schedulers count. Every reference builds a
scheduler of PyTorch and lets it take that many steps, or puts the given state into one.
"""

from __future__ import annotations

from autograder.exercises.optimizer_states import pytorch_optimizer

NOTEBOOK = "3_learning_rate_scheduling/1_learning_rate_schedules"

ORDER = (
    "power_schedule",
    "exponential_schedule",
    "performance_schedule",
    "one_cycle_schedule",
    "one_cycle_cosine_schedule",
    "warmup_cosine",
    "choose_rate",
)


def sgd(learning_rate: float):
    """A PyTorch optimizer with one parameter, for a scheduler to work on."""
    import torch

    return pytorch_optimizer("SGD", [torch.nn.Parameter(torch.zeros(1))], lr=learning_rate, momentum=0.9)


def after(step: int, scheduler):
    """The optimizer's settings after so many steps of the scheduler."""
    scheduler.optimizer.step()
    for _ in range(step):
        scheduler.step()
    return scheduler.optimizer.param_groups[0]


FIXED_MOMENTUM = {"base_momentum": 0.9, "max_momentum": 0.9}
FIXED_RATE = {"div_factor": 1.0, "final_div_factor": 1.0}

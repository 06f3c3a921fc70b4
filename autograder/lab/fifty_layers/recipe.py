"""How the network of fifty layers is built and trained, and what a notebook does for it."""

from __future__ import annotations

from dataclasses import dataclass

LAYERS, WIDTH, BATCH, STEPS = 50, 64, 64, 200
CLASSES = 10
LOOKS = 8
"""How often the accuracy is measured in a run, and a running figure drawn anew."""
BN_MOMENTUM, BN_EPS = 0.1, 1e-5
BETA, BETA1, BETA2, EPSILON = 0.9, 0.9, 0.999, 1e-8
CONSTANT = 1e6
"""Nadam's momentum decay with which its momentum is beta1 from the first step."""
PEAK = 0.45
"""Where 1cycle has its peak, as a share of all steps."""
SMALL = 0.05
"""The standard deviation of the weights that one would write first."""


@dataclass(frozen=True)
class Recipe:
    """How the network is built and trained.

    weights: "small" (normal, standard deviation 0.05) or the name of an exercise that makes weights of normal noise:
        "glorot_normal", "he_normal", "lecun_normal".
    activation: "sigmoid", "tanh", "relu", "leaky_relu", "elu" or "selu".
    batch_norm: whether each hidden layer is normalized before its activation.
    max_norm: the limit of `clip_by_global_norm`; None: no clipping.
    step: the exercise that makes a step, a name in `STEPPERS`.
    learning_rate: of every step, or the largest where there is a schedule.
    schedule: "constant", or the exercise "one_cycle_schedule".
    l2, l1: the strength of `l2_gradient` and `l1_gradient`. dropout: the share of units dropped.
    """

    weights: str = "small"
    activation: str = "tanh"
    batch_norm: bool = False
    max_norm: float | None = None
    step: str = "gradient_descent_step"
    learning_rate: float = 0.1
    schedule: str = "constant"
    l2: float = 0.0
    l1: float = 0.0
    dropout: float = 0.0


@dataclass(frozen=True)
class Repair:
    """A row of the scoreboard: what one notebook does for the network.

    title: how the row is called. functions: the exercises it is made with. recipe: the network with the repair.
    before: that without it. accuracy: the lowest and the highest share of validation images read, over seeds; a test
    holds it. truth: what came out, in a sentence or two. only: functions that a call of `dashboard` may leave out.
    """

    title: str
    functions: tuple[str, ...]
    recipe: Recipe
    before: Recipe
    accuracy: tuple[float, float]
    truth: str
    only: tuple[str, ...] = ()


FIRST = Recipe(learning_rate=0.03)

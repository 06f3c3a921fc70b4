"""A learning rate schedule drawn by hand, against those that are functions, on a bowl with a noisy gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.lab.experiment import experiment
from autograder.lab.play import scene
from autograder.lab.play.controls import Choice, Drawn, Slider
from autograder.lab.play.moving import Picture, show
from autograder.lab.play.scene import Axis, Panel, Scene
from autograder.lab.students import number, numbers, unusable

STEPS, COLUMNS = 200, 50
LOW, HIGH = 0.001, 2.0
CURVATURES = np.array([1.0, 0.05])
FAR = np.array([10.0, 10.0])
NAMES = ("power", "exponential", "1cycle", "constant")
CONTROLS = (
    Choice("against", "against", NAMES, "1cycle"),
    Slider("peak", "its largest rate", 0.01, 1.9, 1.0, log=True),
    Drawn("drawn", "your schedule", LOW, HIGH, tuple(float(r) for r in np.geomspace(0.5, 0.02, COLUMNS))),
)


@experiment
def play_schedule(power_schedule: Callable, exponential_schedule: Callable, one_cycle_schedule: Callable) -> None:
    """Draw a learning rate over 200 steps, and race it against your schedules: expected loss and noise floor."""
    power, exponential, cycle = number(power_schedule), number(exponential_schedule), numbers(one_cycle_schedule, 2)
    functions = [power_schedule, exponential_schedule, one_cycle_schedule]

    def rates(name: str, peak: float) -> np.ndarray:
        ways: dict[str, Callable[[int], float]] = {
            "power": lambda step: power(step, peak, 20),
            "exponential": lambda step: exponential(step, peak, 100),
            "1cycle": lambda step: cycle(step, STEPS, 80, peak)[0],
            "constant": lambda step: peak,
        }
        found = np.array([ways[name](step) for step in range(STEPS)])
        if not np.isfinite(found).all():
            raise unusable(functions[NAMES.index(name)], "returned no finite rates")
        return found

    def draw(values: dict[str, Any]) -> Scene:
        found = {name: rates(name, values["peak"]) for name in NAMES}
        return _scene(np.repeat(values["drawn"], STEPS // COLUMNS), found[values["against"]], values)

    show(Picture("A schedule drawn by hand", CONTROLS, draw, functions))


def expected_losses(rates: np.ndarray) -> np.ndarray:
    """The expected loss before each step and after the last, exactly: two directions, noise of variance 1 in each."""
    squares, found = FAR**2, [0.5 * (CURVATURES * FAR**2).sum()]
    for rate in rates:
        squares = np.minimum((1 - rate * CURVATURES) ** 2 * squares + rate**2, 1e9)
        found.append(0.5 * (CURVATURES * squares).sum())
    return np.array(found)


def noise_floor(rates: np.ndarray) -> np.ndarray:
    """The expected loss at which each of these rates would stay in the end; NaN where it has none."""
    left = 2 - rates[:, None] * CURVATURES
    return np.where(left.min(axis=1) > 0, 0.5 * (rates[:, None] / left).sum(axis=1), np.nan)


def _scene(drawn: np.ndarray, other: np.ndarray, values: dict[str, Any]) -> Scene:
    yours, theirs = expected_losses(drawn), expected_losses(other)
    winner = "Yours is lower." if yours[-1] < theirs[-1] else f"{values['against']} is lower."
    says = (
        f"Expected loss after {STEPS} steps: yours {yours[-1]:.3g}, {values['against']} with the largest rate "
        f"{values['peak']:.3g} {theirs[-1]:.3g}. {winner} Yours ends at the rate {drawn[-1]:.3g}, whose noise floor is "
        f"{noise_floor(drawn[-1:])[0]:.3g}."
    )
    alt = (
        "Left: two learning rates over 200 steps on a logarithmic axis, one drawn by hand and one a "
        "function. Right: the "
        "expected loss with each, and, dotted, the noise floor of the drawn rate, below which its loss cannot stay."
    )
    steps = np.arange(STEPS)
    left = Panel(
        "Draw here: your learning rate",
        Axis("step", 0, STEPS),
        Axis("learning rate", LOW, HIGH, log=True),
        [
            scene.line(steps, other, "blue", values["against"], dash=1),
            scene.line(steps, drawn, "red", "yours", width=2.5),
        ],
        draws="drawn",
        height=320,
    )
    after = np.arange(STEPS + 1)
    right = Panel(
        "What comes of it",
        Axis("step", 0, STEPS),
        Axis("expected loss", 0.01, 100.0, log=True),
        [
            scene.line(steps, noise_floor(drawn), "grey", "noise floor of your rate", dash=3),
            scene.line(after, theirs, "blue", values["against"], dash=1),
            scene.line(after, yours, "red", "yours", width=2.5),
        ],
        height=320,
    )
    return Scene([left, right], says, alt)

"""Momentum on a bowl: drag the start, the learning rate and beta; the map of all (eta, beta) beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.lab.experiment import experiment
from autograder.lab.play import scene
from autograder.lab.play.controls import Slider
from autograder.lab.play.moving import Picture, show
from autograder.lab.play.scene import Axis, Panel, Scene
from autograder.lab.students import step_of

STEPS, LONGEST = 150, 1e4
AT_REST = 1e-3
RATES, BETAS = np.linspace(0.0, 0.1, 61)[1:], np.linspace(0.0, 0.99, 50)
CONTROLS = (
    Slider("rate", "learning rate η", 0.001, 0.1, 0.01, log=True),
    Slider("beta", "momentum β", 0.0, 0.99, 0.9),
    Slider("kappa", "steep curvature κ (flat: 1)", 1.0, 100.0, 50.0),
    Slider("x", "start", -10.0, 10.0, -9.0, dragged=True),
    Slider("y", "start", -2.5, 2.5, 1.6, dragged=True),
)
DIRECTIONS = (("flat direction", "blue", 0), ("steep direction", "red", 1))


@experiment
def play_momentum(momentum_step: Callable) -> None:
    """A ball on an elongated bowl, moved by your momentum_step: drag its start, and the point on the map of η and β."""
    step = step_of(momentum_step, 2)

    def draw(values: dict[str, Any]) -> Scene:
        return _scene(step, _map(values["kappa"]), values)

    @lru_cache(maxsize=64)
    def _map(kappa: float) -> tuple[np.ndarray, ...]:
        (flat, flat_swings), (steep, steep_swings) = _factors(step, 1.0), _factors(step, kappa)
        return np.maximum(flat, steep), flat_swings, steep_swings

    show(Picture("Momentum on a bowl", CONTROLS, draw, [momentum_step]))


def maps(step: Callable, rate: np.ndarray, beta: float, curvature: float) -> np.ndarray:
    """What a step makes of (theta, m) in one direction, as a 2 x 2 matrix for each learning rate.

    The step is linear in both; it is asked for its columns. theta and m are in units of rate * gradient, so that one
    call is enough for all rates.
    """
    columns = []
    for theta, m in ((1.0, 0.0), (0.0, 1.0)):
        x = np.full_like(rate, theta)
        columns.append(step(x, rate * curvature * x, np.full_like(rate, m), 1.0, beta))
    return np.moveaxis(np.array(columns), (0, 1, 2), (2, 1, 0))


def _factors(step: Callable, curvature: float) -> tuple[np.ndarray, np.ndarray]:
    """By what a step shrinks the distance in a direction in the end, a row for each beta, a column for each rate.

    And for each rate the smallest beta with which that direction swings, NaN where it never does.
    """
    matrices = np.array([maps(step, RATES, float(beta), curvature) for beta in BETAS])
    half = (matrices[..., 0, 0] + matrices[..., 1, 1]) / 2
    product = matrices[..., 0, 0] * matrices[..., 1, 1] - matrices[..., 0, 1] * matrices[..., 1, 0]
    inside = half**2 - product
    factors = np.where(inside > 0, np.abs(half) + np.sqrt(np.abs(inside)), np.sqrt(np.abs(product)))
    return factors, _first_below_zero(inside)


def _first_below_zero(values: np.ndarray) -> np.ndarray:
    """The beta at which each column falls below 0, between two rows; NaN where it never does."""
    below = values < -1e-12
    after = np.maximum(np.argmax(below, axis=0), 1)
    column = np.arange(values.shape[1])
    one, other = values[after - 1, column], values[after, column]
    part = np.clip(one / np.where(one > other, one - other, 1.0), 0, 1)
    crosses = below.any(axis=0) & ~below[0]
    return np.where(crosses, BETAS[after - 1] + part * (BETAS[after] - BETAS[after - 1]), np.nan)


def kind(step: Callable, rate: float, beta: float, curvature: float) -> str:
    """How a direction comes to rest, in a word: by the two factors of its map."""
    factors = np.linalg.eigvals(_finite(maps(step, np.array([rate]), beta, curvature)[0]))
    size = np.abs(factors).max()
    if size >= 1 - 1e-9:
        return "diverges" if size > 1 + 1e-9 else "never comes to rest"
    if np.abs(factors.imag).max() > 0.02 * size:
        return "swings: underdamped"
    if np.abs(factors[0] - factors[1]) < 0.1 * size:
        return "just does not swing: critically damped"
    return "creeps: overdamped" if factors.real.min() > -1e-9 else "flips from side to side"


def _finite(matrix: np.ndarray) -> np.ndarray:
    return np.nan_to_num(matrix, posinf=1e9, neginf=-1e9)


def path(step: Callable, values: dict[str, Any]) -> np.ndarray:
    """Where the ball is after each step; it stays where it is once it is far away."""
    curvatures = np.array([1.0, values["kappa"]])
    theta, m = np.array([values["x"], values["y"]]), np.zeros(2)
    found = [theta]
    for _ in range(STEPS):
        if np.abs(theta).max() < LONGEST:
            theta, m = step(theta, curvatures * theta, m, values["rate"], values["beta"])
        found.append(theta)
    return np.array(found)


def _scene(step: Callable, phases: tuple[np.ndarray, ...], values: dict[str, Any]) -> Scene:
    rate, beta, kappa = values["rate"], values["beta"], values["kappa"]
    way = path(step, values)
    away = np.abs(way).max(axis=1) > AT_REST * np.abs(way[0]).max()
    last = int(np.flatnonzero(away)[-1]) + 1 if away.any() else 0
    rest = f"after {last} steps" if last <= STEPS else f"not within {STEPS} steps"
    kinds = [kind(step, rate, beta, curvature) for curvature in (1.0, kappa)]
    both = [_finite(maps(step, np.array([rate]), beta, curvature)[0]) for curvature in (1.0, kappa)]
    at_point = max(np.abs(np.linalg.eigvals(matrix)).max() for matrix in both)
    says = (
        f"At rest (within a thousandth of the start) {rest}. η = {rate:.3g}, β = {beta:.3g}, κ = {kappa:.3g}: "
        f"flat direction {kinds[0]}; steep direction {kinds[1]}. Distance left per step, in the end: {at_point:.3f}."
    )
    alt = (
        "Left: the path of a ball over the contour lines of an elongated bowl. Middle: a map of learning "
        "rate and beta, "
        "dark where the ball comes to rest fast, white where it diverges, with a point at the current pair. Right: the "
        "distance from the minimum over the steps, in the flat and in the steep direction."
    )
    return Scene([_bowl(way, kappa), _phases(phases, rate, beta), _swings(way)], says, alt)


def _bowl(way: np.ndarray, kappa: float) -> Panel:
    angle = np.linspace(0, 2 * np.pi, 73)
    rings = [
        scene.line(r * np.cos(angle), r * np.sin(angle) / np.sqrt(kappa), "grey", width=0.8, opacity=0.7)
        for r in (1, 2.5, 4.5, 7, 10, 14, 20)
    ]
    marks = [
        *rings,
        scene.path(way, "blue", width=1.5, marker="o", size=3.5),
        scene.dots([0], [0], "ink", "minimum", marker="*", size=9),
        scene.handle("start of the ball", way[0][0], way[0][1], ("x", "y")),
    ]
    return Panel("The ball: drag its start", Axis("θ₁", -10.5, 10.5), Axis("θ₂", -2.6, 2.6), marks, weight=1.25)


def _phases(phases: tuple[np.ndarray, ...], rate: float, beta: float) -> Panel:
    factors, flat, steep = phases
    steps_to_rest = np.log(AT_REST) / np.log(np.clip(factors, 1e-6, 1 - 1e-9))
    fast = np.where(factors < 1, np.clip(np.log(2000 / steps_to_rest) / np.log(200), 0.08, 1), 0.0)
    edge = _first_below_zero(factors - 1)
    ends = (float(RATES[0]), float(RATES[-1]))
    marks = [
        scene.image(fast, ends, (float(BETAS[0]), float(BETAS[-1])), "blues"),
        scene.line(RATES, edge, "red", "below: diverges", dash=1),
        scene.line(RATES, flat, "ink", "above: flat swings", dash=2, width=1.5),
        scene.line(RATES, steep, "orange", "above: steep swings", dash=3),
        scene.handle("learning rate and beta", rate, beta, ("rate", "beta")),
    ]
    return Panel("All pairs: drag the point", Axis("learning rate η", 0.0, 0.1), Axis("β", 0.0, 0.99), marks)


def _swings(way: np.ndarray) -> Panel:
    marks = [scene.across(0.0, dash=0)]
    for column, (name, colour, dash) in enumerate(DIRECTIONS):
        start = way[0, column] if abs(way[0, column]) > 1e-9 else 1.0
        marks.append(scene.line(np.arange(len(way)), way[:, column] / start, colour, name, dash=dash))
    return Panel("Distance from the minimum", Axis("step", 0, STEPS), Axis("part of the start", -1.1, 1.1), marks)

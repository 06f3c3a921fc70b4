"""Where the minimum walks as the penalty grows: circles of L2, diamonds of L1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.lab.experiment import experiment
from autograder.lab.play import scene
from autograder.lab.play.controls import Slider
from autograder.lab.play.moving import Picture, show
from autograder.lab.play.scene import Axis, Panel, Scene
from autograder.lab.students import on_a_list

BOWL = np.array([[1.0, 0.6], [0.6, 1.5]])
RATE, ROUNDS = 0.5, 14
STRENGTHS = np.concatenate([[0.0], np.geomspace(0.01, 4.0, 21)])
RINGS = (0.02, 0.1, 0.3, 0.7, 1.3, 2.2)
CONTROLS = (
    Slider("strength", "λ", 0.01, 4.0, 0.3, log=True),
    Slider("w1", "minimum", -2.0, 2.0, 0.5, dragged=True),
    Slider("w2", "minimum", -2.0, 2.0, 1.4, dragged=True),
)


@experiment
def play_penalties(l2_gradient: Callable, soft_threshold: Callable) -> None:
    """Two weights and a growing penalty: your l2_gradient and soft_threshold walk to the minimum; drag it."""
    pull, shrink = on_a_list(l2_gradient), on_a_list(soft_threshold)

    def l2_step(w: np.ndarray, slope: np.ndarray, strength: float) -> np.ndarray:
        return w - RATE / (1 + strength) * (slope + pull([w], strength)[0])

    def l1_step(w: np.ndarray, slope: np.ndarray, strength: float) -> np.ndarray:
        return shrink([w - RATE * slope], RATE * strength)[0]

    def draw(values: dict[str, Any]) -> Scene:
        lowest, strength = np.array([values["w1"], values["w2"]]), values["strength"]
        grid = np.append(STRENGTHS[strength > STRENGTHS], strength)
        rest = STRENGTHS[strength < STRENGTHS]
        walks = [walk(step, lowest, np.concatenate([grid, rest])) for step in (l2_step, l1_step)]
        return _scene(lowest, np.concatenate([grid, rest]), len(grid) - 1, walks)

    show(Picture("Two penalties on two weights", CONTROLS, draw, [l2_gradient, soft_threshold]))


def walk(step: Callable, lowest: np.ndarray, strengths: np.ndarray) -> np.ndarray:
    """The minimum for each strength, in growing order, each found from the one before."""
    w, found = lowest.copy(), []
    for strength in strengths:
        for _ in range(ROUNDS):
            w = step(w, BOWL @ (w - lowest), float(strength))
        found.append(w)
    return np.array(found)


def _scene(lowest: np.ndarray, strengths: np.ndarray, now: int, walks: list[np.ndarray]) -> Scene:
    l2, l1 = walks[0][now], walks[1][now]
    zeros = [name for name, value in zip(("w₁", "w₂"), l1, strict=True) if value == 0]
    exactly = f"exactly 0 with L1: {' and '.join(zeros) or 'none'}"
    says = (
        f"λ = {strengths[now]:.3g}: the minimum is at ({l2[0]:.2f}, {l2[1]:.2f}) with L2 and at "
        f"({l1[0]:.2f}, {l1[1]:.2f}) with L1; {exactly}."
    )
    alt = (
        "Left and middle: contour lines of a tilted bowl over two weights. The minimum with an L2 penalty "
        "walks along a "
        "bent path to the origin, and the contour line through it touches a circle; with L1 it walks to an "
        "axis and along "
        "it, and the line touches a diamond, often at a corner. Right: the weights against the strength of the penalty."
    )
    angle = np.linspace(0, 2 * np.pi, 97)
    ball = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    circle = np.linalg.norm(l2) * ball
    corners = np.array([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]])
    diamond = np.abs(l1).sum() * corners
    panels = [
        _map("L2: a circle", lowest, walks[0], now, circle, "blue", "o"),
        _map("L1: a diamond", lowest, walks[1], now, diamond, "red", "s"),
        _weights(strengths, now, walks),
    ]
    return Scene(panels, says, alt)


def _ellipse(lowest: np.ndarray, height: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 73)
    circle = np.sqrt(2 * max(height, 0)) * np.stack([np.cos(angle), np.sin(angle)])
    return lowest + np.linalg.solve(np.linalg.cholesky(BOWL).T, circle).T


def _map(
    title: str, lowest: np.ndarray, path: np.ndarray, now: int, limit: np.ndarray, colour: str, marker: str
) -> Panel:
    here = path[now]
    height = (here - lowest) @ BOWL @ (here - lowest) / 2
    marks = [
        *(scene.path(_ellipse(lowest, ring), "grey", width=0.8, opacity=0.6) for ring in RINGS),
        scene.across(0.0, dash=0),
        scene.across(0.0, upright=True, dash=0),
        scene.path(_ellipse(lowest, height), "ink", "equal loss", dash=1, width=1.4),
        scene.path(limit, colour, "equal penalty", dash=3),
        scene.path(path, colour, "λ grows", marker=marker, size=3.5, width=1.2),
        scene.dots([here[0]], [here[1]], "ink", marker="D", size=9),
        scene.handle("minimum without a penalty", lowest[0], lowest[1], ("w1", "w2"), "green"),
    ]
    return Panel(title, Axis("w₁", -2.1, 2.1), Axis("w₂", -2.1, 2.1), marks, height=300, square=True)


def _weights(strengths: np.ndarray, now: int, walks: list[np.ndarray]) -> Panel:
    marks = [scene.across(0.0, dash=0)]
    for walk_, name, colour, marker in zip(walks, ("L2", "L1"), ("blue", "red"), ("o", "s"), strict=True):
        for weight, dash in ((0, 0), (1, 1)):
            label = f"w{'₁₂'[weight]}, {name}"
            marks.append(scene.line(strengths[1:], walk_[1:, weight], colour, label, dash=dash, marker=marker, size=3))
    marks.append(scene.across(strengths[now], "ink", upright=True, dash=1))
    marks.append(scene.handle("strength of the penalty", strengths[now], -1.95, ("strength", ""), "ink"))
    return Panel("Drag λ", Axis("λ", 0.01, 4.0, log=True), Axis("weight", -2.1, 2.1), marks, height=300)

"""SELU's fixed point: the staircase of the variance from layer to layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.lab.experiment import experiment
from autograder.lab.play import scene
from autograder.lab.play.controls import Slider
from autograder.lab.play.moving import Picture, show
from autograder.lab.play.scene import Axis, Panel, Scene
from autograder.lab.students import checked

NODES = 40
LAYERS = 60
LOW, HIGH = 0.01, 100.0
CONTROLS = (
    Slider("factor", "variance of the weights × fan-in", 0.3, 3.0, 1.0, log=True),
    Slider("variance", "variance of the inputs", 0.02, 50.0, 20.0, log=True),
)


@experiment
def play_selu(selu: Callable) -> None:
    """The staircase that your selu walks from layer to layer, in the mean square: drag its start and the weights."""
    phi = checked(selu)
    z, probability = normal()
    grid = np.geomspace(LOW, HIGH, 81)

    def moments(mean_square: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and mean square of the activations, for z of mean 0 with these variances."""
        a = phi(np.sqrt(mean_square)[:, None] * z)
        return (probability * a).sum(axis=1), (probability * a * a).sum(axis=1)

    def draw(values: dict[str, Any]) -> Scene:
        factor = values["factor"]
        squares, means = [values["variance"]], [0.0]
        for _ in range(LAYERS):
            mean, square = moments(np.array([factor * squares[-1]]))
            squares.append(float(square[0]))
            means.append(float(mean[0]))
        return _scene(grid, moments(factor * grid)[1], np.array(squares), np.array(means), values)

    show(Picture("SELU's staircase", CONTROLS, draw, [selu]))


def normal() -> tuple[np.ndarray, np.ndarray]:
    """The standard normal distribution as numbers and their probabilities (Gauss-Legendre, each side of 0)."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    right = 5 * (nodes + 1)
    half = 5 * weights * np.exp(-(right**2) / 2) / np.sqrt(2 * np.pi)
    return np.concatenate([-right[::-1], right]), np.concatenate([half[::-1], half])


def _scene(
    grid: np.ndarray, after: np.ndarray, squares: np.ndarray, means: np.ndarray, values: dict[str, Any]
) -> Scene:
    variances = squares - means**2
    end = f"mean {means[-1]:.3f}, variance {variances[-1]:.3g}"
    settled = np.flatnonzero(np.abs(squares - squares[-1]) > 0.02 * abs(squares[-1]))
    when = int(settled[-1]) + 1 if len(settled) else 0
    says = (
        f"From mean 0 and variance {values['variance']:.3g}, with weights of variance "
        f"{values['factor']:.3g} / fan-in: after {LAYERS} layers {end}; within 2 % of that mean square after "
        f"{when} layers."
    )
    alt = (
        "Left: a curve, from the mean square of one layer to that of the next, and the diagonal, both on "
        "logarithmic axes; "
        "a staircase between them leads from the start to where they cross. Right: mean and variance of the "
        "activations "
        "over the layers."
    )
    stairs = np.repeat(squares, 2)
    feet = np.concatenate([[LOW], stairs[2:]])
    axes = Axis("mean square of a layer", LOW, HIGH, log=True), Axis("mean square of the next", LOW, HIGH, log=True)
    cobweb = Panel(
        "Follow the staircase: drag its foot",
        *axes,
        [
            scene.line(grid, grid, "grey", "unchanged", dash=1, width=1.2),
            scene.line(grid, after, "blue", "your selu"),
            scene.line(stairs[:-1], feet, "red", "layer after layer", width=1.4, marker="o", size=2),
            scene.dots([squares[-1]], [squares[-1]], "ink", f"layer {LAYERS}", marker="*", size=10),
            scene.handle("start of the staircase", values["variance"], LOW * 1.12, ("variance", "")),
        ],
        height=330,
        square=False,
    )
    layers = np.arange(LAYERS + 1)
    course = Panel(
        "Mean and variance, layer by layer",
        Axis("layer", 0, LAYERS),
        Axis("of the activations", -1.0, 4.0),
        [
            scene.across(1.0, dash=3),
            scene.across(0.0, dash=0),
            scene.line(layers, variances, "blue", "variance", marker="o"),
            scene.line(layers, means, "red", "mean", dash=1, marker="s"),
        ],
        height=330,
        weight=1.1,
    )
    return Scene([cobweb, course], says, alt)

"""The edge of chaos: a circle of inputs on its way through tanh layers, and the gradient on its way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.lab.experiment import experiment
from autograder.lab.play import scene
from autograder.lab.play.controls import Slider
from autograder.lab.play.moving import Picture, show
from autograder.lab.play.scene import Axis, Panel, Scene
from autograder.lab.students import UnusableResult

DEPTH, WIDTH, POINTS = 30, 96, 65
SHOWN = (2, 8, 30)
NEAR = 1
"""How many points of the circle lie between the two inputs whose distance is followed."""


@experiment
def play_edge_of_chaos(mlp_forward: Callable) -> None:
    """Weights of standard deviation s over the root of the width: your mlp_forward sends a circle through 30 layers."""
    rng = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, POINTS)
    plane = np.linalg.qr(rng.normal(size=(WIDTH, 2)))[0]
    circle = np.sqrt(WIDTH) * (np.stack([np.cos(angle), np.sin(angle)], axis=1) @ plane.T)
    noise = rng.normal(size=(DEPTH, WIDTH, WIDTH)) / np.sqrt(WIDTH)
    shifts, gradient = rng.normal(size=(DEPTH, WIDTH)), rng.normal(size=WIDTH)
    controls = (
        Slider("s", "weights: s / √n with s =", 0.4, 4.0, 0.8, log=True),
        Slider("bias", "biases: standard deviation", 0.0, 0.5, 0.0),
    )

    def draw(values: dict[str, Any]) -> Scene:
        weights, biases = list(values["s"] * noise), list(values["bias"] * shifts)
        activations = _activations(mlp_forward, circle, weights, biases)
        return _scene(activations, _sent_back(activations, weights, gradient), values)

    show(Picture("The edge of chaos", controls, draw, [mlp_forward]))


def _activations(mlp_forward: Callable, x: np.ndarray, weights: list, biases: list) -> list[np.ndarray]:
    try:
        _, found = mlp_forward(x, weights, biases, np.tanh)
        activations = [np.asarray(a, dtype=float) for a in found]
    except (TypeError, ValueError):
        raise UnusableResult("Your mlp_forward should return two lists of arrays, zs and activations.") from None
    if [a.shape for a in activations] != [(POINTS, WIDTH)] * (DEPTH + 1):
        raise UnusableResult("The arrays of your mlp_forward do not have the shapes of the exercise. Run its check.")
    return activations


def _sent_back(activations: list[np.ndarray], weights: list[np.ndarray], gradient: np.ndarray) -> np.ndarray:
    """The norm of the gradient of the first point's activations, layer by layer, relative to the last."""
    norms, g = [np.linalg.norm(gradient)], gradient
    for a, weight in zip(activations[:0:-1], reversed(weights), strict=True):
        g = ((1 - a[0] ** 2) * g) @ weight
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1]) / norms[0]


def _scene(activations: list[np.ndarray], gradient: np.ndarray, values: dict[str, Any]) -> Scene:
    distance = np.array([np.linalg.norm(a[0] - a[NEAR]) for a in activations])
    distance = distance / distance[0]
    size = np.array([np.sqrt(np.mean(a**2)) for a in activations])
    spread = distance[-1]
    side = "near the edge"
    if not 0.5 < spread < 2:
        side = "order: neighbors come together" if spread < 1 else "chaos: neighbors are torn apart"
    says = (
        f"s = {values['s']:.3g} is {side}. After {DEPTH} layers the distance of two neighbors is "
        f"{spread:.1e} times the "
        f"first, the root mean square of the activations {size[-1]:.2g}; the gradient at the inputs is "
        f"{gradient[0]:.1e} times that at the end."
    )
    alt = (
        f"A circle of inputs after layers {SHOWN[0]}, {SHOWN[1]} and {SHOWN[2]} of a tanh network, in the "
        f"plane in which "
        "it is widest; and over the layers, on a logarithmic axis, the distance of two neighbors on the "
        "circle and the "
        "norm of the gradient on its way back."
    )
    panels = [_circle(activations[layer], layer) for layer in SHOWN]
    layers = np.arange(DEPTH + 1)
    axes = Axis("layer", 0, DEPTH), Axis("relative to where it begins", 1e-6, 1e6, log=True)
    marks = [
        scene.across(1.0, dash=3),
        scene.line(layers, distance, "blue", "distance of neighbors →", marker="o"),
        scene.line(layers, gradient, "red", "← gradient", dash=1, marker="s"),
    ]
    return Scene([*panels, Panel("Forward and back", *axes, marks, weight=1.5, height=250)], says, alt)


def _circle(a: np.ndarray, layer: int) -> Panel:
    """The circle as the layer has bent it, seen along its two widest directions."""
    centred = a - a.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    flat = centred @ directions[:2].T / np.sqrt(WIDTH)
    marks = [
        scene.path(flat, "purple", width=1.2),
        scene.points(flat[:-1], "blue", marker="o", size=3),
        scene.dots(flat[[0, NEAR], 0], flat[[0, NEAR], 1], "red", marker="D", size=6),
    ]
    axes = Axis("widest direction", -1.3, 1.3), Axis("" if layer != SHOWN[0] else "second widest", -1.3, 1.3)
    return Panel(f"After layer {layer}", *axes, marks, weight=0.85, height=250, square=True)

"""The scale of the first weights: what it makes of the activations and of the gradient in every layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.lab.activations import ACTIVATIONS
from autograder.lab.experiment import experiment
from autograder.lab.play import scene
from autograder.lab.play.controls import Choice, Slider
from autograder.lab.play.moving import Picture, show
from autograder.lab.play.scene import Axis, Panel, Scene
from autograder.lab.students import finite

DEPTH, WIDTH, SAMPLES = 30, 64, 64
BINS = 41
SMALLEST, LARGEST = 1e-12, 1e12
NAMES = ("ReLU", "tanh", "logistic")


@experiment
def play_initialization(he_normal: Callable) -> None:
    """Weights of your he_normal (or another initialization) times a factor: histograms and norms in 30 layers."""
    start = finite(he_normal)
    rng = np.random.default_rng(0)
    inputs, dout = rng.normal(size=(SAMPLES, WIDTH)), rng.normal(size=(SAMPLES, WIDTH))
    noise = rng.normal(size=(DEPTH, WIDTH, WIDTH))
    controls = (
        Slider("scale", f"weights of your {he_normal.__name__} times", 0.2, 5.0, 0.7, log=True),
        Choice("activation", "activation", NAMES, "ReLU"),
    )

    def draw(values: dict[str, Any]) -> Scene:
        weights = [values["scale"] * start(part) for part in noise]
        signal, gradients = through(weights, values["activation"], inputs, dout)
        return _scene(signal, gradients, values)

    show(Picture("The scale of the first weights", controls, draw, [he_normal]))


def through(
    weights: list[np.ndarray], name: str, inputs: np.ndarray, dout: np.ndarray
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The inputs and the activations of each layer, and the gradients of the same."""
    activation, signal, slopes = ACTIVATIONS[name], [inputs], []
    for weight in weights:
        z = signal[-1] @ weight.T
        signal.append(activation.forward(z))
        slopes.append(activation.backward(np.ones_like(z), z, signal[-1]))
    gradients = [dout]
    for weight, slope in zip(reversed(weights), reversed(slopes), strict=True):
        gradients.append((gradients[-1] * slope) @ weight)
    return signal, gradients[::-1]


def _rms(arrays: list[np.ndarray]) -> np.ndarray:
    found = np.array([np.sqrt(np.mean(np.square(array))) for array in arrays])
    return np.where((found > 0) & np.isfinite(found), np.clip(found, SMALLEST, LARGEST), np.nan)


def _scene(signal: list[np.ndarray], gradients: list[np.ndarray], values: dict[str, Any]) -> Scene:
    sizes, slopes = _rms(signal), _rms(gradients)
    last = sizes[-1] / sizes[0]
    factor = last ** (1 / DEPTH) if np.isfinite(last) else np.nan
    back = (slopes[0] / slopes[-1]) ** (1 / DEPTH)
    says = (
        f"{values['activation']}, weights times {values['scale']:.3g}: a layer multiplies the size of the activations "
        f"by {factor:.2f} and that of the gradient by {back:.2f} on average; after {DEPTH} layers {last:.2g} and "
        f"{slopes[0] / slopes[-1]:.2g} are left."
    )
    alt = (
        f"Left: histograms of the activations, a column for each of {DEPTH} layers, dark where many are. "
        f"Right: the root "
        "mean square of the activations, layer by layer, and of the gradient, on a logarithmic axis."
    )
    return Scene([_histograms(signal), _norms(sizes, slopes)], says, alt)


def _histograms(signal: list[np.ndarray]) -> Panel:
    edges = np.linspace(-3, 3, BINS + 1)
    columns = []
    for a in signal:
        counts = np.histogram(np.nan_to_num(a), edges)[0] / a.size
        columns.append(np.sqrt(np.minimum(counts / 0.25, 1)))
    marks = [scene.image(np.array(columns).T, (-0.5, DEPTH + 0.5), (-3.0, 3.0))]
    axes = Axis("layer (0: the inputs)", -0.5, DEPTH + 0.5), Axis("activation", -3.0, 3.0)
    return Panel("Histograms of all layers", *axes, marks, weight=1.1)


def _norms(sizes: np.ndarray, slopes: np.ndarray) -> Panel:
    layers = np.arange(DEPTH + 1)
    marks = [
        scene.across(1.0, dash=3),
        scene.line(layers, sizes, "blue", "activations, forward →", marker="o"),
        scene.line(layers, slopes, "red", "← gradient, backward", dash=1, marker="s"),
    ]
    return Panel("Size in each layer", Axis("layer", 0, DEPTH), Axis("root mean square", 1e-8, 1e8, log=True), marks)

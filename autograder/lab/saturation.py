"""Saturation: where the slope of an activation goes to zero, and what that does to the gradient of a deep network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.lab import style
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import cross_entropy_backward
from autograder.lab.students import UnusableResult, checked, name_of, positive

LAYERS = 20
WIDTH = 64
IMAGES = 256

LOWER_LEFT = {"xytext": (-7, -14), "ha": "right", "va": "center"}
PLACES = {
    ("sigmoid", "float32"): {"xytext": (5, 6)},
    ("sigmoid", "float64"): LOWER_LEFT,
    ("tanh", "float32"): {"xytext": (-46, -44), "ha": "left"},
    ("tanh", "float64"): LOWER_LEFT,
}
"""Where the ends of the four curves are labelled."""


@experiment
def plot_saturation(
    sigmoid: Callable,
    sigmoid_backward: Callable,
    tanh: Callable,
    tanh_backward: Callable,
    *,
    prediction: float | None = None,
) -> None:
    """Draw the slopes of sigmoid and tanh: near zero, and far out on a logarithmic axis in float32 and float64.

    sigmoid_backward and tanh_backward take (dout, output).
    prediction: the student's guess of the z from which on the slope of sigmoid is exactly 0 in float64.
    """
    if prediction is not None and not isinstance(prediction, (int, float)):
        raise UnusableResult("Your prediction should be a number such as 100, or None.")
    pairs = {"sigmoid": (checked(sigmoid), checked(sigmoid_backward)), "tanh": (checked(tanh), checked(tanh_backward))}
    figure, (near, far) = style.new_figure(1, 2, height=3.4)
    sentences = []
    for (name, pair), colour, line in zip(pairs.items(), style.COLOURS, style.LINES, strict=False):
        z = np.linspace(-6, 6, 601)
        near.plot(z, slope(pair, z), color=colour, linestyle=line, label=name)
        for dtype, thin in (("float32", 1.2), ("float64", 2.2)):
            z = np.arange(0, 42, 0.02, dtype=dtype)
            found = slope(pair, z)
            positive = np.where(found > 0, found, np.nan)
            far.plot(z, positive, color=colour, linestyle=line, linewidth=thin)
            gone = np.flatnonzero(~(found > 0))
            if len(gone) and gone[0]:
                end, height = z[gone[0]], positive[gone[0] - 1]
                far.plot(end, height, marker="X", color=colour, markersize=8)
                label = f"{name}, {dtype}:\n0 from z = {end:.1f}"
                far.annotate(
                    label, (end, height), textcoords="offset points", color=colour, fontsize=8, **PLACES[name, dtype]
                )
                sentences.append(f"{name} in {dtype} from z = {end:.1f}")
    near.axhline(0.25, color=style.GREY, linewidth=1, linestyle=":")
    near.text(-6, 0.265, "1/4", color=style.GREY)
    near.set(xlabel="z", ylabel="φ′(z)", title="slope near zero", xlim=(-6, 6), ylim=(0, 1.05))
    near.legend(loc="upper left")
    far.set(xlabel="z", ylabel="φ′(z)", title="the same slope far out", xlim=(0, 42), yscale="log", ylim=(1e-20, 30))
    if prediction is not None:
        far.set_xlim(0, max(42, 1.05 * prediction))
        far.axvline(prediction, color=style.BLACK, linestyle=":", label="your prediction")
        far.legend(loc="upper right")
    style.show(
        figure,
        "Left: the slope of sigmoid is at most 1/4, that of tanh at most 1, both near z = 0. Right, on a logarithmic "
        f"axis: both slopes fall exponentially and then are exactly zero: {', '.join(sentences) or 'nowhere'}.",
    )


def slope(pair: tuple[Callable, Callable], z: np.ndarray) -> np.ndarray:
    """The derivative at z by a pair (forward, backward from the output)."""
    forward, backward = pair
    return backward(np.ones_like(z), forward(z))


@experiment
def gradient_through_layers(
    sigmoid: Callable,
    sigmoid_backward: Callable,
    tanh: Callable,
    tanh_backward: Callable,
    relu: Callable,
    relu_backward: Callable,
    *,
    prediction: float | None = None,
    layers: int = LAYERS,
) -> None:
    """Send one gradient back through deep, untrained networks; draw its size layer by layer.

    sigmoid_backward and tanh_backward take (dout, output), relu_backward takes (dout, z).
    prediction: the student's guess of how large the gradient in layer 1 of the sigmoid network is, as a share of that
        in the last layer.

    Sigmoid and tanh start with Glorot's initialization, ReLU with He's.
    """
    prediction = positive(prediction, "a positive number such as 1e-3")
    networks = [
        (relu, lambda dout, z, a: checked(relu_backward)(dout, z), 2.0),
        (tanh, lambda dout, z, a: checked(tanh_backward)(dout, a), 1.0),
        (sigmoid, lambda dout, z, a: checked(sigmoid_backward)(dout, a), 1.0),
    ]
    norms = [gradient_norms(checked(phi), backward, gain, layers) for phi, backward, gain in networks]
    names = [name_of(phi) for phi, _, _ in networks]

    figure, axes = style.new_figure(height=3.8)
    places = np.arange(1, layers + 1)
    for i, (name, norm) in enumerate(zip(names, norms, strict=True)):
        norm = np.where(norm > 0, norm, np.nan)
        factor = (norm[0] / norm[-1]) ** (1 / (layers - 1))
        axes.plot(places, norm, label=f"{name}: ×{factor:.2f} per layer", **style.curve(i, markersize=5))
    last = norms[-1][-1]
    axes.plot(places, last * 0.25 ** (layers - places), color=style.GREY, linewidth=1.2, label="×1/4 per layer")
    if prediction is not None:
        axes.plot(1, last * prediction, markersize=11, **style.CROSS)
    axes.set(xlabel="hidden layer (the loss is on the right)", ylabel="‖∂L/∂z‖", yscale="log")
    axes.set(title=f"one gradient on its way back through {layers} layers", xticks=[1, *range(5, layers + 1, 5)])
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right center")
    numbers = "; ".join(
        f"{name}: {norm[-1]:.1e} in the last layer, {norm[0]:.1e} in the first"
        for name, norm in zip(names, norms, strict=True)
    )
    style.show(figure, f"Size of the gradient with respect to z in each of {layers} layers, logarithmic. {numbers}.")


def gradient_norms(activation: Callable, backward: Callable, gain: float, layers: int) -> np.ndarray:
    """The norm of dL/dz in each hidden layer of an untrained network that sees some digits.

    backward: (dout, z, a) -> dz. gain: the weights have the variance gain / fan_avg for a gain of 1 (Glorot) and
    gain / fan_in for a gain of 2 (He); from the second layer on all widths are equal, so the two denominators are.
    """
    rng = np.random.default_rng(0)
    x, y, _, _ = digits()
    a, labels = x[:IMAGES], y[:IMAGES]
    weights, zs, outputs = [], [], []
    for _ in range(layers):
        weights.append(rng.normal(0, np.sqrt(gain / a.shape[1]), (WIDTH, a.shape[1])))
        zs.append(a @ weights[-1].T)
        a = activation(zs[-1])
        outputs.append(a)
    last = rng.normal(0, np.sqrt(2 / (WIDTH + 10)), (10, WIDTH))
    da = cross_entropy_backward(a @ last.T, labels) @ last
    norms = []
    for weight, z, output in zip(reversed(weights), reversed(zs), reversed(outputs), strict=True):
        dz = backward(da, z, output)
        norms.insert(0, float(np.linalg.norm(dz)))
        da = dz @ weight
    return np.array(norms)

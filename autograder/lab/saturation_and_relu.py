"""Experiments with saturation and ReLU: where slopes go to zero, what that does to a gradient, and units that die."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.activations import Activation
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import Networks, cross_entropy_backward, normal_weights
from autograder.lab.students import UnusableResult, checked, guesses_in_order, name_of, positive
from autograder.lab.training import Momentum, minibatches

LAYERS = 20
WIDTH = 64
IMAGES = 256

LOWER_LEFT = {"xytext": (-7, -14), "ha": "right", "va": "center"}
PLACES: dict[tuple[str, str], dict[str, Any]] = {
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
    norms: list[float] = []
    for weight, z, output in zip(reversed(weights), reversed(zs), reversed(outputs), strict=True):
        dz = backward(da, z, output)
        norms.insert(0, float(np.linalg.norm(dz)))
        da = dz @ weight
    return np.array(norms)


# ---------------------------------------------------------------- dead units

WIDTHS = (64, 100, 100, 100, 10)
LARGEST_NORM = 5.0
BATCH = 32
"""For `against=lab.RELU`: the course's own ReLU beside an activation of the student's."""


@experiment
def dead_units_experiment(
    activation: Callable,
    backward: Callable,
    dead_units: Callable | None = None,
    *,
    learning_rates: Sequence[float] = (0.03, 0.1, 0.3, 0.4),
    prediction: Sequence[float | None] | None = None,
    against: tuple[str, Callable, Callable] | None = None,
    epochs: int = 10,
    seeds: Sequence[int] = (0, 1, 2),
) -> None:
    """Train a 64-100-100-100-10 network at several learning rates; draw the share of dead units and the accuracy.

    activation: z -> a. backward: (dout, z) -> dz. Used in all three hidden layers, which start with He's weights.
    dead_units: a (samples, units) -> bool (units,); the course's own if None.
    prediction: the student's guess of the dead share (0 to 1) for each learning rate, None where there is none.
    against: (name, activation, backward) of a second activation, drawn beside the first, such as `lab.RELU`.

    The training is stochastic gradient descent with momentum 0.9, minibatches of 32 and the gradient clipped to a
    global norm of 5 (without which the loss soon becomes NaN). Every run is repeated from several seeds.
    """
    guesses = guesses_in_order(prediction, len(learning_rates), "for each learning rate")
    contestants = [(name_of(activation), activation, backward)]
    if against is not None:
        contestants.append(
            (f"{against[0]}, the course's own" if against[0] == name_of(activation) else against[0], *against[1:])
        )
    runs = {
        name: [
            [train(phi, phi_backward, [rate] * epochs, seed=seed, dead_units=dead_units) for seed in seeds]
            for rate in learning_rates
        ]
        for name, phi, phi_backward in contestants
    }
    dead = {name: np.array([[run.dead[-1].mean() for run in row] for row in rows]) for name, rows in runs.items()}
    accuracy = {name: np.array([[run.accuracy for run in row] for row in rows]) for name, rows in runs.items()}

    figure, (left, right) = style.new_figure(1, 2, height=3.3)
    _draw_by_rate(left, dead, learning_rates)
    _draw_by_rate(right, accuracy, learning_rates)
    _draw_guesses(left, guesses)
    right.axhline(0.1, color=style.GREY, linewidth=1.2, linestyle=":")
    right.annotate("guessing", (0, 0.1), xytext=(0, 3), textcoords="offset points", color=style.GREY)
    left.set(title="dead hidden units", ylabel="share of all hidden units")
    right.set(title="accuracy", ylabel="share right, validation")
    left.legend(loc="upper left")
    style.show(figure, _alt_by_rate(dead, accuracy, learning_rates))


@experiment
def lower_learning_rate_experiment(
    activation: Callable,
    backward: Callable,
    dead_units: Callable | None = None,
    *,
    high: Sequence[float] = (0.1, 0.3, 0.4),
    low: float = 0.01,
    lowered_after: int = 6,
    epochs: int = 14,
    prediction: str = "",
    seed: int = 0,
) -> None:
    """Train with a high learning rate, then lower it: does the share of dead units come back? Draws it over the epochs.

    high: one network for each of these rates; all of them go on with `low` after `lowered_after` epochs. One more
        network is trained with `low` from the beginning. Momentum starts again from zero when the rate changes.
    prediction: what the student expects, in words; written into the plot.
    """
    schedules = {f"{rate:g}, then {low:g}": [rate] * lowered_after + [low] * (epochs - lowered_after) for rate in high}
    schedules = {f"{low:g} throughout": [low] * epochs, **schedules}
    runs = {
        name: train(activation, backward, rates, seed=seed, dead_units=dead_units) for name, rates in schedules.items()
    }
    shares = {name: np.array([layers.mean() for layers in run.dead]) for name, run in runs.items()}

    figure, axes = style.new_figure(height=3.5)
    for i, (name, share) in enumerate(shares.items()):
        label = f"{name}: accuracy {runs[name].accuracy:.2f}"
        axes.plot(range(epochs + 1), share, color=style.COLOURS[i], marker=style.MARKERS[i], markersize=4, label=label)
    axes.axvline(lowered_after, color=style.BLACK, linewidth=1, linestyle=":")
    top = max(0.1, max(share.max() for share in shares.values()))
    axes.text(lowered_after + 0.1, top * 1.06, "learning rate lowered here")
    if prediction:
        figure.text(0.99, 0.01, f"your prediction: {str(prediction)[:90]}", ha="right", va="bottom", style="italic")
        axes.set_xlabel("epoch\n")
    else:
        axes.set_xlabel("epoch")
    axes.set(ylabel="share of all hidden units", ylim=(-0.02 * top, top * 1.16), title="dead units, epoch by epoch")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right center", title="learning rate")
    ends = "; ".join(f"{name}: {share[lowered_after]:.2f} then {share[-1]:.2f}" for name, share in shares.items())
    style.show(
        figure,
        f"Share of dead units over {epochs} epochs for {len(shares)} networks, at epoch {lowered_after} and at the "
        f"end. Learning rate {ends}.",
    )


@dataclass
class Training:
    """What came of one training run.

    dead: for the start and after each epoch, the share of dead units of every hidden layer.
    accuracy: on the validation images, at the end.
    """

    dead: list[np.ndarray] = field(default_factory=list)
    accuracy: float = 0.0


def train(
    activation: Callable,
    backward: Callable,
    learning_rates: Sequence[float],
    *,
    seed: int = 0,
    dead_units: Callable | None = None,
    widths: Sequence[int] = WIDTHS,
) -> Training:
    """Train a network on the digits in float32, one epoch for each of the learning rates.

    Momentum starts from zero, and again wherever the learning rate differs from that of the epoch before.
    """
    rng = np.random.default_rng(seed)
    x, y, x_validation, y_validation = digits("float32")
    phi, phi_backward = checked(activation), checked(backward)
    network = Networks(
        normal_weights(rng, widths, units_first=True),
        Activation(phi, lambda dout, z, a: phi_backward(dout, z)),
        units_first=True,
    )
    momentum = Momentum(network.parameters)

    def dead_shares() -> np.ndarray:
        hidden = network.forward(x)[0][1:-1]
        if dead_units:
            return np.array([checked(dead_units, (a.shape[1],))(a).mean() for a in hidden])
        return np.array([(~a.any(axis=0)).mean() for a in hidden])

    result = Training(dead=[dead_shares()])
    for epoch, rate in enumerate(learning_rates):
        if rate != learning_rates[max(epoch - 1, 0)]:
            momentum = Momentum(network.parameters)
        for rows in minibatches(rng, len(x), BATCH, rest=True):
            _, gradients = network.gradients(x[rows], y[rows])
            momentum.step(gradients, float(rate) * clipping_factor(gradients))
        result.dead.append(dead_shares())
    result.accuracy = float(network.accuracy(x_validation, y_validation))
    return result


def clipping_factor(gradients: Sequence[np.ndarray]) -> float:
    """What all gradients are multiplied by so that their global norm is at most LARGEST_NORM."""
    norm = float(np.sqrt(sum((gradient**2).sum() for gradient in gradients)))
    return LARGEST_NORM / norm if norm > LARGEST_NORM else 1.0


def _draw_by_rate(axes: Any, results: dict[str, np.ndarray], rates: Sequence[float]) -> None:
    places = np.arange(len(rates))
    for i, (name, result) in enumerate(results.items()):
        axes.plot(places, result.mean(axis=1), label=f"{name}, mean of the dots", **style.line(i))
        for column in result.T:
            axes.plot(places, column, markersize=5, alpha=0.6, **style.dots(i))
    axes.set_xticks(places, [f"{rate:g}" for rate in rates])
    axes.set(xlabel="learning rate", ylim=(-0.04, 1.04))


def _draw_guesses(axes: Any, guesses: list[float | None]) -> None:
    shown = [(place, guess) for place, guess in enumerate(guesses) if guess is not None]
    if shown:
        places, values = zip(*shown, strict=True)
        axes.plot(places, values, markersize=9, clip_on=False, **style.CROSS)


def _alt_by_rate(dead: dict[str, np.ndarray], accuracy: dict[str, np.ndarray], rates: Sequence[float]) -> str:
    sentences = []
    for name in dead:
        numbers = ", ".join(
            f"{d:.2f} dead and {a:.2f} right at {rate:g}"
            for rate, d, a in zip(rates, dead[name].mean(axis=1), accuracy[name].mean(axis=1), strict=True)
        )
        sentences.append(f"{name}: {numbers}.")
    return "Share of dead hidden units and validation accuracy against the learning rate. " + " ".join(sentences)

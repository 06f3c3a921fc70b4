"""What the size of the first random weights does to a signal, to a gradient, and to training."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.activations import ACTIVATIONS, elu, leaky_relu, logistic, relu, selu
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import Networks, cross_entropy
from autograder.lab.students import as_number, checked, finite
from autograder.lab.training import Momentum, gradient_descent_step

WIDTH, SAMPLES, DEPTH = 100, 200, 50
BATCH = 64
GUESSING = float(np.log(10))
"""The cross-entropy of a network that gives each of the ten digits the same probability."""

Start = Callable[[np.ndarray], np.ndarray]
"""Standard normal noise of shape (out, in) -> weights of the same shape."""


def scaled(factor: float) -> Start:
    """Normal weights with this standard deviation, whatever the layer."""
    return lambda noise: factor * noise


def layers(activation: Callable, start: Start, *, depth: int = DEPTH, seed: int = 0) -> list[np.ndarray]:
    """The inputs of a random network without biases and the activations of its layers: SAMPLES rows, WIDTH columns."""
    rng = np.random.default_rng(seed)
    signal = [rng.normal(size=(SAMPLES, WIDTH))]
    for _ in range(depth):
        signal.append(activation(signal[-1] @ start(rng.normal(size=(WIDTH, WIDTH))).T))
    return signal


def rms(a: np.ndarray) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.mean(np.square(a))))


def _prediction(prediction: object, name: str) -> float | None:
    return as_number(prediction.get(name), least=0) if isinstance(prediction, dict) else None


def _power(value: float) -> str:
    """A number for a label: 0.73, 6.6e+03 as 6600, 8.1e-51 as it is."""
    return f"{value:.2g}" if not 1 <= value < 1e5 else f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def _draw_curves(
    axes: Any, curves: dict[str, list[float]], prediction: object, limits: tuple[float, float]
) -> list[str]:
    """One line a curve on a logarithmic axis, its last value in the legend, predictions as hollow markers.

    limits: of the vertical axis; a prediction beyond them, 0 for example, is drawn at the edge.
    Returns the last value of each curve and its prediction, in words.
    """
    alt_parts = []
    for i, (name, values) in enumerate(curves.items()):
        label = f"{name}: {_power(values[-1])}"
        axes.plot(values, markevery=10, label=label, **style.curve(i, markersize=5))
        guess = _prediction(prediction, name)
        if guess is not None:
            place = min(max(guess, limits[0]), limits[1])
            axes.plot(len(values) + 1, place, **style.dots(i, fillstyle="none", markersize=11, clip_on=False))
        alt_parts.append(f"{name} {_power(values[-1])}" + ("" if guess is None else f" (predicted {_power(guess)})"))
    axes.set(yscale="log", xlabel="layer", xlim=(0, len(values) + 2), ylim=limits)
    return alt_parts


# ---------------------------------------------------------------- why random


@experiment
def why_random(*, prediction: dict[str, float | None] | None = None, units: int = 8, epochs: int = 30) -> None:
    """Train a small network from zero, from constant and from random weights; draw what its hidden units have learned.

    prediction: the share of right answers that you expect, for "zero", "constant" and "random".
    """
    starts = {"zero": 0.0, "constant": 0.1, "random": None}
    figure, axes = style.new_figure(rows=3, columns=units, width=8.2, height=4.2)
    alt_parts = []
    for row, (name, constant) in enumerate(starts.items()):
        first, accuracy = _train_tanh_network(constant, units, epochs)
        different = len(np.unique(first.round(9), axis=0))
        guess = _prediction(prediction, name)
        largest = max(np.abs(first).max(), 1e-9)
        for unit in range(units):
            axes[row, unit].imshow(first[unit].reshape(8, 8), cmap="RdBu_r", vmin=-largest, vmax=largest)
            axes[row, unit].set_xticks([])
            axes[row, unit].set_yticks([])
            axes[row, unit].grid(False)
        expected = "" if guess is None else f" (you expected {guess:.0%})"
        sentence = f"{name} start: {accuracy:.0%} right{expected}; different units: {different} of {units}"
        axes[row, 0].set_title(" ")
        axes[row, 0].text(0, 1.07, sentence, transform=axes[row, 0].transAxes, fontsize=11).set_in_layout(False)
        alt_parts.append(sentence)
    figure.supxlabel(f"the {units} hidden units, each drawn as its 64 weights after training")
    style.show(
        figure,
        f"The weights of {units} hidden units after training, as pictures of 8 x 8 pixels, red positive and blue "
        f"negative. {'. '.join(alt_parts)}.",
    )


def _train_tanh_network(constant: float | None, units: int, epochs: int) -> tuple[np.ndarray, float]:
    """Weights (units, 64) and accuracy of a 64-units-10 tanh network on the digits; all weights start at `constant`."""
    rng = np.random.default_rng(0)
    x, y, x_validation, y_validation = digits()
    first = rng.normal(0, 64**-0.5, (units, 64)) if constant is None else np.full((units, 64), constant)
    second = rng.normal(0, units**-0.5, (10, units)) if constant is None else np.full((10, units), constant)
    network = Networks([first, second], ACTIVATIONS["tanh"], units_first=True)
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(x)), len(x) // 32):
            gradient_descent_step(network.parameters, network.gradients(x[rows], y[rows])[1], 0.1)
    return first, float(network.accuracy(x_validation, y_validation))


# ---------------------------------------------------------------- tanh


@experiment
def tanh_signal(glorot_normal: Callable | None = None, *, prediction: dict[str, float | None] | None = None) -> None:
    """The standard deviation of the activations through 50 tanh layers; with your Glorot weights, also histograms.

    prediction: the standard deviation at layer 50 that you expect, for "0.01", "1", "Glorot" and "Glorot, gain 5/3".
    """
    starts = {"0.01": scaled(0.01), "1": scaled(1.0)}
    if glorot_normal is not None:
        glorot = finite(glorot_normal)
        starts |= {"Glorot": glorot, "Glorot, gain 5/3": lambda noise: glorot(noise, 5 / 3)}
    signals = {name: layers(np.tanh, start) for name, start in starts.items()}
    curves = {name: [float(a.std()) for a in signal] for name, signal in signals.items()}
    columns, width = (1, 6.4) if glorot_normal is None else (2, 8.8)
    figure, axes = style.new_figure(columns=columns, width=width, height=3.6)
    left, *right = np.atleast_1d(axes)
    alt_parts = _draw_curves(left, curves, prediction, (1e-60, 100) if glorot_normal is None else (1e-3, 3))
    left.set(title="tanh, 50 layers of 100 units", ylabel="standard deviation of the activations")
    left.legend(title="weights: at layer 50", loc="lower left" if glorot_normal is None else "lower right")
    alt = "Standard deviation of the activations of 50 tanh layers, logarithmic axis. "
    alt += f"At layer 50: {'; '.join(alt_parts)}."
    for panel in right:
        alt += " " + _draw_histograms(panel, {name: signals[name][-1] for name in list(starts)[1:]})
    style.show(figure, alt)


def _draw_histograms(axes: Any, activations: dict[str, np.ndarray]) -> str:
    """The distributions of tanh activations; returns what they show, and prints it."""
    sentences = []
    for i, (name, a) in enumerate(activations.items(), start=1):
        share, slope = np.mean(np.abs(a) > 0.99), np.mean(1 - a**2)
        look = style.line(i, linewidth=1.6)
        axes.hist(a.ravel(), bins=np.linspace(-1, 1, 41), histtype="step", label=f"{name}: {slope:.2f}", **look)
        sentences.append(f"{name}: {share:.0%} of the activations beyond ±0.99, mean slope {slope:.2f}.")
    axes.set(title="The activations of layer 50", xlabel="activation", ylabel="how many")
    axes.legend(title="weights: mean slope 1 − a²", loc="upper center")
    print("Layer 50. " + " ".join(sentences))
    return "Histograms of layer 50. " + " ".join(sentences)


# ---------------------------------------------------------------- ReLU


@experiment
def relu_signal(he_normal: Callable, *, prediction: dict[str, float | None] | None = None) -> None:
    """The root mean square of the activations through 50 ReLU layers with your He weights, and with scaled ones.

    prediction: the root mean square at layer 50 that you expect, for "He", "He x 0.8", "He x 1.2", "variance 1/fan_in".
    """
    he = finite(he_normal)
    factors = {"He": 1.0, "He x 0.8": 0.8, "He x 1.2": 1.2, "variance 1/fan_in": 0.5**0.5}
    curves = {name: _relu_rms(he, factor, seed=0) for name, factor in factors.items()}
    figure, axes = style.new_figure(width=7.2, height=3.9)
    alt_parts = _draw_curves(axes, curves, prediction, (1e-10, 1e6))
    others = [_relu_rms(he, 1.0, seed) for seed in range(1, 11)]
    for i, curve in enumerate(others):
        label = "He, ten other networks" if i == 0 else None
        axes.plot(curve, color=style.BLUE, linewidth=0.7, alpha=0.5, label=label)
    axes.set(title="ReLU, 50 layers of 100 units", ylabel="root mean square of the activations")
    axes.legend(title="at layer 50", loc="center left", bbox_to_anchor=(1.0, 0.5))
    ends = [curve[-1] for curve in others]
    print(f"He, ten other networks: between {min(ends):.2g} and {max(ends):.2g} at layer {DEPTH}.")
    style.show(
        figure,
        "Root mean square of the activations of 50 ReLU layers on a logarithmic axis. At layer 50: "
        f"{'; '.join(alt_parts)}. Ten further networks with He weights end between {min(ends):.2g} and "
        f"{max(ends):.2g}.",
    )


def _relu_rms(start: Start, factor: float, seed: int) -> list[float]:
    return [rms(a) for a in layers(relu, lambda noise: factor * start(noise), seed=seed)]


# ---------------------------------------------------------------- forward and backward


@experiment
def forward_and_backward(he_normal: Callable, *, first: int = 300, last: int = 75, depth: int = 24) -> None:
    """Forward signal and backward gradient of ReLU networks whose layers shrink from `first` to `last` units.

    Your he_normal is used as it is (fan_in), on the transposed noise (fan_out), and with 0.8 times its weights. Each
    curve is the geometric mean of six random networks.
    """
    he = finite(he_normal)
    starts: dict[str, Start] = {
        "fan_in": he,
        "fan_out": lambda noise: he(noise.T).T,
        "fan_in x 0.8": lambda noise: 0.8 * he(noise),
    }
    depths = (depth // 4, depth // 2, depth)
    lines = [f"Layers from {first} to {last} units. Gradient at the first layer / gradient at the last:"]
    lines.append(f"{'':14}" + "".join(f"{f'{d} layers':>12}" for d in depths))
    figure, (left, right) = style.new_figure(columns=2, width=8.6, height=3.6)
    alt_parts = []
    for i, (name, start) in enumerate(starts.items()):
        runs = {d: _mean_of_networks(start, _widths(first, last, d)) for d in depths}
        lines.append(f"{name:14}" + "".join(f"{backward[0] / backward[-1]:12.2g}" for _, backward in runs.values()))
        forward, backward = runs[depth]
        look = style.curve(i)
        left.plot(forward, markevery=4, markersize=5, label=name, **look)
        right.plot(backward / backward[-1], markevery=4, markersize=5, label=name, **look)
        alt_parts.append(
            f"{name}: signal from {forward[0]:.2g} to {forward[-1]:.2g}, gradient at the first layer "
            f"{backward[0] / backward[-1]:.2g} of that at the last"
        )
    for axes in (left, right):
        axes.set(xlabel="layer", yscale="log", ylim=(1e-3, 10))
        axes.legend(loc="lower left" if axes is left else "lower right")
    print("\n".join(lines))
    left.set(title="Forward: the signal", ylabel="root mean square of the activations")
    right.set(title="Backward: the gradient", ylabel="rms of ∂L/∂a, last layer = 1")
    style.show(
        figure,
        f"Two panels over {depth} ReLU layers whose widths shrink from {first} to {last}, logarithmic axes. "
        f"{'; '.join(alt_parts)}.",
    )


def _widths(first: int, last: int, depth: int) -> list[int]:
    return np.round(np.geomspace(first, last, depth + 1)).astype(int).tolist()


def _mean_of_networks(start: Start, widths: Sequence[int], networks: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """The geometric means of the rms of the activations and of their gradients, from layer 0 to the last."""
    runs = np.log([_forward_and_backward(start, widths, seed) for seed in range(networks)])
    forward, backward = np.exp(runs.mean(axis=0))
    return forward, backward


def _forward_and_backward(start: Start, widths: Sequence[int], seed: int) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(16, widths[0]))
    weights, on, forward = [], [], [rms(a)]
    for inputs, units in itertools.pairwise(widths):
        weights.append(start(rng.normal(size=(units, inputs))))
        z = a @ weights[-1].T
        on.append(z > 0)
        a = relu(z)
        forward.append(rms(a))
    gradient = rng.normal(size=a.shape)
    backward = [rms(gradient)]
    for weight, mask in zip(reversed(weights), reversed(on), strict=True):
        gradient = (gradient * mask) @ weight
        backward.insert(0, rms(gradient))
    return forward, backward


# ---------------------------------------------------------------- which start for which activation


@experiment
def every_start(lecun_normal: Callable, he_normal: Callable, he_uniform: Callable) -> None:
    """Six activation functions with four starts: what is left at layer 50, and how much of it depends on the input.

    he_uniform is used with the slope that nn.Linear passes, the root of 5.
    """
    uniform = finite(he_uniform)
    starts: dict[str, Start] = {
        "nn.Linear's\nvariance": lambda noise: uniform(_normal_to_uniform(noise), 5**0.5),
        "LeCun\n(Glorot, if square)": finite(lecun_normal),
        "He": finite(he_normal),
        "standard\ndeviation 1": scaled(1.0),
    }
    functions: dict[str, Callable] = {
        "tanh": np.tanh,
        "logistic": logistic,
        "ReLU": relu,
        "leaky ReLU": leaky_relu,
        "ELU": elu,
        "SELU": selu,
    }
    figure, axes = style.new_figure(width=7.8, height=4.0)
    axes.grid(False)
    alt_parts = []
    for row, (name, phi) in enumerate(functions.items()):
        for column, (start_name, start) in enumerate(starts.items()):
            last = layers(phi, start)[-1]
            size, spread = rms(last), float(last.std(axis=0).mean())
            fine = 0.02 < spread < 5
            axes.add_patch(_cell(column, row, style.SKY if fine else style.PAPER))
            words = f"{_short(size)}   |   {_short(spread)}"
            axes.text(column, row, words, ha="center", va="center", weight="bold" if fine else "normal")
            alt_parts.append(f"{name} with {start_name.replace(chr(10), ' ')}: {_short(spread)}")
    axes.set_xticks(range(len(starts)), starts)
    axes.set_yticks(range(len(functions)), functions)
    axes.set(xlim=(-0.5, len(starts) - 0.5), ylim=(len(functions) - 0.5, -0.5))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.xaxis.tick_top()
    figure.suptitle("Layer 50: root mean square  |  spread over the inputs", x=0.01, ha="left", fontsize=11)
    style.show(
        figure,
        "A table of six activation functions and four starts. Each cell holds the root mean square of the activations "
        "of layer 50 and their standard deviation over the inputs; cells whose spread is between 0.02 and 5 are blue. "
        f"Spreads: {'; '.join(alt_parts)}.",
    )


def _normal_to_uniform(noise: np.ndarray) -> np.ndarray:
    """Uniform numbers in [0, 1) from normal ones: their ranks."""
    order = noise.ravel().argsort().argsort()
    return ((order + 0.5) / noise.size).reshape(noise.shape)


def _cell(column: int, row: int, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.48, row - 0.44), 0.96, 0.88, facecolor=colour, edgecolor=style.GREY, alpha=0.55)


def _short(value: float) -> str:
    """0.56, 41, 3e-20."""
    if not np.isfinite(value):
        return "∞"
    if 0.01 <= value < 1000:
        return f"{value:.2g}" if value < 100 else f"{value:.0f}"
    return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


# ---------------------------------------------------------------- truncation


@experiment
def cut_tails(truncated_normal: Callable, *, prediction: float | None = None, count: int = 200_000) -> None:
    """The histogram of your truncated normal numbers beside that of clipped ones, and their standard deviations.

    prediction: the standard deviation of the truncated numbers that you expect, where std = 1 and cut = 2.
    """
    candidates = np.random.default_rng(0).normal(size=(12, count))
    redrawn = checked(truncated_normal, (count,))(candidates, 1.0, 2.0)
    clipped = np.clip(candidates[0], -1.9999, 1.9999)
    figure, axes = style.new_figure(height=3.3)
    bins = np.linspace(-4, 4, 121)
    curves = {"normal": candidates[0], "clipped at ±2": clipped, "redrawn until within ±2": redrawn}
    alt_parts = []
    for i, (name, numbers) in enumerate(curves.items()):
        look = {"color": (style.GREY, style.RED, style.BLUE)[i], "linestyle": (":", "--", "-")[i], "linewidth": 1.8}
        alt_parts.append(f"{name}: standard deviation {numbers.std():.4f}")
        axes.hist(numbers, bins=bins, density=True, histtype="step", label=alt_parts[-1], **look)
    if (guess := as_number(prediction, least=0)) is not None:
        print(f"You expected {guess:.3f}; your truncated numbers have {redrawn.std():.4f}.")
    axes.set(xlabel="weight / std", ylabel="density", ylim=(0, 0.62), title="Two ways to have no outliers")
    axes.legend(loc="upper left", fontsize=9)
    axes.annotate("2.3 % of all weights\nin each heap", (2.0, 0.37), (2.35, 0.42), arrowprops={"arrowstyle": "->"})
    style.show(
        figure,
        "Densities of normal numbers, of clipped ones, which pile up at -2 and 2, and of redrawn ones, which end at -2 "
        f"and 2 without a pile and are slightly higher in between. {'; '.join(alt_parts)}.",
    )


# ---------------------------------------------------------------- depth


@experiment
def depth_with_defaults(
    he_uniform: Callable,
    *,
    depths: Sequence[int] = (2, 5, 10),
    learning_rates: Sequence[float] = (0.003, 0.01, 0.03, 0.1),
    epochs: int = 10,
    prediction: dict[str, float | None] | None = None,
) -> None:
    """Train ReLU networks of several depths, from your He weights and from the weights and biases of a fresh nn.Linear.

    Each network gets the learning rate, of four, with the lowest loss over the last epoch.
    prediction: the share of right answers that you expect from 10 hidden layers, for "He" and "default".
    """
    uniform = finite(he_uniform)
    starts = {"He": (lambda u: uniform(u, 0.0), 0.0), "default": (lambda u: uniform(u, 5**0.5), 1.0)}
    figure, axes = style.new_figure(columns=len(depths), width=8.8, height=3.3, sharey=True)
    alt_parts = []
    lines = [f"{'hidden layers':14}{'start':>9}{'learning rate':>15}{'last loss':>11}{'accuracy':>10}"]
    for panel, depth in zip(np.atleast_1d(axes), depths, strict=True):
        for i, (name, (start, bias)) in enumerate(starts.items()):
            runs = {rate: _train_relu_network(start, bias, depth, rate, epochs) for rate in learning_rates}
            rate = min(runs, key=lambda rate: _last(runs[rate][0]))
            losses, accuracy = runs[rate]
            guess = _prediction(prediction, name) if depth == max(depths) else None
            expected = "" if guess is None else f"  (you expected {guess:.0%})"
            lines.append(f"{depth:<14}{name:>9}{rate:>15g}{_last(losses):>11.3f}{accuracy:>10.0%}{expected}")
            look = style.curve(i)
            panel.plot(range(1, epochs + 1), losses, markersize=4, label=f"{name}: {accuracy:.0%} right", **look)
            alt_parts.append(f"{depth} hidden layers, {name}: {accuracy:.0%} right")
        panel.axhline(GUESSING, color=style.GREY, linewidth=1.2, linestyle=":")
        panel.set(title=f"{depth} hidden layers", xlabel="epoch", xlim=(0.5, epochs + 0.5), ylim=(-0.05, 3.3))
        panel.legend(loc="upper right")
    print("\n".join(lines))
    np.atleast_1d(axes)[0].set_ylabel("training loss")
    np.atleast_1d(axes)[0].text(epochs, GUESSING - 0.05, "guessing", ha="right", va="top", color=style.GREY)
    style.show(
        figure,
        f"Training loss over {epochs} epochs for networks of {', '.join(map(str, depths))} hidden layers, from He "
        f"weights and from nn.Linear's default. {'; '.join(alt_parts)}.",
    )


def _last(losses: np.ndarray) -> float:
    return float(losses[-1]) if np.isfinite(losses[-1]) else np.inf


def _train_relu_network(
    start: Start, bias: float, depth: int, rate: float, epochs: int, width: int = 64
) -> tuple[np.ndarray, float]:
    """The mean loss of each epoch and the accuracy on the validation images.

    start: uniform noise -> weights. bias: the biases start uniform within bias / sqrt(fan_in).
    """
    rng = np.random.default_rng(0)
    x, y, x_validation, y_validation = digits("float32")
    sides = list(itertools.pairwise([64, *[width] * depth, 10]))
    weights = [start(rng.random((units, inputs))).astype(np.float32) for inputs, units in sides]
    biases = [(bias * rng.uniform(-1, 1, units) / inputs**0.5).astype(np.float32) for inputs, units in sides]
    network = Networks(weights, biases=biases, units_first=True)
    momentum = Momentum(network.parameters)
    losses = []
    for _ in range(epochs):
        found = []
        for rows in np.array_split(rng.permutation(len(x)), len(x) // BATCH):
            scores, gradients = network.gradients(x[rows], y[rows])
            found.append(float(cross_entropy(scores, y[rows])))
            momentum.step(gradients, rate)
        losses.append(np.mean(found))
    return np.array(losses), float(network.accuracy(x_validation, y_validation))

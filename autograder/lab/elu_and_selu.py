"""Experiments with ELU and SELU: a signal on its way through deep networks, and networks that are trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from autograder.lab import style
from autograder.lab.activations import ACTIVATIONS, SELU_ALPHA, SELU_SCALE, Activation, relu
from autograder.lab.activations import selu as pytorchs_selu
from autograder.lab.experiment import experiment, offered
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import Networks, normal_weights
from autograder.lab.students import UnusableResult, as_number
from autograder.lab.training import Momentum, minibatches_by_seed

LECUN, HE = 1.0, 2.0
"""Gains: the variance of a weight is gain / fan_in."""
KNOWN = {"relu": ("ReLU", HE), "elu": ("ELU", HE), "selu": ("SELU", LECUN)}
"""Name of a function -> its name in a legend and the gain that goes with it; other functions get HE."""
WIDTH, SAMPLES = 100, 200
SHOWN = (1e-3, 1e4)
"""The standard deviations between which `what_breaks_self_normalization` draws; others get an arrowhead."""


@offered
def standard_normal() -> tuple[np.ndarray, np.ndarray]:
    """The standard normal distribution as 80 numbers z and their probabilities.

    A sum over f(z) * probability is the mean of f(z) to some 13 digits for every f that is smooth on each side of 0
    (Gauss-Legendre quadrature on [-12, 0] and on [0, 12]).
    """
    nodes, weights = np.polynomial.legendre.leggauss(40)
    right = 6 * (nodes + 1)
    half = 6 * weights * np.exp(-(right**2) / 2) / np.sqrt(2 * np.pi)
    return np.concatenate([-right[::-1], right]), np.concatenate([half[::-1], half])


def require(*functions: Callable) -> None:
    """Raise UnusableResult unless each function maps an array to a finite array of its shape."""
    z = np.linspace(-3, 3, 10).reshape(2, 5)
    for function in functions:
        try:
            value = np.asarray(function(z.copy()), dtype=float)
        except (TypeError, ValueError, IndexError):
            value = np.array(np.nan)
        if value.shape != z.shape or not np.isfinite(value).all():
            name = getattr(function, "__name__", "the function")
            raise UnusableResult(
                f"{name} does not return an array of finite numbers with the shape of its input: check it first."
            )


def layers(
    activation: Callable,
    gain: float,
    depth: int,
    *,
    inputs: tuple[float, float] = (0.0, 1.0),
    regularize: Callable | None = None,
    skip: bool = False,
    seed: int = 0,
) -> Iterator[np.ndarray]:
    """The inputs and then the activations of each layer: `SAMPLES` rows, `WIDTH` columns, normal random weights.

    inputs: mean and standard deviation of the inputs. regularize: (activations, rng) -> activations, a kind of dropout.
    skip: whether each layer adds its input to its output.
    """
    rng = np.random.default_rng(seed)
    a = rng.normal(*inputs, (SAMPLES, WIDTH))
    yield a
    for _ in range(depth):
        z = a @ rng.normal(0, np.sqrt(gain / WIDTH), (WIDTH, WIDTH))
        a = activation(z) + a if skip else activation(z)
        if regularize:
            a = regularize(a, rng)
        yield a


def dropout(a: np.ndarray, rng: np.random.Generator, p: float = 0.2) -> np.ndarray:
    """Ordinary (inverted) dropout: a unit becomes 0 with probability p."""
    return a * (rng.random(a.shape) >= p) / (1 - p)


def alpha_dropout(a: np.ndarray, rng: np.random.Generator, p: float = 0.2) -> np.ndarray:
    """Dropout for SELU: a unit becomes -scale * alpha, then all are scaled and shifted back to mean 0, variance 1."""
    low = -SELU_SCALE * SELU_ALPHA
    stretch = ((low**2 * p + 1) * (1 - p)) ** -0.5
    return stretch * np.where(rng.random(a.shape) >= p, a, low) - stretch * low * p


def likeness(a: np.ndarray) -> float:
    """The mean cosine of the angle between the rows of a: 0 for unrelated ones, 1 for the same direction."""
    unit = a / np.linalg.norm(a, axis=1, keepdims=True)
    count = len(a)
    return float(((unit @ unit.T).sum() - count) / (count * (count - 1)))


@experiment
def elu_family(elu: Callable, elu_backward: Callable, alphas: tuple[float, ...] = (0.5, 1.0, 2.0)) -> None:
    """Your ELU and its derivative for several alpha."""
    require(elu, lambda z: elu_backward(np.ones_like(z), z))
    z = np.linspace(-5, 3, 801)
    figure, (left, right) = style.new_figure(columns=2, width=8.2, height=3.2)
    for alpha, colour, line in zip(alphas, style.COLOURS, style.LINES, strict=False):
        left.plot(z, elu(z, alpha), color=colour, linestyle=line, label=f"α = {alpha:g}")
        for side in (z <= 0, z > 0):
            slope = elu_backward(np.ones_like(z[side]), z[side], alpha)
            right.plot(z[side], slope, color=colour, linestyle=line, label=f"α = {alpha:g}" if side[0] else None)
    for axes in (left, right):
        axes.axvline(0, color=style.GREY, linewidth=0.8)
        axes.axhline(0, color=style.GREY, linewidth=0.8)
        axes.set(xlabel="z", xlim=(-5, 3))
        axes.legend()
    left.set(title="ELU levels off at −α", ylabel="φ(z)")
    right.set(title="Its slope jumps at 0 unless α = 1", ylabel="φ′(z)")
    style.show(
        figure,
        "Left: ELU for alpha 0.5, 1 and 2, levelling off at minus alpha for negative z. Right: the slopes, which rise "
        "from 0 to alpha up to z = 0 and are 1 after it, so that only alpha = 1 has no jump.",
    )


@experiment
def likeness_by_layer(
    *activations: Callable, depth: int = 20, prediction: dict[str, float | None] | None = None
) -> None:
    """ReLU beside functions of yours: mean activation, and how alike unrelated inputs become, layer by layer.

    prediction: the likeness after the last layer that you expect, by the function's name; drawn as hollow markers.
    """
    require(*activations)
    figure, (left, right) = style.new_figure(columns=2, width=8.6, height=3.4)
    said, names = [], []
    for function, colour, marker in zip([relu, *activations], style.COLOURS, style.MARKERS, strict=False):
        name = getattr(function, "__name__", "yours")
        title, gain = KNOWN.get(name, (name, HE))
        signal = list(layers(function, gain, depth))
        means = [a.mean() / np.sqrt(np.mean(a**2)) for a in signal]
        alike = [likeness(a) for a in signal]
        label = f"{title} ({'LeCun' if gain == LECUN else 'He'})"
        look = {"color": colour, "marker": marker, "markersize": 4, "markevery": 2}
        left.plot(range(depth + 1), means, label=label, **look)
        right.plot(range(depth + 1), alike, label=label, **look)
        expected = as_number((prediction or {}).get(name))
        if expected is not None:
            right.plot(depth + 1, expected, marker=marker, color=colour, fillstyle="none", markersize=10, clip_on=False)
        said.append(f"{label}: likeness {alike[-1]:.2f}" + ("" if expected is None else f", predicted {expected:.2f}"))
        names.append(label)
    left.set(xlabel="layer", ylabel="mean activation / rms", ylim=(-0.1, 1.05), title="The mean the units share")
    right.set(xlabel="layer", ylabel="mean cosine of two inputs", ylim=(-0.05, 1.05))
    right.set_title("Likeness of two unrelated inputs")
    left.legend()
    print(f"After {depth} layers. " + "; ".join(said))
    style.show(
        figure,
        f"Over {depth} layers, for {', '.join(names)}: the mean activation as a part of its root mean "
        f"square, and the mean cosine between two unrelated inputs. {'; '.join(said)}. Hollow markers: the prediction.",
    )


def next_mean_square(activation: Callable, mean_square: np.ndarray, gain: float) -> np.ndarray:
    """The mean square of a wide layer's activations, given that of the layer before."""
    z, probability = standard_normal()
    return np.array([np.sum(probability * activation(np.sqrt(gain * q) * z) ** 2) for q in mean_square])


@experiment
def compare_constants(self_normalizing_constants: Callable) -> None:
    """Your constants for standard normal inputs, beside the two that PyTorch's SELU is made of."""
    try:
        alpha, scale = (float(number) for number in self_normalizing_constants(*standard_normal()))
    except (TypeError, ValueError):
        raise UnusableResult(
            "self_normalizing_constants must return two numbers, alpha and scale: check it first."
        ) from None
    theirs = pytorchs_selu(np.array([1.0, -np.inf]))
    print(f"           {'yours':>18} {'inside F.selu':>18}")
    print(f"alpha      {alpha:18.13f} {-theirs[1] / theirs[0]:18.13f}")
    print(f"scale      {scale:18.13f} {theirs[0]:18.13f}")


@experiment
def mean_square_map(selu: Callable) -> None:
    """From one layer's mean square to the next one's, with the staircases that lead to SELU's fixed point."""
    require(selu)
    q = np.geomspace(0.02, 50, 161)
    figure, axes = style.new_figure(width=6.2, height=4.6)
    axes.plot(q, q, color=style.GREY, linewidth=1.2, label="unchanged (ReLU with He: exactly this)")
    lines = {
        "SELU with LeCun": (selu, LECUN, style.BLUE, "-"),
        "SELU with He": (selu, HE, style.RED, "--"),
        "ReLU with LeCun": (relu, LECUN, style.GREEN, "-."),
    }
    for label, (function, gain, colour, line) in lines.items():
        axes.plot(q, next_mean_square(function, q, gain), color=colour, linestyle=line, label=label)
    for start in (0.04, 25.0):
        axes.plot(*_staircase(selu, start, steps=12), color=style.BLACK, linewidth=0.9)
        axes.plot(start, start, marker="o", color=style.BLACK, markersize=4)
    axes.plot(1, 1, marker="*", color=style.ORANGE, markersize=16, markeredgecolor=style.BLACK, linestyle="none")
    axes.annotate(
        "the fixed point:\nmean square 1", xy=(1.06, 0.94), xytext=(1.9, 0.2), arrowprops={"arrowstyle": "->"}
    )
    axes.set(
        xscale="log", yscale="log", xlabel="mean square of a layer's activations", xlim=(0.02, 50), ylim=(0.02, 50)
    )
    axes.set(ylabel="mean square of the next layer's", title="SELU with LeCun's weights pulls every mean square to 1")
    axes.legend(loc="upper left")
    slope = float(np.diff(next_mean_square(selu, np.array([0.999, 1.001]), LECUN))[0] / 0.002)
    growth = float(next_mean_square(selu, np.array([1e8]), HE)[0] / 1e8)
    print(f"Near 1, a deviation shrinks to {slope:.2f} of itself with every layer (SELU with LeCun).")
    print(f"Far above 1, SELU with He multiplies the mean square by {growth:.4f} with every layer.")
    style.show(
        figure,
        "Mean square of the next layer's activations against that of this layer, on logarithmic axes, with the "
        f"diagonal and staircases that begin at 0.04 and 25. SELU with LeCun weights has the slope {slope:.2f} at 1; "
        f"SELU with He weights multiplies large mean squares by {growth:.2f}; ReLU with LeCun weights halves all.",
    )


def _staircase(activation: Callable, start: float, steps: int) -> tuple[list[float], list[float]]:
    """The corners of the path: up or down to the curve, across to the diagonal, and so on."""
    x, y, q = [start], [start], start
    for _ in range(steps):
        following = float(next_mean_square(activation, np.array([q]), LECUN)[0])
        x += [q, following]
        y += [following, following]
        q = following
    return x, y


@experiment
def through_100_layers(selu: Callable, *, prediction: dict[str, float | None] | None = None) -> None:
    """Mean and standard deviation of your SELU's activations through 100 layers, with LeCun's and with He's weights.

    prediction: the standard deviation after 100 layers that you expect, for "LeCun" and for "He"; hollow markers.
    """
    require(selu)
    figure, (left, right) = style.new_figure(columns=2, width=8.6, height=3.4)
    alt_parts = []
    styles = {"LeCun": (LECUN, style.BLUE, "-", "o"), "He": (HE, style.RED, "--", "s")}
    for name, (gain, colour, line, marker) in styles.items():
        signal = list(layers(selu, gain, 100))
        means, deviations = [a.mean() for a in signal], [a.std() for a in signal]
        look = {"color": colour, "linestyle": line, "marker": marker, "markevery": 20, "markersize": 5}
        left.plot(means, label=name, **look)
        right.plot(deviations, label=name, **look)
        expected = as_number((prediction or {}).get(name))
        if expected is not None and expected > 0:
            right.plot(103, expected, marker=marker, color=colour, fillstyle="none", markersize=11, clip_on=False)
        predicted = "" if expected is None else f" (predicted: {expected:g})"
        alt_parts.append(
            f"{name}: after 100 layers mean {means[-1]:.3g}, standard deviation {deviations[-1]:.3g}{predicted}."
        )
        print(alt_parts[-1])
    for axes in (left, right):
        axes.set_xlabel("layer")
        axes.set_xlim(0, 104)
        axes.legend()
    left.set(title="Mean of the activations", ylabel="mean")
    left.set_yscale("symlog", linthresh=1)
    left.set_ylim(bottom=min(-1, left.get_ylim()[0]) if min(left.lines[0].get_ydata()) < -1 else -1)
    right.set(title="Their standard deviation", ylabel="standard deviation", yscale="log")
    if right.get_ylim()[0] > 0.1:
        right.set_ylim(bottom=0.1)
    style.show(
        figure,
        "Mean and standard deviation of the activations against the layer, 0 to 100, the standard deviation on a "
        f"logarithmic axis. {' '.join(alt_parts)} Hollow markers: the prediction.",
    )


@experiment
def what_breaks_self_normalization(selu: Callable, depth: int = 100) -> None:
    """The standard deviation after 100 layers of your SELU, with one condition broken at a time."""
    require(selu)
    conditions: dict[str, dict] = {
        "all conditions kept": {},
        "inputs with mean 3, std 10": {"inputs": (3.0, 10.0)},
        "alpha dropout, 20 %": {"regularize": alpha_dropout},
        "dropout, 20 %": {"regularize": dropout},
        "weights 10 % smaller": {"gain": 0.9**2},
        "PyTorch's gain for SELU, 3/4": {"gain": 0.75**2},
        "nn.Linear's default variance": {"gain": 1 / 3},
        "He weights": {"gain": HE},
        "input added to output": {"skip": True},
    }
    found = {}
    for name, options in conditions.items():
        *_, last = layers(selu, options.pop("gain", LECUN), depth, **options)
        found[name] = (float(last.mean()), float(last.std()))
    width = max(map(len, found))
    print(f"{'after ' + str(depth) + ' layers':{width}}       mean        std")
    for name, (mean, deviation) in found.items():
        print(f"{name:{width}} {mean:10.3g} {deviation:10.3g}")
    figure, axes = style.new_figure(width=7.6, height=3.6)
    places = range(len(found))[::-1]
    axes.axvline(1, color=style.GREY, linewidth=1.2)
    for place, (_, deviation) in zip(places, found.values(), strict=True):
        look = {"color": style.BLUE, "marker": "o"} if 0.9 < deviation < 1.1 else {"color": style.RED, "marker": "s"}
        shown = min(max(deviation, SHOWN[0]), SHOWN[1])
        if shown != deviation:
            look["marker"] = "<" if deviation < shown else ">"
        axes.plot([1, shown], [place, place], markevery=[1], **look)
        words = f"{deviation:.3g}" if 0.01 < deviation < 1000 else _power_of_ten(deviation)
        side, away = ("right", -9) if deviation < 0.9 else ("left", 9)
        axes.annotate(words, (shown, place), xytext=(away, 0), textcoords="offset points", va="center", ha=side)
    axes.set_yticks(places, found)
    axes.set(xscale="log", xlabel=f"standard deviation after {depth} layers", title="What breaks self-normalization")
    axes.set_xlim(SHOWN[0] / 20, SHOWN[1] * 5)
    style.show(
        figure,
        f"Standard deviation after {depth} SELU layers on a logarithmic axis: "
        + "; ".join(f"{name} {deviation:.2g}" for name, (_, deviation) in found.items())
        + ".",
    )


def _power_of_ten(number: float) -> str:
    """A number as "4·10^-9"."""
    digit, exponent = f"{number:.0e}".split("e")
    return f"${digit}\\cdot10^{{{int(exponent)}}}$"


# ---------------------------------------------------------------- training

SEEDS, UNITS, BATCH, CHOOSING = 5, 32, 64, 360
"""Networks for each learning rate, units of a layer, images of a batch, images on which the learning rate is chosen."""


@dataclass(frozen=True, eq=False)
class Setting:
    """How deep the networks are and how they are trained."""

    depth: int
    epochs: int
    rates: tuple[float, ...]


SHALLOW = Setting(depth=3, epochs=10, rates=(0.03, 0.1, 0.3))
DEEP = Setting(depth=10, epochs=12, rates=(0.01, 0.03))


def train(activation: Activation, setting: Setting) -> tuple[float, np.ndarray]:
    """The best learning rate, chosen on images set apart for that, and the accuracies on the validation images."""
    x, y, x_validation, y_validation = digits("float32")
    x_choose, y_choose, x, y = x[:CHOOSING], y[:CHOOSING], x[CHOOSING:], y[CHOOSING:]
    widths = [x.shape[1], *[UNITS] * setting.depth, 10]
    start = normal_weights(np.random.default_rng(0), widths, activation.gain, last_gain=1.0, networks=SEEDS)
    copies = len(setting.rates)
    networks = Networks([np.tile(weight, (copies, 1, 1)) for weight in start], activation)
    momentum = Momentum(networks.parameters)
    rates = np.repeat(np.array(setting.rates, np.float32), SEEDS)[:, None, None]
    rngs = [np.random.default_rng([1, seed]) for seed in range(SEEDS)]

    def accuracies(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return networks.accuracy(x, y).reshape(copies, SEEDS)

    with np.errstate(all="ignore"):
        for _ in range(setting.epochs):
            for rows in minibatches_by_seed(rngs, len(x), BATCH, copies=copies):
                momentum.step(networks.gradients(x[rows], y[rows])[1], rates)
        best = int(accuracies(x_choose, y_choose).mean(axis=1).argmax())
        return setting.rates[best], accuracies(x_validation, y_validation)[best]


def in_float32(function: Callable, backward: Callable, gain: float) -> Activation:
    """A student's function and its backward function, (dout, z) -> dz, whatever the dtype they return."""
    return Activation(
        lambda z: np.asarray(function(z), np.float32),
        lambda dout, z, a: np.asarray(backward(dout, z), np.float32),
        gain,
    )


@experiment
def compare_activations(
    elu: Callable,
    elu_backward: Callable,
    selu: Callable,
    selu_backward: Callable,
    *,
    prediction: list[str] | None = None,
) -> None:
    """Train networks with your ELU and SELU and with five other functions on the digits, and show every result.

    prediction: the names in the order you expect for the deep network, best first.
    """
    require(elu, selu, lambda z: elu_backward(z, z), lambda z: selu_backward(z, z))
    activations = {
        "SELU": in_float32(selu, selu_backward, gain=1.0),
        "ELU": in_float32(elu, elu_backward, gain=2.0),
        **{name: ACTIVATIONS[name] for name in ("leaky ReLU", "ReLU", "GELU", "tanh", "logistic")},
    }
    figure, panels = style.new_figure(columns=2, width=8.8, height=3.6, sharey=True)
    alt_parts, orders = [], []
    for axes, setting in zip(panels, (SHALLOW, DEEP), strict=True):
        found = {name: train(activation, setting) for name, activation in activations.items()}
        print(f"{setting.depth} hidden layers    learning rate   accuracy: mean    lowest   highest")
        for place, (name, (_, accuracy)) in enumerate(reversed(found.items())):
            colour = style.BLUE if name in ("SELU", "ELU") else style.BLACK
            axes.plot(100 * accuracy, np.full(SEEDS, place), marker="o", linestyle="none", color=colour, alpha=0.6)
            axes.plot(100 * accuracy.mean(), place, marker="|", markersize=18, markeredgewidth=2.5, color=style.RED)
        for name, (rate, accuracy) in found.items():
            line = (accuracy.mean(), accuracy.min(), accuracy.max())
            print(f"   {name:16} {rate:10g} " + "".join(f"{100 * number:14.1f}" for number in line[:1]), end="")
            print("".join(f"{100 * number:10.1f}" for number in line[1:]))
        axes.set_yticks(range(len(found)), list(found)[::-1])
        axes.set(
            xlabel="accuracy on 360 unseen digits, % (blue: your functions)", title=f"{setting.depth} hidden layers"
        )
        axes.set(xlim=(85, 100), ylim=(-0.6, len(found) - 0.4))
        for place, (_, accuracy) in enumerate(reversed(found.values())):
            if accuracy.mean() < 0.85:
                note = f"← {100 * accuracy.min():.0f} to {100 * accuracy.max():.0f} %"
                axes.text(85.3, place, note, va="center", color=style.BLACK)
        orders.append(sorted(found, key=lambda name: -found[name][1].mean()))
        alt_parts.append(
            f"{setting.depth} hidden layers: " + ", ".join(f"{n} {100 * found[n][1].mean():.1f}" for n in orders[-1])
        )
    if prediction and all(isinstance(name, str) for name in prediction):
        print("Your order for the deep network:", " > ".join(prediction))
        print("Its means, in order:            ", " > ".join(orders[1]))
    style.show(
        figure,
        f"Accuracy of {SEEDS} networks with each activation function, in percent of 360 unseen digits; the mean is a "
        f"red bar. Means: {'; '.join(alt_parts)}.",
    )


@experiment
def time_activations(elu: Callable, selu: Callable) -> None:
    """How long ReLU, your ELU, your SELU, and the matrix product in front of them take for one layer."""
    require(elu, selu)
    rng = np.random.default_rng(0)
    a = rng.normal(size=(256, 1000)).astype(np.float32)
    weight = rng.normal(size=(1000, 1000)).astype(np.float32) / np.float32(32)
    z = a @ weight
    jobs = {
        "ReLU": lambda: np.maximum(z, 0),
        "your ELU": lambda: elu(z),
        "your SELU": lambda: selu(z),
        "matrix product": lambda: a @ weight,
    }
    print("One layer of 1000 units on 256 samples in NumPy; your machine, this moment:")
    for name, job in jobs.items():
        print(f"   {name:16}{1000 * min(_seconds(job) for _ in range(7)):8.2f} ms")


def _seconds(job: Callable) -> float:
    started = time.perf_counter()
    job()
    return time.perf_counter() - started

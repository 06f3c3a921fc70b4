"""Experiments with batch normalization: what it does to a batch, to a gradient, to deep networks, and in float32."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograder.exercises.recorded import pytorch_is_here
from autograder.lab import style
from autograder.lab.activations import ACTIVATIONS
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import Networks, weights_by_seed
from autograder.lab.pytorch_race import gpu
from autograder.lab.students import UnusableResult, arrays, as_number, as_share
from autograder.lab.training import gradient_descent_step, minibatches

MOMENTUM, EPS = 0.1, 1e-5
DEPTH, WIDTH, BATCH, SEEDS = 10, 50, 32, 3
"""Hidden layers, units of each, images of a batch, and networks that are trained alike."""
RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)

Step = tuple[Callable, Callable, Callable]
"""A student's batch_norm_train, batch_norm_evaluate and batch_norm_backward."""


def require_all(*functions: Callable | None) -> None:
    """Raise UnusableResult unless these functions of this notebook, in the order train, evaluate, backward, work."""
    x = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    one, zero = np.ones(4, np.float32), np.zeros(4, np.float32)
    calls = (
        ((x, one, zero, zero, one, MOMENTUM, EPS), ((6, 4), (4,), (4,))),
        ((x, one, zero, zero, one, EPS), ((6, 4),)),
        ((x[::-1], x, one, EPS), ((6, 4), (4,), (4,))),
    )
    for function, (arguments, shapes) in zip(functions, calls, strict=False):
        if function is not None:
            arrays(function, arguments, *shapes)


class Normalized(Networks):
    """Networks of one shape with a student's batch normalization in front of every activation, or without.

    One network for each learning rate; seeds: of their first weights. What a normalization learns, gamma and beta, is
    in `added`; before it a bias would be of no use. Channels of different networks never meet, so one call with
    networks * units channels serves them all.
    """

    def __init__(
        self, activation: str, rates: Sequence[float] | np.ndarray, seeds: Sequence[int], step: Step | None
    ) -> None:
        gain = ACTIVATIONS[activation].gain
        super().__init__(
            weights_by_seed(seeds, [64, *[WIDTH] * DEPTH, 10], gain, last_gain=1.0), ACTIVATIONS[activation]
        )
        self.rates, self.step = np.asarray(rates, np.float32)[:, None, None], step
        if step is not None:
            shape = (len(seeds), 1, WIDTH)
            self.biases[:-1] = [None] * DEPTH
            self.added = [[np.ones(shape, np.float32), np.zeros(shape, np.float32)] for _ in range(DEPTH)]
        self.means = [np.zeros(len(seeds) * WIDTH, np.float32) for _ in range(DEPTH)]
        self.variances = [np.ones(len(seeds) * WIDTH, np.float32) for _ in range(DEPTH)]

    def _columns(self, array: np.ndarray) -> np.ndarray:
        """(networks, images, units) as (images, networks * units)."""
        return array.transpose(1, 0, 2).reshape(array.shape[1], -1)

    def _networks(self, columns: np.ndarray) -> np.ndarray:
        """(images, networks * units) as (networks, images, units)."""
        return np.asarray(columns, np.float32).reshape(len(columns), -1, WIDTH).transpose(1, 0, 2)

    def _normalized(self, step: Step, layer: int, z: np.ndarray, mode: str) -> np.ndarray:
        """z after this layer's normalization, with the batch's statistics in "training" and "batch"."""
        train, evaluate, _ = step
        gamma, beta = (array.ravel() for array in self.added[layer])
        mean, variance = self.means[layer], self.variances[layer]
        if mode == "evaluation":
            return self._networks(evaluate(self._columns(z), gamma, beta, mean, variance, EPS))
        if mode == "never updated":
            never = np.zeros_like(mean), np.ones_like(variance)
            return self._networks(evaluate(self._columns(z), gamma, beta, *never, EPS))
        y, *statistics = train(self._columns(z), gamma, beta, mean, variance, MOMENTUM, EPS)
        if mode == "training":
            self.means[layer], self.variances[layer] = (np.asarray(new, np.float32) for new in statistics)
        return self._networks(y)

    def activate(self, layer: int, z: np.ndarray, mode: str) -> tuple[np.ndarray, tuple]:
        """Normalization, then activation. mode: "training", "evaluation", "batch" or "never updated"."""
        normalized = self._normalized(self.step, layer, z, mode) if self.step else z
        a, memory = super().activate(layer, normalized, mode)
        return a, (z, memory)

    def activate_backward(self, layer: int, dout: np.ndarray, memory: tuple) -> tuple[np.ndarray, list[np.ndarray]]:
        """The gradient of z, and those of gamma and beta."""
        before, of_activation = memory
        d, _ = super().activate_backward(layer, dout, of_activation)
        if self.step is None:
            return d, []
        gamma = self.added[layer][0]
        dx, *of_added = self.step[2](self._columns(d), self._columns(before), gamma.ravel(), EPS)
        return self._networks(dx), [np.asarray(found, np.float32).reshape(gamma.shape) for found in of_added]

    def train(self, epochs: int) -> None:
        """Gradient descent on the training images, in a new random order each epoch. Only full batches are used."""
        x, y, _, _ = digits("float32")
        rng = np.random.default_rng(1)
        for _ in range(epochs):
            for rows in minibatches(rng, len(x), BATCH):
                gradient_descent_step(self.parameters, self.gradients(x[rows], y[rows])[1], self.rates)


@experiment
def plot_batch(normalize_channels: Callable) -> None:
    """Draw a batch with two features before and after your normalization, and print its statistics."""
    rng = np.random.default_rng(3)
    common = rng.normal(size=200)
    x = np.stack([4 + 2 * common, -3 + 0.4 * (0.8 * common + 0.6 * rng.normal(size=200))], axis=1)
    arrays(normalize_channels, (x, EPS), x.shape)
    after = np.asarray(normalize_channels(x.copy(), EPS), dtype=float)
    figure, panels = style.new_figure(columns=2, width=7.6, height=3.6, sharex=True, sharey=True)
    alt_parts = []
    for axes, values, name, colour in zip(panels, (x, after), ("before", "after"), style.COLOURS, strict=False):
        axes.axhline(0, color=style.GREY, linewidth=0.8)
        axes.axvline(0, color=style.GREY, linewidth=0.8)
        axes.plot(*values.T, marker="o", linestyle="none", markersize=3.5, alpha=0.5, color=colour)
        axes.set(title=name, xlabel="feature 0", ylabel="feature 1", xlim=(-4, 10), ylim=(-6, 4), aspect="equal")
        (mean0, mean1), (std0, std1) = values.mean(axis=0), values.std(axis=0)
        together = float(np.corrcoef(values.T)[0, 1])
        words = (
            f"means {mean0:.2f} and {mean1:.2f}, standard deviations {std0:.2f} and {std1:.2f}, "
            f"correlation {together:.2f}"
        )
        alt_parts.append(f"{name}: {words}".replace("-0.00", "0.00"))
        print(alt_parts[-1])
    style.show(figure, f"Scatter plot of 200 samples with two features. {'; '.join(alt_parts)}.")


@experiment
def running_statistics(
    batch_norm_train: Callable, *, momenta: Sequence[float] = (0.01, 0.1, 0.5), prediction: float | None = None
) -> None:
    """The running mean and variance over 60 batches of 32 numbers with mean 5 and variance 4, for several momenta.

    prediction: how much of the start is left after 10 batches with momentum 0.1, from 0 to 1.
    """
    require_all(batch_norm_train)
    rng = np.random.default_rng(0)
    batches = rng.normal(5, 2, (60, 32, 1))
    one, zero = np.ones(1), np.zeros(1)
    figure, panels = style.new_figure(columns=2, width=8.2, height=3.3)
    alt_parts = []
    for momentum, colour, line in zip(momenta, style.COLOURS, style.LINES, strict=False):
        path = [(0.0, 1.0)]
        for x in batches:
            mean, variance = (np.array([number]) for number in path[-1])
            _, mean, variance = batch_norm_train(x, one, zero, mean, variance, momentum, EPS)
            path.append((float(np.ravel(mean)[0]), float(np.ravel(variance)[0])))
        for axes, values in zip(panels, np.transpose(path), strict=True):
            axes.plot(values, color=colour, linestyle=line, label=f"momentum {momentum:g}")
        alt_parts.append(f"momentum {momentum:g} ends at {path[-1][0]:.2f} and {path[-1][1]:.2f}")
    for axes, true, name in zip(panels, (5, 4), ("running mean", "running variance"), strict=True):
        axes.axhline(true, color=style.GREY, linewidth=1.2)
        axes.set(xlabel="batches seen", ylabel=name, title=f"{name}; the gray line is the true one")
    panels[0].legend(loc="center right", bbox_to_anchor=(1, 0.62))
    left = np.ones(1)
    for _ in range(10):
        _, left, _ = batch_norm_train(np.zeros((2, 1)), one, zero, np.array(left), one, 0.1, EPS)
    guess = "" if as_share(prediction) is None else f" You predicted {as_share(prediction):.2f}."
    print(f"After 10 batches with momentum 0.1, a share of {float(np.ravel(left)[0]):.2f} of the start is left.{guess}")
    style.show(
        figure,
        "Running mean and running variance against the number of batches; they start at 0 and 1, true are 5 and 4. "
        f"After 60 batches {'; '.join(alt_parts)}.",
    )


@experiment
def noise_of_the_batch(batch_norm_train: Callable, *, prediction: float | None = None) -> None:
    """What one and the same sample is turned into by 300 random batches of each size.

    prediction: by which factor the spread for batches of 4 is larger than that for batches of 64.
    """
    require_all(batch_norm_train)
    rng = np.random.default_rng(5)
    x, _, _, _ = digits()
    unit = x @ rng.normal(0, np.sqrt(1 / 64), (64, 1))
    fixed, others = unit[:1], unit[1:]
    sizes, spread = (4, 16, 64, 256), {}
    figure, axes = style.new_figure(height=3.2)
    for place, size in enumerate(sizes):
        found = []
        for _ in range(300):
            chosen = np.concatenate([fixed, others[rng.choice(len(others), size - 1, replace=False)]])
            y, _, _ = batch_norm_train(chosen, np.ones(1), np.zeros(1), np.zeros(1), np.ones(1), MOMENTUM, EPS)
            found.append(float(np.ravel(y)[0]))
        spread[size] = float(np.std(found))
        across = place + rng.uniform(-0.25, 0.25, len(found))
        axes.plot(across, found, markersize=3, alpha=0.5, **style.dots(place))
        axes.text(place, 1.02, f"std. deviation {spread[size]:.2f}", ha="center", transform=axes.get_xaxis_transform())
    axes.axhline(
        ((fixed - unit.mean()) / unit.std()).item(), color=style.BLACK, linewidth=1.2, label="with all 1437 images"
    )
    axes.set_xticks(range(len(sizes)), [str(size) for size in sizes])
    axes.set(xlabel="images in the batch", ylabel="normalized value")
    axes.set_title("One sample in 300 random batches of each size", pad=20)
    axes.legend(loc="lower right")
    ratio = spread[4] / max(spread[64], 1e-12)
    guess = "" if as_number(prediction) is None else f"; you predicted {as_number(prediction):.1f}"
    print(f"The spread with 4 images is {ratio:.1f} times that with 64 images{guess}.")
    style.show(
        figure,
        "The normalized value of the same sample in random batches. Its standard deviation: "
        + ", ".join(f"{value:.2f} in batches of {size}" for size, value in spread.items())
        + ".",
    )


@experiment
def plot_gradient(batch_norm_backward: Callable) -> None:
    """The gradient that arrives at the output of one channel, and the one that your function sends on to its input."""
    require_all(None, None, batch_norm_backward)
    rng = np.random.default_rng(8)
    x = rng.normal(3, 2, (24, 1))
    x_hat = (x - x.mean()) / x.std()
    dout = 1.5 + 0.9 * x_hat + 0.5 * rng.normal(size=x.shape)
    dx = np.asarray(batch_norm_backward(dout.copy(), x.copy(), np.ones(1), EPS)[0], dtype=float) * x.std()
    figure, panels = style.new_figure(columns=2, width=8.2, height=3.4, sharey=True)
    names = ("what arrives: dout", "what is sent on: dx, times the std. deviation of x")
    alt_parts, distances = [], []
    for axes, values, name, colour in zip(panels, (dout, dx), names, style.COLOURS, strict=False):
        slope, height = np.polyfit(x_hat.ravel(), values.ravel(), 1)
        ends = np.array([x_hat.min(), x_hat.max()])
        axes.axhline(0, color=style.GREY, linewidth=0.8)
        axes.plot(
            ends, height + slope * ends, color=style.BLACK, linewidth=1.5, linestyle="--", label="straight-line fit"
        )
        feet = height + slope * x_hat.ravel()
        distances.append(values.ravel() - feet)
        axes.vlines(x_hat.ravel(), feet, values.ravel(), color=style.GREY, linewidth=1)
        axes.plot(x_hat, values, marker="o", linestyle="none", color=colour)
        axes.set(title=name, xlabel="normalized input")
        line = f"height {height:.2f} and slope {slope:.2f} of the fitted line".replace("-0.00", "0.00")
        alt_parts.append(f"{name.split(':')[0]}: {line}")
    panels[0].set_ylabel("gradient")
    panels[0].legend(loc="upper left")
    same = "the same" if np.allclose(distances[0], distances[1], atol=0.01) else "not the same"
    style.show(
        figure,
        "Gradient against normalized input for 24 samples of one channel, with a fitted straight line. "
        f"{'; '.join(alt_parts)}. The distances of the dots from the line are {same} in both panels.",
    )


@experiment
def signal_and_gradient(batch_norm_train: Callable, batch_norm_backward: Callable, depth: int = 20) -> None:
    """The size of signal and gradient in random ReLU networks whose weights are too small, right, or too large."""
    require_all(batch_norm_train, None, batch_norm_backward)
    figure, panels = style.new_figure(columns=2, width=8.8, height=3.6)
    alt_parts = []
    for normalized in (False, True):
        kinds = zip((0.5, 1.0, 2.0), style.COLOURS, style.MARKERS, (9, 5, 1.5), strict=False)
        for factor, colour, marker, wide in kinds:
            sizes = _through_random_layers(batch_norm_train, batch_norm_backward, factor, depth, normalized)
            name = f"{'batch norm' if normalized else 'plain'}, {factor:g} × He"
            for axes, values in zip(panels, sizes, strict=True):
                look = (
                    {"linewidth": wide}
                    if normalized
                    else {"linestyle": "--", "marker": marker, "markevery": 3, "zorder": 3}
                )
                axes.plot(range(1, depth + 1), values, color=colour, label=name, markersize=4, **look)
            alt_parts.append(
                f"{name}: signal {sizes[0][0]:.2g} in layer 1 and {sizes[0][-1]:.2g} in layer {depth}, gradient "
                f"{sizes[1][-1]:.2g} in layer {depth} and {sizes[1][0]:.2g} in layer 1"
            )
    for axes in panels:
        axes.set(xlabel="layer", yscale="log")
        axes.set_xticks([1, *range(5, depth + 1, 5)])
    panels[0].set(title="The signal", ylabel="std. deviation of ReLU's inputs")
    panels[1].set(title="The gradient", ylabel="its norm at ReLU's inputs")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center")
    style.show(figure, f"Two plots against the layer, on logarithmic axes. {'; '.join(alt_parts)}.")


def _through_random_layers(
    train: Callable, backward: Callable, factor: float, depth: int, normalized: bool, width: int = 100
) -> tuple[list[float], list[float]]:
    """For each layer the standard deviation of the ReLU's inputs and the norm of the gradient with respect to them."""
    rng = np.random.default_rng(0)
    one, zero = np.ones(width), np.zeros(width)
    a = rng.normal(size=(200, width))
    weights, before, z_of = [], [], []
    for _ in range(depth):
        weights.append(rng.normal(0, factor * np.sqrt(2 / width), (width, width)))
        before.append(a @ weights[-1])
        z = train(before[-1], one, zero, zero.copy(), one.copy(), MOMENTUM, EPS)[0] if normalized else before[-1]
        z_of.append(np.asarray(z))
        a = np.maximum(z_of[-1], 0)
    d = rng.normal(size=a.shape)
    d /= np.linalg.norm(d)
    gradients = []
    for weight, x, z in zip(weights[::-1], before[::-1], z_of[::-1], strict=True):
        d = d * (z > 0)
        gradients.append(float(np.linalg.norm(d)))
        d = np.asarray(backward(d, x, one, EPS)[0]) if normalized else d
        d = d @ weight.T
    return [float(z.std()) for z in z_of], gradients[::-1]


@experiment
def accuracy_by_learning_rate(
    batch_norm_train: Callable, batch_norm_evaluate: Callable, batch_norm_backward: Callable, *, epochs: int = 5
) -> None:
    """Train deep networks on the digits at several learning rates, with your batch normalization and without it."""
    step = (batch_norm_train, batch_norm_evaluate, batch_norm_backward)
    require_all(*step)
    _, _, x, y = digits("float32")
    rates, seeds = np.repeat(RATES, SEEDS), [*range(SEEDS)] * len(RATES)
    figure, panels = style.new_figure(columns=2, width=8.2, height=3.5, sharey=True)
    alt_parts = []
    print(f"accuracy, %; rate      {''.join(f'{rate:8g}' for rate in RATES)}")
    for axes, activation in zip(panels, ("logistic", "ReLU"), strict=True):
        for name, used, colour, marker, line in (
            ("plain", None, style.RED, "s", "--"),
            ("with batch norm", step, style.BLUE, "o", "-"),
        ):
            networks = Normalized(activation, rates, seeds, used)
            networks.train(epochs)
            found = 100 * networks.accuracy(x, y).reshape(-1, SEEDS)
            axes.plot(range(len(RATES)), found.mean(axis=1), color=colour, linestyle=line, label=name)
            for column in found.T:
                axes.plot(column, color=colour, marker=marker, linestyle="none", markersize=5, alpha=0.6)
            alt_parts.append(f"{activation} {name}: " + ", ".join(f"{number:.0f}" for number in found.mean(axis=1)))
            print(f"{activation:8} {name:15}" + "".join(f"{number:8.1f}" for number in found.mean(axis=1)))
        axes.axhline(10, color=style.GREY, linewidth=1.2, linestyle=":")
        axes.set_xticks(range(len(RATES)), [f"{rate:g}" for rate in RATES])
        axes.set(title=f"{activation}, {DEPTH} hidden layers", xlabel="learning rate", ylim=(0, 101))
    panels[0].set_ylabel(f"accuracy after {epochs} epochs, %")
    panels[0].legend(loc="center right")
    panels[0].annotate("guessing", (len(RATES) - 1, 10), xytext=(0, 3), textcoords="offset points", ha="right")
    style.show(
        figure,
        f"Accuracy in percent on 360 unseen digits after {epochs} epochs, against the learning rates "
        f"{', '.join(f'{rate:g}' for rate in RATES)}; mean of {SEEDS} networks. {'; '.join(alt_parts)}.",
    )


WAYS = ("running", "batches of 2", "batches of 4", "batches of 16", "batches of 120", "one digit", "never updated")
"""Where the mean and the variance come from in `statistics_in_evaluation`."""


@experiment
def statistics_in_evaluation(
    batch_norm_train: Callable,
    batch_norm_evaluate: Callable,
    batch_norm_backward: Callable,
    *,
    prediction: dict[str, float | None] | None = None,
) -> None:
    """Train a network once, then classify the same unseen digits with mean and variance from different sources.

    prediction: a share of right answers, from 0 to 1, for some of `WAYS`; drawn as red crosses.
    """
    step = (batch_norm_train, batch_norm_evaluate, batch_norm_backward)
    require_all(*step)
    networks = Normalized("ReLU", [0.1] * SEEDS, range(SEEDS), step)
    networks.train(epochs=5)
    _, _, x, y = digits("float32")
    rng = np.random.default_rng(2)
    found = {"running": networks.accuracy(x, y), "never updated": networks.accuracy(x, y, "never updated")}
    for size in (2, 4, 16, 120):
        order = rng.permutation(len(x))
        parts = np.split(order, range(size, len(x), size))
        found[f"batches of {size}"] = _accuracy_in_parts(networks, x, y, [part for part in parts if len(part) > 1])
    found["one digit"] = _accuracy_in_parts(networks, x, y, [np.flatnonzero(y == digit) for digit in range(10)])
    labels = {
        "running": "running statistics",
        "one digit": "batches of one digit (36 on average)",
        "never updated": "mean 0, variance 1: never updated",
    }
    figure, axes = style.new_figure(height=3.5)
    guessed = {way: guess for way in WAYS if (guess := as_share((prediction or {}).get(way))) is not None}
    for place, way in enumerate(WAYS[::-1]):
        values = 100 * found[way]
        axes.barh(place, values.mean(), height=0.55, color=style.BLUE if way == "running" else style.SKY)
        axes.plot(values, np.full(len(values), place), marker="o", linestyle="none", color=style.BLACK, markersize=4)
        axes.text(101, place, f"{values.mean():.0f} %", va="center")
        if way in guessed:
            axes.plot(
                100 * guessed[way], place, marker="X", markersize=10, color=style.RED, linestyle="none", clip_on=False
            )
    axes.set_yticks(range(len(WAYS)), [labels.get(way, way) for way in WAYS[::-1]])
    axes.grid(axis="y", visible=False)
    crosses = " (your predictions: red crosses)" if guessed else ""
    axes.set(xlim=(0, 100), xlabel=f"right answers, % of 360 unseen digits{crosses}")
    axes.set_title("The same trained networks, mean and variance from ...")
    style.show(
        figure,
        f"Accuracy of {SEEDS} trained networks by the source of mean and variance: "
        + ", ".join(f"{labels.get(way, way)} {100 * found[way].mean():.0f} percent" for way in WAYS)
        + ".",
    )


def _accuracy_in_parts(networks: Normalized, x: np.ndarray, y: np.ndarray, parts: list[np.ndarray]) -> np.ndarray:
    """The share of right answers where each part is normalized with its own statistics."""
    right = np.zeros(len(networks.rates))
    for part in parts:
        right += networks.accuracy(x[part], y[part], "batch") * len(part)
    return right / sum(map(len, parts))


# ---------------------------------------------------------------- float32

ROWS, CHANNELS = 4096, 8
OFFSETS = tuple(10.0**power for power in range(7))
SMALLEST = 1e-8
"""Errors below are drawn here: a logarithmic axis has no zero."""

Variance = Callable[[np.ndarray], np.ndarray]


def by_squares(x: np.ndarray) -> np.ndarray:
    """The mean of the squares minus the square of the mean, by channel. x: (rows, channels), float32."""
    mean = x.mean(axis=0)
    return (x * x).mean(axis=0) - mean * mean


def in_pairs(x: np.ndarray) -> np.ndarray:
    """Two passes, each channel in one piece of memory: there NumPy adds partial sums, not one running total."""
    return np.ascontiguousarray(x.T).var(axis=1)


def of_kernel(batch_norm_train: Callable) -> Variance:
    """The batch variance that a student's function puts into its running variance with momentum 1.

    The returned function raises UnusableResult where theirs gives no numbers of the right shape.
    """

    def variance(x: np.ndarray) -> np.ndarray:
        ones, zeros = np.ones(CHANNELS, np.float32), np.zeros(CHANNELS, np.float32)
        returned = batch_norm_train(x.copy(), ones, zeros, zeros.copy(), ones.copy(), 1.0, 1e-5)
        try:
            found = np.asarray(returned[2], dtype=float)
        except (TypeError, ValueError, IndexError):
            found = np.zeros(0)
        if found.shape != (CHANNELS,):
            raise UnusableResult(
                "Your batch_norm_train does not return (y, running_mean, running_var) yet. Check it first."
            )
        return found * (ROWS - 1) / ROWS

    return variance


def of_pytorch(device: str) -> Variance:
    """PyTorch's batch variance on a device, in the same way."""

    def variance(x: np.ndarray) -> np.ndarray:
        import torch
        import torch.nn.functional as F

        running = torch.ones(CHANNELS, device=device)
        F.batch_norm(torch.tensor(x, device=device), torch.zeros_like(running), running, training=True, momentum=1.0)
        return running.cpu().numpy().astype(float) * (ROWS - 1) / ROWS

    return variance


def relative_errors(variance: Variance) -> list[float]:
    """The largest error among the channels for each offset, as a share of the true variance."""
    noise = np.random.default_rng(0).standard_normal((ROWS, CHANNELS))
    errors = []
    for offset in OFFSETS:
        x = (offset + noise).astype(np.float32)
        true = x.astype(np.float64).var(axis=0)
        errors.append(float(np.max(np.abs(variance(x) - true) / true)))
    return errors


@experiment
def variance_in_float32(batch_norm_train: Callable) -> None:
    """Feed batches of variance 1 and growing mean, in float32, to your function and others; draw the error of the
    variance.

    batch_norm_train: yours, called with momentum 1.
    """
    ways = {
        "mean of squares minus squared mean": by_squares,
        "your batch_norm_train": of_kernel(batch_norm_train),
        **({"PyTorch, CPU": of_pytorch("cpu")} if pytorch_is_here() else {}),
        "two passes, sums of partial sums": in_pairs,
    }
    if gpu():
        ways["PyTorch, GPU"] = of_pytorch(gpu())
    errors = {name: relative_errors(variance) for name, variance in ways.items()}
    figure, axes = style.new_figure(height=3.9)
    for (name, values), colour, marker, line in zip(
        errors.items(), style.COLOURS, style.MARKERS, style.LINES, strict=False
    ):
        drawn = np.maximum(values, SMALLEST)
        axes.loglog(OFFSETS, drawn, color=colour, marker=marker, markersize=5, linestyle=line, label=name)
    axes.axhline(1, color=style.GREY, linewidth=1)
    axes.text(OFFSETS[0], 1.6, "error as large as the variance itself", color=style.GREY, size=9)
    title = f"By squares the variance is lost {_lost(errors['mean of squares minus squared mean'])}"
    axes.set(xlabel="mean of the batch (its variance is 1)", ylabel="relative error of the variance", title=title)
    axes.legend()
    print(f"{'mean of the batch':36}" + "".join(f"{offset:>9.0e}" for offset in OFFSETS))
    for name, values in errors.items():
        print(f"{name:36}" + "".join(f"{value:>9.0e}" for value in values))
    summary = "; ".join(f"{name} {values[3]:.0e}" for name, values in errors.items())
    style.show(
        figure,
        f"Relative error of the variance of {ROWS} float32 numbers against their mean, both axes logarithmic. At mean "
        f"1000: {summary}. {title}.",
    )


def _lost(errors: list[float]) -> str:
    first = next((offset for offset, error in zip(OFFSETS, errors, strict=True) if error > 0.5), None)
    return f"at a mean of {first:,.0f}" if first else "nowhere"

"""Experiments with penalties and weight decay: a network that learns 150 labels by heart, and what keeps it from it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from autograder.lab import style
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import Networks, cross_entropy, normal_weights
from autograder.lab.students import guess, guesses_of, on_a_list, on_an_array
from autograder.lab.training import QUICK, QUICK_MINIBATCHES, Momentum, gradient_descent_step, minibatches

# ---------------------------------------------------------------- 150 digits, 30 of them with a wrong label

WIDTHS = (64, 100, 100, 10)
IMAGES, WRONG = 150, 30
CHOOSING = 500
BATCH, RATE, EPOCHS = 25, 0.1, 100
"""25 x 100 x 100 is small enough for the matrix product to use one thread, which is faster on a busy machine."""
L2_STRENGTH, L1_STRENGTH, LIMIT = 0.03, 0.007, 0.5


@dataclass(frozen=True, eq=False)
class Data:
    """Images and labels: for training (with 30 wrong labels, and the right ones), for choosing, and for the end."""

    x: np.ndarray
    labels: np.ndarray
    truth: np.ndarray
    x_choosing: np.ndarray
    y_choosing: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray

    @property
    def wrong(self) -> np.ndarray:
        """Which of the training images carry a wrong label."""
        return self.labels != self.truth


@cache
def data() -> Data:
    """The first 150 training digits, 30 with wrong labels; the next 500, to choose a strength; and the usual 360."""
    x, y, x_validation, y_validation = digits("float32")
    rng = np.random.default_rng(99)
    labels = y[:IMAGES].copy()
    wrong = rng.permutation(IMAGES)[:WRONG]
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, WRONG)) % 10
    rest = slice(IMAGES, IMAGES + CHOOSING)
    return Data(x[:IMAGES], labels, y[:IMAGES], x[rest], y[rest], x_validation, y_validation)


class Network(Networks):
    """64-100-100-10 with ReLU and He's weights, in PyTorch's layout (units, inputs)."""

    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(normal_weights(rng, WIDTHS, units_first=True), units_first=True)

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """The mean cross-entropy, in float64."""
        return float(cross_entropy(self.scores(x).astype(float), y))

    def all_weights(self) -> np.ndarray:
        """All weights, without the biases, as one long vector."""
        return np.concatenate([weight.ravel() for weight in self.weights]).astype(float)


@dataclass
class Training:
    """A trained network, and its losses after every epoch where they were asked for."""

    network: Network
    train_losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)

    @property
    def train(self) -> float:
        """The share of the training labels that it gives, right or wrong."""
        return float(self.network.accuracy(data().x, data().labels))

    @property
    def by_heart(self) -> float:
        """The share of the wrong labels that it gives."""
        wrong = data().wrong
        return float(self.network.accuracy(data().x[wrong], data().labels[wrong]))

    @property
    def validation(self) -> float:
        """The share of the 360 validation images that it gets right."""
        return float(self.network.accuracy(data().x_validation, data().y_validation))

    @property
    def choosing(self) -> float:
        """The share of the 500 images for choosing a strength that it gets right."""
        return float(self.network.accuracy(data().x_choosing, data().y_choosing))


def train(
    pull: Callable | None = None,
    after: Callable | None = None,
    *,
    seed: int = 0,
    epochs: int = EPOCHS,
    follow: bool = False,
) -> Training:
    """Train by minibatch gradient descent without momentum.

    pull: weights -> gradients of the penalty, added to those of the loss. after: weights -> weights, after each step.
    """
    rng = np.random.default_rng(seed)
    network, given = Network(rng), data()
    result = Training(network)
    for _ in range(epochs):
        for rows in minibatches(rng, IMAGES, BATCH):
            _, gradients = network.gradients(given.x[rows], given.labels[rows])
            if pull is not None:
                for gradient, more in zip(gradients, pull(network.weights), strict=False):
                    gradient += more
            gradient_descent_step(network.parameters, gradients, RATE)
            if after is not None:
                network.weights = after(network.weights)
        if follow:
            result.train_losses.append(network.loss(given.x, given.labels))
            result.validation_losses.append(network.loss(given.x_validation, given.y_validation))
    return result


@cache
def unregularized(seed: int = 0) -> Training:
    """The network trained without any regularization; seed 0 with its losses."""
    return train(seed=seed, follow=seed == 0)


def with_penalty(gradient: Callable, strength: float, seed: int = 0) -> Training:
    """Trained with the gradient of a penalty, (weights, strength) -> gradients, added to that of the loss."""
    pull = on_a_list(gradient)
    return train(lambda weights: pull(weights, strength), seed=seed)


def with_soft_threshold(soft_threshold: Callable, strength: float, seed: int = 0) -> Training:
    """Trained with the loss's gradient alone, and a soft threshold of learning rate times strength after each step."""
    shrink = on_a_list(soft_threshold)
    return train(after=lambda weights: shrink(weights, RATE * strength), seed=seed)


def with_max_norm(max_norm: Callable, limit: float, seed: int = 0) -> Training:
    """Trained with every unit's weights limited after each step."""
    limited = on_an_array(max_norm)
    return train(after=lambda weights: [limited(weight, limit) for weight in weights], seed=seed)


@experiment
def learned_by_heart(*, prediction: dict[str, float | None] | None = None) -> None:
    """Train the 64-100-100-10 network on 150 digits, 30 of them with wrong labels, without regularization.

    prediction: the student's guesses of the shares of "training labels", "wrong labels" and "new images".
    """
    run = unregularized()
    shares = {"training labels": run.train, "wrong labels": run.by_heart, "new images": run.validation}
    guesses = guesses_of(prediction, list(shares))
    figure, (left, right) = style.new_figure(1, 2, width=8.6, height=3.3, width_ratios=(1.3, 1))
    epochs = np.arange(1, EPOCHS + 1)
    left.plot(epochs, run.train_losses, color=style.BLUE, label="150 training images")
    left.plot(epochs, run.validation_losses, color=style.RED, linestyle="--", label="360 new images")
    lowest = int(np.argmin(run.validation_losses))
    left.plot(epochs[lowest], run.validation_losses[lowest], marker="v", color=style.RED, markersize=8)
    at = epochs[lowest], run.validation_losses[lowest]
    left.annotate(f"lowest: epoch {lowest + 1}", at, (4, -20), textcoords="offset points")
    left.set(title="loss", xlabel="epoch", ylabel="cross-entropy", ylim=(0, None))
    left.legend()
    bars = right.bar(range(3), list(shares.values()), color=(style.BLUE, style.PURPLE, style.RED), width=0.6)
    right.bar_label(bars, [f"{share:.0%}" for share in shares.values()], padding=2)
    known = [(i, value) for i, value in enumerate(guesses.values()) if value is not None]
    if known:
        right.plot(*zip(*known, strict=True), "D", mfc="none", color=style.BLACK, label="your prediction")
        right.legend(loc="upper right")
    right.set_xticks(range(3), ["training labels\ngiven", "wrong labels\ngiven", "new images\nright"])
    right.set(title="share after 100 epochs", ylim=(0, 1.3))
    summary = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    print(summary)
    style.show(
        figure,
        f"Left: the training loss falls to {run.train_losses[-1]:.3f}; that on new images falls until epoch "
        f"{lowest + 1} and then rises to {run.validation_losses[-1]:.2f}. Right, after 100 epochs: {summary}.",
    )


# ---------------------------------------------------------------- the two pulls

PULL_RATE, PULL_L2, PULL_L1 = 0.1, 0.1, 0.1
STARTS = (1.0, 0.5, 0.1)
PULL_STEPS, ASKED_AT = 120, 50


def pulled(gradient: Callable, strength: float, start: float, steps: int = PULL_STEPS) -> np.ndarray:
    """The values of one weight under the penalty's gradient alone."""
    weight, path = [np.array([start])], [start]
    for _ in range(steps):
        weight = [weight[0] - PULL_RATE * gradient(weight, strength)[0]]
        path.append(float(weight[0][0]))
    return np.array(path)


@experiment
def pulled_to_zero(
    l2_gradient: Callable, l1_gradient: Callable, *, prediction: dict[str, float | None] | None = None
) -> None:
    """Three weights under nothing but a penalty: by L2's gradient and by L1's, on a linear and a logarithmic axis.

    prediction: {"L2": ..., "L1": ...}, the student's guess of what is left of a weight of 1 after 50 steps.
    """
    guesses = guesses_of(prediction, ("L2", "L1"))
    pulls = {"L2": (on_a_list(l2_gradient), PULL_L2), "L1": (on_a_list(l1_gradient), PULL_L1)}
    figure, (left, right) = style.new_figure(1, 2, width=8.6, height=3.4)
    said = []
    for i, (name, (gradient, strength)) in enumerate(pulls.items()):
        look = {"color": (style.BLUE, style.RED)[i], "linestyle": style.LINES[i]}
        for start in STARTS:
            path = pulled(gradient, strength, start)
            label = {"L2": "L2: 2λw", "L1": "L1: λ sign(w)"}[name] if start == STARTS[0] else None
            left.plot(path, label=label, **look)
            with np.errstate(divide="ignore"):
                right.semilogy(np.where(np.abs(path) > 1e-6, np.abs(path), np.nan), **look)
        left_over = pulled(gradient, strength, 1.0)[ASKED_AT]
        said.append(f"{name}: of a weight of 1, {left_over:.2f} is left after {ASKED_AT} steps")
        if guesses[name] is not None:
            marker = {"marker": style.MARKERS[i], "markerfacecolor": "none", "markersize": 9}
            left.plot(ASKED_AT, guesses[name], color=look["color"], linestyle="none", label="your prediction", **marker)
    left.set(title="three weights, nothing but the penalty", xlabel="step", ylabel="w")
    right.set(title="the same, logarithmic", xlabel="step", ylabel="|w|", ylim=(1e-3, 2))
    left.legend()
    print("\n".join(said))
    style.show(
        figure,
        "Weights that start at 1, 0.5 and 0.1. Under L2 each shrinks by the same factor at every step and comes ever "
        "closer to 0; under L1 each shrinks by the same amount at every step, in straight lines down to 0. "
        f"{'; '.join(said)}.",
    )


@experiment
def near_zero(l1_gradient: Callable, soft_threshold: Callable, *, prediction: float | None = None) -> None:
    """One weight whose best value is exactly 0, by L1's gradient and by the soft threshold.

    The loss is (w - 0.18)^2 / 2, the strength 0.5, the learning rate 0.1. prediction: the student's guess of how many
    of the last 20 of 60 steps end at exactly 0 with the gradient.
    """
    prediction = guess(prediction)
    gradient, shrink, strength, steps = on_a_list(l1_gradient), on_a_list(soft_threshold), 0.5, 60
    paths: dict[str, list[float]] = {"L1's gradient": [0.73], "soft threshold": [0.73]}
    drawn, shrunk = (np.array([path[0]]) for path in paths.values())
    for _ in range(steps):
        drawn = drawn - PULL_RATE * (drawn - 0.18 + gradient([drawn], strength)[0])
        (shrunk,) = shrink([shrunk - PULL_RATE * (shrunk - 0.18)], PULL_RATE * strength)
        for path, weight in zip(paths.values(), (drawn, shrunk), strict=True):
            path.append(float(weight[0]))
    figure, (left, right) = style.new_figure(1, 2, width=8.6, height=3.2)
    zeros = {}
    for i, (name, path) in enumerate(paths.items()):
        zeros[name] = int(np.sum(np.array(path[-20:]) == 0))
        look = {"color": (style.RED, style.GREEN)[i], "linestyle": style.LINES[1 - i], "marker": style.MARKERS[i]}
        left.plot(path, markersize=3, label=name, **look)
        right.plot(range(steps - 19, steps + 1), path[-20:], markersize=5, label=name, **look)
    for axes in (left, right):
        axes.axhline(0, color=style.GREY, linewidth=0.8)
        axes.set(xlabel="step", ylabel="w")
    left.set_title("60 steps")
    right.set(title="the last 20", ylim=(-0.04, 0.08))
    left.legend()
    summary = "; ".join(f"{name}: exactly 0 after {count} of the last 20 steps" for name, count in zeros.items())
    print(summary if prediction is None else f"{summary}; your prediction for the gradient: {prediction:g}")
    style.show(
        figure,
        "A weight that starts at 0.73 and whose best value is 0. By L1's gradient it comes down and then hops "
        f"across 0 again and again; by the soft threshold it comes down, reaches 0 and stays there. {summary}.",
    )


# ---------------------------------------------------------------- where the minimum goes

BOWL = np.array([[1.0, 0.55], [0.55, 1.0]])
LOWEST = np.array([0.55, 1.5])
GRID = np.array([0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.7, 0.9, 1.2, 1.6, 2.2])


def descend(pull: Callable | None, shrink: Callable | None, strength: float, steps: int = 300) -> np.ndarray:
    """The minimum of bowl + penalty, by gradient descent with the penalty's gradient or with the soft threshold."""
    weight, rate = [LOWEST.copy()], 0.2
    for _ in range(steps):
        slope = BOWL @ (weight[0] - LOWEST)
        if pull is not None:
            slope = slope + pull(weight, strength)[0]
        weight = [weight[0] - rate * slope]
        if shrink is not None:
            weight = shrink(weight, rate * strength)
    return weight[0]


@experiment
def where_the_minimum_goes(l2_gradient: Callable, soft_threshold: Callable) -> None:
    """How the minimum of a loss with two weights moves while the strength of the penalty grows, for L2 and for L1."""
    pull, shrink = on_a_list(l2_gradient), on_a_list(soft_threshold)
    panels = {
        "L2: shorter and shorter": (np.array([descend(pull, None, strength) for strength in GRID]), 2, 9),
        "L1: onto an axis, then along it": (np.array([descend(None, shrink, strength) for strength in GRID]), 1, 11),
    }
    grid = np.meshgrid(np.linspace(-0.55, 1.75, 160), np.linspace(-0.55, 2.05, 160))
    away = np.stack(grid, axis=-1) - LOWEST
    bowl = np.einsum("...i,ij,...j->...", away, BOWL, away) / 2
    figure, axes = style.new_figure(1, 2, width=8.4, height=4.1, sharex=True, sharey=True)
    said = []
    for i, (each_axes, (title, (path, power, shown))) in enumerate(zip(axes, panels.items(), strict=True)):
        colour = (style.BLUE, style.RED)[i]
        each_axes.contour(*grid, bowl, levels=np.array([0.02, 0.1, 0.25, 0.5, 0.9, 1.5]), colors=style.GREY, alpha=0.6)
        chosen = path[shown]
        size = float(np.sum(np.abs(chosen) ** power))
        level = np.abs(grid[0]) ** power + np.abs(grid[1]) ** power
        if np.isfinite(size) and size > 0:
            each_axes.contour(*grid, level, levels=[size], colors=colour, linewidths=1.6, linestyles=":")
            height = (chosen - LOWEST) @ BOWL @ (chosen - LOWEST) / 2
            each_axes.contour(*grid, bowl, levels=[height], colors=style.BLACK, linewidths=1.2, linestyles="--")
            each_axes.plot(*chosen, marker="o", markersize=13, mfc="none", color=style.BLACK)
        each_axes.axhline(0, color=style.BLACK, linewidth=0.8)
        each_axes.axvline(0, color=style.BLACK, linewidth=0.8)
        each_axes.plot(*path.T, color=colour, marker=style.MARKERS[i], markersize=5)
        each_axes.annotate("λ = 0", path[0], (6, 6), textcoords="offset points")
        zeros = [f"{strength:g}" for strength, point in zip(GRID, path, strict=True) if point[0] == 0]
        both = [f"{strength:g}" for strength, point in zip(GRID, path, strict=True) if not point.any()]
        said.append(
            f"L{power}: w1 exactly 0 "
            + (f"from λ = {zeros[0]}" if zeros else "for no λ")
            + (f", both from λ = {both[0]}" if both else "")
        )
        each_axes.set(title=title, xlabel="w₁", aspect="equal")
    axes[0].set_ylabel("w₂")
    print("\n".join(said))
    style.show(
        figure,
        "Two maps of a bowl-shaped loss over two weights, with the minimum for growing strength; at one of the minima "
        "the contour of the loss touches a circle or, at its corner, a diamond. Left, L2: the path bends towards the "
        "origin. Right, L1: the path runs straight to the axis w1 = 0, then "
        f"along this axis to the origin. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- weights after training

SMALL = 1e-3


@experiment
def weight_histograms(l2_gradient: Callable, l1_gradient: Callable, soft_threshold: Callable) -> None:
    """Train the network without a penalty, with L2, and with L1 in two ways; draw all its weights as histograms."""
    runs = {
        "no penalty": unregularized(),
        f"L2, λ = {L2_STRENGTH:g}": with_penalty(l2_gradient, L2_STRENGTH),
        f"L1 by its gradient, λ = {L1_STRENGTH:g}": with_penalty(l1_gradient, L1_STRENGTH),
        f"L1 by soft threshold, λ = {L1_STRENGTH:g}": with_soft_threshold(soft_threshold, L1_STRENGTH),
    }
    figure, panels = style.new_figure(2, 2, width=8.6, height=5.0, sharex=True, sharey=True)
    edges = np.linspace(-0.605, 0.605, 122)
    said = []
    print(f"{'':32}  Σw²   Σ|w|  |w|<0.001  exactly 0  wrong labels  new images")
    for i, (axes, (name, run)) in enumerate(zip(panels.flat, runs.items(), strict=True)):
        weights = run.network.all_weights()
        small, zeros = float(np.mean(np.abs(weights) < SMALL)), float(np.mean(weights == 0))
        axes.hist(weights, bins=edges, color=style.COLOURS[i], weights=np.full(weights.size, 1 / weights.size))
        axes.set(title=name, yscale="log", ylim=(2e-5, 1.5))
        shares = f"|w| < 0.001: {small:.0%}\nexactly 0: {zeros:.0%}"
        axes.annotate(shares, (0.98, 0.95), xycoords="axes fraction", ha="right", va="top")
        print(
            f"{name:32}{np.sum(weights**2):5.0f}  {np.sum(np.abs(weights)):5.0f}  {small:9.0%}  {zeros:9.0%}"
            f"  {run.by_heart:12.0%}  {run.validation:10.1%}"
        )
        said.append(f"{name}: {small:.0%} of the weights below 0.001 in size, {zeros:.0%} exactly 0")
    for axes in panels[1]:
        axes.set_xlabel("weight")
    for axes in panels[:, 0]:
        axes.set_ylabel("share of weights")
    style.show(
        figure,
        "Histograms of all weights on a logarithmic axis: broad without a penalty, narrower with L2, and with L1 "
        f"a tall spike at 0 with a few large weights on both sides. {'; '.join(said)}.",
    )


@experiment
def sweep_strength(
    gradient: Callable,
    *,
    strengths: Sequence[float] = (0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.08),
    prediction: float | None = None,
    seed: int = 0,
) -> None:
    """What the network gives after training with several strengths of a penalty.

    gradient: (weights, strength) -> the gradients of the penalty.
    prediction: the student's guess of the strength with the best accuracy on new images.
    """
    prediction = guess(prediction)
    runs = [with_penalty(gradient, strength, seed) for strength in strengths]
    curves = {
        "training labels given": [run.train for run in runs],
        "wrong labels given": [run.by_heart for run in runs],
        "500 new images right": [run.choosing for run in runs],
    }
    figure, axes = style.new_figure(height=4.0)
    for i, (name, shares) in enumerate(curves.items()):
        colour = (style.BLUE, style.PURPLE, style.RED)[i]
        axes.semilogx(strengths, shares, label=name, **style.curve(i, color=colour, markersize=5))
    alone = unregularized(seed)
    axes.axhline(alone.choosing, color=style.RED, linestyle=":", linewidth=1.2)
    axes.annotate("new images, no penalty", (strengths[0], alone.choosing), (0, -13), textcoords="offset points")
    style.mark_prediction(axes, prediction)
    axes.set_xticks(list(strengths), [f"{strength:g}" for strength in strengths])
    axes.minorticks_off()
    axes.set(xlabel="strength λ", ylabel="share", ylim=(0, 1.05), title="too weak, about right, too strong")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    print(f"{'λ':24}" + "".join(f"{strength:>7g}" for strength in strengths))
    for name, shares in curves.items():
        print(f"{name:24}" + "".join(f"{share:7.0%}" for share in shares))
    said = "; ".join(f"{name} {', '.join(f'{share:.0%}' for share in shares)}" for name, shares in curves.items())
    style.show(
        figure,
        f"Three curves over strengths from {strengths[0]:g} to {strengths[-1]:g}. {said}. "
        f"Without a penalty {alone.choosing:.0%} of the new images are right.",
    )


@experiment
def compare_regularizers(
    l2_gradient: Callable, soft_threshold: Callable, max_norm: Callable, *, seeds: Sequence[int] = (0, 1, 2)
) -> None:
    """Validation accuracy and wrong labels learned, without and with L2, L1 and max-norm, three times each."""
    runs = {
        "none": [unregularized(seed) for seed in seeds],
        f"L2\nλ = {L2_STRENGTH:g}": [with_penalty(l2_gradient, L2_STRENGTH, seed) for seed in seeds],
        f"L1\nλ = {L1_STRENGTH:g}": [with_soft_threshold(soft_threshold, L1_STRENGTH, seed) for seed in seeds],
        f"max-norm\nlimit {LIMIT:g}": [with_max_norm(max_norm, LIMIT, seed) for seed in seeds],
    }
    figure, (left, right) = style.new_figure(1, 2, width=8.6, height=3.3)
    said = []
    measures = ("wrong labels given", lambda run: run.by_heart), ("360 new images right", lambda run: run.validation)
    for axes, (title, measure) in zip((left, right), measures, strict=True):
        for i, (name, row) in enumerate(runs.items()):
            values = [measure(run) for run in row]
            axes.plot([i] * len(values), values, "o", color=style.COLOURS[i], alpha=0.7)
            axes.plot([i - 0.2, i + 0.2], [np.mean(values)] * 2, color=style.BLACK, linewidth=1.5)
            said.append(f"{name.split(chr(10))[0]}: {title} {np.mean(values):.1%}")
        axes.set_xticks(range(len(runs)), list(runs))
        axes.set(title=title, ylabel="share")
    print("\n".join(f"{one:36}{other}" for one, other in zip(said[: len(runs)], said[len(runs) :], strict=True)))
    style.show(
        figure,
        "Dots for three networks each, and their means, without regularization, with L2, with L1 and with max-norm. "
        f"{'; '.join(said)}.",
    )


# ---------------------------------------------------------------- islands in the plane

POINTS, FLIPPED, APART, SQUARE = 120, 12, 1.1, 3.0
PLANE_WIDTHS, PLANE_STEPS, PLANE_RATE = (2, 64, 64, 2), 2000, 0.05


@cache
def plane() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points in a square, their labels, and which of these are wrong: some of those that lie far from the border."""
    rng = np.random.default_rng(7)
    x = rng.uniform(-SQUARE, SQUARE, (POINTS, 2))
    height = x[:, 1] - 1.2 * np.sin(1.1 * x[:, 0])
    labels = (height > 0).astype(int)
    flipped: list[int] = []
    for point in rng.permutation(np.flatnonzero(np.abs(height) > 0.8)):
        if len(flipped) < FLIPPED and all(np.hypot(*(x[point] - x[other])) > APART for other in flipped):
            flipped.append(int(point))
    labels[flipped] = 1 - labels[flipped]
    return x, labels, np.isin(np.arange(POINTS), flipped)


def in_the_plane(pull: Callable | None = None) -> Networks:
    """A network that has learned the points with momentum, all of them in each step. pull: as in `train`."""
    x, labels, _ = plane()
    rng = np.random.default_rng(0)
    weights = normal_weights(rng, PLANE_WIDTHS, units_first=True, dtype=np.float64)
    biases = [rng.normal(0, 0.5, len(weight)) for weight in weights]
    network = Networks(weights, biases=biases, units_first=True)
    momentum = Momentum(network.parameters)
    for _ in range(QUICK_MINIBATCHES if os.environ.get(QUICK) else PLANE_STEPS):
        _, gradients = network.gradients(x, labels)
        if pull is not None:
            for gradient, more in zip(gradients, pull(network.weights), strict=False):
                gradient += more
        momentum.step(gradients, PLANE_RATE)
    return network


@experiment
def islands(l2_gradient: Callable | None = None, *, strengths: Sequence[float] = (0.0,)) -> None:
    """Draw what a network says of every point of the plane, after it was trained on points some of which are wrong.

    l2_gradient: yours, for the strengths; without one there is no penalty.
    """
    gradient = on_a_list(l2_gradient) if l2_gradient is not None else None
    x, labels, wrong = plane()
    figure, panels = style.new_figure(
        1, len(strengths), width=3.3 * max(len(strengths), 1.3), height=3.9, squeeze=False
    )
    side = np.linspace(-SQUARE - 0.2, SQUARE + 0.2, 200)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    said = []
    for axes, strength in zip(panels.flat, strengths, strict=True):
        pull = None if gradient is None else lambda weights, strength=strength: gradient(weights, strength)
        network = in_the_plane(pull)
        scores = network.scores(grid)
        height = (scores[:, 1] - scores[:, 0]).reshape(len(side), len(side))
        axes.contourf(side, side, height, levels=[-np.inf, 0, np.inf], colors=[style.SKY, style.ORANGE], alpha=0.35)
        axes.contour(side, side, height, levels=[0], colors=[style.BLACK], linewidths=1)
        for kind, colour, marker in ((0, style.BLUE, "o"), (1, style.RED, "s")):
            axes.plot(*x[labels == kind].T, marker, color=colour, markersize=3.5, linestyle="none")
        axes.plot(*x[wrong].T, "o", markersize=10, markerfacecolor="none", color=style.BLACK, linestyle="none")
        axes.set(xticks=[], yticks=[], aspect="equal")
        axes.set_title("no penalty" if gradient is None else f"λ = {strength:g}")
        axes.grid(False)
        given = network.scores(x).argmax(axis=1) == labels
        said.append(
            f"{'no penalty' if gradient is None else f'strength {strength:g}'}: {given[wrong].sum()} of {FLIPPED} "
            f"wrong labels given, {given[~wrong].sum()} of {POINTS - FLIPPED} right ones"
        )
    print("\n".join(said))
    style.show(
        figure,
        "A square with points of two kinds, twelve of them, ringed, with the wrong label; the two colors show what "
        f"the network says of every place. {'; '.join(said)}.",
    )

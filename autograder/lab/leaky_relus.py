"""Experiments with slopes for z < 0: fixed (leaky ReLU), random (RReLU) and learned (PReLU)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.activations import broken_at_jumps
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import Networks, normal_weights
from autograder.lab.students import UnusableResult, as_array, checked, function_name, guess, guesses_in_order, unusable
from autograder.lab.training import Momentum, minibatches

LOWER, UPPER = 1 / 8, 1 / 3
WIDTHS = (64, 64, 48, 32, 10)
FIRST_ALPHA = 0.25
BATCH = 64


@experiment
def plot_leaky_relus(
    leaky_relu: Callable, leaky_relu_backward: Callable, *, alphas: Sequence[float] = (0.0, 0.01, 0.3, 1.5)
) -> None:
    """Draw leaky ReLU and its derivative for several alphas.

    leaky_relu: (z, alpha) -> a. leaky_relu_backward: (dout, z, alpha) -> dz, called with dout = 1.
    """
    z = np.linspace(-4, 4, 801)
    figure, (left, right) = style.new_figure(1, 2, height=3.3, sharex=True)
    for i, alpha in enumerate(alphas):
        look = style.line(i)
        left.plot(z, checked(leaky_relu)(z, alpha), label=f"α = {alpha:g}", **look)
        right.plot(*broken_at_jumps(z, checked(leaky_relu_backward)(np.ones_like(z), z, alpha)), **look)
    left.set(title="leaky ReLU", xlabel="z", ylabel="φ(z)")
    right.set(title="its derivative", xlabel="z", ylabel="φ′(z)", ylim=(-0.1, max(1.6, max(alphas) + 0.1)))
    left.legend()
    names = ", ".join(f"{alpha:g}" for alpha in alphas)
    style.show(
        figure,
        f"Leaky ReLU and its derivative for alpha = {names}: the line through zero has slope alpha on the left and 1 "
        f"on the right. The curves for 0 and 0.01 can hardly be told apart.",
    )


@experiment
def revive_a_dead_unit(
    leaky_relu: Callable,
    leaky_relu_backward: Callable,
    *,
    alphas: Sequence[float] = (0.0, 0.01, 0.1),
    prediction: float | None = None,
    bias: float = -6.0,
    learning_rate: float = 0.1,
    steps: int = 6000,
) -> None:
    """Start one unit so far on the negative side that it is dead on all data, train it, and draw its loss.

    alphas: one run each; 0 is plain ReLU.
    prediction: the student's guess of the step at which the unit with alpha = 0.01 gives its first positive output.
    """
    prediction, rng = guess(prediction), np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    target = np.maximum(x @ np.array([1.0, -0.5, 0.5]) + 1, 0)
    phi, back = checked(leaky_relu), checked(leaky_relu_backward)

    def train(alpha: float) -> tuple[np.ndarray, int | None]:
        w, b, losses, awake = np.array([0.3, 0.3, -0.2]), bias, np.empty(steps), None
        for step in range(steps):
            z = x @ w + b
            error = phi(z, alpha) - target
            losses[step] = (error**2).mean() / 2
            if awake is None and (z > 0).any():
                awake = step
            dz = back(error / len(x), z, alpha)
            w, b = w - learning_rate * (x.T @ dz), b - learning_rate * dz.sum()
        return losses, awake

    figure, axes = style.new_figure(height=3.6)
    alt_parts = []
    for i, alpha in enumerate(alphas):
        losses, awake = train(alpha)
        state = "never awake" if awake is None else f"awake at step {awake}"
        axes.plot(np.arange(1, steps + 1), losses, label=f"α = {alpha:g}: {state}", **style.line(i))
        alt_parts.append(f"alpha = {alpha:g} {state}, loss {losses[-1]:.2g} at the end")
        if awake is not None:
            axes.plot(awake + 1, losses[awake], color=style.COLOURS[i], marker=style.MARKERS[i], markersize=8)
    style.mark_prediction(axes, prediction, linewidth=1, label="your prediction for α = 0.01")
    axes.set(xscale="log", xlabel="step of gradient descent (log scale)", ylabel="loss", ylim=(-0.05, None))
    axes.set_title("one unit that starts dead; marker: first positive input to the activation")
    axes.legend(loc="lower left")
    style.show(figure, f"Loss of one unit over {steps} steps of gradient descent: {'; '.join(alt_parts)}.")


def _pair(function: Callable, names: str, arguments: Sequence[Any], *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """The two arrays of these shapes that a function returns. Raises UnusableResult where it returns something else."""
    returned, name = function(*arguments), function_name(function)
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise unusable(name, f"should return two arrays, {names}")
    return [as_array(array, shape, name) for array, shape in zip(returned, shapes, strict=True)]


@experiment
def plot_rrelu_fan(
    rrelu: Callable, *, prediction: float | None = None, lines: int = 60, draws: int = 20_000, at: float = -6.0
) -> None:
    """Draw what RReLU does in training, as a fan of lines and as a histogram at one z, and in evaluation.

    rrelu: (z, u, lower, upper, training) -> (y, slope).
    prediction: the student's guess of the output at z = `at` in evaluation.
    """
    prediction, rng = guess(prediction), np.random.default_rng(0)

    def activate(z: np.ndarray, u: np.ndarray, training: bool) -> np.ndarray:
        return _pair(rrelu, "y and slope", (z, u, LOWER, UPPER, training), z.shape, z.shape)[0]

    z = np.linspace(-8, 3, 221)
    figure, (left, right) = style.new_figure(1, 2, height=3.6, width=8.0)
    for i in range(lines):
        y = activate(z, np.full_like(z, rng.random()), training=True)
        left.plot(z, y, color=style.SKY, linewidth=0.7, label="training: one u for each line" if i == 0 else None)
    mean_line = activate(z, np.zeros_like(z), training=False)
    left.plot(z, mean_line, color=style.RED, linestyle="--", label="evaluation: the mean slope")
    left.set(title=f"RReLU: {lines} draws of the slope", xlabel="z", ylabel="y")
    left.legend(loc="upper left")

    same = np.full(draws, at)
    outputs = activate(same, rng.random(draws), training=True)
    (tested,) = activate(same[:1], np.zeros(1), training=False)
    right.hist(outputs[np.isfinite(outputs)], bins=30, density=True, color=style.SKY)
    right.axvline(outputs.mean(), color=style.BLACK, linewidth=5, label=f"mean in training: {outputs.mean():.3f}")
    right.axvline(tested, color=style.ORANGE, linestyle="--", label=f"evaluation: {tested:.3f}")
    right.axvline(at / 5.5, color=style.RED, linestyle="-.", label=f"the paper's z/5.5: {at / 5.5:.3f}")
    if prediction is not None:
        style.mark_prediction(right, prediction, color=style.PURPLE, label=f"your prediction: {prediction:g}")
    right.set(title=f"z = {at:g}, {draws:,} times in training", xlabel="y", ylabel="density")
    right.set_ylim(top=right.get_ylim()[1] * 1.75)
    right.legend(loc="upper left")
    style.show(
        figure,
        f"Left: {lines} lines of slopes between 1/8 and 1/3 for z < 0, a fan that opens to the left, with the line of "
        f"evaluation in its middle. Right: the outputs at z = {at:g} in training spread evenly from "
        f"{outputs.min():.2f} to {outputs.max():.2f}; their mean is {outputs.mean():.3f}, the output in evaluation "
        f"{tested:.3f}.",
    )


@experiment
def recover_the_slopes(
    prelu: Callable,
    prelu_backward: Callable,
    *,
    teacher: Sequence[float] = (0.0, 0.5, 1.0, 1.5),
    prediction: Sequence[float | None] | None = None,
    steps: int = 1500,
    learning_rate: float = 0.1,
    seed: int = 0,
) -> None:
    """Train a layer of PReLU units to imitate a layer whose slopes it is not told, and draw its alphas.

    teacher: the slopes for z < 0 that the targets are made with, one for each unit.
    prediction: the student's guess of the learned alphas, in the same order.
    """
    guesses = guesses_in_order(prediction, len(teacher), "for each unit")
    rng = np.random.default_rng(seed)
    slopes, units = np.array(teacher, float), len(teacher)
    true_w, true_b = rng.normal(size=(5, units)), 0.3 * rng.normal(size=units)
    w, b, alpha = rng.normal(0, 0.4, (5, units)), np.zeros(units), np.full(units, FIRST_ALPHA)
    phi = checked(prelu)
    alphas = np.empty((steps + 1, units))
    for step in range(steps + 1):
        alphas[step] = alpha
        x = rng.normal(size=(64, 5))
        z, target = x @ w + b, x @ true_w + true_b
        target = np.where(target > 0, target, slopes * target)
        error = phi(z, alpha) - target
        dz, dalpha = _pair(prelu_backward, "dz and dalpha", (error / len(x), z, alpha), z.shape, alpha.shape)
        w, b, alpha = w - learning_rate * (x.T @ dz), b - learning_rate * dz.sum(axis=0), alpha - learning_rate * dalpha

    figure, axes = style.new_figure(height=3.6)
    for i, slope in enumerate(teacher):
        axes.axhline(slope, color=style.COLOURS[i], linewidth=1, linestyle=":")
        axes.plot(alphas[:, i], label=f"teacher {slope:g}, learned {alphas[-1, i]:.3f}", **style.line(i))
        if guesses[i] is not None:
            axes.plot(steps, guesses[i], **style.dots(i, marker="X", markersize=9, clip_on=False))
    axes.set(
        xlabel="step of gradient descent", ylabel="α", title=f"{units} PReLU units imitate units with other slopes"
    )
    axes.set_xlim(0, steps)
    title = "slope for z < 0" + ("\n(X: your prediction)" if any(guess is not None for guess in guesses) else "")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right center", title=title)
    summary = "; ".join(f"{slope:g} gives {learned:.3f}" for slope, learned in zip(teacher, alphas[-1], strict=True))
    style.show(
        figure,
        f"The alphas of {units} PReLU units over {steps} steps, all starting at 0.25. Teacher's slope: {summary}.",
    )


@experiment
def prelu_on_digits(
    prelu: Callable,
    prelu_backward: Callable,
    *,
    prediction: Sequence[float | None] | None = None,
    epochs: int = 30,
    seeds: Sequence[int] = (0, 1, 4),
) -> None:
    """Train a 64-64-48-32-10 network on the digits, one learned alpha for each hidden layer, and draw the alphas.

    prediction: the student's guess of the alphas of the three layers at the end, first layer first.
    """
    layers = len(WIDTHS) - 2
    guesses = guesses_in_order(prediction, layers, "for each hidden layer")
    runs = [_train(prelu, prelu_backward, shared=True, epochs=epochs, seed=seed) for seed in seeds]
    figure, axes = style.new_figure(1, len(seeds), height=3.2, width=8.0, sharey=True)
    for start, (axis, (alphas, accuracy)) in enumerate(zip(np.atleast_1d(axes), runs, strict=True), 1):
        axis.axhline(1, color=style.GREY, linewidth=1)
        axis.axhline(FIRST_ALPHA, color=style.GREY, linewidth=1, linestyle=":")
        for i in range(layers):
            curve = [epoch[i].item() for epoch in alphas]
            look = style.curve(i)
            axis.plot(range(epochs + 1), curve, markevery=6, markersize=4, label=f"hidden layer {i + 1}", **look)
            if guesses[i] is not None:
                axis.plot(epochs, guesses[i], **style.dots(i, marker="X", markersize=9, clip_on=False))
        axis.set(xlabel="epoch", title=f"start {start}: accuracy {accuracy:.3f}", xlim=(0, epochs))
    np.atleast_1d(axes)[0].set_ylabel("α of the layer")
    handles = np.atleast_1d(axes)[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=layers)
    summary = "; ".join(
        f"start {start}: {', '.join(f'{a.item():.2f}' for a in alphas[-1])}"
        for start, (alphas, _) in enumerate(runs, 1)
    )
    style.show(
        figure, f"The alpha of each of three hidden layers over {epochs} epochs, from 0.25 to, in order, {summary}."
    )


@experiment
def decay_on_alpha(
    prelu: Callable, prelu_backward: Callable, *, weight_decay: float = 0.01, epochs: int = 30, seed: int = 0
) -> None:
    """Train the same network with an alpha for each unit and weight decay, on alpha too or on the weights alone."""
    runs = {
        "decay on the weights alone": _train(
            prelu, prelu_backward, shared=False, epochs=epochs, seed=seed, weight_decay=weight_decay
        ),
        "decay on the weights and on alpha": _train(
            prelu, prelu_backward, shared=False, epochs=epochs, seed=seed, weight_decay=weight_decay, decay_alpha=True
        ),
    }
    figure, axes = style.new_figure(1, 2, height=3.2, sharex=True, sharey=True)
    alt_parts = []
    last = {name: np.concatenate(alphas[-1]) for name, (alphas, _) in runs.items()}
    if not all(np.isfinite(alphas).all() for alphas in last.values()):
        raise UnusableResult(
            "Some alphas became NaN or infinite in this training. Run the check of prelu_backward first."
        )
    everything = np.concatenate(list(last.values()))
    bins = np.linspace(everything.min(), everything.max(), 41)
    for i, (axis, (name, (_, accuracy))) in enumerate(zip(axes, runs.items(), strict=True)):
        axis.hist(last[name], bins=bins, color=style.COLOURS[i])
        axis.axvline(FIRST_ALPHA, color=style.BLACK, linestyle="--", linewidth=1.2, label="start, 0.25")
        axis.set(title=f"{name}\naccuracy {accuracy:.3f}", xlabel="α at the end")
        axis.legend(loc="upper right")
        alt_parts.append(f"{name}: from {last[name].min():.2f} to {last[name].max():.2f}, mean {last[name].mean():.2f}")
    axes[0].set_ylabel("number of units")
    style.show(figure, f"Histograms of the {len(everything) // 2} alphas after training. {'; '.join(alt_parts)}.")


class WithPReLU(Networks):
    """The network on the digits with a student's PReLU; its alphas are in `added`, one array for each hidden layer."""

    def __init__(self, prelu: Callable, prelu_backward: Callable, rng: np.random.Generator, shared: bool) -> None:
        super().__init__(normal_weights(rng, WIDTHS, 2 / (1 + FIRST_ALPHA**2), dtype=np.float64))
        self.phi, self.back = checked(prelu), prelu_backward
        self.added = [[np.full(1 if shared else units, FIRST_ALPHA)] for units in WIDTHS[1:-1]]

    def alphas(self) -> list[np.ndarray]:
        """A copy of those of every hidden layer."""
        return [alpha.copy() for (alpha,) in self.added]

    def activate(self, layer: int, z: np.ndarray, mode: str) -> tuple[np.ndarray, np.ndarray]:
        """PReLU."""
        return self.phi(z, *self.added[layer]), z

    def activate_backward(self, layer: int, dout: np.ndarray, memory: np.ndarray) -> tuple[np.ndarray, list]:
        """The gradients of z and of alpha."""
        (alpha,) = self.added[layer]
        dz, dalpha = _pair(self.back, "dz and dalpha", (dout, memory, alpha), memory.shape, alpha.shape)
        return dz, [dalpha]


def _train(
    prelu: Callable,
    prelu_backward: Callable,
    *,
    shared: bool,
    epochs: int,
    seed: int,
    learning_rate: float = 0.05,
    weight_decay: float = 0.0,
    decay_alpha: bool = False,
) -> tuple[list[list[np.ndarray]], float]:
    """Train with momentum on the digits; the alphas at the start and after each epoch, and the accuracy at the end.

    shared: one alpha for each hidden layer; else one for each of its units.
    """
    rng = np.random.default_rng(seed)
    x, y, x_validation, y_validation = digits()
    network = WithPReLU(prelu, prelu_backward, rng, shared)
    layers = len(network.weights)
    decays = [weight_decay] * layers + [0.0] * layers + [weight_decay * decay_alpha] * (layers - 1)
    momentum = Momentum(network.parameters)
    history = [network.alphas()]
    for _ in range(epochs):
        for rows in minibatches(rng, len(x), BATCH):
            _, gradients = network.gradients(x[rows], y[rows])
            decayed = zip(gradients, network.parameters, decays, strict=True)
            momentum.step([g + decay * parameter for g, parameter, decay in decayed], learning_rate)
        history.append(network.alphas())
    return history, float(network.accuracy(x_validation, y_validation))

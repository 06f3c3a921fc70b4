"""Dead units: a network of three hidden layers on the digits, trained at several learning rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from autograder.lab import style
from autograder.lab.activations import Activation
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import Networks, normal_weights
from autograder.lab.students import checked, guesses_in_order, name_of
from autograder.lab.training import Momentum, minibatches

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
    learning_rates: Sequence[float] = (0.03, 0.1, 0.2, 0.4),
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
    high: Sequence[float] = (0.1, 0.15, 0.2),
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
    is_dead = dead_units or (lambda a: (a == 0).all(axis=0))

    def dead_shares() -> np.ndarray:
        hidden = network.forward(x)[0][1:-1]
        return np.array([checked(is_dead, (a.shape[1],))(a).mean() for a in hidden])

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


def _draw_by_rate(axes, results: dict[str, np.ndarray], rates: Sequence[float]) -> None:
    places = np.arange(len(rates))
    for i, (name, result) in enumerate(results.items()):
        colour, marker = style.COLOURS[i], style.MARKERS[i]
        axes.plot(
            places, result.mean(axis=1), color=colour, linestyle=style.LINES[i], label=f"{name}, mean of the dots"
        )
        for column in result.T:
            axes.plot(places, column, color=colour, marker=marker, linestyle="none", markersize=5, alpha=0.6)
    axes.set_xticks(places, [f"{rate:g}" for rate in rates])
    axes.set(xlabel="learning rate", ylim=(-0.04, 1.04))


def _draw_guesses(axes, guesses: list[float | None]) -> None:
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

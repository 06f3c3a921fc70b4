"""Dead units: a network of three hidden layers on the digits, trained at several learning rates."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from autograder.lab import style
from autograder.lab.activations import Nonsense, checked, in_words, name_of
from autograder.lab.handwritten_digits import digits

WIDTHS = (64, 100, 100, 100, 10)
MOMENTUM = 0.9
LARGEST_NORM = 5.0
BATCH = 32
DTYPE = np.float32


def relu(z: np.ndarray) -> np.ndarray:
    """max(0, z)."""
    return np.maximum(z, 0.0)


def relu_backward(dout: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The gradient with respect to z."""
    return np.where(z > 0, dout, 0.0)


RELU = ("ReLU", relu, relu_backward)
"""For `against=lab.RELU`: the course's own ReLU beside an activation of the student's."""


@style.experiment
@in_words
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
    guesses = _checked_guesses(prediction, len(learning_rates), "for each learning rate")
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


@style.experiment
@in_words
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
    x, y, x_validation, y_validation = digits()
    x, x_validation = x.astype(DTYPE), x_validation.astype(DTYPE)
    sides = list(itertools.pairwise(widths))
    weights = [rng.normal(0, np.sqrt(2 / inputs), (units, inputs)).astype(DTYPE) for inputs, units in sides]
    biases = [np.zeros(units, DTYPE) for _, units in sides]
    velocities = [np.zeros_like(array) for array in weights + biases]
    phi, phi_backward = checked(activation), checked(backward)
    is_dead = dead_units or (lambda a: (a == 0).all(axis=0))

    def forward(images: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        zs, activations = [], [images]
        for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            zs.append(activations[-1] @ weight.T + bias)
            activations.append(phi(zs[-1]) if i < len(weights) - 1 else zs[-1])
        return zs, activations

    def gradients(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
        zs, activations = forward(images)
        dz = cross_entropy_backward(zs[-1], labels)
        of_weights, of_biases = [], []
        for i in reversed(range(len(weights))):
            of_weights.insert(0, dz.T @ activations[i])
            of_biases.insert(0, dz.sum(axis=0))
            if i:
                dz = phi_backward(dz @ weights[i], zs[i - 1])
        return of_weights + of_biases

    def dead_shares() -> np.ndarray:
        _, activations = forward(x)
        return np.array([checked(is_dead, (a.shape[1],))(a).mean() for a in activations[1:-1]])

    result = Training(dead=[dead_shares()])
    for epoch, rate in enumerate(learning_rates):
        if rate != learning_rates[max(epoch - 1, 0)]:
            velocities = [np.zeros_like(array) for array in weights + biases]
        order = rng.permutation(len(x))
        for start in range(0, len(x), BATCH):
            batch = order[start : start + BATCH]
            found = gradients(x[batch], y[batch])
            scale = clipping_factor(found)
            for parameter, velocity, gradient in zip(weights + biases, velocities, found, strict=True):
                velocity *= MOMENTUM
                velocity -= float(rate) * scale * gradient
                parameter += velocity
        result.dead.append(dead_shares())
    answers = forward(x_validation)[0][-1].argmax(axis=1)
    result.accuracy = float((answers == y_validation).mean())
    return result


def cross_entropy_backward(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The gradient of the mean cross-entropy of softmax(z) with respect to z."""
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p / len(labels)


def clipping_factor(gradients: Sequence[np.ndarray]) -> float:
    """What all gradients are multiplied by so that their global norm is at most LARGEST_NORM."""
    norm = float(np.sqrt(sum((gradient**2).sum() for gradient in gradients)))
    return LARGEST_NORM / norm if norm > LARGEST_NORM else 1.0


def _checked_guesses(prediction: Sequence[float | None] | None, count: int, of_what: str) -> list[float | None]:
    guesses = [None] * count if prediction is None else list(prediction)
    if len(guesses) != count or not all(guess is None or isinstance(guess, (int, float)) for guess in guesses):
        raise Nonsense(f"Your prediction should have {count} numbers, one {of_what} (None where you have none).")
    return guesses


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
        style_of_guess = {"marker": "X", "linestyle": "none", "markersize": 9, "clip_on": False}
        axes.plot(places, values, color=style.BLACK, label="your prediction", **style_of_guess)


def _alt_by_rate(dead: dict[str, np.ndarray], accuracy: dict[str, np.ndarray], rates: Sequence[float]) -> str:
    sentences = []
    for name in dead:
        numbers = ", ".join(
            f"{d:.2f} dead and {a:.2f} right at {rate:g}"
            for rate, d, a in zip(rates, dead[name].mean(axis=1), accuracy[name].mean(axis=1), strict=True)
        )
        sentences.append(f"{name}: {numbers}.")
    return "Share of dead hidden units and validation accuracy against the learning rate. " + " ".join(sentences)

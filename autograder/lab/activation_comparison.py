"""The same small networks trained with one activation function after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.lab import style
from autograder.lab.activations import ACTIVATIONS, Activation
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import Networks, normal_weights
from autograder.lab.self_normalization import usable
from autograder.lab.training import Momentum, minibatches_by_seed

SEEDS, WIDTH, BATCH, CHOOSING = 5, 32, 64, 360
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
    widths = [x.shape[1], *[WIDTH] * setting.depth, 10]
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
    if not usable(elu, selu, lambda z: elu_backward(z, z), lambda z: selu_backward(z, z)):
        return
    activations = {
        "SELU": in_float32(selu, selu_backward, gain=1.0),
        "ELU": in_float32(elu, elu_backward, gain=2.0),
        **{name: ACTIVATIONS[name] for name in ("leaky ReLU", "ReLU", "GELU", "tanh", "logistic")},
    }
    figure, panels = style.new_figure(columns=2, width=8.8, height=3.6, sharey=True)
    told, orders = [], []
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
        axes.set(xlabel="accuracy on 360 unseen digits, %", title=f"{setting.depth} hidden layers")
        axes.set(xlim=(85, 100), ylim=(-0.6, len(found) - 0.4))
        for place, (_, accuracy) in enumerate(reversed(found.values())):
            if accuracy.mean() < 0.85:
                note = f"← {100 * accuracy.min():.0f} to {100 * accuracy.max():.0f} %"
                axes.text(85.3, place, note, va="center", color=style.BLACK)
        orders.append(sorted(found, key=lambda name: -found[name][1].mean()))
        told.append(
            f"{setting.depth} hidden layers: " + ", ".join(f"{n} {100 * found[n][1].mean():.1f}" for n in orders[-1])
        )
    if prediction and all(isinstance(name, str) for name in prediction):
        print("Your order for the deep network:", " > ".join(prediction))
        print("Its means, in order:            ", " > ".join(orders[1]))
    style.show(
        figure,
        f"Accuracy of {SEEDS} networks with each activation function, in percent of 360 unseen digits; the mean is a "
        f"red bar. Means: {'; '.join(told)}.",
    )


@experiment
def time_activations(elu: Callable, selu: Callable) -> None:
    """How long ReLU, your ELU, your SELU, and the matrix product in front of them take for one layer."""
    if not usable(elu, selu):
        return
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

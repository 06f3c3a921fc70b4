"""The same small networks trained with one activation function after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from autograder.lab import style
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.self_normalization import usable

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


@dataclass(frozen=True, eq=False)
class Activation:
    """A function, its backward function (dout, z) -> dz, and the variance of its weights times fan_in."""

    forward: Callable
    backward: Callable
    gain: float


def _logistic(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def _logistic_backward(dout, z):
    s = _logistic(z)
    return dout * s * (1 - s)


ROOT = float(np.sqrt(2 / np.pi))


def _gelu(z):
    return 0.5 * z * (1 + np.tanh(ROOT * (z + 0.044715 * z * z * z)))


def _gelu_backward(dout, z):
    square = z * z
    t = np.tanh(ROOT * (z + 0.044715 * z * square))
    return dout * 0.5 * (1 + t + z * (1 - t * t) * ROOT * (1 + 3 * 0.044715 * square))


OTHERS = {
    "leaky ReLU": Activation(
        lambda z: np.where(z > 0, z, 0.01 * z), lambda dout, z: np.where(z > 0, dout, 0.01 * dout), gain=2.0
    ),
    "ReLU": Activation(lambda z: np.maximum(z, 0), lambda dout, z: dout * (z > 0), gain=2.0),
    "GELU": Activation(_gelu, _gelu_backward, gain=2.0),
    "tanh": Activation(np.tanh, lambda dout, z: dout * (1 - np.tanh(z) ** 2), gain=1.0),
    "logistic": Activation(_logistic, _logistic_backward, gain=1.0),
}


class Networks:
    """Networks of one shape, trained side by side as axis 0 of every array: `SEEDS` of them for each learning rate."""

    def __init__(self, activation: Activation, setting: Setting, pixels: int) -> None:
        self.activation = activation
        self.rates = np.repeat(np.array(setting.rates, np.float32), SEEDS)[:, None, None]
        rng = np.random.default_rng(0)
        sizes = [pixels, *[WIDTH] * setting.depth, 10]
        self.weights, self.biases = [], []
        for layer, (fan_in, fan_out) in enumerate(pairwise(sizes)):
            gain = activation.gain if layer < setting.depth else 1.0
            start = rng.normal(0, np.sqrt(gain / fan_in), (SEEDS, fan_in, fan_out)).astype(np.float32)
            self.weights.append(np.tile(start, (len(setting.rates), 1, 1)))
            self.biases.append(np.zeros((len(self.rates), 1, fan_out), np.float32))
        self.velocities = [np.zeros_like(array) for array in self.weights + self.biases]

    def forward(self, a: np.ndarray) -> tuple[list, list]:
        """The inputs of every layer, the scores last, and the z of every hidden layer."""
        inputs, before = [a], []
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            z = inputs[-1] @ weight + bias
            if layer < len(self.weights) - 1:
                before.append(z)
                z = np.asarray(self.activation.forward(z), np.float32)
            inputs.append(z)
        return inputs, before

    def step(self, x: np.ndarray, labels: np.ndarray) -> None:
        """One step of gradient descent with momentum on the cross-entropy."""
        inputs, before = self.forward(x)
        scores = np.exp(inputs[-1] - inputs[-1].max(axis=-1, keepdims=True))
        d = (scores / scores.sum(axis=-1, keepdims=True) - labels) / BATCH
        count = len(self.weights)
        gradients: list = [None] * (2 * count)
        for layer in reversed(range(count)):
            gradients[layer] = inputs[layer].transpose(0, 2, 1) @ d
            gradients[count + layer] = d.sum(axis=1, keepdims=True)
            if layer:
                d = d @ self.weights[layer].transpose(0, 2, 1)
                d = np.asarray(self.activation.backward(d, before[layer - 1]), np.float32)
        for array, velocity, gradient in zip(self.weights + self.biases, self.velocities, gradients, strict=True):
            velocity *= 0.9
            velocity -= self.rates * gradient
            array += velocity

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The share of right answers of every network, (learning rates, SEEDS)."""
        scores = self.forward(np.broadcast_to(x, (len(self.rates), *x.shape)))[0][-1]
        return (scores.argmax(axis=-1) == y).mean(axis=-1).reshape(-1, SEEDS)


def train(activation: Activation, setting: Setting) -> tuple[float, np.ndarray]:
    """The best learning rate, chosen on images set apart for that, and the accuracies on the validation images."""
    x, y, x_validation, y_validation = digits()
    x, x_validation = x.astype(np.float32), x_validation.astype(np.float32)
    x_choose, y_choose, x, y = x[:CHOOSING], y[:CHOOSING], x[CHOOSING:], y[CHOOSING:]
    labels = np.eye(10, dtype=np.float32)[y]
    networks = Networks(activation, setting, x.shape[1])
    rngs = [np.random.default_rng([1, seed]) for seed in range(SEEDS)]
    with np.errstate(all="ignore"):
        for _ in range(setting.epochs):
            order = np.stack([rng.permutation(len(x)) for rng in rngs])
            for start in range(0, len(x) - BATCH + 1, BATCH):
                chosen = np.tile(order[:, start : start + BATCH], (len(setting.rates), 1))
                networks.step(x[chosen], labels[chosen])
        best = int(networks.accuracy(x_choose, y_choose).mean(axis=1).argmax())
        return setting.rates[best], networks.accuracy(x_validation, y_validation)[best]


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
        "SELU": Activation(selu, selu_backward, gain=1.0),
        "ELU": Activation(elu, elu_backward, gain=2.0),
        **OTHERS,
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

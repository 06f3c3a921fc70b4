"""The deep network of the capstone: put together from the functions of a toolbox, and once more from PyTorch's modules.

A recipe says how it is built and trained. Several networks of one recipe, each with a start and minibatches of its own,
are trained side by side: their activations stand beside each other in one array, so that one call of an activation
function or of batch normalization, which treat every column by itself, serves them all.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.lab.function_toolbox import Toolbox, one_thread
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import cross_entropy
from autograder.lab.students import UnusableResult
from autograder.lab.training import minibatches

VALIDATION = 360
CLASSES = 10
BETA, BETA1, BETA2, EPSILON = 0.9, 0.9, 0.999, 1e-8
"""Momentum's beta, and Adam's settings: PyTorch's defaults."""
BN_MOMENTUM, BN_EPS = 0.1, 1e-5
CHUNK = 64
"""Images that go through a dense layer at once: products so small stay on one thread, where several would only wait."""
PEAK = 0.45
"""Where 1cycle has its peak, as a share of all steps."""

RECIPE: dict[str, Any] = {
    "hidden": (50,) * 8,
    "initialization": "he",
    "activation": "elu",
    "batch_norm": True,
    "optimizer": "adam",
    "learning_rate": 0.003,
    "schedule": "constant",
    "dropout": 0.0,
    "max_norm": None,
    "l2": 0.0,
    "batch": 32,
    "epochs": 6,
}
"""The choices that a recipe can make, and what holds where it makes none."""

CHOICES = {
    "initialization": ("N(0, 1)", "glorot", "he"),
    "activation": ("sigmoid", "relu", "elu"),
    "batch_norm": (True, False),
    "optimizer": ("sgd", "momentum", "adam"),
    "schedule": ("constant", "1cycle"),
}
RANGES = {"learning_rate": (0, 100), "dropout": (0, 0.95), "l2": (0, 10), "batch": (2, 1077), "epochs": (1, 40)}
MOST_UNITS, MOST_LAYERS = 300, 20


def complete(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe with every choice made. Raises UnusableResult, a sentence, for a choice that there is not."""
    if not isinstance(recipe, Mapping):
        raise UnusableResult("A recipe is a dict of choices, such as {'activation': 'relu', 'dropout': 0.2}.")
    for name, value in recipe.items():
        if name not in RECIPE:
            raise UnusableResult(f"A recipe has no {name!r}. It can choose {', '.join(RECIPE)}.")
        if name in CHOICES and not any(value is choice or value == choice for choice in CHOICES[name]):
            raise UnusableResult(f"{name!r} can be {' or '.join(map(repr, CHOICES[name]))}, not {value!r}.")
        if name in RANGES and not (_is_number(value) and RANGES[name][0] <= value <= RANGES[name][1]):
            raise UnusableResult(
                f"{name!r} should be a number from {RANGES[name][0]} to {RANGES[name][1]}, not {value!r}."
            )
    found = {**RECIPE, **recipe}
    if found["max_norm"] is not None and not (_is_number(found["max_norm"]) and found["max_norm"] > 0):
        raise UnusableResult("'max_norm' should be a positive number, or None for no clipping.")
    for name in ("batch", "epochs"):
        found[name] = int(found[name])
    found["hidden"] = _widths(found["hidden"])
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _widths(hidden: Any) -> tuple[int, ...]:
    """The widths of the hidden layers. Raises UnusableResult for what is no list of widths."""
    good = isinstance(hidden, (tuple, list)) and 1 <= len(hidden) <= MOST_LAYERS
    if not good or not all(isinstance(units, int) and 1 <= units <= MOST_UNITS for units in hidden):
        raise UnusableResult(
            f"'hidden' should list the units of 1 to {MOST_LAYERS} hidden layers, each from 1 to {MOST_UNITS}."
        )
    return tuple(hidden)


@dataclass(frozen=True)
class Data:
    """Images and labels: to train on, to choose by, and to be looked at once, at the end."""

    x: np.ndarray
    y: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


@cache
def data() -> Data:
    """The digits: 1077 to train on, 360 to choose by, 360 for the test."""
    x, y, x_test, y_test = digits()
    return Data(x[:-VALIDATION], y[:-VALIDATION], x[-VALIDATION:], y[-VALIDATION:], x_test, y_test)


def rows_of_steps(seed: int, count: int, batch: int, epochs: int) -> list[np.ndarray]:
    """The rows of every step: a new random order each epoch, full minibatches only."""
    rng = np.random.default_rng([seed, 1])
    return [rows for _ in range(epochs) for rows in minibatches(rng, count, batch)]


# ---------------------------------------------------------------- in NumPy


class ToolboxNetworks:
    """Networks of one recipe, one for each seed, whose parameters are the rows of one array theta."""

    def __init__(self, tools: Toolbox, recipe: Mapping[str, Any], seeds: Sequence[int], dtype: str) -> None:
        self.tools, self.recipe, self.seeds, self.dtype = tools, recipe, seeds, dtype
        self.widths = (data().x.shape[1], *recipe["hidden"], CLASSES)
        self.layers = len(self.widths) - 1
        self.shapes: dict[str, tuple[int, ...]] = {}
        for layer, (inputs, units) in enumerate(pairwise(self.widths)):
            self.shapes[f"weight {layer}"] = (units, inputs)
            if self._normalized(layer):
                self.shapes[f"gamma {layer}"] = self.shapes[f"beta {layer}"] = (units,)
            else:
                self.shapes[f"bias {layer}"] = (units,)
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes.values()])
        begins = [0, *ends[:-1]]
        self.places = {
            name: (slice(begin, end), shape)
            for (name, shape), begin, end in zip(self.shapes.items(), begins, ends, strict=True)
        }
        self.means = [np.zeros(units * len(seeds), dtype) for units in recipe["hidden"]]
        self.variances = [np.ones(units * len(seeds), dtype) for units in recipe["hidden"]]
        self.noise = [np.random.default_rng([seed, 2]) for seed in seeds]

    def _normalized(self, layer: int) -> bool:
        return bool(self.recipe["batch_norm"]) and layer < self.layers - 1

    def parts(self, row: np.ndarray) -> dict[str, np.ndarray]:
        """One network's parameters, or its gradient, as views into its row of theta."""
        return {name: row[place].reshape(shape) for name, (place, shape) in self.places.items()}

    def columns(self, array: np.ndarray) -> list[np.ndarray]:
        """The part of every network in an array whose columns are theirs, side by side."""
        width = array.shape[-1] // len(self.seeds)
        return [array[..., first : first + width] for first in range(0, array.shape[-1], width)]

    def start(self) -> np.ndarray:
        """The parameters at the start: random weights, gamma 1, the rest 0. (seeds, parameters)."""
        theta = np.zeros((len(self.seeds), max(place.stop for place, _ in self.places.values())), self.dtype)
        initialize = {"N(0, 1)": lambda noise: noise, "glorot": self.tools.glorot_normal, "he": self.tools.he_normal}
        for seed, row in zip(self.seeds, theta, strict=True):
            rng = np.random.default_rng(seed)
            for name, part in self.parts(row).items():
                if name.startswith("weight"):
                    part[...] = initialize[self.recipe["initialization"]](rng.normal(size=part.shape))
                elif name.startswith("gamma"):
                    part[...] = 1
        return theta

    def _dense(self, parts: list[dict[str, np.ndarray]], layer: int, a: np.ndarray) -> np.ndarray:
        """A dense layer of every network. Before a batch normalization a bias would be of no use, so it stays 0."""
        none = np.zeros(self.widths[layer + 1], self.dtype)
        outputs = []
        for part, own in zip(parts, self.columns(a), strict=True):
            weight, bias = part[f"weight {layer}"], part.get(f"bias {layer}", none)
            rows = [self.tools.dense_forward(own[i : i + CHUNK], weight, bias) for i in range(0, len(own), CHUNK)]
            outputs.append(np.concatenate(rows))
        return np.concatenate(outputs, axis=1)

    def _joined(self, parts: list[dict[str, np.ndarray]], name: str) -> np.ndarray:
        return np.concatenate([part[name] for part in parts])

    def _activated(self, z: np.ndarray) -> np.ndarray:
        return self.tools[self.recipe["activation"]](z)

    def _activated_backward(self, dout: np.ndarray, z: np.ndarray, a: np.ndarray) -> np.ndarray:
        name = self.recipe["activation"]
        return self.tools[f"{name}_backward"](dout, a if name == "sigmoid" else z)

    def gradient(self, theta: np.ndarray, x: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One pass forward and one back: the losses (seeds,) and their gradient, an array like theta.

        x: (seeds, images, pixels). labels: (seeds, images).
        """
        tools, p = self.tools, self.recipe["dropout"]
        parts = [self.parts(row) for row in theta]
        a, kept = np.concatenate(list(x), axis=1), []
        for layer in range(self.layers - 1):
            before = a
            z = self._dense(parts, layer, a)
            linear = z
            if self._normalized(layer):
                z, self.means[layer], self.variances[layer] = tools.batch_norm_train(
                    z,
                    self._joined(parts, f"gamma {layer}"),
                    self._joined(parts, f"beta {layer}"),
                    self.means[layer],
                    self.variances[layer],
                    BN_MOMENTUM,
                    BN_EPS,
                )
            phi, mask = self._activated(z), None
            a = phi
            if p:
                u = np.concatenate([rng.random((len(a), self.widths[layer + 1])) for rng in self.noise], axis=1)
                a, mask = tools.dropout(phi, u, p, True)
            kept.append((before, linear, z, phi, mask))
        logits = self.columns(self._dense(parts, self.layers - 1, a))
        losses = np.array([float(tools.softmax_cross_entropy(*pair)) for pair in zip(logits, labels, strict=True)])

        gradient = np.zeros_like(theta)
        slopes = [self.parts(row) for row in gradient]
        pairs = zip(logits, labels, strict=True)
        d = np.concatenate([tools.softmax_cross_entropy_backward(1.0, *pair) for pair in pairs], axis=1)
        d = self._dense_backward(parts, slopes, self.layers - 1, d, a)
        for layer in reversed(range(self.layers - 1)):
            before, linear, z, phi, mask = kept[layer]
            d = tools.dropout_backward(d, mask, p, True) if p else d
            d = self._activated_backward(d, z, phi)
            if self._normalized(layer):
                d, dgamma, dbeta = tools.batch_norm_backward(d, linear, self._joined(parts, f"gamma {layer}"), BN_EPS)
                for name, found in (("gamma", dgamma), ("beta", dbeta)):
                    for slope, own in zip(slopes, self.columns(found), strict=True):
                        slope[f"{name} {layer}"][...] = own
            d = self._dense_backward(parts, slopes, layer, d, before)
        if self.recipe["l2"]:
            self._add_l2(parts, slopes)
        return losses, self._clipped(gradient)

    def _dense_backward(self, parts: list, slopes: list, layer: int, d: np.ndarray, a: np.ndarray) -> np.ndarray:
        """Write the gradients of a dense layer into `slopes`; return that of its input."""
        columns = zip(parts, slopes, self.columns(d), self.columns(a), strict=True)
        inputs = []
        for part, slope, own_d, own_a in columns:
            dx, dweight, dbias = self.tools.dense_backward(own_d, own_a, part[f"weight {layer}"])
            slope[f"weight {layer}"][...] = dweight
            if f"bias {layer}" in slope:
                slope[f"bias {layer}"][...] = dbias
            inputs.append(dx)
        return np.concatenate(inputs, axis=1)

    def _add_l2(self, parts: list, slopes: list) -> None:
        names = [name for name in self.shapes if name.startswith("weight")]
        for part, slope in zip(parts, slopes, strict=True):
            added = self.tools.l2_gradient([part[name] for name in names], self.recipe["l2"])
            for name, more in zip(names, added, strict=True):
                slope[name] += more

    def _clipped(self, gradient: np.ndarray) -> np.ndarray:
        if self.recipe["max_norm"] is None:
            return gradient
        return np.stack([self.tools.clip_by_global_norm([row], self.recipe["max_norm"])[0][0] for row in gradient])

    def logits(self, theta: np.ndarray, x: np.ndarray) -> list[np.ndarray]:
        """The scores of the same images by every network, in evaluation: running statistics, nothing dropped."""
        parts = [self.parts(row) for row in theta]
        a = np.tile(x, len(parts))
        for layer in range(self.layers - 1):
            a = self._dense(parts, layer, a)
            if self._normalized(layer):
                gamma, beta = self._joined(parts, f"gamma {layer}"), self._joined(parts, f"beta {layer}")
                a = self.tools.batch_norm_evaluate(a, gamma, beta, self.means[layer], self.variances[layer], BN_EPS)
            a = self._activated(a)
        return self.columns(self._dense(parts, self.layers - 1, a))


@dataclass
class Run:
    """What is left of a training run of several networks.

    losses: of every step, on its minibatch (steps, seeds). training, validation: mean loss on all images of each kind
        after each epoch, and accuracy: on the validation images (epochs, seeds), the last epoch alone where it was not
        watched. read: what each network takes the test images for (seeds, images).
    """

    losses: np.ndarray
    training: np.ndarray
    validation: np.ndarray
    accuracy: np.ndarray
    read: np.ndarray


def train(
    tools: Toolbox,
    recipe: Mapping[str, Any],
    seeds: Sequence[int] = (0,),
    *,
    images: int | None = None,
    wrong: int = 0,
    dtype: str = "float32",
    watched: bool = False,
) -> Run:
    """Train networks by a recipe with the functions of a toolbox.

    images: how many of the training images; all if None. wrong: how many of these get a wrong label. watched: whether
        to measure after every epoch, or at the end.

    Raises UnusableResult where the functions cannot be put together.
    """
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = data().x[:images], with_wrong_labels(data().y[:images], wrong)
            return _train(tools, complete(recipe), list(seeds), found, dtype, watched)
    except (UnusableResult, NotImplementedError):
        raise
    except Exception as error:
        raise UnusableResult(
            f"The network cannot be trained with these functions. {type(error).__name__}: {error}"
        ) from None


def with_wrong_labels(labels: np.ndarray, count: int) -> np.ndarray:
    """The labels, `count` of them exchanged for another digit, always the same ones."""
    rng, changed = np.random.default_rng(9), labels.copy()
    rows = rng.choice(len(labels), count, replace=False)
    changed[rows] = (changed[rows] + rng.integers(1, CLASSES, count)) % CLASSES
    return changed


def _train(
    tools: Toolbox, recipe: dict, seeds: list[int], trained_on: tuple[np.ndarray, np.ndarray], dtype: str, watched: bool
) -> Run:
    found, (x, y) = data(), (trained_on[0].astype(dtype), trained_on[1])
    networks = ToolboxNetworks(tools, recipe, seeds, dtype)
    theta = networks.start()
    orders = [rows_of_steps(seed, len(x), recipe["batch"], recipe["epochs"]) for seed in seeds]
    steps = list(zip(*orders, strict=True))
    advance = optimizer(tools, recipe, theta, len(steps))
    each_epoch = max(1, len(x) // recipe["batch"])
    losses, looks = [], []
    for t, rows in enumerate(steps, 1):
        loss, gradient = networks.gradient(theta, np.stack([x[r] for r in rows]), np.stack([y[r] for r in rows]))
        losses.append(loss)
        theta = np.asarray(advance(theta, gradient, t), dtype)
        if t == len(steps) or (watched and t % each_epoch == 0):
            looks.append(_look(networks, theta, [(x, y), (found.x_validation, found.y_validation)]))
    (training, validation), (_, accuracy) = np.moveaxis(np.array(looks), 0, 2)
    read = [scores.argmax(axis=1) for scores in networks.logits(theta, found.x_test.astype(dtype))]
    return Run(np.array(losses), training, validation, accuracy, np.array(read))


def _look(networks: ToolboxNetworks, theta: np.ndarray, parts: list) -> list:
    """Losses and accuracies of every network on several parts of the data, computed by the course."""
    losses, accuracies = [], []
    for x, y in parts:
        scores = np.array(networks.logits(theta, x.astype(networks.dtype)), np.float64)
        losses.append(cross_entropy(scores, y))
        accuracies.append((scores.argmax(axis=-1) == y).mean(axis=-1))
    return [losses, accuracies]


def optimizer(tools: Toolbox, recipe: Mapping[str, Any], theta: np.ndarray, steps: int) -> Callable:
    """A function (theta, gradient, t) -> theta that keeps the optimizer's state. t counts from 1."""
    state = [np.zeros_like(theta), np.zeros_like(theta)]
    name = recipe["optimizer"]

    def settings(t: int) -> tuple[float, float]:
        rate = recipe["learning_rate"]
        if recipe["schedule"] == "constant" or steps < 4:
            return rate, BETA
        peak = max(1, min(int(PEAK * steps), (steps - 2) // 2))
        rate, momentum = tools.one_cycle_schedule(t - 1, steps, peak, rate)
        return float(rate), float(momentum)

    def advance(theta: np.ndarray, gradient: np.ndarray, t: int) -> np.ndarray:
        rate, beta = settings(t)
        if name == "sgd":
            return tools.gradient_descent_step(theta, gradient, rate)
        if name == "momentum":
            theta, state[0] = tools.momentum_step(theta, gradient, state[0], rate, beta)
            return theta
        theta, state[0], state[1] = tools.adam_step(theta, gradient, *state, t, rate, beta, BETA2, EPSILON)
        return theta

    return advance


# ---------------------------------------------------------------- in PyTorch


def in_pytorch(widths: Sequence[int]) -> Any:
    """The same network from PyTorch's modules: widths are those of the input, the hidden layers and the output."""
    from torch import nn

    layers = []
    for inputs, units in pairwise(widths[:-1]):
        layers += [nn.Linear(inputs, units, bias=False), nn.BatchNorm1d(units), nn.ELU()]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1])).double()


def train_in_pytorch(tools: Toolbox, recipe: Mapping[str, Any], seed: int = 0) -> tuple[np.ndarray, float]:
    """Train it from the start and on the minibatches of `train` with the same seed, with torch.optim.Adam.

    Returns the loss of every step, and the loss on the validation images at the end.
    """
    import torch
    import torch.nn.functional as F

    recipe = complete(recipe)
    found = {name: torch.tensor(array) for name, array in vars(data()).items()}
    x, y = found["x"], found["y"]
    networks = ToolboxNetworks(tools, recipe, [seed], "float64")
    start = networks.parts(networks.start()[0])
    losses = []
    with one_thread():
        network = in_pytorch(networks.widths)
        with torch.no_grad():
            for parameter, values in zip(network.parameters(), start.values(), strict=True):
                parameter.copy_(torch.tensor(values))
        optimizer = torch.optim.Adam(network.parameters(), lr=recipe["learning_rate"])
        for rows in rows_of_steps(seed, len(x), recipe["batch"], recipe["epochs"]):
            loss = F.cross_entropy(network(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        network.eval()
        with torch.no_grad():
            validation = F.cross_entropy(network(found["x_validation"]), found["y_validation"]).item()
    return np.array(losses), validation

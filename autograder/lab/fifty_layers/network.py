"""The network of fifty layers, its training, and what is seen inside of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from autograder.lab.fifty_layers.recipe import (
    BATCH,
    BETA,
    BN_EPS,
    BN_MOMENTUM,
    CLASSES,
    LAYERS,
    LOOKS,
    STEPS,
    WIDTH,
    Recipe,
)
from autograder.lab.fifty_layers.tools import STEPPERS, State, Tools
from autograder.lab.handwritten_digits import MNIST_TRAIN, mnist
from autograder.lab.networks import bounded_cross_entropy, cross_entropy_backward
from autograder.lab.training import QUICK, QUICK_MINIBATCHES


class Network:
    """Fifty dense layers, all of whose parameters stand in one array, theta."""

    def __init__(self, recipe: Recipe, tools: Tools, seed: int) -> None:
        self.recipe, self.tools = recipe, tools
        self.rng = np.random.default_rng(seed)
        widths = (784, *(WIDTH,) * (LAYERS - 1), CLASSES)
        self.shapes: list[tuple[int, ...]] = [(units, inputs) for inputs, units in pairwise(widths)]
        self.shapes += [(units,) for units in widths[1:]]
        if recipe.batch_norm:
            self.shapes += [(WIDTH,)] * 2 * (LAYERS - 1)
        self.ends = np.cumsum([np.prod(shape) for shape in self.shapes])
        self.theta = np.zeros(int(self.ends[-1]), np.float32)
        for part in self.parts(self.theta)[:LAYERS]:
            part[...] = tools.weights(recipe, self.rng.normal(size=part.shape).astype(np.float32))
        for gamma in self.gammas(self.theta):
            gamma[...] = 1
        self.forward_of, self.backward_of = tools.activation(recipe.activation)
        self.means = [np.zeros(WIDTH, np.float32) for _ in range(LAYERS - 1)]
        self.variances = [np.ones(WIDTH, np.float32) for _ in range(LAYERS - 1)]

    def parts(self, theta: np.ndarray) -> list[np.ndarray]:
        """The weights (units, inputs) of all layers, their biases, then all gammas and all betas: views of theta."""
        begins = [0, *self.ends[:-1]]
        places = zip(begins, self.ends, self.shapes, strict=True)
        return [theta[begin:end].reshape(shape) for begin, end, shape in places]

    def gammas(self, theta: np.ndarray) -> list[np.ndarray]:
        """The gamma of every hidden layer that is normalized."""
        return self.parts(theta)[2 * LAYERS : 3 * LAYERS - 1]

    def forward(self, theta: np.ndarray, x: np.ndarray, training: bool) -> tuple[np.ndarray, list[tuple]]:
        """The scores, and of every hidden layer what its way back needs."""
        parts, a = self.parts(theta), x
        memories: list[tuple] = []
        if "mlp_forward" in self.tools.own:
            zs, activations = self.tools.hidden(x, *self._hidden(parts), self.forward_of)
            memories = [
                (before, z, z, phi, None) for before, z, phi in zip(activations, zs, activations[1:], strict=False)
            ]
            return activations[-1] @ parts[LAYERS - 1].T + parts[2 * LAYERS - 1], [*memories, (activations[-1],)]
        for layer in range(LAYERS - 1):
            before, linear = a, a @ parts[layer].T + parts[LAYERS + layer]
            z = self._normalized(layer, linear, parts, training) if self.recipe.batch_norm else linear
            phi = a = np.asarray(self.forward_of(z), np.float32)
            back = None
            if self.recipe.dropout and training:
                a, back = self.tools.dropped(phi, self.rng.random(phi.shape).astype(np.float32), self.recipe.dropout)
            memories.append((before, linear, z, phi, back))
        return a @ parts[LAYERS - 1].T + parts[2 * LAYERS - 1], [*memories, (a,)]

    def _hidden(self, parts: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Weights and biases of the hidden layers."""
        return parts[: LAYERS - 1], parts[LAYERS : 2 * LAYERS - 1]

    def _normalized(self, layer: int, z: np.ndarray, parts: list[np.ndarray], training: bool) -> np.ndarray:
        gamma, beta = parts[2 * LAYERS + layer], parts[3 * LAYERS - 1 + layer]
        given = (gamma, beta, self.means[layer], self.variances[layer])
        if not training:
            return self.tools.evaluated(z, *given, BN_EPS)
        y, mean, variance = self.tools.normalized(z, *given, BN_MOMENTUM, BN_EPS)
        self.means[layer], self.variances[layer] = mean.astype(np.float32), variance.astype(np.float32)
        return y

    def gradient(
        self, theta: np.ndarray, x: np.ndarray, labels: np.ndarray, seen: Inside | None = None
    ) -> tuple[float, np.ndarray]:
        """The loss, and its gradient: an array like theta. seen: is filled with what is seen on the way."""
        scores, memories = self.forward(theta, x, training=True)
        loss = float(bounded_cross_entropy(scores, labels))
        parts, gradient = self.parts(theta), np.zeros_like(theta)
        slopes = self.parts(gradient)
        if seen is not None:
            seen.signal[:] = [_apart(memory[3]) for memory in memories[:-1]]
        d = cross_entropy_backward(scores, labels).astype(np.float32)
        for layer in reversed(range(LAYERS)):
            if layer == LAYERS - 2 and "mlp_gradients" in self.tools.own:
                self._own_way_back(d, memories, parts, slopes, seen)
                break
            if layer < LAYERS - 1:
                _, linear, z, phi, back = memories[layer]
                d = d if back is None else back(d)
                d = np.asarray(self.backward_of(d, z, phi), np.float32)
                if self.recipe.batch_norm:
                    d, dgamma, dbeta = self.tools.normalized_backward(d, linear, parts[2 * LAYERS + layer])
                    slopes[2 * LAYERS + layer][...], slopes[3 * LAYERS - 1 + layer][...] = dgamma, dbeta
                if seen is not None:
                    seen.gradient[layer] = np.linalg.norm(d.astype(float))
            slopes[layer][...] = d.T @ memories[layer][0]
            slopes[LAYERS + layer][...] = d.sum(axis=0)
            d = d @ parts[layer]
        self._penalized(parts, slopes)
        if self.recipe.max_norm is not None:
            gradient = np.concatenate([part.ravel() for part in self.tools.clipped(slopes, self.recipe.max_norm)])
        return loss, gradient

    def _own_way_back(self, d: np.ndarray, memories: list, parts: list, slopes: list, seen: Inside | None) -> None:
        """The gradients of the hidden layers by the student's mlp_gradients, their norms by their layer_norms."""
        activations = [memory[0] for memory in memories]
        of_phi = [self.backward_of(np.ones_like(z), z, phi) for _, _, z, phi, _ in memories[:-1]]
        of_z, of_weights, of_biases = self.tools.hidden_backward(d, activations, of_phi, self._hidden(parts)[0])
        for layer in range(LAYERS - 1):
            slopes[layer][...], slopes[LAYERS + layer][...] = of_weights[layer], of_biases[layer]
        if seen is not None:
            seen.gradient[:] = self.tools.norms(of_z)

    def _penalized(self, parts: list[np.ndarray], slopes: list[np.ndarray]) -> None:
        for name, strength in (("l2_gradient", self.recipe.l2), ("l1_gradient", self.recipe.l1)):
            if strength:
                added = self.tools.penalties(parts[:LAYERS], name, strength)
                for slope, more in zip(slopes[:LAYERS], added, strict=True):
                    slope += more

    def read(self, x: np.ndarray) -> np.ndarray:
        """What the images are taken for."""
        return self.forward(self.theta, x, training=False)[0].argmax(axis=1)


def _apart(a: np.ndarray) -> float:
    """How far a layer keeps images apart: the standard deviation of its units over the images, their rms."""
    return float(np.sqrt(a.astype(float).var(axis=0).mean()))


@dataclass
class Inside:
    """What is seen inside the network in one step, for every hidden layer.

    signal: how far the images are apart. gradient: the norm of dL/dz. ratio: the step of the weights by their norm.
    """

    signal: np.ndarray = field(default_factory=lambda: np.zeros(LAYERS - 1))
    gradient: np.ndarray = field(default_factory=lambda: np.zeros(LAYERS - 1))
    ratio: np.ndarray = field(default_factory=lambda: np.full(LAYERS - 1, np.nan))


@dataclass
class Run:
    """A training run so far: losses of every step, accuracies with the step they were measured after, first step."""

    losses: list[float] = field(default_factory=list)
    accuracies: list[tuple[int, float]] = field(default_factory=list)
    first: Inside | None = None
    read: np.ndarray | None = None

    @property
    def accuracy(self) -> float:
        """The share of the validation images that were read at the last look."""
        return self.accuracies[-1][1]


def train(
    recipe: Recipe, own: Mapping[str, Callable] | None = None, seed: int = 0, look: Callable[[Run], None] | None = None
) -> Run:
    """Train the network. own: the student's functions by name of exercise. look: called whenever accuracy is measured.

    One thread serves products of this size best.
    """
    from autograder.lab.function_toolbox import one_thread

    with one_thread(), np.errstate(all="ignore"):
        return _train(Network(recipe, Tools(own or {}), seed), recipe, seed, look)


def _train(network: Network, recipe: Recipe, seed: int, look: Callable[[Run], None] | None) -> Run:
    x, y, x_validation, y_validation = mnist()
    steps = QUICK_MINIBATCHES if os.environ.get(QUICK) else STEPS
    rng = np.random.default_rng([seed, 1])
    rows = np.concatenate([rng.permutation(MNIST_TRAIN) for _ in range(1 + steps * BATCH // MNIST_TRAIN)])
    run, tools = Run(), network.tools
    zeros = np.zeros_like(network.theta)
    state: State = {"m": zeros, "s": zeros.copy(), "beta": BETA}
    adapter, given = STEPPERS[recipe.step]
    step = tools.own.get(recipe.step, given)
    for t, rate in enumerate(tools.rates(recipe, steps)):
        batch = rows[t * BATCH : (t + 1) * BATCH]
        inside = Inside() if t == 0 else None
        losses: list[float] = []

        def gradient_at(
            theta: np.ndarray, batch: np.ndarray = batch, inside: Inside | None = inside, losses: list = losses
        ) -> np.ndarray:
            loss, gradient = network.gradient(theta, x[batch], y[batch], inside)
            losses.append(loss)
            return gradient

        state["t"] = t + 1
        moved = adapter(step, network.theta, gradient_at, state, rate)
        run.losses.append(losses[-1] if losses else np.nan)
        if inside is not None:
            before, after = network.parts(network.theta), network.parts(moved)
            for layer in range(LAYERS - 1):
                size = np.linalg.norm(before[layer])
                inside.ratio[layer] = np.linalg.norm(after[layer] - before[layer]) / size if size else np.nan
            run.first = inside
        network.theta = moved
        if (t + 1) % max(1, steps // LOOKS) == 0 or t + 1 == steps:
            run.read = network.read(x_validation)
            run.accuracies.append((t + 1, float((run.read == y_validation).mean())))
            if look is not None:
                look(run)
    return run

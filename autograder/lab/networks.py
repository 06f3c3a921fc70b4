"""Networks of dense layers, with their backward pass: a single one, or several that are trained side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.lab.activations import ACTIVATIONS, Activation
from autograder.lab.in_pytorch import BOUND, cross_entropies

# ---------------------------------------------------------------- softmax and cross-entropy, along the last axis


def softmax(z: np.ndarray) -> np.ndarray:
    """The probabilities of the classes."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def cross_entropy(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The mean cross-entropy of softmax(z): a number for every network."""
    return cross_entropies(z, labels).mean(axis=-1)


def bounded_cross_entropy(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The same with probabilities of at least 1e-12, so that one image that is far off cannot make it infinite."""
    return np.minimum(cross_entropies(z, labels), BOUND).mean(axis=-1)


def cross_entropy_backward(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The gradient of the mean cross-entropy of softmax(z) with respect to z."""
    wanted = labels[..., None] == np.arange(z.shape[-1])
    return (softmax(z) - wanted) / z.shape[-2]


# ---------------------------------------------------------------- the first weights


def normal_weights(
    rng: np.random.Generator,
    widths: Sequence[int],
    gain: float = 2.0,
    *,
    last_gain: float | None = None,
    networks: int | None = None,
    units_first: bool = False,
    dtype: Any = np.float32,
) -> list[np.ndarray]:
    """Normal weights with the variance gain / fan_in, layer by layer.

    widths: of the input, the hidden layers and the output. last_gain: of the last layer, where it has its own.
    networks: how many to draw side by side. units_first: as in `Networks`.
    """
    found = []
    for layer, (inputs, units) in enumerate(pairwise(widths), start=2):
        own = gain if last_gain is None or layer < len(widths) else last_gain
        shape: tuple[int, ...] = (units, inputs) if units_first else (inputs, units)
        shape = shape if networks is None else (networks, *shape)
        found.append(rng.normal(0, np.sqrt(own / inputs), shape).astype(dtype))
    return found


def weights_by_seed(seeds: Sequence[int], widths: Sequence[int], gain: float = 2.0, **options: Any) -> list[np.ndarray]:
    """Normal weights for networks side by side, each from a seed of its own."""
    drawn = [normal_weights(np.random.default_rng(seed), widths, gain, **options) for seed in seeds]
    return [np.stack(of_layer) for of_layer in zip(*drawn, strict=True)]


# ---------------------------------------------------------------- the networks


class Networks:
    """Dense layers with an activation between them: one network, or several side by side.

    weights: one array a layer, (inputs, units), or (networks, inputs, units); biases: (units,), or (networks, 1,
        units), zeros where they are not given, None for a layer without.
    units_first: whether the weights have PyTorch's shape instead, (units, inputs).

    Images are (images, pixels), or (networks, images, pixels), where each network has its own. A subclass that has more
    between two dense layers than an activation puts the parameters of that into `added`, a list for each hidden layer.
    """

    def __init__(
        self,
        weights: list[np.ndarray],
        activation: Activation = ACTIVATIONS["ReLU"],
        *,
        biases: Sequence[np.ndarray | None] | None = None,
        units_first: bool = False,
    ) -> None:
        self.weights, self.activation, self.units_first = weights, activation, units_first
        self.biases: list[np.ndarray | None] = (
            [self._no_bias(weight) for weight in weights] if biases is None else [*biases]
        )
        self.added: list[list[np.ndarray]] = [[] for _ in weights[1:]]

    def _no_bias(self, weight: np.ndarray) -> np.ndarray:
        units = weight.shape[-2 if self.units_first else -1]
        return np.zeros((*weight.shape[:-2], 1, units) if weight.ndim > 2 else units, weight.dtype)

    @property
    def parameters(self) -> list[np.ndarray]:
        """All weights, then all biases, then what the hidden layers have besides."""
        biases = [bias for bias in self.biases if bias is not None]
        return [*self.weights, *biases, *(array for arrays in self.added for array in arrays)]

    def dense(self, layer: int, x: np.ndarray) -> np.ndarray:
        """The z of a layer."""
        weight, bias = self.weights[layer], self.biases[layer]
        z = x @ (weight.mT if self.units_first else weight)
        return z if bias is None else z + bias

    def activate(self, layer: int, z: np.ndarray, mode: str) -> tuple[np.ndarray, Any]:
        """What a hidden layer makes of its z, and what its way back needs. mode: as in `forward`."""
        a = self.activation.forward(z)
        return a, (z, a)

    def activate_backward(self, layer: int, dout: np.ndarray, memory: Any) -> tuple[np.ndarray, list[np.ndarray]]:
        """The gradient of a hidden layer's z, and the gradients of its arrays in `added`."""
        return self.activation.backward(dout, *memory), []

    def forward(self, x: np.ndarray, mode: str = "evaluation") -> tuple[list[np.ndarray], list]:
        """The inputs of every layer, the scores last; and what the way back needs of every hidden layer.

        mode: "training" or "evaluation"; a subclass may know others.
        """
        inputs, memories = [x], []
        for layer in range(len(self.weights)):
            z = self.dense(layer, inputs[-1])
            if layer < len(self.weights) - 1:
                z, memory = self.activate(layer, z, mode)
                memories.append(memory)
            inputs.append(z)
        return inputs, memories

    def scores(self, x: np.ndarray, mode: str = "evaluation") -> np.ndarray:
        """What comes out of the last layer."""
        return self.forward(x, mode)[0][-1]

    def gradients(self, x: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """The scores in training, and for each of `parameters` the gradient of the mean cross-entropy."""
        inputs, memories = self.forward(x, "training")
        d = cross_entropy_backward(inputs[-1], labels)
        of_weights: list[np.ndarray] = []
        of_biases: list[np.ndarray] = []
        of_added: list[np.ndarray] = []
        for layer in reversed(range(len(self.weights))):
            weight, bias = self.weights[layer], self.biases[layer]
            of_weights.insert(0, d.mT @ inputs[layer] if self.units_first else inputs[layer].mT @ d)
            if bias is not None:
                of_biases.insert(0, d.sum(axis=-2, keepdims=bias.ndim > 1))
            if layer:
                d = d @ (weight if self.units_first else weight.mT)
                d, added = self.activate_backward(layer - 1, d, memories[layer - 1])
                of_added = [*added, *of_added]
        return inputs[-1], of_weights + of_biases + of_added

    def accuracy(self, x: np.ndarray, labels: np.ndarray, mode: str = "evaluation") -> np.ndarray:
        """The share of the images that are answered with their label: a number for every network."""
        return (self.scores(x, mode).argmax(axis=-1) == labels).mean(axis=-1)

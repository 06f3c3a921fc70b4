"""The network of the course: fifty dense layers that shall learn to read digits, and what each notebook does for it.

`opening()` opens the course: the network as one would write it first, stuck. `opening(key)` opens a notebook with the
network as it finds it. `dashboard(...)` closes each notebook: the network before and after its repair, trained with the
student's own functions, always as the same figure. What comes out is a row of the scoreboard, which is kept in a file
beside the student's notebooks.

**For authors.** A notebook ends with a cell such as

    lab.dashboard(he_normal=he_normal)

The keywords are names of exercises, the values the student's functions. The repair is the entry of `REPAIRS` that is
made with exactly these; `only` lists those that a call may leave out. Everything else that the network needs is
computed by PyTorch (`in_pytorch`). To give a notebook a row, enter a `Repair`, with the accuracies measured
(`measured(key)`) as its range; `tests/lab/test_fifty_layers.py` checks it. What a recipe can say stands in `Recipe`,
and which exercises it calls in `Tools`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course import write_atomically
from autograder.lab import in_pytorch, style
from autograder.lab.activations import ACTIVATIONS, elu, relu, relu_backward, selu
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import MNIST_TRAIN, mnist, mnist_images
from autograder.lab.networks import bounded_cross_entropy, cross_entropy_backward
from autograder.lab.students import UnusableResult, arrays, as_array, checked, clipper, finite, on_a_list, unusable
from autograder.lab.training import QUICK, QUICK_MINIBATCHES, smooth

LAYERS, WIDTH, BATCH, STEPS = 50, 64, 64, 200
CLASSES = 10
LOOKS = 8
"""How often the accuracy is measured in a run, and a running figure drawn anew."""
BN_MOMENTUM, BN_EPS = 0.1, 1e-5
BETA, BETA1, BETA2, EPSILON = 0.9, 0.9, 0.999, 1e-8
CONSTANT = 1e6
"""Nadam's momentum decay with which its momentum is beta1 from the first step."""
PEAK = 0.45
"""Where 1cycle has its peak, as a share of all steps."""
SMALL = 0.05
"""The standard deviation of the weights that one would write first."""

# ---------------------------------------------------------------- recipes


@dataclass(frozen=True)
class Recipe:
    """How the network is built and trained.

    weights: "small" (normal, standard deviation 0.05) or the name of an exercise that makes weights of normal noise:
        "glorot_normal", "he_normal", "lecun_normal".
    activation: "sigmoid", "tanh", "relu", "leaky_relu", "elu" or "selu".
    batch_norm: whether each hidden layer is normalized before its activation.
    max_norm: the limit of `clip_by_global_norm`; None: no clipping.
    step: the exercise that makes a step, a name in `STEPPERS`.
    learning_rate: of every step, or the largest where there is a schedule.
    schedule: "constant", or the exercise "one_cycle_schedule".
    l2, l1: the strength of `l2_gradient` and `l1_gradient`. dropout: the share of units dropped.
    """

    weights: str = "small"
    activation: str = "tanh"
    batch_norm: bool = False
    max_norm: float | None = None
    step: str = "gradient_descent_step"
    learning_rate: float = 0.1
    schedule: str = "constant"
    l2: float = 0.0
    l1: float = 0.0
    dropout: float = 0.0


@dataclass(frozen=True)
class Repair:
    """A row of the scoreboard: what one notebook does for the network.

    title: how the row is called. functions: the exercises it is made with. recipe: the network with the repair.
    before: that without it. accuracy: the lowest and the highest share of validation images read, over seeds; a test
    holds it. truth: what came out, in a sentence or two. only: functions that a call of `dashboard` may leave out.
    """

    title: str
    functions: tuple[str, ...]
    recipe: Recipe
    before: Recipe
    accuracy: tuple[float, float]
    truth: str
    only: tuple[str, ...] = ()


FIRST = Recipe(learning_rate=0.03)
"""The network as one would write it first: tanh, small weights, plain gradient descent. It opens the course."""

# ---------------------------------------------------------------- what the network is made of


def _standard_deviation(weights: str, shape: tuple[int, int], negative_slope: float) -> float:
    units, inputs = shape
    variances = {
        "small": SMALL**2,
        "glorot_normal": 2 / (inputs + units),
        "he_normal": 2 / (1 + negative_slope**2) / inputs,
        "lecun_normal": 1 / inputs,
    }
    return float(np.sqrt(variances[weights]))


def _through_z(backward: Callable) -> Callable:
    """A backward function of (dout, z), as one of (dout, z, a)."""
    return lambda dout, z, a: backward(dout, z)


def _through_a(backward: Callable) -> Callable:
    """A backward function of (dout, a), as one of (dout, z, a)."""
    return lambda dout, z, a: backward(dout, a)


def _elu_backward(scale: float, alpha: float) -> Callable:
    """(dout, z, a) -> dz of scale times ELU, by PyTorch."""

    return lambda dout, z, a: in_pytorch.elu_backward(dout, a, scale, alpha)


LEAK = 0.25
WITH_ALPHA = {"leaky_relu": LEAK, "elu": 1.0}
"""The exercises that also take an alpha."""
PAIRS: dict[str, tuple[Callable, Callable]] = {
    "sigmoid": (ACTIVATIONS["logistic"].forward, ACTIVATIONS["logistic"].backward),
    "tanh": (ACTIVATIONS["tanh"].forward, ACTIVATIONS["tanh"].backward),
    "relu": (relu, _through_z(relu_backward)),
    "leaky_relu": (
        in_pytorch.operation("leaky_relu", LEAK),
        _through_z(in_pytorch.operation("leaky_relu_backward", LEAK, False)),
    ),
    "elu": (elu, _elu_backward(1.0, 1.0)),
    "selu": (selu, _elu_backward(1.0507009873554805, 1.6732632423543772)),
}
"""Activation -> z -> a, and (dout, z, a) -> dz; by PyTorch."""
SLOPES_OF_A = ("sigmoid_backward", "tanh_backward")
"""The exercises whose second argument is the activation itself."""

GradientAt = Callable[[np.ndarray], np.ndarray]
State = dict[str, Any]


def _moved(function: Callable, outputs: int, *arguments: Any) -> list[Any]:
    """What an optimizer step returned: theta and its arrays, then plain numbers. Raises UnusableResult otherwise."""
    theta = arguments[0]
    returned = function(*arguments)
    parts = [returned] if outputs == 1 and not isinstance(returned, (tuple, list)) else returned
    if not isinstance(parts, (tuple, list)) or len(parts) != outputs:
        raise unusable(function, f"did not return {outputs} results")
    name = getattr(function, "__name__", "function")
    return [as_array(part, () if np.ndim(part) == 0 else theta.shape, name).astype(theta.dtype) for part in parts]


def _gradient_descent(step: Callable, theta: np.ndarray, at: GradientAt, state: State, rate: float) -> np.ndarray:
    return _moved(step, 1, theta, at(theta), rate)[0]


def _momentum(step: Callable, theta: np.ndarray, at: GradientAt, state: State, rate: float) -> np.ndarray:
    theta, state["m"] = _moved(step, 2, theta, at(theta), state["m"], rate, state["beta"])
    return theta


def _nesterov(step: Callable, theta: np.ndarray, at: GradientAt, state: State, rate: float) -> np.ndarray:
    theta, state["m"] = _moved(step, 2, theta, at, state["m"], rate, state["beta"])
    return theta


def _rmsprop(step: Callable, theta: np.ndarray, at: GradientAt, state: State, rate: float) -> np.ndarray:
    theta, state["s"] = _moved(step, 2, theta, at(theta), state["s"], rate, BETA, EPSILON)
    return theta


def _adam(step: Callable, theta: np.ndarray, at: GradientAt, state: State, rate: float) -> np.ndarray:
    given = (theta, at(theta), state["m"], state["s"], state["t"], rate, BETA1, BETA2, EPSILON)
    theta, state["m"], state["s"] = _moved(step, 3, *given)
    return theta


def _given_gradient_descent(theta: np.ndarray, gradient: np.ndarray, rate: float) -> np.ndarray:
    return in_pytorch.sgd_step(theta, gradient, rate=rate)[0]


def _given_momentum(
    theta: np.ndarray, gradient: np.ndarray, m: np.ndarray, rate: float, beta: float
) -> tuple[np.ndarray, np.ndarray]:
    moved, buffer = in_pytorch.sgd_step(theta, gradient, -m / rate, rate=rate, momentum=beta)
    return moved, -rate * buffer


def _given_nesterov(
    theta: np.ndarray, gradient_at: GradientAt, m: np.ndarray, rate: float, beta: float
) -> tuple[np.ndarray, np.ndarray]:
    return _given_momentum(theta, gradient_at(theta + beta * m), m, rate, beta)


def _given_rmsprop(
    theta: np.ndarray, gradient: np.ndarray, s: np.ndarray, rate: float, beta: float, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    return in_pytorch.rmsprop_step(theta, gradient, s, rate=rate, beta=beta, epsilon=epsilon)


def _given_nadam(
    theta: np.ndarray,
    gradient: np.ndarray,
    m: np.ndarray,
    s: np.ndarray,
    t: int,
    learning_rate: float,
    beta1: float,
    *others: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """With constant momentum: a decay so slow that there is none. others: beta2, epsilon."""
    settings = (learning_rate, beta1, *others, CONSTANT)
    return in_pytorch.nadam_step(theta, gradient, m, s, beta1 ** (t - 1), t, *settings)[:3]


STEPPERS: dict[str, tuple[Callable, Callable]] = {
    "gradient_descent_step": (_gradient_descent, _given_gradient_descent),
    "momentum_step": (_momentum, _given_momentum),
    "nesterov_step": (_nesterov, _given_nesterov),
    "rmsprop_step": (_rmsprop, _given_rmsprop),
    "adam_step": (_adam, in_pytorch.adam_step),
    "nadam_step": (_adam, _given_nadam),
}
"""Exercise -> how it is called with the state of the run, and the step that PyTorch makes."""


def _given_one_cycle(steps: int, largest: float) -> Iterator[float]:
    """The rates of a run: up from a tenth to the largest, down again, and on to nearly nothing; by PyTorch."""
    return in_pytorch.one_cycle_rates(steps, _peak(steps), largest)


def _peak(steps: int) -> int:
    """The step with the largest rate."""
    return int(PEAK * steps)


def _own_one_cycle(function: Callable, steps: int, largest: float) -> Iterator[float]:
    for step in range(steps):
        returned = function(step, steps, _peak(steps), largest, 10.0, 1000.0, 0.85, 0.95)
        rate = returned[0] if isinstance(returned, (tuple, list)) else returned
        yield float(as_array(rate, (), "one_cycle_schedule"))


class Tools:
    """The functions that a network is run with: the student's by the name of the exercise, PyTorch's elsewhere."""

    def __init__(self, own: Mapping[str, Callable]) -> None:
        self.own = own

    def weights(self, recipe: Recipe, noise: np.ndarray) -> np.ndarray:
        """The first weights of a layer, (units, inputs)."""
        slope = LEAK if recipe.activation == "leaky_relu" else 0.0
        if recipe.weights in self.own:
            more = (slope,) if recipe.weights == "he_normal" else ()
            return finite(self.own[recipe.weights])(noise, *more).astype(noise.dtype)
        return noise * np.asarray(_standard_deviation(recipe.weights, noise.shape, slope), noise.dtype)

    def activation(self, name: str) -> tuple[Callable, Callable]:
        """z -> a, and (dout, z, a) -> dz."""
        forward, backward = PAIRS[name]
        more = (WITH_ALPHA[name],) if name in WITH_ALPHA else ()
        if name in self.own:
            forward = _with(checked(self.own[name]), more)
        if (of_name := f"{name}_backward") in self.own:
            own = _with(checked(self.own[of_name]), more)
            backward = _through_a(own) if of_name in SLOPES_OF_A else _through_z(own)
        return forward, backward

    def hidden(self, x: np.ndarray, weights: list, biases: list, phi: Callable) -> tuple[list, list]:
        """What goes into the activation of every hidden layer, and x with what comes out of each."""
        shapes = [(len(x), len(weight)) for weight in weights]
        zs, activations = _lists(self.own["mlp_forward"], (x, weights, biases, phi), shapes, [x.shape, *shapes])
        return zs, activations

    def hidden_backward(self, dout: np.ndarray, activations: list, slopes: list, weights: list) -> list[list]:
        """The gradients of every hidden layer: of its z, its weights and its biases."""
        function = self.own["mlp_gradients"]
        shapes = (
            [z.shape for z in slopes],
            [weight.shape for weight in weights],
            [weight.shape[:1] for weight in weights],
        )
        try:
            return _lists(
                lambda *given: [function(*given)[key] for key in ("dz", "dW", "db")],
                (dout, activations, slopes, weights),
                *shapes,
            )
        except (TypeError, KeyError, UnusableResult):
            raise unusable(function, "does not return the dict of lists that its card asks for") from None

    def norms(self, gradients: list) -> np.ndarray:
        """The norm of each gradient."""
        if "layer_norms" in self.own:
            return checked(self.own["layer_norms"], (len(gradients),))(gradients)
        return np.array([np.linalg.norm(gradient) for gradient in gradients])

    def normalized(self, x: np.ndarray, *others: Any) -> list[np.ndarray]:
        """The batch normalized, and the running statistics after it."""
        shapes = x.shape, x.shape[1:], x.shape[1:]
        if "batch_norm_train" in self.own:
            return arrays(self.own["batch_norm_train"], (x, *others), *shapes)
        return list(in_pytorch.batch_norm_train(x, *others))

    def normalized_backward(self, dout: np.ndarray, x: np.ndarray, gamma: np.ndarray) -> list[np.ndarray]:
        """The gradients of x, gamma and beta."""
        if "batch_norm_backward" in self.own:
            shapes = x.shape, gamma.shape, gamma.shape
            return arrays(self.own["batch_norm_backward"], (dout, x, gamma, BN_EPS), *shapes)
        return list(in_pytorch.batch_norm_backward(dout, x, gamma, BN_EPS))

    def evaluated(self, x: np.ndarray, *others: Any) -> np.ndarray:
        """The batch normalized by running statistics."""
        if "batch_norm_evaluate" in self.own:
            return checked(self.own["batch_norm_evaluate"])(x, *others)
        return in_pytorch.batch_norm_evaluate(x, *others)

    def clipped(self, gradients: list[np.ndarray], max_norm: float) -> list[np.ndarray]:
        """The gradients, made shorter where all of them together are longer than max_norm."""
        if "clip_by_global_norm" in self.own:
            return clipper(self.own["clip_by_global_norm"])(gradients, max_norm)
        norm = in_pytorch.total_norm(gradients)
        return gradients if norm <= max_norm else [gradient * np.float32(max_norm / norm) for gradient in gradients]

    def penalties(self, weights: list[np.ndarray], name: str, strength: float) -> list[np.ndarray]:
        """The gradient of the penalty of all weights. name: "l2_gradient" or "l1_gradient"."""
        if name in self.own:
            return on_a_list(self.own[name])(weights, strength)
        slopes: dict[str, Callable] = {"l2_gradient": lambda w: 2 * w, "l1_gradient": np.sign}
        return [np.float32(strength) * slopes[name](weight) for weight in weights]

    def dropped(self, a: np.ndarray, u: np.ndarray, p: float) -> tuple[np.ndarray, Callable]:
        """The activations with some of them dropped, and the way back of a gradient."""
        if "dropout" in self.own:
            out, kept = arrays(self.own["dropout"], (a, u, p, True), a.shape, a.shape)
        else:
            kept = u >= p
            out = a * kept / np.float32(1 - p)
        if "dropout_backward" in self.own:
            own = checked(self.own["dropout_backward"])
            return out, lambda dout: own(dout, kept, p, True)
        return out, lambda dout: dout * kept / np.float32(1 - p)

    def rates(self, recipe: Recipe, steps: int) -> Iterator[float]:
        """The learning rate of every step."""
        if recipe.schedule == "constant":
            return iter([recipe.learning_rate] * steps)
        if recipe.schedule in self.own:
            return _own_one_cycle(self.own[recipe.schedule], steps, recipe.learning_rate)
        return _given_one_cycle(steps, recipe.learning_rate)


def _lists(function: Callable, given: tuple, *shapes: list) -> list[list[np.ndarray]]:
    """The lists of arrays that a function returns. Raises UnusableResult where they do not have these shapes."""
    returned = function(*given)
    try:
        found = [[np.asarray(array) for array in part] for part in returned]
    except (TypeError, ValueError):
        found = []
    if [[array.shape for array in part] for part in found] != list(shapes):
        raise unusable(function, "did not return the lists of arrays that its card asks for")
    return found


def _with(function: Callable, more: tuple) -> Callable:
    """A checked function that is given something besides its arrays."""
    return (lambda *arguments: function(*arguments, *more)) if more else function


# ---------------------------------------------------------------- the network


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


# ---------------------------------------------------------------- the rows of the scoreboard

GLOROT = Recipe("glorot_normal", "tanh", learning_rate=0.03)
RELU = Recipe("he_normal", "relu", learning_rate=0.01)
LEAKY = replace(RELU, activation="leaky_relu")
SELU = Recipe("lecun_normal", "selu", learning_rate=0.01)
"""The best network of chapter 1 without batch normalization: the faster optimizers and what follows start from it."""
TOO_FAST = replace(SELU, learning_rate=0.1)
NORMALIZED = Recipe("he_normal", "elu", batch_norm=True, learning_rate=0.1)
SLOW = replace(SELU, learning_rate=0.001)
MOMENTUM = replace(SLOW, step="momentum_step")
ADAM = replace(SELU, step="adam_step", learning_rate=0.0003)
ADAM_TOO_FAST = replace(ADAM, learning_rate=0.001)

REPAIRS: dict[str, Repair] = {
    "as found": Repair(
        "as one writes it first",
        ("mlp_forward", "mlp_gradients", "layer_norms"),
        FIRST,
        FIRST,
        (0.09, 0.14),
        "The images are the same to the last layer, and no gradient comes back: nothing is learned.",
        only=("layer_norms",),
    ),
    "initialization": Repair(
        "initialization: Glorot, tanh",
        ("glorot_normal",),
        GLOROT,
        FIRST,
        (0.3, 0.62),
        "Nothing but the standard deviation of the first weights has changed.",
    ),
    "relu": Repair(
        "activation: ReLU with He",
        ("relu", "relu_backward"),
        RELU,
        replace(GLOROT, activation="sigmoid"),
        (0.13, 0.36),
        "ReLU revives the sigmoid network, but at fifty layers tanh near its linear part does better: each ReLU layer "
        "makes the images more alike.",
    ),
    "leaky ReLU": Repair(
        "activation: leaky ReLU",
        ("leaky_relu", "leaky_relu_backward"),
        LEAKY,
        RELU,
        (0.13, 0.6),
        "A leak of a quarter keeps the images apart longer than ReLU does.",
    ),
    "selu": Repair(
        "activation: SELU with LeCun",
        ("selu", "selu_backward"),
        SELU,
        GLOROT,
        (0.62, 0.84),
        "Mean and variance stay at 0 and 1 without help, through fifty layers.",
    ),
    "batch normalization": Repair(
        "batch normalization",
        ("batch_norm_train", "batch_norm_evaluate", "batch_norm_backward"),
        NORMALIZED,
        replace(NORMALIZED, batch_norm=False),
        (0.7, 0.9),
        "A rate ten times as large does no harm any more; each step takes two to three times as long.",
    ),
    "clipping": Repair(
        "gradient clipping",
        ("clip_by_global_norm",),
        replace(TOO_FAST, max_norm=1.0),
        TOO_FAST,
        (0.6, 0.86),
        "With a rate that is ten times too large, nearly every step is clipped, and the network learns all the same.",
    ),
    "momentum": Repair(
        "momentum",
        ("momentum_step",),
        MOMENTUM,
        SLOW,
        (0.66, 0.88),
        "Momentum 0.9 takes the network about as far as plain descent with ten times the rate.",
    ),
    "Nesterov": Repair(
        "Nesterov's momentum",
        ("nesterov_step",),
        replace(MOMENTUM, step="nesterov_step"),
        MOMENTUM,
        (0.66, 0.88),
        "Looking ahead is no worse and hardly better here: 200 steps on minibatches do not show the difference.",
    ),
    "RMSProp": Repair(
        "RMSProp",
        ("rmsprop_step",),
        replace(SELU, step="rmsprop_step", learning_rate=0.0003),
        SLOW,
        (0.5, 0.9),
        "Each weight gets a step of its own size, so the rate means the same in all fifty layers.",
    ),
    "Adam": Repair(
        "Adam",
        ("adam_step",),
        ADAM,
        SLOW,
        (0.6, 0.88),
        "Momentum and a step size for each weight together; at three times this rate it does far worse.",
    ),
    "Nadam": Repair(
        "Nadam",
        ("nadam_step",),
        replace(ADAM, step="nadam_step"),
        ADAM,
        (0.6, 0.88),
        "As good as Adam, within the spread of the seeds.",
    ),
    "schedule": Repair(
        "1cycle schedule, with Adam",
        ("one_cycle_schedule",),
        replace(ADAM_TOO_FAST, schedule="one_cycle_schedule"),
        ADAM_TOO_FAST,
        (0.6, 0.9),
        "The same largest rate: reached slowly and left again, it does no harm.",
    ),
    "L2": Repair(
        "L2 penalty",
        ("l2_gradient",),
        replace(ADAM_TOO_FAST, schedule="one_cycle_schedule", l2=1e-4),
        replace(ADAM_TOO_FAST, schedule="one_cycle_schedule"),
        (0.5, 0.9),
        "No repair: in 200 steps each image is seen once or twice, and nothing has been learned by heart yet.",
    ),
    "dropout": Repair(
        "dropout",
        ("dropout", "dropout_backward"),
        replace(ADAM_TOO_FAST, schedule="one_cycle_schedule", dropout=0.02),
        replace(ADAM_TOO_FAST, schedule="one_cycle_schedule"),
        (0.2, 0.75),
        "No repair: nothing has been learned by heart yet, and the noise of fifty layers adds up.",
    ),
    "all together": Repair(
        "all together",
        (
            "he_normal",
            "elu",
            "elu_backward",
            "batch_norm_train",
            "batch_norm_evaluate",
            "batch_norm_backward",
            "adam_step",
            "one_cycle_schedule",
        ),
        replace(NORMALIZED, step="adam_step", learning_rate=0.003, schedule="one_cycle_schedule"),
        FIRST,
        (0.6, 0.95),
        "Fifty layers learn, from the first step to the last.",
    ),
}
"""Key -> row, in the order of the course."""


def measured(key: str, seeds: range = range(3)) -> tuple[float, float]:
    """The lowest and the highest accuracy of a repair over some seeds: what an author enters as its range."""
    found = [train(REPAIRS[key].recipe, seed=seed).accuracy for seed in seeds]
    return min(found), max(found)


def repair_made_with(names: Mapping[str, Any]) -> str:
    """The key of the repair that is made with these exercises. Raises UnusableResult where there is none."""
    for key, repair in REPAIRS.items():
        if set(repair.functions) - set(repair.only) <= set(names) <= set(repair.functions):
            return key
    known = "; ".join(", ".join(repair.functions) for repair in REPAIRS.values())
    raise UnusableResult(
        f"No repair of the network is made with {', '.join(names) or 'nothing'}. Give your functions by name, as in "
        f"lab.dashboard(he_normal=he_normal). There are repairs with: {known}."
    )


def scoreboard_file() -> Path:
    """The student's scoreboard: in the folder of the course, beside those of the chapters, or else in this one."""
    here = Path.cwd()
    return (here.parent if here.name[:2] in {f"{chapter}_" for chapter in range(1, 10)} else here) / "scoreboard.json"


def scores() -> dict[str, float]:
    """The student's accuracies by repair. What cannot be read counts as nothing."""
    try:
        found = json.loads(scoreboard_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: float(found[key]) for key in REPAIRS if isinstance(found.get(key), (int, float))}


def keep(key: str, accuracy: float) -> None:
    """Write an accuracy into the student's scoreboard. A folder that cannot be written to is left alone."""
    if os.environ.get(QUICK):
        return
    try:
        text = json.dumps({**scores(), key: round(accuracy, 4)}, indent=1)
        write_atomically(scoreboard_file(), text + "\n")
    except OSError:
        print("This folder cannot be written to, so your row of the scoreboard is not kept.")


# ---------------------------------------------------------------- the figure

SHOWN = (3, 8)
"""Rows and columns of the validation images that the dashboard shows."""
GUESSING = 1 / CLASSES
HIGHEST_LOSS = 3.2
"""Up to which the dashboard shows the loss."""


def _digits(axes: Any, read: np.ndarray | None) -> None:
    """Some validation images, and below each what it is taken for."""
    images, labels = mnist_images()
    rows, columns = SHOWN
    size, space = 28, 14
    sheet = np.zeros((rows * (size + space), columns * size))
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        top, left = row * (size + space), column * size
        sheet[top : top + size, left : left + size] = images[MNIST_TRAIN + place]
        if read is not None:
            right = read[place] == labels[MNIST_TRAIN + place]
            look: dict[str, Any] = {
                "color": style.GREEN if right else style.RED,
                "weight": "bold" if right else "normal",
            }
            text = f"{read[place]}{'✓' if right else '✗'}"
            axes.text(left + size / 2, top + size + space / 2, text, ha="center", va="center", fontsize=8, **look)
    axes.imshow(sheet, cmap="gray_r", aspect="equal")
    axes.set(xticks=[], yticks=[], title="What it reads")
    axes.grid(False)
    for side in axes.spines.values():
        side.set_visible(False)


def _by_layer(axes: Any, runs: Mapping[str, Run], what: str, title: str) -> None:
    """A quantity of the first step over the hidden layers, for every run."""
    layers = np.arange(1, LAYERS)
    for place, (name, run) in enumerate(runs.items()):
        if run.first is not None:
            values = getattr(run.first, what)
            values = np.where(np.isfinite(values) & (values > 0), values, np.nan)
            axes.plot(layers, values, label=name, **_look(place, len(runs)))
    axes.set(yscale="log", xlabel="hidden layer", title=title, xlim=(0, LAYERS))
    if not any(np.isfinite(line.get_ydata()).any() for line in axes.lines):
        axes.set(ylim=(1e-12, 1))
        axes.text(0.5, 0.5, "0 in every layer", transform=axes.transAxes, ha="center", fontsize=9)


def _look(place: int, count: int) -> dict[str, Any]:
    """The last run in blue, the one before it in grey and dashed."""
    return {"color": style.BLUE} if place == count - 1 else {"color": style.GREY, "linestyle": "--"}


def _scoreboard(axes: Any, own: Mapping[str, float], current: str | None) -> None:
    """A line for each repair: the recorded range, and the student's own accuracy."""
    names = list(REPAIRS)
    for place, key in enumerate(names):
        low, high = REPAIRS[key].accuracy
        axes.plot([100 * low, 100 * high], [place] * 2, color="#BBBBBB", linewidth=7, solid_capstyle="round")
        if key in own:
            now = key == current
            look: dict[str, Any] = {"marker": "o", "markersize": 9 if now else 6, "color": style.BLUE}
            axes.plot(100 * own[key], place, markeredgecolor=style.BLACK if now else style.BLUE, **look)
    axes.axvline(100 * GUESSING, color=style.GREY, linestyle=":", linewidth=1)
    axes.set_yticks(range(len(names)), [REPAIRS[key].title for key in names], fontsize=8.5)
    for label, key in zip(axes.get_yticklabels(), names, strict=True):
        label.set_fontweight("bold" if key == current else "normal")
    axes.set(xlim=(0, 100), ylim=(len(names) - 0.4, -0.6), xlabel=f"% of 1000 digits read after {STEPS} steps")
    axes.set_title("Scoreboard: grey the range over random starts, blue what it gave you")


def _draw(runs: Mapping[str, Run], own: Mapping[str, float], current: str | None) -> Any:
    """The dashboard: always the same panels. runs: by name; the last one is in blue."""
    places = [["loss", "accuracy", "read"], ["signal", "gradient", "ratio"]]
    heights = [1.0, 1.0]
    if current is not None:
        places.append(["scores"] * 3)
        heights.append(0.35 + 0.12 * len(REPAIRS))
    figure, panels = style.new_mosaic(places, width=10.0, height=2.6 * sum(heights), height_ratios=heights)
    for place, (name, run) in enumerate(runs.items()):
        look = _look(place, len(runs))
        steps = np.arange(1, len(run.losses) + 1)
        if place == len(runs) - 1:
            panels["loss"].plot(steps, run.losses, color=style.SKY, linewidth=0.6, alpha=0.7)
        panels["loss"].plot(steps, smooth(run.losses), **look)
        panels["accuracy"].plot(*np.transpose([(0, GUESSING), *run.accuracies]), label=name, **look)
    panels["loss"].axhline(np.log(CLASSES), color=style.GREY, linestyle=":", linewidth=1)
    guessing = {"ha": "right", "va": "bottom", "fontsize": 8, "textcoords": "offset points"}
    panels["loss"].annotate("ln 10: guessing", (STEPS, np.log(CLASSES)), (0, 4), **guessing)
    panels["loss"].set(title="Loss", xlabel="step", xlim=(0, STEPS), ylim=(0, HIGHEST_LOSS))
    _say_where_the_loss_is(panels["loss"], list(runs.values())[-1].losses)
    panels["accuracy"].axhline(GUESSING, color=style.GREY, linestyle=":", linewidth=1)
    panels["accuracy"].set(title="Share of digits read", xlabel="step", xlim=(0, STEPS), ylim=(0, 1))
    if len(runs) > 1:
        panels["accuracy"].legend(loc="upper left", fontsize=8.5)
    _digits(panels["read"], list(runs.values())[-1].read)
    _by_layer(panels["signal"], runs, "signal", "Signal: how far images are apart")
    _by_layer(panels["gradient"], runs, "gradient", "Gradient: ‖∂L/∂z‖")
    _by_layer(panels["ratio"], runs, "ratio", "Update: ‖ΔW‖ / ‖W‖")
    panels["ratio"].axhline(1e-3, color=style.GREY, linestyle=":", linewidth=1)
    if current is not None:
        _scoreboard(panels["scores"], own, current)
    return figure


def _say_where_the_loss_is(axes: Any, losses: Sequence[float]) -> None:
    """Name the loss at the end, and the step from which on it is outside of the panel, where it is."""
    outside = ~(np.asarray(losses) <= HIGHEST_LOSS)
    if outside[-1]:
        step = len(outside) - int(np.argmin(outside[::-1])) if not outside.all() else 0
        end = f"at {losses[-1]:.0e} in the end" if np.isfinite(losses[-1]) else "not a number in the end"
        text = f"outside from step {step + 1} on,\n{end}"
        axes.text(0.5, 0.4, text, transform=axes.transAxes, ha="center", fontsize=9)


def _alt(runs: Mapping[str, Run]) -> str:
    parts = []
    for name, run in runs.items():
        first = run.first
        assert first is not None
        parts.append(
            f"{name}: {_told(run)[:-1]}; in the first step the "
            f"signal is {first.signal[0]:.0e} in layer 1 and {first.signal[-1]:.0e} in layer {LAYERS - 1}, "
            f"the gradient {first.gradient[0]:.0e} and {first.gradient[-1]:.0e}"
        )
    return (
        "Dashboard of the network of fifty layers: loss, accuracy, some digits with what they are taken for; signal, "
        f"gradient and relative step by layer. {'. '.join(parts)}."
    )


_runs: dict[Any, Run] = {}
"""The runs so far without a function of the student's, which come out the same again."""


def _trained_live(
    runs: dict[str, Run], name: str, recipe: Recipe, own: Mapping[str, Callable], current: str | None, place: Any
) -> Any:
    """Train a network into `runs`, redrawing the figure as it learns. Returns the figure's place on the page."""

    def look(run: Run) -> None:
        nonlocal place
        runs[name] = run
        if style.on_a_page() and run.accuracies[-1][0] < STEPS and len(run.accuracies) % 2:
            place = style.show(_draw(runs, scores(), current), _alt(runs), place)

    known = (recipe, os.environ.get(QUICK)) if not own else None
    runs[name] = _runs[known] if known in _runs else train(recipe, own, look=look)
    if known is not None:
        _runs[known] = runs[name]
    return place


@experiment
def opening(key: str = "as found") -> None:
    """Train the network as a notebook finds it, and watch: what its repair has to mend.

    key: that of the repair, in `REPAIRS`. Without one, the network is as one would write it first.
    """
    runs: dict[str, Run] = {}
    place = _trained_live(runs, "as it is", REPAIRS[key].before, {}, None, None)
    style.show(_draw(runs, {}, None), _alt(runs), place)
    print(f"{_told(runs['as it is'])} Guessing reads 10 %.")


def _told(run: Run) -> str:
    """The end of a run in a sentence."""
    lost = "" if np.isfinite(run.losses[-1]) else ", and the loss is not a number any more"
    return f"{run.accuracies[-1][0]} steps, {run.accuracy:.0%} of the digits read{lost}."


@experiment
def dashboard(*, change: Mapping[str, Any] | None = None, **functions: Callable) -> None:
    """Train the network of fifty layers without and with this notebook's repair, and enter it in your scoreboard.

    functions: yours, by the names of their exercises: `lab.dashboard(he_normal=he_normal)`. What other notebooks add
        is computed by PyTorch.
    change: to try something else: a dict of choices of the recipe, {"learning_rate": 0.1} for example. Such a run is
        drawn, but not entered.
    """
    key = repair_made_with(functions)
    repair = REPAIRS[key]
    try:
        recipe = replace(repair.recipe, **(change or {}))
    except TypeError:
        known = ", ".join(repair.recipe.__dataclass_fields__)
        raise UnusableResult(f"A recipe has the choices {known}; you change {', '.join(change or {})}.") from None
    runs: dict[str, Run] = {}
    place = None
    if repair.before != recipe:
        place = _trained_live(runs, "before", repair.before, {}, key, None)
    place = _trained_live(runs, "with your repair", recipe, functions, key, place)
    run = runs["with your repair"]
    if change is None:
        keep(key, run.accuracy)
    style.show(_draw(runs, {**scores(), key: run.accuracy}, key), _alt(runs), place)
    low, high = repair.accuracy
    print(f"{repair.title}: {run.accuracy:.0%} of the digits read (recorded: {low:.0%} to {high:.0%}). {repair.truth}")

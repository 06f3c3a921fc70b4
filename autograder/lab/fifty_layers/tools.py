"""The functions that the network of fifty layers is run with: the student's own, or PyTorch's in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from autograder.lab import in_pytorch
from autograder.lab.activations import ACTIVATIONS, elu, relu, relu_backward, selu
from autograder.lab.fifty_layers.recipe import BETA, BETA1, BETA2, BN_EPS, CONSTANT, EPSILON, PEAK, SMALL, Recipe
from autograder.lab.students import UnusableResult, arrays, as_array, checked, clipper, finite, on_a_list, unusable


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

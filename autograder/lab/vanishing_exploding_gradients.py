"""Gradients on their way through deep networks: products of Jacobians, whole networks, and gradient checks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from autograder.lab import style
from autograder.lab.activations import logistic, relu, relu_backward
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import cross_entropy_backward
from autograder.lab.students import UnusableResult, checked, positive
from autograder.lab.training import minibatches

DEPTH = 50
WIDTH = 64
HIDDEN = 20
IMAGES = 256
BATCH = 32


@dataclass(frozen=True)
class Start:
    """How a network starts: an activation, its slope at z, and the deviation of a weight by fan-in and fan-out."""

    phi: Callable
    slope: Callable
    deviation: Callable


ACTIVATIONS: dict[str, tuple[Callable, Callable]] = {
    "sigmoid": (logistic, lambda z: logistic(z) * logistic(-z)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "ReLU": (relu, lambda z: relu_backward(np.ones_like(z), z)),
}
INITIALIZATIONS = {
    "Glorot": lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out)),
    "He": lambda fan_in, fan_out: np.sqrt(2 / fan_in),
    "N(0, 1)": lambda fan_in, fan_out: 1.0,
    "N(0, 0.01²)": lambda fan_in, fan_out: 0.01,
}


def start_of(name: str) -> Start:
    """The start with a name such as "tanh, Glorot"."""
    activation, initialization = name.split(", ", 1)
    return Start(*ACTIVATIONS[activation], INITIALIZATIONS[initialization])


STARTS = ("ReLU, He", "tanh, Glorot", "sigmoid, Glorot", "tanh, N(0, 1)", "sigmoid, N(0, 1)", "ReLU, N(0, 0.01²)")


# ---------------------------------------------------------------- products of Jacobians


@experiment
def through_fifty_layers(
    layer_jacobian: Callable, backpropagate: Callable, layer_norms: Callable, *, prediction: float | None = None
) -> None:
    """One gradient through 50 random tanh layers for four weight scales; singular values of the product of Jacobians.

    prediction: the student's guess of the median singular value after 50 layers.
    """
    guess = positive(prediction, "a positive number such as 0.1")
    settings = {
        "weights × 1.1, z = 0": (1.1, 0.0),
        "weights × 1.0, z = 0": (1.0, 0.0),
        "weights × 0.9, z = 0": (0.9, 0.0),
        "weights × 1.1, z standard normal": (1.1, 1.0),
    }
    figure, (left, right) = style.new_figure(columns=2, width=9.4, height=3.8)
    layers = np.arange(DEPTH + 1)
    guide = {"color": style.BLACK, "linewidth": 1.2, "linestyle": ":", "zorder": 3}
    alt_parts = []
    for i, (name, (scale, size)) in enumerate(settings.items()):
        jacobians, gradient = random_chain(layer_jacobian, scale, size, width=128)
        norms = checked(layer_norms, (DEPTH + 1,))(sent_back(backpropagate, jacobians, gradient))
        factor = (norms[0] / norms[-1]) ** (1 / DEPTH)
        look = {"color": style.COLOURS[i], "marker": style.MARKERS[i], "markevery": 5, "markersize": 5}
        left.plot(layers, norms, label=f"{name}: ×{factor:.2f} a layer", **look)
        if size == 0:
            left.plot(layers, scale ** (DEPTH - layers), **guide)
        alt_parts.append(f"{name}: {norms[0]:.1e} at the input")
    left.plot([], [], label="0.9, 1, 1.1 to the power of the layers", **guide)
    left.set(yscale="log", xlabel="layer (the loss is on the right)", ylabel="‖∂L/∂a‖", title="One gradient")
    left.set_ylim(1e-8, 1e7)
    left.legend(loc="upper left", fontsize=8)

    jacobians, _ = random_chain(layer_jacobian, 1.0, 0.0, width=WIDTH)
    values = singular_values(backpropagate, jacobians)
    orthogonal, _ = random_chain(layer_jacobian, 1.0, 0.0, width=WIDTH, orthogonal=True)
    of_orthogonal = singular_values(backpropagate, orthogonal)
    lines = {
        "largest": values[:, 0],
        "root mean square": np.sqrt(np.mean(values**2, axis=1)),
        "a quarter of all are larger": values[:, WIDTH // 4],
        "median": np.median(values, axis=1),
        "all of them, orthogonal weights": np.median(of_orthogonal, axis=1),
    }
    for i, (name, line) in enumerate(lines.items()):
        right.plot(layers, np.where(line > 0, line, np.nan), label=name, **style.line(i))
    if guess is not None:
        right.plot(DEPTH, guess, markersize=10, clip_on=False, **style.CROSS)
    right.set(yscale="log", xlabel="number of layers multiplied", ylabel="singular value")
    right.set_title("All directions, weights × 1.0")
    right.legend(loc="lower left", fontsize=8)
    median = lines["median"][-1]
    print(f"After {DEPTH} layers with weights × 1.0: largest singular value {values[-1, 0]:.2g}, median {median:.1e}.")
    style.show(
        figure,
        f"Left: the norm of one gradient in {DEPTH} layers, logarithmic. {'; '.join(alt_parts)}. Right: singular "
        f"values of the product of the Jacobians against the number of layers. After {DEPTH} layers with weights × 1.0 "
        f"the largest is {values[-1, 0]:.2g} and the median {median:.1e}; with orthogonal weights all are 1.",
    )


def random_chain(
    layer_jacobian: Callable, scale: float, size: float, *, width: int, orthogonal: bool = False
) -> tuple[list[np.ndarray], np.ndarray]:
    """Jacobians of `DEPTH` layers with weights of standard deviation scale / sqrt(width), and a gradient of length 1.

    size: standard deviation of the z. orthogonal: random orthogonal matrices instead, times scale.
    """
    rng = np.random.default_rng(3)
    jacobian = checked(layer_jacobian)
    jacobians = []
    for _ in range(DEPTH):
        weights = rng.normal(0, 1 / np.sqrt(width), (width, width))
        weights = np.linalg.qr(weights)[0] if orthogonal else weights
        jacobians.append(jacobian(scale * weights, size * rng.normal(size=width)))
    gradient = rng.normal(size=width)
    return jacobians, gradient / np.linalg.norm(gradient)


def sent_back(backpropagate: Callable, jacobians: list[np.ndarray], gradient: np.ndarray) -> list[np.ndarray]:
    """The student's gradients, one for each activation. Raises UnusableResult where they are not that."""
    found = backpropagate(list(jacobians), gradient)
    if not isinstance(found, (list, tuple)) or len(found) != len(jacobians) + 1:
        raise UnusableResult("Your backpropagate should return a list with one gradient more than there are Jacobians.")
    return [checked(lambda g: g)(np.asarray(g)) for g in found]


def singular_values(backpropagate: Callable, jacobians: list[np.ndarray]) -> np.ndarray:
    """The singular values of J_L, J_L J_(L-1), ...: row k has those of k factors, in descending order.

    Each row of a product is what becomes of one unit vector on the way back.
    """
    rows = [sent_back(backpropagate, jacobians, unit) for unit in np.eye(len(jacobians[-1]))]
    products = [np.array([row[layer] for row in rows]) for layer in range(len(jacobians), -1, -1)]
    return np.array([np.linalg.svd(np.nan_to_num(product), compute_uv=False) for product in products])


# ---------------------------------------------------------------- whole networks


def forward(mlp_forward: Callable, x: np.ndarray, weights: list, biases: list, phi: Callable) -> tuple[list, list]:
    """The student's forward pass. Raises UnusableResult where it does not return the two lists."""
    found = mlp_forward(x, list(weights), list(biases), phi)
    try:
        zs, activations = ([np.asarray(array) for array in part] for part in found)
    except (TypeError, ValueError):
        raise UnusableResult("Your mlp_forward should return two lists of arrays, zs and activations.") from None
    shapes = [(len(x), len(weight)) for weight in weights]
    if [z.shape for z in zs] != shapes or [a.shape for a in activations] != [x.shape, *shapes]:
        raise UnusableResult(
            "The arrays of your mlp_forward do not have the shapes of the exercise. Run its check first."
        )
    return zs, activations


def backward(mlp_gradients: Callable, dout: np.ndarray, activations: list, slopes: list, weights: list) -> dict:
    """The student's backward pass. Raises UnusableResult where it does not return the dict of lists."""
    found = mlp_gradients(dout, list(activations), list(slopes), list(weights))
    if not isinstance(found, dict) or not {"dx", "dz", "dW", "db"} <= set(found):
        raise UnusableResult('Your mlp_gradients should return a dict with "dx", "dz", "dW" and "db".')
    due = {"dz": slopes, "dW": weights, "db": [weight[:, 0] for weight in weights]}
    for name, arrays in due.items():
        if [np.shape(array) for array in found[name]] != [array.shape for array in arrays]:
            raise UnusableResult(
                f'The arrays in "{name}" of your mlp_gradients do not have the right shapes. Check it first.'
            )
    return found


def hidden_layers(start: Start, rng: np.random.Generator, inputs: int) -> list[np.ndarray]:
    """Weights of 20 hidden layers of 64 units."""
    sides = itertools.pairwise([inputs, *[WIDTH] * HIDDEN])
    return [rng.normal(0, start.deviation(fan_in, fan_out), (fan_out, fan_in)) for fan_in, fan_out in sides]


def gradients_of_digits(mlp_forward: Callable, mlp_gradients: Callable, name: str) -> tuple[list[np.ndarray], dict]:
    """Weights and gradients of an untrained network that sees some digits: 20 hidden layers, softmax cross-entropy."""
    rng = np.random.default_rng(0)
    x, y, _, _ = digits()
    x, y = x[:IMAGES], y[:IMAGES]
    start = start_of(name)
    weights = hidden_layers(start, rng, x.shape[1])
    last = rng.normal(0, np.sqrt(2 / (WIDTH + 10)), (10, WIDTH))
    zs, activations = forward(mlp_forward, x, weights, [np.zeros(WIDTH)] * HIDDEN, start.phi)
    dout = cross_entropy_backward(activations[-1] @ last.T, y) @ last
    return weights, backward(mlp_gradients, dout, activations, [start.slope(z) for z in zs], weights)


@experiment
def gradients_by_layer(
    mlp_forward: Callable,
    mlp_gradients: Callable,
    layer_norms: Callable,
    *,
    prediction: dict[str, float | None] | None = None,
    starts: Sequence[str] = STARTS,
) -> None:
    """One backward pass through 20 untrained layers for several starts: the size of dL/dz and of dL/dW, layer by layer.

    prediction: for any of the starts, the student's guess of the gradient dL/dz in layer 1 as a share of that in layer
        20; drawn beside layer 1.
    """
    unknown = set(prediction or {}) - set(starts)
    if unknown:
        raise UnusableResult(f"Your prediction names {', '.join(map(str, unknown))}; there are {'; '.join(starts)}.")
    figure, (left, right) = style.new_figure(columns=2, width=9.6, height=4.8)
    norms_of = checked(layer_norms, (HIDDEN,))
    places = np.arange(1, HIDDEN + 1)
    alt_parts, guessed = [], False
    for i, name in enumerate(starts):
        _, found = gradients_of_digits(mlp_forward, mlp_gradients, name)
        of_z, of_weights = norms_of(found["dz"]), norms_of(found["dW"])
        factor = (of_z[0] / of_z[-1]) ** (1 / (HIDDEN - 1))
        look = style.curve(i, markersize=4.5)
        left.plot(places, np.where(of_z > 0, of_z, np.nan), label=f"{name}: ×{factor:.2f} a layer", **look)
        right.plot(places, np.where(of_weights > 0, of_weights, np.nan), **look)
        guess = positive((prediction or {}).get(name), "a positive number such as 1e-3 for each start")
        if guess is not None:
            guessed = True
            look = {"color": style.COLOURS[i], "marker": style.MARKERS[i], "fillstyle": "none", "markersize": 11}
            left.plot(0, guess * of_z[-1], linestyle="none", clip_on=False, **look)
        alt_parts.append(
            f"{name}: ∂L/∂z is {of_z[-1]:.0e} in layer {HIDDEN} and {of_z[0]:.0e} in layer 1, "
            f"∂L/∂W is {of_weights[-1]:.0e} and {of_weights[0]:.0e}"
        )
    for axes, title in ((left, "‖∂L/∂z‖: the signal"), (right, "‖∂L/∂W‖: what the weights get")):
        axes.set(yscale="log", xlabel="hidden layer (the loss is on the right)", title=title)
        axes.set_xticks([1, *range(5, HIDDEN + 1, 5)])
        axes.set_ylim(1e-27, 1e7)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    style.show(
        figure,
        f"Two panels over the {HIDDEN} hidden layers, logarithmic: the norm of the gradient with respect to z, and "
        f"that with respect to the weights. {'; '.join(alt_parts)}."
        f"{' Hollow markers: the prediction.' if guessed else ''}",
    )


@experiment
def weights_times_gradients(mlp_forward: Callable, mlp_gradients: Callable, name: str = "ReLU, N(0, 0.01²)") -> None:
    """Print, for some layers, the norm of the weights, of dL/dz and dL/dW, and the sum of W times dL/dW."""
    weights, found = gradients_of_digits(mlp_forward, mlp_gradients, name)
    print(f"{name}\nlayer       ‖W‖   ‖∂L/∂z‖   ‖∂L/∂W‖    sum of W · ∂L/∂W")
    for layer in (1, 2, 5, 10, 15, 20):
        W, dz, dW = weights[layer - 1], found["dz"][layer - 1], found["dW"][layer - 1]
        norms = "".join(f"{np.linalg.norm(array):10.1e}" for array in (W, dz, dW))
        print(f"{layer:5}{norms}   {np.sum(W * dW):.12e}")


# ---------------------------------------------------------------- learning


@dataclass
class Learning:
    """What came of a training run.

    accuracy: on the validation images, before the training and after each epoch.
    change: for each hidden layer, how far its weights have moved, as a share of their size at the start.
    """

    accuracy: list[float] = field(default_factory=list)
    change: np.ndarray = field(default_factory=lambda: np.zeros(HIDDEN))


def train(
    mlp_forward: Callable, mlp_gradients: Callable, name: str, *, learning_rate: float = 0.03, epochs: int = 8
) -> Learning:
    """Train 20 hidden layers and a linear output layer on the digits: gradient descent on minibatches of 32."""
    rng = np.random.default_rng(0)
    x, y, x_validation, y_validation = digits()
    start = start_of(name)
    weights = hidden_layers(start, rng, x.shape[1])
    biases = [np.zeros(WIDTH) for _ in weights]
    last, last_bias = rng.normal(0, np.sqrt(2 / (WIDTH + 10)), (10, WIDTH)), np.zeros(10)
    before = [weight.copy() for weight in weights]

    def accuracy() -> float:
        _, activations = forward(mlp_forward, x_validation, weights, biases, start.phi)
        return float(((activations[-1] @ last.T + last_bias).argmax(axis=1) == y_validation).mean())

    result = Learning([accuracy()])
    for _ in range(epochs):
        for batch in minibatches(rng, len(x), BATCH, rest=True):
            zs, activations = forward(mlp_forward, x[batch], weights, biases, start.phi)
            dlogits = cross_entropy_backward(activations[-1] @ last.T + last_bias, y[batch])
            slopes = [start.slope(z) for z in zs]
            found = backward(mlp_gradients, dlogits @ last, activations, slopes, weights)
            last -= learning_rate * dlogits.T @ activations[-1]
            last_bias -= learning_rate * dlogits.sum(axis=0)
            for parameter, gradient in zip(weights + biases, [*found["dW"], *found["db"]], strict=True):
                parameter -= learning_rate * np.asarray(gradient)
        result.accuracy.append(accuracy())
    moved = [np.linalg.norm(W - W0) / np.linalg.norm(W0) for W, W0 in zip(weights, before, strict=True)]
    result.change = np.array(moved)
    return result


@experiment
def which_layers_learn(
    mlp_forward: Callable,
    mlp_gradients: Callable,
    *,
    prediction: float | None = None,
    starts: Sequence[str] = ("tanh, Glorot", "sigmoid, Glorot", "tanh, N(0, 1)"),
    learning_rate: float = 0.03,
    epochs: int = 8,
) -> None:
    """Train the same 20 layers from several starts; draw how far each layer has moved, and the accuracy.

    prediction: the student's guess of how far the weights of layer 1 move in the network "sigmoid, Glorot".
    """
    guess = positive(prediction, "a positive number such as 0.01")
    figure, (left, right) = style.new_figure(columns=2, width=9.4, height=3.8)
    places = np.arange(1, HIDDEN + 1)
    alt_parts = []
    for i, name in enumerate(starts):
        run = train(mlp_forward, mlp_gradients, name, learning_rate=learning_rate, epochs=epochs)
        look = style.curve(i, markersize=5)
        left.plot(places, np.where(run.change > 0, run.change, np.nan), label=name, **look)
        right.plot(range(epochs + 1), run.accuracy, label=name, **look)
        alt_parts.append(
            f"{name}: layer 1 moved by {run.change[0]:.0e} of its size, layer {HIDDEN} by {run.change[-1]:.0e}, "
            f"accuracy {run.accuracy[-1]:.2f}"
        )
        print(f"{alt_parts[-1]}.")
    if guess is not None:
        left.plot(1, guess, markersize=11, **style.CROSS)
    left.axhline(1, color=style.GREY, linewidth=1, linestyle=":")
    note = {"xytext": (0, 4), "textcoords": "offset points", "ha": "right", "fontsize": 8}
    left.annotate("moved by their own size", (HIDDEN, 1), **note)
    left.set(yscale="log", xlabel="hidden layer", ylabel="‖W after − W before‖ / ‖W before‖")
    left.set(title=f"How far each layer moved in {epochs} epochs", xticks=[1, *range(5, HIDDEN + 1, 5)])
    left.legend(loc="lower right")
    right.axhline(0.1, color=style.GREY, linewidth=1, linestyle=":", label="guessing")
    right.legend(loc="center right")
    right.set(xlabel="epoch", ylabel="share right, validation", ylim=(0, 1), title="Accuracy")
    style.show(
        figure,
        f"Left, logarithmic: how far the weights of each of {HIDDEN} hidden layers moved in training. Right: the "
        f"accuracy over {epochs} epochs. {'; '.join(alt_parts)}.",
    )


# ---------------------------------------------------------------- checking gradients

FLOOR = 1e-17
"""Errors of exactly zero are drawn here."""


def example(x: np.ndarray) -> np.ndarray:
    """The sum of eˣ / sqrt(sin³x + cos³x), a function on which derivatives are often tried; x may be complex."""
    return (np.exp(x) / np.sqrt(np.sin(x) ** 3 + np.cos(x) ** 3)).sum()


def slope_of_example(x: float) -> float:
    """Its derivative in one number, by hand."""
    s, c = np.sin(x), np.cos(x)
    q = s**3 + c**3
    return np.exp(x) * (1 / np.sqrt(q) - 1.5 * (s**2 * c - c**2 * s) / q**1.5)


@experiment
def error_against_step(
    numerical_gradient: Callable, complex_step_gradient: Callable, *, prediction: float | None = None
) -> None:
    """The relative error of forward difference, central difference and complex step against the step h.

    prediction: the student's guess of the h with the smallest error of the central difference.
    """
    guess = positive(prediction, "a positive number such as 1e-3")
    x = np.array([1.5])
    exact = slope_of_example(1.5)
    steps = 10.0 ** np.arange(-1, -20.25, -0.25)
    methods = {
        "forward difference": lambda f, x, h: (f(x + h) - f(x)) / h * np.ones(1),
        "central difference, yours": checked(numerical_gradient, (1,)),
        "complex step, yours": checked(complex_step_gradient, (1,)),
    }
    figure, axes = style.new_figure(width=7.6, height=4.4)
    alt_parts = []
    for i, (name, method) in enumerate(methods.items()):
        errors = np.array([abs(float(method(example, x, h)[0]) / exact - 1) for h in steps])
        look = {"color": style.COLOURS[i], "marker": style.MARKERS[i], "markersize": 4, "linewidth": 1.4}
        axes.plot(steps, np.maximum(errors, FLOOR), label=name, **look)
        best = steps[np.argmin(errors)]
        smallest = "no error" if errors.min() == 0 else f"smallest error {errors.min():.0e}"
        alt_parts.append(f"{name}: {smallest} at h = {best:.0e}")
    axes.axhline(np.finfo(float).eps, color=style.GREY, linewidth=1)
    note = {"xytext": (0, 4), "textcoords": "offset points", "fontsize": 8}
    axes.annotate("machine epsilon, 2.2e-16", (3e-2, 2.2e-16), **note)
    axes.annotate("an error of 0 is drawn here", (3e-2, FLOOR), **note)
    axes.text(1e-4, 6e-4, "error proportional to h", fontsize=8)
    axes.text(7e-2, 1e-9, "error\nproportional\nto h²", fontsize=8)
    style.mark_prediction(axes, guess)
    axes.set(xscale="log", yscale="log", xlabel="step h (smaller to the right)", ylabel="relative error")
    axes.set(title="Three ways to measure a derivative", ylim=(FLOOR / 3, 10))
    axes.invert_xaxis()
    axes.legend(loc="center right")
    print("\n".join(alt_parts))
    style.show(
        figure,
        "Relative error against the step on logarithmic axes. The two differences first improve and then get worse "
        f"until everything is lost; the complex step improves and stays at machine precision. {'; '.join(alt_parts)}.",
    )


def small_network() -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray], np.ndarray]:
    """x, weights, biases and upstream gradient of a network with the widths 5-4-6-3 and 7 samples."""
    rng = np.random.default_rng(5)
    widths = (5, 4, 6, 3)
    weights = [rng.normal(0, 1 / np.sqrt(i), (o, i)) for i, o in itertools.pairwise(widths)]
    biases = [rng.normal(0, 0.5, len(weight)) for weight in weights]
    return rng.normal(size=(7, 5)), weights, biases, rng.normal(size=(7, 3))


def planted(mlp_gradients: Callable) -> dict[str, Callable]:
    """The student's backward pass, and the same with an error planted in it."""

    def slope_forgotten(dout, activations, slopes, weights):
        return mlp_gradients(dout, activations, [slopes[0], np.ones_like(slopes[1]), slopes[2]], weights)

    def biases_averaged(dout, activations, slopes, weights):
        found = mlp_gradients(dout, activations, slopes, weights)
        return {**found, "db": [db / len(dout) for db in found["db"]]}

    def slightly_wrong(dout, activations, slopes, weights):
        return mlp_gradients(dout, activations, [slopes[0], slopes[1], slopes[2] * 1.0001], weights)

    return {
        "yours": mlp_gradients,
        "slope of layer 2 forgotten": slope_forgotten,
        "db averaged over the batch": biases_averaged,
        "slope of layer 3 wrong by 0.01 %": slightly_wrong,
    }


def relative_error(one: np.ndarray, other: np.ndarray) -> float:
    """The distance of two arrays as a share of the longer one."""
    longer = max(np.linalg.norm(one), np.linalg.norm(other))
    return float(np.linalg.norm(one - other) / longer) if longer else 0.0


@experiment
def check_the_backward_pass(
    mlp_forward: Callable, mlp_gradients: Callable, numerical_gradient: Callable, complex_step_gradient: Callable
) -> None:
    """Compare a backward pass, and three with planted errors, with central differences and with the complex step."""
    x, weights, biases, dout = small_network()

    def loss_of(kind: str, layer: int) -> Callable:
        def loss(changed: np.ndarray) -> np.ndarray:
            parts = {"x": [x], "W": list(weights), "b": list(biases)}
            parts[kind][layer] = changed
            _, activations = forward(mlp_forward, parts["x"][0], parts["W"], parts["b"], np.tanh)
            return (dout * activations[-1]).sum()

        return loss

    places = [("x", 0, x)]
    places += [("W", layer, weight) for layer, weight in enumerate(weights)]
    places += [("b", layer, bias) for layer, bias in enumerate(biases)]
    zs, activations = forward(mlp_forward, x, weights, biases, np.tanh)
    slopes = [1 - np.tanh(z) ** 2 for z in zs]
    measured = {
        "central": [checked(numerical_gradient, at.shape)(loss_of(kind, l), at) for kind, l, at in places],
        "complex": [checked(complex_step_gradient, at.shape)(loss_of(kind, l), at) for kind, l, at in places],
    }
    print("largest relative error over x, W₁, W₂, W₃, b₁, b₂, b₃, compared with")
    print(f"{'backward pass':34} {'central difference':>20} {'complex step':>14}")
    for name, function in planted(mlp_gradients).items():
        found = backward(function, dout, activations, slopes, weights)
        claimed = [np.asarray(array) for array in (found["dx"], *found["dW"], *found["db"])]
        worst = [max(map(relative_error, claimed, gradients)) for gradients in measured.values()]
        print(f"{name:34} {worst[0]:20.1e} {worst[1]:14.1e}")

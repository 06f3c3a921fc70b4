"""Optimizers at work: on surfaces that one can look at, and on a network that reads the digits.

What the notebooks of "Faster optimizers" share: their experiments are in modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.experiment import experiment, offered
from autograder.lab.handwritten_digits import digits
from autograder.lab.in_pytorch import sgd_step
from autograder.lab.networks import Networks, cross_entropy
from autograder.lab.students import UnusableResult, function_name, unusable
from autograder.lab.training import minibatches

Gradient = Callable[[np.ndarray], np.ndarray]

# ---------------------------------------------------------------- an optimizer, called step by step


@dataclass(frozen=True)
class Optimizer:
    """A student's step function with its settings.

    name: what figures call it. step: called as step(theta, gradient, *state, [t,] *settings).
    state: the names of its state arrays, which start at zero ("m", "s"); the step returns (theta, *state), or theta
        alone where there is no state.
    settings: the remaining arguments in the order of the signature, {"learning_rate": 0.1, "beta": 0.9}. A callable
        is called with t, from 1, and gives the setting of that step.
    counts: whether the step takes t, counted from 1, between state and settings.
    looks_ahead: whether the step takes the gradient as a function of theta where others take its value.
    """

    name: str
    step: Callable
    state: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    counts: bool = False
    looks_ahead: bool = False

    def begin(self, theta: np.ndarray) -> tuple[np.ndarray, ...]:
        """The state before the first step: zeros."""
        return tuple(np.zeros_like(theta) for _ in self.state)

    def advance(
        self, theta: np.ndarray, gradient: Gradient, state: tuple[np.ndarray, ...], t: int
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """One step: the new theta and the new state.

        Raises UnusableResult where the student's function does not return them.
        """
        settings = [value(t) if callable(value) else value for value in self.settings.values()]
        count = [t] if self.counts else []
        slope = gradient if self.looks_ahead else gradient(theta)
        returned = self.step(theta.copy(), slope, *(part.copy() for part in state), *count, *settings)
        parts = tuple(returned) if self.state and isinstance(returned, (tuple, list)) else (returned,)
        if [np.shape(part) for part in parts] != [theta.shape] * (1 + len(self.state)):
            due = ", ".join(("theta", *self.state))
            name = function_name(self.step)
            raise unusable(name, f"did not return ({due}), each of the shape of theta")
        return np.asarray(parts[0], dtype=float), tuple(np.asarray(part, dtype=float) for part in parts[1:])


BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
"""Adam's usual settings, which are PyTorch's."""


def gradient_descent(rate: float, name: str = "gradient descent") -> Optimizer:
    """The course's own gradient descent, to compare with."""
    return Optimizer(
        name, lambda theta, gradient, rate: sgd_step(theta, gradient, rate=rate)[0], settings={"rate": rate}
    )


def momentum(rate: float, beta: float = 0.9) -> Optimizer:
    """The course's own momentum, to compare with."""

    def step(theta: np.ndarray, gradient: np.ndarray, buffer: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
        return sgd_step(theta, gradient, buffer, rate=rate, momentum=beta)

    return Optimizer("momentum", step, ("buffer",), {"rate": rate})


def adam_like(name: str, step: Callable, learning_rate: float, epsilon: float = EPSILON, **others: float) -> Optimizer:
    """A step with Adam's state and settings. others: settings that follow epsilon."""
    settings = {"learning_rate": learning_rate, "beta1": BETA1, "beta2": BETA2, "epsilon": epsilon, **others}
    return Optimizer(name, step, ("m", "s"), settings, counts=True)


def steps_for(optimizer: Optimizer, gradients: Sequence[float] | np.ndarray) -> np.ndarray:
    """What an optimizer subtracts from theta = 0 at each step when these gradients come.

    gradients: (steps, parameters), or (steps,) for one parameter.
    """
    rows = np.asarray(gradients, dtype=float).reshape(len(gradients), -1)
    theta, steps = np.zeros(rows.shape[1]), []
    state = optimizer.begin(theta)
    for t, gradient in enumerate(rows, start=1):
        after, state = optimizer.advance(theta, _everywhere(gradient), state, t)
        steps.append(theta - after)
    return np.array(steps).reshape(np.shape(gradients))


def _everywhere(gradient: np.ndarray) -> Gradient:
    """The same gradient, whatever theta is."""
    return lambda theta: gradient.copy()


# ---------------------------------------------------------------- surfaces


@dataclass(frozen=True)
class Surface:
    """A loss of two parameters. start: where the descent begins; lowest: its minimum; x and y: what a map shows."""

    name: str
    loss: Callable[[np.ndarray], np.ndarray]
    gradient: Gradient
    start: tuple[float, float]
    lowest: tuple[float, float]
    x: tuple[float, float]
    y: tuple[float, float]


CURVATURES = np.array([1.0, 50.0])


def _bowl(theta: np.ndarray) -> np.ndarray:
    return 0.5 * (CURVATURES * theta**2).sum(axis=-1)


def _valley(theta: np.ndarray) -> np.ndarray:
    x, y = theta[..., 0], theta[..., 1]
    return 0.05 * (1 - x) ** 2 + (y - x**2) ** 2


def _valley_gradient(theta: np.ndarray) -> np.ndarray:
    x, y = theta
    across = y - x**2
    return np.array([-0.1 * (1 - x) - 4 * x * across, 2 * across])


BOWL = Surface(
    "elongated bowl", _bowl, lambda theta: CURVATURES * theta, (-9.0, 1.6), (0.0, 0.0), (-10.0, 3.0), (-2.4, 2.4)
)
"""(x² + 50 y²)/2: condition number 50, fifty times as steep across as along."""

bowl = offered(BOWL, "bowl")
"""The same for the cells in which a student writes the descent: `lab.bowl.loss(theta)`, `lab.bowl.gradient(theta)`."""

VALLEY = Surface("curved valley", _valley, _valley_gradient, (-1.6, 1.6), (1.0, 1.0), (-2.0, 2.0), (-0.8, 2.8))
"""(1 − x)²/20 + (y − x²)²: steep walls, a floor that bends (Rosenbrock's valley, with other constants)."""


def turned(surface: Surface, degrees: float, view: tuple[float, float] = (-10.0, 5.0)) -> Surface:
    """A surface turned around the origin. view: what a map shows, along both axes."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return Surface(
        surface.name,
        lambda theta: surface.loss(theta @ turn),
        lambda theta: turn @ surface.gradient(turn.T @ theta),
        tuple(turn @ np.array(surface.start)),
        tuple(turn @ np.array(surface.lowest)),
        view,
        view,
    )


def descend(optimizer: Optimizer, surface: Surface, steps: int) -> np.ndarray:
    """The path of an optimizer from the surface's start: (steps + 1, 2). Once it overflows it stays where it is."""
    theta = np.array(surface.start)
    state = optimizer.begin(theta)
    path = [theta]
    for t in range(1, steps + 1):
        theta, state = optimizer.advance(theta, surface.gradient, state, t)
        if not np.abs(theta).max() < 1e12:
            path += [path[-1]] * (steps + 1 - t)
            break
        path.append(theta)
    return np.array(path)


def steps_until(surface: Surface, path: np.ndarray, loss: float) -> int | None:
    """The number of steps after which the loss stays below `loss` for the rest of the path, None if it never does."""
    above = np.flatnonzero(~(surface.loss(path) < loss))
    first = int(above[-1]) + 1 if len(above) else 0
    return first if first < len(path) else None


def in_steps(count: int | None, never: str = "never") -> str:
    """A number of steps in words. never: what stands for None."""
    return never if count is None else f"{count} steps"


def draw_surface(axes: Any, surface: Surface, levels: int = 12) -> None:
    """A map of a surface: its contour lines, closer at the bottom, and a star at the minimum."""
    grid = np.stack(np.meshgrid(np.linspace(*surface.x, 240), np.linspace(*surface.y, 240)), axis=-1)
    loss = surface.loss(grid)
    heights = loss.max() * np.linspace(0, 1, levels + 1)[1:] ** 3
    axes.contour(grid[..., 0], grid[..., 1], loss, levels=heights, colors=style.GREY, linewidths=0.6, alpha=0.7)
    axes.plot(*surface.lowest, marker="*", markersize=12, color=style.BLACK, linestyle="none", zorder=5)
    axes.grid(False)
    axes.set(xlabel="θ₁", ylabel="θ₂", xlim=surface.x, ylim=surface.y)


def draw_path(axes: Any, path: np.ndarray, label: str, number: int = 0, markers: int | None = None) -> None:
    """A path in the colour, line and marker of its number. markers: how many of the first steps get one; all if
    None."""
    shown = slice(None, None if markers is None else markers + 1)
    axes.plot(*path.T, linewidth=1.3, zorder=3, **style.line(number))
    axes.plot(*path[shown].T, markersize=3.5, label=label, zorder=4, **style.dots(number))


@experiment
def show_paths(paths: dict[str, Any], *, title: str = "") -> None:
    """Draw paths on the bowl, and the loss along them. paths: name -> (steps + 1, 2) or a list of points.

    Raises UnusableResult where a path has no points of two finite numbers.
    """
    figure, (left, right) = style.new_figure(1, 2, width=9.4, height=3.6, width_ratios=(1.25, 1))
    draw_surface(left, replace(BOWL, y=(-5.0, 5.0)))
    said = []
    for i, (name, points) in enumerate(paths.items()):
        path = np.array(points, dtype=float)
        if path.ndim != 2 or path.shape[1] != 2 or not np.isfinite(path).all():
            raise UnusableResult(f"The path {name!r} is no list of points of two finite numbers.")
        draw_path(left, path, name, i)
        losses = BOWL.loss(path)
        right.semilogy(np.maximum(losses, 1e-16), label=name, markersize=4, markevery=10, **style.curve(i))
        said.append(f"{name}: loss {losses[0]:.3g} at the start, {losses[-1]:.3g} after {len(path) - 1} steps")
    left.set_title(title or "the path")
    right.set(xlabel="step", ylabel="loss", title="the loss")
    right.legend()
    style.show(figure, f"Left: paths on the bowl. Right: the loss over the steps. {'; '.join(said)}.")


# ---------------------------------------------------------------- a network whose parameters are one vector


class DigitsNetwork:
    """A network on the digits with ReLU and a softmax at the end; all its parameters are one vector theta.

    hidden: the widths of its hidden layers.
    """

    def __init__(self, hidden: Sequence[int] = (100, 100)) -> None:
        self.x, self.y, self.x_validation, self.y_validation = digits()
        widths = (self.x.shape[1], *hidden, 10)
        self.shapes = [shape for n, k in pairwise(widths) for shape in ((n, k), (k,))]

    def start(self, seed: int = 0) -> np.ndarray:
        """He's normal initialization, biases zero, as one vector."""
        rng = np.random.default_rng(seed)
        parts = [rng.normal(0, np.sqrt(2 / s[0]), s) if len(s) == 2 else np.zeros(s) for s in self.shapes]
        return np.concatenate([part.ravel() for part in parts])

    def parts(self, theta: np.ndarray) -> list[np.ndarray]:
        """Weights and biases, layer by layer, as views into theta."""
        ends = np.cumsum([np.prod(shape) for shape in self.shapes])[:-1]
        return [part.reshape(shape) for part, shape in zip(np.split(theta, ends), self.shapes, strict=True)]

    def _layers(self, theta: np.ndarray) -> Networks:
        parts = self.parts(theta)
        return Networks(parts[::2], biases=parts[1::2])

    def loss_and_gradient(self, theta: np.ndarray, rows: np.ndarray) -> tuple[float, np.ndarray]:
        """Mean cross-entropy over some training images, and its gradient as one vector."""
        scores, gradients = self._layers(theta).gradients(self.x[rows], self.y[rows])
        layers = len(gradients) // 2
        in_order = [part for pair in zip(gradients[:layers], gradients[layers:], strict=True) for part in pair]
        return float(cross_entropy(scores, self.y[rows])), np.concatenate([part.ravel() for part in in_order])

    def accuracy(self, theta: np.ndarray) -> float:
        """The share of the validation images that are read correctly."""
        return float(self._layers(theta).accuracy(self.x_validation, self.y_validation))

    def loss(self, theta: np.ndarray) -> float:
        """Mean cross-entropy over all training images."""
        return self.loss_and_gradient(theta, np.arange(len(self.x)))[0]


@dataclass
class Training:
    """What a training run left behind.

    losses: of each minibatch, where its gradient was taken.
    by_epoch: over all training images, before the first epoch and after each.
    """

    theta: np.ndarray
    losses: np.ndarray
    by_epoch: np.ndarray
    accuracy: float


def train(network: DigitsNetwork, optimizer: Optimizer, *, epochs: int = 8, batch: int = 32, seed: int = 0) -> Training:
    """Train on minibatches. The same seed gives every optimizer the same start and the same minibatches.

    Ends early, with infinite losses, when the loss is no longer a number.
    """
    rng = np.random.default_rng([seed, 1])
    theta = network.start(seed)
    state = optimizer.begin(theta)
    losses, by_epoch, t = [], [network.loss(theta)], 0
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            for rows in minibatches(rng, len(network.x), batch):
                t += 1

                def gradient(at: np.ndarray, rows: np.ndarray = rows) -> np.ndarray:
                    loss, slope = network.loss_and_gradient(at, rows)
                    losses.append(loss)
                    return slope

                theta, state = optimizer.advance(theta, gradient, state, t)
            loss = network.loss(theta)
            by_epoch.append(loss if np.isfinite(loss) else np.inf)
            if not np.isfinite(loss):
                by_epoch += [np.inf] * (epochs + 1 - len(by_epoch))
                break
    return Training(theta, np.array(losses), np.array(by_epoch), network.accuracy(theta))


def draw_losses(axes: Any, runs: dict[str, Training]) -> None:
    """The training loss after each epoch, one line a run."""
    for number, (name, run) in enumerate(runs.items()):
        finite = np.where(np.isfinite(run.by_epoch), run.by_epoch, np.nan)
        axes.semilogy(finite, markersize=4, label=name, **style.curve(number))
    axes.set(xlabel="epoch", ylabel="training loss")
    axes.legend()


class SmallNetwork:
    """A network on the digits for the cells in which a student writes the training: parameters are a list of arrays.

    hidden: the widths of its hidden layers. x, y: training images and labels.
    """

    def __init__(self, hidden: Sequence[int] = (32, 32)) -> None:
        self._network = DigitsNetwork(hidden)
        self.x, self.y = self._network.x, self._network.y

    def start(self, seed: int = 0, scale: float = 1.0) -> list[np.ndarray]:
        """He's normal weights times `scale` and zero biases: [weight, bias, weight, bias, ...]."""
        return [scale * part for part in self._network.parts(self._network.start(seed))]

    def batches(self, epochs: int, size: int = 32, seed: int = 0) -> list[np.ndarray]:
        """The rows of every minibatch of a training, in order."""
        rng = np.random.default_rng([seed, 1])
        return [rows for _ in range(epochs) for rows in minibatches(rng, len(self.x), size)]

    def gradients(self, parameters: Sequence[np.ndarray], rows: np.ndarray) -> tuple[float, list[np.ndarray]]:
        """The mean cross-entropy over some training images, and its gradients, one for each parameter."""
        loss, gradient = self._network.loss_and_gradient(self._vector(parameters), rows)
        return loss, self._network.parts(gradient)

    def loss(self, parameters: Sequence[np.ndarray]) -> float:
        """The mean cross-entropy over all training images."""
        return self._network.loss(self._vector(parameters))

    def accuracy(self, parameters: Sequence[np.ndarray]) -> float:
        """The share of the validation images that are read correctly."""
        return self._network.accuracy(self._vector(parameters))

    def in_pytorch(self, parameters: Sequence[np.ndarray]) -> Any:
        """The same network as a `torch.nn.Sequential` in float64, with these parameters."""
        import torch

        layers: list[Any] = []
        for weight, bias in zip(parameters[::2], parameters[1::2], strict=True):
            dense = torch.nn.Linear(*weight.shape).double()
            dense.weight.data, dense.bias.data = torch.tensor(weight.T.copy()), torch.tensor(bias.copy())
            layers += [dense, torch.nn.ReLU()]
        return torch.nn.Sequential(*layers[:-1])

    @staticmethod
    def _vector(parameters: Sequence[np.ndarray]) -> np.ndarray:
        try:
            return np.concatenate([np.asarray(part, dtype=float).ravel() for part in parameters])
        except (TypeError, ValueError) as problem:
            raise UnusableResult("The parameters are no list of arrays of numbers.") from problem


@offered
def small_network(*hidden: int) -> SmallNetwork:
    """A network on the digits whose parameters are a list of arrays: two hidden layers of 32 units unless told
    otherwise."""
    return SmallNetwork(hidden or (32, 32))


@experiment
def show_losses(losses: dict[str, Sequence[float]], *, every: int = 1, log: bool = True, title: str = "") -> None:
    """Draw training losses over the steps. losses: name -> a number for each step; every: steps from one to the next.

    Raises UnusableResult where there is no number.
    """
    figure, axes = style.new_figure(width=7.6, height=3.4)
    said = []
    for i, (name, values) in enumerate(losses.items()):
        numbers = np.array(values, dtype=float)
        if numbers.ndim != 1 or not np.isfinite(numbers).any():
            raise UnusableResult(f"There are no losses to draw for {name!r}.")
        axes.plot(every * np.arange(1, len(numbers) + 1), numbers, label=name, linewidth=1.5, **style.line(i))
        said.append(f"{name}: {numbers[0]:.3g} at first, {numbers[-1]:.3g} at last")
    axes.set(xlabel="step", ylabel="loss", title=title, yscale="log" if log else "linear")
    axes.legend()
    style.show(figure, f"The loss over the steps{', logarithmic' if log else ''}. {'; '.join(said)}.")

"""Experiments with momentum: an elongated bowl, a constant slope, changing learning rates, and the digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.descent import (
    BOWL,
    CURVATURES,
    DigitsNetwork,
    Optimizer,
    descend,
    draw_losses,
    draw_path,
    draw_surface,
    gradient_descent,
    momentum,
    steps_for,
    steps_until,
    train,
)
from autograder.lab.experiment import experiment
from autograder.lab.students import arrays, guess, number, unusable

LOW = 1e-6
"""A loss below this counts as arrived."""


def plain(step: Callable, learning_rate: Any, name: str = "") -> Optimizer:
    """Gradient descent, by the student's function."""
    return Optimizer(name or f"η = {learning_rate:g}", step, settings={"learning_rate": learning_rate})


def with_momentum(step: Callable, learning_rate: Any, beta: float, name: str = "") -> Optimizer:
    """Momentum optimization, by the student's function."""
    name = name or f"η = {learning_rate:g}, β = {beta:g}"
    return Optimizer(name, step, ("m",), {"learning_rate": learning_rate, "beta": beta})


def best_without_momentum(steepest: float, flattest: float) -> float:
    """The learning rate with which gradient descent is fastest on a bowl."""
    return 2 / (steepest + flattest)


def best_with_momentum(steepest: float, flattest: float) -> tuple[float, float]:
    """The learning rate and the beta with which momentum is fastest on a bowl."""
    total = np.sqrt(steepest) + np.sqrt(flattest)
    return 4 / total**2, ((np.sqrt(steepest) - np.sqrt(flattest)) / total) ** 2


def _losses_along(axes: Any, runs: dict[str, np.ndarray], steps: int) -> None:
    """The loss on the bowl over the steps, one line a path."""
    for i, (name, path) in enumerate(runs.items()):
        losses = np.clip(BOWL.loss(path), 1e-9, 1e9)
        look = style.curve(i)
        axes.semilogy(losses, markevery=(i * steps // 40, steps // 8), markersize=4, linewidth=1.6, label=name, **look)
    axes.axhline(LOW, color=style.GREY, linewidth=1, linestyle=":")
    axes.text(steps / 100, LOW, "arrived", color=style.GREY, size=8, va="top")
    axes.set(xlabel="step", ylabel="loss", xlim=(0, steps), ylim=(1e-8, 1e5))


def _arrival(path: np.ndarray) -> str:
    steps = steps_until(BOWL, path, LOW)
    return f"never in {len(path) - 1} steps" if steps is None else f"after {steps} steps"


# ---------------------------------------------------------------- the opening


@experiment
def a_race_down_the_valley() -> None:
    """Gradient descent and momentum, both by PyTorch with their best settings, after the same forty steps."""
    rate, (best_rate, beta) = best_without_momentum(50.0, 1.0), best_with_momentum(50.0, 1.0)
    racers = {
        "gradient descent": gradient_descent(rate),
        "momentum": momentum(best_rate, beta),
    }
    figure, panels = style.new_figure(2, 1, width=8.6, height=4.6, sharex=True)
    said = []
    for i, (axes, (name, optimizer)) in enumerate(zip(panels, racers.items(), strict=True)):
        path = descend(optimizer, BOWL, 40)
        draw_surface(axes, replace(BOWL, y=(-5.0, 5.0)))
        draw_path(axes, path, name, i)
        axes.plot(*path[-1], marker="o", markersize=13, markerfacecolor="none", color=style.BLACK, linestyle="none")
        axes.set(title=f"{name}: where it is after 40 steps (circle)", xlabel="", ylabel="")
        said.append(f"{name}: loss {BOWL.loss(path[0]):.4g} at the start, {BOWL.loss(path[-1]):.1g} after 40 steps")
    print("\n".join(said))
    style.show(
        figure,
        "Two maps of the same narrow valley with a star at its lowest point and a path of forty steps. Gradient "
        f"descent zigzags and is still on its way; momentum is at the star. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- gradient descent on the bowl


@experiment
def three_learning_rates(gradient_descent_step: Callable, *, prediction: float | None = None) -> None:
    """Gradient descent on the bowl with a small, the best and a slightly too large learning rate.

    prediction: the student's guess of the largest learning rate that does not diverge; it gets a curve of its own.
    """
    prediction, steps = guess(prediction), 400
    runs = {f"η = {rate:g}": descend(plain(gradient_descent_step, rate), BOWL, steps) for rate in (0.01, 0.039, 0.0405)}
    if prediction is not None and prediction > 0:
        runs[f"yours, η = {prediction:g}"] = descend(plain(gradient_descent_step, prediction), BOWL, steps)
    figure, (left, right) = style.new_figure(1, 2, width=9.4, height=3.8, width_ratios=(1.25, 1))
    draw_surface(left, BOWL)
    for i, (name, path) in enumerate(list(runs.items())[:2]):
        draw_path(left, path[:31], name, i)
    left.set_title("the first 30 steps")
    left.legend(loc="upper right")
    _losses_along(right, runs, steps)
    right.set_title("the loss")
    right.legend(loc="upper right")
    said = [f"{name}: loss {BOWL.loss(path[-1]):.2g} after {steps} steps" for name, path in runs.items()]
    print("\n".join(said))
    style.show(
        figure,
        "Left: two paths on the elongated bowl. With the small learning rate the path runs straight to the floor "
        "and then creeps along it; with the larger one it jumps from one wall to the other while it advances. Right: "
        f"the loss over the steps on a logarithmic axis. {'; '.join(said)}.",
    )


def measured_factor(gradient_descent_step: Callable, learning_rate: float, steps: int = 150) -> float:
    """The factor by which |theta| shrinks or grows per step, late in a descent on the bowl."""
    path = np.abs(descend(plain(gradient_descent_step, learning_rate), BOWL, steps)).max(axis=1)
    late = path[-30:]
    if late[0] == late[-1]:
        return float("nan")
    return float((late[-1] / late[0]) ** (1 / (len(late) - 1)))


@experiment
def factor_by_learning_rate(
    gradient_descent_step: Callable, convergence_factor: Callable, *, prediction: float | None = None
) -> None:
    """The factor per step on the bowl against the learning rate: each direction, the slowest of them, and measured.

    prediction: the student's guess of the best learning rate.
    """
    prediction, factor = guess(prediction), number(convergence_factor)
    rates = np.linspace(0.0, 0.045, 451)[1:]
    slowest = np.array([factor(CURVATURES.copy(), float(rate)) for rate in rates])
    figure, axes = style.new_figure(height=4.2)
    for i, (h, name) in enumerate(zip(CURVATURES, ("flat direction, h = 1", "steep direction, h = 50"), strict=True)):
        axes.plot(rates, np.abs(1 - rates * h), label=f"|1 − ηh|, {name}", **style.line(i + 1))
    axes.plot(rates, slowest, color=style.BLUE, linewidth=5, alpha=0.35, label="your convergence_factor")
    tried = np.array([0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.038, 0.041, 0.043])
    measured = [measured_factor(gradient_descent_step, float(rate)) for rate in tried]
    axes.plot(tried, measured, color=style.BLACK, marker="o", markersize=5, linestyle="none", label="measured")
    axes.axhline(1, color=style.GREY, linewidth=1)
    axes.text(0.03, 1.03, "θ grows", color=style.GREY)
    axes.text(0.03, 0.87, "θ shrinks", color=style.GREY)
    style.mark_prediction(axes, prediction)
    axes.set(xlabel="learning rate η", ylabel="factor per step", xlim=(0, 0.045), ylim=(0.0, 1.18))
    axes.set_title("how much of the distance is left after a step")
    axes.set_xticks(np.arange(0, 0.046, 0.01))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    best = int(np.nanargmin(slowest))
    stable = rates[slowest < 1]
    said = (
        f"smallest factor {slowest[best]:.4f}, at η = {rates[best]:.4f}; below 1 up to η = {stable.max(initial=0):.4f}"
    )
    print(said)
    style.show(
        figure,
        "Factor per step against the learning rate: a line that falls slowly for the flat direction, one that falls to "
        "0 quickly and rises again for the steep one. Your function is the upper of the two, and measured points lie "
        f"on it: {said}.",
    )


# ---------------------------------------------------------------- a constant and an alternating slope


def velocities(
    momentum_step: Callable, gradients: Sequence[float] | np.ndarray, beta: float, learning_rate: Any = 1.0
) -> np.ndarray:
    """The steps that momentum takes from rest when these gradients arrive, whatever theta is."""
    optimizer = with_momentum(momentum_step, learning_rate, beta, "momentum")
    return -steps_for(optimizer, gradients)


@experiment
def constant_slope(momentum_step: Callable, *, prediction: float | None = None) -> None:
    """Length of the steps on a constant slope and on one whose sign alternates, as multiples of learning rate x slope.

    prediction: how many times as long the steps become with beta = 0.9, as the student guesses.
    """
    prediction, count = guess(prediction), 120
    figure, (left, right) = style.new_figure(1, 2, width=9.4, height=3.8, width_ratios=(1.5, 1))
    said = []
    for i, beta in enumerate((0.5, 0.9, 0.97)):
        look = style.line(i)
        steady = velocities(momentum_step, np.ones(count), beta)
        left.plot(range(1, count + 1), -steady, **look)
        left.axhline(1 / (1 - beta), color=style.GREY, linewidth=1, linestyle=":")
        left.text(count, 1 / (1 - beta) + 0.5, f"β = {beta:g}: 1/(1 − β) = {1 / (1 - beta):.3g}", ha="right")
        switching = np.abs(velocities(momentum_step, (-1.0) ** np.arange(40), beta))
        if beta < 0.97:
            mark = {"marker": style.MARKERS[i], "markersize": 3.5}
            right.plot(range(1, 41), switching, label=f"β = {beta:g}", linewidth=1, **mark, **look)
        close = np.flatnonzero((beta < 0.97) & (np.abs(steady) < 0.95 * np.abs(steady[-1])))
        reached = f", 95 % of it after {close[-1] + 2} steps" if len(close) else ""
        said.append(
            f"β = {beta:g}: after {count} steps {abs(steady[-1]):.2f} times as long{reached}; "
            f"alternating about {switching[-2:].mean():.2f} times"
        )
    if prediction is not None:
        left.axhline(prediction, color=style.BLACK, linestyle="--", linewidth=1.2, label="your prediction for β = 0.9")
        left.legend(loc="upper left")
    left.set(xlabel="step t", ylabel="|step| / (η |g|)", title="constant gradient")
    left.set_ylim(0, 38)
    right.set(xlabel="step t", title="gradient +1, −1, +1, −1, ...", ylim=(0, 1.1))
    right.legend(loc="upper right")
    print("\n".join(said))
    style.show(
        figure,
        "Left: the length of a step over the number of steps for a constant gradient, for three values of beta, with "
        "dotted lines at 1 over 1 minus beta. Right: the same for a gradient that alternates, for the two smaller "
        f"values of beta. {'. '.join(said)}.",
    )


# ---------------------------------------------------------------- momentum on the bowl


@experiment
def momentum_on_the_bowl(
    gradient_descent_step: Callable,
    momentum_step: Callable,
    *,
    learning_rate: float | None = None,
    beta: float | None = None,
    prediction: float | None = None,
) -> None:
    """Paths and losses on the bowl: gradient descent at its best, momentum 0.9, and momentum at its best.

    learning_rate, beta: a pair of the student's own to be added. prediction: of the steps that momentum 0.9 needs.
    """
    prediction, steps = guess(prediction), 300
    rate = round(best_without_momentum(*CURVATURES[::-1]), 4)
    best_rate, best_beta = (round(float(x), 3) for x in best_with_momentum(*CURVATURES[::-1]))
    optimizers = [
        plain(gradient_descent_step, rate, f"without momentum, η = {rate:g}"),
        with_momentum(momentum_step, 0.01, 0.9),
        with_momentum(momentum_step, best_rate, best_beta),
    ]
    if learning_rate is not None and beta is not None:
        guess(learning_rate)
        guess(beta)
        name = f"yours, η = {learning_rate:g}, β = {beta:g}"
        optimizers.append(with_momentum(momentum_step, learning_rate, beta, name))
    runs = {optimizer.name: descend(optimizer, BOWL, steps) for optimizer in optimizers}
    places = [[name, "loss"] for name in runs]
    figure, panels = style.new_mosaic(places, 9.6, 1.45 * len(runs) + 0.8, width_ratios=(1.25, 1))
    wide = replace(BOWL, y=(-6.0, 6.0))
    for i, (name, path) in enumerate(runs.items()):
        axes = panels[name]
        draw_surface(axes, wide)
        draw_path(axes, path[:61], name, i)
        axes.set_title(name, fontsize=10, color=style.COLOURS[i])
        axes.label_outer()
        axes.set(xlabel="", ylabel="")
    right = panels["loss"]
    _losses_along(right, runs, steps)
    right.set_title("the loss")
    right.legend(fontsize=8, loc="upper right")
    said = [f"{name}: below {LOW:g} {_arrival(path)}" for name, path in runs.items()]
    print("\n".join(said))
    if prediction is not None:
        print(f"your prediction for β = 0.9: {prediction:g} steps")
    style.show(
        figure,
        "Left: the first 60 steps on the bowl, a map for each pair of settings. Right: the loss over the steps. "
        f"{'; '.join(said)}.",
    )


DAMPED = {0.3: "too much friction: it creeps", 0.64: "just right: no swing", 0.95: "too little: it swings"}
"""Values of beta for one direction with learning rate times curvature 0.04, and what they look like."""


@experiment
def three_kinds_of_damping(momentum_step: Callable) -> None:
    """One direction of a bowl, released at 1: theta over the steps for three values of beta."""
    figure, axes = style.new_figure(width=8.2, height=3.6)
    said = []
    for i, (beta, name) in enumerate(DAMPED.items()):
        optimizer = with_momentum(momentum_step, 0.04, beta, "momentum")
        theta, path = np.ones(1), [1.0]
        state: tuple[np.ndarray, ...] = (np.zeros(1),)
        for t in range(1, 101):
            theta, state = optimizer.advance(theta, lambda at: at, state, t)
            path.append(theta.item())
        axes.plot(path, label=f"β = {beta:g}, {name}", markevery=(4 * i, 12), markersize=5, **style.curve(i))
        far = np.flatnonzero(np.abs(path) > 0.01)
        crossings = int((np.diff(np.sign(path)) != 0).sum())
        arrived = "not within 100 steps" if far[-1] == 100 else f"after {far[-1] + 1} steps"
        said.append(f"β = {beta:g}: at rest (within 0.01 for good) {arrived}, {crossings} times across the minimum")
    axes.axhline(0, color=style.GREY, linewidth=1)
    axes.set(xlabel="step", ylabel="θ", title="one direction, ηh = 0.04, let go at θ = 1", ylim=(-1, 1.1))
    axes.legend(loc="lower right", fontsize=9)
    print("\n".join(said))
    style.show(
        figure,
        "Theta over a hundred steps for three values of beta, from 1. " + "; ".join(said) + ".",
    )


def momentum_factor(momentum_step: Callable, x: np.ndarray, beta: float) -> np.ndarray:
    """The factor per step of momentum in a direction with learning rate times curvature x, from the student's step.

    The step maps (theta, m) linearly; its factor is the largest absolute eigenvalue of that map.
    """
    columns = []
    for start in ((1.0, 0.0), (0.0, 1.0)):
        theta, m = (np.full_like(x, part) for part in start)
        new_theta, (new_m,) = with_momentum(momentum_step, 1.0, beta, "m").advance(theta, lambda at: x * at, (m,), 1)
        columns.append([new_theta, new_m])
    matrices = np.moveaxis(np.array(columns), -1, 0)
    if not np.isfinite(matrices).all():
        raise unusable("momentum_step", "did not return finite numbers")
    return np.abs(np.linalg.eigvals(matrices)).max(axis=1)


@experiment
def momentum_plateau(momentum_step: Callable) -> None:
    """The factor per step against learning rate x curvature, for four values of beta."""
    x = np.geomspace(1e-3, 5, 1200)
    figure, axes = style.new_figure(height=3.9, width=8.0)
    said = []
    for i, beta in enumerate((0.0, 0.566, 0.9, 0.97)):
        factor = momentum_factor(momentum_step, x, beta)
        axes.semilogx(x, factor, label=f"β = {beta:g}", markevery=(40 + 30 * i, 150), markersize=5, **style.curve(i))
        stable = x[factor < 1 - 1e-9]
        said.append(f"β = {beta:g}: smallest factor {factor.min():.3f}, below 1 up to {stable.max(initial=0):.2f}")
    axes.axhline(1, color=style.GREY, linewidth=1)
    axes.annotate("", (0.5, 0.33), (0.01, 0.33), arrowprops={"arrowstyle": "<->", "color": style.BLACK})
    axes.text(0.0707, 0.35, "η = 0.01 on our bowl:\nfrom h = 1 to h = 50", ha="center", va="bottom")
    axes.set(xlabel="learning rate × curvature, ηh", ylabel="factor per step", ylim=(0, 1.3), xlim=(x[0], x[-1]))
    axes.set_title("how much of the distance is left after a step, in one direction")
    axes.legend(loc="lower left")
    print("\n".join(said))
    style.show(
        figure,
        "Factor per step against learning rate times curvature, logarithmic. Without momentum a curve that falls to 0 "
        "at 1 and is back at 1 at 2. With momentum the curve has a long flat bottom at the square root of beta, "
        f"the wider the larger beta. {'; '.join(said)}.",
    )


def steps_on(optimizer: Optimizer, curvatures: np.ndarray, most: int = 60_000) -> float:
    """After how many steps from (1, 1) the longer entry of theta stays below a millionth; NaN if not in `most`."""
    theta, last = np.ones(2), 0
    state = optimizer.begin(theta)
    for t in range(1, most + 1):
        theta, state = optimizer.advance(theta, lambda at: curvatures * at, state, t)
        size = np.abs(theta).max()
        last = t if not size < 1e-6 else last
        if not size < 1e9 or t > 2 * last + 200:
            break
    return float(last + 1) if np.abs(theta).max() < 1e-6 else float("nan")


@experiment
def steps_by_condition_number(
    gradient_descent_step: Callable, momentum_step: Callable, best_momentum: Callable
) -> None:
    """The number of steps to a millionth of the distance against the condition number, with the best settings."""
    numbers = np.array([3, 10, 30, 100, 300, 1000, 3000])
    counts: dict[str, list[float]] = {"without momentum": [], "momentum, your best β": [], "momentum, β = 0.9": []}
    for condition in numbers:
        curvatures = np.array([1.0, float(condition)])
        best_rate, beta = arrays(best_momentum, [curvatures], (), ())
        tried = (
            plain(gradient_descent_step, best_without_momentum(condition, 1.0), "plain"),
            with_momentum(momentum_step, float(best_rate), float(beta), "best"),
            with_momentum(momentum_step, best_rate_of(0.9, condition), 0.9, "0.9"),
        )
        for name, optimizer in zip(counts, tried, strict=True):
            counts[name].append(steps_on(optimizer, curvatures))
    figure, axes = style.new_figure(height=3.7, width=7.6)
    for i, (name, row) in enumerate(counts.items()):
        axes.loglog(numbers, row, markersize=5, label=name, **style.curve(i))
    axes.set(xlabel="condition number", ylabel="steps", title="steps until a millionth of the distance is left")
    axes.set_xticks(numbers, [f"{value}" for value in numbers])
    axes.minorticks_off()
    axes.legend()
    said = [
        f"condition number {condition}: " + ", ".join(f"{name} {row[i]:.0f}" for name, row in counts.items())
        for i, condition in enumerate(numbers)
        if condition in (30, 300, 3000)
    ]
    print("\n".join(said))
    style.show(
        figure,
        "Number of steps against condition number, both logarithmic: a line of slope 1 without momentum, one of about "
        f"slope one half with the best beta, and with beta 0.9 a line that is flat up to 1000. {'; '.join(said)}.",
    )


def best_rate_of(beta: float, condition: float) -> float:
    """A learning rate that puts curvatures from 1 to `condition` onto the plateau of beta; else the best there is."""
    lowest, highest = (1 - np.sqrt(beta)) ** 2, (1 + np.sqrt(beta)) ** 2
    if highest / lowest >= condition:
        return float(np.sqrt(lowest * highest / condition))
    return float(2 * (1 + beta) / (condition + 1))


# ---------------------------------------------------------------- a learning rate that changes

PHASE = 60
RATES = (0.01, 0.1, 0.01)


@experiment
def when_the_learning_rate_changes(
    momentum_step: Callable, sgd_momentum_step: Callable, *, prediction: dict[str, float | None] | None = None
) -> None:
    """The length of the steps on a constant slope while the learning rate rises and drops, in both forms of momentum.

    prediction: the factor by which each form's step becomes shorter at once when the rate drops to a tenth.
    """
    schedule = [rate for rate in RATES for _ in range(PHASE)]
    in_both = {"learning_rate": lambda t: schedule[t - 1]}
    forms = {
        "textbook": Optimizer("textbook", momentum_step, ("m",), {**in_both, "beta": 0.9}),
        "PyTorch": Optimizer("PyTorch", sgd_momentum_step, ("buffer",), {**in_both, "momentum": 0.9, "dampening": 0.0}),
    }
    lengths = {name: np.abs(steps_for(form, np.ones(3 * PHASE))) for name, form in forms.items()}
    figure, (top, bottom) = style.new_figure(2, 1, width=7.6, height=4.6, sharex=True, height_ratios=(1, 2.6))
    steps = np.arange(1, 3 * PHASE + 1)
    top.semilogy(steps, schedule, color=style.BLACK, drawstyle="steps-mid")
    top.set(ylabel="η", title="the learning rate", ylim=(0.005, 0.2))
    said = []
    for i, (name, length) in enumerate(lengths.items()):
        bottom.semilogy(steps, length, markevery=(5 * i, 10), markersize=5, label=name, **style.curve(i))
        before, at = length[2 * PHASE - 1], length[2 * PHASE]
        settled = RATES[2] / (1 - 0.9)
        slow = np.flatnonzero(np.abs(length[2 * PHASE :] / settled - 1) > 0.1)
        until = int(slow[-1]) + 1 if len(slow) else 0
        said.append(
            f"{name}: at the rise longer by a factor of {length[PHASE] / length[PHASE - 1]:.1f}, at the drop shorter "
            f"by a factor of {before / at:.1f}; {until} steps after the drop are more than 10 % too long"
        )
    bottom.set(xlabel="step", ylabel="|step|", title="the length of a step, gradient 1", ylim=(0.006, 2))
    bottom.legend(loc="upper left")
    print("\n".join(said))
    if isinstance(prediction, dict):
        guesses = [f"{name} {guess(value):g}" for name, value in prediction.items() if guess(value) is not None]
        if guesses:
            print(f"your prediction, the factor at the drop: {', '.join(guesses)}")
    style.show(
        figure,
        "Top: the learning rate, 0.01, then 0.1, then 0.01 again. Bottom: the length of a step. PyTorch's jumps with "
        f"the learning rate, the textbook's approaches its new value in a curve. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- digits


@experiment
def train_with_momentum(
    gradient_descent_step: Callable, momentum_step: Callable, *, prediction: float | None = None
) -> None:
    """Training on the digits without momentum, with it at the same learning rate, and without it at ten times the rate.

    prediction: of the training loss with momentum after eight epochs.
    """
    prediction, network = guess(prediction), DigitsNetwork()
    optimizers = (
        plain(gradient_descent_step, 0.01, "without momentum, η = 0.01"),
        with_momentum(momentum_step, 0.01, 0.9),
        plain(gradient_descent_step, 0.1, "without momentum, η = 0.1"),
    )
    runs = {optimizer.name: train(network, optimizer) for optimizer in optimizers}
    figure, axes = style.new_figure(height=3.6, width=7.6)
    draw_losses(axes, runs)
    if prediction is not None and prediction > 0:
        axes.plot(8, prediction, marker="o", markersize=9, color=style.BLACK, fillstyle="none", linestyle="none")
        axes.annotate("your prediction", (8, prediction), (6.4, prediction * 1.4), color=style.BLACK)
    axes.set_title("digits, minibatches of 32")
    said = [
        f"{name}: loss {run.by_epoch[-1]:.3f}, {run.accuracy:.1%} of the validation images right"
        for name, run in runs.items()
    ]
    print("\n".join(said))
    style.show(
        figure,
        "Training loss over eight epochs on a logarithmic axis. Momentum is far below plain gradient descent with the "
        f"same learning rate, and next to it lies plain gradient descent with ten times the rate. {'; '.join(said)}.",
    )


SMALL = (40, 40)


def loss_after(optimizer: Optimizer, network: DigitsNetwork, batch: int | None, seed: int = 0) -> float:
    """The training loss after 6 epochs of minibatches or, without `batch`, after 60 steps with all training images."""
    if batch:
        return float(train(network, optimizer, epochs=6, batch=batch, seed=seed).by_epoch[-1])
    theta, rows = network.start(seed), np.arange(len(network.x))
    state = optimizer.begin(theta)
    for t in range(1, 61):
        theta, state = optimizer.advance(theta, lambda at: network.loss_and_gradient(at, rows)[1], state, t)
        if not np.isfinite(theta).all():
            return float("inf")
    return network.loss(theta)


@experiment
def effective_learning_rate(gradient_descent_step: Callable, momentum_step: Callable) -> None:
    """The training loss against learning rate / (1 - beta), without momentum and with it; minibatches or all images."""
    network, rates = DigitsNetwork(SMALL), np.array([0.1, 0.3, 1.0, 2.0, 5.0])
    figure, panels = style.new_figure(1, 2, width=9.4, height=3.9, sharey=True)
    titles = ("minibatches of 32, 6 epochs, 3 seeds", "all images in every step, 60 steps")
    said = []
    for axes, batch, title in zip(panels, (32, None), titles, strict=True):
        for i, name in enumerate(("without momentum", "momentum, β = 0.9")):
            makers = {
                "without momentum": lambda rate: plain(gradient_descent_step, rate),
                "momentum, β = 0.9": lambda rate: with_momentum(momentum_step, rate / 10, 0.9),
            }
            seeds = range(3 if batch else 1)
            losses = [[loss_after(makers[name](rate), network, batch, seed) for seed in seeds] for rate in rates]
            every = np.minimum(np.nan_to_num(losses, nan=np.inf), 10)
            shown = np.median(every, axis=1)
            if batch:
                shifted = np.repeat(rates * (0.95, 1.05)[i], len(seeds))
                axes.loglog(shifted, every.ravel(), markersize=3, alpha=0.7, **style.dots(i))
            axes.loglog(rates, shown, markersize=5, label=name, **style.curve(i))
            best = int(np.argmin(shown))
            said.append(f"{title}, {name}: lowest loss {shown[best]:.2g} at {rates[best]:g}")
        axes.axhline(np.log(10), color=style.GREY, linestyle=":", linewidth=1)
        axes.set(xlabel="learning rate / (1 − β)", title=title)
        axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
        axes.minorticks_off()
    panels[0].set(ylabel="training loss", ylim=(3e-5, 6))
    panels[0].text(0.1, 2.5, "guessing", color=style.GREY, va="bottom")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    print("\n".join(said))
    style.show(
        figure,
        "Training loss against the learning rate divided by 1 minus beta, both logarithmic. Left, with minibatches, "
        "the curves with and without momentum lie on each other up to 0.3. Right, with all images, they do so, too; "
        f"then the one without momentum fails and the other goes on down. {'; '.join(said)}.",
    )

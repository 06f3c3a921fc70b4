"""Experiments with AdaGrad and RMSProp: sizes of steps, the memory of an average, epsilon, and the digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.descent import (
    BOWL,
    DigitsNetwork,
    Optimizer,
    descend,
    draw_path,
    draw_surface,
    gradient_descent,
    in_steps,
    steps_for,
    steps_until,
    train,
    turned,
)
from autograder.lab.experiment import experiment
from autograder.lab.in_pytorch import rmsprop_step
from autograder.lab.students import UnusableResult, checked, function_name, guess, guesses

# ---------------------------------------------------------------- the optimizers


def plain(rate: float) -> Optimizer:
    """Gradient descent, named with its learning rate."""
    return gradient_descent(rate, f"gradient descent, η = {rate:g}")


def adagrad(step: Callable, rate: Any, name: str | None = None) -> Optimizer:
    """AdaGrad by a student's step, with PyTorch's epsilon."""
    return Optimizer(name or f"AdaGrad, η = {rate:g}", step, ("s",), {"learning_rate": rate, "epsilon": 1e-10})


def rmsprop(step: Callable, rate: Any, name: str | None = None, beta: float = 0.9, epsilon: float = 1e-8) -> Optimizer:
    """RMSProp by a student's step; epsilon is PyTorch's."""
    settings = {"learning_rate": rate, "beta": beta, "epsilon": epsilon}
    return Optimizer(name or f"RMSProp, η = {rate:g}", step, ("s",), settings)


def centered(step: Callable, beta: float = 0.9, epsilon: float = 1e-8) -> Optimizer:
    """Centered RMSProp by a student's step with learning rate 1."""
    settings = {"learning_rate": 1.0, "beta": beta, "epsilon": epsilon}
    return Optimizer("centered RMSProp", step, ("m", "s"), settings)


def _hollow(axes: Any, x: float, y: float, label: str = "your prediction") -> None:
    """The student's prediction; a logarithmic axis has no place for one that is not positive."""
    if axes.get_yscale() == "log" and y <= 0:
        return
    look = {"marker": "o", "markersize": 10, "markerfacecolor": "none", "markeredgecolor": style.BLACK}
    axes.plot(x, y, linestyle="none", markeredgewidth=1.6, label=label, zorder=6, **look)


# ---------------------------------------------------------------- the opening


@experiment
def three_units_of_loss() -> None:
    """Gradient descent and RMSProp, both by PyTorch, on the bowl and on a thousand times and a thousandth of it."""

    def by_pytorch(theta: np.ndarray, gradient: np.ndarray, s: np.ndarray, *settings: float) -> tuple:
        rate, beta, epsilon = settings
        return rmsprop_step(theta, gradient, s, rate=rate, beta=beta, epsilon=epsilon)

    figure, panels = style.new_figure(1, 2, width=9.6, height=3.6, sharey=True)
    falling = rmsprop(by_pytorch, lambda t: 0.3 * 0.98**t, "RMSProp", epsilon=1e-15)
    said = []
    for axes, optimizer in zip(panels, (gradient_descent(0.03), falling), strict=True):
        for i, (factor, name) in enumerate(((1.0, "the loss"), (1000.0, "1000 times"), (0.001, "a thousandth"))):

            def gradient(theta: np.ndarray, factor: float = factor) -> np.ndarray:
                return factor * BOWL.gradient(theta)

            path = descend(optimizer, replace(BOWL, gradient=gradient), 150)
            loss = np.clip(BOWL.loss(path), 1e-9, 1e9)
            axes.semilogy(loss, label=name, markevery=(12 * i, 36), **style.curve(i, markersize=6, linewidth=1.6))
            grown = "beyond 1e9" if loss[-1] >= 1e9 else f"{loss[-1]:.2g}"
            said.append(f"{optimizer.name}, {name}: {grown}")
        axes.set(xlabel="step", title=optimizer.name, ylim=(1e-9, 1e9))
    panels[0].set_ylabel("loss, in the first unit")
    panels[1].legend(title="the loss that is differentiated", fontsize=9)
    print("loss after 150 steps\n  " + "\n  ".join(said))
    style.show(
        figure,
        f"The loss over 150 steps, logarithmic, in three units; left gradient descent, right "
        f"RMSProp. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- AdaGrad


@experiment
def adagrad_on_the_bowl(adagrad_step: Callable) -> None:
    """AdaGrad and gradient descent on the bowl: their paths, and the loss for several learning rates of AdaGrad."""
    figure, (left, right) = style.new_figure(1, 2, width=10.0, height=3.7)
    draw_surface(left, BOWL)
    runs = [plain(0.03)] + [adagrad(adagrad_step, rate) for rate in (0.1, 0.3, 1.0, 3.0)]
    steps = 200
    said = []
    for number, optimizer in enumerate(runs):
        path = descend(optimizer, BOWL, 4000)
        if number in (0, 3):
            draw_path(left, path[:61], optimizer.name, number, markers=30)
        loss = BOWL.loss(path[: steps + 1])
        right.semilogy(np.maximum(loss, 1e-12), label=optimizer.name, linewidth=1.6, **style.line(number))
        arrived = in_steps(steps_until(BOWL, path, 1.0), "not in 4000 steps")
        said.append(f"{optimizer.name}: {arrived}")
    left.set_title("the first 60 steps")
    left.legend(loc="lower right", fontsize=8)
    right.set(xlabel="step", ylabel="loss", title="loss", ylim=(1e-6, 300))
    right.legend(fontsize=8, loc="lower left", bbox_to_anchor=(0.17, 0.0))
    print("steps until the loss stays below 1 (it starts at 104.5):\n  " + "\n  ".join(said))
    style.show(
        figure,
        "Left: contour lines of an elongated bowl. Gradient descent jumps from side to side across it; AdaGrad with "
        "learning rate 1 sets off diagonally and bends along the valley. Right: the loss over 200 steps. Steps until "
        f"it stays below 1: {'; '.join(said)}.",
    )


@experiment
def steps_on_a_constant_slope(
    adagrad_step: Callable, rmsprop_step: Callable | None = None, *, prediction: Any = None
) -> None:
    """The size of each step, in learning rates, while the gradient stays 1; of AdaGrad, or of RMSProp as well.

    prediction: of AdaGrad's hundredth step; with RMSProp, of its first one, {0.9: ..., 0.99: ...}.
    """
    first = guesses(prediction, (0.9, 0.99)) if rmsprop_step else {}
    hundredth = None if rmsprop_step else guess(prediction)
    runs = [adagrad(adagrad_step, 1.0, "AdaGrad")]
    if rmsprop_step:
        runs += [rmsprop(rmsprop_step, 1.0, f"RMSProp, β = {beta:g}", beta) for beta in (0.9, 0.99)]
    figure, axes = style.new_figure(width=7.2, height=3.4)
    t, said = np.arange(1, 1001), []
    for number, optimizer in enumerate(runs):
        sizes = steps_for(optimizer, np.ones(len(t)))
        axes.loglog(t, np.where(sizes > 0, sizes, np.nan), label=optimizer.name, **style.line(number))
        marks = np.array([1, 10, 100, 1000])
        axes.loglog(marks, sizes[marks - 1], **style.dots(number))
        said.append(f"{optimizer.name}: " + ", ".join(f"{sizes[at - 1]:.3g}" for at in marks))
    if hundredth is not None:
        _hollow(axes, 100, hundredth)
    for beta, size in first.items():
        _hollow(axes, 1, size, label=f"your prediction, β = {beta:g}")
    axes.axhline(1, color=style.GREY, linewidth=0.8)
    axes.set(xlabel="step", ylabel="size of the step / η", title="the gradient is always the same", xlim=(0.9, 1100))
    axes.set(ylim=(0.02, 30))
    axes.legend(loc="upper right", fontsize=8)
    print("size of the steps 1, 10, 100 and 1000, divided by the learning rate:\n  " + "\n  ".join(said))
    style.show(
        figure,
        "The size of each step, divided by the learning rate, over the number of the step, both axes logarithmic, "
        f"while the gradient stays the same. Steps 1, 10, 100 and 1000 of {'; of '.join(said)}.",
    )


# ---------------------------------------------------------------- the moving average

JUMP, LENGTH = 100, 400


@experiment
def memory_of_the_average(moving_average: Callable, *, prediction: Any = None) -> None:
    """Averages of a noisy sequence that jumps, for three beta; and the weight that a value has when it grows old.

    prediction: {0.9: ..., 0.99: ...}, the number of values until the average has made 63 % of the jump.
    """
    betas = (0.5, 0.9, 0.99)
    guessed = guesses(prediction, betas)
    average = checked(moving_average)
    rng = np.random.default_rng(4)
    clean = np.where(np.arange(LENGTH) < JUMP, 0.0, 1.0)
    noisy = clean + 0.35 * rng.normal(size=LENGTH)
    push = np.zeros(LENGTH)
    push[0] = 1.0
    figure, (left, right) = style.new_figure(1, 2, width=10.0, height=3.6, width_ratios=(1.4, 1))
    left.plot(noisy, linestyle="none", marker=".", markersize=3, color=style.GREY, label="values")
    said = []
    for number, beta in enumerate(betas):
        left.plot(average(noisy, beta), label=f"β = {beta:g}", linewidth=1.6, **style.line(number))
        weights = average(push, beta)
        right.semilogy(np.where(weights > 0, weights, np.nan), label=f"β = {beta:g}", **style.line(number))
        age = round(1 / (1 - beta))
        right.plot(age, weights[age], marker=style.MARKERS[number], color=style.COLOURS[number], markersize=7)
        there = np.flatnonzero(average(clean, beta)[JUMP:] >= 1 - np.exp(-1))
        needed = f"{there[0] + 1} values" if len(there) else "never"
        mine = f" (your prediction: {guessed[beta]:g})" if beta in guessed else ""
        said.append(f"β = {beta:g}: {needed}, 1 / (1 − β) = {1 / (1 - beta):g}{mine}")
    left.set(xlabel="t", ylabel="value, average", title="a sequence that jumps, and its averages")
    left.legend(fontsize=8, loc="upper left")
    right.set(xlabel="age of a value", ylabel="its weight", title="weights of the past", xlim=(-5, 250), ylim=(1e-6, 1))
    right.legend(fontsize=8)
    print("values until the average has made 63 % of the jump:\n  " + "\n  ".join(said))
    style.show(
        figure,
        "Left: 400 noisy values that jump from 0 to 1, and their moving averages. With beta 0.5 the average is nearly "
        "as noisy as the values, with 0.9 it follows the jump within some ten values, with 0.99 it is smooth and lags "
        "behind by about a hundred. Right: the weight of a value over its age, straight falling lines on a "
        f"logarithmic axis, with a marker at the age 1 / (1 - beta). Values until 63 % of the jump: {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- RMSProp's steps

BURST, LARGE, SMALL = 20, 10.0, 0.1


@experiment
def after_a_burst(adagrad_step: Callable, rmsprop_step: Callable, *, prediction: float | None = None) -> None:
    """Twenty gradients of 10, then 0.1 for good: the steps of AdaGrad and RMSProp.

    prediction: how many steps after the burst RMSProp with beta = 0.9 is back at 90 % of its usual step.
    """
    prediction = guess(prediction)
    gradients = np.where(np.arange(1000) < BURST, LARGE, SMALL)
    t = np.arange(1, len(gradients) + 1)
    runs = [adagrad(adagrad_step, 1.0, "AdaGrad")]
    runs += [rmsprop(rmsprop_step, 1.0, f"RMSProp, β = {beta:g}", beta) for beta in (0.9, 0.99)]
    figure, axes = style.new_figure(width=7.6, height=3.5)
    axes.axvspan(0, BURST + 0.5, color=style.ORANGE, alpha=0.2, linewidth=0, label="gradient 10, then 0.1")
    said = []
    for number, optimizer in enumerate(runs):
        sizes = steps_for(optimizer, gradients)
        look = style.curve(number, markevery=(60, 150), markersize=5)
        axes.semilogy(t, np.where(sizes > 0, sizes, np.nan), label=optimizer.name, **look)
        slow = np.flatnonzero(~(sizes[BURST:] >= 0.9))
        back = len(slow) and int(slow[-1]) + 1
        further = len(gradients) - BURST
        later = f"still {sizes[-1]:.2g} after {further}" if back >= further else f"back at 0.9 after {back}"
        said.append(f"{optimizer.name}: {sizes[BURST]:.2g} right after the burst, {later} steps")
    if prediction is not None:
        _hollow(axes, BURST + prediction, 0.9)
    axes.axhline(1, color=style.GREY, linewidth=0.8)
    axes.set(xlabel="step", ylabel="size of the step / η", title="after a burst of large gradients", ylim=(1e-3, 20))
    axes.legend(loc="center right", bbox_to_anchor=(1.0, 0.33), fontsize=8)
    print("size of the step / learning rate (all count as recovered at 0.9):\n  " + "\n  ".join(said))
    style.show(
        figure,
        "Sizes of the steps over 1000 steps, logarithmic, where the first 20 gradients are 10 and all others 0.1. "
        f"After the burst all steps are tiny; RMSProp's grow back to 1, AdaGrad's stay tiny. {'; '.join(said)}.",
    )


@experiment
def hovering_at_the_minimum(rmsprop_step: Callable, *, prediction: float | None = None) -> None:
    """RMSProp on the bowl at constant and at falling learning rates: the loss, and theta_2 at the end.

    prediction: |theta_2| after 600 steps with learning rate 0.1.
    """
    prediction = guess(prediction)
    steps = 600
    runs = [
        plain(0.03),
        rmsprop(rmsprop_step, 0.1),
        rmsprop(rmsprop_step, 0.03),
        rmsprop(rmsprop_step, lambda t: 0.3 * 0.98**t, "RMSProp, η = 0.3 · 0.98ᵗ"),
    ]
    figure, (left, right) = style.new_figure(1, 2, width=10.0, height=3.6, width_ratios=(1.3, 1))
    said = []
    for number, optimizer in enumerate(runs):
        path = descend(optimizer, BOWL, steps)
        loss = BOWL.loss(path)
        look = style.curve(number, markersize=5, linewidth=1.6)
        left.semilogy(np.maximum(loss, 1e-15), label=optimizer.name, markevery=75, **look)
        if number in (1, 2):
            end = np.arange(steps - 20, steps + 1)
            right.plot(end, path[-21:, 1], label=optimizer.name, **look)
            theta = " and ".join(f"{number:.3g}" for number in np.abs(path[-1]))
            said.append(f"{optimizer.name}: |θ₁| and |θ₂| at the end are {theta}, loss {loss[-1]:.2g}")
        else:
            said.append(f"{optimizer.name}: loss {loss[-1]:.2g}")
    if prediction is not None:
        _hollow(right, steps, abs(prediction))
        print(f"your prediction of |θ₂|: {prediction:g}")
    left.set(xlabel="step", ylabel="loss", title="loss on the bowl", ylim=(1e-12, 300))
    left.legend(fontsize=8, loc="lower left")
    right.set(xlabel="step", ylabel="θ₂", title="the last 20 steps: θ₂")
    right.axhline(0, color=style.BLACK, linewidth=0.8)
    right.legend(fontsize=8, loc="upper left")
    right.margins(y=0.35)
    print("\n".join(said))
    style.show(
        figure,
        "Left: the loss over 600 steps, logarithmic. Gradient descent falls on a straight line. RMSProp at constant "
        "learning rate stops falling at a level, lower for the smaller rate; with a falling rate it goes on. Right: "
        "theta 2 jumps between plus and minus half the learning rate, in every step. " + "; ".join(said) + ".",
    )


VIEW = (-9.0, 4.0)


@experiment
def on_a_turned_bowl(adagrad_step: Callable, rmsprop_step: Callable) -> None:
    """The bowl turned by an angle: paths at 45 degrees, and the number of steps over the angle."""
    runs = [
        plain(0.036),
        adagrad(adagrad_step, 3.0),
        rmsprop(rmsprop_step, lambda t: 0.3 * 0.98**t, "RMSProp, η = 0.3 · 0.98ᵗ"),
    ]
    angles = np.arange(0, 91, 5)
    places = [[number, "steps"] for number in range(len(runs))]
    figure, panels = style.new_mosaic(places, 9.6, 4.8, width_ratios=(1, 1.5))
    right = panels["steps"]
    said = []
    for number, optimizer in enumerate(runs):
        axes = panels[number]
        draw_surface(axes, replace(turned(BOWL, 45, VIEW), x=(-8.5, 1.5), y=(-7.0, 2.0)))
        draw_path(axes, descend(optimizer, turned(BOWL, 45, VIEW), 120), optimizer.name, number, markers=30)
        axes.set_title(f"{optimizer.name}, turned by 45°", fontsize=9, color=style.COLOURS[number])
        axes.set(xlabel="", ylabel="")
        axes.label_outer()
        bowls = [turned(BOWL, float(angle), VIEW) for angle in angles]
        found = [steps_until(bowl, descend(optimizer, bowl, 1000), 1.0) for bowl in bowls]
        counts = np.array([np.nan if count is None else count for count in found])
        right.plot(angles, counts, label=optimizer.name, **style.curve(number, markersize=5))
        said.append(f"{optimizer.name}: {counts[0]:.0f} steps at 0°, {counts[len(angles) // 2]:.0f} at 45°")
    right.set(xlabel="angle by which the bowl is turned, in degrees", ylabel="steps until the loss stays below 1")
    right.set(title="the same bowl, turned", ylim=(0, None))
    right.legend(fontsize=8, loc="lower center")
    print("\n".join(said))
    style.show(
        figure,
        "Left: three maps of the bowl lying along the diagonal, each with a path. Right: steps "
        "until the loss stays below 1 over the angle by which the bowl is turned. Gradient descent is a horizontal "
        f"line; AdaGrad and RMSProp are fastest at 0 and 90 degrees and slowest near 45. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- epsilon


@experiment
def where_epsilon_matters(
    rmsprop_step: Callable, textbook_rmsprop_step: Callable, *, prediction: float | None = None
) -> None:
    """The size of a step over the size of the gradient, for epsilon outside and inside; and gradients of the digits.

    prediction: the size of the gradient at which Keras's form with 1e-7 makes half of the usual step.
    """
    prediction = guess(prediction)
    sizes = np.logspace(-12, 1, 131)
    forms = (
        ("outside, 1e-8 (PyTorch's default)", rmsprop(rmsprop_step, 1.0, epsilon=1e-8)),
        ("inside, 1e-8", rmsprop(textbook_rmsprop_step, 1.0, epsilon=1e-8)),
        ("inside, 1e-7 (Keras's default)", rmsprop(textbook_rmsprop_step, 1.0, epsilon=1e-7)),
    )
    figure, (left, right) = style.new_figure(1, 2, width=10.0, height=3.8, width_ratios=(1.3, 1))
    said = []
    for number, (name, optimizer) in enumerate(forms):
        after, _ = optimizer.advance(np.zeros(len(sizes)), lambda _: sizes, (sizes**2,), 1)
        look = style.curve(number, markevery=10, markersize=4)
        left.loglog(sizes, np.where(after < 0, -after, np.nan), label=name, **look)
        half = float(np.exp(np.interp(0.5, -after, np.log(sizes)))) if (np.diff(-after) >= 0).all() else np.nan
        said.append(f"epsilon {name}: half of the usual step at a gradient of {half:.2g}")
    if prediction is not None:
        _hollow(left, prediction, 0.5)
    left.axhline(0.5, color=style.GREY, linewidth=0.8)
    left.set(xlabel="size of the gradient, the same in all steps", ylabel="size of the step / η")
    left.set(title="what epsilon makes of small gradients", ylim=(1e-5, 3))
    left.legend(fontsize=8, loc="lower right")
    found = np.sqrt(_squares_on_digits(rmsprop_step))
    nonzero = found[found > 0]
    if not len(nonzero):
        raise UnusableResult("The average s of your rmsprop_step stays 0. Run its check first.")
    right.hist(np.log10(nonzero), bins=np.linspace(-12, 0, 61), color=style.SKY)
    top = right.get_ylim()[1]
    for exponent, number, name in ((-8, 0, "ε = 1e-8, outside"), (np.log10(1e-7) / 2, 2, "ε = 1e-7, inside")):
        right.axvline(exponent, **style.line(number))
        right.text(exponent - 0.15, top, name, rotation=90, ha="right", va="top", color=style.COLOURS[number])
    share = float((found**2 < 1e-7).mean())
    right.set(xlabel="log₁₀ of √s", ylabel="number of parameters", title="√s in a network after 5 epochs")
    print("\n".join(said))
    print(f"in the trained network s is smaller than 1e-7 for {share:.0%} of the {len(found)} parameters,")
    print(f"and the root of s is smaller than 1e-8 for {float((found < 1e-8).mean()):.0%}")
    style.show(
        figure,
        "Left: the size of the step over the size of the gradient, both logarithmic. Each curve is flat at 1 for large "
        f"gradients and falls for small ones. {'; '.join(said)}. Right: a histogram of the root of s over the "
        f"parameters of a network that reads digits, but for those whose s is 0; s is below 1e-7 for {share:.0%}.",
    )


def _squares_on_digits(rmsprop_step: Callable) -> np.ndarray:
    """s of every parameter after five epochs on the digits."""
    last: dict[str, np.ndarray] = {}

    def keep_s(theta: np.ndarray, gradient: np.ndarray, s: np.ndarray, *settings: float) -> Any:
        returned = rmsprop_step(theta, gradient, s, *settings)
        if isinstance(returned, (tuple, list)) and len(returned) == 2:
            last["s"] = np.asarray(returned[1], dtype=float)
        return returned

    keep_s.__name__ = function_name(rmsprop_step)
    train(DigitsNetwork((50, 50)), rmsprop(keep_s, 0.001), epochs=5)
    return last["s"]


# ---------------------------------------------------------------- centered


@experiment
def centered_steps(rmsprop_step: Callable, centered_rmsprop_step: Callable, *, prediction: float | None = None) -> None:
    """Steps of centered and of ordinary RMSProp: gradients of mean 1 with noise, and a constant gradient.

    prediction: the size of the 100th centered step on a constant slope, in learning rates.
    """
    prediction = guess(prediction)
    runs = (rmsprop(rmsprop_step, 1.0, "RMSProp"), centered(centered_rmsprop_step))
    figure, (left, right) = style.new_figure(1, 2, width=10.0, height=3.6)
    noise = np.random.default_rng(0).normal(size=(4000, 1))
    noise -= noise.mean()
    levels = np.logspace(-1.5, 1, 11)
    said = []
    for number, optimizer in enumerate(runs):
        look = style.curve(number, markersize=5)
        pace = steps_for(optimizer, 1 + levels * noise)[100:].mean(axis=0)
        left.loglog(levels, np.where(pace > 0, pace, np.nan), label=optimizer.name, **look)
        sizes = steps_for(optimizer, np.ones(200))
        right.semilogy(
            np.arange(1, 201), np.where(sizes > 0, sizes, np.nan), label=optimizer.name, markevery=25, **look
        )
        steps = ", ".join(f"{sizes[at - 1]:.3g}" for at in (1, 10, 100, 200))
        said.append(f"{optimizer.name}: steps 1, 10, 100 and 200 on the constant slope {steps}")
    left.plot(levels, 1 / levels, color=style.GREY, linewidth=0.8, label="1 / noise")
    if prediction is not None:
        _hollow(right, 100, prediction)
    left.set(xlabel="standard deviation of the noise", ylabel="mean step / η", title="gradients of mean 1, with noise")
    right.set(xlabel="step", ylabel="size of the step / η", title="no noise at all")
    left.legend(fontsize=8)
    right.legend(fontsize=8)
    print("\n".join(said))
    style.show(
        figure,
        "Left: the mean step over the noise of the gradients, both logarithmic. RMSProp's stays near 1 while the noise "
        "is below the mean; the centered one's is one over the noise. For large noise both agree. Right: steps on a "
        f"constant slope. RMSProp's go to 1, the centered ones grow exponentially. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- the digits


EPOCHS = 6


class PoorlyStarted(DigitsNetwork):
    """Six hidden layers whose weights start at half of He's size: gradients are tiny, most of all at first."""

    def start(self, seed: int = 0) -> np.ndarray:
        return 0.5 * super().start(seed)


@experiment
def learning_rates_on_digits(adagrad_step: Callable, rmsprop_step: Callable) -> None:
    """The loss after six epochs over the learning rate: a network that is easy to train, and one that is not."""
    rates = {
        "gradient descent": ((0.1, 0.3, 1.0, 3.0), (0.1, 0.3, 1.0)),
        "AdaGrad": ((0.01, 0.03, 0.1, 0.3), (0.01, 0.03, 0.1)),
        "RMSProp": ((1e-3, 3e-3, 1e-2, 3e-2), (3e-3, 1e-2, 3e-2)),
    }
    networks = (DigitsNetwork((50, 50)), PoorlyStarted((50,) * 6))
    titles = ("2 hidden layers, He's weights", "6 hidden layers, weights half as large")
    figure, panels = style.new_figure(1, 2, width=10.0, height=3.7, sharey=True)
    said = []
    for place, (axes, network, title) in enumerate(zip(panels, networks, titles, strict=True)):
        for number, (name, tried) in enumerate(rates.items()):
            make = {
                "gradient descent": plain,
                "AdaGrad": lambda rate: adagrad(adagrad_step, rate),
                "RMSProp": lambda rate: rmsprop(rmsprop_step, rate),
            }[name]
            results = [train(network, make(rate), epochs=EPOCHS, batch=64) for rate in tried[place]]
            losses = np.array([result.by_epoch[-1] for result in results])
            shown = np.where(np.isfinite(losses), np.minimum(losses, 5), 5)
            axes.loglog(tried[place], shown, label=name, **style.curve(number, markersize=6))
            best = int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
            said.append(
                f"{title}, {name}: best loss {losses[best]:.2g} at η = {tried[place][best]:g}, "
                f"validation accuracy {results[best].accuracy:.1%}"
            )
        axes.axhline(np.log(10), color=style.GREY, linewidth=0.8)
        axes.set(title=title, xlabel="learning rate", ylim=(1e-3, 8))
    panels[0].set_ylabel("training loss after 6 epochs")
    panels[0].text(1e-3, np.log(10) * 1.1, "guessing", color=style.GREY, fontsize=8)
    panels[1].legend(loc="lower right", fontsize=8)
    print("\n".join(said))
    style.show(
        figure,
        "The training loss after six epochs over the learning rate, both logarithmic. Left, a small network: valleys "
        "of about the same depth for all three methods, at learning rates that differ by up to a factor of 100. Right, "
        f"a deep network with small weights: gradient descent stays far above the others. {'; '.join(said)}.",
    )

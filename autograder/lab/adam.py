"""Experiments with Adam: its averages and their correction, the size of its steps, epsilon, training, weight decay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.descent import (
    BETA1,
    BETA2,
    BOWL,
    EPSILON,
    VALLEY,
    DigitsNetwork,
    Gradient,
    Optimizer,
    adam_like,
    descend,
    draw_path,
    draw_surface,
    gradient_descent,
    in_steps,
    momentum,
    steps_until,
    train,
    turned,
)
from autograder.lab.experiment import experiment
from autograder.lab.students import UnusableResult, checked, guess, number

FAR = 10**9
"""A step number at which 1 - beta**t is 1 in every digit: a student's Adam without its correction."""

# ---------------------------------------------------------------- optimizers


def adam(step: Callable, learning_rate: float, **others: float) -> Optimizer:
    """A student's adam_step or adamw_step with PyTorch's other settings. others: settings that follow epsilon."""
    return adam_like("Adam", step, learning_rate, **others)


def uncorrected(step: Callable) -> Callable:
    """A student's adam_step that is told, at every step, that a billion steps have been taken."""

    def told_a_billion(theta: Any, gradient: Any, m: Any, s: Any, t: int, *settings: float) -> Any:
        return step(theta, gradient, m, s, FAR, *settings)

    return told_a_billion


def steps_of(relative_steps: Callable, gradients: np.ndarray, corrected: bool = True) -> np.ndarray:
    """A student's relative_steps with the usual betas, checked for its shape."""
    return checked(relative_steps, gradients.shape)(gradients, BETA1, BETA2, 1e-12, corrected).astype(float)


# ---------------------------------------------------------------- the averages and their correction


def _averages(corrected_average: Callable, gradients: np.ndarray, beta: float) -> np.ndarray:
    """m and m_hat of a student's average after each step: (2, steps)."""
    m, found = np.zeros(1), []
    for t, gradient in enumerate(gradients, start=1):
        returned = corrected_average(np.array([gradient]), m.copy(), t, beta)
        pair = list(returned) if isinstance(returned, (tuple, list)) else []
        if [np.shape(part) for part in pair] != [(1,), (1,)]:
            raise UnusableResult(
                "Your corrected_average did not return (m, m_hat), each of the shape of m. Run its check."
            )
        m = np.asarray(pair[0], dtype=float)
        found.append([float(part[0]) for part in pair])
    return np.array(found).T


@experiment
def averages_from_zero(corrected_average: Callable) -> None:
    """The moving average of noisy gradients around 1, and the corrected one, for two betas."""
    figure, panels = style.new_figure(1, 2, width=9.0, height=3.4, sharey=True)
    said = []
    for axes, beta, steps in zip(panels, (BETA1, BETA2), (60, 3000), strict=True):
        gradients = 1 + 0.8 * np.random.default_rng(4).normal(size=steps)
        m, m_hat = _averages(corrected_average, gradients, beta)
        t = np.arange(1, steps + 1)
        axes.plot(t, gradients, ".", color=style.GREY, markersize=3, alpha=0.5, label="gradients", rasterized=True)
        axes.axhline(1, color=style.BLACK, linewidth=1, linestyle=":")
        axes.plot(t, m, color=style.RED, linestyle="--", label="m")
        axes.plot(t, m_hat, color=style.BLUE, label="corrected, m̂")
        axes.set(xlabel="step t", title=f"β = {beta:g}, {steps} steps", ylim=(-1, 3))
        said.append(f"beta = {beta:g}: after 10 steps m = {m[9]:.3f} and corrected {m_hat[9]:.3f}")
    panels[0].set_ylabel("gradient and its averages")
    panels[1].legend(loc="lower right", markerscale=3)
    print("\n".join(said))
    style.show(
        figure,
        "Two panels, beta 0.9 over 60 steps and beta 0.999 over 3000: noisy gradients around 1, their moving average m "
        f"that climbs from 0, and the corrected average that is near 1 from the start. {'; '.join(said)}.",
    )


@experiment
def first_steps(relative_steps: Callable, *, prediction: float | None = None) -> None:
    """Adam's steps for a constant gradient, with the correction and without.

    prediction: the student's guess of the first step without correction, in learning rates.
    """
    prediction = guess(prediction)
    gradients = np.ones(4000)
    t = np.arange(1, len(gradients) + 1)
    plain, corrected = (steps_of(relative_steps, gradients, flag) for flag in (False, True))
    figure, axes = style.new_figure(width=7.6, height=3.5)
    marks = {"markevery": [0, 1, 2, 4, 9, 19, 49, 99, 399, 999], "markersize": 6}
    axes.semilogx(t, plain, color=style.RED, linestyle="--", marker="s", label="without correction", **marks)
    axes.semilogx(t, corrected, color=style.BLUE, marker="o", label="with correction", **marks)
    if prediction is not None:
        axes.plot(1, prediction, markersize=11, **style.RHOMB)
    axes.set(xlabel="step t", ylabel="step in learning rates", title="Adam's steps for a constant gradient")
    axes.legend()
    axes.set_ylim(bottom=0)
    print("step t               " + "".join(f"{i:>8}" for i in (1, 2, 3, 10, 100, 400, 4000)))
    for name, values in (("without correction", plain), ("with correction", corrected)):
        print(f"{name:<21}" + "".join(f"{values[i - 1]:8.2f}" for i in (1, 2, 3, 10, 100, 400, 4000)))
    style.show(
        figure,
        "Steps for a constant gradient over the step number, from 1 to 4000 on a logarithmic axis. With correction: "
        f"{corrected.min():.2f} to {corrected.max():.2f} learning rates throughout. Without: {plain[0]:.2f} at the "
        f"first step, {plain.max():.2f} at step {plain.argmax() + 1}, {plain[-1]:.2f} at the end.",
    )


# ---------------------------------------------------------------- the size of the steps


@experiment
def scale_and_noise(relative_steps: Callable) -> None:
    """How long Adam's steps are for gradients of any scale, and for gradients with more and more noise."""
    rng = np.random.default_rng(0)
    scales = 10.0 ** np.arange(-6, 7, 2)
    noise = np.array([0.0, 0.1, 0.3, 1, 3, 10, 30, 100])
    copies, steps = 200, 400
    shape = rng.uniform(0.5, 1.5, (steps, 1))
    by_scale = steps_of(relative_steps, shape * scales)[-100:].mean(axis=0)
    around = rng.normal(size=(steps, 1, copies))
    gradients = 1 + noise[:, None] * np.concatenate([around, -around], axis=2)
    found = steps_of(relative_steps, gradients)[-200:]
    mean, size = found.mean(axis=(0, 2)), np.sqrt((found**2).mean(axis=(0, 2)))
    figure, (left, right) = style.new_figure(1, 2, width=9.0, height=3.4)
    left.semilogx(scales, by_scale, color=style.BLUE, marker="o")
    left.set(xlabel="all gradients multiplied by", ylabel="mean step in learning rates", ylim=(0, 1.3))
    left.set_title("the same gradients on other scales")
    x = np.where(noise > 0, noise, 0.03)
    right.loglog(x, size, color=style.GREEN, marker="^", linestyle="-.", label="size (root mean square)")
    right.loglog(x, mean, color=style.BLUE, marker="o", label="mean: what it moves on average")
    right.loglog(x, 1 / np.sqrt(1 + noise**2), color=style.BLACK, linestyle=":", label="1/√(1 + σ²)")
    right.set(xlabel="noise σ around a mean gradient of 1", ylabel="step in learning rates", ylim=(3e-3, 2))
    right.set_xticks([0.03, 0.1, 1, 10, 100], ["0", "0.1", "1", "10", "100"])
    right.set_title("more and more noise")
    right.legend(fontsize=8)
    print("noise " + "".join(f"{value:>8g}" for value in noise))
    print("mean  " + "".join(f"{value:>8.3f}" for value in mean))
    print("size  " + "".join(f"{value:>8.3f}" for value in size))
    style.show(
        figure,
        "Left: the mean step is the same for gradients multiplied by 1e-6 up to 1e6. Right: steps over the noise of "
        f"the gradients. The mean step falls from {mean[0]:.2f} without noise to {mean[-1]:.3f} with 100 times more "
        f"noise than signal, along 1 over the root of 1 plus sigma squared; the size levels off at {size[-1]:.2f}.",
    )


@experiment
def beyond_the_learning_rate(
    relative_steps: Callable, largest_step: Callable, *, prediction: float | None = None
) -> None:
    """A spike after 3000 zeros, and the longest steps there can be, with the gradients that reach them.

    prediction: the student's guess of the step at the spike, in learning rates.
    """
    prediction = guess(prediction)
    gradients = np.zeros(3031)
    gradients[3000] = 1.0
    spike = steps_of(relative_steps, gradients)
    bound = number(largest_step)
    lengths = np.unique(np.geomspace(1, 10_000, 60).astype(int))
    bounds = np.array([bound(int(t), BETA1, BETA2) for t in lengths])
    tried = (1, 3, 10, 30, 100, 400, 1400)
    worst = [steps_of(relative_steps, (BETA1 / BETA2) ** np.arange(t - 1, -1, -1.0))[-1] for t in tried]
    limit = (1 - BETA1) / np.sqrt((1 - BETA2) * (1 - BETA1**2 / BETA2))
    figure, (left, right) = style.new_figure(1, 2, width=9.4, height=3.7)
    shown = np.arange(2990, 3031)
    left.axhline(1, color=style.BLACK, linewidth=1, linestyle=":")
    left.text(3031, 1.06, "one learning rate", fontsize=9, ha="right")
    left.vlines(shown + 1, 0, spike[2990:], color=style.BLUE, linewidth=1.5)
    left.plot(shown + 1, spike[2990:], marker="o", markersize=3.5, linestyle="none", color=style.BLUE)
    if prediction is not None:
        left.plot(3001, prediction, markersize=10, **style.RHOMB)
        left.legend(fontsize=9)
    left.set(xlabel="step t", ylabel="step in learning rates", title="3000 gradients of 0, one of 1, and 0 again")
    right.axhline(1, color=style.BLACK, linewidth=1, linestyle=":")
    right.semilogx(lengths, bounds, color=style.RED, linestyle="--", label="your largest_step(t)")
    right.semilogx(
        tried, worst, color=style.BLUE, marker="o", linestyle="none", label="reached, by the worst gradients"
    )
    right.axhline(limit, color=style.GREY, linewidth=1, linestyle="-.", label=f"limit, {limit:.2f}")
    paper = (1 - BETA1) / np.sqrt(1 - BETA2)
    right.axhline(paper, color=style.GREEN, linewidth=1, linestyle="--", label=f"(1 − β₁)/√(1 − β₂) = {paper:.2f}")
    right.set(xlabel="step t", title="the longest step there can be", ylim=(0, 8))
    right.legend(fontsize=8, loc="upper left", bbox_to_anchor=(0, 0.86))
    print(
        f"after the spike: {spike[3000]:.2f} learning rates, then {spike[3001]:.2f}, {spike[3002]:.2f}, ...; "
        f"{spike.sum():.1f} in all"
    )
    print(f"worst gradients: {worst[-1]:.2f} at t = {tried[-1]}, your bound {bound(tried[-1], BETA1, BETA2):.2f}")
    style.show(
        figure,
        f"Left: the steps after a single gradient of 1 that follows 3000 zeros, first {spike[3000]:.2f} learning rates "
        "and then shorter and shorter. Right: the longest possible step over t on a logarithmic axis, rising from "
        f"{bounds[0]:.2f} at t = 1 to {bounds[-1]:.2f}; points of the worst gradients, {worst[-1]:.2f} at t = 1400.",
    )


# ---------------------------------------------------------------- epsilon


def _first_step(adam_step: Callable, gradients: np.ndarray, epsilon: float) -> np.ndarray:
    """The first step of a student's Adam from theta = 0 with learning rate 1, without the sign."""
    optimizer = adam(adam_step, 1.0, epsilon=epsilon)
    zeros = np.zeros_like(gradients)
    return -optimizer.advance(zeros, lambda _: gradients, (zeros, zeros), 1)[0]


@experiment
def where_epsilon_stands(adam_step: Callable) -> None:
    """The first step over the size of the gradient: epsilon in three places, and epsilon of three sizes."""
    gradients = np.geomspace(1e-13, 10, 200)
    forms = {
        "√ŝ + ε: yours": _first_step(adam_step, gradients, EPSILON),
        "√s + ε, corrected later": gradients / (gradients + EPSILON / np.sqrt(1 - BETA2)),
        "√(ŝ + ε)": gradients / np.sqrt(gradients**2 + EPSILON),
    }
    sizes = {f"ε = {size:g}": _first_step(adam_step, gradients, size) for size in (1e-8, 1e-4, 1.0)}
    figure, panels = style.new_figure(1, 2, width=9.2, height=3.6, sharey=True)
    said = []
    for axes, curves, title in zip(
        panels, (forms, sizes), ("ε = 1e-8 in three places", "√ŝ + ε: three sizes"), strict=True
    ):
        for i, (name, steps) in enumerate(curves.items()):
            look = {"marker": style.MARKERS[i], "markevery": (8 * i, 28), "markersize": 5}
            axes.loglog(gradients, steps, label=name, **look, **style.line(i))
            reached = np.flatnonzero(steps >= 0.5)
            half = f"{gradients[reached[0]]:.0e}" if len(reached) else "no gradient here"
            said.append(f"{name}: half a learning rate from a gradient of {half} on")
        axes.set(xlabel="size of the gradient", title=title, ylim=(1e-6, 3))
        axes.legend(fontsize=9, loc="lower right")
    panels[0].set_ylabel("first step in learning rates")
    print("\n".join(said))
    style.show(
        figure,
        "The first step over the size of the gradient, both on logarithmic axes: 1 for large gradients, proportional "
        f"to the gradient for small ones. Left for epsilon in three places, right for three sizes. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- surfaces


@experiment
def adam_paths(adam_step: Callable) -> None:
    """Gradient descent, momentum and Adam on the elongated bowl and in the curved valley."""
    figure, panels = style.new_figure(1, 2, width=9.6, height=4.0)
    said = []
    for axes, surface in zip(panels, (replace(BOWL, x=(-10, 4)), VALLEY), strict=True):
        draw_surface(axes, surface)
        for i, optimizer in enumerate((gradient_descent(0.035), momentum(0.035), adam(adam_step, 0.3))):
            path = descend(optimizer, surface, 1500)
            draw_path(axes, path, optimizer.name, i, markers=40)
            steps = in_steps(steps_until(surface, path, 1e-2), "not in 1500 steps")
            said.append(f"{surface.name}, {optimizer.name}: {steps}")
        axes.set_title(surface.name)
    panels[0].legend(loc="lower right", fontsize=8)
    print("until the loss stays below 0.01")
    print("\n".join(f"  {line}" for line in said))
    style.show(
        figure,
        "Contour maps of an elongated bowl and of a curved valley with the paths of gradient descent, momentum and "
        "Adam. Adam starts diagonally, with steps of equal length in both directions. Steps until the loss stays below "
        f"0.01: {'; '.join(said)}.",
    )


@experiment
def turned_bowl(adam_step: Callable, *, learning_rate: float = 0.1) -> None:
    """Steps that momentum and Adam need on the elongated bowl, turned by angles from 0 to 90 degrees."""
    angles = np.arange(0, 91, 7.5)
    figure, (left, right) = style.new_figure(1, 2, width=9.4, height=3.9, width_ratios=(1, 1.15))
    counts: dict[str, list[int | None]] = {}
    for i, optimizer in enumerate((momentum(0.035), adam(adam_step, learning_rate))):
        for angle in angles:
            surface = turned(BOWL, angle)
            path = descend(optimizer, surface, 1500)
            counts.setdefault(optimizer.name, []).append(steps_until(surface, path, 1e-6))
            if angle == 45:
                if i == 0:
                    draw_surface(left, surface)
                draw_path(left, path, optimizer.name, i + 1, markers=20)
        drawn = np.array([np.nan if count is None else count for count in counts[optimizer.name]], dtype=float)
        right.plot(angles, drawn, label=optimizer.name, **style.curve(i + 1))
    left.set(title="turned by 45°", aspect="equal")
    right.set(
        xlabel="turned by (degrees)", ylabel="steps until the loss stays below 1e-6", title="the same bowl, turned"
    )
    right.set_ylim(bottom=0)
    right.set_xticks(angles[::2])
    right.legend()
    said = [
        f"{name}: " + ", ".join(f"{counts[name][i] or 'more than 1500'} at {angles[i]:g}" for i in (0, 6, 12))
        for name in counts
    ]
    print("steps at 0, 45 and 90 degrees\n  " + "\n  ".join(said))
    style.show(
        figure,
        "Left: the elongated bowl turned by 45 degrees with the paths of momentum and Adam. Right: the steps that both "
        f"need, over the angle; momentum's number does not change, Adam's is largest in the middle. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- training

RATES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
SHOWN_RATE = 3e-2


@experiment
def sweep_learning_rates(adam_step: Callable, *, prediction: float | None = None) -> None:
    """The training loss on the digits over the learning rate: momentum, Adam, and Adam without its correction.

    prediction: the student's guess of Adam's best learning rate among those tried.
    """
    prediction = guess(prediction)
    network = DigitsNetwork((32, 32))
    kinds = {
        "momentum": momentum,
        "Adam": lambda rate: adam(adam_step, rate),
        "Adam, no correction": lambda rate: adam(uncorrected(adam_step), rate),
    }
    runs = {name: [train(network, kind(rate), epochs=4) for rate in RATES] for name, kind in kinds.items()}
    figure, (left, right) = style.new_figure(1, 2, width=9.6, height=3.8)
    said = []
    for i, (name, by_rate) in enumerate(runs.items()):
        losses = np.array([run.by_epoch[-1] for run in by_rate])
        look = style.line(i, label=name)
        left.loglog(RATES, losses, marker=style.MARKERS[i], **look)
        best = int(np.nanargmin(losses))
        accuracy = by_rate[best].accuracy
        said.append(f"{name}: best with {RATES[best]:g}, loss {losses[best]:.3f}, validation accuracy {accuracy:.3f}")
        if i:
            first = by_rate[RATES.index(SHOWN_RATE)].losses[:100]
            right.plot(np.arange(1, len(first) + 1), first, linewidth=1.4, **look)
    style.mark_prediction(left, prediction, linewidth=1.5)
    left.set(xlabel="learning rate", ylabel="training loss after 4 epochs", title="digits, 3466 parameters")
    left.set_ylim(bottom=7e-4)
    left.legend(fontsize=8, loc="lower left")
    right.set(xlabel="step", ylabel="loss of the minibatch", title=f"the first 100 steps, learning rate {SHOWN_RATE:g}")
    right.set_ylim(bottom=0)
    right.legend(fontsize=8)
    print("\n".join(said))
    style.show(
        figure,
        "Left: training loss after 4 epochs over the learning rate, both logarithmic, for momentum, Adam and Adam "
        "without correction. The curve without correction lies left of Adam's and rises at smaller rates. Right: at "
        f"learning rate {SHOWN_RATE:g} the loss without correction jumps up in the first steps. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- weight decay

NOISES = (0.01, 0.1, 1.0, 10.0)


@experiment
def decay_by_gradient_size(adam_step: Callable, adamw_step: Callable, *, weight_decay: float = 0.3) -> None:
    """Parameters whose gradients are noise of four sizes, and decay: as an L2 penalty in Adam, and in AdamW."""
    steps, copies, rate = 3000, 40, 1e-3
    sizes = np.repeat(NOISES, copies)

    def noisy(noise: np.ndarray, penalty: float) -> Gradient:
        return lambda at: noise + penalty * at

    def run(optimizer: Optimizer, penalty: float) -> np.ndarray:
        rng = np.random.default_rng(0)
        theta, path = np.ones(len(sizes)), []
        state = optimizer.begin(theta)
        for t in range(1, steps + 1):
            noise = sizes * rng.normal(size=len(sizes))
            theta, state = optimizer.advance(theta, noisy(noise, penalty), state, t)
            path.append(theta.reshape(-1, copies).mean(axis=1))
        return np.array(path)

    paths = {
        "Adam, λθ added to the gradient": run(adam(adam_step, rate), weight_decay),
        "AdamW": run(adam(adamw_step, rate, weight_decay=weight_decay), 0.0),
    }
    figure, panels = style.new_figure(1, 2, width=9.4, height=3.7, sharey=True)
    said = []
    for axes, (name, path) in zip(panels, paths.items(), strict=True):
        for i, size in enumerate(NOISES):
            axes.plot(path[:, i], label=f"{size:g}", markevery=(150 + 75 * i, 500), markersize=5, **style.curve(i))
        expected = np.exp(-rate * weight_decay * np.arange(steps))
        axes.plot(expected, color=style.BLACK, linestyle=":", linewidth=1.2, label="exp(−ηλt)")
        axes.set(xlabel="step", title=name, ylim=(-0.1, 1.08))
        said.append(f"{name}: " + ", ".join(f"{value:.2f}" for value in path[-1]))
    panels[0].set_ylabel("θ, mean of 40 parameters")
    panels[1].legend(title="size of the gradients", fontsize=8)
    print(f"theta after {steps} steps, for gradients of size {', '.join(map(str, NOISES))}")
    print("\n".join(f"  {line}" for line in said))
    style.show(
        figure,
        "Parameters that start at 1 over 3000 steps, four lines for gradients of size 0.01 to 10. Left, Adam with an "
        "L2 penalty: those with small gradients fall to 0, those with large gradients hardly fall. Right, AdamW: all "
        f"four fall along the same exponential. {'; '.join(said)}.",
    )

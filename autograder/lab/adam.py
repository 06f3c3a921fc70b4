"""Experiments with Adam: its faults, its correction, the size of its steps, training, weight decay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.descent import (
    BETA1,
    BETA2,
    DigitsNetwork,
    Gradient,
    Optimizer,
    adam_like,
    draw_losses,
    momentum,
    steps_for,
    train,
)
from autograder.lab.experiment import experiment
from autograder.lab.in_pytorch import adam_step
from autograder.lab.students import checked, guess, number, unusable

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


# ---------------------------------------------------------------- four Adams, three of them with a fault


def _only_m_corrected(theta: Any, gradient: Any, m: Any, s: Any, t: int, rate: float, *settings: float) -> Any:
    return adam_step(theta, gradient, m, s, FAR, rate / (1 - settings[0] ** t), *settings)


def _t_stays_1(theta: Any, gradient: Any, m: Any, s: Any, t: int, *settings: float) -> Any:
    return adam_step(theta, gradient, m, s, 1, *settings)


def _uncorrected(theta: Any, gradient: Any, m: Any, s: Any, t: int, *settings: float) -> Any:
    return adam_step(theta, gradient, m, s, FAR, *settings)


FOUR: dict[str, Callable] = {"A": _t_stays_1, "B": adam_step, "C": _uncorrected, "D": _only_m_corrected}
"""Adams by PyTorch, and which of them is told what."""
FAULTS = ("no fault", "nothing corrected", "only m corrected", "only s corrected", "root forgotten", "t stays 1")
FOURS_RATE = 0.001


@experiment
def four_adams() -> None:
    """The training losses of four Adams on the digits, three of which have a fault."""
    network = DigitsNetwork((32, 32))
    runs = {f"Adam {name}": train(network, adam(step, FOURS_RATE), epochs=6) for name, step in FOUR.items()}
    figure, axes = style.new_figure(width=7.6, height=3.5)
    draw_losses(axes, runs)
    axes.set_title(f"four Adams, learning rate {FOURS_RATE:g}")
    said = [f"{name}: training loss {run.by_epoch[-1]:.3f} after 6 epochs" for name, run in runs.items()]
    print("\n".join(said))
    style.show(figure, f"The training losses of four optimizers over six epochs, logarithmic. {'; '.join(said)}.")


@experiment
def question_the_four(adam_fault: Callable) -> None:
    """What a student's function says of the four Adams, from six steps with the gradient 3."""
    gradients = np.full(6, 3.0)
    figure, axes = style.new_figure(width=7.6, height=3.5)
    said = []
    for i, (name, step) in enumerate(FOUR.items()):
        steps = steps_for(adam(step, 1.0, epsilon=1e-15), gradients)
        found = np.asarray(adam_fault(steps.copy(), 3.0, BETA1, BETA2))
        if found.shape != () or found.dtype.kind not in "biuf" or found not in range(len(FAULTS)):
            raise unusable(adam_fault, "did not return a number from 0 to 5")
        verdict = FAULTS[int(found)]
        axes.semilogy(np.arange(1, 7), steps, label=f"Adam {name}: {verdict}", **style.curve(i))
        said.append(f"Adam {name}: steps {', '.join(f'{size:.2f}' for size in steps)}: {verdict}")
    axes.set(xlabel="step t", ylabel="step in learning rates", title="the gradient is 3 at every step")
    axes.set_ylim(0.6, 200)
    axes.legend(fontsize=9, loc="upper right", ncols=2)
    print("\n".join(said))
    style.show(figure, f"The first six steps of four Adams, logarithmic, and what was found. {'; '.join(said)}.")


# ---------------------------------------------------------------- what the correction does to the step


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

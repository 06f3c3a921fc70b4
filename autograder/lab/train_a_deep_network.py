"""The experiments of the capstone: a step at work, NumPy beside PyTorch, a ladder of runs, and where to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.deep_network import BETA2, BN_EPS, Run, complete, data, train, train_in_pytorch
from autograder.lab.experiment import experiment
from autograder.lab.function_toolbox import Toolbox
from autograder.lab.handwritten_digits import SPLIT_SEED, images
from autograder.lab.students import UnusableResult, as_number, unusable

SEEDS = (0, 1, 2)
SMALLEST = 1e-17
"""What a difference of exactly 0 is drawn as."""


def require_toolbox(tools: object) -> None:
    """Raise UnusableResult for what is no toolbox."""
    if not isinstance(tools, Toolbox):
        raise UnusableResult("This experiment takes the toolbox first: tools = lab.toolbox(...), then lab....(tools).")


# ---------------------------------------------------------------- ten images by heart

BY_HEART_WIDTHS, BY_HEART_RATE, BY_HEART_STEPS = (64, 50, 50, 50, 10), 0.1, 60


def _learn_by_heart(training_step: Callable, x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The losses of some steps on the same images. Raises UnusableResult where the step does not do its part."""
    rng = np.random.default_rng(0)
    parameters = [
        part
        for inputs, units in pairwise(BY_HEART_WIDTHS)
        for part in (rng.normal(0, np.sqrt(2 / inputs), (units, inputs)), np.zeros(units))
    ]
    shapes = [part.shape for part in parameters]
    losses = []
    for _ in range(BY_HEART_STEPS):
        returned = training_step(x.copy(), labels.copy(), [part.copy() for part in parameters], BY_HEART_RATE)
        try:
            loss, parameters = returned
            losses.append(float(loss))
            parameters = [np.asarray(part, dtype=float) for part in parameters]
        except (TypeError, ValueError):
            parameters = []
        if [part.shape for part in parameters] != shapes:
            raise unusable("training_step", "does not return (loss, parameters) yet")
    return np.array(losses)


@experiment
def ten_images_by_heart(training_step: Callable, *, prediction: float | None = None) -> None:
    """Sixty steps on the same ten images, one of each digit; once with their labels, once with the labels mixed up.

    prediction: the loss at the end with the labels mixed up.
    """
    rows = np.array([np.flatnonzero(data().y == digit)[0] for digit in range(10)])
    x, labels = data().x[rows], data().y[rows]
    mixed = np.random.default_rng(5).permutation(10)
    runs = {
        "right labels": _learn_by_heart(training_step, x, labels),
        "labels mixed up": _learn_by_heart(training_step, x, mixed),
    }
    figure, axes = style.new_figure(height=3.2)
    for number, (name, losses) in enumerate(runs.items()):
        look = style.curve(number)
        axes.semilogy(np.where(losses > 0, losses, np.nan), markevery=5, markersize=4, label=name, **look)
    axes.axhline(np.log(10), color=style.GREY, linestyle=":", linewidth=1.5)
    axes.text(BY_HEART_STEPS, np.log(10) * 1.1, "ln 10: guessing", ha="right", va="bottom")
    guess = as_number(prediction)
    if guess is not None and guess > 0:
        axes.plot(BY_HEART_STEPS - 1, guess, markersize=10, **{**style.CROSS, "color": style.RED})
    axes.set(xlabel="step", ylabel="loss", title="The same ten images, again and again")
    axes.legend(loc="center")
    summary = ", ".join(f"{name} {losses[0]:.2f} before, {losses[-1]:.3g} after" for name, losses in runs.items())
    print(f"loss: {summary}")
    style.show(figure, f"The loss on ten images over {BY_HEART_STEPS} steps, on a logarithmic axis: {summary}.")


# ---------------------------------------------------------------- side by side

COMPARED: dict[str, Any] = {"learning_rate": 0.003, "epochs": 6}


def _compared(tools: Toolbox) -> tuple[Run, tuple[np.ndarray, float]]:
    """The network from the toolbox and that from PyTorch, trained once for each toolbox."""
    if "side by side" not in tools.runs:
        tools.runs["side by side"] = train(tools, COMPARED, dtype="float64"), train_in_pytorch(tools, COMPARED)
    return tools.runs["side by side"]


def _difference(run: Run, losses: np.ndarray) -> np.ndarray:
    return np.abs(run.losses[:, 0] - losses)


def _parts_at(difference: np.ndarray) -> str:
    """Where two curves part, in words."""
    apart = np.flatnonzero(~(difference < 1e-6))
    return f"part at step {apart[0] + 1}" if len(apart) else "never part"


@experiment
def side_by_side(tools: Toolbox, *, prediction: float | None = None) -> None:
    """Train the deep network with the functions of the toolbox, and the same network in PyTorch; draw both losses.

    The same start, the same minibatches, float64. prediction: the largest difference of the two losses.
    """
    require_toolbox(tools)
    run, (losses, validation) = _compared(tools)
    difference = _difference(run, losses)
    steps = np.arange(1, len(losses) + 1)
    figure, (upper, lower) = style.new_figure(2, 1, height=5.0, sharex=True, height_ratios=(1.4, 1))
    upper.semilogy(steps, run.losses[:, 0], color=style.SKY, linewidth=5, label="NumPy, your toolbox")
    upper.semilogy(steps, losses, color=style.BLACK, linewidth=1.2, linestyle="--", label="PyTorch")
    upper.set(ylabel="loss of the minibatch", title="One network, written twice")
    upper.legend()
    lower.semilogy(steps, np.maximum(difference, SMALLEST), color=style.RED, marker=".", linestyle="none")
    guess = as_number(prediction)
    if guess is not None and guess > 0:
        lower.axhline(guess, color=style.PURPLE, linestyle="-.", label="your prediction")
        lower.legend()
    lower.set(
        xlabel="step", ylabel="|difference|", ylim=(SMALLEST, max(10.0, 2 * np.nanmax([*difference, guess or 0])))
    )
    largest, apart = np.max(difference), abs(run.validation[-1, 0] - validation)
    print(f"largest difference of the losses in {len(losses)} steps: {largest:.1e}; the curves {_parts_at(difference)}")
    print(f"loss on the validation images: NumPy {run.validation[-1, 0]:.12f}, PyTorch {validation:.12f}")
    style.show(
        figure,
        f"Above, the training loss of the NumPy network and of the PyTorch network over {len(losses)} steps, from "
        f"{losses[0]:.2f} to {losses[-1]:.2f}; the curves {_parts_at(difference)}. Below, their difference on a "
        f"logarithmic axis, at most {largest:.1e}. On the validation images they differ by {apart:.1e}.",
    )


def _epsilon_inside_the_root(tools: Toolbox) -> Callable:
    def adam_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
        _, m, s = tools.adam_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon)
        return theta - learning_rate * (m / (1 - beta1**t)) / np.sqrt(s / (1 - BETA2**t) + epsilon), m, s

    return adam_step


def _statistics_taken_for_constants(tools: Toolbox) -> Callable:
    def batch_norm_backward(dout, x, gamma, eps=BN_EPS):
        _, dgamma, dbeta = tools.batch_norm_backward(dout, x, gamma, eps)
        return dout * gamma / np.sqrt(x.var(axis=0) + eps), dgamma, dbeta

    return batch_norm_backward


def _running_mean_never_updated(tools: Toolbox) -> Callable:
    def batch_norm_train(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=BN_EPS):
        y, _, running_var = tools.batch_norm_train(x, gamma, beta, running_mean, running_var, momentum, eps)
        return y, running_mean, running_var

    return batch_norm_train


def _one_percent_off(tools: Toolbox) -> Callable:
    return lambda dout, z, alpha=1.0: np.where(z > 0, 1, 0.99) * tools.elu_backward(dout, z, alpha)


COLOURS = (style.SKY, style.BLUE, style.RED, style.GREEN, style.PURPLE, style.ORANGE, style.BLACK)

PLANTED: dict[str, tuple[str, Callable[[Toolbox], Callable]]] = {
    "ELU's slope 1 % too small for z < 0": ("elu_backward", _one_percent_off),
    "Adam's epsilon inside the root": ("adam_step", _epsilon_inside_the_root),
    "batch norm's mean and variance taken for constants": ("batch_norm_backward", _statistics_taken_for_constants),
    "running mean never updated": ("batch_norm_train", _running_mean_never_updated),
}
"""An error in words -> the function it is in, and how it is made from a toolbox of right ones."""


@experiment
def planted_errors(tools: Toolbox, **own: Callable) -> None:
    """Train the network with one function exchanged for a wrong one, and compare with PyTorch as before.

    own: a function of yours, by the name of the one it takes the place of: planted_errors(tools, elu=almost_elu).
    """
    require_toolbox(tools)
    boxes = {"no error": tools}
    boxes |= {name: tools.with_function(place, make(tools)) for name, (place, make) in PLANTED.items()}
    boxes |= {f"your {name}": tools.with_function(name, function) for name, function in own.items()}
    right, (losses, validation) = _compared(tools)
    figure, axes = style.new_figure(width=7.6, height=4.2)
    column = max(map(len, boxes))
    alt_parts = []
    print(f"{'':{column}}  largest difference  loss at the end  validation: loss  accuracy")
    print(f"{'PyTorch':{column}}  {'':18}  {losses[-33:].mean():15.4f}  {validation:16.4f}")
    for number, (name, box) in enumerate(boxes.items()):
        run = right if box is tools else train(box, COMPARED, dtype="float64")
        difference = _difference(run, losses)
        look = {"color": COLOURS[number % 7], "marker": ("", *style.MARKERS)[number % 7], "label": name}
        width = 1 + 4 * (number == 0)
        axes.semilogy(np.maximum(difference, SMALLEST), markevery=12, markersize=5, linewidth=width, **look)
        scores = f"{run.losses[-33:].mean():15.4f}  {run.validation[-1, 0]:16.4f}  {100 * run.accuracy[-1, 0]:6.1f} %"
        print(f"{name:{column}}  {np.max(difference):18.0e}  {scores}")
        alt_parts.append(f"{name} at most {np.max(difference):.0e}, accuracy {100 * run.accuracy[-1, 0]:.1f} percent")
    axes.set(xlabel="step", ylabel="|difference| of the loss from PyTorch's", ylim=(SMALLEST, 100))
    axes.set_title("How far the loss is from PyTorch's")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    style.show(figure, f"Difference from PyTorch's training loss, on a logarithmic axis. {'; '.join(alt_parts)}.")


# ---------------------------------------------------------------- the ladder

LADDER: dict[str, dict[str, Any]] = {
    "sigmoid, N(0, 1)": {
        "start": "N(0, 1)",
        "activation": "sigmoid",
        "batch_norm": False,
        "optimizer": "sgd",
        "learning_rate": 0.3,
    },
    "+ Glorot's start": {"start": "glorot"},
    "+ ELU, He's start": {"activation": "elu", "start": "he", "learning_rate": 0.1},
    "+ batch norm": {"batch_norm": True},
    "+ Adam": {"optimizer": "adam", "learning_rate": 0.003},
    "+ 1cycle": {"schedule": "1cycle", "learning_rate": 0.01},
    "+ dropout": {"dropout": 0.2, "learning_rate": 0.03},
}
"""What each rung changes; it keeps what the rungs below it have changed."""


def rungs() -> dict[str, dict[str, Any]]:
    """The whole recipe of every rung."""
    found: dict[str, dict[str, Any]] = {}
    so_far: dict[str, Any] = {}
    for name, change in LADDER.items():
        so_far = {**so_far, **change}
        found[name] = complete(so_far)
    return found


def _run_of(tools: Toolbox, recipe: Mapping[str, Any]) -> Run:
    """Three networks of a recipe, trained once for each toolbox."""
    key = repr(sorted(complete(recipe).items()))
    if key not in tools.runs:
        tools.runs[key] = train(tools, recipe, SEEDS)
    return tools.runs[key]


def _ladder_runs(tools: Toolbox) -> dict[str, Run]:
    return {name: _run_of(tools, recipe) for name, recipe in rungs().items()}


def _print_runs(runs: Mapping[str, Run]) -> None:
    width = max(map(len, runs))
    print(f"{'':{width}}  accuracy of {len(SEEDS)} networks   mean   spread   training loss")
    for name, run in runs.items():
        scores = 100 * run.accuracy[-1]
        each = " ".join(f"{score:5.1f}" for score in scores)
        print(
            f"{name:{width}}  {each:>22}  {scores.mean():5.1f}  {np.ptp(scores):7.1f}  {run.training[-1].mean():14.4f}"
        )


def _misread(accuracy: np.ndarray) -> np.ndarray:
    """Accuracies as percentages of misread images."""
    return 100 * (1 - np.asarray(accuracy))


def _draw_runs(runs: Mapping[str, Run], guesses: Mapping[str, Any]) -> tuple[Any, str]:
    """Misread images and training losses on logarithmic axes, a row for each run; and what they show, in words."""
    figure, (left, right) = style.new_figure(1, 2, width=8.6, height=0.9 + 0.38 * len(runs), sharey=True)
    best = max(run.accuracy[-1].mean() for run in runs.values())
    error = 200 * np.sqrt(best * (1 - best) / len(data().y_validation))
    left.axvspan(max(_misread(best) - error, 0.5), _misread(best) + error, color=style.GREY, alpha=0.2, linewidth=0)
    alt_parts = []
    for place, (name, run) in enumerate(runs.items()):
        colour = style.RED if name == "yours" else style.BLUE
        for axes, values in ((left, _misread(run.accuracy[-1])), (right, run.training[-1])):
            values = values[np.isfinite(values)]
            axes.plot(values, np.full(len(values), place), "o", color=colour, alpha=0.6, markersize=6)
            if len(values):
                axes.plot(values.mean(), place, marker="|", markersize=16, markeredgewidth=2.5, color=style.BLACK)
        guess = as_number(guesses.get(name))
        if guess is not None:
            left.plot(max(100 - guess, 0.6), place, marker="X", markersize=9, color=style.PURPLE)
        alt_parts.append(f"{name} {100 * run.accuracy[-1].mean():.1f}")
    left.set_yticks(range(len(runs)), list(runs))
    left.invert_yaxis()
    left.set(xscale="log", xlim=(0.5, 120), xlabel="misread validation images, %", title="what it misreads")
    left.set_xticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    left.minorticks_off()
    right.set(xlabel="training loss at the end", title="how well it fits", xscale="log")
    return figure, "; ".join(alt_parts)


@experiment
def climb_the_ladder(tools: Toolbox, *, prediction: Mapping[str, float | None] | None = None) -> None:
    """Train three networks on every rung of the ladder, six epochs each; draw accuracy and training loss.

    prediction: accuracies in percent for some of the rungs, drawn as purple crosses. The grey band reaches two standard
        errors to both sides of the best mean.
    """
    require_toolbox(tools)
    runs = _ladder_runs(tools)
    figure, summary = _draw_runs(runs, prediction if isinstance(prediction, Mapping) else {})
    _print_runs(runs)
    style.show(
        figure,
        "One row for each recipe, with three networks as dots and their mean as a bar: on the left the share of "
        f"misread validation images, on the right the training loss. Mean accuracy in percent: {summary}.",
    )


@experiment
def own_recipe(tools: Toolbox, recipe: Mapping[str, Any]) -> None:
    """Train three networks by a recipe of yours and show them beside the ladder."""
    require_toolbox(tools)
    yours = _run_of(tools, recipe)
    runs = {**_ladder_runs(tools), "yours": yours}
    figure, summary = _draw_runs(runs, {})
    _print_runs({"yours": yours})
    style.show(figure, f"The ladder with your recipe as its last row. Mean accuracy in percent: {summary}.")


# ---------------------------------------------------------------- when to stop

FEW_IMAGES, LONG = 200, {"batch": 20, "epochs": 40}


MARKS = (style.GREEN, style.ORANGE, style.BLACK)


def _stops(early_stopping: Callable, losses: np.ndarray, patience: int) -> tuple[int, int]:
    """The student's answer as two epochs that there are. Raises UnusableResult where it is none."""
    returned = early_stopping(losses.copy(), patience)
    try:
        stop, best = (int(value) for value in returned)
    except (TypeError, ValueError):
        stop, best = -1, -1
    if not 0 <= best <= stop < len(losses):
        raise unusable("early_stopping", "does not return (stop_epoch, best_epoch) yet")
    return stop, best


@experiment
def when_to_stop(
    tools: Toolbox, early_stopping: Callable, *, patiences: Sequence[int] = (1, 3, 10), prediction: float | None = None
) -> None:
    """Train on 200 images for 40 epochs, watch the validation loss, and stop by your rule.

    prediction: the epoch with the lowest validation loss.
    """
    require_toolbox(tools)
    run = train(tools, LONG, images=FEW_IMAGES, watched=True)
    training, validation, accuracy = run.training[:, 0], run.validation[:, 0], 100 * run.accuracy[:, 0]
    figure, (left, right) = style.new_figure(1, 2, width=8.6, height=3.4)
    left.semilogy(training, color=style.BLUE, label=f"{FEW_IMAGES} training images")
    left.semilogy(validation, color=style.RED, linestyle="--", label="validation images")
    right.plot(accuracy, color=style.RED, linestyle="--")
    alt_parts = []
    for number, patience in enumerate(patiences):
        stop, best = _stops(early_stopping, validation.astype(np.float64), patience)
        look = {"color": MARKS[number % 3], "marker": style.MARKERS[number % 6], "linestyle": "none"}
        left.plot(best, validation[best], markersize=10 - 2 * (number % 4), label=f"kept, patience {patience}", **look)
        for axes in (left, right):
            axes.axvline(stop, color=MARKS[number % 3], linestyle=":", linewidth=1.5)
        words = f"stops after epoch {stop}, keeps {best}: loss {validation[best]:.3f}, accuracy {accuracy[best]:.1f} %"
        alt_parts.append(f"patience {patience:2} {words}")
    guess = as_number(prediction)
    if guess is not None:
        left.axvline(guess, color=style.PURPLE, linewidth=1, label="your prediction")
    alt_parts.append(f"the last epoch, {len(training) - 1}: loss {validation[-1]:.3f}, accuracy {accuracy[-1]:.1f} %")
    print("\n".join(alt_parts))
    left.set(xlabel="epoch", ylabel="loss", title="the loss (dotted: the stop)")
    right.set(xlabel="epoch", ylabel="validation accuracy, %", title="the accuracy", ylim=(None, 100))
    left.legend(fontsize=8)
    style.show(
        figure,
        f"Left, over 40 epochs: the training loss falls to {training[-1]:.1g}, the validation loss is lowest, "
        f"{validation.min():.2f}, at epoch {validation.argmin()} and ends at {validation[-1]:.2f}. Right: the "
        f"validation accuracy ends at {accuracy[-1]:.0f} percent. {'; '.join(alt_parts)}.",
    )


# ---------------------------------------------------------------- the test


@experiment
def final_exam(tools: Toolbox, recipe: Mapping[str, Any]) -> None:
    """Train by your recipe and look at the test images, once; draw those that all three networks misread."""
    require_toolbox(tools)
    run = _run_of(tools, recipe)
    right = run.read == data().y_test
    share, error = right.mean(), np.sqrt(right.mean() * (1 - right.mean()) / right.shape[1])
    scores = ", ".join(f"{100 * score:.1f} %" for score in right.mean(axis=1))
    print(f"accuracy on the {right.shape[1]} test images: {scores}; mean {100 * share:.1f} %")
    print(f"accuracy on the validation images: mean {100 * run.accuracy[-1].mean():.1f} %")
    print(f"one standard error of either: about {100 * error:.1f} points")
    wrong = np.flatnonzero(~right.any(axis=0))
    order = np.random.default_rng(SPLIT_SEED).permutation(len(images()[0]))[: right.shape[1]]
    shown = wrong[:10]
    figure, panels = style.new_figure(1, max(len(shown), 6), width=8.6, height=1.9)
    said = []
    for axes in panels:
        axes.axis("off")
    for axes, index in zip(panels, shown, strict=False):
        axes.imshow(images()[0][order[index]].reshape(8, 8), cmap="Greys", vmin=0, vmax=16)
        found = "/".join(str(digit) for digit in dict.fromkeys(run.read[:, index].tolist()))
        said.append(f"a {data().y_test[index]} read as {found}")
        axes.set_title(f"{data().y_test[index]}, read {found}", fontsize=9, loc="center")
    style.show(
        figure,
        f"{len(wrong)} of the {right.shape[1]} test images are misread by all three networks; shown are "
        f"{len(shown)} of them: {', '.join(said) or 'none'}.",
    )

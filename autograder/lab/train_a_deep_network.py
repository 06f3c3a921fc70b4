"""The experiments of the capstone: a step at work, NumPy beside PyTorch, a ladder of runs, and where to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.deep_network import BETA2, BN_EPS, CLASSES, Run, complete, data, train, train_in_pytorch
from autograder.lab.experiment import experiment
from autograder.lab.function_toolbox import Toolbox
from autograder.lab.handwritten_digits import mnist_images, mnist_test
from autograder.lab.students import UnusableResult, as_array, as_number, unusable
from autograder.lab.training import smooth

SEEDS = (0, 1, 2)
SMALLEST = 1e-17
"""What a difference of exactly 0 is drawn as."""


def require_toolbox(tools: object) -> None:
    """Raise UnusableResult for what is no toolbox."""
    if not isinstance(tools, Toolbox):
        raise UnusableResult("This experiment takes the toolbox first: tools = lab.toolbox(...), then lab....(tools).")


# ---------------------------------------------------------------- ten images, memorized

MEMORIZED_WIDTHS, MEMORIZED_RATE, MEMORIZED_STEPS = (64, 50, 50, 50, 10), 0.1, 60


def _memorize(training_step: Callable, x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The losses of some steps on the same images. Raises UnusableResult where the step does not do its part."""
    rng = np.random.default_rng(0)
    parameters = [
        part
        for inputs, units in pairwise(MEMORIZED_WIDTHS)
        for part in (rng.normal(0, np.sqrt(2 / inputs), (units, inputs)), np.zeros(units))
    ]
    shapes = [part.shape for part in parameters]
    losses = []
    for _ in range(MEMORIZED_STEPS):
        returned = training_step(x.copy(), labels.copy(), [part.copy() for part in parameters], MEMORIZED_RATE)
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
def memorize_ten_images(training_step: Callable, *, prediction: float | None = None) -> None:
    """Sixty steps on the same ten images, one of each digit; once with their labels, once with the labels mixed up.

    prediction: the loss at the end with the labels mixed up.
    """
    rows = np.array([np.flatnonzero(data().y == digit)[0] for digit in range(10)])
    x, labels = data().x[rows], data().y[rows]
    mixed = np.random.default_rng(5).permutation(10)
    runs = {
        "right labels": _memorize(training_step, x, labels),
        "labels mixed up": _memorize(training_step, x, mixed),
    }
    figure, axes = style.new_figure(height=3.2)
    for number, (name, losses) in enumerate(runs.items()):
        look = style.curve(number)
        axes.semilogy(np.where(losses > 0, losses, np.nan), markevery=5, markersize=4, label=name, **look)
    axes.axhline(np.log(10), color=style.GREY, linestyle=":", linewidth=1.5)
    axes.text(MEMORIZED_STEPS, np.log(10) * 1.1, "ln 10: guessing", ha="right", va="bottom")
    guess = as_number(prediction)
    if guess is not None and guess > 0:
        axes.plot(MEMORIZED_STEPS - 1, guess, markersize=10, **{**style.CROSS, "color": style.RED})
    axes.set(xlabel="step", ylabel="loss", title="The same ten images, again and again")
    axes.legend(loc="center")
    summary = ", ".join(f"{name} {losses[0]:.2f} before, {losses[-1]:.3g} after" for name, losses in runs.items())
    print(f"loss: {summary}")
    style.show(figure, f"The loss on ten images over {MEMORIZED_STEPS} steps, on a logarithmic axis: {summary}.")


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

DEEP = (50,) * 20
LADDER: dict[str, dict[str, Any]] = {
    "sigmoid, N(0, 1)": {
        "hidden": DEEP,
        "initialization": "N(0, 1)",
        "activation": "sigmoid",
        "batch_norm": False,
        "optimizer": "sgd",
        "learning_rate": 0.3,
    },
    "ReLU instead": {"activation": "relu", "learning_rate": 0.03},
    "+ He's initialization": {"initialization": "he"},
    "ELU instead": {"activation": "elu"},
    "+ batch norm": {"batch_norm": True, "learning_rate": 0.1},
    "+ Adam": {"optimizer": "adam", "learning_rate": 0.003},
    "+ 1cycle": {"schedule": "1cycle", "learning_rate": 0.01},
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


def _print_runs(runs: Mapping[str, Run]) -> None:
    width = max(map(len, runs))
    print(f"{'':{width}}  accuracy of {len(SEEDS)} networks   mean   spread   training loss")
    for name, run in runs.items():
        scores = 100 * run.accuracy[-1]
        each = " ".join(f"{score:5.1f}" for score in scores)
        print(
            f"{name:{width}}  {each:>22}  {scores.mean():5.1f}  {np.ptp(scores):7.1f}  {run.training[-1].mean():14.4f}"
        )


def _standard_error(accuracy: float) -> float:
    """Of an accuracy in percent, measured on the validation images, in points."""
    return np.sqrt(accuracy * (100 - accuracy) / len(data().y_validation))


NARROWEST = 12.0
"""How far the ends of the logarithmic axis are apart at least, as a factor: far enough for a power of ten."""


def _draw_runs(runs: Mapping[str, Run], guesses: Mapping[str, Any]) -> tuple[Any, str]:
    """Accuracy and training loss, a row for each run; and what they show, in words."""
    figure, (left, right) = style.new_figure(
        1, 2, width=8.6, height=1.0 + 0.42 * len(runs), sharey=True, width_ratios=(1.9, 1)
    )
    scores = {name: 100 * run.accuracy[-1] for name, run in runs.items()}
    means = {name: float(each.mean()) for name, each in scores.items()}
    best, error = max(means.values()), _standard_error(max(means.values()))
    left.axvspan(best - 2 * error, min(best + 2 * error, 100), color=style.GREY, alpha=0.2, linewidth=0)
    for place, (name, run) in enumerate(runs.items()):
        left.hlines(place, 0, means[name], color=style.SKY, linewidth=5, alpha=0.5)
        for axes, values in ((left, scores[name]), (right, run.training[-1])):
            values = values[np.isfinite(values)]
            axes.plot(values, np.full(len(values), place), "o", color=style.BLUE, alpha=0.7, markersize=5)
            if len(values):
                axes.plot(values.mean(), place, marker="|", markersize=16, markeredgewidth=2.5, color=style.BLACK)
        if not np.isfinite(run.training[-1]).all():
            right.text(0.5, place, "NaN", transform=right.get_yaxis_transform(), color=style.RED, va="center")
        left.text(1.02, place, f"{means[name]:.0f} %", transform=left.get_yaxis_transform(), va="center")
        guess = as_number(guesses.get(name))
        if guess is not None:
            left.plot(guess, place, marker="X", markersize=9, color=style.PURPLE)
    lowest = min(float(each.min()) for each in scores.values())
    left.set_yticks(range(len(runs)), list(runs))
    left.invert_yaxis()
    left.grid(axis="y", visible=False)
    left.set(xlim=(0 if lowest < 50 else 5 * np.floor((lowest - 3) / 5), 100), xlabel="validation accuracy, %")
    left.set_title("what it reads")
    right.set(xlabel="training loss at the end", title="how well it fits", xscale="log")
    right.tick_params(axis="x", which="minor", labelbottom=False)
    low, high = right.get_xlim()
    if high < NARROWEST * low:
        right.set_xlim(np.sqrt(low * high / NARROWEST), np.sqrt(low * high * NARROWEST))
    return figure, "; ".join(f"{name} {mean:.1f}" for name, mean in means.items())


def _show_runs(runs: Mapping[str, Run], guesses: Mapping[str, Any]) -> None:
    figure, summary = _draw_runs(runs, guesses)
    _print_runs(runs)
    style.show(
        figure,
        "One row for each recipe, with three networks as dots and their mean as a bar: on the left the accuracy on the "
        f"validation images, on the right the training loss. Mean accuracy in percent: {summary}.",
    )


@experiment
def climb_the_ladder(tools: Toolbox, *, prediction: Mapping[str, float | None] | None = None) -> None:
    """Train three networks on every rung of the ladder, six epochs each; draw accuracy and training loss.

    prediction: accuracies in percent for some of the rungs, drawn as purple crosses. The gray band reaches two standard
        errors to both sides of the best mean.
    """
    require_toolbox(tools)
    runs = {name: _run_of(tools, recipe) for name, recipe in rungs().items()}
    _show_runs(runs, prediction if isinstance(prediction, Mapping) else {})


@experiment
def compare_recipes(tools: Toolbox, recipes: Mapping[str, Mapping[str, Any]]) -> None:
    """Train three networks by each of some recipes, and draw them as on the ladder. recipes: by a name of yours."""
    require_toolbox(tools)
    if not isinstance(recipes, Mapping) or not recipes:
        raise UnusableResult("This experiment takes a dict of recipes by name: {'plain': {'optimizer': 'sgd'}, ...}.")
    _show_runs({str(name): _run_of(tools, recipe) for name, recipe in recipes.items()}, {})


# ---------------------------------------------------------------- when to stop

FEW_IMAGES, WRONG_LABELS = 200, 30
LONG: dict[str, Any] = {"batch_norm": False, "learning_rate": 0.001, "batch": 20, "epochs": 40}


MARKS = (style.GREEN, style.ORANGE, style.BLACK)


def _stops(train: Callable, losses: np.ndarray, patience: int) -> tuple[int, int]:
    """When the student's loop stops and which epoch it keeps, for these validation losses.

    Its only parameter falls by 1 in each epoch, Adam's step where the slope is always the same. Raises UnusableResult
    where it does not return what it should.
    """
    replay, one = iter(losses), [np.zeros(1)]
    epochs = [[np.array([0])] for _ in losses]
    returned = train(one, lambda *_: (0.0, [np.ones(1)]), lambda _: float(next(replay)), epochs, np.ones(40), patience)
    try:
        _, validation, best = returned
        stop, kept = len(validation) - 1, round(-float(np.asarray(best[0]).item())) - 1
    except (TypeError, ValueError, IndexError):
        stop, kept = -1, -1
    if not 0 <= kept <= stop < len(losses):
        raise unusable("train", "does not return (losses, validation, best) yet")
    return stop, kept


@experiment
def when_to_stop(
    tools: Toolbox, train_loop: Callable, *, patiences: Sequence[int] = (1, 3, 10), prediction: float | None = None
) -> None:
    """Train on 200 images, 30 of them with a wrong label, for 40 epochs; let your loop decide when to stop.

    prediction: the epoch with the lowest validation loss.
    """
    require_toolbox(tools)
    run = train(tools, LONG, images=FEW_IMAGES, wrong=WRONG_LABELS, watched=True)
    training, validation, accuracy = run.training[:, 0], run.validation[:, 0], 100 * run.accuracy[:, 0]
    figure, (left, right) = style.new_figure(1, 2, width=8.6, height=3.4)
    for curve, name, place in ((training, "training", 0), (validation, "validation", 1)):
        left.plot(curve, **style.line(place))
        left.annotate(
            name,
            (len(curve) - 1, curve[-1]),
            color=style.COLOURS[place],
            xytext=(-2, 5),
            textcoords="offset points",
            ha="right",
        )
    right.plot(accuracy, **style.line(1))
    alt_parts = []
    for number, patience in enumerate(patiences):
        stop, kept = _stops(train_loop, validation.astype(np.float64), patience)
        look = {"color": MARKS[number % 3], "marker": style.MARKERS[number % 6], "linestyle": "none"}
        for axes, curve in ((left, validation), (right, accuracy)):
            axes.plot(kept, curve[kept], markersize=11 - 2 * (number % 4), label=f"kept, patience {patience}", **look)
            axes.axvline(stop, color=MARKS[number % 3], linestyle=":", linewidth=1.5)
        words = f"stops after epoch {stop}, keeps {kept}: loss {validation[kept]:.3f}, accuracy {accuracy[kept]:.1f} %"
        alt_parts.append(f"patience {patience:2} {words}")
    guess = as_number(prediction)
    if guess is not None:
        left.axvline(guess, color=style.PURPLE, linewidth=1, label="your prediction")
    alt_parts.append(f"the last epoch, {len(training) - 1}: loss {validation[-1]:.3f}, accuracy {accuracy[-1]:.1f} %")
    print("\n".join(alt_parts))
    left.set(xlabel="epoch", ylabel="loss", ylim=(0, None), title="the loss (dotted: the stop)")
    right.set(xlabel="epoch", ylabel="validation accuracy, %", title="the accuracy")
    left.legend(fontsize=8)
    style.show(
        figure,
        f"Left, over 40 epochs: the training loss falls to {training[-1]:.1g}; the validation loss is lowest, "
        f"{validation.min():.2f}, at epoch {validation.argmin()}, and rises to {validation[-1]:.2f}. Right: the "
        f"validation accuracy ends at {accuracy[-1]:.0f} percent. {'; '.join(alt_parts)}.",
    )


# ---------------------------------------------------------------- the final run


@experiment
def final_exam(scores: np.ndarray, losses: Sequence[float], validation: Sequence[float]) -> None:
    """Look at the test images of MNIST, once: how many your network reads, and those that it misreads.

    scores: of the 1000 test images, (1000, 10), from `scores(x_test, best)`. losses, validation: what `train` returned.
    """
    pictures, (_, labels) = mnist_images()[0][-MNIST_TEST:], mnist_test()
    scores = as_array(scores, (len(labels), CLASSES), "scores")
    read = scores.argmax(axis=1)
    accuracy = 100 * (read == labels).mean()
    error = np.sqrt(accuracy * (100 - accuracy) / len(labels))
    shifted = scores - scores.max(axis=1, keepdims=True)
    sure = 1 / np.exp(shifted).sum(axis=1)
    wrong = np.flatnonzero(read != labels)
    wrong = wrong[np.argsort(-sure[wrong])]
    print(f"Your network, your code: {accuracy:.1f} % of {len(labels)} test digits (one standard error: {error:.1f})")
    figure, axes = style.new_figure(width=8.6, height=5.4)
    axes.remove()
    rows = figure.add_gridspec(2, 1, height_ratios=(1.15, 1))
    upper, lower = figure.add_subfigure(rows[0]), figure.add_subfigure(rows[1])
    _draw_losses(upper, losses, validation, accuracy)
    _draw_digits(lower, pictures, labels, read, sure, wrong[:SHOWN])
    said = ", ".join(f"a {labels[index]} read as {read[index]}" for index in wrong[:SHOWN])
    style.show(
        figure,
        f"Above, the loss of every step and the validation loss after every epoch, down to {min(validation):.3f}. "
        f"{accuracy:.1f} percent of the test digits are read correctly. Below, the {min(len(wrong), SHOWN)} of "
        f"{len(wrong)} mistakes that the network was surest of: {said or 'none'}.",
    )


SHOWN, MNIST_TEST = 20, 1000


def _draw_losses(figure: Any, losses: Sequence[float], validation: Sequence[float], accuracy: float) -> None:
    axes = figure.subplots()
    steps = np.arange(1, len(losses) + 1)
    axes.semilogy(steps, losses, color=style.SKY, linewidth=0.6, alpha=0.7)
    axes.semilogy(steps, smooth(losses, 51), color=style.BLUE, label="training, every minibatch")
    ends = np.linspace(0, len(losses), len(validation) + 1)[1:]
    axes.semilogy(ends, validation, color=style.RED, marker="s", markersize=5, linestyle="--", label="validation")
    axes.axhline(np.log(CLASSES), color=style.GREY, linestyle=":", linewidth=1.5)
    axes.set(xlabel="step", ylabel="loss", title=f"Your network, your code: {accuracy:.1f} % of the test digits")
    axes.legend(loc="upper right")


def _draw_digits(
    figure: Any, pictures: np.ndarray, labels: np.ndarray, read: np.ndarray, sure: np.ndarray, which: np.ndarray
) -> None:
    figure.suptitle("What it misreads, the surest first: true digit, what was read, and how sure", fontsize=10)
    for panel, index in zip_longest(figure.subplots(2, SHOWN // 2).flat, which):
        panel.axis("off")
        if index is not None:
            panel.imshow(pictures[index], cmap="Greys", interpolation="nearest")
            panel.set_title(f"{labels[index]} → {read[index]}  {100 * sure[index]:.0f} %", fontsize=8, loc="center")

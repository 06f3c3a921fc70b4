"""Experiments with six optimizers: Nadam, one table, the limits of stability, and a comparison that is fair."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograder.lab import in_pytorch, style
from autograder.lab.descent import (
    BOWL,
    EPSILON,
    DigitsNetwork,
    Gradient,
    Optimizer,
    adam_like,
    descend,
    gradient_descent,
    momentum,
    steps_for,
    steps_until,
    train,
)
from autograder.lab.experiment import experiment
from autograder.lab.in_pytorch import adam_step, rmsprop_step, sgd_step
from autograder.lab.students import checked, function_name, guess, number, unusable

# ---------------------------------------------------------------- optimizers


class CarriesProduct(Optimizer):
    """An optimizer whose state is (m, s, mu_product): two arrays and a number that starts at 1."""

    def begin(self, theta: np.ndarray) -> tuple[np.ndarray, ...]:
        """The state before the first step."""
        return (*super().begin(theta), np.ones(()))

    def advance(
        self, theta: np.ndarray, gradient: Gradient, state: tuple[np.ndarray, ...], t: int
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """One step. Raises UnusableResult where the student's function does not return theta and the state."""
        m, s, product = state
        settings = self.settings.values()
        returned = self.step(theta.copy(), gradient(theta), m.copy(), s.copy(), float(product), t, *settings)
        parts = list(returned) if isinstance(returned, (tuple, list)) else []
        if [np.shape(part) for part in parts] != [theta.shape] * 3 + [()] or parts[3] is None:
            name = function_name(self.step)
            raise unusable(name, "did not return (theta, m, s, mu_product), the first three of the shape of theta")
        return np.asarray(parts[0], dtype=float), tuple(np.asarray(part, dtype=float) for part in parts[1:])


def nadam_of_pytorch(learning_rate: float, momentum_decay: float = 0.004) -> Optimizer:
    """torch.optim.NAdam, whose momentum rises by a schedule, with its other settings."""
    settings = adam_like("NAdam", in_pytorch.nadam_step, learning_rate, momentum_decay=momentum_decay)
    return CarriesProduct(**vars(settings))


def nesterov(learning_rate: float) -> Optimizer:
    """The course's own Nesterov momentum with beta = 0.9, as PyTorch has it."""

    def step(theta: np.ndarray, gradient: np.ndarray, buffer: np.ndarray, rate: float) -> tuple:
        return sgd_step(theta, gradient, buffer, rate=rate, momentum=0.9, nesterov=True)

    return Optimizer("Nesterov", step, ("buffer",), {"rate": learning_rate})


def rmsprop(learning_rate: float) -> Optimizer:
    """The course's own RMSProp with beta = 0.9."""

    def step(theta: np.ndarray, gradient: np.ndarray, s: np.ndarray, rate: float) -> tuple:
        return rmsprop_step(theta, gradient, s, rate=rate, beta=0.9, epsilon=EPSILON)

    return Optimizer("RMSProp", step, ("s",), {"rate": learning_rate})


# ---------------------------------------------------------------- the opening

QUIET = 0.3
"""The learning rate with which NAdam stays at the minimum for more than a thousand steps, and then leaves it."""


@experiment
def out_of_nothing() -> None:
    """The loss of PyTorch's NAdam on the bowl, over 1500 steps."""
    loss = BOWL.loss(descend(nadam_of_pytorch(QUIET), BOWL, MOST))
    figure, axes = style.new_figure(width=8.2, height=3.5)
    axes.semilogy(np.maximum(loss, 1e-16), color=style.BLUE, linewidth=1.4)
    jump = MOST // 2 + int(np.argmax(loss[MOST // 2 :]))
    arrived = int(np.flatnonzero(loss[: MOST // 2] >= 1e-6)[-1]) + 1
    axes.annotate(
        f"step {jump}: loss {loss[jump]:.0f}", (jump, loss[jump]), (jump - 480, 3e2), arrowprops={"arrowstyle": "->"}
    )
    axes.set(xlabel="step", ylabel="loss", ylim=(1e-16, 1e4), title="torch.optim.NAdam on the elongated bowl")
    print(f"below 1e-6 from step {arrived} on; at step {jump} the loss is {loss[jump]:.1f}")
    style.show(
        figure,
        "The loss over 1500 steps, logarithmic. It falls, stays tiny for more than a thousand steps, and then jumps up "
        f"by many orders of magnitude, to {loss[jump]:.0f} at step {jump}.",
    )


# ---------------------------------------------------------------- the trick


@experiment
def one_step_ahead(nadam_step: Callable, *, prediction: float | None = None) -> None:
    """Steps for a constant gradient, and for one that turns round after 40 steps: Adam and Nadam.

    prediction: the student's guess of Nadam's first step, in learning rates.
    """
    prediction = guess(prediction)
    steps: dict[str, Callable] = {
        "Adam": adam_step,
        "Nadam: yours": nadam_step,
    }
    constant, turning = np.ones((25, 1)), np.ones((60, 1))
    turning[40:] = -1
    optimizers = [adam_like(name, step, 1.0, 1e-12) for name, step in steps.items()]
    first = {item.name: steps_for(item, constant)[:, 0] for item in optimizers}
    turned = {item.name: steps_for(item, turning)[:, 0] for item in optimizers}
    figure, (left, right) = style.new_figure(1, 2, width=9.4, height=3.6)
    for i, (name, found) in enumerate(first.items()):
        left.plot(np.arange(1, 26), found, label=name, linewidth=1.5, **style.curve(i, markersize=5))
    if prediction is not None:
        left.plot(1, prediction, markersize=11, **style.RHOMB)
    for i, (name, found) in enumerate(turned.items()):
        right.plot(np.arange(37, 61), found[36:], label=name, linewidth=1.5, **style.curve(i, markersize=5))
    right.axhline(0, color=style.BLACK, linewidth=1)
    right.axvline(40.5, color=style.GREY, linewidth=1, linestyle=":")
    right.text(41, 0.93, "from here on the gradient is −1", fontsize=9, va="center")
    left.set(xlabel="step t", ylabel="step in learning rates", title="a constant gradient", ylim=(0, 2))
    right.set(xlabel="step t", ylabel="step in learning rates", title="a gradient that turns round")
    left.legend(fontsize=9)
    right.legend(fontsize=9, loc="lower left")
    said = [f"{name}: " + ", ".join(f"{value:.3f}" for value in found[:4]) for name, found in first.items()]
    back = [
        f"{name}: after {int(np.argmax(found[40:] < 0)) + 1} gradients of -1"
        if (found[40:] < 0).any()
        else f"{name}: not at all"
        for name, found in turned.items()
    ]
    print("first steps in learning rates\n  " + "\n  ".join(said))
    print("the step has turned round\n  " + "\n  ".join(back))
    style.show(
        figure,
        "Left: steps for a constant gradient in learning rates, first "
        f"{'; '.join(said)}. Right: the gradient turns round after step 40; both curves fall through zero, Nadam's one "
        f"step before Adam's. {'; '.join(back)}.",
    )


# ---------------------------------------------------------------- the bowl

RATES = (0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0)
MOST = 1500


@experiment
def adam_against_nadam(nadam_step: Callable) -> None:
    """Adam and two forms of Nadam on the elongated bowl: the loss at one learning rate, the steps at many."""
    kinds = {
        "Adam": lambda rate: adam_like("Adam", adam_step, rate),
        "Nadam: yours": lambda rate: adam_like("Nadam", nadam_step, rate),
        "PyTorch's NAdam": nadam_of_pytorch,
    }
    figure, (left, right) = style.new_figure(1, 2, width=9.8, height=3.9)
    print(f"steps until the loss stays below 1e-6 (in {MOST} steps)")
    print("learning rate" + "".join(f"{rate:>6g}" for rate in RATES))
    said = []
    for i, (name, kind) in enumerate(kinds.items()):
        paths = {rate: descend(kind(rate), BOWL, MOST) for rate in RATES}
        counts = [steps_until(BOWL, path, 1e-6) for path in paths.values()]
        loss = np.maximum(BOWL.loss(paths[QUIET]), 1e-16)
        left.semilogy(loss, label=name, markevery=(60 * i, 220), **style.curve(i, markersize=5, linewidth=1.2))
        drawn = [np.nan if count is None else count for count in counts]
        right.loglog(RATES, drawn, label=name, linewidth=1.5, **style.curve(i, markersize=5))
        missing = [rate for rate, count in zip(RATES, counts, strict=True) if count is None]
        right.plot(missing, [1.25 * MOST] * len(missing), color=style.COLOURS[i], marker="x", linestyle="none")
        print(f"  {name}\n             " + "".join(f"{'-' if count is None else count:>6}" for count in counts))
        never = f", not at {', '.join(f'{rate:g}' for rate in missing)}" if missing else ""
        said.append(f"{name}: best {np.nanmin([*drawn, np.inf]):g}{never}")
    right.axhline(MOST, color=style.GREY, linewidth=1, linestyle=":")
    right.text(RATES[0], 1.2 * MOST, f"×: not in {MOST} steps", fontsize=8)
    left.set(xlabel="step", ylabel="loss", title=f"learning rate {QUIET:g}", ylim=(1e-16, 1e4))
    left.legend(fontsize=8, loc="upper right")
    right.set(xlabel="learning rate", ylabel="steps", title="until the loss stays below 1e-6", ylim=(80, 2400))
    right.set_xticks([0.03, 0.1, 0.3, 1], ["0.03", "0.1", "0.3", "1"])
    right.set_yticks([100, 200, 500, 1000], ["100", "200", "500", "1000"])
    style.show(
        figure,
        f"Left: the loss of Adam and of two forms of Nadam over {MOST} steps with the learning rate {QUIET:g}, "
        "logarithmic. Right: the steps that they need over the learning rate, both logarithmic. "
        f"{'; '.join(said)}.",
    )


# ---------------------------------------------------------------- six optimizers

NAMES = ("gradient descent", "momentum", "nesterov", "rmsprop", "adam", "nadam")
COUNT = 600


def situations() -> dict[str, np.ndarray]:
    """Sequences of gradients of one parameter, (600, 1), but 300 parameters where they are random."""
    ones = np.ones((COUNT, 1))
    turned, rare = ones.copy(), 0 * ones
    turned[-1] = -1
    rare[-1] = 1
    signs = np.where(np.arange(COUNT) % 2, 1.0, -1.0)[:, None]
    noise = np.random.default_rng(2).normal(size=(COUNT, 300))
    return {
        "steady:\n1, 1, 1": ones,
        "small:\n0.01, 0.01, 0.01": 0.01 * ones,
        "just turned:\n1, 1, −1": turned,
        "swinging:\n1, −1, 1": signs,
        "rare:\n0, 0, 1": rare,
        "noise:\ntypical size": noise,
    }


@experiment
def compare_last_updates(last_update: Callable) -> None:
    """The last update of six optimizers in six situations, in learning rates."""
    columns = situations()
    table = np.zeros((len(NAMES), len(columns)))
    for i, name in enumerate(NAMES):
        for j, gradients in enumerate(columns.values()):
            update = checked(last_update, gradients.shape[1:])(name, gradients, 1.0, 0.9, 0.99, 1e-8)
            size = np.sqrt(np.mean(np.square(update)))
            table[i, j] = size if gradients.shape[1] > 1 else -update[0]
    figure, axes = style.new_figure(width=8.8, height=3.9)
    colour = np.sign(table) * np.log10(np.maximum(np.abs(table) / 0.01, 1))
    axes.imshow(colour, cmap="RdBu", vmin=-4.5, vmax=4.5, aspect="auto")
    for (i, j), value in np.ndenumerate(table):
        axes.text(j, i, f"{value:.2f}".replace("-", "−"), ha="center", va="center", fontsize=11)
    axes.set_xticks(range(len(columns)), list(columns), fontsize=9)
    axes.set_yticks(range(len(NAMES)), NAMES)
    axes.tick_params(length=0)
    axes.grid(False)
    axes.set_title("what the last step subtracts from θ, in learning rates")
    rows = [f"{name}: " + ", ".join(f"{value:.2f}" for value in row) for name, row in zip(NAMES, table, strict=True)]
    style.show(
        figure,
        "A table of six optimizers by six situations with the last step in learning rates, blue where it is positive, "
        f"red where it is negative. Columns: {', '.join(columns)}. {'; '.join(rows)}.".replace("\n", " "),
    )


@experiment
def edges_of_stability(stability_limit: Callable, *, prediction: str | None = None) -> None:
    """The largest learning rate times curvature of six optimizers: by a student's function.

    prediction: the name of the optimizer that puts up with the most.
    """
    limit = number(stability_limit)
    figure, axes = style.new_figure(width=8.0, height=3.3)
    said = []
    for i, name in enumerate(NAMES):
        found = limit(name, 0.9)
        axes.barh(i, found, color=style.COLOURS[i], height=0.6)
        axes.text(found * 1.05, i, f"{found:.2f}", va="center")
        said.append(f"{name} {found:.2f}")
    axes.set_yticks(range(len(NAMES)), NAMES)
    axes.invert_yaxis()
    axes.set(xscale="log", xlim=(0.8, 90), xlabel="largest η × curvature (RMSProp, Adam, Nadam: over √s as well)")
    axes.set_title("where each of them leaves a parabola, β₁ = 0.9")
    print("limits: " + ", ".join(said))
    if isinstance(prediction, str):
        print(f"your prediction: {prediction}")
    style.show(figure, f"Bars of six limits on a logarithmic axis: {', '.join(said)}.")


SEEDS = (0, 1, 2, 3, 4)
CHOSEN = {"gradient descent": 0.3, "momentum": 0.03, "Nesterov": 0.03, "RMSProp": 0.003, "Adam": 0.01, "NAdam": 0.01}
"""Learning rates with the best validation accuracy among 0.001, 0.003, 0.01, ... with the seeds 100 and 101."""


def six_optimizers() -> dict[str, Optimizer]:
    """The six optimizers of the chapter with the learning rates that were chosen for the digits."""
    makers: dict[str, Callable[[float], Optimizer]] = {
        "gradient descent": gradient_descent,
        "momentum": momentum,
        "Nesterov": nesterov,
        "RMSProp": rmsprop,
        "Adam": lambda rate: adam_like("Adam", adam_step, rate),
        "NAdam": nadam_of_pytorch,
    }
    return {name: maker(CHOSEN[name]) for name, maker in makers.items()}


def shuffled_names(methods: int, seeds: int, count: int = 4000) -> np.ndarray:
    """Shuffles of the names of methods within each seed: whose score goes to which row, (count, methods, seeds)."""
    in_order = np.broadcast_to(np.arange(methods)[:, None], (count, methods, seeds))
    return np.random.default_rng(0).permuted(in_order, axis=1)


@experiment
def six_on_the_digits(permutation_test: Callable, *, seeds: Sequence[int] = SEEDS) -> None:
    """All six optimizers on the digits, several seeds each: the training loss and the validation accuracy."""
    network = DigitsNetwork((32, 32))
    optimizers = six_optimizers()
    runs = {name: [train(network, item, seed=seed) for seed in seeds] for name, item in optimizers.items()}
    accuracies = np.array([[run.accuracy for run in row] for row in runs.values()])
    losses = np.array([[run.by_epoch for run in row] for row in runs.values()])
    figure, (left, right) = style.new_figure(1, 2, width=9.6, height=3.9)
    for i, name in enumerate(runs):
        shown = f"{name}, η = {CHOSEN[name]:g}"
        left.semilogy(np.median(losses[i], axis=0), label=shown, linewidth=1.5, **style.curve(i, markersize=5))
        places = i + np.linspace(-0.2, 0.2, len(seeds))
        right.plot(places, accuracies[i], **style.dots(i))
        right.hlines(accuracies[i].mean(), i - 0.35, i + 0.35, color=style.BLACK, linewidth=2)
    left.set(xlabel="epoch", ylabel="training loss, median of the seeds", title="digits, 3466 parameters")
    left.legend(fontsize=8)
    right.set_xticks(range(len(runs)), [name.replace(" ", "\n") for name in runs], fontsize=8)
    right.set(ylabel="validation accuracy", title="each seed a point, the mean a line", ylim=(0.94, 1.0))
    said = []
    for i, name in enumerate(runs):
        spread = accuracies[i].std(ddof=1)
        final = losses[i, :, -1]
        said.append(
            f"{name}: accuracy {accuracies[i].mean():.4f} ± {spread:.4f}, "
            f"training loss {final.min():.4f} to {final.max():.4f}"
        )
    means, names = accuracies.mean(axis=1), list(runs)
    share = number(permutation_test)(accuracies.copy(), shuffled_names(*accuracies.shape))
    print("mean validation accuracy ± standard deviation over the seeds, last training loss\n  " + "\n  ".join(said))
    print(f"furthest apart: {names[means.argmax()]} and {names[means.argmin()]}, by {np.ptp(means):.4f}")
    print(f"names shuffled within each seed: the extremes are at least as far apart in {share:.1%} of the trials")
    print("1 of the 360 validation images is 0.0028")
    style.show(
        figure,
        "Left: the training loss over 8 epochs of six optimizers, all falling. Right: the validation "
        f"accuracy of every seed; the clouds of points overlap. {'; '.join(said)}.",
    )

"""Experiments with Nadam: Nesterov's trick in Adam's step, the momentum schedule, and six optimizers side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograder.lab import style
from autograder.lab.descent import (
    BETA1,
    BOWL,
    EPSILON,
    DigitsNetwork,
    Gradient,
    Optimizer,
    adam_like,
    descend,
    draw_path,
    draw_surface,
    gradient_descent,
    momentum,
    steps_for,
    steps_until,
    train,
)
from autograder.lab.experiment import experiment
from autograder.lab.in_pytorch import adam_step, rmsprop_step, sgd_step
from autograder.lab.students import checked, function_name, guess, number, unusable

DECAYS = (0.0, 0.004, 1.0, 1e6)
"""Values of momentum_decay: 0, PyTorch's, that of Keras, and one that makes the momentum constant."""
OWN = {0.0: "", 0.004: " (PyTorch)", 1.0: " (Keras)", 1e6: " (constant)"}

# ---------------------------------------------------------------- optimizers


def textbook_step(
    theta: np.ndarray, gradient: np.ndarray, m: np.ndarray, s: np.ndarray, t: int, *settings: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nadam as many textbooks have it, both parts of the direction corrected for the present step: Adam's step, whose
    average has taken the gradient in once already."""
    _, m, s_now = adam_step(theta, gradient, m, s, t, *settings)
    return adam_step(theta, gradient, m, s, t, *settings)[0], m, s_now


def dozat_step(
    theta: np.ndarray,
    gradient: np.ndarray,
    m: np.ndarray,
    s: np.ndarray,
    mu_product: float,
    t: int,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    momentum_decay: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Nadam as in Dozat's report, whose schedule is used in the average m, too."""
    mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay)) for step in (t, t + 1))
    mu_product = mu_product * mu
    m = mu * m + (1 - mu) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


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


def nadam(
    step: Callable, learning_rate: float, momentum_decay: float = 0.004, name: str = "NAdam", epsilon: float = EPSILON
) -> Optimizer:
    """A student's nadam_step with PyTorch's other settings."""
    return CarriesProduct(**vars(adam_like(name, step, learning_rate, epsilon, momentum_decay=momentum_decay)))


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


def weights_by_age(optimizer: Optimizer, steps: int = 50, ages: int = 8) -> np.ndarray:
    """How much of the gradients of age 0, 1, 2, ... is in the direction of the last of so many steps.

    optimizer: with learning rate 1 and epsilon 1, given gradients so small that nothing is divided by anything else.
    """
    tiny = 1e-9
    gradients = np.zeros((steps, ages))
    gradients[steps - 1 - np.arange(ages), np.arange(ages)] = tiny
    return steps_for(optimizer, gradients)[-1] / tiny


# ---------------------------------------------------------------- the trick


@experiment
def one_step_ahead(nadam_constant_step: Callable, *, prediction: float | None = None) -> None:
    """Steps for a constant gradient, and for one that turns round after 40 steps: Adam and Nadam.

    prediction: the student's guess of Nadam's first step, in learning rates.
    """
    prediction = guess(prediction)
    steps: dict[str, Callable] = {
        "Adam": adam_step,
        "Nadam: yours": nadam_constant_step,
        "Nadam of the textbooks": textbook_step,
    }
    constant, turning = np.ones((25, 1)), np.ones((60, 1))
    turning[40:] = -1
    optimizers = [adam_like(name, step, 1.0, 1e-12) for name, step in steps.items()]
    first = {item.name: steps_for(item, constant)[:, 0] for item in optimizers}
    turned = {item.name: steps_for(item, turning)[:, 0] for item in optimizers[:2]}
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


# ---------------------------------------------------------------- the schedule


@experiment
def plot_nadam_momentum(nadam_momentum: Callable, *, prediction: float | None = None) -> None:
    """The momentum over the steps for four values of momentum_decay, beta1 = 0.9.

    prediction: the student's guess of the momentum for momentum_decay = 0.
    """
    prediction = guess(prediction)
    mu = number(nadam_momentum)
    t = np.unique(np.geomspace(1, 100_000, 60).astype(int))
    figure, axes = style.new_figure(width=7.6, height=3.5)
    said = []
    for i, decay in enumerate(DECAYS):
        found = np.array([mu(int(step), BETA1, decay) for step in t])
        axes.semilogx(t, found, label=f"{decay:g}{OWN[decay]}", markevery=(2 * i, 8), **style.curve(i, markersize=5))
        values = ", ".join(f"{mu(step, BETA1, decay):.3f}" for step in (1, 100, 1000, 10_000))
        said.append(f"momentum_decay = {decay:g}: {values}")
    if prediction is not None:
        axes.axhline(prediction, color=style.BLACK, linestyle=":", linewidth=1.5, label="your prediction for 0")
    axes.set(xlabel="step t", ylabel="momentum μ", title="the momentum of step t, β₁ = 0.9", ylim=(0, 1))
    axes.legend(title="momentum_decay", fontsize=9, loc="lower right", ncols=3)
    print("momentum at t = 1, 100, 1000, 10000\n  " + "\n  ".join(said))
    style.show(
        figure,
        "The momentum over the step on a logarithmic axis for four values of momentum_decay, at t = 1, 100, 1000 and "
        f"10000: {'; '.join(said)}.",
    )


@experiment
def nadam_directions(nadam_step: Callable) -> None:
    """NAdam's steps for a constant gradient, and the weights of the gradients in its direction."""
    decays = DECAYS[1:]
    gradients = np.ones((400, 1))
    t = np.arange(1, len(gradients) + 1)
    steps = {f"{decay:g}{OWN[decay]}": steps_for(nadam(nadam_step, 1.0, decay), gradients)[:, 0] for decay in decays}
    steps["0.004, μ in m, too (Dozat)"] = steps_for(nadam(dozat_step, 1.0), gradients)[:, 0]
    weights = {"Adam": weights_by_age(adam_like("Adam", adam_step, 1.0, 1.0))}
    for decay, name in ((1e6, "NAdam, momentum constant"), (0.004, "NAdam, PyTorch's schedule")):
        weights[name] = weights_by_age(nadam(nadam_step, 1.0, decay, epsilon=1.0))
    figure, (left, right) = style.new_figure(1, 2, width=9.6, height=3.7)
    for i, (name, found) in enumerate(steps.items()):
        look = style.curve(i, markersize=5)
        left.semilogx(t, found, label=name, markevery=[0, 1, 2, 4, 9, 19, 49, 99, 199], linewidth=1.5, **look)
    left.axhline(1, color=style.GREY, linewidth=1, linestyle=":")
    left.set(xlabel="step t", ylabel="step in learning rates", title="a constant gradient", ylim=(0.6, 1.6))
    left.legend(title="momentum_decay", fontsize=8)
    for i, (name, found) in enumerate(weights.items()):
        places = np.arange(len(found)) + 0.27 * (i - 1)
        hatch = ("", "//", "..")[i]
        right.bar(places, found, 0.25, color=style.COLOURS[i], hatch=hatch, edgecolor=style.PAPER, label=name)
    right.set(xlabel="age of the gradient in steps", ylabel="weight", title="weights in the direction of step 50")
    right.legend(fontsize=8)
    lengths = [
        f"{name}: first {found[0]:.3f}, "
        + (f"shortest {found.min():.3f} at t = {found.argmin() + 1}" if found.min() < 0.999 else "never below 1")
        for name, found in steps.items()
    ]
    said = [f"{name}: " + ", ".join(f"{value:.3f}" for value in found[:4]) for name, found in weights.items()]
    print("steps for a constant gradient in learning rates\n  " + "\n  ".join(lengths))
    print("weights of the gradients of age 0, 1, 2, 3\n  " + "\n  ".join(said))
    style.show(
        figure,
        "Left: steps for a constant gradient in learning rates, by momentum_decay. With the schedules of PyTorch and "
        "of Keras they fall below 1 and come back slowly; with constant momentum and in Dozat's form they fall to 1. "
        f"{'; '.join(lengths)}. Right: bars of the weights of the last gradients in the direction. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- the bowl

RATES = (0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0)
MOST = 1500
SHOWN = 0.25


@experiment
def adam_against_nadam(nadam_constant_step: Callable, nadam_step: Callable, *, momentum_decay: float = 0.004) -> None:
    """Adam and two forms of Nadam on the elongated bowl: paths at one learning rate, steps at many.

    momentum_decay: that of nadam_step.
    """
    kinds = {
        "Adam": lambda rate: adam_like("Adam", adam_step, rate),
        "Nadam, momentum constant": lambda rate: adam_like("Nadam", nadam_constant_step, rate),
        f"NAdam, momentum_decay {momentum_decay:g}": lambda rate: nadam(nadam_step, rate, momentum_decay),
    }
    figure, (left, right) = style.new_figure(1, 2, width=9.6, height=3.9)
    draw_surface(left, BOWL)
    print(f"steps until the loss stays below 1e-6 (in {MOST} steps)")
    print("learning rate" + "".join(f"{rate:>6g}" for rate in RATES))
    said = []
    for i, (name, kind) in enumerate(kinds.items()):
        paths = {rate: descend(kind(rate), BOWL, MOST) for rate in RATES}
        counts = [steps_until(BOWL, path, 1e-6) for path in paths.values()]
        draw_path(left, paths[SHOWN], name, i, markers=60)
        drawn = [np.nan if count is None else count for count in counts]
        right.loglog(RATES, drawn, label=name, linewidth=1.5, **style.curve(i, markersize=5))
        missing = [rate for rate, count in zip(RATES, counts, strict=True) if count is None]
        right.plot(missing, [1.25 * MOST] * len(missing), color=style.COLOURS[i], marker="x", linestyle="none")
        print(f"  {name}\n             " + "".join(f"{'-' if count is None else count:>6}" for count in counts))
        chosen = counts[RATES.index(SHOWN)]
        never = f", not at {', '.join(f'{rate:g}' for rate in missing)}" if missing else ""
        said.append(f"{name}: {chosen or 'not'} at {SHOWN:g}, best {np.nanmin([*drawn, np.inf]):g}{never}")
    right.axhline(MOST, color=style.GREY, linewidth=1, linestyle=":")
    right.text(RATES[0], 1.2 * MOST, f"×: not in {MOST} steps", fontsize=8)
    left.set_title(f"learning rate {SHOWN:g}, the first 60 steps marked", fontsize=10)
    left.legend(fontsize=8, loc="lower right")
    right.set(xlabel="learning rate", ylabel="steps", title="until the loss stays below 1e-6", ylim=(100, 2400))
    right.set_xticks([0.03, 0.1, 0.3, 1], ["0.03", "0.1", "0.3", "1"])
    right.set_yticks([100, 200, 500, 1000], ["100", "200", "500", "1000"])
    style.show(
        figure,
        "Left: paths of Adam and of two forms of Nadam on the elongated bowl; Nadam's swing less. Right: the steps "
        "they need over the learning rate, both logarithmic; the curves lie together at small rates. "
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


SEEDS = (0, 1, 2, 3, 4)
CHOSEN = {"gradient descent": 0.3, "momentum": 0.03, "Nesterov": 0.03, "RMSProp": 0.003, "Adam": 0.01, "NAdam": 0.01}
"""Learning rates with the best validation accuracy among 0.001, 0.003, 0.01, ... with the seeds 100 and 101."""


def six_optimizers(nadam_step: Callable) -> dict[str, Optimizer]:
    """The six optimizers of the chapter with the learning rates that were chosen for the digits."""
    makers = {
        "gradient descent": gradient_descent,
        "momentum": momentum,
        "Nesterov": nesterov,
        "RMSProp": rmsprop,
        "Adam": lambda rate: adam_like("Adam", adam_step, rate),
        "NAdam": lambda rate: nadam(nadam_step, rate),
    }
    return {name: maker(CHOSEN[name]) for name, maker in makers.items()}


def furthest_apart(accuracies: np.ndarray, shuffles: int = 4000) -> tuple[int, int, float, float]:
    """The best and the worst row by their means, their difference, and how often chance makes one as large.

    accuracies: (optimizers, seeds). Chance: the rows' names are shuffled within each seed.
    """
    means = accuracies.mean(axis=1)
    rng = np.random.default_rng(0)
    columns = np.broadcast_to(accuracies, (shuffles, *accuracies.shape))
    shuffled = np.ptp(rng.permuted(columns, axis=1).mean(axis=2), axis=1)
    difference = float(np.ptp(means))
    return int(means.argmax()), int(means.argmin()), difference, float((shuffled >= difference - 1e-9).mean())


@experiment
def six_on_the_digits(nadam_step: Callable, *, seeds: Sequence[int] = SEEDS) -> None:
    """All six optimizers on the digits, several seeds each: the training loss and the validation accuracy."""
    network = DigitsNetwork((32, 32))
    optimizers = six_optimizers(nadam_step)
    runs = {name: [train(network, item, seed=seed) for seed in seeds] for name, item in optimizers.items()}
    accuracies = np.array([[run.accuracy for run in row] for row in runs.values()])
    losses = np.array([[run.by_epoch for run in row] for row in runs.values()])
    figure, (left, right) = style.new_figure(1, 2, width=9.6, height=3.9)
    for i, name in enumerate(runs):
        left.semilogy(np.median(losses[i], axis=0), label=name, linewidth=1.5, **style.curve(i, markersize=5))
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
    best, worst, difference, chance = furthest_apart(accuracies)
    names = list(runs)
    print("mean validation accuracy ± standard deviation over the seeds, last training loss\n  " + "\n  ".join(said))
    print(f"furthest apart: {names[best]} and {names[worst]}, by {difference:.4f}")
    print(f"names shuffled within each seed: the extremes are at least as far apart in {chance:.1%} of the trials")
    print("1 of the 360 validation images is 0.0028")
    style.show(
        figure,
        "Left: the training loss over 8 epochs of six optimizers, all falling. Right: the validation "
        f"accuracy of every seed; the clouds of points overlap. {'; '.join(said)}.",
    )

"""Experiments with learning rates that change: noise, distance, a plateau, one cycle, and training on the digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.networks import Networks, bounded_cross_entropy, normal_weights
from autograder.lab.students import UnusableResult, guess, number, numbers, unusable
from autograder.lab.training import Momentum, minibatches_by_seed, smooth

# ---------------------------------------------------------------- a bowl with noise, and a long way

NOISY_STEPS, COPIES, FAR = 3000, 300, 10.0
LARGE, SMALL = 0.5, 0.02


def noisy_descent(rates: Sequence[float], seed: int = 0) -> np.ndarray:
    """The mean loss of 300 runs on the bowl theta**2 / 2, with noise of variance 1 on the gradient, after each step."""
    rng = np.random.default_rng(seed)
    theta = np.full(COPIES, FAR)
    losses = [0.5 * np.mean(theta**2)]
    for rate in rates:
        theta = theta - rate * (theta + rng.normal(size=COPIES))
        losses.append(0.5 * np.mean(theta**2))
    return np.array(losses)


def _draw_losses(axes: Any, curves: Mapping[str, Sequence[float]]) -> list[str]:
    said = []
    for i, (name, rates) in enumerate(curves.items()):
        losses = noisy_descent(rates)
        axes.loglog(np.arange(1, len(losses) + 1), losses, label=name, linewidth=1.6, **style.line(i))
        said.append(f"{name}: loss {losses[100]:.2g} after 100 steps, {losses[-500:].mean():.2g} at the end")
    axes.set(xlabel="steps taken, plus 1", ylabel="loss, mean of 300 runs")
    return said


@experiment
def two_constant_rates() -> None:
    """A large and a small constant learning rate on a bowl with a noisy gradient."""
    figure, axes = style.new_figure(height=3.4)
    curves = {f"η = {LARGE}": [LARGE] * NOISY_STEPS, f"η = {SMALL}": [SMALL] * NOISY_STEPS}
    said = _draw_losses(axes, curves)
    axes.set_title("two constant learning rates, noisy gradient")
    axes.legend()
    print("\n".join(said))
    style.show(
        figure,
        "Loss against the step on logarithmic axes for two constant learning rates. The large one is down after ten "
        f"steps and then stays on a high level; the small one takes longer and ends lower. {'; '.join(said)}.",
    )


@experiment
def decay_on_two_axes(
    power_schedule: Callable, exponential_schedule: Callable, *, prediction: float | None = None
) -> None:
    """Both schedules over 200 steps with s = 20, on a linear and on a logarithmic axis.

    prediction: the student's guess of the rate of power scheduling after 200 steps.
    """
    prediction = guess(prediction)
    steps = range(201)
    curves = {
        "power, c = 1": [number(power_schedule)(step, 1.0, 20) for step in steps],
        "exponential, factor 0.1": [number(exponential_schedule)(step, 1.0, 20) for step in steps],
    }
    figure, panels = style.new_figure(1, 2, width=8.6, height=3.2)
    for axes, scale, kind in zip(panels, ("linear", "log"), ("linear", "logarithmic"), strict=True):
        for i, (name, rates) in enumerate(curves.items()):
            axes.plot(steps, rates, label=name, marker=style.MARKERS[i], markevery=20, markersize=4, **style.line(i))
        if prediction is not None and (prediction > 0 or scale == "linear"):
            axes.plot(200, prediction, marker="o", markersize=9, markerfacecolor="none", color=style.BLACK)
        axes.set(yscale=scale, xlabel="step", title=f"{kind} axis")
    panels[0].set_ylabel("learning rate")
    panels[0].legend()
    last = {name: rates[-1] for name, rates in curves.items()}
    print("after 200 steps:", "; ".join(f"{name}: {rate:.2g}" for name, rate in last.items()))
    if prediction is not None:
        print(f"your prediction for power scheduling: {prediction:g}")
    style.show(
        figure,
        "Two falling curves over 200 steps that start at 1. On the linear axis both become flat. On the logarithmic "
        f"one exponential is a straight line down to {last['exponential, factor 0.1']:.1g}, the other flattens "
        f"at {last['power, c = 1']:.2g}.",
    )


DISTANCE, FIRST_RATE, SLOW = 3.0, 0.1, 20


def walk(rates: Sequence[float]) -> np.ndarray:
    """The distance from the minimum of |theta|, whose slope is 1 everywhere, before and after each step."""
    theta, path = DISTANCE, [DISTANCE]
    for rate in rates:
        theta = theta - rate * np.sign(theta)
        path.append(abs(theta))
    return np.array(path)


@experiment
def noise_and_distance(
    power_schedule: Callable, exponential_schedule: Callable, *, prediction: float | None = None
) -> None:
    """Left: schedules against noise. Right: how far they get where the slope is 1 everywhere and the way is 3 long.

    prediction: the student's guess of the distance that exponential scheduling leaves.
    """
    prediction = guess(prediction)
    power, exponential = number(power_schedule), number(exponential_schedule)
    figure, (left, right) = style.new_figure(1, 2, width=9.2, height=3.7)
    steps = range(NOISY_STEPS)
    curves = {
        f"constant {LARGE}": [LARGE] * NOISY_STEPS,
        f"constant {SMALL}": [SMALL] * NOISY_STEPS,
        "power": [power(step, LARGE, 10) for step in steps],
        "exponential": [exponential(step, LARGE, 200) for step in steps],
    }
    said = _draw_losses(left, curves)
    left.set_title("noisy gradient; power s = 10, exponential s = 200")
    left.legend(fontsize=9)
    steps = range(200)
    walks = {
        "constant": walk([FIRST_RATE] * 200),
        "power": walk([power(step, FIRST_RATE, SLOW) for step in steps]),
        "exponential": walk([exponential(step, FIRST_RATE, SLOW) for step in steps]),
    }
    for i, (name, path) in enumerate(walks.items()):
        right.plot(path, label=name, **style.line((0, 2, 3)[i]))
        said.append(f"{name}: {path[-1]:.2f} left of a way of {DISTANCE:g}")
    if prediction is not None:
        right.plot(200, prediction, marker="o", markersize=9, markerfacecolor="none", color=style.BLACK)
    right.set(xlabel="step", ylabel="distance from the minimum", ylim=(-0.1, DISTANCE + 0.2))
    right.set_title("slope 1 everywhere; η₀ = 0.1, s = 20")
    right.legend(fontsize=9)
    print("\n".join(said))
    if prediction is not None:
        print(f"your prediction of what exponential scheduling leaves: {prediction:g}")
    style.show(
        figure,
        "Left: loss against the step with a noisy gradient; power scheduling comes down in a straight line on "
        "logarithmic axes, exponential scheduling becomes flat, and so do the constant rates. Right: the distance from "
        f"the minimum; exponential scheduling stops on the way. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- performance scheduling

METRICS = (1.0, 0.8, 0.7, 0.72, 0.7, 0.69995, 0.71, 0.6, 0.62, 0.61, 0.63, 0.64, 0.62, 0.61)


@experiment
def watch_the_counter(performance_schedule: Callable, *, prediction: Sequence[int] | None = None) -> None:
    """Fourteen epochs of performance scheduling: the metric, the count of bad epochs and the learning rate.

    prediction: the epochs, counted from 1, after which the student expects a lower rate.
    """
    prediction = [] if prediction is None else prediction
    if not isinstance(prediction, (list, tuple)) or not all(isinstance(item, (int, float)) for item in prediction):
        raise UnusableResult(
            "Your prediction should be a list of epochs, for example [3, 8], or None where you have none."
        )
    epoch_of = numbers(performance_schedule, 4)
    states: list[tuple[float, ...]] = [(0.1, np.inf, 0, 0)]
    for metric in METRICS:
        states.append(epoch_of(*states[-1], metric, 0.5, 2))
    rates = [state[0] for state in states]
    epochs = np.arange(1, len(METRICS) + 1)
    better = np.array([new[1] != old[1] for old, new in pairwise(states)])
    cuts = [int(epoch) for epoch in epochs if rates[epoch] < rates[epoch - 1]]
    figure, (above, below) = style.new_figure(2, 1, height=4.6, sharex=True)
    above.plot(epochs, METRICS, color=style.GREY, linewidth=1)
    above.plot(epochs[better], np.array(METRICS)[better], "o", color=style.BLUE, label="better")
    above.plot(epochs[~better], np.array(METRICS)[~better], "s", mfc="none", color=style.RED, label="bad")
    for epoch, state in zip(epochs, states[1:], strict=True):
        above.annotate(f"{state[2]:g}", (epoch, METRICS[epoch - 1]), (0, 7), textcoords="offset points", ha="center")
    for cut in cuts:
        above.annotate("cut", (cut, METRICS[cut - 1]), (0, -16), textcoords="offset points", ha="center")
    above.set(ylabel="metric (validation loss)", ylim=(0.48, 1.12), title="numbers: bad_epochs after the epoch")
    above.legend()
    following = len(rates)
    below.step(range(1, following + 1), rates, where="mid", color=style.BLUE)
    below.plot(range(1, following + 1), rates, "o", color=style.BLUE, markersize=4)
    below.set(xlabel="epoch", ylabel="learning rate", ylim=(0, 0.11), xticks=range(1, following + 1))
    below.set_title(f"the rate of each epoch; epoch {following} is still to come")
    for epoch in prediction:
        for axes in (above, below):
            axes.axvline(epoch + 0.5, color=style.BLACK, linestyle=":", linewidth=1.5)
    print("lower rate after the epochs", cuts, *(["; your prediction:", list(prediction)] if prediction else []))
    style.show(
        figure,
        "Above: fourteen metrics, four of them better than the best before, each with the count of bad epochs. "
        f"Below: the learning rate, halved after the epochs {', '.join(map(str, cuts))}.",
    )


# ---------------------------------------------------------------- one cycle

CYCLE, TOP = 101, 0.1


@experiment
def plot_one_cycle(
    one_cycle_schedule: Callable, one_cycle_cosine_schedule: Callable, *, prediction: float | None = None
) -> None:
    """Learning rate, momentum and effective rate over one cycle of 101 steps, in straight lines and as in PyTorch.

    prediction: the student's guess of the factor by which the effective rate rises, in straight lines.
    """
    prediction = guess(prediction)
    straight, cosine = numbers(one_cycle_schedule, 2), numbers(one_cycle_cosine_schedule, 2)
    cycles = {
        "straight lines, peak at step 45": [straight(step, CYCLE, 45, TOP) for step in range(CYCLE)],
        "PyTorch's default": [cosine(step, CYCLE, TOP) for step in range(CYCLE)],
    }
    figure, panels = style.new_figure(1, 3, width=9.6, height=3.3)
    said = []
    for i, (name, settings) in enumerate(cycles.items()):
        rates, momenta = np.array(settings).T
        effective = rates / (1 - momenta)
        for axes, curve in zip(panels, (rates, momenta, effective), strict=True):
            axes.plot(curve, label=name, **style.line(i))
        rise = effective.max() / effective[0]
        said.append(f"{name}: rate times {rates.max() / rates[0]:.3g}, effective rate times {rise:.3g}")
    titles = ("learning rate η", "momentum β", "effective rate η / (1 − β)")
    for axes, title in zip(panels, titles, strict=True):
        axes.set(title=title, xlabel="step")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    print("\n".join(said))
    if prediction is not None:
        print(f"your prediction for straight lines: times {prediction:g}")
    style.show(
        figure,
        "Three panels over 101 steps, two curves in each: a triangle with a last drop, and a smooth hill with its top "
        f"at step 29. The learning rate rises and falls, the momentum is its mirror image. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- networks on the digits

SIZES, BATCH, BETA, WATCHED = (64, 32, 32, 10), 32, 0.9, 237
Plan = Callable[[int, int, list[np.ndarray]], tuple[float | np.ndarray, ...]]
"""(step, total steps, losses on the watched images after each epoch so far) -> learning rate and momentum: numbers, or
one for each seed."""


def fresh_networks(plans: int, seeds: int) -> Networks:
    """Networks side by side: `seeds` of them for each plan, with the same first weights under every plan."""
    start = normal_weights(np.random.default_rng(0), SIZES, networks=seeds)
    return Networks([np.tile(weight, (plans, 1, 1)) for weight in start])


def loss_and_accuracy(networks: Networks, x: np.ndarray, y: np.ndarray, plans: int) -> tuple[np.ndarray, np.ndarray]:
    """Of every network, (plans, seeds); the loss of a network that gives no numbers is infinite."""
    scores = networks.scores(x)
    losses = np.where(np.isfinite(scores).all(axis=(1, 2)), bounded_cross_entropy(scores, y), np.inf)
    return losses.reshape(plans, -1), networks.accuracy(x, y).reshape(plans, -1)


def train(plans: dict[str, Plan], *, epochs: int, seeds: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Train `seeds` networks under each plan.

    Returns the learning rates (plans, steps) of the first seed, the training losses (plans, seeds) at the end and the
    validation accuracies (epochs, plans, seeds).
    """
    x, y, x_validation, y_validation = digits("float32")
    x_watched, y_watched, x, y = x[:WATCHED], y[:WATCHED], x[WATCHED:], y[WATCHED:]
    networks = fresh_networks(len(plans), seeds)
    momentum = Momentum(networks.parameters)
    rngs = [np.random.default_rng([1, seed]) for seed in range(seeds)]
    total = epochs * (len(x) // BATCH)
    watched: list[np.ndarray] = []
    rates_of_steps: list[np.ndarray] = []
    accuracies: list[np.ndarray] = []
    for _ in range(epochs):
        for rows in minibatches_by_seed(rngs, len(x), BATCH, copies=len(plans)):
            settings = [
                plan(len(rates_of_steps), total, [losses[i] for losses in watched])
                for i, plan in enumerate(plans.values())
            ]
            rates, momenta = (
                np.array([np.broadcast_to(pair[part], seeds) for pair in settings], np.float32) for part in (0, 1)
            )
            rates_of_steps.append(rates[:, 0])
            momentum.beta = momenta.reshape(-1, 1, 1)
            momentum.step(networks.gradients(x[rows], y[rows])[1], rates.reshape(-1, 1, 1))
        watched.append(loss_and_accuracy(networks, x_watched, y_watched, len(plans))[0])
        accuracies.append(loss_and_accuracy(networks, x_validation, y_validation, len(plans))[1])
    losses, _ = loss_and_accuracy(networks, x, y, len(plans))
    return np.array(rates_of_steps).T, losses, np.array(accuracies)


def constant(rate: float) -> Plan:
    """Always the same rate."""
    return lambda step, total, watched: (rate, BETA)


def power(schedule: Callable, rate: float) -> Plan:
    """Power scheduling that comes down to an eleventh."""
    return lambda step, total, watched: (number(schedule)(step, rate, total / 10), BETA)


def exponential(schedule: Callable, rate: float) -> Plan:
    """Exponential scheduling that comes down to a hundredth."""
    return lambda step, total, watched: (number(schedule)(step, rate, total / 2), BETA)


def performance(schedule: Callable, rate: float) -> Plan:
    """Performance scheduling by the loss on the watched images: factor 0.3, patience 1."""

    def plan(step: int, total: int, watched: list[np.ndarray]) -> tuple[np.ndarray, float]:
        rates = []
        for seed in range(len(watched[0]) if watched else 1):
            state: tuple[float, ...] = (rate, np.inf, 0, 0)
            for losses in watched:
                state = numbers(schedule, 4)(*state, float(losses[seed]), 0.3, 1)
            rates.append(state[0])
        return np.array(rates), BETA

    return plan


def cycle(schedule: Callable, rate: float) -> Plan:
    """1cycle in straight lines, with the peak at 45 % of the steps."""
    return lambda step, total, watched: numbers(schedule, 2)(step, total, int(0.45 * total), rate)


def cosine_cycle(schedule: Callable, rate: float) -> Plan:
    """1cycle as in PyTorch."""
    return lambda step, total, watched: numbers(schedule, 2)(step, total, rate)


def warm_up(schedule: Callable, rate: float) -> Plan:
    """Up for a twentieth of the steps, then down like a cosine."""
    return lambda step, total, watched: (number(schedule)(step, total, total // 20, rate), BETA)


LOWEST, DECADE, RANGE_STEPS, RANGE_SEEDS = 1e-4, 40, 200, 5


def rising_rates(exponential_schedule: Callable) -> tuple[np.ndarray, np.ndarray]:
    """Rates that grow tenfold in every 40 steps, and the loss of each step's batch: the median of five networks."""
    x, y, _, _ = digits("float32")
    networks = fresh_networks(1, RANGE_SEEDS)
    momentum = Momentum(networks.parameters, BETA)
    rngs = [np.random.default_rng([2, seed]) for seed in range(RANGE_SEEDS)]
    rates, losses = [], []
    for step in range(RANGE_STEPS):
        rows = np.stack([rng.choice(len(x), BATCH, replace=False) for rng in rngs])
        rates.append(number(exponential_schedule)(step, LOWEST, DECADE, 10.0))
        scores, gradients = networks.gradients(x[rows], y[rows])
        losses.append(bounded_cross_entropy(scores, y[rows]))
        momentum.step(gradients, rates[-1])
    bounded = np.where(np.isfinite(losses), losses, 99.0)
    return np.array(rates), np.median(bounded, axis=1)


@experiment
def rate_range_test(exponential_schedule: Callable, choose_rate: Callable, *, prediction: float | None = None) -> None:
    """Train for 200 steps with a rate that grows from 0.0001 to 10, draw the loss against the rate, and choose one.

    prediction: the student's guess of the rate at which the loss is lowest.
    """
    prediction = guess(prediction)
    rates, losses = rising_rates(exponential_schedule)
    smoothed = smooth(losses)
    if not (np.diff(rates) > 0).all():
        raise unusable("exponential_schedule", "does not grow with factor=10")
    lowest = rates[int(np.argmin(smoothed))]
    chosen = number(choose_rate)(rates.copy(), losses.copy())
    figure, axes = style.new_figure(height=3.4)
    axes.semilogx(rates, losses, color=style.GREY, linewidth=0.8, label="median of five networks")
    axes.semilogx(rates, smoothed, color=style.BLUE, label="smoothed")
    axes.axhline(np.log(10), color=style.GREY, linestyle=":", linewidth=1.2)
    axes.text(rates[0], np.log(10) - 0.05, "guessing", color=style.GREY, va="top")
    axes.axvline(lowest, color=style.RED, linestyle="--", linewidth=1.5, label=f"lowest loss at {lowest:.2g}")
    if chosen > 0:
        axes.axvline(chosen, color=style.GREEN, linewidth=1.5, label=f"your choose_rate: {chosen:.2g}")
    style.mark_prediction(axes, prediction)
    axes.set(xlabel="learning rate of the step (grows from left to right)", ylabel="loss of the batch", ylim=(0, 4))
    axes.set_title("the rate grows at every step: five networks")
    axes.legend()
    print(f"lowest loss at a rate of {lowest:.2g}; your choose_rate says {chosen:.2g}")
    style.show(
        figure,
        "The loss of a batch against the learning rate, which grows from 0.0001 to 10 within each run: nearly flat at "
        f"first, falling from about 0.001 on, lowest at {lowest:.2g}, then rising steeply beyond the edge of the plot; "
        "at the largest rates it is a little above that of guessing.",
    )


LARGEST, NETWORKS = 0.12, 10


def _name_at_the_end(axes: Any, ends: dict[str, tuple[float, str]]) -> None:
    """Write the name of each curve beside its end at epoch 10, with room between them and a thin line from each end."""
    low, high = axes.get_ylim()
    room = (high - low) / 18
    names = sorted(ends, key=lambda name: -ends[name][0])
    places, above = [], high + room / 2
    for name in names:
        above = min(ends[name][0], above - room)
        places.append(above)
    for name, place in zip(names, places, strict=True):
        value, colour = ends[name]
        axes.plot([10, 10.5], [value, place], color=colour, linewidth=0.7, clip_on=False)
        axes.text(10.6, place, name, color=colour, va="center", fontsize=8.5)


@experiment
def train_with_schedules(
    power_schedule: Callable,
    exponential_schedule: Callable,
    performance_schedule: Callable,
    one_cycle_schedule: Callable,
    one_cycle_cosine_schedule: Callable,
    warmup_cosine: Callable,
    *,
    prediction: dict[str, float | None] | None = None,
) -> None:
    """Ten epochs on the digits with every schedule, largest rate 0.12, and with constant rates 0.12 and 0.03.

    prediction: the student's guesses of the validation accuracies, by name.
    """
    plans = {
        "constant 0.12": constant(LARGEST),
        "constant 0.03": constant(0.03),
        "power": power(power_schedule, LARGEST),
        "exponential": exponential(exponential_schedule, LARGEST),
        "performance": performance(performance_schedule, LARGEST),
        "1cycle, lines": cycle(one_cycle_schedule, LARGEST),
        "1cycle, cosine": cosine_cycle(one_cycle_cosine_schedule, LARGEST),
        "warm-up, cosine": warm_up(warmup_cosine, LARGEST),
    }
    if not isinstance(prediction, (dict, type(None))):
        raise UnusableResult("Your prediction should be a dict: the name of a run, and its accuracy or None.")
    guesses = {name: guess(value) for name, value in (prediction or {}).items()}
    rates, losses, accuracies = train(plans, epochs=10, seeds=NETWORKS)
    figure, (left, right) = style.new_figure(1, 2, width=9.8, height=4.6)
    epochs, ends = np.arange(1, 11), {}
    said = []
    for i, name in enumerate(plans):
        colour = (style.GREY, style.BLACK, *style.COLOURS)[i]
        drawn = {"color": colour, "linestyle": style.LINES[i % 6], "linewidth": 1.6}
        left.semilogy(np.arange(rates.shape[1]) / (rates.shape[1] / 10), rates[i], **drawn)
        means, spread = accuracies[:, i].mean(axis=1), accuracies[-1, i].std()
        right.plot(epochs, means, **drawn)
        ends[name] = (means[-1], colour)
        if guesses.get(name) is not None:
            right.plot(9.8, guesses[name], marker="o", markersize=9, markerfacecolor="none", color=colour)
        said.append(f"{name:15} accuracy {means[-1]:.3f} ± {spread:.3f}, training loss {np.median(losses[i]):.4f}")
    left.set(xlabel="epoch", ylabel="learning rate", ylim=(1e-5, 0.2), title="the schedules (first network)")
    lowest = min([0.9, *accuracies[3:].mean(axis=2).flat, *(value for value in guesses.values() if value is not None)])
    right.set(xlabel="epoch", ylabel="share right, validation", ylim=(max(lowest - 0.01, 0), 0.985), xlim=(1, 13.6))
    right.set_title(f"accuracy, mean of {NETWORKS} networks")
    right.set_xticks(range(2, 11, 2))
    _name_at_the_end(right, ends)
    print("\n".join(said))
    style.show(
        figure,
        "Left: eight learning rates over ten epochs on a logarithmic axis. Right: validation accuracies after each "
        f"epoch. At the end: {'; '.join(' '.join(line.split()) for line in said)}.",
    )


SWEPT = (0.003, 0.01, 0.03, 0.1, 0.2, 0.4)


@experiment
def sweep_rates(
    power_schedule: Callable,
    exponential_schedule: Callable,
    one_cycle_schedule: Callable,
    one_cycle_cosine_schedule: Callable,
    *,
    epochs: int = 5,
    seeds: int = NETWORKS,
) -> None:
    """The accuracy after a few epochs against the largest learning rate, constant and with four schedules."""
    kinds: dict[str, Callable[[float], Plan]] = {
        "constant": constant,
        "power": lambda rate: power(power_schedule, rate),
        "exponential": lambda rate: exponential(exponential_schedule, rate),
        "1cycle, lines": lambda rate: cycle(one_cycle_schedule, rate),
        "1cycle, cosine": lambda rate: cosine_cycle(one_cycle_cosine_schedule, rate),
    }
    plans = {f"{name} {rate}": make(rate) for name, make in kinds.items() for rate in SWEPT}
    accuracies = train(plans, epochs=epochs, seeds=seeds)[2][-1].mean(axis=1).reshape(len(kinds), len(SWEPT))
    figure, axes = style.new_figure(height=3.7)
    said = []
    for i, name in enumerate(kinds):
        axes.semilogx(SWEPT, accuracies[i], marker=style.MARKERS[i], markersize=5, label=name, **style.line(i))
        best = int(np.argmax(accuracies[i]))
        summary = ", ".join(f"{value:.2f}" for value in accuracies[i])
        said.append(f"{name:15} {summary}; best {accuracies[i][best]:.3f} at {SWEPT[best]:g}")
    axes.set_xticks(SWEPT, [f"{rate:g}" for rate in SWEPT])
    axes.minorticks_off()
    axes.set(xlabel="largest learning rate", ylabel="share right, validation", ylim=(0, 1.03))
    how_long = "one epoch" if epochs == 1 else f"{epochs} epochs"
    axes.set_title(f"accuracy after {how_long}, mean of {seeds} networks")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=9)
    print("rates:", *SWEPT)
    print("\n".join(said))
    style.show(
        figure,
        f"Validation accuracy after {how_long} against the largest learning rate, {', '.join(map(str, SWEPT))}. "
        f"{'; '.join(' '.join(line.split()) for line in said)}.",
    )

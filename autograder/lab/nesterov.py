"""Experiments with Nesterov's accelerated gradient: a look ahead, PyTorch's parameter, and how fast it is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercises.recorded import pytorch_is_here
from autograder.lab import style
from autograder.lab.descent import (
    BOWL,
    CURVATURES,
    DigitsNetwork,
    Gradient,
    Optimizer,
    Surface,
    Training,
    descend,
    draw_path,
    draw_surface,
    in_steps,
    steps_until,
    train,
)
from autograder.lab.experiment import experiment
from autograder.lab.in_pytorch import sgd_step
from autograder.lab.students import checked, guess, unusable

LEARNING_RATE, BETA = 0.015, 0.9
ENOUGH = 1e-6
MOST_STEPS = 800
MOMENTUM, NESTEROV = "momentum", "Nesterov"


def momentum_step(
    theta: np.ndarray, gradient_at: Gradient, m: np.ndarray, learning_rate: float, beta: float
) -> tuple[np.ndarray, np.ndarray]:
    """The course's own momentum, called like nesterov_step."""
    theta, buffer = sgd_step(theta, gradient_at(theta), m / -learning_rate, rate=learning_rate, momentum=beta)
    return theta, -learning_rate * buffer


def optimizer(name: str, step: Callable, learning_rate: float = LEARNING_RATE, beta: float = BETA) -> Optimizer:
    """A step of the look-ahead form with its settings."""
    return Optimizer(name, step, ("m",), {"learning_rate": learning_rate, "beta": beta}, looks_ahead=True)


def _look(number: int, every: int = 1) -> dict:
    return style.curve(number, markevery=every, markersize=4.5, linewidth=1.5)


def _draw_loss(axes: Any, paths: dict[str, np.ndarray], every: int) -> None:
    for number, (name, path) in enumerate(paths.items()):
        axes.semilogy(BOWL.loss(path), label=name, **_look(number, every))
    axes.set(xlabel="step", ylabel="loss")


# ---------------------------------------------------------------- the look ahead


# ---------------------------------------------------------------- the opening


def kinked_slope(x: np.ndarray) -> np.ndarray:
    """The slope of a convex loss with the curvature 25, but for 1 between 1 and 2 (Lessard, Recht and Packard 2016)."""
    return np.where(x < 1, 25 * x, np.where(x < 2, x + 24, 25 * x - 24))


def on_the_kinked_loss(steps: int, *, nesterov: bool) -> np.ndarray:
    """The path of PyTorch's momentum or Nesterov from 3.3, with the settings that theory recommends for each."""
    rate, beta = (1 / 25, 2 / 3) if nesterov else (1 / 9, 4 / 9)
    theta, buffer, path = np.array([3.3]), np.zeros(1), [3.3]
    for _ in range(steps):
        theta, buffer = sgd_step(theta, kinked_slope(theta), buffer, rate=rate, momentum=beta, nesterov=nesterov)
        path.append(theta.item())
    return np.array(path)


@experiment
def round_and_round() -> None:
    """Momentum on a convex loss where it never arrives, and Nesterov, which does."""
    figure, (left, right) = style.new_figure(1, 2, width=9.6, height=3.6, width_ratios=(1, 1.5))
    x = np.linspace(-2.5, 3.5, 601)
    loss = np.cumsum(kinked_slope(x)) * (x[1] - x[0])
    loss -= loss.min()
    left.plot(x, loss, color=style.BLACK, linewidth=1.5)
    said = []
    for i, name in enumerate(("momentum", "Nesterov")):
        path = on_the_kinked_loss(306, nesterov=bool(i))
        right.plot(path[:31], label=name, **style.curve(i, markersize=5, linewidth=1.4))
        if not i:
            left.plot(path[-3:], np.interp(path[-3:], x, loss), label="momentum's three places", **style.dots(0))
        said.append(f"{name}: steps 304 to 306 at {', '.join(f'{place:.2f}' for place in path[-3:])}")
    left.set(xlabel="θ", ylabel="loss", title="a convex loss")
    left.legend(fontsize=9, loc="upper center")
    right.axhline(0, color=style.GREY, linewidth=1)
    right.set(xlabel="step", ylabel="θ", title="the first 30 steps")
    right.legend()
    print("\n".join(said))
    style.show(
        figure,
        "Left: a convex loss with its minimum at 0, and three places on it. Right: theta over the first 30 steps; one "
        f"curve keeps jumping between three values. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- the bowl


@experiment
def momentum_and_nesterov(nesterov_step: Callable, *, prediction: float | None = None) -> None:
    """The paths of momentum and Nesterov on the elongated bowl, same settings, and their losses.

    prediction: the student's guess of Nesterov's number of steps.
    """
    prediction = guess(prediction)
    steps = {MOMENTUM: momentum_step, NESTEROV: nesterov_step}
    paths = {name: descend(optimizer(name, step), BOWL, 250) for name, step in steps.items()}
    counts = {name: steps_until(BOWL, path, ENOUGH) for name, path in paths.items()}
    figure, (left, right) = style.new_figure(1, 2, width=9.4, height=3.6, width_ratios=(1.35, 1))
    draw_surface(left, BOWL)
    for number, (name, path) in enumerate(paths.items()):
        draw_path(left, path[:60], name, number, markers=15)
    left.set(title=f"the first 60 steps, η = {LEARNING_RATE:g}, β = {BETA:g}")
    _draw_loss(right, paths, 25)
    right.axhline(ENOUGH, color=style.GREY, linestyle=":", linewidth=1.2)
    right.set(title="the loss", ylim=(1e-10, 1e3))
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    summary = "; ".join(f"{name}: {in_steps(count)}" for name, count in counts.items())
    print(f"until the loss stays below {ENOUGH:g}: {summary}")
    if prediction is not None:
        print(f"your prediction for Nesterov: {prediction:g} steps")
    style.show(
        figure,
        "Left: two paths over the contour lines of an elongated bowl. Momentum swings across the bowl many times, "
        "Nesterov comes to rest on its long axis after one small swing. Right: their losses on a logarithmic axis. "
        f"Until the loss stays below a millionth: {summary}.",
    )


def looking(nesterov_step: Callable, share: float) -> Callable:
    """The student's step with other glasses: the gradient it gets is that of the point theta + share * beta * m."""

    @functools.wraps(nesterov_step)
    def step(
        theta: np.ndarray, gradient_at: Gradient, m: np.ndarray, learning_rate: float, beta: float
    ) -> tuple[np.ndarray, np.ndarray]:
        return nesterov_step(theta, lambda point: gradient_at(theta + share * (point - theta)), m, learning_rate, beta)

    return step


@experiment
def how_far_ahead(nesterov_step: Callable) -> None:
    """The gradient taken at theta + c * beta * m, for c from -1 (the wrong sign) to 2.5, on the elongated bowl."""
    shares = np.round(np.arange(-1, 2.55, 0.1), 1)
    counts = {}
    for share in shares:
        path = descend(optimizer("", looking(nesterov_step, share)), BOWL, MOST_STEPS)
        counts[share] = steps_until(BOWL, path, ENOUGH)
    figure, (left, right) = style.new_figure(1, 2, width=9.0, height=3.6)
    chosen = {"c = 0 (momentum)": 0.0, "c = 1 (Nesterov)": 1.0, "c = −1 (the wrong sign)": -1.0}
    steps = {name: optimizer(name, looking(nesterov_step, share)) for name, share in chosen.items()}
    _draw_loss(left, {name: descend(step, BOWL, 60) for name, step in steps.items()}, 6)
    left.set(title="the loss for three of them", ylim=(1e-4, 1e14))
    left.legend(loc="upper left")
    good = [(share, count) for share, count in counts.items() if count is not None]
    bad = [share for share, count in counts.items() if count is None]
    if good:
        right.plot(*zip(*good, strict=True), color=style.BLUE, marker="o", markersize=3.5, linestyle="none")
    right.plot(bad, [MOST_STEPS] * len(bad), color=style.RED, marker="x", linestyle="none", label="never")
    for share, count, name in ((0.0, counts[0.0], "momentum"), (1.0, counts[1.0], "Nesterov")):
        if count is not None:
            arrow = {"arrowstyle": "->", "color": style.BLACK}
            right.annotate(name, (share, count), (share + 0.1, 1.7 * count), arrowprops=arrow)
    right.set(
        xlabel="c", ylabel="steps", yscale="log", ylim=(90, 1000), title=f"steps until the loss stays below {ENOUGH:g}"
    )
    right.set_yticks([100, 200, 400, 800], ["100", "200", "400", "800"])
    right.minorticks_off()
    right.legend(loc="upper center")
    limits = f"from c = {good[0][0]:g} to {good[-1][0]:g}" if good else "for no c"
    summary = ", ".join(f"{in_steps(counts[c])} at c = {c:g}" for c in (0.0, 1.0))
    style.show(
        figure,
        "Left: the losses on a logarithmic axis; with c = -1 the loss grows by orders of magnitude, with 0 and 1 it "
        f"falls. Right: the number of steps against c. The descent arrives {limits}: {summary}; elsewhere never.",
    )


# ---------------------------------------------------------------- PyTorch's form


def with_old_buffer(
    theta: np.ndarray, gradient: np.ndarray, buffer: np.ndarray, learning_rate: float, momentum: float
) -> tuple[np.ndarray, np.ndarray]:
    """What PyTorch's Nesterov is not: the step takes the buffer from before the update."""
    _, new_buffer = sgd_step(theta, gradient, buffer, rate=learning_rate, momentum=momentum)
    return sgd_step(theta, gradient + momentum * buffer, rate=learning_rate)[0], new_buffer


def plain_sgd_momentum(
    theta: np.ndarray, gradient: np.ndarray, buffer: np.ndarray, learning_rate: float, momentum: float
) -> tuple[np.ndarray, np.ndarray]:
    """PyTorch's momentum without Nesterov."""
    return sgd_step(theta, gradient, buffer, rate=learning_rate, momentum=momentum)


@experiment
def old_or_new_buffer(sgd_nesterov_step: Callable) -> None:
    """The bowl with PyTorch's Nesterov, with the old buffer in its place, and with plain momentum."""
    steps = {
        "g + momentum · new buffer (yours)": sgd_nesterov_step,
        "g + momentum · old buffer": with_old_buffer,
        "plain momentum": plain_sgd_momentum,
    }
    settings = {"learning_rate": LEARNING_RATE, "momentum": BETA}
    paths = {name: descend(Optimizer(name, step, ("buffer",), settings), BOWL, 120) for name, step in steps.items()}
    figure, axes = style.new_figure(height=3.3)
    for number, (name, path) in enumerate(paths.items()):
        size = {"markersize": 10, "markerfacecolor": "none"} if number == 2 else {}
        axes.plot(path[:41, 1], label=name, **{**_look(number, 1), **size})
    axes.set(xlabel="step", ylabel="θ₂", title="across the bowl: the second parameter")
    axes.legend(loc="upper right")
    apart = [np.abs(paths[name] - paths["plain momentum"]).max() for name in steps]
    print(f"largest distance from plain momentum, over 120 steps: with the new buffer {apart[0]:.2g}, "
          f"with the old buffer {apart[1]:.1g}")  # fmt: skip
    style.show(
        figure,
        "The second parameter against the step. With the new buffer it comes to rest after one swing. With the old "
        "buffer it keeps swinging, and every marker of plain momentum lies on that curve.",
    )


def pytorchs_path(surface: Surface, steps: int, learning_rate: float, momentum: float) -> np.ndarray:
    """The path of torch.optim.SGD(nesterov=True)."""
    theta, buffer = np.array(surface.start, float), None
    path = [theta]
    for _ in range(steps):
        gradient = surface.gradient(theta)
        theta, buffer = sgd_step(theta, gradient, buffer, rate=learning_rate, momentum=momentum, nesterov=True)
        path.append(theta)
    return np.array(path)


def mapped(look_ahead_to_pytorch: Callable, path: np.ndarray, velocities: np.ndarray, settings: dict) -> np.ndarray:
    """The student's map, point by point: PyTorch's parameter. Raises UnusableResult where it does not return a pair."""
    points = []
    for theta, m in zip(path, velocities, strict=True):
        returned = look_ahead_to_pytorch(theta.copy(), m.copy(), *settings.values())
        pair = isinstance(returned, (tuple, list)) and len(returned) == 2
        if not pair or np.shape(returned[0]) != theta.shape:
            raise unusable("look_ahead_to_pytorch", "did not return (theta_torch, buffer)")
        points.append(np.asarray(returned[0], dtype=float))
    return np.array(points)


@experiment
def one_method_two_paths(
    nesterov_step: Callable, sgd_nesterov_step: Callable, look_ahead_to_pytorch: Callable, *, steps: int = 9
) -> None:
    """The look-ahead form's path and PyTorch's on one map of the bowl, joined step by step."""
    settings = {"learning_rate": 0.01, "beta": BETA}
    own = descend(optimizer("look-ahead form", nesterov_step, *settings.values()), BOWL, steps)
    velocities = np.diff(own, axis=0, prepend=own[:1])
    ahead = mapped(look_ahead_to_pytorch, own, velocities, settings)
    torch_form = Optimizer("PyTorch's form", sgd_nesterov_step, ("buffer",), settings)
    torch_like = descend(torch_form, BOWL, steps)
    real = pytorchs_path(BOWL, steps, *settings.values())
    figure, axes = style.new_figure(width=8.6, height=4.6)
    draw_surface(axes, BOWL)
    for behind, point in zip(own, own + BETA * velocities, strict=True):
        axes.plot(*np.stack([behind, point]).T, color=style.GREY, linewidth=1.2, zorder=2)
    draw_path(axes, own, "θ of the look-ahead form (nesterov_step)", 0)
    draw_path(axes, torch_like, "θ of PyTorch's form (sgd_nesterov_step)", 1)
    look = {"color": style.BLACK, "marker": "o", "markersize": 9, "markerfacecolor": "none", "linestyle": "none"}
    whose = " itself" if pytorch_is_here() else ", by NumPy"
    axes.plot(*real.T, **look, label=f"torch.optim.SGD(nesterov=True){whose}", zorder=5)
    axes.set(title=f"the first {steps} steps on the bowl; the gray lines are βm", xlim=(-9.3, -5.3), ylim=(-0.8, 1.8))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    distances = {
        "θ of the two forms": np.abs(own - torch_like).max(),
        "your look_ahead_to_pytorch and torch.optim.SGD": np.abs(ahead - real).max(),
        "your sgd_nesterov_step and torch.optim.SGD": np.abs(torch_like - real).max(),
    }
    for name, distance in distances.items():
        print(f"largest distance between {name}: {distance:.1g}")
    style.show(
        figure,
        "Two different paths into a bowl from the same start. From each point of the look-ahead form's path a gray "
        "line leads along the velocity to a point of PyTorch's path. Rings of torch.optim.SGD lie on PyTorch's path; "
        f"the largest distance between the two paths is {distances['θ of the two forms']:.1g}.",
    )


# ---------------------------------------------------------------- how fast, and when too fast


def measured_factor(step: Callable, gone: float, beta: float = BETA, steps: int = 400) -> float:
    """The mean factor per step by which a step shrinks theta and m on theta**2 / 2 in the long run.

    gone: learning rate times curvature.
    """
    # theta and m are scaled to length 1 after each step: nothing over- or underflows.
    advance = optimizer("", step, gone, beta).advance
    state: tuple[np.ndarray, ...] = (np.array([0.0]),)
    theta, logs = np.array([1.0]), []
    for t in range(1, steps + 1):
        theta, state = advance(theta, lambda point: point, state, t)
        length = np.hypot(theta[0], state[0][0])
        if not 0 < length < np.inf:
            return 0.0 if length == 0 else np.nan
        logs.append(np.log(length))
        theta, state = theta / length, (state[0] / length,)
    return float(np.exp(np.mean(logs[steps // 4 :])))


def limit_of(shrink_factor: Callable, nesterov: bool) -> float:
    """The smallest learning rate times curvature at which the student's factor exceeds 1."""
    gone = np.linspace(0.001, 5, 100_000)
    above = np.flatnonzero(shrink_factor(gone, 1.0, BETA, nesterov) > 1 + 1e-9)
    return float(gone[above[0]]) if len(above) else np.nan


@experiment
def nesterov_limit(shrink_factor: Callable, nesterov_step: Callable, *, prediction: float | None = None) -> None:
    """The factor per step against learning rate times curvature, and the steps on the bowl against the learning rate.

    prediction: the student's guess of the largest learning rate times curvature with which Nesterov does not diverge.
    """
    prediction, factor = guess(prediction), checked(shrink_factor)
    figure, (left, right) = style.new_figure(1, 2, width=9.4, height=3.9)
    gone, few = np.linspace(0, 4.2, 841), np.array([0.1, 0.35, 0.6, 0.85, 1.1, 1.35, 1.6, 2.2, 2.8, 3.4, 4.0])
    rates = np.geomspace(0.002, 0.1, 60)
    alt_parts = []
    steps = {MOMENTUM: momentum_step, NESTEROV: nesterov_step}
    for number, (name, step) in enumerate(steps.items()):
        nesterov = name == NESTEROV
        look = style.line(number)
        left.plot(gone, factor(gone, 1.0, BETA, nesterov), **look, label=f"{name}, shrink_factor")
        dots = style.dots(number, markersize=4.5)
        left.plot(few, [measured_factor(step, x) for x in few], **dots, label=f"{name}, measured")
        limit = limit_of(factor, nesterov)
        counts = [steps_until(BOWL, descend(optimizer(name, step, rate), BOWL, MOST_STEPS), ENOUGH) for rate in rates]
        arrived = [(rate, count) for rate, count in zip(rates, counts, strict=True) if count is not None]
        if arrived:
            right.semilogx(*zip(*arrived, strict=True), **dots)
        right.axvline(limit / CURVATURES.max(), **look, linewidth=1.2)
        alt_parts.append(f"{name}: factor 1 at learning rate times curvature = {limit:.4g}")
    left.axhline(1, color=style.BLACK, linewidth=1, linestyle=":")
    style.mark_prediction(left, prediction, linewidth=1.2)
    left.set(xlabel="learning rate · curvature", ylabel="factor per step", ylim=(0, 2), xlim=(0, 4.2))
    left.set_title(f"above 1: divergence (β = {BETA:g})")
    right.set(xlabel="learning rate", ylabel="steps", ylim=(0, 360), xlim=(0.0018, 0.11))
    right.set_xticks([0.002, 0.005, 0.01, 0.02, 0.05, 0.1], ["0.002", "0.005", "0.01", "0.02", "0.05", "0.1"])
    right.minorticks_off()
    right.set_title(f"the bowl: steps until the loss stays below {ENOUGH:g}")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2 + (prediction is not None))
    print("; ".join(alt_parts))
    if prediction is not None:
        print(f"your prediction for Nesterov: {prediction:g}")
    style.show(
        figure,
        "Left: the factor per step against learning rate times curvature. Momentum's is flat at 0.95 up to 3.8 and "
        "then above 1. Nesterov's falls to 0 near 1, rises steeply and is above 1 from about 1.36. Measured dots lie "
        "on both curves. Right: steps on the bowl against the learning rate; from 0.004 on Nesterov needs fewer, "
        f"and its dots end first, at a vertical line for its limit. {'; '.join(alt_parts)}.",
    )


@experiment
def best_of_momentum_and_nesterov(shrink_factor: Callable, nesterov_step: Callable) -> None:
    """The factor of the bowl's slower direction over learning rate and beta, for momentum and for Nesterov."""
    factor = checked(shrink_factor)
    betas, rates = np.linspace(0, 0.99, 100), np.geomspace(0.004, 0.08, 120)
    figure, panels = style.new_figure(1, 2, width=9.4, height=4.0, sharey=True)
    alt_parts = []
    steps = {MOMENTUM: momentum_step, NESTEROV: nesterov_step}
    for axes, (name, step) in zip(panels, steps.items(), strict=True):
        table = np.array([[factor(CURVATURES, r, b, name == NESTEROV).max() for r in rates] for b in betas])
        shown = np.where(table < 1, table, np.nan)
        axes.set_facecolor("#DDDDD8")
        picture = axes.contourf(rates, betas, shown, levels=np.arange(0.74, 1.001, 0.02), cmap="Blues_r")
        row, column = np.unravel_index(np.nanargmin(np.where(np.isfinite(table), table, np.inf)), table.shape)
        rate, beta = rates[column], betas[row]
        axes.plot(rate, beta, marker="*", markersize=15, color=style.COLOURS[1], linestyle="none")
        count = steps_until(BOWL, descend(optimizer(name, step, rate, beta), BOWL, MOST_STEPS), ENOUGH)
        axes.set(xscale="log", xlabel="learning rate", title=f"{name}: best {table[row, column]:.3f}")
        axes.set_xticks([0.005, 0.01, 0.02, 0.04, 0.08], ["0.005", "0.01", "0.02", "0.04", "0.08"])
        axes.minorticks_off()
        axes.grid(False)
        axes.text(0.97, 0.04, "diverges", transform=axes.transAxes, ha="right", color=style.BLACK)
        said = f"{name}: best factor {table[row, column]:.3f} at learning rate {rate:.3f}, beta {beta:.2f}"
        alt_parts.append(f"{said}: {in_steps(count)}")
    panels[0].set_ylabel("β")
    figure.colorbar(picture, ax=panels, label="factor per step", pad=0.01)
    print("\n".join(alt_parts))
    style.show(
        figure,
        "Two maps of the factor per step over learning rate and beta, darker where it is smaller and the descent "
        "faster, gray where it diverges. Momentum's colored region reaches to larger learning rates. A star at the "
        f"edge of the gray marks the best settings. {'; '.join(alt_parts)}.",
    )


# ---------------------------------------------------------------- a network

RATES, SEEDS, EPOCHS = (0.01, 0.03, 0.1, 0.2), (0, 1, 2), 4


def runs_on_digits(step: Callable, rate: float) -> list[Training]:
    """Training runs of the digits network, one for each seed."""
    network = DigitsNetwork()
    return [train(network, optimizer("", step, rate), epochs=EPOCHS, seed=seed) for seed in SEEDS]


@experiment
def nesterov_on_digits(nesterov_step: Callable) -> None:
    """Momentum and Nesterov on the digits: losses and accuracies for several learning rates, three starts each."""
    figure, (left, right) = style.new_figure(1, 2, width=9.2, height=3.8)
    alt_parts = []
    for number, (name, step) in enumerate({MOMENTUM: momentum_step, NESTEROV: nesterov_step}.items()):
        look = {"color": style.COLOURS[number], "marker": style.MARKERS[number], "markersize": 5}
        accuracies = []
        for rate in RATES:
            runs = runs_on_digits(step, rate)
            finals = [run.by_epoch[-1] for run in runs]
            shifted = rate * (0.94 if number == 0 else 1.06)
            left.loglog([shifted] * len(finals), finals, **look, linestyle="none", label=name if rate == 0.01 else None)
            if rate == 0.03:
                for run in runs:
                    right.semilogy(run.by_epoch, **look, linestyle=style.LINES[number], linewidth=1.2)
            accuracies.append(f"{np.mean([run.accuracy for run in runs]):.3f} at {rate:g}")
        alt_parts.append(f"{name}: {', '.join(accuracies)}")
    left.set(xlabel="learning rate", ylabel="training loss", title=f"after {EPOCHS} epochs, three starts each")
    left.set_xticks(RATES, [f"{rate:g}" for rate in RATES])
    left.minorticks_off()
    right.set(xlabel="epoch", ylabel="training loss", title="learning rate 0.03", xticks=range(EPOCHS + 1))
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    print("mean accuracy on the validation images")
    print("\n".join(alt_parts))
    style.show(
        figure,
        "Left: the training loss of a network on digits after four epochs, for four learning rates; the dots of "
        "momentum and Nesterov overlap at 0.01 and 0.03; at 0.1 Nesterov's are lower, at 0.2 all are above 1. Right: "
        "their losses by epoch at learning rate 0.03, almost the same. Mean validation accuracy: "
        f"{'; '.join(alt_parts)}.",
    )

"""Experiments with gradient clipping: a cliff in the loss, what clipping does to directions, and a deep network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.activations import ACTIVATIONS
from autograder.lab.cliff import cliff
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import digits
from autograder.lab.in_pytorch import total_norm
from autograder.lab.networks import Networks, cross_entropy, normal_weights
from autograder.lab.students import clipper, guess, number
from autograder.lab.training import Momentum, minibatches, smooth


def norm_of(gradients: Sequence[np.ndarray]) -> float:
    """The course's own global norm, in float64."""
    return total_norm(gradients)


# ---------------------------------------------------------------- the cliff

START, RATE, LIMIT, STEPS = (5.2, -3.3), 0.3, 0.1, 400
CUT_AT = 4.5


def descend(clip: Callable | None, steps: int = STEPS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradient descent on the cliff: the path (steps + 1, 2), the losses and the gradients' norms before clipping."""
    point = [np.array([START[0]]), np.array([START[1]])]
    path, losses, norms = [np.concatenate(point)], [], []
    for _ in range(steps):
        loss, *gradients = (np.atleast_1d(part) for part in cliff(point[0][0], point[1][0]))
        losses.append(float(loss[0]))
        norms.append(norm_of(gradients))
        if clip is not None:
            gradients = clip(gradients, LIMIT)
        point = [x - RATE * gradient for x, gradient in zip(point, gradients, strict=True)]
        path.append(np.concatenate(point))
    return np.array(path), np.array(losses), np.array(norms)


def _draw_surface(axes: Any, w: tuple[float, float], b: tuple[float, float]) -> None:
    grid = np.meshgrid(np.linspace(*w, 320), np.linspace(*b, 320))
    picture = axes.pcolormesh(*grid, cliff(*grid)[0], cmap="Blues", vmin=0, vmax=0.55, rasterized=True)
    axes.grid(False)
    axes.set(xlabel="w", ylabel="b", xlim=w, ylim=b)
    axes.figure.colorbar(picture, ax=axes, label="loss", pad=0.01)


@experiment
def show_the_cliff() -> None:
    """The loss of a recurrent unit over (w, b), and along one line across the cliff its gradient's norm."""
    figure, (left, right) = style.new_figure(1, 2, width=8.6, height=3.5)
    _draw_surface(left, (3.5, 7.0), (-4.2, -1.8))
    left.axvline(CUT_AT, color=style.RED, linestyle="--", linewidth=1.5)
    left.set_title("the loss: a plain, a cliff, a valley")
    b = np.linspace(-4.2, -1.8, 40_001)
    loss, dw, db = cliff(np.full_like(b, CUT_AT), b)
    norm = np.hypot(dw, db)
    right.semilogy(b, norm, color=style.RED, linestyle="--", linewidth=1.5, label="norm of its gradient")
    right.semilogy(b, loss, color=style.BLUE, label="loss")
    right.set(xlabel="b", xlim=(-4.2, -1.8), title=f"along the dashed line, w = {CUT_AT:g}", ylim=(1e-3, 1e3))
    right.legend(loc="upper left")
    print(f"norm of the gradient along the line: median {np.median(norm):.2g}, largest {norm.max():.0f} (at the cliff)")
    style.show(
        figure,
        "Left: a map of the loss over w and b, high and flat below a diagonal line, low above it. Right: along the "
        f"line w = {CUT_AT:g} the loss falls slowly from 0.5 to 0.3, then drops to nearly 0 at one place. There the "
        f"norm of the gradient, mostly about {np.median(norm):.1g}, rises to {norm.max():.0f} in a narrow spike.",
    )


@experiment
def paths_at_the_cliff(
    clip_by_value: Callable, clip_by_global_norm: Callable, *, prediction: float | None = None
) -> None:
    """Gradient descent towards the cliff: without clipping, clipped by norm, clipped by value. Same start, same rate.

    prediction: the student's guess of the longest step without clipping.
    """
    prediction = guess(prediction)
    runs = {
        "no clipping": descend(None),
        "by norm": descend(clipper(clip_by_global_norm)),
        "by value": descend(clipper(clip_by_value)),
    }
    figure, (left, right) = style.new_figure(1, 2, width=9.4, height=4.2)
    _draw_surface(left, (4.68, 5.32), (-2.85, -2.4))
    said = []
    for i, (name, (path, losses, _)) in enumerate(runs.items()):
        look = {"color": (style.RED, style.BLACK, style.ORANGE)[i], "marker": style.MARKERS[i], "label": name}
        left.plot(*path.T, linewidth=1.1, markersize=3.5, **look)
        right.plot(path[:, 0], markevery=40, markersize=5, linewidth=1.6, **look)
        longest = np.linalg.norm(np.diff(path, axis=0), axis=1).max()
        end = f"({path[-1][0]:.5g}, {path[-1][1]:.5g})"
        said.append(f"{name}: longest step {longest:.3g}; at the end (w, b) = {end}, loss {losses[-10:].mean():.2g}")
    left.set_title("part of the way, from lower right to upper left")
    right.set(xlabel="step", ylabel="w", title="w over the steps", ylim=(4, 5.6), xlim=(0, STEPS))
    right.legend(loc="upper right")
    if prediction is not None:
        print(f"longest step without clipping, your prediction: {prediction:g}")
    print("\n".join(said))
    style.show(
        figure,
        "Left: three paths over a part of the map of the loss, zigzagging along the foot of the cliff. Without "
        "clipping one step leaves the map; by norm the path follows the cliff; by value it stops at a place on the "
        f"way. Right: w over the steps, which shows the same. {'. '.join(said)}.",
    )


# ---------------------------------------------------------------- directions


def angle_between(one: Sequence[np.ndarray], other: Sequence[np.ndarray], cosine_similarity: Callable) -> float:
    """The angle in degrees, by the student's cosine."""
    return float(np.degrees(np.arccos(np.clip(number(cosine_similarity)(list(one), list(other)), -1, 1))))


@experiment
def square_and_disc(clip_by_value: Callable, clip_by_global_norm: Callable) -> None:
    """Gradients of two entries and length 2 in all directions: where clipping to 1 takes each of them."""
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False) + np.pi / 32
    circle = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    figure, panels = style.new_figure(1, 2, width=8.0, height=4.0, sharex=True, sharey=True)
    turned = []
    kinds = (("by value", clip_by_value), ("by norm", clip_by_global_norm))
    for i, (axes, (name, clip)) in enumerate(zip(panels, kinds, strict=True)):
        clipped = np.array([np.concatenate(clipper(clip)([g[:1], g[1:]], 1.0)) for g in circle])
        for before, after in zip(circle, clipped, strict=True):
            axes.plot(*np.stack([np.zeros(2), before]).T, color="#D8D8D4", linewidth=0.9, zorder=1)
            axes.annotate("", after, before, arrowprops={"arrowstyle": "-|>", "color": style.COLOURS[i], "alpha": 0.8})
        axes.plot(
            *circle.T, linestyle="none", marker="o", markersize=4, color=style.GREY, label="before" if i == 0 else None
        )
        look = {"color": style.COLOURS[i], "marker": style.MARKERS[i + 1], "linestyle": "none"}
        axes.plot(*clipped.T, markersize=6, label=f"after, {name}", **look)
        cosines = (circle * clipped).sum(axis=1) / (2 * np.linalg.norm(clipped, axis=1))
        worst = np.degrees(np.arccos(np.clip(cosines, -1, 1))).max()
        turned.append(f"{name}, turned by up to {worst:.0f} degrees")
        axes.set(title=f"{name}: turned by up to {worst:.0f}°", xlabel="first entry", aspect="equal")
        axes.set(xlim=(-2.3, 2.3), ylim=(-2.3, 2.3))
    panels[0].set_ylabel("second entry")
    figure.legend(loc="outside lower center", ncols=3)
    style.show(
        figure,
        "32 gradients of length 2, like the spokes of a wheel, and where clipping to 1 takes them. Left: by value, "
        "onto the edge of a square, away from their spokes and towards its corners. Right: by norm, "
        f"along their spokes onto a circle. {'; '.join(turned)}.",
    )


# ---------------------------------------------------------------- a deep network

WIDTHS = (64, *[50] * 11, 10)
BATCH = 32
"""Name -> (phi, (dout, phi(z)) -> dz)."""


def deep_network(activation: str, gain: float, rng: np.random.Generator) -> Networks:
    """12 layers of weights and biases; 11 hidden layers of 50 units. The variance of a weight is gain / fan_in."""
    return Networks(normal_weights(rng, WIDTHS, gain), ACTIVATIONS[activation])


@dataclass
class Training:
    """The losses and gradient norms (before clipping) of every step, and the validation accuracy at the end."""

    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    accuracy: float = 0.0


def train(
    clip: Callable | None, limit: float = 1.0, *, learning_rate: float = 0.05, epochs: int = 5, seed: int = 0
) -> Training:
    """Train the ReLU network on the digits with momentum. clip: (gradients, limit) -> clipped, or None."""
    rng = np.random.default_rng(seed)
    x, y, x_validation, y_validation = digits("float32")
    network, result = deep_network("ReLU", 2.0, rng), Training()
    momentum = Momentum(network.parameters)
    for _ in range(epochs):
        for rows in minibatches(rng, len(x), BATCH):
            scores, gradients = network.gradients(x[rows], y[rows])
            result.losses.append(float(cross_entropy(scores, y[rows])))
            result.norms.append(norm_of(gradients))
            momentum.step(gradients if clip is None else clip(gradients, limit), learning_rate)
    result.accuracy = float(network.accuracy(x_validation, y_validation))
    return result


def first_gradients(activation: str, gain: float, seed: int = 0) -> list[np.ndarray]:
    """The gradients of a fresh network on 256 digits, in float64."""
    x, y, _, _ = digits("float32")
    network = deep_network(activation, gain, np.random.default_rng(seed))
    return [g.astype(np.float64) for g in network.gradients(x[:256], y[:256])[1]]


@experiment
def angles_in_a_deep_network(
    clip_by_value: Callable, clip_by_global_norm: Callable, clip_each_by_norm: Callable, cosine_similarity: Callable
) -> None:
    """The angle by which clipping turns the gradient of a deep network, against how much of its length is left."""
    gradients = first_gradients("ReLU", 2.0)
    whole = norm_of(gradients)
    largest = max(float(np.abs(gradient).max()) for gradient in gradients)
    clips = {
        "by value": (clip_by_value, largest),
        "each array by norm": (clip_each_by_norm, max(norm_of([gradient]) for gradient in gradients)),
        "by global norm": (clip_by_global_norm, whole),
    }
    figure, axes = style.new_figure(height=3.5)
    said = []
    for i, (name, (clip, top)) in enumerate(clips.items()):
        lengths, angles = [], []
        for limit in top * np.logspace(0, -3, 25):
            clipped = clipper(clip)(gradients, float(limit))
            lengths.append(norm_of(clipped) / whole)
            angles.append(angle_between(gradients, clipped, cosine_similarity))
        axes.plot(lengths, angles, markersize=4, label=name, **style.curve(i))
        said.append(f"{name}: up to {max(angles):.0f} degrees")
    axes.set_xscale("log")
    axes.invert_xaxis()
    axes.set(xlabel="length after clipping / length before  (clipped harder →)", ylabel="turned by (degrees)")
    axes.set_title("how far clipping turns the gradient of a 12-layer network")
    axes.legend(loc="center right")
    print("; ".join(said))
    style.show(
        figure,
        f"Three curves of the angle between the gradient before and after clipping, against the length that is left. "
        f"{'; '.join(said)}.",
    )


@experiment
def norms_by_layer(clip_by_global_norm: Callable, clip_each_by_norm: Callable, *, max_norm: float = 1.0) -> None:
    """The gradients' norms layer by layer, before and after clipping, where they vanish and where they explode."""
    figure, panels = style.new_figure(1, 2, width=8.6, height=3.5, sharey=True)
    cases = {
        "vanishing: sigmoid": first_gradients("logistic", 1.0),
        "exploding: tanh, large weights": first_gradients("tanh", 25.0),
    }
    said = []
    layers = np.arange(1, len(WIDTHS))
    for axes, (name, gradients) in zip(panels, cases.items(), strict=True):
        curves = {
            "before": gradients,
            "by global norm": clipper(clip_by_global_norm)(gradients, max_norm),
            "each array by norm": clipper(clip_each_by_norm)(gradients, max_norm),
        }
        for i, (label, arrays) in enumerate(curves.items()):
            norms = [norm_of([array]) for array in arrays[: len(layers)]]
            look = style.curve(i, color=(style.GREY, style.BLUE, style.RED)[i])
            axes.semilogy(layers, norms, label=label, markersize=9 - 2 * i, **look)
            said.append(f"{name}, {label}: {norms[0]:.1e} in layer 1, {norms[-1]:.1e} in layer {len(layers)}")
        axes.axhline(max_norm, color=style.BLACK, linewidth=1, linestyle=":", label="max_norm")
        axes.set(title=name, xlabel="layer", xticks=layers[::2])
    panels[0].set_ylabel("norm of ∂L/∂W of the layer")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    style.show(figure, f"Norms of the weights' gradients in 12 layers on a logarithmic axis. {'; '.join(said)}.")


@experiment
def train_with_and_without(
    clip_by_global_norm: Callable, *, max_norm: float = 1.0, prediction: float | None = None, seed: int = 2
) -> None:
    """Train the 12-layer network twice from the same start, without clipping and with; losses and gradient norms.

    prediction: the student's guess of the share of the steps in which the norm exceeds max_norm, in the clipped run.
    """
    prediction = guess(prediction)
    runs = {
        "no clipping": train(None, seed=seed),
        f"clipped to {max_norm:g}": train(clipper(clip_by_global_norm), max_norm, seed=seed),
    }
    figure, (left, right) = style.new_figure(1, 2, width=8.8, height=3.4)
    said = []
    for i, (name, run) in enumerate(runs.items()):
        look = {"color": (style.RED, style.BLUE)[i], "linestyle": style.LINES[1 - i]}
        left.plot(smooth(run.losses), label=f"{name}: accuracy {run.accuracy:.2f}", **look)
        right.semilogy(run.norms, linewidth=1.0, label=name, color=look["color"], linestyle=look["linestyle"])
        share = float(np.mean(np.asarray(run.norms) > max_norm))
        said.append(f"{name}: accuracy {run.accuracy:.2f}, norm above {max_norm:g} in {share:.0%} of the steps")
    left.axhline(np.log(10), color=style.GREY, linestyle=":", linewidth=1.2)
    left.annotate(
        "guessing", (1, np.log(10)), xycoords=("axes fraction", "data"), ha="right", va="bottom", color=style.GREY
    )
    right.axhline(max_norm, color=style.BLACK, linestyle=":", linewidth=1.2, label="max_norm")
    right.legend(*([part[-1]] for part in right.get_legend_handles_labels()), loc="upper left")
    left.set(title="training loss (running median)", xlabel="step", ylabel="cross-entropy", ylim=(0, 3.2))
    right.set(title="norm of the gradient before clipping", xlabel="step", ylabel="‖g‖")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    print("\n".join(said))
    if prediction is not None:
        print(f"your prediction of the share of clipped steps: {prediction:.0%}")
    style.show(
        figure,
        "Left: the training loss of a 12-layer network without clipping and with. Right: the norms of its "
        f"gradients, on a logarithmic axis. {'; '.join(said)}.",
    )


@experiment
def sweep_max_norm(
    clip_by_global_norm: Callable,
    *,
    max_norms: Sequence[float] = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    learning_rate: float = 0.05,
    prediction: float | None = None,
    seeds: Sequence[int] = (0, 1, 2),
) -> None:
    """The accuracy after five epochs for several limits, and without clipping.

    prediction: the student's guess of the best limit.
    """
    prediction, clip = guess(prediction), clipper(clip_by_global_norm)
    runs = {
        limit: [train(clip, limit, learning_rate=learning_rate, seed=seed) for seed in seeds] for limit in max_norms
    }
    without = [train(None, learning_rate=learning_rate, seed=seed) for seed in seeds]
    means = [np.mean([run.accuracy for run in row]) for row in runs.values()]
    low, high = np.nanpercentile([run.norms for row in runs.values() for run in row], [10, 90])
    figure, axes = style.new_figure(height=3.6)
    axes.axvspan(low, high, color=style.SKY, alpha=0.3, label="80 % of all norms before clipping")
    axes.semilogx(max_norms, means, color=style.BLUE, label="clipped, mean of the dots")
    for limit, row in runs.items():
        axes.plot(
            [limit] * len(row), [run.accuracy for run in row], color=style.BLUE, marker="o", linestyle="none", alpha=0.6
        )
    no_limit = max(max_norms) * 4
    axes.plot(
        [no_limit] * len(without), [run.accuracy for run in without], color=style.RED, marker="s", linestyle="none"
    )
    style.mark_prediction(axes, prediction)
    axes.set_xticks([*max_norms, no_limit], [*(f"{limit:g}" for limit in max_norms), "no\nclipping"])
    axes.minorticks_off()
    axes.set(xlabel="max_norm", ylabel="share right, validation", ylim=(0, 1.04))
    axes.set_title(f"accuracy after five epochs, learning rate {learning_rate:g}")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    summary = ", ".join(f"{mean:.2f} at {limit:g}" for limit, mean in zip(max_norms, means, strict=True))
    alone = np.mean([run.accuracy for run in without])
    style.show(
        figure,
        f"Validation accuracy against max_norm on a logarithmic axis, mean of {len(seeds)} runs: {summary}; without "
        f"clipping {alone:.2f}. A band marks 80 % of the norms before clipping, from {low:.2g} to {high:.2g}.",
    )

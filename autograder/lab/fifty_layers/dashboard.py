"""The figure that opens the course and closes each notebook: the network before and after a repair."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.experiment import experiment
from autograder.lab.fifty_layers.network import Run, train
from autograder.lab.fifty_layers.recipe import CLASSES, LAYERS, STEPS, Recipe
from autograder.lab.fifty_layers.scoreboard import REPAIRS, keep, repair_made_with, scores
from autograder.lab.handwritten_digits import MNIST_TRAIN, mnist_images
from autograder.lab.students import UnusableResult
from autograder.lab.training import QUICK, smooth

SHOWN = (3, 8)
"""Rows and columns of the validation images that the dashboard shows."""
GUESSING = 1 / CLASSES
HIGHEST_LOSS = 3.2
"""Up to which the dashboard shows the loss."""


def _digits(axes: Any, read: np.ndarray | None) -> None:
    """Some validation images, and below each what it is taken for."""
    images, labels = mnist_images()
    rows, columns = SHOWN
    size, space = 28, 14
    sheet = np.zeros((rows * (size + space), columns * size))
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        top, left = row * (size + space), column * size
        sheet[top : top + size, left : left + size] = images[MNIST_TRAIN + place]
        if read is not None:
            right = read[place] == labels[MNIST_TRAIN + place]
            look: dict[str, Any] = {
                "color": style.GREEN if right else style.RED,
                "weight": "bold" if right else "normal",
            }
            text = f"{read[place]}{'✓' if right else '✗'}"
            axes.text(left + size / 2, top + size + space / 2, text, ha="center", va="center", fontsize=8, **look)
    axes.imshow(sheet, cmap="gray_r", aspect="equal")
    axes.set(xticks=[], yticks=[], title="What it reads")
    axes.grid(False)
    for side in axes.spines.values():
        side.set_visible(False)


def _by_layer(axes: Any, runs: Mapping[str, Run], what: str, title: str) -> None:
    """A quantity of the first step over the hidden layers, for every run."""
    layers = np.arange(1, LAYERS)
    for place, (name, run) in enumerate(runs.items()):
        if run.first is not None:
            values = getattr(run.first, what)
            values = np.where(np.isfinite(values) & (values > 0), values, np.nan)
            axes.plot(layers, values, label=name, **_look(place, len(runs)))
    axes.set(yscale="log", xlabel="hidden layer", title=title, xlim=(0, LAYERS))
    if not any(np.isfinite(line.get_ydata()).any() for line in axes.lines):
        axes.set(ylim=(1e-12, 1))
        axes.text(0.5, 0.5, "0 in every layer", transform=axes.transAxes, ha="center", fontsize=9)


def _look(place: int, count: int) -> dict[str, Any]:
    """The last run in blue, the one before it in gray and dashed."""
    return {"color": style.BLUE} if place == count - 1 else {"color": style.GREY, "linestyle": "--"}


def _scoreboard(axes: Any, own: Mapping[str, float], current: str | None) -> None:
    """A line for each repair: the recorded range, and the student's own accuracy."""
    names = list(REPAIRS)
    for place, key in enumerate(names):
        low, high = REPAIRS[key].accuracy
        axes.plot([100 * low, 100 * high], [place] * 2, color="#BBBBBB", linewidth=7, solid_capstyle="round")
        if key in own:
            now = key == current
            look: dict[str, Any] = {"marker": "o", "markersize": 9 if now else 6, "color": style.BLUE}
            axes.plot(100 * own[key], place, markeredgecolor=style.BLACK if now else style.BLUE, **look)
    axes.axvline(100 * GUESSING, color=style.GREY, linestyle=":", linewidth=1)
    axes.set_yticks(range(len(names)), [REPAIRS[key].title for key in names], fontsize=8.5)
    for label, key in zip(axes.get_yticklabels(), names, strict=True):
        label.set_fontweight("bold" if key == current else "normal")
    axes.set(xlim=(0, 100), ylim=(len(names) - 0.4, -0.6), xlabel=f"% of 1000 digits read after {STEPS} steps")
    axes.set_title("Scoreboard: gray the range over random starts, blue what it gave you")


def _draw(runs: Mapping[str, Run], own: Mapping[str, float], current: str | None) -> Any:
    """The dashboard: always the same panels. runs: by name; the last one is in blue."""
    places = [["loss", "accuracy", "read"], ["signal", "gradient", "ratio"]]
    heights = [1.0, 1.0]
    if current is not None:
        places.append(["scores"] * 3)
        heights.append(0.35 + 0.12 * len(REPAIRS))
    figure, panels = style.new_mosaic(places, width=10.0, height=2.6 * sum(heights), height_ratios=heights)
    for place, (name, run) in enumerate(runs.items()):
        look = _look(place, len(runs))
        steps = np.arange(1, len(run.losses) + 1)
        if place == len(runs) - 1:
            panels["loss"].plot(steps, run.losses, color=style.SKY, linewidth=0.6, alpha=0.7)
        panels["loss"].plot(steps, smooth(run.losses), **look)
        panels["accuracy"].plot(*np.transpose([(0, GUESSING), *run.accuracies]), label=name, **look)
    panels["loss"].axhline(np.log(CLASSES), color=style.GREY, linestyle=":", linewidth=1)
    guessing = {"ha": "right", "va": "bottom", "fontsize": 8, "textcoords": "offset points"}
    panels["loss"].annotate("ln 10: guessing", (STEPS, np.log(CLASSES)), (0, 4), **guessing)
    panels["loss"].set(title="Loss", xlabel="step", xlim=(0, STEPS), ylim=(0, HIGHEST_LOSS))
    _say_where_the_loss_is(panels["loss"], list(runs.values())[-1].losses)
    panels["accuracy"].axhline(GUESSING, color=style.GREY, linestyle=":", linewidth=1)
    panels["accuracy"].set(title="Share of digits read", xlabel="step", xlim=(0, STEPS), ylim=(0, 1))
    if len(runs) > 1:
        panels["accuracy"].legend(loc="upper left", fontsize=8.5)
    _digits(panels["read"], list(runs.values())[-1].read)
    _by_layer(panels["signal"], runs, "signal", "Signal: how far images are apart")
    _by_layer(panels["gradient"], runs, "gradient", "Gradient: ‖∂L/∂z‖")
    _by_layer(panels["ratio"], runs, "ratio", "Update: ‖ΔW‖ / ‖W‖")
    panels["ratio"].axhline(1e-3, color=style.GREY, linestyle=":", linewidth=1)
    if current is not None:
        _scoreboard(panels["scores"], own, current)
    return figure


def _say_where_the_loss_is(axes: Any, losses: Sequence[float]) -> None:
    """Name the loss at the end, and the step from which on it is outside of the panel, where it is."""
    outside = ~(np.asarray(losses) <= HIGHEST_LOSS)
    if outside[-1]:
        step = len(outside) - int(np.argmin(outside[::-1])) if not outside.all() else 0
        end = f"at {losses[-1]:.0e} in the end" if np.isfinite(losses[-1]) else "not a number in the end"
        text = f"outside from step {step + 1} on,\n{end}"
        axes.text(0.5, 0.4, text, transform=axes.transAxes, ha="center", fontsize=9)


def _alt(runs: Mapping[str, Run]) -> str:
    parts = []
    for name, run in runs.items():
        first = run.first
        assert first is not None
        parts.append(
            f"{name}: {_told(run)[:-1]}; in the first step the "
            f"signal is {first.signal[0]:.0e} in layer 1 and {first.signal[-1]:.0e} in layer {LAYERS - 1}, "
            f"the gradient {first.gradient[0]:.0e} and {first.gradient[-1]:.0e}"
        )
    return (
        "Dashboard of the network of fifty layers: loss, accuracy, some digits with what they are taken for; signal, "
        f"gradient and relative step by layer. {'. '.join(parts)}."
    )


_runs: dict[Any, Run] = {}
"""The runs so far without a function of the student's, which come out the same again."""


def _trained_live(
    runs: dict[str, Run], name: str, recipe: Recipe, own: Mapping[str, Callable], current: str | None, place: Any
) -> Any:
    """Train a network into `runs`, redrawing the figure as it learns. Returns the figure's place on the page."""

    def look(run: Run) -> None:
        nonlocal place
        runs[name] = run
        if style.on_a_page() and run.accuracies[-1][0] < STEPS and len(run.accuracies) % 2:
            place = style.show(_draw(runs, scores(), current), _alt(runs), place)

    known = (recipe, os.environ.get(QUICK)) if not own else None
    runs[name] = _runs[known] if known in _runs else train(recipe, own, look=look)
    if known is not None:
        _runs[known] = runs[name]
    return place


@experiment
def opening(key: str = "as found") -> None:
    """Train the network as a notebook finds it, and watch: what its repair has to mend.

    key: that of the repair, in `REPAIRS`. Without one, the network is as one would write it first.
    """
    runs: dict[str, Run] = {}
    place = _trained_live(runs, "as it is", REPAIRS[key].before, {}, None, None)
    style.show(_draw(runs, {}, None), _alt(runs), place)
    print(f"{_told(runs['as it is'])} Guessing reads 10 %.")


def _told(run: Run) -> str:
    """The end of a run in a sentence."""
    lost = "" if np.isfinite(run.losses[-1]) else ", and the loss is not a number any more"
    return f"{run.accuracies[-1][0]} steps, {run.accuracy:.0%} of the digits read{lost}."


@experiment
def dashboard(*, change: Mapping[str, Any] | None = None, **functions: Callable) -> None:
    """Train the network of fifty layers without and with this notebook's repair, and enter it in your scoreboard.

    functions: yours, by the names of their exercises: `lab.dashboard(he_normal=he_normal)`. What other notebooks add
        is computed by PyTorch.
    change: to try something else: a dict of choices of the recipe, {"learning_rate": 0.1} for example. Such a run is
        drawn, but not entered.
    """
    key = repair_made_with(functions)
    repair = REPAIRS[key]
    try:
        recipe = replace(repair.recipe, **(change or {}))
    except TypeError:
        known = ", ".join(repair.recipe.__dataclass_fields__)
        raise UnusableResult(f"A recipe has the choices {known}; you change {', '.join(change or {})}.") from None
    runs: dict[str, Run] = {}
    place = None
    if repair.before != recipe:
        place = _trained_live(runs, "before", repair.before, {}, key, None)
    place = _trained_live(runs, "with your repair", recipe, functions, key, place)
    run = runs["with your repair"]
    if change is None:
        keep(key, run.accuracy)
    style.show(_draw(runs, {**scores(), key: run.accuracy}, key), _alt(runs), place)
    low, high = repair.accuracy
    print(f"{repair.title}: {run.accuracy:.0%} of the digits read (recorded: {low:.0%} to {high:.0%}). {repair.truth}")

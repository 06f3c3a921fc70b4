"""Dropout masks drawn again and again: a digit with its pixels dropped, and what a unit of the next layer gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import images
from autograder.lab.play import scene
from autograder.lab.play.controls import Button, Slider
from autograder.lab.play.moving import Picture, show
from autograder.lab.play.scene import Axis, Panel, Scene
from autograder.lab.students import unusable

SIDE, ROWS, COLUMNS = 8, 2, 4
FEWEST, MOST = 20, 4000
BINS = 41
CONTROLS = (
    Slider("p", "p", 0.0, 0.95, 0.5),
    Slider("masks", "number of masks", FEWEST, MOST, 200, log=True, whole=True),
    Button("again", "new masks"),
)


@experiment
def play_dropout(dropout: Callable) -> None:
    """A digit under masks of your dropout, and the sum that reaches a unit behind it: draw the masks again."""
    digit = images()[0][2].astype(float) / 16
    weights = np.random.default_rng(0).normal(size=digit.size) / np.sqrt(digit.size)

    def dropped(values: dict[str, Any], training: bool = True) -> np.ndarray:
        """The digit as the next layer gets it, a row for each mask."""
        u = np.random.default_rng(values["again"]).random((MOST, digit.size))[: max(values["masks"], ROWS * COLUMNS)]
        u = u if training else u[:1]
        returned = dropout(np.tile(digit, (len(u), 1)), u, values["p"], training)
        y = returned[0] if isinstance(returned, tuple) else returned
        if np.shape(y) != u.shape:
            raise unusable(dropout, "did not return an array like its input, and the mask")
        return np.asarray(y, dtype=float)

    def draw(values: dict[str, Any]) -> Scene:
        y, fixed = dropped(values), dropped(values, training=False)
        return _scene(y, y @ weights, float((fixed @ weights)[0]), values)

    show(Picture("Masks of dropout", CONTROLS, draw, [dropout]))


def _scene(y: np.ndarray, sums: np.ndarray, fixed: float, values: dict[str, Any]) -> Scene:
    sums = sums[: values["masks"]]
    says = (
        f"p = {values['p']:.2g}: over {len(sums)} masks a unit behind the digit gets {sums.mean():.3f} on "
        f"average, with a "
        f"standard deviation of {sums.std():.3f}; in evaluation it gets {fixed:.3f}."
    )
    alt = (
        "Left: eight times the same digit of 8 x 8 pixels, each time with other pixels dropped and the rest brighter. "
        "Middle: a histogram of the sum that reaches a unit of the next layer, about the value in "
        "evaluation. Right: the "
        "mean over the first masks, which comes closer to that value."
    )
    return Scene([_digits(y), _histogram(sums, fixed), _running_mean(sums, fixed)], says, alt)


def _digits(y: np.ndarray) -> Panel:
    tiles = y[: ROWS * COLUMNS].reshape(ROWS, COLUMNS, SIDE, SIDE)
    framed = np.full((ROWS, COLUMNS, SIDE + 1, SIDE + 1), 0.12)
    framed[:, :, :SIDE, :SIDE] = tiles / 2
    whole = framed.transpose(0, 2, 1, 3).reshape(ROWS * (SIDE + 1), COLUMNS * (SIDE + 1))[::-1]
    across, up = (0.0, float(COLUMNS)), (0.0, float(ROWS))
    axes = (
        Axis("dark: 1/(1 − p) times the pixel", *across, ticks=()),
        Axis("", *up, ticks=()),
    )
    return Panel("The digit under eight masks", *axes, [scene.image(whole, across, up)], weight=1.4, height=250)


def _histogram(sums: np.ndarray, fixed: float) -> Panel:
    width = max(2.2, 1.05 * np.abs(sums - fixed).max(initial=0) if sums.std() > 0.8 else 2.2)
    edges = np.linspace(fixed - width, fixed + width, BINS + 1)
    share = np.histogram(sums, edges)[0] / len(sums)
    steps, heights = np.repeat(edges, 2)[1:-1], np.repeat(share, 2)
    highest = max(float(share.max(initial=0)) * 1.1, 0.05)
    marks = [
        scene.area(steps, np.zeros_like(steps), heights, "blue", "training", opacity=0.6),
        scene.across(fixed, "red", "evaluation", upright=True, dash=1),
        scene.across(float(sums.mean()), "ink", "mean of the masks", upright=True, dash=3),
    ]
    return Panel(
        "What a unit gets", Axis("sum", edges[0], edges[-1]), Axis("share of masks", 0.0, highest), marks, height=250
    )


def _running_mean(sums: np.ndarray, fixed: float) -> Panel:
    count = np.arange(1, len(sums) + 1)
    shown = np.unique(np.geomspace(1, len(sums), 120).astype(int)) - 1
    mean = (np.cumsum(sums) / count)[shown]
    error = sums.std() / np.sqrt(count[shown])
    marks = [
        scene.area(count[shown], fixed - error, fixed + error, "orange", "σ/√masks", opacity=0.3),
        scene.across(fixed, "red", "evaluation", dash=1),
        scene.line(count[shown], mean, "blue", "mean so far"),
    ]
    axes = Axis("masks", 1, MOST, log=True), Axis("mean of the sums", fixed - 1.0, fixed + 1.0)
    return Panel("The mean of many masks", *axes, marks, height=250)

"""Batch normalization: drag one sample of a batch, and all others move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.lab.experiment import experiment
from autograder.lab.play import scene
from autograder.lab.play.controls import Slider
from autograder.lab.play.moving import Picture, show
from autograder.lab.play.scene import Axis, Panel, Scene
from autograder.lab.students import arrays

FIRST = (-1.6, -0.9, -0.4, 0.1, 0.5, 1.0, 1.7)
LONGEST = 6.0
MOMENTUM = 0.1
COUNT = len(FIRST)
NAMES = tuple("ABCDEFG")
COLOURS = ("blue", "red", "green", "purple", "orange", "sky", "ink")
CONTROLS = (
    Slider("gamma", "γ", -2.0, 2.0, 1.0),
    Slider("beta", "β", -2.0, 2.0, 0.0),
    *(Slider(name, name, -LONGEST, LONGEST, value, dragged=True) for name, value in zip(NAMES, FIRST, strict=True)),
)


@experiment
def play_batch_norm(batch_norm_train: Callable, batch_norm_evaluate: Callable, batch_norm_backward: Callable) -> None:
    """Seven samples of a batch, to be dragged: what your functions make of them in training and in evaluation."""
    first = np.array(FIRST)[:, None]
    running = first.mean(axis=0), first.var(axis=0, ddof=1)

    def draw(values: dict[str, Any]) -> Scene:
        x = np.array([values[name] for name in NAMES])[:, None]
        gamma, beta = np.array([values["gamma"]]), np.array([values["beta"]])
        y, *_ = arrays(batch_norm_train, [x, gamma, beta, *running, MOMENTUM], x.shape, (1,), (1,))
        (fixed,) = arrays(batch_norm_evaluate, [x, gamma, beta, *running], x.shape)
        pull = [_pull(batch_norm_backward, sample, x, gamma) for sample in range(COUNT)]
        return _scene(x[:, 0], y[:, 0], fixed[:, 0], np.array(pull), values)

    functions = [batch_norm_train, batch_norm_evaluate, batch_norm_backward]
    show(Picture("A batch in batch normalization", CONTROLS, draw, functions))


def _pull(batch_norm_backward: Callable, sample: int, x: np.ndarray, gamma: np.ndarray) -> np.ndarray:
    """How the output of a sample moves when each input does: the gradient of this output alone."""
    dout = np.zeros_like(x)
    dout[sample] = 1.0
    dx, *_ = arrays(batch_norm_backward, [dout, x, gamma], x.shape, (1,), (1,))
    return dx[:, 0]


def _scene(x: np.ndarray, y: np.ndarray, fixed: np.ndarray, pull: np.ndarray, values: dict[str, Any]) -> Scene:
    others = 100 * (np.abs(pull).sum() - np.abs(np.diag(pull)).sum()) / max(np.abs(pull).sum(), 1e-12)
    says = (
        f"In training the outputs have mean {y.mean():.2f} and standard deviation {y.std():.2f}, wherever you drag: β "
        f"and |γ| decide. In evaluation: {fixed.mean():.2f} and {fixed.std():.2f}. {others:.0f} % of the inputs' total "
        "effect falls on other samples' outputs."
    )
    alt = (
        "Left: seven samples on three lines, the inputs in the middle, the outputs in training above and in evaluation "
        "below, joined by lines. Right: a table of seven by seven fields, the effect of each input on each "
        "output, strong "
        "on the diagonal and not zero beside it."
    )
    return Scene([_lines(x, y, fixed), _table(pull)], says, alt)


def _lines(x: np.ndarray, y: np.ndarray, fixed: np.ndarray) -> Panel:
    marks: list[scene.Mark] = [scene.across(height, dash=0) for height in (0.0, 1.0, 2.0)]
    for n, name in enumerate(NAMES):
        marks.append(scene.line([x[n], y[n]], [1, 2], COLOURS[n], width=1.3, opacity=0.8))
        marks.append(scene.line([x[n], fixed[n]], [1, 0], COLOURS[n], dash=3, width=1.3, opacity=0.8))
        marks.append(scene.dots([y[n], fixed[n]], [2, 0], COLOURS[n], size=9))
        marks.append(scene.text(y[n], 2.22, name, anchor="middle"))
        marks.append(scene.handle(f"sample {name}", x[n], 1.0, (name, ""), COLOURS[n]))
    ticks = ((0.0, "evaluation"), (1.0, "inputs"), (2.0, "training"))
    axes = Axis("value", -LONGEST, LONGEST), Axis("", -0.3, 2.4, ticks=ticks)
    return Panel("Drag an input: all outputs in training move", *axes, marks, weight=1.5, height=300)


def _table(pull: np.ndarray) -> Panel:
    largest = max(np.abs(pull).max(), 1e-12)
    ticks = tuple((n + 0.5, name) for n, name in enumerate(NAMES))
    marks = [scene.image(0.5 + 0.5 * pull / largest, (0, COUNT), (0, COUNT), "balance")]
    for row in range(COUNT):
        for column in range(COUNT):
            effect = f"{pull[row, column]:.1f}".replace("-0.0", "0.0").replace("-", "−")
            marks.append(scene.text(column + 0.5, row + 0.5, effect, anchor="middle"))
    axes = (
        Axis("... when this input moves", 0, COUNT, ticks=ticks),
        Axis("this output moves by ...", 0, COUNT, ticks=ticks),
    )
    return Panel("∂y/∂x, by your backward function", *axes, marks, height=300, square=True)

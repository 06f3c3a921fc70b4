"""Gradient clipping at a cliff, in three dimensions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.lab.cliff import TARGET, TIME_STEPS, cliff
from autograder.lab.experiment import experiment
from autograder.lab.play import scene
from autograder.lab.play.controls import Choice, Slider
from autograder.lab.play.moving import Picture, show
from autograder.lab.play.scene import Axis, Panel, Scene, Space
from autograder.lab.students import clipper

W, B = (3.6, 6.4), (-4.0, -1.9)
STEPS = 200
KINDS = ("no clipping", "by value", "by global norm")
CONTROLS = (
    Choice("kind", "clipping", KINDS, "no clipping"),
    Slider("limit", "limit", 0.01, 10.0, 0.1, log=True),
    Slider("rate", "learning rate", 0.01, 2.0, 0.3, log=True),
    Slider("w", "start", *W, 5.2, dragged=True),
    Slider("b", "start", *B, -3.3, dragged=True),
)


@experiment
def play_clipping(clip_by_value: Callable, clip_by_global_norm: Callable) -> None:
    """Gradient descent at a cliff, clipped by your functions: turn the surface, drag the start."""
    clips = {KINDS[1]: clipper(clip_by_value), KINDS[2]: clipper(clip_by_global_norm)}
    w, b = np.linspace(*W, 33), np.linspace(*B, 33)
    surface = cliff(*np.meshgrid(w, b))[0]
    fine = cliff(*np.meshgrid(np.linspace(*W, 120), np.linspace(*B, 120)))[0]
    seen_from_above = scene.image(fine / fine.max(), W, B)

    def draw(values: dict[str, Any]) -> Scene:
        for clip in clips.values():
            clip([np.array([3.0]), np.array([4.0])], values["limit"])
        path, norms = descend(clips.get(values["kind"]), values)
        space = Space("The cliff: turn it", ("w", "b", "loss"), w, b, surface, [_on_the_surface(path)], weight=1.2)
        return _scene(space, seen_from_above, path, norms, values)

    show(Picture("Clipping at a cliff", CONTROLS, draw, [clip_by_value, clip_by_global_norm]))


def _slopes(w: float, b: float) -> tuple[float, float]:
    """The slopes at one point, without arrays."""
    x, dw, db = 0.5, 0.0, 0.0
    for _ in range(TIME_STEPS):
        s = 1 / (1 + math.exp(-min(max(x, -500.0), 500.0)))
        slope = w * s * (1 - s)
        x, dw, db = w * s + b, s + slope * dw, 1 + slope * db
    y = 1 / (1 + math.exp(-min(max(x, -500.0), 500.0)))
    outer = 2 * (y - TARGET) * y * (1 - y)
    return outer * dw, outer * db


def descend(clip: Callable | None, values: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """The path of gradient descent (steps + 1, 2), and the norms of the gradients before clipping."""
    point, path, norms = (values["w"], values["b"]), [(values["w"], values["b"])], []
    for _ in range(STEPS):
        gradient = _slopes(*point)
        norms.append(float(np.hypot(*gradient)))
        parts = [np.array([part]) for part in gradient]
        moved = parts if clip is None else clip(parts, values["limit"])
        step = [values["rate"] * float(part[0]) for part in moved]
        if not np.isfinite(step).all():
            break
        point = point[0] - step[0], point[1] - step[1]
        path.append(point)
    return np.array(path), np.array(norms)


def _on_the_surface(path: np.ndarray) -> scene.Mark:
    """The part of a path that lies on the map, just above the surface."""
    w, b = path[:, 0], path[:, 1]
    inside = (w >= W[0]) & (w <= W[1]) & (b >= B[0]) & (b <= B[1])
    on, height = np.where(inside[:, None], path, np.nan), np.where(inside, cliff(*path.T)[0] + 0.012, np.nan)
    return {**scene.path(on, "red", "path", width=2, marker="o", size=3), "z": scene.plain(height)}


def _scene(
    space: Space, seen_from_above: scene.Mark, path: np.ndarray, norms: np.ndarray, values: dict[str, Any]
) -> Scene:
    losses = cliff(*path.T)[0]
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    longest, turned = steps.max(initial=0), int(np.argmax(steps)) if len(steps) else 0
    says = (
        f"{values['kind']}, learning rate {values['rate']:.3g}, limit {values['limit']:.3g}: longest step "
        f"{longest:.3g} "
        f"(step {turned + 1}); largest norm of a gradient {norms.max(initial=0):.3g}; after {len(steps)} steps "
        f"(w, b) = ({path[-1, 0]:.2f}, {path[-1, 1]:.2f}) and the loss is {losses[-1]:.2g}."
    )
    alt = (
        "Left: the loss as a surface over w and b, a plain, a cliff and a valley, with the path of gradient "
        "descent on it. "
        "Middle: the same from above, with the start. Right: the norm of the gradient before clipping over the steps, "
        "on a logarithmic axis, with spikes where the path meets the cliff."
    )
    above = Panel(
        "From above: drag the start",
        Axis("w", *W),
        Axis("b", *B),
        [
            seen_from_above,
            scene.path(path, "red", width=1.2, marker="o", size=2.5),
            scene.handle("start of the descent", values["w"], values["b"], ("w", "b")),
        ],
        height=330,
    )
    marks = [scene.line(np.arange(1, len(norms) + 1), norms, "red", "before clipping", width=1.3)]
    if values["kind"] != KINDS[0]:
        marks.append(scene.across(values["limit"], "ink", "limit"))
    spikes = Panel("Norm of the gradient", Axis("step", 0, STEPS), Axis("norm", 1e-4, 1e4, log=True), marks, height=330)
    return Scene([space, above, spikes], says, alt)

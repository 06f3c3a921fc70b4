"""Draws a scene as a figure: what stands in a moving picture's place where nothing can move."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.play.scene import COLOURS, PALETTES, Axis, Mark, Panel, Scene, Space

INCHES = 9.4
PIXELS_PER_INCH = 72


def as_figure(scene: Scene) -> Any:
    """The scene as the course's figures look, on light paper."""
    from matplotlib.figure import Figure

    height = max(panel.height for panel in scene.panels) / PIXELS_PER_INCH
    figure: Figure
    figure, _ = style.new_figure(width=INCHES, height=height + 0.5)
    figure.clear()
    grid = figure.add_gridspec(1, len(scene.panels), width_ratios=[panel.weight for panel in scene.panels])
    for column, panel in enumerate(scene.panels):
        if isinstance(panel, Space):
            _draw_space(figure.add_subplot(grid[0, column], projection="3d"), panel)
        else:
            _draw_panel(figure.add_subplot(grid[0, column]), panel)
    figure.supxlabel(scene.says, fontsize=9, wrap=True)
    return figure


def _colour(mark: Mark) -> str:
    return COLOURS[mark["colour"]][0]


def _draw_panel(axes: Any, panel: Panel) -> None:
    for direction, axis in (("x", panel.x), ("y", panel.y)):
        _set_axis(axes, direction, axis)
    for mark in panel.marks:
        DRAWN[mark["kind"]](axes, mark)
    axes.set_title(panel.title)
    if panel.square:
        axes.set_aspect("equal", adjustable="box")
    if any(mark["kind"] == "image" for mark in panel.marks):
        axes.grid(False)
    handles, labels = axes.get_legend_handles_labels()
    if labels:
        below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "frameon": False}
        axes.legend(handles, labels, fontsize=8, ncols=min(len(labels), 2), **below)


def _set_axis(axes: Any, direction: str, axis: Axis) -> None:
    more = {f"{direction}scale": "log"} if axis.log else {}
    axes.set(**more, **{f"{direction}lim": (axis.low, axis.high), f"{direction}label": axis.label})
    if axis.ticks is not None:
        ticks = [tick for tick, _ in axis.ticks], [label for _, label in axis.ticks]
        getattr(axes, f"set_{direction}ticks")(*ticks)
        getattr(axes, f"set_{direction}ticks")([], minor=True)


def _numbers(values: list[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values])


def _line(axes: Any, mark: Mark) -> None:
    look = {"linewidth": mark.get("width", 2), "alpha": mark.get("opacity", 1), "linestyle": style.LINES[mark["dash"]]}
    if mark.get("marker"):
        look |= {"marker": mark["marker"], "markersize": mark.get("size", 4)}
    axes.plot(_numbers(mark["x"]), _numbers(mark["y"]), color=_colour(mark), label=mark["label"] or None, **look)


def _dots(axes: Any, mark: Mark) -> None:
    fill = COLOURS["paper"][0] if mark.get("hollow") else _colour(mark)
    look = {"marker": mark["marker"], "markersize": mark.get("size", 6), "alpha": mark.get("opacity", 1)}
    look |= {"linestyle": "none", "markerfacecolor": fill, "color": _colour(mark)}
    axes.plot(_numbers(mark["x"]), _numbers(mark["y"]), label=mark["label"] or None, **look)


def _area(axes: Any, mark: Mark) -> None:
    low, high = _numbers(mark["low"]), _numbers(mark["high"])
    look = {"color": _colour(mark), "alpha": mark["opacity"], "linewidth": 0}
    axes.fill_between(_numbers(mark["x"]), low, high, label=mark["label"] or None, **look)


def _image(axes: Any, mark: Mark) -> None:
    array = np.frombuffer(base64.b64decode(mark["data"]), np.uint8).reshape(mark["rows"], -1)
    x = _edges(mark["x"], array.shape[1], axes.get_xscale())
    y = _edges(mark["y"], array.shape[0], axes.get_yscale())
    axes.pcolormesh(x, y, array, cmap=_cmap(mark["palette"]), vmin=0, vmax=255, rasterized=True, zorder=0)


def _cmap(palette: str) -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("own", PALETTES[palette][0])


def _edges(sides: list[float], count: int, scale: str) -> np.ndarray:
    low, high = sides
    return np.geomspace(low, high, count + 1) if scale == "log" else np.linspace(low, high, count + 1)


def _text(axes: Any, mark: Mark) -> None:
    side = {"start": "left", "middle": "center", "end": "right"}[mark["anchor"]]
    axes.text(mark["x"], mark["y"], mark["text"], color=_colour(mark), ha=side, va="center", fontsize=9, clip_on=True)


def _across(axes: Any, mark: Mark) -> None:
    draw = axes.axvline if mark["upright"] else axes.axhline
    look = {"color": _colour(mark), "linestyle": style.LINES[mark["dash"]], "linewidth": 1.2}
    draw(mark["at"], label=mark["label"] or None, **look)


def _handle(axes: Any, mark: Mark) -> None:
    look = {"marker": "o", "markersize": 10, "markeredgewidth": 2.5, "markeredgecolor": _colour(mark)}
    axes.plot(mark["x"], mark["y"], linestyle="none", markerfacecolor=style.PAPER, zorder=6, **look)


DRAWN = {
    "line": _line,
    "dots": _dots,
    "area": _area,
    "image": _image,
    "text": _text,
    "across": _across,
    "handle": _handle,
}
"""Kind of mark -> what draws it."""


def _draw_space(axes: Any, space: Space) -> None:
    cmap = _cmap("blues")
    axes.plot_surface(*np.meshgrid(space.x, space.y), space.z, cmap=cmap, alpha=0.75, linewidth=0, rcount=60, ccount=60)
    for path in space.paths:
        points = [_numbers(path[side]) for side in "xyz"]
        look = {"color": _colour(path), "linestyle": style.LINES[path["dash"]], "label": path["label"] or None}
        axes.plot(*points, linewidth=1.6, marker=path.get("marker", ""), markersize=4, zorder=10, **look)
    axes.set(xlabel=space.labels[0], ylabel=space.labels[1], zlabel=space.labels[2], title=space.title)
    axes.view_init(elev=space.turn[1], azim=space.turn[0])
    if any(path["label"] for path in space.paths):
        axes.legend(fontsize=8, loc="upper left")

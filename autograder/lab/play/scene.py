"""What a picture shows, as plain data: panels with marks in them. `moving.js` draws it, and `still`, as a PNG."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.lab import style

Mark = dict[str, Any]
Numbers = Sequence[float] | np.ndarray

COLOURS = {
    "blue": (style.BLUE, "#5AB4F0"),
    "orange": (style.ORANGE, "#F2B742"),
    "green": (style.GREEN, "#2ECC9F"),
    "red": (style.RED, "#FF8A4C"),
    "purple": (style.PURPLE, "#E3A3C9"),
    "sky": (style.SKY, "#9AD6F7"),
    "ink": (style.BLACK, "#ECECEC"),
    "grey": (style.GREY, "#9A9FA6"),
    "paper": (style.PAPER, "#16191D"),
    "grid": ("#E4E4E0", "#30353B"),
}
"""Name -> the colour on a light page and on a dark one."""

PALETTES = {
    "blues": (("#FCFCFA", "#8FC1E3", "#0072B2", "#003A5C"), ("#16191D", "#1F5C85", "#5AB4F0", "#D6EEFF")),
    "balance": (
        ("#0072B2", "#9CCBE8", "#FCFCFA", "#F6C29B", "#D55E00"),
        ("#2E86BF", "#1F4D6B", "#16191D", "#633517", "#C85A22"),
    ),
}
"""Name -> the colours between which an image's values from 0 to 1 run, on a light page and on a dark one."""


@dataclass(frozen=True)
class Axis:
    """An axis from low to high. ticks: value and label of each; chosen by those who draw where there are none."""

    label: str
    low: float
    high: float
    log: bool = False
    ticks: tuple[tuple[float, str], ...] | None = None


@dataclass
class Panel:
    """A part of a picture with axes of its own.

    weight: its part of the width; height: in pixels of the page; square: whether a unit is as long in x as in y.
    draws: the name of a value that is drawn by hand here, a list with a number for each of so many columns.
    """

    title: str
    x: Axis
    y: Axis
    marks: list[Mark]
    weight: float = 1.0
    height: int = 270
    square: bool = False
    draws: str = ""

    def plain(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        return {**vars(self), "x": vars(self.x), "y": vars(self.y)}


@dataclass
class Space:
    """A surface in three dimensions with paths on it. x, y: of the columns and the rows of z."""

    title: str
    labels: tuple[str, str, str]
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    paths: list[Mark]
    weight: float = 1.0
    height: int = 380
    turn: tuple[float, float] = (-60.0, 35.0)

    def plain(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        return {**vars(self), "x": plain(self.x), "y": plain(self.y), "z": [plain(row) for row in self.z]}


@dataclass
class Scene:
    """What a picture shows for some values. says: a line below it. alt: what is to be seen, for those who cannot."""

    panels: Sequence[Panel | Space]
    says: str
    alt: str = ""

    def plain(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        return {"panels": [panel.plain() for panel in self.panels], "says": self.says}


def plain(values: Numbers) -> list[float | None]:
    """Numbers to five digits, None where one is not finite."""
    array = np.asarray(values, dtype=float).ravel()
    finite = np.isfinite(array)
    known = np.where(finite, array, 0.0)
    exponent = np.floor(np.log10(np.abs(known), where=known != 0, out=np.zeros_like(known))) - 4
    up, down = 10.0 ** np.clip(-exponent, 0, 300), 10.0 ** np.clip(exponent, 0, 300)
    found = (np.round(known * up / down) * down / up).tolist()
    return found if finite.all() else [value if good else None for value, good in zip(found, finite, strict=True)]


# ---------------------------------------------------------------- marks


def line(x: Numbers, y: Numbers, colour: str = "blue", label: str = "", *, dash: int = 0, **more: Any) -> Mark:
    """A line through points, interrupted where one is not finite. dash: 0 drawn through, 1 dashed, 2 dash-dotted,
    3 dotted. more: width, opacity, marker (as of `dots`)."""
    return {"kind": "line", "x": plain(x), "y": plain(y), "colour": colour, "label": label, "dash": dash, **more}


def dots(x: Numbers, y: Numbers, colour: str = "blue", label: str = "", *, marker: str = "o", **more: Any) -> Mark:
    """Points. marker: o, s, ^, D, X or *. more: size (pixels), hollow, opacity."""
    return {"kind": "dots", "x": plain(x), "y": plain(y), "colour": colour, "label": label, "marker": marker, **more}


def path(way: np.ndarray, colour: str = "blue", label: str = "", **more: Any) -> Mark:
    """A line through the rows of an array of two columns. more: as of `line`."""
    return line(way[:, 0], way[:, 1], colour, label, **more)


def points(places: np.ndarray, colour: str = "blue", label: str = "", **more: Any) -> Mark:
    """Points at the rows of an array of two columns. more: as of `dots`."""
    return dots(places[:, 0], places[:, 1], colour, label, **more)


def area(x: Numbers, low: Numbers, high: Numbers, colour: str = "blue", label: str = "", opacity: float = 0.3) -> Mark:
    """What lies between two curves."""
    sides = {"x": plain(x), "low": plain(low), "high": plain(high)}
    return {"kind": "area", **sides, "colour": colour, "label": label, "opacity": opacity}


def image(values: np.ndarray, x: tuple[float, float], y: tuple[float, float], palette: str = "blues") -> Mark:
    """A picture of numbers from 0 to 1 in a palette; row 0 is at the bottom."""
    levels = np.round(255 * np.clip(np.nan_to_num(values), 0, 1)).astype(np.uint8)
    data = base64.b64encode(levels.tobytes()).decode()
    return {"kind": "image", "data": data, "rows": len(levels), "x": list(x), "y": list(y), "palette": palette}


def text(x: float, y: float, words: str, colour: str = "ink", anchor: str = "start") -> Mark:
    """Words at a place. anchor: which part of them is there, start, middle or end."""
    return {"kind": "text", "x": plain([x])[0], "y": plain([y])[0], "text": words, "colour": colour, "anchor": anchor}


def across(at: float, colour: str = "grey", label: str = "", *, upright: bool = False, dash: int = 1) -> Mark:
    """A line across the whole panel at a value of y, or of x where it is upright."""
    return {"kind": "across", "at": plain([at])[0], "colour": colour, "label": label, "upright": upright, "dash": dash}


def handle(label: str, x: float, y: float, sets: tuple[str, str], colour: str = "red") -> Mark:
    """A point to be dragged. sets: the names of the values that its x and its y set, "" for what stays as it is."""
    return {"kind": "handle", "x": plain([x])[0], "y": plain([y])[0], "label": label, "sets": sets, "colour": colour}

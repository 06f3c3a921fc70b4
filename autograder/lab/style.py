"""How every figure of the course looks, and how it gets onto the page with its alternative text."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from autograder.plaindata.notebook_shell import current_shell

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, BLACK, GREY = "#CC79A7", "#56B4E9", "#222222", "#8A8A8A"
COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY)
"""Colour-blind-safe (Okabe and Ito), to be used in this order and always with a MARKERS or LINES of its own."""
MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
PAPER = "#FCFCFA"

RC: dict[RcKeyType, Any] = {
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.edgecolor": GREY,
    "axes.labelcolor": BLACK,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E4E4E0",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "font.size": 10,
    "lines.linewidth": 2.0,
    "legend.facecolor": PAPER,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.9,
    "text.color": BLACK,
    "xtick.color": BLACK,
    "ytick.color": BLACK,
}


CROSS = {"marker": "X", "linestyle": "none", "color": BLACK, "label": "your prediction"}
RHOMB = {"marker": "D", "markerfacecolor": "none", "linestyle": "none", "color": BLACK, "label": "your prediction"}
"""How a student's prediction is marked."""


def line(place: int, **more: Any) -> dict[str, Any]:
    """Colour and line of the curve in this place of a figure."""
    return {"color": COLOURS[place % 6], "linestyle": LINES[place % 6], **more}


def curve(place: int, **more: Any) -> dict[str, Any]:
    """Colour, line and marker of the curve in this place of a figure."""
    return {**line(place), "marker": MARKERS[place % 6], **more}


def dots(place: int, **more: Any) -> dict[str, Any]:
    """Colour and marker of the points in this place of a figure, which no line joins."""
    return {**curve(place), "linestyle": "none", **more}


def mark_prediction(axes: Any, prediction: float | None, **look: Any) -> None:
    """A dotted vertical line at a student's prediction, if there is one and a logarithmic axis has a place for it."""
    if prediction is not None and (prediction > 0 or axes.get_xscale() == "linear"):
        axes.axvline(prediction, **{"color": BLACK, "linestyle": ":", "label": "your prediction", **look})


def new_figure(
    rows: int = 1, columns: int = 1, width: float = 7.2, height: float = 3.0, **options: Any
) -> tuple[Figure, Any]:
    """A figure and its axes in the course's style. width and height are in inches, for the whole figure.

    Drawn off screen: nothing appears until `show`.
    """
    return _drawn(width, height, lambda figure: figure.subplots(rows, columns, **options))


def new_mosaic(places: list[Any], width: float, height: float, **options: Any) -> tuple[Figure, dict[Any, Any]]:
    """A figure like that of `new_figure`, and its axes by name. places: the names, lists of them, row by row."""
    return _drawn(width, height, lambda figure: figure.subplot_mosaic(places, **options))


def _drawn(width: float, height: float, add_axes: Callable[[Figure], Any]) -> tuple[Figure, Any]:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(RC):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        axes = add_axes(figure)
    return figure, axes


def as_png(figure: Figure) -> bytes:
    """The figure as a PNG file, at twice the screen's resolution."""
    import matplotlib

    file = io.BytesIO()
    with matplotlib.rc_context(RC):
        figure.savefig(file, format="png", dpi=144)
    return file.getvalue()


def on_a_page() -> bool:
    """Whether there is a notebook that shows figures."""
    return current_shell() is not None


def show(figure: Figure, alt: str, place: Any = None) -> Any:
    """Put a figure on the page. alt: what it shows, in one or two sentences, for those who cannot see it.

    place: what an earlier call returned; the figure then stands in the place of that one.
    """
    page = FigureOnPage(as_png(figure), alt, width=round(figure.get_figwidth() * 100))
    if not on_a_page():
        print(f"[figure] {alt}")
    elif place is None:
        return sys.modules["IPython"].display.display(page, display_id=True)
    else:
        place.update(page)
    return place


class FigureOnPage:
    """A PNG with its alternative text, as HTML for a notebook.

    play: the name under which a picture that moves finds the figure whose place it takes. caption: what stands below.
    """

    def __init__(self, png: bytes, alt: str, width: int, play: str = "", caption: str = "") -> None:
        self.png, self.alt, self.width, self.play, self.caption = png, alt, width, play, caption

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        data = base64.b64encode(self.png).decode()
        play = f' data-play="{self.play}"' if self.play else ""
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        html = (
            f'<figure style="margin:8px 0"{play}><img src="data:image/png;base64,{data}" '
            f'alt="{escape(self.alt, quote=True)}" '
            f'style="width:{self.width}px;max-width:100%;border-radius:4px">{caption}</figure>'
        )
        return {"text/html": html, "text/plain": f"[figure] {self.alt}"}

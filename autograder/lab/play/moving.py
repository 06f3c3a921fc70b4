"""Puts a picture on the page: a still of it, and where a browser can, the picture that moves in the still's place."""

from __future__ import annotations

import sys
import traceback
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.lab import style
from autograder.lab.play import scene as scenes
from autograder.lab.play.controls import Control, read
from autograder.lab.play.in_time import in_time
from autograder.lab.play.scene import Scene
from autograder.lab.play.still import as_figure
from autograder.lab.students import UnusableResult, function_name
from autograder.plaindata.notebook_shell import current_shell

MOVES_IN = "A still of a picture that moves: run this cell in JupyterLab, VS Code or Colab, and drag."
NEEDS = "With anywidget, this picture moves under your hands: run %pip install anywidget, then reload the page."


@dataclass(frozen=True)
class Picture:
    """A picture that moves.

    name: in a few words. controls: what can be moved. scene: what is shown for the values of the controls, by name.
    functions: the student's, which `scene` calls.
    """

    name: str
    controls: Sequence[Control]
    scene: Callable[[dict[str, Any]], Scene]
    functions: Sequence[Callable[..., Any]]

    def draw(self, values: Any = None) -> Scene:
        """The scene for what the page sent, in limited time."""
        return in_time(lambda: self.scene(read(self.controls, values)), self.functions)


_alive: dict[str, Any] = {}
"""Name of a picture -> its widget: where it is shown again, the one before it becomes a still."""


def show(picture: Picture) -> None:
    """Put a picture on the page. Raises what the student's functions raise, as every experiment does."""
    first = picture.draw()
    png, alt = style.as_png(as_figure(first)), f"{first.alt or picture.name} {first.says}"
    shell = current_shell()
    if shell is None:
        print(f"[figure] {alt}")
        return
    display, width = sys.modules["IPython"].display.display, 940
    if (leaving := _alive.pop(picture.name, None)) is not None:
        leaving.close()
    live = _live(picture, first)
    if live is None:
        print(NEEDS)
        display(style.FigureOnPage(png, alt, width))
        return
    _alive[picture.name] = live
    still = style.FigureOnPage(png, alt, width, play=live.start["id"], caption=MOVES_IN)
    if _shows_widgets_in_their_own_place(shell):
        still_bundle = style.FigureOnPage(png, alt, width, caption=MOVES_IN)._repr_mimebundle_()
        own_place = {key: value for key, value in live._repr_mimebundle_()[0].items() if "widget" in key}
        display({**still_bundle, **own_place}, raw=True)
    else:
        display(still)


def _live(picture: Picture, first: Scene) -> Any:
    """The widget of a picture; None where anywidget is not installed."""
    try:
        from autograder.lab.play.widget import Moving
    except ImportError:
        return None
    return Moving(start(picture, first), lambda values: answer(picture, values))


def start(picture: Picture, first: Scene) -> dict[str, Any]:
    """What the page needs to draw a picture, before it asks for more."""
    return {
        "id": uuid.uuid4().hex,
        "title": picture.name,
        "controls": [vars(control) for control in picture.controls],
        "colours": scenes.COLOURS,
        "palettes": scenes.PALETTES,
        "scene": first.plain(),
    }


def answer(picture: Picture, values: Any) -> dict[str, Any]:
    """The scene for what the page sent, or a sentence on why there is none."""
    try:
        return {"scene": picture.draw(values).plain()}
    except UnusableResult as sentence:
        return {"problem": str(sentence)}
    except Exception as problem:
        return {"problem": _told(problem, picture.functions)}


def _told(problem: Exception, functions: Sequence[Callable[..., Any]]) -> str:
    """An exception in a sentence, with the function that raised it and its line."""
    codes = {getattr(function, "__code__", None): function_name(function) for function in functions}
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(problem.__traceback__)]
    where = [f"Your {codes[code]} raised, in line {line} of its cell," for code, line in frames if code in codes]
    return f"{where[-1] if where else 'This picture raised'} {type(problem).__name__}: {problem}"


def _shows_widgets_in_their_own_place(shell: Any) -> bool:
    """Whether the page gives a widget a place of its own, where it cannot reach other outputs: VS Code and Colab."""
    return "google.colab" in sys.modules or "__vsc_ipynb_file__" in shell.user_ns

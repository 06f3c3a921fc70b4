"""The live picture: what `moving.js` asks the kernel, and how it is answered. The one module that needs anywidget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

Answer = Callable[[Any], dict[str, Any]]


class Moving(anywidget.AnyWidget):
    """A picture in the browser. start: its first scene and its controls; what follows is sent, not kept.

    answers: what to send back for the values of the controls.
    """

    _esm = Path(__file__).with_name("moving.js")
    start = traitlets.Dict().tag(sync=True)

    def __init__(self, start: dict[str, Any], answers: Answer) -> None:
        super().__init__(start=start)
        self.answers = answers
        self.on_msg(self._answer)

    def _answer(self, widget: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict):
            self.send({"number": content.get("number"), **self.answers(content.get("values"))})

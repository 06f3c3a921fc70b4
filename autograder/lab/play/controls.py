"""What can be moved in a picture: each control has a name, under which a scene gets its value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Slider:
    """A number between low and high. log: whether equal ways are equal factors; whole: whether it is a whole number.

    dragged: whether it has no slider of its own, as a point in the picture is dragged instead.
    """

    name: str
    label: str
    low: float
    high: float
    value: float
    log: bool = False
    whole: bool = False
    dragged: bool = False
    kind: str = "slider"

    def read(self, value: Any) -> float:
        """What the page sent, as a number within the limits; the first value for anything else."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return self.value
        bounded = min(max(value, self.low), self.high)
        return round(bounded) if self.whole else bounded


@dataclass(frozen=True)
class Choice:
    """One of several."""

    name: str
    label: str
    options: tuple[str, ...]
    value: str
    kind: str = "choice"

    def read(self, value: Any) -> str:
        """What the page sent, if it is an option; the first value for anything else."""
        return value if value in self.options else self.value


@dataclass(frozen=True)
class Button:
    """Something to press: its value is how often that was done."""

    name: str
    label: str
    value: int = 0
    kind: str = "button"

    def read(self, value: Any) -> int:
        """What the page sent, as a count."""
        is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000
        return value if is_count else self.value


@dataclass(frozen=True)
class Drawn:
    """A curve that is drawn by hand in a panel: a number between low and high for each of its columns."""

    name: str
    label: str
    low: float
    high: float
    value: tuple[float, ...]
    kind: str = "drawn"

    def read(self, value: Any) -> tuple[float, ...]:
        """What the page sent, within the limits; the first curve where it is no such list."""
        numbers = isinstance(value, list) and all(isinstance(v, int | float) and math.isfinite(v) for v in value)
        if not numbers or len(value) != len(self.value):
            return self.value
        return tuple(min(max(float(v), self.low), self.high) for v in value)


Control = Slider | Choice | Button | Drawn


def read(controls: Sequence[Control], values: Any) -> dict[str, Any]:
    """The value of each control, from what the page sent."""
    sent = values if isinstance(values, Mapping) else {}
    return {control.name: control.read(sent.get(control.name, control.value)) for control in controls}

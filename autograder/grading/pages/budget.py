"""How much of a student's text a page shows, and how much of that goes through a converter.

Converters need time and memory with the square of a text, some of them; so what one page may spend on them is bounded
for all of its cells together. What is beyond that is shown as it was typed, and what is beyond that is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from autograder.grading.visible import visible

LONGEST_SHOWN_CHARACTERS = 10_000
LONGEST_LINE_CHARACTERS = 1_000
"""A cell with more characters, or a line with more, is shown as it was typed."""
HIGHLIGHTED_CHARACTERS = 100_000
RENDERED_CHARACTERS = 60_000
FORMULA_CHARACTERS = 20_000
IMAGE_CHARACTERS = 16 * 2**20
TYPED_CHARACTERS = 400_000
"""What a page has in all: code in colours, markdown that is rendered, formulas and images in it, and text as typed."""

Purpose = Literal["highlighted", "rendered", "formulas", "images", "typed"]


@dataclass
class Budget:
    """What is left for a page, in characters."""

    highlighted: int = HIGHLIGHTED_CHARACTERS
    rendered: int = RENDERED_CHARACTERS
    formulas: int = FORMULA_CHARACTERS
    images: int = IMAGE_CHARACTERS
    typed: int = TYPED_CHARACTERS

    def spend(self, purpose: Purpose, characters: int) -> bool:
        """Take something from what is left; False, and nothing taken, where it does not suffice."""
        left = getattr(self, purpose) - characters
        if left < 0:
            return False
        setattr(self, purpose, left)
        return True

    def as_typed(self, text: str) -> str:
        """Write a text as HTML, as it was typed, as far as the page has room for it."""
        shown = text[: self.typed]
        self.typed -= len(shown)
        more = f"\n[{len(text) - len(shown):,} more characters are not shown]" if len(shown) < len(text) else ""
        return f"<pre>{escape(visible(shown))}{more}</pre>"


def budget_of(context: Any) -> Budget:
    """Return the budget of the page that a jinja context belongs to."""
    resources = context.get("resources")
    return Budget() if resources is None else resources.setdefault("budget", Budget())


def is_short(text: str) -> bool:
    """Whether a cell, and each of its lines, is short enough for a converter."""
    return len(text) <= LONGEST_SHOWN_CHARACTERS and all(
        len(line) <= LONGEST_LINE_CHARACTERS for line in text.split("\n")
    )

"""A student's text as it may stand in a file, on a page or on a terminal: every sign can be seen, and none acts on what
shows it."""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
"""What sets a colour, moves the cursor or makes a link on a terminal."""
WITHOUT_WIDTH = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\ufeff]")
ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters but tabs and line feeds, signs that turn the direction of writing around, tags, half signs."""

ACCENT = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
STACKED = re.compile(f"({ACCENT}{{4}}){ACCENT}+")
"""More accents on one sign than any language has: they would cover the lines above and below."""


def visible(text: str) -> str:
    """Return a text without escape sequences, invisible signs and towers of accents; what would act otherwise is
    replaced by a sign for it. Of a line that is written over after a carriage return the last version stays, as on a
    terminal."""
    text = ESCAPE_SEQUENCE.sub("", text)
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return STACKED.sub(r"\1", ACTING.sub(REPLACEMENT, WITHOUT_WIDTH.sub("", text)))

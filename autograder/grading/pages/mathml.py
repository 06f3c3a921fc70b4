"""The formulas of a feedback page as MathML, which browsers show by themselves: no script, nothing from the internet.

Students' formulas go through here, too. Of the converter's output only listed elements and attributes are kept, and
text as text; a formula that it cannot convert is shown as it was typed.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from html import escape
from xml.etree import ElementTree

from autograder.grading.visible import visible

LONGEST_FORMULA_CHARACTERS = 2_000
MOST_FORMULAS = 500
"""In one cell."""
ELEMENTS = frozenset(
    """
    math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover
    mtable mtr mtd mstyle mpadded mphantom menclose
    """.split()  # noqa: SIM905
)
ATTRIBUTES = frozenset(
    """
    display displaystyle mathvariant stretchy fence form separator accent accentunder columnalign columnlines rowlines
    movablelimits largeop symmetric notation
    """.split()  # noqa: SIM905
)
LENGTHS_EM = {
    **{
        "width": (-1.0, 20.0),
        "height": (-1.0, 5.0),
        "depth": (-1.0, 5.0),
        "lspace": (-1.0, 2.0),
        "rspace": (-1.0, 2.0),
    },
    **{"minsize": (0.0, 4.0), "maxsize": (0.0, 4.0), "rowspacing": (0.0, 2.0), "columnspacing": (0.0, 4.0)},
    "linethickness": (0.0, 0.2),
}
"""The attributes that are lengths, with the smallest and the largest that a formula may have."""
UNITS_EM = {
    **{"em": 1.0, "ex": 0.5, "mu": 1 / 18, "px": 1 / 16, "pt": 1 / 12, "pc": 1.0, "mm": 0.24, "cm": 2.4, "in": 6.0},
    "": 1.0,
}
LENGTH = re.compile(r"([+-]?)(\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})(em|ex|mu|px|pt|pc|mm|cm|in|)", re.ASCII)
NAMED_LENGTH = re.compile(r"(negative)?(very){0,2}(thin|medium|thick)(mathspace)?")
ALIGNED = re.compile(r"\\(begin|end)\{aligned\}")
"""An environment that the converter knows under another name."""
VALUE = re.compile(r"[\w .%+-]{0,40}")


class _NotShown(Exception):
    """The converter made something that does not belong in a formula."""


@functools.lru_cache(maxsize=10_000)
def formula(tex: str, display: bool = False) -> str:
    """Convert a formula of TeX to MathML; where that fails, show it as code. display: on a line of its own."""
    try:
        if len(tex) > LONGEST_FORMULA_CHARACTERS:
            raise _NotShown
        return _mathml(tex, display)
    except Exception:
        return f"<code>{escape(f'$${tex}$$' if display else f'${tex}$')}</code>"


def _mathml(tex: str, display: bool) -> str:
    from latex2mathml.converter import convert

    tex = ALIGNED.sub(r"\\\1{split}", tex)
    made = convert(tex, display="block" if display else "inline")
    return _harmless(ElementTree.fromstring(made), depth=0)


def _harmless(element: ElementTree.Element, depth: int) -> str:
    """Write an element anew, with nothing but what is on the lists."""
    name = element.tag.rpartition("}")[2]
    if name not in ELEMENTS or depth > 60:
        raise _NotShown
    attributes = "".join(
        f' {key}="{escape(kept)}"' for key, value in element.attrib.items() if (kept := _kept(key, value))
    )
    inner = "".join(_harmless(child, depth + 1) + escape(visible(child.tail or "")) for child in element)
    return f"<{name}{attributes}>{escape(visible(element.text or ''))}{inner}</{name}>"


def _kept(name: str, value: str) -> str:
    """Return the value of an attribute as a formula may have it; "" where it may not have it at all."""
    if name in LENGTHS_EM:
        return _short_length(value, *LENGTHS_EM[name])
    if name == "scriptlevel":
        return value if value in ("0", "1", "2") else ""
    return value if name in ATTRIBUTES and VALUE.fullmatch(value) else ""


def _short_length(text: str, smallest: float, largest: float) -> str:
    """Return a length in em, made as short as it may be; "" for what is none. A plus sign, "more by", stays."""
    if NAMED_LENGTH.fullmatch(text):
        return text
    found = LENGTH.fullmatch(text.strip())
    if found is None:
        return ""
    sign = -1 if found[1] == "-" else 1
    length = min(max(sign * float(found[2]) * UNITS_EM[found[3]], smallest), largest)
    return f"{'+' * (found[1] == '+')}{length:.4g}em"


class Formulas:
    """Keeps the formulas of a text aside while the rest of it is made into harmless HTML.

    source: the text. A place holder is made from a hash of all of it, so that no text can contain its own.
    may_convert: asked for each formula; one that may not be converted is shown as it was typed.
    """

    def __init__(self, source: str, may_convert: Callable[[str], bool] = lambda tex: True) -> None:
        self._may_convert = may_convert
        self._word = f"formula{hashlib.sha256(source.encode('utf-8', 'replace')).hexdigest()}n"
        self._found: list[str] = []

    def keep(self, tex: str, display: bool) -> str:
        """Keep a formula and return its place holder."""
        if len(self._found) >= MOST_FORMULAS or not self._may_convert(tex):
            return escape(f"${tex}$")
        self._found.append(formula(tex, display))
        return f"<span>{self._word}{len(self._found) - 1}.</span>"

    def put_back(self, html: str) -> str:
        """Put the formulas in the place of their holders in HTML."""
        holder = re.compile(rf"<span>{self._word}(\d+)\.</span>")
        return holder.sub(lambda match: self._found[int(match[1])], html)

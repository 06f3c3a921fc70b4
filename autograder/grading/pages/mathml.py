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
    display displaystyle scriptlevel mathvariant stretchy fence form separator lspace rspace accent accentunder
    linethickness minsize maxsize columnalign rowspacing columnspacing columnlines rowlines width height depth
    movablelimits largeop symmetric notation
    """.split()  # noqa: SIM905
)
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
        f' {key}="{escape(value)}"'
        for key, value in element.attrib.items()
        if key in ATTRIBUTES and VALUE.fullmatch(value)
    )
    inner = "".join(_harmless(child, depth + 1) + escape(child.tail or "") for child in element)
    return f"<{name}{attributes}>{escape(element.text or '')}{inner}</{name}>"


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

"""The names that a cell defines, by the looks of its text: nothing that a student wrote is compiled in this process.

The time grows with the length of the text, whatever stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autograder.course import checked_names

FIRST_INDENT = re.compile(r"^([ \t]*)[^\s#%]", re.MULTILINE)
STATEMENT = re.compile(
    r"(?:(?:>>>|In \[\d+\]:|\.{3,}:?)[ \t]?)?"
    r"(?:(?:async[ \t]+)?(?:def|class)[ \t]+(?P<defined>\w+)"
    r"|(?P<assigned>\w+)[ \t]*(?::[^=\n]*)?=(?!=)"
    r"|(?:from[ \t]+\S+[ \t]+)?import[ \t]+(?P<imported>[^#]+))"
)


BINDING = (
    r"\b(?:def|class)[ \t]+{name}\b"
    r"|^[ \t]*(?:\w+[ \t]*,[ \t]*)*{name}\b[ \t]*(?:,[^=\n]*)?=(?!=)"
    r"|[\"']{name}[\"']\]"
)
"""What may bind a name: a definition anywhere, an assignment of several names, an entry of `globals()`."""


def names_defined(source: str) -> set[str]:
    """Return the names that the statements of a cell define, assign or import, those inside of others left out."""
    names: set[str] = set()
    for found in _statements(source):
        names |= _imported(found["imported"]) if found["imported"] else {found["defined"] or found["assigned"]}
    return names


def functions_defined(source: str) -> set[str]:
    """Return the functions and classes among the names that a cell defines."""
    return {found["defined"] for found in _statements(source) if found["defined"]}


def may_define(source: str, names: Iterable[str]) -> bool:
    """Whether a cell may bind one of some names in any way: inside an `if`, several at once, in a text that it runs."""
    return any(re.search(BINDING.format(name=re.escape(name)), source, re.MULTILINE) for name in names)


def functions_asked_for(stub: str, test: str) -> set[str]:
    """Return what an answer has to define. stub: its cell as released; test: the test cell below it."""
    return functions_defined(stub) or set(checked_names(test))


def _statements(source: str) -> Iterator[re.Match]:
    """Find the statements that bind names, at the indentation that a cell begins with or at none."""
    first = FIRST_INDENT.search(source)
    indent = first[1] if first else ""
    lines = (line.removeprefix(indent) for line in source.split("\n"))
    return (found for line in lines if (found := STATEMENT.match(line)))


def _imported(text: str) -> set[str]:
    words = (part.split() for part in text.strip("() ").split(","))
    return {(part[-1] if "as" in part else part[0].split(".")[0]) for part in words if part}

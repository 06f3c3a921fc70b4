"""The names that a cell defines, by the looks of its text: nothing that a student wrote is compiled in this process."""

from __future__ import annotations

import re

from autograder.course import checked_names

FIRST_INDENT = re.compile(r"^([ \t]*)(?:[^\s#])", re.MULTILINE)
PROMPT = r"(?:(?:>>>|In \[\d+\]:|\.{3,}:?)[ \t]?)?"
STATEMENT = (
    r"(?:(?:async[ \t]+)?(?:def|class)[ \t]+(?P<defined>\w+)"
    r"|(?P<assigned>\w+)[ \t]*(?::[^=\n]*)?=(?!=)"
    r"|(?:from[ \t]+\S+[ \t]+)?import[ \t]+(?P<imported>[^\n#]+))"
)


def names_defined(source: str) -> set[str]:
    """Return the names that the statements of a cell define, assign or import, those inside of others left out."""
    first = FIRST_INDENT.search(source)
    indent = first[1] if first else ""
    names: set[str] = set()
    for found in re.finditer(f"^(?:{indent})?{PROMPT}{STATEMENT}", source, re.MULTILINE):
        names |= _imported(found["imported"]) if found["imported"] else {found["defined"] or found["assigned"]}
    return names


def _imported(text: str) -> set[str]:
    words = (part.split() for part in text.strip("() ").split(","))
    return {(part[-1] if "as" in part else part[0].split(".")[0]) for part in words if part}


def functions_defined(source: str) -> set[str]:
    """Return the functions and classes among the names that a cell defines."""
    return {name for name in names_defined(source) if re.search(rf"\b(?:def|class)[ \t]+{name}\b", source)}


def functions_asked_for(stub: str, test: str) -> set[str]:
    """Return what an answer has to define. stub: its cell as released; test: the test cell below it."""
    return functions_defined(stub) or set(checked_names(test))

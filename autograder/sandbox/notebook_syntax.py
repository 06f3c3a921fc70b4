"""Cells as IPython reads them, in plain Python: magics, shell lines, help, prompts, a cell indented as a whole.

It runs in the student's process, where there is no IPython. Every statement keeps its line, so that an error names the
line that the student sees; the time it takes grows with the length of the cell.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

from autograder.plaindata.stand_ins import NOT_PYTHON

RUN_ONCE = ("time", "prun", "memit", "mprun", "lprun")
"""Line magics that run a statement, in the notebook's names."""
WITHOUT_PERCENT = re.compile(
    r"(?:autoreload|cat|cd|clear|conda|config|cp|less|load_ext|ls|mamba|man|matplotlib|mkdir|more|mv|pip|precision|pwd|"
    r"pylab|rm|time|timeit|uv|who|whos)(?: .*)?"
)
"""Lines with magics that IPython knows without their sign, in a cell of one line."""

CLASSIC_PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?:[ \t]|$)", re.MULTILINE)
FIRST_CLASSIC_PROMPT = re.compile(r"^[ \t]*>>>(?:[ \t]|$)", re.MULTILINE)
IPYTHON_PROMPT = re.compile(r"^(?:In \[\d+\]: ?|[ \t]*\.{3,}: ?)", re.MULTILINE)
FIRST_IPYTHON_PROMPT = re.compile(r"^In \[\d+\]:", re.MULTILINE)
MAGIC = re.compile(r"%{1,2}(?P<name>[A-Za-z_][\w.]*)(?P<rest>.*)")
ASSIGNMENT = re.compile(r"(?P<target>[\w.,* \t\[\]]++=[ \t]*+)(?P<value>[%!].*)")
HELP = re.compile(r"\?{1,2}[ \t]*+[\w.*%]++[ \t]*+|[\w.*%\[\]]++[ \t]*+\?{1,2}[ \t]*+;?[ \t]*+")
OPTIONS = re.compile(r"(?:[ \t]*-[nrp][ \t]*\d+|[ \t]*-[tcqov]+\b)*[ \t]*")
PIECE = re.compile(
    r"""(?P<comment>\#.*)|(?P<triple>\"{3}|'{3})|"(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?|(?P<open>[(\[{])|(?P<close>[)\]}])"""
)
CLOSING = {quote: re.compile(rf"\\.|{quote}") for quote in ('"' * 3, "'" * 3)}


def as_python(source: str) -> str:
    """Translate a cell into plain Python; one that is plain Python, or nothing known, comes back as it is."""
    if _is_python(source):
        return source
    text = _dedented(_without_prompts(_dedented(source)))
    if _is_python(text):
        return text
    body = _dedented("\n".join(_without_cell_magics(text.split("\n"))))
    return "\n".join(_plain_lines(body.split("\n")))


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _dedented(text: str) -> str:
    """Take away what all lines are indented by, or else what the first one is, from those that have it."""
    text = textwrap.dedent(text)
    first = re.search(r"^([ \t]*)\S", text, re.MULTILINE)
    return re.sub(f"^{first[1]}", "", text, flags=re.MULTILINE) if first and first[1] else text


def _without_prompts(text: str) -> str:
    if FIRST_CLASSIC_PROMPT.search(text):
        return CLASSIC_PROMPT.sub("", text)
    return IPYTHON_PROMPT.sub("", text) if FIRST_IPYTHON_PROMPT.search(text) else text


def _without_cell_magics(lines: list[str]) -> list[str]:
    """Replace the cell magics that a cell begins with; where one takes what is no Python, nothing else is left."""
    for place, line in enumerate(lines):
        found = MAGIC.fullmatch(line.rstrip())
        if not line.strip():
            continue
        if found is None or not line.startswith("%%"):
            break
        if NOT_PYTHON.fullmatch(found["name"]) or found["rest"].startswith("?"):
            return []
        lines[place] = _setup_line(found["name"], found["rest"])
    return lines


def _setup_line(name: str, rest: str) -> str:
    """Return what stands for the line of a cell magic: timeit's setup, the name that capture gives the output."""
    if name == "timeit":
        return OPTIONS.sub("", rest, count=1)
    word = next((word for word in rest.split() if word.isidentifier()), "")
    return f"{word} = get_ipython()" if name == "capture" and word else ""


def _plain_lines(lines: list[str]) -> Iterator[str]:
    """Replace the magics, shell lines and questions that stand where a statement begins; magics may go on after a
    backslash."""
    lone = sum(map(bool, map(str.strip, lines))) == 1
    quote, depth, inside, dropping = "", 0, False, False
    for line in lines:
        if dropping:
            dropping = line.endswith("\\")
            yield ""
            continue
        plain = None if inside else _plain_statement(line, lone)
        if plain is not None:
            dropping = line.endswith("\\")
            yield plain
            continue
        quote, depth = _open_at_end(line, quote, depth)
        inside = bool(quote) or depth > 0 or line.endswith("\\")
        yield line


def _plain_statement(line: str, lone: bool) -> str | None:
    """Return the Python of a line that is none, None for any other. lone: whether it is the only one of its cell."""
    text = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    if text.startswith("%"):
        return indent + _value(text)
    if text.startswith("!"):
        return f"{indent}get_ipython().system({text[1:]!r})"
    if HELP.fullmatch(text):
        return f"{indent}pass"
    if found := ASSIGNMENT.fullmatch(text):
        return f"{indent}{found['target']}{_value(found['value'])}"
    if lone and WITHOUT_PERCENT.fullmatch(text):
        return indent + _value(f"%{text}")
    return None


def _value(text: str) -> str:
    """Return the Python of a magic or a shell command, without its backslash at the end."""
    text = text.rstrip("\\").rstrip()
    found = MAGIC.fullmatch(text)
    if found is None:
        return f"get_ipython().system({text[1:]!r})"
    if found["name"] in RUN_ONCE and found["rest"].strip():
        return OPTIONS.sub("", found["rest"], count=1)
    return f"get_ipython().run_line_magic({found['name']!r}, {found['rest'].strip()!r})"


def _open_at_end(line: str, quote: str, depth: int) -> tuple[str, int]:
    """Return which triple quote, and how many brackets, are open at the end of a line."""
    place = 0
    while True:
        if quote:
            closing = next((one for one in CLOSING[quote].finditer(line, place) if one[0] == quote), None)
            if closing is None:
                return quote, depth
            place, quote = closing.end(), ""
        opening = None
        for piece in PIECE.finditer(line, place):
            depth += bool(piece["open"]) - bool(piece["close"])
            if piece["triple"]:
                opening = piece
                break
        if opening is None:
            return "", max(depth, 0)
        place, quote = opening.end(), opening["triple"]

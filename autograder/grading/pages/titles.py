"""What graded cells are called on a page: a kernel by its name, a written question by its heading and first words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode

from autograder.course import grading_of, text_of

LONGEST_TITLE_CHARACTERS = 72
HEADING = re.compile(r"^#{1,6}[ \t]+(.*?)[ \t]*#*$", re.MULTILINE)
REMARK = re.compile(r"\s*\((?:written|\d+ points?)[^)]*\)")
"""What a heading says about points: the page says it beside the title."""


def titles_of(cells: Iterable[NotebookNode]) -> dict[str, str]:
    """Return the title of each graded cell of an autograded notebook, by grade_id, as plain text."""
    found, question = {}, ""
    for cell in cells:
        marks = grading_of(cell)
        if marks.get("grade"):
            name = marks["grade_id"]
            written = marks.get("solution") and cell.cell_type == "markdown"
            found[name] = (question_title(question) if written else "") or name.replace("_test", "")
        if cell.cell_type == "markdown" and not marks and not cell.get("id", "").startswith("added-"):
            question = text_of(cell)
    return found


def question_title(question: str) -> str:
    """Name a written question in one line; "" where its text says nothing that could be one."""
    headings = list(HEADING.finditer(question))
    heading = REMARK.sub("", headings[-1][1]) if headings else ""
    asked = question[headings[-1].end() :] if headings else question
    words = _plain(asked).split("$")[0].split()
    title = f"{_plain(heading)}:" if heading and words else _plain(heading)
    for word in words:
        if len(title) + len(word) + 1 > LONGEST_TITLE_CHARACTERS:
            return f"{title} …"
        title = f"{title} {word}".strip()
        if word.endswith((".", "?")):
            return title
    return f"{title} …" if "$" in asked else title


def _plain(text: str) -> str:
    """Return a text without the signs of markdown."""
    return " ".join(re.sub(r"[*`_#>]|<[^>]{0,80}>", "", text).split())

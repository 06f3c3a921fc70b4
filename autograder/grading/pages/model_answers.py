"""The model answer and the mark scheme of an answer, for Formgrader to show beside what the student wrote.

They are read from source/ when somebody grades, and stand in no notebook and on no page that students get.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from autograder.course import Cell, grading_of, read, text_of

SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION[ \t]*\n(.*?)^[ \t]*### END SOLUTION", re.MULTILINE | re.DOTALL)
MARK_SCHEME = re.compile(
    r"^[ \t]*### BEGIN MARK SCHEME[ \t]*\n(.*?)^[ \t]*### END MARK SCHEME", re.MULTILINE | re.DOTALL
)


def model_answer(context: Any) -> tuple[str, str]:
    """Return the model answer and the mark scheme of the cell of a jinja context, as their cells' kind has them.

    "" where there is none, or where the page is not one of a notebook in autograded/.
    """
    name = ((context.get("cell") or {}).get("metadata") or {}).get("nbgrader", {}).get("grade_id", "")
    place = (context.get("resources") or {}).get("metadata") or {}
    folder = Path(place.get("path") or "")
    if not name or len(folder.parents) < 3:
        return "", ""
    source = folder.parents[2] / "source" / folder.name / f"{place.get('name')}.ipynb"
    try:
        return _model_answers(source, source.stat().st_mtime_ns).get(name, ("", ""))
    except (OSError, ValueError):
        return "", ""


@functools.lru_cache(maxsize=16)
def _model_answers(source: Path, changed: int) -> dict[str, tuple[str, str]]:
    """Read the answers and mark schemes of an instructor's notebook, by the answer's grade_id."""
    found, schemes = {}, list[str]()
    for cell in read(source)["cells"]:
        schemes += [scheme.strip() for scheme in MARK_SCHEME.findall(text_of(cell))]
        marks = grading_of(cell)
        if marks.get("solution") or marks.get("task"):
            found[marks["grade_id"]] = _answer_in(cell), "\n\n".join(schemes)
        if marks.get("grade") or marks.get("task"):
            schemes = []
    return found


def _answer_in(cell: Cell) -> str:
    """Return what stands between the marks of a solution; all of a written answer that has none."""
    text = MARK_SCHEME.sub("", text_of(cell))
    parts = [part.strip("\n") for part in SOLUTION.findall(text)]
    if cell["cell_type"] == "code":
        return re.sub(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", "", text, flags=re.MULTILINE) if parts else ""
    return "\n\n".join(parts) if parts else text

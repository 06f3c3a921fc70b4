"""The model answer to an exercise, for Formgrader to show beside what the student wrote.

It is read from source/ when somebody grades, and stands in no notebook and on no page that students get.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from autograder.course import Cell, grading_of, read, text_of, without_solution_marks

SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION[ \t]*\n(.*?)^[ \t]*### END SOLUTION", re.MULTILINE | re.DOTALL)


def model_answer(context: Any) -> str:
    """Return the model answer to the cell of a jinja context, as code or markdown.

    "" where there is none, or where the page is not one of a notebook in autograded/.
    """
    name = ((context.get("cell") or {}).get("metadata") or {}).get("nbgrader", {}).get("grade_id", "")
    place = (context.get("resources") or {}).get("metadata") or {}
    folder = Path(place.get("path") or "")
    if not name or len(folder.parents) < 3:
        return ""
    source = folder.parents[2] / "source" / folder.name / f"{place.get('name')}.ipynb"
    try:
        return _model_answers(source, source.stat().st_mtime_ns).get(name, "")
    except (OSError, ValueError):
        return ""


@functools.lru_cache(maxsize=16)
def _model_answers(source: Path, changed: int) -> dict[str, str]:
    """Read the answers of an instructor's notebook by their grade_id."""
    cells = [cell for cell in read(source)["cells"] if grading_of(cell).get("solution")]
    return {grading_of(cell)["grade_id"]: _answer_in(cell) for cell in cells}


def _answer_in(cell: Cell) -> str:
    """Return code with its solution; of a written answer what stands between the marks, or all where there are none."""
    text = text_of(cell)
    if cell["cell_type"] == "code":
        return without_solution_marks(text)
    return "\n\n".join(SOLUTION.findall(text)) or text

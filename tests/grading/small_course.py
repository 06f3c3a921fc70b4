"""A course folder small enough to be graded in seconds: one chapter, two notebooks, three kernels of the catalogue."""

from __future__ import annotations

import copy
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.course import ROOT, Cell, CellKind, Chapter, Course, Notebook, grading_of, read, text_of
from autograder.exercises import catalogue
from autograder.grading.gradebook.release import make_release

CHAPTER = "1_small"
UNITS, GRADIENTS = SECTIONS = ("1_units", "2_gradients")
WORD = "plankton"
"""Stands in the instructor's text."""
HIDDEN_WORD = "barnacle"
"""Stands in hidden tests, solutions and the mark scheme alone."""

RIGHT = {
    "elu": "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))",
    "relu": "def relu(z):\n    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)",
    "double": "def double(n):\n    return 2 * n",
    "why": "Because the slope is never zero.",
    "elu_backward": (
        "def elu_backward(dout, z, alpha=1.0):\n    return dout * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))"
    ),
}
ALPHA_FORGOTTEN = "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))"
POINTS = {name: catalogue()[name].points for name in ("elu", "relu", "elu_backward")}
DOUBLE_POINTS, WHY_POINTS = 2, 3
FULL = sum(POINTS.values()) + DOUBLE_POINTS

CONFIGURATION = f"""\
import sys
from pathlib import Path

sys.path.insert(0, {str(ROOT)!r})

from autograder.grading.gradebook.nbgrader_config import configure

configure(get_config(), Path(__file__).resolve().parent)
c = get_config()
for name in ("start_seconds", "cell_seconds", "call_seconds", "submission_seconds"):
    setattr(c.Limits, name, 3600.0)
"""


def cell(kind: CellKind, name: str, source: str, **marks: Any) -> Cell:
    """A cell of a notebook, with nbgrader's metadata if there are marks."""
    found: Cell = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
    if kind == "code":
        found.update(execution_count=None, outputs=[])
    if marks:
        plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
        found["metadata"]["nbgrader"] = {**plain, "grade_id": name, **marks}
    return found


def notebook(*cells: Cell) -> Notebook:
    """A notebook of today's format."""
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": list(cells), "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def exercise(name: str) -> list[Cell]:
    """An answer cell with the right answer as the solution, and the test cell of a kernel."""
    head, body = RIGHT[name].split("\n", 1)
    test = f'check({name})\n### BEGIN HIDDEN TESTS\ncheck({name}, cases="hidden")\n### END HIDDEN TESTS'
    return [
        cell(
            "code",
            name,
            f"{head}\n    ### BEGIN SOLUTION\n{body}  # {HIDDEN_WORD}\n    ### END SOLUTION",
            solution=True,
        ),
        cell("code", f"{name}_test", test, grade=True, locked=True, points=POINTS[name]),
    ]


def instructors_notebooks() -> dict[str, Notebook]:
    """The two notebooks of source/ by section."""
    setup = cell("code", "setup", "import numpy as np\n\nfrom autograder import check, lab")
    own_tests = (
        f"assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(-1) == -2, '{HIDDEN_WORD}'\n### END HIDDEN TESTS"
    )
    units = notebook(
        cell("markdown", "title", f"# Units\n\nAll about {WORD}."),
        setup,
        *exercise("elu"),
        cell("markdown", "between", "Another one."),
        *exercise("relu"),
        cell(
            "code",
            "double",
            f"def double(n):\n    ### BEGIN SOLUTION\n    return 2 * n  # {HIDDEN_WORD}\n    ### END SOLUTION",
            solution=True,
        ),
        cell("code", "double_test", own_tests, grade=True, locked=True, points=DOUBLE_POINTS),
        cell("markdown", "question", "Why is ELU better?"),
        cell(
            "markdown",
            "why",
            f"### BEGIN SOLUTION\nBecause of the {HIDDEN_WORD}.\n### END SOLUTION",
            grade=True,
            solution=True,
            points=WHY_POINTS,
        ),
        cell("code", "experiment", "elu(np.linspace(-3, 3, 5))"),
    )
    gradients = notebook(cell("markdown", "title", "# Gradients"), copy.deepcopy(setup), *exercise("elu_backward"))
    return {UNITS: units, GRADIENTS: gradients}


def make_course(root: Path) -> Course:
    """The small course in an empty folder, not yet released."""
    folder = root / "source" / CHAPTER
    folder.mkdir(parents=True)
    for section, content in instructors_notebooks().items():
        write(folder / f"{section}.ipynb", content)
    (root / "nbgrader_config.py").write_text(CONFIGURATION, encoding="utf-8")
    return Course(root)


def released_course(root: Path) -> Course:
    """The small course with its release and its gradebook."""
    course = make_course(root)
    make_release(Chapter(course, CHAPTER))
    return course


def write(path: Path, content: Any) -> None:
    """Write JSON."""
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def folder_of(course: Course, student: str) -> Path:
    """Where a student's submission is; made if it is not there."""
    folder = course.root / "submitted" / student / CHAPTER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def released(course: Course, section: str) -> Notebook:
    """A notebook as students get it."""
    return read(course.root / "release" / CHAPTER / f"{section}.ipynb")


def answered(course: Course, section: str, answers: dict[str, str], extra: Iterable[tuple[str, Cell]] = ()) -> Notebook:
    """A released notebook with answers by grade_id, and cells of the student's own after others (by grade_id)."""
    found = released(course, section)
    cells = []
    for one in found["cells"]:
        name = grading_of(one).get("grade_id", "")
        one["source"] = answers.get(name, text_of(one))
        cells += [one, *(own for after, own in extra if after == name)]
    found["cells"] = cells
    return found


def hand_in(
    course: Course,
    student: str,
    answers: dict[str, str] | None = None,
    *,
    extra: Iterable[tuple[str, Cell]] = (),
    sections: Iterable[str] = SECTIONS,
) -> None:
    """Hand in a chapter. answers: by grade_id, beside the right ones; None: as released."""
    given = {} if answers is None else {**RIGHT, **answers}
    for section in sections:
        write(folder_of(course, student) / f"{section}.ipynb", answered(course, section, given, extra))


Scores = dict[tuple[str, str, str], tuple[float | None, float | None, bool]]

QUERY = """
select student.id, notebook.name, cell.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade
from grade
join submitted_notebook on grade.notebook_id = submitted_notebook.id
join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
join student on submitted_assignment.student_id = student.id
join notebook on submitted_notebook.notebook_id = notebook.id
join grade_cells on grade.cell_id = grade_cells.id
join base_cell as cell on grade_cells.id = cell.id
"""


def gradebook(course: Course) -> Scores:
    """The gradebook: (student, section, cell) -> (automatic score, manual score, whether a person has to look)."""
    with sqlite3.connect(course.root / "gradebook.db") as database:
        rows = database.execute(QUERY).fetchall()
    return {(row[0], row[1], row[2]): (row[3], row[4], bool(row[5])) for row in rows}


def scores_of(course: Course, student: str) -> dict[str, float | None]:
    """A student's automatic scores by cell."""
    return {name: row[0] for (who, _, name), row in gradebook(course).items() if who == student}


def autograded(course: Course) -> dict[str, bytes]:
    """Every file under autograded/ by its path, less the notes that differ by seconds."""
    folder = course.root / "autograded"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

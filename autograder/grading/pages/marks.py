"""What the feedback page of a notebook says beside each cell, found out before it is written."""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode

from autograder.course import grading_of
from autograder.grading.gradebook.grades import CellGrade, NotebookGrades
from autograder.grading.pages.titles import titles_of


def mark(cells: Iterable[NotebookNode], grades: NotebookGrades) -> None:
    """Put into each cell's metadata, as `page`, what its place on the page says.

    anchor: the name of the place, before the answer, that links to a graded cell lead to; "" for most cells.
    comment: a person's, or nbgrader's automatic one, or "".
    link, title, score, points, waiting, changed: of a graded cell. lost: whether it, or the cell that it grades, lost
    points.
    """
    cells = list(cells)
    titles = titles_of(cells)
    before: list[NotebookNode] = []
    for cell in cells:
        marks = grading_of(cell)
        comment = grades.comments.get(marks.get("grade_id", ""), "")
        cell.metadata["page"] = {"anchor": "", "lost": False, "graded": False, "comment": comment}
        if marks.get("grade"):
            name = marks["grade_id"]
            grade = grades.cells.get(name)
            cell.metadata["page"].update(_of_graded(grade), graded=True, title=titles[name], link=name)
            cell.metadata["page"].setdefault("points", float(marks["points"]))
            _mark_before(before, cell)
            before = []
        elif marks.get("solution"):
            before = [*(one for one in before if one.cell_type == "code"), cell]
        elif cell.cell_type == "markdown" and not any(map(grading_of, before)):
            before = [cell]


def _of_graded(grade: CellGrade | None) -> dict[str, bool | float]:
    if grade is None:
        return {"score": 0.0, "waiting": True, "changed": False, "lost": False}
    return {
        "score": grade.score,
        "points": grade.points,
        "waiting": grade.waits,
        "changed": grade.changed and not grade.waits,
        "lost": grade.score < grade.points and not grade.waits,
    }


def _mark_before(before: list[NotebookNode], graded: NotebookNode) -> None:
    """Mark what belongs to a graded cell and stands before it: the answer to a test, or the question."""
    written = bool(grading_of(graded).get("solution"))
    own = [cell for cell in before if written or grading_of(cell)]
    for cell in own:
        cell.metadata["page"]["lost"] = graded.metadata["page"]["lost"]
    if own:
        anchor = f"{grading_of(graded)['grade_id']}_before"
        own[0].metadata["page"]["anchor"] = graded.metadata["page"]["link"] = anchor


def without_students_text(notebook: NotebookNode) -> None:
    """Take out everything that a student wrote or printed; the reports stay."""
    kept = []
    for cell in notebook.cells:
        marks = grading_of(cell)
        if cell.get("id", "").startswith("added-"):
            continue
        if marks.get("solution") or (cell.cell_type == "code" and not marks.get("grade")):
            cell.source = "(not shown)"
            cell.pop("attachments", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.output_type == "display_data"]
        kept.append(cell)
    notebook.cells = kept

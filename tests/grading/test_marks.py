"""What a feedback page says beside a cell."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.grading.gradebook.grades import CellGrade, NotebookGrades
from autograder.grading.pages.marks import mark


def graded_cell():
    return new_code_cell("check(relu)", metadata={"nbgrader": {"grade": True, "grade_id": "relu_test", "points": 5}})


def test_a_graded_cell_has_the_points_that_the_gradebook_has():
    cell = graded_cell()
    grades = {"relu_test": CellGrade(4.0, 1.0, 3.0, 0.5, waits=False)}
    mark([cell], NotebookGrades(cells=grades))
    page = cell.metadata["page"]
    assert (page["score"], page["points"]) == (3.5, 4.0)
    assert page["lost"] and page["changed"] and not page["waiting"]


def test_a_graded_cell_that_the_gradebook_does_not_know_waits():
    cell = graded_cell()
    mark([cell], NotebookGrades())
    assert cell.metadata["page"]["waiting"] and not cell.metadata["page"]["lost"]
    assert cell.metadata["page"]["points"] == 5.0


def test_a_comment_stands_at_the_cell_that_it_is_on():
    cells = [new_markdown_cell("why", metadata={"nbgrader": {"solution": True, "grade_id": "why"}}), graded_cell()]
    mark(cells, NotebookGrades(comments={"why": "Say more."}))
    assert [cell.metadata["page"]["comment"] for cell in cells] == ["Say more.", ""]

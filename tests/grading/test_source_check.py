"""What could not be graded is named before students get it: the notebook, the cell, and what is wrong."""

from __future__ import annotations

import copy

import pytest

from autograder.course import Cell
from autograder.grading.intake.source_check import problems_of
from tests.grading.small_course import cell, exercise, instructors_notebooks, notebook, write


def problems(tmp_path, *cells: Cell) -> list[str]:
    """What is said of a notebook with an exercise and some cells more."""
    write(tmp_path / "2_elu.ipynb", notebook(*exercise("elu"), *cells))
    return problems_of(tmp_path / "2_elu.ipynb")


def graded_cell(source: str, **marks) -> Cell:
    return cell("code", "t", source, **{"grade": True, "locked": True, "points": 2, **marks})


def without(made: Cell, mark: str) -> Cell:
    """The same cell, less one of nbgrader's marks."""
    made = copy.deepcopy(made)
    del made["metadata"]["nbgrader"][mark]
    return made


WRONG = {
    "a copied test cell": (
        {**exercise("elu")[1], "id": "copied"},
        "2_elu: elu_test is there twice. Give the copied cell another name, or delete it",
    ),
    "a cell with the id of another": (
        cell("code", "elu", "x = 1"),
        "2_elu: two cells have the id 'elu'. Delete one of them and make it anew",
    ),
    "a test cell without points": (without(graded_cell("check(elu)"), "points"), "2_elu: the cell t has no points"),
    "negative points": (graded_cell("check(elu)", points=-1), "2_elu: the cell t has metadata that nbgrader refuses: "),
    "points that are text": (graded_cell("check(elu)", points="3"), "2_elu: the cell t has metadata that nbgrader"),
    "a graded cell without a name": (graded_cell("check(elu)", grade_id=""), "2_elu: cell 3 has no name (grade_id)"),
    "a name with a space": (graded_cell("check(elu)", grade_id="my test"), "2_elu: the cell my test has metadata"),
    "a mark that is missing": (without(graded_cell("check(elu)"), "locked"), "'locked' is a required property"),
    "metadata of an old nbgrader": (graded_cell("check(elu)", schema_version=1), "`nbgrader update source`"),
    "metadata that are a list": (
        {**cell("code", "t", ""), "metadata": {"nbgrader": []}},
        "2_elu: cell 3 has metadata of nbgrader that are no table of values",
    ),
    "a graded text that is no answer": (
        cell("markdown", "t", "Why?", grade=True, points=1),
        "is not marked as a solution cell",
    ),
    "a name with a typing error": (
        graded_cell("check(eluu)"),
        "2_elu: the cell t checks eluu, which is no exercise. Did you mean elu?",
    ),
    "a name like no other": (graded_cell("check(qqqqqqqq)"), "2_elu: the cell t checks qqqqqqqq, which is no exercise"),
    "a check of nothing": (graded_cell("check()"), "2_elu: the cell t calls check without the name of a function"),
    "a check that is no Python": (graded_cell("check(elu"), "2_elu: the cell t is no Python: '(' was never closed"),
}


@pytest.mark.parametrize(("wrong", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_cell_is_named(tmp_path, wrong, told):
    assert [problem for problem in problems(tmp_path, wrong) if problem.startswith("2_elu: ") and told in problem]


@pytest.mark.parametrize(
    "source",
    ["check(elu)", "check(elu, cases=1)", "assert elu(1) == 1", "%time check(elu)", "check(function=elu)"],
)
def test_a_right_test_cell_is_not(tmp_path, source):
    assert problems(tmp_path, graded_cell(source)) == []


def test_a_notebook_saved_by_colab_has_no_ids(tmp_path):
    made = instructors_notebooks()["1_units"]
    for one in made["cells"]:
        del one["id"]
    write(tmp_path / "a.ipynb", {**made, "nbformat_minor": 0})
    told = "a: its cells have no id, as Colab saves them. Open the notebook in JupyterLab and save it once"
    assert problems_of(tmp_path / "a.ipynb") == [told]


@pytest.mark.parametrize("content", [None, [], {"cells": 5}, {"cells": [1]}])
def test_a_file_that_is_no_notebook_is_left_to_nbgrader(tmp_path, content):
    write(tmp_path / "a.ipynb", content)
    assert problems_of(tmp_path / "a.ipynb") == []
    assert problems_of(tmp_path / "b.ipynb") == []

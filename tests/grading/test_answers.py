"""What a person's points were given for: a hash of what the student wrote, and of nothing else."""

from __future__ import annotations

import copy

import pytest

from autograder.grading.gradebook.answers import answers_in
from tests.grading.small_course import cell, notebook

NOTEBOOK = notebook(
    cell("code", "elu", "def elu(z): ...", solution=True),
    cell("code", "elu_test", "check(elu)", grade=True, locked=True, points=6),
    cell("markdown", "between", "Another one."),
    cell("markdown", "why", "Because.", grade=True, solution=True, points=3),
    cell("code", "relu", "def relu(z): ...", solution=True),
    cell("code", "relu_test", "check(relu)", grade=True, locked=True, points=5),
    cell("code", "relu_more", "assert relu(1) == 1", grade=True, locked=True, points=1),
    cell("markdown", "show", "Show it.", task=True, locked=True, points=2),
)


def own(source: str):
    return cell("code", "added-0", source)


CHANGES = {
    "the answer itself": (lambda cells: cells[3].update(source="Since."), {"why"}),
    "spaces around an answer": (lambda cells: cells[3].update(source="Because.\n"), set()),
    "a picture in an answer": (lambda cells: cells[3].update(attachments={"p.png": {"image/png": "aaaa"}}), {"why"}),
    "a function": (lambda cells: cells[0].update(source="def elu(z): return z"), {"elu_test"}),
    "a function that two cells test": (lambda cells: cells[4].update(source=""), {"relu_test", "relu_more"}),
    "a cell above a function": (lambda cells: cells.insert(0, own("import math")), {"elu_test"}),
    "a cell below a written answer": (lambda cells: cells.insert(4, own("more")), {"why", "relu_test", "relu_more"}),
    "a cell below a task": (lambda cells: cells.append(own("shown")), {"show"}),
    "points": (lambda cells: cells[3]["metadata"]["nbgrader"].update(points=5), {"why"}),
    "a test": (lambda cells: cells[1].update(source="check(elu, cases='hidden')"), set()),
    "a text of the course": (lambda cells: cells[2].update(source="The next one."), set()),
}


@pytest.mark.parametrize(("change", "changed"), CHANGES.values(), ids=CHANGES)
def test_the_answers_that_changed_are_those_that_belong_to_what_changed(change, changed):
    after = copy.deepcopy(NOTEBOOK)
    change(after["cells"])
    old, new = answers_in(NOTEBOOK), answers_in(after)
    assert set(old) == {"elu_test", "why", "relu_test", "relu_more", "show"}
    assert {name for name in old if old[name] != new[name]} == changed


def test_a_notebook_that_is_not_there_has_no_answers():
    assert answers_in({}) == {}

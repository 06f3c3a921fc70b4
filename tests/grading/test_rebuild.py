"""Rebuilding a submission: everything but the answers is the instructor's, whatever the student did to it."""

from __future__ import annotations

import json
import re
from html import unescape

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import grading_of
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.intake.rebuild import Rebuilt, rebuild
from autograder.grading.intake.submission import Submitted, parse
from autograder.grading.pages.safe_markdown import students_markdown
from tests.grading.small_course import CHAPTER, HIDDEN_WORD, RIGHT, UNITS, answered, cell


@pytest.fixture
def instructors(template) -> NotebookNode:
    """The instructor's notebook, ready for grading."""
    return master(template, f"{CHAPTER}/{UNITS}")


@pytest.fixture
def submitted(template) -> dict:
    """A notebook with the right answers, as handed in."""
    return answered(template, UNITS, RIGHT)


def rebuilt(instructors: NotebookNode, submitted: dict) -> Rebuilt:
    return rebuild(instructors, parse(json.dumps(submitted).encode()))


def at(notebook: dict, name: str) -> dict:
    """A cell by its grade_id or id."""
    return next(one for one in notebook["cells"] if grading_of(one).get("grade_id", one["id"]) == name)


def place(notebook: dict, name: str) -> int:
    return notebook["cells"].index(at(notebook, name))


def test_an_honest_submission_is_rebuilt_with_its_answers_and_no_flag(instructors, submitted):
    """As the instructor's notebook."""
    found = rebuilt(instructors, submitted)
    assert found.flags == []
    assert [one.id for one in found.notebook.cells] == [one.id for one in instructors.cells]
    for name in ("elu", "relu", "double", "why"):
        assert at(found.notebook, name).source == RIGHT[name]


def test_the_test_cells_hold_the_hidden_tests_again(instructors, submitted):
    found = rebuilt(instructors, submitted)
    assert HIDDEN_WORD not in json.dumps(submitted)
    assert HIDDEN_WORD in at(found.notebook, "double_test").source
    assert 'cases="hidden"' in at(found.notebook, "elu_test").source


def test_the_instructors_solutions_are_not_in_it(instructors, submitted):
    assert "### BEGIN SOLUTION" not in json.dumps(rebuilt(instructors, submitted).notebook)


def test_the_metadata_are_the_instructors(instructors, submitted):
    submitted["metadata"] = {"kernelspec": {"name": "julia"}, "widgets": {"state": "x"}}
    at(submitted, "elu_test")["metadata"]["nbgrader"].update(points=1000, locked=False, solution=True)
    found = rebuilt(instructors, submitted)
    assert found.notebook.metadata == {"kernelspec": instructors.metadata.kernelspec}
    assert at(found.notebook, "elu_test").metadata == at(instructors, "elu_test").metadata


def tamper_by_deleting(notebook):
    notebook["cells"].remove(at(notebook, "elu_test"))


def tamper_by_editing(notebook):
    at(notebook, "elu_test")["source"] = "pass"


def tamper_by_duplicating(notebook):
    notebook["cells"].append(dict(at(notebook, "elu_test")))


def tamper_with_points(notebook):
    at(notebook, "elu_test")["metadata"]["nbgrader"]["points"] = 1000


def tamper_by_unlocking(notebook):
    at(notebook, "elu_test")["metadata"]["nbgrader"].update(locked=False)


def tamper_by_calling_it_a_solution(notebook):
    at(notebook, "elu_test")["metadata"]["nbgrader"].update(solution=True, grade=False)


def tamper_by_making_it_markdown(notebook):
    at(notebook, "elu_test")["cell_type"] = "markdown"


def tamper_by_moving_it_before_the_answer(notebook):
    moved = at(notebook, "elu_test")
    notebook["cells"].remove(moved)
    notebook["cells"].insert(place(notebook, "elu"), moved)


def tamper_by_removing_its_metadata(notebook):
    one = at(notebook, "elu_test")
    one["id"], one["metadata"] = "elu_test", {}


def tamper_by_naming_an_answer_after_it(notebook):
    own = cell("code", "own", "def elu(z): return 0", grade_id="elu_test", solution=True)
    notebook["cells"].append(own)


TAMPERING = {
    tamper_by_unlocking: "the settings of elu_test were changed (lock): the instructor's were used",
    tamper_by_calling_it_a_solution: (
        "the settings of elu_test were changed (graded or not, answer or not): the instructor's were used"
    ),
    tamper_by_making_it_markdown: "the test cell elu_test was changed: the instructor's was used",
    tamper_by_moving_it_before_the_answer: "cells were moved: the instructor's order was used",
    tamper_by_removing_its_metadata: "the cell elu_test had lost nbgrader's metadata: it was known by its id",
    tamper_by_naming_an_answer_after_it: "the test cell elu_test was there more than once: the copies were left out",
    tamper_by_deleting: "the test cell elu_test was missing: the instructor's was put back",
    tamper_by_editing: "the test cell elu_test was changed: the instructor's was used",
    tamper_by_duplicating: "the test cell elu_test was there more than once: the copies were left out",
    tamper_with_points: "the points of elu_test were changed: the instructor's were used",
}


@pytest.mark.parametrize(("tamper", "flag"), TAMPERING.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_test_cell_is_the_instructors_whatever_was_done_to_it(instructors, submitted, tamper, flag):
    tamper(submitted)
    found = rebuilt(instructors, submitted)
    assert found.flags == [flag]
    assert [one for one in found.notebook.cells if "check(elu)" in one.source] == [at(instructors, "elu_test")]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_test_cell_of_another_type_is_the_instructors(instructors, submitted, kind):
    at(submitted, "elu_test")["cell_type"] = kind
    assert at(rebuilt(instructors, submitted).notebook, "elu_test") == at(instructors, "elu_test")


def test_a_test_cell_that_was_moved_stands_where_the_instructor_put_it(instructors, submitted):
    moved = at(submitted, "elu_test")
    submitted["cells"].remove(moved)
    submitted["cells"].insert(0, moved)
    found = rebuilt(instructors, submitted)
    assert [one.id for one in found.notebook.cells] == [one.id for one in instructors.cells]


def test_a_test_cell_with_blanks_around_it_was_not_changed(instructors, submitted):
    at(submitted, "elu_test")["source"] += "\n\n"
    assert rebuilt(instructors, submitted).flags == []


@pytest.mark.parametrize("name", ["elu", "why"])
def test_a_missing_answer_is_as_released_and_told(instructors, submitted, name):
    submitted["cells"].remove(at(submitted, name))
    found = rebuilt(instructors, submitted)
    assert found.flags == [f"the answer cell {name} was missing: the instructor's was put back"]
    assert at(found.notebook, name) == at(instructors, name)


@pytest.mark.parametrize(("name", "kind"), [("elu", "markdown"), ("why", "code"), ("elu", "raw")])
def test_an_answer_of_another_type_is_as_released_and_told(instructors, submitted, name, kind):
    at(submitted, name)["cell_type"] = kind
    found = rebuilt(instructors, submitted)
    assert found.flags == [f"the cell {name} has another type than the released one: the instructor's was put back"]
    assert at(found.notebook, name) == at(instructors, name)


def test_of_two_answers_the_first_counts(instructors, submitted):
    """The second is a cell of the student's own."""
    again = {**at(submitted, "elu"), "source": "def elu(z): return z"}
    submitted["cells"].append(again)
    found = rebuilt(instructors, submitted)
    assert at(found.notebook, "elu").source == RIGHT["elu"]
    assert found.notebook.cells[-1].source == again["source"]
    assert not grading_of(found.notebook.cells[-1])


def test_the_instructors_text_is_untouched(instructors, submitted):
    at(submitted, "title")["source"] = "# Free points"
    at(submitted, "between")["attachments"] = {"a.png": {"image/png": "aGVs"}}
    submitted["cells"].remove(at(submitted, "question"))
    found = rebuilt(instructors, submitted).notebook
    for name in ("title", "between", "question"):
        assert at(found, name) == at(instructors, name)


def test_the_students_experiments_in_the_instructors_cells_are_kept(instructors, submitted):
    at(submitted, "experiment")["source"] = "elu(np.zeros(3))"
    assert at(rebuilt(instructors, submitted).notebook, "experiment").source == "elu(np.zeros(3))"


def test_cells_of_the_students_own_keep_their_place_and_lose_their_marks(instructors, submitted):
    own = cell("code", "own", "helper = 1", grade=True, locked=True, points=100)
    note = cell("markdown", "note", "a note")
    submitted["cells"].insert(place(submitted, "relu") + 1, own)
    submitted["cells"].insert(0, note)
    found = rebuilt(instructors, submitted).notebook
    assert found.cells[0].source == "a note"
    after = found.cells[place(found, "relu") + 1]
    assert (after.source, after.metadata) == ("helper = 1", {})
    assert len({one.id for one in found.cells}) == len(found.cells)


@pytest.mark.parametrize("text", ["<div id='why'>x</div>", "```\n# a\n```", "", "`" * 50])
def test_a_raw_cell_of_the_students_is_text_in_a_block_of_code(instructors, submitted, text):
    submitted["cells"].append(cell("raw", "own", text))
    found = rebuilt(instructors, submitted).notebook.cells[-1]
    assert found.cell_type == "markdown"
    shown = re.fullmatch(r"<pre><code>(.*)</code></pre>\s*", students_markdown({}, found.source), re.DOTALL)
    assert unescape(shown[1]).strip("\n") == text


def test_images_of_a_written_answer_are_kept_and_nothing_else(instructors, submitted):
    at(submitted, "why")["attachments"] = {"a.png": {"image/png": "aGVs", "text/html": "<script>"}}
    found = at(rebuilt(instructors, submitted).notebook, "why")
    assert found.attachments == {"a.png": {"image/png": "aGVs"}}


def test_outputs_are_dropped(instructors, submitted):
    at(submitted, "experiment")["outputs"] = [
        {"output_type": "display_data", "data": {"text/html": "<script>"}, "metadata": {}}
    ]
    assert "<script>" not in json.dumps(rebuilt(instructors, submitted).notebook)


def test_an_empty_notebook_is_as_released_with_a_flag_for_each_cell(instructors):
    found = rebuild(instructors, Submitted([]))
    assert found.notebook.cells == instructors.cells
    assert len(found.flags) == 7


def test_the_master_is_not_changed(instructors, submitted):
    before = json.dumps(instructors)
    rebuilt(instructors, submitted)
    assert json.dumps(instructors) == before


def test_cells_without_ids_are_the_instructors_still(template, submitted):
    for one in submitted["cells"]:
        del one["id"]
    found = rebuilt(master(template, f"{CHAPTER}/{UNITS}"), submitted)
    assert at(found.notebook, "elu").source == RIGHT["elu"]
    assert at(found.notebook, "title").source.startswith("# Units")


@pytest.mark.parametrize("odd", [5, None, ["elu_test"], {"a": 1}, True, 1e400, "\ud800", "x" * 10**5])
def test_a_grade_id_that_is_no_name_is_none(instructors, submitted, odd):
    own = cell("code", "own", "x = 1", grade_id=odd)
    submitted["cells"].append(own)
    found = rebuilt(instructors, submitted)
    assert found.flags == []
    assert found.notebook.cells[-1].source == "x = 1"


def test_an_answer_that_lost_its_metadata_is_known_by_its_id_and_told(instructors, submitted):
    one = at(submitted, "elu")
    one["id"], one["metadata"] = (
        next(cell.id for cell in instructors.cells if grading_of(cell).get("grade_id") == "elu"),
        {},
    )
    found = rebuilt(instructors, submitted)
    assert at(found.notebook, "elu").source == RIGHT["elu"]
    assert found.flags == ["the cell elu had lost nbgrader's metadata: it was known by its id"]


def test_two_cells_that_swapped_their_names_swap_their_answers(instructors, submitted):
    """And no test cell."""
    elu, test = at(submitted, "elu"), at(submitted, "elu_test")
    elu["metadata"]["nbgrader"]["grade_id"], test["metadata"]["nbgrader"]["grade_id"] = "elu_test", "elu"
    found = rebuilt(instructors, submitted)
    assert at(found.notebook, "elu_test") == at(instructors, "elu_test")
    assert "the test cell elu_test was changed: the instructor's was used" in found.flags


def test_the_ids_of_all_cells_differ_and_are_valid(instructors, submitted):
    """Whatever the student's are."""
    for number in range(30):
        submitted["cells"].insert(number, {**cell("code", "same", "x = 1"), "id": ["title", "añ b", "", 5][number % 4]})
    found = rebuilt(instructors, submitted).notebook
    nbformat.validate(found)
    assert len({one.id for one in found.cells}) == len(found.cells)


def test_what_reading_the_file_noted_is_flagged(instructors):
    assert "it was odd" in rebuild(instructors, Submitted([], ["it was odd"])).flags

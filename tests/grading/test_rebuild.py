"""Rebuilding a submission: everything but the answers is the instructor's, whatever the student did to it."""

from __future__ import annotations

import json
import re
from html import unescape

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, determine_grade

from autograder.course import Chapter, grading_of, read
from autograder.grading.gradebook.release import make_release
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.intake.rebuild import NEVER_RELEASED, Rebuilt, rebuild
from autograder.grading.intake.released import Released, released
from autograder.grading.intake.submission import SetAside, Submitted, parse
from autograder.grading.pages.safe_markdown import students_markdown
from tests.grading.small_course import CHAPTER, HIDDEN_WORD, RIGHT, UNITS, WHY_POINTS, answered, cell, write


@pytest.fixture
def instructors(template) -> NotebookNode:
    """The instructor's notebook, ready for grading."""
    return master(template, f"{CHAPTER}/{UNITS}")


@pytest.fixture
def submitted(template) -> dict:
    """A notebook with the right answers, as handed in."""
    return answered(template, UNITS, RIGHT)


@pytest.fixture
def given(template) -> Released:
    """What students were given of the notebook."""
    return released(Chapter(template, CHAPTER), UNITS)


def rebuilt(instructors: NotebookNode, submitted: dict, given: Released = NEVER_RELEASED) -> Rebuilt:
    return rebuild(instructors, parse(json.dumps(submitted).encode()), given)


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


@pytest.mark.parametrize(("name", "kind"), [("elu", "markdown"), ("why", "code"), ("elu", "raw"), ("why", "raw")])
def test_an_answer_of_another_type_is_the_answer_and_told(instructors, submitted, name, kind):
    at(submitted, name)["cell_type"] = kind
    found = rebuilt(instructors, submitted)
    assert found.flags == [f"the answer cell {name} had become a {kind} cell: its text was taken as the answer"]
    assert at(found.notebook, name) == {**at(instructors, name), "source": RIGHT[name]}


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


@pytest.mark.parametrize("cells", [[], [cell("code", "a", ""), cell("markdown", "b", "\n")]])
def test_a_notebook_with_nothing_in_it_is_set_aside(instructors, cells):
    with pytest.raises(SetAside, match="nothing in it"):
        rebuilt(instructors, {"cells": cells})


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


def test_what_reading_the_file_noted_is_flagged(instructors, submitted):
    read_file = parse(json.dumps(submitted).encode())
    assert rebuild(instructors, Submitted(read_file.cells, ["it was odd"])).flags == ["it was odd"]


# ---------------------------------------------------------------- answers elsewhere than in their cells


def texts(found: Rebuilt) -> list[str]:
    return [one.source for one in found.notebook.cells if one.cell_type == "code"]


def as_released(instructors: NotebookNode, submitted: dict, *names: str) -> None:
    """Take answers back."""
    for name in names:
        at(submitted, name)["source"] = at(instructors, name).source


def insert(submitted: dict, before: str, *cells: dict) -> None:
    place_of_it = place(submitted, before)
    submitted["cells"][place_of_it:place_of_it] = cells


WRITTEN_ELSEWHERE = "relu was written in a cell of the student's own: it was taken as the answer"


@pytest.mark.parametrize("before", ["setup", "between", "relu", "relu_test", "double_test", "experiment"])
def test_a_function_in_a_cell_of_its_own_is_the_answer_wherever_it_stands(instructors, submitted, before):
    """The stub, which would take it back, is not run."""
    as_released(instructors, submitted, "relu")
    insert(submitted, before, cell("code", "own", RIGHT["relu"]))
    found = rebuilt(instructors, submitted)
    assert at(found.notebook, "relu").source == RIGHT["relu"]
    assert WRITTEN_ELSEWHERE in found.flags
    assert not any("NotImplementedError" in text for text in texts(found))


def test_a_function_that_was_typed_anew_is_the_answer(instructors, submitted):
    insert(submitted, "relu", cell("code", "own", RIGHT["relu"]))
    submitted["cells"].remove(at(submitted, "relu"))
    found = rebuilt(instructors, submitted)
    assert at(found.notebook, "relu") == {**at(instructors, "relu"), "source": RIGHT["relu"]}
    assert found.flags == [WRITTEN_ELSEWHERE]


def test_an_answer_over_several_cells_keeps_their_order(instructors, submitted):
    as_released(instructors, submitted, "relu")
    helper, more = cell("code", "own-1", "def helper(z): ..."), cell("code", "own-2", "relu = helper(relu)")
    insert(submitted, "relu_test", helper, cell("code", "own", RIGHT["relu"]), more)
    found = texts(rebuilt(instructors, submitted))
    assert found[found.index(helper["source"]) :][:3] == [helper["source"], RIGHT["relu"], more["source"]]


@pytest.mark.parametrize("removed", [False, True], ids=["stub there", "stub deleted"])
@pytest.mark.parametrize("name", ["setup", "elu"])
def test_a_function_in_another_answer_or_the_setup_is_left_there(instructors, submitted, name, removed):
    as_released(instructors, submitted, "relu")
    at(submitted, name)["source"] += f"\n\n{RIGHT['relu']}"
    if removed:
        submitted["cells"].remove(at(submitted, "relu"))
    found = rebuilt(instructors, submitted)
    assert not any("NotImplementedError" in text for text in texts(found))
    assert sum(RIGHT["relu"] in text for text in texts(found)) == 1
    assert any(flag.startswith("relu was written in the cell ") for flag in found.flags)


def test_a_stub_that_is_put_back_comes_before_the_students_own_cells(instructors, submitted):
    odd = cell("code", "own", "vars().update(relu=abs)")
    insert(submitted, "relu", odd)
    submitted["cells"].remove(at(submitted, "relu"))
    found = rebuilt(instructors, submitted).notebook
    assert place(found, "relu") < [one.source for one in found.cells].index(odd["source"]) < place(found, "relu_test")


@pytest.mark.parametrize("order", [0, 1], ids=["the copy first", "the copy last"])
def test_of_a_blank_and_an_answered_copy_the_answered_one_counts(instructors, submitted, order):
    blank = {**at(submitted, "relu"), "source": at(instructors, "relu").source}
    submitted["cells"].insert(place(submitted, "relu") + order, blank)
    found = rebuilt(instructors, submitted)
    assert at(found.notebook, "relu").source == RIGHT["relu"]
    assert len(found.flags) == 1
    assert not any("NotImplementedError" in text for text in texts(found))


WORDS_OF_MINE = cell("markdown", "own", "Because I say so.")


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("before", ["why", "experiment"], ids=["above", "below"])
def test_words_beside_an_untouched_written_answer_are_the_answer(instructors, submitted, before, kind):
    as_released(instructors, submitted, "why")
    insert(submitted, before, {**WORDS_OF_MINE, "cell_type": kind})
    found = rebuilt(instructors, submitted)
    assert at(found.notebook, "why") == {**at(instructors, "why"), "source": WORDS_OF_MINE["source"]}
    assert any("why stood in a cell beside its own" in flag for flag in found.flags)


def test_words_in_the_place_of_a_deleted_written_answer_are_the_answer(instructors, submitted):
    insert(submitted, "why", WORDS_OF_MINE)
    submitted["cells"].remove(at(submitted, "why"))
    assert at(rebuilt(instructors, submitted).notebook, "why").source == WORDS_OF_MINE["source"]


def test_code_beside_an_untouched_written_answer_lets_it_wait(instructors, submitted):
    """It may be words in a cell that was never made markdown; it stays where it is."""
    as_released(instructors, submitted, "why")
    insert(submitted, "experiment", cell("code", "own", "Because I say so."))
    found = rebuilt(instructors, submitted)
    why = at(found.notebook, "why")
    assert determine_grade(why) == (None, WHY_POINTS)
    assert "Because I say so." in texts(found)
    assert any("why" in flag for flag in found.flags)


def test_words_in_the_question_itself_are_the_answer(instructors, submitted):
    as_released(instructors, submitted, "why")
    at(submitted, "question")["source"] += "\n\nBecause I say so."
    found = rebuilt(instructors, submitted)
    assert at(found.notebook, "why").source == "Because I say so."
    assert at(found.notebook, "question") == at(instructors, "question")
    assert found.flags == [
        "the answer to why stood in the course's own text beside its cell: it was taken as the answer"
    ]


def test_a_question_that_was_reworded_since_the_release_is_no_answer(instructors, submitted):
    as_released(instructors, submitted, "why")
    at(submitted, "question")["source"] = "Why is it better?"
    assert rebuilt(instructors, submitted).flags == []


@pytest.mark.parametrize("stub", [True, False], ids=["stub there", "merged into it"])
def test_a_function_in_the_test_cell_is_the_answer(instructors, submitted, stub):
    as_released(instructors, submitted, "relu")
    at(submitted, "relu_test")["source"] = f"{RIGHT['relu']}\n\ncheck(relu)"
    if not stub:
        submitted["cells"].remove(at(submitted, "relu"))
    found = rebuilt(instructors, submitted)
    assert at(found.notebook, "relu").source.startswith(RIGHT["relu"])
    assert at(found.notebook, "relu_test") == at(instructors, "relu_test")
    assert "the answer to relu stood in the test cell relu_test: it was taken as the answer" in found.flags


def test_words_far_from_an_untouched_written_answer_let_it_wait(instructors, submitted):
    as_released(instructors, submitted, "why")
    insert(submitted, "relu", WORDS_OF_MINE)
    found = rebuilt(instructors, submitted)
    assert determine_grade(at(found.notebook, "why")) == (None, WHY_POINTS)
    assert found.flags == ["the answer cell why is as released, and the student's own cells have words that may be it"]


@pytest.mark.parametrize(
    "own",
    [
        cell("markdown", "own", "## My own attempts at the first exercise"),
        cell("markdown", "own", "To do."),
        cell("code", "own", "# try it on a few numbers of my own\nelu(np.ones(3))"),
    ],
    ids=["a heading", "a word", "code with a comment"],
)
def test_what_is_no_sentence_far_from_a_written_answer_is_none(instructors, submitted, own):
    as_released(instructors, submitted, "why")
    insert(submitted, "relu", own)
    found = rebuilt(instructors, submitted)
    assert determine_grade(at(found.notebook, "why")) == (0, WHY_POINTS)
    assert found.flags == []


# ---------------------------------------------------------------- metadata lost


def without_metadata(submitted: dict) -> dict:
    """As after a round trip through a script: other ids, no metadata."""
    for number, one in enumerate(submitted["cells"]):
        one["metadata"], one["id"] = {}, f"n{number}"
    return submitted


def test_a_notebook_without_any_metadata_is_known_by_its_text(instructors, submitted):
    found = rebuilt(instructors, without_metadata(submitted))
    assert [one.id for one in found.notebook.cells] == [one.id for one in instructors.cells]
    for name in ("elu", "relu", "double", "why"):
        assert at(found.notebook, name).source == RIGHT[name]
    assert len(found.flags) < 10


def test_a_blank_notebook_without_any_metadata_is_as_released(instructors, submitted):
    as_released(instructors, submitted, "elu", "relu", "double", "why")
    found = rebuilt(instructors, without_metadata(submitted))
    assert found.notebook.cells == instructors.cells


def test_many_cells_without_metadata_are_one_flag(instructors, submitted):
    for one, known in zip(submitted["cells"], instructors.cells, strict=True):
        one["id"], one["metadata"] = known.id, {}
    assert rebuilt(instructors, submitted).flags == [
        "7 cells had lost nbgrader's metadata: they were known by their id"
    ]


@pytest.mark.parametrize("cells", [[cell("markdown", "a", "# My own")], [cell("code", "b", "x = 1", solution=True)]])
def test_a_notebook_of_which_no_cell_is_known_is_set_aside(instructors, cells):
    with pytest.raises(SetAside, match="none of its cells"):
        rebuilt(instructors, {"cells": cells})


# ---------------------------------------------------------------- what the course's own cells define


def test_the_instructors_setup_is_run_beside_a_changed_one(instructors, submitted):
    at(submitted, "setup")["source"] = "import torch\n" + at(submitted, "setup")["source"]
    found = rebuilt(instructors, submitted)
    setup = place(found.notebook, "setup")
    assert found.notebook.cells[setup] == at(instructors, "setup")
    assert found.notebook.cells[setup + 1].source.startswith("import torch")
    assert found.flags == []


def test_a_changed_cell_of_the_course_stays_where_the_student_put_it(instructors, submitted):
    moved = at(submitted, "experiment")
    submitted["cells"].remove(moved)
    moved["source"] = "def helper(z): ...\nlab.see(elu)"
    insert(submitted, "elu", moved)
    found = rebuilt(instructors, submitted)
    assert texts(found).index(moved["source"]) < texts(found).index(RIGHT["elu"])


# ---------------------------------------------------------------- what was changed since the release


def corrected(instructors: NotebookNode) -> NotebookNode:
    """The instructor's notebook after a correction: a test more, other points, another placeholder."""
    found = nbformat.from_dict(instructors)
    at(found, "elu_test").source = "assert elu(np.ones(1))[0] == 1\n" + at(found, "elu_test").source
    at(found, "why").metadata.nbgrader.points = 5
    at(found, "double").source = "def double(number):\n    raise NotImplementedError()"
    return found


def with_renewed_checksum(one: dict) -> dict:
    """A cell with the checksum that nbgrader itself would give it."""
    one["metadata"]["nbgrader"]["checksum"] = compute_checksum(nbformat.from_dict(one))
    return one


def test_a_correction_by_the_instructor_is_nobodys_doing(instructors, submitted, given):
    found = rebuilt(corrected(instructors), submitted, given)
    assert found.flags == []
    assert found.since_release == ["the test cell elu_test was changed", "the points of why were changed"]
    assert at(found.notebook, "elu_test").source.startswith("assert")


def test_a_placeholder_of_the_release_is_blank_after_a_correction(instructors, submitted, given):
    as_released(instructors, submitted, "double", "why")
    found = rebuilt(corrected(instructors), submitted, given).notebook
    assert at(found, "double").source == "def double(number):\n    raise NotImplementedError()"


def test_a_student_who_changed_a_corrected_test_is_flagged(instructors, submitted, given):
    at(submitted, "elu_test")["source"] = "pass"
    found = rebuilt(corrected(instructors), submitted, given)
    assert found.since_release == ["the points of why were changed"]
    assert found.flags == ["the test cell elu_test was changed: the instructor's was used"]


@pytest.mark.parametrize(("source", "marks"), [("pass", {}), ("", {"points": 4}), ("", {"grade": False})])
def test_a_changed_test_cell_is_flagged_whatever_its_checksum(instructors, submitted, given, source, marks):
    one = at(submitted, "elu_test")
    one["source"] = source or one["source"]
    one["metadata"]["nbgrader"].update(marks)
    with_renewed_checksum(one)
    found = rebuilt(instructors, submitted, given)
    assert len(found.flags) == 1
    assert found.since_release == []


@pytest.mark.parametrize("name", ["why", "elu", "double"])
def test_an_answer_is_an_answer_whatever_its_checksum(instructors, submitted, given, name):
    with_renewed_checksum(at(submitted, name))
    found = rebuilt(instructors, submitted, given)
    assert at(found.notebook, name).source == RIGHT[name]
    assert found.flags == []


def test_earlier_releases_are_remembered(course, submitted):
    chapter, path = Chapter(course, CHAPTER), course.source_of(f"{CHAPTER}/{UNITS}")
    content = read(path)
    for correction in ("corrected once", "corrected twice"):
        at(content, "elu_test")["source"] = f"# {correction}\ncheck(elu)"
        write(path, content)
        make_release(chapter)
    found = rebuilt(master(course, f"{CHAPTER}/{UNITS}"), submitted, released(chapter, UNITS))
    assert found.flags == []
    assert found.since_release == ["the test cell elu_test was changed"]

"""A corrected notebook with a student's work in it."""

from __future__ import annotations

import copy
from typing import Any

import nbformat
import pytest

from autograder.carry_over import begun_with, with_work
from autograder.course import text_of
from tests.grading.small_course import cell, notebook

STUB = 'def f(x):\n    """Doubles."""\n    raise NotImplementedError'
ANSWER = STUB.replace("raise NotImplementedError", "return 2 * x")


def released() -> Any:
    """A notebook as it was released."""
    return notebook(
        cell("markdown", "title", "# Doubling"),
        cell("code", "f-solution", STUB, solution=True),
        cell("code", "f-test", "check(f)", grade=True, locked=True, points=3),
        cell("markdown", "why", "YOUR ANSWER HERE", grade=True, solution=True, points=2),
        cell("markdown", "end", "The end."),
    )


def corrected() -> Any:
    """The same, with another title and test, a text more, and one less."""
    found = released()
    found["cells"][0]["source"] = "# Doubling numbers"
    found["cells"][2]["source"] = "check(f)  # corrected"
    found["cells"][4:] = [cell("markdown", "more", "More.")]
    return found


def put(found: Any, name: str, **changes: Any) -> Any:
    """A copy of a notebook with one cell changed."""
    found = copy.deepcopy(found)
    next(one for one in found["cells"] if one["id"] == name).update(changes)
    return found


def sources(found: Any) -> dict[str, str]:
    return {one["id"]: text_of(one) for one in found["cells"]}


def merged(mine: Any, new: Any = None, begun: Any = None) -> dict[str, str]:
    found = with_work(new or corrected(), mine, begun or begun_with(released()))
    nbformat.validate(nbformat.from_dict(found))
    return sources(found)


def test_what_was_not_touched_is_the_corrected_ones():
    assert merged(released()) == sources(corrected())


def test_an_answer_stays_and_all_around_it_is_corrected():
    found = merged(put(released(), "f-solution", source=ANSWER))
    assert found == {**sources(corrected()), "f-solution": ANSWER}


def test_a_written_answer_stays_with_its_pictures():
    picture = {"a.png": {"image/png": "AAAA"}}
    mine = put(released(), "why", source="Because.", attachments=picture)
    found = with_work(corrected(), mine, begun_with(released()))
    assert [one.get("attachments") for one in found["cells"] if text_of(one) == "Because."] == [picture]


def test_outputs_stay_where_the_source_is_the_same():
    output = {"output_type": "stream", "name": "stdout", "text": "3"}
    mine = put(released(), "f-solution", outputs=[output], execution_count=3)
    found = with_work(corrected(), mine, begun_with(released()))
    assert found["cells"][1]["outputs"] == [output]


def test_a_stub_that_was_corrected_is_taken_where_nothing_was_written():
    new = put(corrected(), "f-solution", source=STUB.replace("Doubles", "Doubles a number"))
    assert "Doubles a number" in merged(released(), new)["f-solution"]
    assert merged(put(released(), "f-solution", source=ANSWER), new)["f-solution"] == ANSWER


def test_a_test_is_the_corrected_one_whatever_was_done_to_it():
    assert merged(put(released(), "f-test", source="check(f) or True"))["f-test"] == "check(f)  # corrected"


def test_a_note_in_a_text_that_is_as_before_stays_in_it():
    mine, new = put(released(), "end", source="The end. My note."), put(released(), "title", source="# New")
    assert merged(mine, new)["end"] == "The end. My note."


def test_a_note_in_a_text_that_was_corrected_follows_it():
    found = merged(put(released(), "title", source="# Doubling\nMy note."))
    assert list(found.values())[:2] == ["# Doubling numbers", "# Doubling\nMy note."]


def test_cells_of_ones_own_stay_behind_those_that_they_followed():
    mine = released()
    mine["cells"].insert(2, cell("code", "own", "f(3)"))
    mine["cells"].insert(0, cell("markdown", "name", "Ada's"))
    found = merged(mine)
    assert list(found)[:4] == ["name", "title", "f-solution", "own"]


def test_a_cell_that_was_removed_goes_unless_work_is_in_it():
    assert "end" not in merged(released())
    assert merged(put(released(), "end", source="My note."))["end"] == "My note."


def test_an_answer_to_an_exercise_that_is_no_more_is_an_ordinary_cell():
    new = corrected()
    del new["cells"][1:3]
    found = with_work(new, put(released(), "f-solution", source=ANSWER), begun_with(released()))
    [kept] = [one for one in found["cells"] if text_of(one) == ANSWER]
    assert "nbgrader" not in kept["metadata"]


def test_a_cell_that_was_deleted_comes_back():
    mine = released()
    del mine["cells"][1]
    assert merged(mine)["f-solution"] == STUB


def test_a_copied_answer_stays_too():
    mine = put(released(), "f-solution", source=ANSWER)
    mine["cells"].insert(2, {**mine["cells"][1], "source": "# a second try"})
    assert "# a second try" in merged(mine).values()


def test_ids_that_an_editor_has_changed_do_no_harm_to_answers():
    mine = put(released(), "f-solution", source=ANSWER)
    mine["cells"] = [{**one, "id": f"x{number}"} for number, one in enumerate(mine["cells"])]
    assert merged(mine)["f-solution" if "f-solution" in merged(mine) else "x1"] == ANSWER


def test_without_a_memory_of_the_beginning_the_answers_stay():
    mine = put(put(released(), "f-solution", source=ANSWER), "title", source="# Mine")
    found = with_work(corrected(), mine, None)
    assert sources(found)["f-solution"] == ANSWER
    assert sources(found)["title"] == "# Doubling numbers"
    assert "raise NotImplementedError" in sources(with_work(corrected(), released(), None))["f-solution"]


def test_once_more_changes_nothing():
    mine = put(released(), "f-solution", source=ANSWER)
    mine["cells"].insert(2, cell("code", "own", "f(3)"))
    once = with_work(corrected(), mine, begun_with(released()))
    assert with_work(corrected(), once, begun_with(released())) == once
    assert with_work(corrected(), once, begun_with(corrected())) == once


def test_a_notebook_of_which_nothing_is_known_is_left_to_a_person():
    mine = notebook(cell("code", "abcd", "print(1)"))
    assert with_work(corrected(), mine, begun_with(released())) is None


@pytest.mark.parametrize("kernel", ["python3", "deep"])
def test_the_kernel_that_was_chosen_stays(kernel):
    mine = {**released(), "metadata": {"kernelspec": {"name": kernel, "display_name": kernel}}}
    assert with_work(corrected(), mine, begun_with(released()))["metadata"]["kernelspec"]["name"] == kernel

"""Points, numbers and signatures stand in an exercise's file and are written from there."""

from __future__ import annotations

import json
import shutil

import pytest

from autograder.commands import _readme
from autograder.commands.facts import TABLE
from autograder.course import Course, grading_of, read, text_of
from autograder.exercises import catalogue
from autograder.facts import counts, outdated, signature_of, stated, table_of_notebooks

NOTEBOOK = "1_training_problems/3c_elu_and_selu"


def test_the_notebooks_and_the_readme_state_the_facts():
    assert [path.name for path in outdated(Course())] == []
    assert _readme.table(TABLE) == table_of_notebooks(Course())


@pytest.fixture
def cells():
    """What a notebook states after points, numbers and signatures were falsified."""
    notebook = read(Course().source_of(NOTEBOOK))
    for cell in notebook["cells"]:
        if grading_of(cell).get("points") and not grading_of(cell).get("solution"):
            grading_of(cell)["points"] = 99
        text = text_of(cell).replace("2: `elu_backward(dout, z, alpha=1.0)`", "7: `elu_backward(z)`")
        text = text.replace("6 minutes, 6 points", "6 minutes, 70 points").replace("(written, 2 points)", "(3 points)")
        cell["source"] = text.replace(
            "Five functions (27 points), two written", "Nine functions (1 points), no written"
        )
    exercises = [exercise for exercise in catalogue().values() if exercise.notebook == NOTEBOOK]
    return {cell["id"]: cell for cell in stated(notebook, exercises)["cells"]}


def test_a_test_cell_is_worth_the_points_of_its_exercise(cells):
    worth = {
        grading_of(cell)["grade_id"]: grading_of(cell).get("points") for cell in cells.values() if grading_of(cell)
    }
    assert worth["elu_test"] == catalogue()["elu"].points


def test_a_card_has_the_number_signature_and_points_of_its_exercise(cells):
    card = text_of(cells["elu-backward-card"])
    assert card.startswith("### Exercise 2: `elu_backward(dout, z, alpha=1.0)`\n")
    assert "| **Time** | 6 minutes, 6 points |" in card


def test_a_notebook_counts_its_functions_questions_and_points(cells):
    assert "Five functions (27 points), two written questions (4 points)" in text_of(cells["what-you-will-do"])


def test_a_question_has_the_points_of_its_cell(cells):
    headings = [line for cell in cells.values() for line in text_of(cell).splitlines() if "### Question" in line]
    assert headings == ["### Question 1 (2 points)", "### Question 2 (2 points)"]


def test_what_is_no_fact_stays_as_it_is():
    notebook = read(Course().source_of(NOTEBOOK))
    assert stated(notebook, []) != notebook, "one of its cells counts"
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "what-you-will-do"]
    assert stated(notebook, []) == notebook


def test_words_minutes_and_what_else_there_is_are_counted(tmp_path):
    course = Course(tmp_path)
    path = course.source_of(NOTEBOOK)
    path.parent.mkdir(parents=True)
    texts = ["About 20 minutes.", "### Question 1 (2 points)\n\nWhy?"]
    code = "lab.opening()\nlab.play_selu(selu)\nlab.walk(selu)\nlab.walk(elu)\n# three words more"
    cells = [{"cell_type": "markdown", "source": text} for text in texts] + [{"cell_type": "code", "source": code}]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    found = counts(course, NOTEBOOK)
    assert (found.words, found.minutes, found.questions) == (9, 20, 1)
    assert (found.exercises, found.experiments, found.moving_pictures) == (5, 1, 1)


def test_a_long_signature_is_one_line():
    assert signature_of(catalogue()["performance_schedule"]) == (
        "performance_schedule(learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, "
        "threshold=1e-4, cooldown=0, min_rate=0.0)"
    )


def test_a_notebook_that_does_not_state_them_is_named_with_the_right_text(tmp_path):
    path = tmp_path / "source" / f"{NOTEBOOK}.ipynb"
    path.parent.mkdir(parents=True)
    shutil.copy(Course().source_of(NOTEBOOK), path)
    right = path.read_text(encoding="utf-8")
    assert outdated(Course(tmp_path)) == {}
    path.write_text(right.replace("8 minutes, 6 points", "8 minutes, 5 points"), encoding="utf-8")
    assert outdated(Course(tmp_path)) == {path: right}
    assert json.loads(right) == read(Course().source_of(NOTEBOOK))

"""What is written: scores, comments and times in nbgrader's gradebook, and the autograded notebooks."""

from __future__ import annotations

import os

import nbformat
import pytest

from autograder.course import Chapter, CourseError, grading_of, read
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.record import automatic_comments, open_gradebook, set_grade, timestamp_of
from autograder.grading.scoring.results import JUDGE, CellResult, write_atomically
from tests.grading.small_course import (
    CHAPTER,
    GRADIENTS,
    HIDDEN_WORD,
    SECTIONS,
    UNITS,
    autograded,
    hand_in,
    scores_of,
    write,
)


class Row:
    """A grade of the gradebook."""

    def __init__(self, auto_score=None, manual_score=None, needs_manual_grade=False):
        self.auto_score, self.manual_score, self.needs_manual_grade = auto_score, manual_score, needs_manual_grade


CHANGES = [
    (Row(), 3.0, (3.0, None, False)),
    (Row(), None, (None, None, True)),
    (Row(2.0), 3.0, (3.0, None, False)),
    (Row(3.0), None, (None, None, True)),
    (Row(3.0, 1.0, False), 3.0, (3.0, 1.0, False)),
    (Row(2.0, 1.0, False), 3.0, (3.0, 1.0, True)),
    (Row(None, 1.0, False), None, (None, 1.0, False)),
]


@pytest.mark.parametrize(("row", "score", "expected"), CHANGES)
def test_a_judged_score_goes_beside_a_persons(row, score, expected):
    """A change is for a person to see."""
    set_grade(row, CellResult(score, 5.0, JUDGE))
    assert (row.auto_score, row.manual_score, row.needs_manual_grade) == expected


def test_an_autograded_notebook_is_valid_and_has_the_hidden_tests(graded):
    """For the instructor."""
    paths = list((graded.course.root / "autograded").rglob("*.ipynb"))
    assert len(paths) > 10
    for path in paths:
        nbformat.validate(nbformat.read(path, as_version=4))
    assert HIDDEN_WORD in (graded.course.root / "autograded" / "ada" / CHAPTER / f"{UNITS}.ipynb").read_text()


def test_a_missing_notebook_has_no_autograded_one(graded):
    folder = graded.course.root / "autograded"
    assert {path.name for path in (folder / "dan" / CHAPTER).iterdir()} == {f"{UNITS}.ipynb"}
    assert not (folder / "fay").exists()


def test_nothing_but_notebooks_is_written_beside_them(graded):
    assert {name.rpartition(".")[2] for name in autograded(graded.course)} == {"ipynb"}


def test_an_answer_as_released_is_commented(graded):
    comments = {name: automatic_comments(graded.summary.students[name][UNITS]) for name in ("ada", "cyd")}
    assert set(comments["ada"].values()) == {None}
    assert set(comments["cyd"].values()) == {"No response."}


def test_a_notebook_that_nobody_could_read_is_not_commented(graded):
    assert set(automatic_comments(graded.summary.students["gus"][UNITS]).values()) == {None}


def test_every_graded_cell_of_everybody_is_in_the_gradebook(graded):
    names = {
        (section, grading_of(cell)["grade_id"])
        for section in SECTIONS
        for cell in read(graded.course.source_of(f"{CHAPTER}/{section}"))["cells"]
        if grading_of(cell).get("grade")
    }
    for results in graded.summary.students.values():
        assert {(section, name) for section, result in results.items() for name in result.cells} == names


def test_exercises_changed_after_grading_are_refused_with_advice(course):
    """Nothing is lost."""
    hand_in(course, "ada", {})
    grade_chapter(Chapter(course, CHAPTER), jobs=1)
    before = scores_of(course, "ada")
    path = course.source_of(f"{CHAPTER}/{GRADIENTS}")
    whole = read(path)
    write(path, {**whole, "cells": [one for one in whole["cells"] if one["id"] != "elu_backward_test"]})
    with pytest.raises(CourseError, match="start a new"):
        grade_chapter(Chapter(course, CHAPTER), jobs=1)
    assert scores_of(course, "ada") == before


# ---------------------------------------------------------------- when it was handed in


@pytest.mark.parametrize(
    "text", ["2026-03-01 12:00:00 UTC", "2026-03-01 12:00:00.123456 UTC\n", "2026-03-01T12:00:00+01:00"]
)
def test_a_time_stamp_is_read(tmp_path, text):
    (tmp_path / "timestamp.txt").write_text(text)
    assert timestamp_of(tmp_path) == text.strip()


@pytest.mark.parametrize("content", [b"", b"yesterday", b"\xff\xfe\x00", b"9" * 1000, b"[" * 1000, bytes(1000)])
def test_a_time_stamp_that_is_none_is_left_out(tmp_path, content):
    (tmp_path / "timestamp.txt").write_bytes(content)
    assert timestamp_of(tmp_path) is None


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/zero", path), lambda path: None])
def test_a_time_stamp_that_is_no_file_is_left_out(tmp_path, make):
    make(tmp_path / "timestamp.txt")
    assert timestamp_of(tmp_path) is None


# ---------------------------------------------------------------- the files


def test_a_gradebook_that_is_another_file_is_told_and_left_as_it_is(tmp_path):
    (tmp_path / "gradebook.db").write_text("My grades: ada 5, bob 3\n" * 100)
    with pytest.raises(CourseError, match="move it away"):
        open_gradebook(tmp_path, read_settings(tmp_path))
    assert (tmp_path / "gradebook.db").read_text() == "My grades: ada 5, bob 3\n" * 100


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "new" * 100_000 + "\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]

"""What is written: scores, comments and times in nbgrader's gradebook, and the autograded notebooks."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import nbformat
import pytest
from nbformat.v4 import new_notebook

from autograder.course import Chapter, CourseError, grading_of, read, write_atomically
from autograder.grading.gradebook.answers import note_answers_before_judging
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.record import (
    automatic_comments,
    open_gradebook,
    remove_pages,
    set_grade,
    standings,
)
from autograder.grading.preprocessors import SaveScores
from autograder.grading.scoring.results import JUDGE, CellResult, NotebookResult, Results
from tests.grading.recorded import book, due, give, handed_in_at, judged, record
from tests.grading.small_course import (
    CHAPTER,
    FULL,
    GRADIENTS,
    HIDDEN_WORD,
    POINTS,
    SECTIONS,
    UNITS,
    WHY_POINTS,
    autograded,
    gradebook,
)


@dataclass
class Row:
    """A grade of the gradebook."""

    auto_score: float | None = None
    manual_score: float | None = None
    extra_credit: float | None = None
    needs_manual_grade: bool = False


CHANGES = [
    (Row(), 3.0, False, Row(3.0)),
    (Row(), None, False, Row(needs_manual_grade=True)),
    (Row(2.0), 3.0, False, Row(3.0)),
    (Row(2.0), 3.0, True, Row(3.0)),
    (Row(3.0), None, False, Row(needs_manual_grade=True)),
    (Row(3.0, 1.0), 3.0, False, Row(3.0, 1.0)),
    (Row(3.0, 1.0), 3.0, True, Row(3.0, 1.0, needs_manual_grade=True)),
    (Row(2.0, 1.0), 3.0, False, Row(3.0, 1.0, needs_manual_grade=True)),
    (Row(None, 1.0), None, False, Row(None, 1.0)),
    (Row(None, 1.0), None, True, Row(None, 1.0, needs_manual_grade=True)),
    (Row(None, 1.0, None, True), None, False, Row(None, 1.0, None, True)),
    (Row(3.0, None, 1.0), 3.0, False, Row(3.0, None, 1.0)),
    (Row(3.0, None, 1.0), 3.0, True, Row(3.0, None, 1.0, True)),
]


@pytest.mark.parametrize(("row", "score", "rewritten", "expected"), CHANGES)
def test_a_judged_score_goes_beside_a_persons(row, score, rewritten, expected):
    """A change is for a person to see."""
    found = copy.copy(row)
    set_grade(found, CellResult(score, 5.0, JUDGE), rewritten)
    assert found == expected


# ---------------------------------------------------------------- what a person has done


def autograde(course, student: str, **given) -> None:
    """Record results as `nbgrader autograde --force` does: by its preprocessor, without the autograded notebooks."""
    chapter = Chapter(course, CHAPTER)
    for section in SECTIONS:
        (chapter.folder_of(student, "autograded") / f"{section}.ipynb").unlink(missing_ok=True)
    note_answers_before_judging(chapter, student)
    for result in judged(course, student, **given):
        Results(chapter).keep(result)
    names = {"student": student, "assignment": CHAPTER, "db_url": f"sqlite:///{course.root / 'gradebook.db'}"}
    for section in SECTIONS:
        SaveScores().preprocess(new_notebook(), {"nbgrader": {**names, "notebook": section}})
    for section in given.get("missing", ()):
        remove_pages(chapter, student, section)


@pytest.fixture(params=[record, autograde], ids=["grade", "nbgrader autograde"])
def again(request, monkeypatch, course):
    """Record another submission, both ways."""
    monkeypatch.chdir(course.root)
    return request.param


def test_a_rewritten_answer_waits_for_a_person_beside_the_old_points(course, again):
    record(course, "ada")
    give(course, "ada", UNITS, "why", 0.5, comment="Why?")
    again(course, "ada")
    assert gradebook(course)["ada", UNITS, "why"] == (None, 0.5, False)
    again(course, "ada", answers={"why": "Since its slope is positive everywhere."})
    assert gradebook(course)["ada", UNITS, "why"] == (None, 0.5, True)
    again(course, "ada", answers={"why": "Since its slope is positive everywhere."})
    assert gradebook(course)["ada", UNITS, "why"] == (None, 0.5, True)
    with book(course) as found:
        assert found.find_comment("why", UNITS, CHAPTER, "ada").comment == "Why?"


@pytest.mark.parametrize("lost", ["recorded", "recorded and autograded"])
def test_an_answer_that_was_graded_before_notes_were_taken_is_known(course, again, lost):
    """By the autograded notebook, or by the kept result; where nothing is known, a person looks."""
    record(course, "ada")
    give(course, "ada", UNITS, "why", 0.5)
    (course.root / "verdicts" / CHAPTER / "ada" / "recorded").unlink()
    if lost == "recorded":
        again(course, "ada")
        assert gradebook(course)["ada", UNITS, "why"] == (None, 0.5, False)
        return
    for section in SECTIONS:
        (course.root / "autograded" / "ada" / CHAPTER / f"{section}.ipynb").unlink()
        (course.root / "verdicts" / CHAPTER / "ada" / f"{section}.json").unlink()
    again(course, "ada")
    assert gradebook(course)["ada", UNITS, "why"] == (None, 0.5, True)


@pytest.mark.parametrize(
    ("answers", "scores"),
    [({}, {"elu_test": 1.0}), ({"elu": "def elu(z, alpha=1.0):\n    return z"}, {}), ({}, {"elu_test": None})],
    ids=["another score", "another function, the same score", "no score any more"],
)
def test_an_override_of_another_submission_stays_and_is_to_be_looked_at(course, again, answers, scores):
    record(course, "ada")
    give(course, "ada", UNITS, "elu_test", 2.0)
    again(course, "ada", answers=answers, scores=scores)
    _, manual, waits = gradebook(course)["ada", UNITS, "elu_test"]
    assert (manual, waits) == (2.0, True)
    with book(course) as found:
        (note,) = standings(Chapter(course, CHAPTER), found)["ada"].notes
    assert note.startswith("elu_test: changed since a person gave 2 of 6 points")


def test_extra_credit_stays_and_is_to_be_looked_at_where_the_work_changed(course, again):
    record(course, "ada")
    give(course, "ada", UNITS, "elu_test", extra=1.5)
    again(course, "ada")
    assert not gradebook(course)["ada", UNITS, "elu_test"][2]
    again(course, "ada", answers={"elu": "def elu(z, alpha=1.0):\n    return z"})
    with book(course) as found:
        grade = found.find_grade("elu_test", UNITS, CHAPTER, "ada")
        assert (grade.extra_credit, grade.score, grade.needs_manual_grade) == (1.5, POINTS["elu"] + 1.5, True)


@pytest.mark.parametrize(
    ("points", "extra", "told"),
    [
        (WHY_POINTS, None, ()),
        (WHY_POINTS, 1.0, ("why: 4 of 3 points, 1 of them extra credit: more than there are, as a person gave them",)),
        (30.0, None, ("why: 30 of 3 points: more than there are, as a person gave them",)),
        (-1.0, None, ("why: -1 of 3 points: fewer than none, as a person gave them",)),
    ],
)
def test_points_beyond_those_that_there_are_stay_and_are_told(course, points, extra, told):
    record(course, "ada")
    give(course, "ada", UNITS, "why", points, extra=extra)
    assert record(course, "ada").notes == told


def test_points_for_a_notebook_that_is_gone_are_to_be_looked_at(course, again):
    record(course, "ada")
    give(course, "ada", UNITS, "why", 2.5)
    again(course, "ada", missing=(UNITS,))
    assert gradebook(course)["ada", UNITS, "why"] == (0.0, 2.5, True)


def test_what_was_made_of_a_notebook_that_is_gone_goes_too(course, again):
    record(course, "ada")
    folders = [course.root / step / "ada" / CHAPTER for step in ("autograded", "feedback")]
    folders[1].mkdir(parents=True)
    for section in SECTIONS:
        (folders[1] / f"{section}.html").write_text("6 of 9 points")
    again(course, "ada", missing=(GRADIENTS,))
    assert not (folders[0] / f"{GRADIENTS}.ipynb").exists()
    assert [path.name for path in folders[1].iterdir()] == [f"{UNITS}.html"]


def test_after_an_empty_second_submission_nothing_of_the_first_is_left(course):
    record(course, "ada")
    page = course.root / "feedback" / "ada" / CHAPTER / f"{UNITS}.html"
    page.parent.mkdir(parents=True)
    page.write_text("6 of 9 points")
    record(course, "ada", missing=SECTIONS)
    assert not page.exists()
    assert not list((course.root / "autograded").rglob("*.ipynb"))


def test_what_is_left_of_a_notebook_that_the_chapter_has_no_more_goes_too(course):
    record(course, "ada")
    old = course.root / "autograded" / "ada" / CHAPTER / "0_old.ipynb"
    old.write_text("{}")
    record(course, "ada")
    assert not old.exists()


def test_a_total_counts_everything_that_a_person_gave(course):
    assert record(course, "ada").grades.score == FULL
    give(course, "ada", UNITS, "why", WHY_POINTS - 1, extra=0.5)
    give(course, "ada", UNITS, "elu_test", 0.0)
    standing = record(course, "ada")
    assert standing.grades.score == FULL - POINTS["elu"] + WHY_POINTS - 0.5
    assert standing.grades.points == FULL + WHY_POINTS
    assert standing.waiting == frozenset()
    with book(course) as found:
        assert standings(Chapter(course, CHAPTER), found) == {"ada": standing}
        assert found.find_submission(CHAPTER, "ada").score == standing.grades.score


def test_a_time_stamp_that_cannot_be_read_is_told(course):
    due(course, "2026-11-01 12:00:00 UTC")
    handed_in_at(course, "ada", "yesterday evening")
    (note,) = record(course, "ada").notes
    assert note.startswith("timestamp.txt cannot be read: ")


# ---------------------------------------------------------------- the whole class


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


def kept(graded, student: str) -> NotebookResult:
    return Results(Chapter(graded.course, CHAPTER)).find(student, UNITS)


def test_an_answer_as_released_is_commented(graded):
    comments = {name: automatic_comments(kept(graded, name)) for name in ("ada", "cyd")}
    assert set(comments["ada"].values()) == {None}
    assert set(comments["cyd"].values()) == {"No response."}


def test_a_notebook_that_nobody_could_read_is_not_commented(graded):
    assert set(automatic_comments(kept(graded, "gus")).values()) == {None}


def test_every_graded_cell_of_everybody_is_in_the_gradebook(graded):
    names = {
        (section, grading_of(cell)["grade_id"])
        for section in SECTIONS
        for cell in read(graded.course.source_of(f"{CHAPTER}/{section}"))["cells"]
        if grading_of(cell).get("grade")
    }
    for results in graded.summary.students.values():
        assert {(section, name) for section, result in results.items() for name in result.cells} == names


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

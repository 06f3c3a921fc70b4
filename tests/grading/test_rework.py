"""Exercises changed after grading: named, refused until one agrees, and then nothing but them is touched."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest

from autograder.__main__ import main
from autograder.course import Chapter, CourseError, read
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.record import open_gradebook
from autograder.grading.gradebook.release import make_release
from autograder.grading.gradebook.rework import changes
from tests.grading.conftest import copy_of
from tests.grading.recorded import book, due, give, record
from tests.grading.small_course import (
    CHAPTER,
    DOUBLE_POINTS,
    GRADIENTS,
    POINTS,
    UNITS,
    WHY_POINTS,
    cell,
    exercise,
    gradebook,
    notebook,
    write,
)
from tests.support.nbgrader_command import run_here

OTHER = "2_other"


@pytest.fixture(scope="module")
def template_of_graded(template, tmp_path_factory):
    """Two chapters that were graded, with everything that a person may have done."""
    course = copy_of(template, tmp_path_factory.mktemp("graded") / "course")
    (course.source / OTHER).mkdir()
    write(course.source_of(f"{OTHER}/1_elu"), notebook(*exercise("elu")))
    make_release(Chapter(course, OTHER))
    for student in ("ada", "bob"):
        record(course, student)
    due(course, "2026-12-01 12:00:00 UTC")
    give(course, "ada", UNITS, "why", 2.5, comment="Well said.")
    give(course, "ada", UNITS, "double_test", 1.0)
    give(course, "bob", UNITS, "elu_test", extra=1.0)
    give(course, "bob", UNITS, "elu", comment="Short!")
    with book(course) as found:
        found.update_or_create_student("ada", first_name="Ada", last_name="Lovelace", email="ada@example.org")
        found.update_or_create_submission(OTHER, "ada")
        found.find_grade("elu_test", "1_elu", OTHER, "ada").manual_score = 4.0
        found.find_submission_notebook(UNITS, CHAPTER, "bob").late_submission_penalty = 1.5
    return course


@pytest.fixture
def graded(template_of_graded, tmp_path):
    return copy_of(template_of_graded, tmp_path / "graded")


def change(course, section: str, edit: Callable[[list], object]) -> None:
    path = course.source_of(f"{CHAPTER}/{section}")
    content = read(path)
    edit(content["cells"])
    write(path, content)


def named(cells: list, name: str) -> dict:
    return next(one for one in cells if one["id"] == name)


def without(*names: str) -> Callable[[list], object]:
    def edit(cells):
        cells[:] = [one for one in cells if one["id"] not in names]

    return edit


def weigh(name: str, points: float) -> Callable[[list], object]:
    return lambda cells: named(cells, name)["metadata"]["nbgrader"].update(points=points)


HALF = cell("code", "half_test", "assert True", grade=True, locked=True, points=2)

ESSAY = cell("markdown", "essay", "Discuss.", task=True, locked=True, points=5)


def add_notebook(course, name: str, *cells) -> None:
    write(course.source_of(f"{CHAPTER}/{name}"), notebook(*cells))


CHANGES = {
    "an exercise added": (
        lambda course: change(course, UNITS, lambda cells: cells.append(HALF)),
        [f"{UNITS}: half_test was added (2 points)"],
    ),
    "an exercise removed": (
        lambda course: change(course, UNITS, without("elu", "elu_test")),
        [f"{UNITS}: elu was removed", f"{UNITS}: elu_test was removed (6 points)"],
    ),
    "an exercise renamed": (
        lambda course: change(course, UNITS, lambda cells: rename(cells, "why", "reason")),
        [f"{UNITS}: reason was added (3 points)", f"{UNITS}: why was removed (3 points)"],
    ),
    "an exercise weighted anew": (
        lambda course: change(course, UNITS, weigh("why", 5)),
        [f"{UNITS}: why has 5 points instead of 3"],
    ),
    "a test weighted anew": (
        lambda course: change(course, GRADIENTS, weigh("elu_backward_test", 9)),
        [f"{GRADIENTS}: elu_backward_test has 9 points instead of {POINTS['elu_backward']}"],
    ),
    "a test corrected": (
        lambda course: change(course, UNITS, lambda cells: named(cells, "double_test").update(source="assert True")),
        [f"{UNITS}: the test double_test was changed"],
    ),
    "a question that is a test now": (
        lambda course: change(course, UNITS, lambda cells: make_test(named(cells, "why"))),
        [f"{UNITS}: why is another kind of cell now"],
    ),
    "a task added": (
        lambda course: change(course, UNITS, lambda cells: cells.append(ESSAY)),
        [f"{UNITS}: essay was added (5 points)"],
    ),
    "a notebook added": (
        lambda course: add_notebook(course, "3_more", *exercise("relu")),
        [f"3_more: a new notebook: is it a copy of {UNITS}, there by mistake?"],
    ),
    "a notebook of other exercises added": (
        lambda course: add_notebook(course, "3_more", HALF),
        ["3_more: a new notebook, with half_test"],
    ),
    "a stray notebook": (
        lambda course: add_notebook(course, "Untitled", cell("code", "mine", "1 + 1")),
        ["Untitled: a new notebook, without exercises: if it is there by mistake, move it out of source/"],
    ),
    "a notebook removed": (
        lambda course: course.source_of(f"{CHAPTER}/{GRADIENTS}").unlink(),
        [f"{GRADIENTS}: the notebook is gone, or no longer assigned"],
    ),
    "a text changed": (
        lambda course: change(course, UNITS, lambda cells: named(cells, "title").update(source="# Units of today")),
        [],
    ),
}


def rename(cells, old, new) -> None:
    named(cells, old)["metadata"]["nbgrader"]["grade_id"] = new
    named(cells, old)["id"] = new


def make_test(found) -> None:
    found["metadata"]["nbgrader"].update(solution=False, locked=True)
    found.update(cell_type="code", source="assert True", execution_count=None, outputs=[])


def rework(course, *words: str) -> int:
    return main(["rework", CHAPTER, *words, "--course", str(course.root)])


def done_by_people(course) -> dict[tuple, tuple]:
    """All that a person has done: points, extra credit, comments, penalties, dates and names of both chapters."""
    found: dict[tuple, tuple] = {}
    with book(course) as rows:
        for student in rows.students:
            found[student.id,] = (student.first_name, student.last_name, student.email)
            for submission in student.submissions:
                found[student.id, submission.name] = (submission.timestamp, submission.duedate, submission.extension)
                for one in submission.notebooks:
                    found[student.id, submission.name, one.name] = (one.late_submission_penalty,)
                    for grade in one.grades:
                        key = (student.id, submission.name, one.name, grade.name)
                        found[key] = (grade.manual_score, grade.extra_credit)
                    for comment in one.comments:
                        found[student.id, submission.name, one.name, comment.name, "comment"] = (
                            comment.manual_comment,
                        )
    return found


def told(course) -> list[str]:
    """What is said to have been changed."""
    with contextlib.closing(open_gradebook(course.root, read_settings(course.root))) as found:
        return sorted(changes(Chapter(course, CHAPTER), found).sentences())


@pytest.mark.parametrize(("edit", "sentences"), CHANGES.values(), ids=CHANGES)
def test_what_was_changed_is_said(graded, edit, sentences):
    edit(graded)
    assert told(graded) == sorted(sentences)


@pytest.mark.parametrize(("edit", "sentences"), CHANGES.values(), ids=CHANGES)
def test_what_still_exists_keeps_all_that_a_person_has_done(graded, edit, sentences, capsys):
    before = done_by_people(graded)
    edit(graded)
    assert rework(graded, "--yes") == 0
    after = done_by_people(graded)
    kept = {key: value for key, value in before.items() if key in after}
    assert {key: after[key] for key in kept} == kept
    gone = {key[3] for key in before if key not in after and len(key) > 3}
    assert all(any(name in sentence for sentence in sentences) or sentences[0].startswith(GRADIENTS) for name in gone)
    assert {value for key, value in after.items() if key not in before} <= {(None,), (None, None)}
    assert told(graded) == []


@pytest.mark.parametrize(
    "name",
    [
        "an exercise added",
        "an exercise removed",
        "an exercise weighted anew",
        "a test weighted anew",
        "a notebook added",
        "a stray notebook",
    ],
)
def test_what_is_refused_names_the_change_and_the_command(graded, name, capsys):
    edit, sentences = CHANGES[name]
    before = gradebook(graded), most_points(graded)
    edit(graded)
    for step in (grade_chapter, make_release):
        with pytest.raises(CourseError) as refused:
            step(Chapter(graded, CHAPTER))
        assert all(sentence in str(refused.value) for sentence in sentences)
        assert str(refused.value).endswith(f"\n    {graded.command('rework', CHAPTER)}")
    for command in ("generate_assignment", "autograde"):
        with pytest.raises(AssertionError, match="status 1"):
            run_here(graded.root, command, CHAPTER)
        assert f"python3 -m autograder rework {CHAPTER}" in capsys.readouterr().err
    assert (gradebook(graded), most_points(graded)) == before


def most_points(course) -> dict[str, float]:
    with book(course) as found:
        cells = [cell for notebook in found.find_assignment(CHAPTER).notebooks for cell in notebook.grade_cells]
        return {cell.name: cell.max_score for cell in cells}


def test_what_would_be_lost_is_said_and_nothing_is_done_without_yes(graded, capsys):
    before = done_by_people(graded)
    change(graded, UNITS, without("why", "elu"))
    assert rework(graded) == 0
    said = capsys.readouterr().out
    assert f"would be lost: {UNITS}, why: ada 2.5 of 3 points, ada a comment" in said
    assert f"would be lost: {UNITS}, elu: bob a comment" in said
    assert f"python3 -m autograder rework {CHAPTER} --yes" in said
    assert done_by_people(graded) == before
    assert not list(graded.root.glob("gradebook.db.before-*"))


def test_the_gradebook_as_it_was_stays_beside_the_new_one(graded, capsys):
    before = gradebook(graded)
    change(graded, UNITS, without("why"))
    rework(graded, "--yes")
    (copy,) = graded.root.glob("gradebook.db.before-*")
    assert str(copy) in capsys.readouterr().out
    copy.replace(graded.root / "gradebook.db")
    assert gradebook(graded) == before


def test_points_for_a_question_weighted_anew_stay_and_wait_for_a_person(graded, capsys):
    change(graded, UNITS, weigh("why", 5))
    rework(graded, "--yes")
    assert f"stays, and waits for a person: {UNITS}, why: ada 2.5 of 3 points" in capsys.readouterr().out
    assert gradebook(graded)["ada", UNITS, "why"] == (None, 2.5, True)
    make_release(Chapter(graded, CHAPTER))
    standing = record(graded, "ada")
    assert gradebook(graded)["ada", UNITS, "why"] == (None, 2.5, True)
    assert standing.grades.points == sum(POINTS.values()) + DOUBLE_POINTS + WHY_POINTS + 2
    assert standing.notes == ("why: changed since a person gave 2.5 of 3 points (of 5 now): look at it again",)


def test_the_points_of_then_are_named_until_a_person_has_looked_again(graded, capsys):
    for most in (5, 4):
        change(graded, UNITS, weigh("why", most))
        rework(graded, "--yes")
    assert "gave 2.5 of 3 points (of 4 now)" in record(graded, "ada").notes[0]
    give(graded, "ada", UNITS, "why", 3.5)
    assert record(graded, "ada").notes == ()
    assert "gave 3.5 of 4 points: look" in record(graded, "ada", answers={"why": "Another answer."}).notes[0]


def test_a_new_exercise_has_a_row_for_everybody(graded, capsys):
    change(graded, UNITS, lambda cells: cells.append(HALF))
    rework(graded, "--yes")
    found = gradebook(graded)
    assert {student for student, _, name in found if name == "half_test"} == {"ada", "bob"}


def test_what_a_person_gave_for_a_task_is_lost_with_it(graded, capsys):
    change(graded, UNITS, lambda cells: cells.append(ESSAY))
    rework(graded, "--yes")
    record(graded, "ada")
    give(graded, "ada", UNITS, "essay", 4.0, comment="Deep.")
    change(graded, UNITS, without("essay"))
    rework(graded, "--yes")
    assert f"would be lost: {UNITS}, essay: ada 4 of 5 points, ada a comment" in capsys.readouterr().out
    assert not any("essay" in key for key in done_by_people(graded))


def test_a_source_that_cannot_be_released_changes_nothing(graded, capsys):
    before = gradebook(graded)
    change(graded, UNITS, without("why"))
    change(graded, GRADIENTS, lambda cells: cells.append(dict(cells[-1])))
    assert rework(graded, "--yes") == 1
    assert gradebook(graded) == before


def test_a_chapter_that_nobody_has_handed_in_is_released_as_it_is(course):
    change(course, UNITS, without("why"))
    make_release(Chapter(course, CHAPTER))


def test_a_due_date_stays_when_a_chapter_is_released_again(graded):
    make_release(Chapter(graded, CHAPTER))
    with book(graded) as found:
        assert str(found.find_assignment(CHAPTER).duedate) == "2026-12-01 12:00:00"

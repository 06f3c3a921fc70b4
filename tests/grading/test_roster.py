"""One student is one student, however the name is spelled; who is not in the roster, and who is missing."""

from __future__ import annotations

import unicodedata

import pytest

from autograder.course import Chapter
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.roster import compose_students, gone, remarks
from autograder.grading.intake.submitted_folder import compose_names, composed, passed_over, submitted
from tests.grading.recorded import book, due, handed_in_at, record
from tests.grading.small_course import CHAPTER, FULL, UNITS, hand_in

COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "Ünal Ångström") for form in ("NFC", "NFD"))


def enrol(course, *students: str, email: str = "a@example.org") -> None:
    with book(course) as gradebook:
        for student in students:
            gradebook.update_or_create_student(student, email=email)


# ---------------------------------------------------------------- folders


def test_a_folder_as_a_mac_names_it_is_the_student_of_the_roster(course):
    enrol(course, COMPOSED)
    hand_in(course, DECOMPOSED, {}, sections=[UNITS])
    read_settings(course.root)
    assert submitted(Chapter(course, CHAPTER)) == submitted(Chapter(course, CHAPTER), DECOMPOSED) == [COMPOSED]
    assert Chapter(course, CHAPTER).folder_of(COMPOSED, "submitted").is_dir()


@pytest.mark.parametrize("place", ["submitted", "autograded", "feedback", f"verdicts/{CHAPTER}"])
def test_every_folder_of_a_student_is_found_under_the_same_name(course, place):
    (course.root / place / DECOMPOSED / "1").mkdir(parents=True)
    compose_names(course.root)
    assert [path.name for path in (course.root / place).iterdir()] == [COMPOSED]


def test_another_chapter_in_a_second_folder_joins_the_first(course):
    for name, chapter in ((COMPOSED, "1_small"), (DECOMPOSED, "2_small")):
        (course.root / "submitted" / name / chapter).mkdir(parents=True)
    compose_names(course.root)
    assert [path.name for path in (course.root / "submitted").iterdir()] == [COMPOSED]
    assert {path.name for path in (course.root / "submitted" / COMPOSED).iterdir()} == {"1_small", "2_small"}


def test_a_second_submission_under_the_other_spelling_is_told_and_kept(course):
    for name in (COMPOSED, DECOMPOSED):
        hand_in(course, name, {}, sections=[UNITS])
    compose_names(course.root)
    assert submitted(Chapter(course, CHAPTER)) == [COMPOSED]
    (reason,) = passed_over(Chapter(course, CHAPTER)).values()
    assert "is there another folder of this name?" in reason
    assert (course.root / "submitted" / DECOMPOSED / CHAPTER / f"{UNITS}.ipynb").is_file()


# ---------------------------------------------------------------- the gradebook


@pytest.mark.parametrize("roster_first", [True, False])
def test_two_spellings_in_the_gradebook_become_one_student_with_everything(course, roster_first):
    roster, graded = (COMPOSED, DECOMPOSED) if roster_first else (DECOMPOSED, COMPOSED)
    enrol(course, roster)
    record(course, graded, handed_in=False)
    with book(course) as gradebook:
        compose_students(gradebook)
    with book(course) as gradebook:
        assert [student.id for student in gradebook.students] == [COMPOSED]
        assert gradebook.find_student(COMPOSED).email == "a@example.org"
        assert gradebook.find_submission(CHAPTER, COMPOSED).score == FULL


def test_two_submissions_under_two_spellings_stay_two(course):
    for name in (COMPOSED, DECOMPOSED):
        record(course, name, handed_in=False)
    with book(course) as gradebook:
        compose_students(gradebook)
        assert len(gradebook.students) == 2


def test_a_name_that_is_composed_stays_as_it_is():
    assert [composed(name) for name in ("ada", COMPOSED, DECOMPOSED)] == ["ada", COMPOSED, COMPOSED]


# ---------------------------------------------------------------- remarks


def said(course, *handed_in: str) -> list[str]:
    with book(course) as gradebook:
        return remarks(Chapter(course, CHAPTER), gradebook, handed_in)


def test_who_is_not_in_the_roster_and_who_did_not_hand_in_is_named(course):
    enrol(course, "ada", "max", "nobody")
    assert said(course, "ada", "Max", "zoe") == [
        "not in the roster: Max (the roster has max: rename the folder), zoe",
        "in the roster, nothing handed in: max, nobody",
    ]


def test_without_a_roster_nobody_is_missed(course):
    record(course, "ada")
    assert said(course, "ada", "bob") == []


@pytest.mark.parametrize("pair", [("Max", "max"), ("Ana Li", "AnaLi"), ("Straße", "STRASSE")])
def test_names_that_are_nearly_the_same_are_named(course, pair):
    assert said(course, *pair, "zoe") == [f"one student or several? {' and '.join(sorted(pair))}"]


def test_an_unknown_time_is_told_where_there_is_a_due_date(course):
    for student in ("ada", "bob"):
        record(course, student)
    handed_in_at(course, "bob", "2026-11-01 12:00:00 UTC")
    record(course, "bob")
    assert said(course, "ada", "bob") == []
    due(course, "2026-11-01 12:00:00 UTC")
    assert said(course, "ada", "bob") == ["handed in at an unknown time, and so not late (no timestamp.txt): ada"]


def test_who_withdrew_is_named_with_the_command_that_removes_them(course):
    record(course, "ada")
    record(course, "bob d'Or")
    with book(course) as gradebook:
        (sentence,) = gone(Chapter(course, CHAPTER), gradebook, ["ada"])
    assert sentence.startswith("no longer handed in: bob d'Or (")
    assert """nbgrader db student remove 'bob d'"'"'Or' --force""" in sentence


def test_of_many_the_first_are_named(course):
    enrol(course, *(f"student {number:02}" for number in range(25)))
    (sentence,) = said(course)
    assert sentence.endswith("student 19 and 5 more")

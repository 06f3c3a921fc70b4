"""Grades as tables: everything in its column, nothing a spreadsheet executes, nothing unfinished that looks final."""

from __future__ import annotations

import csv
import io

import pytest

from autograder.__main__ import main
from autograder.course import Course
from autograder.grading.gradebook.export import FORMS, Grades, as_csv, read_grades
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.record import open_gradebook
from tests.grading.conftest import copy_of
from tests.grading.small_course import CHAPTER, FULL, WHY_POINTS, scores_of
from tests.support.nbgrader_command import run_here


@pytest.fixture(scope="module")
def course(graded, tmp_path_factory) -> Course:
    """The graded class with a chapter that nobody handed in, and a roster: names, an address, numbers of Canvas."""
    course = copy_of(graded.course, tmp_path_factory.mktemp("export") / "course")
    book = open_gradebook(course.root, read_settings(course.root))
    book.update_or_create_assignment("2_not_yet")
    book.update_or_create_student("ada", first_name="Ada", last_name="King, of Lovelace", email="=ada@example.org")
    book.update_or_create_student("bob", lms_user_id="77", last_name="@SUM(1)", first_name="Bob\nB")
    grade = book.find_grade("why", "1_units", CHAPTER, "ada")
    grade.manual_score, grade.needs_manual_grade = 2.0, False
    book.db.commit()
    book.close()
    return course


@pytest.fixture(scope="module")
def grades(course) -> Grades:
    book = open_gradebook(course.root, read_settings(course.root))
    found = read_grades(book, course)
    for assignment in found.assignments:
        assert assignment.max_score
    yield found
    book.close()


def table(grades: Grades, form: str, so_far: bool = False) -> list[dict[str, str]]:
    """The rows as a program reads them that knows CSV."""
    text = as_csv(FORMS[form](grades, so_far))
    return list(csv.DictReader(io.StringIO(text)))


def row(rows: list[dict[str, str]], column: str, value: str) -> dict[str, str]:
    (found,) = [one for one in rows if one[column] == value]
    return found


MOST = FULL + WHY_POINTS


def test_the_long_form_is_nbgraders_with_a_remark(grades):
    rows = table(grades, "long")
    ada = row(rows, "student_id", "ada")
    assert (ada["score"], ada["max_score"], ada["late_submission_penalty"]) == (f"{FULL + 2.0}", f"{MOST:.1f}", "0.0")
    assert ada["last_name"] == "King, of Lovelace"
    assert ada["remark"] == ""
    assert row(rows, "student_id", "bob")["remark"] == "1_units: waits for a person"
    assert "1_units was set aside (it is an HTML page, not a notebook)" in row(rows, "student_id", "gus")["remark"]


def test_a_chapter_that_nobody_handed_in_is_left_out(grades):
    assert grades.left_out == ["2_not_yet"]
    assert {one["assignment"] for one in table(grades, "long")} == {CHAPTER}


def test_the_wide_form_has_a_row_for_each_student_with_totals(grades, graded):
    rows = table(grades, "wide")
    assert row(rows, "student_id", "points possible")["total"] == f"{MOST:.1f}"
    assert len(rows) == len(graded.summary.students) + 1
    bob = row(rows, "student_id", "bob")
    judged = sum(score or 0.0 for score in scores_of(graded.course, "bob").values())
    assert float(bob["total"]) == float(bob[CHAPTER]) == pytest.approx(judged, abs=1e-3)
    assert bob["remarks"] == f"{CHAPTER}: 1_units: waits for a person"


def test_canvas_gets_its_columns_and_final_points_alone(grades):
    head = as_csv(FORMS["canvas"](grades, False)).split("\n")[0]
    assert head == f"Student,ID,SIS User ID,SIS Login ID,Section,{CHAPTER}"
    rows = table(grades, "canvas")
    assert rows[0]["Student"].strip() == "Points Possible" and float(rows[0][CHAPTER]) == MOST
    assert row(rows, "SIS Login ID", "ada")[CHAPTER] == f"{FULL + 2.0}"
    assert row(rows, "ID", "77")[CHAPTER] == ""
    assert row(rows, "SIS Login ID", "gus")[CHAPTER] == ""
    assert float(row(table(grades, "canvas", so_far=True), "ID", "77")[CHAPTER]) > 0


def test_moodle_gets_addresses_and_numbers(grades):
    rows = table(grades, "moodle")
    assert list(rows[0]) == ["First name", "Last name", "ID number", "Email address", CHAPTER]
    assert row(rows, "ID number", "ada")[CHAPTER] == f"{FULL + 2.0}"
    assert row(rows, "ID number", "77")[CHAPTER] == ""


@pytest.mark.parametrize("form", FORMS)
def test_no_text_begins_as_a_formula(grades, form):
    for one in table(grades, form):
        assert not [value for value in one.values() if value.startswith(("=", "+", "@", "\t", "-"))]


@pytest.mark.parametrize("sign", ["=1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\n=1", "\uff1d1"])
def test_a_text_that_a_spreadsheet_would_execute_is_quoted(sign):
    ((text, number),) = csv.reader(io.StringIO(as_csv([[sign, -1.5]]), newline=""))
    assert (text, number) == (f"'{sign}", "-1.5")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_name_of_two_lines_stays_in_its_cell(end):
    rows = list(csv.reader(io.StringIO(as_csv([[f"a{end}b", 'c"d', "e,f"]]))))
    assert rows == [["a\nb", 'c"d', "e,f"]]


def test_nbgraders_own_command_writes_the_same(course, grades, tmp_path):
    run_here(course.root, "export", "--to", str(tmp_path / "grades.csv"))
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8") == as_csv(FORMS["long"](grades, False))


def test_the_command_writes_a_table_and_says_what_is_not_final(course, tmp_path, capsys):
    path = tmp_path / "x.csv"
    assert main(["export", CHAPTER, "--format", "canvas", "--to", str(path), "--course", str(course.root)]) == 0
    told = capsys.readouterr()
    assert path.read_text(encoding="utf-8").startswith("Student,ID,")
    assert f"not final: bob, {CHAPTER}: 1_units: waits for a person\n" in told.err


def test_with_nothing_graded_there_is_nothing_to_export(template, capsys):
    assert main(["export", "--course", str(template.root)]) == 1
    assert "There is nothing to export: the gradebook, " in capsys.readouterr().err

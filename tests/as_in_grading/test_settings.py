"""What a course sets for grading reaches `check` in students' hands."""

from __future__ import annotations

import json
import shutil

import pytest

from autograder.as_in_grading.settings import FILE, Settings, read_settings
from autograder.course import Course
from autograder.grading.gradebook.students_settings import settings_differences, write_students_settings
from autograder.sandbox import Limits


@pytest.fixture
def course(tmp_path) -> Course:
    """A folder with a package, and no settings of its own."""
    (tmp_path / "autograder").mkdir()
    return Course(tmp_path)


def configure(course: Course, *lines: str) -> None:
    (course.root / "nbgrader_config.py").write_text("\n".join(["c = get_config()", *lines]))


def test_the_usual_settings_are_those_of_grading():
    assert Settings() == Settings(Limits().call_seconds, Limits().packages)


def test_a_course_without_settings_has_no_file(course):
    write_students_settings(course)
    assert not (course.root / "autograder" / FILE).exists()
    assert settings_differences(course) == []
    assert read_settings(course.root / "autograder") == Settings()


def test_packages_and_time_are_written_where_check_reads_them(course):
    configure(course, "c.Limits.packages = ['jinja2']", "c.Limits.call_seconds = 10")
    assert settings_differences(course) == [f"autograder/{FILE} differs from what nbgrader_config.py makes"]
    write_students_settings(course)
    assert read_settings(course.root / "autograder") == Settings(10.0, ("jinja2", "markupsafe"))
    assert settings_differences(course) == []


def test_settings_that_are_taken_back_take_the_file_with_them(course):
    configure(course, "c.Limits.call_seconds = 10")
    write_students_settings(course)
    configure(course)
    write_students_settings(course)
    assert not (course.root / "autograder" / FILE).exists()


def test_a_course_folder_without_the_package_needs_no_file(course):
    shutil.rmtree(course.root / "autograder")
    configure(course, "c.Limits.call_seconds = 10")
    write_students_settings(course)
    assert settings_differences(course) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"call_seconds": "x", "packages": []}', json.dumps({"packages": 3})])
def test_a_file_that_makes_no_sense_is_passed_over(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    assert read_settings(tmp_path) == Settings()

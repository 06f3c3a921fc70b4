"""`python3 -m autograder release`, as an instructor runs it."""

from __future__ import annotations

import pytest

from autograder.__main__ import main
from autograder.course import Course
from tests.grading.small_course import CHAPTER, GRADIENTS, SECTIONS, UNITS, make_course


@pytest.fixture
def course(tmp_path) -> Course:
    return make_course(tmp_path / "course")


def run(course: Course, *words: str) -> int:
    return main(["release", "--course", str(course.root), *words])


def test_it_makes_the_release_and_names_the_files_and_check_agrees(course, capsys):
    assert run(course) == 0
    assert capsys.readouterr().out.split() == [f"release/{CHAPTER}/{section}.ipynb" for section in SECTIONS]
    assert run(course, "--check") == 0
    assert "release/ is what source/ makes." in capsys.readouterr().out


def test_check_names_each_file_that_differs_and_changes_nothing(course, capsys):
    run(course, CHAPTER)
    changed = course.root / "release" / CHAPTER / f"{UNITS}.ipynb"
    changed.write_text(changed.read_text() + "\n")
    (course.root / "release" / CHAPTER / f"{GRADIENTS}.ipynb").unlink()
    before = changed.read_text()
    capsys.readouterr()
    assert run(course, "--check") == 1
    told = capsys.readouterr().err
    assert f"release/{CHAPTER}/{UNITS}.ipynb differs" in told
    assert f"release/{CHAPTER}/{GRADIENTS}.ipynb is missing" in told
    assert changed.read_text() == before


def test_a_solution_that_would_leak_is_told_in_a_sentence(course, capsys):
    path = course.source_of(f"{CHAPTER}/{UNITS}")
    path.write_text(path.read_text().replace("All about", "### BEGIN SOLUTION\\nx\\n### END SOLUTION\\nAll about"))
    assert run(course) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"nbgrader could not release {CHAPTER}: ")
    assert "Traceback" not in told
    assert not (course.root / "release" / CHAPTER).exists()


def test_a_chapter_that_does_not_exist_is_told(course, capsys):
    assert run(course, "2_small") == 1
    assert capsys.readouterr().err == f"There is no chapter '2_small'. The chapters are: {CHAPTER}.\n"

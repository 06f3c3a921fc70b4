"""The course on disk: chapters, sections, and what stands in a notebook's cells."""

from __future__ import annotations

import json

import pytest

from autograder.course import (
    ROOT,
    Course,
    CourseError,
    checked_names,
    grading_of,
    is_check_cell,
    read,
    solution_cells,
    text_of,
    without_solution_marks,
)


@pytest.fixture
def course(tmp_path):
    """Two chapters in the wrong order, and what else lies about in a folder."""
    for name in ("2_later/1_one", "1_first/2_two", "1_first/1_one"):
        path = tmp_path / "source" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"cells": [], "title": "θ"}), encoding="utf-8")
    for name in (
        "1_first/.ipynb_checkpoints/1_one-checkpoint.ipynb",
        "1_first/.~1_one.ipynb",
        "1_first/notes.txt",
        ".ipynb_checkpoints/Untitled.ipynb",
        "images/one.png",
        "README.md",
    ):
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    return Course(tmp_path)


def test_the_chapters_are_the_folders_with_notebooks_in_order(course):
    assert course.chapters() == ["1_first", "2_later"]


def test_the_sections_are_the_notebooks_in_order(course):
    assert course.sections("1_first") == ["1_one", "2_two"]
    assert course.notebooks() == ["1_first/1_one", "1_first/2_two", "2_later/1_one"]


@pytest.mark.parametrize("chapter", ["none", "", ".", "..", "images", ".ipynb_checkpoints"])
def test_a_chapter_that_does_not_exist_is_told_with_those_that_do(course, chapter):
    with pytest.raises(CourseError) as problem:
        course.sections(chapter)
    assert str(problem.value) == f"There is no chapter {chapter!r}. The chapters are: 1_first, 2_later."


NEAR = {
    "1_frist": "Did you mean '1_first'?",
    "1": "Did you mean '1_first'?",
    "1_first/": "Did you mean '1_first'?",
    "source/1_first": "Did you mean '1_first'?",
    "1_first/1_one": "It takes a whole chapter: '1_first'.",
    "1_first/1_on": "It takes a whole chapter: '1_first'.",
    "source/1_first/1_one.ipynb": "It takes a whole chapter: '1_first'.",
}


@pytest.mark.parametrize(("name", "told"), NEAR.items())
def test_a_chapter_that_is_nearly_one_is_told_with_the_right_one(course, name, told):
    with pytest.raises(CourseError) as problem:
        course.sections(name)
    assert str(problem.value) == f"There is no chapter {name!r}. {told} The chapters are: 1_first, 2_later."


@pytest.mark.parametrize("name", ["2_two", "1_first/2", "1_first/2_twoo", "source/1_first/2_two.ipynb"])
def test_a_notebook_that_is_nearly_one_is_told_with_the_right_one(course, name):
    with pytest.raises(CourseError, match=r"Did you mean '1_first/2_two'\?"):
        course.expect(name)


def test_a_folder_that_is_no_course_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    for name, told in (
        ("nowhere", "it is not there"),
        ("file", "has no folder source/"),
        (".", "has no folder source/"),
    ):
        with pytest.raises(CourseError, match=told):
            Course.at(tmp_path / name)


def test_a_folder_without_source_has_no_chapters(tmp_path):
    assert Course(tmp_path).chapters() == []
    with pytest.raises(CourseError, match="The chapters are: none"):
        Course(tmp_path).sections("1_first")


def test_a_notebook_is_read_from_where_it_lies(course):
    assert read(course.source_of("1_first/2_two"))["title"] == "θ"


def test_the_course_is_this_repository_unless_told_otherwise():
    assert Course().root == ROOT
    assert (ROOT / "autograder" / "course.py").is_file()
    assert Course().chapters()


# ---------------------------------------------------------------- cells


@pytest.mark.parametrize("source", ["a\nb", ["a\n", "b"]])
def test_a_source_may_be_one_text_or_a_list_of_lines(source):
    assert text_of({"source": source}) == "a\nb"


def test_a_cell_without_source_is_empty():
    assert text_of({}) == ""


@pytest.mark.parametrize(
    "cell", [{}, {"metadata": {}}, {"metadata": {"nbgrader": None}}, {"metadata": {"nbgrader": [1]}}]
)
def test_a_cell_without_nbgraders_metadata_has_none(cell):
    assert grading_of(cell) == {}


def graded(source: str, **marks) -> dict:
    """A code cell with nbgrader's metadata."""
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {"nbgrader": {"grade": True, "solution": False, **marks}},
    }


def test_a_check_cell_is_a_graded_code_cell_that_calls_check():
    cell = graded("check(elu)")
    assert is_check_cell(cell)
    assert not is_check_cell(cell | {"cell_type": "markdown"})
    assert not is_check_cell(graded("check(elu)", grade=False))
    assert not is_check_cell(graded("check(elu)", solution=True))
    assert not is_check_cell(graded("assert elu(1) == 1"))
    assert not is_check_cell({"cell_type": "code", "source": "check(elu)", "metadata": {}})


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("check(elu)", ["elu"]),
        ('check(elu)\n### BEGIN HIDDEN TESTS\ncheck(elu, cases="hidden")\n### END HIDDEN TESTS', ["elu"]),
        ("check(b)\ncheck(a)\ncheck(b)", ["b", "a"]),
        ("if True:\n    check(a)\ncheck(b)", ["a", "b"]),
        ('check(my_elu, exercise="elu")', ["elu"]),
        ("check(function=elu)", ["elu"]),
        ("check(elu, exercise=None)", ["elu"]),
        ("check(elu, exercise=name)", ["elu"]),
        ("check(elu, exercise=5)", ["elu"]),
        ("check(elu, **options)", ["elu"]),
        ('check(lambda z: z, exercise="elu")', ["elu"]),
        ("check(lambda z: z)", []),
        ("check()", []),
        ("other(elu)", []),
        ("self.check(elu)", []),
        ("# check(elu)", []),
        ("'check(elu)'", []),
        ("", []),
        ("check(", []),
        ("check(elu)\x00", []),
        ("(" * 10_000, []),
        ("-" * 100_000 + "1", []),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_the_kernels_that_a_cell_checks_are_read_without_running_it(source, names):
    assert checked_names(source) == names


def test_solution_cells_are_those_a_student_writes_code_in():
    cells = [
        graded("solution", grade=False, solution=True),
        graded("check(elu)"),
        graded("both", grade=True, solution=True),
        graded("written", grade=False, solution=True) | {"cell_type": "markdown"},
        {"cell_type": "code", "source": "", "metadata": {}},
    ]
    assert [text_of(cell) for cell in solution_cells({"cells": cells})] == ["solution"]


def test_a_solution_without_its_marks_is_what_the_instructor_wrote():
    source = "def f(z):\n    ### BEGIN SOLUTION\n    y = z  # ### BEGIN\n    return y\n    ### END SOLUTION"
    assert without_solution_marks(source) == "def f(z):\n    y = z  # ### BEGIN\n    return y\n"


def test_a_command_is_told_with_the_folder_of_a_course_elsewhere(tmp_path):
    assert Course(ROOT).command("grade", "1 one") == "python3 -m autograder grade '1 one'"
    assert Course(tmp_path).command("release").endswith(f"autograder release --course {tmp_path}")

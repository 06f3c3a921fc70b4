"""release/ is what source/ makes, and holds nothing that is not for students."""

from __future__ import annotations

import base64
import copy
import json
import re

import pytest

from autograder.course import Chapter, CourseError, read, text_of
from autograder.grading.gradebook.release import differences, make_release
from autograder.grading.intake.instructor_notebook import master
from tests.grading.conftest import copy_of
from tests.grading.small_course import CHAPTER, HIDDEN_WORD, SECTIONS, UNITS, cell, released, write


def change_source(course, change) -> None:
    """Change the instructor's first notebook."""
    path = course.source_of(f"{CHAPTER}/{UNITS}")
    content = read(path)
    change(content["cells"])
    write(path, content)


def release_files(course) -> dict[str, bytes]:
    folder = course.root / "release"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_release_is_what_source_makes(template):
    assert differences(template) == []
    assert set(release_files(template)) == {f"{CHAPTER}/{section}.ipynb" for section in SECTIONS}


@pytest.mark.parametrize("section", SECTIONS)
def test_no_solution_hidden_test_mark_scheme_or_output_is_in_it(template, section):
    content = released(template, section)
    text = json.dumps(content)
    for secret in (HIDDEN_WORD, "SOLUTION", "HIDDEN", "MARK SCHEME", 'cases=\\"hidden\\"'):
        assert secret not in text
    assert not any(one.get("outputs") for one in content["cells"])


def test_outputs_of_the_instructors_runs_are_not_in_it(course):
    def run(cells):
        cells[1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "my secret"}]
        cells[1]["execution_count"] = 7

    change_source(course, run)
    make_release(Chapter(course, CHAPTER))
    assert "my secret" not in json.dumps(released(course, UNITS))
    assert released(course, UNITS)["cells"][1]["execution_count"] is None


def test_a_mark_scheme_is_not_in_it(course):
    text = "Discuss.\n### BEGIN MARK SCHEME\n5 points for the barnacle.\n### END MARK SCHEME"
    change_source(course, lambda cells: cells.append(cell("markdown", "essay", text, task=True, points=5, locked=True)))
    make_release(Chapter(course, CHAPTER))
    assert "Discuss." in json.dumps(released(course, UNITS))
    assert "barnacle" not in json.dumps(released(course, UNITS))


LEAKS = {
    "a solution in a text cell": cell("markdown", "leak", "### BEGIN SOLUTION\nthe answer\n### END SOLUTION"),
    "a solution in a cell of no kind": cell("code", "leak", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
    "a solution in a test cell": cell(
        "code", "leak", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", grade=True, locked=True, points=1
    ),
    "a solution that does not end": cell("code", "leak", "### BEGIN SOLUTION\nx = 1", solution=True),
    "hidden tests in a cell of no kind": cell("code", "leak", "### BEGIN HIDDEN TESTS\nx = 1\n### END HIDDEN TESTS"),
    "hidden tests that do not end": cell(
        "code", "leak", "x = 1\n### BEGIN HIDDEN TESTS\ny = 1", grade=True, locked=True, points=1
    ),
    "two cells of one name": cell("code", "elu", "pass", solution=True),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_what_would_leak_stops_the_release_and_leaves_the_old_one(course, leak):
    before = release_files(course)
    change_source(course, lambda cells: cells.append(copy.deepcopy(leak)))
    with pytest.raises(CourseError, match="nbgrader could not release 1_small: "):
        make_release(Chapter(course, CHAPTER))
    assert release_files(course) == before


def test_a_cell_that_could_not_be_graded_is_named(course):
    """So is its notebook."""
    change_source(course, lambda cells: cells.append({**copy.deepcopy(cells[3]), "id": "copied"}))
    with pytest.raises(CourseError) as told:
        make_release(Chapter(course, CHAPTER))
    assert str(told.value).startswith(f"nbgrader could not release {CHAPTER}: {UNITS}: elu_test is there twice.")


IMPOSSIBLE = {
    "6_a+b": "The chapter '6_a+b' must not have a plus sign",
    "6 [new]": "The chapter '6 [new]' must not have [ and ]",
    "6_new ": "must not begin or end with a space",
    "6\nnew": "must not have characters that cannot be written",
}


@pytest.mark.parametrize(("name", "told"), IMPOSSIBLE.items())
def test_a_chapter_with_a_name_that_nbgrader_cannot_have_is_told(course, name, told):
    (course.source / CHAPTER).rename(course.source / name)
    with pytest.raises(CourseError, match=re.escape(told)):
        make_release(Chapter(course, name))


def test_a_course_in_a_folder_with_brackets_is_told(course, tmp_path):
    moved = copy_of(course, tmp_path / "DL [2026]")
    with pytest.raises(CourseError, match=r"The path of the course, .*DL \[2026\], must not have \[ and \]"):
        make_release(Chapter(moved, CHAPTER))


def test_a_course_in_a_folder_with_a_question_mark_has_its_gradebook_there(course, tmp_path):
    (course.root / "gradebook.db").unlink()
    moved = copy_of(course, tmp_path / "what now? 100% #1 ü")
    make_release(Chapter(moved, CHAPTER))
    assert (moved.root / "gradebook.db").is_file()
    assert not (tmp_path / "what now").exists()


def test_a_source_that_is_no_notebook_leaves_the_old_release(course):
    """It stops the release."""
    before = release_files(course)
    course.source_of(f"{CHAPTER}/{UNITS}").write_text("{")
    with pytest.raises(CourseError, match="could not release"):
        make_release(Chapter(course, CHAPTER))
    assert release_files(course) == before


PICTURE = b"\x89PNG\r\n\x1a\n a picture"
LINK = "![a curve that rises](../../Assets/curve.png)"


def draw_and_show(course) -> None:
    (course.root / "Assets").mkdir()
    (course.root / "Assets" / "curve.png").write_bytes(PICTURE)
    change_source(course, lambda cells: cells.append(cell("markdown", "curve-figure", LINK)))


def test_a_figure_travels_inside_the_released_notebook(course):
    draw_and_show(course)
    make_release(Chapter(course, CHAPTER))
    found = text_of(released(course, UNITS)["cells"][-1])
    head = "![a curve that rises](data:image/png;base64,"
    assert found.startswith(head) and found.endswith(")")
    assert base64.b64decode(found.removeprefix(head).removesuffix(")")) == PICTURE


def test_a_figure_that_was_drawn_again_shows_until_it_is_released(course):
    draw_and_show(course)
    make_release(Chapter(course, CHAPTER))
    (course.root / "Assets" / "curve.png").write_bytes(PICTURE + b" with more")
    assert differences(course) == [f"release/{CHAPTER}/{UNITS}.ipynb differs from what source/ makes"]


def test_a_figure_that_is_not_there_is_told_and_leaves_the_old_release(course):
    before = release_files(course)
    change_source(course, lambda cells: cells.append(cell("markdown", "curve-figure", LINK)))
    with pytest.raises(CourseError, match=r"the figure curve\.png is not in .*Assets; .*draw_figures\.py"):
        make_release(Chapter(course, CHAPTER))
    assert release_files(course) == before


def test_what_is_graded_says_in_words_what_a_figure_shows(course):
    draw_and_show(course)
    found = master(course, f"{CHAPTER}/{UNITS}").cells[-1].source
    assert found == "*Figure: a curve that rises*"


def test_a_link_in_the_middle_of_a_text_is_no_figure(course):
    change_source(course, lambda cells: cells.append(cell("markdown", "text", f"See {LINK}, or not.")))
    make_release(Chapter(course, CHAPTER))
    assert text_of(released(course, UNITS)["cells"][-1]) == f"See {LINK}, or not."


def test_a_change_in_source_shows_until_it_is_released(course):
    change_source(course, lambda cells: cells.append(cell("markdown", "new", "More.")))
    assert differences(course) == [f"release/{CHAPTER}/{UNITS}.ipynb differs from what source/ makes"]
    make_release(Chapter(course, CHAPTER))
    assert differences(course) == []


def test_a_file_too_many_or_too_few_is_named(course):
    folder = course.root / "release" / CHAPTER
    (folder / f"{UNITS}.ipynb").unlink()
    (folder / "notes.txt").write_text("x")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "x.ipynb").write_text("x")
    assert differences(course) == [
        f"release/{CHAPTER}/{UNITS}.ipynb is missing: source/ makes it",
        f"release/{CHAPTER}/notes.txt is not made from source/",
    ]


def test_checking_needs_and_makes_no_gradebook(course):
    (course.root / "gradebook.db").unlink()
    differences(course)
    assert not (course.root / "gradebook.db").exists()


def test_a_section_that_is_no_longer_in_source_leaves_the_release(course):
    course.source_of(f"{CHAPTER}/{UNITS}").unlink()
    make_release(Chapter(course, CHAPTER))
    assert UNITS not in str(release_files(course))


def test_a_chapter_that_does_not_exist_is_told(course):
    with pytest.raises(CourseError, match="The chapters are: 1_small"):
        make_release(Chapter(course, "2_small"))

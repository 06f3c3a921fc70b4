"""`python3 -m autograder release`, as an instructor runs it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile

import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.course import Chapter, Course
from tests.grading.small_course import CHAPTER, GRADIENTS, POINTS, SECTIONS, UNITS, make_course


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
    assert course.assigned() is None, "whole chapters alone leave no list behind"
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
    told = capsys.readouterr().err
    assert told == f"There is no chapter '2_small'. Did you mean {CHAPTER!r}? The chapters are: {CHAPTER}.\n"


# ---------------------------------------------------------------- some notebooks of a chapter


@pytest.fixture(scope="module")
def released_alone(tmp_path_factory) -> Course:
    """The course after one notebook was released. Not to be changed: `chosen` is a copy of it."""
    course = make_course(tmp_path_factory.mktemp("chosen") / "course")
    assert run(course, f"{CHAPTER}/{GRADIENTS}") == 0
    return course


@pytest.fixture
def chosen(released_alone, tmp_path) -> Course:
    """The course after one notebook was released."""
    shutil.copytree(released_alone.root, tmp_path / "chosen")
    return Course(tmp_path / "chosen")


def files(course: Course) -> list[str]:
    """The notebooks in release/."""
    folder = course.root / "release"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.ipynb"))


def in_gradebook(course: Course) -> dict[str, float]:
    """The notebooks of the chapter in the gradebook, with their points."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        return {notebook.name: notebook.max_score for notebook in gradebook.find_assignment(CHAPTER).notebooks}


def test_one_notebook_of_a_chapter_is_released_alone(chosen):
    assert files(chosen) == [f"{CHAPTER}/{GRADIENTS}.ipynb"]
    assert in_gradebook(chosen) == {GRADIENTS: POINTS["elu_backward"]}
    assert Chapter(chosen, CHAPTER).sections() == [GRADIENTS]
    assert run(chosen, "--check") == 0


def test_what_leaves_the_release_and_what_the_class_gets_is_told(chosen, capsys):
    assert run(chosen, CHAPTER) == 0
    assert f"The class gets, as assigned.txt says: {CHAPTER}\n" in capsys.readouterr().out
    (chosen.root / "assigned.txt").write_text(f"{CHAPTER}/{GRADIENTS}\n")
    assert run(chosen) == 0
    told = capsys.readouterr().out
    assert f"taken out of release/{CHAPTER}, as not assigned, or not in source/ any more: {UNITS}\n" in told
    assert "The class gets" not in told


def test_a_release_of_everything_keeps_to_what_was_chosen(chosen):
    assert run(chosen) == 0
    assert files(chosen) == [f"{CHAPTER}/{GRADIENTS}.ipynb"]


def test_nbgrader_keeps_to_what_was_chosen(chosen):
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", CHAPTER]
    done = subprocess.run(command, cwd=chosen.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert files(chosen) == [f"{CHAPTER}/{GRADIENTS}.ipynb"]
    assert set(in_gradebook(chosen)) == {GRADIENTS}


def test_a_notebook_that_comes_later_takes_nothing_from_what_was_graded(chosen):
    with Gradebook(f"sqlite:///{chosen.root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(CHAPTER, "ada")
        gradebook.find_grade("elu_backward_test", GRADIENTS, CHAPTER, "ada").manual_score = 3
        gradebook.db.commit()
    assert run(chosen, f"{CHAPTER}/{UNITS}") == 0
    assert set(in_gradebook(chosen)) == set(SECTIONS)
    with Gradebook(f"sqlite:///{chosen.root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(CHAPTER, "ada").score == 3
        new = gradebook.find_submission_notebook(UNITS, CHAPTER, "ada")
        assert {grade.name for grade in new.grades} == {"elu_test", "relu_test", "double_test", "why"}
        assert {comment.name for comment in new.comments} == {"elu", "relu", "double", "why"}


def test_the_whole_chapter_takes_the_place_of_its_notebooks(chosen):
    run(chosen, CHAPTER)
    assert chosen.assigned() == [CHAPTER]
    assert files(chosen) == [f"{CHAPTER}/{section}.ipynb" for section in SECTIONS]


def test_a_wrong_name_is_told_with_the_nearest_one_and_changes_nothing(course, capsys):
    assert run(course, f"{CHAPTER}/1_unit") == 1
    assert f"There is no notebook '{CHAPTER}/1_unit'. Did you mean '{CHAPTER}/{UNITS}'?" in capsys.readouterr().err
    assert course.assigned() is None


def test_a_release_that_fails_leaves_the_choice_as_it_was(course):
    course.source_of(f"{CHAPTER}/{UNITS}").write_text("{")
    assert run(course, f"{CHAPTER}/{UNITS}") == 1
    assert course.assigned() is None


def test_a_wrong_name_in_the_list_is_told(course, capsys):
    (course.root / "assigned.txt").write_text(f"{CHAPTER}/1_unit  # by hand\n")
    assert run(course) == 1
    told = capsys.readouterr().err
    assert "It stands in" in told and f"Did you mean '{CHAPTER}/{UNITS}'?" in told


def test_a_handout_of_a_notebook_holds_that_alone(chosen, tmp_path, capsys):
    assert run(chosen, "--handout", str(tmp_path / "x.zip"), f"{CHAPTER}/{GRADIENTS}") == 0
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        names = archive.namelist()
    assert [name for name in names if name.endswith(".ipynb")] == [
        f"training-deep-networks/release/{CHAPTER}/{GRADIENTS}.ipynb"
    ]
    assert {name.split("/")[3] for name in names if name.endswith("recorded.npz")} == {"elu_and_selu"}
    assert set(in_gradebook(chosen)) == {GRADIENTS}

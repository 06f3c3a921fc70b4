"""Notebooks under other names: known by their cells, or set aside with the names of the files."""

from __future__ import annotations

import json
import shutil

import pytest

from autograder.course import Chapter
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.intake.rebuild import rebuild
from autograder.grading.intake.renamed import Found, find_notebook
from autograder.grading.intake.submission import SetAside, parse
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.result_key import key_of
from autograder.grading.scoring.task import Task
from tests.grading.small_course import (
    ALPHA_FORGOTTEN,
    CHAPTER,
    GRADIENTS,
    RIGHT,
    UNITS,
    answered,
    folder_of,
    released,
    write,
)


@pytest.fixture
def folder(course):
    """A student's folder, with the other notebook of the chapter in it."""
    found = folder_of(course, "ada")
    write(found / f"{GRADIENTS}.ipynb", answered(course, GRADIENTS, RIGHT))
    return found


def found_for(course, section: str = UNITS) -> Found:
    return find_notebook(Chapter(course, CHAPTER), "ada", section)


NAMES = [
    "1_units-Copy1.ipynb",
    "1_units (1).ipynb",
    "1_units(2).ipynb",
    "Copy of 1_units.ipynb",
    "Kopie von 1_units.ipynb",
    "1_Units.ipynb",
    "1_UNITS.IPYNB",
    "1 units.ipynb",
    "1_units.ipynb.txt",
    "1_units.ipynb.json",
    "1_units.ipynb (1).download",
    "1_units.new.ipynb",
    "1_units_ada_final FINAL.ipynb",
    "Untitled.ipynb",
    "2_gradients_ada.ipynb",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_renamed_notebook_is_known_by_its_cells(course, folder, name):
    write(folder / name, answered(course, UNITS, RIGHT))
    found = found_for(course)
    assert found.file == name
    assert found.flags == (f"it was handed in as {name}: it was known by its cells",)
    assert RIGHT["elu"].encode()[:20] in found.content
    assert found_for(course, GRADIENTS) == Found((folder / f"{GRADIENTS}.ipynb").read_bytes())


def test_a_renamed_notebook_that_lost_its_metadata_is_known_by_its_text(course, folder):
    content = answered(course, UNITS, RIGHT)
    for number, one in enumerate(content["cells"]):
        one["metadata"], one["id"] = {}, f"n{number}"
    write(folder / "mine.ipynb", content)
    assert found_for(course).file == "mine.ipynb"


def test_the_answered_copy_counts_beside_a_blank_original(course, folder):
    write(folder / f"{UNITS}.ipynb", released(course, UNITS))
    write(folder / "1_units (1).ipynb", answered(course, UNITS, RIGHT))
    found = found_for(course)
    assert found.file == "1_units (1).ipynb"
    assert found.flags[0].endswith(f"and {UNITS}.ipynb is as released")


def test_an_answered_original_counts_beside_any_copy(course, folder):
    write(folder / f"{UNITS}.ipynb", answered(course, UNITS, {"elu": RIGHT["elu"]}))
    write(folder / "1_units (1).ipynb", answered(course, UNITS, RIGHT))
    assert found_for(course) == Found((folder / f"{UNITS}.ipynb").read_bytes())


def test_of_copies_with_the_same_answers_one_counts(course, folder):
    for name in ("a.ipynb", "b.ipynb"):
        write(folder / name, answered(course, UNITS, RIGHT))
    write(folder / "c.ipynb", released(course, UNITS))
    assert found_for(course).file == "a.ipynb"


def test_copies_with_different_answers_wait_for_a_person(course, folder):
    write(folder / "a.ipynb", answered(course, UNITS, RIGHT))
    write(folder / "b.ipynb", answered(course, UNITS, {**RIGHT, "elu": ALPHA_FORGOTTEN}))
    assert "a.ipynb and b.ipynb have different answers" in str(found_for(course).content)


UNKNOWN = {
    "1_units.html": "<html></html>",
    "1_units.py": "x = 1",
    "Untitled.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}]}),
    "1_units (1).ipynb": "",
    "export.ipynb": "<!DOCTYPE html>",
}


@pytest.mark.parametrize(("name", "text"), UNKNOWN.items())
def test_what_may_be_the_missing_notebook_and_cannot_be_recognized_waits(course, folder, name, text):
    (folder / name).write_text(text)
    content = found_for(course).content
    assert isinstance(content, SetAside)
    assert f"there is no {UNITS}.ipynb" in str(content)
    assert name in str(content)


def test_notebooks_in_a_folder_of_their_own_wait(course, folder):
    (folder / "chapter").mkdir()
    write(folder / "chapter" / f"{UNITS}.ipynb", answered(course, UNITS, RIGHT))
    assert "chapter: a folder; move the notebooks out of it" in str(found_for(course).content)


@pytest.mark.parametrize("name", ["notes.txt", ".1_units.ipynb", "~1_units.ipynb", "data.csv"])
def test_other_files_are_no_notebooks(course, folder, name):
    (folder / name).write_text("x")
    assert found_for(course) == Found(None)


def test_a_copy_of_another_notebook_does_not_stand_for_a_missing_one(course, folder):
    shutil.copy(folder / f"{GRADIENTS}.ipynb", folder / "2_gradients (1).ipynb")
    assert found_for(course) == Found(None)


def test_a_link_under_another_name_is_not_followed(course, folder):
    (folder / "1_units (1).ipynb").symlink_to(course.root / "release" / CHAPTER / f"{UNITS}.ipynb")
    assert "the file is a link" in str(found_for(course).content)


def swap(course, folder, answers=RIGHT) -> None:
    """Hand in each notebook under the name of the other."""
    write(folder / f"{UNITS}.ipynb", answered(course, GRADIENTS, answers))
    write(folder / f"{GRADIENTS}.ipynb", answered(course, UNITS, answers))


@pytest.mark.parametrize("section", [UNITS, GRADIENTS])
def test_swapped_notebooks_are_known_by_their_cells(course, folder, section):
    swap(course, folder)
    other = GRADIENTS if section == UNITS else UNITS
    found = found_for(course, section)
    assert found.file == f"{other}.ipynb"
    assert found.flags == (f"it was handed in as {other}.ipynb: it was known by its cells",)


def test_swapped_notebooks_without_answers_are_known_too(course, folder):
    swap(course, folder, {})
    assert found_for(course).file == f"{GRADIENTS}.ipynb"


def test_a_notebook_that_lost_its_metadata_is_its_own(course, folder):
    swap(course, folder)
    content = answered(course, UNITS, RIGHT)
    for number, one in enumerate(content["cells"]):
        one["metadata"], one["id"] = {}, f"n{number}"
    write(folder / f"{UNITS}.ipynb", content)
    assert found_for(course) == Found((folder / f"{UNITS}.ipynb").read_bytes())


def test_another_file_under_a_notebooks_name_is_another_result(course, folder):
    task, config = Task(Chapter(course, CHAPTER), "ada", UNITS), GradingConfig(course, "secret")
    swap(course, folder)
    key = key_of(task, config)
    write(folder / f"{GRADIENTS}.ipynb", answered(course, UNITS, {**RIGHT, "elu": ALPHA_FORGOTTEN}))
    assert key_of(task, config) != key


def test_a_notebook_under_the_name_of_another_one_is_set_aside(course, folder):
    write(folder / f"{UNITS}.ipynb", answered(course, GRADIENTS, RIGHT))
    with pytest.raises(SetAside, match="none of its cells"):
        rebuild(master(course, f"{CHAPTER}/{UNITS}"), parse(found_for(course).content))


def test_another_file_is_another_result(course, folder):
    task, config = Task(Chapter(course, CHAPTER), "ada", UNITS), GradingConfig(course, "secret")
    keys = {key_of(task, config)}
    write(folder / "1_units (1).ipynb", released(course, UNITS))
    keys.add(key_of(task, config))
    write(folder / "1_units (1).ipynb", answered(course, UNITS, RIGHT))
    keys.add(key_of(task, config))
    assert len(keys) == 3

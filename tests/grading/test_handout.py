"""What students get: notebooks and checks that work, nothing of the instructor's."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile

import pytest

from autograder.course import ROOT, Course, CourseError
from autograder.grading.handout import NAME, write_handout
from tests.notebooks.test_every_notebook import ONLY_NUMPY


@pytest.fixture(scope="module")
def handout(tmp_path_factory):
    """The unpacked handout of the course."""
    folder = tmp_path_factory.mktemp("handout")
    count = write_handout(Course(ROOT), folder / "course.zip")
    with zipfile.ZipFile(folder / "course.zip") as archive:
        assert len(archive.namelist()) == count
        archive.extractall(folder)
    return folder / NAME


def run(handout, *words: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([sys.executable, *words], cwd=handout, env=environment, capture_output=True, text=True)


def test_it_holds_every_released_notebook_and_no_solution(handout):
    released = {path.relative_to(ROOT) for path in (ROOT / "release").rglob("*.ipynb")}
    assert {path.relative_to(handout) for path in handout.rglob("*.ipynb")} == released
    assert not (handout / "source").exists()


def test_a_check_works_in_it(handout):
    done = run(handout, "-c", "import numpy as np; from autograder import check; check(np.tanh, exercise='tanh')")
    assert "5 of 5 points" in done.stdout, done.stderr


def test_its_only_command_is_the_students(handout):
    done = run(handout, "-m", "autograder")
    assert "    lab " in done.stdout
    assert not [name for name in ("grade", "demo", "release", "report") if f"    {name} " in done.stdout]


def test_its_readme_speaks_to_students(handout):
    text = (handout / "README.md").read_text(encoding="utf-8")
    assert "## Students in a class" in text
    assert ONLY_NUMPY in text.replace("\n", " ")
    assert "## Instructors" not in text
    assert "source/" not in text


def test_an_existing_file_or_folder_is_left_alone(tmp_path):
    (tmp_path / "thesis.zip").write_text("years of work")
    with pytest.raises(CourseError, match="is there already"):
        write_handout(Course(ROOT), tmp_path / "thesis.zip")
    with pytest.raises(CourseError, match="is a folder"):
        write_handout(Course(ROOT), tmp_path)
    assert (tmp_path / "thesis.zip").read_text() == "years of work"

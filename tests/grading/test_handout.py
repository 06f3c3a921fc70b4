"""What students get: notebooks and checks that work, nothing of the instructor's, and no solution in any form."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.course import FIRST_PAGE, ROOT, Course, CourseError
from autograder.exercises import catalogue, of_notebook
from autograder.grading.handout import NAME, files_beside, write_handout
from autograder.grading.handout_exercises import reference_travels
from autograder.judge import judge
from autograder.lab.function_toolbox import NEEDED
from autograder.plaindata.call import call
from autograder.solutions import solution
from tests.notebooks.test_every_notebook import ONLY_NUMPY
from tests.support.solutions_in import Candidate, candidates, earned
from tests.support.thorough import THOROUGH

A_FEW = ["1_training_problems/3c_elu_and_selu", "2_faster_optimizers/2_nesterov"]
NOTEBOOKS = Course(ROOT).notebooks() if THOROUGH else A_FEW
ABOUT_PROCESSES = ("autograder/bootstrap.py", "autograder/__main__.py", "autograder/commands/")
"""Modules whose functions start processes and write files: they are not called to see what they return."""

VERDICTS = """
import functools, json, sys
import numpy as np
from autograder.exercises import catalogue
from autograder.judge import judge
from autograder.plaindata.call import call

for name, source in json.load(sys.stdin):
    names = {"np": np}
    exec(source, names)
    verdict = judge(catalogue()[name], functools.partial(call, names[name]), devices=("cpu",))
    print(json.dumps(verdict.to_json()))
"""


@pytest.fixture(scope="module")
def handout(tmp_path_factory) -> Path:
    """The unpacked handout of some notebooks."""
    folder = tmp_path_factory.mktemp("handout")
    count = write_handout(Course(ROOT), folder / "course.zip", NOTEBOOKS)
    with zipfile.ZipFile(folder / "course.zip") as archive:
        assert len(archive.namelist()) == count
        archive.extractall(folder)
    return folder / NAME


def run(handout: Path, *words: str, given: str = "") -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, *words], cwd=handout, env=environment, input=given, capture_output=True, text=True
    )


def test_it_holds_the_notebooks_that_were_chosen_and_no_others(handout):
    found = {path.relative_to(handout).as_posix() for path in handout.rglob("*.ipynb")}
    assert found == {f"release/{notebook}.ipynb" for notebook in NOTEBOOKS} | {f"release/{FIRST_PAGE}"}


def test_source_tests_grading_and_solutions_are_not_in_it(handout):
    parts = {path.relative_to(handout).as_posix() for path in handout.rglob("*")}
    assert not parts & {"source", "tests", "autograder/grading", "autograder/sandbox", "autograder/solutions.py"}
    assert not [name for name in parts if "in_numpy" in name]
    assert not [name for name in parts if name.endswith("draw_figures.py")]


def test_nothing_in_it_is_worth_a_point(handout):
    """No function, no lambda, no code in a text: called as any exercise's function, without PyTorch as in grading."""
    found = [one for one in candidates(handout) if not one.where.startswith((*ABOUT_PROCESSES, "autograder/lab/"))]
    found += [one for one in candidates(ROOT / "autograder" / "lab") if not one.where.startswith("in_numpy.py")]
    assert len(found) > 100
    assert {one.where: worth for one in found if (worth := list(earned(one)))} == {}


@pytest.mark.parametrize("name", NEEDED)
def test_what_the_deep_network_is_given_is_a_call_of_pytorchs(name):
    assert reference_travels(catalogue()[name])


SPELLED_OUT = ("dead_units", "look_ahead_to_pytorch", "self_normalizing_constants", "textbook_rmsprop_step", "rrelu")


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_a_reference_that_spells_the_formula_out_stays_at_home(name):
    assert not reference_travels(catalogue()[name])


def compared() -> list[tuple[str, str]]:
    """Names of exercises, each with the code of a known mistake."""
    exercises = [exercise for notebook in NOTEBOOKS for exercise in of_notebook(notebook)]
    chosen = exercises if THOROUGH else exercises[::3]
    return [(one.name, text) for one in chosen for text in (one.textbook, *(m.source for m in one.mistakes))]


def test_verdicts_in_it_are_those_of_the_whole_package(handout):
    """Points, lost requirements, the case that is shown, and the diagnosis: of solutions and of known mistakes."""
    pairs = [(name, source) for name, source in compared() if "dampening)" not in source]
    done = run(handout, "-c", VERDICTS, given=json.dumps(pairs))
    assert done.returncode == 0, done.stderr
    there = [json.loads(line) for line in done.stdout.splitlines()]
    here = [verdict_here(name, source) for name, source in pairs]
    for verdict in (*there, *here):
        for measured in ("seconds", "versions"):
            del verdict[measured]
    assert there == here
    assert any(verdict["diagnosis"] for verdict in there)


def verdict_here(name: str, source: str) -> dict:
    """The verdict of the package with everything in it."""
    names: dict = {"np": __import__("numpy")}
    exec(source, names)
    verdict = judge(catalogue()[name], functools.partial(call, names[name]), devices=("cpu",))
    return json.loads(json.dumps(verdict.to_json()))


CHECKS = """
import numpy as np
from autograder import check

def forgotten(z, alpha=1.0):
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))

for name, function in {
    "elu": lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
    "look_ahead_to_pytorch": lambda theta, m, learning_rate, beta: (theta + beta * m, m / -learning_rate),
}.items():
    for cases in ("public", "hidden"):
        check(function, exercise=name, cases=cases)
print("so far")
check(forgotten, exercise="elu", cases="hidden")
"""


def test_checks_work_in_it_with_a_live_reference_and_with_recorded_answers(handout):
    """And they name a mistake with hidden cases, too."""
    done = run(handout, "-c", CHECKS)
    right, _, wrong = done.stdout.partition("so far")
    for name in ("elu", "look_ahead_to_pytorch"):
        points = catalogue()[name].points
        assert right.count(f"{name}: {points} of {points} points") == 2, done.stderr
    assert "alpha has no effect on your result" in wrong


def test_its_lab_copies_the_notebooks(handout, tmp_path):
    done = run(handout, "-m", "autograder", "lab", "--no-open", "--folder", str(tmp_path / "copy"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "copy" / FIRST_PAGE).is_file()
    assert len(list((tmp_path / "copy").glob("*/*.ipynb"))) == len(NOTEBOOKS)


def test_its_only_command_is_the_students(handout):
    done = run(handout, "-m", "autograder")
    assert "    lab " in done.stdout
    assert "`demo`" not in done.stdout
    assert not [name for name in ("grade", "demo", "release", "report") if f"    {name} " in done.stdout]


def test_its_readme_speaks_to_students_of_their_notebooks(handout):
    text = (handout / "README.md").read_text(encoding="utf-8")
    assert "## Students in a class" in text
    assert ONLY_NUMPY in text.replace("\n", " ")
    assert "## Instructors" not in text
    assert "source/" not in text
    assert text.count("\n| ") - 1 == len(NOTEBOOKS), "the head of the table, and a row for each"


def test_what_lies_beside_its_notebooks_is_in_it(tmp_path):
    chapter = tmp_path / "release" / "1_a"
    (chapter / "data").mkdir(parents=True)
    (tmp_path / "release" / "2_b").mkdir()
    for name in ("1_a/helpers.py", "1_a/data/one.csv", "1_a/.DS_Store", "1_a/x.ipynb", "2_b/other.py"):
        (tmp_path / "release" / name).write_text("1")
    assert set(files_beside(Course(tmp_path), ["1_a/x"])) == {"1_a/helpers.py", "1_a/data/one.csv"}


def test_an_existing_file_or_folder_is_left_alone(tmp_path):
    (tmp_path / "thesis.zip").write_text("years of work")
    with pytest.raises(CourseError, match="is there already"):
        write_handout(Course(ROOT), tmp_path / "thesis.zip")
    with pytest.raises(CourseError, match="is a folder"):
        write_handout(Course(ROOT), tmp_path)
    assert (tmp_path / "thesis.zip").read_text() == "years of work"


def test_a_solution_in_it_would_be_found():
    assert dict(earned(Candidate("source/", solution("elu")))) == {"elu": catalogue()["elu"].points}

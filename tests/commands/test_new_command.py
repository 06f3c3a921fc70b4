"""`new`: a new exercise in a copy of the course, from its first failing test to a graded submission."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.commands.new import _add_to_order, _write
from autograder.course import ROOT, CourseError, grading_of, read, text_of

CHAPTER, SECTION = "3_learning_rate_scheduling", "1_learning_rate_schedules"
NOTEBOOK = f"{CHAPTER}/{SECTION}"
NAME, POINTS = "root_schedule", 5
CALL = "x * np.sqrt(initial_rate)"

REFERENCE = """import torch

    return torch.as_tensor(x) * torch.as_tensor(initial_rate).sqrt()"""


def run(folder: Path, *words: str) -> subprocess.CompletedProcess:
    """A Python command in a copy of the course."""
    where = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run([sys.executable, *words], cwd=folder, env=where, capture_output=True, text=True)


def new(folder: Path, *words: str) -> subprocess.CompletedProcess:
    return run(folder, "-m", "autograder", "new", *words)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A copy of the course to which `new` has added an exercise."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("autograder", "tests", "source", "release", "Assets"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.glob("*.*"):
        if path.is_file() and path.suffix in (".md", ".toml", ".txt", ".yml", ".py"):
            shutil.copy(path, folder)
    done = new(folder, NOTEBOOK, NAME, "--parameters", "x, initial_rate")
    assert done.returncode == 0, done.stderr
    assert f"python3 -m autograder test tests/exercises -k {NAME}" in done.stdout
    return folder


@pytest.fixture(scope="module")
def failing(course) -> str:
    """What the tests of the new exercise say before anything is written."""
    return run(course, "-m", "pytest", "-q", "-x", "tests/exercises", "-k", NAME).stdout


@pytest.fixture(scope="module")
def finished(course, failing) -> Path:
    """The exercise is written: solution, reference, points; facts and release are made."""
    file = course / "autograder" / "exercises" / "learning_rate_schedules" / f"{NAME}.py"
    text = file.read_text().replace('raise NotImplementedError(f"write the PyTorch reference of {name}")', "")
    text = text.replace('    raise NotImplementedError\n"""', f'    return {CALL}\n"""')
    text = text.replace(f'raise NotImplementedError("write the PyTorch reference of {NAME}")', REFERENCE)
    text = text.replace("initial_rate=sample.normal(2, 3)", "initial_rate=sample.uniform(2, 3)")
    file.write_text(text.replace('"initial_rate": sample.normal(*shape)', '"initial_rate": sample.uniform(*shape)'))
    notebook = course / "source" / f"{NOTEBOOK}.ipynb"
    notebook.write_text(notebook.read_text().replace("raise NotImplementedError", f"return {CALL}"))
    for command in ("facts", "release"):
        done = run(course, "-m", "autograder", command)
        assert done.returncode == 0, done.stderr
    return course


def test_its_first_tests_fail_and_say_what_is_missing(failing):
    assert "failed" in failing and "passed" not in failing
    assert f"write the PyTorch reference of {NAME}" in failing or "NotImplementedError" in failing


def test_its_points_and_its_number_stand_everywhere(finished):
    cells = {cell["id"]: cell for cell in read(finished / "source" / f"{NOTEBOOK}.ipynb")["cells"]}
    assert "### Exercise 8: `root_schedule(x, initial_rate)`" in text_of(cells["root-schedule-card"])
    assert f"5 minutes, {POINTS} points" in text_of(cells["root-schedule-card"])
    assert grading_of(cells["root-schedule-test"])["points"] == POINTS
    assert "`choose_rate`, `root_schedule`" in (finished / "README.md").read_text()


def test_a_submission_of_it_is_graded(finished):
    submitted = finished / "submitted" / "ada" / CHAPTER / f"{SECTION}.ipynb"
    submitted.parent.mkdir(parents=True)
    notebook = read(finished / "release" / f"{NOTEBOOK}.ipynb")
    (cell,) = [cell for cell in notebook["cells"] if grading_of(cell).get("grade_id") == NAME]
    cell["source"] = f"def {NAME}(x, initial_rate):\n    return {CALL}"
    submitted.write_text(json.dumps(notebook))
    done = run(finished, "-m", "autograder", "grade", CHAPTER, "--devices", "cpu")
    assert done.returncode == 0, done.stderr
    assert f"{POINTS}" in next(line for line in done.stdout.splitlines() if "ada" in line).split()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["9_nowhere/1_nothing", "f"], "There is no notebook '9_nowhere/1_nothing'. The notebooks are: 1_training"),
        ([NOTEBOOK, "elu"], "There is an exercise 'elu' already, in 1_training_problems/3c_elu_and_selu."),
        ([NOTEBOOK, "two words"], "'two words' cannot be the name of a function."),
        ([NOTEBOOK, "f", "--parameters", "x, 2y"], "'2y' cannot be the name of a parameter."),
        ([NOTEBOOK, "f", "--parameters", "x, x"], "Two parameters have the same name: x, x."),
    ],
)
def test_what_cannot_be_made_is_a_sentence(words, sentence):
    done = new(ROOT, *words)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "adam_step.py").write_text("mine")
    with pytest.raises(CourseError, match="is there already: nothing was written over it"):
        _write(tmp_path / "adam_step.py", "new")
    assert (tmp_path / "adam_step.py").read_text() == "mine"


def test_an_exercise_comes_last_in_the_order_of_its_folder(tmp_path):
    package = tmp_path / "__init__.py"
    package.write_text('NOTEBOOK = "a/b"\nORDER = ("one", "two")\nMORE = 1\n')
    _add_to_order(package, "three")
    assert package.read_text() == ('NOTEBOOK = "a/b"\nORDER = (\n    "one",\n    "two",\n    "three",\n)\nMORE = 1\n')
    package.write_text("")
    with pytest.raises(CourseError, match="has no ORDER"):
        _add_to_order(package, "three")

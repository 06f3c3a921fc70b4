"""`python3 -m autograder watch`: a saved notebook is checked up to the first exercise that does not pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.commands import watch
from autograder.course import MANIFEST
from autograder.exercises import catalogue, of_notebook
from autograder.student_progress import read
from tests.grading.small_course import cell, notebook

NOTEBOOK = catalogue()["elu"].notebook
FIRST, SECOND = [exercise.name for exercise in of_notebook(NOTEBOOK)][:2]
RIGHT = f"import numpy as np\n\n{catalogue()[FIRST].textbook}"
WRONG = catalogue()[SECOND].mistakes[0].source
EXPERIMENT = "from autograder import lab\n\nraise SystemExit('experiments are not run')"


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A student's copy whose notebook has a right answer, an experiment and a wrong answer."""
    cells = [cell("code", f"c{number}", text) for number, text in enumerate((RIGHT, EXPERIMENT, WRONG))]
    path = tmp_path / f"{NOTEBOOK}.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(notebook(*cells)))
    (tmp_path / MANIFEST).write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def once(copy: Path, name: str = NOTEBOOK) -> int:
    return main(["watch", "--folder", str(copy), "--once", name])


def test_what_passes_has_a_line_and_the_first_that_does_not_its_report(copy, capsys):
    assert once(copy) == 1
    out = capsys.readouterr().out
    assert f"✓ {FIRST}\n" in out
    assert f"{FIRST}: " not in out
    assert f"{SECOND}: " in out and "expected" in out


def test_what_was_found_is_kept_beside_the_work(copy):
    once(copy)
    assert {name: result.passed for name, result in read(copy).items()} == {FIRST: True, SECOND: False}


def test_a_cell_that_does_not_run_is_named(copy, capsys):
    (copy / f"{NOTEBOOK}.ipynb").write_text(json.dumps(notebook(cell("code", "a", "def elu(z:\n    pass"))))
    assert once(copy) == 1
    out = capsys.readouterr().out
    assert "Cell 1 does not run: SyntaxError" in out and f"no function called {FIRST}" in out


@pytest.mark.parametrize("magic", ["%matplotlib inline", "%%time", "!ls", "%%capture out"])
def test_a_magic_above_an_answer_does_not_lose_it(copy, capsys, magic):
    (copy / f"{NOTEBOOK}.ipynb").write_text(json.dumps(notebook(cell("code", "a", f"{magic}\n{RIGHT}"))))
    once(copy)
    assert f"✓ {FIRST}\n" in capsys.readouterr().out


def test_a_misspelt_name_gets_those_there_are(copy, capsys):
    assert once(copy, f"{NOTEBOOK}s") != 0
    assert NOTEBOOK in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_a_file_that_is_no_notebook_is_said_so(copy, content, capsys):
    (copy / f"{NOTEBOOK}.ipynb").write_text(content)
    assert once(copy) not in (0, 1) or "cannot be read" in capsys.readouterr().err


def test_a_name_that_is_no_notebook_gets_those_there_are(copy, capsys):
    (copy / "1_training_problems" / "nothing.ipynb").write_text(json.dumps(notebook()))
    assert once(copy, "1_training_problems/nothing") != 0
    assert NOTEBOOK in capsys.readouterr().err


def test_a_saved_notebook_is_noticed(copy):
    before = watch._saved(copy)
    path = copy / f"{NOTEBOOK}.ipynb"
    path.write_text(path.read_text() + " ")
    assert before != watch._saved(copy)

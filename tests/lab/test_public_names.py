"""What a notebook reaches as `lab.<name>`: marked where it is defined, found without loading it."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from autograder import lab
from autograder.course import ROOT, Course, read, text_of
from autograder.lab import experiment
from autograder.lab.students import UnusableResult
from tests.solutions import solution

COURSE = Course()
MODULES = sorted(path.stem for path in (ROOT / "autograder" / "lab").glob("*.py") if path.stem != "__init__")


def used_in(notebook: str) -> set[str]:
    """The names that the code of a notebook takes from `lab`."""
    cells = [cell for cell in read(COURSE.source_of(notebook))["cells"] if cell["cell_type"] == "code"]
    nodes = [node for cell in cells for node in ast.walk(ast.parse(text_of(cell)))]
    return {node.attr for node in nodes if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "lab"}


@pytest.mark.parametrize("notebook", COURSE.notebooks())
def test_lab_has_what_a_notebook_takes_from_it(notebook):
    assert used_in(notebook)
    assert used_in(notebook) <= set(dir(lab))


def test_the_names_found_in_the_text_are_those_that_the_modules_mark():
    for module in {*MODULES, *lab.homes().values()}:
        importlib.import_module(f"autograder.lab.{module}")
    assert set(experiment.OFFERED) == set(lab.homes())
    assert all(getattr(lab, name) is value for name, value in experiment.OFFERED.items())


def test_no_public_name_is_hidden_by_a_module_of_the_same_name():
    assert set(MODULES) & set(lab.homes()) == set()


def test_a_name_loads_its_own_module_and_no_other_notebook_s():
    source = (
        "import sys; from autograder import lab; dir(lab); assert not [m for m in sys.modules if '.lab.' in m]\n"
        "lab.through_fifty_layers; print(*sorted(m.split('.')[-1] for m in sys.modules if '.lab.' in m))"
    )
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    sections = {Path(notebook).name.split("_", 1)[1] for notebook in COURSE.notebooks()}
    assert set(done.stdout.split()) & sections == {"vanishing_exploding_gradients"}


def test_another_name_is_answered_with_those_there_are():
    with pytest.raises(AttributeError, match=r"no 'plot_activations'; it has .*plot_activation"):
        lab.plot_activations  # noqa: B018


@pytest.fixture
def mark(monkeypatch):
    """`experiment`, for functions that are not to become public."""
    monkeypatch.setattr(experiment, "OFFERED", {})
    return experiment.experiment


def test_a_sentence_is_printed_and_an_error_is_not_hidden(mark, capsys):
    @mark
    def run(error):
        raise error

    assert run(UnusableResult("Run its check first.")) is None
    assert capsys.readouterr().out == "Run its check first.\n"
    with pytest.raises(ZeroDivisionError):
        run(ZeroDivisionError())


def test_a_kernel_that_is_not_written_yet_is_named(mark, capsys):
    def elu(z):
        raise NotImplementedError

    mark(lambda function: function(0))(elu)
    assert capsys.readouterr().out == ("This experiment uses your own elu. Write that first, then run this again.\n")


def test_of_several_kernels_those_alone_are_named_that_are_missing(mark, capsys):
    def elu(z):
        raise NotImplementedError

    def selu(z):
        raise NotImplementedError()

    mark(lambda *functions: None)(np.maximum, lambda z: z, elu, selu)
    told = "This experiment uses your own elu, selu. Write them first, then run this again.\n"
    assert capsys.readouterr().out == told


def test_a_branch_that_is_missing_is_named_by_its_function(mark, capsys):
    def elu(z):
        if z > 0:
            return z
        raise NotImplementedError

    mark(lambda *functions: [function(-1.0) for function in functions])(np.tanh, elu, lambda z: z)
    assert "your own elu. Write that first" in capsys.readouterr().out


def test_a_kernel_that_does_not_pass_is_named_above_the_figure(mark, capsys):
    import torch  # noqa: F401  # as the first check does: before it nothing is said

    def relu(z):
        return np.abs(z)

    run = mark(lambda function: print("a figure"))
    run(relu)
    told = "Your relu does not pass its check yet, and this experiment uses it as it stands.\na figure\n"
    assert capsys.readouterr().out == told
    run(solution("relu"))
    assert capsys.readouterr().out == "a figure\n"


def test_a_student_s_overflow_prints_no_warning(mark):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mark(lambda z: np.exp(z))(np.array([1e9]))[0] == np.inf

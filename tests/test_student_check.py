"""`check`, as a student meets it: in plain Python and in a notebook."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import types

import numpy as np
import pytest

import autograder
from autograder import student_check
from autograder.course import ROOT
from autograder.student_check import NotYet, check
from tests.judge.students import elu as right_elu


def elu(z, alpha=1.0):
    return right_elu(z, alpha)


def relu(z):
    return z * 0


# ---------------------------------------------------------------- the outcome


def test_a_right_function_passes_with_a_report_and_returns_nothing(capsys):
    assert check(elu) is None
    out = capsys.readouterr().out
    assert "elu: 6 of 6 points" in out
    assert out.count("✓") == 5


def test_a_wrong_function_is_not_yet_right_and_the_report_stands_above(capsys):
    with pytest.raises(NotYet) as problem:
        check(relu)
    assert str(problem.value).startswith("relu: not yet right: values, ")
    assert "expected" in capsys.readouterr().out


def test_a_function_that_is_not_written_is_told_so(capsys):
    def elu(z, alpha=1.0):
        raise NotImplementedError

    with pytest.raises(NotYet, match=r"^elu: not written yet$"):
        check(elu)
    assert "elu is not written yet: put your code where it says" in capsys.readouterr().out


def test_what_is_not_yet_right_fails_like_an_assertion():
    assert issubclass(NotYet, AssertionError), "nbgrader and pytest take it for a failed test"


def test_the_traceback_is_one_line_that_hides_where_it_came_from():
    with pytest.raises(NotYet) as problem:
        check(relu)
    assert problem.value._render_traceback_() == [f"NotYet: {problem.value}"]
    assert "\n" not in str(problem.value)
    assert problem.value.__suppress_context__


# ---------------------------------------------------------------- a small change of the code


def leaky_relu(z, alpha=0.01):
    return np.where(z > 0, z, alpha + z)


def test_a_small_change_that_is_enough_is_told(capsys, monkeypatch):
    monkeypatch.setattr(student_check, "find_repair", functools.partial(student_check.find_repair, seconds=60.0))
    with pytest.raises(NotYet):
        check(leaky_relu, hint=3)
    assert "`np.where(z > 0, z, alpha * z)` in the place of `np.where(z > 0, z, alpha + z)`" in capsys.readouterr().out


@pytest.mark.parametrize("error", [KeyboardInterrupt, RecursionError, ValueError, MemoryError])
def test_the_report_is_shown_whatever_becomes_of_the_search(error, capsys, monkeypatch):
    def find_repair(*_, **__):
        raise error

    monkeypatch.setattr(student_check, "find_repair", find_repair)
    with pytest.raises(NotYet, match="leaky_relu: not yet right"):
        check(leaky_relu)
    assert "leaky_relu: 0 of" in capsys.readouterr().out


def test_a_function_that_draws_is_told_which_numbers_to_use(capsys):
    def dropout(x, u, p=0.5, training=True):
        kept = np.random.random(x.shape) >= p
        return x * kept / (1 - p), kept

    with pytest.raises(NotYet):
        check(dropout)
    assert "It draws random numbers of its own: the ones to use are its argument u." in capsys.readouterr().out


# ---------------------------------------------------------------- which exercise


def test_the_exercise_may_be_named(capsys):
    def my_elu(z, alpha=1.0):
        return right_elu(z, alpha)

    check(my_elu, exercise="elu")
    assert "elu: 6 of 6" in capsys.readouterr().out


@pytest.mark.parametrize("function", [lambda z, alpha=1.0: right_elu(z, alpha), functools.partial(right_elu)])
def test_functions_without_a_name_are_checked_by_naming_the_exercise(function):
    check(function, exercise="elu")


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one():
    def elu_bakward(z):
        return z

    with pytest.raises(NotYet, match=r"there is no exercise called 'elu_bakward'\. Did you mean 'elu_backward'\?"):
        check(elu_bakward)
    with pytest.raises(NotYet, match=r"there is no exercise called 'ellu'\. Did you mean 'elu'\?"):
        check(elu, exercise="ellu")


def test_a_name_that_is_nothing_like_an_exercise_gets_no_guess():
    with pytest.raises(NotYet) as problem:
        check(lambda z: z)
    assert str(problem.value) == (
        "there is no exercise called '<lambda>'. "
        "Give your function the name of its exercise, by which grading looks it up"
    )


@pytest.mark.parametrize("value", ["elu", np.zeros(3), None, 3.0])
def test_who_gives_no_function_is_told_to_give_one(value):
    with pytest.raises(NotYet, match="check takes the function itself, without quotes or parentheses"):
        check(value)


@pytest.mark.parametrize("name", [5, ["elu"], None, ""])
def test_a_function_with_a_strange_name_does_no_harm(name):
    class Strange:
        __name__ = name

        def __call__(self, z):
            return z

    with pytest.raises(NotYet, match="there is no exercise called"):
        check(Strange())


def test_other_cases_than_public_and_hidden_are_an_error():
    with pytest.raises(NotYet, match="elu was not checked: cases must be"):
        check(elu, cases="secret")


def test_devices_can_be_chosen(capsys):
    check(elu, devices="cpu")
    assert "on CPU" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("tpu", "there is no device called 'tpu': choose from cpu, cuda, mps"),
        ("cpu, mps", "the device 'mps' is not on"),
    ],
)
def test_a_device_that_is_not_there_is_a_sentence(monkeypatch, asked, message):
    monkeypatch.setattr("autograder.judge.devices.present", lambda: ("cpu",))
    with pytest.raises(NotYet, match=f"^elu was not checked: {message}"):
        check(elu, devices=asked)


# ---------------------------------------------------------------- cases


def test_the_public_cases_are_the_same_every_time(capsys):
    reports = []
    check(elu)
    capsys.readouterr()
    for _ in range(2):
        with pytest.raises(NotYet):
            check(relu)
        reports.append(capsys.readouterr().out)
    assert reports[0] == reports[1]


def test_the_hidden_cases_are_others_every_time(monkeypatch):
    seen = []
    monkeypatch.setattr(student_check, "show", lambda verdict: seen.append((verdict.cases, verdict.seed)))
    for cases in ("hidden", "hidden", "public", "public"):
        check(elu, cases=cases)
    assert [cases for cases, _ in seen] == ["hidden", "hidden", "public", "public"]
    assert seen[0] != seen[1]
    assert seen[2] == seen[3]


def test_hidden_cases_show_no_input(capsys):
    with pytest.raises(NotYet):
        check(relu, cases="hidden")
    out = capsys.readouterr().out
    assert "a hidden case" in out
    assert "relu(z=" not in out


def test_printing_settings_of_the_students_are_left_as_they_are():
    with np.printoptions(precision=2, suppress=True), np.errstate(all="raise"):
        before = (np.get_printoptions(), np.geterr())
        check(elu)
        assert (np.get_printoptions(), np.geterr()) == before


def test_the_global_random_numbers_of_the_students_are_left_as_they_are():
    import torch

    np.random.seed(1)
    torch.manual_seed(1)
    before = np.random.random(), torch.rand(1).item()
    np.random.seed(1)
    torch.manual_seed(1)
    check(elu)
    assert (np.random.random(), torch.rand(1).item()) == before


# ---------------------------------------------------------------- loading PyTorch


def python(source: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


CHECK_TWICE = """
import numpy as np
from autograder import check
def relu(z):
    return np.where(z > 0, z, 0).astype(z.dtype if z.dtype.kind == "f" else float)
def leaky_relu(z):
    raise NotImplementedError
{first}
for function in (relu, leaky_relu):
    try:
        check(function)
    except AssertionError as problem:
        print(type(problem).__name__, problem)
"""


@pytest.mark.parametrize(("first", "times"), [("", 1), ("import torch", 0)])
def test_a_plain_python_says_once_that_pytorch_is_being_loaded(first, times):
    """And only if it is."""
    out = python(CHECK_TWICE.format(first=first))
    assert out.count("Loading PyTorch, once") == times
    assert "relu: " in out
    assert "NotYet leaky_relu: " in out


def test_importing_the_package_gives_check_and_lab():
    assert autograder.check is check
    assert isinstance(autograder.lab, types.ModuleType)
    with pytest.raises(AttributeError, match="module 'autograder' has no attribute 'chek'"):
        autograder.chek  # noqa: B018


# ---------------------------------------------------------------- in a notebook

NOTEBOOK = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

shell = InteractiveShell.instance(colors="nocolor")
cells = json.loads(sys.stdin.read())
found = []
for cell in cells:
    with capture_output() as captured:
        result = shell.run_cell(cell, store_history=True)
    found.append({
        "error": type(result.error_in_exec).__name__ if result.error_in_exec else None,
        "stdout": captured.stdout,
        "outputs": [sorted(output.data) for output in captured.outputs],
        "html": [output.data.get("text/html", "") for output in captured.outputs],
        "text": [output.data.get("text/plain", "") for output in captured.outputs],
    })
print(json.dumps(found))
"""

CELLS = [
    "import numpy as np\nfrom autograder import check, lab",
    "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))",
    "check(elu)",
    "def elu(z, alpha=1.0):\n    a = 1\n    return z.nothing + a",
    "check(elu)",
    "check(elu, cases='hidden')",
]


@pytest.fixture(scope="module")
def notebook() -> list[dict]:
    """The cells above, run in IPython, and what each showed."""
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK], input=json.dumps(CELLS), cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_in_a_notebook_the_report_is_html_with_text_beside_it(notebook):
    """For those who cannot see it."""
    passed = notebook[2]
    assert passed["error"] is None
    assert passed["outputs"] == [["text/html", "text/plain"]]
    assert "6 of 6 points" in passed["html"][0]
    assert passed["text"][0].startswith("elu: 6 of 6 points")
    assert passed["stdout"].strip() == "Loading PyTorch, once: a few seconds ..."


def test_in_a_notebook_an_error_is_one_line_below_the_report(notebook):
    failed = notebook[4]
    assert failed["error"] == "NotYet"
    assert failed["outputs"] == [["text/html", "text/plain"]]
    assert failed["stdout"].strip().startswith("NotYet: elu: not yet right: ")
    assert len(failed["stdout"].strip().splitlines()) == 1
    assert "Traceback" not in failed["stdout"]


def test_in_a_notebook_the_students_line_has_its_number_in_the_cell(notebook):
    assert "in your line 3: return z.nothing + a" in notebook[4]["text"][0]


def test_in_a_notebook_hidden_cases_show_no_input(notebook):
    assert notebook[5]["error"] == "NotYet"
    assert "a hidden case" in notebook[5]["text"][0]
    assert "elu(z=" not in notebook[5]["text"][0] + notebook[5]["html"][0]

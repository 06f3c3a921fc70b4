"""`lab.toolbox`: a student's own functions from their notebooks, given ones elsewhere, whatever the files look like."""

from __future__ import annotations

import json
import os
import shutil
import threading

import numpy as np
import pytest
import torch

from autograder import lab
from autograder.course import ROOT, grading_of, read, text_of
from autograder.exercises import catalogue
from autograder.lab import function_toolbox
from autograder.lab.function_toolbox import HERE, NEEDED, NoSuchExercise
from tests.solutions import solution

ELU = "1_training_problems/3c_elu_and_selu"
OWN = ("dense_forward", "dense_backward", "softmax_cross_entropy", "softmax_cross_entropy_backward")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A student's folder with one notebook, all of it right, and the capstone's folder as the working directory."""
    file = tmp_path / f"{ELU}.ipynb"
    file.parent.mkdir()
    shutil.copyfile(ROOT / "source" / f"{ELU}.ipynb", file)
    (tmp_path / "5_capstone").mkdir()
    monkeypatch.chdir(tmp_path / "5_capstone")
    monkeypatch.setattr(function_toolbox, "NEEDED", ("elu", "elu_backward"))
    return file


def rewrite(file, **sources: str):
    """Put other texts into solution cells."""
    notebook = read(file)
    for cell in notebook["cells"]:
        name = grading_of(cell).get("grade_id")
        if name in sources:
            cell["source"] = sources[name]
    file.write_text(json.dumps(notebook), encoding="utf-8")


def tool(tools, name):
    (found,) = [item for item in tools if item.name == name]
    return found


def wrong_elu(z, alpha=1.0):
    return np.where(z > 0, z, 0.0)


# ---------------------------------------------------------------- where the functions come from


def test_a_function_that_passes_is_the_students_own(course):
    found = tool(lab.toolbox(), "elu")
    assert found.own and found.why == "passes" and found.source == ELU
    assert found.function.__code__.co_filename == f"{ELU}, elu"


def test_a_notebook_in_which_nothing_is_written_gives_given_functions(course):
    shutil.copyfile(ROOT / "release" / f"{ELU}.ipynb", course)
    found = tool(lab.toolbox(), "elu")
    assert not found.own and "not written yet" in found.why


def test_a_wrong_function_is_replaced_and_what_it_fails_is_named(course):
    rewrite(course, elu="def elu(z, alpha=1.0):\n    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))")
    tools = lab.toolbox()
    assert tool(tools, "elu").why == "not yet right: other alpha"
    assert tool(tools, "elu_backward").own
    np.testing.assert_allclose(tools.elu(np.array([-1.0]), 2.0), 2 * np.expm1([-1.0]))


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("def elu(z, alpha=1.0)\n    return z", "its cell does not run: SyntaxError"),
        ("raise SystemExit", "its cell does not run: SystemExit"),
        ("%matplotlib inline", "its cell does not run: SyntaxError"),
        ("import package_that_there_is_not", "its cell does not run: ModuleNotFoundError"),
        ("", "its cell does not define it"),
        ("def elu(z):\n    return z", "it is called with 2 arguments"),
        ("elu = 3", "this is no function"),
    ],
)
def test_a_broken_cell_costs_its_own_function_alone(course, source, why):
    rewrite(course, elu=source)
    tools = lab.toolbox()
    assert not tool(tools, "elu").own and why in tool(tools, "elu").why
    assert tool(tools, "elu_backward").own


def test_a_cell_may_use_what_an_earlier_one_defines(course):
    source = "def elu_backward(dout, z, alpha=1.0):\n    return dout * np.where(z > 0, 1, elu(z, alpha) + alpha)"
    rewrite(course, elu_backward=source)
    assert tool(lab.toolbox(), "elu_backward").why == "passes"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', '{"cells": [3, {}]}', "\udcff", '{"cells": []}'])
def test_a_file_that_is_no_notebook_gives_given_functions(course, content):
    course.write_bytes(content.encode("utf-8", "surrogateescape"))
    tools = lab.toolbox()
    assert not any(item.own for item in tools)
    assert np.isfinite(tools.elu(np.array([-1.0, 2.0]))).all()


def test_without_the_notebook_everything_is_given(course):
    course.unlink()
    assert {item.why for item in lab.toolbox()} == {"no such notebook here"}


def test_the_notebooks_may_also_lie_beside_the_capstone(course, monkeypatch):
    """Or in a folder that is named."""
    elsewhere = course.parents[1] / "flat"
    elsewhere.mkdir()
    shutil.move(course, elsewhere / course.name)
    assert not tool(lab.toolbox(), "elu").own
    assert tool(lab.toolbox(folder=elsewhere), "elu").own
    monkeypatch.chdir(elsewhere)
    assert tool(lab.toolbox(), "elu").own


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs the system's alarm")
@pytest.mark.parametrize(
    "source", ["while True: pass", "def elu(z, alpha=1.0):\n    while True: pass"], ids=["the cell", "the function"]
)
def test_an_endless_loop_ends(course, monkeypatch, source):
    monkeypatch.setattr(function_toolbox, "SECONDS", 0.3)
    rewrite(course, elu=source)
    assert "within 0.3 s" in tool(lab.toolbox(), "elu").why


def test_it_works_in_another_thread_too(course):
    found = []
    thread = threading.Thread(target=lambda: found.append(lab.toolbox()))
    thread.start()
    thread.join()
    assert tool(found[0], "elu").own


def test_no_file_is_written_and_what_cells_print_is_not_shown(course, capsys):
    rewrite(course, elu="print('from the cell')\n" + text_of_solution("elu"))
    before = {path: path.stat().st_mtime_ns for path in course.parents[1].rglob("*")}
    lab.toolbox()
    assert {path: path.stat().st_mtime_ns for path in course.parents[1].rglob("*")} == before
    assert "from the cell" not in capsys.readouterr().out


def text_of_solution(name: str) -> str:
    cells = read(ROOT / "source" / f"{ELU}.ipynb")["cells"]
    return next(text_of(cell) for cell in cells if grading_of(cell).get("grade_id") == name)


# ---------------------------------------------------------------- functions that are handed over


def test_functions_of_this_notebook_are_used_as_they_are_now(course):
    functions = [solution(name) for name in OWN]
    tools = lab.toolbox(*functions)
    for name, function in zip(OWN, functions, strict=True):
        assert tool(tools, name).own and tool(tools, name).source == "this notebook"
        assert tools[name] is function


def test_a_function_that_is_not_written_yet_is_given(course):
    def dense_forward(x, weight, bias):
        raise NotImplementedError

    found = tool(lab.toolbox(dense_forward), "dense_forward")
    assert not found.own and found.why == "not written yet"


def test_force_takes_the_students_function_though_it_fails(course):
    rewrite(course, elu="def elu(z, alpha=1.0):\n    return z")
    found = tool(lab.toolbox(force=["elu"]), "elu")
    assert found.own and found.why.startswith("forced, though not yet right")
    assert found.function(3.0) == 3.0


@pytest.mark.parametrize("as_force", [lambda f: {"elu": f}, lambda f: [renamed(f, "elu")], lambda f: renamed(f, "elu")])
def test_force_takes_a_function_too(course, as_force):
    found = tool(lab.toolbox(force=as_force(wrong_elu)), "elu")
    assert found.own and found.why.startswith("forced, though")
    assert found.function(np.array([-1.0])) == 0


def renamed(function, name):
    def copy(z, alpha=1.0):
        return function(z, alpha)

    copy.__name__ = name
    return copy


def test_with_function_exchanges_one_and_leaves_the_other_toolbox_alone(course):
    tools = lab.toolbox()
    changed = tools.with_function("elu", wrong_elu)
    assert changed.elu is wrong_elu and tools.elu is not wrong_elu
    assert changed.elu_backward is tools.elu_backward
    assert not changed.runs


@pytest.mark.parametrize(
    "ask",
    [
        lambda: lab.toolbox(force=["eluu"]),
        lambda: lab.toolbox(force={"eluu": wrong_elu}),
        lambda: lab.toolbox(renamed(wrong_elu, "eluu")),
        lambda: lab.given("eluu"),
        lambda: lab.toolbox().with_function("eluu", wrong_elu),
    ],
)
def test_a_name_that_the_course_does_not_have_is_an_error_that_helps(course, ask):
    with pytest.raises(NoSuchExercise, match=r"no exercise called 'eluu'\. Did you mean 'elu'") as problem:
        ask()
    assert problem.value._render_traceback_() == [f"NoSuchExercise: {problem.value}"]


def test_a_needed_function_that_is_not_in_the_catalogue_is_named(course, monkeypatch):
    monkeypatch.setattr(function_toolbox, "NEEDED", ("elu", "not_in_the_catalogue"))
    with pytest.raises(NoSuchExercise, match="not_in_the_catalogue"):
        lab.toolbox()


def test_what_is_no_function_is_an_error_that_says_so(course):
    with pytest.raises(NoSuchExercise, match="takes functions"):
        lab.toolbox("elu")


def test_the_toolbox_says_what_it_has(course):
    tools = lab.toolbox()
    assert tools["elu"] is tools.elu
    with pytest.raises(AttributeError, match="elu_backward"):
        _ = tools.nothing
    with pytest.raises(NoSuchExercise, match="elu_backward"):
        _ = tools["nothing"]


def test_the_table_has_a_line_for_each_function(course, capsys):
    lab.toolbox()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["elu", "elu_backward"]
    assert all(line.split()[1:3] == [ELU, "yours"] for line in lines[:2])
    assert lines[-1] == "2 of 2 functions are yours."


# ---------------------------------------------------------------- given functions


def test_what_is_needed_is_in_the_catalogue_and_in_the_courses_order():
    assert set(NEEDED) <= set(catalogue())
    others = [catalogue()[name].notebook for name in NEEDED if name not in OWN]
    assert others == sorted(others)
    assert NEEDED[:4] == OWN and all(catalogue()[name].notebook == HERE for name in OWN)


def test_a_given_function_leaves_its_arguments_alone():
    """It takes and returns arrays."""
    x = np.array([[1.0, 3.0], [2.0, 5.0], [6.0, 4.0]], dtype=np.float32)
    one, kept = np.ones(2, np.float32), x.copy()
    y, mean, variance = lab.given("batch_norm_train")(x, one, 0 * one, 0 * one, one)
    assert all(type(part) is np.ndarray and part.dtype == np.float32 for part in (y, mean, variance))
    np.testing.assert_array_equal(x, kept)
    assert isinstance(lab.given("one_cycle_schedule")(3, 20, 8, max_rate=0.1)[0], float)


def test_a_given_function_says_what_it_is():
    elu = lab.given("elu")
    assert elu.__name__ == "elu" and "torch.nn.functional.elu" in elu.__doc__


def test_a_given_function_leaves_the_number_of_pytorchs_threads_as_it_was():
    before = torch.get_num_threads()
    lab.given("elu")(np.ones(3))
    assert torch.get_num_threads() == before

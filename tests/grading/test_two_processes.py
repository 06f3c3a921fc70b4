"""The two processes of a submission: nothing that is shown comes from the one that sees what is hidden."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.grading.two_processes import TwoProcesses
from autograder.sandbox import Limits, chosen

REMEMBERS = """
import numpy as np
seen = open("seen", "a+")

def f(x):
    seen.write(f"{float(x[0])!r} ")
    seen.flush()
    return x
"""
TELLS = 'print(open("seen").read())'


@pytest.fixture
def processes():
    with TwoProcesses(chosen(), Limits(cell_seconds=20.0)) as found:
        yield found


def test_what_a_visible_case_left_can_be_shown_and_what_a_hidden_one_left_cannot(processes):
    processes.run("cell 1", REMEMBERS)
    processes.call("f", [np.array([1.25])])
    processes.call_hidden("f", [np.array([7.75])])
    processes.call("f", [np.array([2.5])])
    assert processes.run("cell 2", TELLS).printed.split() == ["1.25", "2.5"]


def test_both_processes_have_run_the_same_cells_when_a_function_is_called(processes):
    processes.run("cell 1", "factor = 2")
    assert processes.call_hidden("f", []).problem.kind == "missing"
    processes.run("cell 2", "def f(x):\n    return factor * x")
    processes.run("cell 3", "factor = 3")
    for call in (processes.call, processes.call_hidden):
        assert call("f", [np.ones(1)]).returned.tolist() == [3.0]


def test_a_cell_that_ends_one_process_is_left_out_in_the_other(processes):
    processes.run("cell 1", "def f(x):\n    return x")
    assert processes.run("cell 2", "import os\nos._exit(3)").ended
    for call in (processes.call, processes.call_hidden):
        assert call("f", [np.ones(1)]).returned.tolist() == [1.0]


def test_hidden_tests_see_the_students_functions(processes):
    processes.run("cell 1", "def double(n):\n    return 2 * n")
    assert processes.run_hidden("cell 2", "assert double(3) == 6").error is None
    assert processes.run_hidden("cell 2", "assert double(3) == 7").error.startswith("AssertionError")


def test_a_name_that_a_hidden_test_defines_is_not_there_for_the_student(processes):
    processes.run_hidden("cell 1", "secret = 5")
    assert processes.run("cell 2", "print(secret)").error.startswith("NameError")

"""The names that a cell defines, by the looks of its text."""

from __future__ import annotations

import pytest

from autograder.grading.intake.definitions import functions_asked_for, functions_defined, names_defined

CELLS = {
    "def relu(z):\n    helper = 1\n    return z": {"relu"},
    "  def relu(z):\n      return z\n  x = 2": {"relu", "x"},
    ">>> def relu(z):\n...     return z": {"relu"},
    "In [3]: def relu(z): return z": {"relu"},
    "%%time\n  async def relu(z): ...": {"relu"},
    "relu = lambda z: z": {"relu"},
    "a == b\nc += 1\nd: float = 2": {"d"},
    "class Net:\n    def relu(self): ...": {"Net"},
    "import numpy as np, math\nfrom helpers import relu, elu as mine": {"np", "math", "relu", "mine"},
    "import torch.nn": {"torch"},
    "print(1)\nlab.see(relu)": set(),
    "": set(),
    "Because the slope is never zero.": set(),
}


@pytest.mark.parametrize(("source", "names"), CELLS.items())
def test_the_names_that_a_cell_defines(source, names):
    assert names_defined(source) == names


def test_functions_are_told_from_other_names():
    assert functions_defined("def f(z): ...\nx = 1\nclass G: ...") == {"f", "G"}


def test_an_answer_defines_what_its_stub_does_or_what_is_checked():
    assert functions_asked_for("def relu(z):\n    raise NotImplementedError()", "check(elu)") == {"relu"}
    assert functions_asked_for("# YOUR CODE HERE", "check(elu)") == {"elu"}

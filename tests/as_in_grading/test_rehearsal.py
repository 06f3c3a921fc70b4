"""What a function uses of its notebook, and what of it is put back after a call."""

from __future__ import annotations

import pytest

from autograder.as_in_grading.history import as_python
from autograder.as_in_grading.rehearsal import names_in
from autograder.as_in_grading.state import put_back

helper, constant, counter = abs, str, 0


def uses(z):
    global counter
    counter = 1

    def inner():
        return helper(z.data)

    return inner() + constant.size


def test_the_names_that_a_function_uses_are_globals_and_no_attributes():
    assert names_in(uses) == {"counter", "helper", "constant"}


def test_a_list_that_holds_itself_is_put_back():
    endless: list = [1]
    endless.append(endless)
    names = {"endless": endless}
    with put_back(names, ["endless"], []):
        endless.append(2)
    assert len(endless) == 2 and endless[1] is endless


class Shell:
    """Hands on a cell as it is."""

    def transform_cell(self, source):
        return source


@pytest.mark.parametrize("magic", ["time", "timeit", "capture", "prun", "memit", "load_ext x"])
def test_a_cell_with_a_magic_of_python_defines_what_stands_in_it(magic):
    assert as_python(Shell(), f"%%{magic}\ndef elu(z): ...") == "def elu(z): ..."


@pytest.mark.parametrize("magic", ["bash", "html", "writefile elu.py", ""])
def test_a_cell_in_another_language_defines_nothing(magic):
    assert as_python(Shell(), f"%%{magic}\ndef elu(z): ...") == ""

"""Nothing of the course that a student's process can reach is the answer to an exercise."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.course import ROOT
from autograder.exercises import catalogue, files_of
from autograder.plaindata.named_functions import FORMULAS
from autograder.sandbox import StudentProcess, chosen
from autograder.sandbox.mounts import OWN_FILES
from tests.support.confinement import why_there_is_no_sandbox
from tests.support.speed import PATIENT

pytestmark = pytest.mark.skipif(bool(why_there_is_no_sandbox()), reason=why_there_is_no_sandbox() or "there is one")

POINT = np.array([-2.0, -0.5, 0.0, 0.5, 3.0])
SEARCH = """
import functools, gc, operator, sys, types
import numpy as np

Z = np.array([-2.0, -0.5, 0.0, 0.5, 3.0])
GROWN = np.exp(Z)
WANTED = [np.where(Z > 0, Z, 0), GROWN / (1 + GROWN), (GROWN - 1 / GROWN) / (GROWN + 1 / GROWN), Z**3]
KINDS = (functools.partial, operator.methodcaller, operator.attrgetter)

def of_the_course(one):
    if isinstance(one, KINDS):
        return True
    if not isinstance(one, types.FunctionType) or one.__globals__ is globals():
        return False
    return (one.__module__ or "").startswith("autograder") or one.__code__.co_filename == "<string>"

def reachable():
    gc.unfreeze()
    modules = [module for name, module in sys.modules.items() if name.startswith("autograder")]
    return [*gc.get_objects(), *(value for module in modules for value in vars(module).values())]

def answers():
    found = []
    for one in filter(of_the_course, reachable()):
        for extra in ((), (1.0,)):
            try:
                given = np.asarray(one(Z.copy(), *extra), float)
            except BaseException:
                continue
            if any(given.shape == np.shape(right) and np.allclose(given, right) for right in WANTED):
                found.append(repr(one))
    return found

def search(x):
    return float(len(answers()))

def use(f, x):
    return f(x)
"""


@pytest.fixture(scope="module")
def process():
    with StudentProcess(chosen("bubblewrap"), PATIENT) as found:
        assert found.run("cell 1", SEARCH).error is None
        yield found


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh"])
def test_a_function_that_was_an_argument_is_gone_with_its_call(process, name):
    """The kernel that is given it has it; neither the cells nor the calls that follow find it."""
    assert process.call("use", [{"function": name}, POINT]).problem is None
    outcome = process.run("cell 2", "found = answers()\nprint(found)\nlen(found)")
    assert (outcome.error, outcome.value) == (None, 0.0), outcome.printed
    assert process.call("search", [POINT]).returned == 0.0


@pytest.mark.parametrize("module", ["named_functions", "values", "call"])
def test_no_module_of_the_course_gives_an_activation(process, module):
    source = f"import autograder.plaindata.{module} as found\nlen([n for n in vars(found) if n in ('relu', 'tanh')])"
    assert process.run("cell 3", source).value in (None, 0.0)
    assert process.run("cell 4", "from autograder.plaindata.named_functions import FUNCTIONS").error


def test_no_notebook_asks_for_what_another_kernel_of_it_is_given():
    given = {"tanh", "sigmoid", "relu"}
    for notebook in {exercise.notebook for exercise in catalogue().values()}:
        own = {name: exercise for name, exercise in catalogue().items() if exercise.notebook == notebook}
        sources = "\n".join(path.read_text(encoding="utf-8") for path in files_of(notebook))
        if "as_function" in sources:
            assert not given & set(own), notebook


def test_no_formula_lies_in_the_sandbox():
    texts = [(ROOT / "autograder" / name).read_text(encoding="utf-8") for name in OWN_FILES]
    assert not [formula for formula in FORMULAS.values() for text in texts if formula in text]


def test_an_argument_comes_back_without_its_formula(process):
    outcome = process.call("use", [{"function": "cubic", "weight": POINT}, POINT])
    assert np.allclose(outcome.returned, (POINT**4).sum())
    assert list(outcome.arguments_after[0]) == ["function", "weight"]

"""What an exercise is, and how the catalogue is found: a folder a notebook, a file an exercise."""

from __future__ import annotations

import ast
import itertools
import sys
import types

import numpy as np
import pytest

from autograder import exercises
from autograder.course import Course, read, solution_cells, text_of, without_solution_marks
from autograder.exercises import catalogue, files_of, of_notebook
from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import (
    CONTRACT,
    KINDS,
    MOST_POINTS_OF_CONTRACT,
    SMALLEST_SHARE_OF_TECHNIQUE,
    Exercise,
)
from autograder.exercises.sampling import PUBLIC_SEED, Sampler
from autograder.plaindata.values import arrays_in


def test_a_case_is_written_as_the_call_it_stands_for():
    found = case("one", z=1.0, alpha=2.0, computation="reduction")
    assert (found.name, found.computation) == ("one", "reduction")
    assert list(found.arguments.items()) == [("z", 1.0), ("alpha", 2.0)]


def test_a_kernel_may_have_a_parameter_called_name():
    assert case("one", name="relu").arguments == {"name": "relu"}


def test_a_repeated_case_is_one_call_and_what_is_new_in_each_further_one():
    found = multistep_case("three", theta=1.0, gradient=per_step([0.1, 0.2, 0.3]), t=per_step(range(1, 4)), beta=0.9)
    assert list(found.arguments.items()) == [("theta", 1.0), ("gradient", 0.1), ("t", 1), ("beta", 0.9)]
    assert found.then == ({"gradient": 0.2, "t": 2}, {"gradient": 0.3, "t": 3})
    assert (found.calls, case("one", z=1.0).calls) == (3, 1)


@pytest.mark.parametrize(
    "arguments", [{"t": 1}, {"t": per_step([])}, {"t": per_step([1]), "gradient": per_step([1.0, 2.0])}]
)
def test_a_repeated_case_needs_arguments_that_change_with_every_call(arguments):
    with pytest.raises(ValueError, match="none: a repeated case needs arguments that are per_step"):
        multistep_case("none", **arguments)


each_exercise = pytest.mark.parametrize("exercise", catalogue().values(), ids=lambda exercise: exercise.name)


@each_exercise
def test_the_points_are_those_of_the_requirements(exercise):
    assert exercise.points == sum(item.points for item in exercise.requirements)
    assert exercise.signature == f"{exercise.name}({', '.join(exercise.parameters)})"
    assert all(item.points > 0 for item in exercise.requirements)


@each_exercise
def test_four_fifths_of_the_points_are_for_the_technique(exercise):
    assert exercise.points_of("technique") >= SMALLEST_SHARE_OF_TECHNIQUE * exercise.points
    assert sum(exercise.points_of(kind) for kind in KINDS) == exercise.points


@each_exercise
def test_the_contract_has_one_point_at_most(exercise):
    contracts = [item for item in exercise.requirements if item.kind == "contract"]
    assert [item.name for item in contracts] in ([], [CONTRACT])
    assert exercise.points_of("contract") <= min(MOST_POINTS_OF_CONTRACT, exercise.points / 5)


def test_an_exercise_on_arrays_has_a_contract(subtests):
    for exercise in catalogue().values():
        with subtests.test(exercise.name):
            first = next(iter(exercise.requirements[0].cases(Sampler(1))))
            takes_arrays = any(True for _ in arrays_in(first.arguments))
            assert not takes_arrays or any(item.kind == "contract" for item in exercise.requirements)


@each_exercise
def test_a_remark_has_no_points_and_some_cases(exercise):
    for remark in exercise.remarks:
        assert (remark.kind, remark.points) == ("remark", 0)
        assert list(remark.cases(Sampler(PUBLIC_SEED)))


# ---------------------------------------------------------------- the catalogue


def test_every_kernel_is_found_by_its_own_name_and_knows_its_notebook():
    for name, exercise in catalogue().items():
        assert exercise.name == name
        assert exercise in of_notebook(exercise.notebook)
        assert exercise.notebook.count("/") == 1


def test_the_kernels_come_in_the_order_of_the_notebooks():
    notebooks = [notebook for notebook, _ in itertools.groupby(exercise.notebook for exercise in catalogue().values())]
    assert notebooks == sorted(set(notebooks))


def test_a_notebook_without_kernels_has_none():
    assert of_notebook("9_nowhere/1_nothing") == []


@pytest.fixture
def other_folders(monkeypatch):
    """Makes the catalogue of the folders given."""

    def install(**folders):
        found = []
        for name, (notebook, held) in folders.items():
            folder = types.ModuleType(f"autograder.exercises.{name}")
            vars(folder).update(NOTEBOOK=notebook, ORDER=tuple(held))
            for exercise, entry in held.items():
                module = types.ModuleType(f"{folder.__name__}.{exercise}")
                vars(module)[exercise] = entry
                monkeypatch.setitem(sys.modules, module.__name__, module)
            found.append(folder)
        monkeypatch.setattr(exercises, "_folders", lambda: sorted(found, key=lambda folder: folder.NOTEBOOK))
        return exercises.catalogue.__wrapped__

    return install


def test_a_folder_adds_its_exercises_in_its_own_order(other_folders):
    one, two, three = (Exercise(f"def {name}(z): ...") for name in ("one", "two", "three"))
    read = other_folders(later=("2_b/1_c", {"one": one}), earlier=("1_a/1_c", {"two": two, "three": three}))
    assert list(read()) == ["two", "three", "one"]
    assert read()["one"].notebook == "2_b/1_c"


def test_two_exercises_of_one_name_are_an_error(other_folders):
    read = other_folders(one=("1_a/1_b", {"elu": Exercise("def elu(z): ...")}), two=("1_a/2_c", {"elu": None}))
    with pytest.raises(ValueError, match="two exercises are called 'elu': rename one of them"):
        read()


def test_an_exercise_stands_in_a_file_of_its_name(subtests):
    for exercise in catalogue().values():
        with subtests.test(exercise.name):
            assert f"{exercise.name}.py" in [file.name for file in files_of(exercise.notebook)]


def function_of(source: str) -> str:
    """A function without its docstring, as its syntax tree."""
    (definition,) = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    if isinstance(definition.body[0], ast.Expr) and isinstance(definition.body[0].value, ast.Constant):
        del definition.body[0]
    return ast.dump(definition)


def test_the_textbook_form_is_the_solution_in_the_notebook(subtests):
    for exercise in catalogue().values():
        cells = solution_cells(read(Course().source_of(exercise.notebook)))
        sources = [without_solution_marks(text_of(cell)) for cell in cells]
        (solution,) = [source for source in sources if f"def {exercise.name}(" in source]
        with subtests.test(exercise.name):
            assert function_of(exercise.textbook) == function_of(solution)


def kinds_of(takes: str) -> dict[str, str]:
    """Parameter -> what it takes, from "x: (N, C); gamma, beta: (C,)"."""
    groups = [group.split(":", 1) for group in takes.split(";")]
    return {name.strip(): kind.strip() for names, kind in groups for name in names.split(",")}


def fits(value, kind: str) -> bool:
    """Whether an argument is of a kind: "(N, C) or (N, C, H, W)", "list of (*)", "int >= 1", "function"."""
    if " or " in kind:
        return any(fits(value, one) for one in kind.split(" or "))
    if kind.startswith("list of "):
        return isinstance(value, (list, tuple)) and all(fits(item, kind.removeprefix("list of ")) for item in value)
    if kind.startswith("("):
        axes = [axis.strip() for axis in kind.strip("()").split(",") if axis.strip()]
        fixed = [axis for axis in axes if not axis.startswith("*")]
        return isinstance(value, np.ndarray) and (value.ndim == len(axes) or len(fixed) < len(axes))
    types = {"number": (int, float, np.number), "int": (int, np.integer), "bool": (bool,), "str": (str,)}
    return isinstance(value, {**types, "function": (dict,), "None": (type(None),)}.get(kind.split()[0], (object,)))


def test_the_shapes_that_an_exercise_states_are_those_of_its_cases(subtests):
    for exercise in catalogue().values():
        with subtests.test(exercise.name):
            kinds = kinds_of(exercise.takes)
            assert tuple(kinds) == exercise.parameters
            for requirement in (*exercise.requirements, *exercise.remarks):
                for found in requirement.cases(Sampler(PUBLIC_SEED)):
                    wrong = [name for name, value in found.arguments.items() if not fits(value, kinds[name])]
                    assert wrong == [], f"{requirement.name}, {found.name}"


@pytest.mark.parametrize(
    ("value", "kind", "fit"),
    [
        (np.zeros((2, 3)), "(N, C)", True),
        (np.zeros(2), "(N, C)", False),
        (np.zeros((2, 3, 1, 1)), "(N, C) or (N, C, H, W)", True),
        ([np.zeros(2)], "list of (*)", True),
        (np.zeros(2), "list of (*)", False),
        (3, "int >= 1", True),
        (0.5, "int >= 1", False),
        ({"function": "tanh"}, "function", True),
    ],
)
def test_what_fits_a_stated_shape(value, kind, fit):
    assert fits(value, kind) is fit

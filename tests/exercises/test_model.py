"""The vocabulary of the catalogue: drawing inputs, tolerances, kernels and their names, and finding all modules."""

from __future__ import annotations

import itertools
import sys
import types
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import exercises
from autograder.exercises import catalogue, of_notebook
from autograder.exercises.model import PURITY, Mistake, case, multistep_case, per_step
from autograder.exercises.sampling import PUBLIC_SEED, Sampler, strided
from autograder.exercises.tolerances import TOLERANCES, Tolerance, tolerance
from autograder.plaindata.values import memory_order

few = settings(max_examples=50, deadline=None)
seeds = st.integers(0, 2**31 - 1)


def drawn(draw: Sampler) -> list:
    """A little of everything."""
    return [
        draw.integer(0, 10**6),
        draw.number(-1.0, 1.0),
        draw.shape(),
        draw.choice("abcdef"),
        draw.normal(2, 3).tolist(),
        draw.uniform(4).tolist(),
    ]


# ---------------------------------------------------------------- drawing


@given(seeds, st.text(max_size=5))
@few
def test_the_same_seed_and_label_give_the_same_draws(seed, label):
    assert drawn(Sampler(seed, label)) == drawn(Sampler(seed, label, hidden=True))


def test_other_seeds_and_other_labels_give_other_draws():
    found = [
        drawn(Sampler(seed, label))
        for seed in (0, 1, PUBLIC_SEED)
        for label in ("", "elu/values", "elu/other alpha", "é")
    ]
    assert all(one != other for one, other in itertools.combinations(found, 2))


def test_drawing_leaves_numpys_global_random_numbers_alone():
    np.random.seed(3)
    expected = np.random.random()
    np.random.seed(3)
    drawn(Sampler(1))
    assert np.random.random() == expected


def test_grading_draws_more_often_than_practice():
    assert list(Sampler(1).rounds(public=2, hidden=6)) == [0, 1]
    assert len(Sampler(1, hidden=True).rounds(public=2, hidden=6)) == 6


@given(seeds, st.integers(-5, 5), st.integers(0, 5))
@few
def test_a_whole_number_lies_between_its_bounds_both_included(seed, low, more):
    number = Sampler(seed).integer(low, low + more)
    assert type(number) is int
    assert low <= number <= low + more


def test_every_whole_number_between_the_bounds_comes_up():
    draw = Sampler(1)
    assert {draw.integer(0, 3) for _ in range(200)} == {0, 1, 2, 3}
    assert {draw.choice("ab") for _ in range(100)} == {"a", "b"}


@given(seeds)
@few
def test_a_number_has_three_decimals_so_that_a_person_can_type_it(seed):
    number = Sampler(seed).number(0.1, 3.0)
    assert type(number) is float
    assert 0.1 <= number <= 3.0
    assert float(f"{number:.3f}") == number


@given(seeds, st.integers(0, 5), st.integers(1, 3), st.integers(1, 8))
@few
def test_no_two_sides_of_a_shape_are_equal(seed, dimensions, smallest, largest):
    shape = Sampler(seed).shape(dimensions, smallest, largest)
    assert len(shape) == len(set(shape)) == dimensions
    assert all(type(side) is int and side >= smallest for side in shape)


def test_a_shape_is_as_large_as_it_may_be_and_no_larger():
    sides = {side for seed in range(100) for side in Sampler(seed).shape(2, 2, 6)}
    assert sides == {2, 3, 4, 5, 6}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arrays_have_the_shape_and_dtype_asked_for(dtype):
    for array in (Sampler(1).normal(2, 3, dtype=dtype), Sampler(1).uniform(2, 3, dtype=dtype)):
        assert (array.shape, array.dtype.name) == ((2, 3), dtype)


def test_normal_numbers_have_the_scale_asked_for_and_three_decimals():
    array = Sampler(1).normal(100_000, scale=3.0)
    assert array.std() == pytest.approx(3.0, rel=0.02)
    assert abs(array.mean()) < 0.05
    assert np.array_equal(np.round(array, 3), array)


def test_uniform_numbers_fill_their_interval():
    array = Sampler(1).uniform(100_000, low=-2.0, high=5.0)
    assert -2.0 <= array.min() < -1.99
    assert 4.99 < array.max() < 5.0


@pytest.mark.parametrize("shape", [(3,), (2, 5), (2, 3, 4)])
def test_a_strided_array_has_the_same_numbers_and_is_contiguous_in_no_order(shape):
    array = Sampler(1).normal(*shape, dtype="float32")
    found = strided(array)
    assert np.array_equal(found, array)
    assert found.dtype == array.dtype
    assert memory_order(found) == "strided"
    assert not np.shares_memory(found, array)


# ---------------------------------------------------------------- tolerances


@pytest.mark.parametrize("row", TOLERANCES)
def test_every_kind_of_computation_has_a_tolerance_for_float64(row):
    assert tolerance(row, "float64") == TOLERANCES[row]["float64"]


@pytest.mark.parametrize(("row", "dtype"), [(row, dtype) for row in TOLERANCES for dtype in TOLERANCES[row]])
def test_every_tolerance_is_above_rounding_and_sees_an_error_of_one_in_a_hundred_thousand(row, dtype):
    found = tolerance(row, dtype)
    assert np.finfo(dtype).eps < found.rtol
    assert 0 <= found.atol < 2e-3
    if dtype == "float64":
        assert found.rtol <= 1e-6


def test_an_accelerator_gets_a_wider_absolute_tolerance_in_float32_alone():
    for row in TOLERANCES:
        assert tolerance(row, "float64", "cuda") == tolerance(row, "float64")
    cpu, cuda = tolerance("reduction", "float32"), tolerance("reduction", "float32", "cuda")
    assert cuda == Tolerance(cpu.rtol, 2 * cpu.atol)


@pytest.mark.parametrize(
    ("computation", "dtype", "message"),
    [("magic", "float64", "no tolerances for computation 'magic'"), ("elementwise", "int64", "no tolerance for int64")],
)
def test_an_unknown_computation_or_dtype_is_an_error_that_names_the_known_ones(computation, dtype, message):
    with pytest.raises(KeyError, match=message):
        tolerance(computation, dtype)


# ---------------------------------------------------------------- kernels


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
    with pytest.raises(ValueError, match="none: a repeated case needs arguments that are each"):
        multistep_case("none", **arguments)


@pytest.mark.parametrize("exercise", catalogue().values(), ids=lambda exercise: exercise.name)
def test_the_points_of_a_kernel_are_those_of_its_requirements_and_one_for_purity(exercise):
    assert exercise.points == sum(item.points for item in exercise.requirements) + 1
    assert exercise.signature == f"{exercise.name}({', '.join(exercise.parameters)})"
    assert PURITY not in [item.name for item in exercise.requirements]


def test_a_mistake_is_named_by_what_is_wrong():
    exercise = catalogue()["elu_backward"]

    def elu_backward_slope_of_relu():
        pass

    assert exercise.mistake_name(Mistake(elu_backward_slope_of_relu, "", ())) == "slope of relu"


def test_an_entry_of_the_catalogue_cannot_be_changed_by_accident():
    with pytest.raises(FrozenInstanceError):
        catalogue()["elu"].name = "other"


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
def other_modules(monkeypatch):
    """Makes the catalogue of the modules given, and forgets it afterwards."""

    def install(**modules):
        found = []
        for name, content in modules.items():
            module = types.ModuleType(f"autograder.exercises.{name}")
            vars(module).update(content)
            monkeypatch.setitem(sys.modules, module.__name__, module)
            found.append(types.SimpleNamespace(name=name))
        monkeypatch.setattr(exercises.pkgutil, "iter_modules", lambda _: found)
        return exercises.catalogue.__wrapped__

    return install


ELU, RELU = catalogue()["elu"], catalogue()["relu"]


def test_adding_a_module_adds_its_kernels_in_the_order_of_the_notebooks(other_modules):
    read = other_modules(
        a_later={"NOTEBOOK": "2_b/1_c", "EXERCISES": (ELU,)},
        helpers={},
        z_earlier={"NOTEBOOK": "1_a/1_c", "EXERCISES": (replace(RELU, name="two"), RELU)},
    )
    assert list(read()) == ["two", "relu", "elu"]
    assert read()["elu"].notebook == "2_b/1_c"


def test_two_kernels_of_one_name_are_an_error(other_modules):
    read = other_modules(
        one={"NOTEBOOK": "1_a/1_b", "EXERCISES": (ELU,)}, two={"NOTEBOOK": "1_a/2_c", "EXERCISES": (ELU,)}
    )
    with pytest.raises(ValueError, match="two kernels are called 'elu': rename one of them"):
        read()

"""Derived cases: the same call with other dtypes, memory orders and numbers of axes."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercises.array_forms import any_axes, as_whole_numbers, cases_of, changed, without_entries
from autograder.exercises.cases import case
from autograder.exercises.sampling import Sampler
from autograder.plaindata.values import memory_order


def of_any_shape(sample, shape):
    return {"z": sample.normal(*shape), "rate": 0.5}


def of_one_shape(sample):
    return {"weights": [sample.normal(3, 2), sample.normal(2)], "labels": np.array([1, 0])}


def forms(arguments, **options):
    return {item.name: item.arguments for item in cases_of(arguments, **options)(Sampler(1))}


def test_an_array_of_any_shape_takes_five_forms_of_two_axes():
    found = forms(of_any_shape)
    assert {key: (value["z"].dtype.name, value["z"].shape) for key, value in list(found.items())[:4]} == {
        "float32": ("float32", (1, 2)),
        "whole numbers": ("int64", (2, 1)),
        "Fortran order": ("float64", (3, 4)),
        "every second entry of a larger array": ("float64", (3, 4)),
    }
    assert memory_order(found["Fortran order"]["z"]) == "F"
    assert memory_order(found["every second entry of a larger array"]["z"]) == "strided"
    assert found["float32, random"]["z"].dtype.name == "float32"
    assert {arguments["rate"] for arguments in found.values()} == {0.5}


def test_a_function_of_single_entries_takes_one_three_and_four_axes():
    found = [item.arguments["z"].ndim for item in any_axes(of_any_shape)(Sampler(1))]
    assert found == [1, 3, 4]


def test_only_an_array_of_any_shape_can_be_without_entries():
    (item,) = without_entries(of_any_shape)(Sampler(1))
    assert item.arguments["z"].shape == (0, 3)
    assert without_entries(of_any_shape, ["no entries"]) is None
    assert without_entries(of_one_shape) is None


def test_arrays_of_one_shape_take_the_forms_that_keep_it():
    found = forms(of_one_shape)
    assert list(found) == [
        "float32",
        "whole numbers",
        "Fortran order",
        "every second entry of a larger array",
        "float32, random",
    ]
    assert {array.dtype.name for array in found["float32"]["weights"]} == {"float32"}
    assert all(arguments["labels"].tolist() == [1, 0] for arguments in found.values())


def test_forms_can_be_left_out_and_cases_added():
    def more(sample):
        yield case("labels of 8 bits", labels=np.array([1], "uint8"))

    found = forms(of_one_shape, without=["whole numbers"], more=more)
    assert "whole numbers" not in found
    assert "labels of 8 bits" in found


def test_arguments_can_be_fixed_or_alone_hold_whole_numbers():
    two = {"a": np.array([0.5]), "b": np.array([-0.5])}
    assert changed(two, as_whole_numbers, fixed=["a"])["a"].tolist() == [0.5]
    found = changed(two, as_whole_numbers, only=["b"])
    assert (found["a"].tolist(), found["b"].tolist(), found["b"].dtype.kind) == ([0.5], [-1], "i")


@pytest.mark.parametrize("hidden", [False, True])
def test_grading_draws_more_of_them(hidden):
    found = [item.name for item in cases_of(of_any_shape)(Sampler(1, hidden=hidden))]
    assert found.count("float32, random") == (3 if hidden else 1)

"""The table of tolerances."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercises.tolerances import TOLERANCES, Tolerance, tolerance


@pytest.mark.parametrize("row", TOLERANCES)
def test_every_kind_of_computation_has_a_tolerance_for_float64(row):
    assert tolerance(row, "float64") == TOLERANCES[row]["float64"]


@pytest.mark.parametrize(("row", "dtype"), [(row, dtype) for row in TOLERANCES for dtype in TOLERANCES[row]])
def test_every_tolerance_is_above_rounding_and_below_a_visible_error(row, dtype):
    """It sees an error of one in a hundred thousand."""
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
def test_an_unknown_computation_or_dtype_is_told_the_known_ones(computation, dtype, message):
    with pytest.raises(KeyError, match=message):
        tolerance(computation, dtype)

"""How far right and wrong are apart: what `verify` measures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.exercises.cases import case
from autograder.exercises.model import CONTRACT, Exercise, Mistake, Requirement
from autograder.exercises.tolerances import tolerance
from autograder.judge.separation import dtype_of, measure

LIMIT = tolerance("elementwise", "float64").atol


def zeros(z):
    """The reference: zeros, where the tolerance is the absolute one alone."""
    return z * 0.0


def off_by(tolerances):
    return lambda z: np.zeros_like(z) + tolerances * LIMIT


def mistake(name, function, *loses):
    def wrong(z):
        return function(z)

    return Mistake.of(wrong, "", loses, name)


EXERCISE = Exercise(
    "def zeros(z): ...",
    reference=zeros,
    requirements=(
        Requirement("small", 1, lambda draw: [case("one", z=np.ones(1)), case("two", z=np.ones(2))]),
        Requirement("large", 1, lambda draw: [case("many", z=np.ones(20))]),
    ),
    mistakes=(mistake("far", off_by(1000), "small", "large"), mistake("near", off_by(40), "large")),
)


def test_the_solutions_error_is_told_as_a_share_of_the_tolerance():
    (found,) = measure(EXERCISE, off_by(0.25), ("cpu",))
    assert found.share == pytest.approx(0.25)
    assert found.holds


def test_the_nearest_mistake_is_told_with_its_distance_in_tolerances():
    (found,) = measure(EXERCISE, zeros, ("cpu",))
    assert (found.nearest, found.requirement, found.distance) == ("near", "large", pytest.approx(40))


def test_a_mistake_is_as_far_away_as_its_farthest_case_of_a_requirement():
    worse_for_two = mistake("two", lambda z: np.zeros_like(z) + (60 if len(z) == 2 else 20) * LIMIT, "small")
    (found,) = measure(replace(EXERCISE, mistakes=(worse_for_two,)), zeros, ("cpu",))
    assert found.distance == pytest.approx(60)


@pytest.mark.parametrize(
    "function", [lambda z: z[1:], lambda z: z * np.nan, lambda z: None, lambda z: z.no_such_method()]
)
def test_an_answer_that_cannot_be_compared_is_infinitely_far_away(function):
    (found,) = measure(replace(EXERCISE, mistakes=(mistake("odd", function, "small"),)), zeros, ("cpu",))
    assert found.distance == np.inf


def test_what_a_mistake_does_to_its_inputs_is_no_distance():
    changed = mistake("changed", zeros, CONTRACT)
    (found,) = measure(replace(EXERCISE, mistakes=(changed, *EXERCISE.mistakes)), zeros, ("cpu",))
    assert found.nearest == "near"


@pytest.mark.parametrize("solution", [0.6, 2.0, np.inf])
def test_a_solution_near_the_edge_does_not_hold(solution):
    (found,) = measure(EXERCISE, off_by(solution), ("cpu",))
    assert not found.holds


def test_a_mistake_near_the_edge_does_not_hold():
    near = replace(EXERCISE, mistakes=(mistake("near", off_by(9), "large"),))
    (found,) = measure(near, zeros, ("cpu",))
    assert not found.holds


# ---------------------------------------------------------------- by dtype


def in_float32(draw):
    return [case("float64", z=np.ones(2)), case("float32", z=np.ones(2, np.float32))]


BOTH = replace(
    EXERCISE, requirements=(Requirement("small", 1, in_float32),), mistakes=(mistake("far", off_by(1000), "small"),)
)


def test_a_mistake_too_small_for_float32_is_seen_in_float64_alone():
    def wrong(z):
        return z * 0.0 + 1000 * LIMIT

    (found,) = measure(replace(BOTH, mistakes=(mistake("far", wrong, "small"),)), zeros, ("cpu",))
    by_dtype = {precision.dtype: precision for precision in found.precisions}
    assert (by_dtype["float64"].seen, by_dtype["float64"].mistakes) == (1, 1)
    assert by_dtype["float64"].distance == found.distance == pytest.approx(1000)
    assert (by_dtype["float32"].seen, by_dtype["float32"].nearest, by_dtype["float32"].distance) == (0, None, np.inf)
    assert found.holds


def test_the_error_of_a_reference_is_told_in_the_tolerance_of_the_dtype():
    def rounds(z):
        return z * 0.0 + (0.3e-6 if z.dtype.is_floating_point and z.element_size() == 4 else 0.0)

    (found,) = measure(replace(BOTH, reference=rounds), lambda z: z * 0.0, ("cpu",))
    assert [precision.reference_error for precision in found.precisions] == [0.0, pytest.approx(0.3, rel=1e-3)]
    assert found.holds


def test_a_reference_far_from_the_mathematics_does_not_hold():
    """Though a solution agrees with it."""

    def coarse(z):
        return z * 0.0 + (0.6e-6 if "float32" in str(z.dtype) else 0.0)

    (found,) = measure(replace(BOTH, reference=coarse), coarse, ("cpu",))
    assert found.share == 0.0
    assert found.precisions[1].reference_error == pytest.approx(0.6, rel=1e-3)
    assert not found.holds


@pytest.mark.parametrize(
    ("arguments", "dtype"),
    [
        ({"z": np.ones(1)}, "float64"),
        ({"z": np.ones(1, np.float32)}, "float32"),
        ({"z": np.ones(1, np.float32), "w": [np.ones(1)]}, "float32"),
        ({"z": np.ones(1, np.float16), "w": np.ones(1, np.float32)}, "float16"),
        ({"n": 3, "rate": 0.1}, "float64"),
        ({"z": np.arange(3)}, "float64"),
    ],
)
def test_the_narrowest_dtype_of_a_case_decides_its_tolerance(arguments, dtype):
    assert dtype_of(case("one", **arguments)) == dtype

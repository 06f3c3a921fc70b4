"""How far right and wrong are apart: what `verify` measures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.judge.certificate import measure
from autograder.kernels.model import PURITY, Kernel, Mistake, Requirement, case
from autograder.kernels.tolerances import tolerance

LIMIT = tolerance("elementwise", "float64").atol


def zeros(z):
    """The reference: zeros, where the tolerance is the absolute one alone."""
    return z * 0.0


def off_by(tolerances):
    return lambda z: np.zeros_like(z) + tolerances * LIMIT


def mistake(name, function, *loses):
    def wrong(z):
        return function(z)

    wrong.__name__ = f"zeros_{name}"
    return Mistake(wrong, "", loses)


KERNEL = Kernel(
    "zeros",
    ("z",),
    "",
    "",
    "",
    zeros,
    (
        Requirement("small", 1, lambda draw: [case("one", z=np.ones(1)), case("two", z=np.ones(2))]),
        Requirement("large", 1, lambda draw: [case("many", z=np.ones(20))]),
    ),
    (mistake("far", off_by(1000), "small", "large"), mistake("near", off_by(40), "large")),
)


def test_the_solutions_error_is_told_as_a_share_of_the_tolerance():
    (found,) = measure(KERNEL, off_by(0.25), ("cpu",))
    assert found.share == pytest.approx(0.25)
    assert found.holds


def test_the_nearest_mistake_is_told_with_its_distance_in_tolerances():
    (found,) = measure(KERNEL, zeros, ("cpu",))
    assert (found.nearest, found.requirement, found.distance) == ("near", "large", pytest.approx(40))


def test_a_mistake_is_as_far_away_as_its_farthest_case_of_a_requirement():
    worse_for_two = mistake("two", lambda z: np.zeros_like(z) + (60 if len(z) == 2 else 20) * LIMIT, "small")
    (found,) = measure(replace(KERNEL, mistakes=(worse_for_two,)), zeros, ("cpu",))
    assert found.distance == pytest.approx(60)


@pytest.mark.parametrize(
    "function", [lambda z: z[1:], lambda z: z * np.nan, lambda z: None, lambda z: z.no_such_method()]
)
def test_an_answer_that_cannot_be_compared_is_infinitely_far_away(function):
    (found,) = measure(replace(KERNEL, mistakes=(mistake("odd", function, "small"),)), zeros, ("cpu",))
    assert found.distance == np.inf


def test_what_a_mistake_does_to_its_inputs_is_no_distance():
    changed = mistake("changed", zeros, PURITY)
    (found,) = measure(replace(KERNEL, mistakes=(changed, *KERNEL.mistakes)), zeros, ("cpu",))
    assert found.nearest == "near"


@pytest.mark.parametrize("solution", [0.6, 2.0, np.inf])
def test_a_solution_near_the_edge_does_not_hold(solution):
    (found,) = measure(KERNEL, off_by(solution), ("cpu",))
    assert not found.holds


def test_a_mistake_near_the_edge_does_not_hold():
    near = replace(KERNEL, mistakes=(mistake("near", off_by(9), "large"),))
    (found,) = measure(near, zeros, ("cpu",))
    assert not found.holds

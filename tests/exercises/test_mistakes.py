"""Mistakes: edits that cannot rot silently, whole functions, and the three families that occur everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercises.cases import case
from autograder.exercises.mistakes import edited
from autograder.exercises.model import CONTRACT, Exercise

TEXTBOOK = """\
def scaled(z, factor):
    shifted = z + 1
    return factor * shifted + z
"""


@pytest.fixture
def scaled():
    exercise = Exercise(TEXTBOOK)

    @exercise.requirement("values", points=2)
    def values(sample):
        yield case("one", z=np.ones(1), factor=2.0)

    @exercise.requirement("large", points=1)
    def large(sample):
        yield case("one", z=np.full(1, 1e9), factor=2.0)

    return exercise


Z = np.array([1.0, 2.0])


def test_an_edit_of_the_textbook_form_is_a_function_with_name_and_hint(scaled):
    @scaled.wrong({"z + 1": "z - 1"})
    def shifted_down():
        """You subtract
        one."""

    assert (shifted_down.name, shifted_down.hint) == ("shifted down", "You subtract one.")
    assert scaled.mistakes == (shifted_down,)
    assert shifted_down.function(Z, 3.0).tolist() == [1.0, 5.0]
    assert shifted_down.source == TEXTBOOK.replace("z + 1", "z - 1")


def test_a_mistake_of_another_exercise_brings_its_name_and_its_hint(scaled):
    @scaled.wrong({"z + 1": "z - 1"})
    def shifted_down():
        """You subtract one."""

    other = Exercise("def plus(z):\n    return z + 1\n")
    found = other.wrong.like(shifted_down, {"z + 1": "z - 1"}, loses=[CONTRACT])
    assert (found.name, found.hint, found.loses) == ("shifted down", "You subtract one.", (CONTRACT,))
    assert found.function(Z).tolist() == [0.0, 1.0]
    assert other.mistakes == (found,)


@pytest.mark.parametrize(("left", "times"), [("z + 2", 0), ("shifted", 2)])
def test_an_edit_must_fit_the_textbook_form_exactly_once(scaled, left, times):
    with pytest.raises(ValueError, match=f"scaled, mistake 'off': '.*' stands {times} times in the textbook form"):

        @scaled.wrong({left: "0"})
        def off():
            """Off."""


def test_an_edit_may_change_several_places_at_once_and_even_exchange_them():
    assert edited("a - b", {"a": "b", "b": "a"}) == "b - a"
    with pytest.raises(ValueError, match="overlaps"):
        edited("abc", {"ab": "x", "bc": "y"})


def test_a_whole_function_is_shown_as_the_student_would_have_typed_it(scaled):
    @scaled.wrong(loses=[])
    def by_a_loop(z, factor):
        """Too long."""
        # every entry
        return np.array([factor * (entry + 1) + entry for entry in z])

    assert by_a_loop.source.startswith("def scaled(z, factor):\n    # every entry\n    return np.array(")
    assert by_a_loop.function(Z, 3.0).tolist() == [7.0, 11.0]
    assert by_a_loop.loses == ()


def test_a_whole_function_without_body_is_an_error(scaled):
    with pytest.raises(ValueError, match="nothing: write an edit into its decorator, or the wrong function below it"):

        @scaled.wrong()
        def nothing(z, factor):
            """Nothing."""


def test_a_mistake_loses_every_requirement_unless_it_says_otherwise(scaled):
    _, large = scaled.requirements

    @scaled.wrong({"+ 1": "+ 2"})
    def one():
        """1"""

    @scaled.wrong({"+ 1": "+ 3"}, loses=[large, CONTRACT])
    def two():
        """2"""

    @scaled.wrong({"+ 1": "+ 4"}, keeps=[large])
    def three():
        """3"""

    assert [mistake.loses for mistake in scaled.mistakes] == [("values", "large"), ("large", CONTRACT), ("values",)]


def test_requirements_come_before_mistakes_and_names_are_unique(scaled):
    scaled.wrong.ignores("factor", 1.0)
    with pytest.raises(ValueError, match="declare the requirement 'late' before the first mistake"):
        scaled.requirement("late", points=1)(lambda sample: [])
    with pytest.raises(ValueError, match="two mistakes are called 'factor fixed'"):
        scaled.wrong.ignores("factor", 2.0)


def test_an_ignored_argument_has_one_value_always(scaled):
    found = scaled.wrong.ignores("factor", 1.0)
    assert found.function(Z, 3.0).tolist() == [3.0, 5.0]
    assert found.hint == "`factor` has no effect on your result: factor = 1.0 stands in its place."


def test_float32_is_lost_at_the_start(scaled):
    (values, _) = scaled.requirements
    found = scaled.wrong.loses_float32("z", loses=[values])
    assert found.function(Z.astype("float32"), 3.0).dtype == "float64"
    assert found.loses == ("values",)


def test_an_argument_is_written_into(scaled):
    found = scaled.wrong.writes_into("z", {"shifted = z + 1": "z += 1\n    shifted = z"}, loses=[CONTRACT])
    z = Z.copy()
    found.function(z, 1.0)
    assert z.tolist() == [2.0, 3.0]
    assert (found.name, found.loses) == ("writes into z", (CONTRACT,))
    assert found.hint.startswith("`z` that you were given has been changed")

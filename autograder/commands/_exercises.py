"""The exercises that are named on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.course import CourseError

if TYPE_CHECKING:
    from autograder.exercises.model import Exercise


def chosen_exercises(names: Sequence[str]) -> list[Exercise]:
    """Return the exercises of these names, all if none is named. Raises CourseError for one that there is not."""
    from autograder.exercises import catalogue

    exercises = catalogue()
    unknown = [name for name in names if name not in exercises]
    if unknown:
        raise CourseError(f"There is no exercise {unknown[0]!r}. The exercises are: {', '.join(sorted(exercises))}.")
    return [exercises[name] for name in names or exercises]

"""What a class is graded with."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.course import Course, CourseError
from autograder.sandbox import Confinement, Limits, NoSandbox, chosen


def confinement_called(name: str | None = None) -> Confinement:
    """What the students' code runs in, tested; as `autograder.sandbox.chosen` decides where no name is given.

    Raises CourseError where it cannot be had.
    """
    try:
        return chosen(name)
    except NoSandbox as reason:
        raise CourseError(str(reason)) from None


@dataclass(frozen=True)
class GradingConfig:
    """What a class is graded with, the same for everybody.

    seed: of the hidden cases. devices: where the references run; all that are present if None.
    confinement: what the students' code runs in; unless it is named, the sandbox (CourseError where there is none).
    shortest_hidden_run_seconds: a run with hidden cases takes so long, or twice, four times, eight times as long,
    whatever it does.
    """

    course: Course
    seed: int
    devices: tuple[str, ...] | None = None
    confinement: Confinement = field(default_factory=confinement_called)
    limits: Limits = field(default_factory=Limits)
    shortest_hidden_run_seconds: float = 1.0

"""What a class is graded with."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.course import Course
from autograder.sandbox import Confinement, Limits, chosen


@dataclass(frozen=True)
class GradingConfig:
    """What a class is graded with, the same for everybody.

    seed: of the hidden cases. devices: where the references run; all that are present if None.
    confinement: what the students' code runs in; unless it is named, the sandbox (NoSandbox where there is none).
    """

    course: Course
    seed: int
    devices: tuple[str, ...] | None = None
    confinement: Confinement = field(default_factory=chosen)
    limits: Limits = field(default_factory=Limits)

"""What a class is graded with."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field

from autograder.course import Course, CourseError
from autograder.grading.intake.submission import digest
from autograder.grading.scoring.task import Task
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

    secret: the chapter's, which the hidden cases of every submission depend on. devices: where the references run; all
    that are present if None.
    confinement: what the students' code runs in; unless it is named, the sandbox (CourseError where there is none).
    """

    course: Course
    secret: str = field(repr=False)
    devices: tuple[str, ...] | None = None
    confinement: Confinement = field(default_factory=confinement_called)
    limits: Limits = field(default_factory=Limits)

    def seed_for(self, task: Task, content: bytes) -> int:
        """The seed of the hidden cases of a submitted notebook. The same content has the same cases again; what anybody
        learns of them is of no use for any other content, student or section."""
        submission = json.dumps([task.chapter.name, task.student, task.section, digest(content)])
        return int.from_bytes(hmac.digest(self.secret.encode(), submission.encode(), "sha256"), "big")

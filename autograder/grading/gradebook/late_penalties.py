"""What is taken off for handing in late, as nbgrader's AssignLatePenalties and its plugin have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbgrader.api import SubmittedAssignment
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import TraitError, import_item
from traitlets.config import Config

from autograder.course import CourseError

MINUTE_SECONDS, HOUR_SECONDS, DAY_SECONDS = 60, 3600, 86_400


class LatePenalties:
    """The penalties of a course. settings: nbgrader's; without AssignLatePenalties among its steps there are none."""

    def __init__(self, settings: Config) -> None:
        self._plugin: Any = None
        try:
            steps = [import_item(step) if isinstance(step, str) else step for step in _steps(settings)]
            kinds = [step for step in steps if isinstance(step, type) and issubclass(step, AssignLatePenalties)]
            if kinds:
                found = kinds[-1](config=settings)
                found.init_plugin()
                self._plugin = found.plugin_inst
        except (ImportError, TraitError) as error:
            raise CourseError(f"nbgrader_config.py: the plugin for late penalties cannot be used: {error}") from None

    def assign(self, submission: SubmittedAssignment, scores: Mapping[str, float]) -> list[str]:
        """Set or take back the penalty of each notebook. scores: the points of each, by its name.

        Returns the notebooks whose penalty is another one than before.
        """
        seconds, changed = seconds_late(submission), []
        for notebook in submission.notebooks if self._plugin is not None else ():
            penalty = self._penalty(submission.student_id, scores[notebook.name], seconds) if seconds > 0 else None
            if (penalty or 0.0) != (notebook.late_submission_penalty or 0.0):
                changed.append(notebook.name)
            notebook.late_submission_penalty = penalty
        return changed

    def _penalty(self, student: str, score: float, seconds: float) -> float | None:
        try:
            penalty = self._plugin.late_submission_penalty(student, score, seconds)
            return None if penalty is None else min(max(float(penalty), 0.0), score)
        except Exception as error:
            raise CourseError(
                f"The plugin for late penalties, {type(self._plugin).__name__}, failed for {student}: "
                f"{type(error).__name__}: {error}. What was judged is kept: mend it and run the same command again."
            ) from None


def _steps(settings: Config) -> list[Any]:
    return list(settings.get("Autograde", {}).get("autograde_preprocessors", []))


def seconds_late(submission: SubmittedAssignment) -> float:
    """Return how late a submission is, extensions counted; 0 where it is in time or where no date or time is known."""
    return 0.0 if submission.assignment.duedate is None else float(submission.total_seconds_late)


def duration(seconds: float) -> str:
    """Write a time span as one would say it: "35 hours"."""
    for name, length in (("day", DAY_SECONDS), ("hour", HOUR_SECONDS), ("minute", MINUTE_SECONDS)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {name}s"
    return f"{seconds:.0f} seconds"

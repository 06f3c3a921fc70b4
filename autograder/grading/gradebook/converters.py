"""nbgrader's converters for this course: of the students' folders they take those that `grade` takes, by any name, and
beside the notebooks nothing but what the exchange needs."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.utils import parse_utc
from traitlets.config import Config

from autograder.course import Chapter, CourseError
from autograder.grading.gradebook.assigned import expect_as_graded
from autograder.grading.gradebook.exchange import hand_back, hand_on
from autograder.grading.gradebook.nbgrader_config import course_of
from autograder.grading.gradebook.record import open_gradebook, timestamp_of
from autograder.grading.intake.submitted_folder import graded_folders, shown


class NothingBeside(BaseConverter):
    """Stands in the place of nbgrader's base class, which copies all files beside the notebooks and follows links."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Bring on what the exchange needs, and nothing else."""
        chapter = Chapter(course_of(self.coursedir), assignment_id)
        hand_on(chapter.folder_of(student_id, "submitted"), chapter.folder_of(student_id, "autograded"))


class AutogradeEverybody(Autograde, NothingBeside):
    """nbgrader's `autograde`, for folders of any name."""

    assignments: dict[str, list[str]]

    def convert_notebooks(self) -> None:
        """Convert the notebooks of all students who can be graded; says of the others why not."""
        _prepare(self, expect_as_graded)
        chapter = Chapter(course_of(self.coursedir), self.coursedir.assignment_id)
        found: dict[str, list[str]] = {}
        for student, reason in graded_folders(chapter).items():
            if not _asked_for(student, self.coursedir.student_id):
                continue
            if reason:
                self.log.warning("not graded: %s: %s", shown(student), reason)
            elif notebooks := _notebooks(chapter.folder_of(student, "submitted"), self.coursedir.notebook_id):
                found[str(chapter.folder_of(student, "submitted"))] = notebooks
            else:
                self.log.warning("not graded: %s: there is no notebook in the folder", student)
        _take(self, found)
        super().convert_notebooks()


class FeedbackForEverybody(GenerateFeedback, NothingBeside):
    """nbgrader's `generate_feedback`, for folders of any name."""

    def convert_notebooks(self) -> None:
        """Convert the autograded notebooks of all students."""
        _prepare(self)
        chapter = Chapter(course_of(self.coursedir), self.coursedir.assignment_id)
        folder = chapter.course.folder("autograded")
        students = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        found = {
            str(place): notebooks
            for student in students
            if _asked_for(student, self.coursedir.student_id)
            if (notebooks := _notebooks(place := chapter.folder_of(student, "autograded"), self.coursedir.notebook_id))
        }
        _take(self, found)
        super().convert_notebooks()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Bring on what the exchange needs, and nothing else."""
        hand_back(Chapter(course_of(self.coursedir), assignment_id), student_id, self.config)


OURS = {Autograde: AutogradeEverybody, GenerateFeedback: FeedbackForEverybody}


def take_over(converter: Any) -> None:
    """Make one of nbgrader's converters ours. nbgrader names their classes itself; their exporters, which the
    configuration names, call this before anything is converted."""
    if ours := OURS.get(type(converter)):
        converter.__class__ = ours


def _asked_for(name: str, pattern: str) -> bool:
    return name == pattern or fnmatch.fnmatchcase(name, pattern)


def _notebooks(folder: Path, pattern: str) -> list[str]:
    found = sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    return [str(path) for path in found if _asked_for(path.stem, pattern)]


def _expect_gradebook(chapter: Chapter, settings: Config) -> None:
    open_gradebook(chapter.course.root, settings).close()


def _prepare(converter: Any, expect: Callable[[Chapter, Config], None] = _expect_gradebook) -> None:
    """Let nbgrader read times as `grade` does. End its command with a sentence where the gradebook, or a setting of the
    course, cannot be used. expect: raises CourseError where it cannot."""
    coursedir = converter.coursedir
    settings = Config({"CourseDirectory": {"db_url": coursedir.db_url, "course_id": coursedir.course_id}})
    coursedir.get_existing_timestamp = _timestamp
    try:
        expect(Chapter(course_of(coursedir), coursedir.assignment_id), settings)
    except CourseError as error:
        _end(converter, str(error))


def _take(converter: Any, found: dict[str, list[str]]) -> None:
    """Give a converter the notebooks of these folders, in place of those that nbgrader's patterns matched."""
    if not found:
        _end(converter, f"There is no notebook of {converter.coursedir.assignment_id} that can be converted.")
    for folder in found.keys() - converter.assignments.keys():
        converter.log.warning("%s is converted all the same", folder)
    converter.assignments = found


def _end(converter: Any, message: str) -> NoReturn:
    converter.log.error(message)
    raise NbGraderException(message)


def _timestamp(folder: str) -> Any:
    """Return when a submission was handed in, or None; nbgrader's own follows links and ends at what it cannot read."""
    text = timestamp_of(Path(folder))
    return parse_utc(text) if text else None

"""nbgrader's converters for this course: of the students' folders they take those that `grade` takes, by any name, and
beside the notebooks nothing but what the exchange needs."""

from __future__ import annotations

import contextlib
import fnmatch
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.utils import parse_utc
from traitlets.config import Config

from autograder.course import Chapter, CourseError
from autograder.grading.gradebook.assigned import expect_as_graded
from autograder.grading.gradebook.exchange import hand_back, hand_on
from autograder.grading.gradebook.moments import timestamp_of
from autograder.grading.gradebook.nbgrader_config import course_of
from autograder.grading.gradebook.record import open_gradebook, remove_pages
from autograder.grading.intake.submitted_folder import graded_folders, shown
from autograder.grading.scoring.results import Results


class NothingBeside(BaseConverter):
    """Stands in the place of nbgrader's base class, which copies all files beside the notebooks and follows links."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Bring on what the exchange needs, and nothing else."""
        chapter = Chapter(course_of(self.coursedir), assignment_id)
        hand_on(chapter.folder_of(student_id, "submitted"), chapter.folder_of(student_id, "autograded"))


class AutogradeEverybody(Autograde, NothingBeside):
    """nbgrader's `autograde`, for folders of any name, and for notebooks handed in under any name or not at all."""

    assignments: dict[str, list[str]]

    def convert_notebooks(self) -> None:
        """Convert the notebooks of all students who can be graded; says of the others why not."""
        _prepare(self, expect_as_graded)
        chapter = Chapter(course_of(self.coursedir), self.coursedir.assignment_id)
        sections = [section for section in chapter.sections() if _asked_for(section, self.coursedir.notebook_id)]
        found: dict[str, list[str]] = {}
        for student, reason in graded_folders(chapter).items():
            if not _asked_for(student, self.coursedir.student_id):
                continue
            folder = chapter.folder_of(student, "submitted")
            if reason:
                self.log.warning("not graded: %s: %s", shown(student), reason)
            elif sections:
                found[str(folder)] = [str(folder / f"{section}.ipynb") for section in sections]
        _take(self, found)
        super().convert_notebooks()

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Whether a submission is to be converted: also where an earlier run found no notebook in it."""
        to_do = super().init_destination(assignment_id, student_id)
        return to_do or not any(self._autograded(assignment_id, student_id).glob("*.ipynb"))

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Prepare what all notebooks of a submission need. nbgrader gives 0 where there is no file of a notebook's
        name, before the file under another name is judged: what the gradebook had is put back."""
        with self._grades(student_id) as grades:
            before = {grade.id: (grade.auto_score, grade.needs_manual_grade) for grade in grades}
        super().init_assignment(assignment_id, student_id)
        with self._grades(student_id) as grades:
            for grade in grades:
                if grade.id in before:
                    grade.auto_score, grade.needs_manual_grade = before[grade.id]

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Convert a notebook; of one that was not handed in nothing is left but its row in the gradebook."""
        super().convert_single_notebook(notebook_filename)
        file = Path(notebook_filename)
        chapter, student = Chapter(course_of(self.coursedir), file.parent.name), file.parent.parent.name
        result = Results(chapter).find(student, file.stem)
        if result is not None and result.missing:
            remove_pages(chapter, student, file.stem)

    def _autograded(self, assignment_id: str, student_id: str) -> Path:
        return Chapter(course_of(self.coursedir), assignment_id).folder_of(student_id, "autograded")

    @contextlib.contextmanager
    def _grades(self, student_id: str) -> Iterator[list[Any]]:
        """Give a student's rows of the gradebook, and save what is changed in them."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            found: list[Any] = []
            with contextlib.suppress(MissingEntry):
                submission = gradebook.find_submission(self.coursedir.assignment_id, student_id)
                found = [grade for notebook in submission.notebooks for grade in notebook.grades]
            yield found
            gradebook.db.commit()


class FeedbackForEverybody(GenerateFeedback, NothingBeside):
    """nbgrader's `generate_feedback`, for folders of any name."""

    def convert_notebooks(self) -> None:
        """Convert the autograded notebooks of all students. Whose submission held none gets the page over all."""
        _prepare(self)
        chapter = Chapter(course_of(self.coursedir), self.coursedir.assignment_id)
        folder = chapter.course.folder("autograded")
        students = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        places = [
            chapter.folder_of(student, "autograded")
            for student in students
            if _asked_for(student, self.coursedir.student_id)
        ]
        found = {place: _notebooks(place, self.coursedir.notebook_id) for place in places if place.is_dir()}
        if any(found.values()) or not found:
            _take(self, {str(place): notebooks for place, notebooks in found.items() if notebooks})
            super().convert_notebooks()
        for place in (place for place in found if not any(place.glob("*.ipynb"))):
            names = [str(place / f"{section}.ipynb") for section in chapter.sections()]
            if self.post_convert_hook:
                self.post_convert_hook(assignment=chapter.name, student=place.parent.name, notebooks=names)

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
    converter.assignments = found


def _search_later(converter: Any) -> None:
    """Stand in for nbgrader's search for notebooks, which ends the command where a pattern matches none: they are
    searched for in `convert_notebooks`."""
    converter.assignments, converter.notebooks = {}, []


for _converter in OURS:
    _converter.init_notebooks = _search_later


def _end(converter: Any, message: str) -> NoReturn:
    converter.log.error(message)
    raise NbGraderException(message)


def _timestamp(folder: str) -> Any:
    """Return when a submission was handed in, or None; nbgrader's own follows links and ends at what it cannot read."""
    text = timestamp_of(Path(folder))
    return parse_utc(text) if text else None

"""Records judged results in nbgrader's gradebook and writes the autograded notebooks."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.utils import compute_checksum, parse_utc
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from traitlets.config import Config

from autograder.course import Chapter, CourseError, grading_of
from autograder.grading.gradebook.database import expect_todays_schema, expect_writable, trouble
from autograder.grading.intake.submission import SetAside, read_bytes
from autograder.grading.scoring.results import CellResult, NotebookResult, write_atomically


def set_grade(grade: Any, cell: CellResult) -> bool:
    """Give a row of the gradebook its judged score; a person's score stays. Returns whether anything changed.

    As in nbgrader, a row without an automatic score, or with a person's score beside a changed automatic one, is
    marked for manual grading.
    """
    changed = grade.auto_score != cell.score or (grade.auto_score is None and grade.manual_score is None)
    if changed:
        grade.auto_score = cell.score
        grade.needs_manual_grade = cell.score is None or grade.manual_score is not None
    return changed


class Recorder:
    """Writes results into the gradebook, one session for a whole class. gradebook: as `open_gradebook` gives it."""

    def __init__(self, chapter: Chapter, gradebook: Gradebook) -> None:
        self.chapter = chapter
        self._gradebook = gradebook

    def record(self, student: str, results: Iterable[NotebookResult], timestamp: str | None) -> None:
        """Write all notebooks of one student: the gradebook in one transaction, then the autograded files.

        Raises CourseError, saying what to do, where the gradebook cannot be written.
        """
        results = list(results)
        try:
            self._record_scores(student, results, timestamp)
        except (InvalidEntry, MissingEntry, SQLAlchemyError) as error:
            reason = str(getattr(error, "orig", error)).split("\n")[0]
            raise CourseError(
                f"The scores of {student} could not be written into the gradebook: {reason}. What was judged is kept: "
                "run the same command again once that is mended."
            ) from None
        for result in results:
            self._write(result, timestamp)

    def _record_scores(self, student: str, results: list[NotebookResult], timestamp: str | None) -> None:
        gradebook = self._gradebook
        options = {"timestamp": timestamp} if timestamp else {}
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(self.chapter.name, student, **options)
        rows = {(row.notebook.name, row.name): row for notebook in submission.notebooks for row in notebook.grades}
        comments = {
            (row.notebook.name, row.name): row for notebook in submission.notebooks for row in notebook.comments
        }
        for result in results:
            for name, cell in result.cells.items():
                set_grade(rows[result.section, name], cell)
            for name, text in automatic_comments(result).items():
                comments[result.section, name].auto_comment = text
        gradebook.db.commit()

    def _write(self, result: NotebookResult, timestamp: str | None) -> None:
        folder = self.chapter.folder_of(result.student, "autograded")
        path = folder / f"{result.section}.ipynb"
        if result.missing:
            path.unlink(missing_ok=True)
            return
        folder.mkdir(parents=True, exist_ok=True)
        text = nbformat.writes(nbformat.from_dict(result.notebook)) + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_atomically(path, text)
        if timestamp:
            write_atomically(folder / "timestamp.txt", timestamp)


def automatic_comments(result: NotebookResult) -> dict[str, str | None]:
    """Return nbgrader's automatic comment on each answer cell: "No response." where it is as released."""
    found: dict[str, str | None] = {}
    for cell in nbformat.from_dict(result.notebook).get("cells", []):
        marks = grading_of(cell)
        if marks.get("solution"):
            untouched = not result.set_aside and marks.get("checksum") == compute_checksum(cell)
            found[marks["grade_id"]] = "No response." if untouched else None
    return found


def open_gradebook(root: Path, settings: Config) -> Gradebook:
    """Open nbgrader's gradebook of a course folder and make sure that it can be used. settings: nbgrader's.

    Raises CourseError where it cannot be reached, is not a gradebook of today, or cannot be written.
    """
    warnings.filterwarnings("ignore", category=SAWarning, message="Object of type")
    url = settings.CourseDirectory.db_url
    try:
        expect_writable(url)
        expect_todays_schema(url)
        gradebook = Gradebook(url, settings.CourseDirectory.course_id)
        gradebook.assignments  # noqa: B018
        gradebook.db.rollback()
    except (SQLAlchemyError, ImportError) as error:
        raise CourseError(trouble(error, url)) from None
    return gradebook


def timestamp_of(folder: Path) -> str | None:
    """Read from nbgrader's timestamp.txt when a submission was handed in; None where that cannot be read."""
    try:
        text = read_bytes(folder / "timestamp.txt")[:100].decode("utf-8").strip()
        parsed = parse_utc(text)
    except (SetAside, ValueError, OverflowError):
        return None
    return text if isinstance(parsed, datetime.datetime) else None

"""Records judged results in nbgrader's gradebook and writes the autograded notebooks."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.utils import compute_checksum
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from sqlalchemy.orm import selectinload
from traitlets.config import Config

from autograder.course import Chapter, CourseError, grading_of, write_atomically
from autograder.grading.gradebook.answers import answers_in, note_answers, recorded_answers
from autograder.grading.gradebook.database import expect_todays_schema, expect_writable, trouble
from autograder.grading.gradebook.given_points import forget_given_out_of, given_out_of
from autograder.grading.gradebook.grades import StudentGrades, student_grades
from autograder.grading.gradebook.late_penalties import LatePenalties, duration, seconds_late
from autograder.grading.gradebook.moments import copy_timestamp, timestamp_of, timestamp_problem
from autograder.grading.scoring.results import PERSON, CellResult, NotebookResult


def set_grade(grade: Any, cell: CellResult | None, rewritten: bool = False) -> None:
    """Give a row of the gradebook its judged score, or none where there is no result; a person's points stay beside it.

    A row waits for a person where it has no points at all, and where a person gave points and then the judged score
    or the answer changed. rewritten: whether the answer did.
    """
    score = None if cell is None else cell.score
    judged_anew = grade.auto_score != score
    grade.auto_score = score
    if not by_person(grade):
        grade.needs_manual_grade = score is None
    elif judged_anew or rewritten:
        grade.needs_manual_grade = True


def by_person(grade: Any) -> bool:
    """Whether a person gave points for a row of the gradebook."""
    return grade.manual_score is not None or (grade.auto_score is not None and bool(grade.extra_credit))


def points_of(grade: Any) -> float:
    """Return the points of a row of the gradebook, as nbgrader counts them."""
    given = grade.auto_score if grade.manual_score is None else grade.manual_score
    return 0.0 if given is None else given + (grade.extra_credit or 0.0)


@dataclass(frozen=True)
class Standing:
    """Where a student stands in a chapter, as the gradebook has it.

    notes: lateness, points that a person gave for something else than what is there now, and more than there are.
    """

    grades: StudentGrades
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, chapter: Chapter, submission: SubmittedAssignment) -> Standing:
        """Read it from a row of the gradebook."""
        grades = student_grades(submission)
        rows = [grade for notebook in submission.notebooks for grade in notebook.grades]
        most = given_out_of(chapter, submission.student_id)
        problem = timestamp_problem(chapter.folder_of(submission.student_id, "submitted"))
        return cls(
            grades,
            (
                *_lateness(submission, grades.penalty),
                *([problem] if problem else []),
                *(
                    _outdated(grade, most.get((grade.notebook.name, grade.name), grade.cell.max_score))
                    for grade in rows
                    if grade.needs_manual_grade and by_person(grade)
                ),
                *(_beyond(grade) for grade in rows if not 0 <= points_of(grade) <= grade.cell.max_score),
            ),
        )

    @property
    def waiting(self) -> frozenset[str]:
        """The notebooks of which something waits for a person."""
        return frozenset(name for name, notebook in self.grades.notebooks.items() if notebook.waiting)


def _lateness(submission: SubmittedAssignment, penalty: float) -> list[str]:
    seconds = seconds_late(submission)
    off = f"{penalty:g} points off" if penalty else "no points off"
    return [f"{duration(seconds)} late, {off}"] if seconds else []


def _outdated(grade: Any, most: float) -> str:
    """Say that something changed since a person gave points. most: the points that there were then."""
    if grade.manual_score is None:
        given = f"{grade.extra_credit:g} points of extra credit"
    else:
        given = f"{grade.manual_score:g} of {most:g} points"
    now = [] if grade.auto_score is None else [f"judged {grade.auto_score:g} now"]
    now += [f"of {grade.cell.max_score:g} now"] if most != grade.cell.max_score else []
    told = f" ({', '.join(now)})" if now else ""
    return f"{grade.name}: changed since a person gave {given}{told}: look at it again"


def _beyond(grade: Any) -> str:
    """Say that somebody has more points than there are, or fewer than none."""
    extra = f", {grade.extra_credit:g} of them extra credit" if grade.extra_credit else ""
    what = "fewer than none" if points_of(grade) < 0 else "more than there are"
    points = f"{points_of(grade):g} of {grade.cell.max_score:g} points{extra}"
    return f"{grade.name}: {points}: {what}, as a person gave them"


def record_scores(chapter: Chapter, submission: SubmittedAssignment, results: Iterable[NotebookResult]) -> None:
    """Write the scores and automatic comments of some of a student's notebooks into the gradebook's session.

    Once it is committed, `note_recorded` has to be told.
    """
    before = recorded_answers(chapter, submission.student_id)
    by_section = {result.section: result for result in results}
    for notebook in submission.notebooks:
        if (result := by_section.get(notebook.name)) is None:
            continue
        old, new = before.get(notebook.name, {}), answers_in(result.notebook)
        settled = [(notebook.name, grade.name) for grade in notebook.grades if not grade.needs_manual_grade]
        forget_given_out_of(chapter, submission.student_id, settled)
        otherwise = CellResult(0.0, 0.0, PERSON) if result.missing and not result.set_aside else None
        for grade in notebook.grades:
            set_grade(grade, result.cells.get(grade.name, otherwise), old.get(grade.name) != new.get(grade.name))
        comments = automatic_comments(result)
        for comment in (comment for comment in notebook.comments if comment.name in comments):
            comment.auto_comment = comments[comment.name]


def note_recorded(chapter: Chapter, student: str, results: Iterable[NotebookResult]) -> None:
    """Note which answers the scores in the gradebook are for, and remove what is left of notebooks that are gone."""
    answers = recorded_answers(chapter, student)
    for result in results:
        answers[result.section] = answers_in(result.notebook)
        if result.missing:
            remove_pages(chapter, student, result.section)
    note_answers(chapter, student, answers)


def remove_pages(chapter: Chapter, student: str, section: str) -> None:
    """Remove the autograded notebook and the feedback page of a notebook that is not there any more."""
    (chapter.folder_of(student, "autograded") / f"{section}.ipynb").unlink(missing_ok=True)
    (chapter.folder_of(student, "feedback") / f"{section}.html").unlink(missing_ok=True)


class Recorder:
    """Writes results into the gradebook, one session for a whole class. gradebook: as `open_gradebook` gives it.

    settings: nbgrader's.
    """

    def __init__(self, chapter: Chapter, gradebook: Gradebook, settings: Config) -> None:
        self.chapter = chapter
        self._gradebook = gradebook
        self._late_penalties = LatePenalties(settings)

    def record(self, students: Mapping[str, Sequence[NotebookResult]]) -> dict[str, Standing]:
        """Write all notebooks of some students: the gradebook in one transaction, then the autograded files.

        Raises CourseError, saying what to do, where the gradebook cannot be written.
        """
        student, found = "", {}
        try:
            with _one_transaction(self._gradebook):
                known = _submissions(self.chapter, self._gradebook, list(students))
                for student in sorted(students):
                    found[student] = self._record_scores(student, students[student])
                del known
        except (InvalidEntry, MissingEntry, SQLAlchemyError) as error:
            reason = str(getattr(error, "orig", error)).split("\n")[0]
            raise CourseError(
                f"The scores of {student} could not be written into the gradebook: {reason}. What was judged is kept: "
                "run the same command again once that is mended."
            ) from None
        for name, (_, penalized) in found.items():
            note_recorded(self.chapter, name, students[name])
            for result in students[name]:
                self._write(result, touch=result.section in penalized)
            self._remove_others(name, [result.section for result in students[name]])
        return {name: standing for name, (standing, _) in found.items()}

    def _record_scores(self, student: str, results: Sequence[NotebookResult]) -> tuple[Standing, list[str]]:
        """Write the scores; returns the standing, and the notebooks whose penalty for being late changed."""
        gradebook, chapter = self._gradebook, self.chapter
        timestamp = timestamp_of(chapter.folder_of(student, "submitted"))
        options = {"timestamp": timestamp} if timestamp else {}
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(chapter.name, student, **options)
        record_scores(chapter, submission, results)
        penalized = self._late_penalties.assign(submission, scores_of(submission))
        return Standing.of(chapter, submission), penalized

    def _write(self, result: NotebookResult, touch: bool) -> None:
        """Write the autograded notebook where it changed. touch: make it new in any case, so that its page follows."""
        if result.missing:
            return
        folder = self.chapter.folder_of(result.student, "autograded")
        path = folder / f"{result.section}.ipynb"
        folder.mkdir(parents=True, exist_ok=True)
        text = nbformat.writes(nbformat.from_dict(result.notebook)) + "\n"
        if touch or not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_atomically(path, text)
        copy_timestamp(self.chapter.folder_of(result.student, "submitted"), folder)

    def _remove_others(self, student: str, sections: Sequence[str]) -> None:
        """Remove what is left of notebooks that the chapter does not have any more."""
        for path in self.chapter.folder_of(student, "autograded").glob("*.ipynb"):
            if path.stem not in sections:
                remove_pages(self.chapter, student, path.stem)


@contextlib.contextmanager
def _one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """While this lasts, what nbgrader would commit row by row waits; all of it is committed at the end, or nothing."""
    gradebook.db.rollback()
    gradebook.db.commit = gradebook.db.flush
    try:
        yield
        del gradebook.db.commit
        gradebook.db.commit()
    finally:
        vars(gradebook.db).pop("commit", None)
        gradebook.db.rollback()


def scores_of(submission: SubmittedAssignment) -> dict[str, float]:
    """Return the points of each notebook, those of a person included, without what being late costs."""
    return {notebook.name: sum(map(points_of, notebook.grades)) for notebook in submission.notebooks}


def renew_penalties(chapter: Chapter, gradebook: Gradebook, settings: Config) -> None:
    """Work out anew what is taken off for being late: a person may have given points, or moved the date, since.

    Raises CourseError where the plugin for late penalties cannot be used.
    """
    penalties = LatePenalties(settings)
    for submission in _submissions(chapter, gradebook):
        penalties.assign(submission, scores_of(submission))
    gradebook.db.commit()


def standings(chapter: Chapter, gradebook: Gradebook) -> dict[str, Standing]:
    """Return where every student of the gradebook stands in a chapter; empty where it was never graded."""
    return {row.student_id: Standing.of(chapter, row) for row in _submissions(chapter, gradebook)}


def _submissions(
    chapter: Chapter, gradebook: Gradebook, students: Sequence[str] | None = None
) -> list[SubmittedAssignment]:
    """Read the submissions of a chapter, or those of some students, with all that belongs to them, in a few queries."""
    rows = gradebook.db.query(SubmittedAssignment).join(Assignment).filter(Assignment.name == chapter.name)
    if students is not None:
        rows = rows.filter(SubmittedAssignment.student_id.in_(students))
    notebooks = selectinload(SubmittedAssignment.notebooks)
    grades = notebooks.selectinload(SubmittedNotebook.grades).selectinload(Grade.cell)
    comments = notebooks.selectinload(SubmittedNotebook.comments).selectinload(Comment.cell)
    return list(rows.options(grades, comments))


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

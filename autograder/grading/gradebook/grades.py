"""What the gradebook says of a chapter, as plain data."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from nbgrader.api import Assignment, Comment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy.orm import selectinload


@dataclass(frozen=True)
class CellGrade:
    """A graded cell. comment: a person's, or nbgrader's automatic one, or ""."""

    points: float
    auto_score: float | None
    manual_score: float | None
    extra_credit: float
    waits: bool
    comment: str = ""

    @property
    def score(self) -> float:
        """The points that count."""
        decided = self.auto_score if self.manual_score is None else self.manual_score
        return (decided or 0.0) + self.extra_credit

    @property
    def changed(self) -> bool:
        """Whether a person gave other points than the judge, or extra credit."""
        overridden = None not in (self.auto_score, self.manual_score) and self.auto_score != self.manual_score
        return overridden or bool(self.extra_credit)


@dataclass(frozen=True)
class NotebookGrades:
    """A student's notebook. cells, comments: by grade_id; cells without points may have comments, too.

    penalty: points for being late.
    """

    cells: dict[str, CellGrade] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    penalty: float = 0.0

    @property
    def score(self) -> float:
        """The points that count, less the penalty."""
        return max(0.0, sum(cell.score for cell in self.cells.values()) - self.penalty)

    @property
    def points(self) -> float:
        """The points there are."""
        return sum(cell.points for cell in self.cells.values())

    @property
    def waiting(self) -> int:
        """How many cells wait for a person."""
        return sum(cell.waits for cell in self.cells.values())


@dataclass(frozen=True)
class StudentGrades:
    """A student's chapter. notebooks: by section. timestamp, due: in UTC; None where there is none."""

    student: str
    notebooks: dict[str, NotebookGrades]
    timestamp: datetime.datetime | None = None
    due: datetime.datetime | None = None

    @property
    def score(self) -> float:
        """The points that count, less penalties."""
        return sum(notebook.score for notebook in self.notebooks.values())

    @property
    def points(self) -> float:
        """The points there are."""
        return sum(notebook.points for notebook in self.notebooks.values())

    @property
    def penalty(self) -> float:
        """The points that were taken off for being late."""
        return sum(notebook.penalty for notebook in self.notebooks.values())

    @property
    def waiting(self) -> int:
        """How many cells wait for a person."""
        return sum(notebook.waiting for notebook in self.notebooks.values())

    @property
    def late(self) -> datetime.timedelta:
        """How long after the due date it was handed in."""
        if self.timestamp is None or self.due is None:
            return datetime.timedelta()
        return max(self.timestamp - self.due, datetime.timedelta())


def grades_of(gradebook: Gradebook, chapter: str, student: str | None = None) -> dict[str, StudentGrades]:
    """Read the grades of every student who handed in a chapter, or of one. Nobody where the chapter is not there."""
    notebooks = selectinload(SubmittedAssignment.notebooks)
    everything = (
        notebooks.selectinload(SubmittedNotebook.grades).selectinload(Grade.cell),
        notebooks.selectinload(SubmittedNotebook.comments).selectinload(Comment.cell),
    )
    query = gradebook.db.query(SubmittedAssignment).options(*everything).join(Assignment)
    query = query.filter(Assignment.name == chapter)
    if student is not None:
        query = query.filter(SubmittedAssignment.student_id == student)
    return {row.student_id: student_grades(row) for row in query}


def student_grades(row: SubmittedAssignment) -> StudentGrades:
    """Read the grades of a row of the gradebook."""
    due = None if row.assignment.duedate is None else row.duedate
    notebooks = {notebook.name: _notebook(notebook) for notebook in sorted(row.notebooks, key=_name)}
    return StudentGrades(row.student_id, notebooks, row.timestamp, due)


def _notebook(row: Any) -> NotebookGrades:
    comments = {comment.name: comment.comment or "" for comment in sorted(row.comments, key=_name)}
    cells = {
        grade.name: CellGrade(
            float(grade.cell.max_score),
            grade.auto_score,
            grade.manual_score,
            grade.extra_credit or 0.0,
            bool(grade.needs_manual_grade),
            comments.get(grade.name, ""),
        )
        for grade in sorted(row.grades, key=_name)
    }
    return NotebookGrades(cells, comments, row.late_submission_penalty or 0.0)


def _name(row: Any) -> str:
    return row.name

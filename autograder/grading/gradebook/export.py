"""Writes grades as CSV: nbgrader's own long form, a wide table, and the forms that Canvas and Moodle import."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Enum

from autograder.course import Chapter, Course, CourseError, write_atomically
from autograder.grading.files import expect_place
from autograder.grading.gradebook.nbgrader_config import course_of, read_settings
from autograder.grading.gradebook.record import renew_penalties
from autograder.grading.scoring.results import Results

FORMULA_SIGNS = tuple("=+-@\t\n\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the beginning of a formula, or for a space before one; wide letters, too."""
DIGITS = 4
LONGEST_HEAD_BYTES = 100_000
NBGRADERS_COLUMNS = """
assignment duedate timestamp student_id last_name first_name email raw_score late_submission_penalty score max_score
"""
NOT_HANDED_IN = "not handed in"


@dataclass
class Grade:
    """A student's points for a chapter, as nbgrader adds them up. remark: why they are not final, or ""."""

    timestamp: Any = ""
    raw_score: float = 0.0
    penalty: float = 0.0
    score: float = 0.0
    remark: str = NOT_HANDED_IN

    @property
    def is_final(self) -> bool:
        """Whether no person has to look at it."""
        return self.remark in ("", NOT_HANDED_IN)


@dataclass
class Grades:
    """The grades of a class.

    assignments, students: nbgrader's rows. found: by chapter and student. left_out: chapters that nobody handed in.
    """

    assignments: list[Any]
    students: list[Any]
    found: dict[tuple[str, str], Grade]
    left_out: list[str] = field(default_factory=list)

    def of(self, assignment: Any, student: Any) -> Grade:
        """Return a student's grade for a chapter: zero points where nothing was handed in."""
        return self.found.get((assignment.name, student.id)) or Grade()

    def unfinished(self) -> list[str]:
        """Say in lines whose points are not final, and why."""
        return [
            f"{student.id}, {assignment.name}: {grade.remark}"
            for assignment in self.assignments
            for student in self.students
            if not (grade := self.of(assignment, student)).is_final
        ]


def read_grades(
    gradebook: Gradebook, course: Course, chapters: Collection[str] = (), students: Collection[str] = ()
) -> Grades:
    """Read the grades of some chapters and students, or of all. A chapter that nobody handed in, and that has no due
    date, counts as not assigned yet unless it is asked for by name.

    Raises CourseError for a chapter or a student that the gradebook does not have.
    """
    _expect("chapter", chapters, [one.name for one in gradebook.assignments])
    _expect("student", students, [one.id for one in gradebook.students])
    wanted = [one for one in gradebook.assignments if not chapters or one.name in chapters]
    settings = read_settings(course.root)
    for assignment in wanted:
        renew_penalties(Chapter(course, assignment.name), gradebook, settings)
    assigned = [one for one in wanted if chapters or one.duedate or one.num_submissions]
    found = {
        (assignment.name, submission.student.id): _grade(submission, Chapter(course, assignment.name))
        for assignment in assigned
        for submission in gradebook.assignment_submissions(assignment.name)
    }
    everybody = [one for one in gradebook.students if not students or one.id in students]
    return Grades(assigned, everybody, found, [one.name for one in wanted if one not in assigned])


def _expect(what: str, names: Collection[str], known: list[str]) -> None:
    """Raise CourseError, with the nearest one, for a name that the gradebook does not have. what: it is the name of."""
    for name in (name for name in names if name not in known):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        how = "nbgrader db student list" if what == "student" else "nbgrader db assignment list"
        raise CourseError(f"There is no {what} {name!r} in the gradebook.{guess} `{how}` names all that there are.")


def _grade(submission: Any, chapter: Chapter) -> Grade:
    penalty = submission.late_submission_penalty or 0.0
    score = max(0.0, submission.score - penalty)
    return Grade(submission.timestamp or "", submission.score, penalty, score, _remark(submission, chapter))


def _remark(submission: Any, chapter: Chapter) -> str:
    """Say which notebooks were set aside, and in which written answers wait for a person."""
    if not submission.needs_manual_grade:
        return ""
    waiting, remarks, results = [], [], Results(chapter)
    for notebook in sorted(submission.notebooks, key=lambda one: one.name):
        if not notebook.needs_manual_grade:
            continue
        reason = ""
        if all(grade.auto_score is None and grade.manual_score is None for grade in notebook.grades):
            result = results.find(submission.student.id, notebook.name)
            reason = result.set_aside if result else ""
        if reason:
            remarks.append(f"{notebook.name} was set aside ({reason})")
        else:
            waiting.append(notebook.name)
    if waiting:
        remarks.append(f"{', '.join(waiting)}: waits for a person")
    return "; ".join(remarks)


# ---------------------------------------------------------------- tables

Row = list[object]


def long_rows(grades: Grades, so_far: bool) -> Iterator[Row]:
    """Yield nbgrader's own form, a row for each student and chapter, with a remark at the end."""
    yield [*NBGRADERS_COLUMNS.split(), "remark"]
    for assignment in grades.assignments:
        for student in grades.students:
            one = grades.of(assignment, student)
            yield [
                *(assignment.name, assignment.duedate, one.timestamp),
                *(student.id, student.last_name, student.first_name, student.email),
                *(one.raw_score, one.penalty, one.score, assignment.max_score, one.remark),
            ]


def wide_rows(grades: Grades, so_far: bool) -> Iterator[Row]:
    """Yield a row for each student, with the points so far of each chapter, their sum, and remarks; the most points
    that there are stand below the head."""
    names = [assignment.name for assignment in grades.assignments]
    most = [_rounded(assignment.max_score) for assignment in grades.assignments]
    yield ["student_id", "last_name", "first_name", "email", *names, "total", "remarks"]
    yield ["points possible", "", "", "", *most, _rounded(sum(most)), ""]
    for student in grades.students:
        of_student = [(assignment.name, grades.of(assignment, student)) for assignment in grades.assignments]
        scores = [_rounded(one.score) for _, one in of_student]
        remarks = [f"{name}: {one.remark}" for name, one in of_student if one.remark]
        who = (student.id, student.last_name, student.first_name, student.email)
        yield [*who, *scores, _rounded(sum(one.score for _, one in of_student)), "; ".join(remarks)]


def canvas_rows(grades: Grades, so_far: bool) -> Iterator[Row]:
    """Yield Canvas's gradebook: it knows students by its own number (nbgrader's lms_user_id) or by their login."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(one.name for one in grades.assignments)]
    yield ["    Points Possible", "", "", "", "", *(_rounded(one.max_score) for one in grades.assignments)]
    for student in grades.students:
        name = ", ".join(part for part in (student.last_name, student.first_name) if part) or student.id
        yield [name, student.lms_user_id, "", student.id, "", *_final_scores(grades, student, so_far)]


def moodle_rows(grades: Grades, so_far: bool) -> Iterator[Row]:
    """Yield what Moodle imports: it knows students by their e-mail address or their ID number."""
    yield ["First name", "Last name", "ID number", "Email address", *(one.name for one in grades.assignments)]
    for student in grades.students:
        who = [student.first_name, student.last_name, student.lms_user_id or student.id, student.email]
        yield [*who, *_final_scores(grades, student, so_far)]


FORMS: dict[str, Callable[[Grades, bool], Iterator[Row]]] = {
    "long": long_rows,
    "wide": wide_rows,
    "canvas": canvas_rows,
    "moodle": moodle_rows,
}


def _final_scores(grades: Grades, student: Any, so_far: bool) -> list[object]:
    """Return the points of each chapter; an empty cell, which changes nothing there, where they are not final."""
    found = [grades.of(assignment, student) for assignment in grades.assignments]
    return [_rounded(one.score) if so_far or one.is_final else "" for one in found]


def _rounded(score: float) -> float:
    return round(score, DIGITS)


def as_csv(rows: Iterable[Row]) -> str:
    """Return rows as CSV. No text in it begins as a formula does: a spreadsheet would execute that."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n")
    dangerous = not isinstance(value, (int, float)) and text.lstrip(" ").startswith(FORMULA_SIGNS)
    return f"'{text}" if dangerous else text


def write_grades(grades: Grades, form: str, path: Path, so_far: bool = False) -> None:
    """Write grades to a file, whole or not at all, in the place of an earlier export alone. form: one of FORMS.

    so_far: give Canvas and Moodle points that are not final, too. Raises CourseError where that is no place for it.
    """
    expect_place(path, f"grades-{form}.csv")
    if path.exists() and not _is_export(path):
        raise CourseError(f"{path} is there and is no table of grades: choose another name, or remove it.")
    write_atomically(path, as_csv(FORMS[form](grades, so_far)))


def _is_export(path: Path) -> bool:
    """Whether a file begins as one of the tables, or is empty."""
    with path.open("rb") as file:
        head = file.readline(LONGEST_HEAD_BYTES).decode("utf-8", "replace").strip().split(",")
    nobody = Grades([], [], {})
    names = [[name for name in next(rows(nobody, False)) if name] for rows in FORMS.values()]
    return head == [""] or any(set(map(str, row)) <= set(head) for row in names)


class CourseExport(ExportPlugin):
    """What `nbgrader export` writes in this course."""

    form = Enum(list(FORMS), "long", help="the form of the table").tag(config=True)
    so_far = Bool(False, help="give Canvas and Moodle points that are not final, too").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades, and log which chapters were left out and whose points are not final."""
        course = course_of(self.parent.coursedir)
        grades = read_grades(gradebook, course, [*map(str, self.assignment)], [*map(str, self.student)])
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        write_grades(grades, self.form, path, self.so_far)
        for name in grades.left_out:
            self.log.info("Left out, as nobody has handed it in: %s", name)
        for line in grades.unfinished():
            self.log.warning("Not final: %s", line)

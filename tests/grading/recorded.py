"""A gradebook of the small course with scores that no judge gave: recording in milliseconds instead of seconds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from nbgrader.api import Gradebook

from autograder.course import Chapter, Course, grading_of, read
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.record import Recorder, Standing, open_gradebook
from autograder.grading.scoring.results import JUDGE, PERSON, CellResult, NotebookResult, Results
from tests.grading.small_course import CHAPTER, RIGHT, SECTIONS, answered, hand_in


def judged(
    course: Course,
    student: str,
    answers: dict[str, str] | None = None,
    scores: dict[str, float | None] | None = None,
    missing: tuple[str, ...] = (),
) -> list[NotebookResult]:
    """Results as the judge might give them. answers: by cell, beside the right ones; scores: beside full points."""
    found = []
    for section in SECTIONS:
        notebook: Any = answered(course, section, {**RIGHT, **(answers or {})})
        cells = {}
        for cell in read(course.source_of(f"{CHAPTER}/{section}"))["cells"]:
            marks = grading_of(cell)
            if marks.get("grade"):
                by_person = bool(marks["solution"])
                usual = 0.0 if section in missing else None if by_person else float(marks["points"])
                score = (scores or {}).get(marks["grade_id"], usual)
                cells[marks["grade_id"]] = CellResult(score, float(marks["points"]), PERSON if by_person else JUDGE)
        is_missing = section in missing
        found.append(
            NotebookResult(student, CHAPTER, section, "", cells, {} if is_missing else notebook, missing=is_missing)
        )
    return found


def record(course: Course, student: str, *, handed_in: bool = True, **given: Any) -> Standing:
    """Record results that `judged` makes, and keep them. handed_in: whether the notebooks lie in submitted/, too."""
    chapter, settings = Chapter(course, CHAPTER), read_settings(course.root)
    if handed_in:
        sections = [section for section in SECTIONS if section not in given.get("missing", ())]
        hand_in(course, student, given.get("answers") or {}, sections=sections)
    results = judged(course, student, **given)
    for result in results:
        Results(chapter).keep(result)
    with contextlib.closing(open_gradebook(course.root, settings)) as gradebook:
        return Recorder(chapter, gradebook, settings).record({student: results})[student]


@contextlib.contextmanager
def book(course: Course) -> Iterator[Gradebook]:
    """The gradebook; what was changed is written at the end."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "training-deep-networks") as gradebook:
        yield gradebook
        gradebook.db.commit()


def give(
    course: Course,
    student: str,
    section: str,
    cell: str,
    points: float | None = None,
    extra: float | None = None,
    comment: str | None = None,
) -> None:
    """Do what a person does in Formgrader: points or extra credit for a graded cell, a comment on an answer cell."""
    with book(course) as gradebook:
        if comment is not None:
            gradebook.find_comment(cell, section, CHAPTER, student).manual_comment = comment
        if points is not None or extra is not None:
            grade = gradebook.find_grade(cell, section, CHAPTER, student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, extra, False


def due(course: Course, date: str) -> None:
    """Set the date on which the chapter is due."""
    with book(course) as gradebook:
        gradebook.update_or_create_assignment(CHAPTER, duedate=date)


def handed_in_at(course: Course, student: str, text: str) -> None:
    """Write timestamp.txt."""
    folder = course.root / "submitted" / student / CHAPTER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "timestamp.txt").write_text(text, encoding="utf-8")

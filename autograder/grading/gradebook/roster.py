"""Students' names: one spelling of each, and who is in the roster and who has handed in.

The roster are the students of the gradebook with a name, an address or an id of the LMS: `nbgrader db student import`
enters them. Grading enters everybody else by the folder's name alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from nbgrader.api import Gradebook, Student

from autograder.course import Chapter, listed
from autograder.grading.gradebook.record import standings
from autograder.grading.intake.submitted_folder import composed

DETAILS = ("first_name", "last_name", "email", "lms_user_id")


def compose_students(gradebook: Gradebook) -> None:
    """Spell students' ids with composed letters throughout: "Ü" as a Mac writes it becomes the one of other systems.

    A student who is there in both spellings becomes one, with the details and submissions of both; where both have a
    submission of the same chapter, they stay two.
    """
    for student in list(gradebook.students):
        if (name := composed(student.id)) != student.id:
            _merge(gradebook, student, gradebook.db.get(Student, name) or Student(id=name))
    gradebook.db.commit()


def _merge(gradebook: Gradebook, student: Student, into: Student) -> None:
    gradebook.db.add(into)
    for detail in DETAILS:
        setattr(into, detail, getattr(into, detail) or getattr(student, detail))
    taken = {submission.assignment_id for submission in into.submissions}
    moved = [submission for submission in student.submissions if submission.assignment_id not in taken]
    stay = len(student.submissions) - len(moved)
    for submission in moved:
        submission.student = into
    gradebook.db.flush()
    if not stay:
        gradebook.db.delete(student)


def remarks(chapter: Chapter, gradebook: Gradebook, handed_in: Collection[str]) -> list[str]:
    """Say who handed in without being in the roster, who is in it and did not, and who withdrew. handed_in: ids."""
    roster = {student.id for student in gradebook.students if any(getattr(student, name) for name in DETAILS)}
    found = _alike(handed_in)
    if roster:
        strangers = [_stranger(name, roster) for name in sorted(set(handed_in) - roster)]
        found += [f"not in the roster: {listed(strangers)}"] if strangers else []
        absent = sorted(roster - set(handed_in))
        found += [f"in the roster, nothing handed in: {listed(absent)}"] if absent else []
    return found + _undated(chapter, gradebook, handed_in) + gone(chapter, gradebook, handed_in)


def gone(chapter: Chapter, gradebook: Gradebook, handed_in: Collection[str]) -> list[str]:
    """Say who has scores in the gradebook and no folder in submitted/ any more, and how to remove them."""
    names = sorted(set(standings(chapter, gradebook)) - set(handed_in))
    if not names:
        return []
    return [
        f"no longer handed in: {listed(names)} (the gradebook keeps the scores; to remove a student who left, with "
        f"all scores:  nbgrader db student remove {_quoted(names[0])} --force)"
    ]


def _undated(chapter: Chapter, gradebook: Gradebook, handed_in: Collection[str]) -> list[str]:
    """Name those of whom it is not known when they handed in, where the chapter has a due date."""
    assignment = gradebook.find_assignment(chapter.name)
    rows = assignment.submissions if assignment.duedate else []
    names = sorted(row.student_id for row in rows if row.timestamp is None and row.student_id in handed_in)
    return [f"handed in at an unknown time, and so not late (no timestamp.txt): {listed(names)}"] if names else []


def _alike(names: Collection[str]) -> list[str]:
    """Name folders that differ in upper and lower case alone."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(_folded(name), []).append(name)
    return [f"one student or several? {' and '.join(group)}" for group in groups.values() if len(group) > 1]


def _stranger(name: str, roster: Collection[str]) -> str:
    near = [one for one in sorted(roster) if _folded(one) == _folded(name)]
    return f"{name} (the roster has {near[0]}: rename the folder)" if near else name


def _folded(name: str) -> str:
    """Return what is the same for names that differ in case, width or spaces alone."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name)

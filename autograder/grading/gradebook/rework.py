"""Changing the exercises of a chapter after grading: what was changed, what would be lost, and doing it.

nbgrader refuses it altogether. Here the rows of cells and notebooks that are gone go with what a person gave for them,
rows of new ones are added, and everything else stays as it is.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.nbgraderformat import ValidationError
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from sqlalchemy.engine import make_url

from autograder.course import Chapter, CourseError, listed
from autograder.grading.gradebook.given_points import given_out_of, note_given_out_of
from autograder.grading.gradebook.record import by_person
from autograder.grading.intake.instructor_notebook import master

KINDS: dict[str, Any] = {"grade": GradeCell, "solution": SolutionCell, "task": TaskCell, "source": SourceCell}
"""The tables in which nbgrader keeps the cells of a notebook. A cell has a row in one, two or three of them."""


@dataclass(frozen=True)
class CellNow:
    """A cell as source/ or the gradebook has it. kinds: keys of KINDS. source: of a test, else ""."""

    kinds: frozenset[str]
    points: float = 0.0
    cell_type: str = "code"
    source: str = ""

    @property
    def is_exercise(self) -> bool:
        """Whether it has points."""
        return not self.kinds.isdisjoint(("grade", "task"))


Cells = dict[str, CellNow]
"""The cells of a notebook by their name."""


@dataclass
class Changes:
    """How the notebooks of source/ differ from those of the gradebook. old, new: section -> cells."""

    old: dict[str, Cells]
    new: dict[str, Cells]

    @property
    def structural(self) -> bool:
        """Whether there are cells or notebooks too many or too few, which nbgrader refuses."""
        return _kinds(self.old) != _kinds(self.new)

    @property
    def weights(self) -> bool:
        """Whether a cell has other points than before."""
        return any(self.weighted_anew(section, name) for section, cells in self.old.items() for name in cells)

    def sentences(self) -> list[str]:
        """Say what was changed."""
        found = [_new_notebook(name, self) for name in self.new if name not in self.old]
        found += [f"{name}: the notebook is gone, or no longer assigned" for name in self.old if name not in self.new]
        for section in (name for name in self.new if name in self.old):
            found += [f"{section}: {text}" for text in _cell_changes(self.old[section], self.new[section])]
        return found

    def gone(self, section: str, name: str, kind: str) -> bool:
        """Whether a row of a cell is no longer wanted."""
        cell = self.new.get(section, {}).get(name)
        return cell is None or kind not in cell.kinds

    def weighted_anew(self, section: str, name: str) -> bool:
        """Whether a cell is still there with other points."""
        old, new = self.old.get(section, {}).get(name), self.new.get(section, {}).get(name)
        return old is not None and new is not None and old.is_exercise and new.is_exercise and old.points != new.points


def changes(chapter: Chapter, gradebook: Gradebook) -> Changes:
    """Compare source/ with the gradebook. Raises CourseError where a notebook of source/ cannot be read."""
    notebooks = {section: master(chapter.course, chapter.notebook(section)).cells for section in chapter.sections()}
    new = {section: _in_source(cells) for section, cells in notebooks.items()}
    assignment = _assignment(chapter, gradebook)
    old = {notebook.name: _in_gradebook(notebook) for notebook in assignment.notebooks} if assignment else new
    return Changes(old, new)


def is_graded(chapter: Chapter, gradebook: Gradebook) -> bool:
    """Whether the gradebook has submissions of a chapter."""
    assignment = _assignment(chapter, gradebook)
    return assignment is not None and bool(assignment.submissions)


def refuse_if_reworked(chapter: Chapter, gradebook: Gradebook) -> None:
    """Raise CourseError, saying what was changed and what to do, where a graded chapter has other exercises now, or
    other points for them."""
    if not is_graded(chapter, gradebook):
        return
    try:
        found = changes(chapter, gradebook)
    except ValidationError:
        return  # what is wrong with the notebook itself is said when it is released
    if found.structural or found.weights:
        told = "".join(f"\n  {sentence}" for sentence in found.sentences())
        raise CourseError(
            f"{chapter.name} was graded with other exercises or points than source/ has now:{told}\n"
            "Take that back, or see what it does to the points that were given, before anything is changed:\n"
            f"    {chapter.course.command('rework', chapter.name)}"
        )


def add_assigned_notebooks(chapter: Chapter, gradebook: Gradebook) -> None:
    """Add to a graded chapter the notebooks that were assigned since, by name: nothing is lost by it."""
    if chapter.course.assigned() is None or not is_graded(chapter, gradebook):
        return
    found = changes(chapter, gradebook)
    same = {section: cells for section, cells in found.new.items() if section in found.old}
    if len(same) < len(found.new) and _kinds(same) == _kinds(found.old) and not found.weights:
        apply(chapter, gradebook, found)


def losses(chapter: Chapter, gradebook: Gradebook, found: Changes) -> list[str]:
    """Say what a person has done that would be lost, or has to be looked at again, student by student."""
    lost: dict[str, list[str]] = {}
    again: dict[str, list[str]] = {}
    assignment = _assignment(chapter, gradebook)
    for submission in assignment.submissions if assignment else ():
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                where = f"{notebook.name}, {grade.name}"
                given = _given(grade)
                if given and found.gone(notebook.name, grade.name, _kind(grade.cell)):
                    lost.setdefault(where, []).append(f"{submission.student_id} {given}")
                elif given and found.weighted_anew(notebook.name, grade.name):
                    again.setdefault(where, []).append(f"{submission.student_id} {given}")
            for comment in notebook.comments:
                if comment.manual_comment and found.gone(notebook.name, comment.name, _kind(comment.cell)):
                    lost.setdefault(f"{notebook.name}, {comment.name}", []).append(f"{submission.student_id} a comment")
    told = [f"would be lost: {where}: {listed(names)}" for where, names in lost.items()]
    return told + [f"stays, and waits for a person: {where}: {listed(names)}" for where, names in again.items()]


def copy_of_gradebook(gradebook: Gradebook) -> Path | None:
    """Copy a gradebook that is a file of SQLite, beside it; None for any other database."""
    url = make_url(gradebook.engine.url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    path = Path(url.database)
    copy = path.with_name(f"{path.name}.before-{time.strftime('%Y-%m-%d-%H%M%S')}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def apply(chapter: Chapter, gradebook: Gradebook, found: Changes) -> None:
    """Give the gradebook the notebooks and cells that source/ has, in one transaction. Nothing else is touched."""
    assignment = _assignment(chapter, gradebook)
    if assignment is None:
        return
    database = gradebook.db
    _hand_to_a_person(chapter, assignment, found)
    for notebook in list(assignment.notebooks):
        _remove_cells(database, notebook, found)
        if notebook.name not in found.new:
            _delete(database, [*notebook.submissions, notebook])
    for section, cells in found.new.items():
        notebook = next((one for one in assignment.notebooks if one.name == section), None)
        _add_cells(database, notebook or _add_notebook(database, assignment, section), cells)
    database.commit()


# ---------------------------------------------------------------- reading


def _assignment(chapter: Chapter, gradebook: Gradebook) -> Assignment | None:
    try:
        return gradebook.find_assignment(chapter.name)
    except MissingEntry:
        return None


def _in_source(cells: Iterable[Any]) -> Cells:
    found = {}
    for cell in cells:
        tests = {"grade": is_grade, "solution": is_solution, "task": is_task}
        kinds = {kind for kind, test in tests.items() if test(cell)}
        if kinds or is_locked(cell):
            marks = cell.metadata.nbgrader
            source = cell.source if kinds == {"grade"} else ""
            points = float(marks.get("points", 0)) if kinds & {"grade", "task"} else 0.0
            found[marks["grade_id"]] = CellNow(frozenset({*kinds, "source"}), points, cell.cell_type, source)
    return found


def _in_gradebook(notebook: Notebook) -> Cells:
    rows: dict[str, dict[str, Any]] = {}
    for row in [*notebook.grade_cells, *notebook.solution_cells, *notebook.task_cells, *notebook.source_cells]:
        rows.setdefault(row.name, {})[_kind(row)] = row
    return {name: _cell_of(found) for name, found in rows.items()}


def _cell_of(rows: dict[str, Any]) -> CellNow:
    graded = rows.get("grade") or rows.get("task")
    source = rows["source"].source if set(rows) == {"grade", "source"} else ""
    points, cell_type = (graded.max_score, graded.cell_type) if graded else (0.0, "code")
    return CellNow(frozenset(rows), points, cell_type, source)


def _kind(row: Any) -> str:
    return next(kind for kind, table in KINDS.items() if isinstance(row, table))


def _kinds(notebooks: dict[str, Cells]) -> dict[str, dict[str, frozenset[str]]]:
    return {section: {name: cell.kinds for name, cell in cells.items()} for section, cells in notebooks.items()}


# ---------------------------------------------------------------- in words


def _new_notebook(section: str, found: Changes) -> str:
    exercises = {name for name, cell in found.new[section].items() if cell.is_exercise}
    if not exercises:
        return f"{section}: a new notebook, without exercises: if it is there by mistake, move it out of source/"
    others = {name: cells for name, cells in found.new.items() if name != section}
    same = [name for name, cells in others.items() if exercises & {one for one in cells if cells[one].is_exercise}]
    copied = f": is it a copy of {same[0]}, there by mistake?" if same else f", with {listed(sorted(exercises))}"
    return f"{section}: a new notebook{copied}"


def _cell_changes(old: Cells, new: Cells) -> list[str]:
    found = [f"{name} was added" + _worth(new[name]) for name in new if name not in old]
    found += [f"{name} was removed" + _worth(old[name]) for name in old if name not in new]
    for name in (name for name in new if name in old):
        was, now = old[name], new[name]
        if was.kinds != now.kinds:
            found.append(f"{name} is another kind of cell now")
        if was.is_exercise and now.is_exercise and was.points != now.points:
            found.append(f"{name} has {now.points:g} points instead of {was.points:g}")
        if was.kinds == now.kinds and was.source.strip() != now.source.strip():
            found.append(f"the test {name} was changed")
    return found


def _worth(cell: CellNow) -> str:
    return f" ({cell.points:g} points)" if cell.is_exercise else ""


def _given(grade: Grade) -> str:
    if not by_person(grade):
        return ""
    manual = "" if grade.manual_score is None else f"{grade.manual_score:g} of {grade.cell.max_score:g} points"
    extra = f"{grade.extra_credit:g} of extra credit" if grade.extra_credit else ""
    return " and ".join(filter(None, (manual, extra)))


# ---------------------------------------------------------------- doing it


def _remove_cells(database: Any, notebook: Notebook, found: Changes) -> None:
    cells = [*notebook.grade_cells, *notebook.solution_cells, *notebook.task_cells, *notebook.source_cells]
    gone = [cell for cell in cells if found.gone(notebook.name, cell.name, _kind(cell))]
    for cell in (cell for cell in gone if isinstance(cell, BaseCell)):
        _delete(database, [*(cell.grades or ()), *(cell.comments or ())])
    _delete(database, gone)


def _hand_to_a_person(chapter: Chapter, assignment: Assignment, found: Changes) -> None:
    """Let points that a person gave for a cell of another weight wait for a person, and note what they were out of."""
    for submission in assignment.submissions:
        noted = given_out_of(chapter, submission.student_id)
        for notebook in submission.notebooks:
            for grade in (one for one in notebook.grades if by_person(one)):
                if found.weighted_anew(notebook.name, grade.name):
                    cell = (notebook.name, grade.name)
                    if not grade.needs_manual_grade or cell not in noted:
                        noted[cell] = found.old[notebook.name][grade.name].points
                    grade.needs_manual_grade = True
        if noted:
            note_given_out_of(chapter, submission.student_id, noted)


def _delete(database: Any, rows: Iterable[Any]) -> None:
    for row in rows:
        database.delete(row)
    database.flush()
    database.expire_all()


def _add_notebook(database: Any, assignment: Assignment, section: str) -> Notebook:
    notebook = Notebook(name=section, assignment=assignment, kernelspec=json.dumps({}))
    database.add(notebook)
    for submission in assignment.submissions:
        database.add(SubmittedNotebook(notebook=notebook, assignment=submission))
    database.flush()
    return notebook


def _add_cells(database: Any, notebook: Notebook, cells: Cells) -> None:
    """Add the rows that are missing. What stands in them is nbgrader's to write, when the chapter is registered."""
    there = _in_gradebook(notebook)
    for name, cell in cells.items():
        for kind in sorted(cell.kinds - (there[name].kinds if name in there else frozenset())):
            details: dict[str, Any] = {"cell_type": cell.cell_type} if kind != "solution" else {}
            details |= {"max_score": cell.points} if kind in ("grade", "task") else {}
            row = KINDS[kind](name=name, notebook=notebook, **details)
            database.add(row)
            for submitted in notebook.submissions if kind != "source" else ():
                database.add_all(_rows_of(kind, row, submitted))
    database.flush()


def _rows_of(kind: str, cell: BaseCell, submitted: SubmittedNotebook) -> list[Any]:
    tables = {"grade": (Grade,), "solution": (Comment,), "task": (Grade, Comment)}[kind]
    return [table(cell=cell, notebook=submitted) for table in tables]

"""Rebuilding a submission from the instructor's notebook, cell by cell.

Test cells, points, locks and the kernel are the instructor's, whatever the student did; the answers are the student's;
cells that the student added stay where they are. Every change to what was released is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course import grading_of
from autograder.grading.intake.matching import MOST_NAMED, Keys, Matched, is_test, keys_of, match, released_forms
from autograder.grading.intake.released import Released
from autograder.grading.intake.submission import SetAside, Submitted, SubmittedCell

WORDS = {"grade": "graded or not", "solution": "answer or not", "locked": "lock", "points": "points"}
"""How a flag names nbgrader's marks."""
BESIDE = "(The student's own cells beside this one may be the answer.)"
NEVER_RELEASED = Released()


@dataclass
class Rebuilt:
    """The notebook to be judged, and sentences for the instructor: flags about whatever was not as released;
    since_release about what the instructor changed after students got it.

    passed: the test cells whose outputs, as they were handed in, say that all cases passed.
    """

    notebook: NotebookNode
    flags: list[str] = field(default_factory=list)
    since_release: list[str] = field(default_factory=list)
    passed: frozenset[str] = frozenset()


def rebuild(master: NotebookNode, submitted: Submitted, released: Released = NEVER_RELEASED) -> Rebuilt:
    """Put a student's answers into a copy of the master. submitted: as `submission.parse` gives it. released: what
    students may have been given beside what the master is now.

    Raises SetAside where none of the cells is one of the master's exercises, and where nothing stands in them.
    """
    notebook = nbformat.from_dict(master)
    known = keys_of(notebook)
    found = match(known, submitted.cells, partial(is_as_released, released=released))
    if not any(cell["source"].strip() for cell in submitted.cells):
        raise SetAside("it is a notebook with nothing in it")
    if not found.exercises(known):
        raise SetAside("none of its cells is one of this notebook's exercises")
    rebuilt = Rebuilt(notebook, [*submitted.notes, *found.flags, *_order_flags(known, found)])
    rebuilt.flags += _lost_flags(known, found)
    rebuilt.passed = frozenset(key for key, answer in found.answers.items() if answer["passed"] and is_test(known[key]))
    taken = {cell.get("id", "") for cell in notebook.cells}
    names = (
        name for number in range(2 * len(submitted.cells) + len(taken)) if (name := f"added-{number}") not in taken
    )
    notebook.cells = list(_built(known, found, names, rebuilt, released))
    notebook.metadata = nbformat.from_dict({"kernelspec": master.metadata.get("kernelspec", {})})
    rebuilt.flags = list(dict.fromkeys(rebuilt.flags))
    return rebuilt


def has_answers(master: NotebookNode, submitted: Submitted, released: Released = NEVER_RELEASED) -> bool:
    """Whether a student wrote anything: an answer in its cell, or in a cell beside it."""
    known, as_released = keys_of(master), partial(is_as_released, released=released)
    found = match(known, submitted.cells, as_released)
    answers = {key: cell for key, cell in found.answers.items() if grading_of(known[key]).get("solution")}
    changed = any(not as_released(known[key], cell) for key, cell in answers.items())
    return bool(changed or found.elsewhere or found.beside)


def exercises_found(master: NotebookNode, submitted: Submitted, released: Released = NEVER_RELEASED) -> int:
    """Count the graded cells and answers of the master that a submission has."""
    known = keys_of(master)
    return match(known, submitted.cells, partial(is_as_released, released=released)).exercises(known)


def _built(
    known: Keys, found: Matched, names: Iterator[str], rebuilt: Rebuilt, released: Released
) -> Iterator[NotebookNode]:
    """Yield the cells in the instructor's order, the student's own ones behind those that they follow. An answer cell
    that is put back comes before the student's own: it replaces nothing that they define."""
    own = [_extra(cell, next(names)) for cell in found.extras.get("", [])]
    for key, cell in known.items():
        answer = found.answers.get(key)
        if answer is not None or not grading_of(cell).get("solution"):
            yield from own
            own = []
        if answer is not None and key not in found.taken:
            _compare(cell, answer, rebuilt, released)
        rebuilt.flags += _take_answer(cell, answer, key in found.elsewhere | found.beside, released)
        if key in found.elsewhere:
            cell.source = "# The student wrote this one in another cell."
        if key in found.beside:
            note = BESIDE if cell.cell_type == "markdown" else f"# {BESIDE}"
            cell.source = f"{cell.source}\n\n{note}"
        yield cell
        own += [_extra(extra, next(names)) for extra in found.extras.get(key, [])]
    yield from own


def _order_flags(known: Keys, found: Matched) -> list[str]:
    """Report graded cells and answer cells that stood in another order than the instructor's."""
    theirs = [key for key in found.answers if grading_of(known[key]) and key not in found.taken]
    if theirs == [key for key in known if key in theirs]:
        return []
    return ["cells were moved: the instructor's order was used"]


def _lost_flags(known: Keys, found: Matched) -> list[str]:
    """Report the cells that were known without their names."""
    flags = []
    for how in ("id", "text"):
        lost = [
            key
            for key, answer in found.answers.items()
            if grading_of(known[key]) and answer["grade_id"] != key and key not in found.taken
            if (key in found.by_text) == (how == "text")
        ]
        if len(lost) > MOST_NAMED:
            flags.append(f"{len(lost)} cells had lost nbgrader's metadata: they were known by their {how}")
        else:
            flags += [f"the cell {key} had lost nbgrader's metadata: it was known by its {how}" for key in lost]
    return flags


def _take_answer(cell: NotebookNode, answer: SubmittedCell | None, told: bool, released: Released) -> list[str]:
    """Take the student's source into a cell of the master that students may write; report what is missing, unless that
    is told, or of another type."""
    marks = grading_of(cell)
    name = marks.get("grade_id")
    if answer is None:
        if told or not (marks.get("grade") or marks.get("solution")):
            return []
        what = "test cell" if is_test(cell) else "answer cell"
        return [f"the {what} {name} was missing: the instructor's was put back"]
    if is_test(cell) or (marks.get("locked") and not marks.get("solution")):
        return []
    flags = []
    if cell.cell_type != answer["cell_type"]:
        if not marks.get("solution"):
            return [f"the cell {cell.get('id')} has another type than the released one: the instructor's was put back"]
        kind = answer["cell_type"]
        flags.append(f"the answer cell {name} had become a {kind} cell: its text was taken as the answer")
    if marks.get("solution"):
        if not is_as_released(cell, answer, released):
            cell.source = answer["source"]
    elif cell.cell_type != "markdown":
        cell.source = answer["source"]
    if answer["attachments"] and cell.cell_type == "markdown" and marks.get("solution"):
        cell.attachments = nbformat.from_dict(answer["attachments"])
    return flags


def _compare(cell: NotebookNode, answer: SubmittedCell, rebuilt: Rebuilt, released: Released) -> None:
    """Report where what students may not change differs from the instructor's: as the student's doing or, where it is
    as students were once given it, as the instructor's own."""
    for change in _changed_marks(grading_of(cell), answer):
        if released.has_marks(cell, answer["marks"]):
            rebuilt.since_release.append(change.partition(":")[0])
        else:
            rebuilt.flags.append(change)
    for change in _changed_text(cell, answer):
        if released.has_text(cell, answer["source"]):
            rebuilt.since_release.append(change.partition(":")[0])
        else:
            rebuilt.flags.append(change)


def _changed_marks(marks: dict[str, Any], answer: SubmittedCell) -> list[str]:
    name, told = marks.get("grade_id"), answer["marks"]
    if not marks or not answer["grade_id"]:
        return []
    flags = []
    if "points" in told and told["points"] != marks.get("points"):
        flags.append(f"the points of {name} were changed: the instructor's were used")
    others = [WORDS[one] for one in ("grade", "solution", "locked") if one in told and told[one] != marks.get(one)]
    if others:
        flags.append(f"the settings of {name} were changed ({', '.join(others)}): the instructor's were used")
    return flags


def _changed_text(cell: NotebookNode, answer: SubmittedCell) -> list[str]:
    marks = grading_of(cell)
    name, same = marks.get("grade_id"), answer["source"].strip() in released_forms(cell.source)
    if is_test(cell) and not (same and answer["cell_type"] == cell.cell_type):
        return [f"the test cell {name} was changed: the instructor's was used"]
    is_locked = marks.get("locked") and not marks.get("grade") and not marks.get("solution")
    if is_locked and cell.cell_type == "code" and not same:
        return [f"the locked cell {name} was changed: the instructor's was used"]
    return []


def is_as_released(cell: NotebookNode, answer: SubmittedCell, released: Released) -> bool:
    """Whether a student's cell is as the instructor's is now, or as students were once given it."""
    return answer["source"].strip() in released_forms(cell.source) or released.has_text(cell, answer["source"])


def _extra(cell: SubmittedCell, name: str) -> NotebookNode:
    """Make a cell that the student added, with nothing but its source and images. name: its new id.

    A raw cell becomes text to be read: some pages take what stands in one for HTML.
    """
    if cell["cell_type"] == "raw":
        new = nbformat.v4.new_markdown_cell(_as_block_of_code(cell["source"]))
    else:
        make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
        new = make[cell["cell_type"]](cell["source"])
    new.id = name
    if cell["attachments"] and new.cell_type == "markdown":
        new.attachments = nbformat.from_dict(cell["attachments"])
    return new


def _as_block_of_code(text: str) -> str:
    """Write markdown that shows a text as it is: between fences longer than any in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"

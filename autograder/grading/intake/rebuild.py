"""Rebuilding a submission from the instructor's notebook, cell by cell.

Test cells, points, locks and the kernel are the instructor's, whatever the student did; the answers are the student's;
cells that the student added stay where they are. Every change to what was released is reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course import grading_of
from autograder.grading.intake.submission import Submitted, SubmittedCell

WORDS = {"grade": "graded or not", "solution": "answer or not", "locked": "lock", "points": "points"}
"""How a flag names nbgrader's marks."""


@dataclass
class Rebuilt:
    """The notebook to be judged, and sentences for the instructor about whatever was not as released."""

    notebook: NotebookNode
    flags: list[str] = field(default_factory=list)


def rebuild(master: NotebookNode, submitted: Submitted) -> Rebuilt:
    """Put a student's answers into a copy of the master. submitted: as `submission.parse` gives it."""
    notebook = nbformat.from_dict(master)
    known = {_key(cell): cell for cell in notebook.cells}
    answers, extras, flags = _sorted(known, submitted.cells)
    flags = [*submitted.notes, *flags, *_order_flags(known, answers)]
    taken = {cell.get("id", "") for cell in notebook.cells}
    names = (name for number in range(len(submitted.cells) + len(taken)) if (name := f"added-{number}") not in taken)
    built: list[NotebookNode] = [_extra(cell, next(names)) for cell in extras.pop("", [])]
    for key, cell in known.items():
        flags += _take_answer(cell, answers.get(key))
        built.append(cell)
        built += [_extra(extra, next(names)) for extra in extras.get(key, [])]
    notebook.cells = built
    notebook.metadata = nbformat.from_dict({"kernelspec": master.metadata.get("kernelspec", {})})
    return Rebuilt(notebook, flags)


def _key(cell: NotebookNode) -> str:
    """Return what identifies a cell of the master: its grade_id or, for text and experiments, its id."""
    return grading_of(cell).get("grade_id") or f"id:{cell.get('id', '')}"


def _sorted(
    known: dict[str, NotebookNode], cells: list[SubmittedCell]
) -> tuple[dict[str, SubmittedCell], dict[str, list[SubmittedCell]], list[str]]:
    """Sort the student's cells into answers, by the known cell they answer, and extras, by the one they follow."""
    by_id = _by_id(known, cells)
    answers: dict[str, SubmittedCell] = {}
    extras: dict[str, list[SubmittedCell]] = {}
    flags: list[str] = []
    last = ""
    for cell in cells:
        key = cell["grade_id"] or by_id.get(cell["id"], "")
        if key in known and key not in answers:
            answers[key] = cell
            last = key
        elif key in known and _is_test(known[key]):
            flags.append(f"the test cell {key} was there more than once: the copies were left out")
        else:
            if key in known and grading_of(known[key]):
                flags.append(f"the answer cell {key} was there more than once: the first one counts")
            extras.setdefault(last, []).append(cell)
    return answers, extras, list(dict.fromkeys(flags))


def _by_id(known: dict[str, NotebookNode], cells: list[SubmittedCell]) -> dict[str, str]:
    """Map ids to keys, for cells that lost nbgrader's metadata in an editor and for those that never had any."""
    named = {cell["grade_id"] for cell in cells}
    return {cell["id"]: key for key, cell in known.items() if cell.get("id") and key not in named}


def _order_flags(known: dict[str, NotebookNode], answers: dict[str, SubmittedCell]) -> list[str]:
    """Report graded cells and answer cells that stood in another order than the instructor's."""
    found = [key for key in answers if grading_of(known[key])]
    if found == [key for key in known if key in answers and grading_of(known[key])]:
        return []
    return ["cells were moved: the instructor's order was used"]


def _is_test(cell: NotebookNode) -> bool:
    marks = grading_of(cell)
    return bool(marks.get("grade") and not marks.get("solution"))


def _take_answer(cell: NotebookNode, answer: SubmittedCell | None) -> list[str]:
    """Take the student's source into a cell of the master that students may write; report what else was changed."""
    marks = grading_of(cell)
    name = marks.get("grade_id")
    if answer is None:
        if marks.get("grade") or marks.get("solution"):
            what = "test cell" if _is_test(cell) else "answer cell"
            return [f"the {what} {name} was missing: the instructor's was put back"]
        return []
    flags = _marks_flags(marks, answer)
    if _is_test(cell):
        if answer["source"].strip() not in _released_forms(cell.source) or answer["cell_type"] != cell.cell_type:
            flags.append(f"the test cell {name} was changed: the instructor's was used")
        return flags
    if marks.get("locked") and not marks.get("solution"):
        if cell.cell_type == "code" and answer["source"].strip() != cell.source.strip():
            flags.append(f"the locked cell {name} was changed: the instructor's was used")
        return flags
    if cell.cell_type != answer["cell_type"]:
        what = f"the cell {name or cell.get('id')} has another type than the released one"
        return [*flags, f"{what}: the instructor's was put back"]
    if cell.cell_type != "markdown" or marks.get("solution"):
        cell.source = answer["source"]
    if answer["attachments"] and cell.cell_type == "markdown" and marks.get("solution"):
        cell.attachments = nbformat.from_dict(answer["attachments"])
    return flags


def _marks_flags(marks: dict[str, Any], answer: SubmittedCell) -> list[str]:
    """Report where the metadata of a student's cell differ from the instructor's."""
    if not marks:
        return []
    name = marks.get("grade_id")
    if not answer["grade_id"]:
        return [f"the cell {name} had lost nbgrader's metadata: it was known by its id"]
    told = answer["marks"]
    flags = []
    if "points" in told and told["points"] != marks.get("points"):
        flags.append(f"the points of {name} were changed: the instructor's were used")
    others = [WORDS[one] for one in ("grade", "solution", "locked") if one in told and told[one] != marks.get(one)]
    if others:
        flags.append(f"the settings of {name} were changed ({', '.join(others)}): the instructor's were used")
    return flags


def _released_forms(source: str) -> set[str]:
    """Return a test cell as the instructor has it, and as students get it."""
    return {source.strip(), without_hidden_tests(source).strip()}


def without_hidden_tests(source: str) -> str:
    """Return a test cell as students get it, without the lines between the marks of hidden tests."""
    lines, hidden = [], False
    for line in source.split("\n"):
        if "### BEGIN HIDDEN TESTS" in line:
            hidden = True
        elif "### END HIDDEN TESTS" in line:
            hidden = False
        elif not hidden:
            lines.append(line)
    return "\n".join(lines)


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

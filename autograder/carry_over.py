"""A notebook that was corrected after a student had begun it: the new one, with the student's work in it.

Cells are known by nbgrader's name for them, else by their id. What the student has not touched is the new notebook's;
what the student wrote stays, cells of the student's own included.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator
from typing import Any

from autograder.course import Cell, Notebook, grading_of, text_of

Begun = dict[str, str]
"""The cells of the notebook that a student began with: what a cell is known by -> a hash of its source."""
UNWRITTEN = "raise NotImplementedError"


def begun_with(notebook: Notebook) -> Begun:
    """Return what has to be remembered of a released notebook to tell later what a student has changed."""
    return {key_of(cell): _hash(cell) for cell in notebook["cells"]}


def with_work(new: Notebook, mine: Notebook, begun: Begun | None) -> Notebook | None:
    """Put a student's work into a corrected notebook.

    begun: the cells that the student began with; None where nobody knows: then only answers count as the student's.
    Returns None where the student's cells cannot be told from each other, as their names are lost.
    """
    known = {key_of(cell): cell for cell in new["cells"]}
    before = known if begun is None else begun
    if not any(key_of(cell) in before for cell in mine["cells"]):
        return None
    answers, own = _sorted(known, mine["cells"], begun)
    cells = own.pop("", [])
    for key, cell in known.items():
        filled, further = _filled(cell, answers.get(key), begun)
        cells += [filled, *further, *own.pop(key, [])]
    metadata = {**new["metadata"], **mine["metadata"]}
    return {**copy.deepcopy(new), "metadata": metadata, "cells": list(_with_different_ids(cells))}


def key_of(cell: Cell) -> str:
    """Return what a cell is known by: nbgrader's name for it, else its id."""
    name = grading_of(cell).get("grade_id")
    return f"grade_id:{name}" if name else f"id:{cell.get('id', '')}"


def _sorted(
    known: dict[str, Cell], cells: list[Cell], begun: Begun | None
) -> tuple[dict[str, Cell], dict[str, list[Cell]]]:
    """Sort a student's cells into those that are in the new notebook, and those of the student's own by the cell that
    they follow. What was released, and is no more, goes unless the student has changed it."""
    found: dict[str, Cell] = {}
    own: dict[str, list[Cell]] = {}
    last = ""
    for cell in cells:
        key = key_of(cell)
        if key in known and key not in found:
            found[key] = cell
            last = key
        elif key in known or begun is None or begun.get(key) != _hash(cell):
            own.setdefault(last, []).append(_as_own(cell))
    return found, own


def _filled(cell: Cell, mine: Cell | None, begun: Begun | None) -> tuple[Cell, list[Cell]]:
    """Return a cell of the new notebook with the student's work in it, and what has to follow it.

    What the student wrote into a text of the course follows it where that was corrected, too.
    """
    filled = copy.deepcopy(cell)
    if mine is None or mine["cell_type"] != cell["cell_type"]:
        return filled, [] if mine is None or not _was_changed(cell, mine, begun) else [_as_own(mine)]
    if text_of(mine) == text_of(cell):
        return _with(filled, mine), []
    if not _was_changed(cell, mine, begun) or _is_test(cell):
        return filled, []
    if grading_of(cell).get("solution") or (begun or {}).get(key_of(cell)) == _hash(cell):
        return _with(filled, mine), []
    return filled, [_as_own(mine)]


def _was_changed(cell: Cell, mine: Cell, begun: Begun | None) -> bool:
    """Whether a student has changed a cell of the course."""
    if begun is not None and key_of(cell) in begun:
        return begun[key_of(cell)] != _hash(mine)
    return bool(grading_of(cell).get("solution")) and UNWRITTEN not in text_of(mine)


def _is_test(cell: Cell) -> bool:
    marks = grading_of(cell)
    return bool(marks.get("grade") and not marks.get("solution"))


def _with(cell: Cell, mine: Cell) -> Cell:
    """Return a cell with the source, the outputs and the pictures of the student's."""
    taken: Any = {name: mine[name] for name in ("source", "outputs", "execution_count", "attachments") if name in mine}
    return {**cell, **copy.deepcopy(taken)}


def _as_own(cell: Cell) -> Cell:
    """Return a cell as one of the student's own, without nbgrader's marks."""
    found = copy.deepcopy(cell)
    for name in ("nbgrader", "deletable", "editable"):
        found["metadata"].pop(name, None)
    return found


def _with_different_ids(cells: list[Cell]) -> Iterator[Cell]:
    """Yield the cells, with a new id for one that has the same as an earlier one."""
    taken: set[str] = set()
    for cell in cells:
        name = cell.get("id", "")
        if not name or name in taken:
            name = next(new for number in range(len(cells)) if (new := f"own-{number}") not in taken)
            cell = {**cell, "id": name}
        taken.add(name)
        yield cell


def _hash(cell: Cell) -> str:
    return hashlib.sha256(f"{cell['cell_type']}\n{text_of(cell).rstrip()}".encode()).hexdigest()[:16]

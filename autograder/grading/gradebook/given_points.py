"""How many points a cell had when a person graded it, where the course has given it others since.

`verdicts/<chapter>/<student>/given_out_of` says it, until that person has looked at the cell again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from autograder.course import Chapter, write_atomically
from autograder.grading.scoring.results import Results

CellName = tuple[str, str]
"""A notebook's section and the grade_id of a cell in it."""


def given_out_of(chapter: Chapter, student: str) -> dict[CellName, float]:
    """Read the points that cells had when a person graded them; those that nobody has changed are not there."""
    try:
        found = json.loads(_path(chapter, student).read_text(encoding="utf-8"))
        return {(section, name): float(points) for section, name, points in found}
    except (OSError, ValueError, TypeError):
        return {}


def note_given_out_of(chapter: Chapter, student: str, points: dict[CellName, float]) -> None:
    """Note the points that cells had when a person graded them."""
    path = _path(chapter, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps([[*cell, most] for cell, most in sorted(points.items())]), mode=0o600)


def forget_given_out_of(chapter: Chapter, student: str, cells: Iterable[CellName]) -> None:
    """Forget what was noted of cells that a person has looked at since."""
    noted = given_out_of(chapter, student)
    left = {cell: points for cell, points in noted.items() if cell not in set(cells)}
    if left != noted:
        note_given_out_of(chapter, student, left)


def _path(chapter: Chapter, student: str) -> Path:
    return Results(chapter).folder / student / "given_out_of"

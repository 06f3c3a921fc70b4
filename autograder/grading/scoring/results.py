"""What grading a notebook gave, as plain data, and the folder it is kept in.

`verdicts/<chapter>/<student>/<section>.json` under the course's root: written whole or not at all, so that a run that
is killed goes on where it was. The folder also holds the chapter's secret. Nothing in it goes to students.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from autograder.course import Chapter, CourseError, write_atomically
from autograder.grading.scoring.task import Task
from autograder.judge.verdict import Verdict

Scorer = Literal["judge", "student's process", "person"]
JUDGE: Scorer = "judge"
PROCESS: Scorer = "student's process"
PERSON: Scorer = "person"

SECRET_BYTES = 32
"""The length of a chapter's secret: 256 bits."""


@dataclass
class CellResult:
    """The score of a graded cell.

    score: a number in [0, points], or None where a person decides.
    by: who gave it; "student's process": an instructor's own asserts, run with the student's code.
    note: what a person should know about the score.
    """

    score: float | None
    points: float
    by: Scorer
    verdicts: list[Verdict] = field(default_factory=list)
    note: str = ""


@dataclass
class NotebookResult:
    """Everything about one student's notebook.

    key: names what the result depends on; a result with the same key need not be computed again.
    set_aside: why a person has to look at it, or "".
    flags: what the instructor should know. since_release: what the instructor has changed since this student got it.
    file: the submitted file's name, where that is not the notebook's.
    notebook: the autograded notebook, as JSON.
    """

    student: str
    chapter: str
    section: str
    key: str
    cells: dict[str, CellResult]
    notebook: dict[str, Any]
    set_aside: str = ""
    flags: list[str] = field(default_factory=list)
    since_release: list[str] = field(default_factory=list)
    file: str = ""
    missing: bool = False
    seconds: float = 0.0

    @classmethod
    def of(cls, task: Task, cells: dict[str, CellResult], notebook: dict[str, Any], **more: Any) -> NotebookResult:
        """The result of a task. more: the other fields."""
        return cls(task.student, task.chapter.name, task.section, task.key, cells, notebook, **more)

    @property
    def score(self) -> float:
        """The points decided so far."""
        return sum(cell.score or 0.0 for cell in self.cells.values())

    @property
    def judged_score(self) -> float:
        """The points without those that a person gives."""
        return sum(cell.score or 0.0 for cell in self.cells.values() if cell.by != PERSON)

    @property
    def judged_points(self) -> float:
        """The points that are not left to a person."""
        return sum(cell.points for cell in self.cells.values() if cell.by != PERSON)

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdicts of all its kernels."""
        return [verdict for cell in self.cells.values() for verdict in cell.verdicts]

    def to_json(self) -> dict[str, Any]:
        """As a dict that `json.dumps` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> NotebookResult:
        """The inverse of `to_json`. Raises KeyError or TypeError for anything else."""
        cells = {}
        for name, cell in data["cells"].items():
            verdicts = [Verdict.from_json(verdict) for verdict in cell["verdicts"]]
            cells[name] = CellResult(**{**cell, "verdicts": verdicts})
        return cls(**{**data, "cells": cells})


class Results:
    """The kept results of one chapter."""

    def __init__(self, chapter: Chapter) -> None:
        self.folder = chapter.course.root / "verdicts" / chapter.name

    def secret(self) -> str:
        """The chapter's secret, which the hidden cases of every submission depend on: drawn once, then always the same.

        A number, as earlier versions drew it, is replaced: it has so few digits that trying all of them finds it.

        Raises CourseError for a file that holds anything else.
        """
        path = self.folder / "seed"
        found = path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""
        if re.fullmatch(r"[0-9]{0,10}", found):
            self.folder.mkdir(parents=True, exist_ok=True)
            found = secrets.token_hex(SECRET_BYTES)
            write_atomically(path, f"{found}\n", mode=0o600)
        if not re.fullmatch(rf"[0-9a-f]{{{2 * SECRET_BYTES}}}", found):
            raise CourseError(
                f"The secret of the hidden cases in {path} is damaged. Remove the file: a new one is drawn."
            )
        return found

    def find(self, student: str, section: str) -> NotebookResult | None:
        """The kept result of a notebook, or None where there is none that can be read."""
        try:
            return NotebookResult.from_json(json.loads(self._path(student, section).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def has(self, student: str) -> bool:
        """Whether there is a result of a student's."""
        return any((self.folder / student).glob("*.json"))

    def kept(self, task: Task) -> NotebookResult | None:
        """The kept result of a task if nothing that it depends on has changed since: if it has the task's key."""
        found = self.find(task.student, task.section)
        return found if found is not None and found.key == task.key else None

    def keep(self, result: NotebookResult) -> None:
        """Write a result, whole or not at all."""
        path = self._path(result.student, result.section)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(result.to_json(), ensure_ascii=False), mode=0o600)

    def each(self) -> Iterator[NotebookResult]:
        """Yield every kept result, by student and section; no more than one at a time is in memory."""
        for path in sorted(self.folder.glob("*/*.json")):
            result = self.find(path.parent.name, path.stem)
            if result is not None:
                yield result

    def _path(self, student: str, section: str) -> Path:
        return self.folder / student / f"{section}.json"

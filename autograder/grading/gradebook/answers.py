"""The answers that scores were recorded for. Points that a person gave stand for these answers and no others.

`verdicts/<chapter>/<student>/recorded` has a hash of each: of what the student wrote for a graded cell, and of its
points.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course import Chapter, grading_of, read, text_of, write_atomically
from autograder.grading.scoring.results import Results

Answers = dict[str, dict[str, str]]
"""Section -> graded cell -> hash."""


def answers_in(notebook: Mapping[str, Any]) -> dict[str, str]:
    """Return a hash for each graded cell of an autograded notebook: of all that the student wrote for it.

    That is the cell itself where it is an answer, the answer cells and the student's own cells above it, back to the
    graded cell before, and, for an answer or a task that a person grades, the own cells right below it.
    """
    found: dict[str, list[Any]] = {}
    above: list[Any] = []
    graded_by_person, done = "", False
    for cell in notebook.get("cells", []):
        marks, own = grading_of(cell), str(cell.get("id", "")).startswith("added-")
        if own or marks.get("solution"):
            above, done = ([] if done else above), False
            above = [*above, [text_of(cell).strip(), cell.get("attachments", {})]]
        if own and graded_by_person:
            found[graded_by_person].append(above[-1])
        if not own:
            graded_by_person = ""
        if marks.get("grade") or marks.get("task"):
            found[marks["grade_id"]] = [float(marks.get("points", 0)), *([] if marks.get("task") else above)]
            graded_by_person = marks["grade_id"] if marks.get("solution") or marks.get("task") else ""
            done = True
    return {
        name: hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest() for name, parts in found.items()
    }


def recorded_answers(chapter: Chapter, student: str) -> Answers:
    """Return the answers that were recorded last; where nothing was noted, those in the autograded notebooks."""
    try:
        found = json.loads(_path(chapter, student).read_text(encoding="utf-8"))
        return {section: dict(answers) for section, answers in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {
            section: answers for section in chapter.sections() if (answers := _autograded(chapter, student, section))
        }


def note_answers(chapter: Chapter, student: str, answers: Answers) -> None:
    """Note the answers that scores have been recorded for."""
    path = _path(chapter, student)
    text = json.dumps(answers, sort_keys=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text, mode=0o600)


def note_answers_before_judging(chapter: Chapter, student: str) -> None:
    """Note the answers of the kept results where nothing was noted: they are about to be replaced."""
    if _path(chapter, student).is_file():
        return
    answers = recorded_answers(chapter, student)
    for section in chapter.sections():
        kept = Results(chapter).find(student, section)
        if kept is not None:
            answers.setdefault(section, answers_in(kept.notebook))
    note_answers(chapter, student, answers)


def _path(chapter: Chapter, student: str) -> Path:
    return Results(chapter).folder / student / "recorded"


def _autograded(chapter: Chapter, student: str, section: str) -> dict[str, str]:
    try:
        return answers_in(read(chapter.folder_of(student, "autograded") / f"{section}.ipynb"))
    except (OSError, ValueError):
        return {}

"""Grading one notebook: read, rebuild, run, judge, and the autograded notebook that comes of it."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course import grading_of
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.intake.rebuild import rebuild
from autograder.grading.intake.submission import SetAside, digest, parse, read_bytes
from autograder.grading.scoring.cells import run
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.results import JUDGE, PERSON, CellResult, NotebookResult

PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Task:
    """One notebook to grade. path: the submitted file; it need not exist."""

    student: str
    chapter: str
    section: str
    path: Path

    @property
    def notebook(self) -> str:
        """ "<chapter>/<section>"."""
        return f"{self.chapter}/{self.section}"


@functools.cache
def fingerprint() -> str:
    """Names the code that decides a score: it changes when the catalogue, the judge or the sandbox does."""
    found = hashlib.sha256()
    for folder in ("exercises", "judge", "plaindata", "sandbox", "grading"):
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def handed_in(path: Path) -> bytes | SetAside | None:
    """The content of a submitted file, why it cannot be read, or None where there is none."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return SetAside(f"the file cannot be opened ({error.strerror})")
    try:
        return read_bytes(path)
    except SetAside as reason:
        return reason


def key_of(task: Task, config: GradingConfig, content: bytes | SetAside | None) -> str:
    """Names everything a result depends on. content: as `handed_in` gives it."""
    parts = [
        task.notebook,
        digest(content) if isinstance(content, bytes) else f"no content: {content}",
        json.dumps(master(config.course, task.notebook), sort_keys=True),
        fingerprint(),
        str(config.seed),
        str(config.devices),
        config.confinement.name,
        str(config.limits),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def grade(task: Task, config: GradingConfig, kept: NotebookResult | None = None) -> NotebookResult:
    """Grade one submitted notebook. kept: an earlier result, given back if nothing has changed since."""
    started = time.perf_counter()
    instructor = master(config.course, task.notebook)
    content = handed_in(task.path)
    key = key_of(task, config, content)
    if kept is not None and kept.key == key:
        return kept
    try:
        if isinstance(content, SetAside):
            raise content
        result = _missing(task, key, instructor) if content is None else _graded(task, key, config, instructor, content)
    except SetAside as reason:
        result = set_aside(task, key, instructor, str(reason))
    result.seconds = round(time.perf_counter() - started, 3)
    return result


def _graded(task: Task, key: str, config: GradingConfig, instructor: NotebookNode, content: bytes) -> NotebookResult:
    rebuilt = rebuild(instructor, parse(content))
    cells = run(rebuilt, config)
    return NotebookResult(task.student, task.chapter, task.section, key, cells, rebuilt.notebook, flags=rebuilt.flags)


def _missing(task: Task, key: str, instructor: NotebookNode) -> NotebookResult:
    """Not handed in: zero points, as nbgrader has it."""
    cells = {
        marks["grade_id"]: CellResult(
            0.0, float(marks["points"]), PERSON if marks.get("solution") else JUDGE, note="not handed in"
        )
        for marks in map(grading_of, instructor.cells)
        if marks.get("grade")
    }
    flags = ["the notebook was not handed in"]
    return NotebookResult(task.student, task.chapter, task.section, key, cells, {}, flags=flags, missing=True)


def set_aside(task: Task, key: str, instructor: NotebookNode, reason: str) -> NotebookResult:
    """No score at all: the instructor's notebook with the reason on top, for a person to look at."""
    notebook = nbformat.from_dict(instructor)
    text = f"**This submission was set aside: {reason}.** It has no score until a person has looked at it."
    notice = nbformat.v4.new_markdown_cell(text)
    notice.id = "set-aside"
    notebook.cells.insert(0, notice)
    cells = {
        marks["grade_id"]: CellResult(None, float(marks["points"]), PERSON, note=f"set aside: {reason}")
        for marks in map(grading_of, instructor.cells)
        if marks.get("grade")
    }
    return NotebookResult(task.student, task.chapter, task.section, key, cells, notebook, set_aside=reason)


def as_node(notebook: dict[str, Any]) -> NotebookNode:
    """A notebook from a kept result, ready to be written."""
    return nbformat.from_dict(notebook)

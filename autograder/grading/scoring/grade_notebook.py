"""Grading one notebook: read, rebuild, run, judge, and the autograded notebook that comes of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import nbformat
from nbformat import NotebookNode

from autograder.course import grading_of
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.intake.rebuild import rebuild
from autograder.grading.intake.released import Released, released
from autograder.grading.intake.renamed import Found, find_notebook, notebooks_found
from autograder.grading.intake.submission import SetAside, parse
from autograder.grading.scoring.cells import run
from autograder.grading.scoring.given_files import given_files
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.results import JUDGE, PERSON, CellResult, NotebookResult
from autograder.grading.scoring.task import Task
from autograder.sandbox import CannotStart


@dataclass(frozen=True)
class Material:
    """All that grading one submitted notebook takes, so that it can be done where none of the course's files are.

    found: what was handed in; others: whether the submission holds any notebook of the chapter. seed: of the hidden
    cases. given: files that lie beside the notebook.
    """

    task: Task
    instructors: NotebookNode
    found: Found
    others: bool
    releases: Released
    seed: int
    given: dict[str, bytes]


def material(task: Task, config: GradingConfig) -> Material:
    """Read all that grading one submitted notebook takes."""
    found = find_notebook(task.chapter, task.student, task.section)
    return Material(
        task,
        master(config.course, task.notebook),
        found,
        found.content is not None or bool(notebooks_found(task.chapter, task.student)),
        released(task.chapter, task.section),
        config.seed_for(task, found.content) if isinstance(found.content, bytes) else 0,
        given_files(task.chapter),
    )


def grade(task: Task, config: GradingConfig) -> NotebookResult:
    """Grade one submitted notebook."""
    return grade_material(material(task, config), config)


def grade_material(handed: Material, config: GradingConfig) -> NotebookResult:
    """Grade one submitted notebook of which everything has been read. No file of the course is needed.

    Where no process starts to run it, it is set aside without a key: the next run grades it again.
    """
    started = time.perf_counter()
    try:
        result = _graded(handed, config)
    except SetAside as reason:
        result = set_aside(handed.task, handed.instructors, str(reason))
    except CannotStart as reason:
        result = set_aside(replace(handed.task, key=""), handed.instructors, str(reason))
    result.seconds = round(time.perf_counter() - started, 3)
    return result


def _graded(handed: Material, config: GradingConfig) -> NotebookResult:
    found = handed.found
    if isinstance(found.content, SetAside):
        raise found.content
    if found.content is None:
        return _missing(handed)
    rebuilt = rebuild(handed.instructors, parse(found.content), handed.releases)
    rebuilt.flags[:0] = found.flags
    cells = run(rebuilt, config, handed.seed, handed.given)
    more = {"flags": rebuilt.flags, "since_release": rebuilt.since_release, "file": found.file}
    return NotebookResult.of(handed.task, cells, rebuilt.notebook, **more)


def _missing(handed: Material) -> NotebookResult:
    """Not handed in: zero points, as nbgrader has it. Where there is no other notebook either, a person decides."""
    reason = "" if handed.others else "the submission holds no notebook of this chapter"
    cells = {
        marks["grade_id"]: CellResult(
            None if reason else 0.0,
            float(marks["points"]),
            PERSON if marks.get("solution") else JUDGE,
            note="not handed in",
        )
        for marks in map(grading_of, handed.instructors.cells)
        if marks.get("grade")
    }
    flags = ["the notebook was not handed in"]
    return NotebookResult.of(handed.task, cells, {}, flags=flags, missing=True, set_aside=reason)


def set_aside(task: Task, instructors: NotebookNode, reason: str) -> NotebookResult:
    """No score at all: the instructor's notebook with the reason on top, for a person to look at."""
    notebook = nbformat.from_dict(instructors)
    text = f"**This submission was set aside: {reason}.** It has no score until a person has looked at it."
    notice = nbformat.v4.new_markdown_cell(text)
    notice.id = "set-aside"
    notebook.cells.insert(0, notice)
    cells = {
        marks["grade_id"]: CellResult(None, float(marks["points"]), PERSON, note=f"set aside: {reason}")
        for marks in map(grading_of, instructors.cells)
        if marks.get("grade")
    }
    return NotebookResult.of(task, cells, notebook, set_aside=reason)

"""Grading one notebook: read, rebuild, run, judge, and the autograded notebook that comes of it."""

from __future__ import annotations

import time

import nbformat
from nbformat import NotebookNode

from autograder.course import grading_of
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.intake.rebuild import rebuild
from autograder.grading.intake.released import released
from autograder.grading.intake.renamed import find_notebook, notebooks_found
from autograder.grading.intake.submission import SetAside, parse
from autograder.grading.scoring.cells import run
from autograder.grading.scoring.given_files import given_files
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.results import JUDGE, PERSON, CellResult, NotebookResult
from autograder.grading.scoring.task import Task


def grade(task: Task, config: GradingConfig) -> NotebookResult:
    """Grade one submitted notebook."""
    started = time.perf_counter()
    instructors = master(config.course, task.notebook)
    try:
        result = _graded(task, config, instructors)
    except SetAside as reason:
        result = set_aside(task, instructors, str(reason))
    result.seconds = round(time.perf_counter() - started, 3)
    return result


def _graded(task: Task, config: GradingConfig, instructors: NotebookNode) -> NotebookResult:
    found = find_notebook(task.chapter, task.student, task.section)
    if isinstance(found.content, SetAside):
        raise found.content
    if found.content is None:
        return _missing(task, instructors)
    rebuilt = rebuild(instructors, parse(found.content), released(task.chapter, task.section))
    rebuilt.flags[:0] = found.flags
    cells = run(rebuilt, config, config.seed_for(task, found.content), given_files(task.chapter))
    more = {"flags": rebuilt.flags, "since_release": rebuilt.since_release, "file": found.file}
    return NotebookResult.of(task, cells, rebuilt.notebook, **more)


def _missing(task: Task, instructors: NotebookNode) -> NotebookResult:
    """Not handed in: zero points, as nbgrader has it. Where there is no other notebook either, a person decides."""
    reason = "" if notebooks_found(task.chapter, task.student) else "the submission holds no notebook of this chapter"
    cells = {
        marks["grade_id"]: CellResult(
            None if reason else 0.0,
            float(marks["points"]),
            PERSON if marks.get("solution") else JUDGE,
            note="not handed in",
        )
        for marks in map(grading_of, instructors.cells)
        if marks.get("grade")
    }
    flags = ["the notebook was not handed in"]
    return NotebookResult.of(task, cells, {}, flags=flags, missing=True, set_aside=reason)


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

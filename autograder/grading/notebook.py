"""Grading one notebook: read, rebuild, run, judge, and the autograded notebook that comes of it."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import math
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course import Course, checked_names, grading_of, is_check_cell
from autograder.grading.master import master
from autograder.grading.rebuild import Rebuilt, rebuild, without_hidden_tests
from autograder.grading.results import JUDGE, PERSON, PROCESS, CellResult, NotebookResult
from autograder.grading.submission import SetAside, digest, parse, read_bytes
from autograder.grading.two_processes import TwoProcesses
from autograder.judge import Verdict, judge
from autograder.kernels import catalogue
from autograder.sandbox import CellOutcome, Confinement, Limits, chosen

PACKAGE = Path(__file__).resolve().parent.parent


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


@dataclass(frozen=True)
class Conditions:
    """What a class is graded with, the same for everybody.

    seed: of the hidden cases. devices: where the references run; all that are present if None.
    confinement: what the students' code runs in; unless it is named, the sandbox (NoSandbox where there is none).
    """

    course: Course
    seed: int
    devices: tuple[str, ...] | None = None
    confinement: Confinement = field(default_factory=chosen)
    limits: Limits = field(default_factory=Limits)


@functools.cache
def fingerprint() -> str:
    """Names the code that decides a score: it changes when the catalogue, the judge or the sandbox does."""
    found = hashlib.sha256()
    for folder in ("kernels", "judge", "call", "sandbox", "grading"):
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


def key_of(task: Task, conditions: Conditions, content: bytes | SetAside | None) -> str:
    """Names everything a result depends on. content: as `handed_in` gives it."""
    parts = [
        task.notebook,
        digest(content) if isinstance(content, bytes) else f"no content: {content}",
        json.dumps(master(conditions.course, task.notebook), sort_keys=True),
        fingerprint(),
        str(conditions.seed),
        str(conditions.devices),
        conditions.confinement.name,
        str(conditions.limits),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def grade(task: Task, conditions: Conditions, kept: NotebookResult | None = None) -> NotebookResult:
    """Grade one submitted notebook. kept: an earlier result, given back if nothing has changed since."""
    started = time.perf_counter()
    instructor = master(conditions.course, task.notebook)
    content = handed_in(task.path)
    key = key_of(task, conditions, content)
    if kept is not None and kept.key == key:
        return kept
    try:
        if isinstance(content, SetAside):
            raise content
        result = (
            _missing(task, key, instructor) if content is None else _graded(task, key, conditions, instructor, content)
        )
    except SetAside as reason:
        result = set_aside(task, key, instructor, str(reason))
    result.seconds = round(time.perf_counter() - started, 3)
    return result


def _graded(task: Task, key: str, conditions: Conditions, instructor: NotebookNode, content: bytes) -> NotebookResult:
    rebuilt = rebuild(instructor, parse(content))
    cells = run(rebuilt, conditions)
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


def run(rebuilt: Rebuilt, conditions: Conditions) -> dict[str, CellResult]:
    """Run a rebuilt notebook's cells in order and judge at its test cells; writes the outputs into the notebook."""
    results: dict[str, CellResult] = {}
    with TwoProcesses(conditions.confinement, conditions.limits) as processes:
        for number, cell in enumerate(rebuilt.notebook.cells, start=1):
            marks = grading_of(cell)
            if cell.cell_type != "code":
                if marks.get("grade"):
                    results[marks["grade_id"]] = _written(cell)
            elif is_experiment(cell):
                cell.outputs = []
            elif is_check_cell(cell):
                results[marks["grade_id"]] = _judge_cell(cell, number, processes, conditions)
            elif marks.get("grade") and not marks.get("solution"):
                results[marks["grade_id"]] = _own_tests(cell, number, processes)
            else:
                outcome = processes.run(f"cell {number}", as_python(cell.source))
                _show_outcome(cell, outcome)
                if outcome.ended:
                    rebuilt.flags.append(f"cell {number}: {outcome.error}")
                if marks.get("grade"):
                    results[marks["grade_id"]] = _written(cell)
    return results


def is_experiment(cell: NotebookNode) -> bool:
    """Whether a cell is one of the course's experiments, which are not run in grading."""
    ours = not grading_of(cell) and not cell.get("id", "").startswith("added-")
    return ours and re.search(r"\blab\.", cell.source) is not None


def as_python(source: str) -> str:
    """A cell with its magics and shell lines as plain Python, as IPython would read it."""
    if not any(sign in source for sign in "%!?"):
        return source
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(source)
    except Exception:
        return source


def _written(cell: NotebookNode) -> CellResult:
    """A written answer: a person's to grade, unless nothing was written."""
    from nbgrader.utils import determine_grade

    score, points = determine_grade(cell)
    note = "no answer was given" if score == 0 else ""
    return CellResult(None if score is None else float(score), float(points), PERSON, note=note)


def _judge_cell(cell: NotebookNode, number: int, processes: TwoProcesses, conditions: Conditions) -> CellResult:
    points = float(grading_of(cell)["points"])
    unknown = [name for name in checked_names(cell.source) if name not in catalogue()]
    if unknown:
        note = f"the catalogue has no kernel {unknown[0]!r}: the test cell could not be judged"
        return CellResult(None, points, PERSON, note=note)
    verdicts = [_judge(name, processes, conditions) for name in checked_names(cell.source)]
    share = sum(verdict.points for verdict in verdicts) / sum(verdict.max_points for verdict in verdicts)
    result = CellResult(round(points * share, 4), points, JUDGE, verdicts)
    if not _only_checks(cell.source):
        shown, outcome = _run_tests(cell, number, processes)
        if outcome.error:
            told = f": {shown.error}" if shown.error else ", one that is hidden"
            result.score, result.note = 0.0, f"the instructor's own tests in this cell failed{told}"
    cell.outputs = (
        [_display(verdict) for verdict in verdicts] + _note_output(result.note) + [score_output(result.score)]
    )
    return result


def _judge(name: str, processes: TwoProcesses, conditions: Conditions) -> Verdict:
    return judge(
        catalogue()[name],
        functools.partial(processes.call, name),
        hidden_call=functools.partial(processes.call_hidden, name),
        cases="all",
        seed=conditions.seed,
        devices=conditions.devices,
        sandbox=conditions.confinement.name,
    )


def _only_checks(source: str) -> bool:
    """Whether a test cell holds nothing but calls of `check`."""
    return all(
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and getattr(statement.value.func, "id", "") == "check"
        for statement in ast.parse(source).body
    )


def _run_tests(cell: NotebookNode, number: int, processes: TwoProcesses) -> tuple[CellOutcome, CellOutcome]:
    """Run a cell of an instructor's own tests: the outcome of what students may see of it, and that of all of it."""
    name, source = f"cell {number}", as_python(cell.source)
    visible = as_python(without_hidden_tests(cell.source))
    shown = processes.run_shown(name, visible)
    return shown, shown if visible.strip() == source.strip() else processes.run_hidden(name, source)


def _own_tests(cell: NotebookNode, number: int, processes: TwoProcesses) -> CellResult:
    """A test cell without `check`: scored as nbgrader would, from the student's process, and said so."""
    points = float(grading_of(cell)["points"])
    shown, outcome = _run_tests(cell, number, processes)
    score = points
    if outcome.error:
        score = 0.0
    elif outcome.value is not None:
        score = min(max(outcome.value, 0.0), points) if math.isfinite(outcome.value) else 0.0
    note = "this score came from the student's own process"
    if outcome.error and not shown.error:
        note = f"a hidden test failed; {note}"
    _show_outcome(cell, shown)
    cell.outputs = [*cell.outputs, *_note_output(note), score_output(score)]
    return CellResult(score, points, PROCESS, note=note)


# ---------------------------------------------------------------- outputs of the autograded notebook


def _show_outcome(cell: NotebookNode, outcome: CellOutcome) -> None:
    cell.outputs = []
    if outcome.printed:
        cell.outputs.append(nbformat.v4.new_output("stream", name="stdout", text=outcome.printed))
    if outcome.error:
        where = f" (line {outcome.line})" if outcome.line else ""
        name, _, rest = outcome.error.partition(":")
        trace = [f"{outcome.error}{where}"]
        cell.outputs.append(
            nbformat.v4.new_output("error", ename=name, evalue=f"{rest.strip()}{where}", traceback=trace)
        )


def _display(verdict: Verdict) -> NotebookNode:
    return nbformat.v4.new_output("display_data", data={"text/html": verdict.html(), "text/plain": verdict.text()})


def _note_output(note: str) -> list[NotebookNode]:
    return [nbformat.v4.new_output("stream", name="stdout", text=f"{note}\n")] if note else []


def score_output(score: float) -> NotebookNode:
    """The score in the form that nbgrader reads: the cell's last result."""
    return nbformat.v4.new_output("execute_result", data={"text/plain": repr(float(score))}, execution_count=None)


def as_node(notebook: dict[str, Any]) -> NotebookNode:
    """A notebook from a kept result, ready to be written."""
    return nbformat.from_dict(notebook)

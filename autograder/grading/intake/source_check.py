"""What is wrong with the cells of an instructor's notebook, said before students get it."""

from __future__ import annotations

import ast
import collections
import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from autograder.course import AnyCell, checked_names, grading_of, is_check_cell, text_of
from autograder.exercises import catalogue


def problems_of(path: Path) -> list[str]:
    """Say in sentences, each with the notebook and the cell, what could not be graded; nothing where all is well.

    A file that is no notebook is left to nbgrader.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        return []
    return [f"{path.stem}: {problem}" for problem in (*_ids(cells), *_names(cells), *_each(cells))]


def _ids(cells: list[dict[str, Any]]) -> Iterator[str]:
    without = [number for number, cell in enumerate(cells, start=1) if not cell.get("id")]
    if without:
        which = "its cells have" if len(without) == len(cells) else f"cell {without[0]} has"
        yield f"{which} no id, as Colab saves them. Open the notebook in JupyterLab and save it once"
    for name in _repeated(cell.get("id") for cell in cells):
        yield f"two cells have the id {name!r}. Delete one of them and make it anew"


def _names(cells: list[dict[str, Any]]) -> Iterator[str]:
    for name in _repeated(grading_of(cell).get("grade_id") for cell in cells if _is_marked(cell)):
        yield f"{name} is there twice. Give the copied cell another name, or delete it"


def _repeated(names: Any) -> list[str]:
    counted = collections.Counter(name for name in names if isinstance(name, str) and name)
    return [name for name, number in counted.items() if number > 1]


def _each(cells: list[dict[str, Any]]) -> Iterator[str]:
    for number, cell in enumerate(cells, start=1):
        marks = cell.get("metadata", {}).get("nbgrader")
        if marks is None:
            continue
        what = marks.get("grade_id") if isinstance(marks, dict) else None
        where = f"the cell {what}" if isinstance(what, str) and what else f"cell {number}"
        for problem in (*_mark_problems(cell), *_test_problems(cell)):
            yield f"{where} {problem}"


def _is_marked(cell: AnyCell) -> bool:
    marks = grading_of(cell)
    return any(marks.get(mark) for mark in ("grade", "solution", "locked", "task"))


def _mark_problems(cell: AnyCell) -> Iterator[str]:
    """Find what nbgrader would refuse in a cell's metadata, in words for those that people cause."""
    marks = cell.get("metadata", {}).get("nbgrader")
    if not isinstance(marks, dict):
        yield "has metadata of nbgrader that are no table of values"
    elif _is_marked(cell) and not marks.get("grade_id"):
        yield "has no name (grade_id)"
    elif (marks.get("grade") or marks.get("task")) and "points" not in marks:
        yield "has no points"
    elif reason := _refusal(cell):
        yield f"has metadata that nbgrader refuses: {reason}"


def _refusal(cell: AnyCell) -> str:
    from nbgrader.nbgraderformat import MetadataValidator, SchemaTooNewError, SchemaTooOldError, ValidationError

    try:
        MetadataValidator().validate_cell(nbformat.from_dict({**cell, "source": text_of(cell)}))
    except (SchemaTooOldError, SchemaTooNewError) as error:
        return f"{error}. `nbgrader update source` brings them up to date"
    except ValidationError as error:
        where = "".join(f"{part}: " for part in error.path)
        return f"{where}{error.message}".split("\n")[0]
    except (KeyError, TypeError, AttributeError) as error:
        return repr(error)
    return ""


def _test_problems(cell: AnyCell) -> Iterator[str]:
    """Find what keeps a test cell from being judged: an exercise that does not exist, or a mistake in its Python."""
    marks, source = grading_of(cell), text_of(cell)
    if cell.get("cell_type") != "code" or not marks.get("grade") or marks.get("solution"):
        return
    for name in checked_names(source) if is_check_cell(cell) else ():
        if name not in catalogue():
            near = difflib.get_close_matches(name, catalogue(), n=1)
            yield f"checks {name}, which is no exercise" + (f". Did you mean {near[0]}?" if near else "")
    if "check(" not in source or any(line.lstrip().startswith(("%", "!")) for line in source.split("\n")):
        return
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError as error:
        yield f"is no Python: {error.msg} (line {error.lineno})"
        return
    if not checked_names(source) and any(getattr(call.func, "id", "") == "check" for call in calls):
        yield "calls check without the name of a function: check(elu), for instance"

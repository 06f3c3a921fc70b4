"""The instructor's solutions as functions: read from source/, not kept a second time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograder.course import Course, CourseError, read, solution_cells, text_of, without_solution_marks
from autograder.exercises import catalogue


def solution(name: str) -> Callable[..., Any]:
    """The instructor's solution of a kernel. Raises CourseError where source/ does not have it."""
    notebook = catalogue()[name].notebook
    found = _functions(notebook).get(name)
    if found is None:
        raise CourseError(f"There is no solution of `{name}` in source/{notebook}.ipynb.")
    return found


@cache
def _functions(notebook: str) -> dict[str, Any]:
    """What the solution cells of a notebook define, run in order with nothing but NumPy."""
    path = Course().source_of(notebook)
    try:
        cells = solution_cells(read(path))
    except (OSError, ValueError) as error:
        raise CourseError(f"The instructor's notebook {path} cannot be read: {error}") from None
    namespace: dict[str, Any] = {"np": np}
    for cell in cells:
        try:
            exec(compile(without_solution_marks(text_of(cell)), f"{path.name}, {cell['id']}", "exec"), namespace)
        except Exception as error:
            raise CourseError(f"The solution {cell['id']} in {path} does not run: {error}") from None
    return namespace

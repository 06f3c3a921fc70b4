"""The solutions that are tested: those in source/, read from the notebooks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from autograder.course import Course, read, solution_cells, text_of, without_solution_marks
from autograder.kernels import catalogue


@cache
def _namespace(notebook: str) -> dict:
    """All solution cells of a notebook, run in order with nothing but NumPy."""
    namespace: dict = {"np": np}
    for cell in solution_cells(read(Course().source_of(notebook))):
        exec(without_solution_marks(text_of(cell)), namespace)
    return namespace


def solution(name: str) -> Callable:
    """The instructor's solution of a kernel."""
    return _namespace(catalogue()[name].notebook)[name]

"""The instructor's notebook as nbgrader keeps it for grading: solutions cleared, cells locked, hidden tests still
there, figures as words."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.course import Course, CourseError, checked_names, is_check_cell
from autograder.exercises import catalogue
from autograder.grading.intake.figures import describe_figures


def master(course: Course, notebook: str) -> NotebookNode:
    """Return the master of "<chapter>/<section>", as a copy that may be changed.

    Raises CourseError where the source cannot be read.
    """
    path, own = course.source_of(notebook), course.root / "nbgrader_config.py"
    configured = own.stat().st_mtime_ns if own.is_file() else 0
    try:
        return nbformat.from_dict(_master(path, path.stat().st_mtime_ns, course.root, configured))
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise CourseError(f"The instructor's notebook {path} cannot be read: {error}") from None


def exercises_in(notebook: NotebookNode) -> list[str]:
    """Return the exercises of the catalogue that a notebook's test cells check, in the cells' order."""
    names = [name for cell in notebook.cells if is_check_cell(cell) for name in checked_names(cell.source)]
    return [name for name in dict.fromkeys(names) if name in catalogue()]


@lru_cache(maxsize=4)
def _settings(root: Path, configured: int) -> Config:
    """Return nbgrader's settings: placeholders, and marks around solutions, may be the course's own."""
    from autograder.grading.gradebook.nbgrader_config import read_settings

    return read_settings(root)


@lru_cache(maxsize=64)
def _master(path: Path, changed: int, root: Path, configured: int) -> NotebookNode:
    from nbgrader.preprocessors import CheckCellMetadata, ClearOutput, ClearSolutions, ComputeChecksums, LockCells

    notebook = nbformat.read(path, as_version=4)
    if not all(cell.get("id") for cell in notebook.cells):
        raise ValueError("its cells have no ids; save it once with a JupyterLab of today")
    resources = {"nbgrader": {"notebook": path.stem, "assignment": path.parent.name}}
    for step in (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums):
        notebook, resources = step(config=_settings(root, configured)).preprocess(notebook, resources)
    describe_figures(notebook)
    return notebook

"""The catalogue: a folder a notebook, one file an exercise.

A folder's `__init__` has `NOTEBOOK` ("<chapter>/<section>"), `ORDER` (its exercises, in the notebook's order) and what
several of them share. A file has the name of its exercise and defines it under that name.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from types import ModuleType

from autograder.exercises.model import Exercise


@cache
def catalogue() -> dict[str, Exercise]:
    """Every exercise of the course by name, in the order of the notebooks.

    Raises ValueError where two notebooks use the same name.
    """
    exercises: dict[str, Exercise] = {}
    for folder in _folders():
        for name in folder.ORDER:
            if name in exercises:
                raise ValueError(f"two exercises are called {name!r}: rename one of them")
            exercises[name] = getattr(importlib.import_module(f"{folder.__name__}.{name}"), name)
            exercises[name].notebook = folder.NOTEBOOK
    return exercises


def _folders() -> list[ModuleType]:
    """The packages of the notebooks, in the notebooks' order."""
    names = [found.name for found in pkgutil.iter_modules(__path__) if found.ispkg]
    return sorted((importlib.import_module(f"{__name__}.{name}") for name in names), key=lambda folder: folder.NOTEBOOK)


def folder_of(notebook: str) -> Path | None:
    """The folder in which the exercises of a notebook stand, or None where it has none."""
    return next((Path(folder.__path__[0]) for folder in _folders() if notebook == folder.NOTEBOOK), None)


def of_notebook(notebook: str) -> list[Exercise]:
    """The exercises of one notebook ("<chapter>/<section>"), in its order; empty where there are none."""
    return [exercise for exercise in catalogue().values() if exercise.notebook == notebook]


def files_of(notebook: str) -> list[Path]:
    """The files that define the exercises of a notebook: those of its folder, and what all exercises share."""
    folder = folder_of(notebook)
    own = sorted(folder.glob("*.py")) if folder else []
    return [*own, *sorted(Path(__file__).parent.glob("*.py"))]

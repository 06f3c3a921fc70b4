"""The catalogue: one module a notebook, each with the entries of that notebook's kernels.

A module of the catalogue has `NOTEBOOK` ("<chapter>/<section>") and `KERNELS` (in the notebook's order).
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from functools import cache
from pathlib import Path

from autograder.exercises.model import Exercise


@cache
def catalogue() -> dict[str, Exercise]:
    """Every kernel of the course by name, in the order of the notebooks.

    Raises ValueError where two notebooks use the same name.
    """
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    exercises: dict[str, Exercise] = {}
    for module in sorted((m for m in modules if hasattr(m, "EXERCISES")), key=lambda m: m.NOTEBOOK):
        for exercise in module.EXERCISES:
            if exercise.name in exercises:
                raise ValueError(f"two kernels are called {exercise.name!r}: rename one of them")
            exercises[exercise.name] = replace(exercise, notebook=module.NOTEBOOK)
    return exercises


def of_notebook(notebook: str) -> list[Exercise]:
    """The kernels of one notebook ("<chapter>/<section>"), in its order; empty where there are none."""
    return [exercise for exercise in catalogue().values() if exercise.notebook == notebook]


@cache
def files_of(notebook: str) -> tuple[Path, ...]:
    """The files that decide what is asked in a notebook: those of its own exercises, and those that all notebooks
    share."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    found = [module.__file__ for module in modules if getattr(module, "NOTEBOOK", notebook) == notebook]
    return tuple(map(Path, [__file__, *found]))

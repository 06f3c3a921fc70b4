"""Correct solutions written differently: a folder a notebook, a file an exercise, as in the catalogue.

Every function of a file whose name does not begin with an underscore is a variant: it must get full points.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import cache
from types import ModuleType


@cache
def variants() -> dict[str, list[Callable]]:
    """Every variant of every exercise, in the order in which they are written."""
    folders = [importlib.import_module(f"{__name__}.{folder.name}") for folder in pkgutil.iter_modules(__path__)]
    return {
        found.name: _functions(importlib.import_module(f"{folder.__name__}.{found.name}"))
        for folder in folders
        for found in pkgutil.iter_modules(folder.__path__)
    }


def _functions(module: ModuleType) -> list[Callable]:
    return [
        value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    ]

"""The catalogue: one module a notebook, each with the entries of that notebook's kernels.

A module of the catalogue has `NOTEBOOK` ("<chapter>/<section>") and `KERNELS` (in the notebook's order).
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from functools import cache

from autograder.kernels.model import Kernel


@cache
def catalogue() -> dict[str, Kernel]:
    """Every kernel of the course by name, in the order of the notebooks.

    Raises ValueError where two notebooks use the same name.
    """
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    kernels: dict[str, Kernel] = {}
    for module in sorted((m for m in modules if hasattr(m, "KERNELS")), key=lambda m: m.NOTEBOOK):
        for kernel in module.KERNELS:
            if kernel.name in kernels:
                raise ValueError(f"two kernels are called {kernel.name!r}: rename one of them")
            kernels[kernel.name] = replace(kernel, notebook=module.NOTEBOOK)
    return kernels


def of_notebook(notebook: str) -> list[Kernel]:
    """The kernels of one notebook ("<chapter>/<section>"), in its order; empty where there are none."""
    return [kernel for kernel in catalogue().values() if kernel.notebook == notebook]

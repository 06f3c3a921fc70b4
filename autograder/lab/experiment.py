"""The two marks of what a notebook can use as `lab.<name>`: `@experiment` and `@offered`.

`lab` finds the marked names in the text of its modules, without importing them (see lab/__init__.py).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from autograder.lab import style
from autograder.lab.students import UnusableResult

Value = TypeVar("Value")

OFFERED: dict[str, Any] = {}
"""Public name -> what it stands for, in the modules imported so far."""


def offered(value: Value, name: str = "") -> Value:
    """Make a function public under its own name, or another value under the name that it is assigned to."""
    OFFERED[name or value.__name__] = value  # type: ignore[attr-defined]  # what has no name of its own is given one
    return value


def experiment(function: Callable) -> Callable:
    """Make an experiment public, and draw in the course's style.

    A sentence is printed for a kernel that is not written yet, or that returns something unusable; NumPy's warnings
    are left out.
    """

    @functools.wraps(function)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        import matplotlib

        try:
            with matplotlib.rc_context(style.RC), np.errstate(all="ignore"):
                return function(*arguments, **options)
        except UnusableResult as sentence:
            print(sentence)
        except NotImplementedError:
            names = [getattr(item, "__name__", "") for item in [*arguments, *options.values()] if callable(item)]
            own = ", ".join(filter(None, names))
            print(f"This experiment uses your own {own}. Write that first, then run this again.")
        return None

    return offered(wrapped)

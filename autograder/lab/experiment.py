"""The two marks of what a notebook can use as `lab.<name>`: `@experiment` and `@offered`.

`lab` finds the marked names in the text of its modules, without importing them (see lab/__init__.py).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from autograder.lab import style
from autograder.lab.own_functions import caveat, not_written, own_functions
from autograder.lab.students import UnusableResult

Value = TypeVar("Value")

OFFERED: dict[str, Any] = {}
"""Public name -> what it stands for, in the modules imported so far."""


NEEDS_PYTORCH = "This experiment needs PyTorch, which is not here: it runs where `pip install torch` has been run."
JUDGES_ITSELF = "autograder.lab.pytorch_race"
"""The module of the experiment that judges what it is given, and uses nothing that does not pass."""


def offered(value: Value, name: str = "") -> Value:
    """Make a function public under its own name, or another value under the name that it is assigned to."""
    OFFERED[name or value.__name__] = value  # type: ignore[attr-defined]  # what has no name of its own is given one
    return value


def experiment(function: Callable) -> Callable:
    """Make an experiment public, and draw in the course's style.

    A sentence is printed for kernels that are not written yet, do not pass their check or return something unusable;
    NumPy's warnings are left out.
    """

    @functools.wraps(function)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        import matplotlib

        own = list(own_functions([*arguments, *options.values()]))
        if missing := not_written(own):
            print(_write_first(missing))
            return None
        if function.__module__ != JUDGES_ITSELF and (sentence := caveat(own)):
            print(sentence)
        try:
            with matplotlib.rc_context(style.RC), np.errstate(all="ignore"):
                return function(*arguments, **options)
        except UnusableResult as sentence:
            print(sentence)
        except ModuleNotFoundError as problem:
            if problem.name != "torch":
                raise
            print(NEEDS_PYTORCH)
        except NotImplementedError as problem:
            raising = _raising(problem, own) or [function.__name__ for function in own]
            print(_write_first(raising))
        return None

    return offered(wrapped)


def _write_first(names: list[str]) -> str:
    it = "that" if len(names) == 1 else "them"
    return f"This experiment uses your own {', '.join(dict.fromkeys(names))}. Write {it} first, then run this again."


def _raising(problem: BaseException, functions: list[Callable[..., Any]]) -> list[str]:
    """The name of the function, of some, in which an exception was raised."""
    codes, trace = set(), problem.__traceback__
    while trace is not None:
        codes.add(trace.tb_frame.f_code)
        trace = trace.tb_next
    return [function.__name__ for function in functions if function.__code__ in codes]

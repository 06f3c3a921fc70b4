"""The exercises among what an experiment is given: which are not written yet, and which do not pass their check."""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograder.exercises.recorded import pytorch_is_here

STUB = ("NotImplementedError",)
"""The names that a function uses as it stands in the notebook."""

_known: weakref.WeakKeyDictionary[Callable[..., Any], bool] = weakref.WeakKeyDictionary()
"""Function -> whether it passes, for those that an experiment was given before."""


def own_functions(values: Iterable[Any]) -> Iterator[Callable[..., Any]]:
    """Yield the functions among some values, also in lists, tuples and dicts."""
    for value in values:
        if isinstance(value, dict):
            yield from own_functions(value.values())
        elif isinstance(value, (list, tuple)):
            yield from own_functions(value)
        elif callable(value) and hasattr(value, "__code__"):
            yield value


def not_written(functions: Iterable[Callable[..., Any]]) -> list[str]:
    """The names of the functions that still stand as the notebook has them."""
    return [function.__name__ for function in functions if function.__code__.co_names == STUB]


def caveat(functions: Iterable[Callable[..., Any]]) -> str:
    """A sentence on the exercises that do not pass the public cases; "" where there are none.

    Nothing is said before PyTorch is loaded, as the first `check` does.
    """
    if pytorch_is_here() and "torch" not in sys.modules:
        return ""
    wrong = list(dict.fromkeys(function.__name__ for function in functions if not _passes(function)))
    if not wrong:
        return ""
    if len(wrong) == 1:
        return f"Your {wrong[0]} does not pass its check yet, and this experiment uses it as it stands."
    listed = f"{', '.join(wrong[:-1])} and {wrong[-1]}"
    return f"Your {listed} do not pass their checks yet, and this experiment uses them as they stand."


def _passes(function: Callable[..., Any]) -> bool:
    """Whether a function passes as the exercise of its name; True for any other."""
    from autograder.exercises import catalogue
    from autograder.judge import judge
    from autograder.plaindata.call import call

    exercise = catalogue().get(function.__name__)
    if exercise is None or (function.__module__ or "").startswith("autograder"):
        return True
    if function not in _known:
        verdict = judge(exercise, functools.partial(call, function), devices=("cpu",), diagnose=False)
        _known[function] = verdict.passed
    return _known[function]

"""Functions as students write them, and what the judge says of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercises import catalogue
from autograder.exercises.model import Exercise
from autograder.judge import Verdict, judge
from autograder.plaindata.call import call
from tests.variants.leaky_relus.prelu_backward import prelu_backward_sum_over_axes as prelu_backward

__all__ = ["after", "elu", "elu_backward", "first_difference", "lost", "prelu_backward", "verdict_of"]


def verdict_of(exercise: str | Exercise, function: Any, *, cases: str = "public", **options: Any) -> Verdict:
    """The verdict on a function, called in this process; on the CPU unless `devices` say otherwise."""
    found = catalogue()[exercise] if isinstance(exercise, str) else exercise
    options.setdefault("devices", ("cpu",))
    return judge(found, functools.partial(call, function), cases=cases, **options)


def lost(verdict: Verdict) -> set[str]:
    """The requirements that are not met."""
    return {requirement.name for requirement in verdict.requirements if not requirement.passed}


def first_difference(verdict: Verdict) -> Any:
    """What the first counterexample says."""
    return next(item.counterexample.difference for item in verdict.requirements if item.counterexample)


def elu(z: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """A right one."""
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def elu_backward(dout: np.ndarray, z: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """A right one."""
    return dout * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))


def after(function: Callable[..., Any], change: Callable[[Any], Any]) -> Callable[..., Any]:
    """The function, its answer changed."""
    return lambda *arguments: change(function(*arguments))

"""Say what is wrong besides the numbers: arguments that were changed, and dtypes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from autograder.exercises.cases import Case
from autograder.exercises.mistakes import FLOAT32_HINT
from autograder.judge.answers import parts_of
from autograder.judge.findings import Trial
from autograder.judge.hypotheses import Claim


def changed_arguments(trials: Iterable[Trial]) -> Iterator[Claim]:
    """Yield which arguments a function changes."""
    changed = dict.fromkeys(name for trial in trials for step in trial.steps for name in step.changed_arguments)
    if changed:
        names = " and ".join(f"`{name}`" for name in changed)
        text = "has been changed: something writes into it in place. Make a new one"
        if len(changed) > 1:
            text = "have been changed: something writes into them in place. Make new ones"
        text = f"{names} {text}; a second name for an array is no copy of it."
        yield Claim("changes its arguments", text, 0)


def other_dtypes(trials: Iterable[Trial], outputs: tuple[str, ...]) -> Iterator[Claim]:
    """Yield that float32 becomes float64, or that whole numbers stay whole, where that is so in every case."""
    pairs: set[tuple[str, str]] = set()
    whole = True
    for trial in trials:
        for step, expected in zip(trial.steps, trial.expected, strict=False):
            if step.gave_numbers:
                given = parts_of(step.outcome.returned, expected, outputs)
                for path, right in parts_of(expected, expected, outputs).items():
                    got = given[path]
                    if got is not None and right is not None and got.dtype != right.dtype:
                        pairs.add((right.dtype.name, got.dtype.name))
                        whole = whole and _is_of_whole_numbers(trial.case)
    if pairs == {("float32", "float64")}:
        yield Claim("float32 becomes float64", FLOAT32_HINT, 0)
    elif whole and pairs and all(right.startswith("float") and got.startswith(("int", "uint")) for right, got in pairs):
        text = "For whole numbers your result holds whole numbers, too. The right one holds floating-point numbers."
        yield Claim("whole numbers stay whole", text, 0)


def _is_of_whole_numbers(case: Case) -> bool:
    """Whether a case has arrays, and all of them hold whole numbers."""
    arrays = [value for value in case.arguments.values() if isinstance(value, np.ndarray)]
    return bool(arrays) and all(array.dtype.kind in "iu" for array in arrays)

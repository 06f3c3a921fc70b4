"""Which mistake gives exactly the student's numbers?

First the kernel's known mistakes, run on the same inputs; then numerical hypotheses (a lost sign, a constant factor,
a transposed result, ...). What does not reproduce every number that the student returned is not claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autograder.exercises.model import Case, Exercise, Mistake
from autograder.judge.comparison import as_array, compare
from autograder.judge.rollout import Step, rollout
from autograder.judge.verdict import Diagnosis
from autograder.plaindata.call import call
from autograder.plaindata.values import same


@dataclass(eq=False)
class Trial:
    """One case, the requirement it belongs to, what the student's function did with it call by call, and what the
    reference gives in each. hidden: whether it is one of the cases that nothing is told of."""

    requirement: str
    case: Case
    steps: list[Step]
    expected: tuple[Any, ...]
    computation: str
    passed: bool
    hidden: bool = False

    @property
    def gave_numbers(self) -> bool:
        """Whether every call returned something to compare."""
        return all(map(_gave_numbers, self.steps))

    @property
    def changed_an_argument(self) -> bool:
        """Whether a call changed what it was given."""
        return any(map(changed_arguments, self.steps))


def _gave_numbers(step: Step) -> bool:
    return step.outcome.problem is None and step.outcome.returned is not None


def changed_arguments(step: Step) -> list[str]:
    """The names of the arguments that a call has changed."""
    after = zip(step.arguments.items(), step.outcome.arguments_after, strict=False)
    return [name for (name, before), now in after if not same(before, now)]


def diagnose(exercise: Exercise, trials: list[Trial]) -> Diagnosis | None:
    """The known mistake or the numerical hypothesis behind a failure, or None.

    Where the function gave no numbers in some case, a mistake explains it only if it gives none there either.
    """
    failed = [trial for trial in trials if not trial.passed or trial.changed_an_argument]
    if not any(trial.gave_numbers for trial in failed):
        return None
    for mistake in exercise.mistakes:
        if mistake.loses and _reproduces(exercise, mistake, trials, failed):
            return Diagnosis("mistake", mistake.name, mistake.hint)
    wrong = [trial for trial in failed if not trial.passed]
    return _hypothesis(wrong) if all(trial.gave_numbers for trial in wrong) else None


def diagnose_by_requirement(exercise: Exercise, trials: list[Trial]) -> list[Diagnosis]:
    """Known mistakes that give the student's numbers in all cases of some failing requirements, the fewest mistakes
    that do.

    For functions with two errors: no mistake explains them as a whole, but often each requirement by itself.
    """
    explains = {mistake: _explained_requirements(exercise, mistake, trials) for mistake in exercise.mistakes}
    found = []
    while best := max(explains, key=lambda mistake: len(explains[mistake]), default=None):
        explained = explains.pop(best)
        if not explained:
            break
        found.append(Diagnosis("mistake", best.name, best.hint, "” and “".join(explained)))
        explains = {mistake: [name for name in names if name not in explained] for mistake, names in explains.items()}
    return found


def _explained_requirements(exercise: Exercise, mistake: Mistake, trials: list[Trial]) -> list[str]:
    """The failing requirements in which a mistake gives the student's numbers in every case."""
    names = []
    for name in mistake.loses:
        told = [trial for trial in trials if trial.requirement == name]
        failed = [trial for trial in told if not trial.passed]
        if any(trial.gave_numbers for trial in failed) and _reproduces(exercise, mistake, told, failed):
            names.append(name)
    return names


def diagnose_warning(exercise: Exercise, trials: list[Trial]) -> Diagnosis | None:
    """The known mistake that returns the right numbers and causes the same floating-point warnings, or None."""
    for mistake in exercise.mistakes:
        if not mistake.loses and all(_warns_alike(exercise, mistake, trial) for trial in trials if trial.gave_numbers):
            return Diagnosis("mistake", mistake.name, mistake.hint)
    return None


def _warns_alike(exercise: Exercise, mistake: Mistake, trial: Trial) -> bool:
    return _warns(_steps_of(exercise, mistake, trial.case)) == _warns(trial.steps)


def _warns(steps: list[Step]) -> bool:
    return any(step.outcome.warnings for step in steps)


def _steps_of(exercise: Exercise, mistake: Mistake, case: Case) -> list[Step]:
    return rollout(exercise, case, partial(call, mistake.function))


def _reproduces(exercise: Exercise, mistake: Mistake, told: list[Trial], failed: list[Trial]) -> bool:
    """Failing cases first: they are the ones where most mistakes drop out."""
    passed = [trial for trial in told if trial not in failed]
    return all(_same_numbers(exercise, mistake, trial) for trial in failed + passed)


def _same_numbers(exercise: Exercise, mistake: Mistake, trial: Trial) -> bool:
    steps = _steps_of(exercise, mistake, trial.case)
    return len(steps) == len(trial.steps) and all(
        _same_answer(exercise, theirs, own, trial.computation) for theirs, own in zip(steps, trial.steps, strict=True)
    )


def _same_answer(exercise: Exercise, theirs: Step, own: Step, computation: str) -> bool:
    """Whether a mistake's call gave what the student's did; both are asked about their own numbers of the step
    before."""
    if not _gave_numbers(theirs) or not _gave_numbers(own):
        return _gave_numbers(theirs) == _gave_numbers(own)
    if changed_arguments(theirs) != changed_arguments(own):
        return False
    wrong = _as_expected(theirs.outcome.returned)
    return compare(own.outcome.returned, wrong, computation=computation, outputs=exercise.outputs).difference is None


def _as_expected(value: Any) -> Any:
    """A mistake's answer in the form that `compare` takes for the expected side."""
    if isinstance(value, dict):
        return {key: _as_expected(item) for key, item in value.items()}
    array, _ = as_array(value)
    if isinstance(value, tuple) or (array is None and isinstance(value, list)):
        return tuple(map(_as_expected, value))
    return np.asarray(value) if array is None else array


def _hypothesis(failed: list[Trial]) -> Diagnosis | None:
    """What the wrong numbers have in common; nothing where a case has the right ones in the wrong dtype.

    A number is named only if a public case gives it: a function could choose it to carry a hidden input out.
    """
    failed = sorted(failed, key=lambda trial: trial.hidden)
    pairs = [_pair(trial) for trial in failed]
    if not pairs or any(pair is None or not pair[1].size or _right(*pair) for pair in pairs):
        return None
    for name, text, test in HYPOTHESES:
        found = test(pairs)
        if found is not None and not (found and failed[0].hidden):
            return Diagnosis("hypothesis", name, text.format(found))
    return _unchanged_argument(failed)


def _pair(trial: Trial) -> tuple[np.ndarray, np.ndarray] | None:
    """The student's numbers and the right ones; of a repeated case, all steps one after the other."""
    if len(trial.steps) != len(trial.expected):
        return None
    pairs = [_pair_of(step, expected) for step, expected in zip(trial.steps, trial.expected, strict=True)]
    if any(pair is None for pair in pairs):
        return None
    if len(pairs) == 1:
        return pairs[0]
    got, expected = zip(*pairs, strict=True)
    alike = all(one.shape == other.shape == got[0].shape for one, other in pairs)
    return (np.stack(got), np.stack(expected)) if alike else None


def _pair_of(step: Step, expected: Any) -> tuple[np.ndarray, np.ndarray] | None:
    if isinstance(expected, (tuple, list, dict)):
        return None
    got, _ = as_array(step.outcome.returned)
    expected = np.asarray(expected)
    if got is None or expected.dtype.kind != "f" or got.dtype.kind not in "fiu":
        return None
    return got.astype(np.float64), expected.astype(np.float64)


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=1e-6, atol=1e-9))


def _right(got: np.ndarray, expected: np.ndarray) -> bool:
    return got.shape == expected.shape and bool(np.allclose(got, expected, rtol=1e-6, atol=0.0, equal_nan=True))


Pairs = Iterable[tuple[np.ndarray, np.ndarray]]


def _all(transform: Callable[[np.ndarray], np.ndarray]) -> Callable[[Pairs], str | None]:
    """A test: does the transform of the right answer give the student's, in every case?"""
    return lambda pairs: "" if all(_close(got, transform(expected)) for got, expected in pairs) else None


def _transposed(pairs: Pairs) -> str | None:
    found = list(pairs)
    return _all(np.transpose)(found) if all(expected.ndim > 1 for _, expected in found) else None


def _zeros(pairs: Pairs) -> str | None:
    return "" if all(got.shape == expected.shape and not got.any() for got, expected in pairs) else None


def _constant(pairs: Pairs, relation: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> str | None:
    """The one number that `relation` gives for at least three entries of the failing cases, as text.

    Infinite and NaN entries must be the right ones, and take no further part.
    """
    values = []
    for got, expected in pairs:
        if got.shape != expected.shape:
            return None
        finite = np.isfinite(got) & np.isfinite(expected)
        if not np.array_equal(got[~finite], expected[~finite], equal_nan=True):
            return None
        values.append(relation(got[finite], expected[finite]))
    values = np.concatenate(values)
    if values.size < 3 or not np.isfinite(values).all() or np.ptp(values) > 1e-6 * abs(values[0]):
        return None
    return f"{values[0]:.6g}"


def _factor(pairs: Pairs) -> str | None:
    if any(got.shape != expected.shape or (got[expected == 0] != 0).any() for got, expected in pairs):
        return None
    return _constant(pairs, lambda got, expected: got[expected != 0] / expected[expected != 0])


def _offset(pairs: Pairs) -> str | None:
    return _constant(pairs, lambda got, expected: got - expected)


def _shifted(pairs: Pairs) -> str | None:
    ok = all(
        got.shape == expected.shape
        and got.ndim
        and len(got) > 2
        and _close(got[1:], expected[:-1])
        and not _close(expected[1:], expected[:-1])
        for got, expected in pairs
    )
    return "" if ok else None


HYPOTHESES: tuple[tuple[str, str, Callable[[Pairs], str | None]], ...] = (
    ("zeros", "Where your answer is wrong, it consists of zeros.", _zeros),
    ("sign", "Your numbers are the right ones with the opposite sign.", _all(np.negative)),
    ("transposed", "Your answer is the right one, transposed: check which axis is which.", _transposed),
    ("factor", "Where your numbers are wrong, they are exactly {} times the right ones.", _factor),
    ("offset", "Where your answer is wrong, every number is off by the same amount, {}.", _offset),
    ("one step late", "Your answer is the right one, one position late.", _shifted),
)


def _unchanged_argument(failed: list[Trial]) -> Diagnosis | None:
    for name in failed[0].case.arguments:
        if all(_is_argument(trial, name) for trial in failed):
            return Diagnosis(
                "hypothesis", "argument returned", f"Where your answer is wrong, it is `{name}`, unchanged."
            )
    return None


def _is_argument(trial: Trial, name: str) -> bool:
    return all(_returned_argument(step, name) for step in trial.steps)


def _returned_argument(step: Step, name: str) -> bool:
    argument = step.arguments.get(name)
    got, _ = as_array(step.outcome.returned)
    return isinstance(argument, np.ndarray) and got is not None and _close(got, argument.astype(np.float64))

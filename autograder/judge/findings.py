"""Collect what the cases tried so far show of a function, for the report and for a diagnosis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise
from autograder.judge.counterexamples import changed_arguments, compare_steps, counterexample
from autograder.judge.expectations import Expectation
from autograder.judge.formatting import readable
from autograder.judge.rollout import Step
from autograder.judge.verdict import RequirementResult
from autograder.plaindata.call import FLOATING_POINT_WARNINGS, Outcome
from autograder.plaindata.values import arrays_in, extent

LARGEST_KEPT = 20_000
"""The most numbers in an answer that is kept for the diagnosis; the catalogue's largest has about a thousand."""


@dataclass(eq=False)
class Trial:
    """One case that a function was tried on: what it did call by call, and what the reference gives there.

    hidden: whether nothing of the case may be shown.
    """

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
        return all(step.gave_numbers for step in self.steps)

    @property
    def changed_an_argument(self) -> bool:
        """Whether a call changed what it was given."""
        return any(step.changed_arguments for step in self.steps)


class Findings:
    """What the cases tried so far show.

    results: requirement -> its result. purity: the result of the requirement that every exercise has.
    trials: every case with what the function did. printed: whether it printed. warning: its first floating-point
    warning on finite input. largest_share: the largest error that passed, as a share of its tolerance.
    """

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.results = {item.name: RequirementResult(item.name, 0, item.points, True) for item in exercise.requirements}
        self.purity = RequirementResult(PURITY, 0, exercise.purity_points, True)
        self.trials: list[Trial] = []
        self.printed = False
        self.warning = ""
        self.largest_share = 0.0

    def add(self, expectation: Expectation, steps: list[Step]) -> None:
        """Compare the calls of a case with every oracle, and keep what they show."""
        passed = self._compare(expectation, steps)
        self._check_purity(expectation, steps)
        self.trials.append(_trial(expectation, steps, passed))
        self.printed |= any(step.outcome.printed for step in steps)
        for step in steps:
            if not self.warning and _finite(step.arguments):
                self.warning = _warning(step.outcome, expectation.hidden)

    def would_lose(self, expectation: Expectation, steps: list[Step]) -> bool:
        """Whether a case fails a requirement that no case before it has failed."""
        if self.purity.passed and any(step.changed_arguments for step in steps):
            return True
        if not self.results[expectation.requirement].passed:
            return False
        return any(compare_steps(self.exercise, oracle, steps).difference for oracle in expectation.oracles)

    def _compare(self, expectation: Expectation, steps: list[Step]) -> bool:
        """Whether a case passes."""
        result = self.results[expectation.requirement]
        result.cases += 1
        passed = True
        for oracle in expectation.oracles:
            found = compare_steps(self.exercise, oracle, steps)
            self.largest_share = max(self.largest_share, found.share)
            agrees = found.difference is None
            result.oracles[oracle.name] = result.oracles.get(oracle.name, True) and agrees
            passed &= agrees
            if found.difference is not None and result.counterexample is None:
                result.counterexample = counterexample(
                    self.exercise, expectation, oracle, steps, found.difference, found.number
                )
        result.passed &= passed
        return passed

    def _check_purity(self, expectation: Expectation, steps: list[Step]) -> None:
        self.purity.cases += 1
        if self.purity.passed and (found := changed_arguments(expectation, steps)):
            self.purity.passed = False
            self.purity.counterexample = found

    @property
    def failed_hidden_alone(self) -> list[RequirementResult]:
        """The requirements that fail in hidden cases and in no public one."""
        found = (*self.results.values(), self.purity)
        return [item for item in found if item.counterexample and item.counterexample.hidden]

    def scored(self, *, complete: bool) -> list[RequirementResult]:
        """Return the requirements with their points. complete: whether all cases were tried; if not, there are none.

        Leaving the arguments alone counts only where the first requirement is met: a stub leaves them alone, too.
        """
        results = list(self.results.values())
        for result in results:
            result.passed = result.passed and result.cases > 0 and complete
        self.purity.passed = self.purity.passed and results[0].passed
        for result in (*results, self.purity):
            result.points = result.max_points if result.passed else 0
        return [*results, self.purity]


def _trial(expectation: Expectation, steps: list[Step], passed: bool) -> Trial:
    first = expectation.oracles[0]
    return Trial(
        expectation.requirement,
        expectation.case,
        [_kept(step) for step in steps],
        first.expected,
        first.computation,
        passed,
        expectation.hidden,
    )


def _kept(step: Step) -> Step:
    """Drop an answer so large that no mistake of the catalogue gives it: it would only take memory."""
    outcome = step.outcome
    if extent(outcome.returned) + extent(outcome.arguments_after) <= LARGEST_KEPT:
        return step
    grown = [None] * len(outcome.arguments_after) if extent(outcome.arguments_after) > LARGEST_KEPT else []
    return Step(step.arguments, replace(outcome, returned=None, arguments_after=grown))


def _warning(outcome: Outcome, hidden: bool) -> str:
    """Return the first floating-point warning; for a hidden case only its kind, as the rest could reveal the input."""
    for text in outcome.warnings:
        for kind in FLOATING_POINT_WARNINGS:
            if text.startswith(kind):
                return kind if hidden else readable(text)
    return ""


def _finite(arguments: dict[str, Any]) -> bool:
    return all(np.isfinite(array).all() for array in arrays_in(arguments))

"""Collect what the cases tried so far show of a function, for the report and for a diagnosis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.exercises.model import CONTRACT, Case, Exercise
from autograder.judge.counterexamples import StepsComparison, compare_steps, counterexample, touched_arguments
from autograder.judge.expectations import Expectation
from autograder.judge.formatting import readable, show_call
from autograder.judge.rollout import Step
from autograder.judge.verdict import Counterexample, Difference, RequirementResult
from autograder.plaindata.call import ANOTHER_ANSWER, FLOATING_POINT_WARNINGS
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

    results: requirement -> its result. remarks: an edge that is not asked -> the first case of it that fails.
    trials, trials_of_remarks: every case with what the function did. printed: whether it printed. warning: its first
    floating-point warning on finite input, and the call that caused it.
    largest_share: the largest error that passed, as a share of its tolerance.
    """

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.results = {
            item.name: RequirementResult(item.name, 0, item.points, True, item.kind) for item in exercise.requirements
        }
        self.remarks: dict[str, Counterexample] = {}
        self.trials: list[Trial] = []
        self.trials_of_remarks: list[Trial] = []
        self.printed = False
        self.warning = ""
        self.largest_share = 0.0
        self._charged_for_shape = ""
        self._compared: tuple[list[Step], list[StepsComparison]] = ([], [])

    def add(self, expectation: Expectation, steps: list[Step]) -> None:
        """Compare the calls of a case with every oracle, and keep what they show."""
        self.results[expectation.requirement].cases += 1
        passed = self._compare(expectation, steps)
        if CONTRACT in self.results and (found := touched_arguments(self.exercise, expectation, steps)):
            self._fail(CONTRACT, found)
        self.trials.append(_trial(expectation, steps, passed))
        self.printed |= any(step.outcome.printed for step in steps)
        for step in steps:
            if not self.warning and not expectation.hidden and _finite(step.arguments):
                self.warning = _warning(self.exercise, step)

    def add_remark(self, expectation: Expectation, steps: list[Step]) -> None:
        """Compare the calls of a case that is not asked."""
        oracle = expectation.oracles[0]
        found = self._comparisons(expectation, steps)[0]
        if found.difference is not None and not found.difference.right_numbers:
            shown = counterexample(self.exercise, expectation, oracle, steps, found.difference, found.number)
            self.remarks.setdefault(expectation.requirement, shown)
        self.trials_of_remarks.append(_trial(expectation, steps, found.difference is None))

    def would_lose(self, expectation: Expectation, steps: list[Step]) -> bool:
        """Whether a case fails a requirement that no case before it has failed."""
        found = [comparison.difference for comparison in self._comparisons(expectation, steps)]
        charged = {charged_requirement(self.exercise, expectation, difference) for difference in found if difference}
        if CONTRACT in self.results and touched_arguments(self.exercise, expectation, steps):
            charged.add(CONTRACT)
        return any(self.results[name].passed for name in charged)

    def differs(self, expectation: Expectation, steps: list[Step]) -> bool:
        """Whether the calls of a case differ from any oracle."""
        return any(comparison.difference is not None for comparison in self._comparisons(expectation, steps))

    def _comparisons(self, expectation: Expectation, steps: list[Step]) -> list[StepsComparison]:
        """Compare the calls of a case with every oracle, once."""
        if self._compared[0] is not steps:
            self._compared = steps, [compare_steps(self.exercise, oracle, steps) for oracle in expectation.oracles]
        return self._compared[1]

    def _compare(self, expectation: Expectation, steps: list[Step]) -> bool:
        """Whether every oracle agrees on a case, shape and dtype included."""
        passed = True
        for oracle, found in zip(expectation.oracles, self._comparisons(expectation, steps), strict=True):
            self.largest_share = max(self.largest_share, found.share)
            passed &= found.difference is None
            charged = self._charged(expectation, found.difference)
            of_case = self.results[expectation.requirement].oracles
            of_case[oracle.name] = of_case.get(oracle.name, True) and charged != expectation.requirement
            if charged and found.difference is not None:
                self._fail(
                    charged, counterexample(self.exercise, expectation, oracle, steps, found.difference, found.number)
                )
        return passed

    def _charged(self, expectation: Expectation, difference: Difference | None) -> str:
        """Return the requirement that a difference costs; "" for none, as right numbers in another shape cost one."""
        if difference is None:
            return ""
        charged = charged_requirement(self.exercise, expectation, difference)
        if difference.kind == "shape" and difference.right_numbers:
            self._charged_for_shape = self._charged_for_shape or charged
            return charged if charged == self._charged_for_shape else ""
        return charged

    def _fail(self, requirement: str, found: Counterexample) -> None:
        """Note a failure. The first is shown, but before it one that shows that the function draws random numbers: in a
        small case these may be the same twice."""
        result = self.results[requirement]
        result.passed = False
        shown = result.counterexample
        if shown is None or (_draws(found) and not _draws(shown) and found.hidden == shown.hidden):
            result.counterexample = found

    @property
    def has_failed(self) -> bool:
        """Whether a requirement is lost."""
        return not all(result.passed for result in self.results.values())

    @property
    def failed_hidden_alone(self) -> list[RequirementResult]:
        """The requirements that fail in hidden cases and in no public one."""
        return [item for item in self.results.values() if item.counterexample and item.counterexample.hidden]

    def scored(self, *, complete: bool) -> list[RequirementResult]:
        """Return the requirements with their points. complete: whether all cases were tried; if not, there are none."""
        results = list(self.results.values())
        for result in results:
            result.passed = result.passed and result.cases > 0 and complete
            result.points = result.max_points if result.passed else 0
        return results


def _draws(found: Counterexample) -> bool:
    return found.difference.message == ANOTHER_ANSWER


def charged_requirement(exercise: Exercise, expectation: Expectation, difference: Difference) -> str:
    """Return the requirement that a difference belongs to: the contract for right numbers in another dtype."""
    of_contract = difference.kind == "dtype" and difference.right_numbers
    has_contract = any(requirement.kind == "contract" for requirement in exercise.requirements)
    return CONTRACT if of_contract and has_contract else expectation.requirement


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


def _warning(exercise: Exercise, step: Step) -> str:
    """Return the first floating-point warning of a call and the call; "" where there was none."""
    for text in step.outcome.warnings:
        if text.startswith(FLOATING_POINT_WARNINGS):
            return f"“{readable(text)}” in {' '.join(show_call(exercise.name, step.arguments).split())}"
    return ""


def _finite(arguments: dict[str, Any]) -> bool:
    return all(np.isfinite(array).all() for array in arrays_in(arguments))

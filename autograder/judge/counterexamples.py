"""Compare a function's calls of one case with an oracle, and show where they differ.

A counterexample from a hidden case names the kind of difference alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from autograder.exercises.model import Case, Exercise
from autograder.judge.comparison import Comparison, compare
from autograder.judge.expectations import Expectation, Oracle
from autograder.judge.formatting import readable, show_arguments, show_both
from autograder.judge.rollout import Step
from autograder.judge.verdict import Counterexample, Difference
from autograder.plaindata.call import Outcome, Problem

HIDDEN_CASE = "a hidden case"


@dataclass(frozen=True)
class StepsComparison:
    """How the calls of a case compare with one oracle.

    difference: that of the first call that differs, or None. number: which call it is, counted from 1; 0 if none is.
    share: the largest error of the calls before it, as a share of its tolerance.
    """

    difference: Difference | None
    number: int
    share: float


def compare_steps(exercise: Exercise, oracle: Oracle, steps: list[Step]) -> StepsComparison:
    """Compare the calls of a case with an oracle's answers, up to the first whose numbers differ.

    Right numbers in another shape or dtype are a difference only where all numbers are right.
    """
    share, other_form = 0.0, StepsComparison(None, 0, 0.0)
    for number, (step, expected) in enumerate(zip(steps, oracle.expected, strict=False), 1):
        comparison = _compare_outcome(exercise, oracle, step.outcome, expected)
        if comparison.difference and not comparison.difference.right_numbers:
            return StepsComparison(comparison.difference, number, share)
        if comparison.difference is None:
            share = max(share, comparison.share)
        elif other_form.difference is None:
            other_form = StepsComparison(comparison.difference, number, share)
    if len(steps) < len(oracle.expected):
        difference = Difference("type", "what your function returned cannot be handed to the next call")
        return StepsComparison(difference, len(steps), share)
    return replace(other_form, share=share)


def _compare_outcome(exercise: Exercise, oracle: Oracle, outcome: Outcome, expected: Any) -> Comparison:
    if outcome.problem:
        return Comparison(_problem_difference(readable_problem(outcome.problem)))
    return compare(
        outcome.returned,
        expected,
        computation=oracle.computation,
        device=oracle.device,
        outputs=exercise.outputs,
        masks=oracle.masks,
    )


def readable_problem(problem: Problem) -> Problem:
    """Return a problem whose texts a terminal, a file and a browser can show."""
    return Problem(problem.kind, readable(problem.message), readable(problem.line), problem.line_number)


def _problem_difference(problem: Problem) -> Difference:
    """Express a problem of a single case as a difference."""
    kind = problem.kind if problem.kind in ("type", "arguments") else "exception"
    message = "NotImplementedError" if problem.kind == "not implemented" else problem.message
    return Difference(kind, message, line=problem.line, line_number=problem.line_number)


def counterexample(
    exercise: Exercise, expectation: Expectation, oracle: Oracle, steps: list[Step], difference: Difference, number: int
) -> Counterexample:
    """Show the call in which a case differs from an oracle. number: which it is, counted from 1."""
    if expectation.hidden:
        return _hidden(oracle.name, difference)
    step = steps[number - 1]
    expected, got = show_both(oracle.expected[number - 1], step.outcome.returned, exercise.outputs)
    return Counterexample(
        _case_name(expectation.case, number),
        oracle.name,
        difference,
        call=show_arguments(step.arguments),
        expected=expected,
        got="" if step.outcome.problem else got,
    )


def touched_arguments(exercise: Exercise, expectation: Expectation, steps: list[Step]) -> Counterexample | None:
    """Show the first call of a case that changed its arguments, or returned one where a new array is asked for; None
    where none did."""
    for number, step in enumerate(steps, 1):
        if message := _what_it_did(exercise, step):
            difference = Difference("inputs", message)
            if expectation.hidden:
                return _hidden("cpu", difference)
            case = _case_name(expectation.case, number)
            return Counterexample(case, "cpu", difference, call=show_arguments(step.arguments))
    return None


def _what_it_did(exercise: Exercise, step: Step) -> str:
    """Say what a call did to its arguments that it must not do; "" where it did nothing."""
    if changed := step.changed_arguments:
        return f"your function changed its argument {_quoted(changed)}: work on a copy"
    if exercise.new_arrays and (returned := step.returned_arguments):
        return (
            f"your function returned its argument {_quoted(returned)} itself: whoever changes the result changes the "
            "argument, too. Return a new array"
        )
    return ""


def _quoted(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _hidden(oracle: str, difference: Difference) -> Counterexample:
    shown = Difference(difference.kind, "", right_numbers=difference.right_numbers)
    return Counterexample(HIDDEN_CASE, oracle, shown, hidden=True)


def _case_name(case: Case, number: int) -> str:
    """Return the name of a case in a report, with the step where the case is repeated."""
    return case.name if case.calls == 1 else f"{case.name}: step {number}"

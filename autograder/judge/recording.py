"""Record an exercise for the handout: its cases, and what its mistakes and its reference give there."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from autograder.exercises.mistakes import Mistake
from autograder.exercises.model import Case, Exercise
from autograder.exercises.recorded import RecordedMistake, Recording
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge.comparison import compare
from autograder.judge.expectations import Expectation, expectations_of, not_asked, public
from autograder.judge.known import answer_of, warnings_of
from autograder.judge.rollout import Step, rollout
from autograder.judge.verdict import DERIVATIVE
from autograder.plaindata.call import call

HIDDEN_DRAWS = 1
"""How many draws of the hidden cases a student can try at home."""


def record(exercise: Exercise, *, reference: bool) -> Recording:
    """Record an exercise on the CPU. reference: whether to record what the PyTorch reference gives, too."""
    seen = public(exercise, ("cpu",))
    draws = [expectations_of(exercise, PUBLIC_SEED + 1 + draw, True, ("cpu",)) for draw in range(HIDDEN_DRAWS)]
    told = not_asked(exercise)
    everything = [expectation for expectations in (seen, *draws, told) for expectation in expectations]
    with np.errstate(all="ignore"):
        mistakes = tuple(_recorded(exercise, mistake, (*seen, *told)) for mistake in exercise.mistakes)
    return Recording(
        _cases(seen),
        tuple(map(_cases, draws)),
        {item.case: item.oracles[0].expected for item in everything} if reference else {},
        {item.case: derivative for item in everything if (derivative := _derivative(item))},
        mistakes,
        _cases(told),
    )


def _cases(expectations: tuple[Expectation, ...]) -> tuple[tuple[str, Case], ...]:
    return tuple((expectation.requirement, expectation.case) for expectation in expectations)


def _derivative(expectation: Expectation) -> tuple[Any, list[np.ndarray]] | None:
    """Return the numerical derivative of a case and where it holds; None where there is none."""
    found = next((oracle for oracle in expectation.oracles if oracle.name == DERIVATIVE), None)
    return (found.expected[0], found.masks or []) if found else None


def _recorded(exercise: Exercise, mistake: Mistake, expectations: tuple[Expectation, ...]) -> RecordedMistake:
    found = RecordedMistake(mistake.name, mistake.hint, mistake.loses)
    for expectation in expectations:
        steps = rollout(exercise, expectation.case, partial(call, mistake.function))
        right = _is_right(exercise, expectation, steps)
        found.answers[expectation.case] = None if right else [answer_of(step) for step in steps]
        if warned := warnings_of(steps):
            found.warns[expectation.case] = warned
    return found


def _is_right(exercise: Exercise, expectation: Expectation, steps: list[Step]) -> bool:
    """Whether a mistake makes no difference in a case."""
    oracle = expectation.oracles[0]
    if len(steps) != len(oracle.expected) or any(step.changed_arguments or not step.gave_numbers for step in steps):
        return False
    return all(
        compare(step.outcome.returned, expected, computation=oracle.computation, outputs=exercise.outputs).difference
        is None
        for step, expected in zip(steps, oracle.expected, strict=True)
    )

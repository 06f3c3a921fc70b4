"""Make the calls of a case: one, or as many as a repeated case has steps, each with what the one before returned.

The student's function, the reference and the known mistakes go through the same steps, each with its own numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograder.exercises.model import Case, Exercise
from autograder.plaindata.call import Outcome
from autograder.plaindata.values import as_array, same

Arguments = dict[str, Any]
Call = Callable[[list], Outcome]
"""Calls a function, wherever it runs, with the list of its arguments."""
CallAll = Callable[[list[list]], list[Outcome]]
"""Calls a function several times. Returns the outcomes of the first calls, one at least: up to one that ended the
process, say."""


class CannotGoOn(Exception):
    """What a step returned does not have the form of the argument that it is to become in the next."""


@dataclass(eq=False)
class Step:
    """One call of a case: its arguments by name, and its outcome."""

    arguments: Arguments
    outcome: Outcome

    @property
    def gave_numbers(self) -> bool:
        """Whether the call returned something to compare."""
        return self.outcome.problem is None and self.outcome.returned is not None

    @property
    def returned_arguments(self) -> list[str]:
        """The names of the arguments with which the answer shares memory."""
        names = list(self.arguments)
        return [names[number] for number in self.outcome.shared if number < len(names)]

    @cached_property
    def changed_arguments(self) -> list[str]:
        """The names of the arguments that the call has changed. Those of which it does not say count as changed."""
        after = self.outcome.arguments_after
        if self.outcome.problem and not after:
            return []
        if len(after) != len(self.arguments):
            return list(self.arguments)
        named = zip(self.arguments.items(), after, strict=True)
        return [name for (name, before), now in named if not same(before, now)]


def rollout(exercise: Exercise, case: Case, call: Call) -> list[Step]:
    """Call a function once for every step of a case.

    Ends early after a call without an answer, or with one that cannot be handed to the next call.
    """
    steps: list[Step] = []
    while (arguments := _following(exercise, case, steps)) is not None:
        steps.append(Step(arguments, call(list(arguments.values()))))
    return steps


def rollouts(exercise: Exercise, cases: Sequence[Case], call_all: CallAll) -> list[list[Step]]:
    """Call a function for the steps of several cases, as `rollout` does: the first steps of all of them together, then
    the second ones, and so on.

    Returns the steps of the first cases: up to one whose calls could not all be made together with those of the next.
    """
    found: list[list[Step]] = [[] for _ in cases]
    end = len(cases)
    while True:
        following = ((number, _following(exercise, cases[number], found[number])) for number in range(end))
        waiting = [(number, arguments) for number, arguments in following if arguments is not None]
        if not waiting:
            return found[:end]
        outcomes = call_all([list(arguments.values()) for _, arguments in waiting])
        for (number, arguments), outcome in zip(waiting, outcomes, strict=False):
            found[number].append(Step(arguments, outcome))
        if len(outcomes) < len(waiting):
            end = waiting[len(outcomes) - 1][0] + 1


def _following(exercise: Exercise, case: Case, steps: list[Step]) -> Arguments | None:
    """Return the arguments of a case's next call; None where there is none."""
    if not steps:
        return case.arguments
    last = steps[-1]
    if last.outcome.problem or len(steps) == case.calls:
        return None
    try:
        return next_arguments(exercise, last.arguments, last.outcome.returned, case.then[len(steps) - 1])
    except CannotGoOn:
        return None


def next_arguments(exercise: Exercise, arguments: Arguments, returned: Any, news: Arguments) -> Arguments:
    """Return the arguments of the next call: those of the last, updated by what it returned and by what is new.

    Raises CannotGoOn where what it returned does not have the form of the argument.
    """
    handed_on = {name: _like(value, arguments[name]) for name, value in _named(exercise, returned) if name in arguments}
    return {**arguments, **handed_on, **news}


def _named(exercise: Exercise, returned: Any) -> list[tuple[str, Any]]:
    """Pair what a call returned with the names of the exercise's outputs."""
    if isinstance(returned, dict):
        return list(returned.items())
    if len(exercise.outputs) == 1:
        return [(exercise.outputs[0], returned)]
    if not isinstance(returned, (tuple, list)) or len(returned) != len(exercise.outputs):
        raise CannotGoOn
    return list(zip(exercise.outputs, returned, strict=True))


def _like(value: Any, model: Any) -> Any:
    """Convert a value to the form of an earlier one: array for array, number for number, list for list."""
    if isinstance(model, (list, tuple)):
        if not isinstance(value, (list, tuple, np.ndarray)) or len(value) != len(model):
            raise CannotGoOn
        return type(model)(map(_like, value, model))
    array, has_dtype = as_array(value)
    if model is None or isinstance(model, (dict, str)):
        return value
    if array is None or array.size != np.size(model):
        raise CannotGoOn
    array = array.reshape(np.shape(model))
    if isinstance(model, np.ndarray):
        return array if has_dtype else array.astype(model.dtype)
    return array.item()

"""Compare a function with the known mistakes of its exercise, which are run on the same inputs or were recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import combinations
from typing import Any

import numpy as np

from autograder.exercises.cases import Case
from autograder.exercises.mistakes import Mistake, both
from autograder.exercises.model import Exercise
from autograder.exercises.recorded import Answer, RecordedMistake, recording_of
from autograder.judge.answers import Evidence, Limit, in_shape_of, kind_of, numbers, parts_of
from autograder.judge.comparison import compare
from autograder.judge.findings import Trial
from autograder.judge.rollout import Step, rollout
from autograder.plaindata.call import Outcome, Problem
from autograder.plaindata.named_functions import as_function
from autograder.plaindata.values import as_array, duplicate, plain

ENOUGH_CASES = 3
"""In how many cases a mistake must differ from a function in every output to be out of the question."""

STEPS_AFTER = 2
"""How many calls of a case are compared after the first with a wrong number: those go on with wrong ones."""

Known = Mistake | RecordedMistake


def known_mistakes(exercise: Exercise) -> tuple[Known, ...]:
    """Return the mistakes of an exercise, recorded ones where their code is not here."""
    recording = recording_of(exercise)
    return recording.mistakes if recording else exercise.mistakes


def answer_of(step: Step) -> Answer:
    """Return what a call gave, in brief."""
    return Answer(step.outcome.returned if step.gave_numbers else None, step.changed_arguments)


def answers_of(exercise: Exercise, mistake: Known, trial: Trial) -> list[Answer]:
    """Return what a mistake gives in the calls of a case; nothing for a case that was not recorded."""
    if isinstance(mistake, Mistake):
        return _answers(exercise, mistake, trial.case)
    recorded = mistake.answers.get(trial.case, [])
    return [Answer(right, []) for right in trial.expected] if recorded is None else recorded


@lru_cache(maxsize=20_000)
def _answers(exercise: Exercise, mistake: Mistake, case: Any) -> list[Answer]:
    return [answer_of(step) for step in rollout(exercise, case, partial(call_quickly, mistake.function))]


def call_quickly(function: Callable[..., Any], arguments: list) -> Outcome:
    """Call a function of the course with copies of the arguments, without looking for warnings and prints."""
    given = duplicate(arguments)
    try:
        return Outcome(plain(function(*map(as_function, given))), arguments_after=given)
    except Exception as problem:
        return Outcome(problem=Problem("exception", repr(problem)), arguments_after=given)


@dataclass(eq=False)
class Likeness:
    """How a function and a mistake compare.

    mistake: the known one.
    differs: the outputs in which their numbers differ in some case. Where one of them gave none, a case counts for
        nothing. shows_in: the outputs in which the mistake is wrong in some case.
    alike: whether they agree in everything: numbers, shapes, dtypes and changed arguments, in every case.
    has_all: whether the function does whatever the mistake does besides its numbers.
    by_output: output -> what speaks for the mistake there. weak: the cases in which it shows by a zero, an infinite
        number or NaN alone.
    same, other: the trials in which their numbers agree and the mistake shows, and those in which they differ.
    contradicted: whether the function is right in a case in which the mistake is not.
    changes, dtypes: what the mistake does besides its numbers; None where the function does something else.
    """

    mistake: Known
    differs: set[str] = field(default_factory=set)
    shows_in: set[str] = field(default_factory=set)
    alike: bool = True
    has_all: bool = True
    by_output: dict[str, Evidence] = field(default_factory=dict)
    weak: set[int] = field(default_factory=set)
    same: set[int] = field(default_factory=set)
    other: set[int] = field(default_factory=set)
    contradicted: bool = False
    changes: set[str] | None = field(default_factory=set)
    dtypes: set[str] | None = field(default_factory=set)

    @property
    def evidence(self) -> Evidence:
        """What speaks for the mistake in all outputs."""
        found = Evidence.none()
        for one in self.by_output.values():
            found.cases |= one.cases
            found.values |= one.values
        return found

    def add_passed(self, number: int, of_right: Likeness) -> None:
        """Count a case in which the function is right. of_right: how the right answers compare with the mistake's."""
        self.alike &= of_right.alike
        self.has_all &= of_right.has_all
        self.shows_in |= of_right.shows_in
        self.differs |= of_right.differs
        self.contradicted |= bool(of_right.differs)
        self.changes = None if of_right.changes is None else self.changes
        self.dtypes = None if of_right.dtypes is None else self.dtypes
        if of_right.differs:
            self.other.add(number)


def likeness(exercise: Exercise, mistake: Known, trials: list[Trial], *, at_once: bool = False) -> Likeness:
    """Compare a function with a mistake in every case, those that fail first.

    It ends where the mistake is out of the question: at the first difference if `at_once`, else where they differ in
    every output of several cases, and agree in none.
    """
    found = Likeness(mistake)
    for number, trial in sorted(enumerate(trials), key=lambda item: item[1].passed):
        if found.other and (at_once or (len(found.other) >= ENOUGH_CASES and not found.same)):
            if at_once or found.differs >= set(exercise.outputs):
                found.contradicted = True
                break
        if trial.passed and not trial.changed_an_argument:
            found.add_passed(
                number, _against_right(exercise, mistake, _Key(trial.case, trial.expected, trial.computation))
            )
        elif answers := answers_of(exercise, mistake, trial):
            _compare_trial(exercise, found, number, trial, answers)
        else:
            found.alike = False
    return found


@dataclass(frozen=True)
class _Key:
    """A case, with its right answers."""

    case: Case
    expected: tuple[Any, ...] = field(compare=False)
    computation: str = field(compare=False)


@lru_cache(maxsize=20_000)
def _against_right(exercise: Exercise, mistake: Known, key: _Key) -> Likeness:
    """Compare the right answers of a case with a mistake's."""
    right = [Step({}, Outcome(returned=expected)) for expected in key.expected]
    trial = Trial("", key.case, right, key.expected, key.computation, True)
    found = Likeness(mistake)
    if answers := answers_of(exercise, mistake, trial):
        _compare_trial(exercise, found, 0, trial, answers)
    return found


def _compare_trial(exercise: Exercise, found: Likeness, number: int, trial: Trial, answers: list[Answer]) -> None:
    limit, right_so_far, after = Limit.of(trial), True, 0
    found.alike &= len(answers) == len(trial.steps)
    for theirs, own, expected in zip(answers, trial.steps, trial.expected, strict=False):
        if theirs.returned is None or not own.gave_numbers:
            found.alike &= theirs.returned is None and not own.gave_numbers
            return
        after += not right_so_far
        if after > STEPS_AFTER:
            return
        _compare_changes(found, set(theirs.changed_arguments), set(own.changed_arguments))
        right_so_far &= _compare_answers(
            exercise, found, number, trial, limit, theirs.returned, own, expected, right_so_far
        )


def _compare_changes(found: Likeness, theirs: set[str], own: set[str]) -> None:
    found.alike &= theirs == own
    found.has_all &= theirs <= own
    found.changes = None if found.changes is None or theirs != own else found.changes | theirs


def _compare_dtypes(found: Likeness, got: np.ndarray, other: np.ndarray, target: np.ndarray) -> None:
    found.has_all &= other.dtype == target.dtype or got.dtype == other.dtype
    found.alike &= got.dtype == other.dtype
    if found.dtypes is not None and got.dtype != other.dtype:
        found.dtypes = None
    elif found.dtypes is not None and other.dtype != target.dtype:
        found.dtypes.add(other.dtype.name)


def _compare_answers(
    exercise: Exercise,
    found: Likeness,
    number: int,
    trial: Trial,
    limit: Limit,
    theirs: Any,
    own: Step,
    expected: Any,
    right_so_far: bool,
) -> bool:
    """Compare the answers of one call. Returns whether the function's numbers are right."""
    outputs = exercise.outputs
    right = parts_of(expected, expected, outputs)
    wanted, given = parts_of(theirs, expected, outputs), parts_of(own.outcome.returned, expected, outputs)
    if any(wanted[path] is None for path in right):
        return _compare_other_form(exercise, found, number, trial, theirs, own)
    all_right = True
    for path, target in right.items():
        other, got, output = wanted[path], given[path], str(path[0])
        assert other is not None and target is not None
        if got is None:
            found.alike = all_right = False
            _differ(found, number, output)
            continue
        found.alike &= got.shape == other.shape
        _compare_dtypes(found, got, other, target)
        all_right &= _compare_parts(found, number, output, limit, got, other, target, right_so_far)
    return all_right


def _differ(found: Likeness, number: int, output: str) -> None:
    found.differs.add(output)
    found.other.add(number)
    found.same.discard(number)
    found.alike = False


def _compare_parts(
    found: Likeness,
    number: int,
    output: str,
    limit: Limit,
    got: np.ndarray,
    other: np.ndarray,
    target: np.ndarray,
    right_so_far: bool,
) -> bool:
    """Compare one array with the mistake's and the right one. Returns whether the function's numbers are right."""
    mine, wrong, right = numbers(got), numbers(other), numbers(target)
    in_shape = in_shape_of(mine, right)
    is_right = in_shape is not None and bool((limit.close(in_shape, right) | ~np.isfinite(right)).all())
    if wrong.shape == right.shape:
        mine = mine if in_shape is None else in_shape
        shown, weak = _where_it_shows(limit, wrong, right)
    else:
        shown, weak = np.isfinite(wrong) & (wrong != 0), ~np.isfinite(wrong) | (wrong == 0)
    if shown.any() or (weak.any() and wrong.shape == right.shape):
        found.shows_in.add(output)
    if not _agree(limit, mine, wrong, right):
        _differ(found, number, output)
        found.contradicted |= is_right and right_so_far and bool(shown.any() or weak.any())
        return is_right
    if right_so_far:
        if shown.any():
            found.by_output.setdefault(output, Evidence.none()).add(number, mine[shown])
        elif weak.any():
            found.weak.add(number)
        if (shown.any() or weak.any()) and number not in found.other:
            found.same.add(number)
    return is_right


def _where_it_shows(limit: Limit, wrong: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where a mistake's number tells it from the right one, and where only a zero or a NaN does."""
    apart = limit.apart(wrong, right)
    telling = apart & (np.abs(wrong) > limit.allowed(np.zeros_like(wrong)))
    return telling, (apart & ~telling) | (kind_of(wrong) != kind_of(right))


def _agree(limit: Limit, mine: np.ndarray, wrong: np.ndarray, right: np.ndarray) -> bool:
    """Whether numbers are a mistake's. NaN passes for infinity, but where the right number is not finite itself."""
    if mine.shape != wrong.shape or not limit.close(mine, wrong).all():
        return False
    if mine.shape != right.shape or np.isfinite(right).all():
        return True
    is_right = kind_of(mine) == kind_of(right)
    return bool((is_right == (kind_of(wrong) == kind_of(right)))[~np.isfinite(right)].all())


def _compare_other_form(exercise: Exercise, found: Likeness, number: int, trial: Trial, theirs: Any, own: Step) -> bool:
    """Compare answers where the mistake's does not even have the form of the right one."""
    same = compare(own.outcome.returned, _as_expected(theirs), computation=trial.computation, outputs=exercise.outputs)
    found.shows_in.update(exercise.outputs)
    if same.difference is None:
        found.by_output.setdefault(exercise.outputs[0], Evidence.none()).add(number, np.array([float(number)]))
        found.same.add(number)
    else:
        found.alike = False
        for output in exercise.outputs:
            _differ(found, number, output)
        found.contradicted |= trial.passed
    return False


def _as_expected(value: Any) -> Any:
    """Convert a mistake's answer to the form that `compare` takes for the expected side."""
    if isinstance(value, dict):
        return {key: _as_expected(item) for key, item in value.items()}
    array, _ = as_array(value)
    if isinstance(value, tuple) or (array is None and isinstance(value, list)):
        return tuple(map(_as_expected, value))
    return np.asarray(value) if array is None else array


# ---------------------------------------------------------------- two mistakes at once


@lru_cache(maxsize=512)
def pairs_of(exercise: Exercise, mistakes: tuple[Known, ...]) -> tuple[tuple[Mistake, Mistake, Mistake], ...]:
    """Return all pairs of mistakes that are edits of the textbook form: the two, and what they are together."""
    single = [one for one in mistakes if isinstance(one, Mistake) and one.loses]
    found = ((one, other, both(exercise.textbook, one, other)) for one, other in combinations(single, 2))
    return tuple((one, other, together) for one, other, together in found if together is not None)

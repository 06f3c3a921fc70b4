"""Compare a function with the known mistakes of its exercise, which are run on the same inputs or were recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from itertools import combinations
from typing import Any

import numpy as np

from autograder.exercises.cases import Case
from autograder.exercises.mistakes import Mistake, both
from autograder.exercises.model import Exercise
from autograder.exercises.recorded import Answer, RecordedMistake, recording_of
from autograder.judge.answers import (
    FEWEST_NUMBERS,
    VISIBLE,
    Evidence,
    Limit,
    Path,
    in_shape_of,
    kind_of,
    numbers,
    parts_of,
)
from autograder.judge.comparison import compare
from autograder.judge.findings import Trial
from autograder.judge.rollout import Step, rollout
from autograder.plaindata.call import Outcome, Problem
from autograder.plaindata.named_functions import as_function
from autograder.plaindata.values import as_array, duplicate, plain

ENOUGH_CASES = 3
"""In how many cases a mistake must differ from a function in every output to be out of the question."""

STEPS_AFTER = 4
"""How many calls of a case are compared after the first with a wrong number: those go on with wrong ones."""

Known = Mistake | RecordedMistake


def known_mistakes(exercise: Exercise) -> tuple[Known, ...]:
    """Return the mistakes of an exercise, recorded ones where their code is not here."""
    if exercise.mistakes:
        return exercise.mistakes
    recording = recording_of(exercise)
    return recording.mistakes if recording else ()


def answer_of(step: Step) -> Answer:
    """Return what a call gave, in brief."""
    return Answer(step.outcome.returned if step.gave_numbers else None, step.changed_arguments)


def warnings_of(steps: list[Step]) -> list[str]:
    """Return what NumPy warned of in the calls of a case, and in which of its functions."""
    return sorted({warning for step in steps for warning in step.outcome.warnings})


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
class CaseLikeness:
    """How a function and a mistake compare in one case. Where one of them gave no numbers, those count for nothing.

    passed: whether the function is right. differs: the outputs in which their numbers differ. shows_in: the outputs in
        which the mistake is wrong.
    telling: output -> wrong numbers that are in both, neither zero nor infinite. weak: whether the mistake shows by a
        zero, an infinite number or NaN.
    alike: whether they agree in everything: numbers, shapes, dtypes and changed arguments.
    has_all: whether the function does whatever the mistake does besides its numbers.
    other_form: whether the mistake gives right numbers in another form (an array for a list, say).
    changes, dtypes: what the mistake does besides its numbers; None where the function does something else.
    """

    passed: bool = False
    differs: set[str] = field(default_factory=set)
    shows_in: set[str] = field(default_factory=set)
    telling: dict[str, list[np.ndarray]] = field(default_factory=dict)
    weak: bool = False
    alike: bool = True
    has_all: bool = True
    other_form: bool = False
    changes: set[str] | None = field(default_factory=set)
    dtypes: set[str] | None = field(default_factory=set)


@dataclass(eq=False)
class Likeness:
    """How a function and a mistake compare in all cases, or in some. The attributes are those of each case.

    by_case: the cases by their numbers. ruled_out: whether they differ so often that not all were tried.
    """

    mistake: Known
    by_case: dict[int, CaseLikeness] = field(default_factory=dict)
    ruled_out: bool = False

    def only(self, cases: set[int]) -> Likeness:
        """Return how they compare in some cases."""
        return Likeness(self.mistake, {number: one for number, one in self.by_case.items() if number in cases})

    @cached_property
    def differs(self) -> set[str]:
        """The outputs in which their numbers differ in some case."""
        return set().union(*(one.differs for one in self.by_case.values()))

    @cached_property
    def shows_in(self) -> set[str]:
        """The outputs in which the mistake is wrong in some case."""
        return set().union(*(one.shows_in for one in self.by_case.values()))

    @cached_property
    def alike(self) -> bool:
        """Whether they agree in everything."""
        return not self.ruled_out and all(one.alike for one in self.by_case.values())

    @cached_property
    def has_all(self) -> bool:
        """Whether the function does whatever the mistake does besides its numbers."""
        return all(one.has_all for one in self.by_case.values())

    @cached_property
    def other_form(self) -> bool:
        """Whether the mistake gives right numbers in another form."""
        return any(one.other_form for one in self.by_case.values())

    @cached_property
    def contradicted(self) -> bool:
        """Whether the function is right in a case in which the mistake is not."""
        return self.ruled_out or any(one.passed and one.differs for one in self.by_case.values())

    @cached_property
    def changes(self) -> set[str]:
        """The arguments that both change, in the same calls; empty where they do not."""
        found = [one.changes for one in self.by_case.values()]
        return set() if None in found else set().union(*(one for one in found if one is not None))

    @cached_property
    def dtypes(self) -> set[str]:
        """The wrong dtypes that both give, in the same calls; empty where they do not."""
        found = [one.dtypes for one in self.by_case.values()]
        return set() if None in found else set().union(*(one for one in found if one is not None))

    @cached_property
    def weak(self) -> int:
        """In how many cases the mistake shows by a zero, an infinite number or NaN."""
        return sum(one.weak for one in self.by_case.values())

    @cached_property
    def evidence(self) -> Evidence:
        """What speaks for the mistake in all outputs."""
        found = Evidence.none()
        for one in self.by_output.values():
            found.cases |= one.cases
            found.values |= one.values
        return found

    @cached_property
    def by_output(self) -> dict[str, Evidence]:
        """What speaks for the mistake in each output."""
        found: dict[str, Evidence] = {}
        for number, one in self.by_case.items():
            for output, arrays in one.telling.items():
                for values in arrays:
                    found.setdefault(output, Evidence.none()).add(number, values)
        return found


def likeness(
    exercise: Exercise, mistake: Known, trials: dict[int, Trial] | list[Trial], *, at_once: bool = False
) -> Likeness:
    """Compare a function with a mistake in every case, those that fail first.

    It ends where the mistake is out of the question: at the first difference if `at_once`, else where they differ in
    every output of several cases of several requirements, and agree in none.
    """
    found = Likeness(mistake)
    numbered = trials if isinstance(trials, dict) else dict(enumerate(trials))
    outputs, agreed, differed = set(exercise.outputs), False, Counter[str]()
    for number, trial in sorted(numbered.items(), key=lambda item: item[1].passed):
        one = _compare_case(exercise, mistake, trial)
        found.by_case[number] = one
        agreed |= not one.differs and bool(one.shows_in)
        differed[trial.requirement] += one.differs >= outputs
        often = differed.total() >= ENOUGH_CASES and sum(map(bool, differed.values())) > 1 and not agreed
        if (at_once and one.differs) or often:
            found.ruled_out = True
            break
    return found


def _compare_case(exercise: Exercise, mistake: Known, trial: Trial) -> CaseLikeness:
    if trial.passed and not trial.changed_an_argument:
        return _against_right(exercise, mistake, _Key(trial.case, trial.expected, trial.computation))
    found = CaseLikeness(trial.passed)
    if answers := answers_of(exercise, mistake, trial):
        _compare_calls(exercise, found, trial, answers)
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
def _against_right(exercise: Exercise, mistake: Known, key: _Key) -> CaseLikeness:
    """Compare the right answers of a case with a mistake's."""
    right = [Step({}, Outcome(returned=expected)) for expected in key.expected]
    trial = Trial("", key.case, right, key.expected, key.computation, True)
    found = CaseLikeness(passed=True)
    if answers := answers_of(exercise, mistake, trial):
        _compare_calls(exercise, found, trial, answers)
    return found


def _compare_calls(exercise: Exercise, found: CaseLikeness, trial: Trial, answers: list[Answer]) -> None:
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
        call = _Call(found, limit, own, theirs.returned, expected, right_so_far)
        is_right = _compare_answers(exercise, call, trial)
        right_so_far &= is_right or not any(output in own.arguments for output in exercise.outputs)


def _compare_changes(found: CaseLikeness, theirs: set[str], own: set[str]) -> None:
    found.alike &= theirs == own
    found.has_all &= theirs <= own
    found.changes = None if found.changes is None or theirs != own else found.changes | theirs


@dataclass(frozen=True)
class _Call:
    """The answers of one call: the function's own, the mistake's and the right one. fresh: whether nothing wrong was
    handed on to it."""

    found: CaseLikeness
    limit: Limit
    own: Step
    theirs: Any
    right: Any
    fresh: bool


@dataclass(frozen=True, eq=False)
class _Numbers:
    """All numbers of a call in a row: the function's own and the right ones.

    of: to which output each belongs, by its number in `names`. allowed, kinds: of the right ones. all_right: whether
    the function's own are right.
    """

    names: list[str]
    of: np.ndarray
    own: np.ndarray
    right: np.ndarray
    allowed: np.ndarray
    kinds: np.ndarray
    all_right: bool


@dataclass(frozen=True)
class _Right:
    """The right answer of a call, and what else belongs to the call: it has no part in telling calls apart."""

    answer: Any = field(compare=False)
    outputs: tuple[str, ...] = field(compare=False)
    limit: Limit = field(compare=False)


Parts = dict[Path, np.ndarray | None]


@lru_cache(maxsize=512)
def _prepared(step: Step, right: _Right) -> tuple[Parts, Parts, _Numbers | None]:
    """Return the parts of a call's right answer and of the function's, and all their numbers if the shapes agree."""
    due = parts_of(right.answer, right.answer, right.outputs)
    given = parts_of(step.outcome.returned, right.answer, right.outputs)
    pairs = [(path, given[path], target) for path, target in due.items()]
    own = [in_shape_of(got, target) for _, got, target in pairs if got is not None and target is not None]
    in_shape = [array for array in own if array is not None]
    if len(in_shape) < len(pairs):
        return due, given, None
    names = list(dict.fromkeys(str(path[0]) for path, _, _ in pairs))
    of = np.repeat([names.index(str(path[0])) for path, _, _ in pairs], [array.size for array in in_shape])
    mine = np.concatenate([numbers(array).ravel() for array in in_shape])
    wanted = np.concatenate([numbers(target).ravel() for _, _, target in pairs if target is not None])
    all_right = bool((right.limit.close(mine, wanted) | ~np.isfinite(wanted)).all())
    return due, given, _Numbers(names, of, mine, wanted, right.limit.allowed(wanted), kind_of(wanted), all_right)


def _compare_answers(exercise: Exercise, call: _Call, trial: Trial) -> bool:
    """Compare the answers of one call. Returns whether the function's numbers are right."""
    right, given, row = _prepared(call.own, _Right(call.right, exercise.outputs, call.limit))
    wanted = parts_of(call.theirs, call.right, exercise.outputs)
    if any(wanted[path] is None for path in right):
        return _compare_other_form(exercise, call, trial, row is not None and row.all_right)
    all_right, in_a_row = True, row is not None
    for path, target in right.items():
        other, got, output = wanted[path], given[path], str(path[0])
        if got is None or other is None or target is None:
            call.found.alike = all_right = False
            call.found.differs.add(output)
            continue
        call.found.alike &= got.shape == other.shape
        in_a_row &= other.shape == target.shape
        _compare_dtypes(call.found, got, other, target)
    if row is not None and in_a_row:
        _compare_in_a_row(
            call, row, np.concatenate([numbers(part).ravel() for part in wanted.values() if part is not None])
        )
        return row.all_right
    for path, target in right.items():
        other, got = wanted[path], given[path]
        if got is not None and other is not None and target is not None:
            all_right &= _compare_parts(call, str(path[0]), got, other, target)
    return all_right


def _compare_in_a_row(call: _Call, row: _Numbers, wrong: np.ndarray) -> None:
    """Compare all numbers of a call with the mistake's."""
    found, limit = call.found, call.limit
    allowed, kinds = limit.allowed(wrong), kind_of(wrong)
    finite = (kinds == 0) & (row.kinds == 0)
    apart = finite & (np.abs(wrong - row.right) > VISIBLE * np.maximum(allowed, row.allowed))
    telling = apart & (np.abs(wrong) > limit.atol)
    weak = (apart & ~telling) | (kinds != row.kinds)
    agree = np.abs(row.own - wrong) <= allowed
    if not agree.all():
        own_kinds = kind_of(row.own)
        as_right = (row.kinds == 0) | ((own_kinds == row.kinds) == (kinds == row.kinds))
        agree |= (own_kinds != 0) & (kinds != 0) & as_right
    differs = {row.names[number] for number in set(row.of[~agree].tolist())}
    if call.fresh:
        found.shows_in |= {row.names[number] for number in set(row.of[telling | weak].tolist())}
    found.differs |= differs
    found.alike &= not differs
    if call.fresh:
        for number in set(row.of[telling].tolist()):
            if row.names[number] not in differs:
                here = telling & (row.of == number)
                found.telling.setdefault(row.names[number], []).append(row.own[here])
        found.weak |= bool((weak & agree).any())


def _compare_dtypes(found: CaseLikeness, got: np.ndarray, other: np.ndarray, target: np.ndarray) -> None:
    found.has_all &= other.dtype == target.dtype or got.dtype == other.dtype
    found.alike &= got.dtype == other.dtype
    if got.dtype != other.dtype:
        found.dtypes = None
    elif found.dtypes is not None and other.dtype != target.dtype:
        found.dtypes.add(other.dtype.name)


def _compare_parts(call: _Call, output: str, got: np.ndarray, other: np.ndarray, target: np.ndarray) -> bool:
    """Compare one array with the mistake's and the right one. Returns whether the function's numbers are right."""
    found, limit = call.found, call.limit
    mine, wrong, right = numbers(got), numbers(other), numbers(target)
    in_shape = in_shape_of(mine, right)
    is_right = in_shape is not None and bool((limit.close(in_shape, right) | ~np.isfinite(right)).all())
    if wrong.shape == right.shape:
        mine = mine if in_shape is None else in_shape
        shown, weak = _where_it_shows(limit, wrong, right)
        shows_weakly = bool(weak.any())
    else:
        shown, shows_weakly = np.isfinite(wrong) & (wrong != 0), False
    if call.fresh and (shown.any() or shows_weakly):
        found.shows_in.add(output)
    if not _agree(limit, mine, wrong, right):
        found.differs.add(output)
        found.alike = False
    elif call.fresh and shown.any():
        found.telling.setdefault(output, []).append(mine[shown])
    elif call.fresh:
        found.weak |= shows_weakly
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


def _compare_other_form(exercise: Exercise, call: _Call, trial: Trial, own_is_right: bool) -> bool:
    """Compare answers where the mistake's does not even have the form of the right one."""
    theirs, found = as_expected(call.theirs), call.found

    def gives_theirs(answer: Any) -> bool:
        return compare(answer, theirs, computation=trial.computation, outputs=exercise.outputs).difference is None

    if gives_theirs(call.right):  # right numbers, in an array for a list, say
        found.alike &= type(call.own.outcome.returned) is type(call.theirs)
        found.has_all, found.other_form = False, True
    elif gives_theirs(call.own.outcome.returned):
        found.shows_in.update(exercise.outputs)
        found.telling[exercise.outputs[0]] = [np.arange(1.0, FEWEST_NUMBERS + 1)]
    else:
        found.alike = False
        found.shows_in.update(exercise.outputs)
        found.differs.update(exercise.outputs)
    return own_is_right


def as_expected(value: Any) -> Any:
    """Convert a mistake's answer to the form that `compare` takes for the expected side."""
    if isinstance(value, dict):
        return {key: as_expected(item) for key, item in value.items()}
    array, _ = as_array(value)
    if isinstance(value, tuple) or (array is None and isinstance(value, list)):
        return tuple(map(as_expected, value))
    return np.asarray(value) if array is None else array


# ---------------------------------------------------------------- two mistakes at once


@lru_cache(maxsize=512)
def pairs_of(exercise: Exercise, mistakes: tuple[Known, ...]) -> tuple[tuple[Mistake, Mistake, Mistake], ...]:
    """Return all pairs of mistakes that are edits of the textbook form: the two, and what they are together."""
    single = [one for one in mistakes if isinstance(one, Mistake) and one.loses]
    found = ((one, other, both(exercise.textbook, one, other)) for one, other in combinations(single, 2))
    return tuple((one, other, together) for one, other, together in found if together is not None)

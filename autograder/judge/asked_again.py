"""Ask for the right answer again, with another argument: is it what a function gives?

The question is put to the exercise's own formula, which PyTorch has confirmed, or to PyTorch itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import combinations, permutations
from typing import Any

import numpy as np

from autograder.exercises.cases import Case
from autograder.exercises.mistakes import Mistake
from autograder.exercises.model import Exercise
from autograder.exercises.recorded import RecordedExercise, has_reference
from autograder.judge.answers import Evidence, Limit, Observation, Path, in_shape_of, kind_of, numbers, parts_of
from autograder.judge.clock import computing_seconds
from autograder.judge.expectations import reference
from autograder.judge.hypotheses import SLACK
from autograder.judge.known import call_quickly
from autograder.plaindata.named_functions import is_function
from autograder.plaindata.values import same

MOST_SECONDS = 0.3
"""How long PyTorch may compute where the exercise's own formula is not here, which answers within a few hundredths."""
MOST_FIXED = 12
"""The most values that an argument is fixed to."""

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """Another call in place of each. name: in a few words. text: follows "the right one for". rank: the smaller, the
    more its answer says."""

    name: str
    text: str
    change: Callable[[Arguments], Arguments | None]
    rank: int = 2


@dataclass(frozen=True)
class Reply:
    """A question whose answer is what a function gives, in these outputs. shows_in: where it is not the right one."""

    question: Question
    outputs: frozenset[str]
    shows_in: frozenset[str]


@dataclass(eq=False)
class _Call:
    """One call of a case, with what was seen of each of its outputs. given: the arguments that were not left out."""

    arguments: Arguments
    given: Arguments
    seen: list[Observation]

    @cached_property
    def wrong(self) -> bool:
        """Whether an output is wrong."""
        return not all(one.right for one in self.seen)


Ask = Callable[[Arguments], Any]


class Asking:
    """Puts questions about an exercise, and remembers the answers.

    seen: all that was seen of a function. later: calls after the first wrong one of a case, each with its arguments,
    what the function gave and the limit; what it gives there has to be the answer, too.
    """

    def __init__(self, exercise: Exercise, seen: list[Observation], later: list[tuple[Arguments, Any, Limit]]) -> None:
        self._exercise = exercise
        self._calls = _calls(seen)
        self._later = later
        self._ask = _right_answers(exercise, self._calls)
        self._questions = list(_questions(exercise, self._calls)) if self._ask else []
        self._known: dict[tuple[int, int], dict[Path, np.ndarray] | None] = {}

    def replies(self, cases: set[int]) -> Iterator[Reply]:
        """Yield the questions whose answers the function gives in all of some cases in which it can be told."""
        calls = [one for one in self._calls if one.seen[0].case in cases]
        wrong = [one for one in calls if one.wrong]
        if not wrong or any(part.got is None for one in wrong for part in one.seen):
            return
        end = computing_seconds() + MOST_SECONDS
        ordered = [*wrong, *(one for one in calls if not one.wrong)]
        for number, question in enumerate(self._questions):
            if computing_seconds() > end:
                break
            if self._may_be(number, question, wrong):
                reply = self._reply(number, question, ordered)
                if reply.outputs and self._holds_later(question, reply):
                    yield reply

    def _answer(self, number: int, question: Question, one: _Call) -> dict[Path, np.ndarray] | None:
        """Return the answer to a question; None where it is the right one."""
        key = number, id(one)
        if key not in self._known:
            changed = question.change(one.arguments)
            same_call = changed is None or not _differs(one.arguments, changed)
            self._known[key] = None if same_call else _parts(self._exercise, self._ask(changed), one)  # type: ignore
        return self._known[key]

    def _may_be(self, number: int, question: Question, wrong: list[_Call]) -> bool:
        """Whether a question gives a wrong output of the first call that it changes."""
        for one in wrong:
            given = self._answer(number, question, one)
            if given is not None:
                return any(not part.right and _is(part, given.get(part.path)) for part in one.seen)
        return False

    def _reply(self, number: int, question: Question, calls: list[_Call]) -> Reply:
        """Ask a question in every case. An output belongs to the reply where it gives every number of it."""
        wrong = {part.output for one in calls for part in one.seen if not part.right}
        evidence = {output: Evidence.none() for output in wrong}
        refuted: set[str] = set()
        shows_in: set[str] = set()
        for one in calls:
            if refuted >= wrong:
                break
            given = self._answer(number, question, one)
            for part in one.seen:
                wanted = part.expected if given is None else given.get(part.path)
                if wanted is None or not _is(part, wanted):
                    refuted.add(part.output)
                if wanted is not None and given is not None:
                    shows = part.limit.apart(wanted, part.expected)
                    shows_in |= {part.output} if shows.any() else set()
                    got = None if part.got is None else in_shape_of(part.got, wanted)
                    if got is not None and part.output in evidence:
                        evidence[part.output].add(part.case, got[shows & (wanted != 0)])
        enough = {output for output, found in evidence.items() if found.suffices}
        return Reply(question, frozenset(enough - refuted), frozenset(shows_in))

    def _holds_later(self, question: Question, reply: Reply) -> bool:
        for arguments, returned, limit in self._later:
            changed = question.change(arguments)
            answer = self._ask(arguments if changed is None else changed)  # type: ignore[misc]
            if answer is None:
                continue
            given = parts_of(returned, answer, self._exercise.outputs)
            for path, wanted in parts_of(answer, answer, self._exercise.outputs).items():
                got = given[path]
                if str(path[0]) in reply.outputs and wanted is not None:
                    in_shape = None if got is None else in_shape_of(numbers(got), wanted)
                    if in_shape is None or not limit.close(in_shape, numbers(wanted), SLACK).all():
                        return False
        return True


def _calls(seen: list[Observation]) -> list[_Call]:
    found: dict[int, _Call] = {}
    for one in seen:
        found.setdefault(id(one.given), _Call(one.arguments, one.given, [])).seen.append(one)
    return list(found.values())


def _right_answers(exercise: Exercise, calls: list[_Call]) -> Ask | None:
    """Return what answers questions about an exercise; None where it stays with what was recorded."""
    formula = _formula(exercise)
    if formula is not None and calls and _answers_rightly(exercise, formula, calls[0]):
        return formula
    return partial(_by_pytorch, exercise) if has_reference(exercise) else None


@lru_cache(maxsize=512)
def _formula(exercise: Exercise) -> Ask | None:
    if isinstance(exercise, RecordedExercise):
        return None
    function = Mistake("", "", (), exercise.textbook).function

    def ask(arguments: Arguments) -> Any:
        outcome = call_quickly(function, list(arguments.values()))
        return None if outcome.problem else outcome.returned

    return ask


def _answers_rightly(exercise: Exercise, ask: Ask, one: _Call) -> bool:
    given = _parts(exercise, ask(one.arguments), one)
    return all(part.path in given and part.limit.close(given[part.path], part.expected).all() for part in one.seen)


def _by_pytorch(exercise: Exercise, arguments: Arguments) -> Any:
    try:
        return reference(exercise, Case("", arguments), "cpu")[0]
    except Exception:
        return None


def _parts(exercise: Exercise, answer: Any, one: _Call) -> dict[Path, np.ndarray]:
    """Return the arrays of an answer that have the shape of the right ones."""
    if answer is None:
        return {}
    shapes = {part.path: part.expected.shape for part in one.seen}
    try:
        like = parts_of(answer, answer, exercise.outputs)
    except (KeyError, TypeError, IndexError):
        return {}
    return {
        path: numbers(array) for path, array in like.items() if array is not None and shapes.get(path) == array.shape
    }


def _differs(arguments: Arguments, changed: Arguments) -> bool:
    return not same(list(arguments.values()), list(changed.values()))


def _is(part: Observation, wanted: np.ndarray | None) -> bool:
    if wanted is None or part.got is None:
        return False
    got = in_shape_of(part.got, wanted)
    if got is None or not part.limit.close(got, wanted, SLACK).all():
        return False
    finite = np.isfinite(part.expected)
    return bool((finite | (kind_of(got) == kind_of(wanted))).all())


# ---------------------------------------------------------------- questions


def _questions(exercise: Exercise, calls: list[_Call]) -> Iterator[Question]:
    arguments = [one.arguments for one in calls]
    names = [name for name in exercise.parameters if any(name in call for call in arguments)]
    kinds = {name: _kind(next(call[name] for call in arguments if name in call)) for name in names}
    settings = [name for name in names if kinds[name] == "number"]
    arrays = [name for name in names if kinds[name] in ("array", "list")]
    are_counts = all((np.mod(part.expected, 1) == 0).all() for one in calls for part in one.seen)
    for name in settings:
        if not are_counts:  # of a few whole numbers many an argument gives the same ones
            yield from _fixed(name, arguments)
        if all(isinstance(call.get(name, 0), int) for call in arguments):
            yield _one_for(name, f"{name} + 1", lambda v: v + 1)
            yield _one_for(name, f"{name} - 1", lambda v: v - 1)
    for name in (name for name in names if kinds[name] == "flag"):
        yield _always(name, True)
        yield _always(name, False)
        yield _one_for(name, f"not {name}", lambda v: not v)
    for name in (name for name in names if kinds[name] == "mask"):
        yield _one_for(name, f"~{name}", np.logical_not)
    for one, other in [*combinations(settings, 2), *combinations(arrays, 2)]:
        yield Question(f"{one} and {other} exchanged", f"`{one}` and `{other}` exchanged", _exchange(one, other))
    for one, other in [*permutations(settings, 2), *permutations(arrays, 2)]:
        yield Question(f"{other} in place of {one}", f"`{other}` in place of `{one}`", _replace(one, other))
    for name in settings:
        for text, change in CHANGES_OF_A_NUMBER:
            yield _one_for(name, text.format(name), change, 4)
    for name in arrays:
        for text, change in CHANGES_OF_ARRAYS:
            yield _one_for(name, text.format(name), _each(change))
        yield Question(f"{name} in the opposite order", f"`{name}` in the opposite order", _changed(name, _reversed))
        yield Question(f"{name} transposed", f"`{name}` transposed", _changed(name, _transposed))
    for one, other in permutations(settings, 2):
        yield _of_two(one, other, f"{one} * {other}", operator.mul)
        yield _of_two(one, other, f"{one} / {other}", operator.truediv)
    for name in exercise.parameters:
        yield from _left_out(name, arguments, [one.given for one in calls])
    for name in (name for name in names if kinds[name] == "text"):
        yield from _texts(name, arguments)
    for name in (name for name in names if kinds[name] == "array"):
        yield Question(
            f"{name} cut off at 0", f"`{name}` cut off at 0 from below", _changed(name, partial(np.maximum, 0))
        )


CHANGES_OF_A_NUMBER: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("-{}", lambda v: -v),
    ("1 - {}", lambda v: 1 - v),
    ("{}**2", lambda v: v**2),
    ("the root of {}", lambda v: v**0.5),
    ("1 / {}", lambda v: 1 / v),
    ("2 * {}", lambda v: 2 * v),
    ("{} / 2", lambda v: v / 2),
    ("1 + {}", lambda v: 1 + v),
)
CHANGES_OF_ARRAYS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("0", lambda v: v * 0),
    ("-{}", lambda v: -v),
    ("{}**2", lambda v: v**2),
    ("abs({})", np.abs),
    ("the root of {}", lambda v: np.sqrt(v)),
    ("1 - {}", lambda v: 1 - v),
    ("2 * {}", lambda v: 2 * v),
    ("1", lambda v: v * 0 + 1),
    ("sign({})", np.sign),
)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, np.ndarray):
        return "array" if value.dtype.kind in "fiu" else "mask"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (list, tuple)) and not is_function(value):
        return "list"
    return "other"


def _changed(name: str, change: Callable[[Any], Any]) -> Callable[[Arguments], Arguments | None]:
    def changed(arguments: Arguments) -> Arguments | None:
        if name not in arguments:
            return None
        try:
            with np.errstate(all="ignore"):
                value = change(arguments[name])
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):
            return None
        return {**arguments, name: value} if not isinstance(value, complex) else None

    return changed


def _one_for(name: str, text: str, change: Callable[[Any], Any], rank: int = 2) -> Question:
    shown = text.replace("the root of ", "the root of `") + "`" if text.startswith("the root of") else f"`{text}`"
    return Question(f"{text} in place of {name}", f"{shown} in place of `{name}`", _changed(name, change), rank)


def _always(name: str, value: Any) -> Question:
    return Question(
        f"{name} always {value}", f"`{name} = {value}`, whatever `{name}` is", _changed(name, lambda _: value)
    )


def _exchange(one: str, other: str) -> Callable[[Arguments], Arguments | None]:
    def changed(arguments: Arguments) -> Arguments | None:
        if one not in arguments or other not in arguments:
            return None
        return {**arguments, one: arguments[other], other: arguments[one]}

    return changed


def _replace(one: str, other: str) -> Callable[[Arguments], Arguments | None]:
    def changed(arguments: Arguments) -> Arguments | None:
        return {**arguments, one: arguments[other]} if one in arguments and other in arguments else None

    return changed


def _of_two(one: str, other: str, text: str, change: Callable[[Any, Any], Any]) -> Question:
    def changed(arguments: Arguments) -> Arguments | None:
        if one not in arguments or other not in arguments:
            return None
        return _changed(one, lambda value: change(value, arguments[other]))(arguments)

    return Question(f"{text} in place of {one}", f"`{text}` in place of `{one}`", changed, 7)


def _each(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def changed(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return type(value)(map(changed, value))
        return (
            np.asarray(change(value)).astype(value.dtype)
            if isinstance(value, np.ndarray) and value.dtype.kind == "f"
            else change(value)
        )

    return changed


_reversed = operator.itemgetter(slice(None, None, -1))


def _transposed(value: Any) -> Any:
    if not isinstance(value, np.ndarray) or value.ndim != 2 or value.shape[0] != value.shape[1]:
        raise ValueError
    return value.T


def _constantly(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


CONSTANTS = (0, 1, 0.5, 0.9, 0.999, 0.1, 0.01, 1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 2, -1)


def _fixed(name: str, arguments: list[Arguments]) -> Iterator[Question]:
    """Yield that an argument has no effect. It has to take several values in the cases for this to show.

    The value in its place is one that people write: with two digits at most.
    """
    values = list(dict.fromkeys(call[name] for call in arguments if name in call))
    if len(values) > 1:
        whole = all(isinstance(value, int) for value in values)
        constants = [value for value in CONSTANTS if isinstance(value, int) or not whole]
        written = [value for value in values[:MOST_FIXED] if float(f"{value:.2g}") == value]
        for value in list(dict.fromkeys([*written, *constants])):
            text = f"`{name} = {value:g}`, whatever `{name}` is"
            yield Question(f"{name} always {value:g}", text, _changed(name, _constantly(value)))


def _left_out(name: str, arguments: list[Arguments], given: list[Arguments]) -> Iterator[Question]:
    """Yield other values of an argument where it is left out."""
    left_out = {id(call) for call, of_call in zip(arguments, given, strict=True) if name not in of_call}
    values = [call[name] for call in arguments if name in call]
    if not left_out or not values or not isinstance(values[0], (int, float)):
        return

    def with_value(value: Any) -> Callable[[Arguments], Arguments | None]:
        return lambda call: {**call, name: value} if id(call) in left_out else call

    is_flag = isinstance(values[0], bool)
    for value in (True, False) if is_flag else list(dict.fromkeys([*values[:MOST_FIXED], *CONSTANTS])):
        shown = f"{value}" if is_flag else f"{value:g}"
        yield Question(f"default {name} = {shown}", f"`{name} = {shown}` where `{name}` is left out", with_value(value))


def _texts(name: str, arguments: list[Arguments]) -> Iterator[Question]:
    """Yield one text taken for another."""
    for one, other in permutations(sorted({call[name] for call in arguments if isinstance(call.get(name), str)}), 2):

        def changed(call: Arguments, one: str = one, other: str = other) -> Arguments | None:
            return {**call, name: other} if call.get(name) == one else call

        yield Question(f"{one} is {other}", f"`{name} = {other!r}` where it is {one!r}", changed)

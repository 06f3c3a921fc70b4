"""The wrong functions on which the diagnoses are tried: known mistakes, two at once, and random mutations."""

from __future__ import annotations

import ast
import difflib
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.diagnosis_trial.mutations import mutated
from autograder.exercises import catalogue
from autograder.exercises.model import Exercise, Mistake

Kind = Literal["known", "left out", "pair", "mutation"]
KINDS: dict[Kind, str] = {
    "known": "known mistakes",
    "left out": "known mistakes, each left out of the catalogue",
    "pair": "two known mistakes at once",
    "mutation": "random mutations of the solutions",
}
"""Kind -> its name in the table."""
SEED = 12
PAIRS_OF_AN_EXERCISE = 6


@dataclass(frozen=True)
class Subject:
    """A wrong function. mistakes: the known mistakes that it makes, by name."""

    kind: Kind
    exercise: str
    source: str
    mistakes: tuple[str, ...] = ()


def subjects(kinds: Sequence[Kind], mutations: int, exercises: Sequence[str] = ()) -> list[Subject]:
    """The functions of these kinds, exercise by exercise. mutations: how many in all; exercises: all if none is named.

    The same ones each time: what is random comes from a fixed seed.
    """
    names = [name for name in catalogue() if not exercises or name in exercises]
    of_each = [mutations // len(names) + (number < mutations % len(names)) for number in range(len(names))]
    return [
        subject
        for name, count in zip(names, of_each, strict=True)
        for subject in _of_exercise(catalogue()[name], count)
        if subject.kind in kinds
    ]


def _of_exercise(exercise: Exercise, mutations: int) -> Iterator[Subject]:
    known = [mistake for mistake in exercise.mistakes if mistake.loses and mistake.source]
    for mistake in known:
        yield Subject("known", exercise.name, mistake.source, (mistake.name,))
        yield Subject("left out", exercise.name, mistake.source, (mistake.name,))
    yield from itertools.islice(_pairs(exercise, known), PAIRS_OF_AN_EXERCISE)
    yield from _mutations(exercise, mutations)


def _pairs(exercise: Exercise, known: list[Mistake]) -> Iterator[Subject]:
    """Two mistakes in one function, where they change different lines of the textbook form."""
    pairs = list(itertools.combinations([mistake for mistake in known if not _own_names(mistake)], 2))
    random.Random(f"{SEED} {exercise.name}").shuffle(pairs)
    for one, other in pairs:
        both = _merged(exercise.textbook, one.source, other.source)
        if both and both not in (one.source, other.source):
            yield Subject("pair", exercise.name, both, (one.name, other.name))


def _own_names(mistake: Mistake) -> bool:
    return bool(mistake.namespace)


def _merged(textbook: str, one: str, other: str) -> str:
    """A text with the changes of two others; "" where both change the same line, or what comes out is no function."""
    lines = textbook.splitlines(keepends=True)
    changes: dict[int, tuple[int, list[str]]] = {}
    for changed in (one.splitlines(keepends=True), other.splitlines(keepends=True)):
        for tag, start, end, first, last in difflib.SequenceMatcher(None, lines, changed, False).get_opcodes():
            if tag != "equal":
                if any(start <= known_end and known <= end for known, (known_end, _) in changes.items()):
                    return ""
                changes[start] = end, changed[first:last]
    for start in sorted(changes, reverse=True):
        end, new = changes[start]
        lines[start:end] = new
    both = "".join(lines)
    try:
        ast.parse(both)
    except SyntaxError:
        return ""
    return both


def _mutations(exercise: Exercise, count: int) -> Iterator[Subject]:
    chance, seen = random.Random(f"{SEED} mutations {exercise.name}"), {exercise.textbook}
    for _ in range(20 * count):
        if len(seen) > count:
            return
        source = mutated(exercise.textbook, chance)
        if source not in seen:
            seen.add(source)
            yield Subject("mutation", exercise.name, source)

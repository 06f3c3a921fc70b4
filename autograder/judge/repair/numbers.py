"""Solves for a number: which one has to stand in the place of a constant, so that an answer is right."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.judge.repair.edit import Edit
from autograder.judge.repair.programs import Program
from autograder.judge.repair.targets import Target

NUMBER = "_another_number"
"""The name that stands in the place of the constant while it is solved for."""
MOST_ITERATIONS = 12
DIGITS = (1, 2, 3, 4, 6, 8, 10, 12, 15, 17)
"""To how many digits a solution is rounded: what has fewer is what a person would write."""
NEAR = 1e-13
_NOT_CHANGED = (ast.keyword, ast.Subscript, ast.Slice, ast.JoinedStr, ast.FormattedValue, ast.pattern)


@dataclass(frozen=True)
class NumberPlace:
    """A constant of a function. value: the number that stands there."""

    holder: ast.AST
    attribute: str
    index: int | None
    node: ast.Constant
    value: float

    def edit(self, after: ast.expr) -> Edit:
        """Another expression in the place of the constant."""
        return Edit("another number", self.node.lineno, self.holder, self.attribute, self.index, self.node, after)

    def solved(
        self,
        program: Callable[[Sequence[Edit]], Program],
        target: Target,
        attempt: Callable[[Callable[[], float]], float],
        seconds: float,
    ) -> Iterator[Edit]:
        """Yield the constant that makes a case right, rounded to few digits first; nothing where there is none.

        program: makes one with an edit. attempt: makes a trial that may raise or not end.
        """
        try:
            changed = program([self.edit(ast.Name(NUMBER, ast.Load()))])
        except ValueError:
            return

        def distances(number: float) -> list[float]:
            changed.names[NUMBER] = number
            found: list[float] = []

            def trial() -> float:
                found.extend(target.errors(changed.function(0, seconds)))
                return 0.0

            attempt(trial)
            return found

        number = _root(distances, float(self.value))
        if number is None:
            return
        for digits in DIGITS:
            rounded = float(f"{number:.{digits}g}")
            if rounded != self.value and abs(rounded - number) <= 1e-4 * abs(number):
                shorter = int(rounded) if rounded.is_integer() and abs(rounded) < 1e6 else rounded
                yield self.edit(ast.Constant(shorter))


def number_places(function: ast.FunctionDef) -> Iterator[NumberPlace]:
    """The constants of a function's body that could have any value."""
    defaults = {id(node) for node in ast.walk(function.args)}
    for holder in ast.walk(function):
        if isinstance(holder, _NOT_CHANGED) or id(holder) in defaults:
            continue
        for attribute, value in ast.iter_fields(holder):
            for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                number = node.value if isinstance(node, ast.Constant) else None
                if isinstance(number, (int, float)) and not isinstance(number, bool):
                    yield NumberPlace(holder, attribute, index, node, number)


def _root(distances: Callable[[float], list[float]], start: float) -> float | None:
    """Find by the secant method where the distance that depends most on a number is 0."""
    other = start * 1.01 if start else 0.01
    before, after = distances(start), distances(other)
    if not before or len(before) != len(after):
        return None
    slopes = [abs(b - a) if math.isfinite(a) and math.isfinite(b) else 0.0 for a, b in zip(before, after, strict=True)]
    entry = max(range(len(slopes)), key=slopes.__getitem__)
    one, two = (start, before[entry]), (other, after[entry])
    for _ in range(MOST_ITERATIONS):
        slope = (two[1] - one[1]) / (two[0] - one[0]) if two[0] != one[0] else 0.0
        if not slope or not math.isfinite(slope):
            break
        guess = two[0] - two[1] / slope
        found: Any = distances(guess)
        if len(found) != len(before) or not math.isfinite(found[entry]):
            return None
        one, two = two, (guess, found[entry])
        if abs(one[0] - two[0]) <= NEAR * abs(two[0]):
            break
    return two[0] if abs(two[0] - one[0]) <= 1e-6 * abs(two[0]) and two[0] != start else None

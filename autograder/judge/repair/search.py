"""Find the smallest change of a function's own code after which every case passes.

What is found is a fact that was tried, not a guess. A change is tried on the smallest failing case first, then on all.
Nothing of a trial reaches the names of the function's module, and a loop that does not end is cut.
"""

from __future__ import annotations

import ast
import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from autograder.exercises.model import Exercise
from autograder.judge.counterexamples import compare_steps
from autograder.judge.expectations import Expectation
from autograder.judge.repair.edit import Edit
from autograder.judge.repair.edits import edits_of, twins
from autograder.judge.rollout import Step, rollout
from autograder.judge.verdict import CodeChange, Repair
from autograder.plaindata.call import call

MOST_SECONDS = 1.0
"""How long one search takes in practice."""
MOST_TURNS = 5_000
"""How often the loops of a changed function may turn in a case; the catalogue's longest turns some hundred times."""
LONGEST_TRIAL_SECONDS = 0.2
"""How long the loops of a changed function may turn in a case, or ten times as long as the student's own did."""
MOST_PROGRESS = 12
"""The most changes that a second one is tried on top of."""
T = TypeVar("T")

COUNT_A_TURN = "_count_a_turn"


class _TooManyTurns(BaseException):
    """A loop of a changed function does not end; no `except Exception` of the student's holds it up."""


def find_repair(
    exercise: Exercise,
    source: str,
    namespace: dict[str, Any],
    expectations: Sequence[Expectation],
    *,
    seconds: float = MOST_SECONDS,
    first_line: int = 1,
    hint: int = 1,
) -> Repair | None:
    """Find one small change, or a few, after which a function passes every case; None where none is found in time.

    source: the function's definition. namespace: the names that it uses; they are left as they are.
    first_line: the definition's first line in its cell. hint: how much of it is to be told.

    Functions that are not searched: those with decorators, `global` or `nonlocal`, or a bare `except`.
    """
    function = _definition(source)
    if function is None:
        return None
    with np.errstate(all="ignore"):
        search = _Search(exercise, function, namespace, list(expectations), time.monotonic() + seconds)
        edits = search.run()
        if edits is None:
            return None
        changes = [_change(edit, first_line) for edit in edits]
        with _applied(edits):
            return Repair(changes, len(expectations), ast.unparse(function), hint)


def _definition(source: str) -> ast.FunctionDef | None:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef) or body[0].decorator_list:
        return None
    bare = (node for node in ast.walk(body[0]) if isinstance(node, ast.ExceptHandler) and node.type is None)
    outside = (node for node in ast.walk(body[0]) if isinstance(node, (ast.Global, ast.Nonlocal)))
    return None if any(bare) or any(outside) else _without_docstring(body[0])


def _without_docstring(function: ast.FunctionDef) -> ast.FunctionDef:
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        function.body = function.body[1:]
    return function


def _change(edit: Edit, first_line: int) -> CodeChange:
    before, after = edit.texts
    return CodeChange(edit.line + first_line - 1, edit.kind, before, after)


@contextlib.contextmanager
def _applied(edits: list[Edit]) -> Iterator[None]:
    """Make several changes for the length of a block."""
    with contextlib.ExitStack() as stack:
        for edit in edits:
            stack.enter_context(edit.applied())
        yield


@dataclass
class _Search:
    """One search. deadline: of `time.monotonic()`."""

    exercise: Exercise
    function: ast.FunctionDef
    namespace: dict[str, Any]
    expectations: list[Expectation]
    deadline: float
    loops: list[ast.For | ast.While] = field(init=False)

    def __post_init__(self) -> None:
        self.loops = [node for node in ast.walk(self.function) if isinstance(node, (ast.For, ast.While))]
        self._module = ast.Module([self.function], [])
        self._trial_seconds = LONGEST_TRIAL_SECONDS

    def run(self) -> list[Edit] | None:
        """Return the edits after which all cases pass."""
        failing = self._failing_cases()
        if not failing:
            return None
        edits = edits_of(self.function, _name_of_numpy(self.namespace))
        before, progress = self._right_share(failing[0]), []
        for edit in self._in_time(edits):
            with edit.applied():
                right = self._right_share(failing[0])
                if right == 1 and self._passes_all(failing):
                    return [edit]
            if right > before:
                progress.append((right, edit))
        progress.sort(key=lambda found: -found[0])
        firsts = [edit for _, edit in progress[:MOST_PROGRESS]]
        return self._with_twins(failing, edits) or self._with_a_second(failing, edits, firsts)

    def _failing_cases(self) -> list[Expectation]:
        """Try every case on the function as it is, and note how long the slowest takes."""
        failing = []
        for expectation in self.expectations:
            started = time.monotonic()
            if not self._passes(expectation):
                failing.append(expectation)
            self._trial_seconds = max(self._trial_seconds, 10 * (time.monotonic() - started))
        return failing

    def _with_twins(self, failing: list[Expectation], edits: list[Edit]) -> list[Edit] | None:
        """Look for one change that has to be made in two or three places."""
        for group in self._in_time(twins(edits)):
            if len({edit.line for edit in group}) == len(group) and self._pass_with(group, failing):
                return group
        return None

    def _with_a_second(self, failing: list[Expectation], edits: list[Edit], firsts: list[Edit]) -> list[Edit] | None:
        """Look for a second change on top of one that came nearer."""
        for first in firsts:
            for second in self._in_time(edits):
                if not _overlap(first, second) and self._pass_with([first, second], failing):
                    return sorted([first, second], key=lambda edit: edit.line)
        return None

    def _pass_with(self, edits: list[Edit], failing: list[Expectation]) -> bool:
        with _applied(edits):
            return self._passes_all(failing)

    def _in_time(self, items: list[T]) -> Iterator[T]:
        for item in items:
            if time.monotonic() > self.deadline:
                return
            yield item

    def _passes_all(self, failing: list[Expectation]) -> bool:
        others = [one for one in self.expectations if one not in failing]
        return all(map(self._passes, failing)) and all(map(self._passes, others))

    def _passes(self, expectation: Expectation) -> bool:
        """Whether the function, as its tree is now, passes a case and leaves its arguments alone."""
        return self._agree(expectation, self._steps(expectation))

    def _agree(self, expectation: Expectation, steps: list[Step]) -> bool:
        return (
            bool(steps)
            and not any(step.changed_arguments for step in steps)
            and all(compare_steps(self.exercise, oracle, steps).difference is None for oracle in expectation.oracles)
        )

    def _right_share(self, expectation: Expectation) -> float:
        """The share of a case's outputs that are about right; 1 where the case passes."""
        steps, oracle, outputs = self._steps(expectation), expectation.oracles[0], self.exercise.outputs
        if len(steps) != len(oracle.expected):
            return 0.0
        answers = [
            (_outputs(step.outcome.returned, outputs), _outputs(expected, outputs))
            for step, expected in zip(steps, oracle.expected, strict=True)
        ]
        if not all(len(got) == len(expected) for got, expected in answers):
            return 0.0
        count = len(answers[0][1])
        right = sum(all(_near(got[number], expected[number]) for got, expected in answers) for number in range(count))
        if right == count and self._agree(expectation, steps):
            return 1.0
        return right / (count + 1)

    def _steps(self, expectation: Expectation) -> list[Step]:
        function = self._compiled()
        return rollout(self.exercise, expectation.case, partial(call, function)) if function else []

    def _compiled(self) -> Callable[..., Any] | None:
        """The function as its tree is now, in a copy of its names; None where the tree is no program."""
        with self._counted_loops():
            try:
                code = compile(self._module, "<a change of your function>", "exec")
            except (SyntaxError, ValueError, TypeError, RecursionError):
                return None
        namespace = {**self.namespace, COUNT_A_TURN: _counter(self._trial_seconds)}
        try:
            exec(code, namespace)
        except Exception:
            return None
        return namespace[self.function.name]

    @contextlib.contextmanager
    def _counted_loops(self) -> Iterator[None]:
        """Have every loop count its turns, for the length of a block."""
        count = ast.Expr(ast.Call(ast.Name(COUNT_A_TURN, ast.Load()), [], []))
        ast.fix_missing_locations(ast.copy_location(count, self.function))
        bodies = [loop.body for loop in self.loops]
        for body in bodies:
            body.insert(0, count)
        try:
            yield
        finally:
            for body in bodies:
                del body[0]


def _counter(seconds: float) -> Callable[[], None]:
    turns, end = iter(range(MOST_TURNS)), time.monotonic() + seconds

    def count() -> None:
        if next(turns, None) is None or time.monotonic() > end:
            raise _TooManyTurns("its loops do not end")

    return count


def _outputs(answer: Any, names: tuple[str, ...]) -> Sequence[Any]:
    """The parts of an answer: as many as it should have, or itself alone."""
    return answer if isinstance(answer, (tuple, list)) and len(names) > 1 else (answer,)


def _near(got: Any, expected: Any) -> bool:
    """Whether an output is about right: quick to see, before it is compared as the judge does. True for what is no
    array."""
    if not isinstance(expected, np.ndarray) or expected.dtype.kind != "f":
        return True
    if not isinstance(got, np.ndarray) or got.dtype.kind not in "fiu":
        return not isinstance(got, np.ndarray) and got is not None
    return got.shape == expected.shape and bool(np.allclose(got, expected, rtol=1e-3, atol=1e-6, equal_nan=True))


def _overlap(first: Edit, second: Edit) -> bool:
    """Whether two edits change the same place, so that the second would undo the first."""
    return first.holder is second.holder and first.attribute == second.attribute and first.index == second.index


def _name_of_numpy(namespace: dict[str, Any]) -> str:
    names = (name for name, value in namespace.items() if isinstance(value, ModuleType) and value is np)
    return next(names, "np")

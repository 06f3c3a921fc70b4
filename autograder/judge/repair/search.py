"""Find the smallest change of a function's own code after which every case passes.

What is found is a fact that was tried, not a guess. A change is tried on the first failing case, then on all. Nothing
of a trial reaches the names of the function's module, and what does not end is cut short.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from autograder.exercises.model import Exercise
from autograder.judge.counterexamples import compare_steps
from autograder.judge.expectations import Expectation
from autograder.judge.repair.bounds import CutShort
from autograder.judge.repair.edit import Edit, Scope
from autograder.judge.repair.edits import edits_of, twins
from autograder.judge.repair.expressions import SOMETHING_ELSE
from autograder.judge.repair.numbers import NumberPlace, number_places
from autograder.judge.repair.programs import Function, Program
from autograder.judge.repair.targets import Target
from autograder.judge.repair.trials import MOST_WAITING, Budget, Watch, in_silence
from autograder.judge.rollout import rollout
from autograder.judge.verdict import CodeChange, Repair
from autograder.plaindata.call import call

MOST_SECONDS = 1.0
"""How long one search computes in practice."""
LONGEST_TRIAL_SECONDS = 0.2
"""How long a changed function may take in a case, or ten times as long as the student's own did."""
FEW_FIRSTS, MOST_FIRSTS = 4, 12
"""The most changes that a second one is tried on top of: at first, and once all single ones have been tried."""
LONGEST_NAMED = 40
"""Characters of an expression that is named when nothing more has been asked for."""
MOST_NODES = 1_500
"""The largest function, in nodes of its syntax tree; the catalogue's largest has some 400."""
MOST_AT_ONCE = 64
"""The most changes of one place that are compiled at once."""


def find_repair(
    exercise: Exercise,
    source: str,
    namespace: dict[str, Any],
    expectations: Sequence[Expectation],
    *,
    seconds: float = MOST_SECONDS,
    most_waiting: float = MOST_WAITING,
    further: Callable[[], Sequence[Expectation]] = tuple,
    first_line: int = 1,
    hint: int = 1,
) -> Repair | None:
    """Find one small change, or a few, after which a function passes every case; None where none is found in time.

    source: the function's definition. namespace: the names that it uses; they are left as they are.
    seconds: of computing; the search may take `most_waiting` times as many on the clock.
    further: gives more cases, which what is found has to pass, too; asked for where something is found.
    first_line: the definition's first line in its cell. hint: how much of it is to be told.

    Functions that are not searched: those with decorators, `global` or `nonlocal`, or a bare `except`.
    """
    budget = Budget(seconds, most_waiting)
    function = _definition(source)
    if function is None or not expectations:
        return None
    with in_silence(), Watch() as watch:
        search = _Search(exercise, function, namespace, list(expectations), further, budget, watch)
        try:
            edits = search.run()
        except CutShort:
            return None
        if edits is None:
            return None
        changes = []
        with contextlib.ExitStack() as stack:
            for edit in edits:
                changes.append(_change(edit, first_line))
                stack.enter_context(edit.applied())
            changes.sort(key=lambda change: change.line)
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
    is_large = sum(1 for _ in ast.walk(body[0])) > MOST_NODES
    return None if any(bare) or any(outside) or is_large else _without_docstring(body[0])


def _without_docstring(function: ast.FunctionDef) -> ast.FunctionDef:
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        function.body = function.body[1:]
    return function


def _change(edit: Edit, first_line: int) -> CodeChange:
    before, after = edit.texts
    kind = edit.kind
    if kind == SOMETHING_ELSE and len(changed := ast.unparse(edit.before)) <= LONGEST_NAMED:
        kind = f"{kind} than `{changed}`"
    return CodeChange(edit.line + first_line - 1, kind, before, after)


@contextlib.contextmanager
def _applied(edits: Sequence[Edit]) -> Iterator[None]:
    """Make several changes for the length of a block."""
    with contextlib.ExitStack() as stack:
        for edit in edits:
            stack.enter_context(edit.applied())
        yield


@dataclass
class _Progress:
    """A change that comes nearer. passed: how many failing cases pass then; share: how much of the next is right."""

    passed: int
    share: float
    edit: Edit


@dataclass
class _Search:
    """One search."""

    exercise: Exercise
    function: ast.FunctionDef
    namespace: dict[str, Any]
    expectations: list[Expectation]
    further: Callable[[], Sequence[Expectation]]
    budget: Budget
    watch: Watch

    def __post_init__(self) -> None:
        self._trial_seconds = LONGEST_TRIAL_SECONDS
        self._failing: list[Target] = []
        self._progress: list[_Progress] = []
        self._tried: list[Edit] = []
        self._defaults = {id(node) for node in ast.walk(self.function.args)}
        self._own_nodes = {id(node) for node in ast.walk(self.function)}

    def run(self) -> list[Edit] | None:
        """Return the edits after which all cases pass."""
        if not self._find_failing_cases():
            return None
        before = self._share(self._program([]).function(0, self._trial_seconds), self._failing[0])
        *steps, with_parts = edits_of(self.function, self._scope())
        for edits in steps:
            if found := self._one_of(edits, before):
                return [found]
        for found in self._numbers():
            return [found]
        if several := self._with_twins() or self._with_a_second(firsts=FEW_FIRSTS, steps=1):
            return several
        if found := self._one_of(with_parts, before):
            return [found]
        return self._with_a_second(firsts=MOST_FIRSTS, steps=3)

    def _scope(self) -> Scope:
        arguments = self.expectations[0].case.arguments
        return Scope.of(self.function, _name_of_numpy(self.namespace), arguments, self.namespace)

    def _find_failing_cases(self) -> bool:
        """Try every case on the function as it is, and note how long the slowest takes. False where none fails, or
        there is no time for more."""
        try:
            program = self._program([])
        except ValueError:
            return False
        failing = []
        for expectation in self.expectations:
            started = time.monotonic()
            if self._try(partial(self._passes, program, 0, expectation)) != 1:
                failing.append(expectation)
            self._trial_seconds = max(self._trial_seconds, 10 * (time.monotonic() - started))
            if not self.budget.is_left():
                return False
        self._failing = [Target(self.exercise, expectation) for expectation in failing]
        order = [*failing, *(one for one in self.expectations if one not in failing)]
        self.expectations = order
        return bool(failing)

    def _program(self, edits: Sequence[Edit]) -> Program:
        return Program(self.function, edits, self.namespace)

    # ------------------------------------------------------------ one change

    def _one_of(self, edits: Iterable[Edit], before: float, *, on_top: bool = False) -> Edit | None:
        """Return the smallest change with which every case passes; note those that come nearer."""
        promising: list[tuple[int, int, Program, int, Edit]] = []
        for program, number, edit in self._programs(edits):
            first = self._share(program.function(number, self._trial_seconds), self._failing[0])
            if first > before or first == 1:
                passed, share = self._count(program, number, first)
                if passed == len(self._failing):
                    promising.append((edit.rank, len(promising), program, number, edit))
                elif not on_top:
                    self._progress.append(_Progress(passed, share, edit))
        for _, _, program, number, edit in sorted(promising, key=lambda one: one[:2]):
            if self._passes_all(program, number):
                return edit
            if not on_top:
                self._progress.append(_Progress(len(self._failing), 0.0, edit))
        return None

    def _programs(self, edits: Iterable[Edit]) -> Iterator[tuple[Program, int, Edit]]:
        """Compile changes, all of a place at once, and yield each with its number; until time is up."""
        for _, group in itertools.groupby(edits, key=lambda edit: edit.place):
            of_place = list(group)
            self._tried += of_place
            is_chosen_in_a_call = of_place[0].is_expression and id(of_place[0].holder) not in self._defaults
            step = MOST_AT_ONCE if is_chosen_in_a_call else 1
            for start in range(0, len(of_place), step):
                yield from self._compiled(of_place[start : start + step])

    def _compiled(self, edits: list[Edit]) -> Iterator[tuple[Program, int, Edit]]:
        if not self.budget.is_left():
            return
        try:
            program = self._program(edits)
        except (ValueError, RecursionError):
            for edit in edits if len(edits) > 1 else ():
                yield from self._compiled([edit])
            return
        for number, edit in enumerate(edits):
            if self.budget.is_left():
                yield program, number, edit

    def _share(self, function: Function, target: Target) -> float:
        return self._try(lambda: target.share(function))

    def _try(self, trial: Callable[[], float]) -> float:
        return self.watch.share(trial, self._trial_seconds)

    def _count(self, program: Program, number: int, first: float) -> tuple[int, float]:
        """How many failing cases pass, up to the first that does not, and how much of that is right."""
        if first < 1:
            return 0, first
        for passed, target in enumerate(self._failing[1:], 1):
            share = self._share(program.function(number, self._trial_seconds), target)
            if share < 1:
                return passed, share
        return len(self._failing), 0.0

    def _passes_all(self, program: Program, number: int) -> bool:
        """Whether a function passes every case as the judge compares it, and the further ones."""
        return self._passes_each(program, number, self.expectations) and self._passes_each(
            program, number, self._further
        )

    @functools.cached_property
    def _further(self) -> Sequence[Expectation]:
        return self.further()

    def _passes_each(self, program: Program, number: int, expectations: Sequence[Expectation]) -> bool:
        def trial() -> float:
            return float(all(self._passes(program, number, expectation) for expectation in expectations))

        return self.watch.share(trial, len(expectations) * self._trial_seconds) == 1

    def _passes(self, program: Program, number: int, expectation: Expectation) -> bool:
        """Whether a function passes a case and leaves its arguments alone."""
        function = program.function(number, self._trial_seconds)
        steps = rollout(self.exercise, expectation.case, partial(call, function))
        return not any(step.changed_arguments for step in steps) and all(
            compare_steps(self.exercise, oracle, steps).difference is None for oracle in expectation.oracles
        )

    # ------------------------------------------------------------ other numbers, and two changes

    def _numbers(self) -> Iterator[Edit]:
        """Look for another number in the place of one, and for as few digits of it as will do."""
        for place in number_places(self.function):
            for edit in self._numbers_at(place):
                if self._one_of([edit], 1.0, on_top=True):
                    yield edit

    def _numbers_at(self, place: NumberPlace) -> Iterator[Edit]:
        if self.budget.is_left():
            target = self._failing[0]
            yield from place.solved(self._program, target, self._try, self._trial_seconds)

    def _with_twins(self) -> list[Edit] | None:
        """Look for one change that has to be made in two or three places."""
        for group in twins(self._tried):
            if not self.budget.is_left():
                return None
            if len({edit.line for edit in group}) == len(group):
                with _applied(group[1:]):
                    if self._one_of(group[:1], 1.0, on_top=True):
                        return group
        return None

    def _with_a_second(self, firsts: int, steps: int) -> list[Edit] | None:
        """Look for a second change on top of one that came nearer. steps: of `edits_of`."""
        nearest = [one.edit for one in sorted(self._progress, key=lambda one: (-one.passed, -one.share))[:firsts]]
        for first in nearest:
            with first.applied():
                ast.fix_missing_locations(self.function)
                scope = self._scope()
                for edits in itertools.islice(edits_of(self.function, scope), steps):
                    own = (edit for edit in edits if id(edit.holder) in self._own_nodes)
                    if second := self._one_of(own, 1.0, on_top=True):
                        return [first, second]
        return None


def _name_of_numpy(namespace: dict[str, Any]) -> str:
    names = (name for name, value in namespace.items() if isinstance(value, ModuleType) and value is np)
    return next(names, "np")

"""Every piece of a package that could be handed in as a solution: functions, lambdas, and code that stands in texts."""

from __future__ import annotations

import ast
import functools
import inspect
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

import numpy as np

from autograder.course import read, text_of
from autograder.exercises import catalogue
from autograder.exercises.model import Exercise
from autograder.judge import judge
from autograder.judge.counterexamples import compare_steps
from autograder.judge.expectations import Expectation, public
from autograder.judge.rollout import rollout
from autograder.plaindata.call import call
from tests.support.speed import scaled

MOST_ARGUMENTS = 16
CALL_SECONDS = 0.5
"""How long a call may take: the cases are small."""


class Candidate(NamedTuple):
    """A function, and where it stands."""

    where: str
    function: Callable[..., Any]


def candidates(folder: Path) -> Iterator[Candidate]:
    """Yield every function that is written down in the files of a folder, alone and without what is around it.

    A module's own names are there, but no PyTorch: grading has none either.
    """
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".py":
            yield from _in_code(name, path.read_text(encoding="utf-8"))
        elif path.suffix == ".ipynb":
            source = "\n".join(text_of(cell) for cell in read(path)["cells"] if cell["cell_type"] == "code")
            yield from _in_code(name, source)


def _in_code(where: str, source: str) -> Iterator[Candidate]:
    tree = _parsed(source)
    if tree is None:
        return
    functions = [node for node in ast.walk(tree) if _returns(node)]
    names = _names_around(tree)
    for node in functions:
        found = _function(node, names)
        if found is not None:
            yield Candidate(f"{where}:{node.lineno} {getattr(node, 'name', 'lambda')}", found)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "return" in node.value:
            yield from _in_code(f"{where}:{node.lineno}", textwrap.dedent(node.value))


def _returns(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.Lambda]:
    """Whether a node is a function that returns something."""
    if isinstance(node, ast.FunctionDef):
        return any(isinstance(inside, ast.Return) and inside.value is not None for inside in ast.walk(node))
    return isinstance(node, ast.Lambda)


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def _names_around(tree: ast.Module) -> dict[str, Any]:
    """What a module's functions find outside of them: NumPy, its numbers and texts, and its other functions."""
    names: dict[str, Any] = {"np": np, "functools": functools}
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)):
            _run(_plain(statement), names)
    return names


def _plain(statement: ast.stmt) -> ast.stmt:
    """A function without its decorators and annotations; anything else as it is."""
    if isinstance(statement, ast.FunctionDef):
        bare = ast.FunctionDef(statement.name, statement.args, statement.body, [], None, None)
        for argument in ast.walk(statement.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        return ast.fix_missing_locations(ast.copy_location(bare, statement))
    return statement


def _run(statement: ast.stmt, names: dict[str, Any]) -> None:
    """Run a statement; one that needs PyTorch or what is not there does nothing."""
    if "torch" in ast.unparse(statement) and isinstance(statement, (ast.Import, ast.ImportFrom)):
        return
    try:
        exec(compile(ast.Module([statement], []), "<candidate>", "exec"), names)
    except Exception:
        return


def _function(node: ast.FunctionDef | ast.Lambda, names: dict[str, Any]) -> Callable[..., Any] | None:
    own = dict(names)
    if isinstance(node, ast.Lambda):
        statement: ast.stmt = ast.Assign([ast.Name("candidate", ast.Store())], node)
    else:
        statement = _plain(node)
        assert isinstance(statement, ast.FunctionDef)
    _run(ast.fix_missing_locations(ast.copy_location(statement, node)), own)
    return own.get(getattr(node, "name", "candidate"))


# ---------------------------------------------------------------- what they would earn


def earned(found: Candidate) -> Iterator[tuple[str, float]]:
    """Yield the exercises for which a function would earn something, and how many points."""
    function, counts = _AsInGrading(found.function), _counts(found.function)
    call_it = functools.partial(call, function)
    for exercise in catalogue().values():
        if function.is_slow:
            return
        if counts & _counts_of_cases(exercise) and _begins_well(exercise, call_it):
            verdict = judge(exercise, call_it, devices=("cpu",), diagnose=False)
            if verdict.points:
                yield exercise.name, verdict.points


def _counts(function: Callable[..., Any]) -> set[int]:
    """With how many arguments a function can be called, by position."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return set()
    places = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    required = sum(one.default is one.empty for one in places)
    if any(one.kind is one.KEYWORD_ONLY and one.default is one.empty for one in parameters):
        return set()
    any_more = any(one.kind is one.VAR_POSITIONAL for one in parameters)
    return set(range(required, MOST_ARGUMENTS if any_more else len(places) + 1))


@functools.cache
def _counts_of_cases(exercise: Exercise) -> frozenset[int]:
    return frozenset(len(expectation.case.arguments) for expectation in _first_cases(exercise))


class _AsInGrading:
    """A function where PyTorch cannot be imported, as in grading. is_slow: whether a call took too long to be one."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function, self.is_slow = function, False

    def __call__(self, *arguments: Any) -> Any:
        torch, before = sys.modules.get("torch"), signal.signal(signal.SIGALRM, self._ring)
        sys.modules["torch"] = None  # type: ignore[assignment]  # cannot be imported then
        signal.setitimer(signal.ITIMER_REAL, scaled(CALL_SECONDS))
        try:
            return self.function(*arguments)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            sys.modules["torch"] = torch  # type: ignore[assignment]

    def _ring(self, *_: Any) -> None:
        self.is_slow = True
        raise TimeoutError


def _begins_well(exercise: Exercise, call_it: Callable[..., Any]) -> bool:
    """Whether a function passes the first case of any requirement."""
    return any(_passes(exercise, expectation, call_it) for expectation in _first_cases(exercise))


@functools.cache
def _first_cases(exercise: Exercise) -> tuple[Expectation, ...]:
    first = {expectation.requirement: expectation for expectation in reversed(public(exercise, ("cpu",)))}
    return tuple(first.values())


def _passes(exercise: Exercise, expectation: Expectation, call_it: Callable[..., Any]) -> bool:
    with np.errstate(all="ignore"):
        steps = rollout(exercise, expectation.case, call_it)
    return compare_steps(exercise, expectation.oracles[0], steps).difference is None

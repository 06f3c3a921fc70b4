"""A small change of one place of a function, and what can be named there."""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

ARITHMETIC: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.MatMult)
LONGEST_INGREDIENT = 14
"""The most nodes of an expression of the function that is put to use in another place."""
MOST_INGREDIENTS = 40
LONGEST_AROUND = 60
"""Characters of an expression that is shown for the sake of a part of it."""


@dataclass(frozen=True, eq=False)
class Edit:
    """One small change of one place.

    kind: what is changed, in words that follow "with". line: of the function's source, counted from its first.
    holder, attribute: where the changed node, or list of statements, hangs; index: its place in a list, or None.
    rank: the smaller and likelier a change, the lower.
    """

    kind: str
    line: int
    holder: ast.AST
    attribute: str
    index: int | None
    before: Any
    after: Any
    rank: int = 0

    @property
    def is_expression(self) -> bool:
        """Whether it changes an expression that has a value; else statements, or what they give a value."""
        return isinstance(self.after, ast.expr) and isinstance(getattr(self.after, "ctx", ast.Load()), ast.Load)

    @property
    def place(self) -> tuple[int, str, int | None]:
        """What tells its place from others."""
        return id(self.holder), self.attribute, self.index

    @contextlib.contextmanager
    def replaced_by(self, node: Any) -> Iterator[None]:
        """Have another node in its place for the length of a block."""
        self._put(node)
        try:
            yield
        finally:
            self._put(self.before)

    def applied(self) -> contextlib.AbstractContextManager[None]:
        """Make the change for the length of a block."""
        return self.replaced_by(self.after)

    def _put(self, node: Any) -> None:
        if self.index is None:
            setattr(self.holder, self.attribute, node)
        else:
            getattr(self.holder, self.attribute)[self.index] = node

    @property
    def texts(self) -> tuple[str, str]:
        """The changed expression, as it stands and as it would be, with what is around it where that is short; of
        statements, those that differ."""
        if isinstance(self.before, list):
            return _differing_lines(self.before, self.after)
        if isinstance(self.holder, ast.expr) and len(around := ast.unparse(self.holder)) <= LONGEST_AROUND:
            with self.applied():
                return around, ast.unparse(self.holder)
        return ast.unparse(self.before), ast.unparse(self.after)


def _differing_lines(before: list[ast.stmt], after: list[ast.stmt]) -> tuple[str, str]:
    """Two lists of statements as text, without those that both begin and end with."""
    one, other = [ast.unparse(node) for node in before], [ast.unparse(node) for node in after]
    while one and other and one[0] == other[0]:
        del one[0], other[0]
    while one and other and one[-1] == other[-1]:
        del one[-1], other[-1]
    return "\n".join(one), "\n".join(other)


@dataclass(frozen=True)
class Scope:
    """What a function can name: its parameters, and its own names with the line from which on they are there.

    numpy: the name that NumPy has. floats, wholes: the parameters that are numbers, with and without a point.
    parts: expressions of the function that could stand in another place, each with the names that it needs.
    known: the names outside of the function.
    """

    parameters: tuple[str, ...]
    assigned: dict[str, int]
    numpy: str
    floats: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    parts: list[tuple[ast.expr, set[str]]] = field(default_factory=list)
    known: frozenset[str] = frozenset(vars(builtins))

    @classmethod
    def of(
        cls,
        function: ast.FunctionDef,
        numpy: str,
        arguments: dict[str, Any] | None = None,
        outside: Iterable[str] = (),
    ) -> Scope:
        """The scope of a function. arguments: those of a call, by name. outside: the names of its module."""
        given = arguments or {}
        every = function.args
        parameters = [one.arg for one in (*every.posonlyargs, *every.args, *every.kwonlyargs)]
        assigned: dict[str, int] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                assigned.setdefault(node.id, node.lineno)
        floats = tuple(name for name in parameters if type(given.get(name)) is float)
        wholes = tuple(name for name in parameters if type(given.get(name)) is int)
        parts = [(node, names & {*parameters, *assigned}) for node, names in map(_with_names, _parts_of(function))]
        known = frozenset([*vars(builtins), *outside, numpy])
        return cls(tuple(parameters), assigned, numpy, floats, wholes, parts, known)

    def knows(self, name: str) -> bool:
        """Whether a name is the function's own."""
        return name in self.parameters or name in self.assigned

    def names(self, line: int) -> list[str]:
        """The names that a line can use, the latest first."""
        own = [name for name, first in self.assigned.items() if first < line and name not in self.parameters]
        return [*reversed(own), *self.parameters]

    def numpy_call(self, name: str, *arguments: ast.expr) -> ast.Call:
        """A call of one of NumPy's functions."""
        return ast.Call(ast.Attribute(variable(self.numpy), name, ast.Load()), list(arguments), [])

    def ingredients(self, line: int) -> list[ast.expr]:
        """Expressions that a line could use: those of the function, and what is made of its parameters."""
        known = set(self.names(line))
        found = [node for node, names in self.parts if names <= known]
        return [*found[:MOST_INGREDIENTS], *self._of_parameters()]

    def _of_parameters(self) -> Iterator[ast.expr]:
        """1 - b, b ** t, 1 - b ** t; len(x), x.shape[1], x.size."""
        one = ast.Constant(1)
        for name in self.floats:
            yield ast.BinOp(one, ast.Sub(), variable(name))
            for exponent in self.wholes:
                power = ast.BinOp(variable(name), ast.Pow(), variable(exponent))
                yield from (power, ast.BinOp(one, ast.Sub(), power))
        for name in [name for name in self.parameters if name not in (*self.floats, *self.wholes)][:4]:
            yield self.numpy_call("sign", variable(name))
        arrays = [name for name in self.parameters if name not in (*self.floats, *self.wholes)]
        for name in arrays[:2]:
            yield ast.Call(variable("len"), [variable(name)], [])
            shape = ast.Attribute(variable(name), "shape", ast.Load())
            yield ast.Subscript(shape, ast.Constant(1), ast.Load())
            yield ast.Attribute(variable(name), "size", ast.Load())

    def is_number(self, node: ast.AST) -> bool:
        """Whether an expression is a number for sure."""
        if isinstance(node, ast.Constant):
            return type(node.value) in (int, float)
        return isinstance(node, ast.Name) and node.id in (*self.floats, *self.wholes)


def _parts_of(function: ast.FunctionDef) -> list[ast.expr]:
    """Copies of the expressions of a function's body that could stand in another place, too, each once."""
    found: dict[str, ast.expr] = {}
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, (ast.BinOp, ast.Call, ast.UnaryOp, ast.Subscript, ast.Attribute)):
                is_read = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
                if is_read and not _is_of_numpy(node) and sum(1 for _ in ast.walk(node)) <= LONGEST_INGREDIENT:
                    found[ast.unparse(node)] = node
    return [copy.deepcopy(node) for node in found.values()]


def _with_names(node: ast.expr) -> tuple[ast.expr, set[str]]:
    return node, {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _is_of_numpy(node: ast.expr) -> bool:
    """Whether an expression is a function of a module, or a method, without its call."""
    return isinstance(node, ast.Attribute) and node.attr not in ("T", "size", "shape", "ndim", "dtype")


@dataclass(frozen=True, eq=False)
class Place:
    """A node of a function, and where it hangs. line: counted from the function's first."""

    node: ast.AST
    holder: ast.AST
    attribute: str
    index: int | None
    line: int


def variable(name: str) -> ast.Name:
    """A name that is read."""
    return ast.Name(name, ast.Load())

"""A small change of one place of a function, and what can be named there."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ARITHMETIC: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.MatMult)


@dataclass(frozen=True, eq=False)
class Edit:
    """One small change of one place.

    kind: what is changed, in words that follow "with". line: of the function's source, counted from its first.
    holder, attribute: where the changed node, or list of statements, hangs; index: its place in a list, or None.
    """

    kind: str
    line: int
    holder: ast.AST
    attribute: str
    index: int | None
    before: Any
    after: Any

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Make the change for the length of a block."""
        self._put(self.after)
        try:
            yield
        finally:
            self._put(self.before)

    def _put(self, node: Any) -> None:
        if self.index is None:
            setattr(self.holder, self.attribute, node)
        else:
            getattr(self.holder, self.attribute)[self.index] = node

    @property
    def texts(self) -> tuple[str, str]:
        """The expression around the changed place, as it stands and as it would be; of statements, the lines."""
        return self._shown(self.before), self._shown(self.after)

    def _shown(self, node: Any) -> str:
        if isinstance(node, list):
            return "\n".join(map(ast.unparse, node))
        if not isinstance(self.holder, ast.expr):
            return ast.unparse(node)
        self._put(node)
        try:
            return ast.unparse(self.holder)
        finally:
            self._put(self.before)


@dataclass(frozen=True)
class Scope:
    """What a function can name: its parameters, and its own names with the line from which on they are there.

    numpy: the name that NumPy has.
    """

    parameters: tuple[str, ...]
    assigned: dict[str, int]
    numpy: str

    @classmethod
    def of(cls, function: ast.FunctionDef, numpy: str) -> Scope:
        """The scope of a function."""
        arguments = function.args
        parameters = [one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        assigned: dict[str, int] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                assigned.setdefault(node.id, node.lineno)
        return cls(tuple(parameters), assigned, numpy)

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


@dataclass(frozen=True, eq=False)
class Place:
    """A node of a function, and where it hangs. line: counted from the function's first."""

    node: ast.AST
    holder: ast.AST
    attribute: str
    index: int | None
    line: int


def variable(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())

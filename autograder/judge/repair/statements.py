"""Small changes of statements: a line moved or left out, a new array in the place of one that is written into."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Iterator
from dataclasses import replace

from autograder.judge.repair.edit import ARITHMETIC, Edit, Scope, variable

FARTHEST_MOVE = 8
"""By how many lines a line is moved at most."""


def statement_edits(function: ast.FunctionDef, scope: Scope, rank: int = 0) -> Iterator[Edit]:
    """All changes of a function's statements, and copies of its arguments."""
    changes = (_other_targets(function, scope), _changes_of_lines(function), _copies(function, scope))
    for edit in itertools.chain(*changes):
        yield replace(edit, rank=rank)


def _other_targets(function: ast.FunctionDef, scope: Scope) -> Iterator[Edit]:
    """Another name on the left: one that is read and never given a value."""
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    missing = sorted(name for name in read if not scope.knows(name) and name not in scope.known)
    for holder in ast.walk(function) if missing else ():
        for attribute, value in ast.iter_fields(holder):
            for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    for name in missing:
                        after = ast.copy_location(ast.Name(name, ast.Store()), node)
                        kind = f"another name than `{node.id}` on the left"
                        yield Edit(kind, node.lineno, holder, attribute, index, node, after)


def _changes_of_lines(function: ast.FunctionDef) -> Iterator[Edit]:
    """A line moved by one, left out, or a new array in the place of one that is written into."""
    for holder in ast.walk(function):
        for attribute in ("body", "orelse"):
            body = getattr(holder, attribute, None)
            if not isinstance(body, list):
                continue
            for index, statement in enumerate(body):
                yield from _changes_of_statement(holder, attribute, body, index, statement)


def _changes_of_statement(
    holder: ast.AST, attribute: str, body: list[ast.stmt], index: int, statement: ast.stmt
) -> Iterator[Edit]:
    def changed(kind: str, after: list[ast.stmt]) -> Edit:
        return Edit(kind, statement.lineno, holder, attribute, None, body, after)

    before, behind = body[:index], body[index + 1 :]
    if isinstance(statement, ast.AugAssign):
        if isinstance(statement.target, ast.Name):
            plain = _without_operation_in_place(statement)
            yield changed("a new array in the place of an operation in place", [*before, plain, *behind])
        for kind in ARITHMETIC[:4]:
            if not isinstance(statement.op, kind):
                other = ast.copy_location(ast.AugAssign(statement.target, kind(), statement.value), statement)
                yield changed("another operator", [*before, other, *behind])
    for end in range(1, min(len(behind), FARTHEST_MOVE) + 1):
        if not isinstance(behind[end - 1], ast.Return):
            kind_of_move = "this line and the next one exchanged" if end == 1 else "this line further down"
            yield changed(kind_of_move, [*before, *behind[:end], statement, *behind[end:]])
    for start in range(max(0, index - FARTHEST_MOVE), index - 1):
        yield changed("this line further up", [*body[:start], statement, *body[start:index], *behind])
    if isinstance(statement, (ast.For, ast.While)) and len(statement.body) > 1:
        *inner, last = statement.body
        outside = _with_body(statement, inner)
        yield changed("its last line outside of the loop", [*before, outside, last, *behind])
    if isinstance(statement, (ast.For, ast.While)) and behind and not isinstance(behind[0], ast.Return):
        inside = _with_body(statement, [*statement.body, behind[0]])
        yield changed("the next line inside of the loop", [*before, inside, *behind[1:]])
    if len(body) > 1 and not isinstance(statement, ast.Return):
        yield changed("this line left out", [*before, *behind])


def _with_body(loop: ast.For | ast.While, body: list[ast.stmt]) -> ast.For | ast.While:
    changed = copy.copy(loop)
    changed.body = body
    return changed


def _copies(function: ast.FunctionDef, scope: Scope) -> Iterator[Edit]:
    """Copies of arguments, made before anything else; new arrays in the place of all operations in place."""
    for names in (*((name,) for name in scope.parameters), scope.parameters):
        said = f"`{names[0]}`" if len(names) == 1 else "the arguments"
        copies = [_assignment(function, name, scope.numpy_call("array", variable(name))) for name in names]
        yield _of_body(function, f"a copy of {said}", [*copies, *function.body])
        floats = [_assignment(function, name, _as_float(name)) for name in names]
        yield _of_body(function, f"a copy of {said} in floating-point numbers", [*floats, *function.body])
    plain = [_without_operation_in_place(statement) for statement in function.body]
    if plain != function.body:
        yield _of_body(function, "new arrays in the place of operations in place", plain)


def _as_float(name: str) -> ast.expr:
    return ast.BinOp(variable(name), ast.Mult(), ast.Constant(1.0))


def _assignment(function: ast.FunctionDef, name: str, value: ast.expr) -> ast.stmt:
    return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), function.body[0])


def _without_operation_in_place(statement: ast.stmt) -> ast.stmt:
    if not (isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name)):
        return statement
    value = ast.BinOp(variable(statement.target.id), statement.op, statement.value)
    return ast.copy_location(ast.Assign([statement.target], value), statement)


def _of_body(function: ast.FunctionDef, kind: str, after: list[ast.stmt]) -> Edit:
    return Edit(kind, function.body[0].lineno, function, "body", None, function.body, after)

"""Small changes of statements: a line moved or left out, a new array in the place of one that is written into."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.judge.repair.edit import ARITHMETIC, Edit, Scope, variable


def statement_edits(function: ast.FunctionDef, scope: Scope) -> list[Edit]:
    """All changes of a function's statements, and copies of its arguments."""
    return [*_changes_of_lines(function), *_copies(function, scope)]


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
        for one in after:
            ast.fix_missing_locations(one)
        return Edit(kind, statement.lineno, holder, attribute, None, body, after)

    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        plain = _without_operation_in_place(statement)
        yield changed("a new array in the place of an operation in place", [*body[:index], plain, *body[index + 1 :]])
        for kind in ARITHMETIC[:4]:
            other = ast.copy_location(ast.AugAssign(statement.target, kind(), statement.value), statement)
            yield changed("another operator", [*body[:index], other, *body[index + 1 :]])
    if index + 1 < len(body) and not isinstance(body[index + 1], ast.Return):
        yield changed(
            "this line and the next one exchanged", [*body[:index], body[index + 1], statement, *body[index + 2 :]]
        )
    if len(body) > 1 and not isinstance(statement, ast.Return):
        yield changed("this line left out", [*body[:index], *body[index + 1 :]])


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
    for statement in after:
        ast.fix_missing_locations(statement)
    return Edit(kind, function.body[0].lineno, function, "body", None, function.body, after)

"""All small changes of a function, the smallest and most likely first.

Each is made in the function's syntax tree and taken back again, so that thousands of them can be tried.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from autograder.judge.repair.edit import Edit, Place, Scope
from autograder.judge.repair.expressions import ADDITIONS, EXCHANGES, INGREDIENTS, Maker
from autograder.judge.repair.statements import statement_edits

MOST_TWINS = 3
"""In how many places one and the same change is made at once."""
NOT_CHANGED = ("decorator_list", "returns", "annotation")


def edits_of(function: ast.FunctionDef, scope: Scope) -> Iterator[Iterable[Edit]]:
    """All small changes of a function, in steps: what is exchanged, lines that are moved, what is added, what other
    parts of the function could stand there, too. Within a step, all changes of a place follow one another."""
    places = list(_places(function))
    yield _made_by(EXCHANGES, places, scope, 0)
    yield statement_edits(function, scope, rank=100)
    yield _made_by(ADDITIONS, places, scope, 200)
    yield _made_by(INGREDIENTS, places, scope, 300)


def _made_by(makers: Iterable[Maker], places: list[Place], scope: Scope, rank: int) -> Iterator[Edit]:
    for place in places:
        for number, maker in enumerate(makers):
            for kind, after in maker(place, scope):
                held = (place.holder, place.attribute, place.index)
                yield Edit(kind, place.line, *held, place.node, after, rank + number)


def _places(function: ast.FunctionDef) -> Iterator[Place]:
    """Every expression of a function's body, and its default values, from the outside in, line by line."""
    for holder in ast.walk(function):
        if isinstance(holder, (ast.JoinedStr, ast.pattern)):
            continue
        for attribute, value in ast.iter_fields(holder):
            nodes = enumerate(value) if isinstance(value, list) else [(None, value)]
            for index, node in nodes:
                if isinstance(node, ast.expr) and attribute not in NOT_CHANGED and _is_read(node):
                    yield Place(node, holder, attribute, index, getattr(node, "lineno", getattr(holder, "lineno", 1)))


def _is_read(node: ast.expr) -> bool:
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and not isinstance(node, (ast.Slice, ast.Starred))


def twins(edits: Iterable[Edit]) -> list[list[Edit]]:
    """The edits that make one and the same change, but for names, in two or three places."""
    groups: dict[tuple[str, str, str], list[Edit]] = {}
    for edit in edits:
        if edit.is_expression:
            groups.setdefault((_without_names(edit.kind), _form(edit.before), _form(edit.after)), []).append(edit)
    return [group for group in groups.values() if 1 < len(group) <= MOST_TWINS]


def _form(node: ast.AST) -> str:
    """A syntax tree as text, without names."""
    return re.sub(r"id='\w+'", "", ast.dump(node))


def _without_names(kind: str) -> str:
    return re.sub(r"`\w+`", "", kind)

"""All small changes of a function, the smallest and most likely first.

Each is made in the function's syntax tree and taken back again, so that thousands of them can be tried.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from autograder.judge.repair.edit import Edit, Place, Scope
from autograder.judge.repair.expressions import ADDITIONS, EXCHANGES, Maker
from autograder.judge.repair.statements import statement_edits

MOST_TWINS = 3
"""In how many places one and the same change is made at once."""


def edits_of(function: ast.FunctionDef, numpy: str = "np") -> list[Edit]:
    """All small changes of a function, the smallest and most likely first. numpy: the name that NumPy has there."""
    scope, places = Scope.of(function, numpy), list(_places(function))
    found: list[Edit] = []
    for maker in EXCHANGES:
        found += _made_by(maker, places, scope)
    found += statement_edits(function, scope)
    for maker in ADDITIONS:
        found += _made_by(maker, places, scope)
    return found


def _made_by(maker: Maker, places: list[Place], scope: Scope) -> list[Edit]:
    return [_edit(place, kind, after) for place in places for kind, after in maker(place, scope)]


def _edit(place: Place, kind: str, after: ast.AST) -> Edit:
    if not hasattr(after, "lineno"):
        ast.copy_location(after, place.node)
    ast.fix_missing_locations(after)
    return Edit(kind, place.line, place.holder, place.attribute, place.index, place.node, after)


def _places(function: ast.FunctionDef) -> Iterator[Place]:
    """Every expression of a function's body, with its operators, from the outside in, line by line."""
    for holder in ast.walk(function):
        if holder is function.args:
            continue
        for attribute, value in ast.iter_fields(holder):
            nodes = enumerate(value) if isinstance(value, list) else [(None, value)]
            for index, node in nodes:
                kinds = (ast.expr, ast.operator, ast.cmpop, ast.boolop)
                if isinstance(node, kinds) and attribute not in ("decorator_list", "returns", "annotation"):
                    line = getattr(node, "lineno", getattr(holder, "lineno", 1))
                    yield Place(node, holder, attribute, index, line)


def twins(edits: Iterable[Edit]) -> list[list[Edit]]:
    """The edits that make one and the same change, but for names, in two or three places."""
    groups: dict[tuple[str, str, str], list[Edit]] = {}
    for edit in edits:
        if isinstance(edit.before, ast.AST):
            groups.setdefault((_without_names(edit.kind), _form(edit.before), _form(edit.after)), []).append(edit)
    return [group for group in groups.values() if 1 < len(group) <= MOST_TWINS]


def _form(node: ast.AST) -> str:
    """A syntax tree as text, without names."""
    return re.sub(r"id='\w+'", "", ast.dump(node))


def _without_names(kind: str) -> str:
    return re.sub(r"`\w+`", "", kind)

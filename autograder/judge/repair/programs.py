"""Makes programs of a function's syntax tree: many small changes of one place at a time, chosen by a number.

Compiling is what takes longest where functions are as small as these. So all changes of a place are compiled at once,
as `second if NUMBER == 2 else ...`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from autograder.judge.repair import bounds
from autograder.judge.repair.edit import Edit

CHOICE, COUNT, OPERATIONS = "_which_change", "_count_a_turn", "_in_bounds"
"""Names that programs use beside the function's own."""
FILE = "<a change of your function>"
_OPERATORS = {
    ast.Mult: "times",
    ast.Add: "plus",
    ast.Pow: "power",
    ast.LShift: "shifted",
    ast.Sub: "minus",
    ast.Div: "over",
    ast.MatMult: "matrix_product",
}
SIZED = frozenset(
    ["zeros", "ones", "empty", "full", "eye", "identity", "arange", "linspace", "logspace", "range", "repeat", "tile"]
) | {"pad", "broadcast_to", "tri", "indices", "kron", "outer"}
"""Functions whose arguments say how large a result is."""
NOT_WRAPPED = ("super", "locals")
"""What looks at the function that calls it."""
Function = Callable[..., Any]


class Program:
    """A function with the changes of one place, one of which is made at a time.

    Raises ValueError where what the tree says is no program.
    """

    def __init__(self, function: ast.FunctionDef, edits: Sequence[Edit], namespace: dict[str, Any]) -> None:
        self.names = {**namespace, CHOICE: 0, OPERATIONS: bounds, COUNT: bounds.counter(0)}
        if edits and edits[0].is_expression:
            with edits[0].replaced_by(_choice(edits, 0)):
                tree = _bounded(function, {})
        elif edits:
            with edits[0].applied():
                tree = _bounded(function, {})
        else:
            tree = _bounded(function, {})
        try:
            exec(compile(ast.Module([tree], []), FILE, "exec"), self.names)
        except Exception as error:
            raise ValueError(str(error)) from None
        self._function = self.names[function.name]

    def function(self, number: int, seconds: float) -> Function:
        """The function with the change of this number, for one call that may take so many seconds."""
        self.names[CHOICE] = number
        self.names[COUNT] = bounds.counter(seconds)
        return self._function


def _choice(edits: Sequence[Edit], first: int) -> ast.expr:
    """An expression that is the one of a change, by number."""
    if len(edits) == 1:
        return edits[0].after
    half = len(edits) // 2
    test = ast.Compare(ast.Name(CHOICE, ast.Load()), [ast.Lt()], [ast.Constant(first + half)])
    return ast.IfExp(test, _choice(edits[:half], first), _choice(edits[half:], first + half))


def _bounded(node: Any, known: dict[int, Any]) -> Any:
    """A copy of a tree whose loops count their turns, and whose operations make nothing that is too large.

    known: the copies of the nodes that were copied before: changes of one place share most of theirs.
    """
    kind = node.__class__
    if kind is list:
        return [_bounded(one, known) for one in node]
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = kind._fields if isinstance(node, ast.AST) else ()
    if not fields:
        return node
    copy = known.get(id(node))
    if copy is None:
        copy = kind.__new__(kind)
        inside = copy.__dict__
        for name, value in node.__dict__.items():
            if name in fields:
                inside[name] = _bounded(value, known)
        if kind._attributes:
            inside.update(_FIRST_LINE)
        if kind in _REWRITTEN:
            copy = _REWRITTEN[kind](copy)
        known[id(node)] = copy
    return copy


_FIELDS: dict[type, tuple[str, ...]] = {}
_FIRST_LINE = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}


def _bounded_operation(node: ast.BinOp) -> ast.expr:
    name = _OPERATORS.get(type(node.op))
    if name is None:
        return node
    return _at_one(ast.Call(_operation(name), [node.left], [_at_one(ast.keyword("other", node.right))]))


def _bounded_in_place(node: ast.AugAssign) -> ast.stmt:
    kind = type(node.op)
    if isinstance(node.target, ast.Name):
        target = _at_one(ast.Name(node.target.id, ast.Load()))
        name = _at_one(ast.Constant(kind.__name__))
        node.value = _at_one(ast.Call(_operation("checked"), [name, target, node.value], []))
    else:
        node.value = _small(node.value)
    return node


def _bounded_assignment(node: ast.Assign) -> ast.stmt:
    if any(isinstance(target, ast.Subscript) for target in node.targets):
        node.value = _small(node.value)
    return node


def _bounded_comparison(node: ast.Compare) -> ast.expr:
    node.left, node.comparators = _small(node.left), list(map(_small, node.comparators))
    return node


def _bounded_return(node: ast.Return) -> ast.stmt:
    if node.value is not None:
        node.value = _small(node.value)
    return node


def _small(node: ast.expr) -> ast.expr:
    return _at_one(ast.Call(_operation("small"), [node], []))


def _bounded_call(node: ast.Call) -> ast.expr:
    called = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if called in NOT_WRAPPED:
        return node
    has_size = called in SIZED and all(keyword.arg for keyword in node.keywords)
    return _at_one(ast.Call(_operation("sized" if has_size else "called"), [node.func, *node.args], node.keywords))


def _counted(node: Any) -> ast.stmt:
    count = _at_one(ast.Expr(_at_one(ast.Call(_at_one(ast.Name(COUNT, ast.Load())), [], []))))
    node.body = [count, *node.body]
    return node


def _operation(name: str) -> ast.expr:
    return _at_one(ast.Attribute(_at_one(ast.Name(OPERATIONS, ast.Load())), name, ast.Load()))


def _at_one(node: Any) -> Any:
    node.lineno = node.end_lineno = 1
    node.col_offset = node.end_col_offset = 0
    return node


_REWRITTEN: dict[type[ast.AST], Callable[[Any], ast.AST]] = {
    ast.BinOp: _bounded_operation,
    ast.AugAssign: _bounded_in_place,
    ast.Call: _bounded_call,
    ast.Assign: _bounded_assignment,
    ast.Compare: _bounded_comparison,
    ast.Return: _bounded_return,
    ast.For: _counted,
    ast.While: _counted,
}

"""Small changes of an expression: another operator, another name, a root more, parentheses elsewhere, ..."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeGuard

from autograder.judge.repair.edit import ARITHMETIC, Place, Scope, variable

COMPARISONS: tuple[type[ast.cmpop], ...] = (ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq)
TAKEN_FOR_EACH_OTHER = (
    ("sqrt", "square", "abs"),
    ("exp", "expm1", "exp2"),
    ("log", "log1p", "log2", "log10"),
    ("maximum", "minimum"),
    ("sum", "mean", "prod", "max", "min", "std", "var", "median"),
    ("argmax", "argmin"),
    ("zeros_like", "ones_like"),
    ("zeros", "ones"),
    ("sin", "cos", "tan", "tanh", "sinh", "cosh"),
    ("floor", "ceil", "round", "rint", "trunc"),
    ("any", "all"),
    ("cumsum", "cumprod"),
)
"""Functions of NumPy that people take one for the other."""
REDUCTIONS = {"sum", "mean", "prod", "max", "min", "std", "var", "median", "any", "all", "argmax", "argmin", "norm"}
AXES: tuple[int | tuple[int, ...] | None, ...] = (0, 1, -1, (0, 2, 3), (2, 3), None)
ARRAY_MAKERS = {"zeros", "ones", "empty", "full", "eye", "arange", "range", "linspace"}
"""What takes a size: a power in the place of a product would ask for all memory."""
MOST_SCALES = 12
"""The most names that a value is multiplied with or divided by."""


Change = tuple[str, ast.AST]
"""What is changed, in words that follow "with", and what stands there then."""
Maker = Callable[[Place, Scope], Iterable[Change]]


def _is_value(place: Place) -> bool:
    """Whether a node is a value that is computed with: not a function's name, a target, a slice or a keyword's axis."""
    node, holder = place.node, place.holder
    if not isinstance(node, (ast.Name, ast.Call, ast.BinOp, ast.UnaryOp, ast.Subscript, ast.Attribute)):
        return False
    if isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
        return False
    if isinstance(holder, ast.Call) and place.attribute == "func":
        return False
    return not isinstance(holder, (ast.Attribute, ast.keyword)) and not (
        isinstance(holder, ast.Subscript) and place.attribute == "slice"
    )


def _called(node: ast.AST) -> str:
    """The last part of a called function's name; "" for what is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


# ---------------------------------------------------------------- one thing for another


def other_operators(place: Place, scope: Scope) -> Iterator[Change]:
    """Another sign of arithmetic."""
    if isinstance(place.node, ast.operator) and not isinstance(place.holder, ast.AugAssign):
        for kind in ARITHMETIC:
            if not isinstance(place.node, kind):
                yield "another operator", kind()


def other_comparisons(place: Place, scope: Scope) -> Iterator[Change]:
    """Another comparison."""
    if isinstance(place.node, ast.cmpop):
        for kind in COMPARISONS:
            if not isinstance(place.node, kind):
                yield "another comparison", kind()
    if isinstance(place.node, ast.boolop):
        yield "another connective", ast.Or() if isinstance(place.node, ast.And) else ast.And()


def other_numbers(place: Place, scope: Scope) -> Iterator[Change]:
    """Another number, or the other truth value."""
    if not isinstance(place.node, ast.Constant):
        return
    value = place.node.value
    if isinstance(value, bool):
        yield f"`{not value}`", ast.Constant(not value)
    elif isinstance(value, (int, float)):
        numbers = dict.fromkeys((-value, value + 1, value - 1, 0, 1, 2, 0.5, value / 2, 2 * value))
        for other in numbers:
            if other != value:
                yield "another number", ast.Constant(other)
    elif value is None and isinstance(place.holder, ast.keyword):
        for axis in AXES[:-1]:
            yield f"another `{place.holder.arg}`", _literal(axis)


def other_names(place: Place, scope: Scope) -> Iterator[Change]:
    """Another name that is known there; none that would put a list into itself, which NumPy could not read."""
    node = place.node
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and scope.knows(node.id):
        for name in scope.names(place.line):
            if name not in (node.id, _name_of_method_owner(place.holder)):
                yield f"another name than `{node.id}`", variable(name)


def _name_of_method_owner(node: ast.AST) -> str:
    """For `a.append(b)` the name a; "" for anything else."""
    owner = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    return owner.id if isinstance(owner, ast.Name) else ""


def other_functions(place: Place, scope: Scope) -> Iterator[Change]:
    """A function that people take for another one."""
    called = _called(place.node)
    for family in TAKEN_FOR_EACH_OTHER:
        for other in family if called in family else ():
            call = place.node
            if other != called and isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                function = ast.Attribute(call.func.value, other, ast.Load())
                yield f"another function than `{called}`", ast.Call(function, call.args, call.keywords)


def other_orders(place: Place, scope: Scope) -> Iterator[Change]:
    """The same things in another order: operands, arguments, what is returned."""
    node = place.node
    if isinstance(node, ast.BinOp) and not isinstance(node.op, (ast.Add, ast.Mult)):
        yield "the operands exchanged", ast.BinOp(node.right, node.op, node.left)
    if isinstance(node, ast.Call):
        for arguments in _exchanged(node.args):
            yield "two arguments exchanged", ast.Call(node.func, arguments, node.keywords)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        for elements in _exchanged(node.elts):
            yield "two of them exchanged", ast.Tuple(elements, ast.Load())


def _exchanged(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for i in range(len(nodes)):
        for j in range(i + 1, len(nodes)):
            yield [*nodes[:i], nodes[j], *nodes[i + 1 : j], nodes[i], *nodes[j + 1 :]]


def other_axes(place: Place, scope: Scope) -> Iterator[Change]:
    """An axis or `keepdims` more, fewer, or another one."""
    call = place.node
    if not isinstance(call, ast.Call) or _called(call) not in REDUCTIONS:
        return
    given = {keyword.arg: keyword for keyword in call.keywords}
    for name, values in (("axis", AXES), ("keepdims", (True, False)), ("ddof", (0, 1))):
        others = [keyword for keyword in call.keywords if keyword.arg != name]
        if name in given:
            yield f"no `{name}`", ast.Call(call.func, call.args, others)
        for value in values if name != "ddof" or _called(call) in ("std", "var") else ():
            keyword = ast.keyword(name, _literal(value))
            kind = f"another `{name}`" if name in given else f"`{name}` given"
            yield kind, ast.Call(call.func, call.args, [*others, keyword])


def _literal(value: Any) -> ast.expr:
    if isinstance(value, tuple):
        return ast.Tuple([_literal(one) for one in value], ast.Load())
    return ast.Constant(value) if not (isinstance(value, int) and value < 0) else _negative(ast.Constant(-value))


def _negative(node: ast.expr) -> ast.UnaryOp:
    return ast.UnaryOp(ast.USub(), node)


def turned_conditions(place: Place, scope: Scope) -> Iterator[Change]:
    """The opposite condition."""
    if place.attribute == "test" and isinstance(place.node, ast.expr):
        yield "the opposite condition", ast.UnaryOp(ast.Not(), place.node)


# ---------------------------------------------------------------- the same things in another place


def other_parentheses(place: Place, scope: Scope) -> Iterator[Change]:
    """Parentheses elsewhere: (a + b) * c for a + b * c, and the like."""
    node = place.node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.BinOp):
        inner = node.operand
        yield "parentheses elsewhere", ast.BinOp(_negative(inner.left), inner.op, inner.right)
    if not isinstance(node, ast.BinOp):
        return
    for moved in _attached(node.left, node.op, node.right):
        yield "parentheses elsewhere", moved
    if isinstance(node.right, ast.BinOp):
        inner = node.right
        yield "parentheses elsewhere", ast.BinOp(ast.BinOp(node.left, node.op, inner.left), inner.op, inner.right)
    for side, other in (("left", "right"), ("right", "left")):
        inner = getattr(node, side)
        if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.USub):
            operands = {side: inner.operand, other: getattr(node, other)}
            yield "parentheses elsewhere", _negative(ast.BinOp(operands["left"], node.op, operands["right"]))


def _attached(left: ast.expr, op: ast.operator, right: ast.expr) -> Iterator[ast.expr]:
    """(a - b / c) + d as a - (b / c + d), and as a - b / (c + d)."""
    if isinstance(left, ast.BinOp):
        yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right))
        for inner in _attached(left.right, op, right):
            yield ast.BinOp(left.left, left.op, inner)


def in_and_out_of_calls(place: Place, scope: Scope) -> Iterator[Change]:
    """f(a + b) for f(a) + b, and the other way round: a term or factor under a root, in a mean, in an exponential."""
    node = place.node
    if _is_function_of_one(node) and isinstance(node.args[0], ast.BinOp):
        inner = node.args[0]
        yield _moved_out(node), ast.BinOp(_with_argument(node, inner.left), inner.op, inner.right)
        yield _moved_out(node), ast.BinOp(inner.left, inner.op, _with_argument(node, inner.right))
    if isinstance(node, ast.BinOp):
        left, right = node.left, node.right
        if _is_function_of_one(left):
            yield _moved_in(left), _with_argument(left, ast.BinOp(left.args[0], node.op, right))
        if _is_function_of_one(right):
            yield _moved_in(right), _with_argument(right, ast.BinOp(left, node.op, right.args[0]))
        yield from _in_and_out_of_powers(node)


def _in_and_out_of_powers(node: ast.BinOp) -> Iterator[Change]:
    """(a + b) ** c for a ** c + b, and the other way round."""
    if isinstance(node.op, ast.Pow) and isinstance(node.left, ast.BinOp):
        inner = node.left
        yield "a part outside of the power", ast.BinOp(_power(inner.left, node.right), inner.op, inner.right)
        yield "a part outside of the power", ast.BinOp(inner.left, inner.op, _power(inner.right, node.right))
    for side in (node.left, node.right):
        if isinstance(side, ast.BinOp) and isinstance(side.op, ast.Pow) and not isinstance(node.op, ast.Pow):
            inside = (side.left, node.right) if side is node.left else (node.left, side.left)
            yield "a part inside of the power", _power(ast.BinOp(inside[0], node.op, inside[1]), side.right)


def _power(base: ast.expr, exponent: ast.expr) -> ast.BinOp:
    return ast.BinOp(base, ast.Pow(), exponent)


def _is_function_of_one(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and len(node.args) == 1 and _called(node) not in ARRAY_MAKERS


def _with_argument(call: ast.Call, argument: ast.expr) -> ast.Call:
    return ast.Call(call.func, [argument], call.keywords)


def _moved_out(call: ast.Call) -> str:
    return f"a part outside of `{_called(call)}`"


def _moved_in(call: ast.Call) -> str:
    return f"a part inside of `{_called(call)}`"


def exact_forms(place: Place, scope: Scope) -> Iterator[Change]:
    """The function of NumPy that keeps the digits: expm1(x) for exp(x) - 1, log1p(x) for log(1 + x)."""
    node = place.node
    if (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and _is_one(node.right)
        and _called(node.left) == "exp"
    ):
        yield "`expm1`", scope.numpy_call("expm1", *node.left.args)  # type: ignore[attr-defined]
    if isinstance(node, ast.Call) and _called(node) == "log" and isinstance(node.args[0], ast.BinOp):
        total = node.args[0]
        if isinstance(total.op, ast.Add) and (_is_one(total.left) or _is_one(total.right)):
            yield "`log1p`", scope.numpy_call("log1p", total.right if _is_one(total.left) else total.left)


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1


# ---------------------------------------------------------------- something more or fewer


def left_out(place: Place, scope: Scope) -> Iterator[Change]:
    """A function, a sign, a power, a term or a factor fewer."""
    node = place.node
    if isinstance(node, ast.Call) and node.args and not isinstance(place.holder, ast.Expr):
        yield f"no `{_called(node)}`", node.args[0]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_array_method(node, scope):
        yield f"no `{_called(node)}`", node.func.value
    if isinstance(node, ast.UnaryOp):
        yield "no sign", node.operand
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "no `.T`", node.value
    if isinstance(node, ast.BinOp):
        part = "term" if isinstance(node.op, (ast.Add, ast.Sub)) else "exponent" if _is_power(node) else "factor"
        yield f"a {part} fewer", node.left
        yield f"a {part} fewer", node.right


def _is_power(node: ast.BinOp) -> bool:
    return isinstance(node.op, ast.Pow)


def _is_array_method(node: ast.Call, scope: Scope) -> bool:
    value = node.func.value if isinstance(node.func, ast.Attribute) else None
    return not (isinstance(value, ast.Name) and value.id == scope.numpy)


def names_for_numbers(place: Place, scope: Scope) -> Iterator[Change]:
    """A name in the place of a number."""
    number = isinstance(place.node, ast.Constant) and type(place.node.value) in (int, float)
    if number and not isinstance(place.holder, (ast.Subscript, ast.keyword)):
        for name in scope.names(place.line):
            yield "a name in the place of the number", variable(name)


def added(place: Place, scope: Scope) -> Iterator[Change]:
    """A root, a square, a sign, a transpose, a one more."""
    node = place.node
    if not _is_value(place) or not isinstance(node, ast.expr):
        return
    one, two = ast.Constant(1), ast.Constant(2)
    yield "a square root more", scope.numpy_call("sqrt", node)
    yield "a square more", _power(node, two)
    yield "the opposite sign", _negative(node)
    yield "1 minus it", ast.BinOp(one, ast.Sub(), node)
    yield "1 more", ast.BinOp(node, ast.Add(), one)
    yield "1 fewer", ast.BinOp(node, ast.Sub(), one)
    yield "its reciprocal", ast.BinOp(one, ast.Div(), node)
    yield "twice or half of it", ast.BinOp(node, ast.Mult(), two)
    yield "twice or half of it", ast.BinOp(node, ast.Div(), two)
    yield "its absolute value", scope.numpy_call("abs", node)
    yield "its transpose", ast.Attribute(node, "T", ast.Load())
    if isinstance(node, ast.Call):
        yield "a plain Python number", ast.Call(variable("float"), [node], [])
    if isinstance(place.holder, (ast.Return, ast.Tuple)):
        yield "a copy of it", scope.numpy_call("array", node)
        for parameter in scope.parameters:
            dtype = ast.Attribute(variable(parameter), "dtype", ast.Load())
            yield "another dtype", ast.Call(ast.Attribute(node, "astype", ast.Load()), [dtype], [])
    if place.attribute == "iter":
        listed = ast.Call(variable("list"), [node], [])
        yield "the opposite order", ast.Call(variable("reversed"), [listed], [])


def scaled(place: Place, scope: Scope) -> Iterator[Change]:
    """A value multiplied with, or divided by, something that has a name there, or by the number of rows."""
    node = place.node
    if not _is_value(place) or not isinstance(node, ast.expr) or isinstance(place.holder, ast.Subscript):
        return
    scales: list[ast.expr] = [variable(name) for name in scope.names(place.line)[:MOST_SCALES]]
    scales += [ast.Call(variable("len"), [variable(name)], []) for name in scope.parameters[:2]]
    for scale in scales:
        yield "a factor more", ast.BinOp(node, ast.Mult(), scale)
        yield "a divisor more", ast.BinOp(node, ast.Div(), scale)
    for scale in scales:
        yield "a term more", ast.BinOp(node, ast.Add(), scale)
        yield "a term more", ast.BinOp(node, ast.Sub(), scale)


EXCHANGES: tuple[Maker, ...] = (
    other_operators,
    other_comparisons,
    other_names,
    other_numbers,
    other_functions,
    exact_forms,
    other_parentheses,
    other_axes,
    in_and_out_of_calls,
    left_out,
    other_orders,
    turned_conditions,
)
ADDITIONS: tuple[Maker, ...] = (names_for_numbers, added, scaled)

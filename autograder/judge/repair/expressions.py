"""Small changes of an expression: another operator, another name, a root more, parentheses elsewhere, ..."""

from __future__ import annotations

import ast
import copy
import itertools
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
    ("dot", "multiply", "outer"),
)
"""Functions of NumPy that people take one for the other."""
ATTRIBUTES_TAKEN_FOR_EACH_OTHER = ("real", "imag")
REDUCTIONS = {"sum", "mean", "prod", "max", "min", "std", "var", "median", "any", "all", "argmax", "argmin", "norm"}
AXES: tuple[int | tuple[int, ...] | None, ...] = (0, 1, -1, (0, 2, 3), (2, 3), (1, 2, 3), None)
ARRAY_MAKERS = {"zeros", "ones", "empty", "full", "eye", "arange", "range", "linspace"}
"""What takes a size: a power in the place of a product would ask for all memory."""
SOMETHING_ELSE = "something else"
MOST_SCALES = 12
"""The most names that a value is multiplied with or divided by."""


Change = tuple[str, ast.AST]
"""What is changed, in words that follow "with", and what stands there then."""
Maker = Callable[[Place, Scope], Iterable[Change]]


def _is_value(place: Place) -> bool:
    """Whether a node is a value that is computed with: not a function's name, a target, a slice or a keyword's axis."""
    node, holder = place.node, place.holder
    if not isinstance(node, (ast.Name, ast.Call, ast.BinOp, ast.UnaryOp, ast.Subscript, ast.Attribute, ast.IfExp)):
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
    node = place.node
    if isinstance(node, ast.BinOp):
        for kind in ARITHMETIC:
            if not isinstance(node.op, kind) and not _changes_nothing(node, kind):
                yield "another operator", ast.BinOp(node.left, kind(), node.right)
                if isinstance(node.left, ast.BinOp) and _binds_tighter(kind, type(node.left.op)):
                    tight = ast.BinOp(node.left.right, kind(), node.right)
                    yield "another operator", ast.BinOp(node.left.left, node.left.op, tight)


def _binds_tighter(one: type[ast.operator], other: type[ast.operator]) -> bool:
    return _BINDING.get(one, 1) > _BINDING.get(other, 1)


_BINDING: dict[type[ast.operator], int] = {ast.Add: 0, ast.Sub: 0, ast.Pow: 2}
"""How tightly operators bind; those that do not stand here, 1."""


def _changes_nothing(node: ast.BinOp, kind: type[ast.operator], number: float | None = None) -> bool:
    """Whether an operation with 1 or 0 leaves the other operand as it is. number: in the place of the constant."""
    sides = {"left": node.left, "right": node.right}
    values = {side: one.value if number is None else number for side, one in sides.items() if _is_number(one)}
    if kind in (ast.Mult, ast.Add):
        return (1 if kind is ast.Mult else 0) in values.values()
    return kind in (ast.Div, ast.Pow, ast.Sub) and values.get("right") == (0 if kind is ast.Sub else 1)


def _is_number(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def other_comparisons(place: Place, scope: Scope) -> Iterator[Change]:
    """Another comparison."""
    node = place.node
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for kind in COMPARISONS:
            if not isinstance(node.ops[0], kind):
                yield "another comparison", ast.Compare(node.left, [kind()], node.comparators)
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "another connective", ast.BoolOp(other, node.values)


def other_numbers(place: Place, scope: Scope) -> Iterator[Change]:
    """Another number, or the other truth value."""
    if not isinstance(place.node, ast.Constant):
        return
    value = place.node.value
    if isinstance(value, bool):
        keyword = place.holder.arg if isinstance(place.holder, ast.keyword) else None
        yield f"another `{keyword}`" if keyword else "the other truth value", ast.Constant(not value)
    elif isinstance(value, (int, float)):
        numbers = dict.fromkeys((-value, value + 1, value - 1, 0, 1, 2, 0.5, value / 2, 2 * value))
        for other in numbers:
            holder = place.holder
            if other != value and not (
                isinstance(holder, ast.BinOp) and _changes_nothing(holder, type(holder.op), other)
            ):
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
    node, called = place.node, _called(place.node)
    for other in _others(called, TAKEN_FOR_EACH_OTHER):
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute):
            function: ast.expr = ast.Attribute(node.func.value, other, ast.Load())
        else:
            function = variable(other)
        yield f"another function than `{called}`", ast.Call(function, node.args, node.keywords)
    if isinstance(node, ast.Attribute):
        for other in _others(node.attr, (ATTRIBUTES_TAKEN_FOR_EACH_OTHER,)):
            yield f"another part than `.{node.attr}`", ast.Attribute(node.value, other, ast.Load())
    if called in ("zeros_like", "ones_like"):
        assert isinstance(node, ast.Call)
        shape = ast.Attribute(node.args[0], "shape", ast.Load())
        yield "another dtype", scope.numpy_call(called.removesuffix("_like"), shape)


def _others(name: str, families: tuple[tuple[str, ...], ...]) -> list[str]:
    return [other for family in families if name in family for other in family if other != name]


def other_orders(place: Place, scope: Scope) -> Iterator[Change]:
    """The same things in another order: operands, arguments, what is returned."""
    node = place.node
    if isinstance(node, ast.BinOp) and not isinstance(node.op, (ast.Add, ast.Mult)):
        yield "the operands exchanged", ast.BinOp(node.right, node.op, node.left)
    if isinstance(node, ast.Call):
        for arguments in _exchanged(node.args):
            yield "two arguments exchanged", ast.Call(node.func, arguments, node.keywords)
    if isinstance(node, ast.Tuple):
        for elements in _exchanged(node.elts):
            yield "two of them exchanged", ast.Tuple(elements, ast.Load())
        for turn in range(1, len(node.elts) if len(node.elts) > 2 else 1):
            yield "another order", ast.Tuple([*node.elts[turn:], *node.elts[:turn]], ast.Load())
    if isinstance(node, ast.IfExp):
        yield "the two exchanged", ast.IfExp(node.test, node.orelse, node.body)


def _exchanged(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for i in range(len(nodes)):
        for j in range(i + 1, len(nodes)):
            yield [*nodes[:i], nodes[j], *nodes[i + 1 : j], nodes[i], *nodes[j + 1 :]]


def other_axes(place: Place, scope: Scope) -> Iterator[Change]:
    """An axis or `keepdims` more, fewer, or another one; other axes where a name stands for them."""
    call = place.node
    if isinstance(call, ast.Tuple) and call.elts and all(map(_is_number, call.elts)):
        for axes in AXES:
            if isinstance(axes, tuple):
                yield "other axes", _literal(axes)
    if not isinstance(call, ast.Call) or _called(call) not in REDUCTIONS:
        return
    given = {keyword.arg: keyword for keyword in call.keywords}
    for name, values in (("axis", AXES), ("keepdims", (True, False)), ("ddof", (0, 1))):
        others = [keyword for keyword in call.keywords if keyword.arg != name]
        if name in given:
            yield f"no `{name}`", ast.Call(call.func, call.args, others)
        literals = [_literal(value) for value in values] if name != "ddof" or _called(call) in ("std", "var") else []
        for value in [*literals, *(_all_axes_but_one(call, scope) if name == "axis" else [])]:
            kind = f"another `{name}`" if name in given else f"`{name}` given"
            yield kind, ast.Call(call.func, call.args, [*others, ast.keyword(name, value)])


def _all_axes_but_one(call: ast.Call, scope: Scope) -> Iterator[ast.expr]:
    """(0, *range(2, x.ndim)) and tuple(range(1, x.ndim)): all axes but that of the channels, or of the samples."""
    array = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(array, ast.Name) and array.id == scope.numpy:
        array = call.args[0] if call.args else None
    names = [node.id for node in ast.walk(array) if isinstance(node, ast.Name)] if array else []
    for name in [name for name in names if scope.knows(name)][:1]:
        ndim = ast.Attribute(variable(name), "ndim", ast.Load())
        from_two = ast.Call(variable("range"), [ast.Constant(2), ndim], [])
        yield ast.Tuple([ast.Constant(0), ast.Starred(from_two, ast.Load())], ast.Load())
        from_one = ast.Call(variable("range"), [ast.Constant(1), ndim], [])
        yield ast.Call(variable("tuple"), [from_one], [])


def other_counts(place: Place, scope: Scope) -> Iterator[Change]:
    """A range or a count that begins or ends elsewhere."""
    call = place.node
    if not isinstance(call, ast.Call) or _called(call) not in ("range", "enumerate", "arange"):
        return
    if _called(call) == "enumerate":
        for start in (0, 1) if len(call.args) == 1 else ():
            yield "another `start`", ast.Call(call.func, call.args, [ast.keyword("start", ast.Constant(start))])
        return
    first, last = (call.args[0], call.args[1]) if len(call.args) > 1 else (ast.Constant(0), call.args[0])
    for change in (ast.Add(), ast.Sub()):
        moved: list[ast.expr] = [_moved_by_one(first, change), _moved_by_one(last, change)]
        yield "another end of the range", ast.Call(call.func, [first, moved[1]], call.keywords)
        yield "another range", ast.Call(call.func, moved, call.keywords)
    yield "another start of the range", ast.Call(call.func, [_moved_by_one(first, ast.Add()), last], call.keywords)


def _literal(value: Any) -> ast.expr:
    if isinstance(value, tuple):
        return ast.Tuple([_literal(one) for one in value], ast.Load())
    return ast.Constant(value) if not (isinstance(value, int) and value < 0) else _negative(ast.Constant(-value))


def _negative(node: ast.expr) -> ast.UnaryOp:
    return ast.UnaryOp(ast.USub(), node)


def turned_conditions(place: Place, scope: Scope) -> Iterator[Change]:
    """The opposite condition, and `is None` for a truth value."""
    node = place.node
    if place.attribute != "test" or not isinstance(node, ast.expr):
        return
    yield "the opposite condition", ast.UnaryOp(ast.Not(), node)
    is_not = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    named = node.operand if isinstance(node, ast.UnaryOp) and is_not else node
    if isinstance(named, ast.Name):
        kind = ast.Is() if is_not else ast.IsNot()
        yield "`is None`" if is_not else "`is not None`", ast.Compare(named, [kind], [ast.Constant(None)])


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
        if isinstance(node.left, ast.BinOp):
            middle = ast.BinOp(node.left.right, node.op, inner.left)
            outside = ast.BinOp(ast.BinOp(node.left.left, node.left.op, middle), inner.op, inner.right)
            yield "parentheses elsewhere", outside
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
        deeper = _inside_of_methods(left)
        if deeper is not None and deeper is not left:
            yield _moved_in(deeper), _exchanged_inside(left, deeper, ast.BinOp(deeper.args[0], node.op, right))
        if _is_function_of_one(right):
            yield _moved_in(right), _with_argument(right, ast.BinOp(left, node.op, right.args[0]))
        yield from _in_and_out_of_powers(node)


def _inside_of_methods(node: ast.expr) -> ast.Call | None:
    """The function of one in np.sqrt(a).reshape(b), or in np.sqrt(a)[b]."""
    while not _is_function_of_one(node) or (isinstance(node.func, ast.Attribute) and _is_deeper(node.func.value)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        elif isinstance(node, (ast.Subscript, ast.Attribute)):
            node = node.value
        else:
            return None
    return node


def _is_deeper(node: ast.expr) -> bool:
    return isinstance(node, (ast.Call, ast.Subscript))


def _exchanged_inside(node: ast.expr, inner: ast.Call, argument: ast.expr) -> ast.expr:
    """A copy of an expression in which a call has another argument."""
    return copy.deepcopy(node, {id(inner): _with_argument(inner, argument)})


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
    if isinstance(node, ast.Call) and _called(node) == "log" and node.args and isinstance(node.args[0], ast.BinOp):
        total = node.args[0]
        if isinstance(total.op, ast.Add) and (_is_one(total.left) or _is_one(total.right)):
            yield "`log1p`", scope.numpy_call("log1p", total.right if _is_one(total.left) else total.left)


def _moved_by_one(node: ast.expr, change: ast.operator) -> ast.expr:
    if _is_number(node) and isinstance(node.value, int):
        number = node.value + (1 if isinstance(change, ast.Add) else -1)
        return _literal(number)
    return ast.BinOp(node, change, ast.Constant(1))


def split_logarithms(place: Place, scope: Scope) -> Iterator[Change]:
    """log(a) - log(b) for log(a / b), and a - log(b) for log(exp(a) / b)."""
    node = place.node
    if not isinstance(node, ast.Call) or _called(node) != "log" or len(node.args) != 1:
        return
    quotient = node.args[0]
    if isinstance(quotient, ast.BinOp) and isinstance(quotient.op, ast.Div):
        above, below = quotient.left, ast.Call(node.func, [quotient.right], [])
        yield "two logarithms", ast.BinOp(ast.Call(node.func, [above], []), ast.Sub(), below)
        if _is_function_of_one(above) and _called(above) == "exp":
            yield "no `exp` in the logarithm", ast.BinOp(above.args[0], ast.Sub(), below)


def where_for_masks(place: Place, scope: Scope) -> Iterator[Change]:
    """where(z > 0, a, b) for (z > 0) * a + (z <= 0) * b, which makes NaN of an infinity on the other side."""
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        (one, first), (other, second) = _without_mask(node.left), _without_mask(node.right)
        if one is not None and other is not None:
            yield "`where`", scope.numpy_call("where", one, first, second)


def _without_mask(node: ast.expr) -> tuple[ast.Compare | None, ast.expr]:
    """The comparison among the factors of a product, and the product of the others."""
    if isinstance(node, ast.Compare):
        return node, ast.Constant(1.0)
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return None, node
    if isinstance(node.right, ast.Compare):
        return node.right, node.left
    if isinstance(node.left, ast.Compare):
        return node.left, node.right
    mask, rest = _without_mask(node.left)
    return mask, ast.BinOp(rest, ast.Mult(), node.right)


def smaller_exponents(place: Place, scope: Scope) -> Iterator[Change]:
    """An exponential that cannot overflow: of what is at most 0, or less the largest number of its row."""
    node = place.node
    if not isinstance(node, ast.Call) or _called(node) not in ("exp", "expm1") or len(node.args) != 1:
        return
    exponent = node.args[0]
    yield "`minimum`", ast.Call(node.func, [scope.numpy_call("minimum", exponent, ast.Constant(0))], node.keywords)
    for axis in (-1, 1):
        keywords = [ast.keyword("axis", _literal(axis)), ast.keyword("keepdims", ast.Constant(True))]
        largest = ast.Call(ast.Attribute(variable(scope.numpy), "max", ast.Load()), [exponent], keywords)
        shifted = ast.BinOp(exponent, ast.Sub(), largest)
        yield "the largest of each row subtracted", ast.Call(node.func, [shifted], node.keywords)


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1


# ---------------------------------------------------------------- something more or fewer


def left_out(place: Place, scope: Scope) -> Iterator[Change]:
    """A function, a sign, a power, a term or a factor fewer."""
    node = place.node
    if isinstance(node, ast.Call) and node.args and not isinstance(place.holder, ast.Expr):
        yield f"no `{_called(node)}`", node.args[0]
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            others = [one for one in node.keywords if one is not keyword]
            yield f"no `{keyword.arg}`", ast.Call(node.func, node.args, others)
        if len(node.args) > 1:
            yield "an argument fewer", ast.Call(node.func, node.args[:-1], node.keywords)
    if isinstance(node, ast.Subscript):
        yield "no index", node.value
    if isinstance(node, ast.IfExp):
        yield "no condition", node.body
        yield "no condition", node.orelse
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_array_method(node, scope):
        yield f"no `{_called(node)}`", node.func.value
    if isinstance(node, ast.UnaryOp):
        yield "no sign", node.operand
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "no `.T`", node.value
    if isinstance(node, ast.BinOp):
        is_sum = isinstance(node.op, (ast.Add, ast.Sub))
        part = "a term" if is_sum else "an exponent" if _is_power(node) else "a factor"
        yield f"{part} fewer", node.left
        yield f"{part} fewer", node.right


def _is_power(node: ast.BinOp) -> bool:
    return isinstance(node.op, ast.Pow)


def _is_array_method(node: ast.Call, scope: Scope) -> bool:
    value = node.func.value if isinstance(node.func, ast.Attribute) else None
    return not (isinstance(value, ast.Name) and value.id == scope.numpy)


def numbers_for_names(place: Place, scope: Scope) -> Iterator[Change]:
    """0 or 1 in the place of a name."""
    node = place.node
    is_operand = isinstance(place.holder, (ast.Compare, ast.Call)) and place.attribute != "func"
    if isinstance(node, ast.Name) and scope.knows(node.id) and is_operand:
        for number in (0, 1):
            yield f"a number in the place of `{node.id}`", ast.Constant(number)


def names_for_numbers(place: Place, scope: Scope) -> Iterator[Change]:
    """A name in the place of a number."""
    number = isinstance(place.node, ast.Constant) and type(place.node.value) in (int, float)
    if number and not isinstance(place.holder, ast.keyword):
        for name in scope.names(place.line):
            yield "a name in the place of the number", variable(name)
            yield "a name in the place of the number", _negative(variable(name))


def added(place: Place, scope: Scope) -> Iterator[Change]:
    """A root, a square, a sign, a transpose, a one more."""
    node = place.node
    if not _is_value(place) or not isinstance(node, ast.expr):
        return
    one, two = ast.Constant(1), ast.Constant(2)
    yield "a square root more", scope.numpy_call("sqrt", node)
    yield "a square more", _power(node, two)
    yield "its absolute value", scope.numpy_call("abs", node)
    yield "the opposite sign", _negative(node)
    yield "1 minus it", ast.BinOp(one, ast.Sub(), node)
    yield "1 more", ast.BinOp(node, ast.Add(), one)
    yield "1 fewer", ast.BinOp(node, ast.Sub(), one)
    yield "its reciprocal", ast.BinOp(one, ast.Div(), node)
    yield "twice or half of it", ast.BinOp(node, ast.Mult(), two)
    yield "twice or half of it", ast.BinOp(node, ast.Div(), two)
    yield "its transpose", ast.Attribute(node, "T", ast.Load())
    if isinstance(node, (ast.Call, ast.BinOp)):
        yield "a plain Python number", ast.Call(variable("float"), [node], [])
    if isinstance(place.holder, (ast.Return, ast.Tuple)):
        yield "a copy of it", scope.numpy_call("array", node)
        for parameter in scope.parameters:
            dtype = ast.Attribute(variable(parameter), "dtype", ast.Load())
            yield "another dtype", ast.Call(ast.Attribute(node, "astype", ast.Load()), [dtype], [])
    if place.attribute == "iter":
        listed = ast.Call(variable("list"), [node], [])
        yield "the opposite order", ast.Call(variable("reversed"), [listed], [])


def completed(place: Place, scope: Scope) -> Iterator[Change]:
    """An argument more, of what takes two or three."""
    call = place.node
    if isinstance(call, ast.Call) and _called(call) in ("where", "clip", "minimum", "maximum"):
        last: list[ast.expr] = [ast.Constant(0), ast.Constant(1), *map(variable, scope.names(place.line))]
        for argument in last:
            yield "an argument more", ast.Call(call.func, [*call.args, argument], call.keywords)


def summed(place: Place, scope: Scope) -> Iterator[Change]:
    """A sum or a mean more."""
    node = place.node
    if _is_value(place) and isinstance(node, ast.expr) and not scope.is_number(node):
        for name in ("sum", "mean"):
            for axis in (None, 0, -1):
                keywords = [] if axis is None else [ast.keyword("axis", _literal(axis))]
                yield f"a {name} more", ast.Call(ast.Attribute(node, name, ast.Load()), [], keywords)


def spread(place: Place, scope: Scope) -> Iterator[Change]:
    """An axis of length 1 more, so that NumPy spreads the numbers along another one."""
    node = place.node
    if not _is_value(place) or not isinstance(node, ast.expr) or scope.is_number(node):
        return
    none, everything = ast.Constant(None), ast.Slice()
    column = ast.Tuple([everything, none], ast.Load())
    last = ast.Tuple([ast.Constant(...), none], ast.Load())
    for index in (column, none, last):
        yield "an axis more", ast.Subscript(node, index, ast.Load())
    if isinstance(node, ast.Name):
        for array in scope.parameters[:2]:
            yield "the shape (1, C, 1, ...)", _as_channels(node, array)


def _as_channels(node: ast.expr, array: str) -> ast.expr:
    """node.reshape(1, -1, *[1] * (array.ndim - 2))"""
    rest = ast.BinOp(ast.Attribute(variable(array), "ndim", ast.Load()), ast.Sub(), ast.Constant(2))
    ones = ast.Starred(ast.BinOp(ast.List([ast.Constant(1)], ast.Load()), ast.Mult(), rest), ast.Load())
    return ast.Call(ast.Attribute(node, "reshape", ast.Load()), [ast.Constant(1), _literal(-1), ones], [])


def scaled(place: Place, scope: Scope) -> Iterator[Change]:
    """A value multiplied with, or divided by, something that has a name there, or by the number of rows."""
    node = place.node
    if not _is_value(place) or not isinstance(node, ast.expr) or isinstance(place.holder, ast.Subscript):
        return
    scales: list[ast.expr] = [variable(name) for name in scope.names(place.line)[:MOST_SCALES]]
    scales += [ast.Call(variable("len"), [variable(name)], []) for name in scope.parameters[:2]]
    yield from _combined(node, scales)


def _combined(node: ast.expr, others: list[ast.expr]) -> Iterator[Change]:
    for other in others:
        yield "a factor more", ast.BinOp(node, ast.Mult(), other)
        yield "a divisor more", ast.BinOp(node, ast.Div(), other)
    for other in others:
        yield "a term more", ast.BinOp(node, ast.Add(), other)
        yield "a term more", ast.BinOp(node, ast.Sub(), other)


def other_parts(place: Place, scope: Scope) -> Iterator[Change]:
    """Another expression of the function in the place of one."""
    node = place.node
    is_constant = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    if isinstance(node, ast.expr) and (is_constant or _is_value(place)):
        for other in scope.ingredients(place.line):
            yield SOMETHING_ELSE, other


def combined_with_parts(place: Place, scope: Scope) -> Iterator[Change]:
    """A value combined with another expression of the function."""
    node = place.node
    if _is_value(place) and isinstance(node, ast.expr) and not isinstance(place.holder, ast.Subscript):
        yield from _combined(node, scope.ingredients(place.line))


def products(place: Place, scope: Scope) -> Iterator[Change]:
    """The product of two names in the place of a call, a name or a number."""
    node = place.node
    if _is_number(node) or (isinstance(node, (ast.Name, ast.Call)) and _is_value(place)):
        names = scope.names(place.line)[:MOST_SCALES]
        for one, other in itertools.combinations(names, 2):
            yield SOMETHING_ELSE, ast.BinOp(variable(one), ast.Mult(), variable(other))


EXCHANGES: tuple[Maker, ...] = (
    other_operators,
    other_comparisons,
    other_names,
    other_numbers,
    other_functions,
    exact_forms,
    other_parentheses,
    other_axes,
    other_counts,
    smaller_exponents,
    split_logarithms,
    where_for_masks,
    in_and_out_of_calls,
    left_out,
    numbers_for_names,
    other_orders,
    turned_conditions,
)
ADDITIONS: tuple[Maker, ...] = (names_for_numbers, completed, added, summed, spread, scaled)
INGREDIENTS: tuple[Maker, ...] = (other_parts, combined_with_parts, products)

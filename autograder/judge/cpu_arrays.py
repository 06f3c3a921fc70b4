"""Find the call that made a NumPy array which does not mix with arrays on the GPU, from the function's source.

NumPy's functions follow their arguments to the GPU. `np.zeros(3)` has no argument to follow.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FrameType, ModuleType
from typing import Any

import numpy as np

LIKE = {np.zeros: "zeros_like", np.ones: "ones_like", np.empty: "empty_like", np.full: "full_like"}
"""Functions with a twin that copies shape, dtype and place from an array."""
CONVERSIONS = (np.array, np.asarray, np.asanyarray, np.ascontiguousarray)
RANGES = (np.arange, np.eye, np.identity)
OTHERS = (np.linspace, np.logspace, np.geomspace, np.indices, np.tri, np.fromiter, np.fromfunction)
MAKERS = (*LIKE, *CONVERSIONS, *RANGES, *OTHERS)
"""Functions that make a NumPy array, wherever the rest of the numbers are."""
JOINERS = (np.stack, np.concatenate, np.vstack, np.hstack, np.dstack, np.column_stack, np.block, np.einsum)
"""Functions that look into a list for the arrays they are to follow; the others take a list for numbers on the CPU."""
RANDOM = (np.random.Generator, np.random.RandomState)
LONGEST_CALL_CHARACTERS = 60
MOST_ASSIGNMENTS = 5
"""How many assignments are followed back from a variable to the call that made its array."""
ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)

IsThere = Callable[[Any], bool]


@dataclass(frozen=True)
class Place:
    """A line of the student's, counted as in its cell."""

    number: int
    line: str


def own_frame(function: Callable[..., Any], error: BaseException) -> tuple[FrameType | None, int]:
    """Return the innermost frame of a traceback that runs code of the function's cell, and its line number."""
    try:
        file = inspect.unwrap(function).__code__.co_filename
    except Exception:
        return None, 0
    frames: list[tuple[FrameType, int]] = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            frames.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    named = [(frame, number) for frame, number in frames if not frame.f_code.co_name.startswith("<")]
    found = named or frames
    return found[-1] if found else (None, 0)


def explain_mixed(function: Callable[..., Any], error: BaseException, is_there: IsThere) -> str:
    """Name, in a sentence, the call that made the NumPy array an exception complains of; "" where none is found.

    is_there: whether a value is an array on the GPU.
    """
    frame, number = own_frame(function, error)
    tree = _source_tree(frame.f_code) if frame else None
    if frame is None or tree is None:
        return ""
    reader = _Reader(tree, {**frame.f_globals, **frame.f_locals}, frame.f_locals)
    return reader.advice(reader.culprit(number), is_there)


def explain_left_on_cpu(function: Callable[..., Any], arguments: dict[str, Any], is_there: IsThere) -> str:
    """Name, in a sentence, the first call in a function that makes a NumPy array; "" where there is none.

    arguments: those that the function was called with, by name.
    """
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    tree = _source_tree(code) if code else None
    if tree is None:
        return ""
    reader = _Reader(tree, {**function.__globals__, **arguments}, arguments)
    return reader.advice(next(reader.makers(tree), None), is_there)


def _source_tree(code: CodeType) -> ast.AST | None:
    """Parse a function's source, with the line numbers of its cell; None where there is no source."""
    try:
        lines, start = inspect.getsourcelines(code)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, SyntaxError, TypeError, ValueError, IndentationError):
        return None
    return ast.increment_lineno(tree, start - 1)


class _Reader:
    """A function's source, with the values that its names had.

    names: all that its code can use. variables: its own arguments and variables.
    """

    def __init__(self, tree: ast.AST, names: dict[str, Any], variables: dict[str, Any]) -> None:
        self.tree, self.names, self.variables = tree, names, variables

    def culprit(self, number: int) -> ast.Call | None:
        """Find the call that made an array used in a line: through a variable, or in the line itself."""
        parts = self._parts_at(number)
        for name in [node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)]:
            if _holds_numpy(self.variables.get(name)):
                made = self._maker_of(name, MOST_ASSIGNMENTS)
                if made is not None:
                    return made
        return next((call for part in parts for call in self.makers(part)), None)

    def _parts_at(self, number: int) -> list[ast.AST]:
        """Return the code of one line: its statement, or only the head of a loop or condition."""
        statements = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.stmt) and node.lineno <= number <= (node.end_lineno or node.lineno)
        ]
        if not statements:
            return []
        found = max(statements, key=lambda node: node.lineno)
        if isinstance(found, ast.Assign):
            return [found.value, *found.targets]
        if not hasattr(found, "body"):
            return [found]
        return [getattr(found, part) for part in ("test", "iter") if hasattr(found, part)]

    def _maker_of(self, name: str, depth: int) -> ast.Call | None:
        """Find the call in the assignments to a name, or in those to the names that these use."""
        nodes = [node for node in ast.walk(self.tree) if isinstance(node, ASSIGNMENTS) and name in _targets(node)]
        values = [node.value for node in nodes if node.value is not None]
        for value in values:
            found = next(self.makers(value), None)
            if found is not None:
                return found
        if depth:
            others = {node.id for value in values for node in ast.walk(value) if isinstance(node, ast.Name)} - {name}
            for other in sorted(others):
                if _holds_numpy(self.variables.get(other)):
                    found = self._maker_of(other, depth - 1)
                    if found is not None:
                        return found
        return None

    def makers(self, node: ast.AST) -> Iterator[ast.Call]:
        """Find the calls that make NumPy arrays, but those in indices: indices may be NumPy arrays."""
        if isinstance(node, ast.Call) and self._makes(node):
            yield node
        for field, value in ast.iter_fields(node):
            if isinstance(node, ast.Subscript) and field == "slice":
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from self.makers(child)

    def _makes(self, call: ast.Call) -> bool:
        function = self._value(call.func)
        if any(keyword.arg == "like" for keyword in call.keywords):
            return False
        if any(function is maker for maker in MAKERS) or _is_random(function):
            return True
        of_numpy = isinstance(function, np.ufunc) or getattr(function, "__module__", "").split(".")[0] == "numpy"
        follows = any(function is joiner for joiner in JOINERS)
        return bool(of_numpy and callable(function) and not follows and call.args and _is_list(call.args[0]))

    def _value(self, node: ast.AST) -> Any:
        """Look up the name of a function, such as np.zeros, zeros, np.random.normal or rng.normal; else None."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            base = self._value(node.value)
            return getattr(base, node.attr, None) if isinstance(base, (ModuleType, *RANDOM)) else None
        return None

    def advice(self, call: ast.Call | None, is_there: IsThere) -> str:
        """Say what a call makes, and what would leave the numbers where they are."""
        if call is None:
            return ""
        function, text = self._value(call.func), _short(call)
        line, x = f"Line {call.lineno}: `{text}`", self._array_near(call, is_there)
        if _is_random(function):
            return f"{line} draws its numbers on the CPU; a kernel is given its noise as an argument."
        if any(function is maker for maker in CONVERSIONS):
            return f"{line} {self._on_conversion(call, x)}"
        if any(function is maker for maker in (*LIKE, *RANGES)):
            twin = next((name for maker, name in LIKE.items() if maker is function), "")
            copies = twin and call.args and ast.unparse(call.args[0]) in (f"{x}.shape", f"np.shape({x})")
            rest = "".join(f", {ast.unparse(part)}" for part in [*call.args[1:], *call.keywords]) if copies else ""
            better = f"`np.{twin}({x}{rest})`, or `like={x}` in the parentheses," if copies else f"with `like={x}` it"
            return f"{line} makes a NumPy array, on the CPU; {better} makes one where {x} is."
        if any(function is maker for maker in OTHERS):
            return f"{line} makes a NumPy array, on the CPU."
        name = ast.unparse(call.func)
        return f"{line} makes a NumPy array of its list, on the CPU; `{name}(np.stack(...))` leaves it where it is."

    def _on_conversion(self, call: ast.Call, x: str) -> str:
        """Say what np.array or np.asarray makes here, and what to write instead."""
        given = call.args[0] if call.args else None
        if isinstance(given, ast.Name) and not isinstance(self.variables.get(given.id), (list, tuple)):
            return f"asks for a NumPy array, on the CPU; leave `{given.id}` as it is, or change it with `.astype`."
        text = given.id if isinstance(given, ast.Name) else "[...]"
        return (
            f"makes a NumPy array, on the CPU; `np.stack({text})` leaves arrays where they are, and `like={x}` in the "
            f"parentheses puts numbers where {x} is."
        )

    def _array_near(self, call: ast.Call, is_there: IsThere) -> str:
        """Return the name of an array on the GPU: one that the call mentions, or the first of all."""
        near = [node.id for node in ast.walk(call) if isinstance(node, ast.Name)]
        for name in [*near, *self.variables]:
            if is_there(self.variables.get(name)):
                return name
        return "x"


def _is_random(function: Any) -> bool:
    return isinstance(getattr(function, "__self__", None), RANDOM)


def _is_list(node: ast.AST) -> bool:
    return isinstance(node, (ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp))


def _targets(node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr) -> set[str]:
    """Return the names that a statement assigns to, but not those of which it assigns an item."""
    targets: list[ast.expr] = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [item for target in targets for item in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return {item.id for item in names if isinstance(item, ast.Name)}


def _holds_numpy(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_numpy, value))
    return isinstance(value, np.ndarray)


def _short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= LONGEST_CALL_CHARACTERS else f"{text[: LONGEST_CALL_CHARACTERS - 4]} ..."

"""The code of a function, where it can be read, and where it is safe to run it thousands of times.

Safe is what computes from its arguments alone: it opens no file, draws no random number, and keeps nothing.
"""

from __future__ import annotations

import ast
import dis
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

MODULES = frozenset(
    ["numpy", "math", "cmath", "itertools", "functools", "operator", "collections", "statistics", "copy", "warnings"]
)
"""What a function and its helpers may use."""
NOT_REPEATED = (
    frozenset(
        ["open", "input", "exec", "eval", "compile", "__import__", "globals", "locals", "vars", "setattr", "breakpoint"]
    )
    | {"save", "savez", "savez_compressed", "savetxt", "tofile", "fromfile", "memmap", "load", "loadtxt", "genfromtxt"}
    | {
        "random",
        "default_rng",
        "set_printoptions",
        "seterr",
        "seterrcall",
    }
)
"""Names of what reads, writes, draws or sets something."""
MOST_REACHED = 100
"""The most functions that a function may call, one by way of another."""


@dataclass(frozen=True)
class OwnCode:
    """A function's definition as text, its first line in the cell or file, and the names that it uses."""

    source: str
    first_line: int
    namespace: dict[str, Any]


def code_of(function: Callable[..., Any]) -> OwnCode | None:
    """Read a function's code.

    None for what is no plain function, for one that uses names of a function around it or that is not safe to run, and
    where what can be read is not what the function does: a cell that was edited since, say.
    """
    if not isinstance(function, FunctionType) or function.__closure__ or not _is_safe(function):
        return None
    try:
        lines, first = inspect.getsourcelines(function)
        source = textwrap.dedent("".join(lines))
        definition = ast.parse(source).body[0]
        program = compile("".join(inspect.findsource(function)[0]), "<own code>", "exec", dont_inherit=True)
    except Exception:
        return None
    if not isinstance(definition, ast.FunctionDef) or not all(map(_is_constant, _defaults(definition))):
        return None
    is_its_code = any(_same(code, function.__code__) for code in _functions_in(program))
    return OwnCode(source, first, function.__globals__) if is_its_code else None


def _functions_in(code: CodeType) -> Iterator[CodeType]:
    """The code of all functions that a cell or file defines."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _functions_in(constant)


def _defaults(definition: ast.FunctionDef) -> list[ast.expr]:
    arguments = definition.args
    return [*arguments.defaults, *(one for one in arguments.kw_defaults if one is not None)]


def _is_constant(node: ast.expr) -> bool:
    """Whether an expression has the same value whenever it is evaluated, and nothing can be kept in it."""
    kinds = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.operator, ast.unaryop, ast.expr_context)
    return all(isinstance(one, kinds) for one in ast.walk(node))


def _same(one: CodeType, other: CodeType) -> bool:
    """Whether two functions do the same, instruction by instruction."""
    return (
        (one.co_name, one.co_firstlineno) == (other.co_name, other.co_firstlineno)
        and one.co_code == other.co_code
        and one.co_names == other.co_names
        and one.co_varnames == other.co_varnames
        and len(one.co_consts) == len(other.co_consts)
        and all(map(_same_constant, one.co_consts, other.co_consts))
    )


def _same_constant(one: Any, other: Any) -> bool:
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return _same(one, other)
    return type(one) is type(other) and repr(one) == repr(other)


def _is_safe(function: FunctionType) -> bool:
    """Whether a function, and all that it calls, uses nothing but numbers, functions and a few modules."""
    seen: list[FunctionType] = []
    todo = [function]
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.append(one)
        names = set(_names_in(one.__code__))
        used = [one.__globals__[name] for name in names if name in one.__globals__]
        imports = set(_imported_in(one.__code__)) - MODULES
        if names & NOT_REPEATED or imports or not all(map(_is_harmless, used)) or len(seen) > MOST_REACHED:
            return False
        if one is not function and (one.__closure__ or not all(map(_is_harmless, one.__defaults__ or ()))):
            return False
        todo += [value for value in used if isinstance(value, FunctionType)]
    return True


def _names_in(code: CodeType) -> Iterator[str]:
    """The names that a function's code uses: global ones, attributes and modules."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _imported_in(code: CodeType) -> Iterator[str]:
    """The packages that a function's code imports when it runs."""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            yield str(instruction.argval).partition(".")[0]
        elif isinstance(instruction.argval, CodeType):
            yield from _imported_in(instruction.argval)


def _is_harmless(value: Any) -> bool:
    """Whether a value that a function uses keeps nothing from call to call."""
    if isinstance(value, ModuleType):
        return value.__name__.partition(".")[0] in MODULES
    if value is None or isinstance(value, (bool, int, float, complex, str, np.generic)):
        return True
    if isinstance(value, tuple):
        return all(map(_is_harmless, value))
    if isinstance(value, np.ndarray):
        return not value.dtype.hasobject
    if isinstance(value, type):
        return value.__module__.partition(".")[0] in {"builtins", *MODULES}
    return isinstance(value, (FunctionType, BuiltinFunctionType)) or type(value).__module__ == "numpy"

"""What grading binds to the names of a notebook, where that is not what they hold here.

Read from the sources of the cells, statement by statement: a name that grading cannot bind becomes one that raises the
reason, what draws and shows becomes inert.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from typing import Any

from autograder.plaindata.stand_ins import (
    COURSE_NAMES,
    NO_INPUT,
    NUMBERED,
    Absent,
    Inert,
    InertModule,
    course_module,
    inert_module,
    is_inert,
    not_numbered,
    refusal,
)

GIVEN = ("np", *COURSE_NAMES)
"""Names that the instructor's first cell binds in any case."""
CATCHES_IMPORTS = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")


class Names:
    """The names of a notebook as grading binds them. bound: name -> its stand-in."""

    def __init__(self, packages: Collection[str]) -> None:
        self.packages = packages
        self.bound: dict[str, Any] = {}
        self._own: set[str] = set()
        self._refused: dict[str, None] = {}

    def run(self, source: str) -> list[str]:
        """Go through a cell. Returns sentences on what it imports and grading does not have."""
        self._refused = {}
        try:
            statements = ast.parse(source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []
        for name in set(NUMBERED.findall(source)) - self._own:
            self.bound.setdefault(name, Absent(not_numbered(name)))
        for statement in statements:
            self._run(statement)
            self._own |= bound_by(statement)
        return list(self._refused)

    def _run(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Try | ast.TryStar) and _catches_imports(statement):
            self._run_guarded(statement)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            self._import(statement)
        elif error := self._error_of(statement):
            self.bound.update({name: Absent(error) for name in bound_by(statement) if name not in GIVEN})
        else:
            stand_in = self._drawn(statement)
            for name in bound_by(statement):
                self.bound.pop(name, None)
                if stand_in:
                    self.bound[name] = Inert()

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for name, module, value in self._imported(statement):
            self.bound.pop(name, None)
            if reason := self._reason(module):
                if name not in GIVEN:
                    self.bound[name] = Absent(ModuleNotFoundError(reason, name=module))
            elif value is not None:
                self.bound[name] = value

    def _imported(self, statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str, Any]]:
        """Yield each name that an import binds, the module it needs, and its stand-in if that is inert."""
        for alias in statement.names:
            if isinstance(statement, ast.Import):
                module = alias.name
                value: Any = inert_module(module) if is_inert(module, self.packages) else None
                value = course_module() if module == "autograder" else value
                yield alias.asname or module.partition(".")[0], module, value
            else:
                module = statement.module or ""
                value = getattr(inert_module(module), alias.name) if is_inert(module, self.packages) else None
                if module == "autograder":
                    value = Inert() if alias.name in COURSE_NAMES else None
                    module = module if value is not None else f"autograder.{alias.name}"
                yield alias.asname or alias.name, module, value

    def _reason(self, module: str) -> str:
        reason = refusal(module, self.packages)
        if reason:
            self._refused[reason] = None
        return reason

    def _run_guarded(self, statement: ast.Try | ast.TryStar) -> None:
        """Go through a `try` that catches what an import raises: its handler is what runs where one is refused."""
        inside = [node for part in statement.body for node in executed(part)]
        if not any(self._refusal_of(node) for node in inside):
            for part in [*statement.body, *statement.orelse, *statement.finalbody]:
                self._run(part)
            return
        error = ModuleNotFoundError(next(filter(None, map(self._refusal_of, inside))))
        self.bound.update({name: Absent(error) for part in statement.body for name in bound_by(part)})
        for part in [*statement.handlers[0].body, *statement.finalbody]:
            self._run(part)
            if isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant):
                self.bound.update(dict.fromkeys(bound_by(part), part.value.value))
            elif isinstance(part, ast.Import | ast.ImportFrom):
                self._import_for_good(part)

    def _import_for_good(self, statement: ast.Import | ast.ImportFrom) -> None:
        """Import here what grading imports instead of a package that it lacks."""
        found: dict[str, Any] = {}
        if not any(self._refusal_of(node) for node in executed(statement)):
            try:
                exec(compile(ast.Module([statement], []), "<import>", "exec"), found)
            except ImportError:
                return
            self.bound.update({name: value for name, value in found.items() if name in bound_by(statement)})

    def _error_of(self, statement: ast.stmt) -> BaseException | None:
        """Return what a statement raises while grading, as far as it comes from what grading lacks."""
        for node in executed(statement):
            if reason := self._refusal_of(node):
                self._refused[reason] = None
                return ModuleNotFoundError(reason)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                known = self.bound.get(node.id)
                if isinstance(known, Absent):
                    return known._error
            if _is_call_of_input(node):
                return EOFError(NO_INPUT)
        return None

    def _refusal_of(self, node: ast.AST) -> str:
        """Say why an import among the nodes of a statement is refused; "" where it is not, and for other nodes."""
        modules: list[str] = []
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [module for _, module, _ in self._imported(node)]
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__") and node.args:
            first = node.args[0]
            modules = [first.value] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []
        return next(filter(None, (refusal(module, self.packages) for module in modules)), "")

    def _drawn(self, statement: ast.stmt) -> bool:
        """Whether a statement binds what comes from an inert package: a figure, a table."""
        if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign) or statement.value is None:
            return False
        used = (node for node in executed(statement.value) if isinstance(node, ast.Name))
        return any(isinstance(self.bound.get(node.id), Inert | InertModule) for node in used)


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when a statement runs: not those inside functions that it defines."""
    yield node
    children: list[ast.AST | None]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        children = [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults, *_annotations(node)]
    elif isinstance(node, ast.Lambda):
        children = [*node.args.defaults, *node.args.kw_defaults]
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        if child is not None:
            yield from executed(child)


def _annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.AST | None]:
    """Return what Python evaluates when it defines a function: the annotations, before Python 3.14."""
    if sys.version_info >= (3, 14):
        return []
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [function.returns, *(one.annotation for one in every if one is not None)]


def bound_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement of a cell binds."""
    found: set[str] = set()
    for node in executed(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias) and node.name != "*":
            found.add(node.asname or node.name.partition(".")[0])
    return found


def names_of(source: str) -> set[str]:
    """Return the names that a cell binds; none where it is no Python."""
    try:
        return {name for statement in ast.parse(source).body for name in bound_by(statement)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()


def _catches_imports(statement: ast.Try | ast.TryStar) -> bool:
    if not statement.handlers:
        return False
    kind = statement.handlers[0].type
    names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(name is None or getattr(name, "id", "") in CATCHES_IMPORTS for name in names)


def _is_call_of_input(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "input"


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")

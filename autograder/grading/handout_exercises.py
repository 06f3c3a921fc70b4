"""The exercises as students get them: no solution, no code of a mistake, no formula that a reference spells out.

An exercise's file holds the PyTorch reference alone, where that is a call of PyTorch's, with the functions that it
needs. What else the judge needs was recorded (`autograder.exercises.recorded`).
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.exercises import folder_of, of_notebook
from autograder.exercises.model import Exercise
from autograder.exercises.recorded import FILE
from autograder.judge.recording import up_to_date, without_body

PACKAGE = "autograder.exercises"
WHOLE = ("__init__", "array_forms", "cases", "mistakes", "model", "recorded", "sampling", "tolerances")
"""The modules that say what an exercise is. They know of none."""
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow, ast.MatMult)
METHODS = re.compile(
    "abs|add|all|any|clamp|div|exp|lerp|log|max|mean|min|mul|pow|prod|rsqrt|sqrt|square|std|sub|sum|var|where"
)
"""Arithmetic by its names."""
HEAD = '''"""{first_line}"""

from autograder.exercises.recorded import RecordedExercise

{name} = RecordedExercise(__file__, "{name}", reference_travels={travels})
'''


def exercise_files(notebooks: Iterable[str]) -> dict[str, bytes]:
    """Return the files of `autograder/exercises/` for some notebooks ("<chapter>/<section>"), by their paths there."""
    files = {f"{name}.py": _path(f"{PACKAGE}.{name}").read_bytes() for name in WHOLE}
    excerpt, texts = Excerpt(), {}
    for notebook in notebooks:
        if (folder := folder_of(notebook)) is None:
            continue
        files[f"{folder.name}/{FILE}"] = up_to_date(notebook)
        for name in ("NOTEBOOK", "ORDER"):
            excerpt.take(f"{PACKAGE}.{folder.name}", name)
        for exercise in of_notebook(notebook):
            texts[module_of(exercise)] = _exercise_file(exercise)
            if reference_travels(exercise):
                excerpt.take(module_of(exercise), "reference")
    for module in {**texts, **dict.fromkeys(excerpt.modules)}:
        text = "\n".join(filter(None, [texts.get(module, ""), excerpt.text(module)]))
        files[_path(module).relative_to(_path(PACKAGE).parent).as_posix()] = text.encode()
    return files


def module_of(exercise: Exercise) -> str:
    """Return the full name of the module that defines an exercise."""
    return exercise.reference.__module__


def _exercise_file(exercise: Exercise) -> str:
    """Return the head of an exercise's file and, where the reference does not travel, its parameters."""
    module = Module.called(module_of(exercise))
    travels = reference_travels(exercise)
    text = HEAD.format(first_line=module.first_line, name=exercise.name, travels=travels)
    if travels:
        return text
    parameters = without_body(module.statements[module.places["reference"]], "reference")
    return f"{text}\n\n@{exercise.name}.pytorch_reference\n{parameters}"


# ---------------------------------------------------------------- the reference


def reference_travels(exercise: Exercise) -> bool:
    """Whether students get the PyTorch reference: it calls PyTorch and does no arithmetic of its own.

    What an exercise's `handed_out` says goes first.
    """
    if exercise.handed_out is not None:
        return exercise.handed_out
    excerpt = Excerpt()
    excerpt.take(module_of(exercise), "reference")
    nodes = [node for statement in excerpt.statements() for node in ast.walk(statement)]
    return any(map(_imports_pytorch, nodes)) and not any(map(_is_arithmetic, nodes))


def _imports_pytorch(node: ast.AST) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return any(name.split(".")[0] == "torch" for name in names)


def _is_arithmetic(node: ast.AST) -> bool:
    """Whether a node computes with two values; counting on or back by a number, `t - 1`, is no formula."""
    if isinstance(node, ast.BinOp):
        numbers = isinstance(node.left, ast.Constant) or isinstance(node.right, ast.Constant)
        return isinstance(node.op, ARITHMETIC) and not numbers
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ARITHMETIC) and not isinstance(node.value, ast.Constant)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and METHODS.fullmatch(node.func.attr) is not None
    )


class Module:
    """A module of the catalogue as text. statements: those of its top level. places: name -> the one that binds it."""

    def __init__(self, name: str) -> None:
        self.name = name
        tree = ast.parse(_path(name).read_text(encoding="utf-8"))
        self.first_line = (ast.get_docstring(tree) or "").partition("\n")[0]
        self.statements = tree.body
        self.places = {bound: place for place, statement in enumerate(tree.body) for bound in _bound_by(statement)}

    @classmethod
    @functools.cache
    def called(cls, name: str) -> Module:
        """Return a module by its full name."""
        return cls(name)


def _path(module: str) -> Path:
    found = importlib.util.find_spec(module)
    assert found is not None and found.origin is not None, module
    return Path(found.origin)


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a module's top level binds."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.split(".")[0] for alias in statement.names)
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        yield from (node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and _is_stored(node))


def _is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


class Excerpt:
    """The statements of the catalogue's modules that some names need, and nothing else of them."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[int, set[str]]] = {}

    @property
    def modules(self) -> list[str]:
        """The modules of which there is something."""
        return list(self._kept)

    def take(self, module: str, name: str) -> None:
        """Take what binds a name in a module, and all that it needs itself."""
        if module.removeprefix(f"{PACKAGE}.") in WHOLE or not module.startswith(PACKAGE):
            return
        found = Module.called(module)
        if name not in found.places:
            if _is_module(f"{module}.{name}"):
                self.take(f"{module}.{name}", "reference")
            return
        place = found.places[name]
        names = self._kept.setdefault(module, {}).setdefault(place, set())
        if name in names:
            return
        names.add(name)
        statement = found.statements[place]
        if isinstance(statement, ast.ImportFrom):
            origin = next(alias.name for alias in statement.names if (alias.asname or alias.name) == name)
            self.take(statement.module or "", origin)
        elif not isinstance(statement, ast.Import):
            for used in _names_in(statement):
                self.take(module, used)

    def statements(self) -> Iterator[ast.stmt]:
        """Yield every statement that was taken."""
        for module in self._kept:
            yield from self._statements_of(module)

    def text(self, module: str) -> str:
        """Return the source of what was taken of a module; "" where that is nothing."""
        body = list(self._statements_of(module))
        if not body:
            return ""
        exercise = any(_is_reference(statement) for statement in body)
        head = "" if exercise else f'"""{Module.called(module).first_line}"""\n\n'
        return head + "\n\n".join(map(ast.unparse, body)) + "\n"

    def _statements_of(self, module: str) -> Iterator[ast.stmt]:
        for place, names in sorted(self._kept.get(module, {}).items()):
            statement = Module.called(module).statements[place]
            if isinstance(statement, ast.ImportFrom):
                aliases = [alias for alias in statement.names if (alias.asname or alias.name) in names]
                yield ast.ImportFrom(statement.module, aliases, statement.level)
            else:
                yield statement


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _is_reference(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef) and any(map(_declares_reference, statement.decorator_list))


def _declares_reference(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Attribute) and decorator.attr == "pytorch_reference"


def _names_in(statement: ast.stmt) -> set[str]:
    """Return the module's names that a statement uses, but not the exercise that a reference is declared to."""
    decorators = statement.decorator_list if isinstance(statement, ast.FunctionDef) else []
    skipped = {node for item in decorators if _declares_reference(item) for node in ast.walk(item)}
    nodes = [node for node in ast.walk(statement) if node not in skipped]
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {node.id for node in nodes if isinstance(node, ast.Name) and _is_stored(node)}
    return {node.id for node in nodes if isinstance(node, ast.Name)} - own

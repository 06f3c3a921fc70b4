"""Mistakes: wrong variants that real people write, each with the sentence that helps them.

A mistake is written as an edit of the textbook form, or as a whole function where an edit won't do. What is decorated
has the mistake's name; its docstring is the hint.

    wrong = elu.wrong

    @wrong({"z > 0": "z >= 1"}, loses=[values])
    def threshold_one():
        \"\"\"Your function changes branches at 1 instead of 0.\"\"\"

    @wrong(loses=[values])
    def by_a_mask(z, alpha=1.0):
        \"\"\"...\"\"\"
        return (z > 0) * z + (z <= 0) * alpha * np.expm1(z)
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from autograder.exercises.model import Exercise, Requirement

Edit = dict[str, str]
"""What stands exactly once in the textbook form -> what stands there instead."""

Lost = Iterable["Requirement | str"]

FLOAT32_HINT = (
    "float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it. NumPy's "
    "own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do not."
)
WRITTEN_INTO_HINT = (
    "{} that you were given has been changed: an operation in place writes into the caller's array. Make a new one."
)
IGNORED_HINT = "`{}` has no effect on your result: {} = {!r} stands in its place."


@dataclass(eq=False)
class Mistake:
    """A wrong variant that real people write, with the sentence that helps them.

    name: what is wrong, in words ("alpha forgotten").
    hint: one or two sentences to the student: what these numbers reveal and what to look at.
    loses: the names of the requirements that this mistake costs. Empty for a variant that returns the right numbers
        wherever they are asked but earns a remark (a floating-point warning, an edge that is not asked).
    source: the variant, in NumPy, as a student would type it.
    edit, first_lines: how it is made from the textbook form; both empty for a whole function.
    """

    name: str
    hint: str
    loses: tuple[str, ...]
    source: str
    namespace: dict[str, Any] = field(default_factory=dict, repr=False)
    edit: Edit = field(default_factory=dict, repr=False)
    first_lines: tuple[str, ...] = ()

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The variant as a function."""
        namespace = {"np": np, **self.namespace}
        exec(compile(self.source, f"<mistake: {self.name}>", "exec"), namespace)
        return namespace[ast.parse(self.source).body[0].name]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, function: Callable[..., Any], hint: str, loses: Iterable[str], name: str = "") -> Mistake:
        """A mistake from a function that is there already."""
        found = cls(name or _in_words(function.__name__), hint, tuple(loses), "")
        found.__dict__["function"] = function
        return found


@dataclass(frozen=True)
class Wrong:
    """Declares mistakes of an exercise, after its requirements.

    loses: the requirements that a mistake costs; keeps: those that it does not. All of them without either. loses=[]:
    it costs nothing and is told in a remark, of a warning or of an edge that is not asked.
    """

    exercise: Exercise

    def __call__(
        self, edit: Edit | None = None, *, loses: Lost | None = None, keeps: Lost = ()
    ) -> Callable[[Callable[..., Any]], Mistake]:
        """Decorate a mistake: with an edit a function without body, without one the whole wrong function.

        Raises ValueError for an edit that does not fit the textbook form.
        """

        def declare(function: Callable[..., Any]) -> Mistake:
            name, hint = _in_words(function.__name__), " ".join((function.__doc__ or "").split())
            if edit is None:
                source, namespace = _source_of(function, self.exercise.name), function.__globals__
            else:
                source, namespace = self._edited(name, edit), {}
            return self._add(name, hint, source, loses, keeps, namespace, edit)

        return declare

    def like(self, known: Mistake, edit: Edit, *, loses: Lost | None = None, keeps: Lost = ()) -> Mistake:
        """A mistake of another exercise, with its name and its hint, as an edit of this one."""
        return self._add(known.name, known.hint, self._edited(known.name, edit), loses, keeps, edit=edit)

    def ignores(
        self, parameter: str, value: Any, *, loses: Lost | None = None, keeps: Lost = (), name: str = "", hint: str = ""
    ) -> Mistake:
        """A parameter that has no effect: the textbook form with `parameter = value` as its first line."""
        line = f"{parameter} = {value!r}"
        return self._add(
            name or f"{parameter} fixed",
            hint or IGNORED_HINT.format(parameter, parameter, value),
            with_first_lines(self.exercise.textbook, line),
            loses,
            keeps,
            first_lines=(line,),
        )

    def loses_float32(
        self, *parameters: str, loses: Lost, name: str = "float32 lost", hint: str = FLOAT32_HINT
    ) -> Mistake:
        """Arrays of every dtype become float64 at the start."""
        lines = [f"{parameter} = np.asarray({parameter}, dtype=float)" for parameter in parameters]
        source = with_first_lines(self.exercise.textbook, *lines)
        return self._add(name, hint, source, loses, (), first_lines=tuple(lines))

    def writes_into(
        self, parameter: str, edit: Edit, *, loses: Lost, name: str = "", hint: str = WRITTEN_INTO_HINT
    ) -> Mistake:
        """An argument is changed in place."""
        name = name or f"writes into {parameter}"
        return self._add(name, hint.format(f"`{parameter}`"), self._edited(name, edit), loses, (), edit=edit)

    def _add(
        self,
        name: str,
        hint: str,
        source: str,
        loses: Lost | None,
        keeps: Lost,
        namespace: dict[str, Any] | None = None,
        edit: Edit | None = None,
        first_lines: tuple[str, ...] = (),
    ) -> Mistake:
        if any(known.name == name for known in self.exercise.mistakes):
            raise ValueError(f"{self.exercise.name}: two mistakes are called {name!r}")
        kept = _names(keeps)
        everything = [requirement.name for requirement in self.exercise.requirements if requirement.name not in kept]
        lost = tuple(everything if loses is None else _names(loses))
        mistake = Mistake(name, hint, lost, source, namespace or {}, edit or {}, first_lines)
        self.exercise.mistakes += (mistake,)
        return mistake

    def _edited(self, name: str, edit: Edit) -> str:
        try:
            return edited(self.exercise.textbook, edit)
        except ValueError as problem:
            raise ValueError(f"{self.exercise.name}, mistake {name!r}: {problem}") from None


def both(textbook: str, one: Mistake, other: Mistake) -> Mistake | None:
    """Return two mistakes at once; None where they are no edits, or cannot both be made."""
    if not all(mistake.edit or mistake.first_lines for mistake in (one, other)):
        return None
    lines = (*one.first_lines, *other.first_lines)
    for first, second in ((one, other), (other, one)):
        try:
            source = edited(edited(textbook, first.edit), second.edit)
            source = with_first_lines(source, *lines) if lines else source
            compile(source, "<two mistakes>", "exec")
        except (ValueError, SyntaxError):
            continue
        return Mistake(f"{one.name}, {other.name}", "", (), source)
    return None


def with_first_lines(source: str, *lines: str) -> str:
    """Return a function with further lines at the beginning of its body."""
    head, body = _head_and_body(source)
    return head + "".join(f"    {line}\n" for line in lines) + body


def edited(text: str, edit: Edit) -> str:
    """A text with every left side of an edit replaced by its right side.

    Raises ValueError where a left side does not stand in the text exactly once, or where two of them overlap.
    """
    places: list[tuple[int, str, str]] = []
    for old, new in edit.items():
        if (count := text.count(old)) != 1:
            raise ValueError(f"{old!r} stands {count} times in the textbook form, not once:\n{text}")
        places.append((text.index(old), old, new))
    pieces, end = [], 0
    for start, old, new in sorted(places):
        if start < end:
            raise ValueError(f"{old!r} overlaps with another left side of this edit")
        pieces += [text[end:start], new]
        end = start + len(old)
    return "".join([*pieces, text[end:]])


def _head_and_body(source: str) -> tuple[str, str]:
    """The lines of a function up to its body, and its body."""
    lines = source.splitlines(keepends=True)
    first = ast.parse(source).body[0].body[0].lineno - 1  # type: ignore[attr-defined]
    return "".join(lines[:first]), "".join(lines[first:])


def _source_of(function: Callable[..., Any], name: str) -> str:
    """The source of a decorated function under another name, without its decorators and its docstring."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines(keepends=True)
    definition = ast.parse("".join(lines)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    body = [statement for statement in definition.body if not _is_text(statement)]
    if not body:
        raise ValueError(f"{function.__name__}: write an edit into its decorator, or the wrong function below it")
    docstring_end = definition.body[0].end_lineno if _is_text(definition.body[0]) else body[0].lineno - 1
    head = lines[definition.lineno - 1 : definition.body[0].lineno - 1]
    head[0] = head[0].replace(f"def {function.__name__}(", f"def {name}(", 1)
    return "".join([*head, *lines[docstring_end:]])


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _in_words(identifier: str) -> str:
    return identifier.strip("_").replace("_", " ")


def _names(requirements: Iterable[Requirement | str]) -> list[str]:
    found: Sequence[Requirement | str] = list(requirements)
    return [item if isinstance(item, str) else item.name for item in found]

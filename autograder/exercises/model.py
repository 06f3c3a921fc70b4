"""An exercise: what is asked, the PyTorch reference, requirements with their cases, mistakes.

Everything here is data, declared in the exercise's file. How it is used is the judge's business (`autograder.judge`).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from autograder.exercises import array_forms
from autograder.exercises.cases import Case, case, multistep_case, per_step
from autograder.exercises.mistakes import Mistake, Wrong
from autograder.exercises.sampling import Sampler

__all__ = [
    "CONTRACT",
    "Case",
    "Derivative",
    "Exercise",
    "Kind",
    "Mistake",
    "Requirement",
    "Wrong",
    "case",
    "multistep_case",
    "per_step",
]
"""All that an exercise's file is written with."""


Kind = Literal["technique", "edges", "contract", "remark"]
"""What a requirement is about: the technique in its ordinary use and its real difficulties; edges that the section
teaches (a slope at exactly 0, p = 1); the contract, which is the same in the whole course; or an edge that is not
asked, whose failure is told as a remark and costs nothing."""
KINDS: tuple[Kind, ...] = ("technique", "edges", "contract")
"""The kinds that have points."""
SMALLEST_SHARE_OF_TECHNIQUE = 4 / 5
MOST_POINTS_OF_CONTRACT = 1.0

CONTRACT = "any dtype and memory order, arguments left alone"
"""The name of the requirement that every exercise on arrays has. What it means stands once, in the course's README and
first notebook."""


@dataclass(frozen=True, eq=False)
class Requirement:
    """A named group of cases with its own share of the points: a line of the report.

    cases: given a `Sampler`, yields cases from the smallest input to the largest, so that the first
        failure is one that a person can check by hand. Every requirement holds at least one case
        that a trivial answer (zeros, the input itself) fails.
    points: whole ones, or halves where an edge and the contract share a point; 0 for a remark.
    """

    name: str
    points: float
    cases: Callable[[Sampler], Iterable[Case]]
    kind: Kind = "technique"


@dataclass(frozen=True, eq=False)
class Derivative:
    """What a backward kernel is the derivative of: the second oracle beside PyTorch.

    forward: the forward function on float64 tensors, taking the kernel's arguments by name without the
        upstream gradient.
    upstream: name of the parameter that holds the upstream gradient.
    with_respect_to: the parameters whose gradients the kernel returns, in the order of its outputs.
    at: where the kernel takes something else than the forward function's arguments (the output s = sigmoid(z), say):
        a function from the kernel's arguments without the upstream gradient (by name, NumPy) to a dict of those of
        the forward function.
    """

    forward: Callable[..., Any]
    upstream: str
    with_respect_to: tuple[str, ...]
    at: Callable[..., dict[str, Any]] | None = None


def _not_declared(**arguments: Any) -> Any:
    raise NotImplementedError("This exercise has no PyTorch reference.")


@dataclass(eq=False)
class Exercise:
    """One exercise: a pure function from plain data to plain data, which the student writes.

    textbook: the solution as source text, without docstring. Name and parameters are taken from it.
    outputs: names of what it returns, for messages.
    takes: the shapes of its arguments, "x: (N, C); gamma, beta: (C,); eps: number".
    pytorch: the call it is compared with, as a person would write it.
    source: paper or page that defines it.
    computation: the row of `tolerances.TOLERANCES` that its cases are compared with.
    new_arrays: whether what it returns must share no memory with an argument.
    handed_out: whether students get the PyTorch reference, to compare with on their own devices, or only what it gives;
        None: they get it where it calls PyTorch and does no arithmetic of its own, which would spell the solution out.

    The rest is declared below it, in this order: `pytorch_reference`, `derivative` (backward kernels), `requirement`,
    `contract` and `remark`, `wrong`.

    reference: the PyTorch reference. Takes the case's arguments by name, arrays as tensors on the device under test,
        and returns a tensor, a number, or a tuple or dict of them.
    requirements: from the most basic to the most demanding; the first is what everything else builds on.
    remarks: edges that are not asked.
    mistakes: at least five, the more likely ones first.
    derivative: for backward kernels, the second oracle.
    """

    textbook: str
    outputs: tuple[str, ...] = ("result",)
    takes: str = ""
    pytorch: str = ""
    source: str = ""
    computation: str = "elementwise"
    new_arrays: bool = False
    handed_out: bool | None = None
    reference: Callable[..., Any] = _not_declared
    requirements: tuple[Requirement, ...] = ()
    remarks: tuple[Requirement, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    derivative: Derivative | None = None
    notebook: str = ""

    @cached_property
    def _definition(self) -> ast.FunctionDef:
        (definition,) = ast.parse(self.textbook).body
        if not isinstance(definition, ast.FunctionDef):
            raise ValueError(f"the textbook form is no function: {self.textbook!r}")
        return definition

    @property
    def name(self) -> str:
        """The name of the function that the student writes."""
        return self._definition.name

    @property
    def parameters(self) -> tuple[str, ...]:
        """Its parameters' names, in order."""
        return tuple(argument.arg for argument in self._definition.args.args)

    @property
    def defaults(self) -> dict[str, Any]:
        """The values of the parameters that may be left out, as far as they are written out."""
        arguments = self._definition.args
        pairs = zip(self.parameters[::-1], arguments.defaults[::-1], strict=False)
        found = {name: _value_of(default) for name, default in pairs}
        return {name: value for name, value in reversed(found.items()) if value is not ...}

    @property
    def summary(self) -> str:
        """What it computes, in one line: the first one of its file, less its name."""
        first, _, _ = (sys.modules[self.reference.__module__].__doc__ or "").partition("\n")
        return first.removeprefix(f"{self.name}: ").removesuffix(".")

    @property
    def points(self) -> int:
        """All points of the exercise: what its test cell in the notebook is worth."""
        return round(sum(requirement.points for requirement in self.requirements))

    def points_of(self, kind: Kind) -> float:
        """The points of its requirements of one kind."""
        return sum(requirement.points for requirement in self.requirements if requirement.kind == kind)

    @property
    def signature(self) -> str:
        """The call as written: `elu(z, alpha)`."""
        return f"{self.name}({', '.join(self.parameters)})"

    def pytorch_reference(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate the PyTorch reference."""
        self.reference = function
        return function

    def requirement(
        self, name: str, *, points: float, kind: Kind = "technique"
    ) -> Callable[[Callable[[Sampler], Iterable[Case]]], Requirement]:
        """Decorate the cases of a requirement, a generator that takes a `Sampler`. What is decorated becomes the
        `Requirement`.

        Raises ValueError after the first mistake: a mistake loses all requirements unless it says otherwise.
        """

        def declare(cases: Callable[[Sampler], Iterable[Case]]) -> Requirement:
            return self._declared(Requirement(name, points, cases, kind))

        return declare

    def contract(self, *, points: float = 1, **options: Any) -> Callable[[Callable[..., dict[str, Any]]], Requirement]:
        """Decorate the arguments of an ordinary call: the requirement of the same call with other dtypes and memory
        orders, which also asks that no call of any case changes its arguments.

        Where the arguments can have any shape, those without entries become a remark. options: see
        `array_forms.cases_of_any_form`.
        """

        def declare(arguments: Callable[..., dict[str, Any]]) -> Requirement:
            if empty := array_forms.without_entries(arguments, options.get("without", ())):
                self.remark(array_forms.NO_ENTRIES)(empty)
            cases = array_forms.cases_of(arguments, **options)
            return self._declared(Requirement(CONTRACT, points, cases, "contract"))

        return declare

    def remark(self, name: str) -> Callable[[Callable[[Sampler], Iterable[Case]]], Requirement]:
        """Decorate cases that are not asked: where they fail, a remark says so.

        name: what ends a sentence that begins with "On": "no samples", "infinite z".
        """

        def declare(cases: Callable[[Sampler], Iterable[Case]]) -> Requirement:
            return self._declared(Requirement(name, 0, cases, "remark"))

        return declare

    def _declared(self, requirement: Requirement) -> Requirement:
        if self.mistakes:
            raise ValueError(f"{self.name}: declare the requirement {requirement.name!r} before the first mistake")
        if requirement.kind == "remark":
            self.remarks += (requirement,)
        else:
            self.requirements += (requirement,)
        return requirement

    @property
    def wrong(self) -> Wrong:
        """Declares the mistakes of this exercise."""
        return Wrong(self)


def _value_of(default: ast.expr) -> Any:
    """The value of a default that is made of numbers; ... for another."""
    try:
        return eval(compile(ast.Expression(default), "<default>", "eval"), {"__builtins__": {}})
    except NameError:
        return ...

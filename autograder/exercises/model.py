"""The vocabulary of the catalogue: Kernel, Requirement, Case, Mistake, Derivative.

Everything here is data. How it is used is the judge's business (`autograder.judge`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from autograder.exercises.sampling import Sampler


@dataclass(frozen=True, eq=False)
class Case:
    """One call of a kernel.

    name: what is special about this input, in a few words ("alpha = 0.5, one negative number").
    arguments: parameter name -> plain data, in the order of the signature. Trailing parameters
        that have a default may be left out: the default itself is then under test.
    computation: a row of `tolerances.TOLERANCES`, where it is not the kernel's own.
    then: for a repeated case, what is new in the arguments of each further call. Outputs that carry the name of a
        parameter are handed to the next call; the other arguments stay.
    """

    name: str
    arguments: dict[str, Any]
    computation: str | None = None
    then: tuple[dict[str, Any], ...] = ()

    @property
    def calls(self) -> int:
        """How often the kernel is called."""
        return 1 + len(self.then)


def case(name: str, /, *, computation: str | None = None, **arguments: Any) -> Case:
    """A `Case`, written as the call it stands for: case("one zero", z=np.zeros(1), alpha=1.0)."""
    return Case(name, arguments, computation)


@dataclass(frozen=True, eq=False)
class PerStep:
    """The values that an argument of a repeated case takes, one a call."""

    values: tuple[Any, ...]


def per_step(values: Iterable[Any]) -> PerStep:
    """An argument that is another one in every call of a repeated case: gradient=each(gradients)."""
    return PerStep(tuple(values))


def multistep_case(name: str, /, *, computation: str | None = None, **arguments: Any) -> Case:
    """A `Case` of several calls, each with what the one before returned.

    repeated("3 steps", theta=theta, gradient=each(three_gradients), m=m, learning_rate=0.1, beta=0.9) calls the kernel
    three times; where its outputs are named "theta" and "m", they are the next call's theta and m.

    Raises ValueError if no argument is an `each`, or if they are not equally long.
    """
    lengths = {len(value.values) for value in arguments.values() if isinstance(value, PerStep)}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"{name}: a repeated case needs arguments that are each(...), all equally long")
    calls = [
        {key: value.values[step] for key, value in arguments.items() if isinstance(value, PerStep)}
        for step in range(*lengths)
    ]
    return Case(name, {**arguments, **calls[0]}, computation, tuple(calls[1:]))


@dataclass(frozen=True, eq=False)
class Requirement:
    """A named group of cases with its own share of the points: a line of the report.

    cases: given a `Draw`, yields cases from the smallest input to the largest, so that the first
        failure is one that a person can check by hand. Every requirement holds at least one case
        that a trivial answer (zeros, the input itself) fails.
    """

    name: str
    points: int
    cases: Callable[[Sampler], Iterable[Case]]


@dataclass(frozen=True, eq=False)
class Mistake:
    """A wrong variant that real people write, with the sentence that helps them.

    function: the variant, in NumPy, with the kernel's signature, as a student would write it. Its
        name is `<kernel>_<what is wrong>`.
    hint: one or two sentences to the student: what these numbers reveal and what to look at.
    loses: the names of the requirements that this mistake costs. Empty for a variant that returns
        the right numbers but earns a remark (a floating-point warning, for example).
    """

    function: Callable[..., Any]
    hint: str
    loses: tuple[str, ...]


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


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise: a pure function from plain data to plain data.

    name: of the function that the student writes.
    parameters: its parameters' names, in order.
    summary: what it computes, in one line.
    pytorch: the call it is compared with, as a person would write it.
    source: paper or page that defines it.
    reference: the PyTorch reference. Takes the case's arguments by name, arrays as tensors on the
        device under test, and returns a tensor, a number, or a tuple or dict of them.
    requirements: from the most basic to the most demanding; the first is what everything else builds on.
    mistakes: at least five, the more likely ones first.
    outputs: names of what it returns, for messages.
    computation: the row of `tolerances.TOLERANCES` that its cases are compared with.
    derivative: for backward kernels, the second oracle.
    purity_points: points for the requirement "leaves its inputs alone", which every kernel has.
    """

    name: str
    parameters: tuple[str, ...]
    summary: str
    pytorch: str
    source: str
    reference: Callable[..., Any]
    requirements: tuple[Requirement, ...]
    mistakes: tuple[Mistake, ...]
    outputs: tuple[str, ...] = ("result",)
    computation: str = "elementwise"
    derivative: Derivative | None = None
    purity_points: int = 1
    notebook: str = field(default="", compare=False)

    @property
    def points(self) -> int:
        """All points of the kernel: what its test cell in the notebook is worth."""
        return sum(requirement.points for requirement in self.requirements) + self.purity_points

    @property
    def signature(self) -> str:
        """The call as written: `elu(z, alpha)`."""
        return f"{self.name}({', '.join(self.parameters)})"

    def mistake_name(self, mistake: Mistake) -> str:
        """What is wrong, in words: `elu_alpha_forgotten` of kernel elu -> "alpha forgotten"."""
        return mistake.function.__name__.removeprefix(f"{self.name}_").replace("_", " ")


PURITY = "leaves its inputs alone"
"""The name of the requirement that every kernel has: no argument is changed."""

"""A case: one call of an exercise's function, or several with its own outputs handed on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


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


def case(name: str, /, *, computation: Any = None, **arguments: Any) -> Case:
    """A `Case`, written as the call it stands for: case("one zero", z=np.zeros(1), alpha=1.0).

    computation: a text or None; `Any`, as type checkers suppose that any `**state` could hold it.
    """
    return Case(name, arguments, computation)


@dataclass(frozen=True, eq=False)
class PerStep:
    """The values that an argument of a repeated case takes, one a call."""

    values: tuple[Any, ...]


def per_step(values: Iterable[Any]) -> PerStep:
    """An argument that is another one in every call of a repeated case: gradient=per_step(gradients)."""
    return PerStep(tuple(values))


def multistep_case(name: str, /, *, computation: Any = None, **arguments: Any) -> Case:
    """A `Case` of several calls, each with what the one before returned.

    multistep_case("3 steps", theta=theta, gradient=per_step(three_gradients), m=m, learning_rate=0.1, beta=0.9) calls
    the kernel three times; where its outputs are named "theta" and "m", they are the next call's theta and m.

    Raises ValueError if no argument is a `per_step`, or if they are not equally long.
    """
    lengths = {len(value.values) for value in arguments.values() if isinstance(value, PerStep)}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"{name}: a repeated case needs arguments that are per_step(...), all equally long")
    calls = [
        {key: value.values[step] for key, value in arguments.items() if isinstance(value, PerStep)}
        for step in range(*lengths)
    ]
    return Case(name, {**arguments, **calls[0]}, computation, tuple(calls[1:]))

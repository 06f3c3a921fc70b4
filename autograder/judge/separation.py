"""Measure how well the comparisons separate right from wrong: for each exercise, in each dtype, on each device.

A tolerance is right when correct answers stay far inside it and wrong ones fall far outside. Three errors are measured,
all in units of the tolerance: of the PyTorch reference against the solution's mathematics in float64, of the solution
against the reference, and of every known mistake against the reference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from autograder.exercises.model import CONTRACT, Exercise, Mistake
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge import devices as device_list
from autograder.judge.answers import DTYPES, dtype_of
from autograder.judge.comparison import compare
from autograder.judge.expectations import Expectation, Oracle, expectations_of, public
from autograder.judge.rollout import Step, rollout
from autograder.judge.verdict import DERIVATIVE
from autograder.plaindata.call import call

LARGEST_SHARE = 0.5
"""A solution, and a reference, use less than this share of the tolerance."""
SMALLEST_DISTANCE = 10.0
"""A mistake lies more than this many tolerances away from the right answer."""


@dataclass
class Precision:
    """One kernel on one device in one dtype: a row of the certificate. Errors are in units of the tolerance.

    computation: the rows of `tolerances.TOLERANCES` that its cases are compared with.
    reference_error: of PyTorch, against the solution computed in float64 and rounded to the dtype.
    solution_error: of the solution in the dtype itself, against PyTorch.
    mistakes, seen: how many known mistakes are tried on cases of this dtype, and how many these alone tell from right.
    nearest, distance: which of those seen comes closest to passing, and its error; None and infinite where there is
        none, or where no answer of any can even be compared.
    """

    dtype: str
    computation: list[str]
    cases: int
    reference_error: float
    solution_error: float
    mistakes: int
    seen: int
    nearest: str | None
    distance: float


@dataclass
class Measurement:
    """One kernel on one device.

    share: the largest error of the solution against PyTorch, as a share of the tolerance.
    nearest, requirement: the mistake that comes closest to passing, and where.
    distance: its largest error there, in tolerances; infinite where its answers cannot even be compared.
    precisions: the same by dtype.
    """

    exercise: str
    device: str
    share: float
    nearest: str
    requirement: str
    distance: float
    precisions: list[Precision] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether right and wrong are well apart.

        A mistake that only float64 tells from right is seen on the CPU, where a device has no float64.
        """
        errors = [self.share, *(precision.reference_error for precision in self.precisions)]
        apart = self.distance > SMALLEST_DISTANCE or not device_list.supports(self.device, "float64")
        return max(errors) < LARGEST_SHARE and apart


@dataclass(frozen=True)
class _Error:
    """The largest error of a function on one case against one device's answers, in tolerances."""

    device: str
    dtype: str
    requirement: str
    share: float


def measure(exercise: Exercise, solution: Callable[..., Any], devices: tuple[str, ...]) -> list[Measurement]:
    """Measure a kernel on each device with the public cases and one draw of the hidden ones.

    Raises DeviceError for a device that cannot compute.
    """
    cases = [*public(exercise, devices), *expectations_of(exercise, PUBLIC_SEED + 1, True, devices)]
    with np.errstate(all="ignore"):
        of_solution = _errors(exercise, solution, cases)
        of_reference = [error for case in cases for error in _reference_errors(exercise, solution, case)]
        of_mistakes = [
            (mistake, _errors(exercise, mistake.function, _lost(mistake, cases))) for mistake in exercise.mistakes
        ]
    return [_measurement(exercise, device, cases, of_solution, of_reference, of_mistakes) for device in devices]


def _lost(mistake: Mistake, cases: list[Expectation]) -> list[Expectation]:
    """Return the cases of the requirements that a mistake costs by its numbers."""
    return [case for case in cases if case.requirement in mistake.loses]


def _measurement(
    exercise: Exercise,
    device: str,
    cases: list[Expectation],
    of_solution: list[_Error],
    of_reference: list[_Error],
    of_mistakes: list[tuple[Mistake, list[_Error]]],
) -> Measurement:
    own = partial(_only, device=device)
    wrong = [
        (mistake.name, name, _largest(_only(own(errors), requirement=name)))
        for mistake, errors in of_mistakes
        for name in mistake.loses
        if _only(own(errors), requirement=name)
        and (name != CONTRACT or _largest(_only(own(errors), requirement=name)) > 1)
    ]
    nearest, requirement, distance = min(wrong, key=lambda found: found[2], default=("", "", np.inf))
    share = _largest(own(of_solution))
    by_dtype = [
        _precision(exercise, dtype, cases, own(of_solution), own(of_reference), [(m, own(e)) for m, e in of_mistakes])
        for dtype in DTYPES
        if _only(own(of_reference), dtype=dtype)
    ]
    return Measurement(exercise.name, device, share, nearest, requirement, distance, by_dtype)


def _precision(
    exercise: Exercise,
    dtype: str,
    cases: list[Expectation],
    of_solution: list[_Error],
    of_reference: list[_Error],
    of_mistakes: list[tuple[Mistake, list[_Error]]],
) -> Precision:
    own = partial(_only, dtype=dtype)
    wrong = [(mistake.name, _largest(own(errors))) for mistake, errors in of_mistakes if own(errors)]
    seen = [(name, distance) for name, distance in wrong if distance > 1]
    nearest, distance = min(seen, key=lambda found: found[1], default=(None, np.inf))
    of_dtype = [case for case in cases if dtype_of(case.case) == dtype]
    computations = {oracle.computation for case in of_dtype for oracle in case.oracles if oracle.name != DERIVATIVE}
    return Precision(
        dtype,
        sorted(computations),
        len(of_dtype),
        _largest(own(of_reference)),
        _largest(own(of_solution)),
        len(wrong),
        len(seen),
        nearest,
        distance,
    )


def _only(errors: list[_Error], **wanted: str) -> list[_Error]:
    return [error for error in errors if all(getattr(error, name) == value for name, value in wanted.items())]


def _largest(errors: list[_Error]) -> float:
    return max((error.share for error in errors), default=0.0)


def _errors(exercise: Exercise, function: Callable[..., Any], cases: list[Expectation]) -> list[_Error]:
    """Measure a function's error on each case against each device."""
    found = []
    for case in cases:
        steps = rollout(exercise, case.case, partial(call, function))
        for oracle in case.oracles:
            if oracle.name != DERIVATIVE:
                share = _share(exercise, steps, oracle)
                found.append(_Error(oracle.name, dtype_of(case.case), case.requirement, share))
    return found


def _share(exercise: Exercise, steps: list[Step], oracle: Oracle) -> float:
    if len(steps) < len(oracle.expected) or any(step.outcome.problem for step in steps):
        return np.inf
    return max(
        _compare(exercise, step.outcome.returned, expected, oracle)
        for step, expected in zip(steps, oracle.expected, strict=True)
    )


def _compare(exercise: Exercise, got: Any, expected: Any, oracle: Oracle) -> float:
    return compare(got, expected, computation=oracle.computation, device=oracle.device, outputs=exercise.outputs).share


def _reference_errors(exercise: Exercise, solution: Callable[..., Any], case: Expectation) -> list[_Error]:
    """Measure the reference's error on each device against the solution in float64, taken for the mathematics."""
    exact = replace(case.case, arguments=in_float64(case.case.arguments), then=in_float64(case.case.then))
    steps = rollout(exercise, exact, partial(call, solution))
    dtype = dtype_of(case.case)
    found = []
    for oracle in case.oracles:
        if oracle.name == DERIVATIVE:
            continue
        rounded = [
            replace(step, outcome=replace(step.outcome, returned=_rounded(step.outcome.returned, expected)))
            for step, expected in zip(steps, oracle.expected, strict=False)
        ]
        found.append(_Error(oracle.name, dtype, case.requirement, _share(exercise, rounded, oracle)))
    return found


def in_float64(value: Any) -> Any:
    """Copy plain data with every floating array as float64."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float64) if value.dtype.kind == "f" else value
    if isinstance(value, (list, tuple)):
        return type(value)(map(in_float64, value))
    if isinstance(value, dict):
        return {key: in_float64(item) for key, item in value.items()}
    return value


def _rounded(value: Any, like: Any) -> Any:
    """Copy plain data with every floating array rounded to the dtype of the array in its place."""
    if isinstance(like, np.ndarray) and like.dtype.kind == "f":
        return np.asarray(value).astype(like.dtype)
    if isinstance(like, (list, tuple)) and isinstance(value, (list, tuple)):
        return type(like)(_rounded(item, other) for item, other in zip(value, like, strict=False))
    if isinstance(like, dict) and isinstance(value, dict):
        return {key: _rounded(value.get(key), other) for key, other in like.items()}
    return value

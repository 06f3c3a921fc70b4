"""Compute what each case must give: by PyTorch on every device and, for backward kernels, by a numerical derivative."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from autograder.exercises import catalogue
from autograder.exercises.model import Case, Derivative, Exercise
from autograder.exercises.recorded import has_reference, recording_of
from autograder.exercises.sampling import PUBLIC_SEED, Sampler
from autograder.judge import devices as device_list
from autograder.judge.rollout import next_arguments
from autograder.judge.verdict import DERIVATIVE
from autograder.plaindata.values import arrays_in, same

STEP = 1e-5
"""How far a central difference reaches to either side."""
MOST_SLOPES = 64
"""The most numbers in a case's inputs for which a numerical derivative is taken."""
LARGEST_INPUT = 30.0
"""The largest number in a case for which a numerical derivative is taken: beyond it rounding prevails."""
LARGEST_BEND = 1e-3
"""How much the slopes to either side of an entry may differ, as a share of the slope, before it is a kink."""
MOST_OF_A_KIND = 2
"""How many hidden cases of a requirement have the same name. They tell a formula from a table of answers, which takes
few; what is wrong with a formula is for the public cases to show."""


@dataclass(frozen=True, eq=False)
class Oracle:
    """The expected answers of a case from a device or the numerical derivative, and where they are to be compared.

    expected: one answer for each call of the case.
    """

    name: str
    expected: tuple[Any, ...]
    computation: str
    masks: list[np.ndarray] | None = None

    @property
    def device(self) -> str:
        """The device whose tolerances apply."""
        return "cpu" if self.name == DERIVATIVE else self.name


@dataclass(frozen=True, eq=False)
class Expectation:
    """A case, the requirement it belongs to, and its oracles."""

    requirement: str
    case: Case
    hidden: bool
    oracles: tuple[Oracle, ...]


def expectations(name: str, seed: int, hidden: bool, devices: tuple[str, ...]) -> tuple[Expectation, ...]:
    """Return all cases of an exercise of the catalogue with their expected answers."""
    return expectations_of(catalogue()[name], seed, hidden, devices)


@lru_cache(maxsize=512)
def expectations_of(exercise: Exercise, seed: int, hidden: bool, devices: tuple[str, ...]) -> tuple[Expectation, ...]:
    """Return all cases of any exercise with their expected answers, computed once for each seed and set of devices.

    Raises DeviceError for an accelerator that cannot compute.
    """
    answers = {device: answers_on(exercise, seed, hidden, device) for device in devices}
    found = []
    for number, (requirement, case) in enumerate(cases_of(exercise, seed, hidden)):
        on_devices = {device: answer for device, of_case in answers.items() if (answer := of_case[number]) is not None}
        found.append(Expectation(requirement, case, hidden, tuple(oracles(exercise, case, on_devices))))
    return tuple(found)


@lru_cache(maxsize=512)
def cases_of(exercise: Exercise, seed: int, hidden: bool) -> tuple[tuple[str, Case], ...]:
    """Return the cases of an exercise, each with the name of its requirement."""
    return tuple(_draw(exercise, seed, hidden))


def _draw(exercise: Exercise, seed: int, hidden: bool) -> Iterator[tuple[str, Case]]:
    if recording := recording_of(exercise):
        yield from recording.cases(seed, hidden)
        return
    for requirement in exercise.requirements:
        for case in requirement.cases(Sampler(seed, f"{exercise.name}/{requirement.name}", hidden=hidden)):
            yield requirement.name, case


def drawn_cases(exercise: Exercise, seed: int) -> Iterator[tuple[str, Case]]:
    """Yield the cases that grading tries beside the public ones, each with the name of its requirement: a few of each
    kind, without those that are the same for every seed."""
    public_cases = cases_of(exercise, PUBLIC_SEED, False)
    kinds: Counter[tuple[str, str]] = Counter()
    for requirement, case in _draw(exercise, seed, hidden=True):
        kind = (requirement, case.name)
        known = [one for name, one in public_cases if (name, one.name) == kind]
        if kinds[kind] < MOST_OF_A_KIND and not any(_same_call(case, one) for one in known):
            kinds[kind] += 1
            yield requirement, case


def _same_call(one: Case, other: Case) -> bool:
    return same([one.arguments, *one.then], [other.arguments, *other.then])


def expectation_of(exercise: Exercise, requirement: str, case: Case, *, hidden: bool) -> Expectation:
    """Return a case with the CPU's answers: other devices and the numerical derivative are for the public cases."""
    answers = Oracle("cpu", reference(exercise, case, "cpu"), case.computation or exercise.computation)
    return Expectation(requirement, case, hidden, (answers,))


def hidden_expectations(exercise: Exercise, seed: int) -> list[Expectation]:
    """Return the hidden cases of one submission with the CPU's answers."""
    drawn = drawn_cases(exercise, seed)
    return [expectation_of(exercise, requirement, case, hidden=True) for requirement, case in drawn]


@lru_cache(maxsize=256)
def not_asked(exercise: Exercise) -> tuple[Expectation, ...]:
    """Return the cases of an exercise that are told as remarks, with the CPU's answers."""
    recording = recording_of(exercise)
    cases = recording.not_asked if recording else tuple(_cases_of_remarks(exercise))
    return tuple(expectation_of(exercise, name, case, hidden=False) for name, case in cases)


def _cases_of_remarks(exercise: Exercise) -> Iterator[tuple[str, Case]]:
    for remark in exercise.remarks:
        for case in remark.cases(Sampler(PUBLIC_SEED, f"{exercise.name}/{remark.name}")):
            yield remark.name, case


Answers = tuple[tuple[Any, ...] | None, ...]
"""For each case of a kernel the answers to its calls; None for a case whose dtype a device does not compute in."""


class AnswerKey(NamedTuple):
    """Identifies a reference's answers: to the public or the hidden cases of an exercise, from a seed, on a device."""

    exercise: str
    seed: int
    hidden: bool
    device: str


_known: dict[AnswerKey, Answers] = {}


def answers_on(exercise: Exercise, seed: int, hidden: bool, device: str) -> Answers:
    """Return the reference's answers on a device, computed here unless another process's were remembered.

    None of them stay in the device's memory. Raises DeviceError for an accelerator that cannot compute.
    """
    known = _known.get(AnswerKey(exercise.name, seed, hidden, device))
    if known is not None:
        return known
    cases = [case for _, case in cases_of(exercise, seed, hidden)]
    try:
        found = tuple(reference(exercise, case, device) if _computes(device, case) else None for case in cases)
        if device != "cpu":
            device_list.give_memory_back(device)
    except Exception as problem:
        if device == "cpu":
            raise
        raise device_list.DeviceError(device, problem) from None
    return found


def remember(found: dict[AnswerKey, Answers]) -> None:
    """Use answers that another process computed by `answers_on`."""
    _known.update(found)


def _computes(device: str, case: Case) -> bool:
    return all(device_list.supports(device, dtype) for dtype in _dtypes(case))


def _dtypes(case: Case) -> set[str]:
    return {array.dtype.name for array in arrays_in([case.arguments, *case.then])}


def public(exercise: Exercise, devices: tuple[str, ...]) -> tuple[Expectation, ...]:
    """Return the cases that a student sees."""
    return expectations_of(exercise, PUBLIC_SEED, False, devices)


def oracles(exercise: Exercise, case: Case, answers: dict[str, tuple[Any, ...]]) -> list[Oracle]:
    """Return the expected answers of one case. answers: device -> the reference's."""
    computation = case.computation or exercise.computation
    found = [Oracle(device, on_device, computation) for device, on_device in answers.items()]
    if recording := recording_of(exercise):
        derivative = recording.derivatives.get(case)
        return [*found, _derivative(*derivative)] if derivative else found
    if exercise.derivative is None or "float32" in _dtypes(case) or case.calls != 1:
        return found
    second = _derivative_oracle(exercise.derivative, case)
    return [*found, second] if second else found


def reference(exercise: Exercise, case: Case, device: str) -> tuple[Any, ...]:
    """Compute PyTorch's answers to the calls of a case on a device, as NumPy arrays; or those that were recorded."""
    recording = recording_of(exercise)
    if recording is not None and not has_reference(exercise):
        return recording.expected[case]
    arguments, answers = case.arguments, [_answer(exercise, case.arguments, device)]
    for news in case.then:
        arguments = next_arguments(exercise, arguments, answers[-1], news)
        answers.append(_answer(exercise, arguments, device))
    return tuple(answers)


def _answer(exercise: Exercise, arguments: dict[str, Any], device: str) -> Any:
    tensors = {name: to_tensor(value, device) for name, value in arguments.items()}
    return from_tensor(exercise.reference(**tensors))


def to_tensor(value: Any, device: str) -> Any:
    """Copy plain data with every array as a tensor; whole numbers as float64, as the course's kernels read them."""
    import torch

    if isinstance(value, np.ndarray):
        if value.dtype.kind in "iu":
            value = value.astype(np.float64)
        return torch.tensor(np.ascontiguousarray(value).reshape(value.shape), device=device)
    if isinstance(value, (list, tuple)):
        return type(value)(to_tensor(item, device) for item in value)
    if isinstance(value, dict):
        return {key: to_tensor(item, device) for key, item in value.items()}
    return value


def from_tensor(value: Any) -> Any:
    """Copy a reference's answer with every tensor as a NumPy array."""
    if isinstance(value, (list, tuple)):
        return type(value)(from_tensor(item) for item in value)
    if isinstance(value, dict):
        return {key: from_tensor(item) for key, item in value.items()}
    if hasattr(value, "detach"):
        return value.detach().cpu().numpy().copy()
    return value


def _derivative_oracle(derivative: Derivative, case: Case) -> Oracle | None:
    """Take central differences of sum(upstream * forward), without entries at a kink; None where they are no use."""
    arguments = {name: value for name, value in case.arguments.items() if name != derivative.upstream}
    if derivative.at:
        with np.errstate(all="ignore"):
            arguments = derivative.at(**arguments)
    upstream = np.asarray(case.arguments[derivative.upstream], dtype=np.float64)
    inputs = [np.asarray(arguments[name], dtype=np.float64) for name in derivative.with_respect_to]
    if not 0 < sum(array.size for array in inputs) <= MOST_SLOPES:
        return None
    if not all((np.abs(array) <= LARGEST_INPUT).all() for array in [*inputs, upstream]):
        return None

    tensors = {name: to_tensor(value, "cpu") for name, value in arguments.items()}

    def loss(name: str, values: np.ndarray) -> float:
        found = derivative.forward(**{**tensors, name: to_tensor(values, "cpu")})
        return float((found.detach().numpy() * upstream).sum())

    slopes, masks = zip(
        *(central_differences(loss, name, x) for name, x in zip(derivative.with_respect_to, inputs, strict=True)),
        strict=True,
    )
    expected = slopes[0] if len(slopes) == 1 else tuple(slopes)
    return _derivative(expected, list(masks))


def _derivative(expected: Any, masks: list[np.ndarray]) -> Oracle:
    return Oracle(DERIVATIVE, (expected,), "numerical derivative", masks)


def central_differences(loss: Any, name: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the slope of `loss(name, x)` in every entry of x, and whether the loss is smooth there."""
    slope, smooth = np.zeros_like(x), np.ones(x.shape, bool)
    middle = loss(name, x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += STEP
        below[index] -= STEP
        high, low = loss(name, above), loss(name, below)
        slope[index] = (high - low) / (2 * STEP)
        bend = abs(high - 2 * middle + low) / STEP
        smooth[index] = x[index] != 0 and bend <= LARGEST_BEND * max(1.0, float(abs(slope[index])))
    return slope, smooth

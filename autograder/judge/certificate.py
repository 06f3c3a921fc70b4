"""How well the comparisons separate right from wrong: measured for each kernel, on each device.

A tolerance is right when correct answers stay far inside it and wrong ones fall far outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autograder.call.calling import call
from autograder.judge.comparison import compare
from autograder.judge.expectations import Expectation, expectations_of, public
from autograder.judge.steps import Step, walk
from autograder.kernels.draw import PUBLIC_SEED
from autograder.kernels.model import Kernel, Mistake

LARGEST_SHARE = 0.5
"""A solution uses less than this share of the tolerance."""
SMALLEST_DISTANCE = 10.0
"""A mistake lies more than this many tolerances away from the right answer."""


@dataclass
class Measurement:
    """One kernel on one device.

    share: the largest error of the solution against PyTorch, as a share of the tolerance.
    nearest, requirement: the mistake that comes closest to passing, and where.
    distance: its largest error there, in tolerances; infinite where its answers cannot even be compared.
    """

    kernel: str
    device: str
    share: float
    nearest: str
    requirement: str
    distance: float

    @property
    def holds(self) -> bool:
        """Whether right and wrong are well apart."""
        return self.share < LARGEST_SHARE and self.distance > SMALLEST_DISTANCE


def measure(kernel: Kernel, solution: Callable[..., Any], devices: tuple[str, ...]) -> list[Measurement]:
    """Measure a kernel on each device with the public cases and one draw of the hidden ones."""
    cases = [*public(kernel, devices), *expectations_of(kernel, PUBLIC_SEED + 1, True, devices)]
    shares = _shares(kernel, solution, cases, devices)
    wrong = [
        (mistake, requirement, _largest(_shares(kernel, mistake.function, of_requirement, devices), devices))
        for mistake, requirement in _lost(kernel)
        if (of_requirement := [case for case in cases if case.requirement == requirement])
    ]
    return [_measurement(kernel, device, _largest(shares, devices)[device], wrong) for device in devices]


def _lost(kernel: Kernel) -> list[tuple[Mistake, str]]:
    """Every mistake with every requirement that it costs by its numbers."""
    names = [requirement.name for requirement in kernel.requirements]
    return [(mistake, name) for mistake in kernel.mistakes for name in mistake.loses if name in names]


def _measurement(
    kernel: Kernel, device: str, share: float, wrong: list[tuple[Mistake, str, dict[str, float]]]
) -> Measurement:
    mistake, requirement, distances = min(wrong, key=lambda found: found[2][device])
    return Measurement(kernel.name, device, share, kernel.mistake_name(mistake), requirement, distances[device])


def _largest(shares: list[dict[str, float]], devices: tuple[str, ...]) -> dict[str, float]:
    return {device: max((share.get(device, 0.0) for share in shares), default=0.0) for device in devices}


def _shares(
    kernel: Kernel, function: Callable[..., Any], cases: list[Expectation], devices: tuple[str, ...]
) -> list[dict[str, float]]:
    """For each case the largest error on each device that it is compared on, in tolerances."""
    found = []
    for case in cases:
        with np.errstate(all="ignore"):
            steps = walk(kernel, case.case, partial(call, function))
            found.append(
                {oracle.name: _share(kernel, steps, oracle) for oracle in case.oracles if oracle.name in devices}
            )
    return found


def _share(kernel: Kernel, steps: list[Step], oracle: Any) -> float:
    if len(steps) < len(oracle.expected) or any(step.outcome.problem for step in steps):
        return np.inf
    return max(
        compare(
            step.outcome.returned,
            expected,
            computation=oracle.computation,
            device=oracle.device,
            outputs=kernel.outputs,
            masks=oracle.masks,
        ).share
        for step, expected in zip(steps, oracle.expected, strict=True)
    )

"""One verdict on CPU and GPU, kernel by kernel.

On a GPU server, with PyTorch, NumPy and pytest alone: `python3 -m pytest -m gpu`.
"""

from __future__ import annotations

import functools
import math
from dataclasses import replace

import pytest

from autograder.call.calling import call
from autograder.judge import Verdict, judge
from autograder.judge.certificate import dtype_of, measure
from autograder.judge.devices import supports
from autograder.judge.expectations import DERIVATIVE, expectations_of, public
from autograder.kernels import catalogue
from autograder.kernels.draw import PUBLIC_SEED
from autograder.kernels.model import PURITY
from tests.solutions import solution

each_kernel = pytest.mark.parametrize("kernel", catalogue().values(), ids=lambda kernel: kernel.name)
SEED = PUBLIC_SEED + 1
"""The seed of the hidden cases that `verify` measures with, so that they are computed once."""


def judged(kernel, function, *devices) -> Verdict:
    return judge(kernel, functools.partial(call, function), cases="all", seed=SEED, devices=devices)


def mistakes_for(kernel, request) -> tuple:
    """All mistakes, or one: the make-believe device gives the CPU's own numbers."""
    return kernel.mistakes[:1] if "make-believe" in request.node.name else kernel.mistakes


@each_kernel
def test_the_solution_passes_on_the_accelerator_and_mistakes_are_far_away(kernel, accelerator, request):
    kernel = replace(kernel, mistakes=mistakes_for(kernel, request))
    (found,) = measure(kernel, solution(kernel.name), (accelerator,))
    assert found.holds, found
    assert all(math.isfinite(precision.reference_error) for precision in found.precisions)


@each_kernel
def test_the_cpu_and_the_accelerator_come_to_the_same_verdict_on_right_and_wrong(kernel, accelerator, request):
    for function in (solution(kernel.name), *(mistake.function for mistake in mistakes_for(kernel, request))):
        for requirement in judged(kernel, function, "cpu", accelerator).requirements:
            on_the_accelerator = requirement.oracles.pop(accelerator, True)
            assert requirement.passed == all(requirement.oracles.values()) or requirement.name == PURITY
            if supports(accelerator, "float64"):
                assert on_the_accelerator == requirement.oracles.get("cpu", True), (function.__name__, requirement.name)


@each_kernel
def test_every_case_whose_dtype_the_accelerator_has_is_compared_there(kernel, accelerator):
    devices = ("cpu", accelerator)
    for expectation in (*public(kernel, devices), *expectations_of(kernel, SEED, True, devices)):
        compared = {oracle.name for oracle in expectation.oracles} - {DERIVATIVE}
        assert compared == {device for device in devices if supports(device, dtype_of(expectation.case))}

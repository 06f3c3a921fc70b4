"""One verdict on CPU and GPU, kernel by kernel.

On a GPU server, with PyTorch, NumPy and pytest alone: `python3 -m pytest -m gpu`.
"""

from __future__ import annotations

import functools
import math
from dataclasses import replace

import pytest

from autograder.exercises import catalogue
from autograder.exercises.model import CONTRACT
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge import Verdict, judge
from autograder.judge.devices import supports
from autograder.judge.expectations import expectations_of, public
from autograder.judge.separation import dtype_of, measure
from autograder.judge.verdict import DERIVATIVE
from autograder.plaindata.call import call
from tests.solutions import solution

each_exercise = pytest.mark.parametrize("exercise", catalogue().values(), ids=lambda exercise: exercise.name)
SEED = PUBLIC_SEED + 1
"""The seed of the hidden cases that `verify` measures with, so that they are computed once."""


def judged(exercise, function, *devices) -> Verdict:
    called = functools.partial(call, function)
    return judge(exercise, called, cases="hidden", seed=SEED, devices=devices, diagnose=False)


@pytest.fixture
def tried(exercise, request):
    """The exercise with all its mistakes, or one: the make-believe device gives the CPU's own numbers."""
    return with_one_mistake(exercise) if "make-believe" in request.node.name else exercise


@functools.cache
def with_one_mistake(exercise):
    return replace(exercise, mistakes=exercise.mistakes[:1])


@each_exercise
def test_the_solution_passes_on_the_accelerator_and_mistakes_are_far_away(tried, accelerator):
    for found in measure(tried, solution(tried.name), ("cpu", accelerator)):
        assert found.holds, found
        assert all(math.isfinite(precision.reference_error) for precision in found.precisions)


@each_exercise
def test_the_cpu_and_the_accelerator_come_to_the_same_verdict(tried, accelerator):
    """On right and wrong."""
    for function in (solution(tried.name), *(mistake.function for mistake in tried.mistakes)):
        for requirement in judged(tried, function, "cpu", accelerator).requirements:
            on_the_accelerator = requirement.oracles.pop(accelerator, True)
            assert requirement.passed == all(requirement.oracles.values()) or requirement.name == CONTRACT
            if supports(accelerator, "float64"):
                assert on_the_accelerator == requirement.oracles.get("cpu", True), (function.__name__, requirement.name)


@each_exercise
def test_every_case_whose_dtype_the_accelerator_has_is_compared_there(tried, accelerator):
    devices = ("cpu", accelerator)
    for expectation in (*public(tried, devices), *expectations_of(tried, SEED, True, devices)):
        compared = {oracle.name for oracle in expectation.oracles} - {DERIVATIVE}
        assert compared == {device for device in devices if supports(device, dtype_of(expectation.case))}

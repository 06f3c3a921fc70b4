"""Without PyTorch, functions are judged by what was recorded of it, with the same verdict."""

from __future__ import annotations

import functools
import json
import subprocess
import sys

import pytest

from autograder.course import ROOT
from autograder.exercises import catalogue
from autograder.judge import judge
from autograder.plaindata.call import call
from tests.support.thorough import THOROUGH

JUDGE_ALL = """
import functools, json, sys

sys.modules["torch"] = None

from autograder.exercises import catalogue
from autograder.judge import judge
from autograder.plaindata.call import call
from autograder.solutions import solution

for name, number in json.load(sys.stdin):
    function = solution(name) if number is None else catalogue()[name].mistakes[number].function
    call_it = functools.partial(call, function)
    verdicts = [judge(catalogue()[name], call_it, cases=cases) for cases in ("public", "hidden")]
    print(json.dumps([verdict.to_json() for verdict in verdicts]))
"""
DEPENDS_ON_PYTORCH = ("seconds", "versions", "devices")

MISTAKES = [(one.name, number) for one in catalogue().values() for number in range(len(one.mistakes))]
COMPARED = MISTAKES if THOROUGH else MISTAKES[::50]


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[str, int | None], list[dict]]:
    """Verdicts where PyTorch cannot be imported: of every solution and known mistakes, with public and hidden cases."""
    asked: list[tuple[str, int | None]] = [*((name, None) for name in catalogue()), *COMPARED]
    done = subprocess.run(
        [sys.executable, "-c", JUDGE_ALL], cwd=ROOT, input=json.dumps(asked), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(asked, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("name", catalogue())
def test_a_solution_passes_the_public_and_the_hidden_cases(verdicts, name):
    assert all(verdict["points"] == verdict["max_points"] for verdict in verdicts[name, None])


@pytest.mark.parametrize(("name", "number"), COMPARED)
def test_a_known_mistake_gets_the_verdict_that_it_gets_with_pytorch(verdicts, name, number):
    """Points, requirements, the case that is shown, and the diagnosis."""
    exercise = catalogue()[name]
    there, _ = verdicts[name, number]
    found = judge(exercise, functools.partial(call, exercise.mistakes[number].function), devices=("cpu",))
    here = json.loads(json.dumps(found.to_json()))
    for verdict in (here, there):
        for fact in DEPENDS_ON_PYTORCH:
            del verdict[fact]
    assert here == there

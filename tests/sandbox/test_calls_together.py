"""Calls whose requests and answers travel together: each has the outcome that it has by itself.

Every test runs twice: in a plain process and in the sandbox.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from autograder.plaindata.values import same
from autograder.sandbox import Limits, StudentProcess, chosen
from tests.support.confinement import why_there_is_no_sandbox
from tests.support.speed import PATIENT, scaled


@pytest.fixture(params=["none", "bubblewrap"])
def start(request):
    """Starts student's processes, and ends them afterwards."""
    if request.param == "bubblewrap" and why_there_is_no_sandbox():
        pytest.skip(why_there_is_no_sandbox())
    started: list[StudentProcess] = []

    def start_one(limits: Limits = PATIENT) -> StudentProcess:
        started.append(StudentProcess(chosen(request.param), limits))
        return started[-1]

    yield start_one
    for process in started:
        process.close()


def test_calls_that_travel_together_have_the_outcomes_of_calls_one_by_one(start):
    process = start()
    process.run("cell", "def f(x):\n    print(x)\n    return x / 0.0 if x.sum() else x[5]")
    calls = [[np.array([float(number)])] for number in range(230)]
    with process.one_copy():
        outcomes = process.call_all("f", calls)
    alone = [process.call("f", calls[number]) for number in (0, 1)]
    assert len(outcomes) == len(calls) and outcomes[229].returned.tolist() == [math.inf]
    for one, other in zip(outcomes, alone, strict=False):
        assert repr(one.problem and vars(one.problem)) == repr(other.problem and vars(other.problem))
        assert same(one.returned, other.returned) and one.warnings == other.warnings and one.printed and other.printed


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_call_that_ends_the_copy_costs_no_other_call(start, end):
    process = start()
    process.run("cell", f"import os\ndef f(x):\n    if x == 3.0:\n        {end}\n    return 2 * x")
    with process.one_copy():
        outcomes = process.call_all("f", [[float(number)] for number in range(6)])
        assert [outcome.returned for outcome in outcomes[:3]] == [0.0, 2.0, 4.0]
        assert len(outcomes) == 4 and outcomes[3].problem.kind == "gone"
        assert [outcome.returned for outcome in process.call_all("f", [[4.0], [5.0]])] == [8.0, 10.0]


def test_an_endless_call_among_others_is_the_last_that_has_an_outcome(start):
    process = start(dataclasses.replace(PATIENT, call_seconds=scaled(0.5)))
    process.run("cell", "def f(x):\n    while x == 2.0:\n        pass\n    return x")
    with process.one_copy():
        outcomes = process.call_all("f", [[float(number)] for number in range(5)])
        assert [outcome.returned for outcome in outcomes] == [0.0, 1.0, None]
        assert outcomes[2].problem.kind == "time" and outcomes[2].problem.line == "while x == 2.0:"
        assert process.call("f", [4.0]).returned == 4.0


def test_no_side_waits_for_the_other_where_more_is_sent_than_pipes_hold(start):
    process = start()
    process.run("cell", "def f(x):\n    return x + 1")
    calls = [[np.full(5_000, float(number))] for number in range(60)]
    with process.one_copy():
        outcomes = process.call_all("f", calls)
    assert [outcome.returned[0] for outcome in outcomes] == [number + 1 for number in range(60)]


def test_answers_that_are_large_together_are_handed_over_in_parts(start):
    process = start()
    process.run("cell", "import numpy as np\ndef f(x):\n    return np.zeros(700_000)")
    with process.one_copy():
        outcomes = process.call_all("f", [[1.0]] * 10)
        assert 0 < len(outcomes) < 10
        assert process.call("f", [1.0]).returned.size == 700_000


SPOILS = """
import os, stat
def spoil():
    for number in range(3, 9):
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                os.write(number, b"TDN1")
        except OSError:
            pass
def f(x):
    if x == 1.0:
        spoil()
    return x
"""


def test_what_is_written_to_the_channel_among_answers_is_no_answer(start):
    process = start()
    process.run("cell", SPOILS)
    with process.one_copy():
        outcomes = process.call_all("f", [[0.0], [1.0], [2.0]])
    assert [outcome.returned for outcome in outcomes] == [0.0, None]
    assert outcomes[-1].problem.kind == "gone"

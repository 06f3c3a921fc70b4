"""An exercise of which everything was recorded is judged as with its own code."""

from __future__ import annotations

import functools

import pytest

from autograder.exercises import catalogue
from autograder.exercises.recorded import FILE, RecordedExercise, Writer, has_reference
from autograder.judge import devices, judge
from autograder.judge.recording import record
from autograder.judge.session import RECORDED
from autograder.plaindata.call import call

EXERCISE = catalogue()["dead_units"]
STUB = "def dead_units(a):\n    raise NotImplementedError\n"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> RecordedExercise:
    """The exercise, with neither its textbook form nor its reference nor its mistakes."""
    folder = tmp_path_factory.mktemp("recorded")
    writer = Writer()
    writer.add(EXERCISE, STUB, record(EXERCISE, reference=True))
    writer.write(folder / FILE)
    return RecordedExercise(str(folder / "dead_units.py"), "dead_units")


def test_its_own_code_is_not_there(recorded):
    assert not has_reference(recorded)
    assert recorded.mistakes == ()
    with pytest.raises(NotImplementedError):
        recorded.reference(a=None)


@pytest.mark.parametrize("mistake", EXERCISE.mistakes, ids=lambda mistake: mistake.name)
def test_a_known_mistake_gets_the_same_verdict(recorded, mistake):
    there, here = (
        judge(exercise, functools.partial(call, mistake.function), devices=("cpu",)).to_json()
        for exercise in (recorded, EXERCISE)
    )
    for verdict in (there, here):
        del verdict["seconds"]
    assert there == here
    assert here["diagnosis"] is None or here["diagnosis"]["name"] == mistake.name


def test_hidden_cases_are_there_and_a_right_function_passes_them(recorded):
    (mistake, *_) = EXERCISE.mistakes
    names: dict = {"np": __import__("numpy")}
    exec(EXERCISE.textbook, names)
    verdict = judge(recorded, functools.partial(call, names["dead_units"]), cases="hidden", seed=7, devices=("cpu",))
    assert verdict.passed
    assert not judge(recorded, functools.partial(call, mistake.function), cases="hidden", devices=("cpu",)).passed


def test_a_device_that_nothing_was_compared_on_took_no_part(recorded, monkeypatch):
    monkeypatch.setattr(devices, "chosen", lambda asked=None: ("cpu", "cuda"))
    (mistake, *_) = EXERCISE.mistakes
    verdict = judge(recorded, functools.partial(call, mistake.function))
    assert verdict.devices["cuda"] != "present"
    assert RECORDED in verdict.remarks

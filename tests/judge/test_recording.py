"""An exercise of which everything was recorded is judged as with its own code."""

from __future__ import annotations

import functools

import pytest

from autograder.exercises import catalogue
from autograder.exercises.recorded import FILE, RecordedExercise, Writer, has_reference
from autograder.judge import devices, judge
from autograder.judge.recording import is_up_to_date, notebooks, record
from autograder.judge.report import as_text
from autograder.judge.session import RECORDED
from autograder.plaindata.call import call

EXERCISE = catalogue()["dead_units"]
STUB = "def dead_units(a):\n    raise NotImplementedError\n"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> RecordedExercise:
    """The exercise, with neither its textbook form nor its reference nor its mistakes."""
    folder = tmp_path_factory.mktemp("recorded")
    writer = Writer()
    writer.add(EXERCISE, STUB, record(EXERCISE))
    writer.write(folder / FILE, {"versions": {"torch": "9.9+cpu"}, "date": "2026-01-31"})
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
        del verdict["seconds"], verdict["versions"]
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


def test_a_report_says_that_the_answers_were_recorded_and_when(recorded):
    (mistake, *_) = EXERCISE.mistakes
    verdict = judge(recorded, functools.partial(call, mistake.function), devices=("cpu",))
    assert "gave on 2026-01-31 (recorded on a CPU)" in as_text(verdict)
    assert "PyTorch 9.9," in as_text(verdict)


@pytest.mark.parametrize("notebook", notebooks())
def test_a_notebooks_exercises_are_recorded_as_they_are_now(notebook):
    """If this fails: python3 -m autograder record."""
    assert is_up_to_date(notebook)

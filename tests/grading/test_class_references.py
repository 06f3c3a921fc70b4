"""The references on an accelerator in a class: computed once, by one process, before any submission is run."""

from __future__ import annotations

import os

import pytest

from autograder.course import Chapter, CourseError
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.scoring import class_references, in_parallel
from autograder.grading.scoring.class_references import answers_for_class, exercises_of
from autograder.grading.scoring.results import Results
from autograder.judge import devices
from autograder.judge.expectations import remember
from tests.grading.small_course import CHAPTER, UNITS, hand_in
from tests.support import fake_accelerator

NOTEBOOK = f"{CHAPTER}/{UNITS}"
compute = class_references._compute


def compute_on_a_make_believe_device(exercises, chosen):
    """Runs in the process that computes the references."""
    with pytest.MonkeyPatch.context() as patch:
        fake_accelerator.install(patch)
        return {**compute(exercises, chosen), "process": os.getpid()}


def compute_nothing(exercise, seed, hidden, device):
    raise devices.DeviceError("cuda", RuntimeError("CUDA out of memory"))


def end(exercises, chosen):
    os._exit(1)


def warm_up_beside_a_device_that_does_not_compute(answers):
    """Runs in a worker: the device is there, but asking it to compute would be an error."""
    devices.present = lambda: ("cpu", "cuda")
    remember(answers)


def test_every_kernel_is_computed_for_the_public_cases(course, monkeypatch):
    monkeypatch.setattr(class_references, "_compute", compute_on_a_make_believe_device)
    answers = answers_for_class(course, [NOTEBOOK], None)
    assert answers.pop("process") != os.getpid()
    exercises = exercises_of(course, [NOTEBOOK])
    assert exercises
    assert set(answers) == {(name, PUBLIC_SEED, False, "cuda") for name in exercises}


@pytest.mark.parametrize("asked", [None, ("cpu",)])
def test_without_an_accelerator_there_is_nothing_to_compute(course, asked):
    if devices.present() != ("cpu",) and asked is None:
        pytest.skip("this machine has an accelerator: tests/gpu computes on it")
    assert answers_for_class(course, [NOTEBOOK], asked) == {}


def test_a_class_is_compared_on_the_accelerator(course, monkeypatch):
    """Though no worker computes there."""

    def answers_of_one_process(course, notebooks, chosen):
        found = compute_on_a_make_believe_device(exercises_of(course, notebooks), None)
        found.pop("process")
        return found

    monkeypatch.setattr(in_parallel, "answers_for_class", answers_of_one_process)
    monkeypatch.setattr(in_parallel, "_warm_up", warm_up_beside_a_device_that_does_not_compute)
    hand_in(course, "ada", {})
    grade_chapter(Chapter(course, CHAPTER), jobs=1)
    verdicts = Results(Chapter(course, CHAPTER)).find("ada", UNITS).verdicts
    assert verdicts
    for verdict in verdicts:
        assert verdict.passed and verdict.devices["cuda"] == "present"
        assert all(item.oracles["cuda"] for item in verdict.requirements if item.oracles)


def test_a_device_that_cannot_compute_ends_in_a_sentence_with_a_way_out(course, monkeypatch):
    monkeypatch.setattr(class_references, "answers_on", compute_nothing)
    monkeypatch.setattr(devices, "present", lambda: ("cpu", "cuda"))
    with pytest.raises(CourseError, match=r"'cuda' here: CUDA out of memory. `--devices cpu` grades without it."):
        compute(["elu"], None)


def test_a_process_that_is_killed_while_it_computes_ends_in_a_sentence(course, monkeypatch):
    monkeypatch.setattr(class_references, "_compute", end)
    with pytest.raises(CourseError, match="The process that computes the references on the accelerator ended"):
        answers_for_class(course, [NOTEBOOK], None)

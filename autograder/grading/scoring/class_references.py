"""The references' answers to the public cases on accelerators: computed once for a class, by one process.

That process has ended, and given the accelerator's memory back, before any submission is run: there is one CUDA context
for a whole class, and nothing of it is left where a student's code could look. Hidden cases, which every submission has
of its own, are compared with the CPU's answers.
"""

from __future__ import annotations

from concurrent.futures.process import BrokenProcessPool

from autograder.course import Course, CourseError
from autograder.exercises import catalogue
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.grading.intake.instructor_notebook import exercises_in, master
from autograder.grading.scoring.workers import interrupts_held, no_warm_up, worker_pool
from autograder.judge import devices as device_list
from autograder.judge.expectations import AnswerKey, Answers, answers_on

ClassAnswers = dict[AnswerKey, Answers]
"""The answers, as `expectations.remember` takes them."""


def answers_for_class(course: Course, notebooks: list[str], devices: tuple[str, ...] | None) -> ClassAnswers:
    """What the references give on every accelerator for the public cases.

    devices: those to compute on, all that are present if None; the CPU is left to the workers.

    Raises CourseError where one of them cannot compute.
    """
    if devices == ("cpu",):
        return {}
    with worker_pool(1, no_warm_up) as pool:
        with interrupts_held():
            future = pool.submit(_compute, exercises_of(course, notebooks), devices)
        try:
            return future.result()
        except BrokenProcessPool:
            raise CourseError(
                "The process that computes the references on the accelerator ended. `--devices cpu` grades without it."
            ) from None


def exercises_of(course: Course, notebooks: list[str]) -> list[str]:
    """The exercises that the test cells of some notebooks check, in their order."""
    names = [name for notebook in notebooks for name in exercises_in(master(course, notebook))]
    return list(dict.fromkeys(names))


def _compute(exercises: list[str], devices: tuple[str, ...] | None) -> ClassAnswers:
    accelerators = [device for device in device_list.chosen(devices) if device != "cpu"]
    try:
        return {
            AnswerKey(name, PUBLIC_SEED, False, device): answers_on(catalogue()[name], PUBLIC_SEED, False, device)
            for device in accelerators
            for name in exercises
        }
    except device_list.DeviceError as error:
        raise CourseError(f"{error}. `--devices cpu` grades without it.") from None

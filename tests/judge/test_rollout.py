"""Repeated cases: a kernel that is handed its own outputs, compared after every step."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import CONTRACT, Exercise, Mistake, Requirement
from autograder.judge import judge
from autograder.judge.expectations import reference
from autograder.judge.report import as_text
from autograder.judge.rollout import CannotGoOn, next_arguments, rollout
from autograder.plaindata.call import Outcome, call

GRADIENTS = np.array([[1.0, -2.0], [0.5, 0.5], [-1.0, 3.0], [2.0, 1.0]])
ZEROS = np.zeros(2)


def momentum_step(theta, gradient, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient
    return theta + m, m


def old_velocity(theta, gradient, m, learning_rate, beta):
    return theta + m, beta * m - learning_rate * gradient


def memory_lost(theta, gradient, m, learning_rate, beta):
    return theta - learning_rate * gradient, -learning_rate * gradient


def four_steps(draw=None, dtype="float64"):
    yield multistep_case(
        "four steps",
        theta=np.array([1.0, 2.0], dtype),
        gradient=per_step(GRADIENTS.astype(dtype)),
        m=ZEROS.astype(dtype),
        learning_rate=per_step([0.1, 0.1, 0.05, 0.05]),
        beta=0.9,
    )


def one_step(draw=None):
    theta, gradient = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    yield case("one step", theta=theta, gradient=gradient, m=np.ones(2), learning_rate=0.1, beta=0.9)


MOMENTUM = Exercise(
    "def momentum_step(theta, gradient, m, learning_rate, beta): ...",
    reference=momentum_step,
    requirements=(Requirement("over many steps", 2, four_steps),),
    mistakes=(
        Mistake.of(old_velocity, "The old velocity.", ("over many steps",)),
        Mistake.of(memory_lost, "No memory.", ("over many steps",)),
    ),
    outputs=("theta", "m"),
)


WITH_CONTRACT = replace(MOMENTUM, requirements=(*MOMENTUM.requirements, Requirement(CONTRACT, 1, one_step, "contract")))


def verdict_of(function, exercise=MOMENTUM):
    return judge(exercise, partial(call, function), devices=("cpu",))


def test_the_reference_is_handed_its_own_outputs():
    answers = reference(MOMENTUM, *four_steps(), "cpu")
    theta, m = np.array([1.0, 2.0]), ZEROS
    for (found_theta, found_m), gradient, learning_rate in zip(answers, GRADIENTS, [0.1, 0.1, 0.05, 0.05], strict=True):
        theta, m = momentum_step(theta, gradient, m, learning_rate, 0.9)
        np.testing.assert_array_equal(found_theta, theta)
        np.testing.assert_array_equal(found_m, m)


def test_a_right_function_passes_every_step():
    verdict = verdict_of(momentum_step, WITH_CONTRACT)
    assert verdict.passed and verdict.points == 3, as_text(verdict)


def test_it_is_called_once_a_step_with_its_own_numbers():
    seen = []

    def spy(theta, gradient, m, learning_rate, beta):
        seen.append((theta.copy(), gradient.copy(), m.copy(), learning_rate, beta))
        return memory_lost(theta, gradient, m, learning_rate, beta)

    verdict_of(spy)
    assert len(seen) == 4
    for before, after in pairwise(seen):
        theta, m = memory_lost(*before)
        np.testing.assert_array_equal(after[0], theta)
        np.testing.assert_array_equal(after[2], m)
    assert [learning_rate for _, _, _, learning_rate, _ in seen] == [0.1, 0.1, 0.05, 0.05]


def test_the_report_shows_the_first_step_that_differs_as_a_call():
    """To be tried alone."""
    found = verdict_of(memory_lost).requirements[0].counterexample
    assert found.case == "four steps: step 2"
    assert found.call["gradient"] == "[0.5, 0.5]"
    assert found.call["m"] == "[-0.1,  0.2]"
    assert found.expected.startswith("theta = [0.76, 2.33]")


@pytest.mark.parametrize("mistake", MOMENTUM.mistakes, ids=lambda mistake: mistake.name)
def test_a_mistake_is_recognized_by_all_its_steps(mistake):
    verdict = verdict_of(mistake.function)
    assert verdict.points == 0
    assert verdict.diagnosis.text == mistake.hint


def test_a_function_wrong_in_the_last_step_alone_is_no_known_mistake():
    def wrong_at_the_end(theta, gradient, m, learning_rate, beta):
        theta, m = momentum_step(theta, gradient, m, learning_rate, beta)
        return theta + (gradient[0] == 2.0), m

    verdict = verdict_of(wrong_at_the_end)
    assert verdict.points == 0 and verdict.diagnosis is None
    assert verdict.requirements[0].counterexample.case == "four steps: step 4"


def test_a_function_that_fails_in_a_later_step_is_shown_that_step():
    def fails(theta, gradient, m, learning_rate, beta):
        if m.any():
            raise ValueError("no")
        return momentum_step(theta, gradient, m, learning_rate, beta)

    found = verdict_of(fails).requirements[0].counterexample
    assert (found.case, found.difference.message) == ("four steps: step 2", "ValueError: no")


def test_who_changes_arguments_in_a_later_step_loses_only_that_point():
    def changes(theta, gradient, m, learning_rate, beta):
        result = momentum_step(theta, gradient, m, learning_rate, beta)
        if m.any():
            m += 1.0
        return result

    verdict = verdict_of(changes, WITH_CONTRACT)
    assert verdict.points == 2
    assert verdict.requirements[-1].counterexample.case == "four steps: step 2"


def test_lists_of_numbers_are_handed_on_as_the_arrays_they_stand_for():
    verdict = verdict_of(lambda *arguments: [result.tolist() for result in momentum_step(*arguments)])
    assert verdict.passed, as_text(verdict)


@pytest.mark.parametrize(
    "returned",
    [
        None,
        np.zeros(2),
        (np.zeros(2),),
        (np.zeros(3), np.zeros(2)),
        ("theta", "m"),
        (np.zeros(2), None),
        {"theta": 1.0},
    ],
    ids=str,
)
def test_what_cannot_be_the_next_argument_ends_the_case_and_earns_nothing(returned):
    (case,) = four_steps()
    assert len(rollout(MOMENTUM, case, lambda _: Outcome(returned=returned))) == 1
    assert verdict_of(lambda *_: returned).points == 0


def test_an_answer_that_ends_the_case_never_passes(monkeypatch):
    """Even where it looks right."""

    def refuse(*arguments):
        raise CannotGoOn

    expected = reference(MOMENTUM, *four_steps(), "cpu")
    monkeypatch.setattr("autograder.judge.expectations.reference", lambda *_: expected)
    monkeypatch.setattr("autograder.judge.rollout.next_arguments", refuse)
    verdict = verdict_of(momentum_step)
    assert verdict.points == 0
    assert "cannot be handed to the next call" in verdict.requirements[0].counterexample.difference.message


def test_numbers_and_lists_stay_what_they_are_from_call_to_call():
    exercise = Exercise("def step(weights, t, rate): ...", outputs=("weights", "t", "rate"))
    arguments = {"weights": [np.zeros(2), np.zeros(3, "float32")], "t": 1, "rate": 0.5}
    returned = ([np.ones(2), [1.0, 1.0, 1.0]], np.array(2), np.array(0.25))
    found = next_arguments(exercise, arguments, returned, {})
    assert [array.dtype.name for array in found["weights"]] == ["float64", "float32"]
    assert (type(found["t"]), found["t"], type(found["rate"]), found["rate"]) == (int, 2, float, 0.25)


def test_a_state_that_is_not_there_at_first_is_handed_on_as_it_comes():
    exercise = Exercise("def step(buffer): ...", outputs=("buffer",))
    assert next_arguments(exercise, {"buffer": None}, np.ones(2), {})["buffer"].tolist() == [1.0, 1.0]


def test_all_calls_of_a_case_count_that_hand_nothing_on():
    def rate(t, base):
        return base / (1 + t)

    exercise = Exercise(
        "def rate(t, base): ...",
        reference=rate,
        requirements=(
            Requirement("a sequence", 1, lambda sample: [multistep_case("five", t=per_step(range(5)), base=1.0)]),
        ),
    )
    verdict = verdict_of(lambda t, base: base / (2 + t), exercise)
    assert verdict.diagnosis.text == "Your numbers are exactly the right ones for `t + 1` in place of `t`."

"""The smallest change of a function's own code after which every case passes: what is said has been tried."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from autograder.exercises import catalogue
from autograder.judge import judge
from autograder.judge.expectations import public
from autograder.judge.repair import find_repair
from autograder.plaindata.call import call
from tests.support.thorough import THOROUGH


def repair_of(name: str, source: str, *, seconds: float = math.inf, **names):
    exercise = catalogue()[name]
    return find_repair(exercise, source, {"np": np, **names}, public(exercise, ("cpu",)), seconds=seconds)


def passes(name: str, source: str, **names) -> bool:
    namespace = {"np": np, **names}
    exec(source, namespace)
    return judge(catalogue()[name], partial(call, namespace[name]), devices=("cpu",), diagnose=False).passed


WRONG_ELU = "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, {})"


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ("np.expm1(np.minimum(z, 0))", "a factor more"),
        ("alpha * np.exp(np.minimum(z, 0))", "another function than `exp`"),
        ("alpha + np.expm1(np.minimum(z, 0))", "another operator"),
        ("alpha * np.expm1(np.maximum(z, 0))", "another function than `maximum`"),
        ("alpha * (np.exp(np.minimum(z, 0)) - 1)", "`expm1`"),
    ],
)
def test_a_change_of_one_place_is_found_and_is_true(wrong, kind):
    source = WRONG_ELU.format(wrong)
    repair = repair_of("elu", source)
    (change,) = repair.changes
    assert (change.line, change.kind) == (2, kind)
    assert passes("elu", repair.source)


ADAM = """def adam_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat = m / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s"""


@pytest.mark.parametrize(
    ("edits", "lines"),
    [
        ({"beta2**t": "beta1**t"}, [5]),
        ({"theta -": "theta +"}, [6]),
        ({"(np.sqrt(s_hat) + epsilon)": "np.sqrt(s_hat) + epsilon"}, [6]),
        ({"beta1**t": "beta1 ** (t + 1)", "beta2**t": "beta2 ** (t + 1)"}, [4, 5]),
        ({"m / (1 - beta1**t)": "m / 1 - beta1**t", "s / (1 - beta2**t)": "s / 1 - beta2**t"}, [4, 5]),
        ({"gradient**2": "m**2", "theta -": "theta +"}, [3, 6]),
    ],
)
def test_the_lines_to_change_are_named(edits, lines):
    source = ADAM
    for before, after in edits.items():
        source = source.replace(before, after)
    repair = repair_of("adam_step", source)
    assert [change.line for change in repair.changes] == lines
    assert passes("adam_step", repair.source)


def test_nothing_is_said_of_a_right_function():
    assert repair_of("adam_step", ADAM) is None


def test_nothing_is_said_where_no_small_change_does():
    assert repair_of("elu", "def elu(z, alpha=1.0):\n    return 0 * z", seconds=0.5) is None


def test_lines_are_counted_from_the_cells_first():
    exercise = catalogue()["elu"]
    source = WRONG_ELU.format("np.expm1(np.minimum(z, 0))")
    found = find_repair(exercise, source, {"np": np}, public(exercise, ("cpu",)), seconds=math.inf, first_line=11)
    assert [change.line for change in found.changes] == [12]


def test_the_students_names_stay_as_they_are():
    names = {"np": np, "helper": np.expm1}
    exercise = catalogue()["elu"]
    source = WRONG_ELU.format("helper(np.minimum(z, 0))")
    assert find_repair(exercise, source, names, public(exercise, ("cpu",)), seconds=math.inf)
    assert names == {"np": np, "helper": np.expm1}


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n        z = z + alpha",
        "i = 0\n    while i < 5:\n        i = i - 1\n    return z",
        "while True:\n        try:\n            z = z\n        except Exception:\n            pass",
    ],
)
def test_a_loop_that_does_not_end_is_cut(body):
    repair_of("elu", f"def elu(z, alpha=1.0):\n    {body}", seconds=0.2)


@pytest.mark.parametrize(
    "source",
    [
        "def elu(z, alpha=1.0:",
        "elu = lambda z, alpha=1.0: z",
        "@decorated\ndef elu(z, alpha=1.0):\n    return z",
        "def elu(z, alpha=1.0):\n    global count\n    return z",
        "def elu(z, alpha=1.0):\n    try:\n        return z\n    except:\n        return z",
        "",
    ],
)
def test_what_cannot_be_changed_safely_is_left_alone(source):
    assert repair_of("elu", source) is None


def mistakes():
    """Known mistakes that are edits of the textbook form."""
    every = 1 if THOROUGH else 60
    found = [(exercise, one) for exercise in catalogue().values() for one in exercise.mistakes if one.source]
    return [pair for number, pair in enumerate(found) if number % every == 0 and pair[1].loses]


@pytest.mark.parametrize(("exercise", "mistake"), mistakes(), ids=lambda one: one.name)
def test_what_is_said_of_a_known_mistake_is_true(exercise, mistake):
    names = mistake.namespace
    repair = find_repair(exercise, mistake.source, {"np": np, **names}, public(exercise, ("cpu",)), seconds=1.0)
    assert repair is None or passes(exercise.name, repair.source, **names)


def test_what_is_found_has_to_pass_further_cases_too():
    exercise, source = catalogue()["elu"], WRONG_ELU.format("np.expm1(np.minimum(z, 0))")
    first = public(exercise, ("cpu",))[:3]
    other_alpha = [one for one in public(exercise, ("cpu",)) if one.requirement == "other alpha"]
    further = [*first, *other_alpha]
    found = find_repair(exercise, source, {"np": np}, other_alpha[:1], further=lambda: further, seconds=math.inf)
    assert passes("elu", found.source)


def test_a_helper_that_does_not_end_is_cut_short():
    def count(number):
        while number != 3:
            number += 0
        return number

    source = "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, np.expm1(np.minimum(z, 0))) * count(3) / 6"
    exercise = catalogue()["elu"]
    find_repair(exercise, source, {"np": np, "count": count}, public(exercise, ("cpu",)), seconds=0.2)


def test_a_second_change_is_sought_beside_a_copy_of_an_argument():
    source = "def momentum_step(theta, gradient, m, learning_rate, beta):\n    m *= beta\n    m += gradient\n    {}"
    repair = repair_of("momentum_step", source.format("return theta + m, m"), seconds=1.0)
    assert repair is None or passes("momentum_step", repair.source)


def test_a_large_function_is_left_alone():
    lines = "".join(f"    a{number} = z * {number} + alpha\n" for number in range(300))
    assert repair_of("elu", f"def elu(z, alpha=1.0):\n{lines}    return z") is None


def test_a_number_is_solved_for():
    repair = repair_of("selu", SELU.format("1.05"))
    (change,) = repair.changes
    assert change.kind == "another number" and "1.0507" in change.after
    assert passes("selu", repair.source)


SELU = """def selu(z):
    alpha = 1.6732632423543772
    return {} * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))"""

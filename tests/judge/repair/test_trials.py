"""A trial ends, makes nothing that is too large, and leaves nothing behind."""

from __future__ import annotations

import ast
import random
import sys
import threading
import warnings

import numpy as np
import pytest

from autograder.judge.repair import bounds
from autograder.judge.repair.bounds import CutShort
from autograder.judge.repair.programs import Program
from autograder.judge.repair.trials import Budget, Watch, in_silence


def endless() -> float:
    while True:
        pass


def endless_and_deaf() -> float:
    for _ in range(3):
        try:
            endless()
        except BaseException:
            continue
    return 1.0


@pytest.mark.parametrize("trial", [endless, endless_and_deaf])
def test_a_trial_without_end_is_cut_short(trial):
    with Watch() as watch:
        watch.share(trial, 0.01)
        assert watch.share(lambda: 1.0, 60.0) == 1.0


@pytest.mark.parametrize("error", [ValueError, RecursionError, SystemExit, GeneratorExit, MemoryError])
def test_what_a_trial_raises_is_no_answer(error):
    def trial() -> float:
        raise error

    with Watch() as watch:
        assert watch.share(trial, 60.0) == 0.0


def test_an_interrupt_ends_the_search():
    def trial() -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Watch() as watch:
        watch.share(trial, 60.0)
    assert not any(isinstance(thread, Watch) for thread in threading.enumerate())


def test_a_budget_of_no_seconds_is_spent():
    assert Budget(60.0).is_left() and not Budget(0.0).is_left()


def test_nothing_is_left_of_what_runs_in_silence(capsys):
    numbers, plain, settings = np.random.get_state()[1].copy(), random.getstate(), np.geterr()
    with in_silence(), warnings.catch_warnings(record=True) as caught:
        np.random.rand(), random.random(), np.seterr(all="raise")
        print("loud"), print("loud", file=sys.stderr), warnings.warn("loud", stacklevel=1)
    assert caught == [] and capsys.readouterr() == ("", "")
    assert (np.random.get_state()[1] == numbers).all() and random.getstate() == plain and np.geterr() == settings


def test_nobody_answers_in_silence():
    with in_silence(), pytest.raises(EOFError):
        input()


TOO_LARGE = [
    "9 ** 9 ** 9",
    "a ** (10 ** 6)",
    "[0] * 10 ** 9",
    "10 ** 9 * 'x'",
    "1 << 10 ** 9",
    "np.zeros(10 ** 9)",
    "np.ones((10 ** 5, 10 ** 5))",
    "list(range(10 ** 12))",
    "np.arange(2000)[:, None] * np.arange(2000)",
    "np.arange(2000)[:, None] + np.arange(2000)",
    "np.repeat(np.zeros(100), 10 ** 8)",
]


def program(body: str):
    function = ast.parse(f"def f(a):\n    {body}").body[0]
    return Program(function, [], {"np": np}).function(0, 60.0)


@pytest.mark.parametrize("expression", TOO_LARGE)
def test_what_is_too_large_is_never_made(expression):
    with pytest.raises(CutShort):
        program(f"return {expression}")(7)


READ_FOR_EVER = ["np.array(b)", "b * np.ones(2)", "np.ones(2) > b", "sum(b, np.ones(2))", "b", "np.ones(2) @ b"]


@pytest.mark.parametrize("expression", READ_FOR_EVER)
@pytest.mark.parametrize("growing", ["b.append(b)", "b = [b, b, b]"])
def test_a_list_that_contains_itself_is_never_read(expression, growing):
    with pytest.raises(CutShort):
        program(f"b = [1, 2]\n    for _ in range(60):\n        {growing}\n    return {expression}")(7)


@pytest.mark.parametrize("step", ["a *= a", "a **= 3", "a = a * a", "b += b", "b = b + b", "pass"])
def test_what_grows_in_a_loop_is_cut_short(step):
    with pytest.raises(CutShort):
        program(f"b = [1]\n    while True:\n        {step}")(7)


@pytest.mark.parametrize(
    ("expression", "value"),
    [("a ** 2 * 3 + 1", 148), ("[a] * 2 + [1]", [7, 7, 1]), ("2 ** -a", 2**-7), ("1 << a", 128), ("'x' * 2", "xx")],
)
def test_bounded_operations_are_the_usual_ones(expression, value):
    assert program(f"return {expression}")(7) == value


def test_a_loop_may_turn_as_often_as_a_case_needs():
    function = program(f"for _ in range({bounds.MOST_TURNS - 1}):\n        a += 1\n    return a")
    assert function(0) == bounds.MOST_TURNS - 1

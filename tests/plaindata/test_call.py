"""One call of a student's function: whatever it does, an Outcome comes back, and it says what happened."""

from __future__ import annotations

import functools
import math
import sys
import textwrap
import tracemalloc
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.plaindata import call as call_module
from autograder.plaindata.call import call, call_repeatedly
from autograder.plaindata.values import same, with_memory_order

Z = np.array([1.0, -2.0])


def written(source: str) -> Callable[..., Any]:
    """The function `f` of a cell, as a notebook or the sandbox runs it: its source text is known by the cell's name."""
    import linecache

    source = textwrap.dedent(source)
    name = f"cell {hash(source)}"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"np": np}
    exec(compile(source, name, "exec"), namespace)
    return namespace["f"]


# ---------------------------------------------------------------- what it returns


def test_the_answer_is_a_private_copy():
    kept = np.zeros(2)
    outcome = call(lambda z: kept, [Z])
    kept[0] = 5.0
    assert outcome.returned.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("order", ["C", "F", "strided"])
def test_the_arguments_arrive_as_copies_in_their_own_memory_order(order):
    given = with_memory_order(np.arange(6.0).reshape(2, 3), order)
    before = given.copy()

    def spoils(z):
        assert same(z, before)
        assert z.strides == given.strides
        z[...] = 7.0

    outcome = call(spoils, [given])
    assert outcome.problem is None
    assert same(given, before)
    assert outcome.arguments_after[0].max() == 7.0


@pytest.mark.parametrize(
    "answer",
    [lambda z: z, lambda z: z[::-1], lambda z: z.T, lambda z: list(z), lambda z: (z, 1.0), lambda z: {"z": z}, np.sum],
)
def test_views_lists_tuples_dicts_and_numpy_scalars_are_answers(answer):
    outcome = call(answer, [Z])
    assert outcome.problem is None
    assert outcome.returned is not None


def test_what_is_no_plain_data_is_a_problem_of_type():
    problem = call(lambda z: (x for x in z), [Z]).problem
    assert problem.kind == "type"
    assert problem.message.startswith("your function returned a generator")


def test_a_printing_function_is_noticed_and_prints_nothing(capsys):
    outcome = call(lambda z: print("hello") or z, [Z])
    assert outcome.printed
    assert capsys.readouterr().out == ""
    assert not call(lambda z: z, [Z]).printed


def test_a_function_that_closes_its_output_is_still_judged():
    outcome = call(lambda z: sys.stdout.close() or z, [Z])
    assert same(outcome.returned, Z)


# ---------------------------------------------------------------- warnings


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (lambda z: np.exp(z * 1e4), "overflow"),
        (lambda z: 1 / (z - z), "divide by zero"),
        (lambda z: np.log(-np.abs(z)), "invalid value"),
    ],
)
def test_floating_point_warnings_are_recorded_whatever_the_caller_set(function, kind):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcome = call(function, [Z])
    assert outcome.problem is None
    assert outcome.warnings[0].startswith(kind)


def test_a_warning_is_no_exception_for_a_caller_who_makes_them_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert call(lambda z: np.exp(z * 1e4), [Z]).problem is None


@pytest.mark.parametrize("category", [UserWarning, DeprecationWarning, FutureWarning])
def test_other_warnings_are_nobodys_business(category):
    assert call(lambda z: warnings.warn("overflow", category, stacklevel=1) or z, [Z]).warnings == []


def test_a_warning_that_can_be_read_only_once_does_no_harm():
    class Sly(str):
        read = 0

        def __str__(self):
            Sly.read += 1
            if Sly.read > 1:
                raise SystemExit
            return "overflow"

    outcome = call(lambda z: warnings.warn(Sly("overflow"), RuntimeWarning, stacklevel=1) or z, [Z])
    assert same(outcome.returned, Z)


def test_a_million_different_warnings_leave_five():
    def warns(z):
        for number in range(1000):
            warnings.warn(f"overflow {number}", RuntimeWarning, stacklevel=1)
        return z

    assert len(call(warns, [Z]).warnings) == 5


# ---------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda: 0, "it is called with 2 arguments, but yours is <lambda>()"),
        (lambda z: 0, "it is called with 2 arguments, but yours is <lambda>(z)"),
        (lambda z, alpha, beta: 0, "it is called with 2 arguments, but yours is <lambda>(z, alpha, beta)"),
        (lambda z, *, alpha: 0, "it is called with 2 arguments, but yours is <lambda>(z, *, alpha)"),
        (lambda **options: 0, "it is called with 2 arguments, but yours is <lambda>(**options)"),
    ],
)
def test_arguments_that_do_not_fit_are_told_with_the_own_signature(function, message):
    """The student's own."""
    problem = call(function, [Z, 1.0]).problem
    assert (problem.kind, problem.message) == ("arguments", message)


def test_one_argument_is_not_called_arguments():
    assert call(lambda: 0, [Z]).problem.message.startswith("it is called with 1 argument, but")


@pytest.mark.parametrize(
    "function",
    [lambda z, alpha=1.0: z, lambda *everything: everything[0], functools.partial(lambda a, z: z, 1), np.negative],
    ids=["a default", "any number", "a partial", "a ufunc"],
)
def test_what_can_be_called_with_the_arguments_is_called(function):
    assert call(function, [Z]).problem is None


@pytest.mark.parametrize("value", [None, 3.0, "elu", np.zeros(2), [abs]], ids=str)
def test_what_cannot_be_called_is_missing(value):
    problem = call(value, [Z]).problem
    assert problem.kind == "missing"
    assert type(value).__name__ in problem.message


class BadDefault:
    def __repr__(self):
        raise SystemError


class BadSignature:
    __signature__ = 5

    def __call__(self, z):
        return z


def test_a_default_that_cannot_be_shown_does_no_harm():
    def f(z, alpha, beta=BadDefault()):  # noqa: B008
        return z

    assert call(f, [Z]).problem.kind == "arguments"


def test_a_signature_that_cannot_be_read_does_no_harm():
    assert same(call(BadSignature(), [Z]).returned, Z)


# ---------------------------------------------------------------- exceptions


def test_an_exception_is_told_with_the_students_line_and_its_number():
    f = written("""\
        def f(z):
            a = 1
            return z.no_such_thing + a
        """)
    problem = call(f, [Z]).problem
    assert problem.kind == "exception"
    assert problem.message == "AttributeError: 'numpy.ndarray' object has no attribute 'no_such_thing'"
    assert (problem.line_number, problem.line) == (3, "return z.no_such_thing + a")


def test_the_line_told_is_the_students_own_and_not_one_inside_numpy():
    problem = call(written("def f(z):\n    return np.concatenate(\n        [z, np.eye(2)])\n"), [Z]).problem
    assert problem.line in ("return np.concatenate(", "[z, np.eye(2)])")
    assert problem.line_number in (2, 3)


def test_the_line_told_is_the_innermost_of_the_same_cell():
    f = written("""\
        def helper(z):
            raise ValueError("no")

        def f(z):
            return helper(z)
        """)
    assert call(f, [Z]).problem.line_number == 2


def test_a_function_that_is_not_written_yet_is_told_as_that():
    problem = call(written("def f(z):\n    raise NotImplementedError()\n"), [Z]).problem
    assert (problem.kind, problem.line_number) == ("not implemented", 2)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (SystemExit, "SystemExit"),
        (SystemExit(3), "SystemExit: 3"),
        (GeneratorExit, "GeneratorExit"),
        (BaseException("odd"), "BaseException: odd"),
        (type("Own", (BaseException,), {})(), "Own"),
        (RecursionError, "RecursionError"),
        (MemoryError, "MemoryError"),
        (StopIteration, "StopIteration"),
        (AssertionError(), "AssertionError"),
        (ExceptionGroup("several", [ValueError()]), "ExceptionGroup: several (1 sub-exception)"),
    ],
    ids=repr,
)
def test_whatever_is_raised_becomes_a_problem(error, message):
    def raises(z):
        raise error

    problem = call(raises, [Z]).problem
    assert (problem.kind, problem.message) == ("exception", message)


def test_the_user_can_interrupt_a_call():
    def interrupted(z):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupted, [Z])


def test_an_infinite_recursion_is_an_exception():
    def f(z):
        return f(z)

    assert call(f, [Z]).problem.message.startswith("RecursionError: maximum recursion depth exceeded")


def test_an_exception_that_cannot_be_read_has_its_name_alone():
    class Sly(Exception):
        def __str__(self):
            raise SystemExit

    assert call(written("def f(z):\n    raise error\n"), [Z]).problem.message.startswith("NameError")

    def raises(z):
        raise Sly

    assert call(raises, [Z]).problem.message == "Sly"


def test_a_message_of_a_megabyte_is_cut():
    def raises(z):
        raise ValueError("x" * 1_000_000)

    assert len(call(raises, [Z]).problem.message) == 400


def test_a_function_wrapped_around_itself_does_no_harm():
    def raises(z):
        raise ValueError("no")

    raises.__wrapped__ = raises
    assert call(raises, [Z]).problem.message == "ValueError: no"


def test_an_outcome_of_an_exception_has_the_arguments_as_they_are_now():
    def spoils_and_raises(z):
        z[0] = 9.0
        raise ValueError

    assert call(spoils_and_raises, [Z]).arguments_after[0][0] == 9.0


def test_a_flood_of_text_takes_no_memory():
    def floods():
        for _ in range(2000):
            print("x" * 10**6)

    tracemalloc.start()
    try:
        assert call(floods, []).printed
        assert tracemalloc.get_traced_memory()[1] < 20_000_000, "bytes"
    finally:
        tracemalloc.stop()


# ---------------------------------------------------------------- again with the same arguments


def right_at_first(times: int):
    """A function that gives another answer after some calls."""
    calls = iter(range(1000))
    return lambda x: x if next(calls) < times else -x


def changes_its_input_at_last():
    """A function that adds to its input, but not in the first call."""
    calls = iter(range(1000))

    def add(x):
        x += next(calls) > 0
        return 1.0

    return add


@pytest.fixture
def all_the_time_in_the_world(monkeypatch):
    """A call is repeated, however long it took."""
    monkeypatch.setattr(call_module, "LONGEST_REPEATED_SECONDS", math.inf)


def test_another_answer_to_the_same_arguments_is_a_problem(all_the_time_in_the_world):
    assert call(right_at_first(1), [np.ones(2)]).problem is None
    outcome = call_repeatedly(right_at_first(1), [np.ones(2)])
    assert (outcome.problem.kind, outcome.returned) == ("type", None)
    assert "another answer" in outcome.problem.message


def test_an_argument_changed_in_a_later_call_is_told(all_the_time_in_the_world):
    [after] = call_repeatedly(changes_its_input_at_last(), [np.ones(2)]).arguments_after
    assert after.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    "answer", [1.0, np.nan, np.array([np.inf, np.nan]), (np.ones(2), {"a": [1, True, None]}), "text", np.float32(2.0)]
)
def test_the_same_answer_again_is_no_problem(answer):
    assert call_repeatedly(lambda x: answer, [1.0]).problem is None


def test_rounding_makes_no_other_answer():
    errors = iter([0.0, *[1e-13] * 100])
    assert call_repeatedly(lambda x: x + next(errors), [np.ones(2)]).problem is None


def test_what_goes_wrong_is_not_tried_again():
    calls = []
    outcome = call_repeatedly(lambda x: calls.append(x) or 1 / 0, [1.0])
    assert outcome.problem.message.startswith("ZeroDivisionError")
    assert len(calls) == 1


def test_a_long_call_is_not_repeated(monkeypatch):
    monkeypatch.setattr(call_module, "LONGEST_REPEATED_SECONDS", -1.0)
    assert call_repeatedly(right_at_first(1), [np.ones(2)]).problem is None

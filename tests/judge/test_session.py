"""What the judge makes of a function: points, problems, remarks, devices, and what it keeps to itself."""

from __future__ import annotations

import functools
import json
import re
import sys
import warnings
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from autograder.exercises import catalogue
from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import CONTRACT, Exercise, Requirement
from autograder.judge import JudgeSession, Verdict, devices, expectations, judge, lookalikes
from autograder.judge.expectations import Expectation, expectations_of, hidden_expectations, public
from autograder.judge.lookalikes import lookalike_expectations
from autograder.judge.report import as_html, as_text
from autograder.plaindata.call import ANOTHER_ANSWER, Outcome, Problem, call
from autograder.plaindata.values import arrays_in, extent, same
from tests.judge.students import after, elu, elu_backward, first_difference, lost, prelu_backward, verdict_of
from tests.support import fake_accelerator

ELU = catalogue()["elu"]
VALUES, ALPHA, EXTREMES, AXES, _ = (requirement.name for requirement in ELU.requirements)
EVERYTHING = {VALUES, ALPHA, EXTREMES, AXES, CONTRACT}


# ---------------------------------------------------------------- points


@pytest.mark.parametrize("cases", ["public", "hidden", "all"])
@pytest.mark.parametrize(
    ("name", "function"), [("elu", elu), ("elu_backward", elu_backward), ("prelu_backward", prelu_backward)]
)
def test_a_right_function_has_all_points(name, function, cases):
    verdict = verdict_of(name, function, cases=cases, seed=7)
    assert verdict.passed, as_text(verdict)
    assert verdict.points == verdict.max_points == catalogue()[name].points
    assert verdict.remarks == []
    assert (verdict.problem, verdict.diagnosis, verdict.cases, verdict.seed) == (None, None, cases, 7)


@pytest.mark.parametrize(
    ("function", "missing"),
    [
        (lambda z, alpha=1.0: elu(z, 1.0), {ALPHA}),
        (lambda z, alpha=1.0: elu(z, alpha).astype("float64"), {CONTRACT}),
        (lambda z, alpha=1.0: np.where(z > 0, z, alpha * (np.exp(np.minimum(z, 0)) - 1)), {EXTREMES}),
        (lambda z, alpha=1.0: elu(z, 1.0).astype("float64"), {ALPHA, CONTRACT}),
        (lambda z, alpha=1.0: elu(z, alpha) + 1, EVERYTHING),
    ],
)
def test_each_requirement_is_won_or_lost_by_itself(function, missing):
    verdict = verdict_of("elu", function, cases="all")
    assert lost(verdict) == missing
    points = {requirement.name: requirement.points for requirement in ELU.requirements}
    assert verdict.points == sum(points[name] for name in points if name not in missing)


def test_leaving_the_inputs_alone_is_worth_nothing_by_itself():
    verdict = verdict_of("elu", lambda z, alpha=1.0: z * 0)
    assert verdict.points == 0
    assert lost(verdict) == EVERYTHING


def test_who_writes_into_an_input_keeps_the_points_for_the_values():
    def writes_into_dout(dout, z, alpha=1.0):
        right = elu_backward(dout, z, alpha)
        dout += 1
        return right

    verdict = verdict_of("elu_backward", writes_into_dout, cases="all")
    assert lost(verdict) == {CONTRACT}
    assert "its argument `dout`" in first_difference(verdict).message


def test_an_input_whose_shape_or_dtype_is_changed_in_place_is_noticed():
    def changes_the_shape(z, alpha=1.0):
        right = elu(z, alpha)
        z.shape = (*z.shape, 1)
        return right

    assert CONTRACT in lost(verdict_of("elu", changes_the_shape))


def test_an_input_changed_and_put_back_is_unchanged():
    def puts_it_back(z, alpha=1.0):
        kept = z.copy()
        z[...] = elu(z, alpha) if z.dtype.kind == "f" else z
        right = z.copy() if z.dtype.kind == "f" else elu(kept, alpha)
        z[...] = kept
        return right

    assert verdict_of("elu", puts_it_back).passed


@pytest.mark.parametrize("change", [np.ndarray.tolist, np.asfortranarray, lambda y: np.stack([y, y], -1)[..., 0]])
def test_lists_and_memory_orders_cost_nothing(change):
    assert verdict_of("elu", after(elu, change), cases="all").passed


# ---------------------------------------------------------------- problems


def not_written(z, alpha=1.0):
    raise NotImplementedError


def calls_itself(z, alpha=1.0):
    return calls_itself(z, alpha)


def leaves(z, alpha=1.0):
    sys.exit("bye")


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        (not_written, "not implemented", "not written yet"),
        (lambda: 0, "arguments", "it is called with 2 arguments, but yours is <lambda>()"),
        (lambda z: z, "arguments", "it is called with 2 arguments, but yours is <lambda>(z)"),
        (lambda a, b, c: a, "arguments", "it is called with 2 arguments, but yours is <lambda>(a, b, c)"),
        (
            lambda z, *, alpha=1.0: z,
            "arguments",
            "it is called with 2 arguments, but yours is <lambda>(z, *, alpha=1.0)",
        ),
        (None, "missing", "this is no function but an object of type NoneType"),
        (np.zeros(2), "missing", "this is no function but an object of type ndarray"),
    ],
)
@pytest.mark.parametrize("cases", ["public", "hidden", "all"])
def test_what_cannot_be_judged_has_no_points_and_one_sentence(function, kind, message, cases):
    verdict = verdict_of("elu", function, cases=cases)
    assert verdict.points == 0
    assert not verdict.passed
    assert (verdict.problem["kind"], verdict.problem["message"]) == (kind, message)
    assert lost(verdict) == EVERYTHING


def test_of_a_function_that_draws_a_case_is_shown_that_shows_it():
    """Two draws may be alike by chance, in a small case above all."""
    alike_by_chance = [Outcome(returned=np.zeros(1), arguments_after=[]) for _ in range(2)]

    def draws(arguments):
        if alike_by_chance:
            return alike_by_chance.pop()
        return Outcome(problem=Problem("type", ANOTHER_ANSWER))

    verdict = judge(ELU, draws, devices=("cpu",))
    shown = [result.counterexample.difference.message for result in verdict.requirements]
    assert shown == [ANOTHER_ANSWER] * len(shown)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda z, alpha=1.0: None, "expected an array of shape (1, 1), got None (is the return statement missing?)"),
        (
            lambda z, alpha=1.0: print(z),
            "expected an array of shape (1, 1), got None (is the return statement missing?)",
        ),
        (calls_itself, "RecursionError: maximum recursion depth exceeded"),
        (leaves, "SystemExit: bye"),
        (lambda z, alpha=1.0: z.nothing, "AttributeError: 'numpy.ndarray' object has no attribute 'nothing'"),
        (lambda z, alpha=1.0: (y for y in z), "your function returned a generator, not numbers"),
        (lambda z, alpha=1.0: elu, "your function returned a function, not numbers"),
    ],
)
def test_a_function_that_gives_no_numbers_has_no_points_and_is_told_why(function, message):
    verdict = verdict_of("elu", function, cases="all")
    assert verdict.points == 0
    assert first_difference(verdict).message.startswith(message)


def test_an_exception_is_told_with_the_students_line():
    verdict = verdict_of("elu", calls_itself)
    assert first_difference(verdict).line == "return calls_itself(z, alpha)"
    assert first_difference(verdict).line_number == calls_itself.__code__.co_firstlineno + 1


def test_a_branch_that_is_not_written_yet_costs_its_requirement_alone():
    def half_written(z, alpha=1.0):
        if alpha != 1.0:
            raise NotImplementedError
        return elu(z)

    verdict = verdict_of("elu", half_written, cases="all")
    assert lost(verdict) == {ALPHA}
    assert first_difference(verdict).message == "NotImplementedError"


def test_a_forgotten_default_costs_the_requirement_that_tries_it():
    verdict = verdict_of("elu", lambda z, alpha: elu(z, alpha))
    assert ALPHA not in lost(verdict)
    found = first_difference(verdict)
    assert (found.kind, found.message) == ("arguments", "it is called with 1 argument, but yours is <lambda>(z, alpha)")
    assert "It is called with 1 argument" in as_text(verdict)


@pytest.mark.parametrize("kind", ["time", "gone"])
def test_after_a_function_that_does_not_end_no_other_case_is_tried(kind):
    calls = []

    def ends_at_the_third(arguments):
        calls.append(arguments)
        if len(calls) == 3:
            return Outcome(problem=Problem(kind, "no answer within 5 s"))
        return Outcome(elu(*arguments), arguments_after=arguments)

    verdict = judge(ELU, ends_at_the_third, devices=("cpu",))
    assert len(calls) == 3
    assert (verdict.points, verdict.problem["kind"]) == (0, kind)
    assert verdict.problem["case"] == "elu(z=[[-1.,  2.]])"
    assert "elu(z=[[-1.,  2.]])" in as_text(verdict)


def test_text_that_cannot_be_printed_is_replaced():
    def raises(z, alpha=1.0):
        raise ValueError("\ud800 \x1b[2J \x00 \u202e")

    verdict = verdict_of("elu", raises)
    everything = as_text(verdict) + as_html(verdict) + json.dumps(verdict.to_json(), ensure_ascii=False)
    everything.encode("utf-8")
    assert not set(everything) & {"\x1b", "\x00", "\ud800", "\u202e"}


# ---------------------------------------------------------------- warnings and prints


def test_a_needless_overflow_is_a_remark_and_costs_nothing():
    verdict = verdict_of("elu", lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(z)))
    assert verdict.points == verdict.max_points
    assert len(verdict.remarks) == 1
    assert "overflow" in verdict.remarks[0]


def test_prints_and_other_warnings_cost_nothing_and_are_no_remark(capsys):
    def talks(z, alpha=1.0):
        print("hello", file=sys.stdout)
        print("hello", file=sys.stderr)
        warnings.warn("deprecated", DeprecationWarning, stacklevel=1)
        return elu(z, alpha)

    verdict = verdict_of("elu", talks)
    assert verdict.passed
    assert verdict.remarks == []
    assert capsys.readouterr().out == ""


def test_who_prints_and_is_wrong_learns_where_the_prints_are():
    assert any("prints" in remark for remark in verdict_of("elu", lambda z, alpha=1.0: print(z) or z).remarks)


@pytest.mark.parametrize("strict", [lambda: warnings.simplefilter("error"), lambda: np.seterr(all="raise")])
def test_the_verdict_does_not_depend_on_what_the_caller_does_with_warnings(strict):
    wrong = after(elu, lambda y: y * 3)
    far_off = after(elu, lambda y: np.where(y == 0, 0, 1e300))
    with warnings.catch_warnings(), np.errstate():
        strict()
        assert verdict_of("elu", elu, cases="all", seed=12).passed
        assert verdict_of("elu", wrong, cases="all", seed=12).diagnosis.name == "factor"
        assert verdict_of("elu", far_off, cases="all", seed=12).points == 0


# ---------------------------------------------------------------- hidden cases


WRONG = {
    "values": after(elu, lambda y: y * 1.001),
    "shape": after(elu, lambda y: y[..., None]),
    "dtype": after(elu, lambda y: y.astype("float32")),
    "type": after(elu, lambda y: set()),
    "not finite": after(elu, lambda y: y * np.nan),
    "inputs": lambda z, alpha=1.0: (elu(z, alpha), z.fill(0))[0],
    "one alpha": lambda z, alpha=1.0: elu(z),
}


def raises_with_its_input(z, alpha=1.0):
    raise ValueError(f"{alpha!r} {z.tolist()!r}")


def warns_with_its_input(z, alpha=1.0):
    warnings.warn(f"overflow {alpha!r} {z.tolist()!r}", RuntimeWarning, stacklevel=1)
    return elu(z, alpha)


def test_a_warning_on_a_hidden_case_is_not_told():
    """For it could be told neither with its call nor without."""
    right = {key_of(item.case.arguments.values()) for item in public(ELU, ("cpu",))}

    def warns_on_others(z, alpha=1.0):
        return elu(z, alpha) if {key_of([z, alpha]), key_of([z])} & right else warns_with_its_input(z, alpha)

    assert verdict_of("elu", warns_on_others, cases="hidden").remarks == []


def numbers_of(cases: Iterable[Expectation]) -> set[str]:
    """Every number of some cases and their answers that is long enough to be recognized, as it is written."""
    found = set()
    for item in cases:
        numbers = [value for value in item.case.arguments.values() if isinstance(value, float)]
        for array in arrays_in([*item.case.arguments.values(), item.oracles[0].expected[0]]):
            numbers += array.ravel().tolist()
        found |= {f"{number:.6g}" for number in numbers} | {repr(number) for number in numbers}
    return {number for number in found if len(re.sub(r"\D", "", number)) >= 4}


@pytest.mark.parametrize("wrong", [*WRONG.values(), raises_with_its_input])
def test_a_verdict_on_hidden_cases_holds_no_input_and_no_answer(wrong):
    exercise, seed = ELU, 31_338
    right_in_public = {
        json.dumps([np.asarray(value).tolist() for value in item.case.arguments.values()])
        for item in expectations.public(exercise, ("cpu",))
    }

    def wrong_in_hidden(z, alpha=None):
        key = [z.tolist()] + ([] if alpha is None else [alpha])
        alpha = 1.0 if alpha is None else alpha
        return elu(z, alpha) if json.dumps(key) in right_in_public else wrong(z, alpha)

    verdict = verdict_of(exercise, wrong_in_hidden, cases="all", seed=seed)
    failing = [item.counterexample for item in verdict.requirements if item.counterexample]
    assert any(found.hidden or found.lookalike for found in failing) or verdict.remarks
    recorded = verdict.to_json()
    told = " ".join([as_text(verdict), as_html(verdict), json.dumps(recorded["requirements"]), *verdict.remarks])
    told += json.dumps([recorded["problem"], recorded["diagnosis"]])
    shown = [*public(exercise, ("cpu",)), *lookalike_expectations(exercise)]
    secret = numbers_of(hidden_expectations(exercise, seed)) - numbers_of(shown)
    assert len(secret) > 100
    assert not secret & set(re.findall(r"-?\d+\.\d+(?:e[+-]\d+)?", told))
    assert str(seed) not in told


def key_of(arguments: Iterable) -> str:
    """The same text for the same arguments."""
    return json.dumps([np.asarray(value).tolist() for value in arguments])


def keys_of(cases: Iterable[Expectation]) -> set[str]:
    """The arguments of some cases."""
    return {key_of(item.case.arguments.values()) for item in cases}


def hidden_keys(seed: int) -> set[str]:
    """The arguments of ELU's hidden cases."""
    return keys_of(hidden_expectations(ELU, seed))


PUBLIC_KEYS = keys_of(public(ELU, ("cpu",)))
LOOKALIKE_KEYS = keys_of(lookalike_expectations(ELU))


@pytest.mark.parametrize("kind", ["time", "gone"])
def test_how_the_process_ended_on_a_hidden_case_is_not_told(kind):
    hidden = hidden_keys(1)

    def call(arguments):
        if key_of(arguments) in hidden:
            return Outcome(problem=Problem(kind, "it ended itself with status SECRET", "SECRET", 4))
        return Outcome(elu(*arguments), arguments_after=arguments)

    verdict = judge(ELU, call, cases="all", seed=1, devices=("cpu",))
    assert verdict.problem["kind"] == kind
    assert "SECRET" not in as_text(verdict) + as_html(verdict) + json.dumps(verdict.to_json())
    assert "hidden case" in as_text(verdict)


def test_a_number_that_only_hidden_answers_share_is_not_told():
    wrong = lambda z, alpha=1.0: elu(z, alpha) * (1 if key_of([z, alpha]) in PUBLIC_KEYS or alpha == 1 else 0.73125)  # noqa: E731
    verdict = verdict_of("elu", wrong, cases="all", seed=1)
    assert verdict.diagnosis is None or "0.73125" not in verdict.diagnosis.text
    assert verdict_of("elu", after(elu, lambda y: y * 0.73125), cases="all", seed=1).diagnosis.name == "factor"


def test_a_forged_problem_in_a_hidden_case_carries_nothing_out():
    hidden = hidden_keys(1)
    for kind in ("missing", "arguments", "not implemented", "exception", "type"):

        def call(arguments, kind=kind):
            if key_of(arguments) in hidden:
                return Outcome(problem=Problem(kind, "SECRET", "SECRET", 4), warnings=["overflow SECRET"])
            return Outcome(elu(*arguments), arguments_after=arguments)

        verdict = judge(ELU, call, cases="all", seed=1, devices=("cpu",))
        values = next(item for item in verdict.requirements if item.name == VALUES)
        assert values.counterexample.hidden
        assert "SECRET" not in json.dumps(values.counterexample.difference.message + str(verdict.problem))
        assert "SECRET" not in str(verdict.remarks)


def test_hidden_cases_fail_with_a_sentence_for_every_kind():
    for wrong in WRONG.values():
        verdict = verdict_of("elu", wrong, cases="hidden", seed=5)
        failing = [item.counterexample for item in verdict.requirements if item.counterexample]
        assert failing
        assert all((found.call, found.expected, found.got) == ({}, "", "") for found in failing)
        assert "a hidden case" in as_text(verdict)
        assert "public cases pass" not in as_text(verdict), "they were not tried"


@pytest.mark.parametrize("told", [[], [1.0], [np.zeros(3)] * 3, [np.zeros(3), 1.0, None]], ids=str)
def test_arguments_of_which_an_answer_does_not_say_count_as_changed(told):
    verdict = judge(ELU, lambda arguments: Outcome(elu(*arguments), arguments_after=told), devices=("cpu",))
    assert lost(verdict) == {CONTRACT}


# ---------------------------------------------------------------- a public case like the hidden one


def wrong_where(condition, answer):
    """A right ELU, except where the condition holds of its arguments."""
    return lambda z, alpha=1.0: answer(z, alpha) if condition(z, alpha) else elu(z, alpha)


def is_new(z, alpha):
    """Whether arguments are of no public case: what a function does that has learned those by heart."""
    return key_of([z, alpha]) not in PUBLIC_KEYS and key_of([z]) not in PUBLIC_KEYS


def raises_an_exception(z, alpha):
    raise ValueError("too hard")


def changes_its_input(z, alpha):
    answer = elu(z, alpha)
    z += 1
    return answer


ALIKE = {
    "values": lambda z, alpha: elu(z, alpha) + 1,
    "shape": lambda z, alpha: elu(z, alpha)[None],
    "dtype": lambda z, alpha: elu(z, alpha).astype("float32"),
    "type": lambda z, alpha: "elu",
    "not finite": lambda z, alpha: elu(z, alpha) * np.nan,
    "exception": raises_an_exception,
    "inputs": changes_its_input,
}


@pytest.mark.parametrize("kind", ALIKE)
def test_a_hidden_failure_is_shown_with_a_public_case_that_fails_alike(kind):
    """One from a public seed."""
    verdict = verdict_of("elu", wrong_where(is_new, ALIKE[kind]), cases="all", seed=4)
    failing = [item.counterexample for item in verdict.requirements if item.counterexample]
    assert failing
    assert all(found.lookalike and not found.hidden for found in failing)
    assert {found.difference.kind for found in failing} == {kind}
    assert all(set(found.call) <= {"z", "alpha"} and found.call for found in failing)
    for told in (as_text(verdict), as_html(verdict)):
        assert "a case like the hidden one that fails" in told
        assert "a hidden case fails in the same way as this one" in told


def test_the_case_that_is_shown_is_the_first_that_fails():
    verdict = verdict_of("elu", wrong_where(lambda z, alpha: is_new(z, alpha) and z.size > 6, ALIKE["values"]),
                         cases="all", seed=4)  # fmt: skip
    for item in verdict.requirements:
        if item.counterexample:
            cases = [one for one in lookalike_expectations(ELU) if one.requirement == item.name]
            first = next(one for one in cases if one.case.arguments["z"].size > 6)
            assert item.counterexample.case == first.case.name


@pytest.mark.parametrize("kind", ALIKE)
def test_where_no_public_case_fails_alike_the_hidden_one_is_named_only(kind):
    secret = hidden_keys(4)
    assert not secret & (PUBLIC_KEYS | LOOKALIKE_KEYS)
    wrong = wrong_where(lambda z, alpha: bool(secret & {key_of([z, alpha]), key_of([z])}), ALIKE[kind])
    verdict = verdict_of("elu", wrong, cases="all", seed=4)
    failing = [item.counterexample for item in verdict.requirements if item.counterexample]
    assert failing
    assert all(
        (found.case, found.hidden, found.lookalike, found.call) == ("a hidden case", True, False, {})
        for found in failing
    )


def test_a_failure_of_another_kind_does_not_stand_for_the_hidden_one():
    secret = hidden_keys(5)

    def wrong(z, alpha=1.0):
        if not is_new(z, alpha):
            return elu(z, alpha)
        return ALIKE["values" if secret & {key_of([z, alpha]), key_of([z])} else "shape"](z, alpha)

    verdict = verdict_of("elu", wrong, cases="all", seed=5)
    assert {item.counterexample.difference.kind for item in verdict.requirements if item.counterexample} == {"values"}
    assert all(item.counterexample.hidden for item in verdict.requirements if item.counterexample)


def two_steps(draw):
    """A repeated case, in grading with another beta than in practice."""
    gradients = per_step([draw.normal(2), draw.normal(2)])
    beta = 0.5 if draw.hidden else 0.9
    yield multistep_case(
        "2 steps", theta=draw.normal(2), gradient=gradients, m=np.zeros(2), learning_rate=0.1, beta=beta
    )


def test_a_repeated_case_is_shown_with_the_step_that_fails():
    exercise = replace(catalogue()["momentum_step"], requirements=(Requirement("steps", 1, two_steps),), mistakes=())

    def forgets_m(theta, gradient, m, learning_rate, beta):
        m = (m if beta == 0.9 else 0) * beta - learning_rate * gradient
        return theta + m, m

    verdict = verdict_of(exercise, forgets_m, cases="all", seed=4)
    (found,) = (item.counterexample for item in verdict.requirements if item.counterexample)
    assert (found.lookalike, found.case, found.call["beta"]) == (True, "2 steps: step 2", "0.5")


def test_what_is_shown_is_the_same_every_time():
    wrong = wrong_where(is_new, ALIKE["values"])
    first, second = (verdict_of("elu", wrong, cases="all", seed=4).to_json() for _ in range(2))
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
    other = verdict_of("elu", wrong, cases="all", seed=5).to_json()
    shown = ([item["counterexample"] for item in verdict["requirements"]] for verdict in (first, other))
    assert next(shown) == next(shown)


def test_the_search_ends_where_a_call_does_not():
    """Which costs nothing: the cases that are searched decide no points."""
    called = []

    def call(arguments):
        called.append(key_of(arguments))
        if called[-1] in LOOKALIKE_KEYS:
            return Outcome(problem=Problem("time", "no answer"))
        wrong = called[-1] in hidden_keys(4)
        return Outcome(elu(*arguments) + wrong, arguments_after=arguments)

    verdict = judge(ELU, call, cases="all", seed=4, devices=("cpu",))
    assert sum(key in LOOKALIKE_KEYS for key in called) == 1
    assert verdict.problem is None
    assert any(item.counterexample.hidden for item in verdict.requirements if item.counterexample)


def test_hidden_cases_are_tried_in_a_part_of_their_own():
    """Whatever the function does there; cases like them only where one of them fails, and in another part."""
    called = []

    def call(arguments):
        called.append(key_of(arguments))
        return Outcome(elu(*arguments) + (called[-1] in hidden_keys(4)), arguments_after=arguments)

    judging = JudgeSession(ELU, cases="all", seed=4, devices=("cpu",))
    judging.try_public(call)
    not_asked = {key_of(item.case.arguments.values()) for item in expectations.not_asked(ELU)}
    assert set(called) == PUBLIC_KEYS | not_asked
    called.clear()
    judging.try_hidden(call)
    assert len(called) == len(set(called))
    assert set(called) == hidden_keys(4)
    called.clear()
    assert judging.has_lookalikes
    judging.try_lookalikes(call)
    assert set(called) <= LOOKALIKE_KEYS and called
    assert not judging.verdict().passed


def test_no_case_like_a_hidden_one_is_tried_where_all_pass():
    called = []

    def call(arguments):
        called.append(key_of(arguments))
        return Outcome(elu(*arguments), arguments_after=arguments)

    assert judge(ELU, call, cases="all", seed=4, devices=("cpu",)).passed
    assert not set(called) & LOOKALIKE_KEYS


def test_no_case_like_a_hidden_one_is_tried_where_a_public_one_fails():
    called = []

    def call(arguments):
        called.append(key_of(arguments))
        return Outcome(np.zeros(7), arguments_after=arguments)

    assert judge(ELU, call, cases="all", seed=4, devices=("cpu",)).points == 0
    assert not set(called) & LOOKALIKE_KEYS


def test_the_search_ends_when_its_time_is_up(monkeypatch):
    monkeypatch.setattr(lookalikes, "LOOKALIKE_SECONDS", -1.0)
    verdict = verdict_of("elu", wrong_where(is_new, ALIKE["values"]), cases="all", seed=4)
    failing = [item.counterexample for item in verdict.requirements if item.counterexample]
    assert failing
    assert all(found.hidden and not found.lookalike for found in failing)


WITH_FIXED_CONTRACT = {"choose_rate", "adam_fault", "permutation_test"}
"""The exercises whose contract is tried on numbers that are not drawn."""


@pytest.mark.parametrize("exercise", catalogue().values(), ids=lambda exercise: exercise.name)
def test_every_requirement_has_hidden_cases_that_no_other_submission_has(exercise):
    """A few: what is wrong with a formula is for public cases to show."""
    cases = {seed: list(expectations.drawn_cases(exercise, seed)) for seed in (1, 2)}
    assert len(cases[1]) <= 25
    others = [[one.arguments, *one.then] for _, one in cases[2]]
    new = {name for name, one in cases[1] if not any(same([one.arguments, *one.then], other) for other in others)}
    nothing_drawn = {CONTRACT} if exercise.name in WITH_FIXED_CONTRACT else set()
    assert new == {requirement.name for requirement in exercise.requirements} - nothing_drawn


def test_the_same_seed_gives_the_same_verdict():
    first, second = (verdict_of("elu", WRONG["values"], cases="all", seed=9).to_json() for _ in range(2))
    assert first | {"seconds": 0} == second | {"seconds": 0}


def test_another_seed_gives_other_cases():
    one, other = (expectations_of(ELU, seed, True, ("cpu",)) for seed in (1, 2))
    drawn = [(a.case, b.case) for a, b in zip(one, other, strict=True) if "random" in a.case.name]
    assert drawn
    assert all(not np.array_equal(a.arguments["z"], b.arguments["z"]) for a, b in drawn)


def test_the_public_cases_do_not_depend_on_the_seed():
    one, other = (verdict_of("elu", WRONG["values"], seed=seed) for seed in (1, 2))
    assert one.to_json()["requirements"] == other.to_json()["requirements"]


def test_hard_coded_answers_to_the_visible_cases_earn_nothing():
    answers = [(item.case.arguments, item.oracles[0].expected[0]) for item in expectations.public(ELU, ("cpu",))]

    def remembers(z, alpha=1.0):
        for arguments, answer in answers:
            if same(np.array(arguments["z"]), np.array(z)) and arguments.get("alpha", 1.0) == alpha:
                return np.array(answer)
        return np.zeros_like(z)

    assert verdict_of("elu", remembers).passed
    verdict = verdict_of("elu", remembers, cases="all", seed=77)
    assert verdict.points == 0
    assert "The public cases pass; a hidden case fails in the same way as this one." in as_text(verdict)


# ---------------------------------------------------------------- devices


def test_a_device_that_is_not_there_is_absent_and_not_passed(monkeypatch):
    monkeypatch.setattr(devices, "present", lambda: ("cpu",))
    verdict = verdict_of("elu", elu, devices=None)
    assert verdict.devices == {"cpu": "present", "cuda": "absent", "mps": "absent"}
    assert all(set(item.oracles) <= {"cpu"} for item in verdict.requirements)
    assert "no CUDA, no MPS here" in as_text(verdict)


@pytest.mark.parametrize(
    ("asked_for", "message"),
    [
        (("cuda",), "the device 'cuda' is not on this machine; present: cpu"),
        (("cpu", "mps"), "the device 'mps' is not on this machine; present: cpu"),
        (("tpu",), "there is no device called 'tpu': choose from cpu, cuda, mps"),
    ],
)
def test_asking_for_a_device_that_is_not_there_is_an_error(monkeypatch, asked_for, message):
    monkeypatch.setattr(devices, "present", lambda: ("cpu",))
    with pytest.raises(ValueError, match=message):
        verdict_of("elu", elu, devices=asked_for)


def test_asking_for_other_cases_is_an_error():
    with pytest.raises(ValueError, match='cases must be "public", "hidden" or "all", not \'secret\''):
        verdict_of("elu", elu, cases="secret")


@pytest.fixture
def accelerator(monkeypatch):
    """Installs a make-believe CUDA or MPS device, which multiplies what it gives by `1 + deviation`."""

    def install(device: str, deviation: float = 0.0) -> Exercise:
        fake_accelerator.install(monkeypatch, device, deviation)
        return replace(ELU)

    return install


def test_every_device_that_is_present_has_a_column(accelerator):
    exercise = accelerator("cuda")
    verdict = verdict_of(exercise, elu, devices=None)
    assert verdict.passed
    assert verdict.devices == {"cpu": "present", "cuda": "present", "mps": "absent"}
    assert all(item.oracles == {"cpu": True, "cuda": True} for item in verdict.requirements if item.name != CONTRACT)
    assert "on CPU and CUDA (no MPS here)" in as_text(verdict)
    assert ">CUDA<" in as_html(verdict)


def test_a_device_that_rounds_differently_passes(accelerator):
    assert verdict_of(accelerator("cuda", 3e-10), elu, devices=None).passed


def test_the_verdict_tells_which_device_differs(accelerator):
    verdict = verdict_of(accelerator("cuda", 0.01), elu, devices=None)
    assert verdict.points == 0
    assert verdict.requirements[0].oracles == {"cpu": True, "cuda": False}
    assert verdict.requirements[0].counterexample.oracle == "cuda"
    assert "differs from: CUDA" in as_text(verdict)


def test_a_device_that_was_not_asked_for_is_said_to_be_so(accelerator):
    verdict = verdict_of(accelerator("cuda", 0.01), elu, devices=("cpu",))
    assert verdict.passed
    assert verdict.devices["cuda"] == "not asked for"


def test_the_cpu_is_always_compared_with(accelerator):
    assert verdict_of(accelerator("cuda"), elu, devices=("cuda",)).requirements[0].oracles == {
        "cpu": True,
        "cuda": True,
    }


def test_mps_is_asked_only_what_it_can_compute(accelerator):
    verdict = verdict_of(accelerator("mps"), elu, devices=("mps",))
    assert verdict.passed, as_text(verdict)
    assert {item.name: set(item.oracles) for item in verdict.requirements if item.oracles} == {
        VALUES: {"cpu"},
        ALPHA: {"cpu"},
        EXTREMES: {"cpu"},
        AXES: {"cpu"},
        CONTRACT: {"cpu", "mps"},
    }
    assert not any(devices.supports("mps", dtype) for dtype in ("float64", "int64", "uint8"))


def out_of_memory(z, alpha=1.0):
    if z.device.type != "cpu":
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 MiB.\nSee the documentation.")
    return ELU.reference(z, alpha)


def test_a_device_that_cannot_compute_is_told_and_costs_nothing(accelerator):
    accelerator("cuda")
    verdict = verdict_of(replace(ELU, reference=out_of_memory), elu, devices=None)
    assert verdict.passed
    assert verdict.devices == {"cpu": "present", "cuda": "failed", "mps": "absent"}
    assert all(set(item.oracles) <= {"cpu"} for item in verdict.requirements)
    (remark,) = verdict.remarks
    assert remark == (
        "PyTorch cannot compute on the device 'cuda' here: CUDA out of memory. Tried to allocate 2.00 MiB. "
        "Your function was compared on the other devices."
    )


def test_a_device_that_was_asked_for_and_cannot_compute_is_an_error(accelerator):
    accelerator("cuda")
    with pytest.raises(devices.DeviceError, match="cannot compute on the device 'cuda' here: CUDA out of memory"):
        verdict_of(replace(ELU, reference=out_of_memory), elu, devices=("cuda",))


def test_an_error_of_the_reference_on_the_cpu_is_no_matter_of_devices():
    with pytest.raises(ZeroDivisionError):
        verdict_of(replace(ELU, reference=lambda z, alpha=1.0: 1 / 0), elu, devices=None)


# ---------------------------------------------------------------- the record


@pytest.mark.parametrize("function", [elu, not_written, *WRONG.values(), raises_with_its_input, warns_with_its_input])
@pytest.mark.parametrize("cases", ["public", "hidden", "all"])
def test_every_verdict_survives_strict_json(function, cases):
    verdict = verdict_of("elu", function, cases=cases, seed=3)
    again = Verdict.from_json(json.loads(json.dumps(verdict.to_json(), allow_nan=False)))
    assert again.to_json() == verdict.to_json()
    assert as_text(again) == as_text(verdict)
    assert as_html(again) == as_html(verdict)
    assert again.passed == verdict.passed


def test_a_verdict_records_what_it_depends_on():
    verdict = verdict_of("elu", elu, cases="all", seed=11, sandbox="bubblewrap")
    assert (verdict.seed, verdict.sandbox, verdict.cases) == (11, "bubblewrap", "all")
    assert set(verdict.versions) == {"python", "numpy", "torch"}
    assert verdict.seconds > 0


def test_an_answer_far_too_large_is_not_kept_once_it_was_compared():
    judging = JudgeSession(ELU, cases="all", seed=3, devices=("cpu",))
    for part in (judging.try_public, judging.try_hidden):
        part(lambda arguments: Outcome(np.ones((1000, 1000)), arguments_after=[np.ones(200_000), *arguments[1:]]))
    steps = [step for trial in judging.findings.trials for step in trial.steps]
    assert len(steps) > 20
    assert all(extent(step.outcome.returned) + extent(step.outcome.arguments_after) < 10 for step in steps)
    verdict = judging.verdict()
    assert verdict.points == 0
    assert all(item.counterexample.difference.kind == "shape" for item in verdict.requirements[:-1])
    assert judging.findings.trials[0].changed_an_argument


def test_the_parts_of_a_judging_come_to_the_verdict_that_judge_gives():
    wrong = functools.partial(call, lambda z, alpha=1.0: elu(z))
    judging = JudgeSession(ELU, cases="all", seed=3, devices=("cpu",))
    judging.try_public(wrong)
    assert judging.has_hidden
    judging.try_hidden(wrong)
    assert judging.findings.failed_hidden_alone == [], "public cases show it"
    one, other = judging.verdict().to_json(), judge(ELU, wrong, cases="all", seed=3, devices=("cpu",)).to_json()
    assert {**one, "seconds": 0} == {**other, "seconds": 0}


def overflows(z, alpha=1.0):
    return np.where(z > 0, z, alpha * (np.exp(z) - 1))


# ---------------------------------------------------------------- what an earlier call leaves


def judged_with_state(wrong, right, **more) -> Verdict:
    """The verdict on a function that is `wrong` where an earlier call has left something, and `right` in a call
    apart."""
    judging = JudgeSession(ELU, cases="public", devices=("cpu",), **more)
    judging.try_public(functools.partial(call, wrong), functools.partial(call, right))
    return judging.verdict()


def by_shape():
    """An ELU that keeps its first answer for each shape."""
    kept = {}

    def remembers(z, alpha=1.0):
        return kept.setdefault(z.shape, elu(z, alpha)).copy()

    return remembers


def raises_in_the_third_call():
    """An ELU that fails after some calls."""
    calls = iter(range(1000))

    def third(z, alpha=1.0):
        if next(calls) > 2:
            raise RuntimeError("too many")
        return elu(z, alpha)

    return third


@pytest.mark.parametrize("wrong", [by_shape(), raises_in_the_third_call()])
def test_no_requirement_is_lost_for_what_an_earlier_call_left(wrong):
    assert judged_with_state(wrong, elu).passed


def test_a_failure_in_a_call_apart_counts():
    assert judged_with_state(overflows, overflows).to_json()["points"] == verdict_of("elu", overflows).points


def test_a_function_that_knows_all_earlier_calls_wins_nothing():
    """It has what an attacker could want of them: every input, and every answer that it gave."""
    known = []

    def looks_back(z, alpha=1.0):
        known.append((z.copy(), alpha))
        return overflows(z, alpha)

    wrong = verdict_of("elu", overflows)
    assert judged_with_state(looks_back, overflows).points == wrong.points < ELU.points


def test_only_the_first_failure_of_a_requirement_is_tried_apart():
    apart = []

    def wrong(z, alpha=1.0):
        return np.zeros_like(z)

    def counted(arguments):
        apart.append(arguments)
        return call(wrong, arguments)

    judging = JudgeSession(ELU, cases="public", devices=("cpu",))
    judging.try_public(functools.partial(call, wrong), counted)
    assert 0 < len(apart) <= len(ELU.requirements) + len(expectations.not_asked(ELU))


@pytest.mark.parametrize("wrong", [WRONG["values"], WRONG["one alpha"], overflows])
def test_without_diagnosis_the_explanation_alone_is_missing(wrong):
    full, short = (verdict_of("elu", wrong, cases="all", seed=3, diagnose=asked).to_json() for asked in (True, False))
    missing = {name for name in full if full[name] != short[name]} - {"seconds"}
    assert missing and missing <= {"diagnosis", "partial_diagnoses", "remarks"}
    assert (short["diagnosis"], short["partial_diagnoses"]) == (None, [])


def test_the_largest_error_is_recorded_as_a_share_of_the_tolerance():
    verdict = verdict_of("relu", lambda z: np.maximum(z.astype(np.result_type(z, np.float32)), 0))
    assert verdict.largest_share == 0.0
    nearly = verdict_of("elu", after(elu, lambda y: y * (1 + 4e-10)))
    assert 0.3 < nearly.largest_share < 0.7


def test_a_kernel_outside_the_catalogue_is_judged_by_its_own_reference():
    double = replace(
        ELU,
        textbook="def elu(z): ...",
        reference=lambda z: 2 * z,
        requirements=(Requirement("twice", 1, lambda draw: [case("one number", z=np.array([3.0]))]),),
        remarks=(),
        mistakes=(),
    )
    assert verdict_of(double, lambda z: 2 * z).passed
    assert not verdict_of(double, lambda z: z).passed

"""Which mistake is behind the numbers: claimed only where it reproduces every one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.exercises import catalogue
from autograder.exercises.cases import case
from autograder.exercises.model import Exercise, Mistake, Requirement
from autograder.judge import hypotheses
from autograder.judge.report import as_text
from autograder.judge.verdict import Verdict
from tests.judge.students import after, elu, elu_backward, lost, prelu_backward, verdict_of


def small_exercise(reference, *cases, mistakes=(), parameters=("z",), outputs=("result",)) -> Exercise:
    """A kernel of one requirement. reference: in PyTorch."""
    return Exercise(
        f"def small({', '.join(parameters)}): ...",
        pytorch="torch",
        reference=reference,
        requirements=(Requirement("values", 1, lambda draw: iter(cases)),),
        mistakes=mistakes,
        outputs=outputs,
    )


def square(*cases) -> Exercise:
    """z squared, on arrays without symmetry."""
    cases = cases or (
        case("three", z=np.array([1.0, -2.0, 3.0])),
        case("a table", z=np.array([[1.0, 2.0, 3.0], [5.0, 7.0, 11.0]])),
    )
    return small_exercise(lambda z: z * z, *cases)


def claimed(verdict: Verdict) -> str | None:
    """The name of the diagnosis, or None."""
    assert not verdict.passed
    return verdict.diagnosis.name if verdict.diagnosis else None


# ---------------------------------------------------------------- known mistakes


def test_a_known_mistake_is_named_with_its_hint():
    exercise = catalogue()["elu"]
    mistake = next(item for item in exercise.mistakes if item.name == "minus one not scaled")
    verdict = verdict_of(exercise, lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.exp(z) - 1), cases="all")
    assert (verdict.diagnosis.kind, verdict.diagnosis.name) == ("mistake", "minus one not scaled")
    assert verdict.diagnosis.text == mistake.hint
    assert mistake.hint in as_text(verdict)


def test_a_known_mistake_is_found_in_a_dict_of_lists_of_arrays():
    def halves(z):
        return {"sum": z.sum(), "parts": [z[:1], z[1:]]}

    def reversed_halves(z):
        return {"sum": z.sum(), "parts": [z[1:], z[:1]]}

    mistake = Mistake.of(reversed_halves, "the order", ("values",))
    exercise = small_exercise(halves, case("three", z=np.array([1.0, -2.0, 3.0])), mistakes=(mistake,))
    wrong = verdict_of(exercise, lambda z: {"parts": (z[1:], list(z[:1])), "sum": float(z.sum())})
    assert claimed(wrong) == mistake.name
    assert verdict_of(exercise, lambda z: {"parts": [z[1:] + 1, z[:1]], "sum": z.sum()}).diagnosis is None


def test_a_known_mistake_is_found_whatever_clothes_its_numbers_wear():
    verdict = verdict_of(
        "elu", lambda z, alpha=1.0: elu(z, 1.0).tolist() if z.dtype == "float64" and z.size else elu(z, 1.0)
    )
    assert claimed(verdict) == "alpha forgotten"


def test_a_known_mistake_with_another_error_is_not_claimed():
    def two_errors(z, alpha=1.0):
        wrong = elu(z, 1.0)
        return wrong + 0.25 if wrong.ndim == 2 else wrong

    verdict = verdict_of("elu", two_errors, cases="all")
    assert verdict.diagnosis is None


def test_an_error_where_the_mistake_gives_right_numbers_refutes_it():
    exercise = catalogue()["elu"]
    verdict = verdict_of(exercise, lambda z, alpha=1.0: elu(z, 1.0) if alpha != 1.0 else np.abs(elu(z)), cases="all")
    assert claimed(verdict) != "alpha forgotten"


def test_a_mistake_that_also_changes_its_input_is_another_mistake():
    def alpha_forgotten_and_input_changed(z, alpha=1.0):
        wrong = elu(z, 1.0)
        z[...] = 0
        return wrong

    assert claimed(verdict_of("elu", alpha_forgotten_and_input_changed)) is None


def test_a_mistake_in_one_of_two_outputs_is_found():
    exercise = catalogue()["prelu_backward"]
    for mistake in exercise.mistakes:
        if mistake.loses:
            verdict = verdict_of(exercise, mistake.function, cases="all", seed=2)
            raised = all(
                item.counterexample is None or item.counterexample.difference.kind == "exception"
                for item in verdict.requirements
            )
            assert raised or verdict.diagnosis.text == mistake.hint


@pytest.mark.parametrize(
    "answer",
    [
        lambda z: None,
        lambda z: [z[0], z],
        lambda z: (z, z[:1]),
        lambda z: {"z": z},
        lambda z: "text",
        lambda z: z.astype("float16"),
        lambda z: 1 / 0,
        lambda z: set(),
    ],
)
def test_a_mistake_of_the_catalogue_may_return_anything(answer):
    exercise = replace(square(), mistakes=(Mistake.of(answer, "hint", ("values",)),), computation="reduction")
    assert claimed(verdict_of(exercise, lambda z: np.cos(z))) is None
    assert not verdict_of(exercise, answer).passed


# ---------------------------------------------------------------- hypotheses

HYPOTHESES = {
    "zeros": np.zeros_like,
    "sign": np.negative,
    "factor": lambda y: 0.5 * y,
    "offset": lambda y: y - 2.5,
    "one step late": lambda y: np.concatenate([y[:1] * 0 - 1, y[:-1]]),
}
HOLD_OF = {"one step late": "three"}


def cases_of(name: str) -> Exercise:
    """Cases in which the hypothesis can hold."""
    rows = [case(str(length), z=np.arange(1.0, length) ** 1.5) for length in (5, 6, 9)]
    tables = [case("a table", z=np.array([[1.0, 2.0, 3.0], [5.0, 7.0, 11.0]]))] if name != "one step late" else []
    return square(*rows, *tables)


@pytest.mark.parametrize(("name", "change"), HYPOTHESES.items(), ids=HYPOTHESES)
def test_what_all_wrong_numbers_have_in_common_is_told(name, change):
    verdict = verdict_of(cases_of(name), lambda z: change(z * z))
    assert claimed(verdict) == name
    assert verdict.diagnosis.kind == "hypothesis"
    assert verdict.diagnosis.text in as_text(verdict)


@pytest.mark.parametrize(("name", "change"), HYPOTHESES.items(), ids=HYPOTHESES)
def test_what_does_not_hold_for_every_failing_case_is_not_told(name, change):
    def sometimes(z):
        return np.cos(z) if z.shape == (5,) else change(z * z)

    assert claimed(verdict_of(cases_of(name), sometimes)) is None


@pytest.mark.parametrize(("name", "change"), HYPOTHESES.items(), ids=HYPOTHESES)
def test_a_hypothesis_speaks_of_the_wrong_numbers_alone(name, change):
    def right_for_short_ones(z):
        return z * z if z.shape == (4,) else change(z * z)

    assert claimed(verdict_of(cases_of(name), right_for_short_ones)) == name


def test_a_transposed_answer_is_recognized():
    exercise = square(case("a table", z=np.array([[1.0, 2.0, 3.0], [5.0, 7.0, 11.0]])))
    assert claimed(verdict_of(exercise, lambda z: (z * z).T)) == "transposed"
    assert claimed(verdict_of(exercise, lambda z: np.cos(z).T)) is None


def test_a_row_of_numbers_cannot_be_transposed():
    (transposed,) = [test for name, _, test in hypotheses.HYPOTHESES if name == "transposed"]
    row, table = np.array([1e-300, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]])
    assert transposed([(row * 0 + [0, 2.0], row)]) is None
    assert transposed([(table.T, table)]) == ""


def test_an_argument_that_comes_back_unchanged_is_recognized():
    verdict = verdict_of(square(), lambda z: z)
    assert claimed(verdict) == "argument returned"
    assert "`z`" in verdict.diagnosis.text
    assert claimed(verdict_of(square(), lambda z: z if z.ndim == 1 else np.cos(z))) is None


def test_the_factor_and_the_offset_are_told():
    assert "exactly 0.5 times" in verdict_of(square(), lambda z: 0.5 * z * z).diagnosis.text
    assert "the same amount, -2.5" in verdict_of(square(), lambda z: z * z - 2.5).diagnosis.text


def test_a_factor_is_seen_through_infinities_that_are_right():
    exercise = square(case("infinite", z=np.array([1.0, np.inf, 2.0, 3.0, np.nan])))
    assert claimed(verdict_of(exercise, lambda z: 3 * z * z)) == "factor"
    assert claimed(verdict_of(exercise, lambda z: np.where(np.isfinite(z), 3 * z * z, 0.0))) is None


@pytest.mark.parametrize("small", [1e-7, 1e-9])
def test_tiny_factors_that_vary_are_not_taken_for_one(small):
    assert claimed(verdict_of(square(), lambda z: small * z**4)) is None


def test_tiny_offsets_that_vary_are_not_taken_for_one():
    exercise = square(case("small", z=np.array([1e-3, 2e-3, 3e-3])))
    assert claimed(verdict_of(exercise, lambda z: z * z + 1e-7 * np.arange(1, 4))) is None


def test_two_numbers_are_too_few_to_speak_of_a_factor():
    exercise = square(case("two", z=np.array([1.0, 2.0])))
    assert claimed(verdict_of(exercise, lambda z: 0.5 * z * z)) is None


def test_the_right_numbers_in_the_wrong_dtype_are_no_hypothesis():
    exercise = square(case("float32", z=np.array([1.0, 2.0, 4.0], "float32")))
    assert claimed(verdict_of(exercise, lambda z: (z * z).astype("float64"))) is None
    exercise = small_exercise(lambda z: z * 1, case("float32", z=np.array([1.0, 2.0, 4.0], "float32")))
    assert claimed(verdict_of(exercise, lambda z: z.astype("float64"))) is None


def test_numbers_right_but_for_their_last_digits_are_no_hypothesis():
    assert claimed(verdict_of(square(), lambda z: z * z * (1 + 1e-8))) is None


def test_a_constant_right_answer_is_not_one_step_late():
    exercise = small_exercise(lambda z: z * 0 + 2, case("constant", z=np.arange(5.0)))
    assert claimed(verdict_of(exercise, lambda z: np.array([5.0, 2.0, 2.0, 2.0, 2.0]))) is None


@pytest.mark.parametrize("name", ["elu", "elu_backward", "prelu_backward", "relu", "dead_units", "sigmoid"])
def test_nothing_is_claimed_for_random_numbers(name):
    random = np.random.default_rng(0)
    verdict = verdict_of(name, lambda *arguments: random.normal(size=arguments[0].shape), cases="all")
    assert claimed(verdict) is None
    assert verdict.partial_diagnoses == []


@pytest.mark.parametrize("name", ["elu", "elu_backward", "prelu_backward", "relu", "dead_units", "sigmoid"])
def test_nothing_is_claimed_for_nan_everywhere(name):
    verdict = verdict_of(name, lambda *arguments: np.full(arguments[0].shape, np.nan), cases="all")
    assert claimed(verdict) is None


def test_nothing_is_claimed_where_every_call_raises():
    assert claimed(verdict_of("elu", lambda z, alpha=1.0: 1 / 0)) is None


def test_several_outputs_and_wrong_shapes_get_no_hypothesis_and_do_no_harm():
    assert claimed(verdict_of("prelu_backward", after(prelu_backward, lambda y: (-y[0], -y[1])))) is None
    assert claimed(verdict_of("elu", lambda z, alpha=1.0: 0.0)) is None
    assert claimed(verdict_of("elu_backward", after(elu_backward, lambda y: y[..., None]))) is None


# ---------------------------------------------------------------- two errors


def test_of_two_errors_each_is_explained_in_the_requirement_it_costs():
    def two_errors(z, alpha=1.0):
        y = np.where(z > 0, z, alpha * np.exp(np.minimum(z, 0)) - 1) if alpha != 1.0 else elu(z)
        return y.astype("float64")

    verdict = verdict_of("elu", two_errors, cases="all")
    assert verdict.diagnosis is None
    found = {item.requirement: item.name for item in verdict.partial_diagnoses}
    assert found
    assert set(found) <= lost(verdict)
    assert all(item.text in as_text(verdict) for item in verdict.partial_diagnoses)


# ---------------------------------------------------------------- warnings


def test_a_needless_warning_is_explained_by_the_mistake_that_causes_it():
    exercise = catalogue()["elu"]
    hint = next(item.hint for item in exercise.mistakes if not item.loses)
    verdict = verdict_of(exercise, lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(z)))
    assert hint in verdict.remarks[0]


def test_a_warning_of_unknown_cause_gets_no_explanation():
    def divides(z, alpha=1.0):
        np.divide(1.0, np.zeros(1))
        return elu(z, alpha)

    (remark,) = verdict_of("elu", divides).remarks
    assert "divide by zero" in remark
    assert not any(item.hint in remark for item in catalogue()["elu"].mistakes)

"""Which mistake is behind the numbers: claimed only where it reproduces every one of them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from autograder.exercises import catalogue
from autograder.exercises.cases import case
from autograder.exercises.model import Exercise, Mistake, Requirement
from autograder.judge.report import as_text
from autograder.judge.verdict import Verdict
from tests.judge.students import after, elu, elu_backward, verdict_of


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
    assert verdict.diagnosis.title == "Your numbers are exactly what this mistake gives: minus one not scaled."
    assert verdict.diagnosis.title in as_text(verdict)


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
    assert claimed(verdict) != "alpha forgotten"


def test_an_error_where_the_mistake_gives_right_numbers_refutes_it():
    exercise = catalogue()["elu"]
    verdict = verdict_of(exercise, lambda z, alpha=1.0: elu(z, 1.0) if alpha != 1.0 else np.abs(elu(z)), cases="all")
    assert claimed(verdict) != "alpha forgotten"


def test_numbers_and_changed_arguments_are_judged_apart():
    def alpha_forgotten_and_input_changed(z, alpha=1.0):
        wrong = elu(z, 1.0)
        z[...] = 0
        return wrong

    verdict = verdict_of("elu", alpha_forgotten_and_input_changed)
    assert [item.name for item in verdict.partial_diagnoses] == ["alpha forgotten", "changes its arguments"]


def test_in_place_and_epsilon_inside_the_root_are_both_named():
    def both(theta, gradient, s, learning_rate, beta, epsilon):
        s = beta * s + (1 - beta) * gradient**2
        theta -= learning_rate * gradient / np.sqrt(s + epsilon)
        return theta, s

    verdict = verdict_of("rmsprop_step", both)
    assert [item.name for item in verdict.partial_diagnoses] == ["epsilon inside the root", "theta itself is changed"]


def test_float32_lost_is_seen_though_the_numbers_are_those_of_float32():
    def single_numbers(dout, x, weight):
        return tuple(part.astype(np.float64) for part in (dout @ weight, dout.T @ x, dout.sum(axis=0)))

    def twice_as_precise(dout, x, weight):
        return single_numbers(*(part.astype(np.float64) for part in (dout, x, weight)))

    for function in (single_numbers, twice_as_precise):
        assert claimed(verdict_of("dense_backward", function)) == "float32 becomes float64"


def test_a_mistake_that_costs_nothing_is_explained_in_a_remark():
    verdict = verdict_of("relu", lambda z: z * (z > 0))
    (mistake,) = [one for one in catalogue()["relu"].mistakes if one.name == "multiplied by the mask"]
    assert verdict.passed
    assert mistake.hint in " ".join(verdict.remarks)


def test_nan_where_a_mistake_is_infinite_is_no_obstacle():
    def one_hot(logits, labels):
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return -(np.eye(logits.shape[1], dtype=p.dtype)[labels] * np.log(p)).sum() / len(labels)

    assert claimed(verdict_of("softmax_cross_entropy", one_hot)) is not None


def test_two_mistakes_at_once_are_both_named():
    def two(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        m_hat = m / (1 - beta1**t)
        return theta + learning_rate * m_hat / (np.sqrt(s) + epsilon), m, s

    verdict = verdict_of("adam_step", two)
    assert {item.name for item in verdict.partial_diagnoses} == {"only m corrected", "uphill"}
    assert all("two mistakes" in item.title for item in verdict.partial_diagnoses)


@pytest.mark.parametrize("exercise", catalogue().values(), ids=catalogue())
def test_a_hint_says_what_is_wrong_and_not_what_is_right(exercise):
    """It stands beside other mistakes, too."""
    praise = r"(^Right (for|numbers)|(is|are) (right|fine),? (but|and)|(numbers|step|result) (is|are) right[,.:])"
    assert [mistake.hint for mistake in exercise.mistakes if re.search(praise, mistake.hint)] == []


@pytest.mark.parametrize("exercise", catalogue().values(), ids=catalogue())
def test_a_mistake_is_written_without_guards(exercise):
    assert not any("max(len(" in mistake.source for mistake in exercise.mistakes if mistake.edit)


def test_two_mistakes_that_cancel_are_not_named():
    """Always down, and the two exchanged, would be: always up."""
    text = "def moved(z, up):\n    if up:\n        z = z + 1\n    else:\n        z = z - 1\n    return z\n"
    exercise = Exercise(text, pytorch="torch", reference=lambda z, up: z + 1 if up else z - 1)

    @exercise.requirement("values", points=1)
    def values(sample):
        for up in (True, False):
            yield case(f"up is {up}", z=np.array([1.0, 2.5, -4.0]), up=up)
            yield case(f"a table, up is {up}", z=np.array([[1.0, 2.0, 3.0], [5.0, 7.0, 11.0]]), up=up)

    exercise.wrong.ignores("up", False)

    @exercise.wrong({"if up": "if not up"})
    def the_two_exchanged():
        """You do for up=True what belongs to False."""

    verdict = verdict_of(exercise, lambda z, up: z + 1)
    found = [verdict.diagnosis] if verdict.diagnosis else verdict.partial_diagnoses
    assert {one.name for one in found}.isdisjoint({one.name for one in exercise.mistakes})


# ---------------------------------------------------------------- what must not be said


def _statistics(x):
    axes = tuple(axis for axis in range(x.ndim) if axis != 1)
    return x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)


def _tiny_for_zero(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return np.where(p == 0, 1e-10, dout * p / len(labels))


def _t_minus_one(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m, s, k = beta1 * m + (1 - beta1) * gradient, beta2 * s + (1 - beta2) * gradient**2, t - 1
    with np.errstate(all="ignore"):
        m_hat, s_hat = m / np.float64(1 - beta1**k), s / np.float64(1 - beta2**k)
        return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def _eps_squared(x, eps=1e-5):
    mean, variance = _statistics(x)
    return (x - mean) / np.sqrt(variance + eps**2)


def _first_step_waits(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    if buffer is None:
        return theta * 1.0, gradient * 1.0
    buffer = momentum * buffer + (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer


def _the_wrong_way_round(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m, s = beta1 * m + (1 - beta1) * gradient, beta2 * s + (1 - beta2) * gradient**2
        m_hat, s_hat = (m, s) if corrected else (m / (1 - beta1**t), s / (1 - beta2**t))
        steps.append(m_hat / (np.sqrt(s_hat) + epsilon))
    return np.array(steps)


def _absolute_cosine(gradients, clipped):
    dot = sum((g * c).sum() for g, c in zip(gradients, clipped, strict=True))
    length = np.sqrt(sum((g * g).sum() for g in gradients)) * np.sqrt(sum((c * c).sum() for c in clipped))
    return np.abs(dot) / length if length > 0 else 0.0


def _whole_array_redrawn(candidates, std, cut=2.0):
    for draws in candidates:
        if np.all(np.abs(draws) <= cut):
            break
    return draws * std


def _plain_adam(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m, s = beta1 * m + (1 - beta1) * gradient, beta2 * s + (1 - beta2) * gradient**2
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * m / (1 - beta1**t) / (np.sqrt(s_hat) + epsilon), m, s


def _share_of_the_gradient(optimizer, beta1):
    kept = 1 / (1 + beta1)
    shares = {"momentum": kept, "nesterov": 1 + beta1 * kept, "adam": (1 - beta1) * kept}
    return {**shares, "nadam": (1 - beta1) * (1 + beta1 * kept)}.get(optimizer, 1)


MUST_NOT_BE_SAID = {
    "one sample cannot tell a kept axis from no sum": (
        "dense_backward",
        lambda dout, x, weight: (dout @ weight, dout.T @ x, dout.sum(axis=0, keepdims=True)),
        "has a row for each sample",
    ),
    "1e-10 in place of 0 is not the opposite sign": ("softmax_cross_entropy_backward", _tiny_for_zero, "sign"),
    "NaN alone shows no missing parentheses": ("adam_step", _t_minus_one, "parentheses"),
    "eps**2 is not eps forgotten": ("normalize_channels", _eps_squared, "eps is missing"),
    "a first step that waits is no other buffer": ("sgd_momentum_step", _first_step_waits, "starts? from"),
    "a flag the wrong way round has an effect": ("relative_steps", _the_wrong_way_round, "has no effect"),
    "an absolute value is no mean": ("cosine_similarity", _absolute_cosine, "average"),
    "a whole array drawn again is not the last one inside": ("truncated_normal", _whole_array_redrawn, "last draw"),
    "an answer that Python counts as whole comes of no whole numbers": (
        "stability_limit",
        _share_of_the_gradient,
        "whole numbers",
    ),
    "Adam is not Nadam with other weights, though the first step is": ("nadam_step", _plain_adam, "t \\+ 1"),
}


@pytest.mark.parametrize(("exercise", "function", "untrue"), MUST_NOT_BE_SAID.values(), ids=MUST_NOT_BE_SAID)
def test_what_is_untrue_of_the_code_is_not_said(exercise, function, untrue):
    found = catalogue()[exercise]
    others = tuple(one for one in found.mistakes if one.name not in ("plain adam", "dbias keeps an axis of length 1"))
    verdict = verdict_of(replace(found, mistakes=others), function)
    told = [verdict.diagnosis] if verdict.diagnosis else verdict.partial_diagnoses
    assert not verdict.passed
    assert not any(re.search(untrue, one.text) for one in told), told


@pytest.mark.parametrize(("exercise", "function", "untrue"), MUST_NOT_BE_SAID.values(), ids=MUST_NOT_BE_SAID)
def test_random_numbers_where_a_function_is_wrong_are_not_explained(exercise, function, untrue):
    random = np.random.default_rng(1)

    def noisy(*arguments):
        given = function(*arguments)
        return (
            tuple(part + random.normal(size=np.shape(part)) for part in given)
            if isinstance(given, tuple)
            else (np.asarray(given) + random.normal(size=np.shape(given)))
        )

    verdict = verdict_of(exercise, noisy)
    assert claimed(verdict) is None
    assert [one.name for one in verdict.partial_diagnoses if one.name not in ("axis of length 1",)] == []


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
    assert claimed(verdict_of(exercise, lambda z: np.cos(z) + z / 3)) is None
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


@pytest.mark.parametrize("name", ["zeros", "sign", "factor"])
def test_where_some_cases_are_right_only_the_wrong_numbers_are_spoken_of(name):
    def right_for_short_ones(z):
        return z * z if z.shape == (4,) else HYPOTHESES[name](z * z)

    verdict = verdict_of(cases_of(name), right_for_short_ones)
    assert claimed(verdict) == name
    assert verdict.diagnosis.text.startswith("Where your numbers are wrong, they are")


def test_a_transposed_answer_is_recognized():
    exercise = square(case("a table", z=np.array([[1.0, 2.0, 3.0], [5.0, 7.0, 11.0]])))
    assert claimed(verdict_of(exercise, lambda z: (z * z).T)) == "transposed"
    assert claimed(verdict_of(exercise, lambda z: np.cos(z).T)) is None


def test_an_argument_that_comes_back_unchanged_is_recognized():
    verdict = verdict_of(square(), lambda z: z)
    assert claimed(verdict) == "argument returned"
    assert "`z`" in verdict.diagnosis.text
    assert claimed(verdict_of(square(), lambda z: z if z.ndim == 1 else np.cos(z))) is None


def test_the_factor_and_the_offset_are_told():
    assert "exactly 1/2 times" in verdict_of(square(), lambda z: 0.5 * z * z).diagnosis.text
    assert "the right ones minus 2.5" in verdict_of(square(), lambda z: z * z - 2.5).diagnosis.text


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


def test_the_right_numbers_in_the_wrong_dtype_are_told_so():
    exercise = square(case("float32", z=np.array([1.0, 2.0, 4.0], "float32")))
    verdict = verdict_of(exercise, lambda z: (z * z).astype("float64"))
    assert claimed(verdict) == "float32 becomes float64"
    assert verdict.diagnosis.title.startswith("Your numbers are right")


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


def test_wrong_shapes_do_no_harm():
    assert claimed(verdict_of("elu", lambda z, alpha=1.0: 0.0)) is None


def test_an_axis_of_length_1_that_was_kept_is_told():
    verdict = verdict_of("elu_backward", after(elu_backward, lambda y: y[..., None]))
    assert claimed(verdict) == "axis of length 1"
    assert "numbers are right" in verdict.diagnosis.text


# ---------------------------------------------------------------- two errors


def test_what_holds_in_all_requirements_but_one_is_told_with_that_one():
    def two_errors(theta, gradient, s, learning_rate, beta, epsilon):
        s = beta * s + (1 - beta) * gradient**2
        return theta + learning_rate * gradient / np.maximum(np.sqrt(s), epsilon), s

    verdict = verdict_of("rmsprop_step", two_errors)
    assert verdict.diagnosis is None
    assert {item.requirement for item in verdict.partial_diagnoses} == {"epsilon"}
    assert all(item.title.startswith("Except in “epsilon”") for item in verdict.partial_diagnoses)
    assert all(item.text in as_text(verdict) for item in verdict.partial_diagnoses)


# ---------------------------------------------------------------- warnings


def test_a_needless_warning_is_explained_by_the_mistake_that_causes_it():
    exercise = catalogue()["elu"]
    hint = next(item.hint for item in exercise.mistakes if not item.loses)
    verdict = verdict_of(exercise, lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(z)))
    assert hint in verdict.remarks[0]


def test_a_warning_of_another_function_of_numpy_is_not_explained():
    """The way back through arctanh passes infinity; this one does not."""
    (remark,) = verdict_of("tanh_backward", lambda dout, t: dout / (1 / (1 - t**2))).remarks
    assert "way back" not in remark
    (remark,) = verdict_of("tanh_backward", lambda dout, t: dout * (1 - np.tanh(np.arctanh(t)) ** 2)).remarks
    assert "way back" in remark


def test_a_warning_of_unknown_cause_gets_no_explanation():
    def divides(z, alpha=1.0):
        np.divide(1.0, np.zeros(1))
        return elu(z, alpha)

    (remark,) = verdict_of("elu", divides).remarks
    assert "divide by zero" in remark
    assert not any(item.hint in remark for item in catalogue()["elu"].mistakes)

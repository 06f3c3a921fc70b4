"""What holds for every kernel of the catalogue.

All tests of one exercise run after one another, in one process, so that what two of them ask is judged once.
"""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest

from autograder.course import Course, checked_names, grading_of, is_check_cell, read, text_of
from autograder.exercises import catalogue
from autograder.exercises.model import CONTRACT
from autograder.exercises.sampling import Sampler
from autograder.judge import Verdict, judge
from autograder.judge.expectations import expectations, public
from autograder.judge.report import as_html, as_text
from autograder.judge.separation import measure
from autograder.judge.verdict import DERIVATIVE
from autograder.plaindata.call import call
from autograder.plaindata.values import arrays_in, duplicate, same
from tests.solutions import solution
from tests.support.thorough import THOROUGH
from tests.variants import variants

EXERCISES = list(catalogue().values())
HIDDEN_SEED = 1
HIDDEN_SEEDS = (HIDDEN_SEED, 20_221_129, 987_654_321) if THOROUGH else (HIDDEN_SEED,)


@pytest.fixture(scope="module", params=EXERCISES, ids=lambda exercise: exercise.name)
def exercise(request):
    """Each exercise in turn."""
    return request.param


@functools.lru_cache(maxsize=100)
def judged(exercise, function, cases: str = "all", seed: int = HIDDEN_SEED, diagnose: bool = True) -> Verdict:
    called = functools.partial(call, function)
    return judge(exercise, called, cases=cases, seed=seed, devices=("cpu",), diagnose=diagnose)


def lost(verdict: Verdict) -> set[str]:
    return {requirement.name for requirement in verdict.requirements if not requirement.passed}


def test_the_solution_gets_all_points_and_no_remark(exercise, subtests):
    for seed in HIDDEN_SEEDS:
        with subtests.test(seed=seed):
            verdict = judged(exercise, solution(exercise.name), seed=seed)
            assert verdict.passed, as_text(verdict)
            assert verdict.points == exercise.points
            assert not verdict.remarks, as_text(verdict)


def test_the_tolerance_separates_the_solution_from_every_mistake(exercise):
    """The solution is far inside the tolerance, every mistake far outside."""
    (found,) = measure(exercise, solution(exercise.name), ("cpu",))
    assert found.holds, found


def test_the_solution_is_pure_and_repeatable(exercise):
    for expectation in public(exercise, ("cpu",)):
        arguments = list(expectation.case.arguments.values())
        first, second = (call(solution(exercise.name), arguments) for _ in range(2))
        assert same(first.returned, second.returned)
        assert same(first.arguments_after, arguments)


def test_a_mistake_loses_exactly_the_requirements_it_names(exercise, subtests):
    for mistake in exercise.mistakes:
        with subtests.test(mistake=mistake.name):
            verdict = judged(exercise, mistake.function, diagnose=False)
            if mistake.loses:
                assert lost(verdict) == set(mistake.loses), as_text(verdict)
            else:
                assert verdict.passed and verdict.remarks, as_text(verdict)


def test_a_mistake_is_rejected_whatever_the_seed(exercise, subtests):
    """The public cases alone reject it, and they are the same with every seed."""
    for mistake in exercise.mistakes:
        with subtests.test(mistake=mistake.name):
            verdict = judged(exercise, mistake.function, cases="public")
            assert not verdict.passed or (not mistake.loses and verdict.remarks)


def test_a_mistake_is_recognized_by_its_numbers(exercise, subtests):
    for mistake in exercise.mistakes:
        with subtests.test(mistake=mistake.name):
            verdict = judged(exercise, mistake.function, cases="public")
            if not mistake.loses:
                assert mistake.hint in " ".join(verdict.remarks)
            elif not _only_raises(verdict):
                assert verdict.diagnosis and verdict.diagnosis.text == mistake.hint, as_text(verdict)


def _only_raises(verdict: Verdict) -> bool:
    """Whether every failing case ends in an exception, which says itself what is wrong."""
    found = [requirement.counterexample for requirement in verdict.requirements]
    return all(item is None or item.difference.kind == "exception" for item in found)


def test_a_correct_variant_gets_all_points(exercise, subtests):
    for variant in variants()[exercise.name]:
        for seed in HIDDEN_SEEDS:
            with subtests.test(variant=variant.__name__, seed=seed):
                verdict = judged(exercise, variant, seed=seed)
                assert verdict.passed, as_text(verdict)


def test_every_kernel_has_three_correct_variants_and_five_mistakes(exercise):
    assert len(variants().get(exercise.name, [])) >= 3
    assert len(exercise.mistakes) >= 5


def _first_array(arguments):
    """The first array among the arguments, or within a list or dict among them."""
    return next(arrays_in(list(arguments)), np.zeros(1))


def _stub(*arguments):
    """What stands in the notebook before anything is written."""
    raise NotImplementedError


TRIVIAL = {
    "the stub": _stub,
    "None": lambda *arguments: None,
    "zero": lambda *arguments: 0.0,
    "zeros": lambda *arguments: np.zeros_like(_first_array(arguments)),
    "ones": lambda *arguments: np.ones_like(_first_array(arguments)),
    "NaN": lambda *arguments: np.full(_first_array(arguments).shape, np.nan),
    "infinity": lambda *arguments: np.full(_first_array(arguments).shape, np.inf),
    "the first argument": lambda *arguments: arguments[0],
    "the second argument": lambda *arguments: arguments[min(1, len(arguments) - 1)],
    "an exception": lambda *arguments: 1 / 0,
}


def test_a_trivial_answer_earns_nothing(exercise, subtests):
    for name, answer in TRIVIAL.items():
        with subtests.test(answer=name):
            verdict = judged(exercise, answer, diagnose=False)
            assert verdict.points == 0, as_text(verdict)


def _takes_arrays(exercise) -> bool:
    """Whether a kernel gets something that it could change."""
    first = next(iter(exercise.requirements[0].cases(Sampler(1))))
    return any(True for _ in arrays_in(first.arguments))


@pytest.mark.parametrize(
    "exercise",
    list(filter(_takes_arrays, EXERCISES)),
    ids=lambda exercise: exercise.name,
    indirect=True,
    scope="module",
)
def test_a_solution_that_changes_its_input_loses_that_alone(exercise):
    def changes_its_input(*arguments):
        result = duplicate(solution(exercise.name)(*arguments))
        array = _first_array(arguments)
        array[...] = ~array if array.dtype == bool else array + 1
        return result

    assert lost(judged(exercise, changes_its_input, diagnose=False)) == {CONTRACT}


def test_the_cases_run_from_small_to_large_within_a_requirement(exercise):
    for requirement in exercise.requirements:
        first = next(iter(requirement.cases(Sampler(1))))
        size = sum(array.size for array in arrays_in(first.arguments))
        assert size <= 24, f"{exercise.name}, {requirement.name}: the first case cannot be checked by hand"


def test_the_signature_is_the_one_in_the_notebook(exercise):
    code = solution(exercise.name).__code__
    assert code.co_varnames[: code.co_argcount] == exercise.parameters


def test_the_test_cell_checks_all_cases_for_the_points_there_are(exercise):
    """The public cases and the hidden ones, for the points that the catalogue gives."""
    cells = read(Course().source_of(exercise.notebook))["cells"]
    (cell,) = [c for c in cells if is_check_cell(c) and checked_names(text_of(c)) == [exercise.name]]
    assert grading_of(cell)["points"] == exercise.points
    assert grading_of(cell)["locked"] is True
    assert text_of(cell).strip() == (
        f'check({exercise.name})\n### BEGIN HIDDEN TESTS\ncheck({exercise.name}, cases="hidden")\n### END HIDDEN TESTS'
    )


def test_a_backward_kernel_has_a_second_oracle(exercise):
    goes_forward_too = "loss" in exercise.outputs
    if not exercise.name.endswith("_backward") or goes_forward_too:
        assert exercise.derivative is None
        return
    found = [oracle.name for item in public(exercise, ("cpu",)) for oracle in item.oracles]
    assert DERIVATIVE in found


def test_more_cases_are_judged_than_shown(exercise):
    assert len(expectations(exercise.name, 5, True, ("cpu",))) > len(public(exercise, ("cpu",)))


def test_a_verdict_survives_json(exercise):
    for function in (solution(exercise.name), exercise.mistakes[0].function, lambda: None):
        verdict = judged(exercise, function)
        again = Verdict.from_json(json.loads(json.dumps(verdict.to_json())))
        assert again.to_json() == verdict.to_json()
        assert as_text(again) == as_text(verdict) and as_html(again) == as_html(verdict)

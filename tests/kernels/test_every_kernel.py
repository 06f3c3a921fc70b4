"""What holds for every kernel of the catalogue."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from autograder.call.calling import call
from autograder.call.plain import arrays_in, duplicate, same
from autograder.course import Course, checked_names, grading_of, is_check_cell, read, text_of
from autograder.judge import Verdict, judge
from autograder.judge.certificate import measure
from autograder.judge.expectations import DERIVATIVE, expectations, public
from autograder.kernels import catalogue
from autograder.kernels.draw import Draw
from autograder.kernels.model import PURITY
from tests.solutions import solution
from tests.variants import variants

KERNELS = list(catalogue().values())
MISTAKES = [(kernel, mistake) for kernel in KERNELS for mistake in kernel.mistakes]
VARIANTS = [(name, variant) for name, found in variants().items() for variant in found]
HIDDEN_SEEDS = (1, 20_221_129, 987_654_321)

each_kernel = pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)
each_mistake = pytest.mark.parametrize(
    ("kernel", "mistake"), MISTAKES, ids=[mistake.function.__name__ for _, mistake in MISTAKES]
)
each_variant = pytest.mark.parametrize(
    ("name", "variant"), VARIANTS, ids=[f"{name}-{variant.__name__}" for name, variant in VARIANTS]
)


@functools.lru_cache(maxsize=100)
def judged(kernel, function, cases: str = "all", seed: int = HIDDEN_SEEDS[0]) -> Verdict:
    """The tests of a kernel run in one process: what two of them ask is judged once."""
    return judge(kernel, functools.partial(call, function), cases=cases, seed=seed, devices=("cpu",))


def lost(verdict: Verdict) -> set[str]:
    return {requirement.name for requirement in verdict.requirements if not requirement.passed}


@each_kernel
@pytest.mark.parametrize("seed", HIDDEN_SEEDS)
def test_the_solution_gets_all_points_and_no_remark(kernel, seed):
    verdict = judged(kernel, solution(kernel.name), seed=seed)
    assert verdict.passed, verdict.text()
    assert verdict.points == kernel.points
    assert not verdict.remarks, verdict.text()


@each_kernel
def test_the_solution_is_far_inside_the_tolerance_and_every_mistake_far_outside(kernel):
    (found,) = measure(kernel, solution(kernel.name), ("cpu",))
    assert found.holds, found


@each_kernel
def test_the_solution_is_pure_and_repeatable(kernel):
    for expectation in public(kernel, ("cpu",)):
        arguments = list(expectation.case.arguments.values())
        first, second = (call(solution(kernel.name), arguments) for _ in range(2))
        assert same(first.returned, second.returned)
        assert same(first.arguments_after, arguments)


@each_mistake
def test_a_mistake_loses_exactly_the_requirements_it_names(kernel, mistake):
    verdict = judged(kernel, mistake.function)
    if not mistake.loses:
        assert verdict.passed and verdict.remarks, verdict.text()
        return
    first = kernel.requirements[0].name
    waiting = {PURITY} if first in mistake.loses else set()
    assert lost(verdict) == set(mistake.loses) | waiting, verdict.text()


@each_mistake
def test_a_mistake_is_rejected_by_the_public_cases_alone_and_so_whatever_the_seed(kernel, mistake):
    verdict = judged(kernel, mistake.function, cases="public")
    assert not verdict.passed or (not mistake.loses and verdict.remarks)


@each_mistake
def test_a_mistake_is_recognized_by_its_numbers(kernel, mistake):
    verdict = judged(kernel, mistake.function, cases="public")
    if mistake.loses:
        raises = all(
            item.counterexample is None or item.counterexample.difference.kind == "exception"
            for item in verdict.requirements
        )
        assert raises or (verdict.diagnosis and verdict.diagnosis.text == mistake.hint), verdict.text()
    else:
        assert mistake.hint in verdict.remarks[0]


@each_variant
@pytest.mark.parametrize("seed", HIDDEN_SEEDS)
def test_a_correct_variant_gets_all_points(name, variant, seed):
    verdict = judged(catalogue()[name], variant, seed=seed)
    assert verdict.passed, verdict.text()


@each_kernel
def test_every_kernel_has_three_correct_variants_and_five_mistakes(kernel):
    assert len(variants().get(kernel.name, [])) >= 3
    assert len(kernel.mistakes) >= 5


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


@each_kernel
@pytest.mark.parametrize("answer", TRIVIAL.values(), ids=TRIVIAL)
def test_a_trivial_answer_earns_nothing(kernel, answer):
    verdict = judged(kernel, answer)
    assert verdict.points == 0, verdict.text()


def _takes_arrays(kernel) -> bool:
    """Whether a kernel gets something that it could change."""
    first = next(iter(kernel.requirements[0].cases(Draw(1))))
    return any(True for _ in arrays_in(first.arguments))


@pytest.mark.parametrize("kernel", list(filter(_takes_arrays, KERNELS)), ids=lambda kernel: kernel.name)
def test_a_solution_that_also_changes_its_input_loses_that_requirement_alone(kernel):
    def changes_its_input(*arguments):
        result = duplicate(solution(kernel.name)(*arguments))
        array = _first_array(arguments)
        array[...] = ~array if array.dtype == bool else array + 1
        return result

    assert lost(judged(kernel, changes_its_input)) == {PURITY}


@each_kernel
def test_the_cases_run_from_small_to_large_within_a_requirement(kernel):
    for requirement in kernel.requirements:
        first = next(iter(requirement.cases(Draw(1))))
        size = sum(array.size for array in arrays_in(first.arguments))
        assert size <= 12, f"{kernel.name}, {requirement.name}: the first case cannot be checked by hand"


@each_kernel
def test_the_signature_is_the_one_in_the_notebook(kernel):
    code = solution(kernel.name).__code__
    assert code.co_varnames[: code.co_argcount] == kernel.parameters


@each_kernel
def test_the_test_cell_checks_public_and_hidden_cases_and_is_worth_the_points_of_the_catalogue(kernel):
    cells = read(Course().source_of(kernel.notebook))["cells"]
    (cell,) = [c for c in cells if is_check_cell(c) and checked_names(text_of(c)) == [kernel.name]]
    assert grading_of(cell)["points"] == kernel.points
    assert grading_of(cell)["locked"] is True
    assert text_of(cell).strip() == (
        f'check({kernel.name})\n### BEGIN HIDDEN TESTS\ncheck({kernel.name}, cases="hidden")\n### END HIDDEN TESTS'
    )


@each_kernel
def test_a_backward_kernel_has_a_second_oracle(kernel):
    if not kernel.name.endswith("_backward"):
        assert kernel.derivative is None
        return
    found = [oracle.name for item in public(kernel, ("cpu",)) for oracle in item.oracles]
    assert DERIVATIVE in found


@each_kernel
def test_more_cases_are_judged_than_shown(kernel):
    assert len(expectations(kernel.name, 5, True, ("cpu",))) > len(public(kernel, ("cpu",)))


@each_kernel
def test_a_verdict_survives_json(kernel):
    import json

    for function in (solution(kernel.name), kernel.mistakes[0].function, lambda: None):
        verdict = judged(kernel, function)
        again = Verdict.from_json(json.loads(json.dumps(verdict.to_json())))
        assert again.to_json() == verdict.to_json()
        assert again.text() == verdict.text() and again.html() == verdict.html()

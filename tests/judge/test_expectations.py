"""The right answers: PyTorch's, and a numerical derivative as the second opinion for every backward kernel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from autograder.exercises import catalogue
from autograder.exercises.cases import case
from autograder.exercises.model import Derivative, Requirement
from autograder.judge.comparison import compare
from autograder.judge.expectations import (
    central_differences,
    expectations,
    expectations_of,
    from_tensor,
    oracles,
    public,
    reference,
    to_tensor,
)
from autograder.judge.report import as_text
from autograder.judge.verdict import DERIVATIVE
from autograder.plaindata.values import arrays_in, same, with_memory_order
from tests.judge.students import elu_backward, verdict_of

BACKWARD = [exercise for exercise in catalogue().values() if exercise.derivative]
SEEDS = (1, 2, 3)
ELU_BACKWARD = catalogue()["elu_backward"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise", BACKWARD, ids=lambda exercise: exercise.name)
def test_the_numerical_derivative_agrees_with_pytorch(exercise, seed):
    compared = 0
    for item in expectations_of(exercise, seed, True, ("cpu",)):
        answers = {oracle.name: oracle for oracle in item.oracles}
        if DERIVATIVE in answers:
            second = answers[DERIVATIVE]
            found = compare(
                answers["cpu"].expected[0],
                second.expected[0],
                computation=second.computation,
                outputs=exercise.outputs,
                masks=second.masks,
            )
            assert found.difference is None, f"{item.case.name}: {found.difference}"
            compared += sum(int(mask.sum()) for mask in second.masks)
    assert compared > 30, "too few entries are compared for a second opinion"


def wrong_reference(dout, z, alpha=1.0):
    """What PyTorch would give if its ELU forgot alpha."""
    return dout * torch.where(z > 0, 1.0, torch.exp(z.clamp(max=0.0)))


def test_a_wrong_reference_is_caught_by_the_numerical_derivative():
    exercise = replace(ELU_BACKWARD, reference=wrong_reference, mistakes=())
    agrees_with_it = verdict_of(
        exercise, lambda dout, z, alpha=1.0: wrong_reference(*map(torch.tensor, (dout, z))).numpy()
    )
    assert not agrees_with_it.passed
    disputed = next(item for item in agrees_with_it.requirements if not item.passed)
    assert disputed.oracles == {"cpu": True, DERIVATIVE: False}
    assert disputed.counterexample.oracle == DERIVATIVE
    assert "please tell your instructor" in as_text(agrees_with_it)
    right = verdict_of(exercise, elu_backward)
    assert next(item for item in right.requirements if not item.passed).oracles == {"cpu": False, DERIVATIVE: True}


def derivative_of(forward, upstream, **arguments):
    """The second oracle of a make-believe backward kernel with respect to z."""
    exercise = replace(ELU_BACKWARD, derivative=Derivative(forward, "dout", ("z",)), reference=lambda dout, **_: dout)
    one = case("one", dout=upstream, **arguments)
    found = oracles(exercise, one, {"cpu": reference(exercise, one, "cpu")})
    return next((oracle for oracle in found if oracle.name == DERIVATIVE), None)


def test_the_slope_of_a_smooth_function_is_found_in_every_entry():
    z = np.array([[0.5, -1.0], [2.0, 3.0]])
    found = derivative_of(lambda z: z**3, np.array([[1.0, 2.0], [-1.0, 0.5]]), z=z)
    np.testing.assert_allclose(found.expected[0], 3 * z**2 * [[1.0, 2.0], [-1.0, 0.5]], rtol=1e-8)
    assert found.masks[0].all()


def test_entries_at_zero_are_masked_as_a_kink_may_be_there():
    found = derivative_of(lambda z: torch.relu(z), np.ones(3), z=np.array([0.0, 1.0, -1.0]))
    assert found.masks[0].tolist() == [False, True, True]
    assert found.expected[0][1:].tolist() == pytest.approx([1.0, 0.0])


def test_an_entry_at_zero_is_masked_even_where_the_kink_is_slight():
    """Too slight to see."""
    found = derivative_of(lambda z: torch.where(z > 0, z, 0.9999 * z), np.ones(2), z=np.array([0.0, 1.0]))
    assert found.masks[0].tolist() == [False, True]


def test_kinks_elsewhere_are_masked_too():
    found = derivative_of(lambda z: torch.abs(z - 2.0), np.ones(3), z=np.array([2.0, 1.0, 3.0]))
    assert found.masks[0].tolist() == [False, True, True]


def test_a_kink_of_one_entry_hides_no_other():
    slope, smooth = central_differences(lambda name, x: float(np.abs(x).sum()), "z", np.array([1e-6, 1.0, -2.0]))
    assert smooth.tolist() == [False, True, True]
    assert slope[1:].tolist() == pytest.approx([1.0, -1.0])


@pytest.mark.parametrize(
    ("z", "dout"),
    [
        (np.array([1.0, np.inf]), np.ones(2)),
        (np.array([1.0, np.nan]), np.ones(2)),
        (np.ones(2), np.array([1.0, np.inf])),
        (np.array([1000.0, 1.0]), np.ones(2)),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.ones((9, 9)), np.ones((9, 9))),
        (np.ones(2, "float32"), np.ones(2, "float32")),
    ],
    ids=["infinite z", "NaN", "infinite upstream", "large", "empty", "many entries", "float32"],
)
def test_no_second_opinion_is_asked_where_it_would_be_worth_nothing(z, dout):
    assert derivative_of(lambda z: z**2, dout, z=z) is None


def test_what_a_kernel_takes_instead_of_the_input_is_translated():
    """Of the forward function's input."""
    exercise = catalogue()["sigmoid_backward"]
    assert exercise.derivative.at is not None
    one = case("one", dout=np.array([2.0]), s=np.array([0.25]))
    found = oracles(exercise, one, {"cpu": reference(exercise, one, "cpu")})
    assert found[-1].name == DERIVATIVE
    assert found[-1].expected[0] == pytest.approx(2.0 * 0.25 * 0.75)


# ---------------------------------------------------------------- arrays and tensors


@pytest.mark.parametrize("order", ["C", "F", "strided"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "bool"])
def test_an_array_goes_to_pytorch_and_back_unchanged(dtype, order):
    array = with_memory_order(np.arange(6).reshape(2, 3).astype(dtype), order)
    assert same(from_tensor(to_tensor(array, "cpu")), array)


def test_whole_numbers_are_float64_in_pytorch():
    """An array without axes stays one."""
    assert to_tensor(np.array([1, 2]), "cpu").dtype == torch.float64
    assert to_tensor(np.array(1.0), "cpu").shape == ()


def test_collections_are_carried_over_item_by_item():
    value = {"a": [np.ones(2), 1.0], "b": (np.zeros(1), "x", None)}
    back = from_tensor(to_tensor(value, "cpu"))
    assert [array.tolist() for array in arrays_in(back)] == [[1.0, 1.0], [0.0]]
    assert back["b"][1:] == ("x", None)


def test_a_reference_that_writes_into_its_input_spoils_no_case():
    exercise = replace(ELU_BACKWARD, reference=lambda z, **_: z.zero_(), derivative=None)
    one = case("one", dout=np.ones(2), z=np.ones(2))
    assert reference(exercise, one, "cpu")[0].tolist() == [0.0, 0.0]
    assert one.arguments["z"].tolist() == [1.0, 1.0]


# ---------------------------------------------------------------- which cases


def test_there_are_more_hidden_cases_and_they_follow_the_requirements():
    hidden, shown = expectations("elu", 5, True, ("cpu",)), public(catalogue()["elu"], ("cpu",))
    assert len(hidden) > len(shown)
    assert all(item.hidden for item in hidden)
    assert not any(item.hidden for item in shown)
    names = [requirement.name for requirement in catalogue()["elu"].requirements]
    assert list(dict.fromkeys(item.requirement for item in hidden)) == names


def test_the_right_answers_are_computed_once():
    assert expectations("elu", 5, True, ("cpu",)) is expectations("elu", 5, True, ("cpu",))


def test_adding_a_requirement_leaves_the_others_random_numbers_alone():
    exercise = catalogue()["elu"]
    more = replace(
        exercise, requirements=(Requirement("new", 1, exercise.requirements[0].cases), *exercise.requirements)
    )
    before = expectations_of(exercise, 5, True, ("cpu",))
    after = [item for item in expectations_of(more, 5, True, ("cpu",)) if item.requirement != "new"]
    for one, other in zip(before, after, strict=True):
        assert same(one.case.arguments, other.case.arguments)


def test_a_device_named_twice_or_in_another_order_makes_no_difference(monkeypatch):
    from autograder.judge import devices

    monkeypatch.setattr(devices, "present", lambda: ("cpu", "cuda"))
    assert devices.chosen(("cuda", "cpu", "cuda")) == devices.chosen(("cuda",)) == devices.chosen() == ("cpu", "cuda")
    assert devices.chosen(()) == devices.chosen(("cpu",)) == ("cpu",)


def test_reduced_precision_is_off():
    from autograder.judge import devices

    assert "cpu" in devices.present()
    assert torch.backends.cuda.matmul.allow_tf32 is False
    assert torch.backends.cudnn.allow_tf32 is False

"""Functions as arguments: one formula, for arrays in the student's process and for tensors in the reference."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.judge.expectations import to_tensor
from autograder.judge.formatting import show_value
from autograder.plaindata.call import call
from autograder.plaindata.named_functions import FUNCTIONS, as_function, is_function
from autograder.sandbox import StudentProcess
from autograder.sandbox.unconfined import Unconfined

POINT = np.array([0.5, -1.0, 2.0])
NUMBERS = {
    "tanh": {},
    "sigmoid": {},
    "relu": {},
    "linear": {"weight": np.array([1.0, -2.0, 0.5])},
    "quadratic": {"matrix": np.diag([1.0, 2.0, 3.0]), "vector": np.array([0.1, 0.2, 0.3])},
    "quadratic_gradient": {"matrix": np.diag([1.0, 2.0, 3.0]), "vector": np.array([0.1, 0.2, 0.3])},
    "cubic": {"weight": np.array([1.0, -2.0, 0.5])},
    "quartic_gradient": {"weight": np.array([1.0, -2.0, 0.5])},
    "softplus": {"weight": np.array([1.0, -2.0, 0.5])},
}


def named(name: str) -> dict:
    return {"function": name, **NUMBERS[name]}


OF_A_LINE = {"loss_of_a_line", "fitted_line"}
"""Functions of a list of parameters, and of data."""
LINE = [np.array([[0.5, -1.0]]), np.array([0.25])]
DATA = {"x": np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]]), "y": np.array([[1.0], [0.0], [2.0]])}


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - OF_A_LINE))
def test_a_function_gives_the_same_on_arrays_and_on_tensors(name):
    on_array = as_function(named(name))(POINT)
    on_tensor = as_function(to_tensor(named(name), "cpu"))(torch.tensor(POINT))
    assert np.allclose(on_array, on_tensor.numpy(), rtol=1e-14)


def test_the_loss_of_a_line_is_the_same_on_arrays_and_on_tensors():
    loss = {"function": "loss_of_a_line", **DATA}
    on_tensors = as_function(to_tensor(loss, "cpu"))([torch.tensor(parameter) for parameter in LINE])
    assert np.allclose(as_function(loss)(LINE), on_tensors.numpy(), rtol=1e-14)


def test_the_gradients_of_a_line_are_those_of_its_loss_on_some_rows():
    rows = np.array([0, 2])
    loss, gradients = as_function({"function": "fitted_line", **DATA})(LINE, rows)
    line = [torch.tensor(parameter, requires_grad=True) for parameter in LINE]
    on_rows = {"function": "loss_of_a_line", **{name: values[rows] for name, values in DATA.items()}}
    expected = as_function(to_tensor(on_rows, "cpu"))(line)
    slopes = torch.autograd.grad(expected, line)
    assert np.allclose(loss, expected.item(), rtol=1e-14)
    assert all(np.allclose(mine, slope.numpy()) for mine, slope in zip(gradients, slopes, strict=True))


def test_the_quadratic_gradient_is_the_gradient_of_the_quadratic():
    x = torch.tensor(POINT, requires_grad=True)
    (slope,) = torch.autograd.grad(as_function(to_tensor(named("quadratic"), "cpu"))(x), x)
    assert np.allclose(slope.numpy(), as_function(named("quadratic_gradient"))(POINT), rtol=1e-14)


def test_the_quartic_gradient_is_the_gradient_of_a_sum_of_fourth_powers():
    x = torch.tensor(POINT, requires_grad=True)
    weight = torch.tensor(NUMBERS["quartic_gradient"]["weight"])
    (slope,) = torch.autograd.grad((weight * x**4).sum() / 4, x)
    assert np.allclose(slope.numpy(), as_function(named("quartic_gradient"))(POINT), rtol=1e-14)


def test_other_dicts_and_unknown_names_are_no_functions():
    assert not is_function({"t": 1})
    assert not is_function({"function": "os.system"})
    assert as_function({"t": 1}) == {"t": 1}


def test_a_kernel_is_called_with_the_function_itself():
    outcome = call(lambda f, x: f(x) * 2, [named("cubic"), POINT])
    assert np.allclose(outcome.returned, 2 * as_function(named("cubic"))(POINT))


def test_the_sandbox_rebuilds_the_function():
    with StudentProcess(Unconfined()) as process:
        process.run("cell 1", "def double(f, x):\n    return f(x) * 2")
        outcome = process.call("double", [named("cubic"), POINT])
    assert np.allclose(outcome.returned, 2 * as_function(named("cubic"))(POINT))


def test_a_report_shows_it_as_a_call():
    assert show_value({"function": "cubic", "weight": np.array([2.0])}) == "cubic(weight=[2.])"


def test_a_report_shows_one_without_numbers_by_its_name():
    assert show_value({"function": "tanh"}) == "tanh"

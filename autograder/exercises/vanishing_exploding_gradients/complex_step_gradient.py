"""complex_step_gradient: gradient of a function by a step in the imaginary direction."""

import numpy as np

from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.model import Exercise, case
from autograder.exercises.vanishing_exploding_gradients import (
    LARGE_STEP,
    cubic,
    gradient_by_autograd,
    numerical_gradient,
    smooth_functions,
)
from autograder.plaindata.named_functions import as_function

TEXTBOOK = """\
def complex_step_gradient(f, x, h=1e-20):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape, dtype=complex)
        step[index] = 1j * h
        gradient[index] = f(x + step).imag / h
    return gradient
"""
complex_step_gradient = Exercise(
    TEXTBOOK,
    takes="f: function; x: (*); h: number",
    pytorch="torch.autograd.grad(f(x), x)",
    source="Squire and Trapp 1998, Using complex variables to estimate derivatives of real functions",
    computation="reduction",
)
requirement, wrong = complex_step_gradient.requirement, complex_step_gradient.wrong


@complex_step_gradient.pytorch_reference
def reference(f, x, h=1e-20):
    """Autograd; for a large step the formula itself, in PyTorch's complex numbers."""
    import torch

    if h < LARGE_STEP:
        return gradient_by_autograd(f, x)
    f = {name: value.to(torch.complex128) if torch.is_tensor(value) else value for name, value in f.items()}
    x, gradient = x.to(torch.complex128).flatten(), torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1j * h
        gradient.view(-1)[i] = as_function(f)(x + step).imag / h
    return gradient


vector = requirement("a vector", points=1)(smooth_functions)


@requirement("the step h", points=1)
def large_step(sample):
    """Steps so large that one sees them in the result, and one far smaller than the default."""
    yield case("f = x³ at 2, h = 0.5", f=cubic([1.0]), x=np.array([2.0]), h=0.5)
    yield case("f = x₁³ - 2x₂³, h = 1e-100", f=cubic([1.0, -2.0]), x=np.array([2.0, -1.0]), h=1e-100)
    for _ in sample.repeat(public=1, hidden=4):
        n = sample.integer(3, 6)
        yield case("Σ w x³", f=cubic(sample.normal(n, scale=2.0)), x=sample.normal(n), h=sample.number(0.1, 1.0))


@requirement("digits that differences lose", points=1)
def digits(sample):
    """Small derivatives of a large function: a difference would lose all their digits."""
    exact = {"computation": "elementwise, relative"}
    yield case("f = 10¹² x₁³ - 10⁻⁶ x₂³", f=cubic([1e12, -1e-6]), x=np.array([2.0, -1.0]), **exact)
    for _ in sample.repeat(public=1, hidden=4):
        n = sample.integer(3, 6)
        x = sample.normal(n) + np.where(sample.uniform(n) < 0.5, -5.0, 5.0)
        yield case(
            "weights from 10¹⁰ to 10⁻¹⁰", f=cubic(np.geomspace(1e10, 1e-10, n) * np.resize([1, -1], n)), x=x, **exact
        )


def call(sample, shape):
    return {"f": cubic(sample.normal(*shape)), "x": sample.normal(*shape)}


shapes = requirement(ANY_AXES, points=1)(any_axes(call))
contract = complex_step_gradient.contract(fixed=["f"])(call)
"""The result is float64."""


@wrong({".imag": ".real"})
def real_part():
    """You take the real part, which is f(x) itself. The derivative sits in the imaginary part."""


@wrong({" / h": ""})
def not_divided():
    """Your numbers are h times the gradient."""


@wrong({"/ h": "/ (2 * h)"})
def divided_by_two_h():
    """Half the gradient: 2h belongs to the central difference, with its two points. Here there is one."""


@wrong({", dtype=complex": "", "1j * h": "h", "f(x + step).imag / h": "(f(x + step) - f(x - step)) / (2 * h)"})
def real_step():
    """This is a central difference with a tiny real step: x + 1e-20 is x again, so the difference is 0. The step has
    to go in the imaginary direction."""


@wrong({"np.zeros(x.shape, dtype=complex)\n        step[index] = 1j * h": "np.full(x.shape, 1j * h)"})
def all_entries_at_once():
    """You move all entries of x at the same time, which gives the sum of the partial derivatives."""


wrong.like(
    numerical_gradient.step_not_reset,
    {
        "gradient = np.zeros(x.shape)": "gradient, step = np.zeros(x.shape), np.zeros(x.shape, dtype=complex)",
        "        step = np.zeros(x.shape, dtype=complex)\n": "",
    },
)


@wrong({"1j": "-1j"})
def step_downward():
    """The sign is wrong: you step by -ih, and the imaginary part of f follows."""


@wrong({"1j * h": "1e-20j", "/ h": "/ 1e-20"}, loses=[large_step])
def h_ignored():
    """Your step is 1e-20 whatever h is. That is only the default: use the parameter."""


wrong.like(
    numerical_gradient.result_like_x, {"gradient = np.zeros(x.shape)": "gradient = np.zeros_like(x)"}, loses=[contract]
)


@wrong(loses=[contract])
def flattened_copy(f, x, h=1e-20):
    """reshape(-1) is a view of the same memory only if the array lies in memory row by row. For an array in Fortran
    order it is a copy, so your step never reaches x."""
    gradient = np.zeros(x.size)
    for i in range(x.size):
        moved = np.array(x, dtype=complex)
        moved.reshape(-1)[i] += 1j * h
        gradient[i] = f(moved).imag / h
    return gradient.reshape(x.shape)

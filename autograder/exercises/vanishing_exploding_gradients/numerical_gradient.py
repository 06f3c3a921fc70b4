"""numerical_gradient: gradient of a function by central differences."""

import numpy as np

from autograder.exercises.array_forms import ANY_AXES, NO_ENTRIES
from autograder.exercises.model import Exercise, case
from autograder.exercises.vanishing_exploding_gradients import (
    LARGE_STEP,
    SMALL_BOWL,
    bowl,
    cubic,
    gradient_by_autograd,
    linear,
    smooth_functions,
)
from autograder.plaindata.named_functions import as_function

TEXTBOOK = """\
def numerical_gradient(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient
"""
numerical_gradient = Exercise(
    TEXTBOOK,
    takes="f: function; x: (*); h: number",
    pytorch="torch.autograd.grad(f(x), x)",
    source="Nocedal and Wright 2006, Numerical Optimization, section 8.1; the torch.autograd.gradcheck notes",
    computation="numerical derivative",
)
requirement, wrong = numerical_gradient.requirement, numerical_gradient.wrong


@numerical_gradient.pytorch_reference
def reference(f, x, h=1e-5):
    """Autograd; for a large step the central difference quotient, entry by entry."""
    import torch

    if h < LARGE_STEP:
        return gradient_by_autograd(f, x)
    x, gradient = x.double().flatten(), torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = h
        high, low = as_function(f)(x + step), as_function(f)(x - step)
        gradient.view(-1)[i] = (high - low) / (2 * h)
    return gradient


vector = requirement("a vector", points=2)(smooth_functions)


@requirement("the step h", points=1)
def step(sample):
    """Steps so large that one sees them in the result."""
    exact = {"computation": "reduction"}
    yield case("f = x³ at 2, h = 0.5", f=cubic([1.0]), x=np.array([2.0]), h=0.5, **exact)
    yield case("a quadratic function, h = 0.5", f=SMALL_BOWL, x=np.array([1.0, -2.0]), h=0.5, **exact)
    for _ in sample.repeat(public=1, hidden=4):
        n = sample.integer(3, 6)
        x, h = sample.normal(n), sample.number(0.1, 2.0)
        yield case("Σ w x³", f=cubic(sample.normal(n)), x=x, h=h, **exact)
        yield case("a quadratic function", f=bowl(sample, n), x=x, h=h, **exact)


def whole_numbers(sample):
    yield case("whole numbers", f=linear([1.5, -2.5]), x=np.array([3, 4]), h=1e-5)


@requirement(ANY_AXES, points=1)
def shapes(sample):
    yield case("two rows", f=linear([[1.0], [-2.0]]), x=np.array([[3.0], [4.0]]), h=1e-5)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, smallest=1, largest=4)
        yield case("four axes", f=linear(sample.normal(*shape)), x=sample.normal(*shape), h=1e-5)


@numerical_gradient.contract(without=["whole numbers"], fixed=["f"], more=whole_numbers)
def contract(sample):
    """The result is that of the same numbers in float64."""
    return {"f": linear(sample.normal(2, 3)), "x": sample.normal(2, 3), "h": 1e-5}


@numerical_gradient.remark(NO_ENTRIES)
def empty(sample):
    yield case("empty", f=linear(np.zeros((0, 3))), x=np.zeros((0, 3)), h=1e-5)


@wrong({"f(x - step)) / (2 * h)": "f(x + 0.0)) / h"}, loses=[vector, step])
def forward_difference():
    """This is the forward difference: you step to one side only. Its error shrinks in proportion to h, that of the
    central difference in proportion to h²."""


@wrong({"(2 * h)": "h"})
def divided_by_h():
    """Your gradient is twice as large as it should be. How far apart are the two points where you evaluate f?"""


@wrong({"/ (2 * h)": "/ 2 * h"})
def parentheses_missing():
    """Your numbers are h² times the gradient: / 2 * h divides by 2 and then multiplies by h. Use parentheses."""


@wrong({"np.zeros(x.shape)\n        step[index] = h": "np.full(x.shape, h)"})
def all_entries_at_once():
    """You move all entries of x at the same time, which gives the sum of the partial derivatives. Move one entry,
    measure, and go on to the next."""


@wrong(
    {
        "gradient = np.zeros(x.shape)": "gradient, x = np.zeros(x.shape), x.astype(float)",
        "(2 * h)": "(2 * h)\n        x[index] -= h",
    },
    loses=[vector, step],
)
def entry_not_restored():
    """An entry that you have moved stays moved while you do the next ones. Put it back first."""


@wrong(
    {
        "gradient = np.zeros(x.shape)": "gradient, step = np.zeros(x.shape), np.zeros(x.shape)",
        "        step = np.zeros(x.shape)\n": "",
    }
)
def step_not_reset():
    """In each entry after the first, the entries before it still have their step. Move one entry at a time."""


@wrong({"= h": "= 1e-5", "(2 * h)": "2e-5"}, loses=[step])
def h_ignored():
    """Your step is 1e-5 whatever h is. That is only the default: use the parameter."""


@wrong({"1e-5": "1e-13"}, loses=[vector])
def default_step_too_small():
    """Your default of 1e-13 is too small: f(x + h) and f(x - h) then agree in nearly all of their digits, and the
    difference is mostly rounding. The default here is 1e-5."""


@wrong(loses=[contract])
def flattened_copy(f, x, h=1e-5):
    """reshape(-1) is a view of the same memory only if the array lies in memory row by row. For an array in Fortran
    order it is a copy, so your step never reaches x."""
    gradient = np.zeros(x.size)
    moved = np.array(x, dtype=float)
    for i in range(x.size):
        old = moved.reshape(-1)[i]
        moved.reshape(-1)[i] = old + h
        high = f(moved)
        moved.reshape(-1)[i] = old - h
        low = f(moved)
        moved.reshape(-1)[i] = old
        gradient[i] = (high - low) / (2 * h)
    return gradient.reshape(x.shape)


@wrong(loses=[contract])
def dtype_of_x_kept(f, x, h=1e-5):
    """Your moved copy has the dtype of x: whole numbers swallow a step of 1e-5, and float32 keeps two or three
    digits of it. Make the copy float64."""
    gradient = np.zeros(x.shape)
    moved = x.copy()
    for index in np.ndindex(x.shape):
        moved[index] = x[index] + h
        high = f(moved)
        moved[index] = x[index] - h
        low = f(moved)
        moved[index] = x[index]
        gradient[index] = (high - low) / (2 * h)
    return gradient


@wrong({"gradient = np.zeros(x.shape)": "gradient = np.zeros_like(x)"}, loses=[contract])
def result_like_x():
    """The array for your result has the dtype of x: float32 comes back, or whole numbers with the fraction cut off.
    The result is always float64 here."""

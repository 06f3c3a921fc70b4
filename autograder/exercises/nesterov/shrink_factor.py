"""shrink_factor: the factor by which momentum or Nesterov shrinks theta per step on curvature * theta**2 / 2."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.optimizer_states import sgd_step

TEXTBOOK = """\
def shrink_factor(curvature, learning_rate, beta, nesterov):
    if nesterov:
        beta = beta * (1 - learning_rate * curvature)
    s = (1 + beta - learning_rate * curvature) / 2
    root = np.sqrt(s**2 - beta + 0j)
    return np.maximum(np.abs(s + root), np.abs(s - root))
"""
shrink_factor = Exercise(
    TEXTBOOK,
    outputs=("factor",),
    takes="curvature: (*); learning_rate, beta: number; nesterov: bool",
    pytorch="torch.linalg.eigvals of one step of torch.optim.SGD as a 2x2 matrix: the largest absolute value",
    source="https://distill.pub/2017/momentum/",
    computation="reduction",
)
requirement, wrong = shrink_factor.requirement, shrink_factor.wrong


@shrink_factor.pytorch_reference
def reference(curvature, learning_rate, beta, nesterov):
    """One step of torch.optim.SGD on the loss curvature * theta**2 / 2 is linear in theta and buffer: its 2x2 matrix,
    column by column, and the largest absolute value of an eigenvalue. In float64, on the CPU (not all devices can)."""
    import torch

    h = curvature.detach().cpu().double()
    zero, one = torch.zeros_like(h), torch.ones_like(h)
    settings = {"lr": learning_rate, "momentum": beta, "nesterov": nesterov}
    from_theta = sgd_step(one, h * one, zero, **settings)
    from_buffer = sgd_step(zero, h * zero, one, **settings)
    matrix = torch.stack([torch.stack(from_theta, dim=-1), torch.stack(from_buffer, dim=-1)], dim=-1)
    return torch.linalg.eigvals(matrix).abs().amax(dim=-1).to(curvature)


def curvatures(sample, shape, low, high, rate):
    """Random ones for which learning_rate * curvature is between low and high."""
    return np.round(sample.uniform(*shape, low=low, high=high) / rate, 3)


@requirement("momentum that swings", points=2)
def swinging(sample):
    """Both eigenvalues are complex."""
    yield case("0.5 by hand", curvature=np.array([1.0]), learning_rate=0.5, beta=0.25, nesterov=False)
    settings = {"learning_rate": 0.02, "beta": 0.9, "nesterov": False}
    yield case("a bowl of condition number 50", curvature=np.array([1.0, 50.0]), **settings)
    for _ in sample.repeat(public=1, hidden=4):
        n, rate, beta = sample.integer(3, 6), sample.number(0.02, 0.5), sample.number(0.5, 0.95)
        curvature = curvatures(sample, (n,), 0.2, 2.0, rate)
        yield case("random", curvature=curvature, learning_rate=rate, beta=beta, nesterov=False)


@requirement("momentum that does not swing, or diverges", points=2)
def not_swinging(sample):
    """Both eigenvalues are real: very small and very large learning rates, flat and downward slopes."""
    yield case("0.625 by hand", curvature=np.array([0.9]), learning_rate=0.25, beta=0.25, nesterov=False)
    yield case("diverging", curvature=np.array([1.0, 2.0]), learning_rate=4.0, beta=0.25, nesterov=False)
    flat = np.array([0.0, -1.0])
    yield case("flat, and downhill on both sides", curvature=flat, learning_rate=0.1, beta=0.9, nesterov=False)
    for _ in sample.repeat(public=1, hidden=4):
        n, rate, beta = sample.integer(3, 6), sample.number(0.02, 0.5), sample.number(0.2, 0.9)
        small = curvatures(sample, (n,), -0.5, -0.01, rate)
        yield case("random, downhill", curvature=small, learning_rate=rate, beta=0.9, nesterov=False)
        large = curvatures(sample, (n,), 4.2, 6.0, rate)
        yield case("random, diverging", curvature=large, learning_rate=rate, beta=beta, nesterov=False)


@requirement("Nesterov", points=1)
def with_nesterov(sample):
    """Its factor is small near learning_rate * curvature = 1 and grows fast beyond."""
    yield case("0.5 by hand", curvature=np.array([1.0]), learning_rate=0.5, beta=0.5, nesterov=True)
    yield case("exactly at the limit", curvature=np.array([3.0]), learning_rate=0.5, beta=0.5, nesterov=True)
    yield case("flat", curvature=np.array([0.0, -1.0]), learning_rate=0.1, beta=0.9, nesterov=True)
    for _ in sample.repeat(public=1, hidden=4):
        n, rate, beta = sample.integer(3, 6), sample.number(0.02, 0.5), sample.number(0.6, 0.95)
        low, high = curvatures(sample, (n,), 0.1, 0.8, rate), curvatures(sample, (n,), 1.05, 2.0, rate)
        yield case("random", curvature=low, learning_rate=rate, beta=beta, nesterov=True)
        yield case("random, steep", curvature=high, learning_rate=rate, beta=beta, nesterov=True)


def nesterov_in_float32(sample):
    """Without numbers: who gets those wrong has lost the points for Nesterov already."""
    empty = np.zeros((0, 3), dtype="float32")
    yield case("no entries, float32, Nesterov", curvature=empty, learning_rate=0.1, beta=0.9, nesterov=True)


@shrink_factor.contract(more=nesterov_in_float32)
def contract(sample, shape):
    curvature = curvatures(sample, shape, 0.2, 2.0, 0.1)
    return {"curvature": curvature, "learning_rate": 0.1, "beta": 0.9, "nesterov": False}


LARGER_ROOT = "np.maximum(np.abs(s + root), np.abs(s - root))"


@wrong({"if nesterov": "if False"}, loses=[with_nesterov])
def nesterov_ignored():
    """`nesterov` has no effect on your result: it is that of momentum."""


@wrong({"if nesterov": "if not nesterov"})
def nesterov_the_wrong_way_round():
    """`nesterov` works the wrong way round: True gives momentum's factor, False gives Nesterov's."""


@wrong({"beta * (1 - learning_rate * curvature)": "beta - learning_rate * curvature"}, loses=[with_nesterov])
def beta_minus_the_curvature():
    """For Nesterov you subtract learning_rate * curvature from beta. It is beta times (1 - learning_rate *
    curvature)."""


@wrong({"if nesterov": "trace = 1 + beta\n    if nesterov", "(1 + beta": "(trace"}, loses=[with_nesterov])
def beta_changed_in_one_place_only():
    """For Nesterov the smaller beta stands in both coefficients of the equation, in the sum of its two solutions,
    too."""


@wrong({"s**2 - beta + 0j": "s**2 - beta"}, keeps=[not_swinging])
def root_of_a_negative_number():
    """NaN where theta swings: there the number under the root is negative, and np.sqrt needs a complex number to
    give a complex one."""


@wrong({"s**2 - beta + 0j": "np.abs(s**2 - beta)"}, keeps=[not_swinging])
def root_of_the_absolute_value():
    """Where the number under the root is negative you take the root of its absolute value, as if it were positive.
    The root is imaginary there, and the factor is another one."""


@wrong({"s**2 - beta + 0j": "np.maximum(s**2 - beta, 0)"}, keeps=[not_swinging])
def imaginary_part_dropped():
    """Where the solutions are complex you use their real part. The absolute value of a complex number has both parts
    in it; np.abs knows how."""


@wrong({LARGER_ROOT: "np.abs(s + root)"}, loses=[not_swinging, with_nesterov])
def root_with_plus_only():
    """You look at one of the two solutions. For large learning rates both are negative, and the other one is the
    larger in absolute value."""


@wrong({"np.maximum": "np.minimum"}, loses=[not_swinging, with_nesterov])
def smaller_root():
    """You return the smaller of the two absolute values. In the end it is the larger one that remains."""


@wrong({LARGER_ROOT: "np.sqrt(np.abs(beta + 0 * curvature))"}, loses=[not_swinging, with_nesterov])
def always_the_root_of_beta():
    """The root of the product of both solutions is their absolute value only where they are complex. Where they are
    real, one is larger and one is smaller."""


@wrong({LARGER_ROOT: "np.abs(1 - learning_rate * curvature)"})
def gradient_descent():
    """This is the factor of plain gradient descent: beta has no effect on your result."""


@wrong({") / 2": ")", "- beta + 0j": "- 4 * beta + 0j"})
def not_halved():
    """Your numbers are twice too large: in the formula for a quadratic equation everything is divided by 2."""


@wrong({") / 2": ")"})
def s_not_halved():
    """Your s is twice too large: it is half the sum of the two solutions."""


@wrong({"- beta + 0j": "- 4 * beta + 0j"})
def two_forms_mixed():
    """You mix two forms of the quadratic formula: where s is already halved, it is s² - β' under the root, without
    the 4."""


@wrong({"if nesterov": "curvature = curvature.astype(float)\n    if nesterov"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

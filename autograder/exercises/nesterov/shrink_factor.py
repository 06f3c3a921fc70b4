"""shrink_factor: the factor by which momentum or Nesterov shrinks theta per step on curvature * theta**2 / 2."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.nesterov import sgd
from autograder.exercises.sampling import Sampler, strided

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
    summary="the factor by which momentum or Nesterov shrinks theta per step on curvature * theta**2 / 2",
    pytorch="torch.linalg.eigvals of one step of torch.optim.SGD as a 2x2 matrix: the largest absolute value",
    source="https://distill.pub/2017/momentum/",
    computation="reduction",
)
requirement, wrong = shrink_factor.requirement, shrink_factor.wrong


def curvatures_with(
    sample: Sampler, shape: tuple[int, ...], low: float, high: float, rate: float, dtype: str = "float64"
):
    """Random curvatures for which learning_rate * curvature is between low and high."""
    return np.round(sample.uniform(*shape, low=low, high=high) / rate, 3).astype(dtype)


@shrink_factor.pytorch_reference
def reference(curvature, learning_rate, beta, nesterov):
    """One step of torch.optim.SGD on the loss curvature * theta**2 / 2 is linear in theta and buffer: its 2x2 matrix,
    column by column, and the largest absolute value of an eigenvalue. In float64, on the CPU (not all devices can)."""
    import torch

    h = curvature.detach().cpu().double()
    zero, one = torch.zeros_like(h), torch.ones_like(h)
    from_theta = sgd(one, h * one, zero, learning_rate, beta, nesterov)
    from_buffer = sgd(zero, h * zero, one, learning_rate, beta, nesterov)
    matrix = torch.stack([torch.stack(from_theta, dim=-1), torch.stack(from_buffer, dim=-1)], dim=-1)
    return torch.linalg.eigvals(matrix).abs().amax(dim=-1).to(curvature)


@requirement("momentum that swings", points=2)
def oscillating(sample):
    """Momentum where both eigenvalues are complex."""
    yield case("0.5 by hand", curvature=np.array([1.0]), learning_rate=0.5, beta=0.25, nesterov=False)
    settings = {"learning_rate": 0.02, "beta": 0.9, "nesterov": False}
    yield case("a bowl of condition number 50", curvature=np.array([1.0, 50.0]), **settings)
    for _ in sample.repeat(public=1, hidden=4):
        rate = sample.number(0.02, 0.5)
        curvature = curvatures_with(sample, (sample.integer(3, 6),), 0.2, 2.0, rate)
        yield case("random", curvature=curvature, learning_rate=rate, beta=sample.number(0.5, 0.95), nesterov=False)


@requirement("momentum that does not swing, or diverges", points=1)
def real(sample):
    """Momentum where both eigenvalues are real: very small and very large learning rates, flat and downward slopes."""
    yield case("0.625 by hand", curvature=np.array([0.9]), learning_rate=0.25, beta=0.25, nesterov=False)
    yield case("diverging", curvature=np.array([1.0, 2.0]), learning_rate=4.0, beta=0.25, nesterov=False)
    flat = np.array([0.0, -1.0])
    yield case("flat, and downhill on both sides", curvature=flat, learning_rate=0.1, beta=0.9, nesterov=False)
    for _ in sample.repeat(public=1, hidden=4):
        rate = sample.number(0.02, 0.5)
        n = sample.integer(3, 6)
        small = curvatures_with(sample, (n,), -0.5, -0.01, rate)
        yield case("random, downhill", curvature=small, learning_rate=rate, beta=0.9, nesterov=False)
        large = curvatures_with(sample, (n,), 4.2, 6.0, rate)
        yield case(
            "random, diverging", curvature=large, learning_rate=rate, beta=sample.number(0.2, 0.9), nesterov=False
        )


@requirement("Nesterov", points=1)
def nesterov_cases(sample):
    """The same for Nesterov, whose factor is small near learning_rate * curvature = 1 and grows fast beyond."""
    yield case("0.5 by hand", curvature=np.array([1.0]), learning_rate=0.5, beta=0.5, nesterov=True)
    yield case("exactly at the limit", curvature=np.array([3.0]), learning_rate=0.5, beta=0.5, nesterov=True)
    yield case("flat", curvature=np.array([0.0, -1.0]), learning_rate=0.1, beta=0.9, nesterov=True)
    for _ in sample.repeat(public=1, hidden=4):
        rate = sample.number(0.02, 0.5)
        n, beta = sample.integer(3, 6), sample.number(0.6, 0.95)
        low = curvatures_with(sample, (n,), 0.1, 0.8, rate)
        yield case("random", curvature=low, learning_rate=rate, beta=beta, nesterov=True)
        high = curvatures_with(sample, (n,), 1.05, 2.0, rate)
        yield case("random, steep", curvature=high, learning_rate=rate, beta=beta, nesterov=True)


@requirement("any shape, memory order and dtype", points=1)
def any_cases(sample):
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    settings = {"learning_rate": 0.1, "beta": 0.9, "nesterov": False}
    yield case("float32", curvature=np.array([1.5, 3.0], dtype="float32"), **settings)
    yield case("whole numbers", curvature=np.array([[4], [9]]), **settings)
    table = curvatures_with(sample, (3, 4), 0.2, 2.0, 0.1)
    yield case("Fortran order", curvature=np.asfortranarray(table), **settings)
    yield case("every second entry of a larger array", curvature=strided(table[:2]), **settings)
    yield case("no entries", curvature=np.zeros((0, 3)), **settings)
    # Nesterov's float32, without numbers: who gets those wrong has lost the points for Nesterov already.
    empty = np.zeros((0, 3), dtype="float32")
    yield case("no entries, float32, Nesterov", curvature=empty, **settings | {"nesterov": True})
    for _ in sample.repeat(public=1, hidden=3):
        curvature = curvatures_with(sample, sample.shape(3, largest=5), 0.2, 2.0, 0.1, "float32")
        yield case("float32, three dimensions", curvature=curvature, **settings)


@wrong(loses=[nesterov_cases])
def nesterov_ignored(curvature, learning_rate, beta, nesterov):
    """`nesterov` has no effect on your result: it is that of momentum."""
    half = (1 + beta - learning_rate * curvature) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


@wrong()
def nesterov_the_wrong_way_round(curvature, learning_rate, beta, nesterov):
    """`nesterov` works the wrong way round: True gives momentum's factor, False gives Nesterov's."""
    gone = learning_rate * curvature
    if not nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


@wrong(loses=[nesterov_cases])
def beta_minus_the_curvature(curvature, learning_rate, beta, nesterov):
    """For Nesterov you subtract learning_rate * curvature from beta. It is beta times (1 - learning_rate *
    curvature)."""
    gone = learning_rate * curvature
    if nesterov:
        beta = beta - gone
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


@wrong(loses=[nesterov_cases])
def beta_changed_in_one_place_only(curvature, learning_rate, beta, nesterov):
    """For Nesterov the smaller beta stands in both coefficients of the equation, in the sum of its two solutions,
    too."""
    gone = learning_rate * curvature
    half = (1 + beta - gone) / 2
    if nesterov:
        beta = beta * (1 - gone)
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


@wrong(keeps=[real])
def root_of_a_negative_number(curvature, learning_rate, beta, nesterov):
    """NaN where theta swings: there the number under the root is negative, and np.sqrt needs a complex number to
    give a complex one."""
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - beta)
    return np.maximum(np.abs(half + root), np.abs(half - root))


@wrong(keeps=[real])
def root_of_the_absolute_value(curvature, learning_rate, beta, nesterov):
    """Where the number under the root is negative you take the root of its absolute value, as if it were positive.
    The root is imaginary there, and the factor is another one."""
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(np.abs(half**2 - beta))
    return np.maximum(np.abs(half + root), np.abs(half - root))


@wrong(keeps=[real])
def imaginary_part_dropped(curvature, learning_rate, beta, nesterov):
    """Where the solutions are complex you use their real part. The absolute value of a complex number has both parts
    in it; np.abs knows how."""
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(np.maximum(half**2 - beta, 0))
    return np.maximum(np.abs(half + root), np.abs(half - root))


@wrong(loses=[real, nesterov_cases])
def root_with_plus_only(curvature, learning_rate, beta, nesterov):
    """You look at one of the two solutions. For large learning rates both are negative, and the other one is the
    larger in absolute value."""
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    return np.abs(half + np.sqrt(half**2 - beta + 0j))


@wrong(loses=[real, nesterov_cases])
def smaller_root(curvature, learning_rate, beta, nesterov):
    """You return the smaller of the two absolute values. In the end it is the larger one that remains."""
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.minimum(np.abs(half + root), np.abs(half - root))


@wrong(loses=[real, nesterov_cases])
def always_the_root_of_beta(curvature, learning_rate, beta, nesterov):
    """The root of the product of both solutions is their absolute value only where they are complex. Where they are
    real, one is larger and one is smaller."""
    if nesterov:
        beta = beta * (1 - learning_rate * curvature)
    return np.sqrt(np.abs(beta + 0 * (learning_rate * curvature)))


@wrong()
def gradient_descent(curvature, learning_rate, beta, nesterov):
    """This is the factor of plain gradient descent: beta has no effect on your result."""
    return np.abs(1 - learning_rate * curvature)


@wrong()
def not_halved(curvature, learning_rate, beta, nesterov):
    """Your numbers are twice too large: in the formula for a quadratic equation everything is divided by 2."""
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    trace = 1 + beta - gone
    root = np.sqrt(trace**2 - 4 * beta + 0j)
    return np.maximum(np.abs(trace + root), np.abs(trace - root))


@wrong()
def two_forms_mixed(curvature, learning_rate, beta, nesterov):
    """You mix two forms of the quadratic formula: where s is already halved, it is s² - β' under the root, without
    the 4."""
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - 4 * beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


@wrong(loses=[any_cases])
def always_float64(curvature, learning_rate, beta, nesterov):
    """The numbers are right, but float32 becomes float64: something in your function fixes the dtype, astype(float)
    for example. (Adding 0j does not.)"""
    gone = learning_rate * curvature.astype(float)
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))

"""centered_rmsprop_step: a step along the gradient divided by its estimated standard deviation, plus epsilon."""

from __future__ import annotations

import numpy as np

from autograder.exercises.cases import case, multistep_case
from autograder.exercises.model import Exercise
from autograder.exercises.rmsprop import away_from_zero, before_a_step, by_hand, random_steps
from autograder.exercises.sampling import Sampler, strided

TEXTBOOK = """\
def centered_rmsprop_step(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s - m**2) + epsilon), m, s
"""

centered_rmsprop_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m", "s"),
    summary="a step along the gradient divided by its estimated standard deviation, plus epsilon",
    pytorch="torch.optim.RMSprop([theta], lr=learning_rate, alpha=beta, eps=epsilon, centered=True)",
    source="https://arxiv.org/abs/1308.0850 (Graves 2013, equations 38 to 40)",
)
requirement, wrong = centered_rmsprop_step.requirement, centered_rmsprop_step.wrong


def before_a_centered_step(sample: Sampler, *shape: int, dtype: str = "float64") -> dict[str, np.ndarray]:
    """Parameters, a gradient, its mean so far, and a mean square well above the square of the mean."""
    found = before_a_step(sample, *shape)
    m = away_from_zero(sample, *shape) / 2
    arrays = {"theta": found["theta"], "gradient": found["gradient"], "m": m, "s": m**2 + found["s"]}
    return {name: array.astype(dtype) for name, array in arrays.items()}


@centered_rmsprop_step.pytorch_reference
def reference(theta, gradient, m, s, learning_rate, beta, epsilon):
    """One step of PyTorch's centered RMSprop whose moving averages are m and s."""
    import torch

    parameter = torch.nn.Parameter(theta)
    optimizer = torch.optim.RMSprop([parameter], lr=learning_rate, alpha=beta, eps=epsilon, centered=True)
    optimizer.state[parameter] = {"step": torch.zeros(()), "square_avg": s, "grad_avg": m}
    parameter.grad = gradient
    optimizer.step()
    return parameter, optimizer.state[parameter]["grad_avg"], optimizer.state[parameter]["square_avg"]


@requirement("one step", points=2)
def centered_values(sample):
    """Single steps with beta = 0.9, also the first and one with a zero gradient."""
    settings = {"learning_rate": 0.1, "beta": 0.9, "epsilon": 0.0}
    one = {"theta": np.array([1.0]), "gradient": np.array([10.0]), "m": np.zeros(1), "s": np.zeros(1)}
    yield case("10 after averages of 0", **one, **settings)
    flat = {"theta": np.array([1.0, -2.0]), "gradient": np.array([0.0, 1.5])}
    yield case("a gradient of 0", **flat, m=np.array([1.0, -0.5]), s=np.array([4.0, 2.0]), **settings)
    for _ in sample.repeat(public=2, hidden=6):
        random = before_a_centered_step(sample, *sample.shape())
        yield case("random", **random, learning_rate=sample.number(0.05, 1.0), beta=0.9, epsilon=0.0)


@requirement("epsilon", points=1)
def centered_epsilon(sample):
    """Epsilon as large as the gradients; nothing to divide by."""
    one = {"theta": np.array([1.0]), "gradient": np.array([20.0]), "m": np.zeros(1), "s": np.zeros(1)}
    yield case("epsilon = 2", **one, learning_rate=0.1, beta=0.9, epsilon=2.0)
    zero = {"theta": np.array([1.0, 2.0]), "gradient": np.array([0.0, 1.0]), "m": np.zeros(2), "s": np.zeros(2)}
    yield case("0 / (0 + epsilon)", **zero, learning_rate=0.1, beta=0.9, epsilon=1e-8)
    for _ in sample.repeat(public=2, hidden=5):
        size, tiny = sample.choice([1e-6, 1e-7]), before_a_centered_step(sample, *sample.shape())
        tiny |= {"gradient": tiny["gradient"] * size, "m": tiny["m"] * size, "s": tiny["s"] * size**2}
        epsilon = sample.choice([1e-6, 1e-7])
        yield case(f"gradients of about {size:g}", **tiny, learning_rate=0.1, beta=0.9, epsilon=epsilon)


@requirement("many steps", points=1)
def centered_many(sample):
    """Both averages go from step to step; several beta."""
    yield multistep_case("3 steps of one number", **by_hand(("m", "s")), learning_rate=0.1, beta=0.9, epsilon=0.0)
    for _ in sample.repeat(public=2, hidden=4):
        count, beta = sample.integer(10, 20), sample.choice([0.8, 0.95, 0.99])
        steps = random_steps(sample, count, sample.shape(), ("m", "s"))
        yield multistep_case(f"{count} steps", **steps, learning_rate=0.1, beta=beta, epsilon=0.0)


@requirement("any shape, memory order and dtype", points=1)
def centered_any(sample):
    """The contract."""
    settings = {"learning_rate": 0.1, "beta": 0.9, "epsilon": 0.0}
    small = {"theta": np.array([1.0, -2.0]), "gradient": np.array([3.0, 0.5])}
    small |= {"m": np.array([1.0, -0.5]), "s": np.array([4.0, 1.25])}
    yield case("float32", **{name: array.astype("float32") for name, array in small.items()}, **settings)
    whole = {"theta": np.array([[1], [5]]), "gradient": np.array([[2], [-3]])}
    yield case("whole numbers", **whole, m=np.array([[1.0], [-2.0]]), s=np.array([[4.0], [9.0]]), **settings)
    fortran = {name: np.asfortranarray(array) for name, array in before_a_centered_step(sample, 3, 4).items()}
    yield case("Fortran order", **fortran, **settings)
    every_second = {name: strided(array) for name, array in before_a_centered_step(sample, 2, 5).items()}
    yield case("every second entry of a larger array", **every_second, **settings)
    yield case("no parameters", **{name: np.zeros((0, 3)) for name in small}, **settings)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape(4, largest=5)
        yield case("float32, four dimensions", **before_a_centered_step(sample, *shape, dtype="float32"), **settings)


@wrong({"- m**2": ""})
def not_centered():
    """You update m but do not use it: this is RMSProp without centering. The variance is s minus the square of m."""


@wrong({"sqrt(": "sqrt(np.abs(", "m**2": "m)"})
def mean_not_squared():
    """You subtract m from s. One is a gradient, the other the square of one: square m first."""


@wrong()
def mean_of_before(theta, gradient, m, s, learning_rate, beta, epsilon):
    """You subtract the square of the m that you were given. Update both averages first, then divide."""
    s = beta * s + (1 - beta) * gradient**2
    new_theta = theta - learning_rate * gradient / (np.sqrt(np.abs(s - m**2)) + epsilon)
    return new_theta, beta * m + (1 - beta) * gradient, s


@wrong({"- m**2": ") - np.abs(m"})
def difference_of_the_roots():
    """The root of a difference is not the difference of the roots. Subtract m squared from s, then take the root."""


@wrong({"learning_rate * gradient": "learning_rate * (gradient - m)"})
def gradient_centered_too():
    """You subtract the mean from the gradient as well. Then nothing of a constant slope is left to follow. Only what
    you divide by is centered."""


@wrong({"learning_rate * gradient": "learning_rate * m"})
def along_the_mean():
    """You step along m. Here the step follows the gradient itself; m only helps to find what to divide by. (To
    follow m is what Adam does.)"""


@wrong({"gradient**2": "gradient**2 - m**2", "s - m**2": "np.abs(s)"})
def variance_kept_as_s():
    """The s that you return has lost the square of m. It stays the mean square; the difference is only for the
    division."""


@wrong({"/ (": "/", "2)": "2"}, loses=[centered_epsilon])
def epsilon_inside_the_root():
    """Epsilon stands inside your root, as in Graves's paper and in Keras. PyTorch adds it after the root."""


@wrong({"s + (1 - beta) * gradient": "s + (1 - beta) * (gradient - m)", "- m**2": ""})
def average_of_squared_deviations():
    """You average the squares of gradient minus m. Here s averages the squares of the gradient, and the square of m
    is subtracted only under the root."""


@wrong(
    {"m = beta * m + (1 - beta)": "m = 0.9 * m + 0.1", "s = beta * s + (1 - beta)": "s = 0.9 * s + 0.1"},
    loses=[centered_many],
)
def beta_fixed():
    """`beta` has no effect on your result: it is that of beta = 0.9."""


@wrong({"), m, s": "), s, m"})
def state_in_the_wrong_order():
    """The numbers are right but in another order: return theta, then m, then s."""

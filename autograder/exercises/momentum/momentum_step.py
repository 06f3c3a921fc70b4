"""momentum_step: one step of momentum optimization, the learning rate inside the velocity."""

import numpy as np

from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.optimizer_states import arrays, normals, sgd_step

TEXTBOOK = """\
def momentum_step(theta, gradient, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient
    return theta + m, m
"""
momentum_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m"),
    takes="theta, gradient, m: (*); learning_rate, beta: number",
    pytorch="torch.optim.SGD([theta], lr=learning_rate, momentum=beta), one step() with the buffer -m / learning_rate",
    source="https://doi.org/10.1016/0041-5553(64)90137-5 (Polyak, 1964)",
    handed_out=True,
)
requirement, wrong = momentum_step.requirement, momentum_step.wrong


@momentum_step.pytorch_reference
def reference(theta, gradient, m, learning_rate, beta):
    """One step of torch.optim.SGD with momentum; its buffer is -m / learning_rate, with the rate of this step."""
    moved, buffer = sgd_step(theta, gradient, -m / learning_rate, lr=learning_rate, momentum=beta)
    if beta == 0:  # PyTorch does not touch its buffer then: every step is a step of gradient descent
        buffer = gradient
    return moved, -learning_rate * buffer


def from_rest(sample, steps):
    """Random parameters, their gradients step by step, and no velocity yet."""
    size = sample.integer(2, 6)
    return {"theta": sample.normal(size), "gradient": per_step(sample.normal(steps, size)), "m": np.zeros(size)}


@requirement("one step", points=2)
def one_step(sample):
    """From rest, with a velocity, with a velocity alone; nothing kept (beta = 0), everything (beta = 1)."""
    moving = arrays(theta=[1.0], gradient=[2.0], m=[0.5])
    yield case("with a velocity", **moving, learning_rate=0.1, beta=0.9)
    yield case("from rest", **arrays(theta=[1.0], gradient=[2.0], m=[0.0]), learning_rate=0.1, beta=0.9)
    coasting = arrays(theta=[1.0], gradient=[0.0], m=[-2.0])
    yield case("no gradient, only velocity", **coasting, learning_rate=0.1, beta=0.5)
    yield case("beta = 0", **moving, learning_rate=0.1, beta=0.0)
    yield case("beta = 1", **moving, learning_rate=0.1, beta=1.0)
    yield case("a steep slope", **arrays(theta=[1.0], gradient=[250.0], m=[-30.0]), learning_rate=1.5, beta=0.9)
    for _ in sample.repeat(public=2, hidden=6):
        state = normals(sample, sample.shape(), "theta", "gradient", "m")
        yield case("random", **state, learning_rate=sample.number(0.05, 0.5), beta=sample.number(0.3, 0.99))


@requirement("over many steps", points=2)
def many_steps(sample):
    gradients = per_step(np.array([[2.0], [2.0], [-1.0]]))
    start = {"theta": np.array([1.0]), "gradient": gradients, "m": np.zeros(1)}
    yield multistep_case("3 steps", **start, learning_rate=0.1, beta=0.9)
    for _ in sample.repeat(public=1, hidden=3):
        settings = {"learning_rate": sample.number(0.05, 0.3), "beta": sample.number(0.5, 0.95)}
        yield multistep_case("30 steps, random", **from_rest(sample, 30), **settings)


@requirement("a learning rate that changes", points=1)
def changing_rates(sample):
    start = {"theta": np.array([1.0]), "gradient": per_step(np.full((3, 1), 2.0)), "m": np.zeros(1)}
    rates = per_step([0.5, 0.5, 0.05])
    yield multistep_case("a learning rate that drops", **start, learning_rate=rates, beta=0.5)
    for _ in sample.repeat(public=1, hidden=3):
        rates = per_step([0.3 * 0.8**t for t in range(15)])
        yield multistep_case("15 steps, falling learning rate", **from_rest(sample, 15), learning_rate=rates, beta=0.9)


@momentum_step.contract()
def contract(sample, shape):
    return {**normals(sample, shape, "theta", "gradient", "m"), "learning_rate": 0.1, "beta": 0.9}


@wrong({"- learning_rate": "- (1 - beta) * learning_rate"})
def moving_average():
    """Your gradient is weighted with 1 - beta, as in a moving average. In this form it enters the velocity with the
    learning rate alone."""


@wrong({"beta * m - learning_rate": "-learning_rate"})
def memory_lost():
    """The velocity `m` that you are given has no effect: this is plain gradient descent."""


@wrong({"beta * m": "m"})
def nothing_forgotten():
    """`beta` has no effect on your result: the whole velocity is kept, as if there were no friction."""


@wrong({"theta + m, m": "m, theta + m"})
def velocity_returned_first():
    """Your outputs are in the wrong order: theta comes first."""


@wrong({"- learning_rate": "+ learning_rate"})
def gradient_added_to_the_velocity():
    """The gradient drives your theta uphill. A velocity that is added to theta must contain the gradient with a
    minus."""


@wrong({"- learning_rate": "+ learning_rate", "theta + m": "theta - m"})
def other_sign_convention():
    """This is the convention of other books: m holds plus the gradient, and is subtracted from theta. Here m is the
    step itself: it contains the minus and is added."""


@wrong({"m = beta": "old, m = m, beta", "theta + m": "theta + old"})
def old_velocity():
    """Your theta moves with the velocity from before this step. Update m first, then move theta by the new m."""


@wrong({"theta + m": "theta + learning_rate * m"})
def learning_rate_twice():
    """The learning rate counts twice in your theta: it is in m already."""


@wrong({"learning_rate * gradient": "gradient", "theta + m": "theta + learning_rate * m"})
def learning_rate_outside():
    """You keep the learning rate out of the velocity, as PyTorch does (exercise 5). Here it belongs inside: m is the
    step itself."""


@wrong({"theta + m": "theta + beta * m - learning_rate * gradient"})
def nesterov():
    """This is the step of Nesterov's variant (the next notebook). Plain momentum moves theta by the new m and by
    nothing else."""


@wrong({"= beta * m -": "*= beta\n    m -="}, loses=[contract])
def writes_into_the_velocity():
    """The array `m` that you were given has been changed: something writes into it in place. Make a new one."""


@wrong({"m = beta": "learning_rate, beta = np.array([learning_rate, beta])\n    m = beta"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"return theta + m": "theta += m\n    return theta"}, loses=[contract])
def theta_itself_is_changed():
    """The array `theta` that you were given has been changed: something writes into it in place. Make a new one. (A
    second name for an array is no copy of it.)"""


@wrong({"m = beta * m - learning_rate * gradient": "m = beta * m + gradient", "+ m": "- learning_rate * m"})
def the_velocity_is_that_of_pytorch():
    """Your m is PyTorch's buffer, a sum of gradients, and the learning rate comes in when theta moves. Here m is the
    step itself: it contains the learning rate and the minus."""

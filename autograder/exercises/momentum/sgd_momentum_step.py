"""sgd_momentum_step: one step of PyTorch's SGD with momentum, the learning rate outside of the buffer."""

import numpy as np

from autograder.exercises.array_forms import as_float32, changed
from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.optimizer_states import arrays, normals, sgd_step

TEXTBOOK = """\
def sgd_momentum_step(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    buffer = gradient if buffer is None else momentum * buffer + (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer
"""
sgd_momentum_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "buffer"),
    takes="theta, gradient: (*); buffer: (*) or None; learning_rate, momentum, dampening: number",
    pytorch="torch.optim.SGD([theta], lr=learning_rate, momentum=momentum, dampening=dampening), one step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
)
requirement, wrong = sgd_momentum_step.requirement, sgd_momentum_step.wrong


@sgd_momentum_step.pytorch_reference
def reference(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    return sgd_step(theta, gradient, buffer, lr=learning_rate, momentum=momentum, dampening=dampening)


STATE = ("theta", "gradient", "buffer")


@requirement("a step with a buffer", points=2)
def with_a_buffer(sample):
    """Without dampening. Two entries: `if buffer` works with one."""
    settings = {"learning_rate": 0.1, "momentum": 0.9}
    yield case("two entries", **arrays(theta=[1.0, 1.0], gradient=[2.0, 0.0], buffer=[0.5, -1.0]), **settings)
    yield case("no gradient", **arrays(theta=[1.0, 1.0], gradient=[0.0, 0.0], buffer=[0.5, -1.0]), **settings)
    steep = arrays(theta=[1.0, 1.0], gradient=[250.0, 0.0], buffer=[0.5, -1.0])
    yield case("a steep slope", **steep, learning_rate=1.5, momentum=0.9)
    for _ in sample.repeat(public=2, hidden=6):
        settings = {"learning_rate": sample.number(0.05, 0.5), "momentum": sample.number(0.3, 0.99)}
        yield case("random", **normals(sample, sample.shape(), *STATE), **settings)


@requirement("the first step", points=2)
def first_step(sample):
    """The dampening has no effect on it."""
    start = arrays(theta=[1.0], gradient=[2.0])
    yield case("the first step", **start, buffer=None, learning_rate=0.1, momentum=0.9, dampening=0.5)
    for _ in sample.repeat(public=1, hidden=4):
        start = normals(sample, sample.shape(), "theta", "gradient")
        settings = {"learning_rate": sample.number(0.05, 0.5), "momentum": 0.9, "dampening": sample.number(0.2, 0.9)}
        yield case("random, the first step", **start, buffer=None, **settings)


@requirement("dampening", points=1)
def dampening(sample):
    """A buffer of zeros is a buffer."""
    settings = {"learning_rate": 0.1, "momentum": 0.9, "dampening": 0.25}
    yield case("dampening = 0.25", **arrays(theta=[1.0], gradient=[2.0], buffer=[0.5]), **settings)
    yield case("a buffer of zeros", **arrays(theta=[1.0], gradient=[2.0], buffer=[0.0]), **settings)
    for _ in sample.repeat(public=1, hidden=4):
        settings = {"learning_rate": sample.number(0.05, 0.5), "momentum": 0.8, "dampening": sample.number(0.3, 0.9)}
        yield case("random, dampened", **normals(sample, sample.shape(), *STATE), **settings)


@requirement("over many steps, with a learning rate that changes", points=1)
def many_steps(sample):
    start = {"theta": np.array([1.0]), "gradient": per_step(np.full((3, 1), 2.0)), "buffer": None}
    rates = per_step([0.5, 0.5, 0.05])
    yield multistep_case("3 steps, a learning rate that drops", **start, learning_rate=rates, momentum=0.5)
    for _ in sample.repeat(public=1, hidden=3):
        size, rates = sample.integer(2, 6), per_step([0.3 * 0.85**t for t in range(20)])
        start = {"theta": sample.normal(size), "gradient": per_step(sample.normal(20, size)), "buffer": None}
        yield multistep_case("20 steps, falling learning rate", **start, learning_rate=rates, momentum=0.9)


def first_step_in_float32(sample):
    start = changed(normals(sample, (2,), "theta", "gradient"), as_float32)
    yield case("float32, the first step", **start, buffer=None, learning_rate=0.1, momentum=0.9)


@sgd_momentum_step.contract(more=first_step_in_float32)
def contract(sample, shape):
    return {**normals(sample, shape, *STATE), "learning_rate": 0.1, "momentum": 0.9}


@wrong({"buffer =": "gradient = learning_rate * gradient\n    buffer =", "learning_rate * buffer": "buffer"})
def learning_rate_inside():
    """The learning rate is inside your buffer, as in the textbook's form (exercise 3). PyTorch's buffer holds
    gradients alone; the learning rate comes in when theta moves."""


@wrong({"gradient if buffer is None else": "0.0 if buffer is None else buffer\n    buffer ="}, loses=[first_step])
def first_step_dampened():
    """You start from a buffer of zeros. PyTorch's first buffer is the gradient itself, not dampened."""


@wrong({"(1 - dampening) * gradient": "gradient"}, loses=[dampening])
def dampening_ignored():
    """`dampening` has no effect on your result. From the second step on, the gradient is multiplied by 1 -
    dampening."""


@wrong({"(1 - dampening)": "dampening"}, keeps=[first_step])
def dampening_instead_of_the_rest():
    """You multiply the gradient by `dampening`, so that a dampening of 0 removes it. How much is left of something
    that is dampened by 0?"""


@wrong({"momentum * buffer +": "(1 - dampening) * momentum * buffer +"}, loses=[dampening])
def buffer_dampened_too():
    """You dampen the old buffer as well. Only the new gradient is multiplied by 1 - dampening."""


@wrong({"(1 - dampening)": "(1 - momentum)"}, keeps=[first_step])
def moving_average():
    """Your gradient is weighted with 1 - momentum, as in a moving average. PyTorch's weight is 1 - dampening, which
    is 1 unless one asks for something else."""


@wrong({"buffer is None": "buffer is None or not np.any(buffer)"}, loses=[dampening])
def zeros_taken_for_the_first_step():
    """You take a buffer of zeros for the first step. It is one that happens to be zero; the first step is the one
    where `buffer is None`."""


@wrong(
    {
        "buffer = gradient": "old = 0 * gradient if buffer is None else buffer\n    buffer = gradient",
        "learning_rate * buffer": "learning_rate * old",
    }
)
def old_buffer():
    """Your theta moves with the buffer from before this step. Update the buffer first."""


@wrong({"learning_rate * buffer, buffer": "learning_rate * (gradient + momentum * buffer), 1.0 * buffer"})
def nesterov():
    """This is PyTorch's step with nesterov=True: the gradient counts once more beside the buffer. Without it, theta
    follows the buffer alone."""


@wrong(loses=[contract])
def writes_into_the_buffer(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    """The array `buffer` that you were given has been changed. PyTorch itself works in place like this; here, make a
    new array, which may hold fractions where the old one holds whole numbers."""
    if buffer is None:
        buffer = gradient.copy()
    else:
        buffer *= momentum
        buffer += (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer


@wrong(
    {"return theta - learning_rate * buffer": "theta -= learning_rate * buffer\n    return theta"},
    loses=[contract],
)
def theta_itself_is_changed():
    """The array `theta` that you were given has been changed: something writes into it in place. Make a new one. (A
    second name for an array is no copy of it.)"""


@wrong(
    {
        "gradient if": "-learning_rate * gradient if",
        "+ (1 - dampening) * gradient": "- (1 - dampening) * learning_rate * gradient",
        "theta - learning_rate * buffer": "theta + buffer",
    }
)
def the_buffer_is_the_velocity_of_the_textbook():
    """Your buffer is the velocity of the textbook's form: it contains the learning rate and the minus. PyTorch's buffer
    holds gradients alone; the learning rate comes in when theta moves."""

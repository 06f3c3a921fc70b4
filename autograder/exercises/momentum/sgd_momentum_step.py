"""sgd_momentum_step: one step of PyTorch's SGD with momentum, the learning rate outside of the buffer."""

import numpy as np

from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.momentum import sgd
from autograder.exercises.optimizer_states import of_any_form

TEXTBOOK = """\
def sgd_momentum_step(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    buffer = gradient if buffer is None else momentum * buffer + (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer
"""

sgd_momentum_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "buffer"),
    summary="one step of PyTorch's SGD with momentum, the learning rate outside of the buffer",
    pytorch="torch.optim.SGD([theta], lr=learning_rate, momentum=momentum, dampening=dampening), one step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
)
requirement, wrong = sgd_momentum_step.requirement, sgd_momentum_step.wrong


@sgd_momentum_step.pytorch_reference
def reference(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    """One step of torch.optim.SGD with momentum."""
    return sgd(theta, gradient, buffer, lr=learning_rate, momentum=momentum, dampening=dampening)


@requirement("a step with a buffer", points=2)
def values(sample):
    """A step with a buffer, without dampening. Two entries: `if buffer` works with one."""
    theta, gradient, buffer = np.array([1.0, 1.0]), np.array([2.0, 0.0]), np.array([0.5, -1.0])
    yield case("two entries", theta=theta, gradient=gradient, buffer=buffer, learning_rate=0.1, momentum=0.9)
    yield case("no gradient", theta=theta, gradient=0 * theta, buffer=buffer, learning_rate=0.1, momentum=0.9)
    yield case("a steep slope", theta=theta, gradient=125 * gradient, buffer=buffer, learning_rate=1.5, momentum=0.9)
    for _ in sample.repeat(public=2, hidden=6):
        shape = sample.shape()
        theta, gradient, buffer = sample.normal(*shape), sample.normal(*shape, scale=3.0), sample.normal(*shape)
        settings = {"learning_rate": sample.number(0.05, 0.5), "momentum": sample.number(0.3, 0.99)}
        yield case("random", theta=theta, gradient=gradient, buffer=buffer, **settings)


@requirement("the first step", points=1)
def first(sample):
    """No buffer yet; the dampening has no effect on this step."""
    start = {"theta": np.array([1.0]), "gradient": np.array([2.0]), "buffer": None}
    yield case("the first step", **start, learning_rate=0.1, momentum=0.9, dampening=0.5)
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        start = {"theta": sample.normal(*shape), "gradient": sample.normal(*shape), "buffer": None}
        settings = {"learning_rate": sample.number(0.05, 0.5), "momentum": 0.9, "dampening": sample.number(0.2, 0.9)}
        yield case("random, the first step", **start, **settings)


@requirement("dampening", points=1)
def dampening_cases(sample):
    """A buffer, and dampening. A buffer of zeros is a buffer."""
    state = {"theta": np.array([1.0]), "gradient": np.array([2.0]), "buffer": np.array([0.5])}
    yield case("dampening = 0.25", **state, learning_rate=0.1, momentum=0.9, dampening=0.25)
    state["buffer"] = np.zeros(1)
    yield case("a buffer of zeros", **state, learning_rate=0.1, momentum=0.9, dampening=0.25)
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        state = {"theta": sample.normal(*shape), "gradient": sample.normal(*shape), "buffer": sample.normal(*shape)}
        settings = {"learning_rate": sample.number(0.05, 0.5), "momentum": 0.8, "dampening": sample.number(0.3, 0.9)}
        yield case("random, dampened", **state, **settings)


@requirement("over many steps, with a learning rate that changes", points=1)
def many(sample):
    """From the first step on, without dampening; the learning rate drops on the way."""
    yield multistep_case(
        "3 steps, a learning rate that drops",
        theta=np.array([1.0]),
        gradient=per_step([np.array([2.0])] * 3),
        buffer=None,
        learning_rate=per_step([0.5, 0.5, 0.05]),
        momentum=0.5,
    )
    for _ in sample.repeat(public=1, hidden=3):
        size, length = sample.integer(2, 6), 20
        yield multistep_case(
            "20 steps, falling learning rate",
            theta=sample.normal(size),
            gradient=per_step([sample.normal(size) for _ in range(length)]),
            buffer=None,
            learning_rate=per_step([0.3 * 0.85**t for t in range(length)]),
            momentum=0.9,
        )


@requirement("any shape, memory order and dtype", points=1)
def any_cases(sample):
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    theta, gradient = (np.array(values, dtype="float32") for values in ([1.5, -2.0], [2.5, 1.0]))
    start = {"theta": theta, "gradient": gradient, "buffer": None}
    yield case("float32, the first step", **start, learning_rate=0.1, momentum=0.9)
    for name, (theta, gradient, buffer) in of_any_form(sample, 3):
        yield case(name, theta=theta, gradient=gradient, buffer=buffer, learning_rate=0.1, momentum=0.9)


@wrong()
def learning_rate_inside(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    """The learning rate is inside your buffer, as in the textbook's form (exercise 3). PyTorch's buffer holds
    gradients alone; the learning rate comes in when theta moves."""
    if buffer is None:
        buffer = learning_rate * gradient
    else:
        buffer = momentum * buffer + (1 - dampening) * learning_rate * gradient
    return theta - buffer, buffer


@wrong(loses=[first])
def first_step_dampened(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    """You start from a buffer of zeros. PyTorch's first buffer is the gradient itself, not dampened."""
    if buffer is None:
        buffer = np.zeros_like(gradient)
    buffer = momentum * buffer + (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer


@wrong({"(1 - dampening) *": ""}, loses=[dampening_cases])
def dampening_ignored():
    """`dampening` has no effect on your result. From the second step on, the gradient is multiplied by 1 -
    dampening."""


@wrong({"(1 - dampening)": "dampening"}, keeps=[first])
def dampening_instead_of_the_rest():
    """You multiply the gradient by `dampening`, so that a dampening of 0 removes it. How much is left of something
    that is dampened by 0?"""


@wrong({"momentum * buffer +": "", "* gradient": "* (momentum * buffer + gradient)"}, loses=[dampening_cases])
def buffer_dampened_too():
    """You dampen the old buffer as well. Only the new gradient is multiplied by 1 - dampening."""


@wrong({"- dampening": "- momentum"}, keeps=[first])
def moving_average():
    """Your gradient is weighted with 1 - momentum, as in a moving average. PyTorch's weight is 1 - dampening, which
    is 1 unless one asks for something else."""


@wrong(loses=[dampening_cases])
def zeros_taken_for_the_first_step(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    """You take a buffer of zeros for the first step. It is one that happens to be zero; the first step is the one
    where `buffer is None`."""
    first = buffer is None or not np.any(buffer)
    buffer = gradient if first else momentum * buffer + (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer


@wrong(
    {
        "buffer =": "old = 0 * gradient if buffer is None else buffer\n    buffer =",
        "learning_rate * buffer": "learning_rate * old",
    }
)
def old_buffer():
    """Your theta moves with the buffer from before this step. Update the buffer first."""


@wrong({"* buffer,": "* (gradient + momentum * buffer), 1.0 *"})
def nesterov():
    """This is PyTorch's step with nesterov=True: the gradient counts once more beside the buffer. Without it, theta
    follows the buffer alone."""


@wrong(loses=[any_cases, PURITY])
def writes_into_the_buffer(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    """The array `buffer` that you were given has been changed. PyTorch itself works in place like this; here, make a
    new array, which may hold fractions where the old one holds whole numbers."""
    if buffer is None:
        buffer = gradient.copy()
    else:
        buffer *= momentum
        buffer += (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer

"""momentum_step: one step of momentum optimization, the learning rate inside the velocity."""

import numpy as np

from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.momentum import sgd
from autograder.exercises.optimizer_states import of_any_form

TEXTBOOK = """\
def momentum_step(theta, gradient, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient
    return theta + m, m
"""

momentum_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m"),
    summary="one step of momentum optimization, the learning rate inside the velocity",
    pytorch="torch.optim.SGD([theta], lr=learning_rate, momentum=beta), one step() with the buffer -m / learning_rate",
    source="https://doi.org/10.1016/0041-5553(64)90137-5 (Polyak, 1964)",
)
requirement, wrong = momentum_step.requirement, momentum_step.wrong


@momentum_step.pytorch_reference
def reference(theta, gradient, m, learning_rate, beta):
    """One step of torch.optim.SGD with momentum; its buffer is -m / learning_rate, with the rate of this step."""
    moved, buffer = sgd(theta, gradient, -m / learning_rate, lr=learning_rate, momentum=beta)
    if beta == 0:  # PyTorch does not touch its buffer then: every step is a step of gradient descent
        buffer = gradient
    return moved, -learning_rate * buffer


@requirement("one step", points=2)
def values(sample):
    """From rest, with a velocity, with a velocity alone; nothing kept (beta = 0), everything (beta = 1)."""
    one, two = np.array([1.0]), np.array([2.0])
    yield case("with a velocity", theta=one, gradient=two, m=np.array([0.5]), learning_rate=0.1, beta=0.9)
    yield case("from rest", theta=one, gradient=two, m=np.zeros(1), learning_rate=0.1, beta=0.9)
    yield case("no gradient, only velocity", theta=one, gradient=np.zeros(1), m=-two, learning_rate=0.1, beta=0.5)
    for beta in (0.0, 1.0):
        yield case(f"beta = {beta:g}", theta=one, gradient=two, m=np.array([0.5]), learning_rate=0.1, beta=beta)
    yield case("a steep slope", theta=one, gradient=250 * one, m=-30 * one, learning_rate=1.5, beta=0.9)
    for _ in sample.repeat(public=2, hidden=6):
        shape = sample.shape()
        theta, gradient, m = sample.normal(*shape), sample.normal(*shape, scale=3.0), sample.normal(*shape)
        rate, beta = sample.number(0.05, 0.5), sample.number(0.3, 0.99)
        yield case("random", theta=theta, gradient=gradient, m=m, learning_rate=rate, beta=beta)


@requirement("over many steps", points=1)
def many(sample):
    """Many steps with one learning rate, from rest."""
    gradients = [np.array([2.0]), np.array([2.0]), np.array([-1.0])]
    settings = {"learning_rate": 0.1, "beta": 0.9}
    yield multistep_case("3 steps", theta=np.array([1.0]), gradient=per_step(gradients), m=np.zeros(1), **settings)
    for _ in sample.repeat(public=1, hidden=3):
        size, settings = (
            sample.integer(2, 6),
            {"learning_rate": sample.number(0.05, 0.3), "beta": sample.number(0.5, 0.95)},
        )
        gradients = [sample.normal(size) for _ in range(30)]
        yield multistep_case(
            "30 steps, random", theta=sample.normal(size), gradient=per_step(gradients), m=np.zeros(size), **settings
        )


@requirement("a learning rate that changes", points=1)
def rates(sample):
    """A learning rate that changes between the steps."""
    yield multistep_case(
        "a learning rate that drops",
        theta=np.array([1.0]),
        gradient=per_step([np.array([2.0])] * 3),
        m=np.zeros(1),
        learning_rate=per_step([0.5, 0.5, 0.05]),
        beta=0.5,
    )
    for _ in sample.repeat(public=1, hidden=3):
        size, length = sample.integer(2, 6), 15
        yield multistep_case(
            "15 steps, falling learning rate",
            theta=sample.normal(size),
            gradient=per_step([sample.normal(size) for _ in range(length)]),
            m=np.zeros(size),
            learning_rate=per_step([0.3 * 0.8**t for t in range(length)]),
            beta=0.9,
        )


@requirement("any shape, memory order and dtype", points=1)
def any_cases(sample):
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    for name, (theta, gradient, m) in of_any_form(sample, 3):
        yield case(name, theta=theta, gradient=gradient, m=m, learning_rate=0.1, beta=0.9)


@wrong({"-": "- (1 - beta) *"})
def moving_average():
    """Your gradient is weighted with 1 - beta, as in a moving average. In this form it enters the velocity with the
    learning rate alone."""


@wrong({"beta * m": "", "* gradient": "* gradient + 0 * m"})
def memory_lost():
    """The velocity `m` that you are given has no effect: this is plain gradient descent."""


@wrong({"beta *": ""})
def nothing_forgotten():
    """`beta` has no effect on your result: the whole velocity is kept, as if there were no friction."""


@wrong({"return": "return m,", "m, m": "m"})
def velocity_returned_first():
    """Both arrays are right, in the wrong order: theta comes first."""


@wrong({"-": "+"})
def gradient_added_to_the_velocity():
    """The gradient drives your theta uphill. A velocity that is added to theta must contain the gradient with a
    minus."""


@wrong()
def other_sign_convention(theta, gradient, m, learning_rate, beta):
    """This is the convention of other books: m holds plus the gradient, and is subtracted from theta. Here m is the
    step itself: it contains the minus and is added."""
    m = beta * m + learning_rate * gradient
    return theta - m, m


@wrong()
def old_velocity(theta, gradient, m, learning_rate, beta):
    """Your theta moves with the velocity from before this step. Update m first, then move theta by the new m."""
    return theta + m, beta * m - learning_rate * gradient


@wrong({"+": "+ learning_rate *"})
def learning_rate_twice():
    """The learning rate counts twice in your theta: it is in m already."""


@wrong({"learning_rate *": "", "+": "+ learning_rate *"})
def learning_rate_outside():
    """You keep the learning rate out of the velocity, as PyTorch does (exercise 5). Here it belongs inside: m is the
    step itself."""


@wrong({"+ m": "+ beta * m - learning_rate * gradient"})
def nesterov():
    """This is the step of Nesterov's variant (the next notebook). Plain momentum moves theta by the new m and by
    nothing else."""


@wrong({"= beta * m -": "*= beta\n    m -="}, loses=[any_cases, PURITY])
def writes_into_the_velocity():
    """The array `m` that you were given has been changed: `m *= ...` works in place, and cannot store a fraction in
    an array of whole numbers. `m = beta * m ...` makes a new array."""


@wrong({"m =": "learning_rate, beta = np.array([learning_rate, beta])\n    m ="}, loses=[any_cases])
def always_float64():
    """The numbers are right, but float32 becomes float64: the settings have become NumPy numbers, which take the
    arrays with them. Use them as the plain numbers that they are."""

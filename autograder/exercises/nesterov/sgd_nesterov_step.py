"""sgd_nesterov_step: one step of PyTorch's SGD with Nesterov momentum, which needs the gradient at theta only."""

import numpy as np

from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.nesterov import sgd
from autograder.exercises.optimizer_states import of_any_form

TEXTBOOK = """\
def sgd_nesterov_step(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + gradient
    return theta - learning_rate * (gradient + momentum * buffer), buffer
"""

sgd_nesterov_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "buffer"),
    summary="one step of PyTorch's SGD with Nesterov momentum, which needs the gradient at theta only",
    pytorch="torch.optim.SGD([theta], lr=learning_rate, momentum=momentum, nesterov=True), one step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
    computation="reduction",
)
requirement, wrong = sgd_nesterov_step.requirement, sgd_nesterov_step.wrong


@sgd_nesterov_step.pytorch_reference
def reference(theta, gradient, buffer, learning_rate, momentum):
    """One step of torch.optim.SGD(nesterov=True)."""
    return sgd(theta, gradient, buffer, learning_rate, momentum)


@requirement("the first step", points=1)
def first(sample):
    """A buffer of zeros."""
    start = {"theta": np.array([1.0]), "gradient": np.array([2.0]), "buffer": np.zeros(1)}
    yield case("one entry", **start, learning_rate=0.1, momentum=0.9)
    for _ in sample.repeat(public=2, hidden=4):
        shape = sample.shape()
        start = {"theta": sample.normal(*shape), "gradient": sample.normal(*shape), "buffer": np.zeros(shape)}
        settings = {"learning_rate": sample.number(0.05, 0.5), "momentum": sample.number(0.3, 0.99)}
        yield case("random, the first step", **start, **settings)


@requirement("a step with a buffer", points=2)
def moving(sample):
    """A buffer that is not zero."""
    state = {"theta": np.array([1.0]), "gradient": np.array([2.0]), "buffer": np.array([4.0])}
    yield case("one entry", **state, learning_rate=0.1, momentum=0.5)
    for _ in sample.repeat(public=2, hidden=6):
        shape = sample.shape()
        state = {"theta": sample.normal(*shape), "gradient": sample.normal(*shape, scale=3.0)}
        settings = {"learning_rate": sample.number(0.05, 0.5), "momentum": sample.number(0.3, 0.99)}
        yield case("random", **state, buffer=sample.normal(*shape), **settings)


@requirement("no gradient, and still it moves", points=1)
def coasting(sample):
    """A gradient of zero: theta moves on all the same."""
    state = {"theta": np.array([1.0]), "gradient": np.zeros(1), "buffer": np.array([4.0])}
    yield case("one entry, no gradient", **state, learning_rate=0.1, momentum=0.5)
    for _ in sample.repeat(public=1, hidden=3):
        shape = sample.shape()
        state = {"theta": sample.normal(*shape), "gradient": np.zeros(shape), "buffer": sample.normal(*shape)}
        yield case("random, no gradient", **state, learning_rate=sample.number(0.05, 0.5), momentum=0.9)


@requirement("over many steps, with a learning rate that changes", points=1)
def many(sample):
    """From a buffer of zeros; the learning rate changes on the way."""
    yield multistep_case(
        "3 steps, a learning rate that drops",
        theta=np.array([1.0]),
        gradient=per_step([np.array([2.0])] * 3),
        buffer=np.zeros(1),
        learning_rate=per_step([0.5, 0.5, 0.05]),
        momentum=0.5,
    )
    for _ in sample.repeat(public=1, hidden=3):
        size, length = sample.integer(2, 6), 20
        yield multistep_case(
            "20 steps, falling learning rate",
            theta=sample.normal(size),
            gradient=per_step([sample.normal(size) for _ in range(length)]),
            buffer=np.zeros(size),
            learning_rate=per_step([0.3 * 0.85**t for t in range(length)]),
            momentum=0.9,
        )


@requirement("any shape, memory order and dtype", points=1)
def any_cases(sample):
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    for name, (theta, gradient, buffer) in of_any_form(sample, 3):
        yield case(name, theta=theta, gradient=gradient, buffer=buffer, learning_rate=0.1, momentum=0.9)


@wrong({"buffer =": "new_buffer =", "), buffer": "), new_buffer"})
def old_buffer():
    """These are the numbers of plain momentum. Gradient plus momentum times the buffer from before the step is the
    new buffer, nothing more. Which buffer does Nesterov's step use?"""


@wrong({"(gradient +": "", "buffer)": "buffer"}, keeps=[coasting])
def gradient_only_in_the_buffer():
    """The gradient reaches theta through the buffer only. In Nesterov's step it counts once more beside it."""


@wrong({"+ momentum *": "+"})
def whole_buffer_added():
    """In the step of theta your buffer is not multiplied by `momentum`. It was when the buffer was updated, and is
    once more here."""


@wrong({"* (": "*", "buffer)": "buffer"})
def brackets_forgotten():
    """The brackets are missing around gradient + momentum * buffer: learning rate and minus reach the gradient
    alone."""


@wrong({"(gradient +": "gradient -", "buffer)": "buffer"})
def buffer_without_the_learning_rate():
    """In the step of theta the learning rate multiplies the gradient alone. It belongs to the buffer's part, too."""


@wrong({"buffer +": "buffer + learning_rate *", "- learning_rate * (": "- (learning_rate *"})
def learning_rate_inside():
    """The learning rate is inside your buffer, as it is inside m in the look-ahead form. PyTorch's buffer holds
    gradients alone."""


@wrong(
    {
        "return": "step = gradient + momentum * buffer\n    return",
        "(gradient + momentum * buffer), buffer": "step, step",
    }
)
def look_ahead_kept_as_buffer():
    """You keep gradient + momentum * buffer as the next buffer. This sum moves theta and is forgotten; the buffer
    itself is what stays."""


@wrong({"buffer =": "new_buffer =", "* buffer),": "* new_buffer), 1.0 *"})
def old_buffer_returned():
    """Your theta is right; the buffer that you return is the one you were given. Return the new one."""


@wrong({"buffer +": "buffer + (1 - momentum) *"}, keeps=[coasting])
def moving_average():
    """Your gradient enters the buffer with the weight 1 - momentum, as in a moving average. PyTorch's weight is 1
    here."""


@wrong({"-": "+"})
def climbs():
    """Your steps go uphill. PyTorch's buffer points along the gradient, so theta has to move against it."""


@wrong(
    {
        "= momentum * buffer +": "*= momentum\n    buffer +=",
        "return theta -": "theta -=",
        "buffer)": "buffer)\n    return theta",
    },
    loses=[any_cases, PURITY],
)
def writes_into_theta_and_buffer():
    """The arrays that you were given have been changed. PyTorch itself works in place like this; here, make new
    arrays, which may hold fractions where the old ones hold whole numbers."""


@wrong({"+ gradient": "+ gradient.astype(float)"}, loses=[any_cases])
def always_float64():
    """The numbers are right, but float32 becomes float64: something in your function fixes the dtype, astype(float)
    for example."""

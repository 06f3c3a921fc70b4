"""sgd_nesterov_step: one step of PyTorch's SGD with Nesterov momentum, which needs the gradient at theta only."""

import numpy as np

from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.optimizer_states import arrays, normals, sgd_step

TEXTBOOK = """\
def sgd_nesterov_step(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + gradient
    return theta - learning_rate * (gradient + momentum * buffer), buffer
"""
sgd_nesterov_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "buffer"),
    takes="theta, gradient, buffer: (*); learning_rate, momentum: number",
    pytorch="torch.optim.SGD([theta], lr=learning_rate, momentum=momentum, nesterov=True), one step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
    computation="reduction",
)
requirement, wrong = sgd_nesterov_step.requirement, sgd_nesterov_step.wrong


@sgd_nesterov_step.pytorch_reference
def reference(theta, gradient, buffer, learning_rate, momentum):
    return sgd_step(theta, gradient, buffer, lr=learning_rate, momentum=momentum, nesterov=True)


STATE = ("theta", "gradient", "buffer")


def random_step(sample):
    """A random state, gradient and settings."""
    settings = {"learning_rate": sample.number(0.05, 0.5), "momentum": sample.number(0.3, 0.99)}
    return {**normals(sample, sample.shape(), *STATE), **settings}


@requirement("the first step", points=1)
def first_step(sample):
    yield case("one entry", **arrays(theta=[1.0], gradient=[2.0], buffer=[0.0]), learning_rate=0.1, momentum=0.9)
    for _ in sample.repeat(public=2, hidden=4):
        start = random_step(sample)
        yield case("random, the first step", **{**start, "buffer": 0 * start["buffer"]})


@requirement("a step with a buffer", points=3)
def in_motion(sample):
    yield case("one entry", **arrays(theta=[1.0], gradient=[2.0], buffer=[4.0]), learning_rate=0.1, momentum=0.5)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random", **random_step(sample))


@requirement("no gradient, and still it moves", points=1)
def coasting(sample):
    state = arrays(theta=[1.0], gradient=[0.0], buffer=[4.0])
    yield case("one entry, no gradient", **state, learning_rate=0.1, momentum=0.5)
    for _ in sample.repeat(public=1, hidden=3):
        state = random_step(sample)
        yield case("random, no gradient", **{**state, "gradient": 0 * state["gradient"]})


@requirement("over many steps, with a learning rate that changes", points=1)
def many_steps(sample):
    start = {"theta": np.array([1.0]), "gradient": per_step(np.full((3, 1), 2.0)), "buffer": np.zeros(1)}
    rates = per_step([0.5, 0.5, 0.05])
    yield multistep_case("3 steps, a learning rate that drops", **start, learning_rate=rates, momentum=0.5)
    for _ in sample.repeat(public=1, hidden=3):
        n, rates = sample.integer(2, 6), per_step([0.3 * 0.85**t for t in range(20)])
        start = {"theta": sample.normal(n), "gradient": per_step(sample.normal(20, n)), "buffer": np.zeros(n)}
        yield multistep_case("20 steps, falling learning rate", **start, learning_rate=rates, momentum=0.9)


@sgd_nesterov_step.contract()
def contract(sample, shape):
    return {**normals(sample, shape, *STATE), "learning_rate": 0.1, "momentum": 0.9}


@wrong({"buffer = momentum": "old, buffer = buffer, momentum", "momentum * buffer)": "momentum * old)"})
def old_buffer():
    """These are the numbers of plain momentum. Gradient plus momentum times the buffer from before the step is the
    new buffer, nothing more. Which buffer does Nesterov's step use?"""


@wrong({"(gradient + momentum * buffer)": "momentum * buffer"}, keeps=[coasting])
def gradient_only_in_the_buffer():
    """The gradient reaches theta through the buffer only. In Nesterov's step it counts once more beside it."""


@wrong({"gradient + momentum * buffer": "gradient + buffer"})
def whole_buffer_added():
    """In the step of theta your buffer is not multiplied by `momentum`. It was when the buffer was updated, and is
    once more here."""


@wrong({"(gradient + momentum * buffer)": "gradient + momentum * buffer"})
def brackets_forgotten():
    """The brackets are missing around gradient + momentum * buffer: learning rate and minus reach the gradient
    alone."""


@wrong({"(gradient + momentum * buffer)": "gradient - momentum * buffer"})
def buffer_without_the_learning_rate():
    """In the step of theta the learning rate multiplies the gradient alone. It belongs to the buffer's part, too."""


@wrong({"buffer + gradient": "buffer + learning_rate * gradient", "learning_rate * (": "(learning_rate * "})
def learning_rate_inside():
    """The learning rate is inside your buffer, as it is inside m in the look-ahead form. PyTorch's buffer holds
    gradients alone."""


@wrong({"), buffer": "), gradient + momentum * buffer"})
def look_ahead_kept_as_buffer():
    """You keep gradient + momentum * buffer as the next buffer. This sum moves theta and is forgotten; the buffer
    itself is what stays."""


@wrong({"buffer = momentum": "old, buffer = buffer, momentum", "), buffer": "), 1.0 * old"})
def old_buffer_returned():
    """The buffer that you return is the one you were given. Return the new one."""


@wrong({"buffer + gradient": "buffer + (1 - momentum) * gradient"}, keeps=[coasting])
def moving_average():
    """Your gradient enters the buffer with the weight 1 - momentum, as in a moving average. PyTorch's weight is 1
    here."""


@wrong({"theta -": "theta +"})
def climbs():
    """Your steps go uphill. PyTorch's buffer points along the gradient, so theta has to move against it."""


@wrong(
    {
        "= momentum * buffer +": "*= momentum\n    buffer +=",
        "return theta -": "theta -=",
        "buffer)": "buffer)\n    return theta",
    },
    loses=[contract],
)
def writes_into_theta_and_buffer():
    """The arrays that you were given have been changed. PyTorch itself works in place like this; here, make new
    arrays, which may hold fractions where the old ones hold whole numbers."""


@wrong({"buffer + gradient": "buffer + gradient.astype(float)"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"gradient + momentum * buffer)": "(1 + momentum) * gradient + momentum**2 * buffer)"})
def the_formula_for_the_old_buffer_is_applied_to_the_new_one():
    """gradient + momentum * buffer takes the new buffer. With the old one put in for it, the formula becomes (1 +
    momentum) * gradient + momentum² * buffer: that is what you have, but with the new buffer in it."""

"""adagrad_step: a step along the gradient divided by the root of the sum of all its squares."""

import numpy as np

from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.rmsprop import any_array, before_a_step, by_hand, random_steps

TEXTBOOK = """\
def adagrad_step(theta, gradient, s, learning_rate, epsilon):
    s = s + gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s
"""

adagrad_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "s"),
    summary="a step along the gradient divided by the root of the sum of all its squares",
    pytorch="torch.optim.Adagrad([theta], lr=learning_rate, eps=epsilon)",
    source="https://jmlr.org/papers/v12/duchi11a.html (Duchi, Hazan, Singer 2011)",
)
requirement, wrong = adagrad_step.requirement, adagrad_step.wrong


@adagrad_step.pytorch_reference
def reference(theta, gradient, s, learning_rate, epsilon):
    """One step of PyTorch's Adagrad whose sum of squares is s."""
    import torch

    parameter = torch.nn.Parameter(theta)
    optimizer = torch.optim.Adagrad([parameter], lr=learning_rate, eps=epsilon)
    optimizer.state[parameter]["sum"] = s
    parameter.grad = gradient
    optimizer.step()
    return parameter, optimizer.state[parameter]["sum"]


@requirement("one step", points=2)
def values(sample):
    """Single steps, also the first and one with a zero gradient."""
    settings = {"learning_rate": 0.5, "epsilon": 0.0}
    yield case("3 after squares of 16", theta=np.array([1.0]), gradient=np.array([3.0]), s=np.array([16.0]), **settings)
    first = {"theta": np.array([1.0, 1.0]), "gradient": np.array([-20.0, 0.4]), "s": np.zeros(2)}
    yield case("the first step", **first, **settings)
    flat = {"theta": np.array([1.0, -2.0]), "gradient": np.array([0.0, 1.5]), "s": np.array([4.0, 2.0])}
    yield case("a gradient of 0", **flat, **settings)
    for _ in sample.repeat(public=2, hidden=6):
        yield case(
            "random", **before_a_step(sample, *sample.shape()), learning_rate=sample.number(0.05, 1.0), epsilon=0.0
        )


@requirement("epsilon", points=1)
def epsilon_cases(sample):
    """Epsilon as large as the gradients; nothing to divide by."""
    one = np.array([1.0])
    yield case("epsilon = 1", theta=one, gradient=np.array([3.0]), s=np.array([16.0]), learning_rate=0.5, epsilon=1.0)
    zero = {"theta": np.array([1.0, 2.0]), "gradient": np.array([0.0, 1.0]), "s": np.zeros(2)}
    yield case("0 / (0 + epsilon)", **zero, learning_rate=0.1, epsilon=1e-8)
    for _ in sample.repeat(public=2, hidden=5):
        size, tiny = sample.choice([1e-6, 1e-7]), before_a_step(sample, *sample.shape())
        tiny |= {"gradient": tiny["gradient"] * size, "s": tiny["s"] * size**2}
        yield case(f"gradients of about {size:g}", **tiny, learning_rate=0.1, epsilon=sample.choice([1e-6, 1e-7]))


@requirement("many steps", points=1)
def many(sample):
    """The sum goes from step to step; learning rates that change."""
    yield multistep_case("3 steps of one number", **by_hand(), learning_rate=1.0, epsilon=0.0)
    for _ in sample.repeat(public=1, hidden=3):
        count = sample.integer(10, 20)
        steps, rates = random_steps(sample, count, sample.shape()), [0.5 * 0.97**t for t in range(count)]
        yield multistep_case(
            f"{count} steps, the learning rate falls", **steps, learning_rate=per_step(rates), epsilon=0.0
        )


@requirement("any shape, memory order and dtype", points=1)
def any_cases(sample):
    """The contract."""
    yield from any_array(sample, {"learning_rate": 0.1, "epsilon": 0.0})


@wrong()
def s_of_before(theta, gradient, s, learning_rate, epsilon):
    """You divide by the root of the s that you were given. The gradient of this step belongs into s before you
    divide, or the first step is a division by epsilon alone."""
    new_theta = theta - learning_rate * gradient / (np.sqrt(s) + epsilon)
    return new_theta, s + gradient**2


@wrong({"np.sqrt(s)": "s"})
def root_forgotten():
    """You divide by s itself. It holds squares: a gradient ten times as large must not make the step ten times
    shorter. Which operation gives s the units of a gradient?"""


@wrong({"/ (": "/", "s)": "s"}, loses=[epsilon_cases])
def epsilon_inside_the_root():
    """Epsilon stands inside your root. PyTorch takes the root first and adds epsilon then; for small gradients the
    two differ much."""


@wrong({"/ (": "/", "+ epsilon)": ""}, loses=[epsilon_cases])
def epsilon_forgotten():
    """`epsilon` has no effect on your result, and where a gradient has been 0 from the start you compute 0 / 0."""


@wrong({"/ (": "/", "+ epsilon)": "+ epsilon"}, loses=[epsilon_cases])
def epsilon_after_the_quotient():
    """Epsilon is added to theta: a quotient goes before a sum. Put the root and epsilon in parentheses."""


@wrong({"s +": "s + np.sum(", "2": "2)"})
def one_size_for_all():
    """You add the squares of all entries to every s. Each parameter has an s of its own: that is the idea."""


@wrong({"gradient**2": "np.abs(gradient)"})
def gradient_not_squared():
    """You add up absolute values, and then take the root of their sum. s adds up squares."""


@wrong({"-": "+"})
def uphill():
    """Your step goes up the slope. The gradient points uphill; we want to go down."""


@wrong()
def s_not_kept(theta, gradient, s, learning_rate, epsilon):
    """The step is right, but you return the s you were given: the next step will know nothing of this gradient."""
    return theta - learning_rate * gradient / (np.sqrt(s + gradient**2) + epsilon), s


@wrong(
    {"= s +": "+=", "return theta -": "theta -=", "+ epsilon)": "+ epsilon)\n    return theta"},
    loses=[any_cases, PURITY],
)
def writes_into_its_arguments():
    """The arrays you were given have been changed: `s += ...` and `theta -= ...` write into them. Write `s = s +
    ...`, which makes a new array."""

"""gradient_descent_step: one step of gradient descent."""

import numpy as np

from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.optimizer_states import arrays, normals, sgd_step

TEXTBOOK = """\
def gradient_descent_step(theta, gradient, learning_rate):
    return theta - learning_rate * gradient
"""
gradient_descent_step = Exercise(
    TEXTBOOK,
    outputs=("theta",),
    takes="theta, gradient: (*); learning_rate: number",
    pytorch="torch.optim.SGD([theta], lr=learning_rate), one step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
)
requirement, wrong = gradient_descent_step.requirement, gradient_descent_step.wrong


@gradient_descent_step.pytorch_reference
def reference(theta, gradient, learning_rate):
    return sgd_step(theta, gradient, lr=learning_rate)[0]


@requirement("one step", points=2)
def one_step(sample):
    yield case("two entries", **arrays(theta=[1.0, 2.0], gradient=[3.0, -4.0]), learning_rate=0.1)
    yield case("an entry of zero", **arrays(theta=[-1.0, 2.0], gradient=[0.0, 0.5]), learning_rate=0.2)
    yield case("a steep slope", **arrays(theta=[1.0, -2.0], gradient=[250.0, -40.0]), learning_rate=1.5)
    for _ in sample.repeat(public=2, hidden=6):
        state, rate = normals(sample, sample.shape(), "theta", "gradient"), sample.number(0.01, 0.5)
        yield case("random", **state, learning_rate=rate)


@requirement("over many steps", points=2)
def many_steps(sample):
    gradients = per_step(np.array([[2.0], [-1.0], [0.5]]))
    yield multistep_case("3 steps", theta=np.array([1.0]), gradient=gradients, learning_rate=0.1)
    for _ in sample.repeat(public=1, hidden=3):
        size, rates = sample.integer(2, 6), per_step([0.3 / (1 + t) for t in range(12)])
        start = {"theta": sample.normal(size), "gradient": per_step(sample.normal(12, size))}
        yield multistep_case("12 steps, falling learning rate", **start, learning_rate=rates)


@gradient_descent_step.contract()
def contract(sample, shape):
    return {**normals(sample, shape, "theta", "gradient"), "learning_rate": 0.1}


@wrong({"theta -": "theta +"})
def adds_the_gradient():
    """You walk uphill: the gradient points to where the loss grows."""


@wrong({"learning_rate * gradient": "gradient"})
def learning_rate_forgotten():
    """`learning_rate` has no effect on your result: you subtract the whole gradient."""


@wrong({"theta - learning_rate": "-learning_rate"})
def only_the_change():
    """You return how far theta moves. Return where it is afterwards."""


@wrong({"return": "length = np.sqrt(np.sum(gradient**2)) or 1\n    return", "* gradient": "* gradient / length"})
def gradient_made_a_unit_vector():
    """Your steps all have the same length: the gradient is divided by its norm somewhere. Where the slope is gentle,
    steps are meant to be short."""


@wrong({"return theta -": "theta -=", "* gradient": "* gradient\n    return theta"}, loses=[contract])
def writes_into_theta():
    """The array `theta` that you were given has been changed: something writes into it in place. Make a new one."""


@wrong({"theta - learning_rate * gradient": "(theta - learning_rate * gradient).astype(theta.dtype)"}, loses=[contract])
def as_whole_as_theta():
    """A theta of whole numbers stays whole in your result, so that a step of 0.1 is cut down to nothing. Whole
    numbers must give float64."""


@wrong({"- learning_rate": "- np.float64(learning_rate)"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

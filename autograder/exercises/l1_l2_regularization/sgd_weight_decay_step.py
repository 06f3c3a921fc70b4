"""sgd_weight_decay_step: one step of momentum whose gradient includes weight_decay times theta."""

import numpy as np

from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.optimizer_states import normals, sgd_step

TEXTBOOK = """\
def sgd_weight_decay_step(theta, gradient, m, learning_rate, beta, weight_decay):
    m = beta * m + gradient + weight_decay * theta
    return theta - learning_rate * m, m
"""
sgd_weight_decay_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m"),
    takes="theta, gradient, m: (*); learning_rate, beta, weight_decay: number",
    pytorch="torch.optim.SGD(parameters, lr=learning_rate, momentum=beta, weight_decay=weight_decay).step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
    computation="reduction",
)
requirement, wrong = sgd_weight_decay_step.requirement, sgd_weight_decay_step.wrong


@sgd_weight_decay_step.pytorch_reference
def reference(theta, gradient, m, learning_rate, beta, weight_decay):
    return sgd_step(theta, gradient, m, lr=learning_rate, momentum=beta, weight_decay=weight_decay)


@requirement("one step with decay", points=3)
def values(sample):
    start = {"theta": np.array([2.0, -1.0]), "gradient": np.array([1.0, 0.0])}
    yield case("first step", **start, m=np.zeros(2), learning_rate=0.1, beta=0.9, weight_decay=0.5)
    yield case("a later step", **start, m=np.array([-4.0, 2.0]), learning_rate=0.1, beta=0.5, weight_decay=0.2)
    for _ in sample.repeat(public=2, hidden=6):
        shape = sample.shape()
        settings = {"learning_rate": sample.number(0.01, 0.3), "beta": sample.choice([0.5, 0.8, 0.9])}
        decay = sample.number(0.05, 0.9)
        yield case("random", **normals(sample, shape, "theta", "gradient", "m"), **settings, weight_decay=decay)


@requirement("over many steps", points=2)
def many(sample):
    yield multistep_case(
        "3 steps, no gradient but the decay's",
        theta=np.array([1.0]),
        gradient=per_step([np.zeros(1)] * 3),
        m=np.zeros(1),
        learning_rate=0.1,
        beta=0.5,
        weight_decay=1.0,
    )
    for _ in sample.repeat(public=2, hidden=4):
        shape, steps = sample.shape(), sample.integer(10, 20)
        yield multistep_case(
            f"{steps} steps, learning rate changing",
            theta=sample.normal(*shape),
            gradient=per_step([sample.normal(*shape) for _ in range(steps)]),
            m=np.zeros(shape),
            learning_rate=per_step([sample.number(0.05, 0.3) for _ in range(steps)]),
            beta=sample.choice([0.5, 0.8, 0.9]),
            weight_decay=sample.number(0.1, 0.9),
        )


@sgd_weight_decay_step.contract(whole=["theta", "gradient"])
def contract(sample, shape):
    found = normals(sample, shape, "theta", "gradient", "m")
    return {**found, "learning_rate": 0.1, "beta": 0.9, "weight_decay": 0.0}


@wrong(
    {" + weight_decay * theta": "", "return theta -": "return theta * (1 - learning_rate * weight_decay) -"},
    keeps=[contract],
)
def decay_past_the_buffer():
    """You shrink theta directly, and the buffer m never hears of it. That is a decay *decoupled* from the gradient.
    In PyTorch's SGD the decay is part of the gradient: it goes through m, too."""


@wrong({" + weight_decay * theta": ""}, keeps=[contract])
def no_decay():
    """Your step is that of plain momentum: weight_decay has no effect on it."""


@wrong({"gradient +": "gradient + 2 *"}, keeps=[contract])
def twice_the_decay():
    """The decay is twice as strong as asked for. weight_decay is the factor of theta itself, as in the derivative of
    ½ weight_decay θ²: no 2 here."""


@wrong({"gradient +": "gradient -"}, keeps=[contract])
def growth():
    """Your weights grow instead of decaying. The gradient is subtracted later, so the decay has to be added to it."""


@wrong({"gradient +": "gradient + learning_rate *"}, keeps=[contract])
def decay_times_learning_rate():
    """The decay is multiplied by the learning rate twice: once in the buffer, once when theta is moved."""


@wrong(
    {
        "+ gradient + weight_decay * theta": "- learning_rate * (gradient + weight_decay * theta)",
        "theta - learning_rate * m": "theta + m",
    }
)
def learning_rate_in_the_buffer():
    """Your m is the textbook's, with the learning rate and the minus inside. PyTorch's buffer is a sum of gradients;
    the learning rate comes in when theta is moved."""


@wrong({"gradient + weight_decay * theta": "(1 - beta) * (gradient + weight_decay * theta)"})
def dampened():
    """You take an average, with a factor 1 − beta before the gradient. PyTorch's buffer has no such factor (its
    `dampening` is 0)."""


@wrong({"theta - learning_rate * m, m": "m, theta - learning_rate * m"})
def outputs_swapped():
    """Your outputs are in the wrong order: return theta first, then m."""


@wrong({"return theta -": "theta -=", ", m\n": "\n    return theta, m\n"}, loses=[contract])
def writes_into_theta():
    """The array `theta` that you were given has been changed: something writes into it in place. Make a new one."""


@wrong({"beta * m": "np.float64(beta) * m"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

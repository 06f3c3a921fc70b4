"""velocity_after: the velocity of momentum optimization after t steps with the same gradient, from rest."""

import numpy as np

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def velocity_after(gradient, t, learning_rate, beta):
    total = t if beta == 1 else (1 - beta**t) / (1 - beta)
    return -learning_rate * total * gradient
"""
velocity_after = Exercise(
    TEXTBOOK,
    outputs=("m",),
    takes="gradient: (*); t: int >= 0; learning_rate, beta: number",
    pytorch="torch.optim.SGD(lr=learning_rate, momentum=beta), t times step(): -learning_rate * momentum_buffer",
    source="https://distill.pub/2017/momentum/",
)
requirement, wrong = velocity_after.requirement, velocity_after.wrong


@velocity_after.pytorch_reference
def reference(gradient, t, learning_rate, beta):
    """t steps of torch.optim.SGD with the same gradient; the velocity is -learning_rate times its buffer."""
    import torch

    parameter = torch.nn.Parameter(torch.zeros_like(gradient))
    optimizer = torch.optim.SGD([parameter], lr=learning_rate, momentum=beta)
    parameter.grad = gradient
    for _ in range(t):
        optimizer.step()
    buffer = optimizer.state[parameter].get("momentum_buffer")
    if t and buffer is None:  # momentum=0: PyTorch keeps no buffer, every step is a step of gradient descent
        buffer = gradient
    return -learning_rate * buffer if t else torch.zeros_like(gradient)


@requirement("the first steps", points=2)
def first_steps(sample):
    yield case("2 steps", gradient=np.array([1.0]), t=2, learning_rate=0.1, beta=0.9)
    yield case("1 step", gradient=np.array([2.0, -4.0]), t=1, learning_rate=0.1, beta=0.9)
    yield case("no step", gradient=np.array([2.0, -4.0]), t=0, learning_rate=0.1, beta=0.9)
    yield case("3 steps", gradient=np.array([2.0, -4.0]), t=3, learning_rate=0.5, beta=0.5)
    for _ in sample.repeat(public=2, hidden=6):
        t, rate, beta = sample.integer(4, 12), sample.number(0.05, 0.5), sample.number(0.3, 0.95)
        gradient = sample.normal(*sample.shape(), scale=3.0)
        yield case("random", gradient=gradient, t=t, learning_rate=rate, beta=beta)


@requirement("many steps", points=2)
def many_steps(sample):
    """So many steps that the velocity hardly grows any more, and many that are not enough for it."""
    yield case("300 steps", gradient=np.array([1.0]), t=300, learning_rate=0.1, beta=0.9)
    yield case("300 steps, beta = 0.999", gradient=np.array([3.0, -1.0]), t=300, learning_rate=0.02, beta=0.999)
    for _ in sample.repeat(public=1, hidden=4):
        t, rate, beta = sample.integer(60, 200), sample.number(0.05, 0.5), sample.choice([0.8, 0.97])
        gradient = sample.normal(*sample.shape(), scale=3.0)
        yield case("random", gradient=gradient, t=t, learning_rate=rate, beta=beta)


@requirement("beta = 1 and beta = 0", points=0.5, kind="edges")
def all_or_nothing_kept(sample):
    yield case("beta = 1", gradient=np.array([1.0]), t=3, learning_rate=0.1, beta=1.0)
    yield case("beta = 0", gradient=np.array([1.0]), t=3, learning_rate=0.1, beta=0.0)
    for _ in sample.repeat(public=1, hidden=3):
        for beta in (1.0, 0.0):
            settings = {"t": sample.integer(4, 20), "learning_rate": sample.number(0.05, 0.5), "beta": beta}
            yield case(f"random, beta = {beta:g}", gradient=sample.normal(*sample.shape(), scale=3.0), **settings)


@velocity_after.contract(points=0.5)
def contract(sample, shape):
    return {"gradient": sample.normal(*shape), "t": 4, "learning_rate": 0.1, "beta": 0.9}


@wrong({"(1 - beta**t)": "min(t, 1)"}, keeps=[all_or_nothing_kept])
def terminal_at_once():
    """You return the velocity that is reached in the end, whatever t is. After t steps a part of it is missing."""


@wrong({"total = t": "t = t + 1\n    total = t"})
def one_step_too_many():
    """One step too many: after t steps the sum of the powers of beta has t terms, the first of them 1."""


@wrong({"total = t": "t = max(t - 1, 0)\n    total = t"})
def one_step_too_few():
    """One step too few: after t steps the sum of the powers of beta has t terms, the first of them 1."""


@wrong({"-learning_rate": "learning_rate"})
def uphill():
    """The sign is the other way round: the velocity points against the gradient."""


@wrong({"-learning_rate * total": "-total"})
def learning_rate_forgotten():
    """`learning_rate` has no effect on your result."""


@wrong({"t if beta == 1 else (1 - beta**t) / (1 - beta)": "1 - beta**t"})
def moving_average():
    """Yours never exceeds learning_rate times gradient: the division by 1 - beta is missing, as if the velocity were
    an average. It is a sum."""


@wrong({"t if beta == 1 else (1 - beta**t) / (1 - beta)": "beta ** (t - 1) if t > 0 else 0.0"})
def oldest_gradient_only():
    """This is what is left of the very first gradient. The velocity is the sum of what is left of all of them."""


@wrong(
    {"t if beta == 1 else (1 - beta**t) / (1 - beta)": "1 - beta**t", "* gradient": "* gradient / (1 - beta)"},
    loses=[all_or_nothing_kept],
)
def zero_divided_by_zero():
    """Your fraction is 0/0 for beta = 1. Which number is the sum in that case? It needs a line of its own."""


@wrong(loses=[contract])
def as_whole_as_the_gradient(gradient, t, learning_rate, beta):
    """Where the gradient holds whole numbers, your velocity does, too, and its fractions are cut off: np.zeros_like
    takes over the dtype."""
    m = np.zeros_like(gradient)
    for _ in range(t):
        m[...] = beta * m - learning_rate * gradient
    return m


@wrong({"t if beta == 1 else (1 - beta**t) / (1 - beta)": "np.sum(beta ** np.arange(t))"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

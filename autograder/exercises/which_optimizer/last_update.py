"""last_update: the update that an optimizer, given by its name, makes after a sequence of gradients."""

import numpy as np

from autograder.exercises.array_forms import NO_ENTRIES
from autograder.exercises.model import Exercise, case
from autograder.exercises.optimizer_states import STEEP, away_from_zero, pytorch_step, usual
from autograder.exercises.which_optimizer import CONSTANT, nadam_step

TEXTBOOK = """\
def last_update(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    buffer, m, s = 0.0, 0.0, 0.0
    for gradient in gradients:
        buffer = beta1 * buffer + gradient
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
    t = len(gradients)
    root = np.sqrt(s / (1 - beta2**t)) + epsilon
    ahead = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    directions = {
        "gradient descent": gradient,
        "momentum": buffer,
        "nesterov": gradient + beta1 * buffer,
        "rmsprop": gradient / (np.sqrt(s) + epsilon),
        "adam": m / (1 - beta1**t) / root,
        "nadam": ahead / root,
    }
    return -learning_rate * directions[optimizer]
"""
last_update = Exercise(
    TEXTBOOK,
    outputs=("update",),
    takes="optimizer: str; gradients: (T, *); learning_rate, beta1, beta2, epsilon: number",
    pytorch="the last of len(gradients) steps of torch.optim.SGD, SGD(momentum), "
    "SGD(momentum, nesterov=True), RMSprop(alpha=beta2), Adam or NAdam(momentum_decay=1e6)",
    source="https://docs.pytorch.org/docs/stable/optim.html",
)
requirement, wrong = last_update.requirement, last_update.wrong

TWO = np.array([[1.0], [3.0]])
TWO_STEEP = STEEP * TWO


def some_gradients(sample, size=1.0):
    """Between five and twelve gradients of three parameters."""
    return size * away_from_zero(sample, sample.integer(5, 12), 3)


@last_update.pytorch_reference
def reference(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    """The last update that one of PyTorch's own optimizers makes, from 0, after all the gradients."""
    zero = gradients[0] * 0
    averages = {"betas": (beta1, beta2), "eps": epsilon}
    kind, state, settings = {
        "gradient descent": ("SGD", {}, {}),
        "momentum": ("SGD", {}, {"momentum": beta1}),
        "nesterov": ("SGD", {}, {"momentum": beta1, "nesterov": True}),
        "rmsprop": ("RMSprop", {}, {"alpha": beta2, "eps": epsilon}),
        "adam": ("Adam", {}, averages),
        "nadam": (
            "NAdam",
            {"step": 0.0, "mu_product": 1.0, "exp_avg": zero, "exp_avg_sq": zero},
            {**averages, "momentum_decay": CONSTANT},
        ),
    }[optimizer]
    for gradient in gradients:
        theta, state = pytorch_step(kind, zero, gradient, state, lr=learning_rate, **settings)
    return theta


@requirement("gradient descent, momentum and Nesterov", points=2)
def without_division(sample):
    optimizers = ("gradient descent", "momentum", "nesterov")
    for optimizer in optimizers:
        yield case(f"{optimizer}, 2 gradients", optimizer=optimizer, gradients=TWO, **usual())
    yield case("one gradient", optimizer="nesterov", gradients=np.array([[2.0, -1.0]]), **usual())
    for _ in sample.repeat(public=1, hidden=3):
        settings = usual(learning_rate=sample.number(0.01, 0.9), beta1=sample.number(0.2, 0.95))
        for optimizer in optimizers:
            yield case(f"{optimizer}, random", optimizer=optimizer, gradients=some_gradients(sample), **settings)


@requirement("RMSProp", points=2)
def rmsprop(sample):
    yield case("2 gradients", optimizer="rmsprop", gradients=TWO_STEEP, **usual())
    yield case("epsilon = 0.5", optimizer="rmsprop", gradients=TWO, **usual(epsilon=0.5))
    for _ in sample.repeat(public=1, hidden=4):
        settings = usual(learning_rate=sample.number(0.01, 0.9), beta2=sample.number(0.5, 0.99))
        yield case("random", optimizer="rmsprop", gradients=some_gradients(sample, STEEP), **settings)


@requirement("Adam and Nadam", points=2)
def adam_and_nadam(sample):
    for optimizer in ("adam", "nadam"):
        yield case(f"{optimizer}, 2 gradients", optimizer=optimizer, gradients=TWO_STEEP, **usual())
        yield case(f"{optimizer}, epsilon = 0.5", optimizer=optimizer, gradients=TWO, **usual(epsilon=0.5))
    for _ in sample.repeat(public=1, hidden=3):
        rate, beta1, beta2 = sample.number(0.01, 0.9), sample.number(0.2, 0.95), sample.number(0.5, 0.99)
        settings = usual(learning_rate=rate, beta1=beta1, beta2=beta2)
        for optimizer in ("adam", "nadam"):
            yield case(f"{optimizer}, random", optimizer=optimizer, gradients=some_gradients(sample, STEEP), **settings)


@last_update.remark(NO_ENTRIES)
def no_parameters(sample):
    yield case("no parameters", optimizer="adam", gradients=np.zeros((2, 0, 3)), **usual())


def other_optimizers(sample):
    """Gradients of 0: who gets the numbers of one of them wrong has lost its points already."""
    for optimizer in ("gradient descent", "momentum", "nesterov", "rmsprop", "nadam"):
        for name, dtype in (("float32", "float32"), ("whole numbers", "int64")):
            zeros = np.zeros((2, 2), dtype=dtype)
            yield case(f"{optimizer}, {name}", optimizer=optimizer, gradients=zeros, **usual())


@last_update.contract(without=["no entries"], more=other_optimizers)
def contract(sample, shape):
    return {"optimizer": "adam", "gradients": STEEP * away_from_zero(sample, 2, *shape), **usual()}


@wrong({"return -": "return "})
def uphill():
    """All signs are reversed: an update is what is added to theta, and it goes against the gradient."""


@wrong(
    {'"momentum": buffer': '"momentum": m', "gradient + beta1 * buffer": "(1 - beta1) * gradient + beta1 * m"},
    loses=[without_division],
)
def momentum_averaged():
    """Your momentum and Nesterov's use an average of the gradients. PyTorch's SGD adds them up: the new gradient
    enters its buffer with weight 1."""


@wrong({"gradient + beta1 * buffer": "buffer"}, loses=[without_division])
def nesterov_forgotten():
    """Your 'nesterov' is momentum: it lacks the look ahead, gradient + beta1 * buffer."""


@wrong({"(np.sqrt(s) + epsilon)": "root"}, loses=[rmsprop])
def rmsprop_corrected():
    """You correct the s of RMSProp. The correction for the start at zero came with Adam; RMSProp has none."""


@wrong({"m / (1 - beta1**t) / root": "m / (np.sqrt(s) + epsilon)"}, loses=[adam_and_nadam, contract])
def adam_not_corrected():
    """Your Adam uses m and s without the correction."""


@wrong({"ahead / root": "m / (1 - beta1**t) / root"}, loses=[adam_and_nadam])
def nadam_is_adam():
    """Your Nadam is Adam: it lacks the look ahead of exercise 1."""


@wrong({"beta1 ** (t + 1)": "beta1**t"}, loses=[adam_and_nadam])
def nadam_of_the_textbooks():
    """Your Nadam is that of the textbooks, both parts over 1 - beta1**t. As in exercise 1, the momentum part belongs
    to the next step: 1 - beta1 ** (t + 1)."""


@wrong(
    {
        "return": "earlier = gradients[:-1]\n"
        "    others = last_update(optimizer, earlier, learning_rate, beta1, beta2, epsilon) if t > 1 else 0.0\n"
        "    return others"
    }
)
def all_steps_added():
    """This is the way of all the steps together. Asked for is what the last one adds."""


wrong.like(
    nadam_step.float32_lost,
    {"m / (1 - beta1**t) / root": "m / (1 - beta1**t) / (np.sqrt(s) / np.sqrt(1 - beta2**t) + epsilon)"},
    loses=[contract],
)

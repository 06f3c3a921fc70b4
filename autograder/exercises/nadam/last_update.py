"""last_update: the update that an optimizer, given by its name, makes after a sequence of gradients."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.nadam import CONSTANT, ORDINARY
from autograder.exercises.optimizer_states import away_from_zero, of_every_kind
from autograder.exercises.sampling import strided

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
    summary="the update that an optimizer, given by its name, makes after a sequence of gradients",
    pytorch="the last of len(gradients) steps of torch.optim.SGD, SGD(momentum), "
    "SGD(momentum, nesterov=True), RMSprop(alpha=beta2), Adam or NAdam(momentum_decay=1e6)",
    source="https://docs.pytorch.org/docs/stable/optim.html",
)
requirement, wrong = last_update.requirement, last_update.wrong

TWO = np.array([[1.0], [3.0]])


@last_update.pytorch_reference
def reference(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    """The last update that one of PyTorch's own optimizers makes, from 0, after all the gradients."""
    import torch

    parameter = torch.nn.Parameter(torch.zeros_like(gradients[0]))
    both = {"betas": (beta1, beta2), "eps": epsilon}
    kind, settings = {
        "gradient descent": (torch.optim.SGD, {}),
        "momentum": (torch.optim.SGD, {"momentum": beta1}),
        "nesterov": (torch.optim.SGD, {"momentum": beta1, "nesterov": True}),
        "rmsprop": (torch.optim.RMSprop, {"alpha": beta2, "eps": epsilon}),
        "adam": (torch.optim.Adam, both),
        "nadam": (torch.optim.NAdam, {**both, "momentum_decay": CONSTANT}),
    }[optimizer]
    steps = kind([parameter], lr=learning_rate, **settings)
    if optimizer == "nadam":
        state = {name: torch.zeros_like(gradients[0]) for name in ("exp_avg", "exp_avg_sq")}
        product = torch.tensor(1.0, dtype=torch.float64)
        steps.state[parameter] = {"step": torch.tensor(0.0), "mu_product": product, **state}
    for gradient in gradients:
        parameter.data.zero_()
        parameter.grad = gradient.clone()
        steps.step()
    return parameter.detach()


@requirement("gradient descent, momentum and Nesterov", points=2)
def without_division(sample):
    """Gradient descent, momentum and Nesterov's."""
    for optimizer in ("gradient descent", "momentum", "nesterov"):
        yield case(f"{optimizer}, 2 gradients", optimizer=optimizer, gradients=TWO, **ORDINARY)
    yield case("one gradient", optimizer="nesterov", gradients=np.array([[2.0, -1.0]]), **ORDINARY)
    for _ in sample.repeat(public=1, hidden=3):
        settings = {**ORDINARY, "learning_rate": sample.number(0.01, 0.9), "beta1": sample.number(0.2, 0.95)}
        for optimizer in ("gradient descent", "momentum", "nesterov"):
            gradients = away_from_zero(sample, sample.integer(5, 12), 3)
            yield case(f"{optimizer}, random", optimizer=optimizer, gradients=gradients, **settings)


@requirement("RMSProp", points=1)
def rmsprop(sample):
    """RMSProp."""
    yield case("2 gradients", optimizer="rmsprop", gradients=TWO, **ORDINARY)
    yield case("epsilon = 0.5", optimizer="rmsprop", gradients=TWO, **{**ORDINARY, "epsilon": 0.5})
    for _ in sample.repeat(public=1, hidden=4):
        gradients = away_from_zero(sample, sample.integer(5, 12), 3)
        settings = {**ORDINARY, "learning_rate": sample.number(0.01, 0.9), "beta2": sample.number(0.5, 0.99)}
        yield case("random", optimizer="rmsprop", gradients=gradients, **settings)


@requirement("Adam and Nadam", points=2)
def adam(sample):
    """Adam and Nadam with constant momentum, other betas, too."""
    for optimizer in ("adam", "nadam"):
        yield case(f"{optimizer}, 2 gradients", optimizer=optimizer, gradients=TWO, **ORDINARY)
        settings = {**ORDINARY, "epsilon": 0.5}
        yield case(f"{optimizer}, epsilon = 0.5", optimizer=optimizer, gradients=TWO, **settings)
    for _ in sample.repeat(public=1, hidden=3):
        settings = {"learning_rate": sample.number(0.01, 0.9), "beta1": sample.number(0.2, 0.95)}
        settings = {**ORDINARY, **settings, "beta2": sample.number(0.5, 0.99)}
        for optimizer in ("adam", "nadam"):
            gradients = away_from_zero(sample, sample.integer(5, 12), 3)
            yield case(f"{optimizer}, random", optimizer=optimizer, gradients=gradients, **settings)


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """Gradients of every kind for Adam; float32 and whole numbers for the five others, too."""
    for name, one, other in of_every_kind(sample):
        yield case(name, optimizer="adam", gradients=np.stack([one, other]), **ORDINARY)
    gradients = strided(away_from_zero(sample, 4, 2, 3))
    yield case("every second entry of a larger array", optimizer="adam", gradients=gradients, **ORDINARY)
    for optimizer in ("gradient descent", "momentum", "nesterov", "rmsprop", "nadam"):
        single = np.array([[0.5, 3.0], [1.5, -2.0]], dtype="float32")
        yield case(f"{optimizer}, float32", optimizer=optimizer, gradients=single, **ORDINARY)
        whole = np.array([[1, -2], [3, 1]])
        yield case(f"{optimizer}, whole numbers", optimizer=optimizer, gradients=whole, **ORDINARY)


@wrong()
def uphill(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    """All signs are reversed: an update is what is added to theta, and it goes against the gradient."""
    buffer, m, s = 0.0, 0.0, 0.0
    for gradient in gradients:
        buffer = beta1 * buffer + gradient
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
    t = len(gradients)
    root = np.sqrt(s / (1 - beta2**t)) + epsilon
    look_ahead = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    directions = {
        "gradient descent": gradient,
        "momentum": buffer,
        "nesterov": gradient + beta1 * buffer,
        "rmsprop": gradient / (np.sqrt(s) + epsilon),
        "adam": m / (1 - beta1**t) / root,
        "nadam": look_ahead / root,
    }
    return learning_rate * directions[optimizer]


@wrong(loses=[without_division, any_array])
def momentum_averaged(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    """Your momentum and Nesterov's use an average of the gradients. PyTorch's SGD adds them up: the new gradient
    enters its buffer with weight 1."""
    buffer, m, s = 0.0, 0.0, 0.0
    for gradient in gradients:
        buffer = beta1 * buffer + gradient
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
    t = len(gradients)
    root = np.sqrt(s / (1 - beta2**t)) + epsilon
    look_ahead = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    directions = {
        "gradient descent": gradient,
        "momentum": m,
        "nesterov": (1 - beta1) * gradient + beta1 * m,
        "rmsprop": gradient / (np.sqrt(s) + epsilon),
        "adam": m / (1 - beta1**t) / root,
        "nadam": look_ahead / root,
    }
    return -learning_rate * directions[optimizer]


@wrong(
    {"ahead =": "look_ahead =", "gradient + beta1 *": "", ": ahead": ": look_ahead"},
    loses=[without_division, any_array],
)
def nesterov_forgotten():
    """Your 'nesterov' is momentum: it lacks the look ahead, gradient + beta1 * buffer."""


@wrong(
    {"ahead =": "look_ahead =", "(np.sqrt(s) + epsilon)": "root", ": ahead": ": look_ahead"}, loses=[rmsprop, any_array]
)
def rmsprop_corrected():
    """You correct the s of RMSProp. The correction for the start at zero came with Adam; RMSProp has none."""


@wrong(
    {"ahead =": "look_ahead =", "1 - beta1**t) / root": "np.sqrt(s) + epsilon)", ": ahead": ": look_ahead"},
    loses=[adam, any_array],
)
def adam_not_corrected():
    """Your Adam uses m and s without the correction."""


@wrong(
    {
        "ahead = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient": "look_ahead = m",
        ": ahead": ": look_ahead",
    },
    loses=[adam, any_array],
)
def nadam_is_adam():
    """Your Nadam is Adam: it lacks the look ahead of exercise 1."""


@wrong(
    {
        "ahead =": "look_ahead = (",
        "/ (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient": "+ (1 - beta1) * gradient)",
        ": ahead": ": look_ahead",
    },
    loses=[adam, any_array],
)
def nadam_of_the_textbooks():
    """Your Nadam is that of the textbooks, both parts over 1 - beta1**t. As in exercise 1, the momentum part belongs
    to the next step: 1 - beta1 ** (t + 1)."""


@wrong()
def all_steps_added(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    """This is the way of all the steps together. Asked for is what the last one adds."""
    buffer, m, s, total = 0.0, 0.0, 0.0, 0.0
    for t, gradient in enumerate(gradients, start=1):
        buffer = beta1 * buffer + gradient
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        root = np.sqrt(s / (1 - beta2**t)) + epsilon
        look_ahead = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
        directions = {
            "gradient descent": gradient,
            "momentum": buffer,
            "nesterov": gradient + beta1 * buffer,
            "rmsprop": gradient / (np.sqrt(s) + epsilon),
            "adam": m / (1 - beta1**t) / root,
            "nadam": look_ahead / root,
        }
        total = total - learning_rate * directions[optimizer]
    return total


@wrong(
    {
        "ahead =": "look_ahead =",
        ") / root": ") * np.sqrt(1 - beta2**t) / (np.sqrt(s) + epsilon * np.sqrt(1 - beta2**t))",
        ": ahead": ": look_ahead",
    },
    loses=[any_array],
)
def float32_lost():
    """The numbers are right, but float32 becomes float64: np.sqrt of a Python number gives a NumPy number of dtype
    float64, and that spreads. `** 0.5` keeps a Python number, which adapts to the array beside it."""

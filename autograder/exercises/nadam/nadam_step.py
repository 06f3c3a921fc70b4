"""nadam_step: one step of NAdam with its momentum schedule, from a given state."""

import numpy as np

from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.nadam import DECAY, ORDINARY, one_step_of_nadam, trajectory
from autograder.exercises.optimizer_states import at_the_start, away_from_zero, of_every_kind, some_state

TEXTBOOK = """\
def nadam_step(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    s_hat = s / (1 - beta2**t)
    direction = mu_next * m / (1 - mu_product * mu_next) + (1 - mu) * gradient / (1 - mu_product)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product
"""

nadam_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m", "s", "mu_product"),
    summary="one step of NAdam with its momentum schedule, from a given state",
    pytorch="torch.optim.NAdam([theta], lr=learning_rate, betas=(beta1, beta2), eps=epsilon, "
    "momentum_decay=momentum_decay).step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html, after Dozat 2016",
)
requirement, wrong = nadam_step.requirement, nadam_step.wrong

USUAL = {**ORDINARY, "momentum_decay": DECAY}


@nadam_step.pytorch_reference
def reference(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """One step of PyTorch's NAdam."""
    settings = (t, learning_rate, beta1, beta2, epsilon, momentum_decay)
    return one_step_of_nadam(theta, gradient, m, s, mu_product, *settings)


@requirement("the first step", points=2)
def first(sample):
    """t = 1: averages zero, product 1."""
    start = at_the_start(np.array([1.0]), np.array([0.5]))
    yield case("theta = 1", **start, mu_product=1.0, t=1, **USUAL)
    start = at_the_start(np.array([1.0, -2.0, 3.0]), np.array([-4.0, 0.25, 30.0]))
    yield case("three parameters", **start, mu_product=1.0, t=1, **USUAL)
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        start = at_the_start(away_from_zero(sample, *shape), away_from_zero(sample, *shape))
        yield case("random", **start, mu_product=1.0, t=1, **USUAL)


@requirement("over many steps", points=2)
def many(sample):
    """theta, m, s and the product handed from step to step."""
    start = {"theta": np.array([1.0]), "gradient": per_step(np.array([[0.5], [0.5], [-2.0]]))}
    state = {"m": np.zeros(1), "s": np.zeros(1), "mu_product": 1.0, "t": per_step([1, 2, 3])}
    yield multistep_case("3 steps of 1 parameter", **start, **state, **USUAL)
    late = some_state(sample, 3)
    yield case("t = 5000, a product of 0", **late, mu_product=0.0, t=5000, **USUAL)
    for _ in sample.repeat(public=1, hidden=3):
        state = trajectory(sample, 20)
        first = {name: state.pop(name) for name in ("theta", "gradient", "m", "s")}
        name = "20 random steps, a falling learning rate"
        yield multistep_case(name, **first, mu_product=1.0, **state, momentum_decay=DECAY)


@requirement("other values of momentum_decay", points=1)
def decays(sample):
    """Other decays: 1, as in Keras, and a few between; 0 is not constant momentum. One at a later step, whose product
    comes from other decays before it, so that it cannot be computed from t.
    """
    start = at_the_start(np.array([1.0]), np.array([0.5]))
    yield case("momentum_decay = 1", **start, mu_product=1.0, t=1, **{**USUAL, "momentum_decay": 1.0})
    yield case("momentum_decay = 0", **start, mu_product=1.0, t=1, **{**USUAL, "momentum_decay": 0.0})
    later = some_state(sample, 2)
    name = "t = 5, momentum_decay = 1 from here on"
    yield case(name, **later, mu_product=0.2, t=5, **{**USUAL, "momentum_decay": 1.0})
    for _ in sample.repeat(public=1, hidden=4):
        start = at_the_start(away_from_zero(sample, 2, 3), away_from_zero(sample, 2, 3))
        yield case("random", **start, mu_product=1.0, t=1, **{**USUAL, "momentum_decay": sample.number(0.01, 20.0)})


@requirement("other learning rates, betas and epsilons", points=1)
def settings(sample):
    """Other betas, learning rates and epsilons, at the first step."""
    start = {**at_the_start(np.array([1.0, -2.0]), np.array([0.5, 3.0])), "mu_product": 1.0, "t": 1}
    yield case("betas 0.5 and 0.7", **start, **{**USUAL, "beta1": 0.5, "beta2": 0.7})
    yield case("epsilon = 0.1", **start, **{**USUAL, "epsilon": 0.1})
    small = {**at_the_start(np.array([1.0, -2.0]), np.array([1e-6, 0.0])), "mu_product": 1.0, "t": 1}
    yield case("gradients 1e-6 and 0, epsilon 1e-8", **small, **{**USUAL, "epsilon": 1e-8})
    for _ in sample.repeat(public=1, hidden=4):
        random = at_the_start(away_from_zero(sample, 2, 3), away_from_zero(sample, 2, 3))
        settings = {"learning_rate": sample.number(0.001, 0.05), "beta1": sample.number(0.1, 0.8)}
        settings["beta2"] = sample.number(0.3, 0.95)
        yield case("random", **random, mu_product=1.0, t=1, **{**USUAL, **settings})


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """The first step with PyTorch's settings."""
    for name, theta, gradient in of_every_kind(sample):
        yield case(name, **at_the_start(theta, gradient), mu_product=1.0, t=1, **USUAL)


@wrong()
def momentum_constant(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """Your momentum is beta1 at every step: this is Nadam without its schedule."""
    mu = beta1
    mu_next = beta1
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong()
def momentum_of_this_step_for_the_next(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    """The momentum part looks one step ahead, so it takes the momentum of step t + 1, in its factor and in its
    product. You take that of step t."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = mu
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong()
def decay_times_one_alone(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """In the exponent of mu_next `t + 1 * momentum_decay` multiplies the 1 alone. It needs parentheses, `(t + 1) *
    momentum_decay`."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** (t + 1 * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong()
def momentum_part_over_the_present_product(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    """Your momentum part is divided by 1 minus the product up to t. It belongs to the next step, whose product has
    one factor more."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong()
def power_instead_of_product(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    """You raise the momentum to the power t. It changes from step to step, so the product of all of them is
    something else, and it is handed to you: mu_product."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu**t) + mu_next * m / (1 - mu_next ** (t + 1))
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong()
def power_of_beta1_instead_of_product(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    """Your corrections are those of constant momentum, powers of beta1. With a schedule the product of all mu so far
    takes their place."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - beta1**t) + mu_next * m / (1 - beta1 ** (t + 1))
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong()
def mu_in_the_average(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """Your m is averaged with mu. Dozat's report does that; PyTorch keeps beta1 in the average and uses mu only
    where the direction is put together."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = mu * m + (1 - mu) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong()
def gradient_part_forgotten(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """The gradient part of the direction is missing."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong()
def mu_multiplied_in_twice(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """Your product for the next step contains mu twice: it is in mu_product already after you have updated it. The
    first versions of PyTorch's NAdam had this error, too."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong()
def product_of_the_next_step_returned(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    """The step is right, but the product that you return has a factor too many. The look ahead is for this step
    only; the next one multiplies by its own mu."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product * mu_next


@wrong(loses=[many, decays])
def product_forgotten(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """Your first step is right, later ones are not: the product of the earlier steps, which is handed to you, has
    been replaced by the last factor."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong(loses=[decays])
def decay_fixed(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """`momentum_decay` has no effect on your result: it is that of 0.004."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * 0.004))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * 0.004))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong(loses=[any_array, PURITY])
def written_into_m(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """An array that you were given has been changed (and one of whole numbers cannot even be): `m *= ...` writes
    into the caller's array. `m = ...` makes a new one."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m *= beta1
    m += (1 - beta1) * gradient
    s *= beta2
    s += (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


@wrong(loses=[any_array])
def float32_lost(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """The numbers are right, but float32 becomes float64: np.sqrt of a Python number gives a NumPy number of dtype
    float64, and that spreads. `** 0.5` keeps a Python number, which adapts to the array beside it."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    root = np.sqrt(1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s) / root + epsilon), m, s, mu_product

"""nadam_constant_step: one step of Nadam with constant momentum: Nesterov's trick in Adam."""

import numpy as np

from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.nadam import CONSTANT, ORDINARY, one_step_of_nadam, trajectory
from autograder.exercises.optimizer_states import at_the_start, away_from_zero, of_every_kind, some_state

TEXTBOOK = """\
def nadam_constant_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    s_hat = s / (1 - beta2**t)
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s
"""

nadam_constant_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m", "s"),
    summary="one step of Nadam with constant momentum: Nesterov's trick in Adam",
    pytorch="torch.optim.NAdam([theta], lr=learning_rate, betas=(beta1, beta2), eps=epsilon, "
    "momentum_decay=1e6).step()",
    source="Dozat 2016, algorithm 2 with constant mu, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
)
requirement, wrong = nadam_constant_step.requirement, nadam_constant_step.wrong


@nadam_constant_step.pytorch_reference
def reference(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """One step of PyTorch's NAdam with a schedule that is beta1 from the start; its product is then beta1**(t - 1)."""
    settings = (t, learning_rate, beta1, beta2, epsilon)
    return one_step_of_nadam(theta, gradient, m, s, float(beta1) ** (t - 1), *settings, CONSTANT)[:3]


@requirement("the first step", points=2)
def first(sample):
    """t = 1, both averages zero."""
    yield case("theta = 1", **at_the_start(np.array([1.0]), np.array([0.5])), t=1, **ORDINARY)
    start = at_the_start(np.array([1.0, -2.0, 3.0]), np.array([-4.0, 0.25, 30.0]))
    yield case("three parameters", **start, t=1, **ORDINARY)
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        yield case(
            "random", **at_the_start(away_from_zero(sample, *shape), away_from_zero(sample, *shape)), t=1, **ORDINARY
        )


@requirement("over many steps", points=1)
def many(sample):
    """theta, m and s handed from step to step; a zero gradient and a late step among the cases."""
    start = {"theta": np.array([1.0]), "gradient": per_step(np.array([[0.5], [0.5], [-2.0]]))}
    state = {"m": np.zeros(1), "s": np.zeros(1), "t": per_step([1, 2, 3])}
    yield multistep_case("3 steps of 1 parameter", **start, **state, **ORDINARY)
    yield case("t = 5000", **some_state(sample, 3), t=5000, **ORDINARY)
    for _ in sample.repeat(public=1, hidden=3):
        yield multistep_case("20 random steps, a falling learning rate", **trajectory(sample, 20))


@requirement("other learning rates, betas and epsilons", points=1)
def settings(sample):
    """Other betas, learning rates and epsilons, at the first step; with beta1 = 0 there is no momentum."""
    start = at_the_start(np.array([1.0, -2.0]), np.array([0.5, 3.0]))
    yield case("betas 0.5 and 0.7", **start, t=1, **{**ORDINARY, "beta1": 0.5, "beta2": 0.7})
    yield case("beta1 = 0", **start, t=1, **{**ORDINARY, "beta1": 0.0})
    yield case("epsilon = 0.1", **start, t=1, **{**ORDINARY, "epsilon": 0.1})
    small = at_the_start(np.array([1.0, -2.0]), np.array([1e-6, 0.0]))
    yield case("gradients 1e-6 and 0, epsilon 1e-8", **small, t=1, **{**ORDINARY, "epsilon": 1e-8})
    for _ in sample.repeat(public=1, hidden=4):
        start = at_the_start(away_from_zero(sample, 2, 3), away_from_zero(sample, 2, 3))
        settings = {"learning_rate": sample.number(0.001, 0.05), "beta1": sample.number(0.1, 0.8)}
        yield case("random", **start, t=1, **{**ORDINARY, **settings, "beta2": sample.number(0.3, 0.95)})


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """The first step with the usual settings."""
    for name, theta, gradient in of_every_kind(sample):
        yield case(name, **at_the_start(theta, gradient), t=1, **ORDINARY)


@wrong()
def plain_adam(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """This is Adam. Its direction holds the old momentum and the new gradient; Nadam puts the momentum of the next
    step, beta1 times the new m, in the place of the old one."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = m / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def both_over_the_present_weights(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """Both parts are divided by 1 - beta1**t. Many textbooks write it so, but here the momentum part belongs to the
    step after this one, and so does its correction."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (beta1 * m + (1 - beta1) * gradient) / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def both_over_the_next_weights(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """Both parts are divided by 1 - beta1**(t + 1). Only the momentum part is one step ahead; the gradient is that
    of step t."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (beta1 * m + (1 - beta1) * gradient) / (1 - beta1 ** (t + 1))
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def one_added_to_the_power(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """The divisor of your momentum part is too large: Python reads `beta1**t + 1` as (beta1**t) + 1. The exponent
    needs parentheses, `beta1 ** (t + 1)`."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1**t + 1) + (1 - beta1) * gradient / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def gradient_part_forgotten(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """The momentum part is right, but the gradient part is missing: the direction is a sum of two."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1 ** (t + 1))
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


@wrong(loses=[many])
def whole_gradient_added(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """The gradient enters with weight 1. In an average it has the weight 1 - beta1, corrected by 1 - beta1**t: the
    two cancel at the first step only."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + gradient
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def direction_kept_as_m(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """The step is right, but the m that you return has received the gradient twice. The look ahead is used for this
    step and then forgotten: return m as Adam does."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_next = beta1 * m + (1 - beta1) * gradient
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m_next, s


@wrong(loses=[settings])
def epsilon_inside_the_root(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """Your epsilon stands under the square root. It is added after the root of s_hat."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / np.sqrt(s_hat + epsilon), m, s


@wrong(loses=[any_array, PURITY])
def written_into_m(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """An array that you were given has been changed (and one of whole numbers cannot even be): `m *= ...` writes
    into the caller's array. `m = ...` makes a new one."""
    m *= beta1
    m += (1 - beta1) * gradient
    s *= beta2
    s += (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


@wrong(loses=[any_array])
def float32_lost(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """The numbers are right, but float32 becomes float64: np.sqrt of a Python number gives a NumPy number of dtype
    float64, and that spreads. `** 0.5` keeps a Python number, which adapts to the array beside it."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    root = np.sqrt(1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s) / root + epsilon), m, s

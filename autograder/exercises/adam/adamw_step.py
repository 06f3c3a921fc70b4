"""adamw_step: one step of AdamW: Adam with weight decay that the averages do not see."""

import numpy as np

from autograder.exercises.adam import ORDINARY, one_step_of, trajectory
from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.optimizer_states import at_the_start, away_from_zero, of_every_kind, some_state

TEXTBOOK = """\
def adamw_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat = m / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    theta = theta * (1 - learning_rate * weight_decay)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s
"""

adamw_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m", "s"),
    summary="one step of AdamW: Adam with weight decay that the averages do not see",
    pytorch="torch.optim.AdamW([theta], lr, betas=(beta1, beta2), eps=epsilon, weight_decay=weight_decay).step()",
    source="Loshchilov and Hutter 2019, algorithm 2, https://arxiv.org/abs/1711.05101",
)
requirement, wrong = adamw_step.requirement, adamw_step.wrong


@adamw_step.pytorch_reference
def reference(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """One step of PyTorch's AdamW."""
    import torch

    settings = {"eps": epsilon, "weight_decay": weight_decay}
    return one_step_of(torch.optim.AdamW, theta, gradient, m, s, t, learning_rate, beta1, beta2, **settings)


@requirement("one step", points=1)
def first(sample):
    """t = 1 with decay; from the middle of a training, too."""
    yield case("theta = 2", **at_the_start(np.array([2.0]), np.array([0.5])), t=1, **ORDINARY, weight_decay=0.1)
    yield case("three parameters", **some_state(sample, 3), t=7, **ORDINARY, weight_decay=0.1)
    for _ in sample.repeat(public=2, hidden=5):
        state, t = some_state(sample, *sample.shape()), sample.integer(2, 30)
        yield case(f"random, t = {t}", **state, t=t, **ORDINARY, weight_decay=sample.number(0.05, 0.5))


@requirement("decay without gradients, and gradients without decay", points=1)
def alone(sample):
    """Decay alone, where all gradients have been 0; and no decay at all, where AdamW is Adam."""
    start = at_the_start(np.array([2.0, -4.0]), np.zeros(2))
    yield case("gradients all 0", **start, t=1, **{**ORDINARY, "epsilon": 1e-8}, weight_decay=0.5)
    yield case("no decay", **some_state(sample, 3), t=4, **ORDINARY, weight_decay=0.0)
    for _ in sample.repeat(public=1, hidden=3):
        start = at_the_start(away_from_zero(sample, 2, 3), np.zeros((2, 3)))
        settings = {**ORDINARY, "learning_rate": sample.number(0.01, 0.9), "epsilon": 1e-8}
        yield case("random, gradients all 0", **start, t=1, **settings, weight_decay=sample.number(0.1, 0.9))


@requirement("other betas and epsilon", points=1)
def settings(sample):
    """Other betas and a large epsilon, with decay."""
    settings = {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.7, "epsilon": 0.1, "weight_decay": 0.2}
    yield case("betas 0.5 and 0.7, epsilon 0.1", **at_the_start(np.array([2.0]), np.array([0.5])), t=1, **settings)
    yield case("in the middle of a training", **some_state(sample, 3), t=3, **settings)
    for _ in sample.repeat(public=1, hidden=3):
        betas = {"beta1": sample.number(0.1, 0.8), "beta2": sample.number(0.3, 0.95)}
        state, t, epsilon = some_state(sample, 2, 3), sample.integer(2, 6), sample.number(0.05, 0.5)
        yield case("random", **state, t=t, **{**settings, **betas, "epsilon": epsilon})


@requirement("over many steps", points=1)
def many(sample):
    """theta, m and s handed from step to step; the decay follows the learning rate."""
    start = {"theta": np.array([2.0]), "gradient": per_step(np.array([[0.5], [-1.0]]))}
    state = {"m": np.zeros(1), "s": np.zeros(1), "t": per_step([1, 2])}
    yield multistep_case("2 steps of 1 parameter", **start, **state, **ORDINARY, weight_decay=0.1)
    for _ in sample.repeat(public=1, hidden=3):
        yield multistep_case("20 random steps, a falling learning rate", **trajectory(sample, 20), weight_decay=0.2)


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """The first step, with PyTorch's default decay."""
    for name, theta, gradient in of_every_kind(sample):
        yield case(name, **at_the_start(theta, gradient), t=1, **ORDINARY, weight_decay=0.01)


@wrong()
def decay_in_the_gradient(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """Your m and s contain the decay: you add it to the gradient. That is Adam with an L2 penalty. AdamW keeps the
    decay out of the averages."""
    gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def decay_divided_by_the_root(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """m and s are right, but your decay is divided by the root of s_hat, too. It has to act on every parameter with
    the same factor."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * (m_hat + weight_decay * theta) / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def decay_without_learning_rate(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """Your decay does not depend on the learning rate. In PyTorch theta shrinks by learning_rate * weight_decay of
    itself."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta * (1 - weight_decay) - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong(keeps=[alone])
def decay_after_the_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """You shrink theta after Adam's step, so the step itself is shrunk, too. PyTorch shrinks the old theta and then
    takes the step."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    theta = theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon)
    return theta * (1 - learning_rate * weight_decay), m, s


@wrong()
def decay_forgotten(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """`weight_decay` has no effect on your result: this is Adam."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def twice_the_decay(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """Your decay is twice as strong. PyTorch's weight_decay is the factor of theta itself, so no 2 from the
    derivative of a square appears."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    step = m_hat / (np.sqrt(s_hat) + epsilon) + 2 * weight_decay * theta
    return theta - learning_rate * step, m, s


@wrong()
def decay_added(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """Your theta grows by learning_rate * weight_decay of itself where it should shrink: the sign is reversed."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    theta = theta * (1 + learning_rate * weight_decay)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong(loses=[settings])
def epsilon_inside_the_root(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """Your epsilon stands under the square root. As in Adam, it is added to the root."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    theta = theta * (1 - learning_rate * weight_decay)
    return theta - learning_rate * m_hat / np.sqrt(s_hat + epsilon), m, s


@wrong(loses=[settings])
def betas_fixed(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """`beta1` and `beta2` have no effect on your result: it is that of 0.9 and 0.999."""
    m = 0.9 * m + 0.1 * gradient
    s = 0.999 * s + 0.001 * gradient**2
    m_hat, s_hat = m / (1 - 0.9**t), s / (1 - 0.999**t)
    theta = theta * (1 - learning_rate * weight_decay)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def no_correction(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """The decay is right; the step uses m and s without their correction."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    return theta * (1 - learning_rate * weight_decay) - learning_rate * m / (np.sqrt(s) + epsilon), m, s


@wrong(loses=[any_array, PURITY])
def written_into_theta(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """The theta that you were given has been changed (and one of whole numbers cannot even be): `theta *= ...`
    writes into the caller's array. Compute a new one."""
    theta *= 1 - learning_rate * weight_decay
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong(loses=[any_array])
def always_float64(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """The numbers are right, but float32 becomes float64: something in your formula has the dtype float64. A plain
    Python number adapts to the array beside it."""
    theta, gradient = theta.astype(float), gradient.astype(float)
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta * (1 - learning_rate * weight_decay) - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s

"""adam_step: one step of Adam from a given state."""

import numpy as np

from autograder.exercises.adam import ORDINARY, one_step_of, trajectory
from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.optimizer_states import at_the_start, away_from_zero, of_every_kind, some_state

TEXTBOOK = """\
def adam_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat = m / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s
"""

adam_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m", "s"),
    summary="one step of Adam from a given state",
    pytorch="torch.optim.Adam([theta], lr=learning_rate, betas=(beta1, beta2), eps=epsilon).step()",
    source="Kingma and Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980",
)
requirement, wrong = adam_step.requirement, adam_step.wrong


@adam_step.pytorch_reference
def reference(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """One step of PyTorch's Adam."""
    import torch

    return one_step_of(torch.optim.Adam, theta, gradient, m, s, t, learning_rate, beta1, beta2, eps=epsilon)


@requirement("the first step", points=2)
def first(sample):
    """t = 1, both averages zero."""
    yield case("theta = 1", **at_the_start(np.array([1.0]), np.array([0.5])), t=1, **ORDINARY)
    start = at_the_start(np.array([1.0, -2.0, 3.0]), np.array([-4.0, 0.25, 30.0]))
    yield case("three parameters", **start, t=1, **ORDINARY)
    for _ in sample.repeat(public=2, hidden=5):
        shape = sample.shape()
        start = at_the_start(away_from_zero(sample, *shape), away_from_zero(sample, *shape))
        yield case("random", **start, t=1, **ORDINARY)


@requirement("a later step", points=1)
def later(sample):
    """Averages that are not zero, a zero gradient among the cases."""
    state = {"theta": np.array([1.0]), "gradient": np.array([1.0]), "m": np.array([0.3]), "s": np.array([0.004])}
    yield case("t = 2", **state, t=2, **ORDINARY)
    yield case("gradient 0: it moves all the same", **{**state, "gradient": np.zeros(1)}, t=3, **ORDINARY)
    yield case("t = 5000", **some_state(sample, 3), t=5000, **ORDINARY)
    for _ in sample.repeat(public=2, hidden=5):
        t = sample.integer(2, 40)
        yield case(f"random, t = {t}", **some_state(sample, *sample.shape()), t=t, **ORDINARY)


@requirement("over many steps", points=1)
def many(sample):
    """theta, m and s handed from step to step."""
    start = {"theta": np.array([1.0]), "gradient": per_step(np.array([[0.5], [0.5], [-2.0]]))}
    state = {"m": np.zeros(1), "s": np.zeros(1), "t": per_step([1, 2, 3])}
    yield multistep_case("3 steps of 1 parameter", **start, **state, **ORDINARY)
    for _ in sample.repeat(public=1, hidden=3):
        yield multistep_case("20 random steps, a falling learning rate", **trajectory(sample, 20))


@requirement("other learning rates and betas", points=1)
def settings(sample):
    """Other learning rates and betas; beta1 = 0 is RMSProp with the correction."""
    start = at_the_start(np.array([1.0, -2.0]), np.array([0.5, 3.0]))
    yield case("betas 0.5 and 0.7", **start, t=1, **{**ORDINARY, "beta1": 0.5, "beta2": 0.7})
    yield case("beta1 = 0", **start, t=1, **{**ORDINARY, "beta1": 0.0})
    yield case("learning rate 0.003", **start, t=1, **{**ORDINARY, "learning_rate": 0.003})
    for _ in sample.repeat(public=1, hidden=4):
        start = at_the_start(away_from_zero(sample, 2, 3), away_from_zero(sample, 2, 3))
        settings = {"learning_rate": sample.number(0.001, 0.05), "beta1": sample.number(0.1, 0.8)}
        yield case("random", **start, t=1, **{**ORDINARY, **settings, "beta2": sample.number(0.3, 0.95)})


@requirement("epsilon", points=2)
def epsilon_cases(sample):
    """Gradients near epsilon, a large epsilon, and zeros: where it stands and how large it is."""
    start = at_the_start(np.array([1.0]), np.array([1e-6]))
    yield case("gradient 1e-6, epsilon 1e-8", **start, t=1, **{**ORDINARY, "epsilon": 1e-8})
    start = at_the_start(np.array([1.0, -2.0]), np.array([0.5, -0.05]))
    yield case("epsilon = 0.1", **start, t=1, **{**ORDINARY, "epsilon": 0.1})
    start = at_the_start(np.array([1.0, -2.0]), np.zeros(2))
    yield case("gradient 0 at the first step", **start, t=1, **{**ORDINARY, "epsilon": 1e-8})
    for _ in sample.repeat(public=1, hidden=4):
        start = at_the_start(away_from_zero(sample, 2, 3), away_from_zero(sample, 2, 3) * 1e-6)
        yield case("random gradients near 1e-6", **start, t=1, **{**ORDINARY, "epsilon": sample.choice([1e-8, 1e-7])})
        start = at_the_start(away_from_zero(sample, 4), away_from_zero(sample, 4))
        yield case("random, a large epsilon", **start, t=1, **{**ORDINARY, "epsilon": sample.number(0.05, 1.0)})


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """The first step."""
    for name, theta, gradient in of_every_kind(sample):
        yield case(name, **at_the_start(theta, gradient), t=1, **ORDINARY)


@wrong()
def no_correction(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """m and s are right, but the step uses them uncorrected: your first step is 3.16 learning rates long for beta1 =
    0.9 and beta2 = 0.999. Where do m_hat and s_hat come in?"""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    return theta - learning_rate * m / (np.sqrt(s) + epsilon), m, s


@wrong()
def only_m_corrected(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """You correct m but not s. Your first step is 31.6 times too long: s is still near zero, and you divide by its
    root."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    return theta - learning_rate * m / (1 - beta1**t) / (np.sqrt(s) + epsilon), m, s


@wrong()
def only_s_corrected(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """You correct s but not m. For beta1 = 0.9 your first step is ten times too short."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    return theta - learning_rate * m / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


@wrong()
def corrected_state_returned(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """The step is right, but you return the corrected averages as the state. The next step must start from m and s
    as they were before the correction: give m_hat and s_hat names of their own."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m = m / (1 - beta1**t)
    s = s / (1 - beta2**t)
    return theta - learning_rate * m / (np.sqrt(s) + epsilon), m, s


@wrong(loses=[later, many])
def t_never_counted(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """The first step is right, all others are not: you divide by 1 - beta1 and 1 - beta2 whatever t is."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1), s / (1 - beta2)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def one_beta_for_both_corrections(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """Both corrections use beta1. s has its own beta, so the weights in it add up to 1 - beta2**t."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta1**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def betas_swapped(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """Your betas are swapped: beta1 belongs to m, the average of the gradients; beta2 to s, that of their squares."""
    m = beta2 * m + (1 - beta2) * gradient
    s = beta1 * s + (1 - beta1) * gradient**2
    m_hat, s_hat = m / (1 - beta2**t), s / (1 - beta1**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def square_root_forgotten(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """You divide by s_hat itself. s holds squares of gradients; its root has the size of a gradient."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (s_hat + epsilon), m, s


@wrong(loses=[epsilon_cases])
def epsilon_inside_the_root(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """Ordinary gradients come out right, tiny ones do not: your epsilon stands under the square root. There it acts
    as if it were its root, 1e-4 instead of 1e-8."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / np.sqrt(s_hat + epsilon), m, s


@wrong(loses=[epsilon_cases])
def epsilon_before_the_correction(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """Your epsilon is added to the root of the uncorrected s. The paper calls this form epsilon hat, and Keras uses
    it; PyTorch corrects first and adds epsilon then."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    rate = learning_rate * np.sqrt(1 - beta2**t).item() / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(s) + epsilon), m, s


@wrong(loses=[epsilon_cases])
def epsilon_behind_the_fraction(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """`a / b + epsilon` adds epsilon to the whole, not to the root: put the divisor in parentheses."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / np.sqrt(s_hat) + epsilon, m, s


@wrong()
def parentheses_missing_in_the_corrections(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """m and s are right. `m / 1 - beta1**t` divides by 1 and then subtracts: the divisor needs parentheses."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / 1 - beta1**t, s / 1 - beta2**t
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def uphill(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """m and s are right, but you add the step to theta. Descent goes against the gradient: subtract it."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta + learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong(loses=[later, many])
def gradient_instead_of_m_hat(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """The first step is right, all others are not: above the fraction bar you have the gradient itself. Adam takes
    the average of the gradients, m_hat."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * gradient / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def s_averages_squares_of_m(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """Your m is right, but your s averages the squares of m. It has to average those of the gradients."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * m**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong()
def s_averaged_with_beta1(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """Your m is right, but your s is averaged with beta1. s has a beta of its own, beta2."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta1 * s + (1 - beta1) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong(loses=[settings])
def betas_fixed(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """`beta1` and `beta2` have no effect on your result: it is that of 0.9 and 0.999."""
    m = 0.9 * m + 0.1 * gradient
    s = 0.999 * s + 0.001 * gradient**2
    m_hat, s_hat = m / (1 - 0.9**t), s / (1 - 0.999**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong(loses=[epsilon_cases])
def epsilon_forgotten(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """`epsilon` has no effect on your result, and a parameter whose gradient is 0 gets 0/0."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / np.sqrt(s_hat), m, s


@wrong(loses=[any_array, PURITY])
def written_into_the_state(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """An array that you were given has been changed (and one of whole numbers cannot even be): `m *= ...` writes
    into the caller's array. `m = ...` makes a new one."""
    m *= beta1
    m += (1 - beta1) * gradient
    s *= beta2
    s += (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


@wrong(loses=[any_array])
def float32_lost(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """The numbers are right, but float32 becomes float64: np.sqrt of a Python number gives a NumPy number of dtype
    float64, and that spreads. `** 0.5` keeps a Python number, which adapts to the array beside it."""
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(s) + epsilon * np.sqrt(1 - beta2**t)), m, s

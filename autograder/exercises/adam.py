"""Kernels of `2_faster_optimizers/4_adam`: the corrected average, Adam's step, its size and its bound, and AdamW.

The references put the state they are given into a real optimizer of PyTorch and take one step. Where epsilon is not
the point, it is too small for its place to be seen, and gradients stay away from zero.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise, Mistake, Requirement, case, multistep_case, per_step
from autograder.exercises.optimizer_states import at_the_start, away_from_zero, of_every_kind, some_state
from autograder.exercises.sampling import Sampler

NOTEBOOK = "2_faster_optimizers/4_adam"

CONTRACT = "any shape, memory order and dtype"
MANY = "over many steps"
NO_EPSILON = 1e-15
ORDINARY = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON}
FAR = 1e9
"""A number of steps after which 1 - beta**t is 1 in every digit: PyTorch's Adam without its correction."""


FLOAT32_LOST = (
    "The numbers are right, but float32 becomes float64: something in your formula has the dtype float64. A plain "
    "Python number adapts to the array beside it."
)
STATE_CHANGED = (
    "An array that you were given has been changed (and one of whole numbers cannot even be): `m *= ...` writes into "
    "the caller's array. `m = ...` makes a new one."
)

# ---------------------------------------------------------------- corrected_average


def corrected_average_reference(gradient, m, t, beta):
    """The average of PyTorch's optimizers, a lerp, and the division that its Adam makes."""
    m = m.lerp(gradient, 1 - beta)
    return m, m / (1 - beta**t)


def corrected_average_one_step(draw: Sampler) -> Iterator[Case]:
    """The first step, and one from the middle."""
    yield case("the first step", gradient=np.array([2.0, -3.0]), m=np.zeros(2), t=1, beta=0.9)
    yield case("the second step", gradient=np.array([2.0]), m=np.array([0.4]), t=2, beta=0.9)
    yield case("gradient 0, m is not", gradient=np.zeros(1), m=np.array([0.5]), t=3, beta=0.9)
    for _ in draw.rounds(public=2, hidden=5):
        shape, t = draw.shape(), draw.integer(2, 30)
        yield case(f"random, t = {t}", gradient=away_from_zero(draw, *shape), m=draw.normal(*shape), t=t, beta=0.9)


def corrected_average_many_steps(draw: Sampler) -> Iterator[Case]:
    """m handed from step to step, t counted from 1."""
    two = per_step(np.array([[1.0], [3.0]]))
    yield multistep_case("2 steps of 1 number", gradient=two, m=np.zeros(1), t=per_step([1, 2]), beta=0.9)
    for _ in draw.rounds(public=1, hidden=3):
        gradients = per_step(away_from_zero(draw, 20, 3))
        yield multistep_case("20 random steps", gradient=gradients, m=np.zeros(3), t=per_step(range(1, 21)), beta=0.9)


def corrected_average_other_betas(draw: Sampler) -> Iterator[Case]:
    """Betas other than 0.9, 0 among them; the first step, where m is zero."""
    yield case("beta = 0.5", gradient=np.array([2.0, -3.0]), m=np.zeros(2), t=1, beta=0.5)
    yield case("beta = 0.999", gradient=np.array([2.0, -3.0]), m=np.zeros(2), t=1, beta=0.999)
    yield case("beta = 0: no memory", gradient=np.array([2.0, -3.0]), m=np.zeros(2), t=1, beta=0.0)
    for _ in draw.rounds(public=1, hidden=4):
        gradient = away_from_zero(draw, *draw.shape())
        yield case("random", gradient=gradient, m=np.zeros_like(gradient), t=1, beta=draw.number(0.05, 0.85))


def corrected_average_any_array(draw: Sampler) -> Iterator[Case]:
    """The first step with beta = 0.9."""
    for name, _, gradient in of_every_kind(draw):
        yield case(name, gradient=gradient, m=np.zeros_like(gradient), t=1, beta=0.9)


def corrected_average_correction_handed_on(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    m = m / (1 - beta**t)
    return m, m


def corrected_average_multiplied(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    return m, m * (1 - beta**t)


def corrected_average_t_from_zero(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    return m, m / np.float64(1 - beta ** (t - 1))


def corrected_average_beta_times_t(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    return m, m / (1 - beta * t)


def corrected_average_parentheses_missing(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    return m, m / 1 - beta**t


def corrected_average_old_average_corrected(gradient, m, t, beta):
    return beta * m + (1 - beta) * gradient, m / (1 - beta**t)


def corrected_average_outputs_swapped(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    return m / (1 - beta**t), m


def corrected_average_t_ignored(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    return m, m / (1 - beta)


def corrected_average_sum_instead_of_average(gradient, m, t, beta):
    m = beta * m + gradient
    return m, m / (1 - beta**t)


def corrected_average_weights_swapped(gradient, m, t, beta):
    m = (1 - beta) * m + beta * gradient
    return m, m / (1 - beta**t)


def corrected_average_beta_fixed(gradient, m, t, beta):
    m = 0.9 * m + 0.1 * gradient
    return m, m / (1 - 0.9**t)


def corrected_average_written_into_m(gradient, m, t, beta):
    m *= beta
    m += (1 - beta) * gradient
    return m, m / (1 - beta**t)


def corrected_average_always_float64(gradient, m, t, beta):
    weights = np.array([beta, 1 - beta, 1 - beta**t])
    m = weights[0] * m + weights[1] * gradient
    return m, m / weights[2]


ALL_OF_AVERAGE = ("one step", MANY, "beta other than 0.9", CONTRACT)

CORRECTED_AVERAGE = Exercise(
    name="corrected_average",
    parameters=("gradient", "m", "t", "beta"),
    summary="one step of an exponential moving average that started at zero, and the average corrected for that start",
    pytorch="m.lerp(gradient, 1 - beta), divided by 1 - beta**t, as torch.optim.Adam does",
    source="Kingma and Ba 2015, section 3, https://arxiv.org/abs/1412.6980",
    reference=corrected_average_reference,
    outputs=("m", "m_hat"),
    requirements=(
        Requirement("one step", 1, corrected_average_one_step),
        Requirement(MANY, 1, corrected_average_many_steps),
        Requirement("beta other than 0.9", 1, corrected_average_other_betas),
        Requirement(CONTRACT, 1, corrected_average_any_array),
    ),
    mistakes=(
        Mistake(
            corrected_average_correction_handed_on,
            "m_hat is right, but you also return it as m. The next step must start from the average as it was before "
            "the correction.",
            loses=ALL_OF_AVERAGE,
        ),
        Mistake(
            corrected_average_multiplied,
            "You multiply by 1 - beta**t. The weights in m add up to that number, so the average is obtained by "
            "dividing.",
            loses=ALL_OF_AVERAGE,
        ),
        Mistake(
            corrected_average_t_from_zero,
            "At the first step you divide by 1 - beta**0, which is 0. Here t is 1 at the first step.",
            loses=ALL_OF_AVERAGE,
        ),
        Mistake(
            corrected_average_beta_times_t,
            "beta**t is a power: beta multiplied by itself t times. You have beta times t, which is the same only for "
            "t = 1.",
            loses=("one step", MANY),
        ),
        Mistake(
            corrected_average_parentheses_missing,
            "m is right. `m / 1 - beta**t` divides by 1 and then subtracts: the divisor needs parentheses.",
            loses=ALL_OF_AVERAGE,
        ),
        Mistake(
            corrected_average_old_average_corrected,
            "m is right, but m_hat is the correction of the m that you were given. Correct the new one.",
            loses=ALL_OF_AVERAGE,
        ),
        Mistake(
            corrected_average_outputs_swapped,
            "Both arrays are right, in the wrong order: m comes first, m_hat second.",
            loses=ALL_OF_AVERAGE,
        ),
        Mistake(
            corrected_average_t_ignored,
            "You divide by 1 - beta whatever t is. That is right for the first step only; with more gradients in the "
            "average the correction fades.",
            loses=("one step", MANY),
        ),
        Mistake(
            corrected_average_sum_instead_of_average,
            "Your m is ten times too large for beta = 0.9: the new gradient enters with the weight 1 - beta, not 1.",
            loses=ALL_OF_AVERAGE,
        ),
        Mistake(
            corrected_average_weights_swapped,
            "Your average forgets nine tenths at each step. beta is the share of the old average that is kept.",
            loses=ALL_OF_AVERAGE,
        ),
        Mistake(
            corrected_average_beta_fixed,
            "`beta` has no effect on your result: it is that of beta = 0.9.",
            loses=("beta other than 0.9",),
        ),
        Mistake(corrected_average_written_into_m, STATE_CHANGED, loses=(CONTRACT, PURITY)),
        Mistake(corrected_average_always_float64, FLOAT32_LOST, loses=(CONTRACT,)),
    ),
)

# ---------------------------------------------------------------- adam_step


def one_step_of(optimizer, theta, gradient, m, s, t, learning_rate, beta1, beta2, **settings):
    """Put the state into a PyTorch optimizer of Adam's family, take its step t, and read the state again."""
    import torch

    parameter = torch.nn.Parameter(theta.clone())
    parameter.grad = gradient.clone()
    steps = optimizer([parameter], lr=learning_rate, betas=(beta1, beta2), **settings)
    steps.state[parameter] = {"step": torch.tensor(float(t - 1)), "exp_avg": m.clone(), "exp_avg_sq": s.clone()}
    steps.step()
    state = steps.state[parameter]
    return parameter.detach(), state["exp_avg"], state["exp_avg_sq"]


def adam_step_reference(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """One step of PyTorch's Adam."""
    import torch

    return one_step_of(torch.optim.Adam, theta, gradient, m, s, t, learning_rate, beta1, beta2, eps=epsilon)


def adam_step_first(draw: Sampler) -> Iterator[Case]:
    """t = 1, both averages zero."""
    yield case("theta = 1", **at_the_start(np.array([1.0]), np.array([0.5])), t=1, **ORDINARY)
    start = at_the_start(np.array([1.0, -2.0, 3.0]), np.array([-4.0, 0.25, 30.0]))
    yield case("three parameters", **start, t=1, **ORDINARY)
    for _ in draw.rounds(public=2, hidden=5):
        shape = draw.shape()
        start = at_the_start(away_from_zero(draw, *shape), away_from_zero(draw, *shape))
        yield case("random", **start, t=1, **ORDINARY)


def adam_step_later(draw: Sampler) -> Iterator[Case]:
    """Averages that are not zero, a zero gradient among the cases."""
    state = {"theta": np.array([1.0]), "gradient": np.array([1.0]), "m": np.array([0.3]), "s": np.array([0.004])}
    yield case("t = 2", **state, t=2, **ORDINARY)
    yield case("gradient 0: it moves all the same", **{**state, "gradient": np.zeros(1)}, t=3, **ORDINARY)
    yield case("t = 5000", **some_state(draw, 3), t=5000, **ORDINARY)
    for _ in draw.rounds(public=2, hidden=5):
        t = draw.integer(2, 40)
        yield case(f"random, t = {t}", **some_state(draw, *draw.shape()), t=t, **ORDINARY)


def trajectory(draw: Sampler, steps: int) -> dict:
    """Three parameters from zero averages; a learning rate that falls, and a zero gradient on the way."""
    gradients = away_from_zero(draw, steps, 3)
    gradients[steps // 2] = 0.0
    rates = [round(0.1 * 0.95**t, 6) for t in range(steps)]
    return {
        "theta": away_from_zero(draw, 3),
        "gradient": per_step(gradients),
        "m": np.zeros(3),
        "s": np.zeros(3),
        "t": per_step(range(1, steps + 1)),
        **ORDINARY,
        "learning_rate": per_step(rates),
    }


def adam_step_many(draw: Sampler) -> Iterator[Case]:
    """theta, m and s handed from step to step."""
    start = {"theta": np.array([1.0]), "gradient": per_step(np.array([[0.5], [0.5], [-2.0]]))}
    state = {"m": np.zeros(1), "s": np.zeros(1), "t": per_step([1, 2, 3])}
    yield multistep_case("3 steps of 1 parameter", **start, **state, **ORDINARY)
    for _ in draw.rounds(public=1, hidden=3):
        yield multistep_case("20 random steps, a falling learning rate", **trajectory(draw, 20))


def adam_step_settings(draw: Sampler) -> Iterator[Case]:
    """Other learning rates and betas; beta1 = 0 is RMSProp with the correction."""
    start = at_the_start(np.array([1.0, -2.0]), np.array([0.5, 3.0]))
    yield case("betas 0.5 and 0.7", **start, t=1, **{**ORDINARY, "beta1": 0.5, "beta2": 0.7})
    yield case("beta1 = 0", **start, t=1, **{**ORDINARY, "beta1": 0.0})
    yield case("learning rate 0.003", **start, t=1, **{**ORDINARY, "learning_rate": 0.003})
    for _ in draw.rounds(public=1, hidden=4):
        start = at_the_start(away_from_zero(draw, 2, 3), away_from_zero(draw, 2, 3))
        settings = {"learning_rate": draw.number(0.001, 0.05), "beta1": draw.number(0.1, 0.8)}
        yield case("random", **start, t=1, **{**ORDINARY, **settings, "beta2": draw.number(0.3, 0.95)})


def adam_step_epsilon(draw: Sampler) -> Iterator[Case]:
    """Gradients near epsilon, a large epsilon, and zeros: where it stands and how large it is."""
    start = at_the_start(np.array([1.0]), np.array([1e-6]))
    yield case("gradient 1e-6, epsilon 1e-8", **start, t=1, **{**ORDINARY, "epsilon": 1e-8})
    start = at_the_start(np.array([1.0, -2.0]), np.array([0.5, -0.05]))
    yield case("epsilon = 0.1", **start, t=1, **{**ORDINARY, "epsilon": 0.1})
    start = at_the_start(np.array([1.0, -2.0]), np.zeros(2))
    yield case("gradient 0 at the first step", **start, t=1, **{**ORDINARY, "epsilon": 1e-8})
    for _ in draw.rounds(public=1, hidden=4):
        start = at_the_start(away_from_zero(draw, 2, 3), away_from_zero(draw, 2, 3) * 1e-6)
        yield case("random gradients near 1e-6", **start, t=1, **{**ORDINARY, "epsilon": draw.choice([1e-8, 1e-7])})
        start = at_the_start(away_from_zero(draw, 4), away_from_zero(draw, 4))
        yield case("random, a large epsilon", **start, t=1, **{**ORDINARY, "epsilon": draw.number(0.05, 1.0)})


def adam_step_any_array(draw: Sampler) -> Iterator[Case]:
    """The first step."""
    for name, theta, gradient in of_every_kind(draw):
        yield case(name, **at_the_start(theta, gradient), t=1, **ORDINARY)


def adam_step_no_correction(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    return theta - learning_rate * m / (np.sqrt(s) + epsilon), m, s


def adam_step_only_m_corrected(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    return theta - learning_rate * m / (1 - beta1**t) / (np.sqrt(s) + epsilon), m, s


def adam_step_only_s_corrected(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    return theta - learning_rate * m / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


def adam_step_corrected_state_returned(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m = m / (1 - beta1**t)
    s = s / (1 - beta2**t)
    return theta - learning_rate * m / (np.sqrt(s) + epsilon), m, s


def adam_step_t_never_counted(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1), s / (1 - beta2)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_step_one_beta_for_both_corrections(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta1**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_step_betas_swapped(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta2 * m + (1 - beta2) * gradient
    s = beta1 * s + (1 - beta1) * gradient**2
    m_hat, s_hat = m / (1 - beta2**t), s / (1 - beta1**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_step_square_root_forgotten(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (s_hat + epsilon), m, s


def adam_step_epsilon_inside_the_root(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / np.sqrt(s_hat + epsilon), m, s


def adam_step_epsilon_before_the_correction(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    rate = learning_rate * np.sqrt(1 - beta2**t).item() / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(s) + epsilon), m, s


def adam_step_parentheses_missing_in_the_corrections(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / 1 - beta1**t, s / 1 - beta2**t
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_step_epsilon_behind_the_fraction(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / np.sqrt(s_hat) + epsilon, m, s


def adam_step_uphill(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta + learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_step_gradient_instead_of_m_hat(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * gradient / (np.sqrt(s_hat) + epsilon), m, s


def adam_step_s_averages_squares_of_m(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * m**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_step_s_averaged_with_beta1(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta1 * s + (1 - beta1) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_step_betas_fixed(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = 0.9 * m + 0.1 * gradient
    s = 0.999 * s + 0.001 * gradient**2
    m_hat, s_hat = m / (1 - 0.9**t), s / (1 - 0.999**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_step_epsilon_forgotten(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / np.sqrt(s_hat), m, s


def adam_step_written_into_the_state(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m *= beta1
    m += (1 - beta1) * gradient
    s *= beta2
    s += (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_step_float32_lost(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(s) + epsilon * np.sqrt(1 - beta2**t)), m, s


FIRST, LATER, SETTINGS, EPSILON = "the first step", "a later step", "other learning rates and betas", "epsilon"
ALL_OF_ADAM = (FIRST, LATER, MANY, SETTINGS, EPSILON, CONTRACT)

ADAM_STEP = Exercise(
    name="adam_step",
    parameters=("theta", "gradient", "m", "s", "t", "learning_rate", "beta1", "beta2", "epsilon"),
    summary="one step of Adam from a given state",
    pytorch="torch.optim.Adam([theta], lr=learning_rate, betas=(beta1, beta2), eps=epsilon).step()",
    source="Kingma and Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980",
    reference=adam_step_reference,
    outputs=("theta", "m", "s"),
    requirements=(
        Requirement(FIRST, 2, adam_step_first),
        Requirement(LATER, 1, adam_step_later),
        Requirement(MANY, 1, adam_step_many),
        Requirement(SETTINGS, 1, adam_step_settings),
        Requirement(EPSILON, 2, adam_step_epsilon),
        Requirement(CONTRACT, 1, adam_step_any_array),
    ),
    mistakes=(
        Mistake(
            adam_step_no_correction,
            "m and s are right, but the step uses them uncorrected: your first step is 3.16 learning rates long for "
            "beta1 = 0.9 and beta2 = 0.999. Where do m_hat and s_hat come in?",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_only_m_corrected,
            "You correct m but not s. Your first step is 31.6 times too long: s is still near zero, and you divide by "
            "its root.",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_only_s_corrected,
            "You correct s but not m. For beta1 = 0.9 your first step is ten times too short.",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_corrected_state_returned,
            "The step is right, but you return the corrected averages as the state. The next step must start from m "
            "and s as they were before the correction: give m_hat and s_hat names of their own.",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_t_never_counted,
            "The first step is right, all others are not: you divide by 1 - beta1 and 1 - beta2 whatever t is.",
            loses=(LATER, MANY),
        ),
        Mistake(
            adam_step_one_beta_for_both_corrections,
            "Both corrections use beta1. s has its own beta, so the weights in it add up to 1 - beta2**t.",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_betas_swapped,
            "Your betas are swapped: beta1 belongs to m, the average of the gradients; beta2 to s, that of their "
            "squares.",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_square_root_forgotten,
            "You divide by s_hat itself. s holds squares of gradients; its root has the size of a gradient.",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_epsilon_inside_the_root,
            "Ordinary gradients come out right, tiny ones do not: your epsilon stands under the square root. There it "
            "acts as if it were its root, 1e-4 instead of 1e-8.",
            loses=(EPSILON,),
        ),
        Mistake(
            adam_step_epsilon_before_the_correction,
            "Your epsilon is added to the root of the uncorrected s. The paper calls this form epsilon hat, and Keras "
            "uses it; PyTorch corrects first and adds epsilon then.",
            loses=(EPSILON,),
        ),
        Mistake(
            adam_step_epsilon_behind_the_fraction,
            "`a / b + epsilon` adds epsilon to the whole, not to the root: put the divisor in parentheses.",
            loses=(EPSILON,),
        ),
        Mistake(
            adam_step_parentheses_missing_in_the_corrections,
            "m and s are right. `m / 1 - beta1**t` divides by 1 and then subtracts: the divisor needs parentheses.",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_uphill,
            "m and s are right, but you add the step to theta. Descent goes against the gradient: subtract it.",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_gradient_instead_of_m_hat,
            "The first step is right, all others are not: above the fraction bar you have the gradient itself. Adam "
            "takes the average of the gradients, m_hat.",
            loses=(LATER, MANY),
        ),
        Mistake(
            adam_step_s_averages_squares_of_m,
            "Your m is right, but your s averages the squares of m. It has to average those of the gradients.",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_s_averaged_with_beta1,
            "Your m is right, but your s is averaged with beta1. s has a beta of its own, beta2.",
            loses=ALL_OF_ADAM,
        ),
        Mistake(
            adam_step_betas_fixed,
            "`beta1` and `beta2` have no effect on your result: it is that of 0.9 and 0.999.",
            loses=(SETTINGS,),
        ),
        Mistake(
            adam_step_epsilon_forgotten,
            "`epsilon` has no effect on your result, and a parameter whose gradient is 0 gets 0/0.",
            loses=(EPSILON,),
        ),
        Mistake(adam_step_written_into_the_state, STATE_CHANGED, loses=(CONTRACT, PURITY)),
        Mistake(
            adam_step_float32_lost,
            "The numbers are right, but float32 becomes float64: np.sqrt of a Python number gives a NumPy number of "
            "dtype float64, and that spreads. `** 0.5` keeps a Python number, which adapts to the array beside it.",
            loses=(CONTRACT,),
        ),
    ),
)

# ---------------------------------------------------------------- relative_steps


def relative_steps_reference(gradients, beta1, beta2, epsilon, corrected=True):
    """PyTorch's Adam with learning rate 1, from 0; told that it is at step 1e9, it has nothing left to correct."""
    import torch

    parameter = torch.nn.Parameter(torch.zeros_like(gradients[0]))
    optimizer = torch.optim.Adam([parameter], lr=1.0, betas=(beta1, beta2), eps=epsilon)
    optimizer.state[parameter] = {
        "step": torch.tensor(0.0 if corrected else FAR),
        "exp_avg": torch.zeros_like(parameter),
        "exp_avg_sq": torch.zeros_like(parameter),
    }
    steps = torch.empty_like(gradients)
    for t, gradient in enumerate(gradients):
        parameter.data.zero_()
        parameter.grad = gradient.clone()
        optimizer.step()
        steps[t] = -parameter.detach()
    return steps


def relative_steps_with(draw: Sampler) -> Iterator[Case]:
    """The correction, by default and asked for."""
    usual = {"beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON}
    yield case("constant gradients", gradients=np.array([2.0, 2.0, 2.0]), **usual)
    yield case("a change of sign", gradients=np.array([-1.0, 3.0]), **usual, corrected=True)
    for _ in draw.rounds(public=2, hidden=5):
        yield case("random", gradients=away_from_zero(draw, 12, 2), **usual, corrected=True)
    settings = {"beta1": 0.5, "beta2": 0.8, "epsilon": NO_EPSILON}
    yield case("other betas", gradients=away_from_zero(draw, 6), **settings, corrected=True)


def relative_steps_without(draw: Sampler) -> Iterator[Case]:
    """No correction; a large epsilon among the cases."""
    usual = {"beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON, "corrected": False}
    yield case("constant gradients", gradients=np.array([2.0, 2.0, 2.0]), **usual)
    for _ in draw.rounds(public=2, hidden=5):
        yield case("random", gradients=away_from_zero(draw, 12, 2), **usual)
    yield case("other betas", gradients=away_from_zero(draw, 6), **{**usual, "beta1": 0.5, "beta2": 0.8})
    yield case("epsilon = 0.5", gradients=away_from_zero(draw, 6), **{**usual, "epsilon": 0.5})


def relative_steps_epsilon(draw: Sampler) -> Iterator[Case]:
    """Zeros before the first gradient, and a large epsilon; corrected."""
    yield case("zeros first", gradients=np.array([0.0, 0.0, 2.0]), beta1=0.9, beta2=0.999, epsilon=1e-8)
    yield case("epsilon = 1", gradients=np.array([1.0, 1.0, -3.0]), beta1=0.9, beta2=0.999, epsilon=1.0)
    for _ in draw.rounds(public=1, hidden=4):
        gradients = away_from_zero(draw, 5, 3)
        yield case("random", gradients=gradients, beta1=0.9, beta2=0.999, epsilon=draw.number(0.05, 0.5))


def relative_steps_any_array(draw: Sampler) -> Iterator[Case]:
    """One step or several, corrected, for arrays of parameters of every kind."""
    usual = {"beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON}
    for name, _, gradients in of_every_kind(draw):
        if len(gradients):
            yield case(name, gradients=gradients, **usual)
    yield case("3 steps of no parameter", gradients=np.zeros((3, 0)), **usual)


def relative_steps_always_corrected(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        steps.append(m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon))
    return np.array(steps)


def relative_steps_never_corrected(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0.0, 0.0, []
    for gradient in gradients:
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        steps.append(m / (np.sqrt(s) + epsilon))
    return np.array(steps)


def relative_steps_state_forgotten(gradients, beta1, beta2, epsilon, corrected=True):
    steps = []
    for t, gradient in enumerate(gradients, start=1):
        m, s = (1 - beta1) * gradient, (1 - beta2) * gradient**2
        if corrected:
            m, s = m / (1 - beta1**t), s / (1 - beta2**t)
        steps.append(m / (np.sqrt(s) + epsilon))
    return np.array(steps)


def relative_steps_corrected_averages_carried_on(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        if corrected:
            m, s = m / (1 - beta1**t), s / (1 - beta2**t)
        steps.append(m / (np.sqrt(s) + epsilon))
    return np.array(steps)


def relative_steps_averages_start_at_the_first_gradient(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = gradients[0], gradients[0] ** 2, []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        m_hat, s_hat = (m / (1 - beta1**t), s / (1 - beta2**t)) if corrected else (m, s)
        steps.append(m_hat / (np.sqrt(s_hat) + epsilon))
    return np.array(steps)


def relative_steps_sign_lost(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        m_hat, s_hat = (m / (1 - beta1**t), s / (1 - beta2**t)) if corrected else (m, s)
        steps.append(np.abs(m_hat) / (np.sqrt(s_hat) + epsilon))
    return np.array(steps)


def relative_steps_change_of_theta(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        m_hat, s_hat = (m / (1 - beta1**t), s / (1 - beta2**t)) if corrected else (m, s)
        steps.append(-m_hat / (np.sqrt(s_hat) + epsilon))
    return np.array(steps)


def relative_steps_epsilon_forgotten(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        m_hat, s_hat = (m / (1 - beta1**t), s / (1 - beta2**t)) if corrected else (m, s)
        steps.append(m_hat / np.sqrt(s_hat))
    return np.array(steps)


def relative_steps_epsilon_inside_the_root(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        m_hat, s_hat = (m / (1 - beta1**t), s / (1 - beta2**t)) if corrected else (m, s)
        steps.append(m_hat / np.sqrt(s_hat + epsilon))
    return np.array(steps)


def relative_steps_t_from_zero(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        m_hat, s_hat = (m / (1 - beta1**t), s / (1 - beta2**t)) if corrected else (m, s)
        steps.append(m_hat / (np.sqrt(s_hat) + epsilon))
    return np.array(steps)


def relative_steps_always_float64(gradients, beta1, beta2, epsilon, corrected=True):
    m, s = np.zeros(gradients.shape[1:]), np.zeros(gradients.shape[1:])
    steps = np.zeros(gradients.shape)
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        m_hat, s_hat = (m / (1 - beta1**t), s / (1 - beta2**t)) if corrected else (m, s)
        steps[t - 1] = m_hat / (np.sqrt(s_hat) + epsilon)
    return steps


WITH, WITHOUT = "with the correction", "without the correction"
ALL_OF_STEPS = (WITH, WITHOUT, EPSILON, CONTRACT)

RELATIVE_STEPS = Exercise(
    name="relative_steps",
    parameters=("gradients", "beta1", "beta2", "epsilon", "corrected"),
    summary="Adam's steps for a given sequence of gradients, in units of the learning rate",
    pytorch="torch.optim.Adam with lr=1, step by step; without the correction, one that counts from t = 1e9",
    source="Kingma and Ba 2015, section 2.1, https://arxiv.org/abs/1412.6980",
    reference=relative_steps_reference,
    outputs=("steps",),
    requirements=(
        Requirement(WITH, 2, relative_steps_with),
        Requirement(WITHOUT, 2, relative_steps_without),
        Requirement(EPSILON, 1, relative_steps_epsilon),
        Requirement(CONTRACT, 1, relative_steps_any_array),
    ),
    mistakes=(
        Mistake(
            relative_steps_always_corrected,
            "`corrected` has no effect on your result: it is corrected always.",
            loses=(WITHOUT,),
        ),
        Mistake(
            relative_steps_never_corrected,
            "`corrected` has no effect on your result: it is never corrected.",
            loses=(WITH, EPSILON, CONTRACT),
        ),
        Mistake(
            relative_steps_state_forgotten,
            "Each of your steps starts from averages of zero again. m and s live on from step to step: create them "
            "before the loop and use the old ones inside.",
            loses=ALL_OF_STEPS,
        ),
        Mistake(
            relative_steps_corrected_averages_carried_on,
            "Your first step is right; from then on you average what is corrected already. Give the corrected averages "
            "names of their own.",
            loses=(WITH, EPSILON, CONTRACT),
        ),
        Mistake(
            relative_steps_averages_start_at_the_first_gradient,
            "Your averages start at the first gradient. Adam's start at zero, which is why there is something to "
            "correct.",
            loses=ALL_OF_STEPS,
        ),
        Mistake(
            relative_steps_sign_lost,
            "The sizes are right, but the sign is lost: a step for negative gradients is negative.",
            loses=ALL_OF_STEPS,
        ),
        Mistake(
            relative_steps_change_of_theta,
            "All signs are reversed: this is the change of theta. Asked for is what is subtracted from theta, without "
            "the learning rate.",
            loses=ALL_OF_STEPS,
        ),
        Mistake(
            relative_steps_epsilon_forgotten,
            "`epsilon` has no effect on your result, and where all gradients so far are 0 you have 0/0.",
            loses=(WITHOUT, EPSILON),
        ),
        Mistake(
            relative_steps_epsilon_inside_the_root,
            "Your epsilon stands under the square root. It is added to the root.",
            loses=(WITHOUT, EPSILON),
        ),
        Mistake(
            relative_steps_t_from_zero,
            "Your t is 0 at the first step, so you divide by 1 - beta**0, which is 0. `enumerate(gradients, start=1)` "
            "counts from 1.",
            loses=(WITH, EPSILON, CONTRACT),
        ),
        Mistake(
            relative_steps_always_float64,
            "The numbers are right, but float32 becomes float64: np.zeros(shape) makes float64. Start from zeros like "
            "the gradients, or from the plain number 0.0.",
            loses=(CONTRACT,),
        ),
    ),
)

# ---------------------------------------------------------------- largest_step


def largest_step_reference(t, beta1, beta2):
    """The last step of PyTorch's Adam, learning rate 1 and epsilon 0, on the worst gradients that there are."""
    import torch

    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = torch.optim.Adam([parameter], lr=1.0, betas=(beta1, beta2), eps=0.0)
    for back in range(t - 1, -1, -1):
        parameter.data.zero_()
        parameter.grad = torch.full((1,), (beta1 / beta2) ** back, dtype=torch.float64)
        optimizer.step()
    return -parameter.item()


def largest_step_few(draw: Sampler) -> Iterator[Case]:
    """Up to ten steps with the usual betas."""
    for t in (1, 2, 3):
        yield case(f"t = {t}", t=t, beta1=0.9, beta2=0.999)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("a random t", t=draw.integer(4, 10), beta1=0.9, beta2=0.999)


def largest_step_many(draw: Sampler) -> Iterator[Case]:
    """Tens and hundreds of steps."""
    yield case("t = 30", t=30, beta1=0.9, beta2=0.999)
    yield case("t = 200", t=200, beta1=0.9, beta2=0.999)
    for _ in draw.rounds(public=0, hidden=2):
        yield case("a random t", t=draw.integer(40, 150), beta1=0.9, beta2=0.999)


def largest_step_other_betas(draw: Sampler) -> Iterator[Case]:
    """Other betas with beta1² < beta2; without momentum the bound is at most 1/sqrt(1 - beta2)."""
    yield case("beta1 = beta2 = 0.9", t=2, beta1=0.9, beta2=0.9)
    yield case("betas 0.5 and 0.7", t=4, beta1=0.5, beta2=0.7)
    for _ in draw.rounds(public=1, hidden=4):
        yield case("random", t=draw.integer(3, 20), beta1=draw.number(0.2, 0.7), beta2=draw.number(0.6, 0.99))


def largest_step_without_a_limit(draw: Sampler) -> Iterator[Case]:
    """beta1² = beta2 and beta1² > beta2: the sum has no limit, and the closed form of a geometric sum fails."""
    yield case("beta1 = 0.5, beta2 = 0.25", t=3, beta1=0.5, beta2=0.25)
    yield case("beta1 = 0.9, beta2 = 0.5", t=5, beta1=0.9, beta2=0.5)
    for _ in draw.rounds(public=1, hidden=3):
        beta1 = draw.choice([0.25, 0.5, 0.75])
        yield case("beta2 = beta1²", t=draw.integer(3, 9), beta1=beta1, beta2=beta1**2)


def largest_step_correction_forgotten(t, beta1, beta2):
    k = np.arange(t)
    return (1 - beta1) / np.sqrt(1 - beta2) * np.sqrt(np.sum((beta1**2 / beta2) ** k))


def largest_step_one_spike(t, beta1, beta2):
    return (1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2))


def largest_step_root_of_the_sum_forgotten(t, beta1, beta2):
    k = np.arange(t)
    scale = (1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2))
    return scale * np.sum((beta1**2 / beta2) ** k)


def largest_step_one_term_too_many(t, beta1, beta2):
    k = np.arange(t + 1)
    scale = (1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2))
    return scale * np.sqrt(np.sum((beta1**2 / beta2) ** k))


def largest_step_term_by_term(t, beta1, beta2):
    k = np.arange(t)
    scale = (1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2))
    return scale * np.sum((beta1 / np.sqrt(beta2)) ** k)


def largest_step_ages_from_one(t, beta1, beta2):
    k = np.arange(1, t + 1)
    scale = (1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2))
    return scale * np.sqrt(np.sum((beta1**2 / beta2) ** k))


def largest_step_beta1_not_squared(t, beta1, beta2):
    k = np.arange(t)
    scale = (1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2))
    return scale * np.sqrt(np.sum((beta1 / beta2) ** k))


def largest_step_geometric_sum_to_infinity(t, beta1, beta2):
    scale = (1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2))
    with np.errstate(all="ignore"):
        return scale * np.sqrt(1 / (1 - np.float64(beta1**2 / beta2)))


def largest_step_closed_form_divides_by_zero(t, beta1, beta2):
    ratio = np.float64(beta1**2 / beta2)
    scale = (1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2))
    return scale * np.sqrt((1 - ratio**t) / (1 - ratio))


FEW, LONG, BETAS = "a few steps", "many steps", "other betas"
NO_LIMIT = "beta1² equal to beta2 and above"
ALL_OF_LARGEST = (FEW, LONG, BETAS, NO_LIMIT)

LARGEST_STEP = Exercise(
    name="largest_step",
    parameters=("t", "beta1", "beta2"),
    summary="how long Adam's step t can be at most, in units of the learning rate",
    pytorch="the last of t steps of torch.optim.Adam with lr=1 and eps=0 on the worst gradients",
    source="the inequality of Cauchy and Schwarz, applied to the averages of Kingma and Ba 2015",
    reference=largest_step_reference,
    outputs=("bound",),
    requirements=(
        Requirement(FEW, 2, largest_step_few),
        Requirement(LONG, 1, largest_step_many),
        Requirement(BETAS, 1, largest_step_other_betas),
        Requirement(NO_LIMIT, 1, largest_step_without_a_limit),
    ),
    mistakes=(
        Mistake(
            largest_step_correction_forgotten,
            "Your bound is that of Adam without its correction: for t = 1 it must be 1. m_hat is m divided by "
            "1 - beta1**t, and s_hat has its own divisor under the root.",
            loses=ALL_OF_LARGEST,
        ),
        Mistake(
            largest_step_one_spike,
            "This is the step after a single spike, all gradients before it being 0: the sum over k is missing. Other "
            "gradients make it longer.",
            loses=ALL_OF_LARGEST,
        ),
        Mistake(
            largest_step_root_of_the_sum_forgotten,
            "The sum of the squared ratios stands under a square root, as in the inequality of Cauchy and Schwarz.",
            loses=ALL_OF_LARGEST,
        ),
        Mistake(
            largest_step_one_term_too_many,
            "Your sum has one term too many: t gradients are k = 0, ..., t - 1 steps old.",
            loses=ALL_OF_LARGEST,
        ),
        Mistake(
            largest_step_ages_from_one,
            "Your ages run from 1 to t. The newest gradient has the age 0: k = 0, ..., t - 1.",
            loses=ALL_OF_LARGEST,
        ),
        Mistake(
            largest_step_beta1_not_squared,
            "Your terms are powers of beta1 / beta2. The sum is over squares of beta1**k / beta2**(k/2), so beta1 is "
            "squared and beta2 is not.",
            loses=ALL_OF_LARGEST,
        ),
        Mistake(
            largest_step_term_by_term,
            "You bound each term by itself, which is right but too coarse: not all of them can be that large at once. "
            "Square the ratios first, add them up, and take one root at the end.",
            loses=ALL_OF_LARGEST,
        ),
        Mistake(
            largest_step_geometric_sum_to_infinity,
            "1/(1 - r) is the sum of infinitely many terms. There are t of them, and for beta1² >= beta2 the infinite "
            "sum has no value.",
            loses=ALL_OF_LARGEST,
        ),
        Mistake(
            largest_step_closed_form_divides_by_zero,
            "The closed form of the sum is right except where beta1² equals beta2: there it is 0/0, while the sum is "
            "simply t. Adding up the terms has no such hole.",
            loses=(NO_LIMIT,),
        ),
    ),
)

# ---------------------------------------------------------------- adamw_step


def adamw_step_reference(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    """One step of PyTorch's AdamW."""
    import torch

    settings = {"eps": epsilon, "weight_decay": weight_decay}
    return one_step_of(torch.optim.AdamW, theta, gradient, m, s, t, learning_rate, beta1, beta2, **settings)


def adamw_step_first(draw: Sampler) -> Iterator[Case]:
    """t = 1 with decay; from the middle of a training, too."""
    yield case("theta = 2", **at_the_start(np.array([2.0]), np.array([0.5])), t=1, **ORDINARY, weight_decay=0.1)
    yield case("three parameters", **some_state(draw, 3), t=7, **ORDINARY, weight_decay=0.1)
    for _ in draw.rounds(public=2, hidden=5):
        state, t = some_state(draw, *draw.shape()), draw.integer(2, 30)
        yield case(f"random, t = {t}", **state, t=t, **ORDINARY, weight_decay=draw.number(0.05, 0.5))


def adamw_step_alone(draw: Sampler) -> Iterator[Case]:
    """Decay alone, where all gradients have been 0; and no decay at all, where AdamW is Adam."""
    start = at_the_start(np.array([2.0, -4.0]), np.zeros(2))
    yield case("gradients all 0", **start, t=1, **{**ORDINARY, "epsilon": 1e-8}, weight_decay=0.5)
    yield case("no decay", **some_state(draw, 3), t=4, **ORDINARY, weight_decay=0.0)
    for _ in draw.rounds(public=1, hidden=3):
        start = at_the_start(away_from_zero(draw, 2, 3), np.zeros((2, 3)))
        settings = {**ORDINARY, "learning_rate": draw.number(0.01, 0.9), "epsilon": 1e-8}
        yield case("random, gradients all 0", **start, t=1, **settings, weight_decay=draw.number(0.1, 0.9))


def adamw_step_settings(draw: Sampler) -> Iterator[Case]:
    """Other betas and a large epsilon, with decay."""
    settings = {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.7, "epsilon": 0.1, "weight_decay": 0.2}
    yield case("betas 0.5 and 0.7, epsilon 0.1", **at_the_start(np.array([2.0]), np.array([0.5])), t=1, **settings)
    yield case("in the middle of a training", **some_state(draw, 3), t=3, **settings)
    for _ in draw.rounds(public=1, hidden=3):
        betas = {"beta1": draw.number(0.1, 0.8), "beta2": draw.number(0.3, 0.95)}
        state, t, epsilon = some_state(draw, 2, 3), draw.integer(2, 6), draw.number(0.05, 0.5)
        yield case("random", **state, t=t, **{**settings, **betas, "epsilon": epsilon})


def adamw_step_many(draw: Sampler) -> Iterator[Case]:
    """theta, m and s handed from step to step; the decay follows the learning rate."""
    start = {"theta": np.array([2.0]), "gradient": per_step(np.array([[0.5], [-1.0]]))}
    state = {"m": np.zeros(1), "s": np.zeros(1), "t": per_step([1, 2])}
    yield multistep_case("2 steps of 1 parameter", **start, **state, **ORDINARY, weight_decay=0.1)
    for _ in draw.rounds(public=1, hidden=3):
        yield multistep_case("20 random steps, a falling learning rate", **trajectory(draw, 20), weight_decay=0.2)


def adamw_step_any_array(draw: Sampler) -> Iterator[Case]:
    """The first step, with PyTorch's default decay."""
    for name, theta, gradient in of_every_kind(draw):
        yield case(name, **at_the_start(theta, gradient), t=1, **ORDINARY, weight_decay=0.01)


def adamw_step_decay_in_the_gradient(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adamw_step_decay_divided_by_the_root(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * (m_hat + weight_decay * theta) / (np.sqrt(s_hat) + epsilon), m, s


def adamw_step_decay_without_learning_rate(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay
):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta * (1 - weight_decay) - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adamw_step_decay_after_the_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    theta = theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon)
    return theta * (1 - learning_rate * weight_decay), m, s


def adamw_step_decay_forgotten(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adamw_step_twice_the_decay(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    step = m_hat / (np.sqrt(s_hat) + epsilon) + 2 * weight_decay * theta
    return theta - learning_rate * step, m, s


def adamw_step_decay_added(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    theta = theta * (1 + learning_rate * weight_decay)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adamw_step_epsilon_inside_the_root(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    theta = theta * (1 - learning_rate * weight_decay)
    return theta - learning_rate * m_hat / np.sqrt(s_hat + epsilon), m, s


def adamw_step_betas_fixed(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = 0.9 * m + 0.1 * gradient
    s = 0.999 * s + 0.001 * gradient**2
    m_hat, s_hat = m / (1 - 0.9**t), s / (1 - 0.999**t)
    theta = theta * (1 - learning_rate * weight_decay)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adamw_step_no_correction(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    return theta * (1 - learning_rate * weight_decay) - learning_rate * m / (np.sqrt(s) + epsilon), m, s


def adamw_step_written_into_theta(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    theta *= 1 - learning_rate * weight_decay
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adamw_step_always_float64(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    theta, gradient = theta.astype(float), gradient.astype(float)
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta * (1 - learning_rate * weight_decay) - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


ONE, ALONE = "one step", "decay without gradients, and gradients without decay"
OTHERS = "other betas and epsilon"
WITH_DECAY = (ONE, ALONE, OTHERS, MANY, CONTRACT)

ADAMW_STEP = Exercise(
    name="adamw_step",
    parameters=("theta", "gradient", "m", "s", "t", "learning_rate", "beta1", "beta2", "epsilon", "weight_decay"),
    summary="one step of AdamW: Adam with weight decay that the averages do not see",
    pytorch="torch.optim.AdamW([theta], lr, betas=(beta1, beta2), eps=epsilon, weight_decay=weight_decay).step()",
    source="Loshchilov and Hutter 2019, algorithm 2, https://arxiv.org/abs/1711.05101",
    reference=adamw_step_reference,
    outputs=("theta", "m", "s"),
    requirements=(
        Requirement(ONE, 1, adamw_step_first),
        Requirement(ALONE, 1, adamw_step_alone),
        Requirement(OTHERS, 1, adamw_step_settings),
        Requirement(MANY, 1, adamw_step_many),
        Requirement(CONTRACT, 1, adamw_step_any_array),
    ),
    mistakes=(
        Mistake(
            adamw_step_decay_in_the_gradient,
            "Your m and s contain the decay: you add it to the gradient. That is Adam with an L2 penalty. AdamW keeps "
            "the decay out of the averages.",
            loses=WITH_DECAY,
        ),
        Mistake(
            adamw_step_decay_divided_by_the_root,
            "m and s are right, but your decay is divided by the root of s_hat, too. It has to act on every parameter "
            "with the same factor.",
            loses=WITH_DECAY,
        ),
        Mistake(
            adamw_step_decay_without_learning_rate,
            "Your decay does not depend on the learning rate. In PyTorch theta shrinks by learning_rate * weight_decay "
            "of itself.",
            loses=WITH_DECAY,
        ),
        Mistake(
            adamw_step_decay_after_the_step,
            "You shrink theta after Adam's step, so the step itself is shrunk, too. PyTorch shrinks the old theta and "
            "then takes the step.",
            loses=(ONE, OTHERS, MANY, CONTRACT),
        ),
        Mistake(
            adamw_step_decay_forgotten,
            "`weight_decay` has no effect on your result: this is Adam.",
            loses=WITH_DECAY,
        ),
        Mistake(
            adamw_step_twice_the_decay,
            "Your decay is twice as strong. PyTorch's weight_decay is the factor of theta itself, so no 2 from the "
            "derivative of a square appears.",
            loses=WITH_DECAY,
        ),
        Mistake(
            adamw_step_decay_added,
            "Your theta grows by learning_rate * weight_decay of itself where it should shrink: the sign is reversed.",
            loses=WITH_DECAY,
        ),
        Mistake(
            adamw_step_epsilon_inside_the_root,
            "Your epsilon stands under the square root. As in Adam, it is added to the root.",
            loses=(OTHERS,),
        ),
        Mistake(
            adamw_step_betas_fixed,
            "`beta1` and `beta2` have no effect on your result: it is that of 0.9 and 0.999.",
            loses=(OTHERS,),
        ),
        Mistake(
            adamw_step_no_correction,
            "The decay is right; the step uses m and s without their correction.",
            loses=WITH_DECAY,
        ),
        Mistake(
            adamw_step_written_into_theta,
            "The theta that you were given has been changed (and one of whole numbers cannot even be): `theta *= ...` "
            "writes into the caller's array. Compute a new one.",
            loses=(CONTRACT, PURITY),
        ),
        Mistake(adamw_step_always_float64, FLOAT32_LOST, loses=(CONTRACT,)),
    ),
)

EXERCISES = (CORRECTED_AVERAGE, ADAM_STEP, RELATIVE_STEPS, LARGEST_STEP, ADAMW_STEP)

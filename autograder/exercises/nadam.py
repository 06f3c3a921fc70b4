"""Kernels of `2_faster_optimizers/5_nadam`: Nesterov's trick in Adam, its momentum schedule, PyTorch's NAdam, and the
last update of six optimizers.

The references put the state they are given into PyTorch's NAdam and take one step. PyTorch keeps the product of the
schedule in its default dtype, float32; here it is put into the state as float64, so that comparisons are exact.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise, Mistake, Requirement, case, multistep_case, per_step
from autograder.exercises.optimizer_states import at_the_start, away_from_zero, of_every_kind, some_state
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "2_faster_optimizers/5_nadam"

CONTRACT = "any shape, memory order and dtype"
FIRST, MANY = "the first step", "over many steps"
NO_EPSILON = 1e-12
ORDINARY = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON}
DECAY = 0.004
"""PyTorch's default of momentum_decay."""
CONSTANT = 1e6
"""A momentum_decay so large that 0.96**(t * momentum_decay) is 0: mu is beta1 from the first step on."""


def trajectory(draw: Sampler, steps: int) -> dict:
    """Three parameters from zero averages; a learning rate that falls, and a zero gradient on the way."""
    gradients = away_from_zero(draw, steps, 3)
    gradients[steps // 2] = 0.0
    return {
        "theta": away_from_zero(draw, 3),
        "gradient": per_step(gradients),
        "m": np.zeros(3),
        "s": np.zeros(3),
        "t": per_step(range(1, steps + 1)),
        **ORDINARY,
        "learning_rate": per_step([round(0.1 * 0.95**t, 6) for t in range(steps)]),
    }


def one_step_of_nadam(theta, gradient, m, s, product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """Put the state into PyTorch's NAdam, take its step t, and read parameter and state again."""
    import torch

    parameter = torch.nn.Parameter(theta.clone())
    parameter.grad = gradient.clone()
    settings = {"lr": learning_rate, "betas": (beta1, beta2), "eps": epsilon, "momentum_decay": momentum_decay}
    nadam = torch.optim.NAdam([parameter], **settings)
    state = {
        "step": torch.tensor(float(t - 1)),
        "mu_product": torch.tensor(product, dtype=torch.float64),
        "exp_avg": m.clone(),
        "exp_avg_sq": s.clone(),
    }
    nadam.state[parameter] = state
    nadam.step()
    return parameter.detach(), state["exp_avg"], state["exp_avg_sq"], state["mu_product"].item()


FLOAT32_LOST = (
    "The numbers are right, but float32 becomes float64: np.sqrt of a Python number gives a NumPy number of dtype "
    "float64, and that spreads. `** 0.5` keeps a Python number, which adapts to the array beside it."
)
STATE_CHANGED = (
    "An array that you were given has been changed (and one of whole numbers cannot even be): `m *= ...` writes into "
    "the caller's array. `m = ...` makes a new one."
)

# ---------------------------------------------------------------- nadam_constant_step


def nadam_constant_step_reference(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """One step of PyTorch's NAdam with a schedule that is beta1 from the start; its product is then beta1**(t - 1)."""
    settings = (t, learning_rate, beta1, beta2, epsilon)
    return one_step_of_nadam(theta, gradient, m, s, float(beta1) ** (t - 1), *settings, CONSTANT)[:3]


def nadam_constant_step_first(draw: Sampler) -> Iterator[Case]:
    """t = 1, both averages zero."""
    yield case("theta = 1", **at_the_start(np.array([1.0]), np.array([0.5])), t=1, **ORDINARY)
    start = at_the_start(np.array([1.0, -2.0, 3.0]), np.array([-4.0, 0.25, 30.0]))
    yield case("three parameters", **start, t=1, **ORDINARY)
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        yield case(
            "random", **at_the_start(away_from_zero(draw, *shape), away_from_zero(draw, *shape)), t=1, **ORDINARY
        )


def nadam_constant_step_many(draw: Sampler) -> Iterator[Case]:
    """theta, m and s handed from step to step; a zero gradient and a late step among the cases."""
    start = {"theta": np.array([1.0]), "gradient": per_step(np.array([[0.5], [0.5], [-2.0]]))}
    state = {"m": np.zeros(1), "s": np.zeros(1), "t": per_step([1, 2, 3])}
    yield multistep_case("3 steps of 1 parameter", **start, **state, **ORDINARY)
    yield case("t = 5000", **some_state(draw, 3), t=5000, **ORDINARY)
    for _ in draw.rounds(public=1, hidden=3):
        yield multistep_case("20 random steps, a falling learning rate", **trajectory(draw, 20))


def nadam_constant_step_settings(draw: Sampler) -> Iterator[Case]:
    """Other betas, learning rates and epsilons, at the first step; with beta1 = 0 there is no momentum."""
    start = at_the_start(np.array([1.0, -2.0]), np.array([0.5, 3.0]))
    yield case("betas 0.5 and 0.7", **start, t=1, **{**ORDINARY, "beta1": 0.5, "beta2": 0.7})
    yield case("beta1 = 0", **start, t=1, **{**ORDINARY, "beta1": 0.0})
    yield case("epsilon = 0.1", **start, t=1, **{**ORDINARY, "epsilon": 0.1})
    small = at_the_start(np.array([1.0, -2.0]), np.array([1e-6, 0.0]))
    yield case("gradients 1e-6 and 0, epsilon 1e-8", **small, t=1, **{**ORDINARY, "epsilon": 1e-8})
    for _ in draw.rounds(public=1, hidden=4):
        start = at_the_start(away_from_zero(draw, 2, 3), away_from_zero(draw, 2, 3))
        settings = {"learning_rate": draw.number(0.001, 0.05), "beta1": draw.number(0.1, 0.8)}
        yield case("random", **start, t=1, **{**ORDINARY, **settings, "beta2": draw.number(0.3, 0.95)})


def nadam_constant_step_any_array(draw: Sampler) -> Iterator[Case]:
    """The first step with the usual settings."""
    for name, theta, gradient in of_every_kind(draw):
        yield case(name, **at_the_start(theta, gradient), t=1, **ORDINARY)


def nadam_constant_step_plain_adam(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = m / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


def nadam_constant_step_both_over_the_present_weights(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (beta1 * m + (1 - beta1) * gradient) / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


def nadam_constant_step_both_over_the_next_weights(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (beta1 * m + (1 - beta1) * gradient) / (1 - beta1 ** (t + 1))
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


def nadam_constant_step_one_added_to_the_power(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1**t + 1) + (1 - beta1) * gradient / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


def nadam_constant_step_gradient_part_forgotten(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1 ** (t + 1))
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


def nadam_constant_step_whole_gradient_added(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + gradient
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


def nadam_constant_step_direction_kept_as_m(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_next = beta1 * m + (1 - beta1) * gradient
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m_next, s


def nadam_constant_step_epsilon_inside_the_root(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / np.sqrt(s_hat + epsilon), m, s


def nadam_constant_step_written_into_m(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m *= beta1
    m += (1 - beta1) * gradient
    s *= beta2
    s += (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s


def nadam_constant_step_float32_lost(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    root = np.sqrt(1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s) / root + epsilon), m, s


SETTINGS = "other learning rates, betas and epsilons"
ALL_OF_CONSTANT = (FIRST, MANY, SETTINGS, CONTRACT)

NADAM_CONSTANT_STEP = Exercise(
    name="nadam_constant_step",
    parameters=("theta", "gradient", "m", "s", "t", "learning_rate", "beta1", "beta2", "epsilon"),
    summary="one step of Nadam with constant momentum: Nesterov's trick in Adam",
    pytorch="torch.optim.NAdam([theta], lr=learning_rate, betas=(beta1, beta2), eps=epsilon, "
    "momentum_decay=1e6).step()",
    source="Dozat 2016, algorithm 2 with constant mu, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
    reference=nadam_constant_step_reference,
    outputs=("theta", "m", "s"),
    requirements=(
        Requirement(FIRST, 2, nadam_constant_step_first),
        Requirement(MANY, 1, nadam_constant_step_many),
        Requirement(SETTINGS, 1, nadam_constant_step_settings),
        Requirement(CONTRACT, 1, nadam_constant_step_any_array),
    ),
    mistakes=(
        Mistake(
            nadam_constant_step_plain_adam,
            "This is Adam. Its direction holds the old momentum and the new gradient; Nadam puts the momentum of the "
            "next step, beta1 times the new m, in the place of the old one.",
            loses=ALL_OF_CONSTANT,
        ),
        Mistake(
            nadam_constant_step_both_over_the_present_weights,
            "Both parts are divided by 1 - beta1**t. Many textbooks write it so, but here the momentum part belongs to "
            "the step after this one, and so does its correction.",
            loses=(FIRST, MANY, SETTINGS, CONTRACT),
        ),
        Mistake(
            nadam_constant_step_both_over_the_next_weights,
            "Both parts are divided by 1 - beta1**(t + 1). Only the momentum part is one step ahead; the gradient is "
            "that of step t.",
            loses=(FIRST, MANY, SETTINGS, CONTRACT),
        ),
        Mistake(
            nadam_constant_step_one_added_to_the_power,
            "The divisor of your momentum part is too large: Python reads `beta1**t + 1` as (beta1**t) + 1. The "
            "exponent needs parentheses, `beta1 ** (t + 1)`.",
            loses=ALL_OF_CONSTANT,
        ),
        Mistake(
            nadam_constant_step_gradient_part_forgotten,
            "The momentum part is right, but the gradient part is missing: the direction is a sum of two.",
            loses=ALL_OF_CONSTANT,
        ),
        Mistake(
            nadam_constant_step_whole_gradient_added,
            "The gradient enters with weight 1. In an average it has the weight 1 - beta1, corrected by 1 - beta1**t: "
            "the two cancel at the first step only.",
            loses=(MANY,),
        ),
        Mistake(
            nadam_constant_step_direction_kept_as_m,
            "The step is right, but the m that you return has received the gradient twice. The look ahead is used for "
            "this step and then forgotten: return m as Adam does.",
            loses=ALL_OF_CONSTANT,
        ),
        Mistake(
            nadam_constant_step_epsilon_inside_the_root,
            "Your epsilon stands under the square root. It is added after the root of s_hat.",
            loses=(SETTINGS,),
        ),
        Mistake(nadam_constant_step_written_into_m, STATE_CHANGED, loses=(CONTRACT, PURITY)),
        Mistake(nadam_constant_step_float32_lost, FLOAT32_LOST, loses=(CONTRACT,)),
    ),
)

# ---------------------------------------------------------------- nadam_momentum


def nadam_momentum_reference(t, beta1, momentum_decay):
    """What one step of PyTorch's NAdam, its step t, multiplies its product by."""
    import torch

    nothing = torch.zeros(1, dtype=torch.float64)
    return one_step_of_nadam(*[nothing] * 4, 1.0, t, 0.1, beta1, 0.999, 1e-8, momentum_decay)[-1]


def nadam_momentum_default(draw: Sampler) -> Iterator[Case]:
    """beta1 = 0.9 and PyTorch's momentum_decay, early and late."""
    for t in (1, 2, 250, 10_000):
        yield case(f"t = {t}", t=t, beta1=0.9, momentum_decay=DECAY)
    for _ in draw.rounds(public=1, hidden=4):
        yield case("a random t", t=draw.integer(10, 5000), beta1=0.9, momentum_decay=DECAY)


def nadam_momentum_decays(draw: Sampler) -> Iterator[Case]:
    """Other decays: 1, as in Keras; 0; and one so large that nothing is left of the power."""
    yield case("momentum_decay = 1", t=1, beta1=0.9, momentum_decay=1.0)
    yield case("momentum_decay = 1, t = 50", t=50, beta1=0.9, momentum_decay=1.0)
    yield case("momentum_decay = 0", t=7, beta1=0.9, momentum_decay=0.0)
    yield case("momentum_decay = 1e6", t=1, beta1=0.9, momentum_decay=1e6)
    for _ in draw.rounds(public=1, hidden=4):
        yield case("random", t=draw.integer(2, 60), beta1=0.9, momentum_decay=draw.number(0.01, 0.5))


def nadam_momentum_betas(draw: Sampler) -> Iterator[Case]:
    """Other betas; 0, too, which leaves no momentum."""
    yield case("beta1 = 0.5", t=1, beta1=0.5, momentum_decay=DECAY)
    yield case("beta1 = 0.99, t = 3000", t=3000, beta1=0.99, momentum_decay=DECAY)
    yield case("beta1 = 0", t=3, beta1=0.0, momentum_decay=DECAY)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("random", t=draw.integer(2, 2000), beta1=draw.number(0.1, 0.95), momentum_decay=DECAY)


def nadam_momentum_half_forgotten(t, beta1, momentum_decay):
    return beta1 * (1 - 0.96 ** (t * momentum_decay))


def nadam_momentum_counted_from_zero(t, beta1, momentum_decay):
    return beta1 * (1 - 0.5 * 0.96 ** ((t - 1) * momentum_decay))


def nadam_momentum_of_the_next_step(t, beta1, momentum_decay):
    return beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))


def nadam_momentum_decay_fixed(t, beta1, momentum_decay):
    return beta1 * (1 - 0.5 * 0.96 ** (t * 0.004))


def nadam_momentum_decay_forgotten(t, beta1, momentum_decay):
    return beta1 * (1 - 0.5 * 0.96**t)


def nadam_momentum_half_inside_the_power(t, beta1, momentum_decay):
    return beta1 * (1 - (0.5 * 0.96) ** (t * momentum_decay))


def nadam_momentum_decay_as_a_factor(t, beta1, momentum_decay):
    return beta1 * (1 - 0.5 * 0.96**t * momentum_decay)


def nadam_momentum_beta1_forgotten(t, beta1, momentum_decay):
    return 1 - 0.5 * 0.96 ** (t * momentum_decay)


def nadam_momentum_beta1_in_one_term(t, beta1, momentum_decay):
    return beta1 - 0.5 * 0.96 ** (t * momentum_decay)


def nadam_momentum_falls(t, beta1, momentum_decay):
    return beta1 * 0.5 * (1 + 0.96 ** (t * momentum_decay))


USUAL_DECAY, DECAYS, BETAS = "PyTorch's momentum_decay", "other values of momentum_decay", "other values of beta1"
ALL_OF_MOMENTUM = (USUAL_DECAY, DECAYS, BETAS)

NADAM_MOMENTUM = Exercise(
    name="nadam_momentum",
    parameters=("t", "beta1", "momentum_decay"),
    summary="the momentum of NAdam's step t, which rises from half of beta1 towards beta1",
    pytorch="what step t of torch.optim.NAdam(..., momentum_decay=momentum_decay) multiplies its mu_product by",
    source="Dozat 2015, http://cs229.stanford.edu/proj2015/054_report.pdf, after Sutskever et al. 2013",
    reference=nadam_momentum_reference,
    outputs=("mu",),
    requirements=(
        Requirement(USUAL_DECAY, 1, nadam_momentum_default),
        Requirement(DECAYS, 1, nadam_momentum_decays),
        Requirement(BETAS, 1, nadam_momentum_betas),
    ),
    mistakes=(
        Mistake(
            nadam_momentum_half_forgotten,
            "Your schedule starts near 0. The power is halved, so that it starts near beta1 / 2.",
            loses=ALL_OF_MOMENTUM,
        ),
        Mistake(
            nadam_momentum_counted_from_zero,
            "You are one step behind: the first step has t = 1, and the power contains t itself.",
            loses=ALL_OF_MOMENTUM,
        ),
        Mistake(
            nadam_momentum_of_the_next_step,
            "This is the momentum of the next step, t + 1.",
            loses=ALL_OF_MOMENTUM,
        ),
        Mistake(
            nadam_momentum_decay_fixed,
            "`momentum_decay` has no effect on your result: it is that of 0.004.",
            loses=(DECAYS,),
        ),
        Mistake(
            nadam_momentum_decay_forgotten,
            "`momentum_decay` has no effect on your result: it is that of 1. It multiplies t in the exponent.",
            loses=ALL_OF_MOMENTUM,
        ),
        Mistake(
            nadam_momentum_half_inside_the_power,
            "The half has got under the power. Only 0.96 is raised to t * momentum_decay.",
            loses=ALL_OF_MOMENTUM,
        ),
        Mistake(
            nadam_momentum_decay_as_a_factor,
            "`momentum_decay` stands beside the power; it belongs into the exponent. Python needs parentheses there.",
            loses=ALL_OF_MOMENTUM,
        ),
        Mistake(
            nadam_momentum_beta1_forgotten,
            "Your schedule rises towards 1, whatever beta1 is. It is beta1 times the parenthesis.",
            loses=ALL_OF_MOMENTUM,
        ),
        Mistake(
            nadam_momentum_beta1_in_one_term,
            "beta1 multiplies the whole parenthesis. With beta1 = 0.5 yours starts at 0 instead of a quarter.",
            loses=ALL_OF_MOMENTUM,
        ),
        Mistake(
            nadam_momentum_falls,
            "Your momentum falls from beta1 to half of it. It should rise: the power, which dies out, is subtracted.",
            loses=ALL_OF_MOMENTUM,
        ),
    ),
)

# ---------------------------------------------------------------- nadam_step


def nadam_step_reference(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    """One step of PyTorch's NAdam."""
    settings = (t, learning_rate, beta1, beta2, epsilon, momentum_decay)
    return one_step_of_nadam(theta, gradient, m, s, mu_product, *settings)


USUAL = {**ORDINARY, "momentum_decay": DECAY}


def nadam_step_first(draw: Sampler) -> Iterator[Case]:
    """t = 1: averages zero, product 1."""
    start = at_the_start(np.array([1.0]), np.array([0.5]))
    yield case("theta = 1", **start, mu_product=1.0, t=1, **USUAL)
    start = at_the_start(np.array([1.0, -2.0, 3.0]), np.array([-4.0, 0.25, 30.0]))
    yield case("three parameters", **start, mu_product=1.0, t=1, **USUAL)
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        start = at_the_start(away_from_zero(draw, *shape), away_from_zero(draw, *shape))
        yield case("random", **start, mu_product=1.0, t=1, **USUAL)


def nadam_step_many(draw: Sampler) -> Iterator[Case]:
    """theta, m, s and the product handed from step to step."""
    start = {"theta": np.array([1.0]), "gradient": per_step(np.array([[0.5], [0.5], [-2.0]]))}
    state = {"m": np.zeros(1), "s": np.zeros(1), "mu_product": 1.0, "t": per_step([1, 2, 3])}
    yield multistep_case("3 steps of 1 parameter", **start, **state, **USUAL)
    late = some_state(draw, 3)
    yield case("t = 5000, a product of 0", **late, mu_product=0.0, t=5000, **USUAL)
    for _ in draw.rounds(public=1, hidden=3):
        state = trajectory(draw, 20)
        first = {name: state.pop(name) for name in ("theta", "gradient", "m", "s")}
        name = "20 random steps, a falling learning rate"
        yield multistep_case(name, **first, mu_product=1.0, **state, momentum_decay=DECAY)


def nadam_step_decays(draw: Sampler) -> Iterator[Case]:
    """Other decays: 1, as in Keras, and a few between; 0 is not constant momentum. One at a later step, whose product
    comes from other decays before it, so that it cannot be computed from t.
    """
    start = at_the_start(np.array([1.0]), np.array([0.5]))
    yield case("momentum_decay = 1", **start, mu_product=1.0, t=1, **{**USUAL, "momentum_decay": 1.0})
    yield case("momentum_decay = 0", **start, mu_product=1.0, t=1, **{**USUAL, "momentum_decay": 0.0})
    later = some_state(draw, 2)
    name = "t = 5, momentum_decay = 1 from here on"
    yield case(name, **later, mu_product=0.2, t=5, **{**USUAL, "momentum_decay": 1.0})
    for _ in draw.rounds(public=1, hidden=4):
        start = at_the_start(away_from_zero(draw, 2, 3), away_from_zero(draw, 2, 3))
        yield case("random", **start, mu_product=1.0, t=1, **{**USUAL, "momentum_decay": draw.number(0.01, 20.0)})


def nadam_step_settings(draw: Sampler) -> Iterator[Case]:
    """Other betas, learning rates and epsilons, at the first step."""
    start = {**at_the_start(np.array([1.0, -2.0]), np.array([0.5, 3.0])), "mu_product": 1.0, "t": 1}
    yield case("betas 0.5 and 0.7", **start, **{**USUAL, "beta1": 0.5, "beta2": 0.7})
    yield case("epsilon = 0.1", **start, **{**USUAL, "epsilon": 0.1})
    small = {**at_the_start(np.array([1.0, -2.0]), np.array([1e-6, 0.0])), "mu_product": 1.0, "t": 1}
    yield case("gradients 1e-6 and 0, epsilon 1e-8", **small, **{**USUAL, "epsilon": 1e-8})
    for _ in draw.rounds(public=1, hidden=4):
        start = at_the_start(away_from_zero(draw, 2, 3), away_from_zero(draw, 2, 3))
        settings = {"learning_rate": draw.number(0.001, 0.05), "beta1": draw.number(0.1, 0.8)}
        settings["beta2"] = draw.number(0.3, 0.95)
        yield case("random", **start, mu_product=1.0, t=1, **{**USUAL, **settings})


def nadam_step_any_array(draw: Sampler) -> Iterator[Case]:
    """The first step with PyTorch's settings."""
    for name, theta, gradient in of_every_kind(draw):
        yield case(name, **at_the_start(theta, gradient), mu_product=1.0, t=1, **USUAL)


def nadam_step_momentum_constant(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1
    mu_next = beta1
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_momentum_of_this_step_for_the_next(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = mu
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_decay_times_one_alone(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** (t + 1 * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_momentum_part_over_the_present_product(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_power_instead_of_product(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu**t) + mu_next * m / (1 - mu_next ** (t + 1))
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_power_of_beta1_instead_of_product(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - beta1**t) + mu_next * m / (1 - beta1 ** (t + 1))
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_mu_in_the_average(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = mu * m + (1 - mu) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_gradient_part_forgotten(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_mu_multiplied_in_twice(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_product_of_the_next_step_returned(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product * mu_next


def nadam_step_product_forgotten(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_decay_fixed(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * 0.004))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * 0.004))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product


def nadam_step_written_into_m(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
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


def nadam_step_float32_lost(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = (1 - mu) * gradient / (1 - mu_product) + mu_next * m / (1 - mu_product * mu_next)
    root = np.sqrt(1 - beta2**t)
    return theta - learning_rate * direction / (np.sqrt(s) / root + epsilon), m, s, mu_product


OTHER = "other learning rates, betas and epsilons"
ALL_OF_STEP = (FIRST, MANY, DECAYS, OTHER, CONTRACT)

NADAM_STEP = Exercise(
    name="nadam_step",
    parameters=(
        "theta",
        "gradient",
        "m",
        "s",
        "mu_product",
        "t",
        "learning_rate",
        "beta1",
        "beta2",
        "epsilon",
        "momentum_decay",
    ),
    summary="one step of NAdam with its momentum schedule, from a given state",
    pytorch="torch.optim.NAdam([theta], lr=learning_rate, betas=(beta1, beta2), eps=epsilon, "
    "momentum_decay=momentum_decay).step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html, after Dozat 2016",
    reference=nadam_step_reference,
    outputs=("theta", "m", "s", "mu_product"),
    requirements=(
        Requirement(FIRST, 2, nadam_step_first),
        Requirement(MANY, 2, nadam_step_many),
        Requirement(DECAYS, 1, nadam_step_decays),
        Requirement(OTHER, 1, nadam_step_settings),
        Requirement(CONTRACT, 1, nadam_step_any_array),
    ),
    mistakes=(
        Mistake(
            nadam_step_momentum_constant,
            "Your momentum is beta1 at every step: this is Nadam without its schedule.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            nadam_step_momentum_of_this_step_for_the_next,
            "The momentum part looks one step ahead, so it takes the momentum of step t + 1, in its factor and in its "
            "product. You take that of step t.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            nadam_step_decay_times_one_alone,
            "In the exponent of mu_next `t + 1 * momentum_decay` multiplies the 1 alone. It needs parentheses, "
            "`(t + 1) * momentum_decay`.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            nadam_step_momentum_part_over_the_present_product,
            "Your momentum part is divided by 1 minus the product up to t. It belongs to the next step, whose product "
            "has one factor more.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            nadam_step_power_instead_of_product,
            "You raise the momentum to the power t. It changes from step to step, so the product of all of them is "
            "something else, and it is handed to you: mu_product.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            nadam_step_power_of_beta1_instead_of_product,
            "Your corrections are those of constant momentum, powers of beta1. With a schedule the product of all mu "
            "so far takes their place.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            nadam_step_mu_in_the_average,
            "Your m is averaged with mu. Dozat's report does that; PyTorch keeps beta1 in the average and uses mu only "
            "where the direction is put together.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            nadam_step_gradient_part_forgotten,
            "The gradient part of the direction is missing.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            nadam_step_mu_multiplied_in_twice,
            "Your product for the next step contains mu twice: it is in mu_product already after you have updated it. "
            "The first versions of PyTorch's NAdam had this error, too.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            nadam_step_product_of_the_next_step_returned,
            "The step is right, but the product that you return has a factor too many. The look ahead is for this step "
            "only; the next one multiplies by its own mu.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            nadam_step_product_forgotten,
            "Your first step is right, later ones are not: the product of the earlier steps, which is handed to you, "
            "has been replaced by the last factor.",
            loses=(MANY, DECAYS),
        ),
        Mistake(
            nadam_step_decay_fixed,
            "`momentum_decay` has no effect on your result: it is that of 0.004.",
            loses=(DECAYS,),
        ),
        Mistake(nadam_step_written_into_m, STATE_CHANGED, loses=(CONTRACT, PURITY)),
        Mistake(nadam_step_float32_lost, FLOAT32_LOST, loses=(CONTRACT,)),
    ),
)

# ---------------------------------------------------------------- last_update


def last_update_reference(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
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


TWO = np.array([[1.0], [3.0]])


def last_update_without_division(draw: Sampler) -> Iterator[Case]:
    """Gradient descent, momentum and Nesterov's."""
    for optimizer in ("gradient descent", "momentum", "nesterov"):
        yield case(f"{optimizer}, 2 gradients", optimizer=optimizer, gradients=TWO, **ORDINARY)
    yield case("one gradient", optimizer="nesterov", gradients=np.array([[2.0, -1.0]]), **ORDINARY)
    for _ in draw.rounds(public=1, hidden=3):
        settings = {**ORDINARY, "learning_rate": draw.number(0.01, 0.9), "beta1": draw.number(0.2, 0.95)}
        for optimizer in ("gradient descent", "momentum", "nesterov"):
            gradients = away_from_zero(draw, draw.integer(5, 12), 3)
            yield case(f"{optimizer}, random", optimizer=optimizer, gradients=gradients, **settings)


def last_update_rmsprop(draw: Sampler) -> Iterator[Case]:
    """RMSProp."""
    yield case("2 gradients", optimizer="rmsprop", gradients=TWO, **ORDINARY)
    yield case("epsilon = 0.5", optimizer="rmsprop", gradients=TWO, **{**ORDINARY, "epsilon": 0.5})
    for _ in draw.rounds(public=1, hidden=4):
        gradients = away_from_zero(draw, draw.integer(5, 12), 3)
        settings = {**ORDINARY, "learning_rate": draw.number(0.01, 0.9), "beta2": draw.number(0.5, 0.99)}
        yield case("random", optimizer="rmsprop", gradients=gradients, **settings)


def last_update_adam(draw: Sampler) -> Iterator[Case]:
    """Adam and Nadam with constant momentum, other betas, too."""
    for optimizer in ("adam", "nadam"):
        yield case(f"{optimizer}, 2 gradients", optimizer=optimizer, gradients=TWO, **ORDINARY)
        settings = {**ORDINARY, "epsilon": 0.5}
        yield case(f"{optimizer}, epsilon = 0.5", optimizer=optimizer, gradients=TWO, **settings)
    for _ in draw.rounds(public=1, hidden=3):
        settings = {"learning_rate": draw.number(0.01, 0.9), "beta1": draw.number(0.2, 0.95)}
        settings = {**ORDINARY, **settings, "beta2": draw.number(0.5, 0.99)}
        for optimizer in ("adam", "nadam"):
            gradients = away_from_zero(draw, draw.integer(5, 12), 3)
            yield case(f"{optimizer}, random", optimizer=optimizer, gradients=gradients, **settings)


def last_update_any_array(draw: Sampler) -> Iterator[Case]:
    """Gradients of every kind for Adam; float32 and whole numbers for the five others, too."""
    for name, one, other in of_every_kind(draw):
        yield case(name, optimizer="adam", gradients=np.stack([one, other]), **ORDINARY)
    gradients = strided(away_from_zero(draw, 4, 2, 3))
    yield case("every second entry of a larger array", optimizer="adam", gradients=gradients, **ORDINARY)
    for optimizer in ("gradient descent", "momentum", "nesterov", "rmsprop", "nadam"):
        single = np.array([[0.5, 3.0], [1.5, -2.0]], dtype="float32")
        yield case(f"{optimizer}, float32", optimizer=optimizer, gradients=single, **ORDINARY)
        whole = np.array([[1, -2], [3, 1]])
        yield case(f"{optimizer}, whole numbers", optimizer=optimizer, gradients=whole, **ORDINARY)


def last_update_uphill(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
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


def last_update_momentum_averaged(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
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


def last_update_nesterov_forgotten(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
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
        "nesterov": buffer,
        "rmsprop": gradient / (np.sqrt(s) + epsilon),
        "adam": m / (1 - beta1**t) / root,
        "nadam": look_ahead / root,
    }
    return -learning_rate * directions[optimizer]


def last_update_rmsprop_corrected(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
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
        "rmsprop": gradient / root,
        "adam": m / (1 - beta1**t) / root,
        "nadam": look_ahead / root,
    }
    return -learning_rate * directions[optimizer]


def last_update_adam_not_corrected(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
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
        "adam": m / (np.sqrt(s) + epsilon),
        "nadam": look_ahead / root,
    }
    return -learning_rate * directions[optimizer]


def last_update_nadam_is_adam(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    buffer, m, s = 0.0, 0.0, 0.0
    for gradient in gradients:
        buffer = beta1 * buffer + gradient
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
    t = len(gradients)
    root = np.sqrt(s / (1 - beta2**t)) + epsilon
    look_ahead = m / (1 - beta1**t)
    directions = {
        "gradient descent": gradient,
        "momentum": buffer,
        "nesterov": gradient + beta1 * buffer,
        "rmsprop": gradient / (np.sqrt(s) + epsilon),
        "adam": m / (1 - beta1**t) / root,
        "nadam": look_ahead / root,
    }
    return -learning_rate * directions[optimizer]


def last_update_nadam_of_the_textbooks(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    buffer, m, s = 0.0, 0.0, 0.0
    for gradient in gradients:
        buffer = beta1 * buffer + gradient
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
    t = len(gradients)
    root = np.sqrt(s / (1 - beta2**t)) + epsilon
    look_ahead = (beta1 * m + (1 - beta1) * gradient) / (1 - beta1**t)
    directions = {
        "gradient descent": gradient,
        "momentum": buffer,
        "nesterov": gradient + beta1 * buffer,
        "rmsprop": gradient / (np.sqrt(s) + epsilon),
        "adam": m / (1 - beta1**t) / root,
        "nadam": look_ahead / root,
    }
    return -learning_rate * directions[optimizer]


def last_update_all_steps_added(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
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


def last_update_float32_lost(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
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
        "adam": m / (1 - beta1**t) * np.sqrt(1 - beta2**t) / (np.sqrt(s) + epsilon * np.sqrt(1 - beta2**t)),
        "nadam": look_ahead / root,
    }
    return -learning_rate * directions[optimizer]


PLAIN, ROOT, MEAN = "gradient descent, momentum and Nesterov", "RMSProp", "Adam and Nadam"
ALL_OF_UPDATE = (PLAIN, ROOT, MEAN, CONTRACT)

LAST_UPDATE = Exercise(
    name="last_update",
    parameters=("optimizer", "gradients", "learning_rate", "beta1", "beta2", "epsilon"),
    summary="the update that an optimizer, given by its name, makes after a sequence of gradients",
    pytorch="the last of len(gradients) steps of torch.optim.SGD, SGD(momentum), SGD(momentum, nesterov=True), "
    "RMSprop(alpha=beta2), Adam or NAdam(momentum_decay=1e6)",
    source="https://docs.pytorch.org/docs/stable/optim.html",
    reference=last_update_reference,
    outputs=("update",),
    requirements=(
        Requirement(PLAIN, 2, last_update_without_division),
        Requirement(ROOT, 1, last_update_rmsprop),
        Requirement(MEAN, 2, last_update_adam),
        Requirement(CONTRACT, 1, last_update_any_array),
    ),
    mistakes=(
        Mistake(
            last_update_uphill,
            "All signs are reversed: an update is what is added to theta, and it goes against the gradient.",
            loses=ALL_OF_UPDATE,
        ),
        Mistake(
            last_update_momentum_averaged,
            "Your momentum and Nesterov's use an average of the gradients. PyTorch's SGD adds them up: the new "
            "gradient enters its buffer with weight 1.",
            loses=(PLAIN, CONTRACT),
        ),
        Mistake(
            last_update_nesterov_forgotten,
            "Your 'nesterov' is momentum: it lacks the look ahead, gradient + beta1 * buffer.",
            loses=(PLAIN, CONTRACT),
        ),
        Mistake(
            last_update_rmsprop_corrected,
            "You correct the s of RMSProp. The correction for the start at zero came with Adam; RMSProp has none.",
            loses=(ROOT, CONTRACT),
        ),
        Mistake(
            last_update_adam_not_corrected,
            "Your Adam uses m and s without the correction.",
            loses=(MEAN, CONTRACT),
        ),
        Mistake(
            last_update_nadam_is_adam,
            "Your Nadam is Adam: it lacks the look ahead of exercise 1.",
            loses=(MEAN, CONTRACT),
        ),
        Mistake(
            last_update_nadam_of_the_textbooks,
            "Your Nadam is that of the textbooks, both parts over 1 - beta1**t. As in exercise 1, the momentum part "
            "belongs to the next step: 1 - beta1 ** (t + 1).",
            loses=(MEAN, CONTRACT),
        ),
        Mistake(
            last_update_all_steps_added,
            "This is the way of all the steps together. Asked for is what the last one adds.",
            loses=ALL_OF_UPDATE,
        ),
        Mistake(last_update_float32_lost, FLOAT32_LOST, loses=(CONTRACT,)),
    ),
)

EXERCISES = (NADAM_CONSTANT_STEP, NADAM_MOMENTUM, NADAM_STEP, LAST_UPDATE)

"""corrected_average: one step of an average that started at zero, and the average corrected for that start."""

import numpy as np

from autograder.exercises.adam import FLOAT64_IN_THE_FORMULA
from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.optimizer_states import away_from_zero

TEXTBOOK = """\
def corrected_average(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    return m, m / (1 - beta**t)
"""
corrected_average = Exercise(
    TEXTBOOK,
    outputs=("m", "m_hat"),
    takes="gradient, m: (*); t: int >= 1; beta: number",
    pytorch="m.lerp(gradient, 1 - beta), divided by 1 - beta**t, as torch.optim.Adam does",
    source="Kingma and Ba 2015, section 3, https://arxiv.org/abs/1412.6980",
)
requirement, wrong = corrected_average.requirement, corrected_average.wrong


@corrected_average.pytorch_reference
def reference(gradient, m, t, beta):
    """The average of PyTorch's optimizers, a lerp, and the division that its Adam makes."""
    m = m.lerp(gradient, 1 - beta)
    return m, m / (1 - beta**t)


@requirement("one step", points=1)
def one_step(sample):
    yield case("the first step", gradient=np.array([2.0, -3.0]), m=np.zeros(2), t=1, beta=0.9)
    yield case("the second step", gradient=np.array([2.0]), m=np.array([0.4]), t=2, beta=0.9)
    yield case("gradient 0, m is not", gradient=np.zeros(1), m=np.array([0.5]), t=3, beta=0.9)
    for _ in sample.repeat(public=2, hidden=5):
        shape, t = sample.shape(), sample.integer(2, 30)
        yield case(f"random, t = {t}", gradient=away_from_zero(sample, *shape), m=sample.normal(*shape), t=t, beta=0.9)


@requirement("over many steps", points=2)
def many_steps(sample):
    gradients = per_step(np.array([[1.0], [3.0]]))
    yield multistep_case("2 steps of 1 number", gradient=gradients, m=np.zeros(1), t=per_step([1, 2]), beta=0.9)
    for _ in sample.repeat(public=1, hidden=3):
        gradients = per_step(away_from_zero(sample, 20, 3))
        yield multistep_case("20 random steps", gradient=gradients, m=np.zeros(3), t=per_step(range(1, 21)), beta=0.9)


@requirement("beta other than 0.9", points=1)
def other_betas(sample):
    start = {"gradient": np.array([2.0, -3.0]), "m": np.zeros(2), "t": 1}
    yield case("beta = 0.5", **start, beta=0.5)
    yield case("beta = 0.999", **start, beta=0.999)
    yield case("beta = 0: no memory", **start, beta=0.0)
    for _ in sample.repeat(public=1, hidden=4):
        gradient = away_from_zero(sample, *sample.shape())
        yield case("random", gradient=gradient, m=np.zeros_like(gradient), t=1, beta=sample.number(0.05, 0.85))


@corrected_average.contract()
def contract(sample, shape):
    return {"gradient": away_from_zero(sample, *shape), "m": np.zeros(shape), "t": 1, "beta": 0.9}


@wrong({"return m, m": "m = m", "t)": "t)\n    return m, m"})
def correction_handed_on():
    """You also return m_hat as m. The next step must start from the average as it was before the correction."""


@wrong({"m / (": "m * ("})
def multiplied():
    """You multiply by 1 - beta**t. The weights in m add up to that number, so the average is obtained by dividing."""


@wrong({"beta**t": "beta ** (t - 1)"})
def t_from_zero():
    """At the first step you divide by 1 - beta**0, which is 0. Here t is 1 at the first step."""


@wrong({"beta**t": "beta ** (t + 1)"})
def t_one_ahead():
    """Your correction is that of the next step, t + 1. t counts this step already: it is 1 at the first."""


@wrong({"beta**t": "beta * t"}, loses=[one_step, many_steps])
def beta_times_t():
    """beta**t is a power: beta multiplied by itself t times. You have beta times t, which is the same only for t =
    1."""


@wrong({"(1 - beta**t)": "1 - beta**t"})
def parentheses_missing():
    """Your m_hat is m minus beta**t: `m / 1 - beta**t` divides by 1 and then subtracts. The divisor needs
    parentheses."""


@wrong({"m = beta * m +": "old, m = m, beta * m +", "m, m": "m, old"})
def old_average_corrected():
    """Your m_hat is the correction of the m that you were given. Correct the new one."""


@wrong({"m, m / (1 - beta**t)": "m / (1 - beta**t), m"})
def outputs_swapped():
    """Your outputs are in the wrong order: m comes first, m_hat second."""


@wrong({"beta**t": "beta"}, loses=[one_step, many_steps])
def t_ignored():
    """You divide by 1 - beta whatever t is. With more gradients in the average the correction fades."""


@wrong({"(1 - beta) * gradient": "gradient"})
def sum_instead_of_average():
    """Your m is ten times too large for beta = 0.9: the new gradient enters with the weight 1 - beta, not 1."""


@wrong({"beta * m + (1 - beta)": "(1 - beta) * m + beta"})
def weights_swapped():
    """Your average forgets nine tenths at each step. beta is the share of the old average that is kept."""


wrong.ignores("beta", 0.9, loses=[other_betas])


@wrong({"= beta * m +": "*= beta\n    m +="}, loses=[contract])
def written_into_m():
    """The array `m` that you were given has been changed: something writes into it in place. Make a new one."""


wrong.loses_float32("gradient", loses=[contract], name="always float64", hint=FLOAT64_IN_THE_FORMULA)

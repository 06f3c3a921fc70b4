"""corrected_average: one step of an average that started at zero, and the average corrected for that start."""

import numpy as np

from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.optimizer_states import away_from_zero, of_every_kind

TEXTBOOK = """\
def corrected_average(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    return m, m / (1 - beta**t)
"""

corrected_average = Exercise(
    TEXTBOOK,
    outputs=("m", "m_hat"),
    summary="one step of an exponential moving average that started at zero, and the average corrected for that start",
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
    """The first step, and one from the middle."""
    yield case("the first step", gradient=np.array([2.0, -3.0]), m=np.zeros(2), t=1, beta=0.9)
    yield case("the second step", gradient=np.array([2.0]), m=np.array([0.4]), t=2, beta=0.9)
    yield case("gradient 0, m is not", gradient=np.zeros(1), m=np.array([0.5]), t=3, beta=0.9)
    for _ in sample.repeat(public=2, hidden=5):
        shape, t = sample.shape(), sample.integer(2, 30)
        yield case(f"random, t = {t}", gradient=away_from_zero(sample, *shape), m=sample.normal(*shape), t=t, beta=0.9)


@requirement("over many steps", points=1)
def many_steps(sample):
    """m handed from step to step, t counted from 1."""
    two = per_step(np.array([[1.0], [3.0]]))
    yield multistep_case("2 steps of 1 number", gradient=two, m=np.zeros(1), t=per_step([1, 2]), beta=0.9)
    for _ in sample.repeat(public=1, hidden=3):
        gradients = per_step(away_from_zero(sample, 20, 3))
        yield multistep_case("20 random steps", gradient=gradients, m=np.zeros(3), t=per_step(range(1, 21)), beta=0.9)


@requirement("beta other than 0.9", points=1)
def other_betas(sample):
    """Betas other than 0.9, 0 among them; the first step, where m is zero."""
    yield case("beta = 0.5", gradient=np.array([2.0, -3.0]), m=np.zeros(2), t=1, beta=0.5)
    yield case("beta = 0.999", gradient=np.array([2.0, -3.0]), m=np.zeros(2), t=1, beta=0.999)
    yield case("beta = 0: no memory", gradient=np.array([2.0, -3.0]), m=np.zeros(2), t=1, beta=0.0)
    for _ in sample.repeat(public=1, hidden=4):
        gradient = away_from_zero(sample, *sample.shape())
        yield case("random", gradient=gradient, m=np.zeros_like(gradient), t=1, beta=sample.number(0.05, 0.85))


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """The first step with beta = 0.9."""
    for name, _, gradient in of_every_kind(sample):
        yield case(name, gradient=gradient, m=np.zeros_like(gradient), t=1, beta=0.9)


@wrong()
def correction_handed_on(gradient, m, t, beta):
    """m_hat is right, but you also return it as m. The next step must start from the average as it was before the
    correction."""
    m = beta * m + (1 - beta) * gradient
    m = m / (1 - beta**t)
    return m, m


@wrong({"/": "*"})
def multiplied():
    """You multiply by 1 - beta**t. The weights in m add up to that number, so the average is obtained by dividing."""


@wrong({"/": "/ np.float64", "**t": "** (t - 1)"})
def t_from_zero():
    """At the first step you divide by 1 - beta**0, which is 0. Here t is 1 at the first step."""


@wrong({"**": "*"}, loses=[one_step, many_steps])
def beta_times_t():
    """beta**t is a power: beta multiplied by itself t times. You have beta times t, which is the same only for t =
    1."""


@wrong({"/ (": "/", "t)": "t"})
def parentheses_missing():
    """m is right. `m / 1 - beta**t` divides by 1 and then subtracts: the divisor needs parentheses."""


@wrong()
def old_average_corrected(gradient, m, t, beta):
    """m is right, but m_hat is the correction of the m that you were given. Correct the new one."""
    return beta * m + (1 - beta) * gradient, m / (1 - beta**t)


@wrong({"m, m": "m", "t)": "t), m"})
def outputs_swapped():
    """Both arrays are right, in the wrong order: m comes first, m_hat second."""


@wrong({"**t": ""}, loses=[one_step, many_steps])
def t_ignored():
    """You divide by 1 - beta whatever t is. That is right for the first step only; with more gradients in the
    average the correction fades."""


@wrong({"(1 - beta) *": ""})
def sum_instead_of_average():
    """Your m is ten times too large for beta = 0.9: the new gradient enters with the weight 1 - beta, not 1."""


@wrong({"beta * m +": "", "- beta)": "- beta) * m + beta"})
def weights_swapped():
    """Your average forgets nine tenths at each step. beta is the share of the old average that is kept."""


@wrong({"= beta": "= 0.9", "(1 - beta)": "0.1", "/ (1 - beta": "/ (1 - 0.9"}, loses=[other_betas])
def beta_fixed():
    """`beta` has no effect on your result: it is that of beta = 0.9."""


@wrong({"= beta * m +": "*= beta\n    m +="}, loses=[any_array, PURITY])
def written_into_m():
    """An array that you were given has been changed (and one of whole numbers cannot even be): `m *= ...` writes
    into the caller's array. `m = ...` makes a new one."""


@wrong(
    {
        "m = beta": "weights = np.array([beta, 1 - beta, 1 - beta**t])\n    m = weights[0]",
        "(1 - beta)": "weights[1]",
        "(1 - beta**t)": "weights[2]",
    },
    loses=[any_array],
)
def always_float64():
    """The numbers are right, but float32 becomes float64: something in your formula has the dtype float64. A plain
    Python number adapts to the array beside it."""

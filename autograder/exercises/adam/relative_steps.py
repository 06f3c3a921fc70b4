"""relative_steps: Adam's steps for a given sequence of gradients, in units of the learning rate."""

import numpy as np

from autograder.exercises.adam import adam_family_step
from autograder.exercises.array_forms import NO_ENTRIES
from autograder.exercises.model import Exercise, case
from autograder.exercises.optimizer_states import NO_EPSILON, STEEP, away_from_zero

TEXTBOOK = """\
def relative_steps(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        m_hat, s_hat = (m / (1 - beta1**t), s / (1 - beta2**t)) if corrected else (m, s)
        steps.append(m_hat / (np.sqrt(s_hat) + epsilon))
    return np.array(steps)
"""
relative_steps = Exercise(
    TEXTBOOK,
    outputs=("steps",),
    takes="gradients: (T, *); beta1, beta2, epsilon: number; corrected: bool",
    pytorch="torch.optim.Adam with lr=1, step by step; without the correction, one that counts from t = 1e9",
    source="Kingma and Ba 2015, section 2.1, https://arxiv.org/abs/1412.6980",
)
requirement, wrong = relative_steps.requirement, relative_steps.wrong

USUAL = {"beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON}

FAR = 1e9
"""A number of steps after which 1 - beta**t is 1 in every digit: PyTorch's Adam without its correction."""


@relative_steps.pytorch_reference
def reference(gradients, beta1, beta2, epsilon, corrected=True):
    """PyTorch's Adam with learning rate 1, from 0; told that it is at step 1e9, it has nothing left to correct."""
    import torch

    zero = m = s = torch.zeros_like(gradients[0])
    steps = torch.empty_like(gradients)
    for index, gradient in enumerate(gradients):
        t = index + 1 if corrected else FAR
        theta, m, s = adam_family_step("Adam", zero, gradient, m, s, t, 1.0, beta1, beta2, epsilon)
        steps[index] = -theta
    return steps


@requirement("with the correction", points=2)
def with_correction(sample):
    yield case("constant gradients", gradients=np.array([2000.0, 2000.0, 2000.0]), **USUAL)
    yield case("a change of sign", gradients=np.array([-1000.0, 3000.0]), **USUAL, corrected=True)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random", gradients=STEEP * away_from_zero(sample, 12, 2), **USUAL, corrected=True)
    other = {"beta1": 0.5, "beta2": 0.8, "epsilon": NO_EPSILON}
    yield case("other betas", gradients=STEEP * away_from_zero(sample, 6), **other, corrected=True)


@requirement("without the correction", points=3)
def without_correction(sample):
    settings = {**USUAL, "corrected": False}
    yield case("constant gradients", gradients=np.array([2000.0, 2000.0, 2000.0]), **settings)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random", gradients=STEEP * away_from_zero(sample, 12, 2), **settings)
    yield case("other betas", gradients=STEEP * away_from_zero(sample, 6), **{**settings, "beta1": 0.5, "beta2": 0.8})


@requirement("epsilon", points=1)
def epsilon(sample):
    """Zeros before the first gradient, and a large epsilon, with the correction and without."""
    yield case("zeros first", gradients=np.array([0.0, 0.0, 2.0]), **{**USUAL, "epsilon": 1e-8})
    yield case("epsilon = 1", gradients=np.array([1.0, 1.0, -3.0]), **{**USUAL, "epsilon": 1.0})
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random", gradients=away_from_zero(sample, 5, 3), **{**USUAL, "epsilon": sample.number(0.05, 0.5)})
        settings = {**USUAL, "epsilon": 0.5, "corrected": False}
        yield case("random, without the correction", gradients=away_from_zero(sample, 6), **settings)


@relative_steps.remark(NO_ENTRIES)
def steps_of_nothing(sample):
    yield case("3 steps of no parameter", gradients=np.zeros((3, 0)), **USUAL)


@relative_steps.contract(without=["no entries"])
def contract(sample, shape):
    return {"gradients": STEEP * away_from_zero(sample, *shape), **USUAL}


@wrong({" if corrected else (m, s)": ""}, loses=[without_correction, epsilon])
def always_corrected():
    """`corrected` has no effect on your result: it is corrected always."""


@wrong({"(m / (1 - beta1**t), s / (1 - beta2**t)) if corrected else (m, s)": "m, s"}, keeps=[without_correction])
def never_corrected():
    """`corrected` has no effect on your result: it is never corrected."""


@wrong({"m = beta1 * m +": "m =", "s = beta2 * s +": "s ="})
def state_forgotten():
    """Each of your steps starts from averages of zero again. m and s live on from step to step: create them before
    the loop and use the old ones inside."""


@wrong({"m_hat, s_hat =": "m, s =", "m_hat / (np.sqrt(s_hat)": "m / (np.sqrt(s)"}, keeps=[without_correction])
def corrected_averages_carried_on():
    """After the first step you average what is corrected already. Give the corrected averages names of their own."""


@wrong({"0.0, 0.0": "gradients[0], gradients[0] ** 2"})
def averages_start_at_the_first_gradient():
    """Your averages start at the first gradient. Adam's start at zero, which is why there is something to correct."""


@wrong({"append(m_hat": "append(np.abs(m_hat)"})
def sign_lost():
    """The sign is lost: a step for negative gradients is negative."""


@wrong({"append(": "append(-"})
def change_of_theta():
    """All signs are reversed: this is the change of theta. Asked for is what is subtracted from theta, without the
    learning rate."""


@wrong({"(np.sqrt(s_hat) + epsilon)": "np.sqrt(s_hat)"}, loses=[epsilon])
def epsilon_forgotten():
    """`epsilon` has no effect on your result, and where all gradients so far are 0 you have 0/0."""


@wrong({"(np.sqrt(s_hat) + epsilon)": "np.sqrt(s_hat + epsilon)"}, loses=[epsilon])
def epsilon_inside_the_root():
    """Your epsilon stands under the square root. It is added to the root."""


@wrong({", start=1": ""}, keeps=[without_correction])
def t_from_zero():
    """Your t is 0 at the first step, so you divide by 1 - beta**0, which is 0. Count from 1."""


@wrong({"start=1": "start=2"}, keeps=[without_correction])
def t_one_ahead():
    """Each of your corrections is that of the next step. t is 1 at the first one: then m_hat is the gradient
    itself."""


@wrong({"0.0, 0.0": "np.zeros(gradients.shape[1:]), np.zeros(gradients.shape[1:])"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

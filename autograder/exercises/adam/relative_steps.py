"""relative_steps: Adam's steps for a given sequence of gradients, in units of the learning rate."""

import numpy as np

from autograder.exercises.adam import NO_EPSILON
from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.optimizer_states import away_from_zero, of_every_kind

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
    summary="Adam's steps for a given sequence of gradients, in units of the learning rate",
    pytorch="torch.optim.Adam with lr=1, step by step; without the correction, one that counts from t = 1e9",
    source="Kingma and Ba 2015, section 2.1, https://arxiv.org/abs/1412.6980",
)
requirement, wrong = relative_steps.requirement, relative_steps.wrong

FAR = 1e9
"""A number of steps after which 1 - beta**t is 1 in every digit: PyTorch's Adam without its correction."""


@relative_steps.pytorch_reference
def reference(gradients, beta1, beta2, epsilon, corrected=True):
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


@requirement("with the correction", points=2)
def with_cases(sample):
    """The correction, by default and asked for."""
    usual = {"beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON}
    yield case("constant gradients", gradients=np.array([2.0, 2.0, 2.0]), **usual)
    yield case("a change of sign", gradients=np.array([-1.0, 3.0]), **usual, corrected=True)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random", gradients=away_from_zero(sample, 12, 2), **usual, corrected=True)
    settings = {"beta1": 0.5, "beta2": 0.8, "epsilon": NO_EPSILON}
    yield case("other betas", gradients=away_from_zero(sample, 6), **settings, corrected=True)


@requirement("without the correction", points=2)
def without(sample):
    """No correction; a large epsilon among the cases."""
    usual = {"beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON, "corrected": False}
    yield case("constant gradients", gradients=np.array([2.0, 2.0, 2.0]), **usual)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random", gradients=away_from_zero(sample, 12, 2), **usual)
    yield case("other betas", gradients=away_from_zero(sample, 6), **{**usual, "beta1": 0.5, "beta2": 0.8})
    yield case("epsilon = 0.5", gradients=away_from_zero(sample, 6), **{**usual, "epsilon": 0.5})


@requirement("epsilon", points=1)
def epsilon_cases(sample):
    """Zeros before the first gradient, and a large epsilon; corrected."""
    yield case("zeros first", gradients=np.array([0.0, 0.0, 2.0]), beta1=0.9, beta2=0.999, epsilon=1e-8)
    yield case("epsilon = 1", gradients=np.array([1.0, 1.0, -3.0]), beta1=0.9, beta2=0.999, epsilon=1.0)
    for _ in sample.repeat(public=1, hidden=4):
        gradients = away_from_zero(sample, 5, 3)
        yield case("random", gradients=gradients, beta1=0.9, beta2=0.999, epsilon=sample.number(0.05, 0.5))


@requirement("any shape, memory order and dtype", points=1)
def any_array(sample):
    """One step or several, corrected, for arrays of parameters of every kind."""
    usual = {"beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON}
    for name, _, gradients in of_every_kind(sample):
        if len(gradients):
            yield case(name, gradients=gradients, **usual)
    yield case("3 steps of no parameter", gradients=np.zeros((3, 0)), **usual)


@wrong(loses=[without])
def always_corrected(gradients, beta1, beta2, epsilon, corrected=True):
    """`corrected` has no effect on your result: it is corrected always."""
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        steps.append(m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon))
    return np.array(steps)


@wrong(keeps=[without])
def never_corrected(gradients, beta1, beta2, epsilon, corrected=True):
    """`corrected` has no effect on your result: it is never corrected."""
    m, s, steps = 0.0, 0.0, []
    for gradient in gradients:
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        steps.append(m / (np.sqrt(s) + epsilon))
    return np.array(steps)


@wrong()
def state_forgotten(gradients, beta1, beta2, epsilon, corrected=True):
    """Each of your steps starts from averages of zero again. m and s live on from step to step: create them before
    the loop and use the old ones inside."""
    steps = []
    for t, gradient in enumerate(gradients, start=1):
        m, s = (1 - beta1) * gradient, (1 - beta2) * gradient**2
        if corrected:
            m, s = m / (1 - beta1**t), s / (1 - beta2**t)
        steps.append(m / (np.sqrt(s) + epsilon))
    return np.array(steps)


@wrong(keeps=[without])
def corrected_averages_carried_on(gradients, beta1, beta2, epsilon, corrected=True):
    """Your first step is right; from then on you average what is corrected already. Give the corrected averages
    names of their own."""
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        if corrected:
            m, s = m / (1 - beta1**t), s / (1 - beta2**t)
        steps.append(m / (np.sqrt(s) + epsilon))
    return np.array(steps)


@wrong({"0.0, 0.0": "gradients[0], gradients[0] ** 2"})
def averages_start_at_the_first_gradient():
    """Your averages start at the first gradient. Adam's start at zero, which is why there is something to correct."""


@wrong({"(m_hat": "(np.abs(m_hat)"})
def sign_lost():
    """The sizes are right, but the sign is lost: a step for negative gradients is negative."""


@wrong({"append(": "append(-"})
def change_of_theta():
    """All signs are reversed: this is the change of theta. Asked for is what is subtracted from theta, without the
    learning rate."""


@wrong({"m_hat / (": "m_hat /", ") + epsilon": ""}, loses=[without, epsilon_cases])
def epsilon_forgotten():
    """`epsilon` has no effect on your result, and where all gradients so far are 0 you have 0/0."""


@wrong({"m_hat / (": "m_hat /", "s_hat)": "s_hat"}, loses=[without, epsilon_cases])
def epsilon_inside_the_root():
    """Your epsilon stands under the square root. It is added to the root."""


@wrong({", start=1": ""}, keeps=[without])
def t_from_zero():
    """Your t is 0 at the first step, so you divide by 1 - beta**0, which is 0. `enumerate(gradients, start=1)`
    counts from 1."""


@wrong(loses=[any_array])
def always_float64(gradients, beta1, beta2, epsilon, corrected=True):
    """The numbers are right, but float32 becomes float64: np.zeros(shape) makes float64. Start from zeros like the
    gradients, or from the plain number 0.0."""
    m, s = np.zeros(gradients.shape[1:]), np.zeros(gradients.shape[1:])
    steps = np.zeros(gradients.shape)
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        m_hat, s_hat = (m / (1 - beta1**t), s / (1 - beta2**t)) if corrected else (m, s)
        steps[t - 1] = m_hat / (np.sqrt(s_hat) + epsilon)
    return steps

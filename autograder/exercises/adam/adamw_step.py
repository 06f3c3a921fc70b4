"""adamw_step: one step of AdamW: Adam with weight decay that the averages do not see."""

import numpy as np

from autograder.exercises.adam import FLOAT64_IN_THE_FORMULA, adam_family_step, adam_step
from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.optimizer_states import at_rest, away_from_zero, midway, random_start, trajectory, usual

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
    takes="theta, gradient, m, s: (*); t: int >= 1; learning_rate, beta1, beta2, epsilon, weight_decay: number",
    pytorch="torch.optim.AdamW([theta], lr, betas=(beta1, beta2), eps=epsilon, weight_decay=weight_decay).step()",
    source="Loshchilov and Hutter 2019, algorithm 2, https://arxiv.org/abs/1711.05101",
)
requirement, wrong = adamw_step.requirement, adamw_step.wrong


@adamw_step.pytorch_reference
def reference(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    state = (theta, gradient, m, s, t)
    return adam_family_step("AdamW", *state, learning_rate, beta1, beta2, epsilon, weight_decay=weight_decay)


@requirement("one step", points=2)
def one_step(sample):
    yield case("theta = 2", **at_rest([2.0], [500.0]), t=1, **usual(weight_decay=0.1))
    yield case("three parameters", **midway(sample, 3), t=7, **usual(weight_decay=0.1))
    for _ in sample.repeat(public=2, hidden=5):
        state, t = midway(sample, *sample.shape()), sample.integer(2, 30)
        yield case(f"random, t = {t}", **state, t=t, **usual(weight_decay=sample.number(0.05, 0.5)))


@requirement("decay without gradients, and gradients without decay", points=1)
def decay_alone(sample):
    """Without decay AdamW is Adam."""
    start = at_rest([2.0, -4.0], [0.0, 0.0])
    yield case("gradients all 0", **start, t=1, **usual(weight_decay=0.5))
    yield case("no decay", **midway(sample, 3), t=4, **usual(weight_decay=0.0))
    for _ in sample.repeat(public=1, hidden=3):
        start = at_rest(away_from_zero(sample, 2, 3), np.zeros((2, 3)))
        rate, decay = sample.number(0.01, 0.9), sample.number(0.1, 0.9)
        settings = usual(learning_rate=rate, weight_decay=decay)
        yield case("random, gradients all 0", **start, t=1, **settings)


@requirement("other betas and epsilon", points=1)
def settings(sample):
    settings = {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.7, "epsilon": 0.1, "weight_decay": 0.2}
    yield case("betas 0.5 and 0.7, epsilon 0.1", **at_rest([2.0], [0.5]), t=1, **settings)
    yield case("in the middle of a training", **midway(sample, 3, size=1.0), t=3, **settings)
    for _ in sample.repeat(public=1, hidden=3):
        state, t, beta1 = midway(sample, 2, 3, size=1.0), sample.integer(2, 6), sample.number(0.1, 0.8)
        others = {"beta2": sample.number(0.3, 0.95), "epsilon": sample.number(0.05, 0.5)}
        yield case("random", **state, t=t, **usual(beta1=beta1, **others, weight_decay=0.2))


@requirement("over many steps", points=1)
def many_steps(sample):
    """The decay follows the learning rate."""
    start = {**at_rest([2.0], [500.0]), "gradient": per_step(np.array([[500.0], [-1000.0]])), "t": per_step([1, 2])}
    yield multistep_case("2 steps of 1 parameter", **start, **usual(weight_decay=0.1))
    for _ in sample.repeat(public=1, hidden=3):
        yield multistep_case("20 random steps, a falling learning rate", **trajectory(sample), weight_decay=0.2)


@adamw_step.contract()
def contract(sample, shape):
    return {**random_start(sample, *shape), "t": 1, **usual(weight_decay=0.01)}


@wrong(
    {
        "m = beta1": "gradient = gradient + weight_decay * theta\n    m = beta1",
        "(1 - learning_rate * weight_decay)": "1",
    }
)
def decay_in_the_gradient():
    """Your m and s contain the decay: you add it to the gradient. That is Adam with an L2 penalty. AdamW keeps the
    decay out of the averages."""


@wrong({"theta = theta * (1 - learning_rate * weight_decay)": "m_hat = m_hat + weight_decay * theta"})
def decay_divided_by_the_root():
    """Your decay is divided by the root of s_hat, too. It has to act on every parameter with the same factor."""


@wrong({"(1 - learning_rate * weight_decay)": "(1 - weight_decay)"})
def decay_without_learning_rate():
    """Your decay does not depend on the learning rate. In PyTorch theta shrinks by learning_rate * weight_decay of
    itself."""


@wrong(
    {"theta = theta *": "kept =", "return theta": "return kept * (theta", "+ epsilon)": "+ epsilon))"},
    keeps=[decay_alone],
)
def decay_after_the_step():
    """You shrink theta after Adam's step, so the step itself is shrunk, too. PyTorch shrinks the old theta and then
    takes the step."""


wrong.ignores(
    "weight_decay", 0.0, name="decay forgotten", hint="`weight_decay` has no effect on your result: this is Adam."
)


@wrong({"learning_rate * weight_decay": "learning_rate * 2 * weight_decay"})
def twice_the_decay():
    """Your decay is twice as strong. PyTorch's weight_decay is the factor of theta itself, so no 2 from the
    derivative of a square appears."""


@wrong({"(1 - learning_rate": "(1 + learning_rate"})
def decay_added():
    """Your theta grows by learning_rate * weight_decay of itself where it should shrink: the sign is reversed."""


@wrong({"(np.sqrt(s_hat) + epsilon)": "np.sqrt(s_hat + epsilon)"}, loses=[settings])
def epsilon_inside_the_root():
    """Your epsilon stands under the square root. As in Adam, it is added to the root."""


wrong.like(adam_step.betas_fixed, {"m = beta1": "beta1, beta2 = 0.9, 0.999\n    m = beta1"}, loses=[settings])


@wrong({" / (1 - beta1**t)": "", " / (1 - beta2**t)": ""})
def no_correction():
    """The step uses m and s without their correction."""


wrong.like(adam_step.t_one_ahead, {"beta1**t": "beta1 ** (t + 1)", "beta2**t": "beta2 ** (t + 1)"})


@wrong({"theta = theta * (": "theta *= ("}, loses=[contract])
def written_into_theta():
    """The array `theta` that you were given has been changed: something writes into it in place. Make a new one."""


wrong.loses_float32("theta", "gradient", loses=[contract], name="always float64", hint=FLOAT64_IN_THE_FORMULA)

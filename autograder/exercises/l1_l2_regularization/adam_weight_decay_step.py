"""adam_weight_decay_step: one step of Adam, the decay in the gradient (L2) or decoupled from it (AdamW)."""

from autograder.exercises.model import Exercise, case, multistep_case
from autograder.exercises.optimizer_states import (
    STEEP,
    arrays,
    at_rest,
    midway,
    normals,
    pytorch_step,
    three_steps,
    trajectory,
    unusual,
    usual,
)

TEXTBOOK = """\
def adam_weight_decay_step(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    if decoupled:
        theta = theta * (1 - learning_rate * weight_decay)
    else:
        gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s
"""
adam_weight_decay_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m", "s"),
    takes="theta, gradient, m, s: (*); t: int >= 1; learning_rate, beta1, beta2, epsilon, weight_decay: number; "
    "decoupled: bool",
    pytorch="torch.optim.Adam(..., weight_decay=weight_decay, decoupled_weight_decay=decoupled).step()",
    source="Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101",
    computation="reduction",
)
requirement, wrong = adam_weight_decay_step.requirement, adam_weight_decay_step.wrong


def steps(sample, decoupled):
    """A first step and a later one by hand, and random ones."""
    yield case("first step", **at_rest([2.0], [1000.0]), t=1, **usual(weight_decay=0.5, decoupled=decoupled))
    later = arrays(theta=[2.0, -1.0], gradient=[1000.0, 0.0], m=[500.0, -250.0], s=[4e6, 1e6])
    settings = usual(learning_rate=0.5, beta1=0.5, beta2=0.75, weight_decay=0.2, decoupled=decoupled)
    yield case("a later step", **later, t=3, **settings)
    for _ in sample.repeat(public=2, hidden=6):
        t, decay = sample.integer(2, 9), sample.number(0.1, 0.9)
        settings = {**unusual(sample), "learning_rate": sample.number(0.02, 0.3)}
        yield case(
            "random", **midway(sample, *sample.shape()), t=t, **settings, weight_decay=decay, decoupled=decoupled
        )


@adam_weight_decay_step.pytorch_reference
def reference(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled):
    settings = {"lr": learning_rate, "betas": (beta1, beta2), "eps": epsilon, "weight_decay": weight_decay}
    state = {"step": t - 1, "exp_avg": m, "exp_avg_sq": s}
    theta, state = pytorch_step("Adam", theta, gradient, state, **settings, decoupled_weight_decay=decoupled)
    return theta, state["exp_avg"], state["exp_avg_sq"]


@requirement("in the gradient: decoupled=False", points=2)
def in_the_gradient(sample):
    yield from steps(sample, False)


@requirement("past the gradient: decoupled=True", points=2)
def decoupled_cases(sample):
    yield from steps(sample, True)


@requirement("over many steps", points=1)
def many(sample):
    for decoupled in (False, True):
        settings = usual(weight_decay=1.0, decoupled=decoupled)
        yield multistep_case(f"3 steps, decoupled={decoupled}", **three_steps(), **settings)
    for i in sample.repeat(public=2, hidden=4):
        settings = {"weight_decay": sample.number(0.1, 0.9), "decoupled": i % 2 == 1}
        yield multistep_case(f"20 steps, decoupled={i % 2 == 1}", **trajectory(sample), **settings)


@requirement("epsilon", points=2)
def epsilon_cases(sample):
    """Both with the decay in the gradient and past it; the decay itself is 0."""
    for name, gradient, epsilon in (
        ("epsilon = 0.1", 1.0, 0.1),
        ("gradient 1e-6, epsilon 1e-8", 1e-6, 1e-8),
        ("gradient 0 at the first step", 0.0, 1e-8),
    ):
        for decoupled in (True, False):
            settings = usual(epsilon=epsilon, weight_decay=0.0, decoupled=decoupled)
            yield case(f"{name}, decoupled={decoupled}", **at_rest([2.0], [gradient]), t=1, **settings)
    for i in sample.repeat(public=2, hidden=4):
        settings = usual(epsilon=sample.number(0.05, 1.0), weight_decay=0.0, decoupled=i % 2 == 0)
        state = midway(sample, *sample.shape(), size=1.0)
        yield case("random, a large epsilon", **state, t=sample.integer(2, 9), **settings)


@adam_weight_decay_step.contract(whole=["theta", "gradient"])
def contract(sample, shape):
    found = {name: STEEP * array for name, array in normals(sample, shape, "theta", "gradient", "m").items()}
    settings = usual(weight_decay=0.0, decoupled=sample.choice([False, True]))
    return {**found, "s": found["gradient"] ** 2 + 0.5, "t": 5, **settings}


wrong.ignores(
    "decoupled",
    False,
    loses=[decoupled_cases, many],
    name="always in the gradient",
    hint=(
        "The decay is added to the gradient in both cases. With decoupled=True the gradient, and with it m "
        "and s, knows nothing of the decay; theta is shrunk directly."
    ),
)


wrong.ignores(
    "decoupled",
    True,
    loses=[in_the_gradient, many],
    name="always decoupled",
    hint=(
        "theta is shrunk directly in both cases. With decoupled=False the decay is a part of the gradient and"
        " goes through m and s."
    ),
)


@wrong({"if decoupled": "if not decoupled"}, keeps=[epsilon_cases, contract])
def the_two_exchanged():
    """You do for decoupled=True what belongs to False, and the other way round."""


@wrong({"1 - learning_rate *": "1 -"}, loses=[decoupled_cases, many])
def decay_without_learning_rate():
    """Decoupled, theta shrinks by the factor 1 − weight_decay in each step, which is enormous. PyTorch's factor is 1
    − learning_rate · weight_decay."""


@wrong(
    {
        "theta = theta * (1 - learning_rate * weight_decay)": "shrink = 1 - learning_rate * weight_decay",
        "else:\n": "else:\n        shrink = 1\n",
        "theta - learning_rate * m_hat": "shrink * theta - shrink * learning_rate * m_hat",
    },
    loses=[decoupled_cases, many],
)
def decay_after_the_step():
    """Decoupled, you shrink theta after Adam's step, so the step itself is shrunk a little, too. PyTorch shrinks
    first."""


@wrong(
    {"    if decoupled": "    plain = gradient\n    if decoupled", "gradient**2": "plain**2"},
    loses=[in_the_gradient, many],
)
def decay_missing_in_s():
    """With decoupled=False the decay reaches m but not s. The gradient with the decay in it is the one that is
    squared, too."""


@wrong({"m / (1 - beta1**t), s / (1 - beta2**t)": "m, s"})
def no_bias_correction():
    """The averages go into the step as they are. Divide them by 1 − beta1^t and 1 − beta2^t for the step."""


@wrong({"beta1**t": "beta1 ** (t + 1)", "beta2**t": "beta2 ** (t + 1)"})
def t_one_ahead():
    """Both corrections are those of the next step, t + 1. t counts this step already: it is 1 at the first."""


@wrong({"m_hat, s_hat =": "m_hat, s_hat = m, s ="})
def corrected_state_returned():
    """The m and s that you return are the corrected ones. These are for this step only; return the averages as they
    are."""


@wrong({"(np.sqrt(s_hat) + epsilon)": "np.sqrt(s_hat + epsilon)"}, loses=[epsilon_cases])
def epsilon_inside_the_root():
    """Your epsilon stands under the square root. Take the root of ŝ first, then add epsilon."""


@wrong({"m_hat / (np.sqrt(s_hat)": "m_hat * (1 - beta2**t) ** 0.5 / (np.sqrt(s)"}, loses=[epsilon_cases])
def epsilon_before_the_correction():
    """Your epsilon is added to the root of the uncorrected s, as in Keras. PyTorch corrects s first and adds epsilon
    then."""


@wrong(
    {"theta = theta *": "theta *=", "return theta -": "theta -=", ", m, s\n": "\n    return theta, m, s\n"},
    loses=[contract],
)
def writes_into_theta():
    """The array `theta` that you were given has been changed: something writes into it in place. Make a new one."""

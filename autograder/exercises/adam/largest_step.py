"""largest_step: how long Adam's step t can be at most, in units of the learning rate."""

from autograder.exercises.model import Exercise, case
from autograder.exercises.optimizer_states import pytorch_optimizer

TEXTBOOK = """\
def largest_step(t, beta1, beta2):
    terms = (beta1**2 / beta2) ** np.arange(t)
    return (1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2) * np.sum(terms))
"""
largest_step = Exercise(
    TEXTBOOK,
    outputs=("bound",),
    takes="t: int >= 1; beta1, beta2: number",
    pytorch="the last of t steps of torch.optim.Adam with lr=1 and eps=0 on the worst gradients",
    source="the inequality of Cauchy and Schwarz, applied to the averages of Kingma and Ba 2015",
)
requirement, wrong = largest_step.requirement, largest_step.wrong


@largest_step.pytorch_reference
def reference(t, beta1, beta2):
    """The last step of PyTorch's Adam, learning rate 1 and epsilon 0, on the worst gradients that there are."""
    import torch

    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = pytorch_optimizer("Adam", [parameter], lr=1.0, betas=(beta1, beta2), eps=0.0)
    for back in range(t - 1, -1, -1):
        parameter.data.zero_()
        parameter.grad = torch.full((1,), (beta1 / beta2) ** back, dtype=torch.float64)
        optimizer.step()
    return -parameter.item()


@requirement("a few steps", points=2)
def few_steps(sample):
    for t in (1, 2, 3):
        yield case(f"t = {t}", t=t, beta1=0.9, beta2=0.999)
    for _ in sample.repeat(public=1, hidden=3):
        yield case("a random t", t=sample.integer(4, 10), beta1=0.9, beta2=0.999)


@requirement("many steps", points=2)
def many_steps(sample):
    yield case("t = 30", t=30, beta1=0.9, beta2=0.999)
    yield case("t = 200", t=200, beta1=0.9, beta2=0.999)
    for _ in sample.repeat(public=0, hidden=2):
        yield case("a random t", t=sample.integer(40, 150), beta1=0.9, beta2=0.999)


@requirement("other betas", points=1)
def other_betas(sample):
    """Other betas with beta1² < beta2; without momentum the bound is at most 1/sqrt(1 - beta2)."""
    yield case("beta1 = beta2 = 0.9", t=2, beta1=0.9, beta2=0.9)
    yield case("betas 0.5 and 0.7", t=4, beta1=0.5, beta2=0.7)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random", t=sample.integer(3, 20), beta1=sample.number(0.2, 0.7), beta2=sample.number(0.6, 0.99))


@requirement("beta1² equal to beta2 and above", points=1)
def without_a_limit(sample):
    """beta1² = beta2 and beta1² > beta2: the sum has no limit, and the closed form of a geometric sum fails."""
    yield case("beta1 = 0.5, beta2 = 0.25", t=3, beta1=0.5, beta2=0.25)
    yield case("beta1 = 0.9, beta2 = 0.5", t=5, beta1=0.9, beta2=0.5)
    for _ in sample.repeat(public=1, hidden=3):
        beta1 = sample.choice([0.25, 0.5, 0.75])
        yield case("beta2 = beta1²", t=sample.integer(3, 9), beta1=beta1, beta2=beta1**2)


@wrong({" / (1 - beta1**t)": "", "(1 - beta2**t) / (1 - beta2)": "1 / (1 - beta2)"})
def correction_forgotten():
    """Your bound is that of Adam without its correction: for t = 1 it must be 1. m_hat is m divided by 1 - beta1**t,
    and s_hat has its own divisor under the root."""


@wrong({" * np.sum(terms)": ""})
def one_spike():
    """This is the step after a single spike, all gradients before it being 0: the sum over k is missing. Other
    gradients make it longer."""


@wrong({" * np.sum(terms))": ") * np.sum(terms)"})
def root_of_the_sum_forgotten():
    """The sum of the squared ratios stands under a square root, as in the inequality of Cauchy and Schwarz."""


@wrong({"np.arange(t)": "np.arange(t + 1)"})
def one_term_too_many():
    """Your sum has one term too many: t gradients are k = 0, ..., t - 1 steps old."""


@wrong({"np.arange(t)": "np.arange(1, t + 1)"})
def ages_from_one():
    """Your ages run from 1 to t. The newest gradient has the age 0: k = 0, ..., t - 1."""


@wrong({"beta1**2 / beta2": "beta1 / beta2"})
def beta1_not_squared():
    """Your terms are powers of beta1 / beta2. The sum is over squares of beta1**k / beta2**(k/2), so beta1 is
    squared and beta2 is not."""


@wrong({"beta1**2 / beta2": "beta1 / np.sqrt(beta2)", " * np.sum(terms))": ") * np.sum(terms)"})
def term_by_term():
    """You bound each term by itself. That is too coarse: not all of them can be that large at once. Square the ratios
    first, add them up, and take one root at the end."""


@wrong(
    {
        "return": "with np.errstate(all='ignore'):\n        return",
        "np.sum(terms)": "np.float64(1) / (1 - beta1**2 / beta2)",
    }
)
def geometric_sum_to_infinity():
    """1/(1 - r) is the sum of infinitely many terms. There are t of them, and for beta1² >= beta2 the infinite sum
    has no value."""


@wrong(
    {"terms = (": "r = np.float64(", " ** np.arange(t)": "", "np.sum(terms)": "(1 - r**t) / (1 - r)"},
    loses=[without_a_limit],
)
def closed_form_divides_by_zero():
    """Where beta1² equals beta2, the closed form of the sum is 0/0, while the sum is simply t. Adding up the terms
    has no such hole."""

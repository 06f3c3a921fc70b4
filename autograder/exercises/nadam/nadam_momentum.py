"""nadam_momentum: the momentum of NAdam's step t, which rises from half of beta1 towards beta1."""

from autograder.exercises.model import Exercise, case
from autograder.exercises.nadam import DECAY, one_step_of_nadam

TEXTBOOK = """\
def nadam_momentum(t, beta1, momentum_decay):
    return beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
"""
nadam_momentum = Exercise(
    TEXTBOOK,
    outputs=("mu",),
    takes="t: int >= 1; beta1, momentum_decay: number",
    pytorch="what step t of torch.optim.NAdam(..., momentum_decay=momentum_decay) multiplies its mu_product by",
    source="Dozat 2015, http://cs229.stanford.edu/proj2015/054_report.pdf, after Sutskever et al. 2013",
)
requirement, wrong = nadam_momentum.requirement, nadam_momentum.wrong


@nadam_momentum.pytorch_reference
def reference(t, beta1, momentum_decay):
    import torch

    zero = torch.zeros(1, dtype=torch.float64)
    return one_step_of_nadam(zero, zero, zero, zero, 1.0, t, 0.1, beta1, 0.999, 1e-8, momentum_decay)[-1]


@requirement("PyTorch's momentum_decay", points=2)
def default_decay(sample):
    for t in (1, 2, 250, 10_000):
        yield case(f"t = {t}", t=t, beta1=0.9, momentum_decay=DECAY)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("a random t", t=sample.integer(10, 5000), beta1=0.9, momentum_decay=DECAY)


@requirement("other values of momentum_decay", points=1)
def other_decays(sample):
    """1, as in Keras; 0; and one so large that nothing is left of the power."""
    yield case("momentum_decay = 1", t=1, beta1=0.9, momentum_decay=1.0)
    yield case("momentum_decay = 1, t = 50", t=50, beta1=0.9, momentum_decay=1.0)
    yield case("momentum_decay = 0", t=7, beta1=0.9, momentum_decay=0.0)
    yield case("momentum_decay = 1e6", t=1, beta1=0.9, momentum_decay=1e6)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random", t=sample.integer(2, 60), beta1=0.9, momentum_decay=sample.number(0.01, 0.5))


@requirement("other values of beta1", points=1)
def other_betas(sample):
    """beta1 = 0 leaves no momentum."""
    yield case("beta1 = 0.5", t=1, beta1=0.5, momentum_decay=DECAY)
    yield case("beta1 = 0.99, t = 3000", t=3000, beta1=0.99, momentum_decay=DECAY)
    yield case("beta1 = 0", t=3, beta1=0.0, momentum_decay=DECAY)
    for _ in sample.repeat(public=1, hidden=3):
        yield case("random", t=sample.integer(2, 2000), beta1=sample.number(0.1, 0.95), momentum_decay=DECAY)


@wrong({"0.5 * ": ""})
def half_forgotten():
    """Your schedule starts near 0. The power is halved, so that it starts near beta1 / 2."""


@wrong({"(t * momentum_decay)": "((t - 1) * momentum_decay)"})
def counted_from_zero():
    """You are one step behind: the first step has t = 1, and the power contains t itself."""


@wrong({"(t * momentum_decay)": "((t + 1) * momentum_decay)"})
def of_the_next_step():
    """This is the momentum of the next step, t + 1."""


@wrong({"t * momentum_decay": "t * 0.004"}, loses=[other_decays])
def decay_fixed():
    """`momentum_decay` has no effect on your result: it is that of 0.004."""


@wrong({"(t * momentum_decay)": "t"})
def decay_forgotten():
    """`momentum_decay` has no effect on your result: it is that of 1. It multiplies t in the exponent."""


@wrong({"0.5 * 0.96": "(0.5 * 0.96)"})
def half_inside_the_power():
    """The half has got under the power. Only 0.96 is raised to t * momentum_decay."""


@wrong({"(t * momentum_decay)": "t * momentum_decay"})
def decay_as_a_factor():
    """`momentum_decay` stands beside the power; it belongs into the exponent. Python needs parentheses there."""


@wrong({"beta1 * (": "("})
def beta1_forgotten():
    """Your schedule rises towards 1, whatever beta1 is. It is beta1 times the parenthesis."""


@wrong({"beta1 * (1": "(beta1"})
def beta1_in_one_term():
    """beta1 multiplies the whole parenthesis. With beta1 = 0.5 yours starts at 0 instead of a quarter."""


@wrong({"(1 - 0.5 *": "0.5 * (1 +"})
def falls():
    """Your momentum falls from beta1 to half of it. It should rise: the power, which dies out, is subtracted."""

"""exponential_schedule: the learning rate multiplied by the same factor in every s steps."""

from autograder.exercises.learning_rate_schedules import after, power_schedule, sgd
from autograder.exercises.model import Exercise, case, multistep_case, per_step

TEXTBOOK = """\
def exponential_schedule(step, initial_rate, s, factor=0.1):
    return initial_rate * factor ** (step / s)
"""
exponential_schedule = Exercise(
    TEXTBOOK,
    takes="step: int >= 0; initial_rate, s, factor: number",
    pytorch="torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=factor ** (1 / s))",
    source="Géron, Hands-On Machine Learning, chapter 11",
)
requirement, wrong = exponential_schedule.requirement, exponential_schedule.wrong


@exponential_schedule.pytorch_reference
def reference(step, initial_rate, s, factor=0.1):
    """ExponentialLR of PyTorch, whose gamma is the factor of a single step."""
    import torch

    scheduler = torch.optim.lr_scheduler.ExponentialLR(sgd(initial_rate), gamma=factor ** (1 / s))
    return after(step, scheduler)["lr"]


@requirement("after 0, s and 2s steps", points=2)
def round_cases(sample):
    yield case("the first step", step=0, initial_rate=0.1, s=10)
    yield case("after s steps", step=10, initial_rate=0.5, s=10)
    yield case("after 2s steps", step=40, initial_rate=0.3, s=20)
    for _ in sample.repeat(public=1, hidden=4):
        s = sample.integer(3, 30)
        rate = sample.number(0.05, 2.0)
        yield case("random, a multiple of s", step=sample.integer(2, 4) * s, initial_rate=rate, s=s)


@requirement("between multiples of s", points=1)
def between(sample):
    yield case("after half of s steps", step=5, initial_rate=1.0, s=10)
    yield case("s = 1.5, no whole number", step=2, initial_rate=0.7, s=1.5)
    for _ in sample.repeat(public=1, hidden=4):
        s = sample.integer(7, 30)
        step = sample.integer(0, 2) * s + sample.integer(1, s - 1)
        yield case("random", step=step, initial_rate=sample.number(0.05, 2.0), s=s)


@requirement("factors other than 0.1", points=1)
def factors(sample):
    yield case("factor = 0.5", step=20, initial_rate=0.8, s=10, factor=0.5)
    yield case("factor = 10: it grows", step=14, initial_rate=0.001, s=7, factor=10.0)
    for _ in sample.repeat(public=1, hidden=4):
        s = sample.integer(3, 30)
        rate, factor = sample.number(0.05, 2.0), sample.choice([0.2, 0.3, 0.7, 0.95, 2.0])
        yield case("random", step=sample.integer(2, 4) * s, initial_rate=rate, s=s, factor=factor)


@requirement("a whole schedule, step by step", points=1)
def whole(sample):
    yield multistep_case("3 steps", step=per_step(range(3)), initial_rate=0.6, s=2)
    for _ in sample.repeat(public=1, hidden=3):
        rate, s = sample.number(0.05, 2.0), sample.number(4.0, 15.0)
        yield multistep_case("30 steps", step=per_step(range(30)), initial_rate=rate, s=s)


@wrong({"/": "//"}, loses=[between, whole])
def staircase():
    """Your learning rate stays the same for s steps and then jumps, as PyTorch's StepLR does. A single slash divides
    without rounding; `//` rounds down."""


@wrong({"** (step / s)": "**step / s"})
def power_before_division():
    """Python computes a power before it divides: a**b/c is (a**b)/c. The exponent needs parentheses."""


@wrong({"(step / s)": "step"})
def factor_at_every_step():
    """You multiply by `factor` at every step. It is the factor of s steps together."""


@wrong({"factor ** (step / s)": "(factor / s) ** step"})
def factor_divided_by_s():
    """You share the factor out over s steps by division. Factors multiply: s times the same one must give `factor`,
    so each is its s-th root."""


@wrong({"* factor": "* 0.1"}, loses=[factors])
def factor_forgotten():
    """`factor` has no effect on your result: it is that of factor = 0.1."""


@wrong({"factor ** (step / s)": "np.exp(-step / s)"})
def base_e():
    """After s steps your rate is 0.37 of the initial one: the base of your power is e. Here it is `factor`."""


@wrong()
def lowers_what_is_already_lowered(step, initial_rate, s, factor=0.1):
    """These numbers come from multiplying the rate of the step before by a factor that itself falls with the step.
    The formula gives each step's rate from the initial one."""
    learning_rate = initial_rate
    for k in range(1, step + 1):
        learning_rate = learning_rate * factor ** (k / s)
    return learning_rate


wrong.like(power_schedule.counted_from_one, {"** (step": "** ((step + 1)"})


@wrong({"* factor": "* abs(1 - factor)"})
def factor_taken_off():
    """You take the share `factor` away. It is what is left: with 0.1 a tenth remains, not nine tenths."""

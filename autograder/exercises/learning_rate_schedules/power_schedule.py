"""power_schedule: the learning rate divided by (1 + step / s) to the power c."""

from autograder.exercises.learning_rate_schedules import after, sgd
from autograder.exercises.model import Exercise, case, multistep_case, per_step

TEXTBOOK = """\
def power_schedule(step, initial_rate, s, c=1.0):
    return initial_rate / (1 + step / s) ** c
"""
power_schedule = Exercise(
    TEXTBOOK,
    takes="step: int >= 0; initial_rate, s, c: number",
    pytorch="torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: (1 + k / s) ** -c)",
    source="Géron, Hands-On Machine Learning, chapter 11; Robbins and Monro 1951",
)
requirement, wrong = power_schedule.requirement, power_schedule.wrong


@power_schedule.pytorch_reference
def reference(step, initial_rate, s, c=1.0):
    """LambdaLR of PyTorch, which multiplies the initial rate by a function of the step."""
    import torch

    scheduler = torch.optim.lr_scheduler.LambdaLR(sgd(initial_rate), lambda k: (1 + k / s) ** -c)
    return after(step, scheduler)["lr"]


@requirement("after 0, s and 2s steps", points=2)
def round_cases(sample):
    yield case("the first step", step=0, initial_rate=0.1, s=10)
    yield case("after s steps", step=10, initial_rate=0.1, s=10)
    yield case("after 2s steps", step=40, initial_rate=0.6, s=20)
    for _ in sample.repeat(public=1, hidden=4):
        s = sample.integer(3, 30)
        rate = sample.number(0.05, 2.0)
        yield case("random, a multiple of s", step=sample.integer(2, 9) * s, initial_rate=rate, s=s)


@requirement("between multiples of s", points=1)
def between(sample):
    yield case("after half of s steps", step=5, initial_rate=0.3, s=10)
    yield case("s = 1.5, no whole number", step=2, initial_rate=0.7, s=1.5)
    for _ in sample.repeat(public=1, hidden=4):
        s = sample.integer(7, 30)
        step = sample.integer(0, 4) * s + sample.integer(1, s - 1)
        yield case("random", step=step, initial_rate=sample.number(0.05, 2.0), s=s)


@requirement("powers other than 1", points=1)
def powers(sample):
    yield case("c = 2", step=20, initial_rate=0.9, s=10, c=2.0)
    yield case("c = 0.5, the root", step=30, initial_rate=0.1, s=10, c=0.5)
    for _ in sample.repeat(public=1, hidden=4):
        s = sample.integer(3, 30)
        rate, c = sample.number(0.05, 2.0), sample.choice([0.25, 0.75, 1.5, 3.0])
        yield case("random", step=sample.integer(2, 9) * s, initial_rate=rate, s=s, c=c)


@requirement("a whole schedule, step by step", points=1)
def whole(sample):
    yield multistep_case("3 steps", step=per_step(range(3)), initial_rate=0.6, s=2)
    for _ in sample.repeat(public=1, hidden=3):
        rate, s = sample.number(0.05, 2.0), sample.number(2.0, 12.0)
        yield multistep_case("30 steps", step=per_step(range(30)), initial_rate=rate, s=s)


@wrong({"step /": "step //"}, loses=[between, whole])
def staircase():
    """Your learning rate stays the same for s steps and then jumps. A single slash divides without rounding; `//`
    rounds down."""


@wrong({"(1 + step / s)": "((1 + step) / s)"})
def parenthesis_in_the_wrong_place():
    """At step 0 your learning rate is not the initial one: you divide (1 + step) by s. Only the step is divided by
    s."""


@wrong({"(1 + step / s) ** c": "1 + (step / s) ** c"})
def parentheses_left_out():
    """Your learning rate grows: without parentheses Python divides by 1 and then adds. The whole sum 1 + step / s
    stands below the line."""


@wrong()
def lowers_what_is_already_lowered(step, initial_rate, s, c=1.0):
    """These numbers come from dividing the rate of the step before, again and again. The formula gives each step's
    rate from the initial one."""
    learning_rate = initial_rate
    for k in range(1, step + 1):
        learning_rate = learning_rate / (1 + k / s) ** c
    return learning_rate


@wrong({"+ step": "+ (step + 1)"})
def counted_from_one():
    """Your schedule is one step ahead: at step 0 no step has been taken yet, and the rate is the initial one."""


@wrong({" ** c": ""}, loses=[powers])
def power_forgotten():
    """`c` has no effect on your result: it is that of c = 1."""


@wrong({"(1 + step / s) ** c": "(1 + (step / s) ** c)"}, loses=[powers])
def power_of_the_fraction_alone():
    """You raise step / s alone to the power c. The power belongs to the whole of 1 + step / s."""


@wrong({"(1 + step / s) ** c": "(1 + c * step / s)"}, loses=[powers])
def power_as_a_factor():
    """You multiply by c where it is a power: `**`, not `*`."""


@wrong({"/ (1 + step / s)": "* (1 - min(step, s) / s)"})
def polynomial_decay():
    """Your learning rate comes down to 0 after s steps. That is PyTorch's PolynomialLR, which has a similar name and
    does something else."""


@wrong({"/ (1 + step / s) ** c": "* 0.5 ** (c * step / s)"})
def halved_every_s_steps():
    """You halve the learning rate every s steps, which is exponential. Here it is a half after s steps, a third
    after 2s, a quarter after 3s."""


@wrong({"step / s": "(step / s if step % s == 0 else 0)"}, loses=[between, whole])
def it_drops_at_multiples_of_s_alone():
    """Your rate drops at multiples of s only, and jumps back to the initial one between them. The formula holds at
    every step."""

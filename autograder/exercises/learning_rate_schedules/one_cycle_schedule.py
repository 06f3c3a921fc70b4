"""one_cycle_schedule: the learning rate in straight lines up and down; the momentum mirrored."""

from typing import Any

from autograder.exercises.learning_rate_schedules import FIXED_MOMENTUM, FIXED_RATE, after, sgd
from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.sampling import Sampler

TEXTBOOK = """\
def one_cycle_schedule(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak, 2 * peak, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start, start / final_div_factor])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum, max_momentum])
    return learning_rate, momentum
"""
one_cycle_schedule = Exercise(
    TEXTBOOK,
    outputs=("learning_rate", "momentum"),
    takes="step, total_steps, peak: int >= 0; max_rate, div_factor, final_div_factor: number; "
    "base_momentum, max_momentum: number",
    pytorch='torch.optim.lr_scheduler.OneCycleLR(..., three_phase=True, anneal_strategy="linear")',
    source="Smith 2018, https://arxiv.org/abs/1803.09820",
    handed_out=True,
)
requirement, wrong = one_cycle_schedule.requirement, one_cycle_schedule.wrong

USUAL = {"div_factor": 10.0, "final_div_factor": 1000.0}


def a_cycle(sample: Sampler) -> dict[str, Any]:
    """Number of steps, the step of the peak (below a half) and the largest rate."""
    peak = sample.integer(5, 12)
    total_steps = 2 * peak + sample.integer(4, 9)
    return {"total_steps": total_steps, "peak": peak, "max_rate": sample.number(0.1, 2.0)}


@one_cycle_schedule.pytorch_reference
def reference(step, total_steps, peak, max_rate, **settings):
    """OneCycleLR of PyTorch with three phases and straight lines; its pct_start counts one step more than peak."""
    import torch

    settings = {**USUAL, **settings, "pct_start": (peak + 1) / total_steps}
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        sgd(max_rate), max_rate, total_steps, three_phase=True, anneal_strategy="linear", **settings
    )
    found = after(step, scheduler)
    return found["lr"], found["momentum"]


@requirement("the learning rate up and down again", points=2)
def triangle(sample):
    """Up to the peak and down again, the momentum fixed."""
    small = {"total_steps": 11, "peak": 4, "max_rate": 1.0, **USUAL, **FIXED_MOMENTUM}
    yield case("the first step", step=0, **small)
    yield case("half way up", step=2, **small)
    yield case("the peak", step=4, **small)
    yield case("half way down", step=6, **small)
    yield case("back at the start rate", step=8, **small)
    for _ in sample.repeat(public=1, hidden=4):
        cycle = a_cycle(sample)
        for step in (sample.integer(1, cycle["peak"] - 1), cycle["peak"] + sample.integer(1, cycle["peak"] - 1)):
            yield case("random", step=step, **cycle, **USUAL, **FIXED_MOMENTUM)


@requirement("the last drop", points=1)
def drop(sample):
    """The last phase, from the start rate down, the momentum fixed."""
    small = {"total_steps": 11, "peak": 4, "max_rate": 1.0, **USUAL, **FIXED_MOMENTUM}
    yield case("half way to the last step", step=9, **small)
    yield case("the last step", step=10, **small)
    for _ in sample.repeat(public=1, hidden=4):
        cycle = a_cycle(sample)
        step = sample.integer(2 * cycle["peak"] + 1, cycle["total_steps"] - 2)
        yield case("random", step=step, **cycle, **USUAL, **FIXED_MOMENTUM)


@requirement("other factors for the first and last rate", points=1)
def factors(sample):
    """Other factors at the first and the last step, the momentum fixed."""
    small = {"total_steps": 11, "peak": 4, "max_rate": 1.0}
    yield case("div_factor = 4", step=0, **small, div_factor=4.0, final_div_factor=5.0, **FIXED_MOMENTUM)
    yield case("the last step", step=10, **small, div_factor=4.0, final_div_factor=5.0, **FIXED_MOMENTUM)
    for _ in sample.repeat(public=1, hidden=3):
        cycle = a_cycle(sample)
        factors = {"div_factor": sample.number(2.0, 30.0), "final_div_factor": sample.number(2.0, 30.0)}
        for step in (0, cycle["total_steps"] - 1):
            yield case("random", step=step, **cycle, **factors, **FIXED_MOMENTUM)


@requirement("momentum", points=1)
def momentum(sample):
    """The momentum down and up again, the learning rate fixed."""
    small = {"total_steps": 11, "peak": 4, "max_rate": 1.0, **FIXED_RATE}
    for name, step in (("the first step", 0), ("half way to the peak", 2), ("the peak", 4), ("the last phase", 9)):
        yield case(name, step=step, **small, base_momentum=0.8, max_momentum=0.9)
    for _ in sample.repeat(public=1, hidden=4):
        cycle = a_cycle(sample)
        momenta = {"base_momentum": sample.number(0.5, 0.85), "max_momentum": sample.number(0.9, 0.99)}
        for step in (sample.integer(1, cycle["peak"] - 1), cycle["total_steps"] - 2):
            yield case("random", step=step, **cycle, **FIXED_RATE, **momenta)


@requirement("a whole cycle, step by step", points=1)
def whole(sample):
    """All steps of a cycle of 7 steps and of longer ones, with the default factors."""
    yield multistep_case("7 steps", step=per_step(range(7)), total_steps=7, peak=2, max_rate=1.0)
    for _ in sample.repeat(public=1, hidden=3):
        cycle = a_cycle(sample)
        yield multistep_case("a longer cycle", step=per_step(range(cycle["total_steps"])), **cycle)


@wrong({"0, peak": "0, peak + 1", "* peak": "* (peak + 1)"}, keeps=[factors])
def peak_one_step_late():
    """Your peak comes one step late. step counts from 0: the largest rate belongs to step == peak, the start rate
    again to step == 2 * peak."""


@wrong({"- 1": ""}, keeps=[triangle, momentum])
def ends_one_step_late():
    """Your last rate belongs to step == total_steps, which is never taken: the last of them is total_steps - 1."""


@wrong({"start, start": "start, max_rate"}, keeps=[triangle, momentum])
def last_rate_from_the_largest():
    """You divide the largest rate by final_div_factor. It divides the start rate, which is already smaller."""


@wrong(
    {", total_steps - 1": "", ", start / final_div_factor": "", "max_momentum, max_momentum": "max_momentum"},
    keeps=[triangle, momentum],
)
def no_last_drop():
    """After coming down, your rate stays at the start rate. In the last steps it goes on falling, to the start rate
    divided by final_div_factor."""


@wrong({"return learning_rate, momentum": "return learning_rate, max_momentum"}, loses=[momentum, whole])
def momentum_left_alone():
    """Your momentum never changes. It is a mirror image of the rate: smallest at the peak."""


@wrong(
    {
        "(step, corners, [max_momentum, base_momentum, max_": "(step, corners, [base_momentum, max_momentum, base_",
        ", max_momentum])": ", base_momentum])",
    },
    loses=[momentum, whole],
)
def momentum_with_the_rate():
    """Your momentum rises with the learning rate. It does the opposite: max_momentum at the start, base_momentum at
    the peak."""


@wrong({"max_momentum, max_momentum": "max_momentum, base_momentum"}, loses=[momentum, whole])
def momentum_falls_in_the_last_phase():
    """In the last phase your momentum falls once more. There it stays at max_momentum."""


@wrong(
    {
        "momentum = np.interp(step, corners": "momentum = np.interp(step, [0, peak, total_steps - 1]",
        "base_momentum, max_momentum": "base_momentum",
    },
    loses=[momentum, whole],
)
def momentum_rises_to_the_end():
    """Your momentum is back at its largest value only at the very end. It is there at 2 * peak and stays."""


@wrong({"learning_rate, momentum": "momentum, learning_rate"})
def momentum_first():
    """You return the momentum first. The learning rate is the first of the two numbers."""


@wrong({"2 * peak,": "", "max_rate, start": "max_rate", "max_momentum, max_momentum": "max_momentum"}, keeps=[factors])
def down_in_one_line():
    """From the peak you go down in one line to the last step. There are two: as long down as up, then the last drop."""


@wrong({"/ div_factor": "/ 10", "/ final_div_factor": "/ 1000"}, loses=[factors, momentum])
def factors_fixed():
    """`div_factor` and `final_div_factor` have no effect on your result: 10 and 1000 stand in their place."""

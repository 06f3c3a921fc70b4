"""one_cycle_cosine_schedule: PyTorch's 1cycle: half a cosine wave up, another down; the momentum mirrored."""

from autograder.exercises.learning_rate_schedules import FIXED_MOMENTUM, FIXED_RATE, after, one_cycle_schedule, sgd
from autograder.exercises.model import Exercise, case, multistep_case, per_step

TEXTBOOK = """\
def one_cycle_cosine_schedule(
    step, total_steps, max_rate, pct_start=0.3, div_factor=25.0, final_div_factor=1e4,
    base_momentum=0.85, max_momentum=0.95,
):
    start, peak = max_rate / div_factor, pct_start * total_steps - 1
    if step <= peak:
        low, p = start, step / peak
    else:
        low, p = start / final_div_factor, (total_steps - 1 - step) / (total_steps - 1 - peak)
    height = (1 - np.cos(np.pi * p)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height
"""
one_cycle_cosine_schedule = Exercise(
    TEXTBOOK,
    outputs=("learning_rate", "momentum"),
    takes="step, total_steps: int >= 0; max_rate, pct_start, div_factor, final_div_factor: number; "
    "base_momentum, max_momentum: number",
    pytorch="torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr, total_steps)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html",
)
requirement, wrong = one_cycle_cosine_schedule.requirement, one_cycle_cosine_schedule.wrong

USUAL_COSINE = {"pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 1e4}


@one_cycle_cosine_schedule.pytorch_reference
def reference(step, max_rate, **settings):
    import torch

    found = after(step, torch.optim.lr_scheduler.OneCycleLR(sgd(max_rate), max_lr=max_rate, **settings))
    return found["lr"], found["momentum"]


@requirement("the learning rate on its way up", points=2)
def up(sample):
    """From the start rate to the peak, the momentum fixed."""
    small = {"total_steps": 10, "max_rate": 1.0, **USUAL_COSINE, **FIXED_MOMENTUM}
    yield case("the first step", step=0, **small)
    yield case("half way up", step=1, **small)
    yield case("the peak", step=2, **small)
    for _ in sample.repeat(public=1, hidden=4):
        total = 10 * sample.integer(3, 8)
        factors = {"pct_start": 0.3, "div_factor": sample.number(2.0, 30.0), "final_div_factor": 1e4}
        where = {"step": sample.integer(1, 3 * total // 10 - 2), "total_steps": total}
        yield case("random", **where, max_rate=sample.number(0.1, 2.0), **factors, **FIXED_MOMENTUM)


@requirement("the learning rate on its way down", points=1)
def down(sample):
    """From the peak to the last step, the momentum fixed."""
    small = {"total_steps": 10, "max_rate": 1.0, "pct_start": 0.3, "div_factor": 5.0}
    yield case("the last step", step=9, **small, final_div_factor=2.0, **FIXED_MOMENTUM)
    yield case("on the way down", step=4, **small, final_div_factor=2.0, **FIXED_MOMENTUM)
    for _ in sample.repeat(public=1, hidden=4):
        total = 10 * sample.integer(3, 8)
        factors = {"pct_start": 0.3, "div_factor": sample.number(2.0, 9.0), "final_div_factor": sample.number(2.0, 9.0)}
        where = {"step": sample.integer(3 * total // 10, total - 3), "total_steps": total}
        yield case("random", **where, max_rate=sample.number(0.1, 2.0), **factors, **FIXED_MOMENTUM)


@requirement("other pct_start", points=1)
def peak(sample):
    """Other shares of the steps on the way up; the peak need not be a whole step."""
    factors = {"div_factor": 25.0, "final_div_factor": 1e4, **FIXED_MOMENTUM}
    yield case("pct_start = 0.5", step=4, total_steps=10, max_rate=1.0, pct_start=0.5, **factors)
    yield case("the peak at step 1.5", step=1, total_steps=10, max_rate=1.0, pct_start=0.25, **factors)
    for _ in sample.repeat(public=1, hidden=4):
        total, share = sample.integer(20, 60), sample.choice([0.17, 0.21, 0.43, 0.56])
        peak = share * total - 1
        for step in (int(peak), int(peak) // 2):
            where = {"step": step, "total_steps": total, "max_rate": sample.number(0.1, 2.0)}
            yield case("random", **where, pct_start=share, **factors)


@requirement("momentum", points=1)
def momentum(sample):
    """The momentum down and up again, the learning rate fixed."""
    small = {"total_steps": 10, "max_rate": 1.0, "pct_start": 0.5, **FIXED_RATE}
    for name, step in (("the first step", 0), ("a quarter of the way up", 1), ("the peak", 4), ("the last step", 9)):
        yield case(name, step=step, **small, base_momentum=0.8, max_momentum=0.9)
    for _ in sample.repeat(public=1, hidden=4):
        total = 10 * sample.integer(3, 8)
        where = {"total_steps": total, "max_rate": sample.number(0.1, 2.0), "pct_start": 0.3, **FIXED_RATE}
        momenta = {"base_momentum": sample.number(0.5, 0.85), "max_momentum": sample.number(0.9, 0.99)}
        for step in (sample.integer(1, 3 * total // 10 - 2), sample.integer(3 * total // 10 + 1, total - 2)):
            yield case("random", step=step, **where, **momenta)


@requirement("a whole cycle, step by step", points=1)
def whole(sample):
    """All steps of a cycle of 10 steps and of longer ones, with PyTorch's defaults."""
    yield multistep_case("10 steps", step=per_step(range(10)), total_steps=10, max_rate=1.0)
    for _ in sample.repeat(public=1, hidden=3):
        total = 10 * sample.integer(2, 4)
        rate = sample.number(0.1, 2.0)
        yield multistep_case("a longer cycle", step=per_step(range(total)), total_steps=total, max_rate=rate)


@wrong({"(1 - np.cos(np.pi * p)) / 2": "p"})
def straight_lines():
    """Your way up and down is a straight line. PyTorch's default is half a wave of the cosine."""


@wrong({"* total_steps - 1": "* total_steps"})
def peak_one_step_late():
    """Your peak is at pct_start * total_steps. Steps count from 0, and PyTorch puts the peak one step before that."""


@wrong({"pct_start * total_steps - 1": "pct_start * (total_steps - 1)"})
def share_of_the_way_to_the_end():
    """Your peak is at pct_start * (total_steps - 1). PyTorch multiplies first: pct_start * total_steps - 1."""


@wrong({"(total_steps - 1 - step) /": "(step - peak) /"}, keeps=[up, peak])
def up_twice():
    """Behind the peak you start from below and go up once more. On the way down p runs from 1 to 0."""


@wrong(
    {"(total_steps - 1 - step) / (total_steps - 1 - peak)": "(total_steps - step) / (total_steps - peak)"},
    keeps=[up, peak],
)
def ends_one_step_late():
    """Your way down ends at step == total_steps, which is never taken: the last one is total_steps - 1."""


wrong.like(one_cycle_schedule.last_rate_from_the_largest, {"start / final": "max_rate / final"}, loses=[down, whole])


@wrong({"start / final_div_factor": "start"}, loses=[down, whole])
def ends_at_the_start_rate():
    """You come down to the start rate. The end is lower: the start rate divided by final_div_factor."""


@wrong({"pct_start * total_steps": "int(pct_start * total_steps)"}, loses=[peak])
def peak_rounded():
    """You round the step of the peak. PyTorch does not: the peak may lie between two steps, and then neither of them
    has the largest rate."""


wrong.like(
    one_cycle_schedule.momentum_left_alone, {" + (base_momentum - max_momentum) * height": ""}, loses=[momentum, whole]
)


@wrong({"(base_momentum - max_momentum) * height": "(base_momentum - max_momentum) * p"}, loses=[momentum, whole])
def momentum_in_straight_lines():
    """Your momentum moves in straight lines. It follows the cosine, as the learning rate does."""


@wrong({"(1 - np.cos(np.pi * p)) / 2": "np.sin(np.pi / 2 * p)"})
def quarter_of_a_wave():
    """You use a quarter of a wave, which starts steeply. Half a wave, (1 - cos(pi * p)) / 2, is flat at both ends."""

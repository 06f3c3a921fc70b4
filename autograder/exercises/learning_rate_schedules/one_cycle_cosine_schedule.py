"""one_cycle_cosine_schedule: PyTorch's 1cycle: half a cosine wave up, another down; the momentum mirrored."""

import numpy as np

from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.learning_rate_schedules import FIXED_MOMENTUM, FIXED_RATE, after, sgd
from autograder.exercises.model import Exercise

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
    summary="PyTorch's 1cycle: half a cosine wave up, another down to almost nothing; the momentum mirrored",
    pytorch="torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr, total_steps)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html",
)
requirement, wrong = one_cycle_cosine_schedule.requirement, one_cycle_cosine_schedule.wrong

USUAL_COSINE = {"pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 1e4}


@one_cycle_cosine_schedule.pytorch_reference
def reference(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """OneCycleLR of PyTorch as it is: two phases, cosine."""
    import torch

    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        sgd(max_rate),
        max_lr=max_rate,
        total_steps=total_steps,
        pct_start=pct_start,
        div_factor=div_factor,
        final_div_factor=final_div_factor,
        base_momentum=base_momentum,
        max_momentum=max_momentum,
    )
    settings = after(step, scheduler)
    return settings["lr"], settings["momentum"]


@requirement("the learning rate on its way up", points=1)
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


@wrong()
def straight_lines(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """Your way up and down is a straight line. PyTorch's default is half a wave of the cosine."""
    start = max_rate / div_factor
    corners = [0, pct_start * total_steps - 1, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start / final_div_factor])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum])
    return learning_rate, momentum


@wrong()
def peak_one_step_late(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """Your peak is at pct_start * total_steps. Steps count from 0, and PyTorch puts the peak one step before that."""
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps, total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


@wrong()
def share_of_the_way_to_the_end(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """Your peak is at pct_start * (total_steps - 1). PyTorch multiplies first: pct_start * total_steps - 1."""
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * (total_steps - 1), total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


@wrong(keeps=[up, peak])
def up_twice(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """Behind the peak you start from below and go up once more. On the way down p runs from 1 to 0."""
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps - 1], [0, 1, 2])
    low, share = (start, way) if way <= 1 else (start / final_div_factor, way - 1)
    height = (1 - np.cos(np.pi * share)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


@wrong(keeps=[up, peak])
def ends_one_step_late(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """Your way down ends at step == total_steps, which is never taken: the last one is total_steps - 1."""
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


@wrong(loses=[down, whole])
def last_rate_from_the_largest(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """You divide the largest rate by final_div_factor. It divides the start rate, which is already smaller."""
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else max_rate / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


@wrong(loses=[down, whole])
def ends_at_the_start_rate(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """You come down to the start rate. The end is lower: the start rate divided by final_div_factor."""
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps - 1], [0, 1, 2])
    height = (1 - np.cos(np.pi * way)) / 2
    return start + (max_rate - start) * height, max_momentum + (base_momentum - max_momentum) * height


@wrong(loses=[peak])
def peak_rounded(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """You round the step of the peak. PyTorch does not: the peak may lie between two steps, and then neither of them
    has the largest rate."""
    start = max_rate / div_factor
    way = np.interp(step, [0, int(pct_start * total_steps) - 1, total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


@wrong(loses=[momentum, whole])
def momentum_left_alone(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """Your momentum never changes. It is a mirror image of the rate: smallest at the peak."""
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum


@wrong(loses=[momentum, whole])
def momentum_in_straight_lines(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """Your momentum moves in straight lines. It follows the cosine, as the learning rate does."""
    start = max_rate / div_factor
    corners = [0, pct_start * total_steps - 1, total_steps - 1]
    way = np.interp(step, corners, [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum])
    return low + (max_rate - low) * height, momentum


@wrong()
def quarter_of_a_wave(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    """You use a quarter of a wave, which starts steeply. Half a wave, (1 - cos(pi * p)) / 2, is flat at both ends."""
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = np.sin(np.pi / 2 * way)
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height

"""warmup_cosine: the learning rate up in a straight line, then down in half a wave of the cosine."""

from typing import Any

from autograder.exercises.learning_rate_schedules import after, sgd
from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.sampling import Sampler

TEXTBOOK = """\
def warmup_cosine(step, total_steps, warmup, max_rate, min_rate=0.0):
    if step < warmup:
        return max_rate * (step + 1) / (warmup + 1)
    p = (step - warmup) / (total_steps - 1 - warmup)
    return min_rate + (max_rate - min_rate) * (1 + np.cos(np.pi * p)) / 2
"""
warmup_cosine = Exercise(
    TEXTBOOK,
    takes="step, total_steps, warmup: int >= 0; max_rate, min_rate: number",
    pytorch="torch.optim.lr_scheduler.SequentialLR(optimizer, [LinearLR(...), CosineAnnealingLR(...)], [warmup])",
    source="Loshchilov and Hutter 2016, https://arxiv.org/abs/1608.03983",
    handed_out=True,
)
requirement, wrong = warmup_cosine.requirement, warmup_cosine.wrong


@warmup_cosine.pytorch_reference
def reference(step, total_steps, warmup, max_rate, min_rate=0.0):
    from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

    optimizer = sgd(max_rate)
    if warmup == 0:
        return after(step, CosineAnnealingLR(optimizer, total_steps - 1, min_rate))["lr"]
    up = LinearLR(optimizer, start_factor=1 / (warmup + 1), total_iters=warmup)
    down = CosineAnnealingLR(optimizer, total_steps - 1 - warmup, min_rate)
    return after(step, SequentialLR(optimizer, [up, down], [warmup]))["lr"]


def random_plan(sample: Sampler) -> dict[str, Any]:
    """A warm-up and at least four steps after it."""
    warmup = sample.integer(2, 8)
    return {"total_steps": warmup + sample.integer(5, 15), "warmup": warmup, "max_rate": sample.number(0.1, 2.0)}


@requirement("the warm-up", points=2)
def up(sample):
    plan = {"total_steps": 11, "warmup": 4, "max_rate": 1.0}
    yield case("the first step: a fifth of the rate", step=0, **plan)
    yield case("the last step of the warm-up", step=3, **plan)
    for _ in sample.repeat(public=1, hidden=4):
        plan = random_plan(sample)
        yield case("random", step=sample.integer(0, plan["warmup"] - 1), **plan)


@requirement("down to 0", points=2)
def down(sample):
    plan = {"total_steps": 9, "warmup": 4, "max_rate": 1.0}
    yield case("the largest rate", step=4, **plan)
    yield case("half way down", step=6, **plan)
    yield case("the last step", step=8, **plan)
    for _ in sample.repeat(public=2, hidden=4):
        plan = random_plan(sample)
        yield case("random", step=sample.integer(plan["warmup"] + 1, plan["total_steps"] - 2), **plan)


@requirement("another lowest rate", points=1)
def another_end(sample):
    yield case("half way down to 0.2", step=6, total_steps=9, warmup=4, max_rate=1.0, min_rate=0.2)
    for _ in sample.repeat(public=1, hidden=4):
        plan = random_plan(sample)
        step = sample.integer(plan["warmup"] + 1, plan["total_steps"] - 1)
        yield case("random", step=step, **plan, min_rate=sample.number(0.01, 0.09))


@requirement("a whole schedule, and one without warm-up", points=1)
def whole(sample):
    yield case("no warm-up, the first step", step=0, total_steps=5, warmup=0, max_rate=1.0)
    yield multistep_case("no warm-up, 5 steps", step=per_step(range(5)), total_steps=5, warmup=0, max_rate=1.0)
    for _ in sample.repeat(public=1, hidden=3):
        plan = random_plan(sample)
        yield multistep_case("random", step=per_step(range(plan["total_steps"])), **plan)


@wrong({"max_rate * (step + 1) / (warmup + 1)": "max_rate * step / warmup"}, loses=[up, whole])
def first_step_at_rate_0():
    """Your first step has the rate 0, so it is wasted. The steps of the warm-up are 1, 2, 3, ... parts of
    warmup + 1."""


@wrong({"(warmup + 1)": "warmup"}, loses=[up, whole])
def largest_rate_one_step_early():
    """Your warm-up reaches the largest rate one step too early: that is where step equals warmup."""


@wrong(
    {"p = (step - warmup) / (total_steps - 1 - warmup)": "p = (step - warmup) / (total_steps - warmup)"},
    loses=[down, another_end, whole],
)
def never_at_the_lowest_rate():
    """Your rate does not quite reach the lowest one. The last step is number total_steps - 1."""


@wrong({"(step - warmup) / (total_steps - 1 - warmup)": "step / (total_steps - 1)"}, loses=[down, another_end, whole])
def cosine_from_the_first_step():
    """Your cosine begins at step 0, so the rate drops at the end of the warm-up. It begins where the warm-up ends."""


@wrong({"(1 + np.cos": "(1 - np.cos"}, loses=[down, another_end, whole])
def the_wave_upside_down():
    """After the warm-up your rate begins at the lowest and rises."""


@wrong({"np.pi * p": "2 * np.pi * p"}, loses=[down, another_end, whole])
def a_whole_wave():
    """Your rate goes down and up again: a whole wave of the cosine. Half a wave goes from the top to the bottom."""


@wrong({"(1 + np.cos(np.pi * p)) / 2": "(1 - p)"}, loses=[down, another_end, whole])
def a_straight_line_down():
    """Your rate falls in a straight line after the warm-up. Asked for is half a wave of the cosine, flat at both
    ends."""


@wrong({"(max_rate - min_rate)": "max_rate"}, loses=[another_end])
def lowest_rate_added_on_top():
    """With min_rate above 0 your rate exceeds max_rate: what falls is the difference of the two."""

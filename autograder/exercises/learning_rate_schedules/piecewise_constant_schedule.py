"""piecewise_constant_schedule: one learning rate up to the first boundary, another up to the second, and so on."""

from itertools import pairwise

import numpy as np

from autograder.exercises.learning_rate_schedules import after, sgd
from autograder.exercises.model import CONTRACT, Exercise, case, multistep_case, per_step
from autograder.exercises.sampling import Sampler

TEXTBOOK = """\
def piecewise_constant_schedule(step, boundaries, values):
    passed = sum(step >= boundary for boundary in boundaries)
    return values[passed]
"""
piecewise_constant_schedule = Exercise(
    TEXTBOOK,
    takes="step: int >= 0; boundaries: list of int; values: list of number",
    pytorch="torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma)",
    source="Géron, Hands-On Machine Learning, chapter 11",
    handed_out=True,
)
requirement, wrong = piecewise_constant_schedule.requirement, piecewise_constant_schedule.wrong


def pieces(sample: Sampler) -> tuple[list[int], list[float]]:
    """Three or more boundaries, at least three steps apart, and the values between them, each another one."""
    count = sample.integer(3, 5)
    boundaries = np.cumsum([sample.integer(3, 9) for _ in range(count)]).tolist()
    values = [round(1.0 / (1 + place) + sample.number(0.001, 0.04), 3) for place in range(count + 1)]
    return boundaries, values


@piecewise_constant_schedule.pytorch_reference
def reference(step, boundaries, values):
    """MultiStepLR of PyTorch, one for each boundary, with the ratio of the values beside it as gamma."""
    import torch

    optimizer = sgd(values[0])
    ratios = [new / old for old, new in pairwise(values)]
    schedulers = [
        torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[boundary], gamma=ratio)
        for boundary, ratio in zip(boundaries, ratios, strict=True)
    ]
    for scheduler in schedulers:
        after(step, scheduler)
    return optimizer.param_groups[0]["lr"]


@requirement("between two boundaries", points=1)
def inside(sample):
    yield case("between the two boundaries", step=7, boundaries=[5, 15], values=[0.3, 0.1, 0.02])
    yield case("in the third of four pieces", step=8, boundaries=[2, 6, 11], values=[0.4, 0.2, 0.3, 0.05])
    for _ in sample.repeat(public=1, hidden=4):
        boundaries, values = pieces(sample)
        step = boundaries[sample.integer(1, len(boundaries) - 2)] + 1
        yield case("random", step=step, boundaries=boundaries, values=values)


@requirement("at a boundary, and one step before it", points=2)
def at(sample):
    yield case("at a boundary", step=5, boundaries=[5, 15], values=[0.3, 0.1, 0.02])
    yield case("one step before it", step=4, boundaries=[5, 15], values=[0.3, 0.1, 0.02])
    for _ in sample.repeat(public=1, hidden=4):
        boundaries, values = pieces(sample)
        boundary = boundaries[sample.integer(0, len(boundaries) - 2)]
        yield case("random, at a boundary", step=boundary, boundaries=boundaries, values=values)
        yield case("random, one step before", step=boundary - 1, boundaries=boundaries, values=values)


@requirement("at the two ends", points=1)
def ends(sample):
    yield case("before the first boundary", step=2, boundaries=[5, 15], values=[0.3, 0.1, 0.02])
    yield case("after the last boundary", step=40, boundaries=[5, 15], values=[0.3, 0.1, 0.02])
    for _ in sample.repeat(public=1, hidden=3):
        boundaries, values = pieces(sample)
        yield case("random, before", step=boundaries[0] - 2, boundaries=boundaries, values=values)
        yield case("random, after", step=boundaries[-1] + 2, boundaries=boundaries, values=values)


@requirement("a whole schedule, step by step", points=1)
def whole(sample):
    yield multistep_case("4 steps", step=per_step(range(4)), boundaries=[1, 3], values=[0.3, 0.1, 0.02])
    for _ in sample.repeat(public=1, hidden=3):
        boundaries, values = pieces(sample)
        yield multistep_case("40 steps", step=per_step(range(40)), boundaries=boundaries, values=values)


@piecewise_constant_schedule.remark("a list without any boundary")
def no_boundary(sample):
    yield case("no boundary", step=3, boundaries=[], values=[0.3])


@requirement(CONTRACT, points=1, kind="contract")
def contract(sample):
    """The lists stay as they are; no array is among the arguments."""
    yield case("two boundaries", step=7, boundaries=[5, 15], values=[0.3, 0.1, 0.02])


@wrong({">=": ">"}, loses=[at, whole])
def old_value_at_the_boundary():
    """At step == boundary you still give the old value. The new one begins there."""


@wrong({"values[passed]": "values[:-1][min(passed, len(boundaries) - 1)]"}, loses=[ends, whole])
def last_value_never_used():
    """The last value is never used: there is one value more than there are boundaries, and zip ends with the shorter
    list."""


@wrong({"values[passed]": "float(np.prod(values[: passed + 1]))"})
def values_multiplied():
    """You multiply the values of all pieces so far. They are learning rates, not factors."""


@wrong({"boundary for boundary in boundaries": "end for end in np.cumsum(boundaries)"}, loses=[inside, at, ends, whole])
def boundaries_as_lengths():
    """You read the boundaries as the lengths of the pieces. They are counted from the start of training."""


@wrong({"step >=": "step + 1 >="}, loses=[at, whole])
def counted_from_one():
    """The new value comes one step too soon: at step = boundary - 1 it is still the old one."""


@wrong({"values[passed]": "float(np.interp(step, [0, *boundaries], values))"})
def straight_lines():
    """np.interp draws straight lines between the values. Here each value holds until the next boundary."""


@wrong({"values[passed]": "values[min(passed + 1, len(boundaries))]"})
def next_value():
    """You are one value ahead: before the first boundary it is values[0]."""


@wrong(loses=[contract])
def empties_the_lists(step, boundaries, values):
    """The lists that you were given have lost entries. The next call would find a shorter schedule."""
    while boundaries and step >= boundaries[0]:
        boundaries.pop(0)
        values.pop(0)
    return values[0]

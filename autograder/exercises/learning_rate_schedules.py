"""Kernels of `3_learning_rate_scheduling/1_learning_rate_schedules`: learning rates that change while a network trains.

`step` counts the steps already taken: 0 for the first one, as PyTorch's schedulers count. Every reference builds a
scheduler of PyTorch and lets it take that many steps, or puts the given state into one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise, Mistake, Requirement, case, multistep_case, per_step
from autograder.exercises.sampling import Sampler

NOTEBOOK = "3_learning_rate_scheduling/1_learning_rate_schedules"

ROUND, BETWEEN, WHOLE = "after 0, s and 2s steps", "between multiples of s", "a whole schedule, step by step"


def sgd(learning_rate: float):
    """A PyTorch optimizer with one parameter, for a scheduler to work on."""
    import torch

    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=learning_rate, momentum=0.9)


def after(step: int, scheduler):
    """The optimizer's settings after so many steps of the scheduler."""
    scheduler.optimizer.step()
    for _ in range(step):
        scheduler.step()
    return scheduler.optimizer.param_groups[0]


# ---------------------------------------------------------------- power_schedule


def power_schedule_reference(step, initial_rate, s, c=1.0):
    """LambdaLR of PyTorch, which multiplies the initial rate by a function of the step."""
    import torch

    scheduler = torch.optim.lr_scheduler.LambdaLR(sgd(initial_rate), lambda k: (1 + k / s) ** -c)
    return after(step, scheduler)["lr"]


def power_schedule_round(draw: Sampler) -> Iterator[Case]:
    """At multiples of s, with c = 1."""
    yield case("the first step", step=0, initial_rate=0.1, s=10)
    yield case("after s steps", step=10, initial_rate=0.1, s=10)
    yield case("after 2s steps", step=40, initial_rate=0.6, s=20)
    for _ in draw.rounds(public=1, hidden=4):
        s = draw.integer(3, 30)
        rate = draw.number(0.05, 2.0)
        yield case("random, a multiple of s", step=draw.integer(2, 9) * s, initial_rate=rate, s=s)


def power_schedule_between(draw: Sampler) -> Iterator[Case]:
    """At other steps, with c = 1."""
    yield case("after half of s steps", step=5, initial_rate=0.3, s=10)
    yield case("s = 1.5, no whole number", step=2, initial_rate=0.7, s=1.5)
    for _ in draw.rounds(public=1, hidden=4):
        s = draw.integer(7, 30)
        step = draw.integer(0, 4) * s + draw.integer(1, s - 1)
        yield case("random", step=step, initial_rate=draw.number(0.05, 2.0), s=s)


def power_schedule_powers(draw: Sampler) -> Iterator[Case]:
    """Powers other than 1, at multiples of s."""
    yield case("c = 2", step=20, initial_rate=0.9, s=10, c=2.0)
    yield case("c = 0.5, the root", step=30, initial_rate=0.1, s=10, c=0.5)
    for _ in draw.rounds(public=1, hidden=4):
        s = draw.integer(3, 30)
        rate, c = draw.number(0.05, 2.0), draw.choice([0.25, 0.75, 1.5, 3.0])
        yield case("random", step=draw.integer(2, 9) * s, initial_rate=rate, s=s, c=c)


def power_schedule_whole(draw: Sampler) -> Iterator[Case]:
    """Schedules of 3 and of 30 steps."""
    yield multistep_case("3 steps", step=per_step(range(3)), initial_rate=0.6, s=2)
    for _ in draw.rounds(public=1, hidden=3):
        rate, s = draw.number(0.05, 2.0), draw.number(2.0, 12.0)
        yield multistep_case("30 steps", step=per_step(range(30)), initial_rate=rate, s=s)


def power_schedule_staircase(step, initial_rate, s, c=1.0):
    return initial_rate / (1 + step // s) ** c


def power_schedule_parenthesis_in_the_wrong_place(step, initial_rate, s, c=1.0):
    return initial_rate / ((1 + step) / s) ** c


def power_schedule_parentheses_left_out(step, initial_rate, s, c=1.0):
    return initial_rate / 1 + (step / s) ** c


def power_schedule_lowers_what_is_already_lowered(step, initial_rate, s, c=1.0):
    learning_rate = initial_rate
    for k in range(1, step + 1):
        learning_rate = learning_rate / (1 + k / s) ** c
    return learning_rate


def power_schedule_counted_from_one(step, initial_rate, s, c=1.0):
    return initial_rate / (1 + (step + 1) / s) ** c


def power_schedule_power_forgotten(step, initial_rate, s, c=1.0):
    return initial_rate / (1 + step / s)


def power_schedule_power_of_the_fraction_alone(step, initial_rate, s, c=1.0):
    return initial_rate / (1 + (step / s) ** c)


def power_schedule_power_as_a_factor(step, initial_rate, s, c=1.0):
    return initial_rate / (1 + c * step / s)


def power_schedule_polynomial_decay(step, initial_rate, s, c=1.0):
    return initial_rate * (1 - min(step, s) / s) ** c


def power_schedule_halved_every_s_steps(step, initial_rate, s, c=1.0):
    return initial_rate * 0.5 ** (c * step / s)


POWERS = "powers other than 1"
ALL_OF_POWER = (ROUND, BETWEEN, POWERS, WHOLE)

POWER_SCHEDULE = Exercise(
    name="power_schedule",
    parameters=("step", "initial_rate", "s", "c"),
    summary="the learning rate divided by (1 + step / s) to the power c",
    pytorch="torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: (1 + k / s) ** -c)",
    source="Géron, Hands-On Machine Learning, chapter 11; Robbins and Monro 1951",
    reference=power_schedule_reference,
    requirements=(
        Requirement(ROUND, 1, power_schedule_round),
        Requirement(BETWEEN, 1, power_schedule_between),
        Requirement(POWERS, 1, power_schedule_powers),
        Requirement(WHOLE, 1, power_schedule_whole),
    ),
    mistakes=(
        Mistake(
            power_schedule_staircase,
            "Your learning rate stays the same for s steps and then jumps. A single slash divides without rounding; "
            "`//` rounds down.",
            loses=(BETWEEN, WHOLE),
        ),
        Mistake(
            power_schedule_parenthesis_in_the_wrong_place,
            "At step 0 your learning rate is not the initial one: you divide (1 + step) by s. Only the step is divided "
            "by s.",
            loses=ALL_OF_POWER,
        ),
        Mistake(
            power_schedule_parentheses_left_out,
            "Your learning rate grows: without parentheses Python divides by 1 and then adds. The whole sum "
            "1 + step / s stands below the line.",
            loses=ALL_OF_POWER,
        ),
        Mistake(
            power_schedule_lowers_what_is_already_lowered,
            "These numbers come from dividing the rate of the step before, again and again. The formula gives each "
            "step's rate from the initial one.",
            loses=ALL_OF_POWER,
        ),
        Mistake(
            power_schedule_counted_from_one,
            "Your schedule is one step ahead: at step 0 no step has been taken yet, and the rate is the initial one.",
            loses=ALL_OF_POWER,
        ),
        Mistake(power_schedule_power_forgotten, "Right for c = 1; the power c is not used.", loses=(POWERS,)),
        Mistake(
            power_schedule_power_of_the_fraction_alone,
            "You raise step / s alone to the power c. The power belongs to the whole of 1 + step / s.",
            loses=(POWERS,),
        ),
        Mistake(
            power_schedule_power_as_a_factor,
            "You multiply by c where it is a power: `**`, not `*`.",
            loses=(POWERS,),
        ),
        Mistake(
            power_schedule_polynomial_decay,
            "Your learning rate comes down to 0 after s steps. That is PyTorch's PolynomialLR, which has a similar "
            "name and does something else.",
            loses=ALL_OF_POWER,
        ),
        Mistake(
            power_schedule_halved_every_s_steps,
            "You halve the learning rate every s steps, which is exponential. Here it is a half after s steps, a third "
            "after 2s, a quarter after 3s.",
            loses=ALL_OF_POWER,
        ),
    ),
)

# ---------------------------------------------------------------- exponential_schedule


def exponential_schedule_reference(step, initial_rate, s, factor=0.1):
    """ExponentialLR of PyTorch, whose gamma is the factor of a single step."""
    import torch

    scheduler = torch.optim.lr_scheduler.ExponentialLR(sgd(initial_rate), gamma=factor ** (1 / s))
    return after(step, scheduler)["lr"]


def exponential_schedule_round(draw: Sampler) -> Iterator[Case]:
    """At multiples of s, with the factor 0.1."""
    yield case("the first step", step=0, initial_rate=0.1, s=10)
    yield case("after s steps", step=10, initial_rate=0.5, s=10)
    yield case("after 2s steps", step=40, initial_rate=0.3, s=20)
    for _ in draw.rounds(public=1, hidden=4):
        s = draw.integer(3, 30)
        rate = draw.number(0.05, 2.0)
        yield case("random, a multiple of s", step=draw.integer(2, 4) * s, initial_rate=rate, s=s)


def exponential_schedule_between(draw: Sampler) -> Iterator[Case]:
    """At other steps, with the factor 0.1."""
    yield case("after half of s steps", step=5, initial_rate=1.0, s=10)
    yield case("s = 1.5, no whole number", step=2, initial_rate=0.7, s=1.5)
    for _ in draw.rounds(public=1, hidden=4):
        s = draw.integer(7, 30)
        step = draw.integer(0, 2) * s + draw.integer(1, s - 1)
        yield case("random", step=step, initial_rate=draw.number(0.05, 2.0), s=s)


def exponential_schedule_factors(draw: Sampler) -> Iterator[Case]:
    """Factors other than 0.1, at multiples of s."""
    yield case("factor = 0.5", step=20, initial_rate=0.8, s=10, factor=0.5)
    yield case("factor = 10: it grows", step=14, initial_rate=0.001, s=7, factor=10.0)
    for _ in draw.rounds(public=1, hidden=4):
        s = draw.integer(3, 30)
        rate, factor = draw.number(0.05, 2.0), draw.choice([0.2, 0.3, 0.7, 0.95, 2.0])
        yield case("random", step=draw.integer(2, 4) * s, initial_rate=rate, s=s, factor=factor)


def exponential_schedule_whole(draw: Sampler) -> Iterator[Case]:
    """Schedules of 3 and of 30 steps."""
    yield multistep_case("3 steps", step=per_step(range(3)), initial_rate=0.6, s=2)
    for _ in draw.rounds(public=1, hidden=3):
        rate, s = draw.number(0.05, 2.0), draw.number(4.0, 15.0)
        yield multistep_case("30 steps", step=per_step(range(30)), initial_rate=rate, s=s)


def exponential_schedule_staircase(step, initial_rate, s, factor=0.1):
    return initial_rate * factor ** (step // s)


def exponential_schedule_power_before_division(step, initial_rate, s, factor=0.1):
    return initial_rate * factor**step / s


def exponential_schedule_factor_at_every_step(step, initial_rate, s, factor=0.1):
    return initial_rate * factor**step


def exponential_schedule_factor_divided_by_s(step, initial_rate, s, factor=0.1):
    gamma = factor / s
    return initial_rate * gamma**step


def exponential_schedule_factor_forgotten(step, initial_rate, s, factor=0.1):
    return initial_rate * 0.1 ** (step / s)


def exponential_schedule_base_e(step, initial_rate, s, factor=0.1):
    return initial_rate * np.exp(-step / s)


def exponential_schedule_lowers_what_is_already_lowered(step, initial_rate, s, factor=0.1):
    learning_rate = initial_rate
    for k in range(1, step + 1):
        learning_rate = learning_rate * factor ** (k / s)
    return learning_rate


def exponential_schedule_counted_from_one(step, initial_rate, s, factor=0.1):
    return initial_rate * factor ** ((step + 1) / s)


def exponential_schedule_factor_taken_off(step, initial_rate, s, factor=0.1):
    return initial_rate * abs(1 - factor) ** (step / s)


FACTORS = "factors other than 0.1"
ALL_OF_EXPONENTIAL = (ROUND, BETWEEN, FACTORS, WHOLE)

EXPONENTIAL_SCHEDULE = Exercise(
    name="exponential_schedule",
    parameters=("step", "initial_rate", "s", "factor"),
    summary="the learning rate multiplied by the same factor in every s steps",
    pytorch="torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=factor ** (1 / s))",
    source="Géron, Hands-On Machine Learning, chapter 11",
    reference=exponential_schedule_reference,
    requirements=(
        Requirement(ROUND, 1, exponential_schedule_round),
        Requirement(BETWEEN, 1, exponential_schedule_between),
        Requirement(FACTORS, 1, exponential_schedule_factors),
        Requirement(WHOLE, 1, exponential_schedule_whole),
    ),
    mistakes=(
        Mistake(
            exponential_schedule_staircase,
            "Your learning rate stays the same for s steps and then jumps, as PyTorch's StepLR does. A single slash "
            "divides without rounding; `//` rounds down.",
            loses=(BETWEEN, WHOLE),
        ),
        Mistake(
            exponential_schedule_power_before_division,
            "Python computes a power before it divides: a**b/c is (a**b)/c. The exponent needs parentheses.",
            loses=ALL_OF_EXPONENTIAL,
        ),
        Mistake(
            exponential_schedule_factor_at_every_step,
            "You multiply by `factor` at every step. It is the factor of s steps together.",
            loses=ALL_OF_EXPONENTIAL,
        ),
        Mistake(
            exponential_schedule_factor_divided_by_s,
            "You share the factor out over s steps by division. Factors multiply: s times the same one must give "
            "`factor`, so each is its s-th root.",
            loses=ALL_OF_EXPONENTIAL,
        ),
        Mistake(
            exponential_schedule_factor_forgotten,
            "Right for 0.1; other factors are not used.",
            loses=(FACTORS,),
        ),
        Mistake(
            exponential_schedule_base_e,
            "After s steps your rate is 0.37 of the initial one: the base of your power is e. Here it is `factor`.",
            loses=ALL_OF_EXPONENTIAL,
        ),
        Mistake(
            exponential_schedule_lowers_what_is_already_lowered,
            "These numbers come from multiplying the rate of the step before by a factor that itself falls with the "
            "step. The formula gives each step's rate from the initial one.",
            loses=ALL_OF_EXPONENTIAL,
        ),
        Mistake(
            exponential_schedule_counted_from_one,
            "Your schedule is one step ahead: at step 0 no step has been taken yet, and the rate is the initial one.",
            loses=ALL_OF_EXPONENTIAL,
        ),
        Mistake(
            exponential_schedule_factor_taken_off,
            "You take the share `factor` away. It is what is left: with 0.1 a tenth remains, not nine tenths.",
            loses=ALL_OF_EXPONENTIAL,
        ),
    ),
)

# ---------------------------------------------------------------- piecewise_constant_schedule


def piecewise_constant_schedule_reference(step, boundaries, values):
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


def pieces(draw: Sampler) -> tuple[list[int], list[float]]:
    """Three or more boundaries, at least three steps apart, and the values between them, each another one."""
    count = draw.integer(3, 5)
    boundaries = np.cumsum([draw.integer(3, 9) for _ in range(count)]).tolist()
    values = [round(1.0 / (1 + place) + draw.number(0.001, 0.04), 3) for place in range(count + 1)]
    return boundaries, values


def piecewise_constant_schedule_inside(draw: Sampler) -> Iterator[Case]:
    """Within a piece between two boundaries."""
    yield case("between the two boundaries", step=7, boundaries=[5, 15], values=[0.3, 0.1, 0.02])
    yield case("in the third of four pieces", step=8, boundaries=[2, 6, 11], values=[0.4, 0.2, 0.3, 0.05])
    for _ in draw.rounds(public=1, hidden=4):
        boundaries, values = pieces(draw)
        step = boundaries[draw.integer(1, len(boundaries) - 2)] + 1
        yield case("random", step=step, boundaries=boundaries, values=values)


def piecewise_constant_schedule_at(draw: Sampler) -> Iterator[Case]:
    """At a boundary that is not the last, and one step before it."""
    yield case("at a boundary", step=5, boundaries=[5, 15], values=[0.3, 0.1, 0.02])
    yield case("one step before it", step=4, boundaries=[5, 15], values=[0.3, 0.1, 0.02])
    for _ in draw.rounds(public=1, hidden=4):
        boundaries, values = pieces(draw)
        boundary = boundaries[draw.integer(0, len(boundaries) - 2)]
        yield case("random, at a boundary", step=boundary, boundaries=boundaries, values=values)
        yield case("random, one step before", step=boundary - 1, boundaries=boundaries, values=values)


def piecewise_constant_schedule_ends(draw: Sampler) -> Iterator[Case]:
    """Before the first boundary, after the last, and without any."""
    yield case("before the first boundary", step=2, boundaries=[5, 15], values=[0.3, 0.1, 0.02])
    yield case("after the last boundary", step=40, boundaries=[5, 15], values=[0.3, 0.1, 0.02])
    yield case("no boundary", step=3, boundaries=[], values=[0.3])
    for _ in draw.rounds(public=1, hidden=3):
        boundaries, values = pieces(draw)
        yield case("random, before", step=boundaries[0] - 2, boundaries=boundaries, values=values)
        yield case("random, after", step=boundaries[-1] + 2, boundaries=boundaries, values=values)


def piecewise_constant_schedule_whole(draw: Sampler) -> Iterator[Case]:
    """Schedules of 4 and of 40 steps."""
    yield multistep_case("4 steps", step=per_step(range(4)), boundaries=[1, 3], values=[0.3, 0.1, 0.02])
    for _ in draw.rounds(public=1, hidden=3):
        boundaries, values = pieces(draw)
        yield multistep_case("40 steps", step=per_step(range(40)), boundaries=boundaries, values=values)


def piecewise_constant_schedule_old_value_at_the_boundary(step, boundaries, values):
    return values[int(np.searchsorted(boundaries, step))]


def piecewise_constant_schedule_last_value_never_used(step, boundaries, values):
    for boundary, value in zip(boundaries, values, strict=False):
        if step < boundary:
            return value
    return value


def piecewise_constant_schedule_values_multiplied(step, boundaries, values):
    learning_rate = values[0]
    for boundary, value in zip(boundaries, values[1:], strict=True):
        if step >= boundary:
            learning_rate = learning_rate * value
    return learning_rate


def piecewise_constant_schedule_boundaries_as_lengths(step, boundaries, values):
    ends = np.cumsum(boundaries)
    return values[int(np.sum(step >= ends))]


def piecewise_constant_schedule_counted_from_one(step, boundaries, values):
    return values[sum(step + 1 >= boundary for boundary in boundaries)]


def piecewise_constant_schedule_straight_lines(step, boundaries, values):
    return float(np.interp(step, [0, *boundaries], values))


def piecewise_constant_schedule_next_value(step, boundaries, values):
    passed = sum(step >= boundary for boundary in boundaries)
    return values[min(passed + 1, len(boundaries))]


def piecewise_constant_schedule_empties_the_lists(step, boundaries, values):
    while boundaries and step >= boundaries[0]:
        boundaries.pop(0)
        values.pop(0)
    return values[0]


INSIDE, AT, ENDS = "between two boundaries", "at a boundary, and one step before it", "at the two ends"
ALL_OF_PIECEWISE = (INSIDE, AT, ENDS, WHOLE)

PIECEWISE_CONSTANT_SCHEDULE = Exercise(
    name="piecewise_constant_schedule",
    parameters=("step", "boundaries", "values"),
    summary="one learning rate up to the first boundary, another up to the second, and so on",
    pytorch="torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma)",
    source="Géron, Hands-On Machine Learning, chapter 11",
    reference=piecewise_constant_schedule_reference,
    requirements=(
        Requirement(INSIDE, 1, piecewise_constant_schedule_inside),
        Requirement(AT, 2, piecewise_constant_schedule_at),
        Requirement(ENDS, 1, piecewise_constant_schedule_ends),
        Requirement(WHOLE, 1, piecewise_constant_schedule_whole),
    ),
    mistakes=(
        Mistake(
            piecewise_constant_schedule_old_value_at_the_boundary,
            "At step == boundary you still give the old value. The new one begins there: `>=` rather than `>`, or "
            'side="right" in np.searchsorted.',
            loses=(AT, WHOLE),
        ),
        Mistake(
            piecewise_constant_schedule_last_value_never_used,
            "The last value is never used: there is one value more than there are boundaries, and zip ends with the "
            "shorter list.",
            loses=(ENDS, WHOLE),
        ),
        Mistake(
            piecewise_constant_schedule_values_multiplied,
            "You multiply the values of all pieces so far. They are learning rates, not factors.",
            loses=ALL_OF_PIECEWISE,
        ),
        Mistake(
            piecewise_constant_schedule_boundaries_as_lengths,
            "You read the boundaries as the lengths of the pieces. They are counted from the start of training.",
            loses=ALL_OF_PIECEWISE,
        ),
        Mistake(
            piecewise_constant_schedule_counted_from_one,
            "The new value comes one step too soon: at step = boundary - 1 it is still the old one.",
            loses=(AT, WHOLE),
        ),
        Mistake(
            piecewise_constant_schedule_straight_lines,
            "np.interp draws straight lines between the values. Here each value holds until the next boundary.",
            loses=ALL_OF_PIECEWISE,
        ),
        Mistake(
            piecewise_constant_schedule_next_value,
            "You are one value ahead: before the first boundary it is values[0].",
            loses=ALL_OF_PIECEWISE,
        ),
        Mistake(
            piecewise_constant_schedule_empties_the_lists,
            "The number is right, but the lists that you were given have lost entries. The next call would find a "
            "shorter schedule.",
            loses=(PURITY,),
        ),
    ),
)

# ---------------------------------------------------------------- performance_schedule


def performance_schedule_reference(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    """ReduceLROnPlateau of PyTorch, put into the given state; eps = 0, so that no change is too small for it."""
    import torch

    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        sgd(learning_rate),
        factor=factor,
        patience=patience,
        threshold=threshold,
        cooldown=cooldown,
        min_lr=min_rate,
        eps=0.0,
    )
    scheduler.best, scheduler.num_bad_epochs, scheduler.cooldown_counter = best, bad_epochs, cooldown_left
    scheduler.step(metric)
    lowered = scheduler.optimizer.param_groups[0]["lr"]
    return lowered, float(scheduler.best), scheduler.num_bad_epochs, scheduler.cooldown_counter


def epoch(name: str, best: float, bad_epochs: int, metric: float, *, rate=0.1, left=0, **options) -> Case:
    """One epoch: the state before it, and the metric that it ended with."""
    state = {"learning_rate": rate, "best": best, "bad_epochs": bad_epochs, "cooldown_left": left}
    return case(name, **state, metric=metric, **{"factor": 0.5, "patience": 2, **options})


def performance_schedule_counting(draw: Sampler) -> Iterator[Case]:
    """Clearly better and clearly worse epochs, below the patience, at it and beyond."""
    yield epoch("better", 1.0, 1, 0.5)
    yield epoch("worse, the first bad epoch", 1.0, 0, 1.5)
    yield epoch("worse, as many bad epochs as patience allows", 1.0, 1, 1.5)
    yield epoch("worse, one more than patience allows", 1.0, 2, 1.5)
    yield epoch("the very first epoch, no patience", np.inf, 0, 2.5, factor=0.5, patience=0)
    yield epoch("worse, no patience", 1.0, 0, 1.5, rate=0.4, factor=0.25, patience=0)
    yield epoch("worse, no patience, a tiny rate", 1.0, 0, 1.5, rate=1e-8, factor=0.5, patience=0)
    for _ in draw.rounds(public=1, hidden=4):
        rate, factor, patience = draw.number(0.01, 1.0), draw.number(0.2, 0.8), draw.integer(1, 5)
        best = draw.number(1.0, 2.0)
        for bad, metric in ((patience, best + 0.3), (patience - 1, best + 0.7), (patience - 1, best - 0.5)):
            yield epoch("random", best, bad, metric, rate=rate, factor=factor, patience=patience)


def performance_schedule_better(draw: Sampler) -> Iterator[Case]:
    """Where better ends: constant, large, small and negative metrics, and NaN."""
    yield epoch("the same as the best", 0.7, 0, 0.7)
    yield epoch("large metric, a little smaller", 1000.0, 0, 999.95)
    yield epoch("large metric, smaller by enough", 1000.0, 0, 999.85)
    yield epoch("small metric, smaller by a tenth", 0.0002, 0, 0.00018)
    yield epoch("threshold = 0.5, exactly half", 2.0, 0, 1.0, threshold=0.5)
    yield epoch("negative metric, the same as the best", -1.0, 0, -1.0, threshold=0.01)
    yield epoch("NaN", 0.7, 0, np.nan)
    yield epoch("NaN in the very first epoch", np.inf, 0, np.nan)
    for _ in draw.rounds(public=1, hidden=4):
        best, threshold = draw.number(0.5, 900.0), draw.choice([0.001, 0.01, 0.1])
        for share in (0.5, 1.5, -0.5):
            yield epoch("random", best, 0, best * (1 - share * threshold), threshold=threshold)


def performance_schedule_cooldown(draw: Sampler) -> Iterator[Case]:
    """A cut starts the cooldown; while it lasts, bad epochs are not counted."""
    yield epoch("a cut starts the cooldown", 1.0, 2, 1.5, threshold=1e-4, cooldown=3)
    yield epoch("worse, during the cooldown", 1.0, 0, 1.5, left=3, threshold=1e-4, cooldown=3)
    yield epoch("worse, the last epoch of the cooldown", 1.0, 0, 1.5, left=1, threshold=1e-4, cooldown=3)
    yield epoch("better, during the cooldown", 1.0, 0, 0.5, left=2, threshold=1e-4, cooldown=3)
    yield epoch("worse, during the cooldown, no patience", 1.0, 0, 1.5, left=2, patience=0, cooldown=3)
    for _ in draw.rounds(public=1, hidden=4):
        best, cooldown, patience = draw.number(1.0, 2.0), draw.integer(2, 5), draw.integer(1, 4)
        options = {"factor": draw.number(0.2, 0.8), "patience": patience, "threshold": 1e-4, "cooldown": cooldown}
        left = draw.integer(1, cooldown)
        yield epoch("random, a cut", best, patience, best + 0.4, rate=draw.number(0.01, 1.0), **options)
        yield epoch("random, during the cooldown", best, 0, best + 0.4, left=left, **options)


def performance_schedule_floor(draw: Sampler) -> Iterator[Case]:
    """The learning rate does not fall below min_rate."""
    options = {"factor": 0.5, "patience": 1, "threshold": 1e-4, "cooldown": 0}
    yield epoch("halving would be below it", 1.0, 1, 1.5, rate=0.1, **options, min_rate=0.08)
    yield epoch("already there", 1.0, 1, 1.5, rate=0.08, **options, min_rate=0.08)
    yield epoch("already there, a cooldown", 1.0, 1, 1.5, rate=0.08, **{**options, "cooldown": 3}, min_rate=0.08)
    for _ in draw.rounds(public=1, hidden=4):
        rate = draw.number(0.1, 1.0)
        smallest = round(rate * draw.number(0.6, 0.95), 4)
        yield epoch("random", 1.0, 1, draw.number(1.1, 2.0), rate=rate, **options, min_rate=smallest)


def performance_schedule_many(draw: Sampler) -> Iterator[Case]:
    """From the first epoch on, the state handed from one to the next."""
    start = {"learning_rate": 0.8, "best": np.inf, "bad_epochs": 0, "cooldown_left": 0}
    yield multistep_case("4 epochs", **start, metric=per_step([1.0, 0.7, 0.9, 0.8]), factor=0.5, patience=1)
    for _ in draw.rounds(public=1, hidden=4):
        falling = 0.3 + 2.0 * np.exp(-np.arange(30) / draw.number(2.0, 6.0))
        no_two_alike = 0.0003 * np.arange(30)
        metrics = np.round(falling + 0.2 * np.abs(draw.normal(30)), 2) + no_two_alike
        options = {"factor": draw.choice([0.5, 0.3]), "patience": draw.integer(1, 3)}
        yield multistep_case("30 epochs", **start, metric=per_step(metrics.tolist()), **options)


def performance_schedule_one_epoch_early(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best * (1 - threshold):
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    elif bad_epochs > 0 and bad_epochs >= patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_compared_with_the_epoch_before(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    bad_epochs = 0 if metric < best * (1 - threshold) else bad_epochs + 1
    best = metric
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_the_same_counts_as_better(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best * (1 - threshold) or metric == best:
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_threshold_forgotten(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best:
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_threshold_subtracted(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best - threshold:
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_size_of_a_negative_metric(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if best == np.inf or metric < best - threshold * abs(best):
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_nan_counts_as_better(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric >= best * (1 - threshold):
        bad_epochs = bad_epochs + 1
    else:
        best, bad_epochs = metric, 0
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_cooldown_forgotten(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best * (1 - threshold):
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if bad_epochs > patience:
        learning_rate, bad_epochs = max(learning_rate * factor, min_rate), 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_cooldown_one_epoch_short(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best * (1 - threshold):
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left == 0 and bad_epochs > patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_smallest_rate_forgotten(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best * (1 - threshold):
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate, cooldown_left, bad_epochs = learning_rate * factor, cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_divides_by_the_factor(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best * (1 - threshold):
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate = max(learning_rate / factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_cut_before_the_cooldown(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best * (1 - threshold):
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if bad_epochs > patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    elif cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_count_goes_on_after_a_cut(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best * (1 - threshold):
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate, cooldown_left = max(learning_rate * factor, min_rate), cooldown
    return learning_rate, best, bad_epochs, cooldown_left


def performance_schedule_count_goes_on_after_a_better_epoch(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best * (1 - threshold):
        best = metric
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left


COUNTING, BETTER = "counting the bad epochs", "what counts as better"
COOLDOWN, FLOOR, MANY = "cooldown", "min_rate", "over many epochs"

PERFORMANCE_SCHEDULE = Exercise(
    name="performance_schedule",
    parameters=(
        "learning_rate",
        "best",
        "bad_epochs",
        "cooldown_left",
        "metric",
        "factor",
        "patience",
        "threshold",
        "cooldown",
        "min_rate",
    ),
    summary="the learning rate multiplied by a factor when the metric has not become better for too long",
    pytorch="torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, ...).step(metric)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html",
    reference=performance_schedule_reference,
    outputs=("learning_rate", "best", "bad_epochs", "cooldown_left"),
    requirements=(
        Requirement(COUNTING, 2, performance_schedule_counting),
        Requirement(BETTER, 1, performance_schedule_better),
        Requirement(COOLDOWN, 1, performance_schedule_cooldown),
        Requirement(FLOOR, 1, performance_schedule_floor),
        Requirement(MANY, 1, performance_schedule_many),
    ),
    mistakes=(
        Mistake(
            performance_schedule_one_epoch_early,
            "You lower the rate one epoch too soon: patience is the number of bad epochs that are tolerated. The "
            "cut comes when the count is larger than it.",
            loses=(COUNTING, MANY),
        ),
        Mistake(
            performance_schedule_compared_with_the_epoch_before,
            "You keep the last metric instead of the best one: a worse epoch makes the next comparison easier. `best` "
            "changes only when the metric is better.",
            loses=(COUNTING, BETTER, COOLDOWN, FLOOR, MANY),
        ),
        Mistake(
            performance_schedule_the_same_counts_as_better,
            "A metric that stays exactly the same counts as better in your function. PyTorch's docstring says so, too; "
            "its code counts it as a bad epoch.",
            loses=(BETTER,),
        ),
        Mistake(
            performance_schedule_threshold_forgotten,
            "You count every decrease as better, however small. It must be below best * (1 - threshold).",
            loses=(BETTER,),
        ),
        Mistake(
            performance_schedule_threshold_subtracted,
            "Your threshold is an amount. Here it is a share of the best metric: with 1000 it takes 0.1, with 0.001 a "
            "ten-millionth.",
            loses=(BETTER,),
        ),
        Mistake(
            performance_schedule_size_of_a_negative_metric,
            "Right for positive metrics. For negative ones you do what one would wish for; PyTorch computes "
            "best * (1 - threshold) all the same, which is then larger than best.",
            loses=(BETTER,),
        ),
        Mistake(
            performance_schedule_nan_counts_as_better,
            "NaN becomes the best metric, and nothing is ever better than NaN. Every comparison with NaN is False: ask "
            "whether the metric is better, and let `else` be the bad epochs.",
            loses=(BETTER,),
        ),
        Mistake(
            performance_schedule_cooldown_forgotten,
            "The cooldown is not used: a cut sets cooldown_left to cooldown; each epoch that finds it above 0 takes "
            "one off and sets the count of bad epochs to 0.",
            loses=(COOLDOWN, FLOOR),
        ),
        Mistake(
            performance_schedule_cooldown_one_epoch_short,
            "The epoch of the cut takes one off its own cooldown. Look after the cooldown first, then decide about a "
            "cut.",
            loses=(COOLDOWN, FLOOR),
        ),
        Mistake(
            performance_schedule_cut_before_the_cooldown,
            "With patience 0 you cut again during the cooldown: rule 2 comes before rule 3 and sets the count of bad "
            "epochs to 0.",
            loses=(COOLDOWN,),
        ),
        Mistake(
            performance_schedule_divides_by_the_factor,
            "You divide by `factor`, which is below 1: your learning rate grows. PyTorch multiplies.",
            loses=(COUNTING, COOLDOWN, FLOOR, MANY),
        ),
        Mistake(
            performance_schedule_smallest_rate_forgotten,
            "The learning rate falls below min_rate.",
            loses=(FLOOR,),
        ),
        Mistake(
            performance_schedule_count_goes_on_after_a_cut,
            "After a cut the count of bad epochs starts again from 0. Yours goes on, so the next bad epoch cuts again.",
            loses=(COUNTING, COOLDOWN, FLOOR, MANY),
        ),
        Mistake(
            performance_schedule_count_goes_on_after_a_better_epoch,
            "After a better epoch the count of bad epochs starts again from 0: patience is about bad epochs in a row.",
            loses=(COUNTING, MANY),
        ),
    ),
)

# ---------------------------------------------------------------- one_cycle_schedule


def one_cycle_schedule_reference(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    """OneCycleLR of PyTorch with three phases and straight lines; its pct_start counts one step more than peak."""
    import torch

    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        sgd(max_rate),
        max_lr=max_rate,
        total_steps=total_steps,
        pct_start=(peak + 1) / total_steps,
        anneal_strategy="linear",
        three_phase=True,
        div_factor=div_factor,
        final_div_factor=final_div_factor,
        base_momentum=base_momentum,
        max_momentum=max_momentum,
    )
    settings = after(step, scheduler)
    return settings["lr"], settings["momentum"]


FIXED_MOMENTUM = {"base_momentum": 0.9, "max_momentum": 0.9}
FIXED_RATE = {"div_factor": 1.0, "final_div_factor": 1.0}
USUAL = {"div_factor": 10.0, "final_div_factor": 1000.0}


def a_cycle(draw: Sampler) -> dict[str, float]:
    """Number of steps, the step of the peak (below a half) and the largest rate."""
    peak = draw.integer(5, 12)
    total_steps = 2 * peak + draw.integer(4, 9)
    return {"total_steps": total_steps, "peak": peak, "max_rate": draw.number(0.1, 2.0)}


def one_cycle_schedule_triangle(draw: Sampler) -> Iterator[Case]:
    """Up to the peak and down again, the momentum fixed."""
    small = {"total_steps": 11, "peak": 4, "max_rate": 1.0, **USUAL, **FIXED_MOMENTUM}
    yield case("the first step", step=0, **small)
    yield case("half way up", step=2, **small)
    yield case("the peak", step=4, **small)
    yield case("half way down", step=6, **small)
    yield case("back at the start rate", step=8, **small)
    for _ in draw.rounds(public=1, hidden=4):
        cycle = a_cycle(draw)
        for step in (draw.integer(1, cycle["peak"] - 1), cycle["peak"] + draw.integer(1, cycle["peak"] - 1)):
            yield case("random", step=step, **cycle, **USUAL, **FIXED_MOMENTUM)


def one_cycle_schedule_drop(draw: Sampler) -> Iterator[Case]:
    """The last phase, from the start rate down, the momentum fixed."""
    small = {"total_steps": 11, "peak": 4, "max_rate": 1.0, **USUAL, **FIXED_MOMENTUM}
    yield case("half way to the last step", step=9, **small)
    yield case("the last step", step=10, **small)
    for _ in draw.rounds(public=1, hidden=4):
        cycle = a_cycle(draw)
        step = draw.integer(2 * cycle["peak"] + 1, cycle["total_steps"] - 2)
        yield case("random", step=step, **cycle, **USUAL, **FIXED_MOMENTUM)


def one_cycle_schedule_factors(draw: Sampler) -> Iterator[Case]:
    """Other factors at the first and the last step, the momentum fixed."""
    small = {"total_steps": 11, "peak": 4, "max_rate": 1.0}
    yield case("div_factor = 4", step=0, **small, div_factor=4.0, final_div_factor=5.0, **FIXED_MOMENTUM)
    yield case("the last step", step=10, **small, div_factor=4.0, final_div_factor=5.0, **FIXED_MOMENTUM)
    for _ in draw.rounds(public=1, hidden=3):
        cycle = a_cycle(draw)
        factors = {"div_factor": draw.number(2.0, 30.0), "final_div_factor": draw.number(2.0, 30.0)}
        for step in (0, cycle["total_steps"] - 1):
            yield case("random", step=step, **cycle, **factors, **FIXED_MOMENTUM)


def one_cycle_schedule_momentum(draw: Sampler) -> Iterator[Case]:
    """The momentum down and up again, the learning rate fixed."""
    small = {"total_steps": 11, "peak": 4, "max_rate": 1.0, **FIXED_RATE}
    for name, step in (("the first step", 0), ("half way to the peak", 2), ("the peak", 4), ("the last phase", 9)):
        yield case(name, step=step, **small, base_momentum=0.8, max_momentum=0.9)
    for _ in draw.rounds(public=1, hidden=4):
        cycle = a_cycle(draw)
        momenta = {"base_momentum": draw.number(0.5, 0.85), "max_momentum": draw.number(0.9, 0.99)}
        for step in (draw.integer(1, cycle["peak"] - 1), cycle["total_steps"] - 2):
            yield case("random", step=step, **cycle, **FIXED_RATE, **momenta)


def one_cycle_schedule_whole(draw: Sampler) -> Iterator[Case]:
    """All steps of a cycle of 7 steps and of longer ones, with the default factors."""
    yield multistep_case("7 steps", step=per_step(range(7)), total_steps=7, peak=2, max_rate=1.0)
    for _ in draw.rounds(public=1, hidden=3):
        cycle = a_cycle(draw)
        yield multistep_case("a longer cycle", step=per_step(range(cycle["total_steps"])), **cycle)


def one_cycle_schedule_peak_one_step_late(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak + 1, 2 * (peak + 1), total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start, start / final_div_factor])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum, max_momentum])
    return learning_rate, momentum


def one_cycle_schedule_ends_one_step_late(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak, 2 * peak, total_steps]
    learning_rate = np.interp(step, corners, [start, max_rate, start, start / final_div_factor])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum, max_momentum])
    return learning_rate, momentum


def one_cycle_schedule_last_rate_from_the_largest(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak, 2 * peak, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start, max_rate / final_div_factor])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum, max_momentum])
    return learning_rate, momentum


def one_cycle_schedule_no_last_drop(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak, 2 * peak]
    learning_rate = np.interp(step, corners, [start, max_rate, start])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum])
    return learning_rate, momentum


def one_cycle_schedule_momentum_left_alone(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak, 2 * peak, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start, start / final_div_factor])
    return learning_rate, max_momentum


def one_cycle_schedule_momentum_with_the_rate(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak, 2 * peak, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start, start / final_div_factor])
    momentum = np.interp(step, corners, [base_momentum, max_momentum, base_momentum, base_momentum])
    return learning_rate, momentum


def one_cycle_schedule_momentum_falls_in_the_last_phase(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak, 2 * peak, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start, start / final_div_factor])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum, base_momentum])
    return learning_rate, momentum


def one_cycle_schedule_momentum_rises_to_the_end(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak, 2 * peak, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start, start / final_div_factor])
    momentum = np.interp(step, [0, peak, total_steps - 1], [max_momentum, base_momentum, max_momentum])
    return learning_rate, momentum


def one_cycle_schedule_momentum_first(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak, 2 * peak, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start, start / final_div_factor])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum, max_momentum])
    return momentum, learning_rate


def one_cycle_schedule_down_in_one_line(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    corners = [0, peak, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start / final_div_factor])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum])
    return learning_rate, momentum


def one_cycle_schedule_factors_fixed(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / 10
    corners = [0, peak, 2 * peak, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start, start / 1000])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum, max_momentum])
    return learning_rate, momentum


TRIANGLE, DROP = "the learning rate up and down again", "the last drop"
FIRST_AND_LAST, MOMENTUM, CYCLE = "other factors for the first and last rate", "momentum", "a whole cycle, step by step"

ONE_CYCLE_SCHEDULE = Exercise(
    name="one_cycle_schedule",
    parameters=(
        "step",
        "total_steps",
        "peak",
        "max_rate",
        "div_factor",
        "final_div_factor",
        "base_momentum",
        "max_momentum",
    ),
    summary="the learning rate in straight lines up, down, and down to almost nothing; the momentum mirrored",
    pytorch='torch.optim.lr_scheduler.OneCycleLR(..., three_phase=True, anneal_strategy="linear")',
    source="Smith 2018, https://arxiv.org/abs/1803.09820",
    reference=one_cycle_schedule_reference,
    outputs=("learning_rate", "momentum"),
    requirements=(
        Requirement(TRIANGLE, 1, one_cycle_schedule_triangle),
        Requirement(DROP, 1, one_cycle_schedule_drop),
        Requirement(FIRST_AND_LAST, 1, one_cycle_schedule_factors),
        Requirement(MOMENTUM, 1, one_cycle_schedule_momentum),
        Requirement(CYCLE, 1, one_cycle_schedule_whole),
    ),
    mistakes=(
        Mistake(
            one_cycle_schedule_peak_one_step_late,
            "Your peak comes one step late. step counts from 0: the largest rate belongs to step == peak, the start "
            "rate again to step == 2 * peak.",
            loses=(TRIANGLE, DROP, MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_schedule_ends_one_step_late,
            "Your last rate belongs to step == total_steps, which is never taken: the last of them is total_steps - 1.",
            loses=(DROP, FIRST_AND_LAST, CYCLE),
        ),
        Mistake(
            one_cycle_schedule_last_rate_from_the_largest,
            "You divide the largest rate by final_div_factor. It divides the start rate, which is already smaller.",
            loses=(DROP, FIRST_AND_LAST, CYCLE),
        ),
        Mistake(
            one_cycle_schedule_no_last_drop,
            "After coming down, your rate stays at the start rate. In the last steps it goes on falling, to the start "
            "rate divided by final_div_factor.",
            loses=(DROP, FIRST_AND_LAST, CYCLE),
        ),
        Mistake(
            one_cycle_schedule_momentum_left_alone,
            "Your momentum never changes. It is a mirror image of the rate: smallest at the peak.",
            loses=(MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_schedule_momentum_with_the_rate,
            "Your momentum rises with the learning rate. It does the opposite: max_momentum at the start, "
            "base_momentum at the peak.",
            loses=(MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_schedule_momentum_falls_in_the_last_phase,
            "In the last phase your momentum falls once more. There it stays at max_momentum.",
            loses=(MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_schedule_momentum_rises_to_the_end,
            "Your momentum is back at its largest value only at the very end. It is there at 2 * peak and stays.",
            loses=(MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_schedule_momentum_first,
            "You return the momentum first. The learning rate is the first of the two numbers.",
            loses=(TRIANGLE, DROP, FIRST_AND_LAST, MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_schedule_down_in_one_line,
            "From the peak you go down in one line to the last step. There are two: as long down as up, then the last "
            "drop.",
            loses=(TRIANGLE, DROP, MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_schedule_factors_fixed,
            "Right for the factors 10 and 1000; others are not used.",
            loses=(FIRST_AND_LAST, MOMENTUM),
        ),
    ),
)

# ---------------------------------------------------------------- one_cycle_cosine_schedule


def one_cycle_cosine_schedule_reference(
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


USUAL_COSINE = {"pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 1e4}


def one_cycle_cosine_schedule_up(draw: Sampler) -> Iterator[Case]:
    """From the start rate to the peak, the momentum fixed."""
    small = {"total_steps": 10, "max_rate": 1.0, **USUAL_COSINE, **FIXED_MOMENTUM}
    yield case("the first step", step=0, **small)
    yield case("half way up", step=1, **small)
    yield case("the peak", step=2, **small)
    for _ in draw.rounds(public=1, hidden=4):
        total = 10 * draw.integer(3, 8)
        factors = {"pct_start": 0.3, "div_factor": draw.number(2.0, 30.0), "final_div_factor": 1e4}
        where = {"step": draw.integer(1, 3 * total // 10 - 2), "total_steps": total}
        yield case("random", **where, max_rate=draw.number(0.1, 2.0), **factors, **FIXED_MOMENTUM)


def one_cycle_cosine_schedule_down(draw: Sampler) -> Iterator[Case]:
    """From the peak to the last step, the momentum fixed."""
    small = {"total_steps": 10, "max_rate": 1.0, "pct_start": 0.3, "div_factor": 5.0}
    yield case("the last step", step=9, **small, final_div_factor=2.0, **FIXED_MOMENTUM)
    yield case("on the way down", step=4, **small, final_div_factor=2.0, **FIXED_MOMENTUM)
    for _ in draw.rounds(public=1, hidden=4):
        total = 10 * draw.integer(3, 8)
        factors = {"pct_start": 0.3, "div_factor": draw.number(2.0, 9.0), "final_div_factor": draw.number(2.0, 9.0)}
        where = {"step": draw.integer(3 * total // 10, total - 3), "total_steps": total}
        yield case("random", **where, max_rate=draw.number(0.1, 2.0), **factors, **FIXED_MOMENTUM)


def one_cycle_cosine_schedule_peak(draw: Sampler) -> Iterator[Case]:
    """Other shares of the steps on the way up; the peak need not be a whole step."""
    factors = {"div_factor": 25.0, "final_div_factor": 1e4, **FIXED_MOMENTUM}
    yield case("pct_start = 0.5", step=4, total_steps=10, max_rate=1.0, pct_start=0.5, **factors)
    yield case("the peak at step 1.5", step=1, total_steps=10, max_rate=1.0, pct_start=0.25, **factors)
    for _ in draw.rounds(public=1, hidden=4):
        total, share = draw.integer(20, 60), draw.choice([0.17, 0.21, 0.43, 0.56])
        peak = share * total - 1
        for step in (int(peak), int(peak) // 2):
            where = {"step": step, "total_steps": total, "max_rate": draw.number(0.1, 2.0)}
            yield case("random", **where, pct_start=share, **factors)


def one_cycle_cosine_schedule_momentum(draw: Sampler) -> Iterator[Case]:
    """The momentum down and up again, the learning rate fixed."""
    small = {"total_steps": 10, "max_rate": 1.0, "pct_start": 0.5, **FIXED_RATE}
    for name, step in (("the first step", 0), ("a quarter of the way up", 1), ("the peak", 4), ("the last step", 9)):
        yield case(name, step=step, **small, base_momentum=0.8, max_momentum=0.9)
    for _ in draw.rounds(public=1, hidden=4):
        total = 10 * draw.integer(3, 8)
        where = {"total_steps": total, "max_rate": draw.number(0.1, 2.0), "pct_start": 0.3, **FIXED_RATE}
        momenta = {"base_momentum": draw.number(0.5, 0.85), "max_momentum": draw.number(0.9, 0.99)}
        for step in (draw.integer(1, 3 * total // 10 - 2), draw.integer(3 * total // 10 + 1, total - 2)):
            yield case("random", step=step, **where, **momenta)


def one_cycle_cosine_schedule_whole(draw: Sampler) -> Iterator[Case]:
    """All steps of a cycle of 10 steps and of longer ones, with PyTorch's defaults."""
    yield multistep_case("10 steps", step=per_step(range(10)), total_steps=10, max_rate=1.0)
    for _ in draw.rounds(public=1, hidden=3):
        total = 10 * draw.integer(2, 4)
        rate = draw.number(0.1, 2.0)
        yield multistep_case("a longer cycle", step=per_step(range(total)), total_steps=total, max_rate=rate)


def one_cycle_cosine_schedule_straight_lines(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    corners = [0, pct_start * total_steps - 1, total_steps - 1]
    learning_rate = np.interp(step, corners, [start, max_rate, start / final_div_factor])
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum])
    return learning_rate, momentum


def one_cycle_cosine_schedule_peak_one_step_late(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps, total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


def one_cycle_cosine_schedule_share_of_the_way_to_the_end(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * (total_steps - 1), total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


def one_cycle_cosine_schedule_up_twice(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps - 1], [0, 1, 2])
    low, share = (start, way) if way <= 1 else (start / final_div_factor, way - 1)
    height = (1 - np.cos(np.pi * share)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


def one_cycle_cosine_schedule_ends_one_step_late(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


def one_cycle_cosine_schedule_last_rate_from_the_largest(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else max_rate / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


def one_cycle_cosine_schedule_ends_at_the_start_rate(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps - 1], [0, 1, 2])
    height = (1 - np.cos(np.pi * way)) / 2
    return start + (max_rate - start) * height, max_momentum + (base_momentum - max_momentum) * height


def one_cycle_cosine_schedule_peak_rounded(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    way = np.interp(step, [0, int(pct_start * total_steps) - 1, total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


def one_cycle_cosine_schedule_momentum_left_alone(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    return low + (max_rate - low) * height, max_momentum


def one_cycle_cosine_schedule_momentum_in_straight_lines(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    corners = [0, pct_start * total_steps - 1, total_steps - 1]
    way = np.interp(step, corners, [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = (1 - np.cos(np.pi * way)) / 2
    momentum = np.interp(step, corners, [max_momentum, base_momentum, max_momentum])
    return low + (max_rate - low) * height, momentum


def one_cycle_cosine_schedule_quarter_of_a_wave(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    start = max_rate / div_factor
    way = np.interp(step, [0, pct_start * total_steps - 1, total_steps - 1], [0, 1, 2])
    low = start if way <= 1 else start / final_div_factor
    height = np.sin(np.pi / 2 * way)
    return low + (max_rate - low) * height, max_momentum + (base_momentum - max_momentum) * height


UP, DOWN, PEAK = "the learning rate on its way up", "the learning rate on its way down", "other pct_start"

ONE_CYCLE_COSINE_SCHEDULE = Exercise(
    name="one_cycle_cosine_schedule",
    parameters=(
        "step",
        "total_steps",
        "max_rate",
        "pct_start",
        "div_factor",
        "final_div_factor",
        "base_momentum",
        "max_momentum",
    ),
    summary="PyTorch's 1cycle: half a cosine wave up, another down to almost nothing; the momentum mirrored",
    pytorch="torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr, total_steps)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html",
    reference=one_cycle_cosine_schedule_reference,
    outputs=("learning_rate", "momentum"),
    requirements=(
        Requirement(UP, 1, one_cycle_cosine_schedule_up),
        Requirement(DOWN, 1, one_cycle_cosine_schedule_down),
        Requirement(PEAK, 1, one_cycle_cosine_schedule_peak),
        Requirement(MOMENTUM, 1, one_cycle_cosine_schedule_momentum),
        Requirement(CYCLE, 1, one_cycle_cosine_schedule_whole),
    ),
    mistakes=(
        Mistake(
            one_cycle_cosine_schedule_straight_lines,
            "Your way up and down is a straight line. PyTorch's default is half a wave of the cosine.",
            loses=(UP, DOWN, PEAK, MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_cosine_schedule_peak_one_step_late,
            "Your peak is at pct_start * total_steps. Steps count from 0, and PyTorch puts the peak one step before "
            "that.",
            loses=(UP, DOWN, PEAK, MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_cosine_schedule_share_of_the_way_to_the_end,
            "Your peak is at pct_start * (total_steps - 1). PyTorch multiplies first: pct_start * total_steps - 1.",
            loses=(UP, DOWN, PEAK, MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_cosine_schedule_up_twice,
            "Behind the peak you start from below and go up once more. On the way down p runs from 1 to 0.",
            loses=(DOWN, MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_cosine_schedule_ends_one_step_late,
            "Your way down ends at step == total_steps, which is never taken: the last one is total_steps - 1.",
            loses=(DOWN, MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_cosine_schedule_last_rate_from_the_largest,
            "You divide the largest rate by final_div_factor. It divides the start rate, which is already smaller.",
            loses=(DOWN, CYCLE),
        ),
        Mistake(
            one_cycle_cosine_schedule_ends_at_the_start_rate,
            "You come down to the start rate. The end is lower: the start rate divided by final_div_factor.",
            loses=(DOWN, CYCLE),
        ),
        Mistake(
            one_cycle_cosine_schedule_peak_rounded,
            "You round the step of the peak. PyTorch does not: the peak may lie between two steps, and then neither of "
            "them has the largest rate.",
            loses=(PEAK,),
        ),
        Mistake(
            one_cycle_cosine_schedule_momentum_left_alone,
            "Your momentum never changes. It is a mirror image of the rate: smallest at the peak.",
            loses=(MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_cosine_schedule_momentum_in_straight_lines,
            "Your momentum moves in straight lines. It follows the cosine, as the learning rate does.",
            loses=(MOMENTUM, CYCLE),
        ),
        Mistake(
            one_cycle_cosine_schedule_quarter_of_a_wave,
            "You use a quarter of a wave, which starts steeply. Half a wave, (1 - cos(pi * p)) / 2, is flat at both "
            "ends.",
            loses=(UP, DOWN, PEAK, MOMENTUM, CYCLE),
        ),
    ),
)

EXERCISES = (
    POWER_SCHEDULE,
    EXPONENTIAL_SCHEDULE,
    PIECEWISE_CONSTANT_SCHEDULE,
    PERFORMANCE_SCHEDULE,
    ONE_CYCLE_SCHEDULE,
    ONE_CYCLE_COSINE_SCHEDULE,
)

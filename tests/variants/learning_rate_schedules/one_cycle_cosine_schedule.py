"""Correct solutions of `one_cycle_cosine_schedule`, written differently."""

import math

import numpy as np


def one_cycle_cosine_schedule_branches(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    def cosine(begin, end, share):
        return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2

    start, peak = max_rate / div_factor, pct_start * total_steps - 1
    if step <= peak:
        share = step / peak
        return cosine(start, max_rate, share), cosine(max_momentum, base_momentum, share)
    share = (step - peak) / (total_steps - 1 - peak)
    return cosine(max_rate, start / final_div_factor, share), cosine(base_momentum, max_momentum, share)


def one_cycle_cosine_schedule_squared_sine(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    peak = pct_start * total_steps - 1
    on_the_way_up = step <= peak
    share = step / peak if on_the_way_up else (total_steps - 1 - step) / (total_steps - 1 - peak)
    height = np.sin(np.pi * share / 2) ** 2
    low = max_rate / div_factor / (1 if on_the_way_up else final_div_factor)
    return low + height * (max_rate - low), max_momentum - height * (max_momentum - base_momentum)


def one_cycle_cosine_schedule_one_way(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    peak = pct_start * total_steps - 1
    way = np.interp(step, [0, peak, total_steps - 1], [0, np.pi, 2 * np.pi])
    weight = (1 + np.cos(way)) / 2
    end = max_rate / div_factor if way <= np.pi else max_rate / (div_factor * final_div_factor)
    return weight * end + (1 - weight) * max_rate, weight * max_momentum + (1 - weight) * base_momentum


def one_cycle_cosine_schedule_one_cycle_sine(
    step,
    total_steps,
    max_rate,
    pct_start=0.3,
    div_factor=25.0,
    final_div_factor=1e4,
    base_momentum=0.85,
    max_momentum=0.95,
):
    top = pct_start * total_steps - 1
    first = max_rate / div_factor
    rising = step <= top
    share = step / top if rising else 1 - (step - top) / (total_steps - 1 - top)
    h = math.sin(math.pi / 2 * share) ** 2
    low = first if rising else first / final_div_factor
    return h * max_rate + (1 - h) * low, h * base_momentum + (1 - h) * max_momentum

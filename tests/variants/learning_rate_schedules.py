"""Correct solutions of `3_learning_rate_scheduling/1_learning_rate_schedules`, written differently."""

import bisect
import math

import numpy as np

# ---------------------------------------------------------------- power_schedule


def power_schedule_negative_exponent(step, initial_rate, s, c=1.0):
    return initial_rate * (1 + step / s) ** -c


def power_schedule_common_denominator(step, initial_rate, s, c=1.0):
    return initial_rate * (s / (s + step)) ** c


def power_schedule_by_logarithms(step, initial_rate, s, c=1.0):
    return initial_rate * np.exp(-c * np.log1p(step / s))


# ---------------------------------------------------------------- exponential_schedule


def exponential_schedule_as_pytorch_does(step, initial_rate, s, factor=0.1):
    gamma = factor ** (1 / s)
    learning_rate = initial_rate
    for _ in range(step):
        learning_rate *= gamma
    return learning_rate


def exponential_schedule_by_exp(step, initial_rate, s, factor=0.1):
    return initial_rate * math.exp(step * math.log(factor) / s)


def exponential_schedule_numpy_power(step, initial_rate, s, factor=0.1):
    return np.float64(initial_rate) * np.power(factor, np.divide(step, s))


# ---------------------------------------------------------------- piecewise_constant_schedule


def piecewise_constant_schedule_bisect(step, boundaries, values):
    return values[bisect.bisect_right(boundaries, step)]


def piecewise_constant_schedule_searchsorted(step, boundaries, values):
    return values[np.searchsorted(boundaries, step, side="right")]


def piecewise_constant_schedule_first_boundary_ahead(step, boundaries, values):
    for boundary, value in zip(boundaries, values, strict=False):
        if step < boundary:
            return value
    return values[-1]


def piecewise_constant_schedule_overwritten(step, boundaries, values):
    learning_rate = values[0]
    for i in range(len(boundaries)):
        if step >= boundaries[i]:
            learning_rate = values[i + 1]
    return learning_rate


# ---------------------------------------------------------------- performance_schedule


def performance_schedule_early_returns(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    better = metric < best * (1 - threshold)
    new_best = metric if better else best
    if cooldown_left > 0:
        return learning_rate, new_best, 0, cooldown_left - 1
    if better:
        return learning_rate, new_best, 0, 0
    if bad_epochs + 1 <= patience:
        return learning_rate, new_best, bad_epochs + 1, 0
    return max(min_rate, factor * learning_rate), new_best, 0, cooldown


def performance_schedule_conditional_expressions(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    better = metric < best - threshold * best if best != np.inf else metric < np.inf
    best = metric if better else best
    bad_epochs = 0 if better or cooldown_left else bad_epochs + 1
    cut = bad_epochs > patience
    cooldown_left = cooldown if cut else max(cooldown_left - 1, 0)
    learning_rate = np.maximum(learning_rate * factor, min_rate) if cut else learning_rate
    return [learning_rate, best, bad_epochs * (not cut), cooldown_left]


def performance_schedule_in_a_dict(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    state = {"rate": learning_rate, "best": best, "bad": bad_epochs, "left": cooldown_left}
    state["bad"] += 1
    if metric < (1 - threshold) * state["best"]:
        state.update(best=metric, bad=0)
    if state["left"]:
        state["left"] -= 1
        state["bad"] = 0
    elif state["bad"] > patience:
        lowered = state["rate"] * factor
        state.update(rate=min_rate if lowered < min_rate else lowered, bad=0, left=cooldown)
    return tuple(state.values())


# ---------------------------------------------------------------- one_cycle_schedule


def one_cycle_schedule_branches(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    if step <= peak:
        share = step / peak
        return start + share * (max_rate - start), max_momentum - share * (max_momentum - base_momentum)
    if step <= 2 * peak:
        share = (step - peak) / peak
        return max_rate - share * (max_rate - start), base_momentum + share * (max_momentum - base_momentum)
    share = (step - 2 * peak) / (total_steps - 1 - 2 * peak)
    return start - share * (start - start / final_div_factor), max_momentum


def one_cycle_schedule_a_tent(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    height = max(0.0, 1 - abs(step - peak) / peak)
    left = min(1.0, (total_steps - 1 - step) / (total_steps - 1 - 2 * peak))
    start, last = max_rate / div_factor, max_rate / (div_factor * final_div_factor)
    learning_rate = (max_rate - start) * height + last + (start - last) * left
    return [learning_rate, max_momentum + (base_momentum - max_momentum) * height]


def one_cycle_schedule_whole_arrays(
    step, total_steps, peak, max_rate, div_factor=10.0, final_div_factor=1000.0, base_momentum=0.85, max_momentum=0.95
):
    start = max_rate / div_factor
    up = np.linspace(start, max_rate, peak + 1)
    drop = np.linspace(start, start / final_div_factor, total_steps - 2 * peak)[1:]
    rates = np.concatenate([up, up[-2::-1], drop])
    down = np.linspace(max_momentum, base_momentum, peak + 1)
    momenta = np.concatenate([down, down[-2::-1], np.full(len(drop), max_momentum)])
    return rates[step], momenta[step]


# ---------------------------------------------------------------- one_cycle_cosine_schedule


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


VARIANTS = {
    "power_schedule": [
        power_schedule_negative_exponent,
        power_schedule_common_denominator,
        power_schedule_by_logarithms,
    ],
    "exponential_schedule": [
        exponential_schedule_as_pytorch_does,
        exponential_schedule_by_exp,
        exponential_schedule_numpy_power,
    ],
    "piecewise_constant_schedule": [
        piecewise_constant_schedule_bisect,
        piecewise_constant_schedule_searchsorted,
        piecewise_constant_schedule_first_boundary_ahead,
        piecewise_constant_schedule_overwritten,
    ],
    "performance_schedule": [
        performance_schedule_early_returns,
        performance_schedule_conditional_expressions,
        performance_schedule_in_a_dict,
    ],
    "one_cycle_schedule": [
        one_cycle_schedule_branches,
        one_cycle_schedule_a_tent,
        one_cycle_schedule_whole_arrays,
    ],
    "one_cycle_cosine_schedule": [
        one_cycle_cosine_schedule_branches,
        one_cycle_cosine_schedule_squared_sine,
        one_cycle_cosine_schedule_one_way,
    ],
}

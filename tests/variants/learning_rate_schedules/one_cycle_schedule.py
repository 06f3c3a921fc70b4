"""Correct solutions of `one_cycle_schedule`, written differently."""

import numpy as np


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

"""Correct solutions of `warmup_cosine`, written differently."""

import math

import numpy as np


def warmup_cosine_with_math(step, total_steps, warmup, max_rate, min_rate=0.0):
    if step <= warmup:
        return max_rate * (1 + step) / (1 + warmup)
    left = total_steps - 1 - step
    return min_rate + (max_rate - min_rate) * math.sin(math.pi / 2 * left / (total_steps - 1 - warmup)) ** 2


def warmup_cosine_by_interpolation(step, total_steps, warmup, max_rate, min_rate=0.0):
    angle = np.interp(step, [warmup, total_steps - 1], [0, np.pi])
    cosine = min_rate + (max_rate - min_rate) * (np.cos(angle) + 1) / 2
    return min(step + 1, warmup + 1) / (warmup + 1) * max_rate if step < warmup else cosine


def warmup_cosine_from_the_middle(step, total_steps, warmup, max_rate, min_rate=0.0):
    def up():
        return np.linspace(0, max_rate, warmup + 2)[step + 1]

    def down():
        middle, half = (max_rate + min_rate) / 2, (max_rate - min_rate) / 2
        return middle + half * np.cos(np.pi * (step - warmup) / (total_steps - warmup - 1))

    return float(up() if step < warmup else down())

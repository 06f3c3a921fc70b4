"""Correct solutions of `piecewise_constant_schedule`, written differently."""

import bisect

import numpy as np


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


def piecewise_constant_schedule_piecewise_loop(step, boundaries, values):
    for boundary, value in zip(boundaries, values, strict=False):
        if step < boundary:
            return value
    return values[-1]

"""Correct solutions of `glorot_uniform`, written differently."""

import math

import numpy as np


def glorot_uniform_shift_and_stretch(u, gain=1.0):
    r = gain * math.sqrt(6 / (u[0].size + u[:, 0].size))
    return -r + 2 * r * u


def glorot_uniform_from_the_deviation(u, gain=1.0):
    field = math.prod(u.shape[2:])
    std = gain / math.sqrt((u.shape[0] + u.shape[1]) * field / 2)
    return (u - 0.5) * (math.sqrt(12) * std)


def glorot_uniform_weighted_mean_of_the_ends(u, gain=1.0):
    r = gain * math.sqrt(3 / (u.size / u.shape[0] / 2 + u.size / u.shape[1] / 2))
    return (1 - u) * -r + u * r


def glorot_uniform_list(u, gain=1.0):
    r = gain * math.sqrt(6 / (u[0].size + u[:, 0].size))
    flat = [2 * r * float(value) - r for value in u.ravel()]
    return np.array(flat, dtype=u.dtype if u.dtype.kind == "f" else float).reshape(u.shape)

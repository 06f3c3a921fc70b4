"""Correct solutions of `rrelu`, written differently."""

import numpy as np


def rrelu_copy_and_boolean_index(z, u, lower=1 / 8, upper=1 / 3, training=True):
    slope = np.ones_like(u)
    left = z <= 0
    slope[left] = (lower + u * (upper - lower))[left] if training else (lower + upper) / 2
    return slope * z, slope


def rrelu_weighted_mean_of_the_bounds(z, u, lower=1 / 8, upper=1 / 3, training=True):
    weight = u if training else np.full_like(u, 0.5)
    drawn = (1 - weight) * lower + weight * upper
    slope = np.where(z > 0, np.ones_like(drawn), drawn)
    return np.where(z > 0, z, drawn * z), slope


def rrelu_flat_loop_returning_a_list(z, u, lower=1 / 8, upper=1 / 3, training=True):
    slope = np.empty_like(u)
    for index in np.ndindex(z.shape):
        if z[index] > 0:
            slope[index] = 1
        elif training:
            slope[index] = lower + u[index] * (upper - lower)
        else:
            slope[index] = 0.5 * (lower + upper)
    return [z * slope, slope]


def rrelu_masked(z, u, lower=1 / 8, upper=1 / 3, training=True):
    slope = np.ones_like(u)
    left = z <= 0
    slope[left] = (u * upper + (1 - u) * lower)[left] if training else 0.5 * lower + 0.5 * upper
    return np.multiply(z, slope), slope

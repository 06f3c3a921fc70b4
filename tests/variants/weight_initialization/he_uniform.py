"""Correct solutions of `he_uniform`, written differently."""

import math


def he_uniform_shift_and_stretch(u, negative_slope=0.0):
    r = math.sqrt(6 / (1 + negative_slope**2) / u[0].size)
    return -r + 2 * r * u


def he_uniform_from_the_deviation(u, negative_slope=0.0):
    std = math.sqrt(2 / (1 + negative_slope**2) / math.prod(u.shape[1:]))
    return (u - 0.5) * (2 * math.sqrt(3) * std)


def he_uniform_weighted_mean_of_the_ends(u, negative_slope=0.0):
    r = math.sqrt(6 * u.shape[0] / u.size / (1 + negative_slope**2))
    return u * r - (1 - u) * r


def he_uniform_centred(u, negative_slope=0.0):
    width = 2 * math.sqrt(6 / (1 + negative_slope**2) / math.prod(u.shape[1:]))
    return (u - 0.5) * width

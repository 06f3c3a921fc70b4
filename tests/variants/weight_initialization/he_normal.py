"""Correct solutions of `he_normal`, written differently."""

import math

import numpy as np


def he_normal_gain_over_root(noise, negative_slope=0.0):
    gain = math.sqrt(2 / (1 + negative_slope**2))
    return noise * (gain / math.sqrt(noise[0].size))


def he_normal_divided_by_the_total(noise, negative_slope=0.0):
    variance = 2 * noise.shape[0] / noise.size / (1 + negative_slope * negative_slope)
    return noise * variance**0.5


def he_normal_unit_by_unit(noise, negative_slope=0.0):
    std = math.sqrt(2 / (1 + negative_slope**2) / math.prod(noise.shape[1:]))
    return np.stack([unit * std for unit in noise])


def he_normal_numpy_and_float(noise, negative_slope=0.0):
    fan_in = np.prod(noise.shape[1:])
    return float(np.sqrt(2 / ((1 + negative_slope**2) * fan_in))) * noise

"""Correct solutions of `glorot_normal`, written differently."""

import math

import numpy as np


def glorot_normal_deviation_first(noise, gain=1.0):
    out, inputs, *window = noise.shape
    field = math.prod(window)
    std = gain * math.sqrt(2 / (inputs * field + out * field))
    return std * noise


def glorot_normal_divided(noise, gain=1.0):
    fan_avg = (noise[0].size + noise[:, 0].size) / 2
    return noise / float(np.sqrt(fan_avg)) * gain


def glorot_normal_loop(noise, gain=1.0):
    weight = np.zeros(noise.shape, noise.dtype if noise.dtype.kind == "f" else float)
    fans = noise.size / noise.shape[0] + noise.size / noise.shape[1]
    for index in np.ndindex(noise.shape):
        weight[index] = noise[index] * gain * (2 / fans) ** 0.5
    return weight


def glorot_normal_cast_at_the_end(noise, gain=1.0):
    fans = np.prod(noise.shape[1:]) + noise.shape[0] * np.prod(noise.shape[2:])
    weight = noise * np.sqrt(2 * gain**2 / fans)
    return weight.astype(noise.dtype) if noise.dtype.kind == "f" else weight


def glorot_normal_from_behind(noise, gain=1.0):
    s = gain * math.sqrt(2 / (noise[0].size + noise[:, 0].size))
    return np.flip(np.flip(noise) * s)

"""Correct solutions of `tanh`, written differently."""

import math

import numpy as np


def tanh_of_numpy(z):
    return np.tanh(z)


def tanh_by_expm1(z):
    e = np.expm1(-2 * np.abs(z))
    return np.sign(z) * -e / (e + 2)


def tanh_number_by_number(z):
    t = np.zeros(z.shape, dtype=z.dtype if z.dtype.kind == "f" else float)
    for index in np.ndindex(z.shape):
        t[index] = math.tanh(z[index])
    return t


def tanh_by_expm1_in_two_halves(z):
    positive = np.expm1(2 * np.minimum(z, 0))
    negative = np.expm1(-2 * np.maximum(z, 0))
    return np.where(z < 0, positive / (positive + 2), -negative / (negative + 2))

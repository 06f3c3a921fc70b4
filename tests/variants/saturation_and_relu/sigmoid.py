"""Correct solutions of `sigmoid`, written differently."""

import math

import numpy as np


def sigmoid_by_tanh(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def sigmoid_by_parts(z):
    s = np.empty(z.shape, dtype=np.result_type(z, np.float32) if z.dtype.kind == "f" else np.float64)
    positive = z >= 0
    s[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    s[~positive] = e / (1 + e)
    return s


def sigmoid_by_logaddexp(z):
    return np.exp(-np.logaddexp(0, -z))


def sigmoid_clipped_late_enough(z):
    limit = 709.0 if z.dtype != np.float32 else 88.0
    return 1 / (1 + np.exp(-np.clip(z, -limit, limit)))


def sigmoid_number_by_number(z):
    def one(number):
        if number >= 0:
            return 1 / (1 + math.exp(-number))
        return math.exp(number) / (1 + math.exp(number))

    s = np.zeros(z.shape, dtype=z.dtype if z.dtype.kind == "f" else float)
    for index in np.ndindex(z.shape):
        s[index] = one(float(z[index]))
    return s


def sigmoid_tanh(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def sigmoid_double_fraction(z):
    return 1 / (1 + 1 / np.exp(z))

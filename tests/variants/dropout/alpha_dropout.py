"""Correct solutions of `alpha_dropout`, written differently."""

import math

import numpy as np

from tests.variants.dropout import floating

FLOOR = -1.0507009873554805 * 1.6732632423543772


def alpha_with_indexing(x, u, p=0.5, training=True):
    y = floating(x)
    if not training or p == 0:
        return y
    if p == 1:
        return np.zeros_like(y)
    y[u < p] = FLOOR
    a = 1 / math.sqrt((FLOOR**2 * p + 1) * (1 - p))
    return (y - FLOOR * p) * a


def alpha_by_masks(x, u, p=0.5, training=True):
    if not training:
        return floating(x)
    if p >= 1:
        return x * 0.0
    kept = u >= p
    q = 1 - p
    a = (q + FLOOR**2 * p * q) ** -0.5
    b = -a * p * FLOOR
    return a * (x * kept + (~kept).astype(floating(x).dtype) * FLOOR) + b


def alpha_by_standardizing(x, u, p=0.5, training=True):
    if not training:
        return 1.0 * x
    if p == 1:
        return np.zeros(x.shape, floating(x).dtype)
    mean = p * FLOOR
    mean_square = p * FLOOR**2 + (1 - p)
    return (np.where(u < p, FLOOR, x) - mean) / math.sqrt(mean_square - mean**2)

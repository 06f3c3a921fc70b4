"""Correct solutions of `dropout`, written differently."""

import numpy as np

from tests.variants.dropout import floating


def dropout_with_where(x, u, p=0.5, training=True):
    if not training or p == 0:
        return floating(x), np.full(u.shape, True)
    if p == 1:
        return np.zeros_like(floating(x)), np.full(u.shape, False)
    kept = u >= p
    return np.where(kept, x / (1 - p), 0), kept


def dropout_on_a_copy(x, u, p=0.5, training=True):
    y = floating(x)
    if not training:
        return y, u == u
    dropped = u < p
    y[dropped] = 0
    y[~dropped] /= 1 - p
    return [y, ~dropped]


def dropout_number_by_number(x, u, p=0.5, training=True):
    y, kept = np.zeros_like(floating(x)), np.zeros(x.shape, dtype=bool)
    for at in np.ndindex(x.shape):
        if not training:
            y[at], kept[at] = x[at], True
        elif u[at] >= p:
            y[at], kept[at] = x[at] / (1 - p), True
    return y, kept


def dropout_with_a_mask_of_the_right_dtype(x, u, p=0.5, training=True):
    kept = np.logical_or(not training, np.greater_equal(u, p))
    mask = kept.astype(floating(x).dtype)
    if training and p < 1:
        mask = mask / (1 - p)
    return x * mask, kept


def dropout_returning_x_itself(x, u, p=0.5, training=True):
    if not training:
        return x, np.broadcast_to(True, u.shape)
    kept = (u[::-1] >= p)[::-1]
    return x * kept / max(1 - p, 1e-12), kept

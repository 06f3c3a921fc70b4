"""Correct solutions of `dropout_channels`, written differently."""

import numpy as np

from tests.variants.dropout import floating


def channels_with_reshape(x, u, p=0.5, training=True):
    if not training or p == 0:
        return floating(x)
    if p == 1:
        return 0.0 * x
    return np.where((u < p).reshape(*u.shape, 1, 1), 0, x / (1 - p))


def channels_one_by_one(x, u, p=0.5, training=True):
    y = floating(x)
    if not training:
        return y
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            y[n, c] = y[n, c] / (1 - p) if u[n, c] >= p else 0
    return y


def channels_by_einsum(x, u, p=0.5, training=True):
    y = floating(x)
    kept = (u >= p).astype(y.dtype)
    if not training:
        return y
    return np.einsum("nchw,nc->nchw", y, kept) * (1 / (1 - p) if p < 1 else 1.0)


def channels_transposed(x, u, p=0.5, training=True):
    if not training:
        return x
    return (x.T * (u >= p).T).T * (1 / (1 - p) if p < 1 else 0.0)


def channels_by_indexing(x, u, p=0.5, training=True):
    y = floating(x)
    if training:
        y[u < p] = 0
        y[u >= p] /= 1 - p
    return y

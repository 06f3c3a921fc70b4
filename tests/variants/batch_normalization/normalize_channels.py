"""Correct solutions of `normalize_channels`, written differently."""

import numpy as np

from tests.variants.batch_normalization import floating


def normalize_by_moving_the_channels_last(x, eps=1e-5):
    last = np.moveaxis(x, 1, -1)
    flat = last.reshape(-1, x.shape[1])
    flat = (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps)
    return np.moveaxis(flat.reshape(last.shape), -1, 1)


def normalize_channel_by_channel(x, eps=1e-5):
    out = np.empty(x.shape, floating(x).dtype)
    for c in range(x.shape[1]):
        values = x[:, c]
        out[:, c] = (values - values.mean()) / np.sqrt(values.var() + eps)
    return out


def normalize_by_sums(x, eps=1e-5):
    axes = tuple(axis for axis in range(x.ndim) if axis != 1)
    n = x.size / x.shape[1]
    centred = x - x.sum(axis=axes, keepdims=True) / n
    return centred * (np.sum(centred * centred, axis=axes, keepdims=True) / n + eps) ** -0.5


def normalize_by_einsum(x, eps=1e-5):
    flat = floating(x).reshape(x.shape[0], x.shape[1], -1)
    n = x.size // x.shape[1]
    flat = flat - np.einsum("ncp->c", flat)[None, :, None] / n
    var = np.einsum("ncp,ncp->c", flat, flat)[None, :, None] / n
    return (flat / np.sqrt(var + eps)).reshape(x.shape)


def normalize_channels_normalize_einsum(x, eps=1e-5):
    y = np.moveaxis(x, 1, -1)
    rows = y.reshape(-1, y.shape[-1])
    centred = rows - np.ones(len(rows), rows.dtype) @ rows / len(rows)
    var = np.einsum("nc,nc->c", centred, centred) / len(rows)
    return np.moveaxis((centred * (var + eps) ** -0.5).reshape(y.shape), -1, 1)

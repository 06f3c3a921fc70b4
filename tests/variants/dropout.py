"""Correct solutions of the kernels of `4_avoiding_overfitting/2_dropout`, written differently."""

from __future__ import annotations

import math

import numpy as np

FLOOR = -1.0507009873554805 * 1.6732632423543772


def floating(x):
    """A copy of x, or its numbers as float64 where they are whole."""
    return x.astype(x.dtype if x.dtype.kind == "f" else np.float64)


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


def backward_with_where(dout, kept, p=0.5, training=True):
    if not training:
        return floating(dout)
    return np.where(kept, dout / max(1 - p, 1e-300), 0) if p < 1 else np.zeros_like(floating(dout))


def backward_on_a_copy(dout, kept, p=0.5, training=True):
    dx = floating(dout)
    if training:
        dx[~kept] = 0
        dx[kept] /= 1 - p
    return dx


def backward_number_by_number(dout, kept, p=0.5, training=True):
    dx = np.zeros_like(floating(dout))
    for at in np.ndindex(dout.shape):
        if kept[at]:
            dx[at] = dout[at] / (1 - p) if training else dout[at]
    return dx


def moments_by_einsum(x, W, b, p=0.5):
    x, W = floating(x), floating(W)
    mean = np.einsum("nd,kd->nk", x, W) + b
    return mean, np.einsum("nd,nd,kd,kd->nk", x, x, W, W) * (p / (1 - p))


def moments_term_by_term(x, W, b, p=0.5):
    terms = floating(x)[:, None, :] * W[None, :, :]
    return [terms.sum(axis=-1) + b, np.sum(terms**2, axis=-1) * p / (1 - p)]


def moments_by_second_moment(x, W, b, p=0.5):
    terms = floating(x)[:, None, :] * W
    second = terms**2 / (1 - p)
    return x @ W.T + b * 1.0, (second - terms**2).sum(axis=2)


def moments_by_enumeration(x, W, b, p=0.5):
    features = x.shape[1]
    dtype = floating(x).dtype
    mean = np.zeros((len(x), len(W)), dtype)
    square = np.zeros_like(mean)
    plain = x @ W.T + b
    for code in range(2**features):
        kept = np.array([code >> d & 1 for d in range(features)], dtype=bool)
        probability = math.prod(1 - p if k else p for k in kept)
        z = (x * kept / (1 - p)) @ W.T + b
        mean += (probability * z).astype(dtype)
        square += (probability * (z - plain) ** 2).astype(dtype)
    return mean, square


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


def softmax(z):
    """Of the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def mc_in_a_loop(x, W, b, u, p=0.5):
    found = np.stack([softmax((x * (noise >= p) / (1 - p)) @ W.T + b) for noise in u])
    return found.mean(axis=0), found.std(axis=0, ddof=1)


def mc_with_scaled_weights(x, W, b, u, p=0.5):
    z = np.einsum("tnd,kd->tnk", np.where(u >= p, floating(x), 0), floating(W)) / (1 - p) + b
    found = softmax(z)
    mean = found.sum(axis=0) / len(u)
    return [mean, (np.sum((found - mean) ** 2, axis=0) / (len(u) - 1)) ** 0.5]


def mc_by_log_sum_exp(x, W, b, u, p=0.5):
    z = (x * ~(u < p)) @ W.T / (1 - p) + b
    top = z.max(axis=-1, keepdims=True)
    found = np.exp(z - top - np.log(np.sum(np.exp(z - top), axis=-1, keepdims=True)))
    return found.mean(axis=0), np.sqrt(found.var(axis=0) * (len(u) / (len(u) - 1)))


def mc_by_logaddexp(x, W, b, u, p=0.5):
    z = np.where(u >= p, x / (1 - p), 0) @ W.T + b
    found = np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True))
    return np.mean(list(found), axis=0), np.std(list(found), axis=0, ddof=1)


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


VARIANTS = {
    "dropout": [
        dropout_with_where,
        dropout_on_a_copy,
        dropout_number_by_number,
        dropout_with_a_mask_of_the_right_dtype,
        dropout_returning_x_itself,
    ],
    "dropout_backward": [backward_with_where, backward_on_a_copy, backward_number_by_number],
    "dropout_moments": [
        moments_by_einsum,
        moments_term_by_term,
        moments_by_second_moment,
        moments_by_enumeration,
    ],
    "dropout_channels": [
        channels_with_reshape,
        channels_one_by_one,
        channels_by_einsum,
        channels_transposed,
        channels_by_indexing,
    ],
    "mc_dropout": [mc_in_a_loop, mc_with_scaled_weights, mc_by_log_sum_exp, mc_by_logaddexp],
    "alpha_dropout": [alpha_with_indexing, alpha_by_masks, alpha_by_standardizing],
}

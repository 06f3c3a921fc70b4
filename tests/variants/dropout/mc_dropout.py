"""Correct solutions of `mc_dropout`, written differently."""

import numpy as np

from tests.variants.dropout import floating


def _softmax(z):
    """Of the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def mc_in_a_loop(x, W, b, u, p=0.5):
    found = np.stack([_softmax((x * (noise >= p) / (1 - p)) @ W.T + b) for noise in u])
    return found.mean(axis=0), found.std(axis=0, ddof=1)


def mc_with_scaled_weights(x, W, b, u, p=0.5):
    z = np.einsum("tnd,kd->tnk", np.where(u >= p, floating(x), 0), floating(W)) / (1 - p) + b
    found = _softmax(z)
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

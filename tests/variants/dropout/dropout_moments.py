"""Correct solutions of `dropout_moments`, written differently."""

import math

import numpy as np

from tests.variants.dropout import floating


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

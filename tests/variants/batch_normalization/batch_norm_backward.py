"""Correct solutions of `batch_norm_backward`, written differently."""

import math

import numpy as np

from tests.variants.batch_normalization import floating


def backward_step_by_step(dout, x, gamma, eps=1e-5):
    axes = (0, *range(2, x.ndim))
    n = x.size // x.shape[1]
    centred = x - x.mean(axis=axes, keepdims=True)
    root = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    dx_hat = dout * gamma.reshape(root.shape)
    dvar = -0.5 * np.sum(dx_hat * centred, axis=axes, keepdims=True) / root**3
    dmean = -np.sum(dx_hat, axis=axes, keepdims=True) / root
    dx = dx_hat / root + dvar * 2 * centred / n + dmean / n
    return dx, np.sum(dout * centred / root, axis=axes), np.sum(dout, axis=axes)


def backward_with_channels_last(dout, x, gamma, eps=1e-5):
    last = np.moveaxis(x, 1, -1)
    values, upstream = (np.moveaxis(array, 1, -1).reshape(-1, x.shape[1]) for array in (x, dout))
    root = np.sqrt(values.var(axis=0) + eps)
    x_hat = (values - values.mean(axis=0)) / root
    dgamma, dbeta = (upstream * x_hat).sum(axis=0), upstream.sum(axis=0)
    dx = gamma / root / len(values) * (len(values) * upstream - dbeta - x_hat * dgamma)
    return [np.moveaxis(dx.reshape(last.shape), -1, 1), dgamma, dbeta]


def backward_by_the_jacobian(dout, x, gamma, eps=1e-5):
    dx = np.empty(dout.shape, dout.dtype)
    dgamma, dbeta = np.empty(x.shape[1], dout.dtype), np.empty(x.shape[1], dout.dtype)
    for c in range(x.shape[1]):
        values, upstream = floating(x[:, c]).reshape(-1), dout[:, c].reshape(-1)
        n = len(values)
        root = math.sqrt(values.var() + eps)
        x_hat = (values - values.mean()) / root
        jacobian = (np.eye(n, dtype=values.dtype) - 1 / n - np.outer(x_hat, x_hat) / n) / root
        dx[:, c] = (gamma[c] * (jacobian @ upstream)).reshape(dx[:, c].shape)
        dgamma[c], dbeta[c] = upstream @ x_hat, upstream.sum()
    return dx, dgamma, dbeta

"""Correct solutions of the kernels of `4_batch_normalization`, written differently."""

from __future__ import annotations

import math

import numpy as np


def floating(x):
    """x, or its numbers as float64 where they are whole."""
    return x if x.dtype.kind == "f" else x.astype(np.float64)


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


def train_with_keepdims(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    axes = (0, *range(2, x.ndim))
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    n = x.size // x.shape[1]
    y = (x - mean) / np.sqrt(var + eps) * gamma.reshape(mean.shape) + beta.reshape(mean.shape)
    new_mean = running_mean + momentum * (mean.ravel() - running_mean)
    new_var = running_var + momentum * (var.ravel() * n / (n - 1) - running_var)
    return y, new_mean, new_var


def train_channel_by_channel(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    y = np.empty(x.shape, floating(x).dtype)
    means, variances = running_mean.copy(), running_var.copy()
    for c in range(x.shape[1]):
        values = x[:, c]
        y[:, c] = gamma[c] * (values - values.mean()) / np.sqrt(values.var() + eps) + beta[c]
        means[c] = (1 - momentum) * running_mean[c] + momentum * values.mean()
        variances[c] = (1 - momentum) * running_var[c] + momentum * values.var(ddof=1)
    return [y, means, variances]


def train_scale_and_offset(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    last = np.moveaxis(x, 1, -1)
    flat = last.reshape(-1, x.shape[1])
    mean, var = flat.mean(axis=0), flat.var(axis=0)
    scale = gamma / np.sqrt(var + eps)
    y = np.moveaxis((flat * scale + (beta - mean * scale)).reshape(last.shape), -1, 1)
    old = 1 - momentum
    return y, old * running_mean + momentum * mean, old * running_var + momentum * flat.var(axis=0, ddof=1)


def evaluate_scale_and_offset(x, gamma, beta, running_mean, running_var, eps=1e-5):
    scale = gamma / np.sqrt(running_var + eps)
    offset = beta - running_mean * scale
    if x.ndim == 2:
        return x * scale + offset
    return x * scale[None, :, None, None] + offset[None, :, None, None]


def evaluate_with_channels_last(x, gamma, beta, running_mean, running_var, eps=1e-5):
    y = (np.moveaxis(x, 1, -1) - running_mean) * (running_var + eps) ** -0.5 * gamma + beta
    return np.moveaxis(y, -1, 1)


def evaluate_channel_by_channel(x, gamma, beta, running_mean, running_var, eps=1e-5):
    channels = [
        (x[:, c] - running_mean[c]) / np.sqrt(running_var[c] + eps) * gamma[c] + beta[c] for c in range(x.shape[1])
    ]
    return np.stack(channels, axis=1)


def steps_with_the_term_that_vanishes(dout, x, gamma, eps=1e-5):
    n = len(x)
    mean, var = x.mean(axis=0), x.var(axis=0)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * (x - mean) * -0.5 * (var + eps) ** -1.5, axis=0)
    dmean = np.sum(dx_hat * -1 / np.sqrt(var + eps), axis=0) + dvar * np.sum(-2 * (x - mean), axis=0) / n
    dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * (x - mean) / n + dmean / n
    return {"dx": dx, "dmean": dmean, "dvar": dvar, "dx_hat": dx_hat}


def steps_from_x_hat(dout, x, gamma, eps=1e-5):
    spread = x.var(axis=0) + eps
    x_hat = (x - x.mean(axis=0)) / np.sqrt(spread)
    dx_hat = gamma * dout
    dvar = -(dx_hat * x_hat).sum(axis=0) / (2 * spread)
    dmean = -dx_hat.sum(axis=0) / np.sqrt(spread)
    dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)) / np.sqrt(spread)
    return dict(dx_hat=dx_hat, dvar=dvar, dmean=dmean, dx=dx)


def steps_feature_by_feature(dout, x, gamma, eps=1e-5):
    n, features = x.shape
    found = {
        "dx_hat": np.empty_like(dout),
        "dvar": np.empty(features, dout.dtype),
        "dmean": np.empty(features, dout.dtype),
        "dx": np.empty_like(dout),
    }
    for c in range(features):
        centred = x[:, c] - x[:, c].mean()
        root = math.sqrt(x[:, c].var() + eps)
        dx_hat = dout[:, c] * gamma[c]
        dvar = -np.sum(dx_hat * centred) / (2 * root**3)
        dmean = -np.sum(dx_hat) / root
        found["dx_hat"][:, c], found["dvar"][c], found["dmean"][c] = dx_hat, dvar, dmean
        found["dx"][:, c] = dx_hat / root + (2 * dvar * centred + dmean) / n
    return found


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


def fold_with_a_diagonal_matrix(W, b, gamma, beta, mean, var, eps=1e-5):
    scale = np.diag(gamma / np.sqrt(var + eps))
    return (scale @ W.reshape(len(W), -1)).reshape(W.shape), scale @ (b - mean) + beta


def fold_output_by_output(W, b, gamma, beta, mean, var, eps=1e-5):
    scale = gamma / np.sqrt(var + eps)
    weights = np.stack([k * row for k, row in zip(scale, W, strict=True)])
    return weights, np.stack([k * (bias - m) + s for k, bias, m, s in zip(scale, b, mean, beta, strict=True)])


def fold_transposed(W, b, gamma, beta, mean, var, eps=1e-5):
    scale = gamma * (var + eps) ** -0.5
    return [(W.T * scale).T, beta + scale * b - scale * mean]


VARIANTS = {
    "normalize_channels": [
        normalize_by_moving_the_channels_last,
        normalize_channel_by_channel,
        normalize_by_sums,
        normalize_by_einsum,
    ],
    "batch_norm_train": [train_with_keepdims, train_channel_by_channel, train_scale_and_offset],
    "batch_norm_evaluate": [
        evaluate_scale_and_offset,
        evaluate_with_channels_last,
        evaluate_channel_by_channel,
    ],
    "batch_norm_gradient_steps": [
        steps_with_the_term_that_vanishes,
        steps_from_x_hat,
        steps_feature_by_feature,
    ],
    "batch_norm_backward": [backward_step_by_step, backward_with_channels_last, backward_by_the_jacobian],
    "fold_batch_norm": [fold_with_a_diagonal_matrix, fold_output_by_output, fold_transposed],
}

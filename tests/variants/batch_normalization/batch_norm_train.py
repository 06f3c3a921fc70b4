"""Correct solutions of `batch_norm_train`, written differently."""

import numpy as np

from tests.variants.batch_normalization import floating


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

"""Correct solutions of `batch_norm_gradient_steps`, written differently."""

import math

import numpy as np


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

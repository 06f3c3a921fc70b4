"""Correct solutions of `mlp_gradients`, written differently."""

import numpy as np


def mlp_gradients_append_then_reverse(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for a, slope, W in zip(activations[-2::-1], slopes[::-1], weights[::-1], strict=True):
        dz.append(dout * slope)
        dW.append(dz[-1].T @ a)
        db.append(dz[-1].sum(axis=0))
        dout = dz[-1] @ W
    return {"dx": dout, "dz": dz[::-1], "dW": dW[::-1], "db": db[::-1]}


def mlp_gradients_in_two_passes(dout, activations, slopes, weights):
    dz = [dout * slopes[-1]]
    for l in range(len(weights) - 1, 0, -1):
        dz.insert(0, (dz[0] @ weights[l]) * slopes[l - 1])
    return {
        "db": [np.sum(d, 0) for d in dz],
        "dW": [np.einsum("no,ni->oi", d, a) for d, a in zip(dz, activations, strict=False)],
        "dz": dz,
        "dx": dz[0] @ weights[0],
    }


def mlp_gradients_sample_by_sample(dout, activations, slopes, weights):
    samples, layers = len(dout), len(weights)
    dz = [np.zeros_like(slope) for slope in slopes]
    dW = [np.zeros_like(W) for W in weights]
    db = [np.zeros(slope.shape[1], dtype=slope.dtype) for slope in slopes]
    dx = np.zeros((samples, weights[0].shape[1]), dtype=dout.dtype)
    for n in range(samples):
        da = dout[n]
        for l in range(layers - 1, -1, -1):
            dz[l][n] = da * slopes[l][n]
            dW[l] += np.outer(dz[l][n], activations[l][n])
            db[l] += dz[l][n]
            da = weights[l].T @ dz[l][n]
        dx[n] = da
    return {"dx": dx, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_recursive(dout, activations, slopes, weights):
    if not weights:
        return {"dx": dout, "dz": [], "dW": [], "db": []}
    dz = dout * slopes[-1]
    found = mlp_gradients_recursive(dz @ weights[-1], activations[:-1], slopes[:-1], weights[:-1])
    return {
        "dx": found["dx"],
        "dz": [*found["dz"], dz],
        "dW": [*found["dW"], (activations[-2].T @ dz).T],
        "db": [*found["db"], dz.sum(0)],
    }


def mlp_gradients_reversed(dout, activations, slopes, weights):
    dz, dW, db, upstream = [], [], [], dout
    for a, s, W in list(zip(activations[:-1], slopes, weights, strict=True))[::-1]:
        dz += [upstream * s]
        dW += [np.einsum("no,ni->oi", dz[-1], a)]
        db += [np.ones(len(a), a.dtype) @ dz[-1]]
        upstream = np.dot(dz[-1], W)
    return dict(dx=upstream, dz=dz[::-1], dW=dW[::-1], db=db[::-1])

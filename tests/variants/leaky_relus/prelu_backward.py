"""Correct solutions of `prelu_backward`, written differently."""

import numpy as np


def prelu_backward_sum_over_axes(dout, z, alpha):
    a = alpha if z.ndim == 1 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    each = np.minimum(z, 0) * dout
    axes = tuple(axis for axis in range(z.ndim) if alpha.size == 1 or axis != 1)
    return np.where(z > 0, dout, a * dout), each.sum(axis=axes).reshape(alpha.shape)


def prelu_backward_axis_moved(dout, z, alpha):
    if alpha.size == 1:
        left = z <= 0
        dz = dout.copy()
        dz[left] *= alpha[0]
        return [dz, np.array([np.sum(z[left] * dout[left])], dtype=alpha.dtype)]
    upstream, last = np.moveaxis(dout, 1, -1), np.moveaxis(z, 1, -1)
    dz = np.where(last > 0, upstream, alpha * upstream)
    each = np.where(last > 0, 0, last * upstream)
    return np.moveaxis(dz, -1, 1), each.reshape(-1, alpha.size).sum(axis=0)


def prelu_backward_loop_over_channels(dout, z, alpha):
    dz, dalpha = np.zeros_like(dout), np.zeros_like(alpha)
    if alpha.size == 1:
        dz[...] = np.where(z > 0, dout, alpha * dout)
        dalpha[0] = (z * dout)[z < 0].sum()
        return dz, dalpha
    for c in range(alpha.size):
        left = z[:, c] <= 0
        dz[:, c] = np.where(left, alpha[c] * dout[:, c], dout[:, c])
        dalpha[c] = np.sum((z[:, c] * dout[:, c])[left])
    return dz, dalpha


def prelu_backward_rows(dout, z, alpha):
    if z.ndim == 1:
        left = z <= 0
        return np.where(left, alpha * dout, dout), np.array([(dout * z)[left].sum()], dtype=alpha.dtype)
    d, v = np.moveaxis(dout, 1, -1), np.moveaxis(z, 1, -1)
    dz = np.where(v > 0, d, alpha * d)
    part = np.minimum(v, 0) * d
    total = part.sum(axis=tuple(range(part.ndim - 1)), dtype=alpha.dtype)
    if alpha.size == 1:
        total = total.sum(keepdims=True)
    return np.moveaxis(dz, -1, 1), total

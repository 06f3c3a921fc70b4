"""Correct solutions of `dropout_backward`, written differently."""

import numpy as np

from tests.variants.dropout import floating


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


def dropout_backward_divide(dout, kept, p=0.5, training=True):
    if not training:
        return dout * 1.0
    return np.where(kept, dout / (1 - np.asarray(p, dtype=dout.dtype if dout.dtype.kind == "f" else float)), 0)

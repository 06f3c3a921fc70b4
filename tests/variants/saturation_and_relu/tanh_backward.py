"""Correct solutions of `tanh_backward`, written differently."""

import numpy as np


def tanh_backward_multiplied_out(dout, t):
    return dout - dout * t * t


def tanh_backward_as_product(dout, t):
    return dout * (1 - t) * (1 + t)


def tanh_backward_by_sigmoid(dout, t):
    s = (1 + t) / 2
    return dout * 4 * s * (1 - s)


def tanh_backward_in_a_loop(dout, t):
    dz = np.array(dout, dtype=t.dtype)
    for index in np.ndindex(t.shape):
        dz[index] *= 1 - t[index] ** 2
    return dz


def tanh_backward_inverse(dout, t):
    with np.errstate(divide="ignore"):
        return dout / (1 / (1 - t**2))


def tanh_backward_inverse_with_a_warning(dout, t):
    return dout / (1 / (1 - t**2))


def tanh_backward_arctanh(dout, t):
    return dout * (1 - np.tanh(np.arctanh(t)) ** 2)

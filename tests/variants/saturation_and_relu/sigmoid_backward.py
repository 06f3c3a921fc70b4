"""Correct solutions of `sigmoid_backward`, written differently."""

import numpy as np


def sigmoid_backward_multiplied_out(dout, s):
    return dout * (s - s**2)


def sigmoid_backward_square_completed(dout, s):
    return dout * (0.25 - (s - 0.5) ** 2)


def sigmoid_backward_in_a_loop(dout, s):
    dz = np.empty_like(s)
    for index in np.ndindex(s.shape):
        dz[index] = dout[index] * s[index] * (1 - s[index])
    return dz


def sigmoid_backward_by_multiply(dout, s):
    slope = np.multiply(s, np.subtract(1, s))
    return np.multiply(slope, dout)

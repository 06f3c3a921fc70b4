"""Correct solutions of `relu`, written differently."""

import numpy as np


def relu_by_where(z):
    return np.where(z < 0, 0, z)


def relu_on_a_copy(z):
    a = z.copy()
    a[a < 0] = 0
    return a


def relu_by_clip(z):
    return np.clip(z, 0, None)


def relu_of_the_array_method(z):
    return z.clip(min=0)


def relu_number_by_number(z):
    a = np.zeros_like(z)
    for index in np.ndindex(z.shape):
        a[index] = z[index] if not z[index] < 0 else 0
    return a


def relu_half_abs(z):
    return np.where(z < 0, np.zeros_like(z), z)

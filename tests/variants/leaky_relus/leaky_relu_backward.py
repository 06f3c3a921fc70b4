"""Correct solutions of `leaky_relu_backward`, written differently."""

import numpy as np


def leaky_relu_backward_choose(dout, z, alpha=0.01):
    return np.where(z <= 0, alpha * dout, dout)


def leaky_relu_backward_copy_and_boolean_index(dout, z, alpha=0.01):
    dz = dout.copy()
    dz[z <= 0] *= alpha
    return dz


def leaky_relu_backward_slope_array(dout, z, alpha=0.01):
    slope = np.full_like(dout, alpha)
    slope[z > 0] = 1
    return slope * dout


def leaky_relu_backward_flat_loop(dout, z, alpha=0.01):
    flat = [d if value > 0 else alpha * d for d, value in zip(dout.ravel(), z.ravel(), strict=True)]
    return np.array(flat, dtype=dout.dtype).reshape(dout.shape)

"""Correct solutions of `selu_backward`, written differently."""

import numpy as np


def selu_backward_one_factor_a_side(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return np.where(z > 0, scale * dout, scale * alpha * dout * np.exp(np.minimum(z, 0)))


def selu_backward_from_the_output(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    y = scale * alpha * np.expm1(np.minimum(z, 0))
    return dout * np.where(z > 0, scale, y + scale * alpha)


def selu_backward_boolean_indexing(dout, z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    gradient = scale * dout
    gradient[z <= 0] *= alpha * np.exp(z[z <= 0])
    return gradient

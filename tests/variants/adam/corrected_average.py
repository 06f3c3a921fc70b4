"""Correct solutions of `corrected_average`, written differently."""

import math

import numpy as np


def corrected_average_as_a_lerp(gradient, m, t, beta):
    m = m + (1 - beta) * (gradient - m)
    return m, m / (1 - beta**t)


def corrected_average_product_instead_of_power(gradient, m, t, beta):
    left = 1.0
    for _ in range(t):
        left *= beta
    new = beta * m + (1 - beta) * gradient
    return [new, new / (1 - left)]


def corrected_average_on_a_copy(gradient, m, t, beta):
    new = m.copy() if m.dtype.kind == "f" else m.astype(float)
    new *= beta
    new += gradient * (1 - beta)
    return new, new * (1 / (1 - math.pow(beta, t)))


def corrected_average_sum_of_the_weights(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    weights = (1 - beta) * sum(beta**k for k in range(t))
    return m, m / weights


def corrected_average_as_a_weighted_sum(gradient, m, t, beta):
    pair = np.stack([m, gradient]).astype(np.result_type(gradient, 0.0))
    m = np.einsum("i,i...->...", np.array([beta, 1 - beta], dtype=pair.dtype), pair)
    return m, m / (1 - beta**t)

"""Correct solutions of the kernels of `3c_elu_and_selu`, written differently."""

from __future__ import annotations

import math

import numpy as np


def elu_sum_of_two_sides(z, alpha=1.0):
    return np.maximum(z, 0) + alpha * np.expm1(np.minimum(z, 0))


def elu_boolean_indexing(z, alpha=1.0):
    out = np.array(z, dtype=z.dtype if z.dtype.kind == "f" else np.float64)
    out[z <= 0] = alpha * np.expm1(out[z <= 0])
    return out


def elu_nested_lists(z, alpha=1.0):
    if z.ndim == 0:
        return float(z) if z > 0 else alpha * math.expm1(z)
    return np.array([elu_nested_lists(row, alpha) for row in z], dtype=np.result_type(z.dtype, np.float32)).reshape(
        z.shape
    )


def elu_by_tanh(z, alpha=1.0):
    half = np.tanh(np.minimum(z, 0) / 2)
    return np.where(z > 0, z, 2 * alpha * half / (1 - half))


def elu_backward_one_exponential(dout, z, alpha=1.0):
    slope = np.exp(np.minimum(z, 0))
    return np.where(z > 0, dout, dout * alpha * slope)


def elu_backward_from_the_output(dout, z, alpha=1.0):
    y = alpha * np.expm1(np.minimum(z, 0))
    return dout * np.where(z > 0, 1, y + alpha)


def elu_backward_boolean_indexing(dout, z, alpha=1.0):
    gradient = np.array(dout)
    left = ~(z > 0)
    gradient[left] = gradient[left] * (alpha * np.exp(z[left]))
    return gradient


def elu_backward_entry_by_entry(dout, z, alpha=1.0):
    gradient = np.empty(dout.shape, dout.dtype)
    for index, upstream in np.ndenumerate(dout):
        gradient[index] = upstream if z[index] > 0 else upstream * alpha * math.exp(z[index])
    return gradient


def self_normalizing_constants_dot_products(z, probability):
    p, right, left = probability.ravel(), np.maximum(z, 0).ravel(), np.expm1(np.minimum(z, 0)).ravel()
    alpha = (p @ right) / -(p @ left)
    return alpha, (p @ (right + alpha * left) ** 2) ** -0.5


def self_normalizing_constants_side_by_side(z, probability):
    right = np.sum(probability[z > 0] * z[z > 0])
    left = np.sum(probability[z < 0] * (np.exp(z[z < 0]) - 1))
    alpha = -right / left
    right_square = np.sum(probability[z > 0] * z[z > 0] ** 2)
    left_square = np.sum(probability[z < 0] * (np.exp(z[z < 0]) - 1) ** 2)
    return [alpha, 1 / np.sqrt(right_square + alpha**2 * left_square)]


def self_normalizing_constants_loop(z, probability):
    pairs = [(float(x), float(p)) for x, p in zip(z.ravel(), probability.ravel(), strict=True)]
    alpha = sum(p * x for x, p in pairs if x > 0) / -sum(p * math.expm1(x) for x, p in pairs if x < 0)
    square = sum(p * (x if x > 0 else alpha * math.expm1(x)) ** 2 for x, p in pairs)
    return alpha, 1 / math.sqrt(square)


def self_normalizing_constants_standard_deviation(z, probability):
    left, right = np.expm1(np.minimum(z, 0)), np.maximum(z, 0)
    alpha = -(probability * right).sum() / (probability * left).sum()
    y = right + alpha * left
    mean = (probability * y).sum()
    return alpha, 1 / np.sqrt((probability * (y - mean) ** 2).sum())


def selu_sum_of_two_sides(z):
    scale, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
    return scale * np.maximum(z, 0) + scale * alpha * np.expm1(np.minimum(z, 0))


def selu_select(z):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    capped = np.where(z > 0, 0, z)
    return scale * np.select([z > 0], [z], alpha * np.expm1(capped))


def selu_nested_lists(z):
    def one(x):
        return 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x))

    flat = [one(float(x)) for x in z.flat]
    return np.array(flat, dtype=np.result_type(z.dtype, np.float32)).reshape(z.shape)


def selu_constants_in_closed_form(z):
    e, pi = math.e, math.pi
    alpha = -math.sqrt(2 / pi) / (math.erfc(1 / math.sqrt(2)) * math.sqrt(e) - 1)
    half, two = math.erfc(1 / math.sqrt(2)), math.erfc(math.sqrt(2))
    bracket = 2 * two * e**2 + pi * half**2 * e - 2 * (2 + pi) * half * math.sqrt(e) + pi + 2
    scale = (1 - half * math.sqrt(e)) * math.sqrt(2 * pi) / math.sqrt(bracket)
    return scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


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


VARIANTS = {
    "elu": [elu_sum_of_two_sides, elu_boolean_indexing, elu_nested_lists, elu_by_tanh],
    "elu_backward": [
        elu_backward_one_exponential,
        elu_backward_from_the_output,
        elu_backward_boolean_indexing,
        elu_backward_entry_by_entry,
    ],
    "self_normalizing_constants": [
        self_normalizing_constants_dot_products,
        self_normalizing_constants_side_by_side,
        self_normalizing_constants_loop,
        self_normalizing_constants_standard_deviation,
    ],
    "selu": [selu_sum_of_two_sides, selu_select, selu_nested_lists, selu_constants_in_closed_form],
    "selu_backward": [
        selu_backward_one_factor_a_side,
        selu_backward_from_the_output,
        selu_backward_boolean_indexing,
    ],
}

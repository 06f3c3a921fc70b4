"""Correct solutions of `selu`, written differently."""

import math

import numpy as np


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

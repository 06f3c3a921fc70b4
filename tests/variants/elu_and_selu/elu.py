"""Correct solutions of `elu`, written differently."""

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

"""Correct solutions of `leaky_relu`, written differently."""

import numpy as np


def leaky_relu_maximum_and_minimum(z, alpha=0.01):
    return np.maximum(z, 0) + alpha * np.minimum(z, 0)


def leaky_relu_copy_and_boolean_index(z, alpha=0.01):
    y = z.astype(z.dtype if z.dtype.kind == "f" else np.float64)
    y[z < 0] *= alpha
    return y


def leaky_relu_loop_into_lists(z, alpha=0.01):
    def activate(values):
        if values.ndim == 0:
            return float(values) if values > 0 else alpha * float(values)
        return [activate(value) for value in values]

    return np.array(activate(z), dtype=z.dtype if z.dtype.kind == "f" else float).reshape(z.shape)


def leaky_relu_slope_times_z(z, alpha=0.01):
    slope = np.ones(z.shape, z.dtype if z.dtype.kind == "f" else float)
    slope[z < 0] = alpha
    return slope * z


def leaky_relu_max_or_min_by_alpha(z, alpha=0.01):
    return np.maximum(alpha * z, z) if alpha <= 1 else np.minimum(alpha * z, z)


def _as_floats(array):
    return array if array.dtype.kind == "f" else array.astype(float)


def leaky_relu_leaky_slope(z, alpha=0.01):
    z = _as_floats(z)
    return z * np.where(z > 0, z.dtype.type(1), z.dtype.type(alpha))


def leaky_relu_leaky_product(z, alpha=0.01):
    return np.where(z > 0, z, z * alpha)

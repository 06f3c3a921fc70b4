"""Correct solutions of `1_training_problems/3a_saturation_and_relu`, written differently."""

import math

import numpy as np

# ---------------------------------------------------------------- sigmoid


def sigmoid_by_tanh(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def sigmoid_by_parts(z):
    s = np.empty(z.shape, dtype=np.result_type(z, np.float32) if z.dtype.kind == "f" else np.float64)
    positive = z >= 0
    s[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    s[~positive] = e / (1 + e)
    return s


def sigmoid_by_logaddexp(z):
    return np.exp(-np.logaddexp(0, -z))


def sigmoid_clipped_late_enough(z):
    limit = 709.0 if z.dtype != np.float32 else 88.0
    return 1 / (1 + np.exp(-np.clip(z, -limit, limit)))


def sigmoid_number_by_number(z):
    def one(number):
        if number >= 0:
            return 1 / (1 + math.exp(-number))
        return math.exp(number) / (1 + math.exp(number))

    s = np.zeros(z.shape, dtype=z.dtype if z.dtype.kind == "f" else float)
    for index in np.ndindex(z.shape):
        s[index] = one(float(z[index]))
    return s


# ---------------------------------------------------------------- sigmoid_backward


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


# ---------------------------------------------------------------- tanh


def tanh_of_numpy(z):
    return np.tanh(z)


def tanh_by_expm1(z):
    e = np.expm1(-2 * np.abs(z))
    return np.sign(z) * -e / (e + 2)


def tanh_number_by_number(z):
    t = np.zeros(z.shape, dtype=z.dtype if z.dtype.kind == "f" else float)
    for index in np.ndindex(z.shape):
        t[index] = math.tanh(z[index])
    return t


def tanh_by_expm1_in_two_halves(z):
    positive = np.expm1(2 * np.minimum(z, 0))
    negative = np.expm1(-2 * np.maximum(z, 0))
    return np.where(z < 0, positive / (positive + 2), -negative / (negative + 2))


# ---------------------------------------------------------------- tanh_backward


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


# ---------------------------------------------------------------- relu


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


# ---------------------------------------------------------------- relu_backward


def relu_backward_on_a_copy(dout, z):
    dz = dout.copy()
    dz[z <= 0] = 0
    return dz


def relu_backward_into_zeros(dout, z):
    dz = np.zeros_like(dout)
    dz[z > 0] = dout[z > 0]
    return dz


def relu_backward_in_a_loop(dout, z):
    dz = np.zeros(z.shape, dtype=dout.dtype)
    for index in np.ndindex(z.shape):
        if z[index] > 0:
            dz[index] = dout[index]
    return dz


def relu_backward_by_where_argument(dout, z):
    return np.add(dout, 0, where=z > 0, out=np.zeros_like(dout))


# ---------------------------------------------------------------- dead_units


def dead_units_not_any(a):
    return ~np.any(a, axis=0)


def dead_units_largest_size(a):
    return np.abs(a).max(axis=0) == 0


def dead_units_counting(a):
    return np.count_nonzero(a, axis=0) == 0


def dead_units_list(a):
    return [bool(all(value == 0 for value in column)) for column in a.T]


VARIANTS = {
    "sigmoid": [
        sigmoid_by_tanh,
        sigmoid_by_parts,
        sigmoid_by_logaddexp,
        sigmoid_clipped_late_enough,
        sigmoid_number_by_number,
    ],
    "sigmoid_backward": [
        sigmoid_backward_multiplied_out,
        sigmoid_backward_square_completed,
        sigmoid_backward_in_a_loop,
        sigmoid_backward_by_multiply,
    ],
    "tanh": [tanh_of_numpy, tanh_by_expm1, tanh_number_by_number, tanh_by_expm1_in_two_halves],
    "tanh_backward": [
        tanh_backward_multiplied_out,
        tanh_backward_as_product,
        tanh_backward_by_sigmoid,
        tanh_backward_in_a_loop,
    ],
    "relu": [relu_by_where, relu_on_a_copy, relu_by_clip, relu_of_the_array_method, relu_number_by_number],
    "relu_backward": [
        relu_backward_on_a_copy,
        relu_backward_into_zeros,
        relu_backward_in_a_loop,
        relu_backward_by_where_argument,
    ],
    "dead_units": [dead_units_not_any, dead_units_largest_size, dead_units_counting, dead_units_list],
}

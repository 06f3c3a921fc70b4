"""Correct solutions of `3b_leaky_relus` in other styles."""

import numpy as np

# leaky_relu


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


# leaky_relu_backward


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


# rrelu


def rrelu_copy_and_boolean_index(z, u, lower=1 / 8, upper=1 / 3, training=True):
    slope = np.ones_like(u)
    left = z <= 0
    slope[left] = (lower + u * (upper - lower))[left] if training else (lower + upper) / 2
    return slope * z, slope


def rrelu_weighted_mean_of_the_bounds(z, u, lower=1 / 8, upper=1 / 3, training=True):
    weight = u if training else np.full_like(u, 0.5)
    drawn = (1 - weight) * lower + weight * upper
    slope = np.where(z > 0, np.ones_like(drawn), drawn)
    return np.where(z > 0, z, drawn * z), slope


def rrelu_flat_loop_returning_a_list(z, u, lower=1 / 8, upper=1 / 3, training=True):
    slope = np.empty_like(u)
    for index in np.ndindex(z.shape):
        if z[index] > 0:
            slope[index] = 1
        elif training:
            slope[index] = lower + u[index] * (upper - lower)
        else:
            slope[index] = 0.5 * (lower + upper)
    return [z * slope, slope]


# rrelu_backward


def rrelu_backward_operands_exchanged(dout, slope):
    return slope * dout


def rrelu_backward_function(dout, slope):
    return np.multiply(dout, slope)


def rrelu_backward_loop(dout, slope):
    dz = np.zeros(dout.shape, slope.dtype)
    for index in np.ndindex(dout.shape):
        dz[index] = slope[index] * dout[index]
    return dz


def rrelu_backward_by_einsum(dout, slope):
    return np.einsum("...,...->...", dout, slope)


# prelu


def prelu_axis_moved(z, alpha):
    if alpha.size == 1:
        return np.where(z > 0, z, alpha[0] * z)
    last = np.moveaxis(z, 1, -1)
    return np.moveaxis(np.where(last > 0, last, alpha * last), -1, 1)


def prelu_loop_over_channels(z, alpha):
    y = np.array(z, dtype=alpha.dtype)
    if alpha.size == 1:
        y[z < 0] *= alpha[0]
        return y
    for channel in range(len(alpha)):
        part = z[:, channel]
        y[:, channel] = np.where(part > 0, part, alpha[channel] * part)
    return y


def prelu_maximum_and_minimum(z, alpha):
    a = alpha if z.ndim == 1 else np.expand_dims(alpha, tuple(range(1, z.ndim - 1)))
    return np.maximum(z, 0) + a * np.minimum(z, 0)


def prelu_slope_array(z, alpha):
    a = alpha if z.ndim == 1 else alpha.reshape(-1, *(1 for _ in z.shape[2:]))
    slope = np.where(z > 0, np.ones_like(a), a)
    return slope * z


# prelu_backward


def prelu_backward_sum_over_axes(dout, z, alpha):
    a = alpha if z.ndim == 1 else alpha.reshape(1, -1, *[1] * (z.ndim - 2))
    each = np.minimum(z, 0) * dout
    axes = tuple(axis for axis in range(z.ndim) if alpha.size == 1 or axis != 1)
    return np.where(z > 0, dout, a * dout), each.sum(axis=axes).reshape(alpha.shape)


def prelu_backward_axis_moved(dout, z, alpha):
    if alpha.size == 1:
        left = z <= 0
        dz = dout.copy()
        dz[left] *= alpha[0]
        return [dz, np.array([np.sum(z[left] * dout[left])], dtype=alpha.dtype)]
    upstream, last = np.moveaxis(dout, 1, -1), np.moveaxis(z, 1, -1)
    dz = np.where(last > 0, upstream, alpha * upstream)
    each = np.where(last > 0, 0, last * upstream)
    return np.moveaxis(dz, -1, 1), each.reshape(-1, alpha.size).sum(axis=0)


def prelu_backward_loop_over_channels(dout, z, alpha):
    dz, dalpha = np.zeros_like(dout), np.zeros_like(alpha)
    if alpha.size == 1:
        dz[...] = np.where(z > 0, dout, alpha * dout)
        dalpha[0] = (z * dout)[z < 0].sum()
        return dz, dalpha
    for c in range(alpha.size):
        left = z[:, c] <= 0
        dz[:, c] = np.where(left, alpha[c] * dout[:, c], dout[:, c])
        dalpha[c] = np.sum((z[:, c] * dout[:, c])[left])
    return dz, dalpha


VARIANTS = {
    "leaky_relu": [
        leaky_relu_maximum_and_minimum,
        leaky_relu_copy_and_boolean_index,
        leaky_relu_loop_into_lists,
        leaky_relu_slope_times_z,
        leaky_relu_max_or_min_by_alpha,
    ],
    "leaky_relu_backward": [
        leaky_relu_backward_choose,
        leaky_relu_backward_copy_and_boolean_index,
        leaky_relu_backward_slope_array,
        leaky_relu_backward_flat_loop,
    ],
    "rrelu": [rrelu_copy_and_boolean_index, rrelu_weighted_mean_of_the_bounds, rrelu_flat_loop_returning_a_list],
    "rrelu_backward": [
        rrelu_backward_operands_exchanged,
        rrelu_backward_function,
        rrelu_backward_loop,
        rrelu_backward_by_einsum,
    ],
    "prelu": [prelu_axis_moved, prelu_loop_over_channels, prelu_maximum_and_minimum, prelu_slope_array],
    "prelu_backward": [
        prelu_backward_sum_over_axes,
        prelu_backward_axis_moved,
        prelu_backward_loop_over_channels,
    ],
}

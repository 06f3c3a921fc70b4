"""Correct solutions of `2_weight_initialization` in other styles."""

import math

import numpy as np

# fan_in_and_fan_out


def fan_in_and_fan_out_star_and_loop(shape):
    fan_out, fan_in, *window = shape
    for side in window:
        fan_in *= side
        fan_out *= side
    return fan_in, fan_out


def fan_in_and_fan_out_by_the_total(shape):
    total = math.prod(shape)
    return total // shape[0], total // shape[1]


def fan_in_and_fan_out_list_of_numpy_integers(shape):
    return [np.prod(shape[1:]), np.prod((shape[0], *shape[2:]))]


def fan_in_and_fan_out_of_an_array(shape):
    weight = np.empty(shape)
    return weight[0].size, weight[:, 0].size


# glorot_normal


def glorot_normal_deviation_first(noise, gain=1.0):
    out, inputs, *window = noise.shape
    field = math.prod(window)
    std = gain * math.sqrt(2 / (inputs * field + out * field))
    return std * noise


def glorot_normal_divided(noise, gain=1.0):
    fan_avg = (noise[0].size + noise[:, 0].size) / 2
    return noise / float(np.sqrt(fan_avg)) * gain


def glorot_normal_loop(noise, gain=1.0):
    weight = np.zeros(noise.shape, noise.dtype if noise.dtype.kind == "f" else float)
    fans = noise.size / noise.shape[0] + noise.size / noise.shape[1]
    for index in np.ndindex(noise.shape):
        weight[index] = noise[index] * gain * (2 / fans) ** 0.5
    return weight


def glorot_normal_cast_at_the_end(noise, gain=1.0):
    fans = np.prod(noise.shape[1:]) + noise.shape[0] * np.prod(noise.shape[2:])
    weight = noise * np.sqrt(2 * gain**2 / fans)
    return weight.astype(noise.dtype) if noise.dtype.kind == "f" else weight


def glorot_normal_from_behind(noise, gain=1.0):
    s = gain * math.sqrt(2 / (noise[0].size + noise[:, 0].size))
    return np.flip(np.flip(noise) * s)


# glorot_uniform


def glorot_uniform_shift_and_stretch(u, gain=1.0):
    r = gain * math.sqrt(6 / (u[0].size + u[:, 0].size))
    return -r + 2 * r * u


def glorot_uniform_from_the_deviation(u, gain=1.0):
    field = math.prod(u.shape[2:])
    std = gain / math.sqrt((u.shape[0] + u.shape[1]) * field / 2)
    return (u - 0.5) * (math.sqrt(12) * std)


def glorot_uniform_weighted_mean_of_the_ends(u, gain=1.0):
    r = gain * math.sqrt(3 / (u.size / u.shape[0] / 2 + u.size / u.shape[1] / 2))
    return (1 - u) * -r + u * r


def glorot_uniform_list(u, gain=1.0):
    r = gain * math.sqrt(6 / (u[0].size + u[:, 0].size))
    flat = [2 * r * float(value) - r for value in u.ravel()]
    return np.array(flat, dtype=u.dtype if u.dtype.kind == "f" else float).reshape(u.shape)


# he_normal


def he_normal_gain_over_root(noise, negative_slope=0.0):
    gain = math.sqrt(2 / (1 + negative_slope**2))
    return noise * (gain / math.sqrt(noise[0].size))


def he_normal_divided_by_the_total(noise, negative_slope=0.0):
    variance = 2 * noise.shape[0] / noise.size / (1 + negative_slope * negative_slope)
    return noise * variance**0.5


def he_normal_unit_by_unit(noise, negative_slope=0.0):
    std = math.sqrt(2 / (1 + negative_slope**2) / math.prod(noise.shape[1:]))
    return np.stack([unit * std for unit in noise])


def he_normal_numpy_and_float(noise, negative_slope=0.0):
    fan_in = np.prod(noise.shape[1:])
    return float(np.sqrt(2 / ((1 + negative_slope**2) * fan_in))) * noise


# he_uniform


def he_uniform_shift_and_stretch(u, negative_slope=0.0):
    r = math.sqrt(6 / (1 + negative_slope**2) / u[0].size)
    return -r + 2 * r * u


def he_uniform_from_the_deviation(u, negative_slope=0.0):
    std = math.sqrt(2 / (1 + negative_slope**2) / math.prod(u.shape[1:]))
    return (u - 0.5) * (2 * math.sqrt(3) * std)


def he_uniform_weighted_mean_of_the_ends(u, negative_slope=0.0):
    r = math.sqrt(6 * u.shape[0] / u.size / (1 + negative_slope**2))
    return u * r - (1 - u) * r


# lecun_normal


def lecun_normal_divided(noise):
    return noise / math.sqrt(noise[0].size)


def lecun_normal_power(noise):
    return noise * math.prod(noise.shape[1:]) ** -0.5


def lecun_normal_flattened_rows(noise):
    rows = noise.reshape(len(noise), -1)
    return (rows / float(np.sqrt(rows.shape[1]))).reshape(noise.shape)


def lecun_normal_transposed(noise):
    return (noise.T * (1 / noise[0].size) ** 0.5).T


# truncated_normal


def truncated_normal_first_index(candidates, std, cut=2.0):
    first = np.argmax(np.abs(candidates) <= cut, axis=0)
    return np.take_along_axis(candidates, first[np.newaxis], axis=0)[0] * std


def truncated_normal_from_the_last_to_the_first(candidates, std, cut=2.0):
    result = candidates[-1].copy()
    for draws in candidates[::-1]:
        inside = np.abs(draws) <= cut
        result[inside] = draws[inside]
    return std * result


def truncated_normal_loop(candidates, std, cut=2.0):
    result = np.zeros(candidates.shape[1:], candidates.dtype if candidates.dtype.kind == "f" else float)
    for index in np.ndindex(result.shape):
        t = 0
        while abs(candidates[(t, *index)]) > cut:
            t += 1
        result[index] = candidates[(t, *index)] * std
    return result


def truncated_normal_while_any_is_outside(candidates, std, cut=2.0):
    result, t = np.array(candidates[0]), 0
    while (outside := (result < -cut) | (result > cut)).any():
        t += 1
        result[outside] = candidates[t][outside]
    return result * std


def truncated_normal_first_by_counting(candidates, std, cut=2.0):
    inside = np.abs(candidates) <= cut
    first = inside & (np.cumsum(inside, axis=0) == 1)
    return np.where(first, candidates, 0).sum(axis=0) * std


def truncated_normal_scaled_first(candidates, std, cut=2.0):
    scaled = candidates * std
    weights = scaled[0]
    for draws in scaled[1:]:
        weights = np.where(np.abs(weights) > cut * std, draws, weights)
    return weights


VARIANTS = {
    "fan_in_and_fan_out": [
        fan_in_and_fan_out_star_and_loop,
        fan_in_and_fan_out_by_the_total,
        fan_in_and_fan_out_list_of_numpy_integers,
        fan_in_and_fan_out_of_an_array,
    ],
    "glorot_normal": [
        glorot_normal_deviation_first,
        glorot_normal_divided,
        glorot_normal_loop,
        glorot_normal_cast_at_the_end,
        glorot_normal_from_behind,
    ],
    "glorot_uniform": [
        glorot_uniform_shift_and_stretch,
        glorot_uniform_from_the_deviation,
        glorot_uniform_weighted_mean_of_the_ends,
        glorot_uniform_list,
    ],
    "he_normal": [
        he_normal_gain_over_root,
        he_normal_divided_by_the_total,
        he_normal_unit_by_unit,
        he_normal_numpy_and_float,
    ],
    "he_uniform": [
        he_uniform_shift_and_stretch,
        he_uniform_from_the_deviation,
        he_uniform_weighted_mean_of_the_ends,
    ],
    "lecun_normal": [lecun_normal_divided, lecun_normal_power, lecun_normal_flattened_rows, lecun_normal_transposed],
    "truncated_normal": [
        truncated_normal_first_index,
        truncated_normal_from_the_last_to_the_first,
        truncated_normal_loop,
        truncated_normal_while_any_is_outside,
        truncated_normal_first_by_counting,
        truncated_normal_scaled_first,
    ],
}

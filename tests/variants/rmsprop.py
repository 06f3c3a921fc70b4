"""Correct solutions of `2_faster_optimizers/3_rmsprop` in other styles."""

from __future__ import annotations

import math

import numpy as np

# ---------------------------------------------------------------- adagrad_step


def copy_then_in_place(theta, gradient, s, learning_rate, epsilon):
    s = s + 0.0
    s += gradient * gradient
    step = learning_rate * gradient
    step /= np.sqrt(s) + epsilon
    return theta - step, s


def a_rate_for_each_parameter(theta, gradient, s, learning_rate, epsilon):
    squares = 1.0 * s + np.square(gradient)
    rates = learning_rate / (squares**0.5 + epsilon)
    return theta - rates * gradient, squares


def adagrad_entry_by_entry(theta, gradient, s, learning_rate, epsilon):
    dtype = np.result_type(theta, 1.0) if theta.dtype.kind == "i" else theta.dtype
    new_theta, new_s = np.empty(theta.shape, dtype), np.empty(theta.shape, dtype)
    for index in np.ndindex(theta.shape):
        new_s[index] = s[index] + gradient[index] ** 2
        new_theta[index] = theta[index] - learning_rate * gradient[index] / (math.sqrt(new_s[index]) + epsilon)
    return new_theta, new_s


def a_list_of_two(theta, gradient, s, learning_rate, epsilon):
    return [
        theta - learning_rate * (gradient / (np.sqrt(s + gradient**2) + epsilon)),
        (s + gradient**2) * 1.0,
    ]


# ---------------------------------------------------------------- moving_average


def into_a_new_array(values, beta):
    averages = np.zeros_like(values * beta)
    before = 0 * averages[0]
    for t, value in enumerate(values):
        averages[t] = before = beta * before + (1 - beta) * value
    return averages


def a_share_of_the_difference(values, beta):
    average, found = np.zeros(values.shape[1:], (values * beta).dtype), []
    for value in values:
        average = average + (1 - beta) * (value - average)
        found.append(average)
    return np.stack(found)


def by_a_matrix_of_weights(values, beta):
    age = np.arange(len(values))[:, None] - np.arange(len(values))[None, :]
    weights = np.where(age >= 0, (1 - beta) * np.float64(beta) ** np.maximum(age, 0), 0.0)
    return np.tensordot(weights, values, axes=1).astype((values * beta).dtype)


def remembering_by_recursion(values, beta):
    def after(t):
        return (1 - beta) * values[t] + (beta * after(t - 1) if t else 0.0)

    return np.array([after(t) for t in range(len(values))])


def by_convolution(values, beta):
    weights = (1 - beta) * np.float64(beta) ** np.arange(len(values))
    averages = np.apply_along_axis(lambda sequence: np.convolve(sequence, weights)[: len(values)], 0, values)
    return averages.astype((values * beta).dtype)


# ---------------------------------------------------------------- rmsprop_step, textbook_rmsprop_step


def rmsprop_in_one_line_each(theta, gradient, s, learning_rate, beta, epsilon):
    s = s + (1 - beta) * (gradient**2 - s)
    return theta - learning_rate * (gradient / (s**0.5 + epsilon)), s


def rmsprop_entry_by_entry(theta, gradient, s, learning_rate, beta, epsilon):
    dtype = np.float64 if theta.dtype.kind == "i" else theta.dtype
    new_theta, new_s = np.empty(theta.shape, dtype), np.empty(theta.shape, dtype)
    for index in np.ndindex(theta.shape):
        new_s[index] = beta * s[index] + (1 - beta) * gradient[index] ** 2
        new_theta[index] = theta[index] - learning_rate * gradient[index] / (math.sqrt(new_s[index]) + epsilon)
    return new_theta, new_s


def root_by_the_hypotenuse(theta, gradient, s, learning_rate, beta, epsilon):
    root = np.hypot(math.sqrt(beta) * np.sqrt(s), math.sqrt(1 - beta) * gradient)
    return theta - learning_rate * gradient / (root + epsilon), root**2


def copies_changed_in_place(theta, gradient, s, learning_rate, beta, epsilon):
    s, theta = s * 1.0, theta * 1.0
    s *= beta
    s += (1 - beta) * np.square(gradient)
    theta -= learning_rate * gradient / np.add(np.sqrt(s), epsilon)
    return theta, s


def dividing_by_a_weighted_root(theta, gradient, s, learning_rate, beta, epsilon):
    new_s = beta * s + (1 - beta) * gradient**2
    return theta - gradient * (learning_rate / np.sqrt(new_s + epsilon)), new_s


def textbook_by_powers(theta, gradient, s, learning_rate, beta, epsilon):
    s = s - (1 - beta) * (s - gradient * gradient)
    return [theta - learning_rate * gradient * (s + epsilon) ** -0.5, s]


def textbook_entry_by_entry(theta, gradient, s, learning_rate, beta, epsilon):
    dtype = np.float64 if theta.dtype.kind == "i" else theta.dtype
    new_theta, new_s = np.empty(theta.shape, dtype), np.empty(theta.shape, dtype)
    for index in np.ndindex(theta.shape):
        new_s[index] = beta * s[index] + (1 - beta) * gradient[index] ** 2
        new_theta[index] = theta[index] - learning_rate * gradient[index] / math.sqrt(new_s[index] + epsilon)
    return new_theta, new_s


# ---------------------------------------------------------------- centered_rmsprop_step


def variance_never_below_zero(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2
    deviation = np.sqrt(np.maximum(s - m * m, 0))
    return theta - learning_rate * gradient / (deviation + epsilon), m, s


def by_the_third_binomial_formula(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = m + (1 - beta) * (gradient - m)
    s = s + (1 - beta) * (gradient * gradient - s)
    root = np.sqrt(s)
    return [theta - learning_rate * gradient / (np.sqrt((root - m) * (root + m)) + epsilon), m, s]


def centered_entry_by_entry(theta, gradient, m, s, learning_rate, beta, epsilon):
    dtype = np.float64 if theta.dtype.kind == "i" else theta.dtype
    new_theta, new_m, new_s = (np.empty(theta.shape, dtype) for _ in range(3))
    for index in np.ndindex(theta.shape):
        g = float(gradient[index])
        mean = beta * float(m[index]) + (1 - beta) * g
        square = beta * float(s[index]) + (1 - beta) * g**2
        new_theta[index] = theta[index] - learning_rate * g / (math.sqrt(square - mean**2) + epsilon)
        new_m[index], new_s[index] = mean, square
    return new_theta, new_m, new_s


VARIANTS = {
    "adagrad_step": [copy_then_in_place, a_rate_for_each_parameter, adagrad_entry_by_entry, a_list_of_two],
    "moving_average": [
        into_a_new_array,
        a_share_of_the_difference,
        by_a_matrix_of_weights,
        remembering_by_recursion,
        by_convolution,
    ],
    "rmsprop_step": [
        rmsprop_in_one_line_each,
        rmsprop_entry_by_entry,
        copies_changed_in_place,
        root_by_the_hypotenuse,
    ],
    "textbook_rmsprop_step": [dividing_by_a_weighted_root, textbook_by_powers, textbook_entry_by_entry],
    "centered_rmsprop_step": [
        variance_never_below_zero,
        by_the_third_binomial_formula,
        centered_entry_by_entry,
    ],
}

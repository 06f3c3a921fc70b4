"""Correct solutions of `moving_average`, written differently."""

import numpy as np


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

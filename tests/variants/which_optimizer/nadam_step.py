"""Correct solutions of `nadam_step`, written differently."""

import math

import numpy as np


def nadam_step_in_two_parts(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = m + (gradient - m) * (1 - beta1)
    s = s * beta2 + gradient * gradient * (1 - beta2)
    root = np.sqrt(s) / (1 - beta2**t) ** 0.5 + epsilon
    theta = theta - learning_rate * (1 - beta1) / (1 - beta1**t) * gradient / root
    return [theta - learning_rate * beta1 / (1 - beta1 ** (t + 1)) * m / root, m, s]


def nadam_step_from_the_old_m(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    ahead = beta1 / (1 - beta1 ** (t + 1))
    weight = (1 - beta1) * (1 / (1 - beta1**t) + ahead)
    new_s = beta2 * s + (1 - beta2) * gradient**2
    direction = ahead * beta1 * m + weight * gradient
    step = learning_rate * direction / ((new_s / (1 - beta2**t)) ** 0.5 + epsilon)
    return theta - step, beta1 * m + (1 - beta1) * gradient, new_s


def nadam_step_entry_by_entry(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    results = [np.array(array, dtype=np.result_type(theta, 0.0)) for array in (theta, m, s)]
    new_theta, new_m, new_s = results
    for i in np.ndindex(theta.shape):
        g = float(gradient[i])
        new_m[i] = beta1 * m[i] + (1 - beta1) * g
        new_s[i] = beta2 * s[i] + (1 - beta2) * g * g
        direction = beta1 * new_m[i] / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)
        new_theta[i] = theta[i] - learning_rate * direction / (math.sqrt(new_s[i] / (1 - beta2**t)) + epsilon)
    return tuple(results)

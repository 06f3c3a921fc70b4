"""Correct solutions of `adamw_step`, written differently."""

import math

import numpy as np


def adamw_step_decay_beside_the_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    step = m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon)
    return theta - learning_rate * (step + weight_decay * theta), m, s


def adamw_step_shrunk_first(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    theta = theta * (1 - learning_rate * weight_decay)
    m = m + (1 - beta1) * (gradient - m)
    s = s + (1 - beta2) * (gradient**2 - s)
    denominator = np.sqrt(s) / math.sqrt(1 - beta2**t) + epsilon
    return [theta - (learning_rate / (1 - beta1**t)) * (m / denominator), m, s]


def adamw_step_entry_by_entry(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    results = tuple(np.array(array, dtype=np.result_type(theta, 0.0)) for array in (theta, m, s))
    for i in np.ndindex(theta.shape):
        new_m = beta1 * m[i] + (1 - beta1) * gradient[i]
        new_s = beta2 * s[i] + (1 - beta2) * gradient[i] ** 2
        adam = (new_m / (1 - beta1**t)) / (math.sqrt(new_s / (1 - beta2**t)) + epsilon)
        for result, value in zip(
            results,
            (theta[i] - learning_rate * weight_decay * theta[i] - learning_rate * adam, new_m, new_s),
            strict=True,
        ):
            result[i] = value
    return results


def adamw_step_adamw_separate(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    decay = learning_rate * weight_decay * theta
    m = np.add(beta1 * m, (1 - beta1) * gradient)
    s = np.add(beta2 * s, (1 - beta2) * np.square(gradient))
    step = (m / (1 - beta1**t)) / (epsilon + np.sqrt(s / (1 - beta2**t)))
    return theta - decay - learning_rate * step, m, s

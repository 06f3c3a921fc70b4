"""Correct solutions of `adam_step`, written differently."""

import math

import numpy as np


def adam_step_as_pytorch_orders_it(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = m + (gradient - m) * (1 - beta1)
    s = s * beta2 + gradient * gradient * (1 - beta2)
    denominator = np.sqrt(s) / (1 - beta2**t) ** 0.5 + epsilon
    return theta - learning_rate / (1 - beta1**t) * m / denominator, m, s


def adam_step_correction_in_the_rate(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    root = math.sqrt(1 - beta2**t)
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * np.square(gradient)
    rate = learning_rate * root / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(s) + epsilon * root), m, s


def adam_step_entry_by_entry(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    results = [np.array(array, dtype=np.result_type(theta, 0.0)) for array in (theta, m, s)]
    new_theta, new_m, new_s = results
    for i in np.ndindex(theta.shape):
        g = gradient[i]
        new_m[i] = beta1 * m[i] + (1 - beta1) * g
        new_s[i] = beta2 * s[i] + (1 - beta2) * g * g
        m_hat, s_hat = new_m[i] / (1 - beta1**t), new_s[i] / (1 - beta2**t)
        new_theta[i] = theta[i] - learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)
    return results


def adam_step_with_a_helper(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    def average(old, new, beta):
        old = beta * old + (1 - beta) * new
        return old, old / (1 - beta**t)

    m, m_hat = average(m, gradient, beta1)
    s, s_hat = average(s, gradient**2, beta2)
    return theta - learning_rate * m_hat / (s_hat**0.5 + epsilon), m, s


def adam_step_on_reversed_views(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    theta, gradient, m, s = (np.flip(array) for array in (theta, gradient, m, s))
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    theta = theta - learning_rate / (1 - beta1**t) * np.divide(m, epsilon + np.sqrt(s / (1 - beta2**t)))
    return [np.flip(array) for array in (theta, m, s)]


def adam_step_adam_fast(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m, s = beta1 * m + gradient - beta1 * gradient, s * beta2 + (gradient - beta2 * gradient) * gradient
    root = (1 - beta2**t) ** 0.5
    rate = learning_rate * root / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(s) + epsilon * root), m, s

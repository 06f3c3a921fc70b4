"""Correct solutions of `centered_rmsprop_step`, written differently."""

import math

import numpy as np


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

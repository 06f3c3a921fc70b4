"""Correct solutions of `velocity_after`, written differently."""

import math

import numpy as np


def velocity_after_step_by_step(gradient, t, learning_rate, beta):
    m = 0.0 * gradient
    for _ in range(t):
        m = beta * m - learning_rate * gradient
    return m


def velocity_after_sum_of_powers(gradient, t, learning_rate, beta):
    return -learning_rate * sum(beta**k for k in range(t)) * gradient


def velocity_after_terminal_minus_what_is_missing(gradient, t, learning_rate, beta):
    if beta == 1:
        return -learning_rate * t * gradient
    terminal = -learning_rate / (1 - beta) * gradient
    return terminal - beta**t * terminal


def velocity_after_numpy_sum_as_a_number(gradient, t, learning_rate, beta):
    powers = np.power(float(beta), np.arange(t))
    return gradient * float(-learning_rate * math.fsum(powers))


def velocity_after_velocity_where(gradient, t, learning_rate, beta):
    total = np.where(beta == 1, t, (1 - np.float64(beta) ** t) / (1 - np.float64(beta)))
    return (-learning_rate * float(total)) * gradient

"""Correct solutions of `look_ahead_to_pytorch`, written differently."""

import numpy as np


def look_ahead_to_pytorch_one_line(theta, m, learning_rate, beta):
    return theta + beta * m, -m / learning_rate


def look_ahead_to_pytorch_buffer_first(theta, m, learning_rate, beta):
    buffer = m * (-1 / learning_rate)
    return [theta - learning_rate * beta * buffer, buffer]


def look_ahead_to_pytorch_with_numpy(theta, m, learning_rate, beta):
    return np.add(theta, np.multiply(m, beta)), np.divide(np.negative(m), learning_rate)

"""Correct solutions of `pytorch_to_look_ahead`, written differently."""

import numpy as np


def pytorch_to_look_ahead_one_line(theta_torch, buffer, learning_rate, beta):
    return theta_torch + learning_rate * beta * buffer, -learning_rate * buffer


def pytorch_to_look_ahead_velocity_first(theta_torch, buffer, learning_rate, beta):
    m = -buffer * learning_rate
    return [theta_torch - m * beta, m]


def pytorch_to_look_ahead_with_numpy(theta_torch, buffer, learning_rate, beta):
    m = np.multiply(buffer, -learning_rate)
    return np.subtract(theta_torch, np.multiply(beta, m)), m

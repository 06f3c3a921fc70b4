"""Correct solutions of `exponential_schedule`, written differently."""

import math

import numpy as np


def exponential_schedule_as_pytorch_does(step, initial_rate, s, factor=0.1):
    gamma = factor ** (1 / s)
    learning_rate = initial_rate
    for _ in range(step):
        learning_rate *= gamma
    return learning_rate


def exponential_schedule_by_exp(step, initial_rate, s, factor=0.1):
    return initial_rate * math.exp(step * math.log(factor) / s)


def exponential_schedule_numpy_power(step, initial_rate, s, factor=0.1):
    return np.float64(initial_rate) * np.power(factor, np.divide(step, s))

"""Correct solutions of `adagrad_step`, written differently."""

import math

import numpy as np


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

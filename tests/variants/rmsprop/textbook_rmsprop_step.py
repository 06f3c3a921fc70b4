"""Correct solutions of `textbook_rmsprop_step`, written differently."""

import math

import numpy as np


def dividing_by_a_weighted_root(theta, gradient, s, learning_rate, beta, epsilon):
    new_s = beta * s + (1 - beta) * gradient**2
    return theta - gradient * (learning_rate / np.sqrt(new_s + epsilon)), new_s


def textbook_by_powers(theta, gradient, s, learning_rate, beta, epsilon):
    s = s - (1 - beta) * (s - gradient * gradient)
    return [theta - learning_rate * gradient * (s + epsilon) ** -0.5, s]


def textbook_entry_by_entry(theta, gradient, s, learning_rate, beta, epsilon):
    dtype = np.float64 if theta.dtype.kind == "i" else theta.dtype
    new_theta, new_s = np.empty(theta.shape, dtype), np.empty(theta.shape, dtype)
    for index in np.ndindex(theta.shape):
        new_s[index] = beta * s[index] + (1 - beta) * gradient[index] ** 2
        new_theta[index] = theta[index] - learning_rate * gradient[index] / math.sqrt(new_s[index] + epsilon)
    return new_theta, new_s


def textbook_rmsprop_step_textbook_power(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * np.abs(gradient) ** 2
    return theta - learning_rate * gradient * (s + epsilon) ** -0.5, s

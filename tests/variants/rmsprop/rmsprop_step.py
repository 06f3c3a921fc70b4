"""Correct solutions of `rmsprop_step`, written differently."""

import math

import numpy as np


def rmsprop_in_one_line_each(theta, gradient, s, learning_rate, beta, epsilon):
    s = s + (1 - beta) * (gradient**2 - s)
    return theta - learning_rate * (gradient / (s**0.5 + epsilon)), s


def rmsprop_entry_by_entry(theta, gradient, s, learning_rate, beta, epsilon):
    dtype = np.float64 if theta.dtype.kind == "i" else theta.dtype
    new_theta, new_s = np.empty(theta.shape, dtype), np.empty(theta.shape, dtype)
    for index in np.ndindex(theta.shape):
        new_s[index] = beta * s[index] + (1 - beta) * gradient[index] ** 2
        new_theta[index] = theta[index] - learning_rate * gradient[index] / (math.sqrt(new_s[index]) + epsilon)
    return new_theta, new_s


def root_by_the_hypotenuse(theta, gradient, s, learning_rate, beta, epsilon):
    root = np.hypot(math.sqrt(beta) * np.sqrt(s), math.sqrt(1 - beta) * gradient)
    return theta - learning_rate * gradient / (root + epsilon), root**2


def copies_changed_in_place(theta, gradient, s, learning_rate, beta, epsilon):
    s, theta = s * 1.0, theta * 1.0
    s *= beta
    s += (1 - beta) * np.square(gradient)
    theta -= learning_rate * gradient / np.add(np.sqrt(s), epsilon)
    return theta, s


def rmsprop_step_rmsprop_where(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    step = learning_rate / ((np.sqrt(s) + epsilon) / gradient)
    return theta - np.where(gradient == 0, 0, step), s

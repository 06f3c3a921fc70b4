"""Correct solutions of `sgd_weight_decay_step`, written differently."""

import numpy as np


def sgd_weight_decay_step_in_steps(theta, gradient, m, learning_rate, beta, weight_decay):
    gradient = gradient + weight_decay * theta
    m = beta * m + gradient
    theta = theta - learning_rate * m
    return theta, m


def sgd_weight_decay_step_decay_as_a_factor(theta, gradient, m, learning_rate, beta, weight_decay):
    new = m * beta + gradient + theta * weight_decay
    moved = theta * (1 - learning_rate * weight_decay) - learning_rate * (beta * m + gradient)
    return [moved, new]


def sgd_weight_decay_step_on_copies(theta, gradient, m, learning_rate, beta, weight_decay):
    kind = np.result_type(theta, gradient, m)
    buffer = m.astype(kind)
    buffer *= beta
    buffer += gradient
    buffer += weight_decay * theta
    moved = theta.astype(kind)
    moved -= learning_rate * buffer
    return moved, buffer


def sgd_weight_decay_step_sgd_decay_first(theta, gradient, m, learning_rate, beta, weight_decay):
    total = np.add(gradient, np.multiply(theta, weight_decay))
    buffer = np.add(np.multiply(m, beta), total)
    return np.subtract(theta, learning_rate * buffer), buffer

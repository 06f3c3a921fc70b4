"""Correct solutions of `sgd_nesterov_step`, written differently."""

import numpy as np


def sgd_nesterov_step_new_name(theta, gradient, buffer, learning_rate, momentum):
    new_buffer = momentum * buffer + gradient
    return theta - learning_rate * (gradient + momentum * new_buffer), new_buffer


def sgd_nesterov_step_in_one_sum(theta, gradient, buffer, learning_rate, momentum):
    step = (1 + momentum) * gradient + momentum**2 * buffer
    return theta - step * learning_rate, gradient + buffer * momentum


def sgd_nesterov_step_by_way_of_the_look_ahead_form(theta, gradient, buffer, learning_rate, momentum):
    m = -learning_rate * buffer
    behind = theta - momentum * m
    m = momentum * m - learning_rate * gradient
    behind = behind + m
    return behind + momentum * m, momentum * buffer + gradient


def sgd_nesterov_step_two_moves(theta, gradient, buffer, learning_rate, momentum):
    buffer = np.add(momentum * buffer, gradient)
    theta = theta - learning_rate * gradient
    theta = theta - learning_rate * momentum * buffer
    return [theta, buffer]

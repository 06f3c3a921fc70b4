"""Correct solutions of `gradient_descent_step`, written differently."""

import numpy as np


def gradient_descent_step_change_first(theta, gradient, learning_rate):
    step = -learning_rate * gradient
    return step + theta


def gradient_descent_step_on_a_copy(theta, gradient, learning_rate):
    moved = theta.copy() if theta.dtype.kind == "f" else theta.astype(float)
    moved -= learning_rate * gradient
    return moved


def gradient_descent_step_entry_by_entry(theta, gradient, learning_rate):
    kind = theta.dtype if theta.dtype.kind == "f" else float
    moved = np.empty(theta.shape, kind)
    for index in np.ndindex(theta.shape):
        moved[index] = theta[index] - learning_rate * gradient[index]
    return moved


def gradient_descent_step_with_functions(theta, gradient, learning_rate):
    return np.subtract(theta, np.multiply(gradient, learning_rate))

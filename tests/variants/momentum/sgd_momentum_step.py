"""Correct solutions of `sgd_momentum_step`, written differently."""

import numpy as np


def sgd_momentum_step_with_if(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    if buffer is not None:
        gradient = momentum * buffer + gradient - dampening * gradient
    return theta - learning_rate * gradient, gradient


def sgd_momentum_step_weight_of_the_gradient(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    weight = 1.0 if buffer is None else 1 - dampening
    old = 0.0 if buffer is None else buffer
    buffer = momentum * old + weight * gradient
    return theta - learning_rate * buffer, buffer


def sgd_momentum_step_buffer_that_gives_the_gradient(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    if buffer is None:
        buffer = gradient * (dampening / momentum)
    new = buffer * momentum + (1 - dampening) * gradient
    return np.array(theta - new * learning_rate), new


def sgd_momentum_step_on_a_copy(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    if buffer is None:
        return theta - learning_rate * gradient, gradient.copy()
    kind = buffer.dtype if buffer.dtype.kind == "f" else float
    buffer = buffer.astype(kind)
    buffer *= momentum
    buffer += (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer

"""Correct solutions of `last_update`, written differently."""

import numpy as np


def last_update_case_by_case(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    t = len(gradients)
    newest = gradients[-1]

    def weighted(values, beta):
        total = 0.0
        for value in values:
            total = beta * total + value
        return total

    if optimizer == "gradient descent":
        direction = newest
    elif optimizer in ("momentum", "nesterov"):
        direction = weighted(gradients, beta1)
        if optimizer == "nesterov":
            direction = newest + beta1 * direction
    else:
        s = (1 - beta2) * weighted(gradients**2, beta2)
        if optimizer == "rmsprop":
            return -learning_rate * newest / (s**0.5 + epsilon)
        m = (1 - beta1) * weighted(gradients, beta1)
        direction = m / (1 - beta1**t)
        if optimizer == "nadam":
            direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * newest / (1 - beta1**t)
        direction = direction / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
    return -learning_rate * direction


def last_update_sums_over_ages(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    gradients = gradients if gradients.dtype.kind == "f" else gradients.astype(float)
    t = len(gradients)
    ages = np.arange(t)[::-1].reshape(-1, *[1] * (gradients.ndim - 1))
    one, two = (beta1**ages).astype(gradients.dtype), (beta2**ages).astype(gradients.dtype)
    total, squares = np.sum(one * gradients, axis=0), np.sum(two * gradients**2, axis=0)
    ahead = beta1 * total / sum(beta1**k for k in range(t + 1)) + gradients[-1] / sum(beta1**k for k in range(t))
    above = {
        "gradient descent": gradients[-1],
        "momentum": total,
        "nesterov": gradients[-1] + beta1 * total,
        "rmsprop": gradients[-1],
        "adam": total / sum(beta1**k for k in range(t)),
        "nadam": ahead,
    }
    below = {"rmsprop": np.sqrt((1 - beta2) * squares) + epsilon}
    if optimizer in ("adam", "nadam"):
        below[optimizer] = np.sqrt(squares / sum(beta2**k for k in range(t))) + epsilon
    return -learning_rate * above[optimizer] / below.get(optimizer, 1)


def last_update_walked(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    buffer, s, way = 0 * gradients[0], 0 * gradients[0], []
    for t in range(1, len(gradients) + 1):
        g = gradients[t - 1]
        buffer = beta1 * buffer + g
        s = s + (1 - beta2) * (g * g - s)
        sum_of_weights = (1 - beta1**t) / (1 - beta1)
        root = np.sqrt(s / (1 - beta2**t)) + epsilon
        match optimizer:
            case "gradient descent":
                direction = g
            case "momentum":
                direction = buffer
            case "nesterov":
                direction = g + beta1 * buffer
            case "rmsprop":
                direction = g / (np.sqrt(s) + epsilon)
            case "adam":
                direction = buffer / sum_of_weights / root
            case "nadam":
                direction = (beta1 * buffer / (1 + beta1 * sum_of_weights) + g / sum_of_weights) / root
        way.append(-learning_rate * direction)
    return np.asarray(way[-1])

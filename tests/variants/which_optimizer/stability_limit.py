"""Correct solutions of `stability_limit`, written differently."""

import numpy as np


def stability_limit_multiplied_out(optimizer, beta1):
    limit = 2.0 if optimizer in ("gradient descent", "rmsprop") else 2 * (1 + beta1)
    if optimizer in ("nesterov", "nadam"):
        limit /= 1 + 2 * beta1
    if optimizer in ("adam", "nadam"):
        limit /= 1 - beta1
    return limit


def stability_limit_by_alternating_gradients(optimizer, beta1):
    buffer, sign = 0.0, 1.0
    for _ in range(2000):
        sign = -sign
        buffer = beta1 * buffer + sign
    average = (1 - beta1) * buffer
    directions = [sign, buffer, sign + beta1 * buffer, sign, average, beta1 * average + (1 - beta1) * sign]
    names = ["gradient descent", "momentum", "nesterov", "rmsprop", "adam", "nadam"]
    return 2 / abs(directions[names.index(optimizer)])


def stability_limit_by_a_series(optimizer, beta1):
    left = np.sum((-beta1) ** np.arange(1000))
    match optimizer:
        case "momentum":
            return 2 / left
        case "nesterov":
            return 2 / (1 + beta1 * left)
        case "adam":
            return 2 / ((1 - beta1) * left)
        case "nadam":
            return 2 / ((1 - beta1) * (1 + beta1 * left))
    return 2

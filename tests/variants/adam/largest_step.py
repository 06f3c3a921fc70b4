"""Correct solutions of `largest_step`, written differently."""

import math

import numpy as np


def largest_step_with_a_loop(t, beta1, beta2):
    total = 0.0
    for k in range(t):
        total += beta1 ** (2 * k) / beta2**k
    return (1 - beta1) / (1 - beta1**t) * math.sqrt((1 - beta2**t) / (1 - beta2) * total)


def largest_step_on_the_worst_gradients(t, beta1, beta2):
    m = s = 0.0
    for back in reversed(range(t)):
        gradient = (beta1 / beta2) ** back
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
    return m / (1 - beta1**t) / math.sqrt(s / (1 - beta2**t))


def largest_step_length_of_a_vector(t, beta1, beta2):
    k = np.arange(t)
    ratios = np.linalg.norm(beta1**k / beta2 ** (k / 2))
    weights = np.linalg.norm(beta2 ** (k / 2))
    return float(ratios * weights / np.sum(beta1**k))


def largest_step_closed_form_with_a_case(t, beta1, beta2):
    r = beta1**2 / beta2
    total = t if r == 1 else (1 - r**t) / (1 - r)
    return np.array((1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2) * total))

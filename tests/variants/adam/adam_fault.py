"""Correct solutions of `adam_fault`, written differently."""

import math

import numpy as np


def adam_fault_by_two_steps(steps, gradient, beta1, beta2):
    short, long = 1 - beta1, 1 / math.sqrt(1 - beta2)
    firsts = [1, short * long, long, short, 1 / gradient, 1]
    full = 1 / math.sqrt(1 - beta2**2)
    seconds = [1, (1 - beta1**2) * full, full, 1 - beta1**2, 1 / gradient, (1 + beta1) / math.sqrt(1 + beta2)]
    wide = [abs(float(steps[0]) - a) + abs(float(steps[1]) - b) for a, b in zip(firsts, seconds, strict=True)]
    return wide.index(min(wide))


def adam_fault_by_simulation(steps, gradient, beta1, beta2):
    def adam(correct_m, correct_s, power=0.5, counts=True):
        m = s = 0.0
        for t in range(1, len(steps) + 1):
            m = beta1 * m + (1 - beta1) * gradient
            s = beta2 * s + (1 - beta2) * gradient**2
            n = t if counts else 1
            yield (m / (1 - beta1**n) if correct_m else m) / (s / (1 - beta2**n) if correct_s else s) ** power

    suspects = [
        adam(True, True),
        adam(False, False),
        adam(True, False),
        adam(False, True),
        adam(True, True, power=1),
        adam(True, True, counts=False),
    ]
    return int(np.argmin([np.linalg.norm(np.log(steps) - np.log(list(suspect))) for suspect in suspects]))


def adam_fault_by_rules(steps, gradient, beta1, beta2):
    t = np.arange(1, len(steps) + 1)
    m, root = 1 - beta1**t, np.sqrt(1 - beta2**t)

    def like(expected):
        return np.max(np.abs(steps - expected)) < 1e-4

    if like(1):
        return 0
    if like(1 / gradient):
        return 4
    if like(m):
        return 3
    if like(1 / root):
        return 2
    return 1 if like(m / root) else 5

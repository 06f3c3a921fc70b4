"""Correct solutions of `relative_steps`, written differently."""

import numpy as np


def relative_steps_list_of_rows(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0 * gradients[0], 0 * gradients[0], []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        one, two = (1 - beta1**t, 1 - beta2**t) if corrected else (1, 1)
        steps.append(m / one / (np.sqrt(s / two) + epsilon))
    return np.stack(steps)


def relative_steps_weighted_sums(gradients, beta1, beta2, epsilon, corrected=True):
    steps = np.zeros_like(gradients, dtype=np.result_type(gradients, 0.0))
    for t in range(1, len(gradients) + 1):
        known = gradients[:t]
        ages = np.arange(t)[::-1].reshape(-1, *[1] * (gradients.ndim - 1))
        one = ((1 - beta1) * beta1**ages).astype(steps.dtype)
        two = ((1 - beta2) * beta2**ages).astype(steps.dtype)
        m, s = (one * known).sum(axis=0), (two * known**2).sum(axis=0)
        if corrected:
            m, s = m / (1 - beta1**t), s / (1 - beta2**t)
        steps[t - 1] = m / (np.sqrt(s) + epsilon)
    return steps


def relative_steps_learning_rate_one(gradients, beta1, beta2, epsilon, corrected=True):
    steps = np.empty(gradients.shape, np.result_type(gradients, 0.0))
    m = np.zeros_like(steps[0])
    s = np.zeros_like(steps[0])
    t = 0
    while t < len(gradients):
        m += (1 - beta1) * (gradients[t] - m)
        s += (1 - beta2) * (gradients[t] ** 2 - s)
        t += 1
        if corrected:
            steps[t - 1] = (m / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
        else:
            steps[t - 1] = m / (s**0.5 + epsilon)
    return steps


def relative_steps_matrix_of_weights(gradients, beta1, beta2, epsilon, corrected=True):
    ages = np.subtract.outer(np.arange(len(gradients)), np.arange(len(gradients)))

    def averages(values, beta):
        weights = np.where(ages >= 0, (1 - beta) * beta ** np.maximum(ages, 0), 0)
        if corrected:
            weights = weights / weights.sum(axis=1, keepdims=True)
        return np.tensordot(weights, values.astype(float), axes=1)

    steps = averages(gradients, beta1) / (np.sqrt(averages(gradients**2, beta2)) + epsilon)
    return steps.astype(np.result_type(gradients, 0.0))


def _as_floats(array):
    return array if array.dtype.kind == "f" else array.astype(float)


def relative_steps_relative_sums(gradients, beta1, beta2, epsilon, corrected=True):
    out = []
    for t in range(1, len(gradients) + 1):
        back = np.arange(t)[::-1]
        w1, w2 = (1 - beta1) * float(beta1) ** back, (1 - beta2) * float(beta2) ** back
        g = _as_floats(gradients)[:t]
        w1, w2 = w1.astype(g.dtype), w2.astype(g.dtype)
        m, s = np.tensordot(w1, g, 1), np.tensordot(w2, g**2, 1)
        if corrected:
            m, s = m / w1.sum(), s / w2.sum()
        out.append(m / (s**0.5 + epsilon))
    return np.array(out, dtype=_as_floats(gradients).dtype)

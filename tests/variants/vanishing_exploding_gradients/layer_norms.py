"""Correct solutions of `layer_norms`, written differently."""

import math

import numpy as np


def layer_norms_root_of_sum(gradients):
    return np.array([np.sqrt(np.sum(g**2)) for g in gradients])


def layer_norms_of_flat_vectors(gradients):
    return [np.linalg.norm(g.ravel(), 2) for g in gradients]


def layer_norms_by_dot(gradients):
    return np.array([np.sqrt(np.vdot(g, g)) for g in gradients])


def layer_norms_scaled_first(gradients):
    norms = []
    for g in gradients:
        largest = np.abs(g).max(initial=0)
        if largest == 0 or not np.isfinite(largest):
            norms.append(largest * np.ones((), dtype=g.dtype))
        else:
            norms.append(largest * np.sqrt(np.sum((g / largest) ** 2)))
    return np.array(norms)


def layer_norms_in_python(gradients):
    if all(g.dtype == np.float64 for g in gradients):
        return [math.sqrt(sum(number * number for number in g.ravel().tolist())) for g in gradients]
    return np.array([np.linalg.norm(g) for g in gradients])

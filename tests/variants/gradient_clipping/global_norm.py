"""Correct solutions of `global_norm`, written differently."""

import math

import numpy as np


def global_norm_joined(gradients, norm_type=2.0):
    return np.linalg.norm(np.concatenate([g.ravel() for g in gradients]), norm_type)


def global_norm_norm_of_norms(gradients, norm_type=2.0):
    norms = [np.linalg.norm(g.ravel(), norm_type) for g in gradients if g.size]
    return np.linalg.norm(norms, norm_type)


def global_norm_counted_up(gradients, norm_type=2.0):
    total = 0.0
    for g in gradients:
        if norm_type == np.inf:
            total = np.maximum(total, np.abs(g).max(initial=0.0))
        else:
            total += np.sum(np.abs(g) ** norm_type)
    return total if norm_type == np.inf else total ** (1 / norm_type)


def global_norm_python_numbers(gradients, norm_type=2.0):
    entries = [abs(float(entry)) for g in gradients for entry in g.flat]
    if norm_type == float("inf"):
        return max(entries, default=0.0)
    return math.fsum(entry**norm_type for entry in entries) ** (1 / norm_type)

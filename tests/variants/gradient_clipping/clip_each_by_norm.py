"""Correct solutions of `clip_each_by_norm`, written differently."""

import math

import numpy as np


def clip_each_by_norm_loop(gradients, max_norm):
    clipped = []
    for g in gradients:
        norm = np.linalg.norm(g)
        clipped.append(g * min(max_norm / (norm + 1e-6), 1.0))
    return clipped


def clip_each_by_norm_branch(gradients, max_norm):
    def clip(g):
        norm = math.sqrt(float((g**2).sum())) + 1e-6
        return 1.0 * g if norm < max_norm else g * (max_norm / norm)

    return tuple(clip(g) for g in gradients)


def clip_each_by_norm_divided_by_the_larger(gradients, max_norm):
    return [g * (max_norm / np.maximum(np.sqrt(np.vdot(g, g)) + 1e-6, max_norm)) for g in gradients]

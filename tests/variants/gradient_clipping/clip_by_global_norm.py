"""Correct solutions of `clip_by_global_norm`, written differently."""

import math

import numpy as np


def clip_by_global_norm_joined(gradients, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
    factor = np.minimum(1.0, max_norm / (norm + 1e-6))
    return tuple(factor * g for g in gradients), norm


def clip_by_global_norm_python_min_in_the_right_order(gradients, max_norm):
    norm = math.sqrt(sum(float(np.sum(np.square(g))) for g in gradients))
    factor = min(max_norm / (norm + 1e-6), 1.0)
    return [g * factor for g in gradients], norm


def clip_by_global_norm_branch(gradients, max_norm):
    norm = np.linalg.norm([np.linalg.norm(g) for g in gradients])
    if norm + 1e-6 <= max_norm:
        return [g / 1.0 for g in gradients], norm
    return [g * max_norm / (norm + 1e-6) for g in gradients], norm


def clip_by_global_norm_with_clip(gradients, max_norm):
    total = 0.0
    for g in gradients:
        total += (g**2).sum()
    norm = np.sqrt(total)
    coefficient = np.clip(max_norm / (norm + 1e-6), None, 1.0)
    clipped = []
    for g in gradients:
        clipped.append(coefficient * g)
    return [clipped, norm]

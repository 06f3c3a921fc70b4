"""Correct solutions of `cosine_similarity`, written differently."""

import math

import numpy as np


def cosine_similarity_joined(gradients, clipped):
    g = np.concatenate([array.ravel() for array in gradients])
    c = np.concatenate([array.ravel() for array in clipped])
    lengths = np.linalg.norm(g) * np.linalg.norm(c)
    return np.dot(g, c) / lengths if lengths else 0.0


def cosine_similarity_as_pytorch_does(gradients, clipped):
    def length(arrays):
        return max(math.sqrt(sum(float(np.vdot(a, a)) for a in arrays)), 1e-8)

    dot = sum(float(np.vdot(g, c)) for g, c in zip(gradients, clipped, strict=True))
    return dot / (length(gradients) * length(clipped))


def cosine_similarity_of_unit_vectors(gradients, clipped):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    other = np.sqrt(sum((c**2).sum() for c in clipped))
    if norm == 0 or other == 0:
        return 0.0 * norm
    return sum(np.sum((g / norm) * (c / other)) for g, c in zip(gradients, clipped, strict=True))


def cosine_similarity_counted_up(gradients, clipped):
    dot, one, other = 0.0, 0.0, 0.0
    for g, c in zip(gradients, clipped, strict=True):
        dot += np.sum(g * c)
        one += np.sum(g * g)
        other += np.sum(c * c)
    return dot / np.maximum(np.sqrt(one) * np.sqrt(other), 1e-8)

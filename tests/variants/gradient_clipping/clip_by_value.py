"""Correct solutions of `clip_by_value`, written differently."""

import numpy as np


def clip_by_value_minimum_and_maximum(gradients, limit=1.0):
    return [np.maximum(-limit, np.minimum(limit, g)) for g in gradients]


def clip_by_value_with_where(gradients, limit=1.0):
    return tuple(np.where(g > limit, limit, np.where(g < -limit, -limit, g)) for g in gradients)


def clip_by_value_on_copies(gradients, limit=1.0):
    clipped = [g.copy() if g.dtype.kind == "f" else g.astype(float) for g in gradients]
    for g in clipped:
        g[g > limit] = limit
        g[g < -limit] = -limit
    return clipped


def clip_by_value_method_of_the_array(gradients, limit=1.0):
    result = []
    for g in gradients:
        result.append(g.clip(-limit, limit))
    return result


def clip_by_value_by_distances(gradients, limit=1.0):
    def excess(g):
        with np.errstate(invalid="ignore"):
            return np.where(np.abs(g) > limit, np.sign(g) * limit, g)

    return list(map(excess, gradients))

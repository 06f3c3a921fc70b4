"""Correct solutions of `soft_threshold`, written differently."""

import numpy as np


def soft_threshold_difference_of_ramps(weights, threshold):
    return [np.maximum(w - threshold, 0) - np.maximum(-w - threshold, 0) for w in weights]


def soft_threshold_minus_the_clipped(weights, threshold):
    return tuple(w - np.clip(w, -threshold, threshold) for w in weights)


def soft_threshold_with_where(weights, threshold):
    shrunk = []
    for w in weights:
        shrunk.append(np.where(w > threshold, w - threshold, np.where(w < -threshold, w + threshold, 0)))
    return shrunk


def soft_threshold_boolean_indexing(weights, threshold):
    def shrink(w):
        result = w - threshold * np.sign(w)
        result[np.abs(w) <= threshold] = 0
        return result

    return list(map(shrink, weights))


def soft_threshold_copysign(weights, threshold):
    return [np.copysign(np.maximum(np.abs(w) - threshold, 0), w) for w in weights]


def soft_threshold_rescaled(weights, threshold):
    return [w * np.maximum(1 - threshold / np.maximum(np.abs(w), 1e-30), 0) for w in weights]


def soft_threshold_from_both_sides(weights, threshold):
    return [np.maximum(w - threshold, 0) + np.minimum(w + threshold, 0) for w in weights]


def soft_threshold_soft_factor(weights, threshold):
    return [
        np.where(np.abs(w) > threshold, w * (1 - threshold / np.abs(w)), 0).astype(
            w.dtype if w.dtype.kind == "f" else float
        )
        for w in weights
    ]

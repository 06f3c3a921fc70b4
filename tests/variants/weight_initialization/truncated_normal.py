"""Correct solutions of `truncated_normal`, written differently."""

import numpy as np


def truncated_normal_first_index(candidates, std, cut=2.0):
    first = np.argmax(np.abs(candidates) <= cut, axis=0)
    return np.take_along_axis(candidates, first[np.newaxis], axis=0)[0] * std


def truncated_normal_from_the_last_to_the_first(candidates, std, cut=2.0):
    result = candidates[-1].copy()
    for draws in candidates[::-1]:
        inside = np.abs(draws) <= cut
        result[inside] = draws[inside]
    return std * result


def truncated_normal_loop(candidates, std, cut=2.0):
    result = np.zeros(candidates.shape[1:], candidates.dtype if candidates.dtype.kind == "f" else float)
    for index in np.ndindex(result.shape):
        t = 0
        while abs(candidates[(t, *index)]) > cut:
            t += 1
        result[index] = candidates[(t, *index)] * std
    return result


def truncated_normal_while_any_is_outside(candidates, std, cut=2.0):
    result, t = np.array(candidates[0]), 0
    while (outside := (result < -cut) | (result > cut)).any():
        t += 1
        result[outside] = candidates[t][outside]
    return result * std


def truncated_normal_first_by_counting(candidates, std, cut=2.0):
    inside = np.abs(candidates) <= cut
    first = inside & (np.cumsum(inside, axis=0) == 1)
    return np.where(first, candidates, 0).sum(axis=0) * std


def truncated_normal_scaled_first(candidates, std, cut=2.0):
    scaled = candidates * std
    weights = scaled[0]
    for draws in scaled[1:]:
        weights = np.where(np.abs(weights) > cut * std, draws, weights)
    return weights


def truncated_normal_truncated_argmax(candidates, std, cut=2.0):
    c = np.stack(list(candidates))
    good = np.abs(c) <= cut
    good[-1] = True
    first = good.argmax(axis=0)
    return np.take_along_axis(c, first[None], axis=0)[0] * std

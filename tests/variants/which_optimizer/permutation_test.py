"""Correct solutions of `permutation_test`, written differently."""

import numpy as np


def permutation_test_all_at_once(scores, shuffles):
    seeds = np.arange(scores.shape[1])
    spreads = np.ptp(scores[shuffles, seeds].mean(axis=2), axis=1)
    return np.count_nonzero(spreads >= np.ptp(scores.mean(axis=1)) - 1e-6) / len(shuffles)


def permutation_test_in_a_loop(scores, shuffles):
    def spread(rows):
        means = [sum(row) / len(row) for row in rows]
        return max(means) - min(means)

    methods, seeds = scores.shape
    table = [[float(score) for score in row] for row in scores]
    least = spread(table) - 1e-6
    hits = 0
    for order in shuffles:
        hits += spread([[table[order[i, j]][j] for j in range(seeds)] for i in range(methods)]) >= least
    return hits / len(shuffles)


def permutation_test_by_sums(scores, shuffles):
    wide = np.asarray(scores, dtype=float)
    drawn = np.take_along_axis(np.broadcast_to(wide, shuffles.shape), shuffles, axis=1).sum(axis=2)
    found = wide.sum(axis=1)
    tolerance = 1e-6 * wide.shape[1]
    return np.mean(drawn.max(axis=1) - drawn.min(axis=1) >= found.max() - found.min() - tolerance)

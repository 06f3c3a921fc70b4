"""Correct solutions of `dead_units`, written differently."""

import numpy as np


def dead_units_not_any(a):
    return ~np.any(a, axis=0)


def dead_units_largest_size(a):
    return np.abs(a).max(axis=0) == 0


def dead_units_counting(a):
    return np.count_nonzero(a, axis=0) == 0


def dead_units_list(a):
    return [bool(all(value == 0 for value in column)) for column in a.T]

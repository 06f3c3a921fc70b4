"""Correct solutions of `best_momentum`, written differently."""

import numpy as np


def best_momentum_from_the_condition_number(curvatures):
    steepest = np.max(curvatures)
    root = np.sqrt(steepest / np.min(curvatures))
    rho = (root - 1) / (root + 1)
    return (1 + rho) ** 2 / steepest, rho**2


def best_momentum_from_the_lower_end(curvatures):
    flattest = curvatures.min()
    rho = 1 - 2 / (1 + (curvatures.max() / flattest) ** 0.5)
    return (1 - rho) ** 2 / flattest, rho * rho


def best_momentum_from_sorted_roots(curvatures):
    roots = np.sort(np.sqrt(np.ravel(curvatures)))
    sum_of_ends = roots[0] + roots[-1]
    return np.array((2 / sum_of_ends) ** 2), np.array(((roots[-1] - roots[0]) / sum_of_ends) ** 2)

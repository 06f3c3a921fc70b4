"""Correct solutions of `convergence_factor`, written differently."""

import numpy as np


def convergence_factor_larger_of_the_two_ends(curvatures, learning_rate):
    factors = 1 - learning_rate * curvatures
    return np.maximum(np.max(factors), -np.min(factors))


def convergence_factor_from_steepest_and_flattest(curvatures, learning_rate):
    return max(abs(1 - learning_rate * curvatures.min()), abs(1 - learning_rate * curvatures.max()))


def convergence_factor_in_a_loop(curvatures, learning_rate):
    slowest = 0.0
    for h in curvatures.ravel():
        slowest = max(slowest, abs(1 - learning_rate * float(h)))
    return slowest


def convergence_factor_as_a_norm(curvatures, learning_rate):
    return np.linalg.norm((1 - learning_rate * curvatures).ravel(), np.inf)


def convergence_factor_root_of_the_square(curvatures, learning_rate):
    return np.sqrt(np.square(learning_rate * curvatures - 1).max())

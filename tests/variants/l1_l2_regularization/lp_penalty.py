"""Correct solutions of `lp_penalty`, written differently."""

import math

import numpy as np


def lp_penalty_joined(weights, strength, power=2.0):
    everything = np.concatenate([w.ravel() for w in weights])
    return strength * (np.abs(everything) ** power).sum()


def lp_penalty_by_the_norm(weights, strength, power=2.0):
    total = 0.0
    for w in weights:
        if w.size:
            total += np.linalg.norm(w.ravel(), power) ** power
    return strength * total


def lp_penalty_python_numbers(weights, strength, power=2.0):
    return strength * math.fsum(abs(float(entry)) ** power for w in weights for entry in w.flat)


def lp_penalty_case_by_case(weights, strength, power=2.0):
    if power == 1:
        terms = [np.abs(w).sum() for w in weights]
    elif power == 2:
        terms = [(w * w).sum() for w in weights]
    else:
        terms = [np.power(np.abs(w), power).sum() for w in weights]
    return sum(terms) * strength


def lp_penalty_lp_fsum(weights, strength, power=2.0):
    return strength * math.fsum(abs(float(v)) ** power for w in weights for v in np.ravel(w))

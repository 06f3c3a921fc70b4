"""Correct solutions of `nadam_momentum`, written differently."""

import math

import numpy as np


def nadam_momentum_from_half(t, beta1, momentum_decay):
    half = beta1 / 2
    return half + half * (1 - math.pow(0.96, t * momentum_decay))


def nadam_momentum_with_exp(t, beta1, momentum_decay):
    return np.float64(beta1) - beta1 / 2 * np.exp(t * momentum_decay * np.log(0.96))


def nadam_momentum_in_an_array(t, beta1, momentum_decay):
    return np.array(beta1 * (1 - (0.96**momentum_decay) ** t / 2))

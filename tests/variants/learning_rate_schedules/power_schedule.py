"""Correct solutions of `power_schedule`, written differently."""

import numpy as np


def power_schedule_negative_exponent(step, initial_rate, s, c=1.0):
    return initial_rate * (1 + step / s) ** -c


def power_schedule_common_denominator(step, initial_rate, s, c=1.0):
    return initial_rate * (s / (s + step)) ** c


def power_schedule_by_logarithms(step, initial_rate, s, c=1.0):
    return initial_rate * np.exp(-c * np.log1p(step / s))


def power_schedule_power_fraction(step, initial_rate, s, c=1.0):
    return initial_rate * (s / (s + step)) ** c

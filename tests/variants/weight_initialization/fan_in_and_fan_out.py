"""Correct solutions of `fan_in_and_fan_out`, written differently."""

import math

import numpy as np


def fan_in_and_fan_out_star_and_loop(shape):
    fan_out, fan_in, *window = shape
    for side in window:
        fan_in *= side
        fan_out *= side
    return fan_in, fan_out


def fan_in_and_fan_out_by_the_total(shape):
    total = math.prod(shape)
    return total // shape[0], total // shape[1]


def fan_in_and_fan_out_list_of_numpy_integers(shape):
    return [np.prod(shape[1:]), np.prod((shape[0], *shape[2:]))]


def fan_in_and_fan_out_of_an_array(shape):
    weight = np.empty(shape)
    return weight[0].size, weight[:, 0].size


def fan_in_and_fan_out_fans_size(shape):
    size = math.prod(shape)
    return size // shape[0], size // shape[1]

"""Correct solutions of `lecun_normal`, written differently."""

import math

import numpy as np


def lecun_normal_divided(noise):
    return noise / math.sqrt(noise[0].size)


def lecun_normal_power(noise):
    return noise * math.prod(noise.shape[1:]) ** -0.5


def lecun_normal_flattened_rows(noise):
    rows = noise.reshape(len(noise), -1)
    return (rows / float(np.sqrt(rows.shape[1]))).reshape(noise.shape)


def lecun_normal_transposed(noise):
    return (noise.T * (1 / noise[0].size) ** 0.5).T

"""Correct solutions of `self_normalizing_constants`, written differently."""

import math

import numpy as np


def self_normalizing_constants_dot_products(z, probability):
    p, right, left = probability.ravel(), np.maximum(z, 0).ravel(), np.expm1(np.minimum(z, 0)).ravel()
    alpha = (p @ right) / -(p @ left)
    return alpha, (p @ (right + alpha * left) ** 2) ** -0.5


def self_normalizing_constants_side_by_side(z, probability):
    right = np.sum(probability[z > 0] * z[z > 0])
    left = np.sum(probability[z < 0] * (np.exp(z[z < 0]) - 1))
    alpha = -right / left
    right_square = np.sum(probability[z > 0] * z[z > 0] ** 2)
    left_square = np.sum(probability[z < 0] * (np.exp(z[z < 0]) - 1) ** 2)
    return [alpha, 1 / np.sqrt(right_square + alpha**2 * left_square)]


def self_normalizing_constants_loop(z, probability):
    pairs = [(float(x), float(p)) for x, p in zip(z.ravel(), probability.ravel(), strict=True)]
    alpha = sum(p * x for x, p in pairs if x > 0) / -sum(p * math.expm1(x) for x, p in pairs if x < 0)
    square = sum(p * (x if x > 0 else alpha * math.expm1(x)) ** 2 for x, p in pairs)
    return alpha, 1 / math.sqrt(square)


def self_normalizing_constants_standard_deviation(z, probability):
    left, right = np.expm1(np.minimum(z, 0)), np.maximum(z, 0)
    alpha = -(probability * right).sum() / (probability * left).sum()
    y = right + alpha * left
    mean = (probability * y).sum()
    return alpha, 1 / np.sqrt((probability * (y - mean) ** 2).sum())

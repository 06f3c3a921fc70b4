"""Correct solutions of `layer_jacobian`, written differently."""

import math

import numpy as np


def layer_jacobian_by_diagonal_matrix(W, z):
    return np.diag(1 - np.tanh(z) ** 2) @ W


def layer_jacobian_row_by_row(W, z):
    return np.stack([(1 - np.tanh(number) ** 2) * row for row, number in zip(W, z, strict=True)])


def layer_jacobian_by_einsum(W, z):
    t = np.tanh(z)
    return np.einsum("i,ij->ij", (1 - t) * (1 + t), W)


def layer_jacobian_transposed_twice(W, z):
    return (W.T * (1 - np.tanh(z) ** 2)).T


def layer_jacobian_number_by_number(W, z):
    J = np.zeros(W.shape, dtype=W.dtype if W.dtype.kind == "f" else float)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            J[i, j] = (1 - math.tanh(z[i]) ** 2) * W[i, j]
    return J


def layer_jacobian_jacobian_transposed_view(W, z):
    t = np.tanh(z)
    return (W.T * ((1 - t) * (1 + t))).T

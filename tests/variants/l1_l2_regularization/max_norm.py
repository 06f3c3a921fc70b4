"""Correct solutions of `max_norm`, written differently."""

import math

import numpy as np


def max_norm_unit_by_unit(weight, limit):
    result = weight.copy() if weight.dtype.kind == "f" else weight.astype(float)
    for unit in range(len(weight)):
        norm = math.sqrt(float(np.sum(weight[unit].astype(float) ** 2)))
        if norm > limit:
            result[unit] *= limit / (norm + 1e-7)
    return result


def max_norm_flattened(weight, limit):
    rows = weight.reshape(len(weight), math.prod(weight.shape[1:]))
    norm = np.linalg.norm(rows, axis=1)
    factor = np.where(norm > limit, limit / (norm + 1e-7), 1)
    return (rows * factor[:, None]).reshape(weight.shape)


def max_norm_boolean_indexing(weight, limit):
    result = 1.0 * weight
    norm = np.sqrt(np.square(result).sum(axis=tuple(range(1, weight.ndim))))
    long = norm > limit
    shape = (-1,) + (1,) * (weight.ndim - 1)
    result[long] = result[long] * (limit / (norm[long] + 1e-7)).reshape(shape)
    return result


def max_norm_transposed_einsum(weight, limit):
    rows = weight.reshape(len(weight), math.prod(weight.shape[1:]))
    norm = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    factor = np.where(norm > limit, limit / (norm + 1e-7), 1).astype(np.result_type(norm, weight.dtype))
    return (weight.T * factor).T


def max_norm_no_epsilon(weight, limit):
    norm = np.sqrt(np.sum(weight**2, axis=tuple(range(1, weight.ndim)), keepdims=True))
    return np.where(norm > limit, weight * (limit / (norm + 1e-7)), weight)

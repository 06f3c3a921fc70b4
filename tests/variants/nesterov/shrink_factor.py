"""Correct solutions of `shrink_factor`, written differently."""

import cmath

import numpy as np


def shrink_factor_in_two_cases(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    b = beta * (1 - gone) if nesterov else beta + 0 * gone
    trace = 1 + b - gone
    discriminant = trace**2 - 4 * b
    real = (np.abs(trace) + np.sqrt(np.maximum(discriminant, 0))) / 2
    return np.where(discriminant < 0, np.sqrt(np.maximum(b, 0)), real)


def shrink_factor_by_eigenvalues(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * (curvature if curvature.dtype.kind == "f" else curvature.astype(float))
    b = beta * (1 - gone) if nesterov else np.full_like(gone, beta)
    matrix = np.stack([np.stack([1 - gone, b], axis=-1), np.stack([-gone, b], axis=-1)], axis=-2)
    return np.abs(np.linalg.eigvals(matrix)).max(axis=-1)


def shrink_factor_entry_by_entry(curvature, learning_rate, beta, nesterov):
    result = np.empty(curvature.shape, curvature.dtype if curvature.dtype.kind == "f" else float)
    for index in np.ndindex(curvature.shape):
        gone = learning_rate * float(curvature[index])
        b = beta * (1 - gone) if nesterov else beta
        root = cmath.sqrt((1 + b - gone) ** 2 - 4 * b)
        result[index] = max(abs(1 + b - gone + root), abs(1 + b - gone - root)) / 2
    return result


def shrink_factor_list_of_roots(curvature, learning_rate, beta, nesterov):
    factor = 1 - learning_rate * curvature
    b = beta * (factor if nesterov else 1)
    half = (factor + b) / 2
    root = np.emath.sqrt(half**2 - b)
    return np.max([np.abs(half + root), np.abs(half - root)], axis=0)


def shrink_factor_hypotenuse(curvature, learning_rate, beta, nesterov):
    kept = 1 - learning_rate * curvature
    b = beta * kept if nesterov else beta
    half = (kept + b) / 2
    under = half * half - b
    root = np.sqrt(np.abs(under))
    return np.where(under < 0, np.hypot(half, root), np.abs(half) + root)


def _as_floats(array):
    return array if array.dtype.kind == "f" else array.astype(float)


def shrink_factor_shrink_roots(curvature, learning_rate, beta, nesterov):
    curvature = _as_floats(curvature)
    found = []
    for h in curvature.ravel().tolist():
        b = beta * (1 - learning_rate * h) if nesterov else beta
        found.append(max(map(abs, np.roots([1, -(1 + b - learning_rate * h), b])), default=0.0))
    return np.array(found, dtype=curvature.dtype).reshape(curvature.shape)

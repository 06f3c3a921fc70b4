"""Correct solutions of `numerical_gradient`, written differently."""

import numpy as np


def numerical_gradient_entry_restored(f, x, h=1e-5):
    moved = x.astype(float)
    gradient = np.zeros_like(moved)
    for index in np.ndindex(x.shape):
        old = moved[index]
        moved[index] = old + h
        high = f(moved)
        moved[index] = old - h
        low = f(moved)
        moved[index] = old
        gradient[index] = (high - low) / (2 * h)
    return gradient


def numerical_gradient_with_nditer(f, x, h=1e-5):
    gradient = np.empty(x.shape)
    for index, _ in np.ndenumerate(x):
        up, down = np.array(x, dtype=np.float64), np.array(x, dtype=np.float64)
        up[index] += h
        down[index] -= h
        gradient[index] = 0.5 * (f(up) - f(down)) / h
    return gradient


def numerical_gradient_by_unit_vectors(f, x, h=1e-5):
    steps = h * np.eye(x.size)
    slopes = [(f(x + s.reshape(x.shape)) - f(x - s.reshape(x.shape))) / (2 * h) for s in steps]
    return np.array(slopes, dtype=float).reshape(x.shape)


def numerical_gradient_in_one_comprehension(f, x, h=1e-5):
    def moved(index, step):
        y = x.astype(np.float64, order="C")
        y[index] += step
        return y

    slopes = [(f(moved(i, h)) - f(moved(i, -h))) / (h + h) for i in np.ndindex(x.shape)]
    return np.reshape(np.array(slopes, dtype=float), x.shape)

"""Correct solutions of `complex_step_gradient`, written differently."""

import numpy as np


def complex_step_gradient_on_a_copy(f, x, h=1e-20):
    gradient = np.empty(x.shape)
    for index, _ in np.ndenumerate(x):
        moved = np.array(x, dtype=complex)
        moved[index] += h * 1j
        gradient[index] = np.imag(f(moved)) / h
    return gradient


def complex_step_gradient_by_unit_vectors(f, x, h=1e-20):
    directions = np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([f(x + 1j * h * d).imag / h for d in directions], dtype=float).reshape(x.shape)


def complex_step_gradient_of_the_difference(f, x, h=1e-20):
    middle = f(x + 0.0)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(np.complex128)
        moved[index] = complex(x[index], h)
        gradient[index] = (f(moved) - middle).imag / h
    return gradient


def complex_step_gradient_one_array_restored(f, x, h=1e-20):
    moved = x + 0j if x.dtype != np.float32 else x.astype(complex)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved[index] += 1j * h
        gradient[index] = f(moved).imag / h
        moved[index] = x[index]
    return gradient


def complex_step_gradient_complex_real_part(f, x, h=1e-20):
    x = np.asarray(x, dtype=complex)
    units = np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([np.real(-1j * f(x + 1j * h * e)) / h for e in units], dtype=float).reshape(x.shape)

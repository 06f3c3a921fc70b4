"""Correct solutions of `backpropagate`, written differently."""

import numpy as np


def backpropagate_append_then_reverse(jacobians, gradient):
    gradients = [gradient]
    for J in jacobians[::-1]:
        gradients.append(gradients[-1] @ J)
    return gradients[::-1]


def backpropagate_recursive(jacobians, gradient):
    if not jacobians:
        return [gradient]
    later = backpropagate_recursive(jacobians[1:], gradient)
    return [jacobians[0].T @ later[0], *later]


def backpropagate_into_places(jacobians, gradient):
    gradients = [None] * len(jacobians) + [gradient.copy()]
    for l in range(len(jacobians), 0, -1):
        gradients[l - 1] = np.dot(jacobians[l - 1].T, gradients[l])
    return tuple(gradients)


def backpropagate_products_of_matrices(jacobians, gradient):
    gradients = [gradient]
    product = np.eye(len(gradient), dtype=gradient.dtype)
    for J in reversed(jacobians):
        product = product @ J
        gradients.insert(0, product.T @ gradient)
    return gradients


def backpropagate_by_einsum(jacobians, gradient):
    gradients = [gradient]
    for J in reversed(jacobians):
        gradients.insert(0, np.einsum("ij,i->j", J, gradients[0]))
    return gradients

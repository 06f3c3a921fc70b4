"""Correct solutions of `mlp_forward`, written differently."""

import numpy as np


def mlp_forward_with_a_running_activation(x, weights, biases, phi):
    zs, activations = [], [x]
    a = x
    for W, b in zip(weights, biases, strict=True):
        z = np.dot(a, W.T) + b
        a = phi(z)
        zs.append(z)
        activations.append(a)
    return zs, activations


def mlp_forward_by_index(x, weights, biases, phi):
    layers = len(weights)
    zs, activations = [None] * layers, [x.copy()] + [None] * layers
    for l in range(layers):
        zs[l] = (weights[l] @ activations[l].T).T + biases[l][np.newaxis, :]
        activations[l + 1] = phi(zs[l])
    return tuple(zs), tuple(activations)


def mlp_forward_by_einsum(x, weights, biases, phi):
    zs, activations = [], [x]
    for W, b in zip(weights, biases, strict=True):
        zs.append(np.einsum("ni,oi->no", activations[-1], W) + b)
        activations.append(phi(zs[-1]))
    return [zs, activations]


def mlp_forward_recursive(x, weights, biases, phi):
    if not weights:
        return [], [x]
    z = x @ weights[0].T + biases[0]
    zs, activations = mlp_forward_recursive(phi(z), weights[1:], biases[1:], phi)
    return [z, *zs], [x, *activations]

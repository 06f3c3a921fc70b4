"""Correct solutions of `l1_gradient`, written differently."""

import numpy as np


def l1_gradient_by_comparisons(weights, strength):
    return [strength * ((w > 0).astype(_float(w)) - (w < 0).astype(_float(w))) for w in weights]


def l1_gradient_boolean_indexing(weights, strength):
    gradients = []
    for w in weights:
        g = np.zeros(w.shape, _float(w))
        g[w > 0] = strength
        g[w < 0] = -strength
        gradients.append(g)
    return gradients


def l1_gradient_copysign(weights, strength):
    return tuple(np.where(w == 0, 0, np.copysign(np.asarray(strength, _float(w)), w)) for w in weights)


def l1_gradient_in_one_line(weights, strength):
    return [np.sign(w) * strength for w in weights]


def _float(w):
    return w.dtype if w.dtype.kind == "f" else np.float64


def _as_floats(array):
    return array if array.dtype.kind == "f" else array.astype(float)


def l1_gradient_l1_divide_where(weights, strength):
    return [strength * np.divide(w, np.abs(w), out=np.zeros_like(_as_floats(w)), where=w != 0) for w in weights]

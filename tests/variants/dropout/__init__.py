"""Correct solutions of the kernels of `4_avoiding_overfitting/2_dropout`, written differently."""

import numpy as np


def floating(x):
    """A copy of x, or its numbers as float64 where they are whole."""
    return x.astype(x.dtype if x.dtype.kind == "f" else np.float64)

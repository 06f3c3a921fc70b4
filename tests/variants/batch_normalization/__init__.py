"""Correct solutions of the kernels of `4_batch_normalization`, written differently."""

import numpy as np


def floating(x):
    """x, or its numbers as float64 where they are whole."""
    return x if x.dtype.kind == "f" else x.astype(np.float64)

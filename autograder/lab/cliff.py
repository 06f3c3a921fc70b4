"""The cliff: the loss of a recurrent unit after many steps, and its slopes."""

from __future__ import annotations

import numpy as np

TIME_STEPS = 50
TARGET = 0.7
"""What the unit is to give at the end."""


def cliff(w: np.ndarray | float, b: np.ndarray | float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Loss of the recurrent unit x <- w sigmoid(x) + b after 50 steps from x = 0.5, and its slopes in w and b."""
    x = 0.5 + 0.0 * (np.asarray(w, dtype=float) + b)
    dw, db = np.zeros_like(x), np.zeros_like(x)
    for _ in range(TIME_STEPS):
        s = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
        slope = w * s * (1 - s)
        x, dw, db = w * s + b, s + slope * dw, 1 + slope * db
    y = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    outer = 2 * (y - TARGET) * y * (1 - y)
    return (y - TARGET) ** 2, outer * dw, outer * db

"""The handwritten digits that the networks of the course are trained on.

1797 grey images of 8x8 pixels (0 to 16) of the digits 0 to 9, written by 13 people: the test part of "Optical
Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, licence CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). `digits.npz` holds
the same numbers in the same order as uint8, as scikit-learn distributes them (sklearn/datasets/data/digits.csv.gz).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from autograder.lab.experiment import offered

FILE = Path(__file__).with_name("digits.npz")
VALIDATION = 360
SPLIT_SEED = 1797


@offered
def digits(dtype: str = "float64") -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The digits, split and standardized: (x_train, y_train, x_validation, y_validation).

    x: one row an image, 64 pixels. From each pixel its mean over the training images is subtracted; the result
        is divided by the pixel's standard deviation over the training images, or by 1 (of 16 grey levels) where that is
        larger, so that a pixel that is hardly ever anything but white is not blown up.
    y: whole numbers 0 to 9.

    The split (1437 and 360 images) is random and always the same; the same people wrote both parts. The arrays are
    copies: change them as you like.
    """
    x, y, x_validation, y_validation = _split_and_standardized()
    return x.astype(dtype), y.copy(), x_validation.astype(dtype), y_validation.copy()


def images() -> tuple[np.ndarray, np.ndarray]:
    """All images as they are, (1797, 64) uint8 with values 0 to 16, and their labels."""
    with np.load(FILE) as file:
        return file["images"], file["labels"]


@cache
def _split_and_standardized() -> tuple[np.ndarray, ...]:
    x, y = images()
    order = np.random.default_rng(SPLIT_SEED).permutation(len(x))
    validation, train = order[:VALIDATION], order[VALIDATION:]
    mean = x[train].mean(axis=0)
    scale = np.maximum(x[train].std(axis=0), 1.0)
    x = (x - mean) / scale
    y = y.astype(np.int64)
    return x[train], y[train], x[validation], y[validation]

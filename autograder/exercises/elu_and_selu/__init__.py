"""Exercises of `1_training_problems/3c_elu_and_selu`: the exponential linear units and their derivatives."""

import numpy as np

from autograder.exercises.activations import RELATIVE, tiny_negative
from autograder.exercises.cases import case

NOTEBOOK = "1_training_problems/3c_elu_and_selu"

ORDER = ("elu", "elu_backward", "self_normalizing_constants", "selu", "selu_backward")


def extreme_cases(sample, **settings):
    """Large |z| without NaN, tiny |z| without cancellation."""
    yield case("z = 1000 and -1000", z=np.array([[1000.0, -1000.0]]), **settings)
    yield case("z = -1e-10", z=np.array([[-1e-10]]), **settings, computation=RELATIVE)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("tiny negative numbers", z=tiny_negative(sample), **settings, computation=RELATIVE)
        yield case("large numbers", z=sample.normal(*sample.shape(), scale=1e4), **settings)

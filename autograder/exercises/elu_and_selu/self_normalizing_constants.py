"""self_normalizing_constants: the alpha and the scale with which scale * elu(z, alpha) has mean 0 and mean square 1."""

from __future__ import annotations

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.sampling import Sampler, strided

TEXTBOOK = """\
def self_normalizing_constants(z, probability):
    right, left = np.maximum(z, 0), np.expm1(np.minimum(z, 0))
    alpha = -np.sum(probability * right) / np.sum(probability * left)
    mean_square = np.sum(probability * (right + alpha * left) ** 2)
    return alpha, 1 / np.sqrt(mean_square)
"""

self_normalizing_constants = Exercise(
    TEXTBOOK,
    outputs=("alpha", "scale"),
    summary="the alpha and the scale with which scale * elu(z, alpha) has mean 0 and mean square 1",
    pytorch="sums of F.elu; for the standard normal distribution, the two constants inside F.selu",
    source="Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-Normalizing Neural Networks, "
    "section 2: the fixed point (0, 1)",
    computation="reduction",
)
requirement, wrong = self_normalizing_constants.requirement, self_normalizing_constants.wrong


def standard_normal(points: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """The standard normal distribution as points and probabilities: Gauss-Legendre on [-12, 0] and on [0, 12]."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    right, weights = 6 * (nodes + 1), 6 * weights * np.exp(-18 * (nodes + 1) ** 2) / np.sqrt(2 * np.pi)
    return np.concatenate([-right[::-1], right]), np.concatenate([weights[::-1], weights])


def both_signs(sample: Sampler, count: int) -> np.ndarray:
    """Random numbers of which at least one is negative and one positive."""
    return np.concatenate([[-1.0, 1.0] * (0.5 + sample.uniform(2)), sample.normal(count - 2, scale=1.5)])


def equally(z: np.ndarray) -> np.ndarray:
    """The same probability for each entry."""
    return np.full(z.shape, 1 / z.size, z.dtype if z.dtype.kind == "f" else np.float64)


@self_normalizing_constants.pytorch_reference
def reference(z, probability):
    """alpha from the mean, scale from the mean square, with PyTorch's own functions."""
    import torch.nn.functional as F

    alpha = (probability * F.relu(z)).sum() / (probability * F.relu(-F.elu(z))).sum()
    scale = (probability * F.elu(z, float(alpha)).square()).sum().rsqrt()
    return alpha, scale


@requirement("equally likely inputs", points=2)
def constants_equally_likely(sample):
    """Every input has the same probability."""
    z = np.array([-np.log(2.0), 2.0])
    yield case("two inputs", z=z, probability=equally(z))
    z = np.array([-1.0, 0.0, -2.0, 3.0])
    yield case("four inputs, one of them 0", z=z, probability=equally(z))
    for _ in sample.repeat(public=2, hidden=6):
        z = both_signs(sample, sample.integer(5, 9))
        yield case("random inputs", z=z, probability=equally(z))


@requirement("unequal probabilities", points=1)
def constants_unequal_probabilities(sample):
    """Weighted sums; last, the standard normal distribution, which gives SELU's own constants."""
    yield case("1/4 and 3/4", z=np.array([-np.log(2.0), 1.0]), probability=np.array([0.25, 0.75]))
    for _ in sample.repeat(public=2, hidden=6):
        z = both_signs(sample, sample.integer(5, 9))
        weight = sample.uniform(z.size, low=0.1, high=1.0)
        yield case("random inputs and probabilities", z=z, probability=weight / weight.sum())
    z, probability = standard_normal()
    yield case("the standard normal distribution", z=z, probability=probability)


@requirement("any shape, memory order and dtype", points=1)
def constants_any_array(sample):
    """float32 stays float32, whole numbers become float64, in any shape and memory order. Equal probabilities."""
    z = np.array([-1.0, 2.0], dtype="float32")
    yield case("float32", z=z, probability=equally(z))
    z = np.array([-1, 0, 2, -3])
    yield case("whole numbers", z=z, probability=equally(z))
    z = np.asfortranarray(both_signs(sample, 6).reshape(2, 3))
    yield case("a table in Fortran order", z=z, probability=np.asfortranarray(equally(z)))
    z = strided(both_signs(sample, 5))
    yield case("every second entry of a larger array", z=z, probability=strided(equally(z)))
    for _ in sample.repeat(public=1, hidden=3):
        z = both_signs(sample, 24).reshape(2, 3, 4).astype("float32")
        yield case("a float32 array with three axes", z=z, probability=equally(z))


@wrong(loses=[constants_unequal_probabilities])
def probabilities_ignored(z, probability):
    """You take plain averages: a mean over a distribution weights every input with its probability."""
    alpha = -np.mean(np.maximum(z, 0)) / np.mean(np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sqrt(np.mean(y**2))


@wrong()
def alpha_negative(z, probability):
    """Your alpha is negative. exp(z) - 1 is negative itself for z < 0: solve the equation mean = 0 for alpha once
    more and watch the sign."""
    alpha = np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sqrt(np.sum(probability * y**2))


@wrong()
def left_side_not_cut_off(z, probability):
    """Your left side also counts positive z, where it should be 0: it is exp(min(z, 0)) - 1, not exp(z) - 1."""
    left = np.expm1(z)
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * left)
    return alpha, 1 / np.sqrt(np.sum(probability * (np.maximum(z, 0) + alpha * left) ** 2))


@wrong()
def those_of_selu(z, probability):
    """These are SELU's own two numbers, which belong to the standard normal distribution. Compute the constants of
    the distribution that you are given."""
    return 1.6732632423543772, 1.0507009873554805


@wrong()
def root_forgotten(z, probability):
    """alpha is right. The scale multiplies the output, so its square multiplies the mean square."""
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sum(probability * y**2)


@wrong()
def scale_upside_down(z, probability):
    """alpha is right. The scale you return is the size that the outputs have; they are to be brought from there to
    1."""
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, np.sqrt(np.sum(probability * y**2))


@wrong()
def scale_of_alpha_1(z, probability):
    """alpha is right. For the scale you used outputs with alpha = 1: take the alpha that you have just found."""
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sqrt(np.sum(probability * y**2))


@wrong()
def order_exchanged(z, probability):
    """Both numbers are right and in the wrong order: alpha comes first."""
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return 1 / np.sqrt(np.sum(probability * y**2)), alpha


@wrong()
def each_side_averaged_alone(z, probability):
    """You average over the positive and over the negative inputs separately. The mean is one sum over all inputs, in
    which each side counts with its own total probability."""
    right, left = z > 0, z < 0
    mean_right = np.sum(probability[right] * z[right]) / np.sum(probability[right])
    mean_left = np.sum(probability[left] * np.expm1(z[left])) / np.sum(probability[left])
    alpha = -mean_right / mean_left
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sqrt(np.sum(probability * y**2))


@wrong(loses=[constants_any_array])
def always_float64(z, probability):
    """Your results are float64 whatever the dtype of the inputs. Leave out the conversion."""
    z, probability = z.astype(np.float64), probability.astype(np.float64)
    alpha = -np.sum(probability * np.maximum(z, 0)) / np.sum(probability * np.expm1(np.minimum(z, 0)))
    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    return alpha, 1 / np.sqrt(np.sum(probability * y**2))

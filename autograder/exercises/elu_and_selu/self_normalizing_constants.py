"""self_normalizing_constants: the alpha and the scale with which scale * elu(z, alpha) has mean 0 and mean square 1."""

import math

import numpy as np

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def self_normalizing_constants(z, probability):
    right, left = np.maximum(z, 0), np.expm1(np.minimum(z, 0))
    alpha = -np.sum(probability * right) / np.sum(probability * left)
    mean_square = np.sum(probability * (right + alpha * left) ** 2)
    return alpha, 1 / np.sqrt(mean_square)
"""
self_normalizing_constants = Exercise(
    TEXTBOOK,
    takes="z, probability: (*)",
    outputs=("alpha", "scale"),
    pytorch="sums of F.elu; for the standard normal distribution, the two constants inside F.selu",
    source="Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-Normalizing Neural Networks, "
    "section 2: the fixed point (0, 1)",
    computation="reduction",
)
requirement, wrong = self_normalizing_constants.requirement, self_normalizing_constants.wrong


def standard_normal(points=40):
    """The standard normal distribution as points and probabilities: Gauss-Legendre on [-12, 0] and on [0, 12]."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    right, weights = 6 * (nodes + 1), 6 * weights * np.exp(-18 * (nodes + 1) ** 2) / np.sqrt(2 * np.pi)
    return np.concatenate([-right[::-1], right]), np.concatenate([weights[::-1], weights])


def both_signs(sample, count):
    """Random numbers of which at least one is negative and one positive."""
    return np.concatenate([[-1.0, 1.0] * (0.5 + sample.uniform(2)), sample.normal(count - 2, scale=1.5)])


def equal_shares(z):
    """The same probability for each entry."""
    return np.full(z.shape, 1 / z.size)


@self_normalizing_constants.pytorch_reference
def reference(z, probability):
    """alpha from the mean, scale from the mean square, with PyTorch's own functions."""
    import torch.nn.functional as F

    alpha = (probability * F.relu(z)).sum() / (probability * F.relu(-F.elu(z))).sum()
    scale = (probability * F.elu(z, float(alpha)).square()).sum().rsqrt()
    return alpha, scale


@requirement("equally likely inputs", points=2)
def equally_likely(sample):
    z = np.array([-np.log(2.0), 2.0])
    yield case("two inputs", z=z, probability=equal_shares(z))
    z = np.array([-1.0, 0.0, -2.0, 3.0])
    yield case("four inputs, one of them 0", z=z, probability=equal_shares(z))
    for _ in sample.repeat(public=2, hidden=6):
        z = both_signs(sample, sample.integer(5, 9))
        yield case("random inputs", z=z, probability=equal_shares(z))


@requirement("unequal probabilities", points=2)
def unequal_probabilities(sample):
    """Weighted sums; last, the standard normal distribution, which gives SELU's own constants."""
    yield case("1/4 and 3/4", z=np.array([-np.log(2.0), 1.0]), probability=np.array([0.25, 0.75]))
    for _ in sample.repeat(public=2, hidden=6):
        z = both_signs(sample, sample.integer(5, 9))
        weight = sample.uniform(z.size, low=0.1, high=1.0)
        yield case("random inputs and probabilities", z=z, probability=weight / weight.sum())
    z, probability = standard_normal()
    yield case("the standard normal distribution", z=z, probability=probability)


@self_normalizing_constants.contract(whole=["z"], without=["no entries"])
def contract(sample, shape):
    z = both_signs(sample, math.prod(shape)).reshape(shape)
    return {"z": z, "probability": equal_shares(z)}


@wrong({"right, left =": "probability = 1 / z.size\n    right, left ="}, loses=[unequal_probabilities])
def probabilities_ignored():
    """You take plain averages: a mean over a distribution weights every input with its probability."""


@wrong({"-np.sum": "np.sum"})
def alpha_negative():
    """Your alpha is negative. exp(z) - 1 is negative itself for z < 0: solve the equation mean = 0 for alpha once
    more and watch the sign."""


@wrong({"np.minimum(z, 0)": "z"})
def left_side_not_cut_off():
    """Your left side also counts positive z, where it should be 0: it is exp(min(z, 0)) - 1, not exp(z) - 1."""


@wrong({"alpha, 1 / np.sqrt(mean_square)": "1.6732632423543772, 1.0507009873554805"})
def those_of_selu():
    """These are SELU's own two numbers, which belong to the standard normal distribution. Compute the constants of
    the distribution that you are given."""


@wrong({"np.sqrt(mean_square)": "mean_square"})
def root_forgotten():
    """Your scale is the square of the right one: it multiplies the output, so its square multiplies the mean
    square."""


@wrong({"1 / np.sqrt": "np.sqrt"})
def scale_upside_down():
    """The scale you return is the size that the outputs have; they are to be brought from there to 1."""


@wrong({"alpha * left": "left"})
def scale_of_alpha_1():
    """For the scale you used outputs with alpha = 1: take the alpha that you have just found."""


@wrong({"alpha, 1 / np.sqrt(mean_square)": "1 / np.sqrt(mean_square), alpha"})
def order_exchanged():
    """Your numbers are in the wrong order: alpha comes first."""


@wrong(
    {
        "np.sum(probability * right)": "np.average(right[z > 0], weights=probability[z > 0])",
        "np.sum(probability * left)": "np.average(left[z < 0], weights=probability[z < 0])",
    }
)
def each_side_averaged_alone():
    """You average over the positive and over the negative inputs separately. The mean is one sum over all inputs, in
    which each side counts with its own total probability."""


wrong.loses_float32(
    "z",
    "probability",
    loses=[contract],
    name="always float64",
    hint="Your results are float64 whatever the dtype of the inputs. Leave out the conversion.",
)

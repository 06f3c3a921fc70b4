"""lecun_normal: LeCun's initialization, normally distributed."""

import math

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.weight_initialization import noise_of_any_kind, random_noise

TEXTBOOK = """\
def lecun_normal(noise):
    fan_in = int(np.prod(noise.shape[1:]))
    return (1 / fan_in) ** 0.5 * noise
"""

lecun_normal = Exercise(
    TEXTBOOK,
    summary="LeCun's initialization, normally distributed",
    pytorch='torch.nn.init.kaiming_normal_(w, nonlinearity="linear"), with the same noise',
    source="LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.6; Klambauer et al. 2017 for SELU",
)
requirement, wrong = lecun_normal.requirement, lecun_normal.wrong


@lecun_normal.pytorch_reference
def reference(noise):
    """The noise times the standard deviation of `torch.nn.init.kaiming_normal_(w, nonlinearity="linear")`."""
    import torch

    fan_in, _ = torch.nn.init._calculate_fan_in_and_fan_out(noise)
    return noise * (torch.nn.init.calculate_gain("linear") / math.sqrt(fan_in))


@requirement("dense layers", points=1)
def dense(sample):
    """(out, in)."""
    yield case("4 inputs, 1 unit", noise=np.array([[2.0, -4.0, 1.0, 8.0]]))
    yield case("9 inputs, 1 unit", noise=np.array([[3.0, -6.0, 1.0, 0.0, 2.0, 9.0, 5.0, -3.0, 4.0]]))
    for noise in random_noise(sample, 2, public=2, hidden=5):
        yield case("a random dense layer", noise=noise)


@requirement("convolutions", points=1)
def convolutions(sample):
    """(out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw)."""
    yield case("2 channels in, 1 out, a window of 1 x 2", noise=np.array([[[[2.0, -4.0]], [[6.0, 8.0]]]]))
    for noise in random_noise(sample, 4, public=2, hidden=4):
        yield case("a random convolution", noise=noise)
    yield case("a convolution of sequences", noise=sample.normal(4, 2, 5))
    yield case("a convolution of volumes", noise=sample.normal(3, 2, 4, 1, 2))


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """Dense layers."""
    for name, noise in noise_of_any_kind(sample):
        yield case(name, noise=noise)


@wrong()
def factor_2_of_he(noise):
    """Your variance is 2/fan_in, which is He's, for ReLU. LeCun's has no factor 2: nothing is cut off."""
    return noise * (2 / noise[0].size) ** 0.5


@wrong()
def gain_for_selu(noise):
    """Your weights carry the factor 3/4, PyTorch's gain for "selu". The self-normalizing rule is 1/fan_in itself,
    which PyTorch calls "linear"."""
    return noise * (3 / 4) * (1 / noise[0].size) ** 0.5


@wrong()
def default_of_linear_layers(noise):
    """Your variance is that of a fresh nn.Linear, a third of LeCun's: uniform numbers within 1/sqrt(fan_in) have the
    variance 1/(3 fan_in)."""
    return noise * (1 / (3 * noise[0].size)) ** 0.5


@wrong()
def fan_out(noise):
    """You divide by fan_out. What a unit adds up are its inputs: fan_in, everything but the first axis."""
    return noise * (1 / noise[:, 0].size) ** 0.5


@wrong()
def average_of_the_fans(noise):
    """You divide by the average of the fans, as Glorot does. LeCun's rule takes fan_in alone."""
    return noise * (2 / (noise[0].size + noise[:, 0].size)) ** 0.5


@wrong()
def variance_as_deviation(noise):
    """You multiply by the variance. Noise with standard deviation 1 times s has the standard deviation s, so the
    factor is the root of the variance."""
    return noise / noise[0].size


@wrong(loses=[convolutions])
def window_forgotten(noise):
    """Dense layers are right. In a convolution the fans also count the pixels of the window: every channel is looked
    at in kh x kw places."""
    return noise * (1 / noise.shape[1]) ** 0.5


@wrong(loses=[any_array])
def float32_lost(noise):
    """Right numbers, but float32 comes back as float64: the result of np.sqrt is one of NumPy's own float64 numbers,
    and an array times such a number becomes float64. float(...) around it makes a Python number, which leaves the
    array's dtype alone."""
    return noise / np.sqrt(noise[0].size)

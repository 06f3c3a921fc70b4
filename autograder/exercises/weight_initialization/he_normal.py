"""he_normal: He's initialization, normally distributed."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.weight_initialization import he_deviation, noise_of_any_kind, random_noise

TEXTBOOK = """\
def he_normal(noise, negative_slope=0.0):
    fan_in = int(np.prod(noise.shape[1:]))
    return (2 / ((1 + negative_slope**2) * fan_in)) ** 0.5 * noise
"""

he_normal = Exercise(
    TEXTBOOK,
    summary="He's initialization, normally distributed",
    pytorch='torch.nn.init.kaiming_normal_(w, a=negative_slope, mode="fan_in", nonlinearity="leaky_relu"), same noise',
    source="He, Zhang, Ren and Sun 2015, eq. 10 and 15",
)
requirement, wrong = he_normal.requirement, he_normal.wrong


@he_normal.pytorch_reference
def reference(noise, negative_slope=0.0):
    """The noise times the standard deviation of `torch.nn.init.kaiming_normal_`."""
    return noise * he_deviation(noise, negative_slope)


@requirement("dense layers", points=1)
def dense(sample):
    """(out, in), for ReLU."""
    yield case("8 inputs, 1 unit", noise=np.array([[2.0, -2.0, 1.0, 0.0, 4.0, -1.0, 3.0, 8.0]]), negative_slope=0.0)
    yield case("1 input, 3 units", noise=np.array([[2.0], [-4.0], [6.0]]), negative_slope=0.0)
    for noise in random_noise(sample, 2, public=2, hidden=5):
        yield case("a random dense layer", noise=noise, negative_slope=0.0)


@requirement("convolutions", points=1)
def convolutions(sample):
    """(out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw), for ReLU."""
    yield case("2 channels in, 1 out, a window of 1 x 4", noise=np.arange(8.0).reshape(1, 2, 1, 4), negative_slope=0.0)
    for noise in random_noise(sample, 4, public=2, hidden=4):
        yield case("a random convolution", noise=noise, negative_slope=0.0)
    yield case("a convolution of sequences", noise=sample.normal(4, 2, 5), negative_slope=0.0)
    yield case("a convolution of volumes", noise=sample.normal(3, 2, 4, 1, 2), negative_slope=0.0)


@requirement("leaky ReLU", points=1)
def slopes(sample):
    """Leaky ReLU, the identity (slope 1), the absolute value (slope -1); and the default."""
    noise = np.array([[2.0, -4.0, 1.0, 8.0]])
    yield case("slope 1: the identity", noise=noise, negative_slope=1.0)
    yield case("slope 0.5", noise=noise, negative_slope=0.5)
    yield case("slope -1: the absolute value", noise=noise, negative_slope=-1.0)
    yield case("slope left out: ReLU", noise=noise)
    for noise in random_noise(sample, 2, public=2, hidden=4):
        yield case("a random slope", noise=noise, negative_slope=sample.number(0.2, 3.0))


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """Dense layers, for ReLU."""
    for name, noise in noise_of_any_kind(sample):
        yield case(name, noise=noise, negative_slope=0.0)


@wrong()
def fan_out(noise, negative_slope=0.0):
    """You divide by fan_out. What a unit adds up are its inputs: fan_in, everything but the first axis."""
    return noise * (2 / ((1 + negative_slope**2) * noise[:, 0].size)) ** 0.5


@wrong()
def variance_as_deviation(noise, negative_slope=0.0):
    """You multiply by the variance. Noise with standard deviation 1 times s has the standard deviation s, so the
    factor is the root of the variance."""
    return noise * (2 / ((1 + negative_slope**2) * noise[0].size))


@wrong()
def factor_2_forgotten(noise, negative_slope=0.0):
    """Your variance is half of He's: the factor 2, which makes up for what ReLU cuts off, is missing."""
    return noise * (1 / ((1 + negative_slope**2) * noise[0].size)) ** 0.5


@wrong()
def average_of_the_fans(noise, negative_slope=0.0):
    """You divide by the average of the fans, as Glorot does. He's rule takes fan_in alone."""
    return noise * (4 / ((1 + negative_slope**2) * (noise[0].size + noise[:, 0].size))) ** 0.5


@wrong(loses=[convolutions])
def window_forgotten(noise, negative_slope=0.0):
    """Dense layers are right. In a convolution the fans also count the pixels of the window: every channel is looked
    at in kh x kw places."""
    return noise * (2 / ((1 + negative_slope**2) * noise.shape[1])) ** 0.5


@wrong(loses=[slopes])
def slope_ignored(noise, negative_slope=0.0):
    """Right for ReLU, but you do not use negative_slope. What leaks through on the negative side adds to the signal,
    so the weights have to be smaller."""
    return noise * (2 / noise[0].size) ** 0.5


@wrong(loses=[slopes])
def slope_not_squared(noise, negative_slope=0.0):
    """Right for slope 0 and 1, where a = a². The variance is about squares: how large is the mean of (a z)²?"""
    return noise * (2 / ((1 + negative_slope) * noise[0].size)) ** 0.5


@wrong(loses=[slopes])
def slope_of_one_percent(noise, negative_slope=0.01):
    """With the slope given you are right; left out, it is 0.01 with you. The default of this course, and of
    kaiming_normal_, is 0: ReLU."""
    return noise * (2 / ((1 + negative_slope**2) * noise[0].size)) ** 0.5


@wrong(loses=[any_array])
def float32_lost(noise, negative_slope=0.0):
    """Right numbers, but float32 comes back as float64: the result of np.sqrt is one of NumPy's own float64 numbers,
    and an array times such a number becomes float64. float(...) around it makes a Python number, which leaves the
    array's dtype alone."""
    return noise * np.sqrt(2 / ((1 + negative_slope**2) * noise[0].size))

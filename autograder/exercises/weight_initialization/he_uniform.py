"""he_uniform: He's initialization, uniformly distributed."""

import math

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.weight_initialization import he_deviation, uniform_of_any_kind

TEXTBOOK = """\
def he_uniform(u, negative_slope=0.0):
    fan_in = int(np.prod(u.shape[1:]))
    r = (6 / ((1 + negative_slope**2) * fan_in)) ** 0.5
    return 2 * r * u - r
"""

he_uniform = Exercise(
    TEXTBOOK,
    summary="He's initialization, uniformly distributed",
    pytorch='torch.nn.init.kaiming_uniform_(w, a=negative_slope, mode="fan_in", nonlinearity="leaky_relu"), same noise',
    source="He, Zhang, Ren and Sun 2015, eq. 10 and 15, for the variance",
)
requirement, wrong = he_uniform.requirement, he_uniform.wrong


@he_uniform.pytorch_reference
def reference(u, negative_slope=0.0):
    """u, stretched to the interval of `torch.nn.init.kaiming_uniform_`."""
    r = math.sqrt(3.0) * he_deviation(u, negative_slope)
    return u * (2 * r) - r


@requirement("dense layers", points=1)
def dense(sample):
    """(out, in), for ReLU; u = 0 included."""
    yield case("6 inputs, 1 unit", u=np.array([[0.0, 0.25, 0.5, 0.75, 0.125, 0.875]]), negative_slope=0.0)
    yield case("1 input, 2 units", u=np.array([[0.75], [0.25]]), negative_slope=0.0)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("a random dense layer", u=sample.uniform(*sample.shape()), negative_slope=0.0)


@requirement("convolutions", points=1)
def convolutions(sample):
    """(out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw), for ReLU."""
    u = np.array([0.0, 0.25, 0.5, 0.75, 0.125, 0.875]).reshape(1, 2, 1, 3)
    yield case("2 channels in, 1 out, a window of 1 x 3", u=u, negative_slope=0.0)
    for _ in sample.repeat(public=2, hidden=4):
        yield case("a random convolution", u=sample.uniform(*sample.shape(4)), negative_slope=0.0)
    yield case("a convolution of sequences", u=sample.uniform(4, 2, 5), negative_slope=0.0)
    yield case("a convolution of volumes", u=sample.uniform(3, 2, 4, 1, 2), negative_slope=0.0)


@requirement("leaky ReLU", points=1)
def slopes(sample):
    """Leaky ReLU, the identity (slope 1), the root of 5 that nn.Linear passes, the absolute value (-1); the default."""
    u = np.array([[0.0, 0.25, 0.75]])
    yield case("slope 1: the identity", u=u, negative_slope=1.0)
    yield case("slope 0.5", u=u, negative_slope=0.5)
    yield case("the slope that nn.Linear passes, root of 5", u=u, negative_slope=math.sqrt(5))
    yield case("slope -1: the absolute value", u=u, negative_slope=-1.0)
    yield case("slope left out: ReLU", u=u)
    for _ in sample.repeat(public=2, hidden=4):
        yield case("a random slope", u=sample.uniform(*sample.shape()), negative_slope=sample.number(0.2, 3.0))


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """Dense layers, for ReLU."""
    for name, u in uniform_of_any_kind(sample):
        yield case(name, u=u, negative_slope=0.0)


@wrong()
def lecun(u, negative_slope=0.0):
    """Your variance is half of He's: r²/3 has to be 2/fan_in, and you have 1/fan_in."""
    return (2 * u - 1) * (3 / ((1 + negative_slope**2) * u[0].size)) ** 0.5


@wrong()
def deviation_as_bound(u, negative_slope=0.0):
    """Your interval ends at one standard deviation. Uniform numbers in [-r, r) have the variance r²/3, not r²: the
    interval has to be wider."""
    return (2 * u - 1) * (2 / ((1 + negative_slope**2) * u[0].size)) ** 0.5


@wrong()
def not_centred(u, negative_slope=0.0):
    """All your weights are positive, from 0 to r. Stretch u and shift it, so that 0 becomes -r and 1 becomes r."""
    return u * (6 / ((1 + negative_slope**2) * u[0].size)) ** 0.5


@wrong()
def half_as_wide(u, negative_slope=0.0):
    """Centred, but half as wide as it should be: your weights run from -r/2 to r/2. The interval from -r to r has
    the length 2r."""
    return (u - 0.5) * (6 / ((1 + negative_slope**2) * u[0].size)) ** 0.5


@wrong()
def fan_out(u, negative_slope=0.0):
    """You divide by fan_out. What a unit adds up are its inputs: fan_in, everything but the first axis."""
    return (2 * u - 1) * (6 / ((1 + negative_slope**2) * u[:, 0].size)) ** 0.5


@wrong()
def default_of_linear_layers(u, negative_slope=0.0):
    """These are the weights of a fresh nn.Linear, within 1/sqrt(fan_in). He's interval for ReLU is wider."""
    return (2 * u - 1) * (1 / u[0].size) ** 0.5


@wrong(loses=[convolutions])
def window_forgotten(u, negative_slope=0.0):
    """Dense layers are right. In a convolution the fans also count the pixels of the window: every channel is looked
    at in kh x kw places."""
    return (2 * u - 1) * (6 / ((1 + negative_slope**2) * u.shape[1])) ** 0.5


@wrong(loses=[slopes])
def slope_ignored(u, negative_slope=0.0):
    """Right for ReLU, but you do not use negative_slope. What leaks through on the negative side adds to the signal,
    so the weights have to be smaller."""
    return (2 * u - 1) * (6 / u[0].size) ** 0.5


@wrong(loses=[slopes])
def slope_not_squared(u, negative_slope=0.0):
    """Right for slope 0 and 1, where a = a². The variance is about squares: how large is the mean of (a z)²?"""
    return (2 * u - 1) * (6 / ((1 + negative_slope) * u[0].size)) ** 0.5


@wrong(loses=[any_array])
def float32_lost(u, negative_slope=0.0):
    """Right numbers, but float32 comes back as float64: the result of np.sqrt is one of NumPy's own float64 numbers,
    and an array times such a number becomes float64. float(...) around it makes a Python number, which leaves the
    array's dtype alone."""
    return (2 * u - 1) * np.sqrt(6 / ((1 + negative_slope**2) * u[0].size))

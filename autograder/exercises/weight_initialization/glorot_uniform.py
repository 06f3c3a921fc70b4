"""glorot_uniform: Glorot's initialization, uniformly distributed."""

import math

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.weight_initialization import uniform_of_any_kind

TEXTBOOK = """\
def glorot_uniform(u, gain=1.0):
    pixels = int(np.prod(u.shape[2:]))
    r = gain * (6 / ((u.shape[0] + u.shape[1]) * pixels)) ** 0.5
    return 2 * r * u - r
"""

glorot_uniform = Exercise(
    TEXTBOOK,
    summary="Glorot's initialization, uniformly distributed",
    pytorch="torch.nn.init.xavier_uniform_(w, gain), with the same noise",
    source="Glorot and Bengio 2010, eq. 16",
)
requirement, wrong = glorot_uniform.requirement, glorot_uniform.wrong


@glorot_uniform.pytorch_reference
def reference(u, gain=1.0):
    """u, stretched to the interval of `torch.nn.init.xavier_uniform_`."""
    import torch

    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(u)
    r = math.sqrt(3.0) * gain * math.sqrt(2.0 / (fan_in + fan_out))
    return u * (2 * r) - r


@requirement("dense layers", points=1)
def dense(sample):
    """(out, in), gain 1 given and by default; u = 0 included."""
    yield case("5 inputs, 1 unit", u=np.array([[0.0, 0.25, 0.5, 0.75, 0.125]]), gain=1.0)
    yield case("gain left out", u=np.array([[0.75], [0.25]]))
    for _ in sample.repeat(public=2, hidden=5):
        yield case("a random dense layer", u=sample.uniform(*sample.shape()), gain=1.0)


@requirement("convolutions", points=1)
def convolutions(sample):
    """(out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw)."""
    yield case("2 channels in, 1 out, a window of 1 x 2", u=np.array([[[[0.0, 0.25]], [[0.5, 0.75]]]]), gain=1.0)
    for _ in sample.repeat(public=2, hidden=4):
        yield case("a random convolution", u=sample.uniform(*sample.shape(4)), gain=1.0)
    yield case("a convolution of sequences", u=sample.uniform(4, 2, 5), gain=1.0)
    yield case("a convolution of volumes", u=sample.uniform(3, 2, 4, 1, 2), gain=1.0)


@requirement("other gain", points=1)
def other_gain(sample):
    """Gains above and below 1."""
    u = np.array([[0.0, 0.25, 0.5, 0.75, 0.125]])
    yield case("gain = 4", u=u, gain=4.0)
    yield case("PyTorch's gain for tanh, 5/3", u=u, gain=5 / 3)
    for _ in sample.repeat(public=2, hidden=4):
        yield case("a random gain", u=sample.uniform(*sample.shape()), gain=sample.choice((0.1, 0.5, 1.414, 3.0)))


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """Gain 1, dense layers."""
    for name, u in uniform_of_any_kind(sample):
        yield case(name, u=u, gain=1.0)


@wrong()
def deviation_as_bound(u, gain=1.0):
    """Your interval ends at one standard deviation. Uniform numbers in [-r, r) have the variance r²/3, not r²: the
    interval has to be wider."""
    return (2 * u - 1) * gain * (2 / (u[0].size + u[:, 0].size)) ** 0.5


@wrong()
def not_centred(u, gain=1.0):
    """All your weights are positive, from 0 to r. Stretch u and shift it, so that 0 becomes -r and 1 becomes r."""
    return u * gain * (6 / (u[0].size + u[:, 0].size)) ** 0.5


@wrong()
def half_as_wide(u, gain=1.0):
    """Centred, but half as wide as it should be: your weights run from -r/2 to r/2. The interval from -r to r has
    the length 2r."""
    return (u - 0.5) * gain * (6 / (u[0].size + u[:, 0].size)) ** 0.5


@wrong()
def sum_of_the_fans(u, gain=1.0):
    """You divide 3 by the sum of the fans. The average is half of the sum."""
    return (2 * u - 1) * gain * (3 / (u[0].size + u[:, 0].size)) ** 0.5


@wrong()
def fan_in_only(u, gain=1.0):
    """Your bound is the root of 3/fan_in: that keeps the signal on its way forward. Glorot's compromise with the way
    back takes the average of both fans."""
    return (2 * u - 1) * gain * (3 / u[0].size) ** 0.5


@wrong()
def average_and_six(u, gain=1.0):
    """You divide 6 by the average of the fans. It is 3 over the average, or 6 over the sum."""
    return (2 * u - 1) * gain * (12 / (u[0].size + u[:, 0].size)) ** 0.5


@wrong(loses=[convolutions])
def window_forgotten(u, gain=1.0):
    """Dense layers are right. In a convolution the fans also count the pixels of the window: every channel is looked
    at in kh x kw places."""
    return (2 * u - 1) * gain * (6 / sum(u.shape[:2])) ** 0.5


@wrong(loses=[other_gain])
def gain_inside_the_root(u, gain=1.0):
    """The gain stands under your square root. It multiplies the weights, so it multiplies the bound."""
    return (2 * u - 1) * (6 * gain / (u[0].size + u[:, 0].size)) ** 0.5


@wrong(loses=[other_gain])
def gain_ignored(u, gain=1.0):
    """Right for gain = 1, but you do not use the parameter gain."""
    return (2 * u - 1) * (6 / (u[0].size + u[:, 0].size)) ** 0.5


@wrong(loses=[any_array])
def float32_lost(u, gain=1.0):
    """Right numbers, but float32 comes back as float64: the result of np.sqrt is one of NumPy's own float64 numbers,
    and an array times such a number becomes float64. float(...) around it makes a Python number, which leaves the
    array's dtype alone."""
    return (2 * u - 1) * gain * np.sqrt(6 / (u[0].size + u[:, 0].size))

"""he_normal: He's initialization, normally distributed."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.weight_initialization import glorot_normal, initialized, random_convolutions

TEXTBOOK = """\
def he_normal(noise, negative_slope=0.0):
    fan_in = int(np.prod(noise.shape[1:]))
    return (2 / ((1 + negative_slope**2) * fan_in)) ** 0.5 * noise
"""
he_normal = Exercise(
    TEXTBOOK,
    takes="noise: (out, in, *window); negative_slope: number",
    pytorch='torch.nn.init.kaiming_normal_(w, a=negative_slope, mode="fan_in", nonlinearity="leaky_relu"), same noise',
    source="He, Zhang, Ren and Sun 2015, eq. 10 and 15",
    handed_out=True,
)
requirement, wrong = he_normal.requirement, he_normal.wrong


@he_normal.pytorch_reference
def reference(noise, negative_slope=0.0):
    return initialized("kaiming_normal_", noise, a=float(negative_slope))


@requirement("dense layers", points=2)
def dense(sample):
    yield case("8 inputs, 1 unit", noise=np.array([[2.0, -2.0, 1.0, 0.0, 4.0, -1.0, 3.0, 8.0]]), negative_slope=0.0)
    yield case("1 input, 3 units", noise=np.array([[2.0], [-4.0], [6.0]]), negative_slope=0.0)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("a random dense layer", noise=sample.normal(*sample.shape()), negative_slope=0.0)


@requirement("convolutions", points=1)
def convolutions(sample):
    yield case("2 channels in, 1 out, a window of 1 x 4", noise=np.arange(8.0).reshape(1, 2, 1, 4), negative_slope=0.0)
    for name, noise in random_convolutions(sample, sample.normal):
        yield case(name, noise=noise, negative_slope=0.0)


@requirement("leaky ReLU", points=1)
def slopes(sample):
    noise = np.array([[2.0, -4.0, 1.0, 8.0]])
    yield case("slope 1: the identity", noise=noise, negative_slope=1.0)
    yield case("slope 0.5", noise=noise, negative_slope=0.5)
    yield case("slope -1: the absolute value", noise=noise, negative_slope=-1.0)
    yield case("slope left out: ReLU", noise=noise)
    for _ in sample.repeat(public=2, hidden=4):
        yield case("a random slope", noise=sample.normal(*sample.shape()), negative_slope=sample.number(0.2, 3.0))


@he_normal.contract()
def contract(sample):
    return {"noise": sample.normal(*sample.shape(largest=4)), "negative_slope": 0.0}


@wrong({"int(np.prod(noise.shape[1:]))": "noise[:, 0].size"})
def fan_out():
    """You divide by fan_out. What a unit adds up are its inputs: fan_in, everything but the first axis."""


wrong.like(glorot_normal.variance_as_deviation, {" ** 0.5": ""})


@wrong({"2 /": "1 /"})
def factor_2_forgotten():
    """Your variance is half of He's: the factor 2, which makes up for what ReLU cuts off, is missing."""


@wrong({"int(np.prod(noise.shape[1:]))": "(noise[0].size + noise[:, 0].size) / 2"})
def average_of_the_fans():
    """You divide by the average of the fans, as Glorot does. He's rule takes fan_in alone."""


wrong.like(glorot_normal.window_forgotten, {"int(np.prod(noise.shape[1:]))": "noise.shape[1]"}, loses=[convolutions])


@wrong({"(1 + negative_slope**2) * fan_in": "fan_in"}, loses=[slopes])
def slope_ignored():
    """You do not use negative_slope. What leaks through on the negative side adds to the signal, so the weights have
    to be smaller."""


@wrong({"slope**2": "slope"}, loses=[slopes])
def slope_not_squared():
    """Your variance contains negative_slope itself. It is about squares: how large is the mean of (a z)²?"""


@wrong({"slope=0.0": "slope=0.01"}, loses=[slopes])
def slope_of_one_percent():
    """Where negative_slope is left out, yours is 0.01. The default of this course, and of kaiming_normal_, is 0:
    ReLU."""


wrong.like(glorot_normal.float32_lost, {"(2 /": "np.sqrt(2 /", " ** 0.5": ""}, loses=[contract])

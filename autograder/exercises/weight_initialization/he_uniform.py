"""he_uniform: He's initialization, uniformly distributed."""

import math

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.weight_initialization import (
    glorot_normal,
    glorot_uniform,
    he_normal,
    initialized,
    random_convolutions,
    zeros,
)

TEXTBOOK = """\
def he_uniform(u, negative_slope=0.0):
    fan_in = int(np.prod(u.shape[1:]))
    r = (6 / ((1 + negative_slope**2) * fan_in)) ** 0.5
    return 2 * r * u - r
"""
he_uniform = Exercise(
    TEXTBOOK,
    takes="u: (out, in, *window); negative_slope: number",
    pytorch='torch.nn.init.kaiming_uniform_(w, a=negative_slope, mode="fan_in", nonlinearity="leaky_relu"), same noise',
    source="He, Zhang, Ren and Sun 2015, eq. 10 and 15, for the variance",
    handed_out=True,
)
requirement, wrong = he_uniform.requirement, he_uniform.wrong


@he_uniform.pytorch_reference
def reference(u, negative_slope=0.0):
    return initialized("kaiming_uniform_", u, a=float(negative_slope))


@requirement("dense layers", points=2)
def dense(sample):
    yield case("6 inputs, 1 unit", u=np.array([[0.0, 0.25, 0.5, 0.75, 0.125, 0.875]]), negative_slope=0.0)
    yield case("1 input, 2 units", u=np.array([[0.75], [0.25]]), negative_slope=0.0)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("a random dense layer", u=sample.uniform(*sample.shape()), negative_slope=0.0)


@requirement("convolutions", points=1)
def convolutions(sample):
    u = np.array([0.0, 0.25, 0.5, 0.75, 0.125, 0.875]).reshape(1, 2, 1, 3)
    yield case("2 channels in, 1 out, a window of 1 x 3", u=u, negative_slope=0.0)
    for name, u in random_convolutions(sample, sample.uniform):
        yield case(name, u=u, negative_slope=0.0)


@requirement("leaky ReLU", points=1)
def slopes(sample):
    u = np.array([[0.0, 0.25, 0.75]])
    yield case("slope 1: the identity", u=u, negative_slope=1.0)
    yield case("slope 0.5", u=u, negative_slope=0.5)
    yield case("the slope that nn.Linear passes, root of 5", u=u, negative_slope=math.sqrt(5))
    yield case("slope -1: the absolute value", u=u, negative_slope=-1.0)
    yield case("slope left out: ReLU", u=u)
    for _ in sample.repeat(public=2, hidden=4):
        yield case("a random slope", u=sample.uniform(*sample.shape()), negative_slope=sample.number(0.2, 3.0))


@he_uniform.contract(without=["whole numbers"], more=zeros)
def contract(sample):
    return {"u": sample.uniform(*sample.shape(largest=4)), "negative_slope": 0.0}


@wrong({"6 /": "3 /"})
def lecun():
    """Your variance is half of He's: r²/3 has to be 2/fan_in, and you have 1/fan_in."""


wrong.like(glorot_uniform.deviation_as_bound, {"6 /": "2 /"})
wrong.like(glorot_uniform.not_centred, {"2 * r * u - r": "r * u"})
wrong.like(glorot_uniform.half_as_wide, {"2 * r * u - r": "r * (u - 0.5)"})
wrong.like(he_normal.fan_out, {"int(np.prod(u.shape[1:]))": "u[:, 0].size"})


@wrong({"6 / ((1 + negative_slope**2) * fan_in)": "1 / fan_in"})
def default_of_linear_layers():
    """These are the weights of a fresh nn.Linear, within 1/sqrt(fan_in). He's interval for ReLU is wider."""


wrong.like(glorot_normal.window_forgotten, {"int(np.prod(u.shape[1:]))": "u.shape[1]"}, loses=[convolutions])
wrong.like(he_normal.slope_ignored, {"(1 + negative_slope**2) * fan_in": "fan_in"}, loses=[slopes])
wrong.like(he_normal.slope_not_squared, {"slope**2": "slope"}, loses=[slopes])
wrong.like(
    glorot_normal.float32_lost,
    {"(6 /": "np.sqrt(6 /", " ** 0.5": "", "2 * r * u - r": "(2 * u - 1) * r"},
    loses=[contract],
)

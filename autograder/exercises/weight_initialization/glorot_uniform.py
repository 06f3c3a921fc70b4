"""glorot_uniform: Glorot's initialization, uniformly distributed."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.weight_initialization import glorot_normal, initialized, random_convolutions, zeros

TEXTBOOK = """\
def glorot_uniform(u, gain=1.0):
    pixels = int(np.prod(u.shape[2:]))
    r = gain * (6 / ((u.shape[0] + u.shape[1]) * pixels)) ** 0.5
    return 2 * r * u - r
"""
glorot_uniform = Exercise(
    TEXTBOOK,
    takes="u: (out, in, *window); gain: number",
    pytorch="torch.nn.init.xavier_uniform_(w, gain), with the same noise",
    source="Glorot and Bengio 2010, eq. 16",
    handed_out=True,
)
requirement, wrong = glorot_uniform.requirement, glorot_uniform.wrong


@glorot_uniform.pytorch_reference
def reference(u, gain=1.0):
    return initialized("xavier_uniform_", u, gain=gain)


@requirement("dense layers", points=2)
def dense(sample):
    yield case("5 inputs, 1 unit", u=np.array([[0.0, 0.25, 0.5, 0.75, 0.125]]), gain=1.0)
    yield case("gain left out", u=np.array([[0.75], [0.25]]))
    for _ in sample.repeat(public=2, hidden=5):
        yield case("a random dense layer", u=sample.uniform(*sample.shape()), gain=1.0)


@requirement("convolutions", points=1)
def convolutions(sample):
    yield case("2 channels in, 1 out, a window of 1 x 2", u=np.array([[[[0.0, 0.25]], [[0.5, 0.75]]]]), gain=1.0)
    for name, u in random_convolutions(sample, sample.uniform):
        yield case(name, u=u, gain=1.0)


@requirement("other gain", points=1)
def other_gain(sample):
    u = np.array([[0.0, 0.25, 0.5, 0.75, 0.125]])
    yield case("gain = 4", u=u, gain=4.0)
    yield case("PyTorch's gain for tanh, 5/3", u=u, gain=5 / 3)
    for _ in sample.repeat(public=2, hidden=4):
        yield case("a random gain", u=sample.uniform(*sample.shape()), gain=sample.choice((0.1, 0.5, 1.414, 3.0)))


@glorot_uniform.contract(without=["whole numbers"], more=zeros)
def contract(sample):
    return {"u": sample.uniform(*sample.shape(largest=4)), "gain": 1.0}


@wrong({"6 /": "2 /"})
def deviation_as_bound():
    """Your interval ends at one standard deviation. Uniform numbers in [-r, r) have the variance r²/3, not r²: the
    interval has to be wider."""


@wrong({"2 * r * u - r": "r * u"})
def not_centred():
    """All your weights are positive, from 0 to r. Stretch u and shift it, so that 0 becomes -r and 1 becomes r."""


@wrong({"2 * r * u - r": "r * (u - 0.5)"})
def half_as_wide():
    """Centered, but half as wide as it should be: your weights run from -r/2 to r/2. The interval from -r to r has
    the length 2r."""


@wrong({"6 /": "3 /"})
def sum_of_the_fans():
    """You divide 3 by the sum of the fans. The average is half of the sum."""


@wrong({"6 / ((u.shape[0] + u.shape[1]) * pixels)": "3 / (u.shape[1] * pixels)"})
def fan_in_only():
    """Your bound is the root of 3/fan_in: that keeps the signal on its way forward. Glorot's compromise with the way
    back takes the average of both fans."""


@wrong({"6 /": "12 /"})
def average_and_six():
    """You divide 6 by the average of the fans. It is 3 over the average, or 6 over the sum."""


wrong.like(glorot_normal.window_forgotten, {" * pixels": ""}, loses=[convolutions])


@wrong({"gain * (6": "(6 * gain"}, loses=[other_gain])
def gain_inside_the_root():
    """The gain stands under your square root. It multiplies the weights, so it multiplies the bound."""


wrong.like(glorot_normal.gain_ignored, {"gain * ": ""}, loses=[other_gain])
wrong.like(
    glorot_normal.float32_lost,
    {"(6 /": "np.sqrt(6 /", " ** 0.5": "", "2 * r * u - r": "(2 * u - 1) * r"},
    loses=[contract],
)

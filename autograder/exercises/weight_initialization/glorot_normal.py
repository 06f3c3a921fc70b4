"""glorot_normal: Glorot's initialization, normally distributed."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.weight_initialization import initialized, random_convolutions

TEXTBOOK = """\
def glorot_normal(noise, gain=1.0):
    pixels = int(np.prod(noise.shape[2:]))
    fan_avg = (noise.shape[0] + noise.shape[1]) * pixels / 2
    return gain * (1 / fan_avg) ** 0.5 * noise
"""
glorot_normal = Exercise(
    TEXTBOOK,
    takes="noise: (out, in, *window); gain: number",
    pytorch="torch.nn.init.xavier_normal_(w, gain), with the same noise",
    source="Glorot and Bengio 2010, eq. 12",
    handed_out=True,
)
requirement, wrong = glorot_normal.requirement, glorot_normal.wrong


@glorot_normal.pytorch_reference
def reference(noise, gain=1.0):
    return initialized("xavier_normal_", noise, gain=gain)


@requirement("dense layers", points=2)
def dense(sample):
    yield case("7 inputs, 1 unit", noise=np.array([[2.0, -2.0, 1.0, 0.0, 4.0, -1.0, 3.0]]), gain=1.0)
    yield case("gain left out", noise=np.array([[2.0], [-4.0], [6.0]]))
    for _ in sample.repeat(public=2, hidden=5):
        yield case("a random dense layer", noise=sample.normal(*sample.shape()), gain=1.0)


@requirement("convolutions", points=1)
def convolutions(sample):
    yield case("2 channels in, 1 out, a window of 1 x 6", noise=np.arange(12.0).reshape(1, 2, 1, 6), gain=1.0)
    for name, noise in random_convolutions(sample, sample.normal):
        yield case(name, noise=noise, gain=1.0)


@requirement("other gain", points=1)
def other_gain(sample):
    noise = np.array([[2.0, -2.0, 1.0, 0.0, 4.0, -1.0, 3.0]])
    yield case("gain = 4", noise=noise, gain=4.0)
    yield case("PyTorch's gain for tanh, 5/3", noise=noise, gain=5 / 3)
    for _ in sample.repeat(public=2, hidden=4):
        yield case("a random gain", noise=sample.normal(*sample.shape()), gain=sample.choice((0.1, 0.5, 1.414, 3.0)))


@glorot_normal.contract()
def contract(sample):
    return {"noise": sample.normal(*sample.shape(largest=4)), "gain": 1.0}


@wrong({" ** 0.5": ""})
def variance_as_deviation():
    """You multiply by the variance. Noise with standard deviation 1 times s has the standard deviation s, so the
    factor is the root of the variance."""


@wrong({" * pixels / 2": " * pixels"})
def sum_of_the_fans():
    """Your variance is 1 over the sum of the two fans. The average is half of the sum."""


@wrong({"(noise.shape[0] + noise.shape[1]) * pixels / 2": "noise.shape[1] * pixels"})
def fan_in_only():
    """Your variance is 1/fan_in: that keeps the signal on its way forward. Glorot's compromise with the way back
    takes the average of both fans."""


@wrong({"1 / fan_avg": "2 / fan_avg"})
def factor_2_of_he():
    """Your variance is 2/fan_avg, twice Glorot's. The factor 2 belongs to ReLU, and to He's rule."""


@wrong({"* noise": "* (noise - noise.mean()) / noise.std()"})
def standardized_noise():
    """You standardize the noise first. The rule is about the distribution that the weights are drawn from: what was
    drawn is scaled, and nothing else."""


@wrong({" * pixels / 2": " / 2"}, loses=[convolutions])
def window_forgotten():
    """In a convolution the fans also count the pixels of the window: every channel is looked at in kh x kw places."""


@wrong({"shape[2:]": "shape[:-2]", "shape[0]": "shape[-2]", "shape[1]": "shape[-1]"}, loses=[convolutions])
def layout_of_keras():
    """For convolutions you take the last two axes for inputs and outputs, as Keras does: here they are the first
    two."""


@wrong({"gain * (1 / fan_avg)": "(gain / fan_avg)"}, loses=[other_gain])
def gain_inside_the_root():
    """The gain stands under your square root. It multiplies the weights, so it multiplies the standard deviation."""


@wrong({"gain * ": ""}, loses=[other_gain])
def gain_ignored():
    """`gain` has no effect on your result."""


@wrong({"(1 / fan_avg) ** 0.5": "np.sqrt(1 / fan_avg)"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

"""lecun_normal: LeCun's initialization, normally distributed."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.weight_initialization import glorot_normal, he_normal, initialized, random_convolutions

TEXTBOOK = """\
def lecun_normal(noise):
    fan_in = int(np.prod(noise.shape[1:]))
    return (1 / fan_in) ** 0.5 * noise
"""
lecun_normal = Exercise(
    TEXTBOOK,
    takes="noise: (out, in, *window)",
    pytorch='torch.nn.init.kaiming_normal_(w, nonlinearity="linear"), with the same noise',
    source="LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.6; Klambauer et al. 2017 for SELU",
    handed_out=True,
)
requirement, wrong = lecun_normal.requirement, lecun_normal.wrong


@lecun_normal.pytorch_reference
def reference(noise):
    return initialized("kaiming_normal_", noise, nonlinearity="linear")


@requirement("dense layers", points=2)
def dense(sample):
    yield case("4 inputs, 1 unit", noise=np.array([[2.0, -4.0, 1.0, 8.0]]))
    yield case("9 inputs, 1 unit", noise=np.array([[3.0, -6.0, 1.0, 0.0, 2.0, 9.0, 5.0, -3.0, 4.0]]))
    for _ in sample.repeat(public=2, hidden=5):
        yield case("a random dense layer", noise=sample.normal(*sample.shape()))


@requirement("convolutions", points=2)
def convolutions(sample):
    yield case("2 channels in, 1 out, a window of 1 x 2", noise=np.array([[[[2.0, -4.0]], [[6.0, 8.0]]]]))
    for name, noise in random_convolutions(sample, sample.normal):
        yield case(name, noise=noise)


@lecun_normal.contract()
def contract(sample):
    return {"noise": sample.normal(*sample.shape(largest=4))}


@wrong({"1 / fan_in": "2 / fan_in"})
def factor_2_of_he():
    """Your variance is 2/fan_in, which is He's, for ReLU. LeCun's has no factor 2: nothing is cut off."""


@wrong({"(1 / fan_in)": "3 / 4 * (1 / fan_in)"})
def gain_for_selu():
    """Your weights carry the factor 3/4, PyTorch's gain for "selu". The self-normalizing rule is 1/fan_in itself,
    which PyTorch calls "linear"."""


@wrong({"1 / fan_in": "1 / (3 * fan_in)"})
def default_of_linear_layers():
    """Your variance is that of a fresh nn.Linear, a third of LeCun's: uniform numbers within 1/sqrt(fan_in) have the
    variance 1/(3 fan_in)."""


wrong.like(he_normal.fan_out, {"int(np.prod(noise.shape[1:]))": "noise[:, 0].size"})


@wrong({"int(np.prod(noise.shape[1:]))": "(noise[0].size + noise[:, 0].size) / 2"})
def average_of_the_fans():
    """You divide by the average of the fans, as Glorot does. LeCun's rule takes fan_in alone."""


wrong.like(glorot_normal.variance_as_deviation, {" ** 0.5": ""})
wrong.like(glorot_normal.window_forgotten, {"int(np.prod(noise.shape[1:]))": "noise.shape[1]"}, loses=[convolutions])
wrong.like(glorot_normal.float32_lost, {"(1 / fan_in) ** 0.5": "np.sqrt(1 / fan_in)"}, loses=[contract])

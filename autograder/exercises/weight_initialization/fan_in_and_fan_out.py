"""fan_in_and_fan_out: how many inputs a unit has, and how many units use an input."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise

TEXTBOOK = """\
def fan_in_and_fan_out(shape):
    pixels = int(np.prod(shape[2:]))
    return shape[1] * pixels, shape[0] * pixels
"""

fan_in_and_fan_out = Exercise(
    TEXTBOOK,
    outputs=("fan_in", "fan_out"),
    summary="how many inputs a unit has, and how many units use an input",
    pytorch="torch.nn.init._calculate_fan_in_and_fan_out(weight)",
    source="Glorot and Bengio 2010, section 4.2; for convolutions He, Zhang, Ren and Sun 2015, section 2.2",
)
requirement, wrong = fan_in_and_fan_out.requirement, fan_in_and_fan_out.wrong


@fan_in_and_fan_out.pytorch_reference
def reference(shape):
    """PyTorch's own count, on a tensor of this shape without memory."""
    import torch

    return torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape, device="meta"))


@requirement("dense layers", points=1)
def dense(sample):
    """(out, in)."""
    yield case("2 inputs, 3 units", shape=(3, 2))
    yield case("one unit", shape=(1, 7))
    yield case("784 inputs, 100 units", shape=(100, 784))
    for _ in sample.repeat(public=2, hidden=5):
        yield case("a random dense layer", shape=sample.shape(2, largest=300))


@requirement("convolutions", points=1)
def images(sample):
    """(out, in, kh, kw), with windows that are not square, too."""
    yield case("2 channels in, 3 out, a window of 1 x 5 pixels", shape=(3, 2, 1, 5))
    yield case("3 channels in, 16 out, a window of 3 x 3 pixels", shape=(16, 3, 3, 3))
    for _ in sample.repeat(public=2, hidden=5):
        yield case("a random convolution", shape=sample.shape(4, largest=12))


@requirement("windows with one and three sides", points=1)
def other_windows(sample):
    """(out, in, k) for sequences and (out, in, kd, kh, kw) for volumes."""
    yield case("sequences: 2 channels in, 3 out, a window of 4", shape=(3, 2, 4))
    yield case("volumes: 2 channels in, 3 out, a window of 1 x 4 x 5", shape=(3, 2, 1, 4, 5))
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random, for sequences", shape=sample.shape(3, largest=12))
        yield case("random, for volumes", shape=sample.shape(5, largest=9))


@wrong(
    {
        "pixels =": "receptive_field =",
        "return shape[": "return shape[0] * receptive_field, shape[",
        "pixels, shape[0] * pixels": "receptive_field",
    }
)
def exchanged():
    """The two fans are exchanged. In PyTorch's layout the first axis counts the units, the second their inputs; and
    fan_in is returned first."""


@wrong()
def layout_of_keras(shape):
    """You read the shape as Keras writes it, with inputs and outputs as the last two axes. Here the outputs are axis
    0, the inputs axis 1, and the window comes after them."""
    receptive_field = int(np.prod(shape[:-2]))
    return shape[-2] * receptive_field, shape[-1] * receptive_field


@wrong(keeps=[dense])
def window_forgotten(shape):
    """Right for dense layers. In a convolution a unit looks at a whole window of every channel: count the weights
    that meet in one output pixel."""
    return shape[1], shape[0]


@wrong(keeps=[dense])
def fan_out_without_window(shape):
    """fan_in is right. But an input pixel, too, lies in several windows, at every place within them once: how many
    products of one output channel is it part of?"""
    return int(np.prod(shape[1:])), shape[0]


@wrong(keeps=[dense])
def square_windows_only(shape):
    """You square one side of the window. Windows need not be square, and not every window has two sides: multiply
    all the sides there are."""
    window = shape[2] ** 2 if len(shape) > 2 else 1
    return shape[1] * window, shape[0] * window


@wrong(loses=[other_windows])
def images_only(shape):
    """Images are right, but a window can also have one side (sequences) or three (volumes). Multiply all axes from
    the third on, however many there are."""
    window = shape[2] * shape[3] if len(shape) == 4 else 1
    return shape[1] * window, shape[0] * window


@wrong(keeps=[dense])
def all_but_the_own_side(shape):
    """fan_in is right: all axes but the first. For fan_out leave out the axis of the *inputs*, which is the second,
    not the last one."""
    return int(np.prod(shape[1:])), int(np.prod(shape[:-1]))


@wrong(loses=[dense])
def product_of_nothing(shape):
    """The values are right, but for a dense layer they are floating-point numbers: np.prod of an empty tuple is 1.0,
    not 1. A count is a whole number: int(...) around the product settles it."""
    receptive_field = np.prod(shape[2:])
    return shape[1] * receptive_field, shape[0] * receptive_field

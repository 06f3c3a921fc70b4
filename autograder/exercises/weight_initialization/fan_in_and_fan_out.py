"""fan_in_and_fan_out: how many inputs a unit has, and how many units use an input."""

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def fan_in_and_fan_out(shape):
    pixels = int(np.prod(shape[2:]))
    return shape[1] * pixels, shape[0] * pixels
"""
fan_in_and_fan_out = Exercise(
    TEXTBOOK,
    takes="shape: tuple of int",
    outputs=("fan_in", "fan_out"),
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
    yield case("2 inputs, 3 units", shape=(3, 2))
    yield case("one unit", shape=(1, 7))
    yield case("784 inputs, 100 units", shape=(100, 784))
    for _ in sample.repeat(public=2, hidden=5):
        yield case("a random dense layer", shape=sample.shape(2, largest=300))


@requirement("convolutions", points=2)
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


@wrong({"shape[1] * pixels, shape[0] * pixels": "shape[0] * pixels, shape[1] * pixels"})
def exchanged():
    """The two fans are exchanged. In PyTorch's layout the first axis counts the units, the second their inputs; and
    fan_in is returned first."""


@wrong({"[2:]": "[:-2]", "[1]": "[-2]", "[0]": "[-1]"})
def layout_of_keras():
    """You read the shape as Keras writes it, with inputs and outputs as the last two axes. Here the outputs are axis
    0, the inputs axis 1, and the window comes after them."""


@wrong({"shape[1] * pixels, shape[0] * pixels": "shape[1], shape[0]"}, keeps=[dense])
def window_forgotten():
    """In a convolution a unit looks at a whole window of every channel: count the weights that meet in one output
    pixel."""


@wrong({"shape[0] * pixels": "shape[0]"}, keeps=[dense])
def fan_out_without_window():
    """An input pixel, too, lies in several windows, at every place within them once: how many products of one output
    channel is it part of?"""


@wrong({"int(np.prod(shape[2:]))": "shape[2] ** 2 if len(shape) > 2 else 1"}, keeps=[dense])
def square_windows_only():
    """You square one side of the window. Windows need not be square, and not every window has two sides: multiply
    all the sides there are."""


@wrong({"int(np.prod(shape[2:]))": "shape[2] * shape[3] if len(shape) == 4 else 1"}, loses=[other_windows])
def images_only():
    """A window can also have one side (sequences) or three (volumes). Multiply all axes from the third on, however
    many there are."""


@wrong({"shape[0] * pixels": "int(np.prod(shape[:-1]))"}, keeps=[dense])
def all_but_the_own_side():
    """For fan_out leave out the axis of the *inputs*, which is the second, not the last one."""


@wrong({"int(np.prod(shape[2:]))": "np.prod(shape[2:])"}, loses=[dense])
def product_of_nothing():
    """For a dense layer your fans are floating-point numbers. A count is a whole number. (np.prod of an empty tuple
    is 1.0, not 1.)"""

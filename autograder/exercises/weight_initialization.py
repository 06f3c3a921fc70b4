"""Kernels of `1_training_problems/2_weight_initialization`: how large the random weights of a layer are at the start.

The randomness comes in as an argument: `noise` holds standard normal numbers, `u` uniform numbers in [0, 1), in the
shape of the weight, (out, in) for a dense layer and (out, in, kh, kw) for a convolution. So every kernel has one right
answer. The references scale the noise by PyTorch's own fans and gains; that this is what `torch.nn.init` draws from the
same seed is shown in tests/notebooks/test_weight_initialization_claims.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise, Mistake, Requirement, case
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "1_training_problems/2_weight_initialization"

DENSE = "dense layers"
CONVOLUTIONS = "convolutions"
CONTRACT = "any memory order and dtype"


def random_noise(draw: Sampler, dimensions: int, public: int, hidden: int) -> Iterator[np.ndarray]:
    """Noise for weights with so many axes."""
    for _ in draw.rounds(public, hidden):
        yield draw.normal(*draw.shape(dimensions))


def noise_of_any_kind(draw: Sampler) -> Iterator[tuple[str, np.ndarray]]:
    """Standard normal numbers for dense layers, in every dtype and memory order, the smallest array first."""
    yield "float32", np.array([[2.0, -4.0, 1.0, 8.0]], dtype="float32")
    yield "whole numbers", np.array([[1, -2], [3, 0], [-1, 4]])
    yield "Fortran order", np.asfortranarray(draw.normal(3, 5))
    yield "every second entry of a larger array", strided(draw.normal(4, 6))
    for _ in draw.rounds(public=1, hidden=3):
        yield "random float32 numbers", draw.normal(*draw.shape(), dtype="float32")


def uniform_of_any_kind(draw: Sampler) -> Iterator[tuple[str, np.ndarray]]:
    """Uniform numbers for dense layers, in every dtype and memory order, the smallest array first."""
    yield "float32", np.array([[0.75], [0.25], [0.0]], dtype="float32")
    yield "whole numbers", np.array([[0, 0], [0, 0], [0, 0]])
    yield "Fortran order", np.asfortranarray(draw.uniform(3, 5))
    yield "every second entry of a larger array", strided(draw.uniform(4, 6))
    for _ in draw.rounds(public=1, hidden=3):
        yield "random float32 numbers", draw.uniform(*draw.shape(), dtype="float32")


# ---------------------------------------------------------------- fan_in_and_fan_out


def fan_in_and_fan_out_reference(shape):
    """PyTorch's own count, on a tensor of this shape without memory."""
    import torch

    return torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape, device="meta"))


def fan_in_and_fan_out_dense(draw: Sampler) -> Iterator[Case]:
    """(out, in)."""
    yield case("2 inputs, 3 units", shape=(3, 2))
    yield case("one unit", shape=(1, 7))
    yield case("784 inputs, 100 units", shape=(100, 784))
    for _ in draw.rounds(public=2, hidden=5):
        yield case("a random dense layer", shape=draw.shape(2, largest=300))


def fan_in_and_fan_out_images(draw: Sampler) -> Iterator[Case]:
    """(out, in, kh, kw), with windows that are not square, too."""
    yield case("2 channels in, 3 out, a window of 1 x 5 pixels", shape=(3, 2, 1, 5))
    yield case("3 channels in, 16 out, a window of 3 x 3 pixels", shape=(16, 3, 3, 3))
    for _ in draw.rounds(public=2, hidden=5):
        yield case("a random convolution", shape=draw.shape(4, largest=12))


def fan_in_and_fan_out_other_windows(draw: Sampler) -> Iterator[Case]:
    """(out, in, k) for sequences and (out, in, kd, kh, kw) for volumes."""
    yield case("sequences: 2 channels in, 3 out, a window of 4", shape=(3, 2, 4))
    yield case("volumes: 2 channels in, 3 out, a window of 1 x 4 x 5", shape=(3, 2, 1, 4, 5))
    for _ in draw.rounds(public=1, hidden=4):
        yield case("random, for sequences", shape=draw.shape(3, largest=12))
        yield case("random, for volumes", shape=draw.shape(5, largest=9))


def fan_in_and_fan_out_exchanged(shape):
    receptive_field = int(np.prod(shape[2:]))
    return shape[0] * receptive_field, shape[1] * receptive_field


def fan_in_and_fan_out_layout_of_keras(shape):
    receptive_field = int(np.prod(shape[:-2]))
    return shape[-2] * receptive_field, shape[-1] * receptive_field


def fan_in_and_fan_out_window_forgotten(shape):
    return shape[1], shape[0]


def fan_in_and_fan_out_fan_out_without_window(shape):
    return int(np.prod(shape[1:])), shape[0]


def fan_in_and_fan_out_square_windows_only(shape):
    window = shape[2] ** 2 if len(shape) > 2 else 1
    return shape[1] * window, shape[0] * window


def fan_in_and_fan_out_images_only(shape):
    window = shape[2] * shape[3] if len(shape) == 4 else 1
    return shape[1] * window, shape[0] * window


def fan_in_and_fan_out_all_but_the_own_side(shape):
    return int(np.prod(shape[1:])), int(np.prod(shape[:-1]))


def fan_in_and_fan_out_product_of_nothing(shape):
    receptive_field = np.prod(shape[2:])
    return shape[1] * receptive_field, shape[0] * receptive_field


ALL_OF_FANS = (DENSE, CONVOLUTIONS, "windows with one and three sides")

FAN_IN_AND_FAN_OUT = Exercise(
    name="fan_in_and_fan_out",
    parameters=("shape",),
    summary="how many inputs a unit has, and how many units use an input",
    pytorch="torch.nn.init._calculate_fan_in_and_fan_out(weight)",
    source="Glorot and Bengio 2010, section 4.2; for convolutions He, Zhang, Ren and Sun 2015, section 2.2",
    reference=fan_in_and_fan_out_reference,
    requirements=(
        Requirement(DENSE, 1, fan_in_and_fan_out_dense),
        Requirement(CONVOLUTIONS, 1, fan_in_and_fan_out_images),
        Requirement("windows with one and three sides", 1, fan_in_and_fan_out_other_windows),
    ),
    mistakes=(
        Mistake(
            fan_in_and_fan_out_exchanged,
            "The two fans are exchanged. In PyTorch's layout the first axis counts the units, the second their inputs; "
            "and fan_in is returned first.",
            loses=ALL_OF_FANS,
        ),
        Mistake(
            fan_in_and_fan_out_layout_of_keras,
            "You read the shape as Keras writes it, with inputs and outputs as the last two axes. Here the outputs are "
            "axis 0, the inputs axis 1, and the window comes after them.",
            loses=ALL_OF_FANS,
        ),
        Mistake(
            fan_in_and_fan_out_window_forgotten,
            "Right for dense layers. In a convolution a unit looks at a whole window of every channel: "
            "count the weights that meet in one output pixel.",
            loses=(CONVOLUTIONS, "windows with one and three sides"),
        ),
        Mistake(
            fan_in_and_fan_out_fan_out_without_window,
            "fan_in is right. But an input pixel, too, lies in several windows, at every place within them once: "
            "how many products of one output channel is it part of?",
            loses=(CONVOLUTIONS, "windows with one and three sides"),
        ),
        Mistake(
            fan_in_and_fan_out_square_windows_only,
            "You square one side of the window. Windows need not be square, and not every window has two sides: "
            "multiply all the sides there are.",
            loses=(CONVOLUTIONS, "windows with one and three sides"),
        ),
        Mistake(
            fan_in_and_fan_out_images_only,
            "Images are right, but a window can also have one side (sequences) or three (volumes). "
            "Multiply all axes from the third on, however many there are.",
            loses=("windows with one and three sides",),
        ),
        Mistake(
            fan_in_and_fan_out_all_but_the_own_side,
            "fan_in is right: all axes but the first. For fan_out leave out the axis of the *inputs*, "
            "which is the second, not the last one.",
            loses=(CONVOLUTIONS, "windows with one and three sides"),
        ),
        Mistake(
            fan_in_and_fan_out_product_of_nothing,
            "The values are right, but for a dense layer they are floating-point numbers: np.prod of an empty tuple is "
            "1.0, not 1. A count is a whole number: int(...) around the product settles it.",
            loses=(DENSE,),
        ),
    ),
    outputs=("fan_in", "fan_out"),
)

# ---------------------------------------------------------------- glorot_normal


def glorot_normal_reference(noise, gain=1.0):
    """The noise times the standard deviation of `torch.nn.init.xavier_normal_`."""
    import torch

    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(noise)
    return noise * (gain * math.sqrt(2.0 / (fan_in + fan_out)))


def glorot_normal_dense(draw: Sampler) -> Iterator[Case]:
    """(out, in), gain 1 given and by default."""
    yield case("7 inputs, 1 unit", noise=np.array([[2.0, -2.0, 1.0, 0.0, 4.0, -1.0, 3.0]]), gain=1.0)
    yield case("gain left out", noise=np.array([[2.0], [-4.0], [6.0]]))
    for noise in random_noise(draw, 2, public=2, hidden=5):
        yield case("a random dense layer", noise=noise, gain=1.0)


def glorot_normal_convolutions(draw: Sampler) -> Iterator[Case]:
    """(out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw)."""
    yield case("2 channels in, 1 out, a window of 1 x 6", noise=np.arange(12.0).reshape(1, 2, 1, 6), gain=1.0)
    for noise in random_noise(draw, 4, public=2, hidden=4):
        yield case("a random convolution", noise=noise, gain=1.0)
    yield case("a convolution of sequences", noise=draw.normal(4, 2, 5), gain=1.0)
    yield case("a convolution of volumes", noise=draw.normal(3, 2, 4, 1, 2), gain=1.0)


def glorot_normal_other_gain(draw: Sampler) -> Iterator[Case]:
    """Gains above and below 1."""
    noise = np.array([[2.0, -2.0, 1.0, 0.0, 4.0, -1.0, 3.0]])
    yield case("gain = 4", noise=noise, gain=4.0)
    yield case("PyTorch's gain for tanh, 5/3", noise=noise, gain=5 / 3)
    for noise in random_noise(draw, 2, public=2, hidden=4):
        yield case("a random gain", noise=noise, gain=draw.choice((0.1, 0.5, 1.414, 3.0)))


def glorot_normal_any_array(draw: Sampler) -> Iterator[Case]:
    """Gain 1, dense layers."""
    for name, noise in noise_of_any_kind(draw):
        yield case(name, noise=noise, gain=1.0)


def glorot_normal_variance_as_deviation(noise, gain=1.0):
    return noise * gain * (2 / (noise[0].size + noise[:, 0].size))


def glorot_normal_sum_of_the_fans(noise, gain=1.0):
    return noise * gain * (1 / (noise[0].size + noise[:, 0].size)) ** 0.5


def glorot_normal_fan_in_only(noise, gain=1.0):
    return noise * gain * (1 / noise[0].size) ** 0.5


def glorot_normal_factor_2_of_he(noise, gain=1.0):
    return noise * gain * (4 / (noise[0].size + noise[:, 0].size)) ** 0.5


def glorot_normal_standardized_noise(noise, gain=1.0):
    return (noise - noise.mean()) / noise.std() * gain * (2 / (noise[0].size + noise[:, 0].size)) ** 0.5


def glorot_normal_window_forgotten(noise, gain=1.0):
    return noise * gain * (2 / sum(noise.shape[:2])) ** 0.5


def glorot_normal_layout_of_keras(noise, gain=1.0):
    receptive_field = int(np.prod(noise.shape[:-2]))
    fan_avg = (noise.shape[-2] + noise.shape[-1]) * receptive_field / 2
    return noise * gain * (1 / fan_avg) ** 0.5


def glorot_normal_gain_inside_the_root(noise, gain=1.0):
    return noise * (2 * gain / (noise[0].size + noise[:, 0].size)) ** 0.5


def glorot_normal_gain_ignored(noise, gain=1.0):
    return noise * (2 / (noise[0].size + noise[:, 0].size)) ** 0.5


def glorot_normal_float32_lost(noise, gain=1.0):
    return noise * gain * np.sqrt(2 / (noise[0].size + noise[:, 0].size))


ALL_OF_GLOROT = (DENSE, CONVOLUTIONS, "other gain", CONTRACT)

FLOAT32_LOST = (
    "Right numbers, but float32 comes back as float64: the result of np.sqrt is one of NumPy's own float64 numbers, "
    "and an array times such a number becomes float64. float(...) around it makes a Python number, which leaves the "
    "array's dtype alone."
)
WINDOW_FORGOTTEN = (
    "Dense layers are right. In a convolution the fans also count the pixels of the window: every channel is "
    "looked at in kh x kw places."
)
GAIN_IGNORED = "Right for gain = 1, but you do not use the parameter gain."
VARIANCE_AS_DEVIATION = (
    "You multiply by the variance. Noise with standard deviation 1 times s has the standard deviation s, so the factor "
    "is the root of the variance."
)

FAN_OUT = "You divide by fan_out. What a unit adds up are its inputs: fan_in, everything but the first axis."
DEVIATION_AS_BOUND = (
    "Your interval ends at one standard deviation. Uniform numbers in [-r, r) have the variance r²/3, not r²: "
    "the interval has to be wider."
)
NOT_CENTRED = (
    "All your weights are positive, from 0 to r. Stretch u and shift it, so that 0 becomes -r and 1 becomes r."
)
HALF_AS_WIDE = (
    "Centred, but half as wide as it should be: your weights run from -r/2 to r/2. The interval from -r to r has the "
    "length 2r."
)
SLOPE_IGNORED = (
    "Right for ReLU, but you do not use negative_slope. What leaks through on the negative side adds to the signal, "
    "so the weights have to be smaller."
)
SLOPE_NOT_SQUARED = (
    "Right for slope 0 and 1, where a = a². The variance is about squares: how large is the mean of (a z)²?"
)

GLOROT_NORMAL = Exercise(
    name="glorot_normal",
    parameters=("noise", "gain"),
    summary="Glorot's initialization, normally distributed",
    pytorch="torch.nn.init.xavier_normal_(w, gain), with the same noise",
    source="Glorot and Bengio 2010, eq. 12",
    reference=glorot_normal_reference,
    requirements=(
        Requirement(DENSE, 1, glorot_normal_dense),
        Requirement(CONVOLUTIONS, 1, glorot_normal_convolutions),
        Requirement("other gain", 1, glorot_normal_other_gain),
        Requirement(CONTRACT, 1, glorot_normal_any_array),
    ),
    mistakes=(
        Mistake(glorot_normal_variance_as_deviation, VARIANCE_AS_DEVIATION, loses=ALL_OF_GLOROT),
        Mistake(
            glorot_normal_sum_of_the_fans,
            "Your variance is 1 over the sum of the two fans. The average is half of the sum.",
            loses=ALL_OF_GLOROT,
        ),
        Mistake(
            glorot_normal_fan_in_only,
            "Your variance is 1/fan_in: that keeps the signal on its way forward. Glorot's compromise with the way "
            "back takes the average of both fans.",
            loses=ALL_OF_GLOROT,
        ),
        Mistake(
            glorot_normal_factor_2_of_he,
            "Your variance is 2/fan_avg, twice Glorot's. The factor 2 belongs to ReLU, and to He's rule.",
            loses=ALL_OF_GLOROT,
        ),
        Mistake(
            glorot_normal_standardized_noise,
            "You standardize the noise first. The rule is about the distribution that the weights are drawn from: what "
            "was drawn is scaled, and nothing else.",
            loses=ALL_OF_GLOROT,
        ),
        Mistake(glorot_normal_window_forgotten, WINDOW_FORGOTTEN, loses=(CONVOLUTIONS,)),
        Mistake(
            glorot_normal_layout_of_keras,
            "Dense layers are right because the sum of the fans is the same both ways round. For convolutions you take "
            "the last two axes for inputs and outputs, as Keras does: here they are the first two.",
            loses=(CONVOLUTIONS,),
        ),
        Mistake(
            glorot_normal_gain_inside_the_root,
            "The gain stands under your square root. It multiplies the weights, so it multiplies the standard "
            "deviation.",
            loses=("other gain",),
        ),
        Mistake(glorot_normal_gain_ignored, GAIN_IGNORED, loses=("other gain",)),
        Mistake(glorot_normal_float32_lost, FLOAT32_LOST, loses=(CONTRACT,)),
    ),
)

# ---------------------------------------------------------------- glorot_uniform


def glorot_uniform_reference(u, gain=1.0):
    """u, stretched to the interval of `torch.nn.init.xavier_uniform_`."""
    import torch

    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(u)
    r = math.sqrt(3.0) * gain * math.sqrt(2.0 / (fan_in + fan_out))
    return u * (2 * r) - r


def glorot_uniform_dense(draw: Sampler) -> Iterator[Case]:
    """(out, in), gain 1 given and by default; u = 0 included."""
    yield case("5 inputs, 1 unit", u=np.array([[0.0, 0.25, 0.5, 0.75, 0.125]]), gain=1.0)
    yield case("gain left out", u=np.array([[0.75], [0.25]]))
    for _ in draw.rounds(public=2, hidden=5):
        yield case("a random dense layer", u=draw.uniform(*draw.shape()), gain=1.0)


def glorot_uniform_convolutions(draw: Sampler) -> Iterator[Case]:
    """(out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw)."""
    yield case("2 channels in, 1 out, a window of 1 x 2", u=np.array([[[[0.0, 0.25]], [[0.5, 0.75]]]]), gain=1.0)
    for _ in draw.rounds(public=2, hidden=4):
        yield case("a random convolution", u=draw.uniform(*draw.shape(4)), gain=1.0)
    yield case("a convolution of sequences", u=draw.uniform(4, 2, 5), gain=1.0)
    yield case("a convolution of volumes", u=draw.uniform(3, 2, 4, 1, 2), gain=1.0)


def glorot_uniform_other_gain(draw: Sampler) -> Iterator[Case]:
    """Gains above and below 1."""
    u = np.array([[0.0, 0.25, 0.5, 0.75, 0.125]])
    yield case("gain = 4", u=u, gain=4.0)
    yield case("PyTorch's gain for tanh, 5/3", u=u, gain=5 / 3)
    for _ in draw.rounds(public=2, hidden=4):
        yield case("a random gain", u=draw.uniform(*draw.shape()), gain=draw.choice((0.1, 0.5, 1.414, 3.0)))


def glorot_uniform_any_array(draw: Sampler) -> Iterator[Case]:
    """Gain 1, dense layers."""
    for name, u in uniform_of_any_kind(draw):
        yield case(name, u=u, gain=1.0)


def glorot_uniform_deviation_as_bound(u, gain=1.0):
    return (2 * u - 1) * gain * (2 / (u[0].size + u[:, 0].size)) ** 0.5


def glorot_uniform_not_centred(u, gain=1.0):
    return u * gain * (6 / (u[0].size + u[:, 0].size)) ** 0.5


def glorot_uniform_half_as_wide(u, gain=1.0):
    return (u - 0.5) * gain * (6 / (u[0].size + u[:, 0].size)) ** 0.5


def glorot_uniform_sum_of_the_fans(u, gain=1.0):
    return (2 * u - 1) * gain * (3 / (u[0].size + u[:, 0].size)) ** 0.5


def glorot_uniform_fan_in_only(u, gain=1.0):
    return (2 * u - 1) * gain * (3 / u[0].size) ** 0.5


def glorot_uniform_average_and_six(u, gain=1.0):
    return (2 * u - 1) * gain * (12 / (u[0].size + u[:, 0].size)) ** 0.5


def glorot_uniform_window_forgotten(u, gain=1.0):
    return (2 * u - 1) * gain * (6 / sum(u.shape[:2])) ** 0.5


def glorot_uniform_gain_inside_the_root(u, gain=1.0):
    return (2 * u - 1) * (6 * gain / (u[0].size + u[:, 0].size)) ** 0.5


def glorot_uniform_gain_ignored(u, gain=1.0):
    return (2 * u - 1) * (6 / (u[0].size + u[:, 0].size)) ** 0.5


def glorot_uniform_float32_lost(u, gain=1.0):
    return (2 * u - 1) * gain * np.sqrt(6 / (u[0].size + u[:, 0].size))


GLOROT_UNIFORM = Exercise(
    name="glorot_uniform",
    parameters=("u", "gain"),
    summary="Glorot's initialization, uniformly distributed",
    pytorch="torch.nn.init.xavier_uniform_(w, gain), with the same noise",
    source="Glorot and Bengio 2010, eq. 16",
    reference=glorot_uniform_reference,
    requirements=(
        Requirement(DENSE, 1, glorot_uniform_dense),
        Requirement(CONVOLUTIONS, 1, glorot_uniform_convolutions),
        Requirement("other gain", 1, glorot_uniform_other_gain),
        Requirement(CONTRACT, 1, glorot_uniform_any_array),
    ),
    mistakes=(
        Mistake(glorot_uniform_deviation_as_bound, DEVIATION_AS_BOUND, loses=ALL_OF_GLOROT),
        Mistake(glorot_uniform_not_centred, NOT_CENTRED, loses=ALL_OF_GLOROT),
        Mistake(glorot_uniform_half_as_wide, HALF_AS_WIDE, loses=ALL_OF_GLOROT),
        Mistake(
            glorot_uniform_sum_of_the_fans,
            "You divide 3 by the sum of the fans. The average is half of the sum.",
            loses=ALL_OF_GLOROT,
        ),
        Mistake(
            glorot_uniform_fan_in_only,
            "Your bound is the root of 3/fan_in: that keeps the signal on its way forward. Glorot's compromise with "
            "the way back takes the average of both fans.",
            loses=ALL_OF_GLOROT,
        ),
        Mistake(
            glorot_uniform_average_and_six,
            "You divide 6 by the average of the fans. It is 3 over the average, or 6 over the sum.",
            loses=ALL_OF_GLOROT,
        ),
        Mistake(glorot_uniform_window_forgotten, WINDOW_FORGOTTEN, loses=(CONVOLUTIONS,)),
        Mistake(
            glorot_uniform_gain_inside_the_root,
            "The gain stands under your square root. It multiplies the weights, so it multiplies the bound.",
            loses=("other gain",),
        ),
        Mistake(glorot_uniform_gain_ignored, GAIN_IGNORED, loses=("other gain",)),
        Mistake(glorot_uniform_float32_lost, FLOAT32_LOST, loses=(CONTRACT,)),
    ),
)

# ---------------------------------------------------------------- he_normal


def he_deviation(weight, negative_slope: float) -> float:
    """The standard deviation of `torch.nn.init.kaiming_normal_` (mode fan_in, nonlinearity leaky_relu)."""
    import torch

    fan_in, _ = torch.nn.init._calculate_fan_in_and_fan_out(weight)
    return torch.nn.init.calculate_gain("leaky_relu", float(negative_slope)) / math.sqrt(fan_in)


def he_normal_reference(noise, negative_slope=0.0):
    """The noise times the standard deviation of `torch.nn.init.kaiming_normal_`."""
    return noise * he_deviation(noise, negative_slope)


def he_normal_dense(draw: Sampler) -> Iterator[Case]:
    """(out, in), for ReLU."""
    yield case("8 inputs, 1 unit", noise=np.array([[2.0, -2.0, 1.0, 0.0, 4.0, -1.0, 3.0, 8.0]]), negative_slope=0.0)
    yield case("1 input, 3 units", noise=np.array([[2.0], [-4.0], [6.0]]), negative_slope=0.0)
    for noise in random_noise(draw, 2, public=2, hidden=5):
        yield case("a random dense layer", noise=noise, negative_slope=0.0)


def he_normal_convolutions(draw: Sampler) -> Iterator[Case]:
    """(out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw), for ReLU."""
    yield case("2 channels in, 1 out, a window of 1 x 4", noise=np.arange(8.0).reshape(1, 2, 1, 4), negative_slope=0.0)
    for noise in random_noise(draw, 4, public=2, hidden=4):
        yield case("a random convolution", noise=noise, negative_slope=0.0)
    yield case("a convolution of sequences", noise=draw.normal(4, 2, 5), negative_slope=0.0)
    yield case("a convolution of volumes", noise=draw.normal(3, 2, 4, 1, 2), negative_slope=0.0)


def he_normal_slopes(draw: Sampler) -> Iterator[Case]:
    """Leaky ReLU, the identity (slope 1), the absolute value (slope -1); and the default."""
    noise = np.array([[2.0, -4.0, 1.0, 8.0]])
    yield case("slope 1: the identity", noise=noise, negative_slope=1.0)
    yield case("slope 0.5", noise=noise, negative_slope=0.5)
    yield case("slope -1: the absolute value", noise=noise, negative_slope=-1.0)
    yield case("slope left out: ReLU", noise=noise)
    for noise in random_noise(draw, 2, public=2, hidden=4):
        yield case("a random slope", noise=noise, negative_slope=draw.number(0.2, 3.0))


def he_normal_any_array(draw: Sampler) -> Iterator[Case]:
    """Dense layers, for ReLU."""
    for name, noise in noise_of_any_kind(draw):
        yield case(name, noise=noise, negative_slope=0.0)


def he_normal_fan_out(noise, negative_slope=0.0):
    return noise * (2 / ((1 + negative_slope**2) * noise[:, 0].size)) ** 0.5


def he_normal_variance_as_deviation(noise, negative_slope=0.0):
    return noise * (2 / ((1 + negative_slope**2) * noise[0].size))


def he_normal_factor_2_forgotten(noise, negative_slope=0.0):
    return noise * (1 / ((1 + negative_slope**2) * noise[0].size)) ** 0.5


def he_normal_average_of_the_fans(noise, negative_slope=0.0):
    return noise * (4 / ((1 + negative_slope**2) * (noise[0].size + noise[:, 0].size))) ** 0.5


def he_normal_window_forgotten(noise, negative_slope=0.0):
    return noise * (2 / ((1 + negative_slope**2) * noise.shape[1])) ** 0.5


def he_normal_slope_ignored(noise, negative_slope=0.0):
    return noise * (2 / noise[0].size) ** 0.5


def he_normal_slope_not_squared(noise, negative_slope=0.0):
    return noise * (2 / ((1 + negative_slope) * noise[0].size)) ** 0.5


def he_normal_slope_of_one_percent(noise, negative_slope=0.01):
    return noise * (2 / ((1 + negative_slope**2) * noise[0].size)) ** 0.5


def he_normal_float32_lost(noise, negative_slope=0.0):
    return noise * np.sqrt(2 / ((1 + negative_slope**2) * noise[0].size))


ALL_OF_HE = (DENSE, CONVOLUTIONS, "leaky ReLU", CONTRACT)

HE_NORMAL = Exercise(
    name="he_normal",
    parameters=("noise", "negative_slope"),
    summary="He's initialization, normally distributed",
    pytorch='torch.nn.init.kaiming_normal_(w, a=negative_slope, mode="fan_in", nonlinearity="leaky_relu"), same noise',
    source="He, Zhang, Ren and Sun 2015, eq. 10 and 15",
    reference=he_normal_reference,
    requirements=(
        Requirement(DENSE, 1, he_normal_dense),
        Requirement(CONVOLUTIONS, 1, he_normal_convolutions),
        Requirement("leaky ReLU", 1, he_normal_slopes),
        Requirement(CONTRACT, 1, he_normal_any_array),
    ),
    mistakes=(
        Mistake(he_normal_fan_out, FAN_OUT, loses=ALL_OF_HE),
        Mistake(he_normal_variance_as_deviation, VARIANCE_AS_DEVIATION, loses=ALL_OF_HE),
        Mistake(
            he_normal_factor_2_forgotten,
            "Your variance is half of He's: the factor 2, which makes up for what ReLU cuts off, is missing.",
            loses=ALL_OF_HE,
        ),
        Mistake(
            he_normal_average_of_the_fans,
            "You divide by the average of the fans, as Glorot does. He's rule takes fan_in alone.",
            loses=ALL_OF_HE,
        ),
        Mistake(he_normal_window_forgotten, WINDOW_FORGOTTEN, loses=(CONVOLUTIONS,)),
        Mistake(he_normal_slope_ignored, SLOPE_IGNORED, loses=("leaky ReLU",)),
        Mistake(he_normal_slope_not_squared, SLOPE_NOT_SQUARED, loses=("leaky ReLU",)),
        Mistake(
            he_normal_slope_of_one_percent,
            "With the slope given you are right; left out, it is 0.01 with you. The default of this course, and of "
            "kaiming_normal_, is 0: ReLU.",
            loses=("leaky ReLU",),
        ),
        Mistake(he_normal_float32_lost, FLOAT32_LOST, loses=(CONTRACT,)),
    ),
)

# ---------------------------------------------------------------- he_uniform


def he_uniform_reference(u, negative_slope=0.0):
    """u, stretched to the interval of `torch.nn.init.kaiming_uniform_`."""
    r = math.sqrt(3.0) * he_deviation(u, negative_slope)
    return u * (2 * r) - r


def he_uniform_dense(draw: Sampler) -> Iterator[Case]:
    """(out, in), for ReLU; u = 0 included."""
    yield case("6 inputs, 1 unit", u=np.array([[0.0, 0.25, 0.5, 0.75, 0.125, 0.875]]), negative_slope=0.0)
    yield case("1 input, 2 units", u=np.array([[0.75], [0.25]]), negative_slope=0.0)
    for _ in draw.rounds(public=2, hidden=5):
        yield case("a random dense layer", u=draw.uniform(*draw.shape()), negative_slope=0.0)


def he_uniform_convolutions(draw: Sampler) -> Iterator[Case]:
    """(out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw), for ReLU."""
    u = np.array([0.0, 0.25, 0.5, 0.75, 0.125, 0.875]).reshape(1, 2, 1, 3)
    yield case("2 channels in, 1 out, a window of 1 x 3", u=u, negative_slope=0.0)
    for _ in draw.rounds(public=2, hidden=4):
        yield case("a random convolution", u=draw.uniform(*draw.shape(4)), negative_slope=0.0)
    yield case("a convolution of sequences", u=draw.uniform(4, 2, 5), negative_slope=0.0)
    yield case("a convolution of volumes", u=draw.uniform(3, 2, 4, 1, 2), negative_slope=0.0)


def he_uniform_slopes(draw: Sampler) -> Iterator[Case]:
    """Leaky ReLU, the identity (slope 1), the root of 5 that nn.Linear passes, the absolute value (-1); the default."""
    u = np.array([[0.0, 0.25, 0.75]])
    yield case("slope 1: the identity", u=u, negative_slope=1.0)
    yield case("slope 0.5", u=u, negative_slope=0.5)
    yield case("the slope that nn.Linear passes, root of 5", u=u, negative_slope=math.sqrt(5))
    yield case("slope -1: the absolute value", u=u, negative_slope=-1.0)
    yield case("slope left out: ReLU", u=u)
    for _ in draw.rounds(public=2, hidden=4):
        yield case("a random slope", u=draw.uniform(*draw.shape()), negative_slope=draw.number(0.2, 3.0))


def he_uniform_any_array(draw: Sampler) -> Iterator[Case]:
    """Dense layers, for ReLU."""
    for name, u in uniform_of_any_kind(draw):
        yield case(name, u=u, negative_slope=0.0)


def he_uniform_lecun(u, negative_slope=0.0):
    return (2 * u - 1) * (3 / ((1 + negative_slope**2) * u[0].size)) ** 0.5


def he_uniform_deviation_as_bound(u, negative_slope=0.0):
    return (2 * u - 1) * (2 / ((1 + negative_slope**2) * u[0].size)) ** 0.5


def he_uniform_not_centred(u, negative_slope=0.0):
    return u * (6 / ((1 + negative_slope**2) * u[0].size)) ** 0.5


def he_uniform_half_as_wide(u, negative_slope=0.0):
    return (u - 0.5) * (6 / ((1 + negative_slope**2) * u[0].size)) ** 0.5


def he_uniform_fan_out(u, negative_slope=0.0):
    return (2 * u - 1) * (6 / ((1 + negative_slope**2) * u[:, 0].size)) ** 0.5


def he_uniform_default_of_linear_layers(u, negative_slope=0.0):
    return (2 * u - 1) * (1 / u[0].size) ** 0.5


def he_uniform_window_forgotten(u, negative_slope=0.0):
    return (2 * u - 1) * (6 / ((1 + negative_slope**2) * u.shape[1])) ** 0.5


def he_uniform_slope_ignored(u, negative_slope=0.0):
    return (2 * u - 1) * (6 / u[0].size) ** 0.5


def he_uniform_slope_not_squared(u, negative_slope=0.0):
    return (2 * u - 1) * (6 / ((1 + negative_slope) * u[0].size)) ** 0.5


def he_uniform_float32_lost(u, negative_slope=0.0):
    return (2 * u - 1) * np.sqrt(6 / ((1 + negative_slope**2) * u[0].size))


HE_UNIFORM = Exercise(
    name="he_uniform",
    parameters=("u", "negative_slope"),
    summary="He's initialization, uniformly distributed",
    pytorch='torch.nn.init.kaiming_uniform_(w, a=negative_slope, mode="fan_in", nonlinearity="leaky_relu"), same noise',
    source="He, Zhang, Ren and Sun 2015, eq. 10 and 15, for the variance",
    reference=he_uniform_reference,
    requirements=(
        Requirement(DENSE, 1, he_uniform_dense),
        Requirement(CONVOLUTIONS, 1, he_uniform_convolutions),
        Requirement("leaky ReLU", 1, he_uniform_slopes),
        Requirement(CONTRACT, 1, he_uniform_any_array),
    ),
    mistakes=(
        Mistake(
            he_uniform_lecun,
            "Your variance is half of He's: r²/3 has to be 2/fan_in, and you have 1/fan_in.",
            loses=ALL_OF_HE,
        ),
        Mistake(he_uniform_deviation_as_bound, DEVIATION_AS_BOUND, loses=ALL_OF_HE),
        Mistake(he_uniform_not_centred, NOT_CENTRED, loses=ALL_OF_HE),
        Mistake(he_uniform_half_as_wide, HALF_AS_WIDE, loses=ALL_OF_HE),
        Mistake(he_uniform_fan_out, FAN_OUT, loses=ALL_OF_HE),
        Mistake(
            he_uniform_default_of_linear_layers,
            "These are the weights of a fresh nn.Linear, within 1/sqrt(fan_in). He's interval for ReLU is wider.",
            loses=ALL_OF_HE,
        ),
        Mistake(he_uniform_window_forgotten, WINDOW_FORGOTTEN, loses=(CONVOLUTIONS,)),
        Mistake(he_uniform_slope_ignored, SLOPE_IGNORED, loses=("leaky ReLU",)),
        Mistake(he_uniform_slope_not_squared, SLOPE_NOT_SQUARED, loses=("leaky ReLU",)),
        Mistake(he_uniform_float32_lost, FLOAT32_LOST, loses=(CONTRACT,)),
    ),
)

# ---------------------------------------------------------------- lecun_normal


def lecun_normal_reference(noise):
    """The noise times the standard deviation of `torch.nn.init.kaiming_normal_(w, nonlinearity="linear")`."""
    import torch

    fan_in, _ = torch.nn.init._calculate_fan_in_and_fan_out(noise)
    return noise * (torch.nn.init.calculate_gain("linear") / math.sqrt(fan_in))


def lecun_normal_dense(draw: Sampler) -> Iterator[Case]:
    """(out, in)."""
    yield case("4 inputs, 1 unit", noise=np.array([[2.0, -4.0, 1.0, 8.0]]))
    yield case("9 inputs, 1 unit", noise=np.array([[3.0, -6.0, 1.0, 0.0, 2.0, 9.0, 5.0, -3.0, 4.0]]))
    for noise in random_noise(draw, 2, public=2, hidden=5):
        yield case("a random dense layer", noise=noise)


def lecun_normal_convolutions(draw: Sampler) -> Iterator[Case]:
    """(out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw)."""
    yield case("2 channels in, 1 out, a window of 1 x 2", noise=np.array([[[[2.0, -4.0]], [[6.0, 8.0]]]]))
    for noise in random_noise(draw, 4, public=2, hidden=4):
        yield case("a random convolution", noise=noise)
    yield case("a convolution of sequences", noise=draw.normal(4, 2, 5))
    yield case("a convolution of volumes", noise=draw.normal(3, 2, 4, 1, 2))


def lecun_normal_any_array(draw: Sampler) -> Iterator[Case]:
    """Dense layers."""
    for name, noise in noise_of_any_kind(draw):
        yield case(name, noise=noise)


def lecun_normal_factor_2_of_he(noise):
    return noise * (2 / noise[0].size) ** 0.5


def lecun_normal_gain_for_selu(noise):
    return noise * (3 / 4) * (1 / noise[0].size) ** 0.5


def lecun_normal_default_of_linear_layers(noise):
    return noise * (1 / (3 * noise[0].size)) ** 0.5


def lecun_normal_fan_out(noise):
    return noise * (1 / noise[:, 0].size) ** 0.5


def lecun_normal_average_of_the_fans(noise):
    return noise * (2 / (noise[0].size + noise[:, 0].size)) ** 0.5


def lecun_normal_variance_as_deviation(noise):
    return noise / noise[0].size


def lecun_normal_window_forgotten(noise):
    return noise * (1 / noise.shape[1]) ** 0.5


def lecun_normal_float32_lost(noise):
    return noise / np.sqrt(noise[0].size)


ALL_OF_LECUN = (DENSE, CONVOLUTIONS, CONTRACT)

LECUN_NORMAL = Exercise(
    name="lecun_normal",
    parameters=("noise",),
    summary="LeCun's initialization, normally distributed",
    pytorch='torch.nn.init.kaiming_normal_(w, nonlinearity="linear"), with the same noise',
    source="LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.6; Klambauer et al. 2017 for SELU",
    reference=lecun_normal_reference,
    requirements=(
        Requirement(DENSE, 1, lecun_normal_dense),
        Requirement(CONVOLUTIONS, 1, lecun_normal_convolutions),
        Requirement(CONTRACT, 1, lecun_normal_any_array),
    ),
    mistakes=(
        Mistake(
            lecun_normal_factor_2_of_he,
            "Your variance is 2/fan_in, which is He's, for ReLU. LeCun's has no factor 2: nothing is cut off.",
            loses=ALL_OF_LECUN,
        ),
        Mistake(
            lecun_normal_gain_for_selu,
            'Your weights carry the factor 3/4, PyTorch\'s gain for "selu". The self-normalizing rule is 1/fan_in '
            'itself, which PyTorch calls "linear".',
            loses=ALL_OF_LECUN,
        ),
        Mistake(
            lecun_normal_default_of_linear_layers,
            "Your variance is that of a fresh nn.Linear, a third of LeCun's: uniform numbers within 1/sqrt(fan_in) "
            "have the variance 1/(3 fan_in).",
            loses=ALL_OF_LECUN,
        ),
        Mistake(lecun_normal_fan_out, FAN_OUT, loses=ALL_OF_LECUN),
        Mistake(
            lecun_normal_average_of_the_fans,
            "You divide by the average of the fans, as Glorot does. LeCun's rule takes fan_in alone.",
            loses=ALL_OF_LECUN,
        ),
        Mistake(lecun_normal_variance_as_deviation, VARIANCE_AS_DEVIATION, loses=ALL_OF_LECUN),
        Mistake(lecun_normal_window_forgotten, WINDOW_FORGOTTEN, loses=(CONVOLUTIONS,)),
        Mistake(lecun_normal_float32_lost, FLOAT32_LOST, loses=(CONTRACT,)),
    ),
)

# ---------------------------------------------------------------- truncated_normal


def truncated_normal_reference(candidates, std, cut=2.0):
    """What `torch.nn.init.trunc_normal_` does, with its draws given: what lies outside is replaced by the next try."""
    import torch

    found = candidates[0]
    for further in candidates[1:]:
        found = torch.where(found.abs() > cut, further, found)
    return found * std


def candidates_for(draw: Sampler, cut: float, *shape: int, dtype: str = "float64") -> np.ndarray:
    """Four to nine tries for an array of this shape: many outside the cut, none at it, the last ones all inside."""
    tries = draw.normal(draw.integer(4, 9), *shape, scale=1.5 * cut)
    tries[-1] = np.round(draw.uniform(*shape, low=-0.95, high=0.95) * cut, 3)
    tries[np.abs(tries) == cut] += 0.25
    return tries.astype(dtype)


def truncated_normal_usual(draw: Sampler) -> Iterator[Case]:
    """A cut of 2 standard deviations: nothing to redraw, one redraw, several; a draw of exactly 0."""
    yield case("one redraw", candidates=np.array([[3.0, 1.0], [-1.0, 0.5]]), std=0.5, cut=2.0)
    several = np.array([[3.0, 1.0, -2.5], [-4.0, 0.2, 1.5], [1.8, 1.2, 1.0]])
    yield case("two redraws for the first number", candidates=several, std=0.5, cut=2.0)
    yield case("a single try, all inside", candidates=np.array([[1.0, -1.5, 0.2]]), std=0.5, cut=2.0)
    yield case("the first draw is 0", candidates=np.array([[0.0, 3.0], [1.0, 0.0], [-1.0, 1.0]]), std=0.5, cut=2.0)
    five_redraws = np.array([[3.0], [-2.5], [2.1], [4.0], [-6.0], [0.5]])
    yield case("five redraws", candidates=five_redraws, std=0.5, cut=2.0)
    for _ in draw.rounds(public=2, hidden=5):
        yield case("random tries", candidates=candidates_for(draw, 2.0, draw.integer(8, 12)), std=0.5, cut=2.0)


def truncated_normal_other_cuts(draw: Sampler) -> Iterator[Case]:
    """Cuts below and above 2, other standard deviations; and the default."""
    tries = np.array([[1.2, 0.4, -3.5], [-1.1, 0.2, 2.5], [0.7, 0.6, 0.9]])
    yield case("cut = 1, std = 2", candidates=tries, std=2.0, cut=1.0)
    yield case("cut = 3, std = 0.02", candidates=tries, std=0.02, cut=3.0)
    yield case("cut left out", candidates=np.array([[-3.0, 1.5], [2.5, 0.2], [1.0, 0.1]]), std=0.1)
    for _ in draw.rounds(public=2, hidden=5):
        cut = draw.choice((0.5, 1.25, 1.75))
        tries = candidates_for(draw, cut, draw.integer(8, 12))
        yield case("random tries", candidates=tries, std=draw.number(0.01, 0.4), cut=cut)


def truncated_normal_at_the_cut(draw: Sampler) -> Iterator[Case]:
    """A draw that lies exactly at the cut is kept."""
    yield case("at +2 and at -2", candidates=np.array([[2.0, -2.0], [1.0, 1.0]]), std=0.5, cut=2.0)
    for _ in draw.rounds(public=1, hidden=3):
        tries = np.clip(draw.normal(3, 7), -1.9, 1.9)
        tries[0, draw.integer(0, 3)], tries[0, draw.integer(4, 6)] = 2.0, -2.0
        yield case("random tries, two of them at the cut", candidates=tries, std=0.5, cut=2.0)


def truncated_normal_any_array(draw: Sampler) -> Iterator[Case]:
    """Weights of two and four axes, every dtype and memory order."""
    small = np.array([[3.0, 1.0], [-5.0, 0.5], [1.0, -1.0]], dtype="float32")
    yield case("float32", candidates=small, std=0.5, cut=2.0)
    yield case("whole numbers", candidates=np.array([[3, 1, -1], [-5, 0, 1], [1, 1, 0]]), std=0.5, cut=2.0)
    yield case("a weight (3, 5)", candidates=candidates_for(draw, 2.0, 3, 5), std=0.5, cut=2.0)
    fortran = np.asfortranarray(candidates_for(draw, 2.0, 3, 5))
    yield case("Fortran order", candidates=fortran, std=0.5, cut=2.0)
    yield case("every second entry", candidates=strided(candidates_for(draw, 2.0, 2, 5)), std=0.5, cut=2.0)
    for _ in draw.rounds(public=1, hidden=3):
        tries = candidates_for(draw, 2.0, *draw.shape(4, largest=5), dtype="float32")
        yield case("a convolution, float32", candidates=tries, std=0.5, cut=2.0)


def truncated_normal_clipped(candidates, std, cut=2.0):
    return np.clip(candidates[0], -cut, cut) * std


def truncated_normal_redrawn_once(candidates, std, cut=2.0):
    second = candidates[min(1, len(candidates) - 1)]
    return np.where(np.abs(candidates[0]) <= cut, candidates[0], second) * std


def truncated_normal_upper_side_only(candidates, std, cut=2.0):
    first = np.argmax(candidates <= cut, axis=0)
    return np.take_along_axis(candidates, first[None], axis=0)[0] * std


def truncated_normal_cut_as_bound(candidates, std, cut=2.0):
    first = np.argmax(np.abs(candidates * std) <= cut, axis=0)
    return np.take_along_axis(candidates, first[None], axis=0)[0] * std


def truncated_normal_last_inside(candidates, std, cut=2.0):
    result = candidates[0]
    for draws in candidates[1:]:
        result = np.where(np.abs(draws) <= cut, draws, result)
    return result * std


def truncated_normal_one_stream_for_all(candidates, std, cut=2.0):
    accepted = candidates[np.abs(candidates) <= cut]
    return accepted[: candidates[0].size].reshape(candidates.shape[1:]) * std


def truncated_normal_deviation_restored(candidates, std, cut=2.0):
    first = np.argmax(np.abs(candidates) <= cut, axis=0)
    result = np.take_along_axis(candidates, first[None], axis=0)[0]
    return result * std / 0.87962566103423978


def truncated_normal_cut_excluded(candidates, std, cut=2.0):
    first = np.argmax(np.abs(candidates) < cut, axis=0)
    return np.take_along_axis(candidates, first[None], axis=0)[0] * std


def truncated_normal_always_at_two(candidates, std, cut=2.0):
    first = np.argmax(np.abs(candidates) <= 2, axis=0)
    return np.take_along_axis(candidates, first[None], axis=0)[0] * std


def truncated_normal_float32_lost(candidates, std, cut=2.0):
    result = np.zeros(candidates.shape[1:])
    open_places = np.ones(candidates.shape[1:], bool)
    for draws in candidates:
        taken = open_places & (np.abs(draws) <= cut)
        result[taken] = draws[taken] * std
        open_places &= ~taken
    return result


def truncated_normal_first_try_overwritten(candidates, std, cut=2.0):
    result = candidates[0]
    for draws in candidates[1:]:
        outside = np.abs(result) > cut
        result[outside] = draws[outside]
    return result * std


REDRAWN, OTHER_CUTS, AT_THE_CUT = "redrawn until inside", "other cuts and deviations", "exactly at the cut"
ANY_WEIGHT = "any shape, memory order and dtype"
ALL_BUT_THE_EDGE = (REDRAWN, OTHER_CUTS, ANY_WEIGHT)

TRUNCATED_NORMAL = Exercise(
    name="truncated_normal",
    parameters=("candidates", "std", "cut"),
    summary="normal numbers without their tails: what lies outside is drawn again",
    pytorch="torch.nn.init.trunc_normal_(w, std=std, a=-cut * std, b=cut * std), with the same draws",
    source="PyTorch 2.13, torch/nn/init.py, _no_grad_trunc_normal_ (rejection sampling)",
    reference=truncated_normal_reference,
    requirements=(
        Requirement(REDRAWN, 2, truncated_normal_usual),
        Requirement(OTHER_CUTS, 1, truncated_normal_other_cuts),
        Requirement(AT_THE_CUT, 1, truncated_normal_at_the_cut),
        Requirement(ANY_WEIGHT, 1, truncated_normal_any_array),
    ),
    mistakes=(
        Mistake(
            truncated_normal_clipped,
            "You clip: every draw outside lands exactly on the bound, so there are heaps of equal weights at both "
            "ends. It has to be drawn again: take the next try at the same position.",
            loses=ALL_BUT_THE_EDGE,
        ),
        Mistake(
            truncated_normal_redrawn_once,
            "You draw again once, but the second draw may lie outside, too. Go on until one is inside.",
            loses=ALL_BUT_THE_EDGE,
        ),
        Mistake(
            truncated_normal_upper_side_only,
            "You cut off the upper tail only: -3 is outside, too. The condition is about |draw|.",
            loses=ALL_BUT_THE_EDGE,
        ),
        Mistake(
            truncated_normal_cut_as_bound,
            "You compare the scaled draws with cut. In this exercise cut counts standard deviations: compare before "
            "you multiply by std. (PyTorch's a and b are bounds for the scaled numbers, which is a trap of its own.)",
            loses=ALL_BUT_THE_EDGE,
        ),
        Mistake(
            truncated_normal_last_inside,
            "You take the last draw inside the cut at each position. The first one is accepted; later ones are not "
            "looked at.",
            loses=(REDRAWN, OTHER_CUTS, AT_THE_CUT, ANY_WEIGHT),
        ),
        Mistake(
            truncated_normal_one_stream_for_all,
            "You take all accepted draws as one stream. The distribution is the same, but here each position has tries "
            "of its own: column by column, the first that is inside.",
            loses=ALL_BUT_THE_EDGE,
        ),
        Mistake(
            truncated_normal_deviation_restored,
            "You divide by 0.8796 to restore the standard deviation, as Keras does. PyTorch does not, and nor does "
            "this exercise: std is that of the normal distribution before its tails are cut.",
            loses=(REDRAWN, OTHER_CUTS, AT_THE_CUT, ANY_WEIGHT),
        ),
        Mistake(
            truncated_normal_cut_excluded,
            "Everything fits except a draw that lies exactly at the cut: it is kept.",
            loses=(AT_THE_CUT,),
        ),
        Mistake(
            truncated_normal_always_at_two,
            "You cut at 2 whatever cut is. 2 is only the default: use the parameter.",
            loses=(OTHER_CUTS,),
        ),
        Mistake(
            truncated_normal_float32_lost,
            "Right numbers, but float32 comes back as float64: np.zeros(shape) makes a float64 array.",
            loses=(ANY_WEIGHT,),
        ),
        Mistake(
            truncated_normal_first_try_overwritten,
            "The numbers are right, but you overwrite the first try in `candidates`: candidates[0] is a view of the "
            "caller's array, not a copy.",
            loses=(PURITY,),
        ),
    ),
)

EXERCISES = (
    FAN_IN_AND_FAN_OUT,
    GLOROT_NORMAL,
    GLOROT_UNIFORM,
    HE_NORMAL,
    HE_UNIFORM,
    LECUN_NORMAL,
    TRUNCATED_NORMAL,
)

"""batch_norm_train: batch normalization in training, and the running statistics after this batch."""

import numpy as np

from autograder.exercises.batch_normalization import TINY, WIDE, batch, pictures, running, scale_and_shift
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def batch_norm_train(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    axes, shape = (0, *range(2, x.ndim)), (1, -1) + (1,) * (x.ndim - 2)
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    x_hat = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)
    y = gamma.reshape(shape) * x_hat + beta.reshape(shape)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * x.var(axis=axes, ddof=1)
    return y, running_mean, running_var
"""
batch_norm_train = Exercise(
    TEXTBOOK,
    outputs=("y", "running_mean", "running_var"),
    takes="x: (N, C) or (N, C, H, W); gamma, beta, running_mean, running_var: (C,); momentum, eps: number",
    pytorch="torch.nn.functional.batch_norm(x, running_mean, running_var, gamma, beta, True, momentum, eps)",
    source="Ioffe and Szegedy 2015, Batch Normalization, algorithm 1; running statistics as in PyTorch",
    computation="reduction",
)
requirement, wrong = batch_norm_train.requirement, batch_norm_train.wrong


def other_axes(array: np.ndarray) -> tuple[int, ...]:
    """All axes but that of the channels."""
    return (0, *range(2, array.ndim))


def settled(x: np.ndarray) -> dict[str, np.ndarray]:
    """Running statistics that are the batch's own, so that an update leaves them where they are."""
    axes = other_axes(x)
    return {"running_mean": x.mean(axis=axes), "running_var": x.var(axis=axes, ddof=1)}


@batch_norm_train.pytorch_reference
def reference(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    """Batch normalization in training. PyTorch updates the buffers in place, so it gets copies."""
    import torch.nn.functional as F

    mean, var = running_mean.clone(), running_var.clone()
    y = F.batch_norm(x, mean, var, gamma, beta, training=True, momentum=momentum, eps=eps)
    return y, mean, var


@requirement("the output", points=1)
def output(sample):
    """The output y. The running statistics are the batch's own and momentum is 0: nothing can go wrong with them."""
    x = np.array([[100.0], [300.0]])
    yield case("one feature", x=x, gamma=np.array([10.0]), beta=np.array([5.0]), **settled(x), momentum=0.0, eps=TINY)
    x = np.array([[100.0, 1000.0], [200.0, -2000.0], [600.0, 4000.0]])
    gamma, beta = np.array([2.0, -1.0]), np.array([0.5, 3.0])
    yield case("two features", x=x, gamma=gamma, beta=beta, **settled(x), momentum=0.0, eps=TINY)
    for _ in sample.repeat(public=2, hidden=6):
        x = batch(sample)
        rest = {**scale_and_shift(sample, x.shape[1]), **settled(x)}
        yield case("random numbers", x=x, **rest, momentum=0.0, eps=TINY)


@requirement("images of shape (N, C, H, W)", points=1)
def images(sample):
    """Running statistics and momentum as in `output`."""
    two = {"gamma": np.array([2.0, -1.5]), "beta": np.array([1.0, 0.5])}
    small = WIDE * np.array([[[[1.0, 2.0]], [[0.0, 6.0]]], [[[4.0, 7.0]], [[2.0, 2.0]]]])
    yield case("two images of 1 x 2 pixels, two channels", x=small, **two, **settled(small), momentum=0.0, eps=TINY)
    wide = WIDE * sample.normal(2, 3, 4, 3)
    rest = {**scale_and_shift(sample, 3), **settled(wide)}
    yield case("images as wide as they have channels", x=wide, **rest, momentum=0.0, eps=TINY)
    for _ in sample.repeat(public=1, hidden=4):
        x = pictures(sample)
        rest = {**scale_and_shift(sample, x.shape[1]), **settled(x)}
        yield case("random images", x=x, **rest, momentum=0.0, eps=TINY)


@requirement("eps", points=1)
def eps_cases(sample):
    """Of the output: what is stored does not contain it."""
    x, one = np.array([[0.01], [0.03]]), {"gamma": np.array([10.0]), "beta": np.array([5.0])}
    yield case("eps = 3", x=100 * x, **one, **settled(100 * x), momentum=0.0, eps=3.0)
    yield case("eps left out", x=x, **one, **settled(x), momentum=0.0)
    for _ in sample.repeat(public=1, hidden=4):
        x = batch(sample) / WIDE
        rest = {**scale_and_shift(sample, x.shape[1]), **settled(x)}
        yield case("random numbers and eps", x=x, **rest, momentum=0.0, eps=sample.number(0.1, 2.0))


@requirement("momentum is the weight of the new batch", points=1)
def momentum_cases(sample):
    """The running averages. All samples are equal, so the variance of the batch is 0, biased or not."""
    one = {"gamma": np.array([2.0]), "beta": np.array([5.0])}
    start = {"running_mean": np.array([0.0]), "running_var": np.array([1.0])}
    x = np.array([[3.0], [3.0]])
    yield case("momentum = 0.1", x=x, **one, **start, momentum=0.1, eps=1e-5)
    yield case("momentum and eps left out", x=x, **one, **start)
    yield case("momentum = 0.25", x=x, **one, **start, momentum=0.25, eps=1e-5)
    yield case("momentum = 1: only the new batch counts", x=x, **one, **start, momentum=1.0, eps=1e-5)
    for _ in sample.repeat(public=2, hidden=6):
        samples, features = sample.shape()
        x = np.tile(sample.normal(features, scale=3.0), (samples, 1))
        rest = {**scale_and_shift(sample, features), **running(sample, features)}
        yield case("random numbers and momentum", x=x, **rest, momentum=sample.number(0.02, 0.45), eps=1e-5)


@requirement("the stored variance is unbiased", points=1)
def unbiased(sample):
    """The variance that is stored. With momentum = 0.5 old and new have the same weight. Images have one channel."""
    one = {"gamma": np.array([1.0]), "beta": np.array([0.0])}
    start = {"running_mean": np.array([0.0]), "running_var": np.array([10000.0])}
    yield case("two samples", x=np.array([[100.0], [300.0]]), **one, **start, momentum=0.5, eps=TINY)
    pixels = WIDE * np.array([[[[0.0, 1.0]]], [[[4.0, 7.0]]]])
    yield case("two images of 1 x 2 pixels", x=pixels, **one, **start, momentum=0.5, eps=TINY)
    for _ in sample.repeat(public=2, hidden=6):
        for x in (batch(sample), pictures(sample)[:, :1]):
            rest = {**scale_and_shift(sample, x.shape[1]), **running(sample, x.shape[1])}
            yield case("random numbers", x=x, **rest, momentum=0.5, eps=TINY)


def whole_numbers(sample):
    two = {"gamma": np.array([2.0, -1.5]), "beta": np.array([1.0, 0.5])}
    whole = np.array([[100, 700], [200, 900], [600, 800]])
    yield case("whole numbers", x=whole, **two, **settled(whole), momentum=0.0, eps=TINY)


@batch_norm_train.contract(without=["whole numbers"], more=whole_numbers)
def contract(sample):
    x = WIDE * sample.normal(4, 2)
    return {"x": x, **scale_and_shift(sample, 2), **settled(x), "momentum": 0.0, "eps": TINY}


@wrong(
    {
        "(1 - momentum) * running_mean + momentum * mean": "momentum * running_mean + (1 - momentum) * mean",
        "(1 - momentum) * running_var + momentum * x": "momentum * running_var + (1 - momentum) * x",
    },
    loses=[momentum_cases],
)
def momentum_of_the_old():
    """momentum is the weight of the new batch, as in PyTorch; you give it to the old average (as Keras does). With
    momentum = 0.1 most of the old value stays."""


@wrong({"x.var(axis=axes, ddof=1)": "var"}, loses=[unbiased])
def biased_variance_stored():
    """The variance that goes into the running average is the unbiased one: the sum of the squared deviations over n -
    1, not over n."""


@wrong({"x.var(axis=axes)\n": "x.var(axis=axes, ddof=1)\n"}, keeps=[momentum_cases])
def unbiased_variance_used():
    """Two variances are needed. The unbiased one (over n - 1) is only stored; you also normalize with it, where the
    biased one (over n) belongs."""


@wrong()
def normalized_by_running_statistics(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    """You normalize with the running statistics. In training the batch's own mean and variance are used; the running
    ones are only kept for later."""
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    running_mean = (1 - momentum) * running_mean + momentum * x.mean(axis=axes)
    running_var = (1 - momentum) * running_var + momentum * x.var(axis=axes, ddof=1)
    y = (x - running_mean.reshape(one)) / np.sqrt(running_var.reshape(one) + eps)
    return gamma.reshape(one) * y + beta.reshape(one), running_mean, running_var


@wrong(
    {"    running_mean = (": "    new_mean = (", "    running_var = (": "    new_var = ("},
    loses=[momentum_cases, unbiased],
)
def running_statistics_not_updated():
    """You return the running statistics as they came. Each batch moves them a little."""


@wrong({"x.var(axis=axes, ddof=1)": "var * len(x) / (len(x) - 1)"}, loses=[unbiased])
def corrected_by_the_number_of_images():
    """The n in your factor n / (n - 1) is the number of images. It is the number of values in a channel: N times H
    times W."""


@wrong({"gamma.reshape": "beta.reshape", "beta.reshape": "gamma.reshape"})
def gamma_and_beta_swapped():
    """gamma and beta have changed places: gamma multiplies the normalized value, beta is added."""


@wrong({"x.var(axis=axes, ddof=1)": "x.std(axis=axes, ddof=1)"}, loses=[unbiased])
def standard_deviation_stored():
    """The standard deviation goes into your running_var. It is the variance that is averaged; the root is taken in
    evaluation."""


@wrong({"gamma.reshape(shape)": "gamma", "beta.reshape(shape)": "beta"}, loses=[images])
def along_the_last_axis():
    """In an image, gamma and beta of shape (C,) are matched with the last axis, its width: give them a shape in which
    C stands on axis 1."""


@wrong(
    {
        "running_mean = (1 - momentum) * running_mean +": "running_mean *= 1 - momentum\n    running_mean +=",
        "running_var = (1 - momentum) * running_var +": "running_var *= 1 - momentum\n    running_var +=",
    },
    loses=[contract],
)
def buffers_overwritten():
    """You overwrite the running statistics that were given to you. PyTorch does that to its own buffers; a kernel of
    this course returns new arrays."""


@wrong({"np.sqrt(var.reshape(shape) + eps)": "(np.sqrt(var.reshape(shape)) + eps)"}, loses=[eps_cases])
def eps_is_added_to_the_root():
    """eps is added to the standard deviation. It belongs to the variance, before the root is taken."""


@wrong({"var.reshape(shape) + eps": "var.reshape(shape)"}, loses=[eps_cases, momentum_cases])
def eps_is_forgotten():
    """`eps` has no effect on your y. It is added to the variance before the root is taken."""


@wrong(
    {
        "x.mean(axis=axes), x.var(axis=axes)": "x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)",
        "ddof=1": "ddof=1, keepdims=True",
    },
    loses=[output, images],
)
def the_running_statistics_keep_axes_of_length_1():
    """Your running statistics have the shape of an array with axes of length 1, not (C,). Those axes are needed where
    the statistics meet x; what is stored has one number for each channel."""


@wrong({"momentum * x.var(axis=axes, ddof=1)": "momentum * x.std(axis=axes)"}, loses=[unbiased])
def the_biased_standard_deviation_is_stored():
    """The biased standard deviation goes into your running_var. What is averaged there is the unbiased variance."""


@wrong({"momentum * x.var(axis=axes, ddof=1)": "momentum * (x.var(axis=axes, ddof=1) + eps)"}, loses=[momentum_cases])
def the_variance_is_stored_with_eps():
    """Your running_var contains eps. It is added only where x is divided."""


@wrong(
    {
        "(1 - momentum) * running_mean": "1 - momentum * running_mean",
        "(1 - momentum) * running_var": "1 - momentum * running_var",
    }
)
def one_minus_a_product_in_place_of_the_share():
    """Your running statistics begin with 1 - momentum * old. The old value is multiplied by (1 - momentum): mind the
    parentheses."""


@wrong(
    {
        "(1 - momentum) * running_mean": "(1 - momentum) * mean",
        "(1 - momentum) * running_var": "(1 - momentum) * x.var(axis=axes, ddof=1)",
    },
    loses=[momentum_cases, unbiased],
)
def the_running_statistics_are_those_of_the_batch():
    """Your running statistics are those of this batch: what was stored before has no effect on them."""


@wrong({"np.sqrt(var.reshape(shape) + eps)": "np.sqrt(var.reshape(shape) ** 2 + eps)"}, keeps=[momentum_cases])
def the_variance_is_squared_under_the_root():
    """The square of the variance stands under your root. It is the variance itself."""


@wrong(loses=[images])
def images_are_reshaped_without_moving_the_channels(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    """For images you make rows of C numbers without moving the channels last. The numbers of a row then come from
    several places of one channel."""
    rows = x.reshape(-1, x.shape[1])
    mean, var = rows.mean(axis=0), rows.var(axis=0)
    y = gamma * (rows - mean) / np.sqrt(var + eps) + beta
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * rows.var(axis=0, ddof=1)
    return y.reshape(x.shape), running_mean, running_var

"""dropout_channels: dropout of whole channels of images."""

import numpy as np

from autograder.exercises.dropout import UNEQUAL, drawn, dropout
from autograder.exercises.model import Exercise, case
from autograder.exercises.sampling import Sampler

TEXTBOOK = """\
def dropout_channels(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    kept = (u >= p)[:, :, None, None]
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * kept * scale
"""
dropout_channels = Exercise(
    TEXTBOOK,
    takes="x: (N, C, H, W); u: (N, C); p: number; training: bool",
    pytorch="torch.nn.functional.dropout2d(x, p, training)",
    source="Tompson, Goroshin, Jain, LeCun, Bregler 2015, Efficient Object Localization Using Convolutional Networks",
)
requirement, wrong = dropout_channels.requirement, dropout_channels.wrong


def images(sample: Sampler) -> dict[str, np.ndarray]:
    """Images (N, C, H, W) whose sides all differ, and u (N, C)."""
    shape = sample.shape(4, smallest=2, largest=5)
    return {"x": sample.normal(*shape), "u": sample.uniform(*shape[:2])}


@dropout_channels.pytorch_reference
def reference(x, u, p=0.5, training=True):
    import torch.nn.functional as F

    with drawn((u >= p)[:, :, None, None]):
        return F.dropout2d(x, p, training)


@requirement("training", points=3)
def training_cases(sample):
    """Training, p other than 0.5 as a rule; some images are as wide as they have channels."""
    x = np.array([[[[3.0, 6.0]], [[9.0, -3.0]]]])
    yield case("one image, two channels of 1 x 2 pixels", x=x, u=np.array([[0.1, 0.8]]), p=0.25, training=True)
    u = np.array([[0.1, 0.8], [0.9, 0.6]])
    yield case("p = 0.5: p and training left out", x=np.arange(1.0, 9.0).reshape(2, 2, 1, 2), u=u)
    cube = sample.normal(3, 3, 3, 3)
    u = np.array([[0.9, 0.1, 0.5], [0.05, 0.7, 0.9], [0.6, 0.8, 0.02]])
    yield case("as many images as channels, rows and columns", x=cube, u=u, p=0.2, training=True)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random images", **images(sample), p=sample.choice(UNEQUAL), training=True)


@requirement("evaluation: nothing is dropped", points=1)
def evaluation(sample):
    x, u = np.array([[[[3.0, 6.0]], [[9.0, -3.0]]]]), np.array([[0.0, 0.8]])
    yield case("two channels", x=x, u=u, p=0.25, training=False)
    yield case("in training, all dropped", x=x, u=0.1 * u, p=0.25, training=True)
    for _ in sample.repeat(public=1, hidden=3):
        found = images(sample)
        yield case("random", **found, p=sample.choice(UNEQUAL), training=False)


@requirement("p = 0, p = 1, u exactly p", points=0.5, kind="edges")
def edges(sample):
    x, u = np.array([[[[3.0, 6.0]], [[9.0, -3.0]]]]), np.array([[0.0, 0.8]])
    yield case("p = 0, one u is 0", x=x, u=u, p=0.0, training=True)
    yield case("p = 1", x=x, u=u, p=1.0, training=True)
    for _ in sample.repeat(public=1, hidden=3):
        found = images(sample)
        yield case("random, p = 0", **found, p=0.0, training=True)
        yield case("random, p = 1", **found, p=1.0, training=True)


@dropout_channels.remark("no samples")
def empty_batch(sample):
    yield case("empty batch", x=np.zeros((0, 3, 2, 4)), u=np.zeros((0, 3)), p=0.5, training=True)


@dropout_channels.contract(points=0.5, whole=["x"])
def contract(sample):
    return {"x": sample.normal(2, 3, 1, 2), "u": sample.uniform(2, 3), "p": 0.5, "training": True}


@wrong({"[:, :, None, None]": ""}, loses=[training_cases, edges, contract])
def along_the_pixels():
    """Two axes are missing: NumPy lines up axes from the right, so the decisions for images and channels met rows
    and columns. Give the decisions a shape with two ones behind."""


@wrong({"(u >= p)": "(u[:1] >= p)"}, loses=[training_cases, contract])
def same_channels_in_every_image():
    """Every image of your batch loses the same channels. u has a row for each image."""


@wrong({"(u >= p)": "(u[:, :1] >= p)"}, loses=[training_cases, contract])
def whole_images():
    """Whole images are dropped: you use one decision for each image. There is one for each channel of it."""


@wrong({"* scale": "* 1.0"}, loses=[training_cases, contract])
def not_rescaled():
    """The kept channels are not scaled, so the next layer gets less in training than in evaluation."""


@wrong({"* scale": "/ p"}, loses=[training_cases, edges])
def divided_by_p():
    """You divide by p. What has to be made up for is the share that is left."""


@wrong({"    if not training:\n        return x * 1.0\n": ""}, loses=[evaluation])
def still_dropping_in_evaluation():
    """With training=False channels are still dropped. In evaluation dropout does nothing."""


wrong.like(dropout.zero_over_zero, {"* scale": "/ np.asarray(1 - p, dtype=(x * 1.0).dtype)"}, loses=[edges])


@wrong({"kept * scale": "np.where(kept, scale, 0.0)"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

"""batch_norm_evaluate: batch normalization after training, with fixed statistics."""

import numpy as np

from autograder.exercises.batch_normalization import (
    TINY,
    WIDE,
    batch,
    batch_norm_train,
    pictures,
    running,
    scale_and_shift,
)
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def batch_norm_evaluate(x, gamma, beta, running_mean, running_var, eps=1e-5):
    shape = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(shape)) / np.sqrt(running_var.reshape(shape) + eps)
    return gamma.reshape(shape) * x_hat + beta.reshape(shape)
"""
batch_norm_evaluate = Exercise(
    TEXTBOOK,
    outputs=("y",),
    takes="x: (N, C) or (N, C, H, W); gamma, beta, running_mean, running_var: (C,); eps: number",
    pytorch="torch.nn.functional.batch_norm(x, running_mean, running_var, gamma, beta, training=False, eps=eps)",
    source="Ioffe and Szegedy 2015, Batch Normalization, section 3.1, algorithm 2",
    computation="reduction",
)
requirement, wrong = batch_norm_evaluate.requirement, batch_norm_evaluate.wrong


@batch_norm_evaluate.pytorch_reference
def reference(x, gamma, beta, running_mean, running_var, eps=1e-5):
    import torch.nn.functional as F

    return F.batch_norm(x, running_mean, running_var, gamma, beta, training=False, eps=eps)


@requirement("batches of shape (N, C)", points=2)
def batches(sample):
    one = {"gamma": np.array([2.0]), "beta": np.array([5.0])}
    known = {"running_mean": np.array([100.0]), "running_var": np.array([40000.0])}
    yield case("two samples, one feature", x=np.array([[700.0], [-100.0]]), **one, **known, eps=TINY)
    for _ in sample.repeat(public=2, hidden=6):
        x = batch(sample)
        rest = {**scale_and_shift(sample, x.shape[1]), **running(sample, x.shape[1])}
        yield case("random numbers", x=x, **rest, eps=TINY)


@requirement("images of shape (N, C, H, W)", points=2)
def images(sample):
    """(N, C, H, W), also where broadcasting along the wrong axis raises no error."""
    two = {"gamma": np.array([1.0, 2.0]), "beta": np.array([0.0, 5.0])}
    known = {"running_mean": np.array([100.0, 300.0]), "running_var": np.array([40000.0, 90000.0])}
    small = WIDE * np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    yield case("one image of 1 x 2 pixels, two channels", x=small, **two, **known, eps=TINY)
    rest = {**scale_and_shift(sample, 3), **running(sample, 3)}
    yield case("as wide as it has channels", x=WIDE * sample.normal(2, 3, 4, 3), **rest, eps=TINY)
    for _ in sample.repeat(public=1, hidden=5):
        x = pictures(sample)
        rest = {**scale_and_shift(sample, x.shape[1]), **running(sample, x.shape[1])}
        yield case("random images", x=x, **rest, eps=TINY)


@requirement("eps", points=1)
def other_eps(sample):
    one = {"gamma": np.array([2.0]), "beta": np.array([5.0])}
    known = {"running_mean": np.array([1.0]), "running_var": np.array([4.0])}
    yield case("eps = 5", x=np.array([[7.0], [-1.0]]), **one, **known, eps=5.0)
    yield case("eps left out", x=np.array([[7.0], [-1.0]]), **one, **known)
    known = {"running_mean": np.array([1.0]), "running_var": np.array([0.0])}
    yield case("running_var = 0, eps = 0.01", x=np.array([[1.0], [1.5]]), **one, **known, eps=0.01)
    for _ in sample.repeat(public=2, hidden=5):
        x = batch(sample) / WIDE
        rest = {**scale_and_shift(sample, x.shape[1]), **running(sample, x.shape[1], deviation=1.0)}
        yield case("random numbers and eps", x=x, **rest, eps=sample.number(0.1, 2.0))


@batch_norm_evaluate.remark("no samples")
def empty_batch(sample):
    yield case("empty batch", x=np.zeros((0, 3)), **scale_and_shift(sample, 3), **running(sample, 3), eps=1e-5)


@batch_norm_evaluate.contract(whole=["x"])
def contract(sample):
    return {"x": WIDE * sample.normal(4, 2), **scale_and_shift(sample, 2), **running(sample, 2), "eps": TINY}


@wrong(
    {
        "running_mean.reshape(shape)": "x.mean(axis=(0, *range(2, x.ndim)), keepdims=True)",
        "running_var.reshape(shape)": "x.var(axis=(0, *range(2, x.ndim)), keepdims=True)",
    }
)
def statistics_of_the_batch():
    """You normalize with the statistics of this batch. After training the running statistics are used, so that the
    answer for one sample does not depend on its neighbours."""


@wrong({"(1, -1) + (1,) * (x.ndim - 2)": "-1"}, loses=[images])
def along_the_last_axis():
    """An array of shape (C,) is matched with the last axis, which is the width of an image, not its channel. Give
    the statistics a shape in which C stands on axis 1."""


@wrong({"np.sqrt(running_var.reshape(shape) + eps)": "(running_var.reshape(shape) + eps)"})
def divided_by_the_variance():
    """You divide by the variance. It is the standard deviation, its root, that x is divided by."""


@wrong({" + eps": ""}, loses=[other_eps])
def eps_forgotten():
    """eps is missing: it is added to the variance here, too, exactly as in training."""


@wrong({"+ eps": "+ 1e-5"}, loses=[other_eps])
def eps_ignored():
    """Your eps is 1e-5 whatever the parameter says. That is only its default."""


wrong.like(batch_norm_train.gamma_and_beta_swapped, {"gamma.reshape": "beta.reshape", "beta.reshape": "gamma.reshape"})


@wrong({"x_hat + beta.reshape(shape)": "(x_hat + beta.reshape(shape))"})
def beta_scaled_too():
    """You add beta before you multiply by gamma, so that beta is scaled, too. It is added last."""


@wrong({"np.sqrt(running_var.reshape(shape) + eps)": "(np.sqrt(running_var.reshape(shape)) + eps)"}, loses=[other_eps])
def eps_is_added_to_the_root():
    """eps is added to the standard deviation. It belongs to the variance, before the root is taken."""


@wrong({"np.sqrt(running_var.reshape(shape) + eps)": "running_var.reshape(shape)"})
def divided_by_the_running_variance_alone():
    """You divide by the running variance itself. x is divided by the square root of the variance plus eps."""


@wrong({"gamma.reshape(shape) * x_hat + beta.reshape(shape)": "x_hat"})
def gamma_and_beta_are_left_out():
    """gamma and beta have no effect on your result: it is the normalized x alone."""


@wrong({"running_var.reshape(shape) + eps": "running_var.reshape(shape) - eps"}, loses=[other_eps])
def eps_is_subtracted():
    """eps is subtracted from the variance. It is added."""

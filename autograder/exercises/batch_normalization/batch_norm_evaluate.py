"""batch_norm_evaluate: batch normalization after training, with fixed statistics."""

import numpy as np

from autograder.exercises.batch_normalization import batch, pictures, running, scale_and_shift
from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def batch_norm_evaluate(x, gamma, beta, running_mean, running_var, eps=1e-5):
    shape = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(shape)) / np.sqrt(running_var.reshape(shape) + eps)
    return gamma.reshape(shape) * x_hat + beta.reshape(shape)
"""

batch_norm_evaluate = Exercise(
    TEXTBOOK,
    outputs=("y",),
    summary="batch normalization after training, with fixed statistics",
    pytorch="torch.nn.functional.batch_norm(x, running_mean, running_var, gamma, beta, training=False, eps=eps)",
    source="Ioffe and Szegedy 2015, Batch Normalization, section 3.1, algorithm 2",
    computation="reduction",
)
requirement, wrong = batch_norm_evaluate.requirement, batch_norm_evaluate.wrong


@batch_norm_evaluate.pytorch_reference
def reference(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """Batch normalization in evaluation."""
    import torch.nn.functional as F

    return F.batch_norm(x, running_mean, running_var, gamma, beta, training=False, eps=eps)


@requirement("batches of shape (N, C)", points=2)
def batches(sample):
    """(N, C), a single sample included."""
    one = {"gamma": np.array([2.0]), "beta": np.array([5.0])}
    known = {"running_mean": np.array([1.0]), "running_var": np.array([4.0])}
    yield case("one sample, one feature", x=np.array([[7.0]]), **one, **known, eps=1e-5)
    yield case("eps left out", x=np.array([[7.0], [-1.0]]), **one, **known)
    for _ in sample.repeat(public=2, hidden=6):
        x = batch(sample)
        rest = {**scale_and_shift(sample, x.shape[1]), **running(sample, x.shape[1])}
        yield case("random numbers", x=x, **rest, eps=1e-5)


@requirement("images of shape (N, C, H, W)", points=1)
def images(sample):
    """(N, C, H, W), also where broadcasting along the wrong axis raises no error."""
    two = {"gamma": np.array([1.0, 2.0]), "beta": np.array([0.0, 5.0])}
    known = {"running_mean": np.array([1.0, 3.0]), "running_var": np.array([4.0, 9.0])}
    yield case("one image of 1 x 2 pixels, two channels", x=np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]]), **two, **known)
    rest = {**scale_and_shift(sample, 3), **running(sample, 3)}
    yield case("as wide as it has channels", x=sample.normal(2, 3, 4, 3), **rest, eps=1e-5)
    for _ in sample.repeat(public=1, hidden=5):
        x = pictures(sample)
        rest = {**scale_and_shift(sample, x.shape[1]), **running(sample, x.shape[1])}
        yield case("random images", x=x, **rest, eps=1e-5)


@requirement("other eps", points=1)
def other_eps(sample):
    """eps that matters, and a running variance of 0."""
    one = {"gamma": np.array([2.0]), "beta": np.array([5.0])}
    known = {"running_mean": np.array([1.0]), "running_var": np.array([4.0])}
    yield case("eps = 5", x=np.array([[7.0]]), **one, **known, eps=5.0)
    known = {"running_mean": np.array([1.0]), "running_var": np.array([0.0])}
    yield case("running_var = 0, eps = 0.01", x=np.array([[1.0], [1.5]]), **one, **known, eps=0.01)
    for _ in sample.repeat(public=2, hidden=5):
        x = batch(sample)
        rest = {**scale_and_shift(sample, x.shape[1]), **running(sample, x.shape[1])}
        yield case("random numbers and eps", x=x, **rest, eps=sample.number(0.1, 2.0))


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32, whole numbers become float64, in any memory order; an empty batch. (N, C) throughout."""
    single = {
        name: array.astype("float32") for name, array in {**scale_and_shift(sample, 1), **running(sample, 1)}.items()
    }
    yield case("float32", x=np.array([[1.0], [-2.0]], dtype="float32"), **single, eps=1e-5)
    known = {**scale_and_shift(sample, 3), **running(sample, 3)}
    yield case("whole numbers", x=np.array([[1, 7, 0], [2, -9, 3]]), **known, eps=1e-5)
    yield case("Fortran order", x=np.asfortranarray(sample.normal(5, 3)), **known, eps=1e-5)
    yield case("every second entry of a larger array", x=strided(sample.normal(5, 3)), **known, eps=1e-5)
    yield case("empty batch", x=np.zeros((0, 3)), **known, eps=1e-5)
    for _ in sample.repeat(public=1, hidden=3):
        rest = {**scale_and_shift(sample, 5, "float32"), **running(sample, 5, "float32")}
        yield case("float32, random", x=sample.normal(4, 5, dtype="float32"), **rest, eps=1e-5)


@wrong()
def statistics_of_the_batch(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """You normalize with the statistics of this batch. After training the running statistics are used, so that the
    answer for one sample does not depend on its neighbours."""
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    return gamma.reshape(one) * x_hat + beta.reshape(one)


@wrong(loses=[images])
def along_the_last_axis(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """An array of shape (C,) is matched with the last axis, which is the width of an image, not its channel. Give
    the statistics a shape in which C stands on axis 1."""
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta


@wrong()
def divided_by_the_variance(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """You divide by the variance. It is the standard deviation, its root, that x is divided by."""
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(one)) / (running_var.reshape(one) + eps)
    return gamma.reshape(one) * x_hat + beta.reshape(one)


@wrong()
def eps_forgotten(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """eps is missing: it is added to the variance here, too, exactly as in training."""
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(one)) / np.sqrt(running_var.reshape(one))
    return gamma.reshape(one) * x_hat + beta.reshape(one)


@wrong(loses=[other_eps])
def eps_ignored(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """Your eps is 1e-5 whatever the parameter says. That is only its default."""
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(one)) / np.sqrt(running_var.reshape(one) + 1e-5)
    return gamma.reshape(one) * x_hat + beta.reshape(one)


@wrong()
def gamma_and_beta_swapped(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """gamma and beta have changed places: gamma multiplies the normalized value, beta is added."""
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(one)) / np.sqrt(running_var.reshape(one) + eps)
    return beta.reshape(one) * x_hat + gamma.reshape(one)


@wrong()
def beta_scaled_too(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """You add beta before you multiply by gamma, so that beta is scaled, too. It is added last."""
    one = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(one)) / np.sqrt(running_var.reshape(one) + eps)
    return gamma.reshape(one) * (x_hat + beta.reshape(one))

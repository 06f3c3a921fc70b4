"""batch_norm_backward: gradients of the loss with respect to x, gamma and beta."""

import numpy as np

from autograder.exercises.batch_normalization import (
    TINY,
    WIDE,
    balanced_batch,
    batch,
    pictures,
    scale_and_shift,
    whole_numbers,
)
from autograder.exercises.model import Derivative, Exercise, case

TEXTBOOK = """\
def batch_norm_backward(dout, x, gamma, eps=1e-5):
    axes, shape = (0, *range(2, x.ndim)), (1, -1) + (1,) * (x.ndim - 2)
    inverse = 1 / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * inverse
    mean_of_dout = dout.mean(axis=axes, keepdims=True)
    mean_of_product = (dout * x_hat).mean(axis=axes, keepdims=True)
    dx = gamma.reshape(shape) * inverse * (dout - mean_of_dout - x_hat * mean_of_product)
    return dx, np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)
"""
batch_norm_backward = Exercise(
    TEXTBOOK,
    outputs=("dx", "dgamma", "dbeta"),
    takes="dout, x: (N, C) or (N, C, H, W); gamma: (C,); eps: number",
    pytorch="torch.autograd.grad(F.batch_norm(x, None, None, gamma, beta, True, eps=eps), (x, gamma, beta), dout)",
    source="Ioffe and Szegedy 2015, Batch Normalization, section 3",
    computation="reduction",
)
requirement, wrong = batch_norm_backward.requirement, batch_norm_backward.wrong


def forward(x, gamma, beta, eps=1e-5):
    """What is differentiated numerically."""
    import torch.nn.functional as F

    return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


def with_beta(x, gamma, eps=1e-5):
    """The arguments of `forward`. The gradients do not depend on beta."""
    return {"x": x, "gamma": gamma, "beta": np.ones(gamma.shape), "eps": eps}


@batch_norm_backward.pytorch_reference
def reference(dout, x, gamma, eps=1e-5):
    import torch
    import torch.nn.functional as F

    x, gamma = (tensor.detach().requires_grad_(True) for tensor in (x, gamma))
    beta = torch.zeros_like(gamma).requires_grad_(True)
    y = F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    return torch.autograd.grad(y, (x, gamma, beta), dout)


batch_norm_backward.derivative = Derivative(forward, "dout", ("x", "gamma", "beta"), at=with_beta)


@requirement("batches of shape (N, C), with any eps", points=2)
def batches(sample):
    x = WIDE * np.array([[1.0, 0.0], [2.0, 3.0], [6.0, 9.0]])
    dout = np.array([[1.0, 2.0], [0.0, 1.0], [2.0, 6.0]])
    yield case("three samples, two features", dout=dout, x=x, gamma=np.array([3.0, -1.0]), eps=TINY)
    yield case("eps = 2", dout=dout, x=x / WIDE, gamma=np.array([3.0, -1.0]), eps=2.0)
    yield case("eps left out", dout=dout, x=0.05 * x / WIDE, gamma=np.array([3.0, -1.0]))
    for _ in sample.repeat(public=2, hidden=6):
        x = batch(sample)
        gamma = scale_and_shift(sample, x.shape[1])["gamma"]
        yield case("random", dout=sample.normal(*x.shape), x=x, gamma=gamma, eps=TINY)
        yield case(
            "random, another eps", dout=sample.normal(*x.shape), x=x / WIDE, gamma=gamma, eps=sample.number(0.1, 2.0)
        )


@requirement("dgamma and dbeta, with gamma = 0", points=1)
def scale_and_shift_cases(sample):
    """gamma = 0: nothing reaches x, and dgamma and dbeta are what remains to be right."""
    x, dout = np.array([[1.0], [2.0], [6.0]]), np.array([[1.0], [0.0], [2.0]])
    yield case("three samples, one feature", dout=dout, x=WIDE * x, gamma=np.zeros(1), eps=TINY)
    for _ in sample.repeat(public=2, hidden=6):
        x = batch(sample)
        yield case("random", dout=sample.normal(*x.shape), x=x, gamma=np.zeros(x.shape[1]), eps=TINY)


@requirement("images of shape (N, C, H, W)", points=2)
def images(sample):
    x, dout = WIDE * np.array([[[[0.0, 1.0]]], [[[4.0, 7.0]]]]), np.array([[[[1.0, 0.0]]], [[[0.0, 2.0]]]])
    yield case("two images of 1 x 2 pixels, one channel", dout=dout, x=x, gamma=np.array([3.0]), eps=TINY)
    x = WIDE * np.array([[[[0.0, 1.0], [4.0, 7.0]], [[5.0, 2.0], [3.0, 3.0]]]])
    dout = np.array([[[[1.0, 0.0], [0.0, 2.0]], [[0.0, 3.0], [1.0, -1.0]]]])
    yield case("one image of 2 x 2 pixels, two channels", dout=dout, x=x, gamma=np.array([3.0, -1.0]), eps=TINY)
    x, dout = WIDE * sample.normal(2, 3, 4, 3), sample.normal(2, 3, 4, 3)
    yield case("as wide as it has channels", dout=dout, x=x, gamma=scale_and_shift(sample, 3)["gamma"], eps=TINY)
    for _ in sample.repeat(public=1, hidden=5):
        x = pictures(sample)
        gamma = scale_and_shift(sample, x.shape[1])["gamma"]
        yield case("random images", dout=sample.normal(*x.shape), x=x, gamma=gamma, eps=TINY)


@batch_norm_backward.contract(without=["whole numbers"], more=whole_numbers)
def contract(sample):
    return balanced_batch(sample)


@wrong({" - mean_of_dout - x_hat * mean_of_product": ""}, loses=[batches, images])
def statistics_as_constants():
    """This dx treats mean and variance as constants, as in evaluation. In training they move with x: two terms are to
    be subtracted from dout."""


@wrong({" - x_hat * mean_of_product": ""}, loses=[batches, images])
def variance_term_forgotten():
    """What is missing in dx is what flows through the variance: a multiple of x_hat."""


@wrong({" - mean_of_dout": ""}, loses=[batches, images])
def mean_term_forgotten():
    """What is missing in dx is what flows through the mean: the same number for all samples of a channel."""


@wrong({"np.sum(dout * x_hat": "np.sum(dout * x"}, keeps=[contract])
def dgamma_with_x():
    """In your dgamma, dout is multiplied by x. In the forward pass gamma multiplies x_hat."""


@wrong({"gamma.reshape(shape) * inverse": "inverse"})
def gamma_forgotten():
    """Your dx does not depend on gamma, but everything on its way to x passes the product with gamma."""


@wrong({"gamma.reshape(shape) * inverse * (dout": "inverse * (gamma.reshape(shape) * dout"}, keeps=[contract])
def gamma_on_dout_only():
    """gamma multiplies only the first of the three terms of your dx. It is a factor of all of them."""


@wrong({"dout.mean(": "dout.sum(", "(dout * x_hat).mean(": "(dout * x_hat).sum("}, loses=[batches, images])
def sums_subtracted():
    """In your dx the sums are subtracted. They have to be divided by n: it is their means that are subtracted."""


@wrong({"np.sum(dout * x_hat,": "np.sum(dout,", "np.sum(dout,": "np.sum(dout * x_hat,"}, keeps=[contract])
def dgamma_and_dbeta_swapped():
    """dgamma and dbeta have changed places: the order is dx, dgamma, dbeta."""


@wrong({"gamma.reshape(shape)": "gamma"}, loses=[images])
def along_the_last_axis():
    """In an image, gamma of shape (C,) is matched with the last axis, its width: give it a shape in which C stands on
    axis 1."""


@wrong({"np.sum(dout * x_hat": "np.mean(dout * x_hat", "np.sum(dout,": "np.mean(dout,"}, keeps=[contract])
def averaged_over_the_batch():
    """Your dgamma and dbeta are averages. They are sums over the samples: whether the loss is a mean is already part
    of dout."""


@wrong(
    {" - mean_of_dout - x_hat * mean_of_product": " - (mean_of_dout + x_hat * mean_of_product) * x[0, 0].size"},
    loses=[images],
)
def divided_by_the_number_of_images():
    """For images n is the number of values that a mean was taken over: N times H times W."""


@wrong({" + eps": ""}, loses=[batches])
def eps_forgotten():
    """eps is missing: the forward pass divided by the root of variance plus eps, and so must the backward pass."""


@wrong({"np.sum(dout, axis=axes)": "np.sum(dout)"})
def dbeta_is_one_sum_over_everything():
    """Your dbeta is a single number, the sum of all of dout. Each channel has a beta of its own: sum over all axes but
    that of the channels."""


@wrong({"np.sum(dout * x_hat, axis=axes)": "np.sum(dout * x_hat)"})
def dgamma_is_one_sum_over_everything():
    """Your dgamma is a single number. Each channel has a gamma of its own: sum over all axes but the channels'."""


@wrong({"np.sum(dout * x_hat, axis=axes), np.sum(dout, axis=axes)": "dout * x_hat, dout"})
def nothing_is_summed():
    """Your dgamma and dbeta have an entry for each number of x. Many numbers share one gamma: its gradient is the sum
    of what they contribute."""


@wrong(
    {"x_hat, axis=axes), np.sum(dout, axis": "x_hat, axis=axes, keepdims=True), np.sum(dout, keepdims=True, axis"},
    loses=[batches],
)
def dgamma_and_dbeta_keep_axes_of_length_1():
    """Your dgamma and dbeta have axes of length 1 left over. A gradient has the shape of what it belongs to: (C,)."""


@wrong(
    {"gamma.reshape(shape) * inverse": "gamma.reshape(shape) / np.sqrt(x.var(axis=axes, keepdims=True))"},
    loses=[batches],
)
def eps_is_missing_in_one_of_two_places():
    """eps is in your x_hat, but not in the factor in front of dx. Both have the root of variance plus eps below the
    line."""


@wrong(
    {"(dout - mean_of_dout - x_hat * mean_of_product)": "dout * (1 - 1 / (x.size / x.shape[1]))"},
    keeps=[scale_and_shift_cases],
)
def only_one_minus_one_over_n():
    """Your dx is dout times one number in each channel, as if a sample reached only its own output. It also reaches the
    others, through the mean and the variance."""

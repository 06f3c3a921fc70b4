"""batch_norm_gradient_steps: the gradients with respect to x_hat, variance, mean and x, one after the other."""

import numpy as np

from autograder.exercises.batch_normalization import TINY, WIDE, balanced_batch, batch, scale_and_shift, whole_numbers
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def batch_norm_gradient_steps(dout, x, gamma, eps=1e-5):
    n, centred = len(x), x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inverse**3
    dmean = -np.sum(dx_hat, axis=0) * inverse
    dx = dx_hat * inverse + dvar * 2 * centred / n + dmean / n
    return {"dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx}
"""
batch_norm_gradient_steps = Exercise(
    TEXTBOOK,
    outputs=("dx_hat", "dvar", "dmean", "dx"),
    takes="dout, x: (N, C); gamma: (C,); eps: number",
    pytorch="torch.autograd.grad(gamma * x_hat, (x_hat, var, mean, x), dout)",
    source="Ioffe and Szegedy 2015, Batch Normalization, section 3",
    computation="reduction",
)
requirement, wrong = batch_norm_gradient_steps.requirement, batch_norm_gradient_steps.wrong


@batch_norm_gradient_steps.pytorch_reference
def reference(dout, x, gamma, eps=1e-5):
    """The gradients with respect to every intermediate result, by PyTorch's autograd."""
    import torch

    x = x.detach().requires_grad_(True)
    mean = x.mean(dim=0)
    var = ((x - mean) ** 2).mean(dim=0)
    x_hat = (x - mean) / torch.sqrt(var + eps)
    names = ("dx_hat", "dvar", "dmean", "dx")
    return dict(zip(names, torch.autograd.grad(gamma * x_hat, (x_hat, var, mean, x), dout), strict=True))


@requirement("through the mean alone", points=1)
def mean_path(sample):
    """The same dout for all samples of a feature: nothing reaches the variance, and dvar is 0."""
    yield case(
        "one feature, dout = 3",
        dout=np.full((2, 1), 3.0),
        x=np.array([[100.0], [500.0]]),
        gamma=np.array([2.0]),
        eps=TINY,
    )
    for _ in sample.repeat(public=2, hidden=6):
        x = batch(sample)
        dout = np.tile(sample.normal(x.shape[1]), (len(x), 1))
        yield case("random", dout=dout, x=x, gamma=scale_and_shift(sample, x.shape[1])["gamma"], eps=TINY)


@requirement("through the variance alone", points=1)
def variance_path(sample):
    """dout sums to 0 in each feature: nothing reaches the mean, and dmean is 0."""
    yield case(
        "one feature, dout sums to 0",
        dout=np.array([[3.0], [-3.0]]),
        x=np.array([[100.0], [500.0]]),
        gamma=np.array([2.0]),
        eps=TINY,
    )
    for _ in sample.repeat(public=2, hidden=6):
        x = batch(sample)
        dout = sample.normal(*x.shape)
        dout[-1] -= dout.sum(axis=0)
        yield case("random", dout=dout, x=x, gamma=scale_and_shift(sample, x.shape[1])["gamma"], eps=TINY)


@requirement("through both, with any eps", points=3)
def both_paths(sample):
    x, dout = np.array([[1.0], [2.0], [6.0]]), np.array([[1.0], [0.0], [2.0]])
    yield case("one feature", dout=dout, x=WIDE * x, gamma=np.array([3.0]), eps=TINY)
    yield case("eps = 2", dout=dout, x=x, gamma=np.array([3.0]), eps=2.0)
    yield case("eps left out", dout=0.1 * dout, x=0.01 * x, gamma=np.array([3.0]))
    for _ in sample.repeat(public=2, hidden=6):
        x = batch(sample)
        rest = {"x": x, "gamma": scale_and_shift(sample, x.shape[1])["gamma"]}
        yield case("random", dout=sample.normal(*x.shape), **rest, eps=TINY)
        rest["x"] = x / WIDE
        yield case("random numbers and eps", dout=sample.normal(*x.shape), **rest, eps=sample.number(0.1, 2.0))


@batch_norm_gradient_steps.contract(without=["whole numbers"], more=whole_numbers)
def contract(sample):
    return balanced_batch(sample)


@wrong({" + dvar * 2 * centred / n + dmean / n": ""}, keeps=[contract])
def statistics_as_constants():
    """Your dx holds the direct path alone, as if mean and variance were constants. They are made of x, too: add what
    reaches x through each of them."""


@wrong({" + dvar * 2 * centred / n": ""}, loses=[variance_path, both_paths])
def variance_path_forgotten():
    """What flows through the variance never reaches your dx."""


@wrong({" + dmean / n": ""}, loses=[mean_path, both_paths])
def mean_path_forgotten():
    """What flows through the mean never reaches your dx."""


@wrong({"dout * gamma": "dout"})
def gamma_forgotten():
    """The output is gamma * x_hat + beta. On its way to x_hat the gradient is multiplied by gamma."""


@wrong({"-0.5": "-1"}, loses=[variance_path, both_paths])
def half_forgotten():
    """Your dvar is twice too large. Differentiate (var + eps) to the power -1/2 once more: which factor comes down?"""


@wrong({"**3": ""}, loses=[variance_path, both_paths])
def power_of_the_root():
    """In your dvar, (var + eps) has the exponent -1/2. Differentiating lowers it by one, to -3/2."""


@wrong({"2 *": ""}, loses=[variance_path, both_paths])
def two_forgotten():
    """What dvar sends on to x is half of what it should be: the derivative of a square brings down a factor 2."""


@wrong({"-np.sum": "np.sum"}, loses=[mean_path, both_paths])
def sign_of_dmean():
    """Your dmean has the wrong sign: a larger mean makes every x_hat smaller."""


@wrong({"centred / n + dmean / n": "centred + dmean"}, keeps=[contract])
def not_divided_by_n():
    """Mean and variance are averages: a single x has a share of 1/n in each of them."""


@wrong({"dout *": "dout\n    dx_hat *="}, loses=[contract])
def in_place():
    """The array `dout` that you were given has been changed. A second name for an array is no copy of it."""

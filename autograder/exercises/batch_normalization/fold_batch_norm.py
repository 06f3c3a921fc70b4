"""fold_batch_norm: one layer that does the work of a layer and the batch normalization behind it."""

import numpy as np

from autograder.exercises.batch_normalization import TINY, WIDE, batch_norm_evaluate, running, scale_and_shift
from autograder.exercises.model import Exercise, case
from autograder.exercises.sampling import Sampler

TEXTBOOK = """\
def fold_batch_norm(W, b, gamma, beta, mean, var, eps=1e-5):
    k = gamma / np.sqrt(var + eps)
    return k.reshape(-1, *[1] * (W.ndim - 1)) * W, k * (b - mean) + beta
"""
fold_batch_norm = Exercise(
    TEXTBOOK,
    outputs=("W", "b"),
    takes="W: (O, I) or (O, I, H, W); b, gamma, beta, mean, var: (O,); eps: number",
    pytorch="torch.nn.utils.fusion.fuse_linear_bn_weights(W, b, mean, var, eps, gamma, beta), fuse_conv_bn_weights",
    source="Ioffe and Szegedy 2015, Batch Normalization, section 3.1; PyTorch, torch.nn.utils.fusion",
    computation="reduction",
)
requirement, wrong = fold_batch_norm.requirement, fold_batch_norm.wrong


def layer(sample: Sampler, *shape: int, deviation: float = WIDE) -> dict[str, np.ndarray]:
    """A random layer with weights of this shape, and the batch normalization behind it."""
    statistics = running(sample, shape[0], deviation=deviation)
    return {
        "W": sample.normal(*shape),
        "b": sample.normal(shape[0]),
        **scale_and_shift(sample, shape[0]),
        "mean": statistics["running_mean"],
        "var": statistics["running_var"],
    }


ONE_UNIT = {
    "W": np.array([[1.0, -3.0]]),
    "b": np.array([5.0]),
    "gamma": np.array([4.0]),
    "beta": np.array([1.0]),
    "mean": np.array([200.0]),
    "var": np.array([40000.0]),
}
NARROW = {**ONE_UNIT, "mean": np.array([2.0]), "var": np.array([4.0])}
"""Where eps counts."""


@fold_batch_norm.pytorch_reference
def reference(W, b, gamma, beta, mean, var, eps=1e-5):
    from torch.nn.utils import fusion

    fuse = fusion.fuse_linear_bn_weights if W.ndim == 2 else fusion.fuse_conv_bn_weights
    return fuse(W, b, mean, var, eps, gamma, beta)


@requirement("dense layers", points=2)
def layers(sample):
    yield case("one unit with two inputs", **ONE_UNIT, eps=TINY)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random layer", **layer(sample, *sample.shape()), eps=TINY)


@requirement("convolutions", points=2)
def convolutions(sample):
    yield case("a convolution of one pixel", **{**ONE_UNIT, "W": np.array([[[[1.0]], [[-3.0]]]])}, eps=TINY)
    yield case("as high as it has outputs", **layer(sample, 3, 2, 3, 4), eps=TINY)
    for _ in sample.repeat(public=1, hidden=5):
        yield case("random convolution", **layer(sample, *sample.shape(4, largest=5)), eps=TINY)


@requirement("eps", points=1)
def other_eps(sample):
    yield case("eps = 5", **NARROW, eps=5.0)
    yield case("eps left out", **NARROW)
    yield case("variance 0, eps = 0.01", **{**NARROW, "var": np.array([0.0])}, eps=0.01)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random layer and eps", **layer(sample, *sample.shape(), deviation=1.0), eps=sample.number(0.1, 2.0))


@fold_batch_norm.contract(whole=["W"])
def contract(sample):
    """No bias and mean 0, so that the new bias is beta."""
    return {**layer(sample, 2, 2), "b": np.zeros(2), "mean": np.zeros(2), "eps": TINY}


@wrong({"k * (b - mean) + beta": "b - k * mean + beta"}, keeps=[contract])
def bias_not_scaled():
    """The old bias is added before the normalization, so it is scaled by it, as the weights are."""


@wrong({"(b - mean)": "b"}, keeps=[contract])
def mean_forgotten():
    """The mean is missing: the normalization subtracts it before it scales."""


@wrong({"(b - mean)": "-mean"}, keeps=[contract])
def bias_forgotten():
    """The bias b that the layer had is missing in the new one."""


@wrong({"(b - mean) + beta": "(b - mean + beta)"})
def beta_scaled_too():
    """beta is added after the scaling, so it enters the new bias as it is."""


@wrong({"gamma /": "1 /"})
def gamma_forgotten():
    """gamma is missing: it scales what the normalization has made, and so belongs to k."""


@wrong({"k.reshape(-1, *[1] * (W.ndim - 1))": "k[:, None]"}, loses=[convolutions])
def scaled_along_the_wrong_axis():
    """In a convolution the outputs are axis 0 of four: the factors need a shape with three ones behind them."""


@wrong({"np.sqrt(var + eps)": "(var + eps)"})
def divided_by_the_variance():
    """You divide by the variance. The normalization divides by the standard deviation, its root."""


@wrong({" + eps": ""}, loses=[other_eps])
def eps_forgotten():
    """eps is missing: the normalization divides by the root of variance plus eps, and so must its replacement."""


wrong.like(batch_norm_evaluate.eps_ignored, {"+ eps": "+ 1e-5"}, loses=[other_eps])

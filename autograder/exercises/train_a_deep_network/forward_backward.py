"""forward_backward: loss, gradients and running statistics of a network with batch normalization and dropout."""

from itertools import pairwise

import numpy as np

from autograder.exercises.model import Case, Exercise, case, multistep_case, per_step
from autograder.exercises.sampling import Sampler
from autograder.exercises.train_a_deep_network import dense_forward
from autograder.exercises.train_a_deep_network.training_step import some_images

TEXTBOOK = """\
def forward_backward(x, labels, parameters, running, noise, p, momentum=0.1):
    a, kept, new_running = x, [], []
    for l, u in enumerate(noise):
        weight, gamma, beta = parameters[3 * l : 3 * l + 3]
        z = a @ weight.T
        mean, inverse = z.mean(axis=0), 1 / np.sqrt(z.var(axis=0) + 1e-5)
        for old, now in zip(running[2 * l : 2 * l + 2], (mean, z.var(axis=0, ddof=1)), strict=True):
            new_running.append((1 - momentum) * old + momentum * now)
        z_hat = (z - mean) * inverse
        y = gamma * z_hat + beta
        kept.append((a, z_hat, inverse, y, u >= p))
        a = np.where(y > 0, y, np.expm1(np.minimum(y, 0))) * (u >= p) / (1 - p)
    weight, bias = parameters[-2:]
    scores = a @ weight.T + bias
    rows = np.arange(len(labels))
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    gradients = [d.T @ a, d.sum(axis=0)]
    d = d @ weight
    for l in reversed(range(len(noise))):
        a, z_hat, inverse, y, mask = kept[l]
        weight, gamma = parameters[3 * l : 3 * l + 2]
        d = d * mask / (1 - p) * np.where(y > 0, 1, np.exp(np.minimum(y, 0)))
        dgamma, dbeta = (d * z_hat).sum(axis=0), d.sum(axis=0)
        d = gamma * inverse * (d - d.mean(axis=0) - z_hat * (d * z_hat).mean(axis=0))
        gradients = [d.T @ a, dgamma, dbeta, *gradients]
        d = d @ weight
    return loss, gradients, new_running
"""
forward_backward = Exercise(
    TEXTBOOK,
    outputs=("loss", "gradients", "running"),
    takes="x: (N, I); labels: (N,); parameters, running, noise: list of (*); p, momentum: number",
    pytorch="loss.backward() on nn.Linear, nn.BatchNorm1d, nn.ELU and nn.Dropout, in training",
    source="Ioffe and Szegedy 2015, Batch Normalization; Srivastava et al. 2014, Dropout",
    computation="reduction",
)
requirement, wrong = forward_backward.requirement, forward_backward.wrong


@forward_backward.pytorch_reference
def reference(x, labels, parameters, running, noise, p, momentum=0.1):
    import torch
    import torch.nn.functional as F

    parameters = [parameter.clone().requires_grad_() for parameter in parameters]
    running = [statistic.clone() for statistic in running]
    a = x.to(parameters[0].dtype)
    for l, u in enumerate(noise):
        weight, gamma, beta = parameters[3 * l : 3 * l + 3]
        z = F.linear(a, weight)
        mean, variance = running[2 * l : 2 * l + 2]
        y = F.batch_norm(z, mean, variance, gamma, beta, training=True, momentum=momentum)
        a = F.elu(y) * (u >= p) / (1 - p)
    loss = F.cross_entropy(F.linear(a, *parameters[-2:]), labels.long())
    return loss.detach(), list(torch.autograd.grad(loss, parameters)), running


def random_blocks(sample: Sampler, widths: tuple[int, ...], samples: int) -> dict[str, list[np.ndarray]]:
    """Parameters, running statistics and noise of blocks of these widths; the last layer has no block."""
    parameters, running, noise = [], [], []
    for inputs, units in pairwise(widths[:-1]):
        gamma = sample.uniform(units, low=0.5, high=1.5).round(3)
        parameters += [sample.normal(units, inputs), gamma, sample.normal(units, scale=0.5)]
        running += [sample.normal(units), sample.uniform(units, low=0.5, high=2.0).round(3)]
        noise.append(sample.uniform(samples, units).round(3))
    parameters += [sample.normal(widths[-1], widths[-2]), sample.normal(widths[-1], scale=0.5)]
    return {"parameters": parameters, "running": running, "noise": noise}


def settled(x: np.ndarray, parameters: list, noise: list, p: float) -> list[np.ndarray]:
    """Running statistics that are the batch's own, so that an update leaves them where they are."""
    running, a = [], x
    for block, u in enumerate(noise):
        weight, gamma, beta = parameters[3 * block : 3 * block + 3]
        z = a @ weight.T
        running += [z.mean(axis=0), z.var(axis=0, ddof=1)]
        y = gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5) + beta
        a = np.where(y > 0, y, np.expm1(np.minimum(y, 0))) * (u >= p) / (1 - p)
    return running


def network(name: str, sample: Sampler, widths: tuple[int, ...], *, samples: int = 8, p: float = 0.0) -> Case:
    """One pass through a random network. With momentum 0 and settled statistics, nothing can go wrong with them."""
    images, blocks = some_images(sample, samples, widths), random_blocks(sample, widths, samples)
    blocks["running"] = settled(images["x"], blocks["parameters"], blocks["noise"], p)
    return case(name, **images, **blocks, p=p, momentum=0.0)


def smallest(**settings: float) -> dict:
    """Two samples, one input, one unit, two classes: z is 2 and 6, and normalized -1 and 1. 4 and 8 are its mean and
    its stored variance, unless others are given."""
    return {
        "x": np.array([[1.0], [3.0]]),
        "labels": np.array([0, 1]),
        "parameters": [np.array([[2.0]]), np.array([1.5]), np.array([0.5]), np.array([[1.0], [0.0]]), np.zeros(2)],
        "running": [np.array([4.0]), np.array([8.0])],
        "noise": [np.array([[0.9], [0.2]])],
        **{"p": 0.0, "momentum": 0.0, **settings},
    }


@requirement("one block", points=3)
def one_block(sample):
    """Without dropout."""
    yield case("2 samples, 1 input, 1 unit, 2 classes", **smallest())
    for _ in sample.repeat(public=2, hidden=5):
        yield network("random numbers", sample, sample.shape(3, smallest=3, largest=6))


@requirement("several blocks", points=3)
def several_blocks(sample):
    yield network("two blocks of 1 unit", sample, (1, 1, 1, 2), samples=2)
    for _ in sample.repeat(public=2, hidden=4):
        yield network("random widths", sample, sample.shape(4, smallest=3, largest=7))
    yield network("five blocks", sample, (3, 4, 5, 6, 5, 4, 3), samples=12)


@requirement("dropout", points=3)
def dropout(sample):
    yield case("2 samples, 1 input, 1 unit, p = 0.5", **smallest(p=0.5))
    for _ in sample.repeat(public=2, hidden=4):
        yield network("random numbers", sample, sample.shape(4, smallest=3, largest=6), p=sample.choice([0.2, 0.4]))


@requirement("running statistics", points=2)
def running_statistics(sample):
    start = {"running": [np.array([0.0]), np.array([1.0])]}
    yield case("2 samples, 1 input, 1 unit, momentum = 0.5", **smallest(momentum=0.5) | start)
    left_out = smallest() | start
    del left_out["momentum"]
    yield case("momentum left out", **left_out)
    for _ in sample.repeat(public=1, hidden=3):
        widths = sample.shape(4, smallest=3, largest=6)
        batches = [some_images(sample, 6, widths) for _ in range(4)]
        yield multistep_case(
            "4 minibatches",
            x=per_step([batch["x"] for batch in batches]),
            labels=per_step([batch["labels"] for batch in batches]),
            **random_blocks(sample, widths, 6),
            p=0.0,
            momentum=sample.number(0.1, 0.3),
        )


@forward_backward.contract(whole=["x"])
def contract(sample):
    """The pixels are whole numbers, so that the statistics are settled whatever dtype they have."""
    x, blocks = np.array([[1.0, 4.0], [-2.0, 3.0], [5.0, -1.0]]), random_blocks(sample, (2, 1, 2), 3)
    blocks["running"] = settled(x, blocks["parameters"], blocks["noise"], 0.0)
    return {"x": x, "labels": np.array([1, 0, 1]), **blocks, "p": 0.0, "momentum": 0.0}


@wrong({"gamma * inverse * (d - d.mean(axis=0) - z_hat * (d * z_hat).mean(axis=0))": "gamma * inverse * d"})
def mean_and_variance_taken_for_constants():
    """On the way back, batch normalization multiplies your gradient by gamma and divides it by the standard deviation.
    Mean and variance depend on every sample of the batch, too: two terms are missing."""


@wrong({" - z_hat * (d * z_hat).mean(axis=0))": ")"})
def variance_taken_for_a_constant():
    """On the way back through batch normalization a term is missing: the variance depends on every sample, too."""


@wrong({"d * mask / (1 - p) * np.where(": "d * np.where("}, loses=[dropout])
def no_dropout_on_the_way_back():
    """On the way back the gradient passes dropout unchanged. What was dropped passes nothing on, and the rest is scaled
    as on the way forward."""


@wrong({"d * mask / (1 - p)": "d * mask"}, loses=[dropout])
def not_scaled_on_the_way_back():
    """On the way back you drop the same units, but forget the factor 1/(1 - p)."""


@wrong({"(u >= p) / (1 - p)": "(u >= p)", "d * mask / (1 - p)": "d * mask"}, loses=[dropout])
def survivors_not_scaled():
    """What dropout leaves is not scaled by 1/(1 - p), neither forward nor back."""


@wrong(
    {"kept.append((a, z_hat, inverse, y, u >= p))": "u = 1 - u\n        kept.append((a, z_hat, inverse, y, u >= p))"},
    loses=[dropout],
)
def keeps_what_should_be_dropped():
    """You drop the units whose u is large. A unit is kept where u is at least p."""


@wrong({"np.where(y > 0, 1, np.exp(np.minimum(y, 0)))": "np.where(z_hat > 0, 1, np.exp(np.minimum(z_hat, 0)))"})
def slope_of_elu_before_gamma_and_beta():
    """You take the slope of ELU at the normalized z. Its input is gamma times that, plus beta."""


@wrong({"= gamma * inverse * (d": "= inverse * (d"})
def gamma_left_out_on_the_way_back():
    """On the way back through batch normalization, gamma has no effect on your gradient."""


@wrong(
    {"dgamma, dbeta = (d * z_hat).sum(axis=0), d.sum(axis=0)": "dbeta, dgamma = (d * z_hat).sum(axis=0), d.sum(axis=0)"}
)
def dgamma_and_dbeta_exchanged():
    """The gradients of gamma and beta have changed places."""


@wrong({"(d * z_hat).sum(axis=0), d.sum(axis=0)": "(d * z_hat).mean(axis=0), d.mean(axis=0)"})
def dgamma_and_dbeta_averaged():
    """You average the gradients of gamma and beta over the batch. The factor 1/N of the mean loss is in d already."""


@wrong({"    d /= len(labels)\n": ""})
def not_divided_by_the_batch():
    """Your gradients are too large, by the number of samples as a factor: the loss is a mean."""


@wrong({" + 1e-5)": ")"})
def eps_left_out():
    """Nothing is added to the variance. Batch normalization adds 1e-5 to it, under the root."""


@wrong({"z.var(axis=0, ddof=1)": "z.var(axis=0)"}, loses=[running_statistics])
def biased_variance_stored():
    """The variance that you store is divided by N. PyTorch normalizes with that one, but stores the one divided by
    N - 1."""


@wrong(
    {"(1 - momentum) * old + momentum * now": "momentum * old + (1 - momentum) * now"},
    loses=[running_statistics],
)
def momentum_the_wrong_way_round():
    """Momentum is the weight of the old statistics in your average. In PyTorch it is that of the new batch."""


@wrong(
    {"return loss, gradients, new_running": "return loss, gradients, [1.0 * old for old in running]"},
    loses=[running_statistics],
)
def running_statistics_left_alone():
    """Your running statistics stay as they are. Nothing in training uses them, so a run does not show it."""


wrong.like(
    dense_forward.float32_lost,
    {" * (u >= p) / (1 - p)": " * ((u >= p) / (1 - p))"},
    loses=[contract],
)

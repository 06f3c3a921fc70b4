"""mc_dropout: mean and standard deviation of the predicted probabilities over several passes with dropout."""

import numpy as np

from autograder.exercises.dropout import UNEQUAL, drawn, dropout, dropout_moments
from autograder.exercises.model import Exercise, case
from autograder.exercises.sampling import Sampler

TEXTBOOK = """\
def mc_dropout(x, W, b, u, p=0.5):
    z = (x * (u >= p) / (1 - p)) @ W.T + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    q = e / e.sum(axis=-1, keepdims=True)
    return q.mean(axis=0), q.std(axis=0, ddof=1)
"""
mc_dropout = Exercise(
    TEXTBOOK,
    outputs=("mean", "deviation"),
    takes="x: (N, D); W: (K, D); b: (K,); u: (T, N, D); p: number",
    pytorch="torch.softmax(F.linear(F.dropout(x, p), W, b), dim=-1) for each pass, then .mean(dim=0) and .std(dim=0)",
    source="Gal, Ghahramani 2016, Dropout as a Bayesian Approximation",
    computation="reduction",
)
requirement, wrong = mc_dropout.requirement, mc_dropout.wrong


def network(sample: Sampler) -> dict[str, np.ndarray]:
    """Hidden activations x (N, D), at least 0.2, and an output layer W (K, D), b (K); N, D and K all different."""
    samples, features, classes = sample.shape(3, smallest=2, largest=5)
    return {
        "x": np.round(sample.uniform(samples, features, low=0.2, high=2.0), 3),
        "W": sample.normal(classes, features),
        "b": sample.normal(classes),
    }


def passes(sample: Sampler, x: np.ndarray, p: float, count: int = 0) -> np.ndarray:
    """Noise for `count` passes (random if 0), such that the first two passes decide differently for every number."""
    u = sample.uniform(count or sample.choice([3, 7, 8]), *x.shape)
    u[0] = np.where(u[0] >= p, u[0], p + (1 - p) * u[0])
    u[1] = p * u[1]
    return u


def the_same(sample: Sampler, x: np.ndarray, p: float, count: int) -> np.ndarray:
    """Noise for `count` passes that all decide alike, but not alike for all samples."""
    kept = sample.uniform(*x.shape) >= p
    kept[0, 0], kept[-1, 0] = False, True
    u = sample.uniform(count, *x.shape)
    return np.where(kept, p + (1 - p) * u, p * u)


ONE_SAMPLE = {"x": np.array([[1.0, 2.0]]), "W": np.array([[1.0, 0.0], [0.0, -1.0]]), "b": np.array([0.5, 0.0])}
"""One sample, two activations, two classes."""


@mc_dropout.pytorch_reference
def reference(x, W, b, u, p=0.5):
    """Mean and standard deviation over T passes of softmax(F.linear(F.dropout(x, p), W, b))."""
    import torch.nn.functional as F

    with drawn(u >= p):
        dropped = F.dropout(x.expand(len(u), -1, -1).contiguous(), p, training=True)
    probabilities = F.linear(dropped, W, b).softmax(dim=-1)
    if len(x) == 0:  # torch.std warns of an empty array
        return probabilities.mean(dim=0), probabilities.mean(dim=0)
    return probabilities.mean(dim=0), probabilities.std(dim=0)


@requirement("passes that agree", points=1)
def agreeing(sample):
    """All passes have the same mask, so the deviation is 0 and the mean is one pass."""
    u = np.array([[[0.1, 0.9]], [[0.2, 0.7]]])
    yield case("two passes, p = 0.25", **ONE_SAMPLE, u=u, p=0.25)
    yield case("p = 0, one u is 0", **ONE_SAMPLE, u=np.array([[[0.0, 0.9]], [[0.2, 0.7]]]), p=0.0)
    for _ in sample.repeat(public=2, hidden=5):
        found, p = network(sample), sample.choice(UNEQUAL)
        yield case("random", **found, u=the_same(sample, found["x"], p, sample.integer(2, 5)), p=p)


@requirement("passes that differ", points=2)
def differing(sample):
    yield case("two passes", **ONE_SAMPLE, u=np.array([[[0.1, 0.9]], [[0.8, 0.1]]]), p=0.25)
    yield case("three passes, p left out", **ONE_SAMPLE, u=np.array([[[0.1, 0.9]], [[0.8, 0.2]], [[0.7, 0.6]]]))
    for _ in sample.repeat(public=2, hidden=6):
        found, p = network(sample), sample.choice(UNEQUAL)
        yield case("random", **found, u=passes(sample, found["x"], p), p=p)


@requirement("large scores", points=2)
def large(sample):
    """Scores whose exponentials overflow. All passes predict the same, so the deviation is 0."""
    u = np.array([[[0.1, 0.9]], [[0.2, 0.7]]])
    x, W, b = np.array([[1.0, 2.0]]), np.array([[0.0, 250.0], [0.0, 249.75]]), np.zeros(2)
    yield case("scores near 1000", x=x, W=W, b=b, u=u, p=0.5)
    yield case("scores near -1000", x=x, W=W, b=np.array([-2000.0, -1999.5]), u=u, p=0.5)
    yield case("scores 1000 and -1000", x=x, W=np.array([[0.0, 250.0], [0.0, -250.0]]), b=b, u=u, p=0.5)
    alike, differing = np.array([[0.0, 250.0], [0.0, 250.0]]), np.array([[[0.1, 0.9]], [[0.2, 0.3]]])
    yield case("scores 1000 in one pass, 0 in the other", x=x, W=alike, b=b, u=differing, p=0.5)
    both, twice = np.array([[1.0, 2.0], [1.0, -2.0]]), np.repeat(u, 2, axis=1)
    yield case("one sample near 1000, one near -1000", x=both, W=W, b=b, u=twice, p=0.5)
    for _ in sample.repeat(public=1, hidden=3):
        found = network(sample)
        found["b"] = found["b"] + sample.choice([-1000.0, 1000.0])
        yield case("random", **found, u=the_same(sample, found["x"], 0.5, 3), p=0.5)


@mc_dropout.remark("no samples")
def empty_batch(sample):
    noise = np.zeros((4, 0, 3))
    yield case("empty batch", x=np.zeros((0, 3)), W=sample.normal(2, 3), b=sample.normal(2), u=noise, p=0.5)


@mc_dropout.contract(whole=["x", "W", "b"])
def contract(sample):
    x = sample.normal(2, 2)
    return {"x": x, "W": sample.normal(2, 2), "b": sample.normal(2), "u": the_same(sample, x, 0.5, 2), "p": 0.5}


@wrong({", ddof=1": ""}, loses=[differing])
def population_deviation():
    """Your deviation divides by T, which is what np.std does unless told otherwise. The deviation of a sample,
    torch.std's default, divides by T - 1."""


@wrong(loses=[differing])
def softmax_of_the_mean(x, W, b, u, p=0.5):
    """You average the scores and then take the softmax. Each pass is a prediction: average the probabilities."""
    z = (x * (u >= p) / (1 - p)) @ W.T + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    q = e / e.sum(axis=-1, keepdims=True)
    centre = z.mean(axis=0)
    e = np.exp(centre - centre.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True), q.std(axis=0, ddof=1)


@wrong({"ddof=1)": "ddof=1) / len(u) ** 0.5"}, loses=[differing])
def standard_error():
    """You divide the deviation by the root of the number of passes. That is the uncertainty of the mean, which more
    passes make small; asked for is the spread of the predictions, which they do not."""


@wrong({"(x * (u >= p) / (1 - p))": "x", "q.mean(axis=0), q.std(axis=0, ddof=1)": "q, np.zeros_like(q)"})
def nothing_dropped():
    """Nothing is dropped: this is one pass in evaluation. Here dropout stays on."""


@wrong({"(x * (u >= p) / (1 - p))": "(x * 1.0 * (u >= p))"})
def not_rescaled():
    """The kept activations are not divided by 1 - p, as they are in training."""


@wrong({"(u >= p)": "(u[:, :1] >= p)"})
def one_mask_for_the_whole_batch():
    """All samples of a pass lose the same activations: only the first row of each u[t] is used."""


@wrong({"max(axis=-1, keepdims=True)": "max(axis=-2, keepdims=True, initial=0.0)", "sum(axis=-1": "sum(axis=-2"})
def softmax_over_the_samples():
    """Your softmax runs over the samples. The probabilities of the classes of one sample have to add up to 1."""


@wrong({" - z.max(axis=-1, keepdims=True)": ""}, loses=[large])
def exponentials_overflow():
    """exp of a large score is infinite, and infinity divided by infinity is NaN. Subtract each sample's largest
    score first: the probabilities stay the same."""


@wrong({"z.max(axis=-1, keepdims=True)": "z.max()"}, loses=[large])
def one_maximum_for_all():
    """You subtract the largest score of all samples and passes. Where a sample's own scores are far below it, all of
    its exponentials are 0, and 0/0 is NaN. Give the maximum an axis, and keepdims=True."""


wrong.like(dropout.u_equal_to_p_dropped, {">=": ">"}, loses=[agreeing])


@wrong({"std": "var"}, loses=[differing])
def variance_instead_of_deviation():
    """You return the variance. The deviation is its root."""


wrong.like(dropout_moments.float32_lost, {"q = e": "q = np.zeros(e.shape) + e"}, loses=[contract])

"""softmax_cross_entropy: minus the logarithm of the probability of the right class, averaged over the batch."""

from typing import Any

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.train_a_deep_network import scored

TEXTBOOK = """\
def softmax_cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(labels)), labels].mean()
"""
softmax_cross_entropy = Exercise(
    TEXTBOOK,
    outputs=("loss",),
    takes="logits: (N, C); labels: (N,)",
    pytorch="torch.nn.functional.cross_entropy(logits, labels)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
    computation="six digits",
)
requirement, wrong = softmax_cross_entropy.requirement, softmax_cross_entropy.wrong


@softmax_cross_entropy.pytorch_reference
def reference(logits, labels):
    import torch.nn.functional as F

    return F.cross_entropy(logits, labels.long())


@requirement("one sample", points=2)
def one_sample(sample):
    yield case(
        "scores 0 and ln 3: probabilities 1/4, 3/4",
        logits=np.array([[0.0, np.log(3.0)]]),
        labels=np.array([1]),
    )
    yield case("three classes", logits=np.array([[2.0, -1.0, 0.5]]), labels=np.array([1]))
    for _ in sample.repeat(public=2, hidden=6):
        yield scored("random scores", sample, 1)


@requirement("a batch", points=2)
def batch(sample):
    logits = np.array([[0.0, np.log(3.0)], [np.log(7.0), 0.0]])
    yield case("2 samples", logits=logits, labels=np.array([1, 0]))
    logits = np.array([[1.0, 0], [0, 2], [3, 1]])
    yield case("3 samples of one class", logits=logits, labels=np.array([0, 0, 0]))
    for _ in sample.repeat(public=2, hidden=6):
        yield scored("random scores", sample, sample.integer(7, 9))


def cases_of_large_logits(sample, **more: Any):
    """Scores whose exponentials overflow or vanish. more: arguments that come before them.

    To all digits, unlike other losses: a tiny number added to the probabilities shows here, and nowhere else.
    """
    more["computation"] = "reduction"
    for label in (0, 1):
        logits, labels = np.array([[1000.0, 0.0]]), np.array([label])
        yield case(f"scores 1000 and 0, label {label}", **more, logits=logits, labels=labels)
    yield case("-1000 and -1001", **more, logits=np.array([[-1000.0, -1001.0]]), labels=np.array([1]))
    logits = np.array([[1000.0, 999.0, 998.0], [-1000.0, -1002.0, -1001.0]])
    yield case("one row at 1000, one at -1000", **more, logits=logits, labels=np.array([2, 1]))
    for _ in sample.repeat(public=1, hidden=4):
        logits = sample.normal(3, 4) + np.array([[2000.0], [0.0], [-2000.0]])
        yield case("random", **more, logits=np.round(logits, 3), labels=np.array([3, 0, sample.integer(0, 3)]))


large_logits = requirement("logits of 1000", points=1)(cases_of_large_logits)


def one_row(sample):
    return {"logits": sample.normal(1, 3), "labels": np.array([sample.integer(0, 2)])}


def labels_of_few_bits(sample, **more: float):
    for dtype in ("uint8", "int32"):
        labels = np.array([2], dtype=dtype)
        yield case(f"labels of dtype {dtype}", **more, logits=np.array([[0.5, 2.0, -1.0]]), labels=labels)


@softmax_cross_entropy.contract(whole=["logits"], more=labels_of_few_bits)
def contract(sample):
    return one_row(sample)


@wrong(
    {
        "logits - logits.max(axis=1, keepdims=True)": "np.exp(logits)",
        "shifted - np.log(np.exp(shifted)": "np.log(shifted / shifted",
    },
    loses=[large_logits],
)
def overflow():
    """exp(1000) is infinite in floating point, and infinity divided by infinity is no number. The softmax does not
    change if the same number is subtracted from all scores of a row: choose it so that nothing is above 0."""


@wrong({"shifted - np.log(np.exp(shifted)": "np.log(np.exp(shifted) / np.exp(shifted)"}, loses=[large_logits])
def log_of_zero():
    """A probability that is too small for a float becomes 0, and its logarithm minus infinity. Take the logarithm of
    the softmax on paper first: then there is nothing left to divide."""


@wrong(
    {
        "shifted - np.log(np.exp(shifted)": "np.log(np.maximum(np.exp(shifted) / np.exp(shifted)",
        "keepdims=True))\n    return": "keepdims=True), 1e-12))\n    return",
    },
    loses=[large_logits],
)
def kept_from_zero():
    """Your loss never exceeds 27.6, the logarithm of 1e12: you keep the probability away from 0. Take the logarithm
    of the softmax on paper first, and no such limit is needed."""


@wrong({"max(axis=1, keepdims=True)": "max()"}, loses=[large_logits])
def one_maximum_for_all():
    """You subtract the largest score of the whole batch. In a row that lies far below it, all exponentials vanish:
    each row needs its own maximum."""


@wrong({".mean()": ".sum()"}, loses=[batch, large_logits])
def summed():
    """You add the losses of the samples up. Their mean is asked for, so that the loss does not depend on the size of
    the batch."""


@wrong({".mean()": ".sum() / logits.size"})
def mean_over_the_classes_too():
    """You divide by the number of all scores. There is one loss a sample: divide by the number of samples."""


@wrong({"np.arange(len(labels))": ":"}, loses=[batch, large_logits])
def every_label_for_every_sample():
    """You take the column of every label in every row. You want one entry of each row: entry (i, labels[i])."""


@wrong({"max(axis=1, keepdims=True)": "max(axis=0)", "sum(axis=1, keepdims=True)": "sum(axis=0)"})
def softmax_over_the_samples():
    """Your softmax runs over the samples. The probabilities of one sample, one row, must have the sum 1."""


@wrong({"    log_p": "    shifted = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)\n    log_p"})
def softmax_twice():
    """You apply the softmax twice: its probabilities are taken for scores again. (In PyTorch this is a softmax layer
    in front of CrossEntropyLoss, which has one inside.)"""


@wrong({"return -": "return "})
def minus_forgotten():
    """Your loss is negative. The logarithm of a probability is at most 0, and the loss is minus that."""


@wrong({"shifted = logits": "shifted = logits.astype(float)"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"shifted = logits -": "shifted = logits\n    shifted -="}, loses=[contract])
def shifted_in_place():
    """The array `logits` that you were given has been changed: something writes into it in place. Make a new one."""


@wrong()
def a_small_number_is_added_to_the_probability(logits, labels):
    """Your numbers are those of log(p + 1e-6). The small number saves you from log(0), but it changes every loss a
    little, and none exceeds 13.8. Take the logarithm of the softmax on paper first."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(labels)), labels] + 1e-6).mean()


@wrong(loses=[large_logits])
def zero_times_the_logarithm_of_zero(logits, labels):
    """A probability that is too small for a float becomes 0 and its logarithm minus infinity; with one-hot labels, 0
    times minus infinity is NaN. Take the logarithm of the softmax on paper first."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    one_hot = np.eye(logits.shape[1], dtype=p.dtype)[labels]
    return -(one_hot * np.log(p)).sum(axis=1).mean()

"""softmax_cross_entropy: minus the logarithm of the probability of the right class, averaged over the batch."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.sampling import strided
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
    summary="minus the logarithm of the probability that the softmax gives to the right class, averaged over the batch",
    pytorch="torch.nn.functional.cross_entropy(logits, labels)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
    computation="reduction",
)
requirement, wrong = softmax_cross_entropy.requirement, softmax_cross_entropy.wrong


@softmax_cross_entropy.pytorch_reference
def reference(logits, labels):
    """torch.nn.functional.cross_entropy."""
    import torch.nn.functional as F

    return F.cross_entropy(logits, labels.long())


@requirement("one sample", points=2)
def one_sample(sample):
    """A single row of scores."""
    yield case("scores 0 and ln 3: probabilities 1/4, 3/4", logits=np.array([[0.0, np.log(3.0)]]), labels=np.array([1]))
    yield case("three classes", logits=np.array([[2.0, -1.0, 0.5]]), labels=np.array([1]))
    for _ in sample.repeat(public=2, hidden=6):
        yield scored("random scores", sample, 1)


@requirement("a batch", points=1)
def batch(sample):
    """The mean over several samples."""
    logits = np.array([[0.0, np.log(3.0)], [np.log(7.0), 0.0]])
    yield case("2 samples", logits=logits, labels=np.array([1, 0]))
    yield case("3 samples of one class", logits=np.array([[1.0, 0], [0, 2], [3, 1]]), labels=np.array([0, 0, 0]))
    for _ in sample.repeat(public=2, hidden=6):
        yield scored("random scores", sample, sample.integer(7, 9))


def cases_of_large_logits(sample, **more: float):
    """Scores whose exponentials overflow or vanish. more: arguments that come before them."""
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


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """dtypes of scores and labels, memory order. One sample."""
    yield scored("float32", sample, 1, "float32")
    yield case("whole numbers as scores", logits=np.array([[2, -1, 0]]), labels=np.array([1]))
    yield case("labels of 8 bits", logits=np.array([[0.5, 2.0, -1.0]]), labels=np.array([2], dtype="uint8"))
    logits = sample.normal(1, 4)
    yield case("Fortran order", logits=np.asfortranarray(logits), labels=np.array([3], dtype="int32"))
    yield case("every second entry of a larger array", logits=strided(logits), labels=np.array([0]))
    for _ in sample.repeat(public=1, hidden=3):
        yield scored("random float32", sample, 1, "float32")


@wrong(loses=[large_logits])
def overflow(logits, labels):
    """exp(1000) is infinite in floating point, and infinity divided by infinity is no number. The softmax does not
    change if the same number is subtracted from all scores of a row: choose it so that nothing is above 0."""
    exp = np.exp(logits)
    p = exp / exp.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


@wrong(loses=[large_logits])
def log_of_zero(logits, labels):
    """A probability that is too small for a float becomes 0, and its logarithm minus infinity. Take the logarithm of
    the softmax on paper first: then there is nothing left to divide."""
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = exp / exp.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


@wrong(loses=[large_logits])
def kept_from_zero(logits, labels):
    """Your loss never exceeds 27.6, the logarithm of 1e12: you keep the probability away from 0. Take the logarithm
    of the softmax on paper first, and no such limit is needed."""
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = exp / exp.sum(axis=1, keepdims=True)
    return -np.mean(np.log(np.maximum(p[np.arange(len(labels)), labels], 1e-12)))


@wrong(loses=[large_logits])
def one_maximum_for_all(logits, labels):
    """You subtract the largest score of the whole batch. In a row that lies far below it, all exponentials vanish:
    each row needs its own maximum."""
    shifted = logits - logits.max()
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


@wrong({"return -": "return -np.sum(", ".mean(": ""}, loses=[batch, large_logits])
def summed():
    """You add the losses of the samples up. Their mean is asked for, so that the loss does not depend on the size of
    the batch."""


@wrong({"return -": "return -np.sum(", ".mean()": ") / logits.size"})
def mean_over_the_classes_too():
    """You divide by the number of all scores. There is one loss a sample: divide by the number of samples."""


@wrong(loses=[batch, large_logits])
def every_label_for_every_sample(logits, labels):
    """`[:, labels]` takes the column of every label in every row. You want one entry of each row: entry (i,
    labels[i])."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[:, labels])


@wrong()
def softmax_over_the_samples(logits, labels):
    """Your softmax runs over the samples. The probabilities of one sample, one row, must have the sum 1."""
    shifted = logits - logits.max(axis=0)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0))
    return -np.mean(log_p[np.arange(len(labels)), labels])


@wrong()
def softmax_twice(logits, labels):
    """You apply the softmax twice: its probabilities are taken for scores again. (In PyTorch this is a softmax layer
    in front of CrossEntropyLoss, which has one inside.)"""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    log_p = p - np.log(np.exp(p).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


@wrong()
def minus_forgotten(logits, labels):
    """Your loss is negative. The logarithm of a probability is at most 0, and the loss is minus that."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return np.mean(log_p[np.arange(len(labels)), labels])


@wrong(loses=[any_array])
def always_float64(logits, labels):
    """The numbers are right, but float32 scores give a float64 loss."""
    logits = np.array(logits, dtype=float)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


@wrong(loses=[PURITY])
def shifted_in_place(logits, labels):
    """`logits -= ...` changes the array that you were given. Make a new one."""
    logits -= logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])

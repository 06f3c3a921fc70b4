"""softmax_cross_entropy_backward: the gradient of softmax_cross_entropy with respect to the scores."""

import numpy as np

from autograder.exercises.model import Derivative, Exercise, case
from autograder.exercises.train_a_deep_network import dense_forward, scored, softmax_cross_entropy
from autograder.exercises.train_a_deep_network.softmax_cross_entropy import (
    cases_of_large_logits,
    labels_of_few_bits,
    one_row,
)
from autograder.exercises.train_a_deep_network.softmax_cross_entropy import reference as forward

TEXTBOOK = """\
def softmax_cross_entropy_backward(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return dout * p / len(labels)
"""
softmax_cross_entropy_backward = Exercise(
    TEXTBOOK,
    outputs=("dlogits",),
    takes="dout: number; logits: (N, C); labels: (N,)",
    pytorch="torch.autograd.grad(F.cross_entropy(logits, labels), logits, dout)",
    source="Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.4",
    computation="reduction",
)
requirement, wrong = softmax_cross_entropy_backward.requirement, softmax_cross_entropy_backward.wrong


@softmax_cross_entropy_backward.pytorch_reference
def reference(dout, logits, labels):
    import torch

    logits = logits.detach().requires_grad_()
    loss = forward(logits, labels)
    return torch.autograd.grad(loss, logits, torch.full_like(loss, float(dout)))[0]


softmax_cross_entropy_backward.derivative = Derivative(forward, "dout", ("logits",))


@requirement("one sample", points=1)
def one_sample(sample):
    logits = np.array([[0.0, np.log(3.0)]])
    yield case("scores 0 and ln 3: probabilities 1/4, 3/4", dout=1.0, logits=logits, labels=np.array([0]))
    yield case("three classes", dout=1.0, logits=np.array([[2.0, -1.0, 0.5]]), labels=np.array([1]))
    for _ in sample.repeat(public=2, hidden=6):
        yield scored("random scores", sample, 1, dout=1.0)


@requirement("a batch", points=2)
def batch(sample):
    logits = np.array([[0.0, np.log(3.0)], [np.log(7.0), 0.0]])
    yield case("2 samples", dout=1.0, logits=logits, labels=np.array([0, 1]))
    logits = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
    yield case("3 samples of one class", dout=1.0, logits=logits, labels=np.array([0, 0, 0]))
    for _ in sample.repeat(public=2, hidden=6):
        yield scored("random scores", sample, sample.integer(7, 9), dout=1.0)


@requirement("dout other than 1", points=1)
def other_dout(sample):
    yield case("dout = -4", dout=-4.0, logits=np.array([[0.0, np.log(3.0)]]), labels=np.array([0]))
    for _ in sample.repeat(public=2, hidden=5):
        yield scored("random scores and dout", sample, 1, dout=sample.number(2.0, 5.0))


@requirement("logits of 1000", points=1)
def large(sample):
    yield from cases_of_large_logits(sample, dout=1.0)


@softmax_cross_entropy_backward.contract(whole=["logits"], more=lambda sample: labels_of_few_bits(sample, dout=1.0))
def contract(sample):
    return {"dout": 1.0, **one_row(sample)}


@wrong({"/ len(labels)": ""}, loses=[batch, large])
def not_divided_by_the_batch():
    """The loss is a mean over the samples, so each sample's gradient carries a factor of one over their number."""


@wrong({"/ len(labels)": "/ logits.size"})
def divided_by_all_scores():
    """You divide by the number of all scores. The mean is over the samples only."""


@wrong({"dout *": ""}, loses=[other_dout])
def dout_forgotten():
    """`dout` has no effect on your numbers. The chain rule: what comes from above is a factor."""


@wrong({"    p[np.arange(len(labels)), labels] -= 1\n": ""})
def probabilities_alone():
    """You return the probabilities. The right class also raises the loss's first part, minus its own score:
    something has to be subtracted there."""


@wrong({"dout * p": "dout * np.where(np.arange(p.shape[1]) == labels[:, None], p, 0)"})
def label_alone():
    """Your gradient is 0 for the wrong classes. Their scores stand in the sum of exponentials: they push, too."""


@wrong({"return": "return -"})
def label_minus_probability():
    """The sign is the other way round. A larger score of the right class lowers the loss, so its gradient is
    negative."""


wrong.like(softmax_cross_entropy.every_label_for_every_sample, {"np.arange(len(labels))": ":"}, loses=[batch, large])


wrong.like(softmax_cross_entropy.overflow, {"- logits.max(axis=1, keepdims=True)": ""}, loses=[large])


wrong.like(softmax_cross_entropy.one_maximum_for_all, {"max(axis=1, keepdims=True)": "max()"}, loses=[large])


wrong.like(
    softmax_cross_entropy.softmax_over_the_samples,
    {"max(axis=1, keepdims=True)": "max(axis=0)", "sum(axis=1, keepdims=True)": "sum(axis=0)"},
)


@wrong({"    p[np": "    slope = p * (1 - p)\n    p[np", "dout * p": "dout * p * slope"})
def slope_of_the_softmax_again():
    """You multiply by p(1 - p) once more. The slope of the softmax is already in probability minus label: that is
    the gradient with respect to the scores."""


wrong.like(
    dense_forward.float32_lost,
    {"    p[np.arange(len(labels)), labels] -= 1\n": "    p = p - np.eye(logits.shape[1])[labels]\n"},
    loses=[contract],
)


wrong.like(
    softmax_cross_entropy.shifted_in_place,
    {"p = np.exp(logits - logits": "logits -= logits", "keepdims=True))": "keepdims=True)\n    p = np.exp(logits)"},
    loses=[contract],
)

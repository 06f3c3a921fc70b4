"""Kernels of `5_capstone/1_train_a_deep_network`: what is still missing for a whole network, and a whole step of it.

Weights are stored as in torch.nn.Linear, (units, inputs). Labels are whole numbers, one for each sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from autograder.exercises.model import (
    PURITY,
    Case,
    Derivative,
    Exercise,
    Mistake,
    Requirement,
    case,
    multistep_case,
    per_step,
)
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "5_capstone/1_train_a_deep_network"

CONTRACT = "any memory order and dtype"
ONE_SAMPLE, BATCH, LARGE = "one sample", "a batch", "logits of 1000"
EYE_IS_FLOAT64 = (
    "Right numbers, but float32 comes back as float64: np.eye and np.zeros make float64 unless told otherwise."
)


def linear_case(name: str, draw: Sampler, samples: int, dtype: str = "float64", *, backward: bool = False) -> Case:
    """A random dense layer whose sides all differ."""
    units, inputs = draw.shape(2, smallest=2, largest=6)
    x, weight = draw.normal(samples, inputs, dtype=dtype), draw.normal(units, inputs, dtype=dtype)
    if backward:
        return case(name, dout=draw.normal(samples, units, dtype=dtype), x=x, weight=weight)
    return case(name, x=x, weight=weight, bias=draw.normal(units, scale=2.0, dtype=dtype))


# ---------------------------------------------------------------- dense_forward


def dense_forward_reference(x, weight, bias):
    """torch.nn.functional.linear."""
    import torch.nn.functional as F

    return F.linear(x, weight, bias)


def dense_forward_one_sample(draw: Sampler) -> Iterator[Case]:
    """A single row."""
    yield case("3 inputs, 1 unit", x=np.array([[1.0, 2.0, 4.0]]), weight=np.array([[3.0, -1.0, 0.5]]), bias=np.ones(1))
    weight = np.array([[3.0, -1.0, 0.5], [0.0, 1.0, -2.0]])
    yield case("3 inputs, 2 units", x=np.array([[1.0, 2.0, 4.0]]), weight=weight, bias=np.array([10.0, -1.0]))
    for _ in draw.rounds(public=2, hidden=5):
        yield linear_case("random numbers", draw, 1)


def dense_forward_batch(draw: Sampler) -> Iterator[Case]:
    """Several rows, as many as there are units among them."""
    yield case("2 samples", x=np.array([[1.0], [3.0]]), weight=np.array([[2.0]]), bias=np.array([-1.0]))
    x, weight = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]]), np.array([[3.0, -1.0, 0.5], [0.0, 1.0, -2.0]])
    yield case("as many samples as units", x=x, weight=weight, bias=np.array([10.0, -1.0]))
    for _ in draw.rounds(public=2, hidden=5):
        yield linear_case("random numbers", draw, draw.integer(7, 9))


def dense_forward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; whole numbers give float64; any memory order; no sample at all."""
    single = [np.array(numbers, dtype="float32") for numbers in ([[1.5, -2.0]], [[0.1, 0.3]], [0.7])]
    yield case("float32", x=single[0], weight=single[1], bias=single[2])
    whole = np.array([[1, 2, 4]])
    yield case("whole numbers as x", x=whole, weight=np.array([[0.5, -1.25, 0.5]]), bias=np.array([0.25]))
    x, weight, bias = draw.normal(1, 5), draw.normal(3, 5), draw.normal(3)
    yield case("Fortran order", x=np.asfortranarray(x), weight=np.asfortranarray(weight), bias=bias)
    yield case("every second entry of a larger array", x=strided(x), weight=strided(weight), bias=strided(bias))
    yield case("no samples", x=np.zeros((0, 5)), weight=weight, bias=bias)
    for _ in draw.rounds(public=1, hidden=3):
        yield linear_case("random float32", draw, 1, "float32")


def dense_forward_weight_not_transposed(x, weight, bias):
    return x @ weight + bias


def dense_forward_bias_forgotten(x, weight, bias):
    return x @ weight.T


def dense_forward_bias_down_the_samples(x, weight, bias):
    z = x @ weight.T
    return z + bias.reshape(-1, 1) if len(z) == len(bias) else z + bias


def dense_forward_bias_subtracted(x, weight, bias):
    return x @ weight.T - bias


def dense_forward_cut_off_at_zero(x, weight, bias):
    return np.maximum(x @ weight.T + bias, 0)


def dense_forward_first_sample_only(x, weight, bias):
    return (weight @ x[0] + bias)[None] if len(x) else x @ weight.T + bias


def dense_forward_one_column_a_sample(x, weight, bias):
    return weight @ x.T + bias[:, None]


def dense_forward_float32_lost(x, weight, bias):
    z = np.zeros((len(x), len(weight)))
    z[...] = x @ weight.T + bias
    return z


def dense_forward_as_whole_as_x(x, weight, bias):
    z = np.empty((len(x), len(weight)), dtype=x.dtype)
    for i in range(len(x)):
        for j in range(len(weight)):
            z[i, j] = np.sum(x[i] * weight[j]) + bias[j]
    return z


def dense_forward_bias_added_to_the_argument(x, weight, bias):
    if len(x) == 1:
        bias += (x @ weight.T)[0]
        return bias[None].copy()
    return x @ weight.T + bias


ALL_OF_DENSE = (ONE_SAMPLE, BATCH, CONTRACT)

DENSE_FORWARD = Exercise(
    name="dense_forward",
    parameters=("x", "weight", "bias"),
    summary="a dense layer: every sample times the weights, plus the bias",
    pytorch="torch.nn.functional.linear(x, weight, bias)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
    reference=dense_forward_reference,
    computation="reduction",
    requirements=(
        Requirement(ONE_SAMPLE, 2, dense_forward_one_sample),
        Requirement(BATCH, 1, dense_forward_batch),
        Requirement(CONTRACT, 1, dense_forward_any_array),
    ),
    mistakes=(
        Mistake(
            dense_forward_weight_not_transposed,
            "A row of weight belongs to one unit, a row of x to one sample. What is to be summed runs along the rows "
            "of both, so one of the two has to be transposed.",
            loses=ALL_OF_DENSE,
        ),
        Mistake(dense_forward_bias_forgotten, "The bias has no effect on your numbers.", loses=ALL_OF_DENSE),
        Mistake(
            dense_forward_bias_down_the_samples,
            "Where there are as many samples as units, your bias is added to the samples instead of the units: each of "
            "its numbers belongs to one column of the result.",
            loses=(BATCH,),
        ),
        Mistake(
            dense_forward_bias_subtracted,
            "You subtract the bias. (As a threshold it would be subtracted; as PyTorch's bias it is added.)",
            loses=ALL_OF_DENSE,
        ),
        Mistake(
            dense_forward_cut_off_at_zero,
            "Your result has no negative numbers. The activation function comes after this layer, as one of its own.",
            loses=ALL_OF_DENSE,
        ),
        Mistake(
            dense_forward_first_sample_only,
            "You return the first sample only. The result has a row for each row of x.",
            loses=(BATCH,),
        ),
        Mistake(
            dense_forward_one_column_a_sample,
            "Your result is transposed: samples are rows here, of x and of the result.",
            loses=ALL_OF_DENSE,
        ),
        Mistake(dense_forward_float32_lost, EYE_IS_FLOAT64, loses=(CONTRACT,)),
        Mistake(
            dense_forward_as_whole_as_x,
            "Where x holds whole numbers, so does your result: what is written into an array of whole numbers is cut "
            "off at the point.",
            loses=(CONTRACT,),
        ),
        Mistake(
            dense_forward_bias_added_to_the_argument,
            "`bias += ...` changes the network's own bias. Make a new array.",
            loses=(PURITY,),
        ),
    ),
)

# ---------------------------------------------------------------- dense_backward


def dense_backward_forward(x, weight, bias):
    """The function whose gradients are asked for."""
    import torch.nn.functional as F

    return F.linear(x, weight, bias)


def dense_backward_inputs(x, weight):
    """Any bias will do: no gradient depends on it."""
    return {"x": x, "weight": weight, "bias": np.full(len(weight), 0.5)}


def dense_backward_reference(dout, x, weight):
    """Autograd of F.linear."""
    import torch

    x, weight = x.detach().requires_grad_(), weight.detach().requires_grad_()
    bias = torch.zeros_like(weight[:, 0]).requires_grad_()
    return torch.autograd.grad(dense_backward_forward(x, weight, bias), (x, weight, bias), dout)


def dense_backward_one_sample(draw: Sampler) -> Iterator[Case]:
    """A single row."""
    yield case("2 inputs, 1 unit", dout=np.array([[10.0]]), x=np.array([[1.0, 2.0]]), weight=np.array([[3.0, -4.0]]))
    dout, weight = np.array([[10.0, 1.0]]), np.array([[3.0, -4.0, 0.5], [1.0, 7.0, -2.0]])
    yield case("3 inputs, 2 units", dout=dout, x=np.array([[1.0, 2.0, 4.0]]), weight=weight)
    for _ in draw.rounds(public=2, hidden=5):
        yield linear_case("random numbers", draw, 1, backward=True)


def dense_backward_batch(draw: Sampler) -> Iterator[Case]:
    """Several rows; none at all."""
    dout, x = np.array([[10.0], [1.0]]), np.array([[1.0], [2.0]])
    yield case("2 samples, 1 input, 1 unit", dout=dout, x=x, weight=np.array([[3.0]]))
    yield case("no samples", dout=np.zeros((0, 2)), x=np.zeros((0, 3)), weight=draw.normal(2, 3))
    for _ in draw.rounds(public=2, hidden=5):
        yield linear_case("random numbers", draw, draw.integer(7, 9), backward=True)


def dense_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, x may hold whole numbers, any memory order. One sample."""
    single = [np.array(numbers, dtype="float32") for numbers in ([[0.7]], [[1.5, -2.0]], [[0.1, 0.3]])]
    yield case("float32", dout=single[0], x=single[1], weight=single[2])
    dout, weight = np.array([[0.5, -1.5]]), np.array([[3.0, -4.0, 0.5], [1.0, 7.0, -2.0]])
    yield case("whole numbers as x", dout=dout, x=np.array([[1, 2, 4]]), weight=weight)
    x = np.array([[1.0, -2.0, 3.0]])
    yield case("Fortran order", dout=dout, x=np.asfortranarray(x), weight=np.asfortranarray(weight))
    yield case("every second entry of a larger array", dout=strided(dout), x=strided(x), weight=strided(weight))
    for _ in draw.rounds(public=1, hidden=3):
        yield linear_case("random float32", draw, 1, "float32", backward=True)


def dense_backward_averaged_over_the_batch(dout, x, weight):
    n = max(len(x), 1)
    return dout @ weight, dout.T @ x / n, dout.sum(axis=0) / n


def dense_backward_bias_averaged(dout, x, weight):
    return dout @ weight, dout.T @ x, dout.sum(axis=0) / max(len(dout), 1)


def dense_backward_weight_gradient_transposed(dout, x, weight):
    return dout @ weight, x.T @ dout, dout.sum(axis=0)


def dense_backward_bias_gradient_for_each_sample(dout, x, weight):
    return dout @ weight, dout.T @ x, dout * 1.0


def dense_backward_bias_summed_along_the_rows(dout, x, weight):
    return dout @ weight, dout.T @ x, dout.sum(axis=1)


def dense_backward_slope_of_the_bias_alone(dout, x, weight):
    return dout @ weight, dout.T @ x, len(x) * np.ones(dout.shape[1], dtype=dout.dtype)


def dense_backward_forward_weights_again(dout, x, weight):
    return dout @ weight.T, dout.T @ x, dout.sum(axis=0)


def dense_backward_parameters_first(dout, x, weight):
    return dout.T @ x, dout.sum(axis=0), dout @ weight


def dense_backward_as_whole_as_x(dout, x, weight):
    dx = np.zeros_like(x)
    for i in range(len(x)):
        dx[i] = dout[i] @ weight
    return dx, dout.T @ x, dout.sum(axis=0)


def dense_backward_float32_lost(dout, x, weight):
    dweight, dbias = np.zeros(weight.shape), np.zeros(len(weight))
    for i in range(len(x)):
        dweight += np.outer(dout[i], x[i])
        dbias += dout[i]
    return dout @ weight, dweight, dbias


DENSE_BACKWARD = Exercise(
    name="dense_backward",
    parameters=("dout", "x", "weight"),
    summary="the gradients of a dense layer with respect to its input, its weights and its bias",
    pytorch="torch.autograd.grad(F.linear(x, weight, bias), (x, weight, bias), dout)",
    source="Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors",
    reference=dense_backward_reference,
    outputs=("dx", "dweight", "dbias"),
    computation="reduction",
    derivative=Derivative(dense_backward_forward, "dout", ("x", "weight", "bias"), at=dense_backward_inputs),
    requirements=(
        Requirement(ONE_SAMPLE, 2, dense_backward_one_sample),
        Requirement(BATCH, 2, dense_backward_batch),
        Requirement(CONTRACT, 1, dense_backward_any_array),
    ),
    mistakes=(
        Mistake(
            dense_backward_averaged_over_the_batch,
            "You divide the gradients of weight and bias by the number of samples. If the loss is a mean, that factor "
            "is already in dout; here the contributions of the samples are added up.",
            loses=(BATCH,),
        ),
        Mistake(
            dense_backward_bias_averaged,
            "You average dbias over the samples. Each sample contributes its dout: add them up.",
            loses=(BATCH,),
        ),
        Mistake(
            dense_backward_weight_gradient_transposed,
            "Your dweight is transposed: a gradient has the shape of what it belongs to, here (units, inputs).",
            loses=ALL_OF_DENSE,
        ),
        Mistake(
            dense_backward_bias_gradient_for_each_sample,
            "Your dbias has a row for each sample. There is one bias for all of them: their contributions are summed.",
            loses=ALL_OF_DENSE,
        ),
        Mistake(
            dense_backward_bias_summed_along_the_rows,
            "You sum dbias over the units. It has one number for each unit: sum over the samples, axis 0.",
            loses=ALL_OF_DENSE,
        ),
        Mistake(
            dense_backward_slope_of_the_bias_alone,
            "Your dbias counts the samples. The slope of z with respect to the bias is 1, but it is still multiplied "
            "by what comes from above: dout.",
            loses=ALL_OF_DENSE,
        ),
        Mistake(
            dense_backward_forward_weights_again,
            "On the way back the matrix is used the other way round: dout has a column for each unit, dx one for each "
            "input.",
            loses=ALL_OF_DENSE,
        ),
        Mistake(
            dense_backward_parameters_first,
            "The gradients come in another order than asked for: dx, dweight, dbias.",
            loses=ALL_OF_DENSE,
        ),
        Mistake(
            dense_backward_as_whole_as_x,
            "np.zeros_like(x) makes whole numbers where x holds whole numbers, and what is written into it is cut off.",
            loses=(CONTRACT,),
        ),
        Mistake(dense_backward_float32_lost, EYE_IS_FLOAT64, loses=(CONTRACT,)),
    ),
)

# ---------------------------------------------------------------- softmax_cross_entropy


def softmax_cross_entropy_reference(logits, labels):
    """torch.nn.functional.cross_entropy."""
    import torch.nn.functional as F

    return F.cross_entropy(logits, labels.long())


def scored(name: str, draw: Sampler, samples: int, dtype: str = "float64", **more: float) -> Case:
    """Random logits and labels; more: arguments that come before them. No class is labelled by all samples."""
    classes = draw.integer(3, 6)
    labels = np.array([draw.integer(0, classes - 1) for _ in range(samples)])
    if samples > 1:
        labels[:2] = 0, classes - 1
    return case(name, **more, logits=draw.normal(samples, classes, scale=1.5, dtype=dtype), labels=labels)


def softmax_cross_entropy_one_sample(draw: Sampler) -> Iterator[Case]:
    """A single row of scores."""
    yield case("scores 0 and ln 3: probabilities 1/4, 3/4", logits=np.array([[0.0, np.log(3.0)]]), labels=np.array([1]))
    yield case("three classes", logits=np.array([[2.0, -1.0, 0.5]]), labels=np.array([1]))
    for _ in draw.rounds(public=2, hidden=6):
        yield scored("random scores", draw, 1)


def softmax_cross_entropy_batch(draw: Sampler) -> Iterator[Case]:
    """The mean over several samples."""
    logits = np.array([[0.0, np.log(3.0)], [np.log(7.0), 0.0]])
    yield case("2 samples", logits=logits, labels=np.array([1, 0]))
    yield case("3 samples of one class", logits=np.array([[1.0, 0], [0, 2], [3, 1]]), labels=np.array([0, 0, 0]))
    for _ in draw.rounds(public=2, hidden=6):
        yield scored("random scores", draw, draw.integer(7, 9))


def large_logits(draw: Sampler, **more: float) -> Iterator[Case]:
    """Scores whose exponentials overflow or vanish. more: arguments that come before them."""
    for label in (0, 1):
        logits, labels = np.array([[1000.0, 0.0]]), np.array([label])
        yield case(f"scores 1000 and 0, label {label}", **more, logits=logits, labels=labels)
    yield case("-1000 and -1001", **more, logits=np.array([[-1000.0, -1001.0]]), labels=np.array([1]))
    logits = np.array([[1000.0, 999.0, 998.0], [-1000.0, -1002.0, -1001.0]])
    yield case("one row at 1000, one at -1000", **more, logits=logits, labels=np.array([2, 1]))
    for _ in draw.rounds(public=1, hidden=4):
        logits = draw.normal(3, 4) + np.array([[2000.0], [0.0], [-2000.0]])
        yield case("random", **more, logits=np.round(logits, 3), labels=np.array([3, 0, draw.integer(0, 3)]))


def softmax_cross_entropy_any_array(draw: Sampler) -> Iterator[Case]:
    """dtypes of scores and labels, memory order. One sample."""
    yield scored("float32", draw, 1, "float32")
    yield case("whole numbers as scores", logits=np.array([[2, -1, 0]]), labels=np.array([1]))
    yield case("labels of 8 bits", logits=np.array([[0.5, 2.0, -1.0]]), labels=np.array([2], dtype="uint8"))
    logits = draw.normal(1, 4)
    yield case("Fortran order", logits=np.asfortranarray(logits), labels=np.array([3], dtype="int32"))
    yield case("every second entry of a larger array", logits=strided(logits), labels=np.array([0]))
    for _ in draw.rounds(public=1, hidden=3):
        yield scored("random float32", draw, 1, "float32")


def softmax_cross_entropy_overflow(logits, labels):
    exp = np.exp(logits)
    p = exp / exp.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


def softmax_cross_entropy_log_of_zero(logits, labels):
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = exp / exp.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


def softmax_cross_entropy_kept_from_zero(logits, labels):
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = exp / exp.sum(axis=1, keepdims=True)
    return -np.mean(np.log(np.maximum(p[np.arange(len(labels)), labels], 1e-12)))


def softmax_cross_entropy_one_maximum_for_all(logits, labels):
    shifted = logits - logits.max()
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def softmax_cross_entropy_summed(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.sum(log_p[np.arange(len(labels)), labels])


def softmax_cross_entropy_mean_over_the_classes_too(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.sum(log_p[np.arange(len(labels)), labels]) / logits.size


def softmax_cross_entropy_every_label_for_every_sample(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[:, labels])


def softmax_cross_entropy_softmax_over_the_samples(logits, labels):
    shifted = logits - logits.max(axis=0)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def softmax_cross_entropy_softmax_twice(logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    log_p = p - np.log(np.exp(p).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def softmax_cross_entropy_minus_forgotten(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return np.mean(log_p[np.arange(len(labels)), labels])


def softmax_cross_entropy_always_float64(logits, labels):
    logits = np.array(logits, dtype=float)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def softmax_cross_entropy_shifted_in_place(logits, labels):
    logits -= logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


ALL_OF_CROSS_ENTROPY = (ONE_SAMPLE, BATCH, LARGE, CONTRACT)
ONE_MAXIMUM = (
    "You subtract the largest score of the whole batch. In a row that lies far below it, all exponentials vanish: each "
    "row needs its own maximum."
)
OVERFLOW = (
    "exp(1000) is infinite in floating point, and infinity divided by infinity is no number. The softmax does not "
    "change if the same number is subtracted from all scores of a row: choose it so that nothing is above 0."
)
IN_PLACE = "`logits -= ...` changes the array that you were given. Make a new one."
AXIS_0 = "Your softmax runs over the samples. The probabilities of one sample, one row, must have the sum 1."
EVERY_LABEL = (
    "`[:, labels]` takes the column of every label in every row. You want one entry of each row: entry (i, labels[i])."
)

SOFTMAX_CROSS_ENTROPY = Exercise(
    name="softmax_cross_entropy",
    parameters=("logits", "labels"),
    summary="minus the logarithm of the probability that the softmax gives to the right class, averaged over the batch",
    pytorch="torch.nn.functional.cross_entropy(logits, labels)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
    reference=softmax_cross_entropy_reference,
    outputs=("loss",),
    computation="reduction",
    requirements=(
        Requirement(ONE_SAMPLE, 2, softmax_cross_entropy_one_sample),
        Requirement(BATCH, 1, softmax_cross_entropy_batch),
        Requirement(LARGE, 1, large_logits),
        Requirement(CONTRACT, 1, softmax_cross_entropy_any_array),
    ),
    mistakes=(
        Mistake(softmax_cross_entropy_overflow, OVERFLOW, loses=(LARGE,)),
        Mistake(
            softmax_cross_entropy_log_of_zero,
            "A probability that is too small for a float becomes 0, and its logarithm minus infinity. Take the "
            "logarithm of the softmax on paper first: then there is nothing left to divide.",
            loses=(LARGE,),
        ),
        Mistake(
            softmax_cross_entropy_kept_from_zero,
            "Your loss never exceeds 27.6, the logarithm of 1e12: you keep the probability away from 0. Take the "
            "logarithm of the softmax on paper first, and no such limit is needed.",
            loses=(LARGE,),
        ),
        Mistake(softmax_cross_entropy_one_maximum_for_all, ONE_MAXIMUM, loses=(LARGE,)),
        Mistake(
            softmax_cross_entropy_summed,
            "You add the losses of the samples up. Their mean is asked for, so that the loss does not depend on the "
            "size of the batch.",
            loses=(BATCH, LARGE),
        ),
        Mistake(
            softmax_cross_entropy_mean_over_the_classes_too,
            "You divide by the number of all scores. There is one loss a sample: divide by the number of samples.",
            loses=ALL_OF_CROSS_ENTROPY,
        ),
        Mistake(softmax_cross_entropy_every_label_for_every_sample, EVERY_LABEL, loses=(BATCH, LARGE)),
        Mistake(softmax_cross_entropy_softmax_over_the_samples, AXIS_0, loses=ALL_OF_CROSS_ENTROPY),
        Mistake(
            softmax_cross_entropy_softmax_twice,
            "You apply the softmax twice: its probabilities are taken for scores again. (In PyTorch this is a softmax "
            "layer in front of CrossEntropyLoss, which has one inside.)",
            loses=ALL_OF_CROSS_ENTROPY,
        ),
        Mistake(
            softmax_cross_entropy_minus_forgotten,
            "Your loss is negative. The logarithm of a probability is at most 0, and the loss is minus that.",
            loses=ALL_OF_CROSS_ENTROPY,
        ),
        Mistake(
            softmax_cross_entropy_always_float64,
            "The numbers are right, but float32 scores give a float64 loss.",
            loses=(CONTRACT,),
        ),
        Mistake(softmax_cross_entropy_shifted_in_place, IN_PLACE, loses=(PURITY,)),
    ),
)

# ---------------------------------------------------------------- softmax_cross_entropy_backward


def softmax_cross_entropy_backward_reference(dout, logits, labels):
    """Autograd of cross_entropy."""
    import torch

    logits = logits.detach().requires_grad_()
    loss = softmax_cross_entropy_reference(logits, labels)
    return torch.autograd.grad(loss, logits, torch.full_like(loss, float(dout)))[0]


def softmax_cross_entropy_backward_one_sample(draw: Sampler) -> Iterator[Case]:
    """A single row of scores, dout = 1."""
    logits = np.array([[0.0, np.log(3.0)]])
    yield case("scores 0 and ln 3: probabilities 1/4, 3/4", dout=1.0, logits=logits, labels=np.array([0]))
    yield case("three classes", dout=1.0, logits=np.array([[2.0, -1.0, 0.5]]), labels=np.array([1]))
    for _ in draw.rounds(public=2, hidden=6):
        yield scored("random scores", draw, 1, dout=1.0)


def softmax_cross_entropy_backward_batch(draw: Sampler) -> Iterator[Case]:
    """Several samples, dout = 1."""
    logits = np.array([[0.0, np.log(3.0)], [np.log(7.0), 0.0]])
    yield case("2 samples", dout=1.0, logits=logits, labels=np.array([0, 1]))
    logits = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
    yield case("3 samples of one class", dout=1.0, logits=logits, labels=np.array([0, 0, 0]))
    for _ in draw.rounds(public=2, hidden=6):
        yield scored("random scores", draw, draw.integer(7, 9), dout=1.0)


def softmax_cross_entropy_backward_other_dout(draw: Sampler) -> Iterator[Case]:
    """dout other than 1. One sample."""
    yield case("dout = -4", dout=-4.0, logits=np.array([[0.0, np.log(3.0)]]), labels=np.array([0]))
    for _ in draw.rounds(public=2, hidden=5):
        yield scored("random scores and dout", draw, 1, dout=draw.number(2.0, 5.0))


def softmax_cross_entropy_backward_large(draw: Sampler) -> Iterator[Case]:
    """`large_logits`, dout = 1."""
    yield from large_logits(draw, dout=1.0)


def softmax_cross_entropy_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """dtypes of scores and labels, memory order. One sample, dout = 1."""
    for found in softmax_cross_entropy_any_array(draw):
        yield case(found.name, dout=1.0, **found.arguments)


def softmax_cross_entropy_backward_not_divided_by_the_batch(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return dout * p


def softmax_cross_entropy_backward_divided_by_all_scores(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return dout * p / logits.size


def softmax_cross_entropy_backward_dout_forgotten(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p / len(labels)


def softmax_cross_entropy_backward_probabilities_alone(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return dout * p / len(labels)


def softmax_cross_entropy_backward_label_alone(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    d = np.zeros_like(p)
    rows = np.arange(len(labels))
    d[rows, labels] = p[rows, labels] - 1
    return dout * d / len(labels)


def softmax_cross_entropy_backward_label_minus_probability(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return -dout * p / len(labels)


def softmax_cross_entropy_backward_every_label_for_every_sample(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[:, labels] -= 1
    return dout * p / len(labels)


def softmax_cross_entropy_backward_overflow(dout, logits, labels):
    p = np.exp(logits)
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return dout * p / len(labels)


def softmax_cross_entropy_backward_one_maximum_for_all(dout, logits, labels):
    p = np.exp(logits - logits.max())
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return dout * p / len(labels)


def softmax_cross_entropy_backward_softmax_over_the_samples(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=0))
    p /= p.sum(axis=0)
    p[np.arange(len(labels)), labels] -= 1
    return dout * p / len(labels)


def softmax_cross_entropy_backward_slope_of_the_softmax_again(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    slope = p * (1 - p)
    p[np.arange(len(labels)), labels] -= 1
    return dout * p * slope / len(labels)


def softmax_cross_entropy_backward_float32_lost(dout, logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return dout * (p - np.eye(logits.shape[1])[labels]) / len(labels)


def softmax_cross_entropy_backward_shifted_in_place(dout, logits, labels):
    logits -= logits.max(axis=1, keepdims=True)
    p = np.exp(logits)
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return dout * p / len(labels)


OTHER_DOUT = "dout other than 1"
ALL_OF_ITS_GRADIENT = (ONE_SAMPLE, BATCH, OTHER_DOUT, LARGE, CONTRACT)

SOFTMAX_CROSS_ENTROPY_BACKWARD = Exercise(
    name="softmax_cross_entropy_backward",
    parameters=("dout", "logits", "labels"),
    summary="the gradient of softmax_cross_entropy with respect to the scores",
    pytorch="torch.autograd.grad(F.cross_entropy(logits, labels), logits, dout)",
    source="Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.4",
    reference=softmax_cross_entropy_backward_reference,
    outputs=("dlogits",),
    computation="reduction",
    derivative=Derivative(softmax_cross_entropy_reference, "dout", ("logits",)),
    requirements=(
        Requirement(ONE_SAMPLE, 1, softmax_cross_entropy_backward_one_sample),
        Requirement(BATCH, 1, softmax_cross_entropy_backward_batch),
        Requirement(OTHER_DOUT, 1, softmax_cross_entropy_backward_other_dout),
        Requirement(LARGE, 1, softmax_cross_entropy_backward_large),
        Requirement(CONTRACT, 1, softmax_cross_entropy_backward_any_array),
    ),
    mistakes=(
        Mistake(
            softmax_cross_entropy_backward_not_divided_by_the_batch,
            "The loss is a mean over the samples, so each sample's gradient carries a factor of one over their number.",
            loses=(BATCH, LARGE),
        ),
        Mistake(
            softmax_cross_entropy_backward_divided_by_all_scores,
            "You divide by the number of all scores. The mean is over the samples only.",
            loses=ALL_OF_ITS_GRADIENT,
        ),
        Mistake(
            softmax_cross_entropy_backward_dout_forgotten,
            "`dout` has no effect on your numbers. The chain rule: what comes from above is a factor.",
            loses=(OTHER_DOUT,),
        ),
        Mistake(
            softmax_cross_entropy_backward_probabilities_alone,
            "You return the probabilities. The right class also raises the loss's first part, minus its own score: "
            "something has to be subtracted there.",
            loses=ALL_OF_ITS_GRADIENT,
        ),
        Mistake(
            softmax_cross_entropy_backward_label_alone,
            "Your gradient is 0 for the wrong classes. Their scores stand in the sum of exponentials: they push, too.",
            loses=ALL_OF_ITS_GRADIENT,
        ),
        Mistake(
            softmax_cross_entropy_backward_label_minus_probability,
            "The sign is the other way round. A larger score of the right class lowers the loss, so its gradient is "
            "negative.",
            loses=ALL_OF_ITS_GRADIENT,
        ),
        Mistake(softmax_cross_entropy_backward_every_label_for_every_sample, EVERY_LABEL, loses=(BATCH, LARGE)),
        Mistake(softmax_cross_entropy_backward_overflow, OVERFLOW, loses=(LARGE,)),
        Mistake(softmax_cross_entropy_backward_one_maximum_for_all, ONE_MAXIMUM, loses=(LARGE,)),
        Mistake(softmax_cross_entropy_backward_softmax_over_the_samples, AXIS_0, loses=ALL_OF_ITS_GRADIENT),
        Mistake(
            softmax_cross_entropy_backward_slope_of_the_softmax_again,
            "You multiply by p(1 - p) once more. The slope of the softmax is already in probability minus label: that "
            "is the gradient with respect to the scores.",
            loses=ALL_OF_ITS_GRADIENT,
        ),
        Mistake(softmax_cross_entropy_backward_float32_lost, EYE_IS_FLOAT64, loses=(CONTRACT,)),
        Mistake(softmax_cross_entropy_backward_shifted_in_place, IN_PLACE, loses=(PURITY,)),
    ),
)

# ---------------------------------------------------------------- training_step


def training_step_reference(x, labels, parameters, learning_rate):
    """One step of torch.optim.SGD on the network that autograd sees."""
    import torch
    import torch.nn.functional as F

    parameters = [torch.nn.Parameter(parameter.clone()) for parameter in parameters]
    layers = list(zip(parameters[::2], parameters[1::2], strict=True))
    a = x.to(parameters[0].dtype)
    for weight, bias in layers[:-1]:
        a = F.elu(F.linear(a, weight, bias))
    loss = F.cross_entropy(F.linear(a, *layers[-1]), labels.long())
    optimizer = torch.optim.SGD(parameters, lr=learning_rate)
    loss.backward()
    optimizer.step()
    return loss.detach(), [parameter.detach() for parameter in parameters]


def random_network(draw: Sampler, widths: tuple[int, ...], dtype: str = "float64") -> list[np.ndarray]:
    """[weight, bias, weight, bias, ...] of layers of these widths."""
    shapes = [shape for n, k in pairwise(widths) for shape in ((k, n), (k,))]
    return [draw.normal(*shape, scale=0.8, dtype=dtype) for shape in shapes]


def some_images(draw: Sampler, samples: int, widths: tuple[int, ...], dtype: str = "float64") -> dict[str, np.ndarray]:
    """Random inputs, and labels of which at least two differ."""
    labels = np.array([draw.integer(0, widths[-1] - 1) for _ in range(samples)])
    labels[:2] = (0, widths[-1] - 1)[:samples]
    return {"x": draw.normal(samples, widths[0], dtype=dtype), "labels": labels}


def network_step(name: str, draw: Sampler, widths: tuple[int, ...], samples: int = 7, dtype: str = "float64") -> Case:
    """One step of a random network."""
    images = some_images(draw, samples, widths, dtype)
    return case(name, **images, parameters=random_network(draw, widths, dtype), learning_rate=draw.number(0.2, 0.5))


def training_step_one_layer(draw: Sampler) -> Iterator[Case]:
    """A single layer: no activation function at all."""
    x, labels = np.array([[2.0], [1.0]]), np.array([0, 1])
    yield case(
        "2 samples, 1 input, 2 classes, all weights 0",
        x=x,
        labels=labels,
        parameters=[np.zeros((2, 1)), np.zeros(2)],
        learning_rate=0.4,
    )
    yield network_step("random numbers, 2 samples", draw, (3, 4), samples=2)
    for _ in draw.rounds(public=2, hidden=5):
        yield network_step("random numbers", draw, draw.shape(2, smallest=3, largest=5))


def training_step_several_layers(draw: Sampler) -> Iterator[Case]:
    """Two layers and more."""
    yield case(
        "2 samples, 1 input, 1 hidden unit, 2 classes",
        x=np.array([[1.0], [-1.0]]),
        labels=np.array([0, 1]),
        parameters=[np.array([[2.0]]), np.array([0.0]), np.array([[1.0], [-1.0]]), np.zeros(2)],
        learning_rate=0.5,
    )
    for _ in draw.rounds(public=2, hidden=5):
        yield network_step("random widths", draw, draw.shape(draw.integer(3, 4), smallest=3, largest=7), samples=9)
    yield network_step("five layers", draw, (3, 4, 5, 4, 3, 2), samples=6)


def training_step_minibatches(draw: Sampler) -> Iterator[Case]:
    """The parameters handed from step to step, each with a minibatch of its own."""
    yield multistep_case(
        "3 steps of 1 sample, 1 input, 2 classes",
        x=per_step([np.array([[2.0]]), np.array([[1.0]]), np.array([[-1.0]])]),
        labels=per_step([np.array([0]), np.array([1]), np.array([1])]),
        parameters=[np.array([[0.0], [1.0]]), np.zeros(2)],
        learning_rate=0.5,
    )
    for _ in draw.rounds(public=1, hidden=3):
        widths = draw.shape(3, smallest=3, largest=6)
        batches = [some_images(draw, draw.integer(4, 8), widths) for _ in range(12)]
        yield multistep_case(
            "12 minibatches, falling learning rate",
            x=per_step([batch["x"] for batch in batches]),
            labels=per_step([batch["labels"] for batch in batches]),
            parameters=random_network(draw, widths),
            learning_rate=per_step([round(0.3 * 0.9**t, 6) for t in range(12)]),
        )


def training_step_any_array(draw: Sampler) -> Iterator[Case]:
    """dtypes and memory orders. One layer, one sample."""
    x = np.array([[1.0, -2.0, 0.5]])
    single = [np.array([[0.5, 1.0, -0.5], [0.0, 0.25, 1.0]], dtype="float32"), np.array([0.5, -0.5], dtype="float32")]
    yield case("float32", x=x.astype("float32"), labels=np.array([1]), parameters=single, learning_rate=0.5)
    parameters = random_network(draw, (3, 4))
    yield case(
        "whole numbers as x", x=np.array([[1, -2, 3]]), labels=np.array([3]), parameters=parameters, learning_rate=0.5
    )
    fortran = [np.asfortranarray(parameter) for parameter in parameters]
    labels = np.array([2], dtype="uint8")
    yield case("Fortran order, labels of 8 bits", x=x, labels=labels, parameters=fortran, learning_rate=0.5)
    views = [strided(parameter) for parameter in parameters]
    labels = np.array([0])
    yield case("every second entry of a larger array", x=strided(x), labels=labels, parameters=views, learning_rate=0.5)
    for _ in draw.rounds(public=1, hidden=3):
        yield network_step("random float32", draw, draw.shape(2, smallest=3, largest=5), 1, "float32")


def training_step_layers_updated_on_the_way_back(x, labels, parameters, learning_rate):
    inputs, zs = [x], []
    for i in range(0, len(parameters), 2):
        zs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
        inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
    shifted = zs[-1] - zs[-1].max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    new = list(parameters)
    for i in reversed(range(0, len(parameters), 2)):
        new[i] = new[i] - learning_rate * (d.T @ inputs[i // 2])
        new[i + 1] = new[i + 1] - learning_rate * d.sum(axis=0)
        if i > 0:
            z = zs[i // 2 - 1]
            d = (d @ new[i]) * np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
    return loss, new


def training_step_slope_of_elu_left_out(x, labels, parameters, learning_rate):
    inputs, zs = [x], []
    for i in range(0, len(parameters), 2):
        zs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
        inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
    shifted = zs[-1] - zs[-1].max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    new = list(parameters)
    for i in reversed(range(0, len(parameters), 2)):
        new[i] = parameters[i] - learning_rate * (d.T @ inputs[i // 2])
        new[i + 1] = parameters[i + 1] - learning_rate * d.sum(axis=0)
        d = d @ parameters[i]
    return loss, new


def training_step_slope_of_elu_at_its_output(x, labels, parameters, learning_rate):
    inputs, zs = [x], []
    for i in range(0, len(parameters), 2):
        zs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
        inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
    shifted = zs[-1] - zs[-1].max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    new = list(parameters)
    for i in reversed(range(0, len(parameters), 2)):
        new[i] = parameters[i] - learning_rate * (d.T @ inputs[i // 2])
        new[i + 1] = parameters[i + 1] - learning_rate * d.sum(axis=0)
        if i > 0:
            a = inputs[i // 2]
            d = (d @ parameters[i]) * np.where(a > 0, 1, np.exp(np.minimum(a, 0)))
    return loss, new


def training_step_elu_in_the_last_layer_too(x, labels, parameters, learning_rate):
    inputs, zs = [x], []
    for i in range(0, len(parameters), 2):
        zs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
        inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
    shifted = inputs[-1] - inputs[-1].max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    new = list(parameters)
    for i in reversed(range(0, len(parameters), 2)):
        z = zs[i // 2]
        d = d * np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
        new[i] = parameters[i] - learning_rate * (d.T @ inputs[i // 2])
        new[i + 1] = parameters[i + 1] - learning_rate * d.sum(axis=0)
        d = d @ parameters[i]
    return loss, new


def training_step_no_activation(x, labels, parameters, learning_rate):
    inputs = [x]
    for i in range(0, len(parameters), 2):
        inputs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
    shifted = inputs[-1] - inputs[-1].max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    new = list(parameters)
    for i in reversed(range(0, len(parameters), 2)):
        new[i] = parameters[i] - learning_rate * (d.T @ inputs[i // 2])
        new[i + 1] = parameters[i + 1] - learning_rate * d.sum(axis=0)
        d = d @ parameters[i]
    return loss, new


def training_step_not_divided_by_the_batch(x, labels, parameters, learning_rate):
    inputs, zs = [x], []
    for i in range(0, len(parameters), 2):
        zs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
        inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
    shifted = zs[-1] - zs[-1].max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    new = list(parameters)
    for i in reversed(range(0, len(parameters), 2)):
        new[i] = parameters[i] - learning_rate * (d.T @ inputs[i // 2])
        new[i + 1] = parameters[i + 1] - learning_rate * d.sum(axis=0)
        if i > 0:
            z = zs[i // 2 - 1]
            d = (d @ parameters[i]) * np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
    return loss, new


def training_step_biases_left_alone(x, labels, parameters, learning_rate):
    inputs, zs = [x], []
    for i in range(0, len(parameters), 2):
        zs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
        inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
    shifted = zs[-1] - zs[-1].max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    new = list(parameters)
    for i in reversed(range(0, len(parameters), 2)):
        new[i] = parameters[i] - learning_rate * (d.T @ inputs[i // 2])
        if i > 0:
            z = zs[i // 2 - 1]
            d = (d @ parameters[i]) * np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
    return loss, new


def training_step_uphill(x, labels, parameters, learning_rate):
    inputs, zs = [x], []
    for i in range(0, len(parameters), 2):
        zs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
        inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
    shifted = zs[-1] - zs[-1].max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    new = list(parameters)
    for i in reversed(range(0, len(parameters), 2)):
        new[i] = parameters[i] + learning_rate * (d.T @ inputs[i // 2])
        new[i + 1] = parameters[i + 1] + learning_rate * d.sum(axis=0)
        if i > 0:
            z = zs[i // 2 - 1]
            d = (d @ parameters[i]) * np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
    return loss, new


def training_step_loss_after_the_step(x, labels, parameters, learning_rate):
    inputs, zs = [x], []
    for i in range(0, len(parameters), 2):
        zs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
        inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
    d = np.exp(zs[-1] - zs[-1].max(axis=1, keepdims=True))
    d /= d.sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    d[rows, labels] -= 1
    d /= len(labels)
    new = list(parameters)
    for i in reversed(range(0, len(parameters), 2)):
        new[i] = parameters[i] - learning_rate * (d.T @ inputs[i // 2])
        new[i + 1] = parameters[i + 1] - learning_rate * d.sum(axis=0)
        if i > 0:
            z = zs[i // 2 - 1]
            d = (d @ parameters[i]) * np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
    a = x
    for i in range(0, len(new), 2):
        z = a @ new[i].T + new[i + 1]
        a = np.where(z > 0, z, np.expm1(np.minimum(z, 0)))
    shifted = z - z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[rows, labels].mean(), new


def training_step_float32_lost(x, labels, parameters, learning_rate):
    inputs, zs = [x], []
    for i in range(0, len(parameters), 2):
        zs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
        inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
    shifted = zs[-1] - zs[-1].max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(len(labels)), labels].mean()
    d = (np.exp(log_p) - np.eye(log_p.shape[1])[labels]) / len(labels)
    new = list(parameters)
    for i in reversed(range(0, len(parameters), 2)):
        new[i] = parameters[i] - learning_rate * (d.T @ inputs[i // 2])
        new[i + 1] = parameters[i + 1] - learning_rate * d.sum(axis=0)
        if i > 0:
            z = zs[i // 2 - 1]
            d = (d @ parameters[i]) * np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
    return loss, new


def training_step_updated_in_place(x, labels, parameters, learning_rate):
    inputs, zs = [x], []
    for i in range(0, len(parameters), 2):
        zs.append(inputs[-1] @ parameters[i].T + parameters[i + 1])
        inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
    shifted = zs[-1] - zs[-1].max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    for i in reversed(range(0, len(parameters), 2)):
        below = d @ parameters[i]
        parameters[i] -= learning_rate * (d.T @ inputs[i // 2])
        parameters[i + 1] -= learning_rate * d.sum(axis=0)
        if i > 0:
            z = zs[i // 2 - 1]
            d = below * np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
    return loss, parameters


ONE_LAYER, SEVERAL_LAYERS, MINIBATCHES = "one layer", "several layers", "over many minibatches"
ALL_OF_STEP = (ONE_LAYER, SEVERAL_LAYERS, MINIBATCHES, CONTRACT)

TRAINING_STEP = Exercise(
    name="training_step",
    parameters=("x", "labels", "parameters", "learning_rate"),
    summary="forward, loss, backward and a step of gradient descent, for a network of any depth",
    pytorch="loss.backward() and torch.optim.SGD(parameters, lr=learning_rate).step() on dense layers with nn.ELU",
    source="https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html",
    reference=training_step_reference,
    outputs=("loss", "parameters"),
    computation="reduction",
    requirements=(
        Requirement(ONE_LAYER, 2, training_step_one_layer),
        Requirement(SEVERAL_LAYERS, 2, training_step_several_layers),
        Requirement(MINIBATCHES, 1, training_step_minibatches),
        Requirement(CONTRACT, 1, training_step_any_array),
    ),
    mistakes=(
        Mistake(
            training_step_layers_updated_on_the_way_back,
            "On the way back you use weights that have been updated already. The gradient belongs to the old ones: "
            "first all gradients, then all updates, or keep the old weights at hand.",
            loses=(SEVERAL_LAYERS, MINIBATCHES),
        ),
        Mistake(
            training_step_slope_of_elu_left_out,
            "On the way back the gradient passes the activation functions unchanged. It is multiplied by their slope.",
            loses=(SEVERAL_LAYERS, MINIBATCHES),
        ),
        Mistake(
            training_step_slope_of_elu_at_its_output,
            "You take the slope of ELU at its output. It is a function of its input, z.",
            loses=(SEVERAL_LAYERS, MINIBATCHES),
        ),
        Mistake(
            training_step_elu_in_the_last_layer_too,
            "The last layer gives the scores for the softmax: no activation function after it.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            training_step_no_activation,
            "Your layers are put together without an activation function. Then all of them together are no more than "
            "one layer.",
            loses=(SEVERAL_LAYERS, MINIBATCHES),
        ),
        Mistake(
            training_step_not_divided_by_the_batch,
            "Your steps are too long, by the number of samples as a factor: the loss is a mean, so is its gradient.",
            loses=(ONE_LAYER, SEVERAL_LAYERS, MINIBATCHES),
        ),
        Mistake(
            training_step_biases_left_alone,
            "Your biases stay as they are. They are every second entry of `parameters` and have gradients, too.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            training_step_uphill,
            "You add the gradient. It points uphill.",
            loses=ALL_OF_STEP,
        ),
        Mistake(
            training_step_loss_after_the_step,
            "The parameters are right, but you return the loss after the step. Asked for is that of the forward pass, "
            "which the gradient belongs to.",
            loses=ALL_OF_STEP,
        ),
        Mistake(training_step_float32_lost, EYE_IS_FLOAT64, loses=(CONTRACT,)),
        Mistake(
            training_step_updated_in_place,
            "`-=` changes the arrays that you were given. Return new ones.",
            loses=(PURITY,),
        ),
    ),
)

# ---------------------------------------------------------------- early_stopping


def early_stopping_reference(losses, patience):
    """ReduceLROnPlateau of PyTorch: it lowers the learning rate where early stopping stops."""
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=patience - 1, threshold=0.0, threshold_mode="abs"
    )
    best_epoch = 0
    for epoch, loss in enumerate(losses.tolist()):
        best = scheduler.best
        scheduler.step(loss)
        if scheduler.best < best:
            best_epoch = epoch
        if optimizer.param_groups[0]["lr"] < 1.0:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


def falling_then_rising(draw: Sampler, down: int, up: int) -> np.ndarray:
    """Losses that fall for `down` epochs and then stay above the lowest for `up` epochs, not monotonously."""
    falling = 2.0 - 0.2 * np.arange(down) - draw.uniform(down, high=0.1)
    return np.round(np.concatenate([falling, falling[-1] + draw.uniform(up, low=0.05, high=0.6)]), 3)


def early_stopping_stops(draw: Sampler) -> Iterator[Case]:
    """Losses that stop falling. What comes after the stop is better still."""
    yield case("patience 2", losses=np.array([3.0, 1.0, 2.0, 4.0, 0.5]), patience=2)
    yield case("a better one in time", losses=np.array([5.0, 4.0, 4.5, 3.0, 3.5, 3.25, 3.125, 1.0]), patience=3)
    yield case("patience 1", losses=np.array([3.0, 2.0, 2.5, 1.0]), patience=1)
    for _ in draw.rounds(public=3, hidden=8):
        patience = draw.integer(2, 5)
        first = falling_then_rising(draw, draw.integer(2, 5), patience - 1)
        second = falling_then_rising(draw, draw.integer(2, 5), patience + 2) - 2.0
        losses = np.round(np.concatenate([first, second, [-9.0]]), 3)
        yield case("random, a pause before the lowest", losses=losses, patience=patience)


def early_stopping_runs_out(draw: Sampler) -> Iterator[Case]:
    """Losses that end before the patience does."""
    yield case("still falling", losses=np.array([3.0, 2.0, 1.0]), patience=2)
    yield case("not patient for long enough", losses=np.array([3.0, 1.0, 2.0, 4.0]), patience=3)
    yield case("one epoch", losses=np.array([0.7, 0.6]), patience=1)
    for _ in draw.rounds(public=1, hidden=4):
        patience = draw.integer(4, 6)
        losses = falling_then_rising(draw, draw.integer(2, 5), draw.integer(1, patience - 1))
        yield case("random", losses=losses, patience=patience)


def early_stopping_ties(draw: Sampler) -> Iterator[Case]:
    """An equal loss is no better one, and neither is one that is no number."""
    yield case("equal losses", losses=np.array([2.0, 1.0, 1.0, 1.0, 0.5]), patience=2)
    yield case("a NaN on the way", losses=np.array([2.0, 1.0, np.nan, 0.5, 0.7, 0.8, 0.1]), patience=2)
    yield case("NaN for good", losses=np.array([2.0, 1.0, np.nan, np.nan, np.nan, np.nan]), patience=3)
    for _ in draw.rounds(public=1, hidden=3):
        losses = falling_then_rising(draw, draw.integer(2, 5), 5)
        losses[-4] = losses[-6]
        losses[-2] = np.nan
        yield case("random, one equal and one NaN", losses=losses, patience=4)


def early_stopping_one_epoch_late(losses, patience):
    best, best_epoch, bad = np.inf, 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, best_epoch, bad = loss, epoch, 0
        else:
            bad += 1
        if bad > patience:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


def early_stopping_not_patient(losses, patience):
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(losses):
        if not loss < best:
            return epoch, best_epoch
        best, best_epoch = loss, epoch
    return len(losses) - 1, best_epoch


def early_stopping_compared_with_the_epoch_before(losses, patience):
    best_epoch, bad, before = 0, 0, np.inf
    for epoch, loss in enumerate(losses):
        if loss < losses[best_epoch]:
            best_epoch = epoch
        bad = 0 if loss < before else bad + 1
        before = loss
        if bad == patience:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


def early_stopping_bad_epochs_never_forgotten(losses, patience):
    best, best_epoch, bad = np.inf, 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, best_epoch = loss, epoch
        else:
            bad += 1
        if bad == patience:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


def early_stopping_best_of_all_epochs(losses, patience):
    best, bad = np.inf, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, bad = loss, 0
        else:
            bad += 1
        if bad == patience:
            return epoch, int(np.nanargmin(losses))
    return len(losses) - 1, int(np.nanargmin(losses))


def early_stopping_equal_is_better(losses, patience):
    best, best_epoch, bad = np.inf, 0, 0
    for epoch, loss in enumerate(losses):
        if loss <= best:
            best, best_epoch, bad = loss, epoch, 0
        else:
            bad += 1
        if bad == patience:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


def early_stopping_no_number_is_better(losses, patience):
    best, best_epoch, bad = np.inf, 0, 0
    for epoch, loss in enumerate(losses):
        if loss >= best:
            bad += 1
        else:
            best, best_epoch, bad = loss, epoch, 0
        if bad == patience:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


def early_stopping_counted_from_1(losses, patience):
    best, best_epoch, bad = np.inf, 0, 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best:
            best, best_epoch, bad = loss, epoch, 0
        else:
            bad += 1
        if bad == patience:
            return epoch, best_epoch
    return len(losses), best_epoch


def early_stopping_best_loss_instead_of_its_epoch(losses, patience):
    best, bad = np.inf, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, bad = loss, 0
        else:
            bad += 1
        if bad == patience:
            return epoch, best
    return len(losses) - 1, best


def early_stopping_losses_mended_in_place(losses, patience):
    if losses.dtype.kind == "f":
        losses[np.isnan(losses)] = 1e9
    best_epoch = 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best_epoch]:
            best_epoch = epoch
        if epoch - best_epoch == patience:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


STOPS, RUNS_OUT, TIES = "stops, and names the best epoch", "nothing to stop", "equal losses and NaN"
ALL_OF_STOPPING = (STOPS, RUNS_OUT, TIES)

EARLY_STOPPING = Exercise(
    name="early_stopping",
    parameters=("losses", "patience"),
    summary="the epoch after which training stops, and the epoch whose parameters are kept",
    pytorch="torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=patience - 1, threshold=0.0)",
    source="Prechelt 1998, Early Stopping - But When?",
    reference=early_stopping_reference,
    outputs=("stop_epoch", "best_epoch"),
    requirements=(
        Requirement(STOPS, 2, early_stopping_stops),
        Requirement(RUNS_OUT, 1, early_stopping_runs_out),
        Requirement(TIES, 1, early_stopping_ties),
    ),
    mistakes=(
        Mistake(
            early_stopping_one_epoch_late,
            "You stop one epoch late: after `patience` epochs in a row without a new best it is over.",
            loses=(STOPS, TIES),
        ),
        Mistake(
            early_stopping_not_patient,
            "You stop at the first epoch that is no better. The losses go up and down: wait for `patience` of them in "
            "a row.",
            loses=ALL_OF_STOPPING,
        ),
        Mistake(
            early_stopping_compared_with_the_epoch_before,
            "You compare each loss with the one before. A loss that falls a little after a rise is still no new best.",
            loses=(STOPS, TIES),
        ),
        Mistake(
            early_stopping_bad_epochs_never_forgotten,
            "Your count of epochs without improvement goes on after a new best. It has to begin again from 0.",
            loses=(STOPS, TIES),
        ),
        Mistake(
            early_stopping_best_of_all_epochs,
            "Your best epoch lies after the stop. Those epochs were never trained: look only at what came before.",
            loses=(STOPS, TIES),
        ),
        Mistake(
            early_stopping_equal_is_better,
            "You count an equal loss as a new best. Only a lower one is.",
            loses=(TIES,),
        ),
        Mistake(
            early_stopping_no_number_is_better,
            "A NaN is neither below nor above anything: `loss >= best` is False for it, and your other branch takes it "
            "for a new best. Ask whether it is lower.",
            loses=(TIES,),
        ),
        Mistake(early_stopping_counted_from_1, "Epochs are counted from 0 here.", loses=ALL_OF_STOPPING),
        Mistake(
            early_stopping_best_loss_instead_of_its_epoch,
            "You return the lowest loss. Asked for is its epoch, so that the parameters can be found again.",
            loses=ALL_OF_STOPPING,
        ),
        Mistake(
            early_stopping_losses_mended_in_place,
            "You write into the losses that you were given. Work on a copy.",
            loses=(PURITY,),
        ),
    ),
)

EXERCISES = [
    DENSE_FORWARD,
    DENSE_BACKWARD,
    SOFTMAX_CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY_BACKWARD,
    TRAINING_STEP,
    EARLY_STOPPING,
]

"""dense_backward: the gradients of a dense layer with respect to its input, its weights and its bias."""

import numpy as np

from autograder.exercises.model import Derivative, Exercise, case
from autograder.exercises.train_a_deep_network import dense_forward, linear_case

TEXTBOOK = """\
def dense_backward(dout, x, weight):
    return dout @ weight, dout.T @ x, dout.sum(axis=0)
"""
dense_backward = Exercise(
    TEXTBOOK,
    outputs=("dx", "dweight", "dbias"),
    takes="dout: (N, U); x: (N, I); weight: (U, I)",
    pytorch="torch.autograd.grad(F.linear(x, weight, bias), (x, weight, bias), dout)",
    source="Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors",
    computation="reduction",
)
requirement, wrong = dense_backward.requirement, dense_backward.wrong


def forward(x, weight, bias):
    """The function whose gradients are asked for."""
    import torch.nn.functional as F

    return F.linear(x, weight, bias)


def inputs(x, weight):
    """Any bias will do: no gradient depends on it."""
    return {"x": x, "weight": weight, "bias": np.full(len(weight), 0.5)}


@dense_backward.pytorch_reference
def reference(dout, x, weight):
    import torch

    x, weight = x.detach().requires_grad_(), weight.detach().requires_grad_()
    bias = torch.zeros_like(weight[:, 0]).requires_grad_()
    return torch.autograd.grad(forward(x, weight, bias), (x, weight, bias), dout)


dense_backward.derivative = Derivative(forward, "dout", ("x", "weight", "bias"), at=inputs)


@requirement("one sample", points=2)
def one_sample(sample):
    dout, weight = np.array([[10.0, 1.0]]), np.array([[3.0, -4.0, 0.5], [1.0, 7.0, -2.0]])
    yield case("3 inputs, 2 units", dout=dout, x=np.array([[1.0, 2.0, 4.0]]), weight=weight)
    for _ in sample.repeat(public=2, hidden=5):
        yield linear_case("random numbers", sample, 1, backward=True)


@requirement("a batch", points=3)
def batch(sample):
    dout, x = np.array([[10.0, 0.0], [1.0, 2.0]]), np.array([[1.0], [2.0]])
    yield case("2 samples, 1 input, 2 units", dout=dout, x=x, weight=np.array([[3.0], [-1.0]]))
    for _ in sample.repeat(public=2, hidden=5):
        yield linear_case("random numbers", sample, sample.integer(7, 9), backward=True)


@dense_backward.remark("no samples")
def no_samples(sample):
    yield case("no samples", dout=np.zeros((0, 2)), x=np.zeros((0, 3)), weight=sample.normal(2, 3))


@dense_backward.contract(whole=["x"])
def contract(sample):
    return {"dout": sample.normal(1, 2), "x": sample.normal(1, 3), "weight": sample.normal(2, 3)}


@wrong({"@ x": "@ x / len(x)", "sum(axis=0)": "sum(axis=0) / len(x)"}, loses=[batch])
def averaged_over_the_batch():
    """You divide the gradients of weight and bias by the number of samples. If the loss is a mean, that factor is
    already in dout; here the contributions of the samples are added up."""


@wrong({"sum(axis=0)": "sum(axis=0) / len(x)"}, loses=[batch])
def bias_averaged():
    """You average dbias over the samples. Each sample contributes its dout: add them up."""


@wrong({"dout.T @ x": "x.T @ dout"})
def weight_gradient_transposed():
    """Your dweight is transposed: a gradient has the shape of what it belongs to, here (units, inputs)."""


@wrong({"dout.sum(axis=0)": "dout * 1.0"}, loses=[one_sample, batch])
def bias_gradient_for_each_sample():
    """Your dbias has a row for each sample. There is one bias for all of them: their contributions are summed."""


@wrong({"axis=0": "axis=1"})
def bias_summed_along_the_rows():
    """You sum dbias over the units. It has one number for each unit: sum over the samples, axis 0."""


@wrong({"dout.sum(axis=0)": "len(x) * np.ones(dout.shape[1], dtype=dout.dtype)"})
def slope_of_the_bias_alone():
    """Your dbias counts the samples. The slope of z with respect to the bias is 1, but it is still multiplied by
    what comes from above: dout."""


@wrong({"@ weight": "@ weight.T"})
def forward_weights_again():
    """On the way back the matrix is used the other way round: dout has a column for each unit, dx one for each
    input."""


@wrong({"dout @ weight, dout.T @ x, dout.sum(axis=0)": "dout.T @ x, dout.sum(axis=0), dout @ weight"})
def parameters_first():
    """The gradients come in another order than asked for: dx, dweight, dbias."""


@wrong({"dout @ weight": "(dout @ weight).astype(x.dtype)"}, loses=[contract])
def as_whole_as_x():
    """np.zeros_like(x) makes whole numbers where x holds whole numbers, and what is written into it is cut off."""


wrong.like(
    dense_forward.float32_lost,
    {"@ x": "@ x + np.zeros(weight.shape)", "sum(axis=0)": "sum(axis=0) + np.zeros(len(weight))"},
    loses=[contract],
)


@wrong({"dout.sum(axis=0)": "dout.sum(axis=0, keepdims=True)"}, loses=[one_sample])
def dbias_keeps_an_axis_of_length_1():
    """Your dbias has an axis of length 1 left over. A gradient has the shape of what it belongs to, here (units,)."""

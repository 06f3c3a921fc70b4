"""dense_forward: a dense layer: every sample times the weights, plus the bias."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.train_a_deep_network import linear_case

TEXTBOOK = """\
def dense_forward(x, weight, bias):
    return x @ weight.T + bias
"""
dense_forward = Exercise(
    TEXTBOOK,
    takes="x: (N, I); weight: (U, I); bias: (U,)",
    pytorch="torch.nn.functional.linear(x, weight, bias)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
    computation="reduction",
)
requirement, wrong = dense_forward.requirement, dense_forward.wrong


@dense_forward.pytorch_reference
def reference(x, weight, bias):
    import torch.nn.functional as F

    return F.linear(x, weight, bias)


@requirement("one sample", points=2)
def one_sample(sample):
    yield case("3 inputs, 1 unit", x=np.array([[1.0, 2.0, 4.0]]), weight=np.array([[3.0, -1.0, 0.5]]), bias=np.ones(1))
    weight = np.array([[3.0, -1.0, 0.5], [0.0, 1.0, -2.0]])
    yield case("3 inputs, 2 units", x=np.array([[1.0, 2.0, 4.0]]), weight=weight, bias=np.array([10.0, -1.0]))
    for _ in sample.repeat(public=2, hidden=5):
        yield linear_case("random numbers", sample, 1)


@requirement("a batch", points=2)
def batch(sample):
    """Several rows, as many as there are units among them."""
    yield case("2 samples", x=np.array([[1.0], [3.0]]), weight=np.array([[2.0]]), bias=np.array([-1.0]))
    x, weight = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]]), np.array([[3.0, -1.0, 0.5], [0.0, 1.0, -2.0]])
    yield case("as many samples as units", x=x, weight=weight, bias=np.array([10.0, -1.0]))
    for _ in sample.repeat(public=2, hidden=5):
        yield linear_case("random numbers", sample, sample.integer(7, 9))


@dense_forward.remark("no samples")
def no_samples(sample):
    yield case("no samples", x=np.zeros((0, 5)), weight=sample.normal(3, 5), bias=sample.normal(3))


@dense_forward.contract(whole=["x"])
def contract(sample):
    return {"x": sample.normal(1, 3), "weight": sample.normal(2, 3), "bias": sample.normal(2)}


@wrong({".T": ""})
def weight_not_transposed():
    """A row of weight belongs to one unit, a row of x to one sample. What is to be summed runs along the rows of
    both, so one of the two has to be transposed."""


@wrong({"+ bias": ""})
def bias_forgotten():
    """The bias has no effect on your numbers."""


@wrong(
    {"return x": "z = x", ".T + bias": ".T\n    return z + (bias.reshape(-1, 1) if len(z) == len(bias) else bias)"},
    loses=[batch],
)
def bias_down_the_samples():
    """Where there are as many samples as units, your bias is added to the samples instead of the units: each of its
    numbers belongs to one column of the result."""


@wrong({"+": "-"})
def bias_subtracted():
    """You subtract the bias. (As a threshold it would be subtracted; as PyTorch's bias it is added.)"""


@wrong({"x @ weight.T + bias": "np.maximum(x @ weight.T + bias, 0)"})
def cut_off_at_zero():
    """Your result has no negative numbers. The activation function comes after this layer, as one of its own."""


@wrong({"return": "return (weight @ x[0] + bias)[None] if len(x) else"}, loses=[batch])
def first_sample_only():
    """You return the first sample only. The result has a row for each row of x."""


@wrong({"x @ weight.T + bias": "weight @ x.T + bias[:, None]"}, loses=[one_sample, batch])
def one_column_a_sample():
    """Your result is transposed: samples are rows here, of x and of the result."""


@wrong({"return x": "return np.zeros((len(x), len(weight))) + x"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"x @ weight.T + bias": "(x @ weight.T + bias).astype(x.dtype)"}, loses=[contract])
def as_whole_as_x():
    """Where x holds whole numbers, so does your result: what is written into an array of whole numbers is cut off at
    the point."""


@wrong(
    {"return": "if len(x) == 1:\n        bias += (x @ weight.T)[0]\n        return bias[None].copy()\n    return"},
    loses=[contract],
)
def bias_added_to_the_argument():
    """The array `bias` that you were given has been changed: something writes into it in place. Make a new one."""

"""dense_forward: a dense layer: every sample times the weights, plus the bias."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.sampling import strided
from autograder.exercises.train_a_deep_network import linear_case

TEXTBOOK = """\
def dense_forward(x, weight, bias):
    return x @ weight.T + bias
"""

dense_forward = Exercise(
    TEXTBOOK,
    summary="a dense layer: every sample times the weights, plus the bias",
    pytorch="torch.nn.functional.linear(x, weight, bias)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
    computation="reduction",
)
requirement, wrong = dense_forward.requirement, dense_forward.wrong


@dense_forward.pytorch_reference
def reference(x, weight, bias):
    """torch.nn.functional.linear."""
    import torch.nn.functional as F

    return F.linear(x, weight, bias)


@requirement("one sample", points=2)
def one_sample(sample):
    """A single row."""
    yield case("3 inputs, 1 unit", x=np.array([[1.0, 2.0, 4.0]]), weight=np.array([[3.0, -1.0, 0.5]]), bias=np.ones(1))
    weight = np.array([[3.0, -1.0, 0.5], [0.0, 1.0, -2.0]])
    yield case("3 inputs, 2 units", x=np.array([[1.0, 2.0, 4.0]]), weight=weight, bias=np.array([10.0, -1.0]))
    for _ in sample.repeat(public=2, hidden=5):
        yield linear_case("random numbers", sample, 1)


@requirement("a batch", points=1)
def batch(sample):
    """Several rows, as many as there are units among them."""
    yield case("2 samples", x=np.array([[1.0], [3.0]]), weight=np.array([[2.0]]), bias=np.array([-1.0]))
    x, weight = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]]), np.array([[3.0, -1.0, 0.5], [0.0, 1.0, -2.0]])
    yield case("as many samples as units", x=x, weight=weight, bias=np.array([10.0, -1.0]))
    for _ in sample.repeat(public=2, hidden=5):
        yield linear_case("random numbers", sample, sample.integer(7, 9))


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32; whole numbers give float64; any memory order; no sample at all."""
    single = [np.array(numbers, dtype="float32") for numbers in ([[1.5, -2.0]], [[0.1, 0.3]], [0.7])]
    yield case("float32", x=single[0], weight=single[1], bias=single[2])
    whole = np.array([[1, 2, 4]])
    yield case("whole numbers as x", x=whole, weight=np.array([[0.5, -1.25, 0.5]]), bias=np.array([0.25]))
    x, weight, bias = sample.normal(1, 5), sample.normal(3, 5), sample.normal(3)
    yield case("Fortran order", x=np.asfortranarray(x), weight=np.asfortranarray(weight), bias=bias)
    yield case("every second entry of a larger array", x=strided(x), weight=strided(weight), bias=strided(bias))
    yield case("no samples", x=np.zeros((0, 5)), weight=weight, bias=bias)
    for _ in sample.repeat(public=1, hidden=3):
        yield linear_case("random float32", sample, 1, "float32")


@wrong({".T": ""})
def weight_not_transposed():
    """A row of weight belongs to one unit, a row of x to one sample. What is to be summed runs along the rows of
    both, so one of the two has to be transposed."""


@wrong({"+ bias": ""})
def bias_forgotten():
    """The bias has no effect on your numbers."""


@wrong({"return": "z =", "T": "T\n    return z + bias.reshape(-1, 1) if len(z) == len(bias) else z"}, loses=[batch])
def bias_down_the_samples():
    """Where there are as many samples as units, your bias is added to the samples instead of the units: each of its
    numbers belongs to one column of the result."""


@wrong({"+": "-"})
def bias_subtracted():
    """You subtract the bias. (As a threshold it would be subtracted; as PyTorch's bias it is added.)"""


@wrong({"return": "return np.maximum(", "+ bias": "+ bias, 0)"})
def cut_off_at_zero():
    """Your result has no negative numbers. The activation function comes after this layer, as one of its own."""


@wrong({"return": "return (weight @ x[0] + bias)[None] if len(x) else"}, loses=[batch])
def first_sample_only():
    """You return the first sample only. The result has a row for each row of x."""


@wrong({"x @ weight": "weight @ x", "+ bias": "+ bias[:, None]"})
def one_column_a_sample():
    """Your result is transposed: samples are rows here, of x and of the result."""


@wrong(loses=[any_array])
def float32_lost(x, weight, bias):
    """Right numbers, but float32 comes back as float64: np.eye and np.zeros make float64 unless told otherwise."""
    z = np.zeros((len(x), len(weight)))
    z[...] = x @ weight.T + bias
    return z


@wrong(loses=[any_array])
def as_whole_as_x(x, weight, bias):
    """Where x holds whole numbers, so does your result: what is written into an array of whole numbers is cut off at
    the point."""
    z = np.empty((len(x), len(weight)), dtype=x.dtype)
    for i in range(len(x)):
        for j in range(len(weight)):
            z[i, j] = np.sum(x[i] * weight[j]) + bias[j]
    return z


@wrong(
    {"return": "if len(x) == 1:\n        bias += (x @ weight.T)[0]\n        return bias[None].copy()\n    return"},
    loses=[PURITY],
)
def bias_added_to_the_argument():
    """`bias += ...` changes the network's own bias. Make a new array."""

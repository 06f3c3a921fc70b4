"""global_norm: norm of all gradients together, read as one long vector."""

import numpy as np

from autograder.exercises.gradient_clipping import of_a_layer
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def global_norm(gradients, norm_type=2.0):
    if norm_type == np.inf:
        return max(np.max(np.abs(g)) for g in gradients)
    return sum(np.sum(np.abs(g) ** norm_type) for g in gradients) ** (1 / norm_type)
"""
global_norm = Exercise(
    TEXTBOOK,
    outputs=("norm",),
    takes="gradients: list of (*); norm_type: number",
    pytorch="torch.nn.utils.get_total_norm(gradients, norm_type)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.get_total_norm.html",
    computation="reduction",
)
requirement, wrong = global_norm.requirement, global_norm.wrong


@global_norm.pytorch_reference
def reference(gradients, norm_type=2.0):
    import torch

    return torch.nn.utils.get_total_norm(gradients, norm_type)


@requirement("all arrays together", points=2)
def values(sample):
    yield case("3 and 4", gradients=[np.array([3.0]), np.array([4.0])])
    yield case("a matrix and a vector", gradients=[np.array([[1.0, -4.0], [2.0, 2.0]]), np.array([10.0, -10.0])])
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random gradients", gradients=of_a_layer(sample, scale=2.0))


@requirement("norm_type other than 2", points=2)
def other_norm_types(sample):
    """The largest absolute value, the sum of absolute values, and a norm in between."""
    gradients = [np.array([-7.0, 2.0, -7.0]), np.array([1.0])]
    yield case("norm_type infinity, the largest entry twice", gradients=gradients, norm_type=np.inf)
    yield case("norm_type 1", gradients=gradients, norm_type=1.0)
    yield case("norm_type 3", gradients=[np.array([-3.0, 4.0]), np.array([5.0])], norm_type=3.0)
    for _ in sample.repeat(public=2, hidden=6):
        norm_type = sample.choice([1.0, 1.5, 3.0, np.inf])
        yield case("random gradients", gradients=of_a_layer(sample, scale=2.0), norm_type=norm_type)


@global_norm.contract()
def contract(sample, shape):
    return {"gradients": [sample.normal(*shape), np.array([3.0, -4.0])]}


@wrong(
    {
        "return max(np.max(np.abs(g)) for g": "return sum(np.max(np.abs(g)) for g",
        "sum(np.sum(np.abs(g) ** norm_type) for": "sum(np.sum(np.abs(g) ** norm_type) ** (1 / norm_type) for",
        " in gradients) ** (1 / norm_type)": " in gradients)",
    }
)
def norms_added():
    """You add the norms of the arrays. Two arrays of norm 3 and 4 have norm 5 together, not 7: it is the squares
    that add up."""


@wrong({"** (1 / norm_type)": ""})
def root_forgotten():
    """For the entries 3 and 4 you return 25: the root at the end is missing."""


@wrong({" ** (1 / norm_type)": " ** (1 / norm_type) / sum(g.size for g in gradients) ** (1 / norm_type)"})
def mean_of_the_squares():
    """You take the mean of the squares. A norm is made of their sum: a mean would hide that there are many entries."""


@wrong()
def only_the_last_array(gradients, norm_type=2.0):
    """Only the last array counts in your result. Add up over all of them."""
    for g in gradients:
        norm = np.linalg.norm(g.ravel(), norm_type)
    return norm


wrong.ignores(
    "norm_type",
    2.0,
    loses=[other_norm_types],
    name="norm type forgotten",
    hint="`norm_type` has no effect on your result: it is always the 2-norm.",
)


@wrong()
def matrix_norms(gradients, norm_type=2.0):
    """Given a matrix and a norm type, np.linalg.norm computes a norm of the matrix as a linear map (for 2: its
    largest singular value), and with more dimensions it gives up. Flatten first: a gradient is a long vector."""
    return np.linalg.norm([np.linalg.norm(g, norm_type) for g in gradients], norm_type)


@wrong({"max(np.max(np.abs(g)) for": "max(np.max(g) for", "np.abs(g) **": "g **"}, loses=[other_norm_types])
def absolute_value_forgotten():
    """Negative entries cancel positive ones, or are overlooked. The 2-norm gets rid of the signs by squaring; other
    powers need the absolute value."""


@wrong({"if norm_type == np.inf:": "if norm_type == -1:"}, loses=[other_norm_types])
def power_of_infinity():
    """For norm_type infinity the formula with powers gives 1: a power of 1/infinity is a power of 0. That norm is a
    limit, the largest absolute value, and needs a line of its own."""


@wrong({"np.sum(np.abs(g)": "np.sum(np.abs(g.astype(float))"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

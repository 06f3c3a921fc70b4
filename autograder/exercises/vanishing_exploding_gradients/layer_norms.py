"""layer_norms: L2 norm of each array of a list."""

import numpy as np

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def layer_norms(gradients):
    return np.array([np.linalg.norm(g) for g in gradients])
"""
layer_norms = Exercise(
    TEXTBOOK,
    takes="gradients: list of (*)",
    pytorch="torch.stack([torch.linalg.vector_norm(g) for g in gradients])",
    source="Golub and Van Loan 2013, Matrix Computations, section 2.3 (Frobenius norm)",
    computation="elementwise, relative",
)
requirement, wrong = layer_norms.requirement, layer_norms.wrong


@layer_norms.pytorch_reference
def reference(gradients):
    import torch

    return torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients])


@requirement("vectors", points=1)
def vectors(sample):
    yield case("one vector: 3, 4", gradients=[np.array([3.0, 4.0])])
    yield case("lengths 2 and 3", gradients=[np.array([6.0, -8.0]), np.array([2.0, 3.0, -6.0])])
    for _ in sample.repeat(public=2, hidden=5):
        found = [sample.normal(n, scale=10.0) for n in sample.shape(3, smallest=3)]
        yield case("random vectors", gradients=found)


@requirement("matrices and filters", points=2)
def arrays(sample):
    yield case("one matrix", gradients=[np.array([[1.0, 5.0], [-7.0, 5.0]])])
    yield case("a matrix and a bias", gradients=[np.array([[2.0, 4.0, 4.0], [5.0, 8.0, 10.0]]), np.array([3.0, 4.0])])
    for _ in sample.repeat(public=2, hidden=5):
        found = [sample.normal(*sample.shape(axes), scale=10.0) for axes in (2, 1, 4)]
        yield case("a matrix, a vector and a filter bank", gradients=found)


@requirement("tiny and huge", points=1)
def extremes(sample):
    """Gradients that have vanished or exploded; zeros."""
    yield case("3e-100, 4e-100", gradients=[np.array([3e-100, 4e-100])])
    yield case("3e+100, 4e+100 and 3e-100, 4e-100", gradients=[np.array([3e100, 4e100]), np.array([3e-100, 4e-100])])
    yield case("zeros", gradients=[np.zeros(3), np.array([5.0, 12.0])])
    for _ in sample.repeat(public=1, hidden=4):
        found = [sample.normal(4) * 10.0 ** -sample.integer(5, 90) for _ in range(3)]
        yield case("vanishing gradients", gradients=found)


@layer_norms.remark("infinite and NaN entries")
def broken(sample):
    yield case("infinite and NaN", gradients=[np.array([np.inf, 1.0]), np.array([np.nan, 1.0]), np.array([3.0, 4.0])])


def whole_numbers(sample):
    yield case("whole numbers", gradients=[np.array([3, 4]), np.array([1, 2, 2])])


@layer_norms.contract(without=["whole numbers"], more=whole_numbers)
def contract(sample):
    """A matrix of rank 1, so that its largest singular value is its norm."""
    return {"gradients": [np.outer(sample.normal(2, scale=10.0), sample.normal(2)), sample.normal(3)]}


@wrong({"norm(g)": "norm(g, 2)"}, loses=[arrays])
def spectral():
    """For a matrix your number is its largest singular value, which is what np.linalg.norm(g, 2) gives. Here every
    entry counts, as if the matrix were one long vector."""


@wrong({"np.linalg.norm(g)": "np.sum(g**2.0)"})
def squared():
    """Your numbers are the squares of the norms: the root is missing."""


@wrong({"np.linalg.norm(g)": "np.sqrt(np.mean(g**2))"})
def root_mean_square():
    """You take the mean of the squares. A norm adds them up: more entries make it larger."""


@wrong({"np.linalg.norm(g)": "np.mean(np.abs(g))"})
def mean_absolute_value():
    """This is the mean size of an entry. The L2 norm is the root of the sum of the squares."""


@wrong({"np.linalg.norm(g)": "np.sum(np.abs(g * 1.0))"})
def sum_of_absolute_values():
    """You add up the absolute values, which is the L1 norm. The L2 norm is the root of the sum of the squares."""


@wrong({"np.array([np.linalg.norm(g) for g in gradients])": "np.sqrt(sum(np.sum(g**2) for g in gradients))"})
def one_for_all():
    """You return one number for all arrays together. One for each array is wanted, to see where one is lost."""


@wrong({"np.linalg.norm(g)": "np.sqrt(np.sum(g**2) + 1e-12)"}, loses=[extremes])
def epsilon_added():
    """A small constant under the root hides what this function is for: a gradient of 1e-100 comes out as 1e-6. A
    norm divides by nothing, so it needs no protection."""


@wrong({"np.linalg.norm(g)": "float(np.linalg.norm(g))"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"np.linalg.norm(g)": "np.sqrt(np.sum(np.multiply(g, g, out=g)))"}, loses=[contract])
def squares_in_place():
    """The gradients that you were given have been changed: something writes into them in place. The caller still
    needs them."""

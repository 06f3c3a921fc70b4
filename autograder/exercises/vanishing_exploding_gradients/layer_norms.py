"""layer_norms: L2 norm of each array of a list."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def layer_norms(gradients):
    return np.array([np.linalg.norm(g) for g in gradients])
"""

layer_norms = Exercise(
    TEXTBOOK,
    summary="L2 norm of each array of a list",
    pytorch="torch.stack([torch.linalg.vector_norm(g) for g in gradients])",
    source="Golub and Van Loan 2013, Matrix Computations, section 2.3 (Frobenius norm)",
    computation="elementwise, relative",
)
requirement, wrong = layer_norms.requirement, layer_norms.wrong


@layer_norms.pytorch_reference
def reference(gradients):
    """The L2 norm of all entries of each tensor."""
    import torch

    return torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients])


@requirement("vectors", points=1)
def vectors(sample):
    """Vectors of different lengths."""
    yield case("one vector: 3, 4", gradients=[np.array([3.0, 4.0])])
    yield case("lengths 2 and 3", gradients=[np.array([6.0, -8.0]), np.array([2.0, 3.0, -6.0])])
    for _ in sample.repeat(public=2, hidden=5):
        found = [sample.normal(n, scale=10.0) for n in sample.shape(3, smallest=3)]
        yield case("random vectors", gradients=found)


@requirement("matrices and filters", points=1)
def arrays(sample):
    """Matrices and arrays with four axes among vectors."""
    yield case("one matrix", gradients=[np.array([[1.0, 5.0], [-7.0, 5.0]])])
    yield case("a matrix and a bias", gradients=[np.array([[2.0, 4.0, 4.0], [5.0, 8.0, 10.0]]), np.array([3.0, 4.0])])
    for _ in sample.repeat(public=2, hidden=5):
        found = [sample.normal(*sample.shape(axes), scale=10.0) for axes in (2, 1, 4)]
        yield case("a matrix, a vector and a filter bank", gradients=found)


@requirement("tiny, huge and infinite", points=1)
def extremes(sample):
    """Gradients that have vanished or exploded; zeros, infinity and NaN."""
    yield case("3e-100, 4e-100", gradients=[np.array([3e-100, 4e-100])])
    yield case("3e+100, 4e+100 and 3e-100, 4e-100", gradients=[np.array([3e100, 4e100]), np.array([3e-100, 4e-100])])
    yield case("zeros", gradients=[np.zeros(3), np.array([5.0, 12.0])])
    yield case("infinite and NaN", gradients=[np.array([np.inf, 1.0]), np.array([np.nan, 1.0]), np.array([3.0, 4.0])])
    for _ in sample.repeat(public=1, hidden=4):
        found = [sample.normal(4) * 10.0 ** -sample.integer(5, 90) for _ in range(3)]
        yield case("vanishing gradients", gradients=found)


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32; any memory order; whole numbers become float64."""
    yield case("float32", gradients=[np.array([3.0, 4.0], dtype="float32")])
    yield case("whole numbers", gradients=[np.array([3, 4]), np.array([1, 2, 2])])
    outer = np.asfortranarray(np.outer(sample.normal(4, scale=10.0), sample.normal(3)))
    yield case("Fortran order", gradients=[outer])
    yield case("every second entry of a larger array", gradients=[strided(sample.normal(6, scale=10.0))])
    for _ in sample.repeat(public=1, hidden=3):
        yield case("random float32", gradients=[sample.normal(n, scale=10.0, dtype="float32") for n in (5, 7)])


@wrong({"norm(g": "norm(g, 2"}, loses=[arrays])
def spectral():
    """For a matrix, np.linalg.norm(g, 2) is another norm, the largest singular value. Here every entry counts, as if
    the matrix were one long vector."""


@wrong({"linalg.norm(g": 'sum(g**2) if g.dtype.kind == "f" else float(np.sum(g**2)'})
def squared():
    """Your numbers are the squares of the norms: the root is missing."""


@wrong({"linalg.norm(g": "sqrt(np.mean(g**2)"})
def root_mean_square():
    """You take the mean of the squares. A norm adds them up: more entries make it larger."""


@wrong({"linalg.norm(g": "mean(np.abs(g)"})
def mean_absolute_value():
    """This is the mean size of an entry. The L2 norm is the root of the sum of the squares."""


@wrong({"linalg.norm(g": 'sum(np.abs(g)) if g.dtype.kind == "f" else float(np.sum(np.abs(g))'})
def sum_of_absolute_values():
    """You add up the absolute values, which is the L1 norm. The L2 norm is the root of the sum of the squares."""


@wrong({"array([": "sqrt(sum(", "linalg.norm(g": "sum(g**2", "]": ")"})
def one_for_all():
    """You return one number for all arrays together. One for each array is wanted, to see where one is lost."""


@wrong({"linalg.norm(g": "sqrt(np.sum(g**2) + 1e-12"}, loses=[extremes])
def epsilon_added():
    """A small constant under the root hides what this function is for: a gradient of 1e-100 comes out as 1e-6. A
    norm divides by nothing, so it needs no protection."""


@wrong(loses=[any_array])
def float32_lost(gradients):
    """Right numbers, but float32 comes back as float64. np.zeros(n) is a float64 array, and a number that went
    through float(...) is float64, too."""
    norms = np.zeros(len(gradients))
    for i, g in enumerate(gradients):
        norms[i] = np.sqrt(np.sum(g**2))
    return norms


@wrong(loses=[PURITY])
def squares_in_place(gradients):
    """g *= g squares the gradients themselves, and the caller still needs them."""
    norms = []
    for g in gradients:
        g *= g
        norms.append(np.sqrt(g.sum()))
    return np.array(norms)

"""layer_jacobian: Jacobian matrix of a tanh layer with respect to its input."""

from __future__ import annotations

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def layer_jacobian(W, z):
    slope = 1 - np.tanh(z) ** 2
    return slope[:, np.newaxis] * W
"""

layer_jacobian = Exercise(
    TEXTBOOK,
    summary="Jacobian matrix of a tanh layer with respect to its input",
    pytorch="torch.autograd.functional.jacobian(lambda a: torch.tanh(W @ a + b), a)",
    source="Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.5; W as in torch.nn.Linear, (out, in)",
)
requirement, wrong = layer_jacobian.requirement, layer_jacobian.wrong


@layer_jacobian.pytorch_reference
def reference(W, z):
    """The Jacobian of a -> tanh(W a + b) where W a + b = z."""
    import torch

    at = torch.zeros(W.shape[1], dtype=W.dtype, device=W.device)
    return torch.autograd.functional.jacobian(lambda a: torch.tanh(W @ a + z), at)


@requirement("slopes and weights", points=2)
def values(sample):
    """Moderate z, more and fewer units than inputs."""
    yield case("one unit, one input", W=np.array([[2.0]]), z=np.array([0.5]))
    yield case("z = 0 and z = 1", W=np.array([[1.0, 2.0], [3.0, -4.0]]), z=np.array([0.0, 1.0]))
    yield case("two units, three inputs", W=np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), z=np.array([0.3, -0.8]))
    for _ in sample.repeat(public=2, hidden=6):
        units, inputs = sample.shape()
        yield case("random numbers", W=sample.normal(units, inputs), z=sample.normal(units))


@requirement("saturated units", points=1)
def saturated(sample):
    """Units whose tanh is flat beside one that is not."""
    yield case(
        "z = 1000, -1000 and 0.5", W=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), z=np.array([1e3, -1e3, 0.5])
    )
    yield case("infinite z", W=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), z=np.array([np.inf, -np.inf, 0.5]))
    for _ in sample.repeat(public=1, hidden=4):
        z = sample.normal(5)
        z[sample.integer(0, 3)] = sample.choice((-800.0, 900.0))
        yield case("one saturated unit of five", W=sample.normal(5, 3), z=z)


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32; any memory order; whole numbers become float64."""
    yield case("float32", W=np.array([[2.0, -1.0]], dtype="float32"), z=np.array([0.5], dtype="float32"))
    yield case("whole numbers", W=np.array([[1, 2, 3], [4, 5, 6]]), z=np.array([1, -1]))
    yield case("Fortran order", W=np.asfortranarray(sample.normal(3, 4)), z=sample.normal(3))
    yield case("every second entry of larger arrays", W=strided(sample.normal(2, 5)), z=strided(sample.normal(2)))
    for _ in sample.repeat(public=1, hidden=3):
        yield case("random float32", W=sample.normal(5, 3, dtype="float32"), z=sample.normal(5, dtype="float32"))


@wrong()
def slopes_along_columns(W, z):
    """Each of your slopes multiplies a column of W; a unit owns a row. NumPy lines shapes up from the right, so the
    slopes need the shape (n_out, 1)."""
    return (1 - np.tanh(z) ** 2) * W


@wrong()
def slopes_left_out(W, z):
    """You return W itself: that is the Jacobian of the linear part alone. The activation comes after it, and its
    slope belongs in the product."""
    return W.astype(np.result_type(W, np.float32)) if W.dtype.kind == "f" else W.astype(float)


@wrong()
def transposed(W, z):
    """Your matrix is transposed. Row i of a Jacobian belongs to output i, column j to input j, as in W."""
    return ((1 - np.tanh(z) ** 2)[:, None] * W).T


@wrong()
def slope_of_z(W, z):
    """You use 1 - z². The square in 1 - tanh² is that of the output tanh(z), not that of z."""
    return (1 - z**2)[:, None] * W


@wrong()
def square_forgotten(W, z):
    """You use 1 - tanh(z). The slope of tanh is 1 - tanh(z)²: it is 1 at z = 0 and falls off to both sides."""
    return (1 - np.tanh(z))[:, None] * W


@wrong()
def slope_at_the_output(W, z):
    """tanh is applied twice: the slope is wanted at z, and you take it at tanh(z)."""
    return (1 - np.tanh(np.tanh(z)) ** 2)[:, None] * W


@wrong()
def slope_of_sigmoid(W, z):
    """a(1 - a) is the slope of the sigmoid. tanh has another one."""
    t = np.tanh(z)
    return (t * (1 - t))[:, None] * W


@wrong(loses=[saturated])
def quotient_of_exponentials(W, z):
    """For large |z| the quotient of exponentials is infinity divided by infinity. NumPy's own tanh does not
    overflow."""
    t = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return (1 - t**2)[:, None] * W


@wrong(loses=[])
def one_over_cosh(W, z):
    """1/cosh² is the right slope, but cosh overflows for large |z|. 1 - tanh² needs nothing that overflows."""
    return (1 / np.cosh(z) ** 2)[:, None] * W


@wrong(loses=[any_array])
def float32_lost(W, z):
    """Right numbers, but float32 input comes back as float64: np.zeros(shape) makes float64 unless you say
    otherwise."""
    J = np.zeros(W.shape)
    for i in range(len(z)):
        J[i] = (1 - np.tanh(z[i]) ** 2) * W[i]
    return J


@wrong(loses=[any_array, PURITY])
def in_place(W, z):
    """You multiply into W itself. These are the weights of the network: return a new array."""
    W *= (1 - np.tanh(z) ** 2)[:, None]
    return W

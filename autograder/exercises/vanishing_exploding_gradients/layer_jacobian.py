"""layer_jacobian: Jacobian matrix of a tanh layer with respect to its input."""

import numpy as np

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def layer_jacobian(W, z):
    slope = 1 - np.tanh(z) ** 2
    return slope[:, np.newaxis] * W
"""
layer_jacobian = Exercise(
    TEXTBOOK,
    takes="W: (U, I); z: (U,)",
    pytorch="torch.autograd.functional.jacobian(lambda a: torch.tanh(W @ a + b), a)",
    source="Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.5; W as in torch.nn.Linear, (out, in)",
    handed_out=True,
)
requirement, wrong = layer_jacobian.requirement, layer_jacobian.wrong


@layer_jacobian.pytorch_reference
def reference(W, z):
    """The Jacobian of a -> tanh(W a + b) where W a + b = z."""
    import torch

    at = torch.zeros(W.shape[1], dtype=W.dtype, device=W.device)
    return torch.autograd.functional.jacobian(lambda a: torch.tanh(W @ a + z), at)


@requirement("slopes and weights", points=3)
def values(sample):
    """Moderate z, more and fewer units than inputs."""
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
    for _ in sample.repeat(public=1, hidden=4):
        z = sample.normal(5)
        z[sample.integer(0, 3)] = sample.choice((-800.0, 900.0))
        yield case("one saturated unit of five", W=sample.normal(5, 3), z=z)


@layer_jacobian.remark("infinite z")
def infinite(sample):
    yield case("infinite z", W=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), z=np.array([np.inf, -np.inf, 0.5]))


@layer_jacobian.contract()
def contract(sample):
    return {"W": sample.normal(2, 3), "z": sample.normal(2)}


@wrong({"slope[:, np.newaxis]": "slope"})
def slopes_along_columns():
    """Each of your slopes multiplies a column of W; a unit owns a row. NumPy lines shapes up from the right, so the
    slopes need the shape (n_out, 1)."""


@wrong({"slope[:, np.newaxis] * W": "W * 1.0"})
def slopes_left_out():
    """You return W itself: that is the Jacobian of the linear part alone. The activation comes after it, and its
    slope belongs in the product."""


@wrong({"slope[:, np.newaxis] * W": "(slope[:, np.newaxis] * W).T"})
def transposed():
    """Your matrix is transposed. Row i of a Jacobian belongs to output i, column j to input j, as in W."""


@wrong({"np.tanh(z)": "z"})
def slope_of_z():
    """You use 1 - z². The square in 1 - tanh² is that of the output tanh(z), not that of z."""


@wrong({" ** 2": ""})
def square_forgotten():
    """You use 1 - tanh(z). The slope of tanh is 1 - tanh(z)²: it is 1 at z = 0 and falls off to both sides."""


@wrong({"np.tanh(z)": "np.tanh(np.tanh(z))"})
def slope_at_the_output():
    """tanh is applied twice: the slope is wanted at z, and you take it at tanh(z)."""


@wrong({"1 - np.tanh(z) ** 2": "np.tanh(z) * (1 - np.tanh(z))"})
def slope_of_sigmoid():
    """a(1 - a) is the slope of the sigmoid. tanh has another one."""


@wrong({"np.tanh(z)": "((np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)))"}, loses=[saturated])
def quotient_of_exponentials():
    """For large |z| the quotient of exponentials is infinity divided by infinity. NumPy's own tanh does not
    overflow."""


@wrong({"1 - np.tanh(z) ** 2": "1 / np.cosh(z) ** 2"}, loses=[])
def one_over_cosh():
    """1/cosh² is the right slope, but cosh overflows for large |z|. 1 - tanh² needs nothing that overflows."""


@wrong({"return ": "return np.zeros(W.shape) + "}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"return slope[:, np.newaxis] * W": "W *= slope[:, np.newaxis]\n    return W"}, loses=[contract])
def in_place():
    """You multiply into W itself. These are the weights of the network: return a new array."""

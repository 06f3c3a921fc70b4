"""Kernels of `1_training_problems/1_vanishing_exploding_gradients`: Jacobians, backpropagation, gradient checks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise, Mistake, Requirement, case
from autograder.exercises.sampling import Sampler, strided
from autograder.plaindata.named_functions import as_function

NOTEBOOK = "1_training_problems/1_vanishing_exploding_gradients"

CONTRACT = "any memory order and dtype"
LARGE_STEP = 1e-3
"""From this step on, a difference quotient and the derivative are told apart."""


def chain(draw: Sampler, widths: tuple[int, ...], dtype: str = "float64") -> list[np.ndarray]:
    """One random matrix (widths[l + 1], widths[l]) for each layer, with entries that keep sums moderate."""
    return [draw.normal(outputs, inputs, scale=0.7, dtype=dtype) for inputs, outputs in itertools.pairwise(widths)]


def vectors(draw: Sampler, widths: tuple[int, ...], dtype: str = "float64") -> list[np.ndarray]:
    """One random vector without zeros for each layer."""
    return [np.where(found == 0, found + 0.5, found).astype(dtype) for found in (draw.normal(n) for n in widths[1:])]


# ---------------------------------------------------------------- layer_jacobian


def layer_jacobian_reference(W, z):
    """The Jacobian of a -> tanh(W a + b) where W a + b = z."""
    import torch

    at = torch.zeros(W.shape[1], dtype=W.dtype, device=W.device)
    return torch.autograd.functional.jacobian(lambda a: torch.tanh(W @ a + z), at)


def layer_jacobian_values(draw: Sampler) -> Iterator[Case]:
    """Moderate z, more and fewer units than inputs."""
    yield case("one unit, one input", W=np.array([[2.0]]), z=np.array([0.5]))
    yield case("z = 0 and z = 1", W=np.array([[1.0, 2.0], [3.0, -4.0]]), z=np.array([0.0, 1.0]))
    yield case("two units, three inputs", W=np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), z=np.array([0.3, -0.8]))
    for _ in draw.rounds(public=2, hidden=6):
        units, inputs = draw.shape()
        yield case("random numbers", W=draw.normal(units, inputs), z=draw.normal(units))


def layer_jacobian_saturated(draw: Sampler) -> Iterator[Case]:
    """Units whose tanh is flat beside one that is not."""
    yield case(
        "z = 1000, -1000 and 0.5", W=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), z=np.array([1e3, -1e3, 0.5])
    )
    yield case("infinite z", W=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), z=np.array([np.inf, -np.inf, 0.5]))
    for _ in draw.rounds(public=1, hidden=4):
        z = draw.normal(5)
        z[draw.integer(0, 3)] = draw.choice((-800.0, 900.0))
        yield case("one saturated unit of five", W=draw.normal(5, 3), z=z)


def layer_jacobian_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any memory order; whole numbers become float64."""
    yield case("float32", W=np.array([[2.0, -1.0]], dtype="float32"), z=np.array([0.5], dtype="float32"))
    yield case("whole numbers", W=np.array([[1, 2, 3], [4, 5, 6]]), z=np.array([1, -1]))
    yield case("Fortran order", W=np.asfortranarray(draw.normal(3, 4)), z=draw.normal(3))
    yield case("every second entry of larger arrays", W=strided(draw.normal(2, 5)), z=strided(draw.normal(2)))
    for _ in draw.rounds(public=1, hidden=3):
        yield case("random float32", W=draw.normal(5, 3, dtype="float32"), z=draw.normal(5, dtype="float32"))


def layer_jacobian_slope_of_z(W, z):
    return (1 - z**2)[:, None] * W


def layer_jacobian_slope_at_the_output(W, z):
    return (1 - np.tanh(np.tanh(z)) ** 2)[:, None] * W


def layer_jacobian_slope_of_sigmoid(W, z):
    t = np.tanh(z)
    return (t * (1 - t))[:, None] * W


def layer_jacobian_slopes_left_out(W, z):
    return W.astype(np.result_type(W, np.float32)) if W.dtype.kind == "f" else W.astype(float)


def layer_jacobian_transposed(W, z):
    return ((1 - np.tanh(z) ** 2)[:, None] * W).T


def layer_jacobian_slopes_along_columns(W, z):
    return (1 - np.tanh(z) ** 2) * W


def layer_jacobian_square_forgotten(W, z):
    return (1 - np.tanh(z))[:, None] * W


def layer_jacobian_quotient_of_exponentials(W, z):
    t = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return (1 - t**2)[:, None] * W


def layer_jacobian_one_over_cosh(W, z):
    return (1 / np.cosh(z) ** 2)[:, None] * W


def layer_jacobian_float32_lost(W, z):
    J = np.zeros(W.shape)
    for i in range(len(z)):
        J[i] = (1 - np.tanh(z[i]) ** 2) * W[i]
    return J


def layer_jacobian_in_place(W, z):
    W *= (1 - np.tanh(z) ** 2)[:, None]
    return W


ALL_OF_LAYER_JACOBIAN = ("slopes and weights", "saturated units", CONTRACT)

LAYER_JACOBIAN = Exercise(
    name="layer_jacobian",
    parameters=("W", "z"),
    summary="Jacobian matrix of a tanh layer with respect to its input",
    pytorch="torch.autograd.functional.jacobian(lambda a: torch.tanh(W @ a + b), a)",
    source="Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.5; W as in torch.nn.Linear, (out, in)",
    reference=layer_jacobian_reference,
    requirements=(
        Requirement("slopes and weights", 2, layer_jacobian_values),
        Requirement("saturated units", 1, layer_jacobian_saturated),
        Requirement(CONTRACT, 1, layer_jacobian_any_array),
    ),
    mistakes=(
        Mistake(
            layer_jacobian_slopes_along_columns,
            "Each of your slopes multiplies a column of W; a unit owns a row. NumPy lines shapes up from the right, so "
            "the slopes need the shape (n_out, 1).",
            loses=ALL_OF_LAYER_JACOBIAN,
        ),
        Mistake(
            layer_jacobian_slopes_left_out,
            "You return W itself: that is the Jacobian of the linear part alone. The activation comes after it, and "
            "its slope belongs in the product.",
            loses=ALL_OF_LAYER_JACOBIAN,
        ),
        Mistake(
            layer_jacobian_transposed,
            "Your matrix is transposed. Row i of a Jacobian belongs to output i, column j to input j, as in W.",
            loses=ALL_OF_LAYER_JACOBIAN,
        ),
        Mistake(
            layer_jacobian_slope_of_z,
            "You use 1 - z². The square in 1 - tanh² is that of the output tanh(z), not that of z.",
            loses=ALL_OF_LAYER_JACOBIAN,
        ),
        Mistake(
            layer_jacobian_square_forgotten,
            "You use 1 - tanh(z). The slope of tanh is 1 - tanh(z)²: it is 1 at z = 0 and falls off to both sides.",
            loses=ALL_OF_LAYER_JACOBIAN,
        ),
        Mistake(
            layer_jacobian_slope_at_the_output,
            "tanh is applied twice: the slope is wanted at z, and you take it at tanh(z).",
            loses=ALL_OF_LAYER_JACOBIAN,
        ),
        Mistake(
            layer_jacobian_slope_of_sigmoid,
            "a(1 - a) is the slope of the sigmoid. tanh has another one.",
            loses=ALL_OF_LAYER_JACOBIAN,
        ),
        Mistake(
            layer_jacobian_quotient_of_exponentials,
            "For large |z| the quotient of exponentials is infinity divided by infinity. NumPy's own tanh does not "
            "overflow.",
            loses=("saturated units",),
        ),
        Mistake(
            layer_jacobian_one_over_cosh,
            "1/cosh² is the right slope, but cosh overflows for large |z|. 1 - tanh² needs nothing that overflows.",
            loses=(),
        ),
        Mistake(
            layer_jacobian_float32_lost,
            "Right numbers, but float32 input comes back as float64: np.zeros(shape) makes float64 unless you say "
            "otherwise.",
            loses=(CONTRACT,),
        ),
        Mistake(
            layer_jacobian_in_place,
            "You multiply into W itself. These are the weights of the network: return a new array.",
            loses=(CONTRACT, PURITY),
        ),
    ),
)

# ---------------------------------------------------------------- backpropagate


def backpropagate_reference(jacobians, gradient):
    """The gradients of gradient·(J_L ... J_1 a_0) with respect to a_0, ..., a_L."""
    import torch

    size = jacobians[0].shape[1] if jacobians else len(gradient)
    activations = [torch.zeros(size, dtype=gradient.dtype, device=gradient.device, requires_grad=True)]
    for jacobian in jacobians:
        activations.append(jacobian @ activations[-1])
    return torch.autograd.grad(gradient @ activations[-1], activations)


def backpropagate_one_layer(draw: Sampler) -> Iterator[Case]:
    """One Jacobian: the gradient before it and the gradient after it."""
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    yield case("one Jacobian, square", jacobians=[square], gradient=np.array([1.0, 10.0]))
    wide = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    yield case("three inputs, two outputs", jacobians=[wide], gradient=np.array([1.0, 10.0]))
    for _ in draw.rounds(public=2, hidden=5):
        inputs, outputs = draw.shape()
        yield case("random numbers", jacobians=[draw.normal(outputs, inputs)], gradient=draw.normal(outputs))


def backpropagate_several_layers(draw: Sampler) -> Iterator[Case]:
    """Two and more Jacobians, first square, then with widths that all differ."""
    first, second = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [3.0, 1.0]])
    yield case("two square Jacobians", jacobians=[first, second], gradient=np.array([1.0, 10.0]))
    third = np.array([[2.0, 0.0], [0.0, -1.0]])
    yield case("three square Jacobians", jacobians=[first, second, third], gradient=np.array([1.0, 10.0]))
    yield case("widths 3, 2, 1", jacobians=[np.arange(6.0).reshape(2, 3), np.array([[1.0, -2.0]])], gradient=np.ones(1))
    for _ in draw.rounds(public=2, hidden=5):
        widths = draw.shape(draw.integer(3, 6), largest=8)
        yield case("random widths", jacobians=chain(draw, widths), gradient=draw.normal(widths[-1]))


def backpropagate_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any memory order; whole numbers in a Jacobian; no layer at all."""
    single = np.array([[1.0, 2.0]], dtype="float32")
    yield case("float32", jacobians=[single], gradient=np.array([3.0], dtype="float32"))
    yield case("whole numbers in the Jacobian", jacobians=[np.array([[1, 2, 3]])], gradient=np.array([0.5]))
    yield case("Fortran order", jacobians=[np.asfortranarray(draw.normal(3, 4))], gradient=draw.normal(3))
    yield case("strided", jacobians=[strided(draw.normal(3, 5))], gradient=strided(draw.normal(3)))
    yield case("no layer at all", jacobians=[], gradient=np.array([1.0, -2.0]))
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32", jacobians=[draw.normal(3, 4, dtype="float32")], gradient=draw.normal(3, dtype="float32"))


def backpropagate_not_transposed(jacobians, gradient):
    gradients = [gradient]
    for J in reversed(jacobians):
        gradients.insert(0, J @ gradients[0])
    return gradients


def backpropagate_first_layer_first(jacobians, gradient):
    gradients = [gradient]
    for J in jacobians:
        gradients.insert(0, J.T @ gradients[0])
    return gradients


def backpropagate_list_reversed(jacobians, gradient):
    gradients = [gradient]
    for J in reversed(jacobians):
        gradients.append(J.T @ gradients[-1])
    return gradients


def backpropagate_given_gradient_missing(jacobians, gradient):
    gradients = []
    for J in reversed(jacobians):
        gradient = J.T @ gradient
        gradients.insert(0, gradient)
    return gradients


def backpropagate_only_the_first(jacobians, gradient):
    for J in reversed(jacobians):
        gradient = J.T @ gradient
    return gradient


def backpropagate_always_the_last_gradient(jacobians, gradient):
    return [J.T @ gradient for J in jacobians] + [gradient]


def backpropagate_one_array(jacobians, gradient):
    gradients = [gradient]
    for J in reversed(jacobians):
        gradients.insert(0, J.T @ gradients[0])
    return np.array(gradients)


def backpropagate_float32_lost(jacobians, gradient):
    gradients = [np.array(gradient, dtype=float)]
    for J in reversed(jacobians):
        gradients.insert(0, J.T @ gradients[0])
    return gradients


def backpropagate_list_turned_around(jacobians, gradient):
    gradients = [gradient]
    jacobians.reverse()
    for J in jacobians:
        gradients.insert(0, J.T @ gradients[0])
    return gradients


ALL_OF_BACKPROPAGATE = ("one layer", "several layers", CONTRACT)

BACKPROPAGATE = Exercise(
    name="backpropagate",
    parameters=("jacobians", "gradient"),
    summary="gradients with respect to all activations, from the Jacobians and the last gradient",
    pytorch="torch.autograd.grad(gradient @ a_L, [a_0, ..., a_L]) with a_l = J_l @ a_(l-1)",
    source="Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors",
    reference=backpropagate_reference,
    computation="reduction",
    requirements=(
        Requirement("one layer", 1, backpropagate_one_layer),
        Requirement("several layers", 2, backpropagate_several_layers),
        Requirement(CONTRACT, 1, backpropagate_any_array),
    ),
    mistakes=(
        Mistake(
            backpropagate_not_transposed,
            "You multiply by J. That carries a change forward through the layer; a gradient goes backward, through the "
            "transposed matrix.",
            loses=("one layer", "several layers", CONTRACT),
        ),
        Mistake(
            backpropagate_first_layer_first,
            "One layer is right, but with several you start at the wrong end: the gradient comes from the loss, so the "
            "last layer's Jacobian acts on it first. The order of a matrix product matters.",
            loses=("several layers",),
        ),
        Mistake(
            backpropagate_list_reversed,
            "The right vectors in the opposite order: the first entry belongs to a_0, the input of the network, the "
            "last is the gradient that you were given.",
            loses=("one layer", "several layers", CONTRACT),
        ),
        Mistake(
            backpropagate_given_gradient_missing,
            "One entry is missing: the list ends with the gradient with respect to a_L, which you were given.",
            loses=ALL_OF_BACKPROPAGATE,
        ),
        Mistake(
            backpropagate_only_the_first,
            "You return only the gradient at the input. Keep each one on the way: every layer needs its own.",
            loses=ALL_OF_BACKPROPAGATE,
        ),
        Mistake(
            backpropagate_always_the_last_gradient,
            "Each Jacobian of yours acts on the gradient at the top. It has to act on what the layer above passed on.",
            loses=("several layers",),
        ),
        Mistake(
            backpropagate_one_array,
            "np.array(...) around your list fails as soon as the layers have different widths. Return the list itself.",
            loses=ALL_OF_BACKPROPAGATE,
        ),
        Mistake(
            backpropagate_float32_lost,
            "Right numbers, but float32 comes back as float64: dtype=float means float64.",
            loses=(CONTRACT,),
        ),
        Mistake(
            backpropagate_list_turned_around,
            "jacobians.reverse() turns the caller's list around, and a second call gets it in the wrong order. "
            "reversed(jacobians) leaves it alone.",
            loses=(PURITY,),
        ),
    ),
)

# ---------------------------------------------------------------- layer_norms


def layer_norms_reference(gradients):
    """The L2 norm of all entries of each tensor."""
    import torch

    return torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients])


def layer_norms_vectors(draw: Sampler) -> Iterator[Case]:
    """Vectors of different lengths."""
    yield case("one vector: 3, 4", gradients=[np.array([3.0, 4.0])])
    yield case("lengths 2 and 3", gradients=[np.array([6.0, -8.0]), np.array([2.0, 3.0, -6.0])])
    for _ in draw.rounds(public=2, hidden=5):
        found = [draw.normal(n, scale=10.0) for n in draw.shape(3, smallest=3)]
        yield case("random vectors", gradients=found)


def layer_norms_arrays(draw: Sampler) -> Iterator[Case]:
    """Matrices and arrays with four axes among vectors."""
    yield case("one matrix", gradients=[np.array([[1.0, 5.0], [-7.0, 5.0]])])
    yield case("a matrix and a bias", gradients=[np.array([[2.0, 4.0, 4.0], [5.0, 8.0, 10.0]]), np.array([3.0, 4.0])])
    for _ in draw.rounds(public=2, hidden=5):
        found = [draw.normal(*draw.shape(axes), scale=10.0) for axes in (2, 1, 4)]
        yield case("a matrix, a vector and a filter bank", gradients=found)


def layer_norms_extremes(draw: Sampler) -> Iterator[Case]:
    """Gradients that have vanished or exploded; zeros, infinity and NaN."""
    yield case("3e-100, 4e-100", gradients=[np.array([3e-100, 4e-100])])
    yield case("3e+100, 4e+100 and 3e-100, 4e-100", gradients=[np.array([3e100, 4e100]), np.array([3e-100, 4e-100])])
    yield case("zeros", gradients=[np.zeros(3), np.array([5.0, 12.0])])
    yield case("infinite and NaN", gradients=[np.array([np.inf, 1.0]), np.array([np.nan, 1.0]), np.array([3.0, 4.0])])
    for _ in draw.rounds(public=1, hidden=4):
        found = [draw.normal(4) * 10.0 ** -draw.integer(5, 90) for _ in range(3)]
        yield case("vanishing gradients", gradients=found)


def layer_norms_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any memory order; whole numbers become float64."""
    yield case("float32", gradients=[np.array([3.0, 4.0], dtype="float32")])
    yield case("whole numbers", gradients=[np.array([3, 4]), np.array([1, 2, 2])])
    outer = np.asfortranarray(np.outer(draw.normal(4, scale=10.0), draw.normal(3)))
    yield case("Fortran order", gradients=[outer])
    yield case("every second entry of a larger array", gradients=[strided(draw.normal(6, scale=10.0))])
    for _ in draw.rounds(public=1, hidden=3):
        yield case("random float32", gradients=[draw.normal(n, scale=10.0, dtype="float32") for n in (5, 7)])


def layer_norms_spectral(gradients):
    return np.array([np.linalg.norm(g, 2) for g in gradients])


def layer_norms_squared(gradients):
    return np.array([np.sum(g**2) if g.dtype.kind == "f" else float(np.sum(g**2)) for g in gradients])


def layer_norms_root_mean_square(gradients):
    return np.array([np.sqrt(np.mean(g**2)) for g in gradients])


def layer_norms_mean_absolute_value(gradients):
    return np.array([np.mean(np.abs(g)) for g in gradients])


def layer_norms_sum_of_absolute_values(gradients):
    return np.array([np.sum(np.abs(g)) if g.dtype.kind == "f" else float(np.sum(np.abs(g))) for g in gradients])


def layer_norms_one_for_all(gradients):
    return np.sqrt(sum(np.sum(g**2) for g in gradients))


def layer_norms_epsilon_added(gradients):
    return np.array([np.sqrt(np.sum(g**2) + 1e-12) for g in gradients])


def layer_norms_float32_lost(gradients):
    norms = np.zeros(len(gradients))
    for i, g in enumerate(gradients):
        norms[i] = np.sqrt(np.sum(g**2))
    return norms


def layer_norms_squares_in_place(gradients):
    norms = []
    for g in gradients:
        g *= g
        norms.append(np.sqrt(g.sum()))
    return np.array(norms)


ALL_OF_LAYER_NORMS = ("vectors", "matrices and filters", "tiny, huge and infinite", CONTRACT)

LAYER_NORMS = Exercise(
    name="layer_norms",
    parameters=("gradients",),
    summary="L2 norm of each array of a list",
    pytorch="torch.stack([torch.linalg.vector_norm(g) for g in gradients])",
    source="Golub and Van Loan 2013, Matrix Computations, section 2.3 (Frobenius norm)",
    reference=layer_norms_reference,
    computation="elementwise, relative",
    requirements=(
        Requirement("vectors", 1, layer_norms_vectors),
        Requirement("matrices and filters", 1, layer_norms_arrays),
        Requirement("tiny, huge and infinite", 1, layer_norms_extremes),
        Requirement(CONTRACT, 1, layer_norms_any_array),
    ),
    mistakes=(
        Mistake(
            layer_norms_spectral,
            "For a matrix, np.linalg.norm(g, 2) is another norm, the largest singular value. Here every entry counts, "
            "as if the matrix were one long vector.",
            loses=("matrices and filters",),
        ),
        Mistake(
            layer_norms_squared,
            "Your numbers are the squares of the norms: the root is missing.",
            loses=ALL_OF_LAYER_NORMS,
        ),
        Mistake(
            layer_norms_root_mean_square,
            "You take the mean of the squares. A norm adds them up: more entries make it larger.",
            loses=ALL_OF_LAYER_NORMS,
        ),
        Mistake(
            layer_norms_mean_absolute_value,
            "This is the mean size of an entry. The L2 norm is the root of the sum of the squares.",
            loses=ALL_OF_LAYER_NORMS,
        ),
        Mistake(
            layer_norms_sum_of_absolute_values,
            "You add up the absolute values, which is the L1 norm. The L2 norm is the root of the sum of the squares.",
            loses=ALL_OF_LAYER_NORMS,
        ),
        Mistake(
            layer_norms_one_for_all,
            "You return one number for all arrays together. One for each array is wanted, to see where one is lost.",
            loses=ALL_OF_LAYER_NORMS,
        ),
        Mistake(
            layer_norms_epsilon_added,
            "A small constant under the root hides what this function is for: a gradient of 1e-100 comes out as 1e-6. "
            "A norm divides by nothing, so it needs no protection.",
            loses=("tiny, huge and infinite",),
        ),
        Mistake(
            layer_norms_float32_lost,
            "Right numbers, but float32 comes back as float64. np.zeros(n) is a float64 array, and a number that went "
            "through float(...) is float64, too.",
            loses=(CONTRACT,),
        ),
        Mistake(
            layer_norms_squares_in_place,
            "g *= g squares the gradients themselves, and the caller still needs them.",
            loses=(PURITY,),
        ),
    ),
)

# ---------------------------------------------------------------- mlp_forward


def mlp_forward_reference(x, weights, biases, phi):
    """A chain of F.linear and the activation."""
    import torch.nn.functional as F

    zs, activations = [], [x]
    for weight, bias in zip(weights, biases, strict=True):
        zs.append(F.linear(activations[-1], weight, bias))
        activations.append(as_function(phi)(zs[-1]))
    return zs, activations


TANH, SIGMOID, RELU = ({"function": name} for name in ("tanh", "sigmoid", "relu"))


def mlp_forward_one_layer(draw: Sampler) -> Iterator[Case]:
    """One layer with tanh: z, and the input beside the output."""
    x, weight, bias = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [0.5, 0.25]]), np.array([0.5, -2.0])
    yield case("one sample, a square layer", x=x, weights=[weight], biases=[bias], phi=TANH)
    yield case("two inputs, one unit", x=x, weights=[weight[:1]], biases=[bias[:1]], phi=TANH)
    for _ in draw.rounds(public=2, hidden=5):
        samples, inputs, units = draw.shape(3)
        weight = draw.normal(units, inputs, scale=0.7)
        yield case(
            "random numbers", x=draw.normal(samples, inputs), weights=[weight], biases=[draw.normal(units)], phi=TANH
        )


def mlp_forward_several_layers(draw: Sampler) -> Iterator[Case]:
    """Two and more layers with widths that all differ."""
    weights, biases = [np.array([[1.0]]), np.array([[2.0]])], [np.array([0.5]), np.array([-1.0])]
    yield case("two layers of one unit", x=np.array([[1.0]]), weights=weights, biases=biases, phi=TANH)
    for _ in draw.rounds(public=2, hidden=5):
        samples, *widths = draw.shape(draw.integer(4, 6), largest=8)
        weights, biases = chain(draw, tuple(widths)), vectors(draw, tuple(widths))
        yield case("random widths", x=draw.normal(samples, widths[0]), weights=weights, biases=biases, phi=TANH)


def mlp_forward_any_phi(draw: Sampler) -> Iterator[Case]:
    """Sigmoid and ReLU, one layer."""
    x, weight, bias = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [0.5, 0.25]]), np.array([0.5, -2.0])
    yield case("relu, one sample", x=x, weights=[weight], biases=[-bias], phi=RELU)
    yield case("sigmoid, one sample", x=x, weights=[weight], biases=[bias], phi=SIGMOID)
    for _ in draw.rounds(public=1, hidden=4):
        samples, inputs, units = draw.shape(3)
        weight = draw.normal(units, inputs, scale=0.7)
        phi = draw.choice((SIGMOID, RELU))
        yield case(
            "random numbers", x=draw.normal(samples, inputs), weights=[weight], biases=[draw.normal(units)], phi=phi
        )


def mlp_forward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any memory order; whole numbers as weights; an empty batch."""
    x, weight, bias = np.array([[1.0, 2.0]]), np.array([[0.5, 0.25]]), np.array([-0.5])
    single = [array.astype("float32") for array in (x, weight, bias)]
    yield case("float32", x=single[0], weights=[single[1]], biases=[single[2]], phi=TANH)
    yield case("whole numbers as weights", x=x, weights=[np.array([[1, -1]])], biases=[bias], phi=TANH)
    weight, bias = np.asfortranarray(draw.normal(3, 4, scale=0.7)), draw.normal(3)
    fortran = np.asfortranarray(draw.normal(5, 4))
    yield case("Fortran order", x=fortran, weights=[weight], biases=[bias], phi=TANH)
    yield case("strided", x=strided(draw.normal(5, 4)), weights=[strided(weight)], biases=[strided(bias)], phi=TANH)
    yield case("empty batch", x=np.zeros((0, 4)), weights=[weight], biases=[bias], phi=TANH)
    for _ in draw.rounds(public=1, hidden=3):
        x, weight, bias = (draw.normal(*shape, dtype="float32") for shape in ((2, 5), (3, 5), (3,)))
        yield case("random float32", x=x, weights=[weight], biases=[bias], phi=TANH)


def mlp_forward_weights_not_transposed(x, weights, biases, phi):
    zs, activations = [], [x]
    for W, b in zip(weights, biases, strict=True):
        zs.append(activations[-1] @ W + b)
        activations.append(phi(zs[-1]))
    return zs, activations


def mlp_forward_bias_forgotten(x, weights, biases, phi):
    zs, activations = [], [x]
    for W in weights:
        zs.append(activations[-1] @ W.T)
        activations.append(phi(zs[-1]))
    return zs, activations


def mlp_forward_bias_after_the_activation(x, weights, biases, phi):
    zs, activations = [], [x]
    for W, b in zip(weights, biases, strict=True):
        zs.append(activations[-1] @ W.T)
        activations.append(phi(zs[-1]) + b)
    return zs, activations


def mlp_forward_last_layer_linear(x, weights, biases, phi):
    zs, activations = [], [x]
    for i in range(len(weights)):
        z = activations[-1] @ weights[i].T + biases[i]
        zs.append(z)
        activations.append(phi(z) if i < len(weights) - 1 else z)
    return zs, activations


def mlp_forward_z_passed_on(x, weights, biases, phi):
    zs, activations = [], [x]
    z = x
    for W, b in zip(weights, biases, strict=True):
        z = z @ W.T + b
        zs.append(z)
        activations.append(phi(z))
    return zs, activations


def mlp_forward_input_not_in_the_list(x, weights, biases, phi):
    zs, activations = [], []
    a = x
    for W, b in zip(weights, biases, strict=True):
        z = a @ W.T + b
        a = phi(z)
        zs.append(z)
        activations.append(a)
    return zs, activations


def mlp_forward_activations_in_both_lists(x, weights, biases, phi):
    zs, activations = [], [x]
    for W, b in zip(weights, biases, strict=True):
        z = phi(activations[-1] @ W.T + b)
        zs.append(z)
        activations.append(z)
    return zs, activations


def mlp_forward_always_tanh(x, weights, biases, phi):
    zs, activations = [], [x]
    for W, b in zip(weights, biases, strict=True):
        zs.append(activations[-1] @ W.T + b)
        activations.append(np.tanh(zs[-1]))
    return zs, activations


def mlp_forward_float32_lost(x, weights, biases, phi):
    zs, activations = [], [x]
    for W, b in zip(weights, biases, strict=True):
        z = np.zeros((len(x), len(b)))
        z += activations[-1] @ W.T
        z += b
        zs.append(z)
        activations.append(phi(z))
    return zs, activations


def mlp_forward_lists_emptied(x, weights, biases, phi):
    zs, activations = [], [x]
    while weights:
        zs.append(activations[-1] @ weights.pop(0).T + biases.pop(0))
        activations.append(phi(zs[-1]))
    return zs, activations


ALL_OF_MLP_FORWARD = ("one layer", "several layers", "any phi", CONTRACT)

MLP_FORWARD = Exercise(
    name="mlp_forward",
    parameters=("x", "weights", "biases", "phi"),
    summary="forward pass of a fully connected network that keeps z and a of every layer",
    pytorch="a = phi(torch.nn.functional.linear(a, W, b)), layer by layer",
    source="Rumelhart, Hinton and Williams 1986; W as in torch.nn.Linear, (out, in)",
    reference=mlp_forward_reference,
    outputs=("zs", "activations"),
    computation="reduction",
    requirements=(
        Requirement("one layer", 1, mlp_forward_one_layer),
        Requirement("several layers", 2, mlp_forward_several_layers),
        Requirement("any phi", 1, mlp_forward_any_phi),
        Requirement(CONTRACT, 1, mlp_forward_any_array),
    ),
    mistakes=(
        Mistake(
            mlp_forward_weights_not_transposed,
            "Each row of W holds the weights of one unit. Samples are rows of a, so the sums you want run along the "
            "rows of both: one of the two has to be transposed. In square layers nothing warns you.",
            loses=ALL_OF_MLP_FORWARD,
        ),
        Mistake(
            mlp_forward_bias_forgotten,
            "The biases have no effect on your numbers.",
            loses=ALL_OF_MLP_FORWARD,
        ),
        Mistake(
            mlp_forward_bias_after_the_activation,
            "You add the bias after the activation. It belongs to z.",
            loses=ALL_OF_MLP_FORWARD,
        ),
        Mistake(
            mlp_forward_last_layer_linear,
            "Your last activation is its z: in this exercise phi is applied in every layer, the last one too.",
            loses=ALL_OF_MLP_FORWARD,
        ),
        Mistake(
            mlp_forward_z_passed_on,
            "Each layer of yours gets the z of the layer before. It should get that layer's activation.",
            loses=("several layers",),
        ),
        Mistake(
            mlp_forward_input_not_in_the_list,
            "activations should begin with x, so that activations[l] is the input of layer l + 1.",
            loses=ALL_OF_MLP_FORWARD,
        ),
        Mistake(
            mlp_forward_activations_in_both_lists,
            "Your zs are the activations. z is what goes into phi: keep it before you apply phi.",
            loses=ALL_OF_MLP_FORWARD,
        ),
        Mistake(
            mlp_forward_always_tanh,
            "You apply np.tanh whatever phi is. Call the function that you are given.",
            loses=("any phi",),
        ),
        Mistake(
            mlp_forward_float32_lost,
            "Right numbers, but float32 comes back as float64: np.zeros(shape) is a float64 array.",
            loses=(CONTRACT,),
        ),
        Mistake(
            mlp_forward_lists_emptied,
            "pop takes the weights out of the caller's lists: after one call the network is gone.",
            loses=(PURITY,),
        ),
    ),
)

# ---------------------------------------------------------------- mlp_gradients


def mlp_gradients_reference(dout, activations, slopes, weights):
    """Autograd through layers that have the given activations and slopes."""
    import torch

    x = activations[0].detach().requires_grad_(True)
    weights = [weight.detach().requires_grad_(True) for weight in weights]
    biases = [torch.zeros_like(slope[:1].sum(dim=0)).requires_grad_(True) for slope in slopes]
    zs, a = [], x
    for weight, bias, value, slope in zip(weights, biases, activations[1:], slopes, strict=True):
        zs.append(torch.nn.functional.linear(a, weight, bias))
        a = value + slope * (zs[-1] - zs[-1].detach())
    found = torch.autograd.grad(a, [x, *zs, *weights, *biases], dout)
    layers = len(weights)
    return {
        "dx": found[0],
        "dz": found[1 : 1 + layers],
        "dW": found[1 + layers : 1 + 2 * layers],
        "db": found[1 + 2 * layers :],
    }


def backward_case(name: str, draw: Sampler, samples: int, widths: tuple[int, ...], dtype: str = "float64") -> Case:
    """A random case: activations between -1 and 1 and slopes that are not those of tanh."""
    activations = [np.round(np.tanh(draw.normal(samples, width)), 3).astype(dtype) for width in widths]
    slopes = [np.round(draw.uniform(samples, width, low=0.1, high=1.5), 3).astype(dtype) for width in widths[1:]]
    return case(
        name,
        dout=draw.normal(samples, widths[-1], dtype=dtype),
        activations=activations,
        slopes=slopes,
        weights=chain(draw, widths, dtype),
    )


def mlp_gradients_one_layer(draw: Sampler) -> Iterator[Case]:
    """One layer and one sample."""
    yield case(
        "two inputs, one unit",
        dout=np.array([[10.0]]),
        activations=[np.array([[1.0, 2.0]]), np.array([[0.6]])],
        slopes=[np.array([[0.5]])],
        weights=[np.array([[3.0, -4.0]])],
    )
    yield case(
        "two inputs, two units",
        dout=np.array([[10.0, 1.0]]),
        activations=[np.array([[1.0, 2.0]]), np.array([[0.6, -0.3]])],
        slopes=[np.array([[0.5, 2.0]])],
        weights=[np.array([[3.0, -4.0], [1.0, 7.0]])],
    )
    for _ in draw.rounds(public=2, hidden=5):
        yield backward_case("random numbers", draw, 1, draw.shape())


def mlp_gradients_several_layers(draw: Sampler) -> Iterator[Case]:
    """Several layers, one sample."""
    yield case(
        "two layers of one unit",
        dout=np.array([[10.0]]),
        activations=[np.array([[3.0]]), np.array([[0.6]]), np.array([[0.2]])],
        slopes=[np.array([[0.5]]), np.array([[0.1]])],
        weights=[np.array([[2.0]]), np.array([[-4.0]])],
    )
    for _ in draw.rounds(public=2, hidden=5):
        yield backward_case("random widths", draw, 1, draw.shape(draw.integer(3, 6), largest=8))


def mlp_gradients_batch(draw: Sampler) -> Iterator[Case]:
    """A batch of several samples, through one layer and through several; an empty batch."""
    yield case(
        "two samples, one input, one unit",
        dout=np.array([[10.0], [1.0]]),
        activations=[np.array([[1.0], [2.0]]), np.array([[0.6], [-0.3]])],
        slopes=[np.array([[0.5], [1.0]])],
        weights=[np.array([[3.0]])],
    )
    yield backward_case("empty batch", draw, 0, (3, 2))
    for _ in draw.rounds(public=2, hidden=5):
        samples, *widths = draw.shape(draw.integer(4, 6), largest=8)
        yield backward_case("random widths", draw, samples, tuple(widths))


def mlp_gradients_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32; any memory order; whole numbers as x. One sample, one layer."""
    yield backward_case("float32", draw, 1, (2, 1), "float32")
    x, a, slope = np.array([[1, 2, 3]]), np.array([[0.6, 0.1]]), np.array([[0.5, 2.0]])
    weight = np.array([[3.0, -4.0, 1.0], [1.0, 7.0, 2.0]])
    dout = np.array([[10.0, 1.0]])
    yield case("whole numbers as x", dout=dout, activations=[x, a], slopes=[slope], weights=[weight])
    weight, x = np.asfortranarray(weight), strided(np.array([[1.0, -2.0, 3.0]]))
    dout = strided(dout)
    yield case("strided, Fortran order", dout=dout, activations=[x, a], slopes=[slope], weights=[weight])
    for _ in draw.rounds(public=1, hidden=3):
        yield backward_case("random float32", draw, 1, draw.shape(), "float32")


def mlp_gradients_slopes_left_out(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for i in reversed(range(len(weights))):
        dz.insert(0, dout)
        dW.insert(0, dout.T @ activations[i])
        db.insert(0, dout.sum(axis=0))
        dout = dout @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_slopes_not_passed_down(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for i in reversed(range(len(weights))):
        dz.insert(0, dout * slopes[i])
        dW.insert(0, dz[0].T @ activations[i])
        db.insert(0, dz[0].sum(axis=0))
        dout = dout @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_dz_before_the_slope(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for i in reversed(range(len(weights))):
        dz.insert(0, dout)
        through = dout * slopes[i]
        dW.insert(0, through.T @ activations[i])
        db.insert(0, through.sum(axis=0))
        dout = through @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_own_output(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for i in reversed(range(len(weights))):
        dz.insert(0, dout * slopes[i])
        dW.insert(0, dz[0].T @ activations[i + 1])
        db.insert(0, dz[0].sum(axis=0))
        dout = dz[0] @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_in_out_layout(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for i in reversed(range(len(weights))):
        dz.insert(0, dout * slopes[i])
        dW.insert(0, activations[i].T @ dz[0])
        db.insert(0, dz[0].sum(axis=0))
        dout = dz[0] @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_slope_of_tanh(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for i in reversed(range(len(weights))):
        dz.insert(0, dout * (1 - activations[i + 1] ** 2))
        dW.insert(0, dz[0].T @ activations[i])
        db.insert(0, dz[0].sum(axis=0))
        dout = dz[0] @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_biases_averaged(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for i in reversed(range(len(weights))):
        dz.insert(0, dout * slopes[i])
        dW.insert(0, dz[0].T @ activations[i])
        db.insert(0, dz[0].mean(axis=0))
        dout = dz[0] @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_divided_by_the_batch_size(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for i in reversed(range(len(weights))):
        dz.insert(0, dout * slopes[i])
        dW.insert(0, dz[0].T @ activations[i] / len(dout))
        db.insert(0, dz[0].sum(axis=0) / len(dout))
        dout = dz[0] @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_lists_reversed(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for i in reversed(range(len(weights))):
        dz.append(dout * slopes[i])
        dW.append(dz[-1].T @ activations[i])
        db.append(dz[-1].sum(axis=0))
        dout = dz[-1] @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_float32_lost(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    dout = np.array(dout, dtype=float)
    for i in reversed(range(len(weights))):
        dz.insert(0, dout * slopes[i])
        dW.insert(0, dz[0].T @ activations[i])
        db.insert(0, dz[0].sum(axis=0))
        dout = dz[0] @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_dout_overwritten(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for i in reversed(range(len(weights))):
        dout *= slopes[i]
        dz.insert(0, dout)
        dW.insert(0, dout.T @ activations[i])
        db.insert(0, dout.sum(axis=0))
        dout = dout @ weights[i]
    return {"dx": dout, "dz": dz, "dW": dW, "db": db}


ALL_OF_MLP_GRADIENTS = ("one layer", "several layers", "a batch", CONTRACT)

MLP_GRADIENTS = Exercise(
    name="mlp_gradients",
    parameters=("dout", "activations", "slopes", "weights"),
    summary="all gradients of a fully connected network, from what the forward pass has kept",
    pytorch="torch.autograd.grad(a_L, [x, z_1, ..., W_1, ..., b_1, ...], dout)",
    source="Rumelhart, Hinton and Williams 1986; W as in torch.nn.Linear, (out, in)",
    reference=mlp_gradients_reference,
    outputs=("dx", "dz", "dW", "db"),
    computation="reduction",
    requirements=(
        Requirement("one layer", 1, mlp_gradients_one_layer),
        Requirement("several layers", 2, mlp_gradients_several_layers),
        Requirement("a batch", 1, mlp_gradients_batch),
        Requirement(CONTRACT, 1, mlp_gradients_any_array),
    ),
    mistakes=(
        Mistake(
            mlp_gradients_slopes_left_out,
            "Your gradients pass the activations unchanged. On the way from a to z each is multiplied by its slope.",
            loses=ALL_OF_MLP_GRADIENTS,
        ),
        Mistake(
            mlp_gradients_slopes_not_passed_down,
            "dz is right in the last layer, but what you send to the layer below comes from the wrong side of the "
            "activation: the weights stand behind z, not behind a.",
            loses=ALL_OF_MLP_GRADIENTS,
        ),
        Mistake(
            mlp_gradients_dz_before_the_slope,
            "Only dz is wrong: you keep the gradient with respect to a, before it is multiplied by the slope.",
            loses=ALL_OF_MLP_GRADIENTS,
        ),
        Mistake(
            mlp_gradients_own_output,
            "In dW you use the layer's own output. The weights were multiplied by the layer's input.",
            loses=ALL_OF_MLP_GRADIENTS,
        ),
        Mistake(
            mlp_gradients_in_out_layout,
            "Your dW are transposed: they must have the shape of W, (units, inputs). Keras stores weights your way.",
            loses=ALL_OF_MLP_GRADIENTS,
        ),
        Mistake(
            mlp_gradients_slope_of_tanh,
            "You compute the slope of tanh from the activations. The activation may be another one: use `slopes`.",
            loses=ALL_OF_MLP_GRADIENTS,
        ),
        Mistake(
            mlp_gradients_biases_averaged,
            "db is averaged over the samples. Every sample adds to the loss, so the gradients add up; if the loss is a "
            "mean, the 1/N is in dout already.",
            loses=("a batch",),
        ),
        Mistake(
            mlp_gradients_divided_by_the_batch_size,
            "dW and db are divided by the number of samples. If the loss is a mean, the 1/N is in dout already.",
            loses=("a batch",),
        ),
        Mistake(
            mlp_gradients_lists_reversed,
            "The right arrays in the wrong order: you go through the layers from last to first, but the lists begin "
            "with the first layer.",
            loses=("several layers", "a batch"),
        ),
        Mistake(
            mlp_gradients_float32_lost,
            "Right numbers, but float32 comes back as float64: dtype=float means float64.",
            loses=(CONTRACT,),
        ),
        Mistake(
            mlp_gradients_dout_overwritten,
            "dout *= ... writes into the caller's array.",
            loses=(PURITY,),
        ),
    ),
)

# ---------------------------------------------------------------- numerical_gradient


def gradient_by_autograd(f, x):
    """The gradient of f at x, in float64."""
    import torch

    x = x.double().requires_grad_(True)
    (gradient,) = torch.autograd.grad(as_function(f)(x), x)
    return gradient


def numerical_gradient_reference(f, x, h=1e-5):
    """Autograd; for a large step the central difference quotient, entry by entry."""
    import torch

    if h < LARGE_STEP:
        return gradient_by_autograd(f, x)
    x, gradient = x.double().flatten(), torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = h
        high, low = as_function(f)(x + step), as_function(f)(x - step)
        gradient.view(-1)[i] = (high - low) / (2 * h)
    return gradient


def cubic(weight) -> dict:
    """Plain data for Σ w x³."""
    return {"function": "cubic", "weight": np.asarray(weight, dtype=float)}


def linear(weight) -> dict:
    """Plain data for Σ w x."""
    return {"function": "linear", "weight": np.asarray(weight, dtype=float)}


def bowl(draw: Sampler, size: int) -> dict:
    """Plain data for a random quadratic function in which all entries of x meet."""
    root = draw.normal(size, size)
    return {"function": "quadratic", "matrix": np.round(root @ root.T, 3), "vector": draw.normal(size)}


SMALL_BOWL = {"function": "quadratic", "matrix": np.array([[2.0, 1.0], [1.0, 4.0]]), "vector": np.array([-1.0, 3.0])}


def numerical_gradient_vector(draw: Sampler) -> Iterator[Case]:
    """x a vector, h left out."""
    yield case("f = x³ at 2", f=cubic([1.0]), x=np.array([2.0]))
    yield case("f = x₁³ - 2x₂³", f=cubic([1.0, -2.0]), x=np.array([2.0, -1.0]))
    yield case("a quadratic function of two numbers", f=SMALL_BOWL, x=np.array([1.0, -2.0]))
    for _ in draw.rounds(public=1, hidden=4):
        n = draw.integer(3, 6)
        weight = draw.normal(n, scale=2.0)
        yield case("Σ w log(1 + eˣ)", f={"function": "softplus", "weight": weight}, x=draw.normal(n))
        yield case("Σ w x³", f=cubic(weight), x=draw.normal(n, scale=2.0))
        yield case("a quadratic function", f=bowl(draw, n), x=draw.normal(n))


def numerical_gradient_step(draw: Sampler) -> Iterator[Case]:
    """Steps so large that one sees them in the result."""
    exact = {"computation": "reduction"}
    yield case("f = x³ at 2, h = 0.5", f=cubic([1.0]), x=np.array([2.0]), h=0.5, **exact)
    yield case("a quadratic function, h = 0.5", f=SMALL_BOWL, x=np.array([1.0, -2.0]), h=0.5, **exact)
    for _ in draw.rounds(public=1, hidden=4):
        n = draw.integer(3, 6)
        x, h = draw.normal(n), draw.number(0.1, 2.0)
        yield case("Σ w x³", f=cubic(draw.normal(n)), x=x, h=h, **exact)
        yield case("a quadratic function", f=bowl(draw, n), x=x, h=h, **exact)


def numerical_gradient_shapes(draw: Sampler) -> Iterator[Case]:
    """x of any shape and memory order."""
    yield case("two rows", f=linear([[1.0], [-2.0]]), x=np.array([[3.0], [4.0]]), h=1e-5)
    table = np.asfortranarray(draw.normal(2, 3))
    yield case("Fortran order", f=linear(draw.normal(2, 3)), x=table, h=1e-5)
    yield case("strided", f=linear(draw.normal(2, 3)), x=strided(draw.normal(2, 3)), h=1e-5)
    yield case("empty", f=linear(np.zeros((0, 3))), x=np.zeros((0, 3)), h=1e-5)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, smallest=1, largest=4)
        yield case("four axes", f=linear(draw.normal(*shape)), x=draw.normal(*shape), h=1e-5)


def numerical_gradient_dtypes(draw: Sampler) -> Iterator[Case]:
    """Whole numbers and float32 as x: the result is that of the same numbers in float64."""
    yield case("whole numbers", f=linear([1.5, -2.5]), x=np.array([3, 4]), h=1e-5)
    yield case("float32", f=linear([1.5, -2.5]), x=np.array([3.0, 0.7], dtype="float32"), h=1e-5)
    for _ in draw.rounds(public=1, hidden=3):
        n = draw.integer(3, 6)
        yield case("random float32", f=linear(draw.normal(n)), x=draw.normal(n, dtype="float32"), h=1e-5)


def numerical_gradient_forward_difference(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x + 0.0)) / h
    return gradient


def numerical_gradient_divided_by_h(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / h
    return gradient


def numerical_gradient_parentheses_missing(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / 2 * h
    return gradient


def numerical_gradient_all_entries_at_once(f, x, h=1e-5):
    slope = (f(x + np.float64(h)) - f(x - np.float64(h))) / (2 * h)
    return np.full(x.shape, slope)


def numerical_gradient_entry_not_restored(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    moved = x.astype(float)
    for index in np.ndindex(x.shape):
        old = moved[index]
        moved[index] = old + h
        high = f(moved)
        moved[index] = old - h
        low = f(moved)
        gradient[index] = (high - low) / (2 * h)
    return gradient


def numerical_gradient_step_not_reset(f, x, h=1e-5):
    gradient, step = np.zeros(x.shape), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


def numerical_gradient_h_ignored(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = 1e-5
        gradient[index] = (f(x + step) - f(x - step)) / 2e-5
    return gradient


def numerical_gradient_default_step_too_small(f, x, h=1e-13):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


def numerical_gradient_flattened_copy(f, x, h=1e-5):
    gradient = np.zeros(x.size)
    moved = np.array(x, dtype=float)
    for i in range(x.size):
        old = moved.reshape(-1)[i]
        moved.reshape(-1)[i] = old + h
        high = f(moved)
        moved.reshape(-1)[i] = old - h
        low = f(moved)
        moved.reshape(-1)[i] = old
        gradient[i] = (high - low) / (2 * h)
    return gradient.reshape(x.shape)


def numerical_gradient_dtype_of_x_kept(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    moved = x.copy()
    for index in np.ndindex(x.shape):
        moved[index] = x[index] + h
        high = f(moved)
        moved[index] = x[index] - h
        low = f(moved)
        moved[index] = x[index]
        gradient[index] = (high - low) / (2 * h)
    return gradient


def numerical_gradient_result_like_x(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


ALL_OF_NUMERICAL_GRADIENT = ("a vector", "the step h", "any shape and memory order", "whole numbers and float32")

NUMERICAL_GRADIENT = Exercise(
    name="numerical_gradient",
    parameters=("f", "x", "h"),
    summary="gradient of a function by central differences",
    pytorch="torch.autograd.grad(f(x), x)",
    source="Nocedal and Wright 2006, Numerical Optimization, section 8.1; the torch.autograd.gradcheck notes",
    reference=numerical_gradient_reference,
    computation="numerical derivative",
    requirements=(
        Requirement("a vector", 1, numerical_gradient_vector),
        Requirement("the step h", 1, numerical_gradient_step),
        Requirement("any shape and memory order", 1, numerical_gradient_shapes),
        Requirement("whole numbers and float32", 1, numerical_gradient_dtypes),
    ),
    mistakes=(
        Mistake(
            numerical_gradient_forward_difference,
            "This is the forward difference: you step to one side only. Its error shrinks in proportion to h, that of "
            "the central difference in proportion to h².",
            loses=("a vector", "the step h"),
        ),
        Mistake(
            numerical_gradient_divided_by_h,
            "Your gradient is twice as large as it should be. How far apart are the two points where you evaluate f?",
            loses=ALL_OF_NUMERICAL_GRADIENT,
        ),
        Mistake(
            numerical_gradient_parentheses_missing,
            "Your numbers are h² times the gradient: / 2 * h divides by 2 and then multiplies by h. Use parentheses.",
            loses=ALL_OF_NUMERICAL_GRADIENT,
        ),
        Mistake(
            numerical_gradient_all_entries_at_once,
            "You move all entries of x at the same time, which gives the sum of the partial derivatives. Move one "
            "entry, measure, and go on to the next.",
            loses=ALL_OF_NUMERICAL_GRADIENT,
        ),
        Mistake(
            numerical_gradient_entry_not_restored,
            "An entry that you have moved stays moved while you do the next ones. Put it back first.",
            loses=("a vector", "the step h"),
        ),
        Mistake(
            numerical_gradient_step_not_reset,
            "Your first entry is right, but in each later one the entries before it still have their step. Begin "
            "each turn of the loop with a new array of zeros.",
            loses=ALL_OF_NUMERICAL_GRADIENT,
        ),
        Mistake(
            numerical_gradient_h_ignored,
            "Your step is 1e-5 whatever h is. That is only the default: use the parameter.",
            loses=("the step h",),
        ),
        Mistake(
            numerical_gradient_default_step_too_small,
            "With h given you are right, but your default of 1e-13 is too small: f(x + h) and f(x - h) then agree in "
            "nearly all of their digits, and the difference is mostly rounding. The default here is 1e-5.",
            loses=("a vector",),
        ),
        Mistake(
            numerical_gradient_flattened_copy,
            "reshape(-1) is a view of the same memory only if the array lies in memory row by row. For an array in "
            "Fortran order it is a copy, so your step never reaches x.",
            loses=("any shape and memory order",),
        ),
        Mistake(
            numerical_gradient_dtype_of_x_kept,
            "Your moved copy has the dtype of x: whole numbers swallow a step of 1e-5, and float32 keeps two or three "
            "digits of it. Make the copy float64.",
            loses=("whole numbers and float32",),
        ),
        Mistake(
            numerical_gradient_result_like_x,
            "The array for your result has the dtype of x: float32 comes back, or whole numbers with the fraction cut "
            "off. The result is always float64 here.",
            loses=("whole numbers and float32",),
        ),
    ),
)

# ---------------------------------------------------------------- complex_step_gradient


def complex_step_gradient_reference(f, x, h=1e-20):
    """Autograd; for a large step the formula itself, in PyTorch's complex numbers."""
    import torch

    if h < LARGE_STEP:
        return gradient_by_autograd(f, x)
    f = {name: value.to(torch.complex128) if torch.is_tensor(value) else value for name, value in f.items()}
    x, gradient = x.to(torch.complex128).flatten(), torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1j * h
        gradient.view(-1)[i] = as_function(f)(x + step).imag / h
    return gradient


def complex_step_vector(draw: Sampler) -> Iterator[Case]:
    """x a vector, h left out."""
    yield case("f = x³ at 2", f=cubic([1.0]), x=np.array([2.0]))
    yield case("f = x₁³ - 2x₂³", f=cubic([1.0, -2.0]), x=np.array([2.0, -1.0]))
    yield case("a quadratic function of two numbers", f=SMALL_BOWL, x=np.array([1.0, -2.0]))
    for _ in draw.rounds(public=1, hidden=4):
        n = draw.integer(3, 6)
        weight = draw.normal(n, scale=2.0)
        yield case("Σ w log(1 + eˣ)", f={"function": "softplus", "weight": weight}, x=draw.normal(n))
        yield case("Σ w x³", f=cubic(weight), x=draw.normal(n, scale=2.0))
        yield case("a quadratic function", f=bowl(draw, n), x=draw.normal(n))


def complex_step_step(draw: Sampler) -> Iterator[Case]:
    """Steps so large that one sees them in the result, and one far smaller than the default."""
    yield case("f = x³ at 2, h = 0.5", f=cubic([1.0]), x=np.array([2.0]), h=0.5)
    yield case("f = x₁³ - 2x₂³, h = 1e-100", f=cubic([1.0, -2.0]), x=np.array([2.0, -1.0]), h=1e-100)
    for _ in draw.rounds(public=1, hidden=4):
        n = draw.integer(3, 6)
        yield case("Σ w x³", f=cubic(draw.normal(n, scale=2.0)), x=draw.normal(n), h=draw.number(0.1, 1.0))


def complex_step_digits(draw: Sampler) -> Iterator[Case]:
    """Small derivatives of a large function: a difference would lose all their digits."""
    exact = {"computation": "elementwise, relative"}
    yield case("f = 10¹² x₁³ - 10⁻⁶ x₂³", f=cubic([1e12, -1e-6]), x=np.array([2.0, -1.0]), **exact)
    for _ in draw.rounds(public=1, hidden=4):
        n = draw.integer(3, 6)
        x = draw.normal(n) + np.where(draw.uniform(n) < 0.5, -5.0, 5.0)
        yield case(
            "weights from 10¹⁰ to 10⁻¹⁰", f=cubic(np.geomspace(1e10, 1e-10, n) * np.resize([1, -1], n)), x=x, **exact
        )


def complex_step_any_array(draw: Sampler) -> Iterator[Case]:
    """x of any shape, memory order and dtype; the result is float64."""
    yield case("whole numbers", f=linear([1.5, -2.5]), x=np.array([3, 4]))
    yield case("float32", f=linear([1.5, -2.5]), x=np.array([3.0, 0.7], dtype="float32"))
    yield case("two rows", f=cubic([[1.0], [-2.0]]), x=np.array([[3.0], [4.0]]))
    yield case("Fortran order", f=cubic(draw.normal(2, 3)), x=np.asfortranarray(draw.normal(2, 3)))
    yield case("strided", f=cubic(draw.normal(2, 3)), x=strided(draw.normal(2, 3)))
    yield case("empty", f=cubic(np.zeros((0, 3))), x=np.zeros((0, 3)))
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, smallest=1, largest=4)
        yield case("four axes", f=cubic(draw.normal(*shape)), x=draw.normal(*shape))


def complex_step_gradient_real_part(f, x, h=1e-20):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * h
        gradient[index] = f(moved).real / h
    return gradient


def complex_step_gradient_not_divided(f, x, h=1e-20):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * h
        gradient[index] = f(moved).imag
    return gradient


def complex_step_gradient_divided_by_two_h(f, x, h=1e-20):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * h
        gradient[index] = f(moved).imag / (2 * h)
    return gradient


def complex_step_gradient_real_step(f, x, h=1e-20):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


def complex_step_gradient_all_entries_at_once(f, x, h=1e-20):
    return np.full(x.shape, f(x.astype(complex) + 1j * h).imag / h)


def complex_step_gradient_step_not_reset(f, x, h=1e-20):
    gradient, step = np.zeros(x.shape), np.zeros(x.shape, dtype=complex)
    for index in np.ndindex(x.shape):
        step[index] = 1j * h
        gradient[index] = f(x + step).imag / h
    return gradient


def complex_step_gradient_step_downward(f, x, h=1e-20):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] -= 1j * h
        gradient[index] = f(moved).imag / h
    return gradient


def complex_step_gradient_h_ignored(f, x, h=1e-20):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1e-20j
        gradient[index] = f(moved).imag / 1e-20
    return gradient


def complex_step_gradient_result_like_x(f, x, h=1e-20):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * h
        gradient[index] = f(moved).imag / h
    return gradient


def complex_step_gradient_flattened_copy(f, x, h=1e-20):
    gradient = np.zeros(x.size)
    for i in range(x.size):
        moved = np.array(x, dtype=complex)
        moved.reshape(-1)[i] += 1j * h
        gradient[i] = f(moved).imag / h
    return gradient.reshape(x.shape)


ALL_OF_COMPLEX_STEP = ("a vector", "the step h", "digits that differences lose", "any shape, memory order and dtype")

COMPLEX_STEP_GRADIENT = Exercise(
    name="complex_step_gradient",
    parameters=("f", "x", "h"),
    summary="gradient of a function by a step in the imaginary direction",
    pytorch="torch.autograd.grad(f(x), x)",
    source="Squire and Trapp 1998, Using complex variables to estimate derivatives of real functions",
    reference=complex_step_gradient_reference,
    computation="reduction",
    requirements=(
        Requirement("a vector", 1, complex_step_vector),
        Requirement("the step h", 1, complex_step_step),
        Requirement("digits that differences lose", 1, complex_step_digits),
        Requirement("any shape, memory order and dtype", 1, complex_step_any_array),
    ),
    mistakes=(
        Mistake(
            complex_step_gradient_real_part,
            "You take the real part, which is f(x) itself. The derivative sits in the imaginary part.",
            loses=ALL_OF_COMPLEX_STEP,
        ),
        Mistake(
            complex_step_gradient_not_divided,
            "Your numbers are h times the gradient.",
            loses=ALL_OF_COMPLEX_STEP,
        ),
        Mistake(
            complex_step_gradient_divided_by_two_h,
            "Half the gradient: 2h belongs to the central difference, with its two points. Here there is one.",
            loses=ALL_OF_COMPLEX_STEP,
        ),
        Mistake(
            complex_step_gradient_real_step,
            "This is a central difference with a tiny real step: x + 1e-20 is x again, so the difference is 0. The "
            "step has to go in the imaginary direction.",
            loses=ALL_OF_COMPLEX_STEP,
        ),
        Mistake(
            complex_step_gradient_all_entries_at_once,
            "You move all entries of x at the same time, which gives the sum of the partial derivatives.",
            loses=ALL_OF_COMPLEX_STEP,
        ),
        Mistake(
            complex_step_gradient_step_not_reset,
            "Your first entry is right, but in each later one the entries before it still have their step. Begin "
            "each turn of the loop with a new array of zeros.",
            loses=ALL_OF_COMPLEX_STEP,
        ),
        Mistake(
            complex_step_gradient_step_downward,
            "The sign is wrong: you step by -ih, and the imaginary part of f follows.",
            loses=ALL_OF_COMPLEX_STEP,
        ),
        Mistake(
            complex_step_gradient_h_ignored,
            "Your step is 1e-20 whatever h is. That is only the default: use the parameter.",
            loses=("the step h",),
        ),
        Mistake(
            complex_step_gradient_result_like_x,
            "The array for your result has the dtype of x: float32 comes back, or whole numbers with the fraction cut "
            "off. The result is always float64 here.",
            loses=("any shape, memory order and dtype",),
        ),
        Mistake(
            complex_step_gradient_flattened_copy,
            "reshape(-1) is a view of the same memory only if the array lies in memory row by row. For an array in "
            "Fortran order it is a copy, so your step never reaches x.",
            loses=("any shape, memory order and dtype",),
        ),
    ),
)

EXERCISES = (
    LAYER_JACOBIAN,
    BACKPROPAGATE,
    LAYER_NORMS,
    MLP_FORWARD,
    MLP_GRADIENTS,
    NUMERICAL_GRADIENT,
    COMPLEX_STEP_GRADIENT,
)

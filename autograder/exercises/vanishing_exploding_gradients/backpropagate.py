"""backpropagate: gradients with respect to all activations, from the Jacobians and the last gradient."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.vanishing_exploding_gradients import chain

TEXTBOOK = """\
def backpropagate(jacobians, gradient):
    gradients = [gradient]
    for J in reversed(jacobians):
        gradients.insert(0, J.T @ gradients[0])
    return gradients
"""
backpropagate = Exercise(
    TEXTBOOK,
    takes="jacobians: list of (U, I); gradient: (U,)",
    pytorch="torch.autograd.grad(gradient @ a_L, [a_0, ..., a_L]) with a_l = J_l @ a_(l-1)",
    source="Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors",
    computation="reduction",
    handed_out=True,
)
requirement, wrong = backpropagate.requirement, backpropagate.wrong


@backpropagate.pytorch_reference
def reference(jacobians, gradient):
    """The gradients of gradient·(J_L ... J_1 a_0) with respect to a_0, ..., a_L."""
    import torch

    size = jacobians[0].shape[1] if jacobians else len(gradient)
    activations = [torch.zeros(size, dtype=gradient.dtype, device=gradient.device, requires_grad=True)]
    for jacobian in jacobians:
        activations.append(jacobian @ activations[-1])
    return torch.autograd.grad(gradient @ activations[-1], activations)


@requirement("one layer", points=1)
def one_layer(sample):
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    yield case("one Jacobian, square", jacobians=[square], gradient=np.array([1.0, 10.0]))
    wide = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    yield case("three inputs, two outputs", jacobians=[wide], gradient=np.array([1.0, 10.0]))
    for _ in sample.repeat(public=2, hidden=5):
        inputs, outputs = sample.shape()
        yield case("random numbers", jacobians=[sample.normal(outputs, inputs)], gradient=sample.normal(outputs))


@requirement("several layers", points=3)
def several_layers(sample):
    """Two and more Jacobians, first square, then with widths that all differ."""
    first, second = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [3.0, 1.0]])
    yield case("two square Jacobians", jacobians=[first, second], gradient=np.array([1.0, 10.0]))
    third = np.array([[2.0, 0.0], [0.0, -1.0]])
    yield case("three square Jacobians", jacobians=[first, second, third], gradient=np.array([1.0, 10.0]))
    yield case("widths 3, 2, 1", jacobians=[np.arange(6.0).reshape(2, 3), np.array([[1.0, -2.0]])], gradient=np.ones(1))
    for _ in sample.repeat(public=2, hidden=5):
        widths = sample.shape(sample.integer(3, 6), largest=8)
        yield case("random widths", jacobians=chain(sample, widths), gradient=sample.normal(widths[-1]))


@backpropagate.remark("a list without any Jacobian")
def no_layer(sample):
    yield case("no layer at all", jacobians=[], gradient=np.array([1.0, -2.0]))


@backpropagate.contract(whole=["jacobians"])
def contract(sample):
    return {"jacobians": [sample.normal(2, 3)], "gradient": sample.normal(2)}


@wrong({".T": ""})
def not_transposed():
    """You multiply by J. That carries a change forward through the layer; a gradient goes backward, through the
    transposed matrix."""


@wrong({"reversed(jacobians)": "jacobians"}, loses=[several_layers])
def first_layer_first():
    """With several layers you start at the wrong end: the gradient comes from the loss, so the last layer's Jacobian
    acts on it first. The order of a matrix product matters."""


@wrong({"return gradients": "return gradients[::-1]"})
def list_reversed():
    """Your vectors are in the opposite order: the first entry belongs to a_0, the input of the network, the last is
    the gradient that you were given."""


@wrong({"return gradients": "return gradients[:-1]"})
def given_gradient_missing():
    """One entry is missing: the list ends with the gradient with respect to a_L, which you were given."""


@wrong({"return gradients": "return gradients[0]"})
def only_the_first():
    """You return only the gradient at the input. Keep each one on the way: every layer needs its own."""


@wrong({"@ gradients[0]": "@ gradient"}, loses=[several_layers])
def always_the_last_gradient():
    """Each Jacobian of yours acts on the gradient at the top. It has to act on what the layer above passed on."""


@wrong({"return gradients": "return np.array(gradients)"})
def one_array():
    """np.array(...) around your list fails as soon as the layers have different widths. Return the list itself."""


@wrong({"[gradient": "[np.array(gradient, dtype=float)"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"for J in reversed(jacobians)": "jacobians.reverse()\n    for J in jacobians"}, loses=[contract])
def list_turned_around():
    """The list `jacobians` that you were given has been changed, and a second call gets it in another order. Make a
    new one."""

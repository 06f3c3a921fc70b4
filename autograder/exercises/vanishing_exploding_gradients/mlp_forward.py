"""mlp_forward: forward pass of a fully connected network that keeps z and a of every layer."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.sampling import Sampler
from autograder.exercises.vanishing_exploding_gradients import chain
from autograder.plaindata.named_functions import as_function

TEXTBOOK = """\
def mlp_forward(x, weights, biases, phi):
    zs, activations = [], [x]
    for W, b in zip(weights, biases, strict=True):
        zs.append(activations[-1] @ W.T + b)
        activations.append(phi(zs[-1]))
    return zs, activations
"""
mlp_forward = Exercise(
    TEXTBOOK,
    outputs=("zs", "activations"),
    takes="x: (N, I); weights: list of (U, I); biases: list of (U,); phi: function",
    pytorch="a = phi(torch.nn.functional.linear(a, W, b)), layer by layer",
    source="Rumelhart, Hinton and Williams 1986; W as in torch.nn.Linear, (out, in)",
    computation="reduction",
    handed_out=False,
)
requirement, wrong = mlp_forward.requirement, mlp_forward.wrong


def vectors(sample: Sampler, widths: tuple[int, ...]) -> list[np.ndarray]:
    """One random vector for each layer."""
    return [sample.normal(n) for n in widths[1:]]


TANH, SIGMOID, RELU = ({"function": name} for name in ("tanh", "sigmoid", "relu"))


@mlp_forward.pytorch_reference
def reference(x, weights, biases, phi):
    import torch.nn.functional as F

    zs, activations = [], [x]
    for weight, bias in zip(weights, biases, strict=True):
        zs.append(F.linear(activations[-1], weight, bias))
        activations.append(as_function(phi)(zs[-1]))
    return zs, activations


@requirement("one layer", points=1)
def one_layer(sample):
    x, weight, bias = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [0.5, 0.25]]), np.array([0.5, -2.0])
    yield case("one sample, a square layer", x=x, weights=[weight], biases=[bias], phi=TANH)
    yield case("two inputs, one unit", x=x, weights=[weight[:1]], biases=[bias[:1]], phi=TANH)
    for _ in sample.repeat(public=2, hidden=5):
        samples, inputs, units = sample.shape(3)
        weight = sample.normal(units, inputs, scale=0.7)
        yield case(
            "random numbers",
            x=sample.normal(samples, inputs),
            weights=[weight],
            biases=[sample.normal(units)],
            phi=TANH,
        )


@requirement("several layers", points=3)
def several_layers(sample):
    weights, biases = [np.array([[1.0]]), np.array([[2.0]])], [np.array([0.5]), np.array([-1.0])]
    yield case("two layers of one unit", x=np.array([[1.0]]), weights=weights, biases=biases, phi=TANH)
    for _ in sample.repeat(public=2, hidden=5):
        samples, *widths = sample.shape(sample.integer(4, 6), largest=8)
        weights, biases = chain(sample, tuple(widths)), vectors(sample, tuple(widths))
        yield case("random widths", x=sample.normal(samples, widths[0]), weights=weights, biases=biases, phi=TANH)


@requirement("any phi", points=1)
def any_phi(sample):
    x, weight, bias = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [0.5, 0.25]]), np.array([0.5, -2.0])
    yield case("relu, one sample", x=x, weights=[weight], biases=[-bias], phi=RELU)
    yield case("sigmoid, one sample", x=x, weights=[weight], biases=[bias], phi=SIGMOID)
    for _ in sample.repeat(public=1, hidden=4):
        samples, inputs, units = sample.shape(3)
        weight = sample.normal(units, inputs, scale=0.7)
        phi = sample.choice((SIGMOID, RELU))
        yield case(
            "random numbers", x=sample.normal(samples, inputs), weights=[weight], biases=[sample.normal(units)], phi=phi
        )


@mlp_forward.remark("no samples")
def empty_batch(sample):
    layer = {"weights": [sample.normal(3, 4)], "biases": [sample.normal(3)]}
    yield case("empty batch", x=np.zeros((0, 4)), **layer, phi=TANH)


@mlp_forward.contract(whole=["weights"])
def contract(sample):
    layer = {"weights": [sample.normal(2, 3, scale=0.7)], "biases": [sample.normal(2)]}
    return {"x": sample.normal(2, 3), **layer, "phi": TANH}


@wrong({".T": ""})
def weights_not_transposed():
    """Each row of W holds the weights of one unit. Samples are rows of a, so the sums you want run along the rows of
    both: one of the two has to be transposed. In square layers nothing warns you."""


@wrong({" + b": ""})
def bias_forgotten():
    """The biases have no effect on your numbers."""


@wrong({" + b": "", "phi(zs[-1])": "phi(zs[-1]) + b"})
def bias_after_the_activation():
    """You add the bias after the activation. It belongs to z."""


@wrong({"    return zs": "    activations[-1] = zs[-1]\n    return zs"})
def last_layer_linear():
    """Your last activation is its z: in this exercise phi is applied in every layer, the last one too."""


@wrong({"activations[-1] @": "(zs[-1] if zs else x) @"}, loses=[several_layers])
def z_passed_on():
    """Each layer of yours gets the z of the layer before. It should get that layer's activation."""


@wrong({"zs, activations\n": "zs, activations[1:]\n"})
def input_not_in_the_list():
    """activations should begin with x, so that activations[l] is the input of layer l + 1."""


@wrong({"return zs,": "return activations[1:],"})
def activations_in_both_lists():
    """Your zs are the activations. z is what goes into phi: keep it before you apply phi."""


@wrong({"phi(zs": "np.tanh(zs"}, loses=[any_phi])
def always_tanh():
    """You apply np.tanh whatever phi is. Call the function that you are given."""


@wrong({"activations[-1] @": "np.zeros(len(b)) + activations[-1] @"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong(
    {"for W, b in zip(weights, biases, strict=True)": "while weights", "W.T + b": "weights.pop(0).T + biases.pop(0)"},
    loses=[contract],
)
def lists_emptied():
    """The lists that you were given have been changed: after one call the network is gone. Leave them as they are."""

"""mlp_forward: forward pass of a fully connected network that keeps z and a of every layer."""

from __future__ import annotations

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.sampling import Sampler, strided
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
    summary="forward pass of a fully connected network that keeps z and a of every layer",
    pytorch="a = phi(torch.nn.functional.linear(a, W, b)), layer by layer",
    source="Rumelhart, Hinton and Williams 1986; W as in torch.nn.Linear, (out, in)",
    computation="reduction",
)
requirement, wrong = mlp_forward.requirement, mlp_forward.wrong


def vectors(sample: Sampler, widths: tuple[int, ...], dtype: str = "float64") -> list[np.ndarray]:
    """One random vector without zeros for each layer."""
    return [np.where(found == 0, found + 0.5, found).astype(dtype) for found in (sample.normal(n) for n in widths[1:])]


TANH, SIGMOID, RELU = ({"function": name} for name in ("tanh", "sigmoid", "relu"))


@mlp_forward.pytorch_reference
def reference(x, weights, biases, phi):
    """A chain of F.linear and the activation."""
    import torch.nn.functional as F

    zs, activations = [], [x]
    for weight, bias in zip(weights, biases, strict=True):
        zs.append(F.linear(activations[-1], weight, bias))
        activations.append(as_function(phi)(zs[-1]))
    return zs, activations


@requirement("one layer", points=1)
def one_layer(sample):
    """One layer with tanh: z, and the input beside the output."""
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


@requirement("several layers", points=2)
def several_layers(sample):
    """Two and more layers with widths that all differ."""
    weights, biases = [np.array([[1.0]]), np.array([[2.0]])], [np.array([0.5]), np.array([-1.0])]
    yield case("two layers of one unit", x=np.array([[1.0]]), weights=weights, biases=biases, phi=TANH)
    for _ in sample.repeat(public=2, hidden=5):
        samples, *widths = sample.shape(sample.integer(4, 6), largest=8)
        weights, biases = chain(sample, tuple(widths)), vectors(sample, tuple(widths))
        yield case("random widths", x=sample.normal(samples, widths[0]), weights=weights, biases=biases, phi=TANH)


@requirement("any phi", points=1)
def any_phi(sample):
    """Sigmoid and ReLU, one layer."""
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


@requirement("any memory order and dtype", points=1)
def any_array(sample):
    """float32 stays float32; any memory order; whole numbers as weights; an empty batch."""
    x, weight, bias = np.array([[1.0, 2.0]]), np.array([[0.5, 0.25]]), np.array([-0.5])
    single = [array.astype("float32") for array in (x, weight, bias)]
    yield case("float32", x=single[0], weights=[single[1]], biases=[single[2]], phi=TANH)
    yield case("whole numbers as weights", x=x, weights=[np.array([[1, -1]])], biases=[bias], phi=TANH)
    weight, bias = np.asfortranarray(sample.normal(3, 4, scale=0.7)), sample.normal(3)
    fortran = np.asfortranarray(sample.normal(5, 4))
    yield case("Fortran order", x=fortran, weights=[weight], biases=[bias], phi=TANH)
    yield case("strided", x=strided(sample.normal(5, 4)), weights=[strided(weight)], biases=[strided(bias)], phi=TANH)
    yield case("empty batch", x=np.zeros((0, 4)), weights=[weight], biases=[bias], phi=TANH)
    for _ in sample.repeat(public=1, hidden=3):
        x, weight, bias = (sample.normal(*shape, dtype="float32") for shape in ((2, 5), (3, 5), (3,)))
        yield case("random float32", x=x, weights=[weight], biases=[bias], phi=TANH)


@wrong({".T": ""})
def weights_not_transposed():
    """Each row of W holds the weights of one unit. Samples are rows of a, so the sums you want run along the rows of
    both: one of the two has to be transposed. In square layers nothing warns you."""


@wrong()
def bias_forgotten(x, weights, biases, phi):
    """The biases have no effect on your numbers."""
    zs, activations = [], [x]
    for W in weights:
        zs.append(activations[-1] @ W.T)
        activations.append(phi(zs[-1]))
    return zs, activations


@wrong({"+ b": "", "])": "]) + b"})
def bias_after_the_activation():
    """You add the bias after the activation. It belongs to z."""


@wrong()
def last_layer_linear(x, weights, biases, phi):
    """Your last activation is its z: in this exercise phi is applied in every layer, the last one too."""
    zs, activations = [], [x]
    for i in range(len(weights)):
        z = activations[-1] @ weights[i].T + biases[i]
        zs.append(z)
        activations.append(phi(z) if i < len(weights) - 1 else z)
    return zs, activations


@wrong(loses=[several_layers])
def z_passed_on(x, weights, biases, phi):
    """Each layer of yours gets the z of the layer before. It should get that layer's activation."""
    zs, activations = [], [x]
    z = x
    for W, b in zip(weights, biases, strict=True):
        z = z @ W.T + b
        zs.append(z)
        activations.append(phi(z))
    return zs, activations


@wrong()
def input_not_in_the_list(x, weights, biases, phi):
    """activations should begin with x, so that activations[l] is the input of layer l + 1."""
    zs, activations = [], []
    a = x
    for W, b in zip(weights, biases, strict=True):
        z = a @ W.T + b
        a = phi(z)
        zs.append(z)
        activations.append(a)
    return zs, activations


@wrong({"zs.append": "z = phi", "activations.": "zs.append(z)\n        activations.", "phi(zs[-1])": "z"})
def activations_in_both_lists():
    """Your zs are the activations. z is what goes into phi: keep it before you apply phi."""


@wrong({"(phi": "(np.tanh"}, loses=[any_phi])
def always_tanh():
    """You apply np.tanh whatever phi is. Call the function that you are given."""


@wrong(
    {
        "zs.append(": "z = np.zeros((len(x), len(b)))\n        z +=",
        "+ b": "\n        z += b\n        zs.append(z",
        "zs[-1]": "z",
    },
    loses=[any_array],
)
def float32_lost():
    """Right numbers, but float32 comes back as float64: np.zeros(shape) is a float64 array."""


@wrong(
    {
        "for W, b in zip(weights, biases, strict=True)": "while weights",
        "@ W": "@ weights.pop(0)",
        "+ b": "+ biases.pop(0)",
    },
    loses=[PURITY],
)
def lists_emptied():
    """pop takes the weights out of the caller's lists: after one call the network is gone."""

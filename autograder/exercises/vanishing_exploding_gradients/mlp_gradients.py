"""mlp_gradients: all gradients of a fully connected network, from what the forward pass has kept."""

import numpy as np

from autograder.exercises.model import Case, Exercise, case
from autograder.exercises.sampling import Sampler
from autograder.exercises.vanishing_exploding_gradients import backpropagate, chain

TEXTBOOK = """\
def mlp_gradients(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    da = dout
    for l in reversed(range(len(weights))):
        dz.insert(0, da * slopes[l])
        dW.insert(0, dz[0].T @ activations[l])
        db.insert(0, dz[0].sum(axis=0))
        da = dz[0] @ weights[l]
    return {"dx": da, "dz": dz, "dW": dW, "db": db}
"""
mlp_gradients = Exercise(
    TEXTBOOK,
    outputs=("dx", "dz", "dW", "db"),
    takes="dout: (N, U); activations, slopes: list of (N, U); weights: list of (U, I)",
    pytorch="torch.autograd.grad(a_L, [x, z_1, ..., W_1, ..., b_1, ...], dout)",
    source="Rumelhart, Hinton and Williams 1986; W as in torch.nn.Linear, (out, in)",
    computation="reduction",
    handed_out=True,
)
requirement, wrong = mlp_gradients.requirement, mlp_gradients.wrong


def backward_arguments(sample: Sampler, samples: int, widths: tuple[int, ...]) -> dict:
    """Activations between -1 and 1, and slopes that are not those of tanh."""
    return {
        "dout": sample.normal(samples, widths[-1]),
        "activations": [np.round(np.tanh(sample.normal(samples, width)), 3) for width in widths],
        "slopes": [np.round(sample.uniform(samples, width, low=0.1, high=1.5), 3) for width in widths[1:]],
        "weights": chain(sample, widths),
    }


def backward_case(name: str, sample: Sampler, samples: int, widths: tuple[int, ...]) -> Case:
    return case(name, **backward_arguments(sample, samples, widths))


@mlp_gradients.pytorch_reference
def reference(dout, activations, slopes, weights):
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


@requirement("one layer", points=1)
def one_layer(sample):
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
    for _ in sample.repeat(public=2, hidden=5):
        yield backward_case("random numbers", sample, 1, sample.shape())


@requirement("several layers", points=2)
def several_layers(sample):
    yield case(
        "two layers of one unit",
        dout=np.array([[10.0]]),
        activations=[np.array([[3.0]]), np.array([[0.6]]), np.array([[0.2]])],
        slopes=[np.array([[0.5]]), np.array([[0.1]])],
        weights=[np.array([[2.0]]), np.array([[-4.0]])],
    )
    for _ in sample.repeat(public=2, hidden=5):
        yield backward_case("random widths", sample, 1, sample.shape(sample.integer(3, 6), largest=8))


@requirement("a batch", points=2)
def batch(sample):
    """A batch of several samples, through one layer and through several."""
    yield case(
        "two samples, one input, one unit",
        dout=np.array([[10.0], [1.0]]),
        activations=[np.array([[1.0], [2.0]]), np.array([[0.6], [-0.3]])],
        slopes=[np.array([[0.5], [1.0]])],
        weights=[np.array([[3.0]])],
    )
    for _ in sample.repeat(public=2, hidden=5):
        samples, *widths = sample.shape(sample.integer(4, 6), largest=8)
        yield backward_case("random widths", sample, samples, tuple(widths))


@mlp_gradients.remark("no samples")
def empty_batch(sample):
    yield backward_case("empty batch", sample, 0, (3, 2))


@mlp_gradients.contract(whole=["activations"])
def contract(sample):
    return backward_arguments(sample, 1, (3, 2))


@wrong({"da * slopes[l]": "da"})
def slopes_left_out():
    """Your gradients pass the activations unchanged. On the way from a to z each is multiplied by its slope."""


@wrong({"da = dz[0] @": "da = da @"})
def slopes_not_passed_down():
    """What you send to the layer below comes from the wrong side of the activation: the weights stand behind z, not
    behind a."""


@wrong(
    {
        "dz.insert(0, da * slopes[l])": "dz.insert(0, da)\n        through = da * slopes[l]",
        "dz[0].T": "through.T",
        "dz[0].sum": "through.sum",
        "da = dz[0]": "da = through",
    }
)
def dz_before_the_slope():
    """Your dz is the gradient with respect to a, before it is multiplied by the slope."""


@wrong({"activations[l]": "activations[l + 1]"})
def own_output():
    """In dW you use the layer's own output. The weights were multiplied by the layer's input."""


@wrong({"dz[0].T @ activations[l]": "activations[l].T @ dz[0]"})
def in_out_layout():
    """Your dW are transposed: they must have the shape of W, (units, inputs). Keras stores weights your way."""


@wrong({"slopes[l]": "(1 - activations[l + 1] ** 2)"})
def slope_of_tanh():
    """You compute the slope of tanh from the activations. The activation may be another one: use `slopes`."""


@wrong({".sum(": ".mean("}, loses=[batch])
def biases_averaged():
    """db is averaged over the samples. Every sample adds to the loss, so the gradients add up; if the loss is a
    mean, the 1/N is in dout already."""


@wrong({"activations[l]": "activations[l] / len(dout)", "sum(axis=0)": "sum(axis=0) / len(dout)"}, loses=[batch])
def divided_by_the_batch_size():
    """dW and db are divided by the number of samples. If the loss is a mean, the 1/N is in dout already."""


@wrong(
    {'"dz": dz, "dW": dW, "db": db': '"dz": dz[::-1], "dW": dW[::-1], "db": db[::-1]'}, loses=[several_layers, batch]
)
def lists_reversed():
    """Your arrays are in the wrong order: the lists begin with the first layer."""


wrong.like(backpropagate.float32_lost, {"= dout": "= np.array(dout, dtype=float)"}, loses=[contract])


@wrong({"da * slopes[l]": "np.multiply(da, slopes[l], out=da)"}, loses=[contract])
def dout_overwritten():
    """The array dout that you were given has been changed: something writes into it in place. Make a new one."""

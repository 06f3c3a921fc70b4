"""selu_backward: gradient of the loss with respect to the input of SELU."""

import numpy as np

from autograder.exercises.activations import autograd, both_sides, dout_and_z
from autograder.exercises.array_forms import ANY_AXES, any_axes
from autograder.exercises.elu_and_selu import elu, elu_backward
from autograder.exercises.elu_and_selu import selu as forward
from autograder.exercises.model import Derivative, Exercise, case

TEXTBOOK = """\
def selu_backward(dout, z):
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return dout * scale * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))
"""
selu_backward = Exercise(
    TEXTBOOK,
    takes="dout, z: (*)",
    pytorch="torch.autograd.grad(F.selu(z), z, dout)",
    source=forward.selu.source,
)
requirement, wrong = selu_backward.requirement, selu_backward.wrong


@selu_backward.pytorch_reference
def reference(dout, z):
    return autograd(forward.reference, dout, z)


selu_backward.derivative = Derivative(forward.reference, upstream="dout", with_respect_to=("z",))


@requirement("both sides of zero", points=2)
def ordinary(sample):
    yield case("one negative number", dout=np.array([[2.0]]), z=np.array([[-1.0]]))
    yield case("negative and positive", dout=np.array([[-3.0, 0.5]]), z=np.array([[-2.0, 3.0]]))
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random numbers", **dout_and_z(sample))


@requirement("very large |z|", points=1)
def far(sample):
    """No NaN where exp(z) overflows."""
    yield case("z = 1000 and -1000", dout=np.array([[2.0, 3.0]]), z=np.array([[1000.0, -1000.0]]))
    for _ in sample.repeat(public=1, hidden=4):
        yield case("large numbers", **dout_and_z(sample, scale=1e4))


@requirement("z exactly 0", points=0.5, kind="edges")
def at_zero(sample):
    yield case("z = 0", dout=np.array([[2.0, -3.0]]), z=np.array([[0.0, 0.0]]))
    for _ in sample.repeat(public=1, hidden=4):
        shape = sample.shape()
        yield case("zeros", dout=sample.normal(*shape), z=np.zeros(shape))


def arguments(sample, shape):
    return {"dout": sample.normal(*shape), "z": both_sides(sample, *shape)}


shapes = requirement(ANY_AXES, points=1)(any_axes(arguments))
contract = selu_backward.contract(points=0.5, whole=["z"])(arguments)


wrong.like(elu_backward.upstream_gradient_forgotten, {"dout * ": "", "(z, 0)))": "(z, 0))).astype(dout.dtype)"})


@wrong({" * scale": ""})
def scale_forgotten():
    """lambda is missing: it multiplies the whole function, so it multiplies both slopes."""


@wrong({" * scale": "", "alpha * ": "scale * alpha * "}, loses=[ordinary, far, shapes, contract])
def slope_one_for_positive_z():
    """For z > 0 SELU is lambda * z: its slope there is not 1."""


@wrong(
    {
        "scale * np.where(z > 0, 1, alpha * np.exp": "np.where(z > 0, scale, scale * alpha * np.expm1",
        "(z, 0)))": "(z, 0)) + alpha)",
    }
)
def output_plus_alpha():
    """Output plus alpha is the slope of ELU. SELU's output contains lambda already: what must be added to it to get
    lambda * alpha * exp(z)?"""


@wrong({"alpha * ": ""}, loses=[ordinary, at_zero, shapes, contract])
def alpha_forgotten():
    """alpha is missing: it is a factor of the negative branch and stays one in its derivative."""


@wrong({"z > 0": "z >= 0"}, loses=[at_zero])
def slope_of_the_positive_side_at_zero():
    """At z = 0 you take the slope of the positive side: PyTorch counts z = 0 to the negative side, where the slope is
    larger."""


@wrong({"exp": "expm1"})
def value_instead_of_slope():
    """On the negative side you multiply by the value of SELU, not by its derivative: the -1 vanishes when you
    differentiate."""


@wrong({"> 0, 1": "> 0, z"}, loses=[ordinary, far, shapes, contract])
def value_for_positive_z():
    """For z > 0 you multiply dout by lambda * z, the value of SELU; its slope there is lambda."""


wrong.like(forward.constants_rounded_to_four_decimals, {"1.6732632423543772, 1.0507009873554805": "1.6733, 1.0507"})
wrong.like(
    elu_backward.branches_multiplied_by_masks,
    {"np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))": "((z > 0) + alpha * np.exp(z) * (z <= 0))"},
    loses=[far],
)


@wrong({"scale * np": "(scale * np", "(z, 0)))": "(z, 0)))).astype(z.dtype)"}, loses=[contract])
def slope_as_whole_as_z():
    """For whole numbers in z your slopes are whole numbers too, so their decimals are cut off: an array made like z
    takes over its dtype. Make it like dout."""


@wrong({" * scale": "", "0, 1, alpha": "0, np.full(z.shape, scale), scale * alpha"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


wrong.like(
    elu_backward.written_into_dout,
    {"return dout *": "dout *=", "(z, 0)))": "(z, 0)))\n    return dout"},
    loses=[contract],
)
wrong.like(elu.overflow_thrown_away, {"np.minimum(z, 0)": "z"}, loses=[])

"""clip_by_value: every entry of every gradient, limited to the interval from -limit to limit."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.gradient_clipping import of_a_layer, of_any_shape, with_gradients
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def clip_by_value(gradients, limit=1.0):
    return [np.clip(g, -limit, limit) for g in gradients]
"""

clip_by_value = Exercise(
    TEXTBOOK,
    summary="every entry of every gradient, limited to the interval from -limit to limit",
    pytorch="torch.nn.utils.clip_grad_value_(parameters, limit)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html",
)
requirement, wrong = clip_by_value.requirement, clip_by_value.wrong


@clip_by_value.pytorch_reference
def reference(gradients, limit=1.0):
    """clip_grad_value_ of PyTorch."""
    import torch

    parameters = with_gradients(gradients)
    torch.nn.utils.clip_grad_value_(parameters, limit)
    return [parameter.grad for parameter in parameters]


@requirement("values", points=1)
def values(sample):
    """Entries inside and outside the limits, of either sign."""
    yield case("inside, below and above", gradients=[np.array([0.5, -3.0]), np.array([2.0])])
    yield case("exactly at the limits", gradients=[np.array([1.0, -1.0, 0.0, -2.0])])
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random gradients", gradients=of_a_layer(sample, scale=1.5))


@requirement("limit other than 1", points=1)
def other_limits(sample):
    """Limits other than 1."""
    yield case("limit = 0.25", gradients=[np.array([0.5, -0.125]), np.array([-4.0])], limit=0.25)
    yield case("limit = 5", gradients=[np.array([3.0, -8.0]), np.array([7.0])], limit=5.0)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random", gradients=of_a_layer(sample, scale=4.0), limit=sample.choice([0.05, 0.5, 2.5, 4.0]))


@requirement("infinite and NaN entries", points=1)
def not_finite(sample):
    """Infinite entries become the limit, NaN stays NaN."""
    yield case("infinite entries", gradients=[np.array([np.inf, -np.inf, 0.5])])
    yield case("a NaN", gradients=[np.array([np.nan, 3.0]), np.array([-0.5])])
    for _ in sample.repeat(public=1, hidden=3):
        gradients = of_a_layer(sample, scale=2.0)
        gradients[0][0, 0], gradients[2][-1, -1] = np.nan, -np.inf
        yield case("random, a NaN and an infinite entry", gradients=gradients)


@requirement("any shapes, memory order and dtype", points=1)
def any_list(sample):
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    yield case("float32", gradients=[np.array([0.5, -3.0], dtype="float32"), np.array([2.0], dtype="float32")])
    yield case("whole numbers", gradients=[np.array([0, -3, 2]), np.array([[5], [1]])])
    gradients = [np.asfortranarray(sample.normal(3, 4, scale=2.0)), strided(sample.normal(2, 5, scale=2.0))]
    yield case("Fortran order, and every second entry of a larger array", gradients=gradients)
    yield case("an empty array among others", gradients=[np.zeros((0, 3)), np.array([[4.0, -0.5]])])
    for _ in sample.repeat(public=1, hidden=3):
        yield case("float32, up to four dimensions", gradients=[g / 5e4 for g in of_any_shape(sample)])


@wrong({".clip": ".minimum", ", -limit": ""})
def upper_bound_only():
    """Large negative entries stay as they are. The limit holds on both sides."""


@wrong({"[np.clip": "[limit * np.sign", ", -limit, limit": ""})
def sign_of_every_entry():
    """Every entry became plus or minus the limit, small ones too. Only entries beyond a limit are moved, and only as
    far as the limit."""


@wrong({"limit, limit": "1.0, 1.0"}, loses=[other_limits])
def limit_forgotten():
    """`limit` has no effect on your result: it is that of the limit 1."""


@wrong({"[np.clip": "[g * limit / np.max(np.abs", ", -limit,": "), initial="})
def divided_by_the_largest_entry():
    """You shrink the whole array until its largest entry fits. Clipping by value looks at every entry by itself and
    leaves those inside the limits alone."""


@wrong({".clip": ".where(np.abs", ", -limit, limit": ") > limit, 0.0, g"})
def zero_beyond_the_limit():
    """Entries beyond the limits became 0. They should be moved to the nearer limit, not thrown away."""


@wrong({"clip(g": "clip(np.nan_to_num(g)"}, loses=[not_finite])
def not_a_number_hidden():
    """A NaN became 0. PyTorch passes it on, so that a broken gradient is noticed."""


@wrong(loses=[any_list, PURITY])
def writes_into_the_gradients(gradients, limit=1.0):
    """The arrays that you were given have been changed. PyTorch's function does that, as the underscore in its name
    says. Here, return new arrays."""
    for g in gradients:
        np.clip(g, -limit, limit, out=g)
    return gradients


@wrong(loses=[any_list])
def result_as_whole_as_the_gradient(gradients, limit=1.0):
    """Whole numbers stay whole in your result: a copy takes over the dtype, and a limit of 0.5 written into it would
    be cut down to 0. Whole numbers must give float64."""
    clipped = [g.copy() for g in gradients]
    for g in clipped:
        g[g > limit] = limit
        g[g < -limit] = -limit
    return clipped


@wrong({"limit, limit": "limit * np.ones(g.shape), limit * np.ones(g.shape)"}, loses=[any_list])
def always_float64():
    """The numbers are right, but float32 becomes float64: np.ones(shape) makes float64. A plain Python number adapts
    to the array beside it."""

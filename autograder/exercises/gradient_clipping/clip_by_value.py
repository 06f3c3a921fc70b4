"""clip_by_value: every entry of every gradient, limited to the interval from -limit to limit."""

import numpy as np

from autograder.exercises.gradient_clipping import of_a_layer, with_gradients
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def clip_by_value(gradients, limit=1.0):
    return [np.clip(g, -limit, limit) for g in gradients]
"""
clip_by_value = Exercise(
    TEXTBOOK,
    takes="gradients: list of (*); limit: number",
    pytorch="torch.nn.utils.clip_grad_value_(parameters, limit)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html",
)
requirement, wrong = clip_by_value.requirement, clip_by_value.wrong


@clip_by_value.pytorch_reference
def reference(gradients, limit=1.0):
    import torch

    parameters = with_gradients(gradients)
    torch.nn.utils.clip_grad_value_(parameters, limit)
    return [parameter.grad for parameter in parameters]


@requirement("values", points=2)
def values(sample):
    yield case("inside, below and above", gradients=[np.array([0.5, -3.0]), np.array([2.0])])
    yield case("exactly at the limits", gradients=[np.array([1.0, -1.0, 0.0, -2.0])])
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random gradients", gradients=of_a_layer(sample, scale=1.5))


@requirement("limit other than 1", points=2)
def other_limits(sample):
    yield case("limit = 0.25", gradients=[np.array([0.5, -0.125]), np.array([-4.0])], limit=0.25)
    yield case("limit = 5", gradients=[np.array([3.0, -8.0]), np.array([7.0])], limit=5.0)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random", gradients=of_a_layer(sample, scale=4.0), limit=sample.choice([0.05, 0.5, 2.5, 4.0]))


@clip_by_value.remark("infinite and NaN entries")
def not_finite(sample):
    yield case("infinite entries", gradients=[np.array([np.inf, -np.inf, 0.5])])
    yield case("a NaN", gradients=[np.array([np.nan, 3.0]), np.array([-0.5])])


@clip_by_value.contract()
def contract(sample, shape):
    return {"gradients": [3 * sample.normal(*shape), np.array([2.0, -0.5])]}


@wrong({"np.clip(g, -limit, limit)": "np.minimum(g, limit)"})
def upper_bound_only():
    """Large negative entries stay as they are. The limit holds on both sides."""


@wrong({"np.clip(g, -limit, limit)": "limit * np.sign(g)"})
def sign_of_every_entry():
    """Every entry became plus or minus the limit, small ones too. Only entries beyond a limit are moved, and only as
    far as the limit."""


@wrong({"-limit, limit": "-1.0, 1.0"}, loses=[other_limits])
def limit_forgotten():
    """`limit` has no effect on your result: it is that of the limit 1."""


@wrong({"np.clip(g, -limit, limit)": "g * limit / np.max(np.abs(g), initial=limit)"})
def divided_by_the_largest_entry():
    """You shrink the whole array until its largest entry fits. Clipping by value looks at every entry by itself and
    leaves those inside the limits alone."""


@wrong({"np.clip(g, -limit, limit)": "np.where(np.abs(g) > limit, 0.0, g)"})
def zero_beyond_the_limit():
    """Entries beyond the limits became 0. They should be moved to the nearer limit, not thrown away."""


@wrong({"clip(g": "clip(np.nan_to_num(g)"}, loses=[])
def not_a_number_hidden():
    """A NaN became 0. PyTorch passes it on, so that a broken gradient is noticed."""


@wrong({"-limit, limit": "-limit, limit, out=g"}, loses=[contract])
def writes_into_the_gradients():
    """The arrays that you were given have been changed. PyTorch's function does that, as the underscore in its name
    says. Here, return new arrays."""


@wrong({"np.clip(g, -limit, limit)": "np.clip(g, -limit, limit).astype(g.dtype)"}, loses=[contract])
def result_as_whole_as_the_gradient():
    """Whole numbers stay whole in your result: a copy takes over the dtype, and a limit of 0.5 written into it would
    be cut down to 0. Whole numbers must give float64."""


@wrong({"limit, limit": "limit * np.ones(g.shape), limit * np.ones(g.shape)"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

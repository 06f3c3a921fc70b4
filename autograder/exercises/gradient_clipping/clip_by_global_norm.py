"""clip_by_global_norm: all gradients shortened by one factor so that their global norm is at most max_norm."""

import numpy as np

from autograder.exercises.gradient_clipping import (
    exploded,
    exploded_of_any_shape,
    of_a_layer,
    with_gradients,
)
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def clip_by_global_norm(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    factor = np.minimum(1, max_norm / (norm + 1e-6))
    return [g * factor for g in gradients], norm
"""
clip_by_global_norm = Exercise(
    TEXTBOOK,
    outputs=("clipped", "norm"),
    takes="gradients: list of (*); max_norm: number",
    pytorch="torch.nn.utils.clip_grad_norm_(parameters, max_norm)",
    source="Pascanu, Mikolov and Bengio 2013, https://arxiv.org/abs/1211.5063",
    computation="reduction",
)
requirement, wrong = clip_by_global_norm.requirement, clip_by_global_norm.wrong


@clip_by_global_norm.pytorch_reference
def reference(gradients, max_norm):
    """clip_grad_norm_ of PyTorch, which changes the gradients in place and returns the norm before."""
    import torch

    parameters = with_gradients(gradients)
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad for parameter in parameters], norm


@requirement("norm far above max_norm", points=2)
def above(sample):
    yield case("norm 50000, max_norm 1", gradients=[np.array([30000.0]), np.array([40000.0])], max_norm=1.0)
    yield case("norm 50000, max_norm 20", gradients=[np.array([3e4, 0.0]), np.array([[-4e4]])], max_norm=20.0)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random exploded gradients", gradients=exploded(sample), max_norm=sample.choice([0.5, 1.0, 5.0]))


@requirement("norm below max_norm", points=2)
def below(sample):
    """Gradients within the limit stay as they are; zeros stay zeros."""
    yield case("norm 5, max_norm 8", gradients=[np.array([3.0]), np.array([4.0])], max_norm=8.0)
    yield case("a small gradient", gradients=[np.array([1e-3, 0.0]), np.array([[-2e-3]])], max_norm=1.0)
    yield case("all zero", gradients=[np.zeros(2), np.zeros((1, 3))], max_norm=1.0)
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random small gradients", gradients=of_a_layer(sample, scale=0.1), max_norm=sample.number(8.0, 20.0))


@requirement("the 1e-6 in the denominator", points=2)
def near(sample):
    """Moderate norms, where the 1e-6 in the denominator shows in the seventh digit."""
    yield case("norm exactly max_norm", gradients=[np.array([3.0]), np.array([4.0])], max_norm=5.0)
    yield case("norm 5, max_norm 1", gradients=[np.array([3.0]), np.array([[4.0, 0.0]])], max_norm=1.0)
    for _ in sample.repeat(public=1, hidden=4):
        gradients = [*of_a_layer(sample), np.array([2.0])]
        yield case("random moderate gradients", gradients=gradients, max_norm=sample.number(0.1, 1.9))


@clip_by_global_norm.remark("NaN and infinite entries")
def not_finite(sample):
    """A NaN makes everything NaN; an infinite entry makes the others 0 and itself NaN."""
    yield case("a NaN", gradients=[np.array([np.nan, 1.0]), np.array([2.0])], max_norm=1.0)
    yield case("an infinite entry", gradients=[np.array([np.inf, 1.0]), np.array([2.0])], max_norm=1.0)


@clip_by_global_norm.contract()
def contract(sample, shape):
    return exploded_of_any_shape(sample, shape)


@wrong({"np.minimum(1, max_norm / (norm + 1e-6))": "max_norm / (norm + 1e-6)"}, loses=[below])
def small_gradients_scaled_up():
    """Gradients that are short enough are stretched to max_norm. Clipping only ever shortens: the factor must not
    exceed 1."""


@wrong({"[g * factor": "[g * np.minimum(1, max_norm / (np.linalg.norm(g) + 1e-6))"}, keeps=[below])
def each_array_by_its_own_norm():
    """Each array is shortened by its own norm. Here there is one norm, of all arrays together, and one factor for
    all of them."""


@wrong({"np.sqrt(sum(np.sum(g**2) for g in gradients))": "sum(np.linalg.norm(g) for g in gradients)"})
def norms_added():
    """You add the norms of the arrays. Two arrays of norm 3 and 4 have norm 5 together, not 7."""


@wrong({"np.sqrt(sum(np.sum(g**2) for g in gradients))": "sum(np.sum(g**2.0) for g in gradients)"})
def root_forgotten():
    """For the entries 3 and 4 your norm is 25: the square root is missing."""


@wrong({"[g * factor": "[np.clip(g, -max_norm, max_norm)"}, keeps=[below])
def every_entry_limited():
    """You limit each entry by itself. By norm means one factor for all entries, so that their ratios stay."""


@wrong(
    {
        "return [g * factor for g in gradients], norm": "clipped = [g * factor for g in gradients]\n"
        "    return clipped, np.sqrt(sum(np.sum(g**2) for g in clipped))"
    },
    keeps=[below],
)
def norm_after_clipping():
    """The norm to return is the one before clipping: that is the number worth logging."""


@wrong({"np.minimum(1, max_norm / (norm + 1e-6))": "max_norm / np.maximum(norm, max_norm)"}, loses=[near])
def textbook_form():
    """Your factor is that of the formula without the 1e-6. PyTorch divides by norm + 1e-6, which shows from about
    the seventh digit on."""


@wrong(
    {"np.minimum(1, max_norm / (norm + 1e-6))": "max_norm / (norm + 1e-6) if norm > max_norm else 1.0"},
    loses=[near],
)
def only_if_the_norm_is_larger():
    """A gradient of exactly max_norm is shortened by PyTorch's millionth, and yours is not; and where the norm is
    NaN, your other entries get through. Compute the factor always and limit it to 1."""


@wrong({"np.minimum(1,": "min(1.0,"}, loses=[])
def min_of_python_hides_nan():
    """Where the norm is NaN, your other entries get through as if nothing were wrong. Every comparison with NaN is
    False: an `if` and Python's min take the other branch. np.minimum passes NaN on, as PyTorch does."""


@wrong(
    {"[g * factor for g in gradients], norm": "[np.multiply(g, factor, out=g) for g in gradients], norm"},
    loses=[contract],
)
def writes_into_the_gradients():
    """The arrays that you were given have been changed, and whole numbers cannot even be. PyTorch's function works
    in place, as the underscore in its name says. Here, return new arrays."""


@wrong({"    norm = ": "    gradients = [g.astype(float) for g in gradients]\n    norm = "}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

"""clip_each_by_norm: each array shortened by a factor of its own so that its norm is at most max_norm."""

import numpy as np

from autograder.exercises.gradient_clipping import (
    clip_by_global_norm,
    exploded,
    exploded_of_any_shape,
    of_a_layer,
    with_gradients,
)
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def clip_each_by_norm(gradients, max_norm):
    clipped = []
    for g in gradients:
        norm = np.sqrt(np.sum(g**2))
        clipped.append(g * np.minimum(1, max_norm / (norm + 1e-6)))
    return clipped
"""
clip_each_by_norm = Exercise(
    TEXTBOOK,
    takes="gradients: list of (*); max_norm: number",
    pytorch="torch.nn.utils.clip_grad_norm_(parameter, max_norm), one parameter at a time",
    source="https://keras.io/api/optimizers/ (clipnorm)",
    computation="reduction",
)
requirement, wrong = clip_each_by_norm.requirement, clip_each_by_norm.wrong


@clip_each_by_norm.pytorch_reference
def reference(gradients, max_norm):
    """clip_grad_norm_ of PyTorch, applied to one parameter at a time."""
    import torch

    parameters = with_gradients(gradients)
    for parameter in parameters:
        torch.nn.utils.clip_grad_norm_(parameter, max_norm)
    return [parameter.grad for parameter in parameters]


@requirement("norms far above max_norm", points=1)
def above(sample):
    gradients = [np.array([30000.0, 40000.0]), np.array([[-6000.0], [8000.0]])]
    yield case("norms 50000 and 10000, max_norm 1", gradients=gradients, max_norm=1.0)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random exploded gradients", gradients=exploded(sample), max_norm=sample.choice([0.5, 1.0, 5.0]))


@requirement("norms below max_norm", points=2)
def below(sample):
    gradients = [np.array([0.3, 0.4]), np.array([30000.0, 40000.0])]
    yield case("norms 0.5 and 50000, max_norm 1", gradients=gradients, max_norm=1.0)
    yield case("an array of zeros", gradients=[np.zeros(2), np.array([[30000.0, -40000.0]])], max_norm=1.0)
    for _ in sample.repeat(public=1, hidden=4):
        small, large = of_a_layer(sample, scale=0.1), exploded(sample)
        gradients = [small[0], large[1], small[2]]
        yield case("random, one of three exploded", gradients=gradients, max_norm=sample.number(4.0, 9.0))


@requirement("the 1e-6 in the denominator", points=1)
def near(sample):
    """Moderate norms, where the 1e-6 in the denominator shows in the seventh digit."""
    yield case("norms 5 and 10, max_norm 5", gradients=[np.array([3.0, 4.0]), np.array([6.0, -8.0])], max_norm=5.0)
    for _ in sample.repeat(public=2, hidden=4):
        gradients = of_a_layer(sample)
        for gradient in gradients:
            gradient.flat[0] = 2.0
        yield case("random moderate gradients", gradients=gradients, max_norm=sample.number(0.1, 1.9))


@clip_each_by_norm.remark("NaN and infinite entries")
def broken(sample):
    """NaN or infinity spoils its own array and no other."""
    exploding = np.array([30000.0, 40000.0])
    yield case("a NaN in one array", gradients=[np.array([np.nan, 1.0]), exploding], max_norm=1.0)
    yield case("an infinite entry in one array", gradients=[np.array([1.0, -np.inf]), exploding], max_norm=1.0)


@clip_each_by_norm.contract()
def contract(sample, shape):
    return exploded_of_any_shape(sample, shape)


@wrong(
    {
        "clipped = []": "clipped, norm = [], np.sqrt(sum(np.sum(g**2) for g in gradients))",
        "        norm = np.sqrt(np.sum(g**2))\n": "",
    }
)
def global_norm_instead():
    """You use one norm for all arrays, as in the exercise before. Here every array has a norm and a factor of its
    own."""


@wrong({"np.minimum(1, max_norm / (norm + 1e-6))": "(max_norm / (norm + 1e-6))"}, loses=[below])
def always_rescaled():
    """Arrays that are short enough are stretched to max_norm. Clipping only ever shortens: the factor must not
    exceed 1."""


wrong.like(
    clip_by_global_norm.textbook_form,
    {"np.minimum(1, max_norm / (norm + 1e-6))": "(max_norm / np.maximum(norm, max_norm))"},
    loses=[near],
)


wrong.like(
    clip_by_global_norm.only_if_the_norm_is_larger,
    {"np.minimum(1,": "(", "1e-6))": "1e-6)) if norm > max_norm else g * 1.0"},
    loses=[near],
)


wrong.like(clip_by_global_norm.min_of_python_hides_nan, {"np.minimum(1,": "min(1.0,"}, loses=[])


@wrong({"np.sqrt(np.sum(g**2))": "np.sum(g**2.0)"})
def root_forgotten():
    """You divide by the square of the norm: the square root is missing."""


@wrong({"np.sqrt(np.sum(g**2))": "np.linalg.norm(g, axis=-1, keepdims=True)"}, keeps=[below])
def row_by_row():
    """Each row of a matrix is shortened by itself. The norm is that of the whole array: one number, whatever the
    shape."""


@wrong({"np.sqrt(np.sum(g**2))": "np.linalg.norm(g, 2)"}, keeps=[below])
def largest_singular_value():
    """For a matrix you divide by its largest singular value, which is what np.linalg.norm(g, 2) gives. Without the 2,
    or after g.ravel(), it is the root of the sum of squares."""


@wrong({"g * np.minimum(1, max_norm / (norm + 1e-6))": "np.clip(g, -max_norm, max_norm)"})
def every_entry_limited():
    """You limit each entry by itself. By norm means one factor for all entries of an array, so that their ratios
    stay."""


@wrong(
    {"clipped.append(g * ": "g *= ", "1e-6)))": "1e-6))", "return clipped": "return gradients"},
    loses=[contract],
)
def writes_into_the_gradients():
    """The arrays that you were given have been changed, and whole numbers cannot even be. Return new arrays."""


wrong.like(
    clip_by_global_norm.always_float64,
    {"in gradients:\n": "in (g.astype(float) for g in gradients):\n"},
    loses=[contract],
)

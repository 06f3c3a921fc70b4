"""cosine_similarity: cosine of the angle between two gradients, each read as one long vector."""

import numpy as np

from autograder.exercises.gradient_clipping import of_a_layer
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def cosine_similarity(gradients, clipped):
    dot = sum(np.sum(g * c) for g, c in zip(gradients, clipped, strict=True))
    lengths = np.sqrt(sum(np.sum(g**2) for g in gradients)) * np.sqrt(sum(np.sum(c**2) for c in clipped))
    return dot / lengths if lengths > 0 else 0.0
"""
cosine_similarity = Exercise(
    TEXTBOOK,
    outputs=("cosine",),
    takes="gradients, clipped: list of (*)",
    pytorch="F.cosine_similarity(g, c, dim=0), where g and c are all entries, flattened and joined",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html",
    computation="reduction",
)
requirement, wrong = cosine_similarity.requirement, cosine_similarity.wrong


@cosine_similarity.pytorch_reference
def reference(gradients, clipped):
    import torch
    import torch.nn.functional as F

    one = torch.cat([gradient.flatten() for gradient in gradients])
    other = torch.cat([gradient.flatten() for gradient in clipped])
    return F.cosine_similarity(one, other, dim=0)


@requirement("the angle between two gradients", points=4)
def values(sample):
    """Acute, right and obtuse angles; lengths that differ much."""
    yield case("3, 4 and 1, 0", gradients=[np.array([3.0]), np.array([4.0])], clipped=[np.array([1.0]), np.zeros(1)])
    obtuse = [np.array([-2.0, 1.0]), np.array([-2.0])]
    yield case("an obtuse angle", gradients=[np.array([1.0, 2.0]), np.array([2.0])], clipped=obtuse)
    short = [np.array([0.006, 0.0]), np.array([[0.008]])]
    yield case("lengths 500 and 0.01", gradients=[np.array([300.0, 0.0]), np.array([[-400.0]])], clipped=short)
    shorter = [np.array([0.002]), np.zeros(1)]
    yield case("lengths 0.005 and 0.002", gradients=[np.array([0.003]), np.array([-0.004])], clipped=shorter)
    for _ in sample.repeat(public=2, hidden=6):
        gradients = of_a_layer(sample, scale=3.0)
        others = [np.round(0.2 * g + sample.normal(*g.shape), 3) for g in gradients]
        yield case("random gradients", gradients=gradients, clipped=others)


@requirement("zeros", points=0.5, kind="edges")
def zeros(sample):
    """All entries 0 on one side or both; a single array of zeros."""
    yield case(
        "all zero after clipping", gradients=[np.array([1.0, 2.0]), np.array([2.0])], clipped=[np.zeros(2), np.zeros(1)]
    )
    yield case("all zero, both", gradients=[np.zeros(2), np.zeros(1)], clipped=[np.zeros(2), np.zeros(1)])
    gradients = [np.array([0.0, 0.0]), np.array([3.0, 4.0])]
    yield case("one array of zeros", gradients=gradients, clipped=[np.array([0.0, 0.0]), np.array([1.0, 0.0])])
    for _ in sample.repeat(public=1, hidden=3):
        gradients = [of_a_layer(sample)[0], np.zeros(sample.integer(2, 6))]
        clipped = [np.clip(gradients[0], -0.5, 1.0), gradients[1]]
        yield case("random, one array of zeros", gradients=gradients, clipped=clipped)


@cosine_similarity.contract(points=0.5)
def contract(sample, shape):
    return {
        "gradients": [sample.normal(*shape), np.array([3.0, -1.0])],
        "clipped": [sample.normal(*shape), np.array([1.0, 0.5])],
    }


@wrong(keeps=[zeros])
def mean_over_the_arrays(gradients, clipped):
    """You average one cosine for each array. All arrays together are one vector: add up over the arrays first, then
    divide once."""
    cosines = []
    for g, c in zip(gradients, clipped, strict=True):
        lengths = np.linalg.norm(g) * np.linalg.norm(c)
        if lengths > 0:
            cosines.append(np.sum(g * c) / lengths)
    return np.mean(cosines) if cosines else 0.0


@wrong({"dot / lengths if lengths > 0 else 0.0": "dot"})
def not_divided_by_the_lengths():
    """This is the dot product. It grows with the lengths of the vectors; the cosine does not, and never exceeds 1."""


@wrong({" * np.sqrt(sum(np.sum(c**2) for c in clipped))": ""})
def divided_by_one_length_only():
    """You divide by the length of the first vector only, so the result still grows with the second."""


@wrong(
    {
        "np.sqrt(sum(np.sum(g**2) for g in gradients))": "sum(np.linalg.norm(g) for g in gradients)",
        "np.sqrt(sum(np.sum(c**2) for c in clipped))": "sum(np.linalg.norm(c) for c in clipped)",
    },
    keeps=[zeros],
)
def lengths_of_the_arrays_added():
    """The length of a long vector is not the sum of the lengths of its parts: for parts of length 3 and 4 it is 5,
    not 7."""


@wrong({"dot / lengths if": "np.arccos(np.clip(dot / lengths, -1.0, 1.0)) if"})
def the_angle_itself():
    """You return the angle. The exercise asks for its cosine, which is 1 for the same direction."""


@wrong({" if lengths > 0 else 0.0": ""}, loses=[zeros])
def zero_over_zero():
    """For all-zero gradients this is 0 / 0, which is NaN. By PyTorch's convention the cosine is then 0."""


@wrong({"lengths if lengths > 0 else 0.0": "(lengths + 1e-6)"})
def something_added_to_the_lengths():
    """The number that you add to avoid 0 / 0 changes every other result a little, and that of short gradients a lot.
    Treat the case 0 by itself."""


@wrong({"np.sum(g * c)": "np.sum((g * c).astype(float))"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

"""Kernels of `1_training_problems/5_gradient_clipping`: clipping by value, the norm of all gradients, clipping by norm.

The gradients of a network are a list of arrays of different shapes. PyTorch divides by norm + 1e-6. Cases that are not
about this number have norms far above 1000 or well below the limit, where it changes nothing within the tolerance.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise, Mistake, Requirement, case
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "1_training_problems/5_gradient_clipping"

ANY_LIST = "any shapes, memory order and dtype"


def of_a_layer(draw: Sampler, scale: float = 1.0, dtype: str = "float64") -> list[np.ndarray]:
    """Gradients of a layer: a matrix, a vector, and a second matrix of another shape."""
    shapes = draw.shape(), draw.shape(1), draw.shape()
    return [draw.normal(*shape, scale=scale, dtype=dtype) for shape in shapes]


def of_any_shape(draw: Sampler, dtype: str = "float32") -> list[np.ndarray]:
    """Exploded gradients of images, a vector and a volume."""
    shapes = draw.shape(4, largest=5), draw.shape(1), draw.shape(3, largest=5)
    return [draw.normal(*shape, scale=1e5, dtype=dtype) for shape in shapes]


def with_gradients(gradients):
    """PyTorch parameters that hold these gradients: what its clipping functions work on."""
    import torch

    parameters = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    return parameters


# ---------------------------------------------------------------- clip_by_value


def clip_by_value_reference(gradients, limit=1.0):
    """clip_grad_value_ of PyTorch."""
    import torch

    parameters = with_gradients(gradients)
    torch.nn.utils.clip_grad_value_(parameters, limit)
    return [parameter.grad for parameter in parameters]


def clip_by_value_values(draw: Sampler) -> Iterator[Case]:
    """Entries inside and outside the limits, of either sign."""
    yield case("inside, below and above", gradients=[np.array([0.5, -3.0]), np.array([2.0])])
    yield case("exactly at the limits", gradients=[np.array([1.0, -1.0, 0.0, -2.0])])
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random gradients", gradients=of_a_layer(draw, scale=1.5))


def clip_by_value_other_limits(draw: Sampler) -> Iterator[Case]:
    """Limits other than 1."""
    yield case("limit = 0.25", gradients=[np.array([0.5, -0.125]), np.array([-4.0])], limit=0.25)
    yield case("limit = 5", gradients=[np.array([3.0, -8.0]), np.array([7.0])], limit=5.0)
    for _ in draw.rounds(public=1, hidden=4):
        yield case("random", gradients=of_a_layer(draw, scale=4.0), limit=draw.choice([0.05, 0.5, 2.5, 4.0]))


def clip_by_value_not_finite(draw: Sampler) -> Iterator[Case]:
    """Infinite entries become the limit, NaN stays NaN."""
    yield case("infinite entries", gradients=[np.array([np.inf, -np.inf, 0.5])])
    yield case("a NaN", gradients=[np.array([np.nan, 3.0]), np.array([-0.5])])
    for _ in draw.rounds(public=1, hidden=3):
        gradients = of_a_layer(draw, scale=2.0)
        gradients[0][0, 0], gradients[2][-1, -1] = np.nan, -np.inf
        yield case("random, a NaN and an infinite entry", gradients=gradients)


def clip_by_value_any_list(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    yield case("float32", gradients=[np.array([0.5, -3.0], dtype="float32"), np.array([2.0], dtype="float32")])
    yield case("whole numbers", gradients=[np.array([0, -3, 2]), np.array([[5], [1]])])
    gradients = [np.asfortranarray(draw.normal(3, 4, scale=2.0)), strided(draw.normal(2, 5, scale=2.0))]
    yield case("Fortran order, and every second entry of a larger array", gradients=gradients)
    yield case("an empty array among others", gradients=[np.zeros((0, 3)), np.array([[4.0, -0.5]])])
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32, up to four dimensions", gradients=[g / 5e4 for g in of_any_shape(draw)])


def clip_by_value_upper_bound_only(gradients, limit=1.0):
    return [np.minimum(g, limit) for g in gradients]


def clip_by_value_sign_of_every_entry(gradients, limit=1.0):
    return [limit * np.sign(g) for g in gradients]


def clip_by_value_limit_forgotten(gradients, limit=1.0):
    return [np.clip(g, -1.0, 1.0) for g in gradients]


def clip_by_value_divided_by_the_largest_entry(gradients, limit=1.0):
    return [g * limit / np.max(np.abs(g), initial=limit) for g in gradients]


def clip_by_value_zero_beyond_the_limit(gradients, limit=1.0):
    return [np.where(np.abs(g) > limit, 0.0, g) for g in gradients]


def clip_by_value_not_a_number_hidden(gradients, limit=1.0):
    return [np.clip(np.nan_to_num(g), -limit, limit) for g in gradients]


def clip_by_value_writes_into_the_gradients(gradients, limit=1.0):
    for g in gradients:
        np.clip(g, -limit, limit, out=g)
    return gradients


def clip_by_value_result_as_whole_as_the_gradient(gradients, limit=1.0):
    clipped = [g.copy() for g in gradients]
    for g in clipped:
        g[g > limit] = limit
        g[g < -limit] = -limit
    return clipped


def clip_by_value_always_float64(gradients, limit=1.0):
    return [np.clip(g, -limit * np.ones(g.shape), limit * np.ones(g.shape)) for g in gradients]


ALL_OF_CLIP_BY_VALUE = ("values", "limit other than 1", "infinite and NaN entries", ANY_LIST)

CLIP_BY_VALUE = Exercise(
    name="clip_by_value",
    parameters=("gradients", "limit"),
    summary="every entry of every gradient, limited to the interval from -limit to limit",
    pytorch="torch.nn.utils.clip_grad_value_(parameters, limit)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html",
    reference=clip_by_value_reference,
    requirements=(
        Requirement("values", 1, clip_by_value_values),
        Requirement("limit other than 1", 1, clip_by_value_other_limits),
        Requirement("infinite and NaN entries", 1, clip_by_value_not_finite),
        Requirement(ANY_LIST, 1, clip_by_value_any_list),
    ),
    mistakes=(
        Mistake(
            clip_by_value_upper_bound_only,
            "Large negative entries stay as they are. The limit holds on both sides.",
            loses=ALL_OF_CLIP_BY_VALUE,
        ),
        Mistake(
            clip_by_value_sign_of_every_entry,
            "Every entry became plus or minus the limit, small ones too. Only entries beyond a limit are moved, and "
            "only as far as the limit.",
            loses=ALL_OF_CLIP_BY_VALUE,
        ),
        Mistake(
            clip_by_value_limit_forgotten,
            "`limit` has no effect on your result: it is that of the limit 1.",
            loses=("limit other than 1",),
        ),
        Mistake(
            clip_by_value_divided_by_the_largest_entry,
            "You shrink the whole array until its largest entry fits. Clipping by value looks at every entry by itself "
            "and leaves those inside the limits alone.",
            loses=ALL_OF_CLIP_BY_VALUE,
        ),
        Mistake(
            clip_by_value_zero_beyond_the_limit,
            "Entries beyond the limits became 0. They should be moved to the nearer limit, not thrown away.",
            loses=ALL_OF_CLIP_BY_VALUE,
        ),
        Mistake(
            clip_by_value_not_a_number_hidden,
            "A NaN became 0. PyTorch passes it on, so that a broken gradient is noticed.",
            loses=("infinite and NaN entries",),
        ),
        Mistake(
            clip_by_value_writes_into_the_gradients,
            "The arrays that you were given have been changed. PyTorch's function does that, as the underscore in its "
            "name says. Here, return new arrays.",
            loses=(ANY_LIST, PURITY),
        ),
        Mistake(
            clip_by_value_result_as_whole_as_the_gradient,
            "Whole numbers stay whole in your result: a copy takes over the dtype, and a limit of 0.5 written into it "
            "would be cut down to 0. Whole numbers must give float64.",
            loses=(ANY_LIST,),
        ),
        Mistake(
            clip_by_value_always_float64,
            "The numbers are right, but float32 becomes float64: np.ones(shape) makes float64. A plain Python number "
            "adapts to the array beside it.",
            loses=(ANY_LIST,),
        ),
    ),
)

# ---------------------------------------------------------------- cosine_similarity


def cosine_similarity_reference(gradients, clipped):
    """cosine_similarity of PyTorch, of all entries as one long vector each."""
    import torch
    import torch.nn.functional as F

    one = torch.cat([gradient.flatten() for gradient in gradients])
    other = torch.cat([gradient.flatten() for gradient in clipped])
    return F.cosine_similarity(one, other, dim=0)


def cosine_similarity_values(draw: Sampler) -> Iterator[Case]:
    """Acute, right and obtuse angles; lengths that differ much."""
    yield case("3, 4 and 1, 0", gradients=[np.array([3.0]), np.array([4.0])], clipped=[np.array([1.0]), np.zeros(1)])
    obtuse = [np.array([-2.0, 1.0]), np.array([-2.0])]
    yield case("an obtuse angle", gradients=[np.array([1.0, 2.0]), np.array([2.0])], clipped=obtuse)
    short = [np.array([0.006, 0.0]), np.array([[0.008]])]
    yield case("lengths 500 and 0.01", gradients=[np.array([300.0, 0.0]), np.array([[-400.0]])], clipped=short)
    shorter = [np.array([0.002]), np.zeros(1)]
    yield case("lengths 0.005 and 0.002", gradients=[np.array([0.003]), np.array([-0.004])], clipped=shorter)
    for _ in draw.rounds(public=2, hidden=6):
        gradients = of_a_layer(draw, scale=3.0)
        others = [np.round(0.2 * g + draw.normal(*g.shape), 3) for g in gradients]
        yield case("random gradients", gradients=gradients, clipped=others)


def cosine_similarity_zeros(draw: Sampler) -> Iterator[Case]:
    """All entries 0 on one side or both; a single array of zeros."""
    yield case(
        "all zero after clipping", gradients=[np.array([1.0, 2.0]), np.array([2.0])], clipped=[np.zeros(2), np.zeros(1)]
    )
    yield case("all zero, both", gradients=[np.zeros(2), np.zeros(1)], clipped=[np.zeros(2), np.zeros(1)])
    gradients = [np.array([0.0, 0.0]), np.array([3.0, 4.0])]
    yield case("one array of zeros", gradients=gradients, clipped=[np.array([0.0, 0.0]), np.array([1.0, 0.0])])
    for _ in draw.rounds(public=1, hidden=3):
        gradients = [of_a_layer(draw)[0], np.zeros(draw.integer(2, 6))]
        clipped = [np.clip(gradients[0], -0.5, 1.0), gradients[1]]
        yield case("random, one array of zeros", gradients=gradients, clipped=clipped)


def cosine_similarity_any_list(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    gradients = [np.array([3.0], dtype="float32"), np.array([4.0], dtype="float32")]
    yield case("float32", gradients=gradients, clipped=[g - np.float32(2.0) for g in gradients])
    whole = [np.array([[3], [0]]), np.array([4])]
    yield case("whole numbers", gradients=whole, clipped=[np.array([[1], [0]]), np.array([-2])])
    gradients = [np.asfortranarray(draw.normal(3, 4)), strided(draw.normal(2, 5))]
    others = [draw.normal(3, 4), draw.normal(2, 5)]
    yield case("Fortran order, and every second entry of a larger array", gradients=gradients, clipped=others)
    gradients, others = [np.zeros((0, 3)), np.array([[3.0, 4.0]])], [np.zeros((0, 3)), np.array([[5.0, 0.0]])]
    yield case("an empty array among others", gradients=gradients, clipped=others)
    for _ in draw.rounds(public=1, hidden=3):
        gradients = of_any_shape(draw)
        others = [np.clip(g, -2e4, 5e4) for g in gradients]
        yield case("float32, up to four dimensions", gradients=gradients, clipped=others)


def cosine_similarity_mean_over_the_arrays(gradients, clipped):
    cosines = []
    for g, c in zip(gradients, clipped, strict=True):
        lengths = np.linalg.norm(g) * np.linalg.norm(c)
        if lengths > 0:
            cosines.append(np.sum(g * c) / lengths)
    return np.mean(cosines) if cosines else 0.0


def cosine_similarity_not_divided_by_the_lengths(gradients, clipped):
    return sum(np.sum(g * c) for g, c in zip(gradients, clipped, strict=True))


def cosine_similarity_divided_by_one_length_only(gradients, clipped):
    dot = sum(np.sum(g * c) for g, c in zip(gradients, clipped, strict=True))
    length = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return dot / length if length > 0 else 0.0


def cosine_similarity_lengths_of_the_arrays_added(gradients, clipped):
    dot = sum(np.sum(g * c) for g, c in zip(gradients, clipped, strict=True))
    lengths = sum(np.linalg.norm(g) for g in gradients) * sum(np.linalg.norm(c) for c in clipped)
    return dot / lengths if lengths > 0 else 0.0


def cosine_similarity_the_angle_itself(gradients, clipped):
    g = np.concatenate([array.ravel() for array in gradients])
    c = np.concatenate([array.ravel() for array in clipped])
    lengths = np.linalg.norm(g) * np.linalg.norm(c)
    return np.arccos(np.clip(g @ c / lengths, -1.0, 1.0)) if lengths > 0 else 0.0


def cosine_similarity_zero_over_zero(gradients, clipped):
    g = np.concatenate([array.ravel() for array in gradients])
    c = np.concatenate([array.ravel() for array in clipped])
    return g @ c / (np.linalg.norm(g) * np.linalg.norm(c))


def cosine_similarity_something_added_to_the_lengths(gradients, clipped):
    dot = sum(np.sum(g * c) for g, c in zip(gradients, clipped, strict=True))
    lengths = np.sqrt(sum(np.sum(g**2) for g in gradients)) * np.sqrt(sum(np.sum(c**2) for c in clipped))
    return dot / (lengths + 1e-6)


def cosine_similarity_always_float64(gradients, clipped):
    g = np.concatenate([array.ravel() for array in gradients]).astype(float)
    c = np.concatenate([array.ravel() for array in clipped]).astype(float)
    lengths = np.linalg.norm(g) * np.linalg.norm(c)
    return g @ c / lengths if lengths > 0 else 0.0


ALL_OF_COSINE_SIMILARITY = ("the angle between two gradients", "zeros", ANY_LIST)

COSINE_SIMILARITY = Exercise(
    name="cosine_similarity",
    parameters=("gradients", "clipped"),
    summary="cosine of the angle between two gradients, each read as one long vector",
    pytorch="F.cosine_similarity(g, c, dim=0), where g and c are all entries, flattened and joined",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html",
    reference=cosine_similarity_reference,
    computation="reduction",
    outputs=("cosine",),
    requirements=(
        Requirement("the angle between two gradients", 2, cosine_similarity_values),
        Requirement("zeros", 1, cosine_similarity_zeros),
        Requirement(ANY_LIST, 1, cosine_similarity_any_list),
    ),
    mistakes=(
        Mistake(
            cosine_similarity_mean_over_the_arrays,
            "You average one cosine for each array. All arrays together are one vector: add up over the arrays first, "
            "then divide once.",
            loses=("the angle between two gradients", ANY_LIST),
        ),
        Mistake(
            cosine_similarity_not_divided_by_the_lengths,
            "This is the dot product. It grows with the lengths of the vectors; the cosine does not, and never exceeds "
            "1.",
            loses=ALL_OF_COSINE_SIMILARITY,
        ),
        Mistake(
            cosine_similarity_divided_by_one_length_only,
            "You divide by the length of the first vector only, so the result still grows with the second.",
            loses=ALL_OF_COSINE_SIMILARITY,
        ),
        Mistake(
            cosine_similarity_lengths_of_the_arrays_added,
            "The length of a long vector is not the sum of the lengths of its parts: for parts of length 3 and 4 it is "
            "5, not 7.",
            loses=("the angle between two gradients", ANY_LIST),
        ),
        Mistake(
            cosine_similarity_the_angle_itself,
            "You return the angle. The exercise asks for its cosine, which is 1 for the same direction.",
            loses=ALL_OF_COSINE_SIMILARITY,
        ),
        Mistake(
            cosine_similarity_zero_over_zero,
            "For all-zero gradients this is 0 / 0, which is NaN. By PyTorch's convention the cosine is then 0.",
            loses=("zeros",),
        ),
        Mistake(
            cosine_similarity_something_added_to_the_lengths,
            "The number that you add to avoid 0 / 0 changes every other result a little, and that of short gradients a "
            "lot. Treat the case 0 by itself.",
            loses=ALL_OF_COSINE_SIMILARITY,
        ),
        Mistake(
            cosine_similarity_always_float64,
            "The number is right, but float32 gradients give a float64: something in your function fixes the dtype.",
            loses=(ANY_LIST,),
        ),
    ),
)

# ---------------------------------------------------------------- global_norm


def global_norm_reference(gradients, norm_type=2.0):
    """get_total_norm of PyTorch."""
    import torch

    return torch.nn.utils.get_total_norm(gradients, norm_type)


def global_norm_values(draw: Sampler) -> Iterator[Case]:
    """Several arrays, the 2-norm."""
    yield case("3 and 4", gradients=[np.array([3.0]), np.array([4.0])])
    yield case("a matrix and a vector", gradients=[np.array([[1.0, -4.0], [2.0, 2.0]]), np.array([10.0, -10.0])])
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random gradients", gradients=of_a_layer(draw, scale=2.0))


def global_norm_other_norm_types(draw: Sampler) -> Iterator[Case]:
    """The largest absolute value, the sum of absolute values, and a norm in between."""
    gradients = [np.array([-7.0, 2.0, -7.0]), np.array([1.0])]
    yield case("norm_type infinity, the largest entry twice", gradients=gradients, norm_type=np.inf)
    yield case("norm_type 1", gradients=gradients, norm_type=1.0)
    yield case("norm_type 3", gradients=[np.array([-3.0, 4.0]), np.array([5.0])], norm_type=3.0)
    for _ in draw.rounds(public=2, hidden=6):
        norm_type = draw.choice([1.0, 1.5, 3.0, np.inf])
        yield case("random gradients", gradients=of_a_layer(draw, scale=2.0), norm_type=norm_type)


def global_norm_any_list(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; zeros, an empty array, any shape and memory order."""
    yield case("float32", gradients=[np.array([3.0], dtype="float32"), np.array([4.0], dtype="float32")])
    yield case("whole numbers", gradients=[np.array([[2], [-4]]), np.array([4])])
    yield case("zeros", gradients=[np.zeros(2), np.zeros(1)])
    yield case("an empty array among others", gradients=[np.zeros((0, 3)), np.array([[3.0, 4.0]])])
    gradients = [np.asfortranarray(draw.normal(3, 4)), strided(draw.normal(2, 5))]
    yield case("Fortran order, and every second entry of a larger array", gradients=gradients)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32, up to four dimensions", gradients=of_any_shape(draw))


def global_norm_norms_added(gradients, norm_type=2.0):
    return sum(np.linalg.norm(g.ravel(), norm_type) for g in gradients)


def global_norm_root_forgotten(gradients, norm_type=2.0):
    if norm_type == np.inf:
        return max(np.max(np.abs(g)) for g in gradients)
    return sum(np.sum(np.abs(g) ** norm_type) for g in gradients)


def global_norm_mean_of_the_squares(gradients, norm_type=2.0):
    everything = np.concatenate([np.abs(g).ravel() for g in gradients])
    if norm_type == np.inf:
        return np.max(everything)
    return np.mean(everything**norm_type) ** (1 / norm_type)


def global_norm_only_the_last_array(gradients, norm_type=2.0):
    for g in gradients:
        norm = np.linalg.norm(g.ravel(), norm_type)
    return norm


def global_norm_norm_type_forgotten(gradients, norm_type=2.0):
    return np.sqrt(sum(np.sum(g**2) for g in gradients))


def global_norm_matrix_norms(gradients, norm_type=2.0):
    return np.linalg.norm([np.linalg.norm(g, norm_type) for g in gradients], norm_type)


def global_norm_absolute_value_forgotten(gradients, norm_type=2.0):
    everything = np.concatenate([g.ravel() for g in gradients])
    if norm_type == np.inf:
        return np.max(everything)
    return np.sum(everything**norm_type) ** (1 / norm_type)


def global_norm_power_of_infinity(gradients, norm_type=2.0):
    return sum(np.sum(np.abs(g) ** norm_type) for g in gradients) ** (1 / norm_type)


def global_norm_always_float64(gradients, norm_type=2.0):
    return np.linalg.norm(np.concatenate([g.ravel() for g in gradients]).astype(float), norm_type)


ALL_OF_GLOBAL_NORM = ("all arrays together", "norm_type other than 2", ANY_LIST)

GLOBAL_NORM = Exercise(
    name="global_norm",
    parameters=("gradients", "norm_type"),
    summary="norm of all gradients together, read as one long vector",
    pytorch="torch.nn.utils.get_total_norm(gradients, norm_type)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.get_total_norm.html",
    reference=global_norm_reference,
    computation="reduction",
    outputs=("norm",),
    requirements=(
        Requirement("all arrays together", 2, global_norm_values),
        Requirement("norm_type other than 2", 1, global_norm_other_norm_types),
        Requirement(ANY_LIST, 1, global_norm_any_list),
    ),
    mistakes=(
        Mistake(
            global_norm_norms_added,
            "You add the norms of the arrays. Two arrays of norm 3 and 4 have norm 5 together, not 7: it is the "
            "squares that add up.",
            loses=ALL_OF_GLOBAL_NORM,
        ),
        Mistake(
            global_norm_root_forgotten,
            "For the entries 3 and 4 you return 25: the root at the end is missing.",
            loses=ALL_OF_GLOBAL_NORM,
        ),
        Mistake(
            global_norm_mean_of_the_squares,
            "You take the mean of the squares. A norm is made of their sum: a mean would hide that there are many "
            "entries.",
            loses=ALL_OF_GLOBAL_NORM,
        ),
        Mistake(
            global_norm_only_the_last_array,
            "Only the last array counts: inside the loop the total is replaced instead of added to.",
            loses=ALL_OF_GLOBAL_NORM,
        ),
        Mistake(
            global_norm_norm_type_forgotten,
            "`norm_type` has no effect on your result: it is always the 2-norm.",
            loses=("norm_type other than 2",),
        ),
        Mistake(
            global_norm_matrix_norms,
            "Given a matrix and a norm type, np.linalg.norm computes a norm of the matrix as a linear map (for 2: "
            "its largest singular value), and with more dimensions it gives up. Flatten first: a gradient is a long "
            "vector.",
            loses=ALL_OF_GLOBAL_NORM,
        ),
        Mistake(
            global_norm_absolute_value_forgotten,
            "Negative entries cancel positive ones, or are overlooked. The 2-norm gets rid of the signs by squaring; "
            "other powers need the absolute value.",
            loses=("norm_type other than 2",),
        ),
        Mistake(
            global_norm_power_of_infinity,
            "For norm_type infinity the formula with powers gives 1: a power of 1/infinity is a power of 0. That "
            "norm is a limit, the largest absolute value, and needs a line of its own.",
            loses=("norm_type other than 2",),
        ),
        Mistake(
            global_norm_always_float64,
            "The number is right, but float32 gradients give a float64: something in your function fixes the dtype. "
            "(A plain Python number would be accepted.)",
            loses=(ANY_LIST,),
        ),
    ),
)

# ---------------------------------------------------------------- clip_by_global_norm


def clip_by_global_norm_reference(gradients, max_norm):
    """clip_grad_norm_ of PyTorch, which changes the gradients in place and returns the norm before."""
    import torch

    parameters = with_gradients(gradients)
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad for parameter in parameters], norm


def exploded(draw: Sampler) -> list[np.ndarray]:
    """Gradients whose arrays all have norms far above 1000."""
    gradients = of_a_layer(draw, scale=1e5)
    for gradient in gradients:
        gradient.flat[0] = 3e4
    return gradients


def clip_by_global_norm_above(draw: Sampler) -> Iterator[Case]:
    """Exploded gradients."""
    yield case("norm 50000, max_norm 1", gradients=[np.array([30000.0]), np.array([40000.0])], max_norm=1.0)
    yield case("norm 50000, max_norm 20", gradients=[np.array([3e4, 0.0]), np.array([[-4e4]])], max_norm=20.0)
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random exploded gradients", gradients=exploded(draw), max_norm=draw.choice([0.5, 1.0, 5.0]))


def clip_by_global_norm_below(draw: Sampler) -> Iterator[Case]:
    """Gradients within the limit stay as they are; zeros stay zeros."""
    yield case("norm 5, max_norm 8", gradients=[np.array([3.0]), np.array([4.0])], max_norm=8.0)
    yield case("a small gradient", gradients=[np.array([1e-3, 0.0]), np.array([[-2e-3]])], max_norm=1.0)
    yield case("all zero", gradients=[np.zeros(2), np.zeros((1, 3))], max_norm=1.0)
    for _ in draw.rounds(public=1, hidden=4):
        yield case("random small gradients", gradients=of_a_layer(draw, scale=0.1), max_norm=draw.number(8.0, 20.0))


def clip_by_global_norm_near(draw: Sampler) -> Iterator[Case]:
    """Moderate norms, where the 1e-6 in the denominator shows in the seventh digit."""
    yield case("norm exactly max_norm", gradients=[np.array([3.0]), np.array([4.0])], max_norm=5.0)
    yield case("norm 5, max_norm 1", gradients=[np.array([3.0]), np.array([[4.0, 0.0]])], max_norm=1.0)
    for _ in draw.rounds(public=1, hidden=4):
        gradients = [*of_a_layer(draw), np.array([2.0])]
        yield case("random moderate gradients", gradients=gradients, max_norm=draw.number(0.1, 1.9))


def clip_by_global_norm_not_finite(draw: Sampler) -> Iterator[Case]:
    """A NaN makes everything NaN; an infinite entry makes the others 0 and itself NaN."""
    yield case("a NaN", gradients=[np.array([np.nan, 1.0]), np.array([2.0])], max_norm=1.0)
    yield case("an infinite entry", gradients=[np.array([np.inf, 1.0]), np.array([2.0])], max_norm=1.0)
    for _ in draw.rounds(public=1, hidden=3):
        gradients = exploded(draw)
        gradients[0][-1, -1] = draw.choice([np.nan, np.inf, -np.inf])
        yield case("random, one entry NaN or infinite", gradients=gradients, max_norm=1.0)


def clip_norm_any_list(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; an empty array, any shape and memory order."""
    gradients = [np.array([30000.0], dtype="float32"), np.array([40000.0], dtype="float32")]
    yield case("float32", gradients=gradients, max_norm=1.0)
    yield case("whole numbers", gradients=[np.array([[20000], [-40000]]), np.array([40000])], max_norm=1.0)
    yield case("an empty array among others", gradients=[np.zeros((0, 3)), np.array([[3e4, 4e4]])], max_norm=1.0)
    first, second, _ = exploded(draw)
    gradients = [np.asfortranarray(first), strided(second)]
    yield case("Fortran order, and every second entry of a larger array", gradients=gradients, max_norm=1.0)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32, up to four dimensions", gradients=of_any_shape(draw), max_norm=1.0)


def clip_by_global_norm_small_gradients_scaled_up(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * (max_norm / (norm + 1e-6)) for g in gradients], norm


def clip_by_global_norm_each_array_by_its_own_norm(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * np.minimum(1, max_norm / (np.linalg.norm(g) + 1e-6)) for g in gradients], norm


def clip_by_global_norm_norms_added(gradients, max_norm):
    norm = sum(np.linalg.norm(g) for g in gradients)
    return [g * np.minimum(1, max_norm / (norm + 1e-6)) for g in gradients], norm


def clip_by_global_norm_root_forgotten(gradients, max_norm):
    norm = sum(np.sum(g**2.0) for g in gradients)
    return [g * np.minimum(1, max_norm / (norm + 1e-6)) for g in gradients], norm


def clip_by_global_norm_every_entry_limited(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [np.clip(g, -max_norm, max_norm) for g in gradients], norm


def clip_by_global_norm_norm_after_clipping(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    clipped = [g * np.minimum(1, max_norm / (norm + 1e-6)) for g in gradients]
    return clipped, np.sqrt(sum(np.sum(g**2) for g in clipped))


def clip_by_global_norm_textbook_form(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * (max_norm / np.maximum(norm, max_norm)) for g in gradients], norm


def clip_by_global_norm_only_if_the_norm_is_larger(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    factor = 1.0
    if norm > max_norm:
        factor = max_norm / (norm + 1e-6)
    return [g * factor for g in gradients], norm


def clip_by_global_norm_min_of_python_hides_nan(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * min(1.0, max_norm / (norm + 1e-6)) for g in gradients], norm


def clip_by_global_norm_writes_into_the_gradients(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    for g in gradients:
        g *= np.minimum(1, max_norm / (norm + 1e-6))
    return gradients, norm


def clip_by_global_norm_always_float64(gradients, max_norm):
    gradients = [g.astype(float) for g in gradients]
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * np.minimum(1, max_norm / (norm + 1e-6)) for g in gradients], norm


ABOVE, BELOW, NEAR = "norm far above max_norm", "norm below max_norm", "the 1e-6 in the denominator"
NOT_FINITE = "NaN and infinite entries"

ONLY_IF_LARGER = (
    "Two things follow from your `if`: a gradient of exactly max_norm is not shortened by PyTorch's millionth, and for "
    "a NaN the comparison is False, so the other entries get through. Compute the factor always and limit it to 1."
)
HIDDEN_NAN = (
    "A NaN gets through as if nothing were wrong. Every comparison with NaN is False, so an `if` leaves the factor at "
    "1, and so does Python's min(1.0, x). np.minimum passes NaN on, as PyTorch does."
)

CLIP_BY_GLOBAL_NORM = Exercise(
    name="clip_by_global_norm",
    parameters=("gradients", "max_norm"),
    summary="all gradients shortened by one factor so that their global norm is at most max_norm; and the norm before",
    pytorch="torch.nn.utils.clip_grad_norm_(parameters, max_norm)",
    source="Pascanu, Mikolov and Bengio 2013, https://arxiv.org/abs/1211.5063",
    reference=clip_by_global_norm_reference,
    computation="reduction",
    outputs=("clipped", "norm"),
    requirements=(
        Requirement(ABOVE, 1, clip_by_global_norm_above),
        Requirement(BELOW, 2, clip_by_global_norm_below),
        Requirement(NEAR, 1, clip_by_global_norm_near),
        Requirement(NOT_FINITE, 1, clip_by_global_norm_not_finite),
        Requirement(ANY_LIST, 1, clip_norm_any_list),
    ),
    mistakes=(
        Mistake(
            clip_by_global_norm_small_gradients_scaled_up,
            "Gradients that are short enough are stretched to max_norm. Clipping only ever shortens: the factor must "
            "not exceed 1.",
            loses=(BELOW,),
        ),
        Mistake(
            clip_by_global_norm_each_array_by_its_own_norm,
            "Each array is shortened by its own norm. Here there is one norm, of all arrays together, and one factor "
            "for all of them.",
            loses=(ABOVE, NEAR, NOT_FINITE, ANY_LIST),
        ),
        Mistake(
            clip_by_global_norm_norms_added,
            "You add the norms of the arrays. Two arrays of norm 3 and 4 have norm 5 together, not 7.",
            loses=(ABOVE, BELOW, NEAR, ANY_LIST),
        ),
        Mistake(
            clip_by_global_norm_root_forgotten,
            "For the entries 3 and 4 your norm is 25: the square root is missing.",
            loses=(ABOVE, BELOW, NEAR, ANY_LIST),
        ),
        Mistake(
            clip_by_global_norm_every_entry_limited,
            "The norm is right, but you limit each entry by itself. By norm means one factor for all entries, so that "
            "their ratios stay.",
            loses=(ABOVE, NEAR, NOT_FINITE, ANY_LIST),
        ),
        Mistake(
            clip_by_global_norm_norm_after_clipping,
            "The gradients are right. The norm to return is the one before clipping: that is the number worth logging.",
            loses=(ABOVE, NEAR, NOT_FINITE, ANY_LIST),
        ),
        Mistake(
            clip_by_global_norm_textbook_form,
            "Your numbers are those of the formula without the 1e-6. PyTorch divides by norm + 1e-6, which shows from "
            "about the seventh digit on.",
            loses=(NEAR,),
        ),
        Mistake(
            clip_by_global_norm_only_if_the_norm_is_larger,
            ONLY_IF_LARGER,
            loses=(NEAR, NOT_FINITE),
        ),
        Mistake(
            clip_by_global_norm_min_of_python_hides_nan,
            HIDDEN_NAN,
            loses=(NOT_FINITE,),
        ),
        Mistake(
            clip_by_global_norm_writes_into_the_gradients,
            "The arrays that you were given have been changed, and whole numbers cannot even be. PyTorch's function "
            "works in place, as the underscore in its name says. Here, return new arrays.",
            loses=(ANY_LIST, PURITY),
        ),
        Mistake(
            clip_by_global_norm_always_float64,
            "The numbers are right, but float32 becomes float64: something in your function fixes the dtype, "
            "astype(float) for example.",
            loses=(ANY_LIST,),
        ),
    ),
)

# ---------------------------------------------------------------- clip_each_by_norm


def clip_each_by_norm_reference(gradients, max_norm):
    """clip_grad_norm_ of PyTorch, applied to one parameter at a time."""
    import torch

    parameters = with_gradients(gradients)
    for parameter in parameters:
        torch.nn.utils.clip_grad_norm_(parameter, max_norm)
    return [parameter.grad for parameter in parameters]


def clip_each_by_norm_above(draw: Sampler) -> Iterator[Case]:
    """Every array far above the limit."""
    gradients = [np.array([30000.0, 40000.0]), np.array([[-6000.0], [8000.0]])]
    yield case("norms 50000 and 10000, max_norm 1", gradients=gradients, max_norm=1.0)
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random exploded gradients", gradients=exploded(draw), max_norm=draw.choice([0.5, 1.0, 5.0]))


def clip_each_by_norm_below(draw: Sampler) -> Iterator[Case]:
    """Arrays within the limit, zeros among them, beside one that is not."""
    gradients = [np.array([0.3, 0.4]), np.array([30000.0, 40000.0])]
    yield case("norms 0.5 and 50000, max_norm 1", gradients=gradients, max_norm=1.0)
    yield case("an array of zeros", gradients=[np.zeros(2), np.array([[30000.0, -40000.0]])], max_norm=1.0)
    for _ in draw.rounds(public=1, hidden=4):
        small, large = of_a_layer(draw, scale=0.1), exploded(draw)
        gradients = [small[0], large[1], small[2]]
        yield case("random, one of three exploded", gradients=gradients, max_norm=draw.number(4.0, 9.0))


def clip_each_by_norm_near(draw: Sampler) -> Iterator[Case]:
    """Moderate norms, where the 1e-6 in the denominator shows in the seventh digit."""
    yield case("norms 5 and 10, max_norm 5", gradients=[np.array([3.0, 4.0]), np.array([6.0, -8.0])], max_norm=5.0)
    for _ in draw.rounds(public=2, hidden=4):
        gradients = of_a_layer(draw)
        for gradient in gradients:
            gradient.flat[0] = 2.0
        yield case("random moderate gradients", gradients=gradients, max_norm=draw.number(0.1, 1.9))


def clip_each_by_norm_any_list(draw: Sampler) -> Iterator[Case]:
    """NaN or infinity spoils its own array and no other; any shape, memory order and dtype."""
    exploding = np.array([30000.0, 40000.0])
    yield case("a NaN in one array", gradients=[np.array([np.nan, 1.0]), exploding], max_norm=1.0)
    yield case("an infinite entry in one array", gradients=[np.array([1.0, -np.inf]), exploding], max_norm=1.0)
    yield from clip_norm_any_list(draw)


def clip_each_by_norm_global_norm_instead(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * np.minimum(1, max_norm / (norm + 1e-6)) for g in gradients]


def clip_each_by_norm_always_rescaled(gradients, max_norm):
    return [g * (max_norm / (np.sqrt(np.sum(g**2)) + 1e-6)) for g in gradients]


def clip_each_by_norm_textbook_form(gradients, max_norm):
    return [g * (max_norm / np.maximum(np.linalg.norm(g), max_norm)) for g in gradients]


def clip_each_by_norm_only_if_the_norm_is_larger(gradients, max_norm):
    clipped = []
    for g in gradients:
        norm = np.sqrt(np.sum(g**2))
        clipped.append(g * (max_norm / (norm + 1e-6)) if norm > max_norm else g * 1.0)
    return clipped


def clip_each_by_norm_min_of_python_hides_nan(gradients, max_norm):
    return [g * min(1.0, max_norm / (np.linalg.norm(g) + 1e-6)) for g in gradients]


def clip_each_by_norm_root_forgotten(gradients, max_norm):
    return [g * np.minimum(1, max_norm / (np.sum(g**2.0) + 1e-6)) for g in gradients]


def clip_each_by_norm_row_by_row(gradients, max_norm):
    return [g * np.minimum(1, max_norm / (np.linalg.norm(g, axis=-1, keepdims=True) + 1e-6)) for g in gradients]


def clip_each_by_norm_largest_singular_value(gradients, max_norm):
    return [g * np.minimum(1, max_norm / (np.linalg.norm(g, 2) + 1e-6)) for g in gradients]


def clip_each_by_norm_every_entry_limited(gradients, max_norm):
    return [np.clip(g, -max_norm, max_norm) for g in gradients]


def clip_each_by_norm_writes_into_the_gradients(gradients, max_norm):
    for g in gradients:
        g *= np.minimum(1, max_norm / (np.sqrt(np.sum(g**2)) + 1e-6))
    return gradients


def clip_each_by_norm_always_float64(gradients, max_norm):
    gradients = [g.astype(float) for g in gradients]
    return [g * np.minimum(1, max_norm / (np.sqrt(np.sum(g**2)) + 1e-6)) for g in gradients]


NAN_AND_ANY_LIST = "NaN in one array, any shapes and dtype"
ALL_OF_CLIP_EACH_BY_NORM = ("norms far above max_norm", "norms below max_norm", NEAR, NAN_AND_ANY_LIST)

CLIP_EACH_BY_NORM = Exercise(
    name="clip_each_by_norm",
    parameters=("gradients", "max_norm"),
    summary="each array shortened by a factor of its own so that its norm is at most max_norm",
    pytorch="torch.nn.utils.clip_grad_norm_(parameter, max_norm), one parameter at a time",
    source="https://keras.io/api/optimizers/ (clipnorm)",
    reference=clip_each_by_norm_reference,
    computation="reduction",
    requirements=(
        Requirement("norms far above max_norm", 1, clip_each_by_norm_above),
        Requirement("norms below max_norm", 1, clip_each_by_norm_below),
        Requirement(NEAR, 1, clip_each_by_norm_near),
        Requirement(NAN_AND_ANY_LIST, 1, clip_each_by_norm_any_list),
    ),
    mistakes=(
        Mistake(
            clip_each_by_norm_global_norm_instead,
            "You use one norm for all arrays, as in the exercise before. Here every array has a norm and a factor of "
            "its own.",
            loses=ALL_OF_CLIP_EACH_BY_NORM,
        ),
        Mistake(
            clip_each_by_norm_always_rescaled,
            "Arrays that are short enough are stretched to max_norm. Clipping only ever shortens: the factor must not "
            "exceed 1.",
            loses=("norms below max_norm",),
        ),
        Mistake(
            clip_each_by_norm_textbook_form,
            "Your numbers are those of the formula without the 1e-6. PyTorch divides by norm + 1e-6, which shows from "
            "about the seventh digit on.",
            loses=(NEAR,),
        ),
        Mistake(
            clip_each_by_norm_only_if_the_norm_is_larger,
            ONLY_IF_LARGER,
            loses=(NEAR, NAN_AND_ANY_LIST),
        ),
        Mistake(
            clip_each_by_norm_min_of_python_hides_nan,
            HIDDEN_NAN,
            loses=(NAN_AND_ANY_LIST,),
        ),
        Mistake(
            clip_each_by_norm_root_forgotten,
            "You divide by the square of the norm: the square root is missing.",
            loses=ALL_OF_CLIP_EACH_BY_NORM,
        ),
        Mistake(
            clip_each_by_norm_row_by_row,
            "Each row of a matrix is shortened by itself. The norm is that of the whole array: one number, whatever "
            "the shape.",
            loses=("norms far above max_norm", NEAR, NAN_AND_ANY_LIST),
        ),
        Mistake(
            clip_each_by_norm_largest_singular_value,
            "For a matrix, np.linalg.norm(g, 2) is its largest singular value, and for more dimensions it gives up. "
            "Without the 2, or after g.ravel(), it is the root of the sum of squares.",
            loses=("norms far above max_norm", NEAR, NAN_AND_ANY_LIST),
        ),
        Mistake(
            clip_each_by_norm_every_entry_limited,
            "You limit each entry by itself. By norm means one factor for all entries of an array, so that their "
            "ratios stay.",
            loses=ALL_OF_CLIP_EACH_BY_NORM,
        ),
        Mistake(
            clip_each_by_norm_writes_into_the_gradients,
            "The arrays that you were given have been changed, and whole numbers cannot even be. Return new arrays.",
            loses=(NAN_AND_ANY_LIST, PURITY),
        ),
        Mistake(
            clip_each_by_norm_always_float64,
            "The numbers are right, but float32 becomes float64: something in your function fixes the dtype, "
            "astype(float) for example.",
            loses=(NAN_AND_ANY_LIST,),
        ),
    ),
)

EXERCISES = (CLIP_BY_VALUE, COSINE_SIMILARITY, GLOBAL_NORM, CLIP_BY_GLOBAL_NORM, CLIP_EACH_BY_NORM)

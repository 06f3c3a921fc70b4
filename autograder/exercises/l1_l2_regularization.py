"""Kernels of `4_avoiding_overfitting/1_l1_l2_regularization`: penalties, their pulls, weight decay and max-norm.

`strength` is the λ of the equations (`lambda` is a word of Python's). The optimizers' cases of "any shape, memory
order and dtype" have no decay, so that a mistake about the decay does not cost them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise, Mistake, Requirement, case, multistep_case, per_step
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "4_avoiding_overfitting/1_l1_l2_regularization"

ANY_LIST = "any shapes, memory order and dtype"
ANY_ARRAY = "any shape, memory order and dtype"


def some_weights(draw: Sampler, scale: float = 1.0, dtype: str = "float64") -> list[np.ndarray]:
    """The weights of three layers: a matrix, a vector (one unit), and a second matrix of another shape."""
    shapes = draw.shape(), draw.shape(1), draw.shape()
    return [draw.normal(*shape, scale=scale, dtype=dtype) for shape in shapes]


def any_lists(draw: Sampler) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Lists of weights whose dtypes, memory orders and shapes are out of the ordinary, with a name each."""
    yield "float32", [np.array([3.0, -1.5], dtype="float32"), np.array([[0.5]], dtype="float32")]
    yield "whole numbers", [np.array([[2], [-3]]), np.array([4])]
    yield "an empty array among others", [np.zeros((0, 3)), np.array([[3.0, -4.0]])]
    first, second, _ = some_weights(draw)
    yield "Fortran order, and every second entry of a larger array", [np.asfortranarray(first), strided(second)]
    for _ in draw.rounds(public=1, hidden=3):
        shapes = draw.shape(4, largest=5), draw.shape(1), draw.shape(3, largest=5)
        yield "float32, up to four dimensions", [draw.normal(*shape, dtype="float32") for shape in shapes]


# ---------------------------------------------------------------- lp_penalty


def lp_penalty_reference(weights, strength, power=2.0):
    """The vector norm of PyTorch, to its power."""
    import torch

    everything = torch.cat([weight.reshape(-1) for weight in weights])
    return strength * torch.linalg.vector_norm(everything, power) ** power


def lp_penalty_squares(draw: Sampler) -> Iterator[Case]:
    """Power 2, which is also the default."""
    yield case("two arrays of one weight", weights=[np.array([3.0]), np.array([-1.0])], strength=0.1, power=2.0)
    yield case("power left out", weights=[np.array([1.0, -2.0]), np.array([[4.0]])], strength=0.01)
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random weights", weights=some_weights(draw), strength=draw.number(0.001, 0.3), power=2.0)


def lp_penalty_absolute_values(draw: Sampler) -> Iterator[Case]:
    """Power 1."""
    yield case("two arrays of one weight", weights=[np.array([3.0]), np.array([-1.0])], strength=0.1, power=1.0)
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random weights", weights=some_weights(draw), strength=draw.number(0.001, 0.3), power=1.0)


def lp_penalty_other_powers(draw: Sampler) -> Iterator[Case]:
    """Powers that are neither 1 nor 2, odd and broken ones."""
    yield case("power 3", weights=[np.array([2.0]), np.array([-1.0])], strength=0.1, power=3.0)
    yield case("power 1.5", weights=[np.array([4.0, -1.0]), np.array([[9.0]])], strength=0.5, power=1.5)
    for _ in draw.rounds(public=1, hidden=4):
        power = draw.choice([0.5, 1.5, 3.0, 4.0])
        yield case("random", weights=some_weights(draw), strength=draw.number(0.001, 0.3), power=power)


def lp_penalty_any_list(draw: Sampler) -> Iterator[Case]:
    """Everything of `any_lists`, with the default power."""
    for name, weights in any_lists(draw):
        yield case(name, weights=weights, strength=0.25)


def lp_penalty_mean_instead_of_sum(weights, strength, power=2.0):
    total = sum(np.sum(np.abs(w) ** power) for w in weights)
    return strength * total / sum(w.size for w in weights)


def lp_penalty_norm_instead_of_its_power(weights, strength, power=2.0):
    return strength * sum(np.sum(np.abs(w) ** power) for w in weights) ** (1 / power)


def lp_penalty_absolute_value_forgotten(weights, strength, power=2.0):
    with np.errstate(invalid="ignore"):
        return strength * sum(np.sum(w**power) for w in weights)


def lp_penalty_always_squares(weights, strength, power=2.0):
    return strength * sum(np.sum(w**2) for w in weights)


def lp_penalty_half_of_it(weights, strength, power=2.0):
    return strength / 2 * sum(np.sum(np.abs(w) ** power) for w in weights)


def lp_penalty_divided_by_the_power(weights, strength, power=2.0):
    return strength / power * sum(np.sum(np.abs(w) ** power) for w in weights)


def lp_penalty_first_array_only(weights, strength, power=2.0):
    return strength * np.sum(np.abs(weights[0]) ** power)


def lp_penalty_sum_before_the_power(weights, strength, power=2.0):
    return strength * sum(np.sum(np.abs(w)) ** power for w in weights)


def lp_penalty_strength_left_out(weights, strength, power=2.0):
    return sum(np.sum(np.abs(w) ** power) for w in weights)


def lp_penalty_norm_of_a_matrix(weights, strength, power=2.0):
    return strength * sum(np.linalg.norm(w, power) ** power for w in weights)


def lp_penalty_always_float64(weights, strength, power=2.0):
    return strength * sum(np.sum(np.abs(w.astype(float)) ** power) for w in weights)


SQUARES, ABSOLUTE, OTHER = "L2: power 2", "L1: power 1", "other powers"

LP_PENALTY = Exercise(
    name="lp_penalty",
    parameters=("weights", "strength", "power"),
    summary="the penalty λ Σ|w|^power over all weights of a list of arrays: L2 for power 2, L1 for power 1",
    pytorch="strength * torch.linalg.vector_norm(all_weights, power) ** power",
    source="https://keras.io/api/layers/regularizers/",
    reference=lp_penalty_reference,
    computation="reduction",
    requirements=(
        Requirement(SQUARES, 1, lp_penalty_squares),
        Requirement(ABSOLUTE, 1, lp_penalty_absolute_values),
        Requirement(OTHER, 1, lp_penalty_other_powers),
        Requirement(ANY_LIST, 1, lp_penalty_any_list),
    ),
    mistakes=(
        Mistake(
            lp_penalty_mean_instead_of_sum,
            "Your number is the right one divided by the number of weights: a mean. The penalty is a sum, so every "
            "weight pays the same price however many others there are.",
            loses=(SQUARES, ABSOLUTE, OTHER, ANY_LIST),
        ),
        Mistake(
            lp_penalty_norm_instead_of_its_power,
            "You take the root of the sum: that is the norm. The penalty is the sum of the powers itself.",
            loses=(SQUARES, OTHER, ANY_LIST),
        ),
        Mistake(
            lp_penalty_absolute_value_forgotten,
            "For an even power nothing shows, but for power 1 a weight of −3 cancels one of +3, and a negative weight "
            "has no power 1.5. Take absolute values first.",
            loses=(ABSOLUTE, OTHER),
        ),
        Mistake(
            lp_penalty_always_squares,
            "You square whatever the power is. The third parameter says which power to take.",
            loses=(ABSOLUTE, OTHER),
        ),
        Mistake(
            lp_penalty_half_of_it,
            "Your penalty is half of the one asked for. Both conventions exist; here, as in Keras, there is no ½.",
            loses=(SQUARES, ABSOLUTE, OTHER, ANY_LIST),
        ),
        Mistake(
            lp_penalty_divided_by_the_power,
            "You divide by the power, which would make the derivative nicer (and for L2 is the convention with ½). "
            "Here there is no such factor.",
            loses=(SQUARES, OTHER, ANY_LIST),
        ),
        Mistake(
            lp_penalty_first_array_only,
            "Only the first array of the list is counted. The sum runs over all entries of all arrays.",
            loses=(SQUARES, ABSOLUTE, OTHER, ANY_LIST),
        ),
        Mistake(
            lp_penalty_sum_before_the_power,
            "You add first and take the power of the sum. Every weight pays for itself: first the power of each, then "
            "the sum.",
            loses=(SQUARES, OTHER, ANY_LIST),
        ),
        Mistake(
            lp_penalty_strength_left_out,
            "The sum is right, but it is not multiplied by the strength.",
            loses=(SQUARES, ABSOLUTE, OTHER, ANY_LIST),
        ),
        Mistake(
            lp_penalty_norm_of_a_matrix,
            "For a vector this is right. Given a matrix, np.linalg.norm(w, 2) is another norm, the largest singular "
            "value. Flatten w first, or add up the powers of its entries.",
            loses=(SQUARES, ABSOLUTE, OTHER, ANY_LIST),
        ),
        Mistake(
            lp_penalty_always_float64,
            "The number is right, but float32 becomes float64: astype(float) fixes the dtype.",
            loses=(ANY_LIST,),
        ),
    ),
)

# ---------------------------------------------------------------- l2_gradient


def l2_gradient_reference(weights, strength):
    """Autograd of the sum of squares."""
    import torch

    weights = [weight.requires_grad_() for weight in weights]
    return list(torch.autograd.grad(strength * sum((weight**2).sum() for weight in weights), weights))


def l2_gradient_values(draw: Sampler) -> Iterator[Case]:
    """Weights of either sign, and 0."""
    yield case("positive, negative and zero", weights=[np.array([3.0, -1.0]), np.array([0.0])], strength=0.1)
    for _ in draw.rounds(public=1, hidden=4):
        yield case("random weights, strength 0.01", weights=some_weights(draw), strength=0.01)


def l2_gradient_other_strengths(draw: Sampler) -> Iterator[Case]:
    """Strengths that are no power of ten, up to large ones."""
    yield case("strength 2", weights=[np.array([0.25]), np.array([-3.0])], strength=2.0)
    for _ in draw.rounds(public=2, hidden=4):
        yield case("random weights and strength", weights=some_weights(draw), strength=draw.number(0.001, 0.4))


def l2_gradient_any_list(draw: Sampler) -> Iterator[Case]:
    """Everything of `any_lists`."""
    for name, weights in any_lists(draw):
        yield case(name, weights=weights, strength=0.25)


def l2_gradient_factor_2_forgotten(weights, strength):
    return [strength * w for w in weights]


def l2_gradient_strength_left_out(weights, strength):
    return [2 * w for w in weights]


def l2_gradient_of_the_norm(weights, strength):
    norm = np.sqrt(sum(np.sum(w**2) for w in weights))
    return [strength * w / norm for w in weights]


def l2_gradient_squares_instead(weights, strength):
    return [strength * w**2 for w in weights]


def l2_gradient_that_of_l1(weights, strength):
    return [strength * np.sign(w) for w in weights]


def l2_gradient_pointing_to_zero(weights, strength):
    return [-2 * strength * w for w in weights]


def l2_gradient_writes_into_the_weights(weights, strength):
    for w in weights:
        w *= 2 * strength
    return weights


def l2_gradient_always_float64(weights, strength):
    return [2 * strength * w.astype(float) for w in weights]


VALUES, STRENGTHS = "values", "other strengths"

L2_GRADIENT = Exercise(
    name="l2_gradient",
    parameters=("weights", "strength"),
    summary="the gradient of λ Σw² with respect to each array: 2 λ w",
    pytorch="torch.autograd.grad(strength * sum((w**2).sum() for w in weights), weights)",
    source="https://keras.io/api/layers/regularizers/",
    reference=l2_gradient_reference,
    requirements=(
        Requirement(VALUES, 1, l2_gradient_values),
        Requirement(STRENGTHS, 1, l2_gradient_other_strengths),
        Requirement(ANY_LIST, 1, l2_gradient_any_list),
    ),
    mistakes=(
        Mistake(
            l2_gradient_factor_2_forgotten,
            "Your gradient is half of the right one. λw belongs to the penalty ½λw²; the derivative of λw² has a "
            "factor 2.",
            loses=(VALUES, STRENGTHS, ANY_LIST),
        ),
        Mistake(
            l2_gradient_strength_left_out,
            "2w is the gradient of w². That of λw² is λ times as large: the strength is missing.",
            loses=(VALUES, STRENGTHS, ANY_LIST),
        ),
        Mistake(
            l2_gradient_of_the_norm,
            "λ w/‖w‖ is the gradient of λ‖w‖. The penalty is the square of the norm, λ‖w‖² = λΣw².",
            loses=(VALUES, STRENGTHS, ANY_LIST),
        ),
        Mistake(
            l2_gradient_squares_instead,
            "You return λw²: what each weight pays, not how this changes with the weight. A negative weight needs a "
            "negative derivative.",
            loses=(VALUES, STRENGTHS, ANY_LIST),
        ),
        Mistake(
            l2_gradient_that_of_l1,
            "λ sign(w) is the gradient of λ|w|, the L1 penalty. That of λw² grows with the weight.",
            loses=(VALUES, STRENGTHS, ANY_LIST),
        ),
        Mistake(
            l2_gradient_pointing_to_zero,
            "You have included the minus of the descent. The gradient points uphill, away from 0; the optimizer "
            "subtracts it.",
            loses=(VALUES, STRENGTHS, ANY_LIST),
        ),
        Mistake(
            l2_gradient_writes_into_the_weights,
            "The weights that you were given have been changed, and whole numbers cannot even be. Return new arrays.",
            loses=(ANY_LIST, PURITY),
        ),
        Mistake(
            l2_gradient_always_float64,
            "The numbers are right, but float32 becomes float64: astype(float) fixes the dtype.",
            loses=(ANY_LIST,),
        ),
    ),
)

# ---------------------------------------------------------------- l1_gradient


def l1_gradient_reference(weights, strength):
    """Autograd of the sum of absolute values."""
    import torch

    weights = [weight.requires_grad_() for weight in weights]
    return list(torch.autograd.grad(strength * sum(weight.abs().sum() for weight in weights), weights))


def l1_gradient_values(draw: Sampler) -> Iterator[Case]:
    """Weights of either sign, none 0 or near it."""
    yield case("positive and negative", weights=[np.array([3.0, -0.25]), np.array([-2.0])], strength=0.1)
    for _ in draw.rounds(public=2, hidden=6):
        weights = [w + 0.5 * np.where(w < 0, -1, 1) for w in some_weights(draw)]
        yield case("random weights and strength", weights=weights, strength=draw.number(0.001, 0.4))


def l1_gradient_at_zero(draw: Sampler) -> Iterator[Case]:
    """Weights that are exactly 0 among others."""
    yield case("a weight that is exactly 0", weights=[np.array([0.0, -2.0]), np.array([0.5])], strength=0.1)
    yield case("a dead column", weights=[np.array([[0.0, 1.0], [0.0, -3.0], [0.0, 2.0]])], strength=0.25)
    for _ in draw.rounds(public=1, hidden=3):
        weights = some_weights(draw)
        for weight in weights:
            weight.flat[0], weight.flat[1] = 0.0, -1.0
        yield case("random, a 0 in each array", weights=weights, strength=draw.number(0.001, 0.4))


def l1_gradient_tiny(draw: Sampler) -> Iterator[Case]:
    """Tiny and huge weights: the pull is the same."""
    yield case("tiny and huge", weights=[np.array([1e-12, -1e-100]), np.array([1e12])], strength=0.1)
    for _ in draw.rounds(public=1, hidden=3):
        weights = some_weights(draw)
        for weight in weights:
            weight.flat[0], weight.flat[1] = 1e-10, -1e-7
        yield case("random, tiny ones among them", weights=weights, strength=draw.number(0.05, 0.4))


def l1_gradient_any_list(draw: Sampler) -> Iterator[Case]:
    """Everything of `any_lists`, pushed away from 0."""
    for name, weights in any_lists(draw):
        away = [np.where(weight == 0, weight.dtype.type(1), weight) for weight in weights]
        if name.startswith("Fortran"):
            away = [np.asfortranarray(away[0]), strided(away[1])]
        yield case(name, weights=away, strength=0.25)


def l1_gradient_zero_counted_as_positive(weights, strength):
    return [np.where(w >= 0, strength, -strength).astype(w.dtype if w.dtype.kind == "f" else float) for w in weights]


def l1_gradient_zero_counted_as_negative(weights, strength):
    return [np.where(w > 0, strength, -strength).astype(w.dtype if w.dtype.kind == "f" else float) for w in weights]


def l1_gradient_strength_left_out(weights, strength):
    return [np.sign(w) for w in weights]


def l1_gradient_that_of_l2(weights, strength):
    return [2 * strength * w for w in weights]


def l1_gradient_absolute_values_instead(weights, strength):
    return [strength * np.abs(w) for w in weights]


def l1_gradient_zero_over_zero(weights, strength):
    return [strength * w / np.abs(w) for w in weights]


def l1_gradient_smoothed(weights, strength):
    return [strength * w / (np.abs(w) + 1e-8) for w in weights]


def l1_gradient_pointing_to_zero(weights, strength):
    return [-strength * np.sign(w) for w in weights]


def l1_gradient_writes_into_the_weights(weights, strength):
    for w in weights:
        w[...] = strength * np.sign(w)
    return weights


def l1_gradient_always_float64(weights, strength):
    return [np.where(w > 0, strength, np.where(w < 0, -strength, 0.0)) for w in weights]


AT_ZERO, TINY = "weights that are exactly 0", "tiny and huge weights"
ALL_OF_L1 = (VALUES, AT_ZERO, TINY, ANY_LIST)

L1_GRADIENT = Exercise(
    name="l1_gradient",
    parameters=("weights", "strength"),
    summary="the (sub)gradient of λ Σ|w| with respect to each array: λ sign(w), and 0 at w = 0",
    pytorch="torch.autograd.grad(strength * sum(w.abs().sum() for w in weights), weights)",
    source="https://keras.io/api/layers/regularizers/",
    reference=l1_gradient_reference,
    requirements=(
        Requirement(VALUES, 1, l1_gradient_values),
        Requirement(AT_ZERO, 1, l1_gradient_at_zero),
        Requirement(TINY, 1, l1_gradient_tiny),
        Requirement(ANY_LIST, 1, l1_gradient_any_list),
    ),
    mistakes=(
        Mistake(
            l1_gradient_zero_counted_as_positive,
            "A weight of exactly 0 gets the gradient +λ and is pushed away from where it should stay. The convention "
            "is 0 there: three cases, not two.",
            loses=(AT_ZERO,),
        ),
        Mistake(
            l1_gradient_zero_counted_as_negative,
            "A weight of exactly 0 gets the gradient −λ and is pushed away from where it should stay. The convention "
            "is 0 there: three cases, not two.",
            loses=(AT_ZERO,),
        ),
        Mistake(
            l1_gradient_strength_left_out,
            "The sign of w is the gradient of |w|. That of λ|w| is λ times as large: the strength is missing.",
            loses=ALL_OF_L1,
        ),
        Mistake(
            l1_gradient_that_of_l2,
            "2λw is the gradient of λw². That of λ|w| does not depend on how large the weight is.",
            loses=ALL_OF_L1,
        ),
        Mistake(
            l1_gradient_absolute_values_instead,
            "You return λ|w|: what each weight pays, not how this changes with the weight.",
            loses=ALL_OF_L1,
        ),
        Mistake(
            l1_gradient_zero_over_zero,
            "w/|w| is the sign of w except where it is needed most: at 0 it is 0/0, which is NaN. NumPy has a "
            "function for the sign.",
            loses=(AT_ZERO,),
        ),
        Mistake(
            l1_gradient_smoothed,
            "The small number in the denominator saves you from 0/0, but it weakens the pull on tiny weights, which "
            "are the ones that L1 is about. NumPy has a function for the sign.",
            loses=ALL_OF_L1,
        ),
        Mistake(
            l1_gradient_pointing_to_zero,
            "You have included the minus of the descent. The gradient points uphill, away from 0; the optimizer "
            "subtracts it.",
            loses=ALL_OF_L1,
        ),
        Mistake(
            l1_gradient_writes_into_the_weights,
            "The weights that you were given have been changed, and whole numbers lose their fractions. Return new "
            "arrays.",
            loses=(ANY_LIST, PURITY),
        ),
        Mistake(
            l1_gradient_always_float64,
            "The numbers are right, but float32 becomes float64: np.where with nothing but numbers gives float64. "
            "A product of the array's own sign with λ keeps its dtype.",
            loses=(ANY_LIST,),
        ),
    ),
)

# ---------------------------------------------------------------- soft_threshold


def soft_threshold_reference(weights, threshold):
    """softshrink of PyTorch."""
    import torch.nn.functional as F

    return [F.softshrink(weight, threshold) for weight in weights]


def soft_threshold_far(draw: Sampler) -> Iterator[Case]:
    """Weights that are farther from 0 than the threshold."""
    yield case("threshold 0.5", weights=[np.array([2.0, -3.0]), np.array([0.75])], threshold=0.5)
    for _ in draw.rounds(public=2, hidden=5):
        weights = [w + 0.5 * np.where(w < 0, -1, 1) for w in some_weights(draw)]
        yield case("random, all above the threshold", weights=weights, threshold=draw.number(0.01, 0.45))


def soft_threshold_near(draw: Sampler) -> Iterator[Case]:
    """Weights below the threshold, at it, and at 0, beside one above it."""
    yield case("below, at and above", weights=[np.array([0.2, -0.4]), np.array([0.5, -0.75])], threshold=0.5)
    yield case("zero stays zero", weights=[np.array([0.0, 2.0]), np.array([[-0.125]])], threshold=0.25)
    for _ in draw.rounds(public=2, hidden=5):
        weights = some_weights(draw)
        for weight in weights:
            weight.flat[0], weight.flat[1] = 0.01, -3.0
        yield case("random", weights=weights, threshold=draw.number(0.2, 1.5))


def soft_threshold_any_list(draw: Sampler) -> Iterator[Case]:
    """Everything of `any_lists`, with a threshold far below all but a few weights."""
    for name, weights in any_lists(draw):
        away = [w + (2 * np.where(w < 0, -1, 1)).astype(w.dtype) for w in weights]
        if name.startswith("Fortran"):
            away = [np.asfortranarray(away[0]), strided(away[1])]
        yield case(name, weights=away, threshold=0.25)


def soft_threshold_hard(weights, threshold):
    return [np.where(np.abs(w) > threshold, w, 0.0) for w in weights]


def soft_threshold_gradient_step(weights, threshold):
    return [w - threshold * np.sign(w) for w in weights]


def soft_threshold_negative_weights_dropped(weights, threshold):
    return [np.maximum(w - threshold, 0) for w in weights]


def soft_threshold_sign_lost(weights, threshold):
    return [np.maximum(np.abs(w) - threshold, 0) for w in weights]


def soft_threshold_clipped_instead(weights, threshold):
    return [np.clip(w, -threshold, threshold) for w in weights]


def soft_threshold_small_ones_kept(weights, threshold):
    return [np.where(np.abs(w) > threshold, w - threshold * np.sign(w), w) for w in weights]


def soft_threshold_writes_into_the_weights(weights, threshold):
    for w in weights:
        w -= np.clip(w, -threshold, threshold)
    return weights


def soft_threshold_always_float64(weights, threshold):
    return [np.sign(w) * np.maximum(np.abs(w.astype(float)) - threshold, 0) for w in weights]


FAR, NEAR = "weights above the threshold", "weights at or below the threshold"

SOFT_THRESHOLD = Exercise(
    name="soft_threshold",
    parameters=("weights", "threshold"),
    summary="every weight moved towards 0 by the threshold, and stopped there: L1 with exact zeros",
    pytorch="torch.nn.functional.softshrink(weight, threshold)",
    source="Beck and Teboulle 2009, https://doi.org/10.1137/080716542",
    reference=soft_threshold_reference,
    requirements=(
        Requirement(FAR, 1, soft_threshold_far),
        Requirement(NEAR, 2, soft_threshold_near),
        Requirement(ANY_LIST, 1, soft_threshold_any_list),
    ),
    mistakes=(
        Mistake(
            soft_threshold_hard,
            "Small weights become 0, but the others stay as they are: that is the *hard* threshold. The soft one "
            "moves these, too, towards 0.",
            loses=(FAR, NEAR, ANY_LIST),
        ),
        Mistake(
            soft_threshold_gradient_step,
            "A weight closer to 0 than the threshold is carried past 0, to the other side. It should stop at 0.",
            loses=(NEAR,),
        ),
        Mistake(
            soft_threshold_negative_weights_dropped,
            "All negative weights become 0. They move towards 0 by the threshold as the positive ones do, from below.",
            loses=(FAR, NEAR, ANY_LIST),
        ),
        Mistake(
            soft_threshold_sign_lost,
            "The sizes are right, but negative weights come out positive. Give each its sign back.",
            loses=(FAR, NEAR, ANY_LIST),
        ),
        Mistake(
            soft_threshold_clipped_instead,
            "You clip to the threshold: that is exactly the part to take away from the weight.",
            loses=(FAR, NEAR, ANY_LIST),
        ),
        Mistake(
            soft_threshold_small_ones_kept,
            "Weights within the threshold stay as they are. They are the ones that become 0.",
            loses=(NEAR,),
        ),
        Mistake(
            soft_threshold_writes_into_the_weights,
            "The weights that you were given have been changed, and whole numbers cannot even be. Return new arrays.",
            loses=(ANY_LIST, PURITY),
        ),
        Mistake(
            soft_threshold_always_float64,
            "The numbers are right, but float32 becomes float64: astype(float) fixes the dtype.",
            loses=(ANY_LIST,),
        ),
    ),
)

# ---------------------------------------------------------------- sgd_weight_decay_step


def sgd_weight_decay_step_reference(theta, gradient, m, learning_rate, beta, weight_decay):
    """One step of torch.optim.SGD that starts from this momentum buffer."""
    import torch

    parameter = torch.nn.Parameter(theta.clone())
    parameter.grad = gradient.clone()
    optimizer = torch.optim.SGD([parameter], lr=learning_rate, momentum=beta, weight_decay=weight_decay)
    optimizer.state[parameter] = {"momentum_buffer": m.clone()}
    optimizer.step()
    return parameter, optimizer.state[parameter]["momentum_buffer"]


def sgd_weight_decay_step_values(draw: Sampler) -> Iterator[Case]:
    """One step with decay, from a buffer of zeros and from another."""
    start = {"theta": np.array([2.0, -1.0]), "gradient": np.array([1.0, 0.0])}
    yield case("first step", **start, m=np.zeros(2), learning_rate=0.1, beta=0.9, weight_decay=0.5)
    yield case("a later step", **start, m=np.array([-4.0, 2.0]), learning_rate=0.1, beta=0.5, weight_decay=0.2)
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        yield case(
            "random",
            theta=draw.normal(*shape),
            gradient=draw.normal(*shape),
            m=draw.normal(*shape),
            learning_rate=draw.number(0.01, 0.3),
            beta=draw.choice([0.5, 0.8, 0.9]),
            weight_decay=draw.number(0.05, 0.9),
        )


def sgd_weight_decay_step_many(draw: Sampler) -> Iterator[Case]:
    """Several steps, the learning rate changing on the way."""
    yield multistep_case(
        "3 steps, no gradient but the decay's",
        theta=np.array([1.0]),
        gradient=per_step([np.zeros(1)] * 3),
        m=np.zeros(1),
        learning_rate=0.1,
        beta=0.5,
        weight_decay=1.0,
    )
    for _ in draw.rounds(public=2, hidden=4):
        shape, steps = draw.shape(), draw.integer(10, 20)
        yield multistep_case(
            f"{steps} steps, learning rate changing",
            theta=draw.normal(*shape),
            gradient=per_step([draw.normal(*shape) for _ in range(steps)]),
            m=np.zeros(shape),
            learning_rate=per_step([draw.number(0.05, 0.3) for _ in range(steps)]),
            beta=draw.choice([0.5, 0.8, 0.9]),
            weight_decay=draw.number(0.1, 0.9),
        )


def sgd_arrays(draw: Sampler) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """Parameters, gradients and buffers whose dtypes, memory orders and shapes are out of the ordinary."""
    single = {"theta": np.array([2.0, -1.0]), "gradient": np.array([1.0, 3.0]), "m": np.array([-4.0, 2.0])}
    yield "float32", {name: array.astype("float32") for name, array in single.items()}
    whole = {"theta": np.array([[2, -1]]), "gradient": np.array([[1, 3]]), "m": np.zeros((1, 2))}
    yield "whole numbers", whole
    yield "an empty array", {name: np.zeros((0, 3)) for name in single}
    shape = draw.shape()
    yield "Fortran order", {name: np.asfortranarray(draw.normal(*shape)) for name in single}
    yield "every second entry of a larger array", {name: strided(draw.normal(*shape)) for name in single}
    for _ in draw.rounds(public=1, hidden=2):
        shape = draw.shape(4, largest=5)
        yield "float32, four dimensions", {name: draw.normal(*shape, dtype="float32") for name in single}


def sgd_weight_decay_step_any_array(draw: Sampler) -> Iterator[Case]:
    """Everything of `sgd_arrays`, without decay."""
    for name, arrays in sgd_arrays(draw):
        yield case(name, **arrays, learning_rate=0.1, beta=0.9, weight_decay=0.0)


def sgd_weight_decay_step_decay_past_the_buffer(theta, gradient, m, learning_rate, beta, weight_decay):
    m = beta * m + gradient
    return theta * (1 - learning_rate * weight_decay) - learning_rate * m, m


def sgd_weight_decay_step_no_decay(theta, gradient, m, learning_rate, beta, weight_decay):
    m = beta * m + gradient
    return theta - learning_rate * m, m


def sgd_weight_decay_step_twice_the_decay(theta, gradient, m, learning_rate, beta, weight_decay):
    m = beta * m + gradient + 2 * weight_decay * theta
    return theta - learning_rate * m, m


def sgd_weight_decay_step_growth(theta, gradient, m, learning_rate, beta, weight_decay):
    m = beta * m + gradient - weight_decay * theta
    return theta - learning_rate * m, m


def sgd_weight_decay_step_decay_times_learning_rate(theta, gradient, m, learning_rate, beta, weight_decay):
    m = beta * m + gradient + learning_rate * weight_decay * theta
    return theta - learning_rate * m, m


def sgd_weight_decay_step_learning_rate_in_the_buffer(theta, gradient, m, learning_rate, beta, weight_decay):
    m = beta * m - learning_rate * (gradient + weight_decay * theta)
    return theta + m, m


def sgd_weight_decay_step_dampened(theta, gradient, m, learning_rate, beta, weight_decay):
    m = beta * m + (1 - beta) * (gradient + weight_decay * theta)
    return theta - learning_rate * m, m


def sgd_weight_decay_step_outputs_swapped(theta, gradient, m, learning_rate, beta, weight_decay):
    m = beta * m + gradient + weight_decay * theta
    return m, theta - learning_rate * m


def sgd_weight_decay_step_writes_into_theta(theta, gradient, m, learning_rate, beta, weight_decay):
    m = beta * m + gradient + weight_decay * theta
    theta -= learning_rate * m
    return theta, m


def sgd_weight_decay_step_always_float64(theta, gradient, m, learning_rate, beta, weight_decay):
    m = np.float64(beta) * m + gradient + np.float64(weight_decay) * theta
    return theta - np.float64(learning_rate) * m, m


DECAY_VALUES, MANY = "one step with decay", "over many steps"

SGD_WEIGHT_DECAY_STEP = Exercise(
    name="sgd_weight_decay_step",
    parameters=("theta", "gradient", "m", "learning_rate", "beta", "weight_decay"),
    summary="one step of gradient descent with momentum whose gradient includes weight_decay times theta",
    pytorch="torch.optim.SGD(parameters, lr=learning_rate, momentum=beta, weight_decay=weight_decay).step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
    reference=sgd_weight_decay_step_reference,
    outputs=("theta", "m"),
    computation="reduction",
    requirements=(
        Requirement(DECAY_VALUES, 2, sgd_weight_decay_step_values),
        Requirement(MANY, 2, sgd_weight_decay_step_many),
        Requirement(ANY_ARRAY, 1, sgd_weight_decay_step_any_array),
    ),
    mistakes=(
        Mistake(
            sgd_weight_decay_step_decay_past_the_buffer,
            "You shrink theta directly, and the buffer m never hears of it. That is a decay *decoupled* from the "
            "gradient. In PyTorch's SGD the decay is part of the gradient: it goes through m, too.",
            loses=(DECAY_VALUES, MANY),
        ),
        Mistake(
            sgd_weight_decay_step_no_decay,
            "Your step is that of plain momentum: weight_decay has no effect on it.",
            loses=(DECAY_VALUES, MANY),
        ),
        Mistake(
            sgd_weight_decay_step_twice_the_decay,
            "The decay is twice as strong as asked for. weight_decay is the factor of theta itself, as in the "
            "derivative of ½ weight_decay θ²: no 2 here.",
            loses=(DECAY_VALUES, MANY),
        ),
        Mistake(
            sgd_weight_decay_step_growth,
            "Your weights grow instead of decaying. The gradient is subtracted later, so the decay has to be added "
            "to it.",
            loses=(DECAY_VALUES, MANY),
        ),
        Mistake(
            sgd_weight_decay_step_decay_times_learning_rate,
            "The decay is multiplied by the learning rate twice: once in the buffer, once when theta is moved.",
            loses=(DECAY_VALUES, MANY),
        ),
        Mistake(
            sgd_weight_decay_step_learning_rate_in_the_buffer,
            "Your m is the textbook's, with the learning rate and the minus inside. PyTorch's buffer is a sum of "
            "gradients; the learning rate comes in when theta is moved.",
            loses=(DECAY_VALUES, MANY, ANY_ARRAY),
        ),
        Mistake(
            sgd_weight_decay_step_dampened,
            "You take an average, with a factor 1 − beta before the gradient. PyTorch's buffer has no such factor "
            "(its `dampening` is 0).",
            loses=(DECAY_VALUES, MANY, ANY_ARRAY),
        ),
        Mistake(
            sgd_weight_decay_step_outputs_swapped,
            "Both arrays are right, in the wrong order: return theta first, then m.",
            loses=(DECAY_VALUES, MANY, ANY_ARRAY),
        ),
        Mistake(
            sgd_weight_decay_step_writes_into_theta,
            "The array theta that you were given has been changed, and whole numbers cannot even be. `-=` works in "
            "place: write theta = theta - ... instead.",
            loses=(ANY_ARRAY, PURITY),
        ),
        Mistake(
            sgd_weight_decay_step_always_float64,
            "The numbers are right, but float32 becomes float64: a np.float64 number makes every array it meets "
            "float64. Python's own numbers do not.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- adam_weight_decay_step


def adam_weight_decay_step_reference(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    """One step of torch.optim.Adam that starts from this state, with the decay where `decoupled` says."""
    import torch

    parameter = torch.nn.Parameter(theta.clone())
    parameter.grad = gradient.clone()
    optimizer = torch.optim.Adam(
        [parameter],
        lr=learning_rate,
        betas=(beta1, beta2),
        eps=epsilon,
        weight_decay=weight_decay,
        decoupled_weight_decay=decoupled,
    )
    optimizer.state[parameter] = {"step": torch.tensor(float(t - 1)), "exp_avg": m.clone(), "exp_avg_sq": s.clone()}
    optimizer.step()
    state = optimizer.state[parameter]
    return parameter, state["exp_avg"], state["exp_avg_sq"]


NO_EPSILON = 1e-15
"""Too small for its place to be seen: where epsilon stands is a requirement of its own."""
ORDINARY = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": NO_EPSILON}


def adam_by_hand(decoupled: bool) -> Iterator[Case]:
    """A first step and a later one, of one and of two numbers."""
    first = {"theta": np.array([2.0]), "gradient": np.array([1.0]), "m": np.zeros(1), "s": np.zeros(1), "t": 1}
    yield case("first step", **first, **ORDINARY, weight_decay=0.5, decoupled=decoupled)
    later = {"theta": np.array([2.0, -1.0]), "gradient": np.array([1.0, 0.0])}
    later |= {"m": np.array([0.5, -0.25]), "s": np.array([4.0, 1.0]), "t": 3}
    settings = {"learning_rate": 0.5, "beta1": 0.5, "beta2": 0.75, "epsilon": NO_EPSILON}
    yield case("a later step", **later, **settings, weight_decay=0.2, decoupled=decoupled)


def adam_random_steps(draw: Sampler, decoupled: bool) -> Iterator[Case]:
    """One step from a random state."""
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        yield case(
            "random",
            theta=draw.normal(*shape),
            gradient=draw.normal(*shape),
            m=draw.normal(*shape, scale=0.5),
            s=draw.normal(*shape) ** 2 + 0.1,
            t=draw.integer(2, 9),
            learning_rate=draw.number(0.02, 0.3),
            beta1=draw.choice([0.5, 0.8, 0.9]),
            beta2=draw.choice([0.7, 0.9, 0.99]),
            epsilon=NO_EPSILON,
            weight_decay=draw.number(0.1, 0.9),
            decoupled=decoupled,
        )


def adam_weight_decay_step_in_the_gradient(draw: Sampler) -> Iterator[Case]:
    """decoupled=False."""
    yield from adam_by_hand(False)
    yield from adam_random_steps(draw, False)


def adam_weight_decay_step_decoupled(draw: Sampler) -> Iterator[Case]:
    """decoupled=True."""
    yield from adam_by_hand(True)
    yield from adam_random_steps(draw, True)


def adam_weight_decay_step_many(draw: Sampler) -> Iterator[Case]:
    """Several steps of both kinds; gradients of very different sizes."""
    for decoupled in (False, True):
        yield multistep_case(
            f"3 steps, decoupled={decoupled}",
            theta=np.array([1.0]),
            gradient=per_step([np.array([1.0]), np.array([-2.0]), np.array([0.5])]),
            m=np.zeros(1),
            s=np.zeros(1),
            t=per_step([1, 2, 3]),
            **ORDINARY,
            weight_decay=1.0,
            decoupled=decoupled,
        )
    for i in draw.rounds(public=2, hidden=4):
        shape, steps = draw.shape(), draw.integer(10, 20)
        sizes = 10.0 ** draw.uniform(*shape, low=-2, high=1)
        yield multistep_case(
            f"{steps} steps, gradients from 0.01 to 10, decoupled={i % 2 == 1}",
            theta=draw.normal(*shape),
            gradient=per_step([sizes * draw.normal(*shape) for _ in range(steps)]),
            m=np.zeros(shape),
            s=np.zeros(shape),
            t=per_step(range(1, steps + 1)),
            learning_rate=per_step([draw.number(0.01, 0.1) for _ in range(steps)]),
            beta1=0.9,
            beta2=draw.choice([0.99, 0.999]),
            epsilon=NO_EPSILON,
            weight_decay=draw.number(0.1, 0.9),
            decoupled=i % 2 == 1,
        )


def adam_weight_decay_step_epsilon(draw: Sampler) -> Iterator[Case]:
    """A large epsilon, gradients near a small one, and a gradient of 0 at the first step; without decay."""
    settings = ORDINARY | {"weight_decay": 0.0, "decoupled": True}
    for name, gradient, epsilon in (
        ("epsilon = 0.1", 1.0, 0.1),
        ("gradient 1e-6, epsilon 1e-8", 1e-6, 1e-8),
        ("gradient 0 at the first step", 0.0, 1e-8),
    ):
        arrays = {"theta": np.array([2.0]), "gradient": np.array([gradient]), "m": np.zeros(1), "s": np.zeros(1)}
        yield case(name, **arrays, t=1, **settings | {"epsilon": epsilon})
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        yield case(
            "random, a large epsilon",
            theta=draw.normal(*shape),
            gradient=draw.normal(*shape),
            m=draw.normal(*shape, scale=0.5),
            s=draw.normal(*shape) ** 2 + 0.1,
            t=draw.integer(2, 9),
            **settings | {"epsilon": draw.number(0.05, 1.0)},
        )


def adam_weight_decay_step_any_array(draw: Sampler) -> Iterator[Case]:
    """Everything of `sgd_arrays`, without decay."""
    for i, (name, arrays) in enumerate(sgd_arrays(draw)):
        s = np.square(arrays["gradient"], dtype=arrays["m"].dtype) + arrays["m"].dtype.type(0.5)
        yield case(name, **arrays, s=s, t=5, **ORDINARY, weight_decay=0.0, decoupled=i % 2 == 1)


def adam_weight_decay_step_always_in_the_gradient(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_weight_decay_step_always_decoupled(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    theta = theta * (1 - learning_rate * weight_decay)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_weight_decay_step_the_two_exchanged(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    if decoupled:
        gradient = gradient + weight_decay * theta
    else:
        theta = theta * (1 - learning_rate * weight_decay)
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_weight_decay_step_decay_without_learning_rate(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    if decoupled:
        theta = theta * (1 - weight_decay)
    else:
        gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_weight_decay_step_decay_after_the_step(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    if not decoupled:
        gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    theta = theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon)
    if decoupled:
        theta = theta * (1 - learning_rate * weight_decay)
    return theta, m, s


def adam_weight_decay_step_decay_missing_in_s(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    s = beta2 * s + (1 - beta2) * gradient**2
    if decoupled:
        theta = theta * (1 - learning_rate * weight_decay)
    else:
        gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s


def adam_weight_decay_step_no_bias_correction(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    if decoupled:
        theta = theta * (1 - learning_rate * weight_decay)
    else:
        gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    return theta - learning_rate * m / (np.sqrt(s) + epsilon), m, s


def adam_weight_decay_step_corrected_state_returned(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    if decoupled:
        theta = theta * (1 - learning_rate * weight_decay)
    else:
        gradient = gradient + weight_decay * theta
    m = (beta1 * m + (1 - beta1) * gradient) / (1 - beta1**t)
    s = (beta2 * s + (1 - beta2) * gradient**2) / (1 - beta2**t)
    return theta - learning_rate * m / (np.sqrt(s) + epsilon), m, s


def adam_weight_decay_step_epsilon_inside_the_root(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    if decoupled:
        theta = theta * (1 - learning_rate * weight_decay)
    else:
        gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - learning_rate * m_hat / np.sqrt(s_hat + epsilon), m, s


def adam_weight_decay_step_epsilon_before_the_correction(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    if decoupled:
        theta = theta * (1 - learning_rate * weight_decay)
    else:
        gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    rate = learning_rate * float(np.sqrt(1 - beta2**t)) / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(s) + epsilon), m, s


def adam_weight_decay_step_writes_into_theta(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    if decoupled:
        theta *= 1 - learning_rate * weight_decay
    else:
        gradient = gradient + weight_decay * theta
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    theta -= learning_rate * m_hat / (np.sqrt(s_hat) + epsilon)
    return theta, m, s


IN_THE_GRADIENT, DECOUPLED = "in the gradient: decoupled=False", "past the gradient: decoupled=True"
EPSILON = "epsilon"

ADAM_WEIGHT_DECAY_STEP = Exercise(
    name="adam_weight_decay_step",
    parameters=(
        "theta",
        "gradient",
        "m",
        "s",
        "t",
        "learning_rate",
        "beta1",
        "beta2",
        "epsilon",
        "weight_decay",
        "decoupled",
    ),
    summary="one step of Adam with the decay as a part of the gradient (L2) or decoupled from it (AdamW)",
    pytorch="torch.optim.Adam(..., weight_decay=weight_decay, decoupled_weight_decay=decoupled).step()",
    source="Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101",
    reference=adam_weight_decay_step_reference,
    outputs=("theta", "m", "s"),
    computation="reduction",
    requirements=(
        Requirement(IN_THE_GRADIENT, 2, adam_weight_decay_step_in_the_gradient),
        Requirement(DECOUPLED, 2, adam_weight_decay_step_decoupled),
        Requirement(MANY, 1, adam_weight_decay_step_many),
        Requirement(EPSILON, 1, adam_weight_decay_step_epsilon),
        Requirement(ANY_ARRAY, 1, adam_weight_decay_step_any_array),
    ),
    mistakes=(
        Mistake(
            adam_weight_decay_step_always_in_the_gradient,
            "The decay is added to the gradient in both cases. With decoupled=True the gradient, and with it m and "
            "s, knows nothing of the decay; theta is shrunk directly.",
            loses=(DECOUPLED, MANY),
        ),
        Mistake(
            adam_weight_decay_step_always_decoupled,
            "theta is shrunk directly in both cases. With decoupled=False the decay is a part of the gradient and "
            "goes through m and s.",
            loses=(IN_THE_GRADIENT, MANY),
        ),
        Mistake(
            adam_weight_decay_step_the_two_exchanged,
            "You do for decoupled=True what belongs to False, and the other way round.",
            loses=(IN_THE_GRADIENT, DECOUPLED, MANY),
        ),
        Mistake(
            adam_weight_decay_step_decay_without_learning_rate,
            "Decoupled, theta shrinks by the factor 1 − weight_decay in each step, which is enormous. PyTorch's "
            "factor is 1 − learning_rate · weight_decay.",
            loses=(DECOUPLED, MANY),
        ),
        Mistake(
            adam_weight_decay_step_decay_after_the_step,
            "Decoupled, you shrink theta after Adam's step, so the step itself is shrunk a little, too. PyTorch "
            "shrinks first.",
            loses=(DECOUPLED, MANY),
        ),
        Mistake(
            adam_weight_decay_step_decay_missing_in_s,
            "With decoupled=False the decay reaches m but not s. The gradient with the decay in it is the one that "
            "is squared, too.",
            loses=(IN_THE_GRADIENT, MANY),
        ),
        Mistake(
            adam_weight_decay_step_no_bias_correction,
            "The decay is fine, but m and s go into the step as they are. Divide them by 1 − beta1^t and 1 − beta2^t "
            "for the step.",
            loses=(IN_THE_GRADIENT, DECOUPLED, MANY, EPSILON, ANY_ARRAY),
        ),
        Mistake(
            adam_weight_decay_step_corrected_state_returned,
            "The step is right, but the m and s that you return are the corrected ones. These are for this step "
            "only; return the averages as they are.",
            loses=(IN_THE_GRADIENT, DECOUPLED, MANY, EPSILON, ANY_ARRAY),
        ),
        Mistake(
            adam_weight_decay_step_epsilon_inside_the_root,
            "The decay is fine, but your epsilon stands under the square root. Take the root of ŝ first, then add "
            "epsilon.",
            loses=(EPSILON,),
        ),
        Mistake(
            adam_weight_decay_step_epsilon_before_the_correction,
            "The decay is fine, but your epsilon is added to the root of the uncorrected s, as in Keras. PyTorch "
            "corrects s first and adds epsilon then.",
            loses=(EPSILON,),
        ),
        Mistake(
            adam_weight_decay_step_writes_into_theta,
            "The array theta that you were given has been changed, and whole numbers cannot even be. `*=` and `-=` "
            "work in place: write theta = theta * ... instead.",
            loses=(ANY_ARRAY, PURITY),
        ),
    ),
)

# ---------------------------------------------------------------- max_norm


def max_norm_reference(weight, limit):
    """renorm of PyTorch, over the first axis."""
    import torch

    return torch.renorm(weight, p=2, dim=0, maxnorm=limit)


def max_norm_above(draw: Sampler) -> Iterator[Case]:
    """Units whose weights are far too long; large numbers, so that the 1e-7 does not show."""
    weight = np.array([[30000.0, 40000.0], [0.0, -90000.0], [6000.0, 8000.0]])
    yield case("norms 50000, 90000 and 10000, limit 1", weight=weight, limit=1.0)
    for _ in draw.rounds(public=2, hidden=5):
        weight = draw.normal(*draw.shape(smallest=3), scale=1e6)
        yield case("random", weight=weight, limit=draw.choice([0.5, 2.0, 3.0]))


def max_norm_within(draw: Sampler) -> Iterator[Case]:
    """Units within the limit, at it, and of zeros, beside one that is far above."""
    weight = np.array([[0.3, 0.4], [30000.0, 40000.0], [0.0, 0.0]])
    yield case("norms 0.5, 50000 and 0, limit 1", weight=weight, limit=1.0)
    yield case("a norm of exactly the limit", weight=np.array([[3.0, 4.0], [-80000.0, 60000.0]]), limit=5.0)
    for _ in draw.rounds(public=1, hidden=4):
        weight = draw.normal(*draw.shape(smallest=3), scale=0.3)
        weight[0] *= 1e6
        yield case("random, one unit above the limit", weight=weight, limit=draw.number(4.0, 6.0))


def max_norm_near(draw: Sampler) -> Iterator[Case]:
    """Ordinary norms above the limit, where the 1e-7 in the denominator shows."""
    yield case("norms 5 and 10, limit 2", weight=np.array([[3.0, 4.0], [6.0, -8.0]]), limit=2.0)
    for _ in draw.rounds(public=2, hidden=4):
        weight = draw.normal(*draw.shape(smallest=3))
        weight[:, 0] = 2.0
        yield case("random", weight=weight, limit=draw.number(0.5, 1.9))


def max_norm_any_array(draw: Sampler) -> Iterator[Case]:
    """A convolution's weights, float32, whole numbers, other memory orders; large numbers."""
    yield case("float32", weight=np.array([[30000.0, 40000.0]], dtype="float32"), limit=1.0)
    yield case("whole numbers", weight=np.array([[30000], [-40000]]), limit=1.0)
    yield case("no units", weight=np.zeros((0, 3)), limit=1.0)
    weight = draw.normal(*draw.shape(smallest=3), scale=1e6)
    yield case("Fortran order", weight=np.asfortranarray(weight), limit=1.0)
    yield case("every second entry of a larger array", weight=strided(weight), limit=1.0)
    for _ in draw.rounds(public=1, hidden=3):
        weight = draw.normal(*draw.shape(4, largest=5), scale=1e5, dtype="float32")
        yield case("a convolution, float32", weight=weight, limit=1.0)


def max_norm_norm_of_the_columns(weight, limit):
    norm = np.sqrt(np.sum(weight**2, axis=0, keepdims=True))
    return np.where(norm > limit, weight * (limit / (norm + 1e-7)), weight)


def max_norm_norm_of_the_whole_array(weight, limit):
    norm = np.sqrt(np.sum(weight**2))
    return weight * limit / (norm + 1e-7) if norm > limit else weight * 1.0


def max_norm_always_rescaled(weight, limit):
    axes = tuple(range(1, weight.ndim))
    return weight * (limit / (np.sqrt(np.sum(weight**2, axis=axes, keepdims=True)) + 1e-7))


def max_norm_textbook_form(weight, limit):
    axes = tuple(range(1, weight.ndim))
    norm = np.sqrt(np.sum(weight**2, axis=axes, keepdims=True))
    return weight * (limit / np.maximum(norm, limit))


def max_norm_shortened_at_the_limit(weight, limit):
    axes = tuple(range(1, weight.ndim))
    norm = np.sqrt(np.sum(weight**2, axis=axes, keepdims=True))
    return weight * np.minimum(1, limit / (norm + 1e-7))


def max_norm_every_entry_limited(weight, limit):
    return np.clip(weight, -limit, limit)


def max_norm_last_axis_only(weight, limit):
    norm = np.sqrt(np.sum(weight**2, axis=-1, keepdims=True))
    return np.where(norm > limit, weight * (limit / (norm + 1e-7)), weight)


def max_norm_axis_1_only(weight, limit):
    norm = np.sqrt(np.sum(weight**2, axis=1, keepdims=True))
    return np.where(norm > limit, weight * (limit / (norm + 1e-7)), weight)


def max_norm_root_forgotten(weight, limit):
    norm = np.sum(weight**2, axis=tuple(range(1, weight.ndim)), keepdims=True)
    return np.where(norm > limit, weight * (limit / (norm + 1e-7)), weight)


def max_norm_writes_into_the_weight(weight, limit):
    axes = tuple(range(1, weight.ndim))
    norm = np.sqrt(np.sum(weight**2, axis=axes, keepdims=True))
    weight *= np.where(norm > limit, limit / (norm + 1e-7), 1)
    return weight


ABOVE, WITHIN, NEAR_LIMIT = "units far above the limit", "units within the limit", "the 1e-7 in the denominator"
ALL_OF_MAX_NORM = (ABOVE, WITHIN, NEAR_LIMIT, ANY_ARRAY)

MAX_NORM = Exercise(
    name="max_norm",
    parameters=("weight", "limit"),
    summary="the incoming weights of each unit shortened so that their norm is at most the limit",
    pytorch="torch.renorm(weight, p=2, dim=0, maxnorm=limit)",
    source="Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html",
    reference=max_norm_reference,
    computation="reduction",
    requirements=(
        Requirement(ABOVE, 1, max_norm_above),
        Requirement(WITHIN, 1, max_norm_within),
        Requirement(NEAR_LIMIT, 1, max_norm_near),
        Requirement(ANY_ARRAY, 1, max_norm_any_array),
    ),
    mistakes=(
        Mistake(
            max_norm_norm_of_the_columns,
            "You limit the columns. In PyTorch's layout, (units, inputs), the incoming weights of one unit are a row: "
            "sum over all axes but the first.",
            loses=ALL_OF_MAX_NORM,
        ),
        Mistake(
            max_norm_norm_of_the_whole_array,
            "You use one norm for the whole array, as in clipping. Here every unit has a norm and a factor of its own.",
            loses=ALL_OF_MAX_NORM,
        ),
        Mistake(
            max_norm_always_rescaled,
            "Units that are within the limit are stretched to it. Only those above it are changed.",
            loses=(WITHIN,),
        ),
        Mistake(
            max_norm_textbook_form,
            "Your numbers are those of the formula without the 1e-7. torch.renorm divides by norm + 1e-7, which "
            "shows from about the eighth digit on.",
            loses=(NEAR_LIMIT,),
        ),
        Mistake(
            max_norm_shortened_at_the_limit,
            "A unit whose norm is exactly the limit is shortened by the 1e-7. torch.renorm asks first whether the "
            "norm is larger than the limit, and leaves this one alone.",
            loses=(WITHIN,),
        ),
        Mistake(
            max_norm_every_entry_limited,
            "You limit each weight by itself. Here a unit's weights are multiplied by a common factor, so that their "
            "ratios stay.",
            loses=ALL_OF_MAX_NORM,
        ),
        Mistake(
            max_norm_last_axis_only,
            "For a dense layer this is right. A convolution's weights have shape (units, channels, height, width), "
            "and all axes but the first belong to one unit.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            max_norm_axis_1_only,
            "For a dense layer this is right. A convolution's weights have shape (units, channels, height, width), "
            "and you sum over the channels only: all axes but the first belong to one unit.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            max_norm_root_forgotten,
            "The sum of squares is the square of the norm. Take its root before you compare it with the limit.",
            loses=ALL_OF_MAX_NORM,
        ),
        Mistake(
            max_norm_writes_into_the_weight,
            "The array that you were given has been changed, and whole numbers cannot even be. Return a new one.",
            loses=(ANY_ARRAY, PURITY),
        ),
    ),
)

EXERCISES = (
    LP_PENALTY,
    L2_GRADIENT,
    L1_GRADIENT,
    SOFT_THRESHOLD,
    SGD_WEIGHT_DECAY_STEP,
    ADAM_WEIGHT_DECAY_STEP,
    MAX_NORM,
)

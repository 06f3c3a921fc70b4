"""Kernels of `4_avoiding_overfitting/2_dropout`: dropout, its gradient, its moments, its relatives.

The noise is an argument: u is uniform on [0, 1), and a value is kept where u >= p. So every kernel is exact. The
references run PyTorch's own functions with their Bernoulli draw replaced by these decisions (`drawn`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache

import numpy as np

from autograder.exercises.model import PURITY, Case, Derivative, Exercise, Mistake, Requirement, case
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "4_avoiding_overfitting/2_dropout"

SRIVASTAVA = "Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout"

TRAINING = "training"
EVALUATION = "evaluation: nothing is dropped"
EDGES = "p = 0, p = 1, u exactly p"
EVALUATION_AND_EDGES = "evaluation, p = 0 and p = 1"
HALF = "p = 0.5"
OTHER_P = "other p"
SAME_MASK = "passes that agree"
PASSES = "passes that differ"
LARGE = "large scores"
ANY_ARRAY = "any shape, memory order and dtype"

UNEQUAL = (0.1, 0.2, 0.35, 0.7, 0.8)
"""Values of p for which p and 1 - p differ clearly."""


@cache
def _drawn_class():
    """The class behind `drawn`; made on first use, since it needs PyTorch."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    class Drawn(TorchDispatchMode):
        """Replaces what PyTorch draws by given decisions."""

        def __init__(self, kept):
            super().__init__()
            self.kept = kept

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            if function.overloadpacket is torch.ops.aten.bernoulli_:
                if args[0].shape != self.kept.shape:
                    raise ValueError(f"PyTorch draws {tuple(args[0].shape)}, not {tuple(self.kept.shape)}")
                return args[0].copy_(self.kept)
            if function is torch.ops.aten.native_dropout.default:  # CUDA: drawn and multiplied in one operation
                x, p = args[:2]
                return torch.ops.aten.native_dropout_backward(x, self.kept, 1 / (1 - p)), self.kept
            return function(*args, **(kwargs or {}))

    return Drawn


def drawn(kept):
    """A context in which PyTorch's dropout functions keep what `kept` says. kept: a bool tensor."""
    return _drawn_class()(kept)


# ---------------------------------------------------------------- dropout


def dropout_reference(x, u, p=0.5, training=True):
    """F.dropout of PyTorch with the decisions u >= p."""
    import torch
    import torch.nn.functional as F

    kept = u >= p
    with drawn(kept):
        y = F.dropout(x, p, training)
    return y, kept if training else torch.ones_like(kept)


def dropout_training(draw: Sampler) -> Iterator[Case]:
    """Training, p other than 0.5 as a rule."""
    x, u = np.array([3.0, 6.0, -9.0, 12.0]), np.array([0.1, 0.6, 0.3, 0.9])
    yield case("four numbers, p = 0.25", x=x, u=u, p=0.25, training=True)
    yield case("p = 0.5: p and training left out", x=x, u=u)
    batch = np.array([[0.1, 0.9, 0.7], [0.8, 0.1, 0.3]])
    yield case("a batch of two", x=np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), u=batch, p=0.2, training=True)
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        yield case("random", x=draw.normal(*shape), u=draw.uniform(*shape), p=draw.choice(UNEQUAL), training=True)


def dropout_evaluation(draw: Sampler) -> Iterator[Case]:
    """Evaluation, with noise that would drop something."""
    x, u = np.array([3.0, -6.0, 9.0]), np.array([0.1, 0.6, 0.3])
    yield case("three numbers", x=x, u=u, p=0.4, training=False)
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        p = draw.choice(UNEQUAL)
        yield case("random", x=draw.normal(*shape), u=draw.uniform(*shape, high=p), p=p, training=False)


def dropout_edges(draw: Sampler) -> Iterator[Case]:
    """Nothing and everything dropped. Where u equals p, x is 0: the decision alone is seen."""
    x = np.array([2.0, -3.0])
    yield case("p = 0, one u is 0", x=x, u=np.array([0.0, 0.7]), p=0.0, training=True)
    yield case("p = 1", x=x, u=np.array([0.0, 0.999]), p=1.0, training=True)
    yield case("u exactly p", x=np.zeros((1, 3)), u=np.array([[0.25, 0.125, 0.375]]), p=0.25, training=True)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape()
        for p in (0.0, 1.0):
            yield case(f"random, p = {p:g}", x=draw.normal(*shape), u=draw.uniform(*shape), p=p, training=True)


def dropout_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any shape and order. p = 0.5 in training."""
    u = np.array([0.3, 0.8, 0.6])
    yield case("float32, u float64", x=np.array([1.0, 2.0, -3.0], dtype="float32"), u=u, p=0.5, training=True)
    yield case("whole numbers", x=np.array([3, 5, -7]), u=u, p=0.5, training=True)
    x = np.asfortranarray(draw.normal(3, 4))
    yield case("Fortran order", x=x, u=draw.uniform(3, 4), p=0.5, training=True)
    x = strided(draw.normal(2, 5))
    yield case("every second entry of a larger array", x=x, u=strided(draw.uniform(2, 5)), p=0.5, training=True)
    yield case("empty batch", x=np.zeros((0, 3)), u=np.zeros((0, 3)), p=0.5, training=True)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        x, u = draw.normal(*shape, dtype="float32"), draw.uniform(*shape, dtype="float32")
        yield case("float32 images", x=x, u=u, p=0.5, training=True)


def dropout_divided_by_p(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u >= p
    return x * kept / p, kept


def dropout_not_rescaled(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u >= p
    return x * 1.0 * kept, kept


def dropout_multiplied_instead_of_divided(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u >= p
    return x * kept * (1 - p), kept


def dropout_p_read_as_the_probability_of_keeping(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u < p
    return x * kept / p, kept


def dropout_kept_and_dropped_exchanged(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u < p
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * kept * scale, kept


def dropout_still_dropping_in_evaluation(x, u, p=0.5, training=True):
    kept = u >= p
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * kept * scale, kept


def dropout_scaled_in_evaluation_too(x, u, p=0.5, training=True):
    if not training:
        return x * (1 - p), np.ones(u.shape, dtype=bool)
    kept = u >= p
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * kept * scale, kept


def dropout_kept_left_as_drawn_in_evaluation(x, u, p=0.5, training=True):
    kept = u >= p
    if not training:
        return x * 1.0, kept
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * kept * scale, kept


def dropout_one_mask_for_the_whole_batch(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = np.broadcast_to(u[:1] >= p, u.shape)
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * kept * scale, kept


def dropout_divided_by_the_share_that_was_kept(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u >= p
    share = kept.mean() if kept.any() else 1.0
    return x * kept / float(share), kept


def dropout_zero_over_zero(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u >= p
    return x * kept / np.asarray(1 - p, dtype=(x * 1.0).dtype), kept


def dropout_u_equal_to_p_dropped(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u > p
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * kept * scale, kept


def dropout_kept_read_off_the_output(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    scale = 1 / (1 - p) if p < 1 else 0.0
    y = x * (u >= p) * scale
    return y, y != 0


def dropout_float32_lost(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u >= p
    scaled_mask = kept / (1 - p) if p < 1 else np.zeros(u.shape)
    return x * scaled_mask, kept


def dropout_in_place(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0, np.ones(u.shape, dtype=bool)
    kept = u >= p
    x[~kept] = 0
    return x / (1 - p) if p < 1 else x * 1.0, kept


DROPOUT = Exercise(
    name="dropout",
    parameters=("x", "u", "p", "training"),
    summary="some values set to 0 in training, the others scaled so that the mean stays; nothing in evaluation",
    pytorch="torch.nn.functional.dropout(x, p, training)",
    source=f"{SRIVASTAVA}, section 10 for the scaling in training",
    reference=dropout_reference,
    outputs=("y", "kept"),
    requirements=(
        Requirement(TRAINING, 2, dropout_training),
        Requirement(EVALUATION, 1, dropout_evaluation),
        Requirement(EDGES, 1, dropout_edges),
        Requirement(ANY_ARRAY, 1, dropout_any_array),
    ),
    mistakes=(
        Mistake(
            dropout_divided_by_p,
            "You divide by p. What has to be made up for is the share that is left, not the share that is gone. "
            "(For p = 0.5 they are the same, which is why this is so easy to overlook.)",
            loses=(TRAINING, EDGES),
        ),
        Mistake(
            dropout_not_rescaled,
            "The kept values are not scaled. With p = 0.5 the next layer gets half of its input in training and all of "
            "it in evaluation.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            dropout_multiplied_instead_of_divided,
            "You multiply by 1 - p. That belongs to the first form of dropout, in evaluation; here the kept values are "
            "divided by it, in training, to make up for those that are missing.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            dropout_p_read_as_the_probability_of_keeping,
            "You read p as the probability of keeping a value, as the paper and old versions of TensorFlow do. In "
            "PyTorch, Keras and here it is the probability of dropping it.",
            loses=(TRAINING, EDGES, ANY_ARRAY),
        ),
        Mistake(
            dropout_kept_and_dropped_exchanged,
            "You keep exactly the values that should be dropped: u is below p with probability p, and p is the "
            "probability of dropping.",
            loses=(TRAINING, EDGES, ANY_ARRAY),
        ),
        Mistake(
            dropout_still_dropping_in_evaluation,
            "With training=False values are still dropped. In evaluation dropout does nothing at all.",
            loses=(EVALUATION,),
        ),
        Mistake(
            dropout_scaled_in_evaluation_too,
            "You scale in training and again in evaluation. One of the two is enough, and here it is done in training.",
            loses=(EVALUATION,),
        ),
        Mistake(
            dropout_kept_left_as_drawn_in_evaluation,
            "With training=False y is right, but `kept` still says that values were dropped. In evaluation it is True "
            "everywhere.",
            loses=(EVALUATION,),
        ),
        Mistake(
            dropout_one_mask_for_the_whole_batch,
            "All samples of your batch lose the same values: only the first row of u is used. Every number has a "
            "decision of its own.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            dropout_divided_by_the_share_that_was_kept,
            "You divide by the share that happened to be kept in this array. The factor depends on p alone.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            dropout_zero_over_zero,
            "With p = 1 everything is dropped, and your division becomes 0/0. The result is to be zeros.",
            loses=(EDGES,),
        ),
        Mistake(
            dropout_u_equal_to_p_dropped,
            "Where u equals p the value is to be kept. Otherwise p = 0 would drop a value whose u is exactly 0.",
            loses=(EDGES,),
        ),
        Mistake(
            dropout_kept_read_off_the_output,
            "You take every 0 in the output for a dropped value. An activation that was 0 before, as many are behind "
            "ReLU, can be kept as well: `kept` follows from u and p alone.",
            loses=(EDGES,),
        ),
        Mistake(
            dropout_float32_lost,
            "Right numbers, but float32 comes back as float64: a bool array divided by a number is float64. Multiply x "
            "by the bool array first, then scale by a plain Python number.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            dropout_in_place,
            "You write zeros into x itself. The caller still needs it: make a new array.",
            loses=(PURITY,),
        ),
    ),
)

# ---------------------------------------------------------------- dropout_backward


def dropout_backward_forward(x, kept, p=0.5, training=True):
    """F.dropout with given decisions: the function whose gradient is asked for."""
    import torch.nn.functional as F

    with drawn(kept):
        return F.dropout(x, p, training)


def dropout_backward_reference(dout, kept, p=0.5, training=True):
    """The gradient of F.dropout by PyTorch's autograd."""
    import torch

    x = torch.ones_like(dout, requires_grad=True)
    y = dropout_backward_forward(x, kept, p, training)
    return torch.autograd.grad(y, x, dout)[0]


def dropout_backward_inputs(kept, p=0.5, training=True):
    """Some input: dropout is linear in it, so that any will do."""
    return {"x": np.full(kept.shape, 0.75), "kept": kept, "p": p, "training": training}


def decisions(draw: Sampler, *shape: int, p: float = 0.5) -> np.ndarray:
    """Random decisions with both outcomes among them."""
    kept = draw.uniform(*shape) >= p
    kept.flat[0], kept.flat[-1] = False, True
    return kept


def dropout_backward_training(draw: Sampler) -> Iterator[Case]:
    """Training, p other than 0.5 as a rule."""
    dout, kept = np.array([3.0, 6.0, -9.0]), np.array([False, True, True])
    yield case("three numbers, p = 0.25", dout=dout, kept=kept, p=0.25, training=True)
    yield case("p = 0.5: p and training left out", dout=dout, kept=kept)
    for _ in draw.rounds(public=2, hidden=6):
        shape, p = draw.shape(), draw.choice(UNEQUAL)
        yield case("random", dout=draw.normal(*shape), kept=decisions(draw, *shape, p=p), p=p, training=True)


def dropout_backward_edges(draw: Sampler) -> Iterator[Case]:
    """Evaluation, and training with nothing or everything dropped."""
    dout = np.array([3.0, -6.0])
    everything, nothing = np.array([True, True]), np.array([False, False])
    yield case("evaluation", dout=dout, kept=everything, p=0.2, training=False)
    yield case("p = 0", dout=dout, kept=everything, p=0.0, training=True)
    yield case("p = 1", dout=dout, kept=nothing, p=1.0, training=True)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape()
        for p, training in ((draw.choice(UNEQUAL), False), (0.0, True), (1.0, True)):
            kept = np.full(shape, not training or p == 0)
            name = f"random, p = {p:g}, training = {training}"
            yield case(name, dout=draw.normal(*shape), kept=kept, p=p, training=training)


def dropout_backward_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any shape and order. p = 0.5 in training."""
    kept = np.array([False, True, True])
    dout = np.array([1.0, 2.0, -3.0], dtype="float32")
    yield case("float32", dout=dout, kept=kept, p=0.5, training=True)
    yield case("whole numbers", dout=np.array([3, 5, -7]), kept=kept, p=0.5, training=True)
    dout = np.asfortranarray(draw.normal(3, 4))
    yield case("Fortran order", dout=dout, kept=decisions(draw, 3, 4), p=0.5, training=True)
    dout = strided(draw.normal(2, 5))
    kept = strided(decisions(draw, 2, 5))
    yield case("every second entry of a larger array", dout=dout, kept=kept, p=0.5, training=True)
    yield case("empty batch", dout=np.zeros((0, 3)), kept=np.zeros((0, 3), dtype=bool), p=0.5, training=True)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        dout = draw.normal(*shape, dtype="float32")
        yield case("float32 images", dout=dout, kept=decisions(draw, *shape), p=0.5, training=True)


def dropout_backward_not_scaled(dout, kept, p=0.5, training=True):
    return dout * 1.0 * kept


def dropout_backward_passed_on_unchanged(dout, kept, p=0.5, training=True):
    return dout * 1.0


def dropout_backward_divided_by_p(dout, kept, p=0.5, training=True):
    if not training:
        return dout * 1.0
    return dout * kept / p


def dropout_backward_multiplied_instead_of_divided(dout, kept, p=0.5, training=True):
    if not training:
        return dout * 1.0
    return dout * kept * (1 - p)


def dropout_backward_gradient_of_what_was_dropped(dout, kept, p=0.5, training=True):
    if not training:
        return dout * 1.0
    scale = 1 / (1 - p) if p < 1 else 0.0
    return dout * ~kept * scale


def dropout_backward_scaled_in_evaluation_too(dout, kept, p=0.5, training=True):
    scale = 1 / (1 - p) if p < 1 else 0.0
    return dout * kept * scale


def dropout_backward_zero_over_zero(dout, kept, p=0.5, training=True):
    if not training:
        return dout * 1.0
    return dout * kept / np.asarray(1 - p, dtype=(dout * 1.0).dtype)


def dropout_backward_float32_lost(dout, kept, p=0.5, training=True):
    if not training:
        return dout * 1.0
    return dout * np.where(kept, 1 / (1 - p) if p < 1 else 0.0, 0.0)


DROPOUT_BACKWARD = Exercise(
    name="dropout_backward",
    parameters=("dout", "kept", "p", "training"),
    summary="the gradient of the loss with respect to the input of dropout",
    pytorch="torch.autograd.grad(torch.nn.functional.dropout(x, p, training), x, dout)",
    source=f"{SRIVASTAVA}, section 5.1",
    reference=dropout_backward_reference,
    derivative=Derivative(
        dropout_backward_forward, upstream="dout", with_respect_to=("x",), at=dropout_backward_inputs
    ),
    requirements=(
        Requirement(TRAINING, 2, dropout_backward_training),
        Requirement(EVALUATION_AND_EDGES, 2, dropout_backward_edges),
        Requirement(ANY_ARRAY, 1, dropout_backward_any_array),
    ),
    mistakes=(
        Mistake(
            dropout_backward_not_scaled,
            "The gradient is not scaled. The kept values were multiplied by a factor on the way forward, and the "
            "derivative of a multiplication is its factor.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            dropout_backward_passed_on_unchanged,
            "dout is passed on as it is. A value that was dropped had no influence on the loss, so its gradient is 0.",
            loses=(TRAINING, EVALUATION_AND_EDGES, ANY_ARRAY),
        ),
        Mistake(
            dropout_backward_divided_by_p,
            "You divide by p. The factor is the one of the forward pass, one over the share that is kept.",
            loses=(TRAINING, EVALUATION_AND_EDGES),
        ),
        Mistake(
            dropout_backward_multiplied_instead_of_divided,
            "You multiply by 1 - p, as if the scaling had to be undone on the way back. Backward multiplies by the "
            "factor of the forward pass.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            dropout_backward_gradient_of_what_was_dropped,
            "The gradient goes to the values that were dropped, and the kept ones get none: `kept` is True where a "
            "value stayed.",
            loses=(TRAINING, EVALUATION_AND_EDGES, ANY_ARRAY),
        ),
        Mistake(
            dropout_backward_scaled_in_evaluation_too,
            "With training=False dout is still scaled. The forward pass did nothing then, so there is nothing to "
            "differentiate.",
            loses=(EVALUATION_AND_EDGES,),
        ),
        Mistake(
            dropout_backward_zero_over_zero,
            "With p = 1 everything was dropped, and your division becomes 0/0. The gradient is 0.",
            loses=(EVALUATION_AND_EDGES,),
        ),
        Mistake(
            dropout_backward_float32_lost,
            "Right numbers, but float32 comes back as float64: np.where of two Python numbers makes float64. Multiply "
            "dout by `kept` itself, then scale.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- dropout_moments


def dropout_moments_reference(x, W, b, p=0.5):
    """Mean and variance over all 2^D masks, each with its probability, of F.linear(F.dropout(x, p), W, b)."""
    import torch
    import torch.nn.functional as F

    features = x.shape[1]
    masks = torch.tensor(list(itertools.product([False, True], repeat=features)), device=x.device)
    kept = masks[:, None, :].expand(-1, len(x), -1)
    chances = torch.full_like(masks, 1 - p, dtype=x.dtype).masked_fill(~masks, p)
    probability = chances.prod(dim=1)[:, None, None]
    with drawn(kept):
        dropped = F.dropout(x.expand(len(masks), -1, -1).contiguous(), p, training=True)
    z = F.linear(dropped, W, b)
    mean = (probability * z).sum(dim=0)
    return mean, (probability * (z - mean) ** 2).sum(dim=0)


def layer(draw: Sampler, dtype: str = "float64") -> dict[str, np.ndarray]:
    """A batch x (N, D) and a dense layer W (K, D), b (K), with N, D and K all different."""
    samples, features, units = draw.shape(3, smallest=2, largest=5)
    return {
        "x": draw.normal(samples, features, scale=2.0, dtype=dtype),
        "W": draw.normal(units, features, dtype=dtype),
        "b": draw.normal(units, dtype=dtype),
    }


ONE_UNIT = {"x": np.array([[1.0, 2.0]]), "W": np.array([[3.0, -1.0]]), "b": np.array([0.5])}
"""One sample, two features, one unit: its input is 3 - 2 + 0.5."""


def dropout_moments_half(draw: Sampler) -> Iterator[Case]:
    """p = 0.5, where p / (1 - p) is 1."""
    yield case("two features, one unit", **ONE_UNIT, p=0.5)
    yield case("p left out", **{**ONE_UNIT, "b": np.array([-4.0])})
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random layer", **layer(draw), p=0.5)


def dropout_moments_other_p(draw: Sampler) -> Iterator[Case]:
    """p other than 0.5, and p = 0, where nothing varies."""
    yield case("p = 0.2", **ONE_UNIT, p=0.2)
    yield case("p = 0.75", **ONE_UNIT, p=0.75)
    yield case("p = 0", **ONE_UNIT, p=0.0)
    for _ in draw.rounds(public=1, hidden=4):
        yield case("random layer and p", **layer(draw), p=draw.choice(UNEQUAL))


def dropout_moments_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, in any memory order, an empty batch included. p = 0.5."""
    yield case("float32", **{name: array.astype("float32") for name, array in ONE_UNIT.items()}, p=0.5)
    for name, change in (("Fortran order", np.asfortranarray), ("every second entry of a larger array", strided)):
        found = layer(draw)
        yield case(name, x=change(found["x"]), W=change(found["W"]), b=found["b"], p=0.5)
    yield case("empty batch", x=np.zeros((0, 3)), W=draw.normal(2, 3), b=draw.normal(2), p=0.5)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32, random", **layer(draw, dtype="float32"), p=0.5)


def dropout_moments_mean_scaled_down(x, W, b, p=0.5):
    return (1 - p) * (x @ W.T) + b, p / (1 - p) * (x**2 @ W.T**2)


def dropout_moments_variance_without_scaling(x, W, b, p=0.5):
    return x @ W.T + b, p * (1 - p) * (x**2 @ W.T**2)


def dropout_moments_factor_forgotten(x, W, b, p=0.5):
    return x @ W.T + b, x**2 @ W.T**2


def dropout_moments_factor_upside_down(x, W, b, p=0.5):
    return x @ W.T + b, x**2 @ W.T**2 * ((1 - p) / max(p, 1e-12))


def dropout_moments_square_of_the_sum(x, W, b, p=0.5):
    return x @ W.T + b, p / (1 - p) * (x @ W.T) ** 2


def dropout_moments_weights_not_squared(x, W, b, p=0.5):
    return x @ W.T + b, p / (1 - p) * (x**2 @ W.T)


def dropout_moments_deviation_instead_of_variance(x, W, b, p=0.5):
    return x @ W.T + b, np.sqrt(p / (1 - p) * (x**2 @ W.T**2))


def dropout_moments_bias_varies_too(x, W, b, p=0.5):
    return x @ W.T + b, p / (1 - p) * (x**2 @ W.T**2 + b**2)


def dropout_moments_bias_forgotten(x, W, b, p=0.5):
    return x @ W.T, p / (1 - p) * (x**2 @ W.T**2)


def dropout_moments_float32_lost(x, W, b, p=0.5):
    mean, variance = np.zeros((len(x), len(W))), np.zeros((len(x), len(W)))
    for k in range(len(W)):
        mean[:, k] = x @ W[k] + b[k]
        variance[:, k] = p / (1 - p) * np.sum((x * W[k]) ** 2, axis=1)
    return mean, variance


ALL_OF_MOMENTS = (HALF, OTHER_P, ANY_ARRAY)

DROPOUT_MOMENTS = Exercise(
    name="dropout_moments",
    parameters=("x", "W", "b", "p"),
    summary="mean and variance over all masks of what the units behind dropout receive",
    pytorch="torch.nn.functional.linear(torch.nn.functional.dropout(x, p), W, b), averaged over all 2^D masks",
    source="Wager, Wang, Liang 2013, Dropout Training as Adaptive Regularization; Baldi and Sadowski 2013",
    reference=dropout_moments_reference,
    outputs=("mean", "variance"),
    computation="reduction",
    requirements=(
        Requirement(HALF, 2, dropout_moments_half),
        Requirement(OTHER_P, 2, dropout_moments_other_p),
        Requirement(ANY_ARRAY, 1, dropout_moments_any_array),
    ),
    mistakes=(
        Mistake(
            dropout_moments_mean_scaled_down,
            "Your mean carries a factor 1 - p. That is the mean without scaling; the kept values are divided by 1 - p, "
            "so that the mean is what it would be without dropout.",
            loses=ALL_OF_MOMENTS,
        ),
        Mistake(
            dropout_moments_variance_without_scaling,
            "p (1 - p) is the variance of a decision that is 0 or 1. Here a kept value counts 1 / (1 - p), and this "
            "factor enters the variance as its square.",
            loses=ALL_OF_MOMENTS,
        ),
        Mistake(
            dropout_moments_factor_forgotten,
            "The variance does not depend on p. For p = 0.5 its factor is 1; for p = 0 nothing varies.",
            loses=(OTHER_P,),
        ),
        Mistake(
            dropout_moments_factor_upside_down,
            "The factor in front of your variance is upside down: the more is dropped, the more the result varies.",
            loses=(OTHER_P,),
        ),
        Mistake(
            dropout_moments_square_of_the_sum,
            "You square the sum over the inputs. The decisions are independent, so it is the variances of the terms "
            "that add up: square each term first.",
            loses=ALL_OF_MOMENTS,
        ),
        Mistake(
            dropout_moments_weights_not_squared,
            "The inputs are squared in your variance, the weights are not. A factor enters a variance as its square.",
            loses=ALL_OF_MOMENTS,
        ),
        Mistake(
            dropout_moments_deviation_instead_of_variance,
            "You return the standard deviation. The variance is its square.",
            loses=ALL_OF_MOMENTS,
        ),
        Mistake(
            dropout_moments_bias_varies_too,
            "The bias is in your variance. It is added after dropout, and a constant does not vary.",
            loses=ALL_OF_MOMENTS,
        ),
        Mistake(
            dropout_moments_bias_forgotten,
            "The bias is missing in the mean.",
            loses=ALL_OF_MOMENTS,
        ),
        Mistake(
            dropout_moments_float32_lost,
            "Right numbers, but float32 comes back as float64: np.zeros(shape) is float64 unless told otherwise.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- dropout_channels


def dropout_channels_reference(x, u, p=0.5, training=True):
    """F.dropout2d of PyTorch with the decisions u >= p."""
    import torch.nn.functional as F

    with drawn((u >= p)[:, :, None, None]):
        return F.dropout2d(x, p, training)


def images(draw: Sampler, dtype: str = "float64") -> dict[str, np.ndarray]:
    """Images (N, C, H, W) whose sides all differ, and u (N, C)."""
    shape = draw.shape(4, smallest=2, largest=5)
    return {"x": draw.normal(*shape, dtype=dtype), "u": draw.uniform(*shape[:2])}


def dropout_channels_training(draw: Sampler) -> Iterator[Case]:
    """Training, p other than 0.5 as a rule; some images are as wide as they have channels."""
    x = np.array([[[[3.0, 6.0]], [[9.0, -3.0]]]])
    yield case("one image, two channels of 1 x 2 pixels", x=x, u=np.array([[0.1, 0.8]]), p=0.25, training=True)
    u = np.array([[0.1, 0.8], [0.9, 0.6]])
    yield case("p = 0.5: p and training left out", x=np.arange(1.0, 9.0).reshape(2, 2, 1, 2), u=u)
    cube = draw.normal(3, 3, 3, 3)
    u = np.array([[0.9, 0.1, 0.5], [0.05, 0.7, 0.9], [0.6, 0.8, 0.02]])
    yield case("as many images as channels, rows and columns", x=cube, u=u, p=0.2, training=True)
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random images", **images(draw), p=draw.choice(UNEQUAL), training=True)


def dropout_channels_edges(draw: Sampler) -> Iterator[Case]:
    """Evaluation, and training with nothing or everything dropped."""
    x, u = np.array([[[[3.0, 6.0]], [[9.0, -3.0]]]]), np.array([[0.0, 0.8]])
    yield case("evaluation", x=x, u=u, p=0.25, training=False)
    yield case("p = 0, one u is 0", x=x, u=u, p=0.0, training=True)
    yield case("p = 1", x=x, u=u, p=1.0, training=True)
    for _ in draw.rounds(public=1, hidden=3):
        found = images(draw)
        yield case("random, evaluation", **found, p=draw.choice(UNEQUAL), training=False)
        yield case("random, p = 0", **found, p=0.0, training=True)
        yield case("random, p = 1", **found, p=1.0, training=True)


def dropout_channels_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any memory order. p = 0.5 in training."""
    x, u = np.array([[[[3.0, 6.0]], [[9.0, -3.0]]]]), np.array([[0.1, 0.8]])
    yield case("float32, u float64", x=x.astype("float32"), u=u, p=0.5, training=True)
    yield case("whole numbers", x=x.astype(int), u=u, p=0.5, training=True)
    for name, change in (("Fortran order", np.asfortranarray), ("every second entry of a larger array", strided)):
        found = images(draw)
        yield case(name, x=change(found["x"]), u=change(found["u"]), p=0.5, training=True)
    yield case("empty batch", x=np.zeros((0, 3, 2, 4)), u=np.zeros((0, 3)), p=0.5, training=True)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32, random", **images(draw, dtype="float32"), p=0.5, training=True)


def dropout_channels_not_rescaled(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    return x * 1.0 * (u >= p)[:, :, None, None]


def dropout_channels_divided_by_p(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    return x * (u >= p)[:, :, None, None] / p


def dropout_channels_same_channels_in_every_image(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * (u[:1] >= p)[:, :, None, None] * scale


def dropout_channels_whole_images(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * (u[:, :1] >= p)[:, :, None, None] * scale


def dropout_channels_along_the_pixels(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * (u >= p) * scale


def dropout_channels_still_dropping_in_evaluation(x, u, p=0.5, training=True):
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * (u >= p)[:, :, None, None] * scale


def dropout_channels_zero_over_zero(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    return x * (u >= p)[:, :, None, None] / np.asarray(1 - p, dtype=(x * 1.0).dtype)


def dropout_channels_float32_lost(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    factor = np.where(u >= p, 1 / (1 - p) if p < 1 else 0.0, 0.0)
    return x * factor[:, :, None, None]


DROPOUT_CHANNELS = Exercise(
    name="dropout_channels",
    parameters=("x", "u", "p", "training"),
    summary="dropout of whole channels of images",
    pytorch="torch.nn.functional.dropout2d(x, p, training)",
    source="Tompson, Goroshin, Jain, LeCun, Bregler 2015, Efficient Object Localization Using Convolutional Networks",
    reference=dropout_channels_reference,
    requirements=(
        Requirement(TRAINING, 2, dropout_channels_training),
        Requirement(EVALUATION_AND_EDGES, 1, dropout_channels_edges),
        Requirement(ANY_ARRAY, 1, dropout_channels_any_array),
    ),
    mistakes=(
        Mistake(
            dropout_channels_along_the_pixels,
            "Two axes are missing: NumPy lines up axes from the right, so the decisions for images and channels met "
            "rows and columns. Give the decisions a shape with two ones behind.",
            loses=(TRAINING, ANY_ARRAY, EVALUATION_AND_EDGES),
        ),
        Mistake(
            dropout_channels_same_channels_in_every_image,
            "Every image of your batch loses the same channels. u has a row for each image.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            dropout_channels_whole_images,
            "Whole images are dropped: you use one decision for each image. There is one for each channel of it.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            dropout_channels_not_rescaled,
            "The kept channels are not scaled, so the next layer gets less in training than in evaluation.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            dropout_channels_divided_by_p,
            "You divide by p. What has to be made up for is the share that is left.",
            loses=(TRAINING, EVALUATION_AND_EDGES),
        ),
        Mistake(
            dropout_channels_still_dropping_in_evaluation,
            "With training=False channels are still dropped. In evaluation dropout does nothing.",
            loses=(EVALUATION_AND_EDGES,),
        ),
        Mistake(
            dropout_channels_zero_over_zero,
            "With p = 1 everything is dropped, and your division becomes 0/0. The result is to be zeros.",
            loses=(EVALUATION_AND_EDGES,),
        ),
        Mistake(
            dropout_channels_float32_lost,
            "Right numbers, but float32 comes back as float64: np.where of two Python numbers makes float64.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- mc_dropout


def mc_dropout_reference(x, W, b, u, p=0.5):
    """Mean and standard deviation over T passes of softmax(F.linear(F.dropout(x, p), W, b))."""
    import torch.nn.functional as F

    with drawn(u >= p):
        dropped = F.dropout(x.expand(len(u), -1, -1).contiguous(), p, training=True)
    probabilities = F.linear(dropped, W, b).softmax(dim=-1)
    if len(x) == 0:  # torch.std warns of an empty array
        return probabilities.mean(dim=0), probabilities.mean(dim=0)
    return probabilities.mean(dim=0), probabilities.std(dim=0)


def network(draw: Sampler, scale: float = 1.0, dtype: str = "float64") -> dict[str, np.ndarray]:
    """Hidden activations x (N, D), at least 0.2, and an output layer W (K, D), b (K); N, D and K all different."""
    samples, features, classes = draw.shape(3, smallest=2, largest=5)
    return {
        "x": np.round(draw.uniform(samples, features, low=0.2, high=2.0), 3).astype(dtype),
        "W": draw.normal(classes, features, scale=scale, dtype=dtype),
        "b": draw.normal(classes, dtype=dtype),
    }


def passes(draw: Sampler, x: np.ndarray, p: float, count: int = 0) -> np.ndarray:
    """Noise for `count` passes (random if 0), such that the first two passes decide differently for every number."""
    u = draw.uniform(count or draw.choice([3, 7, 8]), *x.shape)
    u[0] = np.where(u[0] >= p, u[0], p + (1 - p) * u[0])
    u[1] = p * u[1]
    return u


def the_same(draw: Sampler, x: np.ndarray, p: float, count: int) -> np.ndarray:
    """Noise for `count` passes that all decide alike, but not alike for all samples."""
    kept = draw.uniform(*x.shape) >= p
    kept[0, 0], kept[-1, 0] = False, True
    u = draw.uniform(count, *x.shape)
    return np.where(kept, p + (1 - p) * u, p * u)


ONE_SAMPLE = {"x": np.array([[1.0, 2.0]]), "W": np.array([[1.0, 0.0], [0.0, -1.0]]), "b": np.array([0.5, 0.0])}
"""One sample, two activations, two classes."""


def mc_dropout_agreeing(draw: Sampler) -> Iterator[Case]:
    """All passes have the same mask, so the deviation is 0 and the mean is one pass."""
    u = np.array([[[0.1, 0.9]], [[0.2, 0.7]]])
    yield case("two passes, p = 0.25", **ONE_SAMPLE, u=u, p=0.25)
    yield case("p = 0, one u is 0", **ONE_SAMPLE, u=np.array([[[0.0, 0.9]], [[0.2, 0.7]]]), p=0.0)
    for _ in draw.rounds(public=2, hidden=5):
        found, p = network(draw), draw.choice(UNEQUAL)
        yield case("random", **found, u=the_same(draw, found["x"], p, draw.integer(2, 5)), p=p)


def mc_dropout_differing(draw: Sampler) -> Iterator[Case]:
    """Passes that differ."""
    yield case("two passes", **ONE_SAMPLE, u=np.array([[[0.1, 0.9]], [[0.8, 0.1]]]), p=0.25)
    yield case("three passes, p left out", **ONE_SAMPLE, u=np.array([[[0.1, 0.9]], [[0.8, 0.2]], [[0.7, 0.6]]]))
    for _ in draw.rounds(public=2, hidden=6):
        found, p = network(draw), draw.choice(UNEQUAL)
        yield case("random", **found, u=passes(draw, found["x"], p), p=p)


def mc_dropout_large(draw: Sampler) -> Iterator[Case]:
    """Scores whose exponentials overflow. All passes predict the same, so the deviation is 0."""
    u = np.array([[[0.1, 0.9]], [[0.2, 0.7]]])
    x, W, b = np.array([[1.0, 2.0]]), np.array([[0.0, 250.0], [0.0, 249.75]]), np.zeros(2)
    yield case("scores near 1000", x=x, W=W, b=b, u=u, p=0.5)
    yield case("scores near -1000", x=x, W=W, b=np.array([-2000.0, -1999.5]), u=u, p=0.5)
    yield case("scores 1000 and -1000", x=x, W=np.array([[0.0, 250.0], [0.0, -250.0]]), b=b, u=u, p=0.5)
    alike, differing = np.array([[0.0, 250.0], [0.0, 250.0]]), np.array([[[0.1, 0.9]], [[0.2, 0.3]]])
    yield case("scores 1000 in one pass, 0 in the other", x=x, W=alike, b=b, u=differing, p=0.5)
    both, twice = np.array([[1.0, 2.0], [1.0, -2.0]]), np.repeat(u, 2, axis=1)
    yield case("one sample near 1000, one near -1000", x=both, W=W, b=b, u=twice, p=0.5)
    for _ in draw.rounds(public=1, hidden=3):
        found = network(draw)
        found["b"] = found["b"] + draw.choice([-1000.0, 1000.0])
        yield case("random", **found, u=the_same(draw, found["x"], 0.5, 3), p=0.5)


def mc_dropout_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any memory order. p = 0.5, passes with the same mask."""
    u = np.array([[[0.1, 0.9]], [[0.2, 0.7]]])
    single = {name: array.astype("float32") for name, array in ONE_SAMPLE.items()}
    yield case("float32, u float64", **single, u=u, p=0.5)
    yield case("whole numbers", x=np.array([[1, 2]]), W=np.array([[1, 0], [0, -1]]), b=np.array([1, 0]), u=u, p=0.5)
    for name, change in (("Fortran order", np.asfortranarray), ("every second entry of a larger array", strided)):
        found = network(draw)
        u = change(the_same(draw, found["x"], 0.5, 3))
        yield case(name, x=change(found["x"]), W=change(found["W"]), b=found["b"], u=u, p=0.5)
    yield case("empty batch", x=np.zeros((0, 3)), W=draw.normal(2, 3), b=draw.normal(2), u=np.zeros((4, 0, 3)), p=0.5)
    for _ in draw.rounds(public=1, hidden=3):
        found = network(draw, dtype="float32")
        yield case("float32, random", **found, u=the_same(draw, found["x"], 0.5, 4), p=0.5)


def mc_dropout_population_deviation(x, W, b, u, p=0.5):
    z = (x * (u >= p) / (1 - p)) @ W.T + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    q = e / e.sum(axis=-1, keepdims=True)
    return q.mean(axis=0), q.std(axis=0)


def mc_dropout_softmax_of_the_mean(x, W, b, u, p=0.5):
    z = (x * (u >= p) / (1 - p)) @ W.T + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    q = e / e.sum(axis=-1, keepdims=True)
    centre = z.mean(axis=0)
    e = np.exp(centre - centre.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True), q.std(axis=0, ddof=1)


def mc_dropout_standard_error(x, W, b, u, p=0.5):
    z = (x * (u >= p) / (1 - p)) @ W.T + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    q = e / e.sum(axis=-1, keepdims=True)
    return q.mean(axis=0), q.std(axis=0, ddof=1) / len(u) ** 0.5


def mc_dropout_nothing_dropped(x, W, b, u, p=0.5):
    z = x @ W.T + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    q = e / e.sum(axis=-1, keepdims=True)
    return q, np.zeros_like(q)


def mc_dropout_not_rescaled(x, W, b, u, p=0.5):
    z = (x * 1.0 * (u >= p)) @ W.T + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    q = e / e.sum(axis=-1, keepdims=True)
    return q.mean(axis=0), q.std(axis=0, ddof=1)


def mc_dropout_one_mask_for_the_whole_batch(x, W, b, u, p=0.5):
    z = (x * (u[:, :1] >= p) / (1 - p)) @ W.T + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    q = e / e.sum(axis=-1, keepdims=True)
    return q.mean(axis=0), q.std(axis=0, ddof=1)


def mc_dropout_softmax_over_the_samples(x, W, b, u, p=0.5):
    z = (x * (u >= p) / (1 - p)) @ W.T + b
    e = np.exp(z - z.max(axis=-2, keepdims=True, initial=0.0))
    q = e / e.sum(axis=-2, keepdims=True)
    return q.mean(axis=0), q.std(axis=0, ddof=1)


def mc_dropout_exponentials_overflow(x, W, b, u, p=0.5):
    e = np.exp((x * (u >= p) / (1 - p)) @ W.T + b)
    q = e / e.sum(axis=-1, keepdims=True)
    return q.mean(axis=0), q.std(axis=0, ddof=1)


def mc_dropout_one_maximum_for_all(x, W, b, u, p=0.5):
    z = (x * (u >= p) / (1 - p)) @ W.T + b
    e = np.exp(z - z.max())
    q = e / e.sum(axis=-1, keepdims=True)
    return q.mean(axis=0), q.std(axis=0, ddof=1)


def mc_dropout_u_equal_to_p_dropped(x, W, b, u, p=0.5):
    z = (x * (u > p) / (1 - p)) @ W.T + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    q = e / e.sum(axis=-1, keepdims=True)
    return q.mean(axis=0), q.std(axis=0, ddof=1)


def mc_dropout_variance_instead_of_deviation(x, W, b, u, p=0.5):
    z = (x * (u >= p) / (1 - p)) @ W.T + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    q = e / e.sum(axis=-1, keepdims=True)
    return q.mean(axis=0), q.var(axis=0, ddof=1)


def mc_dropout_float32_lost(x, W, b, u, p=0.5):
    q = np.zeros((len(u), len(x), len(b)))
    for t in range(len(u)):
        z = (x * (u[t] >= p) / (1 - p)) @ W.T + b
        e = np.exp(z - z.max(axis=1, keepdims=True))
        q[t] = e / e.sum(axis=1, keepdims=True)
    return q.mean(axis=0), q.std(axis=0, ddof=1)


ALL_OF_MC = (SAME_MASK, PASSES, LARGE, ANY_ARRAY)

MC_DROPOUT = Exercise(
    name="mc_dropout",
    parameters=("x", "W", "b", "u", "p"),
    summary="mean and standard deviation of the predicted probabilities over several passes with dropout",
    pytorch="torch.softmax(F.linear(F.dropout(x, p), W, b), dim=-1) for each pass, then .mean(dim=0) and .std(dim=0)",
    source="Gal, Ghahramani 2016, Dropout as a Bayesian Approximation",
    reference=mc_dropout_reference,
    outputs=("mean", "deviation"),
    computation="reduction",
    requirements=(
        Requirement(SAME_MASK, 1, mc_dropout_agreeing),
        Requirement(PASSES, 2, mc_dropout_differing),
        Requirement(LARGE, 1, mc_dropout_large),
        Requirement(ANY_ARRAY, 1, mc_dropout_any_array),
    ),
    mistakes=(
        Mistake(
            mc_dropout_population_deviation,
            "Your deviation divides by T, which is what np.std does unless told otherwise. The deviation of a sample, "
            "torch.std's default, divides by T - 1.",
            loses=(PASSES,),
        ),
        Mistake(
            mc_dropout_softmax_of_the_mean,
            "You average the scores and then take the softmax. Each pass is a prediction: average the probabilities.",
            loses=(PASSES,),
        ),
        Mistake(
            mc_dropout_standard_error,
            "You divide the deviation by the root of the number of passes. That is the uncertainty of the mean, which "
            "more passes make small; asked for is the spread of the predictions, which they do not.",
            loses=(PASSES,),
        ),
        Mistake(
            mc_dropout_nothing_dropped,
            "Nothing is dropped: this is one pass in evaluation. Here dropout stays on.",
            loses=ALL_OF_MC,
        ),
        Mistake(
            mc_dropout_not_rescaled,
            "The kept activations are not divided by 1 - p, as they are in training.",
            loses=ALL_OF_MC,
        ),
        Mistake(
            mc_dropout_one_mask_for_the_whole_batch,
            "All samples of a pass lose the same activations: only the first row of each u[t] is used.",
            loses=ALL_OF_MC,
        ),
        Mistake(
            mc_dropout_softmax_over_the_samples,
            "Your softmax runs over the samples. The probabilities of the classes of one sample have to add up to 1.",
            loses=ALL_OF_MC,
        ),
        Mistake(
            mc_dropout_exponentials_overflow,
            "exp of a large score is infinite, and infinity divided by infinity is NaN. Subtract each sample's largest "
            "score first: the probabilities stay the same.",
            loses=(LARGE,),
        ),
        Mistake(
            mc_dropout_one_maximum_for_all,
            "You subtract the largest score of all samples and passes. Where a sample's own scores are far below it, "
            "all of its exponentials are 0, and 0/0 is NaN. Give the maximum an axis, and keepdims=True.",
            loses=(LARGE, ANY_ARRAY),
        ),
        Mistake(
            mc_dropout_u_equal_to_p_dropped,
            "Where u equals p the value is to be kept. Otherwise p = 0 would drop a value whose u is exactly 0.",
            loses=(SAME_MASK,),
        ),
        Mistake(
            mc_dropout_variance_instead_of_deviation,
            "You return the variance. The deviation is its root.",
            loses=(PASSES,),
        ),
        Mistake(
            mc_dropout_float32_lost,
            "Right numbers, but float32 comes back as float64: np.zeros(shape) is float64 unless told otherwise.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- alpha_dropout


def alpha_dropout_reference(x, u, p=0.5, training=True):
    """F.alpha_dropout of PyTorch with the decisions u >= p."""
    import torch.nn.functional as F

    with drawn(u >= p):
        return F.alpha_dropout(x, p, training)


def alpha_dropout_training(draw: Sampler) -> Iterator[Case]:
    """Training, p other than 0.5 as a rule."""
    x, u = np.array([1.0, 0.0, -1.0]), np.array([0.1, 0.6, 0.9])
    yield case("three numbers, p = 0.2", x=x, u=u, p=0.2, training=True)
    yield case("p = 0.5: p and training left out", x=x, u=u)
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        yield case("random", x=draw.normal(*shape), u=draw.uniform(*shape), p=draw.choice(UNEQUAL), training=True)


def alpha_dropout_edges(draw: Sampler) -> Iterator[Case]:
    """Evaluation, and training with nothing or everything dropped."""
    x, u = np.array([1.0, -0.5]), np.array([0.0, 0.8])
    yield case("evaluation", x=x, u=u, p=0.2, training=False)
    yield case("p = 0, one u is 0", x=x, u=u, p=0.0, training=True)
    yield case("p = 1", x=x, u=u, p=1.0, training=True)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape()
        x, u = draw.normal(*shape), draw.uniform(*shape)
        yield case("random, evaluation", x=x, u=u, p=draw.choice(UNEQUAL), training=False)
        yield case("random, p = 0", x=x, u=u, p=0.0, training=True)
        yield case("random, p = 1", x=x, u=u, p=1.0, training=True)


def alpha_dropout_any_array(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers become float64, in any shape and order. p = 0.5 in training."""
    u = np.array([0.3, 0.8, 0.6])
    yield case("float32, u float64", x=np.array([1.0, 2.0, -1.5], dtype="float32"), u=u, p=0.5, training=True)
    yield case("whole numbers", x=np.array([3, 0, -1]), u=u, p=0.5, training=True)
    x = np.asfortranarray(draw.normal(3, 4))
    yield case("Fortran order", x=x, u=draw.uniform(3, 4), p=0.5, training=True)
    x = strided(draw.normal(2, 5))
    yield case("every second entry of a larger array", x=x, u=strided(draw.uniform(2, 5)), p=0.5, training=True)
    yield case("empty batch", x=np.zeros((0, 3)), u=np.zeros((0, 3)), p=0.5, training=True)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        x, u = draw.normal(*shape, dtype="float32"), draw.uniform(*shape, dtype="float32")
        yield case("float32 images", x=x, u=u, p=0.5, training=True)


def alpha_dropout_plain_dropout(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    scale = 1 / (1 - p) if p < 1 else 0.0
    return x * (u >= p) * scale


def alpha_dropout_not_scaled_and_shifted(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    if p == 1:
        return x * 0.0
    return np.where(u >= p, x, -1.0507009873554805 * 1.6732632423543772) * 1.0


def alpha_dropout_dropped_to_zero_first(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    if p == 1:
        return x * 0.0
    low = -1.0507009873554805 * 1.6732632423543772
    a = ((low**2 * p + 1) * (1 - p)) ** -0.5
    return a * (x * (u >= p)) - a * low * p


def alpha_dropout_dropped_to_minus_alpha(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    if p == 1:
        return x * 0.0
    low = -1.6732632423543772
    a = ((low**2 * p + 1) * (1 - p)) ** -0.5
    return a * np.where(u >= p, x, low) - a * low * p


def alpha_dropout_constants_rounded(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    if p == 1:
        return x * 0.0
    low = -1.0507 * 1.6733
    a = ((low**2 * p + 1) * (1 - p)) ** -0.5
    return a * np.where(u >= p, x, low) - a * low * p


def alpha_dropout_p_and_one_minus_p_exchanged(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    if p in (0, 1):
        return x * (1.0 - p)
    low = -1.0507009873554805 * 1.6732632423543772
    a = ((low**2 * (1 - p) + 1) * p) ** -0.5
    return a * np.where(u >= p, x, low) - a * low * (1 - p)


def alpha_dropout_root_forgotten(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    if p == 1:
        return x * 0.0
    low = -1.0507009873554805 * 1.6732632423543772
    a = 1 / ((low**2 * p + 1) * (1 - p))
    return a * np.where(u >= p, x, low) - a * low * p


def alpha_dropout_still_dropping_in_evaluation(x, u, p=0.5, training=True):
    if p == 1:
        return x * 0.0
    low = -1.0507009873554805 * 1.6732632423543772
    a = ((low**2 * p + 1) * (1 - p)) ** -0.5
    return a * np.where(u >= p, x, low) - a * low * p


def alpha_dropout_divided_by_zero(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    low = -1.0507009873554805 * 1.6732632423543772
    a = 1 / ((low**2 * p + 1) * (1 - p)) ** 0.5
    return a * np.where(u >= p, x, low) - a * low * p


def alpha_dropout_float32_lost(x, u, p=0.5, training=True):
    if not training:
        return x * 1.0
    if p == 1:
        return x * 0.0
    low = -1.0507009873554805 * 1.6732632423543772
    a = 1 / np.sqrt((low**2 * p + 1) * (1 - p))
    return a * np.where(u >= p, x, low) - a * low * p


ALPHA_DROPOUT = Exercise(
    name="alpha_dropout",
    parameters=("x", "u", "p", "training"),
    summary="dropout for SELU: dropped values go to its floor, and mean 0 and variance 1 are kept",
    pytorch="torch.nn.functional.alpha_dropout(x, p, training)",
    source="Klambauer, Unterthiner, Mayr, Hochreiter 2017, Self-Normalizing Neural Networks",
    reference=alpha_dropout_reference,
    requirements=(
        Requirement(TRAINING, 2, alpha_dropout_training),
        Requirement(EVALUATION_AND_EDGES, 1, alpha_dropout_edges),
        Requirement(ANY_ARRAY, 1, alpha_dropout_any_array),
    ),
    mistakes=(
        Mistake(
            alpha_dropout_plain_dropout,
            "This is ordinary dropout. Here a dropped value becomes SELU's floor, not 0, and then all values are "
            "scaled and shifted.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            alpha_dropout_not_scaled_and_shifted,
            "The dropped values are at the floor, but mean and variance are not repaired: scale by a and shift by b.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            alpha_dropout_dropped_to_zero_first,
            "The dropped values are set to 0 before scaling and shifting. They are to be at the floor.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            alpha_dropout_dropped_to_minus_alpha,
            "Your floor is minus alpha. SELU multiplies by its scale, 1.0507..., so its floor is minus scale times "
            "alpha.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            alpha_dropout_constants_rounded,
            "Very nearly right: the constants of SELU are rounded. The card has all of their digits.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            alpha_dropout_p_and_one_minus_p_exchanged,
            "p and 1 - p are exchanged in a and b. p is the probability of being dropped.",
            loses=(TRAINING,),
        ),
        Mistake(
            alpha_dropout_root_forgotten,
            "a is one over the variance. To make the variance 1, divide by the standard deviation, its root.",
            loses=(TRAINING, ANY_ARRAY),
        ),
        Mistake(
            alpha_dropout_still_dropping_in_evaluation,
            "With training=False values are still dropped. In evaluation nothing happens.",
            loses=(EVALUATION_AND_EDGES,),
        ),
        Mistake(
            alpha_dropout_divided_by_zero,
            "With p = 1 the formula for a divides by zero. PyTorch returns zeros then; treat this case by itself.",
            loses=(EVALUATION_AND_EDGES,),
        ),
        Mistake(
            alpha_dropout_float32_lost,
            "Right numbers, but float32 comes back as float64: np.sqrt gives a float64 scalar, and that changes the "
            "dtype of an array. A plain Python number does not: write ** 0.5.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

EXERCISES = (DROPOUT, DROPOUT_BACKWARD, DROPOUT_MOMENTS, DROPOUT_CHANNELS, MC_DROPOUT, ALPHA_DROPOUT)

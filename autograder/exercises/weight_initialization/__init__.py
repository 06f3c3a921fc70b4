"""Exercises of `1_training_problems/2_weight_initialization`: how large the random weights of a layer are at the start.

The randomness comes in as an argument: `noise` holds standard normal numbers, `u` uniform numbers in [0, 1), in the
shape of the weight, (out, in) for a dense layer and (out, in, kh, kw) for a convolution. So every kernel has one right
answer. The references run PyTorch's own initializers with their draw replaced by these numbers (`initialized`).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from autograder.exercises.cases import case

NOTEBOOK = "1_training_problems/2_weight_initialization"

ORDER = (
    "fan_in_and_fan_out",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "truncated_normal",
)


def random_convolutions(sample, draw):
    """Weights (out, in, kh, kw), (out, in, k) and (out, in, kd, kh, kw), drawn by `sample.normal` or `sample.uniform`,
    each with what it is the weight of."""
    for _ in sample.repeat(public=2, hidden=4):
        yield "a random convolution", draw(*sample.shape(4))
    yield "a convolution of sequences", draw(4, 2, 5)
    yield "a convolution of volumes", draw(3, 2, 4, 1, 2)


def zeros(sample):
    """The only whole number in [0, 1)."""
    yield case("whole numbers", u=np.zeros((3, 2), int))


@cache
def _drawn_class():
    """The class behind `initialized`; made on first use, since it needs PyTorch."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    def normal(standard, weight, mean=0.0, deviation=1.0):
        return weight.copy_(standard * deviation + mean)

    def uniform(standard, weight, low=0.0, high=1.0):
        return weight.copy_(standard * (high - low) + low)

    class Drawn(TorchDispatchMode):
        """Replaces what PyTorch draws by given standard numbers, which it moves and stretches as it says."""

        def __init__(self, standard):
            super().__init__()
            self.standard = standard

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            if function.overloadpacket is torch.ops.aten.normal_:
                return normal(self.standard, *args)
            if function.overloadpacket is torch.ops.aten.uniform_:
                return uniform(self.standard, *args)
            return function(*args, **(kwargs or {}))

    return Drawn


def initialized(initializer, standard, **settings):
    """What an initializer of `torch.nn.init` makes of a weight, from given standard numbers in place of its draw."""
    import torch

    with _drawn_class()(standard):
        return getattr(torch.nn.init, initializer)(torch.empty_like(standard), **settings)

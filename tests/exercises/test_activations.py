"""What the exercises on activation functions share."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.exercises.activations import autograd, both_sides, tiny_negative
from autograder.exercises.sampling import Sampler


@pytest.mark.parametrize("shape", [(2,), (2, 1), (3, 4), (0, 3), (2, 3, 4, 5)])
def test_numbers_on_both_sides_of_zero_alternate(shape):
    numbers = both_sides(Sampler(1), *shape)
    assert numbers.shape == shape
    assert np.sign(numbers).ravel().tolist() == [(-1.0, 1.0)[i % 2] for i in range(numbers.size)]


def test_tiny_numbers_are_negative():
    numbers = tiny_negative(Sampler(1))
    assert ((numbers > -1e-6) & (numbers < -1e-12)).all()


def test_autograd_gives_the_gradient_for_each_input():
    z, w, dout = (torch.tensor([number, 2 * number]) for number in (1.0, 3.0, 5.0))
    assert autograd(lambda z: z**2, dout, z).tolist() == [10.0, 40.0]
    dz, dw = autograd(torch.mul, dout, z, w)
    assert (dz.tolist(), dw.tolist()) == ([15.0, 60.0], [5.0, 20.0])
    assert not z.requires_grad

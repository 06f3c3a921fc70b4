"""What the optimizers' notebooks share, the looks of curves, and the digits."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.lab import style
from autograder.lab.descent import (
    BOWL,
    VALLEY,
    DigitsNetwork,
    adam_like,
    descend,
    gradient_descent,
    in_steps,
    momentum,
    steps_for,
    turned,
)
from autograder.lab.handwritten_digits import digits


def test_steps_for_given_gradients():
    gradients = np.array([1.0, 1.0, -1.0])
    assert steps_for(gradient_descent(0.5), gradients).tolist() == [0.5, 0.5, -0.5]
    assert steps_for(momentum(1.0), gradients) == pytest.approx([1, 1.9, 0.71])
    assert steps_for(momentum(1.0), np.stack([gradients, 0 * gradients], axis=1))[:, 1].tolist() == [0, 0, 0]


def test_adam_like_has_pytorch_s_settings():
    def step(theta, gradient, m, s, t, learning_rate, *betas_and_epsilon):
        return theta - learning_rate * t, m, s

    optimizer = adam_like("own", step, 0.1, decay=0.3)
    assert list(optimizer.settings.values()) == [0.1, 0.9, 0.999, 1e-8, 0.3]
    assert steps_for(optimizer, np.ones(3)) == pytest.approx([0.1, 0.2, 0.3])


@pytest.mark.parametrize("surface", [BOWL, VALLEY])
def test_gradient_descent_does_not_notice_that_a_surface_is_turned(surface):
    path = descend(gradient_descent(0.01), surface, 50)
    other = descend(gradient_descent(0.01), turned(surface, 30), 50)
    np.testing.assert_allclose(surface.loss(path), turned(surface, 30).loss(other), rtol=1e-10)
    assert turned(surface, 90).lowest == pytest.approx((-surface.lowest[1], surface.lowest[0]))


def test_a_number_of_steps_in_words():
    assert [in_steps(3), in_steps(None), in_steps(None, "not in 9 steps")] == ["3 steps", "never", "not in 9 steps"]


def test_the_optimizers_network_has_pytorch_s_gradient():
    network, rows = DigitsNetwork((7, 5)), np.arange(20)
    theta = network.start(1)
    leaf = torch.tensor(theta, requires_grad=True)
    sizes = [int(np.prod(shape)) for shape in network.shapes]
    a = torch.tensor(network.x[rows])
    parts = [part.reshape(shape) for part, shape in zip(leaf.split(sizes), network.shapes, strict=True)]
    for i in range(0, 6, 2):
        z = a @ parts[i] + parts[i + 1]
        a = torch.relu(z)
    loss = torch.nn.functional.cross_entropy(z, torch.tensor(network.y[rows]))
    loss.backward()
    own, gradient = network.loss_and_gradient(theta, rows)
    assert own == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, leaf.grad.numpy(), atol=1e-14)


# ---------------------------------------------------------------- looks


def test_each_place_has_a_colour_a_line_and_a_marker_of_its_own():
    looks = [tuple(style.curve(place).values()) for place in range(6)]
    assert all(len(set(column)) == 6 for column in zip(*looks, strict=True))
    assert style.curve(6) == style.curve(0)
    assert style.line(1, linewidth=2) == {"color": style.RED, "linestyle": "--", "linewidth": 2}
    assert style.dots(0)["linestyle"] == "none"
    assert style.curve(2, color=style.BLACK)["color"] == style.BLACK


@pytest.mark.parametrize(("scale", "prediction", "lines"), [("log", -1, 0), ("log", 2, 1), ("linear", -1, 1)])
def test_a_prediction_is_marked_where_the_axis_has_a_place_for_it(scale, prediction, lines):
    _, axes = style.new_figure()
    axes.set_xscale(scale)
    style.mark_prediction(axes, None)
    style.mark_prediction(axes, prediction, linewidth=1)
    assert [line.get_label() for line in axes.get_lines()] == ["your prediction"] * lines


# ---------------------------------------------------------------- digits


def test_the_digits_in_float32_are_the_same_numbers():
    for half, whole in zip(digits("float32")[::2], digits()[::2], strict=True):
        assert half.dtype == np.float32
        np.testing.assert_array_equal(half, whole.astype(np.float32))


def test_whoever_changes_the_digits_changes_a_copy():
    digits()[0][...] = 0
    assert digits()[0].std() > 0.5

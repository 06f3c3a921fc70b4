"""The networks that the notebooks train: their gradients against differences and PyTorch, alone and side by side."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.lab import activations, networks
from autograder.lab.activations import ACTIVATIONS
from autograder.lab.networks import Networks, normal_weights, weights_by_seed
from autograder.lab.training import Momentum, gradient_descent_step, minibatches, minibatches_by_seed, smooth

WIDTHS = (4, 6, 5, 3)


def batch(*networks_and_images: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.normal(size=(*networks_and_images, 4)), rng.integers(0, 3, networks_and_images)


def double(count: int | None = None, **options) -> list[np.ndarray]:
    return normal_weights(np.random.default_rng(0), WIDTHS, networks=count, dtype=np.float64, **options)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_s_backward_is_its_slope(name):
    phi, h = ACTIVATIONS[name], 1e-6
    z = np.linspace(-3, 3, 40)
    difference = (phi.forward(z + h) - phi.forward(z - h)) / (2 * h)
    np.testing.assert_allclose(phi.backward(np.ones_like(z), z, phi.forward(z)), difference, atol=1e-8)


@pytest.mark.parametrize(
    ("own", "theirs"),
    [
        (activations.relu, F.relu),
        (activations.leaky_relu, F.leaky_relu),
        (activations.elu, F.elu),
        (activations.selu, F.selu),
        (activations.logistic, torch.sigmoid),
        (activations.gelu, lambda z: F.gelu(z, approximate="tanh")),
    ],
)
def test_the_course_s_activations_are_pytorch_s(own, theirs):
    z = np.linspace(-9, 9, 101)
    np.testing.assert_allclose(own(z), theirs(torch.tensor(z)).numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("shape", [(8,), (3, 8)])
def test_cross_entropy_is_pytorch_s_for_one_network_and_for_several(shape):
    rng = np.random.default_rng(2)
    scores, labels = 5 * rng.normal(size=(*shape, 10)), rng.integers(0, 10, shape)
    z = torch.tensor(scores, requires_grad=True)
    flat = F.cross_entropy(z.reshape(-1, 10), torch.tensor(labels.reshape(-1)), reduction="none").reshape(shape)
    losses = flat.mean(dim=-1)
    losses.sum().backward()
    np.testing.assert_allclose(networks.cross_entropy(scores, labels), losses.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(networks.bounded_cross_entropy(scores, labels), losses.detach().numpy(), rtol=1e-9)
    np.testing.assert_allclose(networks.cross_entropy_backward(scores, labels), z.grad.numpy(), atol=1e-15)


def test_an_image_that_is_far_off_costs_no_more_than_a_bound():
    scores = np.array([[0.0, 1000.0], [0.0, 0.0]])
    assert networks.bounded_cross_entropy(scores, np.array([0, 0])) == pytest.approx((12 * np.log(10) + np.log(2)) / 2)


def test_the_same_labels_serve_several_networks():
    scores, labels = np.random.default_rng(3).normal(size=(2, 5, 3)), np.array([0, 1, 2, 1, 0])
    for function in (networks.cross_entropy, networks.bounded_cross_entropy, networks.cross_entropy_backward):
        np.testing.assert_array_equal(function(scores, labels), function(scores, np.stack([labels, labels])))


@pytest.mark.parametrize("units_first", [False, True])
def test_gradients_are_differences_of_the_loss(units_first):
    network = Networks(double(units_first=units_first), ACTIVATIONS["tanh"], units_first=units_first)
    x, labels = batch(7)
    scores, gradients = network.gradients(x, labels)
    np.testing.assert_array_equal(scores, network.scores(x))
    assert [gradient.shape for gradient in gradients] == [parameter.shape for parameter in network.parameters]
    h = 1e-6
    for parameter, gradient in zip(network.parameters, gradients, strict=True):
        measured = np.empty_like(parameter)
        for place in np.ndindex(parameter.shape):
            losses = []
            for shift in (h, -2 * h):
                parameter[place] += shift
                losses.append(networks.cross_entropy(network.scores(x), labels))
            parameter[place] += h
            measured[place] = (losses[0] - losses[1]) / (2 * h)
        np.testing.assert_allclose(gradient, measured, atol=1e-8)


@pytest.mark.parametrize("own_images", [False, True])
def test_networks_side_by_side_are_what_each_is_alone(own_images):
    weights = double(3)
    together = Networks(weights)
    x, labels = batch(3, 8) if own_images else batch(8)
    scores, gradients = together.gradients(x, labels)
    for i in range(3):
        alone = Networks([weight[i] for weight in weights])
        own = (x[i], labels[i]) if own_images else (x, labels)
        expected, slopes = alone.gradients(*own)
        np.testing.assert_allclose(scores[i], expected, rtol=1e-12)
        for gradient, slope in zip(gradients, slopes, strict=True):
            np.testing.assert_allclose(gradient[i].reshape(slope.shape), slope, atol=1e-14)
        assert together.accuracy(x, labels)[i] == alone.accuracy(*own)


def test_a_subclass_adds_parameters_between_layers():
    class Scaled(Networks):
        """Every hidden layer's z is multiplied by a number that is learned."""

        def __init__(self, weights):
            super().__init__(weights, biases=[None, *[np.zeros(len(weight.T)) for weight in weights[1:]]])
            self.added = [[np.array(2.0)], [np.array(0.5)]]

        def activate(self, layer, z, mode):
            a, memory = super().activate(layer, self.added[layer][0] * z, mode)
            return a, (z, memory)

        def activate_backward(self, layer, dout, memory):
            d, _ = super().activate_backward(layer, dout, memory[1])
            return self.added[layer][0] * d, [np.sum(d * memory[0])]

    network = Scaled(double())
    x, labels = batch(9)
    _, gradients = network.gradients(x, labels)
    assert len(gradients) == len(network.parameters) == 3 + 2 + 2
    for (scale,), slope in zip(network.added, gradients[-2:], strict=True):
        losses = []
        for shift in (1e-6, -2e-6):
            scale += shift
            losses.append(networks.cross_entropy(network.scores(x), labels))
        scale += 1e-6
        assert slope == pytest.approx((losses[0] - losses[1]) / 2e-6, abs=1e-8)


def test_first_weights_have_their_variance_and_the_last_layer_its_own():
    first, *_, last = normal_weights(np.random.default_rng(0), (200, 300, 200, 100), 2.0, last_gain=1.0, networks=2)
    assert first.shape == (2, 200, 300)
    assert first.dtype == np.float32
    assert first.var() == pytest.approx(2 / 200, rel=0.02)
    assert last.var() == pytest.approx(1 / 200, rel=0.02)


def test_a_seed_gives_a_network_the_same_weights_whoever_stands_beside_it():
    pair, alone = weights_by_seed((3, 4), WIDTHS), weights_by_seed((4,), WIDTHS)
    assert all((two[1] == one[0]).all() for two, one in zip(pair, alone, strict=True))


# ---------------------------------------------------------------- training


def test_an_epoch_shows_every_image_once_in_full_minibatches():
    """It leaves out what fills none."""
    rows = list(minibatches(np.random.default_rng(0), 10, 4))
    assert [len(some) for some in rows] == [4, 4]
    rows = list(minibatches(np.random.default_rng(0), 10, 4, rest=True))
    assert [len(some) for some in rows] == [4, 4, 2]
    assert sorted(np.concatenate(rows)) == list(range(10))


def test_in_a_quick_run_an_epoch_ends_after_a_few_minibatches(monkeypatch):
    monkeypatch.setenv("AUTOGRADER_QUICK_LAB", "1")
    quick = list(minibatches(np.random.default_rng(0), 100, 10))
    monkeypatch.delenv("AUTOGRADER_QUICK_LAB")
    full = list(minibatches(np.random.default_rng(0), 100, 10))
    assert len(quick) == 3 and len(full) == 10
    assert np.array_equal(quick, full[:3])


def test_networks_side_by_side_get_the_minibatches_of_their_own_seeds():
    (rows,) = minibatches_by_seed([np.random.default_rng(seed) for seed in (0, 1)], 5, 5, copies=2)
    expected = [np.random.default_rng(seed).permutation(5) for seed in (0, 1)] * 2
    assert rows.tolist() == np.array(expected).tolist()


def test_momentum_is_pytorch_s_at_a_constant_rate():
    start, gradients = np.array([1.0, -2.0]), np.random.default_rng(0).normal(size=(6, 2))
    theta, own = torch.tensor(start), start.copy()
    sgd, momentum = torch.optim.SGD([theta], lr=0.1, momentum=0.9), Momentum([own])
    for gradient in gradients:
        theta.grad = torch.tensor(gradient)
        sgd.step()
        momentum.step([gradient], 0.1)
    np.testing.assert_allclose(own, theta.numpy(), rtol=1e-12)


def test_gradient_descent_takes_a_rate_for_each_network():
    theta = np.ones((2, 1, 3))
    gradient_descent_step([theta], [np.ones((2, 1, 3))], np.array([0.1, 1.0])[:, None, None])
    assert theta[:, 0, 0].tolist() == [0.9, 0.0]


def test_a_running_median_ignores_a_spike():
    assert smooth([1.0] * 5 + [99.0] + [1.0] * 5, width=3).tolist() == [1.0] * 11

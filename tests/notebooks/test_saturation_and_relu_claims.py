"""What the notebook `3a_saturation_and_relu` says about PyTorch, NumPy and its own experiments."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder import lab
from autograder.lab.activations import relu, relu_backward
from autograder.lab.saturation_and_relu import gradient_norms, train


def slope(function, z, upstream=None):
    z = z.detach().requires_grad_(True)
    value = function(z)
    (gradient,) = torch.autograd.grad(value, z, torch.ones_like(value) if upstream is None else upstream)
    return gradient


def first_zero(function, dtype):
    z = torch.arange(0, 60, 0.01, dtype=torch.float64).to(dtype)
    return z[slope(function, z) == 0][0].item()


# ---------------------------------------------------------------- saturation


def test_the_slope_of_sigmoid_is_at_most_a_quarter():
    """That of tanh is at most one."""
    z = torch.linspace(-20, 20, 4001, dtype=torch.float64)
    assert slope(torch.sigmoid, z).max().item() == pytest.approx(0.25)
    assert slope(torch.tanh, z).max().item() == pytest.approx(1.0)


def test_pytorch_computes_both_slopes_from_the_output():
    z, dout = torch.randn(2, 50, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 5
    assert torch.equal(slope(torch.sigmoid, z, dout), torch.ops.aten.sigmoid_backward(dout, torch.sigmoid(z)))
    assert torch.equal(slope(torch.tanh, z, dout), torch.ops.aten.tanh_backward(dout, torch.tanh(z)))


def test_from_where_on_the_slope_of_sigmoid_is_exactly_zero():
    """From 17 on in float32, from 37 on in float64."""
    assert first_zero(torch.sigmoid, torch.float32) == pytest.approx(17, abs=0.5)
    assert first_zero(torch.sigmoid, torch.float64) == pytest.approx(37, abs=0.5)


def test_from_where_on_the_slope_of_tanh_is_exactly_zero():
    """From 9 or 10 on in float32, from 19 on in float64."""
    assert 8.9 < first_zero(torch.tanh, torch.float32) < 10.1
    assert first_zero(torch.tanh, torch.float64) == pytest.approx(19, abs=0.5)
    z = np.arange(0, 60, 0.01, dtype="float32")
    assert 8.9 < z[np.tanh(z) == 1][0] < 10.1


def test_sigmoid_keeps_a_tiny_slope_far_to_the_left():
    far = torch.tensor([-100.0], dtype=torch.float64)
    assert 0 < slope(torch.sigmoid, far).item() < 1e-40
    assert slope(torch.sigmoid, -far).item() == 0


def test_the_identity_with_sigmoid_loses_the_digits_of_a_tiny_tanh():
    z = torch.tensor([1e-10, 1e-18], dtype=torch.float64)
    identity = 2 * torch.sigmoid(2 * z) - 1
    assert abs(identity[0].item() / 1e-10 - 1) > 1e-8
    assert identity[1].item() == 0
    assert torch.tanh(z).tolist() == z.tolist()


def test_sigmoid_of_whole_numbers_is_float32_in_pytorch():
    assert torch.sigmoid(torch.tensor([1, 2])).dtype == torch.float32


def test_the_combined_loss_keeps_the_gradient():
    """Sigmoid, then cross-entropy, loses it."""
    z, y = torch.tensor([-200.0]), torch.tensor([1.0])
    assert slope(lambda z: F.binary_cross_entropy(torch.sigmoid(z), y), z).item() == 0
    assert slope(lambda z: F.binary_cross_entropy_with_logits(z, y), z).item() == -1


# ---------------------------------------------------------------- ReLU


def test_the_gradient_at_zero_is_a_convention_and_pytorch_has_three():
    z = torch.zeros(1)
    assert slope(F.relu, z).item() == 0
    assert slope(lambda z: torch.clamp(z, min=0), z).item() == 1
    assert slope(lambda z: torch.maximum(z, torch.zeros(1)), z).item() == 0.5


def test_relu_passes_nan_on_and_keeps_whole_numbers():
    assert torch.isnan(F.relu(torch.tensor([float("nan")]))).all()
    assert F.relu(torch.tensor([-1, 2])).dtype == torch.int64


def test_a_closed_relu_stops_an_infinite_gradient():
    z, dout = torch.tensor([-1.0, 0.0, 2.0]), torch.full((3,), torch.inf)
    assert slope(F.relu, z, dout).tolist() == [0, 0, torch.inf]


def test_relu_in_place_overwrites_its_input_and_still_has_its_gradient():
    z = torch.tensor([-1.0, 2.0])
    torch.nn.ReLU(inplace=True)(z)
    assert z.tolist() == [0, 2]
    leaf = torch.tensor([-1.0, 2.0], requires_grad=True)
    torch.nn.ReLU(inplace=True)(leaf * 1).sum().backward()
    assert leaf.grad.tolist() == [0, 1]


@pytest.mark.parametrize("learning_rate", [1e-3, 1.0, 1e6])
def test_no_learning_rate_moves_a_dead_unit(learning_rate):
    x = torch.randn(40, 5, generator=torch.Generator().manual_seed(1))
    layer = torch.nn.Linear(5, 2)
    with torch.no_grad():
        layer.bias[0] = -1000.0
    before = layer.weight.detach().clone(), layer.bias.detach().clone()
    F.relu(layer(x)).square().sum().backward()
    torch.optim.SGD(layer.parameters(), learning_rate).step()
    assert torch.equal(layer.weight[0], before[0][0])
    assert torch.equal(layer.bias[0], before[1][0])
    assert not torch.equal(layer.weight[1], before[0][1])


# ---------------------------------------------------------------- the experiments


def test_the_digits_are_split_standardized_and_handed_out_as_copies():
    x, y, x_validation, y_validation = lab.digits()
    assert (x.shape, y.shape, x_validation.shape) == ((1437, 64), (1437,), (360, 64))
    assert set(y_validation) == set(range(10))
    assert np.abs(x.mean(axis=0)).max() < 1e-12
    assert x.std(axis=0).max() < 1 + 1e-12
    x[...] = 7
    assert np.abs(lab.digits()[0].mean()) < 1e-12


def test_the_gradient_shrinks_by_about_a_quarter_per_sigmoid_layer():
    """Not at all through ReLU."""

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def factor(activation, backward, gain):
        norms = gradient_norms(activation, backward, gain, 20)
        return (norms[0] / norms[-1]) ** (1 / 19)

    assert factor(sigmoid, lambda dout, z, s: dout * s * (1 - s), 1.0) == pytest.approx(0.23, abs=0.01)
    assert factor(np.tanh, lambda dout, z, t: dout * (1 - t**2), 1.0) == pytest.approx(0.91, abs=0.02)
    assert factor(relu, lambda dout, z, a: relu_backward(dout, z), 2.0) == pytest.approx(1.0, abs=0.03)
    assert factor(relu, lambda dout, z, a: relu_backward(dout, z), 1.0) == pytest.approx(0.7, abs=0.03)
    steep = factor(lambda z: sigmoid(4 * z), lambda dout, z, s: 4 * dout * s * (1 - s), 1.0)
    assert steep == pytest.approx(0.63, abs=0.03)
    steeper = factor(lambda z: sigmoid(16 * z), lambda dout, z, s: 16 * dout * s * (1 - s), 1.0)
    assert steeper > 1


def trained(rate):
    return [train(relu, relu_backward, [rate] * 10, seed=seed) for seed in (0, 1, 2)]


def test_a_small_learning_rate_kills_next_to_no_units():
    """A larger one kills some."""
    small, larger = trained(0.03), trained(0.1)
    for run in small:
        assert run.dead[-1].mean() < 0.03
        assert run.accuracy == pytest.approx(0.98, abs=0.02)
    for run in larger:
        assert 0.01 < run.dead[-1].mean() < 0.35
    assert np.mean([run.accuracy for run in larger]) < np.mean([run.accuracy for run in small]) - 0.01


@pytest.mark.parametrize("rate", [0.3, 0.4])
def test_a_large_learning_rate_kills_nearly_all_of_a_layer(rate):
    """The network guesses."""
    for run in trained(rate):
        assert run.dead[-1].argmax() == 2
        assert run.dead[-1].max() >= 0.95
        assert 0.4 < run.dead[-1].mean() < 0.75
        assert run.accuracy < 0.25


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.4])
def test_lowering_the_learning_rate_brings_hardly_any_dead_unit_back(rate):
    run = train(relu, relu_backward, [rate] * 6 + [0.01] * 8)
    assert all(abs(layers.mean() - run.dead[6].mean()) < 0.06 for layers in run.dead[7:])
    if rate == 0.1:
        assert run.dead[-1].max() < 0.35
        assert run.accuracy > 0.92
    else:
        assert run.dead[-1].max() > 0.8
        assert run.accuracy < 0.25


def test_a_unit_of_the_first_layer_that_is_dead_stays_dead():
    run = train(relu, relu_backward, [0.4] * 6 + [0.01] * 2)
    first = [layers[0] for layers in run.dead]
    assert first == sorted(first)


def test_an_experiment_says_in_a_sentence_what_it_cannot_use(capsys):
    lab.dead_units_experiment(lambda z: None, relu_backward)
    lab.dead_units_experiment(relu, relu_backward, prediction=[0.5])
    lab.plot_activation(lambda z: z[:3])
    printed = capsys.readouterr().out
    for sentence in ("returned no numbers", "should have 4 numbers", "of shape (3,)"):
        assert sentence in printed

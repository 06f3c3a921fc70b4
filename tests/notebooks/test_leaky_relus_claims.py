"""What the notebook `3b_leaky_relus` says about PyTorch, and about the numbers in its text."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder import lab
from autograder.exercises import catalogue
from autograder.lab import leaky_relus as experiments
from autograder.lab.activations import relu, relu_backward
from autograder.lab.saturation_and_relu import train
from tests.solutions import solution
from tests.support.thorough import THOROUGH

LOWER, UPPER = 1 / 8, 1 / 3
leaky_relu, leaky_relu_backward, prelu, prelu_backward = map(
    solution, ("leaky_relu", "leaky_relu_backward", "prelu", "prelu_backward")
)


def tensor(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def negative_numbers(count: int, seed: int = 0) -> torch.Tensor:
    return -torch.rand(count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) - 0.1


def test_leaky_relu_has_the_default_slope_001():
    assert F.leaky_relu(tensor(-100.0)) == -1.0
    assert nn.LeakyReLU().negative_slope == 0.01


def test_leaky_relu_with_slope_zero_is_relu():
    z = tensor(-3.0, 0.0, 2.0)
    assert torch.equal(F.leaky_relu(z, 0.0), F.relu(z))


def test_the_gradient_of_leaky_relu_at_zero_is_the_slope():
    z = tensor(0.0).requires_grad_()
    F.leaky_relu(z, 0.3).sum().backward()
    assert z.grad == 0.3


def test_the_maximum_form_is_wrong_for_a_slope_above_1():
    z = tensor(-2.0)
    assert F.leaky_relu(z, 1.5) == -3.0
    assert torch.maximum(1.5 * z, z) == -2.0


def test_rrelu_in_training_is_the_reference_for_the_slopes_that_it_drew():
    torch.manual_seed(3)
    z = torch.randn(40, 7, dtype=torch.float64)
    y = F.rrelu(z, LOWER, UPPER, training=True)
    u = torch.where(z < 0, (y / z - LOWER) / (UPPER - LOWER), torch.zeros_like(z))
    again, slope = catalogue()["rrelu"].reference(z, u, LOWER, UPPER, training=True)
    torch.testing.assert_close(again, y, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(slope, y / z, rtol=1e-12, atol=1e-12)


def test_rrelu_draws_a_slope_for_each_element_and_new_ones_in_each_call():
    torch.manual_seed(4)
    z = -torch.ones(1000, dtype=torch.float64)
    first, second = (F.rrelu(z, training=True) for _ in range(2))
    assert len(first.unique()) > 990
    assert not torch.equal(first, second)


def test_rrelu_draws_its_slopes_uniformly_between_the_bounds():
    torch.manual_seed(5)
    z = -torch.ones(100_000, dtype=torch.float64)
    slopes = -F.rrelu(z, training=True).sort().values
    u = ((slopes - LOWER) / (UPPER - LOWER)).sort().values
    even = (torch.arange(len(u)) + 0.5) / len(u)
    assert u.min() >= 0
    assert u.max() <= 1
    assert (u - even).abs().max() * math.sqrt(len(u)) < 3


def test_rrelu_in_evaluation_has_the_mean_slope():
    z = tensor(-48.0, 0.0, 5.0)
    torch.testing.assert_close(F.rrelu(z, training=False), tensor(-11.0, 0.0, 5.0))
    torch.testing.assert_close(nn.RReLU().eval()(z), tensor(-11.0, 0.0, 5.0))


def test_rrelu_as_a_function_is_in_evaluation_by_default():
    z = negative_numbers(50)
    assert torch.equal(F.rrelu(z), F.rrelu(z, training=False))


def test_rrelu_goes_back_with_the_slopes_of_the_forward_pass():
    torch.manual_seed(6)
    z = negative_numbers(100).requires_grad_()
    y = F.rrelu(z, training=True)
    dout = torch.randn(100, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(y, z, dout)
    torch.testing.assert_close(gradient, dout * (y / z).detach())


def test_rrelu_draws_a_slope_at_zero_as_for_a_negative_number():
    torch.manual_seed(7)
    z = torch.zeros(200, dtype=torch.float64, requires_grad=True)
    (slopes,) = torch.autograd.grad(F.rrelu(z, training=True).sum(), z)
    assert slopes.min() >= LOWER
    assert slopes.max() <= UPPER
    assert len(slopes.unique()) > 190


def test_prelu_lines_its_slopes_up_with_axis_1():
    z, alpha = -torch.ones(2, 3, 4, 3), torch.tensor([0.1, 0.2, 0.3])
    assert torch.equal(F.prelu(z, alpha), -alpha.reshape(1, 3, 1, 1).expand(2, 3, 4, 3))


def test_prelu_takes_one_slope_only_for_a_vector():
    with pytest.raises(RuntimeError, match="channel size = 1"):
        F.prelu(-torch.ones(3), torch.tensor([0.1, 0.2, 0.3]))


def test_the_gradient_of_a_shared_slope_is_a_sum():
    z, alpha = tensor(-2.0, 5.0, -4.0).requires_grad_(), tensor(0.5).requires_grad_()
    dz, dalpha = torch.autograd.grad(F.prelu(z, alpha), (z, alpha), tensor(3.0, -1.0, 2.0))
    assert torch.equal(dalpha, tensor(-14.0))
    assert torch.equal(dz, tensor(1.5, -1.0, 1.0))


def test_prelu_starts_with_one_slope_of_a_quarter():
    assert torch.equal(nn.PReLU().weight.detach(), torch.tensor([0.25]))


def test_weight_decay_reaches_the_slope_of_prelu_unless_prevented():
    layer = nn.PReLU()
    decayed = torch.optim.SGD(layer.parameters(), lr=0.1, weight_decay=0.5)
    layer.weight.grad = torch.zeros(1)
    decayed.step()
    assert layer.weight.item() == pytest.approx(0.25 * (1 - 0.05))

    layer = nn.PReLU()
    spared = torch.optim.SGD([{"params": layer.parameters(), "weight_decay": 0}], lr=0.1, weight_decay=0.5)
    layer.weight.grad = torch.zeros(1)
    spared.step()
    assert layer.weight.item() == 0.25


def test_hes_variance_for_a_leak_is_the_gain_of_pytorch():
    for alpha in (0.01, 0.3):
        assert nn.init.calculate_gain("leaky_relu", alpha) ** 2 == pytest.approx(2 / (1 + alpha**2))
    less = 1 - 1 / (1 + 0.3**2)
    assert less == pytest.approx(0.08, abs=0.005)


def test_the_papers_law_has_another_mean_slope_and_another_test_slope():
    divisors = np.linspace(3, 8, 1_000_001)
    assert (1 / divisors).mean() == pytest.approx(math.log(8 / 3) / 5, abs=1e-6)
    assert round(math.log(8 / 3) / 5, 4) == 0.1962
    assert round(1 / 5.5, 4) == 0.1818
    assert round((LOWER + UPPER) / 2, 4) == 0.2292


def test_the_mean_slope_gives_the_mean_output_of_one_layer_but_not_of_two():
    rng = np.random.default_rng(0)
    rrelu = solution("rrelu")
    z = np.full(400_000, -6.0)
    y, _ = rrelu(z, rng.random(z.shape))
    (tested,), _ = rrelu(z[:1], np.zeros(1), LOWER, UPPER, False)
    assert y.mean() == pytest.approx(tested, abs=0.004)
    twice, _ = rrelu(y - tested, rng.random(z.shape))
    (tested_twice,), _ = rrelu(np.array([tested - tested]), np.zeros(1), LOWER, UPPER, False)
    assert abs(twice.mean() - tested_twice) > 0.05


def test_a_mask_times_a_python_number_loses_float32():
    """So does `where` with two numbers."""
    z = np.array([-1.0, 2.0], dtype="float32")
    assert ((z > 0) * 0.01 * z).dtype == np.float64
    assert np.where(z > 0, 1.0, 0.01).dtype == np.float64
    assert np.where(z > 0, 1, z).dtype == np.float32


# ---------------------------------------------------------------- the experiments


def told(capsys, experiment, *functions, **options):
    """What an experiment tells those who cannot see its figure."""
    experiment(*functions, **options)
    return capsys.readouterr().out


def test_a_unit_wakes_after_the_steps_in_the_text(capsys):
    """After 170 with a slope of a tenth, and after 1800 with a hundredth."""
    text = told(capsys, lab.revive_a_dead_unit, leaky_relu, leaky_relu_backward)
    assert "alpha = 0 never awake" in text
    tenth, hundredth = (int(re.search(rf"alpha = {alpha} awake at step (\d+)", text)[1]) for alpha in ("0.1", "0.01"))
    assert tenth == pytest.approx(170, abs=2)
    assert hundredth == pytest.approx(1800, abs=20)


def test_with_a_negative_slope_the_bias_moves_away(capsys):
    """The loss does not come down to zero."""
    text = told(capsys, lab.revive_a_dead_unit, leaky_relu, leaky_relu_backward, alphas=(0.0, 0.1, -0.1))
    start, wrong, right = (
        float(re.search(rf"alpha = {alpha} [a-z ]*\d*, loss ([\d.e-]+)", text)[1]) for alpha in ("0", "-0.1", "0.1")
    )
    assert right < 0.01 < 0.1 < wrong < 0.3 < start
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    target = np.maximum(x @ np.array([1.0, -0.5, 0.5]) + 1, 0)
    w, b = np.array([0.3, 0.3, -0.2]), -6.0
    for _ in range(6000):
        z = x @ w + b
        dz = leaky_relu_backward((leaky_relu(z, -0.1) - target) / len(x), z, -0.1)
        w, b = w - 0.1 * (x.T @ dz), b - 0.1 * dz.sum()
    assert b == pytest.approx(-12, abs=1)


def test_at_a_large_learning_rate_the_leaky_network_suffers():
    """That of ReLU guesses."""

    def runs(phi, backward, rate):
        return [train(phi, backward, [rate] * 8, seed=seed) for seed in (0, 1)]

    for phi, backward in ((relu, relu_backward), (leaky_relu, leaky_relu_backward)):
        assert all(run.accuracy == pytest.approx(0.98, abs=0.02) for run in runs(phi, backward, 0.03))
    for run in runs(relu, relu_backward, 0.3):
        assert run.accuracy < 0.25
        assert 0.4 < run.dead[-1].mean() < 0.75
    for run in runs(leaky_relu, leaky_relu_backward, 0.3):
        assert 0.5 < run.accuracy < 0.96
        assert not run.dead[-1].any()


def learned(capsys, **options):
    text = told(capsys, lab.recover_the_slopes, prelu, prelu_backward, **options)
    return [float(alpha) for alpha in re.findall(r"gives (-?[\d.]+\d)", text)]


def test_the_four_slopes_are_found_to_three_digits(capsys):
    """From another start two of them are not."""
    assert learned(capsys) == pytest.approx([0, 0.5, 1, 1.5], abs=0.0015)
    *wrong, third, fourth = learned(capsys, seed=2)
    assert max(wrong) < -3
    assert [third, fourth] == pytest.approx([1, 1.5], abs=0.0015)


def test_one_of_the_slopes_learned_on_the_digits_comes_close_to_1():
    """Which one depends on the start."""
    layer = {}
    for seed in range(8) if THOROUGH else (0, 1, 4, 7):
        alphas, accuracy = experiments._train(prelu, prelu_backward, shared=True, epochs=30, seed=seed)
        last = np.concatenate(alphas[-1])
        assert last.max() > 0.85
        layer[seed] = int(last.argmax())
        if seed in (0, 1, 4):
            assert accuracy == pytest.approx(0.98, abs=0.015)
    assert len({layer[seed] for seed in (0, 1, 4)}) > 1
    assert 0 in layer.values()


def test_decay_gathers_the_slopes_at_zero():
    """Without it they spread around their start."""

    def run(decay_alpha):
        return experiments._train(
            prelu, prelu_backward, shared=False, epochs=30, seed=0, weight_decay=0.01, decay_alpha=decay_alpha
        )

    (free, accuracy), (decayed, accuracy_decayed) = run(False), run(True)
    free, decayed = np.concatenate(free[-1]), np.concatenate(decayed[-1])
    assert free.size == 144
    assert free.min() < 0 < 0.25 < free.mean() < 0.45 < 1 < free.max()
    assert np.abs(decayed).mean() < 0.05
    assert accuracy == pytest.approx(accuracy_decayed, abs=0.02)

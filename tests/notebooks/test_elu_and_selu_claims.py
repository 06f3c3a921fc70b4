"""What the notebook `3c_elu_and_selu` says about PyTorch and about numbers, one behaviour each."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.exercises import catalogue
from autograder.exercises.elu_and_selu.self_normalizing_constants import standard_normal
from autograder.lab import elu_and_selu as lab
from autograder.lab.activations import ACTIVATIONS
from tests.solutions import solution
from tests.support.thorough import THOROUGH

ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805


def slope(function, at: float) -> float:
    z = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    function(z).backward()
    return z.grad.item()


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
def test_the_slope_of_elu_at_zero_is_alpha(alpha):
    assert slope(lambda z: F.elu(z, alpha), 0.0) == alpha


def test_the_slope_of_selu_at_zero_is_that_of_the_negative_side():
    assert slope(F.selu, 0.0) == pytest.approx(SCALE * ALPHA, rel=1e-12)


def test_pytorch_counts_alpha_as_1_by_default():
    z = torch.tensor([-1.0, -0.5, 2.0])
    assert torch.equal(F.elu(z), F.elu(z, 1.0))
    assert torch.nn.ELU().alpha == 1.0


def test_elu_in_pytorch_is_accurate_for_tiny_negative_z():
    z = -1e-10
    assert F.elu(torch.tensor(z, dtype=torch.float64)).item() == pytest.approx(math.expm1(z), rel=1e-14, abs=0)


def test_exp_minus_1_keeps_only_about_six_digits_at_1e_minus_10():
    error = abs((np.exp(-1e-10) - 1) / np.expm1(-1e-10) - 1)
    assert 1e-8 < error < 1e-6


def test_celu_is_elu_for_alpha_1_only():
    z = torch.tensor([-2.0, -0.3, 1.0], dtype=torch.float64)
    assert torch.allclose(F.celu(z, 1.0), F.elu(z, 1.0))
    assert not torch.allclose(F.celu(z, 2.0), F.elu(z, 2.0))


def test_the_constants_in_the_card_are_pytorchs_to_the_last_bit():
    assert F.selu(torch.tensor(1.0, dtype=torch.float64)).item() == SCALE
    assert F.selu(torch.tensor(-math.inf, dtype=torch.float64)).item() == pytest.approx(-SCALE * ALPHA, rel=1e-15)


def test_the_constants_solve_the_two_equations_for_normal_inputs():
    z, probability = lab.standard_normal()
    value = F.selu(torch.tensor(z)).numpy()
    assert np.sum(probability * value) == pytest.approx(0, abs=1e-12)
    assert np.sum(probability * value**2) == pytest.approx(1, rel=1e-12)


def test_the_constants_in_closed_form_are_those_of_the_sums():
    left, far_left = (math.erfc(x / math.sqrt(2)) / 2 for x in (1, 2))
    alpha = (1 / math.sqrt(2 * math.pi)) / (0.5 - math.sqrt(math.e) * left)
    scale = (0.5 + alpha**2 * (math.e**2 * far_left - 2 * math.sqrt(math.e) * left + 0.5)) ** -0.5
    assert solution("self_normalizing_constants")(*lab.standard_normal()) == pytest.approx((alpha, scale), rel=1e-12)
    assert (alpha, scale) == pytest.approx((ALPHA, SCALE), rel=1e-13)


def test_the_case_of_the_normal_distribution_gives_the_constants_of_selu():
    z, probability = (torch.tensor(array) for array in standard_normal())
    found = catalogue()["self_normalizing_constants"].reference(z, probability)
    assert [float(number) for number in found] == pytest.approx([ALPHA, SCALE], rel=1e-12)


def test_the_means_of_relu_and_elu_for_normal_inputs_are_040_and_016():
    z, probability = lab.standard_normal()
    assert np.sum(probability * lab.relu(z)) == pytest.approx(1 / math.sqrt(2 * math.pi))
    assert np.sum(probability * solution("elu")(z)) == pytest.approx(0.16, abs=0.005)


def test_pytorchs_gain_for_selu_is_not_lecuns():
    assert torch.nn.init.calculate_gain("selu") == 0.75
    assert torch.nn.init.calculate_gain("linear") == 1


def test_kaiming_normal_with_linear_is_lecuns_initialization():
    weight = torch.empty(1000, 400)
    torch.nn.init.kaiming_normal_(weight, nonlinearity="linear", generator=torch.Generator().manual_seed(0))
    assert weight.var().item() * 400 == pytest.approx(1, abs=0.02)


def test_a_fresh_linear_layer_has_a_third_of_lecuns_variance():
    torch.manual_seed(0)
    weight = torch.nn.Linear(400, 1000).weight
    assert weight.var().item() * 400 == pytest.approx(1 / 3, abs=0.01)


def test_our_alpha_dropout_takes_the_same_two_values_as_pytorchs():
    x = np.full((1000, 3), 0.7)
    ours = np.unique(lab.alpha_dropout(x, np.random.default_rng(0), p=0.2))
    torch.manual_seed(0)
    theirs = np.unique(F.alpha_dropout(torch.tensor(x), 0.2, training=True).numpy())
    assert ours == pytest.approx(theirs, rel=1e-7)


def test_he_weights_multiply_a_large_mean_square_by_scale_squared():
    factor = lab.next_mean_square(solution("selu"), np.array([1e8]), lab.HE)[0] / 1e8
    assert factor == pytest.approx(SCALE**2, rel=1e-3)


def test_the_fixed_point_of_selu_is_stable():
    low, high = lab.next_mean_square(solution("selu"), np.array([0.99, 1.01]), lab.LECUN)
    assert 0.7 < (high - low) / 0.02 < 0.85


def test_relu_with_he_weights_keeps_every_mean_square():
    q = np.array([0.01, 1.0, 50.0])
    assert lab.next_mean_square(lab.relu, q, lab.HE) == pytest.approx(q)


def test_lecun_weights_keep_selu_near_mean_0_and_deviation_1():
    """For 100 layers. He's weights do not."""
    *_, kept = lab.layers(solution("selu"), lab.LECUN, 100)
    *_, lost = lab.layers(solution("selu"), lab.HE, 100)
    assert abs(kept.mean()) < 0.1
    assert 0.9 < kept.std() < 1.1
    assert lost.std() > 50


def test_dropout_moves_the_deviation_and_alpha_dropout_keeps_it():
    *_, plain = lab.layers(solution("selu"), lab.LECUN, 100, regularize=lab.dropout)
    *_, alpha = lab.layers(solution("selu"), lab.LECUN, 100, regularize=lab.alpha_dropout)
    assert 1.4 < plain.std() < 2.0
    assert 0.9 < alpha.std() < 1.1


@pytest.mark.parametrize(
    ("broken", "low", "high"),
    [
        ({"inputs": (3.0, 10.0)}, 0.9, 1.1),
        ({"regularize": lab.dropout}, 1.4, 2.0),
        ({"gain": 0.9**2}, 0.6, 0.8),
        ({"gain": 0.75**2}, 0.15, 0.25),
        ({"gain": 1 / 3}, 0, 1e-6),
        ({"gain": lab.HE}, 100, 1000),
        ({"skip": True}, 2**50, math.inf),
    ],
)
def test_some_conditions_are_forgiven_and_some_are_fatal(broken, low, high):
    """Some move the fixed point."""
    *_, last = lab.layers(solution("selu"), broken.get("gain", lab.LECUN), 100, **_without_gain(broken))
    assert low < last.std() < high


def _without_gain(broken):
    return {name: value for name, value in broken.items() if name != "gain"}


def test_unrelated_inputs_become_alike_in_relu_layers():
    """Less in ELU layers, and not in SELU layers."""

    def after_20(function, gain):
        *_, last = lab.layers(function, gain, 20)
        return lab.likeness(last)

    assert after_20(lab.relu, lab.HE) > 0.9
    assert 0.5 < after_20(solution("elu"), lab.HE) < 0.9
    assert abs(after_20(solution("selu"), lab.LECUN)) < 0.1


# ---------------------------------------------------------------- which activation function

WIDE = lab.Setting(depth=10, epochs=12, rates=(0.003, 0.01, 0.03, 0.1, 0.3, 1.0))


@functools.cache
def trained(name: str, setting: lab.Setting = lab.DEEP) -> tuple[float, np.ndarray]:
    """The learning rate that was chosen, and the accuracies of the five networks."""
    own = {
        "SELU": (solution("selu"), solution("selu_backward"), 1.0),
        "ELU": (solution("elu"), solution("elu_backward"), 2.0),
    }
    activation = lab.in_float32(*own[name]) if name in own else ACTIVATIONS[name]
    return lab.train(activation, setting)


def mean(name: str, setting: lab.Setting = lab.DEEP) -> float:
    return float(trained(name, setting)[1].mean())


def test_the_logistic_function_is_behind_in_three_layers():
    """In ten it guesses."""
    assert mean("logistic", lab.SHALLOW) < mean("ReLU", lab.SHALLOW) - 0.01
    assert mean("logistic") == pytest.approx(0.1, abs=0.04)


def test_the_order_of_selu_elu_and_tanh_is_not_decided():
    dots = [trained(name)[1] for name in ("SELU", "ELU", "tanh")]
    assert min(map(np.mean, dots)) > 0.92
    assert np.ptp([*map(np.mean, dots)]) < 0.03
    assert max(map(min, dots)) <= min(map(max, dots))


def test_relu_and_leaky_relu_are_behind_selu_in_ten_layers():
    """By a few points, and they scatter as widely."""
    assert 0.005 < mean("SELU") - (mean("ReLU") + mean("leaky ReLU")) / 2 < 0.08
    assert np.ptp([*trained("ReLU")[1], *trained("leaky ReLU")[1]]) > 0.02


def test_other_learning_rates_change_nothing():
    for name in ("ReLU", "tanh", "SELU", "ELU", "GELU", "leaky ReLU") if THOROUGH else ("ReLU",):
        rate, accuracies = trained(name, WIDE)
        assert rate in lab.DEEP.rates
        assert accuracies.mean() == pytest.approx(mean(name), abs=0.02)
    assert mean("logistic", WIDE) == pytest.approx(0.1, abs=0.04)


def test_similar_inputs_drift_apart_through_selu_and_gradients_grow():
    """Two inputs with the cosine 0.99 through 100 layers with LeCun's weights; and the mean square of SELU's slope."""
    selu = solution("selu")
    for seed in range(2):
        rng = np.random.default_rng(seed)
        a = rng.normal(size=(2, 500))
        a[1] = 0.99 * a[0] + np.sqrt(1 - 0.99**2) * a[1]
        cosines = []
        for _ in range(100):
            a = selu(a @ rng.normal(0, np.sqrt(1 / 500), (500, 500)))
            cosines.append(a[0] @ a[1] / np.linalg.norm(a[0]) / np.linalg.norm(a[1]))
        assert 0.75 < cosines[49] < 0.97 and cosines[99] < 0.8
    z = np.random.default_rng(0).normal(size=200_000)
    assert abs(np.mean(solution("selu_backward")(np.ones_like(z), z) ** 2) - 1.07) < 0.01

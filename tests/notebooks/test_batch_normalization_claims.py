"""What the notebook `4_batch_normalization` says about PyTorch and about numbers, one behaviour each."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import fusion

from autograder.lab import batch_normalization as lab
from autograder.lab.handwritten_digits import digits
from tests.solutions import solution


def numbers(*shape: int, mean: float = 3.0, seed: int = 0) -> torch.Tensor:
    return torch.tensor(np.random.default_rng(seed).normal(mean, 2, shape))


def after_one_batch(x: torch.Tensor, **options) -> nn.BatchNorm1d:
    layer = nn.BatchNorm1d(x.shape[1], dtype=torch.float64, **options)
    layer(x)
    return layer


# ---------------------------------------------------------------- the two variances, the averages


def test_the_biased_variance_normalizes():
    x = numbers(5, 2)
    expected = (x - x.mean(0)) / torch.sqrt(x.var(0, unbiased=False) + 1e-5)
    assert torch.allclose(nn.BatchNorm1d(2, dtype=torch.float64)(x), expected)


def test_the_unbiased_variance_is_stored():
    x = numbers(5, 2)
    assert torch.allclose(after_one_batch(x, momentum=1.0).running_var, x.var(0, unbiased=True))


def test_momentum_is_the_weight_of_the_new_batch():
    x = numbers(5, 2)
    assert torch.allclose(after_one_batch(x, momentum=0.25).running_mean, 0.25 * x.mean(0))


def test_the_defaults_are_those_of_the_cards():
    layer = nn.BatchNorm1d(3)
    assert (layer.momentum, layer.eps) == (0.1, 1e-5)
    assert layer.running_mean.tolist() == [0.0, 0.0, 0.0]
    assert layer.running_var.tolist() == [1.0, 1.0, 1.0]
    assert layer.weight.tolist() == [1.0, 1.0, 1.0]
    assert layer.bias.tolist() == [0.0, 0.0, 0.0]


def test_for_images_the_unbiased_variance_is_over_all_pixels():
    x = numbers(2, 3, 4, 5)
    variance = torch.ones(3, dtype=torch.float64)
    F.batch_norm(x, torch.zeros(3, dtype=torch.float64), variance, training=True, momentum=1.0)
    assert torch.allclose(variance, x.transpose(0, 1).reshape(3, -1).var(1, unbiased=True))


def test_momentum_none_is_a_plain_average_over_the_batches():
    layer = nn.BatchNorm1d(2, momentum=None, dtype=torch.float64)
    batches = [numbers(6, 2, seed=seed) for seed in range(4)]
    for x in batches:
        layer(x)
    assert torch.allclose(layer.running_mean, torch.stack([x.mean(0) for x in batches]).mean(0))
    assert torch.allclose(layer.running_var, torch.stack([x.var(0) for x in batches]).mean(0))


def test_a_momentum_of_one_over_k_is_a_plain_average_in_our_kernel_too():
    batches = [numbers(6, 2, seed=seed).numpy() for seed in range(4)]
    mean, variance = np.zeros(2), np.ones(2)
    for k, x in enumerate(batches, start=1):
        _, mean, variance = solution("batch_norm_train")(x, np.ones(2), np.zeros(2), mean, variance, 1 / k)
    assert mean == pytest.approx(np.mean([x.mean(0) for x in batches], axis=0))
    assert variance == pytest.approx(np.mean([x.var(0, ddof=1) for x in batches], axis=0))


# ---------------------------------------------------------------- modes


def test_running_statistics_change_in_place_even_without_gradients():
    layer = nn.BatchNorm1d(2, dtype=torch.float64)
    buffer = layer.running_mean
    with torch.no_grad():
        layer(numbers(5, 2))
    assert layer.running_mean is buffer
    assert (buffer != 0).all()


def test_in_evaluation_nothing_is_updated_and_a_single_sample_will_do():
    layer = after_one_batch(numbers(5, 2)).eval()
    before = layer.running_mean.clone()
    assert layer(numbers(1, 2)).shape == (1, 2)
    assert torch.equal(layer.running_mean, before)


def test_a_single_value_in_a_channel_is_an_error_in_training():
    with pytest.raises(ValueError, match="Expected more than 1 value per channel when training"):
        nn.BatchNorm1d(2)(torch.zeros(1, 2))


def test_a_single_image_is_no_error_in_training():
    assert nn.BatchNorm2d(2)(torch.zeros(1, 2, 3, 4)).shape == (1, 2, 3, 4)


def test_without_running_statistics_the_batch_counts_in_evaluation_too():
    layer = nn.BatchNorm1d(2, track_running_stats=False, dtype=torch.float64).eval()
    assert layer(numbers(50, 2)).mean(0).tolist() == pytest.approx([0, 0], abs=1e-9)


def test_two_samples_become_plus_and_minus_one_whatever_they_are():
    y = F.batch_norm(numbers(2, 6), None, None, training=True)
    assert y.abs().flatten().tolist() == pytest.approx([1] * 12, abs=1e-3)


@pytest.mark.parametrize("samples", [2, 4, 9])
def test_no_normalized_value_is_beyond_the_root_of_n_minus_1(samples):
    x = torch.zeros(samples, 1, dtype=torch.float64)
    x[0] = 1e6
    y = F.batch_norm(x, None, None, training=True)
    assert y.abs().max().item() == pytest.approx(np.sqrt(samples - 1))


def test_weights_are_parameters_and_running_statistics_saved_buffers():
    layer = nn.BatchNorm1d(2)
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]
    assert {"running_mean", "running_var"} <= {name for name, _ in layer.named_buffers()}
    assert {"weight", "bias", "running_mean", "running_var"} <= set(layer.state_dict())


@pytest.mark.parametrize("layer", [nn.LayerNorm([4, 2, 3]), nn.GroupNorm(2, 4)], ids=["layer", "group"])
def test_layer_and_group_normalization_look_at_one_sample(layer):
    """They know no modes."""
    x = numbers(5, 4, 2, 3).float()
    together = layer.train()(x)
    assert torch.allclose(together[:1], layer(x[:1]), atol=1e-6)
    assert torch.equal(together, layer.eval()(x))


def test_the_notebooks_block_needs_no_bias_before_batch_normalization():
    block = nn.Sequential(nn.Linear(64, 50, bias=False), nn.BatchNorm1d(50), nn.ReLU())
    y = block(torch.zeros(3, 64).normal_())
    assert y.shape == (3, 50)
    assert (y >= 0).all()


def test_pytorch_gives_a_linear_layer_a_bias_by_default():
    assert nn.Linear(2, 3).bias is not None


# ---------------------------------------------------------------- what cancels


def test_a_bias_before_batch_normalization_gets_no_gradient():
    a, bias = numbers(8, 3), torch.tensor([0.5, -2.0, 10.0], dtype=torch.float64, requires_grad=True)
    (F.batch_norm(a + bias, None, None, training=True) * numbers(8, 3, seed=1)).sum().backward()
    assert bias.grad.tolist() == pytest.approx([0, 0, 0], abs=1e-12)


def test_weights_half_as_large_give_the_same_output_and_twice_the_gradient():
    a, upstream = numbers(20, 3), numbers(20, 4, seed=1)

    def run(weights):
        weights = weights.clone().requires_grad_(True)
        y = F.batch_norm(a @ weights.T, None, None, training=True, eps=1e-12)
        return y, torch.autograd.grad(y, weights, upstream)[0]

    weights = numbers(4, 3, seed=2)
    (one, gradient), (half, gradient_of_half) = run(weights), run(weights / 2)
    assert torch.allclose(one, half)
    assert torch.allclose(gradient_of_half, 2 * gradient)


def test_the_correlation_of_two_features_stays():
    x = np.random.default_rng(0).normal(size=(100, 2)) @ np.array([[2.0, 1.0], [0.0, 0.5]]) + 7
    before, after = (np.corrcoef(array.T)[0, 1] for array in (x, solution("normalize_channels")(x)))
    assert after == pytest.approx(before)


def test_the_backward_pass_is_the_residual_of_a_straight_line_fit():
    rng = np.random.default_rng(0)
    x, dout = rng.normal(3, 2, 30), rng.normal(1, 1, 30)
    x_hat = (x - x.mean()) / x.std()
    dx, _, _ = solution("batch_norm_backward")(dout[:, None], x[:, None], np.ones(1), 1e-12)
    slope, height = np.polyfit(x_hat, dout, 1)
    assert dx[:, 0] * x.std() == pytest.approx(dout - height - slope * x_hat)


def test_an_input_of_a_large_scale_dominates_behind_batch_normalization():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(500, 20)) * np.array([1000.0] + [1.0] * 19)
    y = solution("normalize_channels")(a @ rng.normal(size=(20, 5)))
    assert all(abs(np.corrcoef(a[:, 0], column)[0, 1]) > 0.99 for column in y.T)


# ---------------------------------------------------------------- folding


def test_pytorch_folds_a_linear_layer_and_its_batch_normalization():
    layer, norm = nn.Linear(3, 4, dtype=torch.float64).eval(), after_one_batch(numbers(6, 4)).eval()
    x = numbers(5, 3, seed=1)
    assert torch.allclose(fusion.fuse_linear_bn_eval(layer, norm)(x), norm(layer(x)))


def test_a_folded_convolution_gives_the_same_images():
    rng = np.random.default_rng(0)
    W, b, x = rng.normal(size=(4, 2, 3, 3)), rng.normal(size=4), torch.tensor(rng.normal(size=(2, 2, 6, 5)))
    gamma, beta, mean, var = rng.normal(size=4), rng.normal(size=4), rng.normal(size=4), rng.uniform(0.5, 2, 4)
    two = F.conv2d(x, torch.tensor(W), torch.tensor(b)).numpy()
    two = solution("batch_norm_evaluate")(two, gamma, beta, mean, var)
    W, b = solution("fold_batch_norm")(W, b, gamma, beta, mean, var)
    assert F.conv2d(x, torch.tensor(W), torch.tensor(b)).numpy() == pytest.approx(two)


# ---------------------------------------------------------------- experiments

STEP = ("batch_norm_train", "batch_norm_evaluate", "batch_norm_backward")
RELU_RATES = (0.01, 0.1, 0.3, 1.0)


@functools.cache
def trained(activation: str, *rates: float, normalized: bool) -> lab.Normalized:
    """Three networks for each learning rate."""
    step = tuple(map(solution, STEP)) if normalized else None
    networks = lab.Normalized(activation, np.repeat(rates, lab.SEEDS), [*range(lab.SEEDS)] * len(rates), step)
    with np.errstate(all="ignore"):
        networks.train(epochs=5)
    return networks


def accuracy(networks: lab.Normalized) -> list[float]:
    """The mean accuracy of the three networks of each learning rate."""
    _, _, x, y = digits()
    with np.errstate(all="ignore"):
        return networks.accuracy(x.astype(np.float32), y).reshape(-1, lab.SEEDS).mean(axis=1).tolist()


def test_ten_logistic_layers_learn_with_batch_normalization_only():
    assert max(accuracy(trained("logistic", *lab.RATES, normalized=False))) < 0.2
    assert accuracy(trained("logistic", 0.1, 3.0, normalized=True))[0] == pytest.approx(0.96, abs=0.02)


def test_relu_networks_need_it_at_a_large_rate_only():
    """At a small rate they are faster without batch normalization, at a large one they learn only with it."""
    small, _, _, large = accuracy(trained("ReLU", *RELU_RATES, normalized=False))
    small_normalized, _, _, large_normalized = accuracy(trained("ReLU", *RELU_RATES, normalized=True))
    assert small > small_normalized + 0.1
    assert large < 0.2
    assert large_normalized > 0.85


def accuracy_in_parts(networks: lab.Networks, parts: list[np.ndarray]) -> float:
    """The mean accuracy of three networks where each part of the unseen digits is normalized by itself."""
    _, _, x, y = digits()
    return float(lab._accuracy_in_parts(networks, x.astype(np.float32), y, parts).mean())


def test_running_statistics_classify_well_and_those_of_one_class_do_not():
    networks = trained("ReLU", 0.1, normalized=True)
    _, _, _, y = digits()
    assert accuracy(networks)[0] > 0.9
    assert accuracy_in_parts(networks, [np.flatnonzero(y == digit) for digit in range(10)]) < 0.2


def test_with_it_the_gradient_grows_by_about_a_fifth_in_each_layer():
    functions = solution("batch_norm_train"), solution("batch_norm_backward")
    _, gradient = lab._through_random_layers(*functions, factor=1.0, depth=20, normalized=True)
    assert (gradient[0] / gradient[-1]) ** (1 / 19) == pytest.approx(np.sqrt(np.pi / (np.pi - 1)), rel=0.02)


def test_the_smaller_the_batch_the_worse_are_its_statistics():
    networks = trained("ReLU", 0.1, normalized=True)
    order = np.random.default_rng(2).permutation(len(digits()[3]))

    def with_batches_of(size: int) -> float:
        return accuracy_in_parts(networks, np.split(order, range(size, len(order), size)))

    assert with_batches_of(2) < 0.3 < with_batches_of(4) < 0.65 < with_batches_of(16) < 0.87 < with_batches_of(120)


def test_the_best_relu_network_is_only_a_little_better_with_it():
    plain, normalized = (max(accuracy(trained("ReLU", *RELU_RATES, normalized=which))) for which in (False, True))
    assert plain > 0.87
    assert -0.02 < normalized - plain < 0.09


def test_normalized_networks_suffer_at_too_large_a_rate():
    for activation in ("logistic", "ReLU"):
        right, large = accuracy(trained(activation, 0.1, 3.0, normalized=True))
        assert large < right - 0.1


def test_the_spread_in_batches_of_4_is_often_four_times_that_of_64():
    """It may be much less."""
    x, _, _, _ = digits()
    rng = np.random.default_rng(0)

    def spread(unit: np.ndarray, size: int) -> float:
        """How much the normalized value of the first image varies in 100 batches."""
        others = np.stack([1 + rng.choice(len(unit) - 1, size - 1, replace=False) for _ in range(100)], axis=1)
        batches = np.concatenate([np.full((1, 100), unit[0]), unit[others]])
        return solution("normalize_channels")(batches)[0].std()

    units = [rng.permutation(x) @ rng.normal(0, np.sqrt(1 / 64), 64) for _ in range(60)]
    ratios = np.array([spread(unit, 4) / spread(unit, 64) for unit in units])
    assert np.median(ratios) == pytest.approx(4, abs=1.2)
    assert np.mean((ratios > 2) & (ratios < 6.5)) > 0.6
    assert ratios.min() < 2


def test_a_plain_average_forgets_the_start_and_momentum_0_1_does_not():
    rng = np.random.default_rng(1)
    found = {name: (np.zeros(1), np.ones(1)) for name in ("0.1", "1/k")}
    means = {}
    for k in range(1, 21):
        x = rng.normal(5, 2, (32, 1))
        for name, (mean, variance) in found.items():
            momentum = 0.1 if name == "0.1" else 1 / k
            found[name] = solution("batch_norm_train")(x, np.ones(1), np.zeros(1), mean, variance, momentum)[1:]
        means[k] = [f"{found[name][0].item():.2f}" for name in ("1/k", "0.1")]
    assert means[5] == ["4.80", "1.96"]
    assert means[20] == ["4.94", "4.40"]
    assert [f"{found[name][1].item():.2f}" for name in ("1/k", "0.1")] == ["3.67", "3.60"]


@pytest.mark.parametrize(
    ("written", "share"), [(0.35, 0.35), (35, 0.35), ("0.35", 0.35), (None, None), ("?", None), (-1, None)]
)
def test_a_prediction_may_be_a_share_or_a_percentage(written, share):
    assert lab.as_share(written) == share


@pytest.mark.parametrize("nonsense", [lambda *arguments: None, lambda *arguments: arguments[0]])
def test_an_experiment_says_in_a_sentence_that_a_kernel_is_not_right_yet(nonsense, capsys):
    nonsense.__name__ = "batch_norm_backward"
    lab.plot_gradient(nonsense)
    assert "Run its check first" in capsys.readouterr().out

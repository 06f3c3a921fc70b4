"""What the notebook `2_weight_initialization` says about PyTorch and about numbers, one behaviour each."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import init

from autograder.exercises import catalogue
from autograder.lab import weight_initialization as lab
from autograder.lab.handwritten_digits import digits
from tests.solutions import solution

SHAPES = [(5, 7), (7, 5), (6, 3, 3, 2), (4, 3, 5), (40, 30)]
DTYPES = [torch.float64, torch.float32]

each_shape = pytest.mark.parametrize("shape", SHAPES)
each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def seeded(seed: int = 7) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(shape, dtype) -> torch.Tensor:
    """The standard normal numbers that `torch.nn.init` draws from this seed for this shape and dtype."""
    return torch.empty(shape, dtype=dtype).normal_(generator=seeded())


def uniform(shape, dtype) -> torch.Tensor:
    return torch.empty(shape, dtype=dtype).uniform_(generator=seeded())


def assert_same(found: torch.Tensor, expected: torch.Tensor) -> None:
    assert found.dtype == expected.dtype
    rtol, atol = (1e-12, 1e-14) if found.dtype == torch.float64 else (1e-5, 1e-6)
    torch.testing.assert_close(found, expected, rtol=rtol, atol=atol)


# the references are what torch.nn.init draws from the same seed


@each_shape
@each_dtype
@pytest.mark.parametrize("gain", [1.0, 5 / 3, 0.1])
def test_glorot_normal_is_xavier_normal_from_the_same_seed(shape, dtype, gain):
    expected = init.xavier_normal_(torch.empty(shape, dtype=dtype), gain, generator=seeded())
    assert_same(catalogue()["glorot_normal"].reference(normal(shape, dtype), gain), expected)


@each_shape
@each_dtype
@pytest.mark.parametrize("gain", [1.0, 5 / 3, 0.1])
def test_glorot_uniform_is_xavier_uniform_from_the_same_seed(shape, dtype, gain):
    expected = init.xavier_uniform_(torch.empty(shape, dtype=dtype), gain, generator=seeded())
    assert_same(catalogue()["glorot_uniform"].reference(uniform(shape, dtype), gain), expected)


@each_shape
@each_dtype
@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0, -1.0, 2.5])
def test_he_normal_is_kaiming_normal_from_the_same_seed(shape, dtype, slope):
    expected = init.kaiming_normal_(torch.empty(shape, dtype=dtype), a=slope, generator=seeded())
    assert_same(catalogue()["he_normal"].reference(normal(shape, dtype), slope), expected)


@each_shape
@each_dtype
@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0, math.sqrt(5)])
def test_he_uniform_is_kaiming_uniform_from_the_same_seed(shape, dtype, slope):
    expected = init.kaiming_uniform_(torch.empty(shape, dtype=dtype), a=slope, generator=seeded())
    assert_same(catalogue()["he_uniform"].reference(uniform(shape, dtype), slope), expected)


@each_shape
@each_dtype
def test_lecun_normal_is_kaiming_normal_for_linear_from_the_same_seed(shape, dtype):
    expected = init.kaiming_normal_(torch.empty(shape, dtype=dtype), nonlinearity="linear", generator=seeded())
    assert_same(catalogue()["lecun_normal"].reference(normal(shape, dtype)), expected)


@pytest.mark.skipif(torch.__version__ < "2.13", reason="older versions use the inverse distribution function")
@each_dtype
@pytest.mark.parametrize("cut", [1.0, 2.0])
def test_truncated_normal_is_trunc_normal_from_the_same_seed(dtype, cut):
    shape, std, generator = (30, 20), 0.02, seeded()
    tries = torch.stack([torch.empty(shape, dtype=dtype).normal_(0, std, generator=generator) for _ in range(40)]) / std
    expected = torch.empty(shape, dtype=dtype)
    init.trunc_normal_(expected, std=std, a=-cut * std, b=cut * std, generator=seeded())
    assert_same(catalogue()["truncated_normal"].reference(tries, std, cut), expected)


def test_truncated_normal_and_trunc_normal_have_the_same_distribution():
    ours = solution("truncated_normal")(np.random.default_rng(0).normal(size=(12, 100_000)), 0.5)
    theirs = torch.empty(100_000, dtype=torch.float64)
    init.trunc_normal_(theirs, std=0.5, a=-1.0, b=1.0, generator=seeded())
    ours, theirs = np.sort(ours), np.sort(theirs.numpy())
    everything = np.concatenate([ours, theirs])
    shares = [np.searchsorted(sample, everything, side="right") / len(sample) for sample in (ours, theirs)]
    assert np.abs(shares[0] - shares[1]).max() < 3 * math.sqrt(2 / 100_000)


# fans


def test_kaiming_and_xavier_count_a_convolution_as_the_notebook_does():
    weight = torch.nn.Conv2d(3, 16, 5).weight
    assert weight.shape == (16, 3, 5, 5)
    assert init._calculate_fan_in_and_fan_out(weight) == solution("fan_in_and_fan_out")(weight.shape) == (75, 400)


def test_fan_out_of_a_grouped_convolution_is_not_divided_by_the_groups():
    assert init._calculate_fan_in_and_fan_out(torch.nn.Conv2d(16, 32, 3, groups=4).weight) == (36, 288)


def test_one_input_pixel_reaches_as_many_outputs_as_fan_out_says():
    layer = torch.nn.Conv2d(3, 16, 5, bias=False)
    image = torch.zeros(1, 3, 11, 11)
    image[0, 1, 5, 5] = 1
    assert int((layer(image) != 0).sum()) == 400


def test_the_product_of_no_numbers_is_a_float_in_numpy():
    assert np.prod(()) == 1
    assert np.prod(()).dtype == np.float64


def test_a_number_of_numpy_makes_float64_of_float32():
    """One of Python does not."""
    noise = np.ones((2, 3), dtype="float32")
    assert (noise * np.sqrt(0.5)).dtype == np.float64
    assert (noise * float(np.sqrt(0.5))).dtype == (noise * 0.5**0.5).dtype == np.float32


# gains and defaults of PyTorch


def test_the_gains_are_those_the_notebook_names():
    assert init.calculate_gain("tanh") == 5 / 3
    assert init.calculate_gain("selu") == 3 / 4
    assert init.calculate_gain("linear") == init.calculate_gain("sigmoid") == 1
    assert init.calculate_gain("leaky_relu") == math.sqrt(2 / (1 + 0.01**2))


def test_the_documentation_calls_linear_the_self_normalizing_gain():
    """Not that of SELU."""
    assert "``nonlinearity='linear'`` instead of ``nonlinearity='selu'``" in init.calculate_gain.__doc__


@pytest.mark.parametrize("name", ["elu", "gelu", "silu"])
def test_there_is_no_gain_for_elu_gelu_and_silu(name):
    with pytest.raises(ValueError):
        init.calculate_gain(name)


def test_kaiming_as_it_stands_is_for_relu_with_fan_in():
    plain = init.kaiming_normal_(torch.empty(5, 7), generator=seeded())
    relu = init.kaiming_normal_(torch.empty(5, 7), mode="fan_in", nonlinearity="relu", generator=seeded())
    assert torch.equal(plain, relu)


def test_he_on_the_transposed_noise_is_the_mode_fan_out():
    expected = init.kaiming_normal_(torch.empty(5, 7, dtype=torch.float64), mode="fan_out", generator=seeded())
    noise = normal((5, 7), torch.float64).numpy()
    np.testing.assert_allclose(solution("he_normal")(noise.T).T, expected.numpy(), rtol=1e-12)


@pytest.mark.parametrize(("make", "sizes"), [(torch.nn.Linear, (300, 200)), (torch.nn.Conv2d, (12, 200, 5))])
def test_the_weights_and_biases_of_a_fresh_layer_are_uniform(make, sizes):
    """Within one over the root of fan-in."""
    layer = make(*sizes)
    bound = 300**-0.5
    for parameter in (layer.weight, layer.bias):
        assert 0.9 * bound < parameter.abs().max().item() <= bound
    assert layer.weight.var().item() * 300 == pytest.approx(1 / 3, rel=0.05)


def test_the_slope_root_of_5_gives_the_default_interval():
    u = np.array([[0.0, 0.25, 0.5, 0.75]])
    assert solution("he_uniform")(u, 5**0.5) == pytest.approx(np.array([[-0.5, -0.25, 0.0, 0.25]]))


def test_the_bounds_of_trunc_normal_are_bounds_of_the_weights():
    uncut = init.trunc_normal_(torch.empty(100_000), std=0.02, generator=seeded())
    assert uncut.abs().max() > 3 * 0.02
    cut = init.trunc_normal_(torch.empty(100_000), std=0.02, a=-0.04, b=0.04, generator=seeded())
    assert cut.abs().max() <= 0.04


# numbers of the text


def test_the_standard_deviation_of_numbers_cut_at_2_is_08796():
    density = math.exp(-2) / math.sqrt(2 * math.pi)
    inside = math.erf(math.sqrt(2))
    variance = 1 - 4 * density / inside
    assert math.sqrt(variance) == pytest.approx(0.8796, abs=5e-5)
    assert 1 - variance == pytest.approx(0.23, abs=0.005)
    assert 1 - inside == pytest.approx(0.0455, abs=1e-4)
    held_by_the_tails = 1 - inside * variance
    assert held_by_the_tails == pytest.approx(0.26, abs=0.005)
    assert held_by_the_tails - (1 - variance) < 0.04


def test_how_many_normal_numbers_lie_far_out():
    """Of a million, 2700 lie beyond 3 standard deviations and 63 beyond 4."""
    assert 1e6 * math.erfc(3 / math.sqrt(2)) == pytest.approx(2700, abs=1)
    assert 1e6 * math.erfc(4 / math.sqrt(2)) == pytest.approx(63, abs=0.5)


def test_gelu_keeps_0425_of_the_mean_square():
    """A quarter of a small one, and half of a large one."""
    z = torch.empty(1_000_000, dtype=torch.float64).normal_(generator=seeded())
    for size, share in ((1, 0.425), (1e-3, 0.25), (1e3, 0.5)):
        found = torch.nn.functional.gelu(size * z).square().mean() / size**2
        assert found.item() == pytest.approx(share, abs=0.003)


def test_a_layer_multiplies_the_mean_square_by_fan_in_times_the_variance():
    rng = np.random.default_rng(0)
    a = np.abs(rng.normal(2, 3, 50))
    z = rng.normal(0, 0.3, (200_000, 50)) @ a
    assert np.mean(z**2) == pytest.approx(50 * 0.09 * np.mean(a**2), rel=0.02)


def test_tanh_takes_2_q_squared_from_a_small_mean_square_q():
    z = np.random.default_rng(0).normal(size=1_000_000)
    for q in (0.005, 0.01):
        assert np.mean(np.tanh(math.sqrt(q) * z) ** 2) / np.mean(q * z**2) == pytest.approx(1 - 2 * q, abs=q / 5)


def test_the_50_tanh_layers_end_where_the_text_says():
    ends = {
        name: lab.layers(np.tanh, start)[-1] for name, start in (("small", lab.scaled(0.01)), ("1", lab.scaled(1.0)))
    }
    assert 1e-51 < ends["small"].std() < 1e-49
    assert ends["1"].std() == pytest.approx(0.96, abs=0.01)
    assert np.mean(np.abs(ends["1"]) > 0.99) > 0.7
    assert np.mean(1 - ends["1"] ** 2) == pytest.approx(0.08, abs=0.01)
    glorot = solution("glorot_normal")
    assert np.mean(1 - lab.layers(np.tanh, glorot)[-1] ** 2) == pytest.approx(0.99, abs=0.01)
    with_gain = lab.layers(np.tanh, lambda noise: glorot(noise, 5 / 3))[-1]
    assert with_gain.std() == pytest.approx(0.65, abs=0.02)
    assert np.mean(1 - with_gain**2) == pytest.approx(0.58, abs=0.02)


def test_in_the_saturated_network_the_gradient_doubles_on_its_way_back():
    """It grows about twofold with every layer."""
    rng = np.random.default_rng(0)
    a, weights, slopes = rng.normal(size=(200, 100)), [], []
    for _ in range(20):
        weights.append(rng.normal(size=(100, 100)))
        a = np.tanh(a @ weights[-1].T)
        slopes.append(1 - a**2)
    gradient = rng.normal(size=a.shape)
    before = lab.rms(gradient)
    for weight, slope in zip(reversed(weights), reversed(slopes), strict=True):
        gradient = (gradient * slope) @ weight
    assert 1.6 < (lab.rms(gradient) / before) ** (1 / 20) < 2.6


def test_relu_keeps_half_of_the_mean_square():
    """Leaky ReLU keeps half of 1 plus the slope squared."""
    z = np.random.default_rng(0).normal(size=1_000_000)
    assert np.mean(np.maximum(z, 0) ** 2) == pytest.approx(0.5, abs=0.005)
    assert np.mean(np.where(z > 0, z, 0.5 * z) ** 2) == pytest.approx(0.5 * 1.25, abs=0.005)


def test_the_50_relu_layers_end_where_the_text_says():
    he = solution("he_normal")
    ends = {factor: lab._relu_rms(he, factor, seed=0)[-1] for factor in (1.0, 0.8, 1.2, 0.5**0.5)}
    assert 0.2 < ends[1.0] < 5
    assert 1e-6 < ends[0.8] < 1e-4
    assert 1e3 < ends[1.2] < 1e5
    assert 1e-9 < ends[0.5**0.5] < 1e-7


@pytest.mark.parametrize("depth", [6, 24])
def test_what_fan_in_does_to_the_gradient_depends_on_the_ends(depth):
    """And not on the depth."""
    he, widths = solution("he_normal"), lab._widths(300, 75, depth)
    signal, gradient = lab._mean_of_networks(he, widths)
    assert signal[-1] == pytest.approx(1, abs=0.35)
    assert gradient[0] / gradient[-1] == pytest.approx(0.5, abs=0.12)
    signal, gradient = lab._mean_of_networks(lambda noise: he(noise.T).T, widths)
    assert signal[-1] == pytest.approx(2, abs=0.6)
    assert gradient[0] / gradient[-1] == pytest.approx(1, abs=0.25)


def test_the_blue_cells_of_the_table_are_those_the_text_names():
    def spread(phi, start):
        return float(lab.layers(phi, start)[-1].std(axis=0).mean())

    lecun, he = solution("lecun_normal"), solution("he_normal")
    assert spread(lab.relu, he) > 0.1 > 1e-6 > spread(lab.relu, lecun)
    assert spread(lab.selu, lecun) == pytest.approx(1, abs=0.1)
    assert spread(lab.selu, he) > 5
    assert max(spread(lab.logistic, start) for start in (lecun, he, lab.scaled(1.0))) < 0.02
    assert all(0.49 < lab.rms(lab.layers(lab.logistic, start)[-1]) < 0.62 for start in (lecun, he, lab.scaled(1.0)))
    assert 0.02 < spread(lab.elu, lecun) < 0.1
    assert 1 < spread(lab.elu, he) < 5


def test_units_that_start_equal_stay_equal_and_zero_weights_never_move():
    constant, poor = lab._train_tanh_network(0.1, 8, 30)
    assert np.ptp(constant, axis=0).max() < 1e-12
    zero, guessed = lab._train_tanh_network(0.0, 8, 30)
    assert not zero.any()
    _, good = lab._train_tanh_network(None, 8, 30)
    assert guessed < 0.15 < poor < 0.5 < 0.9 < good


@pytest.mark.parametrize(("activation", "different"), [(torch.tanh, 8), (torch.relu, 1)])
def test_a_random_output_layer_alone_breaks_the_symmetry_for_tanh(activation, different):
    """And not for ReLU."""
    x, y = torch.randn(64, 5, generator=seeded()), torch.randint(3, (64,), generator=seeded())
    parameters = [torch.zeros(8, 5), torch.zeros(8), torch.randn(3, 8, generator=seeded()), torch.zeros(3)]
    for parameter in parameters:
        parameter.requires_grad_(True)
    for _ in range(20):
        hidden = activation(x @ parameters[0].T + parameters[1])
        loss = torch.nn.functional.cross_entropy(hidden @ parameters[2].T + parameters[3], y)
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.data -= 0.1 * gradient
    assert len(torch.unique(parameters[0].detach(), dim=0)) == different
    assert bool(parameters[0].any()) is (different > 1)


def from_he(depth, rate):
    return lab._train_relu_network(solution("he_uniform"), 0.0, depth, rate, 10)


def from_default(depth, rate):
    return lab._train_relu_network(lambda u: solution("he_uniform")(u, 5**0.5), 1.0, depth, rate, 10)


def test_ten_hidden_layers_train_from_he_weights_and_not_from_the_default():
    for rate in (0.003, 0.01, 0.03, 0.1):
        losses, accuracy = from_default(10, rate)
        assert losses[-1] == pytest.approx(2.30, abs=0.02)
        assert accuracy < 0.2
    _, accuracy = from_he(10, 0.03)
    assert accuracy > 0.9


def test_five_default_hidden_layers_sit_on_a_plateau_first_and_two_do_not():
    (plateau, late), (he, _) = from_default(5, 0.03), from_he(5, 0.03)
    assert min(plateau[:2]) > 2.2 > 0.5 > he[1]
    assert late > 0.85
    (_, two), (_, two_from_he) = from_default(2, 0.1), from_he(2, 0.1)
    assert two == pytest.approx(two_from_he, abs=0.02)
    assert two > 0.95


@pytest.mark.parametrize("seed", [0, 1])
def test_adam_trains_ten_default_hidden_layers_in_ten_epochs(seed):
    """To more than 85 percent."""
    torch.manual_seed(seed)
    x, y, x_validation, y_validation = (torch.tensor(array) for array in digits())
    layers = [layer for _ in range(10) for layer in (torch.nn.Linear(64, 64), torch.nn.ReLU())]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(64, 10)).double()
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    for _ in range(10):
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network(x[batch]), y[batch]).backward()
            optimizer.step()
    assert (network(x_validation).argmax(dim=1) == y_validation).double().mean() > 0.85


def test_after_ten_default_layers_the_output_hardly_depends_on_the_input():
    torch.manual_seed(0)
    a = torch.randn(200, 64)
    for _ in range(10):
        a = torch.relu(torch.nn.Linear(64, 64)(a)).detach()
    assert a.std(dim=0).mean() < 0.01 * (a**2).mean().sqrt()

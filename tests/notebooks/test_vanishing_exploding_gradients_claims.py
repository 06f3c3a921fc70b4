"""What the notebook `1_vanishing_exploding_gradients` says about PyTorch, NumPy and its own experiments."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder import lab
from autograder.lab import vanishing_exploding_gradients as experiments
from autograder.lab.students import UnusableResult
from tests.solutions import solution

layer_jacobian, backpropagate, layer_norms, mlp_forward, mlp_gradients, numerical_gradient, complex_step_gradient = (
    solution(name)
    for name in (
        "layer_jacobian",
        "backpropagate",
        "layer_norms",
        "mlp_forward",
        "mlp_gradients",
        "numerical_gradient",
        "complex_step_gradient",
    )
)


# ---------------------------------------------------------------- PyTorch


def test_linear_stores_its_weight_as_out_times_in():
    layer = torch.nn.Linear(3, 5)
    assert layer.weight.shape == (5, 3)
    x = torch.randn(2, 3)
    assert torch.allclose(layer(x), x @ layer.weight.T + layer.bias)


def test_two_ways_to_a_jacobian_agree_with_the_formula():
    W, a = torch.randn(3, 4, dtype=torch.float64), torch.randn(4, dtype=torch.float64)
    expected = layer_jacobian(W.numpy(), (W @ a).numpy())
    for found in (
        torch.autograd.functional.jacobian(lambda a: torch.tanh(W @ a), a),
        torch.func.jacrev(lambda a: torch.tanh(W @ a))(a),
    ):
        assert np.allclose(found, expected)


def test_a_vector_jacobian_product_is_the_transpose_times_a_vector():
    W, a, v = (torch.randn(*shape, dtype=torch.float64) for shape in ((3, 4), (4,), (3,)))
    _, pull = torch.func.vjp(lambda a: torch.tanh(W @ a), a)
    assert np.allclose(pull(v)[0], layer_jacobian(W.numpy(), (W @ a).numpy()).T @ v.numpy())


@pytest.mark.filterwarnings("ignore:The .grad attribute")
def test_the_gradient_of_z_is_kept_only_if_one_asks_for_it():
    layer = torch.nn.Linear(3, 2)
    for asked in (False, True):
        z = layer(torch.randn(4, 3))
        if asked:
            z.retain_grad()
        torch.tanh(z).sum().backward()
        assert (z.grad is not None) == asked


def test_gradcheck_has_the_defaults_that_the_table_names_and_wants_float64():
    import inspect

    defaults = {name: p.default for name, p in inspect.signature(torch.autograd.gradcheck).parameters.items()}
    assert (defaults["eps"], defaults["atol"], defaults["rtol"]) == (1e-6, 1e-5, 1e-3)
    x = torch.randn(3, requires_grad=True)
    with pytest.warns(UserWarning, match="double precision"):
        torch.autograd.gradcheck(torch.tanh, x, raise_exception=False)


def test_clipping_returns_the_norm_of_all_gradients_together():
    parameters = [torch.zeros(2, 3, requires_grad=True), torch.zeros(4, requires_grad=True)]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter)
    expected = np.linalg.norm(layer_norms([parameter.grad.numpy().copy() for parameter in parameters]))
    assert torch.nn.utils.clip_grad_norm_(parameters, 1.0).item() == pytest.approx(expected, rel=1e-5)


def test_orthogonal_initialization_has_singular_values_of_one():
    weight = torch.nn.init.orthogonal_(torch.empty(8, 8, dtype=torch.float64))
    assert np.allclose(torch.linalg.svdvals(weight), 1)


def test_the_whole_network_has_the_gradients_of_autograd():
    x, weights, biases, dout = experiments.small_network()
    zs, activations = mlp_forward(x, weights, biases, np.tanh)
    found = mlp_gradients(dout, activations, [1 - np.tanh(z) ** 2 for z in zs], weights)
    tensors = [torch.tensor(array, requires_grad=True) for array in [x, *weights, *biases]]
    a = tensors[0]
    for weight, bias in zip(tensors[1:4], tensors[4:], strict=True):
        a = torch.tanh(F.linear(a, weight, bias))
    expected = torch.autograd.grad(a, tensors, torch.tensor(dout))
    for mine, theirs in zip([found["dx"], *found["dW"], *found["db"]], expected, strict=True):
        assert np.allclose(mine, theirs)


# ---------------------------------------------------------------- numbers


def test_factors_within_two_percent_of_one_stay_within_three():
    """Over fifty layers."""
    assert 1.02**50 < 3
    assert 0.98**50 > 1 / 3
    assert 1.03**50 > 3


def test_the_mean_square_slope_of_tanh_for_standard_normal_z_is_about_half():
    z = np.random.default_rng(0).normal(size=100_000)
    mean_square = np.mean((1 - np.tanh(z) ** 2) ** 2)
    assert mean_square == pytest.approx(0.46, abs=0.01)
    assert 1.1 * np.sqrt(mean_square) == pytest.approx(0.75, abs=0.01)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("f", [lambda x: np.abs(x).sum(), np.linalg.norm])
def test_absolute_values_and_norms_lose_the_derivative_without_a_warning(f):
    assert complex_step_gradient(f, np.array([3.0]))[0] == 0


def test_an_array_of_a_real_dtype_warns_and_loses_the_imaginary_part():
    real = np.zeros(1)
    with pytest.warns(np.exceptions.ComplexWarning):
        real[:] = np.array([3 + 1e-20j])


def test_float32_keeps_two_or_three_digits_of_a_step_of_1e_minus_5():
    """Whole numbers keep none."""
    x = np.float32(1)
    assert 1e-3 < abs(float((x + np.float32(1e-5)) - x) / 1e-5 - 1) < 1e-2
    whole = np.array([3])
    whole[0] = whole[0] + 1e-5
    assert whole[0] == 3


def test_the_errors_of_both_differences_have_opposite_signs_and_one_size():
    """Those of the central difference and of the complex step."""
    exact, x = experiments.slope_of_example(1.5), np.array([1.5])
    central, imaginary = (
        method(experiments.example, x, 1e-3)[0] - exact for method in (numerical_gradient, complex_step_gradient)
    )
    assert central == pytest.approx(-imaginary, rel=1e-3)


def test_the_jacobian_predicts_a_small_change_but_for_its_square():
    rng = np.random.default_rng(1)
    W, b, a_before = rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=4)
    step = 1e-4 * rng.normal(size=4)
    moved = np.tanh(W @ (a_before + step) + b) - np.tanh(W @ a_before + b)
    assert np.abs(moved - layer_jacobian(W, W @ a_before + b) @ step).max() < 10 * np.sum(step**2)


def test_the_deviations_of_glorot_and_he_for_64_units():
    deviations = [experiments.INITIALIZATIONS[name](64, 64) for name in ("Glorot", "He")]
    assert deviations == pytest.approx([0.125, 0.177], abs=5e-4)


def test_a_sigmoid_is_never_steeper_than_a_quarter():
    _, slope = experiments.ACTIVATIONS["sigmoid"]
    assert slope(np.linspace(-9, 9, 1001)).max() == slope(0.0) == 0.25


def test_there_are_1437_digits_to_learn_from():
    assert len(lab.digits()[0]) == 1437


def test_x_plus_1e_minus_20_is_x():
    assert 1.5 + 1e-20 == 1.5


# ---------------------------------------------------------------- the experiments


def test_the_norm_follows_the_power_of_the_weight_scale():
    """The slopes turn growth into decay."""

    def factor(scale, size):
        jacobians, gradient = experiments.random_chain(layer_jacobian, scale, size, width=128)
        norms = layer_norms(backpropagate(jacobians, gradient))
        return (norms[0] / norms[-1]) ** (1 / 50)

    for scale in (0.9, 1.0, 1.1):
        assert factor(scale, 0.0) == pytest.approx(scale, abs=0.02)
    assert factor(1.1, 1.0) == pytest.approx(0.75, abs=0.02)


def test_half_of_all_directions_shrink_to_about_2e_minus_8():
    """Unless the weights are orthogonal."""
    jacobians, _ = experiments.random_chain(layer_jacobian, 1.0, 0.0, width=64)
    values = experiments.singular_values(backpropagate, jacobians)[-1]
    assert np.median(values) == pytest.approx(2e-8, rel=0.2)
    assert np.median(values) < np.finfo(np.float32).eps
    assert np.sqrt(np.mean(values**2)) == pytest.approx(0.63, abs=0.02)
    orthogonal, _ = experiments.random_chain(layer_jacobian, 1.0, 0.0, width=64, orthogonal=True)
    assert np.allclose(experiments.singular_values(backpropagate, orthogonal)[-1], 1)


def factors(name):
    _, found = experiments.gradients_of_digits(mlp_forward, mlp_gradients, name)
    norms = {key: layer_norms(found[key]) for key in ("dz", "dW")}
    return {key: (norm[0] / norm[-1]) ** (1 / 19) for key, norm in norms.items()}


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("ReLU, He", 1.0),
        ("tanh, Glorot", 0.91),
        ("sigmoid, Glorot", 0.23),
        ("tanh, N(0, 1)", 2.1),
        ("sigmoid, N(0, 1)", 0.89),
        ("ReLU, N(0, 0.01²)", 0.056),
    ],
)
def test_the_signal_changes_by_the_factor_that_the_notebook_names(name, factor):
    assert factors(name)["dz"] == pytest.approx(factor, rel=0.03)


def test_the_gradient_of_the_weights_is_flat_where_the_signal_dies():
    found = factors("ReLU, N(0, 0.01²)")
    assert found["dz"] < 0.06
    assert found["dW"] == pytest.approx(1, abs=0.05)


def test_weights_times_gradients_give_one_number_for_a_relu_network():
    """One without biases."""
    weights, found = experiments.gradients_of_digits(mlp_forward, mlp_gradients, "ReLU, He")
    sums = [np.sum(W * dW) for W, dW in zip(weights, found["dW"], strict=True)]
    assert np.allclose(sums, sums[0], rtol=1e-10, atol=0)


def test_a_wider_sigmoid_network_with_standard_normal_weights_explodes(monkeypatch):
    monkeypatch.setattr(experiments, "WIDTH", 256)
    assert factors("sigmoid, N(0, 1)")["dz"] > 1.1


def activations_of_digits(name):
    start = experiments.start_of(name)
    weights = experiments.hidden_layers(start, np.random.default_rng(0), 64)
    zs, activations = mlp_forward(lab.digits()[0][:256], weights, [np.zeros(64)] * 20, start.phi)
    return start, zs, activations


def test_all_images_look_the_same_in_the_last_layer_of_the_sigmoid_network():
    _, _, activations = activations_of_digits("sigmoid, Glorot")
    assert 1e-14 < activations[-1].std(axis=0).mean() < 1e-12


def test_with_standard_normal_weights_nearly_half_of_sigmoids_are_flat():
    """They have a slope below a hundredth."""
    start, zs, _ = activations_of_digits("sigmoid, N(0, 1)")
    slopes = np.array([start.slope(z) for z in zs])
    assert 0.35 < (slopes < 0.01).mean() < 0.5
    assert np.sqrt(np.mean(slopes**2)) == pytest.approx(0.105, abs=0.01)


def test_only_the_network_with_a_factor_near_one_learns():
    runs = {
        name: experiments.train(mlp_forward, mlp_gradients, name)
        for name in ("tanh, Glorot", "sigmoid, Glorot", "tanh, N(0, 1)")
    }
    good, vanishing, exploding = runs.values()
    assert good.accuracy[-1] > 0.9
    assert max(good.change) / min(good.change) < 10
    assert vanishing.accuracy[-1] < 0.15
    assert vanishing.change[:10].max() < 1e-8
    assert 0.01 < vanishing.change[-1] < 0.04
    assert exploding.accuracy[-1] < 0.35
    assert exploding.change[0] > 100
    assert exploding.change[-1] < 0.02


def test_the_best_steps_are_where_formula_and_rounding_meet():
    exact = experiments.slope_of_example(1.5)
    x = np.array([1.5])

    def error(method, h):
        return abs(method(experiments.example, x, h)[0] / exact - 1)

    def forward(f, x, h):
        return [(f(x + h) - f(x)) / h]

    assert error(numerical_gradient, 5e-6) < 1e-9
    assert error(numerical_gradient, 1e-2) == pytest.approx(100 * error(numerical_gradient, 1e-3), rel=0.1)
    assert error(numerical_gradient, 1e-10) > 100 * error(numerical_gradient, 5e-6)
    assert 1e-9 < error(forward, 1e-8) < 1e-6
    assert error(numerical_gradient, 1e-18) == 1
    for h in (1e-8, 1e-20, 1e-100):
        assert error(complex_step_gradient, h) < 3e-15


def test_the_gradient_check_tells_a_backward_pass_from_planted_errors(capsys):
    lab.check_the_backward_pass(mlp_forward, mlp_gradients, numerical_gradient, complex_step_gradient)
    _, _, *rows = capsys.readouterr().out.strip().split("\n")
    errors = [[float(number) for number in row.split()[-2:]] for row in rows]
    assert errors[0][0] < 1e-9
    assert errors[0][1] < 1e-14
    assert all(error > 5e-5 for row in errors[1:] for error in row)


def test_between_death_and_explosion_both_signals_survive_fifty_layers():
    def ends(s):
        rng = np.random.default_rng(0)
        weights = [s / 10 * rng.normal(size=(100, 100)) for _ in range(50)]
        zs, activations = mlp_forward(rng.normal(size=(1, 100)), weights, [np.zeros(100)] * 50, np.tanh)
        jacobians = [layer_jacobian(W, z[0]) for W, z in zip(weights, zs, strict=True)]
        gradients = backpropagate(jacobians, rng.normal(size=100) / 10)
        return layer_norms([activations[-1], gradients[0]])

    assert (ends(0.9) < 0.02).all()
    assert ((ends(1.2) > 0.5) & (ends(1.2) < 10)).all()
    assert ends(3.0)[1] > 1e5


# ---------------------------------------------------------------- what the experiments cannot use


def test_an_experiment_says_in_a_sentence_what_it_cannot_use(capsys):
    lab.through_fifty_layers(layer_jacobian, lambda jacobians, gradient: gradient, layer_norms)
    lab.gradients_by_layer(lambda *arguments: None, mlp_gradients, layer_norms)
    lab.gradients_by_layer(mlp_forward, lambda *arguments: None, layer_norms)
    lab.gradients_by_layer(mlp_forward, mlp_gradients, layer_norms, prediction={"tanh": 1.0})
    lab.which_layers_learn(mlp_forward, mlp_gradients, prediction="much")
    printed = capsys.readouterr().out
    for sentence in (
        "a list with one gradient more",
        "should return two lists",
        "should return a dict",
        "Your prediction names tanh",
        "Your prediction should be",
    ):
        assert sentence in printed


def test_lists_of_the_wrong_shapes_are_refused():
    x, weights, biases, dout = experiments.small_network()
    with pytest.raises(UnusableResult):
        experiments.forward(lambda *arguments: ([x], [x]), x, weights, biases, np.tanh)
    zs, activations = mlp_forward(x, weights, biases, np.tanh)
    with pytest.raises(UnusableResult):
        experiments.backward(lambda *arguments: {"dx": x, "dz": [], "dW": [], "db": []}, dout, activations, zs, weights)


def test_in_float32_a_larger_step_leaves_four_digits_a_small_one_two():
    """The central difference of a tanh layer's loss, computed in float32, against the exact slope."""
    errors: dict[float, list[float]] = {5e-3: [], 1e-5: []}
    for seed in range(5):
        rng = np.random.default_rng(seed)
        W, x, dout = (rng.normal(size=shape).astype(np.float32) for shape in ((6, 5), (7, 5), (7, 6)))
        exact = (dout * (1 - np.tanh(x @ W.T) ** 2)).T.astype(float) @ x
        for h, found in errors.items():
            measured = np.zeros(W.shape)
            for index in np.ndindex(W.shape):
                step = np.zeros_like(W)
                step[index] = h
                up, down = ((dout * np.tanh(x @ (W + sign * step).T)).sum() for sign in (np.float32(1), np.float32(-1)))
                measured[index] = (float(up) - float(down)) / (2 * h)
            found.append(float(np.linalg.norm(measured - exact) / np.linalg.norm(exact)))
    assert all(error < 3e-4 for error in errors[5e-3])
    assert all(1e-3 < error < 0.1 for error in errors[1e-5])


def test_relu_between_orthogonal_layers_loses_half_of_the_directions():
    """The median singular value of two layers' Jacobian is 0, of tanh's near 0 it is nearly 1."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        first, second = (np.linalg.qr(rng.normal(size=(64, 64)))[0] for _ in range(2))
        z = first @ rng.normal(size=64)
        on = (z > 0).astype(float)
        on_again = (second @ (on * z) > 0).astype(float)
        of_relu = (on_again[:, None] * second) @ (on[:, None] * first)
        assert np.median(np.linalg.svd(of_relu, compute_uv=False)) < 1e-12
        slopes = 1 - np.tanh(0.1 * z) ** 2
        of_tanh = (second * slopes) @ first
        assert 0.9 < np.median(np.linalg.svd(of_tanh, compute_uv=False)) <= 1

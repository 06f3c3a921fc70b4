"""What the notebook `4_adam` says about PyTorch, about its own formulas and its own experiments."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

from autograder import lab
from autograder.exercises import catalogue
from autograder.lab import adam as experiments
from autograder.lab.descent import BOWL, DigitsNetwork, descend, gradient_descent, train
from tests.solutions import solution
from tests.support.optimizers import by_pytorch, some_gradients

USUAL = {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8}


def constant_steps(corrected):
    return solution("relative_steps")(np.ones(4000), 0.9, 0.999, 1e-12, corrected)


# ---------------------------------------------------------------- the references


@pytest.mark.parametrize(
    ("reference", "optimizer", "decay"),
    [
        (catalogue()["adam_step"].reference, torch.optim.Adam, {}),
        (catalogue()["adamw_step"].reference, torch.optim.AdamW, {"weight_decay": 0.3}),
    ],
)
def test_carrying_the_state_through_the_reference_is_one_optimizer(reference, optimizer, decay):
    """One that runs by itself."""
    theta, m, s = torch.full((1,), 2.0, dtype=torch.float64), *torch.zeros(2, 1, dtype=torch.float64)
    path = []
    for t, gradient in enumerate(some_gradients(), start=1):
        gradient = torch.tensor([gradient], dtype=torch.float64)
        theta, m, s = reference(theta, gradient, m, s, t, 0.01, 0.9, 0.999, 1e-8, **decay)
        path.append(theta.item())
    assert np.array(path) == pytest.approx(by_pytorch(optimizer, some_gradients(), 2.0, **USUAL, **decay), abs=1e-15)


def test_fifty_steps_of_the_solution_in_float32_are_those_of_pytorch():
    theta, m, s = np.full(1, 2.0, "float32"), *np.zeros((2, 1), "float32")
    for t, gradient in enumerate(some_gradients(), start=1):
        gradient = np.array([gradient], dtype="float32")
        theta, m, s = solution("adam_step")(theta, gradient, m, s, t, 0.01, 0.9, 0.999, 1e-8)
    expected = by_pytorch(torch.optim.Adam, some_gradients(), 2.0, torch.float32, **USUAL)[-1]
    assert theta.dtype == np.float32
    assert theta[0] == pytest.approx(expected, abs=1e-6)


def test_an_adam_told_that_it_has_taken_a_billion_steps_corrects_nothing():
    steps = solution("relative_steps")(some_gradients(), 0.9, 0.999, 1e-8, False)
    theta, m, s = np.zeros(3), np.zeros(3), np.zeros(3)
    for expected, gradient in zip(steps, some_gradients(), strict=True):
        before = theta
        theta, m, s = solution("adam_step")(theta, np.full(3, gradient), m, s, 10**9, 1.0, 0.9, 0.999, 1e-8)
        assert before - theta == pytest.approx(np.full(3, expected))


# ---------------------------------------------------------------- PyTorch


def test_the_defaults_of_adam_and_adamw():
    for optimizer, decay in ((torch.optim.Adam, 0), (torch.optim.AdamW, 0.01)):
        defaults = {name: item.default for name, item in inspect.signature(optimizer).parameters.items()}
        assert (defaults["lr"], defaults["betas"], defaults["eps"]) == (1e-3, (0.9, 0.999), 1e-8)
        assert defaults["weight_decay"] == decay
    assert inspect.signature(torch.optim.RMSprop).parameters["alpha"].default == 0.99


def test_the_names_of_the_state():
    parameter = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.Adam([parameter])
    parameter.grad = torch.ones(1)
    optimizer.step()
    assert set(optimizer.state[parameter]) == {"step", "exp_avg", "exp_avg_sq"}
    assert optimizer.state[parameter]["step"] == 1


def test_a_zero_gradient_still_moves_a_parameter_and_none_does_not():
    moved = by_pytorch(torch.optim.Adam, [1.0, 0.0], **USUAL)
    assert moved[1] < moved[0] < 0
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.Adam([parameter])
    for gradient in (torch.ones(1), None):
        parameter.grad = gradient
        before = parameter.item()
        optimizer.step()
    assert parameter.item() == before


def test_weight_decay_is_a_penalty_in_the_gradient_in_adam_not_in_adamw():
    state = np.zeros(1), np.zeros(1), 1, 0.1, 0.9, 0.999, 1e-8
    theta, gradient = np.array([2.0]), np.array([-0.1])
    penalty, _, _ = solution("adam_step")(theta, gradient + 0.3 * theta, *state)
    settings = {"lr": 0.1, "weight_decay": 0.3}
    assert penalty == pytest.approx(by_pytorch(torch.optim.Adam, gradient, 2.0, **settings))
    assert by_pytorch(torch.optim.AdamW, gradient, 2.0, **settings) == pytest.approx([2 * 0.97 + 0.1], abs=1e-7)


def test_epsilon_stands_behind_the_root_of_the_corrected_s():
    assert by_pytorch(torch.optim.Adam, [1e-8], lr=1.0) == pytest.approx([-0.5])


def test_float16_cannot_hold_epsilon_and_adam_breaks_in_it():
    assert torch.tensor(1e-8, dtype=torch.float16) == 0
    assert torch.tensor(1e-4, dtype=torch.float16) ** 2 == 0
    assert np.isnan(by_pytorch(torch.optim.Adam, [0.0], dtype=torch.float16, **USUAL)).all()


def test_the_first_step_of_rmsprop_is_not_corrected():
    assert by_pytorch(torch.optim.RMSprop, [1.0], lr=1.0) == pytest.approx([-10], rel=1e-6)
    assert by_pytorch(torch.optim.RMSprop, [1.0], lr=1.0, alpha=0.9) == pytest.approx([-3.1623], rel=1e-4)


def test_the_steps_of_adamax_exceed_the_rate_by_one_percent_at_most():
    worst = 0.999 ** np.arange(0, 200.0)
    path = by_pytorch(torch.optim.Adamax, worst, lr=1.0, eps=0.0)
    assert 1.0085 < path[-2] - path[-1] < 0.1 / (1 - 0.9 / 0.999) < 1.0091


# ---------------------------------------------------------------- the correction


def test_the_corrected_average_is_the_weighted_mean_of_the_gradients():
    """Adam's m over the sum of its weights, after twenty gradients."""
    gradients, theta, m, s = some_gradients(20), *np.zeros((3, 1))
    for t, gradient in enumerate(gradients, start=1):
        theta, m, s = solution("adam_step")(theta, np.array([gradient]), m, s, t, 0.1, 0.9, 0.999, 1e-8)
    assert m[0] / (1 - 0.9**20) == pytest.approx(np.average(gradients, weights=0.9 ** np.arange(19, -1, -1)))


def test_without_the_correction_the_first_steps_are_too_long():
    steps = constant_steps(False)
    assert steps[[0, 1, 9, 399]] == pytest.approx([3.162, 4.249, 6.528, 1.741], abs=1e-3)
    assert (steps.argmax() + 1, steps.max()) == (12, pytest.approx(6.57, abs=5e-3))
    assert constant_steps(True) == pytest.approx(np.ones(4000))


def test_the_first_steps_of_the_four_combinations():
    m, s = 0.1, np.sqrt(0.001)
    assert (m / 0.1 / s, m / (s / np.sqrt(0.001)), m / s) == pytest.approx((31.62, 0.1, 3.162), abs=5e-3)


def test_with_beta2_099_only_the_first_uncorrected_step_is_right():
    steps = solution("relative_steps")(np.ones(2), 0.9, 0.99, 1e-12, False)
    assert steps == pytest.approx([1, 1.347], abs=1e-3)


def test_in_the_176_steps_of_4_epochs_the_factor_lies_between_25_and_66():
    count = len(train(DigitsNetwork((32, 32)), gradient_descent(0.01), epochs=4).losses)
    steps = constant_steps(False)[:count]
    assert count == 176
    assert (steps.min(), steps.max()) == pytest.approx((2.5, 6.6), abs=0.05)


# ---------------------------------------------------------------- the size of the steps


def test_a_common_factor_changes_nothing():
    one, other = (by_pytorch(torch.optim.Adam, c * some_gradients(), lr=0.1, eps=1e-15) for c in (1.0, 1e6))
    assert one == pytest.approx(other)


def test_the_mean_step_follows_signal_over_noise():
    """Single steps level off."""
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(600, 500))
    found = solution("relative_steps")(1 + 10 * np.concatenate([noise, -noise], axis=1), 0.9, 0.999, 1e-12)[-200:]
    assert found.mean() == pytest.approx(1 / np.sqrt(101), rel=0.05)
    pure = solution("relative_steps")(noise, 0.9, 0.999, 1e-12)[-200:]
    assert pure.std() == pytest.approx(np.sqrt(0.1 / 1.9), rel=0.05)


def test_a_spike_after_3000_zeros_moves_three_learning_rates_and_30_in_all():
    path = by_pytorch(torch.optim.Adam, [0.0] * 3000 + [1.0] + [0.0] * 100, lr=1.0)
    assert -path[3000] == pytest.approx(3.083, abs=1e-3)
    assert -path[-1] == pytest.approx(30.8, abs=0.3)


def test_the_worst_gradients_reach_the_bound_in_pytorch():
    """They exceed that of the paper."""
    worst = (0.9 / 0.999) ** np.arange(1399, -1, -1.0)
    path = by_pytorch(torch.optim.Adam, worst, lr=1.0, eps=0.0)
    step = path[-2] - path[-1]
    assert step == pytest.approx(6.311, abs=1e-3)
    assert step == pytest.approx(solution("largest_step")(1400, 0.9, 0.999), rel=1e-9)
    assert step > 0.1 / np.sqrt(0.001)


def test_the_bound_tends_to_seven_and_a_quarter_and_no_gradients_exceed_it():
    assert solution("largest_step")(50_000, 0.9, 0.999) == pytest.approx(7.270, abs=1e-3)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        gradients = rng.normal(size=200) * np.exp(rng.normal(scale=3, size=200))
        steps = np.abs(solution("relative_steps")(gradients, 0.9, 0.999, 0.0))
        assert all(steps[t - 1] <= solution("largest_step")(t, 0.9, 0.999) * (1 + 1e-9) for t in range(1, 201))


# ---------------------------------------------------------------- surfaces, training, decay


def adam(rate, step=None):
    return experiments.adam(step or solution("adam_step"), rate)


def test_the_first_step_on_the_bowl_is_diagonal():
    start, first = descend(adam(0.3), BOWL, 1)
    assert first - start == pytest.approx([0.3, -0.3])


@pytest.mark.parametrize("seed", [0, 1])
def test_of_the_four_adams_the_right_one_has_not_the_lowest_loss(seed):
    """Two of the others end about ten times lower, at the small rate of the figure."""
    network = DigitsNetwork((32, 32))
    losses = {
        name: train(network, adam(experiments.FOURS_RATE, step), epochs=6, seed=seed).by_epoch[-1]
        for name, step in experiments.FOUR.items()
    }
    assert 0.15 < losses["B"] < 0.4 and 0.15 < losses["A"] < 0.4
    assert max(losses["C"], losses["D"]) < losses["B"] / 5


def test_the_four_adams_are_told_apart_by_six_steps(capsys):
    lab.question_the_four(solution("adam_fault"))
    found = [line.rsplit(": ", 1)[1] for line in capsys.readouterr().out.split("\n") if line.startswith("Adam ")]
    assert found == ["t stays 1", "no fault", "nothing corrected", "only m corrected"]


def test_the_open_training_gives_pytorchs_loss():
    """The class of the notebook and torch.optim.Adam, from the same weights on the same minibatches."""
    network = lab.small_network(32, 32)
    batches = network.batches(epochs=2)
    parameters, state = network.start(seed=0), None
    for rows in batches:
        _, gradients = network.gradients(parameters, rows)
        parameters, state = solution("adam_update")(parameters, gradients, state, 0.01, 0.9, 0.999, 1e-8)
    x, y = torch.tensor(network.x), torch.tensor(network.y)
    model = network.in_pytorch(network.start(seed=0))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for rows in batches:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()
    assert network.loss(parameters) == pytest.approx(torch.nn.functional.cross_entropy(model(x), y).item(), rel=1e-6)


def test_the_uncorrected_adam_fails_on_the_digits_where_adam_trains():
    """At a smaller rate it does well."""
    network = DigitsNetwork((32, 32))
    plain = experiments.uncorrected(solution("adam_step"))
    optimizers = adam(3e-2), adam(3e-2, plain), adam(3e-3, plain)
    corrected, fails, does_well = (train(network, optimizer, epochs=4).by_epoch[-1] for optimizer in optimizers)
    assert fails > 0.5 > 0.2 > corrected
    assert does_well < 0.01 < train(network, adam(1e-2), epochs=4).by_epoch[-1]


def test_without_the_correction_the_loss_jumps_up_within_ten_steps():
    network = DigitsNetwork((32, 32))
    plain = experiments.uncorrected(solution("adam_step"))
    corrected, jumps = (
        [train(network, adam(3e-2, step), epochs=1, seed=seed).losses[5:10].max() for seed in range(5)]
        for step in (None, plain)
    )
    assert corrected[0] < 1.6 and jumps[0] > 2.5
    assert np.median(corrected) < 2 and np.median(jumps) > 2.3


def test_momentum_at_its_best_is_as_good_as_adam_at_its_best():
    runs = [train(DigitsNetwork((32, 32)), best, epochs=4) for best in (experiments.momentum(3e-2), adam(1e-2))]
    assert all(0.01 < run.by_epoch[-1] < 0.03 for run in runs)
    assert abs(runs[0].accuracy - runs[1].accuracy) < 0.015


def test_an_l2_penalty_in_adam_decays_by_the_size_of_the_gradients(capsys):
    """AdamW decays all parameters alike."""
    experiments.decay_by_gradient_size(solution("adam_step"), solution("adamw_step"))
    lines = [line.split(": ")[1] for line in capsys.readouterr().out.split("\n") if line.startswith("  ")]
    penalty, decoupled = ([float(value) for value in line.split(",")] for line in lines)
    assert penalty == pytest.approx([0, 0, 0.41, 0.91], abs=0.02)
    assert decoupled == pytest.approx([np.exp(-0.9)] * 4, abs=0.02)


def test_experiments_answer_nonsense_with_a_sentence(capsys):
    experiments.question_the_four(lambda steps, *arguments: steps)
    experiments.first_steps(lambda *arguments: np.zeros(2))
    experiments.beyond_the_learning_rate(solution("relative_steps"), lambda *arguments: None)
    said = capsys.readouterr().out
    assert "did not return a number from 0 to 5" in said
    assert said.count("Run its check") == 3
    assert "[figure]" not in said

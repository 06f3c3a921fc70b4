"""What the notebook `5_which_optimizer` says about PyTorch, about its own formulas and its own experiments."""

from __future__ import annotations

import inspect
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from autograder import lab
from autograder.exercises import catalogue
from autograder.lab import in_pytorch
from autograder.lab import which_optimizer as experiments
from autograder.lab.descent import BOWL, DigitsNetwork, adam_like, descend, steps_for, steps_until, train
from tests.solutions import solution
from tests.support.optimizers import by_pytorch, some_gradients

USUAL = {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8}
START = {"theta": 2.0, "m": 0.0, "s": 0.0}


def carried(step, *settings, product=False, as_array=np.array, dtype="float64"):
    """The path of one parameter whose state is handed from call to call of a step."""
    theta, *state = (as_array(np.array([value], dtype=dtype)) for value in START.values())
    path = []
    state += [1.0] * product
    for t, gradient in enumerate(some_gradients(), start=1):
        theta, *state = step(theta, as_array(np.array([gradient], dtype=dtype)), *state, t, *settings)
        path.append(float(theta[0]))
    return np.array(path)


@pytest.fixture
def float64_by_default():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


# ---------------------------------------------------------------- the references


@pytest.mark.parametrize("decay", [0.0, 0.004, 1.0])
def test_the_step_of_the_lab_is_one_nadam_of_pytorch(float64_by_default, decay):
    """One that runs by itself."""
    path = carried(in_pytorch.nadam_step, 0.01, 0.9, 0.999, 1e-8, decay, product=True)
    expected = by_pytorch(torch.optim.NAdam, some_gradients(), 2.0, **USUAL, momentum_decay=decay)
    assert path == pytest.approx(expected, abs=1e-14)


def test_constant_momentum_is_nadam_with_a_momentum_decay_of_a_million(float64_by_default):
    path = carried(catalogue()["nadam_step"].reference, 0.01, 0.9, 0.999, 1e-8, as_array=torch.tensor)
    expected = by_pytorch(torch.optim.NAdam, some_gradients(), 2.0, **USUAL, momentum_decay=1e6)
    assert path == pytest.approx(expected, abs=1e-15)
    assert carried(solution("nadam_step"), 0.01, 0.9, 0.999, 1e-8) == pytest.approx(expected, abs=1e-14)


def test_fifty_steps_of_the_solution_in_float32_are_those_of_pytorch():
    path = carried(solution("nadam_step"), 0.01, 0.9, 0.999, 1e-8, dtype="float32")
    settings = {**USUAL, "momentum_decay": 1e6}
    assert path == pytest.approx(
        by_pytorch(torch.optim.NAdam, some_gradients(), 2.0, torch.float32, **settings), abs=2e-6
    )


def test_the_foreach_form_of_nadam_is_the_same(float64_by_default):
    one, other = (by_pytorch(torch.optim.NAdam, some_gradients(), **USUAL, foreach=flag) for flag in (False, True))
    assert one == pytest.approx(other, abs=1e-14)


# ---------------------------------------------------------------- PyTorch


def test_pytorch_keeps_the_product_in_its_default_dtype():
    """Whatever the parameter."""
    parameter = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = torch.optim.NAdam([parameter])
    parameter.grad = torch.ones(1, dtype=torch.float64)
    optimizer.step()
    assert set(optimizer.state[parameter]) == {"step", "mu_product", "exp_avg", "exp_avg_sq"}
    assert optimizer.state[parameter]["mu_product"].dtype == torch.get_default_dtype() == torch.float32


def test_the_defaults():
    def default(optimizer, name):
        return inspect.signature(optimizer).parameters[name].default

    nadam = torch.optim.NAdam
    assert (default(nadam, "lr"), default(nadam, "betas"), default(nadam, "eps")) == (2e-3, (0.9, 0.999), 1e-8)
    assert default(nadam, "momentum_decay") == 4e-3
    assert default(nadam, "decoupled_weight_decay") is False
    others = torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop
    assert [default(optimizer, "lr") for optimizer in others] == [1e-3, 1e-3, 1e-2]


def test_a_momentum_decay_of_zero_is_half_of_beta1_for_ever():
    """And not constant momentum."""
    parameter = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.NAdam([parameter], momentum_decay=0)
    for t in range(1, 6):
        parameter.grad = torch.ones(1)
        optimizer.step()
        assert optimizer.state[parameter]["mu_product"].item() == pytest.approx(0.45**t, rel=1e-6)
    gradients = some_gradients()
    zero, constant = (by_pytorch(torch.optim.NAdam, gradients, momentum_decay=decay) for decay in (0, 1e6))
    assert np.abs(zero - constant).max() > 1e-3


def test_the_decoupled_decay_of_nadam_is_that_of_adamw():
    settings = {"lr": 0.1, "weight_decay": 0.3, "decoupled_weight_decay": True}
    assert by_pytorch(torch.optim.NAdam, [0.0], 2.0, **settings) == pytest.approx([2 * (1 - 0.1 * 0.3)])


# ---------------------------------------------------------------- the first steps, the look ahead, the schedule


def constant_steps(optimizer, steps=400):
    return steps_for(optimizer, np.ones((steps, 1)))[:, 0]


def test_the_first_step_of_nadam_is_one_and_a_half_learning_rates():
    mine = constant_steps(adam_like("", solution("nadam_step"), 1.0))
    assert mine[0] == pytest.approx(1 + 0.9 / 1.9)
    assert mine[20] == pytest.approx(1, abs=0.01)


def test_both_parts_over_the_next_weights_would_add_up_to_one():
    for t in (1, 2, 5, 20):
        assert ((1 - 0.9) + 0.9 * (1 - 0.9**t)) / (1 - 0.9 ** (t + 1)) == pytest.approx(1)


def test_where_the_gradient_turns_nadam_is_adam_one_step_earlier():
    gradients = np.ones((400, 1))
    gradients[300:] = -1
    adam, nadam = (
        steps_for(adam_like("", step, 1.0), gradients)[:, 0] for step in (experiments.adam_step, solution("nadam_step"))
    )
    assert nadam[300:-1] == pytest.approx(adam[301:], abs=1e-6)
    assert nadam[299] == pytest.approx(1) and adam[300] == pytest.approx(0.8)
    assert ((adam[300:] < 0).argmax() + 1, (nadam[300:] < 0).argmax() + 1) == (7, 6)


def test_the_schedule_of_pytorch_is_slow_and_that_of_keras_is_not():
    """By the product of the momenta that torch.optim.NAdam keeps."""

    def momenta(decay, steps):
        theta, m, s, products = *np.zeros((3, 1)), [1.0]
        for t in range(1, steps + 1):
            settings = (0.01, 0.9, 0.999, 1e-8, decay)
            theta, m, s, product = in_pytorch.nadam_step(theta, np.ones(1), m, s, 1.0, t, *settings)
            products.append(product)
        return np.array(products[1:])

    slow = momenta(0.004, 1000)
    assert slow.min() > 0.45 - 1e-9 and slow.max() < 0.52
    assert momenta(1.0, 100)[-1] > 0.89
    assert momenta(0.0, 5) == pytest.approx(np.full(5, 0.45))


# ---------------------------------------------------------------- the bowl


def adam(rate):
    return adam_like("Adam", experiments.adam_step, rate)


def constant(rate):
    return adam_like("Nadam", solution("nadam_step"), rate)


def scheduled(rate):
    return experiments.nadam_of_pytorch(rate)


def bowl_steps(optimizer):
    return steps_until(BOWL, descend(optimizer, BOWL, 1500), 1e-6)


def test_on_the_bowl_nadam_is_adam_at_small_rates_and_else_faster():
    assert [bowl_steps(kind(0.1)) for kind in (adam, constant, scheduled)] == [259, 266, 324]
    assert [bowl_steps(constant(rate)) < bowl_steps(adam(rate)) for rate in (0.25, 0.3, 0.4, 0.5, 0.7)] == [True] * 5
    assert (bowl_steps(adam(0.2)), bowl_steps(constant(0.7))) == (167, 125)


def test_on_the_bowl_the_schedule_hardly_swings():
    """Adam alone arrives at every rate."""
    assert [bowl_steps(kind(0.25)) for kind in (adam, constant, scheduled)] == [167, 163, 134]
    assert bowl_steps(constant(1.0)) == 1040
    assert all((bowl_steps(adam(rate)) or 1500) < 180 for rate in experiments.RATES[5:])


def test_nadam_with_its_schedule_leaves_the_minimum_again():
    """The others do so later."""
    loss = BOWL.loss(descend(scheduled(0.3), BOWL, 1500))
    assert loss[130:1250].max() < 1e-6 <= loss[125:130].max()
    assert loss[1250:].max() == pytest.approx(30, abs=8)
    assert 1200 < loss[130:].argmax() + 130 < 1400
    loss = BOWL.loss(descend(constant(1.0), BOWL, 1100))
    assert loss[100:1000].max() < 1e-4 and loss[1000:].max() > 50
    loss = BOWL.loss(descend(adam(0.3), BOWL, 5700))
    assert loss[170:5400].max() < 1e-6 < loss[5400:].max()


# ---------------------------------------------------------------- six optimizers


def test_two_over_the_swinging_column_is_the_limit_of_a_parabola():
    swinging = experiments.situations()["swinging:\n1, −1, 1"]
    for name in experiments.NAMES:
        entry = -solution("last_update")(name, swinging, 1.0, 0.9, 0.99, 1e-8)[0]
        assert 2 / entry == pytest.approx(solution("stability_limit")(name, 0.9), rel=2e-3)


def test_the_numbers_of_the_six_situations():
    steady, _, turned, _, rare, _ = experiments.situations().values()
    update = solution("last_update")
    for gradients, expected in ((steady, [1, 10, 10, 1, 1, 1]), (rare, [1, 1, 1.9, 10, 1, 1.9])):
        found = [-update(name, gradients, 1.0, 0.9, 0.99, 1e-8)[0] for name in experiments.NAMES]
        assert found == pytest.approx(expected, rel=0.01)
    noise = experiments.situations()["noise:\ntypical size"]
    sizes = {name: np.sqrt(np.mean(np.square(update(name, noise, 1.0, 0.9, 0.99, 1e-8)))) for name in experiments.NAMES}
    assert max(sizes["adam"], sizes["nadam"]) < 0.255 and sizes["gradient descent"] < sizes["momentum"] < 2.2
    followed = [name for name in experiments.NAMES if update(name, turned, 1.0, 0.9, 0.99, 1e-8)[0] > 0]
    assert followed == ["gradient descent", "rmsprop"]


def chance_of(accuracies):
    """How often chance spreads the means as far."""
    return solution("permutation_test")(accuracies, experiments.shuffled_names(*accuracies.shape))


@cache
def runs():
    network = DigitsNetwork((32, 32))
    optimizers = experiments.six_optimizers()
    return {
        name: [train(network, optimizer, seed=seed) for seed in experiments.SEEDS]
        for name, optimizer in optimizers.items()
    }


def test_on_the_digits_the_ranking_of_the_six_is_not_more_than_chance():
    accuracies = np.array([[run.accuracy for run in row] for row in runs().values()])
    assert np.ptp(accuracies.mean(axis=1)) < 4 / 360
    assert chance_of(accuracies) > 0.05
    assert np.ptp(accuracies, axis=1).max() >= 5 / 360


def test_on_the_digits_adam_and_nadam_reach_a_lower_training_loss():
    """At these rates, and not at a third of them."""
    losses = {name: np.median([run.by_epoch[-1] for run in row]) for name, row in runs().items()}
    assert max(losses["Adam"], losses["NAdam"]) < 0.002 < 0.004 < min(list(losses.values())[:4])
    assert max(run.by_epoch[-1] for run in runs()["Adam"]) > 0.004
    assert list(losses.values())[:4] == pytest.approx([0.006] * 4, abs=0.002)
    slow = train(DigitsNetwork((32, 32)), adam(0.003))
    assert slow.by_epoch[-1] > losses["momentum"]


def with_another_rate(name, steps):
    """An optimizer with a learning rate so many steps of the grid further up."""
    optimizer = experiments.six_optimizers()[name]
    rate = next(iter(optimizer.settings))
    grid = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
    other = grid[grid.index(optimizer.settings[rate]) + steps]
    return replace(optimizer, settings={**optimizer.settings, rate: other})


def test_on_the_digits_another_rate_costs_more_than_another_optimizer():
    network = DigitsNetwork((32, 32))
    own = {name: np.mean([run.accuracy for run in row]) for name, row in runs().items()}
    assert np.ptp(list(own.values())) < 0.01
    for steps, least, most in ((1, 0.002, 0.045), (-1, 0.003, 0.025)):
        for name in own:
            if (name, steps) != ("gradient descent", 1):
                optimizer = with_another_rate(name, steps)
                accuracies = [train(network, optimizer, seed=seed).accuracy for seed in experiments.SEEDS]
                assert least < own[name] - np.mean(accuracies) < most


def test_at_the_next_larger_rate_some_networks_fail_altogether():
    """Networks of gradient descent, on the digits."""
    network, optimizer = DigitsNetwork((32, 32)), with_another_rate("gradient descent", 1)
    accuracies = [train(network, optimizer, seed=seed).accuracy for seed in range(10)]
    assert min(accuracies) < 0.5
    assert np.mean(accuracies) < 0.92


def test_on_the_digits_with_other_seeds_the_best_are_level():
    optimizers = experiments.six_optimizers()
    network = DigitsNetwork((32, 32))
    rows = [[train(network, item, seed=seed).accuracy for seed in range(5, 10)] for item in optimizers.values()]
    means = dict(zip(optimizers, np.mean(rows, axis=1), strict=True))
    assert np.ptp([means[name] for name in ("Adam", "gradient descent", "NAdam")]) < 2 / 360
    assert chance_of(np.array(rows)) > 0.5


def test_shuffled_names_find_a_ranking_only_where_there_is_one():
    noise = np.random.default_rng(1).normal(size=(6, 8))
    assert chance_of(noise) > 0.1
    assert chance_of(noise + 3 * np.arange(6)[:, None]) < 0.01


def test_a_shuffle_keeps_every_seed_and_is_the_same_each_time():
    shuffles = experiments.shuffled_names(6, 5, 50)
    assert (np.sort(shuffles, axis=1) == np.arange(6)[:, None]).all()
    assert (shuffles == experiments.shuffled_names(6, 5, 50)).all()


@pytest.mark.parametrize("name", experiments.NAMES)
def test_the_limit_of_a_parabola_is_where_pytorchs_optimizer_leaves_it(name):
    """Below it theta shrinks, above it grows; the divisor of the last three is kept at 1."""
    limit, beta = solution("stability_limit")(name, 0.9), 0.9
    keeps = {"momentum", "nesterov", "adam", "nadam"}
    weight = 0.1 if name in ("adam", "nadam") else 1.0

    def radius(rate):
        keep = beta if name in keeps else 0.0
        looks = name in ("nesterov", "nadam")
        of_gradient, of_memory = (weight, beta) if looks else (0.0, 1.0) if keep else (1.0, 0.0)
        matrix = [[1 - rate * (of_gradient + of_memory * weight), -rate * of_memory * keep], [weight, keep]]
        return np.abs(np.linalg.eigvals(matrix)).max()

    assert radius(0.99 * limit) < 1 < radius(1.01 * limit)


def test_the_limits_of_the_six():
    limits = [solution("stability_limit")(name, 0.9) for name in experiments.NAMES]
    assert limits == pytest.approx([2, 3.8, 1.357, 2, 38, 13.57], rel=1e-3)
    mu, average = 0.45, 0.1 / 1.9  # PyTorch's NAdam: mu times the average, and 1 - mu of the gradient
    assert 2 / (1 - mu + mu * average) == pytest.approx(3.49, abs=0.01)


def test_the_open_training_gives_pytorchs_loss():
    network = lab.small_network(32, 32)
    batches = network.batches(epochs=1)
    parameters = network.start(seed=0)
    state = [(np.zeros_like(theta), np.zeros_like(theta)) for theta in parameters]
    for t, rows in enumerate(batches, start=1):
        _, gradients = network.gradients(parameters, rows)
        steps = [
            solution("nadam_step")(theta, gradient, m, s, t, 0.003, 0.9, 0.999, 1e-8)
            for theta, gradient, (m, s) in zip(parameters, gradients, state, strict=True)
        ]
        parameters, state = [step[0] for step in steps], [step[1:] for step in steps]
    x, y = torch.tensor(network.x), torch.tensor(network.y)
    model = network.in_pytorch(network.start(seed=0))
    optimizer = torch.optim.NAdam(model.parameters(), lr=0.003, momentum_decay=1e6)
    for rows in batches:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()
    assert network.loss(parameters) == pytest.approx(torch.nn.functional.cross_entropy(model(x), y).item(), rel=1e-6)


def test_experiments_answer_nonsense_with_a_sentence(capsys):
    experiments.one_step_ahead(lambda theta, *arguments: theta)
    experiments.edges_of_stability(lambda *arguments: None)
    experiments.adam_against_nadam(lambda theta, *arguments: theta)
    experiments.compare_last_updates(lambda *arguments: np.zeros(7))
    said = capsys.readouterr().out
    assert said.count("Run its check") == 4
    assert "[figure]" not in said

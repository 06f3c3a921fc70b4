"""What the notebook `1_momentum` says about PyTorch, about bowls and about its own experiments."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder import lab
from autograder.exercises import catalogue
from autograder.exercises.cases import multistep_case, per_step
from autograder.judge.expectations import reference
from autograder.lab import descent, momentum
from tests.solutions import solution


def gd(theta, gradient, learning_rate):
    return theta - learning_rate * gradient


def textbook(theta, gradient, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient
    return theta + m, m


def pytorchs(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    buffer = momentum * buffer + (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer


def parameter_with(gradient, value=1.0):
    parameter = torch.nn.Parameter(torch.tensor([value], dtype=torch.float64))
    parameter.grad = None if gradient is None else torch.tensor([gradient], dtype=torch.float64)
    return parameter


# ---------------------------------------------------------------- PyTorch

GRADIENTS = np.random.default_rng(0).normal(size=(50, 3))
RATES = [0.1 * 0.97**t for t in range(50)]


def torch_run(rates, **settings):
    """theta after each of 50 steps of one torch.optim.SGD."""
    parameter = torch.nn.Parameter(torch.zeros(3, dtype=torch.float64))
    optimizer = torch.optim.SGD([parameter], lr=rates[0], **settings)
    path = []
    for gradient, rate in zip(GRADIENTS, rates, strict=True):
        optimizer.param_groups[0]["lr"] = rate
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        path.append(parameter.detach().numpy().copy())
    return np.array(path)


def kernel_run(name, rates, **arguments):
    """theta after each of 50 steps of a reference of the catalogue that is handed its own state."""
    case = multistep_case(
        "50", theta=np.zeros(3), gradient=per_step(GRADIENTS), learning_rate=per_step(rates), **arguments
    )
    answers = reference(catalogue()[name], case, "cpu")
    return np.array([answer[0] if isinstance(answer, tuple) else answer for answer in answers])


def test_carrying_theta_through_the_reference_is_one_optimizer():
    """The reference of gradient descent."""
    assert kernel_run("gradient_descent_step", RATES) == pytest.approx(torch_run(RATES), abs=1e-14)


@pytest.mark.parametrize("settings", [{"momentum": 0.9}, {"momentum": 0.8, "dampening": 0.5}])
def test_carrying_the_buffer_through_the_reference_is_one_optimizer(settings):
    assert kernel_run("sgd_momentum_step", RATES, buffer=None, **settings) == pytest.approx(
        torch_run(RATES, **settings), abs=1e-13
    )


def test_the_textbooks_form_is_pytorchs_at_a_constant_rate_only():
    """At a falling one it takes another path."""
    constant = [0.1] * 50
    run = kernel_run("momentum_step", constant, m=np.zeros(3), beta=0.9)
    assert run == pytest.approx(torch_run(constant, momentum=0.9), abs=1e-13)
    falling = kernel_run("momentum_step", RATES, m=np.zeros(3), beta=0.9)
    assert np.abs(falling - torch_run(RATES, momentum=0.9)).max() > 0.1


def test_multiplying_m_by_the_ratio_of_the_rates_gives_pytorchs_path():
    theta, m, path, last = np.zeros(3), np.zeros(3), [], RATES[0]
    for gradient, rate in zip(GRADIENTS, RATES, strict=True):
        theta, m = textbook(theta, gradient, m * rate / last, rate, 0.9)
        path.append(theta)
        last = rate
    assert np.array(path) == pytest.approx(torch_run(RATES, momentum=0.9), abs=1e-13)


def test_the_first_buffer_is_the_gradient_and_not_dampened():
    parameter = parameter_with(2.0)
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9, dampening=0.5)
    optimizer.step()
    assert optimizer.state[parameter]["momentum_buffer"].item() == 2
    optimizer.step()
    assert optimizer.state[parameter]["momentum_buffer"].item() == pytest.approx(0.9 * 2 + 0.5 * 2)


def test_without_momentum_there_is_no_buffer_and_dampening_has_no_effect():
    parameter = parameter_with(2.0)
    optimizer = torch.optim.SGD([parameter], lr=0.1, dampening=0.5)
    optimizer.step()
    optimizer.step()
    assert parameter.item() == pytest.approx(1 - 2 * 0.1 * 2)
    assert optimizer.state[parameter].get("momentum_buffer") is None
    assert optimizer.defaults["momentum"] == 0


def test_a_zero_gradient_still_moves_a_parameter_and_none_does_not():
    moved = []
    for gradient in (torch.zeros(1, dtype=torch.float64), None):
        parameter = parameter_with(2.0)
        optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
        optimizer.step()
        before = parameter.item()
        parameter.grad = gradient
        optimizer.step()
        moved.append(parameter.item() - before)
    assert moved == pytest.approx([-0.18, 0])


def test_the_buffer_is_part_of_the_state_dict():
    parameter = parameter_with(2.0)
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    optimizer.step()
    assert optimizer.state_dict()["state"][0]["momentum_buffer"].item() == 2


# ---------------------------------------------------------------- the bowl


def arrival(optimizer, steps=900):
    return descent.steps_until(descent.BOWL, descent.descend(optimizer, descent.BOWL, steps), momentum.LOW)


@pytest.mark.parametrize(("rate", "steps"), [(0.02, 434), (0.0392, 229), (0.0405, None)])
def test_steps_of_gradient_descent_on_the_bowl(rate, steps):
    assert arrival(momentum.plain(gd, rate)) == steps


@pytest.mark.parametrize(
    ("rate", "beta", "steps"),
    [
        (0.005, 0.9, 171),
        (0.01, 0.9, 170),
        (0.02, 0.9, 173),
        (0.07, 0.9, 192),
        (0.061, 0.566, 40),
        (0.055, 0.6, 38),
        (0.06, 0.59, 37),
    ],
)
def test_steps_of_momentum_on_the_bowl(rate, beta, steps):
    assert arrival(momentum.with_momentum(textbook, rate, beta)) == steps


def test_with_the_best_settings_the_loss_first_rises_severalfold():
    path = descent.descend(momentum.with_momentum(textbook, 0.061, 0.566), descent.BOWL, 40)
    losses = descent.BOWL.loss(path)
    assert losses.max() > 3 * losses[0]


def test_the_best_factor_of_gradient_descent_is_the_condition_numbers():
    factor = solution("convergence_factor")
    rates = np.linspace(0.03, 0.04, 10_001)
    factors = [factor(descent.CURVATURES, rate) for rate in rates]
    assert rates[int(np.argmin(factors))] == pytest.approx(2 / 51, abs=1e-6)
    assert min(factors) == pytest.approx(49 / 51, abs=1e-4)


@pytest.mark.parametrize("beta", [0.3, 0.566, 0.9, 0.99])
def test_the_plateau_lies_at_the_root_of_beta_and_ends_as_the_text_says(beta):
    low, high = (1 - np.sqrt(beta)) ** 2, (1 + np.sqrt(beta)) ** 2
    on = momentum.momentum_factor(textbook, np.linspace(low, high, 50)[1:-1], beta)
    assert on == pytest.approx(np.full(48, np.sqrt(beta)))
    off = momentum.momentum_factor(textbook, np.array([0.8 * low, 1.05 * high]), beta)
    assert off.min() > np.sqrt(beta) + 1e-6
    edge = 2 * (1 + beta)
    inside, outside = momentum.momentum_factor(textbook, np.array([0.999 * edge, 1.001 * edge]), beta)
    assert inside < 1 < outside


def test_no_other_pair_is_faster_than_the_best_momentum():
    """By the eigenvalues of steps of torch.optim.SGD, for curvatures from 1 to 50 and others."""

    def slowest(pair, curvatures):
        columns = []
        for theta, buffer in ((1.0, 0.0), (0.0, 1.0)):
            parameter = torch.nn.Parameter(torch.full((len(curvatures),), theta, dtype=torch.float64))
            optimizer = torch.optim.SGD([parameter], lr=pair[0], momentum=pair[1])
            optimizer.state[parameter]["momentum_buffer"] = torch.full_like(parameter.detach(), buffer)
            parameter.grad = torch.tensor(curvatures) * parameter.detach()
            optimizer.step()
            columns.append([parameter.detach().numpy(), optimizer.state[parameter]["momentum_buffer"].numpy()])
        matrices = np.moveaxis(np.array(columns), -1, 0)
        return np.abs(np.linalg.eigvals(matrices)).max()

    for curvatures in (np.array([50.0, 1.0]), np.array([0.3, 7.0, 2.0])):
        best = np.array(solution("best_momentum")(curvatures))
        low, high = np.sqrt([curvatures.min(), curvatures.max()])
        assert slowest(best, curvatures) == pytest.approx((high - low) / (high + low), abs=1e-6)
        rng = np.random.default_rng(0)
        for change in 1 + 0.2 * rng.normal(size=(200, 2)):
            assert slowest(best * change, curvatures) > slowest(best, curvatures) - 1e-6


@pytest.mark.parametrize(("beta", "steps", "crossings"), [(0.3, 77, 0), (0.64, 30, 0), (0.95, None, 6)])
def test_three_kinds_of_damping(beta, steps, crossings):
    path, m = [1.0], 0.0
    for _ in range(100):
        theta, m = textbook(path[-1], path[-1], m, 0.04, beta)
        path.append(theta)
    far = np.flatnonzero(np.abs(path) > 0.01)[-1]
    assert (far + 1 == steps) if steps else far == 100
    assert (np.diff(np.sign(path)) != 0).sum() == crossings
    assert (1 - np.sqrt(0.04)) ** 2 == pytest.approx(0.64)


def test_the_race_of_the_opening_is_won_by_momentum(capsys):
    """After the same forty steps one of the losses is more than 10,000 times lower."""
    lab.a_race_down_the_valley()
    plain, with_m = (float(line.split(", ")[1].split()[0]) for line in capsys.readouterr().out.split("\n")[:2])
    assert plain > 1 and with_m < 1e-4


def test_the_best_momentum_takes_the_root_of_the_condition_number():
    rate, beta = momentum.best_with_momentum(50.0, 1.0)
    assert (rate, beta) == pytest.approx((0.0614, 0.5658), abs=1e-4)
    assert np.sqrt(beta) == pytest.approx((np.sqrt(50) - 1) / (np.sqrt(50) + 1))
    factors = momentum.momentum_factor(textbook, rate * np.linspace(1, 50, 100), beta)
    assert factors.max() == pytest.approx(np.sqrt(beta), abs=1e-6)
    root = np.sqrt(0.9)
    assert ((1 + root) / (1 - root)) ** 2 == pytest.approx(1440, abs=3)


def test_a_hundred_times_the_condition_number_takes_as_many_more_steps():
    """A hundred times as many, or about ten times with momentum."""

    def steps(condition):
        curvatures = np.array([1.0, condition])
        rate, beta = momentum.best_with_momentum(condition, 1.0)
        plain = momentum.plain(gd, momentum.best_without_momentum(condition, 1.0))
        return [momentum.steps_on(run, curvatures) for run in (plain, momentum.with_momentum(textbook, rate, beta))]

    few, many = steps(30.0), steps(3000.0)
    assert many[0] / few[0] == pytest.approx(100, rel=0.02)
    assert 10 < many[1] / few[1] < 12


@pytest.mark.parametrize("condition", [3.0, 30.0, 300.0, 1000.0])
def test_with_beta_0_9_the_condition_number_hardly_matters(condition):
    """For the number of steps."""
    run = momentum.with_momentum(textbook, momentum.best_rate_of(0.9, condition), 0.9)
    assert momentum.steps_on(run, np.array([1.0, condition])) == pytest.approx(265, abs=15)


def test_at_condition_number_1000_the_best_factor_is_behind_beta_0_9():
    """It needs more steps."""
    rate, beta = momentum.best_with_momentum(1000.0, 1.0)
    assert beta == pytest.approx(0.88, abs=0.005)
    best = momentum.steps_on(momentum.with_momentum(textbook, rate, beta), np.array([1.0, 1000.0]))
    usual = momentum.with_momentum(textbook, momentum.best_rate_of(0.9, 1000.0), 0.9)
    assert best > momentum.steps_on(usual, np.array([1.0, 1000.0]))


def test_setting_an_uphill_velocity_to_zero_takes_fewer_steps():
    def restarted(theta, gradient, m, learning_rate, beta):
        return textbook(theta, gradient, 0 * m if np.sum(m * gradient) > 0 else m, learning_rate, beta)

    assert arrival(momentum.with_momentum(restarted, 0.01, 0.9)) < 100


# ---------------------------------------------------------------- slopes and learning rates


def test_on_a_constant_slope_the_steps_become_ten_times_as_long():
    """On an alternating one half as long."""
    steady = np.abs(momentum.velocities(textbook, np.ones(200), 0.9))
    assert steady[-1] == pytest.approx(10)
    assert steady[27] < 9.5 <= steady[28]
    switching = np.abs(momentum.velocities(textbook, (-1.0) ** np.arange(200), 0.9))
    assert switching[-1] == pytest.approx(1 / 1.9)
    assert steady[-1] / switching[-1] == pytest.approx(19)


def test_when_the_rate_drops_the_textbooks_steps_shrink_slowly():
    """They go as far as 81 new ones."""
    rates = [0.1] * 200 + [0.01] * 200
    lengths = np.abs(momentum.velocities(textbook, np.ones(400), 0.9, lambda t: rates[t - 1]))
    assert lengths[199] / lengths[200] == pytest.approx(1.1, abs=0.01)
    assert (lengths[200:] > 0.11).sum() == 42
    assert (lengths[200:] - 0.1).sum() == pytest.approx(8.1, abs=1e-3)


# ---------------------------------------------------------------- digits


@pytest.fixture(scope="module")
def network():
    return descent.DigitsNetwork()


@pytest.mark.parametrize("seed", [0, 1])
def test_on_the_digits_momentum_is_as_good_as_ten_times_the_rate(network, seed):
    slow, with_m, fast = (
        descent.train(network, run, seed=seed).by_epoch[-1]
        for run in (
            momentum.plain(gd, 0.01),
            momentum.with_momentum(textbook, 0.01, 0.9),
            momentum.plain(gd, 0.1),
        )
    )
    assert 0.25 < slow < 0.4 and 0.015 < with_m < 0.028
    assert with_m == pytest.approx(fast, rel=0.15)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_drop_of_the_rate_hardly_tells_the_two_forms_apart(network, seed):
    def rate(t):
        return 0.03 if t <= 44 * 4 else 0.003

    one = descent.train(network, momentum.with_momentum(textbook, rate, 0.9, "textbook"), seed=seed).by_epoch[-1]
    settings = {"learning_rate": rate, "momentum": 0.9}
    pytorch_form = descent.Optimizer("PyTorch", pytorchs, ("buffer",), settings)
    other = descent.train(network, pytorch_form, seed=seed).by_epoch[-1]
    assert 0.005 < one < 0.01
    assert one == pytest.approx(other, rel=0.15)


def test_with_minibatches_the_lowest_losses_are_alike():
    """With all images momentum goes much further."""
    network = descent.DigitsNetwork(momentum.SMALL)

    def losses(batch, rates):
        with np.errstate(all="ignore"):
            return [
                [momentum.loss_after(run, network, batch) for run in runs]
                for runs in (
                    [momentum.plain(gd, rate) for rate in rates],
                    [momentum.with_momentum(textbook, rate / 10, 0.9) for rate in rates],
                )
            ]

    plain, with_m = losses(32, (0.1, 0.3, 2.0))
    assert max(plain[1], with_m[1]) < 0.5 * min(plain[0], with_m[0])
    assert with_m[:2] == pytest.approx(plain[:2], rel=0.25)
    assert min(plain[2], with_m[2]) > 1
    chance = [momentum.loss_after(momentum.plain(gd, 1.0), network, 32, seed) for seed in range(6)]
    assert max(chance) > 3 * min(chance)
    plain, with_m = losses(None, (0.3, 2.0, 5.0))
    assert with_m[0] == pytest.approx(plain[0], rel=0.25)
    assert plain[2] > 1
    assert min(with_m) < min(plain) / 20


# ---------------------------------------------------------------- experiments


def test_an_experiment_says_in_a_sentence_what_it_cannot_use(capsys):
    lab.three_learning_rates(lambda theta, gradient, rate: None)
    lab.factor_by_learning_rate(gd, lambda curvatures, rate: "fast")
    lab.constant_slope(lambda *arguments: None)
    lab.three_kinds_of_damping(lambda *arguments: arguments[0])
    lab.steps_by_condition_number(gd, textbook, lambda curvatures: 0.1)
    lab.show_paths({"mine": [1.0, 2.0]})
    lab.momentum_on_the_bowl(gd, lambda *arguments: (1, 2))
    lab.when_the_learning_rate_changes(textbook, lambda *arguments: arguments[0])
    lab.momentum_plateau(lambda theta, gradient, m, learning_rate, beta: (np.nan * theta, m))
    lab.three_learning_rates(gd, prediction="fast")
    printed = capsys.readouterr().out
    assert printed.count("did not return (theta") == 5
    assert "is no list of points" in printed
    assert "does not return finite numbers of the right shape" in printed
    assert "did not return a number" in printed
    assert "did not return finite numbers" in printed
    assert "Your prediction should be a number" in printed

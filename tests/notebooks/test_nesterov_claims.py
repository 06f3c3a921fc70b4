"""What the notebook `2_nesterov` says about PyTorch and about its own experiments."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder import lab
from autograder.exercises import catalogue
from autograder.exercises.nesterov.nesterov_step import quadratic_gradient
from autograder.judge.expectations import from_tensor, to_tensor
from autograder.lab import nesterov
from autograder.lab.descent import BOWL, CURVATURES, DigitsNetwork, Optimizer, descend, steps_until, train
from tests.solutions import solution


def parameter(*values: float) -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.tensor(values, dtype=torch.float64))


def run_of_sgd(steps: int = 50, learning_rate: float = 0.01, momentum: float = 0.9):
    """The parameters and buffers of one torch.optim.SGD(nesterov=True) on the bowl, from its own start."""
    theta = parameter(*BOWL.start)
    optimizer = torch.optim.SGD([theta], lr=learning_rate, momentum=momentum, nesterov=True)
    found = []
    for _ in range(steps):
        theta.grad = torch.tensor(BOWL.gradient(theta.detach().numpy()))
        optimizer.step()
        buffer = optimizer.state[theta]["momentum_buffer"]
        found.append((theta.detach().numpy().copy(), buffer.numpy().copy()))
    return found


def factor(gone, beta=0.9, *, is_nesterov):
    return solution("shrink_factor")(np.asarray(gone, dtype=float), 1.0, beta, is_nesterov)


def counted(step, learning_rate=nesterov.LEARNING_RATE, beta=0.9, most=500):
    return steps_until(BOWL, descend(nesterov.optimizer("", step, learning_rate, beta), BOWL, most), nesterov.ENOUGH)


def nesterov_count(*settings):
    return counted(solution("nesterov_step"), *settings)


def momentum_count(*settings):
    return counted(nesterov.momentum_step, *settings)


# ---------------------------------------------------------------- PyTorch


def test_carrying_the_references_state_is_one_optimizer_of_pytorch():
    slope = quadratic_gradient(np.diag(CURVATURES), np.zeros(2))
    theta, m, sgd_theta, buffer = np.array(BOWL.start), np.zeros(2), np.array(BOWL.start), np.zeros(2)
    for theta_of_sgd, buffer_of_sgd in run_of_sgd():
        given = [to_tensor(value, "cpu") for value in (theta, slope, m)]
        theta, m = from_tensor(catalogue()["nesterov_step"].reference(*given, 0.01, 0.9))
        given = [to_tensor(value, "cpu") for value in (sgd_theta, BOWL.gradient(sgd_theta), buffer)]
        sgd_theta, buffer = from_tensor(catalogue()["sgd_nesterov_step"].reference(*given, 0.01, 0.9))
        assert sgd_theta == pytest.approx(theta_of_sgd, abs=1e-13)
        assert buffer == pytest.approx(buffer_of_sgd, abs=1e-11)
        given = [to_tensor(value, "cpu") for value in (theta, m)]
        mapped = from_tensor(catalogue()["look_ahead_to_pytorch"].reference(*given, 0.01, 0.9))
        assert mapped[0] == pytest.approx(theta_of_sgd, abs=1e-12)
        assert mapped[1] == pytest.approx(buffer_of_sgd, abs=1e-10)
        back = -0.01 * mapped[1]
        assert mapped[0] - 0.9 * back == pytest.approx(theta, abs=1e-12) and back == pytest.approx(m, abs=1e-12)


@pytest.mark.parametrize("settings", [{"momentum": 0.0}, {"momentum": 0.9, "dampening": 0.5}])
def test_nesterov_needs_momentum_and_no_dampening(settings):
    with pytest.raises(ValueError, match=r"[Nn]esterov"):
        torch.optim.SGD([parameter(1.0)], lr=0.1, nesterov=True, **settings)


def test_there_is_no_buffer_before_the_first_step():
    """Zeros come to the same."""
    theta = parameter(1.0)
    optimizer = torch.optim.SGD([theta], lr=0.1, momentum=0.9, nesterov=True)
    assert "momentum_buffer" not in optimizer.state[theta]
    theta.grad = torch.full_like(theta, 2.0)
    optimizer.step()
    step = solution("sgd_nesterov_step")(np.array([1.0]), np.array([2.0]), np.zeros(1), 0.1, 0.9)
    assert step[0].item() == pytest.approx(theta.item()) == pytest.approx(1 - 0.38)
    assert step[1].item() == optimizer.state[theta]["momentum_buffer"].item() == 2


def test_a_gradient_of_zero_moves_a_parameter_and_no_gradient_does_not():
    moved, left = parameter(1.0), parameter(1.0)
    optimizer = torch.optim.SGD([moved, left], lr=0.1, momentum=0.9, nesterov=True)
    for theta in (moved, left):
        theta.grad = torch.ones_like(theta)
    optimizer.step()
    before = moved.item(), left.item()
    moved.grad, left.grad = torch.zeros_like(moved), None
    optimizer.step()
    assert moved.item() < before[0] - 0.05
    assert left.item() == before[1]


def test_the_gradient_is_taken_where_the_models_parameter_is():
    """That is, at the look-ahead point."""
    asked = []

    def gradient_at(point):
        asked.append(point)
        return BOWL.gradient(point)

    theta, m = np.array(BOWL.start), np.zeros(2)
    for theta_of_sgd, _ in run_of_sgd(20):
        theta, m = solution("nesterov_step")(theta, gradient_at, m, 0.01, 0.9)
        assert theta + 0.9 * m == pytest.approx(theta_of_sgd, abs=1e-12)
    assert len(asked) == 20
    assert asked[-1] == pytest.approx(run_of_sgd(19)[-1][0], abs=1e-12)


def test_without_the_map_the_paths_are_07_apart():
    own = descend(nesterov.optimizer("", solution("nesterov_step"), 0.01), BOWL, 9)
    assert np.abs(own - nesterov.pytorchs_path(BOWL, 9, 0.01, 0.9)).max() == pytest.approx(0.7, abs=0.05)


def test_the_forms_agree_at_a_fixed_learning_rate():
    """They are 3 apart at a changing one."""

    def apart(rates):
        theta = theta_torch = np.array(BOWL.start)
        m = buffer = np.zeros(2)
        found = []
        for rate in rates:
            theta, m = solution("nesterov_step")(theta, BOWL.gradient, m, rate, 0.9)
            step = solution("sgd_nesterov_step")
            theta_torch, buffer = step(theta_torch, BOWL.gradient(theta_torch), buffer, rate, 0.9)
            found.append(np.abs(theta + 0.9 * m - theta_torch).max())
        return max(found)

    assert apart([0.01] * 60) < 1e-13
    assert apart([0.01] * 10 + [0.001] * 50) == pytest.approx(3, abs=0.5)


def test_momentums_two_forms_are_apart_at_a_changing_rate_too():
    def apart(rates):
        theta = theta_torch = np.array(BOWL.start)
        m = buffer = np.zeros(2)
        found = []
        for rate in rates:
            theta, m = nesterov.momentum_step(theta, BOWL.gradient, m, rate, 0.9)
            theta_torch, buffer = nesterov.plain_sgd_momentum(
                theta_torch, BOWL.gradient(theta_torch), buffer, rate, 0.9
            )
            found.append(np.abs(theta - theta_torch).max())
        return max(found)

    assert apart([0.01] * 60) < 1e-13
    assert apart([0.01] * 10 + [0.001] * 50) > 1


def test_pytorchs_documentation_says_that_it_subtly_differs_from_others():
    assert "subtly differs" in " ".join(torch.optim.SGD.__doc__.split())


def test_keras_form_holds_the_look_ahead_point():
    """Its velocity has the learning rate inside."""
    theta, m = np.array(BOWL.start), np.zeros(2)
    keras, velocity = theta, m
    for rate in [0.01] * 10 + [0.001] * 30:
        gradient = BOWL.gradient(keras)
        velocity = 0.9 * velocity - rate * gradient
        keras = keras + 0.9 * velocity - rate * gradient
        theta, m = solution("nesterov_step")(theta, BOWL.gradient, m, rate, 0.9)
        assert keras == pytest.approx(theta + 0.9 * m, abs=1e-12)
        assert velocity == pytest.approx(m, abs=1e-12)


def test_with_the_old_buffer_the_step_is_exactly_that_of_momentum():
    settings = {"learning_rate": 0.015, "momentum": 0.9}
    steps = (nesterov.with_old_buffer, nesterov.plain_sgd_momentum, solution("sgd_nesterov_step"))
    old, plain, new = (descend(Optimizer("", step, ("buffer",), settings), BOWL, 100) for step in steps)
    assert old == pytest.approx(plain, abs=1e-14)
    assert np.abs(new - plain).max() > 1


# ---------------------------------------------------------------- the bowl


def test_the_example_asks_once_at_25():
    asked = []
    theta, m = solution("nesterov_step")(
        np.array([3.0]), lambda point: asked.append(point) or 2 * point, np.array([-1.0]), 0.1, 0.5
    )
    assert [point.item() for point in asked] == [2.5]
    assert (theta.item(), m.item()) == (2, -1)


def test_momentum_takes_175_steps_and_nesterov_147():
    assert (momentum_count(), nesterov_count()) == (175, 147)


def test_the_slower_direction_decides():
    found = {}
    for name, step in (("momentum", nesterov.momentum_step), ("Nesterov", solution("nesterov_step"))):
        losses = CURVATURES / 2 * descend(nesterov.optimizer("", step), BOWL, 250) ** 2
        found[name] = [int(np.flatnonzero(loss >= nesterov.ENOUGH)[-1]) + 1 for loss in losses.T]
    assert found == {"momentum": [168, 171], "Nesterov": [147, 13]}


def test_across_the_bowl_nesterov_comes_to_rest_and_momentum_swings():
    steps = (nesterov.momentum_step, solution("nesterov_step"))
    momentum, calm = (descend(nesterov.optimizer("", step), BOWL, 60)[:, 1] for step in steps)
    assert np.abs(calm[2:4]).max() < 0.2 and np.abs(calm[8:]).max() < 0.01
    assert np.abs(momentum[24:]).max() > 0.25
    assert (np.diff(np.sign(momentum)) != 0).sum() > 12


@pytest.mark.parametrize("curvature", [1.0, 50.0, 120.0, -3.0])
def test_on_a_bowl_nesterov_is_momentum_with_a_smaller_beta(curvature):
    def gradient_at(point):
        return curvature * point

    one = other = np.array([1.3]), np.array([-0.4])
    for _ in range(20):
        one = solution("nesterov_step")(one[0], gradient_at, one[1], 0.015, 0.9)
        smaller = 0.9 * (1 - 0.015 * curvature)
        other = nesterov.momentum_step(other[0], gradient_at, other[1], 0.015, smaller)
        assert np.ravel(one) == pytest.approx(np.ravel(other), rel=1e-9)


def glance(share, steps=nesterov.MOST_STEPS):
    step = nesterov.looking(solution("nesterov_step"), share)
    return descend(nesterov.optimizer("", step), BOWL, steps)


def test_a_glance_behind_does_harm_and_a_glance_ahead_helps():
    """Until it goes too far."""
    counts = {c: steps_until(BOWL, glance(c), nesterov.ENOUGH) for c in (-1.0, -0.16, -0.1, 0.0, 1.0, 1.5, 2.2, 2.3)}
    assert counts[-1.0] is counts[-0.16] is counts[2.3] is None
    assert counts[0.0] == 175
    assert counts[-0.1] > 3 * counts[0.0]
    assert counts[1.5] < counts[1.0] == 147
    assert counts[2.2] is not None


def test_the_two_ends_are_where_the_formulas_put_them():
    ends = {-0.148: 1.0, 2.26: -0.625}
    assert {c: 0.9 * (1 - c * 0.75) for c in ends} == pytest.approx(ends, abs=1e-3)
    arrives = {c: steps_until(BOWL, glance(c, 4000), nesterov.ENOUGH) for c in (-0.15, -0.14, 2.25, 2.26)}
    assert [count is not None for count in arrives.values()] == [False, True, True, False]
    assert 2 * (1 - 0.625) == 0.75


def test_the_wrong_sign_lets_the_loss_grow_ten_million_times_in_40_steps():
    loss = BOWL.loss(glance(-1.0, 40))
    assert loss[40] > 1e7 * loss[0]


def test_the_other_convention_with_a_minus_is_the_same_method():
    theta, m = np.array(BOWL.start), np.zeros(2)
    other, uphill = theta, m
    for _ in range(30):
        theta, m = solution("nesterov_step")(theta, BOWL.gradient, m, 0.01, 0.9)
        uphill = 0.9 * uphill + 0.01 * BOWL.gradient(other - 0.9 * uphill)
        other = other - uphill
        assert other == pytest.approx(theta, abs=1e-12)


# ---------------------------------------------------------------- how fast


def test_momentums_factor_is_the_root_of_beta_and_nesterovs_falls_to_0():
    gone = np.linspace(0.1, 3.7, 50)
    assert factor(gone, is_nesterov=False) == pytest.approx(np.full(50, 0.9**0.5), abs=1e-7)
    gone = np.linspace(0.1, 0.99, 50)
    assert factor(gone, is_nesterov=True) == pytest.approx(np.sqrt(0.9 * (1 - gone)), abs=1e-7)
    assert factor([1.0], is_nesterov=True).item() == 0


@pytest.mark.parametrize("beta", [0.3, 0.5, 0.9, 0.99])
def test_the_limits_are_those_of_the_formulas(beta):
    for limit, is_nesterov in ((2 * (1 + beta), False), (2 * (1 + beta) / (1 + 2 * beta), True)):
        below, at, above = factor([0.999 * limit, limit, 1.001 * limit], beta, is_nesterov=is_nesterov)
        assert below < 1 < above
        assert at == pytest.approx(1)


def test_nesterovs_limit_is_smaller_than_that_of_gradient_descent():
    assert nesterov.limit_of(solution("shrink_factor"), True) == pytest.approx(3.8 / 2.8, abs=1e-3)
    assert nesterov.limit_of(solution("shrink_factor"), False) == pytest.approx(3.8, abs=1e-3)
    assert 3.8 / 2.8 < 2


@pytest.mark.parametrize("gone", [0.1, 0.6, 1.2, 1.6, 3.4, 4.0])
def test_the_measured_factors_are_the_computed_ones(gone):
    for step, is_nesterov in ((nesterov.momentum_step, False), (solution("nesterov_step"), True)):
        measured = nesterov.measured_factor(step, gone)
        assert measured == pytest.approx(factor([gone], is_nesterov=is_nesterov).item(), rel=0.01)


def test_shortly_before_its_limit_nesterov_takes_a_quarter_less():
    """At tiny rates it takes a little more."""
    ratios = [nesterov_count(rate) / momentum_count(rate) for rate in np.linspace(0.019, 0.026, 8)]
    assert np.mean(ratios) == pytest.approx(0.76, abs=0.03)
    assert nesterov_count(0.0025) > momentum_count(0.0025)
    assert nesterov_count(0.0272) is None and momentum_count(0.0272) is not None


def test_at_twice_the_inverse_curvature_nesterov_overshoots():
    """By more than twice the distance."""
    roots = np.roots([1, 1.9, -0.9])
    assert sorted(roots) == pytest.approx([-2.29, 0.39], abs=0.005)
    assert factor([2.0], is_nesterov=True).item() == pytest.approx(2.29, abs=0.005)
    assert factor([2.0], is_nesterov=False).item() == pytest.approx(0.949, abs=0.001)


def test_with_best_settings_momentum_wins_on_the_bowl():
    grid = [(rate, beta) for rate in np.geomspace(0.004, 0.08, 120) for beta in np.linspace(0, 0.99, 100)]
    found = {}
    for is_nesterov in (False, True):
        factors = [solution("shrink_factor")(CURVATURES, *point, is_nesterov).max() for point in grid]
        found[is_nesterov] = min(factors), grid[int(np.argmin(factors))]
    assert found[False][0] == pytest.approx(0.755, abs=0.002)
    assert found[True][0] == pytest.approx(0.843, abs=0.002)
    assert momentum_count(*found[False][1]) == 40
    assert nesterov_count(*found[True][1]) == 54


def test_on_every_bowl_momentum_is_faster_than_nesterov():
    """Each at its best."""
    for condition in (1.5, 10, 50, 1e4):
        curvatures, root, other = np.array([1.0, condition]), condition**0.5, (3 * condition + 1) ** 0.5
        best = (4 / (root + 1) ** 2, ((root - 1) / (root + 1)) ** 2), (4 / other**2, (other - 2) / (other + 2))
        momentum = solution("shrink_factor")(curvatures, *best[0], False).max()
        calm = solution("shrink_factor")(curvatures, *best[1], True).max()
        assert momentum == pytest.approx((root - 1) / (root + 1), rel=1e-5)
        assert calm == pytest.approx(1 - 2 / other, rel=1e-5)
        assert momentum < calm


# ---------------------------------------------------------------- the circle


def slope(x):
    return np.where(x < 1, 25 * x, np.where(x < 2, x + 24, 25 * x - 24))


def after(start, rate, beta, looks_ahead, steps=306):
    theta, m = np.array([start]), np.zeros(1)
    path = []
    for _ in range(steps):
        here = slope(theta)
        gradient_at = slope if looks_ahead else lambda point, here=here: here
        theta, m = solution("nesterov_step")(theta, gradient_at, m, rate, beta)
        path.append(theta.item())
    return path


def test_the_loss_is_convex_with_a_continuous_slope():
    """Its curvatures are 1 and 25."""
    x = np.linspace(-3, 5, 8001)
    rises = np.diff(slope(x)) / np.diff(x)
    assert rises.min() > 0.99 and rises.max() < 25.01
    assert slope(np.array([0.0])) == 0


def test_momentum_runs_in_a_circle_of_three_and_nesterov_arrives():
    path = after(3.3, 1 / 9, 4 / 9, looks_ahead=False)
    assert sorted(path[-3:]) == pytest.approx([-1.80, 0.65, 2.12], abs=0.005)
    assert path[-3:] == pytest.approx(path[-6:-3])
    assert after(3.3, 1 / 25, 2 / 3, looks_ahead=True)[-1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("start", [0.5, 2.5, 5.0])
def test_from_most_starts_momentum_arrives(start):
    assert after(start, 1 / 9, 4 / 9, looks_ahead=False)[-1] == pytest.approx(0, abs=1e-9)


def test_with_a_smaller_learning_rate_the_circle_breaks():
    assert after(3.3, 0.1, 4 / 9, looks_ahead=False)[-1] == pytest.approx(0, abs=1e-9)


# ---------------------------------------------------------------- the digits


@pytest.fixture(scope="module")
def runs():
    """By method and learning rate: training runs from three starts."""
    steps = {"momentum": nesterov.momentum_step, "nesterov": solution("nesterov_step")}
    return {
        (name, rate): nesterov.runs_on_digits(step, rate) for name, step in steps.items() for rate in nesterov.RATES
    }


@pytest.mark.parametrize("rate", [0.01, 0.03])
def test_at_a_good_learning_rate_the_two_differ_less_than_the_starts(runs, rate):
    with_momentum, ahead = ([run.by_epoch[-1] for run in runs[name, rate]] for name in ("momentum", "nesterov"))
    assert abs(np.mean(ahead) - np.mean(with_momentum)) < 0.5 * np.ptp(with_momentum)


def test_at_a_rough_learning_rate_nesterov_ends_lower(runs):
    """From three starts, and from five more."""
    network = DigitsNetwork()
    for seed in range(8):
        with_momentum, ahead = (
            runs[name, 0.1][seed]
            if seed < 3
            else train(network, nesterov.optimizer("", step, 0.1), epochs=nesterov.EPOCHS, seed=seed)
            for name, step in (("momentum", nesterov.momentum_step), ("nesterov", solution("nesterov_step")))
        )
        assert ahead.by_epoch[-1] < 0.9 * with_momentum.by_epoch[-1]


def test_at_a_too_large_learning_rate_both_fail(runs):
    for name in ("momentum", "nesterov"):
        assert np.mean([run.by_epoch[-1] for run in runs[name, 0.2]]) > 1


@pytest.mark.parametrize("rate", [0.01, 0.03, 0.1])
def test_the_mean_accuracies_are_within_two_points(runs, rate):
    one, other = (np.mean([run.accuracy for run in runs[name, rate]]) for name in ("momentum", "nesterov"))
    assert one == pytest.approx(other, abs=0.02)


def test_an_experiment_says_in_a_sentence_what_it_cannot_use(capsys):
    lab.momentum_and_nesterov(lambda *arguments: None)
    lab.momentum_and_nesterov(solution("nesterov_step"), prediction="many")
    lab.one_method_two_paths(solution("nesterov_step"), solution("sgd_nesterov_step"), lambda *arguments: 0)
    lab.best_of_momentum_and_nesterov(lambda *arguments: np.zeros(7), solution("nesterov_step"))
    lab.nesterov_limit(solution("shrink_factor"), solution("nesterov_step"), prediction=2)
    lab.nesterov_limit(lambda h, *settings: np.zeros_like(h), solution("nesterov_step"))
    printed = capsys.readouterr().out
    assert "did not return (theta, m)" in printed
    assert "Your prediction should be a number" in printed
    assert "did not return (theta_torch, buffer)" in printed
    assert "array of shape (7,)" in printed
    assert "your prediction for Nesterov: 2" in printed

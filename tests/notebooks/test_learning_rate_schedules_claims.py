"""What the notebook `1_learning_rate_schedules` says about PyTorch, about sums and noise, and about its experiments."""

from __future__ import annotations

import re
import warnings
from functools import cache

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from autograder import lab
from autograder.course import Course, read, text_of
from autograder.exercises import catalogue
from autograder.exercises.learning_rate_schedules import NOTEBOOK
from autograder.lab import learning_rate_schedules
from tests.solutions import solution


def sgd(rate=0.1, **options):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate, **options)


def settings(make, steps, rate=0.1):
    """Learning rate and momentum before each step of one scheduler that runs through."""
    optimizer = sgd(rate, momentum=0.9)
    scheduler = make(optimizer)
    optimizer.step()
    found = []
    for step in range(steps):
        found.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]))
        if step < steps - 1:
            scheduler.step()
    return np.array(found)


# ---------------------------------------------------------------- whole sequences


@pytest.mark.parametrize(
    ("make", "own"),
    [
        (
            lambda o: lr_scheduler.LambdaLR(o, lambda k: 1 / (1 + k / 7)),
            lambda k: solution("power_schedule")(k, 0.1, 7),
        ),
        (lambda o: lr_scheduler.ExponentialLR(o, 0.1**0.1), lambda k: solution("exponential_schedule")(k, 0.1, 10)),
        (
            lambda o: lr_scheduler.SequentialLR(
                o,
                [lr_scheduler.LinearLR(o, 1 / 8, total_iters=7), lr_scheduler.CosineAnnealingLR(o, 42, 0.01)],
                [7],
            ),
            lambda k: solution("warmup_cosine")(k, 50, 7, 0.1, 0.01),
        ),
    ],
    ids=["power", "exponential", "warm-up and cosine"],
)
def test_fifty_steps_of_one_scheduler_give_the_solutions_rates(make, own):
    assert settings(make, 50)[:, 0] == pytest.approx([own(k) for k in range(50)], rel=1e-12)


def test_a_whole_cycle_gives_the_solutions_rates_and_momenta():
    def straight(o):
        return lr_scheduler.OneCycleLR(o, 0.5, 50, pct_start=21 / 50, anneal_strategy="linear", div_factor=10.0,
                                       final_div_factor=1000.0, three_phase=True)  # fmt: skip

    own = [solution("one_cycle_schedule")(k, 50, 20, 0.5) for k in range(50)]
    assert settings(straight, 50) == pytest.approx(np.array(own), rel=1e-12)
    own = [solution("one_cycle_cosine_schedule")(k, 50, 0.5) for k in range(50)]
    assert settings(lambda o: lr_scheduler.OneCycleLR(o, 0.5, 50), 50) == pytest.approx(np.array(own), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_carrying_the_state_through_the_reference_is_one_scheduler(seed):
    rng = np.random.default_rng(seed)
    options = {"factor": 0.6, "patience": int(rng.integers(0, 4)), "threshold": 0.02, "cooldown": int(rng.integers(4))}
    optimizer = sgd(1.0)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, min_lr=0.1, eps=0.0, **options)
    states = {"reference": (1.0, np.inf, 0, 0), "solution": (1.0, np.inf, 0, 0)}
    step_of = {
        "reference": catalogue()["performance_schedule"].reference,
        "solution": solution("performance_schedule"),
    }
    for metric in np.exp(-np.arange(50) / 12) + 0.15 * rng.random(50):
        scheduler.step(metric)
        rate = optimizer.param_groups[0]["lr"]
        for name, state in states.items():
            states[name] = step_of[name](*state, float(metric), **options, min_rate=0.1)
            expected = (rate, scheduler.best, scheduler.num_bad_epochs, scheduler.cooldown_counter)
            assert states[name] == pytest.approx(expected, rel=1e-12)
    assert rate < 0.5


# ---------------------------------------------------------------- PyTorch


def test_polynomial_lr_is_zero_at_its_last_step():
    assert settings(lambda o: lr_scheduler.PolynomialLR(o, total_iters=10, power=2.0), 11)[[5, 10], 0] == pytest.approx(
        [0.1 * 0.5**2, 0.0]
    )


def test_the_decay_of_adagrad_is_power_scheduling():
    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = torch.optim.Adagrad([parameter], lr=0.3, lr_decay=1 / 7, eps=0.0)
    for k in range(10):
        before = parameter.item()
        parameter.grad = torch.ones_like(parameter)
        optimizer.step()
        moved = before - parameter.item()
        assert moved == pytest.approx(solution("power_schedule")(k, 0.3, 7) / np.sqrt(k + 1))


def rates_at_a_constant(metric, **options):
    optimizer = sgd(0.1)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, **options)
    found = []
    for _ in range(8):
        scheduler.step(metric)
        found.append(optimizer.param_groups[0]["lr"])
    return found


def test_a_metric_that_stays_the_same_is_bad_whatever_the_docstring_says():
    assert rates_at_a_constant(0.7) == [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025]
    assert "remains the same" in " ".join(lr_scheduler.ReduceLROnPlateau.__doc__.split())


def test_a_negative_metric_that_stays_the_same_never_lowers_the_rate():
    """Except with an absolute threshold."""
    assert rates_at_a_constant(-0.7) == [0.1] * 8
    assert rates_at_a_constant(-0.7, threshold_mode="abs")[-1] == 0.025


def test_a_negative_metric_that_becomes_a_little_worse_is_the_new_best():
    scheduler = lr_scheduler.ReduceLROnPlateau(sgd(0.1), patience=0)
    for metric in (-0.7, -0.69995):
        scheduler.step(metric)
    assert scheduler.best == -0.69995 and scheduler.num_bad_epochs == 0


def test_nan_counts_as_a_bad_epoch():
    scheduler = lr_scheduler.ReduceLROnPlateau(sgd(0.1), patience=3)
    scheduler.step(np.nan)
    assert scheduler.best == np.inf and scheduler.num_bad_epochs == 1


def test_changes_of_less_than_eps_are_skipped():
    optimizer = sgd(1e-8)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
    for _ in range(5):
        scheduler.step(1.0)
    assert optimizer.param_groups[0]["lr"] == 1e-8


def test_creating_one_cycle_lr_overwrites_rate_and_momentum():
    optimizer = sgd(0.7, momentum=0.5)
    lr_scheduler.OneCycleLR(optimizer, 0.1, 100)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.004)
    assert optimizer.param_groups[0]["momentum"] == 0.95


def test_with_adam_one_cycle_lr_changes_beta_1():
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], betas=(0.8, 0.99))
    lr_scheduler.OneCycleLR(optimizer, 0.1, 100)
    assert optimizer.param_groups[0]["betas"] == (0.95, 0.99)


def test_without_cycle_momentum_one_cycle_lr_leaves_beta_1_alone():
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], betas=(0.8, 0.99))
    lr_scheduler.OneCycleLR(optimizer, 0.1, 100, cycle_momentum=False)
    assert optimizer.param_groups[0]["betas"] == (0.8, 0.99)


@pytest.mark.parametrize("options", [{}, {"three_phase": True, "pct_start": 0.4}])
def test_one_step_too_many_gives_a_negative_rate_and_the_next_raises(options):
    optimizer = sgd(momentum=0.9)
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.1, 10, anneal_strategy="linear", **options)
    optimizer.step()
    for _ in range(10):
        scheduler.step()
    assert optimizer.param_groups[0]["lr"] < 0
    with pytest.raises(ValueError, match="Tried to step 11 times"):
        scheduler.step()


def test_the_scheduler_before_the_optimizer_skips_the_first_rate_and_warns():
    optimizer = sgd()
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        scheduler.step()
    assert any("before `optimizer.step()`" in str(item.message) for item in caught)
    assert optimizer.param_groups[0]["lr"] == 0.05


@pytest.mark.parametrize(("factor", "equal"), [(1.0, True), (0.9, False)])
def test_momentum_with_the_rate_inside_differs_where_the_rate_changes(factor, equal):
    """From PyTorch's, and nowhere else."""
    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    scheduler = lr_scheduler.ExponentialLR(optimizer, factor)
    theta, m = 0.0, 0.0
    for k in range(20):
        gradient = np.cos(k)
        m = 0.9 * m - 0.1 * factor**k * gradient
        theta += m
        parameter.grad = torch.full_like(parameter, gradient)
        optimizer.step()
        scheduler.step()
    assert bool(abs(theta - parameter.item()) < 1e-12) is equal


# ---------------------------------------------------------------- sums and noise


@pytest.mark.parametrize("rate", [0.5, 0.02])
def test_the_noise_floor_is_half_of_the_rate_over_two_minus_the_rate(rate):
    losses = learning_rate_schedules.noisy_descent([rate] * learning_rate_schedules.NOISY_STEPS)
    assert losses[-500:].mean() == pytest.approx(0.5 * rate / (2 - rate), rel=0.1)


def test_the_large_rate_is_down_after_ten_steps():
    """The small one after two to three hundred."""
    large, small = (learning_rate_schedules.noisy_descent([rate] * 400) for rate in (0.5, 0.02))
    assert large[10] < 0.3
    assert small[200] > 0.01
    assert small[300:].mean() < 0.006
    assert large[300:].mean() / small[300:].mean() == pytest.approx(33, rel=0.1)


def test_all_steps_of_exponential_scheduling_add_up_to_less_than_one():
    rates = [solution("exponential_schedule")(k, 0.1, 20) for k in range(2000)]
    assert sum(rates) == pytest.approx(0.1 / (1 - 0.1 ** (1 / 20)))
    assert sum(rates) == pytest.approx(0.92, abs=0.005)
    assert learning_rate_schedules.walk(rates)[-1] == pytest.approx(2.08, abs=0.005)


def test_the_steps_of_power_scheduling_add_up_like_a_logarithm():
    total = sum(solution("power_schedule")(k, 0.1, 20) for k in range(100_000))
    assert total == pytest.approx(0.1 * 20 * np.log(1 + 100_000 / 20), rel=0.01)


def test_on_the_noisy_bowl_power_falls_and_exponential_becomes_flat():
    """Power scheduling falls like one over the step."""
    steps = range(3000)
    power = learning_rate_schedules.noisy_descent([solution("power_schedule")(k, 0.5, 10) for k in steps])
    exponential = learning_rate_schedules.noisy_descent([solution("exponential_schedule")(k, 0.5, 200) for k in steps])
    assert power[250:350].mean() / power[2500:].mean() == pytest.approx(9, rel=0.3)
    assert exponential[1500:1600].mean() == pytest.approx(exponential[-100:].mean(), rel=0.02)
    assert power[-100:].mean() < exponential[-100:].mean() < 0.005


# ---------------------------------------------------------------- one cycle


def test_the_effective_rate_rises_by_a_third_of_what_the_rate_does():
    cycle = np.array([solution("one_cycle_schedule")(k, 101, 45, 0.1) for k in range(101)])
    effective = cycle[:, 0] / (1 - cycle[:, 1])
    assert cycle[:, 0].max() / cycle[0, 0] == pytest.approx(10)
    assert effective.max() / effective[0] == pytest.approx(10 / 3)


def test_where_the_gradient_stays_the_same_m_approaches_the_effective_rate():
    m = 0.0
    for _ in range(300):
        m = 0.95 * m - 0.1 * 2.0
    assert m == pytest.approx(-0.1 / (1 - 0.95) * 2.0, rel=1e-5)


def test_the_watched_metric_lowers_the_rate_after_epochs_6_11_and_14():
    state, cuts = (0.1, np.inf, 0, 0), []
    for epoch, metric in enumerate(learning_rate_schedules.METRICS, 1):
        before = state[0]
        state = solution("performance_schedule")(*state, metric, 0.5, 2)
        cuts += [epoch] if state[0] < before else []
    assert cuts == [6, 11, 14]


# ---------------------------------------------------------------- the digits


def test_the_range_test_is_lowest_at_about_a_tenth_and_breaks_before_one():
    with np.errstate(all="ignore"):
        rates, losses = learning_rate_schedules.rising_rates(solution("exponential_schedule"))
    smoothed = learning_rate_schedules.smooth(losses)
    assert rates[0] == pytest.approx(1e-4)
    assert 0.05 < rates[smoothed.argmin()] < 0.25
    assert smoothed[rates < 5e-4].min() > 2
    assert smoothed[(rates > 0.5) & (rates < 1)].max() > 2.3
    assert np.log(10) < np.median(losses[rates > 3]) < 4


@cache
def runs():
    """Ten epochs under the plans of the experiment: training losses at the end, accuracies of all epochs."""
    make, top = learning_rate_schedules, learning_rate_schedules.LARGEST
    plans = {
        "constant": make.constant(top),
        "small constant": make.constant(0.03),
        "power": make.power(solution("power_schedule"), top),
        "exponential": make.exponential(solution("exponential_schedule"), top),
        "performance": make.performance(solution("performance_schedule"), top),
        "lines": make.cycle(solution("one_cycle_schedule"), top),
        "cosine": make.cosine_cycle(solution("one_cycle_cosine_schedule"), top),
        "warm-up": make.warm_up(solution("warmup_cosine"), top),
    }
    with np.errstate(all="ignore"):
        _, losses, accuracies = make.train(plans, epochs=10, seeds=make.NETWORKS)
    return {name: (np.median(losses[i]), accuracies[:, i]) for i, name in enumerate(plans)}


def accuracies_after(epoch):
    """The mean accuracy of the networks under each plan after so many epochs."""
    return {name: of_epochs[epoch - 1].mean() for name, (_, of_epochs) in runs().items()}


def test_the_schedules_make_a_rate_work_that_is_too_large_as_a_constant():
    accuracies = accuracies_after(10)
    assert accuracies.pop("constant") < min(accuracies.values()) - 0.02
    assert min(accuracies.values()) > 0.93
    assert runs()["constant"][1][-1].std() > 0.02


def test_a_well_chosen_constant_is_about_as_good_as_a_schedule():
    accuracies = accuracies_after(10)
    assert abs(accuracies["small constant"] - max(accuracies.values())) < 0.015


def test_at_its_peak_one_cycle_is_below_the_others_and_catches_up():
    """Below the schedules that have come down."""
    early, late = accuracies_after(3), accuracies_after(10)
    for name in ("power", "exponential"):
        assert early["cosine"] < early[name] - 0.005
        assert late["cosine"] > late[name] - 0.01


def test_the_training_loss_of_one_cycle_is_below_that_of_the_best_constant():
    losses = {name: loss for name, (loss, _) in runs().items()}
    assert losses["cosine"] < losses["small constant"] / 2
    assert losses["lines"] < 0.8 * losses["small constant"]


def test_milestone_5_changes_the_rate_of_epoch_5():
    rates = settings(lambda o: lr_scheduler.MultiStepLR(o, [5, 15], 0.1), 20)[:, 0]
    assert rates == pytest.approx([0.1] * 5 + [0.01] * 10 + [0.001] * 5)


@cache
def swept(epochs):
    """The mean accuracies of the sweep: kind of schedule -> largest rate -> accuracy."""
    make = learning_rate_schedules
    kinds = {
        "constant": make.constant,
        "power": lambda rate: make.power(solution("power_schedule"), rate),
        "exponential": lambda rate: make.exponential(solution("exponential_schedule"), rate),
        "lines": lambda rate: make.cycle(solution("one_cycle_schedule"), rate),
        "cosine": lambda rate: make.cosine_cycle(solution("one_cycle_cosine_schedule"), rate),
    }
    plans = {(name, rate): kind(rate) for name, kind in kinds.items() for rate in make.SWEPT}
    with np.errstate(all="ignore"):
        means = make.train(plans, epochs=epochs, seeds=make.NETWORKS)[2][-1].mean(axis=1)
    found = dict(zip(plans, means, strict=True))
    return {name: {rate: found[name, rate] for rate in make.SWEPT} for name in kinds}


def test_a_schedule_moves_the_useful_range_of_rates_upwards():
    useful = {name: [rate for rate, share in row.items() if share > 0.9] for name, row in swept(5).items()}
    falling, cycles = [0.03, 0.1, 0.2], [0.01, 0.03, 0.1, 0.2]
    assert useful == {
        "constant": [0.01, 0.03, 0.1],
        "power": falling,
        "exponential": falling,
        "lines": cycles,
        "cosine": cycles,
    }
    assert np.ptp([max(row.values()) for row in swept(5).values()]) < 0.02


def test_behind_its_cliff_a_constant_rate_has_learned_next_to_nothing():
    """Falling schedules get something done."""
    constant, power, exponential = (swept(5)[name] for name in ("constant", "power", "exponential"))
    assert constant[0.2] < 0.5 and constant[0.4] < 0.2
    assert min(power[0.4], exponential[0.4]) > 0.4
    assert max(swept(5)["lines"][0.4], swept(5)["cosine"][0.4]) < 0.3
    assert constant[0.003] > 0.85 > max(power[0.003], exponential[0.003]) + 0.1


def test_in_a_single_epoch_the_best_rates_move_upwards():
    """No schedule is clearly ahead."""
    best = {name: max(row, key=row.get) for name, row in swept(1).items()}
    tops = {name: max(row.values()) for name, row in swept(1).items()}
    assert best["power"] >= 0.2
    assert max(tops.values()) < tops["constant"] + 0.02


def test_an_experiment_says_in_a_sentence_what_it_cannot_use(capsys):
    lab.decay_on_two_axes(solution("power_schedule"), lambda *arguments: None)
    lab.watch_the_counter(lambda *arguments: None)
    lab.watch_the_counter(solution("performance_schedule"), prediction=6)
    lab.plot_one_cycle(lambda *arguments: 0.1, solution("one_cycle_cosine_schedule"))
    lab.rate_range_test(lambda *arguments: 0.1, solution("choose_rate"))
    printed = capsys.readouterr().out
    assert "did not return a number" in printed
    assert "did not return 4 numbers" in printed
    assert "should be a list of epochs" in printed
    assert "did not return 2 numbers" in printed
    assert "does not grow" in printed


# ---------------------------------------------------------------- the whole experiment


def test_the_whole_experiment_is_that_of_pytorch(capsys):
    cells = {cell["id"]: text_of(cell) for cell in read(Course().source_of(NOTEBOOK))["cells"]}
    namespace = {"np": np, "lab": lab, "warmup_cosine": solution("warmup_cosine")}
    exec(cells["whole-see"], namespace)
    exec(cells["pytorch-live"], namespace)
    own, theirs = re.findall(r"minibatch ([\d.]+)", capsys.readouterr().out)
    assert float(own) == pytest.approx(float(theirs), abs=1e-8)
    assert np.mean(namespace["read"] == namespace["y_validation"]) > 0.9
    assert len(cells["whole-see"].splitlines()) <= 25


def test_choose_rate_says_about_two_hundredths():
    rates, losses = learning_rate_schedules.rising_rates(solution("exponential_schedule"))
    assert 0.012 < solution("choose_rate")(rates, losses) < 0.03

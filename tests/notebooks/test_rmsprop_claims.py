"""What the notebook `3_rmsprop` says about PyTorch, Keras's documentation, NumPy and its own experiments."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

from autograder import lab
from autograder.exercises import catalogue
from autograder.judge.expectations import from_tensor, to_tensor
from autograder.lab import rmsprop
from autograder.lab.descent import BOWL, DigitsNetwork, Optimizer, descend, steps_for, steps_until, train, turned
from tests.solutions import solution

ADAGRAD, RMSPROP, TEXTBOOK = (solution(name) for name in ("adagrad_step", "rmsprop_step", "textbook_rmsprop_step"))
CENTERED, AVERAGE = solution("centered_rmsprop_step"), solution("moving_average")


def run(optimizer_class, gradients, start=0.0, dtype=torch.float64, **settings):
    """The path of one parameter under a PyTorch optimizer that gets these gradients, one a step."""
    parameter = torch.nn.Parameter(torch.full((1,), start, dtype=dtype))
    optimizer = optimizer_class([parameter], **settings)
    path = [start]
    for gradient in gradients:
        parameter.grad = torch.full((1,), float(gradient), dtype=dtype)
        optimizer.step()
        path.append(parameter.item())
    return np.array(path)


def carried(name, gradients, state, **settings):
    """The same path by a kernel's reference, one step after the other, with its outputs handed on."""
    exercise = catalogue()[name]
    arguments = {"theta": np.zeros(1), **{part: np.zeros(1) for part in state}}
    path = [0.0]
    for gradient in gradients:
        tensors = {key: to_tensor(value, "cpu") for key, value in {**arguments, **settings}.items()}
        returned = from_tensor(exercise.reference(gradient=torch.tensor([gradient], dtype=torch.float64), **tensors))
        arguments = dict(zip(exercise.outputs, returned, strict=True))
        path.append(arguments["theta"].item())
    return np.array(path)


def defaults(optimizer_class):
    return {name: item.default for name, item in inspect.signature(optimizer_class).parameters.items()}


# ---------------------------------------------------------------- PyTorch


@pytest.mark.parametrize(
    ("name", "state", "optimizer_class", "own", "settings"),
    [
        ("adagrad_step", ("s",), torch.optim.Adagrad, {"epsilon": 1e-3}, {"eps": 1e-3}),
        ("rmsprop_step", ("s",), torch.optim.RMSprop, {"beta": 0.8, "epsilon": 1e-3}, {"alpha": 0.8, "eps": 1e-3}),
        (
            "centered_rmsprop_step",
            ("m", "s"),
            torch.optim.RMSprop,
            {"beta": 0.8, "epsilon": 1e-3},
            {"alpha": 0.8, "eps": 1e-3, "centered": True},
        ),
    ],
)
def test_handing_on_the_state_equals_one_optimizer_that_runs_for_50_steps(name, state, optimizer_class, own, settings):
    gradients = np.random.default_rng(0).normal(size=50)
    theirs = run(optimizer_class, gradients, lr=0.1, **settings)
    assert carried(name, gradients, state, learning_rate=0.1, **own) == pytest.approx(theirs, rel=1e-12, abs=1e-12)


def test_the_textbooks_form_is_pytorchs_without_epsilon():
    """From a state that contains it."""
    epsilon, beta = 1e-2, 0.9
    parameter = torch.nn.Parameter(torch.tensor([1.0, 2.0], dtype=torch.float64))
    optimizer = torch.optim.RMSprop([parameter], lr=0.1, alpha=beta, eps=0.0)
    s = torch.tensor([0.3, 0.002], dtype=torch.float64)
    optimizer.state[parameter] = {"step": torch.zeros(()), "square_avg": s + epsilon / beta}
    parameter.grad = torch.tensor([0.5, -0.03], dtype=torch.float64)
    theta, _ = TEXTBOOK(np.array([1.0, 2.0]), parameter.grad.numpy(), s.numpy(), 0.1, beta, epsilon)
    optimizer.step()
    assert theta == pytest.approx(parameter.detach().numpy(), rel=1e-13)


def test_the_defaults_are_those_in_the_table():
    found = defaults(torch.optim.RMSprop)
    assert [found[name] for name in ("lr", "alpha", "eps", "momentum", "centered")] == [0.01, 0.99, 1e-8, 0, False]
    found = defaults(torch.optim.Adagrad)
    assert [found[name] for name in ("lr", "eps", "initial_accumulator_value")] == [0.01, 1e-10, 0]


@pytest.mark.parametrize("gradient", [1e-3, 1.0, -700.0])
def test_the_first_step_is_ten_learning_rates_with_the_default_alpha(gradient):
    """With 0.9 it is 316 percent of one."""
    assert abs(run(torch.optim.RMSprop, [gradient], lr=0.1)[1]) == pytest.approx(1.0, rel=1e-3)
    assert abs(run(torch.optim.RMSprop, [gradient], lr=0.1, alpha=0.9)[1]) == pytest.approx(0.316228, rel=1e-4)
    assert abs(run(torch.optim.Adagrad, [gradient], lr=0.1)[1]) == pytest.approx(0.1, rel=1e-6)


def test_with_the_default_alpha_the_first_hundred_steps_are_too_long():
    """By more than a quarter."""
    steps = -np.diff(run(torch.optim.RMSprop, np.ones(100), lr=1.0))
    assert (steps > 1.25).all() and steps[-1] == pytest.approx(1 / np.sqrt(1 - 0.99**100))


def test_momentum_takes_up_the_divided_gradients():
    path = run(torch.optim.RMSprop, [2.0, 3.0], lr=0.1, alpha=0.9, eps=0.0, momentum=0.5)
    s1 = 0.1 * 4
    s2 = 0.9 * s1 + 0.1 * 9
    first = 2 / np.sqrt(s1)
    assert -path == pytest.approx([0, 0.1 * first, 0.1 * first + 0.1 * (0.5 * first + 3 / np.sqrt(s2))])


def test_centered_steps_of_pytorch_grow_exponentially_on_a_constant_slope():
    steps = -np.diff(run(torch.optim.RMSprop, np.ones(300), lr=1.0, alpha=0.9, centered=True))
    t = np.array([100, 200])
    assert steps[t - 1] == pytest.approx(0.9 ** (-t / 2), rel=0.01)
    assert 1e6 < steps.max() < 1e8


def test_centered_pytorch_ends_in_nan_for_some_constant_gradients():
    gradients = torch.linspace(0.1, 3, 300)
    parameter = torch.nn.Parameter(torch.zeros(300))
    optimizer = torch.optim.RMSprop([parameter], lr=0.1, alpha=0.9, centered=True)
    for _ in range(400):
        parameter.grad = gradients.clone()
        optimizer.step()
    assert 0 < int(parameter.isnan().sum()) < 300


def test_the_example_in_the_documentation_of_keras_comes_out_in_both_forms():
    for step in (TEXTBOOK, RMSPROP):
        theta, _ = step(np.array([10.0]), np.array([10.0]), np.zeros(1), 0.1, 0.9, 1e-7)
        assert f"{theta[0]:.6f}" == "9.683772"


# ---------------------------------------------------------------- averages and steps


def test_the_weights_of_a_moving_average_add_up_to_one_minus_beta_to_the_t():
    assert AVERAGE(np.ones(50), 0.9) == pytest.approx(1 - 0.9 ** np.arange(1, 51))


@pytest.mark.parametrize(("beta", "count"), [(0.5, 2), (0.9, 10), (0.99, 100)])
def test_one_over_one_minus_beta_values_make_63_percent_of_a_jump(beta, count):
    there = AVERAGE(np.ones(300), beta) >= 1 - np.exp(-1)
    assert np.flatnonzero(there)[0] + 1 == count


def test_adagrads_step_number_t_is_one_over_the_root_of_t():
    """A third of the rate takes nine times as many steps."""
    sizes = steps_for(rmsprop.adagrad(ADAGRAD, 1.0), np.ones(1000))
    assert sizes == pytest.approx(np.arange(1, 1001) ** -0.5)
    assert sizes.sum() == pytest.approx(2 * np.sqrt(1000), rel=0.03)
    counts = [steps_until(BOWL, descend(rmsprop.adagrad(ADAGRAD, rate), BOWL, 4000), 1.0) for rate in (0.1, 0.3, 1, 3)]
    assert counts == [2879, 345, 39, 6]


def test_rmsprop_does_not_notice_the_unit_of_the_loss(capsys):
    """Gradient descent explodes in one unit and stands still in another."""
    lab.three_units_of_loss()
    lines = [line.strip() for line in capsys.readouterr().out.split("\n") if ": " in line]
    of = dict(line.rsplit(": ", 1) for line in lines if "," in line)
    assert of["gradient descent, 1000 times"] == "beyond 1e9"
    assert float(of["gradient descent, a thousandth"]) > 50 > 1 > float(of["gradient descent, the loss"])
    assert len({of[f"RMSProp, {unit}"] for unit in ("the loss", "1000 times", "a thousandth")}) == 1


@pytest.mark.parametrize("seed", [0, 1])
def test_the_open_training_gives_pytorchs_loss_and_trains(seed):
    """Six hidden layers whose weights start at half of He's size."""
    network = lab.small_network(*[50] * 6)
    batches = network.batches(epochs=1, size=64)
    parameters = network.start(seed=seed, scale=0.5)
    model = network.in_pytorch(parameters)
    s = [np.zeros_like(theta) for theta in parameters]
    for rows in batches:
        _, gradients = network.gradients(parameters, rows)
        for i, gradient in enumerate(gradients):
            parameters[i], s[i] = RMSPROP(parameters[i], gradient, s[i], 0.003, 0.9, 1e-8)
    x, y = torch.tensor(network.x), torch.tensor(network.y)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.003, alpha=0.9)
    for rows in batches:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()
    loss = torch.nn.functional.cross_entropy(model(x), y).item()
    assert network.loss(parameters) == pytest.approx(loss, rel=1e-4)
    assert loss < 2.2


def test_above_004_gradient_descent_diverges_on_the_bowl():
    assert BOWL.loss(descend(rmsprop.gradient_descent(0.0395), BOWL, 2000)[-1]) < 1e-6
    assert BOWL.loss(descend(rmsprop.gradient_descent(0.0405), BOWL, 2000)[-1]) > 1e6


def test_after_the_burst_rmsprop_recovers_and_adagrad_never(capsys):
    """In some hundred steps."""
    lab.after_a_burst(ADAGRAD, RMSPROP)
    said = capsys.readouterr().out
    assert "0.0022 right after the burst, still 0.0022 after 980 steps" in said
    assert "0.011 right after the burst, back at 0.9 after 99 steps" in said
    assert "0.024 right after the burst, back at 0.9 after 891 steps" in said


@pytest.mark.parametrize("rate", [0.1, 0.03])
def test_rmsprop_hovers_at_half_the_learning_rate_in_both_directions(rate):
    path = descend(rmsprop.rmsprop(RMSPROP, rate), BOWL, 600)
    assert np.abs(path[-20:]) == pytest.approx(np.full((20, 2), rate / 2), rel=1e-3)
    assert (path[-2] * path[-1] < 0).all()


def test_with_a_falling_rate_it_settles():
    falling = rmsprop.rmsprop(RMSPROP, lambda t: 0.3 * 0.98**t, "falling")
    assert BOWL.loss(descend(falling, BOWL, 600)[-1]) < 1e-10


def test_turning_the_bowl_costs_adagrad_and_rmsprop_their_advantage():
    """Other rates change little."""

    def steps(optimizer, angle):
        bowl = turned(BOWL, angle)
        return steps_until(bowl, descend(optimizer, bowl, 1000), 1.0)

    def falling(rate):
        return rmsprop.rmsprop(RMSPROP, lambda t: rate * 0.98**t, "falling")

    descent = rmsprop.gradient_descent(0.036)
    assert steps(descent, 0) == steps(descent, 45) == 51
    assert steps(rmsprop.adagrad(ADAGRAD, 3.0), 0) == 6 and steps(falling(0.3), 0) == 35
    assert all(steps(rmsprop.adagrad(ADAGRAD, rate), 45) > 51 for rate in (1.0, 2.0, 3.0, 5.0, 9.0, 20.0))
    found = {rate: steps(falling(rate), 45) for rate in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0, 2.0)}
    assert found[0.3] > 51 and found[0.5] == min(found.values()) == 46


# ---------------------------------------------------------------- epsilon


def test_where_half_of_the_usual_step_is_made():
    """At epsilon outside, and at the root of a third of it inside."""
    for step, epsilon, size in ((RMSPROP, 1e-8, 1e-8), (TEXTBOOK, 1e-7, np.sqrt(1e-7 / 3))):
        theta, _ = step(np.zeros(1), np.array([size]), np.array([size**2]), 1.0, 0.9, epsilon)
        assert theta[0] == pytest.approx(-0.5)


def test_the_root_of_epsilon_outside_comes_close_to_epsilon_inside():
    """But for 30 percent in between."""
    s = np.logspace(-20, 2, 500)
    ratio = np.sqrt(s + 1e-7) / (np.sqrt(s) + np.sqrt(1e-7))
    assert ratio[[0, -1]] == pytest.approx(1, rel=1e-3)
    assert 0.70 < ratio.min() < 0.71


def test_in_the_small_network_few_parameters_are_below_kerass_epsilon():
    """Losses differ by under half a percent."""
    squares = rmsprop._squares_on_digits(RMSPROP)
    assert 0.03 < np.mean(squares < 1e-7) < 0.1
    assert np.mean(np.sqrt(squares) < 1e-8) == pytest.approx(0.024, abs=0.004)
    network = DigitsNetwork((50, 50))
    forms = ((RMSPROP, 1e-8), (TEXTBOOK, 1e-7))
    runs = [train(network, rmsprop.rmsprop(step, 0.001, epsilon=epsilon), epochs=5) for step, epsilon in forms]
    assert runs[0].by_epoch == pytest.approx(runs[1].by_epoch, rel=5e-3)


def test_some_pixels_are_blank_in_every_image():
    assert (DigitsNetwork((2,)).x.std(axis=0) == 0).sum() == 3


def test_without_memory_only_the_signs_are_left():
    """With a long one they do not decide."""
    ends = {}
    for beta in (0.0, 0.5, 0.9, 0.99):
        sizes = steps_for(rmsprop.rmsprop(RMSPROP, 0.01, beta=beta), np.tile([-1.0] * 9 + [9.0], 100))
        ends[beta] = -sizes.sum()
    assert ends[0.0] == pytest.approx(8.0)
    assert ends[0.0] > ends[0.5] > ends[0.9] > ends[0.99] == pytest.approx(0.51, abs=0.005)
    assert -sizes[:100].sum() == pytest.approx(0.44, abs=0.005)


# ---------------------------------------------------------------- centered, digits


def test_centered_steps_are_about_signal_to_noise(capsys):
    noise = np.random.default_rng(0).normal(size=(4000, 1))
    noise -= noise.mean()
    levels = np.array([0.1, 1.0, 5.0])
    ordinary = steps_for(rmsprop.rmsprop(RMSPROP, 1.0), 1 + levels * noise)[100:].mean(axis=0)
    centered = steps_for(rmsprop.centered(CENTERED), 1 + levels * noise)[100:].mean(axis=0)
    assert centered == pytest.approx(1 / levels, rel=0.15)
    assert ordinary == pytest.approx(1 / np.sqrt(1 + levels**2), rel=0.15)


def test_on_the_digits_the_methods_are_alike_where_scales_are_right():
    network = DigitsNetwork((50, 50))

    def loss(optimizer):
        return train(network, optimizer, epochs=rmsprop.EPOCHS, batch=64).by_epoch[-1]

    good = (rmsprop.gradient_descent(1.0), rmsprop.adagrad(ADAGRAD, 0.1), rmsprop.rmsprop(RMSPROP, 0.01))
    assert max(map(loss, good)) < 0.02
    bad = (rmsprop.gradient_descent(0.01), rmsprop.adagrad(ADAGRAD, 1.0), rmsprop.rmsprop(RMSPROP, 1.0))
    assert min(map(loss, bad)) > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_where_scales_are_wrong_gradient_descent_ends_far_above(seed):
    """On the digits, above the others."""
    network = rmsprop.PoorlyStarted((50,) * 6)

    def loss(optimizer):
        return train(network, optimizer, epochs=rmsprop.EPOCHS, batch=64, seed=seed).by_epoch[-1]

    low, middle, high = (loss(rmsprop.gradient_descent(rate)) for rate in (0.1, 0.3, 1.0))
    others = max(loss(rmsprop.rmsprop(RMSPROP, 0.003)), loss(rmsprop.adagrad(ADAGRAD, 0.03)))
    assert others < 0.15 and min(low, middle, high) > 3 * others
    assert seed > 0 or min(low, high) > 2


# ---------------------------------------------------------------- experiments


def not_written(*arguments):
    raise NotImplementedError


@pytest.mark.parametrize(
    "exercise",
    [
        not_written,
        lambda *arguments: None,
        lambda *arguments: arguments[0],
        lambda *arguments: (arguments[0] * np.nan, arguments[2] * np.nan),
        lambda *arguments: tuple(np.zeros(3) for _ in range(2)),
        lambda *arguments: (arguments[0], *arguments[2:-3]),
    ],
)
def test_an_experiment_with_a_kernel_that_is_nonsense_does_not_raise(exercise):
    lab.adagrad_on_the_bowl(exercise)
    lab.steps_on_a_constant_slope(exercise, prediction=-3)
    lab.steps_on_a_constant_slope(ADAGRAD, exercise, prediction={0.9: 0, 0.99: "ten"})
    lab.memory_of_the_average(lambda values, beta: exercise(values, values, values, beta, 1, 2), prediction=7)
    lab.memory_of_the_average(lambda values, beta: exercise(values, values, values, beta, 1, 2))
    lab.after_a_burst(exercise, RMSPROP, prediction=30)
    lab.hovering_at_the_minimum(exercise, prediction="near")
    lab.on_a_turned_bowl(ADAGRAD, exercise)
    lab.where_epsilon_matters(RMSPROP, exercise, prediction=0)
    lab.centered_steps(RMSPROP, exercise, prediction=1)


def test_a_bowl_turned_has_the_gradient_of_its_loss():
    surface = turned(BOWL, 30)
    at, step = np.array([1.5, -0.7]), 1e-6
    slopes = [(surface.loss(at + step * e) - surface.loss(at - step * e)) / (2 * step) for e in np.eye(2)]
    assert surface.gradient(at) == pytest.approx(slopes, rel=1e-6)


def test_an_optimizer_that_does_not_look_ahead_steps_one_at_a_time():
    calls = []

    def step(theta, gradient, rate):
        calls.append(gradient.tolist())
        return theta - rate * gradient

    steps_for(Optimizer("own", step, settings={"learning_rate": 1.0}), np.array([3.0, 4.0]))
    assert calls == [[3.0], [4.0]]

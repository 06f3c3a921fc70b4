"""What the notebook `1_train_a_deep_network` says about PyTorch, NumPy and its own experiments."""

from __future__ import annotations

import inspect
import re
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder import lab
from autograder.course import Course, read, text_of
from autograder.exercises import catalogue
from autograder.exercises.train_a_deep_network import NOTEBOOK
from autograder.lab import deep_network
from autograder.lab import train_a_deep_network as experiments
from autograder.lab.deep_network import RECIPE, ToolboxNetworks, complete, data, train, train_in_pytorch
from autograder.lab.function_toolbox import NEEDED, Tool, Toolbox
from tests.solutions import solution


@cache
def tools() -> Toolbox:
    """The instructor's solutions as a toolbox."""
    return Toolbox(Tool(name, solution(name), True, "passes", "") for name in NEEDED)


def cell(name: str) -> str:
    (found,) = [cell for cell in read(Course().source_of(NOTEBOOK))["cells"] if cell["id"] == name]
    return text_of(found)


# ---------------------------------------------------------------- PyTorch


def test_the_network_in_the_text_is_the_one_that_is_trained():
    (block,) = re.findall(r"```python\n(.*?)```", cell("side-idea"), re.DOTALL)
    source = inspect.getsource(deep_network)
    loop = ("network = ", "optimizer = ", "for rows")
    lines = [line.strip() for line in block.splitlines() if line.strip() and not line.startswith(loop)]
    assert len(lines) == 7
    assert all(line in source for line in lines)
    assert "nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1])).double()" in source
    assert experiments.COMPARED["learning_rate"] == 0.003


def test_cross_entropy_has_the_softmax_inside():
    logits, labels = torch.tensor([[2.0, -1.0, 0.5]]), torch.tensor([1])
    inside = -torch.log_softmax(logits, dim=1)[0, 1]
    torch.testing.assert_close(F.cross_entropy(logits, labels), inside)
    assert F.cross_entropy(torch.softmax(logits, dim=1), labels) < inside


def test_linear_stores_a_row_for_each_unit():
    """It starts with a third of LeCun's variance."""
    torch.manual_seed(0)
    weight = nn.Linear(400, 300).weight
    assert weight.shape == (300, 400)
    assert weight.var().item() == pytest.approx(1 / (3 * 400), rel=0.02)


def test_gradients_are_added_to_those_that_are_there():
    weight = torch.ones(1, requires_grad=True)
    for _ in range(2):
        (3 * weight).sum().backward()
    assert weight.grad.item() == 6


def test_the_reference_of_a_step_carried_on_equals_an_optimizer():
    """One that runs for 50 steps."""
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(5, 7), nn.ELU(), nn.Linear(7, 6), nn.ELU(), nn.Linear(6, 3)).double()
    parameters = [parameter.detach().clone() for parameter in network.parameters()]
    optimizer = torch.optim.SGD(network.parameters(), lr=0.2)
    for _ in range(50):
        x, labels = torch.randn(8, 5, dtype=torch.float64), torch.randint(0, 3, (8,))
        loss, parameters = catalogue()["training_step"].reference(x, labels, parameters, 0.2)
        optimizer.zero_grad()
        own = F.cross_entropy(network(x), labels)
        own.backward()
        optimizer.step()
        torch.testing.assert_close(loss, own.detach(), rtol=1e-12, atol=0)
    for one, other in zip(parameters, network.parameters(), strict=True):
        torch.testing.assert_close(one, other.detach(), rtol=1e-11, atol=1e-13)


# ---------------------------------------------------------------- numbers in the text


def test_the_exponential_overflows_near_709():
    with np.errstate(over="ignore"):
        assert np.isfinite(np.exp(709.0)) and np.isinf(np.exp(710.0))


def test_the_losses_of_the_trap_are_2_13_and_800():
    loss = solution("softmax_cross_entropy")
    assert loss(np.array([[2.0, 0.0]]), np.array([1])) == pytest.approx(2.13, abs=0.005)
    assert loss(np.array([[800.0, 0.0]]), np.array([1])) == 800


def test_a_network_that_knows_nothing_has_the_loss_ln_10():
    assert solution("softmax_cross_entropy")(np.zeros((5, 10)), np.array([3, 1, 4, 1, 5])) == pytest.approx(np.log(10))


def test_the_rows_of_the_gradient_sum_to_zero():
    gradient = solution("softmax_cross_entropy_backward")(2.0, np.array([[1.0, 5.0, -2.0]]), np.array([2]))
    assert gradient.sum() == pytest.approx(0, abs=1e-15)


def test_the_first_step_by_hand():
    dx, dweight, dbias = solution("dense_backward")(
        np.array([[10.0], [1.0]]), np.array([[1.0], [2.0]]), np.array([[3.0]])
    )
    assert (dx.tolist(), dweight.tolist(), dbias.tolist()) == ([[30.0], [3.0]], [[12.0]], [11.0])


def test_early_stopping_by_hand_misses_the_last_loss():
    losses = np.array([5, 4, 4.5, 3, 3.5, 3.25, 3.125, 1])
    assert experiments._stops(solution("train"), losses, 3) == (6, 3)


@pytest.mark.parametrize("patience", range(1, 6))
def test_the_stop_read_off_the_students_loop_is_that_of_the_rule(patience):
    losses = np.random.default_rng(patience).random(30)
    best = np.array([losses[: epoch + 1].argmin() for epoch in range(30)])
    stop = next((epoch for epoch in range(30) if epoch - best[epoch] == patience), 29)
    assert experiments._stops(solution("train"), losses, patience) == (stop, best[stop])


def test_the_network_of_the_text():
    assert complete({})["hidden"] == (50,) * 8
    assert (len(data().x), len(data().x_validation), len(data().x_test)) == (1077, 360, 360)
    assert len(deep_network.rows_of_steps(0, 1077, 32, 6)) == 198
    assert not {tuple(row) for row in data().x_test} & {tuple(row) for row in data().x[:500]}


def test_a_bias_before_batch_norm_would_have_no_gradient():
    norm = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)).double()
    (norm(torch.randn(6, 4, dtype=torch.float64)) * torch.randn(6, 3, dtype=torch.float64)).sum().backward()
    assert norm[0].bias.grad.abs().max() < 1e-12


# ---------------------------------------------------------------- the experiments


def test_both_kinds_of_labels_are_memorized():
    rows = np.array([np.flatnonzero(data().y == digit)[0] for digit in range(10)])
    for labels in (np.arange(10), np.random.default_rng(5).permutation(10)):
        losses = experiments._memorize(solution("training_step"), data().x[rows], labels)
        assert 2.3 < losses[0] < 3.2 and losses[-1] < 0.01


@cache
def compared():
    return experiments._compared(tools())


def test_numpy_and_pytorch_agree_in_every_step_and_in_evaluation():
    run, (losses, validation) = compared()
    assert 1e-15 < experiments._difference(run, losses).max() < 5e-12
    assert abs(run.validation[-1, 0] - validation) < 1e-11
    assert losses[-33:].mean() < 0.2


def test_a_larger_epsilon_makes_the_difference_much_smaller(monkeypatch):
    run, (losses, _) = compared()
    with_usual = experiments._difference(run, losses).max()
    adam = torch.optim.Adam
    monkeypatch.setattr(deep_network, "EPSILON", 1e-6)
    monkeypatch.setattr(torch.optim, "Adam", lambda parameters, lr: adam(parameters, lr=lr, eps=1e-6))
    run = train(tools(), experiments.COMPARED, dtype="float64")
    assert experiments._difference(run, train_in_pytorch(tools(), experiments.COMPARED)[0]).max() < with_usual / 8


def test_with_a_learning_rate_a_hundred_times_as_large_rounding_grows():
    recipe = {**experiments.COMPARED, "learning_rate": 0.3}
    run = train(tools(), recipe, dtype="float64")
    assert 1e-6 < experiments._difference(run, train_in_pytorch(tools(), recipe)[0]).max() < 1e-1


@cache
def planted(name: str):
    place, make = experiments.PLANTED[name]
    return train(tools().with_function(place, make(tools())), experiments.COMPARED, dtype="float64")


@pytest.mark.parametrize("name", list(experiments.PLANTED)[:3])
def test_three_of_the_planted_errors_show_at_the_second_step(name):
    """By a factor of a billion."""
    right, (losses, _) = compared()
    difference = experiments._difference(planted(name), losses)
    assert difference[0] < 1e-13
    assert difference[1] > 1e9 * max(experiments._difference(right, losses)[1], 1e-15) or difference[1] > 1e-5


def test_two_of_the_planted_errors_do_not_change_the_accuracy():
    """The third hardly does."""
    right, _ = compared()
    scores = [planted(name).accuracy[-1, 0] - right.accuracy[-1, 0] for name in list(experiments.PLANTED)[:3]]
    assert scores[:2] == [0, 0]
    assert abs(scores[2]) <= 2 / 360
    assert planted(list(experiments.PLANTED)[2]).validation[-1, 0] < right.validation[-1, 0]
    assert right.accuracy[-1, 0] == pytest.approx(0.956, abs=0.001)


def test_the_running_mean_is_seen_by_evaluation_alone():
    _, (losses, validation) = compared()
    wrong = planted("running mean never updated")
    assert experiments._difference(wrong, losses).max() < 5e-12
    assert wrong.validation[-1, 0] > 1.2 * validation


def test_an_elu_slope_in_float32_is_off_by_about_1e_8_and_stays_there():
    def in_float32(dout, z, alpha=1.0):
        return tools().elu_backward(dout, z, alpha).astype(np.float32).astype(np.float64)

    _, (losses, _) = compared()
    run = train(tools().with_function("elu_backward", in_float32), experiments.COMPARED, dtype="float64")
    assert 1e-9 < experiments._difference(run, losses).max() < 1e-6


@cache
def rung(name: str, **changes):
    return train(tools(), {**experiments.rungs()[name], **changes}, experiments.SEEDS)


def accuracies(name: str) -> np.ndarray:
    return 100 * rung(name).accuracy[-1]


def test_without_the_right_initialization_twenty_layers_guess():
    assert accuracies("sigmoid, N(0, 1)").mean() < 16
    assert accuracies("ReLU instead").mean() < 16
    assert np.isnan(rung("ReLU instead").training[-1]).all()


def test_the_signal_of_relu_grows_fivefold_in_each_layer():
    assert np.sqrt(50 / 2) == 5
    assert 9e13 < 5.0**20 < 1e14


def test_initialization_and_elu_are_the_largest_steps():
    """About half of the digits, then more than four fifths."""
    he, elu = accuracies("+ He's initialization"), accuracies("ELU instead")
    assert 38 < he.mean() < 65 and elu.mean() > 80
    assert elu.min() > he.max()


def test_batch_norm_then_1cycle_help_twenty_layers():
    """Adam's difference is less than the spread; 1cycle takes nearly half of the errors away."""
    elu, norm, adam, cycle = (accuracies(name).mean() for name in list(experiments.LADDER)[3:])
    assert 88 < norm < 95 and norm > elu
    assert abs(adam - norm) < 4
    assert 93.5 < cycle < 97 and cycle > adam + 1
    assert 100 - cycle < 0.8 * (100 - adam)


def recipes(name: str) -> dict:
    """The recipes in a cell of the notebook."""
    source, namespace = cell(name), {}
    exec(source[: source.index("lab.")], namespace)
    return namespace["recipes"]


def test_three_times_the_rate_ends_in_nan_and_clipping_saves_it():
    """And batch norm bears ten times the rate."""
    plain, clipped, norm = (train(tools(), recipe, experiments.SEEDS) for recipe in recipes("forgive-see").values())
    assert np.isnan(plain.training[-1]).sum() >= 2
    assert 70 < 100 * clipped.accuracy[-1].mean() < 88
    assert 100 * clipped.accuracy[-1].mean() < accuracies("ELU instead").mean()
    assert 100 * norm.accuracy[-1].mean() > 80


def test_eight_layers_need_none_of_it_and_dropout_harms():
    runs = [train(tools(), recipe, experiments.SEEDS) for recipe in recipes("eight-see").values()]
    plain, norm, cycle, dropout = (100 * run.accuracy[-1] for run in runs)
    losses = [run.training[-1].mean() for run in runs]
    assert np.ptp([plain.mean(), norm.mean(), cycle.mean()]) < 2
    assert norm.mean() == pytest.approx(96, abs=0.7)
    assert 5 < losses[1] / losses[0] < 25
    assert 1.5 < cycle.mean() - dropout.mean() < 3.5 and dropout.max() < cycle.min()
    assert 3 < losses[3] / losses[2] < 6


@cache
def watched():
    few = {"images": experiments.FEW_IMAGES, "wrong": experiments.WRONG_LABELS, "watched": True}
    return train(tools(), experiments.LONG, range(3), **few)


@pytest.mark.parametrize("network", range(3))
def test_the_validation_loss_falls_and_rises_while_training_falls(network):
    losses, training = watched().validation[:, network], watched().training[:, network]
    stop, kept = experiments._stops(solution("train"), losses.astype(float), 10)
    assert kept == losses.argmin() < 13 and stop == kept + 10
    assert losses[-1] > 1.1 * losses[kept]
    assert training[-1] < 0.02
    assert watched().accuracy[-1, network] > watched().accuracy[kept, network] - 0.02


def test_thirty_labels_are_wrong_and_the_others_are_not():
    labels = data().y[: experiments.FEW_IMAGES]
    assert (deep_network.with_wrong_labels(labels, 30) != labels).sum() == 30


# ---------------------------------------------------------------- the student's own network


def own_cells() -> dict:
    """The notebook's own network and its functions, as they stand there, with the loop for 20 steps."""
    namespace: dict = {
        "np": np,
        "lab": lab,
        "tools": tools(),
        "softmax_cross_entropy": solution("softmax_cross_entropy"),
    }
    namespace |= {"forward_backward": solution("forward_backward"), "train": solution("train")}
    exec(cell("final-network"), namespace)
    exec(
        cell("final-run")
        .replace("count=6", "count=1")
        .replace("steps = sum", "epochs = [epochs[0][:20]]\nsteps = sum"),
        namespace,
    )
    return namespace


def test_the_students_network_is_the_one_in_pytorch(capsys):
    namespace = own_cells()
    exec(cell("pytorch-live"), namespace)
    pairs = re.findall(r"PyTorch ([\d.]+) +yours ([\d.]+)", capsys.readouterr().out)
    assert len(pairs) == 5
    assert all(abs(float(one) - float(other)) < 1e-8 for one, other in pairs)


def test_scores_of_the_notebook_are_those_of_pytorch_in_evaluation():
    namespace = own_cells()
    network = deep_network.in_pytorch([784, *namespace["hidden"], 10]).eval()
    for parameter, values in zip(network.parameters(), namespace["best"], strict=True):
        parameter.data = torch.tensor(values)
    for place, norm in enumerate(part for part in network if isinstance(part, nn.BatchNorm1d)):
        norm.running_mean, norm.running_var = map(torch.tensor, namespace["running"][2 * place : 2 * place + 2])
    x = namespace["x_validation"][:50]
    found = namespace["scores"](x, namespace["best"])
    np.testing.assert_allclose(found, network(torch.tensor(x)).detach().numpy(), rtol=1e-8, atol=1e-8)


def test_the_exam_draws_the_mistakes(capsys):
    _, y = lab.mnist_test()
    scores = np.eye(10)[np.where(np.arange(len(y)) < 30, (y + 1) % 10, y)] * 9
    lab.final_exam(scores, [2.3, 1.0, 0.5], [0.6])
    said = capsys.readouterr().out
    assert "97.0 % of 1000 test digits" in said and "20 of 30 mistakes" in said


# ---------------------------------------------------------------- recipes and nonsense


@pytest.mark.parametrize(
    ("recipe", "sentence"),
    [
        ({"activaton": "relu"}, "A recipe has no 'activaton'"),
        ({"activation": "swish"}, "'activation' can be 'sigmoid' or 'relu' or 'elu'"),
        ({"learning_rate": "high"}, "'learning_rate' should be a number"),
        ({"dropout": 1.5}, "'dropout' should be a number from 0 to 0.95"),
        ({"max_norm": -1.0}, "'max_norm' should be a positive number"),
        ({"hidden": 50}, "'hidden' should list the units"),
        ("adam", "A recipe is a dict"),
    ],
)
def test_a_recipe_that_there_is_not_is_a_sentence(capsys, recipe, sentence):
    lab.compare_recipes(tools(), {"mine": recipe})
    assert sentence in capsys.readouterr().out


def test_the_list_of_choices_in_the_text_is_complete():
    text = cell("ladder-explained")
    assert all(f'`"{name}"`' in text for name in RECIPE)


@pytest.mark.parametrize("choices", [{"initialization": "glorot", "activation": "relu"}, {"l2": 1e-3, "max_norm": 1.0}])
def test_every_other_choice_can_be_trained(choices):
    rest = {"hidden": (20, 30), "optimizer": "momentum", "learning_rate": 0.03, "dropout": 0.1, "epochs": 2}
    run = train(tools(), {**choices, **rest}, (0, 1))
    assert run.accuracy.shape == (1, 2) and run.accuracy.min() > 0.5


def test_networks_trained_side_by_side_are_those_trained_alone():
    recipe = {"hidden": (20, 30), "epochs": 1, "dropout": 0.2}
    together = train(tools(), recipe, (0, 1), dtype="float64")
    alone = [train(tools(), recipe, (seed,), dtype="float64") for seed in (0, 1)]
    np.testing.assert_allclose(together.losses, np.concatenate([run.losses for run in alone], axis=1), rtol=1e-9)


def test_the_gradient_of_the_assembled_network_is_the_slope_of_its_loss():
    networks = ToolboxNetworks(tools(), complete({"hidden": (5, 4, 3), "l2": 0.01}), [0], "float64")
    theta, x, y = networks.start(), data().x[None, :12], data().y[None, :12]
    _, gradient = networks.gradient(theta, x, y)

    def loss(at):
        weights = [part for name, part in networks.parts(at[0]).items() if name.startswith("weight")]
        return networks.gradient(at, x, y)[0][0] + 0.01 * sum((weight**2).sum() for weight in weights)

    rng = np.random.default_rng(0)
    for _ in range(3):
        direction = rng.normal(size=theta.shape)
        slope = (loss(theta + 1e-6 * direction) - loss(theta - 1e-6 * direction)) / 2e-6
        assert slope == pytest.approx((gradient * direction).sum(), rel=1e-6)


def test_the_layers_of_the_assembled_network_are_those_of_pytorch():
    networks = ToolboxNetworks(tools(), complete({}), [0], "float64")
    shapes = [tuple(parameter.shape) for parameter in deep_network.in_pytorch(networks.widths).parameters()]
    assert shapes == list(networks.shapes.values())
    assert list(pairwise(networks.widths)) == [(64, 50), *[(50, 50)] * 7, (50, 10)]


@pytest.mark.parametrize("step", [lambda *_: None, lambda *_: (0.0, []), lambda *_: ("a", "b")])
def test_a_training_step_that_is_nonsense_is_a_sentence(capsys, step):
    lab.memorize_ten_images(step)
    assert "Run its check first." in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [lambda z, alpha=1.0: z[:1], lambda z, alpha=1.0: None])
def test_a_forced_function_that_is_nonsense_is_a_sentence(capsys, wrong):
    lab.side_by_side(tools().with_function("elu", wrong))
    assert "The network cannot be trained with these functions." in capsys.readouterr().out


def test_what_is_no_toolbox_is_a_sentence(capsys):
    lab.climb_the_ladder(None)
    assert "takes the toolbox first" in capsys.readouterr().out

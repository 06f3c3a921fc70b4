"""What the notebook `1_l1_l2_regularization` says about PyTorch, NumPy and its own experiments."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder import lab
from autograder.course import Course, read, text_of
from autograder.exercises import catalogue
from autograder.exercises.l1_l2_regularization import NOTEBOOK
from autograder.lab import l1_l2_regularization as experiments
from autograder.lab.training import gradient_descent_step
from tests.solutions import solution

STEPS = 50
START = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
GRADIENTS = torch.tensor(np.random.default_rng(0).normal(size=(STEPS, 3)) * [10, 1, 0.01])


def run(make, penalty=0.0):
    """The weights after 50 steps of a real optimizer; penalty: the strength of λ Σw² in the loss."""
    weight = torch.nn.Parameter(START.clone())
    optimizer = make([weight])
    for gradient in GRADIENTS:
        optimizer.zero_grad()
        ((gradient * weight).sum() + penalty * (weight**2).sum()).backward()
        optimizer.step()
    return weight.detach().numpy()


def sgd(weight_decay):
    return lambda weights: torch.optim.SGD(weights, lr=0.02, momentum=0.9, weight_decay=weight_decay)


def adam(weight_decay, **options):
    return lambda weights: torch.optim.Adam(weights, lr=0.02, weight_decay=weight_decay, **options)


def adamw(weight_decay):
    return lambda weights: torch.optim.AdamW(weights, lr=0.02, weight_decay=weight_decay)


# ---------------------------------------------------------------- PyTorch


@pytest.mark.parametrize("optimizer", [sgd, adam])
def test_weight_decay_of_twice_lambda_is_the_penalty_in_sgd_and_in_adam(optimizer):
    with_penalty = run(optimizer(0.0), penalty=0.1)
    assert run(optimizer(0.2)) == pytest.approx(with_penalty, rel=1e-12)
    assert run(optimizer(0.1)) != pytest.approx(with_penalty, rel=1e-3)


def test_no_weight_decay_of_adamw_is_the_penalty():
    with_penalty = run(adamw(0.0), penalty=0.1)
    for weight_decay in np.logspace(-3, 1, 41):
        assert np.abs(run(adamw(float(weight_decay))) - with_penalty).max() > 0.01


def test_adamw_is_adam_with_decoupled_weight_decay():
    assert run(adamw(0.1)).tolist() == run(adam(0.1, decoupled_weight_decay=True)).tolist()


def test_the_default_weight_decay_is_zero_but_a_hundredth_for_adamw():
    defaults = {
        optimizer: inspect.signature(optimizer).parameters["weight_decay"].default
        for optimizer in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW)
    }
    assert list(defaults.values()) == [0, 0, 0.01]
    assert inspect.signature(torch.optim.AdamW).parameters["lr"].default == 0.001


def test_no_optimizer_has_l1():
    optimizers = [item for item in vars(torch.optim).values() if inspect.isclass(item)]
    names = {name for optimizer in optimizers for name in inspect.signature(optimizer).parameters}
    assert not any("l1" in name for name in names)


def test_carrying_the_state_through_the_sgd_reference_is_one_optimizer():
    theta, m = START, torch.zeros_like(START)
    for gradient in GRADIENTS:
        theta, m = (
            item.detach() for item in catalogue()["sgd_weight_decay_step"].reference(theta, gradient, m, 0.02, 0.9, 0.2)
        )
    assert theta.numpy() == pytest.approx(run(sgd(0.2)), rel=1e-13)


def test_an_optimizer_decays_biases_unless_they_have_their_own_group():
    model = torch.nn.Linear(3, 2)
    before = model.bias.detach().clone()
    groups = [{"params": [model.weight], "weight_decay": 0.01}, {"params": [model.bias], "weight_decay": 0.0}]
    for parameters, decays in ((groups, False), (model.parameters(), True)):
        optimizer = torch.optim.AdamW(parameters, lr=0.1, weight_decay=0.01)
        model.weight.grad, model.bias.grad = torch.zeros(2, 3), torch.zeros(2)
        optimizer.step()
        assert bool((model.bias.detach() != before).any()) is decays


def test_biases_and_normalization_have_one_axis_and_weights_have_more():
    layers = [torch.nn.Linear(3, 2), torch.nn.Conv2d(3, 2, 5), torch.nn.BatchNorm1d(4)]
    axes = [{name: parameter.ndim for name, parameter in layer.named_parameters()} for layer in layers]
    assert axes == [{"weight": 2, "bias": 1}, {"weight": 4, "bias": 1}, {"weight": 1, "bias": 1}]


def test_the_derivative_of_abs_at_zero_is_zero():
    w = torch.zeros(1, requires_grad=True)
    w.abs().sum().backward()
    assert w.grad == 0


def test_f_l1_loss_is_a_mean_absolute_error():
    assert F.l1_loss(torch.tensor([1.0, 5.0]), torch.tensor([2.0, 2.0])) == 2


def test_renorm_leaves_a_norm_of_exactly_the_limit_alone():
    """It divides by a little more than the norm."""
    weight = torch.tensor([[3.0, 4.0], [6.0, 8.0]], dtype=torch.float64)
    found = torch.renorm(weight, p=2, dim=0, maxnorm=5)
    assert found[0].tolist() == [3, 4]
    assert found[1].tolist() == pytest.approx((weight[1] * 5 / (10 + 1e-7)).tolist(), rel=1e-14)
    assert found[1].norm() < 5


def test_before_batch_normalization_the_weights_size_does_not_matter():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(20, 3, generator=generator, dtype=torch.float64)
    weight = torch.randn(4, 3, generator=generator, dtype=torch.float64)
    outputs = [F.batch_norm(x @ (size * weight).T, None, None, training=True, eps=1e-12) for size in (1.0, 7.0)]
    assert outputs[0].numpy() == pytest.approx(outputs[1].numpy(), abs=1e-9)


# ---------------------------------------------------------------- the soft threshold and the pulls


def test_the_soft_threshold_minimizes_distance_plus_l1():
    v = np.linspace(-3, 3, 60_001)
    for w in (-2.0, -0.3, 0.0, 0.4, 0.5, 1.7):
        best = v[np.argmin((v - w) ** 2 / 2 + 0.5 * np.abs(v))]
        assert best == pytest.approx(solution("soft_threshold")([np.array([w])], 0.5)[0][0], abs=1e-4)


def test_near_zero_the_gradient_of_l1_hops_in_a_circle_of_three():
    """The soft threshold stays."""
    weight, path = 0.73, []
    for _ in range(60):
        weight -= 0.1 * (weight - 0.18 + solution("l1_gradient")([np.array([weight])], 0.5)[0][0])
        path.append(weight)
    assert path[-3:] == pytest.approx(path[-6:-3], abs=1e-3)
    assert 0.01 < np.min(np.abs(path[-20:])) < np.max(np.abs(path[-20:])) < 0.07


def test_after_50_steps_a_weight_is_where_the_text_says():
    """A weight of 1 is at 0.36 under L2, and at one half under L1."""
    for name, left in (("l2_gradient", 0.364), ("l1_gradient", 0.5)):
        assert experiments.pulled(solution(name), 0.1, 1.0)[50] == pytest.approx(left, abs=1e-3)


def test_the_minimum_under_l1_reaches_the_axis_and_under_l2_never():
    """From lambda 0.9 on."""

    def minima(*arguments):
        return np.array([experiments.descend(*arguments, strength) for strength in experiments.GRID])

    on_the_axis = minima(None, solution("soft_threshold"))[:, 0] == 0
    assert on_the_axis.tolist() == (experiments.GRID >= 0.9).tolist()
    assert (minima(solution("l2_gradient"), None) > 0.1).all()


# ---------------------------------------------------------------- the digits


@pytest.fixture(scope="module")
def three():
    """By kind of regularization: networks trained from three starts, the first of which the notebook shows alone."""
    l2, l1, limit = experiments.L2_STRENGTH, experiments.L1_STRENGTH, experiments.LIMIT
    kinds = {
        "none": experiments.unregularized,
        "l2": lambda seed: experiments.with_penalty(solution("l2_gradient"), l2, seed),
        "l1": lambda seed: experiments.with_penalty(solution("l1_gradient"), l1, seed),
        "soft": lambda seed: experiments.with_soft_threshold(solution("soft_threshold"), l1, seed),
        "max-norm": lambda seed: experiments.with_max_norm(solution("max_norm"), limit, seed),
    }
    return {name: [kind(seed) for seed in range(3)] for name, kind in kinds.items()}


@pytest.fixture(scope="module")
def trained(three):
    """The networks that the notebook shows alone."""
    return {name: runs[0] for name, runs in three.items()}


def test_the_network_has_17400_weights_and_30_of_150_labels_are_wrong(trained):
    assert trained["none"].network.all_weights().size == 17_400
    assert (experiments.data().wrong.sum(), experiments.data().wrong.size) == (30, 150)


def test_without_regularization_every_wrong_label_is_learned(trained):
    assert trained["none"].by_heart == trained["none"].train == 1
    assert trained["none"].validation == pytest.approx(0.79, abs=0.03)
    losses = trained["none"].validation_losses
    assert int(np.argmin(losses)) < 40
    assert losses[-1] > min(losses) + 0.05
    assert trained["none"].train_losses[-1] < 0.02


def test_l1_by_its_gradient_and_by_soft_threshold_train_alike(three):
    """Nearly the same wrong labels, and nearly the same accuracy."""
    for one, other in zip(three["l1"], three["soft"], strict=True):
        assert one.by_heart == pytest.approx(other.by_heart, abs=0.15)
        assert one.validation == pytest.approx(other.validation, abs=0.025)


def test_with_a_penalty_fewer_wrong_labels_are_learned(trained):
    """More new images are right."""
    assert 0.3 < trained["l2"].by_heart < 0.45
    assert trained["l2"].validation > trained["none"].validation + 0.04
    for name in ("l1", "soft"):
        assert 0.5 < trained[name].by_heart < 0.75
        assert trained[name].validation > trained["none"].validation + 0.005


def test_l1_by_its_gradient_gives_no_exact_zero(three):
    """By soft threshold four in five are zero."""
    for seed in range(3):
        weights = {name: runs[seed].network.all_weights() for name, runs in three.items()}
        zeros = {name: float(np.mean(array == 0)) for name, array in weights.items()}
        small = {name: float(np.mean(np.abs(array) < 0.001)) for name, array in weights.items()}
        assert zeros["none"] == zeros["l2"] == zeros["l1"] == 0
        assert zeros["soft"] == pytest.approx(0.8, abs=0.06)
        assert small["l1"] == pytest.approx(0.84, abs=0.06)
        assert small["l2"] < 0.1
        assert np.mean(np.abs(weights["l2"]) > 0.2) < 0.01
        assert np.sum(weights["none"] ** 2) == pytest.approx(470, abs=10)
        assert np.sum(weights["l2"] ** 2) == pytest.approx(31, abs=2)


def test_side_by_side_each_regularizer_gets_more_new_images_right(three):
    """Each learns fewer wrong labels."""
    right = {name: np.mean([run.validation for run in runs]) for name, runs in three.items()}
    none = right.pop("none")
    assert none == pytest.approx(0.78, abs=0.015)
    assert min(right.values()) > 0.8 and max(right.values()) < 0.87
    assert min(right.values()) - none > 0.02 and max(right.values()) - none < 0.09
    assert right["l2"] == pytest.approx(right["max-norm"], abs=0.03)
    assert right["soft"] < min(right["l2"], right["max-norm"]) - 0.02
    assert max(np.mean([run.by_heart for run in three[name]]) for name in ("l2", "soft", "max-norm")) < 0.6


def choosing(gradient, strengths):
    """The share of the images for choosing that is read correctly by strength: the mean of three starts."""
    return {
        strength: np.mean([experiments.with_penalty(gradient, strength, seed).choosing for seed in range(3)])
        for strength in strengths
    }


def test_the_strengths_of_the_elastic_net_move_to_the_left(three):
    """L1 alone stays below L2."""
    l2, l1 = solution("l2_gradient"), solution("l1_gradient")

    def elastic_net(weights, strength):
        return [one + other for one, other in zip(l2(weights, strength), l1(weights, strength / 10), strict=True)]

    both, alone = choosing(elastic_net, (0.01, 0.02, 0.03, 0.08)), choosing(l1, (0.003, 0.005, 0.007, 0.01))
    l2_alone = np.mean([run.choosing for run in three["l2"]])
    assert max(both, key=both.get) == 0.02
    assert both[0.02] == pytest.approx(l2_alone, abs=0.016)
    assert both[0.08] < 0.15
    assert np.ptp(list(alone.values())) < 0.03
    assert max(alone.values()) < l2_alone - 0.03


def test_a_penalty_that_is_too_weak_learns_all_labels():
    """One that is too strong does not even learn the right ones."""
    weak, strong = (experiments.with_penalty(solution("l2_gradient"), strength) for strength in (0.001, 0.08))
    assert weak.by_heart == weak.train == 1
    assert strong.train < 0.7 and strong.choosing < 0.65


def test_all_digits_with_right_labels_do_more_than_any_penalty():
    x, y, x_validation, y_validation = lab.digits()
    rng = np.random.default_rng(0)
    network = experiments.Network(rng)
    for _ in range(20):
        order = rng.permutation(len(x))
        for start in range(0, len(x), experiments.BATCH):
            batch = order[start : start + experiments.BATCH]
            _, gradients = network.gradients(x[batch].astype(np.float32), y[batch])
            gradient_descent_step(network.parameters, gradients, 0.1)
    assert network.accuracy(x_validation, y_validation) == pytest.approx(0.97, abs=0.015)


def test_the_strengths_are_the_best_of_their_neighbours():
    """On the images for choosing."""
    for train, strengths in (
        (lambda strength: experiments.with_penalty(solution("l2_gradient"), strength), (0.01, 0.03, 0.08)),
        (lambda strength: experiments.with_soft_threshold(solution("soft_threshold"), strength), (0.0003, 0.007, 0.02)),
        (lambda limit: experiments.with_max_norm(solution("max_norm"), limit), (0.3, 0.5, 0.8)),
    ):
        assert int(np.argmax([train(strength).choosing for strength in strengths])) == 1


def test_without_a_penalty_the_weights_stay_close_to_where_they_started(trained):
    start, end = experiments.Network(np.random.default_rng(0)).all_weights(), trained["none"].network.all_weights()
    assert np.mean(np.abs(start)) == pytest.approx(0.12, abs=0.005)
    assert np.mean(np.abs(end - start)) == pytest.approx(0.03, abs=0.006)


def test_he_weights_have_norms_of_about_the_root_of_2():
    network = experiments.Network(np.random.default_rng(0))
    assert np.linalg.norm(network.weights[0], axis=1).mean() == pytest.approx(2**0.5, abs=0.03)


# ---------------------------------------------------------------- islands, and the cells of the notebook


def islands_of(strength=None):
    """The shares of wrong and of right labels that the network in the plane gives, and where its border lies."""
    x, labels, wrong = experiments.plane()
    pull = None if strength is None else lambda weights: solution("l2_gradient")(weights, strength)
    given = experiments.in_the_plane(pull).scores(x).argmax(axis=1) == labels
    return given[wrong].mean(), given[~wrong].mean()


def test_without_a_penalty_the_plane_has_islands_and_with_one_they_go():
    shares = [islands_of(strength) for strength in (None, 0.001, 0.004, 0.03)]
    assert shares[0] == (1, 1)
    wrong = [share[0] for share in shares]
    assert wrong == sorted(wrong, reverse=True) and wrong[1] > 0.6 and wrong[2] < 0.6 and wrong[3] < 0.1
    assert shares[2][1] > 0.9


def cells() -> dict[str, str]:
    return {cell["id"]: text_of(cell) for cell in read(Course().source_of(NOTEBOOK))["cells"]}


def namespace() -> dict:
    names = ("l2_gradient", "sgd_weight_decay_step")
    return {"np": np, "lab": lab, **{name: solution(name) for name in names}}


def test_weight_decay_of_twice_lambda_agrees_in_the_notebook_s_cell(capsys):
    exec(cells()["factor-two"], namespace())
    once, twice = re.findall(r"weight ([\d.e-]+)", capsys.readouterr().out)
    assert float(once) > 0.01 and float(twice) < 1e-13


def test_the_whole_experiment_is_that_of_pytorch(capsys):
    names = namespace()
    exec(cells()["whole-see"], names)
    exec(cells()["pytorch-live"], names)
    own, theirs = re.findall(r"minibatch ([\d.]+)", capsys.readouterr().out)
    assert float(own) == pytest.approx(float(theirs), abs=1e-8)
    assert len(cells()["whole-see"].splitlines()) <= 25
    assert np.mean(names["read"] == names["y_new"]) > 0.75


# ---------------------------------------------------------------- robustness


def test_an_experiment_says_in_a_sentence_what_it_cannot_use(capsys):
    good = solution("l2_gradient")
    lab.pulled_to_zero(lambda weights, strength: None, good)
    lab.sweep_strength(lambda weights, strength: weights[0])
    lab.compare_regularizers(good, good, lambda weight, limit: 3.0)
    lab.sweep_strength(good, prediction="large")
    lab.learned_by_heart(prediction={"new images": "many"})
    printed = capsys.readouterr().out
    assert printed.count("returned no list of arrays like the weights") == 2
    assert "returned no array like the weights" in printed
    assert "Your prediction should be a number" in printed
    assert "Each prediction should be a number" in printed


def test_an_experiment_says_so_where_the_weights_become_nan(capsys):
    lab.weight_histograms(lambda weights, strength: [w * np.nan for w in weights], *[solution("l1_gradient")] * 2)
    lab.sweep_strength(solution("l2_gradient"), strengths=(0.001, 1000.0))
    assert capsys.readouterr().out.count("the weights become NaN or infinite") == 2

"""What the notebook `2_dropout` says about PyTorch and about numbers, one behaviour each.

Tests with random noise bound their error by Hoeffding's inequality: the mean of n independent numbers from an interval
of length L is off by more than L sqrt(ln(2 / f) / (2 n)) with a probability of at most f. f is `FALSE_ALARM`; the seeds
are fixed as well.
"""

from __future__ import annotations

import inspect
import itertools
import math
import re
from collections.abc import Sequence

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder import lab as of_notebooks
from autograder.course import Course, read, text_of
from autograder.exercises.dropout import NOTEBOOK, drawn
from autograder.lab import dropout as lab
from autograder.lab import style
from tests.solutions import solution

FALSE_ALARM = 1e-8
LOW = -1.0507009873554805 * 1.6732632423543772


def hoeffding(n: int, length: float = 1.0) -> float:
    """How far the mean of n numbers from an interval of this length is off with a probability of at most
    `FALSE_ALARM`."""
    return length * math.sqrt(math.log(2 / FALSE_ALARM) / (2 * n))


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.tensor(np.random.default_rng(seed).normal(size=shape))


def all_masks(features: int, p: float) -> tuple[np.ndarray, np.ndarray]:
    """All 2^D masks and their probabilities."""
    masks = np.array(list(itertools.product([False, True], repeat=features)))
    return masks, np.where(masks, 1 - p, p).prod(axis=1)


# ---------------------------------------------------------------- the references


@pytest.mark.parametrize("p", [0.1, 0.5, 0.7])
def test_with_pytorchs_decisions_the_reference_is_its_own_dropout(p):
    x = numbers(50, 40)
    torch.manual_seed(3)
    own = F.dropout(x, p)
    torch.manual_seed(3)
    kept = torch.empty_like(x).bernoulli_(1 - p).bool()
    with drawn(kept):
        assert torch.equal(F.dropout(x, p), own)


def test_the_operation_that_cuda_uses_obeys_the_decisions_too():
    x, kept = numbers(5, 4), numbers(5, 4, seed=1) > 0
    with drawn(kept):
        y, mask = torch.native_dropout(x, 0.3, True)
    assert torch.allclose(y, x * kept / 0.7)
    assert torch.equal(mask, kept)


def test_decisions_of_the_wrong_shape_are_refused():
    with drawn(torch.ones(3, dtype=torch.bool)), pytest.raises(ValueError, match="PyTorch draws"):
        F.dropout(torch.ones(4), 0.5)


# ---------------------------------------------------------------- dropout


def test_the_defaults_are_those_of_the_cards():
    """Alpha dropout is off by default."""
    parameters = inspect.signature(F.dropout).parameters
    assert (parameters["p"].default, parameters["training"].default) == (0.5, True)
    assert inspect.signature(F.dropout2d).parameters["training"].default is True
    assert inspect.signature(F.alpha_dropout).parameters["training"].default is False
    assert nn.Dropout().p == nn.AlphaDropout().p == 0.5


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_pytorch_drops_a_share_p_and_so_does_our_kernel_with_uniform_noise(p):
    n = 100_000
    torch.manual_seed(0)
    theirs = float((F.dropout(torch.ones(n), p) == 0).double().mean())
    _, kept = solution("dropout")(np.ones(n), np.random.default_rng(0).random(n), p)
    assert abs(theirs - p) < hoeffding(n)
    assert abs((~kept).mean() - p) < hoeffding(n)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_the_mean_of_what_comes_out_is_what_went_in(p):
    n = 100_000
    y, _ = solution("dropout")(np.full(n, 3.0), np.random.default_rng(1).random(n), p)
    assert abs(y.mean() - 3.0) < hoeffding(n, length=3.0 / (1 - p))


def test_decisions_within_a_batch_are_independent():
    n = 100_000
    _, kept = solution("dropout")(np.ones((n, 2)), np.random.default_rng(2).random((n, 2)), 0.3)
    assert abs(kept.all(axis=1).mean() - 0.49) < hoeffding(n)


def test_a_p_outside_of_0_and_1_is_an_error():
    for p in (-0.1, 1.1):
        with pytest.raises(ValueError, match="dropout probability has to be between 0 and 1"):
            F.dropout(torch.ones(2), p)


def test_a_layer_in_evaluation_and_a_p_of_0_do_nothing():
    x = numbers(4, 3)
    assert nn.Dropout(0.5).eval()(x) is x
    assert F.dropout(x, 0.0) is x


def test_a_p_of_1_gives_zeros():
    assert not F.dropout(torch.ones(5), 1.0).any()
    assert not F.alpha_dropout(torch.ones(5), 1.0, training=True).any()


def test_the_function_stays_on_after_eval_and_the_layer_does_not():
    """The function, that is, to which `training` is not given."""

    class Careless(nn.Module):
        def forward(self, x):
            return F.dropout(x, 0.5)

    class Careful(nn.Module):
        def forward(self, x):
            return F.dropout(x, 0.5, training=self.training)

    x = torch.ones(1000)
    assert (Careless().eval()(x) == 0).any()
    assert torch.equal(Careful().eval()(x), x)


def test_no_grad_does_not_switch_dropout_off():
    with torch.no_grad():
        assert (nn.Dropout(0.5)(torch.ones(1000)) == 0).any()


def test_before_or_after_relu_makes_no_difference():
    x, kept = numbers(6, 5), numbers(6, 5, seed=1) > 0
    with drawn(kept):
        assert torch.allclose(F.relu(F.dropout(x, 0.3)), F.dropout(F.relu(x), 0.3))


def test_the_first_form_scaled_in_use_is_the_same_on_average():
    p, (masks, probability) = 0.3, all_masks(4, 0.3)
    x, weights = numbers(4).numpy(), numbers(2, 4, seed=1).numpy()
    in_training = probability @ ((masks * x) @ weights.T)
    assert in_training == pytest.approx(x @ ((1 - p) * weights).T)


def test_what_makes_float64():
    """A bool array divided by a number is float64, and a root of NumPy makes float32 float64."""
    x = np.ones(2, dtype="float32")
    assert (x * (np.array([True, False]) / 0.5)).dtype == np.float64
    assert (x * np.array([True, False]) / 0.5).dtype == np.float32
    assert (x * np.sqrt(2.0)).dtype == np.float64
    assert (x * 2.0**0.5).dtype == np.float32


# ---------------------------------------------------------------- moments


@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_the_moments_are_those_over_all_masks(p):
    masks, probability = all_masks(5, p)
    x, weights, bias = (numbers(*shape, seed=i).numpy() for i, shape in enumerate([(1, 5), (1, 5), (1,)]))
    z = (masks * x / (1 - p)) @ weights[0] + bias
    mean, variance = solution("dropout_moments")(x, weights, bias, p)
    assert mean.item() == pytest.approx(probability @ z)
    assert variance.item() == pytest.approx(probability @ (z - probability @ z) ** 2)


def test_the_four_masks_of_the_example_give_the_numbers_in_the_text():
    x, weights = np.array([1.0, 2.0]), np.array([3.0, -1.0])
    masks, _ = all_masks(2, 0.5)
    assert sorted(masks * x / 0.5 @ weights + 0.5) == [-3.5, 0.5, 2.5, 6.5]


def test_the_deviation_doubles_from_p_05_to_p_08():
    layer = numbers(1, 6).numpy(), numbers(1, 6, seed=1).numpy(), np.zeros(1)
    half, more = (solution("dropout_moments")(*layer, p)[1].item() for p in (0.5, 0.8))
    assert more / half == pytest.approx(4.0)


def test_the_mean_squared_loss_is_that_in_evaluation_plus_the_variance():
    masks, probability = all_masks(4, 0.4)
    x, weights, target = numbers(4).numpy(), numbers(4, seed=1).numpy(), 0.7
    loss = probability @ ((masks * x / 0.6) @ weights - target) ** 2
    mean, variance = solution("dropout_moments")(x[None], weights[None], np.zeros(1), 0.4)
    assert loss == pytest.approx(((mean - target) ** 2 + variance).item())


def test_the_mean_of_relu_is_at_least_relu_of_the_mean():
    masks, probability = all_masks(6, 0.5)
    for seed in range(20):
        z = (masks * np.abs(numbers(6, seed=seed).numpy()) / 0.5) @ numbers(6, seed=seed + 100).numpy()
        assert probability @ np.maximum(z, 0) >= max(probability @ z, 0) - 1e-12


def test_gaussian_dropout_has_the_same_moments():
    n, p, bound = 200_000, 0.2, 6.0
    noise = np.clip(np.random.default_rng(0).normal(size=n), -bound, bound)  # changes mean and variance by < 1e-7
    factor = 1 + math.sqrt(p / (1 - p)) * noise
    assert abs(factor.mean() - 1) < hoeffding(n, length=bound)
    assert factor.var() == pytest.approx(p / (1 - p), rel=5.5 * math.sqrt(2 / n))  # false alarm: 4e-8


# ---------------------------------------------------------------- channels


def test_dropout2d_drops_whole_channels_and_dropout_single_pixels():
    torch.manual_seed(0)
    x = torch.ones(8, 16, 4, 5)
    channels = (F.dropout2d(x, 0.5) == 0).flatten(2).double().mean(dim=2)
    pixels = (F.dropout(x, 0.5) == 0).flatten(2).double().mean(dim=2)
    assert set(channels.unique().tolist()) == {0.0, 1.0}
    assert len(pixels.unique()) > 5


@pytest.mark.parametrize(("layer", "pixels"), [(nn.Dropout1d, (6,)), (nn.Dropout3d, (2, 3, 4))])
def test_dropout1d_and_dropout3d_drop_whole_channels_too(layer, pixels):
    torch.manual_seed(0)
    dropped = (layer(0.5)(torch.ones(8, 16, *pixels)) == 0).flatten(2).double().mean(dim=2)
    assert set(dropped.unique().tolist()) == {0.0, 1.0}


def test_pixels_that_vanish_together_vary_up_to_nine_times_as_much():
    masks, probability = all_masks(9, 0.5)
    one_by_one = (masks / 0.5).sum(axis=1)
    variance = probability @ (one_by_one - 9) ** 2
    together = 0.5 * (0 - 9) ** 2 + 0.5 * (18 - 9) ** 2
    assert together / variance == pytest.approx(9)


# ---------------------------------------------------------------- doubt


def test_the_deviation_of_pytorch_divides_by_one_less_than_that_of_numpy():
    x = np.array([1.0, 2.0, 6.0])
    assert torch.tensor(x).std().item() == pytest.approx(x.std(ddof=1))
    assert x.std() == pytest.approx(x.std(ddof=1) * math.sqrt(2 / 3))


def test_dropout_layers_alone_can_be_switched_on_again():
    model = nn.Sequential(nn.BatchNorm1d(100), nn.Dropout(0.5)).eval()
    for layer in model:
        if isinstance(layer, nn.Dropout):
            layer.train()
    with torch.no_grad():
        y = model(torch.ones(2, 100))
    assert (y == 0).any()
    assert not model[0].running_mean.any()


def test_softmax_stays_when_a_number_is_subtracted_from_all_scores():
    z = numbers(3, 4)
    assert torch.allclose(z.softmax(-1), (z - 7.0).softmax(-1))


# ---------------------------------------------------------------- SELU, batch normalization


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_alpha_dropout_keeps_mean_0_and_variance_1_exactly(p):
    x = np.array([-1.5, -0.5, 2.0])
    x = (x - x.mean()) / x.std()
    kept, gone = (solution("alpha_dropout")(x, np.full(3, u), p) for u in (0.9999, 0.0))
    values, probability = np.concatenate([kept, gone]), np.repeat([(1 - p) / 3, p / 3], 3)
    assert probability @ values == pytest.approx(0, abs=1e-12)
    assert probability @ values**2 == pytest.approx(1)
    assert gone == pytest.approx(((1 - p) * (1 + p * LOW**2)) ** -0.5 * LOW * (1 - p))


def test_the_factors_through_many_layers_are_those_in_the_text():
    """Through ten layers without scaling, and through fifty with a quarter more variance."""
    assert round((1 / 0.7) ** 10) == 35
    assert round(1.25 ** (50 / 2)) == 265
    assert round(LOW, 3) == -1.758


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_ordinary_dropout_multiplies_the_variance_of_standardized_inputs(p):
    mean, variance = solution("dropout_moments")(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1), p)
    assert variance.item() + mean.item() ** 2 == pytest.approx(1 / (1 - p))


def test_batch_normalization_behind_dropout_remembers_too_much_variance():
    """In evaluation the variance is another."""
    torch.manual_seed(0)
    x = 1 + 0.1 * torch.randn(4000, 1)
    model = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm1d(1, momentum=1.0))
    model(x)
    assert model[1].running_var.item() > 50 * x.var().item()


# ---------------------------------------------------------------- experiments


@pytest.fixture
def said(monkeypatch, capsys):
    """Runs an experiment without keeping its figure; gives what it prints."""

    def run(experiment, *names, **options):
        monkeypatch.setattr(style, "show", lambda figure, alt: print(alt))
        experiment(*map(solution, names), **options)
        return capsys.readouterr().out

    return run


def test_the_slope_is_1_minus_p_without_scaling_and_1_with_it(said):
    text = said(lab.training_against_evaluation, "dropout")
    assert "not scaled: slope 0.70; your dropout: slope 1.00" in text


def trained_on_few(p: float, wrong: float, seeds: Sequence[int] = range(6)) -> tuple[float, float]:
    """Mean accuracy on unseen digits, and the share of the wrong labels that were learned."""
    x, labels, changed = lab.few_digits(seeds, wrong=wrong)
    functions = (solution("dropout"), solution("dropout_backward")) if p else (None, None)
    networks = lab.WithDropout((64, lab.UNITS, lab.UNITS, 10), seeds, *functions, p, (True, True))
    networks.train(x, labels, lab.EPOCHS, lab.RATE)
    learned = (networks.scores(x).argmax(axis=-1) == labels)[changed]
    accuracy = networks.judge(*lab.validation(len(seeds)))[0].mean()
    return float(accuracy), float(learned.mean()) if changed.any() else math.nan


def test_dropout_helps_a_little_on_150_digits(said):
    """Of which nearly all are learned."""
    text = said(lab.overfitting, "dropout", "dropout_backward")
    told = text.split("six networks: ")[1].split("; mean ")
    gains = [float(word) for word in told[0].split(", ")]
    learned = [float(share) for share in re.findall(r"accuracy ([\d.]+)%, on unseen", text.split("What dropout")[0])]
    assert len(learned) == 2 and min(learned) > 99
    assert 0.8 < float(told[1].split(".\n")[0]) < 2.5
    assert min(gains) < 0.5 < max(gains)


def test_with_other_digits_and_starts_dropout_helps_a_little_too():
    """On average."""
    (without, _), (with_dropout, _) = (trained_on_few(p, wrong=0.0, seeds=range(24)) for p in (0.0, 0.5))
    assert 0.003 < with_dropout - without < 0.02


def test_the_accuracy_has_a_broad_top():
    """The gain is larger where labels are wrong."""
    gains = {}
    for wrong in (0.0, 0.2):
        without, *broad = (trained_on_few(p, wrong)[0] for p in (0.0, 0.35, 0.5, 0.65))
        assert np.ptp(broad) < 0.04
        gains[wrong] = np.array(broad) - without
    assert gains[0.2].min() > 0.02
    assert gains[0.2].max() > gains[0.0].max() + 0.01


def test_without_dropout_all_wrong_labels_are_learned():
    """With it about six tenths are."""
    without, all_learned = trained_on_few(0.0, wrong=0.2)
    with_dropout, some_learned = trained_on_few(0.5, wrong=0.2)
    assert all_learned == 1.0
    assert 0.4 < some_learned < 0.8
    assert 0.02 < with_dropout - without < 0.1


def test_with_more_dropout_fewer_wrong_labels_are_learned():
    """With too much the rule is not learned either."""
    good, some_learned = trained_on_few(0.65, wrong=0.2)
    bad, _ = trained_on_few(0.8, wrong=0.2)
    assert 0.15 < some_learned < 0.45
    assert bad < good - 0.1


def test_about_half_of_a_dropped_pixel_can_be_guessed(said):
    """From its neighbours; of a channel nothing can be."""
    text = said(lab.pixels_or_channels, "dropout", "dropout_channels")
    assert "pixels 47%, channels 0%" in text


DOUBT = ("dropout", "dropout_backward", "mc_dropout")


def test_on_their_side_digits_are_taken_for_others(said):
    """MC dropout is less sure, but far too sure."""
    lines = said(lab.rotated_digits, *DOUBT).splitlines()
    right, once, many = (np.array(line.split(": ")[1].split(", "), float) for line in lines[:3])
    at = lab.ANGLES.index(40)
    assert right[at] < 1 / 3 and 0.8 < once[at] < 0.9 and many[at] < once[at] - 0.1
    assert right[0] > many[0] > 0.9
    assert right[-1] < 0.2 and once[-1] > 0.95 and 0.7 < many[-1] < 0.9


def test_mc_dropout_calibrates_without_ranking_better(said):
    """With stronger noise it is too sure."""

    def numbers_of(line: str) -> list[float]:
        return [float(word) for word in line.replace(",", " ").split() if word.replace(".", "").isdigit()]

    once, many = (numbers_of(line) for line in said(lab.answer_only_when_sure, *DOUBT).splitlines()[:2])
    assert once[0] - once[1] > 0.05 > abs(many[0] - many[1])
    assert once[-3:] == pytest.approx(many[-3:], abs=1.5)
    _, stronger = (numbers_of(line) for line in said(lab.answer_only_when_sure, *DOUBT, noise=2.0).splitlines()[:2])
    assert stronger[0] - stronger[1] > 0.1
    _, clean = (numbers_of(line) for line in said(lab.answer_only_when_sure, *DOUBT, noise=0.0).splitlines()[:2])
    assert 0 < clean[1] - clean[0] < 0.05


def test_alpha_dropout_keeps_the_deviation_of_a_deep_selu_network(said):
    """Dropout does not."""
    text = said(lab.through_selu_layers, "dropout", "alpha_dropout")
    assert "alpha_dropout: mean 0.00, deviation 0.99" in text
    assert "layers, dropout: mean 0.21, deviation 1.71" in text


@pytest.mark.parametrize("nonsense", [lambda *arguments: None, lambda *arguments: arguments[0]])
def test_an_experiment_says_in_a_sentence_that_a_kernel_is_not_right_yet(nonsense, capsys):
    nonsense.__name__ = "dropout"
    lab.overfitting(nonsense, solution("dropout_backward"))
    assert "Run its check first" in capsys.readouterr().out


# ---------------------------------------------------------------- the whole experiment


def test_the_whole_experiment_is_that_of_pytorch(capsys):
    cells = {cell["id"]: text_of(cell) for cell in read(Course().source_of(NOTEBOOK))["cells"]}
    names = {"np": np, "lab": of_notebooks}
    names |= {name: solution(name) for name in ("dropout", "dropout_backward")}
    exec(cells["whole-see"], names)
    exec(cells["pytorch-live"], names)
    own, theirs = re.findall(r"minibatch ([\d.]+)", capsys.readouterr().out)
    assert float(own) == pytest.approx(float(theirs), abs=1e-8)
    assert len(cells["whole-see"].splitlines()) <= 25
    assert np.mean(names["read"] == names["y_new"]) > 0.8

"""What the notebook `5_gradient_clipping` says about PyTorch, NumPy and its own experiments."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm

from autograder import lab
from autograder.lab import gradient_clipping
from autograder.lab.cliff import TIME_STEPS, cliff
from tests.solutions import solution


def parameters(*gradients):
    """Float64 parameters with these gradients; None is a parameter without one."""
    found = []
    for gradient in gradients:
        values = [0.0] if gradient is None else gradient
        parameter = torch.nn.Parameter(torch.zeros(len(values), dtype=torch.float64))
        parameter.grad = None if gradient is None else torch.tensor(gradient, dtype=torch.float64)
        found.append(parameter)
    return found


def grads(found):
    return [None if parameter.grad is None else parameter.grad.tolist() for parameter in found]


def clip_globally(gradients, limit):
    factor = min(1.0, limit / (gradient_clipping.norm_of(gradients) + 1e-6))
    return [gradient * np.asarray(factor, gradient.dtype) for gradient in gradients]


def clip_values(gradients, limit):
    return [np.clip(gradient, -limit, limit) for gradient in gradients]


def clip_each(gradients, limit):
    return [clip_globally([gradient], limit)[0] for gradient in gradients]


def angle(one, other):
    return gradient_clipping.angle_between(one, other, solution("cosine_similarity"))


# ---------------------------------------------------------------- PyTorch


def test_both_work_in_place_and_skip_parameters_without_a_gradient():
    found = parameters([3.0, 4.0], None)
    kept = found[0].grad
    clip_grad_norm_(found, 1.0)
    clip_grad_value_(found, 0.7)
    assert found[0].grad is kept
    assert grads(found)[0] == pytest.approx([0.6, 0.7], abs=1e-5)
    assert found[1].grad is None


def test_clip_grad_norm_returns_the_norm_before_clipping():
    assert clip_grad_norm_(parameters([3.0], [4.0]), 1.0).item() == 5


def test_a_norm_of_exactly_max_norm_is_shortened_by_a_millionth():
    found = parameters([3.0], [4.0])
    clip_grad_norm_(found, 5.0)
    assert get_total_norm([parameter.grad for parameter in found]).item() == pytest.approx(4.999999, abs=1e-9)


def test_gradients_below_the_limit_and_zeros_stay_as_they_are():
    found = parameters([3.0, 0.0], [4.0], [0.0])
    clip_grad_norm_(found, 5.1)
    assert grads(found) == [[3, 0], [4], [0]]
    found = parameters([0.0], [0.0])
    clip_grad_norm_(found, 1.0)
    assert grads(found) == [[0], [0]]


def test_a_nan_makes_every_gradient_nan_without_a_word():
    found = parameters([float("nan"), 3.0], [0.6, 0.8])
    assert torch.isnan(clip_grad_norm_(found, 1.0))
    assert all(torch.isnan(parameter.grad).all() for parameter in found)


def test_an_infinite_entry_becomes_nan_and_all_others_zero():
    found = parameters([float("inf"), 3.0], [0.6, 0.8])
    assert torch.isinf(clip_grad_norm_(found, 1.0))
    assert torch.isnan(found[0].grad).tolist() == [True, False]
    assert found[0].grad[1] == 0
    assert grads(found)[1] == [0, 0]


def test_by_value_an_infinite_entry_becomes_the_limit_and_nan_stays():
    found = parameters([float("inf"), float("nan"), -0.5])
    clip_grad_value_(found, 1.0)
    assert grads(found)[0] == pytest.approx([1, float("nan"), -0.5], nan_ok=True)


def test_error_if_nonfinite_raises():
    with pytest.raises(RuntimeError, match="non-finite"):
        clip_grad_norm_(parameters([float("nan")]), 1.0, error_if_nonfinite=True)


@pytest.mark.parametrize("entry", [1e20, 3e19])
def test_large_float32_entries_have_an_infinite_norm_and_become_zero(entry):
    parameter = torch.nn.Parameter(torch.zeros(2))
    parameter.grad = torch.full((2,), entry)
    assert torch.isinf(clip_grad_norm_(parameter, 1.0))
    assert parameter.grad.tolist() == [0, 0]


def test_the_cosine_with_a_zero_gradient_is_zero():
    assert F.cosine_similarity(torch.zeros(3), torch.ones(3), dim=0) == 0


def test_before_backward_and_after_step_clipping_has_no_effect_on_the_step():
    def moved(*order):
        weight = torch.nn.Parameter(torch.tensor([1.0, 1.0]))
        optimizer = torch.optim.SGD([weight], lr=1.0)
        loss = (weight * torch.tensor([30.0, 40.0])).sum()
        steps = {"backward": loss.backward, "clip": lambda: clip_grad_norm_([weight], 1.0), "step": optimizer.step}
        for name in order:
            steps[name]()
        return (weight - 1).norm().item()

    assert moved("backward", "clip", "step") == pytest.approx(1, rel=1e-4)
    assert moved("clip", "backward", "step") == moved("backward", "step", "clip") == pytest.approx(50)


def test_a_common_factor_has_next_to_no_effect_on_adam():
    def after(factor):
        weight = torch.nn.Parameter(torch.zeros(3, dtype=torch.float64))
        optimizer = torch.optim.Adam([weight], lr=0.1)
        for step in range(5):
            weight.grad = factor * torch.tensor([1.0, -2.0, 0.5 * step], dtype=torch.float64)
            optimizer.step()
        return weight.detach().numpy()

    assert after(1e-2) == pytest.approx(after(1.0), rel=1e-4)


def test_momentum_makes_steps_up_to_ten_times_as_long():
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0, momentum=0.9)
    weight.grad = torch.ones(1)
    for _ in range(200):
        before = weight.item()
        optimizer.step()
    assert before - weight.item() == pytest.approx(10, rel=1e-3)


def test_gradients_scaled_for_mixed_precision_are_unscaled_first():
    """Before they are clipped."""

    def clipped_norm(unscale):
        weight = torch.nn.Parameter(torch.zeros(2))
        optimizer = torch.optim.SGD([weight], lr=1.0)
        scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
        scaler.scale((weight * torch.tensor([0.3, 0.4])).sum()).backward()
        if unscale:
            scaler.unscale_(optimizer)
        clip_grad_norm_([weight], 1.0)
        scaler.step(optimizer)
        return weight.detach().norm().item()

    assert clipped_norm(unscale=True) == pytest.approx(0.5)
    assert clipped_norm(unscale=False) == pytest.approx(1 / 1024, rel=1e-3)


def test_an_empty_gradient_adds_nothing_and_has_no_infinity_norm():
    gradients = [torch.zeros(0, 3), torch.tensor([3.0, -4.0])]
    assert get_total_norm(gradients).item() == 5
    with pytest.raises(RuntimeError, match="empty tensor"):
        get_total_norm(gradients, float("inf"))


def test_the_total_norm_clips_nothing_and_shrinks_as_its_type_grows():
    gradients = [torch.tensor([3.0, -4.0]), torch.tensor([[12.0]])]
    norms = [get_total_norm(gradients, norm_type).item() for norm_type in (1.0, 2.0, 8.0, float("inf"))]
    assert norms == sorted(norms, reverse=True)
    assert (norms[0], norms[-1]) == (19, 12)
    assert [gradient.flatten().tolist() for gradient in gradients] == [[3, -4], [12]]


def test_the_minimum_of_python_hides_nan_and_that_of_numpy_does_not():
    assert min(1.0, float("nan")) == 1
    assert np.isnan(np.minimum(1.0, np.nan))


def test_a_norm_type_given_to_numpy_means_another_norm_for_a_matrix():
    matrix = np.array([[3.0, 0.0], [0.0, 4.0]])
    assert np.linalg.norm(matrix, 2) == pytest.approx(4)
    assert np.linalg.norm(matrix) == np.linalg.norm(matrix.ravel(), 2) == pytest.approx(5)


# ---------------------------------------------------------------- directions


def test_by_value_turns_the_example_by_41_degrees_and_by_norm_not_at_all():
    gradient = [np.array([0.9]), np.array([100.0])]
    assert angle(gradient, clip_values(gradient, 1.0)) == pytest.approx(41.5, abs=0.05)
    assert angle(gradient, clip_globally(gradient, 1.0)) == pytest.approx(0, abs=1e-4)


def test_by_value_turns_two_entries_of_length_2_by_15_degrees_at_most():
    angles = np.linspace(0, 2 * np.pi, 3601)
    circle = [[np.array([2 * np.cos(a)]), np.array([2 * np.sin(a)])] for a in angles]
    assert max(angle(g, clip_values(g, 1.0)) for g in circle) == pytest.approx(15.2, abs=0.1)


@pytest.mark.parametrize("entries", [2, 10, 1000])
def test_the_cosine_by_value_comes_down_to_one_over_the_root_of_n(entries):
    """And no lower."""
    worst = [np.array([1e9, *[1.0] * (entries - 1)])]
    cosine = solution("cosine_similarity")
    assert cosine(worst, clip_values(worst, 1.0)) == pytest.approx(entries**-0.5, rel=1e-3)
    rng = np.random.default_rng(0)
    for _ in range(50):
        some = [rng.standard_cauchy(entries)]
        assert cosine(some, clip_values(some, 10.0 ** rng.uniform(-3, 2))) >= entries**-0.5


def test_clipping_can_turn_the_mean_over_batches_round():
    batches = np.array([10.0, *[-1.0] * 9])
    assert batches.mean() == pytest.approx(0.1)
    assert np.clip(batches, -1, 1).mean() == pytest.approx(-0.8)


def test_a_deep_networks_gradient_is_turned_by_55_and_40_degrees():
    """At a tenth of its length."""
    gradients = gradient_clipping.first_gradients("ReLU", 2.0)

    def at_a_tenth(clip):
        limits = np.logspace(-5, 2, 300)
        lengths = [gradient_clipping.norm_of(clip(gradients, limit)) for limit in limits]
        limit = limits[np.searchsorted(lengths, 0.1 * gradient_clipping.norm_of(gradients))]
        return angle(gradients, clip(gradients, limit))

    assert at_a_tenth(clip_values) == pytest.approx(55, abs=3)
    assert at_a_tenth(clip_each) == pytest.approx(40, abs=3)
    assert at_a_tenth(clip_globally) == pytest.approx(0, abs=1e-3)


# ---------------------------------------------------------------- the cliff


def test_the_gradient_of_the_cliff_is_that_of_autograd():
    w, b = torch.tensor([4.0, -1.5], dtype=torch.float64, requires_grad=True)
    x = torch.tensor(0.5, dtype=torch.float64)
    for _ in range(TIME_STEPS):
        x = w * torch.sigmoid(x) + b
    loss = (torch.sigmoid(x) - 0.7) ** 2
    expected = torch.autograd.grad(loss, (w, b))
    found = cliff(4.0, -1.5)
    assert [float(value) for value in found] == pytest.approx([loss.item(), *(g.item() for g in expected)], rel=1e-9)


def test_the_norm_on_the_line_is_small_but_for_a_narrow_spike():
    """Between 0.03 and 0.3 on most of the line, over 100 in the spike."""
    b = np.linspace(-4.2, -1.8, 40_001)
    _, dw, db = cliff(np.full_like(b, gradient_clipping.CUT_AT), b)
    norm = np.hypot(dw, db)
    assert norm.max() > 100
    assert ((norm > 0.03) & (norm < 0.3)).mean() > 0.75
    assert (norm > 10).mean() * 2.4 < 0.01


@pytest.fixture(params=[0.0, 1e-12, -1e-12], ids="start moved by {:g}".format)
def start(request, monkeypatch):
    """The start of the paths, as it is and moved in its last digits: fifty passes through a unit amplify them."""
    w, b = gradient_clipping.START
    monkeypatch.setattr(gradient_clipping, "START", (w * (1 + request.param), b * (1 - request.param)))


def test_on_the_plain_a_step_is_about_a_fiftieth_long():
    path, _, norms = gradient_clipping.descend(None, steps=1)
    assert np.linalg.norm(path[1] - path[0]) == pytest.approx(0.02, abs=0.005)
    assert norms[0] < 0.1


@pytest.mark.usefixtures("start")
def test_without_clipping_one_step_is_2500_long_and_the_run_is_stuck():
    path, losses, norms = gradient_clipping.descend(None)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert norms.max() == pytest.approx(8500, rel=0.01)
    assert 2500 < steps.max() < 2600
    assert steps.max() / 0.03 > 80_000
    assert steps.argmax() == 25
    assert norms[-1] == 0
    assert losses[-1] == pytest.approx(0.09)


@pytest.mark.usefixtures("start")
def test_by_norm_no_step_is_longer_than_rate_times_limit():
    """The loss becomes small."""
    path, losses, _ = gradient_clipping.descend(clip_globally)
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).max() <= 0.03
    assert losses[-20:].mean() < 0.02


@pytest.mark.usefixtures("start")
def test_by_value_the_path_hops_between_two_points_for_ever():
    path, _, _ = gradient_clipping.descend(clip_values)
    assert path[-1] == pytest.approx(path[-3], abs=1e-9)
    assert path[-2] == pytest.approx(path[-4], abs=1e-9)
    assert path[-1][0] == pytest.approx(4.75, abs=0.05)
    gradients = [cliff(*point)[1:] for point in path[-2:]]
    on_the_plain, in_the_valley = sorted([float(g) for g in gradient] for gradient in gradients)
    assert on_the_plain == pytest.approx([-4.635, -7.811], abs=2e-3)
    assert in_the_valley == pytest.approx([0.1055, 0.1311], abs=2e-4)


# ---------------------------------------------------------------- deep networks


def norms(gradients):
    return np.array([gradient_clipping.norm_of([gradient]) for gradient in gradients[:12]])


def test_clipping_changes_nothing_where_gradients_vanish():
    gradients = gradient_clipping.first_gradients("logistic", 1.0)
    assert norms(gradients)[-1] > 1e6 * norms(gradients)[0]
    for clip in (clip_globally, clip_each):
        assert norms(clip(gradients, 1.0)) == pytest.approx(norms(gradients), rel=1e-5)


def test_where_gradients_explode_the_global_norm_shrinks_all_layers():
    """The last ones, too."""
    gradients = gradient_clipping.first_gradients("tanh", 25.0)
    before, after = norms(gradients), norms(clip_globally(gradients, 1.0))
    assert before[0] > 100 * before[-1]
    assert before / after == pytest.approx(np.full(12, before[0] / after[0]))
    assert before[-1] / after[-1] > 100
    assert norms(clip_each(gradients, 1.0)).min() > 0.8


@functools.cache
def trained(limit, rate=0.05):
    """Three runs; without clipping for a limit of infinity."""
    with np.errstate(all="ignore"):
        return [gradient_clipping.train(clip_globally, limit, learning_rate=rate, seed=seed) for seed in (0, 1, 2)]


def accuracy(limit, rate=0.05):
    return np.mean([run.accuracy for run in trained(limit, rate)])


def test_with_clipping_the_deep_network_learns():
    """Without it, it does much worse."""
    clipped, plain = trained(1.0), trained(np.inf)
    for run in clipped:
        assert run.accuracy > 0.85
        assert len(run.norms) == 220
        assert np.mean(np.array(run.norms) > 1) > 0.9
    assert np.mean([run.accuracy for run in plain]) < np.mean([run.accuracy for run in clipped]) - 0.15


def test_in_the_run_that_is_drawn_the_loss_shoots_up_again():
    """Without clipping, after it has come down."""
    (*_, clipped), (*_, plain) = trained(1.0), trained(np.inf)
    assert plain.accuracy < clipped.accuracy - 0.2
    smooth = gradient_clipping.smooth(plain.losses)
    down = int(np.argmax(smooth < 1.7))
    assert 0 < down < 100
    assert np.nanmax(plain.losses[down:]) > np.log(10)


def test_around_the_best_limit_a_factor_of_3_costs_little():
    """A tiny or a large limit costs much."""
    best = accuracy(1.0)
    assert min(accuracy(0.3), accuracy(3.0)) > best - 0.1
    assert accuracy(0.03) < best - 0.3
    assert accuracy(10.0) < best - 0.08


def test_a_limit_above_the_band_acts_in_few_steps():
    for run in trained(10.0):
        assert 0 < np.mean(np.array(run.norms) > 10) < 0.15


def test_with_a_quarter_of_the_learning_rate_the_best_limit_is_larger():
    assert accuracy(3.0, 0.0125) > accuracy(0.3, 0.0125) + 0.1
    assert accuracy(0.3, 0.0125) == pytest.approx(accuracy(0.1), abs=0.2)
    assert accuracy(np.inf, 0.0125) > 0.8


def test_an_experiment_says_in_a_sentence_what_it_cannot_use(capsys):
    lab.square_and_disc(lambda gradients, limit: None, clip_globally)
    lab.norms_by_layer(lambda gradients, limit: ([], 1.0), clip_each)
    lab.angles_in_a_deep_network(clip_values, clip_globally, clip_each, lambda gradients, clipped: None)
    lab.paths_at_the_cliff(clip_values, clip_globally, prediction="long")
    printed = capsys.readouterr().out
    assert printed.count("did not return a list of arrays") == 2
    assert "did not return a number" in printed
    assert "Your prediction should be a number" in printed

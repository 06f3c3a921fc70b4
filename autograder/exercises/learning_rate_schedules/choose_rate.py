"""choose_rate: a learning rate from the losses of a range test."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.sampling import Sampler

TEXTBOOK = """\
def choose_rate(rates, losses):
    average, smoothed = 0.0, []
    for k, loss in enumerate(losses):
        average = 0.9 * average + 0.1 * loss
        now = average / (1 - 0.9 ** (k + 1))
        if not np.isfinite(now) or (smoothed and now > 4 * min(smoothed)):
            break
        smoothed.append(now)
    return rates[smoothed.index(min(smoothed))] / 10
"""
choose_rate = Exercise(
    TEXTBOOK,
    takes="rates, losses: (steps,)",
    pytorch="torch.argmin of the smoothed losses up to the end of the test, computed with torch.optim.swa_utils' "
    "exponential averages",
    source="Smith 2015, https://arxiv.org/abs/1506.01186; fastai, Learner.lr_find",
    handed_out=False,
)
requirement, wrong = choose_rate.requirement, choose_rate.wrong


@choose_rate.pytorch_reference
def reference(rates, losses):
    """All weights of the averages at once: a triangular matrix, in which each row adds up to 1."""
    import torch

    n = len(losses)
    age = torch.arange(n, device=losses.device)[:, None] - torch.arange(n, device=losses.device)
    weights = torch.where(age >= 0, 0.9**age, 0.0).to(losses.dtype)
    bad = ~torch.isfinite(losses)
    smoothed = (weights / weights.sum(dim=1, keepdim=True)) @ torch.where(bad, 0.0, losses)
    lowest = torch.cummin(smoothed, dim=0).values
    over = (bad.cumsum(dim=0) > 0) | (
        torch.cat([torch.zeros(1, dtype=torch.bool, device=bad.device), smoothed[1:] > 4 * lowest[:-1]])
    )
    end = int(torch.nonzero(over)[0]) if over.any() else n
    return rates[torch.argmin(smoothed[:end])] / 10


def growing(steps: int, first: float = 1e-3, factor: float = 1.5) -> np.ndarray:
    """Rates that grow by the same factor at each step."""
    return np.array([float(f"{first * factor**k:.4g}") for k in range(steps)])


def noisy_valley(sample: Sampler, steps: int, lowest: int) -> np.ndarray:
    """Losses that fall to about 0.4 at `lowest` and rise again, with noise."""
    k = np.arange(steps)
    valley = np.where(k <= lowest, 2.3 - 1.9 * k / lowest, 0.4 + 0.3 * (k - lowest))
    return np.round(valley * (1 + sample.uniform(steps, low=-0.15, high=0.15)), 3)


@requirement("a smooth curve", points=1)
def smooth_curve(sample):
    yield case("3 steps, falling", rates=np.array([0.01, 0.1, 1.0]), losses=np.array([3.0, 2.0, 1.0]))
    losses = np.array([2.0, 1.0, 0.5, 0.4, 1.4, 1.5])
    yield case("6 steps", rates=growing(6), losses=losses)
    for _ in sample.repeat(public=1, hidden=3):
        steps = sample.integer(20, 30)
        losses = 1 + np.round(((np.arange(steps) - sample.integer(6, 10)) / 10) ** 2, 3)
        yield case("a parabola", rates=growing(steps), losses=losses)


@requirement("noise", points=2)
def noise(sample):
    """Single losses that are low by chance."""
    losses = np.array([2.0, 0.1, 1.8, 1.4, 1.0, 0.8, 0.6, 0.6, 2.5, 3.5])
    yield case("one low loss, early", rates=growing(10), losses=losses)
    losses = np.array([2.0, 1.8, 9.0, 1.4, 1.2, 1.0, 0.8, 0.6, *[0.4] * 8, 2.0])
    yield case("one high loss, early", rates=growing(17), losses=losses)
    for _ in sample.repeat(public=2, hidden=5):
        steps = sample.integer(30, 40)
        yield case("random", rates=growing(steps), losses=noisy_valley(sample, steps, sample.integer(15, 22)))


@requirement("after the explosion", points=2)
def explosion(sample):
    """What comes after it does not count, however low."""
    nan = np.array([2.0, 1.5, 1.0, 0.8, np.nan, 0.1, 0.1, 0.1])
    yield case("NaN, then low losses", rates=growing(8), losses=nan)
    up = np.array([2.0, 1.0, 0.5, 0.5, 60.0, *[0.0] * 25])
    yield case("60, then a dead network with the loss 0", rates=growing(30, factor=1.2), losses=up)
    slow = np.array([2.0, 1.0, 0.5, 0.5, 4.0, 8.0, 16.0, 16.0, *[0.0] * 40])
    yield case("an explosion in several steps", rates=growing(48, factor=1.1), losses=slow)
    for _ in sample.repeat(public=1, hidden=4):
        steps = sample.integer(14, 18)
        before = noisy_valley(sample, steps, steps - 4)
        burst = sample.choice([np.inf, np.nan, 200.0])
        losses = np.concatenate([before, [burst], np.full(40, 0.001)])
        yield case("random", rates=growing(len(losses), factor=1.1), losses=losses)


@choose_rate.contract(without=["whole numbers"])
def contract(sample):
    return {"rates": np.array([0.1, 0.2, 0.4, 0.8]), "losses": np.array([3.0, 2.0, 1.0, 4.0])}


@wrong({" / 10": ""})
def the_lowest_point_itself():
    """You return the rate of the lowest point. There the loss has stopped falling: take a tenth of it."""


@wrong(
    {"smoothed.index(min(smoothed))": "int(np.argmin(losses[: len(smoothed)]))"}, loses=[smooth_curve, noise, explosion]
)
def not_smoothed():
    """You take the lowest single loss. A minibatch can be easy by chance: smooth the losses first."""


@wrong({"average / (1 - 0.9 ** (k + 1))": "average"}, loses=[smooth_curve, noise, explosion, contract])
def average_not_corrected():
    """Your average begins at 0 and is too small at first, so the first steps look best. Divide by 1 - 0.9^(k + 1)."""


@wrong({" or (smoothed and now > 4 * min(smoothed))": ""}, loses=[explosion])
def goes_on_after_the_explosion():
    """You search the whole curve. Where the smoothed loss exceeds four times its lowest value, the test is over:
    what comes after is a broken network."""


@wrong(
    {"0.9 * average + 0.1 * loss": "0.1 * average + 0.9 * loss", "0.9 ** (k + 1)": "0.1 ** (k + 1)"},
    loses=[smooth_curve, noise, explosion],
)
def weights_exchanged():
    """Your average forgets too fast: the weight of the past is 0.9, that of the new loss 0.1."""


@wrong({"4 * min(smoothed)": "4 * smoothed[-1]"}, loses=[explosion])
def compared_with_the_step_before():
    """You compare with the step before. The test is over where the smoothed loss exceeds four times its *lowest* value
    so far."""


@wrong({"now > 4 * min(smoothed)": "loss > 4 * min(smoothed)"}, loses=[noise])
def ended_by_a_single_loss():
    """Your test ends at a single large loss. Compare the smoothed one with four times its lowest value."""

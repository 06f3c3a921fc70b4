"""performance_schedule: the learning rate multiplied by a factor when the metric has not become better for too long."""

import numpy as np

from autograder.exercises.learning_rate_schedules import sgd
from autograder.exercises.model import Case, Exercise, case, multistep_case, per_step

TEXTBOOK = """\
def performance_schedule(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    if metric < best * (1 - threshold):
        best, bad_epochs = metric, 0
    else:
        bad_epochs = bad_epochs + 1
    if cooldown_left > 0:
        cooldown_left, bad_epochs = cooldown_left - 1, 0
    if bad_epochs > patience:
        learning_rate = max(learning_rate * factor, min_rate)
        cooldown_left, bad_epochs = cooldown, 0
    return learning_rate, best, bad_epochs, cooldown_left
"""
performance_schedule = Exercise(
    TEXTBOOK,
    outputs=("learning_rate", "best", "bad_epochs", "cooldown_left"),
    takes="learning_rate, best: number; bad_epochs, cooldown_left: int >= 0; metric, factor: number; "
    "patience: int >= 0; threshold: number; cooldown: int >= 0; min_rate: number",
    pytorch="torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, ...).step(metric)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html",
)
requirement, wrong = performance_schedule.requirement, performance_schedule.wrong


def epoch(name: str, best: float, bad_epochs: int, metric: float, *, rate=0.1, left=0, **options) -> Case:
    """One epoch: the state before it, and the metric that it ended with."""
    state = {"learning_rate": rate, "best": best, "bad_epochs": bad_epochs, "cooldown_left": left}
    return case(name, **state, metric=metric, **{"factor": 0.5, "patience": 2, **options})


@performance_schedule.pytorch_reference
def reference(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    """ReduceLROnPlateau of PyTorch, put into the given state; eps = 0, so that no change is too small for it."""
    import torch

    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        sgd(learning_rate),
        factor=factor,
        patience=patience,
        threshold=threshold,
        cooldown=cooldown,
        min_lr=min_rate,
        eps=0.0,
    )
    scheduler.best, scheduler.num_bad_epochs, scheduler.cooldown_counter = best, bad_epochs, cooldown_left
    scheduler.step(metric)
    lowered = scheduler.optimizer.param_groups[0]["lr"]
    return lowered, float(scheduler.best), scheduler.num_bad_epochs, scheduler.cooldown_counter


@requirement("counting the bad epochs", points=2)
def counting(sample):
    """Clearly better and clearly worse epochs, below the patience, at it and beyond."""
    yield epoch("better", 1.0, 1, 0.5)
    yield epoch("worse, the first bad epoch", 1.0, 0, 1.5)
    yield epoch("worse, as many bad epochs as patience allows", 1.0, 1, 1.5)
    yield epoch("worse, one more than patience allows", 1.0, 2, 1.5)
    yield epoch("the very first epoch, no patience", np.inf, 0, 2.5, factor=0.5, patience=0)
    yield epoch("worse, no patience", 1.0, 0, 1.5, rate=0.4, factor=0.25, patience=0)
    yield epoch("worse, no patience, a tiny rate", 1.0, 0, 1.5, rate=1e-8, factor=0.5, patience=0)
    for _ in sample.repeat(public=1, hidden=4):
        rate, factor, patience = sample.number(0.01, 1.0), sample.number(0.2, 0.8), sample.integer(1, 5)
        best = sample.number(1.0, 2.0)
        for bad, metric in ((patience, best + 0.3), (patience - 1, best + 0.7), (patience - 1, best - 0.5)):
            yield epoch("random", best, bad, metric, rate=rate, factor=factor, patience=patience)


@requirement("what counts as better", points=2)
def better(sample):
    """Where better ends: constant, large, small and negative metrics, and NaN."""
    yield epoch("the same as the best", 0.7, 0, 0.7)
    yield epoch("large metric, a little smaller", 1000.0, 0, 999.95)
    yield epoch("large metric, smaller by enough", 1000.0, 0, 999.85)
    yield epoch("small metric, smaller by a tenth", 0.0002, 0, 0.00018)
    yield epoch("threshold = 0.5, exactly half", 2.0, 0, 1.0, threshold=0.5)
    yield epoch("negative metric, the same as the best", -1.0, 0, -1.0, threshold=0.01)
    yield epoch("NaN", 0.7, 0, np.nan)
    yield epoch("NaN in the very first epoch", np.inf, 0, np.nan)
    for _ in sample.repeat(public=1, hidden=4):
        best, threshold = sample.number(0.5, 900.0), sample.choice([0.001, 0.01, 0.1])
        for share in (0.5, 1.5, -0.5):
            yield epoch("random", best, 0, best * (1 - share * threshold), threshold=threshold)


@requirement("cooldown", points=1)
def cooldown_cases(sample):
    """A cut starts the cooldown; while it lasts, bad epochs are not counted."""
    yield epoch("a cut starts the cooldown", 1.0, 2, 1.5, threshold=1e-4, cooldown=3)
    yield epoch("worse, during the cooldown", 1.0, 0, 1.5, left=3, threshold=1e-4, cooldown=3)
    yield epoch("worse, the last epoch of the cooldown", 1.0, 0, 1.5, left=1, threshold=1e-4, cooldown=3)
    yield epoch("better, during the cooldown", 1.0, 0, 0.5, left=2, threshold=1e-4, cooldown=3)
    yield epoch("worse, during the cooldown, no patience", 1.0, 0, 1.5, left=2, patience=0, cooldown=3)
    for _ in sample.repeat(public=1, hidden=4):
        best, cooldown, patience = sample.number(1.0, 2.0), sample.integer(2, 5), sample.integer(1, 4)
        options = {"factor": sample.number(0.2, 0.8), "patience": patience, "threshold": 1e-4, "cooldown": cooldown}
        left = sample.integer(1, cooldown)
        yield epoch("random, a cut", best, patience, best + 0.4, rate=sample.number(0.01, 1.0), **options)
        yield epoch("random, during the cooldown", best, 0, best + 0.4, left=left, **options)


@requirement("min_rate", points=1)
def floor(sample):
    options = {"factor": 0.5, "patience": 1, "threshold": 1e-4, "cooldown": 0}
    yield epoch("halving would be below it", 1.0, 1, 1.5, rate=0.1, **options, min_rate=0.08)
    yield epoch("already there", 1.0, 1, 1.5, rate=0.08, **options, min_rate=0.08)
    yield epoch("already there, a cooldown", 1.0, 1, 1.5, rate=0.08, **{**options, "cooldown": 3}, min_rate=0.08)
    for _ in sample.repeat(public=1, hidden=4):
        rate = sample.number(0.1, 1.0)
        smallest = round(rate * sample.number(0.6, 0.95), 4)
        yield epoch("random", 1.0, 1, sample.number(1.1, 2.0), rate=rate, **options, min_rate=smallest)


@requirement("over many epochs", points=1)
def many(sample):
    start = {"learning_rate": 0.8, "best": np.inf, "bad_epochs": 0, "cooldown_left": 0}
    yield multistep_case("4 epochs", **start, metric=per_step([1.0, 0.7, 0.9, 0.8]), factor=0.5, patience=1)
    for _ in sample.repeat(public=1, hidden=4):
        falling = 0.3 + 2.0 * np.exp(-np.arange(30) / sample.number(2.0, 6.0))
        no_two_alike = 0.0003 * np.arange(30)
        metrics = np.round(falling + 0.2 * np.abs(sample.normal(30)), 2) + no_two_alike
        options = {"factor": sample.choice([0.5, 0.3]), "patience": sample.integer(1, 3)}
        yield multistep_case("30 epochs", **start, metric=per_step(metrics.tolist()), **options)


@wrong({"if bad_epochs > patience": "elif bad_epochs > 0 and bad_epochs >= patience"}, loses=[counting, many])
def one_epoch_early():
    """You lower the rate one epoch too soon: patience is the number of bad epochs that are tolerated. The cut comes
    when the count is larger than it."""


@wrong({"bad_epochs = bad_epochs + 1": "best, bad_epochs = metric, bad_epochs + 1"})
def compared_with_the_epoch_before():
    """You keep the last metric instead of the best one: a worse epoch makes the next comparison easier. `best`
    changes only when the metric is better."""


@wrong({"threshold)": "threshold) or metric == best"}, loses=[better])
def the_same_counts_as_better():
    """A metric that stays exactly the same counts as better in your function. PyTorch's docstring says so, too; its
    code counts it as a bad epoch."""


@wrong({" * (1 - threshold)": ""}, loses=[better])
def threshold_forgotten():
    """You count every decrease as better, however small. It must be below best * (1 - threshold)."""


@wrong({"* (1 - threshold)": "- threshold"}, loses=[better])
def threshold_subtracted():
    """Your threshold is an amount. Here it is a share of the best metric: with 1000 it takes 0.1, with 0.001 a
    ten-millionth."""


@wrong({"if metric": "if best == np.inf or metric", "* (1 - threshold": "- threshold * abs(best"}, loses=[better])
def size_of_a_negative_metric():
    """For negative metrics you do what one would wish for; PyTorch computes best * (1 - threshold) all the same,
    which is then larger than best."""


@wrong({"metric < best * (1": "not metric >= best * (1"}, loses=[better])
def nan_counts_as_better():
    """NaN becomes the best metric, and nothing is ever better than NaN. Every comparison with NaN is False: ask
    whether the metric is better, and let `else` be the bad epochs."""


@wrong(
    {
        "if cooldown_left > 0:\n        cooldown_left, bad_epochs = cooldown_left - 1, 0\n    ": "",
        "cooldown_left, bad_epochs = cooldown, 0": "bad_epochs = 0",
    },
    loses=[cooldown_cases, floor],
)
def cooldown_forgotten():
    """The cooldown is not used: a cut sets cooldown_left to cooldown; each epoch that finds it above 0 takes one off
    and sets the count of bad epochs to 0."""


@wrong({"= cooldown, 0": "= max(cooldown - 1, 0), 0"}, loses=[cooldown_cases, floor])
def cooldown_one_epoch_short():
    """The epoch of the cut takes one off its own cooldown. Look after the cooldown first, then decide about a cut."""


@wrong({"cooldown_left > 0": "cooldown_left > 0 and bad_epochs <= patience"}, loses=[cooldown_cases])
def cut_before_the_cooldown():
    """With patience 0 you cut again during the cooldown: rule 2 comes before rule 3 and sets the count of bad epochs
    to 0."""


@wrong({"learning_rate * factor": "learning_rate / factor"}, keeps=[better])
def divides_by_the_factor():
    """You divide by `factor`, which is below 1: your learning rate grows. PyTorch multiplies."""


@wrong({"max(learning_rate * factor, min_rate)": "learning_rate * factor"}, loses=[floor])
def smallest_rate_forgotten():
    """The learning rate falls below min_rate."""


@wrong({"cooldown_left, bad_epochs = cooldown, 0": "cooldown_left = cooldown"}, keeps=[better])
def count_goes_on_after_a_cut():
    """After a cut the count of bad epochs starts again from 0. Yours goes on, so the next bad epoch cuts again."""


@wrong({"best, bad_epochs = metric, 0": "best = metric"}, loses=[counting, many])
def count_goes_on_after_a_better_epoch():
    """After a better epoch the count of bad epochs starts again from 0: patience is about bad epochs in a row."""

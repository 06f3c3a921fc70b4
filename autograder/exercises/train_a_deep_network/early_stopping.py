"""early_stopping: the epoch after which training stops, and the epoch whose parameters are kept."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.sampling import Sampler

TEXTBOOK = """\
def early_stopping(losses, patience):
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, best_epoch = loss, epoch
        if epoch - best_epoch == patience:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch
"""
early_stopping = Exercise(
    TEXTBOOK,
    outputs=("stop_epoch", "best_epoch"),
    takes="losses: (E,); patience: int >= 1",
    pytorch="torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=patience - 1, threshold=0.0)",
    source="Prechelt 1998, Early Stopping - But When?",
)
requirement, wrong = early_stopping.requirement, early_stopping.wrong


def falling_then_rising(sample: Sampler, down: int, up: int) -> np.ndarray:
    """Losses that fall for `down` epochs and then stay above the lowest for `up` epochs, not monotonously."""
    falling = 2.0 - 0.2 * np.arange(down) - sample.uniform(down, high=0.1)
    return np.round(np.concatenate([falling, falling[-1] + sample.uniform(up, low=0.05, high=0.6)]), 3)


@early_stopping.pytorch_reference
def reference(losses, patience):
    """ReduceLROnPlateau of PyTorch: it lowers the learning rate where early stopping stops."""
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=patience - 1, threshold=0.0, threshold_mode="abs"
    )
    best_epoch = 0
    for epoch, loss in enumerate(losses.tolist()):
        best = scheduler.best
        scheduler.step(loss)
        if scheduler.best < best:
            best_epoch = epoch
        if optimizer.param_groups[0]["lr"] < 1.0:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


@requirement("stops, and names the best epoch", points=3)
def stops(sample):
    """Losses that stop falling. What comes after the stop is better still."""
    yield case("patience 2", losses=np.array([3.0, 1.0, 2.0, 4.0, 0.5]), patience=2)
    yield case("a better one in time", losses=np.array([5.0, 4.0, 4.5, 3.0, 3.5, 3.25, 3.125, 1.0]), patience=3)
    yield case("patience 1", losses=np.array([3.0, 2.0, 2.5, 1.0]), patience=1)
    for _ in sample.repeat(public=3, hidden=8):
        patience = sample.integer(2, 5)
        first = falling_then_rising(sample, sample.integer(2, 5), patience - 1)
        second = falling_then_rising(sample, sample.integer(2, 5), patience + 2) - 2.0
        losses = np.round(np.concatenate([first, second, [-9.0]]), 3)
        yield case("random, a pause before the lowest", losses=losses, patience=patience)


@requirement("nothing to stop", points=1)
def runs_out(sample):
    yield case("still falling", losses=np.array([3.0, 2.0, 1.0]), patience=2)
    yield case("not patient for long enough", losses=np.array([3.0, 1.0, 2.0, 4.0]), patience=3)
    yield case("one epoch", losses=np.array([0.7, 0.6]), patience=1)
    for _ in sample.repeat(public=1, hidden=4):
        patience = sample.integer(4, 6)
        losses = falling_then_rising(sample, sample.integer(2, 5), sample.integer(1, patience - 1))
        yield case("random", losses=losses, patience=patience)


@requirement("equal losses and NaN", points=0.5, kind="edges")
def ties(sample):
    """An equal loss is no better one, and neither is one that is no number, be it the first."""
    yield case("equal losses", losses=np.array([2.0, 1.0, 1.0, 1.0, 0.5]), patience=2)
    yield case("a NaN on the way", losses=np.array([2.0, 1.0, np.nan, 0.5, 0.7, 0.8, 0.1]), patience=2)
    yield case("NaN in the first epoch", losses=np.array([np.nan, 2.0, 1.0, 3.0, 4.0]), patience=2)
    yield case("NaN for good", losses=np.array([2.0, 1.0, np.nan, np.nan, np.nan, np.nan]), patience=3)
    for _ in sample.repeat(public=1, hidden=3):
        losses = falling_then_rising(sample, sample.integer(2, 5), 5)
        losses[-4] = losses[-6]
        losses[-2] = np.nan
        yield case("random, one equal and one NaN", losses=losses, patience=4)


@early_stopping.contract(points=0.5, without=["float32, random"])
def contract(sample):
    return {"losses": np.array([3.0, 1.0, 2.0, 4.0, 0.0]), "patience": 2}


@wrong({"== patience": "== patience + 1"}, keeps=[runs_out])
def one_epoch_late():
    """You stop one epoch late: after `patience` epochs in a row without a new best it is over."""


@wrong({"epoch - best_epoch == patience": "epoch > best_epoch"})
def not_patient():
    """You stop at the first epoch that is no better. The losses go up and down: wait for `patience` of them in a
    row."""


@wrong(
    {
        "best, best_epoch = np.inf, 0": "best, best_epoch, bad = np.inf, 0, 0",
        "if epoch - best_epoch": "bad = 0 if epoch == 0 or loss < losses[epoch - 1] else bad + 1\n        if bad",
    },
    loses=[stops, ties],
)
def compared_with_the_epoch_before():
    """You compare each loss with the one before. A loss that falls a little after a rise is still no new best."""


@wrong(
    {
        "best, best_epoch = np.inf": "best, best_epoch, bad = np.inf, 0",
        "if epoch - best_epoch": "else:\n            bad += 1\n        if bad",
    },
    loses=[stops, ties],
)
def bad_epochs_never_forgotten():
    """Your count of epochs without improvement goes on after a new best. It has to begin again from 0."""


@wrong(
    {"epoch, best_epoch\n": "epoch, int(np.nanargmin(losses))\n", "- 1, best_epoch": "- 1, int(np.nanargmin(losses))"},
    keeps=[runs_out],
)
def best_of_all_epochs():
    """Your best epoch lies after the stop. Those epochs were never trained: look only at what came before."""


@wrong({"loss <": "loss <="}, loses=[ties])
def equal_is_better():
    """You count an equal loss as a new best. Only a lower one is."""


@wrong({"loss < best": "not loss >= best"}, loses=[ties])
def no_number_is_better():
    """A NaN is neither below nor above anything: `loss >= best` is False for it, and your other branch takes it for
    a new best. Ask whether it is lower."""


@wrong({"enumerate(losses)": "enumerate(losses, 1)", "len(losses) - 1": "len(losses)"})
def counted_from_1():
    """Epochs are counted from 0 here."""


@wrong({"epoch, best_epoch\n": "epoch, best\n", "- 1, best_epoch": "- 1, best"})
def best_loss_instead_of_its_epoch():
    """You return the lowest loss. Asked for is its epoch, so that the parameters can be found again."""


@wrong({"    best, best_epoch = np": "    losses[losses > 3] = 1e9\n    best, best_epoch = np"}, loses=[contract])
def losses_mended_in_place():
    """You write into the losses that you were given. Work on a copy."""

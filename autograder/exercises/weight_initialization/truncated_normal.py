"""truncated_normal: normal numbers without their tails: what lies outside is drawn again."""

import numpy as np

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def truncated_normal(candidates, std, cut=2.0):
    weights = candidates[0]
    for draws in candidates[1:]:
        weights = np.where(np.abs(weights) > cut, draws, weights)
    return weights * std
"""
truncated_normal = Exercise(
    TEXTBOOK,
    takes="candidates: (tries, *); std, cut: number",
    pytorch="torch.nn.init.trunc_normal_(w, std=std, a=-cut * std, b=cut * std), with the same draws",
    source="PyTorch 2.13, torch/nn/init.py, _no_grad_trunc_normal_ (rejection sampling)",
)
requirement, wrong = truncated_normal.requirement, truncated_normal.wrong


def candidates_for(sample, cut, *shape):
    """Four to nine tries for an array of this shape: many outside the cut, none at it, the last ones all inside."""
    tries = sample.normal(sample.integer(4, 9), *shape, scale=1.5 * cut)
    tries[-1] = np.round(sample.uniform(*shape, low=-0.95, high=0.95) * cut, 3)
    tries[np.abs(tries) == cut] += 0.25
    return tries


@truncated_normal.pytorch_reference
def reference(candidates, std, cut=2.0):
    """What `torch.nn.init.trunc_normal_` does, with its draws given: what lies outside is replaced by the next try."""
    import torch

    found = candidates[0]
    for further in candidates[1:]:
        found = torch.where(found.abs() > cut, further, found)
    return found * std


@requirement("redrawn until inside", points=3)
def usual(sample):
    """A cut of 2 standard deviations: nothing to redraw, one redraw, several; a draw of exactly 0."""
    yield case("one redraw", candidates=np.array([[3.0, 1.0], [-1.0, 0.5]]), std=0.5, cut=2.0)
    several = np.array([[3.0, 1.0, -2.5], [-4.0, 0.2, 1.5], [1.8, 1.2, 1.0]])
    yield case("two redraws for the first number", candidates=several, std=0.5, cut=2.0)
    yield case("a single try, all inside", candidates=np.array([[1.0, -1.5, 0.2]]), std=0.5, cut=2.0)
    yield case("the first draw is 0", candidates=np.array([[0.0, 3.0], [1.0, 0.0], [-1.0, 1.0]]), std=0.5, cut=2.0)
    five = np.array([[3.0], [-2.5], [2.1], [4.0], [-6.0], [0.5]])
    yield case("five redraws", candidates=five, std=0.5, cut=2.0)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random tries", candidates=candidates_for(sample, 2.0, sample.integer(8, 12)), std=0.5, cut=2.0)


@requirement("other cuts and deviations", points=2)
def other_cuts(sample):
    """Cuts below and above 2, other standard deviations; and the default."""
    tries = np.array([[1.2, 0.4, -3.5], [-1.1, 0.2, 2.5], [0.7, 0.6, 0.9]])
    yield case("cut = 1, std = 2", candidates=tries, std=2.0, cut=1.0)
    yield case("cut = 3, std = 0.02", candidates=tries, std=0.02, cut=3.0)
    yield case("cut left out", candidates=np.array([[-3.0, 1.5], [2.5, 0.2], [1.0, 0.1]]), std=0.1)
    for _ in sample.repeat(public=2, hidden=5):
        cut = sample.choice((0.5, 1.25, 1.75))
        tries = candidates_for(sample, cut, sample.integer(8, 12))
        yield case("random tries", candidates=tries, std=sample.number(0.01, 0.4), cut=cut)


@requirement("exactly at the cut", points=0.5, kind="edges")
def at_the_cut(sample):
    """A draw that lies exactly at the cut is kept."""
    yield case("at +2 and at -2", candidates=np.array([[2.0, -2.0], [1.0, 1.0]]), std=0.5, cut=2.0)
    for _ in sample.repeat(public=1, hidden=3):
        tries = np.clip(sample.normal(3, 7), -1.9, 1.9)
        tries[0, sample.integer(0, 3)], tries[0, sample.integer(4, 6)] = 2.0, -2.0
        yield case("random tries, two of them at the cut", candidates=tries, std=0.5, cut=2.0)


def whole_tries(sample):
    yield case("whole numbers", candidates=np.array([[3, 1, -1], [-5, 0, 1], [1, 1, 0]]), std=0.5, cut=2.0)


@truncated_normal.contract(points=0.5, without=["whole numbers", "no entries"], more=whole_tries)
def contract(sample, shape):
    return {"candidates": candidates_for(sample, 2.0, *shape)[-5:], "std": 0.5, "cut": 2.0}


@wrong({"np.where(np.abs(weights) > cut, draws, weights)": "np.clip(weights, -cut, cut)"}, keeps=[at_the_cut])
def clipped():
    """You clip: every draw outside lands exactly on the bound, so there are heaps of equal weights at both ends. It
    has to be drawn again: take the next try at the same position."""


@wrong({"candidates[1:]": "candidates[1:2]"}, keeps=[at_the_cut])
def redrawn_once():
    """You draw again once, but the second draw may lie outside, too. Go on until one is inside."""


@wrong({"np.abs(weights)": "weights"}, keeps=[at_the_cut])
def upper_side_only():
    """You cut off the upper tail only: -3 is outside, too. The condition is about |draw|."""


@wrong(keeps=[at_the_cut])
def cut_as_bound(candidates, std, cut=2.0):
    """You compare the scaled draws with cut. In this exercise cut counts standard deviations: compare before you
    multiply by std. (PyTorch's a and b are bounds for the scaled numbers, which is a trap of its own.)"""
    first = np.argmax(np.abs(candidates * std) <= cut, axis=0)
    return np.take_along_axis(candidates, first[None], axis=0)[0] * std


@wrong({"np.abs(weights) > cut": "np.abs(draws) <= cut"})
def last_inside():
    """You take the last draw inside the cut at each position. The first one is accepted; later ones are not looked
    at."""


@wrong(keeps=[at_the_cut])
def one_stream_for_all(candidates, std, cut=2.0):
    """You take all accepted draws as one stream. The distribution is the same, but here each position has tries of
    its own: column by column, the first that is inside."""
    accepted = candidates[np.abs(candidates) <= cut]
    return accepted[: candidates[0].size].reshape(candidates.shape[1:]) * std


@wrong({"weights * std": "weights * std / 0.87962566103423978"})
def deviation_restored():
    """You divide by 0.8796 to restore the standard deviation, as Keras does. PyTorch does not, and nor does this
    exercise: std is that of the normal distribution before its tails are cut."""


@wrong({"> cut": ">= cut"}, loses=[at_the_cut])
def cut_excluded():
    """A draw that lies exactly at the cut is drawn again with you. It is kept."""


@wrong({"> cut": "> 2"}, loses=[other_cuts])
def always_at_two():
    """You cut at 2 whatever cut is. 2 is only the default: use the parameter."""


@wrong({"return": "return np.zeros(weights.shape) +"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong({"weights = np.where": "weights[...] = np.where"}, loses=[contract])
def first_try_overwritten():
    """The first try in `candidates` has been changed: something writes into it in place. Make a new array."""

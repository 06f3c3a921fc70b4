"""permutation_test: how often chance alone spreads the means of several methods at least as far as they were found."""

import numpy as np

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def permutation_test(scores, shuffles):
    def spread(table):
        means = np.mean(table, axis=1)
        return np.max(means) - np.min(means)
    shuffled = np.array([spread(np.take_along_axis(scores, order, axis=0)) for order in shuffles])
    return np.mean(shuffled > spread(scores) - 1e-6)
"""
permutation_test = Exercise(
    TEXTBOOK,
    outputs=("share",),
    takes="scores: (M, S); shuffles: (N, M, S) of int",
    pytorch="torch.gather(scores, 0, order).mean(dim=1) for each shuffle, its amax minus its amin, and their share",
    source="Good 2005, Permutation, Parametric, and Bootstrap Tests of Hypotheses, chapter 3",
)
requirement, wrong = permutation_test.requirement, permutation_test.wrong


@permutation_test.pytorch_reference
def reference(scores, shuffles):
    """All shuffles at once: the scores gathered by `shuffles`, the means over the seeds, and their range."""
    import torch

    orders = shuffles.long()
    means = torch.gather(scores.double().expand(orders.shape), 1, orders).mean(dim=2)
    ranges = means.amax(dim=1) - means.amin(dim=1)
    found = scores.double().mean(dim=1)
    return (ranges > found.max() - found.min() - 1e-6).double().mean()


def orders(sample, count, methods, seeds):
    """So many shuffles of the methods, each seed for itself."""
    return np.argsort(sample.uniform(count, methods, seeds), axis=1)


def accuracies(sample, methods, seeds, better=0.0):
    """Scores in thousandths, of which those of the last method are `better`."""
    scores = np.round(0.9 + 0.02 * sample.normal(methods, seeds), 3)
    scores[-1] += better
    return np.round(scores, 3)


def without_equal_spreads(name, scores, shuffles):
    """A case of those shuffles after which the spread is another one. Equal ones have a requirement of their own."""
    means = np.take_along_axis(scores[None], shuffles, axis=1).mean(axis=2)
    found = np.ptp(scores.mean(axis=1))
    return case(name, scores=scores, shuffles=shuffles[np.abs(np.ptp(means, axis=1) - found) > 1e-4])


SWAPPED = np.array([[[0, 0], [1, 1]], [[1, 0], [0, 1]], [[0, 1], [1, 0]], [[1, 1], [0, 0]]])
"""All four ways to exchange two methods, or not, in two seeds."""
IN_ONE_SEED = np.array([[[1, 0, 0], [0, 1, 1]], [[0, 0, 1], [1, 1, 0]]])
"""Two methods exchanged in the first of three seeds, and in the last."""
OF_THREE = np.array([[[0, 2], [1, 0], [2, 1]], [[0, 1], [2, 2], [1, 0]]])
"""Two shuffles of three methods in two seeds: one that parts the means, one that brings them together."""


@requirement("two methods", points=3)
def two_methods(sample):
    yield case("exchanged in one seed", scores=np.array([[1.0, 5.0], [2.0, 3.0]]), shuffles=SWAPPED[1:2])
    yield case("two shuffles", scores=np.array([[1.0, 2.0, 6.0], [2.0, 4.0, 5.0]]), shuffles=IN_ONE_SEED)
    yield case("the better one first", scores=np.array([[4.0, 9.0], [2.0, 3.0]]), shuffles=SWAPPED[1:3])
    for _ in sample.repeat(public=2, hidden=5):
        seeds = sample.integer(3, 6)
        scores = accuracies(sample, 2, seeds, 0.02)
        yield without_equal_spreads("random", scores, orders(sample, 40, 2, seeds))


@requirement("several methods", points=3)
def several_methods(sample):
    yield case("three methods, two shuffles", scores=np.array([[1.0, 3.0], [2.0, 5.0], [4.0, 1.0]]), shuffles=OF_THREE)
    yield without_equal_spreads("three methods, three seeds", accuracies(sample, 3, 3), orders(sample, 10, 3, 3))
    for _ in sample.repeat(public=2, hidden=5):
        methods, seeds = sample.integer(3, 6), sample.integer(3, 6)
        scores = accuracies(sample, methods, seeds, sample.choice([0.0, 0.02]))
        yield without_equal_spreads("random", scores, orders(sample, 60, methods, seeds))


@requirement("equal spreads", points=1)
def equal_spreads(sample):
    """A shuffle that spreads the means exactly as far counts, rounding or not."""
    yield case("nothing exchanged", scores=np.array([[1.0, 3.0], [2.0, 5.0]]), shuffles=SWAPPED[:1])
    yield case("all four shuffles", scores=np.array([[1.0, 3.0], [2.0, 5.0]]), shuffles=SWAPPED)
    scores = np.array([[0.1, 0.2, 0.3], [0.7, 0.6, 0.5]])
    both = np.array([[[0, 0, 0], [1, 1, 1]], [[1, 1, 1], [0, 0, 0]], [[0, 1, 0], [1, 0, 1]]])
    yield case("both methods exchanged in every seed", scores=scores, shuffles=both)
    yield case("all scores alike", scores=np.full((3, 2), 0.3), shuffles=orders(sample, 4, 3, 2))
    for _ in sample.repeat(public=1, hidden=3):
        seeds = sample.integer(2, 3)
        yield case("random", scores=accuracies(sample, 2, seeds, 0.1), shuffles=orders(sample, 40, 2, seeds))


@permutation_test.contract(fixed=["shuffles"], without=["float32, random"])
def contract(sample):
    return {"scores": np.array([[1.0, 2.0, 6.0], [2.0, 4.0, 5.0]]), "shuffles": IN_ONE_SEED}


@wrong({"shuffled > spread": "shuffled < spread"}, keeps=[contract])
def closer_ones_counted():
    """You count the shuffles that spread the means less far. Asked for is how often chance does at least as much."""


@wrong({"spread(scores) - 1e-6": "spread(scores) + 1e-6"}, loses=[equal_spreads])
def equal_ones_left_out():
    """You leave out the shuffles that spread the means exactly as far as they were found. "At least as far" includes
    them."""


@wrong({"axis=1": "axis=0"})
def means_over_the_methods():
    """You take the means over the methods. Each method has one mean: over its seeds, axis 1."""


@wrong({"np.mean(shuffled": "np.sum(shuffled"})
def counted():
    """You return how many shuffles there are. Asked for is their share, from 0 to 1."""


@wrong({"np.max(means) - np.min(means)": "means[-1] - means[0]"}, keeps=[contract])
def last_minus_first():
    """You take the last mean minus the first. Which of them is the largest is not known beforehand, and in a shuffle
    it is another one: the spread is the largest minus the smallest."""


@wrong({"np.max(means) - np.min(means)": "np.std(means)"}, loses=[several_methods])
def standard_deviation_of_the_means():
    """Your spread is a standard deviation. Asked for is the largest mean minus the smallest."""


@wrong({"np.max(means) - np.min(means)": "np.max(means)"}, loses=[several_methods])
def largest_mean_only():
    """You compare the largest mean alone. The spread is the largest minus the smallest."""

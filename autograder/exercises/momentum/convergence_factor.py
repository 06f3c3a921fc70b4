"""convergence_factor: the factor by which gradient descent shrinks the slowest direction of a bowl at every step."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.momentum import sgd
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def convergence_factor(curvatures, learning_rate):
    return np.max(np.abs(1 - learning_rate * curvatures))
"""

convergence_factor = Exercise(
    TEXTBOOK,
    outputs=("factor",),
    summary="the factor by which gradient descent shrinks the slowest direction of a bowl at every step",
    pytorch="torch.optim.SGD on the loss (curvatures * theta**2).sum() / 2: the largest |theta| after a step from ones",
    source="https://distill.pub/2017/momentum/",
)
requirement, wrong = convergence_factor.requirement, convergence_factor.wrong


@convergence_factor.pytorch_reference
def reference(curvatures, learning_rate):
    """One step of SGD on the bowl from 1 in every direction, the gradient by autograd: the largest |theta| after it."""
    import torch

    theta = torch.ones_like(curvatures).requires_grad_()
    loss = (curvatures * theta**2).sum() / 2
    (gradient,) = torch.autograd.grad(loss, theta)
    return sgd(theta.detach(), gradient, lr=learning_rate)[0].abs().max()


@requirement("small learning rates", points=1)
def values(sample):
    """Small learning rates: the flattest direction is the slowest."""
    yield case("curvatures 1 and 4", curvatures=np.array([1.0, 4.0]), learning_rate=0.1)
    yield case("the flattest in the middle", curvatures=np.array([6.0, 0.5, 3.0, 2.0]), learning_rate=0.15)
    yield case("one curvature", curvatures=np.array([2.5]), learning_rate=0.3)
    for _ in sample.repeat(public=2, hidden=6):
        curvatures = np.round(sample.uniform(sample.integer(3, 9), low=0.5, high=8.0), 3)
        yield case("random, small learning rate", curvatures=curvatures, learning_rate=sample.number(0.03, 0.11))


@requirement("large learning rates", points=2)
def steep(sample):
    """Large learning rates: the steepest direction overshoots, by more than its own distance or by less."""
    yield case("overshooting", curvatures=np.array([1.0, 4.0]), learning_rate=0.45)
    yield case("overshooting in every direction", curvatures=np.array([3.0, 3.5]), learning_rate=0.5)
    yield case("diverging", curvatures=np.array([5.0, 1.0, 2.0]), learning_rate=0.6)
    yield case("exactly at the limit", curvatures=np.array([0.5, 4.0]), learning_rate=0.5)
    for _ in sample.repeat(public=2, hidden=6):
        curvatures = np.round(sample.uniform(sample.integer(3, 9), low=1.0, high=6.0), 3)
        curvatures[sample.integer(0, 2)] = 7.0
        yield case("random, large learning rate", curvatures=curvatures, learning_rate=sample.number(0.26, 0.6))


@requirement("directions that are flat or lead down", points=1)
def no_bowl(sample):
    """Directions without curvature, and directions in which it is negative."""
    yield case("a flat direction", curvatures=np.array([0.0, 2.0]), learning_rate=0.3)
    yield case("a saddle", curvatures=np.array([2.0, -1.0]), learning_rate=0.3)
    for _ in sample.repeat(public=1, hidden=3):
        curvatures = sample.normal(sample.integer(3, 7), scale=2.0)
        curvatures[0] = -1.5
        yield case("random, of either sign", curvatures=curvatures, learning_rate=sample.number(0.05, 0.2))


@requirement("any shape, memory order and dtype", points=1)
def any_cases(sample):
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    yield case("float32", curvatures=np.array([1.5, 3.0], dtype="float32"), learning_rate=0.1)
    yield case("whole numbers", curvatures=np.array([2, 5]), learning_rate=0.1)
    curvatures = np.round(sample.uniform(3, 4, low=0.5, high=4.0), 3)
    yield case("Fortran order", curvatures=np.asfortranarray(curvatures), learning_rate=0.1)
    yield case("every second entry of a larger array", curvatures=strided(curvatures[:, :3]), learning_rate=0.1)
    for _ in sample.repeat(public=1, hidden=3):
        curvatures = sample.uniform(*sample.shape(3, largest=5), low=0.5, high=5.0, dtype="float32")
        yield case("float32, three dimensions", curvatures=curvatures, learning_rate=0.1)


@wrong({"max(np.": "", "*": "* np.max("}, keeps=[steep])
def steepest_direction_only():
    """You look at the largest curvature alone. With a small learning rate another direction is the slowest."""


@wrong({"max(np.": "", "*": "* np.min("}, loses=[steep])
def flattest_direction_only():
    """Only the smallest curvature decides in yours. With a large learning rate the steepest direction is the slow
    one. (Do you take the largest factor first, and its absolute value afterwards?)"""


@wrong({"np.abs(": "", "))": ")"}, loses=[steep])
def sign_kept():
    """A factor of -0.9 shrinks no faster than one of +0.9. What counts is its size, not its sign."""


@wrong({"max": "mean"})
def mean_over_the_directions():
    """You average over the directions. After many steps only the slowest of them is left."""


@wrong({"np.abs": "", "curvatures)": "curvatures) ** 2"})
def of_the_loss():
    """Yours is the factor of the loss, the square of what is asked: by how much does theta shrink?"""


@wrong({"-": "- 2 *"})
def gradient_twice_as_steep():
    """Your curvature counts twice. The loss is h theta^2 / 2, so what is its derivative?"""


@wrong()
def best_learning_rate_assumed(curvatures, learning_rate):
    """Your result does not depend on `learning_rate`: it is the factor for the best one."""
    steepest, flattest = np.max(curvatures), np.min(curvatures)
    return np.abs((steepest - flattest) / (steepest + flattest + 0 * learning_rate))


@wrong({"1": "np.ones(curvatures.shape)"}, loses=[any_cases])
def always_float64():
    """The number is right, but float32 becomes float64: np.ones(shape) makes float64. A plain 1 adapts to the array
    beside it."""

"""convergence_factor: the factor by which gradient descent shrinks the slowest direction of a bowl at every step."""

import numpy as np

from autograder.exercises.model import Exercise, case
from autograder.exercises.optimizer_states import sgd_step

TEXTBOOK = """\
def convergence_factor(curvatures, learning_rate):
    return np.max(np.abs(1 - learning_rate * curvatures))
"""
convergence_factor = Exercise(
    TEXTBOOK,
    outputs=("factor",),
    takes="curvatures: (*); learning_rate: number",
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
    return sgd_step(theta.detach(), gradient, lr=learning_rate)[0].abs().max()


@requirement("small learning rates", points=1)
def small_rates(sample):
    """The flattest direction is the slowest."""
    yield case("curvatures 1 and 4", curvatures=np.array([1.0, 4.0]), learning_rate=0.1)
    yield case("the flattest in the middle", curvatures=np.array([6.0, 0.5, 3.0, 2.0]), learning_rate=0.15)
    yield case("one curvature", curvatures=np.array([2.5]), learning_rate=0.3)
    for _ in sample.repeat(public=2, hidden=6):
        curvatures = np.round(sample.uniform(sample.integer(3, 9), low=0.5, high=8.0), 3)
        yield case("random, small learning rate", curvatures=curvatures, learning_rate=sample.number(0.03, 0.11))


@requirement("large learning rates", points=2)
def large_rates(sample):
    """The steepest direction overshoots, by more than its own distance or by less."""
    yield case("overshooting", curvatures=np.array([1.0, 4.0]), learning_rate=0.45)
    yield case("overshooting in every direction", curvatures=np.array([3.0, 3.5]), learning_rate=0.5)
    yield case("diverging", curvatures=np.array([5.0, 1.0, 2.0]), learning_rate=0.6)
    yield case("exactly at the limit", curvatures=np.array([0.5, 4.0]), learning_rate=0.5)
    for _ in sample.repeat(public=2, hidden=6):
        curvatures = np.round(sample.uniform(sample.integer(3, 9), low=1.0, high=6.0), 3)
        curvatures[sample.integer(0, 2)] = 7.0
        yield case("random, large learning rate", curvatures=curvatures, learning_rate=sample.number(0.26, 0.6))


@requirement("directions that are flat or lead down", points=2)
def flat_or_downward(sample):
    yield case("a flat direction", curvatures=np.array([0.0, 2.0]), learning_rate=0.3)
    yield case("a saddle", curvatures=np.array([2.0, -1.0]), learning_rate=0.3)
    for _ in sample.repeat(public=1, hidden=3):
        curvatures = sample.normal(sample.integer(3, 7), scale=2.0)
        curvatures[0] = -1.5
        yield case("random, of either sign", curvatures=curvatures, learning_rate=sample.number(0.05, 0.2))


@convergence_factor.contract(without=["no entries"])
def contract(sample, shape):
    return {"curvatures": np.round(sample.uniform(*shape, low=0.5, high=5.0), 3), "learning_rate": 0.1}


@wrong({"np.max(np.abs(": "np.abs(", "curvatures))": "np.max(curvatures))"}, keeps=[large_rates])
def steepest_direction_only():
    """You look at the largest curvature alone. With a small learning rate another direction is the slowest."""


@wrong({"np.max(np.abs(": "np.abs(", "curvatures))": "np.min(curvatures))"}, loses=[large_rates])
def flattest_direction_only():
    """Only the smallest curvature decides in yours. With a large learning rate the steepest direction is the slow
    one. (Do you take the largest factor first, and its absolute value afterwards?)"""


@wrong({"np.abs(1 - learning_rate * curvatures)": "1 - learning_rate * curvatures"}, loses=[large_rates])
def sign_kept():
    """A factor of -0.9 shrinks no faster than one of +0.9. What counts is its size, not its sign."""


@wrong({"np.max": "np.mean"})
def mean_over_the_directions():
    """You average over the directions. After many steps only the slowest of them is left."""


@wrong({"np.abs(1 - learning_rate * curvatures)": "(1 - learning_rate * curvatures) ** 2"})
def of_the_loss():
    """Yours is the factor of the loss, the square of what is asked: by how much does theta shrink?"""


@wrong({"learning_rate * curvatures": "learning_rate * 2 * curvatures"})
def gradient_twice_as_steep():
    """Your curvature counts twice. The loss is h theta^2 / 2, so what is its derivative?"""


@wrong({"return": "learning_rate = 2 / (np.max(curvatures) + np.min(curvatures))\n    return"})
def best_learning_rate_assumed():
    """Your result does not depend on `learning_rate`: it is the factor for the best one."""


@wrong({"1 -": "np.ones(curvatures.shape) -"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""

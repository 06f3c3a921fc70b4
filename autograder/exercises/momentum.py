"""Kernels of `2_faster_optimizers/1_momentum`: gradient descent, its speed on a bowl, and momentum in two forms.

The textbook keeps the learning rate inside the velocity m, PyTorch keeps it outside of its buffer: m = -learning_rate *
buffer, as long as the learning rate stays the same. All references let `torch.optim.SGD` take the step.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise, Mistake, Requirement, case, multistep_case, per_step
from autograder.exercises.optimizer_states import of_any_form
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "2_faster_optimizers/1_momentum"

ANY_ARRAY = "any shape, memory order and dtype"
MANY_STEPS = "over many steps"
SGD_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html"


def sgd(theta, gradient, buffer=None, **settings):
    """One step of PyTorch's SGD on a parameter with this gradient and this momentum buffer.

    Returns the new parameter and the new buffer, None where PyTorch keeps none.
    """
    import torch

    parameter = torch.nn.Parameter(theta.clone())
    parameter.grad = gradient.clone()
    optimizer = torch.optim.SGD([parameter], **settings)
    if buffer is not None:
        optimizer.state[parameter]["momentum_buffer"] = buffer.clone()
    optimizer.step()
    return parameter.detach(), optimizer.state[parameter].get("momentum_buffer")


# ---------------------------------------------------------------- gradient_descent_step


def gradient_descent_step_reference(theta, gradient, learning_rate):
    """One step of torch.optim.SGD."""
    return sgd(theta, gradient, lr=learning_rate)[0]


def gradient_descent_step_values(draw: Sampler) -> Iterator[Case]:
    """Gradients of either sign, entries of zero, and large numbers."""
    yield case("two entries", theta=np.array([1.0, 2.0]), gradient=np.array([3.0, -4.0]), learning_rate=0.1)
    yield case("an entry of zero", theta=np.array([-1.0, 2.0]), gradient=np.array([0.0, 0.5]), learning_rate=0.2)
    yield case("a steep slope", theta=np.array([1.0, -2.0]), gradient=np.array([250.0, -40.0]), learning_rate=1.5)
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        theta, gradient = draw.normal(*shape), draw.normal(*shape, scale=3.0)
        yield case("random", theta=theta, gradient=gradient, learning_rate=draw.number(0.01, 0.5))


def gradient_descent_step_many(draw: Sampler) -> Iterator[Case]:
    """Some steps, each from where the one before ended; the learning rate changes, too."""
    gradients = [np.array([2.0]), np.array([-1.0]), np.array([0.5])]
    yield multistep_case("3 steps", theta=np.array([1.0]), gradient=per_step(gradients), learning_rate=0.1)
    for _ in draw.rounds(public=1, hidden=3):
        size = draw.integer(2, 6)
        gradients = [draw.normal(size) for _ in range(12)]
        rates = [0.3 / (1 + t) for t in range(12)]
        yield multistep_case(
            "12 steps, falling learning rate",
            theta=draw.normal(size),
            gradient=per_step(gradients),
            learning_rate=per_step(rates),
        )


def gradient_descent_step_any(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    for name, (theta, gradient) in of_any_form(draw, 2):
        yield case(name, theta=theta, gradient=gradient, learning_rate=0.1)


def gradient_descent_step_adds_the_gradient(theta, gradient, learning_rate):
    return theta + learning_rate * gradient


def gradient_descent_step_learning_rate_forgotten(theta, gradient, learning_rate):
    return theta - gradient


def gradient_descent_step_only_the_change(theta, gradient, learning_rate):
    return -learning_rate * gradient


def gradient_descent_step_gradient_made_a_unit_vector(theta, gradient, learning_rate):
    norm = np.sqrt(np.sum(gradient**2))
    return theta - learning_rate * gradient / (norm if norm > 0 else 1)


def gradient_descent_step_writes_into_theta(theta, gradient, learning_rate):
    theta -= learning_rate * gradient
    return theta


def gradient_descent_step_as_whole_as_theta(theta, gradient, learning_rate):
    moved = theta.copy()
    moved[...] = theta - learning_rate * gradient
    return moved


def gradient_descent_step_always_float64(theta, gradient, learning_rate):
    return theta - np.float64(learning_rate) * gradient


ALL_OF_GRADIENT_DESCENT_STEP = ("one step", MANY_STEPS, ANY_ARRAY)

GRADIENT_DESCENT_STEP = Exercise(
    name="gradient_descent_step",
    parameters=("theta", "gradient", "learning_rate"),
    summary="one step of gradient descent",
    pytorch="torch.optim.SGD([theta], lr=learning_rate), one step()",
    source=SGD_PAGE,
    reference=gradient_descent_step_reference,
    outputs=("theta",),
    requirements=(
        Requirement("one step", 1, gradient_descent_step_values),
        Requirement(MANY_STEPS, 1, gradient_descent_step_many),
        Requirement(ANY_ARRAY, 1, gradient_descent_step_any),
    ),
    mistakes=(
        Mistake(
            gradient_descent_step_adds_the_gradient,
            "You walk uphill: the gradient points to where the loss grows.",
            loses=ALL_OF_GRADIENT_DESCENT_STEP,
        ),
        Mistake(
            gradient_descent_step_learning_rate_forgotten,
            "`learning_rate` has no effect on your result: you subtract the whole gradient.",
            loses=ALL_OF_GRADIENT_DESCENT_STEP,
        ),
        Mistake(
            gradient_descent_step_only_the_change,
            "You return how far theta moves. Return where it is afterwards.",
            loses=ALL_OF_GRADIENT_DESCENT_STEP,
        ),
        Mistake(
            gradient_descent_step_gradient_made_a_unit_vector,
            "Your steps all have the same length: the gradient is divided by its norm somewhere. Where the slope is "
            "gentle, steps are meant to be short.",
            loses=ALL_OF_GRADIENT_DESCENT_STEP,
        ),
        Mistake(
            gradient_descent_step_writes_into_theta,
            "The array `theta` that you were given has been changed: `theta -= ...` works in place, and cannot store "
            "a fraction in an array of whole numbers. `theta - ...` makes a new array.",
            loses=(ANY_ARRAY, PURITY),
        ),
        Mistake(
            gradient_descent_step_as_whole_as_theta,
            "A theta of whole numbers stays whole in your result, so that a step of 0.1 is cut down to nothing. Whole "
            "numbers must give float64.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            gradient_descent_step_always_float64,
            "The numbers are right, but float32 becomes float64: np.float64(...) is a NumPy number and takes the array "
            "with it. A plain Python number adapts to the array beside it.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- convergence_factor


def convergence_factor_reference(curvatures, learning_rate):
    """One step of SGD on the bowl from 1 in every direction, the gradient by autograd: the largest |theta| after it."""
    import torch

    theta = torch.ones_like(curvatures).requires_grad_()
    loss = (curvatures * theta**2).sum() / 2
    (gradient,) = torch.autograd.grad(loss, theta)
    return sgd(theta.detach(), gradient, lr=learning_rate)[0].abs().max()


def convergence_factor_values(draw: Sampler) -> Iterator[Case]:
    """Small learning rates: the flattest direction is the slowest."""
    yield case("curvatures 1 and 4", curvatures=np.array([1.0, 4.0]), learning_rate=0.1)
    yield case("the flattest in the middle", curvatures=np.array([6.0, 0.5, 3.0, 2.0]), learning_rate=0.15)
    yield case("one curvature", curvatures=np.array([2.5]), learning_rate=0.3)
    for _ in draw.rounds(public=2, hidden=6):
        curvatures = np.round(draw.uniform(draw.integer(3, 9), low=0.5, high=8.0), 3)
        yield case("random, small learning rate", curvatures=curvatures, learning_rate=draw.number(0.03, 0.11))


def convergence_factor_steep(draw: Sampler) -> Iterator[Case]:
    """Large learning rates: the steepest direction overshoots, by more than its own distance or by less."""
    yield case("overshooting", curvatures=np.array([1.0, 4.0]), learning_rate=0.45)
    yield case("overshooting in every direction", curvatures=np.array([3.0, 3.5]), learning_rate=0.5)
    yield case("diverging", curvatures=np.array([5.0, 1.0, 2.0]), learning_rate=0.6)
    yield case("exactly at the limit", curvatures=np.array([0.5, 4.0]), learning_rate=0.5)
    for _ in draw.rounds(public=2, hidden=6):
        curvatures = np.round(draw.uniform(draw.integer(3, 9), low=1.0, high=6.0), 3)
        curvatures[draw.integer(0, 2)] = 7.0
        yield case("random, large learning rate", curvatures=curvatures, learning_rate=draw.number(0.26, 0.6))


def convergence_factor_no_bowl(draw: Sampler) -> Iterator[Case]:
    """Directions without curvature, and directions in which it is negative."""
    yield case("a flat direction", curvatures=np.array([0.0, 2.0]), learning_rate=0.3)
    yield case("a saddle", curvatures=np.array([2.0, -1.0]), learning_rate=0.3)
    for _ in draw.rounds(public=1, hidden=3):
        curvatures = draw.normal(draw.integer(3, 7), scale=2.0)
        curvatures[0] = -1.5
        yield case("random, of either sign", curvatures=curvatures, learning_rate=draw.number(0.05, 0.2))


def convergence_factor_any(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    yield case("float32", curvatures=np.array([1.5, 3.0], dtype="float32"), learning_rate=0.1)
    yield case("whole numbers", curvatures=np.array([2, 5]), learning_rate=0.1)
    curvatures = np.round(draw.uniform(3, 4, low=0.5, high=4.0), 3)
    yield case("Fortran order", curvatures=np.asfortranarray(curvatures), learning_rate=0.1)
    yield case("every second entry of a larger array", curvatures=strided(curvatures[:, :3]), learning_rate=0.1)
    for _ in draw.rounds(public=1, hidden=3):
        curvatures = draw.uniform(*draw.shape(3, largest=5), low=0.5, high=5.0, dtype="float32")
        yield case("float32, three dimensions", curvatures=curvatures, learning_rate=0.1)


def convergence_factor_steepest_direction_only(curvatures, learning_rate):
    return np.abs(1 - learning_rate * np.max(curvatures))


def convergence_factor_flattest_direction_only(curvatures, learning_rate):
    return np.abs(1 - learning_rate * np.min(curvatures))


def convergence_factor_sign_kept(curvatures, learning_rate):
    return np.max(1 - learning_rate * curvatures)


def convergence_factor_mean_over_the_directions(curvatures, learning_rate):
    return np.mean(np.abs(1 - learning_rate * curvatures))


def convergence_factor_of_the_loss(curvatures, learning_rate):
    return np.max((1 - learning_rate * curvatures) ** 2)


def convergence_factor_gradient_twice_as_steep(curvatures, learning_rate):
    return np.max(np.abs(1 - 2 * learning_rate * curvatures))


def convergence_factor_best_learning_rate_assumed(curvatures, learning_rate):
    steepest, flattest = np.max(curvatures), np.min(curvatures)
    return np.abs((steepest - flattest) / (steepest + flattest + 0 * learning_rate))


def convergence_factor_always_float64(curvatures, learning_rate):
    return np.max(np.abs(np.ones(curvatures.shape) - learning_rate * curvatures))


FLATTEST, STEEPEST, NO_BOWL = "small learning rates", "large learning rates", "directions that are flat or lead down"
ALL_OF_CONVERGENCE_FACTOR = (FLATTEST, STEEPEST, NO_BOWL, ANY_ARRAY)

CONVERGENCE_FACTOR = Exercise(
    name="convergence_factor",
    parameters=("curvatures", "learning_rate"),
    summary="the factor by which gradient descent shrinks the slowest direction of a bowl at every step",
    pytorch="torch.optim.SGD on the loss (curvatures * theta**2).sum() / 2: the largest |theta| after a step from ones",
    source="https://distill.pub/2017/momentum/",
    reference=convergence_factor_reference,
    outputs=("factor",),
    requirements=(
        Requirement(FLATTEST, 1, convergence_factor_values),
        Requirement(STEEPEST, 2, convergence_factor_steep),
        Requirement(NO_BOWL, 1, convergence_factor_no_bowl),
        Requirement(ANY_ARRAY, 1, convergence_factor_any),
    ),
    mistakes=(
        Mistake(
            convergence_factor_steepest_direction_only,
            "You look at the largest curvature alone. With a small learning rate another direction is the slowest.",
            loses=(FLATTEST, NO_BOWL, ANY_ARRAY),
        ),
        Mistake(
            convergence_factor_flattest_direction_only,
            "Only the smallest curvature decides in yours. With a large learning rate the steepest direction is the "
            "slow one. (Do you take the largest factor first, and its absolute value afterwards?)",
            loses=(STEEPEST,),
        ),
        Mistake(
            convergence_factor_sign_kept,
            "A factor of -0.9 shrinks no faster than one of +0.9. What counts is its size, not its sign.",
            loses=(STEEPEST,),
        ),
        Mistake(
            convergence_factor_mean_over_the_directions,
            "You average over the directions. After many steps only the slowest of them is left.",
            loses=ALL_OF_CONVERGENCE_FACTOR,
        ),
        Mistake(
            convergence_factor_of_the_loss,
            "Yours is the factor of the loss, the square of what is asked: by how much does theta shrink?",
            loses=ALL_OF_CONVERGENCE_FACTOR,
        ),
        Mistake(
            convergence_factor_gradient_twice_as_steep,
            "Your curvature counts twice. The loss is h theta^2 / 2, so what is its derivative?",
            loses=ALL_OF_CONVERGENCE_FACTOR,
        ),
        Mistake(
            convergence_factor_best_learning_rate_assumed,
            "Your result does not depend on `learning_rate`: it is the factor for the best one.",
            loses=ALL_OF_CONVERGENCE_FACTOR,
        ),
        Mistake(
            convergence_factor_always_float64,
            "The number is right, but float32 becomes float64: np.ones(shape) makes float64. A plain 1 adapts to the "
            "array beside it.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- momentum_step


def momentum_step_reference(theta, gradient, m, learning_rate, beta):
    """One step of torch.optim.SGD with momentum; its buffer is -m / learning_rate, with the rate of this step."""
    moved, buffer = sgd(theta, gradient, -m / learning_rate, lr=learning_rate, momentum=beta)
    if beta == 0:  # PyTorch does not touch its buffer then: every step is a step of gradient descent
        buffer = gradient
    return moved, -learning_rate * buffer


def momentum_step_values(draw: Sampler) -> Iterator[Case]:
    """From rest, with a velocity, with a velocity alone; nothing kept (beta = 0), everything (beta = 1)."""
    one, two = np.array([1.0]), np.array([2.0])
    yield case("with a velocity", theta=one, gradient=two, m=np.array([0.5]), learning_rate=0.1, beta=0.9)
    yield case("from rest", theta=one, gradient=two, m=np.zeros(1), learning_rate=0.1, beta=0.9)
    yield case("no gradient, only velocity", theta=one, gradient=np.zeros(1), m=-two, learning_rate=0.1, beta=0.5)
    for beta in (0.0, 1.0):
        yield case(f"beta = {beta:g}", theta=one, gradient=two, m=np.array([0.5]), learning_rate=0.1, beta=beta)
    yield case("a steep slope", theta=one, gradient=250 * one, m=-30 * one, learning_rate=1.5, beta=0.9)
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        theta, gradient, m = draw.normal(*shape), draw.normal(*shape, scale=3.0), draw.normal(*shape)
        rate, beta = draw.number(0.05, 0.5), draw.number(0.3, 0.99)
        yield case("random", theta=theta, gradient=gradient, m=m, learning_rate=rate, beta=beta)


def momentum_step_many(draw: Sampler) -> Iterator[Case]:
    """Many steps with one learning rate, from rest."""
    gradients = [np.array([2.0]), np.array([2.0]), np.array([-1.0])]
    settings = {"learning_rate": 0.1, "beta": 0.9}
    yield multistep_case("3 steps", theta=np.array([1.0]), gradient=per_step(gradients), m=np.zeros(1), **settings)
    for _ in draw.rounds(public=1, hidden=3):
        size, settings = draw.integer(2, 6), {"learning_rate": draw.number(0.05, 0.3), "beta": draw.number(0.5, 0.95)}
        gradients = [draw.normal(size) for _ in range(30)]
        yield multistep_case(
            "30 steps, random", theta=draw.normal(size), gradient=per_step(gradients), m=np.zeros(size), **settings
        )


def momentum_step_rates(draw: Sampler) -> Iterator[Case]:
    """A learning rate that changes between the steps."""
    yield multistep_case(
        "a learning rate that drops",
        theta=np.array([1.0]),
        gradient=per_step([np.array([2.0])] * 3),
        m=np.zeros(1),
        learning_rate=per_step([0.5, 0.5, 0.05]),
        beta=0.5,
    )
    for _ in draw.rounds(public=1, hidden=3):
        size, length = draw.integer(2, 6), 15
        yield multistep_case(
            "15 steps, falling learning rate",
            theta=draw.normal(size),
            gradient=per_step([draw.normal(size) for _ in range(length)]),
            m=np.zeros(size),
            learning_rate=per_step([0.3 * 0.8**t for t in range(length)]),
            beta=0.9,
        )


def momentum_step_any(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    for name, (theta, gradient, m) in of_any_form(draw, 3):
        yield case(name, theta=theta, gradient=gradient, m=m, learning_rate=0.1, beta=0.9)


def momentum_step_moving_average(theta, gradient, m, learning_rate, beta):
    m = beta * m - (1 - beta) * learning_rate * gradient
    return theta + m, m


def momentum_step_memory_lost(theta, gradient, m, learning_rate, beta):
    m = -learning_rate * gradient + 0 * m
    return theta + m, m


def momentum_step_nothing_forgotten(theta, gradient, m, learning_rate, beta):
    m = m - learning_rate * gradient
    return theta + m, m


def momentum_step_velocity_returned_first(theta, gradient, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient
    return m, theta + m


def momentum_step_gradient_added_to_the_velocity(theta, gradient, m, learning_rate, beta):
    m = beta * m + learning_rate * gradient
    return theta + m, m


def momentum_step_other_sign_convention(theta, gradient, m, learning_rate, beta):
    m = beta * m + learning_rate * gradient
    return theta - m, m


def momentum_step_old_velocity(theta, gradient, m, learning_rate, beta):
    return theta + m, beta * m - learning_rate * gradient


def momentum_step_learning_rate_twice(theta, gradient, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient
    return theta + learning_rate * m, m


def momentum_step_learning_rate_outside(theta, gradient, m, learning_rate, beta):
    m = beta * m - gradient
    return theta + learning_rate * m, m


def momentum_step_nesterov(theta, gradient, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient
    return theta + beta * m - learning_rate * gradient, m


def momentum_step_writes_into_the_velocity(theta, gradient, m, learning_rate, beta):
    m *= beta
    m -= learning_rate * gradient
    return theta + m, m


def momentum_step_always_float64(theta, gradient, m, learning_rate, beta):
    learning_rate, beta = np.array([learning_rate, beta])
    m = beta * m - learning_rate * gradient
    return theta + m, m


CHANGING = "a learning rate that changes"
ALL_OF_MOMENTUM_STEP = ("one step", MANY_STEPS, CHANGING, ANY_ARRAY)

MOMENTUM_STEP = Exercise(
    name="momentum_step",
    parameters=("theta", "gradient", "m", "learning_rate", "beta"),
    summary="one step of momentum optimization, the learning rate inside the velocity",
    pytorch="torch.optim.SGD([theta], lr=learning_rate, momentum=beta), one step() with the buffer -m / learning_rate",
    source="https://doi.org/10.1016/0041-5553(64)90137-5 (Polyak, 1964)",
    reference=momentum_step_reference,
    outputs=("theta", "m"),
    requirements=(
        Requirement("one step", 2, momentum_step_values),
        Requirement(MANY_STEPS, 1, momentum_step_many),
        Requirement(CHANGING, 1, momentum_step_rates),
        Requirement(ANY_ARRAY, 1, momentum_step_any),
    ),
    mistakes=(
        Mistake(
            momentum_step_moving_average,
            "Your gradient is weighted with 1 - beta, as in a moving average. In this form it enters the velocity with "
            "the learning rate alone.",
            loses=ALL_OF_MOMENTUM_STEP,
        ),
        Mistake(
            momentum_step_memory_lost,
            "The velocity `m` that you are given has no effect: this is plain gradient descent.",
            loses=ALL_OF_MOMENTUM_STEP,
        ),
        Mistake(
            momentum_step_nothing_forgotten,
            "`beta` has no effect on your result: the whole velocity is kept, as if there were no friction.",
            loses=ALL_OF_MOMENTUM_STEP,
        ),
        Mistake(
            momentum_step_velocity_returned_first,
            "Both arrays are right, in the wrong order: theta comes first.",
            loses=ALL_OF_MOMENTUM_STEP,
        ),
        Mistake(
            momentum_step_gradient_added_to_the_velocity,
            "The gradient drives your theta uphill. A velocity that is added to theta must contain the gradient with a "
            "minus.",
            loses=ALL_OF_MOMENTUM_STEP,
        ),
        Mistake(
            momentum_step_other_sign_convention,
            "This is the convention of other books: m holds plus the gradient, and is subtracted from theta. Here m is "
            "the step itself: it contains the minus and is added.",
            loses=ALL_OF_MOMENTUM_STEP,
        ),
        Mistake(
            momentum_step_old_velocity,
            "Your theta moves with the velocity from before this step. Update m first, then move theta by the new m.",
            loses=ALL_OF_MOMENTUM_STEP,
        ),
        Mistake(
            momentum_step_learning_rate_twice,
            "The learning rate counts twice in your theta: it is in m already.",
            loses=ALL_OF_MOMENTUM_STEP,
        ),
        Mistake(
            momentum_step_learning_rate_outside,
            "You keep the learning rate out of the velocity, as PyTorch does (exercise 5). Here it belongs inside: m "
            "is the step itself.",
            loses=ALL_OF_MOMENTUM_STEP,
        ),
        Mistake(
            momentum_step_nesterov,
            "This is the step of Nesterov's variant (the next notebook). Plain momentum moves theta by the new m and "
            "by nothing else.",
            loses=ALL_OF_MOMENTUM_STEP,
        ),
        Mistake(
            momentum_step_writes_into_the_velocity,
            "The array `m` that you were given has been changed: `m *= ...` works in place, and cannot store a "
            "fraction in an array of whole numbers. `m = beta * m ...` makes a new array.",
            loses=(ANY_ARRAY, PURITY),
        ),
        Mistake(
            momentum_step_always_float64,
            "The numbers are right, but float32 becomes float64: the settings have become NumPy numbers, which take "
            "the arrays with them. Use them as the plain numbers that they are.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- velocity_after


def velocity_after_reference(gradient, t, learning_rate, beta):
    """t steps of torch.optim.SGD with the same gradient; the velocity is -learning_rate times its buffer."""
    import torch

    parameter = torch.nn.Parameter(torch.zeros_like(gradient))
    optimizer = torch.optim.SGD([parameter], lr=learning_rate, momentum=beta)
    parameter.grad = gradient
    for _ in range(t):
        optimizer.step()
    buffer = optimizer.state[parameter].get("momentum_buffer")
    if t and buffer is None:  # momentum=0: PyTorch keeps no buffer, every step is a step of gradient descent
        buffer = gradient
    return -learning_rate * buffer if t else torch.zeros_like(gradient)


def velocity_after_values(draw: Sampler) -> Iterator[Case]:
    """The first steps."""
    yield case("2 steps", gradient=np.array([1.0]), t=2, learning_rate=0.1, beta=0.9)
    yield case("1 step", gradient=np.array([2.0, -4.0]), t=1, learning_rate=0.1, beta=0.9)
    yield case("no step", gradient=np.array([2.0, -4.0]), t=0, learning_rate=0.1, beta=0.9)
    yield case("3 steps", gradient=np.array([2.0, -4.0]), t=3, learning_rate=0.5, beta=0.5)
    for _ in draw.rounds(public=2, hidden=6):
        settings = {"t": draw.integer(4, 12), "learning_rate": draw.number(0.05, 0.5), "beta": draw.number(0.3, 0.95)}
        yield case("random", gradient=draw.normal(*draw.shape(), scale=3.0), **settings)


def velocity_after_terminal(draw: Sampler) -> Iterator[Case]:
    """So many steps that the velocity hardly grows any more, and many that are not enough for it."""
    yield case("300 steps", gradient=np.array([1.0]), t=300, learning_rate=0.1, beta=0.9)
    yield case("300 steps, beta = 0.999", gradient=np.array([3.0, -1.0]), t=300, learning_rate=0.02, beta=0.999)
    for _ in draw.rounds(public=1, hidden=4):
        settings = {
            "t": draw.integer(60, 200),
            "learning_rate": draw.number(0.05, 0.5),
            "beta": draw.choice([0.8, 0.97]),
        }
        yield case("random", gradient=draw.normal(*draw.shape(), scale=3.0), **settings)


def velocity_after_extremes(draw: Sampler) -> Iterator[Case]:
    """Nothing is forgotten (beta = 1), or everything (beta = 0)."""
    yield case("beta = 1", gradient=np.array([1.0]), t=3, learning_rate=0.1, beta=1.0)
    yield case("beta = 0", gradient=np.array([1.0]), t=3, learning_rate=0.1, beta=0.0)
    for _ in draw.rounds(public=1, hidden=3):
        for beta in (1.0, 0.0):
            settings = {"t": draw.integer(4, 20), "learning_rate": draw.number(0.05, 0.5), "beta": beta}
            yield case(f"random, beta = {beta:g}", gradient=draw.normal(*draw.shape(), scale=3.0), **settings)


def velocity_after_any(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    for name, (gradient,) in of_any_form(draw, 1):
        yield case(name, gradient=gradient, t=4, learning_rate=0.1, beta=0.9)


def velocity_after_terminal_at_once(gradient, t, learning_rate, beta):
    if beta == 1:
        return -learning_rate * t * gradient
    return -learning_rate * gradient / (1 - beta) * min(t, 1)


def velocity_after_one_step_too_many(gradient, t, learning_rate, beta):
    return -learning_rate * sum(beta**k for k in range(t + 1)) * gradient


def velocity_after_one_step_too_few(gradient, t, learning_rate, beta):
    return -learning_rate * sum(beta**k for k in range(t - 1)) * gradient


def velocity_after_uphill(gradient, t, learning_rate, beta):
    return learning_rate * sum(beta**k for k in range(t)) * gradient


def velocity_after_learning_rate_forgotten(gradient, t, learning_rate, beta):
    return -sum(beta**k for k in range(t)) * gradient


def velocity_after_moving_average(gradient, t, learning_rate, beta):
    return -learning_rate * (1 - beta**t) * gradient


def velocity_after_oldest_gradient_only(gradient, t, learning_rate, beta):
    return -learning_rate * beta ** (t - 1) * gradient if t > 0 else 0.0 * gradient


def velocity_after_zero_divided_by_zero(gradient, t, learning_rate, beta):
    return -learning_rate * gradient * (1 - beta**t) / (1 - beta)


def velocity_after_as_whole_as_the_gradient(gradient, t, learning_rate, beta):
    m = np.zeros_like(gradient)
    for _ in range(t):
        m[...] = beta * m - learning_rate * gradient
    return m


def velocity_after_always_float64(gradient, t, learning_rate, beta):
    return -learning_rate * np.sum(beta ** np.arange(t)) * gradient


FIRST, TERMINAL, EXTREMES = "the first steps", "many steps", "beta = 1 and beta = 0"
ALL_OF_VELOCITY_AFTER = (FIRST, TERMINAL, EXTREMES, ANY_ARRAY)

VELOCITY_AFTER = Exercise(
    name="velocity_after",
    parameters=("gradient", "t", "learning_rate", "beta"),
    summary="the velocity of momentum optimization after t steps with the same gradient, from rest",
    pytorch="torch.optim.SGD(lr=learning_rate, momentum=beta), t times step(): -learning_rate * momentum_buffer",
    source="https://distill.pub/2017/momentum/",
    reference=velocity_after_reference,
    outputs=("m",),
    requirements=(
        Requirement(FIRST, 1, velocity_after_values),
        Requirement(TERMINAL, 1, velocity_after_terminal),
        Requirement(EXTREMES, 1, velocity_after_extremes),
        Requirement(ANY_ARRAY, 1, velocity_after_any),
    ),
    mistakes=(
        Mistake(
            velocity_after_terminal_at_once,
            "You return the velocity that is reached in the end, whatever t is. After t steps a part of it is missing.",
            loses=(FIRST, TERMINAL, ANY_ARRAY),
        ),
        Mistake(
            velocity_after_one_step_too_many,
            "One step too many: after t steps the sum of the powers of beta has t terms, the first of them 1.",
            loses=ALL_OF_VELOCITY_AFTER,
        ),
        Mistake(
            velocity_after_one_step_too_few,
            "One step too few: after t steps the sum of the powers of beta has t terms, the first of them 1.",
            loses=ALL_OF_VELOCITY_AFTER,
        ),
        Mistake(
            velocity_after_uphill,
            "The size is right and the sign is not: the velocity points against the gradient.",
            loses=ALL_OF_VELOCITY_AFTER,
        ),
        Mistake(
            velocity_after_learning_rate_forgotten,
            "`learning_rate` has no effect on your result.",
            loses=ALL_OF_VELOCITY_AFTER,
        ),
        Mistake(
            velocity_after_moving_average,
            "Yours never exceeds learning_rate times gradient: the division by 1 - beta is missing, as if the "
            "velocity were an average. It is a sum.",
            loses=ALL_OF_VELOCITY_AFTER,
        ),
        Mistake(
            velocity_after_oldest_gradient_only,
            "This is what is left of the very first gradient. The velocity is the sum of what is left of all of them.",
            loses=ALL_OF_VELOCITY_AFTER,
        ),
        Mistake(
            velocity_after_zero_divided_by_zero,
            "Your fraction is 0/0 for beta = 1. Which number is the sum in that case? It needs a line of its own.",
            loses=(EXTREMES,),
        ),
        Mistake(
            velocity_after_as_whole_as_the_gradient,
            "Where the gradient holds whole numbers, your velocity does, too, and its fractions are cut off: "
            "np.zeros_like takes over the dtype.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            velocity_after_always_float64,
            "The numbers are right, but float32 becomes float64: np.sum returns a NumPy number, which takes the array "
            "with it. A plain Python number adapts to the array beside it.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- sgd_momentum_step


def sgd_momentum_step_reference(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    """One step of torch.optim.SGD with momentum."""
    return sgd(theta, gradient, buffer, lr=learning_rate, momentum=momentum, dampening=dampening)


def sgd_momentum_step_values(draw: Sampler) -> Iterator[Case]:
    """A step with a buffer, without dampening. Two entries: `if buffer` works with one."""
    theta, gradient, buffer = np.array([1.0, 1.0]), np.array([2.0, 0.0]), np.array([0.5, -1.0])
    yield case("two entries", theta=theta, gradient=gradient, buffer=buffer, learning_rate=0.1, momentum=0.9)
    yield case("no gradient", theta=theta, gradient=0 * theta, buffer=buffer, learning_rate=0.1, momentum=0.9)
    yield case("a steep slope", theta=theta, gradient=125 * gradient, buffer=buffer, learning_rate=1.5, momentum=0.9)
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        theta, gradient, buffer = draw.normal(*shape), draw.normal(*shape, scale=3.0), draw.normal(*shape)
        settings = {"learning_rate": draw.number(0.05, 0.5), "momentum": draw.number(0.3, 0.99)}
        yield case("random", theta=theta, gradient=gradient, buffer=buffer, **settings)


def sgd_momentum_step_first(draw: Sampler) -> Iterator[Case]:
    """No buffer yet; the dampening has no effect on this step."""
    start = {"theta": np.array([1.0]), "gradient": np.array([2.0]), "buffer": None}
    yield case("the first step", **start, learning_rate=0.1, momentum=0.9, dampening=0.5)
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        start = {"theta": draw.normal(*shape), "gradient": draw.normal(*shape), "buffer": None}
        settings = {"learning_rate": draw.number(0.05, 0.5), "momentum": 0.9, "dampening": draw.number(0.2, 0.9)}
        yield case("random, the first step", **start, **settings)


def sgd_momentum_step_dampening(draw: Sampler) -> Iterator[Case]:
    """A buffer, and dampening. A buffer of zeros is a buffer."""
    state = {"theta": np.array([1.0]), "gradient": np.array([2.0]), "buffer": np.array([0.5])}
    yield case("dampening = 0.25", **state, learning_rate=0.1, momentum=0.9, dampening=0.25)
    state["buffer"] = np.zeros(1)
    yield case("a buffer of zeros", **state, learning_rate=0.1, momentum=0.9, dampening=0.25)
    for _ in draw.rounds(public=1, hidden=4):
        shape = draw.shape()
        state = {"theta": draw.normal(*shape), "gradient": draw.normal(*shape), "buffer": draw.normal(*shape)}
        settings = {"learning_rate": draw.number(0.05, 0.5), "momentum": 0.8, "dampening": draw.number(0.3, 0.9)}
        yield case("random, dampened", **state, **settings)


def sgd_momentum_step_many(draw: Sampler) -> Iterator[Case]:
    """From the first step on, without dampening; the learning rate drops on the way."""
    yield multistep_case(
        "3 steps, a learning rate that drops",
        theta=np.array([1.0]),
        gradient=per_step([np.array([2.0])] * 3),
        buffer=None,
        learning_rate=per_step([0.5, 0.5, 0.05]),
        momentum=0.5,
    )
    for _ in draw.rounds(public=1, hidden=3):
        size, length = draw.integer(2, 6), 20
        yield multistep_case(
            "20 steps, falling learning rate",
            theta=draw.normal(size),
            gradient=per_step([draw.normal(size) for _ in range(length)]),
            buffer=None,
            learning_rate=per_step([0.3 * 0.85**t for t in range(length)]),
            momentum=0.9,
        )


def sgd_momentum_step_any(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    theta, gradient = (np.array(values, dtype="float32") for values in ([1.5, -2.0], [2.5, 1.0]))
    start = {"theta": theta, "gradient": gradient, "buffer": None}
    yield case("float32, the first step", **start, learning_rate=0.1, momentum=0.9)
    for name, (theta, gradient, buffer) in of_any_form(draw, 3):
        yield case(name, theta=theta, gradient=gradient, buffer=buffer, learning_rate=0.1, momentum=0.9)


def sgd_momentum_step_learning_rate_inside(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    if buffer is None:
        buffer = learning_rate * gradient
    else:
        buffer = momentum * buffer + (1 - dampening) * learning_rate * gradient
    return theta - buffer, buffer


def sgd_momentum_step_first_step_dampened(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    if buffer is None:
        buffer = np.zeros_like(gradient)
    buffer = momentum * buffer + (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer


def sgd_momentum_step_dampening_ignored(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    buffer = gradient if buffer is None else momentum * buffer + gradient
    return theta - learning_rate * buffer, buffer


def sgd_momentum_step_dampening_instead_of_the_rest(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    buffer = gradient if buffer is None else momentum * buffer + dampening * gradient
    return theta - learning_rate * buffer, buffer


def sgd_momentum_step_buffer_dampened_too(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    buffer = gradient if buffer is None else (1 - dampening) * (momentum * buffer + gradient)
    return theta - learning_rate * buffer, buffer


def sgd_momentum_step_moving_average(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    buffer = gradient if buffer is None else momentum * buffer + (1 - momentum) * gradient
    return theta - learning_rate * buffer, buffer


def sgd_momentum_step_zeros_taken_for_the_first_step(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    first = buffer is None or not np.any(buffer)
    buffer = gradient if first else momentum * buffer + (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer


def sgd_momentum_step_old_buffer(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    old = 0 * gradient if buffer is None else buffer
    buffer = gradient if buffer is None else momentum * buffer + (1 - dampening) * gradient
    return theta - learning_rate * old, buffer


def sgd_momentum_step_nesterov(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    buffer = gradient if buffer is None else momentum * buffer + (1 - dampening) * gradient
    return theta - learning_rate * (gradient + momentum * buffer), 1.0 * buffer


def sgd_momentum_step_writes_into_the_buffer(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    if buffer is None:
        buffer = gradient.copy()
    else:
        buffer *= momentum
        buffer += (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer


VALUES, FIRST_STEP, DAMPENING = "a step with a buffer", "the first step", "dampening"
MANY_RATES = "over many steps, with a learning rate that changes"
ALL_OF_SGD_MOMENTUM_STEP = (VALUES, FIRST_STEP, DAMPENING, MANY_RATES, ANY_ARRAY)

SGD_MOMENTUM_STEP = Exercise(
    name="sgd_momentum_step",
    parameters=("theta", "gradient", "buffer", "learning_rate", "momentum", "dampening"),
    summary="one step of PyTorch's SGD with momentum, the learning rate outside of the buffer",
    pytorch="torch.optim.SGD([theta], lr=learning_rate, momentum=momentum, dampening=dampening), one step()",
    source=SGD_PAGE,
    reference=sgd_momentum_step_reference,
    outputs=("theta", "buffer"),
    requirements=(
        Requirement(VALUES, 2, sgd_momentum_step_values),
        Requirement(FIRST_STEP, 1, sgd_momentum_step_first),
        Requirement(DAMPENING, 1, sgd_momentum_step_dampening),
        Requirement(MANY_RATES, 1, sgd_momentum_step_many),
        Requirement(ANY_ARRAY, 1, sgd_momentum_step_any),
    ),
    mistakes=(
        Mistake(
            sgd_momentum_step_learning_rate_inside,
            "The learning rate is inside your buffer, as in the textbook's form (exercise 3). PyTorch's buffer holds "
            "gradients alone; the learning rate comes in when theta moves.",
            loses=ALL_OF_SGD_MOMENTUM_STEP,
        ),
        Mistake(
            sgd_momentum_step_first_step_dampened,
            "You start from a buffer of zeros. PyTorch's first buffer is the gradient itself, not dampened.",
            loses=(FIRST_STEP,),
        ),
        Mistake(
            sgd_momentum_step_dampening_ignored,
            "`dampening` has no effect on your result. From the second step on, the gradient is multiplied by "
            "1 - dampening.",
            loses=(DAMPENING,),
        ),
        Mistake(
            sgd_momentum_step_dampening_instead_of_the_rest,
            "You multiply the gradient by `dampening`, so that a dampening of 0 removes it. How much is left of "
            "something that is dampened by 0?",
            loses=(VALUES, DAMPENING, MANY_RATES, ANY_ARRAY),
        ),
        Mistake(
            sgd_momentum_step_buffer_dampened_too,
            "You dampen the old buffer as well. Only the new gradient is multiplied by 1 - dampening.",
            loses=(DAMPENING,),
        ),
        Mistake(
            sgd_momentum_step_moving_average,
            "Your gradient is weighted with 1 - momentum, as in a moving average. PyTorch's weight is 1 - dampening, "
            "which is 1 unless one asks for something else.",
            loses=(VALUES, DAMPENING, MANY_RATES, ANY_ARRAY),
        ),
        Mistake(
            sgd_momentum_step_zeros_taken_for_the_first_step,
            "You take a buffer of zeros for the first step. It is one that happens to be zero; the first step is the "
            "one where `buffer is None`.",
            loses=(DAMPENING,),
        ),
        Mistake(
            sgd_momentum_step_old_buffer,
            "Your theta moves with the buffer from before this step. Update the buffer first.",
            loses=ALL_OF_SGD_MOMENTUM_STEP,
        ),
        Mistake(
            sgd_momentum_step_nesterov,
            "This is PyTorch's step with nesterov=True: the gradient counts once more beside the buffer. Without it, "
            "theta follows the buffer alone.",
            loses=ALL_OF_SGD_MOMENTUM_STEP,
        ),
        Mistake(
            sgd_momentum_step_writes_into_the_buffer,
            "The array `buffer` that you were given has been changed. PyTorch itself works in place like this; here, "
            "make a new array, which may hold fractions where the old one holds whole numbers.",
            loses=(ANY_ARRAY, PURITY),
        ),
    ),
)

EXERCISES = (GRADIENT_DESCENT_STEP, CONVERGENCE_FACTOR, MOMENTUM_STEP, VELOCITY_AFTER, SGD_MOMENTUM_STEP)

"""Kernels of `2_faster_optimizers/2_nesterov`: the look-ahead form, PyTorch's form, the way between them, their speed.

PyTorch's parameter is the point where the gradient is taken: theta + beta * m of the look-ahead form. Its buffer has
neither the sign nor the learning rate of the velocity m. The references let `torch.optim.SGD` take the step.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise, Mistake, Requirement, case, multistep_case, per_step
from autograder.exercises.optimizer_states import of_any_form
from autograder.exercises.sampling import Sampler, strided
from autograder.plaindata.named_functions import as_function

NOTEBOOK = "2_faster_optimizers/2_nesterov"

ANY_ARRAY = "any shape, memory order and dtype"
SGD_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html"
SUTSKEVER = "Sutskever, Martens, Dahl and Hinton 2013, https://proceedings.mlr.press/v28/sutskever13.html"


def sgd(theta, gradient, buffer, learning_rate, momentum, nesterov=True):
    """One step of PyTorch's SGD from this momentum buffer: the new parameter and the new buffer."""
    import torch

    parameter = torch.nn.Parameter(theta.clone())
    parameter.grad = gradient.clone()
    optimizer = torch.optim.SGD([parameter], lr=learning_rate, momentum=momentum, nesterov=nesterov)
    optimizer.state[parameter]["momentum_buffer"] = buffer.clone()
    optimizer.step()
    return parameter.detach(), optimizer.state[parameter]["momentum_buffer"]


# ---------------------------------------------------------------- nesterov_step


def nesterov_step_reference(theta, gradient_at, m, learning_rate, beta):
    """One step of torch.optim.SGD(nesterov=True) from the look-ahead point, and back to the look-ahead form."""
    ahead = theta + beta * m
    ahead, buffer = sgd(ahead, as_function(gradient_at)(ahead), m / -learning_rate, learning_rate, beta)
    m = -learning_rate * buffer
    return ahead - beta * m, m


def quadratic_gradient(matrix, vector) -> dict:
    """Plain data for the gradient of a bowl, Ax + b."""
    return {"function": "quadratic_gradient", "matrix": np.asarray(matrix), "vector": np.asarray(vector)}


def quartic_gradient(weight) -> dict:
    """Plain data for w x³, entry by entry."""
    return {"function": "quartic_gradient", "weight": np.asarray(weight)}


def bowl(draw: Sampler, size: int) -> dict:
    """Plain data for the gradient of a random bowl, with curvatures from 0.1 to about 10."""
    root = draw.normal(size, size)
    return quadratic_gradient(np.round(root @ root.T, 3) + 0.1 * np.eye(size), draw.normal(size))


ROUND_BOWL = quadratic_gradient([[2.0]], [0.0])
TILTED_BOWL = quadratic_gradient([[2.0, 1.0], [1.0, 4.0]], [-1.0, 3.0])


def nesterov_step_first(draw: Sampler) -> Iterator[Case]:
    """At rest: m = 0."""
    settings = {"learning_rate": 0.1, "beta": 0.9}
    yield case("gradient 2x at 3", theta=np.array([3.0]), gradient_at=ROUND_BOWL, m=np.zeros(1), **settings)
    theta = np.array([1.0, -2.0])
    yield case("a bowl of two numbers", theta=theta, gradient_at=TILTED_BOWL, m=np.zeros(2), **settings)
    for _ in draw.rounds(public=1, hidden=4):
        n = draw.integer(3, 6)
        settings = {"learning_rate": draw.number(0.01, 0.5), "beta": draw.number(0.3, 0.99)}
        yield case("a random bowl", theta=draw.normal(n), gradient_at=bowl(draw, n), m=np.zeros(n), **settings)


def nesterov_step_moving(draw: Sampler) -> Iterator[Case]:
    """In motion, on slopes that bend, too."""
    state = {"theta": np.array([3.0]), "gradient_at": ROUND_BOWL, "m": np.array([-1.0])}
    yield case("gradient 2x, looked at in 2.5", **state, learning_rate=0.1, beta=0.5)
    state = {"theta": np.array([1.0, -2.0]), "gradient_at": TILTED_BOWL, "m": np.array([2.0, 0.5])}
    yield case("a bowl of two numbers", **state, learning_rate=0.1, beta=0.8)
    state = {"theta": np.array([1.0, 2.0]), "gradient_at": quartic_gradient([1.0, 0.5]), "m": np.array([-2.0, 1.0])}
    yield case("gradients x³ and x³/2", **state, learning_rate=0.1, beta=0.9)
    for _ in draw.rounds(public=1, hidden=4):
        n = draw.integer(3, 6)
        settings = {"learning_rate": draw.number(0.01, 0.5), "beta": draw.number(0.3, 0.99)}
        yield case("a random bowl", theta=draw.normal(n), gradient_at=bowl(draw, n), m=draw.normal(n), **settings)
        slope = quartic_gradient(draw.normal(n))
        yield case("gradient w x³", theta=draw.normal(n), gradient_at=slope, m=draw.normal(n), **settings)


def nesterov_step_many(draw: Sampler) -> Iterator[Case]:
    """From rest; the learning rate may fall on the way."""
    yield multistep_case(
        "3 steps, gradient 2x",
        theta=np.array([1.0]),
        gradient_at=ROUND_BOWL,
        m=np.zeros(1),
        learning_rate=per_step([0.25, 0.25, 0.25]),
        beta=0.5,
    )
    for _ in draw.rounds(public=1, hidden=3):
        n, length = draw.integer(2, 5), 20
        yield multistep_case(
            "20 steps on a random bowl, falling learning rate",
            theta=draw.normal(n),
            gradient_at=bowl(draw, n),
            m=np.zeros(n),
            learning_rate=per_step([0.05 * 0.9**t for t in range(length)]),
            beta=0.9,
        )


def nesterov_step_any(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order. At rest, gradient w x³."""
    for name, (theta, weight) in of_any_form(draw, 2):
        slope = quartic_gradient(weight)
        yield case(name, theta=theta, gradient_at=slope, m=np.zeros_like(theta), learning_rate=0.1, beta=0.9)


def nesterov_step_gradient_at_theta(theta, gradient_at, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient_at(theta)
    return theta + m, m


def nesterov_step_looks_back(theta, gradient_at, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient_at(theta - beta * m)
    return theta + m, m


def nesterov_step_looks_ahead_by_all_of_m(theta, gradient_at, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient_at(theta + m)
    return theta + m, m


def nesterov_step_looks_ahead_by_beta_twice(theta, gradient_at, m, learning_rate, beta):
    m = beta * m
    m = m - learning_rate * gradient_at(theta + beta * m)
    return theta + m, m


def nesterov_step_moves_from_the_look_ahead_point(theta, gradient_at, m, learning_rate, beta):
    theta = theta + beta * m
    m = beta * m - learning_rate * gradient_at(theta)
    return theta + m, m


def nesterov_step_looks_ahead_a_whole_step(theta, gradient_at, m, learning_rate, beta):
    ahead = theta + beta * m - learning_rate * gradient_at(theta)
    m = beta * m - learning_rate * gradient_at(ahead)
    return theta + m, m


def nesterov_step_pytorchs_step_as_well(theta, gradient_at, m, learning_rate, beta):
    gradient = gradient_at(theta + beta * m)
    m = beta * m - learning_rate * gradient
    return theta + beta * m - learning_rate * gradient, m


def nesterov_step_returns_the_next_look_ahead_point(theta, gradient_at, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient_at(theta + beta * m)
    return theta + m + beta * m, m


def nesterov_step_moving_average(theta, gradient_at, m, learning_rate, beta):
    m = beta * m - (1 - beta) * learning_rate * gradient_at(theta + beta * m)
    return theta + m, m


def nesterov_step_velocity_uphill(theta, gradient_at, m, learning_rate, beta):
    m = beta * m + learning_rate * gradient_at(theta - beta * m)
    return theta - m, m


def nesterov_step_climbs(theta, gradient_at, m, learning_rate, beta):
    m = beta * m + learning_rate * gradient_at(theta + beta * m)
    return theta + m, m


def nesterov_step_learning_rate_outside_of_m(theta, gradient_at, m, learning_rate, beta):
    m = beta * m - gradient_at(theta + beta * m)
    return theta + learning_rate * m, m


def nesterov_step_moves_with_the_old_velocity(theta, gradient_at, m, learning_rate, beta):
    new_m = beta * m - learning_rate * gradient_at(theta + beta * m)
    return theta + 1.0 * m, new_m


def nesterov_step_writes_into_theta_and_m(theta, gradient_at, m, learning_rate, beta):
    gradient = gradient_at(theta + beta * m)
    m *= beta
    m -= learning_rate * gradient
    theta += m
    return theta, m


def nesterov_step_always_float64(theta, gradient_at, m, learning_rate, beta):
    ahead = theta + np.float64(beta) * m
    m = beta * m - learning_rate * gradient_at(ahead)
    return theta + m, m


FIRST_STEP, MOVING = "the first step, m = 0", "a step in motion"
MANY_STEPS = "over many steps"
ALL_OF_NESTEROV_STEP = (FIRST_STEP, MOVING, MANY_STEPS, ANY_ARRAY)

NESTEROV_STEP = Exercise(
    name="nesterov_step",
    parameters=("theta", "gradient_at", "m", "learning_rate", "beta"),
    summary="one step of Nesterov's accelerated gradient in the look-ahead form",
    pytorch="torch.optim.SGD([theta + beta * m], lr=learning_rate, momentum=beta, nesterov=True), one step()",
    source=SUTSKEVER,
    reference=nesterov_step_reference,
    computation="reduction",
    outputs=("theta", "m"),
    requirements=(
        Requirement(FIRST_STEP, 1, nesterov_step_first),
        Requirement(MOVING, 2, nesterov_step_moving),
        Requirement(MANY_STEPS, 1, nesterov_step_many),
        Requirement(ANY_ARRAY, 1, nesterov_step_any),
    ),
    mistakes=(
        Mistake(
            nesterov_step_gradient_at_theta,
            "The gradient is taken at theta, which makes this plain momentum. Nesterov asks for it somewhere else.",
            loses=(MOVING, MANY_STEPS),
        ),
        Mistake(
            nesterov_step_looks_back,
            "You look back instead of ahead. Here m points the way theta moves; the minus belongs to books where theta "
            "moves against m.",
            loses=(MOVING, MANY_STEPS),
        ),
        Mistake(
            nesterov_step_looks_ahead_by_all_of_m,
            "You look too far ahead: by m, of which only a part is left in the next step.",
            loses=(MOVING, MANY_STEPS),
        ),
        Mistake(
            nesterov_step_looks_ahead_by_beta_twice,
            "Your m is multiplied by beta before you look ahead, and once more in the look-ahead. The point is "
            "theta + beta * m with the m that you were given.",
            loses=(MOVING, MANY_STEPS),
        ),
        Mistake(
            nesterov_step_moves_from_the_look_ahead_point,
            "The old velocity moves theta twice: you set out from the look-ahead point, and the new m holds that part, "
            "too. The look-ahead point is only a place to ask for the gradient.",
            loses=(MOVING, MANY_STEPS),
        ),
        Mistake(
            nesterov_step_looks_ahead_a_whole_step,
            "You ask for two gradients: one to find the point where momentum would end, one there. The look-ahead uses "
            "the old velocity alone, and one gradient a step.",
            loses=ALL_OF_NESTEROV_STEP,
        ),
        Mistake(
            nesterov_step_pytorchs_step_as_well,
            "You look ahead twice: the gradient is taken at the look-ahead point, and theta moves as in PyTorch's "
            "form, which has the look-ahead built in. Use one of the two.",
            loses=ALL_OF_NESTEROV_STEP,
        ),
        Mistake(
            nesterov_step_returns_the_next_look_ahead_point,
            "m is right, and your theta is one look-ahead too far: theta + m + beta * m is the point of the next "
            "question. Return theta + m.",
            loses=ALL_OF_NESTEROV_STEP,
        ),
        Mistake(
            nesterov_step_moving_average,
            "Your gradient enters m with the weight 1 - beta, as in a moving average. Its only factor here is the "
            "learning rate.",
            loses=ALL_OF_NESTEROV_STEP,
        ),
        Mistake(
            nesterov_step_velocity_uphill,
            "Your m points uphill, and theta moves against it. This is the other convention, and right in itself. Here "
            "m is the way that theta moves.",
            loses=ALL_OF_NESTEROV_STEP,
        ),
        Mistake(
            nesterov_step_climbs,
            "Your steps go uphill: check the sign of the gradient in m.",
            loses=ALL_OF_NESTEROV_STEP,
        ),
        Mistake(
            nesterov_step_learning_rate_outside_of_m,
            "Your m lacks the learning rate, which comes in when theta moves: that is how PyTorch's buffer does it. "
            "Here the learning rate is inside m.",
            loses=ALL_OF_NESTEROV_STEP,
        ),
        Mistake(
            nesterov_step_moves_with_the_old_velocity,
            "The new m is right, but theta moves with the one before. Update m first.",
            loses=ALL_OF_NESTEROV_STEP,
        ),
        Mistake(
            nesterov_step_writes_into_theta_and_m,
            "The arrays that you were given have been changed, and whole numbers cannot even be. Make new ones: "
            "m = beta * m - ... instead of m *= beta.",
            loses=(ANY_ARRAY, PURITY),
        ),
        Mistake(
            nesterov_step_always_float64,
            "The numbers are right, but float32 becomes float64: a NumPy number (np.float64) takes the array with it, "
            "a plain Python number does not.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- sgd_nesterov_step


def sgd_nesterov_step_reference(theta, gradient, buffer, learning_rate, momentum):
    """One step of torch.optim.SGD(nesterov=True)."""
    return sgd(theta, gradient, buffer, learning_rate, momentum)


def sgd_nesterov_step_first(draw: Sampler) -> Iterator[Case]:
    """A buffer of zeros."""
    start = {"theta": np.array([1.0]), "gradient": np.array([2.0]), "buffer": np.zeros(1)}
    yield case("one entry", **start, learning_rate=0.1, momentum=0.9)
    for _ in draw.rounds(public=2, hidden=4):
        shape = draw.shape()
        start = {"theta": draw.normal(*shape), "gradient": draw.normal(*shape), "buffer": np.zeros(shape)}
        settings = {"learning_rate": draw.number(0.05, 0.5), "momentum": draw.number(0.3, 0.99)}
        yield case("random, the first step", **start, **settings)


def sgd_nesterov_step_moving(draw: Sampler) -> Iterator[Case]:
    """A buffer that is not zero."""
    state = {"theta": np.array([1.0]), "gradient": np.array([2.0]), "buffer": np.array([4.0])}
    yield case("one entry", **state, learning_rate=0.1, momentum=0.5)
    for _ in draw.rounds(public=2, hidden=6):
        shape = draw.shape()
        state = {"theta": draw.normal(*shape), "gradient": draw.normal(*shape, scale=3.0)}
        settings = {"learning_rate": draw.number(0.05, 0.5), "momentum": draw.number(0.3, 0.99)}
        yield case("random", **state, buffer=draw.normal(*shape), **settings)


def sgd_nesterov_step_coasting(draw: Sampler) -> Iterator[Case]:
    """A gradient of zero: theta moves on all the same."""
    state = {"theta": np.array([1.0]), "gradient": np.zeros(1), "buffer": np.array([4.0])}
    yield case("one entry, no gradient", **state, learning_rate=0.1, momentum=0.5)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape()
        state = {"theta": draw.normal(*shape), "gradient": np.zeros(shape), "buffer": draw.normal(*shape)}
        yield case("random, no gradient", **state, learning_rate=draw.number(0.05, 0.5), momentum=0.9)


def sgd_nesterov_step_many(draw: Sampler) -> Iterator[Case]:
    """From a buffer of zeros; the learning rate changes on the way."""
    yield multistep_case(
        "3 steps, a learning rate that drops",
        theta=np.array([1.0]),
        gradient=per_step([np.array([2.0])] * 3),
        buffer=np.zeros(1),
        learning_rate=per_step([0.5, 0.5, 0.05]),
        momentum=0.5,
    )
    for _ in draw.rounds(public=1, hidden=3):
        size, length = draw.integer(2, 6), 20
        yield multistep_case(
            "20 steps, falling learning rate",
            theta=draw.normal(size),
            gradient=per_step([draw.normal(size) for _ in range(length)]),
            buffer=np.zeros(size),
            learning_rate=per_step([0.3 * 0.85**t for t in range(length)]),
            momentum=0.9,
        )


def sgd_nesterov_step_any(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    for name, (theta, gradient, buffer) in of_any_form(draw, 3):
        yield case(name, theta=theta, gradient=gradient, buffer=buffer, learning_rate=0.1, momentum=0.9)


def sgd_nesterov_step_old_buffer(theta, gradient, buffer, learning_rate, momentum):
    new_buffer = momentum * buffer + gradient
    return theta - learning_rate * (gradient + momentum * buffer), new_buffer


def sgd_nesterov_step_gradient_only_in_the_buffer(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + gradient
    return theta - learning_rate * momentum * buffer, buffer


def sgd_nesterov_step_whole_buffer_added(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + gradient
    return theta - learning_rate * (gradient + buffer), buffer


def sgd_nesterov_step_brackets_forgotten(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + gradient
    return theta - learning_rate * gradient + momentum * buffer, buffer


def sgd_nesterov_step_buffer_without_the_learning_rate(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + gradient
    return theta - learning_rate * gradient - momentum * buffer, buffer


def sgd_nesterov_step_learning_rate_inside(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + learning_rate * gradient
    return theta - (learning_rate * gradient + momentum * buffer), buffer


def sgd_nesterov_step_look_ahead_kept_as_buffer(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + gradient
    step = gradient + momentum * buffer
    return theta - learning_rate * step, step


def sgd_nesterov_step_old_buffer_returned(theta, gradient, buffer, learning_rate, momentum):
    new_buffer = momentum * buffer + gradient
    return theta - learning_rate * (gradient + momentum * new_buffer), 1.0 * buffer


def sgd_nesterov_step_moving_average(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + (1 - momentum) * gradient
    return theta - learning_rate * (gradient + momentum * buffer), buffer


def sgd_nesterov_step_climbs(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + gradient
    return theta + learning_rate * (gradient + momentum * buffer), buffer


def sgd_nesterov_step_writes_into_theta_and_buffer(theta, gradient, buffer, learning_rate, momentum):
    buffer *= momentum
    buffer += gradient
    theta -= learning_rate * (gradient + momentum * buffer)
    return theta, buffer


def sgd_nesterov_step_always_float64(theta, gradient, buffer, learning_rate, momentum):
    buffer = momentum * buffer + gradient.astype(float)
    return theta - learning_rate * (gradient + momentum * buffer), buffer


SGD_FIRST_STEP, WITH_BUFFER, NO_GRADIENT = "the first step", "a step with a buffer", "no gradient, and still it moves"
MANY_RATES = "over many steps, with a learning rate that changes"
ALL_OF_SGD_NESTEROV_STEP = (SGD_FIRST_STEP, WITH_BUFFER, NO_GRADIENT, MANY_RATES, ANY_ARRAY)

SGD_NESTEROV_STEP = Exercise(
    name="sgd_nesterov_step",
    parameters=("theta", "gradient", "buffer", "learning_rate", "momentum"),
    summary="one step of PyTorch's SGD with Nesterov momentum, which needs the gradient at theta only",
    pytorch="torch.optim.SGD([theta], lr=learning_rate, momentum=momentum, nesterov=True), one step()",
    source=SGD_PAGE,
    reference=sgd_nesterov_step_reference,
    outputs=("theta", "buffer"),
    computation="reduction",
    requirements=(
        Requirement(SGD_FIRST_STEP, 1, sgd_nesterov_step_first),
        Requirement(WITH_BUFFER, 2, sgd_nesterov_step_moving),
        Requirement(NO_GRADIENT, 1, sgd_nesterov_step_coasting),
        Requirement(MANY_RATES, 1, sgd_nesterov_step_many),
        Requirement(ANY_ARRAY, 1, sgd_nesterov_step_any),
    ),
    mistakes=(
        Mistake(
            sgd_nesterov_step_old_buffer,
            "These are the numbers of plain momentum. Gradient plus momentum times the buffer from before the step is "
            "the new buffer, nothing more. Which buffer does Nesterov's step use?",
            loses=ALL_OF_SGD_NESTEROV_STEP,
        ),
        Mistake(
            sgd_nesterov_step_gradient_only_in_the_buffer,
            "The gradient reaches theta through the buffer only. In Nesterov's step it counts once more beside it.",
            loses=(SGD_FIRST_STEP, WITH_BUFFER, MANY_RATES, ANY_ARRAY),
        ),
        Mistake(
            sgd_nesterov_step_whole_buffer_added,
            "In the step of theta your buffer is not multiplied by `momentum`. It was when the buffer was updated, and "
            "is once more here.",
            loses=ALL_OF_SGD_NESTEROV_STEP,
        ),
        Mistake(
            sgd_nesterov_step_brackets_forgotten,
            "The brackets are missing around gradient + momentum * buffer: learning rate and minus reach the gradient "
            "alone.",
            loses=ALL_OF_SGD_NESTEROV_STEP,
        ),
        Mistake(
            sgd_nesterov_step_buffer_without_the_learning_rate,
            "In the step of theta the learning rate multiplies the gradient alone. It belongs to the buffer's part, "
            "too.",
            loses=ALL_OF_SGD_NESTEROV_STEP,
        ),
        Mistake(
            sgd_nesterov_step_learning_rate_inside,
            "The learning rate is inside your buffer, as it is inside m in the look-ahead form. PyTorch's buffer holds "
            "gradients alone.",
            loses=ALL_OF_SGD_NESTEROV_STEP,
        ),
        Mistake(
            sgd_nesterov_step_look_ahead_kept_as_buffer,
            "You keep gradient + momentum * buffer as the next buffer. This sum moves theta and is forgotten; the "
            "buffer itself is what stays.",
            loses=ALL_OF_SGD_NESTEROV_STEP,
        ),
        Mistake(
            sgd_nesterov_step_old_buffer_returned,
            "Your theta is right; the buffer that you return is the one you were given. Return the new one.",
            loses=ALL_OF_SGD_NESTEROV_STEP,
        ),
        Mistake(
            sgd_nesterov_step_moving_average,
            "Your gradient enters the buffer with the weight 1 - momentum, as in a moving average. PyTorch's weight is "
            "1 here.",
            loses=(SGD_FIRST_STEP, WITH_BUFFER, MANY_RATES, ANY_ARRAY),
        ),
        Mistake(
            sgd_nesterov_step_climbs,
            "Your steps go uphill. PyTorch's buffer points along the gradient, so theta has to move against it.",
            loses=ALL_OF_SGD_NESTEROV_STEP,
        ),
        Mistake(
            sgd_nesterov_step_writes_into_theta_and_buffer,
            "The arrays that you were given have been changed. PyTorch itself works in place like this; here, make new "
            "arrays, which may hold fractions where the old ones hold whole numbers.",
            loses=(ANY_ARRAY, PURITY),
        ),
        Mistake(
            sgd_nesterov_step_always_float64,
            "The numbers are right, but float32 becomes float64: something in your function fixes the dtype, "
            "astype(float) for example.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- look_ahead_to_pytorch


def look_ahead_to_pytorch_reference(theta, m, learning_rate, beta):
    """The look-ahead point, and the velocity without learning rate and with the gradient's sign."""
    return theta + beta * m, m / -learning_rate


def to_pytorch_values(draw: Sampler) -> Iterator[Case]:
    """A learning rate of 1."""
    settings = {"learning_rate": 1.0, "beta": 0.5}
    yield case("one entry", theta=np.array([3.0]), m=np.array([4.0]), **settings)
    for _ in draw.rounds(public=2, hidden=5):
        shape = draw.shape()
        settings["beta"] = draw.number(0.3, 0.99)
        yield case("random", theta=draw.normal(*shape), m=draw.normal(*shape), **settings)


def to_pytorch_rates(draw: Sampler) -> Iterator[Case]:
    """Other learning rates."""
    yield case("learning rate 0.1", theta=np.array([3.0]), m=np.array([4.0]), learning_rate=0.1, beta=0.5)
    for _ in draw.rounds(public=2, hidden=5):
        shape = draw.shape()
        settings = {"learning_rate": draw.number(0.01, 0.4), "beta": draw.number(0.3, 0.99)}
        yield case("random", theta=draw.normal(*shape), m=draw.normal(*shape), **settings)


def to_pytorch_any(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    for name, (theta, m) in of_any_form(draw, 2):
        yield case(name, theta=theta, m=m, learning_rate=1.0, beta=0.9)


def look_ahead_to_pytorch_looks_back(theta, m, learning_rate, beta):
    return theta - beta * m, m / -learning_rate


def look_ahead_to_pytorch_beta_forgotten(theta, m, learning_rate, beta):
    return theta + 1.0 * m, m / -learning_rate


def look_ahead_to_pytorch_theta_left_as_it_is(theta, m, learning_rate, beta):
    return 1.0 * theta, m / -learning_rate


def look_ahead_to_pytorch_sign_of_the_buffer(theta, m, learning_rate, beta):
    return theta + beta * m, m / learning_rate


def look_ahead_to_pytorch_velocity_uphill(theta, m, learning_rate, beta):
    return theta - beta * m, m / learning_rate


def look_ahead_to_pytorch_multiplied_by_the_learning_rate(theta, m, learning_rate, beta):
    return theta + beta * m, -learning_rate * m


def look_ahead_to_pytorch_learning_rate_left_in(theta, m, learning_rate, beta):
    return theta + beta * m, -1.0 * m


def look_ahead_to_pytorch_buffer_added_to_theta(theta, m, learning_rate, beta):
    buffer = m / -learning_rate
    return theta + beta * buffer, buffer


def look_ahead_to_pytorch_writes_into_theta(theta, m, learning_rate, beta):
    theta += beta * m
    return theta, m / -learning_rate


def look_ahead_to_pytorch_always_float64(theta, m, learning_rate, beta):
    return theta + np.float64(beta) * m, m / np.float64(-learning_rate)


RATE_1, OTHER_RATES = "learning rate 1", "other learning rates"
ALL_OF_MAPS = (RATE_1, OTHER_RATES, ANY_ARRAY)

LOOK_AHEAD_TO_PYTORCH = Exercise(
    name="look_ahead_to_pytorch",
    parameters=("theta", "m", "learning_rate", "beta"),
    summary="what PyTorch's SGD(nesterov=True) holds where the look-ahead form holds theta and m",
    pytorch="the same on PyTorch tensors (there is no function for it)",
    source=SGD_PAGE,
    reference=look_ahead_to_pytorch_reference,
    outputs=("theta_torch", "buffer"),
    requirements=(
        Requirement(RATE_1, 2, to_pytorch_values),
        Requirement(OTHER_RATES, 1, to_pytorch_rates),
        Requirement(ANY_ARRAY, 1, to_pytorch_any),
    ),
    mistakes=(
        Mistake(
            look_ahead_to_pytorch_looks_back,
            "Your parameter is the point behind theta. PyTorch's is the one ahead, where the gradient is taken.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            look_ahead_to_pytorch_beta_forgotten,
            "Your parameter is theta + m. The look-ahead goes only as far as the old velocity will carry: beta is "
            "missing.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            look_ahead_to_pytorch_theta_left_as_it_is,
            "The buffer is right, and your parameter is theta itself. PyTorch's parameter is the point where the "
            "gradient is taken.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            look_ahead_to_pytorch_sign_of_the_buffer,
            "Your buffer points the way that theta moves. PyTorch's points along the gradients, uphill.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            look_ahead_to_pytorch_velocity_uphill,
            "This is the map of the other convention, where m points uphill. Here m is the way that theta moves.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            look_ahead_to_pytorch_multiplied_by_the_learning_rate,
            "m holds the learning rate as a factor, PyTorch's buffer does not. You put in another one instead of "
            "taking it out.",
            loses=(OTHER_RATES,),
        ),
        Mistake(
            look_ahead_to_pytorch_learning_rate_left_in,
            "Your buffer still holds the learning rate, which is inside m and outside of PyTorch's buffer.",
            loses=(OTHER_RATES,),
        ),
        Mistake(
            look_ahead_to_pytorch_buffer_added_to_theta,
            "You add the buffer to theta where it should be m: they differ in sign and in size.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            look_ahead_to_pytorch_writes_into_theta,
            "The array `theta` that you were given has been changed. Write theta + ... instead of theta += ...",
            loses=(ANY_ARRAY, PURITY),
        ),
        Mistake(
            look_ahead_to_pytorch_always_float64,
            "The numbers are right, but float32 becomes float64: a NumPy number (np.float64) takes the array with it, "
            "a plain Python number does not.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- pytorch_to_look_ahead


def pytorch_to_look_ahead_reference(theta_torch, buffer, learning_rate, beta):
    """The velocity with learning rate and sign, and the point that PyTorch's parameter is ahead of."""
    m = -learning_rate * buffer
    return theta_torch - beta * m, m


def from_pytorch_values(draw: Sampler) -> Iterator[Case]:
    """A learning rate of 1."""
    settings = {"learning_rate": 1.0, "beta": 0.5}
    yield case("one entry", theta_torch=np.array([5.0]), buffer=np.array([-4.0]), **settings)
    for _ in draw.rounds(public=2, hidden=5):
        shape = draw.shape()
        settings["beta"] = draw.number(0.3, 0.99)
        yield case("random", theta_torch=draw.normal(*shape), buffer=draw.normal(*shape), **settings)


def from_pytorch_rates(draw: Sampler) -> Iterator[Case]:
    """Other learning rates."""
    state = {"theta_torch": np.array([5.0]), "buffer": np.array([-40.0])}
    yield case("learning rate 0.1", **state, learning_rate=0.1, beta=0.5)
    for _ in draw.rounds(public=2, hidden=5):
        shape = draw.shape()
        settings = {"learning_rate": draw.number(0.01, 0.4), "beta": draw.number(0.3, 0.99)}
        yield case("random", theta_torch=draw.normal(*shape), buffer=draw.normal(*shape, scale=9.0), **settings)


def from_pytorch_any(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    for name, (theta, buffer) in of_any_form(draw, 2):
        yield case(name, theta_torch=theta, buffer=buffer, learning_rate=1.0, beta=0.9)


def pytorch_to_look_ahead_looks_ahead_again(theta_torch, buffer, learning_rate, beta):
    m = -learning_rate * buffer
    return theta_torch + beta * m, m


def pytorch_to_look_ahead_sign_of_m(theta_torch, buffer, learning_rate, beta):
    m = learning_rate * buffer
    return theta_torch + beta * m, m


def pytorch_to_look_ahead_sign_of_m_in_both(theta_torch, buffer, learning_rate, beta):
    m = learning_rate * buffer
    return theta_torch - beta * m, m


def pytorch_to_look_ahead_beta_forgotten(theta_torch, buffer, learning_rate, beta):
    m = -learning_rate * buffer
    return theta_torch - m, m


def pytorch_to_look_ahead_theta_left_as_it_is(theta_torch, buffer, learning_rate, beta):
    return 1.0 * theta_torch, -learning_rate * buffer


def pytorch_to_look_ahead_divided_by_the_learning_rate(theta_torch, buffer, learning_rate, beta):
    m = buffer / -learning_rate
    return theta_torch - beta * m, m


def pytorch_to_look_ahead_learning_rate_forgotten_in_theta(theta_torch, buffer, learning_rate, beta):
    return theta_torch + beta * buffer, -learning_rate * buffer


def pytorch_to_look_ahead_buffer_taken_from_theta(theta_torch, buffer, learning_rate, beta):
    return theta_torch - beta * buffer, -learning_rate * buffer


def pytorch_to_look_ahead_writes_into_theta(theta_torch, buffer, learning_rate, beta):
    m = -learning_rate * buffer
    theta_torch -= beta * m
    return theta_torch, m


def pytorch_to_look_ahead_always_float64(theta_torch, buffer, learning_rate, beta):
    m = -learning_rate * buffer.astype(float)
    return theta_torch - beta * m, m


PYTORCH_TO_LOOK_AHEAD = Exercise(
    name="pytorch_to_look_ahead",
    parameters=("theta_torch", "buffer", "learning_rate", "beta"),
    summary="theta and m of the look-ahead form where PyTorch's SGD(nesterov=True) holds parameter and buffer",
    pytorch="the same on PyTorch tensors (there is no function for it)",
    source=SGD_PAGE,
    reference=pytorch_to_look_ahead_reference,
    outputs=("theta", "m"),
    requirements=(
        Requirement(RATE_1, 2, from_pytorch_values),
        Requirement(OTHER_RATES, 1, from_pytorch_rates),
        Requirement(ANY_ARRAY, 1, from_pytorch_any),
    ),
    mistakes=(
        Mistake(
            pytorch_to_look_ahead_looks_ahead_again,
            "You go one look-ahead further, to theta + 2 beta m. The way back from the point ahead leads against m.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            pytorch_to_look_ahead_sign_of_m,
            "Your theta is right and your m points uphill, as PyTorch's buffer does. Here m is the way theta moves.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            pytorch_to_look_ahead_sign_of_m_in_both,
            "Your m points uphill, as PyTorch's buffer does, and takes theta the wrong way. Here m is the way theta "
            "moves.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            pytorch_to_look_ahead_beta_forgotten,
            "m is right, but you go back by all of it. PyTorch's parameter is ahead by beta times m.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            pytorch_to_look_ahead_theta_left_as_it_is,
            "m is right, and your theta is PyTorch's parameter, unchanged: that is the point ahead.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            pytorch_to_look_ahead_divided_by_the_learning_rate,
            "The learning rate is inside m and outside of the buffer: on the way to m it has to be put in, not taken "
            "out.",
            loses=(OTHER_RATES,),
        ),
        Mistake(
            pytorch_to_look_ahead_learning_rate_forgotten_in_theta,
            "m is right. For theta you used the buffer in its place, without the learning rate.",
            loses=(OTHER_RATES,),
        ),
        Mistake(
            pytorch_to_look_ahead_buffer_taken_from_theta,
            "m is right. For theta you take away beta times the buffer where it should be beta times m: they differ in "
            "sign and in size.",
            loses=ALL_OF_MAPS,
        ),
        Mistake(
            pytorch_to_look_ahead_writes_into_theta,
            "The array `theta_torch` that you were given has been changed. Write theta_torch - ... instead of -=.",
            loses=(ANY_ARRAY, PURITY),
        ),
        Mistake(
            pytorch_to_look_ahead_always_float64,
            "The numbers are right, but float32 becomes float64: something in your function fixes the dtype, "
            "astype(float) for example.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- shrink_factor


def shrink_factor_reference(curvature, learning_rate, beta, nesterov):
    """One step of torch.optim.SGD on the loss curvature * theta**2 / 2 is linear in theta and buffer: its 2x2 matrix,
    column by column, and the largest absolute value of an eigenvalue. In float64, on the CPU (not all devices can)."""
    import torch

    h = curvature.detach().cpu().double()
    zero, one = torch.zeros_like(h), torch.ones_like(h)
    from_theta = sgd(one, h * one, zero, learning_rate, beta, nesterov)
    from_buffer = sgd(zero, h * zero, one, learning_rate, beta, nesterov)
    matrix = torch.stack([torch.stack(from_theta, dim=-1), torch.stack(from_buffer, dim=-1)], dim=-1)
    return torch.linalg.eigvals(matrix).abs().amax(dim=-1).to(curvature)


def curvatures_with(
    draw: Sampler, shape: tuple[int, ...], low: float, high: float, rate: float, dtype: str = "float64"
):
    """Random curvatures for which learning_rate * curvature is between low and high."""
    return np.round(draw.uniform(*shape, low=low, high=high) / rate, 3).astype(dtype)


def shrink_factor_oscillating(draw: Sampler) -> Iterator[Case]:
    """Momentum where both eigenvalues are complex."""
    yield case("0.5 by hand", curvature=np.array([1.0]), learning_rate=0.5, beta=0.25, nesterov=False)
    settings = {"learning_rate": 0.02, "beta": 0.9, "nesterov": False}
    yield case("a bowl of condition number 50", curvature=np.array([1.0, 50.0]), **settings)
    for _ in draw.rounds(public=1, hidden=4):
        rate = draw.number(0.02, 0.5)
        curvature = curvatures_with(draw, (draw.integer(3, 6),), 0.2, 2.0, rate)
        yield case("random", curvature=curvature, learning_rate=rate, beta=draw.number(0.5, 0.95), nesterov=False)


def shrink_factor_real(draw: Sampler) -> Iterator[Case]:
    """Momentum where both eigenvalues are real: very small and very large learning rates, flat and downward slopes."""
    yield case("0.625 by hand", curvature=np.array([0.9]), learning_rate=0.25, beta=0.25, nesterov=False)
    yield case("diverging", curvature=np.array([1.0, 2.0]), learning_rate=4.0, beta=0.25, nesterov=False)
    flat = np.array([0.0, -1.0])
    yield case("flat, and downhill on both sides", curvature=flat, learning_rate=0.1, beta=0.9, nesterov=False)
    for _ in draw.rounds(public=1, hidden=4):
        rate = draw.number(0.02, 0.5)
        n = draw.integer(3, 6)
        small = curvatures_with(draw, (n,), -0.5, -0.01, rate)
        yield case("random, downhill", curvature=small, learning_rate=rate, beta=0.9, nesterov=False)
        large = curvatures_with(draw, (n,), 4.2, 6.0, rate)
        yield case("random, diverging", curvature=large, learning_rate=rate, beta=draw.number(0.2, 0.9), nesterov=False)


def shrink_factor_nesterov(draw: Sampler) -> Iterator[Case]:
    """The same for Nesterov, whose factor is small near learning_rate * curvature = 1 and grows fast beyond."""
    yield case("0.5 by hand", curvature=np.array([1.0]), learning_rate=0.5, beta=0.5, nesterov=True)
    yield case("exactly at the limit", curvature=np.array([3.0]), learning_rate=0.5, beta=0.5, nesterov=True)
    yield case("flat", curvature=np.array([0.0, -1.0]), learning_rate=0.1, beta=0.9, nesterov=True)
    for _ in draw.rounds(public=1, hidden=4):
        rate = draw.number(0.02, 0.5)
        n, beta = draw.integer(3, 6), draw.number(0.6, 0.95)
        low = curvatures_with(draw, (n,), 0.1, 0.8, rate)
        yield case("random", curvature=low, learning_rate=rate, beta=beta, nesterov=True)
        high = curvatures_with(draw, (n,), 1.05, 2.0, rate)
        yield case("random, steep", curvature=high, learning_rate=rate, beta=beta, nesterov=True)


def shrink_factor_any(draw: Sampler) -> Iterator[Case]:
    """float32 stays float32, whole numbers give float64; any shape and memory order."""
    settings = {"learning_rate": 0.1, "beta": 0.9, "nesterov": False}
    yield case("float32", curvature=np.array([1.5, 3.0], dtype="float32"), **settings)
    yield case("whole numbers", curvature=np.array([[4], [9]]), **settings)
    table = curvatures_with(draw, (3, 4), 0.2, 2.0, 0.1)
    yield case("Fortran order", curvature=np.asfortranarray(table), **settings)
    yield case("every second entry of a larger array", curvature=strided(table[:2]), **settings)
    yield case("no entries", curvature=np.zeros((0, 3)), **settings)
    # Nesterov's float32, without numbers: who gets those wrong has lost the points for Nesterov already.
    empty = np.zeros((0, 3), dtype="float32")
    yield case("no entries, float32, Nesterov", curvature=empty, **settings | {"nesterov": True})
    for _ in draw.rounds(public=1, hidden=3):
        curvature = curvatures_with(draw, draw.shape(3, largest=5), 0.2, 2.0, 0.1, "float32")
        yield case("float32, three dimensions", curvature=curvature, **settings)


def shrink_factor_nesterov_ignored(curvature, learning_rate, beta, nesterov):
    half = (1 + beta - learning_rate * curvature) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


def shrink_factor_nesterov_the_wrong_way_round(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    if not nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


def shrink_factor_beta_minus_the_curvature(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    if nesterov:
        beta = beta - gone
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


def shrink_factor_beta_changed_in_one_place_only(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    half = (1 + beta - gone) / 2
    if nesterov:
        beta = beta * (1 - gone)
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


def shrink_factor_root_of_a_negative_number(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - beta)
    return np.maximum(np.abs(half + root), np.abs(half - root))


def shrink_factor_root_of_the_absolute_value(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(np.abs(half**2 - beta))
    return np.maximum(np.abs(half + root), np.abs(half - root))


def shrink_factor_imaginary_part_dropped(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(np.maximum(half**2 - beta, 0))
    return np.maximum(np.abs(half + root), np.abs(half - root))


def shrink_factor_root_with_plus_only(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    return np.abs(half + np.sqrt(half**2 - beta + 0j))


def shrink_factor_smaller_root(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.minimum(np.abs(half + root), np.abs(half - root))


def shrink_factor_always_the_root_of_beta(curvature, learning_rate, beta, nesterov):
    if nesterov:
        beta = beta * (1 - learning_rate * curvature)
    return np.sqrt(np.abs(beta + 0 * (learning_rate * curvature)))


def shrink_factor_gradient_descent(curvature, learning_rate, beta, nesterov):
    return np.abs(1 - learning_rate * curvature)


def shrink_factor_not_halved(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    trace = 1 + beta - gone
    root = np.sqrt(trace**2 - 4 * beta + 0j)
    return np.maximum(np.abs(trace + root), np.abs(trace - root))


def shrink_factor_two_forms_mixed(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - 4 * beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


def shrink_factor_always_float64(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature.astype(float)
    if nesterov:
        beta = beta * (1 - gone)
    half = (1 + beta - gone) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


OSCILLATING, REAL, NESTEROV = "momentum that swings", "momentum that does not swing, or diverges", "Nesterov"
ALL_OF_SHRINK_FACTOR = (OSCILLATING, REAL, NESTEROV, ANY_ARRAY)

SHRINK_FACTOR = Exercise(
    name="shrink_factor",
    parameters=("curvature", "learning_rate", "beta", "nesterov"),
    summary="the factor by which momentum or Nesterov shrinks theta per step on curvature * theta**2 / 2",
    pytorch="torch.linalg.eigvals of one step of torch.optim.SGD as a 2x2 matrix: the largest absolute value",
    source="https://distill.pub/2017/momentum/",
    reference=shrink_factor_reference,
    computation="reduction",
    outputs=("factor",),
    requirements=(
        Requirement(OSCILLATING, 2, shrink_factor_oscillating),
        Requirement(REAL, 1, shrink_factor_real),
        Requirement(NESTEROV, 1, shrink_factor_nesterov),
        Requirement(ANY_ARRAY, 1, shrink_factor_any),
    ),
    mistakes=(
        Mistake(
            shrink_factor_nesterov_ignored,
            "`nesterov` has no effect on your result: it is that of momentum.",
            loses=(NESTEROV,),
        ),
        Mistake(
            shrink_factor_nesterov_the_wrong_way_round,
            "`nesterov` works the wrong way round: True gives momentum's factor, False gives Nesterov's.",
            loses=ALL_OF_SHRINK_FACTOR,
        ),
        Mistake(
            shrink_factor_beta_minus_the_curvature,
            "For Nesterov you subtract learning_rate * curvature from beta. It is beta times (1 - learning_rate * "
            "curvature).",
            loses=(NESTEROV,),
        ),
        Mistake(
            shrink_factor_beta_changed_in_one_place_only,
            "For Nesterov the smaller beta stands in both coefficients of the equation, in the sum of its two "
            "solutions, too.",
            loses=(NESTEROV,),
        ),
        Mistake(
            shrink_factor_root_of_a_negative_number,
            "NaN where theta swings: there the number under the root is negative, and np.sqrt needs a complex number "
            "to give a complex one.",
            loses=(OSCILLATING, NESTEROV, ANY_ARRAY),
        ),
        Mistake(
            shrink_factor_root_of_the_absolute_value,
            "Where the number under the root is negative you take the root of its absolute value, as if it were "
            "positive. The root is imaginary there, and the factor is another one.",
            loses=(OSCILLATING, NESTEROV, ANY_ARRAY),
        ),
        Mistake(
            shrink_factor_imaginary_part_dropped,
            "Where the solutions are complex you use their real part. The absolute value of a complex number has both "
            "parts in it; np.abs knows how.",
            loses=(OSCILLATING, NESTEROV, ANY_ARRAY),
        ),
        Mistake(
            shrink_factor_root_with_plus_only,
            "You look at one of the two solutions. For large learning rates both are negative, and the other one is "
            "the larger in absolute value.",
            loses=(REAL, NESTEROV),
        ),
        Mistake(
            shrink_factor_smaller_root,
            "You return the smaller of the two absolute values. In the end it is the larger one that remains.",
            loses=(REAL, NESTEROV),
        ),
        Mistake(
            shrink_factor_always_the_root_of_beta,
            "The root of the product of both solutions is their absolute value only where they are complex. Where they "
            "are real, one is larger and one is smaller.",
            loses=(REAL, NESTEROV),
        ),
        Mistake(
            shrink_factor_gradient_descent,
            "This is the factor of plain gradient descent: beta has no effect on your result.",
            loses=ALL_OF_SHRINK_FACTOR,
        ),
        Mistake(
            shrink_factor_not_halved,
            "Your numbers are twice too large: in the formula for a quadratic equation everything is divided by 2.",
            loses=ALL_OF_SHRINK_FACTOR,
        ),
        Mistake(
            shrink_factor_two_forms_mixed,
            "You mix two forms of the quadratic formula: where s is already halved, it is s² - β' under the root, "
            "without the 4.",
            loses=ALL_OF_SHRINK_FACTOR,
        ),
        Mistake(
            shrink_factor_always_float64,
            "The numbers are right, but float32 becomes float64: something in your function fixes the dtype, "
            "astype(float) for example. (Adding 0j does not.)",
            loses=(ANY_ARRAY,),
        ),
    ),
)

EXERCISES = (NESTEROV_STEP, SGD_NESTEROV_STEP, LOOK_AHEAD_TO_PYTORCH, PYTORCH_TO_LOOK_AHEAD, SHRINK_FACTOR)

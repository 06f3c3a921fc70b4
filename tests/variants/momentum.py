"""Correct solutions of `2_faster_optimizers/1_momentum`, written differently."""

import math

import numpy as np

# ---------------------------------------------------------------- gradient_descent_step


def gradient_descent_step_change_first(theta, gradient, learning_rate):
    step = -learning_rate * gradient
    return step + theta


def gradient_descent_step_on_a_copy(theta, gradient, learning_rate):
    moved = theta.copy() if theta.dtype.kind == "f" else theta.astype(float)
    moved -= learning_rate * gradient
    return moved


def gradient_descent_step_entry_by_entry(theta, gradient, learning_rate):
    kind = theta.dtype if theta.dtype.kind == "f" else float
    moved = np.empty(theta.shape, kind)
    for index in np.ndindex(theta.shape):
        moved[index] = theta[index] - learning_rate * gradient[index]
    return moved


def gradient_descent_step_with_functions(theta, gradient, learning_rate):
    return np.subtract(theta, np.multiply(gradient, learning_rate))


# ---------------------------------------------------------------- convergence_factor


def convergence_factor_larger_of_the_two_ends(curvatures, learning_rate):
    factors = 1 - learning_rate * curvatures
    return np.maximum(np.max(factors), -np.min(factors))


def convergence_factor_from_steepest_and_flattest(curvatures, learning_rate):
    return max(abs(1 - learning_rate * curvatures.min()), abs(1 - learning_rate * curvatures.max()))


def convergence_factor_in_a_loop(curvatures, learning_rate):
    slowest = 0.0
    for h in curvatures.ravel():
        slowest = max(slowest, abs(1 - learning_rate * float(h)))
    return slowest


def convergence_factor_as_a_norm(curvatures, learning_rate):
    return np.linalg.norm((1 - learning_rate * curvatures).ravel(), np.inf)


def convergence_factor_root_of_the_square(curvatures, learning_rate):
    return np.sqrt(np.square(learning_rate * curvatures - 1).max())


# ---------------------------------------------------------------- momentum_step


def momentum_step_in_one_line(theta, gradient, m, learning_rate, beta):
    return theta + beta * m - learning_rate * gradient, beta * m - learning_rate * gradient


def momentum_step_as_a_list(theta, gradient, m, learning_rate, beta):
    velocity = -(learning_rate * gradient - beta * m)
    return [velocity + theta, velocity]


def momentum_step_by_the_difference(theta, gradient, m, learning_rate, beta):
    moved = theta - learning_rate * gradient + beta * m
    return moved, beta * m - gradient * learning_rate


def momentum_step_on_copies(theta, gradient, m, learning_rate, beta):
    m = m.copy() if m.dtype.kind == "f" else m.astype(float)
    m *= beta
    m -= learning_rate * gradient
    return theta + m, m


# ---------------------------------------------------------------- velocity_after


def velocity_after_step_by_step(gradient, t, learning_rate, beta):
    m = 0.0 * gradient
    for _ in range(t):
        m = beta * m - learning_rate * gradient
    return m


def velocity_after_sum_of_powers(gradient, t, learning_rate, beta):
    return -learning_rate * sum(beta**k for k in range(t)) * gradient


def velocity_after_terminal_minus_what_is_missing(gradient, t, learning_rate, beta):
    if beta == 1:
        return -learning_rate * t * gradient
    terminal = -learning_rate / (1 - beta) * gradient
    return terminal - beta**t * terminal


def velocity_after_numpy_sum_as_a_number(gradient, t, learning_rate, beta):
    powers = np.power(float(beta), np.arange(t))
    return gradient * float(-learning_rate * math.fsum(powers))


# ---------------------------------------------------------------- sgd_momentum_step


def sgd_momentum_step_with_if(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    if buffer is not None:
        gradient = momentum * buffer + gradient - dampening * gradient
    return theta - learning_rate * gradient, gradient


def sgd_momentum_step_weight_of_the_gradient(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    weight = 1.0 if buffer is None else 1 - dampening
    old = 0.0 if buffer is None else buffer
    buffer = momentum * old + weight * gradient
    return theta - learning_rate * buffer, buffer


def sgd_momentum_step_buffer_that_gives_the_gradient(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    if buffer is None:
        buffer = gradient * (dampening / momentum)
    new = buffer * momentum + (1 - dampening) * gradient
    return np.array(theta - new * learning_rate), new


def sgd_momentum_step_on_a_copy(theta, gradient, buffer, learning_rate, momentum, dampening=0.0):
    if buffer is None:
        return theta - learning_rate * gradient, gradient.copy()
    kind = buffer.dtype if buffer.dtype.kind == "f" else float
    buffer = buffer.astype(kind)
    buffer *= momentum
    buffer += (1 - dampening) * gradient
    return theta - learning_rate * buffer, buffer


VARIANTS = {
    "gradient_descent_step": [
        gradient_descent_step_change_first,
        gradient_descent_step_on_a_copy,
        gradient_descent_step_entry_by_entry,
        gradient_descent_step_with_functions,
    ],
    "convergence_factor": [
        convergence_factor_larger_of_the_two_ends,
        convergence_factor_from_steepest_and_flattest,
        convergence_factor_in_a_loop,
        convergence_factor_as_a_norm,
        convergence_factor_root_of_the_square,
    ],
    "momentum_step": [
        momentum_step_in_one_line,
        momentum_step_as_a_list,
        momentum_step_by_the_difference,
        momentum_step_on_copies,
    ],
    "velocity_after": [
        velocity_after_step_by_step,
        velocity_after_sum_of_powers,
        velocity_after_terminal_minus_what_is_missing,
        velocity_after_numpy_sum_as_a_number,
    ],
    "sgd_momentum_step": [
        sgd_momentum_step_with_if,
        sgd_momentum_step_weight_of_the_gradient,
        sgd_momentum_step_buffer_that_gives_the_gradient,
        sgd_momentum_step_on_a_copy,
    ],
}

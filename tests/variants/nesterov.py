"""Correct solutions of `2_faster_optimizers/2_nesterov`, written differently."""

import cmath

import numpy as np

# ---------------------------------------------------------------- nesterov_step


def nesterov_step_point_first(theta, gradient_at, m, learning_rate, beta):
    ahead = theta + beta * m
    new_m = beta * m - learning_rate * gradient_at(ahead)
    return theta + new_m, new_m


def nesterov_step_gradient_step_from_the_point_ahead(theta, gradient_at, m, learning_rate, beta):
    carried = beta * m
    end = (theta + carried) - learning_rate * gradient_at(theta + carried)
    return [end, carried - learning_rate * gradient_at(theta + carried)]


def nesterov_step_velocity_uphill_inside(theta, gradient_at, m, learning_rate, beta):
    uphill = -m
    uphill = beta * uphill + learning_rate * gradient_at(theta - beta * uphill)
    return theta - uphill, -uphill


def nesterov_step_on_copies(theta, gradient_at, m, learning_rate, beta):
    theta = theta.copy() if theta.dtype.kind == "f" else theta.astype(float)
    m = m.copy() if m.dtype.kind == "f" else m.astype(float)
    gradient = gradient_at(theta + beta * m)
    m *= beta
    m -= learning_rate * gradient
    theta += m
    return theta, m


def nesterov_step_velocity_as_a_difference(theta, gradient_at, m, learning_rate, beta):
    ahead = theta + beta * m
    end = ahead - learning_rate * gradient_at(ahead)
    return end, end - theta


# ---------------------------------------------------------------- sgd_nesterov_step


def sgd_nesterov_step_new_name(theta, gradient, buffer, learning_rate, momentum):
    new_buffer = momentum * buffer + gradient
    return theta - learning_rate * (gradient + momentum * new_buffer), new_buffer


def sgd_nesterov_step_in_one_sum(theta, gradient, buffer, learning_rate, momentum):
    step = (1 + momentum) * gradient + momentum**2 * buffer
    return theta - step * learning_rate, gradient + buffer * momentum


def sgd_nesterov_step_by_way_of_the_look_ahead_form(theta, gradient, buffer, learning_rate, momentum):
    m = -learning_rate * buffer
    behind = theta - momentum * m
    m = momentum * m - learning_rate * gradient
    behind = behind + m
    return behind + momentum * m, momentum * buffer + gradient


def sgd_nesterov_step_two_moves(theta, gradient, buffer, learning_rate, momentum):
    buffer = np.add(momentum * buffer, gradient)
    theta = theta - learning_rate * gradient
    theta = theta - learning_rate * momentum * buffer
    return [theta, buffer]


# ---------------------------------------------------------------- look_ahead_to_pytorch


def look_ahead_to_pytorch_one_line(theta, m, learning_rate, beta):
    return theta + beta * m, -m / learning_rate


def look_ahead_to_pytorch_buffer_first(theta, m, learning_rate, beta):
    buffer = m * (-1 / learning_rate)
    return [theta - learning_rate * beta * buffer, buffer]


def look_ahead_to_pytorch_with_numpy(theta, m, learning_rate, beta):
    return np.add(theta, np.multiply(m, beta)), np.divide(np.negative(m), learning_rate)


# ---------------------------------------------------------------- pytorch_to_look_ahead


def pytorch_to_look_ahead_one_line(theta_torch, buffer, learning_rate, beta):
    return theta_torch + learning_rate * beta * buffer, -learning_rate * buffer


def pytorch_to_look_ahead_velocity_first(theta_torch, buffer, learning_rate, beta):
    m = -buffer * learning_rate
    return [theta_torch - m * beta, m]


def pytorch_to_look_ahead_with_numpy(theta_torch, buffer, learning_rate, beta):
    m = np.multiply(buffer, -learning_rate)
    return np.subtract(theta_torch, np.multiply(beta, m)), m


# ---------------------------------------------------------------- shrink_factor


def shrink_factor_in_two_cases(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * curvature
    b = beta * (1 - gone) if nesterov else beta + 0 * gone
    trace = 1 + b - gone
    discriminant = trace**2 - 4 * b
    real = (np.abs(trace) + np.sqrt(np.maximum(discriminant, 0))) / 2
    return np.where(discriminant < 0, np.sqrt(np.maximum(b, 0)), real)


def shrink_factor_by_eigenvalues(curvature, learning_rate, beta, nesterov):
    gone = learning_rate * (curvature if curvature.dtype.kind == "f" else curvature.astype(float))
    b = beta * (1 - gone) if nesterov else np.full_like(gone, beta)
    matrix = np.stack([np.stack([1 - gone, b], axis=-1), np.stack([-gone, b], axis=-1)], axis=-2)
    return np.abs(np.linalg.eigvals(matrix)).max(axis=-1)


def shrink_factor_entry_by_entry(curvature, learning_rate, beta, nesterov):
    result = np.empty(curvature.shape, curvature.dtype if curvature.dtype.kind == "f" else float)
    for index in np.ndindex(curvature.shape):
        gone = learning_rate * float(curvature[index])
        b = beta * (1 - gone) if nesterov else beta
        root = cmath.sqrt((1 + b - gone) ** 2 - 4 * b)
        result[index] = max(abs(1 + b - gone + root), abs(1 + b - gone - root)) / 2
    return result


def shrink_factor_list_of_roots(curvature, learning_rate, beta, nesterov):
    factor = 1 - learning_rate * curvature
    b = beta * (factor if nesterov else 1)
    half = (factor + b) / 2
    root = np.emath.sqrt(half**2 - b)
    return np.max([np.abs(half + root), np.abs(half - root)], axis=0)


def shrink_factor_hypotenuse(curvature, learning_rate, beta, nesterov):
    kept = 1 - learning_rate * curvature
    b = beta * kept if nesterov else beta
    half = (kept + b) / 2
    under = half * half - b
    root = np.sqrt(np.abs(under))
    return np.where(under < 0, np.hypot(half, root), np.abs(half) + root)


VARIANTS = {
    "nesterov_step": [
        nesterov_step_point_first,
        nesterov_step_gradient_step_from_the_point_ahead,
        nesterov_step_velocity_uphill_inside,
        nesterov_step_on_copies,
        nesterov_step_velocity_as_a_difference,
    ],
    "sgd_nesterov_step": [
        sgd_nesterov_step_new_name,
        sgd_nesterov_step_in_one_sum,
        sgd_nesterov_step_by_way_of_the_look_ahead_form,
        sgd_nesterov_step_two_moves,
    ],
    "look_ahead_to_pytorch": [
        look_ahead_to_pytorch_one_line,
        look_ahead_to_pytorch_buffer_first,
        look_ahead_to_pytorch_with_numpy,
    ],
    "pytorch_to_look_ahead": [
        pytorch_to_look_ahead_one_line,
        pytorch_to_look_ahead_velocity_first,
        pytorch_to_look_ahead_with_numpy,
    ],
    "shrink_factor": [
        shrink_factor_in_two_cases,
        shrink_factor_by_eigenvalues,
        shrink_factor_entry_by_entry,
        shrink_factor_list_of_roots,
        shrink_factor_hypotenuse,
    ],
}

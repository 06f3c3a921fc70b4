"""Correct solutions of `nesterov_step`, written differently."""


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

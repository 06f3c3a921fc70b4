"""Correct solutions of `momentum_step`, written differently."""


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

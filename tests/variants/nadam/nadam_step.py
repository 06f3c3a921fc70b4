"""Correct solutions of `nadam_step`, written differently."""

import numpy as np


def nadam_step_with_a_helper(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    def mu(step):
        return beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay))

    product, next_product = mu_product * mu(t), mu_product * mu(t) * mu(t + 1)
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    direction = mu(t + 1) / (1 - next_product) * m + (1 - mu(t)) / (1 - product) * gradient
    return theta - learning_rate * direction / ((s / (1 - beta2**t)) ** 0.5 + epsilon), m, s, product


def nadam_step_as_pytorch_orders_it(
    theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay
):
    now, then = (beta1 * (1.0 - 0.5 * 0.96 ** (step * momentum_decay)) for step in (t, t + 1))
    mu_product = mu_product * now
    m = m + (1 - beta1) * (gradient - m)
    s = beta2 * s + (1 - beta2) * np.square(gradient)
    root = np.sqrt(s / (1 - beta2**t)) + epsilon
    theta = theta + gradient / root * (-learning_rate * (1 - now) / (1 - mu_product))
    return [theta + m / root * (-learning_rate * then / (1 - mu_product * then)), m, s, np.array(mu_product)]


def nadam_step_on_copies(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    theta, m, s = (np.array(array, dtype=np.result_type(array, 0.0)) for array in (theta, m, s))
    m *= beta1
    m += (1 - beta1) * gradient
    s *= beta2
    s += (1 - beta2) * gradient**2
    decay = 0.96**momentum_decay
    mu, mu_next = beta1 - beta1 / 2 * decay**t, beta1 - beta1 / 2 * decay ** (t + 1)
    mu_product *= mu
    direction = mu_next * m / (1 - mu_product * mu_next)
    direction += (1 - mu) * gradient / (1 - mu_product)
    theta -= learning_rate * direction / (np.sqrt(s / (1 - beta2**t)) + epsilon)
    return theta, m, s, mu_product

"""Correct solutions of `2_faster_optimizers/5_nadam`, written differently."""

import math

import numpy as np

# ---------------------------------------------------------------- nadam_constant_step


def nadam_constant_step_in_two_parts(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = m + (gradient - m) * (1 - beta1)
    s = s * beta2 + gradient * gradient * (1 - beta2)
    root = np.sqrt(s) / (1 - beta2**t) ** 0.5 + epsilon
    theta = theta - learning_rate * (1 - beta1) / (1 - beta1**t) * gradient / root
    return [theta - learning_rate * beta1 / (1 - beta1 ** (t + 1)) * m / root, m, s]


def nadam_constant_step_from_the_old_m(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    ahead = beta1 / (1 - beta1 ** (t + 1))
    weight = (1 - beta1) * (1 / (1 - beta1**t) + ahead)
    new_s = beta2 * s + (1 - beta2) * gradient**2
    direction = ahead * beta1 * m + weight * gradient
    step = learning_rate * direction / ((new_s / (1 - beta2**t)) ** 0.5 + epsilon)
    return theta - step, beta1 * m + (1 - beta1) * gradient, new_s


def nadam_constant_step_entry_by_entry(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    results = [np.array(array, dtype=np.result_type(theta, 0.0)) for array in (theta, m, s)]
    new_theta, new_m, new_s = results
    for i in np.ndindex(theta.shape):
        g = float(gradient[i])
        new_m[i] = beta1 * m[i] + (1 - beta1) * g
        new_s[i] = beta2 * s[i] + (1 - beta2) * g * g
        direction = beta1 * new_m[i] / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)
        new_theta[i] = theta[i] - learning_rate * direction / (math.sqrt(new_s[i] / (1 - beta2**t)) + epsilon)
    return tuple(results)


# ---------------------------------------------------------------- nadam_momentum


def nadam_momentum_from_half(t, beta1, momentum_decay):
    half = beta1 / 2
    return half + half * (1 - math.pow(0.96, t * momentum_decay))


def nadam_momentum_with_exp(t, beta1, momentum_decay):
    return np.float64(beta1) - beta1 / 2 * np.exp(t * momentum_decay * np.log(0.96))


def nadam_momentum_in_an_array(t, beta1, momentum_decay):
    return np.array(beta1 * (1 - (0.96**momentum_decay) ** t / 2))


# ---------------------------------------------------------------- nadam_step


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


# ---------------------------------------------------------------- last_update


def last_update_case_by_case(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    t = len(gradients)
    newest = gradients[-1]

    def weighted(values, beta):
        total = 0.0
        for value in values:
            total = beta * total + value
        return total

    if optimizer == "gradient descent":
        direction = newest
    elif optimizer in ("momentum", "nesterov"):
        direction = weighted(gradients, beta1)
        if optimizer == "nesterov":
            direction = newest + beta1 * direction
    else:
        s = (1 - beta2) * weighted(gradients**2, beta2)
        if optimizer == "rmsprop":
            return -learning_rate * newest / (s**0.5 + epsilon)
        m = (1 - beta1) * weighted(gradients, beta1)
        direction = m / (1 - beta1**t)
        if optimizer == "nadam":
            direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * newest / (1 - beta1**t)
        direction = direction / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
    return -learning_rate * direction


def last_update_sums_over_ages(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    gradients = gradients if gradients.dtype.kind == "f" else gradients.astype(float)
    t = len(gradients)
    ages = np.arange(t)[::-1].reshape(-1, *[1] * (gradients.ndim - 1))
    one, two = (beta1**ages).astype(gradients.dtype), (beta2**ages).astype(gradients.dtype)
    total, squares = np.sum(one * gradients, axis=0), np.sum(two * gradients**2, axis=0)
    ahead = beta1 * total / sum(beta1**k for k in range(t + 1)) + gradients[-1] / sum(beta1**k for k in range(t))
    above = {
        "gradient descent": gradients[-1],
        "momentum": total,
        "nesterov": gradients[-1] + beta1 * total,
        "rmsprop": gradients[-1],
        "adam": total / sum(beta1**k for k in range(t)),
        "nadam": ahead,
    }
    below = {"rmsprop": np.sqrt((1 - beta2) * squares) + epsilon}
    if optimizer in ("adam", "nadam"):
        below[optimizer] = np.sqrt(squares / sum(beta2**k for k in range(t))) + epsilon
    return -learning_rate * above[optimizer] / below.get(optimizer, 1)


def last_update_walked(optimizer, gradients, learning_rate, beta1, beta2, epsilon):
    buffer, s, way = 0 * gradients[0], 0 * gradients[0], []
    for t in range(1, len(gradients) + 1):
        g = gradients[t - 1]
        buffer = beta1 * buffer + g
        s = s + (1 - beta2) * (g * g - s)
        sum_of_weights = (1 - beta1**t) / (1 - beta1)
        root = np.sqrt(s / (1 - beta2**t)) + epsilon
        match optimizer:
            case "gradient descent":
                direction = g
            case "momentum":
                direction = buffer
            case "nesterov":
                direction = g + beta1 * buffer
            case "rmsprop":
                direction = g / (np.sqrt(s) + epsilon)
            case "adam":
                direction = buffer / sum_of_weights / root
            case "nadam":
                direction = (beta1 * buffer / (1 + beta1 * sum_of_weights) + g / sum_of_weights) / root
        way.append(-learning_rate * direction)
    return np.asarray(way[-1])


VARIANTS = {
    "nadam_constant_step": [
        nadam_constant_step_in_two_parts,
        nadam_constant_step_from_the_old_m,
        nadam_constant_step_entry_by_entry,
    ],
    "nadam_momentum": [nadam_momentum_from_half, nadam_momentum_with_exp, nadam_momentum_in_an_array],
    "nadam_step": [nadam_step_with_a_helper, nadam_step_as_pytorch_orders_it, nadam_step_on_copies],
    "last_update": [last_update_case_by_case, last_update_sums_over_ages, last_update_walked],
}

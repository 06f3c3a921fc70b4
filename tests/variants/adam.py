"""Correct solutions of `2_faster_optimizers/4_adam`, written differently."""

import math

import numpy as np

# ---------------------------------------------------------------- corrected_average


def corrected_average_as_a_lerp(gradient, m, t, beta):
    m = m + (1 - beta) * (gradient - m)
    return m, m / (1 - beta**t)


def corrected_average_product_instead_of_power(gradient, m, t, beta):
    left = 1.0
    for _ in range(t):
        left *= beta
    new = beta * m + (1 - beta) * gradient
    return [new, new / (1 - left)]


def corrected_average_on_a_copy(gradient, m, t, beta):
    new = m.copy() if m.dtype.kind == "f" else m.astype(float)
    new *= beta
    new += gradient * (1 - beta)
    return new, new * (1 / (1 - math.pow(beta, t)))


def corrected_average_sum_of_the_weights(gradient, m, t, beta):
    m = beta * m + (1 - beta) * gradient
    weights = (1 - beta) * sum(beta**k for k in range(t))
    return m, m / weights


def corrected_average_as_a_weighted_sum(gradient, m, t, beta):
    pair = np.stack([m, gradient]).astype(np.result_type(gradient, 0.0))
    m = np.einsum("i,i...->...", np.array([beta, 1 - beta], dtype=pair.dtype), pair)
    return m, m / (1 - beta**t)


# ---------------------------------------------------------------- adam_step


def adam_step_as_pytorch_orders_it(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = m + (gradient - m) * (1 - beta1)
    s = s * beta2 + gradient * gradient * (1 - beta2)
    denominator = np.sqrt(s) / (1 - beta2**t) ** 0.5 + epsilon
    return theta - learning_rate / (1 - beta1**t) * m / denominator, m, s


def adam_step_correction_in_the_rate(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    root = math.sqrt(1 - beta2**t)
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * np.square(gradient)
    rate = learning_rate * root / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(s) + epsilon * root), m, s


def adam_step_entry_by_entry(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    results = [np.array(array, dtype=np.result_type(theta, 0.0)) for array in (theta, m, s)]
    new_theta, new_m, new_s = results
    for i in np.ndindex(theta.shape):
        g = gradient[i]
        new_m[i] = beta1 * m[i] + (1 - beta1) * g
        new_s[i] = beta2 * s[i] + (1 - beta2) * g * g
        m_hat, s_hat = new_m[i] / (1 - beta1**t), new_s[i] / (1 - beta2**t)
        new_theta[i] = theta[i] - learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)
    return results


def adam_step_with_a_helper(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    def average(old, new, beta):
        old = beta * old + (1 - beta) * new
        return old, old / (1 - beta**t)

    m, m_hat = average(m, gradient, beta1)
    s, s_hat = average(s, gradient**2, beta2)
    return theta - learning_rate * m_hat / (s_hat**0.5 + epsilon), m, s


def adam_step_on_reversed_views(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    theta, gradient, m, s = (np.flip(array) for array in (theta, gradient, m, s))
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    theta = theta - learning_rate / (1 - beta1**t) * np.divide(m, epsilon + np.sqrt(s / (1 - beta2**t)))
    return [np.flip(array) for array in (theta, m, s)]


# ---------------------------------------------------------------- relative_steps


def relative_steps_list_of_rows(gradients, beta1, beta2, epsilon, corrected=True):
    m, s, steps = 0 * gradients[0], 0 * gradients[0], []
    for t, gradient in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
        one, two = (1 - beta1**t, 1 - beta2**t) if corrected else (1, 1)
        steps.append(m / one / (np.sqrt(s / two) + epsilon))
    return np.stack(steps)


def relative_steps_weighted_sums(gradients, beta1, beta2, epsilon, corrected=True):
    steps = np.zeros_like(gradients, dtype=np.result_type(gradients, 0.0))
    for t in range(1, len(gradients) + 1):
        known = gradients[:t]
        ages = np.arange(t)[::-1].reshape(-1, *[1] * (gradients.ndim - 1))
        one = ((1 - beta1) * beta1**ages).astype(steps.dtype)
        two = ((1 - beta2) * beta2**ages).astype(steps.dtype)
        m, s = (one * known).sum(axis=0), (two * known**2).sum(axis=0)
        if corrected:
            m, s = m / (1 - beta1**t), s / (1 - beta2**t)
        steps[t - 1] = m / (np.sqrt(s) + epsilon)
    return steps


def relative_steps_learning_rate_one(gradients, beta1, beta2, epsilon, corrected=True):
    steps = np.empty(gradients.shape, np.result_type(gradients, 0.0))
    m = np.zeros_like(steps[0])
    s = np.zeros_like(steps[0])
    t = 0
    while t < len(gradients):
        m += (1 - beta1) * (gradients[t] - m)
        s += (1 - beta2) * (gradients[t] ** 2 - s)
        t += 1
        if corrected:
            steps[t - 1] = (m / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
        else:
            steps[t - 1] = m / (s**0.5 + epsilon)
    return steps


def relative_steps_matrix_of_weights(gradients, beta1, beta2, epsilon, corrected=True):
    ages = np.subtract.outer(np.arange(len(gradients)), np.arange(len(gradients)))

    def averages(values, beta):
        weights = np.where(ages >= 0, (1 - beta) * beta ** np.maximum(ages, 0), 0)
        if corrected:
            weights = weights / weights.sum(axis=1, keepdims=True)
        return np.tensordot(weights, values.astype(float), axes=1)

    steps = averages(gradients, beta1) / (np.sqrt(averages(gradients**2, beta2)) + epsilon)
    return steps.astype(np.result_type(gradients, 0.0))


# ---------------------------------------------------------------- largest_step


def largest_step_with_a_loop(t, beta1, beta2):
    total = 0.0
    for k in range(t):
        total += beta1 ** (2 * k) / beta2**k
    return (1 - beta1) / (1 - beta1**t) * math.sqrt((1 - beta2**t) / (1 - beta2) * total)


def largest_step_on_the_worst_gradients(t, beta1, beta2):
    m = s = 0.0
    for back in reversed(range(t)):
        gradient = (beta1 / beta2) ** back
        m = beta1 * m + (1 - beta1) * gradient
        s = beta2 * s + (1 - beta2) * gradient**2
    return m / (1 - beta1**t) / math.sqrt(s / (1 - beta2**t))


def largest_step_length_of_a_vector(t, beta1, beta2):
    k = np.arange(t)
    ratios = np.linalg.norm(beta1**k / beta2 ** (k / 2))
    weights = np.linalg.norm(beta2 ** (k / 2))
    return float(ratios * weights / np.sum(beta1**k))


def largest_step_closed_form_with_a_case(t, beta1, beta2):
    r = beta1**2 / beta2
    total = t if r == 1 else (1 - r**t) / (1 - r)
    return np.array((1 - beta1) / (1 - beta1**t) * np.sqrt((1 - beta2**t) / (1 - beta2) * total))


# ---------------------------------------------------------------- adamw_step


def adamw_step_decay_beside_the_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    step = m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon)
    return theta - learning_rate * (step + weight_decay * theta), m, s


def adamw_step_shrunk_first(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    theta = theta * (1 - learning_rate * weight_decay)
    m = m + (1 - beta1) * (gradient - m)
    s = s + (1 - beta2) * (gradient**2 - s)
    denominator = np.sqrt(s) / math.sqrt(1 - beta2**t) + epsilon
    return [theta - (learning_rate / (1 - beta1**t)) * (m / denominator), m, s]


def adamw_step_entry_by_entry(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay):
    results = tuple(np.array(array, dtype=np.result_type(theta, 0.0)) for array in (theta, m, s))
    for i in np.ndindex(theta.shape):
        new_m = beta1 * m[i] + (1 - beta1) * gradient[i]
        new_s = beta2 * s[i] + (1 - beta2) * gradient[i] ** 2
        adam = (new_m / (1 - beta1**t)) / (math.sqrt(new_s / (1 - beta2**t)) + epsilon)
        for result, value in zip(
            results,
            (theta[i] - learning_rate * weight_decay * theta[i] - learning_rate * adam, new_m, new_s),
            strict=True,
        ):
            result[i] = value
    return results


VARIANTS = {
    "corrected_average": [
        corrected_average_as_a_lerp,
        corrected_average_product_instead_of_power,
        corrected_average_on_a_copy,
        corrected_average_sum_of_the_weights,
        corrected_average_as_a_weighted_sum,
    ],
    "adam_step": [
        adam_step_as_pytorch_orders_it,
        adam_step_correction_in_the_rate,
        adam_step_entry_by_entry,
        adam_step_with_a_helper,
        adam_step_on_reversed_views,
    ],
    "relative_steps": [
        relative_steps_list_of_rows,
        relative_steps_weighted_sums,
        relative_steps_learning_rate_one,
        relative_steps_matrix_of_weights,
    ],
    "largest_step": [
        largest_step_with_a_loop,
        largest_step_on_the_worst_gradients,
        largest_step_length_of_a_vector,
        largest_step_closed_form_with_a_case,
    ],
    "adamw_step": [
        adamw_step_decay_beside_the_step,
        adamw_step_shrunk_first,
        adamw_step_entry_by_entry,
    ],
}

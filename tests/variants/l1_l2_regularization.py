"""Correct solutions of `4_avoiding_overfitting/1_l1_l2_regularization`, written differently."""

import math

import numpy as np

# ---------------------------------------------------------------- lp_penalty


def lp_penalty_joined(weights, strength, power=2.0):
    everything = np.concatenate([w.ravel() for w in weights])
    return strength * (np.abs(everything) ** power).sum()


def lp_penalty_by_the_norm(weights, strength, power=2.0):
    total = 0.0
    for w in weights:
        if w.size:
            total += np.linalg.norm(w.ravel(), power) ** power
    return strength * total


def lp_penalty_python_numbers(weights, strength, power=2.0):
    return strength * math.fsum(abs(float(entry)) ** power for w in weights for entry in w.flat)


def lp_penalty_case_by_case(weights, strength, power=2.0):
    if power == 1:
        terms = [np.abs(w).sum() for w in weights]
    elif power == 2:
        terms = [(w * w).sum() for w in weights]
    else:
        terms = [np.power(np.abs(w), power).sum() for w in weights]
    return sum(terms) * strength


# ---------------------------------------------------------------- l2_gradient


def l2_gradient_loop(weights, strength):
    gradients = []
    for w in weights:
        gradients.append(w * 2 * strength)
    return gradients


def l2_gradient_sum_of_two(weights, strength):
    return tuple(strength * w + strength * w for w in weights)


def l2_gradient_on_copies(weights, strength):
    gradients = [w.copy() if w.dtype.kind == "f" else w.astype(float) for w in weights]
    for g in gradients:
        g *= 2 * strength
    return gradients


# ---------------------------------------------------------------- l1_gradient


def l1_gradient_by_comparisons(weights, strength):
    return [strength * ((w > 0).astype(_float(w)) - (w < 0).astype(_float(w))) for w in weights]


def l1_gradient_boolean_indexing(weights, strength):
    gradients = []
    for w in weights:
        g = np.zeros(w.shape, _float(w))
        g[w > 0] = strength
        g[w < 0] = -strength
        gradients.append(g)
    return gradients


def l1_gradient_copysign(weights, strength):
    return tuple(np.where(w == 0, 0, np.copysign(np.asarray(strength, _float(w)), w)) for w in weights)


def l1_gradient_in_one_line(weights, strength):
    return [np.sign(w) * strength for w in weights]


def _float(w):
    return w.dtype if w.dtype.kind == "f" else np.float64


# ---------------------------------------------------------------- soft_threshold


def soft_threshold_difference_of_ramps(weights, threshold):
    return [np.maximum(w - threshold, 0) - np.maximum(-w - threshold, 0) for w in weights]


def soft_threshold_minus_the_clipped(weights, threshold):
    return tuple(w - np.clip(w, -threshold, threshold) for w in weights)


def soft_threshold_with_where(weights, threshold):
    shrunk = []
    for w in weights:
        shrunk.append(np.where(w > threshold, w - threshold, np.where(w < -threshold, w + threshold, 0)))
    return shrunk


def soft_threshold_boolean_indexing(weights, threshold):
    def shrink(w):
        result = w - threshold * np.sign(w)
        result[np.abs(w) <= threshold] = 0
        return result

    return list(map(shrink, weights))


def soft_threshold_copysign(weights, threshold):
    return [np.copysign(np.maximum(np.abs(w) - threshold, 0), w) for w in weights]


def soft_threshold_rescaled(weights, threshold):
    return [w * np.maximum(1 - threshold / np.maximum(np.abs(w), 1e-30), 0) for w in weights]


def soft_threshold_from_both_sides(weights, threshold):
    return [np.maximum(w - threshold, 0) + np.minimum(w + threshold, 0) for w in weights]


# ---------------------------------------------------------------- sgd_weight_decay_step


def sgd_weight_decay_step_in_steps(theta, gradient, m, learning_rate, beta, weight_decay):
    gradient = gradient + weight_decay * theta
    m = beta * m + gradient
    theta = theta - learning_rate * m
    return theta, m


def sgd_weight_decay_step_decay_as_a_factor(theta, gradient, m, learning_rate, beta, weight_decay):
    new = m * beta + gradient + theta * weight_decay
    moved = theta * (1 - learning_rate * weight_decay) - learning_rate * (beta * m + gradient)
    return [moved, new]


def sgd_weight_decay_step_on_copies(theta, gradient, m, learning_rate, beta, weight_decay):
    kind = np.result_type(theta, gradient, m)
    buffer = m.astype(kind)
    buffer *= beta
    buffer += gradient
    buffer += weight_decay * theta
    moved = theta.astype(kind)
    moved -= learning_rate * buffer
    return moved, buffer


# ---------------------------------------------------------------- adam_weight_decay_step


def adam_weight_decay_step_as_pytorch_does(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    if decoupled:
        theta = theta * (1 - learning_rate * weight_decay)
    elif weight_decay != 0:
        gradient = gradient + weight_decay * theta
    m = m + (1 - beta1) * (gradient - m)
    s = beta2 * s + (1 - beta2) * gradient * gradient
    denominator = np.sqrt(s) / math.sqrt(1 - beta2**t) + epsilon
    return theta - (learning_rate / (1 - beta1**t)) * m / denominator, m, s


def adam_weight_decay_step_two_decays(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    inside, outside = (0.0, weight_decay) if decoupled else (weight_decay, 0.0)
    g = gradient + inside * theta
    m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g**2
    step = (m / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
    return [theta - learning_rate * (step + outside * theta), m, s]


def adam_weight_decay_step_without_an_if(
    theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay, decoupled
):
    decay = weight_decay * theta
    g = gradient + (not decoupled) * decay
    first = (1 - beta1) * g + beta1 * m
    second = (1 - beta2) * np.square(g) + beta2 * s
    change = first / (1 - beta1**t) / (np.sqrt(second / (1 - beta2**t)) + epsilon) + bool(decoupled) * decay
    return theta - learning_rate * change, first, second


# ---------------------------------------------------------------- max_norm


def max_norm_unit_by_unit(weight, limit):
    result = weight.copy() if weight.dtype.kind == "f" else weight.astype(float)
    for unit in range(len(weight)):
        norm = math.sqrt(float(np.sum(weight[unit].astype(float) ** 2)))
        if norm > limit:
            result[unit] *= limit / (norm + 1e-7)
    return result


def max_norm_flattened(weight, limit):
    rows = weight.reshape(len(weight), math.prod(weight.shape[1:]))
    norm = np.linalg.norm(rows, axis=1)
    factor = np.where(norm > limit, limit / (norm + 1e-7), 1)
    return (rows * factor[:, None]).reshape(weight.shape)


def max_norm_boolean_indexing(weight, limit):
    result = 1.0 * weight
    norm = np.sqrt(np.square(result).sum(axis=tuple(range(1, weight.ndim))))
    long = norm > limit
    shape = (-1,) + (1,) * (weight.ndim - 1)
    result[long] = result[long] * (limit / (norm[long] + 1e-7)).reshape(shape)
    return result


def max_norm_transposed_einsum(weight, limit):
    rows = weight.reshape(len(weight), math.prod(weight.shape[1:]))
    norm = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    factor = np.where(norm > limit, limit / (norm + 1e-7), 1).astype(np.result_type(norm, weight.dtype))
    return (weight.T * factor).T


VARIANTS = {
    "lp_penalty": [lp_penalty_joined, lp_penalty_by_the_norm, lp_penalty_python_numbers, lp_penalty_case_by_case],
    "l2_gradient": [l2_gradient_loop, l2_gradient_sum_of_two, l2_gradient_on_copies],
    "l1_gradient": [
        l1_gradient_by_comparisons,
        l1_gradient_boolean_indexing,
        l1_gradient_copysign,
        l1_gradient_in_one_line,
    ],
    "soft_threshold": [
        soft_threshold_difference_of_ramps,
        soft_threshold_minus_the_clipped,
        soft_threshold_with_where,
        soft_threshold_boolean_indexing,
        soft_threshold_copysign,
        soft_threshold_rescaled,
        soft_threshold_from_both_sides,
    ],
    "sgd_weight_decay_step": [
        sgd_weight_decay_step_in_steps,
        sgd_weight_decay_step_decay_as_a_factor,
        sgd_weight_decay_step_on_copies,
    ],
    "adam_weight_decay_step": [
        adam_weight_decay_step_as_pytorch_does,
        adam_weight_decay_step_two_decays,
        adam_weight_decay_step_without_an_if,
    ],
    "max_norm": [max_norm_unit_by_unit, max_norm_flattened, max_norm_boolean_indexing, max_norm_transposed_einsum],
}

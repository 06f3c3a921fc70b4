"""Correct solutions of `adam_weight_decay_step`, written differently."""

import math

import numpy as np


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

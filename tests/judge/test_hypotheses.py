"""What the wrong numbers of an output have to do with the right ones, without any list of mistakes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.exercises import catalogue
from autograder.judge.expectations import public
from autograder.judge.verdict import Diagnosis
from tests.judge.students import elu, verdict_of


def told(exercise: str, function) -> list[Diagnosis]:
    """What is said of a wrong function where the exercise knows no mistakes."""
    verdict = verdict_of(replace(catalogue()[exercise], mistakes=()), function)
    assert not verdict.passed
    return [verdict.diagnosis] if verdict.diagnosis else verdict.partial_diagnoses


def texts(exercise: str, function) -> list[str]:
    return [one.text for one in told(exercise, function)]


def dense_backward(dout, x, weight):
    return dout @ weight, dout.T @ x, dout.sum(axis=0)


def momentum_step(theta, gradient, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient
    return theta + m, m


def adam_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m, s = beta1 * m + (1 - beta1) * gradient, beta2 * s + (1 - beta2) * gradient**2
    return theta - learning_rate * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon), m, s


def dropout_backward(dout, kept, p, training):
    return np.where(kept, dout * (1 / (1 - p) if p < 1 else 0.0), 0) if training else dout * 1.0


def averages(values, beta, weight):
    average, found = values[0] * 0.0, []
    for value in values:
        average = beta * average + weight * value
        found.append(average)
    return np.array(found, dtype=values.dtype if values.dtype.kind == "f" else float)


def backpropagated(jacobians, gradient):
    found = [gradient]
    for jacobian in reversed(jacobians):
        found.insert(0, jacobian.T @ found[0])
    return found


def minus_the_last(*parts):
    return (*parts[:-1], -parts[-1])


SAID = {
    "an output by itself": (
        "dense_backward",
        lambda *given: minus_the_last(*dense_backward(*given)),
        ["Your `dbias` is exactly the right one with the opposite sign."],
    ),
    "outputs in each other's place": (
        "momentum_step",
        lambda *given: momentum_step(*given)[::-1],
        ["Your `theta` and `m` are exchanged: each is the right other one."],
    ),
    "a size as a factor": (
        "dense_backward",
        lambda dout, x, weight: (dout @ weight, dout.T @ x, dout.sum(axis=0) / max(len(x), 1)),
        ["Your `dbias` is exactly 1/`dout.shape[0]` times the right one."],
    ),
    "a setting as a factor": (
        "moving_average",
        lambda values, beta: averages(values, beta, 1.0),
        ["Your numbers are exactly 1/(1 - `beta`) times the right ones."],
    ),
    "an output that is an argument": (
        "momentum_step",
        lambda *given: (momentum_step(*given)[0], given[2] * 1.0),
        ["Your `m` is the `m` that was given."],
    ),
    "another output too often": (
        "momentum_step",
        lambda *given: (given[0] - momentum_step(*given)[1], momentum_step(*given)[1]),
        ["Your `theta` is exactly the right one minus 2 times the right `m`."],
    ),
    "right apart from what is added": (
        "dense_forward",
        lambda x, weight, bias: x @ weight.T / weight.shape[1] + bias,
        ["Without `bias`, your numbers are exactly 1/`x.shape[1]` times the right ones."],
    ),
    "one side": (
        "elu",
        lambda z, alpha=1.0: np.where(z > 0, 0.5 * z, elu(z, alpha)),
        ["Where `z` > 0, your numbers are exactly 1/2 times the right ones. Elsewhere they are right."],
    ),
    "zero": (
        "relu_backward",
        lambda dout, z: np.where(z >= 0, dout, 0),
        ["Where `z` is 0, your numbers are `dout`, unchanged. Elsewhere they are right."],
    ),
    "both sides": (
        "leaky_relu_backward",
        lambda dout, z, alpha=0.01: np.where(z > 0, alpha * dout, dout),
        ["Your numbers are, where `z` > 0, exactly `alpha` times the right ones; where `z` <= 0, `dout`, unchanged."],
    ),
    "a mask": (
        "dropout_backward",
        lambda dout, kept, p=0.5, training=True: np.where(kept, dropout_backward(dout, kept, p, training), dout),
        ["Where `kept` is False, your numbers are `dout`, unchanged. Elsewhere they are right."],
    ),
    "PyTorch's answer to another step": (
        "adam_step",
        lambda theta, gradient, m, s, t, *settings: adam_step(theta, gradient, m, s, t + 1, *settings),
        ["Your `theta` is exactly the right one for `t + 1` in place of `t`."],
    ),
    "PyTorch's answer to exchanged settings": (
        "adam_step",
        lambda theta, gradient, m, s, t, a, beta1, beta2, c: adam_step(theta, gradient, m, s, t, a, beta2, beta1, c),
        ["Your numbers are exactly the right ones for `beta1` and `beta2` exchanged."],
    ),
    "PyTorch's answer without a setting": (
        "elu",
        lambda z, alpha=1.0: elu(z, 0.5),
        ["Your numbers are exactly the right ones for `alpha = 0.5`, whatever `alpha` is."],
    ),
    "PyTorch's answer with another default": (
        "lp_penalty",
        lambda weights, strength, power=1.0: strength * sum(np.sum(np.abs(w) ** power) for w in weights),
        ["Your numbers are exactly the right ones for `power = 1` where `power` is left out."],
    ),
    "PyTorch's answer to a flag the wrong way round": (
        "dropout_backward",
        lambda dout, kept, p=0.5, training=True: dropout_backward(dout, kept, p, not training),
        ["Your numbers are exactly the right ones for `not training` in place of `training`."],
    ),
    "another well-known function": (
        "relu",
        lambda z: np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0),
        ["Your numbers are exactly log(1 + exp(`z`)), the softplus."],
    ),
    "another well-known function on one side": (
        "elu",
        lambda z, alpha=1.0: np.where(z > 0, z, np.tanh(z)),
        ["Where `z` < 0, your numbers are exactly tanh(`z`). Elsewhere they are right."],
    ),
    "a well-known function times an argument": (
        "relu_backward",
        lambda dout, z: dout / (1 + np.exp(-z)),
        ["Your numbers are exactly `dout` times the sigmoid of `z`."],
    ),
    "a well-known statistic of each array": (
        "layer_norms",
        lambda gradients: np.array([np.abs(gradient).max() for gradient in gradients]),
        ["Your numbers are exactly the largest absolute value in each array of `gradients`."],
    ),
    "a well-known statistic of all arrays": (
        "global_norm",
        lambda gradients, norm_type=2.0: max(np.linalg.norm(gradient.ravel(), norm_type) for gradient in gradients),
        ["Your numbers are exactly the largest norm of an array in `gradients`."],
    ),
    "a factor that several settings tell from a number": (
        "leaky_relu",
        lambda z, alpha=0.01: np.where(z > 1, z, alpha * z),
        ["Where your numbers are wrong, they are exactly `alpha` times the right ones."],
    ),
    "an argument in the opposite order": (
        "backpropagate",
        lambda jacobians, gradient: backpropagated(jacobians[::-1], gradient),
        ["Your numbers are exactly the right ones for `jacobians` in the opposite order."],
    ),
    "one of several": (
        "moving_average",
        lambda values, beta: averages(values, beta, 1 - beta)[-1],
        ["Your answer is only the last entry of the right one."],
    ),
}


@pytest.mark.parametrize(("exercise", "function", "expected"), SAID.values(), ids=SAID)
def test_what_wrong_numbers_have_in_common_is_said(exercise, function, expected):
    assert texts(exercise, function)[: len(expected)] == expected


def test_what_does_not_hold_in_a_single_case_is_not_said():
    def sometimes(z, alpha=1.0):
        return np.cos(z) if z.size == 3 else elu(z, 0.5)

    assert not any("alpha" in one.name for one in told("elu", sometimes))


def test_what_does_not_hold_in_further_cases_is_not_said():
    shown = {expectation.case.arguments["z"].tobytes() for expectation in public(catalogue()["elu"], ("cpu",))}

    def twice_where_it_is_shown(z, alpha=1.0):
        return elu(z, alpha) * (2 if z.tobytes() in shown else 3)

    assert not any("2 times" in text for text in texts("elu", twice_where_it_is_shown))
    assert any("2 times" in text for text in texts("elu", lambda z, alpha=1.0: elu(z, alpha) * 2))


def test_a_side_on_which_numbers_lie_by_chance_is_not_named():
    """Hardly a case fails, and the numbers of those that do happen to lie on one side of something."""

    def larger_of_root_and_epsilon(theta, gradient, s, learning_rate, beta, epsilon):
        s = beta * s + (1 - beta) * gradient**2
        return theta - learning_rate * gradient / np.maximum(np.sqrt(s), epsilon), s

    assert not any("where" in text for text in texts("rmsprop_step", larger_of_root_and_epsilon))


def test_a_factor_of_a_single_case_is_not_given_a_number():
    tables = []

    def odd(z, alpha=1.0):
        tables.extend([z] if z.ndim == 2 else [])
        return elu(z, alpha) * (1.1664 if z.ndim == 2 and len(tables) == 1 else 1.0)

    assert not any("1.1664" in text for text in texts("elu", odd))


def test_an_answer_that_is_right_in_numbers_alone_is_told_what_else_is_not():
    def double(dout, x, weight):
        return tuple(part.astype(float) for part in dense_backward(dout, x, weight))

    (found,) = told("dense_backward", double)
    assert found.title == "Your numbers are right, but something else is not: float32 becomes float64."


def test_numbers_are_not_called_right_where_there_are_none():
    def of_single_numbers_only(values, beta):
        return averages(values, beta, 1 - beta) + np.zeros(len(values))

    assert all("Your numbers are right" not in one.title for one in told("moving_average", of_single_numbers_only))


def test_no_number_of_a_hidden_case_is_named():
    """A function could choose it to carry a hidden input out."""
    verdict = verdict_of("elu", lambda z, alpha=1.0: elu(z, alpha) * 1.2345, cases="hidden", seed=11)
    found = [verdict.diagnosis] if verdict.diagnosis else verdict.partial_diagnoses
    assert not any("1.2345" in one.text for one in found)

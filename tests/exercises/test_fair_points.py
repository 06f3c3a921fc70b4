"""One fault costs one requirement: functions as people write them, right but for one thing, and what that costs."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from autograder.exercises import catalogue
from autograder.exercises.array_forms import ANY_AXES
from autograder.exercises.model import CONTRACT
from autograder.judge import Verdict, judge
from autograder.judge.report import as_text
from autograder.plaindata.call import call
from tests.solutions import solution


def judged(function) -> Verdict:
    exercise = catalogue()[function.__name__]
    return judge(exercise, functools.partial(call, function), devices=("cpu",), diagnose=False)


def lost(verdict: Verdict) -> set[str]:
    return {requirement.name for requirement in verdict.requirements if not requirement.passed}


COSTS = []


def costs(*requirements):
    """Decorate a function of the exercise of its name with the requirements that it loses."""

    def keep(function):
        COSTS.append(pytest.param(function, set(requirements), id=f"{function.__name__}: {function.__doc__}"))
        return function

    return keep


@costs("epsilon")
def adam_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """a constant for epsilon"""
    m, s = beta1 * m + (1 - beta1) * gradient, beta2 * s + (1 - beta2) * gradient**2
    return theta - learning_rate * (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + 1e-7), m, s


@costs("epsilon")
def rmsprop_step(theta, gradient, s, learning_rate, beta, epsilon):
    """a constant for epsilon, inside the root"""
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(s + 1e-8), s


@costs(CONTRACT)
def momentum_step(theta, gradient, m, learning_rate, beta):
    """in place, so that whole numbers raise"""
    m *= beta
    m -= learning_rate * gradient
    theta += m
    return theta, m


@costs("eps")
def batch_norm_evaluate(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """eps outside the root"""
    shape = (1, -1) + (1,) * (x.ndim - 2)
    x_hat = (x - running_mean.reshape(shape)) / (np.sqrt(running_var.reshape(shape)) + eps)
    return gamma.reshape(shape) * x_hat + beta.reshape(shape)


@costs("one sample")
def dense_backward(dout, x, weight):
    """an axis kept"""
    return dout @ weight, dout.T @ x, dout.sum(axis=0, keepdims=True)


@costs(CONTRACT)
def relu(z):
    """always float32"""
    return np.maximum(z, 0).astype("float32")


@costs(ANY_AXES)
def relu_backward(dout, z):
    """for two axes alone"""
    return np.array([[d if y > 0 else 0 * d for d, y in zip(*row, strict=True)] for row in zip(dout, z, strict=True)])


@costs("logits of 1000")
def softmax_cross_entropy(logits, labels):
    """a tiny number added to the probabilities"""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(labels)), labels.astype(int)] + 1e-10).mean()


@costs("p = 0 and p = 1")
def dropout_backward(dout, kept, p=0.5, training=True):
    """0 / 0 where everything is dropped"""
    with np.errstate(invalid="ignore"):
        return dout * kept / np.asarray(1 - p, (dout * 1.0).dtype) if training else dout * 1.0


@costs(CONTRACT)
def glorot_normal(noise, gain=1.0):
    """a number of NumPy's"""
    fans = (noise.shape[0] + noise.shape[1]) * np.prod(noise.shape[2:])
    return gain * np.sqrt(2 / fans) * noise


@costs()
def dense_forward(x, weight, bias):
    """no samples: a remark"""
    return x.reshape(len(x), -1) @ weight.T + bias


@costs()
def clip_by_value(gradients, limit=1.0):
    """NaN hidden: a remark"""
    return [np.where(g > -limit, np.where(g < limit, g, limit), -limit).astype((g * 1.0).dtype) for g in gradients]


@costs(CONTRACT)
def leaky_relu(z, alpha=0.01):
    """whole numbers stay whole"""
    out = z.copy()
    out[z < 0] = (alpha * z[z < 0]).astype(z.dtype)
    return out


@pytest.mark.parametrize(("function", "requirements"), COSTS)
def test_one_fault_costs_one_requirement(function, requirements):
    verdict = judged(function)
    assert lost(verdict) == requirements, as_text(verdict)


@pytest.mark.parametrize(
    ("function", "name"), [(dense_forward, "no samples"), (clip_by_value, "infinite and NaN entries")]
)
def test_a_failure_on_an_edge_is_told_and_costs_nothing(function, name):
    verdict = judged(function)
    assert verdict.passed
    assert any(remark.startswith(f"On {name} your function") and "not asked" in remark for remark in verdict.remarks)


def test_the_report_of_a_kept_axis_says_what_is_right():
    told = as_text(judged(dense_backward))
    assert "dbias: your numbers are right; their shape is (1, 2), asked is (2,)." in told
    assert "This costs one requirement" in told


def test_the_report_says_where_float64_comes_from():
    told = as_text(judged(glorot_normal))
    assert "Your numbers are right; their dtype is float64, asked is float32" in told
    assert "np.sqrt(2 / n)" in told
    assert "This is the contract of every exercise" in told


def test_a_warning_is_told_with_its_call():
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    verdict = judged(sigmoid)
    assert "overflow encountered in exp” in sigmoid(z=" in verdict.remarks[0]


def test_expected_and_yours_stand_in_the_same_brackets():
    def softmax_cross_entropy_backward(dout, logits, labels):
        return (solution("softmax_cross_entropy_backward")(dout, logits, labels) + 1).tolist()

    found = next(item.counterexample for item in judged(softmax_cross_entropy_backward).requirements)
    assert found.expected.startswith("[[") and found.got.startswith("[[")
    assert found.expected.count(",") == found.got.count(",")

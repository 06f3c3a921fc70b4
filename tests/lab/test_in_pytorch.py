"""What lab computes by PyTorch is what the exercises ask for."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.lab import activations, in_pytorch, networks
from autograder.solutions import solution

RNG = np.random.default_rng(0)
Z, DOUT = RNG.normal(size=(2, 3, 5)), RNG.normal(size=(2, 3, 5))
THETA, GRADIENT, M = RNG.normal(size=(3, 4, 2))
S = M**2

FORWARD = {
    "relu": (activations.relu, (Z,)),
    "leaky_relu": (activations.leaky_relu, (Z,)),
    "elu": (activations.elu, (Z,)),
    "selu": (activations.selu, (Z,)),
    "sigmoid": (activations.logistic, (Z,)),
    "relu_backward": (activations.relu_backward, (DOUT, Z)),
    "leaky_relu_backward": (activations.leaky_relu_backward, (DOUT, Z)),
    "sigmoid_backward": (activations.logistic_backward, (DOUT, 1 / (1 + np.exp(-Z)))),
    "tanh_backward": (activations.tanh_backward, (DOUT, np.tanh(Z))),
    "adam_step": (in_pytorch.adam_step, (THETA, GRADIENT, M, S, 3, 0.1, 0.9, 0.999, 1e-8)),
}


@pytest.mark.parametrize("name", FORWARD)
def test_a_function_gives_what_the_exercise_s_solution_gives(name):
    function, arguments = FORWARD[name]
    np.testing.assert_allclose(function(*arguments), solution(name)(*arguments), rtol=1e-12, atol=1e-15)


def test_steps_of_sgd_and_rmsprop_are_those_of_the_exercises():
    settings = {"rate": 0.1, "momentum": 0.9}
    plain = in_pytorch.sgd_step(THETA, GRADIENT, rate=0.1)[0]
    np.testing.assert_allclose(plain, solution("gradient_descent_step")(THETA, GRADIENT, 0.1), rtol=1e-12)
    for found, name in (
        (in_pytorch.sgd_step(THETA, GRADIENT, M, **settings), "sgd_momentum_step"),
        (in_pytorch.sgd_step(THETA, GRADIENT, M, nesterov=True, **settings), "sgd_nesterov_step"),
    ):
        np.testing.assert_allclose(found, solution(name)(THETA, GRADIENT, M, 0.1, 0.9), rtol=1e-12)
    found = in_pytorch.rmsprop_step(THETA, GRADIENT, S, rate=0.1, beta=0.9, epsilon=1e-8)
    np.testing.assert_allclose(found, solution("rmsprop_step")(THETA, GRADIENT, S, 0.1, 0.9, 1e-8), rtol=1e-12)


def test_arguments_are_left_alone_and_numbers_stay_numbers():
    before = THETA.copy(), M.copy()
    in_pytorch.sgd_step(THETA, GRADIENT, M, rate=0.1, momentum=0.9)
    assert np.array_equal(THETA, before[0]) and np.array_equal(M, before[1])
    assert activations.logistic(0.0) == 0.5
    assert activations.relu(Z.astype("float32")).dtype == "float32"


@pytest.mark.parametrize("labels", [np.array([0, 4, 2]), np.array([[0, 4, 2], [1, 1, 3]])], ids=["shared", "own"])
def test_cross_entropy_is_the_exercise_s_network_by_network(labels):
    of_network = np.broadcast_to(labels, (2, 3))
    right = [solution("softmax_cross_entropy")(z, y) for z, y in zip(Z, of_network, strict=True)]
    slopes = [solution("softmax_cross_entropy_backward")(1.0, z, y) for z, y in zip(Z, of_network, strict=True)]
    np.testing.assert_allclose(networks.cross_entropy(Z, labels), right, rtol=1e-12)
    np.testing.assert_allclose(networks.bounded_cross_entropy(Z, labels), right, rtol=1e-12)
    np.testing.assert_allclose(networks.cross_entropy_backward(Z, labels), slopes, rtol=1e-10)


def test_the_total_norm_is_the_exercise_s():
    assert in_pytorch.total_norm([Z, THETA]) == pytest.approx(solution("global_norm")([Z, THETA]), rel=1e-12)


def test_an_image_far_off_counts_no_more_than_its_bound():
    z = np.array([[0.0, 1000.0]])
    assert networks.bounded_cross_entropy(z, np.array([0])) == pytest.approx(-np.log(1e-12))

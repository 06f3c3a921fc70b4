"""What experiments compute where PyTorch is not: the numbers that PyTorch gives."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.course import ROOT
from autograder.lab import in_numpy, in_pytorch

RNG = np.random.default_rng(0)


def numbers(*shape: int, dtype: str) -> np.ndarray:
    return RNG.normal(0, 2, shape).astype(dtype)


OPERATIONS: dict[str, tuple[Any, ...]] = {
    "relu": (),
    "threshold_backward": (0,),
    "leaky_relu": (0.25,),
    "leaky_relu_backward": (0.25, False),
    "elu": (),
    "selu": (),
    "sigmoid": (),
    "sigmoid_backward": (),
    "tanh_backward": (),
}


def optimizer_state(dtype: str) -> list[np.ndarray]:
    """theta, gradient, m and s."""
    return [*(numbers(4, 3, dtype=dtype) for _ in range(3)), numbers(4, 3, dtype=dtype) ** 2]


def batch(dtype: str) -> list[np.ndarray]:
    """x, gamma, beta, the running mean and the running variance."""
    return [numbers(6, 3, dtype=dtype), *(numbers(3, dtype=dtype) for _ in range(3)), numbers(3, dtype=dtype) ** 2]


CALLS: dict[str, Callable[[Any, str], Any]] = {
    "cross_entropies": lambda of, dtype: of.cross_entropies(numbers(2, 5, 4, dtype=dtype), np.arange(5) % 4),
    "total_norm": lambda of, dtype: of.total_norm([numbers(2, 3, dtype=dtype), numbers(4, dtype=dtype)]),
    "sgd_step": lambda of, dtype: [
        found
        for settings in ({}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True})
        for buffer in ([None] if not settings else [None, numbers(4, 3, dtype=dtype)])
        for found in of.sgd_step(*optimizer_state(dtype)[:2], buffer, rate=0.1, **settings)
    ],
    "rmsprop_step": lambda of, dtype: of.rmsprop_step(
        *optimizer_state(dtype)[:2], numbers(4, 3, dtype=dtype) ** 2, rate=0.01, beta=0.9, epsilon=1e-7
    ),
    "adam_step": lambda of, dtype: of.adam_step(*optimizer_state(dtype), 3, 0.01, 0.9, 0.999, 1e-8),
    "nadam_step": lambda of, dtype: of.nadam_step(*optimizer_state(dtype), 0.4, 3, 0.01, 0.9, 0.999, 1e-8, 0.004),
    "elu_backward": lambda of, dtype: of.elu_backward(*optimizer_state(dtype)[:2], 1.05, 1.67),
    "one_cycle_rates": lambda of, dtype: list(of.one_cycle_rates(20, 8, 0.5)),
    "batch_norm_train": lambda of, dtype: of.batch_norm_train(*batch(dtype), 0.1, 1e-5),
    "batch_norm_evaluate": lambda of, dtype: of.batch_norm_evaluate(*batch(dtype), 1e-5),
    "batch_norm_backward": lambda of, dtype: of.batch_norm_backward(
        numbers(6, 3, dtype=dtype), *batch(dtype)[:2], 1e-5
    ),
}
"""Function -> a call of it, in either module."""


def same(ours: Any, theirs: Any, dtype: str) -> None:
    """Fail where two answers differ in more than rounding, or in their dtype."""
    ours, theirs = ([found] if not isinstance(found, (list, tuple)) else found for found in (ours, theirs))
    for one, other in zip(ours, theirs, strict=True):
        if other is None:
            assert one is None
            continue
        assert np.asarray(one).dtype == np.asarray(other).dtype
        np.testing.assert_allclose(one, other, rtol=1e-4 if dtype == "float32" else 1e-12, atol=1e-6)


def both(call: Callable[[Any], Any]) -> tuple[Any, Any]:
    """What a call gives in NumPy and in PyTorch, with the same numbers."""
    state = RNG.bit_generator.state
    ours = call(in_numpy)
    RNG.bit_generator.state = state
    return ours, call(in_pytorch)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_gives_pytorchs_numbers(name, dtype):
    """Of arrays and, as a function of one number, of a number."""
    count = 2 if "backward" in name else 1
    same(*both(lambda of: of.operation(name, *OPERATIONS[name])(*(numbers(50, dtype=dtype),) * count)), dtype)
    same(*both(lambda of: of.operation(name, *OPERATIONS[name])(*(0.3,) * count)), dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CALLS)
def test_a_function_gives_pytorchs_numbers(name, dtype):
    same(*both(lambda of: CALLS[name](of, dtype)), dtype)


def test_every_function_of_in_pytorch_has_a_counterpart_that_is_tested():
    public = {
        name for name, value in vars(in_pytorch).items() if inspect.isfunction(value) and not name.startswith("_")
    }
    own = {name for name in public if getattr(in_pytorch, name).__module__ == in_pytorch.__name__}
    assert own - {"tensor"} == {"operation", *CALLS}


WITHOUT_PYTORCH = """
import sys
sys.modules["torch"] = None
import matplotlib
matplotlib.use("agg")
import numpy as np
from autograder import lab

assert lab.given("elu")(np.array([-1.0, 2.0]))[1] == 2.0
lab.plot_activation(lab.given("elu"))
lab.race(lab.given("elu"))
print(lab.RELU[1](np.array([-1.0, 2.0])))
"""


def test_without_pytorch_numpy_computes_or_a_sentence_says_what_is_needed():
    done = subprocess.run([sys.executable, "-c", WITHOUT_PYTORCH], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "elu" in done.stdout
    assert "PyTorch" in done.stdout
    assert "[0. 2.]" in done.stdout

"""Activation functions: the course's own, to train with and to compare with, and how one is drawn as a curve."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.lab import style
from autograder.lab.experiment import experiment, offered
from autograder.lab.in_pytorch import operation
from autograder.lab.students import checked, name_of

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
SMALLEST_JUMP = 0.2


relu, relu_backward = operation("relu"), operation("threshold_backward", 0, own_name="relu_backward")
leaky_relu = operation("leaky_relu", 0.01)
leaky_relu_backward = operation("leaky_relu_backward", 0.01, False)
elu, selu = operation("elu"), operation("selu")
logistic, logistic_backward = operation("sigmoid", own_name="logistic"), operation("sigmoid_backward")
tanh_backward = operation("tanh_backward")

RELU = offered(("ReLU", relu, relu_backward), "RELU")
"""For `against=lab.RELU`: the course's own ReLU beside an activation of the student's."""


GELU_ROOT, GELU_CUBE = float(np.sqrt(2 / np.pi)), 0.044715


def gelu(z: np.ndarray) -> np.ndarray:
    """GELU in its usual approximation by tanh."""
    return 0.5 * z * (1 + np.tanh(GELU_ROOT * (z + GELU_CUBE * z * z * z)))


def gelu_backward(dout: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The gradient with respect to z."""
    square = z * z
    t = np.tanh(GELU_ROOT * (z + GELU_CUBE * z * square))
    return dout * 0.5 * (1 + t + z * (1 - t * t) * GELU_ROOT * (1 + 3 * GELU_CUBE * square))


@dataclass(frozen=True, eq=False)
class Activation:
    """What stands between two dense layers of a network.

    forward: z -> a. backward: (dout, z, a) -> dz. gain: the variance of the weights before it, times fan_in.
    """

    forward: Callable
    backward: Callable
    gain: float = 2.0


ACTIVATIONS = {
    "ReLU": Activation(functools.partial(np.maximum, 0), lambda dout, z, a: np.sign(a) * dout),
    "leaky ReLU": Activation(leaky_relu, lambda dout, z, a: leaky_relu_backward(dout, z)),
    "GELU": Activation(gelu, lambda dout, z, a: gelu_backward(dout, z)),
    "tanh": Activation(np.tanh, lambda dout, z, a: tanh_backward(dout, a), gain=1.0),
    "logistic": Activation(logistic, lambda dout, z, a: logistic_backward(dout, a), gain=1.0),
}


# ---------------------------------------------------------------- curves


@experiment
def plot_activation(
    activation: Callable,
    backward: Callable | None = None,
    *,
    limits: tuple[float, float] = (-5.0, 5.0),
    title: str = "",
    alt: str = "",
) -> None:
    """Draw a function phi(z) of yours and, if its backward function is given, the derivative that follows from it.

    activation: z -> phi(z). backward: (dout, z) -> dz, called with dout = 1.
    """
    z = np.linspace(*limits, 801)
    name = name_of(activation)
    value = checked(activation)(z)
    figure, axes = style.new_figure(height=3.0)
    axes.axhline(0, color=style.GREY, linewidth=0.8)
    axes.axvline(0, color=style.GREY, linewidth=0.8)
    axes.plot(z, value, color=style.BLUE, label="φ(z)")
    if backward is not None:
        slope = checked(backward)(np.ones_like(z), z)
        axes.plot(*broken_at_jumps(z, slope), color=style.RED, linestyle="--", label="φ′(z)")
    axes.set(xlabel="z", ylabel="φ(z)" if backward is None else "φ(z) and φ′(z)", xlim=limits, title=title or name)
    axes.legend()
    derivative = "" if backward is None else ", with its derivative dashed"
    style.show(figure, alt or f"The function {name} for z from {limits[0]:g} to {limits[1]:g}{derivative}.")


def broken_at_jumps(z: np.ndarray, slope: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The curve with a gap wherever it jumps, so that no line is drawn where the function has no values."""
    slope = slope.astype(float)
    jumps = np.flatnonzero(np.abs(np.diff(slope)) > SMALLEST_JUMP) + 1
    return np.insert(z, jumps, np.nan), np.insert(slope, jumps, np.nan)

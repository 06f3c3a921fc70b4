"""Activation functions and their derivatives as curves, and the careful calling of a student's functions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.lab import style

SMALLEST_JUMP = 0.2


class UnusableResult(Exception):
    """A student's function returned something that an experiment cannot use. The message is a sentence for them."""


def checked(function: Callable, shape: tuple[int, ...] | None = None) -> Callable:
    """The function, made to return an array of numbers of the shape of its first argument, or of `shape`.

    The wrapped function raises UnusableResult where it does not.
    """
    name = getattr(function, "__name__", "function")

    @functools.wraps(function)
    def wrapped(*arguments: Any) -> np.ndarray:
        returned = function(*arguments)
        expected = np.shape(arguments[0]) if shape is None else shape
        try:
            array = np.asarray(returned)
        except ValueError:
            array = np.asarray(None)
        if array.dtype.kind not in "biuf":
            raise UnusableResult(f"Your {name} returned no numbers, so there is nothing to draw. Run its check first.")
        if array.shape != expected:
            raise UnusableResult(
                f"Your {name} returned an array of shape {array.shape} instead of {expected}. Run its check first."
            )
        return array

    return wrapped


def name_of(function: Callable) -> str:
    """What a figure calls a student's function: "leaky ReLU" for leaky_relu, "steep sigmoid" for steep_sigmoid."""
    name = getattr(function, "__name__", "")
    known = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "selu": "SELU"}
    return "yours" if name in ("", "<lambda>") else known.get(name, name.replace("_", " "))


def print_unusable(function: Callable) -> Callable:
    """Decorator of an experiment: a `UnusableResult` is printed as the sentence it is."""

    @functools.wraps(function)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        try:
            with np.errstate(all="ignore"):
                return function(*arguments, **options)
        except UnusableResult as sentence:
            print(sentence)
            return None

    return wrapped


@style.experiment
@print_unusable
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

"""Activation functions and their derivatives as curves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.lab import style
from autograder.lab.experiment import experiment
from autograder.lab.students import checked, name_of

SMALLEST_JUMP = 0.2


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

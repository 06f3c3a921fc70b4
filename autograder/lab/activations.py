"""Activation functions and their derivatives as curves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.lab import style


@style.experiment
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
    name = getattr(activation, "__name__", "phi")
    value = activation(z)
    slope = None if backward is None else backward(np.ones_like(z), z)
    figure, axes = style.new_figure(height=3.0)
    axes.axhline(0, color=style.GREY, linewidth=0.8)
    axes.axvline(0, color=style.GREY, linewidth=0.8)
    axes.plot(z, value, color=style.BLUE, label="φ(z)")
    if slope is not None:
        axes.plot(z, slope, color=style.RED, linestyle="--", label="φ′(z)")
    axes.set(xlabel="z", xlim=limits, title=title or name)
    axes.legend()
    style.show(figure, alt or f"The function {name} for z from {limits[0]:g} to {limits[1]:g}, with its derivative dashed.")

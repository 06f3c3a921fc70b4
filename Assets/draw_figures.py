"""Draws every figure of this folder from its formulas: `python Assets/draw_figures.py`.

A figure is one function that returns a Matplotlib figure, entered in FIGURES under its file name. To draw only some of
them, name their files: `python Assets/draw_figures.py relu.png`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from autograder.lab import style  # noqa: E402


def relu():
    """ReLU beside leaky ReLU."""
    z = np.linspace(-4, 4, 801)
    figure, axes = style.new_figure(columns=2, height=3.0, sharey=True)
    _curve(axes[0], z, np.maximum(z, 0), "ReLU: max(0, z)")
    _note(axes[0], "slope 0: no gradient", at=(-2.2, 0.0), text=(-3.7, 1.1))
    alpha = 0.1
    _curve(axes[1], z, np.where(z > 0, z, alpha * z), "Leaky ReLU: max(αz, z), 0 < α < 1")
    _note(axes[1], "slope α: the leak\n(drawn with α = 0.1)", at=(-2.2, -0.22), text=(-3.7, 1.1))
    axes[0].set_ylabel("φ(z)")
    axes[0].set_ylim(-1.3, 4)
    return figure


def elu():
    """ELU with alpha = 1, its level for very negative z, and its derivative."""
    z = np.linspace(-4, 4, 801)
    figure, axes = style.new_figure(columns=2, height=3.0)
    _curve(axes[0], z, np.where(z > 0, z, np.expm1(np.minimum(z, 0))), "ELU with α = 1")
    axes[0].axhline(-1, color=style.RED, linestyle=":", linewidth=1.5)
    axes[0].text(3.9, -0.93, "−α", color=style.RED, ha="right", va="bottom")
    _note(axes[0], "α(exp(z) − 1)", at=(-1.5, -0.777), text=(-3.7, 1.0))
    axes[0].set(ylabel="φ(z)", ylim=(-1.3, 4))
    _curve(axes[1], z, np.exp(np.minimum(z, 0)), "Its derivative", colour=style.RED, line="--")
    _note(axes[1], "small, but not 0", at=(-2.3, 0.1), text=(-3.9, 0.6))
    axes[1].set(ylabel="φ′(z)", ylim=(-0.1, 1.2))
    return figure


FIGURES = {
    "relu.png": relu,
    "elu.png": elu,
}
"""File name -> the function that draws it."""


def _curve(axes, x, y, title: str, colour: str = style.BLUE, line: str = "-") -> None:
    """One function with its zero lines."""
    axes.axhline(0, color=style.GREY, linewidth=0.8)
    axes.axvline(0, color=style.GREY, linewidth=0.8)
    axes.plot(x, y, color=colour, linestyle=line)
    axes.set(xlabel="z", xlim=(x[0], x[-1]), title=title)


def _note(axes, words: str, at: tuple[float, float], text: tuple[float, float]) -> None:
    """Words with an arrow to the point `at`."""
    arrow = {"arrowstyle": "->", "color": style.BLACK}
    axes.annotate(words, xy=at, xytext=text, arrowprops=arrow)


def main(names: list[str]) -> None:
    """Draw the figures with these file names, or all."""
    for name in names or FIGURES:
        (FOLDER / name).write_bytes(style.as_png(FIGURES[name]()))
        print(f"Assets/{name}")


if __name__ == "__main__":
    main(sys.argv[1:])
